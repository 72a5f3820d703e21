/* expected.c: what could have stood at a place, in people's words: "a rule or `}`", not eighty tokens. */
#include <string.h>
#include "support/buffer.h"
#include "syntax/parse.h"

enum { MOST_WORDS = 24, MOST_NAMED = 6 };

/* When all of `witnesses` could stand there, `words` stands for all of `members`. TOKEN_END ends both. */
struct group { const char *words; unsigned char witnesses[6], members[64]; };

static const struct group GROUPS[] = {
  { "a declaration", { TOKEN_POLICY, TOKEN_GUARD, TOKEN_AGENT },
    { TOKEN_PACKAGE, TOKEN_IMPORT, TOKEN_WORKSPACE, TOKEN_LABEL, TOKEN_PROOF, TOKEN_REGION, TOKEN_CONTEXT, TOKEN_GROUP,
      TOKEN_TYPE, TOKEN_TABLE, TOKEN_TREE, TOKEN_FN, TOKEN_LET, TOKEN_TEAM, TOKEN_AGENT, TOKEN_MODEL, TOKEN_PROVIDER,
      TOKEN_DETECTOR, TOKEN_CONNECTOR, TOKEN_POLICY, TOKEN_GUARD, TOKEN_WAIVE, TOKEN_ROUTE, TOKEN_PROVE, TOKEN_TEST,
      TOKEN_ID } },
  { "a rule", { TOKEN_ALLOW, TOKEN_DENY, TOKEN_ASK, TOKEN_LIMIT },
    { TOKEN_ALLOW, TOKEN_DENY, TOKEN_ASK, TOKEN_LIMIT, TOKEN_LET, TOKEN_REDACT, TOKEN_REQUIRE } },
  { "an operation (`reads`, `writes` or `destroys`)", { TOKEN_READS, TOKEN_WRITES, TOKEN_DESTROYS },
    { TOKEN_READS, TOKEN_WRITES, TOKEN_DESTROYS } },
  { "an expression", { TOKEN_ID, TOKEN_INT, TOKEN_STRING, TOKEN_LP, TOKEN_SAID },
    { TOKEN_ID, TOKEN_INT, TOKEN_DECIMAL, TOKEN_MONEY, TOKEN_DURATION, TOKEN_QUANTITY, TOKEN_PERCENT, TOKEN_DATE,
      TOKEN_TIME, TOKEN_STRING, TOKEN_PATTERN, TOKEN_TRUE, TOKEN_FALSE, TOKEN_LP, TOKEN_LS, TOKEN_LB, TOKEN_MINUS,
      TOKEN_NOT, TOKEN_IF, TOKEN_ANY, TOKEN_ALL, TOKEN_FIRST, TOKEN_COUNT, TOKEN_SUM, TOKEN_MIN, TOKEN_MAX,
      TOKEN_SEEN, TOKEN_SAID, TOKEN_VOUCHED, TOKEN_BOUND, TOKEN_THE } },
  { "a value", { TOKEN_INT, TOKEN_STRING, TOKEN_DATE, TOKEN_TRUE },
    { TOKEN_INT, TOKEN_DECIMAL, TOKEN_MONEY, TOKEN_DURATION, TOKEN_QUANTITY, TOKEN_PERCENT, TOKEN_DATE, TOKEN_TIME,
      TOKEN_STRING, TOKEN_PATTERN, TOKEN_TRUE, TOKEN_FALSE } },
  { "a type", { TOKEN_ID, TOKEN_LIST, TOKEN_SET, TOKEN_MAP, TOKEN_ONE },
    { TOKEN_ID, TOKEN_LIST, TOKEN_SET, TOKEN_MAP, TOKEN_ONE, TOKEN_MONEY_TYPE } },
  { "an operator such as `==`", { TOKEN_EQEQ, TOKEN_PLUS },
    { TOKEN_EQEQ, TOKEN_NE, TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE, TOKEN_IN, TOKEN_MATCHES, TOKEN_CONTAINS,
      TOKEN_STARTS, TOKEN_ENDS, TOKEN_HAS, TOKEN_IS, TOKEN_WITHIN, TOKEN_NOT, TOKEN_PLUS, TOKEN_MINUS, TOKEN_STAR,
      TOKEN_SLASH, TOKEN_MEMBER, TOKEN_OPTMEMBER, TOKEN_LS, TOKEN_LP, TOKEN_AND, TOKEN_OR, TOKEN_OTHERWISE } },
  { "an operator such as `+`", { TOKEN_PLUS, TOKEN_STAR },
    { TOKEN_PLUS, TOKEN_MINUS, TOKEN_STAR, TOKEN_SLASH, TOKEN_MEMBER, TOKEN_OPTMEMBER, TOKEN_LS, TOKEN_LP } },
  { "`and` or `or`", { TOKEN_AND, TOKEN_OR },
    { TOKEN_AND, TOKEN_OR, TOKEN_OTHERWISE, TOKEN_EQEQ, TOKEN_NE, TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE, TOKEN_IN,
      TOKEN_MATCHES, TOKEN_CONTAINS } },
  { "a line of a test (`given`, `call`, `expect`)", { TOKEN_GIVEN, TOKEN_EXPECT },
    { TOKEN_GIVEN, TOKEN_EXPECT, TOKEN_AT, TOKEN_THEN, TOKEN_CALL, TOKEN_INFER, TOKEN_RELEASE, TOKEN_DELEGATE } },
  { "an event (`call`, `infer`, `release` or `delegate`)", { TOKEN_CALL, TOKEN_INFER, TOKEN_RELEASE, TOKEN_DELEGATE },
    { TOKEN_CALL, TOKEN_INFER, TOKEN_RELEASE, TOKEN_DELEGATE } },
  { "a clause such as `where` or `because`", { TOKEN_WHERE, TOKEN_UNLESS, TOKEN_BECAUSE },
    { TOKEN_BY, TOKEN_WHERE, TOKEN_UNLESS, TOKEN_WITH, TOKEN_BECAUSE, TOKEN_WAIT } },
  { "a part of a route (`require`, `prefer`, `cap` ...)", { TOKEN_REQUIRE, TOKEN_PREFER, TOKEN_CAP },
    { TOKEN_FOR, TOKEN_WHERE, TOKEN_REQUIRE, TOKEN_PREFER, TOKEN_FALLBACK, TOKEN_RETRY, TOKEN_CAP, TOKEN_TIER } },
  { "what the operation does (`yields`, `changes` ...)", { TOKEN_YIELDS, TOKEN_SENDS, TOKEN_CHANGES },
    { TOKEN_YIELDS, TOKEN_SENDS, TOKEN_CHANGES, TOKEN_BINDS, TOKEN_PROVES, TOKEN_GET, TOKEN_POST, TOKEN_PUT,
      TOKEN_PATCH, TOKEN_DELETE } },
  { "an attribute such as `key` or a label", { TOKEN_KEY, TOKEN_SAME, TOKEN_ID },
    { TOKEN_KEY, TOKEN_SAME, TOKEN_AS, TOKEN_ID } },
  { "a number", { TOKEN_INT, TOKEN_PERCENT }, { TOKEN_INT, TOKEN_PERCENT } },
};

