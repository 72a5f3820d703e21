/* calendar.c: days, and offsets of zones as the C library knows them (the code generator reads the files itself). */
#define _DEFAULT_SOURCE
#include "inside.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t ref_floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* Counted year by year, month by month. */
int64_t ref_days(int64_t year, unsigned month, unsigned day) {
  static const unsigned month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t days = 0;
  for (int64_t y = 1970; y < year; y++) days += 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
  for (int64_t y = year; y < 1970; y++) days -= 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
  for (unsigned m = 1; m < month; m++) days += month_days[m - 1] + (m == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
  return days + (int64_t)day - 1;
}

static pthread_mutex_t environment = PTHREAD_MUTEX_INITIALIZER;

int ref_offset(const struct zone *zone, int64_t seconds) {
  const char *name = zone->name;
  if (!strcmp(name, "UTC")) return 0;
  if (name[0] == '+' || name[0] == '-') {
    int total = atoi(name + 1) * 3600 + atoi(name + 4) * 60;
    return name[0] == '-' ? -total : total;
  }
  time_t at = (time_t)seconds;
  struct tm tm;
  pthread_mutex_lock(&environment);
  setenv("TZ", name, 1);
  tzset();
  long offset = localtime_r(&at, &tm) ? tm.tm_gmtoff : 0;
  unsetenv("TZ");
  tzset();
  pthread_mutex_unlock(&environment);
  return (int)offset;
}

/* Of two instants the earlier; one that does not exist is taken with the offset of before. */
int64_t ref_local_to_utc(const struct zone *zone, int64_t local) {
  int before = ref_offset(zone, local - 86400), after = ref_offset(zone, local + 86400);
  int64_t first = local - before, second = local - after;
  bool first_fits = ref_offset(zone, first) == before, second_fits = ref_offset(zone, second) == after;
  if (first_fits && second_fits) return first < second ? first : second;
  return second_fits ? second : first;
}
