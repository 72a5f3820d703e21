/* routes.c: see routes.h. Every attempt is judged anew: no fallback, retry or model that was set aside can come to a model that a rule
 * takes away, since all of them are chosen from what is left after the rules. */
#include <sodium.h>
#include <stdio.h>
#include "engine.h"

#define SET_ASIDE (30 * REBASE_SECOND)
enum { FAILURES = 5 };
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

static bool read_task(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  if (r->infer.task[0]) return json_fail(j, REBASE_E_REQUEST, "`task` is given twice");
  if (!json_quoted(j, &name, &length)) return false;
  if (!length || length >= ROUTE_NAME) return json_fail(j, REBASE_E_REQUEST, "`task` is no name of a task");
  memcpy(r->infer.task, name, length);
  r->infer.task[length] = 0;
  return true;
}

bool infer_read(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->infer = (struct infer){.symbol = NONE32, .input = -1, .output = -1};
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_REQUEST, "`infer` is an object with task and tokens");
  if (!json_open(j, '{')) return false;
  if (json_take(j, '}')) return true;
  do {
    if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
    if (is(name, length, "task")) { if (!read_task(r)) return false; }
    else if (!is(name, length, "tokens")) return json_fail(j, REBASE_E_REQUEST, "unknown field `%.*s` of infer", (int)(length > 60 ? 60 : length), name);
    else if (!read_tokens(r)) return false;
  } while (json_take(j, ','));
  return json_expect(j, '}');
}

