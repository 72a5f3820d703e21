/* route_plan.h: what opening a bundle works out about models, so that a decision need not look at each of them. All of it is derived from
 * verified code and facts, nothing from what the compiler says.
 *
 * What a rule says of a model for an agent and a task is found once: by running it when it reads nothing else, else by following it with what is
 * known (route_guess.h): it may leave the model whatever the request is, take it away, or say this or that. Agents that rules cannot tell apart
 * form a group. For a group and a task there is a set, the models that some request can have, and for each of its routes an order: the models of
 * the set that come first for some request. Any other is behind one that takes every request that it takes itself, in an earlier rank or at no
 * higher cost. Whatever depends on the request (rules that can still take a model of the set away, what fails, was tried, or a cap) is asked of what
 * the order gives; when that falls, the set is searched. */
#ifndef REBASE_ROUTE_PLAN_H
#define REBASE_ROUTE_PLAN_H
#include "bundle.h"

enum { ROUTE_PLAN_TOKENS = 1000000000 };    /* orders hold for requests of 1 to so many tokens, each way: no cost overflows, none is 0 by chance */

struct route_tier { int64_t above, input, output, request; };       /* millionths, for requests of more than `above` tokens of input */
struct route_entry {
  int64_t window, most;             /* tokens together, of output; INT64_MAX: any */
  const struct route_tier *tiers;   /* ascending; those with a price of input and output only */
  int64_t least;                    /* of the prices of input */
  uint32_t tier_count, model;
  uint32_t rank;                    /* one of a lower rank that fits comes first; within a rank the cheapest does, ascending by `least` */
  uint32_t weight; uint64_t upto;   /* weighted: its own, and the sum of all up to this one */
};
struct route_order {
  const struct route_entry *at; uint32_t count;
  int64_t window, most;             /* of all: what fits these fits each */
  struct route_tier dearest;        /* no request costs more at any than at these prices */
};
struct route_class {
  const uint64_t *left;             /* a bit for each model; NULL: not worked out */
  const struct route_order *const *orders;          /* by place in group.routes; NULL: search the set */
  const uint32_t *rules; uint32_t rule_count;       /* that can take one of `left` away, ascending */
};
struct route_group {
  const uint32_t *first; uint32_t first_count;      /* rules that are not asked of models, ascending */
  bool fixed;                       /* as scope_plan.fixed, of those */
  const uint32_t *obliging; uint32_t obliging_count;        /* rules of models whose match obliges: asked of the chosen one */
  const uint32_t *routes; uint32_t route_count;     /* indexes in ROUTES, ascending */
  const struct route_class *classes;        /* by task number */
  bool session;                     /* they hold with a session only */
};
/* How many models with known prices fit: counts[window * outputs + output] for the lowest of each that is enough. */
struct route_fit { const int64_t *windows, *outputs; uint32_t window_count, output_count; const uint32_t *counts; };
struct route_plan {
  const uint32_t *group_of;         /* by agent; NONE32: none */
  const uint32_t *task_of; uint32_t tasks;          /* by symbol: its number; `tasks` for those that no model and no constant speaks of */
  const struct route_group *groups;
  const struct route_fit *const *fits;      /* by route; NULL: count */
};

static inline const struct route_group *route_group(const struct rebase_bundle *b, uint32_t agent) {
  const struct route_plan *plan = b->route_plan;
  return plan && plan->group_of[agent] != NONE32 ? &plan->groups[plan->group_of[agent]] : NULL;
}
static inline const struct route_class *route_class(const struct rebase_bundle *b, const struct route_group *group, uint32_t task) {
  const struct route_class *class = &group->classes[b->route_plan->task_of[task]];
  return class->left ? class : NULL;
}

/* The route of this rule in ROUTES, or NONE32; its place among the group's, or NONE32. */
uint32_t bundle_route(const struct rebase_bundle *bundle, uint32_t rule);
uint32_t route_place(const struct route_group *group, uint32_t route);
/* What one pays at an entry, exactly as price_tokens says, for up to ROUTE_PLAN_TOKENS. */
static inline int64_t route_tier_cost(const struct route_tier *tier, int64_t input, int64_t output) {
  return input * tier->input + output * tier->output + tier->request * 1000000;
}
static inline int64_t route_cost(const struct route_entry *e, int64_t input, int64_t output) {
  uint32_t at = 0;
  while (at + 1 < e->tier_count && e->tiers[at + 1].above < input) at++;
  return route_tier_cost(&e->tiers[at], input, output);
}
/* Whether its prices of input and output are known in this currency, for any number of tokens. */
bool model_priced(const struct rebase_bundle *bundle, const struct image_model *model, uint32_t currency);
static inline bool model_fits(const struct image_model *m, int64_t input, int64_t output) {
  return (!m->window || input + output <= m->window) && (!m->output || output <= m->output);
}
value model_quality(const struct rebase_bundle *bundle, const struct image_model *model, uint32_t task);
/* By what a route prefers, the least first; INT64_MAX: not known. cost: what it ranks by otherwise. */
int64_t model_rank(const struct rebase_bundle *bundle, const struct image_model *model, enum route_prefer prefer, uint32_t task, int64_t cost);
/* The price of that kind for a request of so many tokens of input, or NULL. */
const struct image_price *model_price(const struct rebase_bundle *bundle, const struct image_model *model, enum price_kind kind, int64_t input);
/* Sets what rules read of a model, in one of its regions (NONE32: not known). */
void model_facts(const struct rebase_bundle *bundle, const struct image_model *model, uint32_t region, uint32_t task, value *facts);
void agent_facts(const struct rebase_bundle *bundle, uint32_t agent, value *facts);
#endif
