/* lease.c: leases: reservations drawn from what a process has leased of a store. See rebase_quota.h and lease_pools.h. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "lease_pools.h"
#include "store_lock.h"

static bool admit(struct leasing *l, int64_t *now, rebase_quota_answer *answer) {
  answer->epoch = l->epoch;
  if (l->owner != getpid()) {
    snprintf(answer->text, sizeof answer->text, "opened before fork(): open the store in the child");
    return false;                   /* two who draw on one pool would spend it twice */
  }
  answer->status = *now < l->clock - l->options.tolerance ? REBASE_QUOTA_CLOCK : REBASE_QUOTA_GRANTED;
  if (*now > l->clock) l->clock = *now;
  *now = l->clock;
  return answer->status == REBASE_QUOTA_GRANTED;
}

/* ---- reserve ---- */
/* Of what counts at once nothing can be held in advance; nor is anything gained for a reservation of nothing. */
static bool is_for_the_store(const rebase_reservation *r) {
  for (uint32_t i = 0; i < r->count; i++)
    if (r->charges[i].window == REBASE_WINDOW_HELD) return true;
  return !r->count;
}

static void pass_on(struct leasing *l, const rebase_reservation *r, rebase_quota_answer *answer) {
  if (pools_away(l, answer)) return;
  rebase_quota_reserve(l->store, r, answer);
  pools_heard(l, answer);
  bool gave_back = false;
  for (uint32_t i = 0; answer->status == REBASE_QUOTA_REFUSED && i < r->count; i++) {
    struct pool *p = pool_newest(l, r->charges[i].key);
    if (!p || p->free <= 0 || !p->newest) continue;
    pools_give_back(l, p);
    gave_back = true;
  }
  if (!gave_back || pools_away(l, answer)) return;
  rebase_quota_reserve(l->store, r, answer);
  pools_heard(l, answer);
}

static bool find_pools(struct leasing *l, const rebase_reservation *r, struct pool **pools, rebase_quota_answer *answer) {
  for (uint32_t i = 0; i < r->count; i++) {
    bool valid = r->charges[i].ends > l->clock - l->options.tolerance;
    answer->charge = i;
    pools[i] = valid ? pool_for(l, &r->charges[i]) : NULL;
    if (pools[i]) pools[i]->drawn = l->clock;   /* in use: its place is not given to another */
    if (pools[i]) continue;
    answer->status = valid ? REBASE_QUOTA_FULL : REBASE_QUOTA_INVALID;
    return false;
  }
  answer->charge = 0;
  return true;
}

static bool may_draw(const struct leasing *l, const rebase_reservation *r, struct pool *const *pools) {
  for (uint32_t i = 0; i < r->count; i++)
    if (!pool_may_be_drawn(l, pools[i], &r->charges[i])) return false;
  return true;
}

/* The store is away: the policy may leave a share of each limit to this process, if it has seen the store before. */
static bool may_share(const struct leasing *l, const rebase_reservation *r, struct pool *const *pools) {
  if (!l->epoch || !l->contact || !l->options.away_share) return false;
  bool stale = l->clock - l->contact > l->options.lifetime;
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    struct pool *p = pools[i];
    if (stale && p->free > 0) p->free = 0;
    if (p->free - c->amount < -(c->limit * l->options.away_share / 1000)) return false;
    if (p->seen - p->free > c->limit - c->amount) return false;
    if (p->ends < c->ends) p->ends = c->ends;
  }
  return true;
}

static void draw(struct leasing *l, const rebase_reservation *r, struct pool *const *pools, rebase_quota_answer *answer) {
  struct kept *k = remembered_make(&l->remembered, r, l->clock);
  answer->status = k ? REBASE_QUOTA_GRANTED : REBASE_QUOTA_FULL;
  answer->epoch = l->epoch;
  answer->charge = 0;
  answer->text[0] = 0;
  if (!k) return;
  k->epoch = l->epoch;
  for (uint32_t i = 0; i < r->count; i++) {
    struct pool *p = pools[i];
    int64_t amount = r->charges[i].amount;
    struct charged *charged = &k->charges[k->count++];
    *charged = (struct charged){.window = (uint8_t)p->window, .bucket = p->bucket, .amount = amount};
    memcpy(charged->key, p->key, REBASE_QUOTA_KEY);
    p->free -= amount;
    p->held += amount;
    p->demand += amount;
    p->open++;
    if (p->free < 0) l->in_debt = true;
    answer->used[i] = p->seen > p->free ? p->seen - p->free : 0;
  }
}

