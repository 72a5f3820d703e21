/* test_decision.c: what becomes of a decision: obligations, redactions, asks and their answers, observations, explanations, the
 * log. SPEC 7. */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

static struct host h;
static void setup(void) { host_open(&h, ALLOW_ALL); }
static void teardown(void) { host_close(&h); }

#define GET(ID) "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"" ID "\"}}"
#define CANCEL(ID) "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"" ID "\"}}"
#define SEND(TEXT) "{\"call\":\"mail.send\",\"args\":{\"to\":\"x\",\"text\":\"" TEXT "\"}}"

/* ---- obligations ---- */
START_TEST(spec_7_7_obligations) {
  host_load(&h, "policy p { allow call shop.get_order by bot with stamp(\"a\")  allow call shop.cancel by bot with notify(\"x\")  ask leads before call shop.vault by bot with notify(\"x\") }\n"
                "guard g { require stamp(\"b\") before call shop.get_order  require stamp(\"a\") before call shop.get_order }");
  const rebase_decision *d = decide(&h, GET("a"));
  ck_assert_int_eq(d->effect, REBASE_ALLOW);
  ck_assert_uint_eq(d->obligation_count, 2);        /* joined, each once */
  ck_assert_str_eq(d->obligations[0].kind, "stamp");
  ck_assert_str_ne(d->obligations[0].argument, d->obligations[1].argument);
  d = decide(&h, CANCEL("a"));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_OBLIGATION && strstr(d->reason, "`notify`"));
  d = decide(&h, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}");        /* nobody is asked in vain */
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_OBLIGATION);
  host_load(&h, "policy p { allow call shop.get_order by bot where not (session has secret) }");
  ALLOWS(&h, GET("a"));                     /* and what was denied for it set no label */
}
END_TEST

/* SPEC 6.1: a guard restricts; it takes a policy to allow, or to have somebody asked. */
START_TEST(spec_6_1_guards_never_grant) {
  host_load(&h, "guard g { ask leads before call shop.cancel  require stamp(\"x\") before call shop.cancel }");
  const rebase_decision *d = decide(&h, CANCEL("a"));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_OK);
  ck_assert_uint_eq(d->approver_count, 0);
}
END_TEST

/* SPEC 6.6: until the end of the day in the bundle's zone, here 5 hours behind, for that agent alone. */
START_TEST(spec_6_6_waivers) {
  host_load(&h, ALLOW_ALL "guard g { deny call shop.cancel because \"no\" }\nguard h { deny call shop.get_order because \"no\" }\n"
                "waive g for bot until 2024-05-15 because \"a day\"\n"
                "waive h for bot where count(session.agents) * 9_000_000_000_000_000_000 + 9_000_000_000_000_000_000 > 1 until 2024-05-20 because \"broken\"\n");
  const int64_t end = INT64_C(1715835600) * SECONDS;       /* 2024-05-16T05:00:00Z */
  ALLOWS(&h, CANCEL("a"));
  atomic_store(&h.wall, end - 1);
  ALLOWS(&h, CANCEL("a"));
  atomic_store(&h.wall, end);
  DENIES(&h, CANCEL("a"));
  const rebase_decision *d = decide(&h, GET("a"));          /* whether it holds cannot be told */
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_EVALUATION);
  char id[REBASE_ID_BYTES];
  atomic_store(&h.wall, NOW);
  ck_assert_int_eq(host_session(&h, HELPER, "bob", id), REBASE_OK);
  h.caller = (rebase_caller){HELPER, "bob", id};
  DENIES(&h, CANCEL("a"));
  ck_assert_int_eq(decide(&h, GET("a"))->status, REBASE_OK);
}
END_TEST

