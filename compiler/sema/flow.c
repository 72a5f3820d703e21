/* flow.c: what a condition has shown. A fact is a path that is present; the paths are read from the checked tree, so
 * that there is one rule for `where`, `if`, `and` and `or`. */
#include <string.h>
#include "sema/rules.h"

const struct expr *flow_strip(const struct expr *e) {
  while (e && e->kind == EXPR_UNWRAP) e = e->a;
  return e;
}

static bool same_constants(const struct constant *a, const struct constant *b) {
  if (a->missing || b->missing || a->count || b->count || a->items || b->items) return false;
  if (a->type->kind == TYPE_LIST || a->type->kind == TYPE_SET || a->type->kind == TYPE_MAP) return false;
  if (!a->text != !b->text || a->length != b->length) return false;
  if (a->text) return memcmp(a->text, b->text, a->length) == 0;
  return a->scalar == b->scalar && a->type->kind == b->type->kind;
}

static bool same_lists(const struct expr *a, const struct expr *b) {
  if (a->count != b->count) return false;
  for (unsigned i = 0; i < a->count; i++)
    if (!flow_same(a->list[i], b->list[i])) return false;
  return true;
}

/* Within one decision nothing changes, so two equal looks at arguments, session or tables give the same value. */
bool flow_same(const struct expr *a, const struct expr *b) {
  a = flow_strip(a);
  b = flow_strip(b);
  if (a == b) return true;
  if (!a || !b || a->kind != b->kind) return false;
  switch (a->kind) {
  case EXPR_CONST: return same_constants(a->constant, b->constant);
  case EXPR_ARG: return rule_is(a->name, b->name);
  case EXPR_REQUESTER:
  case EXPR_CONTEXT: return a->index == b->index;
  case EXPR_LOCAL: return a->local == b->local;
  case EXPR_FIELD: return a->index == b->index && flow_same(a->a, b->a);
  case EXPR_INDEX:
  case EXPR_MAPGET: return flow_same(a->a, b->a) && flow_same(a->b, b->b);
  case EXPR_LASTOF: return flow_same(a->a, b->a);
  case EXPR_SEEN: return a->entity == b->entity && same_lists(a, b);
  case EXPR_SEENWITHIN: return a->entity == b->entity && same_lists(a, b) && flow_same(a->a, b->a);
  case EXPR_SEENONLY:
  case EXPR_BOUND: return a->entity == b->entity;
  case EXPR_ROW: return a->table == b->table && same_lists(a, b);
  default: return false;
  }
}

static bool is_path(const struct expr *e) {
  switch (e->kind) {
  case EXPR_ARG:
  case EXPR_REQUESTER:
  case EXPR_CONTEXT:
  case EXPR_LOCAL:
  case EXPR_FIELD:
  case EXPR_INDEX:
  case EXPR_MAPGET:
  case EXPR_LASTOF:
  case EXPR_SEEN:
  case EXPR_SEENWITHIN:
  case EXPR_SEENONLY:
  case EXPR_BOUND:
  case EXPR_ROW: return true;
  default: return false;
  }
}

static bool known(const struct fact *facts, const struct expr *path) {
  for (; facts; facts = facts->next)
    if (flow_same(facts->path, path)) return true;
  return false;
}

static const struct fact *add(struct env *env, const struct expr *path, const struct fact *base) {
  if (!path->optional || !is_path(path) || known(base, path)) return base;
  struct fact *fact = arena_alloc(env->c->arena, sizeof *fact);
  if (!fact) return base;
  *fact = (struct fact){path, base};
  return fact;
}

/* A present value says that what it was reached through is present too: `a?.b` says so of a, `m[k]` of m and k. */
const struct fact *flow_present(struct env *env, const struct expr *path, const struct fact *base) {
  path = flow_strip(path);
  if (!path) return base;
  base = add(env, path, base);
  switch (path->kind) {
  case EXPR_FIELD:
  case EXPR_LASTOF: return flow_present(env, path->a, base);
  case EXPR_INDEX:
  case EXPR_MAPGET: return flow_present(env, path->b, flow_present(env, path->a, base));
  case EXPR_SEEN:
  case EXPR_SEENWITHIN:
  case EXPR_ROW:
    for (unsigned i = 0; i < path->count; i++) base = flow_present(env, path->list[i], base);
    return base;
  default: return base;
  }
}

/* What both a and b say, beside base. */
static const struct fact *both(struct env *env, const struct fact *a, const struct fact *b, const struct fact *base) {
  const struct fact *result = base;
  for (const struct fact *f = a; f && f != base; f = f->next)
    if (known(b, f->path)) result = add(env, f->path, result);
  return result;
}

static const struct fact *join(struct env *env, const struct expr *e, bool truth, const struct fact *base) {
  const struct fact *left = flow_when(env, e->a, truth, base);
  if (truth == (e->kind == EXPR_AND)) return flow_when(env, e->b, truth, left); /* both sides were decided this way */
  const struct fact *right = flow_when(env, e->b, truth, flow_when(env, e->a, !truth, base));
  return both(env, left, right, base);
}

/* What holds when the condition is `truth`, beside base. */
const struct fact *flow_when(struct env *env, const struct expr *e, bool truth, const struct fact *base) {
  if (!e) return base;
  switch (e->kind) {
  case EXPR_AND:
  case EXPR_OR: return join(env, e, truth, base);
  case EXPR_NOT: return flow_when(env, e->a, !truth, base);
  case EXPR_PRESENT: return truth ? flow_present(env, e->a, base) : base;
  case EXPR_EQ:
  case EXPR_NE: /* a missing value equals nothing */
    if (truth != (e->kind == EXPR_EQ)) return base;
    return flow_present(env, e->b, flow_present(env, e->a, base));
  case EXPR_IN: return truth ? flow_present(env, e->a, base) : base;
  case EXPR_INREGION:
  case EXPR_INNET: return truth ? flow_present(env, e->b, flow_present(env, e->a, base)) : base;
  case EXPR_IF: {
    const struct fact *yes = flow_when(env, e->b, truth, flow_when(env, e->a, true, base));
    const struct fact *no = flow_when(env, e->c, truth, flow_when(env, e->a, false, base));
    return both(env, yes, no, base);
  }
  default: return base;
  }
}

struct expr *flow_unwrap(struct env *env, struct expr *e) {
  if (!e || !e->optional || !is_path(e) || !known(env->facts, e)) return e;
  struct expr *there = rule_one(env, EXPR_UNWRAP, e->type, e->span, e);
  return there;
}
