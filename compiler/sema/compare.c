/* compare.c: equality, order, membership, lists. `in` over a list of values that are not constant becomes a chain of
 * equalities, `in` over what was seen an `any`. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"

/* ---- equality ---- */
static bool share_a_word(const struct type *a, const struct type *b) {
  if (a->kind != TYPE_WORDS || b->kind != TYPE_WORDS || a == b) return true;
  for (unsigned i = 0; i < a->word_count; i++)
    for (unsigned j = 0; j < b->word_count; j++)
      if (a->words[i].symbol == b->words[j].symbol) return true;
  return false;
}

static bool comparable(struct env *env, const struct node *node, const struct node *left, const struct expr *a,
                       const struct node *right, const struct expr *b) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct expr *composite = !rule_is_scalar_or_text(a->type) ? a : !rule_is_scalar_or_text(b->type) ? b : NULL;
  if (composite) {
    const struct node *which = composite == a ? left : right;
    struct diag *d = rule_diag(c, E0276, span, "`%s` is %s: lists and records are not compared as a whole",
                               rule_text(c, env->scope, which), rule_type_phrase(c, composite->type));
    rbc_diag_help(
      c->diags, d,
      composite->type->kind == TYPE_RECORD
        ? "compare a field of it"
        : "compare element by element: `all (x, y) in pairs(xs, ys) satisfy x == y`; or ask for membership with `in`");
    return false;
  }
  if (!a->optional || !b->optional) return true;
  struct diag *d = rule_diag(c, E0255, span, "`%s` and `%s` may both be missing", rule_text(c, env->scope, left),
                             rule_text(c, env->scope, right));
  rbc_diag_note(c->diags, d, "a missing value equals nothing, not even another missing one, which is easily misread");
  rbc_diag_help(c->diags, d, "test one of them first: `%s is present and ...`", rule_text(c, env->scope, left));
  return false;
}

static struct expr *equal(struct env *env, struct span span, struct expr *a, struct expr *b, bool negated) {
  return rule_two(env, negated ? EXPR_NE : EXPR_EQ, rule_bool(env), span, a, b);
}

static bool can_be_compared(const struct type *a, const struct type *b) {
  bool words = (a->kind == TYPE_WORDS || a->kind == TYPE_SYMBOL) && (b->kind == TYPE_WORDS || b->kind == TYPE_SYMBOL);
  return words || (a->kind == b->kind && (a->kind != TYPE_MONEY || a == b));
}

struct expr *rule_equal(struct env *env, const struct node *node, const struct node *left, const struct node *right,
                        bool negated) {
  struct span span = rbc_span(env->scope, node);
  struct expr *a, *b;
  if (!rule_pair(env, left, right, &a, &b) || !comparable(env, node, left, a, right, b)) return NULL;
  bool unified = rule_unify(env, &a, &b);
  if (!unified && !can_be_compared(a->type, b->type)) {
    rule_mismatch(env, E0251, span, left, a, right, b, "only values of one type can be equal");
    return NULL;
  }
  if (!share_a_word(a->type, b->type)) {
    struct diag *d = rule_diag(env->c, W0902, span, "`%s` and `%s` have no word in common: they are never equal",
                               rule_text(env->c, env->scope, left), rule_text(env->c, env->scope, right));
    rbc_diag_note(env->c->diags, d, "one is %s, the other %s", rbc_type_name(env->c, a->type),
                  rbc_type_name(env->c, b->type));
  }
  return equal(env, span, a, b, negated);
}

/* ---- order: a > b is `not a <= b`, so that the sides are evaluated as they stand ---- */
struct expr *rule_order(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  const struct node *left = node->kid[0], *right = node->kid[1];
  struct span span = rbc_span(env->scope, node);
  struct expr *a, *b;
  if (!rule_pair(env, left, right, &a, &b)) return NULL;
  a = rule_need(env, a, left);
  b = rule_need(env, b, right);
  if (!a || !b) return NULL;
  if (!rule_unify(env, &a, &b)) {
    rule_mismatch(env, E0251, span, left, a, right, b, "only values of one type have an order");
    return NULL;
  }
  if (!rule_is_ordered(a->type)) {
    struct diag *d = rule_diag(c, E0263, span, "`%s` is %s, which has no order", rule_text(c, env->scope, left),
                               rule_type_phrase(c, a->type));
    if (a->type->kind == TYPE_WORDS) rbc_diag_help(c->diags, d, "list the words that are meant: `in [...]`");
    if (rule_is_text(a->type))
      rbc_diag_help(c->diags, d, "texts can be equal, start, end or match; numbers in texts cannot be read");
    return NULL;
  }
  bool less = node->tok == TOKEN_LT || node->tok == TOKEN_GE;
  struct expr *e = rule_two(env, less ? EXPR_LT : EXPR_LE, rule_bool(env), span, a, b);
  return node->tok == TOKEN_GE || node->tok == TOKEN_GT ? rule_one(env, EXPR_NOT, rule_bool(env), span, e) : e;
}

