/* lower_rule.c: the program of a rule: lets in order, where, unless, verdict; of a waiver; of a function. */
#include <stdlib.h>
#include <string.h>
#include "codegen/generator.h"

/* Where a missing `let ... otherwise` leads; placed behind the verdicts. */
struct lack { struct gen_label label; const struct let *let; };

static void let(struct gen_code *code, const struct let *let, struct lack *lack) {
  unsigned to = gen_register(code);
  if (let->otherwise == LET_PLAIN) {
    gen_expr(code, let->value, to);
  } else if (!let->value->optional) {          /* cannot be missing */
    gen_expr(code, let->value, to);
  } else {
    unsigned saved = code->top, found = gen_operand(code, let->value);
    lack->let = let;
    gen_jump(code, OP_IFMISSING, found, &lack->label);
    gen_emit(code, OP_UNWRAP, to, found, 0, 0);
    code->top = saved;
  }
  gen_bind(code, let->local, to);
}

static const uint8_t verdict_of[] = {
  [RULE_ALLOW] = OP_ALLOW, [RULE_ASK] = OP_ASK, [RULE_DENY] = OP_DENY, [RULE_OBLIGE] = OP_OBLIGE,
};

void gen_rule_open(struct generator *g, struct gen_code *code, const struct rule *rule, bool quiet) {
  g->condition.size = g->condition_to = 0;
  gen_code_open(g, code, rule->span, rule);
  code->shared = true;
  code->quiet = quiet;
}

void gen_rule_program(struct generator *g, struct gen_code *code, const struct rule *rule) {
  struct gen_label pass = {0};
  struct lack *lacks = arena_alloc(&g->scratch, rule->let_count * sizeof *lacks);
  if (!lacks) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < rule->let_count; i++) let(code, rule->lets[i], &lacks[i]);
  if (rule->where) gen_branch(code, rule->where, false, &pass);
  if (rule->unless) gen_branch(code, rule->unless, true, &pass);
  gen_emit(code, (enum opcode)verdict_of[rule->effect], 0, 0, 0, 0);
  gen_place(code, &pass);
  gen_emit(code, OP_PASS, 0, 0, 0, 0);
  for (unsigned i = 0; i < rule->let_count; i++) {
    if (!lacks[i].label.uses) continue;
    gen_place(code, &lacks[i].label);
    gen_emit(code, OP_LACKS, 0, 0, 0, gen_rule_constant(g, &(struct gen_constant){.type = NONE32, .lack = lacks[i].let}));
  }
}

/* A waiver that lacks something does not apply. */
void gen_condition_program(struct generator *g, struct gen_code *code, const struct rule *rule, bool quiet) {
  struct gen_label pass = {0};
  struct lack *lacks = arena_alloc(&g->scratch, rule->let_count * sizeof *lacks);
  gen_code_open(g, code, rule->span, rule);
  code->quiet = quiet;
  if (!lacks) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < rule->let_count; i++) let(code, rule->lets[i], &lacks[i]);
  if (rule->where) gen_branch(code, rule->where, false, &pass);
  gen_emit(code, OP_OBLIGE, 0, 0, 0, 0);
  gen_place(code, &pass);
  for (unsigned i = 0; i < rule->let_count; i++) gen_place(code, &lacks[i].label);
  gen_emit(code, OP_PASS, 0, 0, 0, 0);
}

static uint32_t waivers(struct generator *g, const struct rule *rule, uint32_t *first) {
  uint32_t count = 0;
  for (unsigned i = 0; i < rule->waiver_count && !g->out_of_memory; i++) {
    const struct waiver *w = rule->waivers[i];
    struct image_waiver record = {.agent = w->agent->id, .until = w->until + 1};
    struct gen_code code;
    if (!gen_waiver_program(g, &code, rule, w)) continue;
    record.because = gen_string(g, w->because);
    gen_code_close(&code, &record.code, &record.code_count, &record.cost);
    uint32_t number = gen_append(g, SECTION_WAIVERS, &record, 1);
    if (!count++) *first = number;
  }
  return count;
}

static uint32_t redacted_slot(struct generator *g, const struct rule *rule, const struct obligation *o) {
  if (!o->redacts) return NONE32;
  for (unsigned i = 0; i < rule->operation_count; i++)
    for (unsigned p = 0; p < rule->operations[i]->param_count; p++)
      if (strcmp(rule->operations[i]->params[p].name, o->redacts) == 0) return rule->operations[i]->params[p].slot;
  gen_internal_error(g, o->span, "a redacted argument that no operation of the rule has");
  return NONE32;
}

static struct image_obligation obligation(struct generator *g, const struct rule *rule, const struct obligation *o) {
  struct image_obligation record = {.kind = gen_string(g, o->kind), .argument = gen_string(g, o->argument)};
  record.slot = redacted_slot(g, rule, o);
  uint32_t *ids = arena_alloc(&g->scratch, o->detector_count * sizeof *ids);
  if (!ids) { g->out_of_memory = true; return record; }
  for (unsigned i = 0; i < o->detector_count; i++) ids[i] = o->detectors[i]->id;
  record.first_detector = gen_indexes(g, ids, o->detector_count);
  record.detectors = o->detector_count;
  return record;
}

static uint32_t obligations(struct generator *g, const struct rule *rule) {
  struct image_obligation *records = arena_alloc(&g->scratch, rule->obligation_count * sizeof *records);
  if (!records) { g->out_of_memory = true; return 0; }
  for (unsigned i = 0; i < rule->obligation_count; i++) records[i] = obligation(g, rule, rule->obligations[i]);
  uint32_t number = gen_pooled(g, &g->obligations, records, rule->obligation_count * sizeof *records);
  if (number == NONE32) return 0;
  struct gen_entry *entry = gen_entry(&g->obligations, number);
  if (entry->mark == NONE32) entry->mark = gen_append(g, SECTION_OBLIGATIONS, records, rule->obligation_count);
  return entry->mark;
}

