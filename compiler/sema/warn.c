/* warn.c: what is surely a mistake: rules that never match or always, that are always overruled; uses that nothing
 * allows; what nobody uses. */
#include <string.h>
#include "sema/rules.h"

/* ---- conditions ---- */
static void condition(struct checker *c, const struct rule *rule) {
  if (!rule->sure) return;
  enum truth where = rule_truth(rule->where), unless = rule_truth(rule->unless);
  if (where == TRUTH_NEVER || unless == TRUTH_ALWAYS) {
    const struct expr *e = where == TRUTH_NEVER ? rule->where : rule->unless;
    struct diag *d =
      rule_diag(c, W0900, e->span, "this rule never matches: what stands after `%s` is %s",
                where == TRUTH_NEVER ? "where" : "unless", where == TRUTH_NEVER ? "never true" : "always true");
    rbc_diag_help(c->diags, d, "leave the rule out, or say what it was meant to be about");
  } else if (where == TRUTH_ALWAYS || unless == TRUTH_NEVER) {
    const struct expr *e = where == TRUTH_ALWAYS ? rule->where : rule->unless;
    struct diag *d =
      rule_diag(c, W0901, e->span, "what stands after `%s` is %s, so it says nothing",
                where == TRUTH_ALWAYS ? "where" : "unless", where == TRUTH_ALWAYS ? "always true" : "never true");
    rbc_diag_help(c->diags, d, "leave it out");
  }
}

/* ---- overruled ---- */
static bool covers_agents(const struct rule *wide, const struct rule *rule) {
  for (unsigned i = 0; i < rule->agent_count; i++)
    if (!rule_has_agent(wide, rule->agents[i])) return false;
  return true;
}

static bool covers(const struct rule *wide, const struct rule *rule) {
  if (wide->event != rule->event || !covers_agents(wide, rule)) return false;
  if ((rule->release_mask & ~wide->release_mask) != 0) return false;
  for (unsigned i = 0; i < rule->operation_count; i++)
    if (!rule_has_operation(wide, rule->operations[i])) return false;
  for (unsigned i = 0; i < rule->target_count; i++) {
    bool found = false;
    for (unsigned k = 0; k < wide->target_count; k++) found = found || wide->targets[k] == rule->targets[i];
    if (!found) return false;
  }
  return true;
}

static bool denies_always(const struct rule *rule) {
  return rule->effect == RULE_DENY && !rule->where && !rule->unless && !rule->let_count && !rule->waiver_count;
}

static void overruled(struct checker *c, const struct rule *rule, const struct rule *const *denials, unsigned count) {
  if ((rule->effect != RULE_ALLOW && rule->effect != RULE_ASK) || !rule->agent_count) return;
  for (unsigned i = 0; i < count; i++) {
    const struct rule *deny = denials[i];
    if (!covers(deny, rule)) continue;
    struct diag *d = rule_diag(c, W0903, rule->span, "this rule is always overruled");
    rbc_diag_label(c->diags, d, deny->span, "denies all that it %s, without a condition",
                   rule->effect == RULE_ALLOW ? "allows" : "asks about");
    rbc_diag_note(c->diags, d, "a denial wins over every other rule, in whatever order they stand");
    return;
  }
}

static void conditions(struct checker *c) {
  struct rule **rules = c->program->rules;
  const unsigned count = c->program->rules_count;
  unsigned denial_count = 0;
  const struct rule **denials = rule_array_of(c, count, sizeof *denials);
  if (!denials) return;
  for (unsigned i = 0; i < count; i++)
    if (denies_always(rules[i])) denials[denial_count++] = rules[i];
  for (unsigned i = 0; i < count; i++) {
    condition(c, rules[i]);
    overruled(c, rules[i], denials, denial_count);
  }
}

/* ---- agents ---- */
/* granted: by operation, the last agent for whom it was; counted from 1. */
static void mark_granted(const struct checker *c, const struct agent *agent, unsigned *granted) {
  for (unsigned i = 0; i < c->program->rules_count; i++) {
    const struct rule *rule = c->program->rules[i];
    if (rule->package != agent->package || rule->guard || rule->event != EVENT_CALL || (rule->effect != RULE_ALLOW && rule->effect != RULE_ASK)) continue;
    if (!rule_has_agent(rule, agent)) continue;
    for (unsigned k = 0; k < rule->operation_count; k++) granted[rule->operations[k]->id] = agent->id + 1;
  }
}

static void useless(struct checker *c, const struct agent *agent, const unsigned *granted) {
  const char *list = "";
  unsigned n = 0;
  for (unsigned i = 0; i < agent->use_count; i++) {
    if (granted[agent->uses[i]->id] == agent->id + 1) continue;
    if (++n > 6) continue;
    const char *next = arena_format(c->arena, "%s%s%s", list, n > 1 ? ", " : "", agent->uses[i]->name);
    if (next) list = next;
  }
  if (!n) return;
  struct diag *d =
    rule_diag(c, W0904, agent->span, "nothing allows %s to use %s%s", agent->name, list, n > 6 ? " and more" : "");
  rbc_diag_note(c->diags, d, "what no rule of the agent's own package grants is denied");
  rbc_diag_help(c->diags, d, "allow or ask for it in a policy of %s, or take it out of `uses`", agent->package->name);
}

/* ---- what nobody uses ---- */
static void unused_symbols(struct checker *c) {
  for (const struct package_scope *package = c->packages; package; package = package->next) {
    if (package->package->is_std) continue;
    for (const struct symbol *s = package->symbols.first; s; s = s->next_in_package) {
      if (s->used || (s->kind != SYM_LABEL && s->kind != SYM_GROUP)) continue;
      struct diag *d = rule_diag(c, s->kind == SYM_LABEL ? W0906 : W0909, s->span, "%s `%s` is used nowhere",
                                 s->kind == SYM_LABEL ? "the label" : "the group", s->name);
      rbc_diag_help(c->diags, d,
                    s->kind == SYM_LABEL
                      ? "mark what carries it: `yields %s` at an operation, or behind a field; or leave it out"
                      : "ask it somewhere (`ask %s before ...`), or leave it out",
                    s->name);
    }
  }
}

static void unused(struct checker *c) {
  for (const struct let_use *use = c->rules->lets; use; use = use->next) {
    if (use->used) continue;
    struct diag *d = rule_diag(c, W0907, use->span, "`%s` is used by no rule after it", use->name);
    rbc_diag_note(c->diags, d, "it is never evaluated, so its `otherwise` never denies");
  }
  for (const struct fn_work *work = c->rules->fns; work < c->rules->fns + c->rules->fn_count; work++)
    if (!work->used && !(work->symbol->package && work->symbol->package->is_std))
      rule_diag(c, W0908, work->symbol->span, "the function `%s` is used nowhere", work->symbol->name);
}

void rule_check_warnings(struct checker *c) {
  conditions(c);
  unsigned *granted = rule_array_of(c, c->program->operations_count, sizeof *granted);
  for (unsigned i = 0; granted && i < c->program->agents_count; i++) {
    const struct agent *agent = c->program->agents[i];
    if (agent->package->is_std) continue;
    mark_granted(c, agent, granted);
    useless(c, agent, granted);
  }
  unused(c);
  unused_symbols(c);
}
