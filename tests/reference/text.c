/* text.c: patterns by sets of places, web addresses, and what was said. */
#include "inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool ref_contains(const char *text, size_t length, const char *part, size_t part_length) {
  for (size_t at = 0; at + part_length <= length; at++) if (memcmp(text + at, part, part_length) == 0) return true;
  return false;
}

/* ---- patterns ----
 * A part of a pattern takes a set of places in the text to the set of places where it can end. Nothing is compiled: the
 * pattern is read again each time. */
struct matcher {
  const char *p, *end;                 /* the pattern */
  const char *text; size_t length;
  bool fold, dot_all, broken;
};
typedef unsigned char *places;         /* one flag a place: before each byte, and the end */

static places new_places(const struct matcher *m) {
  places set = calloc(m->length + 1, 1);
  if (!set) abort();
  return set;
}
static places copy_places(const struct matcher *m, places from) {
  places set = new_places(m);
  memcpy(set, from, m->length + 1);
  return set;
}
static bool add_places(const struct matcher *m, places to, places from) {
  bool grew = false;
  for (size_t i = 0; i <= m->length; i++) { grew = grew || (from[i] && !to[i]); to[i] |= from[i]; }
  return grew;
}

static uint32_t decode(const char *s, const char *end, size_t *n) {
  unsigned char c = (unsigned char)*s;
  size_t size = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
  *n = 1;
  if (size == 1 || (size_t)(end - s) < size) return c < 0x80 ? c : 0xffffffff;
  uint32_t value = c & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; i++) value = value << 6 | ((unsigned char)s[i] & 0x3f);
  *n = size;
  return value;
}

static bool in_class(char letter, uint32_t c) {
  bool digit = c >= '0' && c <= '9';
  bool is = letter == 'd' ? digit : letter == 'w' ? digit || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                                  : c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
  return is;
}
static uint32_t other_case(uint32_t c) { return c >= 'a' && c <= 'z' ? c - 32 : c >= 'A' && c <= 'Z' ? c + 32 : c; }

static uint32_t escaped(struct matcher *m) {       /* behind the backslash */
  static const char from[] = "tnrfva", to[] = "\t\n\r\f\v\a";
  char c = *m->p++;
  const char *known = strchr(from, c);
  if (c == 'x') {
    char digits[16] = "";
    const char *close = *m->p == '{' ? memchr(m->p, '}', (size_t)(m->end - m->p)) : NULL;
    size_t n = close ? (size_t)(close - m->p - 1) : 2;
    memcpy(digits, m->p + (close != NULL), n < 15 ? n : 15);
    m->p += close ? n + 2 : 2;
    return (uint32_t)strtoul(digits, NULL, 16);
  }
  return known ? (uint32_t)to[known - from] : (uint32_t)(unsigned char)c;
}

static bool named_class(const char *name, size_t n, uint32_t c) {
  bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9', graph = c > 32 && c < 127;
#define NAMED(NAME) (n == sizeof NAME - 1 && memcmp(name, NAME, n) == 0)
  if (NAMED("alpha")) return lower || upper;
  if (NAMED("alnum")) return lower || upper || digit;
  if (NAMED("digit")) return digit;
  if (NAMED("lower")) return lower;
  if (NAMED("upper")) return upper;
  if (NAMED("word")) return lower || upper || digit || c == '_';
  if (NAMED("space")) return c == ' ' || (c >= 9 && c <= 13);
  if (NAMED("blank")) return c == ' ' || c == '\t';
  if (NAMED("punct")) return graph && !lower && !upper && !digit;
  if (NAMED("graph")) return graph;
  if (NAMED("print")) return graph || c == ' ';
  if (NAMED("cntrl")) return (c && c < 32) || c == 127;
  if (NAMED("xdigit")) return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return NAMED("ascii") && c && c < 128;
#undef NAMED
}

