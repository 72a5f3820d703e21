/* image_writer.c: sections grow one by one and are laid out at the end; equal texts, constants, costs and runs of
 * indexes are stored once. Nothing here depends on addresses, so the same program gives the same bytes. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/generator.h"
#include "support/names.h"
#include "value.h"

static const uint16_t record_sizes[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) sizeof(TYPE),
#include "sections.def"
#undef SECTION
};

size_t gen_record_size(enum section section) { return record_sizes[section]; }

/* ---- buffers ---- */
bool gen_buffer_grow(struct generator *g, struct gen_buffer *buffer, size_t size) {
  size_t room = buffer->room ? buffer->room : 256;
  while (room - buffer->size < size && room <= SIZE_MAX / 2) room *= 2;
  unsigned char *more = room - buffer->size < size ? NULL : realloc(buffer->bytes, room);
  if (!more) { g->out_of_memory = true; return false; }
  buffer->bytes = more;
  buffer->room = room;
  return true;
}

void gen_too_large(struct generator *g) {
  if (!g->failed) {
    struct span nowhere = {NO_SOURCE, 0, 0};
    struct diag *d = rbc_diag(g->diags, E0807, nowhere, "the bundle does not fit into 32-bit places");
    rbc_diag_note(g->diags, d, "one of its sections passes 4 GiB");
  }
  g->failed = true;
}

uint32_t gen_count(const struct generator *g, enum section section) {
  return (uint32_t)(g->sections[section].size / record_sizes[section]);
}

uint32_t gen_append(struct generator *g, enum section section, const void *records, uint32_t count) {
  struct gen_buffer *buffer = &g->sections[section];
  size_t size = (size_t)count * record_sizes[section];
  uint32_t first = gen_count(g, section);
  if (size > UINT32_MAX || buffer->size > UINT32_MAX - size) { gen_too_large(g); return 0; }
  return gen_buffer_add(g, buffer, records, size) ? first : 0;
}

void *gen_record(struct generator *g, enum section section, uint32_t index) {
  return g->sections[section].bytes + (size_t)index * record_sizes[section];
}

/* ---- sets of what is stored once ---- */
uint32_t gen_find(const struct generator *g, const struct gen_intern *set, uint32_t hash,
                  bool (*same)(const struct generator *g, uint32_t number, const void *key, size_t size),
                  const void *key, size_t size) {
  if (!set->room) return NONE32;
  for (size_t i = hash & (set->room - 1); set->slots[i].number != NONE32; i = (i + 1) & (set->room - 1))
    if (set->slots[i].hash == hash && same(g, set->slots[i].number, key, size)) return set->slots[i].number;
  return NONE32;
}

static void put(struct gen_intern *set, uint32_t hash, uint32_t number) {
  size_t i = hash & (set->room - 1);
  while (set->slots[i].number != NONE32) i = (i + 1) & (set->room - 1);
  set->slots[i] = (struct gen_slot){hash, number};
}

void gen_remember(struct generator *g, struct gen_intern *set, uint32_t hash, uint32_t number) {
  if (2 * (set->used + 1) > set->room) {
    struct gen_intern more = {NULL, set->room ? 2 * set->room : 64, set->used};
    more.slots = malloc(more.room * sizeof *more.slots);
    if (!more.slots) { g->out_of_memory = true; return; }
    memset(more.slots, 0xff, more.room * sizeof *more.slots);
    for (size_t i = 0; i < set->room; i++)
      if (set->slots[i].number != NONE32) put(&more, set->slots[i].hash, set->slots[i].number);
    free(set->slots);
    *set = more;
  }
  put(set, hash, number);
  set->used++;
}

/* ---- pools ---- */
struct gen_entry *gen_entry(const struct gen_pool *pool, uint32_t number) { return (struct gen_entry *)(void *)pool->entries.bytes + number; }
uint32_t gen_pool_count(const struct gen_pool *pool) { return (uint32_t)(pool->entries.size / sizeof(struct gen_entry)); }

struct pool_key { const struct gen_pool *pool; const void *bytes; };

