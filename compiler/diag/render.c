/* render.c: diagnostics for a terminal.
 *
 *   error[E0024]: a comparison is written `==`
 *      --> support/policies.rb:12:22
 *      |
 *   12 |     where args.status = "open"
 *      |                       ^ `=` only gives a name to a value
 *      = help: write `==`
 */
#include "diag/render.h"
#include <stdlib.h>
#include <string.h>
#include "diag/display.h"

struct palette { const char *error, *warning, *bold, *line, *help, *off; };
static const struct palette COLOURS = { "\33[1;31m", "\33[1;33m", "\33[1m", "\33[1;34m", "\33[1;32m", "\33[0m" };
static const struct palette PLAIN = { "", "", "", "", "", "" };

enum { LONGEST_LINE = 140, CONTEXT_BEFORE = 60, MOST_MARKS = 16 };

/* A place to underline: of the diagnostic itself, or of a label. */
struct mark { const struct rbc_text *text; struct span span; const char *words; bool main; struct spot spot; };
struct render {
  FILE *out;
  const struct rbc_texts *sources;
  const struct palette *colours;
  const char *tone;                /* of this diagnostic */
  int margin;                      /* columns of the line number */
};

static int digits(uint32_t n) {
  int count = 1;
  while (n >= 10) { n /= 10; count++; }
  return count;
}

static void margin(const struct render *r, const char *number, const char *sign) {
  fprintf(r->out, "%s%*s %s%s", r->colours->line, r->margin, number, sign, r->colours->off);
}

static bool add_mark(const struct render *r, struct mark *marks, unsigned *count, struct span span, const char *words,
                     bool main) {
  const struct rbc_text *text = find_text(r->sources, span);
  if (!text || *count == MOST_MARKS) return false;
  marks[(*count)++] = (struct mark){ text, span, words, main, find_spot(text, span.start) };
  return true;
}

/* By file, that of the main mark first; then by line; on one line the rightmost first. */
static bool goes_before(const struct mark *a, const struct mark *b, const struct rbc_text *first) {
  if (a->text != b->text) return a->text == first || (b->text != first && a->text < b->text);
  if (a->spot.line != b->spot.line) return a->spot.line < b->spot.line;
  return a->main != b->main ? a->main : a->span.start < b->span.start;
}

static void sort_marks(struct mark *marks, unsigned count) {
  const struct rbc_text *first = marks[0].text;
  for (unsigned i = 1; i < count; i++)
    for (unsigned k = i; k > 0 && goes_before(&marks[k], &marks[k - 1], first); k--) {
      struct mark swap = marks[k];
      marks[k] = marks[k - 1];
      marks[k - 1] = swap;
    }
}

/* Where showing begins, for a line that is too long. */
static uint32_t cut_start(const struct mark *mark) {
  uint32_t start = mark->spot.line_start, at = mark->span.start;
  if (mark->spot.line_end - start <= LONGEST_LINE || at < start + LONGEST_LINE - 20) return start;
  uint32_t cut = at > CONTEXT_BEFORE ? at - CONTEXT_BEFORE : 0;
  if (cut < start) cut = start;
  while (cut > start && ((unsigned char)mark->text->text[cut] & 0xC0) == 0x80) cut--;
  return cut;
}

static void source_line(const struct render *r, const struct mark *mark, uint32_t cut) {
  char number[16];
  snprintf(number, sizeof number, "%u", (unsigned)mark->spot.line);
  margin(r, number, "| ");
  if (cut > mark->spot.line_start) fputs("...", r->out);
  const char *s = mark->text->text + cut, *end = mark->text->text + mark->spot.line_end;
  unsigned column = 0;
  while (s < end && column < LONGEST_LINE) {
    struct shown shown = show_character(s, end, column);
    fputs(shown.form, r->out);
    column += shown.columns;
    s += shown.bytes;
  }
  fputs(s < end ? "...\n" : "\n", r->out);
}

