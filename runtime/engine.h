/* engine.h: the inside of an engine and of a request. */
#ifndef REBASE_ENGINE_H
#define REBASE_ENGINE_H
#include "out.h"
#include "routes.h"
#include "session.h"
#include "signature.h"
#include "vm.h"
#include "rebase_quota.h"

/* Each request counts its own decisions, so that two threads never write one line of memory; whoever asks adds them up. */
enum tallied { TALLY_ALLOWED, TALLY_ASKED, TALLY_DENIED, TALLY_ERRORS, TALLY_FAULTS, TALLY_COUNT };
struct tally { atomic_uint_least64_t of[TALLY_COUNT]; };
static inline void tally_add(struct tally *tally, enum tallied what) {        /* by the one thread that owns it: no locked instruction */
  uint_least64_t now = atomic_load_explicit(&tally->of[what], memory_order_relaxed);
  atomic_store_explicit(&tally->of[what], now + 1, memory_order_relaxed);
}

struct rebase_engine {
  rebase_options options;           /* defaults filled in; obligations are our copy */
  bool watches;                     /* the host's clock, or a log, which tells the time of every decision */
  bool sends_on;                    /* wants the bytes of what was decided: the host, or a log */
  struct allocator allocator;
  unsigned forks;                   /* of this process when it was opened */
  pthread_mutex_t load_lock;        /* one load at a time; covers registry */
  pthread_mutex_t pin_lock;         /* covers current, for as long as it takes to count a reference */
  struct registry registry;
  struct loaded *current;           /* NULL: none */
  atomic_uint_least64_t generation; /* of current; so that a request sees without a lock that nothing changed */
  const struct store_ops *ops;
  void *store;
  struct rebase_request *requests;  /* all there are; under pin_lock, as is `past` */
  struct tally past;                /* of requests that were freed */
  atomic_uint_least64_t refused_sessions;
  struct breaker breaker;           /* models that fail */
  unsigned char (*trusted)[SIGNATURE_KEY_BYTES]; uint32_t trusted_count;
};

extern atomic_uint engine_forks;    /* of this process */
static inline rebase_status engine_check(const rebase_engine *engine) {     /* argument, fork */
  if (!engine) return REBASE_E_ARGUMENT;
  return engine->forks == atomic_load_explicit(&engine_forks, memory_order_relaxed) ? REBASE_OK : REBASE_E_FORKED;
}
rebase_status engine_now(const rebase_engine *engine, struct now *now);
struct loaded *engine_pin(rebase_engine *engine);           /* a reference to the current bundle, or NULL */
/* Locks a session that is open and not expired, moves now.wall up to the session's own time. Then engine_release. */
rebase_status engine_acquire(rebase_engine *engine, const char *id, struct now *now, struct session **session);
void engine_release(rebase_engine *engine, struct session *session);
void engine_enrol(rebase_engine *engine, struct rebase_request *request);
void engine_dismiss(rebase_engine *engine, struct rebase_request *request);
bool engine_random(const rebase_engine *engine, void *bytes, size_t size);
bool engine_carries_out(const rebase_engine *engine, const char *obligation);
/* Fills the report in, when there is one, and returns the status. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 3, 4)))
#endif
rebase_status engine_report(rebase_report *report, rebase_status status, const char *format, ...);
/* The requester's record as the bundle reads it: the family's own, else decoded into the workspace. */
bool requester_record(const struct family *family, const struct loaded *loaded, struct workspace *work, value *record, uint32_t *longest);
rebase_status requester_decode(const struct loaded *loaded, const char *requester, const char *json, size_t length,
                               struct workspace *work, value *record, uint32_t *longest, char *error, size_t error_size);

/* ---- requests ---- */
enum { ID_POOL = 63, MAX_LIMITS = 24, MAX_OBLIGATIONS = 32, NAME_BYTES = 128, REASON_BYTES = 1024, LOG_BYTES = 16384 };

