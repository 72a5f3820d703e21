/* admin.c: see admin.h */
#include <stdlib.h>
#include "admin.h"
#include "approvals.h"
#include "catalogue.h"
#include "upstream.h"

static void set(struct page *page, unsigned status, const char *type) { page->status = status; page->type = type; }

static void put_json(struct page *page, unsigned status, json_t *json) {
  char *text = json_dumps(json, JSON_INDENT(2));
  set(page, status, "application/json");
  buffer_text(&page->body, text ? text : "{}");
  buffer_text(&page->body, "\n");
  free(text);
  json_decref(json);
}

static void put_error(struct page *page, unsigned status, const char *text) { put_json(page, status, json_pack("{s:s}", "error", text)); }

/* ---- health ---- */
/* Ready: a bundle is loaded, the log can be written, and every server is up. */
static bool ready(struct gate *gate, struct buffer *why) {
  char digest[65];
  bool fine = true;
  if (!rebase_engine_bundle(gate->engine, digest)) { buffer_text(why, "no bundle\n"); fine = false; }
  if (gate->log.failed) { buffer_text(why, "the decision log cannot be written\n"); fine = false; }
  if (gate->draining) { buffer_text(why, "stopping\n"); fine = false; }
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    if (!u->transport || u->state == UPSTREAM_READY) continue;
    buffer_format(why, "%s: %s\n", u->config->name, u->trouble ? u->trouble : "starting");
    fine = false;
  }
  return fine;
}

bool admin_health(struct gate *gate, const char *path, struct page *page) {
  if (!strcmp(path, "/healthz")) {
    set(page, 200, "text/plain");
    buffer_text(&page->body, "ok\n");
    return true;
  }
  if (strcmp(path, "/readyz") != 0) return false;
  bool fine = ready(gate, &page->body);
  set(page, fine ? 200 : 503, "text/plain");
  if (fine) buffer_text(&page->body, "ready\n");
  return true;
}

/* ---- metrics, in Prometheus' text format ---- */
static void counter(struct buffer *b, const char *name, const char *help, uint64_t value) {
  buffer_format(b, "# HELP rbgate_%s %s\n# TYPE rbgate_%s counter\nrbgate_%s %llu\n", name, help, name, name, (unsigned long long)value);
}

static void gauge(struct buffer *b, const char *name, const char *help, uint64_t value) {
  buffer_format(b, "# HELP rbgate_%s %s\n# TYPE rbgate_%s gauge\nrbgate_%s %llu\n", name, help, name, name, (unsigned long long)value);
}

static void engine_metrics(struct gate *gate, struct buffer *b) {
  rebase_counters c = {0};
  rebase_engine_counters(gate->engine, &c);
  counter(b, "engine_decisions_total", "decisions of the engine, releases included", c.decisions);
  counter(b, "engine_errors_total", "decisions that the policy could not make", c.errors);
  counter(b, "engine_soundness_faults_total", "promises of the verifier that were broken", c.soundness_faults);
  gauge(b, "engine_sessions", "sessions that are open", c.sessions);
}

