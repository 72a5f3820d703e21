/* session.h: what a session remembers, and the store that keeps sessions.
 *
 * A conversation (struct family) is a root session and those delegated from it. It has one lock, one requester, one set of
 * labels, counts, subjects and texts that were said. A session adds its agent, its proofs, what it saw and its open calls.
 * Every function on a session is called with the conversation's lock held (store acquire .. release).
 *
 * Deciding changes a session without allocating: all it needs is in fixed places here. Only hear, see and observe allocate.
 */
#ifndef REBASE_SESSION_H
#define REBASE_SESSION_H
#include <pthread.h>
#include "json.h"
#include "loaded.h"
#include "session_view.h"

enum {
  ID_BYTES = 16,
  SESSION_PROOFS = 64, SESSION_COUNTS = 512,        /* at most; more are refused */
  SESSION_CALLS = 32,               /* allowed and not observed; the oldest is given up */
  SESSION_ASKS = 16,                /* waiting for answers; the oldest is given up */
  CALL_KEPT_BYTES = 384, CALL_TOUCHES = 6,
  KEY_BYTES_MAX = 512
};

struct now { int64_t wall, steady; };       /* microseconds */

/* ---- the requester, over all their sessions ---- */
struct requester {
  struct requester *next;
  _Atomic uint64_t labels[LABEL_WORDS];
  uint32_t families;                /* open; under the store's lock */
  int64_t left;                     /* steady clock when the last was closed */
  struct text *name;
};

/* ---- the conversation ---- */
struct counted { uint32_t operation; int64_t count; };              /* registry numbers */
struct said { struct said *next; size_t length; char bytes[]; };    /* NFC */
struct subject { struct subject *next; uint32_t entity; uint32_t kind; value key; };   /* registry number; kind of the key's type */
struct family {
  pthread_mutex_t lock;
  atomic_uint members;              /* not under the lock: a forked child closes without it */
  char root[REBASE_ID_BYTES];       /* id of the first session, also when that is closed: what limits of a session are counted for */
  struct allocator allocator;
  struct requester *requester;
  struct text *requester_json;      /* or NULL */
  void *requester_memory;           /* of the record below */
  value requester_record; unsigned char requester_layout[LAYOUT_BYTES]; uint32_t requester_longest;
  uint64_t labels[LABEL_WORDS];
  struct counted *counts; uint32_t count_used, count_capacity;
  struct said *first_said, *last_said; size_t said_bytes;
  struct subject *subjects;
  atomic_uint writing;              /* writes under way of all members */
  atomic_uint_least64_t written;    /* writes that may have taken effect, of all members */
  struct now opened;
  int64_t last_wall;                /* time never goes back */
  bool broken;                      /* a subject cannot be read under the present bundle: everything is denied */
};

/* ---- what was seen ---- */
struct key { uint32_t parts, ends[IMAGE_MAX_ENTITY_KEYS], length; uint64_t hash; unsigned char bytes[KEY_BYTES_MAX]; };
struct seen {
  uint32_t entity;                  /* index in the image of the session's layout */
  uint32_t parts, ends[IMAGE_MAX_ENTITY_KEYS];
  uint64_t hash;
  unsigned char *key;
  value record;
  size_t bytes;                     /* of this allocation */
  int64_t kept_at;                  /* wall clock */
  uint64_t stored;                  /* number of the observation */
  uint32_t longest;
  uint16_t held;                    /* writes under way */
  bool vouched, dead;               /* dead: gone, not yet freed */
};
struct only { uint32_t entity; bool any, several; unsigned char key[16]; };     /* registry number; never forgotten */

