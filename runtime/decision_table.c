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
enum { COST_CONDITION = 12, COST_COLUMN = 6, COST_INDEX = 60, COST_TESTS = 45, COST_PROGRAM = 120 };
enum { MOST_EFFORT = 512, PLACES = 256 };           /* tests followed for one rule; of a hash table of conditions */

struct maker {
  struct verifier *v;
  struct condition conditions[TABLE_MOST]; uint32_t condition_count;
  uint64_t inverted;                /* written down as what they are not; bits by condition */
  struct column columns[TABLE_MOST]; uint32_t column_count;
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
  if (c.op == OP_ARG_BRANCH) m->inverted |= UINT64_C(1) << m->condition_count;
  return m->condition_count++;
}

/* Adds a column for each way from `next` on, the conditions of `care` being as in `want`. False: there are too many. */
static bool follow(struct maker *m, unsigned next, uint64_t care, uint64_t want) {
  if (next >= TEST_ENDS) {
    const enum vm_verdict verdict = (enum vm_verdict)(next - TEST_ENDS);
    if (verdict == VM_PASS) return true;
    if (m->column_count == TABLE_MOST) return false;
    const struct image_rule *rule = &m->v->bundle->RULES.at[m->number];
    m->columns[m->column_count++] = (struct column){care, want, m->number, rule->form, rule->line, (uint8_t)verdict};
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
  m->column_count = columns;                /* conditions that nobody asks for by now are looked at all the same: that is rare */
  m->steps = steps;                         /* the rule counts its own */
  m->others[m->other_count++] = entry;
}

/* ---- the conditions in their last form ---- */
/* The op under which a condition can stand together with others, or its own. Of one of texts: *argument is the same for all that do. */
static uint8_t written_as(const struct condition *c, uint16_t *argument) {
  const value constant = c->constant;
  *argument = 0;
  switch (c->op) {
  case OP_ARG_BRANCH: case OP_ARG_RULECONST_LT: case OP_ARG_RULECONST_LE: case OP_ARG_RULECONST_EQ: return is_missing(constant) ? c->op : OP_IN_RANGES;
  case OP_ARG_RULECONST_EQTEXT:
    *argument = c->x;
    return is_missing(constant) || constant.text->len > TEXT_SHORT ? c->op : OP_IS_SHORT;
  case OP_RULECONST_ARG_IN:
    *argument = c->y;
    return c->how != VM_COMPARE_TEXT || is_missing(constant) || constant.text->len > TEXT_SHORT ? c->op : OP_HOLDS_SHORT;
  default: return c->op;
  }
}

/* A flag is true when it is not in the range that holds 0 alone, see inverted. */
static struct range range_of(const struct condition *c) {
  const uint64_t least = (uint64_t)INT64_MIN, constant = c->constant.bits;
  switch (c->op) {
  case OP_ARG_RULECONST_LT: return (struct range){least, constant - 1 - least, c->x};           /* it is above the least, which is no number */
  case OP_ARG_RULECONST_LE: return (struct range){least, constant - least, c->x};
  case OP_ARG_RULECONST_EQ: return (struct range){constant, 0, c->x};
  default: return (struct range){0, 0, c->x};
  }
}

struct ordered { uint32_t key; uint8_t condition; };

/* Those that can stand together do, and lists that are much alike begin alike: that helps a processor to guess what comes next. */
static void order_conditions(const struct maker *m, struct ordered *order) {
  for (uint32_t i = 0; i < m->condition_count; i++) {
    uint16_t argument;
    const uint8_t op = written_as(&m->conditions[i], &argument);
    const struct ordered moved = {(uint32_t)op << 16 | argument, (uint8_t)i};
    uint32_t k = i;
    for (; k > 0 && order[k - 1].key < moved.key; k--) order[k] = order[k - 1];
    order[k] = moved;
  }
}

/* bit_of: by condition, the bit that the machine gives it, which shifts one in after the other, so that the first comes to stand highest. */
static void write_conditions(const struct maker *m, struct condition *out, struct text_words *shorts, struct range *ranges, uint8_t *bit_of) {
  struct ordered order[TABLE_MOST];
  order_conditions(m, order);
  for (uint32_t i = 0, first = 0; i < m->condition_count; i++) {
    const struct condition *c = &m->conditions[order[i].condition];
    const uint8_t op = (uint8_t)(order[i].key >> 16);
    bit_of[order[i].condition] = (uint8_t)(m->condition_count - 1 - i);
    if (op <= OP_SETTLED) { *out++ = *c; continue; }
    if (!i || order[first].key != order[i].key) {           /* the first of those together */
      first = i;
      *out = (struct condition){.op = op, .x = (uint16_t)order[i].key};
      if (op == OP_IN_RANGES) out->ranges = ranges;
      else out->shorts = shorts;
      out++;
    }
    out[-1].y++;
    if (op == OP_IN_RANGES) *ranges++ = range_of(c);
    else *shorts++ = text_words(c->constant.text);
  }
  out->op = OP_SETTLED;
}

static uint64_t rearranged(const struct maker *m, const uint8_t *bit_of, uint64_t bits) {
  uint64_t result = 0;
  for (uint32_t i = 0; i < m->condition_count; i++) result |= (bits >> i & 1) << bit_of[i];
  return result;
}

static void sum_up(const struct maker *m, struct decision_table *table) {
  const struct rebase_bundle *b = m->v->bundle;
  for (uint32_t i = 0; i < m->column_count; i++) {
    const struct column *column = &m->columns[i];
    if (b->FORMS.at[column->form].obligations) continue;
    if (column->verdict == VM_DENY) table->denies |= UINT64_C(1) << i;
    if (column->verdict == VM_ALLOW && program_grants(bundle_program(b, column->rule))) table->grants |= UINT64_C(1) << i;
  }
  if (m->column_count <= REBASE_MAX_RULES) table->plain = table->grants | table->denies;      /* a decision has room for all of them */
}

/* Whether the table has less to do than the index, which leaves the rules without a key and those under one or two. */
static bool pays(const struct maker *m, const struct scope_plan *plan) {
  const uint32_t tested = plan->count - m->other_count;
  const uint32_t table = m->condition_count * COST_CONDITION + m->column_count * COST_COLUMN + m->other_count * COST_PROGRAM;
  uint32_t left = plan->count, keys = 0;
  if (plan->by != SCOPE_ALL) {
    for (uint32_t i = 0; i <= plan->mask; i++) keys += plan->buckets[i].tag != 0;
    left = plan->others + (keys ? (plan->count - plan->others) * (plan->by == SCOPE_HOLDS ? 2 : 1) / keys : 0);       /* waived rules have none */
  }
  return m->column_count > 1 && table < COST_INDEX + left * (tested * COST_TESTS + m->other_count * COST_PROGRAM) / plan->count;
}

/* False when memory is out. */
static bool write_table(const struct maker *m, struct scope_plan *plan) {
  struct pages *pages = m->v->bundle->pages;
  struct decision_table *table = pages_array(pages, 1, sizeof *table);
  struct condition *conditions = pages_array(pages, (size_t)m->condition_count + 1, sizeof *conditions);
  struct text_words *shorts = pages_array(pages, m->condition_count, sizeof *shorts);
  struct range *ranges = pages_array(pages, m->condition_count, sizeof *ranges);
  struct column *columns = pages_array(pages, m->column_count, sizeof *columns);
  uint32_t *others = pages_array(pages, m->other_count, sizeof *others);
  uint8_t bit_of[TABLE_MOST];
  if (!table || !conditions || !shorts || !ranges || !columns || !others) return out_of_memory(m->v);
  write_conditions(m, conditions, shorts, ranges, bit_of);
  memcpy(others, m->others, m->other_count * sizeof *others);
  for (uint32_t i = 0; i < m->column_count; i++) {
    const struct column *c = &m->columns[i];
    columns[i] = *c;
    columns[i].care = rearranged(m, bit_of, c->care);
    columns[i].want = rearranged(m, bit_of, c->want ^ (c->care & m->inverted));
  }
  *table = (struct decision_table){.conditions = conditions, .columns = columns, .count = m->column_count, .others = others, .other_count = m->other_count,
                                   .steps = m->steps, .session = m->session};
  sum_up(m, table);
  plan->table = table;
  return true;
}

bool plan_tables(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  if (b->flags & BUNDLE_PLAIN) return true;
  struct maker *m = pages_array(&v->temporary, 1, sizeof *m);
  if (!m) return out_of_memory(v);
  m->v = v;
  for (uint32_t i = 1; i <= b->plan_count; i++) {
    struct scope_plan *plan = &v->plans[i];
    if (plan->models || plan->count < 2 || plan->count > TABLE_MOST) continue;
    m->list = i;
    m->condition_count = m->column_count = m->other_count = 0;
    m->steps = m->inverted = 0;
    m->session = false;
    for (uint32_t k = 0; k < plan->count; k++) add_rule(m, plan->rules[k]);
    if (pays(m, plan) && !write_table(m, plan)) return false;
  }
  return true;
}
