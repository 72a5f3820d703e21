/* test_json.c: hostile requests. Each is denied, with the status that fits and a reason that names what is wrong, and
 * changes nothing. SPEC 9.1, 9.2. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

static struct host h;
static void setup(void) { host_open(&h, ALLOW_ALL); }
static void teardown(void) { host_close(&h); }

static void refused_bytes(const char *body, size_t length, rebase_status status, const char *reason) {
  const rebase_decision *d = decide_bytes(&h, body, length);
  ck_assert_msg(d->effect == REBASE_DENY, "%.*s: not denied", (int)length, body);
  ck_assert_msg(d->status == status && strstr(d->reason, reason), "%.*s\n  wanted: %s (%s)\n  got: %s (%s)", (int)length, body,
                rebase_status_text(status), reason, rebase_status_text(d->status), d->reason);
  ck_assert_uint_eq(d->reason_length, strlen(d->reason));
  ck_assert_uint_eq(d->canonical_length, 0);
  ck_assert_uint_eq(d->rule_count, 0);
}
static void refused(const char *body, rebase_status status, const char *reason) { refused_bytes(body, strlen(body), status, reason); }

#define PAY(ARGS) "{\"call\":\"shop.pay\",\"args\":{\"id\":\"o1\",\"amount\":5" ARGS "}}"

START_TEST(whole_requests_pass) {
  ALLOWS(&h, PAY(""));
  ALLOWS(&h, " \t\r\n{ \"args\" : { \"amount\" : 5.00 , \"id\" : \"o1\" } , \"call\" : \"shop.pay\" } \n");
  ALLOWS(&h, "{\"\\u0063all\":\"shop.\\u0070ay\",\"args\":{\"\\u0069d\":\"o\\u0031\",\"amount\":5}}");
  /* SPEC 9.3: in the order of names, with defaults */
  ck_assert_str_eq(decide(&h, PAY(""))->canonical, "{\"call\":\"shop.pay\",\"args\":{\"amount\":5,\"count\":1,\"id\":\"o1\"}}");
  ALLOWS(&h, "{\"release\":\"person\",\"text\":\"done\"}");
  ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
  DENIES(&h, "{\"infer\":{\"task\":\"chat\"}}");    /* SPEC 19: no route, no grant */
}
END_TEST

/* Names are looked up by their first bytes and length first; the rest counts too. In any order, whatever came before. */
START_TEST(names_that_begin_alike) {
#define LOCATE(ARGS) "{\"call\":\"shop.locate\",\"args\":{" ARGS "}}"
  static const char both[] = LOCATE("\"number_of_order\":\"a\",\"number_of_shops\":\"b\"");
  for (int i = 0; i < 2; i++) {
    ck_assert_str_eq(decide(&h, both)->canonical, both);
    ck_assert_str_eq(decide(&h, LOCATE("\"number_of_shops\":\"b\",\"number_of_order\":\"a\""))->canonical, both);
  }
  refused(LOCATE("\"number_of_order\":\"a\",\"number_of_chops\":\"b\""), REBASE_E_REQUEST, "unknown argument `number_of_chops`");
  refused(LOCATE("\"number_of_shops\":\"b\""), REBASE_E_TYPE, "`number_of_order` is missing");
}
END_TEST

