/* verify_types.c: symbols, types, regions, zones, constants and packed values. */
#include "packed.h"
#include "verify.h"

/* ---- names ---- */
void sort_indexes(uint32_t *order, uint32_t *spare, uint32_t count, const void *context,
                  int (*compare)(const void *context, uint32_t a, uint32_t b)) {
  for (uint64_t width = 1; width < count; width *= 2) {       /* merge sort from the bottom: stable, no recursion */
    for (uint64_t start = 0; start < count; start += 2 * width) {
      uint64_t middle = start + width < count ? start + width : count, end = middle + width < count ? middle + width : count;
      uint64_t a = start, b = middle, to = start;
      while (a < middle || b < end)
        spare[to++] = b == end || (a < middle && compare(context, order[a], order[b]) <= 0) ? order[a++] : order[b++];
    }
    memcpy(order, spare, count * sizeof *order);
  }
}

static int compare_refs(const struct rebase_bundle *b, ref left, ref right) {
  const struct text *l = bundle_text(b, left), *r = bundle_text(b, right);
  return text_compare(l->bytes, l->len, r->bytes, r->len);
}
static int by_symbol(const void *context, uint32_t a, uint32_t b) {
  const struct rebase_bundle *bundle = context;
  return compare_refs(bundle, bundle->SYMBOLS.at[a].name, bundle->SYMBOLS.at[b].name);
}
static int by_region(const void *context, uint32_t a, uint32_t b) {
  const struct rebase_bundle *bundle = context;
  return compare_refs(bundle, bundle->REGIONS.at[a].name, bundle->REGIONS.at[b].name);
}

static const uint32_t *sorted(struct verifier *v, uint32_t count, int (*compare)(const void *, uint32_t, uint32_t)) {
  uint32_t *order = pages_array(v->bundle->pages, count, sizeof *order), *spare = pages_array(&v->temporary, count, sizeof *spare);
  if (!order || !spare) { out_of_memory(v); return NULL; }
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  sort_indexes(order, spare, count, v->bundle, compare);
  return order;
}

static bool verify_symbols(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  b->symbol_order = sorted(v, b->SYMBOLS.count, by_symbol);
  b->region_order = b->symbol_order ? sorted(v, b->REGIONS.count, by_region) : NULL;
  if (!b->region_order) return false;
  for (uint32_t i = 1; i < b->SYMBOLS.count; i++)
    if (by_symbol(b, b->symbol_order[i - 1], b->symbol_order[i]) == 0)
      return refuse(v, CHECK_SYMBOL_DISTINCT, SECTION_SYMBOLS, b->symbol_order[i], "twice: %.40s",
                    bundle_string(b, b->SYMBOLS.at[b->symbol_order[i]].name));
  return true;
}

/* ---- types ---- */
static bool verify_record_type(struct verifier *v, uint32_t type, const struct image_type *t, unsigned *depth, const uint8_t *depths) {
  const struct rebase_bundle *b = v->bundle;
  if (t->b == 0 || (uint64_t)t->a + t->b > b->FIELDS.count)
    return refuse(v, CHECK_TYPE_RECORD, SECTION_TYPES, type, "%lu fields from %lu", (unsigned long)t->b, (unsigned long)t->a);
  for (uint32_t f = 0; f < t->b; f++) {
    uint32_t field = b->FIELDS.at[t->a + f].type;
    if (field >= type)
      return refuse(v, CHECK_TYPE_ELEMENT, SECTION_TYPES, type, "field %lu has type %lu", (unsigned long)f, (unsigned long)field);
    if (depths[field] >= *depth) *depth = depths[field] + 1u;
  }
  return true;
}

static bool verify_element(struct verifier *v, uint32_t type, const struct image_type *t, unsigned *depth, const uint8_t *depths) {
  if (t->a >= type) return refuse(v, CHECK_TYPE_ELEMENT, SECTION_TYPES, type, "element %lu", (unsigned long)t->a);
  unsigned kind = bundle_type(v->bundle, t->a)->kind;
  if (t->kind == TYPE_SET && !kind_is_scalar(kind) && !kind_is_text(kind))
    return refuse(v, CHECK_TYPE_SET, SECTION_TYPES, type, "element %lu", (unsigned long)t->a);
  *depth = depths[t->a] + 1u;
  return true;
}

/* Whether what a kind does not use is zero. */
static bool unused_zero(const struct image_type *t) {
  bool a = t->kind == TYPE_BOOL || t->kind == TYPE_WORDS || t->kind == TYPE_TIME || t->kind == TYPE_LIST || t->kind == TYPE_SET ||
           t->kind == TYPE_MAP || t->kind == TYPE_RECORD;
  bool b = t->kind == TYPE_BOOL || t->kind == TYPE_WORDS || t->kind == TYPE_RECORD;
  return (a || !t->a) && (b || !t->b) && (t->kind == TYPE_MONEY || !t->digits) && (t->kind == TYPE_WORDS || !t->other);
}

