/* routes.c: see routes.h. Every attempt is judged anew: no fallback, retry or model that was set aside can come to a model that a rule
 * takes away, since all of them are chosen from what is left after the rules. */
#include <sodium.h>
#include <stdio.h>
#include "engine.h"
#include "route_plan.h"

_Static_assert((int)ROUTE_FAILURES == (int)REBASE_FAILURE_COUNT, "kinds of failure in image.h and rebase.h");

/* ---- the request ---- */
static bool take_tokens(struct json *j, const char *what, int64_t *tokens) {
  struct json_number n;
  int64_t count = 0;
  if (*tokens >= 0) return json_fail(j, REBASE_E_REQUEST, "`%s` is given twice", what);
  if (!json_number(j, &n)) return false;
  for (size_t i = 0; i < n.length; i++) {
    if (n.digits[i] >= '0' && n.digits[i] <= '9') count = count * 10 + (n.digits[i] - '0');
    else count = INT64_MAX;
    if (count > INFER_MOST_TOKENS) return json_fail(j, REBASE_E_RANGE, "`%s` is no number of tokens", what);
  }
  if (n.negative || n.exponent) return json_fail(j, REBASE_E_RANGE, "`%s` is no number of tokens", what);
  *tokens = count;
  return true;
}

static bool is(const char *name, size_t length, const char *word) { return strlen(word) == length && !memcmp(name, word, length); }

static bool read_tokens(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_REQUEST, "`tokens` is an object with input and output");
  if (!json_open(j, '{')) return false;
  if (json_take(j, '}')) return true;
  do {
    if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
    bool input = is(name, length, "input");
    if (!input && !is(name, length, "output")) return json_fail(j, REBASE_E_REQUEST, "unknown field `%.*s` of tokens", (int)(length > 60 ? 60 : length), name);
    if (!take_tokens(j, input ? "input" : "output", input ? &r->infer.input : &r->infer.output)) return false;
  } while (json_take(j, ','));
  return json_expect(j, '}');
}

/* The same one as the last time is still looked up. */
void infer_task(struct infer *infer, const char *name, size_t length) {
  if (length == infer->length && bytes_equal(infer->task, name, length)) return;
  memcpy(infer->task, name, length);
  infer->task[length] = 0;
  infer->length = (uint32_t)length;
  infer->generation = 0;
}

static bool read_task(rebase_request *r, bool *given) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  if (*given) return json_fail(j, REBASE_E_REQUEST, "`task` is given twice");
  if (!json_quoted(j, &name, &length)) return false;
  if (!length || length >= ROUTE_NAME) return json_fail(j, REBASE_E_REQUEST, "`task` is no name of a task");
  infer_task(&r->infer, name, length);
  return *given = true;
}

bool infer_read(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  bool given = false;
  r->infer.input = r->infer.output = -1;
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_REQUEST, "`infer` is an object with task and tokens");
  if (!json_open(j, '{')) return false;
  if (json_take(j, '}')) return infer_task(&r->infer, "", 0), true;
  do {
    if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
    if (is(name, length, "task")) { if (!read_task(r, &given)) return false; }
    else if (!is(name, length, "tokens")) return json_fail(j, REBASE_E_REQUEST, "unknown field `%.*s` of infer", (int)(length > 60 ? 60 : length), name);
    else if (!read_tokens(r)) return false;
  } while (json_take(j, ','));
  if (!given) infer_task(&r->infer, "", 0);
  return json_expect(j, '}');
}

void infer_facts(rebase_request *r) {
  struct infer *infer = &r->infer;
  if (infer->generation != r->loaded->generation) {
    infer->symbol = infer->length ? find_symbol(r->loaded->bundle, infer->task, infer->length) : NONE32;
    infer->generation = r->loaded->generation;
  }
  r->facts[CTX_TASK] = infer->symbol != NONE32 ? int_value(infer->symbol) : missing_value();
  r->facts[CTX_TOKENS_INPUT] = infer->input >= 0 ? int_value(infer->input) : missing_value();
  r->facts[CTX_TOKENS_OUTPUT] = infer->output >= 0 ? int_value(infer->output) : missing_value();
}

