/* fuse.c: instructions that often follow each other become one; see fused.def. */
#include "fuse.h"
#include "opcode_table.h"
#include "pages.h"
#include "verify.h"
#include "vm.h"

static const struct fusion fusions[] = {
#define FUSED(FIRST, SECOND, TEST) {OP_##FIRST##_##SECOND##_##TEST, FUSED_KIND, 4, {OP_##FIRST, OP_##SECOND, OP_##TEST, OP_COUNT}},
#define FLAG(READ) {OP_##READ##_BRANCH, FLAG_KIND, 2, {OP_##READ, OP_COUNT}},
#define TESTED(TEST) {OP_##TEST##_BRANCH, TESTED_KIND, 2, {OP_##TEST, OP_COUNT}},
#define PAIR(FIRST, SECOND) {OP_##FIRST##_##SECOND, PAIR_KIND, 2, {OP_##FIRST, OP_##SECOND}},
#include "fused.def"
};
enum { FUSIONS = sizeof fusions / sizeof *fusions, REGISTERS = 64 };

const struct fusion *fusion_of(unsigned fused) { return &fusions[fused - (OP_NEXTMAP + 1)]; }        /* both are made from fused.def */

uint64_t fused_steps(unsigned fused) {
  const struct fusion *f = fusion_of(fused);
  uint64_t steps = 0;
  for (unsigned i = 0; i < f->count; i++) steps += opcode_table[f->of[i] == OP_COUNT ? OP_IF : f->of[i]].cost;
  return steps;
}

struct fuser {
  const struct rebase_bundle *bundle;
  struct instruction *code; uint32_t count;
  uint64_t *live;                   /* by place: registers that something from there on reads before it is written; bits */
  uint32_t *place;                  /* by place in the code: where in a list of tests it stands, see place_tests */
};

/* ---- which registers matter later ---- */
static uint64_t bit(unsigned reg) { return UINT64_C(1) << reg; }

/* Registers from b on, as many as keys or parameters are wanted. */
static uint64_t window(const struct rebase_bundle *b, const struct instruction *i) {
  uint32_t count = i->op == OP_CALL ? b->FUNCTIONS.at[i->imm].params : i->op == OP_ROW ? b->TABLES.at[i->imm].keys : b->ENTITIES.at[i->imm].keys;
  return ((count < REGISTERS ? bit(count) : 0) - 1) << i->b;
}

static uint64_t reads(const struct rebase_bundle *b, const struct instruction *i, const struct opcode_info *info) {
  const enum operand_role roles[] = {info->a, info->b, info->c};
  const uint8_t operands[] = {i->a, i->b, i->c};
  uint64_t read = 0;
  for (unsigned k = 0; k < 3; k++) {
    enum operand_use use = role_table[roles[k]].use;
    if (use == USE_READ || use == USE_READ_SAME) read |= bit(operands[k]);
    if (use == USE_WINDOW) read |= window(b, i);
  }
  return read;
}

static bool leads_on(unsigned op) { return op != OP_JUMP && op != OP_RETURN && !(op >= OP_PASS && op <= OP_LACKS); }
static bool jumps(unsigned op) { return op == OP_JUMP || op == OP_IF || op == OP_IFNOT || op == OP_IFMISSING; }

static uint64_t live_before(const struct fuser *f, uint32_t pc) {
  const struct instruction *i = &f->code[pc];
  if (i->op == OP_LOOP || i->op == OP_LOOPMAP) return ((f->live[pc + 1] | f->live[i->imm]) & ~(bit(i->a) | bit(i->c))) | bit(i->b);
  if (i->op == OP_NEXT || i->op == OP_NEXTMAP) {            /* back to behind its LOOP, with another element */
    const struct instruction *loop = &f->code[i->imm];
    return f->live[pc + 1] | (f->live[i->imm + 1] & ~bit(loop->a)) | bit(loop->b) | bit(loop->c);
  }
  const struct opcode_info *info = &opcode_table[i->op];
  uint64_t after = leads_on(i->op) ? f->live[pc + 1] : 0;
  if (jumps(i->op)) after |= f->live[i->imm];
  if (role_table[info->a].use == USE_WRITE) after &= ~bit(i->a);
  return after | reads(f->bundle, i, info);
}

/* From the end to the beginning, and again while loops bring more. False: more registers than fit. */
static bool find_live(struct fuser *f, uint32_t registers) {
  if (registers > REGISTERS) return false;
  memset(f->live, 0, ((size_t)f->count + 1) * sizeof *f->live);
  for (bool more = true, loops = false; more; more = more && loops) {
    more = false;
    for (uint32_t pc = f->count; pc-- > 0;) {
      uint64_t before = live_before(f, pc);
      more |= before != f->live[pc];
      loops |= f->code[pc].op == OP_NEXT || f->code[pc].op == OP_NEXTMAP;
      f->live[pc] = before;
    }
  }
  return true;
}

/* ---- what becomes one ---- */
static bool branches_on(const struct instruction *i, unsigned reg) { return (i->op == OP_IF || i->op == OP_IFNOT) && i->a == reg; }

/* Operands that nothing else reads need not be written. */
static bool fits_test(const struct fuser *f, const struct fusion *fusion, uint32_t pc) {
  const struct instruction *i = &f->code[pc];
  if (!f->live || f->count - pc < 5) return false;
  for (unsigned k = 0; k < 3; k++)
    if (i[k].op != fusion->of[k] || (i[k].op == OP_CONTEXT && !fact_is_there(i[k].imm))) return false;
  if (!branches_on(&i[3], i[2].a) || i[0].a == i[1].a || i[2].b != i[0].a || i[2].c != i[1].a) return false;
  return !((f->live[pc + 4] | f->live[i[3].imm]) & (bit(i[0].a) | bit(i[1].a) | bit(i[2].a)));
}

