/* test_meaning.c: from the text of a rule to its decision, where the random policies of the differential test do not lead. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "image_builder.h"
#include "run.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

static const char declared[] =
  "connector game \"a game\" {\n"
  "  writes play(size: one of { small, medium, large }, points: list of int, bonus: list of prize, note: string?, mood: one of { glad, other }?)\n"
  "}\n"
  "type prize { name: string  worth: int? }\n"
  "table seats { size: one of { tiny, small, medium, large } key  seats: int } rows { (tiny, 1) (small, 2) (medium, 3) (large, 4) }\n"
  "fn seats_of(size: one of { tiny, small, medium, large }) -> int = seats(size).seats\n"
  "agent player { owner \"o\" purpose \"p\" uses game }\n";

static const char body[] =
  "{\"call\":\"game.play\",\"args\":{\"size\":\"%s\",\"points\":[%s],\"bonus\":[%s]}}";

static struct host h;

/* What a call meets that a policy allows and a guard denies under the condition. */
static const rebase_decision *play(const char *condition, const char *call) {
  char rules[4096];
  snprintf(rules, sizeof rules, "%spolicy base { allow call by player }\nguard g { deny call game.play %s because \"b\" }\n", declared, condition);
  host_open(&h, rules);
  ck_assert_int_eq(host_session(&h, "acme.shop.player", "ann", h.session), REBASE_OK);
  h.caller = (rebase_caller){"acme.shop.player", "ann", h.session};
  return decide(&h, call);
}

static bool matches(const char *condition, const char *size, const char *points, const char *bonus) {
  char call[1024];
  snprintf(call, sizeof call, body, size, points, bonus);
  const rebase_decision *d = play(condition, call);
  ck_assert_msg(d->status == REBASE_OK, "%s: %s", condition, d->reason);
  bool matched = d->effect == REBASE_DENY;
  host_close(&h);
  return matched;
}

/* A word of the shorter list where the longer one is wanted: it is the same word there. */
START_TEST(words_of_a_longer_list) {
  static const char *const sizes[] = {"small", "medium", "large"};
  for (unsigned i = 0; i < COUNT(sizes); i++)
    for (int seats = 1; seats <= 4; seats++) {
      char row[64], call[64];
      snprintf(row, sizeof row, "where seats(args.size).seats == %d", seats);
      snprintf(call, sizeof call, "where seats_of(args.size) == %d", seats);
      ck_assert_msg(matches(row, sizes[i], "", "") == (seats == (int)i + 2), "%s of %s", row, sizes[i]);
      ck_assert_msg(matches(call, sizes[i], "", "") == (seats == (int)i + 2), "%s of %s", call, sizes[i]);
    }
}
END_TEST

/* A test that is a value, compared with another. */
START_TEST(tests_as_values) {
  static const char *const sizes[] = {"small", "medium", "large"};
  for (unsigned i = 0; i < COUNT(sizes); i++) {
    ck_assert(matches("where (args.size != small) == (args.size == large)", sizes[i], "", "") == (i != 1));
    ck_assert(matches("where (args.size != small) != (args.size == large)", sizes[i], "", "") == (i == 1));
  }
}
END_TEST

