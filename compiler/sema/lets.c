/* lets.c: the lets of a rule. Those whose name occurs in the rule's text, also through other lets, are checked for each
 * rule anew, since `args` means that rule's operations. */
#include <string.h>
#include "sema/rules.h"
#include "support/names.h"
#include "syntax/tokens.h"

/* Marks those of the first lets whose value the node reads. Names of fields, arguments and declared things do not count. */
static void mark(const struct file_scope *scope, const struct node *node, struct let_use *const *lets, unsigned count, bool *wanted) {
  if (!node || node->kind == NODE_PATH) return;
  if (node->kind == NODE_NAME) {
    uint32_t length;
    const char *text = node_text(scope->source, node, &length);
    for (unsigned i = 0; i < count; i++)
      if (name_is(lets[i]->name, text, length)) wanted[i] = true;
    return;
  }
  uint32_t from = 0, to = node->count;
  if (node->kind == NODE_MEMBER) to = 1;
  else if (node->kind == NODE_ARG) { from = 1; to = 2; }
  else if (node->kind == NODE_BINDER) from = 2;
  else if (node->kind == NODE_INVOKE && node->kid[0]->kind == NODE_NAME) from = 1;
  for (uint32_t i = from; i < to; i++) mark(scope, node->kid[i], lets, count, wanted);
}

/* ---- hints ---- */
/* The entity that a value was read from: the last look in a chain of `otherwise`. */
static const struct entity *entity_of(const struct expr *e) {
  for (; e;) switch (e->kind) {
    case EXPR_SEEN:
    case EXPR_SEENWITHIN:
    case EXPR_SEENONLY:
    case EXPR_BOUND: return e->entity;
    case EXPR_FIELD:
    case EXPR_UNWRAP: e = e->a; break;
    case EXPR_OTHERWISE: e = e->b; break;
    default: return NULL;
    }
  return NULL;
}

/* Reads that return an entity are better than those of lists of it, and of those the one with the fewest parameters. */
static bool find_readers(struct checker *c) {
  const struct program *p = c->program;
  const struct operation **whole = rule_array_of(c, p->entities_count, sizeof *whole), **listed = rule_array_of(c, p->entities_count, sizeof *listed);
  if (!whole || !listed) return false;
  for (unsigned i = 0; i < p->operations_count; i++) {
    const struct operation *o = p->operations[i];
    const struct type *type = o->op_class == CLASS_READS ? o->result : NULL;
    const struct operation **best = whole;
    for (; type && (type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_MAP); type = type->element) best = listed;
    if (!type || !type->entity) continue;
    best += type->entity->id;
    if (!*best || o->param_count < (*best)->param_count) *best = o;
  }
  for (unsigned i = 0; i < p->entities_count; i++) if (!whole[i]) whole[i] = listed[i];
  c->rules->readers = whole;
  c->rules->hints = rule_array_of(c, p->entities_count, sizeof *c->rules->hints);
  return c->rules->hints;
}

static const char *hint(struct checker *c, const struct expr *value) {
  const struct entity *entity = entity_of(value);
  if (!entity || (!c->rules->hints && !find_readers(c))) return NULL;
  const struct operation *best = c->rules->readers[entity->id];
  const char **known = &c->rules->hints[entity->id], *list = "";
  if (!best || *known) return *known;
  for (unsigned i = 0; i < best->param_count; i++) {
    const struct param *p = &best->params[i];
    if (p->optional || p->value || p->paging) continue;
    const char *next = arena_format(c->arena, "%s%s%s", list, *list ? ", " : "", p->name);
    if (next) list = next;
  }
  return *known = arena_format(c->arena, "call %s(%s)", best->name, list);
}

/* ---- one let ---- */
static bool lack(struct env *env, const struct node *node, struct let *let) {
  struct checker *c = env->c;
  if (!node) return true;
  let->otherwise = node->tok == TOKEN_ASK ? LET_ASKS : LET_DENIES;
  let->because = rbc_string(c, env->scope, node->kid[1]);
  if (!let->because) {
    struct diag *d = rule_diag(c, W0910, rbc_span(env->scope, node), "the agent is not told why");
    rbc_diag_help(c->diags, d, "say what to do first: `because \"look the reservation up first\"`");
  }
  return !node->kid[0] || rule_approvers(c, env->scope, node->kid[0], &let->approvers, &let->approver_count);
}

static bool one(struct env *env, const struct node *node, struct let *let) {
  struct checker *c = env->c;
  struct expr *value = rule_expr(env, node->kid[1], NULL);
  bool ok = lack(env, node->kid[2], let) && value;
  struct local *local = rule_bind(env, node->kid[0], value ? value->type : rbc_type(c, TYPE_BOOL),
                                  value && value->optional && !node->kid[2]);
  if (!local) return false;
  if (!ok) { /* what uses it stays silent */
    struct binding *broken = arena_alloc(c->arena, sizeof *broken);
    if (broken) {
      *broken = *env->bindings;
      broken->local = NULL;
      env->bindings = broken;
    }
    return false;
  }
  if (node->kid[2] && !value->optional) {
    struct diag *d =
      rule_diag(c, W0912, rbc_span(env->scope, node->kid[2]), "`%s` is never missing, so `otherwise %s` never happens",
                local->name, let->otherwise == LET_ASKS ? "ask" : "deny");
    rbc_diag_help(c->diags, d, "leave it out");
  }
  let->local = local;
  let->value = value;
  let->span = rbc_span(env->scope, node);
  if (node->kid[2]) {
    let->hint = hint(c, value);
    env->facts = flow_present(env, value, env->facts);
  }
  return true;
}

/* ---- those of a rule ---- */
bool rule_lets(struct env *env, const struct block *block, uint32_t before, const struct node *const *texts,
               unsigned text_count, struct let ***lets, unsigned *let_count) {
  struct checker *c = env->c;
  *lets = NULL;
  *let_count = 0;
  unsigned n = 0, wanted_count = 0;
  while (n < block->let_count && block->lets[n]->at < before) n++;
  bool *wanted = n ? rule_array_of(c, n, sizeof *wanted) : NULL;
  if (!wanted) return !n;
  for (unsigned t = 0; t < text_count; t++) mark(env->scope, texts[t], block->lets, n, wanted);
  for (unsigned i = n; i-- > 0;) {
    if (!wanted[i]) continue;
    mark(env->scope, block->lets[i]->node->kid[1], block->lets, i, wanted);
    wanted_count++;
  }
  *lets = rule_array_of(c, wanted_count, sizeof **lets);
  if (!*lets) return false;
  bool ok = true;
  for (unsigned i = 0; i < n; i++) {
    if (!wanted[i]) continue;
    rbc_use(&block->lets[i]->used);
    struct let *let = arena_alloc(c->arena, sizeof *let);
    if (!let) return false;
    if (one(env, block->lets[i]->node, let))
      (*lets)[(*let_count)++] = let;
    else
      ok = false;
  }
  return ok;
}
