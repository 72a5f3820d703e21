/* builtins.c: what is written like a call: the language's own functions, fn, tables, session.count. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"

static const struct {
  const char *name;
  uint32_t least, most;
  const char *usage;
} builtins[] = {
#define BUILTIN(NAME, LEAST, MOST, USAGE, TYPE, MEANING) {NAME, LEAST, MOST, USAGE},
#include "sema/builtins.def"
#undef BUILTIN
};
enum { BUILTINS = sizeof builtins / sizeof *builtins };

bool rule_is_builtin(const char *name) {
  for (size_t i = 0; i < BUILTINS; i++)
    if (rule_is(builtins[i].name, name)) return true;
  return false;
}

static bool arity(struct env *env, const struct node *node, const char *name) {
  uint32_t n = node->kid[1]->count;
  size_t i = 0;
  while (!rule_is(builtins[i].name, name)) i++;
  if (n >= builtins[i].least && n <= builtins[i].most) return true;
  rule_diag(env->c, E0261, rbc_span(env->scope, node), "`%s` is written `%s`", name, builtins[i].usage);
  return false;
}

static struct expr *wrong(struct env *env, const struct node *node, const struct expr *e, const char *name,
                          const char *wants) {
  rule_diag(env->c, E0250, rbc_span(env->scope, node), "`%s` wants %s, and `%s` is %s", name, wants,
            rule_text(env->c, env->scope, node), rule_type_phrase(env->c, e->type));
  return NULL;
}

static struct expr *there(struct env *env, const struct node *node, const struct type *expected) {
  return rule_need(env, rule_expr(env, node, expected), node);
}

static struct expr *length(struct env *env, const struct node *node, const char *name) {
  const struct node *arg = node->kid[1]->kid[0];
  struct span span = rbc_span(env->scope, node);
  const struct type *integer = rbc_type(env->c, TYPE_INT);
  struct expr *a = there(env, arg, NULL);
  if (!a) return NULL;
  if (rbc_is_list(a->type) || a->type->kind == TYPE_SET || a->type->kind == TYPE_MAP)
    return rule_one(env, EXPR_LENGTH, integer, span, a);
  if (a->type->kind == TYPE_STRING && rule_is(name, "length")) return rule_one(env, EXPR_TEXTLENGTH, integer, span, a);
  return wrong(env, arg, a, name,
               rule_is(name, "length") ? "a text or a list" : "a list, set or map (a text has a `length`)");
}

static struct expr *extreme(struct env *env, const struct node *node, bool least) {
  const char *name = least ? "min" : "max";
  const struct node *args = node->kid[1];
  if (args->count == 1) return rule_fold_list(env, node, least ? EXPR_LEAST : EXPR_GREATEST);
  struct expr *result = NULL;
  for (uint32_t i = 0; i < args->count; i++) {
    struct expr *next = there(env, args->kid[i], NULL);
    if (!next) return NULL;
    if (!rule_is_ordered(next->type)) return wrong(env, args->kid[i], next, name, "numbers, amounts, times or dates");
    if (!result) {
      result = next;
      continue;
    }
    if (!rule_unify(env, &result, &next)) {
      rule_mismatch(env, E0251, rbc_span(env->scope, node), args->kid[0], result, args->kid[i], next,
                    "they must be of one type");
      return NULL;
    }
    result = rule_two(env, least ? EXPR_MIN : EXPR_MAX, result->type, rbc_span(env->scope, node), result, next);
  }
  return result;
}

static struct expr *absolute(struct env *env, const struct node *node) {
  const struct node *arg = node->kid[1]->kid[0];
  struct expr *a = there(env, arg, NULL);
  if (!a) return NULL;
  enum type_kind k = a->type->kind;
  if (k != TYPE_INT && k != TYPE_DECIMAL && k != TYPE_MONEY && k != TYPE_DURATION)
    return wrong(env, arg, a, "abs", "a number");
  return rule_one(env, EXPR_ABS, a->type, rbc_span(env->scope, node), a);
}

static struct expr *last(struct env *env, const struct node *node) {
  const struct node *arg = node->kid[1]->kid[0];
  struct expr *a = rule_expr(env, arg, NULL);
  if (!a) return NULL;
  if (!rbc_is_list(a->type)) return wrong(env, arg, a, "last", "a list");
  const struct type *element = a->type->kind == TYPE_STRINGS ? rbc_type(env->c, TYPE_STRING) : a->type->element;
  struct expr *e = rule_one(env, EXPR_LASTOF, element, rbc_span(env->scope, node), a);
  if (e) e->optional = true;
  return e;
}

static struct expr *of_time(struct env *env, const struct node *node, enum expr_kind kind, const char *name,
                            enum type_kind result) {
  struct checker *c = env->c;
  const struct node *args = node->kid[1];
  struct expr *a =
    rule_typed(env, args->kid[0], rbc_type(c, TYPE_TIME), false, arena_format(c->arena, "what `%s` takes", name));
  const struct zone *zone = c->program->zone;
  if (args->count == 2) {
    if (args->kid[1]->kind != NODE_STRING) {
      rule_diag(c, E0272, rbc_span(env->scope, args->kid[1]),
                "the zone must be written out: \"Europe/Berlin\", \"-05:00\", \"UTC\"");
      return NULL;
    }
    const char *text = rbc_string(c, env->scope, args->kid[1]);
    zone = text ? rbc_zone(c, text, rbc_span(env->scope, args->kid[1])) : NULL;
  } else if (!zone)
    zone = rbc_zone(c, "UTC", rbc_span(env->scope, node));
  struct expr *e = zone ? rule_one(env, kind, rbc_type(c, result), rbc_span(env->scope, node), a) : NULL;
  if (e) e->zone = zone;
  return e;
}

static struct expr *urls(struct env *env, const struct node *node) {
  struct expr *a = rule_typed(env, node->kid[1]->kid[0], rbc_type(env->c, TYPE_STRING), false, "what `urls` takes");
  return rule_one(env, EXPR_URLS, rbc_type(env->c, TYPE_STRINGS), rbc_span(env->scope, node), a);
}

/* ---- keys of tables and entities ---- */
struct expr *rule_keys(struct env *env, struct expr *e, const struct node *node, const struct node *keys,
                       const struct field *fields, const unsigned *key_field, unsigned count, const char *what) {
  struct checker *c = env->c;
  if (keys->count != count) {
    const char *names = "";
    for (unsigned i = 0; i < count; i++) {
      const char *next = arena_format(c->arena, "%s%s%s", names, i ? ", " : "", fields[key_field[i]].name);
      if (next) names = next;
    }
    rule_diag(c, e->kind == EXPR_ROW ? E0261 : E0266, rbc_span(env->scope, node), "%s has %s: `%s`", what,
              count == 1 ? "one key" : arena_format(c->arena, "%u keys", count), names);
    return NULL;
  }
  e->list = rule_array_of(c, count, sizeof *e->list);
  if (!e->list) return NULL;
  for (unsigned i = 0; i < count; i++) {
    const struct field *field = &fields[key_field[i]];
    e->list[i] =
      rule_typed(env, keys->kid[i], field->type, true, arena_format(c->arena, "the key `%s` of %s", field->name, what));
    if (!e->list[i]) return NULL;
    e->optional = e->optional || e->list[i]->optional;
  }
  e->count = count;
  return e;
}

