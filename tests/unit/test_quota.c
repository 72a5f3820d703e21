/* test_quota.c: reservations mean the same on every store. Each test runs on all three; _i is the store. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "quota_stores.h"
#include "run.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
static struct bench bench;
static rebase_quota *quota;
static rebase_quota_answer answer;
static int64_t now;

static void begin(int kind) {
  bench_start(&bench, (enum store_kind)kind);
  quota = bench_open(&bench, kind % STORE_KINDS == STORE_REDIS ? 60 * SECOND : 5 * SECOND);
  now = wall_now();
  rebase_quota_seed(quota, NULL, 0, now, &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
}

static void end(void) {
  rebase_quota_close(quota);
  bench_stop(&bench);
}

static rebase_charge charge(unsigned char key, rebase_window window, int64_t bucket, int64_t limit, int64_t amount) {
  rebase_charge c = {.window = window, .bucket = bucket, .ends = now + HOUR, .limit = limit, .amount = amount};
  memset(c.key, key, sizeof c.key);
  return c;
}

static rebase_quota_status reserve(unsigned char id, const rebase_charge *charges, uint32_t count) {
  rebase_reservation r = {.now = now, .expires = now + 10 * SECOND, .count = count, .charges = charges};
  memset(r.id, id, sizeof r.id);
  rebase_quota_reserve(quota, &r, &answer);
  return answer.status;
}

static rebase_quota_status settle(unsigned char id, int64_t used) {
  unsigned char bytes[REBASE_QUOTA_ID];
  memset(bytes, id, sizeof bytes);
  rebase_quota_settle(quota, bytes, &used, 1, now, &answer);
  return answer.status;
}

/* What period counter `key` holds in `bucket`: a reservation of nothing tells. */
static int64_t used(unsigned char key, int64_t bucket) {
  static unsigned char ids = 200;
  rebase_charge c = charge(key, REBASE_WINDOW_PERIOD, bucket, REBASE_QUOTA_MOST, 0);
  ck_assert_int_eq(reserve(ids++, &c, 1), REBASE_QUOTA_GRANTED);
  return answer.used[0];
}

START_TEST(up_to_the_limit_and_no_further) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 4);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(answer.used[0], 4);
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(3, &c, 1), REBASE_QUOTA_REFUSED);
  ck_assert_int_eq(answer.used[0], 8);
  c.amount = 2;
  ck_assert_int_eq(reserve(4, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(answer.used[0], 10);
  end();
}
END_TEST

START_TEST(all_counters_or_none) {
  begin(_i);
  rebase_charge c[3] = {charge(1, REBASE_WINDOW_PERIOD, 100, 10, 3), charge(2, REBASE_WINDOW_ROLLING, 100, 10, 3), charge(3, REBASE_WINDOW_PERIOD, 100, 2, 3)};
  ck_assert_int_eq(reserve(1, c, 3), REBASE_QUOTA_REFUSED);
  ck_assert_uint_eq(answer.charge, 2);
  ck_assert_int_eq(used(1, 100), 0);
  c[2].limit = 3;
  ck_assert_int_eq(reserve(1, c, 3), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(answer.used[2], 3);
  ck_assert_int_eq(used(1, 100), 3);
  end();
}
END_TEST

START_TEST(the_same_reservation_counts_once) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 4);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(used(1, 100), 4);
  c.amount = 5;
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_CONFLICT);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(settle(1, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(used(1, 100), 1);
  c.amount = 4;
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);  /* settled is settled */
  ck_assert_int_eq(used(1, 100), 1);
  ck_assert_int_eq(settle(9, 1), REBASE_QUOTA_UNKNOWN);
  end();
}
END_TEST

START_TEST(more_than_reserved_is_recorded) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 4);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(1, 25), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(used(1, 100), 25);
  c.amount = 0;
  c.limit = 24;
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_REFUSED);
  int64_t negative = -1;
  rebase_quota_settle(quota, (const unsigned char *)"0123456789abcdef", &negative, 1, now, &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_INVALID);
  end();
}
END_TEST

START_TEST(what_is_not_settled_expires_as_spent) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 4);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  now += 11 * SECOND;
  ck_assert_int_eq(settle(1, 0), REBASE_QUOTA_LATE);
  ck_assert_int_eq(settle(2, 6), REBASE_QUOTA_LATE);
  ck_assert_int_eq(used(1, 100), 10);
  ck_assert_int_eq(settle(2, 60), REBASE_QUOTA_GRANTED);      /* once */
  ck_assert_int_eq(used(1, 100), 10);
  end();
}
END_TEST

