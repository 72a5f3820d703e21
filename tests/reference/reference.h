/* reference.h: what a request must be decided to be, worked out the slow and obvious way over the checked program.
 *
 * A second meaning of the language, for tests: it walks trees, looks everything up by going through it, and shares no code
 * with the code generator or the runtime. Where it and the virtual machine differ, one of them is wrong.
 */
#ifndef REFERENCE_H
#define REFERENCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sema/program.h"

struct reference;
struct reference_session;

/* obligations: kinds that the host carries out, NULL-terminated; may be NULL. The program must outlive it. */
struct reference *reference_open(const struct program *program, const char *const *obligations);
void reference_close(struct reference *reference);

/* NULL: unknown agent, or the requester's fields do not fit. Times are microseconds since 1970. */
struct reference_session *reference_session_open(struct reference *reference, const char *agent, const char *requester,
                                                 const char *requester_json, int64_t now);
void reference_session_close(struct reference_session *session);      /* children before their parents */
/* A session of `agent`, to which the parent hands its work on. It shares labels, counts, subjects and what was said. */
struct reference_session *reference_session_delegate(struct reference_session *parent, const char *agent);
void reference_hear(struct reference_session *session, const char *text, size_t length);
bool reference_prove(struct reference_session *session, const char *proof, int64_t now);
bool reference_taint(struct reference_session *session, const char *label);
bool reference_see(struct reference_session *session, const char *entity, const char *json, size_t length, int64_t now);

enum reference_effect { REFERENCE_DENY, REFERENCE_ASK, REFERENCE_ALLOW };
enum reference_verdict { REFERENCE_MATCHED, REFERENCE_LACKED_DENY, REFERENCE_LACKED_ASK, REFERENCE_ERROR };
enum reference_error { REFERENCE_NO_ERROR, REFERENCE_OVERFLOW, REFERENCE_DIVISION, REFERENCE_DAYS, REFERENCE_MISSING,
                       REFERENCE_SESSION, REFERENCE_REQUESTER, REFERENCE_MODEL };

/* Which models were tried for a request, in the order of their first time, and whether the last may be tried once more. */
enum { REFERENCE_MODELS = 64 };
struct reference_attempts { unsigned count, total, times[REFERENCE_MODELS]; const struct model *models[REFERENCE_MODELS]; __int128 spent; bool again; };
struct reference_choice { const struct model *model; __int128 cost; };      /* cost: 10^-12 */

struct reference_request {
  enum event event;
  const char *agent, *requester;
  const char *operation, *args; size_t args_length;          /* EVENT_CALL: JSON object */
  enum release_target release; const char *text; size_t text_length;      /* EVENT_RELEASE */
  const char *delegate;                                      /* EVENT_DELEGATE: full name of an agent */
  const char *task; int64_t input, output;                   /* EVENT_INFER; input or output below 0: not said */
  const struct reference_attempts *attempts;                 /* that failed; NULL: none */
  int64_t now;
  const char *const *approved; unsigned approved_count;      /* groups that answered for this very call */
};
struct reference_hit { const struct rule *rule; enum reference_verdict verdict; enum reference_error error; const struct let *let; };
#define REFERENCE_MAX 256
struct reference_decision {
  enum reference_effect effect;
  bool decided;                        /* false: the request was refused before any rule was looked at */
  unsigned hit_count; struct reference_hit hits[REFERENCE_MAX];            /* rules that matched, lacked or failed, in order */
  unsigned approver_count; const struct group *approvers[REFERENCE_MAX];   /* ask: who has still to answer, or all */
  unsigned obligation_count; const struct obligation *obligations[REFERENCE_MAX];
  int64_t deadline;                    /* ask: 0 none */
  uint64_t call;                       /* allow: for reference_observe; else 0 */
  const struct route *route;           /* infer: that grants it */
  unsigned choice_count; struct reference_choice choices[REFERENCE_MODELS];        /* that may answer: the first is chosen, or any of a weighted route */
  unsigned removed[5], others;         /* by rules, without a price, too small, above the cap, tried; models of the route that fit and are priced */
};
/* session may be NULL: rules that need one then fail. An allow changes the session. */
void reference_decide(struct reference *reference, struct reference_session *session, const struct reference_request *request,
                      struct reference_decision *decision);
/* Notes that an attempt with this model failed so (a rebase_failure). */
void reference_attempt(struct reference_attempts *attempts, const struct reference_decision *decision, const struct reference_choice *choice, unsigned failure);
enum reference_outcome { REFERENCE_UNKNOWN, REFERENCE_FAILED, REFERENCE_SUCCESS };
/* False: no such call, or observed before. */
bool reference_observe(struct reference_session *session, uint64_t call, enum reference_outcome outcome, const char *result,
                       size_t length, int64_t now);
#endif
