/* scope.c: which rules can match, for each agent and each head (operation, release, delegation, infer), and with which program.
 *
 * Agents that no rule tells apart are one class, and heads likewise: a rule is placed for its agents and for its heads, not for each of one
 * with each of the other. A rule that reads facts of them is asked for each group of equal facts (residual.c).
 *
 * A list of rules is a path in a tree that grows from the root: a node is a list's last entry and the node of the
 * rest. All rules are added in one order, those for everybody first, so equal lists are the same node, and are stored once. */
#include <stdlib.h>
#include <string.h>
#include "codegen/classes.h"
#include "codegen/generator.h"
#include "codegen/scope_tree.h"
#include "sema/fold.h"
#include "support/names.h"

enum { MOST_CELLS = 1 << 14 };              /* residuals tried of one rule; beyond, agents are not told apart by their facts */

/* rest: node number, or NONE32; stored: index in LISTS or NONE32 */
struct path { uint32_t rest, entry, length, stored; };

/* A rule's agents by rows, its heads by columns; 0 is where it is in no list. By group of equal facts. */
struct place { uint64_t agent_facts, head_facts; uint32_t rows, columns; uint32_t *row_of, *column_of, *entries; };

/* The members of a rule on one side, and what tells them apart. whole: all there are, and they are not listed. */
struct side { uint32_t *members, *group, *stamps, stamp, count, groups; uint32_t *first; bool whole; };

struct scope {
  struct generator *g;
  uint32_t width;
  struct numbers numbers;
  struct side agents, heads;
  struct partition agent_classes, head_classes;
  struct place **places;                    /* by rule; NULL: all of its agents with all of its heads */
  const struct rule *last;                  /* whose agents and heads are at hand, all of them */
  uint32_t *fact_numbers[CTX_COUNT];        /* by agent or head: equal where the fact is; made when first needed */
  uint64_t *agent_keys, *head_keys;         /* of those at hand, for the tree */
  struct scope_tree tree;                   /* its cells: node numbers */
  struct gen_buffer nodes;
};

/* ---- a rule's agents and heads ---- */
static bool side_open(struct side *side, uint32_t members) {
  size_t room = (size_t)members + 1;
  *side = (struct side){.members = calloc(room, sizeof *side->members), .group = calloc(room, sizeof *side->group),
                        .stamps = calloc(room, sizeof *side->stamps), .first = calloc(room, sizeof *side->first)};
  return side->members && side->group && side->stamps && side->first;
}

static void side_close(struct side *side) {
  free(side->members);
  free(side->group);
  free(side->stamps);
  free(side->first);
}

static void side_add(struct side *side, uint32_t member) {
  if (side->stamps[member] == side->stamp) return;
  side->stamps[member] = side->stamp;
  side->members[side->count++] = member;
}

static void side_clear(struct side *side) {
  side->stamp++;                            /* as many as there are rules, twice */
  side->count = 0;
  side->whole = false;
}

/* For everybody alike. told: agents are told apart by facts. */
static bool for_everybody(const struct scope *s, const struct rule *rule, bool told) {
  return !told && rule->agent_count && rule->agent_count == s->g->program->agents_count;
}

static void gather_agents(struct scope *s, const struct rule *rule, bool told) {
  side_clear(&s->agents);
  s->agents.whole = for_everybody(s, rule, told);
  for (unsigned i = 0; i < rule->agent_count && !s->agents.whole; i++) side_add(&s->agents, rule->agents[i]->id);
}

static void gather_heads(struct scope *s, const struct rule *rule) {
  uint32_t operations = s->g->program->operations_count;
  side_clear(&s->heads);
  switch (rule->event) {
    case EVENT_CALL:
      for (unsigned i = 0; i < rule->operation_count; i++) side_add(&s->heads, rule->operations[i]->id);
      break;
    case EVENT_RELEASE:
      for (unsigned to = 0; to < RELEASE_COUNT; to++)
        if (rule->release_mask >> to & 1) side_add(&s->heads, operations + to);
      break;
    case EVENT_DELEGATE:
      for (unsigned i = 0; i < rule->target_count; i++) side_add(&s->heads, operations + RELEASE_COUNT + rule->targets[i]->id);
      break;
    default: side_add(&s->heads, s->width - 1);
  }
}

