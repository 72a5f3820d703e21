/* resume.c: after an error that cannot be mended in place. Skips to the next declaration, rule, field or line of a
 * test, or to the end of the block, and cuts the parser's stack back to the list that it belongs to. What the stack
 * holds lives in the arena, so nothing is lost but the item with the error in it. */
#include "syntax/parse.h"

static bool first_on_line(const struct parse *p, uint32_t at) {
  const char *text = p->source->text, *s = text + parse_token(p, at)->offset;
  while (s > text && (s[-1] == ' ' || s[-1] == '\t')) s--;
  return s == text || s[-1] == '\n';
}

static bool at_column_one(const struct parse *p, uint32_t at) {
  uint32_t offset = parse_token(p, at)->offset;
  return offset == 0 || p->source->text[offset - 1] == '\n';
}

static bool begins_declaration(unsigned kind) {
  return kind >= TOKEN_PACKAGE && kind <= TOKEN_TEST && kind != TOKEN_DECLARES;
}

/* May such a token, first on its line, begin a member of some block? (Whether of this one, the parser says.) */
static bool begins_member(unsigned kind) {
  switch (kind) {
    case TOKEN_FIELD: case TOKEN_ID:
    case TOKEN_ALLOW: case TOKEN_DENY: case TOKEN_ASK: case TOKEN_LIMIT: case TOKEN_REDACT: case TOKEN_LET:
    case TOKEN_READS: case TOKEN_WRITES: case TOKEN_DESTROYS: case TOKEN_ENTITY: case TOKEN_TYPE: case TOKEN_REGION:
    case TOKEN_USES: case TOKEN_ACCEPTS: case TOKEN_NEVER: case TOKEN_ALWAYS:
    case TOKEN_FOR: case TOKEN_WHERE: case TOKEN_REQUIRE: case TOKEN_PREFER: case TOKEN_FALLBACK: case TOKEN_RETRY:
    case TOKEN_CAP: case TOKEN_TIER:
    case TOKEN_GIVEN: case TOKEN_EXPECT: case TOKEN_AT: case TOKEN_THEN: case TOKEN_CALL: case TOKEN_INFER:
    case TOKEN_RELEASE: case TOKEN_DELEGATE: return true;
    default: return false;
  }
}

/* A list of members or of declarations: a nonterminal on top, and what closes it would be taken. */
static bool is_list(const struct parse *p, unsigned depth) {
  struct grammar *g = p->grammar;
  if (depth > PARSER_STACK / 2 || (depth > 1 && grammar_stack_token(g, depth - 1, NULL) != TOKEN_END)) return false;
  return grammar_accepts(g, depth, TOKEN_RB) || grammar_accepts(g, depth, TOKEN_END);
}

/* Names begin properties: nothing else is made of names alone. */
static bool is_property_list(const struct parse *p, unsigned depth) {
  static const unsigned PROPERTY[] = { TOKEN_ID, TOKEN_ID, TOKEN_ID, TOKEN_ID };
  return grammar_accepts_all(p->grammar, depth, PROPERTY, 4) == 4;
}

/* The largest part of the stack on which the token begins something; 0: none. */
static unsigned depth_for(const struct parse *p, unsigned kind) {
  for (unsigned depth = grammar_depth(p->grammar); depth >= 1; depth--)
    if (is_list(p, depth) && grammar_accepts(p->grammar, depth, kind) &&
        (kind != TOKEN_ID || is_property_list(p, depth))) return depth;
  return 0;
}

/* Place on the stack of the innermost open brace that stands before a token; 0: none. */
static unsigned open_brace(const struct parse *p, uint32_t before, uint32_t *token) {
  for (unsigned place = grammar_depth(p->grammar); place-- > 1;) {
    unsigned kind = grammar_stack_token(p->grammar, place, token);
    if ((kind == TOKEN_LB || kind == TOKEN_DOTLB) && *token < before) return place;
  }
  return 0;
}

/* A closing brace while nothing was opened since the error. True: the parser will take it now. */
static bool close_block(struct parse *p) {
  uint32_t token;
  unsigned place = open_brace(p, UINT32_MAX, &token), depth = grammar_depth(p->grammar);
  if (!place) return false;
  for (unsigned keep = place + 2; keep > place; keep--)
    if (keep <= depth && grammar_accepts(p->grammar, keep, TOKEN_RB)) {
      grammar_cut(p->grammar, keep);
      return true;
    }
  grammar_cut(p->grammar, place);
  return false;
}

