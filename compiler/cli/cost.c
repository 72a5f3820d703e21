/* cost.c: expected requests, decided by the bundle's own routes and priced twice: here, so that the arithmetic can be shown, and by the runtime. */
#include <stdlib.h>
#include <string.h>
#include "cli/cost.h"
#include "value.h"

enum { MOST_ANSWERS = 64, FAILURES = 5, DEFAULT_AGE = 180 };
static const int64_t period_days[COST_PERIODS] = {1, 30, 365};
static const char *const price_words[] = {
#define PRICE(NAME, WORD, MEANING) WORD,
#include "sema/model_words.def"
};

/* Each line has a requester of its own: labels stay with a requester. */
struct teller {
  const struct cli *cli;
  struct host host;
  struct forecast *f;
  char requester[32];
};

/* ---- what one request costs ---- */
static const struct price *price_of(const struct model *m, enum price_kind kind, int64_t input) {
  const struct price *found = NULL;
  for (unsigned i = 0; i < m->price_count; i++) {
    const struct price *p = m->prices[i];
    if (p->kind == kind && (!p->above || input > p->above) && (!found || p->above > found->above)) found = p;
  }
  return found;
}

static void add_item(struct cost_answer *a, const struct price *price, int64_t tokens) {
  if (!price || !tokens) return;
  a->items[a->item_count++] = (struct cost_item){price_words[price->kind], tokens, price->amount,
                                                 tokens < 0 ? price->amount * REBASE_SCALE : price->amount * tokens};
  a->request += a->items[a->item_count - 1].amount;
  if (price->day != UNKNOWN && (!a->oldest || price->day < a->oldest->day)) a->oldest = price;
}

static void itemize(struct cost_answer *a, const struct expectation *e) {
  const struct price *cached = price_of(a->model, PRICE_CACHED_READ, e->input);
  a->cache_unpriced = e->cached && !cached;
  add_item(a, price_of(a->model, PRICE_INPUT, e->input), cached ? e->input - e->cached : e->input);
  add_item(a, cached, e->cached);
  add_item(a, price_of(a->model, PRICE_OUTPUT, e->input), e->generated);
  add_item(a, price_of(a->model, PRICE_REQUEST, e->input), -1);
}

static int64_t common(int64_t a, int64_t b) { return b ? common(b, a % b) : a; }

wide cost_over(struct forecast *f, int64_t amount, const struct expectation *e, int64_t weight, int64_t weights,
               int64_t microseconds) {
  int64_t period = (int64_t)e->days * REBASE_DAY, time = common(microseconds, period), part = common(weight, weights);
  wide all = (wide)amount, parts = (wide)(period / time) * (wide)(weights / part);
  if (__builtin_mul_overflow(all, (wide)e->requests, &all) ||
      __builtin_mul_overflow(all, (wide)(weight / part), &all) ||
      __builtin_mul_overflow(all, (wide)(microseconds / time), &all)) {
    f->too_large = true;
    return 0;
  }
  return all / parts + (all % parts != 0);
}

/* ---- deciding ---- */
static const struct model *model_of(const struct program *p, const char *name) {
  for (unsigned i = 0; i < p->models_count; i++)
    if (!p->models[i]->replaced && !strcmp(p->models[i]->name, name)) return p->models[i];
  return NULL;
}

/* The route that chose, when it chooses by chance. */
static const struct route *weighted_route(const struct program *p, const char *name, const char *task) {
  const struct route *plain = NULL;
  for (unsigned i = 0; i < p->routes_count; i++) {
    const struct route *r = p->routes[i];
    if (strcmp(r->rule->name, name)) continue;
    if (!r->task_count && !plain) plain = r;
    for (unsigned k = 0; k < r->task_count; k++)
      if (!strcmp(p->symbols[r->tasks[k]], task)) return r->prefer == PREFER_WEIGHTED ? r : NULL;
  }
  return plain && plain->prefer == PREFER_WEIGHTED ? plain : NULL;
}

static int64_t weight_of(const struct route *route, const struct model *model) {
  for (unsigned i = 0; i < route->weight_count; i++)
    if (route->weights[i].model == model) return route->weights[i].weight;
  return 0;
}

static const rebase_decision *decide(struct teller *t, const struct cost_line *line, const char *session, bool *asked) {
  const struct expectation *e = line->expects;
  rebase_caller caller = {line->agent->name, t->requester, session};
  char body[400];
  int length =
    snprintf(body, sizeof body, "{\"infer\":{\"task\":\"%.200s\",\"tokens\":{\"input\":%lld,\"output\":%lld}}}",
             e->task, (long long)e->input, (long long)e->output);
  const rebase_decision *d = host_decide(&t->host, &caller, body, (size_t)length);
  *asked = d->effect == REBASE_ASK;
  if (*asked && host_approve_all(&t->host, session, t->requester, d) == REBASE_OK)
    d = host_decide(&t->host, &caller, body, (size_t)length);
  return d;
}

