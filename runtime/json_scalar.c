/* json_scalar.c: numbers, words, times and addresses from their wire forms. */
#include <arpa/inet.h>
#include "calendar.h"
#include "json.h"
#include "numbers.h"
#include "packed.h"

/* ---- numbers: exactly what the digits say ---- */
enum scaled { SCALED, SCALED_DIGITS, SCALED_RANGE };

/* number * 10^places as an integer; digits beyond are rounded half to even when `round`, else they must be zeros. */
static enum scaled scale_number(const struct json_number *n, unsigned places, bool round, uint64_t *result) {
  size_t whole = 0, seen = 0;
  while (whole < n->length && n->digits[whole] != '.') whole++;
  int64_t keep = (int64_t)whole + n->exponent + places;         /* so many of the digits count */
  uint64_t total = 0;
  unsigned first_lost = 0;
  bool lost = false, more_lost = false;
  for (size_t i = 0; i < n->length; i++) {
    if (n->digits[i] == '.') continue;
    unsigned digit = (unsigned)(n->digits[i] - '0');
    int64_t place = (int64_t)seen++;
    if (place < keep) {
      if (total > (UINT64_MAX - digit) / 10) return SCALED_RANGE;
      total = total * 10 + digit;
    } else if (place == keep && keep >= 0) { first_lost = digit; lost |= digit != 0; }
    else { more_lost |= digit != 0; lost |= digit != 0; }
  }
  for (int64_t place = (int64_t)seen; total && place < keep; place++) {
    if (total > UINT64_MAX / 10) return SCALED_RANGE;
    total *= 10;
  }
  if (lost && !round) return SCALED_DIGITS;
  if (first_lost > 5 || (first_lost == 5 && (more_lost || total & 1))) total++;
  *result = total;
  return SCALED;
}

static bool number_value(struct json *j, const struct json_number *n, unsigned places, unsigned scale, bool round, value *out) {
  uint64_t total;
  switch (scale_number(n, places, round, &total)) {
  case SCALED: break;
  case SCALED_DIGITS:
    if (!places) return json_fail(j, REBASE_E_TYPE, "a whole number is expected");
    return json_fail(j, REBASE_E_RANGE, "more than %u digits after the point", places);
  case SCALED_RANGE: return json_fail(j, REBASE_E_RANGE, "the number is too large");
  }
  for (unsigned i = places; i < scale; i++) {
    if (total > UINT64_MAX / 10) return json_fail(j, REBASE_E_RANGE, "the number is too large");
    total *= 10;
  }
  if (total > INT64_MAX) return json_fail(j, REBASE_E_RANGE, "the number is too large");
  *out = int_value(n->negative ? -(int64_t)total : (int64_t)total);
  return true;
}

static bool number(struct json *j, const struct image_type *type, value *out) {
  struct json_number n;
  if (!json_number(j, &n)) return false;
  bool round = j->mode == JSON_RESULT;
  switch (type->kind) {
  case TYPE_INT: return number_value(j, &n, 0, 0, false, out);
  case TYPE_MONEY: return number_value(j, &n, type->digits > 6 ? 6 : type->digits, 6, round, out);
  default: return number_value(j, &n, 6, 6, round, out);        /* decimal; duration in seconds */
  }
}

/* ---- times ---- */
struct cursor { const char *at, *end; };

static bool take_char(struct cursor *c, const char *any) {
  if (c->at == c->end || !*c->at || !strchr(any, *c->at)) return false;
  c->at++;
  return true;
}

static bool take_digits(struct cursor *c, unsigned count, int64_t *number_out) {
  int64_t n = 0;
  for (unsigned i = 0; i < count; i++, c->at++) {
    if (c->at == c->end || *c->at < '0' || *c->at > '9') return false;
    n = n * 10 + (*c->at - '0');
  }
  *number_out = n;
  return true;
}

static bool take_date(struct cursor *c, int64_t *days) {
  int64_t year, month, day;
  if (!take_digits(c, 4, &year) || !take_char(c, "-") || !take_digits(c, 2, &month) || !take_char(c, "-") ||
      !take_digits(c, 2, &day) || !calendar_valid(year, month, day)) return false;
  *days = calendar_days(year, month, day);
  return true;
}

static bool take_fraction(struct json *j, struct cursor *c, int64_t *microseconds) {
  unsigned digits = 0;
  *microseconds = 0;
  if (!take_char(c, ".")) return true;
  for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, digits++) {
    if (digits < 6) *microseconds = *microseconds * 10 + (*c->at - '0');
    else if (*c->at != '0' && j->mode == JSON_ARGUMENTS) return false;
  }
  for (unsigned i = digits; i < 6; i++) *microseconds *= 10;
  return digits > 0;
}

