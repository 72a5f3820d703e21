/* test_signature.c: only bundles that a trusted key signed are loaded, where the host asks for it. SPEC 11. */
#include <check.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "image_builder.h"
#include "rebase.h"
#include "run.h"
#include "signature.h"

struct file { unsigned char *bytes; size_t size; };

static struct file image(void) {
  struct builder b;
  struct file file;
  builder_world(&b);
  file.bytes = builder_finish(&b, &file.size);
  builder_free(&b);
  return file;
}

static void secret_of(unsigned char number, char hex[REBASE_KEY_HEX]) {
  const unsigned char seed[SIGNATURE_KEY_BYTES] = {number};
  sodium_bin2hex(hex, REBASE_KEY_HEX, seed, sizeof seed);
}

static void append(struct file *file, const unsigned char signature[REBASE_SIGNATURE_BYTES]) {
  file->bytes = realloc(file->bytes, file->size + REBASE_SIGNATURE_BYTES);
  memcpy(file->bytes + file->size, signature, REBASE_SIGNATURE_BYTES);
  file->size += REBASE_SIGNATURE_BYTES;
}

static void sign(struct file *file, unsigned char number) {
  char secret[REBASE_KEY_HEX];
  unsigned char signature[REBASE_SIGNATURE_BYTES];
  secret_of(number, secret);
  ck_assert_int_eq(rebase_sign(file->bytes, file->size, secret, signature), REBASE_OK);
  append(file, signature);
}

static const char *public_key(unsigned char number, char hex[REBASE_KEY_HEX]) {
  char secret[REBASE_KEY_HEX];
  secret_of(number, secret);
  ck_assert_int_eq(rebase_public_key(secret, hex), REBASE_OK);
  return hex;
}

/* Trusts the keys of these secrets; 0 ends the list. */
static rebase_status load(struct file file, unsigned char first, unsigned char second, rebase_report *report) {
  char texts[2][REBASE_KEY_HEX];
  const char *keys[3] = {first ? public_key(first, texts[0]) : NULL, second ? public_key(second, texts[1]) : NULL, NULL};
  const rebase_options options = {.trusted_keys = first ? keys : NULL};
  rebase_engine *engine;
  ck_assert_int_eq(rebase_engine_open(&options, &engine), REBASE_OK);
  memset(texts, 0, sizeof texts);           /* the engine has its own copy */
  rebase_status status = rebase_engine_load(engine, file.bytes, file.size, report);
  ck_assert_int_eq(rebase_engine_bundle(engine, texts[0]), status == REBASE_OK);
  rebase_engine_close(engine);
  return status;
}

START_TEST(who_is_trusted) {
  rebase_report report;
  struct file file = image();
  ck_assert_int_eq(load(file, 0, 0, &report), REBASE_OK);
  ck_assert_int_eq(load(file, 1, 0, &report), REBASE_E_SIGNATURE);
  ck_assert_ptr_nonnull(strstr(report.text, "not signed"));
  sign(&file, 1);
  ck_assert_int_eq(load(file, 0, 0, &report), REBASE_OK);
  ck_assert_int_eq(load(file, 1, 0, &report), REBASE_OK);
  ck_assert_int_eq(load(file, 2, 1, &report), REBASE_OK);
  ck_assert_int_eq(load(file, 2, 3, &report), REBASE_E_SIGNATURE);
  ck_assert_ptr_nonnull(strstr(report.text, "not trusted"));
  free(file.bytes);
}
END_TEST

START_TEST(every_byte_counts) {
  rebase_report report;
  struct file file = image();
  size_t plain = file.size;
  sign(&file, 1);
  for (size_t at = 0; at < file.size; at += at < plain ? 97 : 1) {
    file.bytes[at] ^= 0x10;
    ck_assert_msg(load(file, 1, 0, &report) != REBASE_OK, "byte %zu of %zu", at, file.size);
    ck_assert_msg(load(file, 0, 0, &report) != REBASE_OK, "byte %zu of %zu, trusting anybody", at, file.size);
    file.bytes[at] ^= 0x10;
  }
  for (size_t cut = 1; cut < sizeof(struct image_signature); cut++) {
    struct file shorter = {file.bytes, file.size - cut};
    ck_assert_int_ne(load(shorter, 1, 0, &report), REBASE_OK);
  }
  unsigned char second[REBASE_SIGNATURE_BYTES];                     /* one signature only */
  memcpy(second, file.bytes + plain, sizeof second);
  char secret[REBASE_KEY_HEX];
  secret_of(1, secret);
  ck_assert_int_eq(rebase_sign(file.bytes, file.size, secret, second), REBASE_E_BUNDLE);
  append(&file, second);
  ck_assert_int_ne(load(file, 1, 0, &report), REBASE_OK);
  free(file.bytes);
}
END_TEST

START_TEST(a_signature_belongs_to_its_bundle) {
  rebase_report report;
  struct builder b;
  struct file one = image(), other;
  builder_world(&b);
  ((struct image_bundle *)builder_at(&b, SECTION_BUNDLE, 0))->workspace = 0;
  other.bytes = builder_finish(&b, &other.size);
  builder_free(&b);
  sign(&one, 1);
  sign(&other, 2);
  memcpy(other.bytes + other.size - sizeof(struct image_signature), one.bytes + one.size - sizeof(struct image_signature),
         sizeof(struct image_signature));
  ck_assert_int_eq(load(other, 1, 0, &report), REBASE_E_BUNDLE);
  ck_assert_ptr_nonnull(strstr(report.text, "FILE_SIGNATURE"));
  free(one.bytes);
  free(other.bytes);
}
END_TEST

START_TEST(keys_that_are_none) {
  static const char *const wrong[][2] = {{NULL}, {"", NULL}, {"00", NULL}, {"not a key", NULL},
    {"zz00000000000000000000000000000000000000000000000000000000000000", NULL},
    {"00000000000000000000000000000000000000000000000000000000000000000", NULL}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const rebase_options options = {.trusted_keys = wrong[i]};
    rebase_engine *engine;
    ck_assert_int_eq(rebase_engine_open(&options, &engine), REBASE_E_ARGUMENT);
    ck_assert_ptr_null(engine);
  }
}
END_TEST

int main(void) {
  if (sodium_init() < 0) return 2;
  Suite *suite = suite_create("signature");
  TCase *tests = tcase_create("signature");
  tcase_add_test(tests, who_is_trusted);
  tcase_add_test(tests, every_byte_counts);
  tcase_add_test(tests, a_signature_belongs_to_its_bundle);
  tcase_add_test(tests, keys_that_are_none);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