void infer_facts(rebase_request *r) {
  struct infer *infer = &r->infer;
  infer->symbol = *infer->task ? find_symbol(r->loaded->bundle, infer->task, strlen(infer->task)) : NONE32;
  if (infer->symbol != NONE32) r->facts[CTX_TASK] = int_value(infer->symbol);
  if (infer->input >= 0) r->facts[CTX_TOKENS_INPUT] = int_value(infer->input);
  if (infer->output >= 0) r->facts[CTX_TOKENS_OUTPUT] = int_value(infer->output);
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
    out_json_string(out, infer->task, strlen(infer->task));
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

/* ---- models that fail ---- */
bool breaker_open(struct breaker *b) { return !pthread_mutex_init(&b->lock, NULL); }

void breaker_close(struct breaker *b, const struct allocator *allocator) {
  pthread_mutex_destroy(&b->lock);
  allocator->release(b->list, allocator->user);
}

static struct failing *find_failing(struct breaker *b, const char *name) {
  for (uint32_t i = 0; i < atomic_load(&b->count); i++) if (!strncmp(b->list[i].name, name, ROUTE_NAME - 1)) return &b->list[i];
  return NULL;
}

/* Whether others come first; of `chosen` the next trial begins. */
static bool set_aside(rebase_request *r, const char *name, bool chosen) {
  struct breaker *b = &r->engine->breaker;
  if (!atomic_load(&b->count)) return false;
  pthread_mutex_lock(&b->lock);
  struct failing *f = find_failing(b, name);
  bool failing = f && f->failures >= FAILURES, aside = failing && r->record.now.steady < f->aside_until;
  if (failing && chosen && !aside) f->aside_until = r->record.now.steady + SET_ASIDE;
  pthread_mutex_unlock(&b->lock);
  return aside;
}

static struct failing *add_failing(rebase_engine *e, const char *name) {
  struct breaker *b = &e->breaker;
  uint32_t count = atomic_load(&b->count);
  if (count == b->room) {
    uint32_t room = b->room ? 2 * b->room : 16;
    struct failing *more = e->allocator.alloc(room * sizeof *more, e->allocator.user);
    if (!more) return NULL;
    if (count) memcpy(more, b->list, count * sizeof *more);
    e->allocator.release(b->list, e->allocator.user);
    b->list = more;
    b->room = room;
  }
  b->list[count] = (struct failing){.failures = 0};
  snprintf(b->list[count].name, ROUTE_NAME, "%s", name);
  atomic_store(&b->count, count + 1);
  return &b->list[count];
}

rebase_status rebase_report_outcome(rebase_engine *e, const char *model, bool served) {
  rebase_status status = engine_check(e);
  struct now now;
  if (status == REBASE_OK && !model) status = REBASE_E_ARGUMENT;
  if (status == REBASE_OK) status = engine_now(e, &now);
  if (status != REBASE_OK) return status;
  struct loaded *loaded = engine_pin(e);
  if (!loaded) return REBASE_E_NO_BUNDLE;
  bool known = find_model(loaded->bundle, model, strlen(model)) != NONE32;
  loaded_drop(loaded);
  if (!known) return REBASE_E_MODEL;
  pthread_mutex_lock(&e->breaker.lock);
  struct failing *f = find_failing(&e->breaker, model);
  if (!f && !served && !(f = add_failing(e, model))) status = REBASE_E_MEMORY;
  if (f && served) f->failures = 0;
  if (f && !served && ++f->failures >= FAILURES) f->aside_until = now.steady + SET_ASIDE;
  pthread_mutex_unlock(&e->breaker.lock);
  return status;
}

/* ---- judging one model ---- */
static value span_fact(int64_t stored) { return stored ? int_value(stored) : missing_value(); }

static value quality_of(const struct rebase_bundle *b, const struct image_model *m, uint32_t task) {
  for (uint32_t i = m->first_quality; i < m->first_quality + m->qualities; i++)
    if (b->QUALITIES.at[i].task == task) return int_value(b->QUALITIES.at[i].value);
  return missing_value();
}

static void model_facts(rebase_request *r, const struct image_model *m, uint32_t region) {
  const struct rebase_bundle *b = r->loaded->bundle;
  r->facts[CTX_MODEL_NAME] = (value){.text = bundle_text(b, m->name)};
  r->facts[CTX_MODEL_PROVIDER] = m->provider ? (value){.text = bundle_text(b, m->provider)} : missing_value();
  r->facts[CTX_MODEL_REGION] = region == NONE32 ? missing_value() : int_value(region);
  r->facts[CTX_MODEL_WINDOW] = span_fact(m->window);
  r->facts[CTX_MODEL_OUTPUT] = span_fact(m->output);
  r->facts[CTX_MODEL_QUALITY] = quality_of(b, m, r->infer.symbol);
  r->facts[CTX_MODEL_LATENCY] = span_fact(m->latency);
  r->facts[CTX_MODEL_RETENTION] = m->retention ? int_value(m->retention - 1) : missing_value();
  r->facts[CTX_MODEL_TRAINS] = m->training ? int_value(m->training == 2) : missing_value();
  for (uint32_t i = 0; CTX_MODEL_TOOLS + i <= CTX_MODEL_BATCH; i++) r->facts[CTX_MODEL_TOOLS + i] = int_value(m->abilities >> i & 1);
}

/* The rules that judge models, about this one in this region. remover: the rule that takes it away, or NONE32. */
static rebase_status judge_in(rebase_request *r, const struct image_model *m, uint32_t region, bool chosen, uint32_t *remover) {
  const struct rebase_bundle *b = r->loaded->bundle;
  uint32_t count;
  const uint32_t *rules = bundle_scope(b, r->asked.agent, head_infer(b), &count);
  model_facts(r, m, region);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t rule = bundle_rule_of(b, rules[i]);
    if (!bundle_program(b, rule)->models) continue;
    enum vm_verdict verdict = evaluate_waived(r, bundle_form(b, rule));
    if (verdict == VM_OBLIGE) continue;
    if (verdict == VM_PASS) verdict = evaluate_rule(r, rules[i]);
    if (verdict == VM_OBLIGE && chosen && !evaluate_take_in(r, rule, verdict)) return REBASE_E_FULL;
    if (verdict == VM_PASS || verdict == VM_OBLIGE) continue;
    *remover = rule;
    return REBASE_OK;
  }
  return REBASE_OK;
}

/* A request may be processed in each of a model's regions, so each must do. */
static rebase_status judge(rebase_request *r, const struct image_model *m, bool chosen, uint32_t *remover) {
  *remover = NONE32;
  if (!m->regions) return judge_in(r, m, NONE32, chosen, remover);
  for (uint32_t i = 0; i < m->regions && *remover == NONE32; i++) {
    rebase_status status = judge_in(r, m, r->loaded->bundle->INDEXES.at[m->first_region + i], chosen && !i, remover);
    if (status != REBASE_OK) return status;
  }
  return REBASE_OK;
}

/* ---- the candidates ---- */
enum removal { BY_RULE, BY_PRICE, BY_SIZE, BY_CAP, BY_TRIES, REMOVALS };
struct candidate { uint32_t model; int64_t cost, rank; uint32_t weight; bool aside; };
struct selection {
  const struct image_route *route;
  struct candidate *list; uint32_t count;
  uint32_t removed[REMOVALS], removers[REBASE_MAX_RULES], remover_count;
};

static uint32_t tried(const rebase_request *r, const char *name) {
  for (uint32_t i = 0; i < r->tries.count; i++) if (!strncmp(r->tries.names[i], name, ROUTE_NAME - 1)) return i;
  return NONE32;
}

