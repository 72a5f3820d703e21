/* rebase.h: decide what an AI agent may do. The public interface of librebase, and its manual.
 *
 * A bundle is what `rbc compile` makes of a company's .rb files. An engine holds one bundle at a time and the sessions.
 * A request is a reusable workspace of one thread: fill it, decide, read the decision, use it again.
 *
 *   rebase_engine *engine;
 *   if (rebase_engine_open(NULL, &engine) != REBASE_OK) ...;
 *   rebase_engine_load_file(engine, "acme.rbb", &report);
 *   rebase_session_open(engine, &opening, session_id);
 *   rebase_request *request = rebase_request_new(engine);
 *   const rebase_decision *d = rebase_decide_json(request, &caller, body, length);
 *   if (d->effect == REBASE_ALLOW) { send d->canonical upstream; then rebase_observe(...); }
 *
 * Rules that hold everywhere:
 *   - Anything unsure denies. A zeroed decision, caller or request denies. REBASE_DENY is 0, REBASE_OK is not.
 *   - Look at `effect` to know what may happen, at `status` to know why the policy was not asked. A deny by the policy has
 *     status REBASE_OK; any other status goes with REBASE_DENY.
 *   - Who asks (agent, requester, session) comes from the host's channel, in rebase_caller, never from the request.
 *   - Engine functions may be called from any thread. A request belongs to one thread at a time. Sessions are locked one by
 *     one (a session and those delegated from it are one): calls in different sessions never wait for each other.
 *   - Deciding takes no heap, does no I/O, and locks at most its own session. Opening, loading, preparing, keeping,
 *     hearing, seeing and observing may allocate; when memory runs out they say REBASE_E_MEMORY and what they would have added is not there.
 *   - Text is UTF-8 with a length; NUL-terminated where the type is const char * without one. What is passed in is copied
 *     or read before the call returns. What comes out belongs to the library: see each struct for how long.
 *   - After fork() the child's engine denies everything (REBASE_E_FORKED) until it opens an engine of its own. The old one
 *     may still be closed there.
 *   - NULL for a struct, name or id that must be there is REBASE_E_ARGUMENT, never a crash; a NULL request decides to deny.
 *   - Hooks are called without any lock held, save `allocate` and `release`. They must not call the library.
 */
#ifndef REBASE_H
#define REBASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define REBASE_API __attribute__((visibility("default")))
#else
#define REBASE_API
#endif

#define REBASE_ID_BYTES 33          /* 32 hex digits and NUL: decision and session ids */
#define REBASE_MAX_RULES 32         /* a decision names this many rules; more are counted in rule_total */
#define REBASE_MAX_APPROVERS 16     /* an ask of more groups than this is denied */
#define REBASE_MAX_DEPTH 8          /* agents in a chain of delegation */

typedef struct rebase_engine rebase_engine;
typedef struct rebase_request rebase_request;

typedef enum rebase_status {
#define REBASE_STATUS(NAME, TEXT) REBASE_##NAME,
#include "rebase_status.def"
#undef REBASE_STATUS
  REBASE_STATUS_COUNT
} rebase_status;
REBASE_API const char *rebase_status_text(rebase_status status);
REBASE_API const char *rebase_version(void);