static void underline(const struct render *r, const struct mark *mark, uint32_t cut) {
  const char *text = mark->text->text, *end = text + mark->spot.line_end;
  const char *from = text + mark->span.start, *to = text + mark->span.end;
  if (from > end) from = end;
  if (to > end) to = end;
  margin(r, "", "| ");
  unsigned column = 0, signs = 0;
  if (cut > mark->spot.line_start) fputs("   ", r->out);
  for (const char *s = text + cut; s < from;) {
    struct shown shown = show_character(s, end, column);
    fprintf(r->out, "%*s", (int)shown.columns, "");
    column += shown.columns;
    s += shown.bytes;
  }
  fputs(mark->main ? r->tone : r->colours->line, r->out);
  for (const char *s = from; s < to && column < LONGEST_LINE;) {
    struct shown shown = show_character(s, end, column);
    for (unsigned i = 0; i < shown.columns; i++, signs++) fputc(mark->main ? '^' : '-', r->out);
    column += shown.columns;
    s += shown.bytes;
  }
  if (!signs) fputc(mark->main ? '^' : '-', r->out);
  if (mark->words) { fputc(' ', r->out); show_text(r->out, mark->words); }
  fprintf(r->out, "%s\n", r->colours->off);
}

static void snippets(const struct render *r, const struct mark *marks, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    const struct mark *mark = &marks[i], *before = i ? &marks[i - 1] : NULL;
    bool same_file = before && before->text == mark->text;
    if (!same_file) {
      margin(r, "", before ? "::: " : "--> ");
      show_text(r->out, mark->text->path);
      fprintf(r->out, ":%u:%u\n", (unsigned)mark->spot.line, (unsigned)mark->spot.column);
      margin(r, "", "|\n");
    }
    bool same_line = same_file && before->spot.line == mark->spot.line;
    if (same_file && mark->spot.line > before->spot.line + 1) fputs("...\n", r->out);
    uint32_t cut = cut_start(mark);
    if (!same_line || cut != cut_start(before)) source_line(r, mark, cut);
    underline(r, mark, cut);
  }
}

static void remark(const struct render *r, const char *kind, const char *tone, const char *words) {
  margin(r, "", "= ");
  fprintf(r->out, "%s%s%s: ", tone, kind, r->colours->off);
  for (const char *s = words; *s;) {               /* further lines stand under the first */
    const char *end = strchr(s, '\n');
    size_t length = end ? (size_t)(end - s) : strlen(s);
    const char *limit = s + length;
    for (unsigned column = 0; s < limit;) {
      struct shown shown = show_character(s, limit, column);
      fputs(shown.form, r->out);
      column += shown.columns;
      s += shown.bytes;
    }
    if (!end) break;
    fprintf(r->out, "\n%*s", r->margin + 4 + (int)strlen(kind), "");
    s = end + 1;
  }
  fputc('\n', r->out);
}

static void render_one(struct render *r, const struct diag *d) {
  bool error = d->severity == SEVERITY_error;
  r->tone = error ? r->colours->error : r->colours->warning;
  fprintf(r->out, "%s%s[%s]%s%s: ", r->tone, error ? "error" : "warning", rbc_diag_code_name(d->code), r->colours->off,
          r->colours->bold);
  show_text(r->out, d->message);
  fprintf(r->out, "%s\n", r->colours->off);
  struct mark marks[MOST_MARKS];
  unsigned count = 0;
  add_mark(r, marks, &count, d->span, d->label, true);
  for (const struct diag_label *label = d->labels; label; label = label->next)
    add_mark(r, marks, &count, label->span, label->text, false);
  uint32_t last = 1;
  for (unsigned i = 0; i < count; i++) if (marks[i].spot.line > last) last = marks[i].spot.line;
  r->margin = digits(last);
  if (count) {
    sort_marks(marks, count);
    snippets(r, marks, count);
  }
  if (d->note) remark(r, "note", r->colours->bold, d->note);
  if (d->help) remark(r, "help", r->colours->help, d->help);
  fputc('\n', r->out);
}

void rbc_render_text(FILE *out, const struct rbc_diags *diags, const struct rbc_texts *sources, bool colour) {
  struct render r = { .out = out, .sources = sources, .colours = colour ? &COLOURS : &PLAIN };
  for (const struct diag *d = diags->first; d; d = d->next) render_one(&r, d);
  if (diags->out_of_memory) fputs("error: out of memory\n", out);
}

void rbc_render_summary(FILE *out, const struct rbc_diags *diags) {
  if (!diags->errors && !diags->warnings) return;
  if (diags->errors) fprintf(out, "%u error%s", diags->errors, diags->errors == 1 ? "" : "s");
  if (diags->errors && diags->warnings) fputs(", ", out);
  if (diags->warnings) fprintf(out, "%u warning%s", diags->warnings, diags->warnings == 1 ? "" : "s");
  fputc('\n', out);
}
