/* quota.h: where the gateway counts limits: setting `quota`. */
#ifndef GATE_QUOTA_H
#define GATE_QUOTA_H
#include "gate.h"

/* Opens what is set; NULL without an error: nothing is, and what a limit speaks of is denied. */
rebase_quota *gate_quota_open(const struct config *config, char **error);
/* Each second: leases that nothing was drawn from go back, and what was granted while the store was away is recorded. */
void gate_quota_tidy(struct gate *gate, int64_t now);
/* A store in memory, ready: for a bundle that is decided beside. */
rebase_quota *gate_quota_beside(void);
#endif