/* ---- engine ---- */
/* Copied by rebase_engine_open; the strings of `obligations` and `trusted_keys` too. */
typedef struct rebase_options {     /* zero: the default of each */
  void *(*allocate)(size_t size, void *user);       /* NULL: malloc. For any type; need not be cleared. Both or neither. */
  void (*release)(void *memory, void *user);        /* of what allocate gave; NULL is never passed */
  int64_t (*wall_clock)(void *user);                /* microseconds since 1970 UTC; negative: unknown, which denies.
                                     * The defaults are exact to some milliseconds */
  int64_t (*steady_clock)(void *user);              /* microseconds, never backwards */
  bool (*random_bytes)(void *bytes, size_t size, void *user);       /* unpredictable; false: none, which refuses */
  void (*log)(const char *line, size_t length, void *user);   /* one JSON object a decision, observation, opening; no newline */
  void *user;                       /* handed to the six above */
  const char *const *obligations;   /* kinds that this host carries out, NULL-terminated; "redact" is the runtime's own */
  uint32_t max_sessions;            /* default 10,000; when full new sessions are refused, none is evicted */
  uint32_t session_bytes;           /* memory of one session for what was seen and said; default 256 KiB; the oldest is dropped */
  uint32_t request_bytes;           /* longest request body; default 1 MiB */
  int64_t session_lifetime;         /* microseconds since opening, by the clock that is ahead; default 24 hours. The labels
                                     * of a requester are kept as long after their last session. */
  const char *const *trusted_keys;  /* Ed25519 public keys, 64 hex digits each, NULL-terminated: only a bundle that one of them
                                     * signed is loaded. NULL: signatures are not asked for; one that is there must still fit. */
  struct rebase_quota *quota;       /* where limits are counted, see rebase_quota.h; the engine does not close it. NULL: what a
                                     * limit speaks of is denied */
  int64_t reservation_lifetime;     /* microseconds until a reservation that was not settled counts as spent, and what was
                                     * held is free again; default 10 minutes */
  uint64_t max_steps;               /* a request whose cost bound is higher is denied; default 10,000,000 */
  bool no_canonical;                /* the host makes the calls from what it set and does not read `canonical`: an allow then has it only
                                     * where redactions, an approval or the log need it, else "" */
  bool plain;                       /* evaluates all rules in scope one by one, without index: slower, for comparing */
} rebase_options;
/* What went wrong, in a sentence for the host's log. Every `report` may be NULL. */
typedef struct rebase_report { rebase_status status; char text[512]; } rebase_report;

REBASE_API rebase_status rebase_engine_open(const rebase_options *options, rebase_engine **engine);
REBASE_API void rebase_engine_close(rebase_engine *engine);    /* free its requests first; no call may be under way */
/* Verifies a private copy, then swaps it in atomically; on failure the old bundle stays. Requests that are being decided
 * finish with the old one; sessions live on: labels, proofs and counts by name, what was seen if both bundles describe data
 * alike. The old bundle is freed when the last request that used it is used again or freed. */
REBASE_API rebase_status rebase_engine_load(rebase_engine *engine, const void *bytes, size_t size, rebase_report *report);
REBASE_API rebase_status rebase_engine_load_file(rebase_engine *engine, const char *path, rebase_report *report);
/* Signing, for a build. secret: 64 hex digits of 32 unpredictable bytes; keep them. The signature is to be appended to the
 * bundle's bytes, which must be those of an unsigned bundle. E_ARGUMENT: no such key; E_BUNDLE: no such bundle. */
#define REBASE_KEY_HEX 65           /* a key in hex digits, and NUL */
#define REBASE_SIGNATURE_BYTES 104
REBASE_API rebase_status rebase_public_key(const char *secret, char public_key[REBASE_KEY_HEX]);
REBASE_API rebase_status rebase_sign(const void *bundle, size_t size, const char *secret, unsigned char signature[REBASE_SIGNATURE_BYTES]);
typedef struct rebase_counters { uint64_t decisions, allowed, asked, denied, errors, soundness_faults, sessions, refused_sessions; } rebase_counters;
REBASE_API void rebase_engine_counters(rebase_engine *engine, rebase_counters *counters);
/* Hex digest of the loaded bundle; returns false when there is none. */
REBASE_API bool rebase_engine_bundle(rebase_engine *engine, char digest[65]);

/* ---- sessions: opened by the host, never by an agent ---- */
typedef struct rebase_opening {
  const char *agent;                /* full name of the first agent of the chain */
  const char *requester;            /* id of the person or service on whose behalf; bound for the session's life */
  const char *requester_json;       /* fields of `context requester` as a JSON object; NULL: none, rules that read them deny */
} rebase_opening;
REBASE_API rebase_status rebase_session_open(rebase_engine *engine, const rebase_opening *opening, char session[REBASE_ID_BYTES], rebase_report *report);
/* Forgets it. What its requester's labels are is kept for their next session. Unknown ids are ignored. */
REBASE_API void rebase_session_close(rebase_engine *engine, const char *session);
/* Hands work on: an allowed decision {"delegate": "agent"} of the parent, used once, opens a session for that agent. It has
 * the parent's requester, and shares labels, counts, subjects and what was said with it, both ways and at once; proofs and
 * what was seen it begins without. It ends with its root's lifetime. More than REBASE_MAX_DEPTH agents: REBASE_E_RANGE. */
