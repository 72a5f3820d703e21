/* json_decode.c: composites, and the arguments of an operation. */
#include "json.h"
#include "packed.h"

enum { FEW = 8 };

static bool full(struct json *j) { return json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace"); }

/* ---- values as they mostly are; false: it is another, and nothing was taken ---- */
/* A whole number of few digits, as most are; `most` keeps it in range whatever it counts. False: it is another, and nothing was taken. */
static inline bool small_number(struct json *j, unsigned most, int64_t unit, value *out) {
  const unsigned char *at = j->at, *end = j->end;
  bool negative = at < end && *at == '-';
  const unsigned char *first = at += negative;
  int64_t number = 0;
  for (; at < end && *at >= '0' && *at <= '9' && (unsigned)(at - first) < most; at++) number = number * 10 + (*at - '0');
  if (at == first || at == end || (*first == '0' && at > first + 1) || !(*at == ',' || *at == '}' || *at == ']' || *at == ' ')) return false;
  *out = int_value((negative ? -number : number) * unit);
  j->at = at;
  return true;
}

/* A string of ASCII without escapes, copied while it is looked at. False: it is another, and nothing was taken. */
static inline bool small_text(struct json *j, value *out) {
  struct workspace *w = j->work;
  if (j->end - j->at < 9 || *j->at != '"' || w->high - w->low < 32) return false;
  const unsigned char *at = j->at + 1, *last = j->end - 8;
  struct text *text = (struct text *)(void *)(w->base + w->low);
  char *to = text->bytes, *most = w->base + w->high - 16;
  for (; at <= last && to <= most; at += 8, to += 8) {
    uint64_t word = plain_word(at), special = plain_special(word) | (word & PLAIN_HIGH);
    memcpy(to, &word, sizeof word);
    if (!special) continue;
    unsigned length = plain_first(special);
    if (at[length] != '"') return false;
    to += length;
    memset(to, 0, 4);               /* what was copied of what follows, too, as value.h wants it */
    text->len = (uint32_t)(to - text->bytes);
    w->low += ((size_t)(to + 1 - (const char *)text) + 7) & ~(size_t)7;
    j->at = at + length + 1;
    out->text = text;
    return true;
  }
  return false;
}

static inline bool small_bool(struct json *j, value *out) {
  if (j->end - j->at < 6) return false;
  bool yes = memcmp(j->at, "true", 4) == 0;
  if (!yes && memcmp(j->at, "false", 5)) return false;
  *out = int_value(yes);
  j->at += yes ? 4 : 5;
  return true;
}

static inline bool small_word(struct json *j, uint32_t type_index, value *out) {
  const struct word_cells *words = j->bundle->word_cells[type_index];
  const unsigned char *before = j->at;
  const char *bytes;
  size_t length;
  if (!words || !json_plain(j, &bytes, &length)) return false;
  const struct word_cell *cell = find_word(words, bytes, length);
  if (!cell) { j->at = before; return false; }
  *out = int_value(cell->symbol);
  return true;
}

/* What most values are, without blanks before. False: something else, and nothing was taken. */
static inline bool plain_value(struct json *j, uint32_t type_index, value *out) {
  const struct image_type *type = bundle_type(j->bundle, type_index);
  switch (type->kind) {
  case TYPE_STRING: return small_text(j, out);
  case TYPE_WORDS: return small_word(j, type_index, out);
  case TYPE_INT: return small_number(j, 15, 1, out);
  case TYPE_BOOL: return !type->a && !type->b && small_bool(j, out);
  default: return false;
  }
}

/* ---- lists that are not yet counted wait at the back of the workspace, last first ---- */
static bool push(struct json *j, value v) {
  struct workspace *w = j->work;
  if (w->high - w->low < sizeof v) return full(j);
  w->high -= sizeof v;
  memcpy(w->base + w->high, &v, sizeof v);
  return true;
}

static value pushed(const struct json *j, size_t bottom, size_t index) {
  value v;
  memcpy(&v, j->work->base + bottom - (index + 1) * sizeof v, sizeof v);
  return v;
}

static struct list *take_list(struct json *j, size_t count, size_t values) {
  struct list *list = workspace_take(j->work, sizeof *list + values * sizeof(value));
  if (!list) { full(j); return NULL; }
  list->len = (uint32_t)count;
  list->spare = 0;
  if (count > j->longest) j->longest = (uint32_t)count;
  return list;
}

static bool elements(struct json *j, uint32_t type, size_t *count) {
  if (!json_open(j, '[')) return false;
  *count = 0;
  if (!json_take(j, ']')) {
    do {
      value v;
      if (!plain_value(j, type, &v)) {
        json_enter(j, NULL, *count);
        if (!json_value(j, type, &v)) return false;
        if (is_missing(v)) return json_fail(j, REBASE_E_TYPE, "an element is null");
        json_leave(j);
      }
      if (!push(j, v)) return false;
      ++*count;
    } while (json_take(j, ','));
    if (!json_expect(j, ']')) return false;
  }
  j->depth--;
  return true;
}

/* Of a few elements each is compared with those before it; texts and scalars only. */
static bool distinct_few(uint32_t kind, struct list *list) {
  if (list->len > FEW || !(kind_is_text(kind) || kind_is_scalar(kind))) return false;
  uint32_t kept = 0;
  for (uint32_t i = 0, k; i < list->len; i++) {
    value v = list->items[i];
    for (k = 0; k < kept && !(kind_is_text(kind) ? text_equal(list->items[k].text, v.text) : list->items[k].bits == v.bits); k++) {}
    if (k == kept) list->items[kept++] = v;
  }
  list->len = kept;
  return true;
}

static bool distinct(struct json *j, uint32_t type, struct list *list) {
  if (distinct_few(bundle_type(j->bundle, type)->kind, list)) return true;
  size_t mark = j->work->low;
  struct pair *pairs = workspace_take(j->work, list->len * sizeof *pairs);
  if (!pairs) return full(j);
  for (uint32_t i = 0; i < list->len; i++) pairs[i] = (struct pair){list->items[i], int_value(i)};
  pairs_sort(j->bundle, type, pairs, list->len);
  for (uint32_t i = 1, first = 0; i < list->len; i++) {
    if (value_order(j->bundle, type, pairs[first].key, pairs[i].key)) first = i;
    else list->items[pairs[i].item.i] = missing_value();
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < list->len; i++)
    if (!is_missing(list->items[i])) list->items[kept++] = list->items[i];
  list->len = kept;
  j->work->low = mark;
  return true;
}

static bool list_value(struct json *j, uint32_t type, bool set, value *out) {
  size_t bottom = j->work->high, count;
  if (json_peek(j) != '[') return json_fail(j, REBASE_E_TYPE, "a list is expected");
  if (!elements(j, type, &count)) return false;
  struct list *list = take_list(j, count, count);
  if (!list) return false;
  for (size_t i = 0; i < count; i++) list->items[i] = pushed(j, bottom, i);
  j->work->high = bottom;
  out->list = list;
  return !set || distinct(j, type, list);
}

static bool entries(struct json *j, uint32_t type, size_t *count) {
  if (!json_open(j, '{')) return false;
  *count = 0;
  if (!json_take(j, '}')) {
    do {
      value key, item;
      if (json_peek(j) != '"') return json_fail(j, REBASE_E_REQUEST, "not valid JSON: a name in quotes expected");
      if (!json_text(j, &key.text) || !json_expect(j, ':')) return false;
      json_enter(j, key.text->bytes, key.text->len);
      if (!json_value(j, type, &item)) return false;
      json_leave(j);
      if (!push(j, key) || !push(j, item)) return false;
      ++*count;
    } while (json_take(j, ','));
    if (!json_expect(j, '}')) return false;
  }
  j->depth--;
  return true;
}

static bool map_value(struct json *j, uint32_t type, value *out) {
  size_t bottom = j->work->high, count, kept = 0;
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_TYPE, "an object is expected");
  if (!entries(j, type, &count)) return false;
  struct list *map = take_list(j, count, 2 * count);
  if (!map) return false;
  struct pair *pairs = (struct pair *)(void *)map->items;
  for (size_t i = 0; i < count; i++) pairs[i] = (struct pair){pushed(j, bottom, 2 * i), pushed(j, bottom, 2 * i + 1)};
  j->work->high = bottom;
  pairs_sort(j->bundle, TYPE_STRING, pairs, count);
  for (size_t i = 0; i < count; i++) {
    if (i && text_equal(pairs[i - 1].key.text, pairs[i].key.text))
      return json_fail(j, REBASE_E_REQUEST, "the key `%.60s` occurs twice", pairs[i].key.text->bytes);
  }
  for (size_t i = 0; i < count; i++)
    if (!is_missing(pairs[i].item)) pairs[kept++] = pairs[i];
  map->len = (uint32_t)kept;
  out->list = map;
  return true;
}

