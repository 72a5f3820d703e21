/* sqlite.c: quotas in an SQLite file (write-ahead log): each call is one transaction that begins by taking the write lock. */
#ifdef __linux__
#define _GNU_SOURCE 1               /* statx: when a file was made */
#endif
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "rebase_sqlite.h"
#include "sqlite_turns.h"
#include "store_lock.h"

enum statement {
  BEGIN, COMMIT, ROLLBACK, STATE, SET_STATE, SET_EPOCH, BUCKETS, ADD, FIND, KEEP, CORRECT, DONE, LIST, COUNT, FORGET, DROP,
  AT_LEAST, STATEMENTS
};
static const char *const sql[STATEMENTS] = {
  [BEGIN] = "BEGIN IMMEDIATE",
  [COMMIT] = "COMMIT",
  [ROLLBACK] = "ROLLBACK",
  [STATE] = "SELECT epoch, clock, calls, device, inode, born FROM state",
  [SET_STATE] = "UPDATE state SET clock = ?1, calls = ?2",
  [SET_EPOCH] = "INSERT OR REPLACE INTO state (one, epoch, clock, calls, device, inode, born) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
  [BUCKETS] = "SELECT bucket, amount FROM counters WHERE key = ?1 ORDER BY bucket DESC",
  [ADD] = "INSERT INTO counters (key, bucket, ends, amount) VALUES (?1, ?2, ?3, ?4) "
          "ON CONFLICT (key, bucket) DO UPDATE SET amount = amount + excluded.amount, ends = max(ends, excluded.ends)",
  [FIND] = "SELECT done, expires, charges FROM reservations WHERE id = ?1",
  [KEEP] = "INSERT INTO reservations (id, done, made, expires, charges) VALUES (?1, 0, ?2, ?3, ?4)",
  [CORRECT] = "UPDATE counters SET amount = amount + ?3 WHERE key = ?1 AND bucket = ?2",
  [DONE] = "UPDATE reservations SET done = 1 WHERE id = ?1",
  [LIST] = "SELECT id, made, expires, charges FROM reservations WHERE done = 0 ORDER BY expires LIMIT ?1",
  [COUNT] = "SELECT count(*) FROM reservations WHERE done = 0",
  [FORGET] = "DELETE FROM reservations WHERE done IN (0, 1) AND expires < ?1",
  [DROP] = "DELETE FROM counters WHERE ends < ?1",
  [AT_LEAST] = "INSERT INTO counters (key, bucket, ends, amount) VALUES (?1, ?2, ?3, ?4) "
               "ON CONFLICT (key, bucket) DO UPDATE SET amount = max(amount, excluded.amount), ends = max(ends, excluded.ends)",
};
static const char schema[] =
  "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, clock INTEGER NOT NULL,"
  " calls INTEGER NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, born INTEGER NOT NULL) STRICT;"
  "CREATE TABLE IF NOT EXISTS counters (key BLOB NOT NULL, bucket INTEGER NOT NULL, ends INTEGER NOT NULL, amount INTEGER NOT NULL,"
  " PRIMARY KEY (key, bucket)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS reservations (id BLOB PRIMARY KEY, done INTEGER NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL,"
  " charges BLOB NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX IF NOT EXISTS reservations_end ON reservations (done, expires);";     /* one: each index is a page more to write */

/* A call writes some four pages: small ones. */
static const char tuning[] = "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL";
enum { LOG_PART = 2000, LOG_MOST = 16000, LOG_REST = 300, A_COMMIT = 8, ROUNDS = 4 };   /* pages */

enum { SWEEP_EVERY = 1024 };
struct charged { unsigned char key[REBASE_QUOTA_KEY]; int64_t window, bucket, asked, amount; };     /* as kept in `charges` */
struct state { int64_t epoch, clock, calls; bool ours; };
struct file { int64_t device, inode, born; };        /* born: nanoseconds, 0 where the system does not know */
struct store {
  rebase_quota quota;
  rebase_sqlite_options options;
  pthread_mutex_t lock;
  pid_t owner;
  sqlite3 *db;
  sqlite3_stmt *statements[STATEMENTS];
  int64_t give_up;                  /* steady time at which waiting for other processes ends; 0: no waiting */
  int log_pages;                    /* in the log after our last commit */
  struct turns turns;
  struct file file;                 /* that was opened */
  int64_t epoch, calls;             /* newest that was seen: a file that says less went back in time */
  char path[];
};

