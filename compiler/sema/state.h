/* state.h: what a narrowing event (a fact is lost, a label is gained) can do to a value. */
#ifndef RBC_STATE_H
#define RBC_STATE_H
#include "sema/rules.h"

enum direction {
  STATE_STEADY,  /* nothing */
  STATE_UP,      /* a condition only from false to true; a number only up */
  STATE_DOWN,    /* a condition only from true to false; a number only down */
  STATE_LOST,    /* the value may become missing, and else stays */
  STATE_SHRINKS, /* a list may lose elements */
  STATE_MIXED    /* anything */
};
enum { STATE_LOCALS = 256 };
struct directions {
  unsigned char of[STATE_LOCALS];
}; /* by local id; more locals than that: mixed */

enum direction state_of(const struct directions *locals, const struct expr *e);
/* The part that makes e go where it may not: the deepest whose direction is wrong by itself. up: e may only go up. */
const struct expr *state_culprit(const struct directions *locals, const struct expr *e, bool up);
#endif