/* ---- records ---- */
static bool is_named(const struct rebase_bundle *bundle, ref text, const char *name, size_t length) {
  const struct text *own = bundle_text(bundle, text);       /* their tags are equal: of eight bytes and fewer that says it all */
  return own->len == length && (length <= 8 || bytes_equal(own->bytes, name, length));
}

static uint32_t find_field(const struct json *j, const struct image_type *type, const char *name, size_t length, uint32_t hint) {
  const struct image_field *fields = j->bundle->FIELDS.at + type->a;
  const uint64_t *tags = j->bundle->field_tags + type->a, tag = plain_tag(name, length);
  for (uint32_t i = 0; i < type->b; i++) {
    uint32_t at = hint + i < type->b ? hint + i : hint + i - type->b;       /* systems keep an order: the next is most likely */
    if (tags[at] == tag && is_named(j->bundle, fields[at].name, name, length)) return at;
  }
  return NONE32;
}

static bool twice(unsigned char *bits, uint32_t index) {
  unsigned char bit = (unsigned char)(1u << index % 8), before = bits[index / 8] & bit;
  bits[index / 8] |= bit;
  return before;
}

static bool member(struct json *j, const struct image_type *type, value *record, unsigned char *given, uint32_t *hint) {
  const char *name;
  size_t length;
  if (json_peek(j) != '"') return json_fail(j, REBASE_E_REQUEST, "not valid JSON: a name in quotes expected");
  if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
  uint32_t index = find_field(j, type, name, length, *hint);
  if (index == NONE32) {
    if (j->mode == JSON_RESULT) return json_skip(j);
    return json_fail(j, REBASE_E_REQUEST, "unknown field `%.*s`", (int)(length > 60 ? 60 : length), name);
  }
  *hint = index + 1 < type->b ? index + 1 : 0;
  json_enter(j, name, length);
  if (twice(given, index)) return json_fail(j, REBASE_E_REQUEST, "given twice");
  if (!json_value(j, j->bundle->FIELDS.at[type->a + index].type, &record[index])) return false;
  json_leave(j);
  return true;
}

