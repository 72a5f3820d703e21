/* test_residual.c: rules as they are for an agent and an operation: what goes, what stays because it may fail, and that nobody who decides, asks
 * or explains can tell the difference. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bundle.h"
#include "codegen/partial.h"
#include "draw.h"
#include "engine.h"
#include "numbers.h"
#include "rbc.h"
#include "rebase.h"
#include "run.h"

static const char world[] =
  "package t\n"
  "region eu { region de }\nregion us\n"
  "context requester { level: int }\n"
  "group leads \"leads\"\n"
  "table most { owner: string key  amount: int } rows { (\"ann\", 100) (\"bob\", 7) }\n"
  "table wide { owner: string key  amount: int } rows { (\"ann\", 90) (\"a1\", 1) (\"a2\", 2) (\"a3\", 3) (\"a4\", 4) (\"a5\", 5) (\"a6\", 6) (\"a7\", 7) (\"a8\", 98) }\n"
  "tree org { member: string  group: string } rows { (\"ann\", \"sales\") (\"sales\", \"all\") (\"bob\", \"all\") }\n"
  "connector c \"C\" { kind ledger residency de\n"
  "  reads get(n: int, m: int, who: string)\n  writes set(n: int, m: int, who: string) sends outside\n  destroys drop(n: int, m: int, who: string) }\n"
  "team crew { owner \"cy\" }\n"
  "agent a { owner \"ann\" purpose \"p\" uses c accepts b }\n"
  "agent b { owner \"bob\" purpose \"p\" uses c team crew }\n"
  "agent d { owner \"dan\" purpose \"p\" uses c }\n"
  "agent e { owner \"dan\" purpose \"p\" uses c }\n"
  "fn small(w: string) -> bool = w == \"ann\" or w == \"bob\"\n"
  "fn yes(x: decimal) -> bool = true\n"
  "fn between(x: decimal, low: decimal) -> bool = low < x and x < 8\n"
  "fn rich(who: string, n: int) -> bool = any r in wide where r.owner == who and r.amount > n\n"
  "fn some(n: int) -> bool = any r in wide where r.amount > n + 90\n"
  "fn size(w: string?) -> int? = if w is present then length(w) else 3\n"
  "fn over(o: string, n: int) -> bool = if o == \"ann\" then n > 1 else if o == \"bob\" then n > 2 and n != 5 or n == 99 else n > 3 and n != 7 and n != 8 or n < 0 - 4 or n == 19\n"
  "  or n == 20 or n == 22 or n == 24 or n == 26 or n == 28 or n == 30 or n == 32 or n == 34 or n == 36\n"
  "fn steep(n: int) -> int = n + (n + (n + (n + (n + (n + (n + (n + (n + (n + (n + (n + (n + (n + (n + (n + n)))))))))))))))\n";
enum { AGENTS = 4 };
static const char *const agents[AGENTS] = {"t.a", "t.b", "t.d", "t.e"};

static unsigned char *compile(const char *rules, bool plain, size_t *size) {
  static const char root[] = "workspace t\npackage t in \"t/\" declares connectors, agents, policies, guards, groups, tables, regions, contexts, functions\n";
  const struct rbc_options options = {.date = "2024-05-15", .plain = plain};
  unsigned char *image = NULL;
  char text[16384];
  int length = snprintf(text, sizeof text, "%s%s", world, rules);
  struct rbc *c = rbc_open(&options);
  bool fine = c && length < (int)sizeof text && rbc_add_file(c, "root.rb", root, strlen(root)) && rbc_add_file(c, "t/t.rb", text, (size_t)length) && rbc_compile(c, &image, size);
  if (!fine && c) rbc_report(c, stderr, RBC_TEXT);
  ck_assert(fine);
  rbc_close(c);
  return image;
}

static struct rebase_bundle *open_rules(const char *rules, bool plain) {
  const struct allocator allocator = allocator_default();
  struct bundle_error error;
  size_t size;
  unsigned char *image = compile(rules, plain, &size);
  struct rebase_bundle *b = bundle_open(image, size, &allocator, 0, &error);
  ck_assert_msg(b, "%s", error.text);
  free(image);
  return b;
}

/* ---- what is left of one rule ---- */
static const char *listing(const struct rebase_bundle *b, uint32_t code, uint32_t count) {
  static const char *const names[] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) #NAME,
#include "opcodes.def"
#undef OP
  };
  static char text[32768];
  for (uint32_t i = 0, length = 0; i < count; i++)
    length += (uint32_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "", names[b->CODE.at[code + i].op]);
  return text;
}

static const char *program_of(const struct rebase_bundle *b, uint32_t entry) {
  const struct image_program *program = &b->PROGRAMS.at[bundle_program_of(b, entry)];
  return listing(b, program->code, program->code_count);
}

