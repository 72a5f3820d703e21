/* arena.c: blocks that grow from 8 KB to 2 MB; what is larger gets a block of its own. */
#define _DEFAULT_SOURCE             /* MAP_ANONYMOUS, MADV_HUGEPAGE, clock_gettime */
#include <sys/mman.h>
#include "support/arena.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct arena_block { struct arena_block *next; size_t size; };

enum { FIRST_BLOCK = 8 << 10, LAST_BLOCK = 1 << 21 };
#define HEADER ((sizeof(struct arena_block) + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT)

/* The largest of the usual blocks will be filled: all of its pages at once cost less than a fault for each, and one huge page less
 * still, unless the system has to move others to make room for it. After such a wait the arena asks for no more. */
#if defined(MADV_HUGEPAGE) && defined(MADV_POPULATE_WRITE)
enum { LONG_WAIT_NS = 1000000 };              /* a huge page that is free takes a seventh of that, the wait for one five times as long */

static bool is_mapped(size_t size) { return size == LAST_BLOCK - HEADER; }

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long)(now.tv_sec % 1000) * 1000000000 + now.tv_nsec;
}

static struct arena_block *map_block(struct arena *arena) {
  char *memory = mmap(NULL, 2 * LAST_BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  size_t before = (0 - (size_t)(uintptr_t)memory) % LAST_BLOCK;
  if (before) munmap(memory, before);
  memory += before;
  munmap(memory + LAST_BLOCK, LAST_BLOCK - before);
  long start = nanoseconds();
  if (!arena->waited) madvise(memory, LAST_BLOCK, MADV_HUGEPAGE);
  madvise(memory, LAST_BLOCK, MADV_POPULATE_WRITE);               /* a system that cannot waits for the faults */
  arena->waited = arena->waited || nanoseconds() - start > LONG_WAIT_NS;
  return (struct arena_block *)(void *)memory;
}
#else
static bool is_mapped(size_t size) { return (void)size, false; }
static struct arena_block *map_block(struct arena *arena) { return (void)arena, NULL; }
#endif

static struct arena_block *new_block(struct arena *arena, size_t size) {
  struct arena_block *block = is_mapped(size) ? map_block(arena) : size > SIZE_MAX - HEADER ? NULL : calloc(1, HEADER + size);
  if (!block) { arena->failed = true; return NULL; }
  block->size = size;
  return block;
}

void *arena_alloc_block(struct arena *arena, size_t size) {
  if (!size) { arena->failed = true; return NULL; }
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

static void free_blocks(struct arena_block *block) {
  for (struct arena_block *next; block; block = next) {
    next = block->next;
    if (is_mapped(block->size)) munmap(block, LAST_BLOCK);
    else free(block);
  }
}

void arena_join(struct arena *arena, struct arena *from) {
  struct arena_block **end = &arena->blocks;
  while (*end) end = &(*end)->next;
  *end = from->blocks;
  arena->failed = arena->failed || from->failed;
  arena->waited = arena->waited || from->waited;
  *from = (struct arena){0};
}

void arena_reset(struct arena *arena) {
  struct arena_block *kept = arena->blocks;
  if (!kept || arena->failed) { arena_free(arena); return; }
  free_blocks(kept->next);
  kept->next = NULL;
  arena->next = (char *)kept + HEADER;
  memset(arena->next, 0, kept->size - arena->left);
  arena->left = kept->size;
}

void arena_free(struct arena *arena) {
  free_blocks(arena->blocks);
  arena->blocks = NULL;
  arena->left = 0;
}
