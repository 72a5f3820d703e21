/* build.c: nodes of the tree, as the grammar asks for them. */
#include <string.h>
#include "syntax/parse.h"

_Static_assert(NODE_KIND_COUNT <= UINT8_MAX && TOKEN_KIND_COUNT <= UINT8_MAX, "kinds fit into a node");

static struct node *new_node(struct parse *p, enum node_kind kind, unsigned tok, uint32_t first, uint32_t count) {
  struct node *node = arena_alloc(p->arena, sizeof *node + count * sizeof *node->kid);
  if (!node) return p->stand_in;
  node->kind = (uint8_t)kind;
  node->tok = (uint8_t)tok;
  node->depth = 1;
  node->count = count;
  node->first = first;
  node->last = p->last;
  return node;
}

static void put(struct node *node, uint32_t place, struct node *kid) {
  node->kid[place] = kid;
  if (kid && kid->depth >= node->depth && kid->depth < UINT16_MAX) node->depth = (uint16_t)(kid->depth + 1);
}

struct node *build_node(struct parse *p, enum node_kind kind, unsigned tok, uint32_t first, uint32_t count,
                        struct node *const *kids) {
  struct node *node = new_node(p, kind, tok, first, count);
  for (uint32_t i = 0; i < count && node != p->stand_in; i++) put(node, i, kids[i]);
  return node;
}

struct node *build_leaf(struct parse *p, enum node_kind kind, uint32_t token) {
  struct node *node = new_node(p, kind, parse_token(p, token)->kind, token, 0);
  if (node != p->stand_in) node->last = token + 1;
  return node;
}

struct link *build_link(struct parse *p, struct link *list, struct node *node) {
  struct link *link = p->free_links;
  if (link) p->free_links = link->next;
  else link = arena_alloc(p->arena, sizeof *link);
  if (!link) return list;
  link->node = node;
  link->next = list ? list->next : link;
  if (list) list->next = link;
  return link;
}

struct link *build_join(struct link *list, struct link *more) {
  if (!list || !more) return list ? list : more;
  struct link *first = list->next;
  list->next = more->next;
  more->next = first;
  return more;
}

/* `uses a, b` is two USES nodes; the first spans the word. */
struct link *build_each(struct parse *p, struct link *list, enum node_kind kind, uint32_t word, struct link *more) {
  struct node *parts = build_list(p, more);
  for (uint32_t i = 0; i < parts->count; i++) {
    struct node *part = build_node(p, kind, 0, i ? parts->kid[i]->first : word, 1, &parts->kid[i]);
    if (part != p->stand_in) part->last = parts->kid[i]->last;
    list = build_link(p, list, part);
  }
  return list;
}

struct node *build_list(struct parse *p, struct link *list) {
  uint32_t count = 0;
  if (list) for (struct link *l = list->next; count++, l != list; l = l->next) { }
  struct node *node = new_node(p, NODE_LIST, 0, list ? list->next->node->first : p->last, count);
  if (!list || node == p->stand_in) return node;
  struct link *link = list->next;
  for (uint32_t i = 0; i < count; i++, link = link->next) put(node, i, link->node);
  link = list->next;
  list->next = p->free_links;
  p->free_links = link;
  if (list->node->last > node->first) node->last = list->node->last;
  return node;
}

struct clauses *build_clauses(struct parse *p) {
  struct clauses *clauses = p->free_clauses;
  if (!clauses) return arena_alloc(p->arena, sizeof *clauses);
  p->free_clauses = NULL;
  memset(clauses, 0, sizeof *clauses);
  return clauses;
}

static const char *const CLAUSE_WORDS[CLAUSE_COUNT] = { "by", "where", "unless", "with", "because", "wait" };

