/* disasm.c: see disasm.h. Shows the image's own code, not what was prepared for the VM. */
#include "disasm.h"
#include <stdarg.h>
#include <stdio.h>
#include "opcode_table.h"
#include "packed.h"

struct output { disasm_write *write; void *user; };

static void print(const struct output *out, const char *format, ...)
#if defined(__GNUC__)
  __attribute__((format(printf, 2, 3)))
#endif
  ;
static void print(const struct output *out, const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length > 0) out->write(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1, out->user);
}

/* ---- operands ---- */
static unsigned long ul(uint32_t number) { return number; }

/* The name behind an immediate, or NULL where the number says it all. */
static const char *immediate_name(const struct rebase_bundle *b, enum immediate_role role, uint32_t imm) {
  switch (role) {
    case I_STRING: return bundle_string(b, imm);
    case I_CTX: return context_table[imm].written;
    case I_LABEL: return bundle_string(b, b->LABELS.at[imm].name);
    case I_PROOF: return bundle_string(b, b->PROOFS.at[imm].name);
    case I_OPERATION: return bundle_string(b, b->OPERATIONS.at[imm].name);
    case I_ENTITY: return bundle_string(b, b->ENTITIES.at[imm].name);
    case I_TABLE: return bundle_string(b, b->TABLES.at[imm].name);
    case I_TREE: return bundle_string(b, b->TREES.at[imm].name);
    case I_ZONE: return bundle_string(b, b->ZONES.at[imm].name);
    case I_LACK: return bundle_string(b, b->LACKS.at[imm].because);
    default: return NULL;
  }
}

static int immediate_text(const struct rebase_bundle *b, enum immediate_role role, uint32_t imm, char *text, size_t size) {
  const char *name = immediate_name(b, role, imm);
  switch (role) {
    case I_NONE: return snprintf(text, size, "%s", "");
    case I_JUMP: case I_LOOP: case I_NEXT: return snprintf(text, size, " -> %lu", ul(imm));
    case I_CONST:
      return snprintf(text, size, " %lld (%s)", (long long)b->CONSTS.at[imm].bits, kind_table[bundle_type(b, b->CONSTS.at[imm].type)->kind].written);
    case I_TYPE: return snprintf(text, size, " %s", kind_table[bundle_type(b, imm)->kind].written);
    case I_FUNCTION: return snprintf(text, size, " fn%lu", ul(imm));
    case I_STRING: case I_LACK: return snprintf(text, size, " \"%.60s\"", name);
    default: return name ? snprintf(text, size, " %.80s", name) : snprintf(text, size, " #%lu", ul(imm));
  }
}

static int operand_text(enum operand_role role, unsigned reg, bool first, char *text, size_t size) {
  return role == ROLE__ ? snprintf(text, size, "%s", "") : snprintf(text, size, "%sr%u", first ? " " : ", ", reg);
}

/* What a constant of a rule would be in an instruction of its own. */
static enum immediate_role constant_role(const struct rebase_bundle *b, uint32_t type) {
  if (type == NONE32) return I_LACK;
  return type == TYPE_STRING ? I_STRING : kind_is_scalar(bundle_type(b, type)->kind) ? I_CONST : I_VALUE;
}

size_t disassemble_instruction(const struct rebase_bundle *bundle, uint32_t entry, const struct instruction *i, char *text, size_t size) {
  const struct opcode_info *info = &opcode_table[i->op];
  enum immediate_role role = info->imm;
  uint32_t number = i->imm;
  if (role == I_RULECONST || role == I_LACK) {
    bool own = entry < bundle->RULES.count;
    uint32_t first = own ? bundle->RULES.at[entry].first_constant : bundle->RESIDUALS.at[entry - bundle->RULES.count].first_constant;
    role = constant_role(bundle, bundle->INDEXES.at[bundle->PROGRAMS.at[bundle_program_of(bundle, entry)].first_type + i->imm]);
    number = bundle->RULE_CONSTANTS.at[first + i->imm];
  }
  char a[16], b[16], c[16], imm[128];
  operand_text(info->a, i->a, true, a, sizeof a);
  operand_text(info->b, i->b, false, b, sizeof b);
  operand_text(info->c, i->c, false, c, sizeof c);
  immediate_text(bundle, role, number, imm, sizeof imm);
  int length = snprintf(text, size, "%-10s%s%s%s%s%s", info->name, a, b, c, a[0] && imm[0] ? "," : "", imm);
  return length < 0 ? 0 : (size_t)length;
}