/* Each argument by its own detectors, the longest match first; what takes too long is denied. */
START_TEST(spec_6_5_redaction_by_argument) {
  static char text[3000];
  host_load(&h, "detector run \"r\" /x+|xy/\npolicy p { allow call mail.send by bot with redact args.text of [run] }\nguard g { require redact args.to of [word] before call mail.send }");
  const rebase_decision *d = decide(&h, "{\"call\":\"mail.send\",\"args\":{\"to\":\"xx sesame\",\"text\":\"axxxb sesame xy\"}}");
  ck_assert_str_eq(d->canonical, "{\"call\":\"mail.send\",\"args\":{\"text\":\"a[run]b sesame [run]\",\"to\":\"xx [word]\"}}");
  struct host own;
  host_prepare(&own);
  own.options.max_steps = 4000;
  host_begin(&own, "detector run \"r\" /x+y/\npolicy p { allow call mail.send by bot with redact args.text of [run] }");
  snprintf(text, sizeof text, "{\"call\":\"mail.send\",\"args\":{\"to\":\"x\",\"text\":\"%0200d\"}}", 0);
  ALLOWS(&own, text);
  size_t start = strlen(text) - 3;
  memset(text + start, 'x', 1000);          /* half a million tries */
  strcpy(text + start + 1000, "\"}}");
  d = decide(&own, text);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_COST);
  ck_assert_uint_eq(d->canonical_length, 0);
  host_close(&own);
}
END_TEST

START_TEST(spec_6_5_redaction) {
  host_load(&h, "policy p { allow call mail.send by bot with redact args.text of [card]\n"
                "  allow release to person by bot with redact of [card, word] }\nguard g { require redact args.text of [word] before call mail.send }");
  const rebase_decision *d = decide(&h, SEND("pay 1234-5678 and 1111-22223 sesame 99"));
  ck_assert_int_eq(d->effect, REBASE_ALLOW);
  ck_assert_str_eq(d->canonical, "{\"call\":\"mail.send\",\"args\":{\"text\":\"pay [card] and [card]3 [word] 99\",\"to\":\"x\"}}");
  ck_assert_uint_eq(d->obligation_count, 0);        /* the runtime's own */
  d = decide(&h, "{\"release\":\"person\",\"text\":\"1234-5678\\u0020sesame\"}");
  ck_assert_str_eq(d->canonical, "{\"release\":\"person\",\"text\":\"[card] [word]\"}");
  d = decide(&h, SEND("1234-567"));
  ck_assert_ptr_nonnull(strstr(d->canonical, "1234-567\""));
}
END_TEST

/* ---- asks ---- */
#define ASKING "policy p { ask leads before call shop.cancel by bot because \"leads look at it\" wait at most 10 minutes  allow call shop.get_order by bot\n" \
               "  allow call shop.vault by bot  ask requester before call shop.get_pair by bot }\n" \
               "guard g { ask legal before call shop.cancel where args.id == \"big\" wait at most 5 minutes  ask legal before call shop.cancel where args.id == \"big\" wait at most 20 minutes\n" \
               "  deny call shop.cancel where session has secret because \"secret\" }\n"
static rebase_status answer(const char *group, const char *approver) { return rebase_approve(h.engine, h.session, h.decision, group, approver); }

START_TEST(spec_7_8_ask_and_second_evaluation) {
  char first[REBASE_ID_BYTES];
  host_load(&h, ASKING);
  const rebase_decision *d = decide(&h, CANCEL("o1"));
  ck_assert_int_eq(d->effect, REBASE_ASK);
  ck_assert_uint_eq(d->approver_count, 1);
  ck_assert_str_eq(d->approvers[0], "acme.shop.leads");
  ck_assert_int_eq(d->deadline, NOW + 600 * SECONDS);
  ck_assert_ptr_nonnull(strstr(d->reason, "leads look at it"));
  memcpy(first, h.decision, sizeof first);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ""), REBASE_E_DECISION);       /* asked is not allowed */
  ASKS(&h, CANCEL("o1"));
  ck_assert_str_eq(h.decision, first);      /* not answered: it keeps its id */
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  ALLOWS(&h, CANCEL("o1"));
  ck_assert_str_ne(h.decision, first);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ""), REBASE_OK);
  ASKS(&h, CANCEL("o1"));                   /* used once */
  ck_assert_str_ne(h.decision, first);
  memcpy(h.decision, first, sizeof first);
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_E_DECISION);
  ASKS(&h, CANCEL("o1"));
}
END_TEST