bool infer_complete(rebase_request *r) {
  const struct infer *infer = &r->infer;
  if (!r->loaded->bundle->ROUTES.count || (infer->symbol != NONE32 && infer->input >= 0 && infer->output >= 0)) return true;
  if (*infer->task && infer->symbol == NONE32)
    request_refuse(r, REBASE_E_REQUEST, "unknown task `%.100s`: no rule, route or measured quality speaks of it", infer->task);
  else request_refuse(r, REBASE_E_REQUEST, "an infer says its task and its tokens, input and output");
  return false;
}

void infer_write(const rebase_request *r) {
  struct out *out = (struct out *)(uintptr_t)&r->canonical;
  const struct infer *infer = &r->infer;
  out_string(out, "{\"infer\":{");
  if (*infer->task) {
    out_string(out, "\"task\":");
    out_json_string(out, infer->task, infer->length);
  }
  if (infer->input >= 0 && infer->output >= 0) {
    out_string(out, *infer->task ? ",\"tokens\":{\"input\":" : "\"tokens\":{\"input\":");
    out_unsigned(out, (uint64_t)infer->input);
    out_string(out, ",\"output\":");
    out_unsigned(out, (uint64_t)infer->output);
    out_char(out, '}');
  }
  out_string(out, "}}");
}

/* ---- judging one model ---- */
/* Rules that are asked of models: all of the agent's, or those of them that must be asked when it is done. */
struct jury { const uint32_t *rules; uint32_t count; };

/* What they say of this one in this region. remover: the rule that takes it away, or NONE32. */
static rebase_status judge_in(rebase_request *r, const struct jury *jury, const struct image_model *m, uint32_t region, bool chosen, uint32_t *remover) {
  const struct rebase_bundle *b = r->loaded->bundle;
  model_facts(b, m, region, r->infer.symbol, r->facts);
  r->facts_generation = 0;          /* the next decision knows nothing of this model */
  for (uint32_t i = 0; i < jury->count; i++) {
    uint32_t rule = bundle_rule_of(b, jury->rules[i]);
    if (!bundle_program(b, rule)->models) continue;
    enum vm_verdict verdict = evaluate_waived(r, bundle_form(b, rule));
    if (verdict == VM_OBLIGE) continue;
    if (verdict == VM_PASS) verdict = evaluate_rule(r, jury->rules[i]);
    if (verdict == VM_OBLIGE && chosen && !evaluate_take_in(r, rule, verdict)) return REBASE_E_FULL;
    if (verdict == VM_PASS || verdict == VM_OBLIGE) continue;
    *remover = rule;
    return REBASE_OK;
  }
  return REBASE_OK;
}

/* A request may be processed in each of a model's regions, so each must do. */
static rebase_status judge(rebase_request *r, const struct jury *jury, const struct image_model *m, bool chosen, uint32_t *remover) {
  *remover = NONE32;
  if (!jury->count) return REBASE_OK;
  if (!m->regions) return judge_in(r, jury, m, NONE32, chosen, remover);
  for (uint32_t i = 0; i < m->regions && *remover == NONE32; i++) {
    rebase_status status = judge_in(r, jury, m, r->loaded->bundle->INDEXES.at[m->first_region + i], chosen && !i, remover);
    if (status != REBASE_OK) return status;
  }
  return REBASE_OK;
}

/* ---- the candidates ---- */
enum removal { BY_RULE, BY_PRICE, BY_SIZE, BY_CAP, BY_TRIES, REMOVALS };
struct candidate { uint32_t model; int64_t cost, rank; uint32_t weight; bool aside; };
struct selection {
  const struct image_route *route;
  const uint64_t *left;             /* models that some request can have; NULL: all, and all rules are asked */
  struct jury jury;
  uint64_t *aside;                  /* models that others come before; NULL: none */
  uint32_t *known;                  /* by model: the rule that took it away when it was asked, plus 1; no rule is asked twice */
  uint32_t first, first_remover;    /* the one that was asked before there was room for them, or NONE32 */
  struct candidate *list; uint32_t count;
  uint32_t removed[REMOVALS], removers[REBASE_MAX_RULES], remover_count;
};

