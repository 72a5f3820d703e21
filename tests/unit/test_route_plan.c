/* test_route_plan.c: what is worked out about models when a bundle is opened changes no decision: random worlds of models, routes and guards, each
 * decided by an engine with the plan and by a plain one, attempt after attempt, while models fail and sessions change. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "draw.h"
#include "engine.h"
#include "engine_fixture.h"
#include "route_plan.h"
#include "run.h"

/* ---- worlds ---- */
enum { MOST_MODELS = 70 };
static char text[1 << 16];
static size_t length;
__attribute__((format(printf, 1, 2))) static void put(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  length += (size_t)vsnprintf(text + length, sizeof text - length, format, arguments);
  va_end(arguments);
  ck_assert_uint_lt(length, sizeof text);
}

#define MEASURED "{ source: \"made up\", date: 2024-01-01, sample: 400 }"
static void price(const char *kind, unsigned most) {
  put("price %s %u.%02u USD per 1_000_000 tokens ", kind, draw(most), draw(3) * 25);
  if (draw(6) == 0) put("price %s %u.00 USD per 1_000_000 tokens { above: %u tokens } ", kind, draw(2 * most), 500 + draw(3) * 1000);
}

static void model(unsigned i) {
  static const char *const abilities[] = {"tools", "vision", "json", "tools, json"};
  put("model m%u { provider p%u id \"i%u\" ", i, draw(4), i);
  if (draw(4)) put("window %u tokens ", 1000 * (1 + draw(4)));
  if (draw(3) == 0) put("output %u tokens ", 200 * (1 + draw(4)));
  if (draw(2)) put("can %s ", abilities[draw(4)]);
  if (draw(3)) put("latency %u milliseconds ", 100 * (1 + draw(4)));
  if (draw(12)) { price("input", 4); price("output", 6); }
  if (draw(8) == 0) put("price request 0.0%u USD per request ", draw(3));
  if (draw(3)) put("quality chat %u%% " MEASURED, 50 + 10 * draw(5));
  if (draw(3) == 0) put(" quality code %u%% " MEASURED, 50 + 10 * draw(5));
  put(" }\n");
}

static void preference(void) {
  static const char *const orders[] = {"prefer lowest cost", "prefer lowest latency", "prefer highest quality[task]", ""};
  put(" %s ", orders[draw(4)]);
}

static void weights(unsigned models) {
  put(" prefer weighted { ");
  unsigned first = draw(models), count = 1 + draw(models < 30 ? models : 30);
  for (unsigned i = 0; i < count; i++) put("%sm%u %u", i ? ", " : "", (first + i) % models, 1 + draw(9));
  static const char *const sticky[] = {"", "sticky by session", "sticky by requester"};
  put(" } %s ", sticky[draw(3)]);
}

static void route(unsigned models, const char *name, const char *agents) {
  static const char *const requires[] = {"model.quality[task] >= 60%", "model.tools", "model.training == false", "model.window >= tokens.input + tokens.output",
    "model.retention < 5 days", "model.latency <= 300 milliseconds", "model.region in eu", "model.output >= 400"};
  static const char *const kinds[] = {"timeout", "timeout, refused", "unsafe"};
  put("route %s { for infer by %s ", name, agents);
  if (draw(5) == 0) put("where tokens.input < 2500 ");
  for (unsigned i = draw(3); i > 0; i--) put(" require %s ", requires[draw(8)]);
  if (draw(4) == 0) weights(models);
  else preference();
  if (draw(4)) put(" fallback %u ", draw(4));
  if (draw(3) == 0) put(" retry %u on %s ", 1 + draw(2), kinds[draw(3)]);
  if (draw(3) == 0) put(" cap 0.0%u USD per request ", 1 + draw(9));
  if (draw(3) == 0) {
    put(" tier code { ");
    preference();
    if (draw(2)) put(" require %s ", requires[draw(8)]);
    put("} ");
  }
  put("}\n");
}

static void guards(void) {
  static const char *const denied[] = {
    "session has personal and not (model.region in eu)", "model.provider == \"acme.shop.p1\"", "model.retention > 1 days", "task == code and model.vision",
    "model.tools and (model.vision or agent.name == \"acme.shop.helper\")", "task in [code, other] and not model.json", "model.quality[task] < 70%",
    "tokens.output > 300 and model.latency > 200 milliseconds", "session.count(shop.vault) > 0 and model.training", "requester.id == \"bob\" and model.json",
    "tokens.input + tokens.output > 3000", "tokens.output * 40_000_000_000_000_000 < 0 and model.json",
    "(if tokens.input > 1000 then model.latency else 50 milliseconds) > 250 milliseconds", "session has personal and tokens.input > 1500 and model.training",
    "(if model.tools then agent.name else model.name) == \"acme.shop.helper\""};
  for (unsigned i = draw(4); i > 0; i--) {
    put("guard g%u { deny infer where %s because \"b%u\" }\n", i, denied[draw(sizeof denied / sizeof *denied)], i);
    if (draw(4) == 0) put("waive g%u for bot %s until 2024-05-16 because \"w\"\n", i, draw(2) ? "where model.vision" : "");
  }
  if (draw(8) == 0) put("guard l { limit infer for each model at most 5 per day }\n");
}

