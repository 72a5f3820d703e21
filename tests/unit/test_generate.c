/* test_generate.c: from source text to a bundle that the runtime takes: what is hard for the typed registers. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "diag/diag.h"
#include "image_probe.h"
#include "rbc.h"
#include "run.h"

static const char root[] = "workspace w\nzone \"Europe/Berlin\"\npackage w.p in \"p/\" declares connectors, labels, groups, tables, "
                           "guards, policies, agents, types, regions, proofs, contexts, functions, detectors\n";
static const char world[] =
  "package w.p\n"
  "region eu \"E\" { region de region fr }\ngroup leads \"leads\"\nlabel secret \"s\"\n"
  "context requester { roles: set of string desk: region level: one of { low, high } nick: string? }\n"
  "type item { id: string n: int tag: one of { low, high } extra: int? }\n"
  "connector c \"C\" {\n  kind k\n  zone \"-05:00\"\n"
  "  entity user { id: string key  level: one of { low, high, top }  when: time  ok: bool as \"yes\" | \"no\"  tags: list of string\n"
  "    items: list of item  named: map of item  day: date }\n"
  "  reads get(id: string) -> user\n"
  "  writes pay(id: string, level: one of { low, high }, at: time, flag: bool, net: ip = \"10.0.0.1\", tags: list of string = [\"a\"],\n"
  "    kinds: set of string, note: string?, n: int, sum: money(USD), rate: decimal)\n}\n"
  "agent bot { owner \"o\" purpose \"p\" uses c }\n"
  "table total { l: one of { low, high, top } key f: bool key v: int } rows { (low, true, 1) (low, false, 2) (high, true, 3)\n"
  "  (high, false, 4) (top, true, 5) (top, false, 6) }\n"
  "table some { k: string key v: int } rows { (\"a\", 1) }\n"
  "tree org { member: string group: string } rows { (\"a\", \"b\") (\"b\", \"c\") }\n"
  "fn f(l: one of { low, high, top }) -> bool = l == top\n"
  "fn g(l: one of { low, high }) -> one of { low, high, top } = l\n"
  "fn h(l: one of { low, high, top }?) -> int = if l is present then 1 else 0\n"
  "fn near(a: list of item, n: int) -> int = count(for x in a where x.n > n and any y in a where y.id == x.id and y.n < x.n)\n";

/* Each is the condition of a rule over c.pay, behind `let u = seen user(args.id) otherwise deny`. */
static const char *const conditions[] = {
  "f(args.level)", "g(args.level) == top", "h(u.level) == 1", "h(args.level) == 1", "total(args.level, u.ok).v > 2", "total(u.level, args.flag).v > 2",
  "(if args.flag then args.at else u.when) > now", "(if u.ok then args.flag else u.ok)", "u.ok or args.flag", "not (u.ok and args.flag)",
  "max(args.at, u.when) > now", "args.net in \"10.0.0.0/8\"", "args.net == \"10.0.0.1\"", "any t in u.tags where t in args.kinds",
  "(u.tags[0] otherwise \"x\") in [\"a\", \"b\"]", "args.level in [low, high]", "u.level in [low, top]", "args.level == u.level",
  "(args.note otherwise (requester.nick otherwise \"x\")) == \"x\"", "args.note is present and args.note starts with \"a\"",
  "args.note is missing or args.note == \"b\"", "sum(i.extra for i in u.items) == 3", "(sum(i.extra for i in u.items) otherwise 0) == 3",
  "(min(i.n for i in u.items where i.tag == low) otherwise 5) < 3", "(max(i.extra otherwise 1 for i in u.items) otherwise 5) < 3",
  "count(for (a, b) in pairs(u.tags, args.tags) where a == b) == 2", "all (a, b) in pairs(u.tags, args.tags) satisfy a != b",
  "(first i in u.items where i.n > 2)?.extra == 4", "u.named[args.id]?.n == 3", "near(u.items, args.n) > 0",
  "any a in u.items where any b in u.items where near(u.items, a.n + b.n) > 0",
  "any x in seen user where x.level == top and said(x.id)", "some(args.id)?.v == 1", "(some(args.id)?.v otherwise 2) > 1",
  "any r in some where r.k == args.id", "args.id in org(\"c\")", "requester.desk in eu", "requester.desk != de",
  "(args.sum * args.rate + 1.00 USD) / 2 > 3.00 USD", "args.sum / 2.00 USD > args.rate", "-args.n + abs(args.n) * 2 >= 3",
  "hour(args.at) < 9 or weekday(args.at, \"America/New_York\") > 5", "date(u.when) + 3 days > today", "u.when within the last 24 hours",
  "any t in urls(args.id) where t ends with \".example\"", "session.count(c.pay) + count(u.named) > 3", "args.id matches /(?i)[a-z]{2,5}-\\d+/",
  "session.age > 3 minutes and length(args.id) < 40", "u.day == today or u.day - today < 3 days", "requester.level == args.level",
  "(if args.n > 1 then (if args.flag then 1 else 2) else (if u.ok then 3 else 4)) == 2", "vouched(args.id) and said(args.n) and said(args.sum)",
  "seen user(args.note)?.ok == true", "true", "any x in u.tags where true", "all x in u.items satisfy false", "last(u.items)?.tag == high",
};

