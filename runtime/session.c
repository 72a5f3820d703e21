/* session.c: the life of sessions and conversations; labels, proofs, counts, subjects, what was said. */
#include "hex.h"
#include "packed.h"
#include "session.h"

static void *take(const struct allocator *a, size_t size) {
  void *memory = a->alloc(size, a->user);
  if (memory) memset(memory, 0, size);
  return memory;
}

bool family_expired(const struct family *family, struct now now, int64_t lifetime) {
  return now.steady - family->opened.steady > lifetime || now.wall - family->opened.wall > lifetime;
}

/* ---- ids ---- */
/* Ids are no secrets: what they open is compared in constant time, or belongs to a session that is. */
bool four_from_hex(const char hex[8], unsigned char bytes[4]) {
  const uint64_t each = UINT64_C(0x0101010101010101);
  uint64_t digits;
  memcpy(&digits, hex, sizeof digits);
  uint64_t v = (digits & each * 15) + (digits >> 6 & each) * 9;      /* a letter has bit 6 */
  uint64_t odd = (v & each * 240) | (digits ^ (v + each * '0' + ((v + each * 6) >> 4 & each) * HEX_LETTER));         /* what comes of a digit must give it back */
  v = v << 4 | v >> 8;
  for (int k = 0; k < 4; k++) bytes[k] = (unsigned char)(v >> 16 * k);
  return !odd;
}

bool id_from_hex(const char *hex, unsigned char id[ID_BYTES]) {
  bool good = id_has_length(hex);
  for (int i = 0; good && i < ID_BYTES; i += 4) good = four_from_hex(hex + 2 * i, id + i);
  return good;
}

void id_to_hex(const unsigned char id[ID_BYTES], char hex[REBASE_ID_BYTES]) {
  eight_to_hex(id, hex);
  eight_to_hex(id + ID_BYTES / 2, hex + ID_BYTES);
  hex[2 * ID_BYTES] = '\0';
}

/* ---- life ---- */
struct family *family_new(const struct allocator *a, struct requester *requester, uint32_t counts, struct now now) {
  struct family *f = take(a, sizeof *f);
  if (!f) return NULL;
  f->allocator = *a;
  f->requester = requester;
  f->count_capacity = counts < SESSION_COUNTS ? counts : SESSION_COUNTS;
  f->requester_record = missing_value();
  f->opened = now;
  f->last_wall = now.wall;
  f->counts = take(a, (f->count_capacity + 1) * sizeof *f->counts);
  if (!f->counts || pthread_mutex_init(&f->lock, NULL)) {
    a->release(f->counts, a->user);
    a->release(f, a->user);
    return NULL;
  }
  for (int i = 0; i < LABEL_WORDS; i++) f->labels[i] = atomic_load(&requester->labels[i]);
  return f;
}

void family_free(struct family *f) {
  const struct allocator a = f->allocator;
  for (struct said *s = f->first_said, *next; s; s = next) { next = s->next; a.release(s, a.user); }
  for (struct subject *s = f->subjects, *next; s; s = next) { next = s->next; a.release(s, a.user); }
  a.release(f->requester_json, a.user);
  a.release(f->requester_memory, a.user);
  a.release(f->counts, a.user);
  pthread_mutex_destroy(&f->lock);
  a.release(f, a.user);
}

static bool copy_chain(const struct allocator *a, struct session *s, const struct text *const *chain, uint32_t length) {
  size_t size = sizeof(struct list) + length * sizeof(value), used = size;
  for (uint32_t i = 0; i < length; i++) size += text_size(chain[i]->len);
  char *memory = take(a, size);
  if (!memory) return false;
  s->chain_memory = memory;
  s->chain = (struct list *)(void *)memory;
  s->chain->len = length;
  for (uint32_t i = 0; i < length; i++) {
    s->chain->items[i].text = text_write(memory + used, chain[i]->bytes, chain[i]->len);
    used += text_size(chain[i]->len);
  }
  return true;
}

struct session *session_new(const struct allocator *a, struct family *family, const struct text *const *chain, uint32_t length, uint32_t entities) {
  struct session *s = take(a, sizeof *s);
  if (!s) return NULL;
  s->only_capacity = entities;
  s->only = take(a, (entities + 1) * sizeof *s->only);
  if (!s->only || !copy_chain(a, s, chain, length)) {
    a->release(s->only, a->user);
    a->release(s, a->user);
    return NULL;
  }
  s->family = family;
  s->written = atomic_load(&family->written);
  s->sequence = 1;
  atomic_fetch_add(&family->members, 1);
  return s;
}

struct requester *session_free(struct session *s) {
  struct family *f = s->family;
  const struct allocator a = f->allocator;
  while (s->writing) session_end_write(s, true);      /* nobody will say what became of it */
  for (uint32_t i = 0; i < s->seen_count; i++) a.release(s->seen[i], a.user);
  a.release(s->seen, a.user);
  a.release(s->only, a.user);
  a.release(s->chain_memory, a.user);
  a.release(s, a.user);
  if (atomic_fetch_sub(&f->members, 1) != 1) return NULL;
  struct requester *requester = f->requester;
  family_free(f);
  return requester;
}

