/* expr_ops.c: and, or, arithmetic, otherwise, within. Promotion is a node of its own (TODECIMAL), as are the kinds of
 * multiplication and division. */
#include "support/pattern.h"
#include "sema/rules.h"
#include "syntax/tokens.h"
#include "value.h"

/* ---- int where a decimal is wanted ---- */
struct expr *rule_todecimal(struct env *env, struct expr *e) {
  if (!e || e->type->kind != TYPE_INT) return e;
  const struct type *decimal = rbc_type(env->c, TYPE_DECIMAL);
  if (e->kind == EXPR_CONST && e->constant->scalar <= INT64_MAX / REBASE_SCALE &&
      e->constant->scalar >= -(INT64_MAX / REBASE_SCALE))
    return rule_scalar(env, decimal, e->constant->scalar * REBASE_SCALE, e->span);
  return e->optional ? NULL : rule_one(env, EXPR_TODECIMAL, decimal, e->span, e);
}

/* Makes both sides of one type where an int meets a decimal. False: they are of different types. */
bool rule_unify(struct env *env, struct expr **a, struct expr **b) {
  const struct type *x = (*a)->type, *y = (*b)->type;
  if (x->kind == TYPE_INT && y->kind == TYPE_DECIMAL) {
    struct expr *e = rule_todecimal(env, *a);
    if (!e) return false;
    *a = e;
    return true;
  }
  if (x->kind == TYPE_DECIMAL && y->kind == TYPE_INT) {
    struct expr *e = rule_todecimal(env, *b);
    if (!e) return false;
    *b = e;
    return true;
  }
  return x == y || rbc_same_values(x, y) || rbc_same_values(y, x);
}

static const char *phrase(struct env *env, const struct node *node, const struct expr *e) {
  struct checker *c = env->c;
  const char *text = rule_text(c, env->scope, node), *type = rule_type_phrase(c, e->type);
  bool number =
    node->kind == NODE_INT || node->kind == NODE_DECIMAL || node->kind == NODE_MONEY || node->kind == NODE_DURATION;
  const char *out =
    number ? arena_format(c->arena, "%s is %s", text, type) : arena_format(c->arena, "`%s` is %s", text, type);
  return out ? out : "";
}

static void currency_help(struct env *env, struct diag *d, const struct node *number, const struct type *money) {
  const char *text = rule_text(env->c, env->scope, number);
  const char *fix = arena_format(env->c->arena, "%s%s %s", text, number->kind == NODE_INT ? ".00" : "", money->name);
  if (!fix) return;
  rbc_diag_help(env->c->diags, d, "write `%s`", fix);
  rbc_diag_fix(d, rbc_span(env->scope, number), fix);
}

/* "`args.amount` is money(USD), and 100 is an int": with what helps. */
void rule_mismatch(struct env *env, enum diag_code code, struct span span, const struct node *left,
                   const struct expr *a, const struct node *right, const struct expr *b, const char *why) {
  struct checker *c = env->c;
  bool currencies = a->type->kind == TYPE_MONEY && b->type->kind == TYPE_MONEY && a->type != b->type;
  struct diag *d =
    rule_diag(c, currencies ? E0252 : code, span, "%s, and %s", phrase(env, left, a), phrase(env, right, b));
  bool left_number = left->kind == NODE_INT || left->kind == NODE_DECIMAL,
       right_number = right->kind == NODE_INT || right->kind == NODE_DECIMAL;
  if (currencies) {
    rbc_diag_note(c->diags, d, "two currencies have no rate between them here");
    rbc_diag_help(c->diags, d, "keep to one currency; a rate belongs in a table of its own");
  } else if (a->type->kind == TYPE_MONEY && right_number)
    currency_help(env, d, right, a->type);
  else if (b->type->kind == TYPE_MONEY && left_number)
    currency_help(env, d, left, b->type);
  else if (a->type->kind == TYPE_TIME && b->type->kind == TYPE_DATE)
    rbc_diag_help(c->diags, d, "compare dates: `date(%s)`", rule_text(c, env->scope, left));
  else if (a->type->kind == TYPE_DATE && b->type->kind == TYPE_TIME)
    rbc_diag_help(c->diags, d, "compare dates: `date(%s)`", rule_text(c, env->scope, right));
  else if ((a->type->kind == TYPE_INT && b->type->kind == TYPE_DECIMAL && a->optional) ||
           (b->type->kind == TYPE_INT && a->type->kind == TYPE_DECIMAL && b->optional))
    rbc_diag_help(c->diags, d,
                  "an int that may be missing cannot be taken for a decimal: test it first with `is present`");
  else
    rbc_diag_note(c->diags, d, "%s", why);
}

