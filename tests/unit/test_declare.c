/* test_declare.c: the first half of the checker: workspace, names, types, connectors, tables, constants. Each case is a
 * small workspace in one text ("--- path" begins a file) and the diagnostics that it must give, all of them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "diag/render.h"
#include "rbc.h"
#include "run.h"
#include "sema/checker.h"

static const char ROOT[] =
  "workspace w\n"
  "package a in \"a/\" declares connectors, models, labels, groups, tables, guards, policies, routes, agents\n"
  "package b in \"b/\" declares connectors, labels, tables, guards, policies, agents\n";

static const char SINGLE[] = "workspace w\npackage a in \"a/\" declares connectors, models, labels, groups, tables, "
                             "guards, policies, routes, agents\n";

static void add_files(struct rbc *c, const char *text) {
  bool has_root = strstr(text, "--- root.rb\n") || strstr(text, "--- none\n");
  const char *root = strstr(text, "--- b/") ? ROOT : SINGLE;
  if (!has_root) ck_assert(rbc_add_file(c, "root.rb", root, strlen(root)));
  for (const char *at = strstr(text, "--- "); at; ) {
    const char *path = at + 4, *line = strchr(path, '\n'), *next = strstr(line, "\n--- ");
    char name[64];
    ck_assert_int_lt(line - path, 64);
    memcpy(name, path, (size_t)(line - path));
    name[line - path] = 0;
    size_t size = next ? (size_t)(next - line) : strlen(line + 1);
    if (strcmp(name, "none")) ck_assert(rbc_add_file(c, name, line + 1, size));
    at = next ? next + 1 : NULL;
  }
}

static struct rbc *check_text(const char *text) {
  char *stdlib = getenv("REBASE_TEST_STDLIB");
  struct rbc_options options = { .stdlib = stdlib, .date = "2026-11-23" };
  struct rbc *c = rbc_open(&options);
  ck_assert_ptr_nonnull(c);
  if (strncmp(text, "--- ", 4)) {
    char *whole = malloc(strlen(text) + 64);
    sprintf(whole, "--- a/a.rb\npackage a\n%s", text);
    add_files(c, whole);
    free(whole);
  } else add_files(c, text);
  rbc_check(c);
  return c;
}

static char *shown(struct rbc *c) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  rbc_report(c, out, RBC_TEXT);
  fclose(out);
  return text;
}

/* The place of the n-th diagnostic, from the JSON report: one object a line. */
static void place(const char *report, unsigned n, char file[128], unsigned *row, unsigned *column) {
  for (; n; n--) report = strchr(report, '\n') + 1;
  const char *end = strchr(report, '\n'), *f = strstr(report, "\"file\":\"");
  const char *l = strstr(report, "\"line\":"), *k = strstr(report, "\"column\":");
  *file = 0;
  *row = *column = 0;
  if (f && f < end) sscanf(f + 8, "%127[^\"]", file);
  if (l && l < end) *row = (unsigned)strtoul(l + 7, NULL, 10);
  if (k && k < end) *column = (unsigned)strtoul(k + 9, NULL, 10);
}

/* Warnings of the second half of the checker are not looked at here. */
static bool is_of_rules(const char *code) { return code[0] == 'W' && strcmp(code, "W0950") < 0; }

/* "E0117 3:5; W0950 1:1": code, line and column of each, in order; the file as well where it is not a/a.rb. */
static void expect(const char *text, const char *wanted) {
  struct rbc *c = check_text(text);
  char *report = NULL, *got = NULL, *all = shown(c), file[128];
  size_t size, report_size;
  unsigned n = 0, row, column;
  FILE *out = open_memstream(&got, &size), *json = open_memstream(&report, &report_size);
  rbc_report(c, json, RBC_JSON);
  fclose(json);
  for (const struct diag *d = rbc_diagnostics(c)->first; d; d = d->next, n++) {
    const char *code = rbc_diag_code_name(d->code);
    if (is_of_rules(code)) continue;
    place(report, n, file, &row, &column);
    bool elsewhere = strcmp(file, "a/a.rb") != 0;
    fprintf(out, "%s%s%s%s %u:%u", ftell(out) ? "; " : "", code, elsewhere ? " " : "", elsewhere ? file : "", row, column);
  }
  fclose(out);
  ck_assert_msg(!strcmp(got, wanted), "\n%s\nwanted %s\ngot    %s\n%s", text, wanted, got, all);
  free(all);
  free(got);
  free(report);
  rbc_close(c);
}