static void reserve_from_pools(struct leasing *l, const rebase_reservation *r, rebase_quota_answer *answer) {
  struct pool *pools[REBASE_QUOTA_CHARGES];
  if (!find_pools(l, r, pools, answer)) return;
  bool filled = may_draw(l, r, pools) || pools_fill(l, r, pools, answer);
  if (filled && may_draw(l, r, pools)) draw(l, r, pools, answer);
  else if (filled) answer->status = REBASE_QUOTA_UNSEEDED;    /* the store lost its state between two answers */
  else if (answer->status == REBASE_QUOTA_AWAY && may_share(l, r, pools)) draw(l, r, pools, answer);
}

static void reserve(rebase_quota *quota, const rebase_reservation *r, rebase_quota_answer *answer) {
  struct leasing *l = (struct leasing *)quota;
  int64_t now = r->now;
  if (r->timeout <= 0) pthread_mutex_lock(&l->lock);
  else if (!lock_within(&l->lock, r->timeout)) return;      /* another thread waits for the store that long */
  struct kept *k = remembered_find(&l->remembered, r->id);
  if (!admit(l, &now, answer)) ;
  else if (k) answer->status = remembered_same(k, r) ? REBASE_QUOTA_GRANTED : REBASE_QUOTA_CONFLICT;
  else if (is_for_the_store(r)) pass_on(l, r, answer);
  else reserve_from_pools(l, r, answer);
  pthread_mutex_unlock(&l->lock);
}

/* ---- settle ---- */
/* It is not open any more. give_back: what was not used may be drawn again. */
static void correct(struct leasing *l, const struct charged *c, int64_t used, bool give_back) {
  struct pool *p = pool_find(l, c->key, c->bucket);
  if (!p) return;                   /* its time is over */
  int64_t unused = c->amount - used;
  p->open--;
  p->held -= c->amount;
  if (unused < 0 || give_back) {
    p->free += unused;
    p->demand = p->demand > unused ? p->demand - unused : 0;
  }
  if (p->free < 0) l->in_debt = true;
  if (p != pool_newest(l, c->key)) pool_retire(l, p);
}

static void settle_kept(struct leasing *l, struct kept *k, const int64_t *used, uint32_t count, rebase_quota_answer *answer) {
  bool late = k->expires <= l->clock;
  rebase_quota_answer recorded;
  for (uint32_t i = 0; i < k->count; i++)
    correct(l, &k->charges[i], i < count ? used[i] : k->charges[i].amount, !late && k->epoch == l->epoch);
  remembered_settle(&l->remembered, k);
  if (late) answer->status = REBASE_QUOTA_LATE;
  if (l->in_debt && !pools_away(l, &recorded)) pools_record_debts(l, 0, &recorded);    /* else when the store is back */
}

static void settle(rebase_quota *quota, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct leasing *l = (struct leasing *)quota;
  pthread_mutex_lock(&l->lock);
  struct kept *k = remembered_find(&l->remembered, id);
  if (!admit(l, &now, answer)) ;
  else if (!k) {
    if (!pools_away(l, answer)) {
      rebase_quota_settle(l->store, id, used, count, now, answer);
      pools_heard(l, answer);
    }
  } else if (count > k->count) answer->status = REBASE_QUOTA_INVALID;
  else if (k->state == KEPT_OPEN) settle_kept(l, k, used, count, answer);
  pthread_mutex_unlock(&l->lock);
}

/* An open reservation was forgotten: it expired, and counts as spent. */
static void forgotten(void *owner, const struct kept *k) {
  for (uint32_t i = 0; i < k->count; i++) correct(owner, &k->charges[i], k->charges[i].amount, false);
}

