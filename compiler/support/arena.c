/* arena.c: blocks that grow from 8 KB to 1 MB; what is larger gets a block of its own. */
#define _DEFAULT_SOURCE             /* MAP_ANONYMOUS, MAP_POPULATE */
#include <sys/mman.h>
#include "support/arena.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block { struct arena_block *next; size_t size; };

enum { ALIGNMENT = 8, FIRST_BLOCK = 8 << 10, LAST_BLOCK = 1 << 20 };
#define HEADER ((sizeof(struct arena_block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

/* The largest of the usual blocks will be filled, and all of its pages at once cost less than one fault each. */
#if defined(MAP_POPULATE)
static bool is_mapped(size_t size) { return size == LAST_BLOCK - HEADER; }
static struct arena_block *map_block(void) {
  void *memory = mmap(NULL, LAST_BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}
#else
static bool is_mapped(size_t size) { return (void)size, false; }
static struct arena_block *map_block(void) { return NULL; }
#endif

static struct arena_block *new_block(struct arena *arena, size_t size) {
  struct arena_block *block = is_mapped(size) ? map_block() : size > SIZE_MAX - HEADER ? NULL : calloc(1, HEADER + size);
  if (!block) { arena->failed = true; return NULL; }
  block->size = size;
  return block;
}

static void *alloc_slow(struct arena *arena, size_t size) {
  struct arena_block *current = arena->blocks;
  size_t usual = !current ? FIRST_BLOCK : current->size >= LAST_BLOCK / 4 ? LAST_BLOCK - HEADER : current->size * 2;
  bool alone = size > usual / 2;
  struct arena_block *block = new_block(arena, alone ? size : usual);
  if (!block) return NULL;
  char *result = (char *)block + HEADER;
  if (alone && current) {          /* the current block still has room for what is small */
    block->next = current->next;
    current->next = block;
  } else {
    block->next = current;
    arena->blocks = block;
    arena->next = result + size;
    arena->left = block->size - size;
  }
  return result;
}

void *arena_alloc(struct arena *arena, size_t size) {
  size_t rounded = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
  if (rounded < size) { arena->failed = true; return NULL; }
  if (arena->left < rounded) return alloc_slow(arena, rounded);
  char *result = arena->next;
  arena->next += rounded;
  arena->left -= rounded;
  return result;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t size) {
  char *copy = size == SIZE_MAX ? NULL : arena_alloc(arena, size + 1);
  if (!copy) { arena->failed = true; return NULL; }
  if (size) memcpy(copy, bytes, size);
  copy[size] = 0;
  return copy;
}

char *arena_vformat(struct arena *arena, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
  if (text) vsnprintf(text, (size_t)length + 1, format, again);
  else arena->failed = true;
  va_end(again);
  return text;
}

char *arena_format(struct arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = arena_vformat(arena, format, args);
  va_end(args);
  return text;
}

void arena_free(struct arena *arena) {
  for (struct arena_block *block = arena->blocks, *next; block; block = next) {
    next = block->next;
    if (is_mapped(block->size)) munmap(block, LAST_BLOCK);
    else free(block);
  }
  arena->blocks = NULL;
  arena->left = 0;
}
