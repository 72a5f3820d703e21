/* engine_fixture.h: an engine on a bundle that is compiled from text in memory, and a host around it whose clocks, memory,
 * random bytes and log the tests hold in their hands. */
#ifndef ENGINE_FIXTURE_H
#define ENGINE_FIXTURE_H
#include <stdatomic.h>
#include <stdbool.h>
#include "rebase.h"

/* ---- bundles from text ---- */
struct image { unsigned char *bytes; size_t size; };
/* Files as pairs of path and text, NULL at the end. What does not compile ends the program. The caller frees the bytes. */
struct image compile_files(const char *const *files);
/* One package, acme.shop: the world below with these rules behind it. */
struct image compile_rules(const char *rules);
/* Whether the compiler takes them. */
bool rules_compile(const char *rules);
/* The same with parts of the world replaced: pairs of what is there and what shall be, NULL at the end. */
struct image compile_world(const char *rules, const char *const *changes);

/* What compile_rules puts before the rules: labels personal, secret and untrusted; proofs verified (15 minutes) and known;
 * groups leads and legal; requester { id, roles, nick? }; detectors card and word; entities shop.order, shop.customer and
 * shop.pair; agents acme.shop.bot, which may delegate to acme.shop.helper, and acme.shop.stranger. */
extern const char fixture_world[];
#define BOT "acme.shop.bot"
#define HELPER "acme.shop.helper"
#define ALLOW_ALL "policy base { allow call by bot  allow call by helper  allow delegate to helper by bot  allow release to person by bot }\n"

/* ---- a host ---- */
#define NOW INT64_C(1715785200000000)               /* 2024-05-15T15:00:00Z */
#define SECONDS INT64_C(1000000)
enum { HOST_LOG_BYTES = 1 << 16 };
struct host {
  rebase_options options;           /* between host_prepare and host_begin a test may change them */
  rebase_engine *engine;
  rebase_request *request;
  _Atomic int64_t wall, steady;
  atomic_long allocations, live, fail_at;           /* the fail_at-th allocation fails, and all later ones if it stays; 0: none */
  atomic_bool fail_once, no_random;
  char log[HOST_LOG_BYTES]; size_t log_length;      /* lines, each with a newline; written by one thread */
  char session[REBASE_ID_BYTES];
  char decision[REBASE_ID_BYTES];   /* of the last decision */
  rebase_caller caller;             /* agent bot, requester ann, the session */
  rebase_report report;             /* of the last call that takes one */
};
void host_prepare(struct host *h);                  /* everything zero, hooks set */
void host_begin(struct host *h, const char *rules); /* engine, bundle, request and a session; all must succeed */
void host_open(struct host *h, const char *rules);  /* both */
void host_close(struct host *h);                    /* checks that no memory is left */
void host_load(struct host *h, const char *rules);  /* another bundle into the same engine */
void host_pass(struct host *h, int64_t microseconds);       /* both clocks */

rebase_status host_session(struct host *h, const char *agent, const char *requester, char session[REBASE_ID_BYTES]);
/* Decides for h->caller; keeps the id. */
const rebase_decision *decide(struct host *h, const char *body);
const rebase_decision *decide_bytes(struct host *h, const char *body, size_t length);
/* What became of the last decision. */
rebase_status observe(struct host *h, rebase_outcome outcome, const char *result);
/* decide, must allow, observe as a success. */
void call_and_observe(struct host *h, const char *body, const char *result);
rebase_status hear(struct host *h, const char *text);
rebase_status see(struct host *h, const char *entity, const char *json);

/* The same, typed. */
rebase_slot slot_of(struct host *h, const char *operation, const char *argument);
void begin_typed(struct host *h, const char *operation);
const rebase_decision *decide_typed(struct host *h);

/* What a batch comes to, a letter each: a or d. After the first, when there is a host that `closes`, it gets a bundle which denies, and an hour passes. */
struct several { struct host *closes; size_t count; char effects[8]; };
void note_decided(const rebase_decision *d, size_t index, void *user);

/* The effect that a body meets; the message says what was decided instead. */
#define EXPECT(H, EFFECT, BODY) do { \
    const rebase_decision *expected_decision = decide((H), (BODY)); \
    ck_assert_msg(expected_decision->effect == (EFFECT), "%s\n  %s: %s", (BODY), rebase_status_text(expected_decision->status), expected_decision->reason); \
  } while (0)
#define ALLOWS(H, BODY) EXPECT(H, REBASE_ALLOW, BODY)
#define DENIES(H, BODY) EXPECT(H, REBASE_DENY, BODY)
#define ASKS(H, BODY) EXPECT(H, REBASE_ASK, BODY)
#endif
