/* routes.c: see routes.h. */
#include "routes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"

enum { MODEL_BYTES = 640, SHARES = 10, DECISIONS = 20000, COMPARED = 3000 };
static const char *const names[ROUTES_KINDS] = {"cost", "latency", "quality", "weighted", "asked", "call"};
static const char *const agents[ROUTES_KINDS] = {"routes.cost", "routes.latency", "routes.quality", "routes.weighted", "routes.asked", "routes.cost"};
static const char *const tasks[] = {"chat", "code", "extract"};

#define MEASURED "{ source: \"made up\", date: 2026-01-01, sample: 500 }"

/* ---- set-up ---- */
static uint64_t mixed(uint64_t n) {
  n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
  return n ^ (n >> 31);
}
static unsigned pick(unsigned model, unsigned what, unsigned below) { return (unsigned)(mixed(model * UINT64_C(64) + what + 1) % below); }

/* Windows, outputs and prices of the sizes that catalogues have; one model in eight costs more for long requests. The first answers anything, dearly. */
static int write_model(char *text, unsigned i) {
  if (!i)
    return sprintf(text, "model m00000 { provider p0 id \"m0\" window 2_000_000 tokens latency 4 seconds price input 20.00 USD per 1_000_000 tokens "
                         "price output 80.00 USD per 1_000_000 tokens quality chat 71%% " MEASURED " quality code 71%% " MEASURED " quality extract 71%% " MEASURED " }\n");
  static const unsigned windows[] = {8, 16, 32, 64, 128, 200, 262, 400, 1000}, outputs[] = {2, 4, 8, 16, 32, 64};
  unsigned input = 5 + pick(i, 1, 400), output = input * (2 + pick(i, 2, 5));
  int at = sprintf(text, "model m%05u { provider p%u id \"m%u\" window %u_000 tokens output %u_000 tokens can tools latency %u milliseconds", i, pick(i, 3, 4), i,
                   windows[pick(i, 4, 9)], outputs[pick(i, 5, 6)], 150 + pick(i, 6, 3000));
  at += sprintf(text + at, " price input %u.%02u USD per 1_000_000 tokens price output %u.%02u USD per 1_000_000 tokens", input / 100, input % 100, output / 100, output % 100);
  if (pick(i, 7, 8) == 0) at += sprintf(text + at, " price input %u.%02u USD per 1_000_000 tokens { above: 100_000 tokens }", input / 50, input % 50 * 2);
  for (unsigned t = 0; t < 3; t++)
    if (pick(i, 8 + t, 8)) at += sprintf(text + at, " quality %s %u.%u%% " MEASURED, tasks[t], 55 + pick(i, 12 + t, 44), pick(i, 16 + t, 10));
  return at + sprintf(text + at, " }\n");
}

static char *write_policy(unsigned models, size_t *length) {
  static const char *const orders[] = {"lowest cost", "lowest latency", "highest quality[task]", "", "lowest cost"};
  char *text = malloc(8192 + (size_t)models * MODEL_BYTES);
  if (!text) fail("routes", "out of memory");
  int at = sprintf(text, "package routes\nconnector docs \"Documents\" { reads read(input: int, output: int) }\nregion eu { region de }\nregion us\n");
  for (unsigned i = 0; i < 4; i++)
    at += sprintf(text + at, "provider p%u { kind openai base \"https://p%u.example\" region %s training %s retention %u days }\n", i, i, i == 3 ? "us" : i ? "eu" : "de",
                  i == 2 ? "true" : "false", i * 10);
  for (unsigned i = 0; i < models; i++) at += write_model(text + at, i);
  for (unsigned k = 0; k < ROUTES_CALL; k++) {
    at += sprintf(text + at, "agent %s { owner \"o\" purpose \"is measured\" uses docs }\n", names[k]);
    at += sprintf(text + at, "route by_%s { for infer by %s require model.quality[task] >= 70%% %s fallback 2 prefer ", names[k], names[k],
                  k == ROUTES_ASKED ? "require model.window >= tokens.input + tokens.output" : "");
    if (k != ROUTES_WEIGHTED) { at += sprintf(text + at, "%s cap 5.00 USD per request }\n", orders[k]); continue; }
    for (unsigned i = 0; i < SHARES; i++) at += sprintf(text + at, "%sm%05u %u", i ? ", " : "weighted { ", i, 1 + pick(i, 20, 9));
    at += sprintf(text + at, " } }\n");
  }
  at += sprintf(text + at, "policy calls { allow call docs.read by cost where args.input > 0 }\n"
                           "label personal \"of a person\"\nguard persons { deny infer by asked where session has personal and model.retention > 5 days because \"kept\" }\n"
                           "guard residency { deny infer where not (model.region in eu) because \"stays\" }\nguard training { deny infer where model.training because \"ours\" }\n");
  *length = (size_t)at;
  return text;
}

