/* threads.c: see threads.h. */
#define _DEFAULT_SOURCE             /* _SC_NPROCESSORS_ONLN */
#include "support/threads.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

unsigned threads_wanted(unsigned asked, size_t pieces) {
  const long processors = asked ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);
  const unsigned most = processors < 1 ? 1 : processors > THREADS_MOST ? THREADS_MOST : (unsigned)processors;
  return pieces < 2 ? 1 : pieces < most ? (unsigned)pieces : most;
}

/* Signals are for the host's own threads. */
static unsigned start_all(void *(*work)(void *), char *workers, size_t size, unsigned count, pthread_t *threads) {
  sigset_t all, before;
  unsigned started = 0;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before)) return 0;
  while (started < count && pthread_create(&threads[started], NULL, work, workers + started * size) == 0) started++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

void threads_run(void *(*work)(void *worker), void *workers, size_t size, unsigned count) {
  pthread_t threads[THREADS_MOST];
  const unsigned started = start_all(work, (char *)workers + size, size, count - 1, threads);
  work(workers);
  for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
}
