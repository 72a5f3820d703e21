/* emit.c: one program: instructions, registers like a stack, labels whose jumps are patched when they are placed, and
 * the cost bound, which is added up while instructions are appended. What cannot be reached is not emitted. */
#include <stdlib.h>
#include <string.h>
#include "codegen/generator.h"

static const uint8_t steps_of[OP_COUNT] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) COST,
#include "opcodes.def"
#undef OP
};

void gen_code_open(struct generator *g, struct gen_code *code, struct span span, const struct rule *rule) {
  *code = (struct gen_code){.g = g, .code = g->code, .span = span, .rule = rule, .reachable = true};
  code->code.size = 0;
  g->code = (struct gen_buffer){NULL, 0, 0};
  g->constants.size = g->immediates.size = 0;
}

/* ---- limits ---- */
/* Notes that one is passed; true where that is to be said. */
static bool passed(struct gen_code *code) {
  bool first = !code->failed;
  code->failed = true;
  return first && !code->quiet;
}

static void too_many_registers(struct gen_code *code) {
  if (passed(code)) {
    struct diag *d = rbc_diag(code->g->diags, E0801, code->span, "this needs more than %d values at once",
                              IMAGE_MAX_REGISTERS);
    rbc_diag_help(code->g->diags, d, "split the rule, or move a part of it into a `fn`");
  }
}

static void too_deep(struct gen_code *code) {
  if (passed(code)) {
    struct diag *d = rbc_diag(code->g->diags, E0802, code->span, "loops are nested more than %d deep",
                              IMAGE_MAX_LOOP_DEPTH);
    rbc_diag_help(code->g->diags, d, "look an element up by its key in place of the innermost loop");
  }
}

/* What the runtime has room for: runtime/vm.h. */
enum { FRAME_REGISTERS = 2048, CALL_DEPTH = 32 };

static void check_frame(struct gen_code *code) {
  if ((code->high + code->callee_frame <= FRAME_REGISTERS && code->callee_depth <= CALL_DEPTH) || !passed(code)) return;
  struct diag *d = rbc_diag(code->g->diags, E0808, code->span, "functions called from here are nested too deeply");
  rbc_diag_note(code->g->diags, d, "functions may call each other %d deep, and have %d registers together", CALL_DEPTH,
                FRAME_REGISTERS);
  rbc_diag_help(code->g->diags, d, "let one function do what a chain of them does");
}

bool gen_code_fits(struct gen_code *code) {
  check_frame(code);
  return !code->failed;
}

static void add_cost(struct gen_code *code, unsigned depth, uint64_t steps) {
  if (!steps) return;
  if (depth > IMAGE_MAX_LOOP_DEPTH) { too_deep(code); return; }
  if (code->cost.steps[depth] > UINT64_MAX - steps) {
    if (!passed(code)) return;
    struct diag *d = rbc_diag(code->g->diags, E0803, code->span, "the cost bound does not fit into 64 bits");
    rbc_diag_note(code->g->diags, d, "each call adds the whole cost of what it calls");
    rbc_diag_help(code->g->diags, d, "call once, bind the result with `let` and use it twice");
    return;
  }
  code->cost.steps[depth] += steps;
}

static void add_call(struct gen_code *code, const struct gen_function *callee) {
  for (unsigned d = 0; d <= IMAGE_MAX_LOOP_DEPTH; d++) add_cost(code, code->depth + d, callee->cost.steps[d]);
  if (callee->frame > code->callee_frame) code->callee_frame = callee->frame;
  if (callee->depth + 1 > code->callee_depth) code->callee_depth = callee->depth + 1;
}

/* ---- instructions ---- */
uint32_t gen_emit(struct gen_code *code, enum opcode op, unsigned a, unsigned b, unsigned c, uint32_t imm) {
  uint32_t at = (uint32_t)(code->code.size / sizeof(struct instruction));
  if (!code->reachable) return at;
  struct instruction instruction = {(uint8_t)op, (uint8_t)a, (uint8_t)b, (uint8_t)c, imm};
  if (!gen_buffer_add(code->g, &code->code, &instruction, sizeof instruction)) code->failed = true;
  add_cost(code, code->depth, steps_of[op]);
  if (op == OP_LOOP) add_cost(code, code->depth + 1, steps_of[op]);
  if (op == OP_CALL) add_call(code, &code->g->functions[imm]);
  if (op == OP_JUMP || op == OP_RETURN || (op >= OP_PASS && op <= OP_LACKS)) code->reachable = false;
  return at;
}

