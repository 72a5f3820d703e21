/* p12_rebase.c: see p12_rebase.h */
#include "p12_rebase.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "measure.h"

#define MEMBER(KIND, NAME) {#NAME, REBASE_MEMBER_##KIND, offsetof(struct p12_arguments, NAME)}
static const rebase_member members[P12_ARGUMENTS] = {
  MEMBER(TEXT, id), MEMBER(TEXTS, roles), MEMBER(TEXT, dept), MEMBER(INT, clearance), MEMBER(BOOL, suspended), MEMBER(TEXT, path), MEMBER(TEXT, owner),
  MEMBER(TEXT, of), MEMBER(INT, label), MEMBER(TEXT, env), MEMBER(INT, amount), MEMBER(INT, hour), MEMBER(BOOL, mfa),
};

#define PREPARED(NAME) {#NAME, REBASE_MEMBER_PREPARED, offsetof(struct p12_arguments, prepared) + offsetof(struct p12_prepared, NAME)}
static const rebase_member prepared_members[P12_ARGUMENTS] = {
  PREPARED(id), PREPARED(roles), PREPARED(dept), MEMBER(INT, clearance), MEMBER(BOOL, suspended), PREPARED(path), PREPARED(owner),
  PREPARED(of), MEMBER(INT, label), PREPARED(env), MEMBER(INT, amount), MEMBER(INT, hour), MEMBER(BOOL, mfa),
};

static void add_file(struct rbc *c, const char *path, const char *name) {
  static char text[65536];
  FILE *file = fopen(path, "rb");
  if (!file) fail(path, "cannot be read");
  size_t size = fread(text, 1, sizeof text, file);
  if (ferror(file) || size == sizeof text || !rbc_add_file(c, name, text, size)) fail(path, "cannot be read");
  fclose(file);
}

unsigned char *p12_compile(bool strings, size_t *size) {
  const struct rbc_options options = {.directory = "bench/p12", .stdlib = "stdlib", .date = "2026-01-01"};
  struct rbc *c = rbc_open(&options);
  unsigned char *image;
  if (!c) fail("bench/p12", "out of memory");
  if (strings) add_file(c, "bench/p12_strings/documents.rb", "policies/documents.rb");         /* in place of the one in the folder */
  if (!rbc_check(c) || !rbc_compile(c, &image, size)) { rbc_report(c, stderr, RBC_TEXT); fail("bench/p12", "does not compile"); }
  rbc_close(c);
  return image;
}

static void resolve(struct p12_host *h) {
  for (unsigned i = 0; i < P12_ACTIONS; i++) {
    char name[32];
    snprintf(name, sizeof name, "docs.%s", p12_actions[i]);
    if (rebase_find_operation(h->engine, name, &h->operations[i]) != REBASE_OK) fail(name, "no such operation");
    if (rebase_bind(h->engine, name, members, P12_ARGUMENTS, &h->bindings[i]) != REBASE_OK ||
        rebase_bind(h->engine, name, prepared_members, P12_ARGUMENTS, &h->prepared[i]) != REBASE_OK) fail(name, "cannot be bound");
    for (unsigned k = 0; k < P12_ARGUMENTS; k++)
      if (rebase_find_slot(h->engine, h->operations[i], members[k].argument, &h->slots[i][k]) != REBASE_OK) fail(members[k].argument, "no such argument");
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

void p12_leave(struct p12_host *h) {
  for (unsigned i = 0; i < P12_ACTIONS; i++) {
    rebase_unbind(h->bindings[i]);
    rebase_unbind(h->prepared[i]);
  }
  rebase_request_free(h->request);
}

void p12_stop(struct p12_host *h) {
  p12_leave(h);
  rebase_engine_close(h->engine);
}

void p12_join(struct p12_host *h, const struct p12_host *first) {
  *h = (struct p12_host){.engine = first->engine};
  if (!(h->request = rebase_request_new(h->engine))) fail("request", "out of memory");
  resolve(h);
}

static rebase_text text(const char *bytes) { return (rebase_text){bytes, strlen(bytes)}; }

void p12_arguments(const struct p12_request *q, struct p12_arguments *a) {
  *a = (struct p12_arguments){.action = q->action, .id = text(q->id), .dept = text(q->dept), .path = text(q->path), .owner = text(q->owner), .of = text(q->of),
    .env = text(q->env), .clearance = q->clearance, .label = q->label, .amount = q->amount, .hour = q->hour, .suspended = q->suspended, .mfa = q->mfa};
  for (unsigned i = 0; i < q->role_count; i++) a->role_names[i] = text(q->role_names[i]);
  a->roles = (rebase_texts){a->role_names, q->role_count};
}

static const rebase_prepared *prepare(struct p12_host *h, rebase_text text) {
  rebase_prepared *prepared;
  if (rebase_prepare_text(h->engine, text, &prepared) != REBASE_OK) fail(text.bytes, "cannot be prepared");
  return prepared;
}

void p12_prepare(struct p12_host *h, struct p12_arguments *a) {
  rebase_prepared *roles;
  if (rebase_prepare_texts(h->engine, a->roles, &roles) != REBASE_OK) fail("roles", "cannot be prepared");
  a->prepared = (struct p12_prepared){prepare(h, a->id), roles, prepare(h, a->dept), prepare(h, a->path), prepare(h, a->owner), prepare(h, a->of), prepare(h, a->env)};
}

rebase_call *p12_keep(struct p12_host *h, const struct p12_arguments *a) {
  rebase_call *call;
  p12_bound(h, a, &h->plain);
  if (rebase_keep_call(h->request, &call) != REBASE_OK) fail("call", "cannot be kept");
  return call;
}

const rebase_decision *p12_prepared(struct p12_host *h, const struct p12_arguments *a, const rebase_caller *caller) {
  return rebase_decide_bound(h->request, caller, h->prepared[a->action], a);
}
const rebase_decision *p12_bound(struct p12_host *h, const struct p12_arguments *a, const rebase_caller *caller) {
  return rebase_decide_bound(h->request, caller, h->bindings[a->action], a);
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