/* Most rules share their lists with the one before. */
static bool as_the_last(const struct scope *s, const struct rule *rule) {
  const struct rule *last = s->last;
  return last && last->event == rule->event && last->agents == rule->agents && last->agent_count == rule->agent_count &&
         last->operations == rule->operations && last->operation_count == rule->operation_count && last->targets == rule->targets &&
         last->target_count == rule->target_count && last->release_mask == rule->release_mask;
}

/* ---- groups of equal facts ---- */
static void know(const struct scope *s, struct known *k, bool agent, uint32_t member) {
  if (agent) gen_know_agent(k, s->g->program->agents[member]);
  else gen_know_head(k, member);
}

/* Texts by where they stand in TEXTS: all of these stand there already. */
static const uint32_t *numbers_of_fact(struct scope *s, bool agent, unsigned fact) {
  struct generator *g = s->g;
  uint32_t count = agent ? g->program->agents_count : s->width;
  if (s->fact_numbers[fact]) return s->fact_numbers[fact];
  uint32_t *numbers = s->fact_numbers[fact] = arena_alloc(&g->scratch, (count + 1) * sizeof *numbers);
  for (uint32_t i = 0; numbers && i < count; i++) {
    struct known k = {.program = g->program};
    know(s, &k, agent, i);
    const struct constant *value = &k.facts[fact];
    numbers[i] = !k.given[fact] || value->missing ? 0 : value->text ? 1 + gen_text(g, value->text, value->length) : 1 + (uint32_t)value->scalar;
  }
  if (!numbers) g->out_of_memory = true;
  return numbers;
}

static void group(struct scope *s, bool agent, uint64_t facts) {
  struct side *side = agent ? &s->agents : &s->heads;
  if (side->whole) { side->groups = 1; side->group[0] = 0; side->first[0] = 0; return; }
  memset(side->group, 0, side->count * sizeof *side->group);
  for (unsigned fact = 0; fact < CTX_COUNT && !s->g->out_of_memory; fact++) {
    const uint32_t *numbers = facts >> fact & 1 ? numbers_of_fact(s, agent, fact) : NULL;
    if (!numbers) continue;
    numbers_round(&s->numbers);
    for (uint32_t i = 0; i < side->count; i++) side->group[i] = numbers_of(&s->numbers, side->group[i], numbers[side->members[i]]);
  }
  side->groups = 0;
  for (uint32_t i = 0; i < side->count; i++)
    if (side->group[i] == side->groups) side->first[side->groups++] = side->members[i];
}

/* ---- where a rule stands ---- */
/* Lines of the table of entries that are equal become one; line 0 is the one without any. */
static uint32_t merge(struct scope *s, const uint32_t *entries, uint32_t lines, uint32_t line_step, uint32_t length, uint32_t step, uint32_t *line_of) {
  uint32_t kept = 0;
  for (uint32_t l = 0; l < lines; l++) line_of[l] = 0;
  for (uint32_t i = 0; i < length; i++) {
    numbers_round(&s->numbers);
    for (uint32_t l = 0; l < lines; l++) line_of[l] = numbers_of(&s->numbers, line_of[l], entries[l * line_step + i * step]);
  }
  uint32_t *number = s->agents.first;       /* not needed any more; has room for either side */
  for (uint32_t l = 0; l < lines; l++) number[l] = NONE32;
  for (uint32_t l = 0; l < lines; l++) {
    bool empty = true;
    for (uint32_t i = 0; i < length && empty; i++) empty = entries[l * line_step + i * step] == NONE32;
    uint32_t *to = &number[line_of[l]];
    if (*to == NONE32) *to = empty ? 0 : ++kept;
    line_of[l] = *to;
  }
  return kept + 1;
}

/* Asks for each group of agents with each of heads. */
static uint32_t *ask(struct scope *s, const struct rule *rule, const struct place *place) {
  struct generator *g = s->g;
  uint32_t rows = s->agents.groups, columns = s->heads.groups, *entries = arena_alloc(&g->scratch, ((size_t)rows * columns + 1) * sizeof *entries);
  if (!entries) { g->out_of_memory = true; return NULL; }
  for (uint32_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < columns && !g->out_of_memory; c++) {
      struct known k = {.program = g->program};
      if (place->agent_facts) gen_know_agent(&k, g->program->agents[s->agents.first[r]]);
      if (place->head_facts) gen_know_head(&k, s->heads.first[c]);
      entries[r * columns + c] = gen_residual(g, rule, &k);
    }
  return entries;
}

