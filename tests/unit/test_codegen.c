/* test_codegen.c: the code generator on programs made by hand. Code is compared as a listing. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/codegen.h"
#include "include/rbc.h"
#include "run.h"
#include "support/zones.h"
#include "image_probe.h"
#include "sample.h"
#include "value.h"

static const struct rbc_options options;
static struct sample s;
static unsigned char *image;
static size_t size;

static void setup(void) { sample_open(&s); image = NULL; size = 0; }
static void teardown(void) { free(image); sample_close(&s); }

static void generate(void) {
  free(image);
  if (!rbc_generate(&s.program, &options, &s.diags, &image, &size))
    ck_abort_msg("refused: %s", s.diags.first ? s.diags.first->message : "no message");
  char why[400];
  ck_assert_msg(probe_opens(image, size, why, sizeof why), "%s", why);
}

static const void *section(enum section which, uint32_t *count) {
  struct image_section table[SECTION_COUNT];
  memcpy(table, image + sizeof(struct image_header), sizeof table);
  *count = table[which].count;
  return image + table[which].offset;
}
#define SECTION_OF(TYPE, WHICH, COUNT) ((const TYPE *)section(SECTION_##WHICH, COUNT))

static const char *text(ref at) {
  uint32_t count;
  return SECTION_OF(char, TEXTS, &count) + at + 4;
}

/* "ARG 0 0 0 1; CONST 1 0 0 0; ..." */
static const char *listing(uint32_t first, uint32_t count) {
  static const char *const names[] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) #NAME,
#include "opcodes.def"
#undef OP
  };
  static char out[8192];
  uint32_t all;
  const struct instruction *code = SECTION_OF(struct instruction, CODE, &all);
  size_t at = 0;
  ck_assert_uint_le(first + count, all);
  out[0] = 0;
  for (uint32_t i = first; i < first + count; i++)
    at += (size_t)snprintf(out + at, sizeof out - at, "%s%s %u %u %u %u", i > first ? "; " : "", names[code[i].op], code[i].a,
                           code[i].b, code[i].c, code[i].imm);
  return out;
}

static const struct image_program *rule_program(unsigned index) {
  uint32_t count;
  const struct image_rule *rules = SECTION_OF(struct image_rule, RULES, &count);
  ck_assert_uint_lt(index, count);
  return &SECTION_OF(struct image_program, PROGRAMS, &count)[SECTION_OF(struct image_form, FORMS, &count)[rules[index].form].program];
}

static const char *rule_code(unsigned index) {
  const struct image_program *program = rule_program(index);
  return listing(program->code, program->code_count);
}

static void has(unsigned rule, const char *part) {
  ck_assert_msg(strstr(rule_code(rule), part), "%s", rule_code(rule));
}

static const struct image_cost *rule_cost(unsigned index) {
  uint32_t count;
  return &SECTION_OF(struct image_cost, COSTS, &count)[rule_program(index)->cost];
}

static struct expr *yes(void) { return sample_scalar(&s, s.boolean, 1); }
static struct expr *money_over(int64_t dollars) {
  return sample_expr(&s, EXPR_LT, s.boolean, sample_scalar(&s, s.money, dollars * REBASE_SCALE), sample_arg(&s, "amount"));
}
static struct expr *who_is(const char *who) {
  return sample_expr(&s, EXPR_EQ, s.boolean, sample_arg(&s, "who"), sample_text(&s, who));
}

START_TEST(rules_without_conditions) {
  sample_rule(&s, RULE_ALLOW, NULL, NULL);
  sample_rule(&s, RULE_DENY, NULL, yes());
  sample_rule(&s, RULE_ASK, yes(), NULL);
  generate();
  ck_assert_str_eq(rule_code(0), "ALLOW 0 0 0 0");
  ck_assert_str_eq(rule_code(1), "PASS 0 0 0 0");
  ck_assert_str_eq(rule_code(2), "ASK 0 0 0 0");
}
END_TEST

START_TEST(comparison_jumps_to_pass) {
  sample_rule(&s, RULE_DENY, money_over(5), NULL);
  generate();
  ck_assert_str_eq(rule_code(0), "RULECONST 1 0 0 0; ARG 2 0 0 0; LT 0 1 2 0; IFNOT 0 0 0 5; DENY 0 0 0 0; PASS 0 0 0 0");
  ck_assert_uint_eq(rule_cost(0)->steps[0], 6);
}
END_TEST

