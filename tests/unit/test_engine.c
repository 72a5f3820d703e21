/* test_engine.c: the engine as a host sees it: bundles, typed requests, swaps, NULL, hooks and clocks, forks. What becomes of a
 * decision is test_decision.c's, what a session remembers test_session.c's, hostile JSON test_json.c's. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "engine.h"
#include "engine_fixture.h"
#include "run.h"

static struct host h;
static void setup(void) { host_open(&h, ALLOW_ALL); }
static void teardown(void) { host_close(&h); }

#define GET(ID) "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"" ID "\"}}"
#define CANCEL(ID) "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"" ID "\"}}"

/* ---- bundles ---- */
START_TEST(no_bundle_denies) {
  rebase_engine *engine;
  char id[REBASE_ID_BYTES], digest[65];
  rebase_operation operation;
  ck_assert_int_eq(rebase_engine_open(&h.options, &engine), REBASE_OK);
  rebase_request *request = rebase_request_new(engine);
  const rebase_decision *d = rebase_decide_json(request, &h.caller, GET("a"), strlen(GET("a")));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_NO_BUNDLE);
  const rebase_opening opening = {BOT, "ann", NULL};
  ck_assert_int_eq(rebase_session_open(engine, &opening, id, NULL), REBASE_E_NO_BUNDLE);
  ck_assert_int_eq(rebase_find_operation(engine, "shop.cancel", &operation), REBASE_E_NO_BUNDLE);
  ck_assert_int_eq(rebase_request_call(request, operation), REBASE_E_NO_BUNDLE);
  ck_assert_int_eq(rebase_decide(request, &h.caller)->status, REBASE_E_NO_BUNDLE);
  ck_assert(!rebase_engine_bundle(engine, digest));
  rebase_request_free(request);
  rebase_engine_close(engine);
}
END_TEST

START_TEST(loaded_from_file) {
  char path[] = "/tmp/rebase-engine-XXXXXX", before[65], after[65];
  struct image image = compile_rules("policy none { deny call shop.get_order because \"closed\" }");
  int file = mkstemp(path);
  ck_assert_int_eq(write(file, image.bytes, image.size), (ssize_t)image.size);
  close(file);
  ck_assert(rebase_engine_bundle(h.engine, before));
  ck_assert_int_eq(rebase_engine_load_file(h.engine, path, &h.report), REBASE_OK);
  DENIES(&h, GET("a"));
  ck_assert(rebase_engine_bundle(h.engine, after));
  ck_assert_str_ne(before, after);
  ck_assert_int_eq(truncate(path, (off_t)image.size - 1), 0);
  ck_assert_int_eq(rebase_engine_load_file(h.engine, path, &h.report), REBASE_E_BUNDLE);
  ck_assert_int_eq(truncate(path, 0), 0);
  ck_assert_int_eq(rebase_engine_load_file(h.engine, path, &h.report), REBASE_E_BUNDLE);
  unlink(path);
  ck_assert_int_eq(rebase_engine_load_file(h.engine, path, &h.report), REBASE_E_FILE);
  ck_assert_ptr_nonnull(strstr(h.report.text, path));
  ck_assert_int_eq(rebase_engine_load_file(h.engine, "/", &h.report), REBASE_E_FILE);
  ck_assert_int_eq(rebase_engine_load_file(h.engine, NULL, &h.report), REBASE_E_ARGUMENT);
  ck_assert(rebase_engine_bundle(h.engine, before));
  ck_assert_str_eq(before, after);
  free(image.bytes);
}
END_TEST

/* What was verified is a copy of our own: changing what was passed in changes nothing. */
START_TEST(private_copy) {
  struct image image = compile_rules(ALLOW_ALL);
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  memset(image.bytes, 0xff, image.size);
  ALLOWS(&h, GET("a"));
  free(image.bytes);
  ALLOWS(&h, GET("a"));
}
END_TEST

static void caught(int signal) { (void)signal; _exit(7); }

START_TEST(read_only_copy) {
  const char *bytes = (const char *)h.engine->current->bundle->image;
  size_t size = h.engine->current->bundle->size;
  for (size_t at = 0; at < size; at += size / 5) {
    pid_t child = fork();
    if (child == 0) {
      signal(SIGSEGV, caught);
      signal(SIGBUS, caught);
      ((char *)(uintptr_t)bytes)[at] ^= 1;
      _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 7, "byte %zu could be written", at);
  }
}
END_TEST

/* SPEC 11, 12: whatever is not exactly a bundle is refused, with a reason, and the old one goes on. */
START_TEST(bad_images) {
  struct image image = compile_rules("policy p { deny call shop.get_order because \"other\" }");
  unsigned char *copy = malloc(image.size + 8);
  for (size_t i = 0; i < image.size; i += i < 2000 ? 1 : 37) {
    memcpy(copy, image.bytes, image.size);
    copy[i] ^= (unsigned char)(1u << i % 8);
    rebase_status status = rebase_engine_load(h.engine, copy, image.size, &h.report);
    ck_assert_msg(status == REBASE_E_BUNDLE || status == REBASE_E_BUNDLE_VERSION, "byte %zu: %d", i, status);
    ck_assert_int_eq(h.report.status, status);
    ck_assert_uint_gt(strlen(h.report.text), 5);
  }
  for (size_t size = 0; size < image.size; size += size < 300 ? 1 : 97) {
    unsigned char *tight = malloc(size ? size : 1);
    memcpy(tight, image.bytes, size);
    ck_assert_int_eq(rebase_engine_load(h.engine, tight, size, &h.report), REBASE_E_BUNDLE);
    free(tight);
  }
  memcpy(copy, image.bytes, image.size);
  memset(copy + image.size, 0, 8);
  ck_assert_int_eq(rebase_engine_load(h.engine, copy, image.size + 8, NULL), REBASE_E_BUNDLE);
  ck_assert_int_eq(rebase_engine_load(h.engine, NULL, 100, NULL), REBASE_E_ARGUMENT);
  memset(copy, 0, image.size);
  ck_assert_int_eq(rebase_engine_load(h.engine, copy, image.size, NULL), REBASE_E_BUNDLE);
  ALLOWS(&h, GET("a"));
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  DENIES(&h, GET("a"));
  free(copy);
  free(image.bytes);
}
END_TEST

/* ---- typed requests ---- */
static void begin_pay(void) {
  begin_typed(&h, "shop.pay");
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "id"), "o1", 2), REBASE_OK);
}

