/* bundle_view.h: names and code out of a bundle, for people: the default agent of a replay, the disassembler. It decides
 * nothing and trusts nothing: what does not make sense reads as empty. Decisions come from librebase alone.
 */
#ifndef RBC_CLI_BUNDLE_VIEW_H
#define RBC_CLI_BUNDLE_VIEW_H
#include <stdbool.h>
#include <stddef.h>
#include "image.h"

struct bundle_view { const unsigned char *bytes; size_t size; struct image_section table[SECTION_COUNT]; };

/* False: no bundle of this version, or a section lies outside of the file. */
bool view_open(struct bundle_view *view, const void *bytes, size_t size);
uint32_t view_count(const struct bundle_view *view, enum section section);
/* Record of a section, or NULL beyond its end. */
const void *view_record(const struct bundle_view *view, enum section section, size_t index);
size_t view_record_size(enum section section);
/* NUL-terminated text, or "" when the reference is bad. */
const char *view_text(const struct bundle_view *view, ref text);
const char *view_agent(const struct bundle_view *view, uint32_t index);
const char *view_operation(const struct bundle_view *view, uint32_t index);
const char *view_connector(const struct bundle_view *view, uint32_t index);
/* The whole name of the one agent, operation or connector that is meant: the full name, or the only one that ends in
 * ".name". name NULL: the only one there is. *matches says how many fit when it is not one. */
const char *view_find_agent(const struct bundle_view *view, const char *name, unsigned *matches);
const char *view_find_connector(const struct bundle_view *view, const char *name, unsigned *matches);
const char *view_find_operation(const struct bundle_view *view, const char *name, unsigned *matches);
/* Text that begins a failed result of the operation's connector, or "". */
const char *view_failure(const struct bundle_view *view, const char *operation);
#endif
