/* cost_budgets.c: how far a limit goes when requests come evenly over its window. */
#include <stdlib.h>
#include <string.h>
#include "cli/cost.h"
#include "value.h"

static const struct limit *limit_of(const struct program *p, const rebase_limit *l) {
  char here[600], place[600];
  snprintf(here, sizeof here, "%s:%u", l->file, (unsigned)l->line);
  for (unsigned i = 0; i < p->limits_count; i++) {
    const struct limit *limit = p->limits[i];
    if (!strcmp(limit->rule->name, l->rule) && !strcmp(limit->words, l->words) &&
        !strcmp(program_place(p, limit->rule->span, place, sizeof place), here))
      return limit;
  }
  return NULL;
}

/* Microseconds of the window; 0: it has none that time alone fills, or counts for somebody who is not known here. */
static int64_t window_of(const struct limit *limit) {
  static const int64_t units[LIMIT_UNIT_COUNT] = {
    [LIMIT_SECOND] = REBASE_SECOND,  [LIMIT_MINUTE] = 60 * REBASE_SECOND, [LIMIT_HOUR] = 3600 * REBASE_SECOND,
    [LIMIT_DAY] = REBASE_DAY,        [LIMIT_WEEK] = 7 * REBASE_DAY,       [LIMIT_MONTH] = 30 * REBASE_DAY,
    [LIMIT_YEAR] = 365 * REBASE_DAY,
  };
  if (limit->each == LIMIT_EACH_REQUESTER || limit->each == LIMIT_EACH_FIELD || limit->each == LIMIT_EACH_SESSION)
    return 0;
  return limit->window == LIMIT_CALENDAR ? units[limit->unit] : limit->window == LIMIT_ROLLING ? limit->length : 0;
}

static struct cost_counter *counter_of(struct forecast *f, const struct limit *limit, const rebase_limit *l) {
  for (unsigned i = 0; i < f->counter_count; i++)
    if (f->counters[i].limit == limit && !strcmp(f->counters[i].each, l->each)) return &f->counters[i];
  struct cost_counter *more = realloc(f->counters, (f->counter_count + 1) * sizeof *more);
  char *each = strdup(l->each);
  if (more) f->counters = more;
  if (!more || !each) {
    free(each);
    return NULL;
  }
  more[f->counter_count] = (struct cost_counter){.limit = limit, .each = each, .decimal = l->decimal};
  return &more[f->counter_count++];
}

bool cost_charge(struct forecast *f, const struct cost_line *line, const struct cost_answer *answer,
                 const rebase_decision *d, const rebase_bill *bill) {
  const struct expectation *e = line->expects;
  for (uint32_t i = 0; i < d->limit_count; i++) {
    const rebase_limit *l = &d->limits[i];
    const struct limit *limit = limit_of(f->program, l);
    struct cost_counter *counter = limit ? counter_of(f, limit, l) : NULL;
    if (!counter) return false;
    int64_t used = l->decimal ? bill->millionths : l->sums ? e->input + e->generated : 1;
    counter->use += cost_over(f, used, e, answer->weight, answer->weights, window_of(limit));
    if (l->amount - used > counter->ahead) counter->ahead = l->amount - used;
  }
  return true;
}

/* ---- what it comes to ---- */
static void amount(const struct cost_counter *c, wide units, char text[MONEY_BYTES]) {
  const char *unit = c->limit->counts == LIMIT_COUNTS_TOKENS ? " tokens" : " requests";
  if (c->decimal) {
    money_text(units * (wide)REBASE_SCALE, text);
    size_t length = strlen(text);
    snprintf(text + length, MONEY_BYTES - length, " %s", c->limit->currency);
    return;
  }
  count_text((int64_t)(units > (wide)INT64_MAX ? (wide)INT64_MAX : units), text);
  snprintf(text + strlen(text), MONEY_BYTES - strlen(text), "%s", unit);
}

/* "19:12" of a day; "day 23, 04:10" of a longer window; "40 minutes" into a shorter one. */
static void moment(const struct limit *limit, int64_t at, char text[48]) {
  int64_t minutes = at / (60 * REBASE_SECOND), day = minutes / 1440;
  bool clock = limit->window == LIMIT_CALENDAR && limit->unit >= LIMIT_DAY;
  if (!clock && minutes)
    snprintf(text, 48, "%lld minutes into it", (long long)minutes);
  else if (!clock)
    snprintf(text, 48, "%lld seconds into it", (long long)(at / REBASE_SECOND));
  else if (limit->unit == LIMIT_DAY)
    snprintf(text, 48, "%02lld:%02lld", (long long)(minutes / 60), (long long)(minutes % 60));
  else
    snprintf(text, 48, "day %lld, %02lld:%02lld", (long long)day + 1, (long long)(minutes % 1440 / 60),
             (long long)(minutes % 60));
}

/* Of a day, and so on: when `units` are used, if that is before its end. */
static bool reached(const struct cost_counter *c, wide units, char text[48]) {
  if (c->use <= units) return false;
  moment(c->limit, (int64_t)((double)window_of(c->limit) * ((double)units / (double)c->use)), text);
  return true;
}

struct cost_verdict cost_verdict(const struct cost_counter *c) {
  struct cost_verdict v = {.compared = window_of(c->limit) > 0};
  const struct limit *l = c->limit;
  char at[48];
  amount(c, (wide)l->most, v.most);
  if (!v.compared) {
    snprintf(v.words, sizeof v.words, "how many %s is not said",
             l->window == LIMIT_AT_ONCE ? "come at once" : "sessions or requesters there are");
    return v;
  }
  amount(c, c->use, v.used);
  v.percent = l->most ? 100 * (double)c->use / (double)l->most : 0;
  wide room = l->most > c->ahead ? (wide)(l->most - c->ahead) : 0,
       warned = (wide)l->most * l->warn / (wide)REBASE_SCALE;
  if (reached(c, room, at))
    snprintf(v.words, sizeof v.words, "would be refused from %s on", at);
  else if (l->warn && reached(c, warned, at))
    snprintf(v.words, sizeof v.words, "warned of from %s on", at);
  return v;
}
