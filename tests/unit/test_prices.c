/* test_prices.c: what a request cost, from the usage of its provider. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

static rebase_engine *engine;
static rebase_bill bill;
static rebase_report report;

static void begin(void) {
  static const char *const files[] = {
    "root.rb", "workspace w\npackage m in \"m/\" declares models\n",
    "m/m.rb", "package m\nprovider them \"them\" { kind openai }\n"
    "model large {\n  provider them\n  id \"l\"\n  priced 2026-01-15 \"page\"\n"
    "  price input 3.00 USD per 1_000_000 tokens\n  price input 6.00 USD per 1_000_000 tokens { above: 200_000 tokens }\n"
    "  price output 15.00 USD per 1_000_000 tokens\n  price output 22.50 USD per 1_000_000 tokens { above: 200_000 tokens }\n"
    "  price cached_read 0.30 USD per 1_000_000 tokens\n  price cached_write 3.75 USD per 1_000_000 tokens\n"
    "  price cached_write_long 6.00 USD per 1_000_000 tokens\n  price batch_input 1.50 USD per 1_000_000 tokens\n"
    "  price batch_output 7.50 USD per 1_000_000 tokens\n  price request 0.01 USD per request\n}\n"
    "model plain {\n  provider them\n  id \"p\"\n  priced 2026-01-15 \"page\"\n  price input 0.075 EUR per 1_000_000 tokens\n  price output 0.30 EUR per 1_000_000 tokens\n}\n"
    "model unknown {\n  provider them\n  id \"u\"\n}\n", NULL};
  struct image image = compile_files(files);
  ck_assert_int_eq(rebase_engine_open(NULL, &engine), REBASE_OK);
  ck_assert_int_eq(rebase_engine_load(engine, image.bytes, image.size, &report), REBASE_OK);
  free(image.bytes);
}

static rebase_status price(const char *model, const char *usage, bool batch) {
  return rebase_price(engine, model, usage, strlen(usage), batch, &bill, &report);
}

#define REQUEST INT64_C(10000000000)        /* 0.01 USD */

START_TEST(counts_as_their_usage) {
  begin();
  for (int64_t input = 199999; input <= 200001; input++) {
    char usage[100];
    rebase_bill counted;
    snprintf(usage, sizeof usage, "{\"prompt_tokens\":%lld,\"completion_tokens\":7}", (long long)input);
    ck_assert_int_eq(price("m.large", usage, false), REBASE_OK);
    ck_assert_int_eq(rebase_price_tokens(engine, "m.large", input, 7, &counted, &report), REBASE_OK);
    ck_assert(counted.total == bill.total && counted.input == bill.input && counted.output == bill.output && counted.millionths == bill.millionths);
    ck_assert(!strcmp(counted.currency, "USD") && counted.input_tokens == input && counted.output_tokens == 7);
  }
  ck_assert_int_eq(rebase_price_tokens(engine, "m.unknown", 1, 1, &bill, &report), REBASE_E_PRICE);
  ck_assert_int_eq(rebase_price_tokens(engine, "m.nobody", 1, 1, &bill, &report), REBASE_E_MODEL);
  ck_assert_int_eq(rebase_price_tokens(engine, "m.large", -1, 1, &bill, &report), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_price_tokens(engine, "m.large", 1, -1, &bill, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_price_tokens(engine, NULL, 1, 1, &bill, NULL), REBASE_E_ARGUMENT);
  ck_assert_int_eq(rebase_price_tokens(engine, "m.large", INT64_MAX, 1, &bill, &report), REBASE_E_RANGE);
  ck_assert_int_eq(bill.total, 0);
  rebase_engine_close(engine);
}
END_TEST

START_TEST(each_form) {
  static const struct { const char *usage; int64_t input, output; } cases[] = {
    {"{\"prompt_tokens\":1000,\"completion_tokens\":10}", 3000000000, 150000000},
    {"{\"id\":\"x\",\"choices\":[{\"usage\":1}],\"usage\":{\"prompt_tokens\":1000,\"prompt_tokens_details\":{\"cached_tokens\":400},\"completion_tokens\":10}}",
     600 * 3000000 + 400 * 300000, 150000000},
    {"{\"usage\":{\"input_tokens\":1000,\"input_tokens_details\":{\"cached_tokens\":1000},\"output_tokens\":0}}", 300000000, 0},
    {"{\"input_tokens\":100,\"cache_read_input_tokens\":400,\"cache_creation_input_tokens\":50,\"cache_creation\":{\"ephemeral_5m_input_tokens\":20,"
     "\"ephemeral_1h_input_tokens\":30},\"output_tokens\":1}", 100 * 3000000 + 400 * 300000 + 20 * 3750000 + 30 * 6000000, 15000000},
    {"{\"usage\":{\"inputTokens\":10,\"cacheReadInputTokens\":5,\"cacheReadInputTokenCount\":5,\"outputTokens\":2}}", 30000000 + 1500000, 30000000},
    {"{\"usageMetadata\":{\"promptTokenCount\":10,\"toolUsePromptTokenCount\":5,\"candidatesTokenCount\":2,\"thoughtsTokenCount\":3}}", 45000000, 75000000},
    {"{\"meta\":{\"billed_units\":{\"input_tokens\":7},\"tokens\":{\"input_tokens\":99}},\"cached_tokens\":50}", 21000000, 0},
    {"{\"prompt_tokens\":200000,\"completion_tokens\":1}", INT64_C(600000000000), 15000000},
    {"{\"prompt_tokens\":200001,\"completion_tokens\":1}", INT64_C(1200006000000), 22500000},
  };
  begin();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_msg(price("m.large", cases[i].usage, false) == REBASE_OK, "%s: %s", cases[i].usage, report.text);
    ck_assert_msg(bill.input == cases[i].input && bill.output == cases[i].output, "%s: %lld, %lld", cases[i].usage, (long long)bill.input, (long long)bill.output);
    ck_assert_int_eq(bill.total, bill.input + bill.output + REQUEST);
    ck_assert_str_eq(bill.currency, "USD");
  }
  rebase_engine_close(engine);
}
END_TEST

