/* test_routes.c: which model answers: order, guards, fallbacks, retries, caps, models that fail; and that nothing reaches a model that a
 * rule takes away, whatever fails. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "routes.h"
#include "rebase_quota.h"
#include "run.h"

#define INFER(TASK, IN, OUT) "{\"infer\":{\"task\":\"" TASK "\",\"tokens\":{\"input\":" IN ",\"output\":" OUT "}}}"
#define CHAT INFER("chat", "1000", "500")
#define MEASURED "{ source: \"made up\", date: 2024-01-01, sample: 400 }"
#define PRICED(IN, OUT) " price input " IN " USD per 1_000_000 tokens price output " OUT " USD per 1_000_000 tokens "
/* cheap, fast and near; good; best, dear and abroad; one without a price. */
#define MODELS \
  "provider near { kind openai base \"https://near.example\" region eu training false retention 0 days }\n" \
  "provider far { kind openai base \"https://far.example\" region eu, us training true retention 30 days }\n" \
  "model cheap { provider near id \"c\" window 10_000 tokens output 2_000 tokens can tools latency 900 milliseconds" PRICED("1.00", "2.00") "quality chat 80% " MEASURED " }\n" \
  "model good { provider near id \"g\" window 100_000 tokens can tools, vision latency 300 milliseconds" PRICED("2.00", "4.00") "quality chat 90% " MEASURED " quality code 70% " MEASURED " }\n" \
  "model top { provider far id \"t\" window 200_000 tokens can tools latency 2 seconds" PRICED("10.00", "40.00") "quality chat 95% " MEASURED " }\n" \
  "model free { provider near id \"f\" window 200_000 tokens quality chat 99% " MEASURED " }\n"
#define ROUTE(REST) MODELS "route r { for infer by bot " REST " }\n"
static struct host h;

static const char *chosen(const rebase_decision *d) { return d->choice ? strrchr(d->choice->model, '.') + 1 : "none"; }

#define CHOOSES(BODY, MODEL) do { \
    const rebase_decision *d_ = decide(&h, (BODY)); \
    ck_assert_msg(!strcmp(chosen(d_), (MODEL)), "%s: %s, not %s: %s", (BODY), chosen(d_), (MODEL), d_->reason); \
    ck_assert_int_eq(d_->effect, strcmp((MODEL), "none") ? REBASE_ALLOW : REBASE_DENY); \
  } while (0)
#define NEXT(FAILURE, MODEL) do { \
    const rebase_decision *d_ = rebase_route_next(h.request, &h.caller, (FAILURE)); \
    ck_assert_msg(!strcmp(chosen(d_), (MODEL)), "next: %s, not %s: %s", chosen(d_), (MODEL), d_->reason); \
    ck_assert_int_eq(d_->effect, strcmp((MODEL), "none") ? REBASE_ALLOW : REBASE_DENY); \
  } while (0)

START_TEST(order) {
  host_open(&h, ROUTE(""));
  CHOOSES(CHAT, "cheap");
  const rebase_decision *d = decide(&h, CHAT);
  ck_assert_int_eq(d->choice->cost, 1000 * 1000000 + 500 * 2000000ll);      /* 10^-12 USD */
  ck_assert_str_eq(d->choice->currency, "USD");
  ck_assert_str_eq(d->choice->id, "c");
  ck_assert_uint_eq(d->choice->others, 2);
  ck_assert_str_eq(d->reason, "allowed: acme.shop.cheap answers");
  ck_assert_str_eq(d->canonical, CHAT);
  host_load(&h, ROUTE("prefer lowest latency"));
  CHOOSES(CHAT, "good");
  host_load(&h, ROUTE("prefer highest quality[task]"));
  CHOOSES(CHAT, "top");
  CHOOSES(INFER("code", "1000", "500"), "good");
  host_close(&h);
}
END_TEST