START_TEST(and_or_not_without_bools) {
  struct expr *both = sample_expr(&s, EXPR_AND, s.boolean, money_over(5), who_is("ann"));
  struct expr *either = sample_expr(&s, EXPR_OR, s.boolean, both, sample_expr(&s, EXPR_NOT, s.boolean, who_is("bob"), NULL));
  sample_rule(&s, RULE_DENY, either, NULL);
  generate();
  has(0, "EQTEXT 0 1 2 0; IF 0 0 0 ");
  ck_assert_ptr_null(strstr(rule_code(0), "; NOT 0 "));
  ck_assert_ptr_null(strstr(rule_code(0), "JUMP"));
}
END_TEST

START_TEST(condition_as_value) {
  struct rule *rule = sample_rule(&s, RULE_DENY, NULL, NULL);
  struct local *big = sample_local(&s, "big", s.boolean, false);
  sample_let(&s, rule, big, sample_expr(&s, EXPR_OR, s.boolean, money_over(5), who_is("ann")), LET_PLAIN);
  rule->where = sample_use(&s, big);
  generate();
  has(0, "IF 1 0 0 10; CONST 0 0 0 1; JUMP 0 0 0 11; CONST 0 0 0 2; IFNOT 0 0 0 13; DENY 0 0 0 0; PASS 0 0 0 0");
}
END_TEST

START_TEST(lets_that_lack) {
  struct rule *rule = sample_rule(&s, RULE_ALLOW, NULL, NULL);
  struct local *user = sample_local(&s, "u", s.user, false), *note = sample_local(&s, "n", s.string, false);
  sample_let(&s, rule, user, sample_seen(&s, sample_arg(&s, "who")), LET_DENIES)->hint = "call crm.get_user(id)";
  sample_let(&s, rule, note, sample_field(&s, sample_use(&s, user), 2), LET_ASKS);
  rule->where = sample_expr(&s, EXPR_EQ, s.boolean, sample_use(&s, note), sample_text(&s, "vip"));
  generate();
  has(0, "ARG 2 0 0 5; SEEN 1 2 0 0; IFMISSING 1 0 0 12; UNWRAP 0 1 0 0; FIELD 2 0 0 2; IFMISSING 2 0 0 13; UNWRAP 1 2 0 0; ");
  has(0, "EQTEXT 2 1 3 0; IFNOT 2 0 0 11; ALLOW 0 0 0 0; PASS 0 0 0 0; LACKS 0 0 0 1; LACKS 0 0 0 2");
  uint32_t count;
  const struct image_lack *lacks = SECTION_OF(struct image_lack, LACKS, &count);
  ck_assert_uint_eq(count, 2);
  ck_assert_str_eq(text(lacks[0].hint), "call crm.get_user(id)");
  ck_assert_uint_eq(lacks[0].approvers, 0);
  ck_assert_uint_eq(lacks[1].approvers, 1);
}
END_TEST

/* ---- optional values ---- */
START_TEST(optional_values) {
  struct expr *note = sample_arg(&s, "note"), *other = sample_optional(sample_expr(&s, EXPR_OTHERWISE, s.string, sample_arg(&s, "note"), sample_arg(&s, "note")));
  struct expr *sure = sample_expr(&s, EXPR_OTHERWISE, s.string, other, sample_text(&s, "none"));
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_STARTS, s.boolean, sure, sample_text(&s, "x")),
              sample_expr(&s, EXPR_PRESENT, s.boolean, note, NULL));
  struct expr *unwrapped = sample_expr(&s, EXPR_UNWRAP, s.string, sample_arg(&s, "note"), NULL);
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_AND, s.boolean, sample_expr(&s, EXPR_PRESENT, s.boolean, sample_arg(&s, "note"), NULL),
                                         sample_expr(&s, EXPR_HOLDS, s.boolean, unwrapped, sample_text(&s, "x"))), NULL);
  struct expr *age = sample_field(&s, sample_seen(&s, sample_arg(&s, "note")), 1);
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_NE, s.boolean, age, sample_scalar(&s, s.integer, 3)), NULL);
  generate();
  has(2, "OPTFIELD");
}
END_TEST

