/* memory.c: quotas in the memory of one process: hash tables under one lock, which is held for some ten nanoseconds. */
#include <pthread.h>
#include <stdlib.h>
#include "remembered.h"

struct entry { int64_t bucket, ends, amount; };
struct counter { unsigned char key[REBASE_QUOTA_KEY]; struct entry *entries; uint32_t count, capacity, next; uint64_t wanted; };
struct memory {
  rebase_quota quota;
  rebase_memory_options options;
  pthread_mutex_t lock;
  uint64_t epoch;
  int64_t clock;
  uint64_t calls;                   /* counters of the one under way are not swept */
  struct counter *counters; uint32_t counter_count, *counter_heads, free_counter;
  uint32_t mask_counters;
  struct remembered remembered;
};

/* ---- counters ---- */
static struct counter *find_counter(struct memory *m, const unsigned char *key) {
  for (uint32_t at = m->counter_heads[quota_hash(key) & m->mask_counters]; at != NO_PLACE; at = m->counters[at].next)
    if (!memcmp(m->counters[at].key, key, REBASE_QUOTA_KEY)) return &m->counters[at];
  return NULL;
}

static void drop_old(struct counter *c, int64_t before) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->count; i++)
    if (c->entries[i].ends > before) c->entries[kept++] = c->entries[i];
  c->count = kept;
}

/* Gives back counters in which nothing counts any more. */
static void sweep(struct memory *m) {
  for (uint32_t head = 0; head <= m->mask_counters; head++)
    for (uint32_t *at = &m->counter_heads[head]; *at != NO_PLACE;) {
      struct counter *c = &m->counters[*at];
      uint32_t self = *at;
      drop_old(c, m->clock - m->options.tolerance);
      if (c->count || c->wanted == m->calls) { at = &c->next; continue; }
      *at = c->next;
      c->next = m->free_counter;
      m->free_counter = self;
    }
}

static struct counter *make_counter(struct memory *m, const unsigned char *key) {
  struct counter *c = find_counter(m, key);
  if (c) return c;
  uint32_t place = m->free_counter;
  if (place == NO_PLACE && m->counter_count == m->options.max_counters) sweep(m);
  if ((place = m->free_counter) != NO_PLACE) m->free_counter = m->counters[place].next;
  else if (m->counter_count < m->options.max_counters) place = m->counter_count++;
  else return NULL;
  uint32_t *head = &m->counter_heads[quota_hash(key) & m->mask_counters];
  c = &m->counters[place];
  c->next = *head;
  c->count = 0;
  c->wanted = 0;
  memcpy(c->key, key, REBASE_QUOTA_KEY);
  *head = place;
  return c;
}

static int64_t latest(const struct counter *c, int64_t bucket) {
  for (uint32_t i = 0; i < c->count; i++)
    if (c->entries[i].bucket > bucket) bucket = c->entries[i].bucket;
  return bucket;
}

static int64_t used_in(const struct counter *c, rebase_window window, int64_t bucket, int64_t now) {
  int64_t from = window == REBASE_WINDOW_PERIOD ? bucket : window == REBASE_WINDOW_ROLLING ? bucket - REBASE_QUOTA_PARTS : now + 1;
  int64_t used = 0;
  for (uint32_t i = 0; i < c->count; i++)
    if (c->entries[i].bucket >= from) used += c->entries[i].amount;
  return used;
}

static struct entry *find_entry(struct counter *c, int64_t bucket) {
  for (uint32_t i = c->count; i-- > 0;)
    if (c->entries[i].bucket == bucket) return &c->entries[i];
  return NULL;
}

/* Room for one more entry, so that add_entry cannot fail. */
static bool entry_room(struct memory *m, struct counter *c) {
  if (c->count == c->capacity) drop_old(c, m->clock - m->options.tolerance);
  if (c->count < c->capacity) return true;
  uint32_t capacity = c->capacity ? 2 * c->capacity : 2;
  struct entry *larger = realloc(c->entries, capacity * sizeof *larger);
  if (!larger) return false;
  c->entries = larger;
  c->capacity = capacity;
  return true;
}

static struct entry *add_entry(struct counter *c, int64_t bucket, int64_t ends) {
  struct entry *entry = find_entry(c, bucket);
  if (!entry) {
    entry = &c->entries[c->count++];
    *entry = (struct entry){bucket, ends, 0};
  }
  if (entry->ends < ends) entry->ends = ends;
  return entry;
}

/* ---- the interface ---- */
static bool admit(struct memory *m, int64_t *now, rebase_quota_answer *answer) {
  m->calls++;
  answer->epoch = m->epoch;
  answer->status = !m->epoch ? REBASE_QUOTA_UNSEEDED : *now < m->clock - m->options.tolerance ? REBASE_QUOTA_CLOCK : REBASE_QUOTA_GRANTED;
  if (*now > m->clock) m->clock = *now;
  *now = m->clock;
  return answer->status == REBASE_QUOTA_GRANTED;
}

/* Finds room in every counter before anything is added to one. */
static bool check(struct memory *m, const rebase_reservation *r, int64_t now, rebase_quota_answer *answer) {
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    answer->charge = i;
    if (c->ends <= m->clock - m->options.tolerance) {
      answer->status = REBASE_QUOTA_INVALID;
      return false;
    }
    struct counter *counter = make_counter(m, c->key);
    if (counter) counter->wanted = m->calls;
    int64_t bucket = counter && c->window != REBASE_WINDOW_HELD ? latest(counter, c->bucket) : c->bucket;
    if (!counter || !entry_room(m, counter)) {
      answer->status = REBASE_QUOTA_FULL;
      return false;
    }
    answer->used[i] = used_in(counter, c->window, bucket, now);
    if (answer->used[i] > c->limit - c->amount) {
      answer->status = REBASE_QUOTA_REFUSED;
      return false;
    }
  }
  return true;
}

