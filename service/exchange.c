/* exchange.c: one request of an agent from the moment it waits until it is answered. */
#include <stdio.h>
#include <stdlib.h>
#include "approvals.h"
#include "enforce.h"
#include "result.h"
#include "upstream.h"

struct exchange *exchange_new(struct channel *channel, struct reply *reply, const char *id, size_t id_length) {
  struct gate *gate = channel->gate;
  struct exchange *x = gate_new(sizeof *x);
  *x = (struct exchange){.gate = gate, .next = gate->exchanges, .channel = channel, .person = channel->person, .reply = reply,
                         .id = gate_copy_bytes(id, id_length), .modern = channel->modern, .started = loop_now()};
  if (x->next) x->next->previous = x;
  gate->exchanges = x;
  gate->exchange_count++;
  x->person->under_way++;
  reply->exchange = x;
  return x;
}

void exchange_free(struct exchange *x) {
  if (x->previous) x->previous->next = x->next;
  else x->gate->exchanges = x->next;
  if (x->next) x->next->previous = x->previous;
  x->gate->exchange_count--;
  x->person->under_way--;
  if (x->reply) x->reply->exchange = NULL;
  free(x->id);
  free(x->progress_token);
  free(x->operation);
  free(x->tool);
  free(x->arguments);
  free(x->held);
  free(x);
}

/* What was sent may have taken effect. */
void exchange_abandon(struct exchange *x) {
  if (x->upstream) upstream_cancel(x);
  if (x->decision[0]) enforce_observe(x->gate, x, REBASE_UNKNOWN, NULL, 0, NULL);
  if (x->reply) x->reply->answer(x->reply, NULL, 0);
  x->reply = NULL;
  exchange_free(x);
}

static void answer(struct exchange *x, struct buffer *message) {
  struct reply *reply = x->reply;
  x->reply = NULL;
  if (reply) {
    reply->exchange = NULL;
    reply->answer(reply, message->bytes, message->length);
  }
  buffer_free(message);
  exchange_free(x);
}

static bool is_cacheable(const char *method) {
  size_t length = strlen(method);
  return (length > 5 && !strcmp(method + length - 5, "/list")) || !strcmp(method, "resources/read") || !strcmp(method, "server/discover");
}

void result_add(struct buffer *b, bool modern, const char *method, const char *result, size_t length) {
  if (!modern || length < 2 || *result != '{') { buffer_add(b, result, length); return; }
  buffer_text(b, "{\"resultType\":\"complete\"");
  if (is_cacheable(method)) buffer_text(b, ",\"ttlMs\":0,\"cacheScope\":\"private\"");
  size_t at = 1;
  while (at < length && (result[at] == ' ' || result[at] == '\n' || result[at] == '\r' || result[at] == '\t')) at++;
  if (result[at] != '}') buffer_text(b, ",");
  buffer_add(b, result + at, length - at);
}

void exchange_answer(struct exchange *x, const char *result, size_t length) {
  struct buffer b = {0};
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", x->id);
  result_add(&b, x->modern, x->method, result, length);
  buffer_text(&b, "}");
  answer(x, &b);
}

void exchange_refuse(struct exchange *x, int code, const char *message) {
  struct buffer b = {0};
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":", x->id, code);
  buffer_quote_text(&b, message);
  buffer_text(&b, "}}");
  answer(x, &b);
}

void exchange_say(struct exchange *x, const char *effect, const char *text) {
  struct buffer b = {0};
  if (strcmp(x->method, "tools/call") != 0) { exchange_refuse(x, -32000, text); return; }
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{%s\"content\":[{\"type\":\"text\",\"text\":", x->id,
                x->modern ? "\"resultType\":\"complete\"," : "");
  buffer_quote_text(&b, text);
  buffer_format(&b, "}],\"isError\":true,\"_meta\":{\"rebase/effect\":\"%s\"", effect);
  if (x->decision[0]) buffer_format(&b, ",\"rebase/decision\":\"%s\"", x->decision);
  buffer_text(&b, "}}}");
  answer(x, &b);
}

void reply_error(struct reply *reply, const char *id, int code, const char *message) {
  struct buffer b = {0};
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":", id ? id : "null", code);
  buffer_quote_text(&b, message);
  buffer_text(&b, "}}");
  reply->answer(reply, b.bytes, b.length);
  buffer_free(&b);
}

void exchange_finish(struct exchange *x, rebase_outcome outcome, const char *result, size_t length, const char *error) {
  struct gate *gate = x->gate;
  rebase_report report = {0};
  if (x->sent) gate->metrics.upstream_micros += (uint64_t)(loop_now() - x->sent);
  if (!result) {
    enforce_observe(gate, x, outcome, NULL, 0, NULL);
    exchange_say(x, "failed", error);
    return;
  }
  struct result seen;
  if (length > gate->config->result_bytes) {
    gate->metrics.too_large++;
    enforce_observe(gate, x, REBASE_UNKNOWN, NULL, 0, NULL);
    exchange_say(x, "failed", "The answer is larger than the gateway passes on. Ask for less.");
    return;
  }
  result_read(&seen, result, length, x->unwrap);
  if (seen.incomplete) {                    /* it would have the agent ask a person or a model */
    enforce_observe(gate, x, REBASE_UNKNOWN, NULL, 0, NULL);
    result_free(&seen);
    gate->metrics.server_requests_denied++;
    exchange_say(x, "failed", "The server asks for input instead of answering, which the gateway does not let it do.");
    return;
  }
  if (seen.failed) outcome = x->reads ? REBASE_FAILED : REBASE_UNKNOWN;
  bool typed = enforce_observe(gate, x, outcome, seen.facts, seen.facts_length, &report);
  char *reason = NULL, *released = NULL;
  size_t released_length = length;
  if (!typed && !gate->config->shadow) reason = gate_format("The answer is not what the connector declares, so it is withheld: %s", report.text);
  else released = result_release(gate, x->person, &seen, result, length, &released_length, &reason);
  result_free(&seen);
  if (released) exchange_answer(x, released, released_length);
  else {
    gate->metrics.withheld++;
    log_fact(&gate->log, "withheld", "decision", x->decision, "operation", x->operation, "reason", reason, NULL);
    exchange_say(x, "withheld", reason);
  }
  free(released);
  free(reason);
}

/* Numbers only: a message beside them would be text that no decision has seen. */
void exchange_progress(struct exchange *x, json_t *params) {
  json_t *done = json_object_get(params, "progress"), *total = json_object_get(params, "total");
  if (!x->progress_token || !x->reply || !x->reply->progress || !json_is_number(done)) return;
  struct buffer b = {0};
  buffer_format(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":%s,\"progress\":%.15g",
                x->progress_token, json_number_value(done));
  if (json_is_number(total)) buffer_format(&b, ",\"total\":%.15g", json_number_value(total));
  buffer_text(&b, "}}");
  x->reply->progress(x->reply, b.bytes, b.length);
  buffer_free(&b);
}