static uint32_t tried(const struct tries *t, uint32_t model) {
  for (uint32_t i = 0; i < t->count; i++) if (t->models[i] == model) return i;
  return NONE32;
}

uint32_t route_model(const struct rebase_bundle *b, const char *name) {
  size_t length = strlen(name);
  if (length < ROUTE_NAME - 1) return find_model(b, name, length);
  for (uint32_t i = 0; i < b->MODELS.count; i++) if (!strncmp(bundle_string(b, b->MODELS.at[i].name), name, ROUTE_NAME - 1)) return i;
  return NONE32;
}

/* Attempts go on when the bundle is another. */
static void find_tried(rebase_request *r) {
  struct tries *t = &r->tries;
  if (!t->count || t->generation == r->loaded->generation) return;
  for (uint32_t i = 0; i < t->count; i++) t->models[i] = route_model(r->loaded->bundle, t->names[i]);
  t->generation = r->loaded->generation;
}

/* The last one once more, if the route retries what happened; never another that was tried. */
static bool may_try(const rebase_request *r, const struct image_route *route, uint32_t model) {
  uint32_t at = tried(&r->tries, model);
  if (at != NONE32) return r->tries.again && at == r->tries.count - 1;
  return r->tries.count <= route->fallbacks && r->tries.count < ROUTE_TRIES;
}

static bool within_cap(const rebase_request *r, const struct image_route *route, uint32_t model, int64_t cost) {
  uint32_t at = tried(&r->tries, model), times = at == NONE32 ? 0 : r->tries.times[at];
  int64_t more = route->retry_kinds && route->retries > times ? route->retries - times : 0;
  if (!route->cap) return true;
  if (cost > (INT64_MAX - 1000000 - r->tries.spent) / (more + 1)) return false;
  return (r->tries.spent + cost * (more + 1) + 999999) / 1000000 <= route->cap;
}

/* Fits, costs what is known, and is within the cap: REMOVALS, or what takes it away. */
static enum removal measure(const rebase_request *r, const struct image_route *route, uint32_t model, int64_t *cost) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_model *m = &b->MODELS.at[model];
  int64_t input = r->infer.input, output = r->infer.output;
  if (!model_fits(m, input, output)) return BY_SIZE;
  if (m->currency == NONE32 || m->currency != route->currency || price_tokens(b, m, input, output, cost) != REBASE_OK) return BY_PRICE;
  if (!may_try(r, route, model)) return BY_TRIES;
  return within_cap(r, route, model, *cost) ? REMOVALS : BY_CAP;
}

static void note_remover(struct selection *s, uint32_t rule) {
  for (uint32_t i = 0; i < s->remover_count; i++) if (s->removers[i] == rule) return;
  if (s->remover_count < REBASE_MAX_RULES) s->removers[s->remover_count++] = rule;
}

static bool has_bit(const uint64_t *set, uint32_t model) { return set[model / 64] >> model % 64 & 1; }

/* Of models that began to fail since the clock was not looked at, the next decision knows. */
static bool any_failing(const rebase_request *r) { return !r->untimed && breaker_any(&r->engine->breaker); }

static void consider(rebase_request *r, struct selection *s, uint32_t model, uint32_t weight) {
  const struct rebase_bundle *b = r->loaded->bundle;
  int64_t cost = 0;
  if (s->left && !has_bit(s->left, model)) return;
  enum removal removal = measure(r, s->route, model, &cost);
  if (removal != REMOVALS) { s->removed[removal]++; return; }
  int64_t rank = model_rank(b, &b->MODELS.at[model], (enum route_prefer)s->route->prefer, r->infer.symbol, cost);
  s->list[s->count++] = (struct candidate){model, cost, rank, weight, s->aside && has_bit(s->aside, model)};
}

static rebase_status mark_aside(rebase_request *r, struct selection *s) {
  const struct rebase_bundle *b = r->loaded->bundle;
  size_t words = (b->MODELS.count + 63) / 64;
  if (!any_failing(r) || s->aside) return REBASE_OK;
  if (!(s->aside = arena_fixed_take(&r->scratch, words * sizeof *s->aside))) return REBASE_E_TOO_LARGE;
  memset(s->aside, 0, words * sizeof *s->aside);
  breaker_mark(&r->engine->breaker, b, r->record.now.steady, s->aside);
  return REBASE_OK;
}

