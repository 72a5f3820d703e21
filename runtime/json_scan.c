/* json_scan.c: the JSON grammar (RFC 8259), byte by byte. */
#include <stdarg.h>
#include <stdio.h>
#include "json.h"
#include "packed.h"

/* ---- workspace ---- */
const struct text *workspace_text(struct workspace *w, const char *bytes, size_t length) {
  void *memory = length < UINT32_MAX ? workspace_take(w, text_size(length)) : NULL;
  if (!memory) return NULL;
  struct text *text = text_begin(memory, length);
  plain_copy(text->bytes, bytes, length);
  return text;
}

/* ---- failures ---- */
void json_begin(struct json *j, const struct rebase_bundle *bundle, struct workspace *work, enum json_mode mode,
                const char *bytes, size_t length) {
  j->bundle = bundle;
  j->work = work;
  j->mode = mode;
  j->start = j->at = (const unsigned char *)bytes;
  j->end = j->at + length;
  j->longest = 0;
  j->incomplete = false;
  j->depth = j->steps = 0;
  j->status = REBASE_OK;
  j->error[0] = 0;
}

static size_t write_path(const struct json *j, char *text, size_t size) {
  size_t used = 0;
  for (unsigned i = 0; i < j->steps && i < JSON_MAX_DEPTH && used < size; i++) {
    const struct json_step *s = &j->path[i];
    int n = s->name ? snprintf(text + used, size - used, "%s%.*s", i ? "." : "", (int)(s->length > 60 ? 60 : s->length), s->name)
                    : snprintf(text + used, size - used, "[%u]", (unsigned)s->index);
    if (n > 0) used += (size_t)n;
  }
  return used < size ? used : size - 1;
}

bool json_fail(struct json *j, rebase_status status, const char *format, ...) {
  if (j->status != REBASE_OK) return false;
  j->status = status;
  char path[120] = "";
  size_t n = write_path(j, path, sizeof path);
  int used = n ? snprintf(j->error, sizeof j->error, "%s: ", path) : 0;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(j->error + used, sizeof j->error - (size_t)used, format, arguments);
  va_end(arguments);
  utf8_patch(j->error);
  return false;
}

static bool broken(struct json *j, const char *what) {
  return json_fail(j, REBASE_E_REQUEST, "%s at byte %zu", what, (size_t)(j->at - j->start));
}

/* ---- tokens ---- */
bool json_expected(struct json *j, char c) {
  char what[] = "not valid JSON: `?` expected";
  what[17] = c;
  return broken(j, what);
}

bool json_literal(struct json *j, const char *word) {
  size_t n = strlen(word);
  json_peek(j);
  if ((size_t)(j->end - j->at) < n || memcmp(j->at, word, n)) return false;
  j->at += n;
  return true;
}

bool json_end(struct json *j) {
  json_peek(j);
  if (j->status != REBASE_OK) return false;
  return j->at == j->end ? true : broken(j, "not valid JSON: something follows the value");
}

bool json_open(struct json *j, char c) {
  if (!json_expect(j, c)) return false;
  if (++j->depth > JSON_MAX_DEPTH) return broken(j, "nested deeper than 32 levels");
  return true;
}

static int hex4(const unsigned char *at) {
  int v = 0;
  for (int i = 0; i < 4; i++) {
    unsigned char c = at[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    v = v * 16 + digit;
  }
  return v;
}

/* at is behind the backslash; returns what is behind the escape, or NULL. */
static const unsigned char *check_escape(struct json *j, const unsigned char *at) {
  if (at == j->end) return broken(j, "not valid JSON: the string does not end"), NULL;
  if (*at != 'u') {
    if (*at && strchr("\"\\/bfnrt", *at)) return at + 1;
    return broken(j, "not valid JSON: unknown escape"), NULL;
  }
  int unit = j->end - at > 4 ? hex4(at + 1) : -1;
  if (unit < 0) return broken(j, "not valid JSON: \\u needs four hex digits"), NULL;
  if (unit == 0) return broken(j, "a string holds a NUL"), NULL;
  at += 5;
  if (unit < 0xd800 || unit > 0xdfff) return at;
  int low = unit < 0xdc00 && j->end - at > 5 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2) : -1;
  if (low < 0xdc00 || low > 0xdfff) return broken(j, "a string holds half a surrogate pair"), NULL;
  return at + 6;
}

bool json_raw(struct json *j, const char **raw, size_t *raw_length, bool *escaped) {
  if (json_peek(j) != '"') return json_fail(j, REBASE_E_TYPE, "a string is expected");
  const unsigned char *at = ++j->at, *first = at;
  *escaped = false;
  uint64_t seen = 0;
  for (;; at++) {
    at = plain_json(at, j->end, &seen);
    if (at == j->end) return broken(j, "not valid JSON: the string does not end");
    if (*at == '"') break;
    if (*at < 0x20) { j->at = at; return broken(j, *at ? "not valid JSON: a control character in a string" : "a string holds a NUL"); }
    if (*at != '\\') continue;
    *escaped = true;
    j->at = at;
    if (!(at = check_escape(j, at + 1))) return false;
    at--;
  }
  if (seen & PLAIN_HIGH && !utf8_valid((const char *)first, (size_t)(at - first))) return broken(j, "invalid UTF-8 in the string before the quote");
  *raw = (const char *)first;
  *raw_length = (size_t)(at - first);
  j->at = at + 1;
  return true;
}

