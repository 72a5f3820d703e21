/* out.c: numbers, strings and dates as text. */
#include "out.h"
#include "calendar.h"
#include "plain.h"

void out_unsigned(struct out *out, uint64_t number) {
  char digits[20];
  unsigned n = sizeof digits;
  do digits[--n] = (char)('0' + number % 10); while (number /= 10);
  out_bytes(out, digits + n, sizeof digits - n);
}

void out_signed(struct out *out, int64_t number) {
  if (number < 0) out_char(out, '-');
  out_unsigned(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void out_padded(struct out *out, uint64_t number, unsigned width) {
  uint64_t limit = 10;
  for (unsigned i = 1; i < width; i++, limit *= 10)
    if (number < limit) {
      for (unsigned k = i; k < width; k++) out_char(out, '0');
      break;
    }
  out_unsigned(out, number);
}

void out_millionths(struct out *out, int64_t number) {
  uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  if (number < 0) out_char(out, '-');
  out_unsigned(out, size / (uint64_t)REBASE_SCALE);
  uint64_t fraction = size % (uint64_t)REBASE_SCALE;
  unsigned width = 6;
  if (!fraction) return;
  for (; fraction % 10 == 0; fraction /= 10) width--;
  out_char(out, '.');
  out_padded(out, fraction, width);
}

void out_hex(struct out *out, const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    char pair[2] = {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]};
    out_bytes(out, pair, 2);
  }
}

static void escape(struct out *out, unsigned char c) {
  static const char named[] = "\"\"\\\\b\bf\fn\nr\rt\t";
  for (const char *n = named; *n; n += 2)
    if ((unsigned char)n[1] == c) { out_char(out, '\\'); out_char(out, n[0]); return; }
  out_string(out, "\\u00");
  out_hex(out, &c, 1);
}

void out_json_string(struct out *out, const char *bytes, size_t length) {
  const unsigned char *at = (const unsigned char *)bytes, *end = at + length, *plain = at;
  uint64_t seen = 0;
  out_char(out, '"');
  for (; at < end; at++) {
    at = plain_json(at, end, &seen);
    if (at == end) break;
    out_bytes(out, (const char *)plain, (size_t)(at - plain));
    escape(out, *at);
    plain = at + 1;
  }
  out_bytes(out, (const char *)plain, (size_t)(end - plain));
  out_char(out, '"');
}

void out_date(struct out *out, int64_t days) {
  int64_t year;
  unsigned month, day;
  calendar_date(days, &year, &month, &day);
  if (year < 0) out_char(out, '-');
  out_padded(out, (uint64_t)(year < 0 ? -year : year), 4);
  out_char(out, '-');
  out_padded(out, month, 2);
  out_char(out, '-');
  out_padded(out, day, 2);
}

static void out_offset(struct out *out, int32_t offset) {
  if (!offset) { out_char(out, 'Z'); return; }
  uint32_t minutes = (uint32_t)(offset < 0 ? -offset : offset) / 60;
  out_char(out, offset < 0 ? '-' : '+');
  out_padded(out, minutes / 60, 2);
  out_char(out, ':');
  out_padded(out, minutes % 60, 2);
}

void out_time(struct out *out, int64_t microseconds, int32_t offset, bool with_zone) {
  int64_t seconds = microseconds / REBASE_SECOND, fraction = microseconds % REBASE_SECOND;
  if (fraction < 0) { fraction += REBASE_SECOND; seconds--; }
  seconds += offset;
  int64_t days = seconds / 86400, of_day = seconds % 86400;
  if (of_day < 0) { of_day += 86400; days--; }
  out_date(out, days);
  out_char(out, 'T');
  out_padded(out, (uint64_t)of_day / 3600, 2);
  out_char(out, ':');
  out_padded(out, (uint64_t)of_day / 60 % 60, 2);
  out_char(out, ':');
  out_padded(out, (uint64_t)of_day % 60, 2);
  if (fraction) {
    unsigned width = 6;
    for (; fraction % 10 == 0; fraction /= 10) width--;
    out_char(out, '.');
    out_padded(out, (uint64_t)fraction, width);
  }
  if (with_zone) out_offset(out, offset);
}

size_t out_end(struct out *out) {
  if (!out->size) return 0;
  size_t end = out->length < out->size ? out->length : out->size - 1;
  if (out->length > end)
    while (end && ((unsigned char)out->bytes[end] & 0xc0) == 0x80) end--;
  out->bytes[end] = 0;
  return end;
}
