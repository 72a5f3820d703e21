/* test_syntax.c: the front end: tokens, shapes of the tree, what is said about mistakes, going on after them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "diag/render.h"
#include "run.h"
#include "support/buffer.h"
#include "syntax/print.h"
#include "syntax/tokens.h"
#include "syntax/tree.h"

struct read { struct arena arena, words; struct rbc_diags diags; struct source *source; struct buffer text; };

static void read_text(struct read *r, const char *text, size_t size) {
  memset(r, 0, sizeof *r);
  r->diags.arena = &r->words;
  struct grammar *grammar = rbc_grammar(&r->arena);
  ck_assert_ptr_nonnull(grammar);
  r->source = rbc_parse(grammar, &r->diags, &r->arena, "sample.rb", arena_copy(&r->arena, text, size), size);
  ck_assert_ptr_nonnull(r->source);
}

static void done(struct read *r) {
  arena_free(&r->arena);
  arena_free(&r->words);
  buffer_free(&r->text);
}

static struct node *items(struct read *r) { return r->source->file->kid[1]; }

static const char *shown(struct read *r) {
  struct rbc_texts texts;
  char *text = NULL;
  size_t size = 0;
  buffer_free(&r->text);
  ck_assert(rbc_source_texts(&r->words, &r->source, 1, &texts));
  FILE *out = open_memstream(&text, &size);
  rbc_render_text(out, &r->diags, &texts, false);
  fclose(out);
  buffer_add(&r->text, text, size);
  free(text);
  return r->text.data;
}

/* The whole file is good, and its only item has this form. */
static void expect_item(const char *text, const char *form) {
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert_msg(!r.source->broken, "%s\n%s", text, shown(&r));
  ck_assert_uint_eq(items(&r)->count, 1);
  tree_print(r.source, items(&r)->kid[0], &r.text);
  ck_assert_str_eq(r.text.data, form);
  done(&r);
}

static void expect_expression(const char *text, const char *form) {
  char *file = malloc(strlen(text) + 16), *item = malloc(strlen(form) + 32);
  sprintf(file, "let a = %s", text);
  sprintf(item, "(LET (NAME a) %s -)", form);
  expect_item(file, item);
  free(file);
  free(item);
}

/* The first error has this code, stands at this place and says this; so many errors, so many items that were kept. */
static void expect_error(const char *text, const char *code, const char *at, const char *says, unsigned errors, unsigned kept) {
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert_msg(r.diags.first != NULL, "no error in: %s", text);
  const struct diag *d = r.diags.first;
  ck_assert_msg(strcmp(rbc_diag_code_name(d->code), code) == 0, "%s: %s", text, shown(&r));
  ck_assert_msg(strncmp(text + d->span.start, at, strlen(at)) == 0, "%s", shown(&r));
  ck_assert_msg(strstr(shown(&r), says) != NULL, "%s: \"%s\" in\n%s", text, says, shown(&r));
  ck_assert_msg(r.diags.errors == errors, "%u errors\n%s", r.diags.errors, shown(&r));
  ck_assert_msg(items(&r)->count == kept, "%u items of\n%s%s", items(&r)->count, text, shown(&r));
  ck_assert(r.source->broken);
  done(&r);
}

/* With the fix of the first error carried out the text becomes `mended`, which has no errors. */
static void expect_mended(const char *text, const char *code, const char *mended) {
  struct read r;
  char result[512];
  read_text(&r, text, strlen(text));
  const struct diag *d = r.diags.first;
  ck_assert_msg(d && strcmp(rbc_diag_code_name(d->code), code) == 0, "%s: %s", text, d ? shown(&r) : "no error");
  ck_assert_msg(d->fix_text != NULL, "no fix for %s", text);
  ck_assert_uint_eq(r.diags.errors, 1);
  snprintf(result, sizeof result, "%.*s%s%s", (int)d->fix.start, text, d->fix_text, text + d->fix.end);
  ck_assert_str_eq(result, mended);
  done(&r);
  read_text(&r, mended, strlen(mended));
  ck_assert_msg(!r.source->broken, "%s", shown(&r));
  done(&r);
}

static void expect_kinds(const char *text, const unsigned *kinds, size_t count) {
  struct read r;
  read_text(&r, text, strlen(text));
  for (size_t i = 0; i < count; i++)
    ck_assert_msg(i < r.source->token_count && r.source->tokens[i].kind == kinds[i], "token %zu of %s", i, text);
  ck_assert_uint_eq(r.source->token_count, count);
  done(&r);
}
#define EXPECT_KINDS(TEXT, ...) \
  expect_kinds(TEXT, (unsigned[]){ __VA_ARGS__ }, sizeof((unsigned[]){ __VA_ARGS__ }) / sizeof(unsigned))

/* ---- tokens */

START_TEST(tokens_of_every_form) {
  EXPECT_KINDS("a b_1 c: .d ?.e", TOKEN_ID, TOKEN_ID, TOKEN_FIELD, TOKEN_MEMBER, TOKEN_OPTMEMBER, TOKEN_END);
  EXPECT_KINDS("7 1_000 2.50 80% 15 minutes 40.00 USD 128_000 tokens", TOKEN_INT, TOKEN_INT, TOKEN_DECIMAL, TOKEN_PERCENT,
               TOKEN_DURATION, TOKEN_MONEY, TOKEN_QUANTITY, TOKEN_END);
  EXPECT_KINDS("2027-01-31 2027-01-31T10:00:00Z 2027-01-31T10:00:00.250-05:00", TOKEN_DATE, TOKEN_TIME, TOKEN_TIME, TOKEN_END);
  EXPECT_KINDS("( ) { .{ } [ ] , | ? -> = == != < <= > >= + - * :", TOKEN_LP, TOKEN_RP, TOKEN_LB, TOKEN_DOTLB, TOKEN_RB,
               TOKEN_LS, TOKEN_RS, TOKEN_COMMA, TOKEN_BAR, TOKEN_QM, TOKEN_ARROW, TOKEN_EQ, TOKEN_EQEQ, TOKEN_NE, TOKEN_LT,
               TOKEN_LE, TOKEN_GT, TOKEN_GE, TOKEN_PLUS, TOKEN_MINUS, TOKEN_STAR, TOKEN_COLON, TOKEN_END);
  EXPECT_KINDS("\"a\\\"b\" # end\nx", TOKEN_STRING, TOKEN_COMMENT, TOKEN_ID, TOKEN_END);
}
END_TEST

