/* literals.c: numbers with their units, dates, texts, patterns. What is badly written is said here, once; the kind
 * that was meant goes to the parser all the same, so that one slip makes one message. */
#include <string.h>
#include "syntax/parse.h"

static const char DURATIONS[][12] = { "millisecond", "second", "minute", "hour", "day", "week", "month", "year" };
static const char QUANTITIES[][8] = { "token", "byte" };
/* ISO 4217, without the codes of metals, funds and tests. */
static const char CURRENCIES[] =
  "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
  "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
  "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
  "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
  "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
  "USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
static bool is_letter(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
static uint32_t at(const struct parse *p, const unsigned char *s) {
  return (uint32_t)(s - (const unsigned char *)p->source->text);
}

static const unsigned char *skip_word(const struct parse *p, const unsigned char *s) {
  while (s < p->limit && (is_letter(*s) || is_digit(*s))) s++;
  return s;
}

static bool is_currency(const unsigned char *word) {
  for (const char *c = CURRENCIES; ; c += 4) {
    if (memcmp(c, word, 3) == 0) return true;
    if (!c[3]) return false;
  }
}

static bool same_unit(const char *unit, const unsigned char *word, size_t length) {
  size_t n = strlen(unit);
  return memcmp(unit, word, n < length ? n : length) == 0 && (length == n || (length == n + 1 && word[n] == 's'));
}

static void month_or_year(struct parse *p, const unsigned char *word, const unsigned char *end) {
  const char *name = *word == 'm' ? "month" : "year";
  struct diag *d = parse_error(p, E0014, at(p, p->start), at(p, end), "a %s has no fixed length", name);
  rbc_diag_help(p->diags, d, "say how many days; a limit `per %s` follows the calendar", name);
}

/* Units that people write and what they are called here. */
static const struct { const char *written, *meant; } UNIT_SLIPS[] = {
  { "s", "seconds" }, { "sec", "seconds" }, { "secs", "seconds" }, { "min", "minutes" }, { "mins", "minutes" },
  { "m", "minutes" }, { "h", "hours" }, { "hr", "hours" }, { "hrs", "hours" }, { "d", "days" }, { "w", "weeks" },
  { "Seconds", "seconds" }, { "Minutes", "minutes" }, { "Hours", "hours" }, { "Days", "days" }, { "Weeks", "weeks" },
  { "ms", "milliseconds" }, { "msec", "milliseconds" }, { "tok", "tokens" }, { "Tokens", "tokens" }, { "toks", "tokens" },
};

static unsigned misspelt_unit(struct parse *p, const unsigned char *word, const unsigned char *end) {
  static const char *const UNITS[] = { "milliseconds", "seconds", "minutes", "hours", "weeks", "tokens", "bytes" };
  char written[16];
  size_t length = (size_t)(end - word);
  if (length < 5 || length >= sizeof written) return 0;
  memcpy(written, word, length);
  written[length] = 0;
  const char *nearest = rbc_nearest(written, UNITS, sizeof UNITS / sizeof *UNITS);
  if (!nearest) return 0;
  struct diag *d = parse_error(p, E0014, at(p, word), at(p, end), "there is no unit `%s`", written);
  rbc_diag_help(p->diags, d, "did you mean `%s`?", nearest);
  parse_fix(p, d, at(p, word), at(p, end), nearest);
  p->cursor = end;
  return *nearest == 't' || *nearest == 'b' ? TOKEN_QUANTITY : TOKEN_DURATION;
}

/* A word after a number that is no unit but was meant as one. */
static unsigned slipped_unit(struct parse *p, const unsigned char *word, const unsigned char *end) {
  size_t length = (size_t)(end - word);
  const unsigned char *next = end;
  while (next < p->limit && (*next == ' ' || *next == '\t')) next++;
  if (next < p->limit && (is_digit(*next) || *next == '"' || *next == '(')) return 0;   /* a property of that name */
  for (size_t i = 0; i < sizeof UNIT_SLIPS / sizeof *UNIT_SLIPS; i++) {
    const char *written = UNIT_SLIPS[i].written, *meant = UNIT_SLIPS[i].meant;
    if (strlen(written) != length || memcmp(written, word, length) != 0) continue;
    struct diag *d = parse_error(p, E0014, at(p, word), at(p, end), "there is no unit `%s`", written);
    rbc_diag_help(p->diags, d, "write `%s`", meant);
    parse_fix(p, d, at(p, word), at(p, end), meant);
    p->cursor = end;
    return *meant == 't' ? TOKEN_QUANTITY : TOKEN_DURATION;
  }
  return misspelt_unit(p, word, end);
}

/* The unit after a number, on the same line: moves the cursor past it. 0: none. */
static unsigned unit(struct parse *p) {
  const unsigned char *word = p->cursor;
  while (word < p->limit && (*word == ' ' || *word == '\t')) word++;
  if (word == p->cursor || word == p->limit || !is_letter(*word)) return 0;
  const unsigned char *end = skip_word(p, word), *after = end;
  size_t length = (size_t)(end - word);
  while (after < p->limit && (*after == ' ' || *after == '\t')) after++;
  if (after < p->limit && *after == ':') return 0;           /* the next field */
  if (length == 3 && is_upper(word[0]) && is_upper(word[1]) && is_upper(word[2])) {
    static const char NO_UNITS[] = "GETPUTANDFORPER";      /* methods of HTTP, and words that somebody shouts */
    for (const char *other = NO_UNITS; *other; other += 3) if (memcmp(word, other, 3) == 0) return 0;
    p->cursor = end;
    if (!is_currency(word)) {
      struct diag *d = parse_error(p, E0011, at(p, word), at(p, end), "there is no currency `%.3s`",
                                   (const char *)word);
      rbc_diag_help(p->diags, d, "currencies are the codes of ISO 4217, such as USD, EUR, JPY");
    }
    return TOKEN_MONEY;
  }
  for (size_t i = 0; i < sizeof DURATIONS / sizeof *DURATIONS; i++)
    if (same_unit(DURATIONS[i], word, length)) {
      p->cursor = end;
      if (i >= 6) month_or_year(p, word, end);
      return TOKEN_DURATION;
    }
  for (size_t i = 0; i < sizeof QUANTITIES / sizeof *QUANTITIES; i++)
    if (same_unit(QUANTITIES[i], word, length)) { p->cursor = end; return TOKEN_QUANTITY; }
  return slipped_unit(p, word, end);
}

/* Digits and underscores; each underscore stands between two digits. */
static bool digits_are_good(const unsigned char *s, const unsigned char *end) {
  if (s == end) return false;
  for (const unsigned char *c = s; c < end; c++) {
    if (is_digit(*c)) continue;
    if (*c != '_' || c == s || c + 1 == end || !is_digit(c[-1]) || !is_digit(c[1])) return false;
  }
  return true;
}

static bool fits_int64(const unsigned char *s, const unsigned char *end) {
  uint64_t value = 0;
  for (; s < end; s++) {
    if (*s == '_') continue;
    unsigned digit = (unsigned)(*s - '0');
    if (value > ((uint64_t)INT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  return true;
}

static void bad_number(struct parse *p, const unsigned char *end) {
  const unsigned char *s = p->start;
  while (s < end && (is_digit(*s) || *s == '_')) s++;
  int length = (int)(end - p->start);
  const char *text = (const char *)p->start;
  uint32_t from = at(p, p->start), to = at(p, end);
  if (s < end && is_letter(*s) && s > p->start && digits_are_good(p->start, s)) {
    struct diag *d = parse_error(p, E0009, from, to, "`%.*s` is neither a number nor a name", length, text);
    char buffer[64];
    if (length < 60) {
      memcpy(buffer, p->start, (size_t)(s - p->start));
      buffer[s - p->start] = ' ';
      memcpy(buffer + (s - p->start) + 1, s, (size_t)(end - s));
      buffer[length + 1] = 0;
      rbc_diag_help(p->diags, d, "put a blank before the unit: `%s`; a name does not start with a digit", buffer);
    }
    return;
  }
  struct diag *d = parse_error(p, E0009, from, to, "`%.*s` is not a number", length, text);
  rbc_diag_help(p->diags, d, "write `1200`, `1_200` or `1_200.50`: an underscore stands between two digits");
}

unsigned literal_number(struct parse *p) {
  const unsigned char *end = skip_word(p, p->start), *fraction = NULL;
  if (end + 1 < p->limit && *end == '.' && is_digit(end[1])) {
    fraction = end + 1;
    end = skip_word(p, fraction);
  }
  p->cursor = end;
  const unsigned char *whole_end = fraction ? fraction - 1 : end;
  if (!digits_are_good(p->start, whole_end) || (fraction && !digits_are_good(fraction, end))) {
    bad_number(p, end);
    return fraction ? TOKEN_DECIMAL : TOKEN_INT;
  }
  if (!fits_int64(p->start, whole_end))
    parse_error(p, E0010, at(p, p->start), at(p, end),
                "this number is too large; the largest is 9_223_372_036_854_775_807");
  else if (*p->start == '0' && whole_end - p->start > 1) {
    struct diag *d = parse_error(p, E0009, at(p, p->start), at(p, end), "a number does not start with 0");
    const unsigned char *s = p->start;
    while (s + 1 < whole_end && (*s == '0' || *s == '_')) s++;
    rbc_diag_help(p->diags, d, "write `%.*s`, or a text in double quotes", (int)(end - s), (const char *)s);
  }
  if (p->cursor < p->limit && *p->cursor == '%') { p->cursor++; return TOKEN_PERCENT; }
  unsigned kind = unit(p);
  if (kind == TOKEN_DURATION && fraction) {
    struct diag *d = parse_error(p, E0009, at(p, p->start), at(p, end), "a duration is a whole number of a unit");
    rbc_diag_help(p->diags, d, "use a smaller unit: `90 minutes`");
  }
  return kind ? kind : fraction ? TOKEN_DECIMAL : TOKEN_INT;
}

static bool two(const unsigned char *s, unsigned least, unsigned most) {
  if (!is_digit(s[0]) || !is_digit(s[1])) return false;
  unsigned value = (unsigned)(s[0] - '0') * 10 + (unsigned)(s[1] - '0');
  return value >= least && value <= most;
}

static bool date_is_good(const unsigned char *s, size_t length) {
  static const unsigned char DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  if (length < 10 || s[7] != '-' || !two(s + 5, 1, 12) || !two(s + 8, 1, 31)) return false;
  unsigned year = 0;
  for (int i = 0; i < 4; i++) year = year * 10 + (unsigned)(s[i] - '0');
  unsigned month = (unsigned)(s[5] - '0') * 10 + (unsigned)(s[6] - '0');
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return year >= 1 && two(s + 8, 1, DAYS[month - 1] + (unsigned)(month == 2 && leap));
}

/* After the date: T hh:mm[:ss[.ffffff]] and Z or ±hh:mm. NULL: good; else what is wrong. */
static const char *time_fault(const unsigned char *s, const unsigned char *end) {
  static const char FORM[] = "a time is written `2027-01-31T15:00:00Z` or `2027-01-31T15:00:00-05:00`";
  if (*s++ != 'T' || end - s < 5 || !two(s, 0, 23) || s[2] != ':' || !two(s + 3, 0, 59)) return FORM;
  s += 5;
  if (end - s >= 3 && *s == ':') {
    if (!two(s + 1, 0, 59)) return FORM;
    s += 3;
    if (s < end && *s == '.') {
      const unsigned char *digits = ++s;
      while (s < end && is_digit(*s)) s++;
      if (s == digits || s - digits > 6) return "a time has at most six digits after the seconds";
    }
  }
  if (s == end) return "a time says its zone: end it with `Z` or with `-05:00`";
  if (*s == 'Z' && s + 1 == end) return NULL;
  if ((*s == '+' || *s == '-') && end - s == 6 && two(s + 1, 0, 23) && s[3] == ':' && two(s + 4, 0, 59)) return NULL;
  return FORM;
}

unsigned literal_date(struct parse *p) {
  const unsigned char *day_end = p->start + 5;
  while (*day_end != '-') day_end++;
  day_end++;
  while (day_end < p->cursor && is_digit(*day_end)) day_end++;
  size_t length = (size_t)(day_end - p->start);
  uint32_t from = at(p, p->start), to = at(p, p->cursor);
  bool has_time = day_end < p->cursor;
  if (!date_is_good(p->start, length)) {
    struct diag *d = parse_error(p, E0012, from, to, "there is no date `%.*s`", (int)length, (const char *)p->start);
    rbc_diag_help(p->diags, d, "a date is written `2027-01-31`: year, month, day");
  } else if (has_time) {
    const char *fault = time_fault(day_end, p->cursor);
    if (fault) {
      struct diag *d = parse_error(p, E0012, from, to, "there is no time `%.*s`", (int)(to - from),
                                   (const char *)p->start);
      rbc_diag_help(p->diags, d, "%s", fault);
    }
  }
  return has_time ? TOKEN_TIME : TOKEN_DATE;
}

/* After a backslash. Moves s past the escape, also past a bad one. */
static const unsigned char *escape(struct parse *p, const unsigned char *s) {
  const unsigned char *begin = s - 1;
  if (s >= p->limit) return s;
  unsigned char c = *s++;
  if (c == '"' || c == '\\' || c == 'n' || c == 't') return s;
  if (c == 'u' && s < p->limit && *s == '{') {
    uint32_t code = 0;
    const unsigned char *digits = ++s;
    for (; s < p->limit && s - digits < 7; s++) {
      unsigned char h = *s;
      if (is_digit(h)) code = code * 16 + (uint32_t)(h - '0');
      else if ((h >= 'a' && h <= 'f') || (h >= 'A' && h <= 'F')) code = code * 16 + (uint32_t)((h & 0xDF) - 'A' + 10);
      else break;
    }
    if (s < p->limit && *s == '}' && s > digits && s - digits <= 6) {
      s++;
      if (code && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF)) return s;
      parse_error(p, E0008, at(p, begin), at(p, s), "there is no character U+%04X", (unsigned)code);
      return s;
    }
    parse_error(p, E0008, at(p, begin), at(p, s),
                "`\\u` is followed by one to six hexadecimal digits in braces: `\\u{e9}`");
    return s;
  }
  if (c == '\n') return s - 1;
  uint32_t code;
  size_t length = utf8_length(s - 1, p->limit, &code);
  if (length) s += length - 1;
  struct diag *d = parse_error(p, E0008, at(p, begin), at(p, s), "`%.*s` is no escape", (int)(s - begin),
                               (const char *)begin);
  rbc_diag_help(p->diags, d, "there are \\\" \\\\ \\n \\t and \\u{...}; a backslash itself is written \\\\");
  return s;
}

unsigned literal_string(struct parse *p, unsigned char quote) {
  static const bool plain_ends[256] = {['"'] = true, ['\''] = true, ['\\'] = true, ['\n'] = true};
  const unsigned char *s = p->cursor, *limit = p->limit;
  for (;;) {
    while (s < limit && !plain_ends[*s]) s++;
    if (s >= limit || *s == quote || *s == '\n') break;
    s = *s == '\\' ? escape(p, s + 1) : s + 1;
  }
  uint32_t from = at(p, p->start), to = at(p, s);
  if (s >= p->limit || *s != quote) {
    if (s > p->cursor && s[-1] == '\r') { s--; to--; }
    p->cursor = s;
    struct diag *d = parse_error(p, E0007, from, to, "this text has no end");
    rbc_diag_help(p->diags, d, "close it with `\"` on the same line; a new line inside a text is written \\n");
    return TOKEN_STRING;
  }
  p->cursor = s + 1;
  if (quote == '\'') {
    struct diag *d = parse_error(p, E0016, from, to + 1, "a text stands in double quotes");
    bool plain = !memchr(p->start + 1, '"', (size_t)(s - p->start - 1)) &&
                 !memchr(p->start + 1, '\\', (size_t)(s - p->start - 1));
    const char *inside = (const char *)p->start + 1;
    char *fix = plain ? arena_format(p->diags->arena, "\"%.*s\"", (int)(s - p->start - 1), inside) : NULL;
    if (fix) {
      rbc_diag_help(p->diags, d, "write `%s`", fix);
      parse_fix(p, d, from, to + 1, fix);
    } else rbc_diag_help(p->diags, d, "write \", and \\\" for a quotation mark inside");
  }
  return TOKEN_STRING;
}

unsigned literal_pattern(struct parse *p) {
  const unsigned char *s = p->cursor;
  bool in_class = false;           /* a slash in [...] needs no backslash */
  for (; s < p->limit && *s != '\n' && (in_class || *s != '/'); s++) {
    if (*s == '\\' && s + 1 < p->limit && s[1] != '\n') s++;
    else if (*s == '[') in_class = true;
    else if (*s == ']') in_class = false;
  }
  if (s < p->limit && *s == '/') { p->cursor = s + 1; return TOKEN_PATTERN; }
  uint32_t from = at(p, p->start);
  p->cursor = s;
  struct diag *d = parse_error(p, E0013, from, from + 1, "this pattern has no end");
  rbc_diag_help(p->diags, d, "a pattern stands between slashes: /abc.*/; a slash inside is written \\/");
  return TOKEN_PATTERN;
}
