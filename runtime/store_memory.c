/* store_memory.c: sessions in memory. An id holds the number of its slot and 96 random bits, so finding a session takes one
 * slot's lock and no other; the lock of the table is for opening and closing. */
#include <sodium.h>
#include <stdio.h>
#include "session.h"

enum { BUCKETS = 1024 };
struct slot { pthread_mutex_t lock; struct session *session; };
struct store {
  struct allocator allocator;
  pthread_mutex_t lock;             /* of all but the slots' insides; may be taken before a slot's, never after */
  struct slot *slots;
  uint32_t *free, free_count, slot_count;
  uint32_t requesters;
  struct requester *buckets[BUCKETS];
};

static void *open_store(const struct allocator *a, uint32_t max_sessions) {
  struct store *s = a->alloc(sizeof *s, a->user);
  if (!s) return NULL;
  *s = (struct store){.allocator = *a, .slot_count = max_sessions};
  s->slots = a->alloc(max_sessions * sizeof *s->slots, a->user);
  s->free = s->slots ? a->alloc(max_sessions * sizeof *s->free, a->user) : NULL;
  if (!s->free || pthread_mutex_init(&s->lock, NULL)) {
    a->release(s->free, a->user);
    a->release(s->slots, a->user);
    a->release(s, a->user);
    return NULL;
  }
  for (uint32_t i = 0; i < max_sessions; i++) {
    s->slots[i].session = NULL;
    pthread_mutex_init(&s->slots[i].lock, NULL);
    s->free[s->free_count++] = max_sessions - 1 - i;
  }
  return s;
}

static void close_store(void *store) {
  struct store *s = store;
  struct allocator a = s->allocator;
  for (uint32_t i = 0; i < s->slot_count; i++) {
    if (s->slots[i].session) session_free(s->slots[i].session);
    pthread_mutex_destroy(&s->slots[i].lock);
  }
  for (uint32_t i = 0; i < BUCKETS; i++)
    for (struct requester *r = s->buckets[i], *next; r; r = next) {
      next = r->next;
      a.release(r->name, a.user);
      a.release(r, a.user);
    }
  pthread_mutex_destroy(&s->lock);
  a.release(s->free, a.user);
  a.release(s->slots, a.user);
  a.release(s, a.user);
}

/* ---- requesters: kept while a session is open, and while labels of theirs are young ---- */
static uint32_t bucket(const char *name) {
  uint64_t h = 14695981039346656037u;
  for (; *name; name++) h = (h ^ (unsigned char)*name) * 1099511628211u;
  return (uint32_t)((h ^ h >> 32) % BUCKETS);
}

static bool has_labels(struct requester *r) {
  uint64_t any = 0;
  for (int i = 0; i < LABEL_WORDS; i++) any |= atomic_load_explicit(&r->labels[i], memory_order_relaxed);
  return any != 0;
}

static bool unneeded(struct requester *r, struct now now, int64_t lifetime) {
  return !r->families && (!has_labels(r) || now.steady - r->left > lifetime);
}

static void drop_unneeded(struct store *s, struct requester **from, struct now now, int64_t lifetime) {
  for (struct requester **at = from; *at;) {
    struct requester *r = *at;
    if (!unneeded(r, now, lifetime)) { at = &r->next; continue; }
    *at = r->next;
    s->allocator.release(r->name, s->allocator.user);
    s->allocator.release(r, s->allocator.user);
    s->requesters--;
  }
}

static struct requester *new_requester(struct store *s, const char *name) {
  size_t length = strlen(name);
  struct requester *r = s->allocator.alloc(sizeof *r, s->allocator.user);
  if (!r) return NULL;
  memset(r, 0, sizeof *r);
  if (!(r->name = s->allocator.alloc(text_size(length), s->allocator.user))) {
    s->allocator.release(r, s->allocator.user);
    return NULL;
  }
  for (int i = 0; i < LABEL_WORDS; i++) atomic_init(&r->labels[i], 0);
  text_write(r->name, name, length);
  return r;
}

static struct requester *requester(void *store, const char *name, struct now now, int64_t lifetime, rebase_status *why) {
  struct store *s = store;
  struct requester **head = &s->buckets[bucket(name)], *r;
  pthread_mutex_lock(&s->lock);
  drop_unneeded(s, head, now, lifetime);
  for (r = *head; r && strcmp(r->name->bytes, name); r = r->next) continue;
  /* As many requesters as four times the sessions: beyond that, labels of people who left would be forgotten for new ones. */
  if (!r && s->requesters / 4 >= s->slot_count)
    for (uint32_t i = 0; i < BUCKETS; i++) drop_unneeded(s, &s->buckets[i], now, lifetime);
  *why = REBASE_E_FULL;
  if (!r && s->requesters / 4 < s->slot_count) {
    *why = REBASE_E_MEMORY;
    if ((r = new_requester(s, name))) {
      r->next = *head;
      *head = r;
      s->requesters++;
    }
  }
  if (r) r->families++;
  pthread_mutex_unlock(&s->lock);
  return r;
}