/* One character of [...] or an escape, as a test of c. Moves over it. */
static bool class_item(struct matcher *m, uint32_t c) {
  if (m->p[0] == '[' && m->p[1] == ':') {
    bool negated = m->p[2] == '^';
    const char *name = m->p + 2 + negated, *close = strstr(name, ":]");
    m->p = close + 2;
    return named_class(name, (size_t)(close - name), c) != negated;
  }
  if (*m->p == '\\' && m->p[1] && strchr("dwsDWS", m->p[1])) {
    char letter = m->p[1];
    m->p += 2;
    return letter < 'a' ? !in_class((char)(letter + 32), c) : in_class(letter, c);
  }
  size_t n;
  uint32_t low, high;
  if (*m->p == '\\') { m->p++; low = escaped(m); } else { low = decode(m->p, m->end, &n); m->p += n; }
  high = low;
  if (m->p[0] == '-' && m->p[1] != ']') {
    m->p++;
    if (*m->p == '\\') { m->p++; high = escaped(m); } else { high = decode(m->p, m->end, &n); m->p += n; }
  }
  return low <= c && c <= high;
}

/* Whether c is in the class at m->p (behind the bracket). Moves behind it. */
static bool bracket(struct matcher *m, uint32_t c) {
  const char *start = m->p;
  bool negated = *m->p == '^', found = false;
  for (int side = 0; side < (m->fold ? 2 : 1); side++) {
    m->p = start + negated;
    for (bool first = true; m->p < m->end && (first || *m->p != ']'); first = false)
      found = class_item(m, side ? other_case(c) : c) || found;
  }
  m->p++;
  return found != negated;
}

/* One character of the text against the atom at m->p, which stays where it is. */
static bool takes(struct matcher *m, uint32_t c) {
  const char *start = m->p;
  size_t n;
  bool yes;
  if (*m->p == '[') { m->p++; yes = bracket(m, c); }
  else if (*m->p == '.') yes = m->dot_all || c != '\n';
  else if (*m->p == '\\' && strchr("dwsDWS", m->p[1])) {
    yes = class_item(m, c);
    m->p = start;
    if (m->fold) yes = yes || class_item(m, other_case(c));
  } else {
    uint32_t wanted;
    if (*m->p == '\\') { m->p++; wanted = escaped(m); } else wanted = decode(m->p, m->end, &n);
    yes = c == wanted || (m->fold && other_case(c) == wanted);
  }
  m->p = start;
  return yes;
}

static void skip_atom(struct matcher *m) {
  size_t n;
  if (*m->p == '[') { m->p++; bracket(m, 0); }
  else if (*m->p == '\\' && !strchr("dwsDWS", m->p[1])) { m->p++; escaped(m); }
  else if (*m->p == '\\') m->p += 2;
  else { decode(m->p, m->end, &n); m->p += n; }
}

static places choice(struct matcher *m, places from);

static places group(struct matcher *m, places from) {       /* at ( */
  bool fold = m->fold, dot_all = m->dot_all, on = true;
  m->p++;
  if (*m->p == '?' && (m->p[1] == 'P' || m->p[1] == '<')) m->p = strchr(m->p, '>') + 1;
  else if (*m->p == '?') {
    for (m->p++; *m->p != ':' && *m->p != ')'; m->p++) {
      if (*m->p == '-') on = false;
      if (*m->p == 'i') m->fold = on;
      if (*m->p == 's') m->dot_all = on;
    }
    if (*m->p++ == ')') return copy_places(m, from);         /* flags for what follows */
  }
  places to = choice(m, from);
  m->p++;
  m->fold = fold;
  m->dot_all = dot_all;
  return to;
}

/* The atom at m->p; moves behind it. */
static places atom(struct matcher *m, places from) {
  if (*m->p == '(') return group(m, from);
  bool begin = *m->p == '^' || (m->p[0] == '\\' && m->p[1] == 'A'), end = *m->p == '$' || (m->p[0] == '\\' && m->p[1] == 'z');
  places to = new_places(m);
  if (begin || end) {
    size_t at = begin ? 0 : m->length;
    to[at] = from[at];
    m->p += *m->p == '\\' ? 2 : 1;
    return to;
  }
  for (size_t i = 0, n; i < m->length; i++)
    if (from[i]) {
      uint32_t c = decode(m->text + i, m->text + m->length, &n);
      if (takes(m, c)) to[i + n] = 1;
    }
  skip_atom(m);
  return to;
}

