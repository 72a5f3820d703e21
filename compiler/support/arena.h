/* arena.h: memory that goes away all at once. Out of memory gives NULL and is remembered; callers may check late. */
#ifndef RBC_ARENA_H
#define RBC_ARENA_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena { struct arena_block *blocks; char *next; size_t left; bool failed, waited; };      /* next: what is left of the first block; waited: for a huge page, see arena.c */

void *arena_alloc(struct arena *arena, size_t size);              /* zeroed, aligned for any type that we have */
char *arena_copy(struct arena *arena, const void *bytes, size_t size);   /* and a NUL after them */
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list args);
void arena_reset(struct arena *arena);                            /* all that it gave is gone; keeps a block for what comes */
void arena_free(struct arena *arena);
#endif
