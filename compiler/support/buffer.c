/* buffer.c: text that grows. */
#include "support/buffer.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buffer *buffer, size_t more) {
  if (buffer->failed || more > SIZE_MAX / 2 - buffer->size) { buffer->failed = true; return false; }
  size_t need = buffer->size + more + 1, room = buffer->capacity ? buffer->capacity : 256;
  if (need <= buffer->capacity) return true;
  while (room < need) room *= 2;
  char *data = realloc(buffer->data, room);
  if (!data) { buffer->failed = true; return false; }
  buffer->data = data;
  buffer->capacity = room;
  return true;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size) {
  if (!reserve(buffer, size)) return;
  if (size) memcpy(buffer->data + buffer->size, bytes, size);
  buffer->size += size;
  buffer->data[buffer->size] = 0;
}

void buffer_text(struct buffer *buffer, const char *text) { buffer_add(buffer, text, strlen(text)); }

void buffer_format(struct buffer *buffer, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  if (length < 0) buffer->failed = true;
  else if (reserve(buffer, (size_t)length)) {
    vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, again);
    buffer->size += (size_t)length;
  }
  va_end(again);
  va_end(args);
}

void buffer_free(struct buffer *buffer) {
  free(buffer->data);
  *buffer = (struct buffer){ 0 };
}