static uint32_t form(struct generator *g, const struct rule *rule, struct image_form *record) {
  if (rule->obligation_count) record->first_obligation = obligations(g, rule);
  record->waivers = waivers(g, rule, &record->first_waiver);
  return gen_pooled_record(g, &g->forms, SECTION_FORMS, record, sizeof *record);
}

static void rule(struct generator *g, const struct rule *rule) {
  struct image_form record = {
    .name = gen_string(g, rule->name), .because = gen_string(g, rule->because),
    .wait = rule->wait, .approvers = rule->approver_count, .obligations = rule->obligation_count,
  };
  struct image_rule out = {0};
  struct gen_code code;
  record.source = gen_source(g, rule->span, &out.line);
  record.first_approver = gen_groups(g, rule->approvers, rule->approver_count);
  gen_own_program(g, &code, rule);
  record.program = gen_program(&code, rule);
  if (g->places.size) out.first_constant = gen_append(g, SECTION_RULE_CONSTANTS, g->places.bytes, (uint32_t)(g->places.size / sizeof(uint32_t)));
  if (g->condition.size) record.condition = gen_text(g, (const char *)g->condition.bytes, g->condition.size);
  out.form = form(g, rule, &record);
  gen_append(g, SECTION_RULES, &out, 1);
}

static void limit(struct generator *g, const struct limit *limit) {
  struct image_limit record = {
    .rule = limit->rule->id, .each = (uint8_t)limit->each, .window = (uint8_t)limit->window, .unit = (uint8_t)limit->unit,
    .identity = gen_string(g, limit->identity), .words = gen_string(g, limit->words), .most = limit->most,
    .length = limit->length, .slot = limit->slot, .field = limit->field, .warn = limit->warn,
    .counts = (uint8_t)limit->counts, .currency = gen_string(g, limit->currency),
  };
  gen_append(g, SECTION_LIMITS, &record, 1);
}

/* Models stand in the image by name, without those that another replaces. */
static uint32_t model_number(const struct program *p, const struct model *model) {
  uint32_t number = 0;
  for (unsigned i = 0; i < p->models_count; i++) number += !p->models[i]->replaced && strcmp(p->models[i]->name, model->name) < 0;
  return number;
}

static void route(struct generator *g, const struct route *route) {
  struct image_route record = {
    .rule = route->rule->id, .prefer = (uint8_t)route->prefer, .sticky = (uint8_t)route->sticky, .retry_kinds = (uint8_t)route->retry_kinds,
    .retries = (uint16_t)route->retries, .fallbacks = (uint16_t)route->fallbacks, .cap = route->cap,
    .currency = route->currency ? gen_type(g, route->currency) : NONE32, .weights = route->weight_count,
  };
  record.first_weight = route->weight_count ? gen_count(g, SECTION_WEIGHTS) : 0;
  for (unsigned i = 0; i < route->weight_count; i++) {
    struct image_weight weight = {model_number(g->program, route->weights[i].model), route->weights[i].weight};
    gen_append(g, SECTION_WEIGHTS, &weight, 1);
  }
  gen_append(g, SECTION_ROUTES, &record, 1);
}

void gen_rules(struct generator *g) {
  gen_lower_ahead(g);
  for (unsigned i = 0; i < g->program->rules_count && !g->out_of_memory; i++) rule(g, g->program->rules[i]);
  for (unsigned i = 0; i < g->program->limits_count && !g->out_of_memory; i++) limit(g, g->program->limits[i]);
  for (unsigned i = 0; i < g->program->routes_count && !g->out_of_memory; i++) route(g, g->program->routes[i]);
}

void gen_function_code(struct generator *g, struct gen_code *code, const struct function *f, const struct expr *body, bool quiet) {
  gen_code_open(g, code, f->span, NULL);
  code->quiet = quiet;
  for (unsigned i = 0; i < f->param_count; i++) gen_bind(code, f->params[i], gen_register(code));
  unsigned result = gen_register(code);
  gen_expr_as(code, body, f->result, result);
  gen_emit(code, OP_RETURN, result, 0, 0, 0);
}

static void function(struct generator *g, const struct function *f) {
  struct image_function record = {.params = f->param_count, .result = gen_type(g, f->result), .optional = f->optional};
  uint32_t *types = arena_alloc(&g->scratch, f->param_count * sizeof *types), *uses = arena_alloc(&g->scratch, f->param_count * sizeof *uses);
  struct gen_code code;
  if (!types || !uses) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < f->param_count; i++) {
    types[i] = gen_type(g, f->params[i]->type) << 1 | f->params[i]->optional;
    uses[i] = inline_uses(f->body, f->params[i]);
  }
  record.first_param = gen_indexes(g, types, f->param_count);
  gen_function_program(g, &code, f);
  gen_code_close(&code, &record.code, &record.code_count, &record.cost);
  struct gen_function made = {code.cost, code.high + code.callee_frame, code.callee_depth, inline_nodes(g, f->body), uses};
  if (code.failed) made = (struct gen_function){.uses = uses};         /* it costs nothing: else callers would repeat what is wrong */
  g->functions[f->id] = made;
  gen_append(g, SECTION_FUNCTIONS, &record, 1);
}

void gen_functions(struct generator *g) {
  unsigned count = g->program->functions_count;
  g->functions = arena_alloc(&g->scratch, count * sizeof *g->functions);
  if (!g->functions) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < count && !g->out_of_memory; i++) function(g, g->program->functions[i]);
}
