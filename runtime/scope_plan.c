/* scope_plan.c: see scope_plan.h. */
#include "scope_plan.h"
#include "pages.h"
#include "verify.h"
#include "vm.h"

enum { MOST_KEYS = 4, REGISTERS = 16, PREFIX = 40, WORTH = 4 };

/* ---- the keys of a rule ---- */
struct rule_key { enum scope_by by; bool text; uint32_t slot; value constant; };
struct known { enum { UNKNOWN, ARGUMENT, CONSTANT, COMPARED } as; uint32_t slot; bool text; value constant; enum scope_by by; };
struct keys { struct rule_key of[MOST_KEYS]; unsigned count; struct known known[REGISTERS]; };

static struct known compared(const struct keys *k, const struct instruction *i) {
  const struct known *b = &k->known[i->b], *c = &k->known[i->c];
  struct known result = {UNKNOWN, 0, false, {0}, SCOPE_ALL};
  if (i->op == OP_IN) {
    if (b->as == CONSTANT && c->as == ARGUMENT && i->imm != VM_COMPARE_MAP)
      result = (struct known){COMPARED, c->slot, i->imm == VM_COMPARE_TEXT, b->constant, SCOPE_HOLDS};
    return result;
  }
  const struct known *constant = b->as == CONSTANT ? b : c, *argument = b->as == CONSTANT ? c : b;
  if (constant->as == CONSTANT && argument->as == ARGUMENT)
    result = (struct known){COMPARED, argument->slot, i->op == OP_EQTEXT, constant->constant, SCOPE_EQUAL};
  return result;
}

/* What register a holds after an instruction that cannot fail; false after one that can, or that leads elsewhere. */
static bool harmless(const struct rebase_bundle *b, const struct keys *k, const struct instruction *i, struct known *result) {
  *result = (struct known){UNKNOWN, 0, false, {0}, SCOPE_ALL};
  switch (i->op) {
  case OP_ARG: result->as = ARGUMENT; result->slot = i->imm; return true;
  case OP_TEXT: result->as = CONSTANT; result->constant.text = bundle_text(b, i->imm); return true;
  case OP_CONST: result->as = CONSTANT; result->constant.i = b->CONSTS.at[i->imm].bits; return true;
  case OP_EQ: case OP_EQTEXT: case OP_IN: *result = compared(k, i); return true;
  case OP_CONTEXT: return i->imm != CTX_SESSION_AGE && i->imm != CTX_SESSION_AGENTS && i->imm < CTX_TASK;
  case OP_VALUE: case OP_NOTHING: case OP_MOVE: case OP_FIELD: case OP_OPTFIELD: case OP_PRESENT: case OP_LENGTH:
  case OP_LT: case OP_LE: case OP_NOT: case OP_STARTS: case OP_ENDS: case OP_INREGION: case OP_INNET: return true;
  default: return false;
  }
}

/* Follows the rule from its start for as long as the only way to leave is not to match. */
static void find_keys(const struct rebase_bundle *b, uint32_t rule, struct keys *k) {
  const struct routine *r = &b->rules[rule];
  k->count = 0;
  if (!r->code || r->registers > REGISTERS || b->RULES.at[rule].waivers) return;
  memset(k->known, 0, sizeof k->known);
  for (uint32_t pc = 0; pc < r->count && pc < PREFIX && k->count < MOST_KEYS; pc++) {
    const struct instruction *i = &r->code[pc];
    struct known result;
    if (i->op == OP_IFNOT || i->op == OP_IF || i->op == OP_IFMISSING) {
      if (r->code[i->imm].op != OP_PASS) return;
      const struct known *test = &k->known[i->a];
      if (i->op == OP_IFNOT && test->as == COMPARED) k->of[k->count++] = (struct rule_key){test->by, test->text, test->slot, test->constant};
    } else if (harmless(b, k, i, &result)) k->known[i->a] = result;
    else return;
  }
}

/* ---- buckets ---- */
static uint64_t mix(uint64_t h) {
  h *= UINT64_C(0x9e3779b97f4a7c15);
  return h ^ h >> 29;
}

static uint32_t hash_key(bool text, value key) {
  if (!text) return (uint32_t)(mix(key.bits) >> 16);
  const char *at = key.text->bytes;
  size_t left = key.text->len;
  uint64_t h = left, word;
  for (; left >= 8; at += 8, left -= 8) {
    memcpy(&word, at, 8);
    h = mix(h ^ word);
  }
  word = 0;
  for (size_t i = 0; i < left; i++) word = word << 8 | (unsigned char)at[i];
  return (uint32_t)(mix(mix(h ^ word)) >> 16);
}

