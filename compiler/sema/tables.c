/* tables.c: rows from the text, CSV and JSON; keys; which tables are total. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include "sema/declare.h"

bool rbc_rows_add(struct rows *rows, struct constant *row, struct span span) {
  if (rows->count == rows->room) {
    unsigned room = rows->room ? 2 * rows->room : 16;
    struct constant **list = arena_alloc(rows->c->arena, room * sizeof *list);
    struct span *spans = arena_alloc(rows->c->arena, room * sizeof *spans);
    if (!list || !spans) return false;
    if (rows->count) {
      memcpy(list, rows->list, rows->count * sizeof *list);
      memcpy(spans, rows->spans, rows->count * sizeof *spans);
    }
    rows->list = list;
    rows->spans = spans;
    rows->room = room;
  }
  rows->list[rows->count] = row;
  rows->spans[rows->count++] = span;
  return true;
}

/* ---- rows in the text ---- */
static struct constant *text_row(const struct rows *rows, const struct node *node) {
  struct checker *c = rows->c;
  const struct node *values = node->kid[0];
  const struct type *type = rows->row;
  if (type->broken) return NULL;
  if (KIDS(values) != type->field_count) {
    struct diag *d =
        rbc_diag(c->diags, E0601, rbc_span(rows->scope, node), "this row has %u value%s, the table has %u column%s",
                 KIDS(values), KIDS(values) == 1 ? "" : "s", type->field_count, type->field_count == 1 ? "" : "s");
    if (type->field_count) rbc_diag_label(c->diags, d, type->fields[0].span, "the first column");
    return NULL;
  }
  struct constant *row = rbc_new_constant(c, type);
  if (!row || !(row->items = arena_alloc(c->arena, (type->field_count + 1) * sizeof *row->items))) return NULL;
  bool good = true;
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct node *value = values->kid[i];
    bool absent =
        type->fields[i].optional && value->kind == NODE_NAME && !strcmp(rbc_text(c, rows->scope, value), "missing");
    row->items[i] = absent ? rbc_missing(c, type->fields[i].type)
                  : (struct constant *)(uintptr_t)rbc_constant(c, rows->scope, value, type->fields[i].type);
    if (!row->items[i]) good = false;
  }
  row->count = type->field_count;
  return good ? row : NULL;
}

/* ---- a file beside the policy ---- */
static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && !strcmp(text + n - m, end);
}

static enum read_result read_std(struct checker *c, const char *path, struct file_text *text) {
  const char *full = arena_format(c->arena, "%s/%s", c->options->stdlib, path + 4);
  struct rbc_options library = { .directory = c->options->stdlib };
  struct checker reader = *c;
  reader.options = &library;
  reader.memory_files = NULL;
  return full ? rbc_read_file(&reader, c->arena, path + 4, text) : READ_FAILED;
}

static bool check_utf8(const struct rows *rows) {
  const struct source *s = rows->data;
  for (uint32_t i = 0; i < s->size; ) {
    utf8proc_int32_t code;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s->text + i, (utf8proc_ssize_t)(s->size - i), &code);
    if (n > 0) { i += (uint32_t)n; continue; }
    rbc_diag(rows->c->diags, E0610, (struct span){ s->id, i, i + 1 }, "this is no UTF-8");
    return false;
  }
  return true;
}

static void file_rows(struct rows *rows, const struct node *from, const char **digest) {
  struct checker *c = rows->c;
  const char *name = rbc_string(c, rows->scope, from);
  struct span span = rbc_span(rows->scope, from);
  const char *path = rbc_path_of(c->arena, rows->scope->source->path, name);
  bool csv = ends_with(name, ".csv"), json = ends_with(name, ".json");
  struct file_text text;
  if (!path || (!csv && !json)) {
    struct diag *d = rbc_diag(c->diags, E0602, span, "rows come from a .csv or a .json file beside this one");
    if (!path) rbc_diag_note(c->diags, d, "a path may not leave the workspace");
    return;
  }
  bool std = rows->scope->package->package->is_std && c->options->stdlib;
  enum read_result result = std ? read_std(c, path, &text) : rbc_read_file(c, c->arena, path, &text);
  if (result != READ_OK) {
    struct diag *d =
        rbc_diag(c->diags, E0603, span, result == READ_MISSING ? "there is no file %s" : "%s cannot be read", path);
    rbc_diag_note(c->diags, d, "the path is taken from the directory of this file");
    return;
  }
  *digest = rbc_digest(c->arena, text.bytes, text.size);
  rows->data = rbc_add_data(c, path, &text, *digest);
  if (!rows->data || !check_utf8(rows)) return;
  if (csv) rbc_rows_csv(rows, text.bytes, text.size);
  else rbc_rows_json(rows, text.bytes, text.size);
}

