/* p12_rebase.c: see p12_rebase.h */
#include "p12_rebase.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "scale.h"

static const char *const names[P12_ARGUMENTS] = {"id", "roles", "dept", "clearance", "suspended", "path", "owner", "of", "label", "env", "amount", "hour", "mfa"};

unsigned char *p12_compile(size_t *size) {
  const struct rbc_options options = {.directory = "bench/p12", .stdlib = "stdlib", .date = "2026-01-01"};
  struct rbc *c = rbc_open(&options);
  unsigned char *image;
  if (!c || !rbc_check(c) || !rbc_compile(c, &image, size)) { if (c) rbc_report(c, stderr, RBC_TEXT); fail("bench/p12", "does not compile"); }
  rbc_close(c);
  return image;
}

static void resolve(struct p12_host *h) {
  for (unsigned i = 0; i < P12_ACTIONS; i++) {
    char name[32];
    snprintf(name, sizeof name, "docs.%s", p12_actions[i]);
    if (rebase_find_operation(h->engine, name, &h->operations[i]) != REBASE_OK) fail(name, "no such operation");
    for (unsigned k = 0; k < P12_ARGUMENTS; k++)
      if (rebase_find_slot(h->engine, h->operations[i], names[k], &h->slots[i][k]) != REBASE_OK) fail(names[k], "no such argument");
  }
  const rebase_opening opening = {"p12.bot", "somebody", NULL};
  if (rebase_session_open(h->engine, &opening, h->session, NULL) != REBASE_OK) fail("session", "cannot be opened");
  h->plain = (rebase_caller){"p12.bot", "somebody", NULL};
  h->with_session = (rebase_caller){"p12.bot", "somebody", h->session};
}

void p12_start(struct p12_host *h, const unsigned char *image, size_t size, bool no_canonical) {
  const rebase_options options = {.no_canonical = no_canonical};
  rebase_report report = {0};
  if (rebase_engine_open(&options, &h->engine) != REBASE_OK) fail("engine", "cannot be opened");
  if (rebase_engine_load(h->engine, image, size, &report) != REBASE_OK) fail("load", report.text);
  if (!(h->request = rebase_request_new(h->engine))) fail("request", "out of memory");
  resolve(h);
}

void p12_stop(struct p12_host *h) {
  rebase_request_free(h->request);
  rebase_engine_close(h->engine);
}

const rebase_decision *p12_typed(struct p12_host *h, const struct p12_request *q, const rebase_caller *caller) {
  const rebase_slot *s = h->slots[q->action];
  rebase_request *r = h->request;
  rebase_request_call(r, h->operations[q->action]);
  rebase_set_text(r, s[0], q->id, strlen(q->id));
  rebase_set_texts(r, s[1], q->role_names, q->role_count);
  rebase_set_text(r, s[2], q->dept, strlen(q->dept));
  rebase_set_int(r, s[3], q->clearance);
  rebase_set_bool(r, s[4], q->suspended);
  rebase_set_text(r, s[5], q->path, strlen(q->path));
  rebase_set_text(r, s[6], q->owner, strlen(q->owner));
  rebase_set_text(r, s[7], q->of, strlen(q->of));
  rebase_set_int(r, s[8], q->label);
  rebase_set_text(r, s[9], q->env, strlen(q->env));
  rebase_set_int(r, s[10], q->amount);
  rebase_set_int(r, s[11], q->hour);
  rebase_set_bool(r, s[12], q->mfa);
  return rebase_decide(r, caller);
}
const rebase_decision *p12_json(struct p12_host *h, const struct p12_request *q, const rebase_caller *caller) {
  return rebase_decide_json(h->request, caller, q->json, q->json_length);
}
