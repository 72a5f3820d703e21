/* decision_table.c: see decision_table.h. */
#include "decision_table.h"
#include "fuse.h"
#include "opcode_table.h"
#include "pages.h"
#include "rebase.h"
#include "scope_plan.h"
#include "verify.h"
#include "vm.h"

/* Instructions that a decision takes, counted: what a list costs either way. */
enum { COST_CONDITION = 16, COST_RANGES = 50, COST_TEXTS = 22, COST_HELD = 60, COST_PART = 7, COST_COLUMN = 1, COST_INDEX = 280, COST_TESTS = 45, COST_PROGRAM = 120 };
enum { MOST_EFFORT = 512, PLACES = 256 };           /* tests followed for one rule; of a hash table of conditions */
enum { GROUP_MOST = 2 * RANGES_AT_ONCE };         /* conditions in one */

/* Through the tests of a rule: the conditions of `care` are as in `want`. Bits by condition. */
struct way { uint64_t care, want; };

struct maker {
  struct verifier *v;
  struct condition conditions[TABLE_MOST]; uint32_t condition_count;
  struct column columns[TABLE_MOST]; struct way ways[TABLE_MOST]; uint32_t column_count;
  uint32_t others[TABLE_MOST], other_count;
  uint64_t steps;
  bool session;
  struct { uint32_t list; uint8_t condition; } places[PLACES];  /* in use when `list` is the one at hand */
  uint32_t list;
  /* of the rule at hand */
  const struct bundle_rule *rule;
  uint32_t number, effort;
};

static struct condition condition_of(const struct maker *m, const struct arg_test *t) {
  const struct fusion *f = fusion_of(t->op);
  struct condition c = {.op = t->op, .how = t->how, .x = t->x, .y = t->y};
  uint16_t *const operands[] = {&c.x, &c.y};
  for (unsigned i = 0; i < 2; i++) {
    if (f->of[i] != OP_RULECONST) continue;
    c.constant = rule_constants(m->rule)[*operands[i]];
    *operands[i] = 0;
  }
  return c;
}

static uint32_t hash_condition(const struct condition *c) {
  uint64_t h = (c->constant.bits ^ (uint64_t)c->op << 56 ^ (uint64_t)c->how << 48 ^ (uint64_t)c->x << 32 ^ (uint64_t)c->y << 16) * UINT64_C(0x9e3779b97f4a7c15);
  return (uint32_t)(h >> 40);
}

static bool same_condition(const struct condition *a, const struct condition *b) {
  return a->op == b->op && a->how == b->how && a->x == b->x && a->y == b->y && a->constant.bits == b->constant.bits;
}

/* The condition's number, or TABLE_MOST: there is no room. */
static uint32_t find_condition(struct maker *m, const struct arg_test *t) {
  const struct condition c = condition_of(m, t);
  uint32_t at = hash_condition(&c) % PLACES;
  for (; m->places[at].list == m->list; at = (at + 1) % PLACES)
    if (same_condition(&m->conditions[m->places[at].condition], &c)) return m->places[at].condition;
  if (m->condition_count == TABLE_MOST) return TABLE_MOST;
  m->places[at].list = m->list;
  m->places[at].condition = (uint8_t)m->condition_count;
  m->conditions[m->condition_count] = c;
  m->steps += fused_steps(c.op);
  m->session |= fusion_of(c.op)->of[0] == OP_LABELLED;
  return m->condition_count++;
}

/* Adds a column for each way from `next` on, the conditions of `care` being as in `want`. False: there are too many. */
static bool follow(struct maker *m, unsigned next, uint64_t care, uint64_t want) {
  if (next >= TEST_ENDS) {
    const enum vm_verdict verdict = (enum vm_verdict)(next - TEST_ENDS);
    if (verdict == VM_PASS) return true;
    if (m->column_count == TABLE_MOST) return false;
    const struct image_rule *rule = &m->v->bundle->RULES.at[m->number];
    const struct image_form *form = bundle_form(m->v->bundle, m->number);
    struct column *column = &m->columns[m->column_count];
    *column = (struct column){shown_of(m->v->bundle, form), whole_text(bundle_text(m->v->bundle, form->because)), m->number, (uint8_t)verdict};
    column->shown.line = rule->line;
    column->shown.effect = vm_verdict_word(verdict);
    m->ways[m->column_count++] = (struct way){care, want};
    return true;
  }
  const struct arg_test *t = &m->rule->program->tests[next];
  if (t->op == OP_SETTLED) return follow(m, t->next[0], care, want);
  if (++m->effort > MOST_EFFORT) return false;
  const uint32_t condition = find_condition(m, t);
  if (condition == TABLE_MOST) return false;
  const uint64_t bit = UINT64_C(1) << condition;
  if (care & bit) return follow(m, t->next[(want & bit) != 0], care, want);
  return follow(m, t->next[0], care | bit, want) && follow(m, t->next[1], care | bit, want | bit);
}

