/* settle.c: the code that stays: its constants get their places, and it is appended, once for all rules that have the same. */
#include <stdlib.h>
#include "codegen/generator.h"

/* ---- constants ---- */
static uint32_t lack(struct generator *g, const struct let *let) {
  struct image_lack record = {.because = gen_string(g, let->because), .hint = gen_string(g, let->hint)};
  if (let->otherwise == LET_ASKS) {
    record.approvers = let->approver_count;
    record.first_approver = gen_groups(g, let->approvers, let->approver_count);
  }
  return gen_pooled_record(g, &g->lacks, SECTION_LACKS, &record, sizeof record);
}

/* See RULE_CONSTANTS in image.h. */
static uint32_t place(struct generator *g, const struct gen_constant *c) {
  if (c->lack) return lack(g, c->lack);
  if (!c->value) return gen_const(g, c->type, c->scalar);
  return c->value->type->kind == TYPE_STRING ? gen_text(g, c->value->text, c->value->length) : gen_value(g, c->value);
}

static void place_immediates(struct gen_code *code) {
  struct generator *g = code->g;
  const struct gen_constant *noted = (const void *)g->immediates.bytes;
  if (!g->immediates.size || code->failed) return;
  for (size_t at = 0; at < code->code.size; at += sizeof(struct instruction)) {
    struct instruction *i = (void *)(code->code.bytes + at);
    if (i->op == OP_CONST || i->op == OP_TEXT || i->op == OP_VALUE) i->imm = place(g, &noted[i->imm]);
  }
}

static void place_constants(struct generator *g) {
  const struct gen_constant *noted = (const void *)g->constants.bytes;
  g->types.size = g->places.size = 0;
  for (size_t i = 0; i < g->constants.size / sizeof *noted; i++) {
    const uint32_t at = place(g, &noted[i]);
    gen_buffer_add(g, &g->types, &noted[i].type, sizeof noted[i].type);
    gen_buffer_add(g, &g->places, &at, sizeof at);
  }
}

/* ---- programs ---- */
/* Equal programs are one only for rules of the same operations, so that sharing takes no argument's type away (runtime/verify_scope.c). */
static uint32_t operations_of(struct generator *g, const struct rule *rule) {
  if (g->over && g->over == rule->operations && g->over_count == rule->operation_count) return g->over_number;
  g->key.size = 0;
  for (unsigned i = 0; i < rule->operation_count; i++) gen_buffer_add(g, &g->key, &rule->operations[i]->id, sizeof rule->operations[i]->id);
  g->over = rule->operations;
  g->over_count = rule->operation_count;
  return g->over_number = gen_pooled(g, &g->operations, g->key.bytes, g->key.size);
}

static void append(struct gen_code *code, uint32_t *first, uint32_t *count, uint32_t *cost) {
  struct generator *g = code->g;
  if (!gen_code_fits(code)) g->failed = true;
  *count = (uint32_t)(code->code.size / sizeof(struct instruction));
  *first = gen_append(g, SECTION_CODE, code->code.bytes, *count);
  *cost = gen_cost(g, &code->cost);
  gen_code_drop(code);
}

void gen_code_close(struct gen_code *code, uint32_t *first, uint32_t *count, uint32_t *cost) {
  place_immediates(code);
  append(code, first, count, cost);
}

uint32_t gen_program(struct gen_code *code, const struct rule *rule) {
  struct generator *g = code->g;
  struct image_program record = {.effect = (uint8_t)rule->effect, .event = (uint8_t)rule->event, .guard = rule->guard, .models = rule->models};
  place_constants(g);
  place_immediates(code);
  const uint32_t head[] = {record.effect, record.event, record.guard, record.models, operations_of(g, rule), (uint32_t)g->types.size};
  uint32_t count = gen_count(g, SECTION_PROGRAMS), number = NONE32;
  g->key.size = 0;
  gen_buffer_add(g, &g->key, head, sizeof head);
  gen_buffer_add(g, &g->key, g->types.bytes, g->types.size);
  gen_buffer_add(g, &g->key, code->code.bytes, code->code.size);
  if (!g->out_of_memory && !code->failed) number = gen_pooled(g, &g->programs, g->key.bytes, g->key.size);
  if (number != NONE32 && number != count) {
    gen_code_drop(code);
    return number;
  }
  record.constants = (uint32_t)(g->types.size / sizeof(uint32_t));
  record.first_type = gen_indexes(g, (const uint32_t *)(const void *)g->types.bytes, record.constants);
  append(code, &record.code, &record.code_count, &record.cost);
  return gen_append(g, SECTION_PROGRAMS, &record, 1);
}
