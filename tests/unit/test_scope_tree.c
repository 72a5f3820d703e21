/* test_scope_tree.c: trees of agents and heads against a plain table of cells, by random changes of random parts. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/scope_tree.h"
#include "draw.h"
#include "run.h"

enum { MOST_AGENTS = 40, MOST_HEADS = 700, CHANGES = 60, GROUPS = 3 };
static uint32_t cells[MOST_AGENTS][MOST_HEADS];
/* What a change makes of what was there. */
static uint32_t after(uint32_t before, uint32_t by) { return (before ^ (by + 1) * UINT32_C(0x9e3779b1)) * UINT32_C(0x85ebca6b) >> 1; }

struct one_change { uint32_t number; unsigned calls; };
static void change_cell(void *user, uint32_t group, uint32_t *cell) {
  struct one_change *change = user;
  change->calls++;
  *cell = after(*cell, change->number * GROUPS + group);
}

static uint32_t as_it_is(void *user, uint32_t cell) { (void)user; return cell; }

static uint32_t everybody(uint32_t *of, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) of[i] = i;
  return count;
}

/* Each member with this chance in a hundred, and all with a chance of one in five. */
static uint32_t choose(uint32_t *of, uint32_t count) {
  const uint32_t chance = draw(5) ? draw(40) : 100;
  uint32_t chosen = 0;
  for (uint32_t i = 0; i < count; i++)
    if (draw(100) < chance) of[chosen++] = i;
  if (!chosen) of[chosen++] = draw(count);
  return chosen;
}

/* for_all: of all agents, who have not parted yet. */
static void change_some(struct scope_tree *tree, uint32_t agents, uint32_t heads, uint32_t number, bool for_all) {
  uint32_t chosen[MOST_AGENTS], of[MOST_HEADS], agent_count = (for_all ? everybody : choose)(chosen, agents), head_count = choose(of, heads);
  uint64_t agent_keys[MOST_AGENTS], head_keys[MOST_HEADS];
  struct one_change change = {number, 0};
  for (uint32_t i = 0; i < agent_count; i++) agent_keys[i] = tree_key(7, chosen[i]);
  for (uint32_t i = 0; i < head_count; i++) head_keys[i] = tree_key(of[i], draw(GROUPS));
  for (uint32_t a = 0; a < agent_count; a++)
    for (uint32_t h = 0; h < head_count; h++) cells[chosen[a]][of[h]] = after(cells[chosen[a]][of[h]], number * GROUPS + (uint32_t)head_keys[h]);
  for (uint32_t i = head_count; i > 1; i--) {      /* in any order */
    const uint32_t other = draw(i);
    const uint64_t kept = head_keys[i - 1];
    head_keys[i - 1] = head_keys[other];
    head_keys[other] = kept;
  }
  tree_sort(head_keys, head_count);
  if (for_all) tree_apply_all(tree, head_keys, head_count, change_cell, &change);
  else tree_apply(tree, agent_keys, agent_count, head_keys, head_count, change_cell, &change);
  ck_assert_uint_le(change.calls, (for_all ? 1 : agent_count) * head_count);
}

static uint32_t stored(const struct generator *g, uint32_t agents, uint32_t agent, unsigned shift, uint32_t head) {
  const uint32_t *nodes = (const void *)g->sections[SECTION_SCOPE].bytes;
  uint32_t node = gen_count(g, SECTION_SCOPE) / SCOPE_FAN - agents + agent;
  for (; shift; shift -= SCOPE_BITS) node = nodes[node * SCOPE_FAN + (head >> shift) % SCOPE_FAN];
  return nodes[node * SCOPE_FAN + head % SCOPE_FAN];
}

