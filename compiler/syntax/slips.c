/* slips.c: what people write by mistake, because another language or plain English has it so: each is named, mended
 * and read as what was meant. */
#include <string.h>
#include "syntax/parse.h"

enum { LOOK_AHEAD = 2, MOST_WORDS = 192 };

static bool accepts(const struct parse *p, unsigned kind) {
  return grammar_accepts(p->grammar, grammar_depth(p->grammar), kind);
}

/* Would `kind` fit in place of the token, and some of what follows after it? */
static bool would_fit(const struct parse *p, unsigned depth, unsigned kind, uint32_t after) {
  unsigned kinds[LOOK_AHEAD + 1] = { kind };
  unsigned count = next_kinds(p, after, kinds + 1, LOOK_AHEAD) + 1;
  return grammar_accepts(p->grammar, depth, kind) && grammar_accepts_all(p->grammar, depth, kinds, count) == count;
}

static char *word_of(struct parse *p, uint32_t at) {
  const struct token *token = parse_token(p, at);
  return arena_copy(p->diags->arena, p->source->text + token->offset, token->length);
}

static void say(struct parse *p, struct diag *d, uint32_t start, uint32_t end, const char *instead) {
  rbc_diag_help(p->diags, d, *instead ? "write `%s`" : "delete it%s", instead);
  parse_fix(p, d, start, end, instead);
}

/* `=` for `==` in a condition, `==` for `=` in a let. */
static bool equals(struct parse *p, uint32_t at) {
  const struct token *token = parse_token(p, at);
  unsigned meant = token->kind == TOKEN_EQ ? TOKEN_EQEQ : token->kind == TOKEN_EQEQ ? TOKEN_EQ : TOKEN_END;
  if (meant == TOKEN_END || !accepts(p, meant)) return false;
  struct diag *d = parse_error(p, E0024, token->offset, token_end(token), meant == TOKEN_EQEQ
    ? "a comparison is written `==`" : "a name gets its value with `=`");
  d->label = meant == TOKEN_EQEQ ? "`=` only gives a name to a value" : "`==` compares";
  say(p, d, token->offset, token_end(token), meant == TOKEN_EQEQ ? "==" : "=");
  grammar_push(p->grammar, meant, at, p);
  return true;
}

/* `owner: "x"`, where a property has no colon; `id string`, where a field has one. */
static bool colon(struct parse *p, uint32_t at) {
  const struct token *token = parse_token(p, at);
  const char *name = word_of(p, at);
  if (!name) return false;
  if (token->kind == TOKEN_FIELD && would_fit(p, grammar_depth(p->grammar), TOKEN_ID, at + 1)) {
    size_t length = strcspn(name, " \t:");
    uint32_t end = token->offset + (uint32_t)length;
    struct diag *d = parse_error(p, E0029, end, token_end(token), "no colon belongs after `%.*s`", (int)length, name);
    say(p, d, end, token_end(token), "");
    grammar_push(p->grammar, TOKEN_ID, at, p);
    return true;
  }
  bool word = token->kind == TOKEN_ID || token_word((enum token_kind)token->kind);
  if (!word || accepts(p, TOKEN_ID) || !would_fit(p, grammar_depth(p->grammar), TOKEN_FIELD, at + 1)) return false;
  const char *fix = arena_format(p->diags->arena, "%s:", name);
  if (!fix) return false;
  struct diag *d = parse_error(p, E0029, token->offset, token_end(token), "a colon is missing after `%s`", name);
  say(p, d, token->offset, token_end(token), fix);
  grammar_push(p->grammar, TOKEN_FIELD, at, p);
  return true;
}

/* A word of the language where a name must stand and no expression could. */
static bool reserved(struct parse *p, uint32_t at) {
  const struct token *token = parse_token(p, at);
  const char *word = token_word((enum token_kind)token->kind);
  if (!word || accepts(p, TOKEN_INT) || !would_fit(p, grammar_depth(p->grammar), TOKEN_ID, at + 1)) return false;
  struct diag *d = parse_error(p, E0025, token->offset, token_end(token),
                               "`%s` is a word of the language and cannot be a name here", word);
  rbc_diag_help(p->diags, d, "choose another name, such as `%s_`; "
                "as a field's name, before a colon or after a dot, it may stay", word);
  grammar_push(p->grammar, TOKEN_ID, at, p);
  return true;
}

/* `because` and then no text: what stands on its line is skipped. */
static bool reason(struct parse *p, uint32_t at, uint32_t *next) {
  uint32_t because;
  if (!previous_token(p, at, &because) || parse_token(p, because)->kind != TOKEN_BECAUSE) return false;
  if (!accepts(p, TOKEN_STRING)) return false;
  const struct token *word = parse_token(p, because), *token = parse_token(p, at);
  uint32_t end = at;
  while (parse_token(p, end)->kind != TOKEN_END && parse_token(p, end)->kind != TOKEN_RB && same_line(p, because, end))
    end = next_token(p, end + 1);
  bool unquoted = end > at;
  struct diag *d = unquoted
    ? parse_error(p, E0026, token->offset, token_end(parse_token(p, end - 1)),
                  "the reason after `because` stands in double quotes")
    : parse_error(p, E0026, word->offset, token_end(word), "`because` is followed by a reason");
  rbc_diag_help(p->diags, d, "the agent is told this text: `because \"look the order up first\"`");
  grammar_push(p->grammar, TOKEN_STRING, because, p);
  *next = end;
  return true;
}