static bool world(void) {
  unsigned models = 1 + draw(draw(4) ? 12 : MOST_MODELS);
  length = 0;
  for (unsigned i = 0; i < 4; i++) {
    static const char *const regions[] = {"eu", "de", "us", "eu, us"}, *const training[] = {"", "training true", "training false"};
    put("provider p%u { kind openai base \"https://p.example/%u\" region %s %s ", i, i, regions[draw(4)], training[draw(3)]);
    if (draw(2)) put("retention %u days ", draw(10));
    put("}\n");
  }
  for (unsigned i = 0; i < models; i++) model(i);
  if (draw(2)) route(models, "r", "{ bot, helper }");
  else { route(models, "r", "bot"); route(models, "s", "helper"); }
  guards();
  return rules_compile(text);
}

/* ---- both ways ---- */
static struct host with, plain;
static char words_with[1 << 16], words_plain[1 << 16];

static void same(const rebase_decision *x, const rebase_decision *y, const char *body) {
  ck_assert_msg(x->effect == y->effect && x->status == y->status && !strcmp(x->reason, y->reason), "%s: %d %d %s\nplain %d %d %s\n%s", body, x->effect, x->status, x->reason,
                y->effect, y->status, y->reason, text);
  ck_assert_uint_eq(x->rule_total, y->rule_total);
  ck_assert_uint_le(x->steps, y->steps);
  ck_assert_uint_le(x->steps, x->steps_bound);
  rebase_explain(x, REBASE_FOR_PERSON, words_with, sizeof words_with);
  rebase_explain(y, REBASE_FOR_PERSON, words_plain, sizeof words_plain);
  ck_assert_msg(!strcmp(words_with, words_plain), "%s\n%s\nplain\n%s\n%s", body, words_with, words_plain, text);
  ck_assert(!x->choice == !y->choice);
  if (!x->choice) return;
  const rebase_choice *a = x->choice, *b = y->choice;
  ck_assert_msg(!strcmp(a->model, b->model) && a->cost == b->cost, "%s: %s %lld, plain %s %lld\n%s", body, a->model, (long long)a->cost, b->model, (long long)b->cost, text);
  ck_assert(!strcmp(a->currency, b->currency) && a->output == b->output && a->attempt == b->attempt && a->quality == b->quality && a->latency == b->latency);
  ck_assert_msg(a->others == b->others, "%s: %u others, plain %u\n%s", body, a->others, b->others, text);
}

/* The same for both, so that what is left to chance is too. */
static uint64_t chance[2];
static bool random_bytes(void *bytes, size_t size, void *user) {
  uint64_t *x = &chance[user == &plain];
  for (size_t i = 0; i < size; i++) {
    *x = *x * UINT64_C(6364136223846793005) + 1442695040888963407u;
    ((unsigned char *)bytes)[i] = (unsigned char)(*x >> 56);
  }
  return true;
}

static void open_both(void) {
  host_prepare(&with);
  host_prepare(&plain);
  with.options.random_bytes = plain.options.random_bytes = random_bytes;
  chance[0] = chance[1] = draw(1000000);
  plain.options.plain = true;
  host_begin(&with, text);
  host_begin(&plain, text);
}

static int64_t tokens(unsigned most) { return draw(20) == 0 ? 0 : draw(40) == 0 ? INT64_C(10000000000) - draw(2) : 1 + (int64_t)draw(most); }