/* A forecast uses nothing up: what was reserved is given back. */
static void give_back(struct teller *t, const rebase_decision *d) {
  const int64_t nothing[REBASE_QUOTA_CHARGES] = {0};
  if (d->limit_count && d->effect == REBASE_ALLOW) rebase_settle(t->host.engine, d->id, nothing, d->limit_count, NULL);
}

static int take_answer(struct teller *t, struct cost_line *line, const rebase_decision *d, bool asked) {
  const struct expectation *e = line->expects;
  struct cost_answer *a = &line->answers[line->answer_count];
  const char *route = d->choice->route;
  *a = (struct cost_answer){.model = model_of(t->f->program, d->choice->model),
                            .route = arena_copy(t->f->program->arena, route, strlen(route)),
                            .weight = 1,
                            .weights = 1,
                            .quality = d->choice->quality,
                            .latency = d->choice->latency,
                            .asked = asked};
  memcpy(a->currency, d->choice->currency, sizeof a->currency);
  char usage[200];
  rebase_bill bill;
  rebase_report report = {0};
  int length =
    snprintf(usage, sizeof usage,
             "{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"prompt_tokens_details\":{\"cached_tokens\":%lld}}",
             (long long)e->input, (long long)e->generated, (long long)e->cached);
  if (rebase_price(t->host.engine, d->choice->model, usage, (size_t)length, false, &bill, &report) != REBASE_OK) {
    line->refused = strdup(report.text);
    return line->refused ? CLI_OK : cli_no_memory();
  }
  if (!a->model || !a->route) return cli_no_memory();
  itemize(a, e);
  if (a->request != bill.total)
    return cli_fail(CLI_INTERNAL, "the arithmetic for %s differs from the runtime's price", a->model->name);
  line->answer_count++;
  return CLI_OK;
}

/* Every model that a weighted route can choose: one that fails is set aside while others can answer, so each comes up once. */
static int take_all(struct teller *t, struct cost_line *line, const struct route *route, const char *session) {
  const rebase_decision *d;
  int code = CLI_OK;
  bool asked, anew = true;
  for (unsigned n = 0; code == CLI_OK && anew && line->answer_count < MOST_ANSWERS; n++) {
    const char *chosen = line->answers[line->answer_count - 1].model->name;
    for (int i = 0; i < FAILURES; i++) rebase_report_outcome(t->host.engine, chosen, false);
    d = decide(t, line, session, &asked);
    for (unsigned i = 0; d->choice && i < line->answer_count; i++)
      anew = anew && strcmp(line->answers[i].model->name, d->choice->model) != 0;
    if (!d->choice)
      line->refused = strdup(d->reason); /* a limit that one of the models does not fit into */
    else if (anew)
      code = take_answer(t, line, d, asked);
    if (!d->choice && !line->refused) code = cli_no_memory();
    anew = anew && !line->refused;
    give_back(t, d);
  }
  if (line->refused) line->answer_count = 0;
  int64_t all = 0;
  for (unsigned i = 0; i < line->answer_count; i++) {
    rebase_report_outcome(t->host.engine, line->answers[i].model->name, true);
    all += line->answers[i].weight = weight_of(route, line->answers[i].model);
  }
  for (unsigned i = 0; i < line->answer_count; i++) line->answers[i].weights = all;
  return code;
}

/* Limits are charged when each model's part of the requests is known, so once more, with the others set aside. */
static int charge(struct teller *t, struct cost_line *line, const char *session) {
  bool asked;
  for (unsigned n = 0; n < line->answer_count; n++) {
    struct cost_answer *a = &line->answers[n];
    for (unsigned i = 0; i < line->answer_count; i++)
      for (int k = 0; k < FAILURES && line->answer_count > 1; k++)
        rebase_report_outcome(t->host.engine, line->answers[i].model->name, i == n);
    const rebase_decision *d = decide(t, line, session, &asked);
    if (!d->choice || strcmp(d->choice->model, a->model->name))
      return cli_fail(CLI_INTERNAL, "%s was chosen once and not again", a->model->name);
    rebase_bill bill = {.millionths = (a->request + REBASE_SCALE - 1) / REBASE_SCALE};
    bool good = cost_charge(t->f, line, a, d, &bill);
    give_back(t, d);
    if (!good) return cli_no_memory();
    for (int p = 0; p < COST_PERIODS; p++)
      a->sums.of[p] = cost_over(t->f, a->request, line->expects, a->weight, a->weights, period_days[p] * REBASE_DAY);
  }
  for (unsigned i = 0; i < line->answer_count; i++)
    rebase_report_outcome(t->host.engine, line->answers[i].model->name, true);
  return CLI_OK;
}