START_TEST(words_before_colon_and_after_dot_are_names) {
  EXPECT_KINDS("where: .where where", TOKEN_FIELD, TOKEN_MEMBER, TOKEN_WHERE, TOKEN_END);
  EXPECT_KINDS("call  : limit:", TOKEN_FIELD, TOKEN_FIELD, TOKEN_END);
}
END_TEST

START_TEST(every_word_is_found) {
  for (unsigned kind = TOKEN_PACKAGE; kind < TOKEN_KIND_COUNT; kind++) {
    const char *word = token_word((enum token_kind)kind);
    struct read r;
    ck_assert_ptr_nonnull(word);
    read_text(&r, word, strlen(word));
    ck_assert_uint_eq(r.source->tokens[0].kind, kind);
    done(&r);
  }
}
END_TEST

START_TEST(a_slash_is_a_division_or_a_pattern) {
  expect_expression("b / 2 / c", "(BINARY:`/` (BINARY:`/` (NAME b) (INT 2)) (NAME c))");
  expect_expression("b matches /x[/]\\/y/", "(BINARY:matches (NAME b) (PATTERN /x[/]\\/y/))");
  expect_item("detector plate \"cars\" /[A-Z]+/ /[0-9]+/",
              "(DETECTOR (NAME plate) (STRING \"cars\") (LIST (PATTERN /[A-Z]+/) (PATTERN /[0-9]+/)))");
}
END_TEST

START_TEST(a_unit_belongs_to_its_line) {
  EXPECT_KINDS("5\ndays", TOKEN_INT, TOKEN_ID, TOKEN_END);
  EXPECT_KINDS("5 days: 6 USD: ", TOKEN_INT, TOKEN_FIELD, TOKEN_INT, TOKEN_FIELD, TOKEN_END);
  EXPECT_KINDS("5 GET", TOKEN_INT, TOKEN_GET, TOKEN_END);
}
END_TEST

START_TEST(line_ends_of_both_kinds) {
  static const char text[] = "label a # x\r\nlabel b\r\n";
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert(!r.source->broken);
  ck_assert_uint_eq(r.source->line_count, 3);
  ck_assert_uint_eq(r.source->lines[1], 13);
  ck_assert_uint_eq(r.source->tokens[2].kind, TOKEN_COMMENT);
  ck_assert_uint_eq(r.source->tokens[2].length, 3);
  done(&r);
}
END_TEST

START_TEST(strings_are_resolved) {
  static const char text[] = "let a = \"q\\\"b\\\\n\\n\\t\\u{e9}\\u{1F600}\"";
  struct read r;
  uint32_t length;
  read_text(&r, text, strlen(text));
  ck_assert_msg(!r.source->broken, "%s", shown(&r));
  const char *value = node_string(r.source, items(&r)->kid[0]->kid[1], &r.arena, &length);
  ck_assert_str_eq(value, "q\"b\\n\n\t\xC3\xA9\xF0\x9F\x98\x80");
  ck_assert_uint_eq(length, strlen(value));
  done(&r);
}
END_TEST

/* ---- characters */

START_TEST(bad_characters) {
  expect_error("label a\nlabel b \"x\xFFy\"", "E0003", "\xFF", "not UTF-8", 1, 2);
  expect_error("label a \"\xED\xA0\x80\"", "E0003", "\xED", "not UTF-8", 1, 1);
  expect_error("label a # \xE2\x80\xAE\nlabel b", "E0005", "\xE2", "<U+202E>", 1, 2);
  expect_error("label a \"\xE2\x81\xA6\"", "E0005", "\xE2", "U+2066", 1, 1);
  expect_error("label a \x01 label b", "E0004", "\x01", "U+0001", 1, 2);
  expect_error("label caf\xC3\xA9\nlabel b", "E0006", "\xC3\xA9", "ASCII", 1, 2);
  expect_error("label a $ label b", "E0006", "$", "no meaning", 1, 2);
  expect_mended("label\xC2\xA0x", "E0006", "label x");
}
END_TEST

START_TEST(a_nul_ends_nothing) {
  static const char text[] = "label a\0label b\nlabel c";
  struct read r;
  read_text(&r, text, sizeof text - 1);
  ck_assert_uint_eq(r.diags.errors, 1);
  ck_assert_str_eq(rbc_diag_code_name(r.diags.first->code), "E0004");
  ck_assert_uint_eq(items(&r)->count, 3);
  done(&r);
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over) {
  static const char text[] = "\xEF\xBB\xBFlabel a";
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert(!r.source->broken);
  done(&r);
}
END_TEST

START_TEST(bad_texts) {
  expect_error("label a \"open\nlabel b", "E0007", "\"open", "no end", 1, 2);
  expect_error("let a = \"\\q\"", "E0008", "\\q", "no escape", 1, 1);
  expect_error("let a = \"\\u{110000}\"", "E0008", "\\u", "no character", 1, 1);
  expect_error("let a = b matches /x\nlet b = 1", "E0013", "/x", "no end", 1, 2);
  expect_mended("label a 'about'", "E0016", "label a \"about\"");
}
END_TEST

