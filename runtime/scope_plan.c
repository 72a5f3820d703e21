/* scope_plan.c: see scope_plan.h. */
#include "scope_plan.h"
#include "pages.h"
#include "plain.h"
#include "verify.h"
#include "vm.h"

enum { MOST_KEYS = 4, REGISTERS = 16, PREFIX = 40, WORTH = 4 };

/* ---- the keys of a program ---- */
struct key { enum scope_by by; bool text; uint32_t slot, constant; };       /* constant: of the rule's */
struct known { enum { UNKNOWN, ARGUMENT, CONSTANT, COMPARED } as; uint32_t slot, constant; bool text; enum scope_by by; };
struct keys { bool looked; unsigned count; struct key of[MOST_KEYS]; };
struct finder { const struct rebase_bundle *b; struct known known[REGISTERS]; };

static struct known compared(const struct finder *f, const struct instruction *i) {
  const struct known *b = &f->known[i->b], *c = &f->known[i->c];
  struct known result = {.as = UNKNOWN};
  if (i->op == OP_IN) {
    if (b->as == CONSTANT && c->as == ARGUMENT && i->imm != VM_COMPARE_MAP)
      result = (struct known){COMPARED, c->slot, b->constant, i->imm == VM_COMPARE_TEXT, SCOPE_HOLDS};
    return result;
  }
  const struct known *constant = b->as == CONSTANT ? b : c, *argument = b->as == CONSTANT ? c : b;
  if (constant->as == CONSTANT && argument->as == ARGUMENT)
    result = (struct known){COMPARED, argument->slot, constant->constant, i->op == OP_EQTEXT, SCOPE_EQUAL};
  return result;
}

/* What register a holds after an instruction that cannot fail; false after one that can, or that leads elsewhere. */
static bool harmless(const struct finder *f, const struct instruction *i, struct known *result) {
  *result = (struct known){.as = UNKNOWN};
  switch (i->op) {
  case OP_ARG: result->as = ARGUMENT; result->slot = i->imm; return true;
  case OP_RULECONST: result->as = CONSTANT; result->constant = i->imm; return true;
  case OP_EQ: case OP_EQTEXT: case OP_IN: *result = compared(f, i); return true;
  case OP_CONTEXT: return fact_is_there(i->imm);
  case OP_CONST: case OP_TEXT: case OP_VALUE: case OP_NOTHING: case OP_MOVE: case OP_FIELD: case OP_OPTFIELD: case OP_PRESENT: case OP_LENGTH:
  case OP_LT: case OP_LE: case OP_NOT: case OP_STARTS: case OP_ENDS: case OP_INREGION: case OP_INNET: return true;
  default: return false;
  }
}

/* Follows the program from its start for as long as the only way to leave is not to match. */
static void find_keys(struct finder *f, uint32_t program, struct keys *k) {
  const struct routine *r = &f->b->programs[program];
  k->looked = true;
  if (!r->code || r->registers > REGISTERS) return;
  memset(f->known, 0, sizeof f->known);
  for (uint32_t pc = 0; pc < r->count && pc < PREFIX && k->count < MOST_KEYS; pc++) {
    const struct instruction *i = &r->code[pc];
    struct known result;
    if (i->op == OP_IFNOT || i->op == OP_IF || i->op == OP_IFMISSING) {
      if (r->code[i->imm].op != OP_PASS) return;
      const struct known *test = &f->known[i->a];
      if (i->op == OP_IFNOT && test->as == COMPARED) k->of[k->count++] = (struct key){test->by, test->text, test->slot, test->constant};
    } else if (harmless(f, i, &result)) f->known[i->a] = result;
    else return;
  }
}

/* ---- buckets ---- */
static inline uint32_t hash_key(bool text, value key) {
  return text ? plain_hash(key.text->bytes, key.text->len) : (uint32_t)(plain_mix(key.bits) >> 16);
}

/* A tag: bit 0 says that the bucket is in use, bit 1 that it has several rules; the rest is of the hash. */
enum { USED = 1, SEVERAL = 2 };

/* The hash's bucket, or the free one where it belongs. */
static inline uint32_t bucket_of(const struct scope_bucket *buckets, uint32_t mask, uint32_t hash) {
  uint32_t tag = hash | USED | SEVERAL, at = hash >> 2 & mask;
  while (buckets[at].tag && (buckets[at].tag | SEVERAL) != tag) at = (at + 1) & mask;
  return at;
}

/* ---- one list ---- */
struct planner {
  struct verifier *v;
  struct finder finder;
  struct keys *keys;                /* by program, once it was looked for */
  uint32_t *votes;                  /* by slot and kind */
  uint32_t *rules_of;               /* by program: how many rules of the list */
  uint32_t *programs, used;         /* those that it has rules of */
  uint32_t *constant;               /* by program: the number of the constant that is the key of its rules, or NONE32 */
  uint32_t *chain;                  /* by entry: the one before in the list under the same key, or NONE32 */
};

