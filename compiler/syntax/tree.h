/* tree.h: the kept syntax tree. Every token and comment of a file stays, so that a formatter, an editor server or a
 * documentation tool needs no other parser. Nodes live in the arena of their file. */
#ifndef RBC_TREE_H
#define RBC_TREE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "diag/diag.h"
#include "support/arena.h"

enum node_kind {
#define NODE(NAME, TEXT, CHILDREN) NODE_##NAME,
#include "syntax/nodes.def"
#undef NODE
  NODE_KIND_COUNT
};

/* kind: a TOKEN_ number of tokens.def, TOKEN_COMMENT included; blanks are what lies between two tokens. */
struct token { uint32_t offset, length; uint16_t kind; };

struct node {
  uint8_t kind;              /* enum node_kind */
  uint8_t tok;               /* token kind that tells variants apart, or 0 */
  uint16_t depth;            /* of the tree below, 1 for a leaf; not more than fits */
  uint32_t count;            /* of children */
  uint32_t first, last;      /* tokens first .. last-1 of the file, comments between them included */
  struct node *kid[];        /* as nodes.def says; NULL where an optional child is absent */
};

enum { SOURCE_MAX_BYTES = 64 << 20 };
struct source {
  const char *path;          /* as printed */
  uint32_t path_hash;
  struct source *next;       /* of the same bucket, where a program finds them by path */
  const char *text;          /* NUL after size bytes */
  uint32_t size;
  uint32_t id;               /* index among the program's sources; struct span refers to it */
  struct token *tokens;
  uint32_t token_count;
  uint32_t *lines;           /* offsets of line starts */
  uint32_t line_count;
  struct node *file;         /* NODE_FILE; after errors the items that could be read */
  bool broken;               /* a syntax error was reported */
};

/* The parser's tables and stack, in the arena, for any number of files: what it finds out about the grammar it need not find out
 * again in the next. NULL: out of memory. */
struct grammar *rbc_grammar(struct arena *arena);

/* Lexes and parses. Errors go to diagnostics of the source's own: its number is 0 there until a program takes it (rbc_diag_join). Returns NULL
 * only out of memory. The text, which has a NUL after size bytes, stays where it is. */
struct source *rbc_parse(struct grammar *grammar, struct rbc_diags *diags, struct arena *arena, const char *path, const char *text, size_t size);

/* The same of a text that is no Rebase, such as a table's CSV file: finds the lines, no more. */
struct source *rbc_plain_source(struct rbc_diags *diags, struct arena *arena, const char *path, const char *text, size_t size);

/* What render.h wants: texts of sources[i], whose number is i. In the arena; false: out of memory. */
struct rbc_texts;
bool rbc_source_texts(struct arena *arena, struct source *const *sources, size_t count, struct rbc_texts *texts);

struct span node_span(const struct source *source, const struct node *node);
/* Text of a leaf's token: a name without colon or dot. For STRING and PATTERN use node_string. */
const char *node_text(const struct source *source, const struct node *leaf, uint32_t *length);
/* Contents of a STRING (escapes \" \\ \n \t \u{...} resolved) or PATTERN (between the slashes, \/ resolved to /),
 * NUL-terminated in the arena. */
const char *node_string(const struct source *source, const struct node *leaf, struct arena *arena, uint32_t *length);
/* "a.b.c" of a PATH or NAME, in the arena. */
const char *node_path(const struct source *source, const struct node *path, struct arena *arena);
const char *rbc_node_name(enum node_kind kind);
#endif
