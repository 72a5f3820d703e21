/* raw_json.c: see raw_json.h */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "cli/raw_json.h"

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

/* After the closing quote, or NULL. at is behind the opening one. */
static const char *skip_string(const char *at, const char *end) {
  for (; at < end; at++) {
    if (*at == '"') return at + 1;
    if (*at == '\\' && ++at == end) break;
  }
  return NULL;
}

static const char *skip_value(const char *at, const char *end) {
  if (at == end) return NULL;
  if (*at == '"') return skip_string(at + 1, end);
  if (*at != '{' && *at != '[') {
    const char *start = at;
    while (at < end && !strchr(",]} \t\r\n", *at)) at++;
    return at > start ? at : NULL;
  }
  size_t depth = 0;
  while (at && at < end) {
    char c = *at++;
    if (c == '"') at = skip_string(at, end);
    else if (c == '{' || c == '[') depth++;
    else if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return NULL;
}

bool raw_begin(struct raw_cursor *cursor, struct raw value) {
  const char *end = value.text + value.length;
  *cursor = (struct raw_cursor){.failed = true};
  if (!value.text) return false;
  const char *at = skip_blanks(value.text, end);
  if (at == end || (*at != '{' && *at != '[')) return false;
  *cursor = (struct raw_cursor){.at = at + 1, .end = end, .object = *at == '{'};
  return true;
}

static bool failed(struct raw_cursor *cursor) {
  cursor->failed = true;
  return false;
}

static bool next_name(struct raw_cursor *cursor, struct raw *name) {
  if (cursor->at == cursor->end || *cursor->at != '"') return false;
  const char *after = skip_string(cursor->at + 1, cursor->end);
  if (!after) return false;
  *name = (struct raw){cursor->at + 1, (size_t)(after - cursor->at) - 2};
  after = skip_blanks(after, cursor->end);
  if (after == cursor->end || *after != ':') return false;
  cursor->at = skip_blanks(after + 1, cursor->end);
  return true;
}

bool raw_next(struct raw_cursor *cursor, struct raw *name, struct raw *value) {
  if (cursor->failed) return false;
  cursor->at = skip_blanks(cursor->at, cursor->end);
  if (cursor->at == cursor->end) return failed(cursor);
  if (*cursor->at == (cursor->object ? '}' : ']')) return false;
  if (cursor->started) {
    if (*cursor->at != ',') return failed(cursor);
    cursor->at = skip_blanks(cursor->at + 1, cursor->end);
  }
  cursor->started = true;
  *name = (struct raw){"", 0};
  if (cursor->object && !next_name(cursor, name)) return failed(cursor);
  const char *after = skip_value(cursor->at, cursor->end);
  if (!after) return failed(cursor);
  *value = (struct raw){cursor->at, (size_t)(after - cursor->at)};
  cursor->at = after;
  return true;
}

void raw_members(struct raw object, const char *const *names, struct raw *members, size_t count, bool *bad) {
  struct raw_cursor cursor;
  struct raw key, value;
  for (size_t i = 0; i < count; i++) members[i] = (struct raw){NULL, 0};
  if (!raw_begin(&cursor, object) || !cursor.object) { *bad = true; return; }
  while (raw_next(&cursor, &key, &value))
    for (size_t i = 0; i < count; i++) {
      if (strlen(names[i]) != key.length || memcmp(key.text, names[i], key.length) != 0) continue;
      if (members[i].text) *bad = true;
      members[i] = value;
    }
  if (cursor.failed) *bad = true;
}

struct raw raw_member(struct raw object, const char *name, bool *bad) {
  struct raw found;
  raw_members(object, &name, &found, 1, bad);
  return found;
}

bool raw_is_object(struct raw value) { return value.text && value.length && *value.text == '{'; }
bool raw_is_null(struct raw value) { return value.length == 4 && memcmp(value.text, "null", 4) == 0; }

char *raw_string(struct raw value, size_t *length) {
  if (!value.text || !value.length || *value.text != '"') return NULL;
  json_t *json = json_loadb(value.text, value.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  char *text = NULL;
  if (json_is_string(json)) {
    size_t size = json_string_length(json);
    text = malloc(size + 1);
    if (text) memcpy(text, json_string_value(json), size + 1);
    if (text && length) *length = size;
    else if (text && strlen(text) != size) free(text), text = NULL;     /* a NUL where a plain name is wanted */
  }
  json_decref(json);
  return text;
}

char *raw_copy(struct raw value) {
  if (!value.text) return NULL;
  char *text = malloc(value.length + 1);
  if (!text) return NULL;
  memcpy(text, value.text, value.length);
  text[value.length] = '\0';
  return text;
}