START_TEST(open_reservations_are_listed) {
  begin(_i);
  rebase_quota_open list[4];
  rebase_charge c[2] = {charge(1, REBASE_WINDOW_PERIOD, 100, 100, 4), charge(2, REBASE_WINDOW_HELD, now + 10 * SECOND, 100, 7)};
  for (unsigned char i = 1; i <= 5; i++) {
    c[1].bucket = now + 10 * SECOND;
    ck_assert_int_eq(reserve(i, c, 2), REBASE_QUOTA_GRANTED);
    now += SECOND;
  }
  ck_assert_int_eq(settle(1, 4), REBASE_QUOTA_GRANTED);
  ck_assert_uint_eq(rebase_quota_list(quota, now, list, 4, &answer), 4);
  for (unsigned char i = 0; i < 4; i++) {
    ck_assert_uint_eq(list[i].id[7], i + 2);
    ck_assert_uint_eq(list[i].count, 2);
    for (unsigned char k = 0; k < 2; k++) {
      ck_assert_mem_eq(list[i].parts[k].key, c[k].key, REBASE_QUOTA_KEY);
      ck_assert_int_eq(list[i].parts[k].window, c[k].window);
      ck_assert_int_eq(list[i].parts[k].amount, c[k].amount);
    }
    ck_assert_int_eq(list[i].expires - list[i].made, 10 * SECOND);
    ck_assert(!list[i].lease);
  }
  ck_assert_uint_eq(rebase_quota_list(quota, now, list, 2, &answer), 4);
  end();
}
END_TEST

/* By somebody who was not there when it was made: another process, who knows its id from the list. */
START_TEST(one_that_nobody_will_settle_is_settled_by_hand) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 40);
  for (unsigned char i = 1; i <= 2; i++) ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  rebase_quota *other = _i == STORE_MEMORY ? quota : bench_open(&bench, 60 * SECOND);
  rebase_quota_open list[2];
  ck_assert_uint_eq(rebase_quota_list(other, now, list, 2, &answer), 2);
  int64_t came_to = 5;
  rebase_quota_settle(other, list[0].id, &came_to, 1, now, &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
  rebase_quota_settle(other, list[1].id, NULL, 0, now, &answer);  /* as spent */
  ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
  ck_assert_uint_eq(rebase_quota_list(other, now, list, 2, &answer), 0);
  ck_assert_int_eq(used(1, 100), 45);
  if (other != quota) rebase_quota_close(other);
  end();
}
END_TEST

START_TEST(a_rolling_window_never_holds_more_than_its_limit) {
  begin(_i);
  int64_t granted[200], first = now / SECOND;
  for (unsigned i = 0; i < 100; i++) {      /* one tries every second; at most 5 in any 60 */
    rebase_charge c = charge(1, REBASE_WINDOW_ROLLING, first + (int64_t)i, 5, 1);
    granted[i] = reserve((unsigned char)i, &c, 1) == REBASE_QUOTA_GRANTED;
    int64_t within = 0;
    for (unsigned k = i > 59 ? i - 59 : 0; k <= i; k++) within += granted[k];
    ck_assert_int_le(within, 5);
    ck_assert(granted[i] || within == 5 || (i >= 60 && granted[i - 60]));       /* and refuses for no other reason */
  }
  end();
}
END_TEST

START_TEST(a_new_period_begins_empty_and_an_old_one_does_not_come_back) {
  begin(_i);
  rebase_charge today = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 10), tomorrow = charge(1, REBASE_WINDOW_PERIOD, 200, 10, 10);
  ck_assert_int_eq(reserve(1, &today, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &today, 1), REBASE_QUOTA_REFUSED);
  ck_assert_int_eq(reserve(3, &tomorrow, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(4, &tomorrow, 1), REBASE_QUOTA_REFUSED);
  rebase_charge yesterday = charge(1, REBASE_WINDOW_PERIOD, 50, 10, 1);         /* a host whose clock is behind */
  ck_assert_int_eq(reserve(5, &yesterday, 1), REBASE_QUOTA_REFUSED);
  end();
}
END_TEST