static bool fits(const struct fuser *f, const struct fusion *fusion, uint32_t pc) {
  const struct instruction *i = &f->code[pc];
  if (fusion->kind == FUSED_KIND) return fits_test(f, fusion, pc);
  if (f->count - pc < fusion->count || i->op != fusion->of[0]) return false;
  return fusion->of[1] == OP_COUNT ? branches_on(&i[1], i[0].a) : i[1].op == fusion->of[1];
}

static void fuse(const struct fuser *f) {
  for (uint32_t pc = 0; pc < f->count; pc++)
    for (unsigned k = 0; k < FUSIONS && f->code[pc].op < OP_COUNT; k++)
      if (fits(f, &fusions[k], pc)) f->code[pc].op = fusions[k].op;
}

/* ---- programs that only test ---- */
static bool is_verdict(unsigned op) { return op == OP_PASS || op == OP_ALLOW || op == OP_ASK || op == OP_DENY || op == OP_OBLIGE; }
static unsigned verdict_of(unsigned op) { return op - OP_PASS + VM_PASS; }
_Static_assert(OP_ALLOW - OP_PASS + VM_PASS == VM_ALLOW && OP_ASK - OP_PASS + VM_PASS == VM_ASK && OP_DENY - OP_PASS + VM_PASS == VM_DENY &&
               OP_OBLIGE - OP_PASS + VM_PASS == VM_OBLIGE && TEST_ENDS + VM_VERDICT_COUNT <= UINT8_MAX, "verdicts and what gives them stand in one order");

static unsigned length_of(unsigned op) {    /* of a verdict, FUSED or FLAG, else 0 */
  if (is_verdict(op)) return 1;
  return op > OP_NEXTMAP && fusion_of(op)->kind >= FLAG_KIND ? fusion_of(op)->count : 0;
}

/* What `next` says of each place in the code where something whole begins; NONE32 elsewhere. How many tests; NONE32: there is anything else. */
static uint32_t place_tests(const struct fuser *f) {
  uint32_t count = 0;
  if (!f->live) return NONE32;
  memset(f->place, 0xff, f->count * sizeof *f->place);
  for (uint32_t pc = 0, length; pc < f->count; pc += length) {
    const struct instruction *i = &f->code[pc];
    length = length_of(i->op);
    if (!length || f->count - pc < length) return NONE32;
    if (length > 1 && (count == TEST_ENDS || i[0].imm > UINT16_MAX || i[1].imm > UINT16_MAX)) return NONE32;
    f->place[pc] = length == 1 ? TEST_ENDS + verdict_of(i->op) : count++;
  }
  return count;
}

/* False when it leads into the middle of something. */
static bool test_at(const struct fuser *f, uint32_t pc, struct arg_test *test) {
  const struct instruction *i = &f->code[pc];
  const unsigned length = length_of(i->op);
  const struct instruction *branch = &i[length - 1], *compared = &i[length - 2];
  const uint32_t jumps = f->place[branch->imm], falls = f->place[pc + length];
  *test = (struct arg_test){.op = i->op, .how = (uint8_t)compared->imm, .x = (uint16_t)i[0].imm, .y = length > 2 ? (uint16_t)i[1].imm : 0};
  test->next[0] = (uint8_t)(branch->op == OP_IFNOT ? jumps : falls);
  test->next[1] = (uint8_t)(branch->op == OP_IFNOT ? falls : jumps);
  return jumps != NONE32 && falls != NONE32;
}

/* False when memory is out. */
static bool list_tests(struct verifier *v, const struct fuser *f, struct routine *r) {
  const uint32_t count = place_tests(f);
  if (count == NONE32) return true;
  struct arg_test *tests = pages_array(v->bundle->pages, (size_t)count + 1, sizeof *tests);
  if (!tests) return out_of_memory(v);
  for (uint32_t pc = 0; pc < f->count; pc += length_of(f->code[pc].op))
    if (!is_verdict(f->code[pc].op) && !test_at(f, pc, &tests[f->place[pc]])) return true;
  if (!count) tests[0] = (struct arg_test){.op = OP_SETTLED, .next = {(uint8_t)f->place[0], (uint8_t)f->place[0]}};
  r->tests = tests;
  return true;
}

/* A verified program does not run past its end, so what follows each other there belongs together. */
static struct fuser fuse_one(struct verifier *v, const struct routine *r, uint64_t *live, uint32_t *place) {
  struct fuser f = {v->bundle, v->prepared + (r->code - v->prepared), r->count, live, place};
  if (!find_live(&f, r->registers)) f.live = NULL;
  fuse(&f);
  return f;
}

bool fuse_programs(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  if (b->flags & BUNDLE_PLAIN) return true;
  uint64_t *live = pages_array(&v->temporary, (size_t)b->CODE.count + 1, sizeof *live);
  uint32_t *place = pages_array(&v->temporary, (size_t)b->CODE.count + 1, sizeof *place);
  if (!live || !place) return out_of_memory(v);
  for (uint32_t k = 0; k < b->PROGRAMS.count; k++) {
    if (!v->programs[k].code) continue;
    struct fuser f = fuse_one(v, &v->programs[k], live, place);
    if (!list_tests(v, &f, &v->programs[k])) return false;
  }
  for (uint32_t k = 0; k < b->WAIVERS.count; k++) if (b->waivers[k].code) fuse_one(v, &b->waivers[k], live, place);
  for (uint32_t k = 0; k < b->FUNCTIONS.count; k++) if (b->functions[k].code) fuse_one(v, &b->functions[k], live, place);
  return true;
}