static int decide_line(struct teller *t, struct cost_line *line) {
  const struct expectation *e = line->expects;
  rebase_opening opening = {line->agent->name, t->requester, t->cli->value[OPT_CONTEXT]};
  rebase_report report = {0};
  char session[REBASE_ID_BYTES];
  bool asked;
  line->answers = calloc(MOST_ANSWERS, sizeof *line->answers);
  if (!line->answers) return cli_no_memory();
  snprintf(t->requester, sizeof t->requester, "forecast-%u", (unsigned)(line - t->f->lines));
  rebase_status status = rebase_session_open(t->host.engine, &opening, session, &report);
  if (status != REBASE_OK)
    return cli_fail(CLI_USAGE, "no session for %s: %s", line->agent->name,
                    *report.text ? report.text : rebase_status_text(status));
  for (unsigned i = 0; i < e->label_count; i++) rebase_taint(t->host.engine, session, e->labels[i]);
  const rebase_decision *d = decide(t, line, session, &asked);
  int code = CLI_OK;
  if (d->effect != REBASE_ALLOW || !d->choice) {
    line->refused =
      strdup(d->effect == REBASE_ASK ? "a person would be asked first, and no answer is taken" : d->reason);
    if (!line->refused) code = cli_no_memory();
  } else
    code = take_answer(t, line, d, asked);
  const struct route *route = d->choice ? weighted_route(t->f->program, d->choice->route, e->task) : NULL;
  give_back(t, d);
  if (code == CLI_OK && route && line->answer_count) code = take_all(t, line, route, session);
  if (code == CLI_OK && !line->refused) code = charge(t, line, session);
  rebase_session_close(t->host.engine, session);
  return code;
}

/* ---- all of them ---- */
static int set_age(const struct cli *cli, struct forecast *f) {
  char date[11], at[32], *end = NULL;
  bool given;
  const char *age = cli->value[OPT_MAX_AGE], *today = cli_build_date(cli, date, &given);
  f->max_age = age ? strtoll(age, &end, 10) : DEFAULT_AGE;
  if (age && (*end || end == age || f->max_age < 0))
    return cli_fail(CLI_USAGE, "--max-age: `%s` is no number of days", age);
  if (!today) return CLI_USAGE;
  snprintf(at, sizeof at, "%sT00:00:00Z", today);
  cli_parse_time(at, &f->today);
  f->today /= REBASE_DAY;
  return CLI_OK;
}

static int list_lines(struct forecast *f, const char *agent) {
  const struct program *p = f->program;
  unsigned count = 0;
  for (unsigned i = 0; i < p->agents_count; i++) count += p->agents[i]->expectation_count;
  f->lines = calloc(count + 1, sizeof *f->lines);
  if (!f->lines) return cli_no_memory();
  for (unsigned i = 0; i < p->agents_count; i++)
    for (unsigned k = 0; k < p->agents[i]->expectation_count && (!agent || !strcmp(agent, p->agents[i]->name)); k++)
      f->lines[f->line_count++] = (struct cost_line){.agent = p->agents[i], .expects = p->agents[i]->expectations[k]};
  if (f->line_count) return CLI_OK;
  return cli_fail(CLI_NO,
                  "%s says what it expects to ask of models; write it into the agent:\n"
                  "  expects chat 2_000 per day { input: 1_200, output: 500, generated: 310 }",
                  agent ? agent : "no agent");
}

int forecast_make(const struct cli *cli, const struct subject *subject, struct forecast *f) {
  struct teller t = {.cli = cli, .f = f};
  *f = (struct forecast){.program = subject->program};
  int code = set_age(cli, f);
  if (code == CLI_OK) code = host_set_clock(&t.host, cli, subject);
  if (!t.host.clock_stands) t.host.now = cli_wall_clock();
  t.host.clock_stands = true;
  if (code == CLI_OK) code = host_open(&t.host, subject);
  const char *agent = code == CLI_OK && cli->value[OPT_AGENT] ? host_agent(&t.host, cli->value[OPT_AGENT]) : NULL;
  if (code == CLI_OK && cli->value[OPT_AGENT] && !agent) code = CLI_USAGE;
  if (code == CLI_OK) code = list_lines(f, agent);
  for (unsigned i = 0; code == CLI_OK && i < f->line_count; i++) code = decide_line(&t, &f->lines[i]);
  if (code == CLI_OK && f->too_large) code = cli_fail(CLI_NO, "these are more requests than can be counted");
  host_close(&t.host);
  return code;
}