START_TEST(spec_7_8_who_may_answer) {
  host_load(&h, ASKING);
  ASKS(&h, CANCEL("o1"));
  ck_assert_int_eq(answer("acme.shop.leads", "ann"), REBASE_E_APPROVAL);      /* who asks does not answer */
  ck_assert_int_eq(answer("acme.shop.legal", "lea"), REBASE_E_APPROVAL);      /* was not asked */
  ck_assert_int_eq(answer("acme.shop.nobody", "lea"), REBASE_E_APPROVAL);
  ck_assert_int_eq(answer("requester", "ann"), REBASE_E_APPROVAL);
  ck_assert_int_eq(answer("acme.shop.leads", ""), REBASE_E_ARGUMENT);
  ck_assert_int_eq(answer("acme.shop.leads", NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(answer(NULL, "lea"), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_approve(h.engine, h.session, "00000000000000000000000000000000", "acme.shop.leads", "lea"), REBASE_E_DECISION);
  ck_assert_int_eq(rebase_approve(h.engine, h.session, "x", "acme.shop.leads", "lea"), REBASE_E_DECISION);
  ck_assert_int_eq(rebase_approve(h.engine, h.session, NULL, "acme.shop.leads", "lea"), REBASE_E_DECISION);
  ASKS(&h, CANCEL("o1"));
  ASKS(&h, "{\"call\":\"shop.get_pair\",\"args\":{\"a\":\"x\",\"b\":1}}");       /* the person of the session, and nobody else */
  ck_assert_int_eq(answer("requester", "lea"), REBASE_E_APPROVAL);
  ck_assert_int_eq(answer("requester", "ann"), REBASE_OK);
  ALLOWS(&h, "{\"call\":\"shop.get_pair\",\"args\":{\"a\":\"x\",\"b\":1}}");
}
END_TEST

START_TEST(spec_7_8_bound_to_the_call) {
  char other[REBASE_ID_BYTES], hash[65];
  host_load(&h, ASKING);
  ASKS(&h, CANCEL("o1"));
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  ASKS(&h, CANCEL("o2"));                   /* other arguments */
  ck_assert_int_eq(host_session(&h, BOT, "ann", other), REBASE_OK);
  h.caller.session = other;
  ASKS(&h, CANCEL("o1"));                   /* another session */
  ck_assert_int_eq(rebase_approve(h.engine, h.session, h.decision, "acme.shop.leads", "lea"), REBASE_E_DECISION);
  h.caller.session = h.session;
  host_load(&h, ASKING "guard more { require stamp(\"x\") before call mail.send }");
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_E_DECISION);
  ASKS(&h, CANCEL("o1"));                   /* another bundle */
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  strcpy(hash, decide(&h, "{ \"args\":{\"\\u0069d\":\"o1\"} ,\"call\":\"shop.cancel\"}")->call_hash);
  ck_assert_int_eq(strlen(hash), 64);
  ck_assert_str_eq(hash, decide(&h, CANCEL("o1"))->call_hash);  /* the same call, however it is written; here already used */
  ck_assert_str_ne(hash, decide(&h, CANCEL("o2"))->call_hash);
  h.caller.session = other;
  ck_assert_str_ne(hash, decide(&h, CANCEL("o1"))->call_hash);
  h.caller = (rebase_caller){BOT, "ann", NULL};
  strcpy(hash, decide(&h, CANCEL("o1"))->call_hash);
  h.caller.agent = HELPER;
  ck_assert_str_ne(hash, decide(&h, CANCEL("o1"))->call_hash);
}
END_TEST

/* An answer to what another bundle asked is not taken: its groups may be others. */
START_TEST(spec_7_8_answered_after_a_swap) {
  host_load(&h, ASKING);
  ASKS(&h, CANCEL("o1"));
  host_load(&h, "policy p { ask leads before call shop.cancel by bot }");
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_E_STALE);
  host_load(&h, ASKING);
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);       /* it is in force again */
  ALLOWS(&h, CANCEL("o1"));
}
END_TEST