static bool quantifier(struct matcher *m, unsigned *least, unsigned *most) {
  char *after;
  *least = 0;
  *most = 1000000;
  if (m->p >= m->end) return false;
  if (*m->p == '*') m->p++;
  else if (*m->p == '+') { *least = 1; m->p++; }
  else if (*m->p == '?') { *most = 1; m->p++; }
  else if (*m->p == '{' && m->p[1] >= '0' && m->p[1] <= '9') {
    *least = *most = (unsigned)strtoul(m->p + 1, &after, 10);
    if (*after == ',') *most = after[1] == '}' ? 1000000 : (unsigned)strtoul(after + 1, &after, 10);
    if (*after == ',') after++;
    if (*after != '}') return false;
    m->p = after + 1;
  } else return false;
  if (m->p < m->end && *m->p == '?') m->p++;
  return true;
}

static places repeated(struct matcher *m, places from) {
  const char *start = m->p;
  bool fold = m->fold, dot_all = m->dot_all;
  unsigned least, most;
  places once = atom(m, from);
  const char *behind = m->p;
  bool fold_after = m->fold, dot_after = m->dot_all;
  if (!quantifier(m, &least, &most)) { m->p = behind; return once; }
  const char *end = m->p;
  places all = new_places(m), now = copy_places(m, from);
  free(once);
  if (!least) add_places(m, all, now);
  for (unsigned i = 1; i <= most; i++) {
    m->p = start;
    m->fold = fold;
    m->dot_all = dot_all;
    places next = atom(m, now);
    free(now);
    now = next;
    bool grew = i >= least && add_places(m, all, now);
    if (i >= least && !grew) break;    /* nothing new: nor will there be */
  }
  free(now);
  m->p = end;
  m->fold = fold_after;
  m->dot_all = dot_after;
  return all;
}

static places sequence(struct matcher *m, places from) {
  places now = copy_places(m, from);
  while (m->p < m->end && *m->p != '|' && *m->p != ')') {
    places next = repeated(m, now);
    free(now);
    now = next;
  }
  return now;
}

static places choice(struct matcher *m, places from) {
  places all = sequence(m, from);
  while (m->p < m->end && *m->p == '|') {
    m->p++;
    places more = sequence(m, from);
    add_places(m, all, more);
    free(more);
  }
  return all;
}

bool ref_matches(const char *pattern, const char *text, size_t length) {
  struct matcher m = {.p = pattern, .end = pattern + strlen(pattern), .text = text, .length = length};
  places from = new_places(&m);
  from[0] = 1;
  places to = choice(&m, from);
  bool yes = to[length];
  free(from);
  free(to);
  return yes;
}

/* ---- web addresses ----
 * Letters and ://, or www. that follows no letter or digit; then on to a blank, control character or one of < > " `, less
 * any of . , ; : ! ? ' ) ] } * at the end. With nothing behind the beginning it is none. */
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static size_t beginning(const char *t, size_t length, size_t at) {
  size_t run = at;
  if (at && letter(t[at - 1])) return 0;
  while (run < length && letter(t[run])) run++;
  if (run > at && length - run >= 3 && memcmp(t + run, "://", 3) == 0) return run + 3;
  bool www = run - at == 3 && (t[at] | 32) == 'w' && (t[at + 1] | 32) == 'w' && (t[at + 2] | 32) == 'w';
  return www && run < length && t[run] == '.' && !(at && t[at - 1] >= '0' && t[at - 1] <= '9') ? run + 1 : 0;
}

