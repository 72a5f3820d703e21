/* zones.c: reads TZif files, version 1 to 4. What the file's footer says of the years to come is written out until 2100. */
#include "support/zones.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 44, MAX_FILE = 1 << 20, LAST_YEAR = 2099, DAY = 86400 };

struct tzif { const unsigned char *bytes; size_t size, at; };
struct counts { uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt; };

static uint32_t be32(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static int64_t be64(const unsigned char *p) { return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4)); }

/* ---- days ---- */
static bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/* Days from 1970-01-01 to the first of a month (1..12). */
static int64_t days_to(int year, int month) {
  static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  int64_t y = year - 1;
  int64_t days = 365 * y + y / 4 - y / 100 + y / 400 - 719162;
  return days + before[month - 1] + (month > 2 && is_leap(year));
}

static int year_of(int64_t seconds) {
  int year = 1970 + (int)(seconds / (365 * (int64_t)DAY + DAY / 4));
  while (days_to(year + 1, 1) * DAY <= seconds) year++;
  while (days_to(year, 1) * DAY > seconds) year--;
  return year;
}

/* ---- the footer: a POSIX TZ rule such as CET-1CEST,M3.5.0,M10.5.0/3 ---- */
struct change_rule { char form; int month, week, day; int32_t time; };   /* form: M, J, or 0 for a day from 0 */
struct footer { int32_t standard, summer; bool has_summer; struct change_rule to_summer, to_standard; };

static bool read_name(const char **p) {
  const char *start = *p;
  if (**p == '<') {
    while (**p && **p != '>') ++*p;
    return *(*p)++ == '>';
  }
  while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z')) ++*p;
  return *p - start >= 3;
}

static bool read_number(const char **p, int most, int *value) {
  const char *start = *p;
  for (*value = 0; **p >= '0' && **p <= '9'; ++*p)
    if ((*value = *value * 10 + (**p - '0')) > most) return false;
  return *p > start;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **p, int32_t *seconds) {
  int sign = **p == '-' ? -1 : 1, hours, minutes = 0, rest = 0;
  if (**p == '-' || **p == '+') ++*p;
  if (!read_number(p, 167, &hours)) return false;
  if (**p == ':') { ++*p; if (!read_number(p, 59, &minutes)) return false; }
  if (**p == ':') { ++*p; if (!read_number(p, 59, &rest)) return false; }
  *seconds = sign * (hours * 3600 + minutes * 60 + rest);
  return true;
}

static bool read_change(const char **p, struct change_rule *rule) {
  *rule = (struct change_rule){.time = 2 * 3600};
  if (*(*p)++ != ',') return false;
  if (**p == 'M') {
    rule->form = *(*p)++;
    if (!read_number(p, 12, &rule->month) || !rule->month || *(*p)++ != '.') return false;
    if (!read_number(p, 5, &rule->week) || !rule->week || *(*p)++ != '.') return false;
    if (!read_number(p, 6, &rule->day)) return false;
  } else {
    if (**p == 'J') rule->form = *(*p)++;
    if (!read_number(p, 365, &rule->day) || (rule->form && !rule->day)) return false;
  }
  if (**p != '/') return true;
  ++*p;
  return read_time(p, &rule->time);
}

static bool read_footer(const char *p, struct footer *footer) {
  int32_t west;
  *footer = (struct footer){0};
  if (!read_name(&p) || !read_time(&p, &west)) return false;
  footer->standard = -west;
  if (!*p) return true;
  footer->has_summer = true;
  footer->summer = footer->standard + 3600;
  if (!read_name(&p)) return false;
  if (*p && *p != ',') {
    if (!read_time(&p, &west)) return false;
    footer->summer = -west;
  }
  return read_change(&p, &footer->to_summer) && read_change(&p, &footer->to_standard) && !*p;
}

/* When the rule falls in a year, in seconds of the local time before it. */
static int64_t change_in(const struct change_rule *rule, int year) {
  int64_t day;
  if (rule->form == 'M') {
    int64_t first = days_to(year, rule->month);
    int64_t next_month = rule->month == 12 ? days_to(year + 1, 1) : days_to(year, rule->month + 1);
    int weekday = (int)(((first + 4) % 7 + 7) % 7);                 /* 1970-01-01 was a Thursday */
    day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
    while (day >= next_month) day -= 7;
  } else if (rule->form == 'J') {                                   /* the 29th of February is not counted */
    day = days_to(year, 1) + rule->day - 1 + (rule->day >= 60 && is_leap(year));
  } else {
    day = days_to(year, 1) + rule->day;
  }
  return day * DAY + rule->time;
}

/* ---- changes ---- */
static int32_t last_offset(const struct zone_data *zone) {
  return zone->count ? zone->changes[zone->count - 1].offset : zone->offset;
}

static void add_change(struct zone_data *zone, int64_t at, int32_t offset) {
  if (offset == last_offset(zone)) return;                          /* only the name or the season changes */
  if (zone->count && at <= zone->changes[zone->count - 1].at) return;
  zone->changes[zone->count++] = (struct zone_change){at, offset};
}

static void add_footer(struct zone_data *zone, const struct footer *footer, int64_t after) {
  if (!footer->has_summer) {
    if (after > INT64_MIN / 2) add_change(zone, after + 1, footer->standard);
    return;
  }
  for (int year = after > INT64_MIN / 2 ? year_of(after) : 1970; year <= LAST_YEAR; year++) {
    struct zone_change summer = {change_in(&footer->to_summer, year) - footer->standard, footer->summer};
    struct zone_change winter = {change_in(&footer->to_standard, year) - footer->summer, footer->standard};
    bool summer_first = summer.at < winter.at;
    struct zone_change both[2] = {summer_first ? summer : winter, summer_first ? winter : summer};
    for (int i = 0; i < 2; i++)
      if (both[i].at > after) add_change(zone, both[i].at, both[i].offset);
  }
}

