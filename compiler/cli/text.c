/* text.c: messages, colour, progress, files and times of the command line. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "cli/cli.h"

int cli_fail(int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "%srbc:%s ", cli_tone(stderr, TONE_BAD), cli_plain(stderr));
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  return code;
}

void cli_note(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "%snote:%s ", cli_tone(stderr, TONE_CARE), cli_plain(stderr));
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
}

int cli_no_memory(void) { return cli_fail(CLI_INTERNAL, "out of memory"); }

static bool find_colour(FILE *out) {
  const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
  if (none && *none) return false;
  if (!term || strcmp(term, "dumb") == 0) return false;
  return isatty(fileno(out)) == 1;
}

bool cli_colour(FILE *out) {        /* asked of every line that is printed */
  static enum { UNKNOWN, NONE, COLOUR } known[2];
  const unsigned which = out == stderr;
  if (out != stdout && out != stderr) return find_colour(out);
  if (known[which] == UNKNOWN) known[which] = find_colour(out) ? COLOUR : NONE;
  return known[which] == COLOUR;
}

const char *cli_tone(FILE *out, enum cli_tone tone) {
  static const char *const codes[] = {"\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[2m"};
  return cli_colour(out) ? codes[tone] : "";
}

const char *cli_plain(FILE *out) { return cli_colour(out) ? "\x1b[0m" : ""; }

void cli_progress(const char *what, size_t done, size_t all) {
  if (!cli_colour(stderr)) return;
  if (all == 0) fprintf(stderr, "\r\x1b[K");
  else if (done % 10 == 0) fprintf(stderr, "\r%s %zu of %zu", what, done, all);
  fflush(stderr);
}

/* What agents and recordings say is shown, never sent to the terminal. */
void cli_put_clean(FILE *out, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '\n' || c == '\t') fputc(' ', out);
    else if (c < 32 || c == 127) fprintf(out, "\\x%02x", c);
    else if (c == 0xc2 && i + 1 < length && (unsigned char)text[i + 1] < 0xa0) fprintf(out, "\\u%04x", (unsigned char)text[++i]);
    else fputc(c, out);
  }
}

/* ---- files ---- */
static char *read_stream(FILE *in, size_t *size) {
  size_t room = 1 << 16, used = 0;
  char *bytes = malloc(room);
  while (bytes) {
    used += fread(bytes + used, 1, room - used - 1, in);
    if (used < room - 1) break;
    char *larger = room < SIZE_MAX / 2 ? realloc(bytes, room *= 2) : NULL;
    if (!larger) free(bytes);
    bytes = larger;
  }
  if (!bytes) {
    errno = ENOMEM;
    return NULL;
  }
  if (ferror(in)) {
    int why = errno;
    free(bytes);
    errno = why;
    return NULL;
  }
  bytes[used] = '\0';
  *size = used;
  return bytes;
}

char *cli_read_file(const char *path, size_t *size) {
  if (strcmp(path, "-") == 0) return read_stream(stdin, size);
  FILE *in = fopen(path, "rb");
  if (!in) return NULL;
  char *bytes = read_stream(in, size);
  int why = errno;
  fclose(in);
  errno = why;
  return bytes;
}

static bool write_and_close(FILE *out, const void *bytes, size_t size) {
  bool ok = fwrite(bytes, 1, size, out) == size;
  int why = errno;
  if (fclose(out) != 0) return false;
  errno = why;
  return ok;
}

/* To a file beside it first, so that nobody loads half a bundle. What is no regular file (/dev/null) is written to directly. */
bool cli_write_file(const char *path, const void *bytes, size_t size) {
  if (strcmp(path, "-") == 0) return fwrite(bytes, 1, size, stdout) == size && fflush(stdout) == 0;
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    FILE *out = fopen(path, "wb");
    return out && write_and_close(out, bytes, size);
  }
  size_t length = strlen(path);
  char *beside = malloc(length + 32);
  if (!beside) return false;
  snprintf(beside, length + 32, "%s.%ld.new", path, (long)getpid());
  FILE *out = fopen(beside, "wb");
  bool ok = out && write_and_close(out, bytes, size) && rename(beside, path) == 0;
  int why = errno;
  if (!ok && out) unlink(beside);
  free(beside);
  errno = why;
  return ok;
}

