/* session_view.h: what the VM asks of a session. The VM declares these functions, the session store implements them
 * (session*.c; tests/unit has a stub). A view is one consistent, unchanging picture of a session for one decision.
 *
 * None of them allocates, except from the scratch arena that is passed. Nothing they return may move or change before the
 * decision ends. Every answer that is unsure is the poorer one: false, zero or missing. The VM never calls them without a
 * session (view is never NULL): a rule that needs one then ends in VM_ERROR_SESSION.
 */
#ifndef REBASE_SESSION_VIEW_H
#define REBASE_SESSION_VIEW_H
#include <stdbool.h>
#include "arena_fixed.h"
#include "value.h"

struct session_view;                /* defined by the session store */

/* Indexes are those of the image: LABELS, PROOFS, OPERATIONS, ENTITIES, TYPES. Times are microseconds since 1970. */
bool session_has_label(const struct session_view *view, uint32_t label);
bool session_proved(const struct session_view *view, uint32_t proof, int64_t now);
/* How often the operation was allowed, definite failures taken off. */
int64_t session_counted(const struct session_view *view, uint32_t operation);

/* A record value, or missing. keys: as many as the entity has, none of them missing, in the order of key_field.
 * since: only what was observed at that time or later; INT64_MIN for any time. */
value session_seen(const struct session_view *view, uint32_t entity, const value *keys, int64_t since);
/* A list of records, made in scratch. Missing when scratch is too small: the rule then ends in an error. */
value session_seen_all(const struct session_view *view, uint32_t entity, struct arena_fixed *scratch);
/* The one record if exactly one key was ever seen in this session, else missing. */
value session_seen_only(const struct session_view *view, uint32_t entity);
/* The first key field of the session's subject of this entity, or missing. */
value session_bound(const struct session_view *view, uint32_t entity);

/* said and vouched: type is an index in TYPES (money and `one of` need more than the kind); v is never missing. */
bool session_said(const struct session_view *view, uint32_t type, value v);
bool session_vouched(const struct session_view *view, uint32_t type, value v);
#endif
