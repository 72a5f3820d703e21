/* state_of.c: the direction of every kind of expression (state.h). Where nothing is known to hold, it is MIXED. */
#include "sema/state.h"

static enum direction of(const struct directions *locals, const struct expr *e) {
  return e ? state_of(locals, e) : STATE_STEADY;
}

static bool steady(const struct directions *locals, const struct expr *e) { return of(locals, e) == STATE_STEADY; }

static enum direction flip(enum direction d) {
  return d == STATE_UP ? STATE_DOWN : d == STATE_DOWN ? STATE_UP : d == STATE_STEADY ? d : STATE_MIXED;
}

/* Two that act together the same way: and, or, +, min, max. */
static enum direction join(enum direction a, enum direction b) {
  if (a == STATE_STEADY) return b == STATE_LOST || b == STATE_SHRINKS ? STATE_MIXED : b;
  if (b == STATE_STEADY) return a == STATE_LOST || a == STATE_SHRINKS ? STATE_MIXED : a;
  return a == b && (a == STATE_UP || a == STATE_DOWN) ? a : STATE_MIXED;
}

/* A test that is false when an operand is missing, and else reads steady values. */
static enum direction test(enum direction a, enum direction b) {
  bool known = (a == STATE_STEADY || a == STATE_LOST) && (b == STATE_STEADY || b == STATE_LOST);
  return !known ? STATE_MIXED : a == STATE_LOST || b == STATE_LOST ? STATE_DOWN : STATE_STEADY;
}

/* A value read through others: missing when one of them is. */
static enum direction through(enum direction a, enum direction b) {
  bool known = (a == STATE_STEADY || a == STATE_LOST) && (b == STATE_STEADY || b == STATE_LOST);
  return !known ? STATE_MIXED : a == STATE_LOST || b == STATE_LOST ? STATE_LOST : STATE_STEADY;
}

static enum direction keys(const struct directions *locals, const struct expr *e) {
  enum direction d = STATE_STEADY;
  for (unsigned i = 0; i < e->count; i++) d = through(d, of(locals, e->list[i]));
  return d;
}

static bool is_bool(const struct expr *e, bool *value) {
  if (e->kind != EXPR_CONST || e->type->kind != TYPE_BOOL || e->constant->missing) return false;
  *value = e->constant->scalar != 0;
  return true;
}

static enum direction equality(const struct directions *locals, const struct expr *e) {
  enum direction a = of(locals, e->a), b = of(locals, e->b), d = test(a, b);
  bool value;
  if (d == STATE_MIXED && is_bool(e->b, &value))
    d = value ? join(a, STATE_STEADY) : flip(a);
  else if (d == STATE_MIXED && is_bool(e->a, &value))
    d = value ? join(b, STATE_STEADY) : flip(b);
  return e->kind == EXPR_NE ? flip(d) : d;
}

/* `x otherwise false` of a lost x can only become false. */
static enum direction otherwise(const struct directions *locals, const struct expr *e) {
  enum direction a = of(locals, e->a), b = of(locals, e->b);
  bool value;
  if (a == STATE_STEADY) return b; /* whether a is missing does not change */
  if (a == STATE_LOST && is_bool(e->b, &value)) return value ? STATE_UP : STATE_DOWN;
  return STATE_MIXED;
}

static enum direction choice(const struct directions *locals, const struct expr *e) {
  if (!steady(locals, e->a)) return STATE_MIXED;
  enum direction b = of(locals, e->b), c = of(locals, e->c);
  if (b == c) return b;
  if ((b == STATE_LOST && c == STATE_STEADY) || (b == STATE_STEADY && c == STATE_LOST)) return STATE_LOST;
  return join(b, c);
}

static enum direction quantifier(const struct directions *locals, const struct expr *e) {
  enum direction source = of(locals, e->a), body = of(locals, e->b);
  bool shrinks = source == STATE_SHRINKS;
  if ((source != STATE_STEADY && !shrinks) || !steady(locals, e->c) || (shrinks && e->c)) return STATE_MIXED;
  if (body != STATE_STEADY && body != STATE_UP && body != STATE_DOWN) return STATE_MIXED;
  if (!shrinks) return body;
  if (e->kind == EXPR_ALL) return body == STATE_DOWN ? STATE_MIXED : STATE_UP;
  return body == STATE_UP ? STATE_MIXED : STATE_DOWN; /* any, count */
}

/* sum, min, max, first over what does not change. */
static enum direction fold(const struct directions *locals, const struct expr *e) {
  if (!steady(locals, e->a) || !steady(locals, e->b) || !steady(locals, e->c)) return STATE_MIXED;
  if (e->kind == EXPR_FIRST) return STATE_STEADY;
  enum direction value = of(locals, e->d);
  return value == STATE_STEADY || value == STATE_LOST ? value : STATE_MIXED;
}

static enum direction unwrap(enum direction a) { return a == STATE_LOST ? STATE_STEADY : a; }

static enum direction local_of(const struct directions *locals, const struct expr *e) {
  return e->local->id < STATE_LOCALS ? (enum direction)locals->of[e->local->id] : STATE_MIXED;
}

