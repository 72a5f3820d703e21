/* redis.c: quotas in Redis through hiredis: every call is one run of one script. What got no answer may be sent again: calls
 * are idempotent by the reservation's id. */
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "rebase_redis.h"
#include "redis_script.h"
#include "store_lock.h"

enum { HASH = 41, RUN = 64, NUMBER = 24, HEX = 33, FIXED = 13, MOST = FIXED + 2 + 6 * REBASE_QUOTA_CHARGES };
struct store {
  rebase_quota quota;
  rebase_redis_options options;
  pthread_mutex_t lock;
  pid_t owner;
  redisContext *connection;
  char hash[HASH], run[RUN];        /* of the script; of the server behind the connection */
  char why[64];                     /* the server is not used */
  int64_t epoch, calls;             /* newest that was seen */
  int64_t give_up;                  /* steady time at which the call under way must have its answer */
  char *address, *password, *prefix;
};

/* ---- arguments: strings in one block ---- */
struct arguments { const char *items[MOST]; int count; char bytes[MOST * HEX]; size_t used; };

static void push(struct arguments *a, const char *text) { a->items[a->count++] = text; }

static void push_number(struct arguments *a, int64_t n) {
  char *to = a->bytes + a->used;
  a->used += (size_t)snprintf(to, NUMBER, "%" PRId64, n) + 1;
  push(a, to);
}

static void push_hex(struct arguments *a, const unsigned char *bytes) {
  char *to = a->bytes + a->used;
  sodium_bin2hex(to, HEX, bytes, HEX / 2);
  a->used += HEX;
  push(a, to);
}

static void push_charges(struct arguments *a, const rebase_charge *charges, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    push_hex(a, charges[i].key);
    push_number(a, charges[i].window);
    push_number(a, charges[i].bucket);
    push_number(a, charges[i].ends);
    push_number(a, charges[i].limit);
    push_number(a, charges[i].amount);
  }
}

static void begin(struct store *s, struct arguments *a, const char *what, const unsigned char *id, int64_t now) {
  static const unsigned char none[REBASE_QUOTA_ID];
  a->count = 0;
  a->used = 0;
  push(a, "EVALSHA");
  push(a, s->hash);
  push(a, "1");
  push(a, s->prefix);
  push(a, what);
  push(a, s->run);
  push_number(a, now);
  push_number(a, s->options.tolerance);
  push_number(a, s->options.remember);
  push_number(a, s->epoch);
  push_number(a, s->calls);
  push_hex(a, id ? id : none);
  push_number(a, REBASE_QUOTA_PARTS);
}

/* ---- the connection ---- */
static void disconnect(struct store *s) {
  if (s->connection) redisFree(s->connection);
  s->connection = NULL;
}

static struct timeval timeval_of(int64_t microseconds) {
  return (struct timeval){microseconds / 1000000, (int)(microseconds % 1000000)};
}

/* What is sent next must be answered in what is left of the call's time. */
static bool in_time(struct store *s) {
  int64_t left = s->give_up - steady_now();
  if (left > 0 && redisSetTimeout(s->connection, timeval_of(left)) == REDIS_OK) return true;
  snprintf(s->why, sizeof s->why, "no answer in time");
  return false;
}

/* Which server this is, and that it does not throw counters away when memory runs short. */
static bool read_server(struct store *s) {
  redisReply *reply = in_time(s) ? redisCommand(s->connection, "INFO") : NULL;
  const char *info = reply && reply->type == REDIS_REPLY_STRING ? reply->str : "";
  const char *at = strstr(info, "run_id:");
  size_t length = at ? strcspn(at + 7, "\r\n") : 0;
  bool keeps = strstr(info, "maxmemory_policy:noeviction"), known = length && length < RUN;
  if (known) snprintf(s->run, RUN, "%.*s", (int)length, at + 7);
  snprintf(s->why, sizeof s->why, "%s", known && !keeps ? "maxmemory-policy must be noeviction" : "");
  freeReplyObject(reply);
  return known && keeps;
}

