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
struct writer { char text[65536]; size_t length; bool roles, plain; };          /* roles: many ask for them; plain: rules only test and only allow or deny */
__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  w->length += (size_t)vsnprintf(w->text + w->length, sizeof w->text - w->length, format, arguments);
  va_end(arguments);
  ck_assert_uint_lt(w->length, sizeof w->text);
}

/* Texts are compared by a word of their beginning and one of their end: these differ before, in and behind those, and in their length. */
static const char *const names[] = {"u0", "u1", "u2", "u3", "u4", "u5", "u6", "", "u", "abc", "abcd", "abce", "abcdefgh", "abcdefghijkl", "abcdefghijkx", "xbcdefghijkl",
                                    "abcdefghijklm", "abcdxfghijklm", "abcdefghijkly", "abcdefghijklmnopqrst"};
enum { NAMES = sizeof names / sizeof *names };
static const char *name(unsigned few) { return names[draw(4) ? draw(few) : draw(NAMES)]; }

static const char *const colours[] = {"red", "green", "blue"};
/* The greatest and the least number; two that are far from all others. */
static const char *const far[] = {"9223372036854775807", "-9223372036854775807", "1000000", "-70"};

static void condition(struct writer *w, unsigned depth) {
  switch (draw(depth ? 20 : 17)) {
  case 0: case 1: case 2: put(w, w->roles ? "\"%s\" in args.roles" : "args.owner == \"%s\"", name(6)); return;
  case 3: put(w, "\"%s\" in args.roles", name(6)); return;
  case 4: put(w, "args.colour == %s", colours[draw(3)]); return;
  case 5: put(w, "args.level == %u", draw(4)); return;
  case 6: put(w, "args.note == \"%s\"", name(3)); return;
  case 7: put(w, "args.level > %u", draw(4)); return;
  case 8: put(w, "args.owner != \"%s\"", name(6)); return;
  case 9: put(w, w->plain ? "args.level < %u" : "args.level + %u > 9223372036854775800", draw(4)); return;
  case 10: put(w, "args.owner starts with \"%s\"", name(6)); return;
  case 11: put(w, draw(2) ? "args.owner == args.other" : "args.owner in args.roles"); return;
  case 12: put(w, "args.big"); return;
  case 13: put(w, "%s in args.colours", colours[draw(3)]); return;
  case 14: if (draw(6)) put(w, "%u in args.levels", draw(9)); else put(w, "%s in args.levels", far[draw(4)]); return;
  case 15: put(w, "args.level %s %s", draw(2) ? "<=" : "<", far[draw(4)]); return;
  case 16: put(w, draw(3) ? "args.colour == args.shade" : draw(2) ? "requester.id == \"ann\"" : "args.owner != requester.id"); return;
  case 17: case 18: condition(w, depth - 1); put(w, " and "); condition(w, depth - 1); return;
  default: put(w, "("); condition(w, depth - 1); put(w, " or "); condition(w, depth - 1); put(w, ")"); return;
  }
}

static void rules(struct writer *w, bool guard) {
  put(w, guard ? "guard g {\n" : "policy p {\n  allow call c.get by bot where args.level == 3\n");
  for (unsigned i = 0, count = draw(w->plain ? 12 : draw(3) ? 60 : 160); i < count; i++) {         /* more than a table holds, too */
    unsigned effect = guard ? 1 + draw(w->plain ? 1 : 2) : draw(w->plain ? 2 : 3);
    if (effect == 0) put(w, "  allow call c by bot where ");
    else put(w, effect == 1 ? "  deny call c.get where " : "  ask requester before call c where ");
    if (draw(4) == 0) put(w, "operation.reads and ");       /* which is constant: what is left stands behind all rules */
    condition(w, 2);
    if (draw(3) == 0) { put(w, " unless "); condition(w, 1); }
    put(w, effect ? " because \"r%u\"\n" : "\n", i);
  }
  put(w, "}\n");
}

static void declarations(struct writer *w) {
  w->length = 0;
  w->roles = draw(2);
  w->plain = draw(3) == 0;
  put(w, "package t\nconnector c \"C\" {\n");
  for (unsigned i = 0; i < 2; i++)
    put(w, "  reads %s(owner: string, other: string, roles: list of string, colour: one of { red, green, blue }, level: int, "
        "colours: set of one of { red, green, blue }, levels: list of int, shade: one of { blue, red, green }?, big: bool, note: string?)\n", i ? "set" : "get");
  put(w, "}\nagent bot { owner \"o\" purpose \"p\" uses c }\n");
}

static void *compiled(const struct writer *w, size_t *size) {
  static const char *const root = "workspace t\npackage t in \"t/\" declares connectors, agents, policies, guards, groups\n";
  const struct rbc_options options = {.date = "2024-05-15"};
  unsigned char *image = NULL;
  struct rbc *c = rbc_open(&options);
  bool fine = c && rbc_add_file(c, "root.rb", root, strlen(root)) && rbc_add_file(c, "t/t.rb", w->text, w->length) && rbc_compile(c, &image, size);
  if (!fine && c) rbc_report(c, stderr, RBC_TEXT);
  ck_assert(fine);
  rbc_close(c);
  return image;
}

