/* packed.c: see packed.h. Recursion follows types, which the verifier bounds to PACKED_MAX_DEPTH. */
#include "packed.h"
#include "plain.h"

/* ---- single values ---- */
bool utf8_valid(const char *bytes, size_t length) {
  const unsigned char *p = (const unsigned char *)bytes, *end = p + length;
  if (plain_text(bytes, length)) return true;
  for (;;) {
    p = plain_ascii(p, end);
    if (p == end) return true;
    unsigned lead = *p++;
    if (lead - 1u < 0x7f) continue;
    unsigned more = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    if (!more || (size_t)(end - p) < more) return false;
    unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (*p < low || *p > high) return false;
    for (p++; --more; p++)
      if ((*p & 0xc0) != 0x80) return false;
  }
}

void utf8_patch(char *text) {
  if (utf8_valid(text, strlen(text))) return;
  for (; *text; text++)
    if ((unsigned char)*text >= 0x80) *text = '?';
}

bool scalar_valid(const struct rebase_bundle *bundle, uint32_t type, int64_t bits) {
  const struct image_type *t = bundle_type(bundle, type);
  if (bits == REBASE_MISSING) return false;
  switch (t->kind) {
    case TYPE_BOOL: return bits == 0 || bits == 1;
    case TYPE_SYMBOL: return bits >= 0 && bits < bundle->SYMBOLS.count;
    case TYPE_REGION: return bits >= 0 && bits < bundle->REGIONS.count;
    case TYPE_VERSION: return bits >= 0 && bits >> 60 == 0;
    case TYPE_WORDS:
      for (uint32_t i = 0; i < t->b; i++)
        if (bundle->WORDS.at[t->a + i].symbol == bits) return true;
      return false;
    default: return kind_is_scalar(t->kind);
  }
}

static bool text_valid(unsigned kind, const unsigned char *bytes, uint32_t length) {
  if (kind == TYPE_IP) return length == 16;
  if (kind == TYPE_CIDR) return length == 17 && bytes[16] <= 128;
  return utf8_valid((const char *)bytes, length);
}

/* ---- decoding: with an arena it makes values, without one it only checks and adds up their size ---- */
struct reader {
  const struct rebase_bundle *bundle;
  const unsigned char *at, *end;
  struct arena_fixed *arena;        /* NULL: measure */
  size_t measured;
  enum packed_status status;
};

static bool stop(struct reader *r, enum packed_status status) { r->status = status; return false; }

static bool take(struct reader *r, size_t size, void *into) {
  void **memory = into;
  *memory = NULL;
  if (!r->arena) { r->measured += (size + 7) & ~(size_t)7; return true; }
  *memory = arena_fixed_take(r->arena, size);
  return *memory || stop(r, PACKED_FULL);
}

static bool read_u32(struct reader *r, uint32_t *number) {
  if (r->end - r->at < 4) return stop(r, PACKED_INVALID);
  *number = r->at[0] | (uint32_t)r->at[1] << 8 | (uint32_t)r->at[2] << 16 | (uint32_t)r->at[3] << 24;
  r->at += 4;
  return true;
}

static bool read_scalar(struct reader *r, uint32_t type, value *out) {
  uint32_t low, high;
  if (!read_u32(r, &low) || !read_u32(r, &high)) return false;
  out->bits = low | (uint64_t)high << 32;
  return scalar_valid(r->bundle, type, out->i) || stop(r, PACKED_INVALID);
}

static bool read_text(struct reader *r, unsigned kind, value *out) {
  uint32_t length;
  void *text;
  if (!read_u32(r, &length)) return false;
  if ((size_t)(r->end - r->at) < length || !text_valid(kind, r->at, length)) return stop(r, PACKED_INVALID);
  if (!take(r, text_size(length), &text)) return false;
  if (text) out->text = text_write(text, (const char *)r->at, length);
  r->at += length;
  return true;
}

static bool read_value(struct reader *r, uint32_t type, value *out);

/* A list or set of count elements, or a map of count pairs. Each takes a byte at least, so a count is bounded by the bytes. */
static bool take_list(struct reader *r, uint32_t per_element, struct list **list, uint32_t *count) {
  if (!read_u32(r, count)) return false;
  if (*count > (size_t)(r->end - r->at)) return stop(r, PACKED_INVALID);
  if (!take(r, sizeof **list + (size_t)*count * per_element * sizeof(value), list)) return false;
  if (*list) **list = (struct list){.len = *count};
  return true;
}

static bool elements_distinct(const struct rebase_bundle *bundle, uint32_t type, const struct list *list) {
  for (uint32_t i = 1; i < list->len; i++)
    for (uint32_t j = 0; j < i; j++)
      if (value_equal(bundle, type, list->items[i], list->items[j])) return false;
  return true;
}

static bool read_list(struct reader *r, uint32_t type, value *out) {
  uint32_t element = element_type(r->bundle, type), count;
  bool is_set = bundle_type(r->bundle, type)->kind == TYPE_SET;
  struct list *list;
  value item = missing_value();
  if (!take_list(r, 1, &list, &count)) return false;
  for (uint32_t i = 0; i < count; i++) {
    if (!read_value(r, element, &item)) return false;
    if (list) list->items[i] = item;
  }
  if (is_set && (count > PACKED_MAX_SET || (list && !elements_distinct(r->bundle, element, list))))
    return stop(r, PACKED_INVALID);
  if (list) out->list = list;
  return true;
}

