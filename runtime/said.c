/* said.c: whether a value stands, as a token of its own, in what the requester said. SPEC 8.6. */
#include <utf8proc.h>
#include "canonical.h"
#include "packed.h"
#include "session.h"

/* A longer token was not said: this bounds the work. The points are of a token that is not plain ASCII. */
enum { TOKEN_BYTES = 4096, NEEDLE_POINTS = 1024 };
static const utf8proc_option_t normal_form = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

/* ---- NFC ---- */
static bool ascii(const char *text, size_t length) {
  unsigned char any = 0;
  for (size_t i = 0; i < length; i++) any |= (unsigned char)text[i];
  return !(any & 0x80);
}

char *said_normalise(const struct allocator *a, const char *text, size_t length, size_t *normal_length) {
  utf8proc_ssize_t points = ascii(text, length) ? 0 : utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, NULL, 0, normal_form);
  if (points < 0) return NULL;
  char *memory = a->alloc((points ? (size_t)points * sizeof(utf8proc_int32_t) : length) + 1, a->user);
  if (!memory) return NULL;
  *normal_length = length;
  if (!points) { memcpy(memory, text, length); return memory; }
  utf8proc_int32_t *buffer = (utf8proc_int32_t *)(void *)memory;
  utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, buffer, points, normal_form);
  utf8proc_ssize_t bytes = utf8proc_reencode(buffer, points, normal_form);
  if (bytes < 0) { a->release(memory, a->user); return NULL; }
  *normal_length = (size_t)bytes;
  return memory;
}

/* ---- what may stand next to a token ---- */
static bool word_point(utf8proc_int32_t point) {
  switch (utf8proc_category(point)) {
  case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT: case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ME:
  case UTF8PROC_CATEGORY_ND: case UTF8PROC_CATEGORY_NL: case UTF8PROC_CATEGORY_NO: return true;
  default: return false;
  }
}

static utf8proc_int32_t point_at(const char *text, size_t at, size_t length) {
  utf8proc_int32_t point = -1;
  if (at < length) utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(length - at), &point);
  return point;
}

static utf8proc_int32_t point_before(const char *text, size_t at) {
  size_t start = at;
  while (start > 0 && ((unsigned char)text[--start] & 0xc0) == 0x80) continue;
  return at ? point_at(text, start, at) : -1;
}

static bool joins(utf8proc_int32_t point) {
  if (point >= 0 && point < 0x80) return strchr("_@#/-", point) && point ? true : word_point(point);
  return point >= 0 && word_point(point);
}

/* No letter, digit or _ @ # / - next to it, and no "." that a letter or digit follows. */
static bool stands_alone(const char *text, size_t length, size_t start, size_t end) {
  utf8proc_int32_t before = point_before(text, start), after = point_at(text, end, length);
  if (joins(before) || joins(after)) return false;
  if (before == '.' && word_point(point_at(text, start, length))) return false;
  return after != '.' || end + 1 >= length || !word_point(point_at(text, end + 1, length));
}

static bool holds_token(const char *text, size_t length, const char *token, size_t token_length) {
  if (!token_length || token_length > length || token_length > TOKEN_BYTES) return false;
  for (size_t at = 0; at + token_length <= length; at++) {
    const char *found = memchr(text + at, token[0], length - token_length - at + 1);
    if (!found) return false;
    at = (size_t)(found - text);
    if (!memcmp(found, token, token_length) && stands_alone(text, length, at, at + token_length)) return true;
  }
  return false;
}

/* ---- numbers, by value ---- */
static bool digit(const char *text, size_t at, size_t length) { return at < length && text[at] >= '0' && text[at] <= '9'; }

/* Digits from at on, with commas between groups of three and a fraction, in millionths. False: not a plain number. */
static bool read_number(const char *text, size_t length, size_t *at, int64_t *millionths) {
  int64_t whole = 0, fraction = 0, unit = REBASE_SCALE;
  size_t first = *at, group = 0;
  bool grouped = false;
  for (;; ++*at) {
    if (digit(text, *at, length)) {
      if (whole > (INT64_MAX / REBASE_SCALE - 10) / 10) return false;
      whole = whole * 10 + (text[*at] - '0');
      group++;
    } else if (*at < length && text[*at] == ',' && digit(text, *at + 1, length)) {
      if (grouped ? group != 3 : group > 3 || *at == first) return false;
      grouped = true;
      group = 0;
    } else break;
  }
  if (grouped && group != 3) return false;
  if (*at < length && text[*at] == '.' && digit(text, *at + 1, length)) {
    for (++*at; digit(text, *at, length); ++*at) {
      if (unit == 1 && text[*at] != '0') return false;
      if (unit > 1) fraction += (text[*at] - '0') * (unit /= 10);
    }
    if (*at < length && text[*at] == ',' && digit(text, *at + 1, length)) return false;
  }
  *millionths = whole * REBASE_SCALE + fraction;
  return true;
}

