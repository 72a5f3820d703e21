/* test_vm.c: every instruction, what ends a program, loops, calls, cost. The portable loop runs the same tests: see
 * test_vm_switch.c. What the verifier refuses is in test_verify.c. */
#include "session_stub.h"
#include "vm_fixture.h"

#define MAX_INT INT64_MAX
#define D(NUMBER) I((int64_t)((NUMBER) * 1000000))
#define HOURS(NUMBER) ((int64_t)(NUMBER) * 3600 * REBASE_SECOND)

/* ---- constants, moves, what is asked ---- */
START_TEST(constants) {
  uint32_t seven = world_const(&fix.world, TYPE_INT, 7);
  GIVES(nullary(OP_CONST, seven), 7);
  GIVES_TEXT(nullary(OP_TEXT, builder_text(&fix.world, "hello")), "hello");
  value list = nullary(OP_VALUE, 2);
  ck_assert_uint_eq(list.list->len, 3);
  ck_assert_int_eq(list.list->items[2].i, 6);
  MISSES(nullary(OP_NOTHING, TYPE_INT));
  GIVES(unary(OP_MOVE, A_INT, I(3), 0), 3);
  MISSES(unary(OP_MOVE, O_INT, missing_value(), 0));
}
END_TEST

START_TEST(asked) {
  fix.args[A_INT] = I(5);
  GIVES(nullary(OP_ARG, A_INT), 5);
  GIVES_TEXT(nullary(OP_REQUESTER, 0), "core");
  MISSES(nullary(OP_REQUESTER, 1));
  GIVES(nullary(OP_CONTEXT, CTX_NOW), 1000 * REBASE_SECOND);
  run(CODE({OP_REQUESTER, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0}));
  fix.vm.requester = missing_value();
  ck_assert_int_eq(vm_run_rule(&fix.vm, RULE_MAIN), VM_ERROR_REQUESTER);
}
END_TEST

/* ---- session ---- */
START_TEST(session) {
  fix.session = (struct session_view){.labels = 1, .counted = 40, .key = T("u1"), .seen.record = fix.user, .only = missing_value(),
                                      .bound = T("u1"), .said = I(9), .vouched = I(8)};
  fix.session.all = LIST({.record = fix.user}, {.record = fix.user});
  GIVES(nullary(OP_LABELLED, 0), 1);
  GIVES(nullary(OP_PROVED, 0), 0);
  ck_assert_int_eq(fix.session.asked_now, 1000 * REBASE_SECOND);
  GIVES(nullary(OP_COUNTED, OPERATION_PAY), 41);
  ck_assert_ptr_eq(unary(OP_SEEN, A_STRING, T("u1"), E_USER).record, fix.user);
  ck_assert_int_eq(fix.session.asked_since, INT64_MIN);
  MISSES(unary(OP_SEEN, A_STRING, T("u2"), E_USER));
  MISSES(unary(OP_SEEN, O_STRING_, missing_value(), E_USER));
  ck_assert_ptr_eq(binary(OP_SEENWITHIN, A_STRING, T("u1"), A_DURATION, I(10), E_USER).record, fix.user);
  ck_assert_int_eq(fix.session.asked_since, 1000 * REBASE_SECOND - 10);
  binary(OP_SEENWITHIN, A_STRING, T("u1"), A_DURATION, I(-MAX_INT), E_USER);
  ck_assert_int_eq(fix.session.asked_since, INT64_MAX);
  ck_assert_uint_eq(nullary(OP_SEENALL, E_USER).list->len, 2);
  MISSES(nullary(OP_SEENONLY, E_USER));
  GIVES_TEXT(nullary(OP_BOUND, E_USER), "u1");
  GIVES(unary(OP_SAID, A_INT, I(9), 0), 1);
  GIVES(unary(OP_SAID, A_USD, I(8), 0), 0);
  ck_assert_uint_eq(fix.session.asked_type, W_USD);
  GIVES(unary(OP_SAID, O_INT, missing_value(), 0), 0);
  GIVES(unary(OP_VOUCHED, A_COLOUR, I(8), 0), 1);
  ck_assert_uint_eq(fix.session.asked_type, W_COLOUR);
  GIVES(unary(OP_VOUCHED, O_INT, missing_value(), 0), 0);
}
END_TEST

START_TEST(session_absent) {
  fix.session.all = LIST();
  static const uint8_t ops[] = {OP_LABELLED, OP_PROVED, OP_COUNTED, OP_SEENALL, OP_SEENONLY, OP_BOUND};
  for (unsigned k = 0; k < sizeof ops; k++) {
    nullary((enum opcode)ops[k], 0);
    fix.vm.session = NULL;
    ck_assert_int_eq(vm_run_rule(&fix.vm, RULE_MAIN), VM_ERROR_SESSION);
  }
  fix.session.all = missing_value();
  ENDS(nullary(OP_SEENALL, E_USER), VM_ERROR_SCRATCH);
}
END_TEST