/* The table of entries with a line 0 on each side. */
static void place_groups(struct scope *s, const struct rule *rule, struct place *place) {
  struct generator *g = s->g;
  uint32_t rows = s->agents.groups, columns = s->heads.groups;
  uint32_t *entries = ask(s, rule, place), *row_of = arena_alloc(&g->scratch, (rows + 1) * sizeof *row_of);
  uint32_t *column_of = arena_alloc(&g->scratch, (columns + 1) * sizeof *column_of);
  if (!entries || !row_of || !column_of) { g->out_of_memory = true; return; }
  place->rows = merge(s, entries, rows, columns, columns, 1, row_of);
  place->columns = merge(s, entries, columns, 1, rows, columns, column_of);
  place->entries = arena_alloc(&g->scratch, (size_t)place->rows * place->columns * sizeof *entries);
  if (!place->entries) { g->out_of_memory = true; return; }
  for (uint32_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < columns; c++) place->entries[row_of[r] * place->columns + column_of[c]] = entries[r * columns + c];
  place->row_of = row_of;
  place->column_of = column_of;
}

static uint64_t bits(enum context_fact first, enum context_fact last) { return (UINT64_C(2) << last) - (UINT64_C(1) << first); }

static void find_groups(struct scope *s, const struct place *place) {
  group(s, true, place->agent_facts);
  group(s, false, place->head_facts);
}

static void label(struct scope *s, struct side *side, struct partition *classes, const uint32_t *line_of) {
  uint32_t count = 0;
  if (side->whole) return;                  /* nothing tells them apart */
  for (uint32_t i = 0; i < side->count; i++) {
    uint32_t line = line_of ? line_of[side->group[i]] : 1;
    if (!line) continue;
    side->members[count] = side->members[i];
    side->group[count++] = line;
  }
  side->count = count;
  partition_refine(classes, &s->numbers, side->members, side->group, count);
}

static struct place *place_by_facts(struct scope *s, const struct rule *rule, uint64_t agent_facts, uint64_t head_facts) {
  struct place *place = arena_alloc(&s->g->scratch, sizeof *place);
  if (!place) { s->g->out_of_memory = true; return NULL; }
  *place = (struct place){.agent_facts = agent_facts, .head_facts = head_facts};
  find_groups(s, place);
  if ((uint64_t)s->agents.groups * s->heads.groups > MOST_CELLS) {
    place->agent_facts = 0;
    find_groups(s, place);
  }
  place_groups(s, rule, place);
  return place;
}

static void place_rule(struct scope *s, const struct rule *rule) {
  uint64_t facts = s->g->plain || !rule->reads_facts ? 0 : gen_facts(rule);
  uint64_t agent_facts = facts & bits(CTX_AGENT_NAME, CTX_AGENT_PACKAGE);
  uint64_t head_facts = facts & (bits(CTX_OPERATION_NAME, CTX_CONNECTOR_RESIDENCY) | bits(CTX_DELEGATE_TO, CTX_RELEASE_TO));
  bool by_facts = (agent_facts | head_facts) != 0;
  if (!by_facts && as_the_last(s, rule)) return;          /* those are told apart already */
  gather_agents(s, rule, agent_facts);
  gather_heads(s, rule);
  s->last = by_facts ? NULL : rule;
  struct place *place = by_facts && rule->agent_count && s->heads.count ? place_by_facts(s, rule, agent_facts, head_facts) : NULL;
  if (s->g->out_of_memory) return;
  s->places[rule->id] = place;
  label(s, &s->agents, &s->agent_classes, place ? place->row_of : NULL);
  label(s, &s->heads, &s->head_classes, place ? place->column_of : NULL);
}

/* ---- lists ---- */
static struct path *node_at(const struct scope *s, uint32_t number) {
  return (struct path *)(void *)s->nodes.bytes + number;
}

struct node_key { const struct scope *scope; uint32_t rest, entry; };

static bool same_node(const struct generator *g, uint32_t number, const void *key, size_t size) {
  const struct node_key *wanted = key;
  const struct path *node = node_at(wanted->scope, number);
  (void)g; (void)size;
  return node->rest == wanted->rest && node->entry == wanted->entry;
}