/* ---- allowed calls that wait for their outcome ---- */
enum call_state { CALL_FREE, CALL_OPEN, CALL_DONE };        /* done: a write that took effect, kept while older reads are open */
struct touch { uint32_t entity; uint16_t at[IMAGE_MAX_ENTITY_KEYS], length[IMAGE_MAX_ENTITY_KEYS]; };      /* in kept; UINT16_MAX: any */
struct call {
  unsigned char id[ID_BYTES];
  bool reached;                     /* without a key that the agent chose */
  bool cut;                         /* kept was too small: nothing of the result is stored, every entity it touches is any */
  bool touches_all;
  bool waiting;                     /* its limits are not reserved yet: it is not an allowed call */
  uint32_t operation;               /* registry number; NONE32: a delegation */
  uint32_t agent;                   /* delegation: index in AGENTS */
  uint64_t generation, shape;
  uint64_t ended;                   /* session.sequence */
  unsigned char layout[LAYOUT_BYTES];
  uint32_t touch_count; struct touch touches[CALL_TOUCHES];
  uint32_t kept_length; unsigned char kept[CALL_KEPT_BYTES];        /* for each kept parameter: u8 present, packed value */
};

struct ask {
  bool used;
  unsigned char id[ID_BYTES], hash[32], bundle[32];         /* bundle: digest of the one that asked */
  uint32_t group_count, groups[REBASE_MAX_APPROVERS];       /* indexes in GROUPS of the bundle that is part of the hash */
  uint32_t answered;                /* bits by place in groups */
  int64_t deadline, steady_deadline;        /* 0: none */
  uint64_t number;
};

struct proved { uint32_t proof; struct now at; };
struct session {
  char id[REBASE_ID_BYTES];
  uint32_t slot; bool alone;        /* the store's; alone: in its family, since it was acquired */
  struct family *family;
  struct list *chain;               /* texts: the agents, first the one that was asked */
  void *chain_memory;
  uint64_t generation;              /* newest bundle that decided here */
  unsigned char layout[LAYOUT_BYTES];
  uint32_t proof_count; struct proved proofs[SESSION_PROOFS];
  struct seen **seen; uint32_t seen_count, seen_capacity; size_t seen_bytes;     /* oldest first */
  struct only *only; uint32_t only_count, only_capacity;
  bool only_broken;                 /* could not note a key: `the only seen` is missing from now on */
  uint32_t longest;
  uint32_t writing;                 /* of the family's, our own */
  uint64_t written;                 /* of the family's, those that this session has come to terms with */
  uint64_t sequence, lost;          /* calls that began before `lost` may have crossed a write that was given up */
  uint8_t call_state[SESSION_CALLS]; uint64_t call_began[SESSION_CALLS];       /* of calls, side by side: each allow looks at all; began: sequence */
  struct call calls[SESSION_CALLS];
  struct ask asks[SESSION_ASKS];
};
struct session_view { const struct session *session; const struct loaded *loaded; struct now now; };

/* ---- session.c ---- */
static inline bool id_has_length(const char *id) { return id && memchr(id, 0, REBASE_ID_BYTES) == id + REBASE_ID_BYTES - 1; }
bool four_from_hex(const char hex[8], unsigned char bytes[4]);        /* small letters only */
bool id_from_hex(const char *hex, unsigned char id[ID_BYTES]);        /* small letters only */
void id_to_hex(const unsigned char id[ID_BYTES], char hex[REBASE_ID_BYTES]);
struct family *family_new(const struct allocator *a, struct requester *requester, uint32_t counts, struct now now);
/* A member of the family. chain: names of the agents. NULL: out of memory; the family is untouched then. */
struct session *session_new(const struct allocator *a, struct family *family, const struct text *const *chain, uint32_t length, uint32_t entities);
void family_free(struct family *family);            /* only one that has no members */
/* Frees the session, and the family with its last member; returns the requester then, else NULL. */
struct requester *session_free(struct session *session);
/* Comes to terms with the bundle: what was seen is lost when values changed. False: older than one that decided here before. */
bool session_adopt(struct session *session, const struct loaded *loaded);
void session_label(struct session *session, const struct loaded *loaded, uint64_t labels);
bool session_prove(struct session *session, uint32_t proof, struct now now);
struct counted *session_count(struct session *session, uint32_t operation);     /* made if need be; NULL: full */
bool session_bind(struct session *session, const struct loaded *loaded, uint32_t entity, value record);    /* first wins; false: out of memory */
bool session_hear(struct session *session, const char *text, size_t length, size_t limit);      /* false: out of memory */

