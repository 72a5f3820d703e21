/* cost.c: what deciding an operation may cost, as a formula over n, the longest list. SPEC 13. */
#include "engine.h"

static void add(uint64_t *to, uint64_t steps) { *to = steps > UINT64_MAX - *to ? UINT64_MAX : *to + steps; }

static void add_cost(const struct rebase_bundle *b, struct image_cost *total, uint32_t cost) {
  for (int d = 0; d <= IMAGE_MAX_LOOP_DEPTH; d++) add(&total->steps[d], b->COSTS.at[cost].steps[d]);
}

static struct image_cost total_of(const struct rebase_bundle *b, uint32_t agent, uint32_t operation) {
  struct image_cost total = {{0}};
  uint32_t count = 0;
  const uint32_t *rules = bundle_scope(b, agent, head_operation(b, operation), &count);
  for (uint32_t i = 0; i < count; i++) {
    const struct image_form *form = bundle_form(b, bundle_rule_of(b, rules[i]));
    add_cost(b, &total, b->PROGRAMS.at[bundle_program_of(b, rules[i])].cost);
    for (uint32_t w = 0; w < form->waivers; w++)
      if (b->WAIVERS.at[form->first_waiver + w].agent == agent) add_cost(b, &total, b->WAIVERS.at[form->first_waiver + w].cost);
  }
  return total;
}

static void write_formula(struct out *out, const struct image_cost *cost) {
  out_unsigned(out, cost->steps[0]);
  for (unsigned d = 1; d <= IMAGE_MAX_LOOP_DEPTH; d++) {
    if (!cost->steps[d]) continue;
    out_string(out, " + ");
    out_unsigned(out, cost->steps[d]);
    out_string(out, d == 1 ? " n" : " n^");
    if (d > 1) out_unsigned(out, d);
  }
}

size_t rebase_cost(rebase_engine *e, const char *agent, const char *operation, char *text, size_t size) {
  struct out out = {text, 0, text ? size : 0};
  struct loaded *l = engine_check(e) == REBASE_OK ? engine_pin(e) : NULL;
  uint32_t a = l && agent ? find_agent(l->bundle, agent, strlen(agent)) : NONE32;
  uint32_t o = l && operation ? find_operation(l->bundle, operation, strlen(operation)) : NONE32;
  if (a != NONE32 && o != NONE32) {
    const struct image_cost total = total_of(l->bundle, a, o);
    write_formula(&out, &total);
  }
  loaded_drop(l);
  out_end(&out);
  return out.length;
}
