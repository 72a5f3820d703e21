/* arena.h: memory that goes away all at once. Out of memory gives NULL and is remembered; callers may check late. */
#ifndef RBC_ARENA_H
#define RBC_ARENA_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;
struct arena { struct arena_block *blocks; char *next; size_t left; bool failed, waited; };      /* next: what is left of the first block; waited: for a huge page, see arena.c */

enum { ARENA_ALIGNMENT = 8 };
void *arena_alloc_block(struct arena *arena, size_t size);        /* size: of whole units; 0: more than there can be */
/* Zeroed, aligned for any type that we have. */
static inline void *arena_alloc(struct arena *arena, size_t size) {
  const size_t rounded = ((size ? size : 1) + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
  if (rounded - 1 >= arena->left) return arena_alloc_block(arena, rounded);
  char *result = arena->next;
  arena->next += rounded;
  arena->left -= rounded;
  return result;
}
/* The end of what it gave last, still zero, is not needed after all. Of anything else it is left as it is. */
static inline void arena_give_back(struct arena *arena, void *from, void *to) {
  const size_t mask = ARENA_ALIGNMENT - 1, first = ((size_t)(uintptr_t)from + mask) & ~mask, end = ((size_t)(uintptr_t)to + mask) & ~mask;
  if (end != (size_t)(uintptr_t)arena->next) return;
  arena->next -= end - first;
  arena->left += end - first;
}
char *arena_copy(struct arena *arena, const void *bytes, size_t size);   /* and a NUL after them */
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list args);
void arena_join(struct arena *arena, struct arena *from);          /* what `from` gave, and its failure, is this one's now */
void arena_reset(struct arena *arena);                            /* all that it gave is gone; keeps a block for what comes */
void arena_free(struct arena *arena);
#endif