/* Texts so short that a word holds them with their length: what stood in its memory before, and what follows in the request, is no part of them. */
START_TEST(texts_of_a_word) {
  static const char *const short_ones[][2] = {{"", ""}, {"a", "\\u0061"}, {"ab", "a\\u0062"}, {"abc", "ab\\u0063"}, {"abcd", "abc\\u0064"}, {"abcde", "abcd\\u0065"}};
  enum { COUNT = sizeof short_ones / sizeof *short_ones };
  char rules[300], body[200];
  for (unsigned wanted = 0; wanted < COUNT; wanted++) {
    snprintf(rules, sizeof rules, "policy p { allow call shop.locate by bot where args.number_of_order == \"%s\" and args.number_of_shops == \"%s\" }\n",
             short_ones[wanted][0], short_ones[COUNT - 1 - wanted][0]);
    host_load(&h, rules);
    for (unsigned form = 0; form < 2; form++)
      for (unsigned given = 0; given < COUNT; given++) {
        decide(&h, LOCATE("\"number_of_order\":\"what stands in the memory before\",\"number_of_shops\":\"and here, too\""));
        snprintf(body, sizeof body, LOCATE("\"number_of_order\":\"%s\",\"number_of_shops\":\"%s\""), short_ones[given][form], short_ones[COUNT - 1 - given][form]);
        EXPECT(&h, given == wanted ? REBASE_ALLOW : REBASE_DENY, body);
      }
  }
}
END_TEST

/* SPEC 9.1: duplicate keys, however they are written. */
START_TEST(duplicate_keys) {
  refused("{\"call\":\"shop.pay\",\"call\":\"shop.pay\",\"args\":{}}", REBASE_E_REQUEST, "`call` is given twice");
  refused("{\"call\":\"shop.pay\",\"c\\u0061ll\":\"shop.cancel\",\"args\":{}}", REBASE_E_REQUEST, "`call` is given twice");
  refused("{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\"},\"args\":{\"id\":\"b\"}}", REBASE_E_REQUEST, "`args` is given twice");
  refused("{\"args\":{\"id\":\"a\"},\"args\":{\"id\":\"b\"},\"call\":\"shop.cancel\"}", REBASE_E_REQUEST, "`args` is given twice");
  refused(PAY(",\"id\":\"o2\""), REBASE_E_REQUEST, "args.id: given twice");
  refused(PAY(",\"\\u0069d\":\"o2\""), REBASE_E_REQUEST, "args.id: given twice");
  refused(PAY(",\"note\":null,\"note\":\"x\""), REBASE_E_REQUEST, "args.note: given twice");
  refused(PAY(",\"named\":{\"a\":1,\"b\":2,\"a\":3}"), REBASE_E_REQUEST, "the key `a` occurs twice");
  refused(PAY(",\"named\":{\"a\":1,\"b\":2,\"\\u0061\":null}"), REBASE_E_REQUEST, "the key `a` occurs twice");
  refused(PAY(",\"lines\":[{\"sku\":\"s\",\"price\":1,\"s\\u006bu\":\"t\"}]"), REBASE_E_REQUEST, "args.lines[0].sku: given twice");
  refused("{\"args\":{\"id\":\"a\",\"id\":\"b\"},\"call\":\"shop.cancel\"}", REBASE_E_REQUEST, "given twice");
  refused("{\"release\":\"person\",\"text\":\"a\",\"text\":\"b\"}", REBASE_E_REQUEST, "`text` is given twice");
}
END_TEST

START_TEST(unknown_fields) {
  refused(PAY(",\"extra\":1"), REBASE_E_REQUEST, "unknown argument `extra` of shop.pay");
  refused("{\"call\":\"shop.pay\",\"arguments\":{}}", REBASE_E_REQUEST, "unknown field `arguments`");
  refused(PAY(",\"lines\":[{\"sku\":\"s\",\"price\":1,\"prise\":2}]"), REBASE_E_REQUEST, "unknown field `prise`");
  refused("{\"call\":\"shop.vault\",\"args\":{\"status\":\"open\"}}", REBASE_E_REQUEST, "unknown argument `status`");   /* of another operation */
  refused("{\"\":1}", REBASE_E_REQUEST, "unknown field ``");
  refused("{\"CALL\":\"shop.pay\"}", REBASE_E_REQUEST, "unknown field `CALL`");
}
END_TEST