/* Both ways of asking come to the same bytes. SPEC 9.3. */
START_TEST(typed_as_json) {
  static const char lines[] = "[{\"sku\":\"s\",\"price\":1.5}]";
  char canonical[2000];
  begin_pay();
  ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 12500000), REBASE_OK);
  ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "rate"), 1), REBASE_OK);
  ck_assert_int_eq(rebase_set_int(h.request, slot_of(&h, "shop.pay", "count"), 3), REBASE_OK);
  ck_assert_int_eq(rebase_set_json(h.request, slot_of(&h, "shop.pay", "lines"), lines, sizeof lines - 1), REBASE_OK);
  ck_assert_int_eq(rebase_set_json(h.request, slot_of(&h, "shop.pay", "tags"), "[\"b\",\"a\",\"b\"]", 13), REBASE_OK);
  ck_assert_int_eq(rebase_set_json(h.request, slot_of(&h, "shop.pay", "named"), "{\"y\":2,\"x\":1}", 13), REBASE_OK);
  ck_assert_int_eq(rebase_set_time(h.request, slot_of(&h, "shop.pay", "at"), NOW), REBASE_OK);
  ck_assert_int_eq(rebase_set_time(h.request, slot_of(&h, "shop.pay", "day"), NOW - NOW % (86400 * SECONDS)), REBASE_OK);
  ck_assert_int_eq(rebase_set_time(h.request, slot_of(&h, "shop.pay", "hold"), 1500000), REBASE_OK);
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "place"), "de", 2), REBASE_OK);
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "from"), "10.0.0.1", 8), REBASE_OK);
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "net"), "10.0.0.0/8", 10), REBASE_OK);
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "build"), "1.2.3", 5), REBASE_OK);
  ck_assert_int_eq(rebase_set_bool(h.request, slot_of(&h, "shop.pay", "urgent"), true), REBASE_OK);
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "kind"), "fast", 4), REBASE_OK);
  const rebase_decision *d = decide_typed(&h);
  ck_assert_msg(d->effect == REBASE_ALLOW, "%s", d->reason);
  ck_assert_uint_lt(d->canonical_length, sizeof canonical);
  strcpy(canonical, d->canonical);
  ck_assert_str_eq(canonical,
    "{\"call\":\"shop.pay\",\"args\":{\"amount\":12.5,\"at\":\"2024-05-15T15:00:00Z\",\"build\":\"1.2.3\",\"count\":3,\"day\":\"2024-05-15\","
    "\"from\":\"10.0.0.1\",\"hold\":1.5,\"id\":\"o1\",\"kind\":\"fast\",\"lines\":[{\"sku\":\"s\",\"price\":1.5}],\"named\":{\"x\":1,\"y\":2},"
    "\"net\":\"10.0.0.0/8\",\"place\":\"de\",\"rate\":0.000001,\"tags\":[\"b\",\"a\"],\"urgent\":true}}");
  ck_assert_str_eq(decide_typed(&h)->canonical, canonical);       /* the same call again */
  ck_assert_str_eq(decide(&h, canonical)->canonical, canonical);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_REQUEST);   /* a JSON request has taken the workspace */
}
END_TEST

typedef rebase_status (*setter)(void);
static rebase_status set_bool_as_int(void) { return rebase_set_int(h.request, slot_of(&h, "shop.pay", "urgent"), 1); }
static rebase_status set_int_as_decimal(void) { return rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "count"), 1000000); }
static rebase_status set_text_as_int(void) { return rebase_set_int(h.request, slot_of(&h, "shop.pay", "note"), 1); }
static rebase_status set_int_as_bool(void) { return rebase_set_bool(h.request, slot_of(&h, "shop.pay", "count"), true); }
static rebase_status set_time_as_int(void) { return rebase_set_int(h.request, slot_of(&h, "shop.pay", "at"), NOW); }
static rebase_status set_list_as_text(void) { return rebase_set_text(h.request, slot_of(&h, "shop.pay", "tags"), "a", 1); }
static rebase_status set_word(void) { return rebase_set_text(h.request, slot_of(&h, "shop.pay", "kind"), "medium", 6); }
static rebase_status set_bad_text(void) { return rebase_set_text(h.request, slot_of(&h, "shop.pay", "note"), "a\0b", 3); }
static rebase_status set_bad_utf8(void) { return rebase_set_text(h.request, slot_of(&h, "shop.pay", "note"), "\xff", 1); }
static rebase_status set_null_text(void) { return rebase_set_text(h.request, slot_of(&h, "shop.pay", "note"), NULL, 3); }
static rebase_status set_null_json(void) { return rebase_set_json(h.request, slot_of(&h, "shop.pay", "note"), NULL, 0); }
static rebase_status set_long_text(void) {
  static char text[(1 << 16) + 1];
  memset(text, 'x', sizeof text);
  return rebase_set_text(h.request, slot_of(&h, "shop.pay", "note"), text, sizeof text);
}
static rebase_status set_cents(void) { return rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1005000); }
static rebase_status set_missing(void) { return rebase_set_int(h.request, slot_of(&h, "shop.pay", "count"), INT64_MIN); }
static rebase_status set_far_time(void) { return rebase_set_time(h.request, slot_of(&h, "shop.pay", "at"), INT64_MAX); }
static rebase_status set_noon(void) { return rebase_set_time(h.request, slot_of(&h, "shop.pay", "day"), 43200 * SECONDS); }
static rebase_status set_bad_json(void) { return rebase_set_json(h.request, slot_of(&h, "shop.pay", "tags"), "[\"a\"", 4); }
static rebase_status set_json_and_more(void) { return rebase_set_json(h.request, slot_of(&h, "shop.pay", "tags"), "[] []", 5); }
static rebase_status set_twice(void) { return rebase_set_text(h.request, slot_of(&h, "shop.pay", "id"), "o2", 2); }
static rebase_status set_other_operation(void) { return rebase_set_text(h.request, slot_of(&h, "mail.send", "to"), "x", 1); }
static rebase_status set_same_connector(void) { return rebase_set_text(h.request, slot_of(&h, "shop.find_customer", "mail"), "x", 1); }
static rebase_status set_zero_slot(void) { return rebase_set_text(h.request, (rebase_slot){0}, "x", 1); }
static rebase_status set_forged_index(void) {
  rebase_slot slot = slot_of(&h, "shop.pay", "note");
  slot.index = UINT32_MAX;
  return rebase_set_text(h.request, slot, "x", 1);
}

