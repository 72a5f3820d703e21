/* p12_rebase.h: Rebase under the peers' workload, typed and JSON. */
#ifndef P12_REBASE_H
#define P12_REBASE_H
#include "p12.h"
#include "rebase.h"

enum { P12_ARGUMENTS = 13 };
struct p12_host {                   /* an engine and what is resolved on it once */
  rebase_engine *engine;
  rebase_request *request;
  rebase_operation operations[P12_ACTIONS];
  rebase_slot slots[P12_ACTIONS][P12_ARGUMENTS];
  char session[REBASE_ID_BYTES];
  rebase_caller plain, with_session;
};
unsigned char *p12_compile(size_t *size);                     /* bench/p12; free() it */
void p12_start(struct p12_host *host, const unsigned char *image, size_t size, bool no_canonical);
void p12_stop(struct p12_host *host);

/* Every argument is set and the call decided, from p12_request's own values or its JSON. */
const rebase_decision *p12_typed(struct p12_host *host, const struct p12_request *request, const rebase_caller *caller);
const rebase_decision *p12_json(struct p12_host *host, const struct p12_request *request, const rebase_caller *caller);
#endif