/* A subject outlives bundles if its key is read the same way in every one: a text or number, not a word of one bundle. */
static bool subjects_readable(const struct family *f, const struct loaded *l) {
  for (const struct subject *s = f->subjects; s; s = s->next)
    for (uint32_t e = 0; e < l->bundle->ENTITIES.count; e++) {
      if (l->entity[e] != s->entity) continue;
      const struct image_entity *entity = &l->bundle->ENTITIES.at[e];
      uint32_t key = bundle_type(l->bundle, entity->type)->a + entity->key_field[0];
      unsigned kind = bundle_type(l->bundle, l->bundle->FIELDS.at[key].type)->kind;
      if (kind != s->kind || kind == TYPE_SYMBOL || kind == TYPE_WORDS || kind == TYPE_REGION) return false;
    }
  return true;
}

bool session_adopt(struct session *s, const struct loaded *l) {
  if (s->generation == l->generation) return true;
  bool same = !memcmp(s->layout, l->layout, sizeof s->layout);
  if (s->generation > l->generation) return same;
  if (s->generation && !same) {
    session_forget(s);
    if (!subjects_readable(s->family, l)) s->family->broken = true;
  }
  s->generation = l->generation;
  memcpy(s->layout, l->layout, sizeof s->layout);
  return true;
}

/* ---- labels, proofs, counts ---- */
void session_label(struct session *s, const struct loaded *l, uint64_t labels) {
  for (uint32_t i = 0; labels; i++, labels >>= 1) {
    if (!(labels & 1)) continue;
    uint32_t number = l->label[i];
    uint64_t bit = UINT64_C(1) << number % 64;
    s->family->labels[number / 64] |= bit;
    atomic_fetch_or(&s->family->requester->labels[number / 64], bit);
  }
}

bool session_prove(struct session *s, uint32_t proof, struct now now) {
  uint32_t i = 0;
  while (i < s->proof_count && s->proofs[i].proof != proof) i++;
  if (i == SESSION_PROOFS) return false;
  if (i == s->proof_count) s->proof_count++;
  s->proofs[i] = (struct proved){proof, now};
  return true;
}

struct counted *session_count(struct session *s, uint32_t operation) {
  struct family *f = s->family;
  for (uint32_t i = 0; i < f->count_used; i++)
    if (f->counts[i].operation == operation) return &f->counts[i];
  if (f->count_used == f->count_capacity) return NULL;
  f->counts[f->count_used] = (struct counted){operation, 0};
  return &f->counts[f->count_used++];
}

/* ---- subjects: written once ---- */
bool session_bind(struct session *s, const struct loaded *l, uint32_t entity, value record) {
  struct family *f = s->family;
  const struct image_entity *e = &l->bundle->ENTITIES.at[entity];
  for (const struct subject *at = f->subjects; at; at = at->next)
    if (at->entity == l->entity[entity]) return true;
  uint32_t type = l->bundle->FIELDS.at[bundle_type(l->bundle, e->type)->a + e->key_field[0]].type;
  value key = record.record[e->key_field[0]];
  size_t bytes = value_bytes(l->bundle, type, key);
  struct subject *subject = take(&f->allocator, sizeof *subject + bytes);
  if (!subject) return false;
  struct arena_fixed arena = {(char *)(subject + 1), 0, bytes};
  *subject = (struct subject){f->subjects, l->entity[entity], bundle_type(l->bundle, type)->kind, missing_value()};
  if (!packed_copy(l->bundle, type, key, &arena, &subject->key)) {
    f->allocator.release(subject, f->allocator.user);
    return false;
  }
  f->subjects = subject;
  return true;
}

/* ---- said ---- */
bool session_hear(struct session *s, const char *text, size_t length, size_t limit) {
  struct family *f = s->family;
  size_t normal_length = 0;
  char *normal = said_normalise(&f->allocator, text, length, &normal_length);
  struct said *said = normal && normal_length <= limit ? f->allocator.alloc(sizeof *said + normal_length, f->allocator.user) : NULL;
  if (said) {
    *said = (struct said){NULL, normal_length};
    memcpy(said->bytes, normal, normal_length);
    if (f->last_said) f->last_said->next = said;
    else f->first_said = said;
    f->last_said = said;
    f->said_bytes += normal_length;
  }
  f->allocator.release(normal, f->allocator.user);
  while (said && f->said_bytes > limit) {
    struct said *oldest = f->first_said;
    f->first_said = oldest->next;
    f->said_bytes -= oldest->length;
    f->allocator.release(oldest, f->allocator.user);
  }
  return said != NULL;
}

/* ---- what the virtual machine asks ---- */
bool session_has_label(const struct session_view *view, uint32_t label) {
  uint32_t number = view->loaded->label[label];
  return view->session->family->labels[number / 64] >> number % 64 & 1;
}

bool session_proved(const struct session_view *view, uint32_t proof, int64_t now) {
  const struct session *s = view->session;
  int64_t lasts = view->loaded->bundle->PROOFS.at[proof].lasts;
  for (uint32_t i = 0; i < s->proof_count; i++) {
    if (s->proofs[i].proof != view->loaded->proof[proof]) continue;
    const struct now *at = &s->proofs[i].at;
    return !lasts || (now >= at->wall && now - at->wall < lasts && view->now.steady - at->steady < lasts);
  }
  return false;
}

int64_t session_counted(const struct session_view *view, uint32_t operation) {
  const struct family *f = view->session->family;
  for (uint32_t i = 0; i < f->count_used; i++)
    if (f->counts[i].operation == view->loaded->operation[operation]) return f->counts[i].count;
  return 0;
}

value session_bound(const struct session_view *view, uint32_t entity) {
  for (const struct subject *s = view->session->family->subjects; s; s = s->next)
    if (s->entity == view->loaded->entity[entity]) return s->key;
  return missing_value();
}