static int wait_for_others(void *user, int tries) {
  struct store *s = user;
  int64_t left = s->give_up - steady_now();
  (void)tries;
  if (left <= 0) return 0;
  turns_busy(&s->turns, left);
  return 1;
}

/* ---- statements ---- */
static sqlite3_stmt *prepared(struct store *s, enum statement which) {
  if (s->statements[which]) sqlite3_reset(s->statements[which]);
  else if (sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[which], NULL) != SQLITE_OK) return NULL;
  return s->statements[which];
}

static bool run(struct store *s, enum statement which, const void *blob, int blob_size, const int64_t *numbers, int count) {
  sqlite3_stmt *statement = prepared(s, which);
  int at = 1;
  if (!statement) return false;
  if (blob) sqlite3_bind_blob(statement, at++, blob, blob_size, SQLITE_STATIC);
  for (int i = 0; i < count; i++) sqlite3_bind_int64(statement, at++, numbers[i]);
  bool done = sqlite3_step(statement) == SQLITE_DONE;
  sqlite3_reset(statement);
  return done;
}

static void fail(struct store *s, rebase_quota_answer *answer) {
  answer->status = REBASE_QUOTA_AWAY;
  snprintf(answer->text, sizeof answer->text, "SQLite: %s", s->db ? sqlite3_errmsg(s->db) : "not open");
}

/* ---- the file: opened anew when it was replaced ---- */
static void close_file(struct store *s) {
  for (int i = 0; i < STATEMENTS; i++) {
    sqlite3_finalize(s->statements[i]);
    s->statements[i] = NULL;
  }
  sqlite3_close(s->db);
  s->db = NULL;
  turns_close(&s->turns);
}

/* A number of an inode may be given to another file at once; the time at which it was made tells them apart. */
static bool identify(const char *path, struct file *file) {
#ifdef __linux__
  struct statx x;
  if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &x)) return false;
  *file = (struct file){(int64_t)(((uint64_t)x.stx_dev_major << 32) | x.stx_dev_minor), (int64_t)x.stx_ino, 0};
  if (x.stx_mask & STATX_BTIME) file->born = x.stx_btime.tv_sec * 1000000000 + x.stx_btime.tv_nsec;
#else
  struct stat x;
  if (stat(path, &x)) return false;
  *file = (struct file){(int64_t)x.st_dev, (int64_t)x.st_ino, 0};
#endif
  return true;
}

static bool equal_files(const struct file *a, const struct file *b) {
  return a->device == b->device && a->inode == b->inode && a->born == b->born;
}

static int committed(void *user, sqlite3 *db, const char *name, int pages) {
  struct store *s = user;
  (void)db, (void)name;
  s->log_pages = pages;
  return SQLITE_OK;
}

/* Only this waits for the disk: one call of some hundred. The log moves into the file while others write on; they never all pause, so that
 * it would grow for ever: when it is long, and all but a little is moved, that follows under the lock, and the log begins anew. */
static void shorten_log(struct store *s) {
  int pages = 0, moved = 0;
  bool long_one = s->log_pages >= LOG_MOST;
  s->give_up = 0;
  if (long_one || s->log_pages % LOG_PART < A_COMMIT) sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  for (int i = 1; long_one && i < ROUNDS && pages - moved > LOG_REST; i++)
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (long_one) sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
  s->log_pages = 0;
}

