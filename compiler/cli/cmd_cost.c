/* cmd_cost.c: rbc cost: what agents' expected requests to models will cost, before any is made. */
#include <string.h>
#include "cli/cost.h"

static int open_forecast(const struct cli *cli, const char *path, struct subject *subject, struct forecast *f) {
  int code = workspace_check(cli, path, false, subject);
  if (code == CLI_OK) code = workspace_compile(subject);
  return code == CLI_OK ? forecast_make(cli, subject, f) : code;
}

/* second: NULL, or what it is compared with. */
static int report(const struct cli *cli, const struct forecast *first, const char *name,
                  const struct forecast *second) {
  const char *page = cli->value[OPT_HTML], *other = cli->value[OPT_AGAINST];
  int code = CLI_OK;
  if (page && !strcmp(page, "-")) return forecast_page(page, first, name, second, other);
  if (cli_format_is(cli, "json")) {
    if (!print_json_line(forecast_json(first)) || (second && !print_json_line(forecast_json(second))))
      code = cli_no_memory();
  } else {
    forecast_print(first);
    if (second) forecast_compare(first, name, second, other);
  }
  return code == CLI_OK && page ? forecast_page(page, first, name, second, other) : code;
}

int run_cost(struct cli *cli) {
  struct subject subject = {0}, against = {0};
  struct forecast first = {0}, second = {0};
  const char *path = cli->arg_count ? cli->args[0] : ".", *other = cli->value[OPT_AGAINST];
  int code = open_forecast(cli, path, &subject, &first);
  if (code == CLI_OK && other) code = open_forecast(cli, other, &against, &second);
  if (code == CLI_OK) code = report(cli, &first, path, other ? &second : NULL);
  forecast_free(&first);
  forecast_free(&second);
  subject_close(&against);
  subject_close(&subject);
  return code;
}
