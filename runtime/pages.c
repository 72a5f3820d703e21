/* pages.c: see pages.h. The pages come from the system and not from the host's allocator, since only whole pages of our own
 * can be made read-only; each chunk's descriptor comes from the allocator, so that a host can make it fail. */
#if !defined(REBASE_NO_MMAP)
#define _DEFAULT_SOURCE                             /* MAP_ANONYMOUS, MADV_HUGEPAGE */
#include <sys/mman.h>
#endif
#include "pages.h"

#define CHUNK_SIZE ((size_t)1 << 18)
#define PAGE_SIZE_MOST ((size_t)1 << 16)            /* of any system that we run on */
#define HUGE_PAGE ((size_t)1 << 21)                 /* where there are such: fewer faults while loading, fewer misses while deciding */

#if !defined(REBASE_NO_MMAP)
static void *map_pages(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

#if defined(MADV_HUGEPAGE)
/* At the start of a huge page: more is mapped, and what is too much given back. */
static void *map_huge(size_t size) {
  char *memory = map_pages(size + HUGE_PAGE);
  if (!memory) return NULL;
  size_t before = (0 - (size_t)(uintptr_t)memory) % HUGE_PAGE;
  if (before) munmap(memory, before);
  munmap(memory + before + size, HUGE_PAGE - before);
  madvise(memory + before, size, MADV_HUGEPAGE);                  /* a system that has none may say no */
  return memory + before;
}
#else
static void *map_huge(size_t size) { return map_pages(size); }
#endif
#endif

static void *map_memory(const struct allocator *allocator, size_t size) {
#if defined(REBASE_NO_MMAP)
  void *memory = allocator->alloc(size, allocator->user);
  return memory ? memset(memory, 0, size) : NULL;
#else
  (void)allocator;
  return size < HUGE_PAGE ? map_pages(size) : map_huge(size);
#endif
}

static void unmap_memory(const struct allocator *allocator, void *memory, size_t size) {
#if defined(REBASE_NO_MMAP)
  (void)size;
  allocator->release(memory, allocator->user);
#else
  (void)allocator;
  munmap(memory, size);
#endif
}

static struct chunk *add_chunk(struct pages *pages, size_t least) {
  const struct allocator *allocator = pages->allocator;
  size_t size = least > CHUNK_SIZE ? (least + PAGE_SIZE_MOST - 1) & ~(PAGE_SIZE_MOST - 1) : CHUNK_SIZE;
  struct chunk *chunk = allocator->alloc(sizeof *chunk, allocator->user);
  if (!chunk) return NULL;
  char *base = map_memory(allocator, size);
  if (!base) {
    allocator->release(chunk, allocator->user);
    return NULL;
  }
  *chunk = (struct chunk){pages->chunks, base, 0, size};
  pages->chunks = chunk;
  return chunk;
}

void *pages_take(struct pages *pages, size_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  size = (size + 7) & ~(size_t)7;
  struct chunk *chunk = pages->chunks;
  if (!chunk || chunk->size - chunk->used < size) chunk = add_chunk(pages, size);
  if (!chunk) return NULL;
  void *memory = chunk->base + chunk->used;
  chunk->used += size;
  return memory;
}

void *pages_array(struct pages *pages, size_t count, size_t size) {
  return count > SIZE_MAX / 2 / size ? NULL : pages_take(pages, count * size);
}

bool pages_protect(struct pages *pages) {
#if !defined(REBASE_NO_MMAP)
  for (struct chunk *chunk = pages->chunks; chunk; chunk = chunk->next)
    if (mprotect(chunk->base, chunk->size, PROT_READ) != 0) return false;
#else
  (void)pages;
#endif
  return true;
}

void pages_free(struct pages *pages) {
  while (pages->chunks) {
    struct chunk *chunk = pages->chunks;
    pages->chunks = chunk->next;
    unmap_memory(pages->allocator, chunk->base, chunk->size);
    pages->allocator->release(chunk, pages->allocator->user);
  }
}
