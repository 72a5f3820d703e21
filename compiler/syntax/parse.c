/* parse.c: the driver. Characters, tokens, then the grammar token by token; errors go to recover.c. */
#include <stdlib.h>
#include <string.h>
#include "syntax/parse.h"

struct span parse_span(const struct parse *p, uint32_t start, uint32_t end) {
  return (struct span){ p->source->id, start, end };
}

struct diag *parse_error(struct parse *p, enum diag_code code, uint32_t start, uint32_t end, const char *format, ...) {
  p->source->broken = true;
  if (p->errors > SOURCE_MAX_ERRORS) return &p->spare;
  struct span span = parse_span(p, start, end);
  if (p->errors++ == SOURCE_MAX_ERRORS) {
    rbc_diag(p->diags, E0031, span, "%d errors in this file: what follows is not read", SOURCE_MAX_ERRORS);
    return &p->spare;
  }
  va_list args;
  va_start(args, format);
  const char *message = arena_vformat(p->diags->arena, format, args);
  va_end(args);
  return rbc_diag(p->diags, code, span, "%s", message ? message : "");
}

void parse_fix(struct parse *p, struct diag *d, uint32_t start, uint32_t end, const char *text) {
  rbc_diag_fix(d, parse_span(p, start, end), text);
}

const struct token *parse_token(const struct parse *p, uint32_t index) { return &p->source->tokens[index]; }
uint32_t token_end(const struct token *token) { return token->offset + token->length; }

static bool is_significant(unsigned kind) { return kind != TOKEN_COMMENT && kind != TOKEN_BAD; }

/* A text without errors, as most are, needs no look at what the grammar would accept. False: there is one. */
static bool run_quickly(struct parse *p) {
  const struct source *source = p->source;
  grammar_start(p->grammar);
  for (uint32_t i = 0; i < source->token_count && !p->arena->failed; i++) {
    p->current = i;
    if (is_significant(source->tokens[i].kind) && !grammar_offer(p->grammar, source->tokens[i].kind, i, p)) return false;
  }
  return !p->errors;
}

/* Says what is wrong and goes on behind it. */
static void run_carefully(struct parse *p) {
  const struct source *source = p->source;
  grammar_start(p->grammar);
  p->last = 0;
  p->file_items = NULL;
  for (uint32_t i = 0; i < source->token_count && !p->arena->failed && p->errors <= SOURCE_MAX_ERRORS;) {
    unsigned kind = source->tokens[i].kind;
    if (!is_significant(kind)) { i++; continue; }
    p->current = i;
    i = grammar_take(p->grammar, kind, i, p) ? i + 1 : recover(p, i);
  }
}

static void run_grammar(struct parse *p) {
  const struct rbc_diags before = *p->diags;
  if (!p->errors) {
    if (run_quickly(p)) return;
    *p->diags = before;                /* what was found on the way is found again */
    if (before.last) before.last->next = NULL;
    p->errors = 0;
    p->source->broken = false;
  }
  run_carefully(p);
}

/* The first node that has `room` others above it, the tree being that deep. */
static const struct node *too_deep(const struct node *node, unsigned room) {
  for (uint32_t i = 0; room; room--, i = 0) {
    while (!node->kid[i] || node->kid[i]->depth < room) i++;
    node = node->kid[i];
  }
  return node;
}

/* Takes items out that are nested too deeply for the recursion of those who come after. */
static void check_depth(struct parse *p, struct node *items) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    struct node *item = items->kid[i];
    if (item->depth > TREE_MAX_DEPTH) {
      struct span span = node_span(p->source, too_deep(item, TREE_MAX_DEPTH));
      struct diag *d = parse_error(p, E0022, span.start, span.end, "this is nested too deeply");
      rbc_diag_help(p->diags, d, "split it with `let`, or use a list: `x in [a, b, c]`");
      continue;
    }
    items->kid[kept++] = item;
  }
  items->count = kept;
}

/* The PACKAGE item becomes the file's own; a second or a late one is an error. */
static struct node *take_package(struct parse *p, struct node *items) {
  struct node *package = NULL;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    struct node *item = items->kid[i];
    if (item->kind != NODE_PACKAGE) { items->kid[kept++] = item; continue; }
    if (i == 0) { package = item; continue; }
    struct span span = node_span(p->source, item);
    struct diag *d = parse_error(p, E0028, span.start, span.end,
                                 package ? "a file has one `package`" : "`package` stands first in a file");
    if (package) rbc_diag_label(p->diags, d, node_span(p->source, package), "the first one is here");
    else {
      rbc_diag_help(p->diags, d, "move it above everything else; "
                    "in the root file say where: `package a.b in \"b/\" declares ...`");
      package = item;
    }
  }
  items->count = kept;
  return package;
}

static void make_file(struct parse *p) {
  struct node *items = p->file_items;
  if (!items) items = build_list(p, NULL);
  check_depth(p, items);
  struct node *package = take_package(p, items);
  p->last = p->source->token_count;
  p->source->file = BUILD(FILE, 0, 0, package, items);
  p->source->file->last = p->source->token_count;
}

static bool run(struct parse *p) {
  union { struct node node; unsigned char bytes[sizeof(struct node) + 16 * sizeof(struct node *)]; } stand_in;
  memset(&stand_in, 0, sizeof stand_in);
  stand_in.node.kind = NODE_ERROR;
  stand_in.node.last = 1;
  p->stand_in = &stand_in.node;
  if (!text_check(p) || !lexer_run(p)) return false;
  run_grammar(p);
  if (p->arena->failed) return false;
  make_file(p);
  return !p->arena->failed && !p->diags->out_of_memory;
}

/* Starts a source, with a copy of its path. */
static bool open_source(struct parse *p, const char *path, const char *text, size_t size) {
  struct source *source = p->source = arena_alloc(p->arena, sizeof *source);
  if (!source) return false;
  bool too_large = size > SOURCE_MAX_BYTES;
  source->path = arena_copy(p->arena, path, strlen(path));
  source->text = too_large ? "" : text;
  source->size = too_large ? 0 : (uint32_t)size;
  if (!source->path) return false;
  if (too_large) parse_error(p, E0002, 0, 0, "this file is larger than %d MB", SOURCE_MAX_BYTES >> 20);
  return true;
}

struct source *rbc_plain_source(struct rbc_diags *diags, struct arena *arena, const char *path, const char *text,
                                size_t size) {
  struct parse parse = { .diags = diags, .arena = arena };
  return open_source(&parse, path, text, size) && text_find_lines(&parse) ? parse.source : NULL;
}

/* The lexer speaks before the parser does; people read from top to bottom. */
static void sort_errors(struct rbc_diags *diags, struct diag *before) {
  struct diag **first = before ? &before->next : &diags->first, *rest = *first;
  *first = NULL;
  while (rest) {
    struct diag *d = rest, **place = first;
    rest = rest->next;
    while (*place && (*place)->span.start <= d->span.start) place = &(*place)->next;
    d->next = *place;
    *place = d;
  }
  diags->last = before;
  for (struct diag *d = *first; d; d = d->next) diags->last = d;
}

struct source *rbc_parse(struct grammar *grammar, struct rbc_diags *diags, struct arena *arena, const char *path, const char *text,
                         size_t size) {
  struct parse parse = { .diags = diags, .arena = arena, .grammar = grammar };
  struct diag *before = diags->last;
  bool good = open_source(&parse, path, text, size) && run(&parse);
  sort_errors(diags, before);
  return good ? parse.source : NULL;
}
