/* cost_report.c: a forecast as text for people, its arithmetic line by line; as JSON; and two of them side by side. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cost.h"
#include "value.h"

static const char *const period_names[COST_PERIODS] = {"day", "month", "year"};
static const int days_in[COST_PERIODS] = {1, 30, 365};

static const char *millionths_text(int64_t millionths, char text[MONEY_BYTES]) {
  return money_text((wide)millionths * (wide)REBASE_SCALE, text);
}

static void clean(const char *text) { cli_put_clean(stdout, text, strlen(text)); }

/* ---- the arithmetic ---- */
static void print_items(const struct cost_answer *a) {
  char tokens[32], price[MONEY_BYTES], money[MONEY_BYTES];
  for (unsigned i = 0; i < a->item_count; i++) {
    const struct cost_item *item = &a->items[i];
    millionths_text(item->price, price);
    money_text((wide)item->amount, money);
    if (item->tokens < 0)
      printf("    %-12s %-46s = %16s %s\n", item->of, "", money, a->currency);
    else
      printf("    %-12s %12s tokens x %9s %s / 1,000,000 = %16s %s\n", item->of, count_text(item->tokens, tokens),
             price, a->currency, money, a->currency);
  }
  printf("    %-12s %-46s = %16s %s\n", "one request", "", money_text((wide)a->request, money), a->currency);
}

static void print_periods(const struct cost_line *line, const struct cost_answer *a) {
  const struct expectation *e = line->expects;
  char count[32], one[MONEY_BYTES], money[MONEY_BYTES], share[64] = "", days[32];
  if (a->weight != a->weights) snprintf(share, sizeof share, " x %" PRId64 " / %" PRId64, a->weight, a->weights);
  for (int p = 0; p < COST_PERIODS; p++) {
    if (e->days > 1)
      snprintf(days, sizeof days, " x %d / %u days", days_in[p], e->days);
    else if (days_in[p] > 1)
      snprintf(days, sizeof days, " x %d days", days_in[p]);
    else
      *days = '\0';
    printf("    a %-10s %s %s x %s requests%s%s = %s %s\n", period_names[p], money_text((wide)a->request, one),
           a->currency, count_text(e->requests, count), share, days, money_text(a->sums.of[p], money), a->currency);
  }
}

static void print_answer(const struct cost_line *line, const struct cost_answer *a) {
  char date[32] = "of no date";
  if (a->oldest) {
    cli_format_time(a->oldest->day * REBASE_DAY, date);
    date[10] = '\0';
  }
  printf("  %s%s%s", cli_tone(stdout, TONE_STRONG), a->model->name, cli_plain(stdout));
  if (a->weight != a->weights) printf(", %.1f%% of them", 100 * (double)a->weight / (double)a->weights);
  printf(" (route %s; prices %s%s", a->route, date, a->oldest && a->oldest->source ? ", " : "");
  if (a->oldest && a->oldest->source) clean(a->oldest->source);
  if (a->quality >= 0)
    printf("; quality %.1f%%", (double)a->quality / 10000);
  else
    printf("; quality not measured");
  printf(a->asked ? "; a person is asked first)\n" : ")\n");
  print_items(a);
  print_periods(line, a);
}

static void print_line(const struct cost_line *line) {
  const struct expectation *e = line->expects;
  char count[32], input[32], cached[32], output[32], generated[32];
  printf("\n%s%s%s, %s: %s requests a %s, each %s tokens in", cli_tone(stdout, TONE_STRONG), line->agent->name,
         cli_plain(stdout), e->task, count_text(e->written, count), e->period, count_text(e->input, input));
  if (e->cached) printf(" (%s of them cached)", count_text(e->cached, cached));
  printf(", %s out (%s at most)", count_text(e->generated, generated), count_text(e->output, output));
  for (unsigned i = 0; i < e->label_count; i++) printf("%s %s", i ? "," : ", of sessions that have", e->labels[i]);
  putchar('\n');
  for (unsigned i = 0; i < line->answer_count; i++) print_answer(line, &line->answers[i]);
  if (!line->refused) return;
  printf("  %snothing answers:%s ", cli_tone(stdout, TONE_BAD), cli_plain(stdout));
  clean(line->refused);
  putchar('\n');
}