/* ---- structure ---- */
START_TEST(structure) {
  value user = {.record = fix.user}, list = LIST(I(4), I(5)), map = MAP(T("a"), I(1), T("b"), I(2)), empty = LIST();
  GIVES_TEXT(unary(OP_FIELD, A_USER, user, 0), "u1");
  MISSES(unary(OP_FIELD, A_USER, user, 1));
  GIVES(unary(OP_OPTFIELD, O_USER, user, 2), 1);
  MISSES(unary(OP_OPTFIELD, O_USER, missing_value(), 2));
  GIVES(binary(OP_INDEX, A_INTS, list, A_INT, I(1), 0), 5);
  MISSES(binary(OP_INDEX, A_INTS, list, A_INT, I(2), 0));
  MISSES(binary(OP_INDEX, A_INTS, list, A_INT, I(-1), 0));
  MISSES(binary(OP_INDEX, O_INTS, missing_value(), A_INT, I(0), 0));
  MISSES(binary(OP_INDEX, A_INTS, list, O_INT, missing_value(), 0));
  GIVES(unary(OP_LASTOF, A_INTS, list, 0), 5);
  MISSES(unary(OP_LASTOF, A_INTS, empty, 0));
  MISSES(unary(OP_LASTOF, O_INTS, missing_value(), 0));
  GIVES(binary(OP_MAPGET, A_COUNTS, map, A_STRING, T("b"), 0), 2);
  MISSES(binary(OP_MAPGET, A_COUNTS, map, A_STRING, T("c"), 0));
  MISSES(binary(OP_MAPGET, O_COUNTS, missing_value(), A_STRING, T("b"), 0));
  MISSES(binary(OP_MAPGET, A_COUNTS, map, O_STRING_, missing_value(), 0));
  GIVES(unary(OP_LENGTH, A_COUNTS, map, 0), 2);
  GIVES(unary(OP_LENGTH, A_INTS, empty, 0), 0);
  GIVES(unary(OP_TEXTLENGTH, A_STRING, T("aé€𝄞"), 0), 4);
  GIVES(unary(OP_PRESENT, O_INT, missing_value(), 0), 0);
  GIVES(unary(OP_PRESENT, A_INT, I(0), 0), 1);
  GIVES(unary(OP_UNWRAP, O_INT, I(6), 0), 6);
  ENDS(unary(OP_UNWRAP, O_INT, missing_value(), 0), VM_ERROR_MISSING);
}
END_TEST

START_TEST(constants_of_the_rule) {
  GIVES_TEXT(nullary(OP_RULECONST, K_STRING), "a text");
  GIVES(nullary(OP_RULECONST, K_YES), 1);
  ck_assert_uint_eq(nullary(OP_RULECONST, K_INTS).list->len, 3);
  ENDS(run(CODE({OP_LACKS, 0, 0, 0, K_LACK})), VM_LACKS);
  ck_assert_uint_eq(fix.vm.lack, 0);
}
END_TEST

START_TEST(tables) {
  for (int64_t key = 0; key < 4; key++) {              /* total: the row is there without a test */
    fix.args[A_COLOUR] = I(key / 2);
    fix.args[A_BOOL] = I(key % 2);
    run(CODE({OP_ARG, 0, 0, 0, A_COLOUR}, {OP_ARG, 1, 0, 0, A_BOOL}, {OP_ROW, 2, 0, 0, 0}, {OP_FIELD, 3, 2, 0, 2}, {OP_PASS, 0, 0, 0, 0}));
    GIVES(fix.vm.registers[3], 10 + key);
  }
  fix.args[O_COLOUR] = missing_value();
  run(CODE({OP_ARG, 0, 0, 0, O_COLOUR}, {OP_ARG, 1, 0, 0, A_BOOL}, {OP_ROW, 2, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0}));
  MISSES(fix.vm.registers[2]);
  ck_assert_uint_eq(nullary(OP_ROWS, 0).list->len, 4);
  GIVES(binary(OP_UNDER, A_STRING, T("ann"), A_STRING2, T("dept"), 0), 1);
  GIVES(binary(OP_UNDER, A_STRING, T("ann"), A_STRING2, T("team"), 0), 1);
  GIVES(binary(OP_UNDER, A_STRING, T("bob"), A_STRING2, T("team"), 0), 0);
  GIVES(binary(OP_UNDER, A_STRING, T("dept"), A_STRING2, T("dept"), 0), 0);
  GIVES(binary(OP_UNDER, A_STRING, T("zed"), A_STRING2, T("dept"), 0), 0);
}
END_TEST