static void add_entry(struct scope *s, uint32_t entry, bool shared, uint32_t *cell) {
  struct generator *g = s->g;
  struct node_key key = {s, *cell, entry};
  uint32_t pair[2] = {*cell, entry}, hash = hash_bytes(pair, sizeof pair, 0);
  uint32_t number = shared ? gen_find(g, &g->lists, hash, same_node, &key, 0) : NONE32;
  if (number == NONE32) {
    struct path node = {*cell, entry, *cell == NONE32 ? 1 : node_at(s, *cell)->length + 1, NONE32};
    number = (uint32_t)(s->nodes.size / sizeof node);
    if (!gen_buffer_add(g, &s->nodes, &node, sizeof node)) return;
    if (shared) gen_remember(g, &g->lists, hash, number);
  }
  *cell = number;
}

/* What is added to cells: rules from one to the next behind the last as they are, or of one rule what agents of a group have, by the heads' groups.
 * shared: another cell may have the same list, with the same entry now. */
struct addition { struct scope *scope; uint32_t rule, end; const uint32_t *entries; bool shared; };

static void add(void *user, uint32_t group, uint32_t *cell) {
  const struct addition *a = user;
  if (!a->entries)
    for (uint32_t rule = a->rule; rule < a->end; rule++) add_entry(a->scope, rule, a->shared, cell);
  else if (a->entries[group] != NONE32) add_entry(a->scope, a->entries[group], a->shared, cell);
}

/* One member of each class: the others stand where it does. */
static void classes_of(struct side *side, const struct partition *classes, const uint32_t *line_of) {
  uint32_t count = 0;
  side->stamp++;
  for (uint32_t i = 0; i < side->count; i++) {
    uint32_t class_of = classes->of[side->members[i]], line = line_of ? line_of[side->group[i]] : 1;
    if (!line || side->stamps[class_of] == side->stamp) continue;
    side->stamps[class_of] = side->stamp;
    side->members[count] = class_of;
    side->group[count++] = line;
  }
  side->count = count;
}

static void sort_keys(struct scope *s) {
  for (uint32_t i = 0; i < s->agents.count; i++) s->agent_keys[i] = tree_key(s->agents.group[i], s->agents.members[i]);
  for (uint32_t i = 0; i < s->heads.count; i++) s->head_keys[i] = tree_key(s->heads.members[i], s->heads.group[i]);
  tree_sort(s->agent_keys, s->agents.count);
  tree_sort(s->head_keys, s->heads.count);
}

/* For everybody, while nobody has rules of his own: with the heads' groups. */
static void add_for_all(struct scope *s, uint32_t first, uint32_t end, const struct place *place) {
  struct addition addition = {s, first, end, NULL, s->heads.count > 1};
  if (place) addition.entries = place->entries + place->row_of[0] * place->columns;
  tree_apply_all(&s->tree, s->head_keys, s->heads.count, add, &addition);
}

/* A rule by the facts of agents and heads, one group of agents after the other. */
static void add_by_facts(struct scope *s, const struct rule *rule, const struct place *place) {
  struct addition addition = {s, rule->id, rule->id + 1, NULL, s->agents.count > 1 || s->heads.count > 1};
  const uint64_t *from = s->agent_keys, *end = from + s->agents.count, *to;
  for (; from < end; from = to) {
    for (to = from + 1; to < end && *to >> 32 == *from >> 32; to++) { }
    addition.entries = place->entries + (*from >> 32) * place->columns;
    tree_apply(&s->tree, from, (uint32_t)(to - from), s->head_keys, s->heads.count, add, &addition);
  }
}

/* That rule, and those behind it that have the same agents and heads, if they are for all agents alike, or else are not. Gives the first that it leaves. */
static uint32_t add_rules(struct scope *s, uint32_t first, bool for_all) {
  const struct program *p = s->g->program;
  const struct place *place = s->places[first];
  uint32_t end = first + 1;
  const bool told = place && place->agent_facts;
  if (for_everybody(s, p->rules[first], told) != for_all) return end;
  gather_agents(s, p->rules[first], told);
  gather_heads(s, p->rules[first]);
  if (place) find_groups(s, place);
  classes_of(&s->agents, &s->agent_classes, place ? place->row_of : NULL);
  classes_of(&s->heads, &s->head_classes, place ? place->column_of : NULL);
  sort_keys(s);
  if (place && !for_all) { add_by_facts(s, p->rules[first], place); return end; }
  s->last = p->rules[first];
  while (!place && end < p->rules_count && !s->places[end] && as_the_last(s, p->rules[end])) end++;
  if (for_all) { add_for_all(s, first, end, place); return end; }
  struct addition addition = {s, first, end, NULL, s->agents.count > 1 || s->heads.count > 1};
  tree_apply(&s->tree, s->agent_keys, s->agents.count, s->head_keys, s->heads.count, add, &addition);
  return end;
}

