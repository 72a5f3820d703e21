/* quantify.c: any, all, first, count, sum, min, max over lists, sets, the values of a map, the rows of a table, what
 * was seen, and pairs of two lists. */
#include "sema/rules.h"
#include "syntax/tokens.h"

struct loop { /* around a body: bindings and facts as they were before */
  const struct binding *bindings;
  const struct fact *facts;
  struct expr *source, *second;
  const struct local *binder, *binder2;
};

static const struct type *element_of(struct env *env, const struct type *type) {
  if (type->kind == TYPE_STRINGS) return rbc_type(env->c, TYPE_STRING);
  return type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_MAP ? type->element : NULL;
}

/* The rows of a table, when the source is its name. */
static struct expr *rows(struct env *env, const struct node *node) {
  const char *name =
    node->kind == NODE_NAME || node->kind == NODE_MEMBER ? rule_dotted(env->c, env->scope, node) : NULL;
  if (!name || rule_binding(env, name)) return NULL;
  const struct symbol *symbol = rbc_lookup(env->c, env->scope, name, SYM(TABLE));
  if (!symbol || !symbol->ptr) return NULL;
  const struct table *table = symbol->ptr;
  struct expr *e = rule_new(env, EXPR_ROWS, rbc_list_of(env->c, table->row), rbc_span(env->scope, node));
  if (e) e->table = table;
  return e;
}

static struct expr *collection(struct env *env, const struct node *node) {
  struct expr *e = rows(env, node);
  if (!e) e = rule_need(env, rule_expr(env, node, NULL), node);
  if (!e || element_of(env, e->type)) return e;
  struct diag *d = rule_diag(env->c, E0262, rbc_span(env->scope, node), "`%s` is %s: there is nothing to go through",
                             rule_text(env->c, env->scope, node), rule_type_phrase(env->c, e->type));
  rbc_diag_help(env->c->diags, d,
                "a list, a set, a map (its values), a table or `seen` of an entity can be gone through");
  return NULL;
}

/* `v in seen E.f`: goes through the entities, and v stands for the field. */
static bool seen_field(struct env *env, const struct node *name, const struct node *node, struct loop *loop,
                       bool *found) {
  const struct entity *entity;
  const struct field *field = NULL;
  *found = rule_is_seen_list(env, node, &entity, &field) && field;
  if (!*found) return false;
  struct span span = rbc_span(env->scope, node);
  if (!rule_stateful(env, span, "seen")) return false;
  loop->source = rule_new(env, EXPR_SEENALL, rbc_list_of(env->c, entity->type), span);
  if (!loop->source) return false;
  loop->source->entity = entity;
  loop->binder = rule_bind(env, name, entity->type, false);
  if (!loop->binder) return false;
  struct expr *value = rule_field_of(env, rule_local(env, loop->binder, span), field->name, span);
  if (!value) return false;
  struct binding *binding = arena_alloc(env->c->arena, sizeof *binding);
  if (!binding) return false;
  *binding = *env->bindings;
  binding->stands_for = value;
  env->bindings = binding;
  return true;
}

static bool enter(struct env *env, const struct node *binder, struct loop *loop) {
  *loop = (struct loop){.bindings = env->bindings, .facts = env->facts};
  bool found;
  if (!binder->kid[1]) {
    bool ok = seen_field(env, binder->kid[0], binder->kid[2], loop, &found);
    if (found) {
      env->loops++;
      return ok;
    }
  }
  loop->source = collection(env, binder->kid[2]);
  if (binder->kid[3]) {
    loop->second = collection(env, binder->kid[3]);
    if (!loop->second) loop->source = NULL;
    for (unsigned i = 0; i < 2 && loop->source; i++) {
      struct expr *side = i ? loop->second : loop->source;
      if (rbc_is_list(side->type)) continue;
      rule_diag(env->c, E0262, side->span, "`pairs` goes through two lists position by position, and `%s` is %s",
                rule_text(env->c, env->scope, binder->kid[2 + i]), rule_type_phrase(env->c, side->type));
      loop->source = NULL;
    }
  }
  env->loops++;
  if (!loop->source) return false;
  loop->binder = rule_bind(env, binder->kid[0], element_of(env, loop->source->type), false);
  if (binder->kid[1] && loop->binder)
    loop->binder2 = rule_bind(env, binder->kid[1], element_of(env, loop->second->type), false);
  return loop->binder && (!binder->kid[1] || loop->binder2);
}

static void leave(struct env *env, const struct loop *loop) {
  env->bindings = loop->bindings;
  env->facts = loop->facts;
  env->loops--;
}

