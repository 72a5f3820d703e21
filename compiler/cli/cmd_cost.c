/* cmd_cost.c: rbc cost: what agents' expected requests to models will cost, before any is made. */
#include "cli/cost.h"

static int open_forecast(const struct cli *cli, const char *path, struct subject *subject, struct forecast *f) {
  int code = workspace_check(cli, path, false, subject);
  if (code == CLI_OK) code = workspace_compile(subject);
  return code == CLI_OK ? forecast_make(cli, subject, f) : code;
}

int run_cost(struct cli *cli) {
  struct subject subject = {0}, against = {0};
  struct forecast first = {0}, second = {0};
  const char *path = cli->arg_count ? cli->args[0] : ".", *other = cli->value[OPT_AGAINST];
  bool json = cli_format_is(cli, "json");
  int code = open_forecast(cli, path, &subject, &first);
  if (code == CLI_OK && other) code = open_forecast(cli, other, &against, &second);
  if (code == CLI_OK && !json) forecast_print(&first);
  else if (code == CLI_OK && !print_json_line(forecast_json(&first))) code = cli_no_memory();
  if (code == CLI_OK && other && !json) forecast_compare(&first, path, &second, other);
  else if (code == CLI_OK && other && !print_json_line(forecast_json(&second))) code = cli_no_memory();
  forecast_free(&first);
  forecast_free(&second);
  subject_close(&against);
  subject_close(&subject);
  return code;
}