static bool verify_type(struct verifier *v, uint32_t type, uint8_t *depths) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_type *t = bundle_type(b, type);
  unsigned depth = 0;
  bool fixed_kind = t->kind < TYPE_FIXED_COUNT && t->kind != TYPE_BOOL && t->kind != TYPE_TIME;
  if (type < TYPE_FIXED_COUNT ? t->kind != type || t->name || t->a || t->b : fixed_kind)
    return refuse(v, CHECK_TYPE_FIXED, SECTION_TYPES, type, "kind %u", t->kind);
  if (!unused_zero(t)) return refuse(v, CHECK_TYPE_UNUSED, SECTION_TYPES, type, "kind %u", t->kind);
  switch (t->kind) {
    case TYPE_BOOL:
      if ((t->a || t->b) && (!verify_is_text(v, t->a) || !verify_is_text(v, t->b) || !compare_refs(b, t->a, t->b)))
        return refuse(v, CHECK_TYPE_WIRE, SECTION_TYPES, type, "%lu and %lu", (unsigned long)t->a, (unsigned long)t->b);
      break;
    case TYPE_TIME:
      if (t->a > b->ZONES.count) return refuse(v, CHECK_TYPE_ZONE, SECTION_TYPES, type, "zone %lu", (unsigned long)t->a - 1);
      break;
    case TYPE_WORDS:
      if (t->b == 0 || (uint64_t)t->a + t->b > b->WORDS.count)
        return refuse(v, CHECK_TYPE_WORDS, SECTION_TYPES, type, "%lu words from %lu", (unsigned long)t->b, (unsigned long)t->a);
      break;
    case TYPE_LIST: case TYPE_SET: case TYPE_MAP:
      if (!verify_element(v, type, t, &depth, depths)) return false;
      break;
    case TYPE_RECORD:
      if (!verify_record_type(v, type, t, &depth, depths)) return false;
      break;
    default: break;
  }
  if (depth > PACKED_MAX_DEPTH) return refuse(v, CHECK_TYPE_DEPTH, SECTION_TYPES, type, "depth %u", depth);
  depths[type] = (uint8_t)depth;
  return true;
}

/* The lowest type that is the same: all bools, all times, and lists, sets and maps of the same. */
static uint32_t class_of(struct verifier *v, uint32_t type, const uint32_t *classes, uint32_t *of[3]) {
  const struct image_type *t = bundle_type(v->bundle, type);
  if (t->kind == TYPE_BOOL || t->kind == TYPE_TIME) return t->kind;
  if (!kind_is_collection(t->kind)) return type;
  uint32_t element = classes[element_type(v->bundle, type)];
  uint32_t *first = &of[t->kind == TYPE_SET ? 1 : t->kind == TYPE_MAP ? 2 : 0][element];
  if (*first == NONE32) *first = type;
  return *first;
}

static bool classify(struct verifier *v) {
  uint32_t count = v->bundle->TYPES.count, *of[3];
  uint32_t *classes = pages_array(v->bundle->pages, count, sizeof *classes);
  for (unsigned k = 0; k < 3; k++) {
    of[k] = pages_array(&v->temporary, count, sizeof *of[k]);
    if (!of[k] || !classes) return out_of_memory(v);
    memset(of[k], 0xff, count * sizeof *of[k]);
  }
  for (uint32_t type = 0; type < count; type++) classes[type] = class_of(v, type, classes, of);
  v->bundle->type_class = classes;
  v->list_of = of[0];
  return true;
}

bool type_assignable(const struct rebase_bundle *b, uint32_t from, uint32_t to) {
  return b->type_class[from] == b->type_class[to] || (to == TYPE_SYMBOL && bundle_type(b, from)->kind == TYPE_WORDS);
}

bool type_comparable(const struct rebase_bundle *b, uint32_t left, uint32_t right) {
  unsigned l = bundle_type(b, left)->kind, r = bundle_type(b, right)->kind;
  return b->type_class[left] == b->type_class[right] ||
         ((l == TYPE_WORDS || l == TYPE_SYMBOL) && (r == TYPE_WORDS || r == TYPE_SYMBOL));
}

regtype regtype_meet(const struct rebase_bundle *b, regtype left, regtype right) {
  if (left == right) return left;
  if (!left || !right) return 0;
  uint32_t l = regtype_type(left), r = regtype_type(right);
  if (b->type_class[l] != b->type_class[r]) return 0;
  return regtype_of(l == r ? l : b->type_class[l], regtype_optional(left) || regtype_optional(right));
}

