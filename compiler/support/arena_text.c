/* arena_text.c: texts in an arena. */
#include "support/arena.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

char *arena_copy(struct arena *arena, const void *bytes, size_t size) {
  char *copy = size == SIZE_MAX ? NULL : arena_alloc(arena, size + 1);
  if (!copy) { arena->failed = true; return NULL; }
  if (size) memcpy(copy, bytes, size);
  copy[size] = 0;
  return copy;
}

enum { MOST_PARTS = 16 };
struct part { const char *bytes; size_t size; };

/* Takes apart a format that does nothing but put texts together, as nearly all do that name things; gives the number of parts, 0 for another. */
static unsigned take_apart(const char *format, va_list args, struct part *parts) {
  unsigned count = 0;
  for (;;) {
    const char *begin = format;
    while (*format && *format != '%') format++;
    parts[count++] = (struct part){begin, (size_t)(format - begin)};
    if (!*format) return count;
    if (format[1] != 's' || count + 2 > MOST_PARTS) return 0;
    const char *text = va_arg(args, const char *);
    if (!text) text = "";          /* memory was out, which the arena says */
    parts[count++] = (struct part){text, strlen(text)};
    format += 2;
  }
}

/* printf takes ten times as long to put texts together. */
static char *join(struct arena *arena, const struct part *parts, unsigned count) {
  size_t length = 0;
  for (unsigned i = 0; i < count; i++) length += parts[i].size;
  char *text = arena_alloc(arena, length + 1), *to = text;
  for (unsigned i = 0; text && i < count; to += parts[i++].size) memcpy(to, parts[i].bytes, parts[i].size);
  return text;
}

char *arena_vformat(struct arena *arena, const char *format, va_list args) {
  struct part parts[MOST_PARTS];
  va_list again;
  va_copy(again, args);
  const unsigned count = take_apart(format, again, parts);
  va_end(again);
  if (count) return join(arena, parts, count);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
  if (!text) arena->failed = true;
  else vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

char *arena_format(struct arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = arena_vformat(arena, format, args);
  va_end(args);
  return text;
}