/* ---- session_calls.c ---- */
/* Room for a call, its arguments kept, its writes marked: to be followed by the allow. */
struct call *session_begin_call(struct session *session, const struct loaded *loaded, uint32_t operation, const value *slots,
                                const unsigned char *id);
struct call *session_find_call(struct session *session, const unsigned char *id);       /* open */
struct call *session_find_waiting(struct session *session, const unsigned char *id);    /* for its limits */
bool call_touches(const struct call *call, const struct seen *item);
bool call_touches_key(const struct call *call, uint32_t entity, const struct key *key);
bool call_argument(const struct loaded *loaded, uint32_t operation, const struct call *call, uint32_t param, struct arena_fixed *arena, value *out);
void session_end_call(struct session *session, struct call *call, bool took_effect);
/* Whether others of the conversation are writing, or have written and it has not been caught up with: what was seen may be untrue. */
static inline bool session_overtaken(const struct session *s) {
  return atomic_load(&s->family->writing) != s->writing || atomic_load(&s->family->written) != s->written;
}
void session_catch_up(struct session *session);     /* forgets what others may have made untrue */
void session_end_write(struct session *session, bool may_have_taken_effect);
void session_hold(struct session *session);         /* works out anew which items writes hold */
struct ask *session_find_ask(struct session *session, const unsigned char *hash, struct now now);
struct ask *session_new_ask(struct session *session);
struct ask *session_ask_by_id(struct session *session, const unsigned char *id);

/* ---- session_seen.c ---- */
bool key_of(const struct rebase_bundle *bundle, uint32_t entity, const value *keys, struct key *key);
bool key_of_record(const struct rebase_bundle *bundle, uint32_t entity, value record, struct key *key);
struct seen *session_find_seen(const struct session *session, uint32_t entity, const struct key *key);
void session_note_only(struct session *session, uint32_t registry_entity, const struct key *key);
enum store_result { STORED, STORE_MEMORY, STORE_TOO_LARGE };
struct storing { uint32_t entity; uint64_t stored; bool vouched; int64_t at; size_t limit; };
enum store_result session_store(struct session *session, const struct loaded *loaded, const struct key *key, value record, const struct storing *how);
void session_sweep(struct session *session, size_t limit);         /* frees what is dead or over the limit, oldest first */
void session_forget(struct session *session);       /* everything seen; without freeing */
static inline bool seen_visible(const struct seen *item) { return !item->dead && !item->held; }

/* ---- the store: where sessions and requesters live ---- */
struct store_ops {
  void *(*open)(const struct allocator *allocator, uint32_t max_sessions);
  void (*close)(void *store);
  /* The requester's entry, made if need be, one family more; NULL: full or out of memory. */
  struct requester *(*requester)(void *store, const char *name, struct now now, int64_t lifetime, rebase_status *why);
  void (*leave)(void *store, struct requester *requester, struct now now);
  /* Takes the session in and gives it an id made with random bytes. */
  rebase_status (*add)(void *store, struct session *session, const unsigned char *random, struct now now, int64_t lifetime);
  struct session *(*acquire)(void *store, const char *id);          /* locked; NULL: unknown */
  void (*release)(void *store, struct session *session);
  void (*remove)(void *store, const char *id, struct now now);
  uint32_t (*count)(void *store);
};
extern const struct store_ops store_memory;
bool family_expired(const struct family *family, struct now now, int64_t lifetime);

/* said.c */
bool said_in(const char *text, size_t length, const struct rebase_bundle *bundle, uint32_t type, value v);
char *said_normalise(const struct allocator *a, const char *text, size_t length, size_t *normal_length);
#endif
