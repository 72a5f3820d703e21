/* pattern.h: regular expressions to automata. A subset of RE2's syntax, matched against a whole string.
 *
 *   x .  [a-z] [^...] [[:alpha:]]  \d \w \s \D \W \S  \t \n \r \f \v \a \xHH \x{...}  \. and other punctuation
 *   xy  x|y  (x) (?:x) (?P<name>x)  x* x+ x? x{m} x{m,} x{m,n}, each also with ? behind it, which changes nothing
 *   ^ \A at the beginning, $ \z at the end: redundant
 *   (?i) (?-i) (?i:x) ASCII letters in both cases; (?s) (?-s) (?s:x) . takes \n too
 *
 * Characters are Unicode scalar values; classes with a name hold ASCII only. No back references, look-around, word
 * boundaries or Unicode categories. Thread-safe: memory comes from the arena alone.
 */
#ifndef RBC_PATTERN_H
#define RBC_PATTERN_H
#include <stddef.h>
#include <stdint.h>
#include "support/arena.h"

#define PATTERN_MAX_STATES 4096u

struct pattern_automaton {             /* complete and minimal over bytes; state 0 is dead */
  uint32_t states, start, class_count, min_length;     /* min_length: bytes of the shortest text that matches */
  unsigned char classes[256];          /* byte -> class */
  unsigned char *accept;               /* by state */
  uint16_t *next;                      /* [state * class_count + class] */
};

/* Fills *automaton (in the arena). NULL, or what is wrong with the pattern, for a person. */
const char *rbc_pattern_compile(struct arena *arena, const char *text, size_t length,
                                struct pattern_automaton *automaton);
#endif
