/* world.c: what the program declares, record for record: sources, labels, connectors, agents, tables, ... */
#include <stdlib.h>
#include <string.h>
#include "codegen/generator.h"

/* ---- sources: those that have a digest, and what else the text came from; sorted by path ---- */
struct named { const char *path, *digest; };

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct named *)a)->path, ((const struct named *)b)->path);
}

static void sources(struct generator *g) {
  const struct program *p = g->program;
  size_t count = 0, digests = p->digest_count;
  struct named *list = arena_alloc(&g->scratch, (digests + p->source_count) * sizeof *list);
  g->source_index = arena_alloc(&g->scratch, p->source_count * sizeof *g->source_index);
  if (!list || !g->source_index) { g->out_of_memory = true; return; }
  for (; count < digests; count++) list[count] = (struct named){p->digests[count].path, p->digests[count].digest};
  qsort(list, digests, sizeof *list, by_path);
  for (unsigned i = 0; i < p->source_count; i++) {
    struct named wanted = {p->sources[i]->path, NULL};
    if (!digests || !bsearch(&wanted, list, digests, sizeof *list, by_path)) list[count++] = wanted;
  }
  qsort(list, count, sizeof *list, by_path);
  for (size_t i = 0; i < count; i++) {
    struct image_source record = {gen_string(g, list[i].path), gen_string(g, list[i].digest)};
    gen_append(g, SECTION_SOURCES, &record, 1);
  }
  for (unsigned i = 0; i < p->source_count; i++) {
    struct named wanted = {p->sources[i]->path, NULL}, *found = bsearch(&wanted, list, count, sizeof *list, by_path);
    g->source_index[i] = found ? (uint32_t)(found - list) : 0;
  }
}

/* Its place in SOURCES, and the line, from 1. */
uint32_t gen_source(struct generator *g, struct span span, uint32_t *line) {
  const struct program *p = g->program;
  *line = 0;
  if (span.source >= p->source_count) return 0;
  const struct source *source = p->sources[span.source];
  const uint32_t *lines = source->lines, count = source->line_count;
  uint32_t low = g->line_source == span.source && lines[g->line] <= span.start ? g->line : 0, step = 1;
  while (step < count - low && lines[low + step] <= span.start) { low += step; step *= 2; }
  for (uint32_t high = step < count - low ? low + step : count; high - low > 1;) {
    uint32_t middle = low + (high - low) / 2;
    if (lines[middle] <= span.start) low = middle;
    else high = middle;
  }
  g->line_source = span.source;
  g->line = low;
  *line = low + 1;
  return g->source_index[span.source];
}

/* ---- the small ones ---- */
static void vocabulary(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->symbol_count; i++) {
    struct image_symbol record = {gen_string(g, p->symbols[i])};
    gen_append(g, SECTION_SYMBOLS, &record, 1);
  }
  for (unsigned i = 0; i < p->regions_count; i++) {
    struct image_region record = {gen_string(g, p->regions[i]->name), p->regions[i]->parent, p->regions[i]->end};
    gen_append(g, SECTION_REGIONS, &record, 1);
  }
  for (unsigned i = 0; i < p->labels_count; i++) {
    struct image_label record = {gen_string(g, p->labels[i]->full), gen_string(g, p->labels[i]->doc)};
    gen_append(g, SECTION_LABELS, &record, 1);
  }
  for (unsigned i = 0; i < p->proofs_count; i++) {
    const struct proof *proof = p->proofs[i];
    struct image_proof record = {gen_string(g, proof->full), gen_string(g, proof->doc), proof->lasts};
    gen_append(g, SECTION_PROOFS, &record, 1);
  }
  for (unsigned i = 0; i < p->groups_count; i++) {
    struct image_group record = {gen_string(g, p->groups[i]->full), gen_string(g, p->groups[i]->doc)};
    gen_append(g, SECTION_GROUPS, &record, 1);
  }
}

uint32_t gen_groups(struct generator *g, const struct group *const *groups, uint32_t count) {
  const struct program *p = g->program;
  uint32_t *ids = count ? arena_alloc(&g->scratch, count * sizeof *ids) : NULL;
  if (count && !ids) g->out_of_memory = true;
  if (!ids) return 0;
  for (uint32_t i = 0; i < count; i++) {
    unsigned id = 0;
    while (id < p->groups_count && p->groups[id] != groups[i]) id++;
    if (id == p->groups_count) gen_internal_error(g, groups[i]->span, "a group that the program does not list");
    ids[i] = id;
  }
  return gen_indexes(g, ids, count);
}

/* ---- connectors, entities, operations ---- */
static void connectors(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->connectors_count; i++) {
    const struct connector *c = p->connectors[i];
    struct image_connector record = {gen_string(g, c->name), gen_string(g, c->kind), c->residency,
                                     gen_string(g, c->failure), c->slots, gen_string(g, c->base)};
    gen_append(g, SECTION_CONNECTORS, &record, 1);
  }
  for (unsigned i = 0; i < p->entities_count; i++) {
    const struct entity *e = p->entities[i];
    struct image_entity record = {.name = gen_string(g, e->name), .type = gen_type(g, e->type), .keys = e->keys,
                                  .connector = e->connector->id};
    for (unsigned k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++) record.key_field[k] = k < e->keys ? e->key_field[k] : 0;
    gen_append(g, SECTION_ENTITIES, &record, 1);
  }
}