START_TEST(bad_numbers) {
  expect_error("let a = 1__0", "E0009", "1__0", "underscore", 1, 1);
  expect_error("let a = 10_", "E0009", "10_", "underscore", 1, 1);
  expect_error("let a = 007", "E0009", "007", "start with 0", 1, 1);
  expect_error("let a = 10USD", "E0009", "10USD", "10 USD", 1, 1);
  expect_error("let a = 9223372036854775808", "E0010", "9223372036854775808", "too large", 1, 1);
  expect_error("let a = 4 XQZ", "E0011", "XQZ", "ISO 4217", 1, 1);
  expect_error("let a = 2 months", "E0014", "2 months", "fixed length", 1, 1);
  expect_error("let a = 1.5 hours", "E0009", "1.5", "smaller unit", 1, 1);
  expect_error("let a = 2027-02-29", "E0012", "2027-02-29", "no date", 1, 1);
  expect_error("let a = 2027-2-3", "E0012", "2027-2-3", "no date", 1, 1);
  expect_error("let a = 2027-02-03T10:00:00", "E0012", "2027-02-03T", "zone", 1, 1);
  expect_mended("let a = 20 min", "E0014", "let a = 20 minutes");
  expect_mended("let a = 20 hourz", "E0014", "let a = 20 hours");
}
END_TEST

/* ---- shapes */

START_TEST(expressions_bind_as_they_read) {
  expect_expression("b + c * d - e", "(BINARY:`-` (BINARY:`+` (NAME b) (BINARY:`*` (NAME c) (NAME d))) (NAME e))");
  expect_expression("not b and c or d",
                    "(BINARY:or (BINARY:and (UNARY:not (NAME b)) (NAME c)) (NAME d))");
  expect_expression("b otherwise c otherwise 0", "(BINARY:otherwise (BINARY:otherwise (NAME b) (NAME c)) (INT 0))");
  expect_expression("if b then c else if d then e else f", "(IF (NAME b) (NAME c) (IF (NAME d) (NAME e) (NAME f)))");
  expect_expression("b.c?.d[0]", "(AT_INDEX (MEMBER:`?.name` (MEMBER:`.name` (NAME b) (NAME c)) (NAME d)) (INT 0))");
  expect_expression("-b.c", "(UNARY:`-` (MEMBER:`.name` (NAME b) (NAME c)))");
  expect_expression("b not in [c, \"d\"]", "(BINARY:not (NAME b) (ARRAY (LIST (NAME c) (STRING \"d\"))))");
  expect_expression("b starts with \"c\" and d ends with \"e\"",
                    "(BINARY:and (BINARY:starts (NAME b) (STRING \"c\")) (BINARY:ends (NAME d) (STRING \"e\")))");
  expect_expression("b is present or c.d is missing",
                    "(BINARY:or (PRESENCE:present (NAME b)) (PRESENCE:missing (MEMBER:`.name` (NAME c) (NAME d))))");
  expect_expression("session has secret", "(HAS (NAME session) (PATH (LIST (NAME secret))))");
}
END_TEST

START_TEST(loops) {
  expect_expression("any b in c where b == 1 or d",
                    "(QUANTIFIER:any (BINDER (NAME b) - (NAME c) -) (BINARY:or (BINARY:`==` (NAME b) (INT 1)) (NAME d)))");
  expect_expression("all (b, c) in pairs(d, e) satisfy b != c",
                    "(QUANTIFIER:all (BINDER (NAME b) (NAME c) (NAME d) (NAME e)) (BINARY:`!=` (NAME b) (NAME c)))");
  expect_expression("(first b in c where b.d)?.e",
                    "(MEMBER:`?.name` (QUANTIFIER:first (BINDER (NAME b) - (NAME c) -) (MEMBER:`.name` (NAME b) (NAME d))) (NAME e))");
  expect_expression("count(for b in c where b)", "(COUNT (BINDER (NAME b) - (NAME c) -) (NAME b))");
  expect_expression("count(b)", "(INVOKE (NAME count) (LIST (NAME b)))");
  expect_expression("sum(b.d for b in c)", "(FOLD:sum (MEMBER:`.name` (NAME b) (NAME d)) (BINDER (NAME b) - (NAME c) -) -)");
  expect_expression("max(0, b)", "(INVOKE (NAME max) (LIST (INT 0) (NAME b)))");
  expect_expression("min(b for b in c where d)", "(FOLD:min (NAME b) (BINDER (NAME b) - (NAME c) -) (NAME d))");
}
END_TEST

START_TEST(what_a_session_knows) {
  expect_expression("seen ticket", "(SEEN (PATH (LIST (NAME ticket))) - -)");
  expect_expression("seen ticket(b.id)?.open",
                    "(MEMBER:`?.name` (SEEN (PATH (LIST (NAME ticket))) (LIST (MEMBER:`.name` (NAME b) (NAME id))) -) (NAME open))");
  expect_expression("seen desk.ticket(b)", "(SEEN (PATH (LIST (NAME desk) (NAME ticket))) (LIST (NAME b)) -)");
  expect_expression("seen ticket.id", "(MEMBER:`.name` (SEEN (PATH (LIST (NAME ticket))) - -) (NAME id))");
  expect_expression("seen ticket(b) within the last 10 minutes",
                    "(SEEN (PATH (LIST (NAME ticket))) (LIST (NAME b)) (DURATION 10 minutes))");
  expect_expression("b.at within the next 2 days", "(WITHIN:next (MEMBER:`.name` (NAME b) (NAME at)) (DURATION 2 days))");
  expect_expression("the only seen guest", "(ONLY_SEEN (PATH (LIST (NAME guest))))");
  expect_expression("said(b) or vouched(c)", "(BINARY:or (SAID (NAME b)) (VOUCHED (NAME c)))");
  expect_expression("bound guest", "(BOUND (PATH (LIST (NAME guest))))");
}
END_TEST

