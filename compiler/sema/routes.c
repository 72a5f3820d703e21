/* routes.c: `route`: a rule that allows what it answers, and how the model is chosen. Its `require` becomes a rule that denies, asked of
 * each model: so a route's own conditions and everybody's guards are one mechanism, which each attempt meets anew. SPEC 19. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"

enum { MOST_FALLBACKS = 15, MOST_RETRIES = 10 };
enum part { PART_FOR, PART_WHERE, PART_PREFER, PART_FALLBACK, PART_RETRY, PART_CAP, PART_COUNT };
static const struct { uint16_t token; const char *word; } parts[PART_COUNT] = {
  [PART_FOR] = {TOKEN_FOR, "for"},           [PART_WHERE] = {TOKEN_WHERE, "where"}, [PART_PREFER] = {TOKEN_PREFER, "prefer"},
  [PART_FALLBACK] = {TOKEN_FALLBACK, "fallback"}, [PART_RETRY] = {TOKEN_RETRY, "retry"}, [PART_CAP] = {TOKEN_CAP, "cap"},
};

/* What one pair of braces says: of a route, or of a tier in it. */
struct level { const struct node *props; const struct node *of[PART_COUNT]; };
struct work { struct checker *c; const struct item *item; const char *name; struct head head; struct level base; };

static struct diag *unclear(const struct work *w, const struct node *node, const char *text) {
  return rule_diag(w->c, E0418, rbc_span(w->item->scope, node), "%s", text);
}

static bool is_part(const struct node *node, uint16_t token) { return node->kind == NODE_ROUTEPROP && node->tok == token; }

/* ---- reading what is said ---- */
static bool read_level(const struct work *w, const struct node *props, bool tier, struct level *level) {
  bool ok = true;
  *level = (struct level){.props = props};
  for (uint32_t i = 0; i < props->count; i++) {
    const struct node *prop = props->kid[i];
    for (unsigned p = 0; p < PART_COUNT; p++) {
      if (!is_part(prop, parts[p].token)) continue;
      if (level->of[p]) {
        struct diag *d = rule_diag(w->c, E0418, rbc_span(w->item->scope, prop), "`%s` is said twice", parts[p].word);
        rbc_diag_label(w->c->diags, d, rbc_span(w->item->scope, level->of[p]), "first here");
        ok = false;
      }
      level->of[p] = prop;
    }
    if (tier && (is_part(prop, TOKEN_FOR) || is_part(prop, TOKEN_WHERE) || is_part(prop, TOKEN_TIER))) {
      struct diag *d = unclear(w, prop, "this stands in the route, not in a tier of it");
      rbc_diag_help(w->c->diags, d, "a tier says `require`, `prefer`, `fallback`, `retry` or `cap` anew");
      ok = false;
    }
  }
  return ok;
}

static bool whole_number(const struct work *w, const struct node *node, int64_t least, int64_t most, int64_t *number) {
  const struct constant *constant =
    node->kind == NODE_INT ? rbc_constant(w->c, w->item->scope, node, rbc_type(w->c, TYPE_INT)) : NULL;
  *number = constant ? constant->scalar : -1;
  return *number >= least && *number <= most;
}

static bool fallbacks(const struct work *w, const struct node *prop, struct route *route) {
  int64_t number;
  if (!prop) return true;
  const struct node *list = prop->kid[0];
  if (list->count == 1 && whole_number(w, list->kid[0], 0, MOST_FALLBACKS, &number)) return route->fallbacks = (unsigned)number, true;
  struct diag *d = unclear(w, prop, "`fallback` is a number of other models, from 0 to 15");
  rbc_diag_note(w->c->diags, d, "which they are follows from `require`, the guards and `prefer`: the next best that may answer");
  rbc_diag_help(w->c->diags, d, "such as `fallback 2`");
  return false;
}