/* Its instructions, "own" for all of them, "" when it is in no list. */
static const char *left_of(const struct rebase_bundle *b, uint32_t rule, const char *agent, const char *operation) {
  uint32_t count, at = 0;
  const uint32_t *entries = bundle_scope(b, find_agent(b, agent, strlen(agent)), find_operation(b, operation, strlen(operation)), &count);
  while (at < count && bundle_rule_of(b, entries[at]) != rule) at++;
  return at == count ? "" : entries[at] == rule ? "own" : program_of(b, entries[at]);
}

static const struct { const char *rule, *agent, *operation, *left; } cases[] = {
  /* nothing, all, a part */
  {"guard g { deny call where operation.writes because \"w\" }", "t.a", "c.get", ""},
  {"guard g { deny call where operation.writes because \"w\" }", "t.a", "c.set", "DENY"},
  {"guard g { deny call c where args.n > 3 because \"w\" }", "t.a", "c.set", "own"},
  {"guard g { deny call c where operation.writes and args.n > 3 because \"w\" }", "t.a", "c.set", "ARG RULECONST LE IF DENY PASS"},
  {"guard g { deny call c where args.n > 3 or operation.reads because \"w\" }", "t.a", "c.get", "DENY"},
  {"guard g { deny call c where args.n > 3 unless operation.reads because \"w\" }", "t.a", "c.get", ""},
  {"guard g { deny call c where if operation.reads then args.n > 3 else args.m > 4 because \"w\" }", "t.a", "c.get", "ARG RULECONST LE IF DENY PASS"},
  /* a policy's grant stays, to be named */
  {"policy p { allow call c where operation.reads }", "t.a", "c.set", "PASS"},
  {"policy p { deny call c where operation.reads }", "t.a", "c.set", ""},
  /* every kind of test */
  {"guard g { deny call where agent.owner in [\"ann\", \"cy\"] because \"w\" }", "t.a", "c.get", "DENY"},
  {"guard g { deny call where agent.owner in [\"ann\", \"cy\"] because \"w\" }", "t.b", "c.get", ""},
  {"guard g { deny call where agent.team is missing because \"w\" }", "t.a", "c.get", "DENY"},
  {"guard g { deny call where agent.team == \"t.crew\" because \"w\" }", "t.a", "c.get", ""},
  {"guard g { deny call where agent.team == \"t.crew\" because \"w\" }", "t.b", "c.get", "DENY"},
  {"guard g { deny call where connector.residency in eu because \"w\" }", "t.a", "c.get", "DENY"},
  {"guard g { deny call where connector.residency in us because \"w\" }", "t.a", "c.get", ""},
  {"guard g { deny call where (connector.kind otherwise \"?\") == \"ledger\" because \"w\" }", "t.a", "c.get", "DENY"},
  {"guard g { deny call where operation.name starts with \"c.s\" because \"w\" }", "t.a", "c.set", "DENY"},
  {"guard g { deny call where operation.name ends with \"et\" because \"w\" }", "t.a", "c.drop", ""},
  {"guard g { deny call where operation.name contains \".dr\" because \"w\" }", "t.a", "c.drop", "DENY"},
  {"guard g { deny call where operation.name matches /.*et/ because \"w\" }", "t.a", "c.set", "DENY"},
  {"guard g { deny call where operation.name matches /.*et/ because \"w\" }", "t.a", "c.drop", ""},
  {"guard g { deny call where agent.owner in org(\"all\") because \"w\" }", "t.a", "c.get", "DENY"},
  {"guard g { deny call where agent.owner in org(\"sales\") because \"w\" }", "t.b", "c.get", ""},
  {"guard g { deny call where small(agent.owner) because \"w\" }", "t.b", "c.get", "DENY"},
  {"guard g { deny call where small(agent.owner) because \"w\" }", "t.d", "c.get", ""},
  {"guard g { deny call where most(agent.owner) is present because \"w\" }", "t.d", "c.get", ""},
  {"guard g { deny call c where args.n > (most(agent.owner)?.amount otherwise 3) because \"w\" }", "t.b", "c.get", "ARG RULECONST LE IF DENY PASS"},
  /* beside what is not constant a fact stays a fact */
  {"guard g { deny call c where args.who == agent.owner because \"w\" }", "t.a", "c.get", "own"},
  {"guard g { let o = agent.owner deny call c where args.who == o because \"w\" }", "t.a", "c.get", "own"},
  /* what may fail or needs a session is evaluated, whatever comes after it */
  {"guard g { deny call c where args.n / args.m > 2 and operation.reads because \"w\" }", "t.a", "c.set", "own"},
  {"guard g { deny call c where args.n > 2 and operation.reads because \"w\" }", "t.a", "c.set", ""},
  {"guard g { deny call c where operation.reads and args.n / args.m > 2 because \"w\" }", "t.a", "c.set", ""},
  {"guard g { deny call where requester.level > 2 and operation.reads because \"w\" }", "t.a", "c.set", "own"},
  {"guard g { deny call where session.age > 2 minutes and operation.reads because \"w\" }", "t.a", "c.set", "own"},
  {"guard g { let k = args.n / args.m deny call c where operation.reads and k > 2 because \"w\" }", "t.a", "c.set", "ARG ARG RATIO PASS"},
  {"guard g { let k = args.n deny call c where operation.reads and k > 2 because \"w\" }", "t.a", "c.set", ""},
  {"guard g { deny call c where args.n / args.m > 2 unless operation.reads because \"w\" }", "t.a", "c.get", "ARG ARG RATIO RULECONST LE IF PASS"},
  /* lets that lack, and that do not */
  {"guard g { let k = agent.team otherwise deny because \"none\" deny call c where args.who == k because \"w\" }", "t.b", "c.get", "CONTEXT UNWRAP ARG EQTEXT IFNOT DENY PASS"},
  {"guard g { let k = agent.team otherwise deny because \"none\" deny call c where k == \"t.crew\" because \"w\" }", "t.b", "c.get", "DENY"},
  {"guard g { let k = most(agent.owner) otherwise deny because \"none\" deny call c where args.n > k.amount because \"w\" }", "t.a", "c.get", "ARG RULECONST LE IF DENY PASS"},
  {"guard g { let k = most(args.who) otherwise deny because \"none\" deny call c where operation.reads and args.n > k.amount because \"w\" }", "t.a", "c.set", "ARG ROW IFMISSING UNWRAP PASS LACKS"},
  {"guard g { let k = operation.name deny call where small(agent.owner) and k == \"c.get\" because \"w\" }", "t.a", "c.get", "DENY"},
  /* a condition of a waiver may fail before it */
  {"guard g { deny call c where operation.reads because \"w\" }\nwaive g for a where args.n > 4 until 2030-01-01 because \"agreed\"", "t.a", "c.set", "PASS"},
  {"guard g { deny call c where operation.reads because \"w\" }\nwaive g for a until 2030-01-01 because \"agreed\"", "t.a", "c.set", ""},
  /* loops */
  {"guard g { deny call c where any x in most where operation.reads and x.amount > args.n because \"w\" }", "t.a", "c.set", ""},
  {"guard g { deny call c where any x in most where x.owner == agent.owner and x.amount > 50 because \"w\" }", "t.a", "c.set", "DENY"},
  {"guard g { deny call c where any x in most where x.owner == agent.owner and x.amount > 50 because \"w\" }", "t.b", "c.set", ""},
  {"guard g { deny call c where args.n > sum(x.amount for x in most where x.owner == agent.owner) because \"w\" }", "t.b", "c.set", "ARG RULECONST LE IF DENY PASS"},
  /* arithmetic of what has become constant */
  {"guard g { deny call c where args.n > length(agent.owner) * 10 because \"w\" }", "t.a", "c.set", "ARG RULECONST LE IF DENY PASS"},
  /* of a function what is left for its caller, however large it is */
  {"guard g { deny call c where over(agent.owner, args.n) because \"w\" }", "t.a", "c.set", "ARG RULECONST LE IF DENY PASS"},
  {"guard g { deny call c where over(agent.owner, args.n) because \"w\" }", "t.d", "c.set", "own"},
  {"guard g { let o = agent.owner deny call c where over(o, args.n) because \"w\" }", "t.a", "c.set", "ARG RULECONST LE IF DENY PASS"},
};