/* ---- the file ---- */
static bool read_header(struct tzif *file, struct counts *counts, unsigned *version) {
  const unsigned char *h = file->bytes + file->at;
  if (file->size - file->at < HEADER_BYTES || memcmp(h, "TZif", 4) != 0) return false;
  *version = h[4];
  *counts = (struct counts){be32(h + 20), be32(h + 24), be32(h + 28), be32(h + 32), be32(h + 36), be32(h + 40)};
  file->at += HEADER_BYTES;
  return counts->timecnt <= MAX_FILE && counts->typecnt <= 256 && counts->charcnt <= MAX_FILE && counts->leapcnt <= MAX_FILE &&
         counts->isstdcnt <= 256 && counts->isutcnt <= 256 && counts->typecnt;
}

static size_t body_bytes(const struct counts *c, size_t time_bytes) {
  return c->timecnt * (time_bytes + 1) + (size_t)c->typecnt * 6 + c->charcnt + c->leapcnt * (time_bytes + 4) + c->isstdcnt + c->isutcnt;
}

static bool read_body(const struct tzif *file, const struct counts *c, size_t time_bytes, struct zone_data *zone, int64_t *last) {
  const unsigned char *times = file->bytes + file->at, *indexes = times + c->timecnt * time_bytes;
  const unsigned char *types = indexes + c->timecnt;
  zone->offset = (int32_t)be32(types);
  for (uint32_t i = 0; i < c->timecnt; i++) {
    int64_t at = time_bytes == 8 ? be64(times + i * 8) : (int32_t)be32(times + i * 4);
    if (indexes[i] >= c->typecnt || at <= *last) return false;
    add_change(zone, at, (int32_t)be32(types + indexes[i] * 6));
    *last = at;
  }
  return true;
}

static const char *read_tzif(struct arena *arena, struct tzif *file, struct zone_data *zone) {
  static const char broken[] = "its file in the zone database is broken";
  struct counts counts;
  unsigned version;
  size_t time_bytes = 4;
  int64_t last = INT64_MIN;
  if (!read_header(file, &counts, &version)) return broken;
  if (version >= '2') {                                             /* the same again, with 64-bit times */
    if (body_bytes(&counts, 4) > file->size - file->at) return broken;
    file->at += body_bytes(&counts, 4);
    time_bytes = 8;
    if (!read_header(file, &counts, &version)) return broken;
  }
  if (body_bytes(&counts, time_bytes) > file->size - file->at) return broken;
  zone->changes = arena_alloc(arena, (counts.timecnt + 2 * (LAST_YEAR - 1900 + 1)) * sizeof *zone->changes);
  if (!zone->changes) return "out of memory";
  if (!read_body(file, &counts, time_bytes, zone, &last)) return broken;
  if (time_bytes == 4) return NULL;
  const char *footer = (const char *)file->bytes + file->at + body_bytes(&counts, 8);
  const char *end = (const char *)file->bytes + file->size, *stop;
  struct footer rule;
  if (footer == end || *footer++ != '\n' || !(stop = memchr(footer, '\n', (size_t)(end - footer)))) return broken;
  char *text = arena_copy(arena, footer, (size_t)(stop - footer));
  if (!text) return "out of memory";
  if (!*text) return NULL;
  if (!read_footer(text, &rule)) return broken;
  if (last > INT64_MIN && last < -INT64_C(2208988800)) last = -INT64_C(2208988800);   /* a first entry long before 1900 */
  add_footer(zone, &rule, last);
  return NULL;
}

/* ---- names ---- */
static bool fixed(const char *name, struct zone_data *zone) {
  const char *p = name;
  int hours, minutes;
  if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0) return true;
  if (*p != '+' && *p != '-') return false;
  const char *digits = ++p;
  if (!read_number(&p, 18, &hours) || p - digits != 2 || *p++ != ':') return false;
  digits = p;
  if (!read_number(&p, 59, &minutes) || p - digits != 2 || *p) return false;
  zone->offset = (*name == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

/* Letters, digits, _ + - and single slashes between: no way out of the directory. */
static bool safe_name(const char *name) {
  if (!*name || *name == '/' || strlen(name) > 100) return false;
  for (const char *p = name; *p; p++) {
    bool letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
    if (!letter && *p != '_' && *p != '+' && *p != '-' && (*p != '/' || p[1] == '/' || !p[1])) return false;
  }
  return true;
}

const char *rbc_zone_read(struct arena *arena, const char *name, struct zone_data *zone) {
  *zone = (struct zone_data){0};
  if (fixed(name, zone)) return NULL;
  if (!safe_name(name)) return "it is no name of a time zone";
  const char *directory = getenv("TZDIR");
  char *path = arena_format(arena, "%s/%s", directory && *directory ? directory : "/usr/share/zoneinfo", name);
  unsigned char *bytes = path ? arena_alloc(arena, MAX_FILE) : NULL;
  if (!bytes) return "out of memory";
  FILE *file = fopen(path, "rb");
  if (!file) return "the zone database of this machine has no such zone";
  struct tzif tzif = {bytes, fread(bytes, 1, MAX_FILE, file), 0};
  bool failed = ferror(file) || !feof(file);
  fclose(file);
  return failed ? "its file in the zone database cannot be read" : read_tzif(arena, &tzif, zone);
}

int32_t rbc_zone_offset(const struct zone_data *zone, int64_t at) {
  uint32_t low = 0, high = zone->count;                             /* changes before low have happened */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (zone->changes[middle].at <= at) low = middle + 1;
    else high = middle;
  }
  return low ? zone->changes[low - 1].offset : zone->offset;
}