/* A decision holds 16 groups and 32 obligations; what has more is denied, not cut. */
START_TEST(more_than_a_decision_holds) {
  char text[8000] = "";
  for (int i = 0; i < 17; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "group g%d \"g\"\n", i);
  strcat(text, "policy p {\n  ask g0");
  for (int i = 1; i < 16; i++) snprintf(text + strlen(text), sizeof text - strlen(text), ", g%d", i);
  strcat(text, " before call shop.cancel by bot\n  allow call shop.get_order by bot\n  allow call shop.vault by bot\n}\nguard g {\n  ask g16 before call shop.cancel where args.id == \"more\"\n");
  for (int i = 0; i < 33; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "  require stamp(\"%d\") before call shop.%s\n", i, i < 32 ? "{ get_order, vault }" : "vault");
  strcat(text, "}\n");
  host_load(&h, text);
  ck_assert_uint_eq(decide(&h, CANCEL("a"))->approver_count, REBASE_MAX_APPROVERS);
  ASKS(&h, CANCEL("a"));
  ck_assert_int_eq(decide(&h, CANCEL("more"))->status, REBASE_E_FULL);
  DENIES(&h, CANCEL("more"));
  ck_assert_uint_eq(decide(&h, GET("a"))->obligation_count, 32);
  ALLOWS(&h, GET("a"));
  ck_assert_int_eq(decide(&h, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}")->status, REBASE_E_FULL);
}
END_TEST

START_TEST(spec_7_8_however_written) {
  host_load(&h, ASKING);
  ASKS(&h, CANCEL("o1"));
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  begin_typed(&h, "shop.cancel");
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.cancel", "id"), "o1", 2), REBASE_OK);
  ck_assert_int_eq(decide_typed(&h)->effect, REBASE_ALLOW);
  ck_assert_int_eq(decide_typed(&h)->effect, REBASE_ASK);
}
END_TEST

START_TEST(spec_7_8_deadline) {
  host_load(&h, ASKING);
  ASKS(&h, CANCEL("o1"));
  char first[REBASE_ID_BYTES];
  memcpy(first, h.decision, sizeof first);
  host_pass(&h, 600 * SECONDS);
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);       /* in time */
  host_pass(&h, 1);
  ASKS(&h, CANCEL("o1"));                   /* the answer has run out */
  ck_assert_str_ne(h.decision, first);
  host_pass(&h, 600 * SECONDS + 1);
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_E_APPROVAL);
  ASKS(&h, CANCEL("o1"));
  atomic_fetch_add(&h.steady, 601 * SECONDS);       /* by either clock */
  ck_assert_int_ne(answer("acme.shop.leads", "lea"), REBASE_OK);
  for (int i = 0; i < 2; i++) {
    ASKS(&h, CANCEL("o1"));
    ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
    atomic_fetch_add(i ? &h.steady : &h.wall, 601 * SECONDS);
    ASKS(&h, CANCEL("o1"));
  }
}
END_TEST

START_TEST(spec_7_6_all_asked_must_answer) {
  host_load(&h, ASKING);
  const rebase_decision *d = decide(&h, CANCEL("big"));
  ck_assert_uint_eq(d->approver_count, 2);
  ck_assert_int_eq(d->deadline, NOW + 300 * SECONDS);           /* the shortest */
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  ASKS(&h, CANCEL("big"));
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  ASKS(&h, CANCEL("big"));
  ck_assert_int_eq(answer("acme.shop.legal", "joe"), REBASE_OK);
  ALLOWS(&h, CANCEL("big"));
}
END_TEST

/* Everything is evaluated anew: what has become forbidden since stays so. */
START_TEST(spec_7_8_evaluated_anew) {
  host_load(&h, ASKING);
  ASKS(&h, CANCEL("o1"));
  ck_assert_int_eq(answer("acme.shop.leads", "lea"), REBASE_OK);
  ALLOWS(&h, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"v\"}}");
  const rebase_decision *d = decide(&h, CANCEL("o1"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_str_eq(d->reason, "secret");
}
END_TEST

/* What asks nobody to remember it: without a session an answer has no place. */
START_TEST(spec_7_8_without_a_session) {
  host_load(&h, ASKING);
  h.caller.session = NULL;
  const rebase_decision *d = decide(&h, CANCEL("o1"));
  ck_assert(d->effect == REBASE_ASK || d->effect == REBASE_DENY);
  ck_assert_int_ne(rebase_approve(h.engine, h.session, h.decision, "acme.shop.leads", "lea"), REBASE_OK);
  ck_assert_int_ne(decide(&h, CANCEL("o1"))->effect, REBASE_ALLOW);
}
END_TEST

/* 16 asks wait in a session; the oldest gives way, which can only ask again. */
START_TEST(spec_7_8_many_asks) {
  char ids[20][REBASE_ID_BYTES], body[100];
  host_load(&h, ASKING);
  for (int i = 0; i < 20; i++) {
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"o%d\"}}", i);
    ASKS(&h, body);
    memcpy(ids[i], h.decision, REBASE_ID_BYTES);
  }
  for (int i = 0; i < 20; i++) {
    rebase_status status = rebase_approve(h.engine, h.session, ids[i], "acme.shop.leads", "lea");
    ck_assert_int_eq(status, i < 4 ? REBASE_E_DECISION : REBASE_OK);
  }
  for (int i = 4; i < 20; i++) {
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"o%d\"}}", i);
    ALLOWS(&h, body);
  }
}
END_TEST