START_TEST(rules) {
  expect_item("policy p \"doc\" { allow call a.{ b, c } by { d, e } where f unless g with redact h.i of [j, k.l], note(\"x\") because \"y\" }",
    "(POLICY (NAME p) (STRING \"doc\") (LIST (ALLOW (EVENT:call (TARGET (PATH (LIST (NAME a))) (LIST (NAME b) (NAME c))) -) "
    "(LIST (PATH (LIST (NAME d))) (PATH (LIST (NAME e)))) (NAME f) (NAME g) "
    "(LIST (REDACT (MEMBER:`.name` (NAME h) (NAME i)) (LIST (PATH (LIST (NAME j))) (PATH (LIST (NAME k) (NAME l))))) "
    "(OBLIGATION (NAME note) (STRING \"x\"))) (STRING \"y\"))))");
  expect_item("guard g { ask boss, requester before delegate to a.b because \"c\" wait at most 2 hours }",
    "(GUARD (NAME g) - (LIST (ASK (EVENT:delegate (PATH (LIST (NAME a) (NAME b))) -) - - - - (STRING \"c\") "
    "(LIST (PATH (LIST (NAME boss))) (PATH (LIST (NAME requester)))) (DURATION 2 hours))))");
  expect_item("guard g { redact args.text of [email] before call desk.send where b }",
    "(GUARD (NAME g) - (LIST (OBLIGE (EVENT:call (TARGET (PATH (LIST (NAME desk) (NAME send))) -) -) - (NAME b) - "
    "(LIST (REDACT (MEMBER:`.name` (NAME args) (NAME text)) (LIST (PATH (LIST (NAME email)))))) -)))");
  expect_item("guard g { require note(\"a\"), mark before infer by b }",
    "(GUARD (NAME g) - (LIST (OBLIGE (EVENT:infer - -) (LIST (PATH (LIST (NAME b)))) - - "
    "(LIST (OBLIGATION (NAME note) (STRING \"a\")) (OBLIGATION (NAME mark) -)) -)))");
  expect_item("policy p { allow release to person by a with redact of [email] }",
    "(POLICY (NAME p) - (LIST (ALLOW (EVENT:release (NAME person) -) (LIST (PATH (LIST (NAME a)))) - - "
    "(LIST (REDACT - (LIST (PATH (LIST (NAME email)))))) -)))");
  expect_item("guard g { deny call desk except { look } let a = b otherwise ask boss because \"c\" }",
    "(GUARD (NAME g) - (LIST (DENY (EVENT:call (TARGET (PATH (LIST (NAME desk))) -) (LIST (NAME look))) - - - - -) "
    "(LET (NAME a) (NAME b) (OTHERWISE_EFFECT:ask (LIST (PATH (LIST (NAME boss)))) (STRING \"c\")))))");
  expect_item("waive g for a.b where c until 2027-01-31 because \"d\"",
    "(WAIVE (PATH (LIST (NAME g))) (PATH (LIST (NAME a) (NAME b))) (NAME c) (DATE 2027-01-31) (STRING \"d\"))");
}
END_TEST

START_TEST(limits) {
  static const char event[] = "(EVENT:call (TARGET (PATH (LIST (NAME a) (NAME b))) -) -)";
  char form[512];
  snprintf(form, sizeof form, "(GUARD (NAME g) - (LIST (LIMIT:per %s (MEMBER:`.name` (NAME args) (NAME sum)) (PATH (LIST (NAME requester))) "
           "- (MONEY 9 USD) (NAME day) (PERCENT 80%%) (MONEY 3 USD))))", event);
  expect_item("guard g { limit call a.b of args.sum for each requester at most 9 USD per day burst 3 USD warn at 80% }", form);
  snprintf(form, sizeof form, "(GUARD (NAME g) - (LIST (LIMIT:at %s - (PATH (LIST (NAME session))) - (INT 1) - - -)))", event);
  expect_item("guard g { limit call a.b for each session at most 1 at once }", form);
  snprintf(form, sizeof form, "(GUARD (NAME g) - (LIST (LIMIT:session %s - - (NAME c) (INT 3) - - -)))", event);
  expect_item("guard g { limit call a.b where c to 3 per session }", form);
  /* a free word that begins the next rule is not taken for the name of a connector */
  expect_item("guard g { deny call limit call at most 5 per 24 hours }",
    "(GUARD (NAME g) - (LIST (DENY (EVENT:call - -) - - - - -) (LIMIT:per (EVENT:call - -) - - - (INT 5) (DURATION 24 hours) - -)))");
}
END_TEST

START_TEST(connectors) {
  expect_item("connector desk \"Help desk\" { kind tickets  base \"https://x\"  limit 600 per minute\n"
              "entity ticket { id: string key  status: one of { open, \"on hold\", other }  vip: bool as \"yes\" | \"no\" }\n"
              "reads look(id: string, n: int paging = 20) -> ticket { id: args.id } GET \"/t\" yields hearsay\n"
              "destroys drop(id: string) changes ticket(args.id) sends outside binds ticket proves known }",
    "(CONNECTOR (NAME desk) (STRING \"Help desk\") (LIST (PROP (NAME kind) (LIST (PATH (LIST (NAME tickets)))) -) "
    "(PROP (NAME base) (LIST (STRING \"https://x\")) -) (PROP (NAME limit) (LIST (INT 600)) (NAME minute)) "
    "(ENTITY (NAME ticket) (LIST (FIELD (NAME id) (T_NAME (PATH (LIST (NAME string)))) (LIST (FIELDATTR:key -))) "
    "(FIELD (NAME status) (T_ONEOF (LIST (NAME open) (STRING \"on hold\") (NAME other))) (LIST)) "
    "(FIELD (NAME vip) (T_NAME (PATH (LIST (NAME bool)))) (LIST (FIELDATTR:as (LIST (STRING \"yes\") (STRING \"no\"))))))) "
    "(OPERATION:reads (NAME look) (LIST (PARAM (NAME id) (T_NAME (PATH (LIST (NAME string)))) (LIST) -) "
    "(PARAM (NAME n) (T_NAME (PATH (LIST (NAME int)))) (LIST (FIELDATTR:a name (PATH (LIST (NAME paging))))) (INT 20))) "
    "(RESULT (T_NAME (PATH (LIST (NAME ticket)))) (RECORD (LIST (ARG (NAME id) (MEMBER:`.name` (NAME args) (NAME id)))))) "
    "(LIST (HTTP:GET (STRING \"/t\")) (YIELDS (PATH (LIST (NAME hearsay)))))) "
    "(OPERATION:destroys (NAME drop) (LIST (PARAM (NAME id) (T_NAME (PATH (LIST (NAME string)))) (LIST) -)) - "
    "(LIST (CHANGES (PATH (LIST (NAME ticket))) (LIST (MEMBER:`.name` (NAME args) (NAME id)))) (SENDS) "
    "(BINDS (PATH (LIST (NAME ticket)))) (PROVES (PATH (LIST (NAME known))))))))");
}
END_TEST

