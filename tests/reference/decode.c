/* decode.c: values from their wire forms, by type; constants of the program as values. */
#include "inside.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct rv rv_missing(void) { return (struct rv){.missing = true}; }
struct rv rv_number(int64_t number) { return (struct rv){.number = number}; }
struct rv rv_text(const char *text, size_t length) { return (struct rv){.text = text, .length = length}; }

static bool is_text(const struct type *type) {
  return type->kind == TYPE_STRING || type->kind == TYPE_IP || type->kind == TYPE_CIDR;
}
static bool same_bytes(struct rv a, struct rv b) { return a.length == b.length && memcmp(a.text, b.text, a.length) == 0; }

bool rv_equal(const struct type *type, struct rv a, struct rv b) {
  if (a.missing || b.missing) return a.missing && b.missing;
  if (is_text(type)) return same_bytes(a, b);
  if (type->kind == TYPE_RECORD) {
    for (unsigned i = 0; i < type->field_count; i++) if (!rv_equal(type->fields[i].type, a.items[i], b.items[i])) return false;
    return true;
  }
  if (type->kind == TYPE_MAP) {
    for (size_t i = 0; a.count == b.count && i < a.count; i += 2)
      if (!same_bytes(a.items[i], b.items[i]) || !rv_equal(type->element, a.items[i + 1], b.items[i + 1])) return false;
    return a.count == b.count;
  }
  if (type->kind == TYPE_STRINGS) {
    for (size_t i = 0; a.count == b.count && i < a.count; i++) if (!same_bytes(a.items[i], b.items[i])) return false;
    return a.count == b.count;
  }
  if (type->kind == TYPE_LIST) {
    for (size_t i = 0; a.count == b.count && i < a.count; i++) if (!rv_equal(type->element, a.items[i], b.items[i])) return false;
    return a.count == b.count;
  }
  if (type->kind == TYPE_SET) {
    for (size_t i = 0; a.count == b.count && i < a.count; i++) {
      bool found = false;
      for (size_t k = 0; k < b.count; k++) found = found || rv_equal(type->element, a.items[i], b.items[k]);
      if (!found) return false;
    }
    return a.count == b.count;
  }
  return a.number == b.number;
}

struct rv rv_of_constant(struct arena *arena, const struct constant *c) {
  struct rv *items = arena_alloc(arena, c->count * sizeof *items);
  for (unsigned i = 0; i < c->count; i++) items[i] = rv_of_constant(arena, c->items[i]);
  return (struct rv){c->missing, c->scalar, c->text ? c->text : "", c->length, items, c->count};
}

struct rv rv_copy(struct arena *arena, struct rv v) {
  struct rv *items = arena_alloc(arena, v.count * sizeof *items);
  for (size_t i = 0; i < v.count; i++) items[i] = rv_copy(arena, v.items[i]);
  v.items = items;
  v.text = v.text ? arena_copy(arena, v.text, v.length) : NULL;
  return v;
}

/* ---- numbers: value times ten to the power of `places`, from its digits ---- */
static bool scaled(const struct json *json, unsigned places, unsigned unit_places, bool exact, int64_t *out) {
  char digits[512];
  long count = 0, exponent = 0;
  bool negative = json->text[0] == '-', fraction = false;
  for (size_t i = negative; i < json->length; i++) {
    char c = json->text[i];
    if (c == '.') { fraction = true; continue; }
    if (c == 'e' || c == 'E') { exponent += strtol(json->text + i + 1, NULL, 10); break; }
    if (count == (long)sizeof digits) return false;
    digits[count++] = c;
    exponent -= fraction;
  }
  if (exponent > 400 || exponent < -400) return false;
  /* digits * 10^exponent: to units of 10^-unit_places by long division, then to units of 10^-places */
  __int128 whole = 0;
  long kept = count + exponent + (long)unit_places;          /* digits before the cut */
  for (long i = 0; i < kept; i++) {
    whole = whole * 10 + (i < count ? digits[i] - '0' : 0);
    if (whole > (__int128)1 << 100) return false;
  }
  int half = 0;                                              /* what is cut off, compared with a half: -1, 0, 1; 2: nothing */
  bool cut = false;
  for (long i = kept < 0 ? 0 : kept; i < count; i++) cut = cut || digits[i] != '0';
  if (cut) {
    char first = kept >= 0 && kept < count ? digits[kept] : '0';
    bool rest = false;
    for (long i = kept < 0 ? 0 : kept + 1; i < count; i++) rest = rest || digits[i] != '0';
    half = first > '5' || (first == '5' && rest) ? 1 : first == '5' ? 0 : -1;
    if (exact) return false;
    if (half > 0 || (half == 0 && whole % 2)) whole++;
  }
  for (unsigned i = unit_places; i < places; i++) whole *= 10;
  return ref_fits(negative ? -whole : whole, out);
}

/* ---- dates and times ---- */
static bool two(const char *text, size_t n, unsigned *out) {
  *out = 0;
  for (size_t i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *out = *out * 10 + (unsigned)(text[i] - '0');
  }
  return true;
}

