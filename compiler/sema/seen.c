/* seen.c: what a session knows: seen entities, its subject, what was said, labels, proofs, counts. */
#include "sema/rules.h"
#include "syntax/tokens.h"

/* Inside fn nothing is known but the parameters. */
bool rule_stateful(struct env *env, struct span span, const char *what) {
  if (!env->pure) return true;
  struct diag *d =
    rule_diag(env->c, E0265, span, "a function knows its parameters only, and `%s` belongs to a decision", what);
  rbc_diag_help(env->c->diags, d, "give it to the function as an argument");
  return false;
}

const struct entity *rule_entity(struct env *env, const struct node *path) {
  const struct symbol *symbol = rbc_resolve(env->c, env->scope, path, SYM(ENTITY), "an entity");
  return symbol ? symbol->ptr : NULL;
}

static const struct entity *entity_named(struct env *env, const char *name) {
  const struct symbol *symbol = name ? rbc_lookup(env->c, env->scope, name, SYM(ENTITY)) : NULL;
  return symbol ? symbol->ptr : NULL;
}

/* `seen E`, `seen conn.E` (which reads as a field of `seen conn`), `seen E.f`: a list. The last names its field.
 * Silent: what it is not, rule_seen reports. */
bool rule_is_seen_list(struct env *env, const struct node *node, const struct entity **entity,
                       const struct field **field) {
  struct checker *c = env->c;
  const struct node *names[3];
  unsigned n = 0;
  while (node->kind == NODE_MEMBER && node->tok == TOKEN_MEMBER && n < 3) {
    names[n++] = node->kid[1];
    node = node->kid[0];
  }
  if (node->kind != NODE_SEEN || node->kid[1] || node->kid[2]) return false;
  const char *written = node_path(env->scope->source, node->kid[0], c->arena);
  const struct entity *found = entity_named(env, written);
  if (!found && n) {
    written = arena_format(c->arena, "%s.%s", written, rbc_text(c, env->scope, names[n - 1]));
    found = entity_named(env, written);
    if (found) n--;
  }
  if (!found || n > 1) return false;
  unsigned index;
  const struct field *which = n ? rbc_field(found->type, rbc_text(c, env->scope, names[0]), &index) : NULL;
  if (n && !which) return false;
  if (entity) *entity = found;
  if (field) *field = which;
  return true;
}

static struct expr *all_seen(struct env *env, const struct entity *entity, struct span span) {
  if (!rule_stateful(env, span, "seen")) return NULL;
  struct expr *e = rule_new(env, EXPR_SEENALL, rbc_list_of(env->c, entity->type), span);
  if (e) e->entity = entity;
  return e;
}

/* seen E; seen E(k); seen E(k) within the last d */
struct expr *rule_seen(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct entity *entity = rule_entity(env, node->kid[0]);
  if (!entity || !rule_stateful(env, span, "seen")) return NULL;
  if (!node->kid[1] && !node->kid[2]) return all_seen(env, entity, span);
  if (!node->kid[1]) {
    struct diag *d = rule_diag(c, E0266, span, "`within the last` asks of one entity when it was seen");
    rbc_diag_help(c->diags, d, "give its key: `seen %s(...) within the last ...`", entity->name);
    return NULL;
  }
  struct expr *e = rule_new(env, node->kid[2] ? EXPR_SEENWITHIN : EXPR_SEEN, entity->type, span);
  if (!e) return NULL;
  e->entity = entity;
  e = rule_keys(env, e, node, node->kid[1], entity->type->fields, entity->key_field, entity->keys,
                arena_format(c->arena, "`%s`", entity->name));
  if (!e) return NULL;
  e->optional = true;
  if (node->kid[2]) {
    e->a = rule_typed(env, node->kid[2], rbc_type(c, TYPE_DURATION), false, "what stands after `within the last`");
    if (!e->a) return NULL;
  }
  return e;
}

/* Over a `seen` without keys: another connector's entity, or a field of all of them where no list of fields is
 * wanted. */