static struct instruction *at_place(struct gen_code *code, uint32_t at) {
  return (struct instruction *)(void *)code->code.bytes + at;
}

/* The jumps to a label that is not placed yet are chained through their imm. */
void gen_jump(struct gen_code *code, enum opcode op, unsigned a, struct gen_label *label) {
  if (!code->reachable) return;
  uint32_t at = gen_emit(code, op, a, 0, 0, label->uses);
  label->uses = at + 1;
}

/* A jump to the very next instruction goes, unless another jump leads behind it. */
static void drop_jump(struct gen_code *code, struct gen_label *label) {
  uint32_t here = (uint32_t)(code->code.size / sizeof(struct instruction));
  if (!label->uses || label->uses != here || code->last_place == here || at_place(code, here - 1)->op != OP_JUMP)
    return;
  label->uses = at_place(code, here - 1)->imm;
  code->code.size -= sizeof(struct instruction);
  code->cost.steps[code->depth] -= steps_of[OP_JUMP];
  code->reachable = true;
}

void gen_place(struct gen_code *code, struct gen_label *label) {
  if (code->failed) { code->reachable = true; return; }
  drop_jump(code, label);
  uint32_t here = (uint32_t)(code->code.size / sizeof(struct instruction));
  if (label->uses) code->last_place = here;
  for (uint32_t use = label->uses, next; use; use = next) {
    struct instruction *jump = at_place(code, use - 1);
    next = jump->imm;
    jump->imm = here;
    code->reachable = true;
  }
  label->uses = 0;
}

/* ---- registers ---- */
unsigned gen_registers(struct gen_code *code, unsigned count) {
  if (count > IMAGE_MAX_REGISTERS || code->top > IMAGE_MAX_REGISTERS - count) { too_many_registers(code); return 0; }
  unsigned first = code->top;
  code->top += count;
  if (code->top > code->high) code->high = code->top;
  return first;
}

unsigned gen_register(struct gen_code *code) { return gen_registers(code, 1); }

void gen_bind(struct gen_code *code, const struct local *local, unsigned at) {
  if (local->id >= code->local_room) {
    unsigned room = local->id < 32 ? 64 : 2 * local->id;
    uint8_t *more = arena_alloc(&code->g->scratch, room);
    if (!more) { code->g->out_of_memory = code->failed = true; return; }
    if (code->local_room) memcpy(more, code->locals, code->local_room);
    code->locals = more;
    code->local_room = room;
  }
  code->locals[local->id] = (uint8_t)at;
}

unsigned gen_bound(struct gen_code *code, const struct local *local) {
  return local->id < code->local_room ? code->locals[local->id] : 0;
}

/* ---- loops ---- */
struct gen_loop gen_loop_open(struct gen_code *code, unsigned source) {
  struct gen_loop loop = {.saved_top = code->top};
  loop.element = gen_register(code);
  loop.index = gen_register(code);
  loop.at = gen_emit(code, OP_LOOP, loop.element, source, loop.index, 0);
  code->depth++;
  return loop;
}

void gen_loop_close(struct gen_code *code, struct gen_loop loop) {
  gen_emit(code, OP_NEXT, 0, 0, 0, loop.at);
  code->depth--;
  code->top = loop.saved_top;
  if (!code->failed) at_place(code, loop.at)->imm = (uint32_t)(code->code.size / sizeof(struct instruction));
}

/* ---- constants ---- */
static uint32_t note(struct generator *g, struct gen_buffer *list, const struct gen_constant *constant) {
  uint32_t number = (uint32_t)(list->size / sizeof *constant);
  gen_buffer_add(g, list, constant, sizeof *constant);
  return number;
}

uint32_t gen_rule_constant(struct generator *g, const struct gen_constant *constant) { return note(g, &g->constants, constant); }
uint32_t gen_immediate(struct generator *g, const struct gen_constant *constant) { return note(g, &g->immediates, constant); }

void gen_scalar(struct gen_code *code, unsigned to, uint32_t type, int64_t scalar) {
  gen_emit(code, OP_CONST, to, 0, 0, gen_immediate(code->g, &(struct gen_constant){.type = type, .scalar = scalar}));
}

void gen_code_drop(struct gen_code *code) {
  free(code->g->code.bytes);
  code->g->code = code->code;
  code->code = (struct gen_buffer){NULL, 0, 0};
}
