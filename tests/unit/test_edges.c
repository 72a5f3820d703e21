/* test_edges.c: what is too much, too long or does not fit. Nothing of it is taken for less than it is: it is refused, or not
 * stored, or hides more than it would. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

#define CLERK "acme.shop.clerk"
enum { TEXT_BYTES = 8192 };
#define LONG 400                    /* bytes; more than an open call keeps of its arguments */

static const char desk[] =
  "type filter { name: string  part: string? }\n"
  "connector desk \"a desk\" {\n"
  "  entity note { id: string key  title: string?  price: money(USD)  cost: money(EUR)  by: string }\n"
  "  reads notes_of(ids: list of string) -> list of note\n"
  "  reads notes_like(like: filter) -> list of note\n"
  "  reads notes_named(names: map of int) -> list of note\n"
  "  reads note_by(id: string, by: string) -> note { by: args.by }\n"
  "  writes change(id: string) changes note(args.id)\n"
  "  writes change_many(a: string, b: string, c: string, d: string, e: string, f: string, g: string)\n"
  "    changes note(args.a) changes note(args.b) changes note(args.c) changes note(args.d) changes note(args.e) changes note(args.f)\n"
  "    changes note(args.g)\n"
  "  writes buy(amount: money(USD))\n"
  "}\n"
  "agent clerk { owner \"o\" purpose \"p\" uses desk uses mail }\n"
  "policy desks {\n"
  "  allow call desk except { buy } by clerk\n"
  "  allow call desk.buy by clerk where vouched(args.amount)\n"
  "  allow call mail.send by clerk where args.to == \"vouched\" and vouched(args.text)\n"
  "  allow call mail.send by clerk where args.to == \"seen\" and seen note(args.text) is present\n"
  "}\n";

static struct host h;

static void open_desk(void) {
  host_open(&h, desk);
  ck_assert_int_eq(host_session(&h, CLERK, "ann", h.session), REBASE_OK);
  h.caller = (rebase_caller){CLERK, "ann", h.session};
}

static const rebase_decision *decide_with(const char *format, const char *text) {
  static char body[2 * TEXT_BYTES];
  snprintf(body, sizeof body, format, text);
  return decide(&h, body);
}

static bool is(const char *fact, const char *text) {
  char format[128];
  snprintf(format, sizeof format, "{\"call\":\"mail.send\",\"args\":{\"to\":\"%s\",\"text\":\"%%s\"}}", fact);
  return decide_with(format, text)->effect == REBASE_ALLOW;
}

static const char *repeated(char c, size_t length) {
  static char text[TEXT_BYTES];
  memset(text, c, length);
  text[length] = 0;
  return text;
}

#define NOTE(ID) "{\"id\":\"" ID "\",\"price\":12.00,\"cost\":77.00,\"by\":\"eve\"}"

/* ---- what vouches: all of what the call said must be vouched for ---- */
START_TEST(spec_8_7_composite_arguments) {
  static const struct { const char *call, *id; bool vouched; } cases[] = {
    {"\"desk.notes_of\",\"args\":{\"ids\":[\"a1\",\"b2\"]}", "n1", true},
    {"\"desk.notes_of\",\"args\":{\"ids\":[\"a1\",\"zz\"]}", "n2", false},
    {"\"desk.notes_of\",\"args\":{\"ids\":[]}", "n3", true},
    {"\"desk.notes_like\",\"args\":{\"like\":{\"name\":\"a1\"}}", "n4", true},
    {"\"desk.notes_like\",\"args\":{\"like\":{\"name\":\"a1\",\"part\":\"b2\"}}", "n5", true},
    {"\"desk.notes_like\",\"args\":{\"like\":{\"name\":\"a1\",\"part\":\"zz\"}}", "n6", false},
    {"\"desk.notes_named\",\"args\":{\"names\":{\"a1\":5,\"b2\":5}}", "n7", true},
    {"\"desk.notes_named\",\"args\":{\"names\":{\"zz\":5}}", "n8", false},
    {"\"desk.notes_named\",\"args\":{\"names\":{\"a1\":5,\"b2\":6}}", "n9", false},
  };
  char call[256], result[256];
  open_desk();
  hear(&h, "a1 and b2, 5 times");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    snprintf(call, sizeof call, "{\"call\":%s}", cases[i].call);
    snprintf(result, sizeof result, "[{\"id\":\"%s\",\"price\":1.00,\"cost\":1.00,\"by\":\"eve\"}]", cases[i].id);
    call_and_observe(&h, call, result);
    ck_assert_msg(is("seen", cases[i].id), "%s: not seen", call);
    ck_assert_msg(is("vouched", cases[i].id) == cases[i].vouched, "%s", call);
  }
  host_close(&h);
}
END_TEST