static uint32_t rule_of(struct generator *g, uint32_t entry) {
  const uint32_t rules = g->program->rules_count;
  return entry < rules ? entry : ((const struct image_residual *)gen_record(g, SECTION_RESIDUALS, entry - rules))->rule;
}

/* Those for everybody come first, ascending by rule, and then the others. `room` for as many. */
static void merge_entries(struct generator *g, uint32_t *list, uint32_t count, uint32_t *room) {
  uint32_t middle = 1, a = 0, b, to = 0;
  while (middle < count && rule_of(g, list[middle - 1]) < rule_of(g, list[middle])) middle++;
  if (middle >= count) return;
  for (b = middle; a < middle || b < count;)
    room[to++] = b == count || (a < middle && rule_of(g, list[a]) < rule_of(g, list[b])) ? list[a++] : list[b++];
  memcpy(list, room, count * sizeof *list);
}

/* u32 count, then the entries, ascending by rule: the path is walked from its end. */
static uint32_t store(void *user, uint32_t number) {
  struct scope *s = user;
  struct generator *g = s->g;
  struct path *node = node_at(s, number);
  if (node->stored != NONE32) return node->stored;
  uint32_t length = node->length, *list = malloc((2 * (size_t)length + 1) * sizeof *list);
  if (!list) { g->out_of_memory = true; return NONE32; }
  list[0] = length;
  for (uint32_t i = length, at = number; i; i--, at = node_at(s, at)->rest) list[i] = node_at(s, at)->entry;
  merge_entries(g, list + 1, length, list + 1 + length);
  node->stored = gen_append(g, SECTION_LISTS, list, length + 1);
  free(list);
  return node->stored;
}

static void fill(struct scope *s) {
  struct generator *g = s->g;
  const struct program *p = g->program;
  tree_open(&s->tree, g, s->agent_classes.count, s->head_classes.count);
  s->agent_keys = arena_alloc(&g->scratch, s->agent_classes.count * sizeof *s->agent_keys);
  s->head_keys = arena_alloc(&g->scratch, s->head_classes.count * sizeof *s->head_keys);
  if (!s->agent_keys || !s->head_keys) g->out_of_memory = true;
  for (uint32_t i = 0; i < p->rules_count && !g->out_of_memory;) i = add_rules(s, i, true);
  tree_part(&s->tree);
  for (uint32_t i = 0; i < p->rules_count && !g->out_of_memory;) i = add_rules(s, i, false);
  if (g->out_of_memory) return;
  tree_store(&s->tree, store, s);
  gen_append(g, SECTION_AGENT_CLASS, s->agent_classes.of, s->agent_classes.members);
  gen_append(g, SECTION_HEAD_CLASS, s->head_classes.of, s->head_classes.members);
}

void gen_scope(struct generator *g) {
  const struct program *p = g->program;
  struct scope s = {.g = g, .width = p->operations_count + RELEASE_COUNT + p->agents_count + 1};
  bool made = numbers_open(&s.numbers, s.width) && side_open(&s.agents, s.width) && side_open(&s.heads, s.width) &&
              partition_open(&s.agent_classes, p->agents_count) && partition_open(&s.head_classes, s.width);
  s.places = arena_alloc(&g->scratch, (p->rules_count + 1) * sizeof *s.places);
  if (!made || !s.places) g->out_of_memory = true;
  for (unsigned i = 0; i < p->rules_count && !g->out_of_memory; i++) place_rule(&s, p->rules[i]);
  if (!g->out_of_memory) {
    partition_order(&s.agent_classes);
    partition_order(&s.head_classes);
    fill(&s);
  }
  numbers_close(&s.numbers);
  side_close(&s.agents);
  side_close(&s.heads);
  partition_close(&s.agent_classes);
  partition_close(&s.head_classes);
  tree_close(&s.tree);
  free(s.nodes.bytes);
}