static bool load_script(struct store *s) {
  char script[sizeof script_start + sizeof script_reserve + sizeof script_rest];
  int length = snprintf(script, sizeof script, "%s%s%s", script_start, script_reserve, script_rest);
  redisReply *reply = in_time(s) ? redisCommand(s->connection, "SCRIPT LOAD %b", script, (size_t)length) : NULL;
  bool loaded = reply && reply->type == REDIS_REPLY_STRING && reply->len == HASH - 1;
  if (loaded) memcpy(s->hash, reply->str, HASH);
  freeReplyObject(reply);
  return loaded;
}

static bool authenticate(struct store *s) {
  if (!s->password) return true;
  redisReply *reply = in_time(s) ? redisCommand(s->connection, "AUTH %s", s->password) : NULL;
  bool ok = reply && reply->type == REDIS_REPLY_STATUS;
  freeReplyObject(reply);
  return ok;
}

static bool connect_to(struct store *s) {
  if (s->connection && !s->connection->err) return true;
  int64_t left = s->give_up - steady_now();
  disconnect(s);
  if (left <= 0) return false;
  struct timeval timeout = timeval_of(left);
  const char *colon = strrchr(s->address, ':');
  if (s->address[0] == '/' || !colon) s->connection = redisConnectUnixWithTimeout(s->address, timeout);
  else {
    char host[256];
    snprintf(host, sizeof host, "%.*s", (int)(colon - s->address), s->address);
    s->connection = redisConnectWithTimeout(host, atoi(colon + 1), timeout);
  }
  if (!s->connection || s->connection->err) return false;
  fcntl(s->connection->fd, F_SETFD, FD_CLOEXEC);   /* no business of programs that the host starts */
  return authenticate(s) && read_server(s) && load_script(s);
}

static redisReply *send_arguments(struct store *s, struct arguments *a) {
  redisReply *reply = in_time(s) ? redisCommandArgv(s->connection, a->count, a->items, NULL) : NULL;
  if (!reply || reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "NOSCRIPT", 8)) return reply;
  freeReplyObject(reply);           /* someone flushed the scripts */
  return load_script(s) && in_time(s) ? redisCommandArgv(s->connection, a->count, a->items, NULL) : NULL;
}

static int64_t number_at(const redisReply *reply, size_t i) {
  if (i >= reply->elements) return 0;
  const redisReply *item = reply->element[i];
  return item->type == REDIS_REPLY_INTEGER ? item->integer : item->type == REDIS_REPLY_STRING ? strtoll(item->str, NULL, 10) : 0;
}

static void away(struct store *s, const redisReply *reply, rebase_quota_answer *answer) {
  const char *why = reply && reply->type == REDIS_REPLY_ERROR ? reply->str : s->why[0] ? s->why : s->connection && s->connection->err ? s->connection->errstr : "no answer";
  answer->status = REBASE_QUOTA_AWAY;
  snprintf(answer->text, sizeof answer->text, "Redis: %.140s", why);
}

/* hiredis writes to sockets that may be closed: the signal must not end the host. */
static bool block_pipe_signal(void) {
  sigset_t pipe, before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  return sigismember(&before, SIGPIPE) == 1;
}

static void unblock_pipe_signal(void) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  while (sigtimedwait(&pipe, NULL, &(struct timespec){0, 0}) == SIGPIPE) continue;
  pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
}

