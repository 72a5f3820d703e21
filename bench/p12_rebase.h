/* p12_rebase.h: Rebase under the peers' workload, typed and JSON. */
#ifndef P12_REBASE_H
#define P12_REBASE_H
#include "p12.h"
#include "rebase.h"

enum { P12_ARGUMENTS = 13 };
struct p12_arguments {              /* a request as a host of Rebase's could hold it: texts with their lengths */
  unsigned action;
  rebase_text id, dept, path, owner, of, env, role_names[ROLE_COUNT];
  rebase_texts roles;
  int64_t clearance, label, amount, hour;
  bool suspended, mfa;
  struct p12_prepared { const rebase_prepared *id, *roles, *dept, *path, *owner, *of, *env; } prepared;     /* the same texts */
};
struct p12_host {                   /* an engine and what is resolved on it once */
  rebase_engine *engine;
  rebase_request *request;
  rebase_operation operations[P12_ACTIONS];
  rebase_slot slots[P12_ACTIONS][P12_ARGUMENTS];
  rebase_binding *bindings[P12_ACTIONS], *prepared[P12_ACTIONS];
  char session[REBASE_ID_BYTES];
  rebase_caller plain, with_session;
};
unsigned char *p12_compile(bool strings, size_t *size);       /* bench/p12; strings: its words are any strings, see bench/p12_strings. free() it */
void p12_start(struct p12_host *host, const unsigned char *image, size_t size, bool no_canonical);
void p12_stop(struct p12_host *host);
void p12_join(struct p12_host *host, const struct p12_host *first);   /* another thread's request and bindings on the first one's engine */
void p12_leave(struct p12_host *host);

void p12_arguments(const struct p12_request *request, struct p12_arguments *arguments);          /* points into the request */

void p12_prepare(struct p12_host *host, struct p12_arguments *arguments);   /* until the process ends */

rebase_call *p12_keep(struct p12_host *host, const struct p12_arguments *arguments);        /* until the process ends */

/* The call is decided: read from a struct, every argument set, or from JSON. */
const rebase_decision *p12_prepared(struct p12_host *host, const struct p12_arguments *arguments, const rebase_caller *caller);
const rebase_decision *p12_bound(struct p12_host *host, const struct p12_arguments *arguments, const rebase_caller *caller);
const rebase_decision *p12_typed(struct p12_host *host, const struct p12_request *request, const rebase_caller *caller);
const rebase_decision *p12_json(struct p12_host *host, const struct p12_request *request, const rebase_caller *caller);
#endif
