/* loaded.c: names across bundles, the layout of values, and the plan of each operation. */
#include <sodium.h>
#include <stdio.h>
#include "decision_table.h"
#include "loaded.h"
#include "packed.h"
#include "plain.h"

/* ---- names ---- */
static uint32_t *slot_of(const struct names *names, const struct text *name) {
  const uint32_t mask = 2 * names->capacity - 1;
  uint32_t at = plain_hash(name->bytes, name->len) & mask;
  while (names->slots[at] && !text_equal(names->at[names->slots[at] - 1], name)) at = (at + 1) & mask;
  return &names->slots[at];
}

static bool grow(struct names *names, const struct allocator *a) {
  struct names more = {.count = names->count, .capacity = names->capacity ? names->capacity * 2 : 16};
  more.at = a->alloc(more.capacity * (sizeof *more.at + 2 * sizeof *more.slots), a->user);
  if (!more.at) return false;
  more.slots = (uint32_t *)(void *)(more.at + more.capacity);
  memset(more.slots, 0, 2 * more.capacity * sizeof *more.slots);
  for (uint32_t i = 0; i < more.count; i++) {
    more.at[i] = names->at[i];
    *slot_of(&more, more.at[i]) = i + 1;
  }
  a->release(names->at, a->user);
  *names = more;
  return true;
}

bool names_find(struct names *names, const struct allocator *a, const struct text *name, uint32_t limit, uint32_t *id) {
  const uint32_t known = names->capacity ? *slot_of(names, name) : 0;
  *id = known ? known - 1 : names->count;
  if (known) return true;
  if (names->count >= limit || (names->count == names->capacity && !grow(names, a))) return false;
  struct text *copy = a->alloc(text_size(name->len), a->user);
  if (!copy) return false;
  memcpy(copy, name, sizeof *copy + name->len);
  copy->bytes[copy->len] = 0;
  names->at[names->count++] = copy;
  *slot_of(names, name) = names->count;
  return true;
}

void names_free(struct names *names, const struct allocator *a) {
  for (uint32_t i = 0; i < names->count; i++) a->release(names->at[i], a->user);
  a->release(names->at, a->user);
  *names = (struct names){0};
}

/* ---- layout: a digest of all that says how values look in memory ---- */
static void hash_number(crypto_generichash_state *h, uint64_t n) { crypto_generichash_update(h, (const unsigned char *)&n, sizeof n); }

static void hash_text(crypto_generichash_state *h, const struct rebase_bundle *b, ref text) {
  const struct text *t = bundle_text(b, text);
  hash_number(h, t->len);
  crypto_generichash_update(h, (const unsigned char *)t->bytes, t->len);
}

static void hash_types(crypto_generichash_state *h, const struct rebase_bundle *b) {
  for (uint32_t i = 0; i < b->TYPES.count; i++) {
    const struct image_type *t = &b->TYPES.at[i];
    hash_number(h, (uint64_t)t->kind | (uint64_t)t->other << 8 | (uint64_t)t->digits << 16);
    hash_text(h, b, t->name);
    hash_number(h, t->kind == TYPE_BOOL ? 0 : t->a);
    hash_number(h, t->kind == TYPE_BOOL ? 0 : t->b);
  }
  for (uint32_t i = 0; i < b->FIELDS.count; i++) {
    hash_text(h, b, b->FIELDS.at[i].name);
    hash_number(h, b->FIELDS.at[i].type);
    hash_number(h, b->FIELDS.at[i].flags);
  }
}

static void make_layout(struct loaded *l) {
  const struct rebase_bundle *b = l->bundle;
  crypto_generichash_state h;
  crypto_generichash_init(&h, NULL, 0, sizeof l->layout);
  hash_text(&h, b, b->info->state_digest);
  hash_number(&h, b->info->requester_type);
  const uint32_t counts[] = {b->TYPES.count, b->FIELDS.count, b->WORDS.count, b->SYMBOLS.count, b->REGIONS.count, b->ENTITIES.count};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) hash_number(&h, counts[i]);
  hash_types(&h, b);
  for (uint32_t i = 0; i < b->WORDS.count; i++) hash_number(&h, b->WORDS.at[i].symbol);
  for (uint32_t i = 0; i < b->SYMBOLS.count; i++) hash_text(&h, b, b->SYMBOLS.at[i].name);
  for (uint32_t i = 0; i < b->REGIONS.count; i++) hash_text(&h, b, b->REGIONS.at[i].name);
  for (uint32_t i = 0; i < b->ENTITIES.count; i++) {
    const struct image_entity *e = &b->ENTITIES.at[i];
    hash_text(&h, b, e->name);
    hash_number(&h, e->type);
    for (uint32_t k = 0; k < e->keys; k++) hash_number(&h, e->key_field[k]);
  }
  crypto_generichash_final(&h, l->layout, sizeof l->layout);
}