/* ---- lists ---- */
/* "10.0.0.0/8" beside addresses is a network. */
static const struct type *network(struct env *env, const struct node *node, const struct type *expected) {
  if (!expected || expected->kind != TYPE_IP || node->kind != NODE_STRING) return expected;
  const char *text = rbc_string(env->c, env->scope, node);
  return text && strchr(text, '/') ? rbc_type(env->c, TYPE_CIDR) : expected;
}

/* The elements of a list literal, each as `expected` where that is known; the first that says its type sets it. */
static bool elements(struct env *env, const struct node *list, const struct type *expected, struct expr **out) {
  uint32_t n = list->count, leader = n;
  for (uint32_t i = 0; i < n && !expected; i++)
    if (!rule_adapts(env, list->kid[i])) {
      out[i] = rule_expr(env, list->kid[i], NULL);
      if (!out[i]) return false;
      expected = out[i]->type;
      leader = i;
    }
  for (uint32_t i = 0; i < n; i++) {
    if (i == leader) continue;
    out[i] = rule_expr(env, list->kid[i], network(env, list->kid[i], expected));
    if (!out[i]) return false;
    if (!expected) expected = out[i]->type;
  }
  return true;
}

static struct expr *constant_list(struct env *env, const struct node *node, struct expr **list, uint32_t count,
                                  const struct type *element) {
  struct constant *constant = arena_alloc(env->c->arena, sizeof *constant);
  struct constant **items = rule_array_of(env->c, count, sizeof *items);
  if (!constant || !items) return NULL;
  for (uint32_t i = 0; i < count; i++) {
    items[i] = arena_alloc(env->c->arena, sizeof *items[i]);
    if (!items[i]) return NULL;
    *items[i] = *list[i]->constant;
    items[i]->type = element;
  }
  constant->type = rbc_list_of(env->c, element);
  constant->items = items;
  constant->count = count;
  return constant->type ? rule_constant(env, constant, rbc_span(env->scope, node)) : NULL;
}

static bool all_constant(struct expr **list, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (list[i]->kind != EXPR_CONST) return false;
  return true;
}

/* Makes every element of one type with the first; reports the one that is not. */
static bool one_type(struct env *env, const struct node *list, struct expr **e, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t j = 0; j < count; j++) { /* an int may meet a decimal later on: two rounds settle it */
      if (rule_unify(env, &e[i], &e[j])) continue;
      rule_mismatch(env, E0251, rbc_span(env->scope, list->kid[j]), list->kid[i], e[i], list->kid[j], e[j],
                    "the elements of a list are of one type");
      return false;
    }
  return true;
}

struct expr *rule_array(struct env *env, const struct node *node, const struct type *expected) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct node *values = node->kid[0];
  if (expected && (expected->kind == TYPE_SET || !rule_is_scalar_or_text(expected)) && expected->kind != TYPE_RECORD &&
      rbc_is_constant_form(node) &&
      (expected->kind == TYPE_SET || (expected->element && !rule_is_scalar_or_text(expected->element)) ||
       !values->count))
    return rule_constant(env, rbc_constant(c, env->scope, node, expected), span);
  const struct type *element =
    expected && rbc_is_list(expected) ? expected->element ? expected->element : rbc_type(c, TYPE_STRING) : NULL;
  if (!values->count) {
    struct diag *d = rule_diag(c, E0275, span, "nothing says what this empty list would hold");
    rbc_diag_help(c->diags, d, "to ask whether a list is empty: `count(xs) == 0`");
    return NULL;
  }
  struct expr **list = rule_array_of(c, values->count, sizeof *list);
  if (!list || !elements(env, values, element, list) || !one_type(env, values, list, values->count)) return NULL;
  if (all_constant(list, values->count)) return constant_list(env, node, list, values->count, list[0]->type);
  struct diag *d = rule_diag(c, E0272, span, "a list that is not constant can only stand after `in`");
  rbc_diag_help(c->diags, d, "`x in [args.a, args.b]` asks whether x is one of them");
  return NULL;
}

/* ---- in ---- */
static struct expr *either(struct env *env, struct span span, struct expr *so_far, struct expr *next) {
  return so_far && next ? rule_two(env, EXPR_OR, rule_bool(env), span, so_far, next) : next;
}

