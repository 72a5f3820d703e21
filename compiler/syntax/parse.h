/* parse.h: what the parts of the front end share: text.c (characters), lexer.re, literals.c, grammar.y, parse.c
 * (driver), recover.c, expected.c. Nobody else includes it. */
#ifndef RBC_PARSE_H
#define RBC_PARSE_H
#include "diag/diag.h"
#include "syntax/tokens.h"
#include "syntax/tree.h"

enum {
  SOURCE_MAX_ERRORS = 100,         /* in one file; more help nobody */
  WORD_TABLE_SIZE = 512,
  PARSER_STACK = 1000,             /* as %stack_size in grammar.y */
  PARSER_STACK_RESERVE = 16,       /* what one token can need at most before it is shifted */
  TREE_MAX_DEPTH = 1000            /* so that everything after the parser may recurse */
};

struct link { struct node *node; struct link *next; };

struct parse {
  struct source *source;
  struct rbc_diags *diags;
  struct arena *arena;             /* of the tree */
  unsigned errors;
  struct diag spare;               /* stands in for diagnostics past the limit */
  /* lexer */
  const unsigned char *start, *cursor, *limit;
  uint32_t token_room;
  unsigned previous, before_previous;    /* kinds of the last two tokens, comments left out */
  unsigned char words[WORD_TABLE_SIZE];  /* hash table of the words of tokens.def */
  /* parser */
  struct grammar *grammar;
  uint32_t current;                /* the token that is being given to the grammar */
  uint32_t last;                   /* one past the last token that the grammar has taken */
  bool refused;                    /* a token was offered that the grammar has no place for */
  uint32_t resumed;                /* where the last panic ended: an error right there is no news */
  struct link *free_links;
  struct clauses *free_clauses;
  struct node *file_items;         /* LIST, when the whole file was accepted */
  struct node *stand_in;           /* handed out when memory is out, so that actions need no tests */
};

/* ---- parse.c */
struct diag *parse_error(struct parse *p, enum diag_code code, uint32_t start, uint32_t end, const char *format, ...)
  __attribute__((format(printf, 5, 6)));
struct span parse_span(const struct parse *p, uint32_t start, uint32_t end);
void parse_fix(struct parse *p, struct diag *d, uint32_t start, uint32_t end, const char *text);
const struct token *parse_token(const struct parse *p, uint32_t index);
uint32_t token_end(const struct token *token);

/* ---- text.c: characters; finds the lines */
bool text_find_lines(struct parse *p);
bool text_check(struct parse *p);          /* false: out of memory */
size_t utf8_length(const unsigned char *s, const unsigned char *limit, uint32_t *code);   /* 0: not UTF-8 */

/* ---- lexer.re: fills source->tokens */
bool lexer_run(struct parse *p);

/* ---- literals.c: from p->start; moves p->cursor */
unsigned literal_number(struct parse *p);
unsigned literal_date(struct parse *p);
unsigned literal_string(struct parse *p, unsigned char quote);
unsigned literal_pattern(struct parse *p);

/* ---- build.c: nodes */
struct node *build_node(struct parse *p, enum node_kind kind, unsigned tok, uint32_t first, uint32_t count,
                        struct node *const *kids);
struct node *build_leaf(struct parse *p, enum node_kind kind, uint32_t token);
/* A list while it grows: its last link, which points to the first. NULL: empty. */
struct link *build_link(struct parse *p, struct link *list, struct node *node);
struct link *build_each(struct parse *p, struct link *list, enum node_kind kind, uint32_t word, struct link *more);
struct link *build_join(struct link *list, struct link *more);
struct node *build_list(struct parse *p, struct link *list);
#define BUILD(KIND, TOK, FIRST, ...) build_node(p, NODE_##KIND, (unsigned)(TOK), (FIRST), \
  (uint32_t)(sizeof (struct node *[]){ __VA_ARGS__ } / sizeof (struct node *)), (struct node *[]){ __VA_ARGS__ })

/* The clauses of a rule, a claim, a step: in the tree they have places of their own, whatever stands in the text. */
enum clause { CLAUSE_BY, CLAUSE_WHERE, CLAUSE_UNLESS, CLAUSE_WITH, CLAUSE_BECAUSE, CLAUSE_WAIT, CLAUSE_COUNT };
struct clauses { struct node *of[CLAUSE_COUNT]; unsigned next; };
struct clauses *build_clauses(struct parse *p);
void build_clause(struct parse *p, struct clauses *clauses, enum clause which, uint32_t word, struct node *value);
struct node *build_rule(struct parse *p, enum node_kind kind, unsigned tok, uint32_t first, struct node *event,
                        struct clauses *clauses, struct node *extra);
struct node *build_invoke(struct parse *p, struct node *function, struct link *args);
struct node *build_parens(struct parse *p, uint32_t open, struct node *inner);
struct node *build_chained(struct parse *p, struct node *left, uint32_t op, struct node *right);

/* ---- grammar.y */
void grammar_start(struct grammar *g);           /* with an empty stack */
void grammar_push(struct grammar *g, unsigned kind, uint32_t token, struct parse *p);
/* The same of a token that is likely to be right; false: it is not, and the parser cannot go on from here. */
bool grammar_offer(struct grammar *g, unsigned kind, uint32_t token, struct parse *p);
/* Pushes it, or as a name a free word that no rule wants here; false: it is not accepted, and nothing has changed. */
bool grammar_take(struct grammar *g, unsigned kind, uint32_t token, struct parse *p);
unsigned grammar_depth(const struct grammar *g);
/* Would the token be shifted if only the lowest `depth` entries of the stack were there? Nothing is changed. */
bool grammar_accepts(struct grammar *g, unsigned depth, unsigned kind);
/* How many of the kinds would be taken one after the other; a free word also as a name. */
unsigned grammar_accepts_all(const struct grammar *g, unsigned depth, const unsigned *kinds, unsigned count);
/* Kind of the token at a place in the stack (0 is the bottom), or TOKEN_END for what is no token; its number. */
unsigned grammar_stack_token(const struct grammar *g, unsigned place, uint32_t *token);
void grammar_cut(struct grammar *g, unsigned depth);

/* ---- expected.c: "a rule or `}`"; in the diagnostics' arena, NULL when there is nothing to say */
const char *expected_text(struct parse *p);
/* "`status`", "the end of the file" */
const char *found_text(struct parse *p, uint32_t at);

/* ---- recover.c: token `at` was not accepted. Says so, mends what it can; returns where to go on. */
uint32_t recover(struct parse *p, uint32_t at);
uint32_t next_token(const struct parse *p, uint32_t from);   /* the first at `from` or after it that the grammar sees */
bool previous_token(const struct parse *p, uint32_t at, uint32_t *previous);
unsigned next_kinds(const struct parse *p, uint32_t from, unsigned *kinds, unsigned most);
bool same_line(const struct parse *p, uint32_t a, uint32_t b);

/* ---- slips.c: what people write by mistake, each with its own words. True: mended, go on at *next. */
bool mend_slip(struct parse *p, uint32_t at, uint32_t *next);
/* ---- resume.c: the next place where the parser can surely go on; cuts the stack to fit. */
uint32_t resume(struct parse *p, uint32_t at);
/* A block that was opened before the declaration which begins at `at`, or just before it, and is still open. */
bool resume_unclosed(struct parse *p, uint32_t at, uint32_t *next);
/* A comma at the end of a member, as JSON would have it. */
bool resume_after_comma(struct parse *p, uint32_t at, uint32_t *next);
#endif