/* A connection that had been open may turn out dead only now: once more on a new one. fill adds what follows the fixed part. */
typedef void fill_arguments(struct arguments *a, const void *from);
static redisReply *ask(struct store *s, const char *what, const unsigned char *id, int64_t now, fill_arguments *fill,
                       const void *from, rebase_quota_answer *answer) {
  struct arguments a;
  redisReply *reply = NULL;
  if (s->owner != getpid()) {
    snprintf(answer->text, sizeof answer->text, "opened before fork(): open the store in the child");
    return NULL;
  }
  s->why[0] = 0;
  bool was_blocked = block_pipe_signal();
  for (int attempt = 0; attempt < 2 && !reply; attempt++) {
    bool fresh = !s->connection;
    if (!connect_to(s)) break;
    begin(s, &a, what, id, now);
    fill(&a, from);
    reply = send_arguments(s, &a);
    if (reply) break;
    away(s, NULL, answer);
    disconnect(s);
    if (fresh) break;
  }
  if (!was_blocked) unblock_pipe_signal();
  if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements < 3) {
    if (reply || !answer->text[0]) away(s, reply, answer);
    if (!reply) disconnect(s);
    freeReplyObject(reply);
    return NULL;
  }
  int64_t status = number_at(reply, 0);
  answer->status = status > 0 && status < REBASE_QUOTA_STATUS_COUNT ? (rebase_quota_status)status : REBASE_QUOTA_AWAY;
  answer->epoch = (uint64_t)number_at(reply, 1);
  if (answer->status != REBASE_QUOTA_UNSEEDED && answer->status != REBASE_QUOTA_CLOCK) {
    s->epoch = number_at(reply, 1);
    s->calls = number_at(reply, 2);
  }
  return reply;
}

/* ---- the interface ---- */
/* The time of a call counts from before it has the lock. False: other threads took all of it. */
static bool lock(struct store *s, int64_t timeout, rebase_quota_answer *answer) {
  if (timeout <= 0) timeout = s->options.timeout;
  int64_t give_up = steady_now() + timeout;
  if (lock_within(&s->lock, timeout)) {
    s->give_up = give_up;
    return true;
  }
  snprintf(answer->text, sizeof answer->text, "Redis: other threads wait for it");
  return false;
}

static void fill_reservation(struct arguments *a, const void *from) {
  const rebase_reservation *r = from;
  uint64_t digest = 14695981039346656037u;
  for (uint32_t i = 0; i < r->count; i++) {
    for (int k = 0; k < REBASE_QUOTA_KEY; k++) digest = (digest ^ r->charges[i].key[k]) * 1099511628211u;
    digest = (digest ^ (uint64_t)r->charges[i].amount) * 1099511628211u;
  }
  push_number(a, r->expires);
  push_number(a, (int64_t)(digest >> 1));
  push_charges(a, r->charges, r->count);
}

static void reserve(rebase_quota *quota, const rebase_reservation *r, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  if (!lock(s, r->timeout, answer)) return;
  redisReply *reply = ask(s, "reserve", r->id, r->now, fill_reservation, r, answer);
  if (reply) {
    uint32_t charge = (uint32_t)number_at(reply, 3);
    answer->charge = charge < r->count ? charge : 0;
    if (answer->status == REBASE_QUOTA_REFUSED) answer->used[answer->charge] = number_at(reply, 4);
    else
      for (uint32_t i = 0; i < r->count; i++) answer->used[i] = number_at(reply, 4 + i);
    freeReplyObject(reply);
  }
  pthread_mutex_unlock(&s->lock);
}

struct numbers { const int64_t *items; uint32_t count; };
static void fill_numbers(struct arguments *a, const void *from) {
  const struct numbers *numbers = from;
  for (uint32_t i = 0; i < numbers->count; i++) push_number(a, numbers->items[i]);
}

static void settle(rebase_quota *quota, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  struct numbers numbers = {used, count};
  if (!lock(s, 0, answer)) return;
  freeReplyObject(ask(s, "settle", id, now, fill_numbers, &numbers, answer));
  pthread_mutex_unlock(&s->lock);
}

struct charges { const rebase_charge *items; uint32_t count; };
static void fill_charges(struct arguments *a, const void *from) {
  const struct charges *charges = from;
  push_charges(a, charges->items, charges->count);
}

static void seed(rebase_quota *quota, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  struct charges all = {charges, count};
  if (!lock(s, 0, answer)) return;
  freeReplyObject(ask(s, "seed", NULL, now, fill_charges, &all, answer));
  pthread_mutex_unlock(&s->lock);
}

