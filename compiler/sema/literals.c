/* literals.c: numbers with their units, dates and times, addresses and versions, from their texts. */
#include <arpa/inet.h>
#include <limits.h>
#include <string.h>
#include "sema/checker.h"
#include "value.h"

enum { MAX_DIGITS = 6 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* A whole number with underscores between digits; moves *at. max: the largest value allowed. */
static bool read_digits(const char *text, size_t n, size_t *at, uint64_t max, uint64_t *value) {
  uint64_t v = 0;
  size_t i = *at, digits = 0;
  for (; i < n; i++) {
    if (text[i] == '_' && digits && i + 1 < n && is_digit(text[i + 1])) continue;
    if (!is_digit(text[i])) break;
    uint64_t digit = (uint64_t)(text[i] - '0');
    if (v > (max - digit) / 10) return false;
    v = v * 10 + digit;
    digits++;
  }
  *at = i;
  *value = v;
  return digits > 0;
}

static size_t skip_blanks(const char *text, size_t n, size_t at) {
  while (at < n && (text[at] == ' ' || text[at] == '\t')) at++;
  return at;
}

bool rbc_parse_int(const char *text, size_t n, int64_t *value) {
  size_t at = n && text[0] == '-';
  uint64_t v;
  bool negative = at == 1;
  if (!read_digits(text, n, &at, INT64_MAX, &v) || at != n) return false;
  *value = negative ? -(int64_t)v : (int64_t)v;
  return true;
}

/* A number with at most six digits after the point, in millionths; moves *at. */
static bool read_decimal(const char *text, size_t n, size_t *at, int64_t *millionths, unsigned *digits) {
  size_t i = *at;
  bool negative = i < n && text[i] == '-';
  uint64_t whole, fraction = 0;
  unsigned count = 0;
  if (negative) i++;
  if (!read_digits(text, n, &i, INT64_MAX / (uint64_t)REBASE_SCALE, &whole)) return false;
  if (i + 1 < n && text[i] == '.' && is_digit(text[i + 1])) {
    for (i++; i < n && is_digit(text[i]); i++) {
      if (++count > MAX_DIGITS) return false;
      fraction = fraction * 10 + (uint64_t)(text[i] - '0');
    }
  }
  for (unsigned k = count; k < MAX_DIGITS; k++) fraction *= 10;
  uint64_t v = whole * (uint64_t)REBASE_SCALE;
  if (v > (uint64_t)INT64_MAX - fraction) return false;
  v += fraction;
  *millionths = negative ? -(int64_t)v : (int64_t)v;
  *digits = count;
  *at = i;
  return true;
}

bool rbc_parse_decimal(const char *text, size_t n, int64_t *millionths, unsigned *digits) {
  size_t at = 0;
  return read_decimal(text, n, &at, millionths, digits) && at == n;
}

bool rbc_parse_money(const char *text, size_t n, int64_t *millionths, char currency[4], unsigned *digits) {
  size_t at = 0;
  if (!read_decimal(text, n, &at, millionths, digits)) return false;
  at = skip_blanks(text, n, at);
  if (n - at != 3) return false;
  memcpy(currency, text + at, 3);
  currency[3] = 0;
  return true;
}

bool rbc_parse_percent(const char *text, size_t n, int64_t *millionths) {
  size_t at = 0;
  unsigned digits;
  int64_t v;
  if (!read_decimal(text, n, &at, &v, &digits) || v % 100) return false;
  at = skip_blanks(text, n, at);
  if (at + 1 != n || text[at] != '%') return false;
  *millionths = v / 100;
  return true;
}

bool rbc_parse_quantity(const char *text, size_t n, int64_t *value, const char **unit, size_t *unit_length) {
  size_t at = 0;
  uint64_t v;
  if (!read_digits(text, n, &at, INT64_MAX, &v)) return false;
  at = skip_blanks(text, n, at);
  *value = (int64_t)v;
  *unit = text + at;
  *unit_length = n - at;
  return true;
}

bool rbc_parse_duration(const char *text, size_t n, int64_t *microseconds) {
  static const struct { const char *name; int64_t milliseconds; } UNITS[] = {
    { "millisecond", 1 }, { "second", 1000 }, { "minute", 60000 }, { "hour", 3600000 }, { "day", 86400000 }, { "week", 604800000 } };
  size_t at = 0;
  unsigned digits;
  int64_t number;
  if (!read_decimal(text, n, &at, &number, &digits)) return false;
  at = skip_blanks(text, n, at);
  size_t length = n - at;
  if (length > 1 && text[n - 1] == 's') length--;
  for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
    if (strlen(UNITS[i].name) != length || memcmp(UNITS[i].name, text + at, length)) continue;
    int64_t length_of = UNITS[i].milliseconds, whole = number / 1000;       /* number: millionths of the unit */
    if (whole >= INT64_MAX / length_of || whole <= -(INT64_MAX / length_of)) return false;
    *microseconds = whole * length_of + number % 1000 * length_of / 1000;
    return true;
  }
  return false;
}

/* ---- dates and times ---- */
static bool read_fixed(const char *text, size_t n, size_t *at, unsigned width, int *value) {
  int v = 0;
  if (n - *at < width) return false;
  for (unsigned i = 0; i < width; i++) {
    char c = text[*at + i];
    if (!is_digit(c)) return false;
    v = v * 10 + (c - '0');
  }
  *at += width;
  *value = v;
  return true;
}

