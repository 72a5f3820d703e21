/* server_requests.c: see server_requests.h */
#include <stdio.h>
#include <stdlib.h>
#include "catalogue.h"
#include "enforce.h"
#include "mcp_calls.h"
#include "server_requests.h"

enum { MOST_OPEN = 64 };
static const struct kind { const char *method, *operation, *capability; } kinds[] = {
  {"sampling/createMessage", "sampling_create", "sampling"}, {"elicitation/create", "elicitation_create", "elicitation"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct server_request {
  struct server_request *next;
  struct upstream *upstream;
  struct channel *channel;
  struct exchange about;            /* not one of the gateway's list: person, operation, decision and limits of this request */
  char *id;                         /* the server's, raw JSON */
  uint64_t number;                  /* ours, for the agent */
  int64_t deadline;
};

/* ---- answers to the server ---- */
static void answer(struct upstream *u, const char *id, const char *name, const char *value, size_t length) {
  struct buffer b = {0};
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"%s\":", id, name);
  buffer_add(&b, value, length);
  buffer_text(&b, "}");
  if (u->state != UPSTREAM_DOWN) u->transport->send(u, 0, b.bytes, b.length);
  buffer_free(&b);
}

static void refuse(struct upstream *u, const char *id, const char *method, const char *reason) {
  static const char denied[] = "{\"code\":-32601,\"message\":\"denied by the gateway\"}";
  u->gate->metrics.server_requests_denied++;
  log_fact(&u->gate->log, "refused", "upstream", u->config->name, "what", method, "reason", reason, NULL);
  answer(u, id, "error", denied, sizeof denied - 1);
}

static void unlink_request(struct gate *gate, struct server_request *r) {
  for (struct server_request **at = &gate->server_requests; *at; at = &(*at)->next)
    if (*at == r) { *at = r->next; return; }
}

static void free_request(struct server_request *r) {
  free(r->about.operation);
  free(r->about.arguments);
  free(r->id);
  free(r);
}

/* It came to nothing: neither the agent's side nor the server has learned anything from now on. */
static void give_up(struct server_request *r, const char *reason) {
  unlink_request(r->about.gate, r);
  enforce_observe(r->about.gate, &r->about, REBASE_UNKNOWN, NULL, 0, NULL);
  refuse(r->upstream, r->id, r->about.method, reason);
  free_request(r);
}

/* ---- whose ---- */
static const struct kind *find_kind(const char *method) {
  for (size_t i = 0; i < KINDS; i++) if (!strcmp(kinds[i].method, method)) return &kinds[i];
  return NULL;
}

void server_requests_offer(const struct upstream *u, struct buffer *capabilities) {
  bool any = false;
  for (size_t i = 0; i < KINDS; i++) {
    char *operation = gate_format("%s.%s", u->config->connector, kinds[i].operation);
    if (catalogue_operation(u->gate, NULL, operation)) {
      buffer_format(capabilities, "%s\"%s\":{}", any ? "," : "", kinds[i].capability);
      any = true;
    }
    free(operation);
  }
}

/* The call that the server is at work on. When it does not show which, it must be at work for one channel alone. */
static struct exchange *call_of(struct upstream *u, uint64_t about) {
  struct exchange *found = NULL;
  for (struct exchange *x = u->gate->exchanges; x; x = x->next) {
    if (x->upstream != u || !x->upstream_id || (about && x->upstream_id != about)) continue;
    if (found && found->channel != x->channel) return NULL;
    found = x;
  }
  return found;
}

/* ---- from the server to the agent ---- */
static bool decided(struct server_request *r, struct buffer *arguments) {
  struct exchange *x = &r->about;
  struct verdict v;
  enforce_call(x->gate, x->person, x->operation, x->arguments, strlen(x->arguments), &v);
  bool allowed = v.effect == REBASE_ALLOW;
  snprintf(x->decision, sizeof x->decision, "%s", allowed ? v.id : "");
  x->limit_count = v.limit_count;
  memcpy(x->unused, v.unused, sizeof x->unused);
  if (allowed) buffer_add(arguments, v.arguments, v.arguments_length);
  else if (x->gate->config->shadow) buffer_text(arguments, x->arguments);
  verdict_free(&v);
  return arguments->length > 0;
}

static void pass_on(struct server_request *r, struct exchange *call, const struct buffer *arguments) {
  struct buffer b = {0};
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":\"rebase-%llu\",\"method\":\"%s\",\"params\":", (unsigned long long)r->number, r->about.method);
  buffer_add(&b, arguments->bytes, arguments->length);
  buffer_text(&b, "}");
  if (call->reply && call->reply->progress) call->reply->progress(call->reply, b.bytes, b.length);
  else if (r->channel->notify) r->channel->notify(r->channel, b.bytes, b.length);
  buffer_free(&b);
}

