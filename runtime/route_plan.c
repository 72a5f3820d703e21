/* route_plan.c: see route_plan.h. Work and memory are bounded: beyond the bounds below a rule counts as one that is not constant, a set has no
 * order, or the bundle no plan, and decisions do the work themselves. */
#include "route_plan.h"
#include <sodium.h>
#include "route_guess.h"
#include "route_order.h"
#include "scope_plan.h"
#include "verify.h"
#include "vm.h"

enum { MOST_TASKS = 256, MOST_CLASSES = 1 << 16, MOST_RUNS = 1 << 21, GUESS_RUNS = 8,       /* runs: of one rule, about one model in one region; a guess is so many */
       MOST_LISTED = 1 << 22 };     /* rules of groups, for each task */

/* ---- what a program reads ---- */
enum { READS_TASK = 1, READS_AGENT = 2, READS_REQUEST = 4, READS_SESSION = 8 };

static unsigned fact_reads(uint32_t fact) {
  if (fact >= CTX_AGENT_NAME && fact <= CTX_AGENT_PACKAGE) return READS_AGENT;
  if (fact == CTX_TASK || fact == CTX_MODEL_QUALITY) return READS_TASK;
  return fact >= CTX_MODEL_NAME ? 0 : fact == CTX_SESSION_AGE || fact == CTX_SESSION_AGENTS ? READS_REQUEST | READS_SESSION : READS_REQUEST;
}

/* Anything that is not known to give the same from the same registers and the bundle alone reads the request. */
static unsigned program_reads(const struct rebase_bundle *b, uint32_t code, uint32_t count, const uint8_t *functions) {
  unsigned reads = 0;
  for (const struct instruction *i = b->CODE.at + code, *end = i + count; i < end; i++)
    switch (i->op) {
    case OP_CONTEXT: reads |= fact_reads(i->imm); break;
    case OP_CALL: reads |= functions[i->imm]; break;
    case OP_CONST: case OP_TEXT: case OP_VALUE: case OP_RULECONST: case OP_NOTHING: case OP_MOVE: case OP_FIELD: case OP_OPTFIELD: case OP_INDEX: case OP_LASTOF: case OP_MAPGET:
    case OP_LENGTH: case OP_TEXTLENGTH: case OP_ROW: case OP_ROWS: case OP_UNDER: case OP_PRESENT: case OP_UNWRAP: case OP_ADD: case OP_SUB: case OP_NEG:
    case OP_MULINT: case OP_MULDEC: case OP_DIVINT: case OP_DIVDEC: case OP_RATIO: case OP_TODECIMAL: case OP_MIN: case OP_MAX: case OP_ABS: case OP_EQ:
    case OP_EQTEXT: case OP_LT: case OP_LE: case OP_NOT: case OP_IN: case OP_INREGION: case OP_STARTS: case OP_ENDS: case OP_HOLDS: case OP_MATCHES:
    case OP_JUMP: case OP_IFNOT: case OP_IF: case OP_IFMISSING: case OP_RETURN: case OP_PASS: case OP_DENY: case OP_OBLIGE: case OP_LACKS: break;
    case OP_LABELLED: case OP_PROVED: case OP_COUNTED: case OP_SEEN: case OP_SEENWITHIN: case OP_SEENALL: case OP_SEENONLY: case OP_BOUND: case OP_SAID: case OP_VOUCHED:
      reads |= READS_REQUEST | READS_SESSION;
      break;
    default: reads |= READS_REQUEST;
    }
  return reads;
}

/* ---- making a plan ---- */
struct builder {
  struct verifier *v;
  struct rebase_bundle *bundle;
  struct order_maker orders;
  struct route_plan *plan;
  struct vm *vm;
  struct guesser *guesser;
  value facts[CTX_COUNT];
  uint8_t *reads;                   /* by entry of a list: READS_, of those that are asked of models */
  uint64_t **masks;                 /* by entry: by task where it reads the task, else one: the models that it can leave, and those it can take away; NULL: not made yet */
  uint32_t *symbols;                /* by task number */
  uint32_t words;                   /* of a set */
  uint64_t *set; const uint64_t **sets; uint32_t set_count, *set_table, table_mask;      /* the one at hand; those that were made, each once */
  const struct route_order **made; uint32_t made_count, *made_table; struct made_of { const uint64_t *left; uint32_t route, task; } *made_of;
  const struct route_fit **fit_of_type;     /* by type of money */
  uint64_t runs;                    /* that are left */
};

