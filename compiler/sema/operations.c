/* operations.c: parameters and slots, results and fills, what an operation yields, changes, binds, proves; HTTP. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"
#include "support/names.h"
#include "syntax/tokens.h"

struct work {
  struct checker *c;
  const struct symbol *symbol;
  struct operation *op;
  const struct connector *connector;
};

static struct span at(const struct work *w, const struct node *node) { return rbc_span(w->symbol->scope, node); }

/* ---- parameters ---- */
static void param_attributes(const struct work *w, const struct node *attrs, struct param *param) {
  struct checker *c = w->c;
  for (uint32_t i = 0; i < KIDS(attrs); i++) {
    const struct node *attr = attrs->kid[i];
    if (attr->kind != NODE_FIELDATTR) continue;
    if (attr->tok == TOKEN_AS) { param->type = rbc_bool_words(c, w->symbol->scope, attr, param->type); continue; }
    const char *text = attr->tok == TOKEN_ID ? node_path(w->symbol->scope->source, attr->kid[0], c->arena)
                     : attr->tok == TOKEN_KEY ? "key" : "same";
    if (text && !strcmp(text, "paging")) { param->paging = true; continue; }
    static const char *const NAMES[] = { "paging" };
    struct diag *d = rbc_diag(c->diags, E0320, at(w, attr), "`%s` has no meaning on a parameter", text ? text : "");
    const char *near = text ? rbc_nearest(text, NAMES, 1) : NULL;
    if (near) rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
    else rbc_diag_help(c->diags, d, "a parameter may be `paging` (it chooses no key) and a bool `as \"yes\" | \"no\"`");
  }
}

