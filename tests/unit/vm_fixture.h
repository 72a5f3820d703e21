/* vm_fixture.h: one VM, one world (image_builder.h), and short ways to run a few instructions in it. */
#ifndef VM_FIXTURE_H
#define VM_FIXTURE_H
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include "image_builder.h"

#define COUNT(ARRAY) ((uint32_t)(sizeof(ARRAY) / sizeof *(ARRAY)))
#define CODE(...) (const struct instruction[]){__VA_ARGS__}, COUNT(((const struct instruction[]){__VA_ARGS__}))
#define I(NUMBER) int_value(NUMBER)

struct vm_fixture {
  struct builder world;
  struct rebase_bundle *bundle;
  struct bundle_error error;
  struct session_view session;
  value args[W_SLOTS], facts[CTX_COUNT], requester[2], user[4];
  struct vm vm;
  enum vm_verdict verdict;
  char scratch[4096];
  _Alignas(8) char texts[16384]; size_t text_used;
  bool executed[OP_COUNT];
};
static struct vm_fixture fix;

static value text_value(const char *bytes, size_t length) {
  struct text *text = (void *)(fix.texts + fix.text_used);
  fix.text_used += (sizeof *text + length + 8) & ~(size_t)7;
  ck_assert_uint_le(fix.text_used, sizeof fix.texts);
  text->len = (uint32_t)length;
  memcpy(text->bytes, bytes, length);
  text->bytes[length] = '\0';
  return (value){.text = text};
}
static value T(const char *string) { return text_value(string, strlen(string)); }

static value list_value(uint32_t length, const value *items, uint32_t per_element) {
  struct list *list = (void *)(fix.texts + fix.text_used);
  fix.text_used += sizeof *list + (size_t)length * per_element * sizeof(value);
  ck_assert_uint_le(fix.text_used, sizeof fix.texts);
  *list = (struct list){.len = length};
  memcpy(list->items, items, (size_t)length * per_element * sizeof(value));
  return (value){.list = list};
}
#define LIST(...) list_value(COUNT(((value[]){__VA_ARGS__})), (value[]){__VA_ARGS__}, 1)
#define MAP(...) list_value(COUNT(((value[]){__VA_ARGS__})) / 2, (value[]){__VA_ARGS__}, 2)

static void fixture_setup(void) {
  bool executed[OP_COUNT];
  memcpy(executed, fix.executed, sizeof executed);
  memset(&fix, 0, sizeof fix);
  memcpy(fix.executed, executed, sizeof executed);
  builder_world(&fix.world);
  for (unsigned i = 0; i < W_SLOTS; i++) fix.args[i] = missing_value();
  for (unsigned i = 0; i < CTX_COUNT; i++) fix.facts[i] = missing_value();
  fix.facts[CTX_NOW] = I(1000 * REBASE_SECOND);
  fix.session = (struct session_view){.seen = missing_value(), .all = missing_value(), .only = missing_value(), .bound = missing_value()};
  fix.requester[0] = T("core");
  fix.requester[1] = missing_value();
  fix.user[0] = T("u1");
  fix.user[1] = missing_value();
  fix.user[2] = I(1);
  fix.user[3] = I(1);
}

static void fixture_close(void) {
  bundle_free(fix.bundle);
  fix.bundle = NULL;
}
static void fixture_teardown(void) {
  fixture_close();
  builder_free(&fix.world);
}

static bool fixture_open(unsigned flags) {
  size_t size;
  unsigned char *image = builder_finish(&fix.world, &size);
  struct allocator allocator = allocator_default();
  fixture_close();
  fix.bundle = bundle_open(image, size, &allocator, flags, &fix.error);
  free(image);
  return fix.bundle;
}

