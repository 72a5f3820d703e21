/* session_seen.c: what a session saw: entities under their keys, the newest last, the oldest dropped first. */
#include <sodium.h>
#include "packed.h"
#include "session.h"

/* ---- keys ---- */
static bool key_part(const struct rebase_bundle *b, const struct image_entity *e, uint32_t k, value v, struct key *key) {
  uint32_t type = b->FIELDS.at[bundle_type(b, e->type)->a + e->key_field[k]].type;
  if (is_missing(v)) return false;
  size_t space = KEY_BYTES_MAX - key->length, size = packed_encode(b, type, v, key->bytes + key->length, space);
  if (!size || size > space) return false;
  key->length += (uint32_t)size;
  key->ends[key->parts++] = key->length;
  return true;
}

static void hash_key(uint32_t entity, struct key *key) {
  key->hash = 14695981039346656037u ^ entity;
  for (uint32_t i = 0; i < key->length; i++) key->hash = (key->hash ^ key->bytes[i]) * 1099511628211u;
}

bool key_of(const struct rebase_bundle *b, uint32_t entity, const value *keys, struct key *key) {
  const struct image_entity *e = &b->ENTITIES.at[entity];
  key->parts = key->length = 0;
  for (uint32_t k = 0; k < e->keys; k++)
    if (!key_part(b, e, k, keys[k], key)) return false;
  hash_key(entity, key);
  return e->keys > 0;
}

bool key_of_record(const struct rebase_bundle *b, uint32_t entity, value record, struct key *key) {
  const struct image_entity *e = &b->ENTITIES.at[entity];
  value keys[IMAGE_MAX_ENTITY_KEYS];
  for (uint32_t k = 0; k < e->keys; k++) keys[k] = record.record[e->key_field[k]];
  return key_of(b, entity, keys, key);
}

struct seen *session_find_seen(const struct session *s, uint32_t entity, const struct key *key) {
  for (uint32_t i = s->seen_count; i-- > 0;) {
    struct seen *item = s->seen[i];
    if (item->hash == key->hash && !item->dead && item->entity == entity && item->parts == key->parts &&
        item->ends[item->parts - 1] == key->length && !memcmp(item->key, key->bytes, key->length)) return item;
  }
  return NULL;
}

/* ---- the only one ---- */
static bool grow_only(struct session *s) {
  const struct allocator *a = &s->family->allocator;
  uint32_t capacity = s->only_capacity * 2 + 4;
  struct only *only = a->alloc(capacity * sizeof *only, a->user);
  if (!only) return false;
  memcpy(only, s->only, s->only_count * sizeof *only);
  a->release(s->only, a->user);
  s->only = only;
  s->only_capacity = capacity;
  return true;
}

void session_note_only(struct session *s, uint32_t registry_entity, const struct key *key) {
  unsigned char digest[16];
  uint32_t i = 0;
  crypto_generichash(digest, sizeof digest, key->bytes, key->length, NULL, 0);
  while (i < s->only_count && s->only[i].entity != registry_entity) i++;
  if (i < s->only_count) {
    if (memcmp(s->only[i].key, digest, sizeof digest)) s->only[i].several = true;
    return;
  }
  if (s->only_count == s->only_capacity && !grow_only(s)) { s->only_broken = true; return; }
  struct only *only = &s->only[s->only_count++];
  *only = (struct only){.entity = registry_entity, .any = true};
  memcpy(only->key, digest, sizeof digest);
}

/* ---- keeping ---- */
static bool grow_seen(struct session *s) {
  const struct allocator *a = &s->family->allocator;
  uint32_t capacity = s->seen_capacity ? s->seen_capacity * 2 : 8;
  struct seen **seen = a->alloc(capacity * sizeof *seen, a->user);
  if (!seen) return false;
  if (s->seen_count) memcpy(seen, s->seen, s->seen_count * sizeof *seen);
  a->release(s->seen, a->user);
  s->seen = seen;
  s->seen_capacity = capacity;
  return true;
}

enum store_result session_store(struct session *s, const struct loaded *l, const struct key *key, value record, const struct storing *how) {
  const struct allocator *a = &s->family->allocator;
  const struct rebase_bundle *b = l->bundle;
  uint32_t type = b->ENTITIES.at[how->entity].type;
  size_t values = value_bytes(b, type, record), size = sizeof(struct seen) + ((key->length + 7) & ~(size_t)7) + values;
  struct seen *old = session_find_seen(s, how->entity, key);
  if (old) old->dead = true;        /* replaced whole, or lost: never left standing beside a newer answer */
  if (size > how->limit) return STORE_TOO_LARGE;
  if (s->seen_count == s->seen_capacity && !grow_seen(s)) return STORE_MEMORY;
  struct seen *item = a->alloc(size, a->user);
  if (!item) return STORE_MEMORY;
  *item = (struct seen){.entity = how->entity, .parts = key->parts, .hash = key->hash, .bytes = size, .kept_at = how->at,
                        .stored = how->stored, .vouched = how->vouched};
  memcpy(item->ends, key->ends, sizeof item->ends);
  item->key = (unsigned char *)(item + 1);
  memcpy(item->key, key->bytes, key->length);
  struct arena_fixed arena = {(char *)item + (size - values), 0, values};
  if (!packed_copy(b, type, record, &arena, &item->record)) {
    a->release(item, a->user);
    return STORE_MEMORY;
  }
  item->longest = value_longest(b, type, item->record);
  s->seen[s->seen_count++] = item;
  s->seen_bytes += size;
  return STORED;
}

