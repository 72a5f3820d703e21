/* simulate_page.c: a simulation as a page, alone or beside another. Amounts are exact. A saving is never shown without its quality. */
#include <stdlib.h>
#include <string.h>
#include "cli/money.h"
#include "cli/page.h"
#include "cli/simulate.h"

enum { DETAILS = 20000, MODELS_SHOWN = 12 };
struct side {
  const struct simulation *s;
  const char *name;
  struct tally *groups;
  size_t count;
  day_name *days;
};

static double amount(wide picos) { return (double)picos / (double)PICOS; }

static const char *share(double part, double all, char text[24]) {
  snprintf(text, 24, "%.1f%%", all > 0 ? 100 * part / all : 0.0);
  return text;
}

/* ---- one grouping, of one simulation or of two ---- */
static bool side_open(struct side *side, const struct simulation *s, const char *name, enum simulation_by by) {
  *side = (struct side){.s = s, .name = name, .days = calloc(s->tally_count + 1, sizeof *side->days)};
  side->groups = side->days ? simulation_groups(s, by, side->days, &side->count) : NULL;
  return side->groups != NULL;
}

static void side_close(struct side *side) {
  free(side->groups);
  free(side->days);
}

static const struct tally *group_in(const struct side *side, const char *key) {
  for (size_t i = 0; i < side->count; i++)
    if (!strcmp(side->groups[i].key[0], key)) return &side->groups[i];
  return NULL;
}

static json_t *value_of(const struct side *side, const char *key, bool requests) {
  const struct tally *t = group_in(side, key);
  return !t ? json_integer(0) : requests ? json_integer(t->requests - t->refused) : json_real(amount(t->cost));
}

static void chart(struct page *page, const struct side *a, const struct side *b, const char *title, bool requests,
                  bool lying) {
  json_t *labels = json_array(), *series = json_array(), *mine = json_array(), *other = json_array();
  for (size_t i = 0; i < a->count + (b ? b->count : 0); i++) {
    const char *key = i < a->count ? a->groups[i].key[0] : b->groups[i - a->count].key[0];
    if (i >= a->count && group_in(a, key)) continue;
    json_array_append_new(labels, page_label(key));
    json_array_append_new(mine, value_of(a, key, requests));
    if (b) json_array_append_new(other, value_of(b, key, requests));
  }
  json_array_append_new(series, page_series(b ? a->name : title, mine));
  if (b)
    json_array_append_new(series, page_series(b->name, other));
  else
    json_decref(other);
  page_chart(page, &(struct chart){title, requests ? "requests" : a->s->currency, lying, false, labels, series});
}

static void table(struct page *page, const struct side *side, const char *what) {
  struct tally all = simulation_total(side->s);
  char cost[MONEY_BYTES], part[24], quality[24], latency[24], answered[32], refused[32], caption[200];
  snprintf(caption, sizeof caption, "%.100s, cost in %s", side->name,
           *side->s->currency ? side->s->currency : "no currency");
  page_table(page, false, caption, what, "#answered", "#refused", "#cost", "#of all", "#quality", "#latency", NULL);
  for (size_t i = 0; i < side->count; i++) {
    const struct tally *t = &side->groups[i];
    page_row(page, t->key[0], count_text(t->requests - t->refused, answered), count_text(t->refused, refused),
             money_text(t->cost, cost), share(amount(t->cost), amount(all.cost), part),
             mean_percent(t->quality, t->measured, quality), mean_seconds(t->latency, t->timed, latency), NULL);
  }
  page_table_end(page, false);
}

static bool grouping(struct page *page, const struct simulation *a, const char *a_name, const struct simulation *b,
                     const char *b_name, enum simulation_by by) {
  static const char *const titles[] = {"By agent", "By task", "By model", "By day, in UTC"}, *const heads[] = {
                                                                                               "agent", "task", "model",
                                                                                               "day"};
  struct side first, second = {0};
  bool good = side_open(&first, a, a_name, by) && (!b || side_open(&second, b, b_name, by)), lying = by != BY_DAY;
  if (good) {
    page_heading(page, titles[by]);
    if (by == BY_MODEL) chart(page, &first, b ? &second : NULL, "requests answered", true, lying);
    chart(page, &first, b ? &second : NULL, "cost", false, lying);
    table(page, &first, heads[by]);
    if (b) table(page, &second, heads[by]);
  }
  side_close(&first);
  side_close(&second);
  return good;
}

