/* records.c: fields with their labels and keys; types, entities, rows of tables, the requester. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"
#include "syntax/tokens.h"

struct field_place {                   /* where a field stands */
  struct checker *c; const struct file_scope *scope; const struct connector *connector;
  bool labels_allowed, keys_allowed;
  bool *said;                       /* something was said already: do not ask for a key or a field */
};

const struct type *rbc_bool_words(struct checker *c, const struct file_scope *scope, const struct node *attr,
                                  const struct type *type) {
  const struct node *words = attr->kid[0];
  struct span span = rbc_span(scope, attr);
  if (type && type->kind != TYPE_BOOL) {
    rbc_diag(c->diags, E0210, span, "`as` gives the two words of a bool, and the type here is %s",
             rbc_type_name(c, type));
    return type;
  }
  if (KIDS(words) != 2) {
    struct diag *d = rbc_diag(c->diags, E0210, span, "`as` wants two words: the one for true and the one for false");
    rbc_diag_help(c->diags, d, "such as `bool as \"yes\" | \"no\"`");
    return type;
  }
  const char *yes = rbc_string(c, scope, words->kid[0]), *no = rbc_string(c, scope, words->kid[1]);
  if (!strcmp(yes, no)) {
    rbc_diag(c->diags, E0210, span, "true and false cannot both be written \"%s\"", yes);
    return type;
  }
  return type ? rbc_bool_as(c, yes, no) : NULL;
}

static void label_attribute(const struct field_place *at, const struct node *attr, struct field *field) {
  struct checker *c = at->c;
  const char *text = node_path(at->scope->source, attr->kid[0], c->arena);
  if (!text) return;
  struct span span = rbc_span(at->scope, attr);
  if (!at->labels_allowed) {
    if (!*at->said)
      rbc_diag(c->diags, E0211, span, "`%s` has no meaning on this field: labels stand on what operations return", text);
    *at->said = true;                                  /* it may have been the next field */
    return;
  }
  if (!strcmp(text, "untrusted")) field->untrusted = true;
  const struct symbol *s = rbc_resolve(c, at->scope, attr->kid[0], SYM(LABEL), "a label");
  if (!s || !s->ptr) return;
  for (unsigned i = 0; i < c->program->labels_count; i++)
    if (c->program->labels[i] == s->ptr && i < IMAGE_MAX_LABELS) field->labels |= UINT64_C(1) << i;
}

static void key_attribute(const struct field_place *at, const struct node *attr, struct field *field) {
  struct checker *c = at->c;
  struct span span = rbc_span(at->scope, attr);
  if (!at->keys_allowed) {
    rbc_diag(c->diags, E0212, span, "only entities and tables have keys");
    return;
  }
  field->key = true;
  if (field->optional) rbc_diag(c->diags, E0213, span, "a key cannot be optional");
  const struct type *t = field->type;
  if (t && t->kind != TYPE_STRING && !rbc_is_scalar(t)) {
    rbc_diag(c->diags, E0213, span, "a key is a plain value or a string, not %s", rbc_type_name(c, t));
    field->key = false;
    *at->said = true;
  }
}

static void read_attributes(const struct field_place *at, const struct node *attrs, struct field *field) {
  for (uint32_t i = 0; i < KIDS(attrs); i++) {
    const struct node *attr = attrs->kid[i];
    if (attr->kind != NODE_FIELDATTR) continue;
    switch (attr->tok) {
      case TOKEN_KEY: key_attribute(at, attr, field); break;
      case TOKEN_SAME: field->same = node_path(at->scope->source, attr->kid[0], at->c->arena); break;
      case TOKEN_AS: field->type = rbc_bool_words(at->c, at->scope, attr, field->type); break;
      default: label_attribute(at, attr, field);
    }
  }
}

void rbc_fill_record(struct checker *c, const struct file_scope *scope, struct type *record, const struct node *fields,
                     const struct connector *connector, bool labels_allowed, bool keys_allowed, struct span name_span) {
  struct field_place at = { c, scope, connector, labels_allowed, keys_allowed, &record->broken };
  record->fields = arena_alloc(c->arena, (KIDS(fields) + 1) * sizeof *record->fields);
  if (!record->fields) return;
  for (uint32_t i = 0; i < KIDS(fields); i++) {
    const struct node *node = fields->kid[i];
    if (node->kind != NODE_FIELD) continue;
    const char *name = rbc_text(c, scope, node->kid[0]);
    const struct field *first = rbc_field(record, name, NULL);
    struct field field = { .name = name, .span = rbc_span(scope, node->kid[0]) };
    if (first) {
      struct diag *d = rbc_diag(c->diags, E0214, field.span, "a second field `%s`", name);
      rbc_diag_label(c->diags, d, first->span, "the first one");
      continue;
    }
    field.type = rbc_type_of(c, scope, node->kid[1], &field.optional, connector);
    read_attributes(&at, node->kid[2], &field);
    if (field.type) record->fields[record->field_count++] = field;     /* else reported; followers stay silent */
    else record->broken = true;
  }
  if (record->field_count || record->broken || KIDS(fields)) return;
  if (scope->source->broken) record->broken = true;      /* they were lost with what could not be read */
  else rbc_diag(c->diags, E0215, name_span, "a record without fields");
}

