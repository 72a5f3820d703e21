/* test_quota_processes.c: twenty processes share one budget, with leases and without, some are killed half-way; servers are killed, come back empty or old. */
#define _DEFAULT_SOURCE             /* MAP_ANONYMOUS */
#include <check.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "quota_stores.h"
#include "run.h"

#define SECOND INT64_C(1000000)
enum { WORKERS = 20, LIMIT = 3000 };
/* What the workers say they were granted, and what of that they settled for less. */
struct told { _Atomic int64_t granted, given_back, refused, away; atomic_uint begun, denied; };
static struct bench bench;
static int64_t patience = 20 * SECOND;
static rebase_quota_answer answer;

static struct told *share(void) {
  void *memory = mmap(NULL, sizeof(struct told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  return memory;
}

static rebase_charge budget(int64_t amount) {
  rebase_charge c = {.window = REBASE_WINDOW_PERIOD, .bucket = 1, .ends = wall_now() + 3600 * SECOND, .limit = LIMIT, .amount = amount};
  memset(c.key, 7, sizeof c.key);
  return c;
}

static rebase_quota_status reserve(rebase_quota *quota, unsigned worker, unsigned call, int64_t amount) {
  rebase_charge c = budget(amount);
  rebase_reservation r = {.now = wall_now(), .count = 1, .charges = &c, .timeout = patience};
  r.expires = r.now + 600 * SECOND;
  memcpy(r.id, &worker, sizeof worker);
  memcpy(r.id + 4, &call, sizeof call);
  rebase_quota_reserve(quota, &r, &answer);
  return answer.status;
}

static void settle(rebase_quota *quota, unsigned worker, unsigned call, int64_t used) {
  unsigned char id[REBASE_QUOTA_ID] = {0};
  memcpy(id, &worker, sizeof worker);
  memcpy(id + 4, &call, sizeof call);
  rebase_quota_settle(quota, id, &used, 1, wall_now(), &answer);
}

/* Reserves until there is nothing left; every third reservation is settled for less. */
static void work(unsigned worker, struct told *told) {
  rebase_quota *quota = bench_open(&bench, 0);
  unsigned seed = worker, refusals = 0;
  for (unsigned call = 0; refusals < 5; call++) {
    int64_t amount = 1 + rand_r(&seed) % 9;
    rebase_quota_status status = reserve(quota, worker, call, amount);
    if (status == REBASE_QUOTA_AWAY) atomic_fetch_add(&told->away, 1);
    else if (status != REBASE_QUOTA_GRANTED) refusals++;
    else {
      atomic_fetch_add(&told->granted, amount);
      if (call % 3) continue;
      atomic_fetch_add(&told->given_back, amount - amount / 2);   /* before: what is said to be granted is never too much */
      settle(quota, worker, call, amount / 2);
      if (answer.status != REBASE_QUOTA_GRANTED) atomic_fetch_sub(&told->given_back, amount - amount / 2);
    }
  }
  atomic_fetch_add(&told->refused, refusals);
  rebase_quota_close(quota);
  _exit(0);
}

static void start_workers(pid_t *pids, struct told *told) {
  for (unsigned i = 0; i < WORKERS; i++) {
    pids[i] = fork();
    ck_assert_int_ge(pids[i], 0);
    if (!pids[i]) work(i + 1, told);
  }
}

static void wait_for(const pid_t *pids) {
  for (unsigned i = 0; i < WORKERS; i++) waitpid(pids[i], NULL, 0);
}

static int64_t used(rebase_quota *quota) {
  static unsigned calls;
  rebase_quota_status status = reserve(quota, 1000, calls++, 0);
  ck_assert(status == REBASE_QUOTA_GRANTED || status == REBASE_QUOTA_REFUSED);       /* refused: more is used than may be */
  return answer.used[0];
}

static void seed(rebase_quota *quota) {
  rebase_quota_seed(quota, NULL, 0, wall_now(), &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
}

START_TEST(twenty_processes_never_overspend) {
  struct told *told = share();
  pid_t pids[WORKERS];
  bench_start(&bench, (enum store_kind)_i);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  rebase_quota_close(quota);
  start_workers(pids, told);
  wait_for(pids);
  quota = bench_open(&bench, 0);
  ck_assert_int_eq(told->away, 0);
  ck_assert_int_gt(told->refused, 0);
  ck_assert_int_eq(used(quota), told->granted - told->given_back);
  ck_assert_int_le(used(quota), LIMIT);
  ck_assert_int_ge(used(quota), LIMIT - 9 * 5);   /* and it can be spent */
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

START_TEST(killed_processes_leave_nothing_half_done) {
  struct told *told = share();
  pid_t pids[WORKERS];
  bench_start(&bench, (enum store_kind)_i);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  rebase_quota_close(quota);
  start_workers(pids, told);
  for (unsigned i = 0; i < WORKERS; i += 2) {
    nanosleep(&(struct timespec){0, 3000000}, NULL);
    kill(pids[i], SIGKILL);
  }
  wait_for(pids);
  quota = bench_open(&bench, 0);
  /* A killed one may have been granted, or have settled, what it could not tell any more: one reservation each. */
  ck_assert_int_le(used(quota), LIMIT);
  ck_assert_int_le(told->granted - told->given_back - used(quota), WORKERS * 9);
  ck_assert_int_le(used(quota) - (told->granted - told->given_back), WORKERS * 9);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

/* With leases. A killed one takes along what it held: it is spent, and there is a bound on it. */
enum { SLICE = LIMIT / 100 + 3 * 9 };
static void workers_with_leases(int kind, struct told *told, bool kill_half) {
  pid_t pids[WORKERS];
  bench_start(&bench, (enum store_kind)kind);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  rebase_quota_close(quota);
  start_workers(pids, told);
  for (unsigned i = 0; kill_half && i < WORKERS; i += 2) {
    nanosleep(&(struct timespec){0, 500000}, NULL);
    kill(pids[i], SIGKILL);
  }
  wait_for(pids);
  bench.leased = false;             /* what the store itself counts */
  quota = bench_open(&bench, 0);
  int64_t granted = told->granted - told->given_back;
  ck_assert_int_le(granted, used(quota));
  ck_assert_int_le(used(quota), LIMIT);
  if (!kill_half) ck_assert_int_eq(granted, used(quota));
  if (!kill_half) ck_assert_int_eq(told->away, 0);
  ck_assert_int_le(used(quota) - granted, WORKERS / 2 * SLICE);
  ck_assert_int_ge(used(quota), LIMIT * 9 / 10);  /* and it can be spent */
  rebase_quota_close(quota);
  bench_stop(&bench);
}

START_TEST(leases_of_twenty_processes_never_overspend) { workers_with_leases(_i, share(), false); }
END_TEST

START_TEST(leases_of_killed_processes_count_as_spent) {
  struct told *told = share();
  workers_with_leases(_i, told, true);
  ck_assert_int_gt(told->refused, 0);
}
END_TEST

/* Until the store is away it makes one reservation; then all it may; then more, when the store is back, until the limit is reached. */
static void work_away(unsigned worker, struct told *told) {
  rebase_quota *quota = bench_open(&bench, 0);
  unsigned refusals = 0;
  for (unsigned call = 0; refusals < 5; call++) {
    rebase_quota_status status = reserve(quota, worker, call, 5);
    if (status == REBASE_QUOTA_GRANTED) atomic_fetch_add(&told->granted, 5);
    if (status == REBASE_QUOTA_AWAY) atomic_fetch_add(&told->denied, 1);
    refusals += status == REBASE_QUOTA_REFUSED;
    if (!call) atomic_fetch_add(&told->begun, 1);
    if (!call) nanosleep(&(struct timespec){0, 200000000}, NULL);
    if (status == REBASE_QUOTA_AWAY) nanosleep(&(struct timespec){0, 50000000}, NULL);
  }
  rebase_quota_close(quota);
  _exit(0);
}

START_TEST(a_share_while_the_server_is_away_is_the_most_that_is_overspent) {
  enum { PER_MILLE = 20, SHARE = LIMIT * PER_MILLE / 1000, BEFORE = LIMIT - WORKERS * 5 - 200 };
  struct told *told = share();
  pid_t pids[WORKERS];
  bench_start(&bench, STORE_REDIS);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  ck_assert_int_eq(reserve(quota, 1000, 1u << 20, BEFORE), REBASE_QUOTA_GRANTED);
  bench.leased = true;
  bench.away_share = PER_MILLE;
  patience = SECOND / 5;
  for (unsigned i = 0; i < WORKERS; i++)
    if (!(pids[i] = fork())) work_away(i + 1, told);
  while (told->begun < WORKERS) nanosleep(&(struct timespec){0, 1000000}, NULL);
  kill(bench.server, SIGSTOP);
  for (int i = 0; i < 2000 && told->denied < 3 * WORKERS; i++) nanosleep(&(struct timespec){0, 10000000}, NULL);
  int64_t away = told->granted;
  kill(bench.server, SIGCONT);
  wait_for(pids);
  patience = 20 * SECOND;
  ck_assert_uint_ge(told->denied, 3 * WORKERS);
  ck_assert_int_gt(BEFORE + away, LIMIT);         /* it was overspent, as the host had asked for */
  ck_assert_int_le(BEFORE + told->granted, used(quota));                    /* but nothing of it is forgotten, */
  ck_assert_int_le(used(quota), LIMIT + WORKERS * SHARE);                   /* and there is a bound */
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

/* Of a server that hangs: also when the call must connect anew, and find out who it speaks with. */
START_TEST(a_call_ends_at_its_deadline) {
  bench_start(&bench, STORE_REDIS);
  rebase_quota *connected = bench_open(&bench, 0), *fresh = bench_open(&bench, 0);
  seed(connected);
  kill(bench.server, SIGSTOP);
  patience = SECOND / 2;
  for (int i = 0; i < 2; i++) {
    int64_t start = wall_now();
    ck_assert_int_eq(reserve(i ? fresh : connected, 1, 1, 1), REBASE_QUOTA_AWAY);
    ck_assert_int_ge(wall_now() - start, SECOND * 2 / 5);
    ck_assert_int_lt(wall_now() - start, SECOND * 19 / 20);        /* not twice */
  }
  kill(bench.server, SIGCONT);
  patience = 20 * SECOND;
  ck_assert_int_eq(reserve(connected, 1, 2, 1), REBASE_QUOTA_GRANTED);
  rebase_quota_close(connected);
  rebase_quota_close(fresh);
  bench_stop(&bench);
}
END_TEST

START_TEST(a_server_that_dies_under_load_and_comes_back_empty_denies) {
  struct told *told = share();
  pid_t pids[WORKERS];
  bench_start(&bench, STORE_REDIS);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  start_workers(pids, told);
  nanosleep(&(struct timespec){0, 30000000}, NULL);
  server_kill(&bench);
  ck_assert_int_eq(reserve(quota, 50, 1, 1), REBASE_QUOTA_AWAY);
  server_start(&bench);
  wait_for(pids);
  ck_assert_int_le(told->granted - told->given_back, LIMIT);
  ck_assert_int_eq(reserve(quota, 50, 2, 1), REBASE_QUOTA_UNSEEDED);        /* one that knew the old server */
  rebase_quota *other = bench_open(&bench, 0);
  ck_assert_int_eq(reserve(other, 50, 3, 1), REBASE_QUOTA_UNSEEDED);        /* and one that did not */
  int64_t spent = told->granted - told->given_back;
  rebase_charge known = budget(spent);
  rebase_quota_seed(quota, &known, 1, wall_now(), &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
  ck_assert_uint_eq(answer.epoch, 2);
  ck_assert_int_eq(used(other), spent);
  rebase_quota_close(other);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

START_TEST(a_server_with_an_old_snapshot_denies) {
  bench_start(&bench, STORE_REDIS);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  ck_assert_int_eq(reserve(quota, 1, 1, LIMIT / 2), REBASE_QUOTA_GRANTED);
  server_save(&bench);
  bench_copy(&bench, "dump.rdb", "old.rdb");
  ck_assert_int_eq(reserve(quota, 1, 2, LIMIT / 2), REBASE_QUOTA_GRANTED);
  server_kill(&bench);
  bench_copy(&bench, "old.rdb", "dump.rdb");
  server_start(&bench);
  ck_assert_int_eq(reserve(quota, 1, 3, 1), REBASE_QUOTA_UNSEEDED);
  ck_assert_uint_eq(answer.epoch, 1);             /* the snapshot was read: it has the first half */
  rebase_quota *other = bench_open(&bench, 0);
  ck_assert_int_eq(reserve(other, 1, 4, 1), REBASE_QUOTA_UNSEEDED);
  seed(other);
  ck_assert_int_eq(used(quota), LIMIT / 2);
  rebase_quota_close(other);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

START_TEST(a_file_that_was_replaced_by_an_old_copy_denies) {
  bench_start(&bench, STORE_SQLITE);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  ck_assert_int_eq(reserve(quota, 1, 1, LIMIT / 2), REBASE_QUOTA_GRANTED);
  rebase_quota_close(quota);                      /* the log is in the file now */
  bench_copy(&bench, "quota.db", "old.db");
  quota = bench_open(&bench, 0);
  ck_assert_int_eq(reserve(quota, 1, 2, LIMIT / 2), REBASE_QUOTA_GRANTED);
  bench_remove(&bench, "quota.db");
  bench_remove(&bench, "quota.db-wal");
  bench_remove(&bench, "quota.db-shm");
  bench_copy(&bench, "old.db", "quota.db");
  ck_assert_int_eq(reserve(quota, 1, 3, 1), REBASE_QUOTA_UNSEEDED);         /* one that knew the file before */
  ck_assert_uint_eq(answer.epoch, 1);             /* the copy was read */
  rebase_quota *other = bench_open(&bench, 0);
  ck_assert_int_eq(reserve(other, 1, 4, 1), REBASE_QUOTA_UNSEEDED);         /* and one that did not */
  seed(other);
  ck_assert_int_eq(used(other), LIMIT / 2);
  rebase_quota_close(other);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

START_TEST(a_file_that_went_back_in_place_denies_those_who_know) {
  bench_start(&bench, STORE_SQLITE);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  for (unsigned i = 0; i < 4; i++) ck_assert_int_eq(reserve(quota, 1, i, 1), REBASE_QUOTA_GRANTED);
  sqlite3 *db = NULL;               /* stands for a restored disk: same inode, older contents */
  ck_assert_int_eq(sqlite3_open(bench.address, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "UPDATE state SET calls = calls - 1; DELETE FROM counters", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  ck_assert_int_eq(reserve(quota, 1, 9, 1), REBASE_QUOTA_UNSEEDED);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

/* FILE-turns only orders: whatever stands in it, calls go through, and soon as fast as before. */
START_TEST(what_killed_processes_left_in_line_is_forgotten) {
  static const unsigned char left[8] = {7, 0, 0, 0, 0, 0, 0, 0};        /* seven wait, and nobody is called */
  char path[160];
  bench_start(&bench, STORE_SQLITE);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  snprintf(path, sizeof path, "%s-turns", bench.address);
  FILE *file = fopen(path, "r+b");
  ck_assert(file && fwrite(left, 1, sizeof left, file) == sizeof left);
  fclose(file);
  int64_t start = wall_now();
  nanosleep(&(struct timespec){0, 2000000}, NULL);          /* its own turn ends */
  for (unsigned i = 0; i < 100; i++) ck_assert_int_eq(reserve(quota, 1, i, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_lt(wall_now() - start, 2 * SECOND);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

START_TEST(a_host_whose_clock_differs_is_refused_alone) {
  bench_start(&bench, STORE_REDIS);
  rebase_quota *quota = bench_open(&bench, 2 * SECOND);
  seed(quota);
  rebase_charge c = budget(1);
  rebase_reservation r = {.now = wall_now() + 3600 * SECOND, .count = 1, .charges = &c};
  r.expires = r.now + SECOND;
  rebase_quota_reserve(quota, &r, &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_CLOCK);
  ck_assert_int_eq(reserve(quota, 1, 1, 1), REBASE_QUOTA_GRANTED);          /* and did not move the others' time */
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

START_TEST(a_store_from_before_a_fork_denies) {
  bench_start(&bench, (enum store_kind)_i);
  rebase_quota *quota = bench_open(&bench, 0);
  seed(quota);
  pid_t child = fork();
  if (!child) _exit(reserve(quota, 1, 1, 1) == REBASE_QUOTA_AWAY ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  ck_assert_int_eq(status, 0);
  ck_assert_int_eq(reserve(quota, 1, 2, 1), REBASE_QUOTA_GRANTED);
  rebase_quota_close(quota);
  bench_stop(&bench);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("quota processes");
  TCase *tcase = tcase_create("processes");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, twenty_processes_never_overspend, STORE_SQLITE, STORE_KINDS);
  tcase_add_loop_test(tcase, killed_processes_leave_nothing_half_done, STORE_SQLITE, STORE_KINDS);
  tcase_add_loop_test(tcase, leases_of_twenty_processes_never_overspend, STORE_LEASED + STORE_SQLITE, STORE_ALL);
  tcase_add_loop_test(tcase, leases_of_killed_processes_count_as_spent, STORE_LEASED + STORE_SQLITE, STORE_ALL);
  tcase_add_test(tcase, a_share_while_the_server_is_away_is_the_most_that_is_overspent);
  tcase_add_test(tcase, a_call_ends_at_its_deadline);
  tcase_add_test(tcase, a_server_that_dies_under_load_and_comes_back_empty_denies);
  tcase_add_test(tcase, a_server_with_an_old_snapshot_denies);
  tcase_add_test(tcase, a_file_that_was_replaced_by_an_old_copy_denies);
  tcase_add_test(tcase, a_file_that_went_back_in_place_denies_those_who_know);
  tcase_add_test(tcase, what_killed_processes_left_in_line_is_forgotten);
  tcase_add_test(tcase, a_host_whose_clock_differs_is_refused_alone);
  tcase_add_loop_test(tcase, a_store_from_before_a_fork_denies, STORE_SQLITE, STORE_KINDS);
  suite_add_tcase(suite, tcase);
  return run_suite(suite);
}