static bool read_programs(struct builder *p) {
  const struct rebase_bundle *b = p->bundle;
  uint8_t *functions = pages_array(&p->v->temporary, b->FUNCTIONS.count, 1);
  const uint32_t entries = b->RULES.count + b->RESIDUALS.count;
  p->reads = pages_array(&p->v->temporary, entries, 1);
  if (!functions || !p->reads) return out_of_memory(p->v);
  for (uint32_t i = 0; i < b->FUNCTIONS.count; i++)         /* they call only those before them */
    functions[i] = (uint8_t)program_reads(b, b->FUNCTIONS.at[i].code, b->FUNCTIONS.at[i].code_count, functions);
  for (uint32_t i = 0; i < entries; i++) {
    const struct image_program *program = &b->PROGRAMS.at[bundle_program_of(b, i)];
    if (program->models) p->reads[i] = (uint8_t)program_reads(b, program->code, program->code_count, functions);
  }
  return true;
}

/* ---- tasks: those that a model was measured for, or that stand in code ---- */
static bool add_task(struct builder *p, uint32_t *task_of, int64_t symbol) {
  if (symbol < 0 || symbol >= p->bundle->SYMBOLS.count || task_of[symbol] != NONE32) return true;
  if (p->plan->tasks == MOST_TASKS) return false;
  p->symbols[p->plan->tasks] = (uint32_t)symbol;
  task_of[symbol] = p->plan->tasks++;
  return true;
}

/* False: too many. A task that is left out only has no plan where a rule reads the task. */
static bool find_tasks(struct builder *p, uint32_t *task_of) {
  const struct rebase_bundle *b = p->bundle;
  bool fit = true;
  for (uint32_t i = 0; i < b->SYMBOLS.count; i++) task_of[i] = NONE32;
  for (uint32_t i = 0; i < b->QUALITIES.count && fit; i++) fit = add_task(p, task_of, b->QUALITIES.at[i].task);
  for (uint32_t i = 0; i < b->CONSTS.count && fit; i++)
    if (bundle_type(b, b->CONSTS.at[i].type)->kind == TYPE_SYMBOL) fit = add_task(p, task_of, b->CONSTS.at[i].bits);
  for (uint32_t i = 0; i < b->VALUE_INDEX.count && fit; i++) {
    const struct image_type *type = bundle_type(b, b->VALUE_INDEX.at[i].type);
    if ((type->kind != TYPE_LIST && type->kind != TYPE_SET) || bundle_type(b, type->a)->kind != TYPE_SYMBOL) continue;
    const struct list *list = b->values[i].list;
    for (uint32_t k = 0; k < list->len && fit; k++) fit = add_task(p, task_of, list->items[k].i);
  }
  for (uint32_t i = 0; i < b->SYMBOLS.count; i++) if (task_of[i] == NONE32) task_of[i] = p->plan->tasks;
  return fit;
}

/* ---- verdicts ---- */
/* What the rule can say of the model, GUESS_ bits. In several regions all must do. */
static unsigned says(struct builder *p, uint32_t entry, const struct image_model *m, uint32_t task) {
  const struct rebase_bundle *b = p->bundle;
  bool constant = !(p->reads[entry] & READS_REQUEST);
  unsigned all = GUESS_LEAVES;
  for (uint32_t i = 0; i < (m->regions ? m->regions : 1) && all & GUESS_LEAVES; i++) {
    unsigned one;
    uint64_t cost = constant ? 1 : GUESS_RUNS;
    model_facts(b, m, m->regions ? b->INDEXES.at[m->first_region + i] : NONE32, task, p->facts);
    if (constant) {
      enum vm_verdict verdict = vm_run_rule(p->vm, entry);
      bool sure = verdict != VM_FAULT && verdict != VM_ERROR_COST && verdict != VM_ERROR_SCRATCH && verdict != VM_ERROR_SESSION;
      one = !sure ? GUESS_EITHER : verdict == VM_PASS || verdict == VM_OBLIGE ? GUESS_LEAVES : GUESS_REMOVES;
    } else one = guess_rule(p->guesser, entry);
    all = !(one & GUESS_LEAVES) ? GUESS_REMOVES : all | (one & GUESS_REMOVES);
    p->runs -= p->runs > cost ? cost : p->runs;
  }
  return all;
}

