/* import_types.c: see import.h. What the language has no type for becomes the nearest one, and the line says GUESS. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cli/import.h"
#include "syntax/tokens.h"

enum { DEEPEST = 6 };

/* ---- text ---- */
static void add(struct import *im, struct import_text *to, const char *bytes, size_t length) {
  if (to->room - to->length <= length) {
    size_t room = (to->room + length + 256) * 2;
    char *more = realloc(to->bytes, room);
    if (!more) { im->failed = true; return; }
    to->bytes = more;
    to->room = room;
  }
  memcpy(to->bytes + to->length, bytes, length);
  to->length += length;
  to->bytes[to->length] = '\0';
}

void import_text(struct import *im, const char *text) { add(im, &im->body, text, strlen(text)); }

void import_format(struct import *im, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length > 0) add(im, &im->body, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

/* Whatever is not plain ASCII is left out: a comment must not be able to hide anything from whoever reviews the file. */
void import_clean(struct import *im, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) if (text[i] >= ' ' && text[i] < 0x7f) add(im, &im->body, text + i, 1);
}

void import_free(struct import *im) {
  free(im->types.bytes);
  free(im->body.bytes);
  free(im->names.bytes);
}

/* ---- names ---- */
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool import_is_plain(const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < length; i++) if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != '-') return false;
  return length > 0 && length < IMPORT_NAME;
}

static bool is_word_of_the_language(const char *name) {
  for (int kind = 0; kind < TOKEN_KIND_COUNT; kind++) {
    const char *word = token_word((enum token_kind)kind);
    if (word && !token_is_free((enum token_kind)kind) && !strcmp(word, name)) return true;
  }
  return false;
}

static bool take_name(struct import *im, const char *name) {
  char padded[IMPORT_NAME + 3];
  snprintf(padded, sizeof padded, " %s ", name);
  if (im->names.bytes && strstr(im->names.bytes, padded)) return false;
  add(im, &im->names, padded, strlen(padded));
  return true;
}

void import_spell(const char *tool, char name[IMPORT_NAME]) {
  size_t i = 0;
  for (; tool[i] && i < IMPORT_NAME - 1; i++) name[i] = is_letter(tool[i]) || is_digit(tool[i]) ? tool[i] : '_';
  name[i] = '\0';
}

bool import_name(struct import *im, const char *tool, char name[IMPORT_NAME]) {
  size_t length = strlen(tool);
  if (!length || length > IMPORT_NAME - 4 || im->tools == IMPORT_MOST_TOOLS) return false;
  import_spell(tool, name);
  if (is_digit(name[0]) || is_word_of_the_language(name)) return false;
  return take_name(im, name);
}

/* A parameter's or field's name must stand as it is: it is what goes to the server. */
static bool is_identifier(const char *name) {
  if (!is_letter(*name)) return false;
  for (; *name; name++) if (!is_letter(*name) && !is_digit(*name)) return false;
  return true;
}

/* ---- types ---- */
struct type { char text[512]; bool guess; };

json_t *import_resolved(json_t *root, json_t *schema) {
  const char *pointer = json_string_value(json_object_get(schema, "$ref"));
  if (!pointer || strncmp(pointer, "#/", 2) != 0) return schema;
  json_t *at = root;
  char part[128];
  for (const char *c = pointer + 1; *c == '/';) {
    size_t length = strcspn(++c, "/");
    if (length >= sizeof part) return schema;
    memcpy(part, c, length);
    part[length] = '\0';
    at = json_object_get(at, part);
    c += length;
  }
  return at ? at : schema;
}

/* The first type that is not null; of several the choice is a guess. */
static const char *type_word(json_t *schema, bool *guess) {
  json_t *type = json_object_get(schema, "type"), *one;
  size_t i;
  if (json_is_string(type)) return json_string_value(type);
  *guess |= json_array_size(type) > 2;
  json_array_foreach(type, i, one)
    if (json_is_string(one) && strcmp(json_string_value(one), "null") != 0) return json_string_value(one);
  return "";
}

static struct type type_of(struct import *im, json_t *schema, int depth);

static bool words(json_t *list, struct type *out) {
  size_t i, used;
  json_t *word;
  snprintf(out->text, sizeof out->text, "one of { ");
  json_array_foreach(list, i, word) {
    const char *text = json_string_value(word);
    used = strlen(out->text);
    if (!text || !*text || strpbrk(text, "\"\\\n\r\t") || used + strlen(text) + 8 > sizeof out->text) return false;
    for (const char *c = text; *c; c++) if (*c < ' ' || *c >= 0x7f) return false;
    snprintf(out->text + used, sizeof out->text - used, "%s\"%s\"", i ? ", " : "", text);
  }
  used = strlen(out->text);
  snprintf(out->text + used, sizeof out->text - used, " }");
  return json_array_size(list) > 0;
}