START_TEST(spec_8_7_more_than_is_looked_at) {
  char call[1024] = "{\"call\":\"desk.notes_of\",\"args\":{\"ids\":[\"a1\"";
  open_desk();
  hear(&h, "a1");
  for (int i = 0; i < 64; i++) strcat(call, ",\"a1\"");
  strcat(call, "]}}");
  call_and_observe(&h, call, "[" NOTE("n1") "]");
  ck_assert(is("seen", "n1") && !is("vouched", "n1"));
  host_close(&h);
}
END_TEST

/* 77 is there as euros only; the title is not there at all. */
START_TEST(spec_8_7_of_the_same_currency) {
  static const char buy[] = "{\"call\":\"desk.buy\",\"args\":{\"amount\":%s}}";
  open_desk();
  call_and_observe(&h, "{\"call\":\"desk.notes_of\",\"args\":{\"ids\":[]}}", "[" NOTE("n1") "]");
  ck_assert_int_eq(decide_with(buy, "12.00")->effect, REBASE_ALLOW);
  ck_assert_int_eq(decide_with(buy, "77.00")->effect, REBASE_DENY);
  ck_assert(is("vouched", "eve") && !is("vouched", "adam"));
  host_close(&h);
}
END_TEST

/* ---- results ---- */
START_TEST(spec_9_4_filled_from_arguments) {
  static const char call[] = "{\"call\":\"desk.note_by\",\"args\":{\"id\":\"n1\",\"by\":\"bob\"}}";
  open_desk();
  ALLOWS(&h, call);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, NOTE("n1")), REBASE_E_TYPE);       /* by eve, and bob was asked for */
  ck_assert(!is("seen", "n1"));
  call_and_observe(&h, call, "{\"id\":\"n1\",\"price\":1.00,\"cost\":1.00,\"by\":\"bob\"}");
  ck_assert(is("seen", "n1"));
  call_and_observe(&h, call, "{\"id\":\"n1\",\"price\":1.00,\"cost\":1.00}");
  ck_assert(is("seen", "n1"));
  host_close(&h);
}
END_TEST

/* What was asked for is forgotten when it is too long: the answer cannot be held against it. */
START_TEST(arguments_too_long_to_be_kept) {
  open_desk();
  ck_assert_int_eq(decide_with("{\"call\":\"desk.note_by\",\"args\":{\"id\":\"%s\",\"by\":\"eve\"}}", repeated('x', LONG))->effect, REBASE_ALLOW);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, NOTE("n1")), REBASE_E_TOO_LARGE);
  ck_assert(!is("seen", "n1"));
  host_close(&h);
}
END_TEST

START_TEST(keys_too_long_to_be_kept) {
  static char note[2 * TEXT_BYTES];
  open_desk();
  snprintf(note, sizeof note, "{\"id\":\"%s\",\"price\":1.00,\"cost\":1.00,\"by\":\"eve\"}", repeated('k', 600));
  see(&h, "desk.note", note);
  ck_assert(!is("seen", repeated('k', 600)));
  ck_assert_int_eq(see(&h, "desk.note", NOTE("n1")), REBASE_OK);
  ck_assert(is("seen", "n1"));
  host_close(&h);
}
END_TEST

/* ---- writes whose keys are not kept touch everything ---- */
START_TEST(writes_to_keys_too_long) {
  open_desk();
  ck_assert_int_eq(see(&h, "desk.note", NOTE("n1")), REBASE_OK);
  ck_assert_int_eq(decide_with("{\"call\":\"desk.change\",\"args\":{\"id\":\"%s\"}}", repeated('x', LONG))->effect, REBASE_ALLOW);
  char write[REBASE_ID_BYTES];
  memcpy(write, h.decision, sizeof write);
  ck_assert(!is("seen", "n1"));
  ck_assert_int_eq(rebase_observe(h.engine, h.session, write, REBASE_FAILED, NULL, 0, NULL), REBASE_OK);
  ck_assert(is("seen", "n1"));
  host_close(&h);
}
END_TEST

