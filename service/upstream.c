/* upstream.c: see upstream.h. The gateway is each MCP server's only client: it does the handshake itself, offers the server
 * only what the bundle governs (see server_requests.h; no roots) and numbers its own requests. */
#include <stdio.h>
#include <stdlib.h>
#include "catalogue.h"
#include "server_requests.h"
#include "upstream.h"

enum { HANDSHAKE_SECONDS = 30, LONGEST_PAUSE_SECONDS = 60, LONGEST_START_SECONDS = 20, MOST_TOOLS = 2000 };

/* ---- what was asked and not answered yet ---- */
static uint64_t pend(struct upstream *u, enum pending_for purpose, struct exchange *x, int64_t timeout) {
  struct pending *p = gate_new(sizeof *p);
  uint64_t id = ++u->last_id;
  struct pending **bucket = &u->pending[id % PENDING_BUCKETS];
  *p = (struct pending){*bucket, id, purpose, x, loop_now() + timeout};
  *bucket = p;
  return id;
}

static struct pending *take(struct upstream *u, uint64_t id) {
  for (struct pending **at = &u->pending[id % PENDING_BUCKETS]; *at; at = &(*at)->next) {
    struct pending *p = *at;
    if (p->id != id) continue;
    *at = p->next;
    return p;
  }
  return NULL;
}

bool upstream_is_read(struct upstream *u, uint64_t id) {
  struct pending *p = u->pending[id % PENDING_BUCKETS];
  while (p && p->id != id) p = p->next;
  return p && (!p->exchange || p->exchange->reads);
}

/* ---- tools ---- */
static void free_tools(struct upstream *u) {
  for (size_t i = 0; i < u->tool_count; i++) {
    struct tool *t = &u->tools[i];
    free(t->name);
    free(t->shown);
    free(t->operation);
    json_decref(t->definition);
  }
  free(u->tools);
  u->tools = NULL;
  u->tool_count = 0;
}

/* `get-sum` is get_sum in the bundle, or what "tools" says. */
static char *operation_name(const struct upstream *u, const char *tool) {
  const char *given = json_string_value(json_object_get(u->config->tools, tool));
  char *name = gate_format("%s.%s", u->config->connector, given ? given : tool);
  for (char *c = name + strlen(u->config->connector) + 1; *c; c++) {
    bool word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    if (!word) *c = '_';
  }
  return name;
}

static void add_tool(struct upstream *u, json_t *definition) {
  const char *name = json_string_value(json_object_get(definition, "name"));
  if (!name || !*name || strlen(name) > 128 || u->tool_count >= MOST_TOOLS) return;
  u->tools = gate_grow(u->tools, (u->tool_count + 1) * sizeof *u->tools);
  struct tool *t = &u->tools[u->tool_count++];
  *t = (struct tool){.name = gate_copy(name), .shown = gate_format("%s%s", u->config->prefix, name), .operation = operation_name(u, name),
                     .definition = json_incref(definition)};
  t->unwrap = json_is_true(json_object_get(json_object_get(definition, "outputSchema"), "x-fastmcp-wrap-result"));
  tool_digest(definition, t->digest);
}

void upstream_take_tools(struct upstream *u, json_t *definitions) {
  size_t i;
  json_t *definition;
  free_tools(u);
  json_array_foreach(definitions, i, definition) add_tool(u, definition);
}

static bool shares_a_name(const struct upstream *u, const struct tool *tool) {
  for (size_t i = 0; i < u->gate->upstream_count; i++) {
    const struct upstream *other = u->gate->upstreams[i];
    for (size_t k = 0; other && k < other->tool_count; k++) {
      const struct tool *t = &other->tools[k];
      if (t != tool && (!strcmp(t->shown, tool->shown) || !strcmp(t->operation, tool->operation))) return true;
    }
  }
  return false;
}

