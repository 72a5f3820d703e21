/* csv.c: RFC 4180. The first row names the columns; an error names file, row and column by its place. */
#include <string.h>
#include "sema/declare.h"

struct csv {
  struct rows *rows; const char *text; uint32_t at, size;
  uint32_t cell_start, cell_end;       /* of the last cell in the file, quotes included */
  const char *cell; size_t cell_length;
  bool last;                           /* it was the last of its row */
};

static struct span span_of(const struct csv *f) {
  return (struct span){ f->rows->data->id, f->cell_start, f->cell_end };
}

static bool quoted_cell(struct csv *f) {
  char *cell = arena_alloc(f->rows->c->arena, f->size - f->at + 1);
  size_t n = 0;
  if (!cell) return false;
  for (f->at++; f->at < f->size; f->at++) {
    if (f->text[f->at] != '"') { cell[n++] = f->text[f->at]; continue; }
    if (f->at + 1 < f->size && f->text[f->at + 1] == '"') { cell[n++] = '"'; f->at++; continue; }
    f->at++;
    f->cell = cell;
    f->cell_length = n;
    f->cell_end = f->at;
    return true;
  }
  f->cell_end = f->cell_start + 1;
  rbc_diag(f->rows->c->diags, E0610, span_of(f), "this quoted cell has no end");
  return false;
}

static bool plain_cell(struct csv *f) {
  while (f->at < f->size && !strchr(",\r\n\"", f->text[f->at])) f->at++;
  f->cell_end = f->at;
  f->cell_length = f->at - f->cell_start;
  f->cell = arena_copy(f->rows->c->arena, f->text + f->cell_start, f->cell_length);
  return f->cell != NULL;
}

/* Reads one cell and what separates it from the next. False after reporting: the rest of the file is not understood. */
static bool read_cell(struct csv *f) {
  f->cell_start = f->at;
  bool quoted = f->at < f->size && f->text[f->at] == '"';
  if (!(quoted ? quoted_cell(f) : plain_cell(f))) return false;
  f->last = true;
  if (f->at == f->size) return true;
  char c = f->text[f->at];
  if (c == ',') { f->at++; f->last = false; return true; }
  if (c == '\r' && f->at + 1 < f->size && f->text[f->at + 1] == '\n') f->at++;
  if (c == '\r' || c == '\n') { f->at++; return true; }
  struct span here = { f->rows->data->id, f->at, f->at + 1 };
  struct diag *d = rbc_diag(f->rows->c->diags, E0610, here,
                            quoted ? "a comma or the end of the line was expected after the quote"
                                   : "a quote inside a cell that does not begin with one");
  rbc_diag_help(f->rows->c->diags, d,
                "a cell with quotes stands in quotes, and each quote in it twice: \"say \"\"yes\"\"\"");
  return false;
}

/* Column of the file -> field of the row; field_count for one that the table does not have. */
static bool read_header(struct csv *f, unsigned **columns, unsigned *count) {
  const struct type *type = f->rows->row;
  struct checker *c = f->rows->c;
  unsigned room = 1;
  for (uint32_t i = f->at; i < f->size && f->text[i] != '\n'; i++) room += f->text[i] == ',';
  *columns = arena_alloc(c->arena, room * sizeof **columns);
  bool *seen = arena_alloc(c->arena, type->field_count + 1);
  if (!*columns || !seen) return false;
  bool good = true;
  do {
    unsigned index = type->field_count;
    if (!read_cell(f) || *count == room) return false;
    if (!rbc_field(type, f->cell, &index) && !type->broken) {
      struct diag *d = rbc_diag(c->diags, E0611, span_of(f), "the table has no column `%s`", f->cell);
      const char *names[64];
      unsigned n = 0;
      for (; n < type->field_count && n < 64; n++) names[n] = type->fields[n].name;
      const char *near = rbc_nearest(f->cell, names, n);
      if (near) rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
      good = false;
    } else if (index < type->field_count && seen[index]) {
      rbc_diag(c->diags, E0611, span_of(f), "a second column `%s`", f->cell);
      good = false;
    } else if (index < type->field_count) seen[index] = true;
    (*columns)[(*count)++] = index;
  } while (!f->last);
  for (unsigned i = 0; i < type->field_count; i++) {
    if (seen[i] || type->fields[i].optional) continue;
    struct diag *d = rbc_diag(c->diags, E0611, (struct span){ f->rows->data->id, 0, f->cell_end },
                              "the file has no column `%s`", type->fields[i].name);
    rbc_diag_label(c->diags, d, type->fields[i].span, "the table wants it");
    good = false;
  }
  return good;
}

static struct constant *cell_value(struct csv *f, const struct field *field) {
  const char *why;
  struct checker *c = f->rows->c;
  if (!f->cell_length && field->optional) return rbc_missing(c, field->type);
  struct constant *k = rbc_from_wire(c, field->type, f->cell, f->cell_length, &why);
  if (k || c->arena->failed) return k;
  struct diag *d = rbc_diag(c->diags, E0612, span_of(f), "column `%s`, \"%.80s\": %s", field->name, f->cell, why);
  if (field->type->element || field->type->kind == TYPE_RECORD)
    rbc_diag_help(c->diags, d, "lists and records come from a JSON file");
  return NULL;
}

static bool read_row(struct csv *f, const unsigned *columns, unsigned count) {
  const struct type *type = f->rows->row;
  struct checker *c = f->rows->c;
  struct constant *row = rbc_new_constant(c, type);
  uint32_t start = f->at;
  unsigned n = 0;
  bool good = true;
  if (!row || !(row->items = arena_alloc(c->arena, (type->field_count + 1) * sizeof *row->items))) return false;
  row->count = type->field_count;
  do {
    if (!read_cell(f)) return false;
    unsigned index = n < count ? columns[n] : type->field_count;
    if (index < type->field_count && !(row->items[index] = cell_value(f, &type->fields[index]))) good = false;
    n++;
  } while (!f->last);
  struct span span = { f->rows->data->id, start, f->cell_end };
  if (n == 1 && f->cell_end == start) return true;                    /* an empty line */
  if (n != count) {
    rbc_diag(c->diags, E0601, span, "this row has %u cell%s, the header has %u", n, n == 1 ? "" : "s", count);
    return true;
  }
  for (unsigned i = 0; i < type->field_count; i++)
    if (!row->items[i] && good) row->items[i] = rbc_missing(c, type->fields[i].type);
  return !good || rbc_rows_add(f->rows, row, span);
}

void rbc_rows_csv(struct rows *rows, const char *text, size_t size) {
  struct csv f = { .rows = rows, .text = text, .size = (uint32_t)size };
  unsigned *columns, count = 0;
  if (size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) f.at = 3;        /* a mark that spreadsheets write */
  if (f.at == f.size) {
    rbc_diag(rows->c->diags, E0611, (struct span){ rows->data->id, 0, 0 },
             "the file is empty; its first row names the columns");
    return;
  }
  const char *nul = memchr(text, 0, size);
  if (nul) {
    uint32_t at = (uint32_t)(nul - text);
    rbc_diag(rows->c->diags, E0610, (struct span){ rows->data->id, at, at + 1 }, "a NUL byte");
    return;
  }
  if (!read_header(&f, &columns, &count) || rows->row->broken) return;
  while (f.at < f.size) if (!read_row(&f, columns, count)) return;
}
