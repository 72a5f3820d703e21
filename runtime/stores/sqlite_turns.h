/* sqlite_turns.h: who writes to the file next. SQLite waits by sleeping and trying again, so that of twenty processes an unlucky one waits
 * for ever. Here they stand in line, asleep on a futex in FILE-turns, and are woken one by one.
 *
 * A turn is a short time in which a process may make several transactions: what it has read stays in its cache. When it ends the first
 * it wakes the next in line, which then tries for the lock alone. The line only orders, the lock of SQLite decides: whatever a killed
 * process left in the file costs the others LINE_WAIT once. Without futexes all wait by sleeping.
 */
#ifndef SQLITE_TURNS_H
#define SQLITE_TURNS_H
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#ifdef __linux__
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#endif

enum { TURN = 300, LINE_WAIT = 30000, LOCK_POLL = 20 };    /* microseconds */
struct line;
struct turns {
  struct line *line;                /* in the file, shared; NULL: there is none */
  int64_t ends;                     /* of this process's turn, in steady time */
  bool woke;                        /* the next one, in this turn */
  bool in_line;                     /* counted among those that wait */
  bool called;                      /* woken, and without the lock so far */
};

static void nap(void) { nanosleep(&(struct timespec){0, LOCK_POLL * 1000}, NULL); }

#ifdef __linux__
struct line { _Atomic uint32_t waiting, call; };           /* call: 1 when the one to go next has not noticed yet */

static void turns_open(struct turns *t, const char *path) {
  *t = (struct turns){0};
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return;
  void *memory = ftruncate(file, sizeof *t->line) ? MAP_FAILED : mmap(NULL, sizeof *t->line, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) t->line = memory;
}

static void turns_close(struct turns *t) {
  if (t->line) munmap(t->line, sizeof *t->line);
  t->line = NULL;
}

/* True: others stood there already. */
static bool enter_line(struct turns *t) {
  t->in_line = true;
  return atomic_fetch_add(&t->line->waiting, 1) > 0;
}

static void leave_line(struct turns *t) {
  uint32_t waiting = atomic_load(&t->line->waiting);
  if (t->in_line)
    while (waiting && !atomic_compare_exchange_weak(&t->line->waiting, &waiting, waiting - 1)) continue;
  t->in_line = false;
}

/* Sleeps until it is called. Nobody calls: those who are counted are gone. */
static void sleep_in_line(struct turns *t, int64_t left) {
  struct timespec wait = {0, (long)(left < LINE_WAIT ? left : LINE_WAIT) * 1000};
  uint32_t call = 1;
  while (!atomic_compare_exchange_strong(&t->line->call, &call, 0)) {
    if (syscall(SYS_futex, &t->line->call, FUTEX_WAIT, 0, &wait, NULL, 0) && errno == ETIMEDOUT) {
      atomic_store(&t->line->waiting, 0);
      break;
    }
    call = 1;
  }
  leave_line(t);
  t->called = true;
}

/* Before a transaction: waits while it is somebody else's turn. */
static void turns_before(struct turns *t, int64_t now, int64_t give_up) {
  t->called = false;
  if (!t->line || now < t->ends || now >= give_up || !atomic_load(&t->line->waiting)) return;
  if (enter_line(t)) sleep_in_line(t, give_up - now);
}

/* The lock is taken. Stands in line first, and tries once more, so that whoever has it then will call. */
static void turns_busy(struct turns *t, int64_t left) {
  t->ends = 0;
  if (!t->line || t->called) nap();
  else if (t->in_line) sleep_in_line(t, left);
  else enter_line(t);
}

static void turns_begun(struct turns *t, int64_t now) {
  if (!t->line) return;
  leave_line(t);
  if (now < t->ends) return;
  t->ends = now + TURN;
  t->woke = false;
}

/* The lock is about to be given back. */
static void turns_end(struct turns *t) {
  if (!t->line || t->woke || !atomic_load(&t->line->waiting)) return;
  atomic_store(&t->line->call, 1);
  syscall(SYS_futex, &t->line->call, FUTEX_WAKE, 1, NULL, NULL, 0);
  t->woke = true;
}

static void turns_gave_up(struct turns *t) {
  if (t->line) leave_line(t);
}
#else
static void turns_open(struct turns *t, const char *path) { *t = (struct turns){0}; (void)path; }
static void turns_close(struct turns *t) { (void)t; }
static void turns_before(struct turns *t, int64_t now, int64_t give_up) { (void)t; (void)now; (void)give_up; }
static void turns_busy(struct turns *t, int64_t left) { (void)t; (void)left; nap(); }
static void turns_begun(struct turns *t, int64_t now) { (void)t; (void)now; }
static void turns_end(struct turns *t) { (void)t; }
static void turns_gave_up(struct turns *t) { (void)t; }
#endif
#endif