static bool retries(const struct work *w, const struct node *prop, struct route *route) {
  static const char *const kinds[ROUTE_FAILURES] = {"timeout", "overloaded", "rate_limited", "refused", "malformed", "unsafe"};
  int64_t number;
  if (!prop) return true;
  if (!whole_number(w, prop->kid[0], 1, MOST_RETRIES, &number)) {
    unclear(w, prop->kid[0], "a model is tried again from 1 to 10 times");
    return false;
  }
  route->retries = (unsigned)number;
  for (uint32_t i = 0; i < prop->kid[1]->count; i++) {
    const char *name = rbc_text(w->c, w->item->scope, prop->kid[1]->kid[i]);
    unsigned k = 0;
    while (k < ROUTE_FAILURES && !rule_is(name, kinds[k])) k++;
    if (k < ROUTE_FAILURES) { route->retry_kinds |= 1u << k; continue; }
    struct span span = rbc_span(w->item->scope, prop->kid[1]->kid[i]);
    struct diag *d = rule_diag(w->c, E0418, span, "`%s` is no kind of failure", name);
    const char *near = rbc_nearest(name, kinds, ROUTE_FAILURES);
    if (near) { rbc_diag_help(w->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
    else rbc_diag_help(w->c->diags, d, "timeout, overloaded, rate_limited, refused, malformed or unsafe");
    return false;
  }
  return true;
}

/* ---- prefer ---- */
const struct model *rbc_current_model(const struct program *p, const struct model *model) {
  for (unsigned i = 0; model->replaced && i < p->models_count; i++)
    if (p->models[i]->replaces == model) return p->models[i];
  return model;
}

static bool weight_number(const struct work *w, const struct node *node, bool percent, int64_t *number) {
  if (!percent) return whole_number(w, node, 1, ROUTE_MOST_WEIGHT, number);
  const char *text = rbc_text(w->c, w->item->scope, node);
  return node->kind == NODE_PERCENT && rbc_parse_percent(text, strlen(text), number) && *number > 0 && *number <= ROUTE_MOST_WEIGHT;
}

static bool add_weight(struct route *route, const struct model *model, int64_t number) {
  unsigned at = route->weight_count;
  for (unsigned i = 0; i < at; i++)
    if (route->weights[i].model == model) return false;
  for (; at > 0 && strcmp(route->weights[at - 1].model->name, model->name) > 0; at--) route->weights[at] = route->weights[at - 1];
  route->weights[at] = (struct weight){model, (uint32_t)number};
  route->weight_count++;
  return true;
}

static bool weights(const struct work *w, const struct node *rows, struct route *route) {
  route->weights = rule_array_of(w->c, rows->count, sizeof *route->weights);
  if (!route->weights) return false;
  bool percent = rows->kid[0]->kid[0]->kid[1]->kind == NODE_PERCENT;
  for (uint32_t i = 0; i < rows->count; i++) {
    const struct node *path = rows->kid[i]->kid[0]->kid[0], *share = rows->kid[i]->kid[0]->kid[1];
    const struct symbol *symbol = rbc_resolve(w->c, w->item->scope, path, SYM(MODEL), "a model");
    int64_t number;
    if (!symbol || !symbol->ptr) return false;
    if (!weight_number(w, share, percent, &number)) {
      struct diag *d = unclear(w, share, "this is no weight beside the others");
      rbc_diag_help(w->c->diags, d, "all are whole numbers above 0, or all percentages");
      return false;
    }
    if (add_weight(route, rbc_current_model(w->c->program, symbol->ptr), number)) continue;
    unclear(w, path, "this model has a weight already");
    return false;
  }
  return true;
}

static bool is_quality(const struct work *w, const struct node *node) {
  const struct node *name = node->kind == NODE_AT_INDEX ? node->kid[0] : node;
  if (name->kind != NODE_NAME || !rule_is(rbc_text(w->c, w->item->scope, name), "quality")) return false;
  return name == node || rule_is(rbc_text(w->c, w->item->scope, node->kid[1]), "task");
}

static bool sticky(const struct work *w, const struct node *node, struct route *route) {
  if (!node) return true;
  const char *by = rbc_text(w->c, w->item->scope, node);
  route->sticky = rule_is(by, "session") ? STICKY_SESSION : rule_is(by, "requester") ? STICKY_REQUESTER : STICKY_NOT;
  if (route->prefer == PREFER_WEIGHTED && route->sticky) return true;
  struct diag *d = unclear(w, node, route->sticky ? "only a weighted choice can stick" : "a choice sticks by `session` or by `requester`");
  if (route->sticky) rbc_diag_note(w->c->diags, d, "the others are no matter of chance: the same request finds the same model");
  return false;
}

static bool preference(const struct work *w, const struct node *prop, struct route *route) {
  if (!prop) return true;
  const struct node *what = prop->kid[1];
  const char *how = rbc_text(w->c, w->item->scope, prop->kid[0]);
  const char *of = what->kind == NODE_NAME ? rbc_text(w->c, w->item->scope, what) : "";
  bool ok = true;
  if (rule_is(how, "weighted")) {
    route->prefer = PREFER_WEIGHTED;
    ok = weights(w, what, route);
  } else if (rule_is(how, "lowest") && rule_is(of, "cost")) route->prefer = PREFER_COST;
  else if (rule_is(how, "lowest") && rule_is(of, "latency")) route->prefer = PREFER_LATENCY;
  else if (rule_is(how, "highest") && is_quality(w, what)) route->prefer = PREFER_QUALITY;
  else {
    struct diag *d = unclear(w, prop, "models cannot be put in this order");
    rbc_diag_help(w->c->diags, d, "`prefer lowest cost`, `prefer lowest latency`, `prefer highest quality[task]` or `prefer weighted { ... }`");
    return false;
  }
  return sticky(w, prop->kid[2], route) && ok;
}

/* ---- money ---- */
static bool one_currency(const struct work *w, struct route *route) {
  const struct program *p = w->c->program;
  const struct type *found = NULL;
  for (unsigned i = 0; i < p->models_count; i++) {
    const struct model *m = p->models[i];
    if (m->replaced || !m->price_count) continue;
    if (found && m->prices[0]->currency != found) {
      struct diag *d = rule_diag(w->c, E0418, rbc_span(w->item->scope, w->item->node->kid[0]),
                                 "models have prices in %s and in %s: which of them does this route compare?", found->name,
                                 m->prices[0]->currency->name);
      rbc_diag_help(w->c->diags, d, "say what one request may cost, which says the currency too: `cap 1.00 %s per request`", found->name);
      return false;
    }
    found = m->prices[0]->currency;
  }
  route->currency = found;
  return true;
}

static bool cap(const struct work *w, const struct node *prop, struct route *route) {
  if (!prop) return one_currency(w, route);
  struct env env = {.c = w->c, .scope = w->item->scope, .events = EV_INFER};
  struct expr *e = rule_expr(&env, prop->kid[0], NULL);
  if (!e) return false;
  if (e->kind == EXPR_CONST && e->type->kind == TYPE_MONEY && e->constant->scalar > 0 &&
      rule_is(rbc_text(w->c, w->item->scope, prop->kid[1]), "request")) {
    route->currency = e->type;
    route->cap = e->constant->scalar;
    return true;
  }
  struct diag *d = unclear(w, prop, "this says no cap");
  rbc_diag_note(w->c->diags, d, "a cap is what all attempts of one request may cost together; over time a `limit` counts");
  rbc_diag_help(w->c->diags, d, "such as `cap 0.50 USD per request`");
  return false;
}

/* ---- the rules ---- */
static struct expr *both(struct env *env, struct expr *a, struct expr *b) {
  return !a ? b : !b ? a : rule_two(env, EXPR_AND, rule_bool(env), a->span, a, b);
}

/* task == a or task == b; or none of them. */
static struct expr *task_is(struct env *env, const struct node *names, bool any) {
  struct expr *all = NULL;
  const struct type *symbol = rbc_type(env->c, TYPE_SYMBOL);
  for (uint32_t i = 0; i < names->count; i++) {
    struct span span = rbc_span(env->scope, names->kid[i]);
    struct expr *task = rule_context(env, CTX_TASK, span);
    struct expr *word = rule_scalar(env, symbol, rbc_symbol(env->c, rbc_text(env->c, env->scope, names->kid[i])), span);
    struct expr *one = rule_two(env, any ? EXPR_EQ : EXPR_NE, rule_bool(env), span, task, word);
    all = !all ? one : rule_two(env, any ? EXPR_OR : EXPR_AND, rule_bool(env), span, all, one);
  }
  return all;
}

/* The route's `where`, and the tasks of this tier; or, without one, no task of any tier. */
static bool condition(const struct work *w, struct env *env, const struct node *tier, bool requires, struct rule *rule) {
  const struct node *where = w->base.of[PART_WHERE];
  if (where && !(rule->where = rule_condition(env, where->kid[0]))) return false;
  rule_note_reads(rule);
  if (!requires && rule->models) {
    struct diag *d = unclear(w, where, "which requests a route is for cannot depend on the model");
    rbc_diag_help(w->c->diags, d, "say it with `require`");
    return false;
  }
  if (tier) rule->where = both(env, rule->where, task_is(env, tier->kid[0], true));
  for (uint32_t i = 0; !tier && i < w->base.props->count; i++)
    if (is_part(w->base.props->kid[i], TOKEN_TIER))
      rule->where = both(env, rule->where, task_is(env, w->base.props->kid[i]->kid[0], false));
  env->facts = flow_when(env, rule->where, true, env->facts);
  return true;
}

static struct rule *new_rule(const struct work *w, enum rule_effect effect, const struct node *at, const char *text) {
  struct rule *rule = arena_alloc(w->c->arena, sizeof *rule);
  if (!rule) return NULL;
  *rule = (struct rule){.name = w->name, .effect = effect, .event = EVENT_INFER, .package = w->item->scope->package->package,
                        .agents = w->head.agents, .agent_count = w->head.agent_count, .condition = text,
                        .span = rbc_span(w->item->scope, at)};
  return rule;
}

static bool append_rule(const struct work *w, struct rule *rule) {
  rule_note_reads(rule);           /* tasks were added */
  rule->id = w->c->program->rules_count;
  return PROGRAM_APPEND(w->c, rules, rule);
}

/* Requires of the route and of the tier: all of them must hold of a model. */
static bool require(const struct work *w, const struct node *tier, struct route *route) {
  const struct node *lists[2] = {w->base.props, tier ? tier->kid[1] : NULL}, *first = NULL;
  struct env env = {.c = w->c, .scope = w->item->scope, .events = EV_INFER};
  const char *text = NULL;
  struct rule *rule = new_rule(w, RULE_DENY, w->item->node, NULL);
  if (!rule || !condition(w, &env, tier, true, rule)) return false;
  for (unsigned l = 0; l < 2 && lists[l]; l++)
    for (uint32_t i = 0; i < lists[l]->count; i++) {
      const struct node *prop = lists[l]->kid[i];
      if (!is_part(prop, TOKEN_REQUIRE)) continue;
      if (!first) first = prop;
      struct expr *e = rule_condition(&env, prop->kid[0]);
      if (!e) return false;
      rule->unless = both(&env, rule->unless, e);
      env.facts = flow_when(&env, e, true, env.facts);
      const char *more = rule_slice(w->c, w->item->scope, prop->first, prop->last);
      text = text ? arena_format(w->c->arena, "%s, %s", text, more) : more;
    }
  if (!first) return true;
  rule->span = rbc_span(w->item->scope, first);
  rule->condition = text;
  rule->models = true;
  route->require = rule;
  return append_rule(w, rule);
}

static bool tasks(const struct work *w, const struct node *tier, struct route *route) {
  if (!tier) return true;
  route->tasks = rule_array_of(w->c, tier->kid[0]->count, sizeof *route->tasks);
  for (uint32_t i = 0; route->tasks && i < tier->kid[0]->count; i++)
    route->tasks[route->task_count++] = rbc_symbol(w->c, rbc_text(w->c, w->item->scope, tier->kid[0]->kid[i]));
  return route->tasks != NULL;
}

static const struct node *said(const struct work *w, const struct level *tier, enum part part) {
  return tier && tier->of[part] ? tier->of[part] : w->base.of[part];
}

/* A route without tiers, one of its tiers, or what its tiers leave: each answers other requests. */
static bool variant(const struct work *w, const struct node *tier) {
  struct level own;
  if (tier && !read_level(w, tier->kid[1], true, &own)) return false;
  const struct level *level = tier ? &own : NULL;
  const struct node *where = w->base.of[PART_WHERE];
  struct env env = {.c = w->c, .scope = w->item->scope, .events = EV_INFER};
  struct rule *rule = new_rule(w, RULE_ALLOW, tier ? tier : w->item->node->kid[0],
                               where ? rule_text(w->c, w->item->scope, where->kid[0]) : NULL);
  struct route *route = arena_alloc(w->c->arena, sizeof *route);
  if (!rule || !route) return false;
  *route = (struct route){.rule = rule, .span = rule->span};
  bool ok = condition(w, &env, tier, false, rule);
  ok = preference(w, said(w, level, PART_PREFER), route) && ok;
  ok = fallbacks(w, said(w, level, PART_FALLBACK), route) && ok;
  ok = retries(w, said(w, level, PART_RETRY), route) && ok;
  ok = cap(w, said(w, level, PART_CAP), route) && ok;
  return ok && append_rule(w, rule) && PROGRAM_APPEND(w->c, routes, route) && tasks(w, tier, route) && require(w, tier, route);
}

/* ---- a route ---- */
static bool addressed(struct work *w) {
  const struct node *who = w->base.of[PART_FOR];
  if (!who) {
    struct diag *d = unclear(w, w->item->node->kid[0], "this route does not say whom it is for");
    rbc_diag_help(w->c->diags, d, "begin with `for infer by ...`");
    return false;
  }
  if (who->kid[0]->tok == TOKEN_INFER) return rule_head(w->c, w->item->scope, who->kid[0], who->kid[1], HEAD_GRANT, &w->head);
  unclear(w, who->kid[0], "a route answers `infer` and nothing else");
  return false;
}

static bool tiers_differ(const struct work *w) {
  const struct node *props = w->base.props;
  for (uint32_t i = 0; i < props->count; i++)
    for (uint32_t k = 0; is_part(props->kid[i], TOKEN_TIER) && k < props->kid[i]->kid[0]->count; k++) {
      const struct node *task = props->kid[i]->kid[0]->kid[k];
      for (uint32_t j = 0; j <= i; j++)
        for (uint32_t m = 0; is_part(props->kid[j], TOKEN_TIER) && m < (j < i ? props->kid[j]->kid[0]->count : k); m++)
          if (rule_is(rbc_text(w->c, w->item->scope, task), rbc_text(w->c, w->item->scope, props->kid[j]->kid[0]->kid[m]))) {
            struct diag *d = unclear(w, task, "this task has a tier already");
            rbc_diag_label(w->c->diags, d, rbc_span(w->item->scope, props->kid[j]->kid[0]->kid[m]), "here");
            return false;
          }
    }
  return true;
}

bool rule_route(struct checker *c, const struct item *item) {
  const char *own = rbc_text(c, item->scope, item->node->kid[0]);
  struct work w = {.c = c, .item = item};
  w.name = item->symbol && item->symbol->full ? item->symbol->full : own;
  bool ok = read_level(&w, item->node->kid[1], false, &w.base);
  if (!addressed(&w) || !ok || !tiers_differ(&w)) return false;
  ok = variant(&w, NULL);
  for (uint32_t i = 0; i < w.base.props->count; i++)
    if (is_part(w.base.props->kid[i], TOKEN_TIER)) ok = variant(&w, w.base.props->kid[i]) && ok;
  return ok;
}

/* ---- two routes ---- */
static const struct node *part_of(const struct item *item, uint16_t token) {
  const struct node *props = item->node->kid[1];
  for (uint32_t i = 0; i < props->count; i++)
    if (is_part(props->kid[i], token)) return props->kid[i];
  return NULL;
}

/* Two routes without a condition that share an agent: which of them would answer? Others that meet are denied when it happens. */
static bool overlap(struct checker *c, const struct item *a, const struct item *b) {
  const struct node *fa = part_of(a, TOKEN_FOR), *fb = part_of(b, TOKEN_FOR);
  if (!fa || !fb || a->scope->package != b->scope->package || part_of(a, TOKEN_WHERE) || part_of(b, TOKEN_WHERE)) return false;
  if (fa->kid[0]->tok != TOKEN_INFER || fb->kid[0]->tok != TOKEN_INFER) return false;
  struct head x, y;
  if (!rule_head(c, a->scope, fa->kid[0], fa->kid[1], HEAD_GRANT, &x) || !rule_head(c, b->scope, fb->kid[0], fb->kid[1], HEAD_GRANT, &y))
    return false;
  for (unsigned i = 0; i < x.agent_count; i++)
    for (unsigned j = 0; j < y.agent_count; j++) {
      if (x.agents[i] != y.agents[j]) continue;
      struct diag *d = rule_diag(c, E0418, rbc_span(b->scope, b->node->kid[0]), "two routes can answer %s", x.agents[i]->name);
      rbc_diag_label(c->diags, d, rbc_span(a->scope, a->node->kid[0]), "the other route");
      rbc_diag_help(c->diags, d, "say with `where` which requests each is for");
      return true;
    }
  return false;
}

bool rule_routes_overlap(struct checker *c) {
  bool ok = true;
  for (unsigned i = 0; i < c->item_count; i++)
    for (unsigned j = i + 1; c->items[i].kind == NODE_ROUTE && j < c->item_count; j++)
      if (c->items[j].kind == NODE_ROUTE && overlap(c, &c->items[i], &c->items[j])) ok = false;
  return ok;
}
