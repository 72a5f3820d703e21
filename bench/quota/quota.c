/* quota.c: how fast reservations are: in memory by one thread; over PROCESSES processes on one SQLite file and one redis-server, each
 * without leases and with them.
 * usage: quota [SECONDS]    prints one line a store: reservations a second, and how long one took at the median, p99, p99.9. */
#define _DEFAULT_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "rebase_redis.h"
#include "rebase_sqlite.h"

enum { PROCESSES = 20, SAMPLES = 1 << 20 };
#define BUDGET INT64_C(100000000000)        /* a hundred million reservations: so that leases are bounded by what is left of it */
/* What is measured: SQLite or Redis, with leases or without, settling each reservation or leaving all open. */
struct way { const char *name, *address; bool redis, leases, settles; };
struct shared { _Atomic uint64_t calls; _Atomic int failed; atomic_uint used; uint32_t nanoseconds[SAMPLES]; };

static int64_t clock_now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void report(const char *name, struct shared *s, double seconds) {
  unsigned n = s->used < SAMPLES ? s->used : SAMPLES;
  qsort(s->nanoseconds, n, sizeof *s->nanoseconds, by_size);
  printf("%-22s %9.0f /s   median %8.2f us   p99 %8.2f us   p99.9 %8.2f us%s\n", name, (double)s->calls / seconds, s->nanoseconds[n / 2] / 1e3,
         s->nanoseconds[(size_t)(n * 0.99)] / 1e3, s->nanoseconds[(size_t)(n * 0.999)] / 1e3, s->failed ? "   FAILURES" : "");
  fflush(stdout);
}

/* Two counters a reservation, as a limit for each agent and one for its owner. With leases one in 16 is looked at. */
static void spend(rebase_quota *quota, const struct way *way, struct shared *s, unsigned seed, int64_t until) {
  rebase_charge charges[2] = {{.window = REBASE_WINDOW_PERIOD, .bucket = 1, .limit = BUDGET, .amount = 1000},
                              {.window = REBASE_WINDOW_PERIOD, .bucket = 1, .limit = BUDGET, .amount = 1}};
  rebase_reservation r = {.count = 2, .charges = charges, .timeout = 10000000};
  rebase_quota_answer answer;
  memset(charges[0].key, 1, sizeof charges[0].key);
  memset(charges[1].key, (int)seed + 2, sizeof charges[1].key);
  for (uint64_t i = 1;; i++) {
    int64_t start = clock_now(CLOCK_MONOTONIC);
    if (start >= until) return;
    r.now = clock_now(CLOCK_REALTIME) / 1000;
    r.expires = r.now + 600000000;
    charges[0].ends = charges[1].ends = r.now + 3600000000;
    uint64_t id = (i << 8 | seed) * UINT64_C(0x9e3779b97f4a7c15);
    memcpy(r.id, &id, sizeof id);
    rebase_quota_reserve(quota, &r, &answer);
    int64_t took = clock_now(CLOCK_MONOTONIC) - start;
    if (answer.status != REBASE_QUOTA_GRANTED) atomic_store(&s->failed, 1);
    atomic_fetch_add(&s->calls, 1);
    unsigned at = way->leases && i % 16 ? SAMPLES : atomic_fetch_add(&s->used, 1);
    if (at < SAMPLES) s->nanoseconds[at] = (uint32_t)(took > UINT32_MAX ? UINT32_MAX : took);
    if (way->settles) rebase_quota_settle(quota, r.id, NULL, 0, r.now, &answer);
  }
}