static bool read_map(struct reader *r, uint32_t type, value *out) {
  uint32_t element = element_type(r->bundle, type), count;
  const unsigned char *last = NULL;
  size_t last_length = 0;
  struct list *map;
  if (!take_list(r, 2, &map, &count)) return false;
  for (uint32_t i = 0; i < count; i++) {
    value key = missing_value(), item = missing_value();
    const unsigned char *start = r->at + 4;
    if (!read_text(r, TYPE_STRING, &key)) return false;
    size_t length = (size_t)(r->at - start);
    if (last && text_compare((const char *)last, last_length, (const char *)start, length) >= 0) return stop(r, PACKED_INVALID);
    last = start;
    last_length = length;
    if (!read_value(r, element, &item)) return false;
    if (map) {
      map->items[2 * (size_t)i] = key;
      map->items[2 * (size_t)i + 1] = item;
    }
  }
  if (map) out->list = map;
  return true;
}

static bool read_record(struct reader *r, const struct image_type *t, value *out) {
  value *record;
  if (!take(r, (size_t)t->b * sizeof *record, &record)) return false;
  for (uint32_t f = 0; f < t->b; f++) {
    const struct image_field *field = &r->bundle->FIELDS.at[t->a + f];
    value item = missing_value();
    if (r->at == r->end || *r->at > 1) return stop(r, PACKED_INVALID);
    bool present = *r->at++;
    if (!present && !(field->flags & FIELD_OPTIONAL)) return stop(r, PACKED_INVALID);
    if (present && !read_value(r, field->type, &item)) return false;
    if (record) record[f] = item;
  }
  if (record) out->record = record;
  return true;
}

static bool read_value(struct reader *r, uint32_t type, value *out) {
  const struct image_type *t = bundle_type(r->bundle, type);
  if (t->kind == TYPE_RECORD) return read_record(r, t, out);
  if (t->kind == TYPE_MAP) return read_map(r, type, out);
  if (kind_is_list(t->kind)) return read_list(r, type, out);
  if (kind_is_text(t->kind)) return read_text(r, t->kind, out);
  return read_scalar(r, type, out);
}

enum packed_status packed_decode(const struct rebase_bundle *bundle, uint32_t type, const unsigned char *bytes, size_t size,
                                 size_t *used, struct arena_fixed *arena, value *out) {
  struct reader r = {.bundle = bundle, .at = bytes, .end = bytes + size, .arena = arena};
  value decoded = missing_value();
  bool ok = read_value(&r, type, &decoded);
  *out = ok ? decoded : missing_value();
  *used = ok ? (size_t)(r.at - bytes) : 0;
  return ok ? PACKED_OK : r.status;
}

bool packed_decoded_size(const struct rebase_bundle *bundle, uint32_t type, const unsigned char *bytes, size_t size,
                         size_t *arena_bytes) {
  struct reader r = {.bundle = bundle, .at = bytes, .end = bytes + size};
  value ignored;
  bool ok = read_value(&r, type, &ignored);
  *arena_bytes = r.measured;
  return ok;
}

/* ---- encoding ---- */
struct writer { const struct rebase_bundle *bundle; unsigned char *bytes; size_t used, size; };

static void put(struct writer *w, const void *bytes, size_t size) {
  if (size && w->used <= w->size && size <= w->size - w->used) memcpy(w->bytes + w->used, bytes, size);
  w->used += size;
}

static void put_number(struct writer *w, uint64_t number, unsigned size) {
  unsigned char bytes[8];
  for (unsigned i = 0; i < size; i++) bytes[i] = (unsigned char)(number >> 8 * i);
  put(w, bytes, size);
}

static void put_text(struct writer *w, const struct text *text) {
  put_number(w, text->len, 4);
  put(w, text->bytes, text->len);
}

static void put_value(struct writer *w, uint32_t type, value v) {
  const struct image_type *t = bundle_type(w->bundle, type);
  if (kind_is_text(t->kind)) {
    put_text(w, v.text);
  } else if (kind_is_list(t->kind)) {
    put_number(w, v.list->len, 4);
    for (uint32_t i = 0; i < v.list->len; i++) put_value(w, element_type(w->bundle, type), v.list->items[i]);
  } else if (t->kind == TYPE_MAP) {
    put_number(w, v.list->len, 4);
    for (size_t i = 0; i < v.list->len; i++) {
      put_text(w, v.list->items[2 * i].text);
      put_value(w, t->a, v.list->items[2 * i + 1]);
    }
  } else if (t->kind == TYPE_RECORD) {
    for (uint32_t f = 0; f < t->b; f++) {
      put_number(w, !is_missing(v.record[f]), 1);
      if (!is_missing(v.record[f])) put_value(w, w->bundle->FIELDS.at[t->a + f].type, v.record[f]);
    }
  } else {
    put_number(w, v.bits, 8);
  }
}