static bool same_bytes(const struct generator *g, uint32_t number, const void *key, size_t size) {
  const struct pool_key *wanted = key;
  const struct gen_entry *entry = gen_entry(wanted->pool, number);
  (void)g;
  return entry->size == size && (!size || memcmp(wanted->pool->bytes.bytes + entry->at, wanted->bytes, size) == 0);
}

uint32_t gen_pooled(struct generator *g, struct gen_pool *pool, const void *bytes, size_t size) {
  const struct pool_key key = {pool, bytes};
  if (pool->entries.size && same_bytes(g, pool->last, &key, size)) return pool->last;           /* as the one before, which most are */
  uint32_t hash = hash_bytes(bytes, size, 0), number = gen_find(g, &pool->set, hash, same_bytes, &key, size);
  if (number != NONE32) return pool->last = number;
  if (size > UINT32_MAX) { gen_too_large(g); return NONE32; }
  struct gen_entry entry = {pool->bytes.size, (uint32_t)size, NONE32};
  number = gen_pool_count(pool);
  if (!gen_buffer_add(g, &pool->bytes, bytes, size) || !gen_buffer_add(g, &pool->entries, &entry, sizeof entry)) return NONE32;
  gen_remember(g, &pool->set, hash, number);
  return pool->last = number;
}

uint32_t gen_pooled_record(struct generator *g, struct gen_pool *pool, enum section section, const void *record, size_t size) {
  uint32_t number = gen_pooled(g, pool, record, size);
  if (number == gen_count(g, section)) gen_append(g, section, record, 1);
  return number;
}

/* ---- texts ---- */
static bool same_text(const struct generator *g, uint32_t at, const void *key, size_t size) {
  const unsigned char *stored = g->sections[SECTION_TEXTS].bytes + at;
  uint32_t length;
  memcpy(&length, stored, sizeof length);
  return length == size && memcmp(stored + sizeof length, key, size) == 0;
}

ref gen_text(struct generator *g, const char *bytes, size_t length) {
  struct gen_buffer *texts = &g->sections[SECTION_TEXTS];
  size_t padding = 4 - length % 4;                    /* a NUL at least */
  if (length > UINT32_MAX - 8 || texts->size > UINT32_MAX - length - 8) { gen_too_large(g); return 0; }
  uint32_t hash = hash_bytes(bytes, length, 0);
  uint32_t at = gen_find(g, &g->texts, hash, same_text, bytes, length);
  if (at != NONE32) return at;
  at = (uint32_t)texts->size;
  uint32_t stored_length = (uint32_t)length;
  static const unsigned char zeros[4];
  if (!gen_buffer_add(g, texts, &stored_length, sizeof stored_length) || !gen_buffer_add(g, texts, bytes, length) ||
      !gen_buffer_add(g, texts, zeros, padding))
    return 0;
  gen_remember(g, &g->texts, hash, at);
  return at;
}

ref gen_string(struct generator *g, const char *string) { return string ? gen_text(g, string, strlen(string)) : 0; }

/* ---- constants, costs, runs of indexes ---- */
static bool same_const(const struct generator *g, uint32_t index, const void *key, size_t size) {
  return memcmp(g->sections[SECTION_CONSTS].bytes + index * size, key, size) == 0;
}

uint32_t gen_const(struct generator *g, uint32_t type, int64_t bits) {
  struct image_const record = {type, 0, bits};
  uint32_t hash = hash_bytes(&record, sizeof record, 0);
  uint32_t index = gen_find(g, &g->consts, hash, same_const, &record, sizeof record);
  if (index != NONE32) return index;
  index = gen_append(g, SECTION_CONSTS, &record, 1);
  gen_remember(g, &g->consts, hash, index);
  return index;
}

static bool same_cost(const struct generator *g, uint32_t index, const void *key, size_t size) {
  return memcmp(g->sections[SECTION_COSTS].bytes + index * size, key, size) == 0;
}

uint32_t gen_cost(struct generator *g, const struct image_cost *cost) {
  uint32_t hash = hash_bytes(cost, sizeof *cost, 0);
  uint32_t index = gen_find(g, &g->costs, hash, same_cost, cost, sizeof *cost);
  if (index != NONE32) return index;
  index = gen_append(g, SECTION_COSTS, cost, 1);
  gen_remember(g, &g->costs, hash, index);
  return index;
}

