/* test_plain.c: what looks at eight bytes at a time, against what looks at one, for each length and each place of an odd byte. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "bundle.h"
#include "plain.h"
#include "run.h"
#include "session.h"
#include "hex.h"
/* The same without the vectors that this machine may have. */
#undef REBASE_HEX_H
#define REBASE_NO_SSE2
#define eight_to_hex eight_to_hex_by_digits
#include "hex.h"
#undef eight_to_hex

enum { LONGEST = 40 };
static const unsigned char odd[] = {0, 0x80, 0xff, 0xc3}, special[] = {'"', '\\', 0, 0x1f, '\n'}, harmless[] = {' ', '!', '[', 0x7f, 'a', 1};

/* Exactly as long as it is, so that the sanitizer sees what reads or writes beyond. */
static unsigned char *filled(size_t length) {
  unsigned char *bytes = malloc(length + 1);
  ck_assert_ptr_nonnull(bytes);
  for (size_t i = 0; i < length; i++) bytes[i] = (unsigned char)('a' + i % 26);
  return realloc(bytes, length ? length : 1);
}

static void copies(const unsigned char *bytes, size_t length, bool is_plain) {
  char *copy = malloc(length ? length : 1);
  ck_assert_ptr_nonnull(copy);
  ck_assert_msg(!plain_copy(copy, (const char *)bytes, length) == is_plain, "length %zu", length);
  ck_assert_int_eq(plain_text((const char *)bytes, length), is_plain);
  ck_assert_msg(memcmp(copy, bytes, length) == 0, "length %zu", length);
  ck_assert(bytes_equal(copy, (const char *)bytes, length));
  for (size_t i = 0; i < length; i++) {
    copy[i] ^= 0x10;
    ck_assert_msg(!bytes_equal(copy, (const char *)bytes, length), "length %zu, byte %zu", length, i);
    copy[i] ^= 0x10;
  }
  free(copy);
}

START_TEST(copies_and_looks) {
  for (size_t length = 0; length <= LONGEST; length++) {
    unsigned char *bytes = filled(length);
    copies(bytes, length, true);
    for (size_t i = 0; i < length; i++) {
      unsigned char before = bytes[i];
      for (size_t k = 0; k < sizeof odd; k++) { bytes[i] = odd[k]; copies(bytes, length, false); }
      for (size_t k = 0; k < sizeof harmless; k++) { bytes[i] = harmless[k]; copies(bytes, length, true); }
      bytes[i] = before;
    }
    free(bytes);
  }
}
END_TEST

START_TEST(finds_the_first_special_byte) {
  for (size_t length = 0; length <= LONGEST; length++) {
    unsigned char *bytes = filled(length);
    uint64_t seen = 0;
    ck_assert_ptr_eq(plain_json(bytes, bytes + length, &seen), bytes + length);
    ck_assert(!(seen & PLAIN_HIGH));
    for (size_t i = 0; i < length; i++) {
      for (size_t k = 0; k < sizeof special; k++) {
        unsigned char *copy = filled(length);
        copy[i] = special[k];
        if (i + 1 < length) copy[i + 1] = 0xe4;         /* must not hide it, nor what follows be taken for it */
        if (i) copy[i - 1] = 0x20;
        if (i > 1) copy[i - 2] = 0xc3;
        seen = 0;
        ck_assert_msg(plain_json(copy, copy + length, &seen) == copy + i, "length %zu, byte %zu", length, i);
        if (i > 1) ck_assert(seen & PLAIN_HIGH);
        free(copy);
      }
    }
    free(bytes);
  }
}
END_TEST

START_TEST(tags_tell_short_names_apart) {
  static const char *const names[] = {"", "a", "b", "aa", "ab", "ba", "aba", "abb", "abc", "abcd", "abcde", "abcdeabc", "abcdefg", "abcdefgh", "abcdefgi", "hbcdefgh"};
  enum { NAMES = sizeof names / sizeof *names };
  for (size_t i = 0; i < NAMES; i++)
    for (size_t k = 0; k < NAMES; k++)
      ck_assert_msg((plain_tag(names[i], strlen(names[i])) == plain_tag(names[k], strlen(names[k]))) == (i == k), "%s, %s", names[i], names[k]);
  ck_assert(plain_tag("abcdefgh_1", 10) == plain_tag("abcdefgh_2", 10));    /* of longer ones it is a hint */
}
END_TEST

/* Every byte at every place of an id, and ids that are too short or too long. */
START_TEST(ids_are_small_hex) {
  unsigned char id[ID_BYTES], again[ID_BYTES];
  char hex[REBASE_ID_BYTES], text[REBASE_ID_BYTES + 1];
  for (int i = 0; i < ID_BYTES; i++) id[i] = (unsigned char)(i * 37 + 0x9a);
  id_to_hex(id, hex);
  ck_assert(id_from_hex(hex, again) && !memcmp(id, again, sizeof id));
  for (size_t at = 0; at < 2 * ID_BYTES; at++)
    for (int c = 0; c < 256; c++) {
      memcpy(text, hex, sizeof hex);
      text[at] = (char)c;
      bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      ck_assert_msg(id_from_hex(text, again) == good, "%d at %zu", c, at);
      if (!good) continue;
      char back[REBASE_ID_BYTES];
      id_to_hex(again, back);
      ck_assert_str_eq(back, text);
      eight_to_hex_by_digits(again + at / 16 * 8, back);
      ck_assert(!memcmp(back, text + at / 16 * 16, 16));
    }
  for (size_t length = 0; length < 2 * ID_BYTES; length++) {
    char *shorter = malloc(length + 1);             /* exactly so long, for the sanitizer */
    memcpy(shorter, hex, length);
    shorter[length] = 0;
    ck_assert(!id_from_hex(shorter, again));
    free(shorter);
  }
  memcpy(text, hex, sizeof hex);
  strcpy(text + 2 * ID_BYTES, "0");
  ck_assert(!id_from_hex(text, again) && !id_from_hex(NULL, again));
}
END_TEST

int main(void) {
  Suite *s = suite_create("plain");
  TCase *t = tcase_create("plain");
  tcase_add_test(t, copies_and_looks);
  tcase_add_test(t, finds_the_first_special_byte);
  tcase_add_test(t, tags_tell_short_names_apart);
  tcase_add_test(t, ids_are_small_hex);
  suite_add_tcase(s, t);
  return run_suite(s);
}