void upstream_review(struct upstream *u) {
  static const char *const words[] = {"", "is not reviewed yet", "changed since it was reviewed", "shares its name with another tool"};
  for (size_t i = 0; i < u->tool_count; i++) {
    struct tool *t = &u->tools[i];
    enum tool_state state = !u->transport ? TOOL_REVIEWED : pins_state(u->gate, u, t);
    if (shares_a_name(u, t)) state = TOOL_AMBIGUOUS;
    if (state != TOOL_REVIEWED && state != t->state) {
      u->gate->metrics.drift++;
      say("%s: tool %s %s", u->config->name, t->name, words[state]);
      log_fact(&u->gate->log, "drift", "upstream", u->config->name, "tool", t->name, "what", words[state], NULL);
    }
    t->state = state;
  }
  const char *name;
  json_t *pin;
  json_object_foreach(json_object_get(u->gate->pins, u->config->name), name, pin) {
    size_t i = 0;
    while (i < u->tool_count && strcmp(u->tools[i].name, name) != 0) i++;
    if (i < u->tool_count || u->state != UPSTREAM_READY) continue;
    say("%s: tool %s was reviewed and is gone", u->config->name, name);
    log_fact(&u->gate->log, "drift", "upstream", u->config->name, "tool", name, "what", "was reviewed and is gone", NULL);
  }
}

struct tool *upstream_tool(struct gate *gate, const char *shown, struct upstream **upstream) {
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    for (size_t k = 0; k < u->tool_count; k++) {
      if (strcmp(u->tools[k].shown, shown) != 0) continue;
      *upstream = u;
      return &u->tools[k];
    }
  }
  return NULL;
}

/* ---- the handshake ---- */
static bool request(struct upstream *u, enum pending_for purpose, const char *method, const char *params) {
  struct buffer b = {0};
  uint64_t id = pend(u, purpose, NULL, HANDSHAKE_SECONDS * 1000000LL);
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":%s}", (unsigned long long)id, method, params);
  bool sent = u->transport->send(u, id, b.bytes, b.length);
  buffer_free(&b);
  if (!sent) free(take(u, id));
  return sent;
}

static void list_tools(struct upstream *u, const char *cursor) {
  struct buffer params = {0};
  buffer_text(&params, "{");
  if (cursor) {
    buffer_text(&params, "\"cursor\":");
    buffer_quote_text(&params, cursor);
  } else {
    json_decref(u->listing);
    u->listing = json_array();
  }
  buffer_text(&params, "}");
  if (!request(u, FOR_TOOLS, "tools/list", params.bytes)) upstream_down(u, "its tools cannot be asked for");
  buffer_free(&params);
}

void upstream_relist(struct upstream *u) {
  if (u->state != UPSTREAM_READY || u->listing) u->relist = true;
  else list_tools(u, NULL);
}

void upstream_up(struct upstream *u) {
  static const char *const newest[] = GATE_PROTOCOLS;
  struct buffer params = {0};
  buffer_format(&params, "{\"protocolVersion\":\"%s\",\"capabilities\":{", newest[0]);
  server_requests_offer(u, &params);
  buffer_format(&params, "},\"clientInfo\":{\"name\":\"rbgate\",\"version\":\"%s\"}}", rebase_version());
  u->state = UPSTREAM_STARTING;
  u->protocol[0] = '\0';
  if (!request(u, FOR_INITIALIZE, "initialize", params.bytes)) upstream_down(u, "it takes no messages");
  buffer_free(&params);
}