/* A setter that fails poisons the request: whatever follows, it denies, until a new call is begun. */
START_TEST(failed_setters_poison) {
  static const struct { setter set; rebase_status status; } cases[] = {
    {set_bool_as_int, REBASE_E_TYPE}, {set_int_as_decimal, REBASE_E_TYPE}, {set_text_as_int, REBASE_E_TYPE}, {set_int_as_bool, REBASE_E_TYPE},
    {set_time_as_int, REBASE_E_TYPE}, {set_list_as_text, REBASE_E_TYPE}, {set_word, REBASE_E_TYPE}, {set_bad_text, REBASE_E_TYPE}, {set_bad_utf8, REBASE_E_TYPE},
    {set_null_text, REBASE_E_ARGUMENT}, {set_null_json, REBASE_E_ARGUMENT}, {set_long_text, REBASE_E_TOO_LARGE}, {set_cents, REBASE_E_RANGE},
    {set_missing, REBASE_E_RANGE}, {set_far_time, REBASE_E_RANGE}, {set_noon, REBASE_E_TYPE}, {set_bad_json, REBASE_E_REQUEST},
    {set_json_and_more, REBASE_E_REQUEST}, {set_twice, REBASE_E_REQUEST}, {set_other_operation, REBASE_E_SLOT}, {set_same_connector, REBASE_E_SLOT},
    {set_zero_slot, REBASE_E_STALE}, {set_forged_index, REBASE_E_SLOT}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    begin_pay();
    rebase_status status = cases[i].set();
    ck_assert_msg(status == cases[i].status, "setter %zu: %s", i, rebase_status_text(status));
    ck_assert_int_ne(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1000000), REBASE_OK);      /* too late */
    for (int again = 0; again < 2; again++) {
      const rebase_decision *d = decide_typed(&h);
      ck_assert_msg(d->effect == REBASE_DENY && d->status == status, "setter %zu: %s", i, d->reason);
      ck_assert_uint_gt(d->reason_length, 0);
    }
    begin_pay();
    ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1000000), REBASE_OK);
    ck_assert_int_eq(decide_typed(&h)->effect, REBASE_ALLOW);
  }
}
END_TEST

static rebase_status set_texts_as_text(void) { return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "note"), (const char *[]){"a"}, 1); }
static rebase_status set_texts_as_map(void) { return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "named"), (const char *[]){"a"}, 1); }
static rebase_status set_texts_as_records(void) { return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "lines"), (const char *[]){"a"}, 1); }
static rebase_status set_bad_texts(void) { return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "tags"), (const char *[]){"a", "\xc3("}, 2); }
static rebase_status set_null_among_texts(void) { return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "tags"), (const char *[]){"a", NULL}, 2); }
static rebase_status set_null_texts(void) { return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "tags"), NULL, 1); }
static rebase_status set_many_texts(void) {
  static const char *many[REBASE_MOST_TEXTS + 1];
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) many[i] = "a";
  return rebase_set_texts(h.request, slot_of(&h, "shop.pay", "tags"), many, sizeof many / sizeof *many);
}

START_TEST(several_texts) {
  static const struct { setter set; rebase_status status; } cases[] = {
    {set_texts_as_text, REBASE_E_TYPE}, {set_texts_as_map, REBASE_E_TYPE}, {set_texts_as_records, REBASE_E_TYPE}, {set_bad_texts, REBASE_E_TYPE},
    {set_null_among_texts, REBASE_E_ARGUMENT}, {set_null_texts, REBASE_E_ARGUMENT}, {set_many_texts, REBASE_E_TOO_LARGE}};
  const char *const tags[] = {"b", "a\xc3\xa4", "b", "", ""};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    begin_pay();
    rebase_status status = cases[i].set();
    ck_assert_msg(status == cases[i].status, "setter %zu: %s", i, rebase_status_text(status));
    ck_assert_int_eq(decide_typed(&h)->effect, REBASE_DENY);
  }
  for (size_t count = 0; count <= 5; count += 5) {
    begin_pay();
    ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1000000), REBASE_OK);
    ck_assert_int_eq(rebase_set_texts(h.request, slot_of(&h, "shop.pay", "tags"), count ? tags : NULL, count), REBASE_OK);
    const rebase_decision *d = decide_typed(&h);
    ck_assert_int_eq(d->effect, REBASE_ALLOW);
    ck_assert_ptr_nonnull(strstr(d->canonical, count ? "\"tags\":[\"b\",\"a\xc3\xa4\",\"\"]" : "\"tags\":[]"));
  }
}
END_TEST

START_TEST(typed_lists_of_words) {
  const char *const modes[] = {"closed", "open", "closed"}, *const places[] = {"de", "eu"}, *const unknown[] = {"open", "shut"};
  for (int wrong = 0; wrong < 2; wrong++) {
    begin_pay();
    ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1000000), REBASE_OK);
    ck_assert_int_eq(rebase_set_texts(h.request, slot_of(&h, "shop.pay", "places"), places, 2), REBASE_OK);
    ck_assert_int_eq(rebase_set_texts(h.request, slot_of(&h, "shop.pay", "modes"), wrong ? unknown : modes, wrong ? 2 : 3), wrong ? REBASE_E_TYPE : REBASE_OK);
    const rebase_decision *d = decide_typed(&h);
    ck_assert_msg(strstr(wrong ? d->reason : d->canonical, wrong ? "`shut` is none of the words" : "\"modes\":[\"closed\",\"open\"],\"places\":[\"de\",\"eu\"]") != NULL, "%s %s", d->reason, d->canonical);
  }
}
END_TEST

/* Optional arguments that are set do not stand in for a required one that is not. */
START_TEST(typed_optional_for_required) {
  begin_typed(&h, "shop.pay");
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.pay", "note"), "n", 1), REBASE_OK);
  ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "rate"), 1), REBASE_OK);
  ck_assert_int_eq(rebase_set_bool(h.request, slot_of(&h, "shop.pay", "urgent"), true), REBASE_OK);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_TYPE);
  begin_typed(&h, "shop.locate");
  ck_assert_int_eq(rebase_set_text(h.request, slot_of(&h, "shop.locate", "number_of_shops"), "n", 1), REBASE_OK);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_TYPE);
  begin_typed(&h, "shop.get_order");
  ck_assert_int_eq(rebase_set_json(h.request, slot_of(&h, "shop.get_order", "id"), "null", 4), REBASE_OK);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_TYPE);
}
END_TEST

