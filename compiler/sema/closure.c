/* closure.c: routes that no model can ever answer, whatever is asked: an error. What a rule says of a model is judged as far as it is
 * constant; at run time the same rules are asked again, of every attempt, so that no path of fallbacks leads around them. */
#include <string.h>
#include "sema/rules.h"

/* ---- what is known of a model ---- */
static void give(struct known *k, enum context_fact fact, bool declared, int64_t scalar) {
  k->given[fact] = true;
  k->facts[fact] = (struct constant){.missing = !declared, .scalar = scalar};
}

static void give_text(struct known *k, enum context_fact fact, const char *text) {
  k->given[fact] = true;
  k->facts[fact] = (struct constant){.missing = !text, .text = text, .length = text ? (uint32_t)strlen(text) : 0};
}

/* NULL: a task that nobody measured. */
static void give_quality(struct known *k, const struct model *m, const unsigned *task) {
  if (task) give(k, CTX_TASK, true, *task);
  give(k, CTX_MODEL_QUALITY, false, 0);
  for (unsigned i = 0; task && i < m->quality_count; i++)
    if (m->qualities[i]->symbol == *task) give(k, CTX_MODEL_QUALITY, true, m->qualities[i]->value);
}

static void know(struct checker *c, const struct model *m, const struct region *region, const unsigned *task, struct known *k) {
  *k = (struct known){.program = c->program};
  give_text(k, CTX_MODEL_NAME, m->name);
  give_text(k, CTX_MODEL_PROVIDER, m->provider ? m->provider->name : NULL);
  give(k, CTX_MODEL_REGION, region != NULL, region ? (int64_t)rbc_region_number(c, region) : 0);
  give(k, CTX_MODEL_WINDOW, m->window != UNKNOWN, m->window);
  give(k, CTX_MODEL_OUTPUT, m->output != UNKNOWN, m->output);
  give(k, CTX_MODEL_LATENCY, m->latency != UNKNOWN, m->latency);
  give(k, CTX_MODEL_RETENTION, m->retention != UNKNOWN, m->retention);
  give(k, CTX_MODEL_TRAINS, m->training >= 0, m->training > 0);
  for (unsigned i = 0; CTX_MODEL_TOOLS + i <= CTX_MODEL_BATCH; i++) give(k, (enum context_fact)(CTX_MODEL_TOOLS + i), true, m->abilities >> i & 1);
  give_quality(k, m, task);
}

/* ---- rules ---- */
/* own: the route's `where` holds, since this is its `require`. */
static bool surely_removes(const struct rule *rule, bool own, const struct known *k) {
  if (rule->let_count || rule->waiver_count || rule->effect != RULE_DENY) return false;
  enum truth where = rule->where && !own ? rule_truth_known(rule->where, k) : TRUTH_ALWAYS;
  if (where == TRUTH_FAILS) return true;
  enum truth unless = rule->unless ? rule_truth_known(rule->unless, k) : TRUTH_NEVER;
  return where == TRUTH_ALWAYS && (unless == TRUTH_NEVER || unless == TRUTH_FAILS);
}

static const struct rule *remover(struct checker *c, const struct route *route, const struct agent *agent, const struct model *m, const unsigned *task) {
  const struct program *p = c->program;
  for (unsigned i = 0; i < p->rules_count; i++) {
    const struct rule *rule = p->rules[i];
    if (!rule->models || !rule_has_agent(rule, agent)) continue;
    for (unsigned r = 0; r < (m->region_count ? m->region_count : 1); r++) {
      struct known k;
      know(c, m, m->region_count ? m->regions[r] : NULL, task, &k);
      if (surely_removes(rule, rule == route->require, &k)) return rule;
    }
  }
  return NULL;
}

static bool has_price(const struct model *m, const struct type *currency) {
  bool input = false, output = false;
  for (unsigned i = 0; i < m->price_count; i++) {
    input |= m->prices[i]->kind == PRICE_INPUT && m->prices[i]->currency == currency;
    output |= m->prices[i]->kind == PRICE_OUTPUT && m->prices[i]->currency == currency;
  }
  return input && output;
}

