/* display.c: lines, columns, and characters that a terminal must not get. */
#include "diag/display.h"
#include <string.h>

enum { TAB = 4 };

static unsigned decode(const unsigned char *s, size_t room, uint32_t *code) {
  static const struct { unsigned char low, high, mask, bytes; uint32_t least; } LEADS[] = {
    { 0x00, 0x7F, 0x7F, 1, 0 }, { 0xC2, 0xDF, 0x1F, 2, 0x80 }, { 0xE0, 0xEF, 0x0F, 3, 0x800 },
    { 0xF0, 0xF4, 0x07, 4, 0x10000 },
  };
  for (size_t i = 0; i < sizeof LEADS / sizeof *LEADS; i++) {
    if (s[0] < LEADS[i].low || s[0] > LEADS[i].high) continue;
    if (room < LEADS[i].bytes) return 0;
    uint32_t c = s[0] & LEADS[i].mask;
    for (unsigned k = 1; k < LEADS[i].bytes; k++) {
      if ((s[k] & 0xC0) != 0x80) return 0;
      c = c << 6 | (s[k] & 0x3Fu);
    }
    if (c < LEADS[i].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
    *code = c;
    return LEADS[i].bytes;
  }
  return 0;
}

static bool is_hidden(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xAD ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

static unsigned width(uint32_t c) {
  if ((c >= 0x0300 && c <= 0x036F) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
              (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
              (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

struct shown show_character(const char *s, const char *limit, unsigned column) {
  struct shown shown = { 0 };
  uint32_t code = 0;
  shown.bytes = decode((const unsigned char *)s, (size_t)(limit - s), &code);
  if (!shown.bytes) {
    shown.bytes = 1;
    shown.columns = (unsigned)snprintf(shown.form, sizeof shown.form, "<0x%02X>", (unsigned)(unsigned char)*s);
  } else if (code == '\t') {
    shown.columns = TAB - column % TAB;
    memset(shown.form, ' ', shown.columns);
  } else if (is_hidden(code)) {
    shown.columns = (unsigned)snprintf(shown.form, sizeof shown.form, "<U+%04X>", (unsigned)code);
  } else {
    memcpy(shown.form, s, shown.bytes);
    shown.columns = width(code);
  }
  return shown;
}

void show_text(FILE *out, const char *text) {
  const char *limit = text + strlen(text);
  for (unsigned column = 0; text < limit;) {
    if (*text == '\n') { fputc('\n', out); text++; column = 0; continue; }
    struct shown shown = show_character(text, limit, column);
    fputs(shown.form, out);
    column += shown.columns;
    text += shown.bytes;
  }
}

/* The last line that begins at the offset or before it, counted from 0. */
static uint32_t line_at(const struct rbc_text *text, uint32_t offset) {
  uint32_t low = 0, high = text->line_count;
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    if (text->lines[middle] <= offset) low = middle;
    else high = middle;
  }
  return low;
}

struct spot find_spot(const struct rbc_text *text, uint32_t offset) {
  struct spot spot = { 1, 1, 0, 0 };
  if (offset > text->size) offset = text->size;
  if (text->line_count) {
    spot.line += line_at(text, offset);
    spot.line_start = text->lines[spot.line - 1];
  }
  const char *begin = text->text, *at = begin + offset, *line = begin + spot.line_start;
  const char *end = memchr(line, '\n', text->size - spot.line_start);
  if (!end) end = begin + text->size;
  if (end > line && end[-1] == '\r') end--;
  spot.line_end = (uint32_t)(end - begin);
  for (const char *s = line; s < at; spot.column++) {
    uint32_t code;
    unsigned bytes = decode((const unsigned char *)s, (size_t)(at - s), &code);
    s += bytes ? bytes : 1;
  }
  return spot;
}

const struct rbc_text *find_text(const struct rbc_texts *sources, struct span span) {
  if (span.source == NO_SOURCE || span.source >= sources->count) return NULL;
  const struct rbc_text *text = &sources->texts[span.source];
  return text->path && text->text ? text : NULL;
}

bool rbc_position(const struct rbc_texts *sources, struct span span, struct rbc_position *position) {
  const struct rbc_text *text = find_text(sources, span);
  if (!text) return false;
  struct spot start = find_spot(text, span.start), end = find_spot(text, span.end < span.start ? span.start : span.end);
  *position = (struct rbc_position){ text->path, start.line, start.column, end.line, end.column };
  return true;
}
