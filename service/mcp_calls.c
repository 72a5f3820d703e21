/* mcp_calls.c: see mcp_calls.h */
#include <stdio.h>
#include <stdlib.h>
#include "approvals.h"
#include "catalogue.h"
#include "enforce.h"
#include "mcp_calls.h"
#include "upstream.h"

/* The parameters `arguments` of a governed method are a map of texts; all else is as the protocol names it. */
static const struct governed { const char *method, *operation, *kind; } governed[] = {
  {"resources/list", "resources_list", "resources"}, {"resources/read", "resources_read", "resources"},
  {"resources/templates/list", "resources_templates_list", "resources"}, {"prompts/list", "prompts_list", "prompts"},
  {"prompts/get", "prompts_get", "prompts"},
};
enum { GOVERNED = sizeof governed / sizeof *governed };

static const struct governed *find_governed(const char *method) {
  for (size_t i = 0; i < GOVERNED; i++) if (!strcmp(governed[i].method, method)) return &governed[i];
  return NULL;
}

bool call_is_governed(const char *method) { return find_governed(method) != NULL; }

/* ---- deciding ---- */
static void deny(struct exchange *x, const char *reason, const char *advice) {
  struct buffer text = {0};
  buffer_format(&text, "Denied: %s%s", *reason ? reason : "nothing allows it", advice);
  exchange_say(x, "deny", text.bytes);
  buffer_free(&text);
}

static void say_unavailable(struct exchange *x, const struct upstream *u) {
  struct buffer text = {0};
  buffer_format(&text, "The tool server `%s` is not available (%s). Nothing was done. Try again later.", u->config->name, u->trouble ? u->trouble : "it is starting");
  x->gate->metrics.unavailable++;
  exchange_say(x, "unavailable", text.bytes);
  buffer_free(&text);
}

/* The parameters that go upstream: of a tool {"name":..,"arguments":..}, of anything else the arguments themselves. */
static void send_on(struct exchange *x, struct upstream *u, const char *arguments, size_t length) {
  struct buffer params = {0};
  bool tool = !strcmp(x->method, "tools/call") && u->transport;
  if (tool) {
    buffer_text(&params, "{\"name\":");
    buffer_quote_text(&params, x->tool);
    buffer_text(&params, ",\"arguments\":");
  }
  buffer_add(&params, arguments, length);
  if (tool) buffer_text(&params, "}");
  bool sent = upstream_call(u, x, params.bytes, params.length);
  buffer_free(&params);
  if (sent) return;
  x->sent = 0;
  x->gate->metrics.unavailable++;
  exchange_finish(x, REBASE_FAILED, NULL, 0, "The tool server takes no more messages now. Nothing was done. Try again later.");
}

static void decide(struct exchange *x) {
  struct gate *gate = x->gate;
  struct upstream *u = x->upstream;
  struct verdict v;
  if (u->transport && u->state != UPSTREAM_READY) { x->upstream = NULL; say_unavailable(x, u); return; }
  enforce_call(gate, x->person, x->operation, x->arguments, strlen(x->arguments), &v);
  if (v.effect == REBASE_ALLOW) {
    snprintf(x->decision, sizeof x->decision, "%s", v.id);
    x->limit_count = v.limit_count;
    memcpy(x->unused, v.unused, sizeof x->unused);
    send_on(x, u, v.arguments, v.arguments_length);
  } else if (gate->config->shadow) {
    send_on(x, u, x->arguments, strlen(x->arguments));    /* watched only: what the agent wrote goes on */
  } else if (v.effect == REBASE_ASK && approvals_refused(gate, v.id)) {
    snprintf(x->decision, sizeof x->decision, "%s", v.id);
    deny(x, "a person refused this call", ". Do not repeat it.");
  } else if (v.effect == REBASE_ASK) {
    approvals_ask(x, &v);
  } else {
    snprintf(x->decision, sizeof x->decision, "%s", v.id);
    deny(x, v.reason, "");
  }
  verdict_free(&v);
}