/* ---- loops ---- */
static struct expr *tags(void) { return sample_arg(&s, "tags"); }
static struct expr *is_tag(const struct local *local, const char *word) {
  return sample_expr(&s, EXPR_EQ, s.boolean, sample_use(&s, local), sample_text(&s, word));
}
static struct expr *quantified(enum expr_kind kind, const char *word) {
  struct local *t = sample_local(&s, "t", s.string, false);
  return sample_loop(&s, kind, s.boolean, tags(), t, is_tag(t, word));
}

START_TEST(any_and_all) {
  sample_rule(&s, RULE_DENY, quantified(EXPR_ANY, "a"), quantified(EXPR_ALL, "b"));
  sample_rule(&s, RULE_DENY, quantified(EXPR_ALL, "a"), quantified(EXPR_ANY, "b"));
  generate();
  has(0, "ARG 0 0 0 4; LOOP 1 0 2 6; RULECONST 4 0 0 0");
  ck_assert_uint_eq(rule_cost(0)->steps[1], 2 * (1 + 1 + 2 + 1 + 1));
  ck_assert_uint_eq(rule_cost(0)->steps[2], 0);
}
END_TEST

static struct expr *paired(enum expr_kind kind, const struct type *type, struct local **first, struct local **second) {
  *first = sample_local(&s, "a", s.string, false);
  *second = sample_local(&s, "b", s.string, false);
  struct expr *e = sample_loop(&s, kind, type, tags(), *first, NULL);
  e->c = tags();
  e->binder2 = *second;
  return e;
}

START_TEST(pairs) {
  struct local *a, *b;
  for (int i = 0; i < 4; i++) {
    struct expr *e = paired(i & 1 ? EXPR_ANY : EXPR_ALL, s.boolean, &a, &b);
    e->b = sample_expr(&s, EXPR_EQ, s.boolean, sample_use(&s, a), sample_use(&s, b));
    sample_rule(&s, RULE_DENY, i & 2 ? e : NULL, i & 2 ? NULL : e);
  }
  struct expr *count = sample_optional(paired(EXPR_COUNT, s.integer, &a, &b));
  struct expr *same = sample_expr(&s, EXPR_EQ, s.boolean, count, sample_scalar(&s, s.integer, 3));
  sample_rule(&s, RULE_DENY, same, NULL);
  generate();
  has(4, "NOTHING");
}
END_TEST

/* A fold over what was seen: the age, or the length of the optional note. */
static struct expr *fold(enum expr_kind kind, bool optional) {
  struct local *u = sample_local(&s, "u", s.user, false);
  struct expr *all = sample_expr(&s, EXPR_SEENALL, s.users, NULL, NULL);
  all->entity = s.entity;
  struct expr *e = sample_loop(&s, kind, s.integer, all, u, sample_expr(&s, EXPR_LT, s.boolean, sample_scalar(&s, s.integer, 1), sample_field(&s, sample_use(&s, u), 1)));
  e->d = sample_field(&s, sample_use(&s, u), 1);
  if (optional) {                        /* if note is present then age else nothing */
    struct expr *missing = sample_optional(sample_scalar(&s, s.integer, 0)), *present = sample_expr(&s, EXPR_PRESENT, s.boolean, sample_field(&s, sample_use(&s, u), 2), NULL);
    ((struct constant *)missing->constant)->missing = true;
    struct expr *choice = sample_optional(sample_expr(&s, EXPR_IF, s.integer, present, e->d));
    choice->c = missing;
    e->d = choice;
  }
  e->optional = optional || kind != EXPR_SUM;
  return e;
}

START_TEST(folds) {
  enum expr_kind kinds[] = {EXPR_SUM, EXPR_LEAST, EXPR_GREATEST};
  for (int i = 0; i < 3; i++)
    for (int optional = 0; optional < 2; optional++)
      sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_EQ, s.boolean, fold(kinds[i], optional), sample_scalar(&s, s.integer, 7)), NULL);
  struct local *t = sample_local(&s, "t", s.string, false);
  struct expr *first = sample_optional(sample_loop(&s, EXPR_FIRST, s.string, tags(), t, is_tag(t, "a")));
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_PRESENT, s.boolean, first, NULL), NULL);
  t = sample_local(&s, "t", s.string, false);
  struct expr *count = sample_loop(&s, EXPR_COUNT, s.integer, tags(), t, is_tag(t, "a"));
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_LT, s.boolean, sample_scalar(&s, s.integer, 1), count), NULL);
  generate();
}
END_TEST

