/* test_limits.c: limits of a policy: what a decision is charged, and that it is no allow before that is reserved. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include "engine_fixture.h"
#include "rebase_quota.h"
#include "run.h"

#define PAY(AMOUNT) "{\"call\":\"shop.pay\",\"args\":{\"id\":\"p\",\"amount\":" AMOUNT "}}"
#define GET(ID) "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"" ID "\"}}"
#define ORDER "{\"id\":\"o1\",\"status\":\"open\",\"total\":1,\"owner\":\"c\",\"memo\":\"\"}"
static struct host h;
static rebase_quota *quota;

static void begin(const char *rules) {
  rebase_quota_answer answer;
  host_prepare(&h);
  ck_assert_int_eq(rebase_quota_memory(NULL, &quota), REBASE_OK);
  rebase_quota_seed(quota, NULL, 0, NOW, &answer);
  h.options.quota = quota;
  host_begin(&h, rules);
}

static void end(void) {
  host_close(&h);
  rebase_quota_close(quota);
}

static const rebase_decision *reserve(const char *body) {
  decide(&h, body);
  return rebase_reserve(h.request, 0);
}

#define GRANTED(BODY) ck_assert_int_eq(reserve(BODY)->effect, REBASE_ALLOW)
#define REFUSED(BODY) ck_assert_int_eq(reserve(BODY)->effect, REBASE_DENY)

START_TEST(no_allow_before_it_is_reserved) {
  begin(ALLOW_ALL "guard g { limit call shop.pay of args.amount for each requester at most 10.00 USD per day warn at 80% }");
  const rebase_decision *d = decide(&h, PAY("4"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->status, REBASE_E_RESERVE);
  ck_assert_uint_eq(d->limit_count, 1);
  ck_assert_int_eq(d->limits[0].amount, 4000000);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ""), REBASE_E_DECISION);
  d = rebase_reserve(h.request, 0);
  ck_assert_int_eq(d->effect, REBASE_ALLOW);
  ck_assert_int_eq(d->status, REBASE_OK);
  ck_assert_str_eq(d->reason, "allowed");
  ck_assert_int_eq(d->limits[0].used, 4000000);
  ck_assert(!d->limits[0].warned);
  ck_assert_int_eq(rebase_reserve(h.request, 0)->effect, REBASE_ALLOW);     /* again: nothing more */
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ""), REBASE_OK);
  d = reserve(PAY("5"));
  ck_assert_int_eq(d->effect, REBASE_ALLOW);
  ck_assert(d->limits[0].warned);
  d = reserve(PAY("1.01"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->status, REBASE_OK);
  ck_assert_str_eq(d->reason, "a limit is reached: at most 10.00 USD per day for each requester (acme.shop.g)");
  ck_assert(d->limits[0].reached);
  char text[2000];
  rebase_explain(d, REBASE_FOR_PERSON, text, sizeof text);
  ck_assert_ptr_nonnull(strstr(text, "limit by guard acme.shop.g"));
  ck_assert_ptr_nonnull(strstr(text, "limit reached: at most 10.00 USD per day for each requester: ann, 9.00 used, and this would be 1.01 more"));
  GRANTED(PAY("1"));
  end();
}
END_TEST

