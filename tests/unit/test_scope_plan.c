/* test_scope_plan.c: passing over rules changes no decision: random policies whose rules compare arguments with constants in many
 * ways, each decided by an engine with the index and by a plain one. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "draw.h"
#include "engine.h"
#include "rbc.h"
#include "run.h"
#include "scope_plan.h"

/* ---- policies ---- */
struct writer { char text[65536]; size_t length; bool roles; };
__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  w->length += (size_t)vsnprintf(w->text + w->length, sizeof w->text - w->length, format, arguments);
  va_end(arguments);
  ck_assert_uint_lt(w->length, sizeof w->text);
}

static void condition(struct writer *w, unsigned depth) {
  static const char *const words[] = {"red", "green", "blue"};
  switch (draw(depth ? 13 : 10)) {
  case 0: case 1: case 2: put(w, w->roles ? "\"u%u\" in args.roles" : "args.owner == \"u%u\"", draw(6)); return;
  case 3: put(w, "\"u%u\" in args.roles", draw(6)); return;
  case 4: put(w, "args.colour == %s", words[draw(3)]); return;
  case 5: put(w, "args.level == %u", draw(4)); return;
  case 6: put(w, "args.note == \"u%u\"", draw(3)); return;
  case 7: put(w, "args.level > %u", draw(4)); return;
  case 8: put(w, "args.owner != \"u%u\"", draw(6)); return;
  case 9: put(w, "args.level + %u > 9223372036854775800", draw(4)); return;
  case 10: case 11: condition(w, depth - 1); put(w, " and "); condition(w, depth - 1); return;
  default: put(w, "("); condition(w, depth - 1); put(w, " or "); condition(w, depth - 1); put(w, ")"); return;
  }
}

static void rules(struct writer *w, bool guard) {
  put(w, guard ? "guard g {\n" : "policy p {\n  allow call c.get by bot where args.level == 3\n");
  for (unsigned i = 0, count = draw(60); i < count; i++) {
    unsigned effect = guard ? 1 + draw(2) : draw(3);
    if (effect == 0) put(w, "  allow call c by bot where ");
    else put(w, effect == 1 ? "  deny call c.get where " : "  ask requester before call c where ");
    condition(w, 2);
    if (draw(3) == 0) { put(w, " unless "); condition(w, 1); }
    put(w, effect ? " because \"r%u\"\n" : "\n", i);
  }
  put(w, "}\n");
}

static void *compiled(size_t *size) {
  static const char *const root = "workspace t\npackage t in \"t/\" declares connectors, agents, policies, guards, groups\n";
  static struct writer w;
  unsigned char *image = NULL;
  w.length = 0;
  w.roles = draw(2);
  put(&w, "package t\nconnector c \"C\" {\n");
  for (unsigned i = 0; i < 2; i++)
    put(&w, "  reads %s(owner: string, roles: list of string, colour: one of { red, green, blue }, level: int, note: string?)\n", i ? "set" : "get");
  put(&w, "}\nagent bot { owner \"o\" purpose \"p\" uses c }\n");
  rules(&w, false);
  rules(&w, true);
  const struct rbc_options options = {.date = "2024-05-15"};
  struct rbc *c = rbc_open(&options);
  bool fine = c && rbc_add_file(c, "root.rb", root, strlen(root)) && rbc_add_file(c, "t/t.rb", w.text, w.length) && rbc_compile(c, &image, size);
  if (!fine && c) rbc_report(c, stderr, RBC_TEXT);
  ck_assert(fine);
  rbc_close(c);
  return image;
}

/* ---- both ways ---- */
struct side { rebase_engine *engine; rebase_request *request; const rebase_decision *decision; char words[16384]; const char *near; };

static void open_side(struct side *s, bool plain, const void *image, size_t size) {
  const rebase_options options = {.plain = plain};
  rebase_report report;
  ck_assert_int_eq(rebase_engine_open(&options, &s->engine), REBASE_OK);
  ck_assert_msg(rebase_engine_load(s->engine, image, size, &report) == REBASE_OK, "%s", report.text);
  ck_assert_ptr_nonnull(s->request = rebase_request_new(s->engine));
}

static void close_side(struct side *s) {
  rebase_request_free(s->request);
  rebase_engine_close(s->engine);
}

static void decide(struct side *s, const char *body) {
  const rebase_caller caller = {"t.bot", "ann", NULL};
  s->decision = rebase_decide_json(s->request, &caller, body, strlen(body));
  rebase_explain(s->decision, REBASE_FOR_PERSON, s->words, sizeof s->words);
  s->near = strstr(s->words, "  would have");       /* the rules that did not match; what stands before is the decision's own */
  if (!s->near) s->near = "";
}

static void same(const struct side *a, const struct side *b, const char *body) {
  const rebase_decision *x = a->decision, *y = b->decision;
  ck_assert_msg(x->effect == y->effect && x->status == y->status, "%s: %d %d, plain %d %d", body, x->effect, x->status, y->effect, y->status);
  ck_assert_str_eq(x->reason, y->reason);
  ck_assert_uint_eq(x->rule_total, y->rule_total);
  for (uint32_t i = 0; i < x->rule_count; i++) {
    ck_assert_uint_eq(x->rules[i].line, y->rules[i].line);
    ck_assert_str_eq(x->rules[i].effect, y->rules[i].effect);
  }
  ck_assert_uint_le(x->steps, y->steps);
  ck_assert_uint_eq(x->steps_bound, y->steps_bound);
  ck_assert_str_eq(a->near, b->near);
}

static void request(struct writer *w) {
  static const char *const colours[] = {"red", "green", "blue"};
  w->length = 0;
  put(w, "{\"call\":\"c.%s\",\"args\":{\"owner\":\"u%u\",\"roles\":[", draw(2) ? "get" : "set", draw(7));
  for (unsigned i = 0, count = draw(12); i < count; i++) put(w, "%s\"u%u\"", i ? "," : "", draw(7));
  put(w, "],\"colour\":\"%s\",\"level\":%s", colours[draw(3)], draw(12) ? draw(2) ? "3" : "1" : "9223372036854775806");
  if (draw(2)) put(w, ",\"note\":\"u%u\"", draw(4));
  put(w, "}}");
}

START_TEST(same_decisions) {
  static struct writer body;
  static struct side with, plain;
  unsigned fewer = 0, indexed = 0, kinds = 0;
  for (unsigned round = 0; round < 60; round++) {
    size_t size;
    void *image = compiled(&size);
    open_side(&with, false, image, size);
    open_side(&plain, true, image, size);
    free(image);
    for (unsigned i = 0; i < 200; i++) {
      request(&body);
      decide(&with, body.text);
      decide(&plain, body.text);
      same(&with, &plain, body.text);
      fewer += with.decision->steps < plain.decision->steps;
    }
    for (uint32_t agent = 0, head = 0; head < 2; head++) {
      const struct scope_plan *p = bundle_plan(with.request->loaded->bundle, agent, head);
      indexed += p && p->by != SCOPE_ALL;
      if (p) kinds |= 1u << p->by;
      p = bundle_plan(plain.request->loaded->bundle, agent, head);
      ck_assert(!p || p->by == SCOPE_ALL);
    }
    close_side(&with);
    close_side(&plain);
  }
  ck_assert_uint_eq(kinds, 1u << SCOPE_ALL | 1u << SCOPE_EQUAL | 1u << SCOPE_HOLDS);
  ck_assert_uint_gt(indexed, 40);
  ck_assert_uint_gt(fewer, 3000);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scope_plan");
  TCase *tests = tcase_create("scope_plan");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, same_decisions);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