/* Built from values it is what the same JSON is, in all that follows from it. */
START_TEST(typed_as_json) {
  static char longest[ROUTE_NAME + 1];
  memset(longest, 'x', ROUTE_NAME);
  host_open(&h, ROUTE("retry 1 on timeout fallback 1"));
  for (int again = 0; again < 2; again++) {
    ck_assert_int_eq(rebase_request_infer(h.request, "chat", 1000, 500), REBASE_OK);
    const rebase_decision *d = rebase_decide(h.request, &h.caller);
    ck_assert_msg(d->effect == REBASE_ALLOW && !strcmp(chosen(d), "cheap"), "%s", d->reason);
    ck_assert_str_eq(d->canonical, CHAT);
    ck_assert_int_eq(d->choice->cost, 1000 * 1000000 + 500 * 2000000ll);
    d = rebase_decide(h.request, &h.caller);                /* the same once more */
    ck_assert_str_eq(chosen(d), "cheap");
    ck_assert_uint_eq(d->choice->attempt, 1);
    NEXT(REBASE_TIMEOUT, "cheap");
    NEXT(REBASE_REFUSED, "good");
    ck_assert_int_eq(rebase_decide(h.request, &h.caller)->status, REBASE_E_REQUEST);      /* nothing is being built any more */
  }
  static const struct { const char *task; int64_t input, output; rebase_status status; } wrong[] = {
    {longest, 1, 1, REBASE_E_REQUEST}, {"ch\xc3(", 1, 1, REBASE_E_REQUEST}, {"chat", INT64_C(10000000001), 1, REBASE_E_RANGE}, {"chat", 1, INT64_MAX, REBASE_E_RANGE}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ck_assert_int_eq(rebase_request_infer(h.request, wrong[i].task, wrong[i].input, wrong[i].output), wrong[i].status);
    const rebase_decision *d = rebase_decide(h.request, &h.caller);
    ck_assert(d->effect == REBASE_DENY && d->status == wrong[i].status && !d->choice);
  }
  static const struct { const char *task; int64_t input, output; } unsaid[] = {{NULL, 1, 1}, {"", 1, 1}, {"chat", -1, 1}, {"chat", 1, INT64_MIN}, {"no_such_task", 1, 1}};
  for (size_t i = 0; i < sizeof unsaid / sizeof *unsaid; i++) {
    ck_assert_int_eq(rebase_request_infer(h.request, unsaid[i].task, unsaid[i].input, unsaid[i].output), REBASE_OK);
    const rebase_decision *d = rebase_decide(h.request, &h.caller);
    ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_REQUEST);
  }
  ck_assert_int_eq(rebase_request_infer(NULL, "chat", 1, 1), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_request_infer(h.request, "chat", 1000, 500), REBASE_OK);
  host_load(&h, ROUTE("prefer highest quality[task]"));       /* built on an older bundle */
  ck_assert_int_eq(rebase_decide(h.request, &h.caller)->status, REBASE_E_STALE);
  host_close(&h);
}
END_TEST

START_TEST(what_may_not_answer) {
  host_open(&h, ROUTE("require model.quality[task] >= 85%") "guard g { deny infer where session has personal and not (model.region in eu) because \"stays\" }");
  CHOOSES(CHAT, "good");
  CHOOSES(INFER("code", "1000", "500"), "none");          /* an absent quality meets no floor, a low one neither */
  CHOOSES(INFER("chat", "150000", "500"), "top");
  ck_assert_int_eq(rebase_taint(h.engine, h.session, "acme.shop.personal"), REBASE_OK);
  CHOOSES(INFER("chat", "150000", "500"), "none");        /* top is in the EU too, but also elsewhere */
  ck_assert_ptr_nonnull(strstr(decide(&h, INFER("chat", "150000", "500"))->reason, "no model is left"));
  host_load(&h, ROUTE("require model.training == false require model.vision"));
  CHOOSES(CHAT, "good");
  host_load(&h, ROUTE("") "guard g { deny infer where model.retention > 1 days because \"kept\"\n deny infer where model.provider == \"acme.shop.near\" and tokens.input > 900 because \"x\" }");
  CHOOSES(CHAT, "none");
  host_close(&h);
}
END_TEST