static void initialized(struct upstream *u, json_t *result) {
  static const char ready[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
  static const char *const known[] = GATE_PROTOCOLS;
  const char *version = json_string_value(json_object_get(result, "protocolVersion"));
  size_t i = 0, count = sizeof known / sizeof *known;
  while (version && i < count && strcmp(known[i], version) != 0) i++;
  if (!version || i == count) { upstream_down(u, "it speaks no protocol version that the gateway knows"); return; }
  snprintf(u->protocol, sizeof u->protocol, "%s", version);
  json_decref(u->capabilities);
  u->capabilities = json_incref(json_object_get(result, "capabilities"));
  u->transport->send(u, 0, ready, sizeof ready - 1);
  list_tools(u, NULL);
}

static void listed(struct upstream *u) {
  bool again = u->relist;
  u->relist = false;
  upstream_take_tools(u, u->listing);
  json_decref(u->listing);
  u->listing = NULL;
  if (u->state != UPSTREAM_READY) say("%s: ready, %zu tools, protocol %s", u->config->name, u->tool_count, u->protocol);
  u->state = UPSTREAM_READY;
  u->failures = 0;
  free(u->trouble);
  u->trouble = NULL;
  for (size_t k = 0; k < u->gate->upstream_count; k++) upstream_review(u->gate->upstreams[k]);
  mcp_list_changed(u->gate);
  if (again) list_tools(u, NULL);
}

static void page(struct upstream *u, json_t *result) {
  json_t *tools = json_object_get(result, "tools");
  const char *next = json_string_value(json_object_get(result, "nextCursor"));
  if (!json_is_array(tools)) { upstream_down(u, "its list of tools is no list"); return; }
  json_array_extend(u->listing, tools);
  if (next && *next && json_array_size(u->listing) < MOST_TOOLS) list_tools(u, next);
  else listed(u);
}

/* ---- calls ---- */
bool upstream_call(struct upstream *u, struct exchange *x, const char *params, size_t length) {
  x->upstream = u;
  x->sent = loop_now();
  if (!u->transport) return connector_call(u, x, params, length);
  struct buffer b = {0};
  uint64_t id = pend(u, FOR_CALL, x, u->config->timeout);
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":", (unsigned long long)id, x->method);
  buffer_add(&b, params, length ? length - 1 : 0);        /* without its closing brace: _meta comes behind */
  if (x->progress_token) buffer_format(&b, "%s\"_meta\":{\"progressToken\":%llu}", length > 2 ? "," : "", (unsigned long long)id);
  buffer_text(&b, "}}");
  x->upstream_id = id;
  bool sent = u->transport->send(u, id, b.bytes, b.length);
  buffer_free(&b);
  if (!sent) { free(take(u, id)); x->upstream_id = 0; }
  return sent;
}

void upstream_extend(struct upstream *u, struct exchange *x, int64_t by) {
  struct pending *p = u->pending[x->upstream_id % PENDING_BUCKETS];
  while (p && p->id != x->upstream_id) p = p->next;
  if (p) p->deadline += by;
}

/* The call stays the server's business, its answer nobody's. */
void upstream_cancel(struct exchange *x) {
  struct upstream *u = x->upstream;
  if (!u) return;
  if (!u->transport) { connector_cancel(u, x); return; }
  struct pending *p = x->upstream_id ? take(u, x->upstream_id) : NULL;
  if (!p) return;
  char *message = gate_format("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":%llu}}", (unsigned long long)p->id);
  if (u->state == UPSTREAM_READY) u->transport->send(u, 0, message, strlen(message));
  if (u->transport->cancel) u->transport->cancel(u, p->id);
  free(message);
  free(p);
  x->upstream_id = 0;
}

/* ---- messages of a server ---- */
static void answered_call(struct exchange *x, json_t *root, const char *message, size_t length) {
  json_t *result = json_object_get(root, "result"), *error = json_object_get(root, "error");
  bool bad = false;
  x->upstream_id = 0;
  if (json_is_object(result)) {
    struct raw raw = raw_member((struct raw){message, length}, "result", &bad);
    if (!bad && raw.text) { exchange_finish(x, REBASE_SUCCESS, raw.text, raw.length, NULL); return; }
  }
  const char *text = json_string_value(json_object_get(error, "message"));
  json_int_t code = json_integer_value(json_object_get(error, "code"));
  /* Refused before anything was done, or it cannot be known. */
  rebase_outcome outcome = x->reads || code == -32601 || code == -32602 ? REBASE_FAILED : REBASE_UNKNOWN;
  exchange_finish(x, outcome, NULL, 0, text ? text : "the server's answer is neither a result nor an error");
}

