/* run.h: how the programs of unit tests end. */
#ifndef RUN_H
#define RUN_H
#include <check.h>

static inline int run_suite(Suite *suite) {         /* as main returns it */
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
#endif