/* For each of `tasks` tasks, or the only one for all. False: too much work. */
static bool judge(struct builder *p, uint32_t entry, uint32_t tasks, uint64_t *masks) {
  const struct rebase_bundle *b = p->bundle;
  for (uint32_t t = 0; t < tasks; t++) {
    uint32_t symbol = p->reads[entry] & READS_TASK ? p->symbols[t] : NONE32;
    uint64_t *leaves = masks + (size_t)t * 2 * p->words, *removes = leaves + p->words;
    p->facts[CTX_TASK] = symbol == NONE32 ? missing_value() : int_value(symbol);
    for (uint32_t m = 0; m < b->MODELS.count; m++) {
      if (!p->runs) return false;
      unsigned said = says(p, entry, &b->MODELS.at[m], symbol);
      leaves[m / 64] |= (uint64_t)(said & GUESS_LEAVES ? 1 : 0) << m % 64;
      removes[m / 64] |= (uint64_t)(said & GUESS_REMOVES ? 1 : 0) << m % 64;
    }
  }
  return true;
}

/* The masks of a rule for these agents, or NULL when it can say anything. */
static const uint64_t *masks_of(struct builder *p, uint32_t entry, uint32_t agent) {
  const struct rebase_bundle *b = p->bundle;
  const struct image_form *form = bundle_form(b, bundle_rule_of(b, entry));
  uint32_t tasks = p->reads[entry] & READS_TASK ? p->plan->tasks : 1;
  for (uint32_t w = form->first_waiver; w < form->first_waiver + form->waivers; w++) if (b->WAIVERS.at[w].agent == agent) return NULL;
  if (p->masks[entry] && !(p->reads[entry] & READS_AGENT)) return p->masks[entry];
  if (!b->rules[entry].program->fixed || (uint64_t)tasks * b->MODELS.count * (p->reads[entry] & READS_REQUEST ? GUESS_RUNS : 1) > p->runs) return NULL;
  uint64_t *masks = pages_array(&p->v->temporary, (size_t)tasks * 2 * p->words + 1, sizeof *masks);
  if (!masks || !judge(p, entry, tasks, masks)) return NULL;
  return p->masks[entry] = masks;
}

/* ---- sets and orders, each once ---- */
static uint64_t mix(uint64_t hash, uint64_t word) { return (hash ^ word ^ hash >> 31) * UINT64_C(0x9e3779b97f4a7c15); }

static const uint64_t *keep_set(struct builder *p) {
  uint64_t hash = 17;
  for (uint32_t i = 0; i < p->words; i++) hash = mix(hash, p->set[i]);
  for (uint32_t at = (uint32_t)(hash >> 32) & p->table_mask;; at = (at + 1) & p->table_mask) {
    uint32_t known = p->set_table[at];
    if (known && !memcmp(p->sets[known - 1], p->set, p->words * sizeof *p->set)) return p->sets[known - 1];
    if (known) continue;
    uint64_t *kept = pages_array(p->bundle->pages, p->words, sizeof *kept);
    if (!kept) return NULL;
    memcpy(kept, p->set, p->words * sizeof *kept);
    p->sets[p->set_count] = kept;
    p->set_table[at] = ++p->set_count;
    return kept;
  }
}

static bool same_order(const struct builder *p, const struct made_of *a, const struct made_of *b) {
  const struct image_route *x = &p->bundle->ROUTES.at[a->route], *y = &p->bundle->ROUTES.at[b->route];
  if (a->left != b->left || a->task != b->task || x->prefer != y->prefer || x->currency != y->currency) return false;
  return x->prefer != PREFER_WEIGHTED || a->route == b->route;
}

