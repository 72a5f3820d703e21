/* lower_expr.c: checked expressions to instructions. gen_expr puts a value into a register that is free to be written,
 * gen_operand gives the register where a value stands (a let's own, or a new one), gen_branch jumps on a condition
 * without making a bool of it. */
#include <string.h>
#include "codegen/generator.h"
#include "support/names.h"

/* How an expression becomes one instruction of the same name. */
enum shape { OTHER, PLAIN, UNARY, BINARY, KEYED };
static const struct { uint8_t shape, op; } simple[EXPR_KIND_COUNT] = {
#define NULLARY(NAME) [EXPR_##NAME] = {PLAIN, OP_##NAME},
#define ONE(NAME) [EXPR_##NAME] = {UNARY, OP_##NAME},
#define TWO(NAME) [EXPR_##NAME] = {BINARY, OP_##NAME},
#define KEYS(NAME) [EXPR_##NAME] = {KEYED, OP_##NAME},
  NULLARY(ARG) NULLARY(REQUESTER) NULLARY(CONTEXT) NULLARY(LABELLED) NULLARY(PROVED) NULLARY(COUNTED) NULLARY(SEENALL)
  NULLARY(SEENONLY) NULLARY(BOUND) NULLARY(ROWS)
  ONE(SAID) ONE(VOUCHED) ONE(LASTOF) ONE(LENGTH) ONE(TEXTLENGTH) ONE(PRESENT) ONE(UNWRAP) ONE(URLS) ONE(NEG)
  ONE(TODECIMAL) ONE(ABS) ONE(HOUR) ONE(WEEKDAY) ONE(DATEOF) ONE(NOT) ONE(MATCHES)
  TWO(INDEX) TWO(MAPGET) TWO(UNDER) TWO(ADD) TWO(SUB) TWO(MULINT) TWO(MULDEC) TWO(DIVINT) TWO(DIVDEC) TWO(RATIO)
  TWO(TIMEADD) TWO(TIMESUB) TWO(TIMEDIFF) TWO(DATEADD) TWO(DATESUB) TWO(DATEDIFF) TWO(MIN) TWO(MAX) TWO(LT) TWO(LE)
  TWO(IN) TWO(INREGION) TWO(INNET) TWO(STARTS) TWO(ENDS) TWO(HOLDS)
  KEYS(SEEN) KEYS(SEENWITHIN) KEYS(ROW) KEYS(CALL)
#undef NULLARY
#undef ONE
#undef TWO
#undef KEYS
};

static uint32_t argument_slot(struct gen_code *code, const struct expr *e) {
  const struct rule *rule = code->rule;
  for (unsigned i = 0; rule && i < rule->operation_count; i++)
    for (unsigned p = 0; p < rule->operations[i]->param_count; p++)
      if (same_name(rule->operations[i]->params[p].name, e->name)) return rule->operations[i]->params[p].slot;
  gen_internal_error(code->g, e->span, "an argument that no operation of the rule has");
  return 0;
}

static uint32_t immediate(struct gen_code *code, const struct expr *e) {
  switch (e->kind) {
    case EXPR_ARG: return argument_slot(code, e);
    case EXPR_REQUESTER: case EXPR_CONTEXT: case EXPR_LABELLED: case EXPR_PROVED: return e->index;
    case EXPR_COUNTED: return e->operation->id;
    case EXPR_SEEN: case EXPR_SEENWITHIN: case EXPR_SEENALL: case EXPR_SEENONLY: case EXPR_BOUND: return e->entity->id;
    case EXPR_ROW: case EXPR_ROWS: return e->table->id;
    case EXPR_UNDER: return e->tree->id;
    case EXPR_HOUR: case EXPR_WEEKDAY: case EXPR_DATEOF: return e->zone->id;
    case EXPR_MATCHES: return e->pattern->id;
    case EXPR_CALL: return e->function->id;
    default: return 0;
  }
}

unsigned gen_operand(struct gen_code *code, const struct expr *e) {
  if (e->kind == EXPR_LOCAL) return gen_bound(code, e->local);
  unsigned to = gen_register(code);
  gen_expr(code, e, to);
  return to;
}

void gen_bool(struct gen_code *code, bool value, unsigned to) {
  gen_scalar(code, to, TYPE_BOOL, value);
}

/* In a rule's program only the number of the constant, so that rules which differ in constants share it. */
static void constant(struct gen_code *code, const struct expr *e, unsigned to) {
  const struct constant *c = e->constant;
  struct generator *g = code->g;
  uint32_t type = gen_type(g, c->missing ? e->type : c->type);
  if (c->missing) { gen_emit(code, OP_NOTHING, to, 0, 0, type); return; }
  bool scalar = gen_is_scalar(c->type->kind), text = c->type->kind == TYPE_STRING;
  const struct gen_constant noted = {.type = type, .scalar = c->scalar, .value = scalar ? NULL : c};
  if (code->shared) {
    uint32_t number = gen_rule_constant(g, &noted);
    gen_condition_hole(code, e, number);
    gen_emit(code, OP_RULECONST, to, 0, 0, number);
  } else gen_emit(code, scalar ? OP_CONST : text ? OP_TEXT : OP_VALUE, to, 0, 0, gen_immediate(g, &noted));
}