static uint32_t default_value(struct generator *g, const struct param *param) {
  const struct constant *value = param->value;
  if (!value || value->missing) return NONE32;
  if (param->type->kind == TYPE_STRING) return gen_text(g, value->text, value->length);
  if (gen_is_scalar(param->type->kind)) return gen_const(g, gen_type(g, param->type), value->scalar);
  return gen_value(g, value);
}

static void parameters(struct generator *g, const struct operation *o, struct image_operation *record) {
  record->first_param = o->param_count ? gen_count(g, SECTION_PARAMS) : 0;
  record->params = o->param_count;
  for (unsigned i = 0; i < o->param_count; i++) {
    const struct param *p = &o->params[i];
    struct image_param param = {.name = gen_string(g, p->name), .slot = p->slot, .type = gen_type(g, p->type)};
    param.flags = (p->optional ? (uint32_t)PARAM_OPTIONAL : 0) | (p->paging ? (uint32_t)PARAM_PAGING : 0);
    param.default_const = default_value(g, p);
    gen_append(g, SECTION_PARAMS, &param, 1);
  }
}

static void effects(struct generator *g, const struct operation *o, struct image_operation *record) {
  record->first_fill = o->fill_count ? gen_count(g, SECTION_FILLS) : 0;
  record->fills = o->fill_count;
  for (unsigned i = 0; i < o->fill_count; i++) {
    struct image_fill fill = {o->fills[i].field, o->fills[i].slot};
    gen_append(g, SECTION_FILLS, &fill, 1);
  }
  record->first_change = o->change_count ? gen_count(g, SECTION_CHANGES) : 0;
  record->changes = o->change_count;
  for (unsigned i = 0; i < o->change_count; i++) {
    struct image_change change = {.entity = o->changes[i].entity->id};
    for (unsigned k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++)
      change.slot[k] = k < o->changes[i].entity->keys ? o->changes[i].slot[k] : NONE32;
    gen_append(g, SECTION_CHANGES, &change, 1);
  }
}

static void operations(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->operations_count; i++) {
    const struct operation *o = p->operations[i];
    struct image_operation record = {
      .name = gen_string(g, o->name), .connector = o->connector->id, .op_class = (uint8_t)o->op_class,
      .sends_outside = o->sends_outside, .result_type = o->result ? gen_type(g, o->result) : NONE32,
      .binds = o->binds ? o->binds->id : NONE32, .labels = o->labels, .proves = o->proves, .untrusted = o->untrusted,
      .method = gen_string(g, o->method), .path = gen_string(g, o->path),
    };
    parameters(g, o, &record);
    effects(g, o, &record);
    gen_append(g, SECTION_OPERATIONS, &record, 1);
  }
}

/* ---- teams, agents, detectors, pending ---- */
static void agents(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->teams_count; i++) {
    struct image_team record = {gen_string(g, p->teams[i]->name), gen_string(g, p->teams[i]->owner)};
    gen_append(g, SECTION_TEAMS, &record, 1);
  }
  for (unsigned i = 0; i < p->agents_count; i++) {
    const struct agent *a = p->agents[i];
    uint32_t *accepts = arena_alloc(&g->scratch, a->accept_count * sizeof *accepts);
    if (!accepts) { g->out_of_memory = true; return; }
    for (unsigned k = 0; k < a->accept_count; k++) accepts[k] = a->accepts[k]->id;
    struct image_agent record = {
      .name = gen_string(g, a->name), .owner = gen_string(g, a->owner), .purpose = gen_string(g, a->purpose),
      .package = gen_string(g, a->package ? a->package->name : NULL), .team = a->team ? a->team->id : NONE32,
      .first_accept = gen_indexes(g, accepts, a->accept_count), .accepts = a->accept_count,
    };
    gen_append(g, SECTION_AGENTS, &record, 1);
  }
}

static void detectors(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->detectors_count; i++) {
    const struct detector *d = p->detectors[i];
    uint32_t *patterns = arena_alloc(&g->scratch, d->pattern_count * sizeof *patterns);
    if (!patterns) { g->out_of_memory = true; return; }
    for (unsigned k = 0; k < d->pattern_count; k++) patterns[k] = d->patterns[k]->id;
    struct image_detector record = {.name = gen_string(g, d->name), .count = d->pattern_count};
    record.first = gen_indexes(g, patterns, d->pattern_count);
    gen_append(g, SECTION_DETECTORS, &record, 1);
  }
}

/* ---- models: all that nothing replaces ---- */
static int by_model_name(const void *a, const void *b) { return strcmp((*(struct model *const *)a)->name, (*(struct model *const *)b)->name); }
static int by_price(const void *a, const void *b) {
  const struct price *x = *(struct price *const *)a, *y = *(struct price *const *)b;
  return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind) : (x->above > y->above) - (x->above < y->above);
}