REBASE_API rebase_status rebase_session_delegate(rebase_engine *engine, const char *parent, const char *decision_id,
                                                 char child[REBASE_ID_BYTES], rebase_report *report);
/* What the requester said, in their own words: the one input that widens. Call it only with text that came from the
 * requester's own channel, never with text of tools, files or agents. A child session made by delegation refuses it. */
REBASE_API rebase_status rebase_hear(rebase_engine *engine, const char *session, const char *text, size_t length);
/* Proofs, labels, entities and groups go by their full names: "acme.platform.verified". */
REBASE_API rebase_status rebase_prove(rebase_engine *engine, const char *session, const char *proof);      /* the host's own check succeeded */
REBASE_API rebase_status rebase_taint(rebase_engine *engine, const char *session, const char *label);      /* the host knows of data of this kind */
/* A value of an entity as the system of record returned it, outside an operation (tests, context that the host looked up).
 * Nothing chose its key but the host, so its trusted fields are vouched for. */
REBASE_API rebase_status rebase_see(rebase_engine *engine, const char *session, const char *entity, const char *json, size_t length, rebase_report *report);

/* ---- requests and decisions ---- */
typedef enum rebase_effect { REBASE_DENY = 0, REBASE_ASK = 1, REBASE_ALLOW = 2 } rebase_effect;
typedef enum rebase_outcome { REBASE_UNKNOWN = 0, REBASE_FAILED = 1, REBASE_SUCCESS = 2 } rebase_outcome;
typedef struct rebase_caller {
  const char *agent;                /* full name */
  const char *requester;            /* must be the one the session was opened for */
  const char *session;              /* NULL or "": none, then rules that need one deny */
} rebase_caller;
typedef struct rebase_rule {        /* a rule that matched, or could not be evaluated */
  const char *name;                 /* "acme.airline.book" */
  const char *effect;               /* "allow", "ask", "deny", "oblige", "error" */
  const char *file; uint32_t line;
  const char *because;              /* for the agent; "" when none */
} rebase_rule;
typedef struct rebase_limit {       /* a counter that the decision is charged to */
  const char *rule;                 /* "acme.platform.spending" */
  const char *file; uint32_t line;
  const char *words;                /* "at most 600 per minute for each agent" */
  const char *each;                 /* for whom: an agent's name, an owner, ...; "" for all together */
  bool sums, decimal;               /* amount is an argument's, else calls; decimal: in millionths */
  bool reached;                     /* this one refused */
  bool warned;                      /* used is at `warn at` or above */
  int64_t amount, used, most;       /* used: after rebase_reserve */
  uint32_t warn;                    /* share of most, in millionths */
} rebase_limit;
/* Which model answers an `infer` that is allowed, or will when an ask is answered. What the host sends to it carries `output` as the
 * limit of what is generated: only then is `cost` the most that this attempt can cost. */
typedef struct rebase_choice {
  const char *route; const char *file; uint32_t line;
  const char *model;                /* full name */
  const char *id;                   /* as its provider calls it */
  const char *provider;             /* full name */
  char currency[4]; int64_t cost;   /* 10^-12 of the currency: the request's input and all of `output`, without a cache */
  int64_t output;                   /* tokens */
  uint32_t attempt;                 /* from 1 */
  uint32_t others;                  /* models of the route beside it that fit and have known prices, whatever rules and a cap say of them */
  int64_t quality, latency;         /* millionths, measured for the task, -1 unknown; microseconds as declared, 0 unknown */
} rebase_choice;
typedef struct rebase_obligation { const char *kind; const char *argument; } rebase_obligation;
typedef struct rebase_decision {    /* valid until the request is used again or freed */
  rebase_effect effect;
  rebase_status status;             /* REBASE_OK when the policy decided; else why it could not (the effect is then deny) */
  char id[REBASE_ID_BYTES];
  const char *reason;               /* one sentence for the agent: the because of the deciding rules, or what is wrong */
  size_t reason_length;
  uint32_t rule_count; const rebase_rule *rules; uint32_t rule_total;
  uint32_t obligation_count; const rebase_obligation *obligations;
  uint32_t redactions;              /* how many are ordered, whether they find something in these bytes or not */
  uint32_t limit_count; const rebase_limit *limits;         /* of an allow, or what will be one when it is reserved */
  uint32_t approver_count; const char *const *approvers;    /* ask: all of them must answer; "requester" is the session's person */
  int64_t deadline;                 /* ask: microseconds since 1970; 0 none */
  const char *canonical; size_t canonical_length;           /* the exact JSON that was decided, redactions done; send this upstream. "" for a denial */
  char call_hash[65];               /* ask: hex BLAKE2b-256 of bundle, session, agent, operation, canonical bytes; else "" */
  uint64_t steps, steps_bound;      /* what evaluation cost, and the verified bound for this request */
  const rebase_choice *choice;      /* of an infer that is allowed or asks; else NULL */
} rebase_decision;