/* SPEC 9.1: who asks is the host's to say. */
START_TEST(caller_in_the_body) {
  static const char *const names[] = {"agent", "requester", "session", "caller", "by", "user", "on_behalf_of", "principal", "subject"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char body[200], reason[100];
    snprintf(reason, sizeof reason, "names its caller (`%s`)", names[i]);
    snprintf(body, sizeof body, "{\"%s\":\"x\",\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\"}}", names[i]);
    refused(body, REBASE_E_CALLER, reason);
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\"},\"%s\":null}", names[i]);
    refused(body, REBASE_E_CALLER, reason);
  }
  refused("{\"\\u0061gent\":\"acme.shop.helper\",\"call\":\"shop.cancel\"}", REBASE_E_CALLER, "(`agent`)");
}
END_TEST

START_TEST(which_fields_go_together) {
  static const char *const bodies[] = {
    "{}", "{\"args\":{}}", "{\"text\":\"x\"}", "{\"release\":\"person\"}", "{\"call\":\"mail.inbox\",\"text\":\"x\"}",
    "{\"call\":\"mail.inbox\",\"release\":\"person\",\"text\":\"x\"}", "{\"call\":\"mail.inbox\",\"delegate\":\"acme.shop.helper\"}",
    "{\"delegate\":\"acme.shop.helper\",\"args\":{}}", "{\"infer\":{},\"call\":\"mail.inbox\"}", "{\"delegate\":\"acme.shop.helper\",\"infer\":{}}"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) refused(bodies[i], REBASE_E_REQUEST, "a request is one of");
}
END_TEST

START_TEST(wrong_types) {
  refused(PAY(",\"count\":\"3\""), REBASE_E_TYPE, "args.count: a number is expected");
  refused(PAY(",\"count\":true"), REBASE_E_TYPE, "a number is expected");
  refused(PAY(",\"count\":[3]"), REBASE_E_TYPE, "a number is expected");
  refused(PAY(",\"count\":3.5"), REBASE_E_TYPE, "a whole number");
  refused(PAY(",\"note\":7"), REBASE_E_TYPE, "args.note: a string is expected");
  refused(PAY(",\"note\":{}"), REBASE_E_TYPE, "a string is expected");
  refused(PAY(",\"urgent\":1"), REBASE_E_TYPE, "true or false");
  refused(PAY(",\"urgent\":\"true\""), REBASE_E_TYPE, "true or false");
  refused(PAY(",\"tags\":{}"), REBASE_E_TYPE, "a list is expected");
  refused(PAY(",\"tags\":[\"a\",null]"), REBASE_E_TYPE, "args.tags[1]: an element is null");
  refused(PAY(",\"tags\":[\"a\",[\"b\"]]"), REBASE_E_TYPE, "args.tags[1]: a string");
  refused(PAY(",\"named\":[1]"), REBASE_E_TYPE, "an object is expected");
  refused(PAY(",\"lines\":[{\"sku\":\"s\"}]"), REBASE_E_TYPE, "`price` is missing");
  refused(PAY(",\"lines\":[{\"sku\":null,\"price\":1}]"), REBASE_E_TYPE, "`sku` is missing");
  refused(PAY(",\"kind\":\"medium\""), REBASE_E_TYPE, "`medium` is none of the words");
  refused(PAY(",\"kind\":\"Fast\""), REBASE_E_TYPE, "none of the words");
  refused("{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"other\"}}", REBASE_E_TYPE, "none of the words");     /* SPEC 4.4 */
  refused("{\"call\":\"shop.cancel\",\"args\":{}}", REBASE_E_TYPE, "`id` is missing");
  refused("{\"call\":\"shop.cancel\"}", REBASE_E_TYPE, "`id` is missing");
  refused("{\"call\":\"shop.cancel\",\"args\":{\"id\":null}}", REBASE_E_TYPE, "`id` is missing");
  refused("{\"call\":\"shop.cancel\",\"args\":[\"a\"]}", REBASE_E_REQUEST, "an object is expected");
  refused("{\"call\":\"shop.cancel\",\"args\":null}", REBASE_E_REQUEST, "an object is expected");
  refused("{\"call\":7,\"args\":{}}", REBASE_E_TYPE, "a string is expected");
  refused("{\"call\":null,\"args\":{}}", REBASE_E_TYPE, "a string is expected");
  refused("{\"release\":\"everyone\",\"text\":\"x\"}", REBASE_E_REQUEST, "person, agent or outside");
  refused("{\"release\":\"person\",\"text\":null}", REBASE_E_TYPE, "a string is expected");
}
END_TEST

