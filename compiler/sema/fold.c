/* fold.c: conditions whose truth is sure without a request, or for a model that is known: for warnings, and for routes that nothing can
 * answer; the tree stays as it is written. */
#include <string.h>
#include "sema/rules.h"

static enum truth truth(bool value) { return value ? TRUTH_ALWAYS : TRUTH_NEVER; }
static enum truth flip(enum truth t) { return t == TRUTH_NEVER ? TRUTH_ALWAYS : t == TRUTH_ALWAYS ? TRUTH_NEVER : t; }

/* A constant, or a fact of the model that is looked at; NULL: neither. */
static const struct constant *value_of(const struct expr *e, const struct known *known) {
  if (e && e->kind == EXPR_CONTEXT && known && known->given[e->index]) return &known->facts[e->index];
  return e && e->kind == EXPR_CONST && !e->constant->items ? e->constant : NULL;
}

static const struct constant *present(const struct expr *e, const struct known *known) {
  const struct constant *value = value_of(e, known);
  return value && !value->missing ? value : NULL;
}

/* To read what is not declared of a model is an error. */
static bool fails(const struct expr *e, const struct known *known) {
  const struct constant *value = e && e->kind == EXPR_CONTEXT ? value_of(e, known) : NULL;
  return value && value->missing;
}

static bool is_constant(const struct expr *e) { return present(e, NULL) != NULL; }

static bool same(const struct constant *a, const struct constant *b) {
  if (a->text || b->text)
    return a->text && b->text && a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
  return a->scalar == b->scalar;
}

/* Regions stand in preorder: those inside one follow it. */
static enum truth inside(const struct program *program, const struct constant *a, const struct constant *b) {
  return program ? truth(a->scalar >= b->scalar && a->scalar < (int64_t)program->regions[b->scalar]->end) : TRUTH_UNKNOWN;
}

static enum truth element(const struct constant *sought, const struct constant *of) {
  unsigned step = of->type->kind == TYPE_MAP ? 2 : 1;       /* of a map its keys */
  for (unsigned i = 0; i < of->count; i += step)
    if (same(of->items[i], sought)) return TRUTH_ALWAYS;
  return TRUTH_NEVER;
}

static bool part_at(const struct constant *whole, uint32_t at, const struct constant *part) {
  return part->length <= whole->length && at <= whole->length - part->length && memcmp(whole->text + at, part->text, part->length) == 0;
}

static bool part_somewhere(const struct constant *whole, const struct constant *part) {
  for (uint32_t at = 0; part->length <= whole->length && at <= whole->length - part->length; at++)
    if (part_at(whole, at, part)) return true;
  return false;
}

enum truth fold_test(const struct program *program, enum expr_kind kind, const struct constant *a, const struct constant *b) {
  switch (kind) {
  case EXPR_EQ: return truth(same(a, b));
  case EXPR_NE: return truth(!same(a, b));
  case EXPR_LT: return truth(a->scalar < b->scalar);
  case EXPR_LE: return truth(a->scalar <= b->scalar);
  case EXPR_IN: return element(a, b);
  case EXPR_INREGION: return inside(program, a, b);
  case EXPR_STARTS: return truth(part_at(a, 0, b));
  case EXPR_ENDS: return truth(b->length <= a->length && part_at(a, a->length - b->length, b));
  case EXPR_HOLDS: return truth(part_somewhere(a, b));
  default: return TRUTH_UNKNOWN;
  }
}

static enum truth compare(const struct expr *e, const struct known *known) {
  if (fails(e->a, known) || fails(e->b, known)) return TRUTH_FAILS;
  const struct constant *a = present(e->a, known), *b = present(e->b, known);
  return a && b ? fold_test(known ? known->program : NULL, e->kind, a, b) : TRUTH_UNKNOWN;
}

/* x in [every word there is]; a constant in a list of constants. */
static enum truth membership(const struct expr *e, const struct known *known) {
  if (fails(e->a, known)) return TRUTH_FAILS;
  if (e->b->kind != EXPR_CONST) return TRUTH_UNKNOWN;
  const struct constant *list = e->b->constant;
  const struct constant *sought = present(e->a, known);
  if (sought) return element(sought, list);
  const struct type *type = e->a->type;
  if (e->a->optional || type->kind != TYPE_WORDS) return TRUTH_UNKNOWN;
  for (unsigned w = 0; w < type->word_count; w++) {
    struct constant word = {.type = type, .scalar = type->words[w].symbol};
    if (element(&word, list) != TRUTH_ALWAYS) return TRUTH_UNKNOWN;
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
  struct equalities list;
  list.count = 0;                  /* the rest is large */
  gather(e, conjunction, &list);
  for (unsigned i = 0; i < list.count; i++)
    for (unsigned k = i + 1; k < list.count; k++) {
      if (list.of[i].negated == conjunction || list.of[k].negated == conjunction) continue;
      if (flow_same(list.of[i].path, list.of[k].path) && !same(list.of[i].constant, list.of[k].constant)) return true;
    }
  return false;
}

static enum truth connective(const struct expr *e, const struct known *known) {
  bool conjunction = e->kind == EXPR_AND;
  enum truth decides = conjunction ? TRUTH_NEVER : TRUTH_ALWAYS, a = rule_truth_known(e->a, known);
  if (a == decides || a == TRUTH_FAILS) return a;         /* the right side is then not looked at */
  enum truth b = rule_truth_known(e->b, known);
  if (b == decides || contradict(e, conjunction)) return decides;
  return a == b ? a : a != TRUTH_UNKNOWN ? b : TRUTH_UNKNOWN;
}

enum truth rule_truth(const struct expr *e) { return rule_truth_known(e, NULL); }

enum truth rule_truth_known(const struct expr *e, const struct known *known) {
  if (!e) return TRUTH_UNKNOWN;
  enum truth t;
  switch (e->kind) {
  case EXPR_CONST:
    return e->type->kind == TYPE_BOOL && is_constant(e) ? truth(e->constant->scalar != 0) : TRUTH_UNKNOWN;
  case EXPR_CONTEXT:
    if (fails(e, known)) return TRUTH_FAILS;
    return present(e, known) && e->type->kind == TYPE_BOOL ? truth(present(e, known)->scalar != 0) : TRUTH_UNKNOWN;
  case EXPR_NOT: return flip(rule_truth_known(e->a, known));
  case EXPR_AND:
  case EXPR_OR: return connective(e, known);
  case EXPR_EQ:
  case EXPR_NE:
  case EXPR_LT:
  case EXPR_LE:
  case EXPR_INREGION: return compare(e, known);
  case EXPR_IN: return membership(e, known);
  case EXPR_PRESENT: return e->a->optional || e->a->kind == EXPR_UNWRAP ? TRUTH_UNKNOWN : TRUTH_ALWAYS;
  case EXPR_ANY: return rule_truth_known(e->b, known) == TRUTH_NEVER ? TRUTH_NEVER : TRUTH_UNKNOWN;
  case EXPR_ALL: return rule_truth_known(e->b, known) == TRUTH_ALWAYS && !e->c ? TRUTH_ALWAYS : TRUTH_UNKNOWN;
  case EXPR_IF:
    t = rule_truth_known(e->a, known);
    if (t == TRUTH_ALWAYS) return rule_truth_known(e->b, known);
    if (t == TRUTH_NEVER) return rule_truth_known(e->c, known);
    return rule_truth_known(e->b, known) == rule_truth_known(e->c, known) ? rule_truth_known(e->b, known) : TRUTH_UNKNOWN;
  default: return TRUTH_UNKNOWN;
  }
}
