/* approvals.c: see approvals.h */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "approvals.h"
#include "mcp_calls.h"

enum { LONGEST_SECONDS = 86400, MOST_ASKS = 10000 };

static int64_t wall_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct ask *find(struct gate *gate, const char *id) {
  for (struct ask *a = gate->asks; a; a = a->next) if (!strcmp(a->id, id)) return a;
  return NULL;
}

static void free_ask(struct ask *a) {
  for (uint32_t i = 0; i < a->group_count; i++) free(a->groups[i]);
  free(a->groups);
  free(a->answered);
  free(a->agent);
  free(a->requester);
  free(a->operation);
  free(a->arguments);
  free(a->reason);
  free(a->refused_by);
  free(a);
}

static struct ask *remember(struct exchange *x, const struct verdict *v) {
  struct ask *a = gate_new(sizeof *a);
  snprintf(a->id, sizeof a->id, "%s", v->id);
  snprintf(a->session, sizeof a->session, "%s", x->person->session);
  memcpy(a->call_hash, v->call_hash, sizeof a->call_hash);
  a->agent = gate_copy(x->person->who.agent);
  a->requester = gate_copy(x->person->who.requester);
  a->operation = gate_copy(x->operation);
  a->arguments = gate_copy_bytes(v->arguments ? v->arguments : "", v->arguments_length);
  a->reason = gate_copy(v->reason);
  a->group_count = v->approver_count;
  a->groups = gate_new((v->approver_count + 1) * sizeof *a->groups);
  a->answered = gate_new((v->approver_count + 1) * sizeof *a->answered);
  for (uint32_t i = 0; i < v->approver_count; i++) a->groups[i] = gate_copy(v->approvers[i]);
  a->deadline = v->deadline ? v->deadline : wall_now() + LONGEST_SECONDS * 1000000LL;
  a->next = x->gate->asks;
  return x->gate->asks = a;
}

/* ---- the webhook: tells people that something waits; answers come another way ---- */
struct hook { struct buffer body; struct curl_slist *headers; };

static size_t swallow(char *bytes, size_t size, size_t count, void *user) { (void)bytes; (void)user; return size * count; }

static void hooked(void *user, CURL *easy, CURLcode code) {
  struct hook *hook = user;
  if (code != CURLE_OK) say("the approvals webhook failed: %s", curl_easy_strerror(code));
  curl_easy_cleanup(easy);
  curl_slist_free_all(hook->headers);
  buffer_free(&hook->body);
  free(hook);
}

static void tell(struct gate *gate, const struct ask *a) {
  const struct config *c = gate->config;
  CURL *easy = c->webhook ? curl_easy_init() : NULL;
  if (!easy) return;
  struct hook *hook = gate_new(sizeof *hook);
  json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", a->id, "agent", a->agent, "requester", a->requester, "operation", a->operation, "reason", a->reason);
  char *text = json_dumps(body, JSON_COMPACT);
  buffer_text(&hook->body, text ? text : "{}");
  free(text);
  json_decref(body);
  hook->headers = curl_slist_append(NULL, "Content-Type: application/json");
  for (size_t i = 0; i < c->webhook_header_count; i++) {
    char *error = NULL, *value = secret_read(c, &c->webhook_headers[i].value, &error);
    char *line = value ? gate_format("%s: %s", c->webhook_headers[i].name, value) : NULL;
    if (line) hook->headers = curl_slist_append(hook->headers, line);
    else say("approvals webhook: %s", error);
    secret_free(line);
    secret_free(value);
    free(error);
  }
  curl_easy_setopt(easy, CURLOPT_URL, c->webhook);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, hook->headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, hook->body.bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!loop_transfer(gate->loop, easy, hooked, hook)) hooked(hook, easy, CURLE_FAILED_INIT);
}

/* ---- asking ---- */
static void answer_pending(struct exchange *x, const struct ask *a) {
  struct buffer text = {0};
  buffer_format(&text, "This needs approval: %s. It is pending as %s. Nothing was done. When it is approved, make exactly the same call again; it then goes through once.",
                a->reason, a->id);
  exchange_say(x, "ask", text.bytes);
  buffer_free(&text);
}

