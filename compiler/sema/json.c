/* json.c: rows from a JSON file, an array of objects. A reader of its own: errors name line and column, and numbers are
 * read exactly from their text; a general library gives neither. */
#include <string.h>
#include "sema/declare.h"

enum { MAX_DEPTH = 32 };
struct json_file { struct rows *rows; const char *text; uint32_t at, size; unsigned depth; bool failed; };

static bool fail(struct json_file *f, uint32_t from, uint32_t to, const char *what) {
  if (!f->failed && !f->rows->c->arena->failed)
    rbc_diag(f->rows->c->diags, E0613, (struct span){ f->rows->data->id, from, to }, "%s", what);
  f->failed = true;
  return false;
}
static void blanks(struct json_file *f) {
  while (f->at < f->size && strchr(" \t\r\n", f->text[f->at]) && f->text[f->at]) f->at++;
}
static char next(struct json_file *f) { blanks(f); return f->at < f->size ? f->text[f->at] : '\0'; }
static bool expect(struct json_file *f, char c, const char *what) {
  if (next(f) == c) { f->at++; return true; }
  return fail(f, f->at, f->at < f->size ? f->at + 1 : f->at, what);
}

static unsigned put_code(char *out, uint32_t code) {
  if (code < 0x80) { out[0] = (char)code; return 1; }
  if (code < 0x800) { out[0] = (char)(0xC0 | code >> 6); out[1] = (char)(0x80 | (code & 63)); return 2; }
  if (code < 0x10000) {
    out[0] = (char)(0xE0 | code >> 12); out[1] = (char)(0x80 | (code >> 6 & 63)); out[2] = (char)(0x80 | (code & 63));
    return 3;
  }
  out[0] = (char)(0xF0 | code >> 18); out[1] = (char)(0x80 | (code >> 12 & 63));
  out[2] = (char)(0x80 | (code >> 6 & 63)); out[3] = (char)(0x80 | (code & 63));
  return 4;
}

static bool hex4(struct json_file *f, uint32_t *code) {
  *code = 0;
  for (unsigned i = 0; i < 4; i++, f->at++) {
    char c = f->at < f->size ? f->text[f->at] : 0;
    const char *digits = "0123456789abcdef", *d = c ? strchr(digits, c | (c >= 'A' ? 0x20 : 0)) : NULL;
    if (!d) return false;
    *code = *code * 16 + (uint32_t)(d - digits);
  }
  return true;
}