void rbc_rows_read(struct rows *rows, const struct node *declaration, const char **digest) {
  struct checker *c = rows->c;
  const struct node *from = declaration->kid[1], *list = declaration->kid[3];
  *digest = "";
  if (from && list) {
    struct diag *d =
        rbc_diag(c->diags, E0604, rbc_span(rows->scope, declaration->kid[0]), "rows in the text and from a file");
    rbc_diag_label(c->diags, d, rbc_span(rows->scope, from), "the file");
  }
  if (!from && !list) {
    struct diag *d = rbc_diag(c->diags, E0605, rbc_span(rows->scope, declaration->kid[0]), "`%s` has no rows",
                              rbc_text(c, rows->scope, declaration->kid[0]));
    rbc_diag_help(c->diags, d, "write `from \"FILE.csv\"` after its name, or `rows { (...) }` after its columns");
  }
  if (from) { file_rows(rows, from, digest); return; }
  for (uint32_t i = 0; i < KIDS(list); i++) {
    struct constant *row = list->kid[i]->kind == NODE_ROW ? text_row(rows, list->kid[i]) : NULL;
    if (row) rbc_rows_add(rows, row, rbc_span(rows->scope, list->kid[i]));
  }
  if (!list) return;
  struct span span = rbc_span(rows->scope, list);
  *digest = rbc_digest(c->arena, rows->scope->source->text + span.start, span.end - span.start);
}

/* ---- keys ---- */
struct keyed { struct constant *row; struct span span; unsigned place; const struct table *table; };

static int by_key(const void *a, const void *b) {
  const struct keyed *x = a, *y = b;
  for (unsigned i = 0; i < x->table->keys; i++) {
    unsigned k = x->table->key_field[i];
    int order = rbc_compare_constants(x->row->items[k], y->row->items[k]);
    if (order) return order;
  }
  return x->place < y->place ? -1 : x->place > y->place;
}

static bool same_key(const struct keyed *a, const struct keyed *b) {
  for (unsigned i = 0; i < a->table->keys; i++) {
    unsigned k = a->table->key_field[i];
    if (rbc_compare_constants(a->row->items[k], b->row->items[k])) return false;
  }
  return true;
}

static const char *key_name(struct checker *c, const struct table *table, const struct constant *row) {
  const char *text = "";
  for (unsigned i = 0; i < table->keys && text; i++) {
    const char *part = rbc_constant_json(c, row->items[table->key_field[i]]);
    text = arena_format(c->arena, "%s%s%s", text, i ? ", " : "", part ? part : "");
  }
  return text ? text : "";
}

/* Sorts; a key that stands twice is an error. */
static void sort_rows(struct checker *c, struct table *table, const struct rows *rows) {
  struct keyed *sorted = arena_alloc(c->arena, (rows->count + 1) * sizeof *sorted);
  if (!sorted) return;
  for (unsigned i = 0; i < rows->count; i++) sorted[i] = (struct keyed){ rows->list[i], rows->spans[i], i, table };
  if (rows->count) qsort(sorted, rows->count, sizeof *sorted, by_key);
  table->rows = arena_alloc(c->arena, (rows->count + 1) * sizeof *table->rows);
  for (unsigned i = 0; table->rows && i < rows->count; i++) {
    if (i && table->keys && same_key(&sorted[i - 1], &sorted[i])) {
      struct diag *d =
          rbc_diag(c->diags, E0606, sorted[i].span, "a second row for the key (%s)", key_name(c, table, sorted[i].row));
      rbc_diag_label(c->diags, d, sorted[i - 1].span, "the first one");
      sorted[i].span = sorted[i - 1].span;
      continue;
    }
    table->rows[table->row_count++] = sorted[i].row;
  }
}

/* Rows for every combination of words and bools? Keys differ, so counting is enough. */
static bool is_total(const struct table *table) {
  uint64_t combinations = 1;
  for (unsigned i = 0; i < table->keys; i++) {
    const struct type *t = table->row->fields[table->key_field[i]].type;
    uint64_t values = t->kind == TYPE_BOOL ? 2 : t->kind == TYPE_WORDS ? t->word_count : 0;
    if (!values || combinations > UINT32_MAX) return false;
    combinations *= values;
  }
  return table->keys && table->row_count == combinations;
}

static int by_name(const void *a, const void *b) {
  return strcmp((*(const struct table *const *)a)->name, (*(const struct table *const *)b)->name);
}

void rbc_declare_tables(struct checker *c) {
  struct program *p = c->program;
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) {
      struct table *table = s->kind == SYM_TABLE ? s->ptr : NULL;
      if (!table || !table->row) continue;
      struct rows rows = { .c = c, .scope = s->scope, .row = table->row };
      rbc_rows_read(&rows, s->node, &table->digest);
      sort_rows(c, table, &rows);
      table->total = !table->row->broken && !table->lasts && is_total(table);
    }
  if (p->tables_count) qsort(p->tables, p->tables_count, sizeof *p->tables, by_name);
  for (unsigned i = 0; i < p->tables_count; i++) p->tables[i]->id = i;
}
