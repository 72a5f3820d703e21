/* test_mutate.c: the structured mutator (tests/fuzz/mutate_image.c) on an image made by hand, a fixed number of times. */
#define MUTATE_IMAGE_NO_MAIN
#include "../fuzz/mutate_image.c"
#include <check.h>
#include "image_builder.h"
#include "run.h"

#define COUNT(ARRAY) ((uint32_t)(sizeof(ARRAY) / sizeof *(ARRAY)))
enum { RUNS = 20000 };

/* A little of everything: keys, loops within loops, a call, optional values, lists that are made. */
static const struct instruction program[] = {
  {OP_ARG, 0, 0, 0, A_STRING}, {OP_SEEN, 1, 0, 0, E_USER}, {OP_IFMISSING, 1, 0, 0, 37}, {OP_UNWRAP, 2, 1, 0, 0},
  {OP_FIELD, 3, 2, 0, 2}, {OP_FIELD, 4, 2, 0, 3}, {OP_ROW, 5, 3, 0, 0}, {OP_FIELD, 6, 5, 0, 2},
  {OP_RULECONST, 7, 0, 0, K_INTS}, {OP_ARG, 8, 0, 0, A_COUNTS}, {OP_LOOP, 9, 7, 10, 19}, {OP_LOOP, 11, 8, 12, 17},
  {OP_LT, 13, 9, 11, 0}, {OP_IFNOT, 13, 0, 0, 16}, {OP_ADD, 6, 6, 11, 0}, {OP_MAX, 6, 6, 9, 0}, {OP_NEXT, 0, 0, 0, 11},
  {OP_IN, 13, 9, 7, 0}, {OP_NEXT, 0, 0, 0, 10}, {OP_ARG, 14, 0, 0, A_INT}, {OP_ARG, 15, 0, 0, O_INT}, {OP_CALL, 13, 14, 0, 0},
  {OP_RATIO, 13, 13, 14, 0}, {OP_SAID, 13, 0, 0, 0}, {OP_IF, 13, 0, 0, 37}, {OP_URLS, 13, 0, 0, 0}, {OP_SEENALL, 14, 0, 0, E_USER},
  {OP_LOOP, 15, 14, 12, 31}, {OP_FIELD, 11, 15, 0, 0}, {OP_IN, 10, 11, 13, 0}, {OP_NEXT, 0, 0, 0, 27}, {OP_LASTOF, 9, 7, 0, 0},
  {OP_PRESENT, 9, 9, 0, 0}, {OP_IFNOT, 9, 0, 0, 37}, {OP_CONTEXT, 9, 0, 0, CTX_NOW}, {OP_HOUR, 9, 9, 0, 1}, {OP_ALLOW, 0, 0, 0, 0},
  {OP_PASS, 0, 0, 0, 0},
};

START_TEST(mutants) {
  struct builder b;
  size_t size;
  builder_world(&b);
  builder_code(&b, RULE_MAIN, program, COUNT(program));
  unsigned char *image = builder_finish(&b, &size);
  struct fuzz *z = fuzz_new(1 + (uint64_t)_i);
  struct allocator allocator = allocator_default();
  struct bundle_error error;
  struct rebase_bundle *bundle = bundle_open(image, size, &allocator, 0, &error);
  ck_assert_msg(bundle != NULL, "%s", error.text);
  run_bundle(z, bundle);
  bundle_free(bundle);
  for (int i = 0; i < RUNS; i++) mutate(z, image, size);
  fuzz_report(z);
  ck_assert_uint_eq(z->faults, 0);
  ck_assert_uint_gt(z->accepted, RUNS / 50);          /* else it tests the verifier only */
  ck_assert_uint_gt(z->refused, RUNS / 2);
  fuzz_free(z);
  free(image);
  builder_free(&b);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mutate");
  TCase *tests = tcase_create("mutate");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, mutants, 0, 2);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
