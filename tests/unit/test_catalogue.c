/* test_catalogue.c: rebase_catalogue says what the bundle holds and what an agent can be granted; lines of the log are JSON. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "image_builder.h"
#include "rebase.h"

struct fixture { rebase_engine *engine; json_t *last_line; unsigned lines; bool all_json; };

static void take_line(const char *line, size_t length, void *user) {
  struct fixture *f = user;
  json_decref(f->last_line);
  f->last_line = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
  f->all_json = (f->lines++ == 0 || f->all_json) && json_is_object(f->last_line);
}

static void open_world(struct fixture *f) {
  struct builder b = {0};
  size_t size;
  memset(f, 0, sizeof *f);
  const rebase_options options = {.log = take_line, .user = f};
  builder_world(&b);
  unsigned char *image = builder_finish(&b, &size);
  ck_assert_int_eq(rebase_engine_open(&options, &f->engine), REBASE_OK);
  ck_assert_int_eq(rebase_engine_load(f->engine, image, size, NULL), REBASE_OK);
  free(image);
  builder_free(&b);
}

static void close_world(struct fixture *f) {
  rebase_engine_close(f->engine);
  json_decref(f->last_line);
}

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

START_TEST(log_lines_are_json) {
  static const char body[] = "{\"release\":\"agent\",\"text\":\"x\"}";
  struct fixture f;
  open_world(&f);
  rebase_request *request = rebase_request_new(f.engine);
  const rebase_caller caller = {"acme.one", "ann", NULL};
  const rebase_decision *d = rebase_decide_json(request, &caller, body, sizeof body - 1);
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert(f.all_json);
  ck_assert_str_eq(string_at(f.last_line, "event"), "decision");
  ck_assert_uint_eq(json_array_size(json_object_get(f.last_line, "rules")), d->rule_count);
  ck_assert_uint_gt(d->rule_count, 0);
  rebase_request_free(request);
  close_world(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("catalogue");
  TCase *tests = tcase_create("catalogue");
  tcase_add_test(tests, whole_bundle);
  tcase_add_test(tests, what_an_agent_can_be_granted);
  tcase_add_test(tests, a_short_buffer_is_cut);
  tcase_add_test(tests, log_lines_are_json);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
