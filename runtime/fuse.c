/* fuse.c: instructions that often follow each other become one; see fused.def. */
#include "verify.h"
#include "vm.h"

struct fusion { uint8_t op, count, of[4]; };        /* of: the instructions, OP_COUNT for IF or IFNOT */

static const struct fusion fusions[] = {
#define FUSED(FIRST, SECOND, TEST) {OP_##FIRST##_##SECOND##_##TEST, 4, {OP_##FIRST, OP_##SECOND, OP_##TEST, OP_COUNT}},
#define TESTED(TEST) {OP_##TEST##_BRANCH, 2, {OP_##TEST, OP_COUNT}},
#define PAIR(FIRST, SECOND) {OP_##FIRST##_##SECOND, 2, {OP_##FIRST, OP_##SECOND}},
#include "fused.def"
#undef FUSED
#undef TESTED
#undef PAIR
};
enum { FUSIONS = sizeof fusions / sizeof *fusions };

static bool fits(const struct fusion *f, const struct instruction *code, uint32_t left) {
  if (left < f->count) return false;
  for (unsigned k = 0; k < f->count; k++) {
    bool branch = k && (code[k].op == OP_IF || code[k].op == OP_IFNOT) && code[k].a == code[k - 1].a;      /* on what was tested */
    if (f->of[k] == OP_COUNT ? !branch : f->of[k] != code[k].op) return false;
  }
  return true;
}

/* A verified program does not run past its end, so what follows each other there belongs together. */
bool fuse_programs(struct verifier *v) {
  struct instruction *code = v->prepared;
  uint32_t count = v->bundle->CODE.count;
  uint8_t first[OP_COUNT + 1];      /* the first fusion that begins so */
  if (v->bundle->flags & BUNDLE_PLAIN) return true;
  memset(first, FUSIONS, sizeof first);
  for (unsigned i = FUSIONS; i-- > 0;) first[fusions[i].of[0]] = (uint8_t)i;
  for (uint32_t pc = 0; pc < count; pc++) {
    if (code[pc].op >= OP_COUNT) continue;
    for (unsigned i = first[code[pc].op]; i < FUSIONS; i++) {
      if (!fits(&fusions[i], code + pc, count - pc)) continue;
      code[pc].op = fusions[i].op;
      break;
    }
  }
  return true;
}
