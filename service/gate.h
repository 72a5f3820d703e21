/* gate.h: what the modules of the gateway share. One thread owns all of it.
 *
 *   front (stdio, HTTP) -> mcp: a message of an agent -> enforce: decided -> upstream: sent on -> exchange_finish: observed,
 *   released, answered through the reply that the front gave.
 */
#ifndef GATE_H
#define GATE_H
#include "config.h"
#include "log.h"
#include "loop.h"
#include "memory.h"
#include "rebase.h"
#include "rebase_quota.h"
#include "cli/raw_json.h"

#define GATE_PROTOCOLS {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}     /* newest first */

#define GATE_MODERN "2026-07-28"    /* without handshake and sessions: every request says its version in params._meta */

struct gate;
struct upstream;
struct exchange;

/* ---- who ---- */
struct identity { char *agent, *requester, *context; };   /* context: JSON object or NULL */
void identity_free(struct identity *identity);

/* What a caller (agent and requester) has here: one session of the engine, whatever protocol sessions it opens. */
struct person {
  struct person *next;
  struct identity who;
  char session[REBASE_ID_BYTES], canary_session[REBASE_ID_BYTES];
  uint32_t under_way;               /* calls */
};

/* ---- one MCP connection or protocol session of an agent; made by a front ---- */
struct channel {
  struct gate *gate;
  struct channel *next, *previous;
  struct person *person;
  bool initialized;
  bool samples, elicits;            /* its client takes such questions of servers */
  bool modern;                      /* the message that is being looked at is of GATE_MODERN */
  bool stateless;                   /* shared by clients that know nothing of each other: none can cancel a call by its id */
  /* A message from the gateway's own side; NULL when the front has no way for it now. */
  void (*notify)(struct channel *channel, const char *json, size_t length);
};
void channel_add(struct gate *gate, struct channel *channel);
void channel_remove(struct channel *channel);             /* its exchanges are cancelled */

/* ---- where the answer of one request goes; made by a front, freed by `answer` ---- */
struct reply {
  void (*answer)(struct reply *reply, const char *json, size_t length);
  void (*progress)(struct reply *reply, const char *json, size_t length);     /* a notification before the answer; or NULL */
  struct exchange *exchange;        /* under way; the front calls exchange_abandon when its side goes away */
};

/* ---- one request of an agent that waits for something ---- */
struct exchange {
  struct gate *gate;
  struct exchange *next, *previous;
  struct channel *channel;
  struct person *person;
  struct reply *reply;              /* NULL: nobody waits any more */
  char *id, *progress_token;        /* raw JSON; token NULL: none asked for */
  const char *method;               /* the MCP method, static */
  char *operation, *tool;           /* of the bundle; as the upstream calls it */
  char *arguments;                  /* raw, as the agent gave them: to decide again after an approval */
  struct upstream *upstream;
  uint64_t upstream_id;             /* 0: not sent */
  char decision[REBASE_ID_BYTES], canary_decision[REBASE_ID_BYTES];
  uint32_t limit_count; int64_t unused[REBASE_QUOTA_CHARGES];     /* what its limits come to when it fails: a call, and no amount */
  bool reads, unwrap, modern;
  bool waits;                       /* for an approval */
  char *held; size_t held_length;   /* the message itself: it is looked at when the servers have started */
  int64_t started, sent, deadline;
};

struct metrics {
  uint64_t requests, tools_list, calls, allowed, asked, denied, refused, shadow_would_deny, shadow_would_ask, results, result_failures,
    result_unknown, result_type, withheld, redacted, unavailable, timeouts, too_large, drift, canary_differs, notifications_dropped,
    server_requests_denied, unauthenticated, approvals, log_failures;
  uint64_t decide_micros, upstream_micros;
};

struct gate {
  struct config *config;
  struct loop *loop;
  rebase_engine *engine, *canary;
  rebase_request *request, *canary_request;
  int64_t quota_tidied;
  rebase_quota *quota, *canary_quota;       /* where limits are counted, or NULL; a canary's in memory, so that it charges nobody */
  struct decision_log log;
  struct person *persons;
  struct channel *channels;
  struct exchange *exchanges;
  uint32_t exchange_count;
  struct server_request *server_requests; uint64_t last_server_request;       /* see server_requests.h */
  struct upstream **upstreams; size_t upstream_count;
  struct catalogue *catalogues;     /* by agent, of the bundle that is loaded; see catalogue.h */
  struct ask *asks;                 /* see approvals.h */
  json_t *pins;
  bool log_muted;                   /* parts of one release are one line */
  struct metrics metrics;
  bool draining;                    /* takes no more calls */
  bool finishing;                   /* nobody can make more calls; those that were made are */
  int64_t drain_until, bundle_checked, started;
  long bundle_mtime, bundle_size;
  struct front_http *http;          /* has its own part of every round; or NULL */
};

/* gate.c */
/* NULL: *error says why. Loads the bundle, if it is wanted; upstreams are not started yet. */
struct gate *gate_open(struct config *config, bool with_bundle, char **error);
void gate_start(struct gate *gate);
void gate_free(struct gate *gate);
bool gate_load(struct gate *gate, char **error);          /* the bundle (and canary) again; the old one stays on failure */
void gate_drain(struct gate *gate, int64_t within);       /* no new calls; stops the loop when all have ended */
void gate_finish(struct gate *gate);                      /* stops when what was asked has been answered */
struct person *gate_person(struct gate *gate, const struct identity *identity);

/* exchange.c */
struct exchange *exchange_new(struct channel *channel, struct reply *reply, const char *id, size_t id_length);
void exchange_free(struct exchange *exchange);
void exchange_abandon(struct exchange *exchange);         /* nobody waits: tell the upstream, forget the rest */
void exchange_answer(struct exchange *exchange, const char *result, size_t length);     /* {"result": ...} */
void exchange_refuse(struct exchange *exchange, int code, const char *message);         /* {"error": ...} */
/* A result as the protocol of the request wants it: a modern one says that it is complete. */
void result_add(struct buffer *message, bool modern, const char *method, const char *result, size_t length);
/* A tool's result that says what is wrong, so that the model reads it; frees the exchange. `effect`: deny, ask, failed, unavailable. */
void exchange_say(struct exchange *exchange, const char *effect, const char *text);
/* The upstream answered: raw `result`, or with NULL an error text. Observes, releases, answers, frees. */
void exchange_finish(struct exchange *exchange, rebase_outcome outcome, const char *result, size_t length, const char *error);
void exchange_progress(struct exchange *exchange, json_t *params);
void reply_error(struct reply *reply, const char *id, int code, const char *message);

/* mcp.c: a message of an agent. reply NULL: it came where no answer can go, then only notifications are taken. A reply that
 * needs no answer (a notification) is answered with length 0. */
void mcp_receive(struct channel *channel, struct reply *reply, const char *message, size_t length);
bool mcp_modern(json_t *message);                         /* it says its version, as those of GATE_MODERN do */
void mcp_round(struct gate *gate);                         /* looks at messages that were held */
void mcp_list_changed(struct gate *gate);                 /* tells all agents that tools may have changed */
#endif
