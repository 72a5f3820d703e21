/* vm_numbers.c: time zones, see numbers.h. */
#include "numbers.h"

/* ---- time zones ---- */
#define DAY_SECONDS INT64_C(86400)

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

int32_t zone_offset(const struct rebase_bundle *bundle, uint32_t zone_index, int64_t seconds) {
  const struct image_zone *zone = &bundle->ZONES.at[zone_index];
  const struct image_zone_change *changes = bundle->ZONE_CHANGES.at + zone->first;
  uint32_t low = 0, high = zone->count;               /* changes before low are at or before seconds */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (changes[middle].at <= seconds) low = middle + 1;
    else high = middle;
  }
  return low ? changes[low - 1].offset : zone->offset;
}

static int64_t local_seconds(const struct rebase_bundle *bundle, uint32_t zone, int64_t time) {
  int64_t seconds = floor_divide(time, REBASE_SECOND);
  return seconds + zone_offset(bundle, zone, seconds);
}

int64_t zone_date(const struct rebase_bundle *bundle, uint32_t zone, int64_t time) {
  return floor_divide(local_seconds(bundle, zone, time), DAY_SECONDS);
}

int64_t zone_hour(const struct rebase_bundle *bundle, uint32_t zone, int64_t time) {
  int64_t local = local_seconds(bundle, zone, time);
  return (local - floor_divide(local, DAY_SECONDS) * DAY_SECONDS) / 3600;
}

int64_t zone_weekday(const struct rebase_bundle *bundle, uint32_t zone, int64_t time) {
  int64_t since_monday = zone_date(bundle, zone, time) + 3;     /* 1970-01-01 was a Thursday */
  return since_monday - floor_divide(since_monday, 7) * 7 + 1;
}

int64_t zone_instant(const struct rebase_bundle *bundle, uint32_t zone, int64_t local) {
  int64_t before = local - zone_offset(bundle, zone, local - DAY_SECONDS);
  int64_t after = local - zone_offset(bundle, zone, local + DAY_SECONDS);
  int64_t first = before < after ? before : after, second = before < after ? after : before;
  if (first + zone_offset(bundle, zone, first) == local) return first;
  if (second + zone_offset(bundle, zone, second) == local) return second;
  return before;                                      /* the local clock skips this time: as if it had not */
}