static bool required(struct json *j, const struct image_type *type, const value *record) {
  const struct image_field *fields = j->bundle->FIELDS.at + type->a;
  for (uint32_t i = 0; i < type->b; i++) {
    if (!is_missing(record[i]) || fields[i].flags & FIELD_OPTIONAL) continue;
    if (j->mode == JSON_RESULT) j->incomplete = true;
    else return json_fail(j, REBASE_E_TYPE, "`%s` is missing", bundle_string(j->bundle, fields[i].name));
  }
  return true;
}

static bool record_value(struct json *j, const struct image_type *type, value *out) {
  struct workspace *w = j->work;
  size_t back = w->high, bits = (type->b / 8 + 8) & ~(size_t)7;
  value *record = workspace_take(w, type->b * sizeof *record);
  if (!record || w->high - w->low < bits) return full(j);
  out->record = record;
  for (uint32_t i = 0; i < type->b; i++) record[i] = missing_value();
  /* An entity that is only its key: systems answer with the bare key. */
  if (j->mode == JSON_RESULT && type->b == 1 && j->bundle->FIELDS.at[type->a].flags & FIELD_KEY && json_peek(j) != '{')
    return json_value(j, j->bundle->FIELDS.at[type->a].type, &record[0]) && required(j, type, record);
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_TYPE, "an object is expected");
  if (!json_open(j, '{')) return false;
  w->high -= bits;
  unsigned char *given = (unsigned char *)w->base + w->high;
  memset(given, 0, bits);
  uint32_t hint = 0;
  if (!json_take(j, '}')) {
    do if (!member(j, type, record, given, &hint)) return false;
    while (json_take(j, ','));
    if (!json_expect(j, '}')) return false;
  }
  w->high = back;
  j->depth--;
  return required(j, type, record);
}

bool json_value(struct json *j, uint32_t type_index, value *out) {
  const struct image_type *type = bundle_type(j->bundle, type_index);
  *out = missing_value();
  if (j->status != REBASE_OK) return false;
  if (json_peek(j) == 'n' && json_literal(j, "null")) return true;
  switch (type->kind) {
  case TYPE_STRING: return json_text(j, &out->text);
  case TYPE_INT: return small_number(j, 15, 1, out) || json_scalar(j, type_index, out);
  case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: return small_number(j, 12, REBASE_SCALE, out) || json_scalar(j, type_index, out);
  case TYPE_LIST: case TYPE_SET: case TYPE_STRINGS: return list_value(j, element_type(j->bundle, type_index), type->kind == TYPE_SET, out);
  case TYPE_MAP: return map_value(j, type->a, out);
  case TYPE_RECORD: return record_value(j, type, out);
  default: return json_scalar(j, type_index, out);
  }
}

