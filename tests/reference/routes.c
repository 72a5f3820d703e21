/* routes.c: which model answers: every rule is asked about every model in every region, and the first in order of what is left is taken. */
#include "inside.h"
#include <string.h>

static const struct quality *quality_of(const struct model *m, const char *task) {
  for (unsigned i = 0; i < m->quality_count; i++) if (strcmp(m->qualities[i]->task, task) == 0) return m->qualities[i];
  return NULL;
}

static struct rv known(struct evaluator *e, int64_t number) { return number == UNKNOWN ? ref_fail(e, REFERENCE_MODEL) : rv_number(number); }

struct rv ref_model_fact(struct evaluator *e, unsigned fact) {
  const struct model *m = e->model;
  const struct quality *quality;
  const struct program *p = e->reference->program;
  unsigned region = 0;
  if (fact == CTX_TASK) {
    for (unsigned i = 0; i < p->symbol_count; i++) if (strcmp(p->symbols[i], e->request->task) == 0) return rv_number(i);
    return ref_fail(e, REFERENCE_MODEL);
  }
  if (fact == CTX_TOKENS_INPUT) return rv_number(e->request->input);
  if (fact == CTX_TOKENS_OUTPUT) return rv_number(e->request->output);
  if (fact >= CTX_MODEL_TOOLS) return rv_number(m->abilities >> (fact - CTX_MODEL_TOOLS) & 1);
  switch (fact) {
    case CTX_MODEL_NAME: return rv_text(m->name, strlen(m->name));
    case CTX_MODEL_PROVIDER: return m->provider ? rv_text(m->provider->name, strlen(m->provider->name)) : ref_fail(e, REFERENCE_MODEL);
    case CTX_MODEL_REGION:
      while (e->region && region < p->regions_count && p->regions[region] != e->region) region++;
      return e->region ? rv_number(region) : ref_fail(e, REFERENCE_MODEL);
    case CTX_MODEL_WINDOW: return known(e, m->window);
    case CTX_MODEL_OUTPUT: return known(e, m->output);
    case CTX_MODEL_LATENCY: return known(e, m->latency);
    case CTX_MODEL_RETENTION: return known(e, m->retention);
    case CTX_MODEL_TRAINS: return m->training < 0 ? ref_fail(e, REFERENCE_MODEL) : rv_number(m->training);
    default:
      quality = quality_of(m, e->request->task);
      return quality ? rv_number(quality->value) : ref_fail(e, REFERENCE_MODEL);
  }
}

/* ---- what it costs ---- */
static const struct price *price_of(const struct model *m, enum price_kind kind, int64_t input) {
  const struct price *best = NULL;
  for (unsigned i = 0; i < m->price_count; i++) {
    const struct price *p = m->prices[i];
    if (p->kind == kind && (p->above == 0 || input > p->above) && (!best || p->above > best->above)) best = p;
  }
  return best;
}

static bool in_currency(const struct model *m, const struct route *route) {
  return m->price_count && route->currency && strcmp(m->prices[0]->currency->name, route->currency->name) == 0;
}

static bool cost_of(const struct reference_request *r, const struct model *m, const struct route *route, __int128 *cost) {
  const struct price *input = price_of(m, PRICE_INPUT, r->input), *output = price_of(m, PRICE_OUTPUT, r->input), *request = price_of(m, PRICE_REQUEST, r->input);
  if (!in_currency(m, route) || (r->input && !input) || (r->output && !output)) return false;
  *cost = 0;
  if (r->input) *cost += (__int128)r->input * input->amount;
  if (r->output) *cost += (__int128)r->output * output->amount;
  if (request) *cost += (__int128)request->amount * 1000000;
  return true;
}

/* ---- attempts ---- */
static unsigned times_of(const struct reference_attempts *a, const struct model *m) {
  for (unsigned i = 0; a && i < a->count; i++) if (a->models[i] == m) return a->times[i];
  return 0;
}

static bool may_try(const struct reference_attempts *a, const struct route *route, const struct model *m) {
  if (!a) return true;
  if (times_of(a, m)) return a->again && a->models[a->count - 1] == m;
  return a->count <= route->fallbacks;
}

static bool within_cap(const struct reference_attempts *a, const struct route *route, const struct model *m, __int128 cost) {
  unsigned times = times_of(a, m), more = route->retry_kinds && route->retries > times ? route->retries - times : 0;
  return !route->cap || (a ? a->spent : 0) + cost * (1 + more) <= (__int128)route->cap * 1000000;
}