static struct expr *nested(unsigned depth) {
  struct local *t = sample_local(&s, "t", s.string, false);
  return sample_loop(&s, EXPR_ANY, s.boolean, tags(), t, depth > 1 ? nested(depth - 1) : is_tag(t, "a"));
}

static void refused(enum diag_code code) {
  ck_assert(!rbc_generate(&s.program, &options, &s.diags, &image, &size));
  ck_assert_ptr_null(image);
  ck_assert_ptr_nonnull(s.diags.first);
  ck_assert_int_eq(s.diags.first->code, code);
}

START_TEST(four_loops_and_no_more) {
  sample_rule(&s, RULE_DENY, nested(4), NULL);
  generate();
  ck_assert_uint_gt(rule_cost(0)->steps[4], 0);
  free(image);
  image = NULL;
  sample_rule(&s, RULE_DENY, nested(5), NULL);
  refused(E0802);
}
END_TEST

START_TEST(loops_reuse_registers) {
  struct expr *all = nested(3);
  for (int i = 0; i < 100; i++) all = sample_expr(&s, EXPR_AND, s.boolean, all, nested(3));
  sample_rule(&s, RULE_DENY, all, NULL);
  generate();
}
END_TEST

START_TEST(too_many_values) {
  struct rule *rule = sample_rule(&s, RULE_DENY, NULL, NULL);
  for (int i = 0; i < 255; i++) sample_let(&s, rule, sample_local(&s, "x", s.integer, false), sample_scalar(&s, s.integer, i), LET_PLAIN);
  rule->where = who_is("ann");
  refused(E0801);
}
END_TEST

/* ---- functions, keys, tables ---- */
START_TEST(functions_and_costs) {
  struct local *list = sample_local(&s, "list", s.strings, false), *t = sample_local(&s, "t", s.string, false);
  sample_function(&s, list, sample_loop(&s, EXPR_ANY, s.boolean, sample_use(&s, list), t, is_tag(t, "a")));
  struct expr *call = sample_expr(&s, EXPR_CALL, s.boolean, NULL, NULL);
  call->function = s.program.functions[0];
  call->list = &(struct expr *){tags()};
  call->count = 1;
  struct local *u = sample_local(&s, "u", s.string, false);
  sample_rule(&s, RULE_DENY, sample_loop(&s, EXPR_ANY, s.boolean, tags(), u, call), NULL);
  generate();
  uint32_t count;
  const struct image_function *f = SECTION_OF(struct image_function, FUNCTIONS, &count);
  ck_assert_ptr_nonnull(strstr(listing(f->code, f->code_count), "EQTEXT 4 2 5 0; IF 4 0 0 7; NEXT 0 0 0 0; CONST 1 0 0 0; "
                                                                "JUMP 0 0 0 8; CONST 1 0 0 1; RETURN 1 0 0 0"));
  ck_assert_uint_gt(rule_cost(0)->steps[2], 0);
}
END_TEST

START_TEST(calls_too_deep) {
  sample_function(&s, NULL, who_is("x"));
  s.program.functions[0]->body = yes();
  for (unsigned i = 1; i < 40; i++) {
    struct expr *call = sample_expr(&s, EXPR_CALL, s.boolean, NULL, NULL);
    call->function = s.program.functions[i - 1];
    sample_function(&s, NULL, call);
  }
  refused(E0808);
}
END_TEST

