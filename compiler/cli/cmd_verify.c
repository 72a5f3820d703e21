/* cmd_verify.c: rbc verify. The judgement is librebase's, the same as at every load. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "cli/host.h"
#include "cli/keys.h"

static int tell(const struct cli *cli, rebase_engine *engine, rebase_status status, const rebase_report *report) {
  char digest[65] = "";
  bool good = status == REBASE_OK;
  if (good) rebase_engine_bundle(engine, digest);
  if (cli_format_is(cli, "json"))
    print_json_line(json_pack("{s:s, s:b, s:s, s:s, s:s}", "bundle", cli->args[0], "valid", good, "status", rebase_status_text(status), "report",
                              report->text, "digest", digest));
  else if (good) printf("%s: valid, digest %s\n", cli->args[0], digest);
  else cli_fail(CLI_NO, "%s: %s%s%s", cli->args[0], rebase_status_text(status), *report->text ? ": " : "", report->text);
  if (status == REBASE_E_PENDING) return CLI_NOT_RUN;
  return good ? CLI_OK : CLI_NO;
}

int run_verify(struct cli *cli) {
  size_t size;
  rebase_engine *engine;
  rebase_report report = {0};
  char key[REBASE_KEY_HEX];
  const char *const keys[] = {key, NULL};
  rebase_options options = {0};
  if (cli_has(cli, OPT_KEY)) {
    int code = key_read(cli->value[OPT_KEY], KEY_PUBLIC, key);
    if (code != CLI_OK) return code;
    options.trusted_keys = keys;
  }
  char *bytes = cli_read_file(cli->args[0], &size);
  if (!bytes) return cli_fail(CLI_IO, "cannot read %s: %s", cli->args[0], strerror(errno));
  int code = CLI_INTERNAL;
  if (rebase_engine_open(&options, &engine) != REBASE_OK) cli_no_memory();
  else {
    rebase_status status = rebase_engine_load(engine, bytes, size, &report);
    code = status == REBASE_E_MEMORY ? cli_no_memory() : tell(cli, engine, status, &report);
    rebase_engine_close(engine);
  }
  free(bytes);
  return code;
}