void call_decide_again(struct exchange *x) {
  x->waits = false;
  x->decision[0] = '\0';
  decide(x);
}

/* ---- beginning ---- */
static struct exchange *begin(struct channel *channel, struct reply *reply, struct raw id, const char *method) {
  struct gate *gate = channel->gate;
  struct exchange *x = exchange_new(channel, reply, id.text, id.length);
  x->method = method;
  gate->metrics.calls++;
  if (gate->draining) {
    exchange_say(x, "unavailable", "The gateway is stopping. Nothing was done. Try again in a moment.");
    return NULL;
  }
  if (x->person->under_way > gate->config->calls_per_session) {
    exchange_say(x, "unavailable", "Too many calls are under way at once. Nothing was done. Wait for one to end.");
    return NULL;
  }
  return x;
}

static void refuse(struct exchange *x, const char *what, const char *reason) {
  enforce_refuse(x->gate, x->person, what, reason);
  deny(x, reason, "");
}

static const char *trouble_of(const struct tool *tool) {
  if (tool->state == TOOL_NEW) return "this tool has not been reviewed; the operator can do so with `rbgate pin`";
  if (tool->state == TOOL_CHANGED) return "the definition of this tool changed since it was reviewed; the operator can look at it with `rbgate pin`";
  return tool->state == TOOL_AMBIGUOUS ? "two tools share this name; the operator must set a prefix" : NULL;
}

static char *raw_text(struct raw raw) { return raw.text ? raw_copy(raw) : gate_copy("{}"); }

static void keep_token(struct exchange *x, struct raw params) {
  bool bad = false;
  struct raw meta = raw_member(params, "_meta", &bad);
  if (bad || !raw_is_object(meta)) return;
  struct raw token = raw_member(meta, "progressToken", &bad);
  if (bad || !token.text || token.length > 200 || *token.text == '{' || *token.text == '[') return;
  x->progress_token = raw_copy(token);
}

static void call_found(struct exchange *x, struct upstream *u, const struct tool *tool, struct raw arguments) {
  json_t *operation = catalogue_operation(x->gate, NULL, tool->operation);
  const char *class = json_string_value(json_object_get(operation, "class"));
  const char *trouble = trouble_of(tool);
  x->operation = gate_copy(tool->operation);
  x->tool = gate_copy(tool->name);
  x->arguments = raw_text(arguments);
  x->reads = class && !strcmp(class, "reads");
  x->unwrap = tool->unwrap;
  x->upstream = u;
  if (trouble && !x->gate->config->shadow) { x->upstream = NULL; refuse(x, tool->operation, trouble); return; }
  if (trouble) enforce_refuse(x->gate, x->person, tool->operation, trouble);
  decide(x);
}

void call_tool(struct channel *channel, struct reply *reply, struct raw id, struct raw params, json_t *parsed) {
  struct gate *gate = channel->gate;
  struct upstream *u = NULL;
  bool bad = false;
  json_t *name = json_object_get(parsed, "name"), *given = json_object_get(parsed, "arguments");
  struct exchange *x = begin(channel, reply, id, "tools/call");
  if (!x) return;
  struct raw arguments = json_is_object(parsed) ? raw_member(params, "arguments", &bad) : (struct raw){NULL, 0};
  if (!json_is_string(name) || bad || (given && !json_is_object(given)) || !given != !arguments.text) {
    exchange_refuse(x, -32602, "tools/call takes a name and an object of arguments");
    return;
  }
  keep_token(x, params);
  struct tool *tool = upstream_tool(gate, json_string_value(name), &u);
  if (tool) { call_found(x, u, tool, arguments); return; }
  for (size_t i = 0; i < gate->upstream_count; i++)
    if (gate->upstreams[i]->transport && gate->upstreams[i]->state != UPSTREAM_READY && !gate->upstreams[i]->tool_count) {
      say_unavailable(x, gate->upstreams[i]);
      return;
    }
  refuse(x, json_string_value(name), "there is no such tool");
}