static bool open_file(struct store *s) {
  const char *mode = s->options.survive_power_loss ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) return false;
  sqlite3_busy_handler(s->db, wait_for_others, s);
  if (sqlite3_exec(s->db, tuning, NULL, NULL, NULL) != SQLITE_OK || sqlite3_exec(s->db, mode, NULL, NULL, NULL) != SQLITE_OK) return false;
  if (sqlite3_exec(s->db, schema, NULL, NULL, NULL) != SQLITE_OK || !identify(s->path, &s->file)) return false;
  sqlite3_wal_hook(s->db, committed, s);      /* in place of SQLite's own */
  char *line = sqlite3_mprintf("%s-turns", s->path);
  if (line) turns_open(&s->turns, line);
  sqlite3_free(line);
  return true;
}

static bool same_file(const struct store *s) {
  struct file file;
  return identify(s->path, &file) && equal_files(&file, &s->file);
}

/* Until when a call may wait: from before it has the lock. False: other threads took that long. */
static bool lock(struct store *s, int64_t timeout, int64_t *give_up, rebase_quota_answer *answer) {
  if (timeout <= 0) timeout = s->options.timeout;
  *give_up = steady_now() + timeout;
  if (lock_within(&s->lock, timeout)) return true;
  snprintf(answer->text, sizeof answer->text, "SQLite: other threads wait for the file");
  return false;
}

static bool begin(struct store *s, int64_t give_up, rebase_quota_answer *answer) {
  int64_t now = steady_now();
  s->give_up = give_up;
  if (s->owner != getpid()) {
    snprintf(answer->text, sizeof answer->text, "opened before fork(): open the store in the child");
    return false;
  }
  if (s->db && !same_file(s)) close_file(s);
  bool opened = s->db || open_file(s);
  turns_before(&s->turns, now, s->give_up);
  if (opened && run(s, BEGIN, NULL, 0, NULL, 0)) {
    turns_begun(&s->turns, steady_now());
    return true;
  }
  turns_gave_up(&s->turns);
  fail(s, answer);
  if (s->db && sqlite3_errcode(s->db) != SQLITE_BUSY) close_file(s);
  return false;
}

/* What is not committed did not happen. */
static void end(struct store *s, bool commit, rebase_quota_answer *answer) {
  turns_end(&s->turns);
  if (commit && run(s, COMMIT, NULL, 0, NULL, 0)) {
    s->calls++;
    if (s->log_pages >= LOG_PART) shorten_log(s);
    return;
  }
  if (commit) fail(s, answer);
  if (!sqlite3_get_autocommit(s->db)) run(s, ROLLBACK, NULL, 0, NULL, 0);
}

static bool read_state(struct store *s, struct state *state) {
  sqlite3_stmt *q = prepared(s, STATE);
  *state = (struct state){0};
  if (!q) return false;
  int step = sqlite3_step(q);
  if (step == SQLITE_ROW) {
    struct file file = {sqlite3_column_int64(q, 3), sqlite3_column_int64(q, 4), sqlite3_column_int64(q, 5)};
    *state = (struct state){sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2), equal_files(&file, &s->file)};
  }
  sqlite3_reset(q);
  return step == SQLITE_ROW || step == SQLITE_DONE;
}

/* In a transaction: whether the file may be believed, and the time moves on. False: status says why not. */
static bool admit(struct store *s, int64_t *now, rebase_quota_answer *answer) {
  struct state state;
  if (!read_state(s, &state)) {
    fail(s, answer);
    return false;
  }
  answer->epoch = (uint64_t)state.epoch;
  bool older = state.epoch < s->epoch || (state.epoch == s->epoch && state.calls < s->calls);
  if (!state.epoch || !state.ours || older) answer->status = REBASE_QUOTA_UNSEEDED;
  else if (*now < state.clock - s->options.tolerance) answer->status = REBASE_QUOTA_CLOCK;
  else answer->status = REBASE_QUOTA_GRANTED;
  if (answer->status != REBASE_QUOTA_GRANTED) return false;
  s->epoch = state.epoch;
  s->calls = state.calls;
  if (*now < state.clock) *now = state.clock;
  bool written = run(s, SET_STATE, NULL, 0, (int64_t[]){*now, s->calls + 1}, 2);
  if (written && s->calls % SWEEP_EVERY == 0)
    written = run(s, FORGET, NULL, 0, (int64_t[]){*now - s->options.remember}, 1) && run(s, DROP, NULL, 0, (int64_t[]){*now - s->options.tolerance}, 1);
  if (!written) fail(s, answer);
  return written;
}