static void response(struct upstream *u, json_t *root, const char *message, size_t length) {
  json_t *id = json_object_get(root, "id"), *result = json_object_get(root, "result");
  struct pending *p = json_is_integer(id) && json_integer_value(id) > 0 ? take(u, (uint64_t)json_integer_value(id)) : NULL;
  if (!p) { u->gate->metrics.notifications_dropped++; return; }       /* an answer to nothing that was asked */
  struct pending was = *p;
  free(p);
  if (was.purpose == FOR_CALL) answered_call(was.exchange, root, message, length);
  else if (!json_is_object(result)) upstream_down(u, was.purpose == FOR_INITIALIZE ? "it refused the handshake" : "it does not list its tools");
  else if (was.purpose == FOR_INITIALIZE) initialized(u, result);
  else page(u, result);
}

static void notification(struct upstream *u, const char *method, json_t *params) {
  if (!strcmp(method, "notifications/tools/list_changed")) {
    upstream_relist(u);
    return;
  }
  if (!strcmp(method, "notifications/progress")) {
    json_t *token = json_object_get(params, "progressToken");
    uint64_t id = json_is_integer(token) ? (uint64_t)json_integer_value(token) : 0;
    for (struct pending *p = u->pending[id % PENDING_BUCKETS]; p; p = p->next)
      if (p->id == id && p->exchange) { exchange_progress(p->exchange, params); return; }
  }
  u->gate->metrics.notifications_dropped++;     /* log messages and the like: text that no decision has seen */
}

static void server_request(struct upstream *u, json_t *root, const char *message, size_t length, uint64_t about) {
  if (strcmp(json_string_value(json_object_get(root, "method")), "ping") != 0) { server_requests_take(u, root, message, length, about); return; }
  char *id = json_dumps(json_object_get(root, "id"), JSON_ENCODE_ANY | JSON_COMPACT);
  char *answer = id ? gate_format("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", id) : NULL;
  if (answer) u->transport->send(u, 0, answer, strlen(answer));
  free(answer);
  free(id);
}

void upstream_message(struct upstream *u, const char *message, size_t length, uint64_t about) {
  json_t *root = json_loadb(message, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(root)) {
    u->gate->metrics.notifications_dropped++;
    say("%s: sent what is no JSON-RPC message", u->config->name);
    json_decref(root);
    return;
  }
  const char *method = json_string_value(json_object_get(root, "method"));
  json_t *id = json_object_get(root, "id");
  if (method && id) server_request(u, root, message, length, about);
  else if (method) notification(u, method, json_object_get(root, "params"));
  else response(u, root, message, length);
  json_decref(root);
}

/* ---- failures ---- */
static void fail_call(struct upstream *u, struct exchange *x, bool sent, const char *why) {
  struct buffer text = {0};
  x->upstream_id = 0;
  buffer_format(&text, "The tool server `%s` did not answer: %s. ", u->config->name, why);
  if (!sent) buffer_text(&text, "Nothing was done. Try again later.");
  else if (x->reads) buffer_text(&text, "It was a read; you may try again.");
  else buffer_text(&text, "Whether the call took effect is not known: look before you repeat it.");
  u->gate->metrics.unavailable++;
  exchange_finish(x, !sent || x->reads ? REBASE_FAILED : REBASE_UNKNOWN, NULL, 0, text.bytes);
  buffer_free(&text);
}

void upstream_failed(struct upstream *u, uint64_t id, bool sent, const char *why) {
  struct pending *p = take(u, id);
  if (!p) return;
  struct pending was = *p;
  free(p);
  if (was.purpose == FOR_CALL) fail_call(u, was.exchange, sent, why);
  else upstream_down(u, why);
}

