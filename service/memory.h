/* memory.h: memory and growing text. When memory runs out the process ends: a gateway that is away lets nothing through. */
#ifndef GATE_MEMORY_H
#define GATE_MEMORY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *gate_new(size_t size);                              /* cleared; never NULL */
void *gate_grow(void *memory, size_t size);               /* as realloc; never NULL */
char *gate_copy(const char *text);                        /* NULL stays NULL */
char *gate_copy_bytes(const char *bytes, size_t length);  /* with a NUL behind */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 1, 2)))
#endif
char *gate_format(const char *format, ...);

struct buffer { char *bytes; size_t length, capacity; };
void buffer_add(struct buffer *buffer, const char *bytes, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_quote(struct buffer *buffer, const char *bytes, size_t length);     /* as a JSON string */
void buffer_quote_text(struct buffer *buffer, const char *text);
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 2, 3)))
#endif
void buffer_format(struct buffer *buffer, const char *format, ...);
void buffer_drop(struct buffer *buffer, size_t length);   /* the first bytes */
void buffer_free(struct buffer *buffer);
#endif