/* ---- observing ---- */
START_TEST(observed_once) {
  ALLOWS(&h, GET("o1"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{}"), REBASE_OK);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{}"), REBASE_E_DECISION);
  ck_assert_int_eq(h.report.status, REBASE_E_DECISION);
  ck_assert_int_eq(observe(&h, REBASE_FAILED, "{}"), REBASE_E_DECISION);
  DENIES(&h, "{\"delegate\":\"acme.shop.stranger\"}");
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{}"), REBASE_E_DECISION);     /* denied */
  char other[REBASE_ID_BYTES];
  ck_assert_int_eq(host_session(&h, BOT, "ann", other), REBASE_OK);
  ALLOWS(&h, GET("o1"));
  h.caller.session = other;
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{}"), REBASE_E_DECISION);     /* another session's */
  h.caller.session = h.session;
  ck_assert_int_eq(observe(&h, (rebase_outcome)77, NULL), REBASE_OK);          /* unknown is unknown */
  strcpy(h.decision, "zz");
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{}"), REBASE_E_DECISION);
  static char long_result[(1 << 16) + 10];
  memset(long_result, ' ', sizeof long_result - 1);
  ALLOWS(&h, GET("o1"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, long_result), REBASE_E_TOO_LARGE);
}
END_TEST

/* ---- explaining ---- */
#define EXPLAINED "policy pays {\n  allow call shop.cancel by bot where args.id starts with \"hidden\"\n  deny call shop.pay by bot where args.amount > 100.00 USD because \"by hand\"\n" \
                  "  allow call shop.pay by bot where args.count * 4_000_000_000_000_000_000 > 5\n}\n" \
                  "guard keep {\n  deny call shop.pay where args.id == \"sealed\" because \"the guard says no\"\n  ask legal before call shop.pay where args.id == \"odd\" because \"odd\"\n}\n"

static const char *explained(const rebase_decision *d, rebase_audience audience) {
  static char text[4000];
  size_t length = rebase_explain(d, audience, text, sizeof text);
  ck_assert_uint_eq(length, strlen(text));
  return text;
}

START_TEST(explanations) {
  host_load(&h, EXPLAINED);
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"sealed\",\"amount\":200}}");
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_str_eq(d->reason, "by hand; the guard says no");
  ck_assert_uint_eq(d->rule_count, 3);
  const char *text = explained(d, REBASE_FOR_PERSON);
  ck_assert_ptr_nonnull(strstr(text, "denied: shop.pay by acme.shop.bot"));
  ck_assert_ptr_nonnull(strstr(text, "args.id == \"sealed\""));
  ck_assert_ptr_nonnull(strstr(text, "shop/shop.rb:"));
  text = explained(d, REBASE_FOR_AGENT);
  ck_assert_ptr_null(strstr(text, "sealed"));               /* SPEC 6.7: conditions never reach the agent */
  ck_assert_ptr_null(strstr(text, "100"));
  ck_assert_ptr_null(strstr(text, ".rb"));
  ck_assert_ptr_nonnull(strstr(text, "the guard says no"));
  d = decide(&h, CANCEL("x"));
  ck_assert_str_eq(d->reason, "nothing allows this");
  ck_assert_ptr_nonnull(strstr(explained(d, REBASE_FOR_PERSON), "would have granted, but did not match: acme.shop.pays"));
  ck_assert_ptr_null(strstr(explained(d, REBASE_FOR_AGENT), "pays"));
  ck_assert_ptr_null(strstr(explained(d, REBASE_FOR_AGENT), "hidden"));
  ck_assert_ptr_nonnull(strstr(explained(decide(&h, GET("x")), REBASE_FOR_PERSON), "no policy of this agent's package speaks of it"));
  d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"odd\",\"amount\":1}}");
  ck_assert_int_eq(d->effect, REBASE_ASK);
  ck_assert_ptr_nonnull(strstr(explained(d, REBASE_FOR_AGENT), "who must answer: acme.shop.legal"));
  ck_assert_ptr_nonnull(strstr(explained(decide(&h, "x"), REBASE_FOR_AGENT), "not a JSON object"));
}
END_TEST

