/* pages.h: memory of a bundle. Taken in chunks, never moved, made read-only as a whole, given back as a whole. */
#ifndef REBASE_PAGES_H
#define REBASE_PAGES_H
#include "bundle.h"

struct chunk { struct chunk *next; char *base; size_t used, size; };
struct pages { const struct allocator *allocator; struct chunk *chunks; };

/* Eight-byte aligned, cleared memory; NULL when there is none. Zero bytes give memory too. */
void *pages_take(struct pages *pages, size_t size);
void *pages_array(struct pages *pages, size_t count, size_t size);
/* From here on a write is a fault of the process. */
bool pages_protect(struct pages *pages);
void pages_free(struct pages *pages);
#endif