/* ---- plans ---- */
const struct image_param *operation_param(const struct rebase_bundle *b, const struct image_operation *o, uint32_t slot) {
  for (uint32_t i = 0; i < o->params; i++)
    if (b->PARAMS.at[o->first_param + i].slot == slot) return &b->PARAMS.at[o->first_param + i];
  return NULL;
}

static void keep(struct loaded *l, struct plan *plan, const struct image_param *param) {
  if (!param) return;
  uint32_t index = (uint32_t)(param - l->bundle->PARAMS.at);
  for (uint32_t i = 0; i < plan->kept; i++)
    if (l->kept[plan->first_kept + i] == index) return;
  l->kept[plan->first_kept + plan->kept++] = index;
}

/* The argument that holds a key of the result: the one that fills it, else the one of the same name. */
static const struct image_param *key_argument(const struct rebase_bundle *b, const struct image_operation *o, uint32_t field) {
  const struct image_field *f = &b->FIELDS.at[bundle_type(b, o->result_type)->a + field];
  for (uint32_t i = 0; i < o->fills; i++)
    if (b->FILLS.at[o->first_fill + i].field == field) return operation_param(b, o, b->FILLS.at[o->first_fill + i].slot);
  for (uint32_t i = 0; i < o->params; i++) {
    const struct image_param *p = &b->PARAMS.at[o->first_param + i];
    if (text_equal(bundle_text(b, p->name), bundle_text(b, f->name)) && b->type_class[p->type] == b->type_class[f->type]) return p;
  }
  return NULL;
}

static bool holds_entity(const struct loaded *l, uint32_t type) {
  const struct image_type *t = bundle_type(l->bundle, type);
  if (l->type_entity[type] != NONE32) return true;
  if (kind_is_collection(t->kind)) return holds_entity(l, element_type(l->bundle, type));
  for (uint32_t i = 0; t->kind == TYPE_RECORD && i < t->b; i++)
    if (holds_entity(l, l->bundle->FIELDS.at[t->a + i].type)) return true;
  return false;
}

static void make_plan(struct loaded *l, uint32_t operation) {
  const struct rebase_bundle *b = l->bundle;
  const struct image_operation *o = &b->OPERATIONS.at[operation];
  struct plan *plan = &l->plans[operation];
  plan->slot_blocks = (b->CONNECTORS.at[o->connector].slots + SLOT_BLOCK - 1) / SLOT_BLOCK;
  plan->entity = o->result_type == NONE32 ? NONE32 : l->type_entity[o->result_type];
  for (uint32_t i = 0; i < o->params; i++) {
    const struct image_param *p = &b->PARAMS.at[o->first_param + i];
    plan->required += !(p->flags & PARAM_OPTIONAL);
    plan->defaults |= p->default_const != NONE32;
  }
  plan->holds_entity = o->result_type != NONE32 && holds_entity(l, o->result_type);
  for (uint32_t k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++) plan->key_param[k] = NONE32;
  for (uint32_t i = 0; i < o->fills; i++) keep(l, plan, operation_param(b, o, b->FILLS.at[o->first_fill + i].slot));
  for (uint32_t i = 0; i < o->changes; i++) {
    const struct image_change *c = &b->CHANGES.at[o->first_change + i];
    for (uint32_t k = 0; k < b->ENTITIES.at[c->entity].keys; k++)
      if (c->slot[k] != NONE32) keep(l, plan, operation_param(b, o, c->slot[k]));
  }
  if (plan->entity == NONE32) return;
  const struct image_entity *e = &b->ENTITIES.at[plan->entity];
  for (uint32_t k = 0; k < e->keys; k++) {
    const struct image_param *p = key_argument(b, o, e->key_field[k]);
    if (!p) continue;
    plan->key_param[k] = (uint32_t)(p - b->PARAMS.at);
    keep(l, plan, p);
  }
}

static void make_shape(struct loaded *l, uint32_t operation) {
  const struct rebase_bundle *b = l->bundle;
  const struct image_operation *o = &b->OPERATIONS.at[operation];
  struct plan *plan = &l->plans[operation];
  crypto_generichash_state h;
  unsigned char digest[crypto_generichash_BYTES];
  crypto_generichash_init(&h, NULL, 0, sizeof digest);
  crypto_generichash_update(&h, l->layout, sizeof l->layout);
  hash_number(&h, o->result_type);
  for (uint32_t i = 0; i < o->fills; i++) { hash_number(&h, b->FILLS.at[o->first_fill + i].field); hash_number(&h, b->FILLS.at[o->first_fill + i].slot); }
  for (uint32_t i = 0; i < plan->kept; i++) {
    const struct image_param *p = &b->PARAMS.at[l->kept[plan->first_kept + i]];
    hash_text(&h, b, p->name);
    hash_number(&h, p->slot);
    hash_number(&h, p->type);
  }
  crypto_generichash_final(&h, digest, sizeof digest);
  memcpy(&plan->shape, digest, sizeof plan->shape);
}