START_TEST(words_with_forms) {
  refused(PAY(",\"place\":\"mars\""), REBASE_E_TYPE, "unknown region");
  refused(PAY(",\"from\":\"10.0.0.256\""), REBASE_E_TYPE, "not an IP address");
  refused(PAY(",\"from\":\"10.0.0.1\\t\""), REBASE_E_TYPE, "not an IP address");
  refused(PAY(",\"net\":\"10.0.0.1/8\""), REBASE_E_TYPE, "bits set behind its prefix");
  refused(PAY(",\"net\":\"10.0.0.0/33\""), REBASE_E_TYPE, "not a network");
  refused(PAY(",\"net\":\"10.0.0.0\""), REBASE_E_TYPE, "not a network");
  refused(PAY(",\"build\":\"1.2\""), REBASE_E_TYPE, "not a version");
  refused(PAY(",\"build\":\"1.2.1048576\""), REBASE_E_TYPE, "not a version");
  refused(PAY(",\"build\":\"1.02.3\""), REBASE_E_TYPE, "not a version");
  refused(PAY(",\"day\":\"2024-02-30\""), REBASE_E_TYPE, "not a date");
  refused(PAY(",\"day\":\"2024-02-01T00:00:00Z\""), REBASE_E_TYPE, "not a date");
  refused(PAY(",\"at\":\"2024-05-15T15:00:00\""), REBASE_E_TYPE, "a time without a zone");     /* SPEC 9.2 */
  refused(PAY(",\"at\":\"2024-05-15T24:00:00Z\""), REBASE_E_TYPE, "not a time");
  refused(PAY(",\"at\":\"2024-05-15T15:00:00.1234567Z\""), REBASE_E_TYPE, "not a time");
  refused(PAY(",\"at\":\"2024-05-15T15:00:00+25:00\""), REBASE_E_TYPE, "not a time");
  refused(PAY(",\"at\":1715785200"), REBASE_E_TYPE, "a string is expected");
  ALLOWS(&h, PAY(",\"place\":\"de\",\"from\":\"::ffff:10.0.0.1\",\"net\":\"fe80::/10\",\"build\":\"1.2.3\",\"day\":\"2024-02-29\","
                 "\"at\":\"2024-05-15T15:00:00.123456-05:00\",\"hold\":1.5,\"kind\":\"slow\""));
}
END_TEST

/* SPEC 4.4: `other` takes every unknown word of a result, and none of an argument. */
START_TEST(other_words) {
  ALLOWS(&h, PAY(",\"mode\":\"closed\""));
  ALLOWS(&h, PAY(",\"mode\":\"other\""));
  refused(PAY(",\"mode\":\"strange\""), REBASE_E_TYPE, "none of the words");
  host_load(&h, "policy p { allow call shop.get_order by bot  allow call mail.send by bot where seen order(args.text)?.status == other }");
  call_and_observe(&h, "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"a\"}}", "{\"id\":\"a\",\"status\":\"strange\",\"total\":1,\"owner\":\"c\",\"memo\":\"\"}");
  ALLOWS(&h, "{\"call\":\"mail.send\",\"args\":{\"to\":\"x\",\"text\":\"a\"}}");
}
END_TEST

