/* buffer.h: text that grows. Out of memory is remembered in `failed`; test it at the end. */
#ifndef RBC_BUFFER_H
#define RBC_BUFFER_H
#include <stdbool.h>
#include <stddef.h>

struct buffer { char *data; size_t size, capacity; bool failed; };   /* zeroed: empty; data is NULL or ends with NUL */

void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_free(struct buffer *buffer);
#endif
