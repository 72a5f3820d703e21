/* display.h: text as it can safely be shown. */
#ifndef RBC_DISPLAY_H
#define RBC_DISPLAY_H
#include <stdint.h>
#include "diag/render.h"

/* One character at s: how many bytes it takes, its form for a terminal (control characters and what is not UTF-8 as
 * <U+202E> or <0xFF>) and how many columns that takes from `column` on. */
struct shown { unsigned bytes, columns; char form[16]; };
struct shown show_character(const char *s, const char *limit, unsigned column);
void show_text(FILE *out, const char *text);

/* Where a byte stands. */
struct spot { uint32_t line, column, line_start, line_end; };
struct spot find_spot(const struct rbc_text *text, uint32_t offset);
const struct rbc_text *find_text(const struct rbc_texts *sources, struct span span);
#endif
