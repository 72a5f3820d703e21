/* lease_pools.c: see lease_pools.h. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lease_pools.h"

enum { PART_OF_WHAT_IS_LEFT = 100, SWEPT_AT_ONCE = 64 };
struct part { struct pool *pool; int64_t amount; struct lease *older; };   /* older: the pool's next lease */
struct lease { unsigned char id[REBASE_QUOTA_ID]; uint32_t count; struct part parts[]; };

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t steady(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- pools ---- */
struct pool *pool_newest(struct leasing *l, const unsigned char *key) {
  struct pool *found = NULL;
  for (uint32_t at = l->heads[quota_hash(key) & l->mask]; at != NO_PLACE; at = l->pools[at].next) {
    struct pool *p = &l->pools[at];
    if (!memcmp(p->key, key, REBASE_QUOTA_KEY) && (!found || p->bucket > found->bucket)) found = p;
  }
  return found;
}

struct pool *pool_find(struct leasing *l, const unsigned char *key, int64_t bucket) {
  for (uint32_t at = l->heads[quota_hash(key) & l->mask]; at != NO_PLACE; at = l->pools[at].next)
    if (l->pools[at].bucket == bucket && !memcmp(l->pools[at].key, key, REBASE_QUOTA_KEY)) return &l->pools[at];
  return NULL;
}

static void remove_pool(struct leasing *l, struct pool *p) {
  uint32_t self = (uint32_t)(p - l->pools), *at = &l->heads[quota_hash(p->key) & l->mask];
  while (*at != self) at = &l->pools[*at].next;
  *at = p->next;
  *p = (struct pool){.next = l->first_free};
  l->first_free = self;
}

static bool over(const struct leasing *l, const struct pool *p) { return p->ends <= l->clock - l->options.tolerance; }

/* Places of pools that nothing needs. A debt is needed until its time is over, what is free is only a loss. */
static void sweep(struct leasing *l) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < l->pool_count && found < SWEPT_AT_ONCE; i++) {
    struct pool *p = &l->pools[i];
    if (!p->taken || (p->open && !over(l, p)) || (p->free < 0 && !over(l, p)) || p->drawn == l->clock) continue;
    pools_give_back(l, p);
    remove_pool(l, p);
    found++;
  }
}

static struct pool *make_pool(struct leasing *l, const rebase_charge *c) {
  if (l->first_free == NO_PLACE && l->pool_count == l->options.max_counters) sweep(l);
  uint32_t place = l->first_free;
  if (place != NO_PLACE) l->first_free = l->pools[place].next;
  else if (l->pool_count < l->options.max_counters) place = l->pool_count++;
  else return NULL;
  struct pool *p = &l->pools[place];
  uint32_t *head = &l->heads[quota_hash(c->key) & l->mask];
  *p = (struct pool){.window = c->window, .bucket = c->bucket, .ends = c->ends, .drawn = l->clock, .taken = true, .next = *head};
  memcpy(p->key, c->key, REBASE_QUOTA_KEY);
  *head = place;
  return p;
}

void pool_retire(struct leasing *l, struct pool *p) {
  if (p->open || (p->free < 0 && !over(l, p))) return;
  pools_give_back(l, p);
  remove_pool(l, p);
}

struct pool *pool_for(struct leasing *l, const rebase_charge *c) {
  struct pool *old = pool_newest(l, c->key);
  if (old && old->bucket >= c->bucket) return old;
  struct pool *p = make_pool(l, c);
  if (!p || !old) return p;
  p->demand = old->demand;          /* it goes on as it was */
  p->filled = old->filled;
  if (p->window == REBASE_WINDOW_ROLLING) p->seen = old->seen;
  pool_retire(l, old);
  return p;
}

static bool fresh(const struct leasing *l) { return l->contact && l->clock - l->contact <= l->options.lifetime; }

/* What is known to be used of the whole counter; others may have used more of it. */
static int64_t known(const struct pool *p) { return larger(p->seen - p->free, 0); }