/* As one of several rules it comes to the same. */
static void run_as_one_of_several(void) {
  const uint32_t rules[] = {RULE_MAIN, RULE_MAIN};
  if (fix.vm.max_steps || !fix.bundle->rules[RULE_MAIN].program->fixed) return;
  fix.vm.found_count = 0;
  fix.vm.bound = UINT64_MAX;
  ck_assert(vm_run_fixed(&fix.vm, &(struct rule_run){rules, rules + 2}, 1));
  uint64_t steps = fix.vm.steps;
  uint32_t found = fix.vm.found_count;
  enum vm_verdict verdict = vm_run_rule(&fix.vm, RULE_MAIN);
  ck_assert_uint_eq(steps, 2 * fix.vm.steps);
  ck_assert_uint_eq(found, verdict == VM_PASS ? 0 : 2);
  for (uint32_t i = 0; i < found; i++) {
    ck_assert_int_eq(fix.vm.found[i].verdict, verdict);
    ck_assert_uint_eq(fix.vm.found[i].rule, RULE_MAIN);
    ck_assert_uint_eq(fix.vm.found[i].lack, verdict == VM_LACKS ? fix.vm.lack : NONE32);
  }
}

/* Replaces RULE_MAIN's code, opens and runs it. */
static enum vm_verdict run(const struct instruction *code, uint32_t count) {
  builder_code(&fix.world, RULE_MAIN, code, count);
  if (!fixture_open(0)) ck_abort_msg("%s", fix.error.text);
  for (uint32_t i = 0; i < count; i++) fix.executed[code[i].op] = true;
  uint64_t longest = fix.vm.longest, max_steps = fix.vm.max_steps;
  vm_begin(&fix.vm, fix.bundle);
  fix.vm.longest = longest;
  fix.vm.max_steps = max_steps;
  fix.vm.args = fix.args;
  fix.vm.facts = fix.facts;
  fix.vm.requester.record = fix.requester;
  fix.vm.session = &fix.session;
  fix.vm.scratch = (struct arena_fixed){.base = (char *)((uintptr_t)(fix.scratch + 7) & ~(uintptr_t)7), .size = sizeof fix.scratch - 8};
  run_as_one_of_several();
  fix.vm.scratch.used = 0;
  for (unsigned r = 0; r < 64; r++) fix.vm.registers[r] = I(-77);
  return fix.verdict = vm_run_rule(&fix.vm, RULE_MAIN);
}

/* The value of one instruction on one or two arguments; what went wrong is in fix.verdict. */
static value binary(enum opcode op, unsigned slot_b, value b, unsigned slot_c, value c, uint32_t imm) {
  fix.args[slot_b] = b;
  fix.args[slot_c] = c;
  run(CODE({OP_ARG, 0, 0, 0, slot_b}, {OP_ARG, 1, 0, 0, slot_c}, {(uint8_t)op, 2, 0, 1, imm}, {OP_PASS, 0, 0, 0, 0}));
  return fix.vm.registers[2];
}
static value unary(enum opcode op, unsigned slot_b, value b, uint32_t imm) {
  fix.args[slot_b] = b;
  run(CODE({OP_ARG, 0, 0, 0, slot_b}, {(uint8_t)op, 2, 0, 0, imm}, {OP_PASS, 0, 0, 0, 0}));
  return fix.vm.registers[2];
}
static value nullary(enum opcode op, uint32_t imm) {
  run(CODE({(uint8_t)op, 2, 0, 0, imm}, {OP_PASS, 0, 0, 0, 0}));
  return fix.vm.registers[2];
}

#define GIVES(EXPRESSION, NUMBER) do { \
    value given = (EXPRESSION); \
    ck_assert_msg(fix.verdict == VM_PASS, "%s: %s", #EXPRESSION, vm_verdict_text(fix.verdict)); \
    ck_assert_msg(given.i == (int64_t)(NUMBER), "%s is %lld, not %lld", #EXPRESSION, (long long)given.i, (long long)(NUMBER)); \
  } while (0)
#define GIVES_TEXT(EXPRESSION, STRING) do { \
    value given = (EXPRESSION); \
    ck_assert_int_eq(fix.verdict, VM_PASS); \
    ck_assert_str_eq(given.text->bytes, STRING); \
  } while (0)
#define MISSES(EXPRESSION) GIVES(EXPRESSION, REBASE_MISSING)
#define ENDS(EXPRESSION, VERDICT) do { \
    (void)(EXPRESSION); \
    ck_assert_msg(fix.verdict == (VERDICT), "%s: %s", #EXPRESSION, vm_verdict_text(fix.verdict)); \
  } while (0)
#endif