START_TEST(tables_trees_patterns_zones) {
  struct expr *row = sample_optional(sample_expr(&s, EXPR_ROW, s.band, NULL, NULL));
  row->table = s.bands;
  row->list = &(struct expr *){sample_arg(&s, "who")};
  row->count = 1;
  struct expr *level = sample_expr(&s, EXPR_OTHERWISE, s.integer, sample_field(&s, row, 1), sample_scalar(&s, s.integer, 0));
  struct expr *under = sample_expr(&s, EXPR_UNDER, s.boolean, sample_arg(&s, "who"), sample_text(&s, "all"));
  under->tree = s.org;
  struct expr *matches = sample_expr(&s, EXPR_MATCHES, s.boolean, sample_arg(&s, "who"), NULL);
  matches->pattern = s.pattern;
  struct expr *now = sample_expr(&s, EXPR_CONTEXT, s.time, NULL, NULL), *hour = sample_expr(&s, EXPR_HOUR, s.integer, now, NULL);
  now->index = CTX_NOW;
  hour->zone = s.program.zone;
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_LT, s.boolean, hour, level), sample_expr(&s, EXPR_OR, s.boolean, under, matches));
  generate();
  uint32_t count;
  const struct image_zone *zones = SECTION_OF(struct image_zone, ZONES, &count);
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(zones[0].count, 0);
  ck_assert_uint_gt(zones[1].count, 250);
}
END_TEST

/* ---- the world ---- */
START_TEST(programs_are_shared) {
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_AND, s.boolean, money_over(5), who_is("ann")), NULL);
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_AND, s.boolean, money_over(7), who_is("bob")), NULL);
  sample_rule(&s, RULE_DENY, NULL, NULL);
  struct rule *of_both = sample_rule(&s, RULE_DENY, NULL, NULL);
  of_both->operations = (const struct operation *[]){s.pay, s.get_user};
  of_both->operation_count = 2;
  sample_rule(&s, RULE_DENY, NULL, NULL)->guard = true;
  generate();
  uint32_t count;
  const struct image_rule *rules = SECTION_OF(struct image_rule, RULES, &count);
  const uint32_t *constants = SECTION_OF(uint32_t, RULE_CONSTANTS, &count);
  ck_assert_ptr_eq(rule_program(0), rule_program(1));
  ck_assert_uint_eq(rules[0].form, rules[1].form);
  ck_assert_str_eq(text(constants[rules[0].first_constant + 1]), "ann");
  ck_assert_str_eq(text(constants[rules[1].first_constant + 1]), "bob");
  ck_assert_uint_eq(rule_program(0)->constants, 2);
  ck_assert_ptr_ne(rule_program(2), rule_program(3));          /* of other operations: arguments could have other types */
  ck_assert_ptr_ne(rule_program(2), rule_program(4));
}
END_TEST

/* A constant leaves the condition's text where it stands there as a word of its own; rules whose texts then are equal share a form. */
START_TEST(conditions_are_shared) {
  static const char *const texts[] = {"where args.a1 == 1 and \"1\" == args.who", "where args.a1 == 2 and \"x\" == args.who", "where args.a1 == 02 and \"x\" == args.who"};
  static const int64_t numbers[] = {1, 2, 2};
  static const char *const names[] = {"1", "x", "x"};
  for (int i = 0; i < 3; i++) {
    struct expr *number = sample_expr(&s, EXPR_EQ, s.boolean, sample_expr(&s, EXPR_TEXTLENGTH, s.integer, sample_arg(&s, "who"), NULL), sample_scalar(&s, s.integer, numbers[i]));
    struct rule *rule = sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_AND, s.boolean, number, who_is(names[i])), NULL);
    rule->condition = texts[i];
    rule->span = (struct span){0, 0, 40};
  }
  generate();
  uint32_t count;
  const struct image_rule *rules = SECTION_OF(struct image_rule, RULES, &count);
  const struct image_form *forms = SECTION_OF(struct image_form, FORMS, &count);
  ck_assert_str_eq(text(forms[rules[0].form].condition), "where args.a1 == \1  and \1! == args.who");
  ck_assert_uint_eq(rules[0].form, rules[1].form);
  ck_assert_str_eq(text(forms[rules[2].form].condition), "where args.a1 == 02 and \1! == args.who");
  ck_assert_uint_eq(forms[rules[2].form].program, forms[rules[0].form].program);
}
END_TEST