static bool note_known(rebase_request *r, struct selection *s) {
  uint32_t count = r->loaded->bundle->MODELS.count;
  if (s->known) return true;
  if (!(s->known = arena_fixed_take(&r->scratch, count * sizeof *s->known))) return false;
  memset(s->known, 0, count * sizeof *s->known);
  if (s->first != NONE32) s->known[s->first] = s->first_remover + 1;
  return true;
}

static rebase_status gather(rebase_request *r, struct selection *s) {
  const struct rebase_bundle *b = r->loaded->bundle;
  bool weighted = s->route->prefer == PREFER_WEIGHTED;
  uint32_t count = weighted ? s->route->weights : b->MODELS.count;
  if (!s->list) s->list = arena_fixed_take(&r->scratch, (count + 1) * sizeof *s->list);
  if (!s->list || !note_known(r, s) || mark_aside(r, s) != REBASE_OK) return REBASE_E_TOO_LARGE;
  s->count = s->remover_count = 0;
  memset(s->removed, 0, sizeof s->removed);
  for (uint32_t i = 0; i < count; i++) {
    const struct image_weight *w = weighted ? &b->WEIGHTS.at[s->route->first_weight + i] : NULL;
    consider(r, s, w ? w->model : i, w ? w->weight : 1);
  }
  return REBASE_OK;
}

/* Asks the rules of one candidate. */
static rebase_status admissible(rebase_request *r, struct selection *s, const struct candidate *c, bool *is) {
  uint32_t remover = s->known[c->model] - 1;
  rebase_status status = s->known[c->model] ? REBASE_OK : judge(r, &s->jury, &r->loaded->bundle->MODELS.at[c->model], false, &remover);
  *is = remover == NONE32;
  if (status != REBASE_OK || *is) return status;
  s->known[c->model] = remover + 1;
  s->removed[BY_RULE]++;
  note_remover(s, remover);
  return REBASE_OK;
}

/* ---- the choice ---- */
/* A decision's id is as good as any other number that nobody can foresee. */
static uint64_t draw(const rebase_request *r, const struct image_route *route) {
  const struct rebase_bundle *b = r->loaded->bundle;
  bool session = route->sticky == STICKY_SESSION && *r->record.session;
  const char *whom = session ? r->record.session : r->record.requester;
  uint64_t number;
  if (!route->sticky) memcpy(&number, r->ids.last[r->ids.left], sizeof number);
  else crypto_shorthash((unsigned char *)&number, (const unsigned char *)whom, strlen(whom), b->route_keys[route - b->ROUTES.at]);
  return number;
}
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t) && crypto_shorthash_KEYBYTES == ROUTE_KEY, "a draw is one short hash");

static bool comes_first(const struct candidate *a, const struct candidate *b) {
  if (a->aside != b->aside) return !a->aside;
  if (a->rank != b->rank) return a->rank < b->rank;
  return a->cost != b->cost ? a->cost < b->cost : a->model < b->model;       /* models are in the order of their names */
}

/* ---- a heap: the first in order stands at 0, at little cost for those behind it ---- */
static void sift(struct selection *s, uint32_t at) {
  for (uint32_t child; (child = 2 * at + 1) < s->count; at = child) {
    if (child + 1 < s->count && comes_first(&s->list[child + 1], &s->list[child])) child++;
    if (!comes_first(&s->list[child], &s->list[at])) return;
    struct candidate swapped = s->list[at];
    s->list[at] = s->list[child];
    s->list[child] = swapped;
  }
}

/* The first that the rules leave; those behind it need not be asked. Mostly it is the very first: a heap is made only when it is not. */
static rebase_status first_in_order(rebase_request *r, struct selection *s, struct candidate *found) {
  uint32_t first = 0;
  for (uint32_t i = 1; i < s->count; i++) if (comes_first(&s->list[i], &s->list[first])) first = i;
  for (bool heap = false; s->count; heap = true) {
    bool is;
    rebase_status status = admissible(r, s, &s->list[first], &is);
    if (status != REBASE_OK) return status;
    if (is) { *found = s->list[first]; return REBASE_OK; }
    s->list[first] = s->list[--s->count];
    if (heap) sift(s, 0);
    else for (uint32_t i = s->count / 2; i-- > 0;) sift(s, i);
    first = 0;
  }
  return REBASE_OK;
}