/* One bundle and one time for all, though another is loaded and an hour passes after the first. */
START_TEST(batches) {
  const rebase_body bodies[] = {{GET("a"), strlen(GET("a"))}, {"{", 1}, {CANCEL("a"), strlen(CANCEL("a"))}, {NULL, 0}, {GET("b"), strlen(GET("b"))}};
  struct several b = {.closes = &h};
  ck_assert_int_eq(rebase_decide_batch(h.request, &h.caller, bodies, 5, note_decided, &b), REBASE_OK);
  ck_assert_str_eq(b.effects, "adada");
  b = (struct several){0};
  ck_assert_int_eq(rebase_decide_batch(h.request, &h.caller, bodies, 5, note_decided, &b), REBASE_OK);
  ck_assert_str_eq(b.effects, "ddddd");                       /* the next batch has the new one */
  DENIES(&h, GET("a"));
  ck_assert_int_eq(rebase_decide_batch(h.request, &h.caller, NULL, 0, NULL, NULL), REBASE_OK);
  ck_assert_int_eq(rebase_decide_batch(h.request, &h.caller, bodies, 1, NULL, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_batch(h.request, &h.caller, NULL, 1, note_decided, &b), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_batch(NULL, &h.caller, bodies, 1, note_decided, &b), REBASE_E_ARGUMENT);
}
END_TEST

/* Who does not read the canonical bytes is spared them; who must answer an ask still sees them. */
START_TEST(without_canonical_bytes) {
  static const char rules[] = "policy base { allow call shop.get_order by bot  ask leads before call shop.cancel by bot because \"look\" }";
  struct host own;
  host_prepare(&own);
  own.options.no_canonical = true;
  own.options.log = NULL;           /* a log wants the hash of every call */
  host_begin(&own, rules);
  const rebase_decision *d = decide(&own, GET("a"));
  ck_assert_msg(d->effect == REBASE_ALLOW, "%s", d->reason);
  ck_assert_str_eq(d->canonical, "");
  ck_assert_uint_eq(d->canonical_length, 0);
  d = decide(&own, CANCEL("a"));
  ck_assert_msg(d->effect == REBASE_ASK, "%s", d->reason);
  ck_assert_str_eq(d->canonical, CANCEL("a"));
  host_close(&own);
}
END_TEST

/* Nor is anything else passed over with them: each of these alone, then what counts in a session. */
START_TEST(what_is_left_without_canonical_bytes) {
  static const char rules[] = "policy base {\n"
    "  allow call shop.get_order by bot where session.count(shop.get_order) < 2\n  allow call shop.check by bot\n  allow call shop.cancel by bot\n"
    "  allow call mail.send by bot with redact args.text of [card]\n}\n"
    "guard g {\n  require seal(\"x\") before call shop.check\n  limit call shop.cancel at most 5 per day\n}\n";
  struct host own;
  host_prepare(&own);
  own.options.no_canonical = true;
  own.options.log = NULL;
  host_begin(&own, rules);
  const char *session = own.caller.session;
  own.caller.session = NULL;
  ck_assert_int_eq(decide(&own, "{\"call\":\"shop.check\",\"args\":{\"id\":\"a\"}}")->status, REBASE_E_OBLIGATION);
  ck_assert_int_eq(decide(&own, CANCEL("a"))->status, REBASE_E_QUOTA);
  const rebase_decision *d = decide(&own, "{\"call\":\"mail.send\",\"args\":{\"text\":\"1234-5678\",\"to\":\"x\"}}");
  ck_assert_str_eq(d->canonical, "{\"call\":\"mail.send\",\"args\":{\"text\":\"[card]\",\"to\":\"x\"}}");
  own.caller.session = session;
  ALLOWS(&own, GET("a"));
  ALLOWS(&own, GET("a"));
  DENIES(&own, GET("a"));
  host_close(&own);
}
END_TEST

START_TEST(typed_without_what_is_required) {
  begin_pay();
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_TYPE);
  ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1000000), REBASE_E_REQUEST);
  ck_assert_int_eq(decide_typed(&h)->effect, REBASE_DENY);
  rebase_request *fresh = rebase_request_new(h.engine);         /* nothing was begun */
  const rebase_decision *d = rebase_decide(fresh, &h.caller);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_REQUEST);
  ck_assert_int_eq(rebase_set_int(fresh, slot_of(&h, "shop.pay", "count"), 1), REBASE_E_REQUEST);
  rebase_request_free(fresh);
}
END_TEST

START_TEST(names_that_do_not_exist) {
  rebase_operation operation;
  rebase_slot slot;
  ck_assert_int_eq(rebase_find_operation(h.engine, "shop.missing", &operation), REBASE_E_OPERATION);
  ck_assert_int_eq(rebase_request_call(h.request, operation), REBASE_E_OPERATION);
  ck_assert_int_eq(decide_typed(&h)->effect, REBASE_DENY);
  ck_assert_int_eq(rebase_find_operation(h.engine, "shop.pay", &operation), REBASE_OK);
  ck_assert_int_eq(rebase_find_slot(h.engine, operation, "missing", &slot), REBASE_E_SLOT);
  ck_assert_int_eq(rebase_find_slot(h.engine, operation, "mail", &slot), REBASE_E_SLOT);       /* another operation's */
  ck_assert_int_eq(rebase_find_slot(h.engine, (rebase_operation){0}, "id", &slot), REBASE_E_STALE);
  operation.index = UINT32_MAX;
  ck_assert_int_eq(rebase_find_slot(h.engine, operation, "id", &slot), REBASE_E_OPERATION);
  ck_assert_int_eq(rebase_request_call(h.request, operation), REBASE_E_OPERATION);
  ck_assert_int_eq(rebase_request_call(h.request, (rebase_operation){0}), REBASE_E_STALE);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_STALE);
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.missing\",\"args\":{}}");
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_OPERATION);
  ck_assert_ptr_nonnull(strstr(d->reason, "`shop.missing`"));
  d = decide(&h, "{\"delegate\":\"acme.shop.nobody\"}");
  ck_assert(d->status == REBASE_E_AGENT && strstr(d->reason, "`acme.shop.nobody`"));
  h.caller.agent = "acme.shop.nobody";
  d = decide(&h, GET("a"));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_AGENT && strstr(d->reason, "`acme.shop.nobody`"));
  char id[REBASE_ID_BYTES];
  ck_assert_int_eq(host_session(&h, "acme.shop.nobody", "ann", id), REBASE_E_AGENT);
  ck_assert_ptr_nonnull(strstr(h.report.text, "acme.shop.nobody"));
}
END_TEST

