/* models.c: what a bundle says of its models, as rules read it. See route_plan.h. */
#include "route_plan.h"

static value text_fact(const struct rebase_bundle *b, ref text) { return (value){.text = bundle_text(b, text)}; }
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

void model_facts(const struct rebase_bundle *b, const struct image_model *m, uint32_t region, uint32_t task, value *facts) {
  facts[CTX_MODEL_NAME] = text_fact(b, m->name);
  facts[CTX_MODEL_PROVIDER] = m->provider ? text_fact(b, m->provider) : missing_value();
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

uint32_t bundle_route(const struct rebase_bundle *b, uint32_t rule) {
  uint32_t low = 0, high = b->ROUTES.count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (b->ROUTES.at[middle].rule == rule) return middle;
    if (b->ROUTES.at[middle].rule < rule) low = middle + 1;
    else high = middle;
  }
  return NONE32;
}

uint32_t route_place(const struct route_group *g, uint32_t route) {
  uint32_t low = 0, high = g->route_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (g->routes[middle] == route) return middle;
    if (g->routes[middle] < route) low = middle + 1;
    else high = middle;
  }
  return NONE32;
}