START_TEST(what_is_held_comes_back_when_settled_or_expired) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_HELD, now + 10 * SECOND, 2, 1);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(3, &c, 1), REBASE_QUOTA_REFUSED);
  ck_assert_int_eq(settle(1, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(3, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(4, &c, 1), REBASE_QUOTA_REFUSED);
  now += 10 * SECOND;
  c.bucket = now + 10 * SECOND;
  ck_assert_int_eq(reserve(5, &c, 1), REBASE_QUOTA_GRANTED);
  end();
}
END_TEST

START_TEST(a_clock_that_goes_back_is_refused) {
  begin(_i);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 1);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  int64_t right = now;
  now -= 2 * SECOND;
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  now = right - 2 * HOUR;
  ck_assert_int_eq(reserve(3, &c, 1), REBASE_QUOTA_CLOCK);
  ck_assert_int_eq(settle(1, 0), REBASE_QUOTA_CLOCK);
  now = right;
  ck_assert_int_eq(used(1, 100), 2);
  end();
}
END_TEST

START_TEST(nothing_before_it_is_seeded) {
  bench_start(&bench, (enum store_kind)_i);
  quota = bench_open(&bench, 0);
  now = wall_now();
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 1);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_UNSEEDED);
  ck_assert_int_eq(settle(1, 1), REBASE_QUOTA_UNSEEDED);
  c.amount = 7;
  rebase_quota_seed(quota, &c, 1, now, &answer);
  ck_assert_uint_eq(answer.epoch, 1);
  ck_assert_int_eq(used(1, 100), 7);
  c.amount = 3;
  rebase_quota_seed(quota, &c, 1, now, &answer);  /* at least: never less than there is */
  ck_assert_uint_eq(answer.epoch, 2);
  ck_assert_int_eq(used(1, 100), 7);
  end();
}
END_TEST

START_TEST(bad_arguments_are_refused) {
  begin(_i);
  rebase_charge twice[2] = {charge(1, REBASE_WINDOW_PERIOD, 100, 10, 1), charge(1, REBASE_WINDOW_PERIOD, 100, 10, 1)};
  ck_assert_int_eq(reserve(1, twice, 2), REBASE_QUOTA_INVALID);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, -1);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_INVALID);
  c.amount = REBASE_QUOTA_MOST + 1;
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_INVALID);
  c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 1);
  c.ends = now - HOUR;
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_INVALID);
  ck_assert_int_eq(reserve(1, NULL, 1), REBASE_QUOTA_INVALID);
  rebase_quota_reserve(NULL, NULL, &answer);
  ck_assert_int_eq(answer.status, REBASE_QUOTA_INVALID);
  c = charge(1, REBASE_WINDOW_PERIOD, REBASE_QUOTA_MOST, REBASE_QUOTA_MOST, REBASE_QUOTA_MOST);
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(answer.used[0], REBASE_QUOTA_MOST);
  c.amount = 1;
  ck_assert_int_eq(reserve(3, &c, 1), REBASE_QUOTA_REFUSED);
  end();
}
END_TEST

