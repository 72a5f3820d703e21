/* test_thread_limits.c: threads that spend from one budget through one engine. */
#include <check.h>
#include <pthread.h>
#include "engine_fixture.h"
#include "rebase_quota.h"

enum { THREADS = 4, TRIES = 500, MOST = 1000 };
static struct host h;
static _Atomic int allowed;

static void *spend(void *unused) {
  char session[REBASE_ID_BYTES];
  rebase_opening opening = {BOT, "ann", "{\"id\":\"ann\",\"roles\":[]}"};
  rebase_request *request = rebase_request_new(h.engine);
  rebase_session_open(h.engine, &opening, session, NULL);
  rebase_caller caller = {BOT, "ann", session};
  static const char body[] = "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"o1\"}}";
  for (int i = 0; request && i < TRIES; i++) {
    rebase_decide_json(request, &caller, body, sizeof body - 1);
    const rebase_decision *d = rebase_reserve(request, 0);
    if (d->effect != REBASE_ALLOW) continue;
    allowed++;
    rebase_settle(h.engine, d->id, NULL, 0, NULL);
  }
  rebase_request_free(request);
  return unused;
}

START_TEST(exactly_as_many_as_the_limit) {
  rebase_quota_answer answer;
  rebase_quota *quota;
  pthread_t threads[THREADS];
  host_prepare(&h);
  ck_assert_int_eq(rebase_quota_memory(NULL, &quota), REBASE_OK);
  rebase_quota_seed(quota, NULL, 0, NOW, &answer);
  h.options.quota = quota;
  h.options.log = NULL;             /* the fixture's is for one thread */
  host_begin(&h, ALLOW_ALL "guard g { limit call for each requester at most 1000 per day  limit call at most 4 at once }");
  for (int i = 0; i < THREADS; i++) ck_assert_int_eq(pthread_create(&threads[i], NULL, spend, NULL), 0);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  ck_assert_int_eq(allowed, MOST);
  host_close(&h);
  rebase_quota_close(quota);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("threads and limits");
  TCase *tests = tcase_create("limits");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, exactly_as_many_as_the_limit);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
