/* types.c: section TYPES with the words and fields that types refer to, and the digest of what a session's memory of
 * seen entities, labels, proofs and counts depends on. */
#include <sodium.h>
#include <string.h>
#include "codegen/generator.h"

enum { MAX_TYPE_DEPTH = 64 };

static void words(struct generator *g, const struct type *type, struct image_type *record) {
  record->a = gen_count(g, SECTION_WORDS);
  record->b = type->word_count;
  record->other = type->other;
  for (unsigned i = 0; i < type->word_count; i++) {
    struct image_word word = {gen_string(g, type->words[i].wire), type->words[i].symbol};
    gen_append(g, SECTION_WORDS, &word, 1);
  }
}

static void fields(struct generator *g, const struct type *type, struct image_type *record) {
  record->a = gen_count(g, SECTION_FIELDS);
  record->b = type->field_count;
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *f = &type->fields[i];
    struct image_field field = {.name = gen_string(g, f->name), .type = gen_type(g, f->type), .labels = f->labels};
    field.flags = (f->optional ? (uint32_t)FIELD_OPTIONAL : 0) | (f->key ? (uint32_t)FIELD_KEY : 0) |
                  (f->untrusted ? (uint32_t)FIELD_UNTRUSTED : 0);
    gen_append(g, SECTION_FIELDS, &field, 1);
  }
}

/* That type number is `list of element`. */
static void note_list(struct generator *g, uint32_t element, uint32_t number) {
  static const uint32_t none = NONE32;
  while (g->list_types.size <= element * sizeof none)
    if (!gen_buffer_add(g, &g->list_types, &none, sizeof none)) return;
  memcpy(g->list_types.bytes + element * sizeof number, &number, sizeof number);
}

static void type(struct generator *g, const struct type *type) {
  struct image_type record = {.kind = (uint8_t)type->kind};
  switch (type->kind) {
    case TYPE_BOOL:
      record.a = gen_string(g, type->wire_true);
      record.b = gen_string(g, type->wire_false);
      break;
    case TYPE_TIME: record.a = type->zone ? type->zone->id + 1 : 0; break;
    case TYPE_MONEY:
      record.name = gen_string(g, type->name);
      record.digits = (uint16_t)type->digits;
      break;
    case TYPE_WORDS: words(g, type, &record); break;
    case TYPE_LIST: case TYPE_SET: case TYPE_MAP:
      record.a = gen_type(g, type->element);
      if (type->kind == TYPE_LIST) note_list(g, record.a, gen_count(g, SECTION_TYPES));
      break;
    case TYPE_RECORD:
      record.name = gen_string(g, type->name);
      fields(g, type, &record);
      break;
    default: break;
  }
  gen_append(g, SECTION_TYPES, &record, 1);
}

/* An element's number is lower than that of what holds it; beyond that types keep their order. */
static void number(struct generator *g, const struct type *type, const struct type **order, unsigned depth) {
  if (type->id >= g->program->types_count || g->program->types[type->id] != type || depth > MAX_TYPE_DEPTH) {
    struct span nowhere = {NO_SOURCE, 0, 0};
    gen_internal_error(g, nowhere, "a type that the program does not list, or that holds itself");
    return;
  }
  if (g->type_numbers[type->id] != NONE32 || g->failed) return;
  bool holds = type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_MAP;
  unsigned fields = type->kind == TYPE_RECORD ? type->field_count : 0;
  if (holds) number(g, type->element, order, depth + 1);
  for (unsigned i = 0; i < fields; i++) number(g, type->fields[i].type, order, depth + 1);
  g->type_numbers[type->id] = g->type_count;
  order[g->type_count++] = type;
}

uint32_t gen_type(const struct generator *g, const struct type *type) { return g->type_numbers[type->id]; }

void gen_types(struct generator *g) {
  unsigned count = g->program->types_count;
  const struct type **order = arena_alloc(&g->scratch, count * sizeof *order);
  g->type_numbers = arena_alloc(&g->scratch, count * sizeof *g->type_numbers);
  if (!order || !g->type_numbers) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < count; i++) g->type_numbers[i] = NONE32;
  for (unsigned i = 0; i < count && !g->failed; i++)
    if (!g->program->types[i]->spare) number(g, g->program->types[i], order, 0);
  for (unsigned i = 0; i < g->type_count && !g->failed && !g->out_of_memory; i++) type(g, order[i]);
}

