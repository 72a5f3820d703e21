/* test_binding.c: arguments that are read from a host's own struct, and texts that are prepared. SPEC 9.3. */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

static struct host h;
static void setup(void) { host_open(&h, ALLOW_ALL); }
static void teardown(void) { host_close(&h); }

struct pay {
  const char *id, *kind;
  rebase_text note, place, from, lines;
  rebase_texts tags;
  int64_t amount, rate, count, at, day, hold;
  bool urgent;
  const rebase_prepared *prepared, *prepared_tags;
};
#define MEMBER(KIND, NAME) {#NAME, REBASE_MEMBER_##KIND, offsetof(struct pay, NAME)}
static const rebase_member members[] = {
  MEMBER(STRING, id), MEMBER(STRING, kind), MEMBER(TEXT, note), MEMBER(TEXT, place), MEMBER(TEXT, from), MEMBER(JSON, lines), MEMBER(TEXTS, tags),
  MEMBER(DECIMAL, amount), MEMBER(DECIMAL, rate), MEMBER(INT, count), MEMBER(TIME, at), MEMBER(TIME, day), MEMBER(TIME, hold), MEMBER(BOOL, urgent)};
enum { MEMBERS = sizeof members / sizeof *members };

#define TEXT(LITERAL) ((rebase_text){LITERAL, sizeof(LITERAL) - 1})
static const rebase_text tags[] = {{"b", 1}, {"a", 1}, {"b", 1}};
static struct pay whole(void) {
  return (struct pay){.id = "o1", .kind = "fast", .note = TEXT("caf\xc3\xa9"), .place = TEXT("de"), .from = TEXT("10.0.0.1"),
    .lines = TEXT("[{\"sku\":\"s\",\"price\":1.5}]"), .tags = {tags, 3}, .amount = 12500000, .rate = 1, .count = 3, .at = NOW,
    .day = NOW - NOW % (86400 * SECONDS), .hold = 1500000, .urgent = true};
}
static struct pay least(void) {
  return (struct pay){.id = "o1", .amount = 1000000, .rate = REBASE_ABSENT, .count = REBASE_ABSENT, .at = REBASE_ABSENT, .day = REBASE_ABSENT,
    .hold = REBASE_ABSENT};
}

static rebase_binding *bind(const rebase_member *list, size_t count) {
  rebase_binding *binding;
  ck_assert_int_eq(rebase_bind(h.engine, "shop.pay", list, count, &binding), REBASE_OK);
  return binding;
}
static const rebase_decision *decide_bound(rebase_binding *b, const struct pay *pay) { return rebase_decide_bound(h.request, &h.caller, b, pay); }

/* One decision of a binding that is made and freed for it. */
static rebase_status status_of(const rebase_member *list, size_t count, const struct pay *pay) {
  rebase_binding *b = bind(list, count);
  const rebase_decision *d = decide_bound(b, pay);
  ck_assert_int_eq(d->effect == REBASE_ALLOW, d->status == REBASE_OK);
  rebase_unbind(b);
  return d->status;
}

/* ---- what is read ---- */
START_TEST(bound_as_json) {
  rebase_binding *b = bind(members, MEMBERS);
  struct pay pay = whole();
  const rebase_decision *d = decide_bound(b, &pay);
  ck_assert_msg(d->effect == REBASE_ALLOW, "%s", d->reason);
  char canonical[2000];
  strcpy(canonical, d->canonical);
  ck_assert_str_eq(canonical,
    "{\"call\":\"shop.pay\",\"args\":{\"amount\":12.5,\"at\":\"2024-05-15T15:00:00Z\",\"count\":3,\"day\":\"2024-05-15\",\"from\":\"10.0.0.1\",\"hold\":1.5,"
    "\"id\":\"o1\",\"kind\":\"fast\",\"lines\":[{\"sku\":\"s\",\"price\":1.5}],\"note\":\"caf\xc3\xa9\",\"place\":\"de\",\"rate\":0.000001,\"tags\":[\"b\",\"a\"],"
    "\"urgent\":true}}");
  ck_assert_str_eq(decide(&h, canonical)->canonical, canonical);
  ck_assert_str_eq(decide_bound(b, &pay)->canonical, canonical);
  rebase_unbind(b);
}
END_TEST

