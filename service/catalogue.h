/* catalogue.h: what the loaded bundle lets an agent do at all, and how its operations are called over HTTP. */
#ifndef GATE_CATALOGUE_H
#define GATE_CATALOGUE_H
#include "gate.h"

/* The operation as rebase_catalogue describes it, or NULL. agent NULL: of the whole bundle; else only what it can be granted. */
json_t *catalogue_operation(struct gate *gate, const char *agent, const char *operation);
bool catalogue_releases(struct gate *gate, const char *agent);        /* some rule can grant a release to the agent */
json_t *catalogue_all(struct gate *gate);                             /* the whole, or NULL */
bool catalogue_has_agent(struct gate *gate, const char *agent);
void catalogue_clear(struct gate *gate);                              /* after a load */
#endif
