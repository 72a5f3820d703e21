/* cost_page.c: a forecast as a page, alone or beside another. */
#include <stdlib.h>
#include <string.h>
#include "cli/cost.h"
#include "cli/page.h"
#include "value.h"

/* For bars alone: tables hold the exact amounts. */
static double amount(wide picos) { return (double)picos / (double)PICOS; }

/* ---- sums ---- */
static const struct cost_group *group_in(const struct cost_group *list, unsigned count, const char *key,
                                         const char *currency) {
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(list[i].key, key) && !strcmp(list[i].currency, currency)) return &list[i];
  return NULL;
}

static double year_of(const struct cost_group *list, unsigned count, const char *key, const char *currency) {
  const struct cost_group *g = group_in(list, count, key, currency);
  return g ? amount(g->sums.of[COST_YEAR]) : 0;
}

/* A year of each group, of one forecast or of two; groups of another currency than the first are left to the tables. */
static void chart(struct page *page, const struct cost_group *x, unsigned left, const char *a_name,
                  const struct cost_group *y, unsigned right, const char *b_name) {
  json_t *labels = json_array(), *mine = json_array(), *other = json_array(), *series = json_array();
  const char *currency = left ? x[0].currency : right ? y[0].currency : "";
  for (unsigned i = 0; i < left + right; i++) {
    const struct cost_group *g = i < left ? &x[i] : &y[i - left];
    if (strcmp(g->currency, currency) || (i >= left && group_in(x, left, g->key, currency))) continue;
    json_array_append_new(labels, page_label(g->key));
    json_array_append_new(mine, json_real(year_of(x, left, g->key, currency)));
    json_array_append_new(other, json_real(year_of(y, right, g->key, currency)));
  }
  json_array_append_new(series, page_series(a_name, mine));
  if (y)
    json_array_append_new(series, page_series(b_name, other));
  else
    json_decref(other);
  page_chart(page, &(struct chart){"a year", currency, true, false, labels, series});
}

static void table(struct page *page, const struct cost_group *list, unsigned count, const char *what,
                  const char *name) {
  char day[MONEY_BYTES], month[MONEY_BYTES], year[MONEY_BYTES];
  page_table(page, false, name, what, "#a day", "#a month (30 days)", "#a year (365 days)", "", NULL);
  for (unsigned i = 0; i < count; i++)
    page_row(page, *list[i].key ? list[i].key : "all", money_text(list[i].sums.of[COST_DAY], day),
             money_text(list[i].sums.of[COST_MONTH], month), money_text(list[i].sums.of[COST_YEAR], year),
             list[i].currency, NULL);
  page_table_end(page, false);
}

static bool grouping(struct page *page, const struct forecast *a, const char *a_name, const struct forecast *b,
                     const char *b_name, enum cost_by by) {
  static const char *const titles[] = {"By agent", "By task", "By model", "In total"}, *const heads[] = {
                                                                                         "agent", "task", "model", ""};
  unsigned left, right = 0;
  struct cost_group *x = forecast_groups(a, by, &left), *y = b ? forecast_groups(b, by, &right) : NULL;
  bool good = x && (!b || y);
  if (good) {
    page_heading(page, titles[by]);
    if (by != COST_BY_ALL || b) chart(page, x, left, a_name, y, right, b_name);
    table(page, x, left, heads[by], a_name);
    if (b) table(page, y, right, heads[by], b_name);
  }
  free(x);
  free(y);
  return good;
}

/* ---- budgets ---- */
static void budgets(struct page *page, const struct forecast *f, const char *name) {
  if (!f->counter_count) return;
  json_t *labels = json_array(), *numbers = json_array(), *series = json_array();
  char label[400], percent[24];
  for (unsigned i = 0; i < f->counter_count; i++) {
    struct cost_verdict v = cost_verdict(&f->counters[i]);
    if (!v.compared) continue;
    snprintf(label, sizeof label, "%.150s %.200s", f->counters[i].each, f->counters[i].limit->words);
    json_array_append_new(labels, page_label(label));
    json_array_append_new(numbers, json_real(v.percent));
  }
  json_array_append_new(series, page_series("used", numbers));
  page_chart(page, &(struct chart){"what is used of each budget", "% of the budget", true, false, labels, series});
  page_table(page, false, name, "limit", "for", "#uses", "#of", "#share", "", "rule", NULL);
  for (unsigned i = 0; i < f->counter_count; i++) {
    const struct cost_counter *c = &f->counters[i];
    struct cost_verdict v = cost_verdict(c);
    snprintf(percent, sizeof percent, "%.1f%%", v.percent);
    page_row(page, c->limit->words, c->each, v.compared ? v.used : "-", v.most, v.compared ? percent : "-", v.words,
             c->limit->rule->name, NULL);
  }
  page_table_end(page, false);
}

