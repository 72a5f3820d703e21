/* test_lease.c: leases: what is drawn without asking the store, what comes back, what is spent, what a store that is away costs.
 * What leases have in common with stores is tested with these, in test_quota; processes in test_quota_processes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "quota_stores.h"
#include "run.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define RETRY (SECOND / 2)
/* A store that counts what it is asked, and can be away. */
struct watched { rebase_quota quota; rebase_quota *store; unsigned reserved, settled; bool away; };
static struct watched watched;
static rebase_quota *quota;
static rebase_quota_answer answer;
static int64_t now;

static void watched_reserve(rebase_quota *q, const rebase_reservation *r, rebase_quota_answer *a) {
  struct watched *w = (struct watched *)q;
  w->reserved++;
  if (!w->away) rebase_quota_reserve(w->store, r, a);
}
static void watched_settle(rebase_quota *q, const unsigned char *id, const int64_t *used, uint32_t count, int64_t at, rebase_quota_answer *a) {
  struct watched *w = (struct watched *)q;
  w->settled++;
  if (!w->away) rebase_quota_settle(w->store, id, used, count, at, a);
}
static void watched_seed(rebase_quota *q, const rebase_charge *charges, uint32_t count, int64_t at, rebase_quota_answer *a) {
  rebase_quota_seed(((struct watched *)q)->store, charges, count, at, a);
}
static uint32_t watched_open(rebase_quota *q, int64_t at, rebase_quota_open *list, uint32_t size, rebase_quota_answer *a) {
  return rebase_quota_list(((struct watched *)q)->store, at, list, size, a);
}
static void watched_close(rebase_quota *q) { (void)q; }   /* the tests look into the store afterwards */

static rebase_quota *lease(uint32_t share, uint32_t counters) {
  rebase_quota *opened = NULL;
  rebase_lease_options options = {.away_share = share, .max_counters = counters, .retry = RETRY};
  ck_assert_int_eq(rebase_quota_lease(&watched.quota, &options, &opened), REBASE_OK);
  return opened;
}

static void begin(uint32_t share) {
  static const rebase_quota_ops ops = {"watched", watched_reserve, watched_settle, watched_seed, watched_open, watched_close};
  watched = (struct watched){.quota = {&ops}};
  ck_assert_int_eq(rebase_quota_memory(NULL, &watched.store), REBASE_OK);
  now = wall_now();
  rebase_quota_seed(watched.store, NULL, 0, now, &answer);
  quota = lease(share, 0);
}

static void come_back(void) {
  nanosleep(&(struct timespec){0, RETRY * 1000}, NULL);
  watched.away = false;
  now += SECOND;
}

static void end(void) {
  rebase_quota_close(quota);
  rebase_quota_close(watched.store);
}

static rebase_charge charge(unsigned char key, rebase_window window, int64_t bucket, int64_t limit, int64_t amount) {
  rebase_charge c = {.window = window, .bucket = bucket, .ends = now + HOUR, .limit = limit, .amount = amount};
  memset(c.key, key, sizeof c.key);
  return c;
}

static rebase_quota_status reserve_from(rebase_quota *from, uint32_t id, const rebase_charge *charges, uint32_t count) {
  rebase_reservation r = {.now = now, .expires = now + 60 * SECOND, .count = count, .charges = charges};
  memcpy(r.id, &id, sizeof id);
  rebase_quota_reserve(from, &r, &answer);
  return answer.status;
}
static rebase_quota_status reserve(uint32_t id, const rebase_charge *charges, uint32_t count) { return reserve_from(quota, id, charges, count); }

static rebase_quota_status settle(uint32_t id, int64_t used) {
  unsigned char bytes[REBASE_QUOTA_ID] = {0};
  memcpy(bytes, &id, sizeof id);
  rebase_quota_settle(quota, bytes, &used, 1, now, &answer);
  return answer.status;
}

/* What the store itself counts. */
static int64_t stored(unsigned char key, rebase_window window, int64_t bucket) {
  static uint32_t ids = 1u << 30;
  rebase_charge c = charge(key, window, bucket, REBASE_QUOTA_MOST, 0);
  ck_assert_int_eq(reserve_from(watched.store, ids++, &c, 1), REBASE_QUOTA_GRANTED);
  return answer.used[0];
}