/* One of all that the rules leave; those that were set aside only when all were. */
static rebase_status by_chance(rebase_request *r, struct selection *s, struct candidate *found) {
  uint32_t left = 0;
  uint64_t total = 0;
  bool aside = true;
  for (uint32_t i = 0; i < s->count; i++) {
    bool is;
    rebase_status status = admissible(r, s, &s->list[i], &is);
    if (status != REBASE_OK) return status;
    if (is) s->list[left++] = s->list[i];
  }
  s->count = left;
  for (uint32_t i = 0; i < left; i++) aside = aside && s->list[i].aside;
  for (uint32_t i = 0; i < left; i++) total += s->list[i].aside == aside ? s->list[i].weight : 0;
  uint64_t at = total ? draw(r, s->route) % total : 0;
  for (uint32_t i = 0; i < left; i++) {
    if (s->list[i].aside != aside) continue;
    *found = s->list[i];
    if (at < s->list[i].weight) break;
    at -= s->list[i].weight;
  }
  return REBASE_OK;
}

void choice_cost(const rebase_choice *choice, char text[ROUTE_COST]) {
  int length = snprintf(text, ROUTE_COST, "%lld.%012lld", (long long)(choice->cost / 1000000000000), (long long)(choice->cost % 1000000000000));
  while (text[length - 1] == '0' && text[length - 3] != '.') length--;
  snprintf(text + length, (size_t)(ROUTE_COST - length), " %s", choice->currency);
}

static void refuse_all(rebase_request *r, const struct selection *s) {
  static const char *const words[REMOVALS] = {"by rules", "without a price", "too small", "above the cap", "tried or beyond the fallbacks"};
  char text[256];
  struct out out = {text, 0, sizeof text};
  bool any = false;
  for (uint32_t i = 0; i < s->remover_count; i++) evaluate_note(r, s->removers[i]);
  for (int i = 0; i < REMOVALS; i++) {
    if (!s->removed[i]) continue;
    out_string(&out, any ? ", " : ": ");
    out_unsigned(&out, s->removed[i]);
    out_char(&out, ' ');
    out_string(&out, words[i]);
    any = true;
  }
  out_end(&out);
  request_refuse(r, REBASE_OK, "no model is left that may answer%s", text);
  r->record.outcome |= DENIED;
}

static const struct image_route *granted_route(const rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  uint32_t route = r->record.route_rule == NONE32 ? NONE32 : bundle_route(b, r->record.route_rule);
  return route == NONE32 ? NULL : &b->ROUTES.at[route];
}

/* ---- with what was worked out when the bundle was opened ---- */
static bool entry_fits(const struct route_entry *e, int64_t input, int64_t output) { return input + output <= e->window && output <= e->most; }

/* The first of the order that fits, at what it costs; one that costs too much for the cap, or none, is left to the search. */
static bool first_that_fits(const rebase_request *r, const struct route_order *order, struct candidate *c) {
  int64_t input = r->infer.input, output = r->infer.output;
  const struct route_entry *best = NULL;
  for (const struct route_entry *e = order->at, *end = e + order->count; e < end; e++) {
    if (best && (e->rank != best->rank || e->least * input > c->cost)) break;
    if (!entry_fits(e, input, output)) continue;
    int64_t cost = route_cost(e, input, output);
    if (best && (cost > c->cost || (cost == c->cost && e->model > best->model))) continue;
    best = e;
    c->cost = cost;
  }
  if (best) c->model = best->model;
  return best != NULL;
}