static char directory[] = "/tmp/rebase-generate-XXXXXX";

static bool build(const char *text, unsigned char **image, size_t *size) {
  struct rbc_options options = {.directory = directory, .date = "2026-11-23"};
  struct rbc *c = rbc_open(&options);
  ck_assert_ptr_nonnull(c);
  ck_assert(rbc_add_file(c, "root.rb", root, sizeof root - 1) && rbc_add_file(c, "p/p.rb", text, strlen(text)));
  bool ok = rbc_check(c) && rbc_compile(c, image, size);
  if (!ok) rbc_report(c, stderr, RBC_TEXT);
  rbc_close(c);
  return ok;
}

static char *program_of(const char *head, const char *condition) {
  size_t size = sizeof world + strlen(head) + strlen(condition) + 400;
  char *text = malloc(size);
  snprintf(text, size, "%sguard q {\n  let u = seen user(args.id) otherwise deny because \"x\"\n  %s %s because \"y\"\n"
           "  deny call c.pay where u.level == top because \"z\"\n}\n", world, head, condition);
  return text;
}

START_TEST(every_condition_verifies) {
  static const char *const heads[] = {"deny call c.pay where", "deny call c.pay unless"};
  char *text = program_of(heads[_i % 2], conditions[_i / 2]), why[400] = "";
  unsigned char *image = NULL;
  size_t size;
  /* A fact may stand on one side only (losing it must not widen): then the other side is no program. */
  bool facts = strstr(conditions[_i / 2], "said(") || strstr(conditions[_i / 2], "seen ");
  if (!facts || _i % 2) {
    ck_assert_msg(build(text, &image, &size), "%s %s does not compile", heads[_i % 2], conditions[_i / 2]);
    ck_assert_msg(probe_opens(image, size, why, sizeof why), "%s %s: %s", heads[_i % 2], conditions[_i / 2], why);
  }
  free(image);
  free(text);
}
END_TEST

/* ---- limits ---- */
static char *grow(char *text, const char *format, unsigned a, unsigned b) {
  size_t length = strlen(text);
  text = realloc(text, length + strlen(format) + 40);
  if (!text) abort();
  sprintf(text + length, format, a, b);
  return text;
}

/* The errors of a workspace that has none but the generator's: the code of the first, and how many. */
static unsigned refused(char *body, enum diag_code *code) {
  char *text = malloc(sizeof world + strlen(body));
  struct rbc_options options = {.directory = directory, .date = "2026-11-23"};
  struct rbc *c = rbc_open(&options);
  unsigned char *image = NULL;
  size_t size;
  sprintf(text, "%s%s", world, body);
  ck_assert(rbc_add_file(c, "root.rb", root, sizeof root - 1) && rbc_add_file(c, "p/p.rb", text, strlen(text)));
  ck_assert(!rbc_check(c) && !rbc_compile(c, &image, &size));
  unsigned errors = 0;
  for (const struct diag *d = rbc_diagnostics(c)->first; d; d = d->next)
    if (d->severity == SEVERITY_error && !errors++) *code = d->code;
  rbc_close(c);
  free(text);
  free(body);
  return errors;
}

