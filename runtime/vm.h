/* vm.h: runs one program of a verified bundle. No allocation, no I/O, no recursion.
 *
 * A struct vm is a workspace of one thread, part of a request. Set what is above the line, then run program after program:
 *
 *   vm_begin(&vm, bundle);  vm.args = ...; vm.facts = ...; vm.session = ...;
 *   switch (vm_run_rule(&vm, i)) { case VM_ALLOW: ... }
 *
 * Prepared code. The verifier knows the types of registers and the VM must not look for them, so bundle_open writes what
 * matters into its private copy of the code: IN's imm says how to compare (enum vm_compare), SAID's and VOUCHED's imm the
 * type, LOOP and NEXT over a map become LOOPMAP and NEXTMAP, and instructions that often follow each other one (fused.def). An
 * image with such code is refused.
 */
#ifndef REBASE_VM_H
#define REBASE_VM_H
#include "arena_fixed.h"
#include "bundle.h"
#include "decision_table.h"
#include "session_view.h"

enum {
  VM_REGISTERS = 2048,              /* of a rule and the deepest chain of functions that it calls */
  VM_CALL_DEPTH = 32,
  VM_FOUND = 32
};

enum vm_verdict {
#define VERDICT(NAME, ERROR, WORD, TEXT) VM_##NAME,
#include "vm_verdicts.def"
#undef VERDICT
  VM_VERDICT_COUNT
};
const char *vm_verdict_text(enum vm_verdict verdict);
extern const char *const vm_verdict_words[VM_VERDICT_COUNT];
static inline const char *vm_verdict_word(enum vm_verdict verdict) { return vm_verdict_words[verdict < VM_VERDICT_COUNT ? verdict : VM_FAULT]; }
static inline bool vm_verdict_is_error(enum vm_verdict verdict) {           /* true of anything unknown, too */
  const uint32_t errors = 0
#define VERDICT(NAME, ERROR, WORD, TEXT) | (uint32_t)(ERROR) << VM_##NAME
#include "vm_verdicts.def"
#undef VERDICT
    ;
  return verdict >= VM_VERDICT_COUNT || (errors >> verdict & 1);
}

enum {
  OP_LOOPMAP = OP_COUNT, OP_NEXTMAP,
#define FUSED(FIRST, SECOND, TEST) OP_##FIRST##_##SECOND##_##TEST,
#define FLAG(READ) OP_##READ##_BRANCH,
#define TESTED(TEST) OP_##TEST##_BRANCH,
#define PAIR(FIRST, SECOND) OP_##FIRST##_##SECOND,
#include "fused.def"
  OP_PREPARED_COUNT,
  OP_SETTLED = OP_PREPARED_COUNT,   /* in lists of tests: nothing is tested, `next` says what it comes to; of conditions: the end */
  OP_IS_SHORT, OP_HOLDS_SHORT,      /* conditions: an argument is, or holds, which of several short texts */
  OP_HOLDS_NEAR,                    /* conditions: an argument holds which of several words, or other values that are near each other in number */
  OP_STARTS_AS,                     /* condition: an argument starts with a text of a length that is good for two words */
  OP_IN_RANGES,                     /* conditions: which of several numbers are in their range */
  OP_ANY_COUNT
};
enum vm_compare { VM_COMPARE_BITS, VM_COMPARE_TEXT, VM_COMPARE_MAP };

struct vm_call { const struct instruction *resume; const struct routine *caller; value *base; uint8_t into; };

struct vm_found { uint32_t rule, lack; enum vm_verdict verdict; };          /* rule: of the entry that was run */

struct vm {
  const struct rebase_bundle *bundle;
  const value *args;                /* by slot of the connector; missing: not given. NULL outside calls */
  value requester;                  /* record of the bundle's requester_type, or missing */
  const value *facts;               /* CTX_COUNT of them; those of other events are not read */
  const struct session_view *session;         /* NULL: none; then what needs one ends in VM_ERROR_SESSION */
  uint64_t longest;                 /* n: the longest list in request, requester and session; bundle->longest is added by vm_run */
  uint64_t max_steps;               /* a program whose bound is higher ends in VM_ERROR_COST; 0: no limit */
  struct arena_fixed scratch;       /* for lists that programs make (URLS, SEENALL); used up from run to run until reset */
  /* ---- what a run leaves */
  uint64_t steps;                   /* of the last run */
  uint64_t bound;                   /* its verified bound at n: steps <= bound, or the run was a VM_FAULT */
  uint32_t lack;                    /* VM_LACKS: index in LACKS */
  uint32_t found_count;             /* vm_run_fixed: the rules that did not pass, in the order given */
  uint32_t place;                   /* instruction at which it ended, from the start of its program (or function) */
  struct vm_found found[VM_FOUND];
  struct vm_call calls[VM_CALL_DEPTH];
  value registers[VM_REGISTERS];
};

/* Clears what the caller sets, not the registers (programs define before they read). */
static inline void vm_begin(struct vm *vm, const struct rebase_bundle *bundle) {
  vm->bundle = bundle;
  vm->args = vm->facts = NULL;
  vm->requester = missing_value();
  vm->session = NULL;
  vm->longest = vm->max_steps = 0;
  vm->scratch = (struct arena_fixed){0};
}
enum vm_verdict vm_run(struct vm *vm, const struct routine *program);        /* one without constants: a waiver */
enum vm_verdict vm_run_rule(struct vm *vm, uint32_t rule);
/* The rules of all runs, one after the other; those that do not pass are added to `found`. All of them without loops (routine.fixed). The caller
 * begins with found_count 0, and with bound what they may take at most. False: `found` holds no more, or they took more; then each is to be
 * run by itself. */
bool vm_run_fixed(struct vm *vm, const struct rule_run *runs, unsigned count);
/* Which columns match: bit i is of column i. A table with a condition that needs a session is not asked without one. */
uint64_t vm_run_table(const struct vm *vm, const struct decision_table *table);
#endif
