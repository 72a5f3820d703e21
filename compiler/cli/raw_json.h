/* raw_json.h: members of an object and elements of an array as the bytes that stand in the text. A request must reach
 * librebase as it was written: a parser that goes through doubles would change amounts and hide duplicate keys.
 * The scan is shallow: what a member holds is checked by who reads it.
 */
#ifndef RBC_CLI_RAW_JSON_H
#define RBC_CLI_RAW_JSON_H
#include <stdbool.h>
#include <stddef.h>

struct raw { const char *text; size_t length; };         /* text NULL: not there */
struct raw_cursor { const char *at, *end; bool object, started, failed; };

bool raw_begin(struct raw_cursor *cursor, struct raw value);       /* false: neither an object nor an array */
/* The next member or element; name is empty in an array. False: no more, or cursor->failed. */
bool raw_next(struct raw_cursor *cursor, struct raw *name, struct raw *value);
/* Members by name, in one scan. One of them twice, or not well-formed: failed is set. */
void raw_members(struct raw object, const char *const *names, struct raw *members, size_t count, bool *failed);
struct raw raw_member(struct raw object, const char *name, bool *failed);
bool raw_is_object(struct raw value);
bool raw_is_null(struct raw value);
/* Decodes a JSON string; the caller frees. NULL: no string, or not valid. */
char *raw_string(struct raw value, size_t *length);
char *raw_copy(struct raw value);                         /* NUL-terminated; the caller frees */
#endif