static int by_task(const void *a, const void *b) {
  const struct quality *x = *(struct quality *const *)a, *y = *(struct quality *const *)b;
  return (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

static void qualities(struct generator *g, const struct model *m, struct image_model *record) {
  struct quality **sorted = arena_alloc(&g->scratch, (m->quality_count + 1) * sizeof *sorted);
  if (!sorted) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < m->quality_count; i++) sorted[i] = m->qualities[i];
  qsort(sorted, m->quality_count, sizeof *sorted, by_task);
  record->first_quality = m->quality_count ? gen_count(g, SECTION_QUALITIES) : 0;
  record->qualities = m->quality_count;
  for (unsigned i = 0; i < m->quality_count; i++) {
    struct image_quality quality = {.task = sorted[i]->symbol, .value = sorted[i]->value};
    gen_append(g, SECTION_QUALITIES, &quality, 1);
  }
}

static void processed_in(struct generator *g, const struct model *m, struct image_model *record) {
  const struct program *p = g->program;
  uint32_t *ids = arena_alloc(&g->scratch, (m->region_count + 1) * sizeof *ids);
  if (!ids) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < m->region_count; i++)
    for (ids[i] = 0; ids[i] < p->regions_count && p->regions[ids[i]] != m->regions[i];) ids[i]++;
  record->first_region = gen_indexes(g, ids, m->region_count);
  record->regions = m->region_count;
}

static void model(struct generator *g, const struct model *m) {
  struct image_model record = {
    .name = gen_string(g, m->name), .id = gen_string(g, m->id), .provider = gen_string(g, m->provider ? m->provider->name : NULL),
    .currency = m->price_count ? gen_type(g, m->prices[0]->currency) : NONE32, .prices = m->price_count, .abilities = m->abilities,
    .window = m->window == UNKNOWN ? 0 : m->window, .output = m->output == UNKNOWN ? 0 : m->output,
    .training = (uint8_t)(m->training + 1), .latency = m->latency == UNKNOWN ? 0 : m->latency,
    .retention = m->retention == UNKNOWN ? 0 : m->retention + 1,
  };
  struct price **sorted = arena_alloc(&g->scratch, (m->price_count + 1) * sizeof *sorted);
  if (!sorted) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < m->price_count; i++) sorted[i] = m->prices[i];
  qsort(sorted, m->price_count, sizeof *sorted, by_price);
  record.first_price = m->price_count ? gen_count(g, SECTION_PRICES) : 0;
  for (unsigned i = 0; i < m->price_count; i++) {
    struct image_price price = {.kind = sorted[i]->kind, .amount = sorted[i]->amount, .above = sorted[i]->above};
    gen_append(g, SECTION_PRICES, &price, 1);
  }
  qualities(g, m, &record);
  processed_in(g, m, &record);
  gen_append(g, SECTION_MODELS, &record, 1);
}

static void models(struct generator *g) {
  const struct program *p = g->program;
  struct model **list = arena_alloc(&g->scratch, (p->models_count + 1) * sizeof *list);
  unsigned count = 0;
  if (!list) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < p->models_count; i++)
    if (!p->models[i]->replaced) list[count++] = p->models[i];
  qsort(list, count, sizeof *list, by_model_name);
  for (unsigned i = 0; i < count && !g->out_of_memory; i++) model(g, list[i]);
}

static void pending(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->pending_count; i++) {
    const struct pending *declared = p->pending[i];
    struct image_pending record = {.kind = gen_string(g, declared->kind), .name = gen_string(g, declared->name)};
    record.source = gen_source(g, declared->span, &record.line);
    gen_append(g, SECTION_PENDING, &record, 1);
  }
}

void gen_world(struct generator *g) {
  sources(g);
  if (g->out_of_memory || g->failed) return;
  vocabulary(g);
  connectors(g);
  operations(g);
  agents(g);
  detectors(g);
  models(g);
  pending(g);
}

/* ---- tables and trees ---- */
void gen_tables(struct generator *g) {
  const struct program *p = g->program;
  for (unsigned i = 0; i < p->tables_count; i++) {
    const struct table *t = p->tables[i];
    struct image_table record = {.name = gen_string(g, t->name), .row_type = gen_type(g, t->row), .keys = t->keys,
                                 .total = t->total, .rows = t->row_count, .lasts = t->lasts,
                                 .digest = gen_string(g, t->digest)};
    for (unsigned k = 0; k < t->keys; k++) record.key_field[k] = t->key_field[k];
    record.value = gen_list_value(g, gen_list_type(g, gen_type(g, t->row)), t->row, t->rows, t->row_count);
    gen_append(g, SECTION_TABLES, &record, 1);
  }
  for (unsigned i = 0; i < p->trees_count; i++) {
    const struct tree *t = p->trees[i];
    struct image_tree record = {gen_string(g, t->name),
                                gen_list_value(g, gen_list_type(g, gen_pair_type(g)), NULL, t->rows, t->row_count)};
    gen_append(g, SECTION_TREES, &record, 1);
  }
}