/* A word of a shorter `one of` where a longer one is wanted: registers are typed, so the word is looked for. */
static void other_words(struct gen_code *code, const struct expr *e, const struct type *wanted, unsigned to) {
  unsigned from = gen_operand(code, e), same = gen_register(code);
  struct gen_label missing = {0}, end = {0};
  if (e->optional) gen_jump(code, OP_IFMISSING, from, &missing);
  for (unsigned i = 0; i < e->type->word_count; i++) {
    gen_scalar(code, to, gen_type(code->g, wanted), e->type->words[i].symbol);
    if (i + 1 == e->type->word_count) break;
    gen_emit(code, OP_EQ, same, from, to, 0);
    gen_jump(code, OP_IF, same, &end);
  }
  if (e->optional) {
    gen_jump(code, OP_JUMP, 0, &end);
    gen_place(code, &missing);
    gen_emit(code, OP_NOTHING, to, 0, 0, gen_type(code->g, wanted));
  }
  gen_place(code, &end);
}

static bool needs_words(const struct expr *e, const struct type *wanted) {
  return e->type->kind == TYPE_WORDS && wanted->kind == TYPE_WORDS && e->type != wanted;
}

void gen_expr_as(struct gen_code *code, const struct expr *e, const struct type *wanted, unsigned to) {
  unsigned saved = code->top;
  if (needs_words(e, wanted)) other_words(code, e, wanted, to);
  else gen_expr(code, e, to);
  code->top = saved;
}

static unsigned operand_as(struct gen_code *code, const struct expr *e, const struct type *wanted) {
  if (!needs_words(e, wanted)) return gen_operand(code, e);
  unsigned to = gen_register(code);
  gen_expr_as(code, e, wanted, to);
  return to;
}

/* Of a function's parameter, or of a table's key: a row of a total table is sure only under keys of its very types. */
static const struct type *wanted_type(const struct expr *e, unsigned i) {
  if (e->kind == EXPR_CALL) return e->function->params[i]->type;
  return e->kind == EXPR_ROW ? e->table->row->fields[e->table->key_field[i]].type : e->list[i]->type;
}

/* Keys and arguments stand side by side; the duration of SEENWITHIN is evaluated after the keys. */
static void keyed(struct gen_code *code, const struct expr *e, unsigned to) {
  unsigned first = gen_registers(code, e->count ? e->count : 1), span = 0;
  if (!e->count) code->top = first;
  for (unsigned i = 0; i < e->count; i++) gen_expr_as(code, e->list[i], wanted_type(e, i), first + i);
  if (e->kind == EXPR_SEENWITHIN) span = gen_operand(code, e->a);
  gen_emit(code, (enum opcode)simple[e->kind].op, to, e->count ? first : 0, span, immediate(code, e));
}

static void equal(struct gen_code *code, const struct expr *e, unsigned to) {
  unsigned a = gen_operand(code, e->a), b = gen_operand(code, e->b);
  gen_emit(code, gen_is_text(e->a->type->kind) ? OP_EQTEXT : OP_EQ, to, a, b, 0);
  if (e->kind == EXPR_NE) gen_emit(code, OP_NOT, to, to, 0, 0);
}

/* a if present, else b: where b is sure to be there, so is the result. */
static void otherwise(struct gen_code *code, const struct expr *e, unsigned to) {
  struct gen_label missing = {0}, end = {0};
  unsigned a = operand_as(code, e->a, e->type);
  gen_jump(code, OP_IFMISSING, a, &missing);
  gen_emit(code, e->b->optional ? OP_MOVE : OP_UNWRAP, to, a, 0, 0);
  gen_jump(code, OP_JUMP, 0, &end);
  gen_place(code, &missing);
  gen_expr_as(code, e->b, e->type, to);
  gen_place(code, &end);
}

static void choice(struct gen_code *code, const struct expr *e, unsigned to) {
  struct gen_label no = {0}, end = {0};
  gen_branch(code, e->a, false, &no);
  gen_expr_as(code, e->b, e->type, to);
  gen_jump(code, OP_JUMP, 0, &end);
  gen_place(code, &no);
  gen_expr_as(code, e->c, e->type, to);
  gen_place(code, &end);
}

/* A condition as a value: one path writes true, the other false. The jump is what the last part decides alone. */
static void condition(struct gen_code *code, const struct expr *e, unsigned to) {
  struct gen_label decided = {0}, end = {0};
  bool when = e->kind == EXPR_OR || e->kind == EXPR_ANY;
  gen_branch(code, e, when, &decided);
  gen_bool(code, !when, to);
  gen_jump(code, OP_JUMP, 0, &end);
  gen_place(code, &decided);
  gen_bool(code, when, to);
  gen_place(code, &end);
}