/* Cost by day, each model a layer of it; what is beyond the dearest ones is one layer. */
static bool days_by_model(struct page *page, const struct simulation *s, const char *name) {
  struct side days, models = {0};
  bool good = side_open(&days, s, name, BY_DAY) && side_open(&models, s, name, BY_MODEL);
  json_t *labels = json_array(), *series = json_array();
  for (size_t i = 0; good && i < days.count; i++) json_array_append_new(labels, page_label(days.groups[i].key[0]));
  size_t layers = models.count > MODELS_SHOWN ? MODELS_SHOWN + 1 : models.count;
  double *sums = good ? calloc(layers * days.count + 1, sizeof *sums) : NULL;
  for (size_t i = 0; sums && i < s->tally_count; i++) {
    const struct tally *t = &s->tallies[i];
    size_t layer = 0, day = 0;
    while (layer + 1 < layers && strcmp(models.groups[layer].key[0], t->key[2])) layer++;
    while (day + 1 < days.count && strcmp(days.groups[day].key[0], days.days[i])) day++;
    if (t->cost) sums[layer * days.count + day] += amount(t->cost);
  }
  for (size_t layer = 0; sums && layer < layers; layer++) {
    json_t *numbers = json_array();
    for (size_t day = 0; day < days.count; day++)
      json_array_append_new(numbers, json_real(sums[layer * days.count + day]));
    json_array_append_new(series, page_series(layer == MODELS_SHOWN ? "others" : models.groups[layer].key[0], numbers));
  }
  good = sums != NULL;
  if (good && layers) {
    char title[200];
    snprintf(title, sizeof title, "cost by day and model: %.150s", name);
    page_chart(page, &(struct chart){title, s->currency, false, true, labels, series});
  } else {
    json_decref(labels);
    json_decref(series);
  }
  free(sums);
  side_close(&days);
  side_close(&models);
  return good;
}

/* ---- the rest ---- */
static void figures(struct page *page, const struct simulation *s) {
  struct tally all = simulation_total(s);
  char from[32], to[32], answered[32], refused[32], cost[MONEY_BYTES], bound[MONEY_BYTES], quality[24], latency[24];
  cli_format_time(s->from, from);
  cli_format_time(s->to, to);
  page_figures(page, "answered", count_text(all.requests - all.refused, answered), "refused",
               count_text(all.refused, refused), s->currency, money_text(all.cost, cost), "mean quality",
               mean_percent(all.quality, all.measured, quality), "mean latency",
               mean_seconds(all.latency, all.timed, latency), NULL);
  page_say(page,
           "From %s to %s. Before the calls %s %s were reserved. Quality is the declared, measured figure of the model "
           "for the task, over %lld answers that have "
           "one; latency is as declared, over %lld.",
           from, to, money_text(all.bound, bound), s->currency, (long long)all.measured, (long long)all.timed);
  if (all.cut)
    page_say(page, "%lld answers were longer than what was asked for at most, and are counted to there.",
             (long long)all.cut);
}

static void difference(struct page *page, const struct simulation *a, const char *a_name, const struct simulation *b,
                       const char *b_name) {
  struct tally x = simulation_total(a), y = simulation_total(b);
  char left[MONEY_BYTES], right[MONEY_BYTES], short_left[32], short_right[32];
  page_heading(page, "The difference");
  page_table(page, false, "two policies, the same traffic", "", a_name, b_name, NULL);
  page_row(page, "answered", count_text(x.requests - x.refused, short_left),
           count_text(y.requests - y.refused, short_right), NULL);
  page_row(page, "refused", count_text(x.refused, short_left), count_text(y.refused, short_right), NULL);
  page_row(page, "cost", money_text(x.cost, left), money_text(y.cost, right), NULL);
  page_row(page, "quality", mean_percent(x.quality, x.measured, short_left),
           mean_percent(y.quality, y.measured, short_right), NULL);
  page_row(page, "latency", mean_seconds(x.latency, x.timed, short_left), mean_seconds(y.latency, y.timed, short_right),
           NULL);
  page_table_end(page, false);
  char text[200];
  if (simulation_saving(a, b, text, sizeof text)) page_say(page, "%s", text);
}