bool pool_may_be_drawn(const struct leasing *l, const struct pool *p, const rebase_charge *c) {
  return fresh(l) && p->free >= c->amount && known(p) <= c->limit - c->amount && p->told >= c->ends;
}

/* ---- the store's answers ---- */
/* What was leased of another epoch is worth nothing, and must not be given back into this one's figures. */
static void discard(struct lease *lease) {
  for (uint32_t i = 0; i < lease->count; i++) {
    struct part *part = &lease->parts[i];
    struct lease **at = &part->pool->newest;
    while (*at != lease)
      for (uint32_t k = 0; k < (*at)->count; k++)
        if ((*at)->parts[k].pool == part->pool) {
          at = &(*at)->parts[k].older;
          break;
        }
    *at = part->older;
    part->pool->capacity -= part->amount;
  }
  free(lease);
}

static void drop_all(struct leasing *l) {
  for (uint32_t i = 0; i < l->pool_count; i++) {
    struct pool *p = &l->pools[i];
    if (!p->taken) continue;
    while (p->newest) discard(p->newest);
    p->free = smaller(p->free, 0);
    p->seen = p->demand = p->told = 0;
  }
}

void pools_heard(struct leasing *l, const rebase_quota_answer *answer) {
  switch (answer->status) {
  case REBASE_QUOTA_AWAY: l->ask_again = steady() + l->options.retry; return;
  case REBASE_QUOTA_CLOCK: case REBASE_QUOTA_INVALID: return;
  case REBASE_QUOTA_UNSEEDED:
    drop_all(l);
    l->contact = 0;
    return;
  default: break;
  }
  l->ask_again = 0;
  l->contact = l->clock;
  if (answer->epoch == l->epoch) return;
  drop_all(l);
  l->epoch = answer->epoch;
}

bool pools_away(const struct leasing *l, rebase_quota_answer *answer) {
  if (!l->ask_again || steady() >= l->ask_again) return false;
  *answer = (rebase_quota_answer){.status = REBASE_QUOTA_AWAY, .epoch = l->epoch};
  return true;
}

/* ---- leases ---- */
static void settle_lease(struct leasing *l, struct lease *lease, bool give_back) {
  int64_t used[REBASE_QUOTA_CHARGES];
  unsigned char id[REBASE_QUOTA_ID];
  rebase_quota_answer answer;
  uint32_t count = lease->count;
  memcpy(id, lease->id, sizeof id);
  for (uint32_t i = 0; i < count; i++) {
    struct part *part = &lease->parts[i];
    int64_t give = give_back ? smaller(larger(part->pool->free, 0), part->amount) : 0;
    used[i] = part->amount - give;
    part->pool->free -= give;       /* also when the store does not hear of it: then it counts as spent */
    part->pool->seen -= give;
  }
  discard(lease);
  if (pools_away(l, &answer)) return;
  rebase_quota_settle(l->store, id, used, count, l->clock, &answer);
  pools_heard(l, &answer);
}

void pools_give_back(struct leasing *l, struct pool *p) {
  while (p->newest) settle_lease(l, p->newest, true);
}

/* Whether the leases that remain without this one can still give back all that may come free. */
static bool spare(const struct lease *lease) {
  for (uint32_t i = 0; i < lease->count; i++) {
    const struct pool *p = lease->parts[i].pool;
    if (p->capacity - lease->parts[i].amount < larger(p->free, 0) + p->held) return false;
  }
  return true;
}

/* The store need not list for long what is drawn and settled. One at a time: this is on the way of a reservation. */
static void settle_spare(struct leasing *l, const struct pool *p) {
  for (struct lease *lease = p->newest; lease;) {
    struct lease *older = NULL;
    for (uint32_t i = 0; i < lease->count; i++)
      if (lease->parts[i].pool == p) older = lease->parts[i].older;
    if (spare(lease)) {
      settle_lease(l, lease, false);
      return;
    }
    lease = older;
  }
}