static bool has_all(const bool *set, const unsigned char *kinds, size_t most) {
  for (size_t i = 0; i < most && kinds[i]; i++) if (!set[kinds[i]]) return false;
  return true;
}

static unsigned group_words(bool *set, const char **words) {
  unsigned count = 0;
  for (size_t g = 0; g < sizeof GROUPS / sizeof *GROUPS; g++) {
    const struct group *group = &GROUPS[g];
    if (!has_all(set, group->witnesses, sizeof group->witnesses)) continue;
    words[count++] = group->words;
    for (size_t i = 0; i < sizeof group->members && group->members[i]; i++) set[group->members[i]] = false;
  }
  return count;
}

const char *expected_text(struct parse *p) {
  bool set[TOKEN_KIND_COUNT] = { false };
  const char *words[MOST_WORDS];
  for (unsigned kind = TOKEN_END; kind < TOKEN_KIND_COUNT; kind++)
    set[kind] = grammar_accepts(p->grammar, grammar_depth(p->grammar), kind);
  unsigned count = group_words(set, words);
  for (unsigned kind = TOKEN_PACKAGE; kind < TOKEN_KIND_COUNT && count < MOST_WORDS; kind++)
    if (set[kind]) words[count++] = token_name((enum token_kind)kind);
  for (unsigned kind = TOKEN_END + 1; kind < TOKEN_PACKAGE && count < MOST_WORDS; kind++)
    if (set[kind]) words[count++] = token_name((enum token_kind)kind);
  if (set[TOKEN_END] && count < MOST_NAMED) words[count++] = "the end of the file";
  if (!count) return NULL;
  bool more = count > MOST_NAMED;
  if (more) count = MOST_NAMED;
  struct buffer text = { 0 };
  for (unsigned i = 0; i < count; i++)
    buffer_format(&text, "%s%s", i == 0 ? "" : i + 1 == count && !more ? " or " : ", ", words[i]);
  if (more) buffer_text(&text, " ...");
  const char *copy = text.failed ? NULL : arena_copy(p->diags->arena, text.data, text.size);
  buffer_free(&text);
  return copy;
}

const char *found_text(struct parse *p, uint32_t at) {
  enum { LONGEST = 40 };
  const struct token *token = parse_token(p, at);
  switch (token->kind) {
    case TOKEN_END: case TOKEN_STRING: case TOKEN_PATTERN: break;
    default:
      if (token->length > LONGEST) break;
      const char *text = arena_format(p->diags->arena, "`%.*s`", (int)token->length, p->source->text + token->offset);
      if (text) return text;
  }
  return token_name((enum token_kind)token->kind);
}
