/* memory.c: quotas in the memory of one process: hash tables under one lock, which is held for some ten nanoseconds. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rebase_quota.h"

#define NONE UINT32_MAX
enum state { FREE, OPEN, DONE };

struct entry { int64_t bucket, ends, amount; };
struct counter { unsigned char key[REBASE_QUOTA_KEY]; struct entry *entries; uint32_t count, capacity, next; uint64_t wanted; };
struct charged { unsigned char key[REBASE_QUOTA_KEY]; uint8_t window; int64_t bucket, amount; };
struct kept {                       /* a reservation that is remembered */
  unsigned char id[REBASE_QUOTA_ID];
  enum state state;
  uint32_t next;                    /* in its chain of the hash table, or of free ones */
  uint32_t older, newer;            /* in the order of its state */
  int64_t made, expires;
  uint32_t count;
  uint64_t digest;                  /* of the charges as they were asked for */
  struct charged *charges;          /* room for `room`, kept for the next one */
  uint32_t room;
};
struct order { uint32_t oldest, newest; };
struct memory {
  rebase_quota quota;
  rebase_memory_options options;
  pthread_mutex_t lock;
  uint64_t epoch;
  int64_t clock;
  uint64_t calls;                   /* counters of the one under way are not swept */
  struct counter *counters; uint32_t counter_count, *counter_heads, free_counter;
  struct kept *kept; uint32_t kept_count, *kept_heads, free_kept;
  struct order order[3];            /* by state */
  uint32_t mask_counters, mask_kept;
};

static uint64_t hash_of(const unsigned char *bytes) {
  uint64_t h;
  memcpy(&h, bytes, sizeof h);
  return h ^ h >> 29;
}

static uint64_t digest_of(const rebase_reservation *r) {
  uint64_t h = 14695981039346656037u;
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    h = (h ^ hash_of(c->key)) * 1099511628211u;
    h = (h ^ (uint64_t)c->amount) * 1099511628211u;
  }
  return h;
}