size_t packed_encode(const struct rebase_bundle *bundle, uint32_t type, value v, unsigned char *bytes, size_t size) {
  struct writer measure = {bundle, NULL, 0, 0}, write = {bundle, bytes, 0, size};
  put_value(&measure, type, v);
  if (measure.used <= size) put_value(&write, type, v);
  return measure.used;
}

/* ---- copies, equality, length ---- */
/* Of a list, set or map: how many items it has, and of what type each is. */
static size_t item_count(const struct image_type *t, const struct list *list) { return (size_t)list->len * (t->kind == TYPE_MAP ? 2 : 1); }
static uint32_t item_type(const struct rebase_bundle *bundle, uint32_t type, size_t i) {
  return bundle_type(bundle, type)->kind == TYPE_MAP && i % 2 == 0 ? (uint32_t)TYPE_STRING : element_type(bundle, type);
}

static bool copy_list(const struct rebase_bundle *bundle, const struct image_type *t, uint32_t type, value v,
                      struct arena_fixed *arena, value *out) {
  const size_t count = item_count(t, v.list);
  struct list *list = arena_fixed_take(arena, sizeof *list + count * sizeof(value));
  if (!list) return false;
  *list = (struct list){.len = v.list->len};
  for (size_t i = 0; i < count; i++)
    if (!packed_copy(bundle, item_type(bundle, type, i), v.list->items[i], arena, &list->items[i])) return false;
  out->list = list;
  return true;
}

bool packed_copy(const struct rebase_bundle *bundle, uint32_t type, value v, struct arena_fixed *arena, value *out) {
  const struct image_type *t = bundle_type(bundle, type);
  *out = v;
  if (is_missing(v) || kind_is_scalar(t->kind)) return true;
  if (kind_is_collection(t->kind)) return copy_list(bundle, t, type, v, arena, out);
  if (kind_is_text(t->kind)) {
    void *memory = arena_fixed_take(arena, text_size(v.text->len));
    if (!memory) return false;
    out->text = text_write(memory, v.text->bytes, v.text->len);
    return true;
  }
  value *record = arena_fixed_take(arena, (size_t)t->b * sizeof *record);
  if (!record) return false;
  for (uint32_t f = 0; f < t->b; f++)
    if (!packed_copy(bundle, bundle->FIELDS.at[t->a + f].type, v.record[f], arena, &record[f])) return false;
  out->record = record;
  return true;
}

size_t packed_copy_size(const struct rebase_bundle *bundle, uint32_t type, value v) {
  const struct image_type *t = bundle_type(bundle, type);
  if (is_missing(v) || kind_is_scalar(t->kind)) return 0;
  if (kind_is_text(t->kind)) return text_size(v.text->len);
  if (t->kind == TYPE_RECORD) {
    size_t size = (size_t)t->b * sizeof(value);
    for (uint32_t f = 0; f < t->b; f++) size += packed_copy_size(bundle, bundle->FIELDS.at[t->a + f].type, v.record[f]);
    return size;
  }
  const size_t count = item_count(t, v.list);
  size_t size = sizeof *v.list + count * sizeof(value);
  for (size_t i = 0; i < count; i++) size += packed_copy_size(bundle, item_type(bundle, type, i), v.list->items[i]);
  return size;
}

bool value_equal(const struct rebase_bundle *bundle, uint32_t type, value a, value b) {
  const struct image_type *t = bundle_type(bundle, type);
  if (is_missing(a) || is_missing(b) || kind_is_scalar(t->kind)) return a.bits == b.bits;
  if (kind_is_text(t->kind)) return text_equal(a.text, b.text);
  if (t->kind == TYPE_RECORD) {
    for (uint32_t f = 0; f < t->b; f++)
      if (!value_equal(bundle, bundle->FIELDS.at[t->a + f].type, a.record[f], b.record[f])) return false;
    return true;
  }
  if (a.list->len != b.list->len) return false;
  const size_t count = item_count(t, a.list);
  for (size_t i = 0; i < count; i++)
    if (!value_equal(bundle, item_type(bundle, type, i), a.list->items[i], b.list->items[i])) return false;
  return true;
}

static uint32_t longer(uint32_t a, uint32_t b) { return a > b ? a : b; }

uint32_t value_longest(const struct rebase_bundle *bundle, uint32_t type, value v) {
  const struct image_type *t = bundle_type(bundle, type);
  uint32_t longest = 0;
  if (is_missing(v)) return 0;
  if (t->kind == TYPE_RECORD) {
    for (uint32_t f = 0; f < t->b; f++)
      longest = longer(longest, value_longest(bundle, bundle->FIELDS.at[t->a + f].type, v.record[f]));
  } else if (kind_is_collection(t->kind)) {
    size_t step = t->kind == TYPE_MAP ? 2 : 1, element = element_type(bundle, type);
    longest = v.list->len;
    if (!kind_is_scalar(bundle_type(bundle, (uint32_t)element)->kind))
      for (size_t i = 0; i < v.list->len; i++)
        longest = longer(longest, value_longest(bundle, (uint32_t)element, v.list->items[i * step + step - 1]));
  }
  return longest;
}