/* The last one once more, if the route retries what happened; never another that was tried. */
static bool may_try(const rebase_request *r, const struct image_route *route, const char *name) {
  uint32_t at = tried(r, name);
  if (at != NONE32) return r->tries.again && at == r->tries.count - 1;
  return r->tries.count <= route->fallbacks && r->tries.count < ROUTE_TRIES;
}

static bool within_cap(const rebase_request *r, const struct image_route *route, const char *name, int64_t cost) {
  uint32_t at = tried(r, name), times = at == NONE32 ? 0 : r->tries.times[at];
  int64_t more = route->retry_kinds && route->retries > times ? route->retries - times : 0;
  if (!route->cap) return true;
  if (cost > (INT64_MAX - 1000000 - r->tries.spent) / (more + 1)) return false;
  return (r->tries.spent + cost * (more + 1) + 999999) / 1000000 <= route->cap;
}

/* Fits, costs what is known, and is within the cap: REMOVALS, or what takes it away. */
static enum removal measure(const rebase_request *r, const struct image_route *route, const struct image_model *m, int64_t *cost) {
  const struct rebase_bundle *b = r->loaded->bundle;
  int64_t input = r->infer.input, output = r->infer.output;
  if ((m->window && input + output > m->window) || (m->output && output > m->output)) return BY_SIZE;
  if (m->currency == NONE32 || m->currency != route->currency || price_tokens(b, m, input, output, cost) != REBASE_OK) return BY_PRICE;
  if (!may_try(r, route, bundle_string(b, m->name))) return BY_TRIES;
  return within_cap(r, route, bundle_string(b, m->name), *cost) ? REMOVALS : BY_CAP;
}

static int64_t rank_of(const rebase_request *r, const struct image_route *route, const struct image_model *m, int64_t cost) {
  value quality;
  switch ((enum route_prefer)route->prefer) {
  case PREFER_LATENCY: return m->latency ? m->latency : INT64_MAX;
  case PREFER_QUALITY:
    quality = quality_of(r->loaded->bundle, m, r->infer.symbol);
    return is_missing(quality) ? INT64_MAX : -quality.i;
  default: return cost;
  }
}

static void note_remover(struct selection *s, uint32_t rule) {
  for (uint32_t i = 0; i < s->remover_count; i++) if (s->removers[i] == rule) return;
  if (s->remover_count < REBASE_MAX_RULES) s->removers[s->remover_count++] = rule;
}

static void consider(rebase_request *r, struct selection *s, uint32_t model, uint32_t weight) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_model *m = &b->MODELS.at[model];
  int64_t cost = 0;
  enum removal removal = measure(r, s->route, m, &cost);
  if (removal != REMOVALS) { s->removed[removal]++; return; }
  s->list[s->count++] = (struct candidate){model, cost, rank_of(r, s->route, m, cost), weight, set_aside(r, bundle_string(b, m->name), false)};
}

static rebase_status gather(rebase_request *r, struct selection *s) {
  const struct rebase_bundle *b = r->loaded->bundle;
  bool weighted = s->route->prefer == PREFER_WEIGHTED;
  uint32_t count = weighted ? s->route->weights : b->MODELS.count;
  s->list = arena_fixed_take(&r->scratch, (count + 1) * sizeof *s->list);
  if (!s->list) return REBASE_E_TOO_LARGE;
  for (uint32_t i = 0; i < count; i++) {
    const struct image_weight *w = weighted ? &b->WEIGHTS.at[s->route->first_weight + i] : NULL;
    consider(r, s, w ? w->model : i, w ? w->weight : 1);
  }
  return REBASE_OK;
}

/* Asks the rules of one candidate. */
static rebase_status admissible(rebase_request *r, struct selection *s, const struct candidate *c, bool *is) {
  uint32_t remover;
  rebase_status status = judge(r, &r->loaded->bundle->MODELS.at[c->model], false, &remover);
  *is = remover == NONE32;
  if (status != REBASE_OK || *is) return status;
  s->removed[BY_RULE]++;
  note_remover(s, remover);
  return REBASE_OK;
}