struct id_pool {
  unsigned char key[32]; uint64_t counter;
  unsigned char first[ID_BYTES / 2]; char digits[ID_BYTES];         /* of all of them; the same in digits */
  unsigned char last[ID_POOL][ID_BYTES / 2]; uint32_t left;         /* with `first` eight blocks of the cipher; last[left] was given last */
};
struct planned { uint32_t agent; const struct scope_plan *plan; };        /* what is in scope for what is asked, worked out before; agent NONE32: it was not */
struct asked { enum event event; uint32_t target; uint32_t agent; };        /* target: operation, release target or agent */
enum outcome { GRANTED = 1, DENIED = 2, ASKS = 4, FAILED = 8, NO_RULE = 16, OUTCOMES = 32 };
enum reason { IN_WORDS, NOTHING, ALLOWED, BECAUSE, REASONS };     /* IN_WORDS: put together, see request_reason; else it stands somewhere as it is */
/* What is known of a decision. The public part comes first: rebase_explain finds the rest behind it. What most decisions use stands together. */
struct record {
  rebase_decision decision;
  const struct loaded *loaded;      /* NULL: nothing was evaluated */
  struct asked asked; bool known;   /* known: agent and target are */
  bool by_approval;
  unsigned outcome;                 /* of the rules, bits of enum outcome */
  uint32_t denials;                 /* rules that deny or miss something: none, one or more */
  uint32_t redaction_count, limit_count;
  uint32_t route_rule;              /* infer: the rule of the route that grants it, or NONE32 */
  int64_t wait;                     /* shortest of the asks, 0 none */
  rebase_text reasons[REASONS];     /* BECAUSE: what the only one of them says; bytes NULL: nothing, or there are more */
  struct now now; rebase_status clock;       /* clock: whether now is known */
  char session[REBASE_ID_BYTES], agent[NAME_BYTES], requester[NAME_BYTES];     /* for log and explanation; cut when longer */
  rebase_rule rules[REBASE_MAX_RULES];
  uint32_t rule_indexes[REBASE_MAX_RULES], lacks[REBASE_MAX_RULES];
  uint8_t verdicts[REBASE_MAX_RULES];
  rebase_obligation obligations[MAX_OBLIGATIONS];
  uint32_t redactions[MAX_OBLIGATIONS];     /* indexes in OBLIGATIONS */
  const char *approvers[REBASE_MAX_APPROVERS]; uint32_t groups[REBASE_MAX_APPROVERS];
  uint32_t limits[MAX_LIMITS];      /* indexes in LIMITS, of the rules that matched */
  rebase_choice choice; uint32_t chosen;     /* of an infer; chosen: index in MODELS */
  char reason[REASON_BYTES];
};

/* Names of counters are hashes: the last ones are kept. */
enum { COUNTERS_KEPT = 4 };
struct counter_name { uint64_t generation; uint32_t limit; size_t length; char whom[64]; unsigned char key[REBASE_QUOTA_KEY]; };
struct charges { uint32_t count; rebase_charge list[REBASE_QUOTA_CHARGES]; rebase_limit shown[REBASE_QUOTA_CHARGES]; };

/* First what every decision uses. */
struct rebase_request {
  rebase_engine *engine;
  struct loaded *loaded;            /* pinned: what this request decides with */
  struct tally tally;
  const rebase_caller *noted;       /* whose names are in record and need no second look: the kept one, or a batch's; else NULL */
  uint64_t caller_generation;       /* of the bundle under which record.agent and a requester were found good; 0: yet to be looked at */
  uint32_t agent;                   /* of record.agent: what it was in the last bundle */
  bool requester_known;             /* record.requester is a text that was looked at before */
  bool session_known;               /* record.session is that of record.requester and record.agent: an id is never given twice */
  bool untimed;                     /* nobody has looked at the clock yet: record.now is unknown, see request_time */
  bool building, fresh;             /* typed: see filling; fresh: begun and not decided yet */
  struct { bool under_way; rebase_status clock; struct now now; } batch;      /* one bundle, time and caller for all of it */
  struct planned planned;
  value *slots;                     /* of a call; written by what reads it, then only read */
  const struct text *text;          /* of a release */
  struct workspace work;
  struct arena_fixed scratch;
  struct out canonical;
  struct record record;
  struct vm vm;
  struct id_pool ids;
  struct json json;
  struct session_view view;
  value facts[CTX_COUNT];
  uint64_t facts_generation; uint32_t facts_agent; enum event facts_event;  /* facts are of a call or infer of this agent under this bundle; 0: of something else */
  struct infer infer; struct tries tries;           /* of an infer */
  struct charges charges;           /* of this decision */
  struct counter_name counters[COUNTERS_KEPT];
  struct filling { uint64_t generation; uint32_t first, count, required; const struct image_param *params; const struct image_type *types; } filling;
                                    /* the slots that fit, by index in PARAMS, none when all zero; how many required ones are not set yet */
  size_t built;                     /* workspace in use by what was set */
  rebase_status poison;             /* REBASE_OK, or what a setter answered */
  char poison_text[256];
  rebase_caller kept; char *kept_memory;    /* the one that stands for itself, see rebase_keep_caller; of its texts */
  char *log;
  struct rebase_request *next, *previous;   /* of the engine's */
};

