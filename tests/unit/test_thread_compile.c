/* test_thread_compile.c: however many threads read and check a workspace, the bundle and what is reported are the same to the byte. Run under
 * ThreadSanitizer too. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "rbc.h"
#include "run.h"

enum { PACKAGES = 24 };       /* two files each */
static const unsigned counts[] = {2, 3, 8, 64, 0};

/* What one compile came to. */
struct outcome { bool good; unsigned char *image; size_t size; char *report, *json; };

/* faulty: every third package has errors of its own, of the lexer, the grammar and the checker; wrong_rules: rules of several have, and no text;
 * widening: all that is wrong is what some rules would do when a session forgets. */
struct workspace { const char *directory; bool faulty, wrong_rules, widening; };

static void root_text(char *out) {
  out += sprintf(out, "workspace w\n");
  for (unsigned i = 0; i < PACKAGES; i++) out += sprintf(out, "package w.p%02u in \"p%02u/\" declares connectors, agents, policies, tables, guards\n", i, i);
}

static void rules_text(char *out, unsigned i, bool faulty) {
  const bool wrong = faulty && i % 3 == 1;
  out += sprintf(out, "package w.p%02u\n# \xc3\xa9t\xc3\xa9 %u\n", i, i);
  if (wrong && i % 2) out += sprintf(out, "policy q%u { allow call by }\nlet a = \"\\z\"\n", i);
  out += sprintf(out, "policy p%u {\n", i);
  for (unsigned k = 0; k < 20 + i; k++)
    out += sprintf(out, "  allow call shop%u.get by bot%u where args.id == \"%u\" and args.n > %u\n", i, i, k, wrong && k == 7 ? 0 : k);
  out += sprintf(out, "%s}\n", wrong ? "  allow call nothing by bot, where\n" : "");
}

/* Rules that make types, words and patterns, that warn, that share lets and functions, with limits among them. */
static void more_rules(char *out, unsigned i, bool wrong, bool widening) {
  out += sprintf(out, "package w.p%02u\nfn small%u(n: int) -> bool = n < %u\nfn unused%u(n: int) -> bool = n > 1\nguard g%u {\n", i, i, i + 9, i, i);
  out += sprintf(out, "  let mine = args.id starts with \"%u\" or args.size in [tiny, large]\n  let other = small%u(args.n)\n", i, i);
  for (unsigned k = 0; k < 8; k++) {
    out += sprintf(out, "  deny call shop%u.get unless mine and args.n in [%u, 2] because \"a%u\"\n", i, k, k);
    out += sprintf(out, "  deny call shop%u.get where args.size in [large%s]%s\n", i, k > 4 ? ", tiny" : "", k % 3 ? " because \"size\"" : "");
    out += sprintf(out, "  deny call shop%u.get where args.price > %u.00 %s or other because \"price\"\n", i, k + 1, wrong && i % 4 == 1 && k == 5 ? "EUR" : "USD");
    out += sprintf(out, "  deny call shop%u.get where args.id matches /x%u+/ because \"id\"\n", i, (i + k) % 5);
    out += sprintf(out, "  deny call shop%u.get where args.kind == kind%u because \"kind\"\n", i, (i * k) % 50);
    if (k % 4 == 2) out += sprintf(out, "  limit call shop%u.get at most %u per day\n", i, k);
    if (wrong && i % 3 == 2 && k % 2) out += sprintf(out, "  deny call shop%u.get where args.nothing%u == nowhere because \"n\"\n", i, i % 2);
    if (widening && i % 3 == 1 && k == 2) out += sprintf(out, "  deny call shop%u.get where said(args.id) because \"said\"\n", i);
    if (wrong && k == 6) out += sprintf(out, "  deny call shop%u.get by ghost because \"n\"\n", i);
    if (wrong && i % 5 == 4 && k == 3) out += sprintf(out, "  deny call shop%u.get where strange(args.n) because \"n\"\n", i);
  }
  sprintf(out, "}\n");
}

static void shop_text(char *out, unsigned i, bool faulty) {
  sprintf(out, "package w.p%02u\nconnector shop%u \"a shop\" { reads get(id: string, n: int, size: one of { tiny, large, s%u }, price: money(USD), kind: symbol) -> bool }\n"
    "agent bot%u { owner \"o\" purpose \"p\" uses shop%u }\ntable t%u from \"rows.csv\" { id: string key  n: int }%s\n",
    i, i, i, i, faulty && i % 5 == 2 ? 99 : i, i, faulty && i % 7 == 3 ? " }" : "");
}

