/* live.c: see live.h. Only what the server says is compared: whether a tool does what its name says is for a person. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cli/import.h"
#include "cli/live.h"
#include "cli/workspace.h"

enum { DEEPEST = 8 };
struct live {
  const struct program *program;
  const struct connector *connector;
  json_t *tools, *schema;           /* schema: of the tool that is looked at, where $ref points */
  const struct operation *operation;
  bool json;
  unsigned found;
};

/* ---- differences ---- */
static void differs(struct live *l, const char *kind, const char *tool, const char *format, ...) __attribute__((format(printf, 4, 5)));
static void differs(struct live *l, const char *kind, const char *tool, const char *format, ...) {
  char text[600], place[600] = "";
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  l->found++;
  if (l->operation) program_place(l->program, l->operation->span, place, sizeof place);
  if (l->json) {
    json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "drift", kind, "tool", tool, "place", place, "text", text);
    if (line) json_dumpf(line, stdout, JSON_COMPACT);
    json_decref(line);
    putchar('\n');
    return;
  }
  printf("%s%s%s ", place, *place ? ": " : "", kind);
  cli_put_clean(stdout, tool, strlen(tool));
  printf(": ");
  cli_put_clean(stdout, text, strlen(text));
  putchar('\n');
}

/* ---- types ---- */
static const char *json_word(const struct type *type) {
  switch (type->kind) {
    case TYPE_BOOL: return type->wire_true ? "string" : "boolean";
    case TYPE_INT: return "integer";
    case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: return "number";
    case TYPE_LIST: case TYPE_SET: case TYPE_STRINGS: return "array";
    case TYPE_MAP: case TYPE_RECORD: return "object";
    default: return "string";
  }
}

static bool is_type(json_t *word, const char *wanted) {
  const char *given = json_string_value(word);
  return given && (!strcmp(given, wanted) || (!strcmp(wanted, "integer") && !strcmp(given, "number")) || (!strcmp(wanted, "number") && !strcmp(given, "integer")));
}

/* The part of the schema that the type can be; NULL: none. A schema that says nothing takes everything. */
static json_t *part_for(struct live *l, json_t *given, const char *wanted, int depth) {
  json_t *schema = import_resolved(l->schema, given), *type = json_object_get(schema, "type"), *choice = json_object_get(schema, "anyOf"), *one;
  size_t i;
  if (!choice) choice = json_object_get(schema, "oneOf");
  if (depth > DEEPEST) return NULL;
  if (choice) {
    json_array_foreach(choice, i, one) {
      json_t *part = part_for(l, one, wanted, depth + 1);
      if (part) return part;
    }
    return NULL;
  }
  if (!type || is_type(type, wanted)) return schema;
  json_array_foreach(type, i, one) if (is_type(one, wanted)) return schema;
  return NULL;
}

static bool has_word(json_t *words, const char *word) {
  size_t i;
  json_t *one;
  json_array_foreach(words, i, one) if (json_is_string(one) && !strcmp(json_string_value(one), word)) return true;
  return false;
}

static void compare_words(struct live *l, const char *tool, const char *path, const struct type *type, json_t *words) {
  size_t i;
  json_t *one;
  if (type->kind != TYPE_WORDS || !words) return;
  for (unsigned w = 0; w < type->word_count; w++)
    if (!has_word(words, type->words[w].wire)) differs(l, "changed", tool, "`%s` has no \"%s\" any more", path, type->words[w].wire);
  json_array_foreach(words, i, one) {
    unsigned w = 0;
    while (json_is_string(one) && w < type->word_count && strcmp(type->words[w].wire, json_string_value(one)) != 0) w++;
    if (json_is_string(one) && w == type->word_count && !type->other) differs(l, "changed", tool, "`%s` can be \"%s\" too, which is not declared", path, json_string_value(one));
  }
}

static void compare_fields(struct live *l, const char *tool, const char *path, const struct type *type, json_t *schema, int depth);

static void compare_type(struct live *l, const char *tool, const char *path, const struct type *type, json_t *given, int depth) {
  json_t *schema = part_for(l, given, json_word(type), 0);
  if (!schema) {
    differs(l, "changed", tool, "`%s` is declared %s, which the server does not take", path, json_word(type));
    return;
  }
  compare_words(l, tool, path, type, json_object_get(schema, "enum"));
  if (type->element && json_is_object(json_object_get(schema, "items")) && depth < DEEPEST) compare_type(l, tool, path, type->element, json_object_get(schema, "items"), depth + 1);
  if (type->kind == TYPE_RECORD && depth < DEEPEST) compare_fields(l, tool, path, type, schema, depth + 1);
}

static void compare_fields(struct live *l, const char *tool, const char *path, const struct type *type, json_t *schema, int depth) {
  json_t *properties = json_object_get(schema, "properties");
  char name[400];
  for (unsigned i = 0; properties && i < type->field_count; i++) {
    json_t *property = json_object_get(properties, type->fields[i].name);
    snprintf(name, sizeof name, "%.250s.%.120s", path, type->fields[i].name);
    if (property) compare_type(l, tool, name, type->fields[i].type, property, depth);
    else differs(l, "changed", tool, "`%s` is declared, the server has no such field", name);
  }
}