struct expr *rule_row(struct env *env, const struct node *node, const struct table *table, const struct node *keys) {
  struct expr *e = rule_new(env, EXPR_ROW, table->row, rbc_span(env->scope, node));
  if (!e) return NULL;
  e->table = table;
  e->optional = !table->total;
  return rule_keys(env, e, node, keys, table->row->fields, table->key_field, table->keys,
                   arena_format(env->c->arena, "table `%s`", table->name));
}

/* ---- fn ---- */
static struct expr *call_function(struct env *env, const struct node *node, const struct symbol *symbol) {
  struct checker *c = env->c;
  const struct node *args = node->kid[1];
  const struct function *function = rule_function(c, symbol, rbc_span(env->scope, node->kid[0]));
  if (!function) return NULL;
  if (args->count != function->param_count) {
    struct diag *d = rule_diag(c, E0261, rbc_span(env->scope, node), "`%s` takes %u argument%s, not %u", function->name,
                               function->param_count, function->param_count == 1 ? "" : "s", (unsigned)args->count);
    rbc_diag_label(c->diags, d, function->span, "declared here");
    return NULL;
  }
  struct expr *e = rule_new(env, EXPR_CALL, function->result, rbc_span(env->scope, node));
  struct expr **list = rule_array_of(c, args->count, sizeof *list);
  if (!e || !list) return NULL;
  for (uint32_t i = 0; i < args->count; i++) {
    const struct local *param = function->params[i];
    list[i] = rule_typed(env, args->kid[i], param->type, param->optional,
                         arena_format(c->arena, "`%s` of %s", param->name, function->name));
    if (!list[i]) return NULL;
  }
  e->list = list;
  e->count = args->count;
  e->function = function;
  e->optional = function->optional;
  return e;
}

