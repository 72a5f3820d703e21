/* test_session.c: what a session remembers, clause by clause of SPEC 8. Each fact is read by a probe: mail.send(to: FACT,
 * text: KEY), allowed if and only if the fact holds. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

static const char rules[] =
  "policy calls { allow call shop by bot  allow call shop by helper  allow call mail.inbox by bot  allow delegate to helper by bot }\n"
  "policy probes {\n"
  "  allow call mail.send where args.to == \"no personal\" and not (session has personal)\n"
  "  allow call mail.send where args.to == \"no secret\" and not (session has secret)\n"
  "  allow call mail.send where args.to == \"no untrusted\" and not (session has untrusted)\n"
  "  allow call mail.send where args.to == \"verified\" and session has verified\n"
  "  allow call mail.send where args.to == \"known\" and session has known\n"
  "  allow call mail.send where args.to == \"seen\" and seen order(args.text) is present\n"
  "  allow call mail.send where args.to == \"open\" and seen order(args.text)?.status == open\n"
  "  allow call mail.send where args.to == \"closed\" and seen order(args.text)?.status == closed\n"
  "  allow call mail.send where args.to == \"lately\" and seen order(args.text) within the last 10 minutes is present\n"
  "  allow call mail.send where args.to == \"customer\" and seen customer(args.text) is present\n"
  "  allow call mail.send where args.to == \"pair 1\" and seen pair(args.text, 1) is present\n"
  "  allow call mail.send where args.to == \"pair 2\" and seen pair(args.text, 2) is present\n"
  "  allow call mail.send where args.to == \"only\" and (the only seen order)?.id == args.text\n"
  "  allow call mail.send where args.to == \"bound\" and bound customer == args.text\n"
  "  allow call mail.send where args.to == \"said\" and said(args.text)\n"
  "  allow call mail.send where args.to == \"vouched\" and vouched(args.text)\n"
  "  allow call mail.send where args.to == \"cancelled 0\" and session.count(shop.cancel) == 0\n"
  "  allow call mail.send where args.to == \"cancelled 1\" and session.count(shop.cancel) == 1\n"
  "  allow call mail.send where args.to == \"cancelled 2\" and session.count(shop.cancel) == 2\n"
  "}\n";

static struct host h;
static void setup(void) { host_open(&h, rules); }
static void teardown(void) { host_close(&h); }

/* Of the log: what was decided instead. */
static const char *last_line(void) {
  size_t at = h.log_length ? h.log_length - 1 : 0;
  while (at > 0 && h.log[at - 1] != '\n') at--;
  return h.log + at;
}

static bool knows(const char *fact, const char *key) {
  char body[6000];
  snprintf(body, sizeof body, "{\"call\":\"mail.send\",\"args\":{\"to\":\"%s\",\"text\":\"%s\"}}", fact, key);
  return decide(&h, body)->effect == REBASE_ALLOW;
}
#define KNOWS(FACT, KEY) ck_assert_msg(knows(FACT, KEY), "not so: %s %s\n%s", FACT, KEY, last_line())
#define DOES_NOT_KNOW(FACT, KEY) ck_assert_msg(!knows(FACT, KEY), "should not be so: %s %s", FACT, KEY)

static void enter(const char *agent, const char *requester, const char *session) { h.caller = (rebase_caller){agent, requester, session}; }

#define GET(ID) "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"" ID "\"}}"
#define SET(ID) "{\"call\":\"shop.set_order\",\"args\":{\"id\":\"" ID "\",\"status\":\"closed\"}}"
#define CANCEL(ID) "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"" ID "\"}}"
#define LIST "{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"open\"}}"
#define CHECK "{\"call\":\"shop.check\",\"args\":{\"id\":\"c1\"}}"
#define INBOX "{\"call\":\"mail.inbox\",\"args\":{}}"
#define VAULT "{\"call\":\"shop.vault\",\"args\":{\"id\":\"v\"}}"
#define CUSTOMER(ID) "{\"call\":\"shop.get_customer\",\"args\":{\"id\":\"" ID "\"}}"
#define FIND(MAIL) "{\"call\":\"shop.find_customer\",\"args\":{\"mail\":\"" MAIL "\"}}"
#define PAIR(A, B) "{\"call\":\"shop.get_pair\",\"args\":{\"a\":\"" A "\",\"b\":" #B "}}"
#define ORDER_OF(ID, STATUS, OWNER) "{\"id\":\"" ID "\",\"status\":\"" STATUS "\",\"total\":10.5,\"owner\":\"" OWNER "\",\"memo\":\"memo of " ID "\"}"
#define ORDER(ID, STATUS) ORDER_OF(ID, STATUS, "c1")

/* ---- 8.1 ---- */
START_TEST(spec_8_1_bound_to_agent_and_requester) {
  ALLOWS(&h, GET("o1"));
  enter(HELPER, "ann", h.session);
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
  enter(BOT, "bob", h.session);
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_REQUESTER);
  enter(BOT, "annabel", h.session);
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_REQUESTER);
  enter(BOT, "ann", h.session);
  ALLOWS(&h, GET("o1"));
}
END_TEST

START_TEST(spec_8_1_unknown_and_closed) {
  char id[REBASE_ID_BYTES];
  static const char *const strange[] = {"0", "00000000000000000000000000000000", "zz000000000000000000000000000000", "ffffffffffffffffffffffffffffffff",
                                        "000000000000000000000000000000000"};
  for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
    enter(BOT, "ann", strange[i]);
    ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
  }
  memcpy(id, h.session, sizeof id);         /* the right slot and a wrong secret */
  id[31] = id[31] == '0' ? '1' : '0';
  enter(BOT, "ann", id);
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
  rebase_session_close(h.engine, h.session);
  rebase_session_close(h.engine, h.session);
  enter(BOT, "ann", h.session);
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
  ck_assert_int_eq(hear(&h, "x"), REBASE_E_SESSION);
  ck_assert_int_eq(rebase_taint(h.engine, h.session, "acme.shop.personal"), REBASE_E_SESSION);
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.known"), REBASE_E_SESSION);
  ck_assert_int_eq(see(&h, "shop.order", ORDER("o1", "open")), REBASE_E_SESSION);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ""), REBASE_E_SESSION);
  ck_assert_int_eq(rebase_approve(h.engine, h.session, h.decision, "acme.shop.leads", "x"), REBASE_E_SESSION);
}
END_TEST

