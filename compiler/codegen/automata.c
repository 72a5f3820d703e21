/* automata.c: sections PATTERNS and ZONES: patterns as automata, zones as changes of their offset. */
#include <string.h>
#include "codegen/generator.h"
#include "support/zones.h"

static void pattern(struct generator *g, const struct pattern *p) {
  const struct pattern_automaton *a = &p->automaton;
  struct image_pattern record = {.states = a->states, .start = a->start, .min_length = a->min_length};
  record.accept = gen_append(g, SECTION_BYTES, a->accept, a->states);
  record.classes = gen_append(g, SECTION_BYTES, a->classes, sizeof a->classes);
  record.table = gen_append(g, SECTION_DFA, a->next, a->states * a->class_count);
  gen_append(g, SECTION_PATTERNS, &record, 1);
}

void gen_patterns(struct generator *g) {
  for (unsigned i = 0; i < g->program->patterns_count && !g->out_of_memory; i++) pattern(g, g->program->patterns[i]);
}

static void zone(struct generator *g, const struct zone *z) {
  struct zone_data data;
  struct span nowhere = {NO_SOURCE, 0, 0};
  const char *error = rbc_zone_read(&g->scratch, z->name, &data);
  if (g->scratch.failed) { g->out_of_memory = true; return; }
  if (error) { gen_internal_error(g, nowhere, error); return; }          /* the checker has tried */
  struct image_zone record = {gen_string(g, z->name), data.offset, 0, data.count};
  if (data.count) record.first = gen_count(g, SECTION_ZONE_CHANGES);
  for (uint32_t i = 0; i < data.count; i++) {
    struct image_zone_change change = {data.changes[i].at, data.changes[i].offset, 0};
    gen_append(g, SECTION_ZONE_CHANGES, &change, 1);
  }
  gen_append(g, SECTION_ZONES, &record, 1);
}

void gen_zones(struct generator *g) {
  for (unsigned i = 0; i < g->program->zones_count && !g->out_of_memory; i++) zone(g, g->program->zones[i]);
}