START_TEST(what_is_left) {
  struct rebase_bundle *b = open_rules(cases[_i].rule, false);
  ck_assert_msg(!strcmp(left_of(b, 0, cases[_i].agent, cases[_i].operation), cases[_i].left), "%s, %s %s: %s", cases[_i].rule, cases[_i].agent,
                cases[_i].operation, left_of(b, 0, cases[_i].agent, cases[_i].operation));
  bundle_free(b);
  b = open_rules(cases[_i].rule, true);
  ck_assert_str_eq(left_of(b, 0, cases[_i].agent, cases[_i].operation), "own");
  ck_assert_uint_eq(b->RESIDUALS.count, 0);
  bundle_free(b);
}
END_TEST

/* ---- rules as they are written ---- */
static const struct { const char *where, *own; } written[] = {
  {"args.n <= 10 * 500", "ARG RULECONST LE IFNOT DENY PASS"},
  {"args.n > 9_223_372_036_854_775_807 + 1", "ARG RULECONST RULECONST ADD LE IF DENY PASS"},        /* what fails does so when it is evaluated */
  {"args.n > 1 / (1 - 1)", "ARG TODECIMAL RULECONST RULECONST RATIO LE IF DENY PASS"},
  {"today < 2024-05-15 + (2 hours + 3 hours)", "CONTEXT RULECONST RULECONST DATEADD LT IFNOT DENY PASS"},
  {"args.n / args.m > 2 and 1 > 2", "ARG ARG RATIO RULECONST LE IF PASS"},
  /* a test of each of a few constants */
  {"any x in [\"a\", \"b\"] where args.who starts with x", "ARG RULECONST STARTS IF ARG RULECONST STARTS IFNOT DENY PASS"},
  {"all x in [1, 2] satisfy args.n != x", "ARG RULECONST EQ IF ARG RULECONST EQ IF DENY PASS"},
  {"any x in [1, 2, 3, 4, 5, 6, 7, 8, 9] where args.n == x", "RULECONST LOOP ARG EQ IF NEXT JUMP DENY PASS"},
  /* arguments that cannot fail stand where they are read */
  {"small(args.who)", "ARG RULECONST EQTEXT IF ARG RULECONST EQTEXT IFNOT DENY PASS"},
  {"(size(args.who) otherwise 0) > 2", "ARG TEXTLENGTH RULECONST LE IF DENY PASS"},
  /* what can fail is evaluated before, once and in its order, whoever reads it */
  {"yes(args.n / args.m)", "ARG ARG RATIO DENY"},
  {"between(args.n / args.m, args.m / args.n)", "ARG ARG RATIO ARG ARG RATIO LT IFNOT RULECONST LT IFNOT DENY PASS"},
  {"args.n > 3 and between(args.n / args.m, 2)", "ARG RULECONST LE IF ARG ARG RATIO RULECONST LT IFNOT RULECONST LT IFNOT DENY PASS"},
  /* a loop reads what it is given once, and has a binder of its own */
  {"rich(args.who, args.n)", "ARG ARG ROWS LOOP FIELD EQTEXT IFNOT FIELD LE IFNOT NEXT JUMP DENY PASS"},
  {"any r in wide where r.amount > 5 and rich(r.owner, args.n)",
   "ROWS LOOP FIELD RULECONST LE IF FIELD ARG ROWS LOOP FIELD EQTEXT IFNOT FIELD LE IFNOT NEXT NEXT JUMP DENY PASS"},
  /* too large */
  {"over(args.who, args.n)", "ARG ARG CALL IFNOT DENY PASS"},
};