START_TEST(spec_8_1_expires_by_either_clock) {
  const int64_t day = 86400 * SECONDS;
  char second[REBASE_ID_BYTES];
  host_pass(&h, day);
  ALLOWS(&h, GET("o1"));
  atomic_fetch_add(&h.steady, 1);
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
  ck_assert_int_eq(host_session(&h, BOT, "ann", second), REBASE_OK);
  enter(BOT, "ann", second);
  ALLOWS(&h, GET("o1"));
  atomic_fetch_add(&h.wall, day + 1);       /* the wall clock was set forward: unsure, so expired */
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
}
END_TEST

/* When the table is full new sessions are refused; none is evicted, only expired ones make room. */
START_TEST(spec_8_1_full_table) {
  char ids[64][REBASE_ID_BYTES], one_more[REBASE_ID_BYTES], requester[20];
  rebase_counters counters;
  for (int i = 0; i < 63; i++) {
    snprintf(requester, sizeof requester, "r%d", i);
    ck_assert_int_eq(host_session(&h, BOT, requester, ids[i]), REBASE_OK);
  }
  memset(one_more, 'x', sizeof one_more);
  for (int i = 0; i < 5; i++) ck_assert_int_eq(host_session(&h, BOT, "late", one_more), REBASE_E_FULL);
  ck_assert_str_eq(one_more, "");
  ck_assert_int_eq(h.report.status, REBASE_E_FULL);
  rebase_engine_counters(h.engine, &counters);
  ck_assert_uint_eq(counters.sessions, 64);
  ck_assert_uint_eq(counters.refused_sessions, 5);
  ALLOWS(&h, GET("o1"));                    /* the oldest lives */
  for (int i = 0; i < 63; i++) {
    snprintf(requester, sizeof requester, "r%d", i);
    enter(BOT, requester, ids[i]);
    ALLOWS(&h, GET("o1"));
  }
  rebase_session_close(h.engine, ids[7]);
  ck_assert_int_eq(host_session(&h, BOT, "late", one_more), REBASE_OK);
  ck_assert_int_eq(host_session(&h, BOT, "later", ids[7]), REBASE_E_FULL);
  host_pass(&h, 86401 * SECONDS);
  ck_assert_int_eq(host_session(&h, BOT, "later", ids[7]), REBASE_OK);
  enter(BOT, "later", ids[7]);
  ALLOWS(&h, GET("o1"));
}
END_TEST

/* An id is not used twice, even in the same place of the table. */
START_TEST(spec_8_1_ids_are_fresh) {
  char ids[200][REBASE_ID_BYTES];
  for (int i = 0; i < 200; i++) {
    ck_assert_int_eq(host_session(&h, BOT, "ann", ids[i]), REBASE_OK);
    for (int k = 0; k < i; k++) ck_assert_str_ne(ids[i], ids[k]);
    rebase_session_close(h.engine, ids[i]);
  }
}
END_TEST

/* ---- 8.2 labels ---- */
START_TEST(spec_8_2_set_with_the_allow_and_kept) {
  KNOWS("no secret", "");
  ALLOWS(&h, VAULT);
  DOES_NOT_KNOW("no secret", "");           /* before any result is observed */
  KNOWS("no personal", "");
  ALLOWS(&h, VAULT);
  ck_assert_int_eq(observe(&h, REBASE_FAILED, ""), REBASE_OK);
  DOES_NOT_KNOW("no secret", "");           /* a failure takes nothing back */
  host_pass(&h, 80000 * SECONDS);
  DOES_NOT_KNOW("no secret", "");
  ALLOWS(&h, CUSTOMER("c1"));               /* by a field that is personal */
  DOES_NOT_KNOW("no personal", "");
}
END_TEST

START_TEST(spec_8_2_only_with_an_allow) {
  host_load(&h, "policy p { ask leads before call shop.vault  allow call mail.send where args.to == \"no secret\" and not (session has secret) }");
  ASKS(&h, VAULT);
  KNOWS("no secret", "");
  DENIES(&h, INBOX);
  ck_assert_int_eq(rebase_taint(h.engine, h.session, "no such label"), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_taint(h.engine, h.session, NULL), REBASE_E_ARGUMENT);
  KNOWS("no secret", "");
  ck_assert_int_eq(rebase_taint(h.engine, h.session, "acme.shop.secret"), REBASE_OK);
  DOES_NOT_KNOW("no secret", "");
}
END_TEST

START_TEST(spec_8_2_follow_the_requester) {
  char second[REBASE_ID_BYTES], other[REBASE_ID_BYTES];
  ALLOWS(&h, VAULT);
  ck_assert_int_eq(host_session(&h, BOT, "ann", second), REBASE_OK);
  enter(BOT, "ann", second);
  DOES_NOT_KNOW("no secret", "");
  KNOWS("no untrusted", "");
  rebase_session_close(h.engine, h.session);
  rebase_session_close(h.engine, second);
  ck_assert_int_eq(host_session(&h, BOT, "bob", other), REBASE_OK);
  enter(BOT, "bob", other);
  KNOWS("no secret", "");                   /* not those of another */
  host_pass(&h, 86400 * SECONDS);           /* as long as a session may last, after the last was closed */
  ck_assert_int_eq(host_session(&h, BOT, "ann", second), REBASE_OK);
  enter(BOT, "ann", second);
  DOES_NOT_KNOW("no secret", "");
}
END_TEST

/* However many other requesters come and go, a requester's labels stay. */
START_TEST(spec_8_2_survive_a_crowd) {
  char id[REBASE_ID_BYTES], requester[20];
  unsigned refused = 0;
  ALLOWS(&h, VAULT);
  rebase_session_close(h.engine, h.session);
  for (int i = 0; i < 2000; i++) {
    snprintf(requester, sizeof requester, "r%d", i);
    rebase_status status = host_session(&h, BOT, requester, id);
    ck_assert(status == REBASE_OK || status == REBASE_E_FULL);
    refused += status != REBASE_OK;
    if (status != REBASE_OK) continue;
    if (i % 2) ck_assert_int_eq(rebase_taint(h.engine, id, "acme.shop.personal"), REBASE_OK);
    rebase_session_close(h.engine, id);
  }
  ck_assert_uint_gt(refused, 0);            /* those whose labels nobody could remember any more were not let in */
  ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
  enter(BOT, "ann", id);
  DOES_NOT_KNOW("no secret", "");
}
END_TEST

/* ---- delegation ---- */
static void delegate(char child[REBASE_ID_BYTES]) {
  ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, child, &h.report), REBASE_OK);
}

