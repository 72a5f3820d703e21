/* recover.c: an error: what is said, and how the parser goes on. In this order: a block that was never closed; slips
 * that have words of their own (slips.c); one token too many, too few or misspelt; else skip (resume.c). */
#include <string.h>
#include "syntax/parse.h"

enum { LOOK_AHEAD = 6, ENOUGH = 4 };         /* a mend is believed when so many tokens fit, itself included */

uint32_t next_token(const struct parse *p, uint32_t from) {
  uint32_t last = p->source->token_count - 1;
  for (; from < last; from++) {
    unsigned kind = parse_token(p, from)->kind;
    if (kind != TOKEN_COMMENT && kind != TOKEN_BAD) return from;
  }
  return last;
}

bool previous_token(const struct parse *p, uint32_t at, uint32_t *previous) {
  while (at-- > 0) {
    unsigned kind = parse_token(p, at)->kind;
    if (kind == TOKEN_COMMENT || kind == TOKEN_BAD) continue;
    *previous = at;
    return true;
  }
  return false;
}

unsigned next_kinds(const struct parse *p, uint32_t from, unsigned *kinds, unsigned most) {
  unsigned count = 0;
  for (uint32_t i = next_token(p, from); count < most; i = next_token(p, i + 1)) {
    kinds[count++] = parse_token(p, i)->kind;
    if (kinds[count - 1] == TOKEN_END) break;
  }
  return count;
}

bool same_line(const struct parse *p, uint32_t a, uint32_t b) {
  const struct token *first = parse_token(p, a), *second = parse_token(p, b);
  return !memchr(p->source->text + first->offset, '\n', second->offset - first->offset);
}

/* Next to something unreadable, which has been reported, a message would only confuse. */
static bool is_echo(const struct parse *p, uint32_t at) {
  if (at > 0 && parse_token(p, at - 1)->kind == TOKEN_BAD) return true;
  return p->resumed && at == p->resumed;
}

/* ---- one token too few: a sign or a word that makes the next ones fit */

struct insertion { unsigned kind, taken; bool alone; };

static bool is_closer(unsigned kind) { return kind == TOKEN_RP || kind == TOKEN_RB || kind == TOKEN_RS; }

static struct insertion best_insertion(const struct parse *p, uint32_t at) {
  unsigned kinds[LOOK_AHEAD + 1], count = next_kinds(p, at, kinds + 1, LOOK_AHEAD) + 1;
  struct insertion best = { TOKEN_END, 0, true };
  unsigned reason = 0;             /* a text at the end of a rule is its reason, though `where` would fit as well */
  for (unsigned kind = TOKEN_LP; kind < TOKEN_KIND_COUNT; kind++) {
    kinds[0] = kind;
    if (!grammar_accepts(p->grammar, grammar_depth(p->grammar), kind)) continue;
    unsigned taken = grammar_accepts_all(p->grammar, grammar_depth(p->grammar), kinds, count);
    bool first = taken > best.taken, closes = is_closer(kind) && !is_closer(best.kind);
    if (first || (taken == best.taken && closes)) best = (struct insertion){ kind, taken, first };
    else if (taken == best.taken) best.alone = false;
    if (kind == TOKEN_BECAUSE && taken == best.taken && kinds[1] == TOKEN_STRING) reason = taken;
  }
  if (reason == best.taken && reason) best = (struct insertion){ TOKEN_BECAUSE, reason, true };
  if (kinds[count - 1] == TOKEN_END && count > 2) count--;     /* a block that is open at the end is another matter */
  return best.taken >= (count < ENOUGH ? count : ENOUGH) ? best : (struct insertion){ TOKEN_END, 0, false };
}

static const char *text_of(unsigned kind) {
  static const struct { unsigned char kind; char text[4]; } SIGNS[] = {
    { TOKEN_LP, "(" }, { TOKEN_RP, ")" }, { TOKEN_LB, "{" }, { TOKEN_DOTLB, ".{" }, { TOKEN_RB, "}" },
    { TOKEN_LS, "[" }, { TOKEN_RS, "]" }, { TOKEN_COMMA, "," }, { TOKEN_COLON, ":" }, { TOKEN_BAR, "|" },
    { TOKEN_ARROW, "->" }, { TOKEN_EQ, "=" },
  };
  for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++) if (SIGNS[i].kind == kind) return SIGNS[i].text;
  return token_word((enum token_kind)kind);
}

