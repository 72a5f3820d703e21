/* render_json.c: one JSON object a line. */
#include <jansson.h>
#include <string.h>
#include "diag/render.h"

/* JSON holds UTF-8 only; paths and messages may quote bytes that are not: those become U+FFFD. */
static json_t *text_of(const char *text) {
  if (!text) return json_null();
  size_t length = strlen(text);
  json_t *value = json_stringn(text, length);
  if (value) return value;
  json_t *parts = json_stringn("", 0);
  for (size_t i = 0; parts && i < length;) {
    size_t n = length - i < 4 ? length - i : 4;
    json_t *piece = NULL;
    while (n > 0 && !(piece = json_stringn(text + i, n))) n--;
    json_t *joined = json_sprintf("%s%s", json_string_value(parts), piece ? json_string_value(piece) : "\xEF\xBF\xBD");
    json_decref(piece);
    json_decref(parts);
    parts = joined;
    i += n ? n : 1;
  }
  return parts;
}

/* All setters of jansson take a NULL value as a failure, so one test at the end is enough. */
static bool put(json_t *object, const char *key, json_t *value) { return json_object_set_new(object, key, value) == 0; }

static bool put_place(json_t *object, const struct rbc_texts *sources, struct span span) {
  struct rbc_position at;
  if (!rbc_position(sources, span, &at)) return put(object, "file", json_null());
  return put(object, "file", text_of(at.path)) && put(object, "line", json_integer(at.line)) &&
         put(object, "column", json_integer(at.column)) && put(object, "end_line", json_integer(at.end_line)) &&
         put(object, "end_column", json_integer(at.end_column)) && put(object, "start", json_integer(span.start)) &&
         put(object, "end", json_integer(span.end));
}

static json_t *labels_of(const struct diag *d, const struct rbc_texts *sources) {
  json_t *labels = json_array();
  for (const struct diag_label *label = d->labels; label; label = label->next) {
    json_t *one = json_object();
    bool good = put_place(one, sources, label->span) && put(one, "text", text_of(label->text));
    if (json_array_append_new(labels, one) != 0 || !good) { json_decref(labels); return NULL; }
  }
  return labels;
}

static json_t *fix_of(const struct diag *d, const struct rbc_texts *sources) {
  if (!d->fix_text) return json_null();
  json_t *fix = json_object();
  if (put_place(fix, sources, d->fix) && put(fix, "text", text_of(d->fix_text))) return fix;
  json_decref(fix);
  return NULL;
}

static json_t *object_of(const struct diag *d, const struct rbc_texts *sources) {
  json_t *object = json_object();
  bool good = put(object, "code", text_of(rbc_diag_code_name(d->code))) &&
              put(object, "severity", text_of(d->severity == SEVERITY_error ? "error" : "warning")) &&
              put(object, "title", text_of(rbc_diag_title(d->code))) && put(object, "message", text_of(d->message)) &&
              put_place(object, sources, d->span) && put(object, "label", text_of(d->label)) &&
              put(object, "labels", labels_of(d, sources)) && put(object, "note", text_of(d->note)) &&
              put(object, "help", text_of(d->help)) && put(object, "fix", fix_of(d, sources));
  if (good) return object;
  json_decref(object);
  return NULL;
}

bool rbc_render_json(FILE *out, const struct rbc_diags *diags, const struct rbc_texts *sources) {
  for (const struct diag *d = diags->first; d; d = d->next) {
    json_t *object = object_of(d, sources);
    bool good = object && json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0 && fputc('\n', out) != EOF;
    json_decref(object);
    if (!good) return false;
  }
  return !diags->out_of_memory;
}