static bool read_char(const char *text, size_t n, size_t *at, const char *any) {
  if (*at >= n || !text[*at] || !strchr(any, text[*at])) return false;
  ++*at;
  return true;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, years 1 to 9999. */
static int64_t days_of(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = y / 400, of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool read_date(const char *text, size_t n, size_t *at, int64_t *days) {
  static const int LENGTHS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int year, month, day;
  if (!read_fixed(text, n, at, 4, &year) || !read_char(text, n, at, "-") || !read_fixed(text, n, at, 2, &month) ||
      !read_char(text, n, at, "-") || !read_fixed(text, n, at, 2, &day)) return false;
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > LENGTHS[month - 1] + (month == 2 && leap)) return false;
  *days = days_of(year, month, day);
  return true;
}

bool rbc_parse_date(const char *text, size_t n, int64_t *days) {
  size_t at = 0;
  return read_date(text, n, &at, days) && at == n;
}

/* `Z`, `+hh:mm` or nothing, up to the end. */
static bool read_offset(const char *text, size_t n, size_t at, int64_t *seconds, bool *has_zone) {
  int hours, minutes;
  *seconds = 0;
  *has_zone = at < n;
  if (at == n) return true;
  if (read_char(text, n, &at, "Zz")) return at == n;
  bool west = text[at] == '-';
  if (!read_char(text, n, &at, "+-") || !read_fixed(text, n, &at, 2, &hours) || !read_char(text, n, &at, ":") ||
      !read_fixed(text, n, &at, 2, &minutes) || at != n || hours > 23 || minutes > 59) return false;
  *seconds = (int64_t)(hours * 60 + minutes) * 60 * (west ? -1 : 1);
  return true;
}

bool rbc_parse_time(const char *text, size_t n, int64_t *microseconds, bool *has_zone) {
  size_t at = 0;
  int64_t days, fraction = 0, offset;
  int hour, minute, second = 0;
  if (!read_date(text, n, &at, &days) || !read_char(text, n, &at, "Tt ") || !read_fixed(text, n, &at, 2, &hour) ||
      !read_char(text, n, &at, ":") || !read_fixed(text, n, &at, 2, &minute)) return false;
  if (read_char(text, n, &at, ":")) {
    if (!read_fixed(text, n, &at, 2, &second)) return false;
    if (read_char(text, n, &at, ".")) {
      unsigned count = 0;
      for (; at < n && is_digit(text[at]); at++, count++) {
        if (count == MAX_DIGITS) return false;
        fraction = fraction * 10 + (text[at] - '0');
      }
      if (!count) return false;
      for (; count < MAX_DIGITS; count++) fraction *= 10;
    }
  }
  if (hour > 23 || minute > 59 || second > 59 || !read_offset(text, n, at, &offset, has_zone)) return false;
  *microseconds = days * REBASE_DAY + (((int64_t)hour * 60 + minute) * 60 + second - offset) * REBASE_SECOND + fraction;
  return true;
}

/* ---- addresses, versions ---- */
bool rbc_parse_ip(const char *text, size_t n, unsigned char ip[16]) {
  char copy[INET6_ADDRSTRLEN];
  if (!n || n >= sizeof copy || memchr(text, 0, n)) return false;
  memcpy(copy, text, n);
  copy[n] = 0;
  if (strchr(copy, ':')) return inet_pton(AF_INET6, copy, ip) == 1;
  memset(ip, 0, 10);
  ip[10] = ip[11] = 0xff;
  return inet_pton(AF_INET, copy, ip + 12) == 1;
}

/* The bits beyond the prefix must be zero: `10.1.2.3/8` is a mistake more often than a network. */
bool rbc_parse_cidr(const char *text, size_t n, unsigned char cidr[17]) {
  const char *slash = memchr(text, '/', n);
  if (!slash) return false;
  size_t length = (size_t)(slash - text), at = length + 1;
  uint64_t prefix;
  bool v4 = !memchr(text, ':', length);
  if (!rbc_parse_ip(text, length, cidr) || !read_digits(text, n, &at, 128, &prefix) || at != n) return false;
  if (v4 && (prefix += 96) > 128) return false;
  for (unsigned bit = (unsigned)prefix; bit < 128; bit++)
    if (cidr[bit / 8] & (0x80u >> bit % 8)) return false;
  cidr[16] = (unsigned char)prefix;
  return true;
}

bool rbc_parse_version(const char *text, size_t n, int64_t *value) {
  size_t at = 0;
  int64_t v = 0;
  for (unsigned i = 0; i < 3; i++) {
    uint64_t part;
    if (i && !read_char(text, n, &at, ".")) return false;
    if (!read_digits(text, n, &at, (1u << 20) - 1, &part)) return false;
    v = v << 20 | (int64_t)part;
  }
  *value = v;
  return at == n;
}

/* ---- currencies: ISO 4217, digits of the unit ---- */
unsigned rbc_currency_digits(const char *currency) {
  static const char NONE[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
  static const char THREE[] = "BHD IQD JOD KWD LYD OMR TND";
  static const char TWO[] =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL "
    "THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW";
  if (strlen(currency) != 3 || strchr(currency, ' ')) return UINT_MAX;
  if (strstr(TWO, currency)) return 2;
  if (strstr(NONE, currency)) return 0;
  return strstr(THREE, currency) ? 3 : UINT_MAX;
}
