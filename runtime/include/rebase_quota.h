/* rebase_quota.h: stores of quotas. What a limit counts is kept in a store, which may be shared by threads, processes or hosts.
 *
 * A reservation takes the upper bound of what a decision may cost, on all its counters or on none. It is settled with what
 * was really used, which is recorded even above the bound. One that is not settled in time counts as spent.
 *
 *   rebase_quota *quota;
 *   rebase_quota_memory(NULL, &quota);                     or rebase_quota_sqlite, rebase_quota_redis: headers of their own
 *   rebase_quota_seed(quota, NULL, 0, now, &answer);       once in the life of the store's data
 *   rebase_quota_reserve(quota, &reservation, &answer);    answer.status == REBASE_QUOTA_GRANTED, or it must not happen
 *   rebase_quota_settle(quota, id, used, count, now, &answer);
 *
 * The same on every store:
 *   - Reserving is atomic, and idempotent by the reservation's id; so is settling. Repeat what got no answer.
 *   - A store that holds no epoch, an older one than was seen before, or that another server was seeded for, refuses everything
 *     until it is seeded: REBASE_QUOTA_UNSEEDED. Lost counters can therefore not become a fresh budget.
 *   - Time in a store does not go back. Within `tolerance` it stands still; further back it is REBASE_QUOTA_CLOCK.
 *   - A zeroed answer is a refusal. Amounts and limits lie between 0 and REBASE_QUOTA_MOST.
 * A store may be used by several threads at once. After fork() open another one in the child.
 */
#ifndef REBASE_QUOTA_H
#define REBASE_QUOTA_H
#include "rebase.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { REBASE_QUOTA_CHARGES = 32, REBASE_QUOTA_KEY = 16, REBASE_QUOTA_ID = 16, REBASE_QUOTA_PARTS = 60 };
#define REBASE_QUOTA_MOST (INT64_C(1) << 52)          /* exact in every store; 4.5 thousand million of a currency's millionths */

typedef enum rebase_quota_status {
  REBASE_QUOTA_AWAY = 0,            /* no answer from the store */
  REBASE_QUOTA_GRANTED,             /* reserved, settled, seeded; also when it had been before */
  REBASE_QUOTA_REFUSED,             /* a counter has no room: answer.charge says which */
  REBASE_QUOTA_UNSEEDED,
  REBASE_QUOTA_CLOCK,
  REBASE_QUOTA_UNKNOWN,             /* settle: no such reservation, or forgotten since */
  REBASE_QUOTA_LATE,                /* settle: had counted as spent already; only what exceeds it was recorded */
  REBASE_QUOTA_CONFLICT,            /* reserve: the id was used for other charges */
  REBASE_QUOTA_INVALID,             /* an argument is out of range */
  REBASE_QUOTA_FULL,                /* the store holds as many counters or reservations as it may */
  REBASE_QUOTA_STATUS_COUNT
} rebase_quota_status;
REBASE_API const char *rebase_quota_status_text(rebase_quota_status status);

/* What a counter adds up. PERIOD: bucket is the start of a stretch of time, and counts alone. ROLLING: buckets are numbered parts of
 * time; the last REBASE_QUOTA_PARTS + 1 of them count. HELD: what is under way at once; bucket is the reservation's end. */
typedef enum rebase_window { REBASE_WINDOW_PERIOD = 0, REBASE_WINDOW_ROLLING = 1, REBASE_WINDOW_HELD = 2 } rebase_window;
typedef struct rebase_charge {
  unsigned char key[REBASE_QUOTA_KEY];      /* which counter: a hash of the limit and of whom it is for */
  rebase_window window;
  int64_t bucket;                   /* where the amount is added; never before the latest bucket of its key (HELD aside) */
  int64_t ends;                     /* microseconds since 1970: from then on the bucket counts for nothing */
  int64_t limit, amount;
} rebase_charge;
typedef struct rebase_reservation {
  unsigned char id[REBASE_QUOTA_ID];
  int64_t now, expires;             /* microseconds since 1970 */
  int64_t timeout;                  /* microseconds to wait for the store; 0: its default */
  uint32_t count; const rebase_charge *charges;
} rebase_reservation;
typedef struct rebase_quota_answer {
  rebase_quota_status status;
  uint32_t charge;                  /* the first charge that was refused */
  int64_t used[REBASE_QUOTA_CHARGES];       /* of each counter, this reservation included when it was granted */
  uint64_t epoch;
  char text[160];                   /* what went wrong, for the host's log */
} rebase_quota_answer;
typedef struct rebase_quota_part { unsigned char key[REBASE_QUOTA_KEY]; rebase_window window; int64_t amount; } rebase_quota_part;
typedef struct rebase_quota_open {  /* a reservation that was not settled */
  unsigned char id[REBASE_QUOTA_ID];          /* of a decision: as its log line says */
  int64_t made, expires;
  bool lease;                       /* a process holds it, and draws reservations from it; see below */
  uint32_t count; rebase_quota_part parts[REBASE_QUOTA_CHARGES];    /* what it takes of which counters */
} rebase_quota_open;

