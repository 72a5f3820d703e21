/* zones.c: time zones by name, once each; wall-clock times in them. */
#include <string.h>
#include "support/zones.h"
#include "sema/declare.h"
#include "value.h"

const struct zone *rbc_zone(struct checker *c, const char *name, struct span span) {
  struct program *p = c->program;
  if (!strcmp(name, "Z")) name = "UTC";
  for (unsigned i = 0; i < p->zones_count; i++) if (!strcmp(p->zones[i]->name, name)) return p->zones[i];
  struct zone_data data;
  const char *why = rbc_zone_read(c->arena, name, &data);
  if (why) {
    struct diag *d = rbc_diag(c->diags, E0221, span, "no time zone \"%s\"", name);
    rbc_diag_note(c->diags, d, "%s", why);
    rbc_diag_help(c->diags, d,
                  "a name of the zone database such as \"Europe/Berlin\", or a fixed offset such as \"-05:00\"");
    return NULL;
  }
  struct zone *zone = arena_alloc(c->arena, sizeof *zone);
  if (!zone) return NULL;
  zone->name = name;
  zone->id = p->zones_count;
  return PROGRAM_APPEND(c, zones, zone) ? zone : NULL;
}

/* Two offsets can fit around a change; the one before it counts, as for a clock that has not been set yet. */
bool rbc_local_to_utc(struct checker *c, const struct zone *zone, int64_t local, int64_t *utc) {
  struct zone_data data;
  if (rbc_zone_read(c->arena, zone->name, &data)) return false;
  int64_t seconds = local / REBASE_SECOND - (local % REBASE_SECOND < 0);
  int32_t before = rbc_zone_offset(&data, seconds - 86400);
  int32_t after = rbc_zone_offset(&data, seconds + 86400);
  int32_t offset = rbc_zone_offset(&data, seconds - before) == before ? before : after;
  return !__builtin_sub_overflow(local, (int64_t)offset * REBASE_SECOND, utc);
}