/* A condition is shown as it is written, whatever constants its rule shares with others in the bundle. */
START_TEST(conditions_as_written) {
  static const char *const conditions[] = {
    "args.count == 1", "args.count > -1 and args.count < 1_000", "args.count < 64 and args.id != \"64\" and args.count != 64",
    "args.id == \"order 5\" and args.count < 5", "args.id == \"order 5\" and args.count < 7", "args.amount <= 100.00 USD", "args.amount <= 100 USD",
    "args.amount < 99.50 USD", "args.rate == 2.5", "args.rate == 2.50", "args.urgent == true", "args.kind == fast",
    "args.note != \"a\\\"b\\n\"", "args.note == \"\u00e9 x1\" and args.note != \"\"", "args.note != \"args.count\" and args.count == 1",
    "args.id in [\"order 5\", \"b\"] unless args.count == 5", "args.tags is present and \"a\" in args.tags and args.named is present and args.named[\"a1\"] == 1",
    "args.note in [\"\u00e9 x1\"] and (args.count == 1 or args.count == 1)",
  };
  enum { MANY = sizeof conditions / sizeof *conditions };
  char rules[4096], text[256];
  size_t at = (size_t)snprintf(rules, sizeof rules, "policy p {\n");
  for (size_t i = 0; i < MANY; i++) at += (size_t)snprintf(rules + at, sizeof rules - at, "  allow call shop.pay by bot where %s\n", conditions[i]);
  snprintf(rules + at, sizeof rules - at, "}\n");
  host_load(&h, rules);
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"order 5\",\"amount\":5,\"count\":1,\"rate\":2.5,\"urgent\":true,\"kind\":\"fast\","
                                        "\"note\":\"\u00e9 x1\",\"tags\":[\"a\"],\"named\":{\"a1\":1}}}");
  ck_assert_uint_eq(d->rule_count, MANY);
  for (uint32_t i = 0; i < d->rule_count; i++) {
    ck_assert_uint_lt(rebase_rule_detail(d, i, text, sizeof text), sizeof text);
    ck_assert_str_eq(strstr(text, "where ") ? strstr(text, "where ") + 6 : text, conditions[i]);
  }
  ck_assert_uint_eq(rebase_rule_detail(d, 0, text, 6), strlen("where args.count == 1"));
  ck_assert_str_eq(text, "where");
  ck_assert_uint_eq(rebase_rule_detail(d, MANY, text, sizeof text), 0);
  ck_assert_uint_eq(rebase_rule_detail(NULL, 0, text, sizeof text), 0);
}
END_TEST

/* SPEC 7.4: a rule that cannot be evaluated denies, whatever its effect, and is named. */
START_TEST(spec_7_4_errors_deny) {
  host_load(&h, EXPLAINED);
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"x\",\"amount\":1,\"count\":3}}");
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_EVALUATION);
  ck_assert_ptr_nonnull(strstr(d->reason, "acme.shop.pays could not be evaluated"));
  ck_assert_str_eq(d->rules[0].effect, "error");
  static const char *const broken[] = {"policy q { allow call shop.pay by bot where %s }", "policy q { ask leads before call shop.pay by bot where %s }",
    "policy q { deny call shop.pay by bot where %s }", "guard q { deny call shop.pay where %s because \"x\" }", "guard q { ask leads before call shop.pay where %s }",
    "guard q { require stamp(\"x\") before call shop.pay where %s }", "guard q { deny call shop.pay where args.id == \"never\" unless %s because \"x\" }",
    "guard q { let n = args.count * 4_000_000_000_000_000_000\n  deny call shop.pay where args.id == \"never\" and n > 5 because \"x\" }"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    char rule[400], text[500];
    snprintf(rule, sizeof rule, broken[i], "args.count * 4_000_000_000_000_000_000 > 5");
    snprintf(text, sizeof text, "policy p { allow call shop.pay by bot }\n%s", rule);
    host_load(&h, text);
    d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"never\",\"amount\":1,\"count\":3}}");
    ck_assert_msg(d->effect == REBASE_DENY && d->status == REBASE_E_EVALUATION, "%s: %s", rule, d->reason);
    ck_assert_ptr_nonnull(strstr(d->reason, "acme.shop.q could not be evaluated"));
    ck_assert_int_ne(decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"fine\",\"amount\":1,\"count\":0}}")->status, REBASE_E_EVALUATION);
  }
}
END_TEST