/* ---- resources and prompts ---- */
static struct upstream *server_for(struct gate *gate, struct person *person, const struct governed *g, unsigned *matches) {
  struct upstream *found = NULL;
  *matches = 0;
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    if (!u->transport) continue;
    char *operation = gate_format("%s.%s", u->config->connector, g->operation);
    bool may = catalogue_operation(gate, person->who.agent, operation) || (gate->config->shadow && json_object_get(u->capabilities, g->kind));
    free(operation);
    if (!may) continue;
    found = u;
    ++*matches;
  }
  return found;
}

bool call_offers(struct gate *gate, struct person *person, const char *kind) {
  unsigned matches = 0;
  for (size_t i = 0; i < GOVERNED; i++)
    if (!strcmp(governed[i].kind, kind) && server_for(gate, person, &governed[i], &matches)) return true;
  return false;
}

char *call_parameters(struct raw params) {
  struct raw_cursor cursor;
  struct raw name, value;
  struct buffer b = {0};
  buffer_text(&b, "{");
  if (raw_begin(&cursor, params) && cursor.object)
    while (raw_next(&cursor, &name, &value)) {
      if (name.length == 5 && !memcmp(name.text, "_meta", 5)) continue;
      buffer_text(&b, b.length > 1 ? ",\"" : "\"");
      buffer_add(&b, name.text, name.length);
      buffer_text(&b, "\":");
      buffer_add(&b, value.text, value.length);
    }
  buffer_text(&b, "}");
  return b.bytes;
}

void call_governed(struct channel *channel, struct reply *reply, struct raw id, struct raw params, const char *method) {
  const struct governed *g = find_governed(method);
  unsigned matches;
  struct exchange *x = begin(channel, reply, id, g->method);
  if (!x) return;
  struct upstream *u = server_for(channel->gate, channel->person, g, &matches);
  if (matches != 1) {
    refuse(x, method, matches ? "several servers could answer; grant it for one of them" : "nothing allows it");
    return;
  }
  x->operation = gate_format("%s.%s", u->config->connector, g->operation);
  x->tool = gate_copy(g->method);
  x->arguments = call_parameters(params);
  x->reads = true;
  x->upstream = u;
  keep_token(x, params);
  decide(x);
}

/* ---- the list ---- */
static void add_definition(struct buffer *b, const struct tool *tool) {
  char *text = json_dumps(tool->definition, JSON_COMPACT | JSON_REAL_PRECISION(17));
  if (!text) return;
  if (!strcmp(tool->name, tool->shown)) buffer_text(b, text);
  else {
    json_t *copy = json_copy(tool->definition);
    json_object_set_new(copy, "name", json_string(tool->shown));
    char *renamed = json_dumps(copy, JSON_COMPACT | JSON_REAL_PRECISION(17));
    buffer_text(b, renamed ? renamed : text);
    free(renamed);
    json_decref(copy);
  }
  free(text);
}

static void write_list(struct gate *gate, struct person *person, struct buffer *result) {
  bool any = false;
  gate->metrics.tools_list++;
  buffer_text(result, "{\"tools\":[");
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    if (u->transport && u->state != UPSTREAM_READY) continue;
    for (size_t k = 0; k < u->tool_count; k++) {
      struct tool *t = &u->tools[k];
      bool may = t->state == TOOL_REVIEWED && catalogue_operation(gate, person->who.agent, t->operation);
      if (!may && !gate->config->shadow) continue;
      if (any) buffer_text(result, ",");
      any = true;
      add_definition(result, t);
    }
  }
  buffer_text(result, "]}");
}

void call_list_tools(struct channel *channel, struct reply *reply, struct raw id) {
  struct buffer result = {0};
  struct exchange *x = exchange_new(channel, reply, id.text, id.length);
  x->method = "tools/list";
  write_list(channel->gate, channel->person, &result);
  exchange_answer(x, result.bytes, result.length);
  buffer_free(&result);
}
