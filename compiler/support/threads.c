/* threads.c: see threads.h. */
#define _GNU_SOURCE                 /* sched_getaffinity */
#include "support/threads.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>

/* Those that this process may use, which can be fewer than there are. */
static unsigned processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

unsigned threads_wanted(unsigned asked, size_t pieces) {
  const unsigned useful = asked ? asked : processors(), most = useful < 1 ? 1 : useful > THREADS_MOST ? THREADS_MOST : useful;
  return pieces < 2 ? 1 : pieces < most ? (unsigned)pieces : most;
}

/* The tree of a text may be deep, and what walks it recurses; the system's own choice may be as little as 128 KiB. */
enum { STACK_BYTES = 16 << 20 };

/* Signals are for the host's own threads. */
static unsigned start_all(void *(*work)(void *), char *workers, size_t size, unsigned count, pthread_t *threads) {
  pthread_attr_t attributes;
  sigset_t all, before;
  unsigned started = 0;
  sigfillset(&all);
  if (pthread_attr_init(&attributes)) return 0;
  if (!pthread_attr_setstacksize(&attributes, STACK_BYTES) && !pthread_sigmask(SIG_SETMASK, &all, &before)) {
    while (started < count && pthread_create(&threads[started], &attributes, work, workers + started * size) == 0) started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  pthread_attr_destroy(&attributes);
  return started;
}

void threads_run(void *(*work)(void *worker), void *workers, size_t size, unsigned count) {
  pthread_t threads[THREADS_MOST];
  const unsigned started = start_all(work, (char *)workers + size, size, count - 1, threads);
  work(workers);
  for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
}

bool threads_take(struct thread_shares *shares, size_t *from, size_t *end) {
  *from = atomic_fetch_add(&shares->next, shares->at_once);
  if (*from >= shares->count) return false;
  *end = shares->count - *from < shares->at_once ? shares->count : *from + shares->at_once;
  return true;
}