/* The same random reservations on all stores: every answer agrees. */
START_TEST(stores_agree) {
  struct bench benches[STORE_KINDS];
  rebase_quota *quotas[STORE_KINDS];
  now = wall_now();
  srand(7);
  for (int k = 0; k < STORE_KINDS; k++) {
    bench_start(&benches[k], (enum store_kind)k);
    quotas[k] = bench_open(&benches[k], 60 * SECOND);
    rebase_quota_seed(quotas[k], NULL, 0, now, &answer);
  }
  unsigned seen[REBASE_QUOTA_STATUS_COUNT] = {0};
  for (int step = 0; step < 3000; step++) {
    rebase_charge charges[3];
    rebase_reservation r = {.now = now, .expires = now + rand() % 5 * SECOND / 10, .count = 1 + (uint32_t)rand() % 3, .charges = charges};
    int64_t settled[3] = {rand() % 40, rand() % 40, rand() % 40};
    memset(r.id, rand() % 256, sizeof r.id);
    r.id[0] = (unsigned char)(step / 256);
    for (unsigned char i = 0; i < 3; i++) {
      rebase_window window = (rebase_window)((rand() % 4 + i) % 3);
      int64_t bucket = window == REBASE_WINDOW_HELD ? r.expires : now / SECOND * (window ? 10 : 1) - rand() % 2;
      charges[i] = charge((unsigned char)(10 * i + window), window, bucket, 100, rand() % 30);
    }
    bool settles = rand() % 3 == 0;
    rebase_quota_answer answers[STORE_KINDS];
    for (int k = 0; k < STORE_KINDS; k++) {
      if (settles) rebase_quota_settle(quotas[k], r.id, settled, (uint32_t)rand() % 1 + 1, now, &answers[k]);
      else rebase_quota_reserve(quotas[k], &r, &answers[k]);
      ck_assert_int_eq(answers[k].status, answers[0].status);
      ck_assert_uint_eq(answers[k].charge, answers[0].charge);
      ck_assert_int_eq(answers[k].used[answers[k].charge], answers[0].used[answers[0].charge]);
    }
    seen[answers[0].status]++;
    now += rand() % 8000;           /* twelve seconds in all: within the tolerance of Redis's own clock */
  }
  ck_assert_uint_gt(seen[REBASE_QUOTA_GRANTED], 300);
  ck_assert_uint_gt(seen[REBASE_QUOTA_REFUSED], 300);
  ck_assert_uint_gt(seen[REBASE_QUOTA_LATE], 5);
  for (int k = 0; k < STORE_KINDS; k++) {
    rebase_quota_close(quotas[k]);
    bench_stop(&benches[k]);
  }
}
END_TEST

START_TEST(memory_is_bounded_and_forgets_only_what_is_over) {
  now = wall_now();
  rebase_quota_memory(&(rebase_memory_options){.max_counters = 4, .max_reservations = 4}, &quota);
  rebase_quota_seed(quota, NULL, 0, now, &answer);
  for (unsigned char i = 1; i <= 4; i++) {
    rebase_charge c = charge(i, REBASE_WINDOW_PERIOD, 100, 10, 1);
    ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  }
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 1);
  ck_assert_int_eq(reserve(5, &c, 1), REBASE_QUOTA_FULL);     /* four are open */
  ck_assert_int_eq(settle(1, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(5, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(5, 1), REBASE_QUOTA_GRANTED);
  c = charge(9, REBASE_WINDOW_PERIOD, 100, 10, 1);
  ck_assert_int_eq(reserve(6, &c, 1), REBASE_QUOTA_FULL);     /* four counters */
  now += 2 * HOUR;
  c = charge(9, REBASE_WINDOW_PERIOD, 100, 10, 1);
  ck_assert_int_eq(reserve(6, &c, 1), REBASE_QUOTA_GRANTED);
  rebase_quota_close(quota);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("quota");
  TCase *each = tcase_create("each store"), *all = tcase_create("stores");
  tcase_set_timeout(each, 60);
  tcase_set_timeout(all, 60);
  tcase_add_loop_test(each, up_to_the_limit_and_no_further, 0, STORE_ALL);
  tcase_add_loop_test(each, all_counters_or_none, 0, STORE_ALL);
  tcase_add_loop_test(each, the_same_reservation_counts_once, 0, STORE_ALL);
  tcase_add_loop_test(each, more_than_reserved_is_recorded, 0, STORE_ALL);
  tcase_add_loop_test(each, what_is_not_settled_expires_as_spent, 0, STORE_ALL);
  tcase_add_loop_test(each, open_reservations_are_listed, 0, STORE_KINDS);
  tcase_add_loop_test(each, one_that_nobody_will_settle_is_settled_by_hand, 0, STORE_KINDS);
  tcase_add_loop_test(each, a_rolling_window_never_holds_more_than_its_limit, 0, STORE_ALL);
  tcase_add_loop_test(each, a_new_period_begins_empty_and_an_old_one_does_not_come_back, 0, STORE_ALL);
  tcase_add_loop_test(each, what_is_held_comes_back_when_settled_or_expired, 0, STORE_ALL);
  tcase_add_loop_test(each, a_clock_that_goes_back_is_refused, 0, STORE_ALL);
  tcase_add_loop_test(each, nothing_before_it_is_seeded, 0, STORE_ALL);
  tcase_add_loop_test(each, bad_arguments_are_refused, 0, STORE_ALL);
  tcase_add_test(all, stores_agree);
  tcase_add_test(all, memory_is_bounded_and_forgets_only_what_is_over);
  suite_add_tcase(suite, each);
  suite_add_tcase(suite, all);
  return run_suite(suite);
}
