/* kept_call.h: what kept_call.c makes and decide.c decides. */
#ifndef REBASE_KEPT_CALL_H
#define REBASE_KEPT_CALL_H
#include "engine.h"

struct rebase_call {
  rebase_engine *engine;
  uint64_t generation;              /* of the bundle whose types the values are of */
  uint32_t operation, longest;      /* longest: of the lists among them */
  struct planned planned;           /* for the agent for whom it was kept */
  value slots[];                    /* of the connector; behind them what they point to */
};
#endif