struct expr *rule_seen_member(struct env *env, const struct node *node) {
  const struct entity *entity;
  const struct field *field = NULL;
  if (!rule_is_seen_list(env, node, &entity, &field)) return NULL;
  struct span span = rbc_span(env->scope, node);
  if (!field) return all_seen(env, entity, span);
  struct diag *d =
    rule_diag(env->c, E0266, span, "`seen %s.%s` is the list of these fields, and can only stand after `in`",
              entity->name, field->name);
  rbc_diag_help(env->c->diags, d, "`x in seen %s.%s`; or go through the entities: `any e in seen %s where e.%s ...`",
                entity->name, field->name, entity->name, field->name);
  return NULL;
}

/* Membership in what was seen always loosens a rule (elsewhere state.c refuses it), and a stranger wrote this field. */
static struct expr *untrusted_field(struct env *env, const struct node *node, const struct entity *entity,
                                    const struct field *field) {
  struct checker *c = env->c;
  struct diag *d = rule_diag(c, E0505, rbc_span(env->scope, node),
                             "`%s` of %s is untrusted: that it was seen proves nothing", field->name, entity->name);
  rbc_diag_label(c->diags, d, field->span, "somebody outside the company writes this");
  rbc_diag_help(c->diags, d, "name a field that the company itself writes, or ask `vouched(%s)`",
                rule_text(c, env->scope, node->kid[0]));
  return NULL;
}

/* x in seen E.f, and x in seen E, which compares its key: any e in seen E where x == e.f */
struct expr *rule_seen_any(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct node *left = node->kid[0];
  const struct entity *entity = NULL;
  const struct field *field = NULL;
  if (!rule_is_seen_list(env, node->kid[1], &entity, &field)) return NULL;
  if (!field && entity->keys != 1) {
    struct diag *d =
      rule_diag(c, E0266, span, "`%s` has %u keys, so `in` does not say what to compare", entity->name, entity->keys);
    rbc_diag_help(c->diags, d, "name a field: `in seen %s.%s`; or ask for one: `seen %s(...) is present`", entity->name,
                  entity->type->fields[entity->key_field[0]].name, entity->name);
    return NULL;
  }
  if (!field) field = &entity->type->fields[entity->key_field[0]];
  struct expr *source = all_seen(env, entity, span), *a = source ? rule_expr(env, left, field->type) : NULL;
  struct local *local = arena_alloc(c->arena, sizeof *local);
  if (!a || !local) return NULL;
  *local = (struct local){"seen", entity->type, false, env->next_local++, span};
  struct expr *b = rule_field_of(env, rule_local(env, local, span), field->name, span), *present = NULL;
  if (!b) return NULL;
  if (!rule_is_scalar_or_text(b->type) || !rule_unify(env, &a, &b) ||
      (a->type->kind == TYPE_MONEY && a->type != b->type)) {
    struct diag *d =
      rule_diag(c, E0251, span, "`%s` is %s, and `%s` of %s is %s", rule_text(c, env->scope, left),
                rule_type_phrase(c, a->type), field->name, entity->name, rule_type_phrase(c, field->type));
    rbc_diag_help(c->diags, d, "name the field that is meant: `in seen %s.field`", entity->name);
    return NULL;
  }
  if (a->optional && b->optional) {
    present = rule_one(env, EXPR_PRESENT, rule_bool(env), span, a);
    a = rule_one(env, EXPR_UNWRAP, a->type, span, a);
  }
  struct expr *same = rule_two(env, EXPR_EQ, rule_bool(env), span, a, b);
  if (present) same = rule_two(env, EXPR_AND, rule_bool(env), span, present, same);
  struct expr *e = rule_two(env, EXPR_ANY, rule_bool(env), span, source, same);
  if (!e) return NULL;
  e->binder = local;
  return field->untrusted ? untrusted_field(env, node, entity, field) : e;
}

struct expr *rule_only_seen(struct env *env, const struct node *node) {
  struct span span = rbc_span(env->scope, node);
  const struct entity *entity = rule_entity(env, node->kid[0]);
  if (!entity || !rule_stateful(env, span, "seen")) return NULL;
  struct expr *e = rule_new(env, EXPR_SEENONLY, entity->type, span);
  if (!e) return NULL;
  e->entity = entity;
  e->optional = true;
  return e;
}