static bool lies(const struct expr *a, const struct type *element) {
  return (a->type->kind == TYPE_REGION && element->kind == TYPE_REGION) ||
         (a->type->kind == TYPE_IP && element->kind == TYPE_CIDR);
}

static struct expr *lies_in(struct env *env, struct span span, struct expr *a, struct expr *b) {
  return rule_two(env, a->type->kind == TYPE_IP ? EXPR_INNET : EXPR_INREGION, rule_bool(env), span, a, b);
}

static void not_an_element(struct env *env, const struct node *node, const struct expr *a, const struct type *element) {
  struct checker *c = env->c;
  const struct node *left = node->kid[0];
  struct diag *d = rule_diag(c, E0251, rbc_span(env->scope, node), "`%s` is %s, and the elements of `%s` are %s",
                             rule_text(c, env->scope, left), rule_type_phrase(c, a->type),
                             rule_text(c, env->scope, node->kid[1]), rbc_type_name(c, element));
  if (element->kind == TYPE_RECORD) {
    const char *list = rule_text(c, env->scope, node->kid[1]);
    rbc_diag_help(c->diags, d, "say which field is meant: `any x in %s where x.%s == %s`", list,
                  element->field_count ? element->fields[0].name : "id", rule_text(c, env->scope, left));
  }
}

/* x in [a, b, c] */
static struct expr *in_array(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct node *left = node->kid[0], *values = node->kid[1]->kid[0];
  struct expr *a = rule_expr(env, left, NULL);
  struct expr **list = rule_array_of(c, values->count, sizeof *list);
  if (!a || !list) return NULL;
  if (!values->count) {
    struct diag *d = rule_diag(c, W0901, span, "nothing is in an empty list: this is never true");
    rbc_diag_help(c->diags, d, "list what is meant, or leave the condition out");
    return rule_scalar(env, rule_bool(env), 0, span);
  }
  if (!elements(env, values, a->type, list)) return NULL;
  bool constant = all_constant(list, values->count), place = false;
  for (uint32_t i = 0; i < values->count; i++) place = place || lies(a, list[i]->type);
  for (uint32_t round = 0; round < 2; round++)
    for (uint32_t i = 0; i < values->count; i++) { /* a may become a decimal late */
      if (!rule_is_scalar_or_text(a->type) || (!rule_unify(env, &a, &list[i]) && !lies(a, list[i]->type))) {
        rule_mismatch(env, E0251, rbc_span(env->scope, values->kid[i]), left, a, values->kid[i], list[i],
                      "`in` asks for an element of the same type");
        return NULL;
      }
      if (a->optional && list[i]->optional && !comparable(env, values->kid[i], left, a, values->kid[i], list[i]))
        return NULL;
    }
  if (constant && !place)
    return rule_two(env, EXPR_IN, rule_bool(env), span, a,
                    constant_list(env, node->kid[1], list, values->count, a->type));
  struct expr *result = NULL;
  for (uint32_t i = 0; i < values->count; i++)
    result = either(env, span, result,
                    lies(a, list[i]->type) ? lies_in(env, span, a, list[i]) : equal(env, span, a, list[i], false));
  return result;
}

/* A list of regions or networks: x lies in one of them. */
static struct expr *lies_in_any(struct env *env, struct span span, struct expr *a, struct expr *list) {
  struct local *local = arena_alloc(env->c->arena, sizeof *local);
  if (!local) return NULL;
  *local = (struct local){"place", list->type->element, false, env->next_local++, span};
  struct expr *e =
    rule_two(env, EXPR_ANY, rule_bool(env), span, list, lies_in(env, span, a, rule_local(env, local, span)));
  if (e) e->binder = local;
  return e;
}

static const struct type *element_of(struct env *env, const struct type *type) {
  if (type->kind == TYPE_STRINGS || type->kind == TYPE_MAP) return rbc_type(env->c, TYPE_STRING);
  return rbc_is_list(type) || type->kind == TYPE_SET ? type->element : NULL;
}