/* What a store implements; hosts call the functions below. */
typedef struct rebase_quota rebase_quota;
typedef struct rebase_quota_ops {
  const char *name;
  void (*reserve)(rebase_quota *, const rebase_reservation *, rebase_quota_answer *);
  void (*settle)(rebase_quota *, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *);
  void (*seed)(rebase_quota *, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *);
  uint32_t (*open)(rebase_quota *, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *);
  void (*close)(rebase_quota *);
} rebase_quota_ops;
struct rebase_quota { const rebase_quota_ops *ops; };       /* the first member of a store */

REBASE_API void rebase_quota_reserve(rebase_quota *quota, const rebase_reservation *reservation, rebase_quota_answer *answer);
/* used: what each charge really came to, in the order of the reservation; of HELD nothing is left whatever is said. */
REBASE_API void rebase_quota_settle(rebase_quota *quota, const unsigned char id[REBASE_QUOTA_ID], const int64_t *used, uint32_t count,
                                    int64_t now, rebase_quota_answer *answer);
/* Makes the store's state count from now on: a new epoch. charges: counters that have at least `amount` in `bucket`, from the
 * host's own books; the others keep what they have. For a new store, and after a loss was looked into. */
REBASE_API void rebase_quota_seed(rebase_quota *quota, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *answer);
/* Reservations that were not settled, those that expire first in front, expired ones included until the store forgets them.
 * Returns how many there are; writes at most `size`. To be compared with the host's own books, the decision log or what a provider
 * bills: one that nobody will settle any more is settled by hand with what it came to, or, with count 0, as spent. An expired one
 * counts as spent anyhow; a lease must only be settled as spent: who holds it may draw all of it. */
REBASE_API uint32_t rebase_quota_list(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer);
REBASE_API bool rebase_quota_is_lease(const unsigned char id[REBASE_QUOTA_ID]);       /* by how it begins */
REBASE_API void rebase_quota_close(rebase_quota *quota);    /* takes NULL too */

/* ---- in memory: for one process; lost with it, so a limit over more than its life is no limit there ---- */
typedef struct rebase_memory_options {      /* zero: the default of each */
  uint32_t max_counters;            /* default 65,536 */
  uint32_t max_reservations;        /* remembered, settled or not; default 65,536 */
  int64_t tolerance;                /* default 5 seconds */
} rebase_memory_options;
REBASE_API rebase_status rebase_quota_memory(const rebase_memory_options *options, rebase_quota **quota);

/* ---- leases: most reservations without asking the store ----
 * A layer over a store. It takes slices of the counters in use, each an ordinary reservation in the store, and draws reservations
 * from them. A slice is what the reservation lacks, and twice what the last ones needed, but at most a hundredth of what is left.
 *
 *   rebase_quota_sqlite("quota.db", NULL, &store, NULL);
 *   rebase_quota_lease(store, NULL, &quota);               the layer closes the store
 *
 * How far off it can be:
 *   - Never above the limit: granted <= what the store counts as used <= the limit, with any number of processes, also when they are
 *     killed. What a killed one held counts as spent: at most its slice, and what its open reservations did not use.
 *   - A reservation may be refused while others hold what it lacks: each at most a hundredth of what was left, and what its own
 *     reservations gave back. It comes back when they draw on it, close, or call rebase_quota_lease_tidy.
 *   - A store that lost its state and is seeded anew is noticed within `lifetime`; until then a process may still draw what it had
 *     leased before. Seed with what the store had counted, then nothing exceeds the limit.
 *   - While the store gives no answer, what a process leased can be drawn for `lifetime`; then all is denied, unless `away_share` says
 *     otherwise: then each process that had spoken with the store may go beyond by that share, each time the store is away, and
 *     granted <= limit + processes * share. It is recorded when the store is back, lost if the process ends before.
 * What counts at once (REBASE_WINDOW_HELD) is not leased: a reservation with such a charge goes to the store. A slice of a ROLLING
 * counter is drawn in its own bucket only. A reservation is settled, and is idempotent, in the process that made it. `used` in an
 * answer is what the store said last, other processes' slices included. Lists hold this process's reservations and the store's. */
typedef struct rebase_lease_options {       /* zero: the default of each; times in microseconds */
  int64_t lifetime;                 /* how long it goes on without an answer of the store; default 10 seconds */
  int64_t retry;                    /* a store that gave no answer is asked again after; default 1 second */
  int64_t tolerance;                /* default 5 seconds */
  uint32_t away_share;              /* thousandths of each limit that this process may grant while the store is away; default 0 */
  uint32_t max_counters;            /* default 65,536 */
  uint32_t max_reservations;        /* default 65,536 */
} rebase_lease_options;
/* On an error the store stays open, and the caller's. */
REBASE_API rebase_status rebase_quota_lease(rebase_quota *store, const rebase_lease_options *options, rebase_quota **quota);
/* Gives back what has not been drawn on for `lifetime`, some at a time: for a host to call now and then, as it may have nothing else to
 * reserve. Does nothing to other stores. */
REBASE_API void rebase_quota_lease_tidy(rebase_quota *quota, int64_t now);

#ifdef __cplusplus
}
#endif
#endif
