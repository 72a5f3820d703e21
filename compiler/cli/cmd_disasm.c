/* cmd_disasm.c: rbc disasm */
#include "cli/disasm.h"
#include "cli/workspace.h"

int run_disasm(struct cli *cli) {
  struct subject subject;
  struct bundle_view view;
  int code = subject_open(cli, cli->args[0], &subject);
  if (code == CLI_OK && !view_open(&view, subject.image, subject.size))
    code = cli_fail(CLI_NO, "%s is not a bundle of this version; `rbc verify` says more", cli->args[0]);
  if (code == CLI_OK) {
    disasm_head(&view, stdout);
    if (cli_has(cli, OPT_SECTIONS)) disasm_sections(&view, stdout);
    disasm_functions(&view, stdout);
    disasm_rules(&view, stdout);
  }
  subject_close(&subject);
  return code;
}