/* ---- swapping ---- */
START_TEST(what_is_older_than_the_bundle_denies) {
  rebase_operation operation;
  rebase_slot id = slot_of(&h, "shop.pay", "id"), amount = slot_of(&h, "shop.pay", "amount"), slot;
  ck_assert_int_eq(rebase_find_operation(h.engine, "shop.pay", &operation), REBASE_OK);
  begin_pay();
  ck_assert_int_eq(rebase_set_decimal(h.request, amount, 1000000), REBASE_OK);
  host_load(&h, ALLOW_ALL "guard g { deny call shop.get_order because \"x\" }");
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_STALE);     /* built on the old one */
  ck_assert_int_eq(decide_typed(&h)->effect, REBASE_DENY);
  ck_assert_int_eq(rebase_find_slot(h.engine, operation, "id", &slot), REBASE_E_STALE);
  ck_assert_int_eq(rebase_request_call(h.request, operation), REBASE_E_STALE);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_STALE);
  begin_typed(&h, "shop.pay");
  ck_assert_int_eq(rebase_set_text(h.request, id, "o1", 2), REBASE_E_STALE);
  ck_assert_int_eq(decide_typed(&h)->status, REBASE_E_STALE);
  begin_pay();
  ck_assert_int_eq(rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 1000000), REBASE_OK);
  ck_assert_int_eq(decide_typed(&h)->effect, REBASE_ALLOW);
}
END_TEST

/* The old bundle is kept for as long as a decision of it can be read, and no longer. */
START_TEST(old_bundles_are_freed) {
  rebase_request *other = rebase_request_new(h.engine);
  const rebase_decision *old = rebase_decide_json(other, &h.caller, GET("a"), strlen(GET("a")));
  char before[2000], after[2000];
  rebase_explain(old, REBASE_FOR_PERSON, before, sizeof before);
  ALLOWS(&h, GET("a"));
  host_load(&h, ALLOW_ALL "guard g { deny call shop.get_order because \"other\" }");
  ALLOWS(&h, CANCEL("a"));
  rebase_explain(old, REBASE_FOR_PERSON, after, sizeof after);
  ck_assert_str_eq(before, after);
  long with_both = atomic_load(&h.live);
  ck_assert_int_eq(rebase_decide_json(other, &h.caller, GET("a"), strlen(GET("a")))->effect, REBASE_DENY);
  ck_assert_int_lt(atomic_load(&h.live), with_both);
  rebase_request_free(other);
}
END_TEST

START_TEST(a_bundle_without_the_operation) {
  static const char *const files[] = {"root.rb", "workspace acme\npackage acme.shop in \"shop/\" declares connectors, agents, policies\n",
    "shop/shop.rb", "package acme.shop\nconnector other \"o\" { reads look() }\nagent bot { owner \"o\" purpose \"p\" uses other }\npolicy p { allow call other.look by bot }\n", NULL};
  ALLOWS(&h, GET("a"));
  struct image image = compile_files(files);
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  free(image.bytes);
  ck_assert_int_eq(observe(&h, REBASE_SUCCESS, "{}"), REBASE_OK);
  ck_assert_int_eq(decide(&h, GET("a"))->status, REBASE_E_OPERATION);
  ALLOWS(&h, "{\"call\":\"other.look\",\"args\":{}}");
}
END_TEST

static void load_world(const char *rules, const char *const *changes) {
  struct image image = compile_world(rules, changes);
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  free(image.bytes);
}

/* What was seen is read by the bundle that describes it; under one that describes data otherwise it is lost. */
START_TEST(what_was_seen_under_another_description) {
  static const char rules[] = "policy p { allow call shop.cancel by bot  allow call shop.get_order by bot where seen order(args.id)?.status == open }";
  static const char *const changes[][3] = {{"entity pair { a: string key  b: int key  n: int }", "entity pair { a: string key  b: int key  n: int  more: int? }"},
    {"status: one of { open, closed, other }", "status: one of { closed, open, other }"}, {"owner: string  memo", "memo"}, {"total: money(USD)  owner: string", "owner: string  total: money(USD)"}};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    host_load(&h, rules);
    ck_assert_int_eq(see(&h, "shop.order", "{\"id\":\"a\",\"status\":\"open\",\"total\":1,\"owner\":\"c\",\"memo\":\"\"}"), REBASE_OK);
    ALLOWS(&h, GET("a"));
    ALLOWS(&h, CANCEL("b"));                        /* a write under way, of the old description */
    char write[REBASE_ID_BYTES];
    memcpy(write, h.decision, sizeof write);
    load_world(rules, changes[i]);
    DENIES(&h, GET("a"));
    ck_assert_int_eq(see(&h, "shop.order", "{\"id\":\"a\",\"status\":\"open\",\"total\":1,\"owner\":\"c\",\"memo\":\"\"}"), REBASE_OK);
    DENIES(&h, GET("a"));                           /* which key it writes cannot be told any more */
    memcpy(h.decision, write, sizeof write);
    ck_assert_int_eq(observe(&h, REBASE_FAILED, NULL), REBASE_OK);
    ALLOWS(&h, GET("a"));
    host_load(&h, rules);
    DENIES(&h, GET("a"));                           /* nor when the old description is back */
  }
}
END_TEST

/* The subject of a conversation is for its life: when it cannot be read any more everything is denied there. */
START_TEST(a_subject_of_another_type) {
  static const char rules[] = "policy p { allow call shop.find_customer by bot  allow call mail.inbox by bot }";
  host_load(&h, rules);
  call_and_observe(&h, "{\"call\":\"shop.find_customer\",\"args\":{\"mail\":\"m\"}}", "{\"id\":\"c1\",\"name\":\"A\",\"mail\":\"m\"}");
  ALLOWS(&h, "{\"call\":\"mail.inbox\"}");
  static const char *const changes[] = {"entity customer { id: string key", "entity customer { id: int key", "get_customer(id: string)", "get_customer(id: int)", NULL};
  load_world(rules, changes);
  const rebase_decision *d = decide(&h, "{\"call\":\"mail.inbox\"}");
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_SESSION);
  ck_assert_int_eq(hear(&h, "x"), REBASE_E_SESSION);
  host_load(&h, rules);
  ck_assert_int_eq(decide(&h, "{\"call\":\"mail.inbox\"}")->effect, REBASE_DENY);
  char id[REBASE_ID_BYTES];
  ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
  h.caller.session = id;
  ALLOWS(&h, "{\"call\":\"mail.inbox\"}");
}
END_TEST