static void take(struct memory *m, const rebase_reservation *r, struct kept *k, rebase_quota_answer *answer) {
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    struct counter *counter = find_counter(m, c->key);
    int64_t bucket = c->window == REBASE_WINDOW_HELD ? c->bucket : latest(counter, c->bucket);
    struct charged *charged = &k->charges[k->count++];
    *charged = (struct charged){.window = (uint8_t)c->window, .bucket = bucket, .amount = c->amount};
    memcpy(charged->key, c->key, REBASE_QUOTA_KEY);
    add_entry(counter, bucket, c->ends)->amount += c->amount;
    answer->used[i] += c->amount;
  }
  answer->charge = 0;
}

static void reserve(rebase_quota *quota, const rebase_reservation *r, rebase_quota_answer *answer) {
  struct memory *m = (struct memory *)quota;
  int64_t now = r->now;
  remembered_expect(&m->remembered, r->id);
  pthread_mutex_lock(&m->lock);
  remembered_expect_room(&m->remembered);
  struct kept *k = remembered_find(&m->remembered, r->id);
  if (!admit(m, &now, answer)) ;
  else if (k) answer->status = remembered_same(k, r) ? REBASE_QUOTA_GRANTED : REBASE_QUOTA_CONFLICT;
  else if (check(m, r, now, answer)) {
    k = remembered_make(&m->remembered, r, m->clock);
    if (k) take(m, r, k, answer);
    else answer->status = REBASE_QUOTA_FULL;
  }
  pthread_mutex_unlock(&m->lock);
}

/* Late: what was reserved has counted as spent; only more than that is still news. */
static void correct(struct memory *m, const struct charged *c, int64_t used, bool late) {
  struct counter *counter = find_counter(m, c->key);
  struct entry *entry = counter ? find_entry(counter, c->bucket) : NULL;
  if (c->window == REBASE_WINDOW_HELD) used = 0;
  if (!entry || (late && used < c->amount)) return;   /* gone: its time is over */
  entry->amount += used - c->amount;
}

static void settle(rebase_quota *quota, const unsigned char *id, const int64_t *used, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct memory *m = (struct memory *)quota;
  remembered_expect(&m->remembered, id);
  pthread_mutex_lock(&m->lock);
  struct kept *k = remembered_find(&m->remembered, id);
  if (!admit(m, &now, answer)) ;
  else if (!k) answer->status = REBASE_QUOTA_UNKNOWN;
  else if (count > k->count) answer->status = REBASE_QUOTA_INVALID;
  else if (k->state == KEPT_OPEN) {
    bool late = k->expires <= now;
    for (uint32_t i = 0; i < k->count; i++) correct(m, &k->charges[i], i < count ? used[i] : k->charges[i].amount, late);
    remembered_settle(&m->remembered, k);
    if (late) answer->status = REBASE_QUOTA_LATE;
  }
  pthread_mutex_unlock(&m->lock);
}

static void seed(rebase_quota *quota, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  struct memory *m = (struct memory *)quota;
  pthread_mutex_lock(&m->lock);
  m->clock = now;
  answer->status = REBASE_QUOTA_GRANTED;
  for (uint32_t i = 0; i < count; i++) {
    struct counter *counter = make_counter(m, charges[i].key);
    struct entry *entry = counter && entry_room(m, counter) ? add_entry(counter, charges[i].bucket, charges[i].ends) : NULL;
    if (!entry) answer->status = REBASE_QUOTA_FULL;
    else if (entry->amount < charges[i].amount) entry->amount = charges[i].amount;
  }
  if (answer->status == REBASE_QUOTA_GRANTED) m->epoch++;
  answer->epoch = m->epoch;
  pthread_mutex_unlock(&m->lock);
}

static uint32_t list_open(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  struct memory *m = (struct memory *)quota;
  uint32_t found = 0;
  pthread_mutex_lock(&m->lock);
  if (admit(m, &now, answer)) found = remembered_list(&m->remembered, list, size);
  pthread_mutex_unlock(&m->lock);
  return found;
}

static void close_memory(rebase_quota *quota) {
  struct memory *m = (struct memory *)quota;
  for (uint32_t i = 0; m->counters && i < m->counter_count; i++) free(m->counters[i].entries);
  free(m->counters);
  free(m->counter_heads);
  remembered_end(&m->remembered);
  pthread_mutex_destroy(&m->lock);
  free(m);
}

rebase_status rebase_quota_memory(const rebase_memory_options *options, rebase_quota **quota) {
  static const rebase_quota_ops ops = {"memory", reserve, settle, seed, list_open, close_memory};
  if (!quota) return REBASE_E_ARGUMENT;
  *quota = NULL;
  struct memory *m = calloc(1, sizeof *m);
  if (!m) return REBASE_E_MEMORY;
  if (pthread_mutex_init(&m->lock, NULL)) {
    free(m);
    return REBASE_E_MEMORY;
  }
  m->quota.ops = &ops;
  if (options) m->options = *options;
  if (!m->options.max_counters) m->options.max_counters = 65536;
  if (!m->options.max_reservations) m->options.max_reservations = 65536;
  if (m->options.tolerance <= 0) m->options.tolerance = 5000000;
  m->free_counter = NO_PLACE;
  m->counters = calloc(m->options.max_counters, sizeof *m->counters);
  m->counter_heads = quota_hash_heads(m->options.max_counters, &m->mask_counters);
  bool room = remembered_start(&m->remembered, m->options.max_reservations);
  if (!m->counters || !m->counter_heads || !room) {
    close_memory(&m->quota);
    return REBASE_E_MEMORY;
  }
  *quota = &m->quota;
  return REBASE_OK;
}