enum direction state_of(const struct directions *locals, const struct expr *e) {
  enum direction a, b;
  switch (e->kind) {
  case EXPR_CONST:
  case EXPR_ARG:
  case EXPR_REQUESTER:
  case EXPR_CONTEXT:
  case EXPR_COUNTED:
  case EXPR_BOUND:
  case EXPR_ROWS: return STATE_STEADY;
  case EXPR_LOCAL: return local_of(locals, e);
  case EXPR_LABELLED: return STATE_UP;
  case EXPR_PROVED: return STATE_DOWN;
  case EXPR_SEEN: return keys(locals, e) == STATE_MIXED ? STATE_MIXED : STATE_LOST;
  case EXPR_SEENWITHIN: return keys(locals, e) == STATE_MIXED || !steady(locals, e->a) ? STATE_MIXED : STATE_LOST;
  case EXPR_SEENONLY: return STATE_LOST;
  case EXPR_SEENALL: return STATE_SHRINKS;
  case EXPR_SAID:
  case EXPR_VOUCHED: a = of(locals, e->a); return a == STATE_STEADY || a == STATE_LOST ? STATE_DOWN : STATE_MIXED;
  case EXPR_FIELD: return through(of(locals, e->a), STATE_STEADY);
  case EXPR_INDEX:
  case EXPR_MAPGET: return through(of(locals, e->a), of(locals, e->b));
  case EXPR_LASTOF: return through(of(locals, e->a), STATE_STEADY);
  case EXPR_LENGTH: a = of(locals, e->a); return a == STATE_SHRINKS ? STATE_DOWN : a == STATE_STEADY ? a : STATE_MIXED;
  case EXPR_ROW: return keys(locals, e);
  case EXPR_PRESENT: return test(of(locals, e->a), STATE_STEADY);
  /* The checker put it where its operand is known to be there: what is lost makes that test false, not this value
   * different. */
  case EXPR_UNWRAP: return unwrap(of(locals, e->a));
  case EXPR_OTHERWISE: return otherwise(locals, e);
  case EXPR_ADD:
  case EXPR_MIN:
  case EXPR_MAX:
  case EXPR_AND:
  case EXPR_OR: return join(of(locals, e->a), of(locals, e->b));
  case EXPR_SUB: return join(of(locals, e->a), flip(of(locals, e->b)));
  case EXPR_NEG:
  case EXPR_NOT: return flip(of(locals, e->a));
  case EXPR_TODECIMAL: return join(of(locals, e->a), STATE_STEADY);
  case EXPR_EQ:
  case EXPR_NE: return equality(locals, e);
  case EXPR_LT:
  case EXPR_LE: return join(flip(of(locals, e->a)), of(locals, e->b));
  case EXPR_IN:
  case EXPR_INREGION:
  case EXPR_INNET:
    a = of(locals, e->a);
    b = of(locals, e->b);
    return e->kind == EXPR_IN && b != STATE_STEADY ? STATE_MIXED : test(a, b);
  case EXPR_IF: return choice(locals, e);
  case EXPR_ANY:
  case EXPR_ALL:
  case EXPR_COUNT: return quantifier(locals, e);
  case EXPR_FIRST:
  case EXPR_SUM:
  case EXPR_LEAST:
  case EXPR_GREATEST: return fold(locals, e);
  default: /* works on values that are there: steady, or unknown */
    if (!steady(locals, e->a) || !steady(locals, e->b)) return STATE_MIXED;
    for (unsigned i = 0; i < e->count; i++)
      if (!steady(locals, e->list[i])) return STATE_MIXED;
    return STATE_STEADY;
  }
}

static bool fits(enum direction d, bool up) { return d == STATE_STEADY || d == (up ? STATE_UP : STATE_DOWN); }

const struct expr *state_culprit(const struct directions *locals, const struct expr *e, bool up) {
  const struct expr *inner;
  switch (e->kind) {
  case EXPR_AND:
  case EXPR_OR:
    inner = fits(of(locals, e->a), up) ? e->b : e->a;
    return fits(of(locals, inner), up) ? e : state_culprit(locals, inner, up);
  case EXPR_NOT: return fits(of(locals, e->a), !up) ? e : state_culprit(locals, e->a, !up);
  case EXPR_ANY:
  case EXPR_ALL:
    if (steady(locals, e->a) && e->b && !fits(of(locals, e->b), up)) return state_culprit(locals, e->b, up);
    return e;
  case EXPR_LT:
  case EXPR_LE:
  case EXPR_EQ:
  case EXPR_NE:
  case EXPR_OTHERWISE:
  case EXPR_ADD:
  case EXPR_SUB:
  case EXPR_TODECIMAL:
    if (steady(locals, e->b) && of(locals, e->a) == STATE_MIXED) return state_culprit(locals, e->a, up);
    if (steady(locals, e->a) && of(locals, e->b) == STATE_MIXED) return state_culprit(locals, e->b, up);
    return e;
  default: return e;
  }
}
