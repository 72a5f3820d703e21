/* pattern_automaton.h: between building a pattern's automaton and making it as small as it can be. */
#ifndef RBC_PATTERN_AUTOMATON_H
#define RBC_PATTERN_AUTOMATON_H
#include <stdbool.h>
#include <stdint.h>
#include "support/pattern.h"

enum { DFA_MAX_STATES = 16384 };       /* before it is minimised */

struct dfa {                           /* complete; state 0 is dead */
  uint32_t states, start, class_count;
  unsigned char classes[256];
  unsigned char *accept;
  uint16_t *next;
};

/* Hopcroft's partition, unreachable states dropped, equal columns joined, states numbered in the order of a walk from
 * the start. False: out of memory. */
bool pattern_minimise(struct arena *scratch, struct arena *arena, const struct dfa *dfa, struct pattern_automaton *out);
#endif
