/* bundle.c: opening an image, and finding things in it by name. */
#include "bundle.h"
#include <stdio.h>
#include <stdlib.h>
#include "pages.h"
#include "scope_plan.h"
#include "verify.h"

/* ---- opening ---- */
static void *default_alloc(size_t size, void *user) { (void)user; return malloc(size); }
static void default_release(void *memory, void *user) { (void)user; free(memory); }
struct allocator allocator_default(void) { return (struct allocator){default_alloc, default_release, NULL}; }

static struct rebase_bundle *new_bundle(const struct allocator *allocator, const void *bytes, size_t size, unsigned flags) {
  struct rebase_bundle *bundle = allocator->alloc(sizeof *bundle, allocator->user);
  if (!bundle) return NULL;
  memset(bundle, 0, sizeof *bundle);
  bundle->allocator = *allocator;
  bundle->flags = flags;
  atomic_init(&bundle->references, 1);
  bundle->pages = allocator->alloc(sizeof *bundle->pages, allocator->user);
  if (bundle->pages) *bundle->pages = (struct pages){&bundle->allocator, NULL};
  unsigned char *copy = bundle->pages ? pages_take(bundle->pages, size) : NULL;
  if (!copy) {
    bundle_free(bundle);
    return NULL;
  }
  if (size) memcpy(copy, bytes, size);
  bundle->image = copy;
  bundle->size = size;
  return bundle;
}

static bool refuse_pending(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  if (!b->PENDING.count || (b->flags & BUNDLE_INSPECT)) return true;
  const struct image_pending *pending = &b->PENDING.at[0];
  *v->error = (struct bundle_error){.status = BUNDLE_PENDING, .section = SECTION_PENDING, .pc = NONE32};
  snprintf(v->error->text, sizeof v->error->text, "this runtime cannot execute: %s %s (%s:%lu)", bundle_string(b, pending->kind),
           bundle_string(b, pending->name), bundle_string(b, b->SOURCES.at[pending->source].path), (unsigned long)pending->line);
  return false;
}

static bool verify(struct verifier *v) {
  return verify_file(v) && verify_types(v) && verify_values(v) && verify_world(v) && index_bundle(v) && verify_scope(v) &&
         verify_code(v) && plan_scopes(v) && fuse_programs(v) && plan_tables(v) && plan_routes(v) && refuse_pending(v);
}

struct rebase_bundle *bundle_open(const void *bytes, size_t size, const struct allocator *allocator, unsigned flags,
                                  struct bundle_error *error) {
  struct verifier v = {.error = error};
  v.bundle = new_bundle(allocator, bytes, size, flags);
  *error = (struct bundle_error){.status = BUNDLE_OK, .section = SECTION_COUNT, .index = NONE32, .pc = NONE32};
  if (!v.bundle) {
    out_of_memory(&v);
    return NULL;
  }
  v.temporary.allocator = &v.bundle->allocator;
  bool opened = verify(&v) && (pages_protect(v.bundle->pages) || out_of_memory(&v));
  pages_free(&v.temporary);
  if (opened) return v.bundle;
  bundle_free(v.bundle);
  return NULL;
}

void bundle_free(struct rebase_bundle *bundle) {
  if (!bundle) return;
  struct allocator allocator = bundle->allocator;
  if (bundle->pages) pages_free(bundle->pages);
  allocator.release(bundle->pages, allocator.user);
  allocator.release(bundle, allocator.user);
}

/* ---- finding by name ---- */
typedef ref name_at(const struct rebase_bundle *bundle, uint32_t place);

static int compare_name(const struct rebase_bundle *b, ref text, const char *name, size_t length) {
  const struct text *found = bundle_text(b, text);
  return text_compare(found->bytes, found->len, name, length);
}