/* SPEC 9.2: a result is rounded half to even to what its type holds. */
START_TEST(results_are_rounded) {
  static const struct { const char *total; bool is_ten; } cases[] = {{"10", true}, {"10.005", true}, {"9.995", true}, {"10.0050000001", false}, {"10.015", false}, {"9.985", false},
    {"9.9949999", false}, {"10.004999999999999", true}, {"1000e-2", true}, {"0.1e2", true}, {"-10", false}};
  host_load(&h, "policy p { allow call shop.get_order by bot  allow call mail.send by bot where seen order(args.text)?.total == 10.00 USD }");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char result[200];
    snprintf(result, sizeof result, "{\"id\":\"a\",\"status\":\"open\",\"total\":%s,\"owner\":\"c\",\"memo\":\"\"}", cases[i].total);
    call_and_observe(&h, "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"a\"}}", result);
    const rebase_decision *d = decide(&h, "{\"call\":\"mail.send\",\"args\":{\"to\":\"x\",\"text\":\"a\"}}");
    ck_assert_msg((d->effect == REBASE_ALLOW) == cases[i].is_ten, "%s", cases[i].total);
  }
}
END_TEST

/* SPEC 9.2: numbers are read exactly; what does not fit is refused. */
START_TEST(numbers) {
  refused("{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"amount\":5.001}}", REBASE_E_RANGE, "more than 2 digits");
  refused(PAY(",\"rate\":0.0000001"), REBASE_E_RANGE, "more than 6 digits");
  refused(PAY(",\"rate\":1e-7"), REBASE_E_RANGE, "more than 6 digits");
  refused(PAY(",\"rate\":10000000000000000"), REBASE_E_RANGE, "too large");
  refused(PAY(",\"rate\":1e999999999999999999999999"), REBASE_E_RANGE, "too large");
  refused(PAY(",\"rate\":9223372036854.775808"), REBASE_E_RANGE, "too large");
  refused(PAY(",\"rate\":-9223372036854.775808"), REBASE_E_RANGE, "too large");
  refused(PAY(",\"count\":9223372036854775808"), REBASE_E_RANGE, "too large");
  refused(PAY(",\"count\":-9223372036854775808"), REBASE_E_RANGE, "too large");
  refused(PAY(",\"count\":99999999999999999999999999999999999999999999999999"), REBASE_E_RANGE, "too large");
  ALLOWS(&h, PAY(",\"rate\":9223372036854.775807,\"count\":-9223372036854775807"));
  ck_assert_ptr_nonnull(strstr(decide(&h, PAY(",\"rate\":1.25e2,\"count\":120e-1"))->canonical, "\"count\":12,\"id\":\"o1\",\"rate\":125"));
  ck_assert_ptr_nonnull(strstr(decide(&h, PAY(",\"rate\":0.0000010000000000000000000000000000000"))->canonical, "\"rate\":0.000001"));
  ck_assert_ptr_nonnull(strstr(decide(&h, PAY(",\"rate\":0e99999999999999999999,\"count\":-0"))->canonical, "\"count\":0,\"id\":\"o1\",\"rate\":0"));
  /* around the number of digits that is read in one go */
  ck_assert_ptr_nonnull(strstr(decide(&h, PAY(",\"rate\":999999999999,\"count\":999999999999999"))->canonical, "\"count\":999999999999999,\"id\":\"o1\",\"rate\":999999999999}"));
  ck_assert_ptr_nonnull(strstr(decide(&h, PAY(",\"rate\":-1000000000000,\"count\":-1000000000000000"))->canonical, "\"count\":-1000000000000000,\"id\":\"o1\",\"rate\":-1000000000000}"));
  static const char *const malformed[] = {"01", "-", "+1", ".5", "1.", "1e", "1e+", "--1", "0x10", "1_000", "NaN", "Infinity", "1.2.3", "1 2", "1,"};
  for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
    char body[200];
    snprintf(body, sizeof body, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"amount\":%s}}", malformed[i]);
    const rebase_decision *d = decide(&h, body);
    ck_assert_msg(d->effect == REBASE_DENY && (d->status == REBASE_E_REQUEST || d->status == REBASE_E_TYPE), "%s", body);
  }
}
END_TEST

