/* scope_tree.h: a cell for each class of agents and each of heads, in trees as those of SCOPE (image.h), which have in common what is equal: rules
 * say much of few cells and the same of many, and what is done to cells that are one is done once. */
#ifndef RBC_SCOPE_TREE_H
#define RBC_SCOPE_TREE_H
#include "codegen/generator.h"

struct scope_tree {
  struct generator *g;
  struct gen_buffer branches, visits;
  uint32_t trunk, *roots, agents, stamp;    /* trunk: everybody's root, until they part; roots: by class of agents */
  unsigned shift;                           /* of the bits of a class of heads that roots go by */
};

/* A member of either side, by which lists of them are sorted: agents by group, heads by class. */
static inline uint64_t tree_key(uint32_t first, uint32_t second) { return (uint64_t)first << 32 | second; }
void tree_sort(uint64_t *keys, uint32_t count);

/* What is done to a cell that these agents and heads of this group have. */
typedef void tree_change(void *user, uint32_t group, uint32_t *cell);

/* All cells are NONE32. Out of memory is remembered in g. */
void tree_open(struct scope_tree *tree, struct generator *g, uint32_t agents, uint32_t heads);
/* Of all agents, before they part; their number does not matter. */
void tree_apply_all(struct scope_tree *tree, const uint64_t *heads, uint32_t head_count, tree_change *change, void *user);
void tree_part(struct scope_tree *tree);
/* After that. */
/* agents: classes in the lower half of their keys. heads: sorted keys of class and group. */
void tree_apply(struct scope_tree *tree, const uint64_t *agents, uint32_t agent_count, const uint64_t *heads, uint32_t head_count, tree_change *change, void *user);
/* Appends section SCOPE. list_of: what stands for a cell there. */
void tree_store(struct scope_tree *tree, uint32_t (*list_of)(void *user, uint32_t cell), void *user);
void tree_close(struct scope_tree *tree);
#endif
