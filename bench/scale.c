/* scale.c: see scale.h. */
#include "scale.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "rbc.h"

enum { RULE_BYTES = 96, DECISIONS = 20000, NO_LABEL = 1000 };

/* A bundle's pages come from the system, not from an allocator: what is resident is asked of Linux; 0 elsewhere. */
static size_t resident(void) {
  unsigned long all = 0, kept = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (fscanf(file, "%lu %lu", &all, &kept) != 2) kept = 0;
  fclose(file);
  return kept * (size_t)sysconf(_SC_PAGESIZE);
}

/* ---- set-up ---- */
static char *write_rules(unsigned rules, enum scale_kind kind, size_t *length) {
  char *text = malloc(1024 + (size_t)rules * RULE_BYTES);
  if (!text) fail("rules", "out of memory");
  int at = sprintf(text, "package scale\nconnector docs \"Documents\" { reads read(owner: string, label: int) }\n"
                         "agent bot { owner \"bench@rebase.example\" purpose \"is measured\" uses docs }\npolicy permits {\n");
  for (unsigned i = 0; i < rules; i++)
    at += kind == SCALE_INDEXED ? sprintf(text + at, "  allow call docs.read by bot where args.owner == \"user-%06u\" and args.label <= %u\n", i, i % 4)
                                : sprintf(text + at, "  allow call docs.read by bot where args.label >= %u\n", NO_LABEL + i);
  at += sprintf(text + at, "}\n");
  *length = (size_t)at;
  return text;
}

static void load(struct scale *s, enum scale_kind kind) {
  static const char root[] = "workspace scale\npackage scale in \"scale/\" declares connectors, agents, policies\n";
  const struct rbc_options options = {.date = "2026-01-01"};
  unsigned char *image;
  size_t size, length;
  rebase_report report = {0};
  char *text = write_rules(s->rules, kind, &length);
  double start = now_ns();
  struct rbc *c = rbc_open(&options);
  if (!c || !rbc_add_file(c, "root.rb", root, strlen(root)) || !rbc_add_file(c, "scale/scale.rb", text, length) || !rbc_compile(c, &image, &size)) {
    if (c) rbc_report(c, stderr, RBC_TEXT);
    fail("scale", "does not compile");
  }
  s->compile_ns = now_ns() - start;
  rbc_close(c);
  free(text);
  size_t before = resident();
  start = now_ns();
  if (rebase_engine_load(s->engine, image, size, &report) != REBASE_OK) fail("load", report.text);
  s->load_ns = now_ns() - start;
  s->bytes = resident() - before;
  free(image);
}

struct read { rebase_text owner; int64_t label; };
static const rebase_member members[] = {{"owner", REBASE_MEMBER_TEXT, offsetof(struct read, owner)}, {"label", REBASE_MEMBER_INT, offsetof(struct read, label)}};

/* What is asked, made beforehand: what a host does for itself is not measured. */
struct scale_asked { char owner[16]; struct read read; bool allowed; };

static void make_requests(struct scale *s, enum scale_kind kind) {
  uint64_t random = 1;
  if (!(s->asked = calloc(DECISIONS, sizeof *s->asked))) fail("requests", "out of memory");
  for (unsigned i = 0; i < DECISIONS; i++) {
    struct scale_asked *asked = &s->asked[i];
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
    unsigned owner = (unsigned)(random >> 33) % (s->rules + s->rules / 5), label = (unsigned)(random >> 20) % 4;
    int length = snprintf(asked->owner, sizeof asked->owner, "user-%06u", owner);
    asked->read = (struct read){{asked->owner, (size_t)length}, label};
    asked->allowed = kind == SCALE_INDEXED && owner < s->rules && label <= owner % 4;
  }
}

void scale_open(struct scale *s, unsigned rules, enum scale_kind kind) {
  *s = (struct scale){.rules = rules};
  const rebase_options options = {.max_sessions = 1, .request_bytes = 65536, .no_canonical = true};
  if (rebase_engine_open(&options, &s->engine) != REBASE_OK) fail("engine", "cannot be opened");
  load(s, kind);
  make_requests(s, kind);
  const rebase_caller caller = {"scale.bot", "somebody", NULL};
  if (!(s->request = rebase_request_new(s->engine)) || !(s->caller = rebase_keep_caller(s->request, &caller))) fail("request", "out of memory");
  if (rebase_bind(s->engine, "docs.read", members, sizeof members / sizeof *members, &s->binding) != REBASE_OK) fail("docs.read", "cannot be bound");
}

void scale_close(struct scale *s) {
  rebase_unbind(s->binding);
  rebase_request_free(s->request);
  rebase_engine_close(s->engine);
  free(s->asked);
}

bool scale_decide(struct scale *s, unsigned i) {
  const struct scale_asked *asked = &s->asked[i % DECISIONS];
  const rebase_decision *d = rebase_decide_bound(s->request, s->caller, s->binding, &asked->read);
  return (d->effect == REBASE_ALLOW) == asked->allowed && d->rule_count == asked->allowed;
}

/* ---- the table ---- */
static bool decide(void *user, unsigned i, uint64_t random) {
  (void)random;
  return scale_decide(user, i);
}

static double measure(struct scale *s, unsigned rules, enum scale_kind kind, unsigned rounds) {
  scale_open(s, rules, kind);
  double median = median_ns(rounds, DECISIONS, decide, s);
  scale_close(s);
  return median;
}

void scale_print(unsigned rounds, bool as_json) {
  static const unsigned sizes[] = {10, 1000, 100000};
  struct scale s;
  if (!as_json) printf("\n%-14s %12s %12s %12s %12s\n", "rules", "decision ns", "compile ms", "load ms", "loaded MB");
  for (unsigned i = 0; i < 3; i++) {
    double median = measure(&s, sizes[i], SCALE_INDEXED, rounds);
    const char *format = as_json ? "{\"rules\":%u,\"median_ns\":%.1f,\"compile_ms\":%.2f,\"load_ms\":%.2f,\"loaded_mb\":%.2f}\n"
                                 : "%-14u %12.1f %12.2f %12.2f %12.2f\n";
    printf(format, s.rules, median, s.compile_ns / 1e6, s.load_ns / 1e6, (double)s.bytes / 1e6);
  }
  const unsigned few = 100, many = 1100;
  double each = (measure(&s, many, SCALE_UNINDEXED, rounds) - measure(&s, few, SCALE_UNINDEXED, rounds)) / (many - few);
  printf(as_json ? "{\"what\":\"a rule that no index tells apart\",\"median_ns\":%.2f}\n" : "a rule that no index tells apart: %.2f ns each\n", each);
}
