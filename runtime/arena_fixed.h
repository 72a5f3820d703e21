/* arena_fixed.h: memory that the caller supplies, handed out from front to back, never grown and never freed piecewise. */
#ifndef REBASE_ARENA_FIXED_H
#define REBASE_ARENA_FIXED_H
#include <stddef.h>
#include <stdint.h>

struct arena_fixed { char *base; size_t used, size; };      /* base is 8-byte aligned */

/* Eight-byte aligned memory, or NULL when the arena is full: then nothing was taken. */
static inline void *arena_fixed_take(struct arena_fixed *arena, size_t size) {
  size_t free_bytes = arena->size - arena->used;
  if (size > SIZE_MAX - 7 || ((size + 7) & ~(size_t)7) > free_bytes) return NULL;
  void *memory = arena->base + arena->used;
  arena->used += (size + 7) & ~(size_t)7;
  return memory;
}
#endif