/* Words of other languages and of plain English. */
static const struct { const char *written; unsigned char meant; const char *words; } OTHERS[] = {
  { "if", TOKEN_WHERE, "the condition of a rule begins with `where`" },
  { "when", TOKEN_WHERE, "the condition of a rule begins with `where`" },
  { "while", TOKEN_WHERE, "the condition of a rule begins with `where`" },
  { "reason", TOKEN_BECAUSE, "the reason of a rule begins with `because`" },
  { "since", TOKEN_BECAUSE, "the reason of a rule begins with `because`" },
  { "permit", TOKEN_ALLOW, "a rule that permits begins with `allow`" },
  { "grant", TOKEN_ALLOW, "a rule that permits begins with `allow`" },
  { "forbid", TOKEN_DENY, "a rule that forbids begins with `deny`" },
  { "block", TOKEN_DENY, "a rule that forbids begins with `deny`" },
  { "reject", TOKEN_DENY, "a rule that forbids begins with `deny`" },
  { "approve", TOKEN_ASK, "a rule that asks a person begins with `ask`" },
  { "function", TOKEN_FN, "a function begins with `fn`" }, { "func", TOKEN_FN, "a function begins with `fn`" },
  { "def", TOKEN_FN, "a function begins with `fn`" },
  { "const", TOKEN_LET, "a name for a value begins with `let`" },
  { "var", TOKEN_LET, "a name for a value begins with `let`" },
  { "val", TOKEN_LET, "a name for a value begins with `let`" },
  { "use", TOKEN_IMPORT, "names of another package come with `import`" },
  { "include", TOKEN_IMPORT, "names of another package come with `import`" },
  { "struct", TOKEN_TYPE, "a type of your own begins with `type`" },
  { "record", TOKEN_TYPE, "a type of your own begins with `type`" },
  { "like", TOKEN_MATCHES, "a pattern is tried with `matches`" }, { "is", TOKEN_EQEQ, "values are compared with `==`" },
  { "equals", TOKEN_EQEQ, "values are compared with `==`" },
  { "else", TOKEN_OTHERWISE, "a value in place of a missing one comes after `otherwise`" },
  { "satisfies", TOKEN_SATISFY, "`all x in xs` goes on with `satisfy`" },
  { "where", TOKEN_SATISFY, "`all x in xs` goes on with `satisfy`" },
  { "satisfy", TOKEN_WHERE, "`any x in xs` goes on with `where`" },
  { "until", TOKEN_LASTS, "how long it holds is said with `lasts`" },
};

static bool replace(struct parse *p, uint32_t word, unsigned depth, unsigned meant, const char *words, uint32_t after) {
  if (!would_fit(p, depth, meant, after)) return false;
  const struct token *token = parse_token(p, word);
  const char *text = token_word((enum token_kind)meant);
  struct diag *d = parse_error(p, E0030, token->offset, token_end(token), "%s, not with `%.*s`", words,
                               (int)token->length, p->source->text + token->offset);
  say(p, d, token->offset, token_end(token), text ? text : "==");
  grammar_cut(p->grammar, depth);
  grammar_push(p->grammar, meant, word, p);
  return true;
}

static bool other_word(struct parse *p, uint32_t word, unsigned depth, uint32_t after) {
  const struct token *token = parse_token(p, word);
  for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
    if (strlen(OTHERS[i].written) != token->length ||
        memcmp(OTHERS[i].written, p->source->text + token->offset, token->length) != 0) continue;
    if (replace(p, word, depth, OTHERS[i].meant, OTHERS[i].words, after)) return true;
  }
  return false;
}

static bool misspelt(struct parse *p, uint32_t word, unsigned depth, uint32_t after) {
  const char *words[MOST_WORDS], *nearest = NULL;
  char *written = word_of(p, word);
  unsigned kinds[MOST_WORDS], count = 0;
  for (unsigned kind = TOKEN_PACKAGE; kind < TOKEN_KIND_COUNT && count < MOST_WORDS; kind++) {
    if (!would_fit(p, depth, kind, after)) continue;
    kinds[count] = kind;
    words[count++] = token_word((enum token_kind)kind);
  }
  char *small = written ? word_of(p, word) : NULL;     /* AND is `and`, Policy is `policy` */
  for (char *c = small; c && *c; c++) if (*c >= 'A' && *c <= 'Z') *c = (char)(*c | 0x20);
  if (small) nearest = rbc_nearest(small, words, count);
  for (unsigned i = 0; nearest && i < count; i++) {
    if (words[i] != nearest) continue;
    const struct token *token = parse_token(p, word);
    struct diag *d = parse_error(p, E0030, token->offset, token_end(token),
                                 "`%s` is not a word of the language here", written);
    rbc_diag_help(p->diags, d, "did you mean `%s`?", nearest);
    parse_fix(p, d, token->offset, token_end(token), nearest);
    grammar_cut(p->grammar, depth);
    grammar_push(p->grammar, kinds[i], word, p);
    return true;
  }
  return false;
}

