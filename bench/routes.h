/* routes.h: what it costs to choose a model, among few and many. See README.md. */
#ifndef BENCH_ROUTES_H
#define BENCH_ROUTES_H
#include "measure.h"
#include "rebase.h"

enum routes_by { ROUTES_COST, ROUTES_LATENCY, ROUTES_QUALITY, ROUTES_WEIGHTED, ROUTES_ASKED, ROUTES_CALL, ROUTES_KINDS };
  /* ASKED: by cost, in a session, with rules that read session and tokens; CALL: no choice, for the difference */
struct routes { rebase_engine *engine; rebase_request *request; rebase_operation operation; rebase_slot input, output; char session[REBASE_ID_BYTES]; double load_ns; };
void routes_open(struct routes *r, unsigned models, bool plain);
void routes_close(struct routes *r);
/* The i-th of the requests that all kinds have in common. */
const rebase_decision *routes_decide(struct routes *r, enum routes_by by, unsigned i);
/* Whether an instruction counter means this: cost100, latency2000, call10 and so on. */
bool routes_counted(const char *what, enum routes_by *by, unsigned *models);
void routes_print(unsigned rounds, bool as_json);
#endif