/* ---- the arithmetic ---- */
static void line_rows(struct page *page, const struct cost_line *line, const struct cost_answer *a) {
  const struct expectation *e = line->expects;
  char of[480], tokens[160], price[MONEY_BYTES + 16], money[MONEY_BYTES], part[64] = "", date[32] = "no date";
  if (a->oldest) {
    cli_format_time(a->oldest->day * REBASE_DAY, date);
    date[10] = '\0';
  }
  if (a->weight != a->weights)
    snprintf(part, sizeof part, ", %lld of %lld", (long long)a->weight, (long long)a->weights);
  snprintf(of, sizeof of, "%.300s%s, prices of %s", a->model->name, part, date);
  page_row(page, of, "", "", "", NULL);
  for (unsigned i = 0; i < a->item_count; i++) {
    const struct cost_item *item = &a->items[i];
    money_text((wide)item->price * (wide)REBASE_SCALE, price);
    if (item->tokens >= 0) snprintf(price + strlen(price), sizeof price - strlen(price), " / 1,000,000");
    page_row(page, item->of, item->tokens < 0 ? "" : count_text(item->tokens, tokens), price,
             money_text((wide)item->amount, money), NULL);
  }
  page_row(page, "one request", "", "", money_text((wide)a->request, money), NULL);
  static const char *const periods[COST_PERIODS] = {"a day", "a month (30 days)", "a year (365 days)"};
  for (int p = 0; p < COST_PERIODS; p++) {
    snprintf(tokens, sizeof tokens, "%s a %s%s", count_text(e->written, of), e->period, part);
    page_row(page, periods[p], tokens, "", money_text(a->sums.of[p], money), NULL);
  }
}

static void arithmetic(struct page *page, const struct forecast *f) {
  char caption[700], written[32], input[32], cached[32], generated[32], output[32];
  for (unsigned i = 0; i < f->line_count; i++) {
    const struct cost_line *line = &f->lines[i];
    const struct expectation *e = line->expects;
    int at =
      snprintf(caption, sizeof caption, "%.200s, %.100s: %s a %s, each %s tokens in (%s cached), %s out (%s at most)",
               line->agent->name, e->task, count_text(e->written, written), e->period, count_text(e->input, input),
               count_text(e->cached, cached), count_text(e->generated, generated), count_text(e->output, output));
    for (unsigned k = 0; k < e->label_count && at > 0 && at < (int)sizeof caption - 1; k++)
      at += snprintf(caption + at, sizeof caption - (size_t)at, "%s%s", k ? ", " : ", of sessions that have ",
                     e->labels[k]);
    page_table(page, false, caption, "of", "#tokens, or requests", "#price", line->answer_count ? "#amount" : "", NULL);
    for (unsigned k = 0; k < line->answer_count; k++) line_rows(page, line, &line->answers[k]);
    if (line->refused) page_row(page, "nothing answers", line->refused, "", "", NULL);
    page_table_end(page, false);
  }
}

static void figures(struct page *page, const struct forecast *f) {
  unsigned count;
  char day[MONEY_BYTES], month[MONEY_BYTES], year[MONEY_BYTES], what[3][40];
  struct cost_group *list = forecast_groups(f, COST_BY_ALL, &count);
  for (unsigned i = 0; list && i < count; i++) {
    static const char *const periods[COST_PERIODS] = {"a day", "a month", "a year"};
    for (int p = 0; p < COST_PERIODS; p++) snprintf(what[p], sizeof what[p], "%s %s", list[i].currency, periods[p]);
    page_figures(page, what[0], money_text(list[i].sums.of[COST_DAY], day), what[1],
                 money_text(list[i].sums.of[COST_MONTH], month), what[2], money_text(list[i].sums.of[COST_YEAR], year),
                 NULL);
  }
  free(list);
}

static void notes(struct page *page, const struct forecast *f, const char *name) {
  char text[512];
  if (!cost_note(f, 0, text)) return;
  page_table(page, false, name, "to know", NULL);
  for (unsigned n = 0; cost_note(f, n, text); n++) page_row(page, text, NULL);
  page_table_end(page, false);
}

int forecast_page(const char *path, const struct forecast *a, const char *a_name, const struct forecast *b,
                  const char *b_name) {
  struct page page;
  if (!page_open(&page, "What requests to models will cost")) return cli_no_memory();
  page_say(&page,
           "rbc cost: %s%s%s. What agents say that they expect, as the routes answer it. Every amount is exact, or "
           "rounded up at the twelfth digit.",
           a_name, b ? ", compared with " : "", b ? b_name : "");
  figures(&page, a);
  bool good = true;
  for (int by = COST_BY_AGENT; by <= COST_BY_ALL; by++)
    good = good && grouping(&page, a, a_name, b, b_name, (enum cost_by)by);
  page_heading(&page, "Budgets, if requests come evenly");
  budgets(&page, a, a_name);
  if (b) budgets(&page, b, b_name);
  notes(&page, a, a_name);
  if (b) notes(&page, b, b_name);
  page_heading(&page, "The arithmetic");
  arithmetic(&page, a);
  int code = page_close(&page, path);
  return good ? code : cli_no_memory();
}