/* ---- nothing, and NULL ---- */
START_TEST(zero_denies) {
  const rebase_decision zero = {0};
  const rebase_caller nobody = {0};
  ck_assert_int_eq(zero.effect, REBASE_DENY);
  ck_assert_int_ne(zero.status, REBASE_OK);
  const rebase_decision *d = rebase_decide_json(h.request, &nobody, GET("a"), strlen(GET("a")));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_AGENT);
  d = rebase_decide_json(NULL, &h.caller, GET("a"), strlen(GET("a")));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_ARGUMENT && d->reason && d->canonical);
  d = rebase_decide(NULL, &h.caller);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_ARGUMENT);
  d = rebase_decide_json(h.request, NULL, GET("a"), 10);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_ARGUMENT);
  d = rebase_decide_json(h.request, &h.caller, NULL, 10);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_ARGUMENT);
  begin_pay();
  d = rebase_decide(h.request, NULL);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_ARGUMENT);
}
END_TEST

START_TEST(callers_that_are_incomplete) {
  static const struct { rebase_caller caller; rebase_status status; } cases[] = {
    {{NULL, "ann", NULL}, REBASE_E_AGENT}, {{"", "ann", NULL}, REBASE_E_AGENT}, {{"\xff", "ann", NULL}, REBASE_E_AGENT}, {{"bot", "ann", NULL}, REBASE_E_AGENT},
    {{BOT, NULL, NULL}, REBASE_E_REQUESTER}, {{BOT, "", NULL}, REBASE_E_REQUESTER}, {{BOT, "a\xff", NULL}, REBASE_E_REQUESTER},
    {{BOT, "ann", "x"}, REBASE_E_SESSION}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    h.caller = cases[i].caller;
    const rebase_decision *d = decide(&h, GET("a"));
    ck_assert_msg(d->effect == REBASE_DENY && d->status == cases[i].status && *d->reason, "case %zu: %s", i, d->reason);
  }
  h.caller = (rebase_caller){BOT, "ann", NULL};
  ALLOWS(&h, GET("a"));                     /* without a session: what needs none */
  host_load(&h, "policy p { allow call shop.get_order by bot where not (session has secret)  allow call shop.cancel by bot where session.count(shop.cancel) == 0\n"
                "  allow call shop.vault by bot where said(args.id)  allow call mail.inbox by bot }");
  DENIES(&h, GET("a"));
  DENIES(&h, CANCEL("a"));
  DENIES(&h, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}");
  ALLOWS(&h, "{\"call\":\"mail.inbox\"}");
}
END_TEST