static void leave_locked(struct requester *r, struct now now) {
  r->families--;
  r->left = now.steady;
}

static void leave(void *store, struct requester *r, struct now now) {
  struct store *s = store;
  pthread_mutex_lock(&s->lock);
  leave_locked(r, now);
  pthread_mutex_unlock(&s->lock);
}

/* ---- sessions ---- */
static void free_slot(struct store *s, uint32_t index, struct session *session, struct now now) {
  struct requester *left = session_free(session);
  if (left) leave_locked(left, now);
  s->free[s->free_count++] = index;
}

static void sweep(struct store *s, struct now now, int64_t lifetime) {
  for (uint32_t i = 0; i < s->slot_count; i++) {
    struct slot *slot = &s->slots[i];
    pthread_mutex_lock(&slot->lock);
    struct session *session = slot->session;
    bool expired = session && family_expired(session->family, now, lifetime);
    if (expired) slot->session = NULL;
    if (expired) free_slot(s, i, session, now);
    pthread_mutex_unlock(&slot->lock);
  }
}

static rebase_status add(void *store, struct session *session, const unsigned char *random, struct now now, int64_t lifetime) {
  struct store *s = store;
  pthread_mutex_lock(&s->lock);
  if (!s->free_count) sweep(s, now, lifetime);
  rebase_status status = s->free_count ? REBASE_OK : REBASE_E_FULL;
  if (status == REBASE_OK) {
    uint32_t index = s->free[--s->free_count];
    unsigned char id[ID_BYTES];
    session->slot = index;
    memcpy(id, &index, sizeof index);
    memcpy(id + sizeof index, random, ID_BYTES - sizeof index);
    id_to_hex(id, session->id);
    pthread_mutex_lock(&s->slots[index].lock);
    s->slots[index].session = session;
    pthread_mutex_unlock(&s->slots[index].lock);
  }
  pthread_mutex_unlock(&s->lock);
  return status;
}

static bool slot_of(const struct store *s, const char *id, uint32_t *index) {
  unsigned char bytes[sizeof *index];
  if (!id_has_length(id) || !four_from_hex(id, bytes)) return false;
  memcpy(index, bytes, sizeof *index);
  return *index < s->slot_count;
}

/* In a time that does not tell how much of it was right. */
static bool has_id(const struct session *session, const char *id) {
  _Static_assert(REBASE_ID_BYTES - 1 == crypto_verify_32_BYTES, "an id is 32 digits");
  return session && !crypto_verify_32((const unsigned char *)session->id, (const unsigned char *)id);
}

/* The family's lock is taken inside the slot's: whoever holds a slot's lock waits for nobody who waits for it. A session that is alone in its
 * family needs no second lock: another can join only by way of this one, while it is held. */
static struct session *acquire(void *store, const char *id) {
  struct store *s = store;
  uint32_t index;
  if (!slot_of(s, id, &index)) return NULL;
  struct slot *slot = &s->slots[index];
  pthread_mutex_lock(&slot->lock);
  if (has_id(slot->session, id)) {
    struct session *session = slot->session;
    session->alone = atomic_load_explicit(&session->family->members, memory_order_acquire) == 1;
    if (!session->alone) pthread_mutex_lock(&session->family->lock);
    return session;
  }
  pthread_mutex_unlock(&slot->lock);
  return NULL;
}

static void release(void *store, struct session *session) {
  struct store *s = store;
  struct slot *slot = &s->slots[session->slot];
  if (!session->alone) pthread_mutex_unlock(&session->family->lock);
  pthread_mutex_unlock(&slot->lock);
}

static void remove_session(void *store, const char *id, struct now now) {
  struct store *s = store;
  uint32_t index;
  if (!slot_of(s, id, &index)) return;
  struct slot *slot = &s->slots[index];
  pthread_mutex_lock(&s->lock);
  pthread_mutex_lock(&slot->lock);
  struct session *session = slot->session;
  if (has_id(session, id)) {
    slot->session = NULL;
    free_slot(s, index, session, now);
  }
  pthread_mutex_unlock(&slot->lock);
  pthread_mutex_unlock(&s->lock);
}

static uint32_t count(void *store) {
  struct store *s = store;
  pthread_mutex_lock(&s->lock);
  uint32_t open = s->slot_count - s->free_count;
  pthread_mutex_unlock(&s->lock);
  return open;
}

const struct store_ops store_memory = {open_store, close_store, requester, leave, add, acquire, release, remove_session, count};