static bool take_offset(struct cursor *c, int64_t *seconds, bool *present) {
  *present = false;
  *seconds = 0;
  if (c->at == c->end) return true;
  *present = true;
  if (take_char(c, "Zz")) return true;
  bool west = *c->at == '-';
  int64_t hours, minutes;
  if (!take_char(c, "+-") || !take_digits(c, 2, &hours) || !take_char(c, ":") || !take_digits(c, 2, &minutes) ||
      hours > 23 || minutes > 59) return false;
  *seconds = (hours * 60 + minutes) * (west ? -60 : 60);
  return true;
}

static bool time_value(struct json *j, const struct image_type *type, const char *bytes, size_t length, value *out) {
  struct cursor c = {bytes, bytes + length};
  int64_t days, hour, minute, second, fraction, offset;
  bool zoned;
  if (!take_date(&c, &days) || !take_char(&c, "Tt ") || !take_digits(&c, 2, &hour) || !take_char(&c, ":") ||
      !take_digits(&c, 2, &minute) || !take_char(&c, ":") || !take_digits(&c, 2, &second) || hour > 23 || minute > 59 ||
      second > 59 || !take_fraction(j, &c, &fraction) || !take_offset(&c, &offset, &zoned) || c.at != c.end)
    return json_fail(j, REBASE_E_TYPE, "not a time like 2024-05-15T15:00:00-05:00");
  if (!zoned && !type->a) return json_fail(j, REBASE_E_TYPE, "a time without a zone");
  int64_t local = days * 86400 + hour * 3600 + minute * 60 + second;
  int64_t seconds = zoned ? local - offset : zone_instant(j->bundle, type->a - 1, local);
  *out = int_value(seconds * REBASE_SECOND + fraction);
  return true;
}

static bool date_value(struct json *j, const char *bytes, size_t length, value *out) {
  struct cursor c = {bytes, bytes + length};
  int64_t days;
  if (!take_date(&c, &days) || c.at != c.end) return json_fail(j, REBASE_E_TYPE, "not a date like 2024-05-15");
  *out = int_value(days);
  return true;
}

/* ---- words ---- */
static bool version_value(struct json *j, const char *bytes, size_t length, value *out) {
  const char *at = bytes, *end = bytes + length;
  int64_t total = 0;
  for (unsigned part = 0; part < 3; part++) {
    int64_t n = 0;
    const char *first = at;
    for (; at < end && *at >= '0' && *at <= '9' && n < 1 << 20; at++) n = n * 10 + (*at - '0');
    if (at == first || n >= 1 << 20 || (*first == '0' && at > first + 1) || (part < 2 && (at == end || *at++ != '.')))
      return json_fail(j, REBASE_E_TYPE, "not a version like 1.2.3");
    total = total << 20 | n;
  }
  if (at != end) return json_fail(j, REBASE_E_TYPE, "not a version like 1.2.3");
  *out = int_value(total);
  return true;
}

static bool word_value(struct json *j, uint32_t type_index, const char *bytes, size_t length, value *out) {
  const struct image_type *type = bundle_type(j->bundle, type_index);
  const struct image_word *words = j->bundle->WORDS.at + type->a;
  const struct word_cells *cells = j->bundle->word_cells[type_index];
  const struct word_cell *cell = cells ? find_word(cells, bytes, length) : NULL;
  if (cell) { *out = int_value(cell->symbol); return true; }
  for (uint32_t i = 0; !cells && i < type->b; i++) {
    const struct text *wire = bundle_text(j->bundle, words[i].wire);
    if (wire->len != length || memcmp(wire->bytes, bytes, length)) continue;
    *out = int_value(words[i].symbol);
    return true;
  }
  if (type->other && type->b && j->mode == JSON_RESULT) { *out = int_value(words[type->b - 1].symbol); return true; }
  return json_fail(j, REBASE_E_TYPE, "`%.*s` is none of the words", (int)(length > 60 ? 60 : length), bytes);
}

static bool bool_word(struct json *j, const struct image_type *type, const char *bytes, size_t length, value *out) {
  const struct text *yes = bundle_text(j->bundle, type->a), *no = bundle_text(j->bundle, type->b);
  bool is_yes = yes->len == length && !memcmp(yes->bytes, bytes, length);
  if (!is_yes && (no->len != length || memcmp(no->bytes, bytes, length)))
    return json_fail(j, REBASE_E_TYPE, "neither `%s` nor `%s`", yes->bytes, no->bytes);
  *out = int_value(is_yes);
  return true;
}

