/* partial_loop.c: loops whose outcome is constant, or some of whose parts are. */
#include "codegen/partial.h"

enum { MOST_ELEMENTS = 256 };          /* gone through here */

/* ---- over what is constant, with an outcome that is ---- */
static struct expr *quantified(struct partial *p, struct expr *e, const struct elements *of) {
  bool decides = e->kind == EXPR_ANY;
  for (unsigned i = 0; i < of->count; i++) {
    partial_bind(p, e->binder, of->first[i * of->step], false);
    struct expr *test = partial_fold(p, e->b);
    if (partial_is(test, decides)) return test;
    if (!partial_is(test, !decides)) return NULL;
  }
  return partial_constant(p, e, &(struct constant){.scalar = !decides});
}

static enum expr_kind step_of(enum expr_kind fold) { return fold == EXPR_LEAST ? EXPR_MIN : fold == EXPR_GREATEST ? EXPR_MAX : EXPR_ADD; }

/* first, count, sum, min and max; the value is missing while nothing is found. */
static struct expr *collected(struct partial *p, struct expr *e, const struct elements *of) {
  static const struct constant one = {.scalar = 1};
  struct constant value = {.missing = e->kind != EXPR_COUNT && e->kind != EXPR_SUM};
  for (unsigned i = 0; i < of->count; i++) {
    partial_bind(p, e->binder, of->first[i * of->step], false);
    struct expr *test = e->b ? partial_fold(p, e->b) : NULL;
    if (partial_is(test, false)) continue;
    if (e->b && !partial_is(test, true)) return NULL;
    if (e->kind == EXPR_FIRST) return partial_constant(p, e, of->first[i * of->step]);
    const struct constant *found = e->kind == EXPR_COUNT ? &one : partial_value(partial_fold(p, e->d));
    if (!found) return NULL;
    if (found->missing) return partial_missing(p, e);
    if (value.missing) value = (struct constant){.scalar = found->scalar};
    else if (!arithmetic(step_of(e->kind), value.scalar, found->scalar, &value.scalar)) return NULL;
  }
  return partial_constant(p, e, &value);
}

static struct expr *outcome(struct partial *p, struct expr *e, const struct elements *of) {
  const uint32_t growth = p->growth;         /* what is looked at here goes again */
  if (!e->binder || of->count > MOST_ELEMENTS) return NULL;
  struct expr *made = e->kind == EXPR_ANY || e->kind == EXPR_ALL ? quantified(p, e, of) : collected(p, e, of);
  partial_bind(p, e->binder, NULL, false);
  p->growth = growth;
  return made;
}

/* ---- over anything ---- */
static struct expr *body_part(struct partial *p, struct expr *part) {
  p->loops++;
  struct expr *folded = partial_fold(p, part);
  p->loops--;
  return folded;
}

struct expr *partial_loop(struct partial *p, struct expr *e) {
  struct expr *a = partial_kept(p, e->a, partial_fold(p, e->a)), *c = e->c ? partial_kept(p, e->c, partial_fold(p, e->c)) : NULL;
  struct elements of;
  bool constant = a && !e->c && elements_of(a, &of);
  struct expr *made = constant ? outcome(p, e, &of) : NULL;
  if (constant && !made) made = partial_unroll(p, e, &of);
  if (made) return made;
  struct expr *b = e->b ? body_part(p, e->b) : NULL, *d = e->d ? partial_kept(p, e->d, body_part(p, e->d)) : NULL;
  bool free = partial_harmless(a) && partial_harmless(c);
  if (e->kind == EXPR_ANY && free && partial_is(b, false)) return b;
  if (e->kind == EXPR_ALL && free && !e->c && partial_is(b, true)) return b;
  return partial_parts(p, e, a, b, c, d);
}
