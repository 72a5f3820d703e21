/* numbers.h: time zones, patterns and texts: what instructions do that is not one line. */
#ifndef REBASE_NUMBERS_H
#define REBASE_NUMBERS_H
#include "arena_fixed.h"
#include "arithmetic.h"
#include "bundle.h"

/* ---- time in zones (vm_numbers.c) ---- */
int32_t zone_offset(const struct rebase_bundle *bundle, uint32_t zone, int64_t seconds);    /* seconds east at that instant */
int64_t zone_date(const struct rebase_bundle *bundle, uint32_t zone, int64_t time);         /* days since 1970 */
int64_t zone_hour(const struct rebase_bundle *bundle, uint32_t zone, int64_t time);         /* 0..23 */
int64_t zone_weekday(const struct rebase_bundle *bundle, uint32_t zone, int64_t time);      /* 1 Monday .. 7 Sunday */
/* The instant at which a local clock shows these seconds since 1970-01-01; of two the earlier, in a gap: after it. */
int64_t zone_instant(const struct rebase_bundle *bundle, uint32_t zone, int64_t local_seconds);

/* ---- text (vm_text.c) ---- */
bool pattern_matches(const struct rebase_bundle *bundle, uint32_t pattern, const char *bytes, size_t length);
/* The longest match that starts at bytes[0]: its length, or SIZE_MAX when there is none. For detectors. */
size_t pattern_prefix(const struct rebase_bundle *bundle, uint32_t pattern, const char *bytes, size_t length);
bool text_holds(const struct text *text, const struct text *part);
int64_t text_scalars(const struct text *text);      /* Unicode scalar values */
bool ip_in_network(const struct text *ip, const struct text *cidr);
/* A list of the web addresses in a text, in scratch; missing when it is full. See vm_text.c for what an address is. */
value text_urls(const struct text *text, struct arena_fixed *scratch);
#endif