START_TEST(absent_gets_its_default) {
  rebase_binding *b = bind(members, MEMBERS);
  struct pay pay = least();
  ck_assert_str_eq(decide_bound(b, &pay)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"count\":1,\"id\":\"o1\",\"urgent\":false}}");
  rebase_unbind(b);
}
END_TEST

START_TEST(no_member_is_absent) {
  const rebase_member two[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount)};
  struct pay pay = whole();
  rebase_binding *b = bind(two, 2);
  ck_assert_str_eq(decide_bound(b, &pay)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":12.5,\"count\":1,\"id\":\"o1\"}}");
  rebase_unbind(b);
  ck_assert_int_eq(status_of(two, 1, &pay), REBASE_E_TYPE);         /* the amount is required */
  pay.id = NULL;
  ck_assert_int_eq(status_of(two, 2, &pay), REBASE_E_TYPE);
}
END_TEST

START_TEST(prepared_as_copied) {
  const rebase_member list[] = {{"id", REBASE_MEMBER_PREPARED, offsetof(struct pay, prepared)}, {"tags", REBASE_MEMBER_PREPARED, offsetof(struct pay, prepared_tags)},
                                MEMBER(DECIMAL, amount)};
  rebase_prepared *id, *some, *twice;
  struct pay pay = least();
  ck_assert_int_eq(rebase_prepare_text(h.engine, TEXT("o1"), &id), REBASE_OK);
  ck_assert_int_eq(rebase_prepare_texts(h.engine, (rebase_texts){tags, 2}, &some), REBASE_OK);
  ck_assert_int_eq(rebase_prepare_texts(h.engine, (rebase_texts){tags, 3}, &twice), REBASE_OK);
  rebase_binding *b = bind(list, 3);
  pay.prepared = id;
  ck_assert_str_eq(decide_bound(b, &pay)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"count\":1,\"id\":\"o1\"}}");
  pay.prepared_tags = some;
  ck_assert_str_eq(decide_bound(b, &pay)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"count\":1,\"id\":\"o1\",\"tags\":[\"b\",\"a\"]}}");
  pay.prepared_tags = twice;                /* a set holds nothing twice */
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_E_TYPE);
  pay.prepared_tags = id;
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_E_TYPE);
  pay.prepared_tags = NULL;
  pay.prepared = some;
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_E_TYPE);
  pay.prepared = NULL;
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_E_TYPE);
  rebase_unbind(b);
  rebase_prepared_free(h.engine, id);
  rebase_prepared_free(h.engine, some);
  rebase_prepared_free(h.engine, twice);
  rebase_prepared_free(h.engine, NULL);
}
END_TEST

/* ---- words ---- */
struct worded { const rebase_prepared *kind, *modes, *kinds; };
#define WORDED(NAME) {#NAME, REBASE_MEMBER_PREPARED, offsetof(struct worded, NAME)}
static const rebase_member worded_members[] = {{"id", REBASE_MEMBER_STRING, sizeof(struct worded)}, {"amount", REBASE_MEMBER_DECIMAL, sizeof(struct worded) + sizeof(char *)},
                                               WORDED(kind), WORDED(modes), WORDED(kinds)};
struct worded_pay { struct worded words; const char *id; int64_t amount; };

static const rebase_prepared *text_of(const char *text) {
  rebase_prepared *p;
  ck_assert_int_eq(rebase_prepare_text(h.engine, (rebase_text){text, strlen(text)}, &p), REBASE_OK);
  return p;
}
static const rebase_prepared *texts_of(const char *a, const char *b) {
  rebase_prepared *p;
  const rebase_text texts[] = {{a, strlen(a)}, {b, b ? strlen(b) : 0}};
  ck_assert_int_eq(rebase_prepare_texts(h.engine, (rebase_texts){texts, b ? 2 : 1}, &p), REBASE_OK);
  return p;
}
static void free_prepared(const rebase_prepared *p) { rebase_prepared_free(h.engine, (rebase_prepared *)(uintptr_t)p); }