uint32_t resume(struct parse *p, uint32_t at) {
  unsigned opened = 0;
  for (uint32_t i = next_token(p, at); ; i = next_token(p, i + 1)) {
    unsigned kind = parse_token(p, i)->kind, depth = 0;
    if (kind == TOKEN_END || (begins_declaration(kind) && at_column_one(p, i)) ||
        (opened == 0 && begins_member(kind) && first_on_line(p, i)))
      depth = depth_for(p, kind);
    if (depth || kind == TOKEN_END) {
      grammar_cut(p->grammar, depth ? depth : 1);
      return p->resumed = i;
    }
    if (kind == TOKEN_LB || kind == TOKEN_DOTLB) opened++;
    else if (kind == TOKEN_RB && opened) opened--;
    else if (kind == TOKEN_RB && close_block(p)) return p->resumed = i;
  }
}

/* Closes all open blocks, when the token is then taken. */
static bool close_blocks(struct parse *p, uint32_t word) {
  enum { MOST = 8 };
  unsigned kinds[MOST + 1], braces = 0;
  uint32_t before;
  for (unsigned place = grammar_depth(p->grammar); place-- > 1 && braces < MOST;) {
    unsigned kind = grammar_stack_token(p->grammar, place, NULL);
    if (kind == TOKEN_LB || kind == TOKEN_DOTLB) kinds[braces++] = TOKEN_RB;
  }
  kinds[braces] = parse_token(p, word)->kind;
  if (!previous_token(p, word, &before)) return false;
  if (grammar_accepts_all(p->grammar, grammar_depth(p->grammar), kinds, braces + 1) <= braces) return false;
  while (braces-- > 0) grammar_push(p->grammar, TOKEN_RB, before, p);
  return true;
}

enum { MOST_HEAD = 4 };                     /* `connector name "text" {`: so far back a declaration may have begun */

bool resume_unclosed(struct parse *p, uint32_t at, uint32_t *next) {
  uint32_t brace, word = at;
  for (int back = 0; ; back++) {
    unsigned kind = parse_token(p, word)->kind;
    if (kind == TOKEN_END || (begins_declaration(kind) && at_column_one(p, word))) break;
    if (back == MOST_HEAD || !previous_token(p, word, &word)) return false;
  }
  unsigned place = open_brace(p, word, &brace), depth = place ? depth_for(p, parse_token(p, word)->kind) : 0;
  if (depth == 0 || depth > place) return false;     /* no block is open, or it may stand inside */
  const struct token *open = parse_token(p, brace), *token = parse_token(p, word);
  struct diag *d = parse_error(p, E0021, token->offset, token_end(token), "`}` is missing before %s",
                               found_text(p, word));
  rbc_diag_label(p->diags, d, parse_span(p, open->offset, token_end(open)), "this brace is still open");
  rbc_diag_help(p->diags, d, "close the block with `}`");
  bool closed = word == at && close_blocks(p, word);           /* what was read of the block is kept, if it can be */
  for (unsigned keep = place + 2; keep > place && !closed; keep--)
    if (keep <= grammar_depth(p->grammar) && grammar_accepts(p->grammar, keep, TOKEN_RB)) {
      grammar_cut(p->grammar, keep);
      closed = close_blocks(p, word);
    }
  if (!closed) grammar_cut(p->grammar, depth);
  *next = p->resumed = word;
  return true;
}

static bool after_text(const struct parse *p, uint32_t at) {
  uint32_t before;
  return previous_token(p, at, &before) && parse_token(p, before)->kind == TOKEN_STRING;
}

bool resume_after_comma(struct parse *p, uint32_t at, uint32_t *next) {
  uint32_t comma = at, after = at;
  for (int back = 0; back < 4 && previous_token(p, comma, &comma); back++, after = comma) {
    const struct token *token = parse_token(p, comma);
    unsigned kind = parse_token(p, after)->kind;
    if (token->kind == TOKEN_SEMICOLON || token->kind == TOKEN_RB || token->kind == TOKEN_LB) return false;
    if (token->kind != TOKEN_COMMA) continue;
    if (same_line(p, comma, after) && !(after == at && after_text(p, comma))) return false;
    unsigned depth = depth_for(p, kind);
    if (!depth && token_is_free((enum token_kind)kind)) depth = depth_for(p, TOKEN_ID);
    unsigned kinds[3], count = next_kinds(p, after, kinds, 3);
    if (!depth || grammar_accepts_all(p->grammar, depth, kinds, count) < count) return false;
    struct diag *d = parse_error(p, E0020, token->offset, token_end(token), "no `,` belongs here");
    rbc_diag_help(p->diags, d, "delete it");
    parse_fix(p, d, token->offset, token_end(token), "");
    grammar_cut(p->grammar, depth);
    *next = p->resumed = after;
    return true;
  }
  return false;
}