void upstream_down(struct upstream *u, const char *why) {
  int64_t pause = 250000LL << (u->failures < 8 ? u->failures : 8);
  if (pause > LONGEST_PAUSE_SECONDS * 1000000LL) pause = LONGEST_PAUSE_SECONDS * 1000000LL;
  char *reason = gate_copy(why);            /* why may be ours */
  say("%s: %s", u->config->name, reason);
  log_fact(&u->gate->log, "upstream", "upstream", u->config->name, "what", reason, NULL);
  u->state = UPSTREAM_DOWN;
  u->failures++;
  u->retry_at = loop_now() + pause;
  free(u->trouble);
  u->trouble = reason;
  if (u->transport) u->transport->close(u);
  server_requests_of_upstream_end(u);
  for (unsigned i = 0; i < PENDING_BUCKETS; i++)
    while (u->pending[i]) {
      struct pending was = *u->pending[i];
      free(u->pending[i]);
      u->pending[i] = was.next;
      if (was.purpose == FOR_CALL) fail_call(u, was.exchange, true, u->trouble);
    }
}

static void open_now(struct upstream *u) {
  char *error = NULL;
  u->state = UPSTREAM_STARTING;
  if (u->transport->open(u, &error)) return;
  upstream_down(u, error ? error : "it cannot be started");
  free(error);
}

static void expire(struct upstream *u, int64_t now) {
  for (unsigned i = 0; i < PENDING_BUCKETS; i++)
    for (struct pending *p = u->pending[i], *next; p; p = next) {
      next = p->next;
      if (p->deadline > now) continue;
      if (p->purpose != FOR_CALL) { upstream_down(u, "it did not answer in time"); return; }
      struct exchange *x = p->exchange;
      u->gate->metrics.timeouts++;
      upstream_cancel(x);
      fail_call(u, x, true, "it took too long");
      next = u->pending[i];                 /* the list may have changed */
    }
}

void upstream_round(struct upstream *u, int64_t now) {
  if (!u->transport) { connector_round(u, now); return; }
  expire(u, now);
  if (u->transport->round) u->transport->round(u, now);
  if (u->state == UPSTREAM_DOWN && now >= u->retry_at && !u->gate->draining) open_now(u);
}

bool upstreams_starting(const struct gate *gate) {
  if (loop_now() - gate->started > LONGEST_START_SECONDS * 1000000LL) return false;
  for (size_t i = 0; i < gate->upstream_count; i++) {
    const struct upstream *u = gate->upstreams[i];
    if (u->transport && u->state != UPSTREAM_READY && !u->failures && !u->tool_count) return true;
  }
  return false;
}

/* ---- life ---- */
void upstreams_open(struct gate *gate) {
  gate->upstream_count = gate->config->upstream_count;
  gate->upstreams = gate_new((gate->upstream_count + 1) * sizeof *gate->upstreams);
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i] = gate_new(sizeof *u);
    u->gate = gate;
    u->config = &gate->config->upstreams[i];
    u->transport = u->config->type == UPSTREAM_STDIO ? &child_transport : u->config->type == UPSTREAM_HTTP ? &http_transport : NULL;
    if (!u->transport) connector_tools(u);
  }
}

void upstreams_close(struct gate *gate) {
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    if (u->transport) u->transport->close(u);
    else connector_close(u);
    for (unsigned k = 0; k < PENDING_BUCKETS; k++)
      for (struct pending *p = u->pending[k], *next; p; p = next) { next = p->next; free(p); }
    free_tools(u);
    json_decref(u->listing);
    json_decref(u->capabilities);
    free(u->trouble);
    free(u);
  }
  free(gate->upstreams);
  gate->upstreams = NULL;
  gate->upstream_count = 0;
}