/* ---- and, or ---- */
static struct expr *connective(struct env *env, const struct node *node) {
  bool conjunction = node->tok == TOKEN_AND;
  const struct fact *before = env->facts;
  struct expr *a = rule_condition(env, node->kid[0]);
  if (a) env->facts = flow_when(env, a, conjunction, before);
  struct expr *b = rule_condition(env, node->kid[1]);
  env->facts = before;
  return rule_two(env, conjunction ? EXPR_AND : EXPR_OR, rule_bool(env), rbc_span(env->scope, node), a, b);
}

/* ---- arithmetic ---- */
static bool numeric(const struct type *t) {
  return t->kind == TYPE_INT || t->kind == TYPE_DECIMAL || t->kind == TYPE_MONEY || t->kind == TYPE_DURATION;
}

static struct expr *whole_days(struct env *env, struct expr *e, const struct expr *days, const struct node *node) {
  if (!e || days->kind != EXPR_CONST || days->constant->scalar % REBASE_DAY == 0) return e;
  struct diag *d = rule_diag(env->c, E0253, rbc_span(env->scope, node), "a date moves by whole days, and `%s` is none",
                             rule_text(env->c, env->scope, node));
  rbc_diag_help(env->c->diags, d, "write `1 day`; or compare times");
  return NULL;
}

static struct expr *sum(struct env *env, const struct node *node, struct expr *a, struct expr *b) {
  bool plus = node->tok == TOKEN_PLUS;
  struct span span = rbc_span(env->scope, node);
  enum type_kind x = a->type->kind, y = b->type->kind;
  const struct type *duration = rbc_type(env->c, TYPE_DURATION);
  if (x == TYPE_TIME && y == TYPE_DURATION)
    return rule_two(env, plus ? EXPR_TIMEADD : EXPR_TIMESUB, rbc_type(env->c, TYPE_TIME), span, a, b);
  if (x == TYPE_DATE && y == TYPE_DURATION)
    return whole_days(env, rule_two(env, plus ? EXPR_DATEADD : EXPR_DATESUB, a->type, span, a, b), b, node->kid[1]);
  if (!plus && x == TYPE_TIME && y == TYPE_TIME) return rule_two(env, EXPR_TIMEDIFF, duration, span, a, b);
  if (!plus && x == TYPE_DATE && y == TYPE_DATE) return rule_two(env, EXPR_DATEDIFF, duration, span, a, b);
  if (rule_unify(env, &a, &b) && numeric(a->type))
    return rule_two(env, plus ? EXPR_ADD : EXPR_SUB, a->type, span, a, b);
  rule_mismatch(
    env, E0253, span, node->kid[0], a, node->kid[1], b,
    plus ? "`+` adds two numbers, amounts or durations of one kind, and a duration to a time or date"
         : "`-` wants two numbers, amounts, durations, times or dates of one kind, or a duration on its right");
  return NULL;
}