/* One of those that fit; mostly that is all of them, and their weights are added up already. */
static bool one_by_chance(const rebase_request *r, const struct image_route *route, const struct route_order *order, struct candidate *c) {
  int64_t input = r->infer.input, output = r->infer.output;
  const struct route_entry *list = order->at, *found = NULL;
  if (!order->count || (route->cap && !within_cap(r, route, NONE32, route_tier_cost(&order->dearest, input, output)))) return false;
  if (input + output <= order->window && output <= order->most) {
    uint64_t at = draw(r, route) % list[order->count - 1].upto;
    uint32_t low = 0, high = order->count - 1;
    while (low < high) {
      uint32_t middle = low + (high - low) / 2;
      if (at < list[middle].upto) high = middle;
      else low = middle + 1;
    }
    found = &list[low];
  } else {
    uint64_t total = 0;
    for (uint32_t i = 0; i < order->count; i++) total += entry_fits(&list[i], input, output) ? list[i].weight : 0;
    if (!total) return false;
    uint64_t at = draw(r, route) % total;
    for (found = list; !entry_fits(found, input, output) || at >= found->weight; found++)
      at -= entry_fits(found, input, output) ? found->weight : 0;
  }
  *c = (struct candidate){.model = found->model, .cost = route_cost(found, input, output)};
  return true;
}

/* The choice when this is the first attempt and what comes first is not set aside, is within the cap, and all rules leave it. */
static rebase_status quickly(rebase_request *r, struct selection *s, const struct route_order *order, struct candidate *c, bool *found) {
  const struct rebase_bundle *b = r->loaded->bundle;
  int64_t input = r->infer.input, output = r->infer.output;
  bool weighted = s->route->prefer == PREFER_WEIGHTED, failing = any_failing(r);
  uint32_t remover;
  *found = false;
  if (r->tries.attempts || input < 1 || output < 1 || input > ROUTE_PLAN_TOKENS || output > ROUTE_PLAN_TOKENS) return REBASE_OK;
  if (weighted ? failing || s->jury.count || !one_by_chance(r, s->route, order, c) : !first_that_fits(r, order, c)) return REBASE_OK;
  if (failing && breaker_aside(&r->engine->breaker, bundle_string(b, b->MODELS.at[c->model].name), r->record.now.steady, false)) return REBASE_OK;
  if (!within_cap(r, s->route, c->model, c->cost)) return REBASE_OK;
  rebase_status status = judge(r, &s->jury, &b->MODELS.at[c->model], false, &remover);
  *found = status == REBASE_OK && remover == NONE32;
  if (remover != NONE32) { s->first = c->model; s->first_remover = remover; }
  return status;
}

static rebase_status search(rebase_request *r, struct selection *s, struct candidate *c, bool *found) {
  rebase_status status = gather(r, s);
  c->model = NONE32;
  if (status == REBASE_OK) status = s->route->prefer == PREFER_WEIGHTED ? by_chance(r, s, c) : first_in_order(r, s, c);
  *found = status == REBASE_OK && c->model != NONE32;
  return status;
}

/* As far as there is a plan by it; the search of all tells what took each model away, when none is left. */
static rebase_status choose(rebase_request *r, struct selection *s, const struct route_group *group, struct candidate *c, bool *found) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct route_class *class = group && (r->vm.session || !group->session) ? route_class(b, group, r->infer.symbol) : NULL;
  uint32_t place = class ? route_place(group, (uint32_t)(s->route - b->ROUTES.at)) : NONE32;
  rebase_status status = REBASE_OK;
  *found = false;
  if (class) {
    s->left = class->left;
    s->jury = (struct jury){class->rules, class->rule_count};
    if (place != NONE32 && class->orders[place]) status = quickly(r, s, class->orders[place], c, found);
    if (status == REBASE_OK && !*found) status = search(r, s, c, found);
    if (status != REBASE_OK || *found) return status;
  }
  s->left = NULL;
  s->jury.rules = bundle_scope(b, r->record.asked.agent, head_infer(b), &s->jury.count);
  return search(r, s, c, found);
}

