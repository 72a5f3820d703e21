/* cmd_import.c: rbc import: a connector file out of the tools that an MCP server lists, for a person to review. What the
 * server says of itself is taken where it is strict; where it is silent, or milder than the name, the line says GUESS. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/import.h"

/* ---- reads, writes or destroys ---- */
static bool begins_with_word(const char *name, const char *word) {
  size_t length = strlen(word);
  for (size_t i = 0; i < length; i++) {
    char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    if (c != word[i]) return false;
  }
  return !(name[length] >= 'a' && name[length] <= 'z');
}

/* Any part of the name, such as list in slack_list_channels or Get in repoGet. */
static bool name_holds(const char *name, const char *const *words) {
  for (const char *at = name; *at; at++) {
    bool start = at == name || !((at[-1] >= 'a' && at[-1] <= 'z') || (at[-1] >= 'A' && at[-1] <= 'Z')) ||
                 (at[-1] >= 'a' && at[-1] <= 'z' && *at >= 'A' && *at <= 'Z');
    for (const char *const *word = words; start && *word; word++) if (begins_with_word(at, *word)) return true;
  }
  return false;
}

static enum import_class class_of_name(const char *name) {
  static const char *const destroys[] = {"delete", "remove", "drop", "destroy", "purge", "wipe", "truncate", "erase", "revoke", "cancel", NULL};
  static const char *const writes[] = {"create", "update", "write", "edit", "set", "add", "post", "put", "patch", "send", "move", "rename", "insert", "push", "merge",
    "fork", "star", "assign", "request", "submit", "reply", "upload", "run", "execute", "trigger", "call", "invoke", "make", "modify", "change", "enable", "disable",
    "toggle", "publish", "pay", "book", "transfer", NULL};
  static const char *const reads[] = {"get", "list", "read", "search", "find", "fetch", "describe", "count", "show", "view", "lookup", "check", "retrieve", "download",
    "tree", "status", "echo", "ping", NULL};
  if (name_holds(name, destroys)) return IMPORT_DESTROYS;
  if (name_holds(name, writes)) return IMPORT_WRITES;
  return name_holds(name, reads) ? IMPORT_READS : IMPORT_UNKNOWN;
}

/* A text that somebody else will run. */
static bool takes_code(json_t *schema) {
  static const char *const names[] = {"sql", "query_sql", "command", "cmd", "script", "code", "shell", NULL};
  json_t *properties = json_object_get(schema, "properties");
  for (const char *const *name = names; *name; name++) if (json_object_get(properties, *name)) return true;
  return false;
}

struct judgement { enum import_class class; const char *guess; };

static struct judgement judge(const char *name, json_t *tool) {
  json_t *annotations = json_object_get(tool, "annotations"), *read_only = json_object_get(annotations, "readOnlyHint");
  bool destructive = json_is_true(json_object_get(annotations, "destructiveHint"));
  enum import_class named = class_of_name(name);
  if (takes_code(json_object_get(tool, "inputSchema")))
    return (struct judgement){IMPORT_DESTROYS, "it runs what it is given, which may do anything"};
  if (json_is_true(read_only)) {
    if (named == IMPORT_WRITES || named == IMPORT_DESTROYS) return (struct judgement){named, "the server calls it read-only, its name does not"};
    return (struct judgement){IMPORT_READS, NULL};
  }
  if (json_is_boolean(read_only) || destructive) {
    if (named == IMPORT_DESTROYS && !destructive) return (struct judgement){IMPORT_DESTROYS, "the server calls it harmless, its name does not"};
    return (struct judgement){destructive ? IMPORT_DESTROYS : IMPORT_WRITES, named == IMPORT_READS ? "the server says that it writes, its name that it reads" : NULL};
  }
  if (named == IMPORT_UNKNOWN) return (struct judgement){IMPORT_WRITES, "nothing says what it does"};
  return (struct judgement){named, "by its name"};
}