/* ---- routes ---- */
enum { SHOWN = 4 };
struct verdict { unsigned left, shown; const struct model *model[SHOWN]; const struct rule *rule[SHOWN]; };     /* rule NULL: no price */

static void judge(struct checker *c, const struct route *route, const struct agent *agent, const unsigned *task, const struct model *m,
                  struct verdict *v) {
  bool priced = has_price(m, route->currency);
  const struct rule *rule = priced ? remover(c, route, agent, m, task) : NULL;
  if (priced && !rule) { v->left++; return; }
  if (v->shown == SHOWN) return;
  v->model[v->shown] = m;
  v->rule[v->shown++] = rule;
}

static void nothing_left(struct checker *c, const struct route *route, const struct agent *agent, const unsigned *task, const struct verdict *v) {
  const char *of = task ? arena_format(c->arena, " when it asks for `%s`", c->program->symbols[*task]) : "";
  struct diag *d = rule_diag(c, E0419, route->span, "no model can answer %s%s", agent->name, of ? of : "");
  const char *why = v->shown ? "" : "no model is declared or imported";
  for (unsigned i = 0; i < v->shown && why; i++) {
    const char *more = v->rule[i] ? arena_format(c->arena, "%s is taken away by %s (`%s`)", v->model[i]->name, v->rule[i]->name,
                                                 v->rule[i]->condition ? v->rule[i]->condition : "deny infer")
                                  : arena_format(c->arena, "%s has no price of input and output in %s", v->model[i]->name,
                                                 route->currency ? route->currency->name : "any currency");
    why = more ? arena_format(c->arena, "%s%s%s", why, i ? "; " : "", more) : NULL;
  }
  rbc_diag_note(c->diags, d, "%s%s", why ? why : "", v->shown == SHOWN ? "; and so on" : "");
}

static bool left_for(struct checker *c, const struct route *route, const struct agent *agent, const unsigned *task, struct verdict *result) {
  const struct program *p = c->program;
  struct verdict v = {0};
  for (unsigned i = 0; i < route->weight_count; i++) judge(c, route, agent, task, route->weights[i].model, &v);
  for (unsigned i = 0; !route->weight_count && i < p->models_count && !v.left; i++)
    if (!p->models[i]->replaced) judge(c, route, agent, task, p->models[i], &v);
  *result = v;
  return v.left > 0;
}

/* Each task of a tier must find a model; of a route without tasks of its own, some task must. */
static bool answered(struct checker *c, const struct route *route, const struct agent *agent) {
  const struct program *p = c->program;
  struct verdict v;
  for (unsigned t = 0; t < route->task_count; t++) {
    if (left_for(c, route, agent, &route->tasks[t], &v)) continue;
    nothing_left(c, route, agent, &route->tasks[t], &v);
    return false;
  }
  if (route->task_count || left_for(c, route, agent, NULL, &v)) return true;
  for (unsigned i = 0; i < p->models_count; i++)
    for (unsigned q = 0; q < p->models[i]->quality_count; q++) {
      struct verdict of_task;
      if (left_for(c, route, agent, &p->models[i]->qualities[q]->symbol, &of_task)) return true;
    }
  nothing_left(c, route, agent, NULL, &v);
  return false;
}

static bool weights_have_prices(struct checker *c, const struct route *route) {
  for (unsigned i = 0; i < route->weight_count; i++) {
    if (has_price(route->weights[i].model, route->currency)) continue;
    struct diag *d = rule_diag(c, E0419, route->span, "%s has a share of this route, and no price of input and output in %s", route->weights[i].model->name,
                               route->currency ? route->currency->name : "any currency");
    rbc_diag_note(c->diags, d, "an unknown price is not zero: such a model would never be chosen");
    return false;
  }
  return true;
}

bool rule_check_routes(struct checker *c) {
  bool ok = true;
  for (unsigned i = 0; i < c->program->routes_count; i++) {
    const struct route *route = c->program->routes[i];
    if (!weights_have_prices(c, route)) { ok = false; continue; }
    bool good = true;
    for (unsigned a = 0; a < route->rule->agent_count && good; a++) good = answered(c, route, route->rule->agents[a]);
    ok = ok && good;
  }
  return ok;
}