void build_clause(struct parse *p, struct clauses *clauses, enum clause which, uint32_t word, struct node *value) {
  if (!clauses) return;            /* memory is out */
  const struct token *token = parse_token(p, word);
  if (clauses->of[which]) {
    struct diag *d = parse_error(p, E0027, token->offset, token_end(token), "a second `%s` in one rule",
                                 CLAUSE_WORDS[which]);
    if (which == CLAUSE_WHERE || which == CLAUSE_UNLESS)
      rbc_diag_help(p->diags, d, "join the two conditions with `%s`", which == CLAUSE_WHERE ? "and" : "or");
    return;
  }
  if ((unsigned)which < clauses->next) {
    struct diag *d = parse_error(p, E0027, token->offset, token_end(token), "`%s` stands before `%s`",
                                 CLAUSE_WORDS[which], CLAUSE_WORDS[clauses->next - 1]);
    rbc_diag_help(p->diags, d, "the order is: by, where, unless, with, because, wait");
  } else clauses->next = (unsigned)which + 1;
  clauses->of[which] = value;
}

static void no_place(struct parse *p, const struct clauses *clauses, enum clause which, enum node_kind kind) {
  if (!clauses->of[which]) return;
  struct span span = node_span(p->source, clauses->of[which]);
  parse_error(p, E0027, span.start, span.end, "`%s` has no place in %s", CLAUSE_WORDS[which],
              kind == NODE_CLAIM ? "a proof" : "this rule");
}

struct node *build_rule(struct parse *p, enum node_kind kind, unsigned tok, uint32_t first, struct node *event,
                        struct clauses *clauses, struct node *extra) {
  if (!clauses) return p->stand_in;
  struct node **of = clauses->of;
  struct node *kids[8] = { event, of[CLAUSE_BY], of[CLAUSE_WHERE], of[CLAUSE_UNLESS], of[CLAUSE_WITH],
                           of[CLAUSE_BECAUSE], extra, of[CLAUSE_WAIT] };
  if (kind == NODE_OBLIGE) kids[4] = extra;
  if (kind == NODE_CLAIM) kids[4] = extra;
  uint32_t count = kind == NODE_ASK ? 8 : kind == NODE_CLAIM ? 5 : 6;
  if (kind != NODE_ASK) no_place(p, clauses, CLAUSE_WAIT, kind);
  if (kind == NODE_OBLIGE || kind == NODE_CLAIM) no_place(p, clauses, CLAUSE_WITH, kind);
  if (kind == NODE_CLAIM) no_place(p, clauses, CLAUSE_BECAUSE, kind);
  p->free_clauses = clauses;
  return build_node(p, kind, tok, first, count, kids);
}

/* f(x), or `seen booking.user(k)`, which reads as a call of a field of what was seen. */
struct node *build_invoke(struct parse *p, struct node *function, struct link *args) {
  struct node *list = build_list(p, args);
  if (function->kind == NODE_MEMBER && function->count == 2 && function->tok == TOKEN_MEMBER) {
    struct node *seen = function->kid[0];
    if (seen->kind == NODE_SEEN && seen->count == 3 && !seen->kid[1] && !seen->kid[2]) {
      struct node *names[2] = { seen->kid[0]->kid[0]->kid[0], function->kid[1] };
      struct node *pair = build_node(p, NODE_LIST, 0, names[0]->first, 2, names);
      struct node *path = BUILD(PATH, 0, names[0]->first, pair);
      return BUILD(SEEN, 0, seen->first, path, list, NULL);
    }
  }
  return BUILD(INVOKE, 0, function->first, function, list);
}

/* Parentheses make no node; what is inside spans them, unless it is a leaf, which is its token. */
struct node *build_parens(struct parse *p, uint32_t open, struct node *inner) {
  if (inner->count) { inner->first = open; inner->last = p->last; }
  return inner;
}

struct node *build_chained(struct parse *p, struct node *left, uint32_t op, struct node *right) {
  const struct token *token = parse_token(p, op);
  struct diag *d = parse_error(p, E0023, token->offset, token_end(token), "comparisons cannot be chained");
  const struct token *first = parse_token(p, left->first), *last = parse_token(p, left->last - 1);
  rbc_diag_label(p->diags, d, parse_span(p, first->offset, token_end(last)),
                 "this is a comparison already: true or false");
  rbc_diag_help(p->diags, d, "say both: `a < b and b < c`");
  return BUILD(BINARY, token->kind, left->first, left, right);
}