/* ---- reserve ---- */
/* Where a charge goes, and what its counter holds there. */
static bool look(struct store *s, const rebase_charge *c, int64_t now, int64_t *bucket, int64_t *used) {
  sqlite3_stmt *q = prepared(s, BUCKETS);
  int step;
  *bucket = c->bucket;
  *used = 0;
  if (!q) return false;
  sqlite3_bind_blob(q, 1, c->key, REBASE_QUOTA_KEY, SQLITE_STATIC);
  while ((step = sqlite3_step(q)) == SQLITE_ROW) {
    int64_t at = sqlite3_column_int64(q, 0);
    if (c->window != REBASE_WINDOW_HELD && at > *bucket) *bucket = at;
    int64_t from = c->window == REBASE_WINDOW_PERIOD ? *bucket : c->window == REBASE_WINDOW_ROLLING ? *bucket - REBASE_QUOTA_PARTS : now + 1;
    if (at < from) break;
    *used += sqlite3_column_int64(q, 1);
  }
  sqlite3_reset(q);
  return step == SQLITE_ROW || step == SQLITE_DONE;
}

static bool check(struct store *s, const rebase_reservation *r, int64_t now, struct charged *charged, rebase_quota_answer *answer) {
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    charged[i] = (struct charged){.window = c->window, .asked = c->bucket, .amount = c->amount};
    memcpy(charged[i].key, c->key, REBASE_QUOTA_KEY);
    answer->charge = i;
    if (c->ends <= now - s->options.tolerance) {
      answer->status = REBASE_QUOTA_INVALID;
      return false;
    }
    if (!look(s, c, now, &charged[i].bucket, &answer->used[i])) {
      fail(s, answer);
      return false;
    }
    if (answer->used[i] <= c->limit - c->amount) continue;
    answer->status = REBASE_QUOTA_REFUSED;
    return false;
  }
  answer->charge = 0;
  return true;
}

static bool same_charges(const struct charged *charged, int bytes, const rebase_reservation *r) {
  if ((size_t)bytes != r->count * sizeof *charged) return false;
  for (uint32_t i = 0; i < r->count; i++)
    if (memcmp(charged[i].key, r->charges[i].key, REBASE_QUOTA_KEY) || charged[i].amount != r->charges[i].amount) return false;
  return true;
}

/* Row of the reservation, or SQLITE_DONE. Its columns are read from statement FIND. */
static int find(struct store *s, const unsigned char *id) {
  sqlite3_stmt *q = prepared(s, FIND);
  if (!q) return SQLITE_ERROR;
  sqlite3_bind_blob(q, 1, id, REBASE_QUOTA_ID, SQLITE_STATIC);
  return sqlite3_step(q);
}

static int column_charges(struct store *s, int column, enum statement which, struct charged *charged) {
  int bytes = sqlite3_column_bytes(s->statements[which], column);
  if (bytes < 0 || (size_t)bytes > REBASE_QUOTA_CHARGES * sizeof *charged || (size_t)bytes % sizeof *charged) return -1;
  if (bytes) memcpy(charged, sqlite3_column_blob(s->statements[which], column), (size_t)bytes);
  return bytes;
}

static void take(struct store *s, const rebase_reservation *r, const struct charged *charged, rebase_quota_answer *answer) {
  for (uint32_t i = 0; i < r->count; i++) {
    if (!run(s, ADD, charged[i].key, REBASE_QUOTA_KEY, (int64_t[]){charged[i].bucket, r->charges[i].ends, charged[i].amount}, 3)) {
      fail(s, answer);
      return;
    }
    answer->used[i] += charged[i].amount;
  }
  sqlite3_stmt *q = prepared(s, KEEP);
  if (!q) {
    fail(s, answer);
    return;
  }
  sqlite3_bind_blob(q, 1, r->id, REBASE_QUOTA_ID, SQLITE_STATIC);
  sqlite3_bind_int64(q, 2, r->now);
  sqlite3_bind_int64(q, 3, r->expires);
  sqlite3_bind_blob(q, 4, charged, (int)(r->count * sizeof *charged), SQLITE_STATIC);
  if (sqlite3_step(q) != SQLITE_DONE) fail(s, answer);
  sqlite3_reset(q);
}