/* Signs, and words that only hold others together: which operator or value was meant, nobody knows. */
static bool may_be_inserted(unsigned kind) {
  switch (kind) {
    case TOKEN_CALL: case TOKEN_BEFORE: case TOKEN_BECAUSE: case TOKEN_BY: case TOKEN_OF: case TOKEN_TO: case TOKEN_AT:
    case TOKEN_MOST: case TOKEN_IN: case TOKEN_WITH: case TOKEN_THEN: case TOKEN_ELSE: case TOKEN_FOR: case TOKEN_EACH:
    case TOKEN_AS: case TOKEN_THE: case TOKEN_LAST: case TOKEN_SEEN: case TOKEN_ON: case TOKEN_PER: case TOKEN_SATISFY:
    case TOKEN_WHERE: case TOKEN_DECLARES: case TOKEN_UNTIL: case TOKEN_LASTS: case TOKEN_STARTING: return true;
    default: return kind < TOKEN_PACKAGE && text_of(kind);
  }
}

static void label_open(struct parse *p, struct diag *d, unsigned closer) {
  unsigned opener = closer == TOKEN_RP ? TOKEN_LP : closer == TOKEN_RS ? TOKEN_LS : TOKEN_LB;
  for (unsigned place = grammar_depth(p->grammar); place-- > 1;) {
    uint32_t token;
    unsigned kind = grammar_stack_token(p->grammar, place, &token);
    if (kind != opener && !(opener == TOKEN_LB && kind == TOKEN_DOTLB)) continue;
    const struct token *open = parse_token(p, token);
    rbc_diag_label(p->diags, d, parse_span(p, open->offset, token_end(open)), "opened here");
    return;
  }
}

static bool insert(struct parse *p, uint32_t at) {
  struct insertion best = best_insertion(p, at);
  uint32_t before;
  if (best.kind == TOKEN_END || !may_be_inserted(best.kind) || !previous_token(p, at, &before)) return false;
  const char *text = text_of(best.kind);
  bool closer = is_closer(best.kind);
  const struct token *token = parse_token(p, at);
  if (!best.alone && !closer) return false;
  if (!is_echo(p, at)) {
    struct diag *d = parse_error(p, closer ? E0021 : E0020, token->offset, token_end(token),
                                 "`%s` is missing before %s", text, found_text(p, at));
    if (closer) label_open(p, d, best.kind);
    uint32_t place = token_end(parse_token(p, before));
    bool word = token_word((enum token_kind)best.kind);
    const char *fix = arena_format(p->diags->arena, word ? " %s" : "%s", text);
    if (best.alone && fix) {
      rbc_diag_help(p->diags, d, "write `%s` here", text);
      parse_fix(p, d, place, place, fix);
    }
  }
  grammar_push(p->grammar, best.kind, before, p);
  return true;
}

/* ---- one token too many */

static bool delete(struct parse *p, uint32_t at, uint32_t *next) {
  unsigned kinds[LOOK_AHEAD], kind = parse_token(p, at)->kind;
  if (kind == TOKEN_END) return false;
  unsigned count = next_kinds(p, at + 1, kinds, LOOK_AHEAD);
  bool separator = kind == TOKEN_COMMA || kind == TOKEN_SEMICOLON || kind == TOKEN_EQ || kind == TOKEN_COLON;
  unsigned taken = grammar_accepts_all(p->grammar, grammar_depth(p->grammar), kinds, count);
  unsigned enough = separator ? 2 : ENOUGH;
  if (taken < (count < enough ? count : enough)) return false;
  const struct token *token = parse_token(p, at);
  const char *expected = expected_text(p);
  if (!is_echo(p, at)) {
    struct diag *d = separator
      ? parse_error(p, E0020, token->offset, token_end(token), "no `%c` belongs here", p->source->text[token->offset])
      : parse_error(p, E0020, token->offset, token_end(token), "expected %s, found %s", expected ? expected : "nothing",
                    found_text(p, at));
    if (separator || is_closer(kind)) {
      rbc_diag_help(p->diags, d, "delete it");
      parse_fix(p, d, token->offset, token_end(token), "");
    }
  }
  *next = at + 1;
  return true;
}

/* ---- the message when nothing better is known */

/* `by bot, clerk`: is the name that ends here who a rule is about? */
static bool after_by(const struct parse *p, uint32_t at) {
  uint32_t before;
  while (previous_token(p, at, &before)) {
    unsigned kind = parse_token(p, before)->kind;
    if (kind != TOKEN_ID && kind != TOKEN_MEMBER) return kind == TOKEN_BY;
    at = before;
  }
  return false;
}