static bool keep_order(struct builder *p, const uint64_t *left, uint32_t route, uint32_t task, const struct route_order **order) {
  const struct image_route *r = &p->bundle->ROUTES.at[route];
  const struct made_of of = {left, route, r->prefer == PREFER_QUALITY ? task : NONE32};
  uint64_t hash = mix(mix(mix(r->prefer, (uintptr_t)left), of.task), r->prefer == PREFER_WEIGHTED ? route : r->currency);
  for (uint32_t at = (uint32_t)(hash >> 32) & p->table_mask;; at = (at + 1) & p->table_mask) {
    uint32_t known = p->made_table[at];
    if (known && same_order(p, &p->made_of[known - 1], &of)) { *order = p->made[known - 1]; return true; }
    if (known) continue;
    *order = NULL;
    if (p->made_count == MOST_CLASSES) return true;
    if (!order_make(&p->orders, r, of.task, left, order)) return false;
    p->made_of[p->made_count] = of;
    p->made[p->made_count] = *order;
    p->made_table[at] = ++p->made_count;
    return true;
  }
}

/* ---- groups ---- */
/* Rules of a list that are asked of models: their masks, or NULL; whether those are by task. */
struct judges { uint32_t *rules, count; const uint64_t **masks; bool *by_task; };

/* The masks of a rule for a task, or NULL when it can say anything. */
static const uint64_t *mask_for(const struct builder *p, const struct judges *j, uint32_t i, uint32_t task) {
  if (!j->masks[i] || (j->by_task[i] && task == p->plan->tasks)) return NULL;
  return j->masks[i] + (j->by_task[i] ? (size_t)task * 2 * p->words : 0);
}

static void narrow(struct builder *p, const struct judges *j, uint32_t task) {
  for (uint32_t w = 0; w < p->words; w++) p->set[w] = UINT64_MAX;
  if (p->bundle->MODELS.count % 64) p->set[p->words - 1] = (UINT64_C(1) << p->bundle->MODELS.count % 64) - 1;
  for (uint32_t i = 0; i < j->count; i++) {
    const uint64_t *leaves = mask_for(p, j, i, task);
    for (uint32_t w = 0; leaves && w < p->words; w++) p->set[w] &= leaves[w];
  }
}

static bool can_remove(const struct builder *p, const struct judges *j, uint32_t i, uint32_t task) {
  const uint64_t *masks = mask_for(p, j, i, task);
  uint64_t any = !masks;
  for (uint32_t w = 0; masks && w < p->words; w++) any |= p->set[w] & masks[p->words + w];
  return any;
}

static bool make_class(struct builder *p, const struct route_group *g, const struct judges *j, uint32_t task, struct route_class *class) {
  struct pages *pages = p->bundle->pages;
  const struct route_order **orders = pages_array(pages, g->route_count, sizeof *orders);
  narrow(p, j, task);
  for (uint32_t i = 0; i < j->count; i++) class->rule_count += can_remove(p, j, i, task);
  uint32_t *rules = pages_array(pages, class->rule_count, sizeof *rules), count = 0;
  if (!orders || !rules || !(class->left = keep_set(p))) return out_of_memory(p->v);
  for (uint32_t i = 0; i < j->count; i++) if (can_remove(p, j, i, task)) rules[count++] = j->rules[i];
  class->rules = rules;
  class->orders = orders;
  for (uint32_t i = 0; i < g->route_count; i++)
    if (!keep_order(p, class->left, g->routes[i], task < p->plan->tasks ? p->symbols[task] : NONE32, &orders[i])) return false;
  return true;
}