START_TEST(bad_text) {
  static const char *const invalid[] = {"\x80", "\xc3", "\xc0\x80", "\xc3(", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"};
  for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
    char body[200];
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"x%s\"}}", invalid[i]);
    refused(body, REBASE_E_REQUEST, "invalid UTF-8");
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id%s\":\"x\"}}", invalid[i]);
    refused(body, REBASE_E_REQUEST, "invalid UTF-8");
    snprintf(body, sizeof body, "{\"infer\":{\"task\":\"%s\"}}", invalid[i]);
    refused(body, REBASE_E_REQUEST, "invalid UTF-8");
  }
  refused("{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\\u0000b\"}}", REBASE_E_REQUEST, "NUL");
  refused("{\"call\":\"shop.cancel\",\"args\":{\"id\\u0000\":\"b\"}}", REBASE_E_REQUEST, "NUL");
  refused_bytes("{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\0b\"}}", sizeof "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\0b\"}}" - 1, REBASE_E_REQUEST, "NUL");
  refused("{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\nb\"}}", REBASE_E_REQUEST, "control character");
  static const char *const halves[] = {"\\ud800", "\\udc00", "\\ud800x", "\\ud800\\u0041", "\\ud800\\ud800", "\\udbff\\ue000", "\\udc00\\ud800"};
  for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
    char body[200];
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"%s\"}}", halves[i]);
    refused(body, REBASE_E_REQUEST, "half a surrogate pair");
  }
  static const char *const escapes[] = {"\\x41", "\\u12", "\\u12g4", "\\U0041", "\\'", "\\0"};
  for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
    char body[200];
    snprintf(body, sizeof body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"%s\"}}", escapes[i]);
    refused(body, REBASE_E_REQUEST, "not valid JSON");
  }
  ck_assert_str_eq(decide(&h, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"\\ud83d\\ude00\\u00e9\\/\\\"\"}}")->canonical,
                   "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"\xf0\x9f\x98\x80\xc3\xa9/\\\"\"}}");
}
END_TEST

/* The reason goes to the agent and to logs: it is UTF-8 itself, however a name in it was cut. */
START_TEST(reasons_are_text) {
  char body[1000] = "{\"call\":\"shop.cancel\",\"args\":{\"";
  for (int i = 0; i < 100; i++) strcat(body, "\xe2\x82\xac");
  strcat(body, "\":1}}");
  for (int shift = 0; shift < 4; shift++) {
    const rebase_decision *d = decide(&h, body);
    ck_assert_int_eq(d->status, REBASE_E_REQUEST);
    for (const unsigned char *c = (const unsigned char *)d->reason; *c; c++)
      if (*c >= 0x80) ck_assert_msg(!memcmp(c, "\xe2\x82\xac", 3), "a character was cut: %s", d->reason), c += 2;
    memmove(body + 34, body + 33, strlen(body + 33) + 1);
    body[33] = 'x';
  }
}
END_TEST

START_TEST(depth) {
  char body[400] = "{\"args\":";
  for (int i = 0; i < 31; i++) strcat(body, "[");
  for (int i = 0; i < 31; i++) strcat(body, "]");
  strcat(body, ",\"call\":\"mail.inbox\"}");
  ck_assert_ptr_null(strstr(decide(&h, body)->reason, "nested"));            /* 32 levels: read, and then of a wrong type */
  strcpy(body, "{\"args\":");
  for (int i = 0; i < 32; i++) strcat(body, "[");
  refused(body, REBASE_E_REQUEST, "nested deeper than 32 levels");
  static char deep[60000];
  memset(deep, '[', sizeof deep - 1);
  memcpy(deep, "{\"args\":", 8);
  refused(deep, REBASE_E_REQUEST, "nested deeper than 32 levels");
  for (size_t i = 8; i + 6 <= sizeof deep - 1; i += 5) memcpy(deep + i, "{\"a\":", 5);
  refused(deep, REBASE_E_REQUEST, "nested deeper than 32 levels");
}
END_TEST