START_TEST(spec_8_2_delegation_both_ways) {
  char child[REBASE_ID_BYTES];
  ALLOWS(&h, VAULT);
  hear(&h, "please o1");
  delegate(child);
  enter(HELPER, "ann", child);
  DOES_NOT_KNOW("no secret", "");
  KNOWS("said", "o1");                      /* what the person said is said there too */
  KNOWS("no untrusted", "");
  ALLOWS(&h, "{\"call\":\"shop.notes\",\"args\":{}}");
  enter(BOT, "ann", h.session);
  DOES_NOT_KNOW("no untrusted", "");        /* at once, without anything handed back */
  ALLOWS(&h, CUSTOMER("c1"));
  enter(HELPER, "ann", child);
  DOES_NOT_KNOW("no personal", "");
  ALLOWS(&h, CANCEL("o1"));
  enter(BOT, "ann", h.session);
  KNOWS("cancelled 1", "");                 /* counts are shared */
  rebase_session_close(h.engine, h.session);
  enter(HELPER, "ann", child);
  DOES_NOT_KNOW("no personal", "");         /* the child outlives its parent's closing */
}
END_TEST

START_TEST(spec_8_2_delegation_takes_no_facts_along) {
  char child[REBASE_ID_BYTES];
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.known"), REBASE_OK);
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  KNOWS("known", "");
  KNOWS("seen", "o1");
  delegate(child);
  enter(HELPER, "ann", child);
  DOES_NOT_KNOW("known", "");
  DOES_NOT_KNOW("seen", "o1");
  DOES_NOT_KNOW("only", "o1");
  call_and_observe(&h, GET("o2"), ORDER("o2", "open"));
  ck_assert_int_eq(rebase_prove(h.engine, child, "acme.shop.verified"), REBASE_OK);
  ck_assert_int_eq(hear(&h, "o9"), REBASE_E_ARGUMENT);      /* what one agent tells another nobody said */
  DOES_NOT_KNOW("said", "o9");
  enter(BOT, "ann", h.session);
  DOES_NOT_KNOW("seen", "o2");
  DOES_NOT_KNOW("verified", "");
}
END_TEST

START_TEST(spec_8_2_delegation_is_used_once) {
  char child[REBASE_ID_BYTES], again[REBASE_ID_BYTES];
  delegate(child);
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, again, &h.report), REBASE_E_DECISION);
  ck_assert_str_eq(again, "");
  ALLOWS(&h, GET("o1"));                    /* an allowed call is no delegation */
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, again, &h.report), REBASE_E_DECISION);
  DENIES(&h, "{\"delegate\":\"acme.shop.stranger\"}");      /* it does not accept work */
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, again, &h.report), REBASE_E_DECISION);
  ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, child, h.decision, again, &h.report), REBASE_E_DECISION);        /* another session's */
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, "x", again, &h.report), REBASE_E_DECISION);
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, NULL, again, &h.report), REBASE_E_DECISION);
  ck_assert_int_eq(rebase_session_delegate(h.engine, NULL, h.decision, again, &h.report), REBASE_E_ARGUMENT);
  enter(HELPER, "ann", child);
  DENIES(&h, "{\"delegate\":\"acme.shop.bot\"}");
  host_pass(&h, 86401 * SECONDS);           /* it ends with its root's lifetime */
  ck_assert_int_eq(decide(&h, GET("o1"))->status, REBASE_E_SESSION);
}
END_TEST

START_TEST(spec_8_2_chain_of_agents_is_bounded) {
  char ids[REBASE_MAX_DEPTH + 1][REBASE_ID_BYTES];
  static const char *const agents[] = {"acme.shop.ping", "acme.shop.pong"}, *const bodies[] = {"{\"delegate\":\"acme.shop.ping\"}", "{\"delegate\":\"acme.shop.pong\"}"};
  host_load(&h, "agent ping { owner \"o\" purpose \"p\" uses shop accepts bot, pong }\nagent pong { owner \"o\" purpose \"p\" uses shop accepts ping }\n"
                "policy p { allow delegate to ping by bot  allow delegate to ping by pong  allow delegate to pong by ping\n"
                "  allow call shop.get_order by ping  allow call shop.get_order by pong }\n"
                "guard g { deny call shop.get_order where count(session.agents) > 7 because \"too far\" }");
  memcpy(ids[0], h.session, REBASE_ID_BYTES);
  rebase_status status = REBASE_OK;
  int depth = 0;
  for (; status == REBASE_OK && depth < REBASE_MAX_DEPTH; depth++) {
    ALLOWS(&h, bodies[depth % 2]);
    status = rebase_session_delegate(h.engine, ids[depth], h.decision, ids[depth + 1], &h.report);
    if (status != REBASE_OK) break;
    enter(agents[depth % 2], "ann", ids[depth + 1]);
    EXPECT(&h, depth + 2 > 7 ? REBASE_DENY : REBASE_ALLOW, GET("o1"));
  }
  ck_assert_int_eq(status, REBASE_E_RANGE);
  ck_assert_int_eq(depth, REBASE_MAX_DEPTH - 1);
}
END_TEST

/* ---- 8.3 proofs ---- */
START_TEST(spec_8_3_proofs_expire) {
  const int64_t lasts = 15 * 60 * SECONDS;
  DOES_NOT_KNOW("verified", "");
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.verified"), REBASE_OK);
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.known"), REBASE_OK);
  KNOWS("verified", "");
  host_pass(&h, lasts - 1);
  KNOWS("verified", "");
  host_pass(&h, 1);
  DOES_NOT_KNOW("verified", "");
  KNOWS("known", "");                       /* without `lasts`: as long as the session */
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.verified"), REBASE_OK);
  KNOWS("verified", "");
  atomic_fetch_add(&h.steady, lasts);       /* one clock is enough */
  DOES_NOT_KNOW("verified", "");
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.verified"), REBASE_OK);
  atomic_fetch_add(&h.wall, lasts);
  DOES_NOT_KNOW("verified", "");
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.personal"), REBASE_E_ARGUMENT);
}
END_TEST

START_TEST(spec_8_3_proved_by_an_operation) {
  ALLOWS(&h, CHECK);
  DOES_NOT_KNOW("verified", "");            /* not yet */
  ALLOWS(&h, CHECK);
  observe(&h, REBASE_UNKNOWN, "\"ok\"");
  DOES_NOT_KNOW("verified", "");
  ALLOWS(&h, CHECK);
  observe(&h, REBASE_FAILED, "\"ok\"");
  DOES_NOT_KNOW("verified", "");
  ALLOWS(&h, CHECK);
  observe(&h, REBASE_SUCCESS, "\"Error: wrong code\"");
  DOES_NOT_KNOW("verified", "");
  ALLOWS(&h, CHECK);
  observe(&h, REBASE_SUCCESS, "Error: wrong code");
  DOES_NOT_KNOW("verified", "");
  ALLOWS(&h, CHECK);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{\"ok\":true}"), REBASE_E_TYPE);
  DOES_NOT_KNOW("verified", "");
  ALLOWS(&h, CHECK);
  observe(&h, REBASE_SUCCESS, "null");
  DOES_NOT_KNOW("verified", "");
  call_and_observe(&h, CHECK, "\"verified\"");
  KNOWS("verified", "");
  host_pass(&h, 15 * 60 * SECONDS);
  DOES_NOT_KNOW("verified", "");
  call_and_observe(&h, CHECK, "verified as usual");         /* a text that is no JSON */
  KNOWS("verified", "");
}
END_TEST