static uint32_t lowest(const int64_t *list, uint32_t count, int64_t least) {
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (list[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* How many models of the route fit and have known prices, whatever rules and a cap say of them. */
static uint32_t fitting(const rebase_request *r, const struct image_route *route) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct route_fit *fit = b->route_plan ? b->route_plan->fits[route - b->ROUTES.at] : NULL;
  int64_t input = r->infer.input, output = r->infer.output;
  bool weighted = route->prefer == PREFER_WEIGHTED;
  uint32_t count = 0;
  if (fit) {
    uint32_t window = lowest(fit->windows, fit->window_count, input + output), most = lowest(fit->outputs, fit->output_count, output);
    return window < fit->window_count && most < fit->output_count ? fit->counts[window * fit->output_count + most] : 0;
  }
  for (uint32_t i = 0; i < (weighted ? route->weights : b->MODELS.count); i++) {
    const struct image_model *m = &b->MODELS.at[weighted ? b->WEIGHTS.at[route->first_weight + i].model : i];
    count += model_fits(m, input, output) && model_priced(b, m, route->currency);
  }
  return count;
}

static void note_choice(rebase_request *r, const struct image_route *route, const struct candidate *c) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_model *m = &b->MODELS.at[c->model];
  const struct image_form *form = bundle_form(b, route->rule);
  const struct text *currency = bundle_text(b, bundle_type(b, m->currency)->name);
  value quality = model_quality(b, m, r->infer.symbol);
  rebase_choice *choice = &r->record.choice;
  *choice = (rebase_choice){.route = bundle_string(b, form->name), .file = bundle_string(b, b->SOURCES.at[form->source].path), .line = b->RULES.at[route->rule].line,
    .model = bundle_string(b, m->name), .id = bundle_string(b, m->id), .provider = bundle_string(b, m->provider), .cost = c->cost, .output = r->infer.output,
    .attempt = r->tries.attempts + 1, .others = fitting(r, route) - model_priced(b, m, route->currency),
    .quality = is_missing(quality) ? -1 : quality.i, .latency = m->latency};
  memcpy(choice->currency, currency->bytes, currency->len < sizeof choice->currency ? currency->len : sizeof choice->currency - 1);
  r->record.chosen = c->model;
  r->record.decision.choice = choice;
  if (any_failing(r)) breaker_aside(&r->engine->breaker, choice->model, r->record.now.steady, true);
}

rebase_status route_choose(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct route_group *group = route_group(b, r->record.asked.agent);
  struct selection s;
  struct candidate c = {.model = NONE32};
  uint32_t remover;
  bool found = false;
  s.route = granted_route(r);
  s.aside = NULL;
  s.list = NULL;
  s.known = NULL;
  s.first = NONE32;
  if (!s.route) return request_refuse(r, REBASE_E_EVALUATION, "what allows this names no model"), REBASE_E_EVALUATION;
  if (breaker_any(&r->engine->breaker) && request_time(r) != REBASE_OK) return request_refuse(r, REBASE_E_CLOCK, "the clock is unknown"), REBASE_E_CLOCK;
  find_tried(r);
  rebase_status status = choose(r, &s, group, &c, &found);
  const struct jury obliging = {group && s.left ? group->obliging : s.jury.rules, group && s.left ? group->obliging_count : s.jury.count};
  if (status == REBASE_OK && found) status = judge(r, &obliging, &b->MODELS.at[c.model], true, &remover);
  if (status != REBASE_OK) return request_refuse(r, status, "the choice of a model is more than the request's workspace holds"), status;
  if (found) note_choice(r, s.route, &c);
  else refuse_all(r, &s);
  return REBASE_OK;
}

bool route_failed(rebase_request *r, rebase_failure failure) {
  const rebase_choice *choice = r->record.decision.choice;
  struct tries *t = &r->tries;
  if (!choice || r->record.decision.effect != REBASE_ALLOW || !r->loaded) return false;
  const struct image_route *route = granted_route(r);
  uint32_t at = tried(t, r->record.chosen);
  if (at == NONE32 && t->count < ROUTE_TRIES) {
    at = t->count++;
    snprintf(t->names[at], ROUTE_NAME, "%s", choice->model);
    t->models[at] = r->record.chosen;
    t->times[at] = 0;
    t->generation = r->loaded->generation;
  }
  t->attempts++;
  t->spent = t->spent > INT64_MAX - choice->cost ? INT64_MAX : t->spent + choice->cost;
  t->again = false;
  if (at == NONE32 || !route) return true;
  t->times[at]++;
  t->again = (unsigned)failure < REBASE_FAILURE_COUNT && route->retry_kinds >> failure & 1 && t->times[at] <= route->retries;
  return true;
}