REBASE_API rebase_request *rebase_request_new(rebase_engine *engine);  /* NULL: out of memory */
REBASE_API void rebase_request_free(rebase_request *request);
/* For a caller that asks again and again: a copy which, given to this request's decisions as their caller, is known without a look at its
 * names. Valid until another is kept or the request is freed; NULL, which denies: out of memory. Not while a batch is decided. */
REBASE_API const rebase_caller *rebase_keep_caller(rebase_request *request, const rebase_caller *caller);

/* Wire forms of values: int, decimal and money are JSON numbers, read exactly; bool is true or false, or the words that the
 * connector declares; duration a number of seconds; time "2024-05-15T15:00:00-05:00"; date "2024-05-15"; ip, cidr, version,
 * words, regions and symbols are strings; list and set arrays; map, record and entity objects. null is absence.
 * {"call":"booking.cancel_reservation","args":{...}} · {"release":"person","text":"..."} · {"delegate":"acme.other.agent"}
 * · {"infer":{"task":"chat","tokens":{"input":1200,"output":300}}}: what a model is wanted for, the tokens that are sent, and those
 * that it may generate at most. Duplicate keys, unknown fields, a field that names the caller, wrong types, bad UTF-8: denied. */
REBASE_API const rebase_decision *rebase_decide_json(rebase_request *request, const rebase_caller *caller, const char *body, size_t length);

/* Many for one caller: decided in order, each a decision of its own, all under one bundle and at one time, whatever is loaded meanwhile. `decided`
 * gets each decision, valid until it returns, and must not use the request but for rebase_reserve, rebase_explain and the like. A body that cannot be
 * read is denied like any other. The caller's texts stay as they are until it returns. Other than REBASE_OK: none was decided. */
typedef struct rebase_body { const char *text; size_t length; } rebase_body;
typedef void (*rebase_decided)(const rebase_decision *decision, size_t index, void *user);
REBASE_API rebase_status rebase_decide_batch(rebase_request *request, const rebase_caller *caller, const rebase_body *bodies, size_t count,
                                             rebase_decided decided, void *user);

/* Typed building. Slots are resolved once by name; a slot that was resolved on an older bundle denies. A setter that
 * fails poisons the request: it denies until rebase_request_call starts a new one. */
typedef struct rebase_operation { uint32_t index; uint64_t generation; } rebase_operation;
typedef struct rebase_slot { uint32_t index; uint64_t generation; } rebase_slot;
REBASE_API rebase_status rebase_find_operation(rebase_engine *engine, const char *name, rebase_operation *operation);
REBASE_API rebase_status rebase_find_slot(rebase_engine *engine, rebase_operation operation, const char *argument, rebase_slot *slot);
REBASE_API rebase_status rebase_request_call(rebase_request *request, rebase_operation operation);
REBASE_API rebase_status rebase_set_bool(rebase_request *request, rebase_slot slot, bool value);
REBASE_API rebase_status rebase_set_int(rebase_request *request, rebase_slot slot, int64_t value);
REBASE_API rebase_status rebase_set_decimal(rebase_request *request, rebase_slot slot, int64_t millionths);   /* decimal, money */
REBASE_API rebase_status rebase_set_time(rebase_request *request, rebase_slot slot, int64_t microseconds);    /* time, duration; date: at midnight */
REBASE_API rebase_status rebase_set_text(rebase_request *request, rebase_slot slot, const char *text, size_t length);  /* string, word, region, ip, ... */
/* A list or a set of what has a text (strings, words, regions, ...), each NUL-terminated; of a set at most REBASE_MOST_TEXTS, and what is given twice counts once. */
#define REBASE_MOST_TEXTS 256
REBASE_API rebase_status rebase_set_texts(rebase_request *request, rebase_slot slot, const char *const *texts, size_t count);
REBASE_API rebase_status rebase_set_json(rebase_request *request, rebase_slot slot, const char *json, size_t length);  /* any type */
/* What {"infer":{..}} says. task NULL or "": none is named; tokens below 0: not said. Then rebase_decide. */
REBASE_API rebase_status rebase_request_infer(rebase_request *request, const char *task, int64_t input, int64_t output);
REBASE_API const rebase_decision *rebase_decide(rebase_request *request, const rebase_caller *caller);