START_TEST(writes_to_many_keys) {
  static const char call[] = "{\"call\":\"desk.change_many\",\"args\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\",\"e\":\"5\",\"f\":\"6\",\"g\":\"%s\"}}";
  open_desk();
  ck_assert_int_eq(see(&h, "desk.note", NOTE("n1")), REBASE_OK);
  ck_assert_int_eq(see(&h, "desk.note", NOTE("4")), REBASE_OK);
  ck_assert_int_eq(decide_with(call, "n1")->effect, REBASE_ALLOW);
  char write[REBASE_ID_BYTES];
  memcpy(write, h.decision, sizeof write);
  ck_assert(!is("seen", "n1") && !is("seen", "4"));
  ck_assert_int_eq(rebase_observe(h.engine, h.session, write, REBASE_SUCCESS, NULL, 0, NULL), REBASE_OK);
  ck_assert(!is("seen", "n1") && !is("seen", "4"));
  host_close(&h);
}
END_TEST

/* ---- bundles that a session does not fit ---- */
#define PEOPLE(KEY) ALLOW_ALL "connector hr \"h\" { entity person { id: " KEY " key  name: string } reads me() -> person binds person }\n" \
  "agent boss { owner \"o\" purpose \"p\" uses hr }\npolicy hr { allow call hr by boss }\n"

/* Whom a session is about was a text and is a number now: nobody knows any more, from the first decision on. */
START_TEST(spec_8_5_subject_of_another_type) {
  host_open(&h, PEOPLE("string"));
  ck_assert_int_eq(host_session(&h, "acme.shop.boss", "ann", h.session), REBASE_OK);
  h.caller = (rebase_caller){"acme.shop.boss", "ann", h.session};
  call_and_observe(&h, "{\"call\":\"hr.me\",\"args\":{}}", "{\"id\":\"7\",\"name\":\"Ann\"}");
  host_load(&h, PEOPLE("string") "group more \"more\"\n");
  ALLOWS(&h, "{\"call\":\"hr.me\",\"args\":{}}");
  host_load(&h, PEOPLE("int"));
  for (int i = 0; i < 2; i++) {
    const rebase_decision *d = decide(&h, "{\"call\":\"hr.me\",\"args\":{}}");
    ck_assert_int_eq(d->effect, REBASE_DENY);
    ck_assert_int_eq(d->status, REBASE_E_SESSION);
  }
  host_close(&h);
}
END_TEST

START_TEST(requester_of_another_bundle) {
  static const char *const files[] = {
    "root.rb", "workspace acme\npackage acme.shop in \"shop/\" declares connectors, contexts, agents, policies\n", "shop/shop.rb",
    "package acme.shop\ncontext requester { id: string  level: int }\nconnector shop \"s\" { reads look() }\n"
    "agent bot { owner \"o\" purpose \"p\" uses shop }\npolicy p { allow call by bot }\n", NULL};
  struct image image = compile_files(files);
  host_open(&h, ALLOW_ALL);
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  free(image.bytes);
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.look\",\"args\":{}}");
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->status, REBASE_E_TYPE);
  host_close(&h);
}
END_TEST

START_TEST(context_too_long) {
  char *json = malloc(70000), session[REBASE_ID_BYTES];
  const rebase_opening opening = {BOT, "ann", json};
  host_open(&h, ALLOW_ALL);
  for (int length = 65536; length <= 65537; length++) {
    snprintf(json, 70000, "{\"roles\":[],\"nick\":\"%*s\"}", length - 22, "x");
    ck_assert_uint_eq(strlen(json), (unsigned)length);
    ck_assert_int_eq(rebase_session_open(h.engine, &opening, session, &h.report), length > 65536 ? REBASE_E_TOO_LARGE : REBASE_OK);
  }
  free(json);
  host_close(&h);
}
END_TEST

/* ---- more than a decision holds ---- */
/* What many lines like this make of a call: FORMAT takes a number twice. */
static const rebase_decision *with_many(const char *before, const char *format, int count, const char *after, const char *call) {
  static char rules[65536];
  size_t at = (size_t)snprintf(rules, sizeof rules, "%s", before);
  for (int i = 0; i < count; i++) at += (size_t)snprintf(rules + at, sizeof rules - at, format, i, i);
  snprintf(rules + at, sizeof rules - at, "%s", after);
  host_load(&h, rules);
  return decide(&h, call);
}