/* ---- making ---- */
static bool number_names(struct loaded *l, struct registry *r, const struct allocator *a) {
  const struct rebase_bundle *b = l->bundle;
  const uint32_t many = 1u << 20;
  for (uint32_t i = 0; i < b->LABELS.count; i++)
    if (!names_find(&r->labels, a, bundle_text(b, b->LABELS.at[i].name), ENGINE_LABELS, &l->label[i])) return false;
  for (uint32_t i = 0; i < b->PROOFS.count; i++)
    if (!names_find(&r->proofs, a, bundle_text(b, b->PROOFS.at[i].name), many, &l->proof[i])) return false;
  for (uint32_t i = 0; i < b->OPERATIONS.count; i++)
    if (!names_find(&r->operations, a, bundle_text(b, b->OPERATIONS.at[i].name), many, &l->operation[i])) return false;
  for (uint32_t i = 0; i < b->ENTITIES.count; i++)
    if (!names_find(&r->entities, a, bundle_text(b, b->ENTITIES.at[i].name), many, &l->entity[i])) return false;
  return true;
}

static void show_rules(struct loaded *l) {
  const struct rebase_bundle *b = l->bundle;
  for (uint32_t i = 0; i < b->FORMS.count; i++) {
    const struct image_form *f = &b->FORMS.at[i];
    l->shown[i] = (struct shown){shown_of(b, f), program_grants(&b->PROGRAMS.at[f->program])};
  }
}

static size_t kept_at_most(const struct rebase_bundle *b) {
  size_t total = 0;
  for (uint32_t i = 0; i < b->OPERATIONS.count; i++) total += b->OPERATIONS.at[i].params;
  return total;
}

static bool take_memory(struct loaded *l, const struct allocator *a) {
  const struct rebase_bundle *b = l->bundle;
  size_t numbers = (size_t)b->LABELS.count + b->PROOFS.count + b->OPERATIONS.count + b->ENTITIES.count + b->TYPES.count + kept_at_most(b);
  size_t plans = b->OPERATIONS.count * sizeof *l->plans, shown = b->FORMS.count * sizeof *l->shown, size = plans + shown + numbers * sizeof(uint32_t) + 8;
  if (!(l->memory = a->alloc(size, a->user))) return false;
  memset(l->memory, 0, size);
  l->plans = l->memory;
  l->shown = (struct shown *)(void *)((char *)l->memory + plans);
  l->label = (uint32_t *)(void *)((char *)l->memory + plans + shown);
  l->proof = l->label + b->LABELS.count;
  l->operation = l->proof + b->PROOFS.count;
  l->entity = l->operation + b->OPERATIONS.count;
  l->type_entity = l->entity + b->ENTITIES.count;
  l->kept = l->type_entity + b->TYPES.count;
  return true;
}

rebase_status loaded_make(struct rebase_bundle *bundle, const struct allocator *a, struct registry *registry, uint64_t generation,
                          struct loaded **out) {
  struct loaded *l = a->alloc(sizeof *l, a->user);
  *out = NULL;
  if (!l) { bundle_free(bundle); return REBASE_E_MEMORY; }
  *l = (struct loaded){.allocator = *a, .bundle = bundle, .generation = generation};
  atomic_init(&l->references, 1);
  if (!take_memory(l, a)) { loaded_drop(l); return REBASE_E_MEMORY; }
  bool labels_fit = registry->labels.count + bundle->LABELS.count <= ENGINE_LABELS;
  if (!number_names(l, registry, a)) {
    loaded_drop(l);
    return labels_fit ? REBASE_E_MEMORY : REBASE_E_FULL;
  }
  for (uint32_t i = 0; i < bundle->TYPES.count; i++) l->type_entity[i] = NONE32;
  for (uint32_t i = 0; i < bundle->ENTITIES.count; i++) l->type_entity[bundle->ENTITIES.at[i].type] = i;
  make_layout(l);
  show_rules(l);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < bundle->OPERATIONS.count; i++) {
    l->plans[i].first_kept = kept;
    make_plan(l, i);
    kept += l->plans[i].kept;
    make_shape(l, i);
  }
  sodium_bin2hex(l->digest, sizeof l->digest, bundle->digest, 32);
  *out = l;
  return REBASE_OK;
}

void loaded_drop(struct loaded *l) {
  if (!l || atomic_fetch_sub_explicit(&l->references, 1, memory_order_acq_rel) != 1) return;
  struct allocator a = l->allocator;
  bundle_free(l->bundle);
  a.release(l->memory, a.user);
  a.release(l, a.user);
}