START_TEST(what_is_written) {
  char rule[256];
  snprintf(rule, sizeof rule, "guard g { deny call c where %s because \"w\" }", written[_i].where);
  struct rebase_bundle *b = open_rules(rule, false);
  ck_assert_msg(!strcmp(program_of(b, 0), written[_i].own), "%s: %s", written[_i].where, program_of(b, 0));
  bundle_free(b);
}
END_TEST

/* A let that is another name for an argument or a fact is no value of its own; one that can fail is evaluated where it stands. */
START_TEST(other_names) {
  struct rebase_bundle *b = open_rules("guard g { let who = args.who let again = who let asker = requester.id let part = args.n / args.m\n"
                                       "  deny call c where again == asker and part > 1 because \"w\"\n  deny call c where asker == \"ann\" because \"w\" }", false);
  ck_assert_str_eq(program_of(b, 0), "ARG ARG RATIO ARG CONTEXT EQTEXT IFNOT RULECONST LE IF DENY PASS");
  ck_assert_str_eq(program_of(b, 1), "CONTEXT RULECONST EQTEXT IFNOT DENY PASS");
  bundle_free(b);
  b = open_rules("connector k \"K\" { reads look(hint: string?) }\nagent z { owner \"z\" purpose \"p\" uses k }\n"
                 "guard g { let hint = args.hint otherwise deny because \"no hint\" deny call k where hint starts with \"a\" because \"w\" }", false);
  ck_assert_str_eq(program_of(b, 0), "ARG IFMISSING UNWRAP RULECONST STARTS IFNOT DENY PASS LACKS");     /* what is there behind its let may be missing before */
  bundle_free(b);
}
END_TEST

/* A function that stays is without what is constant, too, and holds what it calls. */
START_TEST(what_functions_say) {
  struct rebase_bundle *b = open_rules("fn few(n: int) -> int = n * (2 + 3)\nfn many(n: int) -> int = few(n) + (6 - 2) * few(n)\n"
                                       "guard g { deny call c where args.n / few(args.m) > 3 because \"w\" }", false);
  const struct image_function *few = &b->FUNCTIONS.at[b->FUNCTIONS.count - 2], *twice = few + 1;
  ck_assert_str_eq(listing(b, few->code, few->code_count), "CONST MULINT RETURN");
  ck_assert_str_eq(listing(b, twice->code, twice->code_count), "CONST MULINT CONST CONST MULINT MULINT ADD RETURN");
  ck_assert_str_eq(program_of(b, 0), "ARG ARG RULECONST MULINT RATIO RULECONST LE IF DENY PASS");
  bundle_free(b);
}
END_TEST

/* What a rule says is shared with rules that differ in constants only, be they arguments. */
START_TEST(literals_are_shared) {
  struct rebase_bundle *b = open_rules("fn named(who: string, name: string) -> bool = who == name\nguard g { deny call c where named(args.who, \"ann\") because \"w\" deny call c where named(args.who, \"bob\") because \"w\" }",
                                       false);
  ck_assert_str_eq(program_of(b, 0), "ARG RULECONST EQTEXT IFNOT DENY PASS");
  ck_assert_uint_eq(b->RULES.at[0].form, b->RULES.at[1].form);
  bundle_free(b);
}
END_TEST

