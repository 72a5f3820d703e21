/* lexer.re: text to tokens. Comments are kept; what cannot be read becomes BAD and has been reported.
 *
 * text.c has already judged the bytes (UTF-8, NUL, control and bidirectional characters), so re2c needs no encoding
 * of its own here, and a NUL inside the file ends nothing: with eof = 0 it counts as the end only at the limit.
 */
#include <string.h>
#include "syntax/parse.h"

static const struct { const char *text; unsigned char length; } WORDS[TOKEN_KIND_COUNT] = {
#define LEXICAL(NAME, TEXT)
#define TOKEN(NAME, TEXT)
#define WORD(NAME, TEXT, CLASS) [TOKEN_##NAME] = { TEXT, sizeof TEXT - 1 },
#include "syntax/tokens.def"
#undef LEXICAL
#undef TOKEN
#undef WORD
};

static unsigned word_hash(const char *text, size_t length) {
  const unsigned char *s = (const unsigned char *)text;
  return (s[0] * 5u + s[length - 1] * 37u + s[length / 2] * 101u + (unsigned)length * 13u) % WORD_TABLE_SIZE;
}

static void fill_words(struct parse *p) {
  for (unsigned kind = 0; kind < TOKEN_KIND_COUNT; kind++) {
    if (!WORDS[kind].text) continue;
    unsigned slot = word_hash(WORDS[kind].text, WORDS[kind].length);
    while (p->words[slot]) slot = (slot + 1) % WORD_TABLE_SIZE;
    p->words[slot] = (unsigned char)kind;
  }
}

static unsigned word_kind(const struct parse *p, size_t length) {
  const char *text = (const char *)p->start;
  for (unsigned slot = word_hash(text, length); p->words[slot]; slot = (slot + 1) % WORD_TABLE_SIZE) {
    unsigned kind = p->words[slot];
    if (WORDS[kind].length == length && memcmp(WORDS[kind].text, text, length) == 0) return kind;
  }
  return TOKEN_ID;
}

/* A slash begins a pattern where no division can stand: not after an operand. */
static bool pattern_may_begin(const struct parse *p) {
  switch (p->previous) {
    case TOKEN_MATCHES: case TOKEN_STRING: case TOKEN_PATTERN: case TOKEN_EQ: case TOKEN_EQEQ: case TOKEN_NE:
    case TOKEN_LS: case TOKEN_LP: case TOKEN_COMMA: return true;
    default: return p->before_previous == TOKEN_DETECTOR;
  }
}

static uint32_t offset_of(const struct parse *p, const unsigned char *at) {
  return (uint32_t)(at - (const unsigned char *)p->source->text);
}

/* An operator that other languages have: said, mended and read as what was meant. */
static unsigned foreign(struct parse *p, unsigned kind, const char *meant) {
  uint32_t start = offset_of(p, p->start), end = offset_of(p, p->cursor);
  int length = (int)strcspn(meant, " ");                         /* "not " */
  struct diag *d = parse_error(p, E0017, start, end, "`%.*s` is written `%.*s` here", (int)(end - start),
                               (const char *)p->start, length, meant);
  rbc_diag_help(p->diags, d, "write `%.*s`", length, meant);
  parse_fix(p, d, start, end, meant);
  return kind;
}

static unsigned foreign_comment(struct parse *p) {
  bool block = p->start[1] == '*';
  while (p->cursor < p->limit) {
    if (block ? p->cursor[0] == '*' && p->cursor + 1 < p->limit && p->cursor[1] == '/' : *p->cursor == '\n') break;
    p->cursor++;
  }
  if (block && p->cursor < p->limit) p->cursor += 2;
  uint32_t start = offset_of(p, p->start);
  struct diag *d = parse_error(p, E0015, start, start + 2, "a comment starts with `#`");
  if (block) rbc_diag_help(p->diags, d, "begin each line of the comment with `#`");
  else { rbc_diag_help(p->diags, d, "write `#`"); parse_fix(p, d, start, start + 2, "#"); }
  return TOKEN_COMMENT;
}

static const struct { const char *bytes, *plain, *name; } LOOK_ALIKES[] = {
  { "\xE2\x80\x9C", "\"", "a curly quotation mark" }, { "\xE2\x80\x9D", "\"", "a curly quotation mark" },
  { "\xE2\x80\x9E", "\"", "a low quotation mark" },   { "\xC2\xAB", "\"", "a guillemet" },
  { "\xC2\xBB", "\"", "a guillemet" },                { "\xE2\x80\x98", "\"", "a curly apostrophe" },
  { "\xE2\x80\x99", "\"", "a curly apostrophe" },     { "\xC2\xA0", " ", "a no-break space" },
  { "\xE2\x80\xAF", " ", "a narrow no-break space" }, { "\xE2\x80\x8B", "", "a zero-width space" },
  { "\xEF\xBB\xBF", "", "a byte order mark" },        { "\xE2\x80\x93", "-", "an en dash" },
  { "\xE2\x80\x94", "-", "an em dash" },              { "\xE2\x88\x92", "-", "a minus sign" },
  { "\xE2\x89\xA0", "!=", "a sign" },                 { "\xE2\x89\xA4", "<=", "a sign" },
  { "\xE2\x89\xA5", ">=", "a sign" },                 { "\xE2\x86\x92", "->", "an arrow" },
};

