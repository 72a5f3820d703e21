/* test_reference.c: the reference evaluator against what SPEC says of sessions, worked out by hand. The rest of it is
 * compared with the virtual machine by the differential test. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "rbc.h"
#include "reference.h"
#include "run.h"

static const char root[] = "workspace w\nzone \"UTC\"\npackage w.p in \"p/\" declares connectors, labels, groups, guards, policies, agents, "
                           "types, proofs, contexts\n";
static const char text[] =
  "package w.p\nlabel secret \"s\"\nlabel untrusted \"u\"\nproof shown \"x\" lasts 10 minutes\ngroup leads \"l\"\n"
  "connector c \"C\" {\n  kind k\n  failure \"Error\"\n"
  "  entity order { id: string key  state: one of { open, closed }  payee: string  note: string untrusted }\n"
  "  entity person { name: string key }\n"
  "  reads get(id: string) -> order yields secret\n  reads every() -> list of order\n  reads who(mail: string) -> person binds person proves shown\n"
  "  writes close(id: string) -> order\n  destroys drop(id: string) changes order(args.id)\n"
  "  reads is_open(id: string)\n  reads pay(to: string, amount: decimal)\n  reads tell(text: string)\n  reads mine(name: string)\n  reads once()\n}\n"
  "agent bot { owner \"o\" purpose \"p\" uses c }\n"
  "policy p {\n  let o = seen order(args.id) otherwise deny because \"look it up\"\n"
  "  allow call c.{ get, every, who, close, drop } by bot\n"
  "  allow call c.is_open by bot where o.state == open\n"
  "  allow call c.pay by bot where vouched(args.to) and said(args.amount)\n"
  "  allow call c.tell by bot unless session has secret\n"
  "  ask leads before call c.mine by bot where (bound person == args.name) and session has shown wait at most 5 minutes\n"
  "  allow call c.once by bot\n}\n"
  "guard g {\n  let me = the only seen person otherwise deny because \"who\"\n"
  "  deny call c.once where session.count(c.once) >= 1 because \"once\"\n"
  "  deny call c.mine unless me.name == args.name because \"only one\"\n}\n";

static char directory[] = "/tmp/rebase-reference-XXXXXX";
static struct rbc *compiler;
static struct reference *reference;
static struct reference_session *session;
static int64_t now;

static void setup(void) {
  struct rbc_options options = {.directory = directory, .date = "2026-11-23"};
  compiler = rbc_open(&options);
  rbc_add_file(compiler, "root.rb", root, sizeof root - 1);
  rbc_add_file(compiler, "p/p.rb", text, sizeof text - 1);
  if (!rbc_check(compiler)) { rbc_report(compiler, stderr, RBC_TEXT); ck_abort_msg("refused"); }
  reference = reference_open(rbc_program(compiler), NULL);
  now = INT64_C(1700000000000000);
  session = reference_session_open(reference, "w.p.bot", "ann", NULL, now);
  ck_assert_ptr_nonnull(session);
}

static void teardown(void) {
  reference_session_close(session);
  reference_close(reference);
  rbc_close(compiler);
}

static struct reference_decision decision;
static enum reference_effect decide(const char *operation, const char *args) {
  struct reference_request request = {.event = EVENT_CALL, .agent = "w.p.bot", .requester = "ann", .operation = operation, .args = args,
                                      .args_length = strlen(args), .now = now};
  reference_decide(reference, session, &request, &decision);
  return decision.effect;
}
static void observe(uint64_t call, enum reference_outcome outcome, const char *result) {
  ck_assert(reference_observe(session, call, outcome, result, strlen(result), now));
}
#define ORDER(STATE) "{\"id\":\"a\",\"state\":\"" STATE "\",\"payee\":\"bob\",\"note\":\"eve\"}"
static void read_order(const char *result) {
  ck_assert_int_eq(decide("c.get", "{\"id\":\"a\"}"), REFERENCE_ALLOW);
  observe(decision.call, REFERENCE_SUCCESS, result);
}
static bool open_order(void) { return decide("c.is_open", "{\"id\":\"a\"}") == REFERENCE_ALLOW; }

START_TEST(seen) {
  ck_assert(!open_order());
  ck_assert_int_eq(decision.hits[0].verdict, REFERENCE_LACKED_DENY);
  read_order(ORDER("open"));
  ck_assert(open_order());
  read_order("\"Error: no\"");
  ck_assert(open_order());
  read_order("{\"id\":\"a\"}");                   /* ill-typed: nothing of it is stored */
  ck_assert(open_order());
  read_order(ORDER("closed"));
  ck_assert(!open_order());
  ck_assert_uint_eq(decision.hit_count, 0);
}
END_TEST

START_TEST(writes_make_it_missing) {
  read_order(ORDER("open"));
  decide("c.close", "{\"id\":\"a\"}");
  uint64_t call = decision.call;
  ck_assert(!open_order());
  observe(call, REFERENCE_FAILED, "");
  ck_assert(open_order());
  decide("c.close", "{\"id\":\"b\"}");              /* another one */
  ck_assert(open_order());
  decide("c.drop", "{\"id\":\"a\"}");
  observe(decision.call, REFERENCE_UNKNOWN, "");
  ck_assert(!open_order());
  read_order(ORDER("open"));
  ck_assert(open_order());
  decide("c.close", "{\"id\":\"a\"}");
  observe(decision.call, REFERENCE_SUCCESS, ORDER("open"));
  ck_assert(open_order());
  ck_assert(!reference_observe(session, decision.call + 1000, REFERENCE_SUCCESS, "", 0, now));
}
END_TEST

