/* render.h: diagnostics for people and for programs. */
#ifndef RBC_RENDER_H
#define RBC_RENDER_H
#include <stdbool.h>
#include <stdio.h>
#include "diag/diag.h"

/* What the source numbers of spans stand for: texts[span.source]. (tree.h: rbc_source_texts makes it.) */
struct rbc_text { const char *path; const char *text; uint32_t size; const uint32_t *lines; uint32_t line_count; };      /* lines: where they begin */
struct rbc_texts { const struct rbc_text *texts; size_t count; };

/* Line and column, both from 1; columns count characters. False: the span has no place. */
struct rbc_position { const char *path; uint32_t line, column, end_line, end_column; };
bool rbc_position(const struct rbc_texts *sources, struct span span, struct rbc_position *position);

/* Each with its source line, underlined; then note, help and fix. Control characters are shown, never sent. */
void rbc_render_text(FILE *out, const struct rbc_diags *diags, const struct rbc_texts *sources, bool colour);
/* "2 errors, 1 warning", or nothing when there are none. */
void rbc_render_summary(FILE *out, const struct rbc_diags *diags);
/* One JSON object a line: code, severity, title, message, file, line, column, end_line, end_column, start, end (bytes),
 * label, labels, note, help, fix {.., text}. False: out of memory, or writing failed. */
bool rbc_render_json(FILE *out, const struct rbc_diags *diags, const struct rbc_texts *sources);
#endif
