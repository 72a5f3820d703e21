/* cmd_eval.c: rbc eval */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/eval.h"

/* Lines out of a file or pipe. What was answered is written out before waiting for more, so that a program can talk to it through pipes. */
struct lines { int file; char *bytes; size_t at, filled, room; bool ended; };

static bool more_lines(struct lines *in) {
  fflush(stdout);
  in->filled -= in->at;
  if (in->at && in->filled) memmove(in->bytes, in->bytes + in->at, in->filled);
  in->at = 0;
  if (in->filled == in->room) {
    size_t room = in->room ? 2 * in->room : 1 << 16;
    char *larger = realloc(in->bytes, room);
    if (!larger) return false;
    in->bytes = larger;
    in->room = room;
  }
  ssize_t got;
  do got = read(in->file, in->bytes + in->filled, in->room - in->filled); while (got < 0 && errno == EINTR);
  in->ended = got <= 0;
  in->filled += got > 0 ? (size_t)got : 0;
  return got >= 0;
}

/* 1 a line, 0 none is left, -1 it cannot be read (errno). */
static int next_line(struct lines *in, struct raw *line) {
  size_t looked = 0;
  for (;;) {
    const char *start = in->filled ? in->bytes + in->at : NULL;
    const char *end = in->filled - in->at > looked ? memchr(start + looked, '\n', in->filled - in->at - looked) : NULL;
    if (end || (in->ended && in->at < in->filled)) {
      *line = (struct raw){start, end ? (size_t)(end - start) : in->filled - in->at};
      in->at += line->length + (end != NULL);
      return 1;
    }
    if (in->ended) return 0;
    looked = in->filled - in->at;
    if (!more_lines(in)) return -1;
  }
}

static int eval_stream(struct eval *e, int file) {
  struct lines in = {.file = file};
  struct raw line;
  int code = CLI_OK, got;
  while ((got = next_line(&in, &line)) > 0) {
    e->line++;
    while (line.length && strchr(" \t\r", line.text[line.length - 1])) line.length--;
    if (!line.length || eval_line(e, line)) continue;
    fflush(stdout);                 /* in the order of the lines */
    code = cli_fail(CLI_NO, "%s:%zu: %s", e->path, e->line, e->why);
  }
  int error = errno;
  free(in.bytes);
  fflush(stdout);
  return got < 0 ? cli_fail(CLI_IO, "cannot read %s: %s", e->path, strerror(error)) : code;
}

static int eval_file(struct eval *e, const char *path) {
  if (!path || strcmp(path, "-") == 0) {
    e->path = "standard input";
    return eval_stream(e, STDIN_FILENO);
  }
  int file = open(path, O_RDONLY | O_CLOEXEC);
  e->path = path;
  if (file < 0) return cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  int code = eval_stream(e, file);
  close(file);
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
