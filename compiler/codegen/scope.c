/* scope.c: which rules can match, for each agent and each head (operation, release, delegation, infer).
 *
 * A list of rules is a path in a tree that grows from the root: a node is a list's last rule and the node of the
 * rest. Rules are added in ascending order, so equal lists are the same node, and are stored once. */
#include <stdlib.h>
#include <string.h>
#include "codegen/generator.h"

/* rest: node number, or NONE32; stored: index in LISTS or NONE32 */
struct path { uint32_t rest, rule, length, stored; };

struct scope {
  struct generator *g;
  uint32_t width, *cells;
  struct gen_buffer nodes;
};

static struct path *node_at(const struct scope *s, uint32_t number) {
  return (struct path *)(void *)s->nodes.bytes + number;
}

struct node_key { const struct scope *scope; uint32_t rest, rule; };

static bool same_node(const struct generator *g, uint32_t number, const void *key, size_t size) {
  const struct node_key *wanted = key;
  const struct path *node = node_at(wanted->scope, number);
  (void)g; (void)size;
  return node->rest == wanted->rest && node->rule == wanted->rule;
}

static void add(struct scope *s, uint32_t agent, uint32_t head, uint32_t rule) {
  struct generator *g = s->g;
  uint32_t *cell = &s->cells[(size_t)agent * s->width + head];
  if (*cell != NONE32 && node_at(s, *cell)->rule == rule) return;
  struct node_key key = {s, *cell, rule};
  uint32_t pair[2] = {*cell, rule}, hash = gen_hash(pair, sizeof pair, 0);
  uint32_t number = gen_find(g, &g->lists, hash, same_node, &key, 0);
  if (number == NONE32) {
    struct path node = {*cell, rule, *cell == NONE32 ? 1 : node_at(s, *cell)->length + 1, NONE32};
    number = (uint32_t)(s->nodes.size / sizeof node);
    if (!gen_buffer_add(g, &s->nodes, &node, sizeof node)) return;
    gen_remember(g, &g->lists, hash, number);
  }
  *cell = number;
}

static void add_rule(struct scope *s, const struct rule *rule, uint32_t index) {
  uint32_t operations = s->g->program->operations_count;
  for (unsigned a = 0; a < rule->agent_count; a++) {
    uint32_t agent = rule->agents[a]->id;
    switch (rule->event) {
      case EVENT_CALL:
        for (unsigned i = 0; i < rule->operation_count; i++) add(s, agent, rule->operations[i]->id, index);
        break;
      case EVENT_RELEASE:
        for (unsigned to = 0; to < RELEASE_COUNT; to++)
          if (rule->release_mask >> to & 1) add(s, agent, operations + to, index);
        break;
      case EVENT_DELEGATE:
        for (unsigned i = 0; i < rule->target_count; i++)
          add(s, agent, operations + RELEASE_COUNT + rule->targets[i]->id, index);
        break;
      default: add(s, agent, s->width - 1, index);
    }
  }
}

/* u32 count, then the rules, ascending: the path is walked from its end. */
static uint32_t store(struct scope *s, uint32_t number) {
  struct generator *g = s->g;
  struct path *node = node_at(s, number);
  if (node->stored != NONE32) return node->stored;
  uint32_t length = node->length, *list = malloc((length + 1) * sizeof *list);
  if (!list) { g->out_of_memory = true; return NONE32; }
  list[0] = length;
  for (uint32_t i = length, at = number; i; i--, at = node_at(s, at)->rest) list[i] = node_at(s, at)->rule;
  node->stored = gen_append(g, SECTION_LISTS, list, length + 1);
  free(list);
  return node->stored;
}

void gen_scope(struct generator *g) {
  const struct program *p = g->program;
  struct scope s = {.g = g, .width = p->operations_count + RELEASE_COUNT + p->agents_count + 1};
  size_t cells = (size_t)p->agents_count * s.width;
  s.cells = malloc((cells ? cells : 1) * sizeof *s.cells);
  if (!s.cells) { g->out_of_memory = true; return; }
  for (size_t i = 0; i < cells; i++) s.cells[i] = NONE32;
  for (unsigned i = 0; i < p->rules_count && !g->out_of_memory; i++) add_rule(&s, p->rules[i], i);
  for (size_t i = 0; i < cells && !g->out_of_memory; i++)
    if (s.cells[i] != NONE32) s.cells[i] = store(&s, s.cells[i]);
  if (cells > UINT32_MAX) gen_too_large(g);
  else if (!g->out_of_memory) gen_append(g, SECTION_SCOPE, s.cells, (uint32_t)cells);
  free(s.cells);
  free(s.nodes.bytes);
}