unsigned rbc_key_fields(struct checker *c, const struct type *record, unsigned key_field[IMAGE_MAX_ENTITY_KEYS],
                        struct span span, const char *what) {
  unsigned keys = 0;
  for (unsigned i = 0; i < record->field_count; i++) {
    if (!record->fields[i].key) continue;
    if (keys == IMAGE_MAX_ENTITY_KEYS) {
      rbc_diag(c->diags, E0216, record->fields[i].span, "a key has %d fields at most", IMAGE_MAX_ENTITY_KEYS);
      break;
    }
    key_field[keys++] = i;
  }
  if (!keys && !record->broken) {
    struct diag *d = rbc_diag(c->diags, E0217, span, "%s needs a key", what);
    rbc_diag_help(c->diags, d, "mark what tells two of them apart: `id: string key`");
  }
  return keys;
}

/* ---- no record may hold itself ---- */
struct walk { struct checker *c; const struct type **path; unsigned depth; unsigned char *state; };

static void report_cycle(struct walk *w, const struct type *type, struct span span) {
  const char *text = "";
  unsigned from = w->depth;
  while (from > 0 && w->path[from - 1] != type) from--;
  for (unsigned i = from ? from - 1 : 0; i < w->depth && text; i++)
    text = arena_format(w->c->arena, "%s%s -> ", text, w->path[i]->name);
  struct diag *d = rbc_diag(w->c->diags, E0218, span, "record %s holds itself", type->name);
  rbc_diag_note(w->c->diags, d, "%s%s", text ? text : "", type->name);
  rbc_diag_help(w->c->diags, d, "hold the key of the other record instead");
}

static void visit(struct walk *w, struct type *type, struct span span) {
  while (type->element) type = (struct type *)(uintptr_t)type->element;
  if (type->kind != TYPE_RECORD || w->state[type->id] == 2) return;
  if (w->state[type->id] == 1) { report_cycle(w, type, span); type->broken = true; return; }
  w->state[type->id] = 1;
  w->path[w->depth++] = type;
  for (unsigned i = 0; i < type->field_count; i++) {
    unsigned errors = w->c->diags->errors;
    visit(w, (struct type *)(uintptr_t)type->fields[i].type, type->fields[i].span);
    if (w->c->diags->errors != errors && type->broken) {
      type->field_count = i;
      break;
    } /* so that nobody walks in a circle */
  }
  w->depth--;
  w->state[type->id] = 2;
}

void rbc_check_acyclic(struct checker *c) {
  unsigned n = c->program->types_count;
  struct walk w = { c, arena_alloc(c->arena, (n + 1) * sizeof *w.path), 0, arena_alloc(c->arena, n + 1) };
  if (!w.path || !w.state) return;
  for (unsigned i = 0; i < n; i++)
    if (c->program->types[i]->kind == TYPE_RECORD) visit(&w, c->program->types[i], rbc_nowhere());
}

uint64_t rbc_labels_in(const struct type *type) {
  uint64_t labels = 0;
  while (type && type->element) type = type->element;
  for (unsigned i = 0; type && i < type->field_count; i++)
    labels |= type->fields[i].labels | rbc_labels_in(type->fields[i].type);
  return labels;
}

/* ---- all records: first the objects, then the fields, since they may name each other ---- */
static int by_entity_name(const void *a, const void *b) {
  return strcmp((*(const struct entity *const *)a)->name, (*(const struct entity *const *)b)->name);
}

static void make_objects(struct checker *c, struct symbol *s) {
  if (s->kind == SYM_TYPE) s->ptr = rbc_new_record(c, s->full);
  if (s->kind == SYM_ENTITY && s->ptr) {
    struct entity *entity = s->ptr;
    entity->name = s->full;
    entity->span = s->span;
    entity->connector = s->connector->ptr;
    entity->type = rbc_new_record(c, s->full);
    if (entity->type) entity->type->entity = entity;
  }
  if (s->kind == SYM_TABLE && s->ptr) {
    struct table *table = s->ptr;
    table->name = s->full;
    table->span = s->span;
    table->row = rbc_new_record(c, s->full);
  }
}

static void fill_objects(struct checker *c, struct symbol *s) {
  const struct connector *connector = s->connector ? s->connector->ptr : NULL;
  if (s->kind == SYM_TYPE && s->ptr)
    rbc_fill_record(c, s->scope, s->ptr, s->node->kid[1], connector, true, false, s->span);
  if (s->kind == SYM_ENTITY && s->ptr && ((struct entity *)s->ptr)->type) {
    struct entity *entity = s->ptr;
    rbc_fill_record(c, s->scope, entity->type, s->node->kid[1], connector, true, true, s->span);
    entity->keys = rbc_key_fields(c, entity->type, entity->key_field, s->span, "an entity");
  }
  if (s->kind == SYM_TABLE && s->ptr && ((struct table *)s->ptr)->row) {
    struct table *table = s->ptr;
    rbc_fill_record(c, s->scope, table->row, s->node->kid[2], NULL, false, true, s->span);
    table->keys = rbc_key_fields(c, table->row, table->key_field, s->span, "a table");
  }
}

void rbc_declare_records(struct checker *c) {
  struct program *p = c->program;
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) make_objects(c, s);
  struct symbol *context = c->own->context;
  if (context) p->requester = rbc_new_record(c, "requester");
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) fill_objects(c, s);
  if (p->requester)
    rbc_fill_record(c, context->scope, p->requester, context->node->kid[1], NULL, false, false, context->span);
  if (p->entities_count) qsort(p->entities, p->entities_count, sizeof *p->entities, by_entity_name);
  for (unsigned i = 0; i < p->entities_count; i++) p->entities[i]->id = i;
  rbc_check_acyclic(c);
}
