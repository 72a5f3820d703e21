/* zones.h: time zones from the machine that builds a bundle (TZif, RFC 8536), as changes of the offset until 2100. */
#ifndef RBC_ZONES_H
#define RBC_ZONES_H
#include <stdint.h>
#include "support/arena.h"

struct zone_change { int64_t at; int32_t offset; };  /* seconds since 1970; seconds east of UTC from then on */
struct zone_data { int32_t offset; struct zone_change *changes; uint32_t count; };   /* offset: before the first change */

/* name: "UTC", "+05:30", or one of the zone database (TZDIR, else /usr/share/zoneinfo). NULL, or why not, for a person. */
const char *rbc_zone_read(struct arena *arena, const char *name, struct zone_data *zone);
/* Seconds east of UTC at a time in seconds since 1970. */
int32_t rbc_zone_offset(const struct zone_data *zone, int64_t at);
#endif