static bool same_key(bool text, value a, value b) { return text ? text_equal(a.text, b.text) : a.bits == b.bits; }

/* The key's bucket, or the free one where it belongs. */
static uint32_t bucket_of(const struct scope_plan *plan, value key) {
  uint32_t at = hash_key(plan->text, key) & plan->mask;
  while (plan->buckets[at].count && !same_key(plan->text, plan->buckets[at].key, key)) at = (at + 1) & plan->mask;
  return at;
}

/* ---- one list ---- */
struct planner { struct verifier *v; uint32_t *votes, *bucket; };           /* votes: by slot and kind; bucket: by place in the list */

static uint32_t *votes_of(const struct planner *p, const struct rule_key *key) {
  return &p->votes[4 * (size_t)key->slot + (key->by == SCOPE_HOLDS ? 2 : 0) + key->text];
}

/* The argument that most rules have a key for. Leaves the votes at zero. */
static void choose(const struct planner *p, struct scope_plan *plan) {
  const struct rebase_bundle *b = p->v->bundle;
  uint32_t most = 0;
  struct keys k;
  for (uint32_t i = 0; i < plan->count; i++) {
    find_keys(b, plan->rules[i], &k);
    for (unsigned j = 0; j < k.count; j++) {
      uint32_t votes = ++*votes_of(p, &k.of[j]);
      if (votes <= most) continue;
      most = votes;
      plan->by = k.of[j].by;
      plan->slot = k.of[j].slot;
      plan->text = k.of[j].text;
    }
  }
  for (uint32_t i = 0; i < plan->count; i++) {
    find_keys(b, plan->rules[i], &k);
    for (unsigned j = 0; j < k.count; j++) *votes_of(p, &k.of[j]) = 0;
  }
  if (most < WORTH) plan->by = SCOPE_ALL;
  for (plan->mask = 3; plan->mask < most + most / 2; plan->mask = plan->mask * 2 + 1) continue;
}

static const struct rule_key *key_for(const struct scope_plan *plan, const struct keys *k) {
  for (unsigned j = 0; j < k->count; j++)
    if (k->of[j].by == plan->by && k->of[j].slot == plan->slot && k->of[j].text == plan->text) return &k->of[j];
  return NULL;
}

/* Counts first, then gives each bucket its range, then fills in: rules stay in order. */
static bool index_rules(const struct planner *p, struct scope_plan *plan) {
  const struct rebase_bundle *b = p->v->bundle;
  struct scope_bucket *buckets = pages_array(b->pages, (size_t)plan->mask + 1, sizeof *buckets);
  uint32_t *sorted = pages_array(b->pages, plan->count, sizeof *sorted), filled = 0;
  struct keys k;
  if (!buckets || !sorted) return out_of_memory(p->v);
  plan->buckets = buckets;
  plan->sorted = sorted;
  for (uint32_t i = 0; i < plan->count; i++) {
    find_keys(b, plan->rules[i], &k);
    const struct rule_key *key = key_for(plan, &k);
    p->bucket[i] = key ? bucket_of(plan, key->constant) : NONE32;
    if (!key) { sorted[plan->others++] = plan->rules[i]; continue; }
    buckets[p->bucket[i]].key = key->constant;
    buckets[p->bucket[i]].count++;
  }
  filled = plan->others;
  for (uint32_t at = 0; at <= plan->mask; at++) {
    buckets[at].first = filled;
    filled += buckets[at].count;
  }
  for (uint32_t i = 0; i < plan->count; i++)
    if (p->bucket[i] != NONE32) sorted[buckets[p->bucket[i]].first++] = plan->rules[i];
  for (uint32_t at = 0; at <= plan->mask; at++) buckets[at].first -= buckets[at].count;
  return true;
}

static void add_cost(struct scope_plan *plan, const struct image_cost *cost) {
  for (int d = 0; d <= IMAGE_MAX_LOOP_DEPTH; d++) {
    uint64_t room = UINT64_MAX - plan->cost.steps[d];
    plan->cost.steps[d] += cost->steps[d] < room ? cost->steps[d] : room;
  }
}

/* Limits work with the facts themselves. */
static void add_needs(const struct rebase_bundle *b, struct scope_plan *plan, uint32_t index) {
  const uint64_t times = UINT64_C(1) << CTX_NOW | UINT64_C(1) << CTX_TODAY | UINT64_C(1) << CTX_SESSION_AGE;
  const struct image_rule *rule = &b->RULES.at[index];
  bool limit = b->LIMITS.count && bundle_limit(b, index) != NONE32;
  plan->facts |= limit ? ~UINT64_C(0) : b->rules[index].facts;
  for (uint32_t i = 0; i < rule->waivers; i++) plan->facts |= b->waivers[rule->first_waiver + i].facts;
  plan->timed |= plan->facts & times || rule->waivers || rule->wait;
}