/* ---- the choice ---- */
static uint64_t draw(const rebase_request *r, const struct image_route *route) {
  const struct rebase_bundle *b = r->loaded->bundle;
  bool session = route->sticky == STICKY_SESSION && *r->record.session;
  const char *whom = session ? r->record.session : route->sticky ? r->record.requester : r->record.decision.id;
  const struct text *name = bundle_text(b, bundle_form(b, route->rule)->name);
  crypto_generichash_state h;
  unsigned char hash[16];
  uint64_t number;
  crypto_generichash_init(&h, NULL, 0, sizeof hash);
  crypto_generichash_update(&h, (const unsigned char *)whom, strlen(whom) + 1);
  crypto_generichash_update(&h, (const unsigned char *)name->bytes, name->len);
  crypto_generichash_final(&h, hash, sizeof hash);
  memcpy(&number, hash, sizeof number);
  return number;
}

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
static rebase_status first_in_order(rebase_request *r, struct selection *s, const struct candidate **found) {
  uint32_t first = 0;
  for (uint32_t i = 1; i < s->count; i++) if (comes_first(&s->list[i], &s->list[first])) first = i;
  for (bool heap = false; s->count; heap = true) {
    bool is;
    rebase_status status = admissible(r, s, &s->list[first], &is);
    if (status != REBASE_OK) return status;
    if (is) { *found = &s->list[first]; return REBASE_OK; }
    s->list[first] = s->list[--s->count];
    if (heap) sift(s, 0);
    else for (uint32_t i = s->count / 2; i-- > 0;) sift(s, i);
    first = 0;
  }
  return REBASE_OK;
}

/* One of all that the rules leave; those that were set aside only when all were. */
static rebase_status by_chance(rebase_request *r, struct selection *s, const struct candidate **found) {
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
    *found = &s->list[i];
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
  r->record.denied = true;
}

static const struct image_route *granted_route(const rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  for (uint32_t i = 0; i < b->ROUTES.count; i++) if (b->ROUTES.at[i].rule == r->record.route_rule) return &b->ROUTES.at[i];
  return NULL;
}

rebase_status route_choose(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  struct selection s = {.route = granted_route(r)};
  uint32_t remover;
  if (!s.route) return request_refuse(r, REBASE_E_EVALUATION, "what allows this names no model"), REBASE_E_EVALUATION;
  rebase_status status = gather(r, &s);
  const struct candidate *c = NULL;
  if (status == REBASE_OK) status = s.route->prefer == PREFER_WEIGHTED ? by_chance(r, &s, &c) : first_in_order(r, &s, &c);
  if (status == REBASE_OK && c) status = judge(r, &b->MODELS.at[c->model], true, &remover);
  if (status != REBASE_OK) return request_refuse(r, status, "the choice of a model is more than the request's workspace holds"), status;
  if (!c) { refuse_all(r, &s); return REBASE_OK; }
  const struct image_model *m = &b->MODELS.at[c->model];
  const struct image_form *form = bundle_form(b, s.route->rule);
  r->record.choice = (rebase_choice){.route = bundle_string(b, form->name), .file = bundle_string(b, b->SOURCES.at[form->source].path), .line = b->RULES.at[s.route->rule].line,
    .model = bundle_string(b, m->name), .id = bundle_string(b, m->id), .provider = bundle_string(b, m->provider), .cost = c->cost, .output = r->infer.output,
    .attempt = r->tries.attempts + 1, .others = s.count - 1,
    .latency = m->latency};
  value quality = quality_of(b, m, r->infer.symbol);
  r->record.choice.quality = is_missing(quality) ? -1 : quality.i;
  const struct text *currency = bundle_text(b, bundle_type(b, m->currency)->name);
  memcpy(r->record.choice.currency, currency->bytes, currency->len < sizeof r->record.choice.currency ? currency->len : sizeof r->record.choice.currency - 1);
  r->record.decision.choice = &r->record.choice;
  set_aside(r, r->record.choice.model, true);
  return REBASE_OK;
}

bool route_failed(rebase_request *r, rebase_failure failure) {
  const rebase_choice *choice = r->record.decision.choice;
  struct tries *t = &r->tries;
  if (!choice || r->record.decision.effect != REBASE_ALLOW || !r->loaded) return false;
  const struct image_route *route = granted_route(r);
  uint32_t at = tried(r, choice->model);
  if (at == NONE32 && t->count < ROUTE_TRIES) {
    at = t->count++;
    snprintf(t->names[at], ROUTE_NAME, "%s", choice->model);
    t->times[at] = 0;
  }
  t->attempts++;
  t->spent = t->spent > INT64_MAX - choice->cost ? INT64_MAX : t->spent + choice->cost;
  t->again = false;
  if (at == NONE32 || !route) return true;
  t->times[at]++;
  t->again = (unsigned)failure < REBASE_FAILURE_COUNT && route->retry_kinds >> failure & 1 && t->times[at] <= route->retries;
  return true;
}
