/* test_kept_call.c: calls that are read once and decided again and again. SPEC 9.3. */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

#define FEW "policy few { allow call shop.pay by bot where args.amount <= 12.00 USD }\n"
#define WHOLE "{\"call\":\"shop.pay\",\"args\":{\"amount\":12.5,\"at\":\"2024-05-15T15:00:00Z\",\"build\":\"1.2.3\",\"count\":3,\"day\":\"2024-05-15\",\"from\":\"10.0.0.1\"," \
  "\"hold\":1.5,\"id\":\"o1\",\"kind\":\"fast\",\"lines\":[{\"sku\":\"s\",\"price\":1.5}],\"mode\":\"open\",\"named\":{\"a\":1,\"b\":2},\"net\":\"10.0.0.0/8\",\"note\":\"caf\xc3\xa9\",\"place\":\"de\",\"rate\":0.000001,\"tags\":[\"b\",\"a\"],\"urgent\":true}}"
#define LEAST "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"id\":\"o1\"}}"
#define ALL_OF_LEAST "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"count\":1,\"id\":\"o1\"}}"

static struct host h;
static void setup(void) { host_open(&h, ALLOW_ALL); }
static void teardown(void) { host_close(&h); }

static rebase_call *keep(const char *body) {
  rebase_call *call;
  decide(&h, body);
  ck_assert_int_eq(rebase_keep_call(h.request, &call), REBASE_OK);
  return call;
}
static const rebase_decision *again(const rebase_call *call) { return rebase_decide_call(h.request, &h.caller, call); }

/* ---- what is kept ---- */
/* Every kind of value, and none of it in the request's memory. */
START_TEST(a_call_with_all_that_it_points_to) {
  rebase_call *whole = keep(WHOLE), *least = keep(LEAST);
  for (unsigned i = 0; i < 3; i++) {
    ck_assert_str_eq(again(whole)->canonical, WHOLE);
    ck_assert_str_eq(again(least)->canonical, ALL_OF_LEAST);
    DENIES(&h, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"something else that takes as much of the request's memory as the other\"}}");
  }
  rebase_call *twice;
  again(whole);
  ck_assert_int_eq(rebase_keep_call(h.request, &twice), REBASE_OK);         /* a kept one can be kept */
  rebase_call_free(whole);
  ck_assert_str_eq(again(twice)->canonical, WHOLE);
  rebase_call_free(least);
  rebase_call_free(twice);
  rebase_call_free(NULL);
}
END_TEST

struct pay { const rebase_prepared *id; rebase_text note; int64_t amount; };

/* However it was given: what the host said it with may be gone. */
START_TEST(a_call_in_any_form) {
  const rebase_member members[] = {{"id", REBASE_MEMBER_PREPARED, offsetof(struct pay, id)}, {"note", REBASE_MEMBER_TEXT, offsetof(struct pay, note)},
                                   {"amount", REBASE_MEMBER_DECIMAL, offsetof(struct pay, amount)}};
  char note[] = "a note";
  struct pay pay = {.note = {note, 6}, .amount = 2000000};
  rebase_prepared *id;
  rebase_binding *binding;
  rebase_call *bound, *set;
  ck_assert_int_eq(rebase_prepare_text(h.engine, (rebase_text){"o1", 2}, &id), REBASE_OK);
  ck_assert_int_eq(rebase_bind(h.engine, "shop.pay", members, 3, &binding), REBASE_OK);
  pay.id = id;
  ck_assert(rebase_decide_bound(h.request, &h.caller, binding, &pay)->effect == REBASE_ALLOW);
  ck_assert_int_eq(rebase_keep_call(h.request, &bound), REBASE_OK);
  begin_typed(&h, "shop.pay");
  rebase_set_text(h.request, slot_of(&h, "shop.pay", "id"), "o2", 2);
  rebase_set_decimal(h.request, slot_of(&h, "shop.pay", "amount"), 3000000);
  ck_assert_int_eq(rebase_keep_call(h.request, &set), REBASE_E_REQUEST);    /* not decided yet: nobody knows whether it is whole */
  ck_assert_ptr_null(set);
  ck_assert(decide_typed(&h)->effect == REBASE_ALLOW);
  ck_assert_int_eq(rebase_keep_call(h.request, &set), REBASE_OK);
  rebase_prepared_free(h.engine, id);
  rebase_unbind(binding);
  memset(note, 'x', sizeof note);
  ck_assert_str_eq(again(bound)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":2,\"count\":1,\"id\":\"o1\",\"note\":\"a note\"}}");
  ck_assert_str_eq(again(set)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":3,\"count\":1,\"id\":\"o2\"}}");
  rebase_call_free(bound);
  rebase_call_free(set);
}
END_TEST