static struct expr *builtin(struct env *env, const struct node *node, const char *name) {
  if (!arity(env, node, name)) return NULL;
  if (rule_is(name, "count") || rule_is(name, "length")) return length(env, node, name);
  if (rule_is(name, "min") || rule_is(name, "max")) return extreme(env, node, rule_is(name, "min"));
  if (rule_is(name, "abs")) return absolute(env, node);
  if (rule_is(name, "sum")) return rule_fold_list(env, node, EXPR_SUM);
  if (rule_is(name, "last")) return last(env, node);
  if (rule_is(name, "hour")) return of_time(env, node, EXPR_HOUR, name, TYPE_INT);
  if (rule_is(name, "weekday")) return of_time(env, node, EXPR_WEEKDAY, name, TYPE_INT);
  if (rule_is(name, "date")) return of_time(env, node, EXPR_DATEOF, name, TYPE_DATE);
  return urls(env, node);
}

static struct expr *unknown_function(struct env *env, const struct node *node, const char *name) {
  struct checker *c = env->c;
  struct diag *d = rule_diag(c, E0260, rbc_span(env->scope, node->kid[0]), "there is no function or table `%s`", name);
  const char *names[BUILTINS];
  for (size_t i = 0; i < BUILTINS; i++) names[i] = builtins[i].name;
  const char *nearest = rbc_nearest(name, names, BUILTINS);
  if (!nearest) nearest = rbc_did_you_mean(c, env->scope, name, SYM(FN) | SYM(TABLE) | SYM(TREE));
  if (nearest)
    rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
  else if (rbc_lookup(c, env->scope, name, SYM(OPERATION)))
    rbc_diag_help(c->diags, d, "`%s` is an operation: a condition cannot call it; read what it answered with `seen`",
                  name);
  else if (rbc_lookup(c, env->scope, name, SYM(ENTITY)))
    rbc_diag_help(c->diags, d, "`%s` is an entity: `seen %s(...)`", name, name);
  return NULL;
}

struct expr *rule_invoke(struct env *env, const struct node *node, const struct type *expected) {
  struct checker *c = env->c;
  const struct node *function = node->kid[0];
  (void)expected;
  if (function->kind == NODE_MEMBER && function->kid[0]->kind == NODE_NAME &&
      rule_is(rbc_text(c, env->scope, function->kid[0]), "session")) {
    if (rule_is(rbc_text(c, env->scope, function->kid[1]), "count")) return rule_session_count(env, node);
    struct diag *d = rule_diag(c, E0260, rbc_span(env->scope, node), "a session has no `%s(...)`",
                               rbc_text(c, env->scope, function->kid[1]));
    rbc_diag_help(c->diags, d, "`session.count(connector.operation)` says how often an operation was allowed");
    return NULL;
  }
  const char *name = rule_dotted(c, env->scope, function);
  if (!name) {
    rule_diag(c, E0260, rbc_span(env->scope, function), "`%s` is no function", rule_text(c, env->scope, function));
    return NULL;
  }
  if (function->kind == NODE_NAME && rule_is_builtin(name)) return builtin(env, node, name);
  if (function->kind == NODE_NAME && rule_binding(env, name)) {
    rule_diag(c, E0260, rbc_span(env->scope, function), "`%s` is a value, no function", name);
    return NULL;
  }
  const struct symbol *symbol = rbc_lookup(c, env->scope, name, SYM(FN) | SYM(TABLE) | SYM(TREE));
  if (!symbol) return unknown_function(env, node, name);
  if (symbol->kind == SYM_FN) return call_function(env, node, symbol);
  if (!symbol->ptr) return NULL;
  if (symbol->kind == SYM_TABLE) return rule_row(env, node, symbol->ptr, node->kid[1]);
  struct diag *d =
    rule_diag(c, E0260, rbc_span(env->scope, node), "`%s` is a membership tree, and can only stand after `in`", name);
  rbc_diag_help(c->diags, d, "`x in %s(\"sales\")` is true for all that is in the group, directly or through others",
                name);
  return NULL;
}
