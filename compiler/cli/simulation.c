/* simulation.c: the sums of a simulation: kept, written as JSON and added up from it. */
#include <stdlib.h>
#include <string.h>
#include "cli/simulate.h"

static void *grown(struct simulation *s, void *list, size_t count, size_t size) {
  if (count & (count - 1)) return list;                   /* doubled at each power of two */
  void *more = realloc(list, (count ? 2 * count : 1) * size);
  if (!more) s->out_of_memory = true;
  return more;
}

static char *copy(struct simulation *s, const char *text) {
  char *made = strdup(text ? text : "");
  if (!made) s->out_of_memory = true;
  return made;
}

struct tally *simulation_tally(struct simulation *s, const char *agent, const char *task, const char *model, int64_t day) {
  const char *const key[3] = {agent, task, model};
  for (size_t i = s->tally_count; i-- > 0;) {
    struct tally *t = &s->tallies[i];
    if (t->day == day && !strcmp(t->key[2], model) && !strcmp(t->key[1], task) && !strcmp(t->key[0], agent)) return t;
  }
  struct tally *list = grown(s, s->tallies, s->tally_count, sizeof *list);
  if (!list) return NULL;
  s->tallies = list;
  struct tally *t = &list[s->tally_count];
  *t = (struct tally){.day = day};
  for (int i = 0; i < 3; i++) t->key[i] = copy(s, key[i]);
  if (s->out_of_memory) return NULL;
  s->tally_count++;
  return t;
}

void simulation_refusal(struct simulation *s, const char *reason, int64_t count) {
  for (size_t i = 0; i < s->refusal_count; i++)
    if (!strcmp(s->refusals[i].reason, reason)) { s->refusals[i].count += count; return; }
  struct refusal *list = grown(s, s->refusals, s->refusal_count, sizeof *list);
  if (!list) return;
  s->refusals = list;
  list[s->refusal_count] = (struct refusal){copy(s, reason), count};
  if (!s->out_of_memory) s->refusal_count++;
}

void simulation_budget(struct simulation *s, const struct budget *b) {
  for (size_t i = 0; i < s->budget_count; i++) {
    struct budget *known = &s->budgets[i];
    if (strcmp(known->rule, b->rule) || strcmp(known->words, b->words) || strcmp(known->each, b->each)) continue;
    if (b->at >= known->at) { known->used = b->used; known->most = b->most; known->at = b->at; }
    known->reached += b->reached;
    known->spent += b->spent;
    return;
  }
  struct budget *list = grown(s, s->budgets, s->budget_count, sizeof *list);
  if (!list) return;
  s->budgets = list;
  list[s->budget_count] = *b;
  list[s->budget_count].rule = copy(s, b->rule);
  list[s->budget_count].words = copy(s, b->words);
  list[s->budget_count].each = copy(s, b->each);
  if (!s->out_of_memory) s->budget_count++;
}

void simulation_free(struct simulation *s) {
  for (size_t i = 0; i < s->tally_count; i++)
    for (int k = 0; k < 3; k++) free(s->tallies[i].key[k]);
  for (size_t i = 0; i < s->refusal_count; i++) free(s->refusals[i].reason);
  for (size_t i = 0; i < s->budget_count; i++) { free(s->budgets[i].rule); free(s->budgets[i].words); free(s->budgets[i].each); }
  free(s->tallies);
  free(s->refusals);
  free(s->budgets);
  *s = (struct simulation){0};
}

/* ---- JSON ---- */
static const struct { const char *name; size_t at; bool money; } sums[] = {
#define SUM(NAME) {#NAME, offsetof(struct tally, NAME), false}
#define MONEY(NAME) {#NAME, offsetof(struct tally, NAME), true}
  SUM(day), SUM(requests), SUM(refused), SUM(cut), MONEY(cost), MONEY(bound), SUM(input), SUM(output), SUM(quality), SUM(measured), SUM(latency), SUM(timed),
#undef SUM
#undef MONEY
};
enum { SUMS = sizeof sums / sizeof *sums };
static const char *const keys[3] = {"agent", "task", "model"};

static void *sum_at(struct tally *t, size_t i) { return (char *)t + sums[i].at; }

/* A number; a text of digits where that would not hold it. */
static json_t *money_json(wide picos) {
  char digits[48];
  size_t at = sizeof digits - 1;
  if (picos <= (wide)INT64_MAX) return json_integer((json_int_t)picos);
  digits[at] = '\0';
  do digits[--at] = (char)('0' + (int)(picos % 10)); while (picos /= 10);
  return json_string(digits + at);
}

static bool add_money(wide *sum, const json_t *json) {
  wide picos = 0;
  const char *digits = json_string_value(json);
  if (json_is_integer(json) && json_integer_value(json) >= 0) picos = (wide)json_integer_value(json);
  else if (!digits || !*digits || strlen(digits) > 36) return false;
  for (; digits && *digits; digits++) {
    if (*digits < '0' || *digits > '9') return false;
    picos = picos * 10 + (unsigned)(*digits - '0');
  }
  return !__builtin_add_overflow(*sum, picos, sum);
}

