/* declare.c: the first half of the checker in its order; labels, proofs, groups, detectors. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"

#define SORT(PROGRAM, NAME, COMPARE)                                                                                   \
  do {                                                                                                                 \
    if ((PROGRAM)->NAME##_count) qsort((PROGRAM)->NAME, (PROGRAM)->NAME##_count, sizeof *(PROGRAM)->NAME, COMPARE);    \
  } while (0)

static int by_label(const void *a, const void *b) {
  return strcmp((*(const struct label *const *)a)->full, (*(const struct label *const *)b)->full);
}
static int by_proof(const void *a, const void *b) {
  return strcmp((*(const struct proof *const *)a)->full, (*(const struct proof *const *)b)->full);
}
static int by_group(const void *a, const void *b) {
  return strcmp((*(const struct group *const *)a)->full, (*(const struct group *const *)b)->full);
}
static int by_detector(const void *a, const void *b) {
  return strcmp((*(const struct detector *const *)a)->full, (*(const struct detector *const *)b)->full);
}

static bool add_requester_group(struct checker *c) {
  struct group *group = arena_alloc(c->arena, sizeof *group);
  struct symbol *symbol = arena_alloc(c->arena, sizeof *symbol);
  if (!group || !symbol || !PROGRAM_APPEND(c, groups, group)) return false;
  *group = (struct group){ "requester", "requester", "the person of the session", rbc_nowhere() };
  *symbol = (struct symbol){
    .kind = SYM_GROUP, .name = "requester", .full = "requester", .span = group->span, .ptr = group, .used = true
  };
  return rbc_enter(c, symbol);
}

/* Of a proof, a table or a tree: how long it may be believed; 0: no end. */
static int64_t lasting(struct checker *c, const struct symbol *s, const struct node *node) {
  int64_t lasts = 0;
  uint32_t n;
  if (!node) return 0;
  const char *text = node_text(s->scope->source, node, &n);
  if (!rbc_parse_duration(text, n, &lasts) || lasts <= 0)
    rbc_diag(c->diags, E0220, rbc_span(s->scope, node),
             "this is no length of time: seconds, minutes, hours, days or weeks");
  return lasts;
}

static void fill_detector(struct checker *c, const struct symbol *s) {
  struct detector *detector = s->ptr;
  detector->name = s->name;
  detector->full = s->full;
  detector->span = s->span;
  const struct node *patterns = s->node->kid[2];
  for (uint32_t i = 0; i < KIDS(patterns); i++) {
    struct pattern *pattern = arena_alloc(c->arena, sizeof *pattern);
    if (!pattern) return;
    pattern->text = rbc_string(c, s->scope, patterns->kid[i]);
    pattern->span = rbc_span(s->scope, patterns->kid[i]);
    pattern->id = c->program->patterns_count;
    if (!PROGRAM_APPEND(c, patterns, pattern)) return;
    rbc_append(c->arena, (void ***)(void *)&detector->patterns, &detector->pattern_count, pattern);
  }
}

static void fill_vocabulary(struct checker *c, const struct symbol *s) {
  const char *doc = s->node && s->node->count > 1 && s->node->kid[1] && s->node->kid[1]->kind == NODE_STRING
                  ? rbc_string(c, s->scope, s->node->kid[1]) : NULL;
  switch (s->kind) {
    case SYM_LABEL: *(struct label *)s->ptr = (struct label){ s->name, s->full, doc, s->span }; break;
    case SYM_PROOF:
      *(struct proof *)s->ptr = (struct proof){ s->name, s->full, doc, lasting(c, s, s->node->kid[2]), s->span };
      break;
    case SYM_GROUP: *(struct group *)s->ptr = (struct group){ s->name, s->full, doc, s->span }; break;
    case SYM_TABLE: ((struct table *)s->ptr)->lasts = lasting(c, s, s->node->kid[4]); break;
    case SYM_TREE: lasting(c, s, s->node->kid[4]); break;
    case SYM_DETECTOR: fill_detector(c, s); break;
    default: break;
  }
}

static void check_count(struct checker *c, unsigned count, unsigned most, struct span span, const char *what) {
  if (count > most) rbc_diag(c->diags, E0306, span, "the workspace declares %u %s; %u is the most", count, what, most);
}

void rbc_declare_vocabulary(struct checker *c) {
  struct program *p = c->program;
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) if (s->ptr) fill_vocabulary(c, s);
  SORT(p, labels, by_label);
  SORT(p, proofs, by_proof);
  SORT(p, detectors, by_detector);
  if (p->groups_count > 1) qsort(p->groups + 1, p->groups_count - 1, sizeof *p->groups, by_group);
  for (unsigned i = 0; i < p->detectors_count; i++) p->detectors[i]->id = i;
  if (p->labels_count > IMAGE_MAX_LABELS)
    check_count(c, p->labels_count, IMAGE_MAX_LABELS, p->labels[IMAGE_MAX_LABELS]->span, "labels");
  if (p->proofs_count > IMAGE_MAX_PROOFS)
    check_count(c, p->proofs_count, IMAGE_MAX_PROOFS, p->proofs[IMAGE_MAX_PROOFS]->span, "proofs");
}

unsigned rbc_region_number(const struct checker *c, const struct region *region) {
  for (unsigned i = 0; i < c->program->regions_count; i++) if (c->program->regions[i] == region) return i;
  return NONE32;
}

static int by_package(const void *a, const void *b) {
  return strcmp((*(const struct package *const *)a)->name, (*(const struct package *const *)b)->name);
}

static void sort_packages(struct checker *c) { SORT(c->program, packages, by_package); }

/* Each step counts on what those before it have made: none is begun once memory ran out. */
static void (*const steps[])(struct checker *) = {
  rbc_load_imports, sort_packages, rbc_register_all, rbc_resolve_imports, rbc_declare_vocabulary, rbc_declare_connectors,
  rbc_resolve_grants, rbc_declare_records, rbc_declare_operations, rbc_number_words, rbc_declare_defaults, rbc_declare_tables,
  rbc_declare_trees, rbc_declare_models, rbc_declare_agents, rbc_prepare_lists,
};

bool rbc_declare(struct checker *c) {
  c->own = arena_alloc(c->arena, sizeof *c->own);
  c->symbols = rbc_symbol_index(c->arena);
  if (!c->own || !c->symbols || !(c->own->grammar = rbc_grammar(c->arena))) return false;
  if (!rbc_types_start(c) || !add_requester_group(c) || !rbc_load_stdlib(c)) return false;
  c->program->zone = rbc_zone(c, "UTC", rbc_nowhere());
  c->program->built = c->options->date ? c->options->date : "";
  if (!rbc_find_workspace(c)) return false;
  for (size_t i = 0; i < sizeof steps / sizeof *steps && !c->arena->failed; i++) steps[i](c);
  c->items_ready = !c->arena->failed;
  return c->diags->errors == 0 && !c->arena->failed;
}
