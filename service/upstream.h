/* upstream.h: what stands behind the gateway: MCP servers (a child process, or HTTP) and connectors called over HTTP. */
#ifndef GATE_UPSTREAM_H
#define GATE_UPSTREAM_H
#include "gate.h"

enum upstream_state { UPSTREAM_DOWN, UPSTREAM_STARTING, UPSTREAM_READY };
enum tool_state { TOOL_REVIEWED, TOOL_NEW, TOOL_CHANGED, TOOL_AMBIGUOUS };

struct tool {
  char *name, *shown, *operation;   /* the server's name; what agents see; connector.operation */
  json_t *definition;
  char digest[65];
  enum tool_state state;
  bool unwrap;                      /* its structured result is {"result": value} */
};

/* How messages get to an MCP server. A transport calls upstream_up, upstream_message, upstream_failed and upstream_down. */
struct transport {
  bool (*open)(struct upstream *upstream, char **error);
  bool (*send)(struct upstream *upstream, uint64_t id, const char *message, size_t length);      /* id 0: a notification */
  void (*cancel)(struct upstream *upstream, uint64_t id);             /* nobody waits for this answer; may be NULL */
  void (*close)(struct upstream *upstream);
  void (*round)(struct upstream *upstream, int64_t now);              /* may be NULL */
};
extern const struct transport child_transport, http_transport;

enum pending_for { FOR_INITIALIZE, FOR_TOOLS, FOR_CALL };
struct pending { struct pending *next; uint64_t id; enum pending_for purpose; struct exchange *exchange; int64_t deadline; };
enum { PENDING_BUCKETS = 256 };

struct upstream {
  struct gate *gate;
  const struct upstream_config *config;
  const struct transport *transport;        /* NULL: a connector */
  void *link;                       /* the transport's own */
  enum upstream_state state;
  struct tool *tools; size_t tool_count;
  json_t *listing;                  /* tools of the pages read so far */
  json_t *capabilities;
  struct pending *pending[PENDING_BUCKETS];
  uint64_t last_id;
  uint32_t failures;                /* in a row, since the last time it was ready */
  int64_t retry_at;
  char protocol[16];
  bool relist;                      /* its list changed while it was being read */
  char *trouble;                    /* why it is down */
};

void upstreams_open(struct gate *gate);
void upstreams_close(struct gate *gate);
void upstream_round(struct upstream *upstream, int64_t now);          /* deadlines, restarts */
/* Some server has neither come up nor failed yet, and the gateway is young. */
bool upstreams_starting(const struct gate *gate);
/* Tools as pins and the bundle now see them: after a list was read, pins were, or a bundle was. */
void upstream_review(struct upstream *upstream);
/* The tool that agents see under the name, or NULL. */
struct tool *upstream_tool(struct gate *gate, const char *shown, struct upstream **upstream);
/* Sends the decided call on; false: it was not sent. */
bool upstream_call(struct upstream *upstream, struct exchange *exchange, const char *params, size_t length);
void upstream_cancel(struct exchange *exchange);
void upstream_extend(struct upstream *upstream, struct exchange *exchange, int64_t by);      /* its deadline */
void upstream_relist(struct upstream *upstream);          /* asks an MCP server for its tools again */
void upstream_take_tools(struct upstream *upstream, json_t *definitions);

/* ---- for transports ---- */
void upstream_up(struct upstream *upstream);              /* messages can be sent: the handshake begins */
/* about: the request that it came with; 0: not known. */
void upstream_message(struct upstream *upstream, const char *message, size_t length, uint64_t about);
bool upstream_is_read(struct upstream *upstream, uint64_t id);        /* the request may be made twice */
/* One request came to nothing. sent: it may have taken effect. */
void upstream_failed(struct upstream *upstream, uint64_t id, bool sent, const char *why);
void upstream_down(struct upstream *upstream, const char *why);       /* all of it; it is opened again later */

/* connector.c */
void connector_tools(struct upstream *upstream);
bool connector_call(struct upstream *upstream, struct exchange *exchange, const char *arguments, size_t length);
void connector_cancel(struct upstream *upstream, struct exchange *exchange);
void connector_round(struct upstream *upstream, int64_t now);
void connector_close(struct upstream *upstream);

/* pins.c */
bool pins_read(struct gate *gate, char **error);          /* no file: none are reviewed */
void tool_digest(const json_t *definition, char digest[65]);
enum tool_state pins_state(struct gate *gate, const struct upstream *upstream, const struct tool *tool);
json_t *pins_now(struct gate *gate);                      /* what a review would write */
bool pins_write(struct gate *gate, json_t *pins, char **error);
#endif
