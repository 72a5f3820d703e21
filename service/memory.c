/* memory.c: see memory.h */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "memory.h"

static void *or_end(void *memory) {
  if (memory) return memory;
  fputs("rbgate: out of memory; stopping\n", stderr);
  _Exit(70);
}

void *gate_new(size_t size) { return or_end(calloc(1, size ? size : 1)); }
void *gate_grow(void *memory, size_t size) { return or_end(realloc(memory, size ? size : 1)); }

char *gate_copy_bytes(const char *bytes, size_t length) {
  char *copy = gate_new(length + 1);
  if (length) memcpy(copy, bytes, length);
  return copy;
}

char *gate_copy(const char *text) { return text ? gate_copy_bytes(text, strlen(text)) : NULL; }

char *gate_format(const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = gate_new((size_t)(length > 0 ? length : 0) + 1);
  vsnprintf(text, (size_t)(length > 0 ? length : 0) + 1, format, again);
  va_end(again);
  return text;
}

static char *room(struct buffer *b, size_t more) {
  if (b->capacity - b->length <= more) {
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity - b->length <= more) capacity *= 2;
    b->bytes = gate_grow(b->bytes, capacity);
    b->capacity = capacity;
  }
  return b->bytes + b->length;
}

void buffer_add(struct buffer *b, const char *bytes, size_t length) {
  char *at = room(b, length);
  if (length) memcpy(at, bytes, length);
  b->length += length;
  b->bytes[b->length] = '\0';
}

void buffer_text(struct buffer *b, const char *text) { buffer_add(b, text, strlen(text)); }

void buffer_quote(struct buffer *b, const char *bytes, size_t length) {
  size_t plain = 0;
  buffer_add(b, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    buffer_add(b, bytes + plain, i - plain);
    if (c == '\n') buffer_add(b, "\\n", 2);
    else if (c >= 0x20) buffer_add(b, c == '"' ? "\\\"" : "\\\\", 2);
    else buffer_format(b, "\\u%04x", c);
    plain = i + 1;
  }
  buffer_add(b, bytes + plain, length - plain);
  buffer_add(b, "\"", 1);
}

void buffer_quote_text(struct buffer *b, const char *text) { buffer_quote(b, text, strlen(text)); }

void buffer_format(struct buffer *b, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length > 0) {
    vsnprintf(room(b, (size_t)length), (size_t)length + 1, format, again);
    b->length += (size_t)length;
  }
  va_end(again);
}

void buffer_drop(struct buffer *b, size_t length) {
  if (!length) return;
  memmove(b->bytes, b->bytes + length, b->length - length);
  b->length -= length;
  b->bytes[b->length] = '\0';
}

void buffer_free(struct buffer *b) {
  free(b->bytes);
  *b = (struct buffer){0};
}