static void check_worded(rebase_binding *b, const struct worded *words, rebase_status status, const char *found) {
  const struct worded_pay pay = {*words, "o1", 1000000};
  for (int again = 0; again < 2; again++) {         /* which symbol it is is known the second time */
    const rebase_decision *d = rebase_decide_bound(h.request, &h.caller, b, &pay);
    ck_assert_int_eq(d->status, status);
    ck_assert_int_eq(d->effect == REBASE_ALLOW, status == REBASE_OK);
    ck_assert_msg(strstr(status == REBASE_OK ? d->canonical : d->reason, found) != NULL, "%s %s", d->canonical, d->reason);
  }
}

/* A prepared word is known by its text, under each bundle anew: there its symbol can be another. */
START_TEST(prepared_words) {
  const char *const more[] = {"kind: one of { fast, slow }", "kind: one of { slower, slow, fast }", "place: region?", "place: region?, first: one of { nothing, fast }?", NULL};
  const rebase_prepared *fast = text_of("fast"), *unknown = text_of("medium"), *closed = text_of("closed"), *modes = texts_of("other", "open"), *twice = texts_of("open", "open"),
                        *kinds = texts_of("slow", "slow"), *mixed = texts_of("slow", "medium");
  rebase_binding *b = bind(worded_members, 5);
  for (int bundle = 0; bundle < 3; bundle++) {
    check_worded(b, &(struct worded){.kind = fast, .modes = modes, .kinds = kinds}, REBASE_OK, "\"kind\":\"fast\",\"kinds\":[\"slow\",\"slow\"],\"modes\":[\"other\",\"open\"]");
    check_worded(b, &(struct worded){.kind = NULL}, REBASE_OK, "{\"amount\":1,\"count\":1,\"id\":\"o1\"}");
    check_worded(b, &(struct worded){.kind = unknown}, REBASE_E_TYPE, "`medium` is none of the words");
    check_worded(b, &(struct worded){.kind = closed}, REBASE_E_TYPE, "`closed` is none of the words");
    check_worded(b, &(struct worded){.kind = modes}, REBASE_E_TYPE, "prepared as something else");
    check_worded(b, &(struct worded){.modes = twice}, REBASE_E_TYPE, "distinct");
    check_worded(b, &(struct worded){.modes = fast}, REBASE_E_TYPE, "prepared as something else");
    check_worded(b, &(struct worded){.kinds = mixed}, REBASE_E_TYPE, "`medium` is none of the words");
    check_worded(b, &(struct worded){.kinds = modes}, REBASE_E_TYPE, "`other` is none of the words");
    struct image image = compile_world(ALLOW_ALL, bundle ? NULL : more);
    ck_assert_msg(rebase_engine_load(h.engine, image.bytes, image.size, &h.report) == REBASE_OK, "%s", h.report.text);
    free(image.bytes);
  }
  rebase_unbind(b);
  for (const rebase_prepared *const *p = (const rebase_prepared *const []){fast, unknown, closed, modes, twice, kinds, mixed, NULL}; *p; p++) free_prepared(*p);
}
END_TEST

/* Two engines whose bundles number their symbols differently: a word that one has found is not taken for the other's. */
START_TEST(words_of_two_engines) {
  const char *const more[] = {"kind: one of { fast, slow }", "kind: one of { ajar, brisk, fast, slow }", NULL};
  struct host other;
  const rebase_prepared *fast = text_of("fast");
  const struct worded_pay pay = {{.kind = fast}, "o1", 1000000};
  rebase_binding *mine = bind(worded_members, 5), *its;
  host_open(&other, ALLOW_ALL);
  struct image image = compile_world(ALLOW_ALL, more);
  ck_assert_int_eq(rebase_engine_load(other.engine, image.bytes, image.size, &other.report), REBASE_OK);
  host_load(&h, ALLOW_ALL);                 /* as many as the other has loaded */
  free(image.bytes);
  ck_assert_int_eq(rebase_bind(other.engine, "shop.pay", worded_members, 5, &its), REBASE_OK);
  for (int i = 0; i < 4; i++) {
    const rebase_decision *d = i % 2 ? rebase_decide_bound(other.request, &other.caller, its, &pay) : rebase_decide_bound(h.request, &h.caller, mine, &pay);
    ck_assert_msg(d->effect == REBASE_ALLOW && strstr(d->canonical, "\"kind\":\"fast\""), "%s %s", d->reason, d->canonical);
  }
  rebase_unbind(mine);
  rebase_unbind(its);
  host_close(&other);
  free_prepared(fast);
}
END_TEST

