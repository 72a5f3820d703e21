/* cmd_eval.c: rbc eval */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/eval.h"

/* Line by line, each answered at once, so that a program can talk to it through pipes. */
static int eval_stream(struct eval *e, FILE *in) {
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  int code = CLI_OK;
  while ((length = getline(&line, &room, in)) >= 0) {
    e->line++;
    size_t size = (size_t)length;
    while (size && strchr(" \t\r\n", line[size - 1])) size--;
    if (!size) continue;
    if (eval_line(e, (struct raw){line, size})) continue;
    code = cli_fail(CLI_NO, "%s:%zu: %s", e->path, e->line, e->why);
  }
  bool failed = ferror(in) != 0;
  free(line);
  return failed ? cli_fail(CLI_IO, "cannot read %s: %s", e->path, strerror(errno)) : code;
}

static int eval_file(struct eval *e, const char *path) {
  if (!path || strcmp(path, "-") == 0) {
    e->path = "standard input";
    return eval_stream(e, stdin);
  }
  FILE *in = fopen(path, "rb");
  e->path = path;
  if (!in) return cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  int code = eval_stream(e, in);
  fclose(in);
  return code;
}

static int read_settings(struct eval *e, const struct cli *cli) {
  const char *audience = cli->value[OPT_AUDIENCE];
  e->cli = cli;
  e->json = cli_format_is(cli, "json");
  e->explain = cli_has(cli, OPT_EXPLAIN) || audience;
  e->audience = audience && strcmp(audience, "agent") == 0 ? REBASE_FOR_AGENT : REBASE_FOR_PERSON;
  if (audience && e->audience == REBASE_FOR_PERSON && strcmp(audience, "person") != 0)
    return cli_fail(CLI_USAGE, "--for is person or agent, not `%s`", audience);
  static const enum cli_option options[] = {OPT_AGENT, OPT_REQUESTER, OPT_CONTEXT};
  char **const places[] = {&e->agent, &e->requester, &e->context};
  for (size_t i = 0; i < 3; i++) {
    const char *value = cli->value[options[i]];
    if (value && !(*places[i] = raw_copy((struct raw){value, strlen(value)}))) return cli_no_memory();
  }
  return CLI_OK;
}

int run_eval(struct cli *cli) {
  struct subject subject;
  struct eval *e = calloc(1, sizeof *e);
  if (!e) return cli_no_memory();
  int code = read_settings(e, cli);
  if (code == CLI_OK) {
    code = subject_open(cli, cli->args[0], &subject);
    if (code == CLI_OK) code = host_set_clock(&e->host, cli, &subject);
    if (code == CLI_OK) code = host_open(&e->host, &subject);
    if (code == CLI_OK && e->agent && !host_agent(&e->host, e->agent)) code = CLI_USAGE;
    if (code == CLI_OK) code = eval_file(e, cli->arg_count > 1 ? cli->args[1] : NULL);
    host_close(&e->host);
    subject_close(&subject);
  }
  eval_free(e);
  free(e);
  return code;
}