static bool required(json_t *schema, const char *name) {
  size_t i;
  json_t *one;
  json_array_foreach(json_object_get(schema, "required"), i, one) if (json_is_string(one) && !strcmp(json_string_value(one), name)) return true;
  return false;
}

/* A record of its own, declared before the connector. */
static struct type record(struct import *im, json_t *schema, int depth) {
  struct type out = {"map of string", true}, fields[64];
  json_t *properties = json_object_get(schema, "properties"), *value;
  const char *key;
  size_t count = 0;
  char name[IMPORT_NAME];
  if (!json_object_size(properties) || json_object_size(properties) > 64 || depth > DEEPEST) return out;
  json_object_foreach(properties, key, value) {
    if (!is_identifier(key)) return out;
    fields[count++] = type_of(im, value, depth + 1);
  }
  for (unsigned n = 1; ; n++) {
    snprintf(name, sizeof name, n == 1 ? "%.100s_input" : "%.100s_input_%u", im->operation, n);
    if (take_name(im, name)) break;
  }
  add(im, &im->types, "\ntype ", 6);
  add(im, &im->types, name, strlen(name));
  add(im, &im->types, " {\n", 3);
  count = 0;
  out.guess = false;
  json_object_foreach(properties, key, value) {
    char line[700];
    int length = snprintf(line, sizeof line, "  %s: %s%s%s\n", key, fields[count].text, required(schema, key) ? "" : "?", fields[count].guess ? "   # GUESS" : "");
    add(im, &im->types, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    im->guesses += fields[count++].guess;
  }
  add(im, &im->types, "}\n", 2);
  snprintf(out.text, sizeof out.text, "%s", name);
  return out;
}

static struct type of_elements(struct import *im, const char *head, json_t *element, int depth) {
  struct type inner = json_is_object(element) ? type_of(im, element, depth + 1) : (struct type){"string", true}, out = {"", inner.guess};
  if (strlen(inner.text) + strlen(head) + 1 >= sizeof out.text) return (struct type){"list of string", true};
  memcpy(out.text, head, strlen(head));
  memcpy(out.text + strlen(head), inner.text, strlen(inner.text) + 1);
  return out;
}

static struct type type_of(struct import *im, json_t *given, int depth) {
  struct type out = {"string", true};
  json_t *schema = import_resolved(im->schema, given), *choice = json_object_get(schema, "anyOf"), *one;
  size_t i;
  if (depth > DEEPEST) return out;
  if (!choice) choice = json_object_get(schema, "oneOf");
  json_array_foreach(choice, i, one) {
    const char *type = json_string_value(json_object_get(one, "type"));
    if (type && !strcmp(type, "null")) continue;
    out = type_of(im, one, depth + 1);
    out.guess |= json_array_size(choice) > 2 || i > 1;
    return out;
  }
  bool guess = false;
  const char *type = type_word(schema, &guess);
  if (json_is_array(json_object_get(schema, "enum")) && words(json_object_get(schema, "enum"), &out)) { out.guess = guess; return out; }
  if (!strcmp(type, "object")) {
    json_t *more = json_object_get(schema, "additionalProperties");
    return json_is_object(more) && json_object_size(more) && !json_object_size(json_object_get(schema, "properties")) ? of_elements(im, "map of ", more, depth) : record(im, schema, depth);
  }
  if (!strcmp(type, "array")) return of_elements(im, "list of ", json_object_get(schema, "items"), depth);
  snprintf(out.text, sizeof out.text, "%s", !strcmp(type, "integer") ? "int" : !strcmp(type, "number") ? "decimal" : !strcmp(type, "boolean") ? "bool" : "string");
  out.guess = guess || strcmp(type, "") == 0;
  return out;
}

void import_parameters(struct import *im, json_t *schema) {
  const char *key;
  json_t *value;
  bool any = false;
  im->schema = schema;
  json_object_foreach(json_object_get(schema, "properties"), key, value) {
    if (!is_identifier(key)) {
      import_text(im, "\n    # GUESS: a parameter is left out, its name cannot be written\n    ");
      im->guesses++;
      continue;
    }
    const struct type type = type_of(im, value, 0);
    import_text(im, any ? ",\n    " : "\n    ");
    any = true;
    if (type.guess) import_text(im, "# GUESS: the server's type is wider\n    ");
    im->guesses += type.guess;
    import_format(im, "%s: %.600s%s", key, type.text, required(schema, key) ? "" : "?");
  }
}