START_TEST(as_a_table) {
  static const uint32_t sizes[][2] = {{1, 1}, {1, 700}, {40, 1}, {3, 16}, {7, 17}, {40, 256}, {11, 257}, {40, 700}};
  for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    const uint32_t agents = sizes[k][0], heads = sizes[k][1];
    struct generator g = {0};
    struct scope_tree tree;
    draw_state = UINT64_C(88172645463325252) + (uint64_t)_i * 100 + k;
    const uint32_t together = draw(2) ? draw(CHANGES) : 0;
    memset(cells, 0xff, sizeof cells);
    tree_open(&tree, &g, agents, heads);
    ck_assert_uint_eq(tree.shift, heads <= 16 ? 0u : heads <= 256 ? 4u : 8u);
    for (uint32_t i = 0; i < CHANGES; i++) {
      if (i == together) tree_part(&tree);
      change_some(&tree, agents, heads, i, i < together);
    }
    tree_store(&tree, as_it_is, NULL);
    ck_assert(!g.out_of_memory && !g.failed);
    for (uint32_t a = 0; a < agents; a++)
      for (uint32_t h = 0; h < heads; h++) ck_assert_msg(stored(&g, agents, a, tree.shift, h) == cells[a][h], "seed %d, %u by %u: %u, %u", _i, agents, heads, a, h);
    tree_close(&tree);
    gen_free(&g);
  }
}
END_TEST

/* Agents by operations, each agent with one of its own: nodes for what differs, whatever the number of cells; a change of all that all have is
 * made once for each tree, not once for each cell. */
START_TEST(grows_with_what_differs) {
  enum { MANY = 4096 };
  static uint64_t agents[MANY], heads[MANY];
  struct generator g = {0};
  struct scope_tree tree;
  struct one_change change = {1, 0};
  tree_open(&tree, &g, MANY, MANY);
  tree_part(&tree);
  for (uint32_t i = 0; i < MANY; i++) {
    agents[i] = tree_key(0, i);
    heads[i] = tree_key(i, 0);
  }
  for (uint32_t i = 0; i < MANY; i++) tree_apply(&tree, &agents[i], 1, &heads[i], 1, change_cell, &change);
  ck_assert_uint_eq(change.calls, MANY);
  change = (struct one_change){2, 0};
  tree_apply(&tree, agents, MANY, heads, MANY, change_cell, &change);
  ck_assert_uint_le(change.calls, (1 + SCOPE_FAN) * MANY);
  tree_store(&tree, as_it_is, NULL);
  ck_assert(!g.out_of_memory && !g.failed);
  ck_assert_uint_le(gen_count(&g, SECTION_SCOPE) / SCOPE_FAN, 3 * MANY + 3);
  tree_close(&tree);
  gen_free(&g);
}
END_TEST

static uint32_t first_list(void *user, uint32_t cell) { (void)user; (void)cell; return 0; }

/* A leaf of which everything leads to list 0, and a node of which everything leads to node 0. */
START_TEST(lists_are_not_nodes) {
  enum { HEADS = 512 };
  uint64_t heads[HEADS];
  struct generator g = {0};
  struct scope_tree tree;
  struct one_change change = {1, 0};
  for (uint32_t i = 0; i < HEADS; i++) heads[i] = tree_key(i, 0);
  tree_open(&tree, &g, 1, HEADS);
  tree_part(&tree);
  tree_apply(&tree, &(uint64_t){0}, 1, heads, HEADS, change_cell, &change);
  tree_store(&tree, first_list, NULL);
  const uint32_t *nodes = (const void *)g.sections[SECTION_SCOPE].bytes;
  ck_assert_uint_eq(gen_count(&g, SECTION_SCOPE), 5 * SCOPE_FAN);
  for (unsigned i = 0; i < SCOPE_FAN; i++) {
    ck_assert_uint_eq(nodes[0 * SCOPE_FAN + i], 0);                   /* a leaf: list 0 */
    ck_assert_uint_eq(nodes[1 * SCOPE_FAN + i], NONE32);              /* one without lists */
    ck_assert_uint_eq(nodes[2 * SCOPE_FAN + i], 0);                   /* leads to the first leaf */
    ck_assert_uint_eq(nodes[3 * SCOPE_FAN + i], 1);                   /* to the second */
    ck_assert_uint_eq(nodes[4 * SCOPE_FAN + i], i < HEADS / 256 ? 2 : 3);       /* the root */
  }
  tree_close(&tree);
  gen_free(&g);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scope_tree");
  TCase *t = tcase_create("scope_tree");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, as_a_table, 0, 5);
  tcase_add_test(t, lists_are_not_nodes);
  tcase_add_test(t, grows_with_what_differs);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