static void reserve_locked(struct store *s, const rebase_reservation *r, int64_t give_up, rebase_quota_answer *answer) {
  struct charged charged[REBASE_QUOTA_CHARGES];
  int64_t now = r->now;
  if (!begin(s, give_up, answer)) return;
  if (admit(s, &now, answer)) {
    int found = find(s, r->id);
    if (found == SQLITE_ROW) {
      int bytes = column_charges(s, 2, FIND, charged);
      answer->status = same_charges(charged, bytes, r) ? REBASE_QUOTA_GRANTED : REBASE_QUOTA_CONFLICT;
    } else if (found != SQLITE_DONE) fail(s, answer);
    else if (check(s, r, now, charged, answer)) take(s, r, charged, answer);
    sqlite3_reset(s->statements[FIND]);
  }
  end(s, answer->status == REBASE_QUOTA_GRANTED, answer);
}

static void reserve(rebase_quota *quota, const rebase_reservation *r, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  int64_t give_up;
  if (!lock(s, r->timeout, &give_up, answer)) return;
  reserve_locked(s, r, give_up, answer);
  pthread_mutex_unlock(&s->lock);
}

/* ---- settle ---- */
static bool correct(struct store *s, const struct charged *c, int64_t used, bool late) {
  if (c->window == REBASE_WINDOW_HELD) used = 0;
  if (late && used < c->amount) return true;
  return used == c->amount || run(s, CORRECT, c->key, REBASE_QUOTA_KEY, (int64_t[]){c->bucket, used - c->amount}, 2);
}

static void settle_found(struct store *s, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct charged charged[REBASE_QUOTA_CHARGES];
  sqlite3_stmt *q = s->statements[FIND];
  bool done = sqlite3_column_int(q, 0), late = sqlite3_column_int64(q, 1) <= now;
  int bytes = column_charges(s, 2, FIND, charged);
  sqlite3_reset(q);
  uint32_t total = bytes < 0 ? 0 : (uint32_t)((size_t)bytes / sizeof *charged);
  if (count > total) answer->status = REBASE_QUOTA_INVALID;
  if (done || count > total) return;
  bool written = true;
  for (uint32_t i = 0; i < total && written; i++) written = correct(s, &charged[i], i < count ? used[i] : charged[i].amount, late);
  if (!written || !run(s, DONE, id, REBASE_QUOTA_ID, NULL, 0)) fail(s, answer);
  else if (late) answer->status = REBASE_QUOTA_LATE;
}

static void settle(rebase_quota *quota, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  int64_t give_up;
  if (!lock(s, 0, &give_up, answer)) return;
  if (begin(s, give_up, answer)) {
    if (admit(s, &now, answer)) {
      int found = find(s, id);
      if (found == SQLITE_ROW) settle_found(s, id, used, count, now, answer);
      else if (found == SQLITE_DONE) answer->status = REBASE_QUOTA_UNKNOWN;
      else fail(s, answer);
      sqlite3_reset(s->statements[FIND]);
    }
    end(s, answer->status == REBASE_QUOTA_GRANTED || answer->status == REBASE_QUOTA_LATE, answer);
  }
  pthread_mutex_unlock(&s->lock);
}

/* ---- seed, list ---- */
static void seed(rebase_quota *quota, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  struct state state;
  int64_t give_up;
  if (!lock(s, 0, &give_up, answer)) return;
  if (begin(s, give_up, answer)) {
    bool written = read_state(s, &state);
    int64_t epoch = (state.epoch > s->epoch ? state.epoch : s->epoch) + 1;
    written = written && run(s, SET_EPOCH, NULL, 0, (int64_t[]){epoch, now, state.calls + 1, s->file.device, s->file.inode, s->file.born}, 6);
    for (uint32_t i = 0; i < count && written; i++)
      written = run(s, AT_LEAST, charges[i].key, REBASE_QUOTA_KEY, (int64_t[]){charges[i].bucket, charges[i].ends, charges[i].amount}, 3);
    answer->status = REBASE_QUOTA_GRANTED;
    s->calls = state.calls;
    if (!written) fail(s, answer);
    end(s, written, answer);
    if (answer->status == REBASE_QUOTA_GRANTED) answer->epoch = (uint64_t)(s->epoch = epoch);
  }
  pthread_mutex_unlock(&s->lock);
}