/* decide.c */
void record_open(struct record *record);           /* once: what all of its decisions have in common */
rebase_status request_renew(rebase_request *request);       /* a fresh decision */
rebase_status request_start(rebase_request *request);       /* the same, nothing asked yet, on the current bundle, which it pins */
void request_id(const rebase_request *request, unsigned char id[ID_BYTES]);         /* of the decision being made */
rebase_status request_time(rebase_request *request);        /* looks at the clock if it has not yet; before anything that goes by record.now */
const rebase_decision *request_none(void);          /* what a NULL request decides */
/* Reads what is asked into the request; false: refused. It is read again when the bundle was swapped meanwhile, unless the host has begun on one. */
typedef bool request_reader(rebase_request *request, const void *what);
enum request_begun { REQUEST_NEW, REQUEST_BEGUN };
const rebase_decision *request_decide(rebase_request *request, const rebase_caller *caller, enum request_begun begun, request_reader *read, const void *what);
/* Of many the one with that index; all of them, see rebase_decide_batch. */
typedef const rebase_decision *request_decider(rebase_request *request, const rebase_caller *caller, const void *calls, size_t index);
rebase_status request_decide_batch(rebase_request *request, const rebase_caller *caller, request_decider *one, const void *calls, size_t count,
                                   rebase_decided decided, void *user);
/* A deny that the policy did not make. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 3, 4), cold))
#endif
const rebase_decision *request_refuse(rebase_request *request, rebase_status status, const char *format, ...);
#if defined(__GNUC__) || defined(__clang__)
__attribute__((cold))
#endif
rebase_status request_refuse_as(rebase_request *request, rebase_status status, const char *why);     /* words as they are; gives the status back */
void request_reason(rebase_request *request);       /* in words, when nothing says it yet */
const rebase_decision *request_finish(rebase_request *request);     /* counts, logs */
/* Slots of the operation asked for, all missing; false: too large. */
static inline bool request_take_slots(rebase_request *r) {
  uint32_t blocks = r->loaded->plans[r->record.asked.target].slot_blocks;
  value *at = r->slots = workspace_take(&r->work, blocks * SLOT_BLOCK * sizeof *r->slots);
  if (!at) return false;
  for (; blocks; blocks--, at += SLOT_BLOCK)
    for (unsigned i = 0; i < SLOT_BLOCK; i++) at[i] = missing_value();
  return true;
}
/* evaluate.c: facts, rules, what they come to; rebase_status other than OK: refused, with the reason in record. */
uint32_t asked_head(const struct rebase_bundle *bundle, const struct asked *asked);
/* One rule; whether a waiver silences a rule (VM_OBLIGE) or is in error; a verdict taken in; a rule noted as one that denied. */
enum vm_verdict evaluate_rule(rebase_request *request, uint32_t rule);
enum vm_verdict evaluate_waived(rebase_request *request, const struct image_form *form);
bool evaluate_take_in(rebase_request *request, uint32_t rule, enum vm_verdict verdict);
void evaluate_note(rebase_request *request, uint32_t rule);
rebase_status evaluate(rebase_request *request, struct session *session, const rebase_caller *caller);
/* grant.c: redactions and canonical bytes; approvals; what an allow does to the session. */
rebase_status write_canonical(rebase_request *request);
void hash_call(rebase_request *request, unsigned char hash[32]);
rebase_status settle_ask(rebase_request *request, struct session *session, const unsigned char hash[32], struct ask **used);
rebase_status commit_allow(rebase_request *request, struct session *session, struct ask *used);
bool reached_unaided(rebase_request *request);      /* no argument is a key that the agent chose */

/* prices.c: input and output without a cache, in 10^-12; REBASE_E_PRICE: a price is not known, REBASE_E_RANGE: too much. */
rebase_status price_tokens(const struct rebase_bundle *bundle, const struct image_model *model, int64_t input, int64_t output, int64_t *cost);

/* limits.c: works the charges of an allow out. Other than OK: it cannot be said what would be charged. */
rebase_status limits_charge(rebase_request *request, const struct session *session);

/* log.c */
/* A text of the host's: cut between characters when too long, empty when it is none. */
void text_cut(char *to, size_t size, const char *from);
void log_decision(rebase_request *request);
void log_event(rebase_engine *engine, const char *what, const char *session, const char *decision, const char *detail);
void record_reason(struct record *record, struct out *out);          /* why, from the rules; for agents */
const char *effect_word(rebase_effect effect);
#endif
