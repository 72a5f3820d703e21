/* cmd_replay.c: rbc replay */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/replay.h"

static size_t count_lines(const char *text, size_t size) {
  size_t lines = 0;
  for (size_t i = 0; i < size; i++) lines += text[i] == '\n';
  return lines;
}

static int replay_text(struct replay *r, const char *path, const char *text, size_t size) {
  size_t number = 0, all = count_lines(text, size);
  for (const char *at = text, *end = text + size; at < end;) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if (!stop) stop = end;
    const char *why;
    number++;
    bool blank = strspn(at, " \t\r") >= (size_t)(stop - at);
    if (!blank && !replay_line(r, (struct raw){at, (size_t)(stop - at)}, &why)) {
      cli_progress("", 0, 0);
      return cli_fail(CLI_NO, "%s:%zu: %s", path, number, why);
    }
    cli_progress("replayed", number, all);
    at = stop + 1;
  }
  cli_progress("", 0, 0);
  return CLI_OK;
}

static int replay_files(struct replay *r, const struct cli *cli) {
  for (int i = 1; i < cli->arg_count; i++) {
    size_t size;
    char *text = cli_read_file(cli->args[i], &size);
    if (!text) return cli_fail(CLI_IO, "cannot read %s: %s", cli->args[i], strerror(errno));
    int code = replay_text(r, cli->args[i], text, size);
    free(text);
    if (code != CLI_OK) return code;
  }
  return CLI_OK;
}

static int read_answers(struct replay *r, const struct cli *cli) {
  const char *asks = cli->value[OPT_ASKS];
  r->approve = !asks || strcmp(asks, "approve") == 0;
  if (!r->approve && strcmp(asks, "deny") != 0) return cli_fail(CLI_USAGE, "--asks is approve or deny, not `%s`", asks);
  r->requester = cli->value[OPT_REQUESTER];
  r->context = cli->value[OPT_CONTEXT];
  return CLI_OK;
}

static int read_names(struct replay *r, const struct cli *cli) {
  unsigned matches;
  const char *agent = cli->value[OPT_AGENT], *connector = cli->value[OPT_CONNECTOR];
  /* Without --agent and with several agents each session must name its own. */
  r->agent = agent ? host_agent(&r->host, agent) : view_find_agent(&r->host.view, NULL, &matches);
  r->connector = connector ? host_connector(&r->host, connector) : view_find_connector(&r->host.view, NULL, &matches);
  return (agent && !r->agent) || (connector && !r->connector) ? CLI_USAGE : CLI_OK;
}

int run_replay(struct cli *cli) {
  struct subject subject;
  struct replay replay = {.entries = json_array()};
  int code = read_answers(&replay, cli);
  if (code != CLI_OK) return json_decref(replay.entries), code;
  code = subject_open(cli, cli->args[0], &subject);
  if (code == CLI_OK) code = host_set_clock(&replay.host, cli, &subject);
  if (code == CLI_OK) code = host_open(&replay.host, &subject);
  if (code == CLI_OK) code = read_names(&replay, cli);
  if (code == CLI_OK) code = replay_files(&replay, cli);
  if (code == CLI_OK) {
    if (cli_format_is(cli, "text")) replay_print_text(&replay, stdout);
    else if (!replay_print_json(&replay)) code = cli_no_memory();
  }
  json_decref(replay.entries);
  host_close(&replay.host);
  subject_close(&subject);
  return code;
}