static uint32_t list_rows(struct store *s, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  struct charged charged[REBASE_QUOTA_CHARGES];
  sqlite3_stmt *q = prepared(s, COUNT);
  uint32_t total = 0;
  if (q && sqlite3_step(q) == SQLITE_ROW) total = (uint32_t)sqlite3_column_int64(q, 0);
  else fail(s, answer);
  if (q) sqlite3_reset(q);
  if (!(q = prepared(s, LIST))) return 0;
  sqlite3_bind_int64(q, 1, size);
  for (uint32_t i = 0; sqlite3_step(q) == SQLITE_ROW; i++) {
    list[i] = (rebase_quota_open){.made = sqlite3_column_int64(q, 1), .expires = sqlite3_column_int64(q, 2)};
    if (sqlite3_column_bytes(q, 0) == REBASE_QUOTA_ID) memcpy(list[i].id, sqlite3_column_blob(q, 0), REBASE_QUOTA_ID);
    int bytes = column_charges(s, 3, LIST, charged);
    list[i].count = bytes < 0 ? 0 : (uint32_t)((size_t)bytes / sizeof *charged);
    for (uint32_t k = 0; k < list[i].count; k++) {
      list[i].parts[k] = (rebase_quota_part){.window = (rebase_window)charged[k].window, .amount = charged[k].amount};
      memcpy(list[i].parts[k].key, charged[k].key, REBASE_QUOTA_KEY);
    }
  }
  sqlite3_reset(q);
  return total;
}

static uint32_t list_open(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  struct store *s = (struct store *)quota;
  uint32_t found = 0;
  int64_t give_up;
  if (!lock(s, 0, &give_up, answer)) return 0;
  if (begin(s, give_up, answer)) {
    if (admit(s, &now, answer)) found = list_rows(s, list, size, answer);
    end(s, answer->status == REBASE_QUOTA_GRANTED, answer);
  }
  pthread_mutex_unlock(&s->lock);
  return found;
}

static void close_store(rebase_quota *quota) {
  struct store *s = (struct store *)quota;
  if (s->owner == getpid()) close_file(s);
  pthread_mutex_destroy(&s->lock);
  free(s);
}

rebase_status rebase_quota_sqlite(const char *path, const rebase_sqlite_options *options, rebase_quota **quota, rebase_report *report) {
  static const rebase_quota_ops ops = {"sqlite", reserve, settle, seed, list_open, close_store};
  if (!path || !quota) return REBASE_E_ARGUMENT;
  *quota = NULL;
  size_t length = strlen(path) + 1;
  struct store *s = calloc(1, sizeof *s + length);
  if (!s) return REBASE_E_MEMORY;
  s->quota.ops = &ops;
  s->owner = getpid();
  memcpy(s->path, path, length);
  if (options) s->options = *options;
  if (s->options.timeout <= 0) s->options.timeout = 1000000;
  if (s->options.tolerance <= 0) s->options.tolerance = 5000000;
  if (s->options.remember <= 0) s->options.remember = INT64_C(3600000000);
  s->give_up = steady_now() + s->options.timeout;
  if (pthread_mutex_init(&s->lock, NULL)) {
    free(s);
    return REBASE_E_MEMORY;
  }
  if (!open_file(s)) {
    if (report) {
      report->status = REBASE_E_FILE;
      snprintf(report->text, sizeof report->text, "%.300s: %s", path, s->db ? sqlite3_errmsg(s->db) : "out of memory");
    }
    close_store(&s->quota);
    return REBASE_E_FILE;
  }
  *quota = &s->quota;
  return REBASE_OK;
}