static struct expr *product(struct env *env, const struct node *node, struct expr *a, struct expr *b) {
  struct span span = rbc_span(env->scope, node);
  enum type_kind x = a->type->kind, y = b->type->kind;
  if (y == TYPE_INT && numeric(a->type)) return rule_two(env, EXPR_MULINT, a->type, span, a, b);
  if (x == TYPE_INT && numeric(b->type)) return rule_two(env, EXPR_MULINT, b->type, span, b, a);
  if (y == TYPE_DECIMAL && (x == TYPE_DECIMAL || x == TYPE_MONEY))
    return rule_two(env, EXPR_MULDEC, a->type, span, a, b);
  if (x == TYPE_DECIMAL && y == TYPE_MONEY) return rule_two(env, EXPR_MULDEC, b->type, span, b, a);
  rule_mismatch(
    env, E0253, span, node->kid[0], a, node->kid[1], b,
    "`*` wants a number on one side, and a number, an amount or (times a whole number) a duration on the other");
  return NULL;
}

static bool is_zero(const struct expr *e) { return e->kind == EXPR_CONST && e->constant->scalar == 0; }

static struct expr *quotient(struct env *env, const struct node *node, struct expr *a, struct expr *b) {
  struct span span = rbc_span(env->scope, node);
  enum type_kind x = a->type->kind, y = b->type->kind;
  const struct type *decimal = rbc_type(env->c, TYPE_DECIMAL);
  if (numeric(b->type) && is_zero(b)) {
    rule_diag(env->c, E0253, rbc_span(env->scope, node->kid[1]), "division by zero: this rule would deny always");
    return NULL;
  }
  if (a->type == b->type && (x == TYPE_INT || x == TYPE_MONEY || x == TYPE_DURATION))
    return rule_two(env, EXPR_RATIO, decimal, span, a, b);
  if (x == TYPE_INT && y == TYPE_DECIMAL) return rule_two(env, EXPR_DIVDEC, decimal, span, rule_todecimal(env, a), b);
  if ((x == TYPE_DECIMAL || x == TYPE_MONEY) && y == TYPE_INT) return rule_two(env, EXPR_DIVINT, a->type, span, a, b);
  if ((x == TYPE_DECIMAL || x == TYPE_MONEY) && y == TYPE_DECIMAL)
    return rule_two(env, EXPR_DIVDEC, a->type, span, a, b);
  rule_mismatch(env, E0253, span, node->kid[0], a, node->kid[1], b,
                "`/` divides numbers, an amount by a number, and two amounts or durations of one kind");
  return NULL;
}

/* A number beside an amount stays a plain number: neither side expects anything of the other. */
static struct expr *arithmetic(struct env *env, const struct node *node) {
  struct expr *a = rule_need(env, rule_expr(env, node->kid[0], NULL), node->kid[0]);
  struct expr *b = rule_need(env, rule_expr(env, node->kid[1], NULL), node->kid[1]);
  if (!a || !b) return NULL;
  if (node->tok == TOKEN_STAR) return product(env, node, a, b);
  if (node->tok == TOKEN_SLASH) return quotient(env, node, a, b);
  return sum(env, node, a, b);
}

/* ---- a otherwise b ---- */
static struct expr *otherwise(struct env *env, const struct node *node, const struct type *expected) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  struct expr *a = rule_expr(env, node->kid[0], expected);
  struct expr *b = a ? rule_expr(env, node->kid[1], a->type) : NULL;
  if (!b) return NULL;
  if (!rule_unify(env, &a, &b) || (a->type->kind == TYPE_WORDS && a->type != b->type)) {
    rule_mismatch(env, E0251, span, node->kid[0], a, node->kid[1], b,
                  "`otherwise` gives a value of the same type when the first is missing");
    return NULL;
  }
  if (!a->optional) {
    struct diag *d =
      rule_diag(c, W0912, span, "`%s` is never missing here, so what stands after `otherwise` is never taken",
                rule_text(c, env->scope, node->kid[0]));
    rbc_diag_help(c->diags, d, "leave `otherwise` out");
    return a;
  }
  struct expr *e = rule_two(env, EXPR_OTHERWISE, a->type, span, a, b);
  if (e) e->optional = b->optional;
  return e;
}

