/* test_catalogue.c: rebase_catalogue says what the bundle holds and what an agent can be granted. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "image_builder.h"
#include "rebase.h"
#include "run.h"

struct fixture { rebase_engine *engine; };

static void open_world(struct fixture *f) {
  struct builder b = {0};
  size_t size;
  builder_world(&b);
  unsigned char *image = builder_finish(&b, &size);
  ck_assert_int_eq(rebase_engine_open(NULL, &f->engine), REBASE_OK);
  ck_assert_int_eq(rebase_engine_load(f->engine, image, size, NULL), REBASE_OK);
  free(image);
  builder_free(&b);
}

static void close_world(struct fixture *f) { rebase_engine_close(f->engine); }

static json_t *catalogue(struct fixture *f, const char *agent) {
  size_t length = rebase_catalogue(f->engine, agent, NULL, 0);
  if (!length) return NULL;
  char *text = malloc(length + 1);
  ck_assert_ptr_nonnull(text);
  ck_assert_uint_eq(rebase_catalogue(f->engine, agent, text, length + 1), length);
  ck_assert_uint_eq(strlen(text), length);
  json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  free(text);
  ck_assert_ptr_nonnull(whole);
  return whole;
}

static const char *string_at(json_t *object, const char *name) { return json_string_value(json_object_get(object, name)); }

START_TEST(whole_bundle) {
  struct fixture f;
  open_world(&f);
  json_t *whole = catalogue(&f, NULL), *operations = json_object_get(whole, "operations"), *pay = json_array_get(operations, 1);
  ck_assert_uint_eq(json_array_size(json_object_get(whole, "agents")), 2);
  ck_assert_uint_eq(json_array_size(operations), 2);
  ck_assert_str_eq(string_at(json_array_get(operations, 0), "name"), "crm.get");
  ck_assert_str_eq(string_at(json_array_get(operations, 0), "class"), "reads");
  ck_assert_str_eq(string_at(pay, "class"), "writes");
  json_t *parameters = json_object_get(pay, "parameters");
  ck_assert_uint_eq(json_object_size(json_object_get(parameters, "properties")), W_SLOTS);
  ck_assert_uint_gt(json_array_size(json_object_get(parameters, "required")), 0);
  ck_assert_uint_lt(json_array_size(json_object_get(parameters, "required")), W_SLOTS);
  json_decref(whole);
  close_world(&f);
}
END_TEST

/* Its guard and its denial of releases grant nothing. */
START_TEST(what_an_agent_can_be_granted) {
  struct fixture f;
  open_world(&f);
  json_t *one = catalogue(&f, "acme.one");
  ck_assert_uint_eq(json_array_size(json_object_get(one, "operations")), 1);
  ck_assert_str_eq(string_at(json_array_get(json_object_get(one, "operations"), 0), "name"), "crm.pay");
  ck_assert_uint_eq(json_array_size(json_object_get(one, "releases")), 0);
  json_decref(one);
  ck_assert_uint_eq(rebase_catalogue(f.engine, "acme.nobody", NULL, 0), 0);
  ck_assert_uint_eq(rebase_catalogue(NULL, NULL, NULL, 0), 0);
  close_world(&f);
}
END_TEST

START_TEST(a_short_buffer_is_cut) {
  struct fixture f;
  char text[16];
  open_world(&f);
  ck_assert_uint_gt(rebase_catalogue(f.engine, NULL, text, sizeof text), sizeof text);
  ck_assert_uint_eq(strlen(text), sizeof text - 1);
  close_world(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("catalogue");
  TCase *tests = tcase_create("catalogue");
  tcase_add_test(tests, whole_bundle);
  tcase_add_test(tests, what_an_agent_can_be_granted);
  tcase_add_test(tests, a_short_buffer_is_cut);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