START_TEST(limits_are_errors_of_the_source) {
  enum diag_code code = DIAG_CODE_COUNT;
  char *lets = strdup("policy p {\n"), *chain = strdup("fn f0(n: int) -> int = n + 1\n"), *powers = strdup(chain);
  for (unsigned i = 0; i < 256; i++) lets = grow(lets, "  let v%u = args.n + %u\n", i, i);
  lets = grow(lets, "  allow call c.pay by bot where v0", 0, 0);
  for (unsigned i = 1; i < 256; i++) lets = grow(lets, " + v%u", i, 0);
  ck_assert_uint_eq(refused(grow(lets, " > 0\n}\n", 0, 0), &code), 1);
  ck_assert_int_eq(code, E0801);

  char *deep = strdup("policy p {\n  allow call c.pay by bot where any a in args.tags where any b in args.tags where all d in args.tags "
                      "satisfy a != b and a != d and any e in args.tags where any g in args.kinds where e == g\n}\n");
  ck_assert_uint_eq(refused(deep, &code), 1);
  ck_assert_int_eq(code, E0802);

  for (unsigned i = 1; i < 24; i++) {
    powers = grow(powers, "fn f%u(n: int) -> int = f%u(n)", i, i - 1);
    for (unsigned k = 1; k < 8; k++) powers = grow(powers, " + f%u(n)", i - 1, 0);
    powers = grow(powers, "\n", 0, 0);
  }
  ck_assert_uint_eq(refused(grow(powers, "policy p {\n  allow call c.pay by bot where f23(args.n) > 3\n}\n", 0, 0), &code), 1);
  ck_assert_int_eq(code, E0803);

  char *words = strdup("fn w(l: list of one of { low, high, top }) -> bool = any x in l where x == top\n"
                       "policy p {\n  let u = seen user(args.id) otherwise deny because \"x\"\n"
                       "  allow call c.pay by bot where w([low]) and f(u.level)\n}\n");
  char *image_text = malloc(sizeof world + strlen(words));
  unsigned char *image = NULL;
  size_t size;
  sprintf(image_text, "%s%s", world, words);
  ck_assert(build(image_text, &image, &size));           /* a constant takes the type that is wanted */
  free(image);
  free(image_text);
  free(words);

  for (unsigned i = 1; i < 40; i++) chain = grow(chain, "fn f%u(n: int) -> int = f%u(n) + 1\n", i, i - 1);
  ck_assert_uint_eq(refused(grow(chain, "policy p {\n  allow call c.pay by bot where f39(args.n) > 3\n}\n", 0, 0), &code), 1);
  ck_assert_int_eq(code, E0808);
}
END_TEST

START_TEST(two_runs_give_the_same_bytes) {
  char *text = program_of("deny call c.pay where", conditions[29]);
  unsigned char *first = NULL, *second = NULL;
  size_t first_size, second_size;
  ck_assert(build(text, &first, &first_size) && build(text, &second, &second_size));
  ck_assert_uint_eq(first_size, second_size);
  ck_assert_mem_eq(first, second, first_size);
  free(first);
  free(second);
  free(text);
}
END_TEST

int main(void) {
  if (!mkdtemp(directory)) return 1;
  Suite *suite = suite_create("generate");
  TCase *tests = tcase_create("generate");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, every_condition_verifies, 0, 2 * (int)(sizeof conditions / sizeof *conditions));
  tcase_add_test(tests, limits_are_errors_of_the_source);
  tcase_add_test(tests, two_runs_give_the_same_bytes);
  suite_add_tcase(suite, tests);
  int failed = run_suite(suite);
  rmdir(directory);
  return failed != 0;
}