/* The place of a name in an ascending order, or NONE32. */
static uint32_t find_sorted(const struct rebase_bundle *b, uint32_t count, name_at *at, const char *name, size_t length) {
  uint32_t low = 0, high = count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = compare_name(b, at(b, middle), name, length);
    if (order == 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return NONE32;
}

static uint32_t find_listed(const struct rebase_bundle *b, uint32_t count, name_at *at, const char *name, size_t length) {
  for (uint32_t i = 0; i < count; i++)
    if (compare_name(b, at(b, i), name, length) == 0) return i;
  return NONE32;
}

static ref agent_at(const struct rebase_bundle *b, uint32_t i) { return b->AGENTS.at[i].name; }
static ref operation_at(const struct rebase_bundle *b, uint32_t i) { return b->OPERATIONS.at[i].name; }
static ref symbol_at(const struct rebase_bundle *b, uint32_t i) { return b->SYMBOLS.at[b->symbol_order[i]].name; }
static ref region_at(const struct rebase_bundle *b, uint32_t i) { return b->REGIONS.at[b->region_order[i]].name; }
static ref entity_at(const struct rebase_bundle *b, uint32_t i) { return b->ENTITIES.at[i].name; }
static ref label_at(const struct rebase_bundle *b, uint32_t i) { return b->LABELS.at[i].name; }
static ref proof_at(const struct rebase_bundle *b, uint32_t i) { return b->PROOFS.at[i].name; }
static ref group_at(const struct rebase_bundle *b, uint32_t i) { return b->GROUPS.at[i].name; }

static ref model_at(const struct rebase_bundle *b, uint32_t i) { return b->MODELS.at[i].name; }
uint32_t find_model(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_sorted(b, b->MODELS.count, model_at, name, length);
}
uint32_t find_agent(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_sorted(b, b->AGENTS.count, agent_at, name, length);
}
uint32_t find_operation(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_sorted(b, b->OPERATIONS.count, operation_at, name, length);
}
uint32_t find_symbol(const struct rebase_bundle *b, const char *name, size_t length) {
  uint32_t place = find_sorted(b, b->SYMBOLS.count, symbol_at, name, length);
  return place == NONE32 ? NONE32 : b->symbol_order[place];
}
uint32_t find_region(const struct rebase_bundle *b, const char *name, size_t length) {
  uint32_t place = find_sorted(b, b->REGIONS.count, region_at, name, length);
  return place == NONE32 ? NONE32 : b->region_order[place];
}
uint32_t find_entity(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_listed(b, b->ENTITIES.count, entity_at, name, length);
}
uint32_t find_label(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_listed(b, b->LABELS.count, label_at, name, length);
}
uint32_t find_proof(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_listed(b, b->PROOFS.count, proof_at, name, length);
}
uint32_t find_group(const struct rebase_bundle *b, const char *name, size_t length) {
  return find_listed(b, b->GROUPS.count, group_at, name, length);
}

/* ---- scope and cost ---- */
const uint32_t *bundle_scope(const struct rebase_bundle *bundle, uint32_t agent, uint32_t head, uint32_t *count) {
  static const uint32_t none[1];
  uint32_t list = bundle_list(bundle, agent, head);
  *count = 0;
  if (list == NONE32) return none;
  *count = bundle->LISTS.at[list];
  return bundle->LISTS.at + list + 1;
}

_Static_assert(offsetof(struct image_limit, rule) == 0, "limits are found by their rules");
uint32_t bundle_limit(const struct rebase_bundle *bundle, uint32_t rule) {
  return find_ascending(bundle->LIMITS.at, sizeof *bundle->LIMITS.at, bundle->LIMITS.count, rule);
}

static uint64_t add_or_most(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }
static uint64_t multiply_or_most(uint64_t a, uint64_t b) { return b && a > UINT64_MAX / b ? UINT64_MAX : a * b; }

uint64_t cost_at(const struct image_cost *cost, uint64_t n) {
  const uint64_t *steps = cost->steps;
  uint64_t total = 0;
  if (!(steps[1] | steps[2] | steps[3] | steps[4])) return steps[0];        /* no loop, as in most rules */
  for (unsigned d = IMAGE_MAX_LOOP_DEPTH + 1; d-- > 0;) total = add_or_most(multiply_or_most(total, n), steps[d]);
  return total;
}