START_TEST(folds) {
  static const struct { const char *condition, *points, *bonus; bool matches; } cases[] = {
    {"where min(args.points) == 2", "5,2,9", "", true},
    {"where max(args.points) == 9", "5,2,9", "", true},
    {"where min(args.points) is missing", "", "", true},
    {"where max(args.points) is missing", "", "", true},
    {"where min(p for p in args.points where p > 4) == 5", "9,5,2", "", true},
    {"where sum(b.worth for b in args.bonus) == 7", "", "{\"name\":\"a\",\"worth\":3},{\"name\":\"b\",\"worth\":4}", true},
    {"where sum(b.worth for b in args.bonus) is missing", "", "{\"name\":\"a\",\"worth\":3},{\"name\":\"b\"}", true},
    {"where sum(b.worth for b in args.bonus) == 3", "", "{\"name\":\"a\",\"worth\":3},{\"name\":\"b\"}", false},
    {"where min(b.worth for b in args.bonus) is missing", "", "{\"name\":\"a\",\"worth\":3},{\"name\":\"b\"}", true},
    {"where sum(b.worth for b in args.bonus where b.worth is present) == 3", "", "{\"name\":\"a\",\"worth\":3},{\"name\":\"b\"}", true},
    {"where sum(p for p in args.points) == 0", "", "", true},
    {"where (first p in args.points where p > 4) == 9", "2,9,5", "", true},
    {"where (first p in args.points where p > 9) is missing", "2,9,5", "", true},
    {"where count(for p in args.points where p > 4) == 2", "2,9,5", "", true},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    ck_assert_msg(matches(cases[i].condition, "small", cases[i].points, cases[i].bonus) == cases[i].matches, "%s of [%s] [%s]",
                  cases[i].condition, cases[i].points, cases[i].bonus);
}
END_TEST

/* A jump over nothing is left out of the code, save where another jump leads behind it. What may fail stays beside a constant. */
#define MAY_FAIL "(sum(args.points) < 9 and args.note is missing)"
START_TEST(constant_parts) {
  static const struct { const char *condition; bool matches; } cases[] = {
    {"unless args.note is missing and false", true}, {"unless args.note is missing or false", false},
    {"unless args.note is present and true", true},  {"unless args.note is present or true", false},
    {"where args.note is missing and true", true},   {"where args.note is missing and false", false},
    {"where args.note is present or true", true},    {"where args.note is present or false", false},
    {"where (args.note is missing and false) or args.size == small", true},
    {"where any p in args.points where args.note is missing and false", false},
    {"where all p in args.points satisfy args.note is present or true", true},
    {"unless " MAY_FAIL " and false", true}, {"unless " MAY_FAIL " or true", false}, {"where " MAY_FAIL " and false", false},
    {"where " MAY_FAIL " or true", true}, {"where not " MAY_FAIL " or true", true}, {"where (not " MAY_FAIL " or true) and args.size == large", false},
    {"where any p in args.points where " MAY_FAIL " and false", false}, {"where all p in args.points satisfy not " MAY_FAIL " or true", true},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    ck_assert_msg(matches(cases[i].condition, "small", "1,2", "") == cases[i].matches, "%s", cases[i].condition);
}
END_TEST

/* SPEC 4.4: `other` takes unknown words of results, not of arguments. */
START_TEST(unknown_words) {
  const rebase_decision *d =
    play("where false", "{\"call\":\"game.play\",\"args\":{\"size\":\"small\",\"points\":[],\"bonus\":[],\"mood\":\"sad\"}}");
  ck_assert_int_eq(d->effect, REBASE_DENY);
  ck_assert_int_eq(d->status, REBASE_E_TYPE);
  ck_assert_ptr_nonnull(strstr(d->reason, "`sad`"));
  host_close(&h);
}
END_TEST

/* What is redacted is the argument that the rule names. */
START_TEST(redaction_of_one_argument) {
  host_open(&h, "policy base { allow call mail.send by bot with redact args.text of [word] }\n");
  const rebase_decision *d = decide(&h, "{\"call\":\"mail.send\",\"args\":{\"to\":\"sesame@example.org\",\"text\":\"open sesame now\"}}");
  ck_assert_int_eq(d->effect, REBASE_ALLOW);
  ck_assert_ptr_nonnull(strstr(d->canonical, "\"sesame@example.org\""));
  ck_assert_ptr_null(strstr(d->canonical, "open sesame"));
  host_close(&h);
}
END_TEST

/* A waiver holds to the end of its last day in the workspace's zone, which is five hours west. */
START_TEST(waivers_end) {
  static const char call[] = "{\"call\":\"shop.vault\",\"args\":{\"id\":\"a\"}}";
  host_open(&h, ALLOW_ALL "guard g { deny call shop.vault because \"b\" }\nwaive g for bot until 2024-05-15 because \"c\"\n");
  ck_assert_uint_eq(decide(&h, call)->rule_total, 1);       /* the policy's: the guard is silent */
  ALLOWS(&h, call);
  host_pass(&h, 14 * 3600 * SECONDS - 1);
  ALLOWS(&h, call);
  host_pass(&h, 1);
  DENIES(&h, call);
  host_close(&h);
  host_open(&h, ALLOW_ALL "guard g { deny call shop.vault because \"b\" }\nwaive g for helper until 2024-05-15 because \"c\"\n");
  DENIES(&h, call);                 /* another agent's */
  host_close(&h);
}
END_TEST

/* Both sides of a delegation agree: whatever a bundle's rules grant, an agent gets no work that it does not accept. */
START_TEST(delegation_needs_both_sides) {
  static const char call[] = "{\"delegate\":\"" HELPER "\"}";
  struct image image = compile_rules(ALLOW_ALL);
  host_open(&h, ALLOW_ALL);
  ALLOWS(&h, call);
  const struct image_section *agents = &builder_table(image.bytes)[SECTION_AGENTS];
  for (uint32_t i = 0; i < agents->count; i++) ((struct image_agent *)(void *)(image.bytes + agents->offset))[i].accepts = 0;
  builder_digest(image.bytes, image.size);
  ck_assert_int_eq(rebase_engine_load(h.engine, image.bytes, image.size, &h.report), REBASE_OK);
  DENIES(&h, call);
  ck_assert_str_eq(decide(&h, call)->reason, HELPER " does not accept work from " BOT);
  free(image.bytes);
  host_close(&h);
}
END_TEST

/* What was seen is of the types of its bundle: it is lost with them, and kept where they stay. */
START_TEST(swaps_of_types) {
  static const char call[] = "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"a\"}}";
#define GUARDED ALLOW_ALL "guard g { deny call shop.cancel unless seen order(args.id) is present because \"b\" }\n"
  host_open(&h, GUARDED);
  DENIES(&h, call);
  ck_assert_int_eq(see(&h, "shop.order", "{\"id\":\"a\",\"status\":\"open\",\"total\":1.00,\"owner\":\"ann\",\"memo\":\"\"}"), REBASE_OK);
  ALLOWS(&h, call);
  observe(&h, REBASE_FAILED, NULL);
  host_load(&h, GUARDED "group more \"more\"\n");
  ALLOWS(&h, call);
  observe(&h, REBASE_FAILED, NULL);
  host_load(&h, GUARDED "connector zoo \"z\" { entity animal { name: string key } reads get(name: string) -> animal }\n");
  DENIES(&h, call);
  host_close(&h);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("meaning");
  TCase *tests = tcase_create("meaning");
  tcase_set_timeout(tests, 60);
  const TTest *all[] = {words_of_a_longer_list, tests_as_values, folds, constant_parts, unknown_words, redaction_of_one_argument, waivers_end, delegation_needs_both_sides, swaps_of_types};
  for (size_t i = 0; i < COUNT(all); i++) tcase_add_test(tests, all[i]);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