static bool date(const char *t, size_t n, int64_t *days) {
  static const unsigned month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  unsigned year, month, day;
  if (n != 10 || t[4] != '-' || t[7] != '-' || !two(t, 4, &year) || !two(t + 5, 2, &month) || !two(t + 8, 2, &day)) return false;
  if (!month || month > 12 || !day) return false;
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > month_days[month - 1] + (month == 2 && leap)) return false;
  *days = ref_days(year, month, day);
  return true;
}

static bool time_of(const struct wire *w, const struct type *type, const char *t, size_t n, int64_t *out) {
  unsigned hour, minute, second, zone_hour, zone_minute;
  int64_t days, micros = 0, unit = 100000;
  if (n < 19 || !date(t, 10, &days) || t[10] != 'T' || t[13] != ':' || t[16] != ':') return false;
  if (!two(t + 11, 2, &hour) || !two(t + 14, 2, &minute) || !two(t + 17, 2, &second) || hour > 23 || minute > 59 || second > 59) return false;
  size_t at = 19;
  if (at < n && t[at] == '.') {
    size_t start = ++at;
    for (; at < n && t[at] >= '0' && t[at] <= '9'; at++, unit /= 10) micros += (t[at] - '0') * unit;
    if (at == start || (w->exact && at - start > 6)) return false;
  }
  int64_t local = days * 86400 + hour * 3600 + minute * 60 + second, utc;
  if (at == n) {
    if (!type->zone) return false;
    utc = ref_local_to_utc(type->zone, local);
  } else if (t[at] == 'Z' && at + 1 == n) {
    utc = local;
  } else {
    if (n - at != 6 || (t[at] != '+' && t[at] != '-') || t[at + 3] != ':' || !two(t + at + 1, 2, &zone_hour) ||
        !two(t + at + 4, 2, &zone_minute) || zone_hour > 23 || zone_minute > 59)
      return false;
    int64_t offset = zone_hour * 3600 + zone_minute * 60;
    utc = t[at] == '+' ? local - offset : local + offset;
  }
  *out = utc * 1000000 + micros;
  return true;
}

/* ---- words, regions, addresses, versions ---- */
static bool is(const struct json *json, const char *text) {
  return text && json->length == strlen(text) && memcmp(json->text, text, json->length) == 0;
}

static bool word(const struct wire *w, const struct type *type, const struct json *json, int64_t *out) {
  for (unsigned i = 0; i < type->word_count; i++)
    if (is(json, type->words[i].wire)) { *out = type->words[i].symbol; return true; }
  if (!type->other || w->exact) return false;
  *out = type->words[type->word_count - 1].symbol;
  return true;
}

static bool ip(struct wire *w, const char *text, size_t length, struct rv *out) {
  unsigned char bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  char *copy = arena_copy(w->arena, text, length);
  if (inet_pton(AF_INET, copy, bytes + 12) != 1 && inet_pton(AF_INET6, copy, bytes) != 1) return false;
  *out = rv_text(arena_copy(w->arena, bytes, 16), 16);
  return true;
}

static bool cidr(struct wire *w, const struct json *json, struct rv *out) {
  const char *slash = memchr(json->text, '/', json->length);
  unsigned prefix = 0;
  size_t n = slash ? (size_t)(json->text + json->length - slash - 1) : 0;
  if (!slash || !n || n > 3 || !two(slash + 1, n, &prefix) || !ip(w, json->text, (size_t)(slash - json->text), out)) return false;
  bool v4 = !memchr(json->text, ':', json->length);
  if (prefix > (v4 ? 32u : 128u)) return false;
  char *bytes = arena_copy(w->arena, out->text, 17);
  bytes[16] = (char)(v4 ? prefix + 96 : prefix);
  *out = rv_text(bytes, 17);
  return true;
}

static bool version(const struct json *json, int64_t *out) {
  int64_t parts[3] = {0, 0, 0};
  size_t at = 0;
  for (int i = 0; i < 3; i++) {
    size_t start = at;
    for (; at < json->length && json->text[at] >= '0' && json->text[at] <= '9'; at++)
      if ((parts[i] = parts[i] * 10 + json->text[at] - '0') >= 1 << 20) return false;
    if (at == start) return false;
    if (i < 2 && (at == json->length || json->text[at++] != '.')) return false;
  }
  if (at != json->length) return false;
  *out = parts[0] << 40 | parts[1] << 20 | parts[2];
  return true;
}

/* ---- composites ---- */
static bool elements(struct wire *w, const struct type *type, const struct json *json, struct rv *out) {
  static const struct type string = {.kind = TYPE_STRING};
  const struct type *element = type->kind == TYPE_STRINGS ? &string : type->element;
  struct rv *items = arena_alloc(w->arena, json->count * sizeof *items);
  size_t count = 0;
  if (json->kind != JSON_ARRAY) return false;
  for (size_t i = 0; i < json->count; i++) {
    if (!ref_decode(w, element, &json->items[i], &items[count])) return false;
    bool again = false;
    for (size_t k = 0; type->kind == TYPE_SET && k < count; k++) again = again || rv_equal(element, items[k], items[count]);
    count += !again;
  }
  *out = (struct rv){.items = items, .count = count};
  return true;
}