static struct expr *in_value(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct node *left = node->kid[0], *right = node->kid[1];
  struct expr *a, *b;
  if (rule_adapts(env, left) && !rule_adapts(env, right)) {
    b = rule_expr(env, right, NULL);
    const struct type *element = b ? element_of(env, b->type) : NULL;
    a = b ? rule_expr(env, left, element ? element : b->type) : NULL;
  } else {
    a = rule_expr(env, left, NULL);
    b = a ? rule_expr(env, right,
                      a->type->kind == TYPE_IP       ? rbc_type(c, TYPE_CIDR)
                      : a->type->kind == TYPE_REGION ? a->type
                                                     : NULL)
          : NULL;
  }
  if (!a || !b) return NULL;
  if (lies(a, b->type)) return lies_in(env, span, a, b);
  const struct type *element = element_of(env, b->type);
  if (!element) {
    struct diag *d = rule_diag(c, E0262, span, "`%s` is %s: nothing can be in it", rule_text(c, env->scope, right),
                               rule_type_phrase(c, b->type));
    if (b->type->kind == TYPE_STRING)
      rbc_diag_help(c->diags, d, "a text contains a text: `%s contains %s`", rule_text(c, env->scope, right),
                    rule_text(c, env->scope, left));
    return NULL;
  }
  b = rule_need(env, b, right);
  if (!b) return NULL;
  if (lies(a, element)) return lies_in_any(env, span, a, b);
  if (a->type->kind == TYPE_INT && element->kind == TYPE_DECIMAL) a = rule_todecimal(env, rule_need(env, a, left));
  if (!a) return NULL;
  if (!rule_is_scalar_or_text(element) || !(rbc_same_values(a->type, element) || rbc_same_values(element, a->type))) {
    not_an_element(env, node, a, element);
    return NULL;
  }
  return rule_two(env, EXPR_IN, rule_bool(env), span, a, b);
}

/* x in org(g), x in org: a membership tree. NULL, with *is_tree false, when it is none. */
static struct expr *in_tree(struct env *env, const struct node *node, bool *is_tree) {
  struct checker *c = env->c;
  const struct node *right = node->kid[1];
  const char *name = right->kind == NODE_INVOKE ? rule_dotted(c, env->scope, right->kid[0]) : NULL;
  const struct symbol *symbol = name ? rbc_lookup(c, env->scope, name, SYM(TREE)) : NULL;
  *is_tree = symbol != NULL;
  if (!symbol || !symbol->ptr) return NULL;
  const struct type *string = rbc_type(c, TYPE_STRING);
  if (right->kid[1]->count != 1) {
    rule_diag(c, E0261, rbc_span(env->scope, right), "`%s` wants one group: `x in %s(\"sales\")`", name, name);
    return NULL;
  }
  struct expr *a = rule_typed(env, node->kid[0], string, false, "a member of a tree");
  struct expr *b = rule_typed(env, right->kid[1]->kid[0], string, false, "a group of a tree");
  struct expr *e = rule_two(env, EXPR_UNDER, string ? rule_bool(env) : NULL, rbc_span(env->scope, node), a, b);
  if (e) e->tree = symbol->ptr;
  return e;
}

/* x in table: it has a row under this key. */
static struct expr *in_table(struct env *env, const struct node *node, bool *is_table) {
  struct checker *c = env->c;
  const struct node *right = node->kid[1];
  const char *name = right->kind == NODE_NAME || right->kind == NODE_MEMBER ? rule_dotted(c, env->scope, right) : NULL;
  const struct symbol *symbol = name && !rule_binding(env, name) ? rbc_lookup(c, env->scope, name, SYM(TABLE)) : NULL;
  *is_table = symbol != NULL;
  if (!symbol || !symbol->ptr) return NULL;
  const struct table *table = symbol->ptr;
  if (table->keys != 1) {
    rule_diag(c, E0261, rbc_span(env->scope, node), "a row of `%s` has %u keys: ask `%s(...) is present`", name,
              table->keys, name);
    return NULL;
  }
  struct expr *row = rule_new(env, EXPR_ROW, table->row, rbc_span(env->scope, node));
  struct expr **keys = rule_array_of(c, 1, sizeof *keys);
  if (!row || !keys) return NULL;
  const struct field *key = &table->row->fields[table->key_field[0]];
  keys[0] = rule_typed(env, node->kid[0], key->type, true, arena_format(c->arena, "the key of `%s`", name));
  if (!keys[0]) return NULL;
  row->table = table;
  row->list = keys;
  row->count = 1;
  row->optional = !table->total || keys[0]->optional;
  return rule_one(env, EXPR_PRESENT, rule_bool(env), rbc_span(env->scope, node), row);
}

struct expr *rule_in(struct env *env, const struct node *node) {
  bool found;
  struct expr *e = in_tree(env, node, &found);
  if (found) return e;
  e = in_table(env, node, &found);
  if (found) return e;
  if (rule_is_seen_list(env, node->kid[1], NULL, NULL)) return rule_seen_any(env, node);
  if (node->kid[1]->kind == NODE_ARRAY) return in_array(env, node);
  return in_value(env, node);
}