static void help(struct parse *p, struct diag *d, uint32_t at) {
  uint32_t before;
  unsigned kind = parse_token(p, at)->kind, depth = grammar_depth(p->grammar);
  if (!previous_token(p, at, &before)) return;
  unsigned previous = parse_token(p, before)->kind;
  if (kind == TOKEN_ID && (previous == TOKEN_INT || previous == TOKEN_DECIMAL) && same_line(p, before, at))
    rbc_diag_help(p->diags, d,
                  "units are: seconds, minutes, hours, days, weeks; tokens, bytes; currencies such as USD; %%");
  else if (kind == TOKEN_COMMA && grammar_accepts(p->grammar, depth, TOKEN_RP))
    rbc_diag_help(p->diags, d, "a list stands in brackets: [a, b]");
  else if (kind == TOKEN_WHERE && previous == TOKEN_DATE)
    rbc_diag_help(p->diags, d, "in a waiver `where` stands before `until`");
  else if (kind == TOKEN_COMMA && after_by(p, at))
    rbc_diag_help(p->diags, d, "several agents stand in braces: `by { a, b }`");
  else if (kind == TOKEN_LS && grammar_accepts(p->grammar, depth, TOKEN_MAP))
    rbc_diag_help(p->diags, d, "a list is written `list of T`");
  else if (previous == TOKEN_STRING && grammar_accepts(p->grammar, depth, TOKEN_COLON))
    rbc_diag_help(p->diags, d, "arguments and fields are named: `name: \"text\"`");
}

/* `90 fortnights`: the word behind the number was taken for the next declaration. */
static bool unknown_unit(struct parse *p, uint32_t at) {
  uint32_t number;
  if (!previous_token(p, at, &number) || !same_line(p, number, at)) return false;
  unsigned kind = parse_token(p, number)->kind;
  if (kind != TOKEN_INT && kind != TOKEN_DECIMAL) return false;
  const struct token *word = parse_token(p, at);
  struct diag *d = parse_error(p, E0014, word->offset, token_end(word), "there is no unit `%.*s`", (int)word->length,
                               p->source->text + word->offset);
  rbc_diag_help(p->diags, d, "units are: seconds, minutes, hours, days, weeks; tokens, bytes; currencies such as USD; %%");
  return true;
}

/* `enum colour { ... }`: the word was taken for the name of a setting, which nobody meant. */
static bool no_declaration(struct parse *p, uint32_t at) {
  enum { AT_AN_ITEM = 3 };                  /* the bottom, the items, the name */
  uint32_t before, token = 0;
  unsigned depth = grammar_depth(p->grammar);
  if (depth != AT_AN_ITEM || !previous_token(p, at, &before)) return false;
  if (grammar_stack_token(p->grammar, depth - 1, &token) != TOKEN_ID || token != before) return false;
  const struct token *word = parse_token(p, before);
  const char *text = p->source->text + word->offset;
  if (unknown_unit(p, before)) return true;
  bool setting = (word->length == 4 && !memcmp(text, "zone", 4)) || (word->length == 3 && !memcmp(text, "now", 3));
  if (setting) return false;
  struct diag *d = parse_error(p, E0030, word->offset, token_end(word), "no declaration begins with `%.*s`",
                               (int)word->length, text);
  if (word->kind != TOKEN_ID)
    rbc_diag_help(p->diags, d, "`%.*s` stands inside a block: was it closed too early, by a `}` too many?", (int)word->length, text);
  else rbc_diag_help(p->diags, d, "declarations begin with label, proof, region, group, type, table, tree, connector, team, "
                "agent, policy, guard, waive, fn, detector, test and a few more");
  return true;
}

static void report(struct parse *p, uint32_t at) {
  if (is_echo(p, at)) return;
  const struct token *token = parse_token(p, at);
  if (grammar_depth(p->grammar) >= PARSER_STACK - PARSER_STACK_RESERVE) {
    struct diag *d = parse_error(p, E0022, token->offset, token_end(token), "this is nested too deeply");
    rbc_diag_help(p->diags, d, "split it with `let` or with functions");
    return;
  }
  if (no_declaration(p, at)) return;
  const char *expected = expected_text(p);
  struct diag *d = parse_error(p, E0020, token->offset, token_end(token), "expected %s, found %s",
                               expected ? expected : "nothing", found_text(p, at));
  help(p, d, at);
  for (unsigned closer = TOKEN_RP; closer <= TOKEN_RS && token->kind == TOKEN_END; closer++)
    if (is_closer(closer) && grammar_accepts(p->grammar, grammar_depth(p->grammar), closer)) label_open(p, d, closer);
}

uint32_t recover(struct parse *p, uint32_t at) {
  uint32_t next = at;
  bool room = grammar_depth(p->grammar) < PARSER_STACK - PARSER_STACK_RESERVE;
  if (room) {
    if (resume_unclosed(p, at, &next) || mend_slip(p, at, &next) || resume_after_comma(p, at, &next)) return next;
    if (insert(p, at)) return at;
    if (delete(p, at, &next)) return next;
  }
  report(p, at);
  return resume(p, at);
}