/* ---- sums ---- */
static void print_groups(const struct forecast *f, enum cost_by by, const char *title) {
  unsigned count;
  char money[MONEY_BYTES];
  struct cost_group *list = forecast_groups(f, by, &count);
  if (list && count)
    printf("\n%s%-40s %20s %20s %20s%s\n", cli_tone(stdout, TONE_STRONG), title, "a day", "a month (30 days)",
           "a year (365 days)", cli_plain(stdout));
  for (unsigned i = 0; i < count && list; i++) {
    printf("%-40s", by == COST_BY_ALL ? "all" : list[i].key);
    for (int p = 0; p < COST_PERIODS; p++) printf(" %20s", money_text(list[i].sums.of[p], money));
    printf(" %s\n", list[i].currency);
  }
  free(list);
}

static void print_budgets(const struct forecast *f) {
  if (f->counter_count)
    printf("\n%sbudgets, if requests come evenly%s\n", cli_tone(stdout, TONE_STRONG), cli_plain(stdout));
  for (unsigned i = 0; i < f->counter_count; i++) {
    const struct cost_counter *c = &f->counters[i];
    struct cost_verdict v = cost_verdict(c);
    printf("  ");
    if (*c->each) {
      clean(c->each);
      printf(": ");
    }
    printf("%s: ", c->limit->words);
    if (v.compared) printf("uses %s, %.1f%%", v.used, v.percent);
    printf("%s%s%s%s  (%s)\n", v.compared && *v.words ? "; " : "",
           cli_tone(stdout, *v.words == 'w' ? TONE_CARE : TONE_FAINT), v.words, cli_plain(stdout),
           c->limit->rule->name);
  }
}

void forecast_print(const struct forecast *f) {
  char text[512];
  printf("what agents say that they expect, as the routes answer it; every amount is exact, or rounded up at the "
         "twelfth digit\n");
  for (unsigned i = 0; i < f->line_count; i++) print_line(&f->lines[i]);
  print_groups(f, COST_BY_AGENT, "by agent");
  print_groups(f, COST_BY_TASK, "by task");
  print_groups(f, COST_BY_MODEL, "by model");
  print_groups(f, COST_BY_ALL, "in total");
  print_budgets(f);
  for (unsigned n = 0; cost_note(f, n, text); n++) {
    printf(n ? "  " : "\n%sto know%s\n  ", cli_tone(stdout, TONE_STRONG), cli_plain(stdout));
    clean(text);
    putchar('\n');
  }
}

/* ---- two of them ---- */
static const struct cost_group *same_group(const struct cost_group *list, unsigned count, const struct cost_group *as) {
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(list[i].key, as->key) && !strcmp(list[i].currency, as->currency)) return &list[i];
  return NULL;
}

static void compare_row(const char *key, wide x, wide y, const char *currency) {
  char left[MONEY_BYTES], right[MONEY_BYTES], less[MONEY_BYTES];
  printf("%-40s %20s %20s %19s%s %s\n", key, money_text(x, left), money_text(y, right),
         money_text(x < y ? y - x : x - y, less), x < y ? " less" : " more", currency);
}

void forecast_compare(const struct forecast *a, const char *a_name, const struct forecast *b, const char *b_name) {
  printf("\n%s%-40s %20.20s %20.20s %19s%s\n", cli_tone(stdout, TONE_STRONG), "compared, a year", a_name, b_name,
         "the first costs", cli_plain(stdout));
  for (int by = COST_BY_AGENT; by <= COST_BY_ALL; by += COST_BY_ALL - COST_BY_AGENT) {
    unsigned left, right;
    struct cost_group *x = forecast_groups(a, (enum cost_by)by, &left),
                      *y = forecast_groups(b, (enum cost_by)by, &right);
    for (unsigned i = 0; x && y && i < left; i++) {
      const struct cost_group *other = same_group(y, right, &x[i]);
      compare_row(by == COST_BY_ALL ? "all" : x[i].key, x[i].sums.of[COST_YEAR], other ? other->sums.of[COST_YEAR] : 0,
                  x[i].currency);
    }
    for (unsigned i = 0; x && y && i < right; i++)
      if (!same_group(x, left, &y[i]))
        compare_row(by == COST_BY_ALL ? "all" : y[i].key, 0, y[i].sums.of[COST_YEAR], y[i].currency);
    free(x);
    free(y);
  }
}

