/* value.h: what a register, an argument or a field of a seen entity holds.
 *
 * Every value is 64 bits wide. Scalars are the number itself; text and composites are a pointer to one of the structs
 * below, in memory that outlives the decision (image, request arena, session). One bit pattern, REBASE_MISSING, is
 * "missing" for every type; so an int runs from -(2^63-1) to 2^63-1.
 *
 *   bool 0/1 · int as it is · decimal and money in millionths · duration and time in microseconds (time since
 *   1970-01-01T00:00:00Z) · date in days since 1970-01-01 · symbol: index in the image's section SYMBOLS
 *   region: index in section REGIONS (preorder) · version: major<<40 | minor<<20 | patch, each below 2^20
 *   string, ip, cidr: const struct text * (ip: 16 bytes, IPv4 mapped; cidr: 17, the last one the prefix length 0..128)
 *   list, set, map: const struct list * (set: distinct; map: sorted by key bytes, keys and values alternate)
 *   record, entity: const value * (one value a field, in declared order)
 */
#ifndef REBASE_VALUE_H
#define REBASE_VALUE_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef union value {
  int64_t i;
  uint64_t bits;
  const struct text *text;
  const struct list *list;
  const union value *record;
} value;
_Static_assert(sizeof(value) == 8 && sizeof(void *) <= 8, "a value is 64 bits");

#define REBASE_MISSING INT64_MIN
static inline int is_missing(value v) { return v.i == REBASE_MISSING; }
static inline value missing_value(void) { return (value){.i = REBASE_MISSING}; }
static inline value int_value(int64_t i) { return (value){.i = i}; }

/* UTF-8, NUL-terminated beyond len; four-byte aligned in the image, so that constants are used in place. Its memory has eight bytes at least, with
 * zeros where a shorter text leaves some of them: the length and the first four bytes are read as one word. */
struct text { uint32_t len; char bytes[]; };
static inline size_t text_size(size_t length) { return (sizeof(struct text) + length + 1 + 7) & ~(size_t)7; }
/* In text_size(length) bytes of memory: all but the bytes of a text. */
static inline struct text *text_begin(void *memory, size_t length) {
  struct text *text = memory;
  memset(text, 0, 8);
  text->len = (uint32_t)length;
  text->bytes[length] = '\0';
  return text;
}
static inline const struct text *text_write(void *memory, const char *bytes, size_t length) {
  return memcpy(text_begin(memory, length)->bytes, bytes, length), memory;
}
/* Whose bytes are there already. */
static inline void text_end(struct text *text, size_t length) {
  text->len = (uint32_t)length;
  memset(text->bytes + length, 0, length < 4 ? 4 - length : 1);
}

/* How many scalar values UTF-8 has: the length of a text. */
static inline int64_t utf8_scalars(const char *bytes, uint32_t length) {
  int64_t count = 0;
  for (uint32_t i = 0; i < length; i++) count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
  return count;
}

/* len counts elements (of a map: pairs; then items holds 2*len values). */
struct list { uint32_t len; uint32_t spare; value items[]; };

#define REBASE_SCALE INT64_C(1000000)              /* decimal and money: units of one millionth */
#define REBASE_SECOND INT64_C(1000000)             /* microseconds */
#define REBASE_DAY (INT64_C(86400) * REBASE_SECOND)
#endif
