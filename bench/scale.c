/* scale.c: see scale.h. */
#include "scale.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "rbc.h"

enum { RULE_BYTES = 96, DECISIONS = 20000 };

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
static char *write_rules(unsigned rules, size_t *length) {
  char *text = malloc(1024 + (size_t)rules * RULE_BYTES);
  if (!text) fail("rules", "out of memory");
  int at = sprintf(text, "package scale\nconnector docs \"Documents\" { reads read(owner: string, label: int) }\n"
                         "agent bot { owner \"bench@rebase.example\" purpose \"is measured\" uses docs }\npolicy permits {\n");
  for (unsigned i = 0; i < rules; i++)
    at += sprintf(text + at, "  allow call docs.read by bot where args.owner == \"user-%06u\" and args.label <= %u\n", i, i % 4);
  at += sprintf(text + at, "}\n");
  *length = (size_t)at;
  return text;
}

static void load(struct scale *s) {
  static const char root[] = "workspace scale\npackage scale in \"scale/\" declares connectors, agents, policies\n";
  const struct rbc_options options = {.date = "2026-01-01"};
  unsigned char *image;
  size_t size, length;
  rebase_report report = {0};
  char *text = write_rules(s->rules, &length);
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

void scale_open(struct scale *s, unsigned rules) {
  *s = (struct scale){.rules = rules};
  const rebase_options options = {.max_sessions = 1, .request_bytes = 65536, .no_canonical = true};
  if (rebase_engine_open(&options, &s->engine) != REBASE_OK) fail("engine", "cannot be opened");
  load(s);
  if (!(s->request = rebase_request_new(s->engine))) fail("request", "out of memory");
  if (rebase_bind(s->engine, "docs.read", members, sizeof members / sizeof *members, &s->binding) != REBASE_OK) fail("docs.read", "cannot be bound");
}

void scale_close(struct scale *s) {
  rebase_unbind(s->binding);
  rebase_request_free(s->request);
  rebase_engine_close(s->engine);
}

bool scale_decide(struct scale *s, unsigned owner, unsigned label) {
  const rebase_caller caller = {"scale.bot", "somebody", NULL};
  char name[32];
  memcpy(name, "user-000000", 12);
  for (unsigned i = 10, left = owner; left; left /= 10) name[i--] = (char)('0' + left % 10);
  const struct read read = {{name, 11}, label};
  const rebase_decision *d = rebase_decide_bound(s->request, &caller, s->binding, &read);
  bool allowed = owner < s->rules && label <= owner % 4;
  return (d->effect == REBASE_ALLOW) == allowed && d->rule_count == allowed;
}

/* ---- the table ---- */
static bool decide(void *user, unsigned i, uint64_t random) {
  struct scale *s = user;
  (void)i;
  return scale_decide(s, (unsigned)(random >> 33) % s->rules, (unsigned)(random >> 20) % 4);
}

void scale_print(unsigned rounds, bool as_json) {
  static const unsigned sizes[] = {10, 1000, 100000};
  if (!as_json) printf("\n%-14s %12s %12s %12s %12s\n", "rules", "decision ns", "compile ms", "load ms", "loaded MB");
  for (unsigned i = 0; i < 3; i++) {
    struct scale s;
    scale_open(&s, sizes[i]);
    double median = median_ns(rounds, DECISIONS, decide, &s);
    const char *format = as_json ? "{\"rules\":%u,\"median_ns\":%.1f,\"compile_ms\":%.2f,\"load_ms\":%.2f,\"loaded_mb\":%.2f}\n"
                                 : "%-14u %12.1f %12.2f %12.2f %12.2f\n";
    printf(format, s.rules, median, s.compile_ns / 1e6, s.load_ns / 1e6, (double)s.bytes / 1e6);
    scale_close(&s);
  }
}