/* ---- 8.4 seen ---- */
START_TEST(spec_8_4_kept_under_its_key) {
  DOES_NOT_KNOW("seen", "o1");
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  KNOWS("open", "o1");
  DOES_NOT_KNOW("seen", "o2");
  DOES_NOT_KNOW("seen", "O1");
  DOES_NOT_KNOW("seen", "");
  call_and_observe(&h, GET("o1"), ORDER("o1", "closed"));   /* replaced whole */
  KNOWS("closed", "o1");
  DOES_NOT_KNOW("open", "o1");
  call_and_observe(&h, LIST, "[" ORDER("o2", "open") "," ORDER("o3", "strange") "]");        /* anywhere in a result */
  KNOWS("open", "o2");
  KNOWS("seen", "o3");
  KNOWS("closed", "o1");
  call_and_observe(&h, PAIR("x", 1), "{\"a\":\"x\",\"b\":1,\"n\":7}");
  KNOWS("pair 1", "x");
  DOES_NOT_KNOW("pair 2", "x");
}
END_TEST

START_TEST(spec_8_4_by_time) {
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  host_pass(&h, 600 * SECONDS);
  KNOWS("lately", "o1");
  host_pass(&h, 1);
  DOES_NOT_KNOW("lately", "o1");
  KNOWS("seen", "o1");
}
END_TEST

START_TEST(spec_8_4_what_is_not_stored) {
  static const char *const bad[] = {
    "{\"id\":\"o1\",\"status\":\"open\",\"total\":1,\"owner\":\"c1\"}",                      /* a field is missing */
    "{\"id\":\"o1\",\"status\":\"open\",\"total\":null,\"owner\":\"c1\",\"memo\":\"\"}",
    "{\"id\":\"o1\",\"status\":7,\"total\":1,\"owner\":\"c1\",\"memo\":\"\"}",
    "{\"id\":\"o1\",\"status\":\"open\",\"total\":\"1\",\"owner\":\"c1\",\"memo\":\"\"}",
    "{\"id\":\"o1\",\"id\":\"o1\",\"status\":\"open\",\"total\":1,\"owner\":\"c1\",\"memo\":\"\"}",
    "[" ORDER("o1", "open") "]", ORDER("o1", "open") "x", "null", "\"o1\"", "", "Error: " ORDER("o1", "open"), "\"Error\"", "\"\\u0045rror\"",
    "{\"id\":\"o1\",\"status\":\"open\",\"total\":1,\"owner\":\"c1\",\"memo\":\"\xff\"}"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ALLOWS(&h, GET("o1"));
    rebase_status status = observe(&h, REBASE_SUCCESS, bad[i]);
    ck_assert_msg(status == REBASE_OK || status == REBASE_E_TYPE, "%s: %d", bad[i], status);
    DOES_NOT_KNOW("seen", "o1");
    DOES_NOT_KNOW("only", "o1");
  }
  ALLOWS(&h, GET("o1"));
  observe(&h, REBASE_FAILED, ORDER("o1", "open"));
  DOES_NOT_KNOW("seen", "o1");
  ALLOWS(&h, GET("o1"));
  observe(&h, REBASE_UNKNOWN, ORDER("o1", "open"));
  DOES_NOT_KNOW("seen", "o1");
  call_and_observe(&h, GET("o1"), "{\"more\":[{}],\"memo\":\"\",\"owner\":\"c1\",\"total\":1.005,\"status\":\"new\",\"id\":\"o1\"}");
  KNOWS("seen", "o1");                      /* SPEC 9.4: unknown fields do not matter */
}
END_TEST

START_TEST(spec_8_4_twice_in_one_result) {
  call_and_observe(&h, LIST, "[" ORDER("o1", "open") "," ORDER("o2", "open") "," ORDER("o1", "open") "]");
  KNOWS("open", "o1");
  call_and_observe(&h, LIST, "[" ORDER("o1", "open") "," ORDER("o2", "closed") "," ORDER("o1", "closed") "]");
  DOES_NOT_KNOW("seen", "o1");              /* told two things, it knows neither */
  KNOWS("closed", "o2");
  call_and_observe(&h, GET("o1"), ORDER("o1", "closed"));
  KNOWS("closed", "o1");
}
END_TEST

START_TEST(spec_8_4_another_key_than_asked) {
  ALLOWS(&h, GET("o1"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ORDER("o2", "open")), REBASE_E_TYPE);
  DOES_NOT_KNOW("seen", "o1");
  DOES_NOT_KNOW("seen", "o2");
  call_and_observe(&h, CUSTOMER("c1"), "{\"name\":\"A\",\"mail\":\"a@x.example\"}");         /* the argument fills the key */
  KNOWS("customer", "c1");
  ALLOWS(&h, CUSTOMER("c2"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{\"id\":\"c3\",\"name\":\"A\",\"mail\":\"m\"}"), REBASE_E_TYPE);
  DOES_NOT_KNOW("customer", "c2");
  DOES_NOT_KNOW("customer", "c3");
  ALLOWS(&h, PAIR("x", 1));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{\"a\":\"x\",\"b\":2,\"n\":7}"), REBASE_E_TYPE);
  DOES_NOT_KNOW("pair 2", "x");
  ALLOWS(&h, SET("o1"));                    /* a write that answers with another */
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ORDER("o2", "open")), REBASE_E_TYPE);
  DOES_NOT_KNOW("seen", "o2");
}
END_TEST

/* A key that a longer one begins with, or that is split differently, is another key. */
START_TEST(spec_8_4_keys_are_whole) {
  call_and_observe(&h, GET("o11"), ORDER("o11", "open"));
  DOES_NOT_KNOW("seen", "o1");
  DOES_NOT_KNOW("seen", "o111");
  ALLOWS(&h, CANCEL("o1"));
  KNOWS("seen", "o11");
}
END_TEST