START_TEST(most_reservations_do_not_ask_the_store) {
  begin(0);
  rebase_charge c[2] = {charge(1, REBASE_WINDOW_PERIOD, 100, 1000000, 1), charge(2, REBASE_WINDOW_PERIOD, 100, 5000000, 10)};
  for (uint32_t i = 1; i <= 10000; i++) {
    ck_assert_int_eq(reserve(i, c, 2), REBASE_QUOTA_GRANTED);
    ck_assert_int_eq(answer.used[0] >= i, 1);     /* never less than this process used */
    rebase_quota_settle(quota, (unsigned char[REBASE_QUOTA_ID]){0}, NULL, 0, now, &answer);
    ck_assert_int_eq(answer.status, REBASE_QUOTA_UNKNOWN);
    now += 10;
  }
  ck_assert_uint_lt(watched.reserved, 60);
  ck_assert_int_ge(stored(1, REBASE_WINDOW_PERIOD, 100), 10000);
  ck_assert_int_le(stored(1, REBASE_WINDOW_PERIOD, 100), 10000 + 10000);    /* a hundredth of what is left */
  end();
}
END_TEST

START_TEST(closing_gives_back_what_was_not_drawn) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100000, 10);
  for (uint32_t i = 1; i <= 500; i++) {
    ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
    if (i % 2) ck_assert_int_eq(settle(i, 4), REBASE_QUOTA_GRANTED);
  }
  ck_assert_int_ge(stored(1, REBASE_WINDOW_PERIOD, 100), 250 * 4 + 250 * 10);
  rebase_quota_close(quota);
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 250 * 4 + 250 * 10);
  rebase_quota_open list[1];
  uint32_t probes = rebase_quota_list(watched.store, now, list, 0, &answer);
  ck_assert_uint_le(probes, 2);     /* those of `stored`: no lease is open */
  rebase_quota_close(watched.store);
}
END_TEST

START_TEST(a_quiet_process_gives_back_when_it_tidies) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 60);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(1, 5), REBASE_QUOTA_GRANTED);
  rebase_quota *other = lease(0, 0);
  ck_assert_int_eq(reserve_from(other, 2, &c, 1), REBASE_QUOTA_REFUSED);    /* the first holds 55 of it */
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 60);
  now += 11 * SECOND;
  rebase_quota_lease_tidy(quota, now);
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 5);
  ck_assert_int_eq(reserve_from(other, 2, &c, 1), REBASE_QUOTA_GRANTED);
  rebase_quota_close(other);
  end();
}
END_TEST

START_TEST(what_a_lost_process_held_counts_as_spent) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100000, 10);
  rebase_quota *lost = quota;       /* nothing is ever said of it again */
  for (uint32_t i = 1; i <= 300; i++) ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  int64_t held = stored(1, REBASE_WINDOW_PERIOD, 100);
  ck_assert_int_ge(held, 3000);
  ck_assert_int_le(held, 3000 + 1000);
  now += 10 * 60 * SECOND;
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), held);
  quota = lease(0, 0);
  c.amount = 100000 - held;
  ck_assert_int_eq(reserve(1000, &c, 1), REBASE_QUOTA_GRANTED);             /* the rest can be spent, and not a unit more */
  c.amount = 1;
  ck_assert_int_eq(reserve(1001, &c, 1), REBASE_QUOTA_REFUSED);
  end();
  watched.away = true;
  rebase_quota_close(lost);
}
END_TEST