void session_sweep(struct session *s, size_t limit) {
  const struct allocator *a = &s->family->allocator;
  size_t live = 0;
  for (uint32_t i = 0; i < s->seen_count; i++) live += s->seen[i]->dead ? 0 : s->seen[i]->bytes;
  uint32_t kept = 0;
  s->longest = 0;
  for (uint32_t i = 0; i < s->seen_count; i++) {
    struct seen *item = s->seen[i];
    if (!item->dead && live > limit) { item->dead = true; live -= item->bytes; }
    if (item->dead) { s->seen_bytes -= item->bytes; a->release(item, a->user); continue; }
    if (item->longest > s->longest) s->longest = item->longest;
    s->seen[kept++] = item;
  }
  s->seen_count = kept;
  if (kept > s->longest) s->longest = kept;
}

void session_forget(struct session *s) {
  for (uint32_t i = 0; i < s->seen_count; i++) s->seen[i]->dead = true;
}

/* ---- what the virtual machine asks ---- */
static bool readable(const struct session_view *v) {
  return !memcmp(v->session->layout, v->loaded->layout, LAYOUT_BYTES) && !session_overtaken(v->session);
}

value session_seen(const struct session_view *view, uint32_t entity, const value *keys, int64_t since) {
  struct key key;
  if (!readable(view) || !key_of(view->loaded->bundle, entity, keys, &key)) return missing_value();
  const struct seen *item = session_find_seen(view->session, entity, &key);
  return item && seen_visible(item) && item->kept_at >= since ? item->record : missing_value();
}

value session_seen_all(const struct session_view *view, uint32_t entity, struct arena_fixed *scratch) {
  const struct session *s = view->session;
  uint32_t count = 0;
  for (uint32_t i = 0; i < s->seen_count; i++) count += s->seen[i]->entity == entity && seen_visible(s->seen[i]);
  if (!readable(view)) count = 0;
  struct list *list = arena_fixed_take(scratch, sizeof *list + count * sizeof(value));
  if (!list) return missing_value();
  *list = (struct list){0, 0};
  for (uint32_t i = 0; i < s->seen_count && list->len < count; i++)
    if (s->seen[i]->entity == entity && seen_visible(s->seen[i])) list->items[list->len++] = s->seen[i]->record;
  return (value){.list = list};
}

value session_seen_only(const struct session_view *view, uint32_t entity) {
  const struct session *s = view->session;
  bool one = false;
  for (uint32_t i = 0; i < s->only_count; i++)
    if (s->only[i].entity == view->loaded->entity[entity]) one = s->only[i].any && !s->only[i].several;
  if (!one || s->only_broken || !readable(view)) return missing_value();
  for (uint32_t i = 0; i < s->seen_count; i++)
    if (s->seen[i]->entity == entity && seen_visible(s->seen[i])) return s->seen[i]->record;
  return missing_value();
}

/* ---- vouched ---- */
struct wanted { const struct rebase_bundle *bundle; uint32_t type; unsigned kind; value v; };

static bool same_leaf(const struct wanted *w, uint32_t type, value v) {
  unsigned kind = bundle_type(w->bundle, type)->kind;
  if (kind != w->kind) return false;
  if (kind_is_text(kind)) return text_equal(v.text, w->v.text);
  if (kind == TYPE_MONEY && w->bundle->type_class[type] != w->bundle->type_class[w->type]) return false;
  return v.bits == w->v.bits;
}

static bool holds_trusted(const struct wanted *w, uint32_t type, value v) {
  const struct image_type *t = bundle_type(w->bundle, type);
  if (is_missing(v)) return false;
  if (t->kind == TYPE_RECORD) {
    for (uint32_t i = 0; i < t->b; i++) {
      const struct image_field *f = &w->bundle->FIELDS.at[t->a + i];
      if (!(f->flags & FIELD_UNTRUSTED) && holds_trusted(w, f->type, v.record[i])) return true;
    }
    return false;
  }
  if (!kind_is_collection(t->kind)) return same_leaf(w, type, v);
  uint32_t element = element_type(w->bundle, type), step = t->kind == TYPE_MAP ? 2 : 1;
  for (uint32_t i = 0; i < v.list->len; i++) {
    if (step == 2 && same_leaf(w, TYPE_STRING, v.list->items[2 * i])) return true;
    if (holds_trusted(w, element, v.list->items[i * step + (step - 1)])) return true;
  }
  return false;
}

bool session_vouched(const struct session_view *view, uint32_t type, value v) {
  const struct session *s = view->session;
  struct wanted w = {view->loaded->bundle, type, bundle_type(view->loaded->bundle, type)->kind, v};
  if (session_said(view, type, v)) return true;
  if (!readable(view) || (kind_is_text(w.kind) && !v.text->len)) return false;
  for (uint32_t i = 0; i < s->seen_count; i++)
    if (s->seen[i]->vouched && seen_visible(s->seen[i]) &&
        holds_trusted(&w, w.bundle->ENTITIES.at[s->seen[i]->entity].type, s->seen[i]->record)) return true;
  return false;
}
