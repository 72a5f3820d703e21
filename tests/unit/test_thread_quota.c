/* test_thread_quota.c: threads that share one store of quotas, or one layer of leases; run under ThreadSanitizer, too. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "quota_stores.h"
#include "run.h"

#define SECOND INT64_C(1000000)
enum { THREADS = 4, LIMIT = 4000, TRIES = 600 };
static struct bench bench;
static rebase_quota *quota;
static _Atomic int64_t granted, refused;
static atomic_bool over;

static rebase_charge charge(unsigned char key, int64_t amount) {
  rebase_charge c = {.window = REBASE_WINDOW_PERIOD, .bucket = 1, .ends = wall_now() + 3600 * SECOND, .limit = LIMIT, .amount = amount};
  memset(c.key, key, sizeof c.key);
  return c;
}

static rebase_quota_status reserve(unsigned thread, unsigned call, int64_t amount, rebase_quota_answer *answer) {
  rebase_charge charges[2] = {charge(1, amount), charge((unsigned char)(2 + thread), amount)};
  rebase_reservation r = {.now = wall_now(), .count = 2, .charges = charges, .timeout = 20 * SECOND};
  r.expires = r.now + 600 * SECOND;
  memcpy(r.id, &thread, sizeof thread);
  memcpy(r.id + 4, &call, sizeof call);
  rebase_quota_reserve(quota, &r, answer);
  return answer->status;
}

/* Half of what is granted is settled for less. */
static void *spend(void *which) {
  unsigned thread = (unsigned)(uintptr_t)which, seed = thread;
  for (unsigned call = 0; call < TRIES; call++) {
    rebase_quota_answer answer;
    int64_t amount = 1 + rand_r(&seed) % 9, used[2] = {amount / 2, amount / 2};
    unsigned char id[REBASE_QUOTA_ID] = {0};
    if (reserve(thread, call, amount, &answer) != REBASE_QUOTA_GRANTED) {
      atomic_fetch_add(&refused, answer.status == REBASE_QUOTA_REFUSED);
      continue;
    }
    atomic_fetch_add(&granted, call % 2 ? amount : used[0]);
    if (call % 2) continue;
    memcpy(id, &thread, sizeof thread);
    memcpy(id + 4, &call, sizeof call);
    rebase_quota_settle(quota, id, used, 2, wall_now(), &answer);
    ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
  }
  return NULL;
}

/* Somebody looks on, and tidies. */
static void *look(void *unused) {
  rebase_quota_open *list = calloc(64, sizeof *list);
  rebase_quota_answer answer;
  while (list && !atomic_load(&over)) {
    rebase_quota_list(quota, wall_now(), list, 64, &answer);
    rebase_quota_lease_tidy(quota, wall_now());
  }
  free(list);
  return unused;
}

START_TEST(threads_spend_what_there_is) {
  pthread_t threads[THREADS], looker;
  rebase_quota_answer answer;
  bench_start(&bench, (enum store_kind)_i);
  quota = bench_open(&bench, 0);
  rebase_quota_seed(quota, NULL, 0, wall_now(), &answer);
  granted = refused = 0;
  over = false;
  for (unsigned i = 0; i < THREADS; i++) ck_assert_int_eq(pthread_create(&threads[i], NULL, spend, (void *)(uintptr_t)i), 0);
  ck_assert_int_eq(pthread_create(&looker, NULL, look, NULL), 0);
  for (unsigned i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  atomic_store(&over, true);
  pthread_join(looker, NULL);
  ck_assert_int_gt(refused, 0);
  ck_assert_int_le(granted, LIMIT);
  ck_assert_int_ge(granted, LIMIT - 9);           /* nothing is held that nobody may draw */
  if (_i % STORE_KINDS != STORE_MEMORY) {         /* what the store itself counts when leases are back */
    rebase_quota_close(quota);
    bench.leased = false;
    quota = bench_open(&bench, 0);
    rebase_quota_status status = reserve(THREADS, 0, 0, &answer);
    ck_assert_int_eq(status, REBASE_QUOTA_GRANTED);
    ck_assert_int_eq(answer.used[0], granted);
  }
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

static void *wait_long(void *unused) {
  rebase_quota_answer answer;
  rebase_charge c = charge(1, 1);
  rebase_reservation r = {.now = wall_now(), .count = 1, .charges = &c, .timeout = 2 * SECOND, .id = {1}};
  r.expires = r.now + SECOND;
  rebase_quota_reserve(quota, &r, &answer);
  return unused;
}

/* While one thread waits for a server that hangs. */
START_TEST(a_deadline_holds_behind_other_threads) {
  pthread_t thread;
  rebase_quota_answer answer;
  bench_start(&bench, (enum store_kind)_i);
  quota = bench_open(&bench, 0);
  rebase_quota_seed(quota, NULL, 0, wall_now(), &answer);
  kill(bench.server, SIGSTOP);
  ck_assert_int_eq(pthread_create(&thread, NULL, wait_long, NULL), 0);
  nanosleep(&(struct timespec){0, 200000000}, NULL);
  int64_t start = wall_now();
  rebase_charge c = charge(1, 1);
  rebase_reservation r = {.now = start, .expires = start + SECOND, .count = 1, .charges = &c, .timeout = SECOND / 10, .id = {2}};
  rebase_quota_reserve(quota, &r, &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_AWAY);
  ck_assert_int_lt(wall_now() - start, SECOND);
  pthread_join(thread, NULL);
  kill(bench.server, SIGCONT);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("threads and stores of quotas");
  TCase *tests = tcase_create("threads");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, threads_spend_what_there_is, 0, STORE_ALL);
  tcase_add_loop_test(tests, a_deadline_holds_behind_other_threads, STORE_REDIS, STORE_REDIS + 1);
  tcase_add_loop_test(tests, a_deadline_holds_behind_other_threads, STORE_LEASED + STORE_REDIS, STORE_LEASED + STORE_REDIS + 1);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