static void add_rule(struct maker *m, uint32_t entry) {
  const uint32_t columns = m->column_count;
  const uint64_t steps = m->steps;
  m->rule = &m->v->bundle->rules[entry];
  m->number = bundle_rule_of(m->v->bundle, entry);
  m->effort = 0;
  if (m->rule->program->tests && !bundle_form(m->v->bundle, m->number)->waivers && follow(m, 0, 0, 0)) {
    m->steps += opcode_table[OP_PASS].cost;
    return;
  }
  m->column_count = columns;
  m->steps = steps;                         /* the rule counts its own */
  m->others[m->other_count++] = entry;
}

/* ---- the conditions in their last form ---- */
/* The op under which a condition can stand together with others, or its own. *argument: the same for all that do. */
static uint8_t written_as(const struct condition *c, uint16_t *argument) {
  const value constant = c->constant;
  *argument = 0;
  switch (c->op) {
  case OP_ARG_BRANCH: case OP_ARG_RULECONST_LT: case OP_ARG_RULECONST_EQ: return is_missing(constant) ? c->op : OP_IN_RANGES;
  case OP_ARG_RULECONST_LE: return is_missing(constant) || constant.i == INT64_MAX ? c->op : OP_IN_RANGES;        /* a range does not hold all there are */
  case OP_ARG_RULECONST_EQTEXT:
    *argument = c->x;
    return is_missing(constant) || constant.text->len > TEXT_SHORT ? c->op : OP_IS_SHORT;
  case OP_ARG_RULECONST_STARTS:
    *argument = c->x;
    return is_missing(constant) || constant.text->len < PREFIX_LEAST || constant.text->len > PREFIX_MOST ? c->op : OP_STARTS_AS;
  case OP_RULECONST_ARG_IN:
    *argument = c->y;
    if (is_missing(constant) || c->how == VM_COMPARE_MAP) return c->op;
    return c->how == VM_COMPARE_BITS ? OP_HOLDS_NEAR : constant.text->len > TEXT_SHORT ? c->op : OP_HOLDS_SHORT;
  default: return c->op;
  }
}

/* A flag is true when it is not in the range that holds 0 alone, see find_leaves. */
static struct range range_of(const struct condition *c) {
  const uint64_t least = (uint64_t)INT64_MIN, constant = c->constant.bits;
  switch (c->op) {
  case OP_ARG_RULECONST_LT: return (struct range){least, constant - least, c->x};
  case OP_ARG_RULECONST_LE: return (struct range){least, constant + 1 - least, c->x};
  case OP_ARG_RULECONST_EQ: return (struct range){constant, 1, c->x};
  default: return (struct range){0, 1, c->x};
  }
}

struct ordered { uint32_t key; uint8_t condition; };

/* Those that can stand together do, and lists that are much alike begin alike: that helps a processor to guess what comes next. What only rules
 * that by now are in `others` asked for is left out. Gives their number. */
static uint32_t order_conditions(const struct maker *m, struct ordered *order) {
  uint64_t asked = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < m->column_count; i++) asked |= m->ways[i].care;
  for (uint32_t i = 0; i < m->condition_count; i++) {
    uint16_t argument;
    const uint8_t op = written_as(&m->conditions[i], &argument);
    const struct ordered moved = {(uint32_t)op << 16 | argument, (uint8_t)i};
    if (!(asked >> i & 1)) continue;
    uint32_t k = count++;
    for (; k > 0 && order[k - 1].key < moved.key; k--) order[k] = order[k - 1];
    order[k] = moved;
  }
  return count;
}

