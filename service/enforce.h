/* enforce.h: the gateway's use of librebase: sessions, decisions, observation, release. Nothing else calls it. */
#ifndef GATE_ENFORCE_H
#define GATE_ENFORCE_H
#include "gate.h"

struct verdict {
  rebase_effect effect;             /* what the policy says */
  rebase_status status;
  char id[REBASE_ID_BYTES];
  char call_hash[65];
  char *arguments; size_t arguments_length;     /* canonical, to be sent; NULL when nothing may be */
  char *reason;
  char **approvers; uint32_t approver_count;
  int64_t deadline;                 /* of an ask, microseconds since 1970; 0 none */
  uint32_t limit_count; int64_t unused[REBASE_QUOTA_CHARGES];     /* see struct exchange */
};
void verdict_free(struct verdict *verdict);

/* Decides a call of the person's agent. `arguments` is one JSON value. In shadow mode asks are taken as approved. */
void enforce_call(struct gate *gate, struct person *person, const char *operation, const char *arguments, size_t length, struct verdict *verdict);
/* A refusal that is the gateway's own (drift, unknown tool): a line in the log, as a decision is. */
void enforce_refuse(struct gate *gate, struct person *person, const char *what, const char *reason);
/* What became of an allowed call. False: its result is not of the declared type, *report says how. */
bool enforce_observe(struct gate *gate, struct exchange *exchange, rebase_outcome outcome, const char *result, size_t length, rebase_report *report);
/* Text on its way to the agent: what may go (the caller frees), or text NULL and why not (the caller frees). redacts: the
 * policy orders redactions, whether they found something or not. */
struct released { char *text; size_t length; bool redacts; char *reason; };
struct released enforce_release(struct gate *gate, struct person *person, const char *text, size_t length, bool logged);
#endif
