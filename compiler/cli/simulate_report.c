/* simulate_report.c: a simulation as text for people; and two of them side by side. A saving is never shown without its quality. */
#include <stdlib.h>
#include <string.h>
#include "cli/simulate.h"

static const char *money(wide picos, char text[40]) {
  snprintf(text, 40, "%llu.%04llu", (unsigned long long)(picos / (wide)PICOS), (unsigned long long)(picos % (wide)PICOS / 100000000));
  return text;
}

const char *mean_percent(int64_t sum, int64_t count, char text[24]) {
  if (count) snprintf(text, 24, "%.1f%%", (double)sum / (double)count / 10000);
  return count ? text : "-";
}

const char *mean_seconds(int64_t sum, int64_t count, char text[24]) {
  if (count) snprintf(text, 24, "%.2f s", (double)sum / (double)count / 1e6);
  return count ? text : "-";
}

static void add(struct tally *to, const struct tally *t) {
  to->requests += t->requests; to->refused += t->refused; to->cut += t->cut; to->cost += t->cost; to->bound += t->bound;
  to->input += t->input; to->output += t->output; to->quality += t->quality; to->measured += t->measured;
  to->latency += t->latency; to->timed += t->timed;
}

struct tally simulation_total(const struct simulation *s) {
  struct tally total = {0};
  for (size_t i = 0; i < s->tally_count; i++) add(&total, &s->tallies[i]);
  return total;
}

static int dearest_first(const void *a, const void *b) {
  const struct tally *x = a, *y = b;
  if (x->cost != y->cost) return x->cost < y->cost ? 1 : -1;
  return x->requests < y->requests ? 1 : x->requests > y->requests ? -1 : strcmp(x->key[0], y->key[0]);
}
static int earliest_first(const void *a, const void *b) { return strcmp(((const struct tally *)a)->key[0], ((const struct tally *)b)->key[0]); }

struct tally *simulation_groups(const struct simulation *s, enum simulation_by by, day_name *days, size_t *count) {
  struct tally *list = calloc(s->tally_count + 1, sizeof *list);
  *count = 0;
  for (size_t i = 0; list && i < s->tally_count; i++) {
    const struct tally *t = &s->tallies[i];
    char *key = by == BY_DAY ? days[i] : t->key[by];
    if (by == BY_DAY) { cli_format_time(t->day * INT64_C(86400000000), days[i]); days[i][10] = '\0'; }
    if (by == BY_MODEL && !*key) continue;
    size_t k = 0;
    while (k < *count && strcmp(list[k].key[0], key)) k++;
    if (k == *count) list[(*count)++].key[0] = key;
    add(&list[k], t);
  }
  if (list) qsort(list, *count, sizeof *list, by == BY_DAY ? earliest_first : dearest_first);
  return list;
}

static void table(const struct simulation *s, enum simulation_by by, const char *title) {
  size_t count;
  day_name *days = calloc(s->tally_count + 1, sizeof *days);
  struct tally *list = days ? simulation_groups(s, by, days, &count) : NULL;
  if (!list) { free(days); return; }
  struct tally all = simulation_total(s);
  printf("\n%s%-36s %10s %8s %14s %7s %9s %9s%s\n", cli_tone(stdout, TONE_STRONG), title, "answered", "refused", s->currency, "share", "quality", "latency",
         cli_plain(stdout));
  for (size_t i = 0; i < count; i++) {
    const struct tally *t = &list[i];
    char cost[40], quality[24], latency[24];
    printf("%-36s %10lld %8lld %14s %6.1f%% %9s %9s\n", t->key[0], (long long)(t->requests - t->refused), (long long)t->refused, money(t->cost, cost),
           all.cost ? 100.0 * (double)t->cost / (double)all.cost : 0.0, mean_percent(t->quality, t->measured, quality), mean_seconds(t->latency, t->timed, latency));
  }
  free(list);
  free(days);
}

double budget_days(const struct simulation *s, const struct budget *b) {
  double days = (double)(s->to - s->from) / 86400e6;
  return b->spent > 0 && days > 0 ? (b->most > b->used ? (double)(b->most - b->used) : 0) / ((double)b->spent / days) : -1;
}