/* ---- seed, list, life ---- */
static void seed(rebase_quota *quota, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct leasing *l = (struct leasing *)quota;
  int64_t at = now;
  pthread_mutex_lock(&l->lock);
  if (admit(l, &at, answer) || answer->status == REBASE_QUOTA_CLOCK) {
    rebase_quota_seed(l->store, charges, count, now, answer);
    if (answer->status == REBASE_QUOTA_GRANTED) l->clock = l->tidied = now;
    pools_heard(l, answer);
  }
  pthread_mutex_unlock(&l->lock);
}

/* What was drawn here and is open, and what is open in the store: leases, and what was passed on. */
static uint32_t list_open(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  struct leasing *l = (struct leasing *)quota;
  rebase_quota_open *all = malloc((2 * (size_t)size + 1) * sizeof *all);
  uint32_t found = 0;
  pthread_mutex_lock(&l->lock);
  if (!all) answer->status = REBASE_QUOTA_FULL;
  else if (admit(l, &now, answer)) {
    found = remembered_list(&l->remembered, all, size);
    uint32_t here = found < size ? found : size, there = rebase_quota_list(l->store, now, all + here, size, answer);
    pools_heard(l, answer);
    found += there;
    here += there < size ? there : size;
    quota_sort_by_end(all, here);
    if (size) memcpy(list, all, (here < size ? here : size) * sizeof *list);
  }
  pthread_mutex_unlock(&l->lock);
  free(all);
  return found;
}

static void close_leasing(rebase_quota *quota) {
  struct leasing *l = (struct leasing *)quota;
  pools_end(l, l->owner == getpid());
  rebase_quota_close(l->store);
  remembered_end(&l->remembered);
  pthread_mutex_destroy(&l->lock);
  free(l);
}

static const rebase_quota_ops ops = {"lease", reserve, settle, seed, list_open, close_leasing};

void rebase_quota_lease_tidy(rebase_quota *quota, int64_t now) {
  struct leasing *l = (struct leasing *)quota;
  rebase_quota_answer answer = {0};
  if (!quota || quota->ops != &ops || now < 0 || now > REBASE_QUOTA_MOST) return;
  pthread_mutex_lock(&l->lock);
  if (admit(l, &now, &answer) && !pools_away(l, &answer) && pools_record_debts(l, 0, &answer)) pools_tidy(l, 16);
  pthread_mutex_unlock(&l->lock);
}

rebase_status rebase_quota_lease(rebase_quota *store, const rebase_lease_options *options, rebase_quota **quota) {
  if (!store || !quota || store->ops == &ops || (options && options->away_share > 1000)) return REBASE_E_ARGUMENT;
  *quota = NULL;
  if (sodium_init() < 0) return REBASE_E_RANDOM;
  struct leasing *l = calloc(1, sizeof *l);
  if (!l) return REBASE_E_MEMORY;
  if (pthread_mutex_init(&l->lock, NULL)) {
    free(l);
    return REBASE_E_MEMORY;
  }
  l->quota.ops = &ops;
  l->owner = getpid();
  if (options) l->options = *options;
  if (l->options.lifetime <= 0) l->options.lifetime = 10000000;
  if (l->options.retry <= 0) l->options.retry = 1000000;
  if (l->options.tolerance <= 0) l->options.tolerance = 5000000;
  if (!l->options.max_counters) l->options.max_counters = 65536;
  if (!l->options.max_reservations) l->options.max_reservations = 65536;
  bool pools = pools_start(l), room = remembered_start(&l->remembered, l->options.max_reservations);
  l->remembered.forgotten = forgotten;
  l->remembered.owner = l;
  if (!pools || !room) {            /* the store stays the caller's */
    pools_end(l, false);
    remembered_end(&l->remembered);
    pthread_mutex_destroy(&l->lock);
    free(l);
    return REBASE_E_MEMORY;
  }
  l->store = store;
  *quota = &l->quota;
  return REBASE_OK;
}