static bool named(struct json *j, uint32_t index, const char *what, value *out) {
  if (index == NONE32) return json_fail(j, REBASE_E_TYPE, "unknown %s", what);
  *out = int_value(index);
  return true;
}

/* ---- addresses ---- */
static bool parse_ip(const char *bytes, size_t length, unsigned char address[16], bool *v4) {
  char copy[64];
  if (length >= sizeof copy || memchr(bytes, 0, length)) return false;
  memcpy(copy, bytes, length);
  copy[length] = 0;
  memcpy(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  *v4 = inet_pton(AF_INET, copy, address + 12) == 1;
  return *v4 || inet_pton(AF_INET6, copy, address) == 1;
}

static bool address_text(struct json *j, const unsigned char *bytes, size_t length, value *out) {
  out->text = workspace_text(j->work, (const char *)bytes, length);
  return out->text ? true : json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace");
}

static bool cidr_value(struct json *j, const char *bytes, size_t length, value *out) {
  const char *slash = memchr(bytes, '/', length);
  unsigned char network[17];
  bool v4;
  size_t digits = slash ? (size_t)(bytes + length - slash) - 1 : 0;
  unsigned prefix = 0;
  for (size_t i = 0; i < digits; i++)
    prefix = digits > 3 || slash[1 + i] < '0' || slash[1 + i] > '9' ? 999 : prefix * 10 + (unsigned)(slash[1 + i] - '0');
  if (!digits || (digits > 1 && slash[1] == '0') || !parse_ip(bytes, (size_t)(slash - bytes), network, &v4) ||
      prefix > (v4 ? 32u : 128u)) return json_fail(j, REBASE_E_TYPE, "not a network like 10.0.0.0/8");
  prefix += v4 ? 96 : 0;
  network[16] = (unsigned char)prefix;
  for (unsigned bit = prefix; bit < 128; bit++)
    if (network[bit / 8] >> (7 - bit % 8) & 1) return json_fail(j, REBASE_E_TYPE, "a network with bits set behind its prefix");
  return address_text(j, network, sizeof network, out);
}

static bool ip_value(struct json *j, const char *bytes, size_t length, value *out) {
  unsigned char address[16];
  bool v4;
  if (!parse_ip(bytes, length, address, &v4)) return json_fail(j, REBASE_E_TYPE, "not an IP address");
  return address_text(j, address, sizeof address, out);
}

bool json_scalar_text(struct json *j, uint32_t type_index, const char *bytes, size_t length, value *out) {
  const struct image_type *type = bundle_type(j->bundle, type_index);
  switch (type->kind) {
  case TYPE_STRING:
    if (!utf8_valid(bytes, length)) return json_fail(j, REBASE_E_TYPE, "not valid UTF-8 without NUL");
    out->text = workspace_text(j->work, bytes, length);
    return out->text ? true : json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace");
  case TYPE_BOOL: return type->a || type->b ? bool_word(j, type, bytes, length, out) : json_fail(j, REBASE_E_TYPE, "true or false is expected");
  case TYPE_WORDS: return word_value(j, type_index, bytes, length, out);
  case TYPE_SYMBOL: return named(j, find_symbol(j->bundle, bytes, length), "symbol", out);
  case TYPE_REGION: return named(j, find_region(j->bundle, bytes, length), "region", out);
  case TYPE_VERSION: return version_value(j, bytes, length, out);
  case TYPE_TIME: return time_value(j, type, bytes, length, out);
  case TYPE_DATE: return date_value(j, bytes, length, out);
  case TYPE_IP: return ip_value(j, bytes, length, out);
  case TYPE_CIDR: return cidr_value(j, bytes, length, out);
  default: return json_fail(j, REBASE_E_TYPE, "a text where there should be none");
  }
}

bool json_scalar(struct json *j, uint32_t type_index, value *out) {
  const struct image_type *type = bundle_type(j->bundle, type_index);
  switch (type->kind) {
  case TYPE_INT: case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: return number(j, type, out);
  case TYPE_STRING: return json_text(j, &out->text);
  case TYPE_BOOL:
    if (type->a || type->b) break;
    *out = int_value(json_peek(j) == 't');
    return json_literal(j, "true") || json_literal(j, "false") || json_fail(j, REBASE_E_TYPE, "true or false is expected");
  default: break;
  }
  const char *bytes;
  size_t length, mark = j->work->low;
  if (!json_quoted(j, &bytes, &length)) return false;
  bool fine = json_scalar_text(j, type_index, bytes, length, out);
  if (fine && kind_is_scalar(type->kind)) j->work->low = mark;
  return fine;
}