/* A list of what has a text, as it stands in a host's struct. */
START_TEST(lists_of_words) {
  static const rebase_text modes[] = {TEXT("open"), TEXT("closed"), TEXT("open")}, places[] = {TEXT("de"), TEXT("mars")};
  struct pay pay = least();
  const rebase_member list[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount), {"modes", REBASE_MEMBER_TEXTS, offsetof(struct pay, tags)}};
  const rebase_member regions[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount), {"places", REBASE_MEMBER_TEXTS, offsetof(struct pay, tags)}};
  rebase_binding *b = bind(list, 3), *r = bind(regions, 3);
  pay.tags = (rebase_texts){modes, 3};      /* a set: what is given twice counts once */
  ck_assert_str_eq(decide_bound(b, &pay)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"count\":1,\"id\":\"o1\",\"modes\":[\"open\",\"closed\"]}}");
  pay.tags = (rebase_texts){places, 1};
  ck_assert_str_eq(decide_bound(r, &pay)->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":1,\"count\":1,\"id\":\"o1\",\"places\":[\"de\"]}}");
  ck_assert_str_eq(decide_bound(b, &pay)->reason, "modes: `de` is none of the words");
  pay.tags.count = 2;
  ck_assert_str_eq(decide_bound(r, &pay)->reason, "places: unknown region");
  rebase_unbind(b);
  rebase_unbind(r);
  const rebase_member prepared[] = {MEMBER(STRING, id), {"places", REBASE_MEMBER_PREPARED, offsetof(struct pay, prepared_tags)}};
  ck_assert_int_eq(status_of(prepared, 2, &pay), REBASE_E_TYPE);            /* only strings and words can be */
}
END_TEST

START_TEST(prepared_is_checked) {
  rebase_prepared *p;
  const rebase_text bad[] = {{"a\0b", 3}, {"\xff", 1}};
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(rebase_prepare_text(h.engine, bad[i], &p), REBASE_E_TYPE);
    ck_assert_ptr_null(p);
    ck_assert_int_eq(rebase_prepare_texts(h.engine, (rebase_texts){&bad[i], 1}, &p), REBASE_E_TYPE);
  }
  ck_assert_int_eq(rebase_prepare_text(h.engine, (rebase_text){NULL, 0}, &p), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_prepare_texts(h.engine, (rebase_texts){NULL, 0}, &p), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_prepare_text(h.engine, TEXT("x"), NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_prepare_text(h.engine, (rebase_text){"x", (size_t)1 << 40}, &p), REBASE_E_TOO_LARGE);
  atomic_store(&h.fail_at, 1);
  atomic_store(&h.allocations, 0);
  ck_assert_int_eq(rebase_prepare_text(h.engine, TEXT("x"), &p), REBASE_E_MEMORY);
  ck_assert_ptr_null(p);
  atomic_store(&h.fail_at, 0);
}
END_TEST

/* ---- what does not fit ---- */
START_TEST(values_that_are_none) {
  static char text[(1 << 16) + 2];
  struct pay pay = whole();
  memset(text, 'x', sizeof text - 1);
#define CASE(STATUS, CHANGE) do { struct pay p = pay; p.CHANGE; ck_assert_int_eq(status_of(members, MEMBERS, &p), STATUS); } while (0)
  CASE(REBASE_OK, count = 4);
  CASE(REBASE_E_RANGE, amount = 1005000);
  CASE(REBASE_E_RANGE, at = INT64_MAX);
  CASE(REBASE_E_TYPE, day = 43200 * SECONDS);
  CASE(REBASE_E_TYPE, note = ((rebase_text){"a\0b", 3}));
  CASE(REBASE_E_TYPE, note = ((rebase_text){"\xff", 1}));
  CASE(REBASE_E_TOO_LARGE, note = ((rebase_text){text, sizeof text - 1}));
  CASE(REBASE_E_TOO_LARGE, id = text);
  CASE(REBASE_E_TYPE, kind = "medium");
  CASE(REBASE_E_TYPE, kind = "sxow");       /* as long as `slow`, which begins, ends and is in its middle like it */
  CASE(REBASE_E_TYPE, kind = "");
  CASE(REBASE_E_TYPE, place = TEXT("mars"));
  CASE(REBASE_E_TYPE, from = TEXT("10.0.0.256"));
  CASE(REBASE_E_REQUEST, lines = TEXT("[{\"sku\""));
  CASE(REBASE_E_TOO_LARGE, tags.count = REBASE_MOST_TEXTS + 1);
  CASE(REBASE_E_ARGUMENT, tags = ((rebase_texts){(rebase_text[]){{NULL, 0}}, 1}));
#undef CASE
  memset(&pay.urgent, 2, 1);
  ck_assert_int_eq(status_of(members, MEMBERS, &pay), REBASE_E_TYPE);
}
END_TEST