static void budgets(const struct simulation *s) {
  if (s->budget_count) printf("\n%sbudgets, at the end%s\n", cli_tone(stdout, TONE_STRONG), cli_plain(stdout));
  for (size_t i = 0; i < s->budget_count; i++) {
    const struct budget *b = &s->budgets[i];
    double used = (double)b->used, most = (double)b->most, unit = b->decimal ? 1e6 : 1;
    printf("  %s%s%s: %.2f of %.2f (%.0f%%)", b->words, *b->each ? ", " : "", b->each, used / unit, most / unit, most > 0 ? 100 * used / most : 0.0);
    if (b->reached) printf(", %lld refused by it", (long long)b->reached);
    if (budget_days(s, b) >= 0) printf("; what is left lasts %.1f days at this rate", budget_days(s, b));
    printf("  (%s)\n", b->rule);
  }
}

static void refusals(const struct simulation *s) {
  if (s->refusal_count) printf("\n%srefused because%s\n", cli_tone(stdout, TONE_STRONG), cli_plain(stdout));
  for (size_t i = 0; i < s->refusal_count; i++) {
    printf("  %8lld  ", (long long)s->refusals[i].count);
    cli_put_clean(stdout, s->refusals[i].reason, strlen(s->refusals[i].reason));
    putchar('\n');
  }
}

void simulation_print(const struct simulation *s) {
  struct tally all = simulation_total(s);
  char from[32], to[32], cost[40], bound[40], quality[24], latency[24];
  cli_format_time(s->from, from);
  cli_format_time(s->to, to);
  printf("%lld requests, %s to %s: %lld answered, %lld refused\n", (long long)all.requests, from, to, (long long)(all.requests - all.refused),
         (long long)all.refused);
  printf("cost %s %s; what was reserved before each call: %s\n", money(all.cost, cost), s->currency, money(all.bound, bound));
  printf("quality %s over %lld answers whose model has a measured figure for the task; latency %s, as declared, over %lld\n",
         mean_percent(all.quality, all.measured, quality), (long long)all.measured, mean_seconds(all.latency, all.timed, latency), (long long)all.timed);
  if (all.cut) printf("%lld answers were longer than what was asked for at most, and are counted to there\n", (long long)all.cut);
  table(s, BY_MODEL, "by model");
  table(s, BY_AGENT, "by agent");
  table(s, BY_TASK, "by task");
  table(s, BY_DAY, "by day (UTC)");
  budgets(s);
  refusals(s);
}

bool simulation_saving(const struct simulation *a, const struct simulation *b, char *text, size_t size) {
  struct tally x = simulation_total(a), y = simulation_total(b);
  if (strcmp(a->currency, b->currency) || !x.cost || !y.cost || !x.measured || !y.quality) return false;
  double saved = 100.0 * (1 - (double)x.cost / (double)y.cost), kept = 100.0 * ((double)x.quality / (double)x.measured) / ((double)y.quality / (double)y.measured);
  snprintf(text, size, "the first costs %.1f%% %s than the second, at %.1f%% of its quality%s", saved < 0 ? -saved : saved, saved < 0 ? "more" : "less", kept,
           x.requests - x.refused == y.requests - y.refused ? "" : "\nthey did not answer equally many requests: what was refused cost nothing");
  return true;
}

static void compared(const char *what, const char *a, const char *b) { printf("%-24s %20s %20s\n", what, a, b); }

void simulation_compare(const struct simulation *a, const char *a_name, const struct simulation *b, const char *b_name) {
  struct tally x = simulation_total(a), y = simulation_total(b);
  char left[40], right[40];
  printf("\n%s%-24s %20.20s %20.20s%s\n", cli_tone(stdout, TONE_STRONG), "compared", a_name, b_name, cli_plain(stdout));
  snprintf(left, sizeof left, "%lld", (long long)(x.requests - x.refused));
  snprintf(right, sizeof right, "%lld", (long long)(y.requests - y.refused));
  compared("answered", left, right);
  compared("cost", money(x.cost, left), money(y.cost, right));
  compared("quality", mean_percent(x.quality, x.measured, left), mean_percent(y.quality, y.measured, right));
  compared("latency", mean_seconds(x.latency, x.timed, left), mean_seconds(y.latency, y.timed, right));
  char text[200];
  if (simulation_saving(a, b, text, sizeof text)) printf("%s\n", text);
}