START_TEST(declarations) {
  expect_item("package a.b in \"b/\" declares agents, policies uses std.x.{ y, z }",
    "(GRANT (PATH (LIST (NAME a) (NAME b))) (STRING \"b/\") (LIST (NAME agents) (NAME policies)) "
    "(LIST (TARGET (PATH (LIST (NAME std) (NAME x))) (LIST (NAME y) (NAME z)))))");
  expect_item("now 2027-01-31T15:00:00Z", "(SETTING (NAME now) (TIME 2027-01-31T15:00:00Z))");
  expect_item("region world \"all\" { region north region south { region pole } }",
    "(REGION (NAME world) (STRING \"all\") (LIST (REGION (NAME north) - -) (REGION (NAME south) - (LIST (REGION (NAME pole) - -)))))");
  expect_item("proof known \"who\" lasts 15 minutes", "(PROOF (NAME known) (STRING \"who\") (DURATION 15 minutes))");
  expect_item("tree org from \"org.csv\" { member: string group: string } lasts 1 day",
    "(TREE (NAME org) (STRING \"org.csv\") (LIST (FIELD (NAME member) (T_NAME (PATH (LIST (NAME string)))) (LIST)) "
    "(FIELD (NAME group) (T_NAME (PATH (LIST (NAME string)))) (LIST))) - (DURATION 1 day))");
  expect_item("table fee { zone: one of { near, far } key  cost: money(EUR)? } rows { (near, 1 EUR) (far, 2 EUR) }",
    "(TABLE (NAME fee) - (LIST (FIELD (NAME zone) (T_ONEOF (LIST (NAME near) (NAME far))) (LIST (FIELDATTR:key -))) "
    "(FIELD (NAME cost) (T_OPTIONAL (T_MONEY (NAME EUR))) (LIST))) "
    "(LIST (ROW (LIST (NAME near) (MONEY 1 EUR))) (ROW (LIST (NAME far) (MONEY 2 EUR)))) -)");
  expect_item("fn f(a: list of t, b: map of set of int) -> bool = a == b",
    "(FN (NAME f) (LIST (PARAM (NAME a) (T_LIST (T_NAME (PATH (LIST (NAME t))))) (LIST) -) "
    "(PARAM (NAME b) (T_MAP (T_SET (T_NAME (PATH (LIST (NAME int)))))) (LIST) -)) (T_NAME (PATH (LIST (NAME bool)))) "
    "(BINARY:`==` (NAME a) (NAME b)))");
  expect_item("model small \"quick\" { provider x price input 0.15 USD per 1_000_000 tokens quality chat 0.82 regions eu, us }",
    "(MODEL (NAME small) (STRING \"quick\") (LIST (PROP (NAME provider) (LIST (PATH (LIST (NAME x)))) -) "
    "(PROP (NAME price) (LIST (PATH (LIST (NAME input))) (MONEY 0.15 USD)) (QUANTITY 1_000_000 tokens)) "
    "(PROP (NAME quality) (LIST (PATH (LIST (NAME chat))) (DECIMAL 0.82)) -) "
    "(PROP (NAME regions) (LIST (PATH (LIST (NAME eu))) (PATH (LIST (NAME us)))) -)))");
  expect_item("agent a { owner \"b\" uses c.{ d } accepts e.f }",
    "(AGENT (NAME a) - (LIST (PROP (NAME owner) (LIST (STRING \"b\")) -) (USES (TARGET (PATH (LIST (NAME c))) (LIST (NAME d)))) "
    "(ACCEPTS (PATH (LIST (NAME e) (NAME f))))))");
}
END_TEST

START_TEST(routes_and_proofs) {
  expect_item("route r { for infer by a prefer weighted { m.x 70%, m.y 30% } sticky by session retry 1 on timeout, refused "
              "cap 1 USD per request tier chat { prefer highest model.quality } }",
    "(ROUTE (NAME r) (LIST (ROUTEPROP:for (EVENT:infer - -) (LIST (PATH (LIST (NAME a))))) "
    "(ROUTEPROP:prefer (NAME weighted) (LIST (ROW (LIST (PATH (LIST (NAME m) (NAME x))) (PERCENT 70%))) "
    "(ROW (LIST (PATH (LIST (NAME m) (NAME y))) (PERCENT 30%)))) (NAME session)) "
    "(ROUTEPROP:retry (INT 1) (LIST (NAME timeout) (NAME refused))) (ROUTEPROP:cap (MONEY 1 USD) (NAME request)) "
    "(ROUTEPROP:tier (LIST (NAME chat)) (LIST (ROUTEPROP:prefer (NAME highest) (MEMBER:`.name` (NAME model) (NAME quality)) -)))))");
  expect_item("prove \"p\" { never allow call where operation.destroys without ask }",
    "(PROVE (STRING \"p\") (LIST (CLAIM:never (EVENT:call - -) - (MEMBER:`.name` (NAME operation) (NAME destroys)) - (NAME ask))))");
}
END_TEST

