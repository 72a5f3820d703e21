/* cmd_help.c: rbc help */
#include "cli/cli.h"

int run_help(struct cli *cli) {
  if (cli->arg_count == 0) return cli_help(stdout);
  const struct cli_command *command = cli_find_command(cli->args[0]);
  return command ? cli_help_command(command, stdout) : cli_unknown_command(cli->args[0]);
}
