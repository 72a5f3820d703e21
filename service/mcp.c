/* mcp.c: messages of agents, by method. The gateway speaks for itself where it can and governs the rest; what it does not
 * know is refused. */
#include <stdio.h>
#include <stdlib.h>
#include "enforce.h"
#include "mcp_calls.h"
#include "server_requests.h"
#include "upstream.h"

static const char *const protocols[] = GATE_PROTOCOLS;
enum { PROTOCOLS = sizeof protocols / sizeof *protocols, LONGEST_ID = 256 };

static void answer(struct channel *channel, struct reply *reply, struct raw id, const char *method, const char *result) {
  struct buffer b = {0};
  buffer_text(&b, "{\"jsonrpc\":\"2.0\",\"id\":");
  buffer_add(&b, id.text, id.length);
  buffer_text(&b, ",\"result\":");
  result_add(&b, channel->modern, method, result, strlen(result));
  buffer_text(&b, "}");
  reply->answer(reply, b.bytes, b.length);
  buffer_free(&b);
}

static void capabilities(struct channel *channel, struct buffer *b) {
  buffer_text(b, "\"capabilities\":{\"tools\":{");
  if (!channel->modern) buffer_text(b, "\"listChanged\":true");
  buffer_text(b, "}");
  if (call_offers(channel->gate, channel->person, "resources")) buffer_text(b, ",\"resources\":{}");
  if (call_offers(channel->gate, channel->person, "prompts")) buffer_text(b, ",\"prompts\":{}");
  buffer_text(b, "}");
}

/* A server's own instructions are left out: nobody has reviewed them. */
static void initialize(struct channel *channel, struct reply *reply, struct raw id, json_t *params) {
  const char *asked = json_string_value(json_object_get(params, "protocolVersion")), *version = protocols[0];
  for (size_t i = 0; asked && i < PROTOCOLS; i++) if (!strcmp(protocols[i], asked)) version = protocols[i];
  struct buffer b = {0};
  buffer_format(&b, "{\"protocolVersion\":\"%s\",", version);
  capabilities(channel, &b);
  buffer_format(&b, ",\"serverInfo\":{\"name\":\"rbgate\",\"version\":\"%s\"}}", rebase_version());
  json_t *able = json_object_get(params, "capabilities");
  channel->initialized = true;
  channel->samples = json_is_object(json_object_get(able, "sampling"));
  channel->elicits = json_is_object(json_object_get(able, "elicitation"));
  answer(channel, reply, id, "initialize", b.bytes);
  buffer_free(&b);
}

static void discover(struct channel *channel, struct reply *reply, struct raw id) {
  struct buffer b = {0};
  buffer_text(&b, "{\"supportedVersions\":[\"" GATE_MODERN "\"");
  for (size_t i = 0; i < PROTOCOLS; i++) buffer_format(&b, ",\"%s\"", protocols[i]);
  buffer_text(&b, "],");
  capabilities(channel, &b);
  buffer_format(&b, ",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"rbgate\",\"version\":\"%s\"}}}", rebase_version());
  answer(channel, reply, id, "server/discover", b.bytes);
  buffer_free(&b);
}

static const char *modern_version(json_t *root) {
  json_t *meta = json_object_get(json_object_get(root, "params"), "_meta");
  return json_string_value(json_object_get(meta, "io.modelcontextprotocol/protocolVersion"));
}

bool mcp_modern(json_t *root) { return modern_version(root) != NULL; }

static void refuse_version(struct reply *reply, struct raw id, const char *version) {
  struct buffer b = {0};
  buffer_text(&b, "{\"jsonrpc\":\"2.0\",\"id\":");
  buffer_add(&b, id.text, id.length);
  buffer_text(&b, ",\"error\":{\"code\":-32022,\"message\":\"this protocol version is not spoken here\",\"data\":{\"supported\":[\"" GATE_MODERN "\"],\"requested\":");
  buffer_quote_text(&b, version);
  buffer_text(&b, "}}}");
  reply->answer(reply, b.bytes, b.length);
  buffer_free(&b);
}

static void request(struct channel *channel, struct reply *reply, struct raw id, struct raw params, json_t *root, const char *method) {
  json_t *parsed = json_object_get(root, "params");
  const char *version = modern_version(root);
  channel->modern = version != NULL;
  if (version && strcmp(version, GATE_MODERN) != 0) refuse_version(reply, id, version);
  else if (!strcmp(method, "tools/call")) call_tool(channel, reply, id, params, parsed);
  else if (!strcmp(method, "tools/list")) call_list_tools(channel, reply, id);
  else if (!strcmp(method, "initialize")) initialize(channel, reply, id, parsed);
  else if (!strcmp(method, "server/discover") && version) discover(channel, reply, id);
  else if (!strcmp(method, "ping")) answer(channel, reply, id, "ping", "{}");
  else if (call_is_governed(method)) call_governed(channel, reply, id, params, method);
  else {
    char *raw = gate_copy_bytes(id.text, id.length), *what = gate_format("method %.100s", method);
    enforce_refuse(channel->gate, channel->person, what, "the gateway does not govern this method, so it is denied");
    reply_error(reply, raw, -32601, "Denied: the gateway does not govern this method");
    free(raw);
    free(what);
  }
}