static void bytes_of(const char *hex, unsigned char bytes[REBASE_QUOTA_ID]) {
  sodium_hex2bin(bytes, REBASE_QUOTA_ID, hex, HEX - 1, NULL, NULL, NULL);
}

static const char *text_at(const redisReply *reply, size_t i) {
  return i < reply->elements && reply->element[i]->type == REDIS_REPLY_STRING ? reply->element[i]->str : "";
}

/* "KEY WINDOW BUCKET AMOUNT,..." as the script keeps it. */
static void read_parts(const char *text, rebase_quota_open *open) {
  char key[HEX];
  int window, length = 0;
  long long amount;
  while (open->count < REBASE_QUOTA_CHARGES && sscanf(text, "%32[0-9a-f] %d %*d %lld%n", key, &window, &amount, &length) == 3 && strlen(key) == 32) {
    rebase_quota_part *part = &open->parts[open->count++];
    part->window = (rebase_window)window;
    part->amount = amount;
    bytes_of(key, part->key);
    if (text[length] != ',') return;
    text += length + 1;
  }
}

static uint32_t list_open(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  int64_t most = size;
  struct numbers numbers = {&most, 1};
  uint32_t total = 0;
  if (!lock(s, 0, answer)) return 0;
  redisReply *reply = ask(s, "list", NULL, now, fill_numbers, &numbers, answer);
  if (reply) {
    total = (uint32_t)number_at(reply, 3);
    for (uint32_t i = 0; i < size && i < total; i++) {
      size_t at = 4 + 4 * (size_t)i;
      list[i] = (rebase_quota_open){.made = number_at(reply, at + 1), .expires = number_at(reply, at + 2)};
      if (strlen(text_at(reply, at)) != 32) break;
      bytes_of(text_at(reply, at), list[i].id);
      read_parts(text_at(reply, at + 3), &list[i]);
    }
    freeReplyObject(reply);
  }
  pthread_mutex_unlock(&s->lock);
  return total;
}

static void close_store(rebase_quota *quota) {
  struct store *s = (struct store *)quota;
  if (s->owner == getpid()) disconnect(s);
  else if (s->connection) redisFree(s->connection);
  pthread_mutex_destroy(&s->lock);
  free(s->address);
  free(s->password);
  free(s->prefix);
  free(s);
}

static char *copy(const char *text) {
  size_t size = text ? strlen(text) + 1 : 0;
  char *to = text ? malloc(size) : NULL;
  return to ? memcpy(to, text, size) : NULL;
}

rebase_status rebase_quota_redis(const char *address, const rebase_redis_options *options, rebase_quota **quota) {
  static const rebase_quota_ops ops = {"redis", reserve, settle, seed, list_open, close_store};
  if (!address || !quota) return REBASE_E_ARGUMENT;
  *quota = NULL;
  struct store *s = calloc(1, sizeof *s);
  if (!s) return REBASE_E_MEMORY;
  if (pthread_mutex_init(&s->lock, NULL)) {
    free(s);
    return REBASE_E_MEMORY;
  }
  s->quota.ops = &ops;
  s->owner = getpid();
  if (options) s->options = *options;
  if (s->options.timeout <= 0) s->options.timeout = 1000000;
  if (s->options.tolerance <= 0) s->options.tolerance = 60000000;
  if (s->options.remember <= 0) s->options.remember = INT64_C(3600000000);
  const char *name = s->options.name ? s->options.name : "rebase";
  size_t size = strlen(name) + sizeof "{:quota}";
  s->address = copy(address);
  s->password = copy(s->options.password);
  s->prefix = malloc(size);
  if (!s->address || !s->prefix || (s->options.password && !s->password)) {
    close_store(&s->quota);
    return REBASE_E_MEMORY;
  }
  snprintf(s->prefix, size, "{%s:quota}", name);
  s->options.name = s->options.password = NULL;     /* the copies are what counts */
  *quota = &s->quota;
  return REBASE_OK;
}
