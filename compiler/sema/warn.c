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
struct named { const struct rule *rule; const struct named *next; };
struct grants {
  const struct named **named;      /* by agent: rules that grant it something, and not all agents of its package */
  unsigned *own, *all;             /* by operation: the last agent (from 1) and the last package whose rules grant it */
  const struct package *package;   /* that stamp stands for in `all` */
  unsigned stamp;
};

static bool grants_calls(const struct rule *rule) {
  return !rule->guard && rule->event == EVENT_CALL && (rule->effect == RULE_ALLOW || rule->effect == RULE_ASK);
}

static bool is_for_all(const struct rule *rule) { return rule->agent_count == rule->package->agent_count; }

static bool open_grants(struct checker *c, struct grants *g) {
  const struct program *p = c->program;
  *g = (struct grants){.named = rule_array_of(c, p->agents_count, sizeof *g->named), .own = rule_array_of(c, p->operations_count, sizeof *g->own),
                       .all = rule_array_of(c, p->operations_count, sizeof *g->all)};
  if (!g->named || !g->own || !g->all) return false;
  for (unsigned i = 0; i < p->rules_count; i++)
    for (unsigned a = 0; grants_calls(p->rules[i]) && !is_for_all(p->rules[i]) && a < p->rules[i]->agent_count; a++) {
      struct named *named = arena_alloc(c->arena, sizeof *named);
      if (!named) return false;
      *named = (struct named){p->rules[i], g->named[p->rules[i]->agents[a]->id]};
      g->named[p->rules[i]->agents[a]->id] = named;
    }
  return true;
}

/* Rules stand by their packages' names. */
static void grants_of_package(const struct program *p, const struct package *package, struct grants *g) {
  unsigned low = 0, high = p->rules_count;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (strcmp(p->rules[middle]->package->name, package->name) < 0) low = middle + 1;
    else high = middle;
  }
  g->package = package;
  g->stamp++;
  for (; low < p->rules_count && p->rules[low]->package == package; low++)
    for (unsigned k = 0; grants_calls(p->rules[low]) && is_for_all(p->rules[low]) && k < p->rules[low]->operation_count; k++)
      g->all[p->rules[low]->operations[k]->id] = g->stamp;
}

static void useless(struct checker *c, const struct agent *agent, struct grants *g) {
  if (g->package != agent->package) grants_of_package(c->program, agent->package, g);
  for (const struct named *named = g->named[agent->id]; named; named = named->next)
    for (unsigned k = 0; k < named->rule->operation_count; k++) g->own[named->rule->operations[k]->id] = agent->id + 1;
  const char *list = "";
  unsigned n = 0;
  for (unsigned i = 0; i < agent->use_count; i++) {
    unsigned operation = agent->uses[i]->id;
    if (g->all[operation] == g->stamp || g->own[operation] == agent->id + 1) continue;
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
  struct grants grants;
  bool open = open_grants(c, &grants);
  for (unsigned i = 0; open && i < c->program->agents_count; i++)
    if (!c->program->agents[i]->package->is_std) useless(c, c->program->agents[i], &grants);
  unused(c);
  unused_symbols(c);
}