START_TEST(tests_in_the_language) {
  expect_item("test \"t\" { at 2027-01-31T15:00:00Z given requester { desk: eu } given session has known given said \"x\"\n"
              "given seen ticket { id: \"7\" } given rows fee { (near, 1 EUR) }\n"
              "call a.b(c: 1) by d -> { \"8\": 2 } approved by [boss] then infer task: chat by d -> failed\n"
              "release to person text: \"y\" by d expect ask boss by p expect deny }",
    "(TEST (STRING \"t\") (LIST (T_AT (TIME 2027-01-31T15:00:00Z)) (GIVEN_REQUESTER (RECORD (LIST (ARG (NAME desk) (NAME eu))))) "
    "(GIVEN_HAS (LIST (PATH (LIST (NAME known))))) (GIVEN_SAID (STRING \"x\")) "
    "(GIVEN_SEEN (PATH (LIST (NAME ticket))) (RECORD (LIST (ARG (NAME id) (STRING \"7\"))))) "
    "(GIVEN_ROWS (PATH (LIST (NAME fee))) (LIST (ROW (LIST (NAME near) (MONEY 1 EUR))))) "
    "(STEP:call (EVENT:call (TARGET (PATH (LIST (NAME a) (NAME b))) -) -) (LIST (ARG (NAME c) (INT 1))) (PATH (LIST (NAME d))) "
    "(RECORD (LIST (ARG (STRING \"8\") (INT 2)))) (LIST (PATH (LIST (NAME boss))))) "
    "(STEP:then (EVENT:infer - -) (LIST (ARG (NAME task) (NAME chat))) (PATH (LIST (NAME d))) (NAME failed) -) "
    "(STEP:release (EVENT:release (NAME person) -) (LIST (ARG (NAME text) (STRING \"y\"))) (PATH (LIST (NAME d))) - -) "
    "(EXPECT:ask (PATH (LIST (NAME p))) (LIST (PATH (LIST (NAME boss)))) -) (EXPECT:deny - - -)))");
}
END_TEST

START_TEST(free_words_are_names) {
  expect_item("type limit { call: int  where: int  by: string  status: route }",
    "(TYPE (NAME limit) (LIST (FIELD (NAME call) (T_NAME (PATH (LIST (NAME int)))) (LIST)) "
    "(FIELD (NAME where) (T_NAME (PATH (LIST (NAME int)))) (LIST)) (FIELD (NAME by) (T_NAME (PATH (LIST (NAME string)))) (LIST)) "
    "(FIELD (NAME status) (T_NAME (PATH (LIST (NAME route)))) (LIST))))");
  expect_expression("limit.where + test", "(BINARY:`+` (MEMBER:`.name` (NAME limit) (NAME where)) (NAME test))");
}
END_TEST

START_TEST(spans_and_paths) {
  static const char text[] = "package a.b\nlet c = (d + e) # end\n";
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert_str_eq(node_path(r.source, r.source->file->kid[0]->kid[0], &r.arena), "a.b");
  struct span span = node_span(r.source, items(&r)->kid[0]->kid[1]);
  ck_assert_int_eq(strncmp(text + span.start, "(d + e)", span.end - span.start), 0);
  ck_assert_uint_eq(span.end - span.start, 7);
  span = node_span(r.source, items(&r)->kid[0]);
  ck_assert_uint_eq(span.start, 12);
  ck_assert_uint_eq(span.end, 27);
  done(&r);
}
END_TEST

/* ---- mistakes */

START_TEST(slips_are_mended) {
  expect_mended("guard g { deny call where a = 1 }", "E0024", "guard g { deny call where a == 1 }");
  expect_mended("let a == 1", "E0024", "let a = 1");
  expect_mended("guard g { deny call where a && b }", "E0017", "guard g { deny call where a and b }");
  expect_mended("guard g { deny call where a || b }", "E0017", "guard g { deny call where a or b }");
  expect_mended("guard g { deny call where !b }", "E0017", "guard g { deny call where not b }");
  expect_mended("guard g { deny call where a <> b }", "E0017", "guard g { deny call where a != b }");
  expect_mended("// hello\nlabel a", "E0015", "# hello\nlabel a");
  expect_mended("agent a { owner: \"b\" }", "E0029", "agent a { owner \"b\" }");
  expect_mended("type a { b int }", "E0029", "type a { b: int }");
  expect_mended("type a { b: int, c: int }", "E0020", "type a { b: int c: int }");
  expect_mended("agent a {\n owner \"b\",\n purpose \"c\"\n}", "E0020", "agent a {\n owner \"b\"\n purpose \"c\"\n}");
  expect_mended("guard g { deny call if a }", "E0030", "guard g { deny call where a }");
  expect_mended("guard g { forbid call where a }", "E0030", "guard g { deny call where a }");
  expect_mended("polcy p { }", "E0030", "policy p { }");
  expect_mended("guard g { dny call where a }", "E0030", "guard g { deny call where a }");
  expect_mended("guard g { ask boss call a }", "E0020", "guard g { ask boss before call a }");
  expect_mended("guard g { deny a.b where c }", "E0020", "guard g { deny call a.b where c }");
  expect_mended("guard g { deny call a \"reason\" }", "E0020", "guard g { deny call a because \"reason\" }");
  expect_mended("guard g { deny call where a is not present }", "E0030", "guard g { deny call where a is missing }");
  expect_mended("guard g { deny call where a is 3 }", "E0030", "guard g { deny call where a == 3 }");
  expect_mended("agent a { owner = \"b\" uses c }", "E0020", "agent a { owner  \"b\" uses c }");
  expect_mended("type a { b: enum { c, d } }", "E0030", "type a { b: one of { c, d } }");
  expect_mended("connector a { read b() -> c }", "E0030", "connector a { reads b() -> c }");
  expect_mended("guard g { deny call where a == 1 AND b }", "E0030", "guard g { deny call where a == 1 and b }");
  expect_mended("let a = all b in c where b", "E0030", "let a = all b in c satisfy b");
}
END_TEST