START_TEST(a_slice_of_a_rolling_window_stays_in_its_bucket) {
  begin(0);
  for (int64_t bucket = 100; bucket < 103; bucket++)
    for (uint32_t i = 0; i < 50; i++) {
      rebase_charge c = charge(1, REBASE_WINDOW_ROLLING, bucket, 100000, 10);
      uint32_t id = (uint32_t)bucket * 100 + i;
      ck_assert_int_eq(reserve(id, &c, 1), REBASE_QUOTA_GRANTED);
      ck_assert_int_eq(settle(id, 7), REBASE_QUOTA_GRANTED);
    }
  /* What was left of a bucket's slice went back when the next one began: after the window only the last bucket counts. */
  int64_t all = stored(1, REBASE_WINDOW_ROLLING, 102), last = stored(1, REBASE_WINDOW_ROLLING, 102 + REBASE_QUOTA_PARTS);
  ck_assert_int_ge(last, 350);
  ck_assert_int_eq(all - last, 2 * 350);
  end();
}
END_TEST

START_TEST(what_is_settled_late_in_an_old_bucket_is_still_right) {
  begin(0);
  rebase_charge old = charge(1, REBASE_WINDOW_ROLLING, 100, 1000, 10), new = charge(1, REBASE_WINDOW_ROLLING, 101, 1000, 10);
  ck_assert_int_eq(reserve(1, &old, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &old, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(3, &new, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(1, 3), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(2, 25), REBASE_QUOTA_GRANTED);          /* above its bound: recorded */
  rebase_quota_close(quota);
  ck_assert_int_eq(stored(1, REBASE_WINDOW_ROLLING, 101), 3 + 25 + 10);
  rebase_quota_close(watched.store);
}
END_TEST

START_TEST(above_the_bound_is_recorded_at_once) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 10);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(1, 25), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 25);
  c.amount = 0;
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_REFUSED);
  end();
}
END_TEST

START_TEST(a_limit_that_was_lowered_holds) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 30);
  for (uint32_t i = 1; i <= 3; i++) ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  for (uint32_t i = 1; i <= 3; i++) ck_assert_int_eq(settle(i, 20), REBASE_QUOTA_GRANTED);  /* used 60, free 30 */
  c.limit = 65;
  c.amount = 6;
  ck_assert_int_eq(reserve(4, &c, 1), REBASE_QUOTA_REFUSED);
  c.amount = 5;
  ck_assert_int_eq(reserve(5, &c, 1), REBASE_QUOTA_GRANTED);      /* although the store counts 90, of which this process holds 30 */
  ck_assert_int_eq(answer.used[0], 65);
  end();
}
END_TEST

START_TEST(what_counts_at_once_goes_to_the_store) {
  begin(0);
  rebase_charge period = charge(1, REBASE_WINDOW_PERIOD, 100, 10, 8);
  ck_assert_int_eq(reserve(1, &period, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(1, 2), REBASE_QUOTA_GRANTED);           /* 6 are free here, and count in the store */
  unsigned asked = watched.reserved;
  rebase_charge c[2] = {charge(2, REBASE_WINDOW_HELD, now + 60 * SECOND, 1, 1), charge(1, REBASE_WINDOW_PERIOD, 100, 10, 7)};
  ck_assert_int_eq(reserve(2, c, 2), REBASE_QUOTA_GRANTED);       /* once what was free here is given back */
  ck_assert_uint_eq(watched.reserved, asked + 2);
  ck_assert_int_eq(reserve(3, c, 1), REBASE_QUOTA_REFUSED);
  ck_assert_int_eq(settle(2, 0), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(3, c, 1), REBASE_QUOTA_GRANTED);
  end();
}
END_TEST

START_TEST(without_the_store_it_goes_on_for_its_lifetime) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 1000000, 1);
  for (uint32_t i = 1; i <= 3000; i++) ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  watched.away = true;
  for (uint32_t i = 0; i < 50; i++) settle(3000 - i, 0);          /* so that some is free */
  ck_assert_int_eq(reserve(5000, &c, 1), REBASE_QUOTA_GRANTED);
  now += 11 * SECOND;
  ck_assert_int_eq(reserve(5001, &c, 1), REBASE_QUOTA_AWAY);
  unsigned asked = watched.reserved;
  ck_assert_int_eq(reserve(5002, &c, 1), REBASE_QUOTA_AWAY);
  ck_assert_uint_eq(watched.reserved, asked);                     /* nor is it asked again at once: that may take a while */
  come_back();
  ck_assert_int_eq(reserve(5003, &c, 1), REBASE_QUOTA_GRANTED);
  end();
}
END_TEST