static char *put_utf8(char *to, unsigned c) {
  if (c < 0x80) { *to++ = (char)c; return to; }
  if (c < 0x800) *to++ = (char)(0xc0 | c >> 6);
  else {
    if (c < 0x10000) *to++ = (char)(0xe0 | c >> 12);
    else { *to++ = (char)(0xf0 | c >> 18); *to++ = (char)(0x80 | (c >> 12 & 63)); }
    *to++ = (char)(0x80 | (c >> 6 & 63));
  }
  *to++ = (char)(0x80 | (c & 63));
  return to;
}

size_t json_unescape(const char *raw, size_t raw_length, char *bytes) {
  static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
  const char *end = raw + raw_length;
  char *to = bytes;
  while (raw < end) {
    if (*raw != '\\') { *to++ = *raw++; continue; }
    if (raw[1] != 'u') { *to++ = into[strchr(from, raw[1]) - from]; raw += 2; continue; }
    unsigned unit = (unsigned)hex4((const unsigned char *)raw + 2);
    raw += 6;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + ((unsigned)hex4((const unsigned char *)raw + 2) - 0xdc00);
      raw += 6;
    }
    to = put_utf8(to, unit);
  }
  return (size_t)(to - bytes);
}

static bool full(struct json *j) { return json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace"); }

bool json_text(struct json *j, const struct text **text) {
  const char *raw;
  size_t length;
  bool escaped;
  if (json_plain(j, &raw, &length)) return (*text = workspace_text(j->work, raw, length)) ? true : full(j);
  if (!json_raw(j, &raw, &length, &escaped)) return false;
  if (!escaped) return (*text = workspace_text(j->work, raw, length)) ? true : full(j);
  size_t mark = j->work->low;
  struct text *copy = workspace_take(j->work, text_size(length));
  if (!copy) return full(j);
  text_end(copy, json_unescape(raw, length, copy->bytes));
  j->work->low = mark;
  workspace_take(j->work, text_size(copy->len));
  *text = copy;
  return true;
}

bool json_quoted(struct json *j, const char **bytes, size_t *length) {
  bool escaped;
  const unsigned char *before = j->at;
  if (json_plain(j, bytes, length)) return true;
  if (!json_raw(j, bytes, length, &escaped)) return false;
  if (!escaped) return true;
  const struct text *text;
  j->at = before;
  if (!json_text(j, &text)) return false;
  *bytes = text->bytes;
  *length = text->len;
  return true;
}

static const unsigned char *digits(const unsigned char *at, const unsigned char *end) {
  while (at < end && *at >= '0' && *at <= '9') at++;
  return at;
}

bool json_number(struct json *j, struct json_number *number) {
  int c = json_peek(j);
  if (c != '-' && (c < '0' || c > '9')) return json_fail(j, REBASE_E_TYPE, "a number is expected");
  const unsigned char *at = j->at;
  number->negative = *at == '-';
  at += number->negative;
  const unsigned char *first = at, *behind = digits(at, j->end);
  if (behind == first || (*first == '0' && behind > first + 1)) return broken(j, "not valid JSON: malformed number");
  if (behind < j->end && *behind == '.') {
    const unsigned char *fraction = behind + 1;
    if ((behind = digits(fraction, j->end)) == fraction) return broken(j, "not valid JSON: malformed number");
  }
  number->digits = (const char *)first;
  number->length = (size_t)(behind - first);
  number->exponent = 0;
  if (behind < j->end && (*behind == 'e' || *behind == 'E')) {
    bool negative = ++behind < j->end && *behind == '-';
    if (behind < j->end && (*behind == '-' || *behind == '+')) behind++;
    const unsigned char *power = behind;
    if ((behind = digits(power, j->end)) == power) return broken(j, "not valid JSON: malformed number");
    for (; power < behind; power++)
      if (number->exponent < 1000000) number->exponent = number->exponent * 10 + (*power - '0');
    if (negative) number->exponent = -number->exponent;
  }
  j->at = behind;
  return true;
}

/* ---- any value ---- */
static bool skip_members(struct json *j) {
  if (json_take(j, '}')) return true;
  do {
    const char *raw;
    size_t length;
    bool escaped;
    if (json_peek(j) != '"') return broken(j, "not valid JSON: a name in quotes expected");
    if (!json_raw(j, &raw, &length, &escaped) || !json_expect(j, ':') || !json_skip(j)) return false;
  } while (json_take(j, ','));
  return json_expect(j, '}');
}

static bool skip_elements(struct json *j) {
  if (json_take(j, ']')) return true;
  do if (!json_skip(j)) return false;
  while (json_take(j, ','));
  return json_expect(j, ']');
}

bool json_skip(struct json *j) {
  const char *raw;
  size_t length;
  bool escaped;
  struct json_number number;
  int c = json_peek(j);
  if (c == '"') return json_raw(j, &raw, &length, &escaped);
  if (c == '{' || c == '[') {
    if (!json_open(j, (char)c) || !(c == '{' ? skip_members(j) : skip_elements(j))) return false;
    j->depth--;
    return true;
  }
  if (c == '-' || (c >= '0' && c <= '9')) return json_number(j, &number);
  if (json_literal(j, "null") || json_literal(j, "true") || json_literal(j, "false")) return true;
  return broken(j, "not valid JSON: a value expected");
}