/* ---- counters ---- */
static struct counter *find_counter(struct memory *m, const unsigned char *key) {
  for (uint32_t at = m->counter_heads[hash_of(key) & m->mask_counters]; at != NONE; at = m->counters[at].next)
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
    for (uint32_t *at = &m->counter_heads[head]; *at != NONE;) {
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
  if (place == NONE && m->counter_count == m->options.max_counters) sweep(m);
  if ((place = m->free_counter) != NONE) m->free_counter = m->counters[place].next;
  else if (m->counter_count < m->options.max_counters) place = m->counter_count++;
  else return NULL;
  uint32_t *head = &m->counter_heads[hash_of(key) & m->mask_counters];
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

/* ---- reservations ---- */
static struct kept *find_kept(struct memory *m, const unsigned char *id) {
  for (uint32_t at = m->kept_heads[hash_of(id) & m->mask_kept]; at != NONE; at = m->kept[at].next)
    if (!memcmp(m->kept[at].id, id, REBASE_QUOTA_ID)) return &m->kept[at];
  return NULL;
}

static void leave(struct memory *m, struct kept *k) {
  struct order *order = &m->order[k->state];
  *(k->older == NONE ? &order->oldest : &m->kept[k->older].newer) = k->newer;
  *(k->newer == NONE ? &order->newest : &m->kept[k->newer].older) = k->older;
}

static void enter(struct memory *m, struct kept *k, enum state state) {
  struct order *order = &m->order[state];
  uint32_t self = (uint32_t)(k - m->kept);
  k->state = state;
  k->older = order->newest;
  k->newer = NONE;
  *(order->newest == NONE ? &order->oldest : &m->kept[order->newest].newer) = self;
  order->newest = self;
}

static void forget(struct memory *m, struct kept *k) {
  uint32_t self = (uint32_t)(k - m->kept), *at = &m->kept_heads[hash_of(k->id) & m->mask_kept];
  while (*at != self) at = &m->kept[*at].next;
  *at = k->next;
  leave(m, k);
  k->state = FREE;
  k->next = m->free_kept;
  m->free_kept = self;
}

static bool make_room(struct memory *m) {
  if (m->free_kept != NONE || m->kept_count < m->options.max_reservations) return true;
  if (m->order[DONE].oldest != NONE) {
    forget(m, &m->kept[m->order[DONE].oldest]);
    return true;
  }
  for (uint32_t at = m->order[OPEN].oldest; at != NONE; at = m->kept[at].newer)
    if (m->kept[at].expires <= m->clock) {
      forget(m, &m->kept[at]);
      return true;
    }
  return false;
}

static struct kept *make_kept(struct memory *m, const rebase_reservation *r) {
  if (!make_room(m)) return NULL;
  bool used = m->free_kept != NONE;
  struct kept *k = &m->kept[used ? m->free_kept : m->kept_count];
  if (k->room < r->count) {
    struct charged *larger = realloc(k->charges, r->count * sizeof *larger);
    if (!larger) return NULL;
    k->charges = larger;
    k->room = r->count;
  }
  if (used) m->free_kept = k->next;
  else m->kept_count++;
  uint32_t *head = &m->kept_heads[hash_of(r->id) & m->mask_kept];
  memcpy(k->id, r->id, REBASE_QUOTA_ID);
  k->next = *head;
  *head = (uint32_t)(k - m->kept);
  k->made = r->now;
  k->expires = r->expires;
  k->digest = digest_of(r);
  k->count = 0;
  enter(m, k, OPEN);
  return k;
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
  pthread_mutex_lock(&m->lock);
  struct kept *k = find_kept(m, r->id);
  if (!admit(m, &now, answer)) ;
  else if (k) answer->status = k->count == r->count && k->digest == digest_of(r) ? REBASE_QUOTA_GRANTED : REBASE_QUOTA_CONFLICT;
  else if (check(m, r, now, answer)) {
    k = make_kept(m, r);
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
  pthread_mutex_lock(&m->lock);
  struct kept *k = find_kept(m, id);
  if (!admit(m, &now, answer)) ;
  else if (!k) answer->status = REBASE_QUOTA_UNKNOWN;
  else if (count > k->count) answer->status = REBASE_QUOTA_INVALID;
  else if (k->state == OPEN) {
    bool late = k->expires <= now;
    for (uint32_t i = 0; i < k->count; i++) correct(m, &k->charges[i], i < count ? used[i] : k->charges[i].amount, late);
    leave(m, k);
    enter(m, k, DONE);
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

static int by_end(const void *a, const void *b) {
  const rebase_quota_open *x = a, *y = b;
  return (x->expires > y->expires) - (x->expires < y->expires);
}

static uint32_t list_open(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  struct memory *m = (struct memory *)quota;
  uint32_t found = 0;
  pthread_mutex_lock(&m->lock);
  if (admit(m, &now, answer))
    for (uint32_t at = m->order[OPEN].oldest; at != NONE; at = m->kept[at].newer, found++) {
      const struct kept *k = &m->kept[at];
      if (found >= size) continue;
      list[found] = (rebase_quota_open){.made = k->made, .expires = k->expires, .amount = k->count ? k->charges[0].amount : 0};
      memcpy(list[found].id, k->id, REBASE_QUOTA_ID);
    }
  pthread_mutex_unlock(&m->lock);
  if (found && size) qsort(list, found < size ? found : size, sizeof *list, by_end);
  return found;
}

static void close_memory(rebase_quota *quota) {
  struct memory *m = (struct memory *)quota;
  for (uint32_t i = 0; m->counters && i < m->counter_count; i++) free(m->counters[i].entries);
  for (uint32_t i = 0; m->kept && i < m->options.max_reservations; i++) free(m->kept[i].charges);
  free(m->counters);
  free(m->counter_heads);
  free(m->kept);
  free(m->kept_heads);
  pthread_mutex_destroy(&m->lock);
  free(m);
}

static uint32_t *make_heads(uint32_t count, uint32_t *mask) {
  uint32_t size = 16;               /* sparse: a look-up that finds nothing touches no entry */
  while (size / 4 < count && size < UINT32_C(1) << 30) size *= 2;
  uint32_t *heads = malloc(size * sizeof *heads);
  if (heads) memset(heads, 0xff, size * sizeof *heads);
  *mask = size - 1;
  return heads;
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
  m->free_counter = m->free_kept = NONE;
  for (int i = 0; i < 3; i++) m->order[i] = (struct order){NONE, NONE};
  m->counters = calloc(m->options.max_counters, sizeof *m->counters);
  m->counter_heads = make_heads(m->options.max_counters, &m->mask_counters);
  m->kept = calloc(m->options.max_reservations, sizeof *m->kept);
  m->kept_heads = make_heads(m->options.max_reservations, &m->mask_kept);
  if (!m->counters || !m->counter_heads || !m->kept || !m->kept_heads) {
    close_memory(&m->quota);
    return REBASE_E_MEMORY;
  }
  *quota = &m->quota;
  return REBASE_OK;
}
