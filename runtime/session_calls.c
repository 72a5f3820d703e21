/* session_calls.c: calls that were allowed and wait for their outcome, and decisions that wait for an answer. */
#include "packed.h"
#include "session.h"

/* ---- a call's room ---- */
/* Those that began first, by state; NONE32: none. */
static void find_oldest(const struct session *s, uint32_t oldest[CALL_DONE + 1]) {
  uint64_t began[CALL_DONE + 1] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
  oldest[CALL_FREE] = oldest[CALL_OPEN] = oldest[CALL_DONE] = NONE32;
  for (uint32_t i = 0; i < SESSION_CALLS; i++) {
    uint8_t state = s->call_state[i];
    if (s->call_began[i] >= began[state]) continue;
    oldest[state] = i;
    began[state] = s->call_began[i];
  }
}

static uint32_t place_of(const struct session *s, const struct call *c) { return (uint32_t)(c - s->calls); }

static bool writes(const struct call *c) { return c->touch_count || c->touches_all; }

/* ---- writes of a conversation: those of one member make untrue what the others have seen ---- */
static void begin_write(struct session *s) {
  s->writing++;
  atomic_fetch_add(&s->family->writing, 1);
}

/* Written first: who finds no write under way finds it written. */
void session_end_write(struct session *s, bool may_have_taken_effect) {
  if (may_have_taken_effect) {
    s->written++;
    atomic_fetch_add(&s->family->written, 1);
  }
  s->writing--;
  atomic_fetch_sub(&s->family->writing, 1);
}

void session_catch_up(struct session *s) {
  uint64_t written = atomic_load(&s->family->written);
  if (written == s->written) return;
  session_forget(s);
  s->lost = s->sequence + 1;
  s->written = written;
}

/* A write that nobody will report any more: what it touched stays missing until it is read again. */
static void give_up(struct session *s, struct call *c) {
  uint8_t *state = &s->call_state[place_of(s, c)];
  if (*state == CALL_FREE) return;
  if (*state == CALL_OPEN && writes(c)) {
    session_end_write(s, true);
    for (uint32_t i = 0; i < s->seen_count; i++)
      if (call_touches(c, s->seen[i])) s->seen[i]->dead = true;
  }
  if (writes(c)) s->lost = s->sequence + 1;         /* every call that has begun by now may have crossed it */
  *state = CALL_FREE;
}

/* A free one; else one that is done and that no open read can have crossed; else the oldest, of those that are done if there are any. */
static struct call *free_call(struct session *s) {
  const uint8_t *found = memchr(s->call_state, CALL_FREE, SESSION_CALLS);
  if (found) return &s->calls[found - s->call_state];
  uint32_t oldest_in[CALL_DONE + 1];
  find_oldest(s, oldest_in);
  uint32_t open = oldest_in[CALL_OPEN], done = oldest_in[CALL_DONE];
  for (uint32_t i = 0; done != NONE32 && i < SESSION_CALLS; i++) {
    if (s->call_state[i] != CALL_DONE || (open != NONE32 && s->calls[i].ended >= s->call_began[open])) continue;
    s->call_state[i] = CALL_FREE;
    return &s->calls[i];
  }
  struct call *oldest = &s->calls[done != NONE32 ? done : open];
  give_up(s, oldest);
  return oldest;
}

/* ---- arguments that its result will need ---- */
/* places: where each begins in kept, and one more for the end. */
static void keep_arguments(struct call *c, const struct loaded *l, const struct plan *plan, const value *slots,
                           uint16_t *places, uint32_t place_count) {
  const struct rebase_bundle *b = l->bundle;
  for (uint32_t i = 0; i < plan->kept; i++) {
    const struct image_param *p = &b->PARAMS.at[l->kept[plan->first_kept + i]];
    value v = slots[p->slot];
    if (i < place_count) places[i] = (uint16_t)c->kept_length;
    size_t space = CALL_KEPT_BYTES - c->kept_length, size = is_missing(v) ? 0 : packed_encode(b, p->type, v, NULL, 0);
    if (i >= place_count || size >= space) { c->cut = true; return; }
    c->kept[c->kept_length++] = !is_missing(v);
    if (size) packed_encode(b, p->type, v, c->kept + c->kept_length, size);
    c->kept_length += (uint32_t)size;
  }
  places[plan->kept] = (uint16_t)c->kept_length;
}

static void add_touch(struct call *c, const struct loaded *l, const struct plan *plan, const struct image_operation *o,
                      const struct image_change *change, const uint16_t *places) {
  const struct rebase_bundle *b = l->bundle;
  const struct image_entity *e = &b->ENTITIES.at[change->entity];
  if (c->cut || c->touch_count == CALL_TOUCHES) { c->touches_all = true; return; }
  struct touch *t = &c->touches[c->touch_count++];
  t->entity = change->entity;
  for (uint32_t k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++) {
    t->length[k] = UINT16_MAX;
    const struct image_param *p = k < e->keys && change->slot[k] != NONE32 ? operation_param(b, o, change->slot[k]) : NULL;
    if (!p) continue;
    uint32_t type = b->FIELDS.at[bundle_type(b, e->type)->a + e->key_field[k]].type;
    if (b->type_class[type] != b->type_class[p->type]) continue;
    for (uint32_t i = 0; i < plan->kept; i++) {
      if (&b->PARAMS.at[l->kept[plan->first_kept + i]] != p || !c->kept[places[i]]) continue;
      t->at[k] = (uint16_t)(places[i] + 1);
      t->length[k] = (uint16_t)(places[i + 1] - t->at[k]);
    }
  }
}