/* A multiplier that gives each text of the group a cell of its own; the cells are as few as do. */
static bool find_cells(const struct maker *m, const struct ordered *group, uint32_t count, struct short_texts *texts) {
  enum { TRIES = 64, SPARE_BITS = 3 };
  uint32_t bits = 1;
  while (1u << bits < count) bits++;
  texts->multiplier = FIRST_MULTIPLIER;
  for (unsigned try = 0; try < TRIES * (SPARE_BITS + 1); try++) {
    bool used[GROUP_MOST << SPARE_BITS] = {false}, alone = true;
    texts->shift = 64 - bits - try / TRIES;
    for (uint32_t i = 0; i < count && alone; i++) {
      const size_t cell = short_cell(texts, text_words(m->conditions[group[i].condition].constant.text));
      alone = !used[cell];
      used[cell] = true;
    }
    if (alone) return true;
    texts->multiplier = next_multiplier(texts->multiplier);
  }
  return false;
}

/* NULL when memory is out. */
static struct short_texts *write_texts(const struct maker *m, const struct ordered *group, uint32_t count, const struct short_texts *found) {
  const size_t cells = (size_t)1 << (64 - found->shift);
  struct short_texts *texts = pages_take(m->v->bundle->pages, sizeof *texts + cells * sizeof *texts->cells);
  if (!texts) return NULL;
  *texts = *found;
  for (size_t i = 0; i < cells; i++) texts->cells[i] = (struct text_cell){NO_WORDS, 0};
  for (uint32_t i = 0; i < count; i++) {
    const struct text_words words = text_words(m->conditions[group[i].condition].constant.text);
    texts->cells[short_cell(texts, words)] = (struct text_cell){words, UINT64_C(1) << (count - 1 - i)};
  }
  return texts;
}

/* Where the group's numbers begin and how many there are from there to the last. False: they are far from each other. */
static bool find_near(const struct maker *m, const struct ordered *group, uint32_t count, struct near_numbers *near) {
  int64_t first = INT64_MAX, last = INT64_MIN;
  for (uint32_t i = 0; i < count; i++) {
    const int64_t number = m->conditions[group[i].condition].constant.i;
    if (number < first) first = number;
    if (number > last) last = number;
  }
  near->first = (uint64_t)first;
  near->count = (uint64_t)last - (uint64_t)first + 1;
  return near->count - 1 < NEAR_MOST;
}

/* NULL when memory is out. */
static struct near_numbers *write_near(const struct maker *m, const struct ordered *group, uint32_t count, const struct near_numbers *found) {
  struct near_numbers *near = pages_take(m->v->bundle->pages, sizeof *near + (size_t)(found->count + 1) * sizeof *near->bits);
  if (!near) return NULL;
  *near = *found;
  for (uint32_t i = 0; i < count; i++) near->bits[m->conditions[group[i].condition].constant.bits - found->first] = UINT64_C(1) << (count - 1 - i);
  return near;
}

/* NULL when memory is out. */
static struct prefix *write_prefix(const struct maker *m, const struct text *text) {
  struct prefix *prefix = pages_take(m->v->bundle->pages, sizeof *prefix);
  if (!prefix) return NULL;
  prefix->length = text->len;
  memcpy(&prefix->words[0], text->bytes, sizeof *prefix->words);
  memcpy(&prefix->words[1], text->bytes + text->len - sizeof *prefix->words, sizeof *prefix->words);
  return prefix;
}

/* Before them empty ones, whose bits are above theirs and never set. What is behind them. */
static struct range *write_ranges(const struct maker *m, const struct ordered *group, uint32_t count, struct range *out) {
  for (uint32_t i = count; i % RANGES_AT_ONCE; i++) *out++ = (struct range){0, 0, 0};
  for (uint32_t i = 0; i < count; i++) *out++ = range_of(&m->conditions[group[i].condition]);
  return out;
}