START_TEST(what_a_request_must_say) {
  host_open(&h, ROUTE("where tokens.input < 2000 tier code { prefer highest quality[task] }"));
  CHOOSES(CHAT, "cheap");
  CHOOSES(INFER("chat", "2000", "1"), "none");
  CHOOSES(INFER("code", "10", "10"), "good");
  static const char *const bad[] = {"{\"infer\":{}}", "{\"infer\":{\"task\":\"chat\"}}", INFER("poetry", "1", "1"), INFER("chat", "-1", "1"),
    INFER("chat", "1.5", "1"), INFER("chat", "1", "99999999999999999999"), "{\"infer\":{\"task\":\"chat\",\"tokens\":{\"input\":1}}}",
    "{\"infer\":{\"task\":\"chat\",\"task\":\"chat\"}}", "{\"infer\":{\"model\":\"top\"}}", "{\"infer\":[]}", "{\"infer\":{\"task\":7}}",
    "{\"infer\":{\"task\":\"chat\",\"tokens\":{\"input\":1,\"input\":1,\"output\":1}}}", "{\"infer\":{\"task\":\"chat\",\"tokens\":{\"cached\":1}}}"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHOOSES(bad[i], "none");
  h.caller.agent = HELPER;
  ck_assert_int_eq(host_session(&h, HELPER, "ann", h.session), REBASE_OK);
  CHOOSES(CHAT, "none");                                  /* no route of its own */
  host_close(&h);
}
END_TEST

START_TEST(each_failure_retried_or_not) {
  static const char *const kinds[] = {"timeout", "overloaded", "rate_limited", "refused", "malformed", "unsafe"};
  for (unsigned k = 0; k < REBASE_FAILURE_COUNT; k++) {
    char rules[4096];
    snprintf(rules, sizeof rules, "%sroute r { for infer by bot fallback 1 retry 2 on %s }\n", MODELS, kinds[k]);
    host_open(&h, rules);
    CHOOSES(CHAT, "cheap");
    NEXT((rebase_failure)k, "cheap");
    NEXT((rebase_failure)k, "cheap");
    NEXT((rebase_failure)k, "good");
    NEXT((rebase_failure)((k + 1) % REBASE_FAILURE_COUNT), "none");
    CHOOSES(CHAT, "cheap");                               /* another request */
    NEXT((rebase_failure)((k + 1) % REBASE_FAILURE_COUNT), "good");
    ck_assert_uint_eq(rebase_route_next(h.request, &h.caller, (rebase_failure)k)->choice->attempt, 3);
    NEXT((rebase_failure)99, "none");
    NEXT(REBASE_TIMEOUT, "none");                         /* nothing was chosen that could fail */
    host_close(&h);
  }
}
END_TEST

START_TEST(no_fallback_is_none) {
  host_open(&h, ROUTE(""));
  CHOOSES(CHAT, "cheap");
  NEXT(REBASE_TIMEOUT, "none");
  ck_assert_int_eq(rebase_route_next(NULL, &h.caller, REBASE_TIMEOUT)->status, REBASE_E_ARGUMENT);
  host_close(&h);
}
END_TEST

START_TEST(a_cap_holds_for_all_attempts) {
  host_open(&h, ROUTE("fallback 3 cap 0.05 USD per request"));
  CHOOSES(INFER("chat", "5000", "1000"), "cheap");        /* 0.007 */
  NEXT(REBASE_TIMEOUT, "good");                           /* 0.014 */
  NEXT(REBASE_TIMEOUT, "none");                           /* 0.09 */
  host_load(&h, ROUTE("fallback 3 cap 0.02 USD per request"));
  CHOOSES(INFER("chat", "5000", "1000"), "cheap");
  NEXT(REBASE_TIMEOUT, "none");                           /* 0.007 and 0.014 */
  host_load(&h, ROUTE("retry 3 on timeout cap 0.02 USD per request"));
  CHOOSES(INFER("chat", "5000", "1000"), "none");         /* four attempts would be 0.028 */
  CHOOSES(INFER("chat", "2000", "1000"), "cheap");        /* 0.016 */
  for (int i = 0; i < 3; i++) NEXT(REBASE_TIMEOUT, "cheap");
  NEXT(REBASE_TIMEOUT, "none");
  host_close(&h);
}
END_TEST

START_TEST(each_attempt_is_decided_anew) {
  host_open(&h, ROUTE("fallback 3") "guard g { deny infer where session has personal and model.provider == \"acme.shop.near\" because \"x\" }");
  CHOOSES(CHAT, "cheap");
  ck_assert_int_eq(rebase_taint(h.engine, h.session, "acme.shop.personal"), REBASE_OK);
  NEXT(REBASE_TIMEOUT, "top");                            /* good is gone by then */
  host_load(&h, ROUTE("fallback 3") "guard g { deny infer because \"closed\" }");
  NEXT(REBASE_TIMEOUT, "none");
  host_close(&h);
}
END_TEST

START_TEST(models_that_fail_are_set_aside) {
  host_open(&h, ROUTE("prefer lowest cost"));
  for (int i = 0; i < 5; i++) {
    CHOOSES(CHAT, "cheap");
    ck_assert_int_eq(rebase_report_outcome(h.engine, "acme.shop.cheap", false), REBASE_OK);
  }
  CHOOSES(CHAT, "good");
  host_pass(&h, 31 * SECONDS);
  CHOOSES(CHAT, "cheap");                                 /* one tries it */
  CHOOSES(CHAT, "good");
  ck_assert_int_eq(rebase_report_outcome(h.engine, "acme.shop.cheap", true), REBASE_OK);
  CHOOSES(CHAT, "cheap");
  ck_assert_int_eq(rebase_report_outcome(h.engine, "acme.shop.other", false), REBASE_E_MODEL);
  ck_assert_int_eq(rebase_report_outcome(h.engine, NULL, false), REBASE_E_ARGUMENT);
  host_load(&h, ROUTE("require model.quality[task] < 85%"));
  for (int i = 0; i < 9; i++) ck_assert_int_eq(rebase_report_outcome(h.engine, "acme.shop.cheap", false), REBASE_OK);
  CHOOSES(CHAT, "cheap");                                 /* the only one that may: a matter of order, never of permission */
  host_close(&h);
}
END_TEST

START_TEST(weights) {
  host_open(&h, ROUTE("prefer weighted { cheap 75%, top 25% } fallback 1"));
  int cheap = 0;
  for (int i = 0; i < 2000; i++) {
    const rebase_decision *d = decide(&h, CHAT);
    ck_assert_str_ne(chosen(d), "good");
    cheap += !strcmp(chosen(d), "cheap");
  }
  ck_assert_int_gt(cheap, 1400);
  ck_assert_int_lt(cheap, 1600);
  const char *first = chosen(decide(&h, CHAT));
  const rebase_decision *d = rebase_route_next(h.request, &h.caller, REBASE_REFUSED);
  ck_assert_str_ne(chosen(d), first);
  NEXT(REBASE_REFUSED, "none");
  host_load(&h, ROUTE("prefer weighted { cheap 1, top 1 } sticky by session"));
  char model[16];
  snprintf(model, sizeof model, "%s", chosen(decide(&h, CHAT)));
  for (int i = 0; i < 50; i++) CHOOSES(CHAT, model);
  int others = 0;
  for (int i = 0; i < 40; i++) {
    ck_assert_int_eq(host_session(&h, BOT, "ann", h.session), REBASE_OK);
    others += strcmp(chosen(decide(&h, CHAT)), model) != 0;
  }
  ck_assert_int_gt(others, 0);
  ck_assert_int_lt(others, 40);
  host_close(&h);
}
END_TEST

START_TEST(two_routes_at_once_are_denied) {
  host_open(&h, MODELS "route r { for infer by bot where tokens.input > 10 }\nroute s { for infer by bot where tokens.output > 10 }\n");
  CHOOSES(INFER("chat", "20", "5"), "cheap");
  CHOOSES(INFER("chat", "5", "20"), "cheap");
  CHOOSES(INFER("chat", "20", "20"), "none");
  ck_assert_int_eq(decide(&h, INFER("chat", "20", "20"))->status, REBASE_E_EVALUATION);
  host_close(&h);
}
END_TEST

START_TEST(an_ask_names_the_model_when_answered) {
  host_open(&h, ROUTE("") "guard g { ask leads before infer where tokens.output > 400 because \"long\" }");
  ASKS(&h, CHAT);
  ck_assert_int_eq(rebase_approve(h.engine, h.session, h.decision, "acme.shop.leads", "lea"), REBASE_OK);
  CHOOSES(CHAT, "cheap");
  host_close(&h);
}
END_TEST

/* ---- budgets ---- */
START_TEST(limits_of_cost_and_tokens) {
  rebase_quota *quota;
  rebase_quota_answer answer;
  host_prepare(&h);
  ck_assert_int_eq(rebase_quota_memory(NULL, &quota), REBASE_OK);
  rebase_quota_seed(quota, NULL, 0, NOW, &answer);
  h.options.quota = quota;
  host_begin(&h, ROUTE("fallback 1") "guard g { limit infer for each agent at most 0.01 USD per day\n limit infer for each model at most 5_000 tokens per day }");
  const rebase_decision *d = decide(&h, CHAT);
  ck_assert_int_eq(d->status, REBASE_E_RESERVE);
  ck_assert_str_eq(chosen(d), "cheap");
  ck_assert_uint_eq(d->limit_count, 2);
  ck_assert_int_eq(d->limits[0].amount, 2000);
  ck_assert_int_eq(d->limits[1].amount, 1500);
  ck_assert_int_eq(rebase_reserve(h.request, 0)->effect, REBASE_ALLOW);
  ck_assert_str_eq(chosen(rebase_reserve(h.request, 0)), "cheap");
  int64_t used[] = {500, 300};
  ck_assert_int_eq(rebase_settle(h.engine, h.decision, used, 2, NULL), REBASE_OK);
  for (int i = 0; i < 3; i++) {
    decide(&h, CHAT);
    ck_assert_int_eq(rebase_reserve(h.request, 0)->effect, REBASE_ALLOW);
  }
  decide(&h, CHAT);
  d = rebase_reserve(h.request, 0);                       /* 6_300 tokens of this model */
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_ptr_null(d->choice);
  ck_assert_ptr_nonnull(strstr(d->reason, "5_000 tokens"));
  host_close(&h);
  rebase_quota_close(quota);
}
END_TEST

/* ---- brute force: small random worlds, every path of failures and outcomes ---- */
enum { WORLD_MODELS = 5, PATHS = 60 };
struct small { int quality, price, window; bool eu, us, trains, known; };
static uint32_t state;
static uint32_t roll(uint32_t below) { state = state * 1664525u + 1013904223u; return (state >> 8) % below; }

static bool admissible(const struct small *m, int floor, bool residency, bool personal, bool no_training, int tokens) {
  if (m->quality < 0 || m->quality < floor || m->price < 0) return false;
  if (m->window && tokens > m->window) return false;
  if (residency && personal && (!m->eu || m->us)) return false;
  if (no_training && (!m->known || m->trains)) return false;
  return true;
}

static bool one_world(bool plain) {
  struct small models[WORLD_MODELS];
  char rules[8192];
  int n = 0, floor = (int)roll(4) * 10 + 60, fallbacks = (int)roll(4), retries = (int)roll(3);
  bool residency = roll(2), personal = roll(2), no_training = roll(2);
  for (int i = 0; i < WORLD_MODELS; i++) {
    struct small *m = &models[i];
    *m = (struct small){roll(5) ? (int)roll(5) * 10 + 50 : -1, roll(6) ? (int)roll(9) + 1 : -1, roll(3) ? (int)roll(3) * 1000 + 1000 : 0, roll(3) > 0, roll(3) == 0, roll(2), roll(3) > 0};
    if (!m->eu) m->us = true;
    n += snprintf(rules + n, sizeof rules - (size_t)n, "provider p%d { kind openai base \"https://p.example/%d\" region %s %s }\nmodel m%d { provider p%d id \"m\" ", i, i,
                  m->eu && m->us ? "eu, us" : m->eu ? "de" : "us", !m->known ? "" : m->trains ? "training true" : "training false", i, i);
    if (m->window) n += snprintf(rules + n, sizeof rules - (size_t)n, "window %d tokens ", m->window);
    if (m->price > 0) n += snprintf(rules + n, sizeof rules - (size_t)n, "price input %d.00 USD per 1_000_000 tokens price output 1.00 USD per 1_000_000 tokens ", m->price);
    if (m->quality > 0) n += snprintf(rules + n, sizeof rules - (size_t)n, "quality chat %d%% " MEASURED, m->quality);
    n += snprintf(rules + n, sizeof rules - (size_t)n, "}\n");
  }
  n += snprintf(rules + n, sizeof rules - (size_t)n, "model always { provider p0 id \"a\" price input 99.00 USD per 1_000_000 tokens price output 9.00 USD per 1_000_000 tokens }\n"
    "route r { for infer by bot require model.quality[task] >= %d%% fallback %d %s }\n", floor, fallbacks,
    retries == 2 ? "retry 2 on timeout, refused, unsafe" : retries ? "retry 1 on timeout, refused" : "");
  if (residency) n += snprintf(rules + n, sizeof rules - (size_t)n, "guard a { deny infer where session has personal and not (model.region in eu) because \"b\" }\n");
  if (no_training) snprintf(rules + n, sizeof rules - (size_t)n, "guard b { deny infer where model.training because \"b\" }\n");
  /* The compiler's verdict on what does not depend on the request is that of brute force. */
  int ever = 0;
  for (int i = 0; i < WORLD_MODELS; i++) ever += admissible(&models[i], floor, false, false, no_training, 0);
  ck_assert_msg(rules_compile(rules) == (ever > 0), "%d can ever answer\n%s", ever, rules);
  if (!ever) return false;
  host_prepare(&h);
  h.options.plain = plain;
  host_begin(&h, rules);
  for (int path = 0; path < PATHS; path++) {
    char body[160], full[64];
    int tokens = (int)roll(4) * 800 + 200, tried[WORLD_MODELS] = {0}, others = 0, may = 0;
    ck_assert_int_eq(host_session(&h, BOT, "ann", h.session), REBASE_OK);
    if (personal) ck_assert_int_eq(rebase_taint(h.engine, h.session, "acme.shop.personal"), REBASE_OK);
    for (int i = 0; i < WORLD_MODELS; i++) may += admissible(&models[i], floor, residency, personal, no_training, tokens);
    snprintf(body, sizeof body, "{\"infer\":{\"task\":\"chat\",\"tokens\":{\"input\":%d,\"output\":100}}}", tokens - 100);
    const rebase_decision *d = decide(&h, body);
    ck_assert_msg((d->effect == REBASE_ALLOW) == (may > 0), "%d may: %s\n%s", may, d->reason, rules);
    for (int step = 0; d->effect == REBASE_ALLOW; step++) {
      ck_assert_int_lt(step, 16);
      int m = chosen(d)[1] - '0';
      ck_assert_msg(m >= 0 && m < WORLD_MODELS && admissible(&models[m], floor, residency, personal, no_training, tokens), "%s reached: forbidden\n%s", chosen(d), rules);
      others += tried[m]++ == 0;
      ck_assert_int_le(others, fallbacks + 1);
      ck_assert_int_le(tried[m], retries + 1);
      snprintf(full, sizeof full, "%s", d->choice->model);
      if (roll(2)) ck_assert_int_eq(rebase_report_outcome(h.engine, full, roll(4) == 0), REBASE_OK);
      if (roll(8) == 0) host_pass(&h, 31 * SECONDS);
      d = rebase_route_next(h.request, &h.caller, (rebase_failure)roll(REBASE_FAILURE_COUNT));
    }
    ck_assert_msg(others == (may < fallbacks + 1 ? may : fallbacks + 1), "%d of %d tried, %d fallbacks\n%s", others, may, fallbacks, rules);
  }
  host_close(&h);
  return true;
}

START_TEST(no_path_reaches_what_is_forbidden) {
  int answered = 0;
  for (uint32_t world = 0; world < 100; world++) {
    state = world * 7919 + 17;
    answered += one_world(_i);
  }
  ck_assert_int_gt(answered, 40);
  ck_assert_int_lt(answered, 100);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("routes");
  TCase *tests = tcase_create("routes");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, order);
  tcase_add_test(tests, typed_as_json);
  tcase_add_test(tests, what_may_not_answer);
  tcase_add_test(tests, what_a_request_must_say);
  tcase_add_test(tests, each_failure_retried_or_not);
  tcase_add_test(tests, no_fallback_is_none);
  tcase_add_test(tests, a_cap_holds_for_all_attempts);
  tcase_add_test(tests, each_attempt_is_decided_anew);
  tcase_add_test(tests, models_that_fail_are_set_aside);
  tcase_add_test(tests, weights);
  tcase_add_test(tests, two_routes_at_once_are_denied);
  tcase_add_test(tests, an_ask_names_the_model_when_answered);
  tcase_add_test(tests, limits_of_cost_and_tokens);
  tcase_add_loop_test(tests, no_path_reaches_what_is_forbidden, 0, 2);          /* and without the plan of routes */
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
