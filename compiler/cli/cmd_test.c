/* cmd_test.c: rbc test */
#include <stdlib.h>
#include <string.h>
#include "cli/run_tests.h"

/* A bundle with what this runtime cannot execute is refused as a whole: then no test of it can be run. */
static int try_load(struct test_run *run) {
  rebase_engine *engine;
  rebase_report report = {0};
  if (rebase_engine_open(NULL, &engine) != REBASE_OK) return cli_no_memory();
  rebase_status status = rebase_engine_load(engine, run->subject->image, run->subject->size, &report);
  rebase_engine_close(engine);
  if (status == REBASE_OK) return CLI_OK;
  if (status != REBASE_E_PENDING)
    return cli_fail(CLI_INTERNAL, "the runtime refuses what was just compiled: %s: %s", rebase_status_text(status), report.text);
  snprintf(run->refused_text, sizeof run->refused_text, "the runtime refuses this workspace: %s", report.text);
  run->refused = run->refused_text;
  return CLI_OK;
}

static int run_all(struct test_run *run) {
  const struct program *program = run->subject->program;
  const char *filter = run->cli->value[OPT_FILTER];
  run->outcomes = calloc((size_t)program->tests_count + 1, sizeof *run->outcomes);
  run->rule_matched = calloc((size_t)program->rules_count + 1, sizeof *run->rule_matched);
  if (!run->outcomes || !run->rule_matched) return cli_no_memory();
  for (unsigned i = 0; i < program->tests_count; i++) {
    if (filter && !strstr(program->tests[i]->title, filter)) continue;
    struct test_outcome *o = &run->outcomes[run->count++];
    o->test = program->tests[i];
    if (!run_one_test(run, o)) return cli_no_memory();
    run->passed += o->verdict == TEST_PASSED;
    run->failed += o->verdict == TEST_FAILED;
    run->not_run += o->verdict == TEST_NOT_RUN;
    cli_progress("tests", i + 1, program->tests_count);
  }
  cli_progress("", 0, 0);
  return CLI_OK;
}

static int report(const struct test_run *run) {
  const struct cli *cli = run->cli;
  if (cli_format_is(cli, "tap")) report_tests_tap(run, stdout);
  else if (cli_format_is(cli, "junit")) report_tests_junit(run, stdout);
  else report_tests_text(run, stdout);
  bool text = cli_format_is(cli, "text");
  if (cli_has(cli, OPT_COVERAGE)) report_coverage(run, text ? stdout : stderr);
  unsigned unproved = workspace_pending(run->subject->program, stderr);
  if (run->failed) return CLI_NO;
  if (run->count == 0 && cli_has(cli, OPT_FILTER)) return cli_fail(CLI_NOT_RUN, "no test has `%s` in its title", cli->value[OPT_FILTER]);
  return run->not_run || unproved ? CLI_NOT_RUN : CLI_OK;
}

int run_test(struct cli *cli) {
  struct subject subject;
  struct test_run run = {.cli = cli, .subject = &subject};
  int code = workspace_check(cli, cli->arg_count ? cli->args[0] : ".", false, &subject);
  if (code == CLI_OK) code = workspace_compile(&subject);
  if (code == CLI_OK) code = try_load(&run);
  if (code == CLI_OK) code = run_all(&run);
  if (code == CLI_OK) code = report(&run);
  for (size_t i = 0; i < run.count; i++) free(run.outcomes[i].text);
  free(run.outcomes);
  free(run.rule_matched);
  subject_close(&subject);
  return code;
}
