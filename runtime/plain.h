/* plain.h: how far a text is plain, eight bytes at a time. Bytes are compared within a word (H. S. Warren, Hacker's Delight, 6-1):
 * a byte of `below(x, n)` has its high bit set if that byte of x is below n, for n up to 128 and bytes up to 127; a byte above a
 * hit may be marked falsely, so the callers look at single bytes where a word is not plain. */
#ifndef REBASE_PLAIN_H
#define REBASE_PLAIN_H
#include <stdint.h>
#include <string.h>

#define PLAIN_EACH (~UINT64_C(0) / 255)
#define PLAIN_HIGH (PLAIN_EACH * 128)
static inline uint64_t plain_word(const unsigned char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}
static inline uint64_t plain_below(uint64_t word, unsigned char n) { return (word - PLAIN_EACH * n) & ~word & PLAIN_HIGH; }
static inline uint64_t plain_equal(uint64_t word, unsigned char c) { return plain_below(word ^ PLAIN_EACH * c, 1); }

/* To the first word with a byte that a JSON string gives a meaning, or that is not ASCII. */
static inline const unsigned char *plain_json(const unsigned char *at, const unsigned char *end) {
  for (; end - at >= 8; at += 8) {
    uint64_t word = plain_word(at);
    if ((word & PLAIN_HIGH) | plain_below(word, 0x20) | plain_equal(word, '"') | plain_equal(word, '\\')) break;
  }
  return at;
}
/* To the first word with a NUL, or that is not ASCII. */
static inline const unsigned char *plain_ascii(const unsigned char *at, const unsigned char *end) {
  for (; end - at >= 8; at += 8) {
    uint64_t word = plain_word(at);
    if ((word & PLAIN_HIGH) | plain_below(word, 1)) break;
  }
  return at;
}
#endif