static void check_urls(const char *text, const char *expected) {
  char joined[512] = "";
  value list = unary(OP_URLS, A_STRING, T(text), 0);
  ck_assert_int_eq(fix.verdict, VM_PASS);
  for (uint32_t i = 0; i < list.list->len; i++) {
    strcat(joined, i ? " " : "");
    strcat(joined, list.list->items[i].text->bytes);
  }
  ck_assert_str_eq(joined, expected);
}

START_TEST(urls) {
  check_urls("nothing here", "");
  check_urls("see www.eve-blog.com.", "www.eve-blog.com");
  check_urls("(https://a.b/c?d=e,f), <HTTP://x.y>!", "https://a.b/c?d=e,f HTTP://x.y");
  check_urls("ftp://a/b WWW.x.de:80/) awww.x 1www.y http:// www. a://b", "ftp://a/b WWW.x.de:80/ a://b");
  check_urls("https://", "");
  fix.vm.longest = 0;
  check_urls("www.a www.b www.c", "www.a www.b www.c");
  ck_assert_uint_ge(fix.vm.longest, 3);               /* what a program makes counts for its bound */
  char many[4000];
  for (size_t i = 0; i < 240; i += 6) memcpy(many + i, "www.a ", 7);
  fix.vm.longest = 0;
  fix.args[A_STRING] = T(many);
  ENDS(run(CODE({OP_ARG, 0, 0, 0, A_STRING}, {OP_URLS, 1, 0, 0, 0}, {OP_LOOP, 2, 1, 3, 4}, {OP_NEXT, 0, 0, 0, 2}, {OP_PASS, 0, 0, 0, 0})),
       VM_PASS);                                      /* and can be gone through */
  GIVES(fix.vm.registers[3], 40);
  for (size_t i = 0; i < sizeof many - 8; i += 6) memcpy(many + i, "www.a ", 7);
  ENDS(unary(OP_URLS, A_STRING, T(many), 0), VM_ERROR_SCRATCH);
}
END_TEST

/* ---- arithmetic ---- */
START_TEST(arithmetic) {
  GIVES(binary(OP_ADD, A_INT, I(2), A_INT2, I(3), 0), 5);
  GIVES(binary(OP_ADD, A_INT, I(MAX_INT), A_INT2, I(-MAX_INT), 0), 0);
  ENDS(binary(OP_ADD, A_INT, I(MAX_INT), A_INT2, I(1), 0), VM_ERROR_OVERFLOW);
  ENDS(binary(OP_ADD, A_INT, I(-MAX_INT), A_INT2, I(-1), 0), VM_ERROR_OVERFLOW);        /* would be the missing value */
  ENDS(binary(OP_ADD, A_INT, I(-MAX_INT), A_INT2, I(-2), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_SUB, A_USD, D(1), A_USD2, D(3), 0), -2000000);
  ENDS(binary(OP_SUB, A_INT, I(-MAX_INT), A_INT2, I(1), 0), VM_ERROR_OVERFLOW);
  GIVES(unary(OP_NEG, A_INT, I(MAX_INT), 0), -MAX_INT);
  GIVES(unary(OP_ABS, A_INT, I(-MAX_INT), 0), MAX_INT);
  GIVES(binary(OP_MULINT, A_USD, D(3), A_INT, I(-4), 0), -12000000);
  ENDS(binary(OP_MULINT, A_INT, I(MAX_INT), A_INT2, I(2), 0), VM_ERROR_OVERFLOW);
  ENDS(binary(OP_MULINT, A_INT, I(INT64_MIN / 2), A_INT2, I(2), 0), VM_ERROR_OVERFLOW);
  ENDS(binary(OP_MULINT, A_INT, I(INT64_C(1) << 33), A_INT2, I(INT64_C(1) << 33), 0), VM_ERROR_OVERFLOW);      /* 0 in 64 bits */
  GIVES(binary(OP_MULDEC, A_USD, D(2.5), A_DECIMAL, D(0.8), 0), 2000000);
  GIVES(binary(OP_MULDEC, A_DECIMAL, I(5), A_DECIMAL2, D(0.5), 0), 2);                  /* half to even */
  GIVES(binary(OP_MULDEC, A_DECIMAL, I(7), A_DECIMAL2, D(0.5), 0), 4);
  GIVES(binary(OP_MULDEC, A_DECIMAL, I(-5), A_DECIMAL2, D(0.5), 0), -2);
  GIVES(binary(OP_MULDEC, A_DECIMAL, I(MAX_INT), A_DECIMAL2, D(1), 0), MAX_INT);
  ENDS(binary(OP_MULDEC, A_DECIMAL, I(MAX_INT), A_DECIMAL2, D(2), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_DIVINT, A_USD, I(5), A_INT, I(2), 0), 2);
  GIVES(binary(OP_DIVINT, A_USD, I(7), A_INT, I(-2), 0), -4);
  ENDS(binary(OP_DIVINT, A_USD, D(1), A_INT, I(0), 0), VM_ERROR_DIVISION);
  GIVES(binary(OP_DIVDEC, A_DECIMAL, D(1), A_DECIMAL2, D(3), 0), 333333);
  GIVES(binary(OP_DIVDEC, A_DECIMAL, D(2), A_DECIMAL2, D(3), 0), 666667);
  ENDS(binary(OP_DIVDEC, A_DECIMAL, D(1), A_DECIMAL2, I(0), 0), VM_ERROR_DIVISION);
  ENDS(binary(OP_DIVDEC, A_DECIMAL, I(MAX_INT), A_DECIMAL2, I(1), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_RATIO, A_INT, I(1), A_INT2, I(4), 0), 250000);
  ENDS(binary(OP_RATIO, A_INT, I(1), A_INT2, I(0), 0), VM_ERROR_DIVISION);
  GIVES(unary(OP_TODECIMAL, A_INT, I(3), 0), 3000000);
  ENDS(unary(OP_TODECIMAL, A_INT, I(MAX_INT), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_MIN, A_INT, I(2), A_INT2, I(-3), 0), -3);
  GIVES(binary(OP_MAX, A_INT, I(2), A_INT2, I(-3), 0), 2);
}
END_TEST