static void budgets(struct page *page, const struct simulation *s, const char *name) {
  if (!s->budget_count) return;
  char used[MONEY_BYTES], most[MONEY_BYTES], spent[MONEY_BYTES], part[24], reached[32], days[32];
  page_table(page, false, name, "limit", "for", "#used at the end", "#of", "#share", "#used in all", "#refused by it",
             "#left of it lasts", "rule", NULL);
  for (size_t i = 0; i < s->budget_count; i++) {
    const struct budget *b = &s->budgets[i];
    if (b->decimal) {
      money_text((wide)b->used * 1000000, used);
      money_text((wide)b->most * 1000000, most);
      money_text((wide)b->spent * 1000000, spent);
    } else {
      count_text(b->used, used);
      count_text(b->most, most);
      count_text(b->spent, spent);
    }
    snprintf(days, sizeof days, "%.1f days", budget_days(s, b));
    page_row(page, b->words, b->each, used, most, share((double)b->used, (double)b->most, part), spent,
             count_text(b->reached, reached), budget_days(s, b) < 0 ? "-" : days, b->rule, NULL);
  }
  page_table_end(page, false);
}

static void refusals(struct page *page, const struct simulation *s, const char *name) {
  char count[32];
  if (!s->refusal_count) return;
  page_table(page, false, name, "#requests", "refused because", NULL);
  for (size_t i = 0; i < s->refusal_count; i++)
    page_row(page, count_text(s->refusals[i].count, count), s->refusals[i].reason, NULL);
  page_table_end(page, false);
}

static void details(struct page *page, const struct simulation *s, const char *name) {
  char caption[200], day[32], requests[32], refused[32], cut[32], cost[MONEY_BYTES], bound[MONEY_BYTES], input[32],
    output[32], quality[24], latency[24];
  snprintf(caption, sizeof caption, "every agent, task, model and day: %.150s", name);
  page_table(page, true, caption, "agent", "task", "model", "day", "#requests", "#refused", "#cut", "#cost",
             "#reserved", "#tokens in", "#tokens out", "#quality", "#latency", NULL);
  for (size_t i = 0; i < s->tally_count && i < DETAILS; i++) {
    const struct tally *t = &s->tallies[i];
    cli_format_time(t->day * INT64_C(86400000000), day);
    day[10] = '\0';
    page_row(page, t->key[0], t->key[1], *t->key[2] ? t->key[2] : "none", day, count_text(t->requests, requests),
             count_text(t->refused, refused), count_text(t->cut, cut), money_text(t->cost, cost),
             money_text(t->bound, bound), count_text(t->input, input), count_text(t->output, output),
             mean_percent(t->quality, t->measured, quality), mean_seconds(t->latency, t->timed, latency), NULL);
  }
  page_table_end(page, true);
  if (s->tally_count > DETAILS)
    page_say(page, "These are the first %d of %zu; --format json has them all.", DETAILS, s->tally_count);
}

static void one_of_each(struct page *page, const struct simulation *a, const char *a_name, const struct simulation *b,
                        const char *b_name, const char *title,
                        void (*show)(struct page *, const struct simulation *, const char *)) {
  page_heading(page, title);
  show(page, a, a_name);
  if (b) show(page, b, b_name);
}

int simulation_page(const char *path, const struct simulation *a, const char *a_name, const struct simulation *b,
                    const char *b_name) {
  struct page page;
  if (!page_open(&page, "What the traffic costs and meets")) return cli_no_memory();
  page_say(&page, "rbc simulate: %s%s%s", a_name, b ? ", compared with " : "", b ? b_name : "");
  figures(&page, a);
  if (b) difference(&page, a, a_name, b, b_name);
  bool good = grouping(&page, a, a_name, b, b_name, BY_MODEL) && grouping(&page, a, a_name, b, b_name, BY_AGENT) &&
              grouping(&page, a, a_name, b, b_name, BY_TASK) && grouping(&page, a, a_name, b, b_name, BY_DAY) &&
              days_by_model(&page, a, a_name) && (!b || days_by_model(&page, b, b_name));
  if (a->budget_count || (b && b->budget_count)) one_of_each(&page, a, a_name, b, b_name, "Budgets", budgets);
  if (a->refusal_count || (b && b->refusal_count)) one_of_each(&page, a, a_name, b, b_name, "Refused", refusals);
  one_of_each(&page, a, a_name, b, b_name, "All figures", details);
  int code = page_close(&page, path);
  return good ? code : cli_no_memory();
}