static const char *const currency_words[] = {"USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "CNY", "INR", "SEK", "NOK", "DKK", "PLN", "CZK",
                                             "HUF", "BRL", "MXN", "SGD", "HKD", "NZD", "KRW", "ZAR", "TRY", "ILS", "THB"};

/* Three letters next to an amount that are another currency's code. */
static bool other_currency(const char *word, const char *currency) {
  for (size_t i = 0; i < sizeof currency_words / sizeof *currency_words; i++)
    if (!memcmp(word, currency_words[i], 3)) return memcmp(word, currency, 3) != 0;
  return false;
}

static bool symbol_fits(utf8proc_int32_t symbol, const char *currency) {
  switch (symbol) {
  case '$': return currency[2] == 'D' || !strcmp(currency, "MXN");      /* USD, CAD, AUD, ... */
  case 0x20ac: return !strcmp(currency, "EUR");
  case 0xa3: return !strcmp(currency, "GBP");
  case 0xa5: return !strcmp(currency, "JPY") || !strcmp(currency, "CNY");
  case 0x20b9: return !strcmp(currency, "INR");
  default: return utf8proc_category(symbol) != UTF8PROC_CATEGORY_SC;
  }
}

static bool currency_fits(const char *text, size_t length, size_t start, size_t end, const char *currency) {
  size_t before = start, after = end;
  if (strlen(currency) != 3) return true;
  if (!symbol_fits(point_before(text, start), currency) || !symbol_fits(point_at(text, end, length), currency)) return false;
  if (before && text[before - 1] == ' ') before--;
  if (before >= 3 && (before == 3 || !joins(point_before(text, before - 3))) && other_currency(text + before - 3, currency)) return false;
  if (after < length && text[after] == ' ') after++;
  return length - after < 3 || joins(point_at(text, after + 3, length)) || !other_currency(text + after, currency);
}

static bool holds_number(const char *text, size_t length, int64_t wanted, int64_t scale, const char *currency) {
  for (size_t at = 0; at < length;) {
    if (!digit(text, at, length)) { at++; continue; }
    size_t start = at, end = at;
    int64_t number;
    bool plain = read_number(text, length, &end, &number);
    while (end < length && (digit(text, end, length) || (text[end] == ',' && digit(text, end + 1, length)))) end++;
    at = end > start ? end : start + 1;
    if (!plain) continue;
    bool negative = start && text[start - 1] == '-';
    size_t token = negative ? start - 1 : start;
    if (currency && negative && token && text[token - 1] == '$') token--;
    if (scale == 1 && number % REBASE_SCALE) continue;
    if (scale == 1) number /= REBASE_SCALE;
    if ((negative ? -number : number) != wanted || !stands_alone(text, length, token, end)) continue;
    if (!currency || currency_fits(text, length, start, end, currency)) return true;
  }
  return false;
}

/* ---- one text, one value ---- */
static bool holds_text(const char *text, size_t length, const char *token, size_t token_length) {
  utf8proc_int32_t points[NEEDLE_POINTS + 1];
  if (ascii(token, token_length)) return holds_token(text, length, token, token_length);
  utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)token, (utf8proc_ssize_t)token_length, points, NEEDLE_POINTS, normal_form);
  if (count <= 0 || count > NEEDLE_POINTS) return false;
  utf8proc_ssize_t bytes = utf8proc_reencode(points, count, normal_form);
  return bytes > 0 && holds_token(text, length, (const char *)points, (size_t)bytes);
}

bool said_in(const char *text, size_t length, const struct rebase_bundle *bundle, uint32_t type_index, value v) {
  const struct image_type *type = bundle_type(bundle, type_index);
  char written[64];
  struct out out = {written, 0, sizeof written};
  switch (type->kind) {
  case TYPE_STRING: return holds_text(text, length, v.text->bytes, v.text->len);
  case TYPE_INT: return holds_number(text, length, v.i, 1, NULL);
  case TYPE_DECIMAL: return holds_number(text, length, v.i, REBASE_SCALE, NULL);
  case TYPE_MONEY: return holds_number(text, length, v.i, REBASE_SCALE, bundle_string(bundle, type->name));
  case TYPE_SYMBOL: case TYPE_WORDS: case TYPE_REGION: case TYPE_DATE: case TYPE_VERSION: case TYPE_IP: case TYPE_CIDR:
    canonical_scalar(&out, bundle, type_index, v);
    return !out_cut(&out) && holds_text(text, length, written, out.length);
  default: return false;            /* bool, time, duration: no one form that a person writes */
  }
}

bool session_said(const struct session_view *view, uint32_t type, value v) {
  for (const struct said *s = view->session->family->first_said; s; s = s->next)
    if (said_in(s->bytes, s->length, view->loaded->bundle, type, v)) return true;
  return false;
}