/* Divides the rules of a list up. */
static bool divide(struct builder *p, uint32_t list, uint32_t agent, struct route_group *g, struct judges *j) {
  struct rebase_bundle *b = p->bundle;
  uint32_t count = b->LISTS.at[list], *first = pages_array(b->pages, count, sizeof *first), *obliging = pages_array(b->pages, count, sizeof *obliging);
  uint32_t *routes = pages_array(b->pages, count, sizeof *routes);
  struct pages *t = &p->v->temporary;
  *j = (struct judges){.rules = pages_array(t, count, sizeof *j->rules), .masks = pages_array(t, count, sizeof *j->masks), .by_task = pages_array(t, count, sizeof *j->by_task)};
  if (!first || !obliging || !routes || !j->rules || !j->masks || !j->by_task) return out_of_memory(p->v);
  *g = (struct route_group){.first = first, .fixed = true, .obliging = obliging, .routes = routes};
  for (uint32_t i = 0; i < count; i++) {
    uint32_t entry = b->LISTS.at[list + 1 + i], rule = bundle_rule_of(b, entry), route = bundle_route(b, rule);
    const struct image_program *program = &b->PROGRAMS.at[bundle_program_of(b, entry)];
    if (route != NONE32) routes[g->route_count++] = route;
    if (!program->models) {
      first[g->first_count++] = entry;
      g->fixed &= b->rules[entry].program->fixed && !bundle_form(b, rule)->waivers;
      continue;
    }
    if (program->effect == RULE_OBLIGE) obliging[g->obliging_count++] = entry;
    j->rules[j->count] = entry;
    j->masks[j->count] = masks_of(p, entry, agent);
    j->by_task[j->count] = p->reads[entry] & READS_TASK;
    g->session |= j->masks[j->count++] && p->reads[entry] & READS_SESSION;
  }
  return true;
}

static bool make_group(struct builder *p, uint32_t list, uint32_t agent, struct route_group *g) {
  struct judges judges;
  struct route_class *classes = pages_array(p->bundle->pages, (size_t)p->plan->tasks + 1, sizeof *classes);
  agent_facts(p->bundle, agent, p->facts);
  if (!classes) return out_of_memory(p->v);
  if (!divide(p, list, agent, g, &judges)) return false;
  g->classes = classes;
  for (uint32_t t = 0; t <= p->plan->tasks; t++) if (!make_class(p, g, &judges, t, &classes[t])) return false;
  return true;
}

/* Whether the rules of a list can tell agents apart. */
static bool knows_agents(const struct builder *p, uint32_t list) {
  const struct rebase_bundle *b = p->bundle;
  for (uint32_t i = 1; i <= b->LISTS.at[list]; i++) {
    uint32_t entry = b->LISTS.at[list + i], rule = bundle_rule_of(b, entry);
    if (bundle_program(b, rule)->models && (p->reads[entry] & READS_AGENT || bundle_form(b, rule)->waivers)) return true;
  }
  return false;
}

static bool make_groups(struct builder *p, uint32_t *group_of) {
  struct rebase_bundle *b = p->bundle;
  uint32_t *group_of_list = pages_array(&p->v->temporary, b->LISTS.count, sizeof *group_of_list), *first = pages_array(&p->v->temporary, b->AGENTS.count, sizeof *first);
  uint32_t count = 0, most = MOST_CLASSES / (p->plan->tasks + 1);
  uint64_t listed = 0;
  if (!group_of_list || !first) return out_of_memory(p->v);
  for (uint32_t a = 0; a < b->AGENTS.count; a++) {
    uint32_t list = bundle_list(b, a, head_infer(b));
    group_of[a] = NONE32;
    if (list == NONE32) continue;
    bool apart = knows_agents(p, list);
    if (!apart && group_of_list[list]) { group_of[a] = group_of_list[list] - 1; continue; }
    listed += ((uint64_t)b->LISTS.at[list] + 1) * (p->plan->tasks + 1);
    if (count == most || listed > MOST_LISTED) continue;
    first[count] = a;
    group_of[a] = count++;
    if (!apart) group_of_list[list] = count;
  }
  struct route_group *groups = pages_array(b->pages, count, sizeof *groups);
  if (!groups) return out_of_memory(p->v);
  for (uint32_t g = 0; g < count; g++)
    if (!make_group(p, bundle_list(b, first[g], head_infer(b)), first[g], &groups[g])) return false;
  p->plan->groups = groups;
  p->plan->group_of = group_of;
  return true;
}