/* ---- t within the last d ---- */
static struct expr *at_most(struct env *env, struct span span, struct expr *a, struct expr *b) {
  return rule_two(env, EXPR_LE, rule_bool(env), span, a, b);
}

/* Midnight of date d is after time t: d is later than t's date, t's own midnight apart; so t is moved back by the
 * least. */
static struct expr *midnight_from(struct env *env, struct span span, struct expr *d, struct expr *t) {
  struct expr *least = rule_scalar(env, rbc_type(env->c, TYPE_DURATION), 1, span);
  struct expr *date = rule_one(env, EXPR_DATEOF, rbc_type(env->c, TYPE_DATE), span,
                               rule_two(env, EXPR_TIMESUB, rbc_type(env->c, TYPE_TIME), span, t, least));
  if (date) date->zone = env->c->program->zone;
  return rule_one(env, EXPR_NOT, rule_bool(env), span, at_most(env, span, d, date));
}

static struct expr *date_to(struct env *env, struct span span, struct expr *d, struct expr *t) {
  struct expr *date = rule_one(env, EXPR_DATEOF, rbc_type(env->c, TYPE_DATE), span, t);
  if (date) date->zone = env->c->program->zone;
  return at_most(env, span, d, date);
}

struct expr *rule_within(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  if (node->kid[0]->kind == NODE_SEEN && node->kid[0]->kid[1] &&
      node->tok == TOKEN_LAST) { /* (seen E(k)) within the last d */
    struct expr *seen = rule_seen(env, node->kid[0]);
    struct expr *age =
      rule_typed(env, node->kid[1], rbc_type(c, TYPE_DURATION), false, "what stands after `within the last`");
    if (!seen || !age) return NULL;
    seen->kind = EXPR_SEENWITHIN;
    seen->a = age;
    return seen;
  }
  struct expr *t = rule_need(env, rule_expr(env, node->kid[0], NULL), node->kid[0]);
  struct expr *length = rule_typed(env, node->kid[1], rbc_type(c, TYPE_DURATION), false, "what stands after `within`");
  if (!t || !length) return NULL;
  if (t->type->kind != TYPE_TIME && t->type->kind != TYPE_DATE) {
    rule_diag(c, E0250, rbc_span(env->scope, node->kid[0]), "`within` wants a time or a date, and `%s` is %s",
              rule_text(c, env->scope, node->kid[0]), rule_type_phrase(c, t->type));
    return NULL;
  }
  if (!rule_stateful(env, span, "within")) return NULL;
  bool last = node->tok == TOKEN_LAST, date = t->type->kind == TYPE_DATE;
  struct expr *now = rule_context(env, CTX_NOW, span);
  struct expr *edge = rule_two(env, last ? EXPR_TIMESUB : EXPR_TIMEADD, rbc_type(c, TYPE_TIME), span, now, length);
  struct expr *from = last ? edge : now, *to = last ? now : edge;
  struct expr *a = date ? midnight_from(env, span, t, from) : at_most(env, span, from, t);
  struct expr *b = date ? date_to(env, span, t, to) : at_most(env, span, t, to);
  return rule_two(env, EXPR_AND, rule_bool(env), span, a, b);
}

/* ---- texts ---- */
static const struct pattern *pattern(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  uint32_t length;
  const char *text = node_string(env->scope->source, node, c->arena, &length);
  struct span span = rbc_span(env->scope, node);
  if (!text) return NULL;
  for (unsigned i = 0; i < c->program->patterns_count; i++)
    if (rule_is(c->program->patterns[i]->text, text)) return c->program->patterns[i];
  struct pattern *p = arena_alloc(c->arena, sizeof *p);
  if (!p) return NULL;
  *p = (struct pattern){.text = text, .id = c->program->patterns_count, .span = span};
  const char *wrong = rbc_pattern_compile(c->arena, text, length, &p->automaton);
  if (!wrong) return PROGRAM_APPEND(c, patterns, p) ? p : NULL;
  rule_diag(c, E0270, span, "this pattern cannot be used: %s", wrong);
  return NULL;
}

