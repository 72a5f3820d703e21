/* models.c: what a bundle says of its models, as rules read it. See route_plan.h. */
#include "route_plan.h"

static value span_fact(int64_t stored) { return stored ? int_value(stored) : missing_value(); }

/* All others are missing: none of another event or agent is left. */
void agent_facts(const struct rebase_bundle *b, uint32_t index, value *facts) {
  const struct image_agent *agent = &b->AGENTS.at[index];
  for (int i = 0; i < CTX_COUNT; i++) facts[i] = missing_value();
  facts[CTX_AGENT_NAME] = text_fact(b, agent->name);
  facts[CTX_AGENT_OWNER] = text_fact(b, agent->owner);
  facts[CTX_AGENT_TEAM] = agent->team == NONE32 ? missing_value() : text_fact(b, b->TEAMS.at[agent->team].name);
  facts[CTX_AGENT_PACKAGE] = text_fact(b, agent->package);
}

value model_quality(const struct rebase_bundle *b, const struct image_model *m, uint32_t task) {
  for (uint32_t i = m->first_quality; i < m->first_quality + m->qualities; i++)
    if (b->QUALITIES.at[i].task == task) return int_value(b->QUALITIES.at[i].value);
  return missing_value();
}

int64_t model_rank(const struct rebase_bundle *b, const struct image_model *m, enum route_prefer prefer, uint32_t task, int64_t cost) {
  if (prefer == PREFER_LATENCY) return m->latency ? m->latency : INT64_MAX;
  if (prefer != PREFER_QUALITY) return cost;
  value quality = model_quality(b, m, task);
  return is_missing(quality) ? INT64_MAX : -quality.i;
}

const struct image_price *model_price(const struct rebase_bundle *b, const struct image_model *m, enum price_kind kind, int64_t input) {
  const struct image_price *found = NULL;
  for (uint32_t i = m->first_price; i < m->first_price + m->prices; i++)
    if (b->PRICES.at[i].kind == kind && (!b->PRICES.at[i].above || b->PRICES.at[i].above < input)) found = &b->PRICES.at[i];
  return found;
}

void model_facts(const struct rebase_bundle *b, const struct image_model *m, uint32_t region, uint32_t task, value *facts) {
  facts[CTX_MODEL_NAME] = text_fact(b, m->name);
  facts[CTX_MODEL_PROVIDER] = optional_text_fact(b, m->provider);
  facts[CTX_MODEL_REGION] = region == NONE32 ? missing_value() : int_value(region);
  facts[CTX_MODEL_WINDOW] = span_fact(m->window);
  facts[CTX_MODEL_OUTPUT] = span_fact(m->output);
  facts[CTX_MODEL_QUALITY] = model_quality(b, m, task);
  facts[CTX_MODEL_LATENCY] = span_fact(m->latency);
  facts[CTX_MODEL_RETENTION] = m->retention ? int_value(m->retention - 1) : missing_value();
  facts[CTX_MODEL_TRAINS] = m->training ? int_value(m->training == 2) : missing_value();
  for (uint32_t i = 0; CTX_MODEL_TOOLS + i <= CTX_MODEL_BATCH; i++) facts[CTX_MODEL_TOOLS + i] = int_value(m->abilities >> i & 1);
}

bool model_priced(const struct rebase_bundle *b, const struct image_model *m, uint32_t currency) {
  bool input = false, output = false;
  if (m->currency == NONE32 || m->currency != currency) return false;
  for (uint32_t i = m->first_price; i < m->first_price + m->prices; i++) {
    input |= b->PRICES.at[i].kind == PRICE_INPUT && !b->PRICES.at[i].above;
    output |= b->PRICES.at[i].kind == PRICE_OUTPUT && !b->PRICES.at[i].above;
  }
  return input && output;
}

_Static_assert(offsetof(struct image_route, rule) == 0, "routes are found by their rules");
uint32_t bundle_route(const struct rebase_bundle *b, uint32_t rule) { return find_ascending(b->ROUTES.at, sizeof *b->ROUTES.at, b->ROUTES.count, rule); }

uint32_t route_place(const struct route_group *g, uint32_t route) { return find_ascending(g->routes, sizeof *g->routes, g->route_count, route); }