/* Bindings: a host that makes many calls of one operation says once where its own struct has the arguments; each decision then reads them
 * there. The fastest way in: no setters, no names.
 *
 *   struct refund { const char *charge; int64_t amount; };
 *   static const rebase_member members[] = {{"charge_id", REBASE_MEMBER_STRING, offsetof(struct refund, charge)},
 *                                           {"amount", REBASE_MEMBER_DECIMAL, offsetof(struct refund, amount)}};
 *   rebase_bind(engine, "payments.create_refund", members, 2, &binding);
 *   struct refund refund = {"ch_1", 25000000};
 *   const rebase_decision *d = rebase_decide_bound(request, &caller, binding, &refund);
 *
 * Members and their names are copied. A binding belongs to one thread at a time; it fits itself to each bundle that is loaded, and denies on one
 * without the operation or an argument, or with an argument of another type. Arguments that no member stands for are absent. What a member
 * points to is read before the call returns. Free bindings before the engine is closed. */
#define REBASE_ABSENT INT64_MIN
/* A text, or a list of them, that many calls have in common: checked and copied once, then as cheap as a number. Any thread, any bundle of this
 * engine's; it must stay until no request holds a call with it: until they are used again or freed. Freed before the engine is closed. */
typedef struct rebase_prepared rebase_prepared;
typedef struct rebase_text { const char *bytes; size_t length; } rebase_text;           /* bytes NULL: absent */
typedef struct rebase_texts { const rebase_text *items; size_t count; } rebase_texts;   /* items NULL: absent; of a set at most REBASE_MOST_TEXTS */
typedef enum rebase_member_kind {   /* the member's type in C, and what it can be an argument of */
  REBASE_MEMBER_NONE = 0,           /* nothing: denies */
  REBASE_MEMBER_BOOL,               /* bool */
  REBASE_MEMBER_INT,                /* int64_t; REBASE_ABSENT: absent, as in the next two */
  REBASE_MEMBER_DECIMAL,            /* int64_t, millionths: decimal, money */
  REBASE_MEMBER_TIME,               /* int64_t, microseconds: time, duration; date: at midnight */
  REBASE_MEMBER_TEXT,               /* rebase_text: string, word, region, ip, ... */
  REBASE_MEMBER_STRING,             /* const char *, NUL-terminated; NULL: absent. The same types */
  REBASE_MEMBER_TEXTS,              /* rebase_texts: a list or a set of such */
  REBASE_MEMBER_JSON,               /* rebase_text of JSON: any type */
  REBASE_MEMBER_PREPARED            /* const rebase_prepared *; NULL: absent. Of a text: a string or a word; of texts: a list or a set of such */
} rebase_member_kind;
typedef struct rebase_member { const char *argument; rebase_member_kind kind; size_t offset; } rebase_member;
typedef struct rebase_binding rebase_binding;
REBASE_API rebase_status rebase_prepare_text(rebase_engine *engine, rebase_text text, rebase_prepared **prepared);
REBASE_API rebase_status rebase_prepare_texts(rebase_engine *engine, rebase_texts texts, rebase_prepared **prepared);   /* E_TYPE: not UTF-8 without NUL */
REBASE_API void rebase_prepared_free(rebase_engine *engine, rebase_prepared *prepared);        /* takes NULL */
REBASE_API rebase_status rebase_bind(rebase_engine *engine, const char *operation, const rebase_member *members, size_t count, rebase_binding **binding);
REBASE_API void rebase_unbind(rebase_binding *binding);                /* takes NULL */
REBASE_API const rebase_decision *rebase_decide_bound(rebase_request *request, const rebase_caller *caller, rebase_binding *binding, const void *arguments);
/* The same for each of `count` structs, as rebase_decide_batch does it. */
REBASE_API rebase_status rebase_decide_bound_batch(rebase_request *request, const rebase_caller *caller, rebase_binding *binding, const void *const *arguments,
                                                   size_t count, rebase_decided decided, void *user);

