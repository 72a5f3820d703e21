/* residual.c: rules without what is constant, for everyone or for one agent and one head (operation, release, delegation, infer): the world is
 * closed, so what is said of an agent, an operation and its connector is constant there. What is left is the rule's own program, a smaller one,
 * or nothing. */
#include <stdlib.h>
#include <string.h>
#include "codegen/partial.h"

/* ---- facts ---- */
static uint64_t fact_bit(enum context_fact fact) { return UINT64_C(1) << fact; }

static void give(struct known *k, enum context_fact fact, bool there, int64_t scalar) {
  k->given[fact] = true;
  k->facts[fact] = (struct constant){.missing = !there, .scalar = scalar};
}

/* optional: without a text there is nothing; else nothing is known. */
static void give_text(struct known *k, enum context_fact fact, const char *text, bool optional) {
  k->given[fact] = text || optional;
  k->facts[fact] = (struct constant){.missing = !text, .text = text, .length = text ? (uint32_t)strlen(text) : 0};
}

void gen_know_agent(struct known *k, const struct agent *agent) {
  give_text(k, CTX_AGENT_NAME, agent->name, false);
  give_text(k, CTX_AGENT_OWNER, agent->owner, false);
  give_text(k, CTX_AGENT_TEAM, agent->team ? agent->team->name : NULL, true);
  give_text(k, CTX_AGENT_PACKAGE, agent->package ? agent->package->name : NULL, false);
}

static void know_operation(struct known *k, const struct operation *o) {
  const struct connector *c = o->connector;
  give_text(k, CTX_OPERATION_NAME, o->name, false);
  give(k, CTX_OPERATION_READS, true, o->op_class == CLASS_READS);
  give(k, CTX_OPERATION_WRITES, true, o->op_class == CLASS_WRITES);
  give(k, CTX_OPERATION_DESTROYS, true, o->op_class == CLASS_DESTROYS);
  give(k, CTX_OPERATION_SENDS, true, o->sends_outside);
  give_text(k, CTX_CONNECTOR_NAME, c->name, false);
  give_text(k, CTX_CONNECTOR_KIND, c->kind && *c->kind ? c->kind : NULL, true);
  give(k, CTX_CONNECTOR_RESIDENCY, c->residency != NONE32, c->residency);
}

void gen_know_head(struct known *k, uint32_t head) {
  static const char *const releases[RELEASE_COUNT] = {"person", "agent", "outside"};
  const struct program *p = k->program;
  uint32_t operations = p->operations_count, delegates = operations + RELEASE_COUNT;
  if (head < operations) know_operation(k, p->operations[head]);
  else if (head < delegates) give_text(k, CTX_RELEASE_TO, releases[head - operations], false);
  else if (head < delegates + p->agents_count) give_text(k, CTX_DELEGATE_TO, p->agents[head - delegates]->name, false);
}

static uint64_t facts_read(const struct expr *e) {
  uint64_t facts = 0;
  if (!e) return 0;
  if (e->kind == EXPR_CONTEXT) facts |= fact_bit((enum context_fact)e->index);
  for (unsigned i = 0; i < e->count; i++) facts |= facts_read(e->list[i]);
  return facts | facts_read(e->a) | facts_read(e->b) | facts_read(e->c) | facts_read(e->d);
}

uint64_t gen_facts(const struct rule *rule) {
  uint64_t facts = facts_read(rule->where) | facts_read(rule->unless);
  for (unsigned i = 0; i < rule->let_count; i++) facts |= facts_read(rule->lets[i]->value);
  return facts;
}

/* ---- a rule without what is constant ---- */
struct left {                       /* what is left of a rule */
  struct rule rule;
  bool never, changed;
};

/* Neither fails nor lacks: it can go when nobody reads it. */
static bool let_is_free(const struct let *let) {
  return partial_harmless(let->value) && (let->otherwise == LET_PLAIN || !let->value->optional);
}

/* A let that is a fact stays one (partial.c), and is known not to lack it. */
static struct let *fold_let(struct partial *p, const struct let *let) {
  struct expr *value = partial_fold(p, let->value), *there = arena_alloc(p->arena, sizeof *there);
  struct let *copy = arena_alloc(p->arena, sizeof *copy);
  if (!value || !copy || !there) return NULL;
  *copy = *let;
  copy->value = value;
  partial_name(p, let->local, value);
  if (value->kind != EXPR_CONST || (let->otherwise != LET_PLAIN && value->constant->missing)) return copy;
  bool fact = partial_is_fact(p, let->value);
  partial_bind(p, let->local, value->constant, fact);
  if (!fact) return copy;
  copy->value = let->value;
  if (let->otherwise == LET_PLAIN || !let->value->optional) return copy;
  *there = (struct expr){.kind = EXPR_UNWRAP, .type = let->value->type, .span = let->value->span, .a = let->value};
  copy->value = there;
  copy->otherwise = LET_PLAIN;
  return copy;
}