/* The type `list of element`, which is added when the program itself never speaks of it. */
uint32_t gen_list_type(struct generator *g, uint32_t element) {
  uint32_t number = NONE32;
  if (element < g->list_types.size / sizeof number) memcpy(&number, g->list_types.bytes + element * sizeof number, sizeof number);
  if (number != NONE32) return number;
  struct image_type record = {.kind = TYPE_LIST, .a = element};
  number = gen_append(g, SECTION_TYPES, &record, 1);
  note_list(g, element, number);
  return number;
}

uint32_t gen_pair_type(struct generator *g) {
  if (g->pair_type != NONE32) return g->pair_type;
  struct image_type record = {.kind = TYPE_RECORD, .name = gen_string(g, "membership"), .b = 2};
  struct image_field member = {.name = gen_string(g, "member"), .type = TYPE_STRING};
  struct image_field group = {.name = gen_string(g, "group"), .type = TYPE_STRING};
  record.a = gen_append(g, SECTION_FIELDS, &member, 1);
  gen_append(g, SECTION_FIELDS, &group, 1);
  g->pair_type = gen_append(g, SECTION_TYPES, &record, 1);
  return g->pair_type;
}

/* ---- the digest of state ---- */
/* What is digested, put together first: libsodium takes as long for a number as for a line. */
struct digest { struct generator *g; struct gen_buffer bytes; };

static void put_number(struct digest *d, uint64_t number) {
  const unsigned char bytes[8] = {(unsigned char)number, (unsigned char)(number >> 8), (unsigned char)(number >> 16), (unsigned char)(number >> 24),
                                  (unsigned char)(number >> 32), (unsigned char)(number >> 40), (unsigned char)(number >> 48), (unsigned char)(number >> 56)};
  gen_buffer_add(d->g, &d->bytes, bytes, sizeof bytes);
}

static void put_string(struct digest *d, const char *string) {
  size_t length = string ? strlen(string) : 0;
  put_number(d, length);
  gen_buffer_add(d->g, &d->bytes, string, length);
}

/* The shape of a type, with names and the numbers that packed values hold. Types are trees: records cannot hold
 * themselves. */
static void put_type(struct digest *d, const struct type *type) {
  put_number(d, type->kind);
  switch (type->kind) {
    case TYPE_MONEY:
      put_string(d, type->name);
      put_number(d, type->digits);
      break;
    case TYPE_WORDS:
      put_number(d, type->word_count);
      for (unsigned i = 0; i < type->word_count; i++) {
        put_string(d, type->words[i].wire);
        put_number(d, type->words[i].symbol);
      }
      put_number(d, type->other);
      break;
    case TYPE_LIST: case TYPE_SET: case TYPE_MAP: put_type(d, type->element); break;
    case TYPE_RECORD:
      put_string(d, type->name);
      put_number(d, type->field_count);
      for (unsigned i = 0; i < type->field_count; i++) {
        const struct field *f = &type->fields[i];
        put_string(d, f->name);
        put_number(d, (uint64_t)f->optional | (uint64_t)f->key << 1 | (uint64_t)f->untrusted << 2);
        put_number(d, f->labels);
        put_type(d, f->type);
      }
      break;
    default: break;
  }
}

static void put_entity(struct digest *d, const struct entity *entity) {
  put_string(d, entity->name);
  put_number(d, entity->keys);
  for (unsigned k = 0; k < entity->keys; k++) put_number(d, entity->key_field[k]);
  put_type(d, entity->type);
}

void gen_state_digest(struct generator *g, char hex[65]) {
  const struct program *p = g->program;
  unsigned char bytes[32];
  struct digest d = {.g = g};
  put_string(&d, "rebase state 1");
  put_number(&d, p->entities_count);
  for (unsigned i = 0; i < p->entities_count; i++) put_entity(&d, p->entities[i]);
  put_number(&d, p->labels_count);
  for (unsigned i = 0; i < p->labels_count; i++) put_string(&d, p->labels[i]->full);
  put_number(&d, p->proofs_count);
  for (unsigned i = 0; i < p->proofs_count; i++) put_string(&d, p->proofs[i]->full);
  put_number(&d, p->operations_count);   /* counts are kept by operation */
  for (unsigned i = 0; i < p->operations_count; i++) put_string(&d, p->operations[i]->name);
  put_number(&d, p->regions_count);
  for (unsigned i = 0; i < p->regions_count; i++) {
    put_string(&d, p->regions[i]->name);
    put_number(&d, p->regions[i]->parent);
  }
  put_number(&d, p->requester != NULL);
  if (p->requester) put_type(&d, p->requester);
  crypto_generichash(bytes, sizeof bytes, d.bytes.bytes, d.bytes.size, NULL, 0);
  free(d.bytes.bytes);
  sodium_bin2hex(hex, 65, bytes, sizeof bytes);
}
