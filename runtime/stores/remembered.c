/* remembered.c: see remembered.h. Nothing moves: entries are named by their place, chains and orders are lists of places. */
#include <stdlib.h>
#include "remembered.h"

static uint64_t digest_of(const rebase_reservation *r) {
  uint64_t h = 14695981039346656037u;
  for (uint32_t i = 0; i < r->count; i++) {
    const rebase_charge *c = &r->charges[i];
    h = (h ^ quota_hash(c->key)) * 1099511628211u;
    h = (h ^ (uint64_t)c->amount) * 1099511628211u;
  }
  return h;
}

uint32_t *quota_hash_heads(uint32_t count, uint32_t *mask) {
  uint32_t size = 16;               /* sparse: a look-up that finds nothing touches no entry */
  while (size / 4 < count && size < UINT32_C(1) << 30) size *= 2;
  uint32_t *heads = malloc(size * sizeof *heads);
  if (heads) memset(heads, 0xff, size * sizeof *heads);
  *mask = size - 1;
  return heads;
}

bool remembered_start(struct remembered *t, uint32_t most) {
  *t = (struct remembered){.most = most, .first_free = NO_PLACE};
  for (int i = 0; i < KEPT_STATES; i++) t->order[i] = (struct age_order){NO_PLACE, NO_PLACE};
  t->kept = calloc(most, sizeof *t->kept);
  t->heads = quota_hash_heads(most, &t->mask);
  return t->kept && t->heads;
}

void remembered_end(struct remembered *t) {
  for (uint32_t i = 0; t->kept && i < t->count; i++) free(t->kept[i].charges);
  free(t->kept);
  free(t->heads);
}

struct kept *remembered_find(const struct remembered *t, const unsigned char *id) {
  for (uint32_t at = t->heads[quota_hash(id) & t->mask]; at != NO_PLACE; at = t->kept[at].next)
    if (!memcmp(t->kept[at].id, id, REBASE_QUOTA_ID)) return &t->kept[at];
  return NULL;
}

/* Whom the next ones will take the place of. */
void remembered_expect_room(const struct remembered *t) {
  uint32_t at = t->order[KEPT_DONE].oldest;
  if (t->first_free != NO_PLACE || t->count < t->most || at == NO_PLACE) return;
  const struct kept *k = &t->kept[at];
  remembered_expect(t, k->id);
  __builtin_prefetch(k->charges, 1);
  if (k->newer == NO_PLACE) return;
  __builtin_prefetch(&t->kept[k->newer], 1);
  __builtin_prefetch((const char *)&t->kept[k->newer] + 64, 1);
}

static void leave(struct remembered *t, struct kept *k) {
  struct age_order *order = &t->order[k->state];
  *(k->older == NO_PLACE ? &order->oldest : &t->kept[k->older].newer) = k->newer;
  *(k->newer == NO_PLACE ? &order->newest : &t->kept[k->newer].older) = k->older;
}

static void enter(struct remembered *t, struct kept *k, enum kept_state state) {
  struct age_order *order = &t->order[state];
  uint32_t self = (uint32_t)(k - t->kept);
  k->state = state;
  k->older = order->newest;
  k->newer = NO_PLACE;
  *(order->newest == NO_PLACE ? &order->oldest : &t->kept[order->newest].newer) = self;
  order->newest = self;
}

static void forget(struct remembered *t, struct kept *k) {
  uint32_t self = (uint32_t)(k - t->kept), *at = &t->heads[quota_hash(k->id) & t->mask];
  while (*at != self) at = &t->kept[*at].next;
  *at = k->next;
  if (k->state == KEPT_OPEN && t->forgotten) t->forgotten(t->owner, k);
  leave(t, k);
  k->state = KEPT_FREE;
  k->next = t->first_free;
  t->first_free = self;
}

static bool make_room(struct remembered *t, int64_t clock) {
  if (t->first_free != NO_PLACE || t->count < t->most) return true;
  if (t->order[KEPT_DONE].oldest != NO_PLACE) {
    forget(t, &t->kept[t->order[KEPT_DONE].oldest]);
    return true;
  }
  for (uint32_t at = t->order[KEPT_OPEN].oldest; at != NO_PLACE; at = t->kept[at].newer)
    if (t->kept[at].expires <= clock) {
      forget(t, &t->kept[at]);
      return true;
    }
  return false;
}

struct kept *remembered_make(struct remembered *t, const rebase_reservation *r, int64_t clock) {
  if (!make_room(t, clock)) return NULL;
  bool used = t->first_free != NO_PLACE;
  struct kept *k = &t->kept[used ? t->first_free : t->count];
  if (k->room < r->count) {
    struct charged *larger = realloc(k->charges, r->count * sizeof *larger);
    if (!larger) return NULL;
    k->charges = larger;
    k->room = r->count;
  }
  if (used) t->first_free = k->next;
  else t->count++;
  uint32_t *head = &t->heads[quota_hash(r->id) & t->mask];
  memcpy(k->id, r->id, REBASE_QUOTA_ID);
  k->next = *head;
  *head = (uint32_t)(k - t->kept);
  k->made = r->now;
  k->expires = r->expires;
  k->digest = digest_of(r);
  k->count = 0;
  enter(t, k, KEPT_OPEN);
  return k;
}

void remembered_settle(struct remembered *t, struct kept *k) {
  leave(t, k);
  enter(t, k, KEPT_DONE);
}

bool remembered_same(const struct kept *k, const rebase_reservation *r) {
  return k->count == r->count && k->digest == digest_of(r);
}

static int by_end(const void *a, const void *b) {
  const rebase_quota_open *x = a, *y = b;
  return (x->expires > y->expires) - (x->expires < y->expires);
}

void quota_sort_by_end(rebase_quota_open *list, uint32_t count) {
  if (count) qsort(list, count, sizeof *list, by_end);
}

uint32_t remembered_list(const struct remembered *t, rebase_quota_open *list, uint32_t size) {
  uint32_t found = 0;
  for (uint32_t at = t->order[KEPT_OPEN].oldest; at != NO_PLACE; at = t->kept[at].newer, found++) {
    const struct kept *k = &t->kept[at];
    if (found >= size) continue;
    rebase_quota_open *open = &list[found];
    *open = (rebase_quota_open){.made = k->made, .expires = k->expires, .count = k->count};
    memcpy(open->id, k->id, REBASE_QUOTA_ID);
    for (uint32_t i = 0; i < k->count; i++) {
      open->parts[i] = (rebase_quota_part){.window = (rebase_window)k->charges[i].window, .amount = k->charges[i].amount};
      memcpy(open->parts[i].key, k->charges[i].key, REBASE_QUOTA_KEY);
    }
  }
  quota_sort_by_end(list, found < size ? found : size);
  return found;
}
