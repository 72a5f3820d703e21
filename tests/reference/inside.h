/* inside.h: what the files of the reference share. */
#ifndef REFERENCE_INSIDE_H
#define REFERENCE_INSIDE_H
#include "reference.h"

/* ---- values: the type is always known from elsewhere ---- */
struct rv {
  bool missing;
  int64_t number;                      /* scalars */
  const char *text; size_t length;     /* string, ip, cidr */
  const struct rv *items; size_t count;    /* list, set: elements; record: fields; map: key and value in turn, count doubled */
};
struct rv rv_missing(void);
struct rv rv_number(int64_t number);
struct rv rv_text(const char *text, size_t length);
bool rv_equal(const struct type *type, struct rv a, struct rv b);      /* deep; two missing ones are equal */
struct rv rv_of_constant(struct arena *arena, const struct constant *constant);
struct rv rv_copy(struct arena *arena, struct rv v);

/* ---- JSON ---- */
enum json_kind { JSON_BROKEN, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
struct json {
  enum json_kind kind;
  const char *text; size_t length;     /* number: as written; string: decoded */
  struct json *items; const struct json *names; size_t count;
};
/* JSON_BROKEN: malformed, a key twice, not UTF-8, or something after it. */
struct json ref_json(struct arena *arena, const char *text, size_t length);
const struct json *ref_json_member(const struct json *object, const char *name);

/* ---- wire forms ---- */
struct wire {
  struct arena *arena;
  const struct program *program;
  bool exact;                          /* arguments: nothing is rounded, cut or unknown */
  const struct operation *fill;        /* a result: fields that come from arguments */
  const struct rv *args;               /* its arguments, by place in operation->params */
  const struct type *fill_type;
  bool conflict;                       /* a filled field was there and different */
  bool parts;                          /* an incomplete record is passed over, what else stands in the result is kept */
  bool incomplete;                     /* there was one */
};
bool ref_decode(struct wire *wire, const struct type *type, const struct json *json, struct rv *out);

/* ---- arithmetic ---- */
enum rounding { EXACT, HALF_EVEN };
bool ref_fits(__int128 number, int64_t *out);
bool ref_divide(__int128 a, __int128 b, int64_t *out);       /* half to even; b not 0 */

/* ---- time ---- */
int64_t ref_floor_div(int64_t a, int64_t b);
int64_t ref_days(int64_t year, unsigned month, unsigned day);
int ref_offset(const struct zone *zone, int64_t seconds);    /* seconds east of UTC */
int64_t ref_local_to_utc(const struct zone *zone, int64_t local_seconds);

/* ---- text ---- */
bool ref_matches(const char *pattern, const char *text, size_t length);
bool ref_contains(const char *text, size_t length, const char *part, size_t part_length);
struct rv ref_urls(struct arena *arena, const char *text, size_t length);
bool ref_said_in(const struct program *program, const struct type *type, struct rv v, const char *text, size_t length);

/* ---- sessions ---- */
struct fact { const struct entity *entity; struct rv record; int64_t at; bool vouched, gone; uint64_t stored; };
struct heard { const char *text; size_t length; };
struct touched { const struct entity *entity; struct rv key[IMAGE_MAX_ENTITY_KEYS]; };   /* a missing part: any */
enum call_state { CALL_OPEN, CALL_ENDED };
struct pending_call {
  const struct operation *operation; struct rv *args; bool reached;
  enum call_state state; bool took_effect; uint64_t began, ended;
  struct touched *touched; unsigned touched_count;
};
struct subject { const struct entity *entity; struct rv key; };
struct only { const struct entity *entity; struct rv key[IMAGE_MAX_ENTITY_KEYS]; };
struct proven { unsigned proof; int64_t at; };
/* A call that was asked about and not answered: asked again it keeps its deadline, unless a rule is in more haste. */
struct waiting { enum event event; const struct operation *operation; struct rv *args; const struct agent *delegate;
                 enum release_target release; struct rv text; const char *task; int64_t input, output; int64_t deadline;
                 const struct group *answered[REFERENCE_MAX]; unsigned answered_count; };
enum { MAX_WAITING = 16 };             /* the oldest is given up */
struct reference_session {
  struct reference *reference;
  struct reference_session *root, *parent;       /* of a conversation: labels, counts, subjects, what was said are the root's */
  /* Writes that are open, and those that may have taken effect and that it knows of; all_: of the conversation, in its root.
   * A call that began before `lost` may have been crossed by a write of another session. */
  uint64_t writing, all_writing, written, all_written, lost;
  struct arena arena;
  const struct agent *agent;
  const char *requester;
  bool has_requester; struct rv requester_record;
  int64_t opened;
  uint64_t labels, sequence;
  int64_t *counts;                     /* by operation id */
  struct proven *proofs; size_t proof_count;
  struct heard *heard; size_t heard_count;
  struct fact *facts; size_t fact_count;
  struct only *keys_seen; size_t key_count;                  /* every key ever seen */
  struct subject *subjects; size_t subject_count;
  struct pending_call *calls; size_t call_count;             /* call n is number n + 1 */
  struct waiting waiting[MAX_WAITING]; size_t waiting_count; /* oldest first */
};
struct person { char *name; uint64_t labels; };        /* a requester, over all their sessions */
struct reference {
  const struct program *program;
  const char *const *obligations;
  struct person *people; size_t person_count;
};
uint64_t *ref_labels_of_requester(struct reference *reference, const char *name);
void ref_label(struct reference_session *s, uint64_t labels);

bool ref_proved(const struct reference_session *s, unsigned proof, int64_t now);
/* The record under these keys, or missing. */
struct rv ref_seen(const struct reference_session *s, const struct entity *entity, const struct rv *keys, int64_t since);
size_t ref_seen_all(const struct reference_session *s, const struct entity *entity, struct rv *out);   /* out NULL: only counts */
struct rv ref_seen_only(const struct reference_session *s, const struct entity *entity);
struct rv ref_bound(const struct reference_session *s, const struct entity *entity);
bool ref_said(const struct reference_session *s, const struct type *type, struct rv v);
bool ref_vouched(const struct reference_session *s, const struct type *type, struct rv v);
/* Forgets what writes of other sessions of the conversation may have made untrue; before every use. */
void ref_catch_up(struct reference_session *s);
uint64_t ref_allowed(struct reference_session *s, const struct operation *operation, const struct rv *args);
#define ref_grow(ARRAY, COUNT) ref_grow_bytes((void **)(void *)&(ARRAY), (COUNT), sizeof *(ARRAY))
void ref_grow_bytes(void **array, size_t count, size_t size);          /* room for one more at each power of two */

/* ---- evaluation ---- */
struct evaluator {
  struct arena *arena;
  const struct reference *reference;
  struct reference_session *session;
  const struct reference_request *request;
  const struct agent *agent;
  const struct operation *operation; const struct rv *args;  /* by place in operation->params */
  const struct agent *delegate;
  const struct model *model; const struct region *region;    /* that is judged, in one of its regions; NULL: none is known */
  enum reference_error error;          /* the first one: nothing is evaluated after it */
};
struct frame { struct rv *locals; size_t room; };
struct rv ref_eval(struct evaluator *e, struct frame *frame, const struct expr *x);
bool ref_true(struct evaluator *e, struct frame *frame, const struct expr *x);
void ref_set_local(struct evaluator *e, struct frame *frame, const struct local *local, struct rv v);
struct rv ref_eval_loop(struct evaluator *e, struct frame *frame, const struct expr *x);
struct rv ref_eval_arithmetic(struct evaluator *e, const struct expr *x, struct rv a, struct rv b);
struct rv ref_fail(struct evaluator *e, enum reference_error error);
struct rv ref_model_fact(struct evaluator *e, unsigned fact);
bool ref_takes_model_away(struct evaluator *e, const struct rule *rule);
/* False: no model may answer; then what took the models away is noted. */
bool ref_choose(struct evaluator *e, const struct rule *grant, struct reference_decision *decision);
#endif