/* Denied by the policy, or its caller: a call all the same. Refused while it was read, or something else: none. */
START_TEST(only_what_was_read) {
  static const char *const none[] = {"{", "{\"call\":\"shop.nothing\"}", "{\"call\":\"shop.pay\",\"args\":{\"id\":\"o1\"}}", "{\"call\":\"shop.pay\",\"args\":{\"id\":1}}",
    "{\"release\":\"person\",\"text\":\"x\"}", "{\"delegate\":\"acme.shop.helper\"}"};
  const rebase_caller stranger = {"acme.shop.stranger", "ann", NULL}, nobody = {"acme.shop.nobody", "ann", NULL};
  rebase_call *call;
  rebase_request *fresh = rebase_request_new(h.engine);
  ck_assert_int_eq(rebase_keep_call(fresh, &call), REBASE_E_REQUEST);
  ck_assert_int_eq(rebase_keep_call(NULL, &call), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_keep_call(h.request, NULL), REBASE_E_ARGUMENT);
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    ALLOWS(&h, LEAST);
    decide(&h, none[i]);
    ck_assert_msg(rebase_keep_call(h.request, &call) == REBASE_E_REQUEST, "%s", none[i]);
    ck_assert_ptr_null(call);
  }
  ck_assert(rebase_decide_json(h.request, &nobody, LEAST, strlen(LEAST))->status == REBASE_E_AGENT);
  ck_assert_int_eq(rebase_keep_call(h.request, &call), REBASE_E_REQUEST);
  ck_assert(rebase_decide_json(h.request, &stranger, LEAST, strlen(LEAST))->effect == REBASE_DENY);
  ck_assert_int_eq(rebase_keep_call(h.request, &call), REBASE_OK);
  ck_assert(again(call)->effect == REBASE_ALLOW);
  ck_assert(rebase_decide_call(h.request, &stranger, call)->effect == REBASE_DENY);
  ck_assert(rebase_decide_call(h.request, &nobody, call)->status == REBASE_E_AGENT);
  ck_assert(rebase_decide_call(h.request, NULL, call)->status == REBASE_E_ARGUMENT);
  ck_assert(rebase_decide_call(h.request, &h.caller, NULL)->status == REBASE_E_ARGUMENT);
  ck_assert(rebase_decide_call(NULL, &h.caller, call)->status == REBASE_E_ARGUMENT);
  ck_assert(rebase_decide_call(fresh, &h.caller, call)->effect == REBASE_ALLOW);          /* another request's */
  rebase_request_free(fresh);
  rebase_call_free(call);
}
END_TEST

