/* lease_pools.h: what a process holds of a store's counters: leases taken from the store, and a pool of each counter's bucket from
 * which reservations are drawn. All of it is used under the layer's lock.
 *
 * A lease is a reservation in the store, of one amount or several. What is leased counts there as used, so drawing on a pool needs no
 * answer. Settling a lease gives back what of its pools is free then; one that is never settled counts as spent.
 */
#ifndef LEASE_POOLS_H
#define LEASE_POOLS_H
#include <pthread.h>
#include <sys/types.h>
#include "remembered.h"

struct lease;
struct pool {
  unsigned char key[REBASE_QUOTA_KEY];
  rebase_window window;
  int64_t bucket, ends;
  int64_t told;                     /* the end that the store knows; 0: it was not asked yet */
  int64_t free;                     /* leased and not drawn. Below zero: a debt, which the store does not know of yet */
  int64_t held;                     /* drawn by reservations that are open, which may give it back */
  int64_t capacity;                 /* of the leases below: what can be given back to the store */
  int64_t seen;                     /* used, as the store said last, leases included */
  int64_t demand;                   /* drawn since it was filled */
  int64_t filled, drawn;            /* when */
  uint32_t open;                    /* reservations */
  struct lease *newest;
  unsigned char debt_id[REBASE_QUOTA_ID];
  int64_t debt;                     /* that is being recorded under debt_id; 0: none */
  bool taken;                       /* the place in the table is in use */
  uint32_t next;                    /* in its chain of the hash table, or of free places */
};
struct leasing {                    /* the layer */
  rebase_quota quota;
  rebase_lease_options options;
  rebase_quota *store;
  pthread_mutex_t lock;
  pid_t owner;
  int64_t clock;
  int64_t contact;                  /* when the store last answered for this epoch; 0: never, or it lost its state */
  int64_t ask_again;                /* it gave no answer: it is asked again from this steady time on; 0: it did */
  int64_t tidied;
  uint64_t epoch;
  bool in_debt;                     /* some pool may be */
  struct pool *pools; uint32_t pool_count, *heads, mask, first_free;
  struct remembered remembered;
};

/* The pool of a counter's newest bucket, the one of exactly this bucket, or NULL. */
struct pool *pool_newest(struct leasing *layer, const unsigned char *key);
struct pool *pool_find(struct leasing *layer, const unsigned char *key, int64_t bucket);
/* The pool a charge is drawn from: of its bucket or a later one, made if need be. NULL: there is no room for one. */
struct pool *pool_for(struct leasing *layer, const rebase_charge *charge);
bool pool_may_be_drawn(const struct leasing *layer, const struct pool *pool, const rebase_charge *charge);
/* After reservations of an old bucket were settled: gives back what is free. */
void pool_retire(struct leasing *layer, struct pool *pool);
/* Takes from the store what the charges need and, if it has that, what they will soon need. False: the answer says why not. */
bool pools_fill(struct leasing *layer, const rebase_reservation *reservation, struct pool *const *pools, rebase_quota_answer *answer);
/* Gives back what was not drawn on for a while: at most so many leases. */
void pools_tidy(struct leasing *layer, uint32_t most);
void pools_give_back(struct leasing *layer, struct pool *pool);
/* Records what the store does not know of yet. False: the answer says why it could not. */
bool pools_record_debts(struct leasing *layer, int64_t timeout, rebase_quota_answer *answer);
/* Takes note of any answer of the store: its epoch, and that it is there. */
void pools_heard(struct leasing *layer, const rebase_quota_answer *answer);
bool pools_away(const struct leasing *layer, rebase_quota_answer *answer);
bool pools_start(struct leasing *layer);
void pools_end(struct leasing *layer, bool give_back);
#endif