START_TEST(times) {
  int64_t day = REBASE_DAY, march = INT64_C(1711846800) * REBASE_SECOND;                /* Sunday 2024-03-31, clocks go forward */
  GIVES(binary(OP_TIMEADD, A_TIME, I(5), A_DURATION, I(-7), 0), -2);
  ENDS(binary(OP_TIMEADD, A_TIME, I(MAX_INT), A_DURATION, I(1), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_TIMESUB, A_TIME, I(5), A_DURATION, I(7), 0), -2);
  ENDS(binary(OP_TIMESUB, A_TIME, I(-MAX_INT), A_DURATION, I(1), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_TIMEDIFF, A_TIME, I(5), A_TIME2, I(7), 0), -2);
  ENDS(binary(OP_TIMEDIFF, A_TIME, I(MAX_INT), A_TIME2, I(-1), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_DATEADD, A_DATE, I(10), A_DURATION, I(3 * day), 0), 13);
  GIVES(binary(OP_DATESUB, A_DATE, I(10), A_DURATION, I(3 * day), 0), 7);
  ENDS(binary(OP_DATEADD, A_DATE, I(10), A_DURATION, I(3 * day + 1), 0), VM_ERROR_DAYS);
  ENDS(binary(OP_DATESUB, A_DATE, I(10), A_DURATION, I(HOURS(12)), 0), VM_ERROR_DAYS);
  ENDS(binary(OP_DATEADD, A_DATE, I(MAX_INT), A_DURATION, I(day), 0), VM_ERROR_OVERFLOW);
  GIVES(binary(OP_DATEDIFF, A_DATE, I(10), A_DATE2, I(8), 0), 2 * day);
  ENDS(binary(OP_DATEDIFF, A_DATE, I(MAX_INT / 2), A_DATE2, I(0), 0), VM_ERROR_OVERFLOW);
  GIVES(unary(OP_HOUR, A_TIME, I(march - 1), 0), 0);
  GIVES(unary(OP_HOUR, A_TIME, I(march - 1), 1), 1);
  GIVES(unary(OP_HOUR, A_TIME, I(march), 1), 3);
  GIVES(unary(OP_HOUR, A_TIME, I(-1), 0), 23);
  GIVES(unary(OP_WEEKDAY, A_TIME, I(march), 1), 7);
  GIVES(unary(OP_WEEKDAY, A_TIME, I(0), 0), 4);
  GIVES(unary(OP_WEEKDAY, A_TIME, I(-8 * day), 0), 3);
  GIVES(unary(OP_DATEOF, A_TIME, I(-1), 0), -1);
  GIVES(unary(OP_DATEOF, A_TIME, I(HOURS(23)), 1), 1);                                  /* an hour east it is tomorrow */
  GIVES(unary(OP_DATEOF, A_TIME, I(MAX_INT), 1), 106751991);
  nullary(OP_NOTHING, TYPE_INT);
  ck_assert_int_eq(zone_instant(fix.bundle, 1, 3600), 0);
  ck_assert_int_eq(zone_instant(fix.bundle, 1, 1711846800 + 3600 + 1800), 1711846800 + 1800);   /* 02:30 is skipped */
  ck_assert_int_eq(zone_instant(fix.bundle, 1, 1729990800 + 3600 + 1800), 1729990800 - 1800);   /* 02:30 twice: the first */
}
END_TEST