static const char *trouble(const struct kind *kind, const struct exchange *call, size_t open) {
  if (!kind) return "a server may not ask this of an agent";
  if (!call) return "it cannot be told whose call this belongs to";
  if (open >= MOST_OPEN) return "too many questions are open";
  bool able = !strcmp(kind->capability, "sampling") ? call->channel->samples : call->channel->elicits;
  return able && !call->modern ? NULL : "the agent's client does not take such questions";
}

void server_requests_take(struct upstream *u, json_t *root, const char *message, size_t length, uint64_t about) {
  struct gate *gate = u->gate;
  const char *method = json_string_value(json_object_get(root, "method"));
  const struct kind *kind = find_kind(method);
  struct exchange *call = call_of(u, about);
  bool bad = false;
  size_t open = 0;
  char *id = json_dumps(json_object_get(root, "id"), JSON_ENCODE_ANY | JSON_COMPACT);
  for (struct server_request *r = gate->server_requests; r; r = r->next) open++;
  const char *wrong = trouble(kind, call, open);
  struct raw params = raw_member((struct raw){message, length}, "params", &bad);
  if (!id) return;
  if (wrong || bad) {
    refuse(u, id, method, wrong ? wrong : "its parameters cannot be read");
    free(id);
    return;
  }
  struct server_request *r = gate_new(sizeof *r);
  struct buffer arguments = {0};
  *r = (struct server_request){.next = gate->server_requests, .upstream = u, .channel = call->channel, .id = id, .number = ++gate->last_server_request,
                               .deadline = loop_now() + SERVER_REQUEST_SECONDS * 1000000LL};
  r->about = (struct exchange){.gate = gate, .person = call->person, .method = kind->method, .operation = gate_format("%s.%s", u->config->connector, kind->operation),
                               .arguments = call_parameters(params)};
  if (!decided(r, &arguments)) {
    refuse(u, id, method, "the policy does not allow it");
    free_request(r);
  } else {
    gate->server_requests = r;
    upstream_extend(u, call, SERVER_REQUEST_SECONDS * 1000000LL);
    pass_on(r, call, &arguments);
  }
  buffer_free(&arguments);
}

/* ---- from the agent to the server ---- */
static struct server_request *find(struct channel *channel, const char *id) {
  char own[40];
  for (struct server_request *r = channel->gate->server_requests; r; r = r->next) {
    snprintf(own, sizeof own, "rebase-%llu", (unsigned long long)r->number);
    if (r->channel == channel && id && !strcmp(own, id)) return r;
  }
  return NULL;
}

/* What the session has seen since then may be in the answer, so the first decision is taken back and made anew. */
static void answered(struct server_request *r, struct raw result) {
  struct gate *gate = r->about.gate;
  struct buffer arguments = {0};
  enforce_observe(gate, &r->about, REBASE_FAILED, NULL, 0, NULL);
  if (!decided(r, &arguments)) refuse(r->upstream, r->id, r->about.method, "the policy does not allow its answer any more");
  else {
    answer(r->upstream, r->id, "result", result.text, result.length);
    enforce_observe(gate, &r->about, REBASE_SUCCESS, result.text, result.length, NULL);
  }
  buffer_free(&arguments);
}

bool server_requests_answered(struct channel *channel, json_t *root, const char *message, size_t length) {
  struct server_request *r = find(channel, json_string_value(json_object_get(root, "id")));
  bool bad = false;
  if (!r) return false;
  struct raw result = raw_member((struct raw){message, length}, "result", &bad);
  if (bad || !raw_is_object(result)) {      /* what an error says is the agent's text, which no decision has seen */
    give_up(r, "the agent's side refused");
    return true;
  }
  unlink_request(channel->gate, r);
  answered(r, result);
  free_request(r);
  return true;
}

/* ---- ends ---- */
void server_requests_round(struct gate *gate, int64_t now) {
  for (struct server_request *r = gate->server_requests, *next; r; r = next) {
    next = r->next;
    if (r->deadline < now) give_up(r, "the agent's side did not answer in time");
  }
}

void server_requests_of_channel_end(struct channel *channel) {
  for (struct server_request *r = channel->gate->server_requests, *next; r; r = next) {
    next = r->next;
    if (r->channel == channel) give_up(r, "the agent is gone");
  }
}

void server_requests_of_upstream_end(struct upstream *u) {
  for (struct server_request *r = u->gate->server_requests, *next; r; r = next) {
    next = r->next;
    if (r->upstream != u) continue;
    unlink_request(u->gate, r);
    enforce_observe(u->gate, &r->about, REBASE_UNKNOWN, NULL, 0, NULL);
    free_request(r);
  }
}
