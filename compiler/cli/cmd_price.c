/* cmd_price.c: rbc price: what requests to models cost, from the usage that their providers reported. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cli/host.h"
#include "cli/money.h"
#include "cli/workspace.h"

struct totals { size_t priced, unpriced; int64_t total; char currency[4]; bool several; };

static const char *full_name(const struct host *host, const char *name) {
  const char *found = NULL;
  size_t length = strlen(name);
  for (uint32_t i = 0; i < view_count(&host->view, SECTION_MODELS); i++) {
    const struct image_model *m = view_record(&host->view, SECTION_MODELS, i);
    const char *full = view_text(&host->view, m->name);
    size_t size = strlen(full);
    if (!strcmp(full, name)) return full;
    if (size <= length || strcmp(full + size - length, name) || full[size - length - 1] != '.') continue;
    if (found) return name;         /* several: the full name is needed */
    found = full;
  }
  return found ? found : name;
}

static bool show(const struct cli *cli, const char *model, rebase_status status, const rebase_bill *bill, const char *why) {
  char input[MONEY_BYTES], output[MONEY_BYTES], total[MONEY_BYTES];
  if (status != REBASE_OK) {
    if (cli_format_is(cli, "json")) return print_json_line(json_pack("{s:s, s:s, s:s}", "model", model, "status", rebase_status_text(status), "error", why));
    printf("%-40s  %s\n", model, why);
    return true;
  }
  money_text((wide)bill->input, input);
  money_text((wide)bill->output, output);
  money_text((wide)bill->total, total);
  if (!cli_format_is(cli, "json")) {
    printf("%-40s  %s %s  %" PRId64 " in (%" PRId64 " cached), %" PRId64 " out\n", model, total, bill->currency, bill->input_tokens,
           bill->cached_read_tokens, bill->output_tokens);
    return true;
  }
  return print_json_line(json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "model", model, "currency", bill->currency,
    "input", input, "output", output, "total", total, "input_tokens", (json_int_t)bill->input_tokens, "output_tokens", (json_int_t)bill->output_tokens,
    "cached_read_tokens", (json_int_t)bill->cached_read_tokens, "cached_write_tokens", (json_int_t)bill->cached_write_tokens,
    "cached_write_long_tokens", (json_int_t)bill->cached_write_long_tokens, "audio_input_tokens", (json_int_t)bill->audio_input_tokens,
    "cached_audio_tokens", (json_int_t)bill->cached_audio_tokens, "audio_output_tokens", (json_int_t)bill->audio_output_tokens));
}

static void count(struct totals *t, rebase_status status, const rebase_bill *bill) {
  if (status != REBASE_OK) { t->unpriced++; return; }
  t->several |= t->priced && strcmp(t->currency, bill->currency) != 0;
  memcpy(t->currency, bill->currency, sizeof t->currency);
  if (t->total > INT64_MAX - bill->total) t->several = true;
  else t->total += bill->total;
  t->priced++;
}

static int price_line(const struct cli *cli, struct host *host, struct raw line, size_t number, struct totals *totals) {
  bool bad = !raw_is_object(line);
  rebase_bill bill;
  rebase_report report = {0};
  struct raw usage = raw_member(line, "usage", &bad), batch = raw_member(line, "batch", &bad);
  char *model = raw_string(raw_member(line, "model", &bad), NULL);
  bool in_batch = batch.text && batch.length == 4 && !memcmp(batch.text, "true", 4);
  int code = CLI_OK;
  if (bad || !usage.text || !model) {
    code = cli_fail(CLI_USAGE, "%s:%zu: a line is {\"model\":NAME,\"usage\":{..}}, with \"batch\":true for a batch", cli->args[1], number);
  } else {
    rebase_status status = rebase_price(host->engine, full_name(host, model), usage.text, usage.length, in_batch, &bill, &report);
    count(totals, status, &bill);
    if (!show(cli, model, status, &bill, report.text)) code = cli_no_memory();
  }
  free(model);
  return code;
}

static int price_file(const struct cli *cli, struct host *host, struct totals *totals) {
  size_t size, number = 0;
  char *text = cli_read_file(cli->args[1], &size);
  int code = CLI_OK;
  if (!text) return cli_fail(CLI_IO, "cannot read %s: %s", cli->args[1], strerror(errno));
  for (const char *at = text, *end = text + size, *stop; code == CLI_OK && at < end; at = stop + 1) {
    stop = memchr(at, '\n', (size_t)(end - at));
    if (!stop) stop = end;
    number++;
    struct raw line = {at, (size_t)(stop - at)};
    if (line.length) code = price_line(cli, host, line, number, totals);
    if (stop == end) break;
  }
  free(text);
  return code;
}

int run_price(struct cli *cli) {
  struct subject subject;
  struct host host = {0};
  struct totals totals = {0};
  char text[MONEY_BYTES];
  int code = subject_open(cli, cli->args[0], &subject);
  if (code == CLI_OK) code = host_open(&host, &subject);
  if (code == CLI_OK) code = price_file(cli, &host, &totals);
  if (code == CLI_OK && !cli_format_is(cli, "json")) {
    printf("%zu priced, %zu not", totals.priced, totals.unpriced);
    if (totals.priced && !totals.several) printf("; %s %s in all", money_text((wide)totals.total, text), totals.currency);
    putchar('\n');
  }
  if (code == CLI_OK && totals.unpriced) code = CLI_NO;
  host_close(&host);
  subject_close(&subject);
  return code;
}