START_TEST(the_argument_is_named) {
  rebase_binding *b = bind(members, MEMBERS);
  struct pay pay = whole();
  pay.amount = 1;
  ck_assert_str_eq(decide_bound(b, &pay)->reason, "amount: an amount has more digits than its currency");
  rebase_unbind(b);
}
END_TEST

START_TEST(members_that_do_not_fit) {
  const struct { rebase_member member; rebase_status status; } cases[] = {
    {{"amuont", REBASE_MEMBER_DECIMAL, offsetof(struct pay, amount)}, REBASE_E_SLOT}, {{"amount", REBASE_MEMBER_INT, offsetof(struct pay, amount)}, REBASE_E_TYPE},
    {{"urgent", REBASE_MEMBER_INT, offsetof(struct pay, amount)}, REBASE_E_TYPE}, {{"lines", REBASE_MEMBER_TEXTS, offsetof(struct pay, tags)}, REBASE_E_TYPE},
    {{"note", REBASE_MEMBER_TEXTS, offsetof(struct pay, tags)}, REBASE_E_TYPE}, {{"place", REBASE_MEMBER_PREPARED, offsetof(struct pay, prepared)}, REBASE_E_TYPE},
    {{"note", REBASE_MEMBER_NONE, offsetof(struct pay, note)}, REBASE_E_TYPE}, {{"note", (rebase_member_kind)99, offsetof(struct pay, note)}, REBASE_E_TYPE},
    {{"amount", REBASE_MEMBER_DECIMAL, offsetof(struct pay, rate)}, REBASE_E_REQUEST},      /* there is another for it */
    {{"rate", REBASE_MEMBER_DECIMAL, offsetof(struct pay, rate)}, REBASE_OK}};
  struct pay pay = whole();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const rebase_member list[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount), cases[i].member};
    ck_assert_int_eq(status_of(list, 3, &pay), cases[i].status);
  }
}
END_TEST

START_TEST(wrong_calls) {
  rebase_binding *b;
  struct pay pay = whole();
  ck_assert_int_eq(rebase_bind(NULL, "shop.pay", members, MEMBERS, &b), REBASE_E_ARGUMENT);
  ck_assert_ptr_null(b);
  ck_assert_int_eq(rebase_bind(h.engine, NULL, members, MEMBERS, &b), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_bind(h.engine, "shop.pay", NULL, 1, &b), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_bind(h.engine, "shop.pay", members, MEMBERS, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_bind(h.engine, "shop.pay", &(rebase_member){NULL, REBASE_MEMBER_INT, 0}, 1, &b), REBASE_E_ARGUMENT);
  b = bind(members, MEMBERS);
  ck_assert_int_eq(rebase_decide_bound(NULL, &h.caller, b, &pay)->status, REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_bound(h.request, NULL, b, &pay)->status, REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_bound(h.request, &h.caller, NULL, &pay)->status, REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_bound(h.request, &h.caller, b, NULL)->status, REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_bound(h.request, &(rebase_caller){BOT, NULL, h.session}, b, &pay)->status, REBASE_E_REQUESTER);
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_OK);
  rebase_unbind(b);
  rebase_unbind(NULL);
  ck_assert_int_eq(rebase_bind(h.engine, "shop.pya", members, MEMBERS, &b), REBASE_OK);       /* a bundle to come may have it */
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_E_OPERATION);
  rebase_unbind(b);
}
END_TEST