static void keep_lease(const rebase_reservation *r, struct pool *const *pools) {
  struct lease *lease = malloc(sizeof *lease + r->count * sizeof *lease->parts);
  if (!lease) return;               /* it cannot be given back, that is all */
  memcpy(lease->id, r->id, sizeof lease->id);
  lease->count = r->count;
  for (uint32_t i = 0; i < r->count; i++) {
    lease->parts[i] = (struct part){pools[i], r->charges[i].amount, pools[i]->newest};
    pools[i]->newest = lease;
    pools[i]->capacity += r->charges[i].amount;
  }
}

/* What the next reservations will soon need: twice what the last ones did, so that slices grow, if there is plenty. */
static int64_t ahead(const struct leasing *l, const struct pool *p, const rebase_charge *c) {
  if (!p->filled || l->clock - p->filled > l->options.lifetime) return 0;
  return smaller(2 * p->demand, larger(c->limit - p->seen, 0) / PART_OF_WHAT_IS_LEFT);
}

/* A lease that is being asked for: some charges of a reservation. */
struct wanted { uint32_t count, places[REBASE_QUOTA_CHARGES]; struct pool *pools[REBASE_QUOTA_CHARGES]; rebase_charge charges[REBASE_QUOTA_CHARGES]; };

/* ahead_too: with what will be needed soon. False: that is nothing. What is free of a pool counts in the store as used, so the
 * limit is that much higher where nothing more is asked for. */
static bool want(const struct leasing *l, const rebase_reservation *r, struct pool *const *pools, bool ahead_too, struct wanted *w) {
  int64_t more = 0;
  w->count = 0;
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    struct pool *p = pools[i];
    if (pool_may_be_drawn(l, p, c)) continue;
    int64_t soon = ahead_too ? ahead(l, p, c) : 0;
    rebase_charge *asked = &w->charges[w->count];
    *asked = *c;
    asked->bucket = p->bucket;
    asked->ends = smaller(larger(p->ends, c->ends + l->options.lifetime), REBASE_QUOTA_MOST);
    asked->amount = larger(c->amount - p->free, 0) + soon;
    if (!soon) asked->limit = smaller(c->limit + larger(p->free - c->amount, 0), REBASE_QUOTA_MOST);
    more += soon;
    w->pools[w->count] = p;
    w->places[w->count++] = i;
  }
  return !ahead_too || more > 0;
}

static void filled(struct leasing *l, const struct wanted *w, const rebase_reservation *lease, const rebase_quota_answer *answer) {
  keep_lease(lease, w->pools);
  for (uint32_t i = 0; i < w->count; i++) {
    struct pool *p = w->pools[i];
    p->free += w->charges[i].amount;
    p->seen = answer->used[i];
    p->ends = p->told = w->charges[i].ends;
    p->demand = 0;
    p->filled = l->clock;
  }
}

static rebase_quota_status take(struct leasing *l, const rebase_reservation *r, const struct wanted *w, rebase_quota_answer *answer) {
  rebase_reservation lease = {.now = l->clock, .timeout = r->timeout, .count = w->count, .charges = w->charges};
  lease.expires = smaller(larger(r->expires, l->clock) + 2 * l->options.lifetime, REBASE_QUOTA_MOST);
  randombytes_buf(lease.id, sizeof lease.id);
  memcpy(lease.id, lease_mark, sizeof lease_mark);
  rebase_quota_reserve(l->store, &lease, answer);
  pools_heard(l, answer);
  if (answer->status == REBASE_QUOTA_GRANTED) filled(l, w, &lease, answer);
  if (answer->status == REBASE_QUOTA_REFUSED) w->pools[answer->charge]->seen = answer->used[answer->charge];
  return answer->status;
}