/* Whether they stand in one condition, *out; *memory: there was enough. */
static bool write_together(const struct maker *m, const struct ordered *group, uint32_t count, struct condition *out, bool *memory) {
  const uint8_t op = (uint8_t)(group->key >> 16);
  *out = (struct condition){.op = op, .x = (uint16_t)group->key, .y = (uint16_t)count};
  if (op == OP_STARTS_AS) {
    *memory = (out->prefix = write_prefix(m, m->conditions[group->condition].constant.text)) != NULL;
  } else if (op == OP_HOLDS_NEAR) {
    struct near_numbers found;
    if (!find_near(m, group, count, &found)) return false;
    *memory = (out->near = write_near(m, group, count, &found)) != NULL;
  } else {
    struct short_texts found;
    if (!find_cells(m, group, count, &found)) return false;
    *memory = (out->shorts = write_texts(m, group, count, &found)) != NULL;
  }
  return true;
}

/* How many of them, from the first on, can stand in one. */
static uint32_t group_of(const struct ordered *order, uint32_t count) {
  const uint8_t op = (uint8_t)(order->key >> 16);
  uint32_t size = 1;
  while (op > OP_SETTLED && op != OP_STARTS_AS && size < GROUP_MOST && size < count && order[size].key == order->key) size++;
  return size;
}

/* False when memory is out. */
static bool write_conditions(const struct maker *m, const struct ordered *order, uint32_t count, struct condition *out) {
  struct range *ranges = pages_array(m->v->bundle->pages, (size_t)count + RANGES_AT_ONCE - 1, sizeof *ranges);         /* but for the last, groups are full */
  bool memory = ranges != NULL;
  for (uint32_t i = 0, size; memory && i < count; i += size, out++) {
    const struct ordered *group = order + i;
    const uint8_t op = (uint8_t)(group->key >> 16);
    size = group_of(group, count - i);
    if (op == OP_IN_RANGES) {
      *out = (struct condition){.op = op, .y = (uint16_t)size, .ranges = ranges};
      ranges = write_ranges(m, group, size, ranges);
    } else if (op < OP_SETTLED || !write_together(m, group, size, out, &memory)) {
      *out = m->conditions[group->condition];
      size = 1;
    }
  }
  if (memory) out->op = OP_SETTLED;
  return memory;
}

/* What a condition leaves of the columns when its bit is not set, and when it is. */
static void find_leaves(const struct maker *m, uint32_t condition, uint64_t leaves[2]) {
  const struct condition *c = &m->conditions[condition];
  uint16_t argument;
  const bool inverted = c->op == OP_ARG_BRANCH && written_as(c, &argument) == OP_IN_RANGES;
  leaves[0] = leaves[1] = ~UINT64_C(0);
  for (uint32_t i = 0; i < m->column_count; i++)
    if (m->ways[i].care >> condition & 1) leaves[(m->ways[i].want >> condition & 1) == inverted] &= ~(UINT64_C(1) << i);
}

static uint32_t parts_of(uint32_t conditions) {
  const uint32_t most = TABLE_PART * PARTS_AT_ONCE;
  return conditions ? (conditions + most - 1) / most * PARTS_AT_ONCE : PARTS_AT_ONCE;
}

/* NULL when memory is out. */
static const uint64_t *write_left(const struct maker *m, const struct ordered *order, uint32_t count) {
  const uint32_t parts = parts_of(count);
  uint64_t *const left = pages_array(m->v->bundle->pages, (size_t)parts << TABLE_PART, sizeof *left);
  for (uint32_t i = 0; left && i < parts; i++) {
    uint64_t *part = left + ((size_t)i << TABLE_PART), leaves[2];
    part[0] = ~UINT64_C(0) >> (TABLE_MOST - m->column_count);
    for (uint32_t bit = 0; bit < TABLE_PART && i * TABLE_PART + bit < count; bit++) {
      find_leaves(m, order[count - 1 - i * TABLE_PART - bit].condition, leaves);
      for (uint32_t met = 0; met < 1u << bit; met++) {
        part[met | 1u << bit] = part[met] & leaves[1];
        part[met] &= leaves[0];
      }
    }
  }
  return left;
}