/* ---- comparison ---- */
START_TEST(comparison) {
  value none = missing_value();
  GIVES(binary(OP_EQ, A_INT, I(2), A_INT2, I(2), 0), 1);
  GIVES(binary(OP_EQ, A_SYMBOL, I(1), A_COLOUR, I(1), 0), 1);
  GIVES(binary(OP_EQ, O_INT, none, A_INT, I(2), 0), 0);
  GIVES(binary(OP_EQ, O_COLOUR, none, O_COLOUR, none, 0), 0);
  GIVES(binary(OP_EQTEXT, A_STRING, T("ab"), A_STRING2, T("ab"), 0), 1);
  GIVES(binary(OP_EQTEXT, A_STRING, T("ab"), A_STRING2, T("abc"), 0), 0);
  GIVES(binary(OP_EQTEXT, O_STRING_, none, A_STRING2, T("ab"), 0), 0);
  GIVES(binary(OP_EQTEXT, A_STRING, T("ab"), O_STRING_, none, 0), 0);
  GIVES(binary(OP_LT, A_INT, I(-2), A_INT2, I(1), 0), 1);
  GIVES(binary(OP_LT, A_DATE, I(1), A_DATE2, I(1), 0), 0);
  GIVES(binary(OP_LE, A_DATE, I(1), A_DATE2, I(1), 0), 1);
  GIVES(unary(OP_NOT, A_BOOL, I(1), 0), 0);
  GIVES(binary(OP_IN, A_INT, I(5), A_INTS, LIST(I(4), I(5)), 0), 1);
  GIVES(binary(OP_IN, A_INT, I(6), A_INTS, LIST(I(4), I(5)), 0), 0);
  GIVES(binary(OP_IN, O_INT, none, A_INTS, LIST(I(4), I(5)), 0), 0);
  GIVES(binary(OP_IN, A_STRING, T("y"), A_TEXTS, LIST(T("x"), T("y")), 0), 1);
  GIVES(binary(OP_IN, A_STRING, T("b"), A_COUNTS, MAP(T("a"), I(1), T("b"), I(2)), 0), 1);
  GIVES(binary(OP_IN, A_STRING, T("c"), A_COUNTS, MAP(T("a"), I(1), T("b"), I(2)), 0), 0);
  GIVES(binary(OP_INREGION, A_REGION, I(1), A_REGION2, I(0), 0), 1);
  GIVES(binary(OP_INREGION, A_REGION, I(1), A_REGION2, I(1), 0), 1);
  GIVES(binary(OP_INREGION, A_REGION, I(3), A_REGION2, I(0), 0), 0);
  GIVES(binary(OP_INREGION, A_REGION, I(0), A_REGION2, I(1), 0), 0);
  GIVES(binary(OP_INREGION, O_REGION_, none, A_REGION2, I(0), 0), 0);
  GIVES(binary(OP_STARTS, A_STRING, T("abc"), A_STRING2, T("ab"), 0), 1);
  GIVES(binary(OP_STARTS, A_STRING, T("a"), A_STRING2, T("ab"), 0), 0);
  GIVES(binary(OP_ENDS, A_STRING, T("abc"), A_STRING2, T("bc"), 0), 1);
  GIVES(binary(OP_ENDS, A_STRING, T("c"), A_STRING2, T("bc"), 0), 0);
  GIVES(binary(OP_HOLDS, A_STRING, T("aabaab"), A_STRING2, T("baa"), 0), 1);
  GIVES(binary(OP_HOLDS, A_STRING, T("aabaab"), A_STRING2, T("bb"), 0), 0);
  GIVES(binary(OP_HOLDS, A_STRING, T("xxab"), A_STRING2, T("ab"), 0), 1);
  GIVES(binary(OP_HOLDS, A_STRING, T("ab"), A_STRING2, T("ab"), 0), 1);
  GIVES(binary(OP_HOLDS, A_STRING, T("x"), A_STRING2, T(""), 0), 1);
  GIVES(unary(OP_MATCHES, A_STRING, T("aaab"), 0), 1);
  GIVES(unary(OP_MATCHES, A_STRING, T("aaa"), 0), 0);
  GIVES(unary(OP_MATCHES, A_STRING, T("aabx"), 0), 0);
  ck_assert_uint_eq(pattern_prefix(fix.bundle, 0, "aabab", 5), 3);
  ck_assert_uint_eq(pattern_prefix(fix.bundle, 0, "ba", 2), SIZE_MAX);
}
END_TEST