/* It fits itself to every bundle. */
START_TEST(bundles_come_and_go) {
  const char *const renamed[] = {"amount: money(USD), rate", "sum: money(USD), rate", NULL};
  const rebase_member three[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount), MEMBER(DECIMAL, rate)};
  rebase_binding *b = bind(three, 3);
  struct pay pay = whole();
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_OK);
  struct image image = compile_world(ALLOW_ALL, renamed);
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  free(image.bytes);
  ck_assert_int_eq(decide_bound(b, &pay)->status, REBASE_E_SLOT);
  host_load(&h, "policy few { allow call shop.pay by bot where args.amount <= 12.00 USD }\n");
  ck_assert(decide_bound(b, &pay)->effect == REBASE_DENY);
  pay.amount = 12000000;
  ck_assert(decide_bound(b, &pay)->effect == REBASE_ALLOW);
  rebase_unbind(b);
}
END_TEST

/* Each a decision of its own; one bundle for all, and who asks is noted of each batch anew. */
START_TEST(in_batches) {
  host_load(&h, "policy few { allow call shop.pay by bot where args.amount <= 12.00 USD }\n");
  const rebase_member two[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount)};
  rebase_binding *b = bind(two, 2);
  struct pay small = least(), large = whole();
  const void *calls[] = {&small, &large, NULL, &small};
  struct several s = {.closes = &h};
  const rebase_caller alone = {BOT, "ann", NULL}, other = {"acme.shop.helper", "bob", NULL};
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &alone, b, calls, 4, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "adda");
  s = (struct several){0};
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &alone, b, calls, 4, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "dddd");
  host_load(&h, "policy few { allow call shop.pay by bot }\n");
  s = (struct several){0};
  rebase_caller who = alone;                /* another in the same place, too */
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &who, b, calls, 1, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "a");
  who = other;
  s = (struct several){0};
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &who, b, calls + 3, 1, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "d");
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &alone, b, NULL, 0, NULL, NULL), REBASE_OK);
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &alone, b, NULL, 1, note_decided, &s), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, &alone, b, calls, 1, NULL, &s), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_decide_bound_batch(NULL, &alone, b, calls, 1, note_decided, &s), REBASE_E_ARGUMENT);
  rebase_unbind(b);
}
END_TEST

