/* play.h: one workspace and a list of events, played through the virtual machine and through the reference side by side. */
#ifndef PLAY_H
#define PLAY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "generate.h"

enum happening { HAPPENS_OPEN, HAPPENS_HEAR, HAPPENS_SEE, HAPPENS_PROVE, HAPPENS_TAINT, HAPPENS_TIME, HAPPENS_DECIDE };
enum follow_up { NOT_OBSERVED, OBSERVED_UNKNOWN, OBSERVED_FAILED, OBSERVED_SUCCESS };
enum asks { ASKS_CALL, ASKS_RELEASE, ASKS_DELEGATE, ASKS_INFER };
enum { MOST_ATTEMPTS = 5 };
enum stranger { NO_STRANGER, UNKNOWN_AGENT, UNKNOWN_OPERATION, OTHER_REQUESTER, OTHER_AGENT };
enum answered { IN_TIME, TOO_LATE, USED_TOO_LATE };     /* answers to an ask */
/* A session of each agent, one below it for the agent that work was handed on to, and one below that. */
enum { SESSIONS = 3 * GENERATED_AGENTS, OPEN_CALLS = 4 };
struct step {
  enum happening happens;
  unsigned agent;                   /* whose session: below SESSIONS; the first are of the agents themselves */
  enum asks asks;
  unsigned operation;               /* of a release: to whom; of a delegation: to which agent; of an infer: for which task */
  int64_t input, output;            /* tokens of an infer */
  unsigned attempts, failures[MOST_ATTEMPTS];       /* of an infer that failed, and how */
  char *text;                       /* utterance, entity, arguments, requester's fields, name of a proof or label */
  char *result;                     /* of a call */
  int64_t microseconds;             /* HAPPENS_TIME */
  bool approve, partly, sessionless;        /* an ask is answered (the last one later); without a session */
  bool again;                       /* HAPPENS_OPEN: for the requester of before */
  bool misdirected;                 /* somebody who may not answers first */
  enum answered answered;
  enum stranger stranger;
  unsigned late, settle;            /* 1 to OPEN_CALLS: stays open in this place; the call in this place is observed */
  enum follow_up follow_up;
};
struct steps { struct step *items; size_t count, room; };
void generate_steps(struct random *r, size_t count, struct steps *out);
void steps_free(struct steps *steps);
char *describe_step(const struct step *step);       /* one line; the caller frees it */

struct tally {
  uint64_t decisions, allowed, asked, denied, refused, errors, lacking, approvals, observed;
  uint64_t kept;                    /* decided once more as kept calls */
  uint64_t inferred, chosen, unanswered;            /* decisions on infer, which are not among the others; a model answers; none was left */
  uint64_t places, smaller, named, dropped;         /* rules for an agent and a head; there left smaller, with PASS alone, or left out */
};
enum played { PLAYED_ALIKE, PLAYED_DIFFERENT, PLAYED_BROKEN };  /* BROKEN: the workspace did not compile or load */
/* Stops at the first difference: *at is its step and *what says what differed (freed by the caller). */
enum played play(const struct workspace *w, const struct steps *steps, struct tally *tally, size_t *at, char **what);

/* Takes away steps and blocks of rules as long as the difference stays, then prints what is left. */
void minimise_and_print(struct workspace *w, struct steps *steps);
#endif
