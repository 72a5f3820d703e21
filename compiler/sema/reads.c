/* reads.c: what a rule reads and whether it is sure, as later passes ask, found while its tree is still in the cache: most rules read nothing of the kind,
 * and those passes need not look at their trees again. */
#include "sema/rules.h"
#include "sema/state.h"

static bool is_constant(const struct expr *e) { return e && (e->kind == EXPR_CONST || e->kind == EXPR_ROWS); }

static bool all_constant(const struct expr *e) {
  for (unsigned i = 0; i < e->count; i++) if (!is_constant(e->list[i])) return false;
  return (e->count || e->a) && (!e->a || is_constant(e->a)) && (!e->b || is_constant(e->b)) && (!e->c || is_constant(e->c)) && (!e->d || is_constant(e->d));
}

static bool folds(const struct expr *e) {
  switch (e->kind) {
  case EXPR_CALL: return true;
  case EXPR_AND: case EXPR_OR: case EXPR_NOT: case EXPR_IF: case EXPR_OTHERWISE: case EXPR_PRESENT: case EXPR_UNWRAP:
    return is_constant(e->a) || is_constant(e->b) || is_constant(e->c);
  default: return expr_binds(e) ? is_constant(e->a) : all_constant(e);
  }
}

static void note(struct rule *rule, const struct expr *e) {
  if (!e) return;
  switch (e->kind) {
  case EXPR_CONST: case EXPR_ARG: case EXPR_REQUESTER: return;
  case EXPR_CONTEXT:
    rule->reads_facts = true;
    rule->models = rule->models || e->index >= CTX_MODEL_NAME;
    return;
  case EXPR_LOCAL: rule->reads_session = rule->reads_session || e->local->id >= STATE_LOCALS; return;      /* judged as the worst */
  case EXPR_LABELLED: case EXPR_PROVED: case EXPR_SEEN: case EXPR_SEENWITHIN: case EXPR_SEENALL: case EXPR_SEENONLY: case EXPR_SAID:
  case EXPR_VOUCHED: rule->reads_session = true; break;
  default: break;
  }
  rule->folds = rule->folds || folds(e);
  for (unsigned i = 0; i < e->count; i++) note(rule, e->list[i]);
  note(rule, e->a);
  note(rule, e->b);
  note(rule, e->c);
  note(rule, e->d);
}

/* Another name for what costs nothing to read. */
static bool only_names(const struct let *let) { return is_constant(let->value) || let->value->kind == EXPR_ARG || let->value->kind == EXPR_CONTEXT; }

static void note_lets(struct rule *rule, struct let *const *lets, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    note(rule, lets[i]->value);
    rule->folds = rule->folds || only_names(lets[i]);
  }
}

void rule_note_reads(struct rule *rule) {
  note_lets(rule, rule->lets, rule->let_count);
  for (unsigned i = 0; i < rule->waiver_count; i++) {
    note_lets(rule, rule->waivers[i]->lets, rule->waivers[i]->let_count);
    note(rule, rule->waivers[i]->where);
  }
  note(rule, rule->where);
  note(rule, rule->unless);
  rule->sure = rule_truth(rule->where) != TRUTH_UNKNOWN || rule_truth(rule->unless) != TRUTH_UNKNOWN;
}