START_TEST(batches_fallbacks_and_rounding) {
  begin();
  ck_assert_int_eq(price("m.large", "{\"prompt_tokens\":100,\"completion_tokens\":10}", true), REBASE_OK);
  ck_assert_int_eq(bill.input, 150000000);
  ck_assert_int_eq(bill.output, 75000000);
  ck_assert_int_eq(price("m.plain", "{\"prompt_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":1},\"completion_tokens\":1}", false), REBASE_OK);
  ck_assert_int_eq(bill.total, 375000);
  ck_assert_int_eq(bill.millionths, 1);               /* never rounded to nothing */
  ck_assert_str_eq(bill.currency, "EUR");
  rebase_engine_close(engine);
}
END_TEST

START_TEST(what_has_no_price_is_not_free) {
  begin();
  ck_assert_int_eq(price("m.plain", "{\"prompt_tokens\":1,\"completion_tokens\":1}", true), REBASE_E_PRICE);
  ck_assert_int_eq(price("m.plain", "{\"input_tokens\":1,\"cache_creation_input_tokens\":1,\"output_tokens\":1}", false), REBASE_E_PRICE);
  ck_assert_int_eq(price("m.plain", "{\"prompt_tokens\":9,\"prompt_tokens_details\":{\"audio_tokens\":5}}", false), REBASE_E_PRICE);
  ck_assert_int_eq(price("m.plain", "{\"usageMetadata\":{\"promptTokenCount\":9,\"promptTokensDetails\":[{\"tokenCount\":5,\"modality\":\"AUDIO\"}]}}", false), REBASE_E_PRICE);
  ck_assert_int_eq(price("m.unknown", "{\"prompt_tokens\":1}", false), REBASE_E_PRICE);
  ck_assert_int_eq(bill.total, 0);
  ck_assert_int_eq(price("m.nobody", "{\"prompt_tokens\":1}", false), REBASE_E_MODEL);
  rebase_engine_close(engine);
}
END_TEST

START_TEST(bad_usage_is_refused) {
  static const struct { const char *usage; rebase_status status; } cases[] = {
    {"", REBASE_E_REQUEST}, {"{}", REBASE_E_REQUEST}, {"[]", REBASE_E_REQUEST}, {"5", REBASE_E_REQUEST}, {"{\"usage\":{}}", REBASE_E_REQUEST},
    {"{\"prompt_tokens\":-1}", REBASE_E_RANGE}, {"{\"prompt_tokens\":1.5}", REBASE_E_RANGE}, {"{\"prompt_tokens\":1e3}", REBASE_E_RANGE},
    {"{\"prompt_tokens\":99999999999999999999999}", REBASE_E_RANGE}, {"{\"prompt_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":2}}", REBASE_E_RANGE},
    {"{\"prompt_tokens\":9000000000000,\"completion_tokens\":1}", REBASE_E_RANGE}, {"{\"prompt_tokens\":1", REBASE_E_REQUEST},
    {"{\"prompt_tokens\":1}}", REBASE_E_REQUEST}, {"{\"usageMetadata\":{\"promptTokenCount\":1,\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":2}]}}", REBASE_E_RANGE},
    {"{\"usageMetadata\":{\"promptTokenCount\":1,\"promptTokensDetails\":[{},5,[],{\"modality\":7}]}}", REBASE_E_TYPE},
  };
  begin();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rebase_status status = price("m.large", cases[i].usage, false);
    ck_assert_msg(status == cases[i].status, "%s: %s", cases[i].usage, rebase_status_text(status));
    ck_assert_int_eq(bill.total, 0);
  }
  for (size_t cut = 0; cut < 90; cut++) {   /* no prefix of an answer is one */
    static const char whole[] = "{\"usageMetadata\":{\"promptTokenCount\":10,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":5}]}}";
    ck_assert_int_ne(rebase_price(engine, "m.large", whole, cut, false, &bill, NULL), REBASE_OK);
  }
  rebase_engine_close(engine);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("prices");
  TCase *tests = tcase_create("prices");
  tcase_add_test(tests, counts_as_their_usage);
  tcase_add_test(tests, each_form);
  tcase_add_test(tests, batches_fallbacks_and_rounding);
  tcase_add_test(tests, what_has_no_price_is_not_free);
  tcase_add_test(tests, bad_usage_is_refused);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