START_TEST(a_read_that_a_write_overtook) {
  decide("c.get", "{\"id\":\"a\"}");
  uint64_t read = decision.call;
  decide("c.close", "{\"id\":\"a\"}");
  observe(decision.call, REFERENCE_SUCCESS, ORDER("closed"));
  observe(read, REFERENCE_SUCCESS, ORDER("open"));
  ck_assert(!open_order());
}
END_TEST

START_TEST(twice_and_different) {
  decide("c.every", "{}");
  observe(decision.call, REFERENCE_SUCCESS, "[" ORDER("open") "," ORDER("open") "]");
  ck_assert(open_order());
  decide("c.every", "{}");
  observe(decision.call, REFERENCE_SUCCESS, "[" ORDER("open") "," ORDER("closed") "]");
  ck_assert(!open_order());
}
END_TEST

START_TEST(vouched_and_said) {
  reference_hear(session, "pay $1,200.00, please; not to v1.2.", 35);
  decide("c.get", "{\"id\":\"a\"}");                /* the agent chose the key */
  observe(decision.call, REFERENCE_SUCCESS, ORDER("open"));
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"bob\",\"amount\":1200}"), REFERENCE_DENY);
  decide("c.every", "{}");
  observe(decision.call, REFERENCE_SUCCESS, "[" ORDER("open") "]");
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"bob\",\"amount\":1200}"), REFERENCE_ALLOW);
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"eve\",\"amount\":1200}"), REFERENCE_DENY);     /* untrusted field */
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"bob\",\"amount\":200}"), REFERENCE_DENY);
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"please\",\"amount\":1200.0}"), REFERENCE_ALLOW);
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"v1\",\"amount\":1200}"), REFERENCE_DENY);
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"\",\"amount\":1200}"), REFERENCE_DENY);
}
END_TEST

START_TEST(labels_and_counts) {
  ck_assert_int_eq(decide("c.tell", "{\"text\":\"x\"}"), REFERENCE_ALLOW);
  decide("c.get", "{\"id\":\"a\"}");                /* set when the read is allowed, not when it is observed */
  ck_assert_int_eq(decide("c.tell", "{\"text\":\"x\"}"), REFERENCE_DENY);
  ck_assert_int_eq(decide("c.once", "{}"), REFERENCE_ALLOW);
  uint64_t call = decision.call;
  ck_assert_int_eq(decide("c.once", "{}"), REFERENCE_DENY);
  observe(call, REFERENCE_FAILED, "");
  ck_assert_int_eq(decide("c.once", "{}"), REFERENCE_ALLOW);
}
END_TEST

START_TEST(subjects_proofs_and_asks) {
  ck_assert_int_eq(decide("c.mine", "{\"name\":\"ann\"}"), REFERENCE_DENY);
  decide("c.who", "{\"mail\":\"m\"}");
  observe(decision.call, REFERENCE_SUCCESS, "\"ann\"");      /* an entity that is only its key */
  ck_assert_int_eq(decide("c.mine", "{\"name\":\"ann\"}"), REFERENCE_ASK);
  ck_assert_uint_eq(decision.approver_count, 1);
  int64_t deadline = decision.deadline;
  ck_assert_int_eq(deadline, now + INT64_C(300000000));
  now += 60000000;
  ck_assert_int_eq(decide("c.mine", "{\"name\":\"ann\"}"), REFERENCE_ASK);
  ck_assert_int_eq(decision.deadline, deadline);
  const char *groups[] = {"w.p.leads"};
  struct reference_request request = {.event = EVENT_CALL, .agent = "w.p.bot", .requester = "ann", .operation = "c.mine",
                                      .args = "{\"name\":\"ann\"}", .args_length = 14, .now = now, .approved = groups, .approved_count = 1};
  reference_decide(reference, session, &request, &decision);
  ck_assert_int_eq(decision.effect, REFERENCE_ALLOW);
  now += INT64_C(600000000);                        /* the proof is over */
  ck_assert_int_eq(decide("c.mine", "{\"name\":\"ann\"}"), REFERENCE_DENY);
  decide("c.who", "{\"mail\":\"n\"}");
  observe(decision.call, REFERENCE_SUCCESS, "\"bob\"");
  ck_assert_int_eq(decide("c.mine", "{\"name\":\"ann\"}"), REFERENCE_DENY);      /* a second person was seen */
}
END_TEST

START_TEST(requests_that_are_refused) {
  static const char *const bad[] = {"{", "[]", "{\"id\":7}", "{\"id\":\"a\",\"x\":1}", "{\"id\":\"a\",\"id\":\"a\"}", "{}", "{\"id\":null}"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ck_assert_int_eq(decide("c.get", bad[i]), REFERENCE_DENY);
    ck_assert(!decision.decided);
  }
  ck_assert_int_eq(decide("c.unknown", "{}"), REFERENCE_DENY);
  ck_assert_int_eq(decide("c.pay", "{\"to\":\"a\",\"amount\":0.0000001}"), REFERENCE_DENY);
  ck_assert(!decision.decided);
}
END_TEST

int main(void) {
  if (!mkdtemp(directory)) return 1;
  Suite *suite = suite_create("reference");
  TCase *tests = tcase_create("reference");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, seen);
  tcase_add_test(tests, writes_make_it_missing);
  tcase_add_test(tests, a_read_that_a_write_overtook);
  tcase_add_test(tests, twice_and_different);
  tcase_add_test(tests, vouched_and_said);
  tcase_add_test(tests, labels_and_counts);
  tcase_add_test(tests, subjects_proofs_and_asks);
  tcase_add_test(tests, requests_that_are_refused);
  suite_add_tcase(suite, tests);
  int failed = run_suite(suite);
  rmdir(directory);
  return failed != 0;
}