static void let_in(struct gen_code *code, const struct expr *e) {
  unsigned at = gen_register(code);
  gen_expr_as(code, e->a, e->binder->type, at);
  gen_bind(code, e->binder, at);
}

static void compound(struct gen_code *code, const struct expr *e, unsigned to) {
  switch (e->kind) {
    case EXPR_CONST: constant(code, e, to); break;
    case EXPR_LOCAL: gen_emit(code, OP_MOVE, to, gen_bound(code, e->local), 0, 0); break;
    case EXPR_FIELD:
      gen_emit(code, e->a->optional ? OP_OPTFIELD : OP_FIELD, to, gen_operand(code, e->a), 0, e->index);
      break;
    case EXPR_OTHERWISE: otherwise(code, e, to); break;
    case EXPR_EQ: case EXPR_NE: equal(code, e, to); break;
    case EXPR_IF: choice(code, e, to); break;
    case EXPR_LET:
      let_in(code, e);
      gen_expr(code, e->b, to);
      break;
    case EXPR_AND: case EXPR_OR: case EXPR_ANY: case EXPR_ALL: condition(code, e, to); break;
    case EXPR_FIRST: case EXPR_COUNT: case EXPR_SUM: case EXPR_LEAST: case EXPR_GREATEST:
      gen_loop_expr(code, e, to);
      break;
    default: gen_internal_error(code->g, e->span, "an expression of an unknown kind");
  }
}

void gen_expr(struct gen_code *code, const struct expr *e, unsigned to) {
  unsigned saved = code->top, a, b;
  switch (simple[e->kind].shape) {
    case PLAIN: gen_emit(code, (enum opcode)simple[e->kind].op, to, 0, 0, immediate(code, e)); break;
    case UNARY:
      a = gen_operand(code, e->a);
      gen_emit(code, (enum opcode)simple[e->kind].op, to, a, 0, immediate(code, e));
      break;
    case BINARY:
      a = gen_operand(code, e->a);
      b = gen_operand(code, e->b);
      gen_emit(code, (enum opcode)simple[e->kind].op, to, a, b, immediate(code, e));
      break;
    case KEYED: keyed(code, e, to); break;
    default: compound(code, e, to);
  }
  code->top = saved;
}

/* a and b with when = false, a or b with when = true: either operand alone decides. */
static void branch_both(struct gen_code *code, const struct expr *e, bool when, struct gen_label *label) {
  bool either_decides = when == (e->kind == EXPR_OR);
  struct gen_label over = {0};
  gen_branch(code, e->a, either_decides ? when : !when, either_decides ? label : &over);
  gen_branch(code, e->b, when, label);
  gen_place(code, &over);
}

static void branch_present(struct gen_code *code, const struct expr *e, bool when, struct gen_label *label) {
  struct gen_label over = {0};
  unsigned a = gen_operand(code, e->a);
  gen_jump(code, OP_IFMISSING, a, when ? &over : label);
  if (when) gen_jump(code, OP_JUMP, 0, label);
  gen_place(code, &over);
}

/* Goes to the label when the condition is `when`, else goes on. */
void gen_branch(struct gen_code *code, const struct expr *e, bool when, struct gen_label *label) {
  unsigned saved = code->top;
  struct gen_label over = {0};
  switch (e->kind) {
    case EXPR_AND: case EXPR_OR: branch_both(code, e, when, label); break;
    case EXPR_NOT: gen_branch(code, e->a, !when, label); break;
    case EXPR_NE: {
      unsigned a = gen_operand(code, e->a), b = gen_operand(code, e->b), to = gen_register(code);
      gen_emit(code, gen_is_text(e->a->type->kind) ? OP_EQTEXT : OP_EQ, to, a, b, 0);
      gen_jump(code, when ? OP_IFNOT : OP_IF, to, label);
      break;
    }
    case EXPR_PRESENT: branch_present(code, e, when, label); break;
    case EXPR_ANY: case EXPR_ALL: gen_loop_branch(code, e, when, label); break;
    case EXPR_IF: {
      struct gen_label no = {0};
      gen_branch(code, e->a, false, &no);
      gen_branch(code, e->b, when, label);
      gen_jump(code, OP_JUMP, 0, &over);
      gen_place(code, &no);
      gen_branch(code, e->c, when, label);
      gen_place(code, &over);
      break;
    }
    case EXPR_LET:
      let_in(code, e);
      gen_branch(code, e->b, when, label);
      break;
    case EXPR_CONST:                      /* in a loop both ways stay open, so that its NEXT can be reached */
      if (!code->depth) {
        if ((e->constant->scalar != 0) == when) gen_jump(code, OP_JUMP, 0, label);
        break;
      }
      /* fall through */
    default: gen_jump(code, when ? OP_IF : OP_IFNOT, gen_operand(code, e), label);
  }
  code->top = saved;
}