/* ---- tools ---- */
static void compare_parameters(struct live *l, const char *tool) {
  const struct operation *o = l->operation;
  json_t *properties = json_object_get(l->schema, "properties"), *required = json_object_get(l->schema, "required"), *property;
  const char *key;
  for (unsigned i = 0; i < o->param_count; i++) {
    const struct param *p = &o->params[i];
    property = json_object_get(properties, p->name);
    if (!property) { differs(l, "changed", tool, "`%s` is declared, the server has no such parameter", p->name); continue; }
    compare_type(l, tool, p->name, p->type, property, 0);
    if (p->optional && has_word(required, p->name)) differs(l, "changed", tool, "`%s` is declared optional, the server requires it", p->name);
  }
  json_object_foreach(properties, key, property) {
    unsigned i = 0;
    while (i < o->param_count && strcmp(o->params[i].name, key) != 0) i++;
    if (i == o->param_count) differs(l, "changed", tool, "the server takes `%s` too, which is not declared%s", key, has_word(required, key) ? "; it requires it" : "");
  }
}

static void compare_class(struct live *l, const char *tool, json_t *annotations) {
  static const char *const words[] = {"reads", "writes", "destroys"};
  enum operation_class declared = l->operation->op_class;
  bool destroys = json_is_true(json_object_get(annotations, "destructiveHint")) && !json_is_true(json_object_get(annotations, "readOnlyHint"));
  if (destroys && declared != CLASS_DESTROYS) differs(l, "changed", tool, "the server says that it destroys; declared is `%s`", words[declared]);
  else if (json_is_false(json_object_get(annotations, "readOnlyHint")) && declared == CLASS_READS)
    differs(l, "changed", tool, "the server says that it writes; declared is `reads`");
}

static const char *own_name(const struct operation *o) { return strrchr(o->name, '.') + 1; }

static bool same_name(const char *tool, const char *operation) {
  char name[IMPORT_NAME];
  import_spell(tool, name);
  return !strcmp(name, operation);
}

static void compare_tool(struct live *l, json_t *tool) {
  const char *name = json_string_value(json_object_get(tool, "name"));
  const struct program *p = l->program;
  l->operation = NULL;
  for (unsigned i = 0; name && i < p->operations_count; i++)
    if (p->operations[i]->connector == l->connector && same_name(name, own_name(p->operations[i]))) l->operation = p->operations[i];
  if (!l->operation) { differs(l, "new", name ? name : "(no name)", "no operation of `%s` declares it", l->connector->name); return; }
  l->schema = json_object_get(tool, "inputSchema");
  compare_parameters(l, name);
  compare_class(l, name, json_object_get(tool, "annotations"));
}

/* What the gateway calls by these names is no tool. */
static bool is_of_the_protocol(const char *name) { return !strncmp(name, "resources_", 10) || !strncmp(name, "prompts_", 8); }

static void find_gone(struct live *l) {
  for (unsigned i = 0; i < l->program->operations_count; i++) {
    const struct operation *o = l->operation = l->program->operations[i];
    size_t k;
    json_t *tool;
    bool there = o->connector != l->connector || o->method || is_of_the_protocol(own_name(o));
    json_array_foreach(l->tools, k, tool) {
      const char *name = json_string_value(json_object_get(tool, "name"));
      there |= name && same_name(name, own_name(o));
    }
    if (!there) differs(l, "gone", own_name(o), "the server has no such tool any more");
  }
}

/* ---- which connector ---- */
static int choose(struct live *l, const char *name) {
  const struct program *p = l->program;
  unsigned count = 0;
  for (unsigned i = 0; i < p->connectors_count; i++) {
    if (name ? strcmp(p->connectors[i]->name, name) != 0 : !p->connectors[i]->kind || strcmp(p->connectors[i]->kind, "mcp") != 0) continue;
    l->connector = p->connectors[i];
    count++;
  }
  if (count == 1) return CLI_OK;
  if (name) return cli_fail(CLI_USAGE, "the workspace has no connector `%s`", name);
  return cli_fail(CLI_USAGE, "%s connector of kind mcp; give --connector NAME", count ? "more than one" : "no");
}

int live_check(const struct program *program, const char *path, const char *connector, bool json) {
  struct live l = {.program = program, .json = json};
  json_error_t at;
  size_t size, i;
  json_t *tool;
  int code = choose(&l, connector);
  if (code != CLI_OK) return code;
  char *text = cli_read_file(path, &size);
  if (!text) return cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
  free(text);
  l.tools = import_tools(root);
  if (!root) code = cli_fail(CLI_NO, "%s:%d:%d: %s", path, at.line, at.column, at.text);
  else if (!json_is_array(l.tools)) code = cli_fail(CLI_NO, "%s: no list of tools: the answer to tools/list is wanted", path);
  else {
    json_array_foreach(l.tools, i, tool) compare_tool(&l, tool);
    find_gone(&l);
    code = l.found ? CLI_NO : CLI_OK;
    if (!json) printf("%s: %zu tools, %u differences\n", l.connector->name, json_array_size(l.tools), l.found);
  }
  json_decref(root);
  return code;
}