void forecast_free(struct forecast *f) {
  for (unsigned i = 0; i < f->line_count; i++) {
    free(f->lines[i].answers);
    free(f->lines[i].refused);
  }
  for (unsigned i = 0; i < f->counter_count; i++) free(f->counters[i].each);
  free(f->lines);
  free(f->counters);
  *f = (struct forecast){0};
}

/* ---- sums ---- */
static struct cost_group *group_of(struct cost_group *list, unsigned *count, const char *key, const char *currency) {
  for (unsigned i = 0; i < *count; i++)
    if (!strcmp(list[i].key, key) && !strcmp(list[i].currency, currency)) return &list[i];
  struct cost_group *g = &list[(*count)++];
  *g = (struct cost_group){.key = key};
  snprintf(g->currency, sizeof g->currency, "%s", currency);
  return g;
}

struct cost_group *forecast_groups(const struct forecast *f, enum cost_by by, unsigned *count) {
  unsigned most = 1;
  for (unsigned i = 0; i < f->line_count; i++) most += f->lines[i].answer_count;
  struct cost_group *list = calloc(most, sizeof *list);
  *count = 0;
  for (unsigned i = 0; list && i < f->line_count; i++)
    for (unsigned k = 0; k < f->lines[i].answer_count; k++) {
      const struct cost_answer *a = &f->lines[i].answers[k];
      const char *key = by == COST_BY_AGENT   ? f->lines[i].agent->name
                        : by == COST_BY_TASK  ? f->lines[i].expects->task
                        : by == COST_BY_MODEL ? a->model->name
                                              : "";
      struct cost_group *g = group_of(list, count, key, a->currency);
      for (int p = 0; p < COST_PERIODS; p++) g->sums.of[p] += a->sums.of[p];
    }
  return list;
}

/* ---- what is to be said beside the sums ---- */
static bool expects_nothing(const struct program *p, const struct agent *agent) {
  if (agent->expectation_count) return false;
  for (unsigned i = 0; i < p->routes_count; i++)
    for (unsigned k = 0; k < p->routes[i]->rule->agent_count; k++)
      if (p->routes[i]->rule->agents[k] == agent) return true;
  return false;
}

static bool say(unsigned *n) { return (*n)-- == 0; }

static const char *note_of_answer(const struct forecast *f, const struct cost_answer *a, unsigned *n, char text[512]) {
  const char *name = a->model->name;
  long long age = a->oldest ? f->today - a->oldest->day : 0;
  if (!a->oldest && say(n))
    snprintf(text, 512, "%s: no price says its date", name);
  else if (age > f->max_age && say(n))
    snprintf(text, 512, "%s: a price is %lld days old, older than %lld", name, age, (long long)f->max_age);
  else if (a->model->retires != UNKNOWN && a->model->retires <= f->today && say(n))
    snprintf(text, 512, "%s is retired", name);
  else if (a->cache_unpriced && say(n))
    snprintf(text, 512, "%s has no price for cached input: it costs what other input does", name);
  else
    return NULL;
  return text;
}

static bool seen_before(const struct forecast *f, unsigned line, unsigned answer) {
  const struct cost_answer *a = &f->lines[line].answers[answer];
  for (unsigned i = 0; i <= line; i++)
    for (unsigned k = 0; k < (i == line ? answer : f->lines[i].answer_count); k++) {
      const struct cost_answer *b = &f->lines[i].answers[k];
      if (b->model == a->model && b->oldest == a->oldest && b->cache_unpriced == a->cache_unpriced) return true;
    }
  return false;
}

const char *cost_note(const struct forecast *f, unsigned n, char text[512]) {
  for (unsigned i = 0; i < f->line_count; i++) {
    const struct cost_line *line = &f->lines[i];
    if (line->refused && say(&n)) {
      snprintf(text, 512, "%.160s, %.60s: nothing answers, and nothing is in the sums: %.200s", line->agent->name,
               line->expects->task, line->refused);
      return text;
    }
    for (unsigned k = 0; k < line->answer_count; k++) {
      const char *said = seen_before(f, i, k) ? NULL : note_of_answer(f, &line->answers[k], &n, text);
      if (said) return said;
    }
  }
  for (unsigned i = 0; i < f->program->agents_count; i++)
    if (expects_nothing(f->program, f->program->agents[i]) && say(&n)) {
      snprintf(text, 512, "%.200s may ask models and does not say what it expects: it is not in the sums",
               f->program->agents[i]->name);
      return text;
    }
  return NULL;
}