START_TEST(slips_are_named) {
  expect_error("guard g { deny call where a == b == c }", "E0023", "== c", "chained", 1, 1);
  expect_error("guard g { deny call where a < b <= c }", "E0023", "<= c", "chained", 1, 1);
  expect_error("agent where { owner \"a\" }", "E0025", "where", "word of the language", 1, 1);
  expect_error("let allow = 3", "E0025", "allow", "word of the language", 1, 1);
  expect_error("guard g {\n deny call because\n}", "E0026", "because", "followed by a reason", 1, 1);
  expect_error("guard g {\n deny call because it is late\n deny infer\n}", "E0026", "it is late", "double quotes", 1, 1);
  expect_error("guard g { deny call because \"a\" where b }", "E0027", "where", "stands before", 1, 1);
  expect_error("guard g { deny call where a where b }", "E0027", "where b", "second `where`", 1, 1);
  expect_error("guard g { deny call wait at most 1 hour }", "E0027", "1 hour", "no place", 1, 1);
  expect_error("label a package b", "E0028", "package", "first", 1, 1);
  expect_error("package a package b label c", "E0028", "package b", "one `package`", 1, 1);
}
END_TEST

START_TEST(expected_in_the_words_of_people) {
  expect_error("guard g { deny call where }", "E0020", "}", "expected an expression, found `}`", 1, 1);
  expect_error("type a { b: }", "E0020", "}", "expected a type, found `}`", 1, 1);
  expect_error("5", "E0020", "5", "a declaration", 1, 0);
  expect_error("test \"t\" { 5 }", "E0020", "5", "a line of a test", 1, 1);
  expect_error("let a = b in (\"c\", d)", "E0020", ",", "a list stands in brackets", 1, 1);
  expect_error("guard g {\n deny call where b c\n deny infer\n}", "E0020", "c", "an operator such as `==`", 1, 1);
  expect_error("label 5", "E0020", "5", "a name", 1, 0);
}
END_TEST

START_TEST(brackets_that_stay_open) {
  expect_error("guard g {\n deny call where (a\n}\nlabel b", "E0021", "}", "`)` is missing", 1, 2);
  expect_error("guard g {\n deny call where [a\n}\nlabel b", "E0021", "}", "`]` is missing", 1, 2);
  expect_error("guard g {\n deny call\n\nguard h { deny infer }\nlabel a", "E0021", "guard h", "this brace is still open", 1, 3);
  expect_error("agent a {\n owner \"b\"\n\npolicy p { deny infer }\nlabel a", "E0021", "policy p", "this brace is still open", 1, 3);
  expect_error("label a }\nlabel b", "E0020", "}", "delete it", 1, 2);
  expect_error("guard g { deny call", "E0021", "", "`}` is missing before the end of the file", 1, 1);
}
END_TEST

START_TEST(many_errors_one_run) {
  static const char text[] =
    "policy p {\n"
    "  allow call a.b where ) c\n"
    "  allow call a.c by d\n"
    "  deny call where == 3\n"
    "  deny infer where a\n"
    "}\n"
    "type t { a: ] b: int }\n"
    "connector c {\n"
    "  reads look(id: -> t\n"
    "  reads list() -> t\n"
    "}\n"
    "test \"x\" {\n"
    "  given requester { a: }\n"
    "  expect ( allow\n"
    "  call a.b(c: 1) by d\n"
    "  expect deny\n"
    "}\n"
    "label last\n";
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert_msg(r.diags.errors == 6, "%s", shown(&r));
  struct node *list = items(&r);
  ck_assert_uint_eq(list->kid[list->count - 1]->kind, NODE_LABEL);
  ck_assert_uint_eq(list->kid[0]->kind, NODE_POLICY);
  unsigned rules = list->kid[0]->kid[2]->count;
  ck_assert_msg(rules >= 2 && rules <= 4, "%u rules", rules);
  for (const struct diag *d = r.diags.first; d && d->next; d = d->next) ck_assert_uint_le(d->span.start, d->next->span.start);
  done(&r);
}
END_TEST

START_TEST(too_many_errors_stop) {
  struct read r;
  struct buffer text = { 0 };
  for (int i = 0; i < 500; i++) buffer_text(&text, "label $ a\n");
  read_text(&r, text.data, text.size);
  ck_assert_uint_eq(r.diags.errors, 101);
  ck_assert_str_eq(rbc_diag_code_name(r.diags.last->code), "E0031");
  done(&r);
  buffer_free(&text);
}
END_TEST

static void expect_nested(const char *open, const char *middle, const char *close, int depth, bool good) {
  struct read r;
  struct buffer text = { 0 };
  buffer_text(&text, "let a = ");
  for (int i = 0; i < depth; i++) buffer_text(&text, open);
  buffer_text(&text, middle);
  for (int i = 0; i < depth; i++) buffer_text(&text, close);
  buffer_text(&text, "\nlabel b\n");
  read_text(&r, text.data, text.size);
  ck_assert_msg(good == !r.source->broken, "%d times %s", depth, open);
  if (!good) ck_assert_msg(strstr(shown(&r), "E0022") != NULL, "%s", shown(&r));
  ck_assert_uint_eq(items(&r)->kid[items(&r)->count - 1]->kind, NODE_LABEL);
  done(&r);
  buffer_free(&text);
}

START_TEST(deep_nesting_is_an_error_not_a_crash) {
  expect_nested("(", "1", ")", 200, true);
  expect_nested("(", "1", ")", 100000, false);
  expect_nested("[", "1", "]", 5000, false);
  expect_nested("x + (", "1", ")", 5000, false);
  expect_nested("not ", "x", "", 5000, false);
  expect_nested("-", "x", "", 5000, false);
  expect_nested("", "x", ".y", 900, true);
  expect_nested("", "x", ".y", 50000, false);
  expect_nested("", "x", " + x", 900, true);
  expect_nested("", "x", " and x", 50000, false);
  expect_nested("if x then x else ", "x", "", 5000, false);
}
END_TEST

START_TEST(empty_and_odd_files) {
  static const char *const texts[] = { "", " ", "\n", "#", "# only a comment", "\t\r\n\r", "\xEF\xBB\xBF" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct read r;
    read_text(&r, texts[i], strlen(texts[i]));
    ck_assert(!r.source->broken);
    ck_assert_uint_eq(items(&r)->count, 0);
    ck_assert_ptr_null(r.source->file->kid[0]);
    done(&r);
  }
}
END_TEST

