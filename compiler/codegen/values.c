/* values.c: constants that are not scalars, packed as image.h says. The runtime's side is runtime/packed.h. */
#include <string.h>
#include "codegen/generator.h"
#include "support/names.h"

bool gen_is_text(enum type_kind kind) { return kind == TYPE_STRING || kind == TYPE_IP || kind == TYPE_CIDR; }

bool gen_is_scalar(enum type_kind kind) {
  switch (kind) {
    case TYPE_BOOL: case TYPE_INT: case TYPE_DECIMAL: case TYPE_DURATION: case TYPE_TIME: case TYPE_DATE:
    case TYPE_SYMBOL: case TYPE_REGION: case TYPE_VERSION: case TYPE_MONEY: case TYPE_WORDS:
      return true;
    default: return false;
  }
}

static void pack_u32(struct generator *g, uint32_t number) {
  unsigned char bytes[4] = {(unsigned char)number, (unsigned char)(number >> 8), (unsigned char)(number >> 16),
                            (unsigned char)(number >> 24)};
  gen_buffer_add(g, &g->sections[SECTION_VALUES], bytes, sizeof bytes);
}

static void pack_i64(struct generator *g, int64_t number) {
  uint64_t bits = (uint64_t)number;
  pack_u32(g, (uint32_t)bits);
  pack_u32(g, (uint32_t)(bits >> 32));
}

static void pack_text(struct generator *g, const struct constant *c) {
  pack_u32(g, c->length);
  gen_buffer_add(g, &g->sections[SECTION_VALUES], c->text, c->length);
}

static void pack(struct generator *g, const struct type *type, const struct constant *c) {
  switch (type->kind) {
    case TYPE_STRING: case TYPE_IP: case TYPE_CIDR: pack_text(g, c); break;
    case TYPE_STRINGS:
      pack_u32(g, c->count);
      for (unsigned i = 0; i < c->count; i++) pack_text(g, c->items[i]);
      break;
    case TYPE_LIST: case TYPE_SET:
      pack_u32(g, c->count);
      for (unsigned i = 0; i < c->count; i++) pack(g, type->element, c->items[i]);
      break;
    case TYPE_MAP:
      pack_u32(g, c->count / 2);
      for (unsigned i = 0; i + 1 < c->count; i += 2) {
        pack_text(g, c->items[i]);
        pack(g, type->element, c->items[i + 1]);
      }
      break;
    case TYPE_RECORD:
      for (unsigned i = 0; i < type->field_count; i++) {
        const struct constant *field = i < c->count ? c->items[i] : NULL;
        unsigned char present = field && !field->missing;
        gen_buffer_add(g, &g->sections[SECTION_VALUES], &present, 1);
        if (present) pack(g, type->fields[i].type, field);
      }
      break;
    default: pack_i64(g, c->scalar);
  }
}

struct packed_key { uint32_t type; const unsigned char *bytes; size_t size; };

static bool same_value(const struct generator *g, uint32_t index, const void *key, size_t size) {
  const struct packed_key *wanted = key;
  struct image_value entry;
  uint32_t end;
  (void)size;
  memcpy(&entry, g->sections[SECTION_VALUE_INDEX].bytes + index * sizeof entry, sizeof entry);
  memcpy(&end, g->value_ends.bytes + index * sizeof end, sizeof end);
  return entry.type == wanted->type && end - entry.offset == wanted->size &&
         memcmp(g->sections[SECTION_VALUES].bytes + entry.offset, wanted->bytes, wanted->size) == 0;
}

/* What was packed from `start` on becomes an entry, or is taken back when there is an equal one. */
static uint32_t settle(struct generator *g, uint32_t type, size_t start) {
  struct gen_buffer *values = &g->sections[SECTION_VALUES];
  if (g->out_of_memory) return 0;
  if (values->size > UINT32_MAX) { gen_too_large(g); return 0; }
  struct packed_key key = {type, values->bytes + start, values->size - start};
  uint32_t hash = hash_bytes(key.bytes, key.size, type);
  uint32_t index = gen_find(g, &g->values, hash, same_value, &key, 0);
  if (index != NONE32) {
    values->size = start;
    return index;
  }
  struct image_value entry = {type, (uint32_t)start};
  uint32_t end = (uint32_t)values->size;
  index = gen_append(g, SECTION_VALUE_INDEX, &entry, 1);
  if (gen_buffer_add(g, &g->value_ends, &end, sizeof end)) gen_remember(g, &g->values, hash, index);
  return index;
}

uint32_t gen_value(struct generator *g, const struct constant *constant) {
  size_t start = g->sections[SECTION_VALUES].size;
  pack(g, constant->type, constant);
  return settle(g, gen_type(g, constant->type), start);
}

uint32_t gen_list_value(struct generator *g, uint32_t list_type, const struct type *row, struct constant **rows,
                        uint32_t count) {
  size_t start = g->sections[SECTION_VALUES].size;
  pack_u32(g, count);
  for (uint32_t i = 0; i < count; i++) {
    if (row) {
      pack(g, row, rows[i]);
    } else {                               /* two strings that no record type describes: a tree's member and group */
      static const unsigned char present = 1;
      for (unsigned k = 0; k < 2 && k < rows[i]->count; k++) {
        gen_buffer_add(g, &g->sections[SECTION_VALUES], &present, 1);
        pack_text(g, rows[i]->items[k]);
      }
    }
  }
  return settle(g, list_type, start);
}