/* Conditions that are sure to hold. */
static const char *const sure[] = {
  "7 * -3 == -21", "7 - 9 == -2", "-(2 + 3) == -5", "7 / 2 == 3.5", "abs(2 - 5) == 3", "max(2, 5) == 5 and min(2, 5) == 2",
  "0.000001 * 0.5 == 0.0", "0.000003 * 0.5 == 0.000002", "0.000005 * 0.5 == 0.000002", "-0.000003 / 2 == -0.000002", "0.000001 / -2 == 0.0", "1 / 3 == 0.333333",
  "2 / 3 == 0.666667", "1 / -0.3 == -3.333333", "10.01 USD / 3 * 3 - 10.01 USD == 0.01 USD / 10000", "2 * 1.5 == 3", "5 days + 2 hours == 122 hours", "2 hours / 8 hours == 0.25",
  "2024-02-28 + 2 days == 2024-03-01", "2024-03-01 - 2 days == 2024-02-28", "2024-03-01 - 2024-02-28 == 2 days",
  "2024-05-15T10:00:00Z + 2 hours == 2024-05-15T12:00:00Z", "2024-05-15T10:00:00Z - 2024-05-15T09:00:00Z == 60 minutes",
  "length(\"caf\xc3\xa9\") == 4", "count([4, 5]) == 2", "[4, 5][1] == 5", "[4, 5][2] is missing", "[4, 5][-1] is missing", "last([4, 5]) == 5",
  "sum([4, 5]) == 9", "count(for x in [1, 2, 3] where x > 1) == 2", "any x in [1, 2] where x == 2", "all x in [1, 2] satisfy x < 3", "not (all x in [1, 2] satisfy x < 2)", "not (any x in [1, 2] where x > 2)", "(first x in [1, 5, 7] where x > 3) == 5",
  "min(x for x in [3, 1, 2] where x > 1) == 2", "max(x for x in [3, 1, 2] where x > 3) is missing", "count(for x in most where x.amount > 0) == 2", "sum(x.amount for x in most) == 107",
};

START_TEST(what_is_sure) {
  char rule[256];
  snprintf(rule, sizeof rule, "guard g { deny call c where %s because \"w\" }", sure[_i]);
  struct rebase_bundle *b = open_rules(rule, false);
  ck_assert_msg(!strcmp(program_of(b, 0), "DENY PASS") || !strcmp(program_of(b, 0), "DENY"), "%s: %s", sure[_i], program_of(b, 0));
  bundle_free(b);
}
END_TEST

/* What the compiler does beforehand is what the runtime would do, or not done when that fails. */
static bool computed(enum expr_kind kind, int64_t a, int64_t b, int64_t *result) {
  switch (kind) {
  case EXPR_ADD: return number_add(a, b, result);
  case EXPR_SUB: return number_sub(a, b, result);
  case EXPR_MULINT: return number_mul(a, b, result);
  case EXPR_MULDEC: return number_muldiv(a, b, REBASE_SCALE, result);
  case EXPR_DIVINT: return b && number_muldiv(a, 1, b, result);
  case EXPR_DIVDEC: return b && number_muldiv(a, REBASE_SCALE, b, result);
  default: return number_mul(a, REBASE_SCALE, result);
  }
}

START_TEST(arithmetic_is_the_runtimes) {
  static const enum expr_kind kinds[] = {EXPR_ADD, EXPR_SUB, EXPR_MULINT, EXPR_MULDEC, EXPR_DIVINT, EXPR_DIVDEC, EXPR_TODECIMAL};
  unsigned done = 0;
  for (unsigned i = 0; i < 700000; i++) {
    const enum expr_kind kind = kinds[i % 7];
    int64_t pair[2], ours = 0, theirs = 0;
    for (unsigned k = 0; k < 2; k++) {
      uint64_t bits = (uint64_t)draw(UINT32_MAX) << 32 | draw(UINT32_MAX);
      pair[k] = (int64_t)(bits >> 1 >> draw(63)) * (draw(2) ? 1 : -1);
    }
    bool good = arithmetic(kind, pair[0], pair[1], &ours), fine = computed(kind, pair[0], pair[1], &theirs);
    ck_assert_msg(good == fine && (!good || ours == theirs), "%d: %lld, %lld: %lld / %lld", kind, (long long)pair[0], (long long)pair[1], (long long)ours, (long long)theirs);
    done += good;
  }
  ck_assert_uint_gt(done, 300000);
}
END_TEST