/* ---- regions and zones ---- */
static bool verify_regions(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  uint32_t open = NONE32;           /* the innermost region that reaches here */
  for (uint32_t i = 0; i < b->REGIONS.count; i++) {
    const struct image_region *region = &b->REGIONS.at[i];
    while (open != NONE32 && b->REGIONS.at[open].end <= i) open = b->REGIONS.at[open].parent;
    uint32_t limit = open == NONE32 ? b->REGIONS.count : b->REGIONS.at[open].end;
    if (region->parent != open || region->end <= i || region->end > limit)
      return refuse(v, CHECK_REGION_ORDER, SECTION_REGIONS, i, "parent %lu, end %lu", (unsigned long)region->parent, (unsigned long)region->end);
    open = i;
  }
  return true;
}

static bool offset_valid(int32_t offset) { return offset > -27 * 3600 && offset < 27 * 3600; }

static bool verify_zones(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t z = 0; z < b->ZONES.count; z++) {
    const struct image_zone *zone = &b->ZONES.at[z];
    const struct image_zone_change *changes = b->ZONE_CHANGES.at + zone->first;
    bool offsets = offset_valid(zone->offset), order = true;
    for (uint32_t i = 0; i < zone->count; i++) {
      offsets = offsets && offset_valid(changes[i].offset);
      order = order && (i == 0 || changes[i - 1].at < changes[i].at);
    }
    if (!offsets) return refuse(v, CHECK_ZONE_OFFSET, SECTION_ZONES, z, "zone %.40s", bundle_string(b, zone->name));
    if (!order) return refuse(v, CHECK_ZONE_ORDER, SECTION_ZONES, z, "zone %.40s", bundle_string(b, zone->name));
  }
  return true;
}

bool verify_types(struct verifier *v) {
  uint32_t count = v->bundle->TYPES.count;
  uint8_t *depths = pages_array(&v->temporary, count, 1);
  if (!depths) return out_of_memory(v);
  if (count < TYPE_FIXED_COUNT) return refuse(v, CHECK_TYPE_FIXED, SECTION_TYPES, count, "%lu types", (unsigned long)count);
  if (!verify_symbols(v)) return false;
  for (uint32_t type = 0; type < count; type++)
    if (!verify_type(v, type, depths)) return false;
  return classify(v) && verify_regions(v) && verify_zones(v);
}

/* ---- constants ---- */
static bool verify_packed(struct verifier *v, uint32_t index, uint32_t *at, value *out) {
  struct rebase_bundle *b = v->bundle;
  const struct image_value *entry = &b->VALUE_INDEX.at[index];
  const unsigned char *bytes = b->VALUES.at + *at;
  size_t size = b->VALUES.count - *at, needed, used;
  if (entry->offset != *at)
    return refuse(v, CHECK_VALUE_TILES, SECTION_VALUE_INDEX, index, "offset %lu, not %lu", (unsigned long)entry->offset, (unsigned long)*at);
  if (!packed_decoded_size(b, entry->type, bytes, size, &needed))
    return refuse(v, CHECK_VALUE_PACKED, SECTION_VALUE_INDEX, index, "type %lu", (unsigned long)entry->type);
  struct arena_fixed arena = {.base = pages_take(b->pages, needed), .size = needed};
  if (!arena.base) return out_of_memory(v);
  if (packed_decode(b, entry->type, bytes, size, &used, &arena, out) != PACKED_OK)       /* a set with equal elements */
    return refuse(v, CHECK_VALUE_PACKED, SECTION_VALUE_INDEX, index, "type %lu", (unsigned long)entry->type);
  *at += (uint32_t)used;
  uint32_t longest = value_longest(b, entry->type, *out);
  if (longest > b->longest) b->longest = longest;
  return true;
}

bool verify_values(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->CONSTS.count; i++)
    if (!kind_is_scalar(bundle_type(b, b->CONSTS.at[i].type)->kind) || !scalar_valid(b, b->CONSTS.at[i].type, b->CONSTS.at[i].bits))
      return refuse(v, CHECK_CONST_SCALAR, SECTION_CONSTS, i, "type %lu", (unsigned long)b->CONSTS.at[i].type);
  value *values = pages_array(b->pages, b->VALUE_INDEX.count, sizeof *values);
  uint32_t at = 0;
  if (!values) return out_of_memory(v);
  for (uint32_t i = 0; i < b->VALUE_INDEX.count; i++)
    if (!verify_packed(v, i, &at, &values[i])) return false;
  if (at != b->VALUES.count)
    return refuse(v, CHECK_VALUE_TILES, SECTION_VALUES, NONE32, "%lu bytes more", (unsigned long)(b->VALUES.count - at));
  b->values = values;
  return true;
}