/* Only what this channel asked for can be cancelled by it. */
static void cancelled(struct channel *channel, struct raw params) {
  bool bad = false;
  if (channel->stateless) return;
  struct raw id = raw_is_object(params) ? raw_member(params, "requestId", &bad) : params;
  if (bad || !id.text) return;
  for (struct exchange *x = channel->gate->exchanges; x; x = x->next)
    if (x->channel == channel && strlen(x->id) == id.length && !memcmp(x->id, id.text, id.length)) { exchange_abandon(x); return; }
}

static bool read_id(struct raw message, json_t *root, struct raw *id) {
  json_t *value = json_object_get(root, "id");
  bool bad = false;
  *id = raw_member(message, "id", &bad);
  if (!value) return !bad && !id->text;
  return !bad && id->text && id->length <= LONGEST_ID && (json_is_string(value) || json_is_integer(value));
}

/* Agents start as the gateway does; what they ask first waits for the servers. */
static bool hold(struct channel *channel, struct reply *reply, struct raw id, struct raw message, const char *method) {
  if (!strcmp(method, "initialize") || !strcmp(method, "ping") || !upstreams_starting(channel->gate)) return false;
  struct exchange *x = exchange_new(channel, reply, id.text, id.length);
  x->method = "held";
  x->held = gate_copy_bytes(message.text, message.length);
  x->held_length = message.length;
  return true;
}

static struct exchange *oldest_held(const struct gate *gate) {
  struct exchange *oldest = NULL;
  for (struct exchange *x = gate->exchanges; x; x = x->next) if (x->held) oldest = x;       /* the newest stand first */
  return oldest;
}

void mcp_round(struct gate *gate) {
  if (!gate->exchanges || upstreams_starting(gate)) return;
  for (struct exchange *x; (x = oldest_held(gate));) {
    struct channel *channel = x->channel;
    struct reply *reply = x->reply;
    char *message = x->held;
    size_t length = x->held_length;
    x->held = NULL;
    x->reply = NULL;
    reply->exchange = NULL;
    exchange_free(x);
    mcp_receive(channel, reply, message, length);
    free(message);
  }
}

static void dispatch(struct channel *channel, struct reply *reply, struct raw message, json_t *root) {
  struct raw id, params;
  bool bad = false;
  const char *version = json_string_value(json_object_get(root, "jsonrpc")), *method = json_string_value(json_object_get(root, "method"));
  bool known_id = read_id(message, root, &id);
  params = raw_member(message, "params", &bad);
  bool odd = json_object_get(root, "params") && !(json_is_object(json_object_get(root, "params")) && params.text);
  if (!version || strcmp(version, "2.0") != 0 || !known_id || bad || odd || (!method && json_object_get(root, "method"))) {
    reply_error(reply, NULL, -32600, "not a JSON-RPC 2.0 request");
  } else if (method && id.text) {
    channel->gate->metrics.requests++;
    if (!hold(channel, reply, id, message, method)) request(channel, reply, id, params, root, method);
  } else {
    if (method && !strcmp(method, "notifications/cancelled")) cancelled(channel, params);
    if (!method) server_requests_answered(channel, root, message.text, message.length);
    reply->answer(reply, NULL, 0);
  }
}

/* A message that is not taken is answered under its id, if one can be made out: else its sender would wait for ever. */
static void refuse_message(struct reply *reply, const char *message, size_t length) {
  json_t *loose = json_loadb(message, length, JSON_ALLOW_NUL, NULL), *value = json_object_get(loose, "id");
  char *id = json_is_string(value) || json_is_integer(value) ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
  if (json_is_array(loose)) reply_error(reply, NULL, -32600, "one message at a time: batches are not taken");
  else reply_error(reply, id && strlen(id) <= LONGEST_ID ? id : NULL, loose ? -32600 : -32700, "Denied: not valid JSON, a name is given twice, or a text holds a NUL");
  free(id);
  json_decref(loose);
}

void mcp_receive(struct channel *channel, struct reply *reply, const char *message, size_t length) {
  json_t *root = json_loadb(message, length, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object(root)) dispatch(channel, reply, (struct raw){message, length}, root);
  else refuse_message(reply, message, length);
  json_decref(root);
}

void mcp_list_changed(struct gate *gate) {
  static const char changed[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}";
  for (struct channel *c = gate->channels; c; c = c->next)
    if (c->initialized && c->notify) c->notify(c, changed, sizeof changed - 1);
}

/* ---- channels ---- */
void channel_add(struct gate *gate, struct channel *channel) {
  channel->gate = gate;
  channel->previous = NULL;
  channel->next = gate->channels;
  if (channel->next) channel->next->previous = channel;
  gate->channels = channel;
}

void channel_remove(struct channel *channel) {
  server_requests_of_channel_end(channel);
  for (struct exchange *x = channel->gate->exchanges, *next; x; x = next) {
    next = x->next;
    if (x->channel == channel) exchange_abandon(x);
  }
  if (channel->previous) channel->previous->next = channel->next;
  else channel->gate->channels = channel->next;
  if (channel->next) channel->next->previous = channel->previous;
}