START_TEST(explanations_are_cut_between_characters) {
  host_load(&h, "policy p { allow call shop.get_order by bot }\nguard g { deny call shop.get_order because \"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\" }");
  const rebase_decision *d = decide(&h, GET("a"));
  size_t whole = rebase_explain(d, REBASE_FOR_AGENT, NULL, 0);
  ck_assert_uint_gt(whole, 20);
  for (size_t size = 0; size <= whole + 1; size++) {
    char *text = malloc(size + 1);
    memset(text, 'x', size + 1);
    ck_assert_uint_eq(rebase_explain(d, REBASE_FOR_AGENT, size ? text : NULL, size), whole);
    ck_assert_int_eq(text[size], 'x');
    if (size) {
      json_t *as_text = json_stringn(text, strlen(text));       /* NULL when it is not UTF-8 */
      ck_assert_ptr_nonnull(as_text);
      json_decref(as_text);
    }
    free(text);
  }
}
END_TEST

START_TEST(more_rules_than_a_decision_names) {
  char text[6000] = ALLOW_ALL "guard g {\n";
  for (int i = 0; i < 40; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "  require stamp(\"s%d\") before call shop.get_order\n", i % 3);
  strcat(text, "  deny call shop.get_order because \"the last word\"\n}\n");
  host_load(&h, text);
  const rebase_decision *d = decide(&h, GET("a"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_uint_eq(d->rule_count, REBASE_MAX_RULES);
  ck_assert_uint_eq(d->rule_total, 42);
  ck_assert_str_eq(d->reason, "the last word");             /* what denied is named, whatever else is not */
}
END_TEST

/* ---- log ---- */
static json_t *line(size_t from_end) {
  size_t end = h.log_length, start;
  for (;; from_end--) {
    ck_assert_uint_gt(end, 0);
    for (start = end - 1; start > 0 && h.log[start - 1] != '\n'; start--) continue;
    if (!from_end) break;
    end = start;
  }
  json_t *object = json_loadb(h.log + start, end - 1 - start, JSON_REJECT_DUPLICATES, NULL);
  ck_assert_msg(object != NULL, "not JSON: %.*s", (int)(end - start), h.log + start);
  return object;
}
static const char *logged(json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text ? text : "";
}

START_TEST(log_lines) {
  host_load(&h, EXPLAINED);
  json_t *object = line(0);
  ck_assert_str_eq(logged(object, "event"), "load");
  json_decref(object);
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"sealed\",\"amount\":200,\"note\":\"credential\"}}");
  object = line(0);
  ck_assert_str_eq(logged(object, "event"), "decision");
  ck_assert_str_eq(logged(object, "decision"), d->id);
  ck_assert_str_eq(logged(object, "effect"), "deny");
  ck_assert_str_eq(logged(object, "agent"), BOT);
  ck_assert_str_eq(logged(object, "requester"), "ann");
  ck_assert_str_eq(logged(object, "session"), h.session);
  ck_assert_str_eq(logged(object, "operation"), "shop.pay");
  ck_assert_str_eq(logged(object, "time"), "2024-05-15T15:00:00Z");
  ck_assert_str_eq(logged(object, "call_hash"), d->call_hash);
  ck_assert_uint_eq(json_array_size(json_object_get(object, "rules")), 3);
  ck_assert_str_eq(logged(json_array_get(json_object_get(object, "rules"), 0), "rule"), "acme.shop.pays");
  json_decref(object);
  ck_assert_ptr_null(strstr(h.log, "credential"));          /* no argument stands in the log */
  /* What is refused is logged with who and when, too. */
  host_pass(&h, 60 * SECONDS);
  decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"id\":\"b\"}}");
  object = line(0);
  ck_assert_str_eq(logged(object, "time"), "2024-05-15T15:01:00Z");
  ck_assert_str_eq(logged(object, "agent"), BOT);
  ck_assert_str_eq(logged(object, "requester"), "ann");
  ck_assert_str_eq(logged(object, "status"), rebase_status_text(REBASE_E_REQUEST));
  json_decref(object);
  hear(&h, "my secret word");
  object = line(0);
  ck_assert_str_eq(logged(object, "event"), "hear");
  json_decref(object);
  ck_assert_ptr_null(strstr(h.log, "secret word"));
  host_load(&h, ALLOW_ALL);
  call_and_observe(&h, GET("a"), "{}");
  object = line(0);
  ck_assert_str_eq(logged(object, "event"), "observe");
  ck_assert_str_eq(logged(object, "detail"), "success");
  json_decref(object);
}
END_TEST