static const struct keys *keys_of(struct planner *p, uint32_t program) {
  struct keys *k = &p->keys[program];
  if (!k->looked) find_keys(&p->finder, program, k);
  return k;
}

static uint32_t *votes_of(const struct planner *p, const struct key *key) {
  return &p->votes[4 * (size_t)key->slot + (key->by == SCOPE_HOLDS ? 2 : 0) + key->text];
}

/* The argument that most rules have a key for. Leaves the votes at zero. */
static void choose(struct planner *p, struct scope_plan *plan) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < p->used; i++) {
    const struct keys *k = keys_of(p, p->programs[i]);
    for (unsigned j = 0; j < k->count; j++) {
      uint32_t votes = *votes_of(p, &k->of[j]) += p->rules_of[p->programs[i]];
      if (votes <= most) continue;
      most = votes;
      plan->by = k->of[j].by;
      plan->slot = k->of[j].slot;
      plan->text = k->of[j].text;
    }
  }
  for (uint32_t i = 0; i < p->used; i++) {
    const struct keys *k = keys_of(p, p->programs[i]);
    p->constant[p->programs[i]] = NONE32;
    for (unsigned j = k->count; j-- > 0;) {
      *votes_of(p, &k->of[j]) = 0;
      if (k->of[j].by == plan->by && k->of[j].slot == plan->slot && k->of[j].text == plan->text) p->constant[p->programs[i]] = k->of[j].constant;
    }
  }
  if (most < WORTH) plan->by = SCOPE_ALL;
  for (plan->mask = 3; plan->mask < most + most / 4; plan->mask = plan->mask * 2 + 1) continue;      /* small, to stay near: four of five at most are in use */
}

enum { AHEAD = 16 };                /* buckets are asked for that many rules before they are looked at: most are far away */

static void put_rule(const struct planner *p, const struct scope_plan *plan, struct scope_bucket *buckets, uint32_t entry, uint32_t hash, uint32_t *room) {
  struct scope_bucket *bucket = &buckets[bucket_of(buckets, plan->mask, hash)];
  p->chain[entry] = NONE32;
  if (bucket->tag) {
    *room += bucket->tag & SEVERAL ? 1 : 3;
    p->chain[entry] = bucket->at;
    bucket->tag |= SEVERAL;
  } else bucket->tag = (hash & ~(uint32_t)SEVERAL) | USED;
  bucket->at = entry;
}

/* The number of the constant that is the rule's key, or NONE32. */
static uint32_t key_of(const struct planner *p, uint32_t entry) {
  const struct rebase_bundle *b = p->v->bundle;
  return bundle_form(b, bundle_rule_of(b, entry))->waivers ? NONE32 : p->constant[bundle_program_of(b, entry)];
}

/* Each rule under its key, those with the same one in a chain. Sets the room that rules outside the buckets need. */
static void put_rules(const struct planner *p, struct scope_plan *plan, struct scope_bucket *buckets, uint32_t *room) {
  const struct rebase_bundle *b = p->v->bundle;
  struct { uint32_t entry, hash; } waiting[AHEAD];
  uint32_t count = 0;
  for (uint32_t i = 0; i < plan->count; i++) {
    const uint32_t entry = plan->rules[i], constant = key_of(p, entry);
    if (constant == NONE32) { plan->others++; continue; }
    uint32_t hash = hash_key(plan->text, rule_constants(&b->rules[entry])[constant]), at = count++ % AHEAD;
    if (count > AHEAD) put_rule(p, plan, buckets, waiting[at].entry, waiting[at].hash, room);
    prefetch(&buckets[hash >> 2 & plan->mask]);
    waiting[at].entry = entry;
    waiting[at].hash = hash;
  }
  for (uint32_t i = count < AHEAD ? 0 : count - AHEAD; i < count; i++) put_rule(p, plan, buckets, waiting[i % AHEAD].entry, waiting[i % AHEAD].hash, room);
  *room += plan->others;
}

