/* cmd_check.c: rbc check */
#include "cli/live.h"
#include "cli/workspace.h"

int run_check(struct cli *cli) {
  const char *directory = cli->arg_count ? cli->args[0] : ".";
  bool json = cli_format_is(cli, "json");
  struct subject subject;
  int code = workspace_check(cli, directory, json, &subject);
  if (code == CLI_OK) {
    const struct program *program = subject.program;
    if (workspace_pending(program, stderr)) code = CLI_NOT_RUN;
    if (!json)
      printf("%s: %u packages, %u agents, %u operations, %u rules, %u tests: no errors\n", program->workspace, program->packages_count,
             program->agents_count, program->operations_count, program->rules_count, program->tests_count);
    int live = cli_has(cli, OPT_LIVE) ? live_check(program, cli->value[OPT_LIVE], cli->value[OPT_CONNECTOR], json) : CLI_OK;
    if (live != CLI_OK) code = live;
  }
  subject_close(&subject);
  return code;
}