/* Somewhere in the report. */
static void says(const char *text, const char *words) {
  struct rbc *c = check_text(text);
  char *report = shown(c);
  ck_assert_msg(strstr(report, words) != NULL, "%s\nwanted: %s\n%s", text, words, report);
  free(report);
  rbc_close(c);
}

static void good(const char *text) { expect(text, ""); }

/* ---- the workspace ---- */
START_TEST(root_files) {
  expect("--- none\n", "E0102  0:0");
  expect("--- none\n--- a.rb\nworkspace x\n--- b.rb\nworkspace y\n", "E0103 b.rb 1:1");
  expect("--- root.rb\nworkspace w\nworkspace v\nzone \"Mars\"\nnow 3\nzoen \"UTC\"\nlabel x\n",
         "E0104 root.rb 2:1; E0221 root.rb 3:6; E0105 root.rb 4:5; E0105 root.rb 5:1; E0106 root.rb 6:1");
  expect("--- root.rb\npackage a in \"a/\" declares agents\n--- a/a.rb\npackage a\n", "E0104 root.rb 1:1");
  expect("--- root.rb\nworkspace w\npackage a in \"a\" declares agnets\n--- a/a.rb\npackage a\n", "E0108 root.rb 2:27");
  says("--- root.rb\nworkspace w\npackage a in \"a\" declares agnets\n--- a/a.rb\npackage a\n",
       "did you mean `agents`?");
} END_TEST

START_TEST(directories) {
  expect("--- root.rb\nworkspace w\npackage a in \"a/\" declares agents\npackage a in \"b/\" declares agents\n--- "
         "a/a.rb\npackage a\n",
         "E0109 root.rb 3:9");
  expect("--- root.rb\nworkspace w\npackage a in \"a/\" declares agents\npackage b in \"./a\" declares agents\n--- "
         "a/a.rb\npackage a\n",
         "E0110 root.rb 3:14");
  expect("--- root.rb\nworkspace w\npackage std.x in \"a/\" declares agents\n", "E0107 root.rb 2:9");
  expect("--- a/a.rb\npackage a\n--- c/c.rb\npackage c\n--- b/x.rb\npackage b\n", "E0111 c/c.rb 1:1");
  expect("--- a/a.rb\npackage b\n--- b/b.rb\nlabel x\n--- b/c.rb\npackage b\nworkspace v\n",
         "E0107 1:9; E0107 b/b.rb 1:1; E0106 b/c.rb 2:1");
  expect("--- a/a.rb\npackage a\n--- b/b.rb\npackage b\ngroup g\nroute r { }\n", "E0112 b/b.rb 2:1; E0112 b/b.rb 3:1; E0418 b/b.rb 3:7");
  expect("--- root.rb\nworkspace w\npackage a in \"a\" declares labels\n--- a/a.rb\npackage a\n--- ab/x.rb\npackage a\n",
         "E0111 ab/x.rb 1:1");
  good("--- root.rb\nworkspace w\npackage a in \"a\" declares labels\npackage a.b in \"a/b\" declares groups\n"
       "--- a/a.rb\npackage a\nlabel x\n--- a/b/c/d.rb\npackage a.b\ngroup g\n");
} END_TEST