/* First the rules without a key, then for each bucket of several their number and they: rules stay in order. */
static bool index_rules(const struct planner *p, struct scope_plan *plan) {
  const struct rebase_bundle *b = p->v->bundle;
  struct scope_bucket *buckets = pages_array(b->pages, (size_t)plan->mask + 1, sizeof *buckets);
  uint32_t room = 0, filled = 0;
  if (!buckets) return out_of_memory(p->v);
  put_rules(p, plan, buckets, &room);
  uint32_t *sorted = pages_array(b->pages, room, sizeof *sorted);
  if (!sorted) return out_of_memory(p->v);
  plan->buckets = buckets;
  plan->sorted = sorted;
  for (uint32_t i = 0; i < plan->count && filled < plan->others; i++)
    if (key_of(p, plan->rules[i]) == NONE32) sorted[filled++] = plan->rules[i];
  for (struct scope_bucket *bucket = buckets; filled < room; bucket++) {
    uint32_t last = bucket->at, count = 0;
    if (!(bucket->tag & SEVERAL)) continue;
    for (uint32_t entry = last; entry != NONE32; entry = p->chain[entry]) count++;
    bucket->at = filled;
    sorted[filled] = count;
    filled += count + 1;
    for (uint32_t entry = last, to = filled; entry != NONE32; entry = p->chain[entry]) sorted[--to] = entry;
  }
  return true;
}

static void add_cost(struct scope_plan *plan, const struct image_cost *cost, uint32_t times) {
  for (int d = 0; d <= IMAGE_MAX_LOOP_DEPTH; d++) {
    uint64_t room = UINT64_MAX - plan->cost.steps[d];
    plan->cost.steps[d] += cost->steps[d] <= room / times ? cost->steps[d] * times : room;
  }
}

/* What else than its program's facts a rule goes by. Limits work with the facts themselves. */
static void add_needs(const struct rebase_bundle *b, struct scope_plan *plan, uint32_t rule) {
  const struct image_form *form = bundle_form(b, rule);
  if (b->LIMITS.count && bundle_limit(b, rule) != NONE32) plan->facts = ~UINT64_C(0);
  for (uint32_t i = 0; i < form->waivers; i++) plan->facts |= b->waivers[form->first_waiver + i].facts;
  plan->waivers |= form->waivers != 0;
  plan->timed |= form->waivers || form->wait;
}

/* A rule that is left with nothing but PASS stands in a list to be named (explain.c), and is not run. */
static bool passes(const struct rebase_bundle *b, uint32_t entry) {
  return b->programs[bundle_program_of(b, entry)].code->op == OP_PASS && !bundle_form(b, bundle_rule_of(b, entry))->waivers;
}

static bool leave_out(const struct planner *p, struct scope_plan *plan) {
  const struct rebase_bundle *b = p->v->bundle;
  uint32_t kept = 0, at = 0;
  for (uint32_t i = 0; i < plan->count; i++) kept += !passes(b, plan->rules[i]);
  if (kept == plan->count) return true;
  uint32_t *rules = pages_array(b->pages, kept, sizeof *rules);
  if (!rules) return out_of_memory(p->v);
  for (uint32_t i = 0; i < plan->count; i++)
    if (!passes(b, plan->rules[i])) rules[at++] = plan->rules[i];
  plan->rules = rules;
  plan->count = kept;
  return true;
}

static bool make_plan(struct planner *p, uint32_t list, struct scope_plan *plan) {
  const uint64_t times = UINT64_C(1) << CTX_NOW | UINT64_C(1) << CTX_TODAY | UINT64_C(1) << CTX_SESSION_AGE;
  const struct rebase_bundle *b = p->v->bundle;
  *plan = (struct scope_plan){.bundle = b, .rules = b->LISTS.at + list + 1, .count = b->LISTS.at[list], .by = SCOPE_ALL};
  for (uint32_t i = 0; i < plan->count; i++) {
    uint32_t program = bundle_program_of(b, plan->rules[i]);
    if (!p->rules_of[program]++) p->programs[p->used++] = program;
    add_needs(b, plan, bundle_rule_of(b, plan->rules[i]));
  }
  plan->fixed = !(b->flags & BUNDLE_PLAIN) && !plan->waivers;
  for (uint32_t i = 0; i < p->used; i++) {
    const struct image_program *program = &b->PROGRAMS.at[p->programs[i]];
    plan->models |= program->models;
    plan->fixed &= b->programs[p->programs[i]].fixed && !program->models;
    plan->facts |= b->programs[p->programs[i]].facts;
    add_cost(plan, &b->COSTS.at[program->cost], p->rules_of[p->programs[i]]);
  }
  plan->timed |= (plan->facts & times) != 0;
  if (!(b->flags & BUNDLE_PLAIN)) choose(p, plan);
  while (p->used) p->rules_of[p->programs[--p->used]] = 0;
  if (!leave_out(p, plan)) return false;
  return plan->by == SCOPE_ALL || index_rules(p, plan);
}

/* Numbers plans for the lists in use, in plan_of by place in LISTS, there from 1 on. */
static uint32_t number_plans(const struct rebase_bundle *b, uint32_t *plan_of, uint32_t *plan_at) {
  const uint32_t leaves = b->scope_leaves * SCOPE_FAN;
  uint32_t count = 0;
  memcpy(plan_at, b->SCOPE.at, b->SCOPE.count * sizeof *plan_at);
  for (uint32_t i = 0; i < leaves; i++) {
    if (plan_at[i] == NONE32) continue;
    uint32_t *plan = &plan_of[plan_at[i]];
    if (!*plan) *plan = ++count;
    plan_at[i] = *plan - 1;
  }
  return count;
}