START_TEST(null_is_an_argument_error) {
  char id[REBASE_ID_BYTES], digest[65];
  rebase_operation operation;
  rebase_slot slot;
  const rebase_opening opening = {BOT, "ann", NULL}, no_agent = {NULL, "ann", NULL}, no_requester = {BOT, NULL, NULL}, empty = {BOT, "", NULL};
  ck_assert_int_eq(rebase_engine_open(NULL, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_engine_load(NULL, "x", 1, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_engine_load_file(NULL, "x", NULL), REBASE_E_ARGUMENT);
  ck_assert(!rebase_engine_bundle(NULL, digest) && !rebase_engine_bundle(h.engine, NULL));
  ck_assert_int_eq(rebase_session_open(NULL, &opening, id, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_session_open(h.engine, NULL, id, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_session_open(h.engine, &opening, NULL, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_session_open(h.engine, &no_agent, id, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_session_open(h.engine, &no_requester, id, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_session_open(h.engine, &empty, id, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_hear(NULL, id, "x", 1), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_hear(h.engine, NULL, "x", 1), REBASE_E_SESSION);
  ck_assert_int_eq(rebase_prove(NULL, id, "x"), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_prove(h.engine, h.session, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_taint(h.engine, NULL, "acme.shop.secret"), REBASE_E_SESSION);
  ck_assert_int_eq(rebase_see(NULL, id, "x", "x", 1, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_observe(NULL, id, id, REBASE_SUCCESS, "x", 1, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_observe(h.engine, NULL, h.decision, REBASE_SUCCESS, "x", 1, NULL), REBASE_E_SESSION);
  ck_assert_int_eq(rebase_observe(h.engine, h.session, NULL, REBASE_SUCCESS, "x", 1, NULL), REBASE_E_DECISION);
  ck_assert_int_eq(rebase_approve(NULL, id, id, "x", "x"), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_find_operation(NULL, "x", &operation), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_find_operation(h.engine, NULL, &operation), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_find_operation(h.engine, "x", NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_find_slot(h.engine, operation, NULL, &slot), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_find_slot(h.engine, operation, "x", NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_request_call(NULL, operation), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_set_int(NULL, (rebase_slot){0}, 1), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_set_text(NULL, (rebase_slot){0}, "x", 1), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_set_json(NULL, (rebase_slot){0}, "1", 1), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_set_decimal(NULL, (rebase_slot){0}, 1), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_set_time(NULL, (rebase_slot){0}, 1), REBASE_E_ARGUMENT);
  ck_assert_ptr_null(rebase_request_new(NULL));
  ck_assert_uint_eq(rebase_explain(NULL, REBASE_FOR_AGENT, id, sizeof id), 0);
  ck_assert_uint_eq(rebase_cost(NULL, BOT, "shop.pay", id, sizeof id), 0);
  rebase_request_free(NULL);
  rebase_engine_close(NULL);
  rebase_session_close(h.engine, NULL);
  rebase_engine_counters(h.engine, NULL);
}
END_TEST

START_TEST(requesters_context) {
  static const struct { const char *json; rebase_status status; } cases[] = {
    {"{\"roles\":[]}", REBASE_OK}, {"{\"id\":\"ann\",\"roles\":[\"a\"],\"nick\":\"x\",\"more\":1}", REBASE_OK}, {NULL, REBASE_OK},
    {"{\"id\":\"bob\",\"roles\":[]}", REBASE_E_ARGUMENT}, {"{}", REBASE_E_TYPE}, {"{\"roles\":null}", REBASE_E_TYPE}, {"{\"roles\":\"a\"}", REBASE_E_TYPE},
    {"null", REBASE_E_TYPE}, {"[]", REBASE_E_TYPE}, {"", REBASE_E_TYPE}, {"{\"roles\":[]", REBASE_E_REQUEST}, {"{\"roles\":[]} x", REBASE_E_REQUEST},
    {"{\"roles\":[],\"roles\":[\"admin\"]}", REBASE_E_REQUEST}};
  char id[REBASE_ID_BYTES];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const rebase_opening opening = {BOT, "ann", cases[i].json};
    rebase_status status = rebase_session_open(h.engine, &opening, id, &h.report);
    ck_assert_msg(status == cases[i].status, "%s: %s", cases[i].json, h.report.text);
    ck_assert_int_eq(h.report.status, status);
    ck_assert_uint_eq(strlen(id), status == REBASE_OK ? 32 : 0);
  }
  host_load(&h, "policy p { allow call shop.get_order by bot where \"clerk\" in requester.roles  allow call shop.cancel by bot where requester.id == \"ann\" }");
  ALLOWS(&h, GET("a"));
  ALLOWS(&h, CANCEL("a"));
  const rebase_opening bare = {BOT, "ann", NULL};
  ck_assert_int_eq(rebase_session_open(h.engine, &bare, id, NULL), REBASE_OK);
  h.caller.session = id;
  ck_assert_int_eq(decide(&h, GET("a"))->status, REBASE_E_EVALUATION);     /* the host did not say: unsure, so no */
  ck_assert_int_eq(decide(&h, GET("a"))->effect, REBASE_DENY);
}
END_TEST

/* ---- statuses, options, clocks ---- */
START_TEST(status_texts) {
  for (int i = 0; i < REBASE_STATUS_COUNT; i++) {
    ck_assert_uint_gt(strlen(rebase_status_text((rebase_status)i)), 1);
    for (int k = 0; k < i; k++) ck_assert_str_ne(rebase_status_text((rebase_status)i), rebase_status_text((rebase_status)k));
  }
  ck_assert_str_eq(rebase_status_text(REBASE_STATUS_COUNT), "unknown status");
  ck_assert_str_eq(rebase_status_text((rebase_status)-1), "unknown status");
  ck_assert_uint_gt(strlen(rebase_version()), 0);
}
END_TEST

START_TEST(options) {
  rebase_engine *engine = (rebase_engine *)&h;
  rebase_options options = h.options;
  options.release = NULL;
  ck_assert_int_eq(rebase_engine_open(&options, &engine), REBASE_E_ARGUMENT);
  ck_assert_ptr_null(engine);
  options = (rebase_options){.request_bytes = UINT32_MAX};
  ck_assert_int_eq(rebase_engine_open(&options, &engine), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_engine_open(NULL, &engine), REBASE_OK);       /* all defaults: real clocks, real random bytes */
  struct image image = compile_rules(ALLOW_ALL);
  char id[REBASE_ID_BYTES];
  const rebase_opening opening = {BOT, "ann", NULL};
  ck_assert_int_eq(rebase_engine_load(engine, image.bytes, image.size, NULL), REBASE_OK);
  free(image.bytes);
  ck_assert_int_eq(rebase_session_open(engine, &opening, id, NULL), REBASE_OK);
  rebase_request *request = rebase_request_new(engine);
  const rebase_caller caller = {BOT, "ann", id};
  ck_assert_int_eq(rebase_decide_json(request, &caller, GET("a"), strlen(GET("a")))->effect, REBASE_ALLOW);
  rebase_request_free(request);
  rebase_engine_close(engine);
}
END_TEST

START_TEST(obligations_are_copied) {
  char kind[] = "seal";
  const char *kinds[] = {kind, NULL};
  struct host own;
  host_prepare(&own);
  own.options.obligations = kinds;
  host_begin(&own, "policy p { allow call shop.get_order by bot with seal }");
  memset(kind, 'x', 4);
  kinds[0] = NULL;
  ALLOWS(&own, GET("a"));
  host_close(&own);
}
END_TEST

START_TEST(clock_goes_back) {
  ALLOWS(&h, GET("a"));
  atomic_fetch_sub(&h.wall, 2 * SECONDS);
  ALLOWS(&h, GET("a"));                     /* as clocks are set by a little; the session's time stands still */
  atomic_fetch_sub(&h.wall, 1);
  const rebase_decision *d = decide(&h, GET("a"));
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_CLOCK);
  ck_assert_int_eq(hear(&h, "x"), REBASE_E_CLOCK);
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.known"), REBASE_E_CLOCK);
  atomic_fetch_add(&h.wall, 3 * SECONDS);
  ALLOWS(&h, GET("a"));
  atomic_store(&h.wall, -1);
  ck_assert_int_eq(decide(&h, GET("a"))->status, REBASE_E_CLOCK);
  h.caller.session = NULL;
  ck_assert_int_eq(decide(&h, GET("a"))->status, REBASE_E_CLOCK);
  char id[REBASE_ID_BYTES];
  ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_E_CLOCK);
  atomic_store(&h.wall, NOW + 10 * SECONDS);
  atomic_store(&h.steady, -1);
  ck_assert_int_eq(decide(&h, GET("a"))->status, REBASE_E_CLOCK);
  atomic_store(&h.steady, 2000 * SECONDS);
}
END_TEST

/* A deadline or a proof does not live longer because the wall clock was set back a little. */
START_TEST(time_does_not_run_backwards) {
  host_load(&h, "policy p { allow call shop.get_order by bot where session has verified }");
  ck_assert_int_eq(rebase_prove(h.engine, h.session, "acme.shop.verified"), REBASE_OK);
  host_pass(&h, 15 * 60 * SECONDS - 1);
  ALLOWS(&h, GET("a"));
  atomic_fetch_sub(&h.wall, SECONDS);
  atomic_fetch_add(&h.steady, 1);
  DENIES(&h, GET("a"));
}
END_TEST

START_TEST(no_random_bytes) {
  char id[REBASE_ID_BYTES];
  atomic_store(&h.no_random, true);
  ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_E_RANDOM);
  ck_assert_int_eq(h.report.status, REBASE_E_RANDOM);
  ck_assert_ptr_null(rebase_request_new(h.engine));
  ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, h.session, h.decision, id, &h.report), REBASE_E_RANDOM);
  atomic_store(&h.no_random, false);
  ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
}
END_TEST

START_TEST(counters) {
  rebase_counters before, after;
  rebase_engine_counters(h.engine, &before);
  ALLOWS(&h, GET("a"));
  DENIES(&h, "{\"delegate\":\"acme.shop.stranger\"}");
  decide(&h, "x");
  host_load(&h, "policy p { ask leads before call shop.cancel by bot }");
  ASKS(&h, CANCEL("a"));
  rebase_engine_counters(h.engine, &after);
  ck_assert_uint_eq(after.decisions - before.decisions, 4);
  ck_assert_uint_eq(after.allowed - before.allowed, 1);
  ck_assert_uint_eq(after.denied - before.denied, 2);
  ck_assert_uint_eq(after.asked - before.asked, 1);
  ck_assert_uint_eq(after.errors - before.errors, 1);
  ck_assert_uint_eq(after.soundness_faults, 0);
  ck_assert_uint_eq(after.sessions, 1);
}
END_TEST

/* SPEC 13.3: what would cost more than the host allows is not begun. */
START_TEST(spec_13_3_cost) {
  struct host own;
  char body[3000] = "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"amount\":1,\"tags\":[\"x\"", formula[100], tiny[4];
  host_prepare(&own);
  own.options.max_steps = 2000;
  host_begin(&own, "policy p { allow call shop.pay by bot where args.tags is present and (all t in args.tags satisfy (any u in args.tags where t == u)) }");
  ALLOWS(&own, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"amount\":1,\"tags\":[\"x\",\"y\"]}}");
  for (int i = 0; i < 50; i++) snprintf(body + strlen(body), sizeof body - strlen(body), ",\"y%d\"", i);
  strcat(body, "]}}");
  const rebase_decision *d = decide(&own, body);
  ck_assert(d->effect == REBASE_DENY && d->status == REBASE_E_COST);
  ck_assert_uint_gt(d->steps_bound, 2000);
  ck_assert_uint_eq(d->steps, 0);
  size_t length = rebase_cost(own.engine, BOT, "shop.pay", formula, sizeof formula);
  ck_assert_uint_eq(length, strlen(formula));
  ck_assert_ptr_nonnull(strstr(formula, " n^2"));
  ck_assert_uint_eq(rebase_cost(own.engine, BOT, "shop.pay", tiny, sizeof tiny), length);
  ck_assert_uint_eq(strlen(tiny), 3);
  ck_assert_uint_eq(rebase_cost(own.engine, "nobody", "shop.pay", formula, sizeof formula), 0);
  ck_assert_str_eq(formula, "");
  host_close(&own);
}
END_TEST

START_TEST(steps_are_within_their_bound) {
  host_load(&h, "policy p { allow call shop.pay by bot where args.amount > 0.50 USD }");
  const rebase_decision *d = decide(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"amount\":1}}");
  ck_assert_uint_gt(d->steps, 0);
  ck_assert_uint_le(d->steps, d->steps_bound);
}
END_TEST

/* ---- fork ---- */
/* In the child of a fork, which happened while another thread was deciding in the session: 0 when all is as it should be. */
static int in_the_child(void) {
  char id[REBASE_ID_BYTES] = "", digest[65];
  const rebase_opening opening = {BOT, "ann", NULL};
  rebase_counters counters;
  rebase_operation operation;
  alarm(30);                                /* a lock that nobody will open again */
  if (decide(&h, GET("a"))->effect != REBASE_DENY || decide(&h, GET("a"))->status != REBASE_E_FORKED) return 1;
  if (rebase_session_open(h.engine, &opening, id, NULL) != REBASE_E_FORKED) return 2;
  if (rebase_request_new(h.engine)) return 3;
  if (rebase_engine_bundle(h.engine, digest)) return 4;
  if (hear(&h, "x") != REBASE_E_FORKED || see(&h, "shop.order", "{}") != REBASE_E_FORKED) return 5;
  if (observe(&h, REBASE_SUCCESS, "") != REBASE_E_FORKED) return 6;
  if (rebase_approve(h.engine, h.session, h.decision, "requester", "ann") != REBASE_E_FORKED) return 7;
  if (rebase_engine_load(h.engine, "x", 1, NULL) != REBASE_E_FORKED || rebase_engine_load_file(h.engine, "/", NULL) != REBASE_E_FORKED) return 8;
  if (rebase_find_operation(h.engine, "shop.pay", &operation) != REBASE_E_FORKED) return 9;
  if (rebase_request_call(h.request, operation) != REBASE_E_FORKED || rebase_decide(h.request, &h.caller)->status != REBASE_E_FORKED) return 10;
  rebase_session_close(h.engine, h.session);
  rebase_engine_counters(h.engine, &counters);
  if (counters.decisions) return 11;
  rebase_request_free(h.request);
  rebase_engine_close(h.engine);
  if (atomic_load(&h.live)) return 12;
  host_open(&h, ALLOW_ALL);                 /* an engine of its own */
  return decide(&h, GET("a"))->effect == REBASE_ALLOW ? 0 : 13;
}

START_TEST(a_forked_child_is_denied) {
  ALLOWS(&h, GET("a"));
  struct session *held = h.engine->ops->acquire(h.engine->store, h.session);  /* as another thread would */
  ck_assert_ptr_nonnull(held);
  pid_t child = fork();
  if (child == 0) _exit(in_the_child());
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child: %d", status);
  h.engine->ops->release(h.engine->store, held);
  ALLOWS(&h, GET("a"));                     /* the parent's goes on */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("engine");
  TCase *t = tcase_create("engine");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, no_bundle_denies);
  tcase_add_test(t, loaded_from_file);
  tcase_add_test(t, private_copy);
  tcase_add_test(t, read_only_copy);
  tcase_add_test(t, bad_images);
  tcase_add_test(t, typed_as_json);
  tcase_add_test(t, batches);
  tcase_add_test(t, several_texts);
  tcase_add_test(t, typed_lists_of_words);
  tcase_add_test(t, typed_optional_for_required);
  tcase_add_test(t, without_canonical_bytes);
  tcase_add_test(t, what_is_left_without_canonical_bytes);
  tcase_add_test(t, failed_setters_poison);
  tcase_add_test(t, typed_without_what_is_required);
  tcase_add_test(t, names_that_do_not_exist);
  tcase_add_test(t, what_is_older_than_the_bundle_denies);
  tcase_add_test(t, old_bundles_are_freed);
  tcase_add_test(t, a_bundle_without_the_operation);
  tcase_add_test(t, what_was_seen_under_another_description);
  tcase_add_test(t, a_subject_of_another_type);
  tcase_add_test(t, zero_denies);
  tcase_add_test(t, callers_that_are_incomplete);
  tcase_add_test(t, null_is_an_argument_error);
  tcase_add_test(t, requesters_context);
  tcase_add_test(t, status_texts);
  tcase_add_test(t, options);
  tcase_add_test(t, obligations_are_copied);
  tcase_add_test(t, clock_goes_back);
  tcase_add_test(t, time_does_not_run_backwards);
  tcase_add_test(t, no_random_bytes);
  tcase_add_test(t, counters);
  tcase_add_test(t, spec_13_3_cost);
  tcase_add_test(t, steps_are_within_their_bound);
  tcase_add_test(t, a_forked_child_is_denied);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