static void add(struct rbc *c, const struct workspace *w, const char *path, const char *text) {
  if (!w->directory) { ck_assert(rbc_add_file(c, path, text, strlen(text))); return; }
  char full[256], *slash;
  snprintf(full, sizeof full, "%s/%s", w->directory, path);
  slash = strrchr(full, '/');
  *slash = '\0';
  mkdir(full, 0700);
  *slash = '/';
  FILE *file = fopen(full, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void add_all(struct rbc *c, const struct workspace *w) {
  static char text[1 << 15];
  char path[32];
  root_text(text);
  add(c, w, "root.rb", text);
  for (unsigned i = 0; i < PACKAGES; i++) {
    sprintf(path, "p%02u/rules.rb", i);
    rules_text(text, i, w->faulty);
    add(c, w, path, text);
    sprintf(path, "p%02u/more.rb", i);
    more_rules(text, i, w->wrong_rules, w->widening);
    add(c, w, path, text);
    sprintf(path, "p%02u/shop.rb", i);
    shop_text(text, i, w->faulty);
    add(c, w, path, text);
    sprintf(path, "p%02u/rows.csv", i);
    add(c, w, path, w->faulty && i == 4 ? "id,n\na,x\n" : "id,n\na,1\n");
  }
}

static char *report(const struct rbc *c, enum rbc_report_format format) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  rbc_report(c, out, format);
  fclose(out);
  return text;
}

static struct outcome compile(const struct workspace *w, unsigned threads) {
  const struct rbc_options options = {.directory = w->directory, .date = "2026-01-01", .threads = threads};
  struct outcome o = {0};
  struct rbc *c = rbc_open(&options);
  ck_assert_ptr_nonnull(c);
  add_all(c, w);
  o.good = rbc_compile(c, &o.image, &o.size);
  o.report = report(c, RBC_TEXT);
  o.json = report(c, RBC_JSON);
  rbc_close(c);
  return o;
}

static void forget(struct outcome *o) {
  free(o->image);
  free(o->report);
  free(o->json);
}

static void same_for_all(const struct workspace *w) {
  struct outcome one = compile(w, 1);
  ck_assert_msg(one.good == !(w->faulty || w->wrong_rules || w->widening), "%.2000s", one.report);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    struct outcome other = compile(w, counts[i]);
    ck_assert_str_eq(other.report, one.report);
    ck_assert_str_eq(other.json, one.json);
    ck_assert_uint_eq(other.size, one.size);
    ck_assert(!one.size || memcmp(other.image, one.image, one.size) == 0);
    forget(&other);
  }
  if (w->faulty) {                 /* each kind of error, and the last file's too */
    static const char *const shown[] = {"p01/rules.rb:3", "p07/rules.rb:4", "p10/rules.rb", "p03/shop.rb", "p19/rules.rb"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) ck_assert_msg(strstr(one.report, shown[i]), "%s is not in:\n%.4000s", shown[i], one.report);
  }
  if (w->wrong_rules) {
    static const char *const shown[] = {"args.nothing0", "args.nothing1", "nowhere", "EUR", "strange", "ghost", "and here", "W0910"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) ck_assert_msg(strstr(one.report, shown[i]), "%s is not in:\n%.4000s", shown[i], one.report);
  }
  if (w->widening) ck_assert_msg(strstr(one.report, "error[E0500]") && strstr(one.report, "p22/more.rb"), "%.4000s", one.report);
  forget(&one);
}

START_TEST(same_bundle) { same_for_all(&(struct workspace){NULL, false, false, false}); }
END_TEST

START_TEST(same_report) { same_for_all(&(struct workspace){NULL, true, false, false}); }
END_TEST

START_TEST(same_report_of_sessions) { same_for_all(&(struct workspace){NULL, false, false, true}); }
END_TEST

START_TEST(same_report_of_rules) { same_for_all(&(struct workspace){NULL, false, true, false}); }
END_TEST

START_TEST(from_the_disk) {
  char directory[] = "/tmp/thread_compile.XXXXXX", command[128];
  ck_assert_ptr_nonnull(mkdtemp(directory));
  same_for_all(&(struct workspace){directory, false, false, false});
  same_for_all(&(struct workspace){directory, true, false, false});
  same_for_all(&(struct workspace){directory, false, true, false});
  snprintf(command, sizeof command, "rm -r %s", directory);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("thread_compile");
  TCase *t = tcase_create("thread_compile");
  tcase_set_timeout(t, 120);
  tcase_add_test(t, same_bundle);
  tcase_add_test(t, same_report);
  tcase_add_test(t, same_report_of_rules);
  tcase_add_test(t, same_report_of_sessions);
  tcase_add_test(t, from_the_disk);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