START_TEST(imports) {
  expect("--- a/a.rb\npackage a\nimport c\nimport b.{ y, z }\nimport b\nimport b\nimport a\n--- b/b.rb\npackage "
         "b\ntype y { n: int }\n",
         "E0113 2:8; E0114 3:15; W0952 5:8; W0952 6:8; W0950 3:12; W0950 4:8");
  expect("--- a/a.rb\npackage a\nimport b\ntype t { y: b.y }\n--- b/b.rb\npackage b\nimport a\ntype y { n: int }\ntype "
         "z { t: a.t }\n",
         "E0115 b/b.rb 2:8");
  says("--- a/a.rb\npackage a\nimport b\n--- b/b.rb\npackage b\nimport a\n", "a -> b -> a");
  expect("--- a/a.rb\npackage a\nimport b\npolicy p { }\n--- b/b.rb\npackage b\n}\n", "E0020 b/b.rb 2:1");      /* no rule is looked at, so nothing is used */
  good("--- a/a.rb\npackage a\nimport b.{ y }\nimport b\ntype t { y: y  z: b.z  w: b.c.e }\n"
       "--- b/b.rb\npackage b\ntype y { n: int }\ntype z { t: int }\nconnector c { entity e { id: int key } }\n");
} END_TEST

START_TEST(grants) {
  static const char TWO[] = "--- a/a.rb\npackage a\nconnector c { reads f() }\n--- b/b.rb\npackage b\n"
    "agent x { owner \"o\" uses c }\n";
  char text[1024];
  snprintf(text, sizeof text, "--- root.rb\n%s%s", ROOT, TWO);
  expect(text, "E0122 b/b.rb 2:26");
  snprintf(text, sizeof text, "--- root.rb\n%s  uses c, d\n%s", ROOT, TWO);
  expect(text, "E0116 root.rb 4:11");
  snprintf(text, sizeof text, "--- root.rb\n%s  uses b.c\n%s", ROOT, TWO);
  expect(text, "E0116 root.rb 4:8; E0122 b/b.rb 2:26");
  snprintf(text, sizeof text, "--- root.rb\n%s  uses a.c\n%s", ROOT, TWO);
  struct rbc *c = check_text(text);
  ck_assert_uint_eq(rbc_diagnostics(c)->errors, 0);
  rbc_close(c);
} END_TEST

/* ---- names ---- */
START_TEST(names) {
  expect("type t { x: integer  y: tt }\ntype u { t: t }\n", "E0201 2:13; E0117 2:25");
  says("type thing { x: int }\ntype u { t: thnig }\n", "did you mean `thing`?");
  expect("label x\nlabel x\ntype int { a: int }\n", "E0120 3:7; E0121 4:6");
  expect("--- a/a.rb\npackage a\nlabel x\n--- b/b.rb\npackage b\nlabel x\n", "E0120 b/b.rb 2:7");
  expect(
      "connector c { entity e { id: int key } }\nconnector d { entity e { id: int key } }\ntype t { e: e  f: c.e }\n",
      "E0118 4:13");
  expect("label x\ntype t { x: x }\n", "E0119 3:13");
  expect("context thing { x: int }\ncontext requester { x: int }\ncontext requester { y: int }\nlet a = 3\n",
         "E0304 2:9; E0120 4:9; E0305 5:1");
} END_TEST

/* ---- types ---- */
START_TEST(types) {
  expect("type t { a: money  b: money(XXX)  c: one of { x, x }  d: one of { other, y }  e: list of int? }\n",
         "E0202 2:13; E0203 2:29; E0204 2:50; E0205 2:67");
  expect("type t { a: list of u }\ntype u { b: map of t }\n", "E0218 3:10");
  says("type t { a: list of u }\ntype u { b: map of t }\n", "a.t -> a.u -> a.t");
  expect("type t { a: int  a: string }\ntype u { }\ntype s { x: set of t }\n", "E0214 2:18; E0215 3:6; E0207 4:20");
  expect("type t { a: int as \"y\" | \"n\"  b: bool as \"y\"  c: bool as \"y\" | \"y\" }\n",
         "E0210 2:17; E0210 2:39; E0210 2:55");
  expect("type t { a: int key }\ntable s { id: int key  x: int personal } rows { }\nlabel personal\n",
         "E0212 2:17; E0211 3:31");
  expect("connector c { entity e { a: int? key }  entity f { a: list of int key }  entity g { a: int } }\n",
         "E0213 2:34; E0213 2:67; E0217 2:81");
} END_TEST