bool plan_scopes(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  uint32_t *plan_of = pages_array(&v->temporary, b->LISTS.count, sizeof *plan_of), made = 0;
  uint32_t *plan_at = pages_array(b->pages, b->SCOPE.count, sizeof *plan_at);
  struct planner p = {.v = v, .finder = {.b = b}};
  p.keys = pages_array(&v->temporary, b->PROGRAMS.count, sizeof *p.keys);
  p.votes = pages_array(&v->temporary, 4 * (size_t)b->max_slots + 4, sizeof *p.votes);
  p.rules_of = pages_array(&v->temporary, 3 * (size_t)b->PROGRAMS.count, sizeof *p.rules_of);
  p.chain = pages_array(&v->temporary, (size_t)b->RULES.count + b->RESIDUALS.count, sizeof *p.chain);
  if (!plan_of || !plan_at || !p.keys || !p.votes || !p.rules_of || !p.chain) return out_of_memory(v);
  p.programs = p.rules_of + b->PROGRAMS.count;
  p.constant = p.programs + b->PROGRAMS.count;
  const uint32_t count = number_plans(b, plan_of, plan_at);
  struct scope_plan *plans = pages_array(b->pages, count, sizeof *plans);
  if (!plans) return out_of_memory(v);
  for (uint32_t list = 0; list < b->LISTS.count && made < count; list++) {
    if (!plan_of[list]) continue;
    if (!make_plan(&p, list, &plans[plan_of[list] - 1])) return false;
    made++;
  }
  for (uint32_t i = 0; i < b->CODE.count; i++) b->reads_today |= b->CODE.at[i].op == OP_CONTEXT && b->CODE.at[i].imm == CTX_TODAY;
  b->plans = v->plans = plans;
  b->plan_count = count;
  b->plan_at = plan_at;
  return true;
}

/* ---- a decision ---- */
static inline void add_run(struct scope_walk *walk, const uint32_t *rules, uint32_t count) {
  walk->run[walk->runs].at = rules;
  walk->run[walk->runs++].end = rules + count;
}

static inline void add_bucket(struct scope_walk *walk, const struct scope_plan *plan, value key) {
  const struct scope_bucket *bucket = &plan->buckets[bucket_of(plan->buckets, plan->mask, hash_key(plan->text, key))];
  if (!bucket->tag) return;
  if (bucket->tag & SEVERAL) add_run(walk, plan->sorted + bucket->at + 1, plan->sorted[bucket->at]);
  else add_run(walk, &bucket->at, 1);
}

/* Each element's rules; those of an element that stands twice only once. */
static void add_buckets(struct scope_walk *walk, const struct scope_plan *plan, const struct list *keys) {
  const unsigned before = walk->runs;
  for (uint32_t i = 0; i < keys->len; i++) {
    const unsigned last = walk->runs;
    add_bucket(walk, plan, keys->items[i]);
    for (unsigned k = before; k < last && walk->runs > last; k++)
      if (walk->run[k].at == walk->run[last].at) walk->runs = last;
  }
}

void scope_walk_begin(struct scope_walk *walk, const struct scope_plan *plan, const value *slots) {
  walk->runs = 0;
  walk->bundle = plan->bundle;
  const value argument = plan->by == SCOPE_ALL || !slots ? missing_value() : slots[plan->slot];
  if (plan->by == SCOPE_ALL || !slots || (plan->by == SCOPE_HOLDS && !is_missing(argument) && argument.list->len >= SCOPE_RUNS)) {
    add_run(walk, plan->rules, plan->count);
    return;
  }
  if (plan->others) add_run(walk, plan->sorted, plan->others);
  if (is_missing(argument)) return;                 /* equals nothing, holds nothing */
  if (plan->by == SCOPE_EQUAL) add_bucket(walk, plan, argument);
  else add_buckets(walk, plan, argument.list);
}

uint32_t scope_walk_least(struct scope_walk *walk) {
  unsigned least = 0;
  uint32_t rule = NONE32;
  for (unsigned i = 0; i < walk->runs; i++) {
    if (walk->run[i].at == walk->run[i].end) {      /* this one is at its end: the last takes its place */
      walk->run[i--] = walk->run[--walk->runs];
      continue;
    }
    uint32_t of = bundle_rule_of(walk->bundle, *walk->run[i].at);
    if (of >= rule && least < walk->runs) continue;
    least = i;
    rule = of;
  }
  return walk->runs ? *walk->run[least].at++ : NONE32;
}