static void read_params(const struct work *w) {
  const struct node *list = w->symbol->node->kid[1];
  struct operation *op = w->op;
  op->params = arena_alloc(w->c->arena, (KIDS(list) + 1) * sizeof *op->params);
  if (!op->params) return;
  for (uint32_t i = 0; i < KIDS(list); i++) {
    const struct node *node = list->kid[i];
    if (node->kind != NODE_PARAM) continue;
    struct param param = { .name = rbc_text(w->c, w->symbol->scope, node->kid[0]), .span = at(w, node->kid[0]) };
    unsigned k = 0;
    while (k < op->param_count && !same_name(op->params[k].name, param.name)) k++;
    if (k < op->param_count) {
      struct diag *d = rbc_diag(w->c->diags, E0321, param.span, "a second parameter `%s`", param.name);
      rbc_diag_label(w->c->diags, d, op->params[k].span, "the first one");
      continue;
    }
    param.type = rbc_type_of(w->c, w->symbol->scope, node->kid[1], &param.optional, w->connector);
    param_attributes(w, node->kid[2], &param);
    if (param.type) op->params[op->param_count++] = param;
    else op->broken = true;
  }
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One slot for every parameter name of a connector, in the order of the names. */
static void number_slots(struct checker *c, struct connector *connector) {
  const char **names = NULL;
  unsigned count = 0, kept = 0;
  for (unsigned i = 0; i < connector->operation_count; i++) {
    const struct operation *op = c->program->operations[connector->first_operation + i];
    for (unsigned k = 0; k < op->param_count; k++)
      rbc_append(c->arena, (void ***)(void *)&names, &count, (void *)(uintptr_t)op->params[k].name);
  }
  if (!names) return;
  qsort(names, count, sizeof *names, by_text);
  for (unsigned i = 0; i < count; i++) if (!kept || strcmp(names[kept - 1], names[i])) names[kept++] = names[i];
  connector->slots = kept;
  for (unsigned i = 0; i < connector->operation_count; i++) {
    struct operation *op = c->program->operations[connector->first_operation + i];
    for (unsigned k = 0; k < op->param_count; k++) {
      const char **found = bsearch(&op->params[k].name, names, kept, sizeof *names, by_text);
      if (found) op->params[k].slot = (unsigned)(found - names);
    }
  }
}

static const struct param *find_param(const struct operation *op, const char *name) {
  for (unsigned i = 0; i < op->param_count; i++) if (same_name(op->params[i].name, name)) return &op->params[i];
  return NULL;
}

/* `args.x`: the parameter x; reports anything else. */
static const struct param *argument(const struct work *w, const struct node *node) {
  struct checker *c = w->c;
  const struct node *base = node->kind == NODE_MEMBER && node->tok == TOKEN_MEMBER ? node->kid[0] : NULL;
  if (!base || base->kind != NODE_NAME || strcmp(rbc_text(c, w->symbol->scope, base), "args")) {
    struct diag *d = rbc_diag(c->diags, E0322, at(w, node), "only an argument of the operation can stand here");
    rbc_diag_help(c->diags, d, "such as `args.%s`", w->op->param_count ? w->op->params[0].name : "id");
    return NULL;
  }
  const char *name = rbc_text(c, w->symbol->scope, node->kid[1]);
  const struct param *param = find_param(w->op, name);
  if (param || w->op->broken) return param;
  const char *names[64];
  unsigned count = 0;
  for (; count < w->op->param_count && count < 64; count++) names[count] = w->op->params[count].name;
  struct span span = at(w, node->kid[1]);
  struct diag *d = rbc_diag(c->diags, E0323, span, "%s has no parameter `%s`", w->op->name, name);
  const char *near = rbc_nearest(name, names, count);
  if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
  return NULL;
}

/* ---- results ---- */
static const struct type *result_record(const struct type *type) {
  while (type && type->element) type = type->element;
  return type && type->kind == TYPE_RECORD ? type : NULL;
}

static void unknown_field(const struct work *w, const struct node *node, const struct type *type, const char *name) {
  const char **names = arena_alloc(w->c->arena, (type->field_count + 1) * sizeof *names);
  struct diag *d = rbc_diag(w->c->diags, E0325, at(w, node), "%s has no field `%s`", type->name, name);
  for (unsigned i = 0; names && i < type->field_count; i++) names[i] = type->fields[i].name;
  const char *near = names ? rbc_nearest(name, names, type->field_count) : NULL;
  if (near) { rbc_diag_help(w->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, d->span, near); }
}

static void read_fill(const struct work *w, const struct node *record) {
  struct checker *c = w->c;
  const struct type *type = result_record(w->op->result);
  if (!type) {
    if (w->op->result)
      rbc_diag(c->diags, E0324, at(w, record), "only fields of a record can come from arguments, and this result is %s",
               rbc_type_name(c, w->op->result));
    return;
  }
  const struct node *fields = record->kid[0];
  w->op->fills = arena_alloc(c->arena, (KIDS(fields) + 1) * sizeof *w->op->fills);
  for (uint32_t i = 0; w->op->fills && i < KIDS(fields); i++) {
    const struct node *name_node = fields->kid[i]->kid[0];
    const char *name = name_node->kind == NODE_STRING ? rbc_string(c, w->symbol->scope, name_node)
                                                      : rbc_text(c, w->symbol->scope, name_node);
    struct fill fill;
    const struct field *field = rbc_field(type, name, &fill.field);
    if (!field) {
      if (!type->broken) unknown_field(w, name_node, type, name);
      continue;
    }
    const struct param *param = argument(w, fields->kid[i]->kid[1]);
    if (!param) continue;
    if (!rbc_same_values(param->type, field->type)) {
      struct diag *d = rbc_diag(c->diags, E0326, at(w, fields->kid[i]), "argument `%s` is %s, field `%s` is %s",
                                param->name, rbc_type_name(c, param->type), name, rbc_type_name(c, field->type));
      rbc_diag_label(c->diags, d, field->span, "the field");
      continue;
    }
    fill.slot = param->slot;
    w->op->fills[w->op->fill_count++] = fill;
  }
}

static void read_result(const struct work *w) {
  const struct node *result = w->symbol->node->kid[2];
  bool optional;
  if (!result || result->kind != NODE_RESULT) return;
  w->op->result = rbc_type_of(w->c, w->symbol->scope, result->kid[0], &optional, w->connector);
  if (optional) {
    struct diag *d = rbc_diag(w->c->diags, E0327, at(w, result->kid[0]), "a result is not optional");
    rbc_diag_help(w->c->diags, d, "nothing is stored when a system answers nothing; leave the `?` out");
  }
  w->op->labels |= rbc_labels_in(w->op->result);
}

/* ---- attributes ---- */
static void read_yields(const struct work *w, const struct node *node) {
  const struct symbol *s = rbc_resolve(w->c, w->symbol->scope, node->kid[0], SYM(LABEL), "a label");
  if (!s || !s->ptr) return;
  for (unsigned i = 0; i < w->c->program->labels_count && i < IMAGE_MAX_LABELS; i++)
    if (w->c->program->labels[i] == s->ptr) w->op->labels |= UINT64_C(1) << i;
  if (!strcmp(s->name, "untrusted")) w->op->untrusted = true;
}

static void read_proves(const struct work *w, const struct node *node) {
  const struct symbol *s = rbc_resolve(w->c, w->symbol->scope, node->kid[0], SYM(PROOF), "a proof");
  if (!s || !s->ptr) return;
  for (unsigned i = 0; i < w->c->program->proofs_count && i < IMAGE_MAX_PROOFS; i++)
    if (w->c->program->proofs[i] == s->ptr) w->op->proves |= UINT64_C(1) << i;
}

static const struct entity *entity_of(const struct work *w, const struct node *path) {
  const struct symbol *s = rbc_resolve_near(w->c, w->symbol->scope, path, w->connector, SYM(ENTITY), "an entity");
  return s ? s->ptr : NULL;
}

static bool add_change(const struct work *w, const struct change *change) {
  struct operation *op = w->op;
  for (unsigned i = 0; i < op->change_count; i++)
    if (op->changes[i].entity == change->entity && !memcmp(op->changes[i].slot, change->slot, sizeof change->slot))
      return true;
  struct change *grown = arena_alloc(w->c->arena, (op->change_count + 1) * sizeof *grown);
  if (!grown) return false;
  if (op->change_count) memcpy(grown, op->changes, op->change_count * sizeof *grown);
  grown[op->change_count++] = *change;
  op->changes = grown;
  return true;
}

static void read_changes(const struct work *w, const struct node *node) {
  struct checker *c = w->c;
  const struct entity *entity = entity_of(w, node->kid[0]);
  const struct node *keys = node->kid[1];
  if (!entity || !entity->keys) return;
  struct change change = { entity, { NONE32, NONE32, NONE32, NONE32 } };
  if (KIDS(keys) != entity->keys) {
    struct diag *d = rbc_diag(c->diags, E0328, at(w, node), "%s has %u key%s, and %u %s given", entity->name,
                              entity->keys, entity->keys == 1 ? "" : "s", KIDS(keys), KIDS(keys) == 1 ? "is" : "are");
    rbc_diag_label(c->diags, d, entity->span, "the entity");
    rbc_diag_help(c->diags, d, "say which one changes: `changes %s(args...)`", entity->name);
    return;
  }
  for (unsigned i = 0; i < entity->keys; i++) {
    const struct param *param = argument(w, keys->kid[i]);
    const struct field *field = &entity->type->fields[entity->key_field[i]];
    if (!param) return;
    if (!rbc_same_values(param->type, field->type)) {
      rbc_diag(c->diags, E0326, at(w, keys->kid[i]), "argument `%s` is %s, key `%s` is %s", param->name,
               rbc_type_name(c, param->type), field->name, rbc_type_name(c, field->type));
      return;
    }
    change.slot[i] = param->slot;
  }
  add_change(w, &change);
}

/* A writing operation that returns an entity whose key the agent gave changes that entity. */
static void implied_change(const struct work *w) {
  const struct operation *op = w->op;
  const struct entity *entity = op->result ? op->result->entity : NULL;
  if (op->op_class == CLASS_READS || !entity || !entity->keys) return;
  struct change change = { entity, { NONE32, NONE32, NONE32, NONE32 } };
  for (unsigned i = 0; i < entity->keys; i++) {
    const struct field *field = &entity->type->fields[entity->key_field[i]];
    const struct param *param = find_param(op, field->name);
    for (unsigned k = 0; k < op->fill_count; k++)
      if (op->fills[k].field == entity->key_field[i]) change.slot[i] = op->fills[k].slot;
    if (change.slot[i] == NONE32 && param && rbc_same_values(param->type, field->type)) change.slot[i] = param->slot;
    if (change.slot[i] == NONE32) return;
  }
  add_change(w, &change);
}

static void read_binds(const struct work *w, const struct node *node) {
  struct checker *c = w->c;
  const struct entity *entity = entity_of(w, node->kid[0]);
  if (!entity) return;
  if (w->op->binds) { rbc_diag(c->diags, E0329, at(w, node), "an operation binds one entity"); return; }
  if (w->op->result != entity->type) {
    struct diag *d = rbc_diag(c->diags, E0329, at(w, node), "%s does not return %s", w->op->name, entity->name);
    rbc_diag_help(c->diags, d, "the subject of a session is the key of what the operation answers: `-> %s`",
                  entity->name);
    return;
  }
  if (entity->keys != 1) {
    rbc_diag(c->diags, E0329, at(w, node), "%s has a key of %u fields; a session's subject is one value", entity->name,
             entity->keys);
    return;
  }
  w->op->binds = entity;
}

/* Names in braces are parameters: `/users/{id}?q={query}`. */
static void check_path(const struct work *w, const struct node *node, const char *path) {
  for (const char *p = strchr(path, '{'); p; p = strchr(p + 1, '{')) {
    const char *end = strchr(p, '}');
    char *name = end ? arena_copy(w->c->arena, p + 1, (size_t)(end - p - 1)) : NULL;
    if (!end) {
      rbc_diag(w->c->diags, E0331, at(w, node->kid[0]), "a `{` without its `}`");
      return;
    }
    if (!name || find_param(w->op, name) || w->op->broken) continue;
    struct diag *d = rbc_diag(w->c->diags, E0331, at(w, node->kid[0]),
                              "the path names `{%s}`, and %s has no such parameter", name, w->op->name);
    rbc_diag_label(w->c->diags, d, w->op->span, "its parameters stand here");
  }
}

static void read_http(const struct work *w, const struct node *node) {
  struct checker *c = w->c;
  if (w->op->method) { rbc_diag(c->diags, E0332, at(w, node), "a second HTTP method"); return; }
  w->op->method = token_word((enum token_kind)node->tok);
  w->op->path = rbc_string(c, w->symbol->scope, node->kid[0]);
  check_path(w, node, w->op->path);
  bool writes = node->tok == TOKEN_PUT || node->tok == TOKEN_PATCH || node->tok == TOKEN_DELETE;
  if (w->op->op_class != CLASS_READS || !writes) return;
  struct span span = at(w, node);
  span.end = span.start + (uint32_t)strlen(w->op->method);
  struct diag *d =
      rbc_diag(c->diags, E0330, span, "%s is declared `reads`, and %s does not only read", w->op->name, w->op->method);
  rbc_diag_label(c->diags, d, w->symbol->span, "the operation");
  rbc_diag_help(c->diags, d, "declare it `%s`", node->tok == TOKEN_DELETE ? "destroys" : "writes");
}

static void read_attributes(const struct work *w) {
  const struct node *attrs = w->symbol->node->kid[3];
  for (uint32_t i = 0; i < KIDS(attrs); i++) {
    const struct node *node = attrs->kid[i];
    switch (node->kind) {
      case NODE_YIELDS: read_yields(w, node); break;
      case NODE_SENDS: w->op->sends_outside = true; break;
      case NODE_CHANGES: read_changes(w, node); break;
      case NODE_BINDS: read_binds(w, node); break;
      case NODE_PROVES: read_proves(w, node); break;
      case NODE_HTTP: read_http(w, node); break;
      default: break;
    }
  }
}

/* ---- all of them ---- */
static int by_name(const void *a, const void *b) {
  return strcmp((*(const struct operation *const *)a)->name, (*(const struct operation *const *)b)->name);
}

static void for_each(struct checker *c, void (*run)(const struct work *)) {
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) {
      if (s->kind != SYM_OPERATION || !s->ptr || !s->connector->ptr) continue;
      struct work w = { c, s, s->ptr, s->connector->ptr };
      run(&w);
    }
}