START_TEST(spec_7_6_more_approvers_than_fit) {
  static const char call[] = "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}";
  host_open(&h, ALLOW_ALL);
  for (int count = REBASE_MAX_APPROVERS; count <= REBASE_MAX_APPROVERS + 1; count++) {
    char guard[4096] = "guard g {\n", line[96];
    for (int i = 0; i < count; i++) {
      snprintf(line, sizeof line, "  ask g%d before call shop.vault because \"b\"\n", i);
      strcat(guard, line);
    }
    strcat(guard, "}\n");
    const rebase_decision *d = with_many(ALLOW_ALL, "group g%d \"g %d\"\n", count, guard, call);
    bool fits = count <= REBASE_MAX_APPROVERS;
    ck_assert_int_eq(d->effect, fits ? REBASE_ASK : REBASE_DENY);
    ck_assert_int_eq(d->status, fits ? REBASE_OK : REBASE_E_FULL);
  }
  host_close(&h);
}
END_TEST

START_TEST(spec_7_7_more_obligations_than_fit) {
  static const char call[] = "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}", send[] = "{\"call\":\"mail.send\",\"args\":{\"to\":\"a\",\"text\":\"sesame\"}}";
  host_open(&h, ALLOW_ALL);
  for (int count = 32; count <= 33; count++) {
    const rebase_decision *d = with_many(ALLOW_ALL "guard g {\n", "require stamp(\"%d %d\") before call shop.vault\n", count, "}\n", call);
    ck_assert_int_eq(d->status, count == 32 ? REBASE_OK : REBASE_E_FULL);
    ck_assert_int_eq(d->effect, count == 32 ? REBASE_ALLOW : REBASE_DENY);
    d = with_many(ALLOW_ALL "guard g {\n", "require redact args.text of [word] before call mail.send  # %d %d\n", count, "}\n", send);
    ck_assert_int_eq(d->status, count == 32 ? REBASE_OK : REBASE_E_FULL);
    ck_assert_int_eq(d->effect, count == 32 ? REBASE_ALLOW : REBASE_DENY);
  }
  for (int count = 64; count <= 65; count++) {
    char list[1024] = "guard g { require redact args.text of [d0", name[16];
    for (int i = 1; i < count; i++) {
      snprintf(name, sizeof name, ", d%d", i);
      strcat(list, name);
    }
    strcat(list, "] before call mail.send }\n");
    const rebase_decision *d = with_many(ALLOW_ALL, "detector d%d \"d\" /x%d/\n", count, list, send);
    ck_assert_int_eq(d->status, count == 64 ? REBASE_OK : REBASE_E_FULL);
    ck_assert_int_eq(d->effect, count == 64 ? REBASE_ALLOW : REBASE_DENY);
  }
  host_close(&h);
}
END_TEST

/* A text that cannot be searched to its end is not sent on as it is. */
START_TEST(spec_6_5_redaction_costs_too_much) {
  static const char rules[] = "policy p { allow call mail.send by bot with redact args.text of [card]  allow release to person by bot with redact of [card] }\n";
  host_prepare(&h);
  h.options.max_steps = 500;
  host_begin(&h, rules);
  for (int times = 0; times < 2; times++) {
    const char *text = repeated('1', times ? 5000 : 20);
    const rebase_decision *d = decide_with("{\"call\":\"mail.send\",\"args\":{\"to\":\"a\",\"text\":\"%s\"}}", text);
    ck_assert_int_eq(d->effect, times ? REBASE_DENY : REBASE_ALLOW);
    ck_assert_int_eq(d->status, times ? REBASE_E_COST : REBASE_OK);
    d = decide_with("{\"release\":\"person\",\"text\":\"%s\"}", text);
    ck_assert_int_eq(d->effect, times ? REBASE_DENY : REBASE_ALLOW);
    ck_assert_int_eq(d->status, times ? REBASE_E_COST : REBASE_OK);
  }
  host_close(&h);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("edges");
  TCase *tests = tcase_create("edges");
  tcase_set_timeout(tests, 60);
  const TTest *all[] = {spec_8_7_composite_arguments, spec_8_7_more_than_is_looked_at, spec_8_7_of_the_same_currency,
                        spec_9_4_filled_from_arguments, arguments_too_long_to_be_kept, keys_too_long_to_be_kept, writes_to_keys_too_long,
                        writes_to_many_keys, spec_8_5_subject_of_another_type, requester_of_another_bundle, context_too_long,
                        spec_7_6_more_approvers_than_fit, spec_7_7_more_obligations_than_fit, spec_6_5_redaction_costs_too_much};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) tcase_add_test(tests, all[i]);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