struct call *session_begin_call(struct session *s, const struct loaded *l, uint32_t operation, const value *slots, const unsigned char *id) {
  enum { PLACES = 24 };
  struct call *c = free_call(s);
  uint16_t places[PLACES] = {0};
  memset(c, 0, offsetof(struct call, kept));
  memcpy(c->id, id, ID_BYTES);
  s->call_state[place_of(s, c)] = CALL_OPEN;
  c->generation = l->generation;
  memcpy(c->layout, l->layout, sizeof c->layout);
  s->call_began[place_of(s, c)] = ++s->sequence;
  c->operation = NONE32;
  if (operation == NONE32) return c;
  const struct plan *plan = &l->plans[operation];
  const struct image_operation *o = &l->bundle->OPERATIONS.at[operation];
  c->operation = l->operation[operation];
  c->shape = plan->shape;
  keep_arguments(c, l, plan, slots, places, PLACES - 1);
  for (uint32_t i = 0; i < o->changes; i++) add_touch(c, l, plan, o, &l->bundle->CHANGES.at[o->first_change + i], places);
  if (!writes(c)) return c;
  begin_write(s);
  session_hold(s);
  return c;
}

static struct call *find(struct session *s, const unsigned char *id, bool waiting) {
  for (uint32_t i = 0; i < SESSION_CALLS; i++)
    if (s->call_state[i] == CALL_OPEN && s->calls[i].waiting == waiting && !memcmp(s->calls[i].id, id, ID_BYTES)) return &s->calls[i];
  return NULL;
}

struct call *session_find_call(struct session *s, const unsigned char *id) { return find(s, id, false); }
struct call *session_find_waiting(struct session *s, const unsigned char *id) { return find(s, id, true); }

bool call_argument(const struct loaded *l, uint32_t operation, const struct call *c, uint32_t param, struct arena_fixed *arena, value *out) {
  const struct plan *plan = &l->plans[operation];
  size_t at = 0;
  *out = missing_value();
  for (uint32_t i = 0; i < plan->kept && at < c->kept_length; i++) {
    size_t used = 0;
    uint32_t index = l->kept[plan->first_kept + i];
    bool present = c->kept[at++];
    if (present && packed_decode(l->bundle, l->bundle->PARAMS.at[index].type, c->kept + at, c->kept_length - at, &used, arena, out) != PACKED_OK)
      return false;
    if (index == param) return true;
    *out = missing_value();
    at += used;
  }
  return false;
}

/* ---- what writes touch ---- */
static bool touches(const struct call *c, uint32_t entity, const unsigned char *key, const uint32_t *ends, uint32_t parts) {
  if (c->touches_all) return true;
  for (uint32_t i = 0; i < c->touch_count; i++) {
    const struct touch *t = &c->touches[i];
    bool same = t->entity == entity;
    for (uint32_t k = 0; same && k < parts; k++) {
      uint32_t start = k ? ends[k - 1] : 0, length = ends[k] - start;
      if (t->length[k] != UINT16_MAX) same = t->length[k] == length && !memcmp(c->kept + t->at[k], key + start, length);
    }
    if (same) return true;
  }
  return false;
}

bool call_touches(const struct call *c, const struct seen *item) { return touches(c, item->entity, item->key, item->ends, item->parts); }
bool call_touches_key(const struct call *c, uint32_t entity, const struct key *key) {
  return touches(c, entity, key->bytes, key->ends, key->parts);
}

void session_hold(struct session *s) {
  for (uint32_t i = 0; i < s->seen_count; i++) {
    s->seen[i]->held = 0;
    for (uint32_t k = 0; k < SESSION_CALLS; k++) {
      const struct call *c = &s->calls[k];
      /* Layouts differ only after a swap, and then what was seen before is dead: a write of the old bundle holds all. */
      bool strange = memcmp(c->layout, s->layout, sizeof c->layout) != 0;
      if (s->call_state[k] == CALL_OPEN && writes(c) && (strange || call_touches(c, s->seen[i]))) s->seen[i]->held++;
    }
  }
}

void session_end_call(struct session *s, struct call *c, bool took_effect) {
  bool write = writes(c);
  c->ended = ++s->sequence;
  s->call_state[place_of(s, c)] = took_effect && write ? CALL_DONE : CALL_FREE;
  if (!write) return;
  session_end_write(s, took_effect);
  session_hold(s);
}

/* ---- asks ---- */
struct ask *session_find_ask(struct session *s, const unsigned char *hash, struct now now) {
  for (uint32_t i = 0; i < SESSION_ASKS; i++) {
    struct ask *a = &s->asks[i];
    if (a->used && a->deadline && (now.wall > a->deadline || now.steady > a->steady_deadline)) a->used = false;
    if (a->used && !memcmp(a->hash, hash, sizeof a->hash)) return a;
  }
  return NULL;
}

struct ask *session_ask_by_id(struct session *s, const unsigned char *id) {
  for (uint32_t i = 0; i < SESSION_ASKS; i++)
    if (s->asks[i].used && !memcmp(s->asks[i].id, id, ID_BYTES)) return &s->asks[i];
  return NULL;
}

struct ask *session_new_ask(struct session *s) {
  struct ask *oldest = &s->asks[0];
  for (uint32_t i = 0; i < SESSION_ASKS; i++) {
    if (!s->asks[i].used) { oldest = &s->asks[i]; break; }
    if (s->asks[i].number < oldest->number) oldest = &s->asks[i];
  }
  memset(oldest, 0, sizeof *oldest);
  oldest->used = true;
  oldest->number = ++s->sequence;
  return oldest;
}