/* However long or strange the names are, a line comes, and it is JSON. */
START_TEST(log_lines_are_never_left_out) {
  char id[REBASE_ID_BYTES], requester[4001], text[30000] = ALLOW_ALL "guard g {\n";
  for (size_t i = 0; i < sizeof requester - 1; i += 2) memcpy(requester + i, i % 4 ? "\xc3\xa9" : "\x01\"", 2);
  requester[sizeof requester - 1] = 0;
  ck_assert_int_eq(host_session(&h, BOT, requester, id), REBASE_OK);
  json_t *object = line(0);
  ck_assert_str_eq(logged(object, "event"), "open");
  json_decref(object);
  for (int i = 0; i < 32; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "  require stamp(\"%d\") before call shop.get_order because \"%0200d\"\n", i % 4, i);
  snprintf(text + strlen(text), sizeof text - strlen(text), "  deny call shop.get_order because \"%01500d\"\n}\n", 0);
  host_load(&h, text);
  size_t before = h.log_length;
  h.caller = (rebase_caller){BOT, requester, id};
  const rebase_decision *d = decide(&h, GET("a"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_uint_ne(h.log_length, before);
  object = line(0);
  ck_assert_str_eq(logged(object, "decision"), d->id);
  ck_assert_int_eq(json_integer_value(json_object_get(object, "rule_total")), d->rule_total);
  json_decref(object);
  h.caller = (rebase_caller){"\xff\xfe", "\x80", "\xff"};
  decide(&h, GET("a"));
  object = line(0);
  ck_assert_str_eq(logged(object, "effect"), "deny");
  json_decref(object);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("decision");
  TCase *t = tcase_create("decision");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, conditions_as_written);
  tcase_add_test(t, spec_7_7_obligations);
  tcase_add_test(t, spec_6_5_redaction);
  tcase_add_test(t, spec_6_5_redaction_by_argument);
  tcase_add_test(t, spec_6_1_guards_never_grant);
  tcase_add_test(t, spec_6_6_waivers);
  tcase_add_test(t, spec_7_8_ask_and_second_evaluation);
  tcase_add_test(t, spec_7_8_who_may_answer);
  tcase_add_test(t, spec_7_8_bound_to_the_call);
  tcase_add_test(t, spec_7_8_however_written);
  tcase_add_test(t, spec_7_8_answered_after_a_swap);
  tcase_add_test(t, more_than_a_decision_holds);
  tcase_add_test(t, spec_7_8_deadline);
  tcase_add_test(t, spec_7_6_all_asked_must_answer);
  tcase_add_test(t, spec_7_8_evaluated_anew);
  tcase_add_test(t, spec_7_8_without_a_session);
  tcase_add_test(t, spec_7_8_many_asks);
  tcase_add_test(t, observed_once);
  tcase_add_test(t, explanations);
  tcase_add_test(t, spec_7_4_errors_deny);
  tcase_add_test(t, explanations_are_cut_between_characters);
  tcase_add_test(t, more_rules_than_a_decision_names);
  tcase_add_test(t, log_lines);
  tcase_add_test(t, log_lines_are_never_left_out);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