START_TEST(networks) {
  char ip[16] = {[10] = -1, [11] = -1, 10, 1, 2, 3}, net[17] = {[10] = -1, [11] = -1, 10, 1, 0, 0, 111};
  value address = text_value(ip, 16);
  GIVES(binary(OP_INNET, A_IP, address, A_CIDR, text_value(net, 17), 0), 1);
  net[13] = 2;
  GIVES(binary(OP_INNET, A_IP, address, A_CIDR, text_value(net, 17), 0), 0);
  net[16] = 109;
  GIVES(binary(OP_INNET, A_IP, address, A_CIDR, text_value(net, 17), 0), 1);
  net[16] = 0;
  GIVES(binary(OP_INNET, A_IP, address, A_CIDR, text_value(net, 17), 0), 1);
  memcpy(net, ip, 16);
  net[16] = (char)128;
  GIVES(binary(OP_INNET, A_IP, address, A_CIDR, text_value(net, 17), 0), 1);
  GIVES(binary(OP_INNET, O_IP, missing_value(), A_CIDR, text_value(net, 17), 0), 0);
  GIVES(binary(OP_INNET, A_IP, address, O_CIDR_, missing_value(), 0), 0);
  GIVES(binary(OP_EQTEXT, A_IP, address, O_IP, text_value(ip, 16), 0), 1);
}
END_TEST

/* ---- control ---- */
START_TEST(jumps) {
  fix.args[A_BOOL] = I(1);
  fix.args[O_INT] = missing_value();
  ENDS(run(CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_IFNOT, 0, 0, 0, 3}, {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0})), VM_ALLOW);
  ENDS(run(CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_IF, 0, 0, 0, 3}, {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0})), VM_PASS);
  ENDS(run(CODE({OP_ARG, 0, 0, 0, O_INT}, {OP_IFMISSING, 0, 0, 0, 3}, {OP_ALLOW, 0, 0, 0, 0}, {OP_LACKS, 0, 0, 0, 0})), VM_LACKS);
  ck_assert_uint_eq(fix.vm.lack, 0);
  ck_assert_uint_eq(fix.vm.place, 3);
  ENDS(run(CODE({OP_JUMP, 0, 0, 0, 2}, {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0})), VM_PASS);
}
END_TEST

static struct image_program *main_program(void) { return builder_at(&fix.world, SECTION_PROGRAMS, RULE_MAIN); }

START_TEST(verdicts) {
  main_program()->effect = RULE_DENY;
  ENDS(run(CODE({OP_DENY, 0, 0, 0, 0})), VM_DENY);
  main_program()->effect = RULE_OBLIGE;
  ENDS(run(CODE({OP_OBLIGE, 0, 0, 0, 0})), VM_OBLIGE);
  main_program()->effect = RULE_ASK;
  ((struct image_form *)builder_at(&fix.world, SECTION_FORMS, RULE_MAIN))->approvers = 1;
  ENDS(run(CODE({OP_ASK, 0, 0, 0, 0})), VM_ASK);
  ck_assert_int_eq(vm_run(&fix.vm, &fix.bundle->waivers[0]), VM_OBLIGE);
  ck_assert(vm_verdict_is_error(VM_FAULT) && vm_verdict_is_error(VM_VERDICT_COUNT) && !vm_verdict_is_error(VM_ALLOW));
}
END_TEST

/* sum = 0; for x at i in ints: sum = sum + x. The body writes its own registers anew with another type each time. */
START_TEST(loops) {
  uint32_t zero = world_const(&fix.world, TYPE_INT, 0);
  fix.args[A_INTS] = LIST(I(4), I(5), I(6));
  fix.vm.longest = 3;
  run(CODE({OP_CONST, 0, 0, 0, zero}, {OP_ARG, 1, 0, 0, A_INTS}, {OP_ARG, 4, 0, 0, A_STRING}, {OP_LOOP, 2, 1, 3, 7},
           {OP_ADD, 0, 0, 2, 0}, {OP_LT, 4, 2, 3, 0}, {OP_NEXT, 0, 0, 0, 3}, {OP_PASS, 0, 0, 0, 0}));
  GIVES(fix.vm.registers[0], 15);
  ck_assert_uint_eq(fix.vm.steps, 4 + 3 * 3 + 1);
  ck_assert_uint_eq(fix.vm.bound, 5 + 4 * 4);          /* the table has four rows, and 4 is n */
  fix.args[A_INTS] = LIST();
  run(CODE({OP_CONST, 0, 0, 0, zero}, {OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 5}, {OP_ADD, 0, 0, 2, 0}, {OP_NEXT, 0, 0, 0, 2},
           {OP_PASS, 0, 0, 0, 0}));
  GIVES(fix.vm.registers[0], 0);
  GIVES(fix.vm.registers[3], 0);
  fix.args[A_COUNTS] = MAP(T("a"), I(7), T("b"), I(8));
  run(CODE({OP_CONST, 0, 0, 0, zero}, {OP_ARG, 1, 0, 0, A_COUNTS}, {OP_LOOP, 2, 1, 3, 5}, {OP_ADD, 0, 0, 2, 0}, {OP_NEXT, 0, 0, 0, 2},
           {OP_PASS, 0, 0, 0, 0}));
  GIVES(fix.vm.registers[0], 15);
}
END_TEST

