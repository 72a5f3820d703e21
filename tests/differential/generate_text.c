/* generate_text.c: the random source and text buffers of the generator. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "generate.h"

/* splitmix64 (Steele, Lea, Flood 2014): one 64-bit state, no bad seeds. */
uint64_t random_next(struct random *r) {
  uint64_t z = (r->state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

unsigned random_below(struct random *r, unsigned n) { return (unsigned)(random_next(r) >> 33) % n; }

bool random_chance(struct random *r, unsigned percent) { return random_below(r, 100) < percent; }

static void text_reserve(struct text_buffer *out, size_t more) {
  if (out->length + more + 1 <= out->size) return;
  out->size = (out->length + more + 1) * 2;
  out->bytes = realloc(out->bytes, out->size);
  if (out->bytes == NULL) abort();
}

void text_add(struct text_buffer *out, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (n < 0) abort();
  text_reserve(out, (size_t)n);
  va_start(args, format);
  vsnprintf(out->bytes + out->length, (size_t)n + 1, format, args);
  va_end(args);
  out->length += (size_t)n;
}

void text_clear(struct text_buffer *out) {
  out->length = 0;
  text_reserve(out, 0);
  out->bytes[0] = '\0';
}

void text_free(struct text_buffer *out) {
  free(out->bytes);
  *out = (struct text_buffer){0};
}
