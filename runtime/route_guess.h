/* route_guess.h: what a rule can say of a model when of a request only the agent and the task are known. */
#ifndef REBASE_ROUTE_GUESS_H
#define REBASE_ROUTE_GUESS_H
#include "verify.h"
#include "vm.h"

enum { GUESS_LEAVES = 1, GUESS_REMOVES = 2, GUESS_EITHER = 3 };
enum { GUESS_REGISTERS = 32, GUESS_CODE = 128 };    /* of larger programs nothing is known */
struct guess_state { bool reached; uint32_t known; value registers[GUESS_REGISTERS]; };
struct guesser { struct vm *vm; const value *facts, *constants; struct guess_state states[GUESS_CODE + 1]; };

/* All that the rule may come to, GUESS_ bits: it is followed with registers that are known or not, both ways where a branch is not decided. facts:
 * of an agent, a model and, unless it is missing, a task. A session is there, as are the request's tokens. */
unsigned guess_rule(struct guesser *guesser, uint32_t rule);
#endif