/* ---- programs ---- */
static void print_cost(const struct output *out, const struct image_cost *cost) {
  print(out, "  cost %llu", (unsigned long long)cost->steps[0]);
  for (unsigned d = 1; d <= IMAGE_MAX_LOOP_DEPTH; d++)
    if (cost->steps[d]) print(out, d == 1 ? " + %llu n" : " + %llu n^%u", (unsigned long long)cost->steps[d], d);
  print(out, "\n");
}

static void print_code(const struct rebase_bundle *b, const struct output *out, uint32_t entry, uint32_t first, uint32_t count) {
  char text[200];
  for (uint32_t pc = 0; pc < count; pc++) {
    disassemble_instruction(b, entry, &b->CODE.at[first + pc], text, sizeof text);
    print(out, "  %4lu  %s\n", ul(pc), text);
  }
}

static void print_rule(const struct rebase_bundle *b, const struct output *out, uint32_t index) {
  static const char *const effects[] = {"allow", "ask", "deny", "oblige"};
  static const char *const events[] = {"call", "infer", "release", "delegate"};
  const struct image_form *form = bundle_form(b, index);
  const struct image_program *program = &b->PROGRAMS.at[form->program];
  print(out, "rule %lu %.100s: %s%s %s", ul(index), bundle_string(b, form->name), program->guard ? "guard " : "", effects[program->effect],
        events[program->event]);
  print(out, "  (%.100s:%lu)\n", bundle_string(b, b->SOURCES.at[form->source].path), ul(b->RULES.at[index].line));
  print_cost(out, &b->COSTS.at[program->cost]);
  print_code(b, out, index, program->code, program->code_count);
  for (uint32_t i = form->first_waiver; i < form->first_waiver + form->waivers; i++) {
    const struct image_waiver *waiver = &b->WAIVERS.at[i];
    print(out, "waiver %lu for %.100s\n", ul(i), bundle_string(b, b->AGENTS.at[waiver->agent].name));
    print_cost(out, &b->COSTS.at[waiver->cost]);
    print_code(b, out, NONE32, waiver->code, waiver->code_count);
  }
}

static void print_residual(const struct rebase_bundle *b, const struct output *out, uint32_t index) {
  const struct image_residual *residual = &b->RESIDUALS.at[index];
  const struct image_program *program = &b->PROGRAMS.at[residual->program];
  print(out, "residual %lu of rule %lu\n", ul(index), ul(residual->rule));
  print_cost(out, &b->COSTS.at[program->cost]);
  print_code(b, out, b->RULES.count + index, program->code, program->code_count);
}

void bundle_disassemble(const struct rebase_bundle *bundle, disasm_write *write, void *user) {
  struct output out = {write, user};
  for (uint32_t i = 0; i < bundle->FUNCTIONS.count; i++) {
    const struct image_function *function = &bundle->FUNCTIONS.at[i];
    print(&out, "fn%lu: %lu parameters, %s%s\n", ul(i), ul(function->params), kind_table[bundle_type(bundle, function->result)->kind].written,
          function->optional ? "?" : "");
    print_cost(&out, &bundle->COSTS.at[function->cost]);
    print_code(bundle, &out, NONE32, function->code, function->code_count);
  }
  for (uint32_t i = 0; i < bundle->RULES.count; i++) print_rule(bundle, &out, i);
  for (uint32_t i = 0; i < bundle->RESIDUALS.count; i++) print_residual(bundle, &out, i);
}
