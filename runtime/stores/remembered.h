/* remembered.h: reservations that are remembered in the memory of one process: found by id, and by age within their state. */
#ifndef REMEMBERED_H
#define REMEMBERED_H
#include <string.h>
#include "rebase_quota.h"

#define NO_PLACE UINT32_MAX
enum kept_state { KEPT_FREE, KEPT_OPEN, KEPT_DONE, KEPT_STATES };

struct charged { unsigned char key[REBASE_QUOTA_KEY]; uint8_t window; int64_t bucket, amount; };
struct kept {                       /* a reservation that is remembered */
  unsigned char id[REBASE_QUOTA_ID];
  enum kept_state state;
  uint32_t next;                    /* in its chain of the hash table, or of free ones */
  uint32_t older, newer;            /* in the order of its state */
  int64_t made, expires;
  uint64_t epoch;                   /* of the store when it was made; for the owner */
  uint64_t digest;                  /* of the charges as they were asked for */
  uint32_t count;
  struct charged *charges;          /* room for `room`, kept for the next one */
  uint32_t room;
};
struct age_order { uint32_t oldest, newest; };
struct remembered {
  struct kept *kept;
  uint32_t count, most, *heads, mask, first_free;
  struct age_order order[KEPT_STATES];
  /* An open one is forgotten, because it expired and room is wanted. May be NULL. */
  void (*forgotten)(void *owner, const struct kept *kept);
  void *owner;
};

static inline uint64_t quota_hash(const unsigned char *bytes) {
  uint64_t h;
  memcpy(&h, bytes, sizeof h);
  return h ^ h >> 29;
}

/* The id of a lease begins so: whoever looks through a store sees what a process only holds. */
static const unsigned char lease_mark[4] = {'h', 'e', 'l', 'd'};

/* Heads of the chains of a hash table for `count` entries, all NO_PLACE; NULL: no memory. */
uint32_t *quota_hash_heads(uint32_t count, uint32_t *mask);

bool remembered_start(struct remembered *table, uint32_t most);         /* false: no memory; end it all the same */
void remembered_end(struct remembered *table);
struct kept *remembered_find(const struct remembered *table, const unsigned char *id);
/* Soon wanted: the tables are larger than caches, and looking into one costs more than all else. The first needs no lock. */
static inline void remembered_expect(const struct remembered *table, const unsigned char *id) {
  __builtin_prefetch(&table->heads[quota_hash(id) & table->mask]);
}
void remembered_expect_room(const struct remembered *table);
/* A new open one without charges, with room for those of the reservation. Forgets the oldest that is settled, else one that expired;
 * NULL: there is no room. */
struct kept *remembered_make(struct remembered *table, const rebase_reservation *reservation, int64_t clock);
void remembered_settle(struct remembered *table, struct kept *kept);
bool remembered_same(const struct kept *kept, const rebase_reservation *reservation);     /* made with the same charges */
/* Those that are open, by their end; as rebase_quota_list. */
uint32_t remembered_list(const struct remembered *table, rebase_quota_open *list, uint32_t size);
void quota_sort_by_end(rebase_quota_open *list, uint32_t count);
#endif