static bool add_count(int64_t *sum, const json_t *json) {
  return json_is_integer(json) && json_integer_value(json) >= 0 && !__builtin_add_overflow(*sum, json_integer_value(json), sum);
}

json_t *simulation_json(const struct simulation *s) {
  json_t *groups = json_array(), *refusals = json_array(), *budgets = json_array();
  for (size_t i = 0; i < s->tally_count; i++) {
    struct tally t = s->tallies[i];
    json_t *group = json_object();
    for (int k = 0; k < 3; k++) json_object_set_new(group, keys[k], json_string(t.key[k]));
    for (size_t k = 0; k < SUMS; k++)
      json_object_set_new(group, sums[k].name, sums[k].money ? money_json(*(wide *)sum_at(&t, k)) : json_integer(*(int64_t *)sum_at(&t, k)));
    json_array_append_new(groups, group);
  }
  for (size_t i = 0; i < s->refusal_count; i++)
    json_array_append_new(refusals, json_pack("{s:s, s:I}", "reason", s->refusals[i].reason, "count", (json_int_t)s->refusals[i].count));
  for (size_t i = 0; i < s->budget_count; i++) {
    const struct budget *b = &s->budgets[i];
    json_array_append_new(budgets, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "rule", b->rule, "words", b->words, "each", b->each, "used",
                                             (json_int_t)b->used, "most", (json_int_t)b->most, "reached", (json_int_t)b->reached, "spent",
                                             (json_int_t)b->spent, "at", (json_int_t)b->at, "decimal", b->decimal));
  }
  return json_pack("{s:i, s:s, s:I, s:I, s:o, s:o, s:o}", "simulation", 1, "currency", s->currency, "from", (json_int_t)s->from, "to",
                   (json_int_t)s->to, "groups", groups, "refusals", refusals, "budgets", budgets);
}

static bool add_group(struct simulation *s, const json_t *group) {
  const char *text[3];
  for (int k = 0; k < 3; k++)
    if (!(text[k] = json_string_value(json_object_get(group, keys[k])))) return false;
  const json_t *day = json_object_get(group, "day");
  struct tally *t = json_is_integer(day) ? simulation_tally(s, text[0], text[1], text[2], json_integer_value(day)) : NULL;
  for (size_t k = 1; t && k < SUMS; k++) {
    const json_t *number = json_object_get(group, sums[k].name);
    if (!(sums[k].money ? add_money(sum_at(t, k), number) : add_count(sum_at(t, k), number))) return false;
  }
  return t != NULL;
}

static bool add_budget(struct simulation *s, json_t *json) {
  const char *rule, *words, *each;
  json_int_t used, most, reached, spent, at;
  int decimal;
  if (json_unpack(json, "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "rule", &rule, "words", &words, "each", &each, "used", &used, "most", &most,
                  "reached", &reached, "spent", &spent, "at", &at, "decimal", &decimal) || spent < 0 || reached < 0) return false;
  struct budget b = {(char *)(uintptr_t)rule, (char *)(uintptr_t)words, (char *)(uintptr_t)each, used, most, reached, spent, at, decimal};
  simulation_budget(s, &b);
  return true;
}

bool simulation_add_json(struct simulation *s, const json_t *json) {
  const char *currency = json_string_value(json_object_get(json, "currency"));
  const json_t *groups = json_object_get(json, "groups"), *refusals = json_object_get(json, "refusals"), *budgets = json_object_get(json, "budgets");
  json_int_t from = json_integer_value(json_object_get(json, "from")), to = json_integer_value(json_object_get(json, "to"));
  if (json_integer_value(json_object_get(json, "simulation")) != 1 || !currency || !json_is_array(groups) || !json_is_array(refusals)) return false;
  if (*currency && *s->currency && strcmp(currency, s->currency)) return false;
  if (*currency) snprintf(s->currency, sizeof s->currency, "%s", currency);
  if (from && (!s->from || from < s->from)) s->from = from;     /* an empty part has none */
  if (to > s->to) s->to = to;
  for (size_t i = 0; i < json_array_size(groups); i++)
    if (!add_group(s, json_array_get(groups, i))) return false;
  for (size_t i = 0; i < json_array_size(refusals); i++) {
    const json_t *refusal = json_array_get(refusals, i);
    const char *reason = json_string_value(json_object_get(refusal, "reason"));
    if (!reason) return false;
    simulation_refusal(s, reason, json_integer_value(json_object_get(refusal, "count")));
  }
  for (size_t i = 0; i < json_array_size(budgets); i++)
    if (!add_budget(s, json_array_get(budgets, i))) return false;
  return !s->out_of_memory;
}