/* bound E: the key of whom the session is about. */
struct expr *rule_bound(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct entity *entity = rule_entity(env, node->kid[0]);
  if (!entity || !rule_stateful(env, span, "bound")) return NULL;
  if (entity->keys != 1) {
    rule_diag(c, E0266, span, "`%s` has %u keys: a subject has one", entity->name, entity->keys);
    return NULL;
  }
  bool binds = false;
  for (unsigned i = 0; i < c->program->operations_count; i++)
    binds = binds || c->program->operations[i]->binds == entity;
  if (!binds) {
    struct diag *d =
      rule_diag(c, E0266, span, "no operation `binds %s`, so a session never has this subject", entity->name);
    rbc_diag_help(c->diags, d, "write `binds %s` behind the operation that finds out whom the session is about",
                  entity->name);
    return NULL;
  }
  struct expr *e = rule_new(env, EXPR_BOUND, entity->type->fields[entity->key_field[0]].type, span);
  if (!e) return NULL;
  e->entity = entity;
  e->optional = true;
  return e;
}

/* said(x), vouched(x): of texts and numbers; a missing value was not said. */
struct expr *rule_sayable(struct env *env, const struct node *node, enum expr_kind kind) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  if (!rule_stateful(env, span, kind == EXPR_SAID ? "said" : "vouched")) return NULL;
  struct expr *a = rule_expr(env, node->kid[0], NULL);
  if (!a) return NULL;
  enum type_kind k = a->type->kind;
  if (k == TYPE_STRING || k == TYPE_INT || k == TYPE_DECIMAL || k == TYPE_MONEY)
    return rule_one(env, kind, rule_bool(env), span, a);
  struct diag *d = rule_diag(c, E0250, span, "only a text, a number or an amount can be %s, and `%s` is %s",
                             kind == EXPR_SAID ? "said" : "vouched for", rule_text(c, env->scope, node->kid[0]),
                             rule_type_phrase(c, a->type));
  if (rbc_is_list(a->type))
    rbc_diag_help(c->diags, d, "ask of each: `all x in %s satisfy %s(x)`", rule_text(c, env->scope, node->kid[0]),
                  kind == EXPR_SAID ? "said" : "vouched");
  return NULL;
}

/* session has personal */
struct expr *rule_has(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  if (node->kid[0]->kind != NODE_NAME || !rule_is(rbc_text(c, env->scope, node->kid[0]), "session")) {
    struct diag *d = rule_diag(c, E0262, span, "only a session `has` a label or a proof");
    rbc_diag_help(c->diags, d, "for an element of a list or set: `\"%s\" in %s`",
                  node_path(env->scope->source, node->kid[1], c->arena), rule_text(c, env->scope, node->kid[0]));
    return NULL;
  }
  if (!rule_stateful(env, span, "session")) return NULL;
  const struct symbol *symbol = rbc_resolve(c, env->scope, node->kid[1], SYM(LABEL) | SYM(PROOF), "a label or a proof");
  if (!symbol || !symbol->ptr) return NULL;
  bool label = symbol->kind == SYM_LABEL;
  struct expr *e = rule_new(env, label ? EXPR_LABELLED : EXPR_PROVED, rule_bool(env), span);
  unsigned n = label ? c->program->labels_count : c->program->proofs_count, index = 0;
  while (index < n && (label ? (void *)c->program->labels[index] : (void *)c->program->proofs[index]) != symbol->ptr)
    index++;
  if (!e || index == n) return NULL;
  e->index = index;
  return e;
}

/* session.count(connector.operation) */
struct expr *rule_session_count(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct node *args = node->kid[1];
  const char *name = args->count == 1 ? rule_dotted(c, env->scope, args->kid[0]) : NULL;
  if (!name) {
    rule_diag(c, E0261, span,
              "`session.count` wants the name of an operation: `session.count(booking.cancel_reservation)`");
    return NULL;
  }
  if (!rule_stateful(env, span, "session")) return NULL;
  const struct symbol *symbol = rbc_lookup(c, env->scope, name, SYM(OPERATION));
  if (!symbol) {
    struct diag *d = rule_diag(c, E0259, rbc_span(env->scope, args->kid[0]), "there is no operation `%s`", name);
    const char *nearest = rbc_did_you_mean(c, env->scope, name, SYM(OPERATION));
    if (nearest) rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
    return NULL;
  }
  struct expr *e = symbol->ptr ? rule_new(env, EXPR_COUNTED, rbc_type(c, TYPE_INT), span) : NULL;
  if (e) e->operation = symbol->ptr;
  return e;
}
