/* test_thread_limits.c: threads that spend from one budget through one engine. */
#include <check.h>
#include <pthread.h>
#include "engine_fixture.h"
#include "rebase_quota.h"
#include "run.h"

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

/* ---- a store that does not answer ---- */
struct slow { rebase_quota quota; rebase_quota *store; pthread_mutex_t lock; pthread_cond_t changed; bool asked, may_answer; };

static void slow_reserve(rebase_quota *q, const rebase_reservation *r, rebase_quota_answer *answer) {
  struct slow *slow = (struct slow *)q;
  pthread_mutex_lock(&slow->lock);
  slow->asked = true;
  pthread_cond_broadcast(&slow->changed);
  while (!slow->may_answer) pthread_cond_wait(&slow->changed, &slow->lock);
  pthread_mutex_unlock(&slow->lock);
  rebase_quota_reserve(slow->store, r, answer);
}
static void slow_settle(rebase_quota *q, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  rebase_quota_settle(((struct slow *)q)->store, id, used, count, now, answer);
}

static void *reserve_it(void *request) {
  return (void *)rebase_reserve(request, 0);
}

/* One thread waits for the store; the others go on, also in the same session. */
START_TEST(nothing_is_held_while_the_store_is_asked) {
  static const rebase_quota_ops ops = {.name = "slow", .reserve = slow_reserve, .settle = slow_settle};
  static const char limited[] = "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"o1\"}}", free_call[] = "{\"call\":\"shop.notes\",\"args\":{}}";
  struct slow slow = {.quota = {&ops}};
  rebase_quota_answer answer;
  pthread_t thread;
  void *reserved;
  pthread_mutex_init(&slow.lock, NULL);
  pthread_cond_init(&slow.changed, NULL);
  host_prepare(&h);
  ck_assert_int_eq(rebase_quota_memory(NULL, &slow.store), REBASE_OK);
  rebase_quota_seed(slow.store, NULL, 0, NOW, &answer);
  h.options.quota = &slow.quota;
  h.options.log = NULL;
  host_begin(&h, ALLOW_ALL "guard g { limit call shop.get_order at most 5 per day }");
  rebase_request *other = rebase_request_new(h.engine);
  ck_assert_int_eq(rebase_decide_json(h.request, &h.caller, limited, sizeof limited - 1)->status, REBASE_E_RESERVE);
  pthread_create(&thread, NULL, reserve_it, h.request);
  pthread_mutex_lock(&slow.lock);
  while (!slow.asked) pthread_cond_wait(&slow.changed, &slow.lock);
  pthread_mutex_unlock(&slow.lock);
  ck_assert_int_eq(rebase_decide_json(other, &h.caller, free_call, sizeof free_call - 1)->effect, REBASE_ALLOW);
  pthread_mutex_lock(&slow.lock);
  slow.may_answer = true;
  pthread_cond_broadcast(&slow.changed);
  pthread_mutex_unlock(&slow.lock);
  pthread_join(thread, &reserved);
  ck_assert_int_eq(((const rebase_decision *)reserved)->effect, REBASE_ALLOW);
  rebase_request_free(other);
  host_close(&h);
  rebase_quota_close(slow.store);
  pthread_cond_destroy(&slow.changed);
  pthread_mutex_destroy(&slow.lock);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("threads and limits");
  TCase *tests = tcase_create("limits");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, exactly_as_many_as_the_limit);
  tcase_add_test(tests, nothing_is_held_while_the_store_is_asked);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
