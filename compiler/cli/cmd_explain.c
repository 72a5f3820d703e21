/* cmd_explain.c: rbc explain */
#include <string.h>
#include "cli/cli.h"
#include "diag/diag.h"

static int list_all(void) {
  for (int code = 0; code < DIAG_CODE_COUNT; code++)
    printf("%s  %s\n", rbc_diag_code_name((enum diag_code)code), rbc_diag_title((enum diag_code)code));
  return CLI_OK;
}

int run_explain(struct cli *cli) {
  if (cli_has(cli, OPT_LIST) || cli->arg_count == 0) return list_all();
  enum diag_code code;
  const char *written = cli->args[0];
  if (!rbc_diag_find(written, &code)) {
    const char *names[DIAG_CODE_COUNT];
    for (int i = 0; i < DIAG_CODE_COUNT; i++) names[i] = rbc_diag_code_name((enum diag_code)i);
    const char *nearest = rbc_nearest(written, names, DIAG_CODE_COUNT);
    if (nearest) return cli_fail(CLI_USAGE, "no diagnostic `%s`; did you mean %s?", written, nearest);
    return cli_fail(CLI_USAGE, "no diagnostic `%s`; `rbc explain --list` lists them", written);
  }
  const char *explanation = rbc_diag_explanation(code);
  printf("%s%s: %s%s\n", cli_tone(stdout, TONE_STRONG), rbc_diag_code_name(code), rbc_diag_title(code), cli_plain(stdout));
  if (explanation && *explanation) printf("\n%s\n", explanation);
  return CLI_OK;
}
