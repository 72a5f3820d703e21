/* world.c: see world.h. */
#include "world.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "measure.h"

enum { KINDS = 5, OWNERS = 7, CLASSES = 3, CONNECTORS = 50, DECISIONS = 20000 };
static const char *const kinds[KINDS] = {"ledger", "mail", "files", "code", "crm"}, *const classes[CLASSES] = {"reads", "writes", "destroys"};

/* ---- the rules as text ---- */
struct text { char *bytes; size_t length, room; };

static void add(struct text *t, const char *format, ...) {
  va_list arguments;
  if (t->room - t->length < 512) {
    t->room = 2 * t->room + 65536;
    if (!(t->bytes = realloc(t->bytes, t->room))) fail("world", "out of memory");
  }
  va_start(arguments, format);
  t->length += (size_t)vsnprintf(t->bytes + t->length, t->room - t->length, format, arguments);
  va_end(arguments);
}

static unsigned connectors_of(const struct world *w) { return w->operations / 20 < CONNECTORS ? w->operations / 20 : CONNECTORS; }
static unsigned each_of(const struct world *w) { return w->operations / connectors_of(w); }
static unsigned limit_of(unsigned connector) { return 100 + connector % 9; }

static void declare(const struct world *w, struct text *t) {
  add(t, "package world\nregion eu\nregion us\n");
  for (unsigned c = 0; c < connectors_of(w); c++) {
    add(t, "connector c%04u \"Connector\" { kind %s residency %s\n", c, kinds[c % KINDS], c % 3 ? "eu" : "us");
    for (unsigned o = c * each_of(w); o < (c + 1) * each_of(w); o++) add(t, "  %s o%05u(amount: int)\n", classes[o % CLASSES], o);
    add(t, "}\n");
  }
  for (unsigned a = 0; a < w->agents; a++) {
    add(t, "agent a%05u { owner \"o%u@rebase.example\" purpose \"is measured\" uses", a, a % OWNERS);
    for (unsigned c = 0; c < connectors_of(w); c++) add(t, "%s c%04u", c ? "," : "", c);
    add(t, " }\n");
  }
}

/* A policy a connector, of three rules; the others are a guard's, for every connector and agent. */
static void rule(const struct world *w, struct text *t) {
  for (unsigned c = 0; c < connectors_of(w); c++) {
    add(t, "policy p%04u {\n  allow call c%04u where operation.reads\n", c, c);
    add(t, "  allow call c%04u where operation.writes and args.amount <= %u\n", c, limit_of(c));
    add(t, "  deny call c%04u where operation.destroys and agent.owner == \"o0@rebase.example\"\n}\n", c);
  }
  add(t, "guard stops {\n");
  for (unsigned i = CLASSES * connectors_of(w); i < w->rules; i++)
    add(t, "  deny call where operation.%s and connector.kind == \"%s\" and agent.owner == \"o%u@rebase.example\" and requester.id == \"user-%u\"\n",
        i % 2 ? "writes" : "destroys", kinds[i % KINDS], i % OWNERS, i);
  add(t, "}\n");
}

/* ---- set-up ---- */
static void load(struct world *w) {
  static const char root[] = "workspace world\npackage world in \"world/\" declares connectors, agents, policies, guards, regions\n";
  const struct rbc_options options = {.date = "2026-01-01", .plain = w->plain};
  unsigned char *image;
  struct text t = {NULL, 0, 0};
  rebase_report report = {0};
  declare(w, &t);
  rule(w, &t);
  double start = now_ns();
  struct rbc *c = rbc_open(&options);
  if (!c || !rbc_add_file(c, "root.rb", root, strlen(root)) || !rbc_add_file(c, "world/world.rb", t.bytes, t.length) || !rbc_compile(c, &image, &w->bundle)) {
    if (c) rbc_report(c, stderr, RBC_TEXT);
    fail("world", "does not compile");
  }
  w->compile_ns = now_ns() - start;
  rbc_close(c);
  free(t.bytes);
  start = now_ns();
  if (rebase_engine_load(w->engine, image, w->bundle, &report) != REBASE_OK) fail("load", report.text);
  w->load_ns = now_ns() - start;
  free(image);
}

void world_open(struct world *w, unsigned agents, unsigned operations, unsigned rules, bool plain) {
  const rebase_options options = {.max_sessions = 1, .request_bytes = 65536, .no_canonical = true};
  char name[32];
  *w = (struct world){.agents = agents, .operations = operations, .rules = rules, .plain = plain};
  if (rebase_engine_open(&options, &w->engine) != REBASE_OK) fail("engine", "cannot be opened");
  load(w);
  if (!(w->request = rebase_request_new(w->engine))) fail("request", "out of memory");
  for (unsigned o = 0; o < operations; o++) {
    snprintf(name, sizeof name, "c%04u.o%05u", o / each_of(w), o);
    if (rebase_find_operation(w->engine, name, &w->handle[o]) != REBASE_OK || rebase_find_slot(w->engine, w->handle[o], "amount", &w->amount[o]) != REBASE_OK)
      fail(name, "not found");
  }
}

void world_close(struct world *w) {
  rebase_request_free(w->request);
  rebase_engine_close(w->engine);
}

bool world_decide(struct world *w, unsigned agent, unsigned operation, unsigned amount) {
  char name[16] = "world.a00000";
  for (unsigned i = 11, left = agent; left; left /= 10) name[i--] = (char)('0' + left % 10);
  const rebase_caller caller = {name, "somebody", NULL};
  rebase_request_call(w->request, w->handle[operation]);
  rebase_set_int(w->request, w->amount[operation], amount);
  const rebase_decision *d = rebase_decide(w->request, &caller);
  unsigned class_of = operation % CLASSES;
  return (d->effect == REBASE_ALLOW) == (class_of == 0 || (class_of == 1 && amount <= limit_of(operation / each_of(w))));
}

/* ---- the table ---- */
static bool decide(void *user, unsigned i, uint64_t random) {
  struct world *w = user;
  (void)i;
  return world_decide(w, (unsigned)(random >> 33) % w->agents, (unsigned)(random >> 20) % w->operations, (unsigned)(random >> 40) % 200);
}

void world_print(unsigned rounds, bool as_json) {
  static const struct { unsigned agents, operations, rules; bool plain; } sizes[] = {{50, 200, 300, true}, {50, 200, 300, false}, {1000, 5000, 300, true}, {1000, 5000, 300, false}};
  static struct world w;
  if (!as_json) printf("\n%-34s %12s %12s %12s %12s\n", "agents x operations, rules", "decision ns", "bundle kB", "compile ms", "load ms");
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char name[64];
    world_open(&w, sizes[i].agents, sizes[i].operations, sizes[i].rules, sizes[i].plain);
    double median = median_ns(rounds, DECISIONS, decide, &w);
    snprintf(name, sizeof name, "%u x %u, %u%s", w.agents, w.operations, w.rules, w.plain ? ", as written" : "");
    const char *format = as_json ? "{\"world\":\"%s\",\"median_ns\":%.1f,\"bundle_kb\":%.1f,\"compile_ms\":%.2f,\"load_ms\":%.2f}\n" : "%-34s %12.1f %12.1f %12.2f %12.2f\n";
    printf(format, name, median, (double)w.bundle / 1e3, w.compile_ns / 1e6, w.load_ns / 1e6);
    world_close(&w);
  }
}
