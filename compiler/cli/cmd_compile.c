/* cmd_compile.c: rbc compile */
#include <errno.h>
#include <string.h>
#include "cli/keys.h"
#include "cli/workspace.h"

static int write_bundle(const struct cli *cli, const struct subject *subject) {
  char name[300];
  const char *output = cli->value[OPT_OUTPUT];
  if (!output) {
    snprintf(name, sizeof name, "%s.rbb", subject->program->workspace);
    output = name;
  }
  if (!cli_write_file(output, subject->image, subject->size)) return cli_fail(CLI_IO, "cannot write %s: %s", output, strerror(errno));
  const struct program *program = subject->program;
  if (strcmp(output, "-") != 0 && cli_format_is(cli, "text"))
    printf("%s: %zu bytes, %u agents, %u operations, %u rules, built %s%s\n", output, subject->size, program->agents_count,
           program->operations_count, program->rules_count, program->built ? program->built : "without a date", cli_has(cli, OPT_SIGN) ? ", signed" : "");
  return CLI_OK;
}

int run_compile(struct cli *cli) {
  const char *directory = cli->arg_count ? cli->args[0] : ".";
  struct subject subject;
  int code = workspace_check(cli, directory, cli_format_is(cli, "json"), &subject);
  if (code == CLI_OK) code = workspace_compile(&subject);
  if (code == CLI_OK && cli_has(cli, OPT_SIGN)) code = key_sign(cli->value[OPT_SIGN], &subject.image, &subject.size);
  if (code == CLI_OK) code = write_bundle(cli, &subject);
  if (code == CLI_OK && workspace_pending(subject.program, stderr)) code = CLI_NOT_RUN;
  subject_close(&subject);
  return code;
}