START_TEST(spec_8_4_a_write_hides) {
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  call_and_observe(&h, GET("o2"), ORDER("o2", "open"));
  ALLOWS(&h, SET("o1"));                    /* a write that returns the entity */
  char write[REBASE_ID_BYTES];
  memcpy(write, h.decision, sizeof write);
  DOES_NOT_KNOW("seen", "o1");              /* from the allow on */
  KNOWS("seen", "o2");
  memcpy(h.decision, write, sizeof write);
  ck_assert_int_eq(observe(&h, REBASE_FAILED, ""), REBASE_OK);
  KNOWS("open", "o1");                      /* a definite failure restores */
  ALLOWS(&h, SET("o1"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ORDER("o1", "closed")), REBASE_OK);
  KNOWS("closed", "o1");
  ALLOWS(&h, CANCEL("o1"));                 /* one that `changes` it and says nothing of it */
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "done"), REBASE_OK);
  DOES_NOT_KNOW("seen", "o1");
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  ALLOWS(&h, CANCEL("o1"));
  ck_assert_int_eq(observe(&h, REBASE_UNKNOWN, ""), REBASE_OK);
  DOES_NOT_KNOW("seen", "o1");              /* nobody knows */
  call_and_observe(&h, GET("o1"), ORDER("o1", "closed"));
  KNOWS("closed", "o1");
  KNOWS("open", "o2");
  ALLOWS(&h, SET("o1"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "Error: locked"), REBASE_OK);      /* says it failed */
  KNOWS("closed", "o1");
  ALLOWS(&h, SET("o1"));
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{\"id\":\"o1\"}"), REBASE_OK);      /* success without a whole value */
  DOES_NOT_KNOW("seen", "o1");
}
END_TEST

/* Only the key that is written is hidden; both parts of a key of two count. */
START_TEST(spec_8_4_a_write_hides_one_key) {
  call_and_observe(&h, PAIR("x", 1), "{\"a\":\"x\",\"b\":1,\"n\":7}");
  call_and_observe(&h, PAIR("x", 2), "{\"a\":\"x\",\"b\":2,\"n\":7}");
  ALLOWS(&h, "{\"call\":\"shop.set_pair\",\"args\":{\"a\":\"x\",\"b\":1}}");
  DOES_NOT_KNOW("pair 1", "x");
  KNOWS("pair 2", "x");
}
END_TEST

static void begin_call(const char *body, char id[REBASE_ID_BYTES]) {
  ALLOWS(&h, body);
  memcpy(id, h.decision, REBASE_ID_BYTES);
}
static void end_call(const char id[REBASE_ID_BYTES], rebase_outcome outcome, const char *result) {
  memcpy(h.decision, id, REBASE_ID_BYTES);
  ck_assert_int_eq(observe(&h, outcome, result), REBASE_OK);
}

/* What a read answers is not believed when a write of the same entity may have come between. */
START_TEST(spec_8_4_reads_and_writes_overlap) {
  char read[REBASE_ID_BYTES], write[REBASE_ID_BYTES], second[REBASE_ID_BYTES];
  begin_call(GET("o1"), read);              /* read ( write ( ) ) */
  begin_call(CANCEL("o1"), write);
  end_call(write, REBASE_SUCCESS, "done");
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));
  DOES_NOT_KNOW("seen", "o1");
  begin_call(CANCEL("o1"), write);          /* write ( read ( ) ) */
  begin_call(GET("o1"), read);
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));
  DOES_NOT_KNOW("seen", "o1");
  end_call(write, REBASE_SUCCESS, "done");
  DOES_NOT_KNOW("seen", "o1");
  begin_call(GET("o1"), read);              /* read ( write ) - the write ends last */
  begin_call(CANCEL("o1"), write);
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));
  DOES_NOT_KNOW("seen", "o1");
  end_call(write, REBASE_UNKNOWN, NULL);
  DOES_NOT_KNOW("seen", "o1");
  begin_call(CANCEL("o1"), write);          /* write ( read - the read ends last */
  begin_call(GET("o1"), read);
  end_call(write, REBASE_SUCCESS, "done");
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));
  DOES_NOT_KNOW("seen", "o1");
  begin_call(GET("o1"), read);              /* with a write that failed nothing was in between */
  begin_call(CANCEL("o1"), write);
  end_call(write, REBASE_FAILED, NULL);
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));
  KNOWS("open", "o1");
  begin_call(CANCEL("o1"), write);          /* two writes: it is back when both have failed */
  begin_call(CANCEL("o1"), second);
  end_call(write, REBASE_FAILED, NULL);
  DOES_NOT_KNOW("seen", "o1");
  end_call(second, REBASE_FAILED, NULL);
  KNOWS("open", "o1");
  begin_call(SET("o1"), write);             /* the answer of one write is hidden by another under way */
  begin_call(CANCEL("o1"), second);
  end_call(write, REBASE_SUCCESS, ORDER("o1", "closed"));
  DOES_NOT_KNOW("seen", "o1");
  end_call(second, REBASE_SUCCESS, "done");
  DOES_NOT_KNOW("seen", "o1");
  begin_call(GET("o1"), read);              /* of another key: no matter */
  begin_call(CANCEL("o2"), write);
  end_call(write, REBASE_SUCCESS, "done");
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));
  KNOWS("open", "o1");
}
END_TEST

/* 32 calls wait for their outcome; one that is given up counts as unknown, its writes too. */
START_TEST(spec_8_4_given_up) {
  char write[REBASE_ID_BYTES], read[REBASE_ID_BYTES];
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  begin_call(GET("o1"), read);
  begin_call(CANCEL("o1"), write);
  for (int i = 0; i < 30; i++) ALLOWS(&h, INBOX);
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));      /* both are still there: 32 */
  begin_call(GET("o1"), read);
  ALLOWS(&h, INBOX);                        /* the write is the oldest now, and is given up */
  memcpy(h.decision, write, sizeof write);
  ck_assert_int_eq(observe(&h, REBASE_FAILED, ""), REBASE_E_DECISION);
  call_and_observe(&h, GET("o2"), ORDER("o2", "open"));
  DOES_NOT_KNOW("seen", "o1");
  end_call(read, REBASE_SUCCESS, ORDER("o1", "open"));      /* began before the write was lost sight of */
  DOES_NOT_KNOW("seen", "o1");
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  KNOWS("open", "o1");
}
END_TEST