START_TEST(scope_lists_are_shared) {
  struct rule *a = sample_rule(&s, RULE_ALLOW, NULL, NULL), *b = sample_rule(&s, RULE_DENY, NULL, NULL), *c = sample_rule(&s, RULE_DENY, NULL, NULL);
  a->event = EVENT_RELEASE;
  a->operation_count = 0;
  a->release_mask = 1 << RELEASE_PERSON | 1 << RELEASE_OUTSIDE;
  b->agents = (const struct agent *[]){s.one, s.two};
  b->agent_count = 2;
  c->agents = b->agents;
  c->agent_count = 2;
  generate();
  uint32_t count, lists;
  static const uint32_t heads[] = {0, 1, 2, 0, 2, 0, 0, 0};       /* crm.get_user; crm.pay; person, agent, outside; one, two; infer */
  const uint32_t *agent_class = SECTION_OF(uint32_t, AGENT_CLASS, &count);
  ck_assert_uint_eq(count, 2);
  ck_assert(agent_class[0] == 0 && agent_class[1] == 1);
  const uint32_t *head_class = SECTION_OF(uint32_t, HEAD_CLASS, &count);
  ck_assert_uint_eq(count, sizeof heads / sizeof *heads);
  ck_assert_mem_eq(head_class, heads, sizeof heads);
  const uint32_t *scope = SECTION_OF(uint32_t, SCOPE, &count), *list = SECTION_OF(uint32_t, LISTS, &lists);
  ck_assert_uint_eq(count, 2 * SCOPE_FAN);                  /* the roots */
  ck_assert_uint_eq(scope[0], NONE32);
  ck_assert_uint_eq(scope[1], scope[SCOPE_FAN + 1]);
  ck_assert_uint_ne(scope[2], NONE32);
  ck_assert_uint_eq(scope[SCOPE_FAN + 2], NONE32);
  ck_assert_uint_eq(lists, 5);
  ck_assert_uint_eq(list[scope[1]], 2);
  ck_assert_uint_eq(list[scope[1] + 1], 1);
  ck_assert_uint_eq(list[scope[1] + 2], 2);
}
END_TEST

START_TEST(waivers_and_obligations) {
  struct rule *rule = sample_rule(&s, RULE_DENY, NULL, NULL);
  struct waiver waiver = {.agent = s.one, .where = who_is("ann"), .until = 20000, .because = "agreed"};
  struct pattern *patterns[] = {s.pattern};
  struct detector detector = {.name = "code", .full = "std.code", .patterns = (const struct pattern **)patterns, .pattern_count = 1}, *detectors[] = {&detector};
  s.program.detectors = detectors;
  s.program.detectors_count = 1;
  struct obligation redact = {.kind = "redact", .redacts = "who", .detectors = (const struct detector **)detectors, .detector_count = 1};
  struct obligation log = {.kind = "log", .argument = "all of it"};
  rule->guard = true;
  rule->waivers = (struct waiver *[]){&waiver};
  rule->waiver_count = 1;
  rule->obligations = (struct obligation *[]){&redact, &log};
  rule->obligation_count = 2;
  generate();
  uint32_t count;
  const struct image_waiver *w = SECTION_OF(struct image_waiver, WAIVERS, &count);
  ck_assert_int_eq(w->until, 20001);
  ck_assert_ptr_nonnull(strstr(listing(w->code, w->code_count), "OBLIGE 0 0 0 0; PASS 0 0 0 0"));
  const struct image_obligation *o = SECTION_OF(struct image_obligation, OBLIGATIONS, &count);
  ck_assert_uint_eq(o[0].slot, 5);
  ck_assert_uint_eq(o[1].slot, NONE32);
}
END_TEST

START_TEST(defaults) {
  struct constant rate = {.type = s.decimal, .scalar = 250000}, who = {.type = s.string, .text = "nobody", .length = 6}, tag_list = {.type = s.strings};
  s.pay->params[2].value = &rate;
  s.pay->params[3].value = &tag_list;
  s.pay->params[4].value = &who;
  sample_rule(&s, RULE_ALLOW, NULL, NULL);
  generate();
  uint32_t count;
  const struct image_param *params = SECTION_OF(struct image_param, PARAMS, &count);
  ck_assert_uint_eq(count, 6);
  ck_assert_uint_eq(params[1].default_const, NONE32);
  ck_assert_str_eq(text(params[5].default_const), "nobody");
}
END_TEST

START_TEST(same_program_same_bytes) {
  sample_rule(&s, RULE_DENY, sample_expr(&s, EXPR_AND, s.boolean, quantified(EXPR_ANY, "a"), who_is("ann")), NULL);
  generate();
  unsigned char *before = image;
  size_t before_size = size;
  image = NULL;
  generate();
  ck_assert_uint_eq(size, before_size);
  ck_assert_mem_eq(image, before, size);
  free(before);
}
END_TEST

