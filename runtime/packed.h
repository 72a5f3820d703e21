/* packed.h: packed values (image.h) to values in memory and back. Trusts no byte of what it decodes. */
#ifndef REBASE_PACKED_H
#define REBASE_PACKED_H
#include "arena_fixed.h"
#include "bundle.h"

enum packed_status { PACKED_OK, PACKED_INVALID, PACKED_FULL };
enum { PACKED_MAX_DEPTH = 32,       /* of types within types: the verifier refuses deeper ones, so the recursion here is bounded */
       PACKED_MAX_SET = 4096 };     /* elements of a decoded set, whose being distinct is checked pair by pair */

/* Decodes one value of the type from the front of bytes; *used says how many it took. INVALID: the bytes are no value of the
 * type (out of bounds, out of range, bad UTF-8, unsorted map, ...); FULL: the arena is too small. On failure *out is missing. */
enum packed_status packed_decode(const struct rebase_bundle *bundle, uint32_t type, const unsigned char *bytes, size_t size,
                                 size_t *used, struct arena_fixed *arena, value *out);
/* Arena bytes that packed_decode of these bytes takes; false when they are invalid. */
bool packed_decoded_size(const struct rebase_bundle *bundle, uint32_t type, const unsigned char *bytes, size_t size,
                         size_t *arena_bytes);
/* Writes v, which is not missing, and returns its packed size; writes nothing when that is more than size. */
size_t packed_encode(const struct rebase_bundle *bundle, uint32_t type, value v, unsigned char *bytes, size_t size);
/* A deep copy in the arena. False when it is full. */
bool packed_copy(const struct rebase_bundle *bundle, uint32_t type, value v, struct arena_fixed *arena, value *out);
/* What that takes of the arena. */
size_t packed_copy_size(const struct rebase_bundle *bundle, uint32_t type, value v);
/* Whether a scalar is one of the type's values (a bool is 0 or 1, a word is one of the words, a region exists, ...). */
bool scalar_valid(const struct rebase_bundle *bundle, uint32_t type, int64_t bits);
bool utf8_valid(const char *bytes, size_t length);  /* well-formed and without NUL */
void utf8_patch(char *text);        /* in a text that was cut inside a character, question marks for what is not ASCII */
/* Equal values of a type: deep, maps and records too; two missing ones are equal. */
bool value_equal(const struct rebase_bundle *bundle, uint32_t type, value a, value b);
/* The longest list within a value, for the n of cost bounds. */
uint32_t value_longest(const struct rebase_bundle *bundle, uint32_t type, value v);

static inline bool kind_is_text(unsigned kind) { return kind == TYPE_STRING || kind == TYPE_IP || kind == TYPE_CIDR; }
static inline bool kind_is_list(unsigned kind) { return kind == TYPE_LIST || kind == TYPE_SET || kind == TYPE_STRINGS; }
static inline bool kind_is_collection(unsigned kind) { return kind_is_list(kind) || kind == TYPE_MAP; }
static inline bool kind_is_written(unsigned kind) {                 /* in the text of a condition, see CONDITION_HOLE */
  return kind == TYPE_STRING || kind == TYPE_INT || kind == TYPE_DECIMAL || kind == TYPE_MONEY || kind == TYPE_BOOL || kind == TYPE_SYMBOL || kind == TYPE_WORDS;
}
static inline bool kind_is_scalar(unsigned kind) { return !kind_is_text(kind) && !kind_is_collection(kind) && kind != TYPE_RECORD; }
static inline uint32_t element_type(const struct rebase_bundle *bundle, uint32_t type) {
  const struct image_type *t = bundle_type(bundle, type);
  return t->kind == TYPE_STRINGS ? (uint32_t)TYPE_STRING : t->a;
}
#endif