/* When the memory of a session is full the oldest is dropped, never the newest refused. */
START_TEST(spec_8_4_oldest_dropped) {
  char body[200], result[3000], key[20], memo[2000];
  memset(memo, 'm', sizeof memo);
  memo[sizeof memo - 1] = 0;
  for (int i = 0; i < 200; i++) {
    snprintf(body, sizeof body, "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"k%d\"}}", i);
    snprintf(result, sizeof result, "{\"id\":\"k%d\",\"status\":\"open\",\"total\":1,\"owner\":\"c1\",\"memo\":\"%s\"}", i, memo);
    call_and_observe(&h, body, result);
    snprintf(key, sizeof key, "k%d", i);
    KNOWS("seen", key);
  }
  DOES_NOT_KNOW("seen", "k0");
  KNOWS("seen", "k199");
  int first = 0;
  for (; snprintf(key, sizeof key, "k%d", first), !knows("seen", key); first++) continue;
  for (int i = first; i < 200; i++) { snprintf(key, sizeof key, "k%d", i); KNOWS("seen", key); }
  ck_assert_int_gt(200 - first, 40);        /* half of 256 KiB, at 2 KiB each */
  DOES_NOT_KNOW("only", "k199");            /* 8.5: dropping all others makes none the only one */
}
END_TEST

START_TEST(spec_8_4_told_by_the_host) {
  ck_assert_int_eq(see(&h, "shop.order", ORDER("o1", "open")), REBASE_OK);
  KNOWS("open", "o1");
  ck_assert_int_eq(see(&h, "shop.order", "{\"id\":\"o1\"}"), REBASE_E_TYPE);
  KNOWS("open", "o1");
  ck_assert_int_eq(see(&h, "shop.order", "{\"id\":"), REBASE_E_TYPE);
  ck_assert_int_eq(see(&h, "shop.order", "null"), REBASE_E_TYPE);
  ck_assert_int_eq(see(&h, "shop.thing", ORDER("o1", "open")), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_see(h.engine, h.session, NULL, "{}", 2, &h.report), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_see(h.engine, h.session, "shop.order", NULL, 0, &h.report), REBASE_E_ARGUMENT);
  ALLOWS(&h, CANCEL("o1"));
  ck_assert_int_eq(see(&h, "shop.order", ORDER("o1", "open")), REBASE_OK);
  DOES_NOT_KNOW("seen", "o1");              /* a write is under way: it hides this too */
}
END_TEST

/* ---- 8.5 ---- */
START_TEST(spec_8_5_the_only_seen) {
  DOES_NOT_KNOW("only", "o1");
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  call_and_observe(&h, GET("o1"), ORDER("o1", "closed"));
  KNOWS("only", "o1");
  call_and_observe(&h, CUSTOMER("o2"), "{\"name\":\"A\",\"mail\":\"a\"}");        /* another entity does not matter */
  KNOWS("only", "o1");
  char write[REBASE_ID_BYTES];
  begin_call(CANCEL("o1"), write);
  DOES_NOT_KNOW("only", "o1");              /* hidden while it is written */
  end_call(write, REBASE_UNKNOWN, "");
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));
  KNOWS("only", "o1");
  call_and_observe(&h, GET("o2"), ORDER("o2", "open"));
  DOES_NOT_KNOW("only", "o1");
  call_and_observe(&h, CANCEL("o2"), "done");       /* forgetting the other does not make it the only one */
  DOES_NOT_KNOW("only", "o1");
  DOES_NOT_KNOW("only", "o2");
}
END_TEST

START_TEST(spec_8_5_bound_is_never_overwritten) {
  DOES_NOT_KNOW("bound", "c1");
  ALLOWS(&h, FIND("a@x.example"));
  observe(&h, REBASE_FAILED, "{\"id\":\"c0\",\"name\":\"A\",\"mail\":\"a@x.example\"}");
  DOES_NOT_KNOW("bound", "c0");
  call_and_observe(&h, FIND("a@x.example"), "{\"id\":\"c1\",\"name\":\"A\",\"mail\":\"a@x.example\"}");
  KNOWS("bound", "c1");
  call_and_observe(&h, FIND("b@x.example"), "{\"id\":\"c2\",\"name\":\"B\",\"mail\":\"b@x.example\"}");
  KNOWS("bound", "c1");
  DOES_NOT_KNOW("bound", "c2");
  call_and_observe(&h, CUSTOMER("c3"), "{\"name\":\"C\",\"mail\":\"c\"}");        /* an operation that does not bind */
  KNOWS("bound", "c1");
  char child[REBASE_ID_BYTES];
  delegate(child);
  enter(HELPER, "ann", child);
  KNOWS("bound", "c1");                     /* the subject of the conversation */
}
END_TEST