START_TEST(types_are_interned) {
  struct rbc *c = check_text("type t { a: list of string  b: list of money(EUR)  c: list of money(EUR)  d: one of { x, "
                             "y }  e: one of { x, y } }\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  const struct type *t = NULL;
  for (unsigned i = 0; i < p->types_count; i++) if (p->types[i]->kind == TYPE_RECORD) t = p->types[i];
  ck_assert_ptr_nonnull(t);
  ck_assert_int_eq(t->fields[0].type->kind, TYPE_STRINGS);
  ck_assert_ptr_eq(t->fields[1].type, t->fields[2].type);
  ck_assert_ptr_eq(t->fields[3].type, t->fields[4].type);
  rbc_close(c);
} END_TEST

START_TEST(words_of_state_come_first) {
  struct rbc *c =
      check_text("type t { a: one of { aa, zz } }\nconnector c { entity e { id: int key  s: one of { nn, mm } } }\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_uint_eq(p->symbol_count, 4);
  ck_assert_str_eq(p->symbols[0], "mm");
  ck_assert_str_eq(p->symbols[1], "nn");
  ck_assert_str_eq(p->symbols[2], "aa");
  rbc_close(c);
} END_TEST

START_TEST(regions_are_numbered_inside_out) {
  struct rbc *c = check_text("region world { region eu { region de region fr } region us }\nregion moon\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_uint_eq(p->regions_count, 6);
  ck_assert_str_eq(p->regions[1]->name, "eu");
  ck_assert_uint_eq(p->regions[1]->end, 4);
  ck_assert_uint_eq(p->regions[3]->parent, 1);
  ck_assert_uint_eq(p->regions[0]->end, 5);
  ck_assert_uint_eq(p->regions[5]->parent, NONE32);
  rbc_close(c);
} END_TEST

/* ---- connectors ---- */
START_TEST(connectors) {
  expect("connector c { base \"https://X.example/\" kind crm kind crm residency 3 resideny eu zone \"Nowhere\" }\n"
         "connector d { base \"HTTPS://x.example\" }\n",
         "E0312 2:50; E0310 2:59; E0311 2:71; E0221 2:88; E0313 3:11");
  expect(
      "connector c {\n  reads f(a: int, a: int)\n  reads g(x: int personal)\n  reads h() -> int { a: args.a }\n"
      "  reads i(x: int) -> int?\n  reads j() DELETE \"/x\"\n  reads k() GET \"/{y}\" GET \"/z\"\n}\nlabel personal\n",
      "E0321 3:19; E0320 4:18; E0324 5:20; E0327 6:22; E0330 7:13; E0331 8:17; E0332 8:24");
} END_TEST

START_TEST(operations) {
  expect("connector c {\n  entity e { id: int key  n: string }\n"
         "  writes f(id: string, n: int) -> e { idd: args.id, id: args.di, n: 3 }\n"
         "  writes g(id: int) changes e\n  writes h(id: string) changes e(args.id)\n  reads i() -> list of e binds e\n"
         "  reads j(x: int? = 3, y: int = \"a\")\n}\n",
         "E0325 4:39; E0323 4:62; E0322 4:69; E0328 5:21; E0326 6:34; E0329 7:26; E0333 8:21; E0230 8:33");
  struct rbc *c =
      check_text("label untrusted\nlabel personal\nconnector c {\n  entity e { id: int key  n: string personal }\n"
                 "  writes put(n: string, id: int) -> e yields untrusted\n  writes fill(z: int) -> e { id: args.z }\n  "
                 "writes other(z: int) -> e\n}\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_uint_eq(p->operations_count, 3);
  ck_assert_str_eq(p->operations[0]->name, "c.fill");
  ck_assert_uint_eq(p->operations[0]->change_count, 1);
  ck_assert_uint_eq(p->operations[0]->changes[0].slot[0], 2);
  ck_assert_uint_eq(p->operations[1]->change_count, 0);
  ck_assert_uint_eq(p->operations[2]->change_count, 1);
  ck_assert_uint_eq(p->operations[2]->params[0].slot, 1);
  ck_assert_uint_eq(p->operations[2]->labels, 3);
  ck_assert(p->operations[2]->untrusted && !p->operations[0]->untrusted);
  ck_assert_uint_eq(p->connectors[0]->slots, 3);
  rbc_close(c);
} END_TEST

/* A label of a field is a label of every result that holds it, however deep. */
START_TEST(labels_of_results) {
  struct rbc *c = check_text("label personal\nlabel secret\ntype inner { s: string personal }\ntype outer { many: map of inner  t: string? secret }\n"
                             "connector c {\n  entity e { id: int key  o: outer }\n  reads deep(id: int) -> list of e\n"
                             "  reads flat(id: int) -> inner\n  reads none(id: int) -> int\n}\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_uint_eq(p->operations[0]->labels, 3);
  ck_assert_uint_eq(p->operations[1]->labels, 1);
  ck_assert_uint_eq(p->operations[2]->labels, 0);
  rbc_close(c);
} END_TEST

START_TEST(agents) {
  expect("team t { }\nagent x { ownr \"o\" purpose 3 }\nagent y { owner \"o\" owner \"p\" team z accepts y accepts q "
         "uses nope }\n",
         "E0340 2:6; E0311 3:11; E0310 3:20; E0340 3:7; E0312 4:21; E0117 4:36; E0341 4:38; E0117 4:56; E0117 4:63");
  expect("provider p { base 3 }\nmodel m { provider q window 8 tokens prise 3 }\n",
         "E0310 2:14; E0117 3:20; E0311 3:38; E0343 3:7");
  struct rbc *c = check_text("team t { owner \"team\" }\nagent x { team t }\nagent y { owner \"o\" accepts x }\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_str_eq(p->agents[0]->owner, "team");
  ck_assert_ptr_eq(p->agents[1]->accepts[0], p->agents[0]);
  rbc_close(c);
} END_TEST

START_TEST(limits) {
  char *text = malloc(8192), *at = text;
  for (unsigned i = 0; i < 66; i++) at += sprintf(at, "label l%02u\n", i);
  expect(text, "E0306 66:7");
  free(text);
  expect("proof p lasts 2 days\nproof q lasts 0 days\n", "E0220 3:15");
} END_TEST

/* ---- tables ---- */
START_TEST(rows_in_the_text) {
  expect("table t { k: one of { a, b } key  n: int? } rows { (a, 1) (b, missing) (c, 2) (a) (a, 3) }\n",
         "E0231 2:73; E0601 2:79; E0606 2:83");
  expect("table t { n: int } rows { }\ntable u { n: int key }\ntable v from \"../x.csv\" { n: int key }\ntable w from "
         "\"x.csv\" { n: int key }\n"
         "table x from \"x.csv\" { n: int key } rows { }\n",
         "E0217 2:7; E0605 3:7; E0602 4:14; E0603 5:14; E0604 6:7; E0603 6:14");
  struct rbc *c = check_text("table t { k: one of { a, b } key  l: bool key  n: int } rows { (b, true, 1) (a, false, "
                             "2) (a, true, 3) (b, false, 4) }\n"
                             "table u { k: one of { a, b } key } rows { (a) }\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert(p->tables[0]->total && !p->tables[1]->total);
  ck_assert_int_eq(p->tables[0]->rows[0]->items[2]->scalar, 2);
  ck_assert_int_eq(p->tables[0]->rows[3]->items[2]->scalar, 1);
  rbc_close(c);
} END_TEST

#define VENDORS                                                                                                        \
  "--- a/a.rb\npackage a\nregion de\ntable v from \"v.csv\" { id: string key  country: region  ok: bool  price: "      \
  "money(USD)? }\n--- a/v.csv\n"
START_TEST(rows_from_csv) {
  struct rbc *c = check_text(VENDORS "ok,id,country,price\r\ntrue,\"b, \"\"x\"\"\",de,3.50\r\nfalse,a,de,\r\n");
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_uint_eq(p->tables[0]->row_count, 2);
  ck_assert_str_eq(p->tables[0]->rows[1]->items[0]->text, "b, \"x\"");
  ck_assert_int_eq(p->tables[0]->rows[1]->items[3]->scalar, 3500000);
  ck_assert(p->tables[0]->rows[0]->items[3]->missing);
  rbc_close(c);
  expect(VENDORS "id,contry,ok\na,de,true\n", "E0611 a/v.csv 1:4; E0611 a/v.csv 1:1");
  expect(VENDORS "id,country,ok,price\na,fr,yes,1\nb,de,true,1.234\nc,de,true\nd,de,true,1\nd,de,true,2\n",
         "E0612 a/v.csv 2:3; E0612 a/v.csv 2:6; E0612 a/v.csv 3:11; E0601 a/v.csv 4:1; E0606 a/v.csv 6:1");
  expect(VENDORS "id,country,ok\na\"b,de,true\n", "E0610 a/v.csv 2:2");
  expect(VENDORS "id,country,ok\n\"a,de,true\n", "E0610 a/v.csv 2:1");
  expect(VENDORS "id,country,ok\n\xff,de,true\n", "E0610 a/v.csv 2:1");
} END_TEST

#define PEOPLE                                                                                                         \
  "--- a/a.rb\npackage a\ntable p from \"p.json\" { id: int key  tags: list of string  at: time?  m: map of int "      \
  "}\n--- a/p.json\n"
START_TEST(rows_from_json) {
  good(PEOPLE "[ { \"id\": 1, \"tags\": [\"a\", \"\\u00e9\"], \"m\": {\"b\": 2, \"a\": 1} },\n "
              "{\"id\":2,\"tags\":[],\"m\":{},\"at\":\"2024-05-15T15:00:00Z\"}]\n");
  expect(PEOPLE "[ { \"id\": 1.5, \"tags\": [1], \"m\": {\"b\": 2, \"b\": 1} } ]\n",
         "E0612 a/p.json 1:11; E0612 a/p.json 1:25; E0613 a/p.json 1:43");
  expect(PEOPLE "[ { \"id\": 1, \"tagz\": [] },\n { \"id\": 2, \"tags\": [] } ]\n",
         "E0611 a/p.json 1:14; E0614 a/p.json 2:2");
  expect(PEOPLE "{}", "E0613 a/p.json 1:1");
  expect(PEOPLE "[] x", "E0613 a/p.json 1:4");
  expect(PEOPLE "[ { \"id\": 1, ", "E0613 a/p.json 1:14");
} END_TEST

START_TEST(trees) {
  good("tree t { member: string  group: string } rows { (\"a\", \"b\") (\"b\", \"c\") (\"a\", \"c\") (\"a\", \"b\") "
       "}\n");
  expect("tree t { member: string  groop: string } rows { }\n", "E0621 2:10");
  expect("tree t { member: string  group: string } rows { (\"a\", \"b\") (\"b\", \"c\") (\"c\", \"a\") }\n",
         "E0620 2:71");
  says("tree t { member: string  group: string } rows { (\"a\", \"b\") (\"b\", \"c\") (\"c\", \"a\") }\n",
       "a in b in c in a");
  says("tree t { member: string  group: string } rows { (\"x\", \"x\") }\n", "x in x");
} END_TEST

/* ---- constants, literals ---- */
START_TEST(constants) {
  expect("table t { k: int key  v: money(USD) } rows { (1, 2.00 EUR) (2, 1.001 USD) (3, 5) (4, -1.50 USD) (5, 1 + 1) "
         "(99999999999999999999, 1 USD) }\n",
         "E0010 2:109; E0235 2:50; E0236 2:64; E0230 2:79; E0232 2:101");
} END_TEST

START_TEST(literals) {
  int64_t v;
  unsigned digits;
  char currency[4];
  bool zone;
  unsigned char ip[17];
  ck_assert(rbc_parse_int("9_223_372_036_854_775_807", 25, &v) && v == INT64_MAX);
  ck_assert(!rbc_parse_int("9223372036854775808", 19, &v) && !rbc_parse_int("1__0", 4, &v) &&
            !rbc_parse_int("", 0, &v));
  ck_assert(rbc_parse_decimal("-0.000001", 9, &v, &digits) && v == -1 && digits == 6);
  ck_assert(!rbc_parse_decimal("0.0000001", 9, &v, &digits) && !rbc_parse_decimal("1.", 2, &v, &digits));
  ck_assert(rbc_parse_money("5_000.00 USD", 12, &v, currency, &digits) && v == 5000000000 && !strcmp(currency, "USD"));
  ck_assert(rbc_parse_duration("1.5 hours", 9, &v) && v == INT64_C(5400000000) &&
            !rbc_parse_duration("1 month", 7, &v));
  ck_assert(rbc_parse_percent("80%", 3, &v) && v == 800000);
  ck_assert(rbc_parse_date("2024-02-29", 10, &v) && v == 19782 && !rbc_parse_date("2023-02-29", 10, &v));
  ck_assert(rbc_parse_time("2024-05-15T15:00:00-05:00", 25, &v, &zone) && zone && v == INT64_C(1715803200000000));
  ck_assert(rbc_parse_time("1969-12-31T23:59:59.5", 21, &v, &zone) && !zone && v == -500000);
  ck_assert(!rbc_parse_time("2024-05-15T24:00:00Z", 20, &v, &zone));
  ck_assert(rbc_parse_ip("10.0.0.1", 8, ip) && ip[10] == 0xff && ip[15] == 1 && !rbc_parse_ip("10.0.0.256", 10, ip));
  ck_assert(rbc_parse_cidr("10.0.0.0/8", 10, ip) && ip[16] == 104 && !rbc_parse_cidr("10.1.0.0/8", 10, ip));
  ck_assert(rbc_parse_version("1.2.3", 5, &v) && v == (INT64_C(1) << 40 | 2 << 20 | 3) &&
            !rbc_parse_version("1.2", 3, &v));
} END_TEST

START_TEST(same_source_same_world) {
  static const char TEXT[] = "--- b/b.rb\npackage b\nlabel y\n--- a/a.rb\npackage a\nlabel x\nagent q { owner \"o\" "
                             "}\nagent p { owner \"o\" }\n";
  struct rbc *c = check_text(TEXT);
  const struct program *p = rbc_program(c);
  ck_assert_ptr_nonnull(p);
  ck_assert_str_eq(p->labels[0]->full, "a.x");
  ck_assert_str_eq(p->agents[0]->name, "a.p");
  ck_assert_uint_eq(p->digest_count, 3);
  ck_assert_str_eq(p->digests[0].path, "a/a.rb");
  ck_assert_uint_eq(strlen(p->digests[0].digest), 64);
  rbc_close(c);
} END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("declare");
  const struct { const char *name; const TTest *tests[8];
  } CASES[] = {
    { "workspace", { root_files, directories, imports, grants } },
    { "names",
      { names, types, types_are_interned, words_of_state_come_first, regions_are_numbered_inside_out, limits } },
    { "connectors", { connectors, operations, labels_of_results, agents } },
    { "tables", { rows_in_the_text, rows_from_csv, rows_from_json, trees } },
    { "constants", { constants, literals, same_source_same_world } },
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    TCase *tests = tcase_create(CASES[i].name);
    for (size_t k = 0; k < 8 && CASES[i].tests[k]; k++) tcase_add_test(tests, CASES[i].tests[k]);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(s, tests);
  }
  return s;
}

int main(void) {
  return run_suite(suite());
}