/* ---- both ways ---- */
struct side { rebase_engine *engine; rebase_request *request; const rebase_decision *decision; char words[16384]; const char *near; };

static void open_side(struct side *s, bool plain, uint64_t max_steps, const void *image, size_t size) {
  const rebase_options options = {.plain = plain, .max_steps = max_steps};
  rebase_report report;
  ck_assert_int_eq(rebase_engine_open(&options, &s->engine), REBASE_OK);
  ck_assert_msg(rebase_engine_load(s->engine, image, size, &report) == REBASE_OK, "%s", report.text);
  ck_assert_ptr_nonnull(s->request = rebase_request_new(s->engine));
}

static void open_both(struct side *with, struct side *plain, const struct writer *w, uint64_t max_steps) {
  size_t size;
  void *image = compiled(w, &size);
  open_side(with, false, max_steps, image, size);
  open_side(plain, true, max_steps, image, size);
  free(image);
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
  ck_assert_uint_eq(x->rule_count, y->rule_count);
  for (uint32_t i = 0; i < x->rule_count; i++) {
    ck_assert_uint_eq(x->rules[i].line, y->rules[i].line);
    ck_assert_str_eq(x->rules[i].effect, y->rules[i].effect);
  }
  ck_assert_uint_le(x->steps, x->steps_bound);
  ck_assert_uint_eq(x->steps_bound, y->steps_bound);
  ck_assert_str_eq(a->near, b->near);
}

static void decide_both(struct side *with, struct side *plain, const char *body) {
  decide(with, body);
  decide(plain, body);
  same(with, plain, body);
}

static void request(struct writer *w) {
  const char *comma = "";
  w->length = 0;
  put(w, "{\"call\":\"c.%s\",\"args\":{\"owner\":\"%s\",\"other\":\"%s\",\"roles\":[", draw(2) ? "get" : "set", name(7), name(7));
  for (unsigned i = 0, count = draw(12); i < count; i++) put(w, "%s\"%s\"", i ? "," : "", name(7));
  put(w, "],\"colour\":\"%s\",\"big\":%s,\"level\":%s", colours[draw(3)], draw(2) ? "true" : "false", draw(12) ? draw(2) ? "3" : "1" : draw(2) ? far[draw(4)] : "9223372036854775806");
  put(w, ",\"colours\":[");
  for (unsigned i = 0; i < 3; i++)
    if (draw(2)) { put(w, "%s\"%s\"", comma, colours[i]); comma = ","; }
  put(w, "],\"levels\":[");
  for (unsigned i = 0, count = draw(10); i < count; i++) {
    if (draw(8)) put(w, "%s%u", i ? "," : "", draw(9));
    else put(w, "%s%s", i ? "," : "", far[draw(4)]);
  }
  put(w, "]");
  if (draw(2)) put(w, ",\"shade\":\"%s\"", colours[draw(3)]);
  if (draw(2)) put(w, ",\"note\":\"%s\"", name(4));
  put(w, "}}");
}

START_TEST(same_decisions) {
  static struct writer policies, body;
  static struct side with, plain;
  unsigned fewer = 0, indexed = 0, kinds = 0, tables = 0, mixed = 0, all_plain = 0, together = 0;
  for (unsigned round = 0; round < 90; round++) {
    declarations(&policies);
    rules(&policies, false);
    rules(&policies, true);
    open_both(&with, &plain, &policies, 0);
    for (unsigned i = 0; i < 200; i++) {
      request(&body);
      decide_both(&with, &plain, body.text);
      fewer += with.decision->steps < plain.decision->steps;
    }
    for (uint32_t agent = 0, head = 0; head < 2; head++) {
      const struct scope_plan *p = bundle_plan(with.request->loaded->bundle, agent, head);
      indexed += p && p->by != SCOPE_ALL;
      if (p) kinds |= 1u << p->by;
      tables += p && p->table;
      mixed += p && p->table && p->table->other_count;
      all_plain += p && p->plain;
      for (const struct condition *c = p && p->table ? p->table->conditions : NULL; c && c->op != OP_SETTLED; c++) together |= c->op > OP_SETTLED ? 1u << (c->op - OP_SETTLED) : 0;
      p = bundle_plan(plain.request->loaded->bundle, agent, head);
      ck_assert(!p || (p->by == SCOPE_ALL && !p->table));
    }
    close_side(&with);
    close_side(&plain);
  }
  ck_assert_uint_eq(kinds, 1u << SCOPE_ALL | 1u << SCOPE_EQUAL | 1u << SCOPE_HOLDS);
  ck_assert_uint_gt(indexed, 40);
  ck_assert_uint_gt(fewer, 3000);
  ck_assert_uint_gt(tables, 50);
  ck_assert_uint_gt(mixed, 40);
  ck_assert_uint_gt(all_plain, 20);
  for (unsigned op = OP_SETTLED + 1; op < OP_ANY_COUNT; op++) ck_assert_msg(together >> (op - OP_SETTLED) & 1, "no condition %u", op);
}
END_TEST