/* ---- a caller that asks again ---- */
START_TEST(kept_caller) {
  host_load(&h, "policy few { allow call shop.pay by bot where args.amount <= 12.00 USD }\nguard g { deny call shop.pay where requester.id == \"bob\" because \"not bob\" }\n");
  const rebase_member two[] = {MEMBER(STRING, id), MEMBER(DECIMAL, amount)};
  const rebase_caller bob = {BOT, "bob", NULL}, nobody = {0}, stranger = {"acme.shop.nobody", "ann", NULL};
  rebase_binding *b = bind(two, 2);
  struct pay pay = least();
  char agent[] = BOT, requester[] = "ann", text[4096];
  const rebase_caller *kept = rebase_keep_caller(h.request, &(rebase_caller){agent, requester, h.session});
  ck_assert_ptr_nonnull(kept);
  memset(agent, 'x', sizeof agent - 1);                     /* it is a copy */
  memset(requester, 'x', sizeof requester - 1);
  for (unsigned i = 0; i < 3; i++) {                        /* whoever asks between */
    ck_assert(rebase_decide_bound(h.request, kept, b, &pay)->effect == REBASE_ALLOW);
    ck_assert(rebase_decide_bound(h.request, kept, b, &pay)->effect == REBASE_ALLOW);
    rebase_explain(rebase_decide_bound(h.request, kept, b, &pay), REBASE_FOR_PERSON, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, BOT));
    const rebase_decision *d = rebase_decide_bound(h.request, i == 0 ? &bob : i == 1 ? &stranger : &nobody, b, &pay);
    ck_assert_int_eq(d->status, i == 0 ? REBASE_OK : REBASE_E_AGENT);
    ck_assert_int_eq(d->effect, REBASE_DENY);
  }
  const void *calls[] = {&pay, &pay};
  struct several s = {0};
  ck_assert_int_eq(rebase_decide_bound_batch(h.request, kept, b, calls, 2, note_decided, &s), REBASE_OK);
  ck_assert_str_eq(s.effects, "aa");
  host_load(&h, "policy none { deny call because \"closed\" }\n");
  ck_assert(rebase_decide_bound(h.request, kept, b, &pay)->effect == REBASE_DENY);
  host_load(&h, "policy every { allow call by bot }\nguard g { deny call shop.pay where requester.id == \"bob\" because \"not bob\" }\n");
  ck_assert(rebase_decide_bound(h.request, kept, b, &pay)->effect == REBASE_ALLOW);
  ck_assert_ptr_eq(rebase_keep_caller(h.request, &bob), kept);          /* another in its place */
  ck_assert_str_eq(rebase_decide_bound(h.request, kept, b, &pay)->reason, "not bob");
  ck_assert_ptr_eq(rebase_keep_caller(h.request, kept), kept);
  ck_assert_str_eq(rebase_decide_bound(h.request, kept, b, &pay)->reason, "not bob");
  ck_assert_ptr_nonnull(kept = rebase_keep_caller(h.request, &(rebase_caller){BOT, "ann", h.session}));
  rebase_session_close(h.engine, h.session);
  ck_assert_int_eq(rebase_decide_bound(h.request, kept, b, &pay)->status, REBASE_E_SESSION);
  ck_assert_ptr_nonnull(kept = rebase_keep_caller(h.request, &nobody));
  ck_assert_int_eq(rebase_decide_bound(h.request, kept, b, &pay)->status, REBASE_E_AGENT);
  ck_assert_ptr_null(rebase_keep_caller(h.request, NULL));
  ck_assert_ptr_null(rebase_keep_caller(NULL, &bob));
  rebase_unbind(b);
}
END_TEST

/* ---- a clock that is looked at when something goes by it ---- */
START_TEST(time_is_read_when_it_matters) {
  static const struct { const char *rules; bool allowed; } cases[] = {
    {"policy p { allow call shop.pay by bot where hour(now) >= 0 and today > 2024-01-01 }\n", true},
    {"policy p { allow call shop.pay by bot where today < 2024-01-01 }\n", false},
    {"policy p { allow call shop.pay by bot }\nguard g { deny call shop.pay where today > 2024-01-01 because \"late\" }\n", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rebase_engine *engine;          /* without hooks */
    rebase_binding *b;
    struct pay pay = whole();
    struct image image = compile_rules(cases[i].rules);
    ck_assert_int_eq(rebase_engine_open(NULL, &engine), REBASE_OK);
    ck_assert_int_eq(rebase_engine_load(engine, image.bytes, image.size, NULL), REBASE_OK);
    ck_assert_int_eq(rebase_bind(engine, "shop.pay", members, MEMBERS, &b), REBASE_OK);
    rebase_request *request = rebase_request_new(engine);
    const rebase_decision *d = rebase_decide_bound(request, &(rebase_caller){BOT, "ann", NULL}, b, &pay);
    ck_assert_int_eq(d->status, REBASE_OK);
    ck_assert_int_eq(d->effect == REBASE_ALLOW, cases[i].allowed);
    rebase_request_free(request);
    rebase_unbind(b);
    rebase_engine_close(engine);
    free(image.bytes);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("binding");
  TCase *t = tcase_create("binding");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, bound_as_json);
  tcase_add_test(t, absent_gets_its_default);
  tcase_add_test(t, no_member_is_absent);
  tcase_add_test(t, prepared_as_copied);
  tcase_add_test(t, prepared_is_checked);
  tcase_add_test(t, values_that_are_none);
  tcase_add_test(t, the_argument_is_named);
  tcase_add_test(t, members_that_do_not_fit);
  tcase_add_test(t, wrong_calls);
  tcase_add_test(t, prepared_words);
  tcase_add_test(t, words_of_two_engines);
  tcase_add_test(t, lists_of_words);
  tcase_add_test(t, bundles_come_and_go);
  tcase_add_test(t, in_batches);
  tcase_add_test(t, kept_caller);
  tcase_add_test(t, time_is_read_when_it_matters);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
