/* result.c: see result.h */
#include <stdlib.h>
#include "enforce.h"
#include "result.h"

/* ---- facts ---- */
static const char *only_text(const struct result *r, size_t *length) {
  json_t *content = json_object_get(r->root, "content"), *block = json_array_get(content, 0);
  const char *type = json_string_value(json_object_get(block, "type"));
  json_t *text = json_object_get(block, "text");
  if (json_array_size(content) != 1 || !type || strcmp(type, "text") != 0 || !json_is_string(text)) return NULL;
  *length = json_string_length(text);
  return json_string_value(text);
}

void result_read(struct result *r, const char *raw, size_t length, bool unwrap) {
  bool bad = false;
  *r = (struct result){.root = json_loadb(raw, length, JSON_ALLOW_NUL, NULL)};
  r->failed = json_is_true(json_object_get(r->root, "isError"));
  const char *type = json_string_value(json_object_get(r->root, "resultType"));
  r->incomplete = json_object_get(r->root, "resultType") && (!type || strcmp(type, "complete") != 0);
  r->typed = type && json_object_del(r->root, "resultType") == 0;
  struct raw structured = {NULL, 0};
  if (json_is_object(json_object_get(r->root, "structuredContent"))) structured = raw_member((struct raw){raw, length}, "structuredContent", &bad);
  if (structured.text && unwrap && json_object_size(json_object_get(r->root, "structuredContent")) == 1) structured = raw_member(structured, "result", &bad);
  if (!bad && structured.text) {
    r->facts = structured.text;
    r->facts_length = structured.length;
  } else r->facts = only_text(r, &r->facts_length);
}

void result_free(struct result *r) {
  json_decref(r->root);
  free(r->owned);
}

/* ---- release ---- */
struct releasing { struct gate *gate; struct person *person; bool changed, binary; struct buffer all; char *reason; };

static bool is_binary(json_t *object, const char *key) {
  return (!strcmp(key, "data") || !strcmp(key, "blob")) && json_is_string(json_object_get(object, "mimeType"));
}

/* All that a reader could see, names and numbers included, one a line. */
static void gather(struct releasing *r, json_t *value) {
  const char *key;
  json_t *part;
  size_t i;
  json_array_foreach(value, i, part) gather(r, part);
  json_object_foreach(value, key, part) {
    buffer_text(&r->all, key);
    buffer_text(&r->all, "\n");
    if (is_binary(value, key)) r->binary = true;
    else gather(r, part);
  }
  if (json_is_string(value)) buffer_add(&r->all, json_string_value(value), json_string_length(value));
  else if (json_is_integer(value)) buffer_format(&r->all, "%lld", (long long)json_integer_value(value));
  else if (json_is_real(value)) buffer_format(&r->all, "%.17g", json_real_value(value));
  buffer_text(&r->all, "\n");
}

static bool release_value(struct releasing *r, json_t *value, json_t **changed);

static bool release_string(struct releasing *r, const char *text, size_t length, json_t **changed) {
  struct released out = enforce_release(r->gate, r->person, text, length, false);
  if (!out.text) {
    if (!r->reason) r->reason = out.reason;
    else free(out.reason);
    return false;
  }
  if (out.length != length || memcmp(out.text, text, length) != 0) *changed = json_stringn(out.text, out.length);
  r->changed |= *changed != NULL;
  free(out.text);
  return true;
}

static bool release_array(struct releasing *r, json_t *array) {
  for (size_t i = 0; i < json_array_size(array); i++) {
    json_t *changed = NULL;
    if (!release_value(r, json_array_get(array, i), &changed)) return false;
    if (changed) json_array_set_new(array, i, changed);
  }
  return true;
}

static bool release_object(struct releasing *r, json_t *object) {
  const char *key;
  json_t *value;
  void *next;
  json_object_foreach_safe(object, next, key, value) {
    json_t *changed = NULL, *name = NULL;
    if (!release_string(r, key, strlen(key), &name) || name) {
      if (!r->reason) r->reason = gate_copy("a name in the answer would have to be redacted");
      json_decref(name);
      return false;
    }
    if (!release_value(r, value, &changed)) return false;
    if (changed) json_object_set_new(object, key, changed);
  }
  return true;
}

static bool release_value(struct releasing *r, json_t *value, json_t **changed) {
  if (json_is_string(value)) return release_string(r, json_string_value(value), json_string_length(value), changed);
  if (json_is_array(value)) return release_array(r, value);
  if (json_is_object(value)) return release_object(r, value);
  if (!json_is_number(value)) return true;
  char *text = json_dumps(value, JSON_ENCODE_ANY);
  bool fine = text && release_string(r, text, strlen(text), changed);
  free(text);
  return fine;
}

/* Text by text, since something in it has to be redacted. */
static char *rewrite(struct releasing *r, const struct result *result) {
  json_t *copy = json_deep_copy(result->root);
  char *out = copy && release_object(r, copy) ? json_dumps(copy, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
  r->gate->metrics.redacted += out && r->changed;
  json_decref(copy);
  return out;
}

/* As it came, save for resultType, which the front adds where the agent's protocol has it. */
static char *unchanged(const struct result *result, const char *raw, size_t length, size_t *released) {
  char *out = result->typed ? json_dumps(result->root, JSON_COMPACT | JSON_REAL_PRECISION(17)) : gate_copy_bytes(raw, length);
  *released = out ? strlen(out) : 0;
  if (!result->typed) *released = length;
  return out;
}

char *result_release(struct gate *gate, struct person *person, const struct result *result, const char *raw, size_t length,
                     size_t *released, char **reason) {
  *released = length;
  if (!gate->config->release_results || gate->config->shadow) return unchanged(result, raw, length, released);
  struct releasing r = {.gate = gate, .person = person};
  gather(&r, result->root);
  struct released whole = enforce_release(gate, person, r.all.bytes, r.all.length, true);
  char *out = NULL;
  if (!whole.text) r.reason = whole.reason;
  else if (whole.redacts && r.binary) r.reason = gate_copy("the answer holds pictures, sound or files, which cannot be redacted");
  else if (whole.length == r.all.length && !memcmp(whole.text, r.all.bytes, whole.length)) out = unchanged(result, raw, length, released);
  else if ((out = rewrite(&r, result))) *released = strlen(out);
  free(whole.text);
  buffer_free(&r.all);
  if (out) free(r.reason);
  else *reason = r.reason ? r.reason : gate_copy("the answer cannot be redacted");
  return out;
}