/* What would have been a text: up to the other quotation mark on its line, curly or plain. False: there is none. */
static bool curly_text(struct parse *p, const char *name, uint32_t code) {
  const unsigned char *inside = p->cursor, *s = inside;
  for (size_t length; s < p->limit && *s != '\n'; s += length) {
    uint32_t here;
    length = utf8_length(s, p->limit, &here);
    if (!length) return false;
    if (here != '"' && here != 0x201C && here != 0x201D && here != 0xAB && here != 0xBB && here != 0x2019) continue;
    uint32_t start = offset_of(p, p->start), end = offset_of(p, s + length);
    struct diag *d = parse_error(p, E0006, start, end, "%s (U+%04X) stands here", name, (unsigned)code);
    char *fix = arena_format(p->diags->arena, "\"%.*s\"", (int)(s - inside), (const char *)inside);
    if (fix) {
      rbc_diag_help(p->diags, d, "write `%s`, with plain quotation marks", fix);
      parse_fix(p, d, start, end, fix);
    }
    p->cursor = s + length;
    return true;
  }
  return false;
}

static unsigned unknown_character(struct parse *p) {
  uint32_t start = offset_of(p, p->start), code = *p->start;
  if (code < 0x20 || code == 0x7F) return TOKEN_BAD;             /* text.c has said so */
  size_t length = utf8_length(p->start, p->limit, &code);
  if (!length) return TOKEN_BAD;                                /* text.c has said so */
  p->cursor = p->start + length;
  uint32_t end = offset_of(p, p->cursor);
  for (size_t i = 0; i < sizeof LOOK_ALIKES / sizeof *LOOK_ALIKES; i++) {
    if (strlen(LOOK_ALIKES[i].bytes) != length || memcmp(LOOK_ALIKES[i].bytes, p->start, length) != 0) continue;
    if (*LOOK_ALIKES[i].plain == '"' && curly_text(p, LOOK_ALIKES[i].name, code)) return TOKEN_STRING;
    struct diag *d = parse_error(p, E0006, start, end, "%s (U+%04X) stands here", LOOK_ALIKES[i].name, (unsigned)code);
    if (*LOOK_ALIKES[i].plain) rbc_diag_help(p->diags, d, "write the plain `%s`", LOOK_ALIKES[i].plain);
    else rbc_diag_help(p->diags, d, "delete it");
    parse_fix(p, d, start, end, LOOK_ALIKES[i].plain);
    return TOKEN_BAD;
  }
  if (code < 0x80) parse_error(p, E0006, start, end, "`%c` has no meaning here", (int)code);
  else {
    struct diag *d = parse_error(p, E0006, start, end, "the character U+%04X cannot stand outside a text or a comment",
                                 (unsigned)code);
    rbc_diag_help(p->diags, d, "names are made of ASCII letters, digits and `_`");
  }
  return TOKEN_BAD;
}

static unsigned slash(struct parse *p) {
  if (p->cursor < p->limit && (*p->cursor == '/' || *p->cursor == '*')) { p->cursor++; return foreign_comment(p); }
  return pattern_may_begin(p) ? literal_pattern(p) : TOKEN_SLASH;
}

static const unsigned char *line_end(const unsigned char *s, const unsigned char *limit) {
  const unsigned char *end = memchr(s, '\n', (size_t)(limit - s));
  return end ? end : limit;
}