/* After the backslash. */
static bool escape(struct json_file *f, char *out, size_t *n) {
  static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
  uint32_t code, low, start = f->at - 1;
  char c = f->at < f->size ? f->text[f->at++] : 0;
  const char *plain = c ? strchr(FROM, c) : NULL;
  if (plain) { out[(*n)++] = TO[plain - FROM]; return true; }
  if (c != 'u' || !hex4(f, &code)) return fail(f, start, f->at, "an unknown escape");
  if (code >= 0xD800 && code < 0xDC00) {
    if (f->at + 2 > f->size || f->text[f->at] != '\\' || f->text[f->at + 1] != 'u')
      return fail(f, start, f->at, "half a character");
    f->at += 2;
    if (!hex4(f, &low) || low < 0xDC00 || low > 0xDFFF) return fail(f, start, f->at, "half a character");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  if (!code || (code >= 0xDC00 && code < 0xE000)) return fail(f, start, f->at, "this is no character");
  *n += put_code(out + *n, code);
  return true;
}

static bool string(struct json_file *f, const char **text, size_t *length) {
  uint32_t start = f->at, end = f->at + 1;
  while (end < f->size && f->text[end] != '"') end += f->text[end] == '\\' ? 2 : 1;
  if (end >= f->size) return fail(f, start, start + 1, "this text has no end");
  char *out = arena_alloc(f->rows->c->arena, end - start + 1);
  size_t n = 0;
  if (!out) return fail(f, start, end, "out of memory");
  for (f->at++; f->at < f->size && f->text[f->at] != '"'; ) {
    char c = f->text[f->at++];
    if ((unsigned char)c < 0x20) return fail(f, f->at - 1, f->at, "a control character in a text");
    if (c != '\\') out[n++] = c;
    else if (!escape(f, out, &n)) return false;
  }
  f->at++;
  *text = out;
  *length = n;
  return true;
}

static struct constant *value(struct json_file *f, const struct type *type, const char *column);

static struct constant *wrong(struct json_file *f, uint32_t start, const struct type *type, const char *column,
                              const char *why) {
  struct checker *c = f->rows->c;
  if (f->failed || c->arena->failed) return NULL;
  int shown = f->at - start > 80 ? 80 : (int)(f->at - start);
  rbc_diag(c->diags, E0612, (struct span){ f->rows->data->id, start, f->at }, "column `%s`: %.*s is no %s%s%s", column,
           shown, f->text + start, rbc_type_name(c, type), why ? ": " : "", why ? why : "");
  return NULL;
}

static struct constant *plain(struct json_file *f, const struct type *type, const char *column) {
  struct checker *c = f->rows->c;
  uint32_t start = f->at;
  const char *why = NULL, *text;
  size_t n;
  bool quoted = f->text[f->at] == '"';
  if (quoted) { if (!string(f, &text, &n)) return NULL; }
  else {
    while (f->at < f->size && !strchr(" \t\r\n,]}:", f->text[f->at])) f->at++;
    n = f->at - start;
    text = arena_copy(c->arena, f->text + start, n);
  }
  if (!text) return NULL;
  if (quoted && strlen(text) != n) return wrong(f, start, type, column, "it holds a NUL");
  bool number =
      type->kind == TYPE_INT || type->kind == TYPE_DECIMAL || type->kind == TYPE_MONEY || type->kind == TYPE_DURATION;
  bool fits = number ? !quoted || type->kind == TYPE_DURATION || type->kind == TYPE_MONEY
            : type->kind == TYPE_BOOL ? quoted == (type->wire_true != NULL) : quoted;
  struct constant *k = fits ? rbc_from_wire(c, type, text, n, &why) : NULL;
  return k ? k : wrong(f, start, type, column, why);
}

static bool grow(struct json_file *f, struct constant *k, struct constant *item) {
  return rbc_append(f->rows->c->arena, (void ***)(void *)&k->items, &k->count, item);
}

static struct constant *list(struct json_file *f, const struct type *type, const char *column) {
  struct constant *k = rbc_new_constant(f->rows->c, type);
  bool good = k != NULL;
  f->at++;
  if (next(f) == ']') { f->at++; return k; }
  do {
    struct constant *item = k ? value(f, type->element, column) : NULL;
    unsigned same = 0;
    if (!item) good = false;
    while (item && type->kind == TYPE_SET && same < k->count && rbc_compare_constants(k->items[same], item)) same++;
    if (item && (type->kind != TYPE_SET || same == k->count) && !grow(f, k, item)) good = false;
  } while (!f->failed && next(f) == ',' && f->at++ < f->size);
  return !f->failed && expect(f, ']', "`,` or `]` was expected here") && good ? k : NULL;
}

/* Keeps the pairs sorted by key. */
static bool map_add(struct json_file *f, struct constant *k, const char *key, size_t n, struct constant *item,
                    uint32_t at) {
  struct constant *name = rbc_new_constant(f->rows->c, rbc_type(f->rows->c, TYPE_STRING));
  if (!name) return false;
  name->text = key;
  name->length = (uint32_t)n;
  if (!grow(f, k, name) || !grow(f, k, item)) return false;
  unsigned i = k->count - 2;
  for (; i >= 2 && rbc_compare_constants(k->items[i - 2], name) > 0; i -= 2) {
    k->items[i] = k->items[i - 2];
    k->items[i + 1] = k->items[i - 1];
  }
  k->items[i] = name;
  k->items[i + 1] = item;
  if (i < 2 || rbc_compare_constants(k->items[i - 2], name)) return true;
  return fail(f, at, f->at, "this key stands twice in one object");
}

static bool pass_over(struct json_file *f) {
  char c = next(f);
  const char *text;
  size_t n;
  if (c == '"') return string(f, &text, &n);
  if (c != '[' && c != '{') {
    uint32_t start = f->at;
    while (f->at < f->size && !strchr(" \t\r\n,]}:", f->text[f->at])) f->at++;
    return f->at > start || fail(f, start, start + 1, "a value was expected here");
  }
  if (++f->depth > MAX_DEPTH) return fail(f, f->at, f->at + 1, "nested too deeply");
  f->at++;
  char end = c == '[' ? ']' : '}';
  if (next(f) == end) { f->at++; f->depth--; return true; }
  do {
    if (c == '{' && (next(f) != '"' || !string(f, &text, &n) || !expect(f, ':', "`:` was expected here")))
      return fail(f, f->at, f->at, "a name in quotes was expected here");
    if (!pass_over(f)) return false;
  } while (next(f) == ',' && f->at++ < f->size);
  f->depth--;
  return expect(f, end, "`,` or the end was expected here");
}

static bool record_field(struct json_file *f, const struct type *type, struct constant *k, const char *name,
                         uint32_t at) {
  unsigned index;
  struct checker *c = f->rows->c;
  const struct field *field = rbc_field(type, name, &index);
  if (!field) {
    const char *names[64];
    unsigned n = 0;
    for (; n < type->field_count && n < 64; n++) names[n] = type->fields[n].name;
    struct diag *d = rbc_diag(c->diags, E0611, (struct span){ f->rows->data->id, at, f->at }, "%s has no column `%s`",
                              type->name, name);
    const char *near = rbc_nearest(name, names, n);
    if (near) rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
    expect(f, ':', "`:` was expected here");
    pass_over(f);
    return false;
  }
  if (k->items[index]) return fail(f, at, f->at, "this name stands twice in one object");
  if (!expect(f, ':', "`:` was expected here")) return false;
  if (next(f) == 'n' && field->optional && f->size - f->at >= 4 && !memcmp(f->text + f->at, "null", 4)) {
    f->at += 4;
    k->items[index] = rbc_missing(c, field->type);
    return true;
  }
  k->items[index] = value(f, field->type, name);
  return k->items[index] != NULL;
}

static struct constant *object(struct json_file *f, const struct type *type, const char *column) {
  struct checker *c = f->rows->c;
  struct constant *k = rbc_new_constant(c, type);
  uint32_t start = f->at++;
  bool map = type->kind == TYPE_MAP, good = k != NULL;
  if (!k) return NULL;
  if (!map && !(k->items = arena_alloc(c->arena, (type->field_count + 1) * sizeof *k->items))) return NULL;
  if (next(f) != '}') do {
    uint32_t at;
    const char *name;
    size_t n;
    next(f);
    at = f->at;
    if (next(f) != '"') { fail(f, at, at + 1, "a name in quotes was expected here"); return NULL; }
    if (!string(f, &name, &n)) return NULL;
    if (!map) { if (!record_field(f, type, k, name, at)) good = false; continue; }
    if (!expect(f, ':', "`:` was expected here")) return NULL;
    struct constant *item = value(f, type->element, column);
    if (!item || !map_add(f, k, name, n, item, at)) good = false;
  } while (!f->failed && next(f) == ',' && f->at++ < f->size);
  if (f->failed || !expect(f, '}', "`,` or `}` was expected here")) return NULL;
  if (map) return good ? k : NULL;
  k->count = type->field_count;
  for (unsigned i = 0; good && i < type->field_count; i++) {
    if (k->items[i]) continue;
    if (type->fields[i].optional) { k->items[i] = rbc_missing(c, type->fields[i].type); continue; }
    rbc_diag(c->diags, E0614, (struct span){ f->rows->data->id, start, f->at }, "`%s` is not given",
             type->fields[i].name);
    good = false;
  }
  return good ? k : NULL;
}

static struct constant *value(struct json_file *f, const struct type *type, const char *column) {
  char c = next(f);
  uint32_t start = f->at;
  struct constant *k = NULL;
  if (f->at == f->size) { fail(f, f->at, f->at, "the file ends where a value was expected"); return NULL; }
  if (f->depth >= MAX_DEPTH) { fail(f, f->at, f->at + 1, "nested too deeply"); return NULL; }
  bool composite = type->element || type->kind == TYPE_RECORD;
  bool wants_list = rbc_is_list(type) || type->kind == TYPE_SET;
  if (composite ? c != (wants_list ? '[' : '{') : c == '[' || c == '{') {
    if (pass_over(f)) wrong(f, start, type, column, NULL);
    return NULL;
  }
  f->depth++;
  k = !composite ? plain(f, type, column) : c == '[' ? list(f, type, column) : object(f, type, column);
  f->depth--;
  return k;
}

void rbc_rows_json(struct rows *rows, const char *text, size_t size) {
  struct json_file f = { .rows = rows, .text = text, .size = (uint32_t)size };
  if (rows->row->broken || !expect(&f, '[', "a list of objects was expected: [ { ... }, ... ]")) return;
  if (next(&f) == ']') f.at++;
  else {
    do {
      next(&f);
      uint32_t start = f.at;
      struct constant *row = value(&f, rows->row, rows->row->name);
      if (row && !rbc_rows_add(rows, row, (struct span){ rows->data->id, start, f.at })) return;
    } while (!f.failed && next(&f) == ',' && f.at++ < f.size);
    if (f.failed || !expect(&f, ']', "`,` or `]` was expected here")) return;
  }
  if (next(&f) || f.at < f.size) fail(&f, f.at, f.at + 1, "nothing was expected after the list");
}