/* A rule grows by so much, and keeps to the limits that it has as it is written. */
START_TEST(growth_is_bounded) {
  char rule[12288];
  int length = snprintf(rule, sizeof rule, "guard g { deny call c where args.n > 3");
  for (int i = 0; i < 60; i++) length += snprintf(rule + length, sizeof rule - (size_t)length, " and steep(args.n + %d) > 3", i);
  snprintf(rule + length, sizeof rule - (size_t)length, " because \"w\" }");
  struct rebase_bundle *b = open_rules(rule, false);
  unsigned calls = 0;
  for (const char *at = program_of(b, 0); (at = strstr(at, "CALL")) != NULL; at++) calls++;
  ck_assert(calls > 40 && calls < 50);
  bundle_free(b);
  length = snprintf(rule, sizeof rule, "guard g { ");
  for (int i = 0; i < 246; i++) length += snprintf(rule + length, sizeof rule - (size_t)length, "let k%d = args.n + %d ", i, i + 1);
  length += snprintf(rule + length, sizeof rule - (size_t)length, "deny call c where steep(k0) > 4");
  for (int i = 0; i < 246; i++) length += snprintf(rule + length, sizeof rule - (size_t)length, " and k%d > 3", i);
  snprintf(rule + length, sizeof rule - (size_t)length, " because \"w\" }");
  b = open_rules(rule, false);
  ck_assert_ptr_nonnull(strstr(program_of(b, 0), "CALL"));
  bundle_free(b);
}
END_TEST

/* ---- waivers ---- */
/* Of `waived` for an agent; NULL: there is none. */
static const struct { const char *guard, *agent, *where, *left; } waived[] = {
  {"call c", "a", "", "OBLIGE"},
  {"call c", "a", "where agent.owner == \"ann\"", "OBLIGE"},
  {"call c", "b", "where agent.owner == \"ann\"", NULL},
  {"call c", "b", "where agent.owner == \"ann\" and args.n / args.m > 2", NULL},
  {"call c", "b", "where args.n / args.m > 2 and agent.owner == \"ann\"", "ARG ARG RATIO CONST LE IF PASS"},      /* it may fail */
  {"call c", "a", "where args.n > 3 and agent.owner == \"ann\"", "ARG CONST LE IF OBLIGE PASS"},
  {"call c.set", "a", "where operation.writes", "OBLIGE"},
  {"call c.get", "a", "where operation.writes", NULL},
  {"call c", "a", "where operation.writes", "CONTEXT IFNOT OBLIGE PASS"},
  {"call c", "a", "where small(args.who)", "ARG TEXT EQTEXT IF ARG TEXT EQTEXT IFNOT OBLIGE PASS"},
};

START_TEST(what_is_waived) {
  char rule[512];
  snprintf(rule, sizeof rule, "guard g { deny %s where args.n > 4 because \"w\" }\nwaive g for %s %s until 2030-01-01 because \"agreed\"", waived[_i].guard, waived[_i].agent,
           waived[_i].where);
  struct rebase_bundle *b = open_rules(rule, false);
  const char *left = b->WAIVERS.count ? listing(b, b->WAIVERS.at[0].code, b->WAIVERS.at[0].code_count) : NULL;
  ck_assert_uint_eq(b->WAIVERS.count, waived[_i].left != NULL);
  ck_assert_msg(!left || !strcmp(left, waived[_i].left), "%s: %s", waived[_i].where, left);
  bundle_free(b);
}
END_TEST

/* ---- both ways ---- */
static const char many[] =
  "policy p {\n  let k = agent.team otherwise ask leads because \"no team\"\n"
  "  allow call c where operation.reads\n  allow call c where operation.writes and args.n <= 10\n  allow call c.drop by b where args.who == agent.owner\n"
  "  ask leads before call c.set where args.n > 5 and agent.owner == \"ann\" because \"much\"\n"
  "  deny call c where args.n > (most(agent.owner)?.amount otherwise 50) because \"too much\"\n"
  "  allow release to person where agent.owner != \"dan\"\n  allow release where release.to == \"agent\"\n"
  "  allow delegate where delegate.to == \"t.b\" and agent.owner == \"ann\"\n  allow call c.drop where k == \"t.crew\" and args.m == 1\n}\n"
  "guard g {\n  deny call c where args.n / args.m > 8 and operation.writes because \"a share\"\n"
  "  deny call c where operation.destroys and args.n / args.m > 8 because \"another\"\n"
  "  deny call where operation.destroys and agent.owner in org(\"sales\") because \"sales drops nothing\"\n"
  "  ask leads before call where connector.residency in us because \"abroad\"\n"
  "  deny call c where operation.sends_outside and args.n == 7 because \"seven leaves\"\n"
  "  deny call where requester.level > 3 and operation.reads because \"level\"\n"
  "  deny call c where between(args.n / args.m, (args.n + 9_223_372_036_854_775_800) / 4) because \"in between\"\n"
  "  deny call c where args.n > 20 and yes(args.m / (args.n - 21)) because \"one of them\"\n"
  "  deny call c where args.n < 5 + 3 * 2 and any r in most where rich(r.owner, args.n + 90) because \"poor\"\n"
  "  deny call c where args.m == 2 and any x in wide where any r in wide where some(args.n) and r.amount == 1 and x.amount == 2 because \"some\"\n"
  "  deny call c where over(agent.owner, args.n) and args.n > 30 because \"over\"\n}\n"
  /* an index over args.who, with what is left of some rules and others whole */
  "guard h {\n  deny call c where args.who == \"ann\" and operation.writes and args.n > 30 because \"1\"\n"
  "  deny call c where args.who == \"bob\" and operation.writes and args.n > 30 because \"2\"\n"
  "  deny call c where args.who == \"cy\" and operation.writes and args.n > 30 because \"3\"\n"
  "  deny call c where args.who == \"dan\" and operation.writes and args.n > 30 because \"4\"\n"
  "  deny call c where args.n > 40 because \"5\"\n}\n"
  "guard w { deny call c where operation.destroys because \"w\" }\n"
  "waive w for e where args.n / args.m > 3 and agent.owner == \"dan\" until 2040-01-01 because \"agreed\"\n";