void routes_open(struct routes *r, unsigned models, bool plain) {
  static const char root[] = "workspace routes\npackage routes in \"routes/\" declares connectors, agents, policies, guards, models, routes, regions, labels\n";
  const struct rbc_options options = {.date = "2026-01-01"};
  const rebase_options own = {.max_sessions = 1, .request_bytes = 65536, .plain = plain, .no_canonical = true};
  unsigned char *image;
  size_t size, length;
  rebase_report report = {0};
  char *text = write_policy(models, &length);
  struct rbc *c = rbc_open(&options);
  if (!c || !rbc_add_file(c, "root.rb", root, strlen(root)) || !rbc_add_file(c, "routes/routes.rb", text, length) || !rbc_compile(c, &image, &size)) {
    if (c) rbc_report(c, stderr, RBC_TEXT);
    fail("routes", "does not compile");
  }
  rbc_close(c);
  free(text);
  if (rebase_engine_open(&own, &r->engine) != REBASE_OK) fail("engine", "cannot be opened");
  double start = now_ns();
  if (rebase_engine_load(r->engine, image, size, &report) != REBASE_OK) fail("load", report.text);
  r->load_ns = now_ns() - start;
  free(image);
  if (!(r->request = rebase_request_new(r->engine))) fail("request", "out of memory");
  const rebase_opening opening = {agents[ROUTES_ASKED], "somebody", NULL};
  if (rebase_session_open(r->engine, &opening, r->session, NULL) != REBASE_OK) fail("session", "cannot be opened");
  if (rebase_find_operation(r->engine, "docs.read", &r->operation) != REBASE_OK || rebase_find_slot(r->engine, r->operation, "input", &r->input) != REBASE_OK ||
      rebase_find_slot(r->engine, r->operation, "output", &r->output) != REBASE_OK)
    fail("docs.read", "not found");
}

void routes_close(struct routes *r) {
  rebase_request_free(r->request);
  rebase_engine_close(r->engine);
}

const rebase_decision *routes_decide(struct routes *r, enum routes_by by, unsigned i) {
  const rebase_caller caller = {agents[by], "somebody", by == ROUTES_ASKED ? r->session : NULL};
  uint64_t n = mixed(i + 77);
  int64_t input = 1 + (int64_t)(n % (n >> 40 & 15 ? 6000 : 150000)), output = 50 + (int64_t)((n >> 20) % 1900);
  if (by == ROUTES_CALL) {
    rebase_request_call(r->request, r->operation);
    rebase_set_int(r->request, r->input, input);
    rebase_set_int(r->request, r->output, output);
  } else rebase_request_infer(r->request, tasks[i / 64 % 3], input, output);
  return rebase_decide(r->request, &caller);
}

bool routes_counted(const char *what, enum routes_by *by, unsigned *models) {
  for (unsigned k = 0; k < ROUTES_KINDS; k++) {
    size_t length = strlen(names[k]);
    *by = (enum routes_by)k;
    if (!strncmp(what, names[k], length) && (*models = (unsigned)atoi(what + length)) > 0) return true;
  }
  return false;
}

/* ---- the table ---- */
/* What is chosen must be what an engine without any plan chooses. */
static void check(struct routes *r, unsigned models) {
  struct routes plain;
  routes_open(&plain, models, true);
  for (unsigned i = 0; i < COMPARED; i++) {
    enum routes_by by = (enum routes_by[]){ROUTES_COST, ROUTES_LATENCY, ROUTES_QUALITY, ROUTES_ASKED}[i % 4];
    const rebase_decision *x = routes_decide(r, by, i), *y = routes_decide(&plain, by, i);
    bool same = x->effect == y->effect && !strcmp(x->reason, y->reason) && (!x->choice || (x->choice->cost == y->choice->cost && x->choice->others == y->choice->others));
    if (!same) fail("routes", "not what all rules choose when each is asked");
  }
  routes_close(&plain);
}

struct kind { struct routes *routes; enum routes_by by; };
static bool decide(void *user, unsigned i, uint64_t random) {
  const struct kind *kind = user;
  (void)random;
  return routes_decide(kind->routes, kind->by, i)->effect == REBASE_ALLOW;
}

void routes_print(unsigned rounds, bool as_json) {
  static const unsigned sizes[] = {10, 100, 2000};
  if (!as_json) printf("\n%-14s %10s %10s %10s %10s %10s %10s %10s\n", "models, ns", "call", "cost", "latency", "quality", "weighted", "asked", "load ms");
  for (unsigned i = 0; i < 3; i++) {
    struct routes r;
    double medians[ROUTES_KINDS];
    routes_open(&r, sizes[i], false);
    check(&r, sizes[i]);
    for (unsigned k = 0; k < ROUTES_KINDS; k++) medians[k] = median_ns(rounds, DECISIONS, decide, &(struct kind){&r, (enum routes_by)k});
    const char *format = as_json ? "{\"models\":%u,\"call_ns\":%.1f,\"cost_ns\":%.1f,\"latency_ns\":%.1f,\"quality_ns\":%.1f,\"weighted_ns\":%.1f,\"asked_ns\":%.1f,\"load_ms\":%.2f}\n"
                                 : "%-14u %10.1f %10.1f %10.1f %10.1f %10.1f %10.1f %10.2f\n";
    printf(format, sizes[i], medians[ROUTES_CALL], medians[ROUTES_COST], medians[ROUTES_LATENCY], medians[ROUTES_QUALITY], medians[ROUTES_WEIGHTED], medians[ROUTES_ASKED], r.load_ns / 1e6);
    routes_close(&r);
  }
}