/* Kept calls: what is decided again and again, as at every piece of a stream or before every attempt, is read and checked once.
 *
 *   d = rebase_decide_json(request, &caller, body, length);            or any other decision on a call, whatever came of it
 *   if (rebase_keep_call(request, &call) == REBASE_OK) ...
 *   d = rebase_decide_call(request, &caller, call);                    everything is decided anew: caller, session, rules, time
 *
 * A copy of the call that the request decided last, with memory of its own. Any thread and any request of the engine's; it must stay until no
 * request holds a decision on it, and is freed before the engine is closed. Another bundle than the one it was read for denies it with
 * REBASE_E_STALE: decide the original again and keep that. REBASE_E_REQUEST: the request holds no call, or one that was
 * refused before any rule was asked: what could not be read, or an unknown caller. */
typedef struct rebase_call rebase_call;
REBASE_API rebase_status rebase_keep_call(rebase_request *request, rebase_call **call);
REBASE_API void rebase_call_free(rebase_call *call);            /* takes NULL */
REBASE_API const rebase_decision *rebase_decide_call(rebase_request *request, const rebase_caller *caller, const rebase_call *call);
/* Many of them, as rebase_decide_batch does it. */
REBASE_API rebase_status rebase_decide_call_batch(rebase_request *request, const rebase_caller *caller, const rebase_call *const *calls, size_t count,
                                                  rebase_decided decided, void *user);

/* A decision that asks keeps its id when the same call is decided again before it is answered or its deadline has passed.
 * An answer to an `ask`, by the id of the decision that asked: then decide the same call again, everything is evaluated
 * anew. Bound to the exact call, single use. approver: who answered, must not be the requester, save group "requester",
 * which only the session's requester can answer. group: one of the decision's approvers. The host vouches for the
 * membership and must receive the answer on another connection than the agent's. */
REBASE_API rebase_status rebase_approve(rebase_engine *engine, const char *session, const char *decision_id, const char *group, const char *approver);

/* Routes. A decision on `infer` that allows names the model that answers. When that attempt fails, the host says how and asks for the next:
 * everything is decided anew, on the bundle and the session as they are by then, without the models that were tried, or with the same one
 * when the route retries failures of this kind. `cap` holds for all attempts together. The request must hold the decision of the attempt
 * that failed; the answer is an allow with a choice, or a deny: no model is left. A decision of its own, with an id and reservations of
 * its own: settle those of the attempt that failed (rebase_settle), else they count as spent. */
typedef enum rebase_failure {
  REBASE_TIMEOUT = 0, REBASE_OVERLOADED = 1, REBASE_RATE_LIMITED = 2, REBASE_REFUSED = 3, REBASE_MALFORMED = 4, REBASE_UNSAFE = 5,
  REBASE_FAILURE_COUNT = 6
} rebase_failure;
REBASE_API const rebase_decision *rebase_route_next(rebase_request *request, const rebase_caller *caller, rebase_failure failure);
/* How the model did that really served, by its full name: what follows is a matter of order and never adds a model. After 5 failures in
 * a row a model is set aside for 30 s while others can answer; then one request tries it. Any thread. REBASE_E_MODEL: unknown. */
REBASE_API rebase_status rebase_report_outcome(rebase_engine *engine, const char *model, bool served);

/* Limits. A decision that limits speak of is a deny with status REBASE_E_RESERVE until they are reserved: this is the one
 * step that may wait for a store, `timeout` microseconds at most (0: the store's default). Returns the request's decision: an
 * allow, or a deny that names the limit; any other decision comes back as it is, so that a host may always call it. Repeating it is
 * harmless. A host that must not wait hands the request to another thread and goes on: neither engine nor session is held while the
 * store is asked, and until it answered the decision is no allow. What a refused call would have done to its session is taken back, save its labels. */