void reference_attempt(struct reference_attempts *a, const struct reference_decision *d, const struct reference_choice *choice, unsigned failure) {
  unsigned i = 0;
  while (i < a->count && a->models[i] != choice->model) i++;
  if (i == a->count) { a->models[a->count++] = choice->model; a->times[i] = 0; }
  a->times[i]++;
  a->total++;
  a->spent += choice->cost;
  a->again = d->route->retry_kinds >> failure & 1 && a->times[i] <= d->route->retries;
}

/* ---- the choice ---- */
static bool fits(const struct reference_request *r, const struct model *m) {
  return (m->window == UNKNOWN || r->input + r->output <= m->window) && (m->output == UNKNOWN || r->output <= m->output);
}

static int64_t rank_of(const struct reference_request *r, const struct route *route, const struct model *m) {
  const struct quality *quality = quality_of(m, r->task);
  if (route->prefer == PREFER_LATENCY) return m->latency == UNKNOWN ? INT64_MAX : m->latency;
  if (route->prefer == PREFER_QUALITY) return quality ? -quality->value : INT64_MAX;
  return 0;
}

static bool comes_first(const struct reference_request *r, const struct route *route, const struct reference_choice *a, const struct reference_choice *b) {
  int64_t x = rank_of(r, route, a->model), y = rank_of(r, route, b->model);
  if (x != y) return x < y;
  return a->cost != b->cost ? a->cost < b->cost : strcmp(a->model->name, b->model->name) < 0;
}

static bool of_route(const struct route *route, const struct model *m) {
  for (unsigned i = 0; i < route->weight_count; i++) if (route->weights[i].model == m) return true;
  return !route->weight_count;
}

static const struct rule *remover_of(struct evaluator *e, const struct model *m) {
  const struct program *p = e->reference->program;
  e->model = m;
  for (unsigned k = 0; k < (m->region_count ? m->region_count : 1); k++) {
    e->region = m->region_count ? m->regions[k] : NULL;
    for (unsigned i = 0; i < p->rules_count; i++)
      if (p->rules[i]->models && ref_takes_model_away(e, p->rules[i])) return p->rules[i];
  }
  return NULL;
}

static void note(struct reference_decision *d, const struct rule *rule) {
  for (unsigned i = 0; i < d->hit_count; i++) if (d->hits[i].rule == rule) return;
  if (d->hit_count < REFERENCE_MAX) d->hits[d->hit_count++] = (struct reference_hit){rule, REFERENCE_MATCHED, REFERENCE_NO_ERROR, NULL};
}

bool ref_choose(struct evaluator *e, const struct rule *grant, struct reference_decision *d) {
  const struct program *p = e->reference->program;
  const struct reference_request *r = e->request;
  const struct rule *removers[REFERENCE_MODELS];
  unsigned remover_count = 0;
  for (unsigned i = 0; i < p->routes_count; i++) if (p->routes[i]->rule == grant) d->route = p->routes[i];
  for (unsigned i = 0; i < p->models_count && i < REFERENCE_MODELS; i++) {
    const struct model *m = p->models[i];
    struct reference_choice choice = {.model = m};
    const struct rule *remover;
    if (!d->route || m->replaced || !of_route(d->route, m)) continue;
    bool large = fits(r, m), priced = cost_of(r, m, d->route, &choice.cost);
    d->others += large && in_currency(m, d->route) && price_of(m, PRICE_INPUT, 0) && price_of(m, PRICE_OUTPUT, 0);
    if (!large) d->removed[2]++;
    else if (!priced) d->removed[1]++;
    else if (!may_try(r->attempts, d->route, m)) d->removed[4]++;
    else if (!within_cap(r->attempts, d->route, m, choice.cost)) d->removed[3]++;
    else if ((remover = remover_of(e, m)) != NULL) { d->removed[0]++; removers[remover_count++] = remover; }
    else d->choices[d->choice_count++] = choice;
  }
  for (unsigned i = 0; !d->choice_count && i < remover_count; i++) note(d, removers[i]);
  for (unsigned i = 1; i < d->choice_count; i++)
    if (comes_first(r, d->route, &d->choices[i], &d->choices[0])) {
      struct reference_choice better = d->choices[i];
      d->choices[i] = d->choices[0];
      d->choices[0] = better;
    }
  return d->choice_count > 0;
}