struct side { rebase_engine *engine; rebase_request *request; char words[8192]; };

static void open_side(struct side *s, bool plain, bool mixed) {
  const rebase_options options = {.plain = mixed};
  rebase_report report;
  size_t size;
  unsigned char *image = compile(many, plain, &size);
  ck_assert_int_eq(rebase_engine_open(&options, &s->engine), REBASE_OK);
  ck_assert_msg(rebase_engine_load(s->engine, image, size, &report) == REBASE_OK, "%s", report.text);
  ck_assert_ptr_nonnull(s->request = rebase_request_new(s->engine));
  free(image);
}

static void close_side(struct side *s) {
  rebase_request_free(s->request);
  rebase_engine_close(s->engine);
}

static const rebase_decision *decide(struct side *s, const char *agent, const char *body) {
  const rebase_caller caller = {agent, "ann", NULL};
  const rebase_decision *d = rebase_decide_json(s->request, &caller, body, strlen(body));
  rebase_explain(d, REBASE_FOR_PERSON, s->words, sizeof s->words);
  return d;
}

static void compare(struct side *left, struct side *written, const char *agent, const char *body) {
  const rebase_decision *x = decide(left, agent, body), *y = decide(written, agent, body);
  ck_assert_msg(x->effect == y->effect && x->status == y->status, "%s %s: %s / %s", agent, body, x->reason, y->reason);
  ck_assert_str_eq(left->words, written->words);            /* reason, rules, places, conditions, and what would have granted it */
  ck_assert_uint_le(x->steps, y->steps);
  ck_assert_uint_le(x->steps, x->steps_bound);
  ck_assert_uint_le(x->steps_bound, y->steps_bound);
}

static void compare_lists(struct side *left, struct side *written, const char *agent) {
  static char x[16384], y[16384];
  ck_assert_uint_gt(rebase_catalogue(left->engine, agent, x, sizeof x), 0);
  rebase_catalogue(written->engine, agent, y, sizeof y);
  ck_assert_str_eq(strstr(x, "\"workspace\""), strstr(y, "\"workspace\""));          /* behind the digests */
  rebase_cost(left->engine, agent, "c.get", x, sizeof x);
  rebase_cost(written->engine, agent, "c.get", y, sizeof y);
  ck_assert_int_lt(atoi(x), atoi(y));
}

START_TEST(nobody_can_tell) {
  static const char *const operations[] = {"get", "set", "drop"}, *const whom[] = {"ann", "bob"};
  static const char *const others[] = {"{\"release\":\"person\",\"text\":\"x\"}", "{\"release\":\"agent\",\"text\":\"x\"}", "{\"release\":\"outside\",\"text\":\"x\"}",
                                       "{\"delegate\":\"t.a\"}", "{\"delegate\":\"t.b\"}", "{\"delegate\":\"t.d\"}"};
  struct side left, written;
  char body[128];
  open_side(&left, false, _i);
  open_side(&written, true, false);
  for (unsigned a = 0; a < AGENTS; a++) {
    for (unsigned o = 0; o < 3; o++)
      for (int n = 0; n < 24; n++)
        for (int m = 0; m < 3; m++) {
          snprintf(body, sizeof body, "{\"call\":\"c.%s\",\"args\":{\"n\":%d,\"m\":%d,\"who\":\"%s\"}}", operations[o], n * (m + 1), m, whom[n % 2]);
          compare(&left, &written, agents[a], body);
        }
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) compare(&left, &written, agents[a], others[i]);
    compare_lists(&left, &written, agents[a]);
  }
  close_side(&left);
  close_side(&written);
}
END_TEST