START_TEST(length) {
  static char body[(1 << 16) + 100];
  size_t most = h.options.request_bytes, start = (size_t)sprintf(body, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"");
  memset(body + start, 'x', sizeof body - start);
  memcpy(body + most - 3, "\"}}", 3);
  ck_assert_int_eq(decide_bytes(&h, body, most)->effect, REBASE_ALLOW);
  refused_bytes(body, most + 1, REBASE_E_TOO_LARGE, "longer than 65536 bytes");
  memcpy(body + most - 3, "xxxx\"}}", 7);
  refused_bytes(body, most + 4, REBASE_E_TOO_LARGE, "longer than 65536 bytes");
  refused_bytes(body, most, REBASE_E_REQUEST, "the string does not end");
}
END_TEST

/* More values than the workspace holds: refused, never cut. */
START_TEST(many_values) {
  static char body[1 << 16];
  size_t at = (size_t)sprintf(body, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\",\"amount\":1,\"tags\":[\"\"");
  while (at < sizeof body - 20) at += (size_t)sprintf(body + at, ",\"\"");
  sprintf(body + at, "]}}");
  const rebase_decision *d = decide(&h, body);
  ck_assert_msg(d->effect == REBASE_ALLOW || d->status == REBASE_E_TOO_LARGE, "%s", d->reason);
  ALLOWS(&h, PAY(""));
}
END_TEST

START_TEST(around_the_value) {
  refused("", REBASE_E_REQUEST, "not a JSON object");
  refused("   ", REBASE_E_REQUEST, "not a JSON object");
  refused("\xef\xbb\xbf{\"call\":\"mail.inbox\"}", REBASE_E_REQUEST, "not a JSON object");     /* a byte order mark */
  refused("[{\"call\":\"mail.inbox\"}]", REBASE_E_REQUEST, "not a JSON object");
  refused("\"mail.inbox\"", REBASE_E_REQUEST, "not a JSON object");
  refused("{\"call\":\"mail.inbox\"}{\"call\":\"mail.inbox\"}", REBASE_E_REQUEST, "something follows");
  refused("{\"call\":\"mail.inbox\"},", REBASE_E_REQUEST, "something follows");
  refused("{\"call\":\"mail.inbox\"} // x", REBASE_E_REQUEST, "something follows");
  refused_bytes("{\"call\":\"mail.inbox\"}\0", 23, REBASE_E_REQUEST, "something follows");
  refused("{\"call\":\"mail.inbox\",}", REBASE_E_REQUEST, "a name in quotes");
  refused("{\"call\":\"mail.inbox\" \"args\":{}}", REBASE_E_REQUEST, "`}` expected");
  refused("{call:\"mail.inbox\"}", REBASE_E_REQUEST, "a name in quotes");
  refused("{'call':'mail.inbox'}", REBASE_E_REQUEST, "a name in quotes");
  refused("{\"call\"=\"mail.inbox\"}", REBASE_E_REQUEST, "`:` expected");
  refused("{\"call\":\"mail.inbox\"", REBASE_E_REQUEST, "`}` expected");
  refused(PAY(",\"tags\":[\"a\",]"), REBASE_E_TYPE, "a string is expected");
  refused(PAY(",\"tags\":[\"a\" \"b\"]"), REBASE_E_REQUEST, "`]` expected");
  refused(PAY(",\"urgent\":True"), REBASE_E_TYPE, "true or false");
  refused(PAY(",\"urgent\":truex"), REBASE_E_REQUEST, "`}` expected");
  refused(PAY(",\"note\":nullx"), REBASE_E_REQUEST, "`}` expected");
  refused(PAY(",\"note\":/* x */\"a\""), REBASE_E_TYPE, "a string is expected");
}
END_TEST