static void metrics(struct gate *gate, struct buffer *b) {
  const struct metrics *m = &gate->metrics;
  buffer_text(b, "# HELP rbgate_calls_total calls decided, by effect\n# TYPE rbgate_calls_total counter\n");
  buffer_format(b, "rbgate_calls_total{effect=\"allow\"} %llu\nrbgate_calls_total{effect=\"ask\"} %llu\nrbgate_calls_total{effect=\"deny\"} %llu\n",
                (unsigned long long)m->allowed, (unsigned long long)m->asked, (unsigned long long)m->denied);
  counter(b, "requests_total", "messages of agents that want an answer", m->requests);
  counter(b, "refused_total", "refusals of the gateway itself: drift, unknown tools and methods", m->refused);
  counter(b, "shadow_would_deny_total", "calls that enforcing would have denied", m->shadow_would_deny);
  counter(b, "shadow_would_ask_total", "calls that enforcing would have asked about", m->shadow_would_ask);
  counter(b, "canary_differs_total", "calls on which the canary bundle says something else", m->canary_differs);
  counter(b, "results_total", "successful results", m->results);
  counter(b, "result_failures_total", "definite failures", m->result_failures);
  counter(b, "result_unknown_total", "outcomes that are not known", m->result_unknown);
  counter(b, "result_type_total", "results that are not of their declared type", m->result_type);
  counter(b, "withheld_total", "results that no agent got", m->withheld);
  counter(b, "redacted_total", "results in which something was redacted", m->redacted);
  counter(b, "unavailable_total", "calls that found their server away", m->unavailable);
  counter(b, "timeouts_total", "calls that took too long", m->timeouts);
  counter(b, "too_large_total", "answers larger than the gateway takes", m->too_large);
  counter(b, "drift_total", "tools that are new, changed or ambiguous", m->drift);
  counter(b, "dropped_total", "messages of servers that reach no agent", m->notifications_dropped);
  counter(b, "server_requests_denied_total", "requests of servers to agents or models", m->server_requests_denied);
  counter(b, "unauthenticated_total", "HTTP requests of nobody known", m->unauthenticated);
  counter(b, "approvals_total", "answers to asks", m->approvals);
  counter(b, "log_lines_total", "lines of the decision log", gate->log.lines);
  counter(b, "log_lost_total", "lines that could not be written", gate->log.lost);
  counter(b, "decide_microseconds_total", "time spent deciding calls", m->decide_micros);
  counter(b, "upstream_microseconds_total", "time spent waiting for servers", m->upstream_micros);
  gauge(b, "under_way", "requests that wait for something", gate->exchange_count);
  engine_metrics(gate, b);
  buffer_text(b, "# HELP rbgate_upstream_up whether a server is ready\n# TYPE rbgate_upstream_up gauge\n");
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    buffer_format(b, "rbgate_upstream_up{upstream=\"%s\"} %d\n", u->config->name, !u->transport || u->state == UPSTREAM_READY);
  }
}

/* ---- status ---- */
static json_t *status(struct gate *gate) {
  static const char *const states[] = {"down", "starting", "ready"}, *const reviews[] = {"reviewed", "new", "changed", "ambiguous"};
  char digest[65] = "";
  json_t *upstreams = json_object();
  rebase_engine_bundle(gate->engine, digest);
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    json_t *tools = json_object();
    for (size_t k = 0; k < u->tool_count; k++) json_object_set_new(tools, u->tools[k].shown, json_string(reviews[u->tools[k].state]));
    json_object_set_new(upstreams, u->config->name, json_pack("{s:s, s:s*, s:o}", "state", u->transport ? states[u->state] : "ready", "trouble", u->trouble, "tools", tools));
  }
  return json_pack("{s:s, s:s, s:s*, s:s, s:I, s:I, s:b, s:o}", "version", rebase_version(), "bundle", digest,
                   "built", json_string_value(json_object_get(catalogue_all(gate), "built")), "mode", gate->config->shadow ? "shadow" : "enforce",
                   "seconds_up", (json_int_t)((loop_now() - gate->started) / 1000000), "under_way", (json_int_t)gate->exchange_count,
                   "log_failed", gate->log.failed, "upstreams", upstreams);
}

/* ---- approvals ---- */
static void answer(struct gate *gate, const char *id, const char *body, size_t length, const struct approver_config *who, struct page *page) {
  json_t *root = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
  const char *word = json_string_value(json_object_get(root, "answer")), *group = json_string_value(json_object_get(root, "group"));
  bool approve = word && !strcmp(word, "approve");
  if (!approve && !(word && !strcmp(word, "deny"))) put_error(page, 400, "{\"answer\": \"approve\" or \"deny\"} is wanted");
  else {
    char *wrong = approvals_answer(gate, id, approve, group, who);
    if (wrong) put_error(page, 409, wrong);
    else put_json(page, 200, json_pack("{s:s, s:s}", "id", id, "answer", word));
    free(wrong);
  }
  json_decref(root);
}

void admin_page(struct gate *gate, const char *method, const char *path, const char *body, size_t length, const struct approver_config *who, struct page *page) {
  bool get = !strcmp(method, "GET");
  if (get && admin_health(gate, path, page)) return;
  if (get && !strcmp(path, "/metrics")) {
    set(page, 200, "text/plain; version=0.0.4");
    metrics(gate, &page->body);
  } else if (get && !strcmp(path, "/status")) put_json(page, 200, status(gate));
  else if (strncmp(path, "/approvals", 10) != 0) put_error(page, 404, "no such page");
  else if (!who) put_error(page, 401, "only approvers that the configuration names may see and answer what waits");
  else if (get && !path[10]) put_json(page, 200, approvals_list(gate));
  else if (!strcmp(method, "POST") && path[10] == '/') answer(gate, path + 11, body, length, who, page);
  else put_error(page, 405, "GET /approvals, or POST /approvals/ID");
}