bool pools_fill(struct leasing *l, const rebase_reservation *r, struct pool *const *pools, rebase_quota_answer *answer) {
  struct wanted w;
  if (pools_away(l, answer) || !pools_record_debts(l, r->timeout, answer)) return false;
  bool slice = want(l, r, pools, true, &w);
  rebase_quota_status status = slice ? take(l, r, &w, answer) : REBASE_QUOTA_REFUSED;
  if (status == REBASE_QUOTA_REFUSED) {
    want(l, r, pools, false, &w);
    status = w.count ? take(l, r, &w, answer) : REBASE_QUOTA_GRANTED;     /* only the answer was wanted */
  }
  if (status == REBASE_QUOTA_GRANTED) {
    if (w.count) settle_spare(l, w.pools[0]);
    pools_tidy(l, 4);
    return true;
  }
  answer->charge = status == REBASE_QUOTA_REFUSED ? w.places[answer->charge] : 0;
  for (uint32_t i = 0; i < r->count; i++) answer->used[i] = known(pools[i]);
  return false;
}

void pools_tidy(struct leasing *l, uint32_t most) {
  if (l->clock - l->tidied < l->options.lifetime) return;
  for (uint32_t i = 0; i < l->pool_count; i++) {
    struct pool *p = &l->pools[i];
    if (!p->taken || p->open || p->free < 0 || l->clock - p->drawn < l->options.lifetime) continue;
    if (p->newest && !most--) return;         /* the rest another time */
    pools_give_back(l, p);
    remove_pool(l, p);
  }
  l->tidied = l->clock;
}

/* ---- debts ---- */
/* A reservation of nothing, settled with what was used: that is recorded whatever the limit is. Repeated under the same id until it
 * is answered. */
static bool record(struct leasing *l, struct pool *p, int64_t timeout, rebase_quota_answer *answer) {
  rebase_charge c = {.window = p->window, .bucket = p->bucket, .ends = p->ends, .limit = REBASE_QUOTA_MOST};
  rebase_reservation r = {.now = l->clock, .timeout = timeout, .count = 1, .charges = &c};
  r.expires = smaller(l->clock + 2 * l->options.lifetime, REBASE_QUOTA_MOST);
  if (!p->debt) randombytes_buf(p->debt_id, sizeof p->debt_id);
  if (!p->debt) p->debt = -p->free;
  memcpy(c.key, p->key, sizeof c.key);
  memcpy(r.id, p->debt_id, sizeof r.id);
  rebase_quota_reserve(l->store, &r, answer);
  pools_heard(l, answer);
  if (answer->status == REBASE_QUOTA_INVALID) p->free = p->debt = 0;    /* its time is over, by the store's clock */
  if (answer->status != REBASE_QUOTA_GRANTED) return answer->status == REBASE_QUOTA_INVALID;
  int64_t used = answer->used[0];
  rebase_quota_settle(l->store, p->debt_id, &p->debt, 1, l->clock, answer);
  pools_heard(l, answer);
  if (answer->status != REBASE_QUOTA_GRANTED && answer->status != REBASE_QUOTA_LATE) return false;
  p->seen = used + p->debt;
  p->told = p->ends;
  p->free += p->debt;
  p->debt = 0;
  return true;
}

bool pools_record_debts(struct leasing *l, int64_t timeout, rebase_quota_answer *answer) {
  for (uint32_t i = 0; l->in_debt && i < l->pool_count; i++) {
    struct pool *p = &l->pools[i];
    if (p->taken && p->free < 0 && over(l, p)) p->free = p->debt = 0;     /* it counts for nothing any more */
    while (p->taken && p->free < 0)
      if (!record(l, p, timeout, answer)) return false;
  }
  l->in_debt = false;
  return true;
}

/* ---- life ---- */
bool pools_start(struct leasing *l) {
  l->first_free = NO_PLACE;
  l->pools = calloc(l->options.max_counters, sizeof *l->pools);
  l->heads = quota_hash_heads(l->options.max_counters, &l->mask);
  return l->pools && l->heads;
}

void pools_end(struct leasing *l, bool give_back) {
  rebase_quota_answer answer;
  if (give_back && l->pools && !pools_away(l, &answer)) pools_record_debts(l, 0, &answer);
  for (uint32_t i = 0; l->pools && i < l->pool_count; i++)
    while (l->pools[i].newest)
      if (give_back) settle_lease(l, l->pools[i].newest, true);
      else discard(l->pools[i].newest);
  free(l->pools);
  free(l->heads);
}