/* ---- one tool ---- */
static void describe(struct import *im, json_t *tool) {
  const char *text = json_string_value(json_object_get(tool, "description"));
  if (!text) return;
  size_t length = strcspn(text, "\r\n");
  if (length > 110) {
    length = 110;
    while (length && ((unsigned char)text[length] & 0xc0) == 0x80) length--;          /* not within a character */
  }
  import_text(im, "  # ");
  import_clean(im, text, length);
  import_text(im, "\n");
}

static void add_tool(struct import *im, json_t *tool) {
  static const char *const words[] = {"writes", "reads", "writes", "destroys"};
  const char *name = json_string_value(json_object_get(tool, "name"));
  char operation[IMPORT_NAME];
  if (!name || !import_name(im, name, operation)) { im->left_out++; return; }
  const struct judgement j = judge(name, tool);
  im->operation = operation;
  import_text(im, "\n");
  describe(im, tool);
  if (strcmp(name, operation) != 0) import_format(im, "  # The tool's name is `%s`.\n", import_is_plain(name) ? name : "(odd)");
  if (j.guess) import_format(im, "  # GUESS: %s\n", j.guess);
  im->guesses += j.guess != NULL;
  import_format(im, "  %s %s(", words[j.class], operation);
  import_parameters(im, json_object_get(tool, "inputSchema"));
  import_text(im, ")\n");
  im->tools++;
}

/* ---- the command ---- */
json_t *import_tools(json_t *root) {
  json_t *result = json_object_get(root, "result");
  if (json_is_array(root)) return root;
  return json_object_get(json_is_object(result) ? result : root, "tools");
}

static int write_out(const struct cli *cli, struct import *im) {
  const char *path = cli_has(cli, OPT_OUTPUT) ? cli->value[OPT_OUTPUT] : "-";
  const char *package = cli_has(cli, OPT_PACKAGE) ? cli->value[OPT_PACKAGE] : "main", *name = cli->value[OPT_CONNECTOR];
  size_t size = im->types.length + im->body.length + 1024 + 2 * strlen(package) + 3 * strlen(name);
  char *text = malloc(size);
  if (!text || im->failed) { free(text); return cli_no_memory(); }
  int length = snprintf(text, size, "# %s.rb: the tools of an MCP server, made by `rbc import mcp`. Review every line that says GUESS.\npackage %s\n%.*s\nconnector %s \"%s\" {\n  kind mcp\n%.*s}\n",
                        name, package, (int)im->types.length, im->types.bytes ? im->types.bytes : "", name, name, (int)im->body.length, im->body.bytes ? im->body.bytes : "");
  bool fine = length > 0 && (size_t)length < size && cli_write_file(path, text, (size_t)length);
  free(text);
  return fine ? CLI_OK : cli_fail(CLI_IO, "cannot write %s: %s", path, strerror(errno));
}

int run_import(struct cli *cli) {
  struct import im = {0};
  json_error_t at;
  size_t size, i;
  json_t *tool;
  if (strcmp(cli->args[0], "mcp") != 0) return cli_fail(CLI_USAGE, "`%s` cannot be imported; there is mcp", cli->args[0]);
  if (!cli_has(cli, OPT_CONNECTOR) || !import_is_plain(cli->value[OPT_CONNECTOR])) return cli_fail(CLI_USAGE, "which connector? Give --connector NAME");
  char *text = cli_read_file(cli->args[1], &size);
  if (!text) return cli_fail(CLI_IO, "cannot read %s: %s", cli->args[1], strerror(errno));
  json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at), *tools = import_tools(root);
  free(text);
  int code;
  if (!root) code = cli_fail(CLI_NO, "%s:%d:%d: %s", cli->args[1], at.line, at.column, at.text);
  else if (!json_is_array(tools)) code = cli_fail(CLI_NO, "%s: no list of tools: the answer to tools/list is wanted", cli->args[1]);
  else {
    json_array_foreach(tools, i, tool) add_tool(&im, tool);
    code = write_out(cli, &im);
    cli_note("%u tools, %u guesses%s", im.tools, im.guesses, im.left_out ? "; some tools were left out: their names cannot be written" : "");
  }
  import_free(&im);
  json_decref(root);
  return code;
}