START_TEST(without_a_store_or_a_seed_nothing_that_is_limited) {
  host_open(&h, ALLOW_ALL "guard g { limit call shop.pay at most 5 per day }");
  const rebase_decision *d = decide(&h, PAY("1"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->status, REBASE_E_QUOTA);
  ALLOWS(&h, GET("o1"));
  host_close(&h);
  host_prepare(&h);
  ck_assert_int_eq(rebase_quota_memory(NULL, &quota), REBASE_OK);
  h.options.quota = quota;
  host_begin(&h, ALLOW_ALL "guard g { limit call shop.pay at most 5 per day }");
  d = reserve(PAY("1"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->status, REBASE_E_QUOTA);
  end();
}
END_TEST

START_TEST(an_ask_or_a_deny_reserves_nothing) {
  begin("policy p { ask leads before call shop.pay by bot  allow call shop.get_order by bot }\n"
        "guard g { limit call shop at most 2 per day  deny call shop.get_order where args.id == \"no\" because \"no\" }");
  ck_assert_int_eq(reserve(PAY("1"))->effect, REBASE_ASK);
  REFUSED(GET("no"));
  REFUSED(GET("no"));
  ck_assert_int_eq(reserve(PAY("1"))->effect, REBASE_ASK);
  ck_assert_int_eq(rebase_approve(h.engine, h.session, h.decision, "acme.shop.leads", "lea"), REBASE_OK);
  GRANTED(PAY("1"));
  GRANTED(GET("a"));
  REFUSED(GET("a"));
  end();
}
END_TEST

START_TEST(what_is_refused_leaves_the_session_as_it_was) {
  begin("policy p { allow call shop.get_order by bot  allow call shop.cancel by bot where seen order(args.id) is present }\n"
        "guard g { limit call shop.cancel at most 0 per day }\n"
        "guard once { deny call shop.get_order where session.count(shop.cancel) >= 1 because \"cancelled\" }");
  ck_assert_int_eq(see(&h, "shop.order", ORDER), REBASE_OK);
  const char *cancel = "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"o1\"}}";
  ck_assert_int_eq(decide(&h, cancel)->status, REBASE_E_RESERVE);
  ck_assert_str_eq(decide(&h, cancel)->reason, "nothing allows this");     /* while it is open the order is missing */
  ck_assert_int_eq(decide(&h, GET("o1"))->effect, REBASE_DENY);             /* and the call counts */
  end();
  begin("policy p { allow call shop.get_order by bot  allow call shop.cancel by bot where seen order(args.id) is present }\n"
        "guard g { limit call shop.cancel at most 0 per day }\n"
        "guard once { deny call shop.get_order where session.count(shop.cancel) >= 1 because \"cancelled\" }");
  ck_assert_int_eq(see(&h, "shop.order", ORDER), REBASE_OK);
  for (int i = 0; i < 3; i++) {
    REFUSED(cancel);
    ck_assert_int_eq(observe(&h, REBASE_SUCCESS, ""), REBASE_E_DECISION);
  }
  ck_assert_int_eq(decide(&h, cancel)->status, REBASE_E_RESERVE);           /* the order is there again */
  rebase_reserve(h.request, 0);
  ck_assert_int_eq(decide(&h, GET("o1"))->effect, REBASE_ALLOW);
  end();
}
END_TEST

START_TEST(a_delegation_that_is_not_reserved_opens_no_session) {
  begin(ALLOW_ALL "guard g { limit delegate at most 1 per day }");
  char child[REBASE_ID_BYTES];
  decide(&h, "{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, child, NULL), REBASE_E_DECISION);
  ck_assert_int_eq(rebase_reserve(h.request, 0)->effect, REBASE_ALLOW);
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, child, NULL), REBASE_OK);
  REFUSED("{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, child, NULL), REBASE_E_DECISION);
  end();
}
END_TEST

START_TEST(a_child_spends_from_its_parent) {
  begin(ALLOW_ALL "guard g { limit call shop.pay of args.amount for each agent at most 10.00 USD per day }");
  char child[REBASE_ID_BYTES];
  decide(&h, "{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, child, NULL), REBASE_OK);
  GRANTED(PAY("8"));
  rebase_caller parent = h.caller;
  h.caller = (rebase_caller){HELPER, parent.requester, child};
  const rebase_decision *d = reserve(PAY("3"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_uint_eq(d->limit_count, 2);
  ck_assert_str_eq(d->limits[1].each, BOT);
  ck_assert(d->limits[1].reached && !d->limits[0].reached);
  GRANTED(PAY("2"));
  h.caller = parent;
  REFUSED(PAY("1"));
  end();
}
END_TEST

START_TEST(a_child_spends_what_its_parents_session_may) {
  static const char *const rules[] = {"guard g { limit call shop.get_order at most 2 per session }", "guard g { limit call shop.get_order for each session at most 2 per day }"};
  for (int i = 0; i < 2; i++) {
    char text[400], child[REBASE_ID_BYTES], sibling[REBASE_ID_BYTES];
    snprintf(text, sizeof text, "%s%s", ALLOW_ALL, rules[i]);
    begin(text);
    rebase_caller parent = h.caller;
    decide(&h, "{\"delegate\":\"acme.shop.helper\"}");
    ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, child, NULL), REBASE_OK);
    decide(&h, "{\"delegate\":\"acme.shop.helper\"}");
    ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, sibling, NULL), REBASE_OK);
    h.caller = (rebase_caller){HELPER, parent.requester, child};
    GRANTED(GET("a"));
    h.caller = parent;
    GRANTED(GET("a"));
    REFUSED(GET("a"));
    h.caller = (rebase_caller){HELPER, parent.requester, child};
    REFUSED(GET("a"));
    h.caller.session = sibling;
    REFUSED(GET("a"));
    rebase_session_close(h.engine, parent.session);
    REFUSED(GET("a"));              /* also when the first one is over */
    char other[REBASE_ID_BYTES];
    ck_assert_int_eq(host_session(&h, BOT, "ann", other), REBASE_OK);
    h.caller = (rebase_caller){BOT, parent.requester, other};
    GRANTED(GET("a"));
    end();
  }
}
END_TEST

START_TEST(settled_for_what_it_came_to) {
  begin(ALLOW_ALL "guard g { limit call shop.pay of args.amount at most 10.00 USD per day  limit call shop.pay at most 1 at once }");
  GRANTED(PAY("8"));
  char id[REBASE_ID_BYTES];
  memcpy(id, h.decision, sizeof id);
  REFUSED(PAY("1"));                /* one at once */
  int64_t used[3] = {3000000, 1, 0}, negative = -1;
  ck_assert_int_eq(rebase_settle(h.engine, id, &negative, 1, NULL), REBASE_E_RANGE);
  ck_assert_int_eq(rebase_settle(h.engine, id, used, 3, NULL), REBASE_E_RANGE);
  ck_assert_int_eq(rebase_settle(h.engine, id, used, 2, NULL), REBASE_OK);
  ck_assert_int_eq(rebase_settle(h.engine, id, used, 2, NULL), REBASE_OK);
  ck_assert_int_eq(rebase_settle(h.engine, "00000000000000000000000000000000", used, 2, NULL), REBASE_E_DECISION);
  GRANTED(PAY("7"));
  ck_assert_int_eq(rebase_settle(h.engine, h.decision, (int64_t[]){25000000}, 1, &h.report), REBASE_OK);        /* more than was reserved */
  const rebase_decision *d = reserve(PAY("0"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->limits[0].used, 28000000);
  end();
}
END_TEST

/* The fixture's zone is five hours behind; NOW is 10:00 there on a Wednesday. */
START_TEST(windows) {
  static const struct { const char *per; int64_t inside, after; } cases[] = {
    {"per minute", 59 * SECONDS, 60 * SECONDS}, {"per hour", 3599 * SECONDS, 3600 * SECONDS},
    {"per day", (14 * 3600 - 1) * SECONDS, 14 * 3600 * SECONDS}, {"per week", ((4 * 24 + 14) * 3600 - 1) * SECONDS, (4 * 24 + 14) * 3600 * SECONDS},
    {"per month", ((16 * 24 + 14) * 3600 - 1) * SECONDS, (16 * 24 + 14) * 3600 * SECONDS},
    {"per 1 hour", 3600 * SECONDS, 3661 * SECONDS}, {"per 15 minutes", 900 * SECONDS, 916 * SECONDS}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rules[400];
    snprintf(rules, sizeof rules, "%sguard g { limit call shop.get_order at most 1 %s }", ALLOW_ALL, cases[i].per);
    for (int after = 0; after < 2; after++) {
      begin(rules);
      h.options.session_lifetime = 0;
      GRANTED(GET("a"));
      REFUSED(GET("a"));
      host_pass(&h, after ? cases[i].after : cases[i].inside);
      char session[REBASE_ID_BYTES];
      ck_assert_int_eq(host_session(&h, BOT, "ann", session), REBASE_OK);
      h.caller.session = session;
      if (after) GRANTED(GET("a"));
      else REFUSED(GET("a"));
      end();
    }
  }
}
END_TEST

START_TEST(of_whom) {
  begin(ALLOW_ALL "guard s { limit call shop.get_order at most 1 per session }\n"
        "guard f { limit call shop.list_orders for each requester.nick at most 1 per day }\n"
        "guard o { limit call for each operation where operation.name == \"shop.notes\" or operation.name == \"mail.inbox\" at most 1 per day }");
  GRANTED(GET("a"));
  REFUSED(GET("a"));
  char session[REBASE_ID_BYTES];
  ck_assert_int_eq(host_session(&h, BOT, "ann", session), REBASE_OK);
  const char *first = h.caller.session;
  h.caller.session = session;
  GRANTED(GET("a"));
  h.caller.session = NULL;
  REFUSED(GET("a"));                /* none to count in */
  h.caller.session = first;
  const rebase_decision *d = reserve("{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"open\"}}");
  ck_assert_int_eq(d->effect, REBASE_DENY);  /* this requester has no nick */
  ck_assert_int_eq(d->status, REBASE_E_REQUESTER);
  GRANTED("{\"call\":\"shop.notes\",\"args\":{}}");
  REFUSED("{\"call\":\"shop.notes\",\"args\":{}}");
  GRANTED("{\"call\":\"mail.inbox\",\"args\":{}}");
  end();
}
END_TEST

/* 6 a minute, and 2 in any 20 seconds of it. NOW is the start of a minute. */
START_TEST(a_burst_is_a_part_of_the_limit) {
  begin(ALLOW_ALL "guard g { limit call shop.get_order for each requester at most 6 per minute burst 2 warn at 50% }");
  unsigned granted[80] = {0}, all = 0;
  for (unsigned second = 0; second < 80; second++) {
    unsigned minute = 0, stretch = 0;
    granted[second] = 0;
    while (reserve(GET("a"))->effect == REBASE_ALLOW) granted[second]++;
    for (unsigned k = second - second % 60; k <= second; k++) minute += granted[k];
    for (unsigned k = second > 19 ? second - 19 : 0; k <= second; k++) stretch += granted[k];
    ck_assert_uint_le(minute, 6);
    ck_assert_uint_le(stretch, 2);
    all += granted[second];
    host_pass(&h, SECONDS);
  }
  ck_assert_uint_eq(granted[0], 2);
  ck_assert_uint_eq(all, 8);        /* two every 20 seconds and a part: at 0, 21, 42 and 63 */
  end();
}
END_TEST

START_TEST(a_burst_says_that_it_is_reached) {
  begin(ALLOW_ALL "guard g { limit call shop.pay of args.amount for each agent at most 10.00 USD per day burst 5.00 USD }");
  const rebase_decision *d = reserve(PAY("4"));
  ck_assert_uint_eq(d->limit_count, 2);
  ck_assert_str_eq(d->limits[0].words, "at most 10.00 USD per day for each agent");
  ck_assert_str_eq(d->limits[1].words, "at most 5.00 USD in 12 hours for each agent");
  ck_assert(d->limits[1].decimal);
  ck_assert_int_eq(rebase_settle(h.engine, d->id, (int64_t[]){3000000, 3000000}, 2, NULL), REBASE_OK);
  GRANTED(PAY("2"));
  d = reserve(PAY("0.01"));
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_str_eq(d->reason, "a limit is reached: at most 5.00 USD in 12 hours for each agent (acme.shop.g)");
  ck_assert(d->limits[1].reached && !d->limits[0].reached);
  host_load(&h, ALLOW_ALL "guard g { limit call shop.pay of args.amount for each agent at most 10.00 USD per day burst 8.00 USD }");
  GRANTED(PAY("5"));                /* of a burst that lasts longer nothing is counted yet; of the day 5 is */
  REFUSED(PAY("0.01"));
  end();
}
END_TEST

START_TEST(an_amount_below_zero_gives_nothing_back) {
  begin(ALLOW_ALL "guard g { limit call shop.pay of args.amount at most 10.00 USD per day }");
  REFUSED(PAY("-5"));
  GRANTED(PAY("10"));
  REFUSED(PAY("0.01"));
  end();
}
END_TEST

START_TEST(a_counter_stays_when_its_amount_is_edited) {
  begin(ALLOW_ALL "guard g { limit call shop.pay of args.amount at most 10.00 USD per day }");
  GRANTED(PAY("10"));
  host_load(&h, ALLOW_ALL "guard g { limit call shop.pay of args.amount   at most 15.00 USD per day }\nlabel more \"another\"");
  REFUSED(PAY("6"));
  GRANTED(PAY("5"));
  host_load(&h, ALLOW_ALL "guard g { limit call shop.pay of args.amount at most 15.00 USD per week }");
  GRANTED(PAY("15"));
  end();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("limits");
  TCase *tests = tcase_create("limits");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, no_allow_before_it_is_reserved);
  tcase_add_test(tests, without_a_store_or_a_seed_nothing_that_is_limited);
  tcase_add_test(tests, an_ask_or_a_deny_reserves_nothing);
  tcase_add_test(tests, what_is_refused_leaves_the_session_as_it_was);
  tcase_add_test(tests, a_delegation_that_is_not_reserved_opens_no_session);
  tcase_add_test(tests, a_child_spends_from_its_parent);
  tcase_add_test(tests, a_child_spends_what_its_parents_session_may);
  tcase_add_test(tests, settled_for_what_it_came_to);
  tcase_add_test(tests, windows);
  tcase_add_test(tests, of_whom);
  tcase_add_test(tests, a_burst_is_a_part_of_the_limit);
  tcase_add_test(tests, a_burst_says_that_it_is_reached);
  tcase_add_test(tests, an_amount_below_zero_gives_nothing_back);
  tcase_add_test(tests, a_counter_stays_when_its_amount_is_edited);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