static struct expr *loop_expr(struct env *env, enum expr_kind kind, const struct type *type, const struct node *node,
                              const struct loop *loop, struct expr *condition) {
  struct expr *e = rule_one(env, kind, type, rbc_span(env->scope, node), loop->source);
  if (!e) return NULL;
  e->b = condition;
  e->c = loop->second;
  e->binder = loop->binder;
  e->binder2 = loop->binder2;
  return e;
}

struct expr *rule_quantifier(struct env *env, const struct node *node) {
  struct loop loop;
  struct expr *condition = NULL;
  if (enter(env, node->kid[0], &loop)) condition = rule_condition(env, node->kid[1]);
  leave(env, &loop);
  if (!condition) return NULL;
  if (node->tok == TOKEN_FIRST) {
    if (loop.second) {
      rule_diag(env->c, E0262, rbc_span(env->scope, node), "`first` of pairs would be two values");
      return NULL;
    }
    const struct type *type = loop.binder->type;
    struct expr *e = loop_expr(env, EXPR_FIRST, type, node, &loop, condition);
    if (e) e->optional = true;
    return e;
  }
  return loop_expr(env, node->tok == TOKEN_ANY ? EXPR_ANY : EXPR_ALL, rule_bool(env), node, &loop, condition);
}

struct expr *rule_count(struct env *env, const struct node *node) {
  struct loop loop;
  struct expr *condition = NULL;
  bool ok = enter(env, node->kid[0], &loop);
  if (ok && node->kid[1]) ok = (condition = rule_condition(env, node->kid[1])) != NULL;
  leave(env, &loop);
  if (!ok) return NULL;
  struct expr *e = loop_expr(env, EXPR_COUNT, rbc_type(env->c, TYPE_INT), node, &loop, condition);
  if (e) e->optional = loop.second != NULL; /* lists of different lengths */
  return e;
}

static bool can_be_folded(struct env *env, const struct node *node, const struct type *type, enum expr_kind kind) {
  enum type_kind k = type->kind;
  bool number = k == TYPE_INT || k == TYPE_DECIMAL || k == TYPE_MONEY || k == TYPE_DURATION;
  if (number || (kind != EXPR_SUM && rule_is_ordered(type))) return true;
  rule_diag(env->c, E0250, rbc_span(env->scope, node), "`%s` wants %s, and `%s` is %s",
            kind == EXPR_SUM     ? "sum"
            : kind == EXPR_LEAST ? "min"
                                 : "max",
            kind == EXPR_SUM ? "numbers or amounts" : "numbers, amounts, times or dates",
            rule_text(env->c, env->scope, node), rule_type_phrase(env->c, type));
  return false;
}

struct expr *rule_fold(struct env *env, const struct node *node) {
  enum expr_kind kind = node->tok == TOKEN_SUM ? EXPR_SUM : node->tok == TOKEN_MIN ? EXPR_LEAST : EXPR_GREATEST;
  struct loop loop;
  struct expr *condition = NULL, *value = NULL;
  bool ok = enter(env, node->kid[1], &loop);
  if (ok && node->kid[2]) ok = (condition = rule_condition(env, node->kid[2])) != NULL;
  if (ok && condition) env->facts = flow_when(env, condition, true, env->facts);
  if (ok) value = rule_expr(env, node->kid[0], NULL);
  leave(env, &loop);
  if (!value || !can_be_folded(env, node->kid[0], value->type, kind)) return NULL;
  struct expr *e = loop_expr(env, kind, value->type, node, &loop, condition);
  if (!e) return NULL;
  e->d = value;
  e->optional = kind != EXPR_SUM || value->optional || loop.second != NULL;
  return e;
}

/* sum(xs), min(xs), max(xs): each element is its own value. */
struct expr *rule_fold_list(struct env *env, const struct node *node, enum expr_kind kind) {
  const struct node *arg = node->kid[1]->kid[0];
  struct span span = rbc_span(env->scope, node);
  struct expr *source = collection(env, arg);
  const struct type *element = source ? element_of(env, source->type) : NULL;
  if (!element || !can_be_folded(env, arg, element, kind)) return NULL;
  struct local *local = arena_alloc(env->c->arena, sizeof *local);
  struct expr *e = rule_one(env, kind, element, span, source);
  if (!local || !e) return NULL;
  *local = (struct local){"each", element, false, env->next_local++, span};
  e->binder = local;
  e->d = rule_local(env, local, span);
  e->optional = kind != EXPR_SUM;
  return e->d ? e : NULL;
}
