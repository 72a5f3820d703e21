/* out.h: text into memory that is given, never grown. length goes on counting past size, as snprintf does: then it was cut. */
#ifndef REBASE_OUT_H
#define REBASE_OUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "value.h"

struct out { char *bytes; size_t length, size; };

static inline bool out_cut(const struct out *out) { return out->length > out->size; }
static inline void out_bytes(struct out *out, const char *bytes, size_t length) {
  if (out->length < out->size) {
    size_t space = out->size - out->length;
    memcpy(out->bytes + out->length, bytes, length < space ? length : space);
  }
  out->length += length;
}
static inline void out_char(struct out *out, char c) { out_bytes(out, &c, 1); }
static inline void out_string(struct out *out, const char *text) { out_bytes(out, text, strlen(text)); }
static inline void out_text(struct out *out, const struct text *text) { out_bytes(out, text->bytes, text->len); }

void out_unsigned(struct out *out, uint64_t number);
void out_signed(struct out *out, int64_t number);
void out_millionths(struct out *out, int64_t number);         /* 12.5; no more digits than needed */
void out_padded(struct out *out, uint64_t number, unsigned width);
void out_hex(struct out *out, const unsigned char *bytes, size_t length);
void out_json_string(struct out *out, const char *bytes, size_t length);     /* with quotes, escaping only what must be */
void out_date(struct out *out, int64_t days);                 /* 2024-05-15 */
void out_time(struct out *out, int64_t microseconds, int32_t offset, bool with_zone);
/* NUL after what there is, and how long that is; when there is no room the last character is given up for it. */
size_t out_end(struct out *out);
#endif
