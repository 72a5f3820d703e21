/* scope_tree.c: see scope_tree.h. A branch is changed where it stands when all that lead to it want it changed, else a copy is. */
#include "codegen/scope_tree.h"
#include <stdlib.h>
#include <string.h>

/* references: entries of branches above, or roots, that lead here. stamp, seen: of the last look, its visit; number: in SCOPE. */
struct branch { uint32_t below[SCOPE_FAN], references, stamp, seen, number; };
/* wanted: references that want it changed; now: what they lead to afterwards */
struct visit { uint32_t branch, wanted, now; };

static struct branch *branch_at(const struct scope_tree *t, uint32_t number) { return (struct branch *)(void *)t->branches.bytes + number; }
static struct visit *visit_at(const struct scope_tree *t, uint32_t number) { return (struct visit *)(void *)t->visits.bytes + number; }
static uint32_t visit_count(const struct scope_tree *t) { return (uint32_t)(t->visits.size / sizeof(struct visit)); }

static int by_key(const void *a, const void *b) {
  const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
  return (first > second) - (first < second);
}

void tree_sort(uint64_t *keys, uint32_t count) {
  uint32_t sorted = 1;                      /* as most are */
  while (sorted < count && keys[sorted - 1] <= keys[sorted]) sorted++;
  if (sorted < count) qsort(keys, count, sizeof *keys, by_key);
}

static uint32_t add_branch(struct scope_tree *t, const struct branch *branch) {
  const size_t number = t->branches.size / sizeof *branch;
  if (number >= NONE32 / SCOPE_FAN) gen_too_large(t->g);
  return gen_buffer_add(t->g, &t->branches, branch, sizeof *branch) ? (uint32_t)number : 0;
}

void tree_open(struct scope_tree *t, struct generator *g, uint32_t agents, uint32_t heads) {
  struct branch empty = {.references = SCOPE_FAN};
  *t = (struct scope_tree){.g = g, .agents = agents, .shift = scope_shift(heads), .roots = arena_alloc(&g->scratch, agents * sizeof *t->roots)};
  if (!t->roots) { g->out_of_memory = true; return; }
  memset(empty.below, 0xff, sizeof empty.below);
  uint32_t branch = add_branch(t, &empty);
  for (unsigned shift = 0; shift < t->shift; shift += SCOPE_BITS) {
    for (unsigned i = 0; i < SCOPE_FAN; i++) empty.below[i] = branch;
    branch = add_branch(t, &empty);
  }
  if (g->out_of_memory) return;
  branch_at(t, branch)->references = agents;
  t->trunk = branch;
}

void tree_part(struct scope_tree *t) {
  for (uint32_t a = 0; a < t->agents && t->roots; a++) t->roots[a] = t->trunk;
}

void tree_close(struct scope_tree *t) {
  free(t->branches.bytes);
  free(t->visits.bytes);
}

/* ---- changes ---- */
/* One more that leads to this branch wants it changed. */
static bool want(struct scope_tree *t, uint32_t number) {
  struct branch *branch = branch_at(t, number);
  if (branch->stamp != t->stamp) {
    const struct visit visit = {number, 0, number};
    branch->stamp = t->stamp;
    branch->seen = visit_count(t);
    if (!gen_buffer_add(t->g, &t->visits, &visit, sizeof visit)) return false;
  }
  visit_at(t, branch->seen)->wanted++;
  return true;
}

static uint32_t now(const struct scope_tree *t, uint32_t number) { return visit_at(t, branch_at(t, number)->seen)->now; }

/* Nobody else leads to what a visit is for: the branch itself, or a copy. */
static void make_own(struct scope_tree *t, struct visit *visit, bool leaf) {
  struct branch copy = *branch_at(t, visit->branch);
  if (copy.references == visit->wanted) return;
  branch_at(t, visit->branch)->references -= visit->wanted;
  copy.references = visit->wanted;
  visit->now = add_branch(t, &copy);
  for (unsigned i = 0; i < SCOPE_FAN && !leaf; i++) branch_at(t, copy.below[i])->references++;
}

struct edit { tree_change *one; void *user; };

static void change_cells(struct scope_tree *t, uint32_t first, uint32_t end, uint64_t head, const struct edit *edit) {
  for (uint32_t i = first; i < end; i++)
    edit->one(edit->user, (uint32_t)head, &branch_at(t, visit_at(t, i)->now)->below[(head >> 32) % SCOPE_FAN]);
}

static void change_all(struct scope_tree *t, uint32_t first, unsigned shift, const uint64_t *heads, const uint64_t *end, const struct edit *edit);

