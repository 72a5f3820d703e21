/* json.c: a plain JSON reader that keeps numbers as they are written. */
#include "inside.h"
#include <string.h>

struct reader { struct arena *arena; const char *at, *end; unsigned depth; };

static struct json broken(void) { return (struct json){.kind = JSON_BROKEN}; }
static void blanks(struct reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) r->at++;
}
static bool take(struct reader *r, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) return false;
  r->at += n;
  return true;
}

static bool digits(struct reader *r) {
  const char *start = r->at;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
  return r->at > start;
}

static struct json number(struct reader *r) {
  const char *start = r->at;
  take(r, "-");
  if (take(r, "0") ? false : !digits(r)) return broken();
  if (take(r, ".") && !digits(r)) return broken();
  if (take(r, "e") || take(r, "E")) {
    if (!take(r, "+")) take(r, "-");
    if (!digits(r)) return broken();
  }
  return (struct json){.kind = JSON_NUMBER, .text = start, .length = (size_t)(r->at - start)};
}

static int hex4(struct reader *r) {
  int value = 0;
  if (r->end - r->at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    char c = *r->at++;
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static char *put(char *to, uint32_t c) {
  if (c < 0x80) *to++ = (char)c;
  else if (c < 0x800) { *to++ = (char)(0xc0 | c >> 6); *to++ = (char)(0x80 | (c & 0x3f)); }
  else if (c < 0x10000) { *to++ = (char)(0xe0 | c >> 12); *to++ = (char)(0x80 | (c >> 6 & 0x3f)); *to++ = (char)(0x80 | (c & 0x3f)); }
  else { *to++ = (char)(0xf0 | c >> 18); *to++ = (char)(0x80 | (c >> 12 & 0x3f)); *to++ = (char)(0x80 | (c >> 6 & 0x3f)); *to++ = (char)(0x80 | (c & 0x3f)); }
  return to;
}

static bool utf8(const char *text, size_t length) {
  for (size_t i = 0; i < length;) {
    unsigned char c = (unsigned char)text[i];
    size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (!n || i + n > length || !c) return false;
    for (size_t k = 1; k < n; k++) if (((unsigned char)text[i + k] & 0xc0) != 0x80) return false;
    unsigned char second = n > 1 ? (unsigned char)text[i + 1] : 0;
    if ((c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f) || (c == 0xf0 && second < 0x90) || (c == 0xf4 && second > 0x8f)) return false;
    i += n;
  }
  return true;
}

static bool escape(struct reader *r, char **to) {
  static const char from[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  if (r->at >= r->end) return false;
  char c = *r->at++;
  if (c == 'u') {
    int high = hex4(r), low;
    if (high < 0 || (high >= 0xdc00 && high < 0xe000)) return false;
    if (high >= 0xd800 && high < 0xdc00) {
      if (!take(r, "\\u") || (low = hex4(r)) < 0xdc00 || low > 0xdfff) return false;
      *to = put(*to, 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
    } else {
      *to = put(*to, (uint32_t)high);
    }
    return true;
  }
  const char *known = c ? strchr(from, c) : NULL;
  if (!known) return false;
  *(*to)++ = meant[known - from];
  return true;
}

static struct json string(struct reader *r) {
  char *text = arena_alloc(r->arena, (size_t)(r->end - r->at) + 1), *to = text;
  r->at++;
  while (r->at < r->end && *r->at != '"') {
    if ((unsigned char)*r->at < 0x20) return broken();
    if (*r->at == '\\') { r->at++; if (!escape(r, &to)) return broken(); }
    else *to++ = *r->at++;
  }
  if (!take(r, "\"") || !utf8(text, (size_t)(to - text))) return broken();
  return (struct json){.kind = JSON_STRING, .text = text, .length = (size_t)(to - text)};
}

static struct json element(struct reader *r);

static struct json *more(struct reader *r, struct json *items, size_t count) {
  struct json *longer = arena_alloc(r->arena, (count + 1) * sizeof *longer);
  if (count) memcpy(longer, items, count * sizeof *longer);
  return longer;
}

static struct json members(struct reader *r, bool object) {
  struct json all = {.kind = object ? JSON_OBJECT : JSON_ARRAY}, *names = NULL;
  const char *close = object ? "}" : "]";
  r->at++;
  blanks(r);
  if (take(r, close)) return all;
  do {
    struct json name = broken();
    blanks(r);
    if (object) {
      if (r->at >= r->end || *r->at != '"' || (name = string(r)).kind == JSON_BROKEN) return broken();
      for (size_t i = 0; i < all.count; i++)
        if (names[i].length == name.length && memcmp(names[i].text, name.text, name.length) == 0) return broken();
      blanks(r);
      if (!take(r, ":")) return broken();
    }
    struct json item = element(r);
    if (item.kind == JSON_BROKEN) return broken();
    names = more(r, names, all.count);
    names[all.count] = name;
    all.items = more(r, all.items, all.count);
    all.items[all.count++] = item;
    all.names = names;
    blanks(r);
  } while (take(r, ","));
  return take(r, close) ? all : broken();
}

static struct json element(struct reader *r) {
  blanks(r);
  if (r->at >= r->end || ++r->depth > 64) return broken();
  struct json out;
  if (*r->at == '{' || *r->at == '[') out = members(r, *r->at == '{');
  else if (*r->at == '"') out = string(r);
  else if (take(r, "null")) out = (struct json){.kind = JSON_NULL};
  else if (take(r, "true")) out = (struct json){.kind = JSON_TRUE};
  else if (take(r, "false")) out = (struct json){.kind = JSON_FALSE};
  else out = number(r);
  r->depth--;
  return out;
}

struct json ref_json(struct arena *arena, const char *text, size_t length) {
  const char *copy = arena_copy(arena, text, length);        /* with a NUL behind it */
  if (!copy) return broken();
  struct reader r = {arena, copy, copy + length, 0};
  struct json all = element(&r);
  blanks(&r);
  return r.at == r.end && !arena->failed ? all : broken();
}

const struct json *ref_json_member(const struct json *object, const char *name) {
  for (size_t i = 0; i < object->count; i++)
    if (object->names[i].length == strlen(name) && memcmp(object->names[i].text, name, strlen(name)) == 0) return &object->items[i];
  return NULL;
}
