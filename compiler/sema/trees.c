/* trees.c: membership trees: who is in which group; a group may be in groups, never in a circle. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"

struct edge { struct constant *row; struct span span; };

static int by_member(const void *a, const void *b) {
  const struct edge *x = a, *y = b;
  int order = rbc_compare_constants(x->row->items[0], y->row->items[0]);
  return order ? order : rbc_compare_constants(x->row->items[1], y->row->items[1]);
}

static bool has_columns(const struct type *row) {
  return row->field_count == 2 && !strcmp(row->fields[0].name, "member") && !strcmp(row->fields[1].name, "group") &&
         row->fields[0].type->kind == TYPE_STRING && row->fields[1].type->kind == TYPE_STRING &&
         !row->fields[0].optional && !row->fields[1].optional;
}

/* ---- circles: depth first over rows sorted by member; state of a row: 0 new, 1 on the way, 2 done ---- */
struct search {
  struct checker *c;
  const struct edge *edges;
  unsigned count;
  unsigned char *state;
  unsigned *way;
  unsigned depth;
};

static unsigned first_of(const struct search *s, const struct constant *member) {
  unsigned low = 0, high = s->count;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (rbc_compare_constants(s->edges[middle].row->items[0], member) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

static void report(const struct search *s, unsigned edge) {
  struct checker *c = s->c;
  unsigned from = s->depth - 1;
  while (from > 0 && s->way[from] != edge) from--;
  struct diag *d = rbc_diag(c->diags, E0620, s->edges[s->way[s->depth - 1]].span, "a group is in itself");
  const char *text = s->edges[edge].row->items[0]->text;
  for (unsigned i = from; i < s->depth && text; i++) {
    text = arena_format(c->arena, "%s in %s", text, s->edges[s->way[i]].row->items[1]->text);
    if (i + 1 < s->depth && i - from < 8) rbc_diag_label(c->diags, d, s->edges[s->way[i]].span, "part of the circle");
  }
  rbc_diag_note(c->diags, d, "%s", text ? text : "");
}

/* Without recursion: a chain may be as long as the file. next[i]: the row to try after way[i]. */
static void search_from(struct search *s, unsigned start, unsigned *next) {
  s->depth = 0;
  s->way[s->depth] = start;
  next[s->depth++] = first_of(s, s->edges[start].row->items[1]);
  s->state[start] = 1;
  while (s->depth) {
    unsigned here = s->way[s->depth - 1], to = next[s->depth - 1];
    bool follows = to < s->count && !rbc_compare_constants(s->edges[to].row->items[0], s->edges[here].row->items[1]);
    if (!follows) { s->state[here] = 2; s->depth--; continue; }
    next[s->depth - 1]++;
    if (s->state[to] == 1) report(s, to);
    if (s->state[to]) continue;
    s->state[to] = 1;
    s->way[s->depth] = to;
    next[s->depth++] = first_of(s, s->edges[to].row->items[1]);
  }
}

static void find_circles(struct checker *c, const struct edge *edges, unsigned count) {
  unsigned *next = arena_alloc(c->arena, (count + 1) * sizeof *next);
  struct search s = {
    c, edges, count, arena_alloc(c->arena, count + 1), arena_alloc(c->arena, (count + 1) * sizeof *s.way), 0
  };
  if (!next || !s.state || !s.way) return;
  unsigned errors = c->diags->errors;
  for (unsigned i = 0; i < count && c->diags->errors < errors + 10; i++) if (!s.state[i]) search_from(&s, i, next);
}

static void fill_tree(struct checker *c, const struct symbol *s) {
  struct tree *tree = s->ptr;
  const char *digest;
  tree->name = s->full;
  tree->span = s->span;
  struct type *row = rbc_new_record(c, s->full);
  if (!row) return;
  rbc_fill_record(c, s->scope, row, s->node->kid[2], NULL, false, false, s->span);
  if (!has_columns(row)) {
    if (row->broken) return;
    struct diag *d = rbc_diag(c->diags, E0621, rbc_span(s->scope, s->node->kid[2]),
                              "a tree has the two columns `member: string  group: string`");
    rbc_diag_note(c->diags, d, "`x in %s(g)` asks whether x is in g, or in a group that is in g", s->name);
    return;
  }
  struct rows rows = { .c = c, .scope = s->scope, .row = row };
  rbc_rows_read(&rows, s->node, &digest);
  struct edge *edges = arena_alloc(c->arena, (rows.count + 1) * sizeof *edges);
  tree->rows = arena_alloc(c->arena, (rows.count + 1) * sizeof *tree->rows);
  if (!edges || !tree->rows) return;
  for (unsigned i = 0; i < rows.count; i++) edges[i] = (struct edge){ rows.list[i], rows.spans[i] };
  if (rows.count) qsort(edges, rows.count, sizeof *edges, by_member);
  unsigned kept = 0;                                    /* the same membership twice says nothing new */
  for (unsigned i = 0; i < rows.count; i++)
    if (!kept || by_member(&edges[kept - 1], &edges[i])) edges[kept++] = edges[i];
  find_circles(c, edges, kept);
  for (unsigned i = 0; i < kept; i++) tree->rows[i] = edges[i].row;
  tree->row_count = kept;
}

static int by_name(const void *a, const void *b) {
  return strcmp((*(const struct tree *const *)a)->name, (*(const struct tree *const *)b)->name);
}

void rbc_declare_trees(struct checker *c) {
  struct program *p = c->program;
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) if (s->kind == SYM_TREE && s->ptr) fill_tree(c, s);
  if (p->trees_count) qsort(p->trees, p->trees_count, sizeof *p->trees, by_name);
  for (unsigned i = 0; i < p->trees_count; i++) p->trees[i]->id = i;
}