void approvals_ask(struct exchange *x, const struct verdict *v) {
  struct gate *gate = x->gate;
  struct ask *a = find(gate, v->id);
  snprintf(x->decision, sizeof x->decision, "%s", v->id);
  if (!a) {
    uint32_t waiting = 0;
    for (struct ask *other = gate->asks; other; other = other->next) waiting++;
    if (waiting >= MOST_ASKS) { exchange_say(x, "deny", "Too many calls wait for approval. Nothing was done. Try again later."); return; }
    a = remember(x, v);
    say("approval wanted: %s asks for %s for %s (rbgate approvals)", a->agent, a->operation, a->requester);
    tell(gate, a);
  }
  if (!gate->config->ask_wait) { answer_pending(x, a); return; }
  x->waits = true;
  if (!x->deadline) x->deadline = loop_now() + gate->config->ask_wait;
}

const struct ask *approvals_refused(struct gate *gate, const char *id) {
  const struct ask *a = find(gate, id);
  return a && a->refused ? a : NULL;
}

static bool complete(const struct ask *a) {
  for (uint32_t i = 0; i < a->group_count; i++) if (!a->answered[i]) return false;
  return true;
}

static void forget(struct gate *gate, struct ask *gone) {
  for (struct ask **at = &gate->asks; *at; at = &(*at)->next)
    if (*at == gone) { *at = gone->next; free_ask(gone); return; }
}

/* The exchanges that wait for it are decided again; the next decision says what came of it. */
static void wake(struct gate *gate, const char *id) {
  char decision[REBASE_ID_BYTES];
  snprintf(decision, sizeof decision, "%s", id);
  for (struct exchange *x = gate->exchanges; x; x = x->next)
    if (x->waits && !strcmp(x->decision, decision)) { call_decide_again(x); return; }
}

void approvals_round(struct gate *gate, int64_t now) {
  int64_t wall = wall_now();
  for (struct ask *a = gate->asks, *next; a; a = next) {
    next = a->next;
    if (a->deadline <= wall) forget(gate, a);
  }
  for (struct exchange *x = gate->exchanges, *next; x; x = next) {
    next = x->next;
    if (!x->waits || x->deadline > now) continue;
    struct ask *a = find(gate, x->decision);
    x->waits = false;
    if (a) answer_pending(x, a);
    else exchange_say(x, "deny", "Nobody approved this in time. Nothing was done.");
  }
}

void approvals_free(struct gate *gate) {
  while (gate->asks) forget(gate, gate->asks);
}

/* ---- answering ---- */
json_t *approvals_list(struct gate *gate) {
  json_t *list = json_array();
  for (struct ask *a = gate->asks; a; a = a->next) {
    json_t *groups = json_array();
    for (uint32_t i = 0; i < a->group_count; i++)
      json_array_append_new(groups, json_pack("{s:s, s:b}", "group", a->groups[i], "approved", a->answered[i]));
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:b}", "id", a->id, "agent", a->agent, "requester", a->requester,
      "operation", a->operation, "arguments", a->arguments, "reason", a->reason, "call_hash", a->call_hash, "groups", groups,
      "seconds_left", (json_int_t)((a->deadline - wall_now()) / 1000000), "refused", a->refused));
  }
  return list;
}

static bool in_group(const struct approver_config *who, const char *group, const char *requester) {
  if (!strcmp(group, "requester")) return !strcmp(who->name, requester);
  for (size_t i = 0; i < json_array_size(who->groups); i++)
    if (!strcmp(json_string_value(json_array_get(who->groups, i)), group)) return true;
  return false;
}

char *approvals_answer(struct gate *gate, const char *id, bool approve, const char *group, const struct approver_config *who) {
  struct ask *a = find(gate, id);
  unsigned meant = 0;
  if (!a) return gate_format("no call waits as %s: it may have expired, or been answered and made", id);
  if (a->refused) return gate_copy("it was refused already");
  for (uint32_t i = 0; i < a->group_count; i++) {
    if ((group && strcmp(group, a->groups[i]) != 0) || !in_group(who, a->groups[i], a->requester)) continue;
    meant++;
    if (!approve) continue;
    rebase_status status = rebase_approve(gate->engine, a->session, a->id, a->groups[i], who->name);
    if (status != REBASE_OK) return gate_format("%s: %s", a->groups[i], rebase_status_text(status));
    a->answered[i] = true;
  }
  if (!meant) return gate_format("%s is not in a group that is asked", who->name);
  gate->metrics.approvals++;
  log_fact(&gate->log, "approval", "decision", a->id, "answer", approve ? "approve" : "deny", "approver", who->name, "operation", a->operation,
            "call_hash", a->call_hash, NULL);
  if (!approve) {
    a->refused = true;
    a->refused_by = gate_copy(who->name);
    wake(gate, id);
  } else if (complete(a)) {
    wake(gate, id);
    if ((a = find(gate, id))) forget(gate, a);
  }
  return NULL;
}