/* One token; blanks before it are skipped. Moves p->start and p->cursor. */
static unsigned scan(struct parse *p) {
  const unsigned char *YYCURSOR = p->cursor, *YYLIMIT = p->limit, *YYMARKER = YYCURSOR;
blanks:
  p->start = YYCURSOR;
#define ONE(KIND) do { p->cursor = YYCURSOR; return (KIND); } while (0)
/*!re2c
  re2c:api:style = free-form;
  re2c:define:YYCTYPE = "unsigned char";
  re2c:yyfill:enable = 0;
  re2c:eof = 0;
  re2c:flags:nested-ifs = 1;

  word  = [a-zA-Z_][a-zA-Z0-9_]*;
  blank = [ \t]*;
  date  = [0-9]{4} "-" [0-9]{1,2} "-" [0-9]{1,2};

  $                     { ONE(TOKEN_END); }
  [ \t\r\n]+            { goto blanks; }
  "#"                   { p->cursor = line_end(YYCURSOR, YYLIMIT); return TOKEN_COMMENT; }
  word                  { p->cursor = YYCURSOR; return word_kind(p, (size_t)(YYCURSOR - p->start)); }
  word blank ":"        { ONE(TOKEN_FIELD); }
  "." word              { ONE(TOKEN_MEMBER); }
  "?." word             { ONE(TOKEN_OPTMEMBER); }
  ".{"                  { ONE(TOKEN_DOTLB); }
  date ([Tt][0-9:.]* ([Zz] | [+-][0-9:]*)?)?
                        { p->cursor = YYCURSOR; return literal_date(p); }
  [0-9]                 { p->cursor = YYCURSOR; return literal_number(p); }
  ["]                   { p->cursor = YYCURSOR; return literal_string(p, '"'); }
  [']                   { p->cursor = YYCURSOR; return literal_string(p, '\''); }
  "/"                   { p->cursor = YYCURSOR; return slash(p); }
  "->"                  { ONE(TOKEN_ARROW); }
  "=="                  { ONE(TOKEN_EQEQ); }
  "!="                  { ONE(TOKEN_NE); }
  "<="                  { ONE(TOKEN_LE); }
  ">="                  { ONE(TOKEN_GE); }
  "<"                   { ONE(TOKEN_LT); }
  ">"                   { ONE(TOKEN_GT); }
  "="                   { ONE(TOKEN_EQ); }
  "+"                   { ONE(TOKEN_PLUS); }
  "-"                   { ONE(TOKEN_MINUS); }
  "*"                   { ONE(TOKEN_STAR); }
  "("                   { ONE(TOKEN_LP); }
  ")"                   { ONE(TOKEN_RP); }
  "{"                   { ONE(TOKEN_LB); }
  "}"                   { ONE(TOKEN_RB); }
  "["                   { ONE(TOKEN_LS); }
  "]"                   { ONE(TOKEN_RS); }
  ","                   { ONE(TOKEN_COMMA); }
  ":"                   { ONE(TOKEN_COLON); }
  "|"                   { ONE(TOKEN_BAR); }
  "?"                   { ONE(TOKEN_QM); }
  ";"                   { ONE(TOKEN_SEMICOLON); }
  "@"                   { ONE(TOKEN_AT_SIGN); }
  "==="                 { p->cursor = YYCURSOR; return foreign(p, TOKEN_EQEQ, "=="); }
  "!=="                 { p->cursor = YYCURSOR; return foreign(p, TOKEN_NE, "!="); }
  "<>"                  { p->cursor = YYCURSOR; return foreign(p, TOKEN_NE, "!="); }
  "=>"                  { p->cursor = YYCURSOR; return foreign(p, TOKEN_ARROW, "->"); }
  "&&"                  { p->cursor = YYCURSOR; return foreign(p, TOKEN_AND, "and"); }
  "||"                  { p->cursor = YYCURSOR; return foreign(p, TOKEN_OR, "or"); }
  "!"                   { p->cursor = YYCURSOR; return foreign(p, TOKEN_NOT, "not "); }
  *                     { p->cursor = YYCURSOR; return unknown_character(p); }
*/
#undef ONE
}

static bool make_room(struct parse *p) {
  struct source *source = p->source;
  if (source->token_count < p->token_room) return true;
  uint32_t room = p->token_room ? p->token_room * 2 : source->size / 5 + 64;
  struct token *tokens = arena_alloc(p->arena, room * sizeof *tokens);
  if (!tokens) return false;
  if (source->token_count) memcpy(tokens, source->tokens, source->token_count * sizeof *tokens);
  source->tokens = tokens;
  p->token_room = room;
  return true;
}

/* Ends the list with TOKEN_END, which lies at the end of the text and is counted. */
bool lexer_run(struct parse *p) {
  struct source *source = p->source;
  const unsigned char *text = (const unsigned char *)source->text;
  fill_words(p);
  p->limit = text + source->size;
  p->cursor = text;
  if (source->size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) p->cursor += 3;
  for (;;) {
    unsigned kind = scan(p);
    if (!make_room(p)) return false;
    const unsigned char *end = p->cursor;
    if (kind == TOKEN_COMMENT && end > p->start && end[-1] == '\r') end--;
    if (kind == TOKEN_END) p->start = end = p->limit;
    source->tokens[source->token_count++] =
      (struct token){ offset_of(p, p->start), (uint32_t)(end - p->start), (uint16_t)kind };
    if (kind == TOKEN_END) return arena_give_back(p->arena, source->tokens + source->token_count, source->tokens + p->token_room), true;
    if (kind == TOKEN_COMMENT) continue;
    p->before_previous = p->previous;
    p->previous = kind;
  }
}