/* ---- 8.6 said ---- */
START_TEST(spec_8_6_whole_tokens) {
  static const struct { const char *heard, *token; bool said; } cases[] = {
    {"cancel o1 please", "o1", true}, {"cancel o1", "o1", true}, {"o1", "o1", true}, {"(o1)", "o1", true}, {"\"o1\",", "o1", true},
    {"o1.", "o1", true}, {"o1. Then", "o1", true}, {"o1.x", "o1", false}, {"o1.5", "o1", false}, {"x.o1", "o1", false}, {"...o1", "o1", false},
    {"o12", "o1", false}, {"xo1", "o1", false}, {"o1_", "o1", false}, {"@o1", "o1", false}, {"o1@x", "o1", false}, {"#o1", "o1", false},
    {"a/o1", "o1", false}, {"o1/a", "o1", false}, {"-o1", "o1", false}, {"o1-b", "o1", false}, {"O1", "o1", false}, {"o 1", "o1", false},
    {"o1o1 o1", "o1", true}, {"o12 o1x, o1!", "o1", true}, {"send it to a@x.example.", "a@x.example", true}, {"ba@x.example", "a@x.example", false},
    {"a@x.example.org", "a@x.example", false}, {"New York, please", "New York", true}, {"New  York", "New York", false}, {"", "", false}, {"x", "", false},
    {"\xc3\xa9t\xc3\xa9", "t", false}, {"caf\xc3\xa9", "caf", false}, {"o1\xc3\xa9", "o1", false}, {"\xe4\xb8\xad" "o1", "o1", false}, {"o1\xe2\x80\x94", "o1", true},
    {"cafe\xcc\x81 x", "caf\xc3\xa9", true}, {"caf\xc3\xa9 x", "cafe\xcc\x81", true}, {"cafe\xcc\x81", "cafe", false}, {"Caf\xc3\xa9", "caf\xc3\xa9", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char id[REBASE_ID_BYTES];
    ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
    enter(BOT, "ann", id);
    ck_assert_int_eq(hear(&h, cases[i].heard), REBASE_OK);
    ck_assert_msg(knows("said", cases[i].token) == cases[i].said, "`%s` in `%s`", cases[i].token, cases[i].heard);
    rebase_session_close(h.engine, id);
  }
}
END_TEST

START_TEST(spec_8_6_each_text_by_itself) {
  hear(&h, "the order is o");
  hear(&h, "1 and more");
  DOES_NOT_KNOW("said", "o1");
  DOES_NOT_KNOW("said", "o\\n1");
  KNOWS("said", "1");
  KNOWS("said", "order is o");
  call_and_observe(&h, GET("o7"), ORDER("o7", "open"));
  DOES_NOT_KNOW("said", "o7");              /* what a system answers nobody said */
  ck_assert_int_eq(hear(&h, "\xff"), REBASE_E_REQUEST);
  ck_assert_int_eq(rebase_hear(h.engine, h.session, "a\0b", 3), REBASE_E_REQUEST);
  ck_assert_int_eq(rebase_hear(h.engine, h.session, NULL, 0), REBASE_E_ARGUMENT);
}
END_TEST

START_TEST(spec_8_6_numbers_by_value) {
  static const struct { const char *heard, *argument, *value; bool said; } cases[] = {
    {"pay $1,200.00 now", "amount", "1200", true}, {"pay 1200 USD", "amount", "1200", true}, {"pay 1200", "amount", "1200.00", true},
    {"pay 1,200.50.", "amount", "1200.5", true}, {"USD 1200", "amount", "1200", true}, {"1200 EUR", "amount", "1200", false},
    {"EUR 1200", "amount", "1200", false}, {"\xe2\x82\xac" "1200", "amount", "1200", false}, {"1200\xe2\x82\xac", "amount", "1200", false},
    {"12,00", "amount", "1200", false}, {"1,2000", "amount", "12000", false}, {"1,200,000", "amount", "1200", false}, {"1200.001", "amount", "1200", false},
    {"1200x", "amount", "1200", false}, {"x1200", "amount", "1200", false}, {"1200.5", "amount", "1200", false}, {"1200-1300", "amount", "1200", false},
    {"#1200", "amount", "1200", false}, {"12001", "amount", "1200", false}, {"-5", "count", "-5", true}, {"-5", "count", "5", false}, {"5", "count", "-5", false},
    {"3 items", "count", "3", true}, {"3.0 items", "count", "3", true}, {"3.5 items", "count", "3", false}, {"1,000", "count", "1000", true},
    {"30", "count", "3", false}, {"0.25", "rate", "0.25", true}, {"0.250", "rate", "0.25", true}, {"25", "rate", "0.25", false},
    {"0.2", "rate", "0.25", false}};
  host_load(&h, "policy p {\n"
    "  allow call shop.pay where args.note == \"amount\" and said(args.amount)\n"
    "  allow call shop.pay where args.note == \"count\" and said(args.count)\n"
    "  allow call shop.pay where args.note == \"rate\" and args.rate is present and said(args.rate)\n}");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char id[REBASE_ID_BYTES], body[300];
    const char *amount = strcmp(cases[i].argument, "amount") ? ",\"amount\":1" : "";
    ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
    enter(BOT, "ann", id);
    hear(&h, cases[i].heard);
    snprintf(body, sizeof body, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"note\":\"%s\",\"%s\":%s%s}}", cases[i].argument, cases[i].argument, cases[i].value, amount);
    const rebase_decision *d = decide(&h, body);
    ck_assert_msg((d->effect == REBASE_ALLOW) == cases[i].said, "`%s` in `%s`: %s", cases[i].value, cases[i].heard, d->reason);
    rebase_session_close(h.engine, id);
  }
}
END_TEST

/* What was said is bounded too: the oldest text is dropped, a text that is too long is refused. */
START_TEST(spec_8_6_memory) {
  static char long_text[140000];
  memset(long_text, ' ', sizeof long_text - 1);
  hear(&h, "o1");
  KNOWS("said", "o1");
  ck_assert_int_eq(rebase_hear(h.engine, h.session, long_text, 128 * 1024 + 1), REBASE_E_TOO_LARGE);
  KNOWS("said", "o1");
  ck_assert_int_eq(rebase_hear(h.engine, h.session, long_text, 128 * 1024), REBASE_OK);
  DOES_NOT_KNOW("said", "o1");
  hear(&h, "o2");
  KNOWS("said", "o2");
}
END_TEST

/* ---- 8.7 vouched ---- */
START_TEST(spec_8_7_by_a_read_without_a_chosen_key) {
  DOES_NOT_KNOW("vouched", "c1");
  call_and_observe(&h, GET("o1"), ORDER("o1", "open"));     /* the agent chose o1 */
  DOES_NOT_KNOW("vouched", "c1");
  DOES_NOT_KNOW("vouched", "o1");
  call_and_observe(&h, LIST, "[" ORDER_OF("o2", "open", "c2") "]");        /* a word and a page: no key */
  KNOWS("vouched", "o2");
  KNOWS("vouched", "c2");
  DOES_NOT_KNOW("vouched", "memo of o2");   /* a field that is untrusted */
  DOES_NOT_KNOW("vouched", "memo");
  DOES_NOT_KNOW("vouched", "c");
  DOES_NOT_KNOW("vouched", "");
  call_and_observe(&h, "{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"closed\",\"limit\":77}}", "[" ORDER_OF("o7", "open", "c7") "]");
  KNOWS("vouched", "c7");                   /* nor does the length of a page choose a key */
  call_and_observe(&h, GET("o2"), ORDER_OF("o2", "closed", "c3"));         /* by a key that is vouched for itself */
  KNOWS("vouched", "c3");
  DOES_NOT_KNOW("vouched", "c2");           /* replaced */
  call_and_observe(&h, "{\"call\":\"shop.orders_of\",\"args\":{\"owner\":\"c9\"}}", "[" ORDER_OF("o4", "open", "c9") "]");
  DOES_NOT_KNOW("vouched", "o4");
  call_and_observe(&h, "{\"call\":\"shop.orders_of\",\"args\":{\"owner\":\"c3\"}}", "[" ORDER_OF("o5", "open", "c3") "]");
  KNOWS("vouched", "o5");
}
END_TEST

/* Equal is what is equal as what it is: 10.50 USD is not the number 10500000, nor a text. */
START_TEST(spec_8_7_of_its_own_type) {
  static const struct { const char *argument, *value; bool vouched; } cases[] = {
    {"amount", "10.5", true}, {"amount", "10.51", false}, {"count", "10500000", false}, {"count", "10", false}, {"rate", "10.5", false}, {"hold", "10.5", false}};
  host_load(&h, "policy p {\n  allow call shop.list_orders by bot\n"
    "  allow call shop.pay where args.note == \"amount\" and vouched(args.amount)\n  allow call shop.pay where args.note == \"count\" and vouched(args.count)\n"
    "  allow call shop.pay where args.note == \"rate\" and args.rate is present and vouched(args.rate)\n}");
  call_and_observe(&h, LIST, "[" ORDER("o1", "open") "]");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char body[300];
    const char *amount = strcmp(cases[i].argument, "amount") ? ",\"amount\":1" : "";
    snprintf(body, sizeof body, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"note\":\"%s\",\"%s\":%s%s}}", cases[i].argument, cases[i].argument, cases[i].value, amount);
    ck_assert_msg((decide(&h, body)->effect == REBASE_ALLOW) == cases[i].vouched, "%s %s: %s", cases[i].argument, cases[i].value, last_line());
  }
}
END_TEST

