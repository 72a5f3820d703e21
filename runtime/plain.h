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

/* Of a word that is not 0: the lowest bit that is set. */
static inline unsigned first_bit(uint64_t word) {
#if defined(__GNUC__) || defined(__clang__)
  return (unsigned)__builtin_ctzll(word);
#else
  unsigned n = 0;
  while (!(word >> n & 1)) n++;
  return n;
#endif
}
/* Which byte of a word is the first that a mask marks: that mark is never a false one. */
static inline unsigned plain_first(uint64_t mask) { return first_bit(mask) / 8; }
static inline uint64_t plain_special(uint64_t word) { return plain_below(word, 0x20) | plain_equal(word, '"') | plain_equal(word, '\\'); }

/* To the first byte that a JSON string gives a meaning; *seen takes in all bytes up to there and perhaps a few behind. */
static inline const unsigned char *plain_json(const unsigned char *at, const unsigned char *end, uint64_t *seen) {
  for (; end - at >= 8; at += 8) {
    uint64_t word = plain_word(at), special = plain_special(word);
    *seen |= word;
    if (special) return at + plain_first(special);
  }
  for (; at < end && *at >= 0x20 && *at != '"' && *at != '\\'; at++) *seen |= *at;
  return at;
}
/* The 1 to 7 bytes at `at` in a word, some twice, the rest blanks: enough to ask what holds for each of them. */
static inline uint64_t plain_few(const unsigned char *at, size_t count) {
  uint32_t first, last;
  if (count < 4) return UINT64_C(0x2020202020000000) | (uint64_t)at[0] | (uint64_t)at[count / 2] << 8 | (uint64_t)at[count - 1] << 16;
  memcpy(&first, at, sizeof first);
  memcpy(&last, at + count - 4, sizeof last);
  return first | (uint64_t)last << 32;
}
static inline uint64_t plain_odd(uint64_t word) { return (word & PLAIN_HIGH) | plain_below(word, 1); }
/* Only ASCII, and no NUL. */
static inline int plain_text(const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
  uint64_t odd = 0;
  for (; end - at >= 8; at += 8) odd |= plain_odd(plain_word(at));
  if (at < end) odd |= plain_odd(length > 8 ? plain_word(end - 8) : plain_few(at, (size_t)(end - at)));
  return !odd;
}
static inline uint64_t plain_mix(uint64_t h) {
  h *= UINT64_C(0x9e3779b97f4a7c15);
  return h ^ h >> 29;
}
/* Of a text eight bytes at a time, the last ones perhaps twice. */
static inline uint32_t plain_hash(const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes;
  uint64_t h = length;
  if (length < 8) return (uint32_t)(plain_mix(plain_mix(h ^ (length ? plain_few(at, length) : 0))) >> 16);
  for (size_t i = 0; i + 8 < length; i += 8) h = plain_mix(h ^ plain_word(at + i));
  return (uint32_t)(plain_mix(plain_mix(h ^ plain_word(at + length - 8))) >> 16);
}
/* A name as one word, to look it up by: equal names have equal tags. */
static inline uint64_t plain_tag(const char *name, size_t length) {
  const unsigned char *at = (const unsigned char *)name;
  uint64_t word = length >= 8 ? plain_word(at) : length ? plain_few(at, length) : 0;
  return word ^ (uint64_t)length * UINT64_C(0x9e3779b97f4a7c15);
}
/* Copies, and says whether what was copied is anything but ASCII without NUL. Words may overlap; nothing is read or written beyond. */
static inline uint64_t plain_copy(char *to, const char *from, size_t length) {
  const unsigned char *at = (const unsigned char *)from;
  uint64_t odd = 0, word;
  if (length < 8) {
    if (!length) return 0;
    odd = plain_odd(plain_few(at, length));
    if (length >= 4) {
      memcpy(to, at, 4);
      memcpy(to + length - 4, at + length - 4, 4);
    } else {
      to[0] = (char)at[0];
      to[length / 2] = (char)at[length / 2];
      to[length - 1] = (char)at[length - 1];
    }
    return odd;
  }
  for (size_t i = 0; i + 8 < length; i += 8) {
    word = plain_word(at + i);
    odd |= plain_odd(word);
    memcpy(to + i, &word, sizeof word);
  }
  word = plain_word(at + length - 8);
  memcpy(to + length - 8, &word, sizeof word);
  return odd | plain_odd(word);
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
