/* approvals.h: the inbox of calls that a person must allow first. The engine binds an answer to the exact call; here stands
 * what people are shown of it, who may answer, and the calls that wait. */
#ifndef GATE_APPROVALS_H
#define GATE_APPROVALS_H
#include "gate.h"
#include "enforce.h"

struct ask {
  struct ask *next;
  char id[REBASE_ID_BYTES], session[REBASE_ID_BYTES], call_hash[65];
  char *agent, *requester, *operation, *arguments, *reason;
  char **groups; bool *answered; uint32_t group_count;
  bool refused; char *refused_by;
  int64_t deadline;                 /* microseconds since 1970 */
};

/* The call asked: keeps it in the inbox, and lets the exchange wait or answers that it is pending. Takes over nothing. */
void approvals_ask(struct exchange *exchange, const struct verdict *verdict);
/* Whether somebody said no to this very decision and its time has not passed. */
const struct ask *approvals_refused(struct gate *gate, const char *id);
void approvals_round(struct gate *gate, int64_t now);
void approvals_free(struct gate *gate);

json_t *approvals_list(struct gate *gate);
/* NULL: done; else what is wrong, for the caller to free. group NULL: each of the asked groups that the approver is in. */
char *approvals_answer(struct gate *gate, const char *id, bool approve, const char *group, const struct approver_config *approver);
#endif
