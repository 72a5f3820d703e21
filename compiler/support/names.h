/* names.h: names compared and hashed; the compiler does it more often than anything else. */
#ifndef RBC_NAMES_H
#define RBC_NAMES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Most that differ do so in their first letter. */
static inline bool same_name(const char *a, const char *b) { return *a == *b && strcmp(a, b) == 0; }

/* The same of text that has no NUL. */
static inline bool name_is(const char *name, const char *text, size_t length) { return *name == *text && !strncmp(name, text, length) && !name[length]; }

/* For tables in memory: not the same on every machine. */
static inline uint32_t hash_bytes(const void *bytes, size_t size, uint32_t seed) {
  const unsigned char *p = bytes;
  uint64_t hash = seed ^ size ^ UINT64_C(0xcbf29ce484222325), word;
  for (; size >= sizeof word; p += sizeof word, size -= sizeof word) {
    memcpy(&word, p, sizeof word);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
  }
  if (size >= 4) {                  /* the rest, some of it twice */
    uint32_t first, last;
    memcpy(&first, p, sizeof first);
    memcpy(&last, p + size - sizeof last, sizeof last);
    hash ^= first | (uint64_t)last << 32;
  } else if (size) hash ^= p[0] | (uint64_t)p[size / 2] << 8 | (uint64_t)p[size - 1] << 16;
  hash *= UINT64_C(0x9e3779b97f4a7c15);
  hash ^= hash >> 32;
  return (uint32_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}
static inline uint32_t hash_name(const char *name) { return hash_bytes(name, strlen(name), 0); }
#endif