static void sum_up(const struct maker *m, struct decision_table *table, struct scope_plan *plan) {
  const struct rebase_bundle *b = m->v->bundle;
  for (uint32_t i = 0; i < m->column_count; i++) {
    const struct column *column = &m->columns[i];
    if (bundle_form(b, column->rule)->obligations) continue;
    if (column->verdict == VM_DENY) table->denies |= UINT64_C(1) << i;
    if (column->verdict == VM_ALLOW && program_grants(bundle_program(b, column->rule))) table->grants |= UINT64_C(1) << i;
  }
  if (m->column_count <= REBASE_MAX_RULES) table->plain = table->grants | table->denies;      /* a decision has room for all of them */
  plan->plain = table->plain == ~UINT64_C(0) >> (TABLE_MOST - m->column_count) && !m->other_count && !m->session && plan->fixed && !plan->timed && !plan->facts;
}

/* Of conditions that stand together, or of one. */
static uint32_t cost_of(uint8_t op, uint32_t count) {
  switch (op) {
  case OP_IN_RANGES: return (count + RANGES_AT_ONCE - 1) / RANGES_AT_ONCE * COST_RANGES;
  case OP_IS_SHORT: return COST_TEXTS;
  case OP_HOLDS_SHORT: case OP_HOLDS_NEAR: return COST_HELD;
  default: return COST_CONDITION;
  }
}

static uint32_t cost_of_table(const struct maker *m, const struct ordered *order, uint32_t count) {
  uint32_t cost = parts_of(count) * COST_PART + m->column_count * COST_COLUMN + m->other_count * COST_PROGRAM;
  for (uint32_t i = 0, size; i < count; i += size) {
    size = group_of(order + i, count - i);
    cost += cost_of((uint8_t)(order[i].key >> 16), size);
  }
  return cost;
}

/* Whether the table has less to do than the index, which leaves the rules without a key and those under one or two. */
static bool pays(const struct maker *m, const struct scope_plan *plan, const struct ordered *order, uint32_t count) {
  const uint32_t tested = plan->count - m->other_count;
  uint32_t left = plan->count, keys = 0;
  if (plan->by != SCOPE_ALL) {
    for (uint32_t i = 0; i <= plan->mask; i++) keys += plan->buckets[i].tag != 0;
    left = plan->others + (keys ? (plan->count - plan->others) * (plan->by == SCOPE_HOLDS ? 2 : 1) / keys : 0);       /* waived rules have none */
  }
  return m->column_count > 1 && cost_of_table(m, order, count) < COST_INDEX + left * (tested * COST_TESTS + m->other_count * COST_PROGRAM) / plan->count;
}

/* False when memory is out. */
static bool write_table(const struct maker *m, struct scope_plan *plan, const struct ordered *order, uint32_t count) {
  struct pages *pages = m->v->bundle->pages;
  struct decision_table *table = pages_take(pages, sizeof *table + ((size_t)count + 1) * sizeof *table->conditions);
  struct column *columns = pages_array(pages, m->column_count, sizeof *columns);
  uint32_t *others = pages_array(pages, m->other_count, sizeof *others);
  const uint64_t *left = write_left(m, order, count);
  if (!table || !columns || !others || !left || !write_conditions(m, order, count, table->conditions)) return out_of_memory(m->v);
  memcpy(columns, m->columns, m->column_count * sizeof *columns);
  memcpy(others, m->others, m->other_count * sizeof *others);
  *table = (struct decision_table){.left = left, .parts = parts_of(count), .columns = columns, .others = others,
                                   .other_count = m->other_count, .steps = m->steps, .session = m->session};
  sum_up(m, table, plan);
  plan->table = table;
  return true;
}

bool plan_tables(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  if (b->flags & BUNDLE_PLAIN) return true;
  struct maker *m = pages_array(&v->temporary, 1, sizeof *m);
  if (!m) return out_of_memory(v);
  m->v = v;
  for (uint32_t i = 0; i < b->plan_count; i++) {
    struct scope_plan *plan = &v->plans[i];
    if (plan->models || plan->count < 2 || plan->count > TABLE_MOST) continue;
    m->list = i + 1;
    m->condition_count = m->column_count = m->other_count = 0;
    m->steps = 0;
    m->session = false;
    for (uint32_t k = 0; k < plan->count; k++) add_rule(m, plan->rules[k]);
    struct ordered order[TABLE_MOST];
    const uint32_t count = order_conditions(m, order);
    if (pays(m, plan, order, count) && !write_table(m, plan, order, count)) return false;
  }
  return true;
}
