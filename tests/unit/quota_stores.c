/* quota_stores.c: see quota_stores.h. */
#include <check.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "quota_stores.h"
#include "rebase_redis.h"
#include "rebase_sqlite.h"

int64_t wall_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void pause_briefly(void) { nanosleep(&(struct timespec){0, 5000000}, NULL); }

static bool answers(const struct bench *b) {
  redisContext *c = redisConnectUnix(b->address);
  redisReply *reply = c && !c->err ? redisCommand(c, "PING") : NULL;
  bool up = reply && reply->type == REDIS_REPLY_STATUS;
  if (reply) freeReplyObject(reply);
  if (c) redisFree(c);
  return up;
}

void server_start(struct bench *b) {
  b->server = fork();
  ck_assert_int_ge(b->server, 0);
  if (!b->server) {
    char log[160];
    snprintf(log, sizeof log, "%s/log", b->directory);
    prctl(PR_SET_PDEATHSIG, SIGKILL);         /* also when a test fails half-way */
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(127);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", b->address, "--dir", b->directory, "--save", "", "--logfile",
           log, "--dbfilename", "dump.rdb", (char *)NULL);
    _exit(127);
  }
  for (int i = 0; i < 2000 && !answers(b); i++) {
    ck_assert_msg(waitpid(b->server, NULL, WNOHANG) == 0, "redis-server cannot be started");
    pause_briefly();
  }
  ck_assert(answers(b));
}

void server_kill(struct bench *b) {
  if (b->server <= 0) return;
  kill(b->server, SIGKILL);
  waitpid(b->server, NULL, 0);
  b->server = 0;
}

void server_save(struct bench *b) {
  redisContext *c = redisConnectUnix(b->address);
  ck_assert(c && !c->err);
  redisReply *reply = redisCommand(c, "SAVE");
  ck_assert(reply && reply->type == REDIS_REPLY_STATUS);
  freeReplyObject(reply);
  redisFree(c);
}

void bench_copy(const struct bench *b, const char *from, const char *to) {
  char path[160], bytes[65536];
  size_t size;
  snprintf(path, sizeof path, "%s/%s", b->directory, from);
  FILE *in = fopen(path, "rb");
  snprintf(path, sizeof path, "%s/%s", b->directory, to);
  FILE *out = fopen(path, "wb");
  ck_assert(in && out);
  while ((size = fread(bytes, 1, sizeof bytes, in)) > 0) ck_assert_uint_eq(fwrite(bytes, 1, size, out), size);
  fclose(in);
  fclose(out);
}

void bench_remove(const struct bench *b, const char *file) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", b->directory, file);
  remove(path);
}

void bench_start(struct bench *b, enum store_kind kind) {
  bool leased = kind >= STORE_LEASED;
  if (leased) kind = (enum store_kind)(kind - STORE_LEASED);
  *b = (struct bench){.kind = kind, .leased = leased};
  snprintf(b->directory, sizeof b->directory, "/tmp/rebase-quota-XXXXXX");
  ck_assert(mkdtemp(b->directory));
  snprintf(b->address, sizeof b->address, "%s/%s", b->directory, kind == STORE_REDIS ? "socket" : "quota.db");
  if (kind == STORE_REDIS) server_start(b);
}

void bench_stop(struct bench *b) {
  static const char *const files[] = {"quota.db", "quota.db-wal", "quota.db-shm", "quota.db-turns", "old.db", "socket", "dump.rdb", "old.rdb", "log"};
  server_kill(b);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) bench_remove(b, files[i]);
  ck_assert_int_eq(rmdir(b->directory), 0);
}

rebase_quota *bench_open(const struct bench *b, int64_t tolerance) {
  rebase_quota *quota = NULL;
  rebase_report report;
  if (b->kind == STORE_MEMORY)
    ck_assert_int_eq(rebase_quota_memory(&(rebase_memory_options){.tolerance = tolerance}, &quota), REBASE_OK);
  else if (b->kind == STORE_SQLITE)
    ck_assert_int_eq(rebase_quota_sqlite(b->address, &(rebase_sqlite_options){.tolerance = tolerance, .timeout = 10000000}, &quota, &report), REBASE_OK);
  else
    ck_assert_int_eq(rebase_quota_redis(b->address, &(rebase_redis_options){.tolerance = tolerance, .timeout = 5000000}, &quota), REBASE_OK);
  rebase_quota *store = quota;
  rebase_lease_options options = {.tolerance = tolerance, .away_share = b->away_share, .retry = 100000};
  if (b->leased) ck_assert_int_eq(rebase_quota_lease(store, &options, &quota), REBASE_OK);
  return quota;
}