START_TEST(spec_8_7_by_what_was_said) {
  hear(&h, "look at o1");
  KNOWS("vouched", "o1");
  call_and_observe(&h, GET("o1"), ORDER_OF("o1", "open", "c1"));
  KNOWS("vouched", "c1");
  call_and_observe(&h, "{\"call\":\"shop.notes\",\"args\":{\"limit\":3}}", "[" ORDER_OF("o6", "open", "c6") "]");
  DOES_NOT_KNOW("vouched", "c6");           /* an operation that yields untrusted */
  KNOWS("seen", "o6");
  call_and_observe(&h, GET("o6"), ORDER_OF("o6", "open", "c6"));
  DOES_NOT_KNOW("vouched", "c6");
  ck_assert_int_eq(see(&h, "shop.order", ORDER_OF("o8", "open", "c8")), REBASE_OK);
  KNOWS("vouched", "c8");                   /* the host looked it up */
}
END_TEST

/* Whether a read was reached without a chosen key is settled when it is decided, not when its result comes. */
START_TEST(spec_8_7_as_of_the_decision) {
  char read[REBASE_ID_BYTES];
  begin_call(GET("o1"), read);
  hear(&h, "o1");
  end_call(read, REBASE_SUCCESS, ORDER_OF("o1", "open", "c1"));
  DOES_NOT_KNOW("vouched", "c1");
}
END_TEST

/* ---- counts ---- */
START_TEST(spec_7_9_counts) {
  char id[REBASE_ID_BYTES];
  KNOWS("cancelled 0", "");
  begin_call(CANCEL("o1"), id);
  KNOWS("cancelled 1", "");                 /* with the allow */
  begin_call(CANCEL("o2"), id);
  KNOWS("cancelled 2", "");
  end_call(id, REBASE_FAILED, "");
  KNOWS("cancelled 1", "");                 /* it did not happen */
  begin_call(CANCEL("o2"), id);
  end_call(id, REBASE_UNKNOWN, "");
  KNOWS("cancelled 2", "");                 /* it may have */
  DENIES(&h, "{\"call\":\"shop.cancel\",\"args\":{}}");
  KNOWS("cancelled 2", "");
}
END_TEST

/* ---- over a change of the bundle ---- */
START_TEST(spec_8_labels_and_counts_live_through_a_swap) {
  ALLOWS(&h, VAULT);
  ALLOWS(&h, CANCEL("o1"));
  rebase_prove(h.engine, h.session, "acme.shop.known");
  hear(&h, "o1");
  ck_assert_int_eq(see(&h, "shop.order", ORDER("o5", "open")), REBASE_OK);
  call_and_observe(&h, FIND("a"), "{\"id\":\"c1\",\"name\":\"A\",\"mail\":\"a\"}");
  char text[6000];
  snprintf(text, sizeof text, "%s\nguard more { deny call shop.vault because \"no\" }\n", rules);
  host_load(&h, text);
  DENIES(&h, VAULT);
  KNOWS("seen", "o5");                      /* both bundles describe data alike */
  snprintf(text, sizeof text, "label afterthought \"sorted first\"\n%s", rules);
  host_load(&h, text);
  DOES_NOT_KNOW("no secret", "");           /* by name: their numbers are others now */
  KNOWS("no untrusted", "");
  KNOWS("cancelled 1", "");
  KNOWS("known", "");
  KNOWS("said", "o1");
  KNOWS("bound", "c1");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("session");
  TCase *t = tcase_create("spec 8");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, spec_8_1_bound_to_agent_and_requester);
  tcase_add_test(t, spec_8_1_unknown_and_closed);
  tcase_add_test(t, spec_8_1_expires_by_either_clock);
  tcase_add_test(t, spec_8_1_full_table);
  tcase_add_test(t, spec_8_1_ids_are_fresh);
  tcase_add_test(t, spec_8_2_set_with_the_allow_and_kept);
  tcase_add_test(t, spec_8_2_only_with_an_allow);
  tcase_add_test(t, spec_8_2_follow_the_requester);
  tcase_add_test(t, spec_8_2_survive_a_crowd);
  tcase_add_test(t, spec_8_2_delegation_both_ways);
  tcase_add_test(t, spec_8_2_delegation_takes_no_facts_along);
  tcase_add_test(t, spec_8_2_delegation_is_used_once);
  tcase_add_test(t, spec_8_2_chain_of_agents_is_bounded);
  tcase_add_test(t, spec_8_3_proofs_expire);
  tcase_add_test(t, spec_8_3_proved_by_an_operation);
  tcase_add_test(t, spec_8_4_kept_under_its_key);
  tcase_add_test(t, spec_8_4_by_time);
  tcase_add_test(t, spec_8_4_what_is_not_stored);
  tcase_add_test(t, spec_8_4_twice_in_one_result);
  tcase_add_test(t, spec_8_4_another_key_than_asked);
  tcase_add_test(t, spec_8_4_keys_are_whole);
  tcase_add_test(t, spec_8_4_a_write_hides);
  tcase_add_test(t, spec_8_4_a_write_hides_one_key);
  tcase_add_test(t, spec_8_4_reads_and_writes_overlap);
  tcase_add_test(t, spec_8_4_given_up);
  tcase_add_test(t, spec_8_4_oldest_dropped);
  tcase_add_test(t, spec_8_4_told_by_the_host);
  tcase_add_test(t, spec_8_5_the_only_seen);
  tcase_add_test(t, spec_8_5_bound_is_never_overwritten);
  tcase_add_test(t, spec_8_6_whole_tokens);
  tcase_add_test(t, spec_8_6_each_text_by_itself);
  tcase_add_test(t, spec_8_6_numbers_by_value);
  tcase_add_test(t, spec_8_6_memory);
  tcase_add_test(t, spec_8_7_by_a_read_without_a_chosen_key);
  tcase_add_test(t, spec_8_7_of_its_own_type);
  tcase_add_test(t, spec_8_7_by_what_was_said);
  tcase_add_test(t, spec_8_7_as_of_the_decision);
  tcase_add_test(t, spec_7_9_counts);
  tcase_add_test(t, spec_8_labels_and_counts_live_through_a_swap);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