START_TEST(a_share_while_the_store_is_away_is_recorded_when_it_is_back) {
  begin(50);                        /* thousandths: 5 of 100 */
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 1), full = charge(2, REBASE_WINDOW_PERIOD, 100, 100, 100);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &full, 1), REBASE_QUOTA_GRANTED);
  watched.away = true;
  unsigned granted = 0;
  for (uint32_t i = 10; i < 40; i++) granted += reserve(i, &c, 1) == REBASE_QUOTA_GRANTED;
  ck_assert_uint_eq(granted, 5);
  full.amount = 1;
  ck_assert_int_eq(reserve(50, &full, 1), REBASE_QUOTA_AWAY);     /* that limit is known to be reached */
  rebase_charge both[2] = {charge(3, REBASE_WINDOW_PERIOD, 100, 100, 1), c};
  ck_assert_int_eq(reserve(51, both, 2), REBASE_QUOTA_AWAY);      /* all counters or none */
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 1);
  come_back();
  ck_assert_int_eq(reserve(60, both, 1), REBASE_QUOTA_GRANTED);   /* any answer will do */
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 6);
  ck_assert_int_eq(settle(10, 0), REBASE_QUOTA_GRANTED);
  rebase_quota_close(quota);
  ck_assert_int_eq(stored(3, REBASE_WINDOW_PERIOD, 100), 1);
  rebase_quota_close(watched.store);
}
END_TEST

START_TEST(one_that_never_saw_the_store_has_no_share) {
  begin(500);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 1);
  watched.away = true;
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_AWAY);
  end();
}
END_TEST

START_TEST(a_new_epoch_drops_what_was_leased) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 20), other = charge(2, REBASE_WINDOW_PERIOD, 100, 100, 1);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(settle(1, 0), REBASE_QUOTA_GRANTED);           /* 20 free */
  rebase_quota *store = watched.store;
  ck_assert_int_eq(rebase_quota_memory(NULL, &watched.store), REBASE_OK);   /* the store lost all, and is seeded with too little */
  rebase_quota_seed(watched.store, NULL, 0, now, &answer);
  rebase_charge known = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 95);
  rebase_quota_seed(watched.store, &known, 1, now, &answer);
  ck_assert_int_eq(reserve(3, &other, 1), REBASE_QUOTA_GRANTED);  /* it hears of that */
  ck_assert_uint_eq(answer.epoch, 2);
  ck_assert_int_eq(reserve(4, &c, 1), REBASE_QUOTA_REFUSED);
  ck_assert_int_eq(settle(2, 0), REBASE_QUOTA_GRANTED);           /* nor does that free anything of the new figures */
  ck_assert_int_eq(reserve(5, &c, 1), REBASE_QUOTA_REFUSED);
  ck_assert_int_eq(stored(1, REBASE_WINDOW_PERIOD, 100), 95);
  rebase_quota_close(store);
  end();
}
END_TEST

START_TEST(a_store_that_lost_its_state_is_noticed_within_the_lifetime) {
  begin(900);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100000, 1);
  for (uint32_t i = 1; i <= 1000; i++) ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  rebase_quota *store = watched.store;
  ck_assert_int_eq(rebase_quota_memory(NULL, &watched.store), REBASE_OK);
  now += 11 * SECOND;
  ck_assert_int_eq(reserve(2000, &c, 1), REBASE_QUOTA_UNSEEDED);  /* no share either: it is there, and says so */
  watched.away = true;
  now += 2 * SECOND;
  ck_assert_int_eq(reserve(2001, &c, 1), REBASE_QUOTA_AWAY);
  watched.away = false;
  rebase_quota_close(store);
  end();
}
END_TEST

START_TEST(the_end_of_a_counter_that_moves_is_told) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 0, 100, 1);   /* of a session: it ends an hour after it was used last */
  for (uint32_t i = 1; i <= 100; i++) {
    c.ends = now + HOUR;
    ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
    now += HOUR / 20;
  }
  c.ends = now + HOUR;
  ck_assert_int_eq(reserve(200, &c, 1), REBASE_QUOTA_REFUSED);
  end();
}
END_TEST

