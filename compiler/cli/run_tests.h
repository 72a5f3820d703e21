/* run_tests.h: the test blocks of a workspace, through the same engine that hosts use. run_tests.c runs, test_report.c tells. */
#ifndef RBC_CLI_RUN_TESTS_H
#define RBC_CLI_RUN_TESTS_H
#include "cli/host.h"

enum test_verdict { TEST_PASSED, TEST_FAILED, TEST_NOT_RUN };
struct test_outcome {
  const struct test *test;
  enum test_verdict verdict;
  char *text;                       /* why it failed, or was not run; several lines, or NULL */
  int64_t microseconds;
};
struct test_run {
  const struct cli *cli;
  struct subject *subject;
  struct test_outcome *outcomes; size_t count;
  size_t passed, failed, not_run;
  const char *refused;              /* why the bundle cannot be loaded (a pending declaration), or NULL */
  char refused_text[600];
  bool *rule_matched;               /* by index of program.rules; for --coverage */
};

bool run_one_test(struct test_run *run, struct test_outcome *outcome);      /* false: out of memory */
void report_tests_text(const struct test_run *run, FILE *out);
void report_tests_tap(const struct test_run *run, FILE *out);
void report_tests_junit(const struct test_run *run, FILE *out);
void report_coverage(const struct test_run *run, FILE *out);
#endif