/* ---- what is decided ---- */
/* The lists in it count for what a decision may cost. */
START_TEST(as_the_first_time) {
  host_load(&h, "policy most { allow call shop.pay by bot where all tag in (args.tags otherwise []) satisfy tag != \"secret\" }\n"
                "guard g { deny call shop.pay where requester.id == \"bob\" because \"not bob\" }\n");
  const rebase_caller bob = {BOT, "bob", NULL};
  const rebase_decision *d = decide(&h, WHOLE);
  const uint64_t steps = d->steps, bound = d->steps_bound;
  ck_assert(d->effect == REBASE_ALLOW);
  rebase_call *call = keep(WHOLE);
  d = again(call);
  ck_assert_uint_eq(d->steps, steps);
  ck_assert_uint_eq(d->steps_bound, bound);
  ck_assert_uint_eq(d->rule_count, 1);
  d = rebase_decide_call(h.request, &bob, call);
  ck_assert(d->effect == REBASE_DENY);
  ck_assert_str_eq(d->reason, "not bob");
  rebase_call_free(call);
}
END_TEST

/* Everything but the arguments is looked at anew. */
START_TEST(in_its_session) {
  host_load(&h, "policy once { allow call shop.pay by bot where session.count(shop.pay) < 2 }\n");
  rebase_call *call = keep(LEAST);
  char first[REBASE_ID_BYTES];
  strcpy(first, h.decision);
  ck_assert(again(call)->effect == REBASE_ALLOW);
  ck_assert_str_ne(again(call)->id, first);
  ck_assert(again(call)->effect == REBASE_DENY);
  ck_assert_int_eq(rebase_observe(h.engine, h.session, first, REBASE_FAILED, "", 0, NULL), REBASE_OK);
  rebase_call_free(call);
}
END_TEST

START_TEST(under_its_bundle_only) {
  rebase_call *call = keep(LEAST);
  rebase_engine *other;
  host_load(&h, FEW);
  const rebase_decision *d = again(call);
  ck_assert_int_eq(d->status, REBASE_E_STALE);
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_str_eq(d->reason, "the call was kept under an older bundle");
  rebase_call *kept;
  ck_assert_int_eq(rebase_keep_call(h.request, &kept), REBASE_E_REQUEST);
  rebase_call_free(call);
  call = keep(LEAST);
  ck_assert(again(call)->effect == REBASE_ALLOW);
  ck_assert_int_eq(rebase_engine_open(NULL, &other), REBASE_OK);            /* another engine's: whose generation may be the same */
  struct image image = compile_rules(ALLOW_ALL);
  for (int i = 0; i < 2; i++) ck_assert_int_eq(rebase_engine_load(other, image.bytes, image.size, NULL), REBASE_OK);
  rebase_request *request = rebase_request_new(other);
  ck_assert_int_eq(rebase_decide_call(request, &(rebase_caller){BOT, "ann", NULL}, call)->status, REBASE_E_ARGUMENT);
  rebase_request_free(request);
  rebase_engine_close(other);
  free(image.bytes);
  rebase_call_free(call);
}
END_TEST

START_TEST(in_batches) {
  host_load(&h, FEW);
  rebase_call *small = keep(LEAST), *large = keep(WHOLE);
  const rebase_call *calls[] = {small, large, NULL, small};
  const rebase_caller alone = {BOT, "ann", NULL};
  struct several s = {.closes = &h};
  ck_assert_int_eq(rebase_decide_call_batch(h.request, &alone, calls, 4, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "adda");
  s = (struct several){0};
  ck_assert_int_eq(rebase_decide_call_batch(h.request, &alone, calls, 4, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "dddd");
  ck_assert_int_eq(rebase_decide_call_batch(h.request, &alone, NULL, 0, NULL, NULL), REBASE_OK);
  ck_assert_int_eq(rebase_decide_call_batch(h.request, &alone, NULL, 1, note_decided, &s), REBASE_E_ARGUMENT);
  rebase_call_free(small);
  rebase_call_free(large);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kept_call");
  TCase *t = tcase_create("kept_call");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_call_with_all_that_it_points_to);
  tcase_add_test(t, a_call_in_any_form);
  tcase_add_test(t, only_what_was_read);
  tcase_add_test(t, as_the_first_time);
  tcase_add_test(t, in_its_session);
  tcase_add_test(t, under_its_bundle_only);
  tcase_add_test(t, in_batches);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