struct rv ref_urls(struct arena *arena, const char *t, size_t length) {
  struct rv *items = arena_alloc(arena, (length + 1) * sizeof *items);
  size_t count = 0;
  for (size_t at = 0; at < length;) {
    size_t body = beginning(t, length, at), end = body;
    if (!body) { at++; continue; }
    while (end < length && (unsigned char)t[end] > ' ' && t[end] != 0x7f && !strchr("<>\"`", t[end])) end++;
    size_t kept = end;
    while (kept > body && strchr(".,;:!?')]}*", t[kept - 1])) kept--;
    if (kept > body) items[count++] = rv_text(t + at, kept - at);
    at = end;
  }
  return (struct rv){.items = items, .count = count};
}

/* ---- said ---- */
static bool joins(char c) {            /* what must not stand beside a token; bytes of other scripts are letters */
  return letter(c) || (c >= '0' && c <= '9') || (c && strchr("_@#/-", c)) || (unsigned char)c >= 0x80;
}

/* A letter or digit of any script, by its first byte; blanks and punctuation beyond ASCII are none. */
static bool joins_at(const char *text, size_t length, size_t at, bool before) {
  if (!((unsigned char)text[at] & 0x80)) return joins(text[at]);
  size_t start = at;
  while (before && start && ((unsigned char)text[start] & 0xc0) == 0x80) start--;
  utf8proc_int32_t c;
  if (utf8proc_iterate((const utf8proc_uint8_t *)text + start, (utf8proc_ssize_t)(length - start), &c) < 0) return true;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT: case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ME: case UTF8PROC_CATEGORY_ND: case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default: return false;
  }
}

/* A "." beside a token joins it to a letter or digit on the other side of the "." or of the token. */
static bool wordish(const char *t, size_t length, size_t at, bool before) {
  return at < length && joins_at(t, length, at, before) && !strchr("_@#/-", t[at]);
}
static bool alone(const char *t, size_t length, size_t start, size_t end) {
  if (start && joins_at(t, length, start - 1, true)) return false;
  if (end < length && joins_at(t, length, end, false)) return false;
  if (start && t[start - 1] == '.' && wordish(t, length, start, false)) return false;
  return !(end < length && t[end] == '.' && wordish(t, length, end + 1, false));
}

static bool token_said(const char *part, size_t n, const char *t, size_t length) {
  for (size_t at = 0; n && at + n <= length; at++)
    if (memcmp(t + at, part, n) == 0 && alone(t, length, at, at + n)) return true;
  return false;
}

/* ---- numbers as people write them: 12 1,200.00 -3.5; commas stand between groups of three ---- */
static bool is_digit(const char *t, size_t length, size_t at) { return at < length && t[at] >= '0' && t[at] <= '9'; }

/* The run of digits, commas and one point from `at` on; its value in millionths if it is a plain number. */
static size_t run_of(const char *t, size_t length, size_t at, bool *plain, __int128 *millionths) {
  size_t groups[64] = {0}, group = 0;
  __int128 unit = 1000000;
  *plain = true;
  *millionths = 0;
  while (is_digit(t, length, at) || (at < length && t[at] == ',' && is_digit(t, length, at + 1))) {
    if (t[at] == ',') { if (++group == 64) { group = 63; *plain = false; } }
    else { groups[group]++; *millionths = *millionths * 10 + (t[at] - '0') * (__int128)1000000; }
    if (*millionths > (__int128)INT64_MAX) { *plain = false; *millionths = 0; }
    at++;
  }
  if (group && groups[0] > 3) *plain = false;
  for (size_t g = 1; g <= group; g++) if (groups[g] != 3) *plain = false;
  if (at < length && t[at] == '.' && is_digit(t, length, at + 1)) {
    for (at++; is_digit(t, length, at); at++) {
      if (unit == 1 && t[at] != '0') *plain = false;
      if (unit > 1) { unit /= 10; *millionths += (t[at] - '0') * unit; }
    }
    if (at < length && t[at] == ',' && is_digit(t, length, at + 1)) *plain = false;
  }
  return at;
}

