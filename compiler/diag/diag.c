/* diag.c: making diagnostics and looking their codes up. */
#include "diag/diag.h"
#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *title, *explanation; enum diag_severity severity; } CODES[] = {
#define DIAG(CODE, SEVERITY, TITLE, EXPLANATION) { #CODE, TITLE, EXPLANATION, SEVERITY_##SEVERITY },
#include "diag/diags.def"
#undef DIAG
};

struct diag *rbc_diag(struct rbc_diags *diags, enum diag_code code, struct span span, const char *format, ...) {
  enum diag_severity severity = CODES[code].severity;
  if (severity == SEVERITY_error) diags->errors++;
  else diags->warnings++;
  va_list args;
  va_start(args, format);
  const char *message = arena_vformat(diags->arena, format, args);
  va_end(args);
  struct diag *d = message ? arena_alloc(diags->arena, sizeof *d) : NULL;
  if (!d) {
    diags->out_of_memory = true;
    diags->spare = (struct diag){ .code = code, .severity = severity, .message = "out of memory", .span = span };
    return &diags->spare;
  }
  *d = (struct diag){ .code = code, .severity = severity, .message = message, .span = span };
  d->fix.source = NO_SOURCE;
  if (diags->last) diags->last->next = d;
  else diags->first = d;
  diags->last = d;
  return d;
}

static void renumber(struct span *span, uint32_t source) {
  if (span->source != NO_SOURCE) span->source = source;
}

void rbc_diag_join(struct rbc_diags *diags, const struct rbc_diags *from, uint32_t source) {
  for (struct diag *d = from->first; d; d = d->next) {
    renumber(&d->span, source);
    renumber(&d->fix, source);
    for (struct diag_label *label = d->labels; label; label = label->next) renumber(&label->span, source);
  }
  if (diags->last) diags->last->next = from->first;
  else diags->first = from->first;
  if (from->last) diags->last = from->last;
  diags->errors += from->errors;
  diags->warnings += from->warnings;
  diags->out_of_memory = diags->out_of_memory || from->out_of_memory;
}

static const char *format_text(struct rbc_diags *diags, const char *format, va_list args) {
  const char *text = arena_vformat(diags->arena, format, args);
  if (!text) diags->out_of_memory = true;
  return text;
}

void rbc_diag_label(struct rbc_diags *diags, struct diag *d, struct span span, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *text = format_text(diags, format, args);
  va_end(args);
  struct diag_label *label = text ? arena_alloc(diags->arena, sizeof *label) : NULL;
  if (!label) { diags->out_of_memory = true; return; }
  *label = (struct diag_label){ span, text, NULL };
  struct diag_label **end = &d->labels;
  while (*end) end = &(*end)->next;
  *end = label;
}

void rbc_diag_note(struct rbc_diags *diags, struct diag *d, const char *format, ...) {
  va_list args;
  va_start(args, format);
  d->note = format_text(diags, format, args);
  va_end(args);
}

void rbc_diag_help(struct rbc_diags *diags, struct diag *d, const char *format, ...) {
  va_list args;
  va_start(args, format);
  d->help = format_text(diags, format, args);
  va_end(args);
}

void rbc_diag_fix(struct diag *d, struct span where, const char *text) {
  d->fix = where;
  d->fix_text = text;
}

enum { NEAREST_MAX = 64 };

/* Distance of insertions, deletions, changes and swaps of neighbours; above `most`: most + 1. */
static unsigned distance(const char *a, size_t an, const char *b, size_t bn, unsigned most) {
  unsigned rows[3][NEAREST_MAX + 1];
  for (size_t j = 0; j <= bn; j++) rows[0][j] = (unsigned)j;
  for (size_t i = 1; i <= an; i++) {
    unsigned *now = rows[i % 3], *before = rows[(i - 1) % 3], *second = rows[(i + 1) % 3];
    unsigned least = now[0] = (unsigned)i;
    for (size_t j = 1; j <= bn; j++) {
      unsigned d = before[j - 1] + (a[i - 1] != b[j - 1]);
      if (before[j] + 1 < d) d = before[j] + 1;
      if (now[j - 1] + 1 < d) d = now[j - 1] + 1;
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped && second[j - 2] + 1 < d) d = second[j - 2] + 1;
      now[j] = d;
      if (d < least) least = d;
    }
    if (least > most) return most + 1;
  }
  return rows[an % 3][bn];
}

const char *rbc_nearest(const char *written, const char *const *candidates, size_t n) {
  size_t length = strlen(written);
  if (!length || length > NEAREST_MAX) return NULL;
  unsigned best = length < 3 ? 1 : (unsigned)(length / 3);
  const char *nearest = NULL;
  for (size_t i = 0; i < n; i++) {
    size_t other = candidates[i] ? strlen(candidates[i]) : 0;
    size_t gap = other > length ? other - length : length - other;
    if (!other || other > NEAREST_MAX || gap > best) continue;
    unsigned d = distance(written, length, candidates[i], other, best);
    if (d > best || (nearest && d == best) || d >= length) continue;
    best = d;
    nearest = candidates[i];
    if (d == 0) break;
  }
  return nearest;
}

const char *rbc_diag_code_name(enum diag_code code) { return CODES[code].name; }
const char *rbc_diag_title(enum diag_code code) { return CODES[code].title; }
const char *rbc_diag_explanation(enum diag_code code) { return CODES[code].explanation; }

bool rbc_diag_find(const char *name, enum diag_code *code) {
  for (unsigned i = 0; i < DIAG_CODE_COUNT; i++) {
    const char *a = CODES[i].name, *b = name;
    while (*a && *b && (*a | 0x20) == (*b | 0x20)) a++, b++;
    if (*a || *b) continue;
    *code = (enum diag_code)i;
    return true;
  }
  return false;
}
