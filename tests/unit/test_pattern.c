/* test_pattern.c: patterns: what they match, what is refused, how large they are; compared with regcomp on what both know.
 * tests/oracle/pattern_re2.cc compares with RE2 where that is installed. */
#include <check.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "run.h"
#include "support/pattern.h"

static bool run(const struct pattern_automaton *a, const char *text, size_t length) {
  uint32_t state = a->start;
  for (size_t i = 0; i < length; i++) state = a->next[state * a->class_count + a->classes[(unsigned char)text[i]]];
  return a->accept[state];
}

struct sample { const char *pattern, *yes[6], *no[6]; };
static const struct sample samples[] = {
  {"abc", {"abc"}, {"", "ab", "abcd", "xabc"}},
  {"", {""}, {"a", " "}},
  {"a|bc|", {"a", "bc", ""}, {"abc", "b"}},
  {"#support-.*", {"#support-", "#support-eu"}, {"#support", "x#support-eu", "#support-\n"}},
  {"(?s)a.b", {"a\nb", "axb"}, {"ab", "axxb"}},
  {"a*b+c?", {"b", "aabbc"}, {"a", "c", "bcc"}},
  {"(?:ab){2,3}", {"abab", "ababab"}, {"ab", "abababab", "aba"}},
  {"x{3}", {"xxx"}, {"xx", "xxxx"}},
  {"x{2,}", {"xx", "xxxxxxx"}, {"x", ""}},
  {"x{0}", {""}, {"x"}},
  {"a{,3}", {"a{,3}"}, {"aaa"}},
  {"{a}", {"{a}"}, {"a"}},
  {"[a-c]", {"a", "b", "c"}, {"d", "", "ab"}},
  {"[^a-c]", {"d", "\n", "é", "😀"}, {"a", "dd"}},
  {"[]a]", {"]", "a"}, {"b"}},
  {"[a-]", {"-", "a"}, {"b"}},
  {"[\\d\\-x]", {"7", "-", "x"}, {"a", "\\"}},
  {"[[:alpha:]_]+", {"aZ_"}, {"a1"}},
  {"[[:^digit:]]", {"a", "é"}, {"1"}},
  {"\\d{3}-\\w\\s", {"123-a ", "000-_\t"}, {"12-a ", "123-é "}},
  {"\\D\\W\\S", {"a.b", "é-x"}, {"1.b", "aab", "a. "}},
  {"é+", {"é", "éé"}, {"e", "\xc3"}},
  {"[à-ü€]", {"à", "é", "ü", "€"}, {"a", "ÿ", "\xe2\x82"}},
  {".", {"a", "é", "€", "😀", "\r"}, {"\n", "", "ab", "\xc3", "\x80"}},
  {"\\x41\\x{20ac}", {"A€"}, {"A"}},
  {"(?i)iban [a-c]", {"IBAN B", "iban a", "Iban C"}, {"iban d"}},
  {"(?i:A)b", {"ab", "Ab"}, {"aB"}},
  {"(?i)a(?-i)b", {"Ab", "ab"}, {"aB"}},
  {"(?i)[^x]", {"a"}, {"x", "X"}},
  {"^abc$", {"abc"}, {"^abc$", "abcd"}},
  {"(^a|b)c$", {"ac", "bc"}, {"c", "acx"}},
  {"\\A(?P<year>\\d{4})\\z", {"2024"}, {"024"}},
  {"a.*?b", {"ab", "axxb"}, {"a"}},
  {"\\.\\*\\\\\\/", {".*\\/"}, {"xx"}},
  {"(a*)*", {"", "aaa"}, {"b"}},
  {"(a|ab)(c|bcd)(d*)", {"abcd", "acd", "abc"}, {"ab", "abd"}},
};

START_TEST(matches) {
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    struct arena arena = {0};
    struct pattern_automaton a;
    const char *p = samples[i].pattern, *error = rbc_pattern_compile(&arena, p, strlen(p), &a);
    ck_assert_msg(!error, "/%s/: %s", p, error);
    for (int k = 0; k < 6 && samples[i].yes[k]; k++) {
      ck_assert_msg(run(&a, samples[i].yes[k], strlen(samples[i].yes[k])), "/%s/ refuses '%s'", p, samples[i].yes[k]);
      ck_assert_uint_le(a.min_length, strlen(samples[i].yes[k]));
    }
    for (int k = 0; k < 6 && samples[i].no[k]; k++)
      ck_assert_msg(!run(&a, samples[i].no[k], strlen(samples[i].no[k])), "/%s/ takes '%s'", p, samples[i].no[k]);
    for (uint32_t c = 0; c < a.class_count; c++) ck_assert_uint_eq(a.next[c], 0);
    arena_free(&arena);
  }
}
END_TEST