enum { FEW_SHARES = 2 };           /* counted where they are needed */
static bool make_fits(struct builder *p) {
  const struct rebase_bundle *b = p->bundle;
  const struct route_fit **fits = pages_array(b->pages, b->ROUTES.count, sizeof *fits);
  if (!fits) return out_of_memory(p->v);
  for (uint32_t i = 0; i < b->ROUTES.count; i++) {
    const struct image_route *route = &b->ROUTES.at[i];
    const struct route_fit **known = route->prefer == PREFER_WEIGHTED || route->currency == NONE32 ? NULL : &p->fit_of_type[route->currency];
    if (known && *known) { fits[i] = *known; continue; }
    if (route->currency == NONE32 || (!known && route->weights <= FEW_SHARES)) continue;
    if (!order_fit(&p->orders, route, &fits[i])) return false;
    if (known) *known = fits[i];
  }
  p->plan->fits = fits;
  return true;
}

static bool begin(struct builder *p) {
  struct pages *t = &p->v->temporary;
  const struct rebase_bundle *b = p->bundle;
  p->words = (b->MODELS.count + 63) / 64;
  p->table_mask = 2 * MOST_CLASSES - 1;
  p->runs = MOST_RUNS;
  p->plan = pages_take(b->pages, sizeof *p->plan);
  p->vm = pages_take(t, sizeof *p->vm);
  p->guesser = pages_take(t, sizeof *p->guesser);
  p->masks = pages_array(t, (size_t)b->RULES.count + b->RESIDUALS.count, sizeof *p->masks);
  p->symbols = pages_array(t, MOST_TASKS, sizeof *p->symbols);
  p->set = pages_array(t, p->words, sizeof *p->set);
  p->sets = pages_array(t, MOST_CLASSES, sizeof *p->sets);
  p->set_table = pages_array(t, 2 * MOST_CLASSES, sizeof *p->set_table);
  p->made = pages_array(t, MOST_CLASSES, sizeof *p->made);
  p->made_of = pages_array(t, MOST_CLASSES, sizeof *p->made_of);
  p->made_table = pages_array(t, 2 * MOST_CLASSES, sizeof *p->made_table);
  p->fit_of_type = pages_array(t, b->TYPES.count, sizeof *p->fit_of_type);
  bool room = p->plan && p->vm && p->guesser && p->masks && p->symbols && p->set && p->sets && p->set_table && p->made && p->made_of && p->made_table && p->fit_of_type;
  if (!room) return out_of_memory(p->v);
  vm_begin(p->vm, b);
  p->vm->facts = p->facts;
  p->vm->longest = 1;
  p->guesser->vm = p->vm;
  p->guesser->facts = p->facts;
  return order_begin(p->v, &p->orders);
}

/* What names are drawn with, by route: the same in every process and bundle. */
static bool make_keys(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  unsigned char (*keys)[ROUTE_KEY] = pages_array(b->pages, b->ROUTES.count, sizeof *keys);
  if (!keys) return out_of_memory(v);
  for (uint32_t i = 0; i < b->ROUTES.count; i++) {
    const struct text *name = bundle_text(b, bundle_form(b, b->ROUTES.at[i].rule)->name);
    if (b->ROUTES.at[i].sticky) crypto_generichash(keys[i], ROUTE_KEY, (const unsigned char *)name->bytes, name->len, NULL, 0);
  }
  b->route_keys = (const unsigned char (*)[ROUTE_KEY])keys;
  return true;
}

bool plan_routes(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  struct builder p = {.v = v, .bundle = b};
  if (!make_keys(v)) return false;
  if (b->flags & BUNDLE_PLAIN || !b->ROUTES.count || !b->MODELS.count) return true;
  uint32_t *group_of = pages_array(b->pages, b->AGENTS.count, sizeof *group_of), *task_of = pages_array(b->pages, b->SYMBOLS.count, sizeof *task_of);
  if (!group_of || !task_of) return out_of_memory(v);
  if (!begin(&p) || !read_programs(&p)) return false;
  if (!find_tasks(&p, task_of)) return true;
  p.plan->task_of = task_of;
  if (!make_groups(&p, group_of) || !make_fits(&p)) return false;
  b->route_plan = p.plan;
  return true;
}
