/* cmd_version.c: rbc version */
#include "cli/cli.h"
#include "image.h"
#include "rebase.h"

int run_version(struct cli *cli) {
  (void)cli;
  printf("rbc %s (bundle version %u)\n", rebase_version(), IMAGE_VERSION);
  return CLI_OK;
}
