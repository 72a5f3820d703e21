/* text.c: judges the characters of a file before any token is made, and finds its lines. */
#include <string.h>
#include "syntax/parse.h"

size_t utf8_length(const unsigned char *s, const unsigned char *limit, uint32_t *code) {
  size_t room = (size_t)(limit - s), length;
  if (!room) return 0;
  uint32_t c = s[0], least;
  if (c < 0x80) { *code = c; return 1; }
  if (c >= 0xC2 && c <= 0xDF) { length = 2; least = 0x80; c &= 0x1F; }
  else if (c >= 0xE0 && c <= 0xEF) { length = 3; least = 0x800; c &= 0x0F; }
  else if (c >= 0xF0 && c <= 0xF4) { length = 4; least = 0x10000; c &= 0x07; }
  else return 0;
  if (room < length) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((s[i] & 0xC0) != 0x80) return 0;
    c = c << 6 | (s[i] & 0x3Fu);
  }
  if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
  *code = c;
  return length;
}

static bool is_bidirectional(uint32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

static bool note_lines(struct parse *p, uint32_t count) {
  struct source *source = p->source;
  const char *text = source->text, *limit = text + source->size;
  source->lines = arena_alloc(p->arena, count * sizeof *source->lines);
  if (!source->lines) return false;
  source->lines[source->line_count++] = 0;
  for (const char *s = text; (s = memchr(s, '\n', (size_t)(limit - s))); s++)
    source->lines[source->line_count++] = (uint32_t)(s + 1 - text);
  return true;
}

bool text_find_lines(struct parse *p) {
  const char *s = p->source->text, *limit = s + p->source->size;
  uint32_t count = 1;
  for (; (s = memchr(s, '\n', (size_t)(limit - s))); s++) count++;
  return note_lines(p, count);
}

static bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F; }

/* To the first byte that is below 0x20 or beyond ASCII: eight at a time, then to the one among them. */
static const unsigned char *skip_plain(const unsigned char *s, const unsigned char *limit) {
  const uint64_t HIGH = 0x8080808080808080u, LOW = 0x0101010101010101u;
  for (; limit - s >= 8; s += 8) {
    uint64_t word;
    memcpy(&word, s, sizeof word);
    if ((word | (word - LOW * 0x20)) & HIGH) break;
  }
  while (s < limit && is_plain(*s)) s++;
  return s;
}

static void report_control(struct parse *p, uint32_t at, unsigned char c) {
  if (c == 0) {
    struct diag *d = parse_error(p, E0004, at, at + 1, "a NUL byte stands here");
    rbc_diag_help(p->diags, d, "is this really a text file?");
  } else {
    struct diag *d = parse_error(p, E0004, at, at + 1, "the control character U+%04X stands here", c);
    rbc_diag_help(p->diags, d, "delete it");
    parse_fix(p, d, at, at + 1, "");
  }
}

static void report_bidirectional(struct parse *p, uint32_t start, uint32_t end, uint32_t code) {
  struct diag *d = parse_error(p, E0005, start, end, "the bidirectional control character U+%04X stands here",
                               (unsigned)code);
  rbc_diag_note(p->diags, d, "it makes text look different from what it says, so it is refused everywhere, "
                "also in texts and comments");
  rbc_diag_help(p->diags, d, "delete it");
  parse_fix(p, d, start, end, "");
}

bool text_check(struct parse *p) {
  const unsigned char *text = (const unsigned char *)p->source->text, *limit = text + p->source->size;
  bool bad_before = false;         /* one message for a run of bytes that are no UTF-8 */
  uint32_t lines = 1;
  for (const unsigned char *s = text; (s = skip_plain(s, limit)) < limit;) {
    unsigned char c = *s;
    uint32_t at = (uint32_t)(s - text), code = 0;
    if (c < 0x80) {
      if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) report_control(p, at, c);
      bad_before = false;
      lines += c == '\n';
      s++;
      continue;
    }
    size_t length = utf8_length(s, limit, &code);
    if (!length && !bad_before) {
      struct diag *d = parse_error(p, E0003, at, at + 1, "this is not UTF-8 (byte 0x%02X)", c);
      rbc_diag_help(p->diags, d, "save the file as UTF-8");
    }
    bad_before = !length;
    if (is_bidirectional(code)) report_bidirectional(p, at, at + (uint32_t)length, code);
    else if (code >= 0x80 && code < 0xA0) report_control(p, at, (unsigned char)code);
    s += length ? length : 1;
  }
  return note_lines(p, lines);
}