/* Every prefix of a text with all constructs is read without a crash, and keeps its declarations that are whole. */
START_TEST(prefixes) {
  static const char text[] =
    "package a.b\nimport c.{ d }\nlabel e \"x\"\ntype f { g: list of one of { h, \"i j\" }? key same k.l }\n"
    "connector m { kind n  reads o(p: int = 3) -> q { r: args.p } GET \"/s\" }\n"
    "policy t { let u = seen v(w) within the last 3 days otherwise deny because \"x\"\n"
    "  allow call m.{ o } by y where any z in xs where z matches /b/ with redact args.c of [d] because \"e\" }\n"
    "guard f { limit call g of args.h for each i at most 3 USD per 24 hours, warn at 80% }\n"
    "route j { for infer by k prefer lowest cost cap 1 USD per request }\n"
    "test \"l\" { given rows n { (1, 2) } call o.p(q: [1]) by r -> \"Error\" expect deny by s }\n";
  for (size_t size = 0; size < sizeof text; size++) {
    struct read r;
    read_text(&r, text, size);
    shown(&r);
    done(&r);
  }
  struct read r;
  read_text(&r, text, sizeof text - 1);
  ck_assert_msg(!r.source->broken, "%s", shown(&r));
  ck_assert_uint_eq(items(&r)->count, 8);
  done(&r);
}
END_TEST

/* ---- diagnostics */

START_TEST(nearest_names) {
  static const char *const names[] = { "status", "amount", "recipient", "id" };
  ck_assert_str_eq(rbc_nearest("statsu", names, 4), "status");
  ck_assert_str_eq(rbc_nearest("recipent", names, 4), "recipient");
  ck_assert_str_eq(rbc_nearest("amonut", names, 4), "amount");
  ck_assert_ptr_null(rbc_nearest("colour", names, 4));
  ck_assert_ptr_null(rbc_nearest("", names, 4));
}
END_TEST

START_TEST(codes_are_found_and_explained) {
  enum diag_code code;
  ck_assert(rbc_diag_find("e0023", &code));
  ck_assert_str_eq(rbc_diag_code_name(code), "E0023");
  ck_assert(!rbc_diag_find("E9999", &code));
  ck_assert(!rbc_diag_find("E002", &code));
  for (unsigned i = E0002; i <= E0031; i++) {
    ck_assert_uint_gt(strlen(rbc_diag_title((enum diag_code)i)), 5);
    ck_assert_msg(strlen(rbc_diag_explanation((enum diag_code)i)) > 80, "%s", rbc_diag_code_name((enum diag_code)i));
  }
}
END_TEST

START_TEST(rendered_for_a_terminal) {
  static const char text[] = "guard g {\n\tdeny call where caf\xC3\xA9 == \"\xE2\x80\xAE\"\n}\n";
  struct read r;
  read_text(&r, text, strlen(text));
  ck_assert_ptr_nonnull(strstr(shown(&r), "sample.rb:2:21"));
  ck_assert_ptr_nonnull(strstr(shown(&r), "<U+202E>"));
  ck_assert_ptr_null(strstr(shown(&r), "\xE2\x80\xAE"));
  done(&r);
  read_text(&r, "label a\nlet b = 3 = 4\n", 22);
  ck_assert_str_eq(shown(&r),
    "error[E0024]: a comparison is written `==`\n"
    "  --> sample.rb:2:11\n"
    "  |\n"
    "2 | let b = 3 = 4\n"
    "  |           ^ `=` only gives a name to a value\n"
    "  = help: write `==`\n\n");
  done(&r);
}
END_TEST

START_TEST(rendered_as_json) {
  struct read r;
  struct rbc_texts texts;
  char *text = NULL;
  size_t size = 0;
  read_text(&r, "let b = 3 = 4\n", 14);
  ck_assert(rbc_source_texts(&r.words, &r.source, 1, &texts));
  FILE *out = open_memstream(&text, &size);
  ck_assert(rbc_render_json(out, &r.diags, &texts));
  fclose(out);
  ck_assert_str_eq(text,
    "{\"code\":\"E0024\",\"severity\":\"error\",\"title\":\"`=` in a condition\",\"message\":\"a comparison is written `==`\","
    "\"file\":\"sample.rb\",\"line\":1,\"column\":11,\"end_line\":1,\"end_column\":12,\"start\":10,\"end\":11,"
    "\"label\":\"`=` only gives a name to a value\",\"labels\":[],\"note\":null,\"help\":\"write `==`\","
    "\"fix\":{\"file\":\"sample.rb\",\"line\":1,\"column\":11,\"end_line\":1,\"end_column\":12,\"start\":10,\"end\":11,\"text\":\"==\"}}\n");
  free(text);
  done(&r);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("syntax");
  const struct { const char *name; const TTest *tests[16]; } CASES[] = {
    { "tokens", { tokens_of_every_form, words_before_colon_and_after_dot_are_names, every_word_is_found,
                  a_slash_is_a_division_or_a_pattern, a_unit_belongs_to_its_line, line_ends_of_both_kinds, strings_are_resolved } },
    { "characters", { bad_characters, a_nul_ends_nothing, a_byte_order_mark_is_passed_over, bad_texts, bad_numbers } },
    { "shapes", { expressions_bind_as_they_read, loops, what_a_session_knows, rules, limits, connectors, declarations,
                  routes_and_proofs, tests_in_the_language, free_words_are_names, spans_and_paths } },
    { "mistakes", { slips_are_mended, slips_are_named, expected_in_the_words_of_people, brackets_that_stay_open,
                    many_errors_one_run, too_many_errors_stop, deep_nesting_is_an_error_not_a_crash, empty_and_odd_files,
                    prefixes } },
    { "diagnostics", { nearest_names, codes_are_found_and_explained, rendered_for_a_terminal, rendered_as_json } },
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    TCase *tests = tcase_create(CASES[i].name);
    for (size_t k = 0; k < 16 && CASES[i].tests[k]; k++) tcase_add_test(tests, CASES[i].tests[k]);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(s, tests);
  }
  return s;
}

int main(void) {
  return run_suite(suite());
}