static struct expr *text_operand(struct env *env, const struct node *node, const char *operator) {
  struct checker *c = env->c;
  struct expr *e = rule_need(env, rule_expr(env, node, rbc_type(c, TYPE_STRING)), node);
  if (!e || e->type->kind == TYPE_STRING) return e;
  rule_diag(c, E0250, rbc_span(env->scope, node), "`%s` works on texts, and `%s` is %s", operator,
            rule_text(c, env->scope, node), rule_type_phrase(c, e->type));
  return NULL;
}

static struct expr *matches(struct env *env, const struct node *node) {
  if (node->kid[1]->kind != NODE_PATTERN) {
    struct diag *d = rule_diag(env->c, E0271, rbc_span(env->scope, node->kid[1]), "`matches` wants a pattern");
    rbc_diag_help(env->c->diags, d, "write it between slashes: `matches /#support-.*/`; it is on the whole text");
    return NULL;
  }
  struct expr *e =
    rule_one(env, EXPR_MATCHES, rule_bool(env), rbc_span(env->scope, node), text_operand(env, node->kid[0], "matches"));
  if (!e) return NULL;
  e->pattern = pattern(env, node->kid[1]);
  return e->pattern ? e : NULL;
}

static struct expr *texts(struct env *env, const struct node *node, enum expr_kind kind, const char *operator) {
  struct expr *a = text_operand(env, node->kid[0], operator), *b = text_operand(env, node->kid[1], operator);
  return rule_two(env, kind, rule_bool(env), rbc_span(env->scope, node), a, b);
}

struct expr *rule_contains(struct env *env, const struct node *node) {
  struct expr *a = rule_expr(env, node->kid[0], NULL);
  if (!a) return NULL;
  if (a->type->kind == TYPE_STRING) return texts(env, node, EXPR_HOLDS, "contains");
  struct diag *d = rule_diag(env->c, E0250, rbc_span(env->scope, node), "`contains` works on texts, and `%s` is %s",
                             rule_text(env->c, env->scope, node->kid[0]), rule_type_phrase(env->c, a->type));
  if (a->type->element || rbc_is_list(a->type))
    rbc_diag_help(env->c->diags, d, "say it the other way round: `%s in %s`", rule_text(env->c, env->scope, node->kid[1]),
                rule_text(env->c, env->scope, node->kid[0]));
  return NULL;
}

struct expr *rule_binary(struct env *env, const struct node *node, const struct type *expected) {
  const struct node *left = node->kid[0], *right = node->kid[1];
  switch (node->tok) {
  case TOKEN_AND:
  case TOKEN_OR: return connective(env, node);
  case TOKEN_OTHERWISE: return otherwise(env, node, expected);
  case TOKEN_PLUS:
  case TOKEN_MINUS:
  case TOKEN_STAR:
  case TOKEN_SLASH: return arithmetic(env, node);
  case TOKEN_EQEQ: return rule_equal(env, node, left, right, false);
  case TOKEN_NE: return rule_equal(env, node, left, right, true);
  case TOKEN_LT:
  case TOKEN_LE:
  case TOKEN_GT:
  case TOKEN_GE: return rule_order(env, node);
  case TOKEN_IN: return rule_in(env, node);
  case TOKEN_NOT: return rule_one(env, EXPR_NOT, rule_bool(env), rbc_span(env->scope, node), rule_in(env, node));
  case TOKEN_MATCHES: return matches(env, node);
  case TOKEN_STARTS: return texts(env, node, EXPR_STARTS, "starts with");
  case TOKEN_ENDS: return texts(env, node, EXPR_ENDS, "ends with");
  case TOKEN_CONTAINS: return rule_contains(env, node);
  default: return NULL;
  }
}