/* ---- classes ---- */
START_TEST(who_is_told_apart) {
  struct rebase_bundle *b = open_rules(many, false);
  ck_assert_uint_eq(b->agent_classes, 3);                   /* d and e differ in their names only */
  ck_assert_uint_eq(b->AGENT_CLASS.at[2], b->AGENT_CLASS.at[3]);
  bundle_free(b);
  b = open_rules("policy p { allow call c where agent.name == \"t.d\" or agent.name == \"t.b\" }", false);
  ck_assert_uint_eq(b->agent_classes, 2);
  ck_assert_uint_eq(b->head_classes, 2);                    /* the three operations, and everything else */
  ck_assert_uint_eq(b->AGENT_CLASS.at[1], b->AGENT_CLASS.at[2]);
  ck_assert_str_eq(left_of(b, 0, "t.d", "c.get"), "ALLOW");
  ck_assert_str_eq(left_of(b, 0, "t.a", "c.get"), "PASS");
  bundle_free(b);
}
END_TEST

/* ---- size ---- */
/* Of the bundle of one file; frees its text. */
static size_t compiled_size(char *text, size_t length) {
  static const char root[] = "workspace t\npackage t in \"t/\" declares connectors, agents, policies, guards\n";
  const struct rbc_options options = {.date = "2024-05-15"};
  unsigned char *image;
  size_t size;
  struct rbc *c = rbc_open(&options);
  ck_assert(c && rbc_add_file(c, "root.rb", root, strlen(root)) && rbc_add_file(c, "t/t.rb", text, length) && rbc_compile(c, &image, &size));
  rbc_close(c);
  free(image);
  free(text);
  return size;
}

/* Agents and operations in such numbers, and rules that tell few apart. */
static size_t size_of(unsigned agent_count, unsigned operation_count) {
  size_t room = 4096 + 160 * ((size_t)agent_count + operation_count), length;
  char *text = malloc(room);
  ck_assert_ptr_nonnull(text);
  length = (size_t)snprintf(text, room, "package t\nconnector c \"C\" { kind ledger\n");
  for (unsigned i = 0; i < operation_count; i++) length += (size_t)snprintf(text + length, room - length, "  %s o%u(n: int)\n", i % 3 ? "reads" : "writes", i);
  length += (size_t)snprintf(text + length, room - length, "}\n");
  for (unsigned i = 0; i < agent_count; i++) length += (size_t)snprintf(text + length, room - length, "agent a%u { owner \"o%u\" purpose \"p\" uses c }\n", i, i % 4);
  length += (size_t)snprintf(text + length, room - length, "policy p { allow call c where operation.reads or agent.name == \"t.a1\" }\nguard g {\n"
    "  deny call where operation.writes and agent.owner == \"o2\" because \"w\"\n  deny call c where args.n > 3 and operation.name == \"c.o5\" because \"w\" }\n");
  return compiled_size(text, length);
}

/* It grows with agents plus operations, by what is said of each. */
START_TEST(grows_with_what_differs) {
  size_t one = size_of(20, 50), agents_more = size_of(300, 50) - one, operations_more = size_of(20, 1000) - one, both = size_of(300, 1000) - one;
  ck_assert_uint_le(both, agents_more + operations_more + 64);
  ck_assert_uint_lt(both, 300 * 100 + 1000 * 160);
}
END_TEST

/* Each team has an agent, an operation and a rule of its own. */
static size_t size_of_teams(unsigned count) {
  const size_t room = 64 + 160 * (size_t)count;
  char *text = malloc(room);
  size_t length;
  ck_assert_ptr_nonnull(text);
  length = (size_t)snprintf(text, room, "package t\n");
  for (unsigned i = 0; i < count; i++)
    length += (size_t)snprintf(text + length, room - length, "connector c%u \"C\" { reads get() }\nagent a%u { owner \"o\" purpose \"p\" uses c%u }\n"
                               "policy p%u { allow call c%u.get by a%u }\n", i, i, i, i, i, i);
  return compiled_size(text, length);
}

/* And with the rules where every agent has some of its own; a little more than in proportion, as trees get deeper. */
START_TEST(grows_with_the_rules) {
  size_t few = size_of_teams(100);
  ck_assert_uint_lt(few, 100 * 600);
  ck_assert_uint_lt(size_of_teams(1200), 12 * few + 12 * few / 4);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("residual");
  TCase *tests = tcase_create("residual");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, what_is_left, 0, (int)(sizeof cases / sizeof *cases));
  tcase_add_loop_test(tests, what_is_written, 0, (int)(sizeof written / sizeof *written));
  tcase_add_loop_test(tests, what_is_sure, 0, (int)(sizeof sure / sizeof *sure));
  tcase_add_test(tests, other_names);
  tcase_add_test(tests, what_functions_say);
  tcase_add_test(tests, literals_are_shared);
  tcase_add_test(tests, arithmetic_is_the_runtimes);
  tcase_add_test(tests, growth_is_bounded);
  tcase_add_loop_test(tests, what_is_waived, 0, (int)(sizeof waived / sizeof *waived));
  tcase_add_loop_test(tests, nobody_can_tell, 0, 2);
  tcase_add_test(tests, who_is_told_apart);
  tcase_add_test(tests, grows_with_what_differs);
  tcase_add_test(tests, grows_with_the_rules);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
