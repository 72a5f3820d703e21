/* fold.c: conditions whose truth is sure without a request: only for warnings; the tree stays as it is written. */
#include <string.h>
#include "sema/rules.h"

static enum truth truth(bool value) { return value ? TRUTH_ALWAYS : TRUTH_NEVER; }
static enum truth flip(enum truth t) { return t == TRUTH_NEVER ? TRUTH_ALWAYS : t == TRUTH_ALWAYS ? TRUTH_NEVER : t; }

static bool is_constant(const struct expr *e) {
  return e && e->kind == EXPR_CONST && !e->constant->missing && !e->constant->items;
}

static bool same(const struct constant *a, const struct constant *b) {
  if (a->text || b->text)
    return a->text && b->text && a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
  return a->scalar == b->scalar;
}

static enum truth compare(const struct expr *e) {
  if (!is_constant(e->a) || !is_constant(e->b)) return TRUTH_UNKNOWN;
  const struct constant *a = e->a->constant, *b = e->b->constant;
  switch (e->kind) {
  case EXPR_EQ: return truth(same(a, b));
  case EXPR_NE: return truth(!same(a, b));
  case EXPR_LT: return truth(a->scalar < b->scalar);
  default: return truth(a->scalar <= b->scalar);
  }
}

/* x in [every word there is]; a constant in a list of constants. */
static enum truth membership(const struct expr *e) {
  if (e->b->kind != EXPR_CONST) return TRUTH_UNKNOWN;
  const struct constant *list = e->b->constant;
  if (is_constant(e->a)) {
    for (unsigned i = 0; i < list->count; i++)
      if (same(list->items[i], e->a->constant)) return TRUTH_ALWAYS;
    return TRUTH_NEVER;
  }
  const struct type *type = e->a->type;
  if (e->a->optional || type->kind != TYPE_WORDS) return TRUTH_UNKNOWN;
  for (unsigned w = 0; w < type->word_count; w++) {
    bool found = false;
    for (unsigned i = 0; i < list->count; i++)
      found = found || list->items[i]->scalar == (int64_t)type->words[w].symbol;
    if (!found) return TRUTH_UNKNOWN;
  }
  return TRUTH_ALWAYS;
}

/* ---- x == a and x == b ---- */
struct equality {
  const struct expr *path;
  const struct constant *constant;
  bool negated;
};
enum { MAX_EQUALITIES = 32 };
struct equalities {
  struct equality of[MAX_EQUALITIES];
  unsigned count;
};

static void gather(const struct expr *e, bool conjunction, struct equalities *out) {
  if (e->kind == (conjunction ? EXPR_AND : EXPR_OR)) {
    gather(e->a, conjunction, out);
    gather(e->b, conjunction, out);
    return;
  }
  if ((e->kind != EXPR_EQ && e->kind != EXPR_NE) || out->count == MAX_EQUALITIES) return;
  const struct expr *constant = is_constant(e->a) ? e->a : is_constant(e->b) ? e->b : NULL;
  if (!constant) return;
  out->of[out->count++] = (struct equality){constant == e->a ? e->b : e->a, constant->constant, e->kind == EXPR_NE};
}

/* Two equalities of one path with different values never hold together; two inequalities always hold one or the
 * other. */
static bool contradict(const struct expr *e, bool conjunction) {
  struct equalities list = {.count = 0};
  gather(e, conjunction, &list);
  for (unsigned i = 0; i < list.count; i++)
    for (unsigned k = i + 1; k < list.count; k++) {
      if (list.of[i].negated == conjunction || list.of[k].negated == conjunction) continue;
      if (flow_same(list.of[i].path, list.of[k].path) && !same(list.of[i].constant, list.of[k].constant)) return true;
    }
  return false;
}

static enum truth connective(const struct expr *e) {
  bool conjunction = e->kind == EXPR_AND;
  enum truth decides = conjunction ? TRUTH_NEVER : TRUTH_ALWAYS, a = rule_truth(e->a), b = rule_truth(e->b);
  if (a == decides || b == decides || contradict(e, conjunction)) return decides;
  return a == b ? a : TRUTH_UNKNOWN;
}

enum truth rule_truth(const struct expr *e) {
  if (!e) return TRUTH_UNKNOWN;
  enum truth t;
  switch (e->kind) {
  case EXPR_CONST:
    return e->type->kind == TYPE_BOOL && is_constant(e) ? truth(e->constant->scalar != 0) : TRUTH_UNKNOWN;
  case EXPR_NOT: return flip(rule_truth(e->a));
  case EXPR_AND:
  case EXPR_OR: return connective(e);
  case EXPR_EQ:
  case EXPR_NE:
  case EXPR_LT:
  case EXPR_LE: return compare(e);
  case EXPR_IN: return membership(e);
  case EXPR_PRESENT: return e->a->optional || e->a->kind == EXPR_UNWRAP ? TRUTH_UNKNOWN : TRUTH_ALWAYS;
  case EXPR_ANY: return rule_truth(e->b) == TRUTH_NEVER ? TRUTH_NEVER : TRUTH_UNKNOWN;
  case EXPR_ALL: return rule_truth(e->b) == TRUTH_ALWAYS && !e->c ? TRUTH_ALWAYS : TRUTH_UNKNOWN;
  case EXPR_IF:
    t = rule_truth(e->a);
    if (t == TRUTH_ALWAYS) return rule_truth(e->b);
    if (t == TRUTH_NEVER) return rule_truth(e->c);
    return rule_truth(e->b) == rule_truth(e->c) ? rule_truth(e->b) : TRUTH_UNKNOWN;
  default: return TRUTH_UNKNOWN;
  }
}