/* Every beginning of a whole request is refused, and no byte is read behind the end (which a sanitizer would see). */
START_TEST(truncated) {
  static const char whole[] = "{\"args\":{\"id\":\"a\\u00e9\\ud83d\\ude00\",\"amount\":1.25e1,\"lines\":[{\"sku\":\"s\",\"price\":1,\"note\":null}],"
                              "\"tags\":[\"x\"],\"named\":{\"k\":-1},\"urgent\":true},\"call\":\"shop.pay\"}";
  ALLOWS(&h, whole);
  for (size_t length = 0; length < sizeof whole - 1; length++) {
    char *exact = malloc(length + 1);
    memcpy(exact, whole, length);
    char *tight = length ? realloc(exact, length) : exact;
    const rebase_decision *d = decide_bytes(&h, tight, length);
    ck_assert_msg(d->effect == REBASE_DENY && d->status != REBASE_OK && *d->reason, "%.*s", (int)length, whole);
    free(tight);
  }
}
END_TEST

/* One byte changed anywhere: denied, or what was allowed is still a well-formed request for something. */
START_TEST(one_byte_changed) {
  static const char whole[] = "{\"call\":\"shop.pay\",\"args\":{\"id\":\"a\\n\",\"amount\":12,\"lines\":[{\"sku\":\"s\",\"price\":1}],\"tags\":[\"x\"],\"urgent\":true}}";
  char body[sizeof whole];
  for (size_t i = 0; i < sizeof whole - 1; i++)
    for (int byte = 0; byte < 256; byte++) {
      memcpy(body, whole, sizeof whole);
      body[i] = (char)byte;
      const rebase_decision *d = decide_bytes(&h, body, sizeof whole - 1);
      if (d->effect != REBASE_ALLOW) { ck_assert_ptr_nonnull(d->reason); continue; }
      ck_assert_uint_eq(strlen(d->canonical), d->canonical_length);
      char again[400];
      ck_assert_uint_lt(d->canonical_length, sizeof again);
      strcpy(again, d->canonical);
      ALLOWS(&h, again);            /* SPEC 9.3: the canonical bytes are a request, and canonical */
      ck_assert_str_eq(decide(&h, again)->canonical, again);
    }
}
END_TEST

/* A refused request leaves no trace in the session: no count, no label. */
START_TEST(refusals_change_nothing) {
  host_load(&h, "policy p { allow call by bot where session.count(shop.vault) == 0 and not (session has secret) }");
  refused("{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\",\"id\":\"a\"}}", REBASE_E_REQUEST, "twice");
  refused("{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"},\"agent\":\"x\"}", REBASE_E_CALLER, "caller");
  ALLOWS(&h, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}");
  DENIES(&h, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json");
  TCase *t = tcase_create("requests");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, whole_requests_pass);
  tcase_add_test(t, names_that_begin_alike);
  tcase_add_test(t, texts_of_a_word);
  tcase_add_test(t, duplicate_keys);
  tcase_add_test(t, unknown_fields);
  tcase_add_test(t, caller_in_the_body);
  tcase_add_test(t, which_fields_go_together);
  tcase_add_test(t, wrong_types);
  tcase_add_test(t, words_with_forms);
  tcase_add_test(t, other_words);
  tcase_add_test(t, results_are_rounded);
  tcase_add_test(t, numbers);
  tcase_add_test(t, bad_text);
  tcase_add_test(t, reasons_are_text);
  tcase_add_test(t, depth);
  tcase_add_test(t, length);
  tcase_add_test(t, many_values);
  tcase_add_test(t, around_the_value);
  tcase_add_test(t, truncated);
  tcase_add_test(t, one_byte_changed);
  tcase_add_test(t, refusals_change_nothing);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