/* What those branches have for these heads, which agree in their bits down to `shift`. */
static void change_below(struct scope_tree *t, uint32_t first, uint32_t last, unsigned shift, const uint64_t *heads, const uint64_t *end, const struct edit *edit) {
  const unsigned at = (unsigned)(heads[0] >> 32 >> shift) % SCOPE_FAN;
  t->stamp++;
  for (uint32_t i = first; i < last; i++)
    if (!want(t, branch_at(t, visit_at(t, i)->now)->below[at])) return;
  change_all(t, last, shift - SCOPE_BITS, heads, end, edit);
  for (uint32_t i = first; i < last; i++) {
    uint32_t *below = &branch_at(t, visit_at(t, i)->now)->below[at];
    *below = now(t, *below);
  }
  t->visits.size = last * sizeof(struct visit);
}

/* All visits from the first on. */
static void change_all(struct scope_tree *t, uint32_t first, unsigned shift, const uint64_t *heads, const uint64_t *end, const struct edit *edit) {
  const uint32_t last = visit_count(t);
  for (uint32_t i = first; i < last; i++) make_own(t, visit_at(t, i), !shift);
  while (heads < end && !t->g->out_of_memory) {
    const uint64_t *next = heads + 1;
    while (shift && next < end && (*next ^ *heads) >> 32 >> shift == 0) next++;
    if (shift) change_below(t, first, last, shift, heads, next, edit);
    else change_cells(t, first, last, *heads, edit);
    heads = next;
  }
}

void tree_apply_all(struct scope_tree *t, const uint64_t *heads, uint32_t head_count, tree_change *change, void *user) {
  const struct edit edit = {change, user};
  t->stamp++;
  t->visits.size = 0;
  if (!want(t, t->trunk)) return;
  visit_at(t, 0)->wanted = t->agents;
  change_all(t, 0, t->shift, heads, heads + head_count, &edit);
}

void tree_apply(struct scope_tree *t, const uint64_t *agents, uint32_t agent_count, const uint64_t *heads, uint32_t head_count, tree_change *change, void *user) {
  const struct edit edit = {change, user};
  t->stamp++;
  t->visits.size = 0;
  for (uint32_t i = 0; i < agent_count; i++)
    if (!want(t, t->roots[(uint32_t)agents[i]])) return;
  change_all(t, 0, t->shift, heads, heads + head_count, &edit);
  if (t->g->out_of_memory) return;
  for (uint32_t i = 0; i < agent_count; i++) t->roots[(uint32_t)agents[i]] = now(t, t->roots[(uint32_t)agents[i]]);
}

/* ---- the section ---- */
struct stored { struct scope_tree *tree; uint32_t (*list_of)(void *user, uint32_t cell); void *user; struct gen_pool nodes; };

/* Numbers in the section of all that a branch leads to are known. height: so that lists are not taken for nodes. */
static void node_of(const struct stored *s, uint32_t branch, uint32_t height, uint32_t node[SCOPE_FAN + 1]) {
  for (unsigned i = 0; i < SCOPE_FAN; i++) {
    const uint32_t below = branch_at(s->tree, branch)->below[i];
    node[i] = height ? branch_at(s->tree, below)->number : below == NONE32 ? NONE32 : s->list_of(s->user, below);
  }
  node[SCOPE_FAN] = height;
}

/* What a branch of that height leads to at the wanted one; of equal nodes one. */
static void store(struct stored *s, uint32_t number, uint32_t height, uint32_t wanted) {
  struct scope_tree *t = s->tree;
  struct generator *g = t->g;
  uint32_t node[SCOPE_FAN + 1];
  if (branch_at(t, number)->stamp == t->stamp || g->out_of_memory) return;
  branch_at(t, number)->stamp = t->stamp;
  if (height > wanted) {
    for (unsigned i = 0; i < SCOPE_FAN; i++) store(s, branch_at(t, number)->below[i], height - 1, wanted);
    return;
  }
  node_of(s, number, height, node);
  branch_at(t, number)->number = gen_pooled(g, &s->nodes, node, sizeof node);
  if (branch_at(t, number)->number == gen_count(g, SECTION_SCOPE) / SCOPE_FAN) gen_append(g, SECTION_SCOPE, node, SCOPE_FAN);
}

void tree_store(struct scope_tree *t, uint32_t (*list_of)(void *user, uint32_t cell), void *user) {
  struct stored s = {.tree = t, .list_of = list_of, .user = user};
  const uint32_t top = t->shift / SCOPE_BITS;
  uint32_t root[SCOPE_FAN + 1];
  for (uint32_t height = 0; height < top; height++) {
    t->stamp++;
    for (uint32_t a = 0; a < t->agents; a++) store(&s, t->roots[a], top, height);
  }
  for (uint32_t a = 0; a < t->agents && !t->g->out_of_memory; a++) {
    node_of(&s, t->roots[a], top, root);
    gen_append(t->g, SECTION_SCOPE, root, SCOPE_FAN);
  }
  gen_pool_free(&s.nodes);
}