static bool make_plan(const struct planner *p, uint32_t list, struct scope_plan *plan) {
  const struct rebase_bundle *b = p->v->bundle;
  *plan = (struct scope_plan){.rules = b->LISTS.at + list + 1, .count = b->LISTS.at[list], .by = SCOPE_ALL, .fixed = !(b->flags & BUNDLE_PLAIN)};
  for (uint32_t i = 0; i < plan->count; i++) {
    const struct image_rule *rule = &b->RULES.at[plan->rules[i]];
    plan->fixed &= b->rules[plan->rules[i]].fixed && !rule->waivers && !rule->models;
    add_cost(plan, &b->COSTS.at[rule->cost]);
    add_needs(b, plan, plan->rules[i]);
    plan->waivers |= rule->waivers != 0;
  }
  if (b->flags & BUNDLE_PLAIN) return true;
  choose(p, plan);
  return plan->by == SCOPE_ALL || index_rules(p, plan);
}

bool plan_scopes(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  uint32_t *plan_of = pages_array(b->pages, b->LISTS.count, sizeof *plan_of), count = 0, made = 0;
  struct planner p = {v, pages_array(&v->temporary, 4 * (size_t)b->max_slots + 4, sizeof *p.votes), pages_array(&v->temporary, b->LISTS.count, sizeof *p.bucket)};
  if (!plan_of || !p.votes || !p.bucket) return out_of_memory(v);
  for (uint32_t i = 0; i < b->SCOPE.count; i++)             /* numbers from 1, for those in use */
    if (b->SCOPE.at[i] != NONE32 && !plan_of[b->SCOPE.at[i]]) plan_of[b->SCOPE.at[i]] = ++count;
  struct scope_plan *plans = pages_array(b->pages, (size_t)count + 1, sizeof *plans);
  if (!plans) return out_of_memory(v);
  for (uint32_t list = 0; list < b->LISTS.count && made < count; list++) {
    if (!plan_of[list]) continue;
    if (!make_plan(&p, list, &plans[plan_of[list]])) return false;
    made++;
  }
  for (uint32_t i = 0; i < b->CODE.count; i++) b->reads_today |= b->CODE.at[i].op == OP_CONTEXT && b->CODE.at[i].imm == CTX_TODAY;
  b->plans = plans;
  b->plan_of = plan_of;
  return true;
}

/* ---- a decision ---- */
static void add_run(struct scope_walk *walk, const uint32_t *rules, uint32_t count) {
  walk->run[walk->runs].at = rules;
  walk->run[walk->runs++].end = rules + count;
}

static void add_bucket(struct scope_walk *walk, const struct scope_plan *plan, value key) {
  const struct scope_bucket *bucket = &plan->buckets[bucket_of(plan, key)];
  const uint32_t *rules = plan->sorted + bucket->first;
  if (!bucket->count) return;
  for (unsigned i = 1; i < walk->runs; i++)
    if (walk->run[i].at == rules) return;           /* a list that holds the element twice */
  add_run(walk, rules, bucket->count);
}

void scope_walk_begin(struct scope_walk *walk, const struct scope_plan *plan, const value *slots) {
  const value *argument = plan->by == SCOPE_ALL || !slots ? NULL : &slots[plan->slot];
  walk->runs = 0;
  if (!argument || (plan->by == SCOPE_HOLDS && !is_missing(*argument) && argument->list->len >= SCOPE_RUNS)) {
    add_run(walk, plan->rules, plan->count);
    return;
  }
  add_run(walk, plan->sorted, plan->others);
  if (is_missing(*argument)) return;                /* equals nothing, holds nothing */
  if (plan->by == SCOPE_EQUAL) { add_bucket(walk, plan, *argument); return; }
  for (uint32_t i = 0; i < argument->list->len; i++) add_bucket(walk, plan, argument->list->items[i]);
}

uint32_t scope_walk_least(struct scope_walk *walk) {
  unsigned least = 0;
  for (unsigned i = 0; i < walk->runs; i++) {
    if (walk->run[i].at == walk->run[i].end) {      /* this one is at its end: the last takes its place */
      walk->run[i--] = walk->run[--walk->runs];
      continue;
    }
    if (least >= walk->runs || *walk->run[i].at < *walk->run[least].at) least = i;
  }
  return walk->runs ? *walk->run[least].at++ : NONE32;
}
