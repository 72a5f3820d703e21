/* canonical.h: the one JSON form of a value: names in declared order, no blanks, numbers and escapes as short as can be. */
#ifndef REBASE_CANONICAL_H
#define REBASE_CANONICAL_H
#include "bundle.h"
#include "out.h"

void canonical_value(struct out *out, const struct rebase_bundle *bundle, uint32_t type, value v);
/* {"call":"connector.operation","args":{...}} */
void canonical_call(struct out *out, const struct rebase_bundle *bundle, const struct image_operation *operation, const value *slots);
/* The text of a scalar as it stands in JSON, without quotes: an address, a word, a date, ... */
void canonical_scalar(struct out *out, const struct rebase_bundle *bundle, uint32_t type, value v);
#endif