START_TEST(refusals) {
  static const struct { const char *pattern, *why; } bad[] = {
    {"a(", "not closed"}, {"a)", "closes nothing"}, {"[a", "not closed"}, {"*a", "nothing to repeat"}, {"a|+", "nothing to repeat"},
    {"a**", "repeated"}, {"a{2}{3}", "repeated"}, {"a{3,2}", "backwards"}, {"a{1001}", "1,000"}, {"[z-a]", "backwards"},
    {"\\", "ends the pattern"}, {"\\1", "back reference"}, {"\\bx", "boundar"}, {"\\pL", "categories"}, {"\\q", "unknown escape"},
    {"(?=a)", "look-around"}, {"(?<!a)b", "look-around"}, {"(?m)a", "unknown flag"}, {"\\x4", "two digits"}, {"\\x{d800}", "no such"},
    {"\xff", "UTF-8"}, {"\xc3", "UTF-8"}, {"\xc0\x80", "UTF-8"}, {"^*", "nothing to repeat"}, {"a^b", "no text"},
    {"[^\\x00-\\x{10ffff}]", "no text"}, {"(a|b)*a(a|b){12}", "4,096"}, {"((a{1,100}){1,100}){1,100}", "4,096"},
    {"((((){1000}){1000}){1000}){1000}x{", NULL},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct arena arena = {0};
    const char *error = rbc_pattern_compile(&arena, bad[i].pattern, strlen(bad[i].pattern), &(struct pattern_automaton){0});
    if (!bad[i].why) ck_assert_ptr_null(error);
    else ck_assert_msg(error && strstr(error, bad[i].why), "/%s/: %s", bad[i].pattern, error ? error : "taken");
    arena_free(&arena);
  }
}
END_TEST

START_TEST(nesting_is_bounded) {
  char deep[100001];
  struct arena arena = {0};
  memset(deep, '(', 100000);
  deep[100000] = 0;
  ck_assert_ptr_nonnull(strstr(rbc_pattern_compile(&arena, deep, 100000, &(struct pattern_automaton){0}), "nested"));
  arena_free(&arena);
}
END_TEST

START_TEST(as_small_as_can_be) {
  static const struct { const char *pattern; uint32_t states, classes, min_length; } sizes[] = {
    {"abc", 5, 4, 3}, {"a|b|c", 3, 2, 1}, {"(a|b)*abb", 5, 3, 3}, {"[0-9]{2,4}", 6, 2, 2}, {".*x.*|.*x.*y?", 0, 0, 1}, {"(?s).", 0, 0, 1},
  };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct arena arena = {0};
    struct pattern_automaton a;
    ck_assert_ptr_null(rbc_pattern_compile(&arena, sizes[i].pattern, strlen(sizes[i].pattern), &a));
    if (sizes[i].states) {
      ck_assert_uint_eq(a.states, sizes[i].states);
      ck_assert_uint_eq(a.class_count, sizes[i].classes);
    }
    ck_assert_uint_eq(a.min_length, sizes[i].min_length);
    arena_free(&arena);
  }
}
END_TEST

/* ---- regcomp as an oracle, on ASCII and what extended expressions share ---- */
static uint64_t seed = 88172645463325252u;
static unsigned below(unsigned n) {
  seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17;
  return (unsigned)(seed >> 33) % n;
}

static size_t generate(char *out, size_t at, unsigned depth) {
  static const char *const atoms[] = {"a", "b", "c", "[ab]", "[^a]", ".", "[a-c]"};
  switch (depth ? below(6) : 0) {
    case 1: case 2: return generate(out, generate(out, at, depth - 1), depth - 1);
    case 3:
      out[at++] = '(';
      at = generate(out, at, depth - 1);
      out[at++] = '|';
      at = generate(out, at, depth - 1);
      out[at++] = ')';
      return at;
    case 4: case 5: {
      static const char *const counts[] = {"*", "+", "?", "{2}", "{1,3}"};
      out[at++] = '(';
      at = generate(out, at, depth - 1);
      return at + (size_t)sprintf(out + at, ")%s", counts[below(5)]);
    }
    default: return at + (size_t)sprintf(out + at, "%s", atoms[below(7)]);
  }
}

START_TEST(agrees_with_regcomp) {
  unsigned matched = 0;
  for (int i = 0; i < 1500; i++) {
    char pattern[4096], whole[4200], text[16];
    struct arena arena = {0};
    struct pattern_automaton a;
    regex_t posix;
    pattern[generate(pattern, 0, 4)] = 0;
    snprintf(whole, sizeof whole, "^(%s)$", pattern);
    ck_assert_int_eq(regcomp(&posix, whole, REG_EXTENDED | REG_NOSUB), 0);
    const char *error = rbc_pattern_compile(&arena, pattern, strlen(pattern), &a);
    ck_assert_msg(!error, "/%s/: %s", pattern, error);
    for (int k = 0; k < 40; k++) {
      size_t length = below(8);
      for (size_t c = 0; c < length; c++) text[c] = "abcd"[below(4)];
      text[length] = 0;
      bool expected = regexec(&posix, text, 0, NULL, 0) == 0;
      matched += expected;
      ck_assert_msg(run(&a, text, length) == expected, "/%s/ on '%s'", pattern, text);
    }
    regfree(&posix);
    arena_free(&arena);
  }
  ck_assert_uint_gt(matched, 3000);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pattern");
  TCase *tests = tcase_create("pattern");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, matches);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, nesting_is_bounded);
  tcase_add_test(tests, as_small_as_can_be);
  tcase_add_test(tests, agrees_with_regcomp);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