REBASE_API const rebase_decision *rebase_reserve(rebase_request *request, int64_t timeout);
/* What an allowed decision really came to, in the order of its limits: 1 for a call (0 when it was not made), the amount for a sum. With
 * count 0 as was reserved. More is recorded, never cut. Once; repeating is harmless. REBASE_E_DECISION: unknown to the store. */
REBASE_API rebase_status rebase_settle(rebase_engine *engine, const char *decision_id, const int64_t *used, uint32_t count, rebase_report *report);

/* What became of an allowed call, once. The result is the system's own JSON (or text). labels are set already.
 * REBASE_OK: taken in, or there was nothing to take. REBASE_E_TYPE: the result is not of the declared type, nothing of it
 * is stored. REBASE_E_DECISION: no allowed call of this session has this id, or it was observed before. A session keeps the
 * last 32 allowed calls that were not observed; an older one counts as unknown. */
REBASE_API rebase_status rebase_observe(rebase_engine *engine, const char *session, const char *decision_id, rebase_outcome outcome,
                             const char *result, size_t length, rebase_report *report);

/* What a request to a model cost, from the usage that its provider reports: the whole answer or the usage in it, as JSON. The forms of
 * OpenAI (both interfaces) and those who follow it, Anthropic, Google, Amazon Bedrock and Cohere are known. Exact: in 10^-12 of the
 * currency, by the prices of the loaded bundle, those for the length of the input. batch: it was sent in a batch.
 * REBASE_E_PRICE: tokens of a kind that has no price, which is never taken for nothing; cached input without a price of its own costs what
 * input does. REBASE_E_REQUEST: no form that is known. */
typedef struct rebase_bill {
  char currency[4];
  int64_t input, output, total;     /* 10^-12 of the currency; total: with what each request costs */
  int64_t millionths;               /* total, rounded up: for rebase_settle */
  int64_t input_tokens, cached_read_tokens, cached_write_tokens, cached_write_long_tokens, audio_input_tokens, cached_audio_tokens;
  int64_t output_tokens, audio_output_tokens;       /* input_tokens and output_tokens are all of them, the others a part */
} rebase_bill;
REBASE_API rebase_status rebase_price(rebase_engine *engine, const char *model, const char *usage, size_t length, bool batch,
                                      rebase_bill *bill, rebase_report *report);
/* The same for counts that are known: plain input and output, nothing of it cached. REBASE_E_ARGUMENT: a count below zero. */
REBASE_API rebase_status rebase_price_tokens(rebase_engine *engine, const char *model, int64_t input, int64_t output, rebase_bill *bill, rebase_report *report);

/* The decision explained from what was recorded, for a person (all of it) or for the agent (never a guard's condition).
 * Writes at most size bytes with a NUL; returns the full length, as snprintf does. decision: one that this library returned. */
typedef enum rebase_audience { REBASE_FOR_AGENT = 0, REBASE_FOR_PERSON = 1 } rebase_audience;
REBASE_API size_t rebase_explain(const rebase_decision *decision, rebase_audience audience, char *text, size_t size);
/* The same of decision->rules[rule] alone, for a person only: the text of its condition, or what went wrong. */
REBASE_API size_t rebase_rule_detail(const rebase_decision *decision, uint32_t rule, char *text, size_t size);

/* Cost of an operation's rules for an agent as a formula over n, the longest list: "38 + 12 n + 4 n^2"; "" when either is
 * unknown. Writes at most size bytes with a NUL; returns the full length. */
REBASE_API size_t rebase_cost(rebase_engine *engine, const char *agent, const char *operation, char *text, size_t size);

/* What the bundle holds, or, of one agent, what some rule could grant it (a guard or a condition may still deny the call):
 *   {"bundle":DIGEST,"workspace":W,"built":DATE,"agents":[..] or "releases":["person","agent","outside"],"operations":[
 *    {"name":"crm.get_contact","connector":"crm","class":"reads|writes|destroys","sends_outside":false,"yields":[LABEL, ..],
 *     "method":"GET","path":"/contacts/{id}","base":"https://..","parameters":JSON SCHEMA,"result":JSON SCHEMA}, ..]}
 * Fields that are not declared are left out. agent NULL: all operations, and the agents' names. Writes at most size bytes with
 * a NUL; returns the full length; 0: no bundle, or no such agent. */
REBASE_API size_t rebase_catalogue(rebase_engine *engine, const char *agent, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
