/* lower_loop.c: any, all, first, count, sum, min and max over a list or over pairs of two lists.
 * What a loop leaves behind is in registers that were written before it, with the same type all the way. */
#include "codegen/generator.h"

struct walk { struct gen_loop loop; unsigned second; };

/* Evaluates the sources; pairs of lists that differ in length go to `unequal`. */
static unsigned walk_sources(struct gen_code *code, const struct expr *e, struct walk *walk,
                             struct gen_label *unequal) {
  unsigned first = gen_operand(code, e->a);
  if (!e->c) return first;
  walk->second = gen_operand(code, e->c);
  unsigned saved = code->top, a = gen_register(code), b = gen_register(code), same = gen_register(code);
  gen_emit(code, OP_LENGTH, a, first, 0, 0);
  gen_emit(code, OP_LENGTH, b, walk->second, 0, 0);
  gen_emit(code, OP_EQ, same, a, b, 0);
  gen_jump(code, OP_IFNOT, same, unequal);
  code->top = saved;
  return first;
}

static void walk_open(struct gen_code *code, const struct expr *e, struct walk *walk, unsigned source) {
  walk->loop = gen_loop_open(code, source);
  if (e->binder) gen_bind(code, e->binder, walk->loop.element);
  if (!e->c || !e->binder2) return;
  unsigned found = gen_register(code), element = gen_register(code);
  gen_emit(code, OP_INDEX, found, walk->second, walk->loop.index, 0);   /* there, since the lengths are equal */
  gen_emit(code, OP_UNWRAP, element, found, 0, 0);
  gen_bind(code, e->binder2, element);
}

/* any leaves its loop when the condition holds, all when it does not; unequal pairs make both false. */
void gen_loop_branch(struct gen_code *code, const struct expr *e, bool when, struct gen_label *label) {
  unsigned saved = code->top;
  bool any = e->kind == EXPR_ANY;
  struct walk walk = {0};
  struct gen_label over = {0};
  unsigned source = walk_sources(code, e, &walk, when ? &over : label);
  walk_open(code, e, &walk, source);
  gen_branch(code, e->b, any, any == when ? label : &over);
  gen_loop_close(code, walk.loop);
  if (any != when) gen_jump(code, OP_JUMP, 0, label);
  gen_place(code, &over);
  code->top = saved;
}

static void first_of(struct gen_code *code, const struct expr *e, unsigned to) {
  struct walk walk = {0};
  struct gen_label next = {0}, end = {0}, unequal = {0};
  unsigned source = walk_sources(code, e, &walk, &unequal);
  walk_open(code, e, &walk, source);
  if (e->b) gen_branch(code, e->b, false, &next);
  else gen_jump(code, OP_IFMISSING, walk.loop.element, &next);          /* never: keeps NEXT within reach */
  gen_emit(code, OP_MOVE, to, walk.loop.element, 0, 0);
  gen_jump(code, OP_JUMP, 0, &end);
  gen_place(code, &next);
  gen_loop_close(code, walk.loop);
  gen_place(code, &unequal);
  gen_emit(code, OP_NOTHING, to, 0, 0, gen_type(code->g, e->type));
  gen_place(code, &end);
}

static void zero(struct gen_code *code, const struct type *type, unsigned to) { gen_scalar(code, to, gen_type(code->g, type), 0); }

/* The value of a fold in a loop's body; a missing one leaves for `missing`. */
static unsigned fold_value(struct gen_code *code, const struct expr *value, struct gen_label *missing) {
  unsigned at = gen_operand(code, value);
  if (!value->optional) return at;
  unsigned there = gen_register(code);
  gen_jump(code, OP_IFMISSING, at, missing);
  gen_emit(code, OP_UNWRAP, there, at, 0, 0);
  return there;
}

/* After the loop: the accumulator is the result, save where `missing` leads. */
static void fold_end(struct gen_code *code, const struct expr *e, unsigned sum, unsigned to,
                     struct gen_label *missing) {
  struct gen_label end = {0};
  if (sum != to) gen_emit(code, OP_MOVE, to, sum, 0, 0);
  if (missing->uses) {
    gen_jump(code, OP_JUMP, 0, &end);
    gen_place(code, missing);
    gen_emit(code, OP_NOTHING, to, 0, 0, gen_type(code->g, e->type));
    gen_place(code, &end);
  }
}

/* count(for x in xs where c), sum(v for ...): an accumulator that starts at 0. */
static void total(struct gen_code *code, const struct expr *e, unsigned to) {
  struct walk walk = {0};
  struct gen_label next = {0}, missing = {0};
  bool counts = e->kind == EXPR_COUNT;
  unsigned sum = e->optional ? gen_register(code) : to, one = counts ? gen_register(code) : 0;
  unsigned source = walk_sources(code, e, &walk, &missing);
  zero(code, e->type, sum);
  if (counts) gen_scalar(code, one, TYPE_INT, 1);
  walk_open(code, e, &walk, source);
  if (e->b) gen_branch(code, e->b, false, &next);
  gen_emit(code, OP_ADD, sum, sum, counts ? one : fold_value(code, e->d, &missing), 0);
  gen_place(code, &next);
  gen_loop_close(code, walk.loop);
  fold_end(code, e, sum, to, &missing);
}

/* min, max: the first value is taken as it is; none at all is missing. */
static void extreme(struct gen_code *code, const struct expr *e, unsigned to) {
  struct walk walk = {0};
  struct gen_label next = {0}, missing = {0}, set = {0};
  unsigned best = gen_register(code), any = gen_register(code);
  unsigned source = walk_sources(code, e, &walk, &missing);
  zero(code, e->type, best);
  gen_bool(code, false, any);
  walk_open(code, e, &walk, source);
  if (e->b) gen_branch(code, e->b, false, &next);
  unsigned value = fold_value(code, e->d, &missing);
  gen_jump(code, OP_IFNOT, any, &set);
  gen_emit(code, e->kind == EXPR_LEAST ? OP_MIN : OP_MAX, best, best, value, 0);
  gen_jump(code, OP_JUMP, 0, &next);
  gen_place(code, &set);
  gen_emit(code, OP_MOVE, best, value, 0, 0);
  gen_bool(code, true, any);
  gen_place(code, &next);
  gen_loop_close(code, walk.loop);
  gen_jump(code, OP_IFNOT, any, &missing);
  fold_end(code, e, best, to, &missing);
}

void gen_loop_expr(struct gen_code *code, const struct expr *e, unsigned to) {
  unsigned saved = code->top;
  switch (e->kind) {
    case EXPR_FIRST: first_of(code, e, to); break;
    case EXPR_COUNT: case EXPR_SUM: total(code, e, to); break;
    default: extreme(code, e, to);
  }
  code->top = saved;
}