/* ---- arguments ---- */
/* Who writes requests keeps to an order: what was at this place in the last one is tried first, then all as they are declared. */
static uint32_t find_param(struct json *j, const struct image_operation *o, uint32_t place, const char *name, size_t length) {
  const struct image_param *params = j->bundle->PARAMS.at + o->first_param;
  const uint64_t *tags = j->bundle->param_tags + o->first_param, tag = plain_tag(name, length);
  uint8_t *guess = &j->order[place % JSON_ORDER];
  if (*guess < o->params && tags[*guess] == tag && is_named(j->bundle, params[*guess].name, name, length)) return *guess;
  for (uint32_t i = 0; i < o->params; i++) {
    if (tags[i] != tag || !is_named(j->bundle, params[i].name, name, length)) continue;
    *guess = i <= UINT8_MAX ? (uint8_t)i : 0;
    return i;
  }
  return NONE32;
}

/* The name that was at this place in the last request, and a colon, without blanks. NONE32: something else, and nothing was taken. */
static inline uint32_t expected_name(struct json *j, const struct image_operation *o, uint32_t place) {
  uint32_t guess = j->order[place % JSON_ORDER];
  if (guess >= o->params) return NONE32;
  const struct text *name = bundle_text(j->bundle, j->bundle->PARAMS.at[o->first_param + guess].name);
  const unsigned char *at = j->at;
  if ((size_t)(j->end - at) < (size_t)name->len + 4 || *at != '"' || !bytes_equal((const char *)at + 1, name->bytes, name->len) ||
      at[name->len + 1] != '"' || at[name->len + 2] != ':') return NONE32;
  j->at += name->len + 3;
  return guess;
}

static uint32_t argument_name(struct json *j, const struct image_operation *o, uint32_t place) {
  const char *name;
  size_t length;
  if (json_peek(j) != '"') { json_fail(j, REBASE_E_REQUEST, "not valid JSON: a name in quotes expected"); return NONE32; }
  if ((!json_plain(j, &name, &length) && !json_quoted(j, &name, &length)) || !json_expect(j, ':')) return NONE32;
  uint32_t index = find_param(j, o, place, name, length);
  if (index == NONE32)
    json_fail(j, REBASE_E_REQUEST, "unknown argument `%.*s` of %s", (int)(length > 60 ? 60 : length), name, bundle_string(j->bundle, o->name));
  return index;
}

/* *missing: counts those that are null. */
static bool argument(struct json *j, const struct image_operation *o, uint32_t place, unsigned char *given, value *slots, uint32_t *missing) {
  uint32_t index = expected_name(j, o, place);
  if (index == NONE32 && (index = argument_name(j, o, place)) == NONE32) return false;
  const struct image_param *param = &j->bundle->PARAMS.at[o->first_param + index];
  value *slot = &slots[param->slot];
  bool again = twice(given, index);
  if (!again && plain_value(j, param->type, slot)) return true;
  const struct text *name = bundle_text(j->bundle, param->name);
  json_enter(j, name->bytes, name->len);
  if (again) return json_fail(j, REBASE_E_REQUEST, "given twice");
  if (!json_value(j, param->type, slot)) return false;
  *missing += is_missing(*slot) != 0;
  json_leave(j);
  return true;
}

value param_default(const struct rebase_bundle *bundle, const struct image_param *param) {
  uint32_t at = param->default_const;
  if (at == NONE32) return missing_value();
  unsigned kind = bundle_type(bundle, param->type)->kind;
  if (kind == TYPE_STRING) return (value){.text = bundle_text(bundle, at)};
  return kind_is_scalar(kind) ? int_value(bundle->CONSTS.at[at].bits) : bundle->values[at];
}

bool json_defaults(struct json *j, const struct image_operation *operation, value *slots) {
  const struct image_param *params = j->bundle->PARAMS.at + operation->first_param;
  for (uint32_t i = 0; i < operation->params; i++) {
    value *slot = &slots[params[i].slot];
    if (!is_missing(*slot)) continue;
    *slot = param_default(j->bundle, &params[i]);
    if (is_missing(*slot) && !(params[i].flags & PARAM_OPTIONAL))
      return json_fail(j, REBASE_E_TYPE, "the argument `%s` is missing", bundle_string(j->bundle, params[i].name));
  }
  return true;
}

bool json_arguments(struct json *j, const struct image_operation *operation, value *slots) {
  struct workspace *w = j->work;
  size_t back = w->high, bits = (operation->params / 8 + 8) & ~(size_t)7;
  if (w->high - w->low < bits) return full(j);
  w->high -= bits;
  unsigned char *given = (unsigned char *)w->base + w->high;
  memset(given, 0, bits);
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_REQUEST, "an object is expected");
  if (!json_open(j, '{')) return false;
  uint32_t place = 0, missing = 0;
  if (!json_take(j, '}')) {
    do if (!argument(j, operation, place++, given, slots, &missing)) return false;
    while (json_take(j, ','));
    if (!json_expect(j, '}')) return false;
  }
  w->high = back;
  j->depth--;
  return (place == operation->params && !missing) || json_defaults(j, operation, slots);
}
