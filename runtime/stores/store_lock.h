/* store_lock.h: the lock of a store that may be held while another thread waits for an answer: no longer than a call may take. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline int64_t steady_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline bool lock_within(pthread_mutex_t *lock, int64_t microseconds) {
  struct timespec until;
  if (!pthread_mutex_trylock(lock)) return true;
  clock_gettime(CLOCK_REALTIME, &until);
  int64_t end = (int64_t)until.tv_sec * 1000000 + until.tv_nsec / 1000 + microseconds;
  until = (struct timespec){(time_t)(end / 1000000), (long)(end % 1000000) * 1000};
  return !pthread_mutex_timedlock(lock, &until);
}
#endif