/* Leaves out the lets that nothing reads any more. */
static void drop_lets(struct partial *p, struct left *left) {
  struct rule *rule = &left->rule;
  unsigned kept = 0;
  partial_use(p, rule->where);
  partial_use(p, rule->unless);
  for (unsigned i = rule->let_count; i-- > 0;) {
    struct let *let = rule->lets[i];
    if (!partial_used(p, let->local) && let_is_free(let)) rule->lets[i] = NULL;
    else partial_use(p, let->value);
  }
  for (unsigned i = 0; i < rule->let_count; i++)
    if (rule->lets[i]) rule->lets[kept++] = rule->lets[i];
  left->changed = left->changed || kept != rule->let_count;
  rule->let_count = kept;
}

static bool never_matches(const struct rule *rule) {
  for (unsigned i = 0; i < rule->let_count; i++) if (!let_is_free(rule->lets[i])) return false;
  return partial_is(rule->where, false) || (partial_is(rule->unless, true) && partial_harmless(rule->where));
}

/* False when memory is out. */
static bool fold_rule(struct partial *p, const struct rule *rule, struct left *left) {
  struct let **lets = rule->let_count ? arena_alloc(p->arena, rule->let_count * sizeof *lets) : NULL;
  *left = (struct left){.rule = *rule};
  if (rule->let_count && !lets) return false;
  for (unsigned i = 0; i < rule->let_count; i++) {
    if (!(lets[i] = fold_let(p, rule->lets[i]))) return false;
    left->changed = left->changed || lets[i]->value != rule->lets[i]->value;
  }
  left->rule.lets = lets;
  if (rule->where) left->rule.where = partial_fold(p, rule->where);
  if (rule->unless) left->rule.unless = partial_fold(p, rule->unless);
  if (p->arena->failed) return false;
  left->changed = left->changed || left->rule.where != rule->where || left->rule.unless != rule->unless;
  left->never = never_matches(&left->rule);
  if (partial_is(left->rule.where, true)) left->rule.where = NULL;
  if (partial_is(left->rule.unless, false)) left->rule.unless = NULL;
  if (rule->let_count) drop_lets(p, left);
  return !p->arena->failed;
}

/* ---- its program ---- */
/* Named where nothing granted what it could have (SPEC 7.5), or a waiver may fail before it. */
static bool stays_in_lists(const struct rule *rule) {
  bool waived = false;
  for (unsigned i = 0; i < rule->waiver_count; i++) waived = waived || rule->waivers[i]->where || rule->waivers[i]->let_count;
  return waived || (!rule->guard && (rule->effect == RULE_ALLOW || rule->effect == RULE_ASK));
}

/* The entry of LISTS for this code: the rule itself, a residual that it has already, or a new one. */
static uint32_t settle(struct generator *g, const struct rule *rule, struct gen_code *code) {
  const struct image_rule *own = gen_record(g, SECTION_RULES, rule->id);
  const uint32_t own_program = ((const struct image_form *)gen_record(g, SECTION_FORMS, own->form))->program;
  struct image_residual record = {.rule = rule->id, .program = gen_program(code, rule)};
  const uint32_t *constants = (const void *)g->places.bytes, count = (uint32_t)(g->places.size / sizeof *constants);
  if (g->out_of_memory || g->failed) return rule->id;
  bool same = record.program == own_program &&                /* then there are as many constants */
              (!count || !memcmp(gen_record(g, SECTION_RULE_CONSTANTS, own->first_constant), constants, g->places.size));
  if (same) return rule->id;
  const uint32_t head[] = {record.rule, record.program};
  g->key.size = 0;
  gen_buffer_add(g, &g->key, head, sizeof head);
  gen_buffer_add(g, &g->key, constants, g->places.size);
  uint32_t number = gen_pooled(g, &g->residuals, g->key.bytes, g->key.size);
  if (number != gen_count(g, SECTION_RESIDUALS)) return g->program->rules_count + number;
  if (count) record.first_constant = gen_append(g, SECTION_RULE_CONSTANTS, constants, count);
  return g->program->rules_count + gen_append(g, SECTION_RESIDUALS, &record, 1);
}