/* Signs of money next to an amount must be of its currency; a three-letter code beside it as well. */
static bool sign_fits(const char *t, size_t length, size_t start, size_t end, const char *currency) {
  static const struct { const char *sign, *currencies; } signs[] = {
    {"$", "USD CAD AUD SGD HKD NZD MXN"}, {"\xe2\x82\xac", "EUR"}, {"\xc2\xa3", "GBP"}, {"\xc2\xa5", "JPY CNY"}, {"\xe2\x82\xb9", "INR"}};
  static const char codes[] = "USD EUR GBP JPY CHF CAD AUD CNY INR SEK NOK DKK PLN CZK HUF BRL MXN SGD HKD NZD KRW ZAR TRY ILS THB";
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t n = strlen(signs[i].sign);
    bool there = (start >= n && memcmp(t + start - n, signs[i].sign, n) == 0) || (length - end >= n && memcmp(t + end, signs[i].sign, n) == 0);
    if (there && !strstr(signs[i].currencies, currency)) return false;
  }
  for (const char *code = codes; *code; code += code[3] ? 4 : 3) {
    size_t before = start && t[start - 1] == ' ' ? start - 1 : start, after = end < length && t[end] == ' ' ? end + 1 : end;
    bool left = before >= 3 && memcmp(t + before - 3, code, 3) == 0 && (before == 3 || !joins_at(t, length, before - 4, true));
    bool right = length - after >= 3 && memcmp(t + after, code, 3) == 0 && (after + 3 == length || !joins_at(t, length, after + 3, false));
    if ((left || right) && memcmp(code, currency, 3) != 0) return false;
  }
  return true;
}

static bool number_said(__int128 wanted_millionths, const char *currency, const char *t, size_t length) {
  for (size_t at = 0; at < length;) {
    if (!is_digit(t, length, at)) { at++; continue; }
    bool plain, negative = at && t[at - 1] == '-';
    __int128 value;
    size_t start = at, token = negative ? at - 1 : at;
    at = run_of(t, length, at, &plain, &value);
    if (currency && negative && token && t[token - 1] == '$') token--;
    if (!plain || (negative ? -value : value) != wanted_millionths || !alone(t, length, token, at)) continue;
    if (!currency || sign_fits(t, length, start, at, currency)) return true;
  }
  return false;
}

static char *normal(const char *text, size_t length, size_t *out) {
  utf8proc_uint8_t *result = NULL;
  utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &result, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  *out = n < 0 ? 0 : (size_t)n;
  return n < 0 ? NULL : (char *)result;
}

bool ref_said_in(const struct program *program, const struct type *type, struct rv v, const char *text, size_t length) {
  size_t n, part_length;
  char *heard = normal(text, length, &n), *part;
  bool yes = false;
  const char *word = NULL;
  if (!heard) return false;
  char date[80];
  int64_t year = 1970;
  unsigned month = 1;
  switch (type->kind) {
    case TYPE_STRING:
      part = normal(v.text, v.length, &part_length);
      yes = part && token_said(part, part_length, heard, n);
      free(part);
      break;
    case TYPE_INT: yes = number_said((__int128)v.number * 1000000, NULL, heard, n); break;
    case TYPE_DECIMAL: yes = number_said(v.number, NULL, heard, n); break;
    case TYPE_MONEY: yes = number_said(v.number, type->name, heard, n); break;
    case TYPE_REGION: word = program->regions[v.number]->name; break;
    case TYPE_SYMBOL: word = program->symbols[v.number]; break;
    case TYPE_WORDS:
      for (unsigned i = 0; i < type->word_count; i++) if (type->words[i].symbol == (unsigned)v.number) word = type->words[i].wire;
      break;
    case TYPE_DATE:
      if (v.number < -720000 || v.number > 2933000) break;      /* years 0 to 9999 */
      while (ref_days(year + 1, 1, 1) <= v.number) year++;
      while (ref_days(year, 1, 1) > v.number) year--;
      while (month < 12 && ref_days(year, month + 1, 1) <= v.number) month++;
      snprintf(date, sizeof date, "%04ld-%02u-%02ld", (long)year, month, (long)(v.number - ref_days(year, month, 1) + 1));
      word = date;
      break;
    default: break;
  }
  if (word) yes = token_said(word, strlen(word), heard, n);
  free(heard);
  return yes;
}
