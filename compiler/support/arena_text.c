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

/* Whether a format does nothing but put texts together, as nearly all do that name things. */
static bool joins(const char *format) {
  for (; (format = strchr(format, '%')) != NULL; format += 2)
    if (format[1] != 's') return false;
  return true;
}

/* The length; to NULL: nothing is written. */
static size_t join(char *to, const char *format, va_list args) {
  size_t length = 0;
  for (const char *next; *format; format = next) {
    const bool text = *format == '%';
    const char *given = text ? va_arg(args, const char *) : format, *part = given ? given : "";      /* NULL: memory was out, which the arena says */
    const size_t size = text ? strlen(part) : strcspn(format, "%");
    if (to) memcpy(to + length, part, size);
    length += size;
    next = format + (text ? 2 : size);
  }
  return length;
}

/* printf takes ten times as long to put texts together. */
static char *vjoin(struct arena *arena, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  char *text = arena_alloc(arena, join(NULL, format, args) + 1);
  if (text) join(text, format, again);
  va_end(again);
  return text;
}

char *arena_vformat(struct arena *arena, const char *format, va_list args) {
  if (joins(format)) return vjoin(arena, format, args);
  va_list again;
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
