/* measure.h: the clock, and medians over rounds. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

double now_ns(void);
_Noreturn void fail(const char *what, const char *why);       /* prints it and exits */
void sort_times(double *times, size_t count);                 /* ascending */

enum { MOST_ROUNDS = 1000 };
/* The i-th decision, with a number that is drawn anew for each: whether it was as it must be. */
typedef bool measured_decision(void *user, unsigned i, uint64_t random);
/* Nanoseconds of one, median over the rounds. In line, so that `decide` is called as it would be in a loop of its own. */
__attribute__((always_inline)) static inline double median_ns(unsigned rounds, unsigned decisions, measured_decision *decide, void *user) {
  double times[MOST_ROUNDS];
  uint64_t seed = 17;
  if (rounds > MOST_ROUNDS) rounds = MOST_ROUNDS;
  for (unsigned round = 0; round < rounds; round++) {
    double start = now_ns();
    for (unsigned i = 0; i < decisions; i++) {
      seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
      if (!decide(user, round * decisions + i, seed)) fail("decision", "not as the rules say");
    }
    times[round] = (now_ns() - start) / decisions;
  }
  sort_times(times, rounds);
  return times[rounds / 2];
}
#endif