static int by_key(const void *a, const void *b) {
  const struct rv *x = a, *y = b;
  size_t n = x->length < y->length ? x->length : y->length;
  int order = memcmp(x->text, y->text, n);
  return order ? order : (x->length > y->length) - (x->length < y->length);
}

static bool map(struct wire *w, const struct type *type, const struct json *json, struct rv *out) {
  struct rv *items = arena_alloc(w->arena, 2 * json->count * sizeof *items);
  if (json->kind != JSON_OBJECT) return false;
  for (size_t i = 0; i < json->count; i++) {
    items[2 * i] = rv_text(json->names[i].text, json->names[i].length);
    if (!ref_decode(w, type->element, &json->items[i], &items[2 * i + 1])) return false;
  }
  qsort(items, json->count, 2 * sizeof *items, by_key);
  *out = (struct rv){.items = items, .count = 2 * json->count};
  return true;
}

/* A field that comes from an argument; what the result says itself must be the same. */
static void fill(struct wire *w, const struct type *type, struct rv *fields) {
  for (unsigned i = 0; w->fill && type == w->fill_type && i < w->fill->fill_count; i++) {
    struct rv arg = rv_missing(), *field = &fields[w->fill->fills[i].field];
    for (unsigned p = 0; p < w->fill->param_count; p++)
      if (w->fill->params[p].slot == w->fill->fills[i].slot) arg = w->args[p];
    if (field->missing) *field = arg;
    else if (!arg.missing && !rv_equal(type->fields[w->fill->fills[i].field].type, *field, arg)) w->conflict = true;
  }
}

static bool record(struct wire *w, const struct type *type, const struct json *json, struct rv *out) {
  struct rv *fields = arena_alloc(w->arena, type->field_count * sizeof *fields);
  if (json->kind != JSON_OBJECT) return false;
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct json *given = ref_json_member(json, type->fields[i].name);
    fields[i] = rv_missing();
    if (given && given->kind != JSON_NULL && !ref_decode(w, type->fields[i].type, given, &fields[i])) return false;
  }
  fill(w, type, fields);
  for (unsigned i = 0; i < type->field_count; i++) if (fields[i].missing && !type->fields[i].optional) w->incomplete = true;
  if (w->incomplete && !w->parts) return false;
  for (size_t k = 0; w->exact && k < json->count; k++) {
    bool known = false;
    for (unsigned i = 0; i < type->field_count; i++) known = known || is(&json->names[k], type->fields[i].name);
    if (!known) return false;
  }
  *out = (struct rv){.items = fields, .count = type->field_count};
  return true;
}

static bool text_scalar(struct wire *w, const struct type *type, const struct json *json, struct rv *out) {
  const struct program *p = w->program;
  switch (type->kind) {
    case TYPE_TIME: return time_of(w, type, json->text, json->length, &out->number);
    case TYPE_DATE: return date(json->text, json->length, &out->number);
    case TYPE_WORDS: return word(w, type, json, &out->number);
    case TYPE_VERSION: return version(json, &out->number);
    case TYPE_REGION:
      for (unsigned i = 0; i < p->regions_count; i++) if (is(json, p->regions[i]->name)) { out->number = i; return true; }
      return false;
    case TYPE_SYMBOL:
      for (unsigned i = 0; i < p->symbol_count; i++) if (is(json, p->symbols[i])) { out->number = i; return true; }
      return false;
    case TYPE_IP: return ip(w, json->text, json->length, out);
    case TYPE_CIDR: return cidr(w, json, out);
    case TYPE_STRING: *out = rv_text(json->text, json->length); return true;
    default: return false;
  }
}

bool ref_decode(struct wire *w, const struct type *type, const struct json *json, struct rv *out) {
  *out = rv_number(0);
  bool is_number = json->kind == JSON_NUMBER;
  switch (type->kind) {
    case TYPE_BOOL:
      if (type->wire_true) {
        out->number = json->kind == JSON_STRING && is(json, type->wire_true);
        return out->number || (json->kind == JSON_STRING && is(json, type->wire_false));
      }
      out->number = json->kind == JSON_TRUE;
      return json->kind == JSON_TRUE || json->kind == JSON_FALSE;
    case TYPE_INT: return is_number && scaled(json, 0, 0, true, &out->number);
    case TYPE_DECIMAL: return is_number && scaled(json, 6, 6, w->exact, &out->number);
    case TYPE_DURATION: return is_number && scaled(json, 6, 6, w->exact, &out->number);
    case TYPE_MONEY: return is_number && scaled(json, 6, type->digits, w->exact, &out->number);
    case TYPE_LIST: case TYPE_SET: case TYPE_STRINGS: return elements(w, type, json, out);
    case TYPE_MAP: return map(w, type, json, out);
    case TYPE_RECORD: return record(w, type, json, out);
    default: return json->kind == JSON_STRING && text_scalar(w, type, json, out);
  }
}