static bool same_run(const struct generator *g, uint32_t number, const void *key, size_t size) {
  struct gen_run run;
  memcpy(&run, g->runs.bytes + number * sizeof run, sizeof run);
  return run.count * sizeof(uint32_t) == size &&
         memcmp(g->sections[SECTION_INDEXES].bytes + run.first * sizeof(uint32_t), key, size) == 0;
}

uint32_t gen_indexes(struct generator *g, const uint32_t *indexes, uint32_t count) {
  if (!count) return 0;
  size_t size = count * sizeof *indexes;
  uint32_t hash = hash_bytes(indexes, size, 0);
  uint32_t number = gen_find(g, &g->index_runs, hash, same_run, indexes, size);
  struct gen_run run;
  if (number != NONE32) {
    memcpy(&run, g->runs.bytes + number * sizeof run, sizeof run);
    return run.first;
  }
  number = (uint32_t)(g->runs.size / sizeof run);
  run = (struct gen_run){gen_append(g, SECTION_INDEXES, indexes, count), count};
  if (gen_buffer_add(g, &g->runs, &run, sizeof run)) gen_remember(g, &g->index_runs, hash, number);
  return run.first;
}

void gen_internal_error(struct generator *g, struct span span, const char *what) {
  struct diag *d = rbc_diag(g->diags, E0809, span, "internal error of the compiler: %s", what);
  rbc_diag_note(g->diags, d, "this is a fault of rbc, not of the policy");
  g->failed = true;
}

/* ---- the file ---- */
static uint64_t align8(uint64_t at) { return (at + 7) / 8 * 8; }

bool gen_finish(struct generator *g, unsigned char **image, size_t *size) {
  struct image_section table[SECTION_COUNT];
  uint64_t at = align8(sizeof(struct image_header) + sizeof table);
  for (int s = 0; s < SECTION_COUNT && !g->failed; s++) {
    at = align8(at);
    if (at > UINT32_MAX) gen_too_large(g);
    table[s] = (struct image_section){(uint32_t)at, gen_count(g, (enum section)s)};
    at += g->sections[s].size;
  }
  if (g->failed || g->out_of_memory || at > SIZE_MAX) return false;
  unsigned char *bytes = calloc(1, (size_t)at);
  if (!bytes) { g->out_of_memory = true; return false; }
  struct image_header header = {.version = IMAGE_VERSION, .sections = SECTION_COUNT, .bytes = at};
  memcpy(header.magic, IMAGE_MAGIC, sizeof header.magic);
  memcpy(bytes, &header, sizeof header);
  memcpy(bytes + sizeof header, table, sizeof table);
  for (int s = 0; s < SECTION_COUNT; s++)
    if (g->sections[s].size) memcpy(bytes + table[s].offset, g->sections[s].bytes, g->sections[s].size);
  crypto_generichash(header.digest, sizeof header.digest, bytes, at, NULL, 0);
  memcpy(bytes, &header, sizeof header);
  *image = bytes;
  *size = (size_t)at;
  return true;
}

void gen_pool_free(struct gen_pool *pool) {
  free(pool->set.slots);
  free(pool->bytes.bytes);
  free(pool->entries.bytes);
}

void gen_free(struct generator *g) {
  for (int s = 0; s < SECTION_COUNT; s++) free(g->sections[s].bytes);
  struct gen_intern *sets[] = {&g->texts, &g->consts, &g->values, &g->costs, &g->index_runs, &g->lists};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) free(sets[i]->slots);
  struct gen_pool *pools[] = {&g->lacks, &g->forms, &g->programs, &g->residuals, &g->operations, &g->obligations};
  for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) gen_pool_free(pools[i]);
  free(g->constants.bytes);
  free(g->immediates.bytes);
  free(g->types.bytes);
  free(g->places.bytes);
  free(g->key.bytes);
  free(g->code.bytes);
  free(g->condition.bytes);
  free(g->value_ends.bytes);
  free(g->runs.bytes);
  free(g->list_types.bytes);
  arena_free(&g->scratch);
  arena_free(&g->left);
}