static void in_memory(struct shared *s, double seconds) {
  enum { BATCH = 20000 };           /* without looking at the clock: it costs as much as a reservation */
  rebase_quota *quota;
  rebase_quota_answer answer;
  rebase_charge charge = {.window = REBASE_WINDOW_PERIOD, .bucket = 1, .limit = REBASE_QUOTA_MOST, .amount = 1};
  rebase_reservation r = {.count = 1, .charges = &charge};
  (void)s;
  if (rebase_quota_memory(NULL, &quota) != REBASE_OK) return;
  r.now = clock_now(CLOCK_REALTIME) / 1000;
  r.expires = charge.ends = r.now + 3600000000;
  rebase_quota_seed(quota, NULL, 0, r.now, &answer);
  int64_t begin = clock_now(CLOCK_PROCESS_CPUTIME_ID), end = begin + (int64_t)(seconds * 1e9), spent = 0;
  uint64_t calls = 0;
  while (begin < end) {
    for (int i = 0; i < BATCH; i++) {
      uint64_t id = ++calls * UINT64_C(0x9e3779b97f4a7c15);
      memcpy(r.id, &id, sizeof id);
      rebase_quota_reserve(quota, &r, &answer);
    }
    int64_t now = clock_now(CLOCK_PROCESS_CPUTIME_ID);
    spent += now - begin;
    for (int i = 0; i < BATCH; i++) {         /* settled outside the measurement, so that the store does not fill up */
      uint64_t id = (calls - (uint64_t)i) * UINT64_C(0x9e3779b97f4a7c15);
      memcpy(r.id, &id, sizeof id);
      rebase_quota_settle(quota, r.id, NULL, 0, r.now, &answer);
    }
    begin = clock_now(CLOCK_PROCESS_CPUTIME_ID);
  }
  printf("%-22s %9.0f /s   %.1f ns a reservation (one counter, one thread)%s\n", "memory", (double)calls / ((double)spent / 1e9),
         (double)spent / (double)calls, answer.status == REBASE_QUOTA_GRANTED ? "" : "   FAILURES");
  fflush(stdout);
  rebase_quota_close(quota);
}

static rebase_quota *open_store(const struct way *way) {
  rebase_quota *quota = NULL, *store;
  rebase_sqlite_options options = {.timeout = 10000000};
  if (way->redis) rebase_quota_redis(way->address, NULL, &quota);
  else rebase_quota_sqlite(way->address, &options, &quota, NULL);
  store = quota;
  if (store && way->leases) rebase_quota_lease(store, NULL, &quota);
  return quota;
}

static void over_processes(const struct way *way, struct shared *s, double seconds) {
  rebase_quota_answer answer;
  rebase_quota *quota = open_store(way);
  if (!quota) return;
  rebase_quota_seed(quota, NULL, 0, clock_now(CLOCK_REALTIME) / 1000, &answer);
  rebase_quota_close(quota);
  memset(s, 0, sizeof *s);
  int64_t until = clock_now(CLOCK_MONOTONIC) + (int64_t)(seconds * 1e9);
  pid_t children[PROCESSES];
  for (unsigned i = 0; i < PROCESSES; i++)
    if (!(children[i] = fork())) {
      quota = open_store(way);
      if (quota) spend(quota, way, s, i, until);
      rebase_quota_close(quota);
      _exit(0);
    }
  for (unsigned i = 0; i < PROCESSES; i++) waitpid(children[i], NULL, 0);
  report(way->name, s, seconds);
}

int main(int count, char **arguments) {
  double seconds = count > 1 ? atof(arguments[1]) : 3;
  char directory[] = "/tmp/rebase-bench-XXXXXX", file[64], socket[64];
  struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (s == MAP_FAILED || !mkdtemp(directory)) return 1;
  in_memory(s, seconds);
  snprintf(file, sizeof file, "%s/quota.db", directory);
  over_processes(&(struct way){"SQLite, 20 processes", file, .settles = false}, s, seconds);
  over_processes(&(struct way){"  and settled", file, .settles = true}, s, seconds);
  over_processes(&(struct way){"  with leases, settled", file, .leases = true, .settles = true}, s, seconds);
  snprintf(socket, sizeof socket, "%s/socket", directory);
  pid_t server = fork();
  if (!server) {
    if (!freopen("/dev/null", "w", stdout)) _exit(1);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--dir", directory, "--save", "", (char *)NULL);
    _exit(127);
  }
  while (access(socket, F_OK) && waitpid(server, NULL, WNOHANG) == 0) nanosleep(&(struct timespec){0, 10000000}, NULL);
  over_processes(&(struct way){"Redis, 20 processes", socket, .redis = true}, s, seconds);
  over_processes(&(struct way){"  and settled", socket, .redis = true, .settles = true}, s, seconds);
  over_processes(&(struct way){"  with leases, settled", socket, .redis = true, .leases = true, .settles = true}, s, seconds);
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", directory);
  return system(command) ? 1 : 0;
}
