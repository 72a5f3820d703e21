/* main.c: rbc, the command line of Rebase. Finds the command, reads its options, runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/cli.h"

/* A full disk or a closed pipe must not look like success. */
static int finish(int code) {
  bool failed = fflush(stdout) != 0 || ferror(stdout);
  if (failed && errno != EPIPE) return cli_fail(CLI_IO, "cannot write to standard output: %s", strerror(errno));
  return failed && code == CLI_OK ? CLI_IO : code;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    cli_help(stderr);
    return CLI_USAGE;
  }
  const char *name = argv[1];
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return finish(cli_help(stdout));
  if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) name = "version";
  const struct cli_command *command = cli_find_command(name);
  if (!command) return cli_unknown_command(name);

  struct cli cli = {.command = command};
  int code = CLI_OK;
  if (!cli_parse(&cli, argc - 1, argv + 1, &code)) return finish(code);
  return finish(command->run(&cli));
}