static const char *state_digest(void) {
  uint32_t count;
  generate();
  return text(SECTION_OF(struct image_bundle, BUNDLE, &count)->state_digest);
}

START_TEST(state_digest_is_of_state_alone) {
  char first[65];
  strcpy(first, state_digest());
  ck_assert_uint_eq(strlen(first), 64);
  sample_rule(&s, RULE_DENY, who_is("ann"), NULL);
  s.program.tables_count = 0;
  ck_assert_str_eq(state_digest(), first);
  s.user->fields[1].optional = true;
  ck_assert_str_ne(state_digest(), first);
  s.user->fields[1].optional = false;
  ck_assert_str_eq(state_digest(), first);
  s.program.labels[0]->full = "acme.other";
  ck_assert_str_ne(state_digest(), first);
}
END_TEST

START_TEST(places_in_sources) {
  sample_rule(&s, RULE_ALLOW, NULL, NULL)->span = (struct span){0, 27, 40};
  generate();
  uint32_t count;
  const struct image_rule *rule = SECTION_OF(struct image_rule, RULES, &count);
  ck_assert_uint_eq(rule->line, 4);
  ck_assert_str_eq(text(SECTION_OF(struct image_source, SOURCES, &count)[SECTION_OF(struct image_form, FORMS, &count)[rule->form].source].path), "acme/p.rb");
}
END_TEST

START_TEST(unknown_zone) {
  s.program.zones[0]->name = "Europe/Nowhere";
  refused(E0809);
}
END_TEST

/* ---- zones ---- */
START_TEST(zones_of_berlin) {
  struct arena arena = {0};
  struct zone_data zone;
  ck_assert_ptr_null(rbc_zone_read(&arena, "Europe/Berlin", &zone));
  ck_assert_int_eq(rbc_zone_offset(&zone, 1715788800), 7200);      /* May 2024 */
  ck_assert_int_eq(rbc_zone_offset(&zone, 1705276800), 3600);      /* January 2024 */
  ck_assert_int_eq(rbc_zone_offset(&zone, 3992976000), 7200);      /* July 2096: from the footer */
  ck_assert_int_eq(rbc_zone_offset(&zone, 1711846799), 3600);      /* a second before the change of 2024-03-31 */
  ck_assert_int_eq(rbc_zone_offset(&zone, 1711846800), 7200);
  ck_assert_ptr_null(rbc_zone_read(&arena, "-05:30", &zone));
  ck_assert_int_eq(rbc_zone_offset(&zone, 0), -19800);
  ck_assert_ptr_nonnull(rbc_zone_read(&arena, "../etc/passwd", &zone));
  ck_assert_ptr_nonnull(rbc_zone_read(&arena, "+5:30", &zone));
  ck_assert_ptr_nonnull(rbc_zone_read(&arena, "", &zone));
  arena_free(&arena);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("codegen");
  TCase *tests = tcase_create("codegen");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, rules_without_conditions);
  tcase_add_test(tests, comparison_jumps_to_pass);
  tcase_add_test(tests, and_or_not_without_bools);
  tcase_add_test(tests, condition_as_value);
  tcase_add_test(tests, lets_that_lack);
  tcase_add_test(tests, optional_values);
  tcase_add_test(tests, any_and_all);
  tcase_add_test(tests, pairs);
  tcase_add_test(tests, folds);
  tcase_add_test(tests, four_loops_and_no_more);
  tcase_add_test(tests, loops_reuse_registers);
  tcase_add_test(tests, too_many_values);
  tcase_add_test(tests, functions_and_costs);
  tcase_add_test(tests, calls_too_deep);
  tcase_add_test(tests, tables_trees_patterns_zones);
  tcase_add_test(tests, programs_are_shared);
  tcase_add_test(tests, conditions_are_shared);
  tcase_add_test(tests, scope_lists_are_shared);
  tcase_add_test(tests, waivers_and_obligations);
  tcase_add_test(tests, defaults);
  tcase_add_test(tests, same_program_same_bytes);
  tcase_add_test(tests, state_digest_is_of_state_alone);
  tcase_add_test(tests, places_in_sources);
  tcase_add_test(tests, unknown_zone);
  tcase_add_test(tests, zones_of_berlin);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