/* `enum { a, b }` */
static bool enumeration(struct parse *p, uint32_t at) {
  static const unsigned ONE_OF[] = { TOKEN_ONE, TOKEN_OF, TOKEN_LB };
  uint32_t before, token = 0;
  unsigned depth = grammar_depth(p->grammar);
  if (parse_token(p, at)->kind != TOKEN_LB || depth < 2 || !previous_token(p, at, &before)) return false;
  if (grammar_stack_token(p->grammar, depth - 1, &token) != TOKEN_ID || token != before) return false;
  const struct token *word = parse_token(p, before);
  if (word->length != 4 || memcmp(p->source->text + word->offset, "enum", 4) != 0) return false;
  if (grammar_accepts_all(p->grammar, depth - 1, ONE_OF, 3) < 3) return false;
  struct diag *d = parse_error(p, E0030, word->offset, token_end(word), "words to choose from are `one of { a, b }`");
  say(p, d, word->offset, token_end(word), "one of");
  grammar_cut(p->grammar, depth - 1);
  grammar_push(p->grammar, TOKEN_ONE, before, p);
  grammar_push(p->grammar, TOKEN_OF, before, p);
  return true;
}

/* The token itself, or the name before it, which was taken for a name: `polcy p {`. */
static bool wrong_word(struct parse *p, uint32_t at) {
  unsigned depth = grammar_depth(p->grammar), kind = parse_token(p, at)->kind;
  bool word = kind == TOKEN_ID || token_word((enum token_kind)kind);
  if (word && (other_word(p, at, depth, at + 1) || misspelt(p, at, depth, at + 1))) return true;
  return false;
}

/* Also two names before it, of which the first made a property: `read list() -> t`. */
static bool wrong_word_before(struct parse *p, uint32_t at, uint32_t *next) {
  unsigned depth = grammar_depth(p->grammar);
  uint32_t before, second, token = 0;
  if (depth < 2 || !previous_token(p, at, &before)) return false;
  if (grammar_stack_token(p->grammar, depth - 1, &token) != TOKEN_ID || token != before) return false;
  *next = at;
  if (other_word(p, before, depth - 1, at) || misspelt(p, before, depth - 1, at)) return true;
  if (depth < 4 || parse_token(p, at)->kind != TOKEN_LP || !previous_token(p, before, &second)) return false;
  if (parse_token(p, second)->kind != TOKEN_ID) return false;
  if (grammar_stack_token(p->grammar, depth - 2, NULL) != TOKEN_END) return false;
  *next = before;
  return misspelt(p, second, depth - 2, before);
}

/* `x is not present`, `x is "open"` */
static bool is_what(struct parse *p, uint32_t at, uint32_t *next) {
  uint32_t is;
  if (!previous_token(p, at, &is) || parse_token(p, is)->kind != TOKEN_IS) return false;
  const struct token *word = parse_token(p, is), *token = parse_token(p, at);
  uint32_t after = next_token(p, at + 1);
  unsigned what = parse_token(p, after)->kind;
  if (token->kind == TOKEN_NOT && (what == TOKEN_PRESENT || what == TOKEN_MISSING)) {
    const char *instead = what == TOKEN_PRESENT ? "missing" : "present";
    uint32_t end = token_end(parse_token(p, after));
    struct diag *d = parse_error(p, E0030, token->offset, end, "what is not %s is %s",
                                 token_word((enum token_kind)what), instead);
    say(p, d, token->offset, end, instead);
    grammar_push(p->grammar, what == TOKEN_PRESENT ? TOKEN_MISSING : TOKEN_PRESENT, at, p);
    *next = after + 1;
    return true;
  }
  bool negated = token->kind == TOKEN_NOT;
  unsigned depth = grammar_depth(p->grammar) - 1, meant = negated ? TOKEN_NE : TOKEN_EQEQ;
  if (depth < 1 || !would_fit(p, depth, meant, negated ? after : at)) return false;
  uint32_t end = negated ? token_end(token) : token_end(word);
  struct diag *d = parse_error(p, E0030, word->offset, end, "`is` goes with `present` and `missing` only");
  rbc_diag_note(p->diags, d, "values are compared with `==` and `!=`");
  say(p, d, word->offset, end, negated ? "!=" : "==");
  grammar_cut(p->grammar, depth);
  grammar_push(p->grammar, meant, is, p);
  *next = negated ? after : at;
  return true;
}

bool mend_slip(struct parse *p, uint32_t at, uint32_t *next) {
  *next = at + 1;
  if (reason(p, at, next) || is_what(p, at, next)) return true;
  *next = at + 1;
  if (equals(p, at) || colon(p, at) || wrong_word(p, at) || reserved(p, at)) return true;
  *next = at;
  return enumeration(p, at) || wrong_word_before(p, at, next);
}
