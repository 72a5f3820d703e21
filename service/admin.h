/* admin.h: what the gateway says of itself and what people tell it: /healthz, /readyz, /metrics, /status, /approvals. */
#ifndef GATE_ADMIN_H
#define GATE_ADMIN_H
#include "gate.h"

struct page { unsigned status; const char *type; struct buffer body; };
/* Health alone, for the agents' side; false: no such page there. */
bool admin_health(struct gate *gate, const char *path, struct page *page);
/* who: the approver that the request is from, or NULL. */
void admin_page(struct gate *gate, const char *method, const char *path, const char *body, size_t length, const struct approver_config *who, struct page *page);
#endif
