/* world.h: many agents and operations under rules that mostly tell them apart by what is said of them: who owns the agent, what kind the connector
 * is, whether the operation writes. */
#ifndef WORLD_H
#define WORLD_H
#include <stdbool.h>
#include "rebase.h"

enum { WORLD_MOST_AGENTS = 1000, WORLD_MOST_OPERATIONS = 5000 };
struct world {
  unsigned agents, operations, rules;
  bool plain;                       /* rules as they are written for everybody, as rbc_options.plain says */
  rebase_engine *engine;
  rebase_request *request;
  rebase_operation handle[WORLD_MOST_OPERATIONS];
  rebase_slot amount[WORLD_MOST_OPERATIONS];
  size_t bundle;                    /* bytes */
  double compile_ns, load_ns;
};
void world_open(struct world *w, unsigned agents, unsigned operations, unsigned rules, bool plain);
/* Whether it was decided as the rules say. */
bool world_decide(struct world *w, unsigned agent, unsigned operation, unsigned amount);
void world_close(struct world *w);
void world_print(unsigned rounds, bool as_json);
#endif