START_TEST(places_are_bounded_and_given_to_others) {
  begin(0);
  rebase_quota_close(quota);
  quota = lease(0, 3);
  for (unsigned char key = 1; key <= 3; key++) {
    rebase_charge c = charge(key, REBASE_WINDOW_PERIOD, 100, 100, 10);
    ck_assert_int_eq(reserve(key, &c, 1), REBASE_QUOTA_GRANTED);
  }
  now += SECOND;
  rebase_charge c = charge(9, REBASE_WINDOW_PERIOD, 100, 100, 10);
  ck_assert_int_eq(reserve(9, &c, 1), REBASE_QUOTA_FULL);         /* three counters of open reservations */
  ck_assert_int_eq(settle(2, 4), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(9, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(stored(2, REBASE_WINDOW_PERIOD, 100), 4);      /* what was free of it went back */
  end();
}
END_TEST

START_TEST(a_forked_child_is_refused) {
  begin(0);
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100000, 1);
  for (uint32_t i = 1; i <= 100; i++) ck_assert_int_eq(reserve(i, &c, 1), REBASE_QUOTA_GRANTED);
  pid_t child = fork();
  if (!child) _exit(reserve(1000, &c, 1) == REBASE_QUOTA_AWAY && settle(1, 0) == REBASE_QUOTA_AWAY ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  ck_assert_int_eq(status, 0);
  end();
}
END_TEST

START_TEST(own_and_others_reservations_are_listed) {
  begin(0);
  rebase_quota_open list[8];
  rebase_charge c = charge(1, REBASE_WINDOW_PERIOD, 100, 100, 4);
  ck_assert_int_eq(reserve(1, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_int_eq(reserve(2, &c, 1), REBASE_QUOTA_GRANTED);
  ck_assert_uint_eq(rebase_quota_list(quota, now, list, 8, &answer), 4);    /* and their two leases, which end later */
  ck_assert_uint_eq(list[0].id[0] + list[1].id[0], 3);
  ck_assert_int_lt(list[1].expires, list[2].expires);
  ck_assert(!list[0].lease && !list[1].lease && list[2].lease && list[3].lease);
  ck_assert_int_eq(list[0].parts[0].amount, 4);
  ck_assert_uint_eq(rebase_quota_list(quota, now, list, 1, &answer), 4);
  ck_assert_uint_eq(list[0].id[0], 1);
  end();
}
END_TEST

START_TEST(bad_arguments) {
  begin(0);
  rebase_quota *opened = NULL;
  ck_assert_int_eq(rebase_quota_lease(NULL, NULL, &opened), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_quota_lease(quota, NULL, &opened), REBASE_E_ARGUMENT);        /* leases on leases */
  ck_assert_int_eq(rebase_quota_lease(&watched.quota, &(rebase_lease_options){.away_share = 1001}, &opened), REBASE_E_ARGUMENT);
  ck_assert_ptr_null(opened);
  rebase_quota_lease_tidy(NULL, now);
  rebase_quota_lease_tidy(watched.store, now);
  end();
}
END_TEST

/* One process that makes random reservations: what it has of each counter is in the store, which never exceeds the limit. */
START_TEST(what_was_granted_is_what_the_store_counts) {
  enum { KEYS = 5, OPEN = 64, LIMIT = 5000 };
  struct { rebase_charge charges[2]; uint32_t count; bool open; } made[OPEN] = {0};
  int64_t granted[KEYS] = {0};
  begin(0);
  srand((unsigned)_i + 1);
  for (uint32_t step = 1; step <= 4000; step++) {
    uint32_t at = (uint32_t)rand() % OPEN;
    if (made[at].open) {
      int64_t used[2] = {0};
      for (uint32_t i = 0; i < made[at].count; i++) {
        used[i] = rand() % (made[at].charges[i].amount + 1);
        granted[made[at].charges[i].key[0]] -= made[at].charges[i].amount - used[i];
      }
      unsigned char id[REBASE_QUOTA_ID] = {0};
      memcpy(id, &made[at].charges[0].ends, sizeof made[at].charges[0].ends);
      rebase_quota_settle(quota, id, used, made[at].count, now, &answer);
      ck_assert_int_eq(answer.status, REBASE_QUOTA_GRANTED);
      made[at].open = false;
    } else {
      int first = rand() % KEYS;
      made[at].count = 1 + (uint32_t)rand() % 2;
      for (uint32_t i = 0; i < 2; i++) {
        made[at].charges[i] = charge((unsigned char)((first + (int)i) % KEYS), REBASE_WINDOW_PERIOD, 100, LIMIT, rand() % 40);
        made[at].charges[i].ends += step;           /* names the reservation, too */
      }
      rebase_reservation r = {.now = now, .expires = now + HOUR, .count = made[at].count, .charges = made[at].charges};
      memcpy(r.id, &made[at].charges[0].ends, sizeof made[at].charges[0].ends);
      rebase_quota_reserve(quota, &r, &answer);
      made[at].open = answer.status == REBASE_QUOTA_GRANTED;
      for (uint32_t i = 0; made[at].open && i < made[at].count; i++) granted[made[at].charges[i].key[0]] += made[at].charges[i].amount;
      if (!made[at].open) {
        ck_assert_int_eq(answer.status, REBASE_QUOTA_REFUSED);
        const rebase_charge *c = &made[at].charges[answer.charge];
        ck_assert_int_gt(granted[c->key[0]] + c->amount, LIMIT);  /* and refuses for no other reason: nobody else is there */
      }
    }
    if (rand() % 50 == 0) now += 6 * SECOND;
    if (rand() % 50 == 0) rebase_quota_lease_tidy(quota, now);
    for (unsigned char k = 0; k < KEYS && step % 16 == 0; k++) {
      ck_assert_int_le(granted[k], stored(k, REBASE_WINDOW_PERIOD, 100));
      ck_assert_int_le(stored(k, REBASE_WINDOW_PERIOD, 100), LIMIT);
    }
  }
  rebase_quota_close(quota);
  for (unsigned char k = 0; k < KEYS; k++) ck_assert_int_ge(stored(k, REBASE_WINDOW_PERIOD, 100), granted[k]);
  rebase_quota_close(watched.store);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("leases");
  TCase *tcase = tcase_create("leases");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, most_reservations_do_not_ask_the_store);
  tcase_add_test(tcase, closing_gives_back_what_was_not_drawn);
  tcase_add_test(tcase, a_quiet_process_gives_back_when_it_tidies);
  tcase_add_test(tcase, what_a_lost_process_held_counts_as_spent);
  tcase_add_test(tcase, a_slice_of_a_rolling_window_stays_in_its_bucket);
  tcase_add_test(tcase, what_is_settled_late_in_an_old_bucket_is_still_right);
  tcase_add_test(tcase, above_the_bound_is_recorded_at_once);
  tcase_add_test(tcase, a_limit_that_was_lowered_holds);
  tcase_add_test(tcase, what_counts_at_once_goes_to_the_store);
  tcase_add_test(tcase, without_the_store_it_goes_on_for_its_lifetime);
  tcase_add_test(tcase, a_share_while_the_store_is_away_is_recorded_when_it_is_back);
  tcase_add_test(tcase, one_that_never_saw_the_store_has_no_share);
  tcase_add_test(tcase, a_new_epoch_drops_what_was_leased);
  tcase_add_test(tcase, a_store_that_lost_its_state_is_noticed_within_the_lifetime);
  tcase_add_test(tcase, the_end_of_a_counter_that_moves_is_told);
  tcase_add_test(tcase, places_are_bounded_and_given_to_others);
  tcase_add_test(tcase, a_forked_child_is_refused);
  tcase_add_test(tcase, own_and_others_reservations_are_listed);
  tcase_add_test(tcase, bad_arguments);
  tcase_add_loop_test(tcase, what_was_granted_is_what_the_store_counts, 0, 10);
  suite_add_tcase(suite, tcase);
  return run_suite(suite);
}