/* ---- JSON ---- */
static void set_periods(json_t *object, const struct cost_sums *sums) {
  char money[MONEY_BYTES];
  for (int p = 0; p < COST_PERIODS; p++)
    json_object_set_new(object, period_names[p], json_string(money_text(sums->of[p], money)));
}

static json_t *answer_json(const struct cost_answer *a) {
  json_t *items = json_array();
  char price[MONEY_BYTES], money[MONEY_BYTES], date[32];
  for (unsigned i = 0; i < a->item_count; i++) {
    const struct cost_item *item = &a->items[i];
    json_array_append_new(items, json_pack("{s:s, s:o, s:s, s:s}", "of", item->of, "tokens",
                                           item->tokens < 0 ? json_null() : json_integer(item->tokens), "price",
                                           millionths_text(item->price, price), "amount",
                                           money_text((wide)item->amount, money)));
  }
  if (a->oldest) {
    cli_format_time(a->oldest->day * REBASE_DAY, date);
    date[10] = '\0';
  }
  json_t *json = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o, s:s, s:o, s:o, s:o, s:b}", "model", a->model->name, "route",
                           a->route, "weight", (json_int_t)a->weight, "weights", (json_int_t)a->weights, "currency",
                           a->currency, "arithmetic", items, "request", money_text((wide)a->request, money), "priced",
                           a->oldest ? json_string(date) : json_null(), "quality",
                           a->quality < 0 ? json_null() : json_integer(a->quality), "latency",
                           a->latency ? json_integer(a->latency) : json_null(), "asked", a->asked);
  if (json) set_periods(json, &a->sums);
  return json;
}

static json_t *line_json(const struct cost_line *line) {
  const struct expectation *e = line->expects;
  json_t *answers = json_array(), *labels = json_array();
  for (unsigned i = 0; i < line->answer_count; i++) json_array_append_new(answers, answer_json(&line->answers[i]));
  for (unsigned i = 0; i < e->label_count; i++) json_array_append_new(labels, json_string(e->labels[i]));
  return json_pack("{s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:s?}", "agent", line->agent->name, "task",
                   e->task, "requests", (json_int_t)e->written, "per", e->period, "input", (json_int_t)e->input,
                   "cached", (json_int_t)e->cached, "output", (json_int_t)e->output, "generated",
                   (json_int_t)e->generated, "has", labels, "answers", answers, "refused", line->refused);
}

static json_t *groups_json(const struct forecast *f, enum cost_by by, const char *key) {
  unsigned count;
  struct cost_group *list = forecast_groups(f, by, &count);
  json_t *json = list ? json_array() : NULL;
  for (unsigned i = 0; list && i < count; i++) {
    json_t *group = json_pack("{s:s}", "currency", list[i].currency);
    if (group && key) json_object_set_new(group, key, json_string(list[i].key));
    if (group) set_periods(group, &list[i].sums);
    json_array_append_new(json, group);
  }
  free(list);
  return json;
}

static json_t *budgets_json(const struct forecast *f) {
  json_t *budgets = json_array();
  for (unsigned i = 0; i < f->counter_count; i++) {
    const struct cost_counter *c = &f->counters[i];
    struct cost_verdict v = cost_verdict(c);
    json_array_append_new(budgets, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "rule", c->limit->rule->name,
                                             "words", c->limit->words, "each", c->each, "most", v.most, "used",
                                             v.compared ? json_string(v.used) : json_null(), "percent",
                                             v.compared ? json_real(v.percent) : json_null(), "says", v.words));
  }
  return budgets;
}

json_t *forecast_json(const struct forecast *f) {
  json_t *lines = json_array(), *notes = json_array();
  char text[512];
  for (unsigned i = 0; i < f->line_count; i++) json_array_append_new(lines, line_json(&f->lines[i]));
  for (unsigned n = 0; cost_note(f, n, text); n++) json_array_append_new(notes, json_string(text));
  return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "forecast", 1, "lines", lines, "agents",
                   groups_json(f, COST_BY_AGENT, "agent"), "tasks", groups_json(f, COST_BY_TASK, "task"), "models",
                   groups_json(f, COST_BY_MODEL, "model"), "totals", groups_json(f, COST_BY_ALL, NULL), "budgets",
                   budgets_json(f), "notes", notes);
}