static void start(const struct work *w) {
  struct operation *op = w->op;
  op->name = w->symbol->full;
  op->span = w->symbol->span;
  op->connector = w->connector;
  op->op_class = w->symbol->node->tok == TOKEN_WRITES     ? CLASS_WRITES
                 : w->symbol->node->tok == TOKEN_DESTROYS ? CLASS_DESTROYS
                                                          : CLASS_READS;
  read_params(w);
}

static void finish(const struct work *w) {
  const struct node *result = w->symbol->node->kid[2];
  read_result(w);
  if (result && result->kind == NODE_RESULT && result->kid[1]) read_fill(w, result->kid[1]);
  read_attributes(w);
  implied_change(w);
}

void rbc_declare_operations(struct checker *c) {
  struct program *p = c->program;
  for_each(c, start);
  if (c->arena->failed) return;
  if (p->operations_count) qsort(p->operations, p->operations_count, sizeof *p->operations, by_name);
  for (unsigned i = p->operations_count; i-- > 0;) {
    struct connector *connector = (struct connector *)(uintptr_t)p->operations[i]->connector;
    p->operations[i]->id = connector->first_operation = i;
    connector->operation_count++;
  }
  for (unsigned i = 0; i < p->connectors_count; i++) number_slots(c, p->connectors[i]);
  for_each(c, finish);
}

static void read_defaults(const struct work *w) {
  const struct node *list = w->symbol->node->kid[1];
  for (uint32_t i = 0; i < KIDS(list); i++) {
    const struct node *node = list->kid[i];
    if (node->kind != NODE_PARAM || !node->kid[3]) continue;
    struct param *param = (struct param *)(uintptr_t)find_param(w->op, rbc_text(w->c, w->symbol->scope, node->kid[0]));
    if (!param) continue;
    param->value = rbc_constant(w->c, w->symbol->scope, node->kid[3], param->type);
    if (param->optional && param->value)
      rbc_diag(w->c->diags, E0333, at(w, node->kid[3]),
               "a parameter with a default is never missing: leave the `?` out");
  }
}

void rbc_declare_defaults(struct checker *c) { for_each(c, read_defaults); }