/* ---- times ---- */
static int64_t days_from_civil(int64_t y, int m, int d) {           /* since 1970-01-01, proleptic Gregorian */
  y -= m <= 2;
  int64_t era = (y >= 0 ? y : y - 399) / 400, year = y - era * 400;
  int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

static bool digits(const char **at, int n, int *value) {
  *value = 0;
  for (int i = 0; i < n; i++, (*at)++) {
    if (**at < '0' || **at > '9') return false;
    *value = *value * 10 + (**at - '0');
  }
  return true;
}
static bool one_char(const char **at, const char *allowed) { return **at && strchr(allowed, **at) && (*at)++; }

static bool parse_date(const char **at, int64_t *days) {
  static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int y, m, d;
  if (!digits(at, 4, &y) || !one_char(at, "-") || !digits(at, 2, &m) || !one_char(at, "-") || !digits(at, 2, &d)) return false;
  if (m < 1 || m > 12) return false;
  bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  if (d < 1 || d > month_days[m - 1] + (m == 2 && leap)) return false;
  *days = days_from_civil(y, m, d);
  return true;
}

static bool parse_zone(const char **at, int64_t *seconds) {
  *seconds = 0;
  if (one_char(at, "Zz")) return true;
  int sign = **at == '-' ? -1 : 1, hours, minutes;
  if (!one_char(at, "+-") || !digits(at, 2, &hours) || !one_char(at, ":") || !digits(at, 2, &minutes)) return false;
  *seconds = sign * (hours * 3600 + minutes * 60);
  return hours < 24 && minutes < 60;
}

bool cli_parse_time(const char *text, int64_t *microseconds) {
  const char *at = text;
  int64_t days, zone, fraction = 0;
  int h, m, s;
  if (!parse_date(&at, &days) || !one_char(&at, "Tt ") || !digits(&at, 2, &h) || !one_char(&at, ":") || !digits(&at, 2, &m) ||
      !one_char(&at, ":") || !digits(&at, 2, &s) || h > 23 || m > 59 || s > 59)
    return false;
  if (one_char(&at, ".")) {
    int64_t unit = 100000;
    if (*at < '0' || *at > '9') return false;
    for (; *at >= '0' && *at <= '9'; at++, unit /= 10) fraction += unit * (*at - '0');
  }
  if (!parse_zone(&at, &zone) || *at) return false;
  *microseconds = (days * 86400 + h * 3600 + m * 60 + s - zone) * 1000000 + fraction;
  return true;
}

void cli_format_time(int64_t microseconds, char text[32]) {
  time_t seconds = (time_t)(microseconds / 1000000);
  struct tm parts;
  if (!gmtime_r(&seconds, &parts) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) snprintf(text, 32, "?");
}

int64_t cli_wall_clock(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const char *cli_build_date(const struct cli *cli, char text[11], bool *given) {
  *given = true;
  const char *date = cli->value[OPT_DATE], *epoch = getenv("SOURCE_DATE_EPOCH");
  int64_t days;
  if (date) {
    const char *at = date;
    if (parse_date(&at, &days) && !*at) return date;
    cli_fail(CLI_USAGE, "`%s` is no date; write --date YYYY-MM-DD", date);
    return NULL;
  }
  int64_t seconds;
  if (epoch && *epoch) {
    char *end;
    errno = 0;
    seconds = strtoll(epoch, &end, 10);
    if (errno || *end || seconds < 0) {
      cli_fail(CLI_USAGE, "SOURCE_DATE_EPOCH is `%s`; it must be a number of seconds", epoch);
      return NULL;
    }
  } else {
    *given = false;
    seconds = cli_wall_clock() / 1000000;
  }
  char stamp[32];
  cli_format_time(seconds * 1000000, stamp);
  memcpy(text, stamp, 10);
  text[10] = '\0';
  return text;
}