/* The host lets a request cost less than a list of rules that only test. */
START_TEST(too_dear) {
  static struct writer policies, body;
  static struct side with, plain;
  declarations(&policies);
  put(&policies, "policy p {\n");
  for (unsigned i = 0; i < 8; i++) put(&policies, "  allow call c.get by bot where args.level >= %u\n", i);
  put(&policies, "}\n");
  for (unsigned most = 1; most <= 1000; most *= 1000) {
    open_both(&with, &plain, &policies, most);
    for (unsigned i = 0; i < 20; i++) {
      request(&body);
      decide_both(&with, &plain, body.text);
      if (strstr(body.text, "c.get")) ck_assert_int_eq(with.decision->status, most == 1 ? REBASE_E_COST : REBASE_OK);
    }
    const struct rebase_bundle *b = with.request->loaded->bundle;
    ck_assert(bundle_plan(b, 0, find_operation(b, "c.get", 5))->plain);
    close_side(&with);
    close_side(&plain);
  }
}
END_TEST

/* Two that deny, both told, and what is first of the rest. */
static void many_match(unsigned rules) {
  static struct writer policies, body;
  static struct side with, plain;
  declarations(&policies);
  put(&policies, "policy p {\n");
  for (unsigned i = 0; i < rules; i++) put(&policies, "  allow call c.get by bot where args.level >= %u\n", i);
  put(&policies, "}\nguard g { deny call c.get where args.owner == args.other because \"the same\"\n"
                 "  deny call c.get where args.other starts with \"o\" because \"it begins so\" }\n");
  open_both(&with, &plain, &policies, 0);
  for (unsigned level = 0; level < rules + 2; level++)
    for (unsigned other = 0; other < 2; other++) {
      body.length = 0;
      put(&body, "{\"call\":\"c.get\",\"args\":{\"owner\":\"o\",\"other\":\"%s\",\"roles\":[],\"colours\":[],\"levels\":[],\"colour\":\"red\",\"big\":false,\"level\":%u}}", other ? "o" : "x", level);
      decide_both(&with, &plain, body.text);
    }
  const struct rebase_bundle *b = with.request->loaded->bundle;
  ck_assert_ptr_nonnull(bundle_plan(b, 0, find_operation(b, "c.get", 5))->table);
  close_side(&with);
  close_side(&plain);
}

START_TEST(more_rules_match_than_a_decision_names) {
  many_match(8);
  many_match(REBASE_MAX_RULES + 8);
}
END_TEST

/* How many rules stand beside the table of c.get; NONE32: it has none. */
static uint32_t same_of_many(const struct writer *policies, unsigned requests) {
  static struct writer body;
  static struct side with, plain;
  open_both(&with, &plain, policies, 0);
  for (unsigned i = 0; i < requests; i++) {
    request(&body);
    decide_both(&with, &plain, body.text);
  }
  const struct rebase_bundle *b = with.request->loaded->bundle;
  const struct decision_table *table = bundle_plan(b, 0, find_operation(b, "c.get", 5))->table;
  const uint32_t others = table ? table->other_count : NONE32;
  close_side(&with);
  close_side(&plain);
  return others;
}

/* A rule with more ways through its tests than a table has columns stands beside it. */
START_TEST(ways_without_number) {
  static struct writer policies;
  declarations(&policies);
  put(&policies, "policy p {\n");
  for (unsigned i = 0; i < 8; i++) put(&policies, "  allow call c.get by bot where args.level < %u\n", i);
  put(&policies, "  deny call c.get where args.level < 9");
  for (unsigned i = 0; i < 8; i++) put(&policies, " and (args.owner != \"u%u\" or args.other != \"%s\")", i, names[i + 8]);
  put(&policies, " and (args.level == 3 or args.big) because \"so many ways\"\n}\n");
  ck_assert_uint_eq(same_of_many(&policies, 400), 1);
}
END_TEST

/* Rules that are waived stand under no key, though an index was thought worth it for them. */
START_TEST(an_index_without_keys) {
  static struct writer policies;
  declarations(&policies);
  put(&policies, "policy p {\n  allow call c.get by bot where args.level < 3\n  allow call c.get by bot where args.level > 5\n}\nguard g {\n");
  for (unsigned i = 0; i < 6; i++) put(&policies, "  deny call c.get where args.owner == \"u%u\" because \"r%u\"\n", i, i);
  put(&policies, "}\nwaive g for bot until 2030-01-01 because \"for now\"\n");
  same_of_many(&policies, 200);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scope_plan");
  TCase *tests = tcase_create("scope_plan");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, same_decisions);
  tcase_add_test(tests, too_dear);
  tcase_add_test(tests, more_rules_match_than_a_decision_names);
  tcase_add_test(tests, ways_without_number);
  tcase_add_test(tests, an_index_without_keys);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