enum purpose { OWN, RESIDUAL, WAIVER };

static void lower(struct generator *g, struct gen_code *code, const struct left *left, enum purpose purpose, bool quiet) {
  if (purpose == WAIVER) { gen_condition_program(g, code, &left->rule, quiet); return; }
  gen_rule_open(g, code, &left->rule, quiet);
  if (purpose == OWN) gen_condition_open(g, &left->rule);
  if (left->never) gen_emit(code, OP_PASS, 0, 0, 0, 0);
  else gen_rule_program(g, code, &left->rule);
}

/* False, and no code: what is left passes a limit, as a rule can into which a function was inlined. */
static bool lower_left(struct generator *g, struct gen_code *code, const struct left *left, enum purpose purpose) {
  lower(g, code, left, purpose, true);
  if (gen_code_fits(code)) return true;
  gen_code_drop(code);
  return false;
}

/* What was left of the one before is settled, and goes. */
static struct partial partial_of(struct generator *g, const struct rule *rule, const struct known *known) {
  if (!g->ahead) arena_reset(&g->left);
  return (struct partial){.g = g, .known = known, .rule = rule, .arena = &g->left, .effort = PARTIAL_EFFORT, .growth = PARTIAL_GROWTH};
}

/* As it is written it keeps to the limits, or they are reported; then what is left takes its place. True: nothing is, it never matches. */
static bool lower_both(struct generator *g, struct gen_code *code, const struct rule *rule, const struct known *known, enum purpose purpose) {
  const struct left written = {.rule = *rule};
  struct partial p = partial_of(g, rule, known);
  struct left left = written;
  lower(g, code, &written, purpose, false);
  if (g->plain || (purpose == OWN && !rule->folds) || !gen_code_fits(code)) return false;
  if (!fold_rule(&p, rule, &left)) g->out_of_memory = true;
  else if (left.changed) {
    gen_code_drop(code);
    if (!lower_left(g, code, &left, purpose)) lower(g, code, &written, purpose, false);
  }
  return left.never;
}

void gen_own_program(struct generator *g, struct gen_code *code, const struct rule *rule) {
  static const struct known nothing;
  if (!gen_take_lowered(g, code, rule)) lower_both(g, code, rule, &nothing, OWN);
}

/* It is for one agent; and for one operation, if the rule is. */
bool gen_waiver_program(struct generator *g, struct gen_code *code, const struct rule *rule, const struct waiver *waiver) {
  struct known known = {.program = g->program};
  struct rule condition = *rule;
  condition.span = waiver->span;
  condition.lets = waiver->lets;
  condition.let_count = waiver->let_count;
  condition.where = waiver->where;
  condition.unless = NULL;
  gen_know_agent(&known, waiver->agent);
  if (rule->event == EVENT_CALL && rule->operation_count == 1) gen_know_head(&known, rule->operations[0]->id);
  if (!lower_both(g, code, &condition, &known, WAIVER)) return true;
  gen_code_drop(code);
  return false;
}

/* How deep it calls is told as it is written, lest a chain of functions be longer than another for what is constant in it. */
void gen_function_program(struct generator *g, struct gen_code *code, const struct function *f) {
  static const struct known nothing;
  const struct rule body = {.where = f->body};
  struct partial p = partial_of(g, &body, &nothing);
  gen_function_code(g, code, f, f->body, false);
  const unsigned depth = code->callee_depth;
  const struct expr *left = g->plain || !gen_code_fits(code) ? f->body : partial_fold(&p, f->body);
  if (p.arena->failed) g->out_of_memory = true;
  else if (left != f->body) {
    gen_code_drop(code);
    gen_function_code(g, code, f, left, true);
    if (!gen_code_fits(code)) {
      gen_code_drop(code);
      gen_function_code(g, code, f, f->body, false);
    }
    code->callee_depth = depth;
  }
}

uint32_t gen_residual(struct generator *g, const struct rule *rule, const struct known *known) {
  struct partial p = partial_of(g, rule, known);
  struct left left;
  struct gen_code code;
  uint32_t entry = rule->id;
  bool folded = fold_rule(&p, rule, &left);
  if (!folded) g->out_of_memory = true;
  else if (left.never && !stays_in_lists(rule)) entry = NONE32;
  else if (left.changed && lower_left(g, &code, &left, RESIDUAL)) entry = settle(g, rule, &code);
  return entry;
}