START_TEST(loops_within_loops) {
  uint32_t zero = world_const(&fix.world, TYPE_INT, 0), one = world_const(&fix.world, TYPE_INT, 1);
  fix.args[A_INTS] = LIST(I(1), I(2), I(3), I(4));
  fix.vm.longest = 4;
  run(CODE({OP_CONST, 0, 0, 0, zero}, {OP_CONST, 9, 0, 0, one}, {OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 10}, {OP_LOOP, 4, 1, 5, 9},
           {OP_LT, 6, 4, 2, 0}, {OP_IFNOT, 6, 0, 0, 8}, {OP_ADD, 0, 0, 9, 0}, {OP_NEXT, 0, 0, 0, 4}, {OP_NEXT, 0, 0, 0, 3},
           {OP_PASS, 0, 0, 0, 0}));
  GIVES(fix.vm.registers[0], 6);
  ck_assert_uint_le(fix.vm.steps, fix.vm.bound);
  fix.args[A_INTS] = LIST(I(1), I(2), I(3));          /* a jump leaves both loops */
  ENDS(run(CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 7}, {OP_LOOP, 4, 1, 5, 6}, {OP_LT, 6, 4, 2, 0}, {OP_IF, 6, 0, 0, 8},
                {OP_NEXT, 0, 0, 0, 2}, {OP_NEXT, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0}, {OP_ALLOW, 0, 0, 0, 0})),
       VM_ALLOW);
  GIVES((fix.verdict = VM_PASS, fix.vm.registers[3]), 1);
}
END_TEST

/* The caller says n is smaller than it is: fuel runs out. */
START_TEST(fuel) {
  fix.args[A_INTS] = LIST(I(1), I(2), I(3), I(4), I(5), I(6), I(7), I(8), I(9), I(1), I(2), I(3));
  fix.vm.longest = 0;
  ENDS(run(CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 3}, {OP_NEXT, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0})), VM_FAULT);
  fix.vm.longest = 12;
  ENDS(run(CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 3}, {OP_NEXT, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0})), VM_PASS);
  fix.vm.max_steps = 20;
  ENDS(run(CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 3}, {OP_NEXT, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0})), VM_ERROR_COST);
  ck_assert_uint_eq(bundle_cost(fix.bundle, fix.bundle->programs[RULE_MAIN].cost, UINT64_MAX), UINT64_MAX);
}
END_TEST

START_TEST(calls) {
  fix.args[A_INT] = I(21);
  fix.args[O_INT] = missing_value();
  run(CODE({OP_ARG, 5, 0, 0, A_INT}, {OP_ARG, 6, 0, 0, O_INT}, {OP_CALL, 7, 5, 0, 0}, {OP_PASS, 0, 0, 0, 0}));
  GIVES(fix.vm.registers[7], 42);
  GIVES(fix.vm.registers[5], 21);
  ck_assert_uint_eq(fix.vm.steps, 1 + 1 + 2 + 2 + 1);
  ck_assert_uint_eq(fix.bundle->programs[RULE_MAIN].frame, 8 + 3);
  fix.args[A_INT] = I(MAX_INT);
  ENDS(run(CODE({OP_ARG, 5, 0, 0, A_INT}, {OP_ARG, 6, 0, 0, O_INT}, {OP_CALL, 7, 5, 0, 0}, {OP_PASS, 0, 0, 0, 0})), VM_ERROR_OVERFLOW);
  fix.vm.registers[0] = I(1);
  ck_assert_int_eq(vm_run(&fix.vm, &fix.bundle->functions[0]), VM_FAULT);               /* no rule's program: RETURN to nowhere */
}
END_TEST