/* A request and all attempts at it; what served or failed is reported to both. */
static unsigned attempts(unsigned *fewer) {
  static const char *const tasks[] = {"chat", "code", "other", "chat"};
  char body[200], model[200];
  unsigned count = 0;
  const char *task = tasks[draw(4)];
  snprintf(body, sizeof body, "{\"infer\":{\"task\":\"%s\",\"tokens\":{\"input\":%lld,\"output\":%lld}}}", task, (long long)tokens(3500), (long long)tokens(900));
  const rebase_decision *x = decide(&with, body), *y = decide(&plain, body);
  for (;; count++) {
    same(x, y, body);
    *fewer += x->steps < y->steps;
    if (x->effect != REBASE_ALLOW || count == 16) return count;
    snprintf(model, sizeof model, "%s", x->choice->model);
    if (draw(3) == 0) {
      bool served = draw(6) == 0;
      for (unsigned i = draw(7); i > 0; i--) { rebase_report_outcome(with.engine, model, served); rebase_report_outcome(plain.engine, model, served); }
    }
    if (draw(8) == 0) { host_pass(&with, 31 * SECONDS); host_pass(&plain, 31 * SECONDS); }
    if (draw(40) == 0) { host_load(&with, text); host_load(&plain, text); }
    if (draw(3) == 0) return count;
    rebase_failure failure = (rebase_failure)draw(REBASE_FAILURE_COUNT);
    x = rebase_route_next(with.request, &with.caller, failure);
    y = rebase_route_next(plain.request, &plain.caller, failure);
  }
}

static void new_sessions(void) {
  const char *agent = draw(3) ? BOT : HELPER, *person = draw(3) ? "ann" : "bob";
  ck_assert_int_eq(host_session(&with, agent, person, with.session), REBASE_OK);
  ck_assert_int_eq(host_session(&plain, agent, person, plain.session), REBASE_OK);
  ck_assert_str_eq(with.session, plain.session);
  with.caller = (rebase_caller){agent, person, draw(4) ? with.session : NULL};
  plain.caller = (rebase_caller){agent, person, with.caller.session ? plain.session : NULL};
  if (!with.caller.session || draw(2)) return;
  rebase_taint(with.engine, with.session, "acme.shop.personal");
  rebase_taint(plain.engine, plain.session, "acme.shop.personal");
}

static void count_orders(unsigned *orders, unsigned *searched) {
  const struct rebase_bundle *b = with.request->loaded->bundle;
  ck_assert_ptr_nonnull(b->route_plan);
  ck_assert_ptr_null(plain.request->loaded->bundle->route_plan);
  for (uint32_t a = 0; a < b->AGENTS.count; a++) {
    const struct route_group *g = route_group(b, a);
    for (uint32_t t = 0; g && t <= b->route_plan->tasks; t++)
      for (uint32_t i = 0; g->classes[t].left && i < g->route_count; i++) ++*(g->classes[t].orders[i] ? orders : searched);
  }
}

START_TEST(same_choices) {
  unsigned worlds = 0, fewer = 0, orders = 0, searched = 0, more = 0;
  draw_state += (uint64_t)_i * UINT64_C(0x9e3779b97f4a7c15);
  for (unsigned round = 0; round < 1000 && worlds < 20; round++) {
    if (!world()) continue;                         /* a route that nothing can answer is an error of the compiler's */
    worlds++;
    open_both();
    for (unsigned i = 0; i < 100; i++) {
      if (draw(10) == 0) new_sessions();
      more += attempts(&fewer) > 1;
    }
    count_orders(&orders, &searched);
    host_close(&with);
    host_close(&plain);
  }
  ck_assert_uint_eq(worlds, 20);
  ck_assert_uint_gt(fewer, 300);
  ck_assert_uint_gt(orders, 80);
  ck_assert_uint_gt(more, 30);
}
END_TEST

/* Beyond what a plan is made for there is none, and every rule is asked of every model. */
START_TEST(more_tasks_than_a_plan_has) {
  length = 0;
  put("provider p { kind openai base \"https://p.example\" region eu training false }\n");
  for (unsigned i = 0; i < 300; i++)
    put("model m%u { provider p id \"i\" price input %u.00 USD per 1_000_000 tokens price output 1.00 USD per 1_000_000 tokens quality t%u 90%% " MEASURED " }\n", i, 1 + i % 7, i);
  put("route r { for infer by bot require model.quality[task] > 50%% }\n");
  open_both();
  for (unsigned i = 0; i < 300; i += 13) {
    char body[100];
    snprintf(body, sizeof body, "{\"infer\":{\"task\":\"t%u\",\"tokens\":{\"input\":10,\"output\":20}}}", i);
    const rebase_decision *x = decide(&with, body), *y = decide(&plain, body);
    same(x, y, body);
    ck_assert(x->choice && (unsigned)atoi(strrchr(x->choice->model, '.') + 2) == i);
  }
  ck_assert_ptr_null(with.request->loaded->bundle->route_plan);
  host_close(&with);
  host_close(&plain);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("route_plan");
  TCase *tests = tcase_create("route_plan");
  tcase_set_timeout(tests, 240);
  tcase_add_loop_test(tests, same_choices, 0, 8);
  tcase_add_test(tests, more_tasks_than_a_plan_has);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