/* A branch is fused with the test before it only when it asks about what that gave; verdict and steps are those of the single instructions. */
START_TEST(fused_or_not) {
  for (int flag = 0; flag < 2; flag++) {
    const unsigned branches[] = {OP_IF, OP_IFNOT};
    for (unsigned k = 0; k < 2; k++) {
      fix.args[A_BOOL] = I(flag);
      bool stays = (flag == 1) == (branches[k] == OP_IF);     /* the negation decides, not the argument that was loaded last */
      ENDS(run(CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_NOT, 1, 0, 0, 0}, {OP_ARG, 2, 0, 0, A_BOOL}, {(uint8_t)branches[k], 1, 0, 0, 5},
                    {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0})), stays ? VM_ALLOW : VM_PASS);
      ck_assert_uint_eq(fix.vm.steps, 5);
      ENDS(run(CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_NOT, 1, 0, 0, 0}, {OP_ARG, 2, 0, 0, A_BOOL}, {(uint8_t)branches[k], 2, 0, 0, 5},
                    {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0})), stays ? VM_PASS : VM_ALLOW);
      ck_assert_uint_eq(fix.vm.steps, 5);
    }
  }
  fix.args[A_DATE] = I(1);
  fix.args[A_DATE2] = I(2);
  fix.args[A_BOOL] = I(1);
  for (uint32_t into = 4; into < 6; into++) {               /* jumps to the beginning and into the middle of what was fused */
    run(CODE({OP_ARG, 1, 0, 0, A_DATE}, {OP_ARG, 2, 0, 0, A_DATE2}, {OP_ARG, 3, 0, 0, A_BOOL}, {OP_IF, 3, 0, 0, into}, {OP_ARG, 1, 0, 0, A_DATE2},
             {OP_ARG, 2, 0, 0, A_DATE2}, {OP_LT, 0, 1, 2, 0}, {OP_IFNOT, 0, 0, 0, 9}, {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0}));
    ENDS(fix.verdict, into == 5 ? VM_ALLOW : VM_PASS);
  }
  for (uint8_t again = 0; again < 3; again++)       /* what a test loaded, or gave, is read once more: before the branch leads away, and after */
    for (unsigned k = 0; k < 2; k++) {
      fix.args[A_DATE2] = I(k);
      run(CODE({OP_ARG, 1, 0, 0, A_DATE}, {OP_ARG, 2, 0, 0, A_DATE2}, {OP_LT, 0, 1, 2, 0}, {k ? OP_IF : OP_IFNOT, 0, 0, 0, 4}, {OP_PRESENT, 3, again, 0, 0},
               {OP_IF, 3, 0, 0, 7}, {OP_PASS, 0, 0, 0, 0}, {OP_MOVE, 4, again, 0, 0}, {OP_ALLOW, 0, 0, 0, 0}));
      ENDS(fix.verdict, VM_ALLOW);
      ck_assert_int_eq(fix.vm.registers[4].i, again == 0 ? 0 : again == 1 ? 1 : (int64_t)k);
    }
}
END_TEST

/* As one of several a program may run as a list of tests; it ends as it does alone, after as many steps (see run_as_one_of_several). */
START_TEST(lists_of_tests) {
  for (unsigned k = 0; k < 4; k++) {
    fix.session.labels = k & 1;
    fix.args[A_BOOL] = I(k >> 1);
    run(CODE({OP_LABELLED, 0, 0, 0, 0}, {OP_IFNOT, 0, 0, 0, 5}, {OP_ARG, 0, 0, 0, A_BOOL}, {OP_IF, 0, 0, 0, 5}, {OP_ALLOW, 0, 0, 0, 0}, {OP_PASS, 0, 0, 0, 0}));
    ENDS(fix.verdict, k == 1 ? VM_ALLOW : VM_PASS);
    ck_assert_ptr_nonnull(fix.bundle->rules[RULE_MAIN].program->tests);
    fix.vm.session = NULL;
    run_as_one_of_several();
    ck_assert_int_eq(fix.vm.found[1].verdict, VM_ERROR_SESSION);
    run(CODE({OP_LABELLED, 0, 0, 0, 0}, {OP_IFNOT, 0, 0, 0, 3}, {OP_ARG, 0, 0, 0, A_BOOL}, {OP_IF, 0, 0, 0, 5}, {OP_PASS, 0, 0, 0, 0}, {OP_ALLOW, 0, 0, 0, 0}));
    ENDS(fix.verdict, k == 3 ? VM_ALLOW : VM_PASS);         /* jumps into the middle: no list */
    ck_assert_ptr_null(fix.bundle->rules[RULE_MAIN].program->tests);
  }
  ENDS(run(CODE({OP_ALLOW, 0, 0, 0, 0})), VM_ALLOW);
}
END_TEST

START_TEST(unreachable_rule) {
  uint32_t *scope = builder_at(&fix.world, SECTION_SCOPE, 0);
  for (uint32_t i = 0; i < builder_count(&fix.world, SECTION_SCOPE); i++) scope[i] = NONE32;
  ENDS(run(CODE({OP_ARG, 0, 0, 0, A_INT}, {OP_ALLOW, 0, 0, 0, 0})), VM_FAULT);
}
END_TEST

START_TEST(every_opcode_ran) {
  for (int op = 0; op < OP_COUNT; op++) ck_assert_msg(fix.executed[op] || op == OP_RETURN, "opcode %d never ran", op);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("vm");
  TCase *tests = tcase_create("vm");
  tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
  const TTest *all[] = {constants, asked, session, session_absent, structure, constants_of_the_rule, tables, urls, arithmetic, times, comparison, networks, jumps,
                        verdicts, loops, loops_within_loops, fuel, calls, fused_or_not, lists_of_tests, unreachable_rule, every_opcode_ran};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) tcase_add_test(tests, all[i]);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK);         /* the last test looks at what the others did */
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
