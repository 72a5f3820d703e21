/* replay.c: plays recorded sessions. The recording is the host: what a user said is heard, a call is decided, and an
 * allowed call is observed with the result that it had. */
#include <stdlib.h>
#include <string.h>
#include "cli/replay.h"

struct call { const char *operation; char *body; size_t length; bool failed; struct raw result; size_t step; };

/* The operation's full name: as it stands, in the connector of --connector, or the only one that ends so. */
static const char *full_operation(const struct replay *r, const char *written, char *buffer, size_t size) {
  unsigned matches;
  const char *found = NULL;
  if (strchr(written, '.')) found = view_find_operation(&r->host.view, written, &matches);
  if (!found && r->connector) {
    int length = snprintf(buffer, size, "%s.%s", r->connector, written);
    return length < 0 || (size_t)length >= size ? written : buffer;
  }
  if (!found) found = view_find_operation(&r->host.view, written, &matches);
  return found ? found : written;
}

static char *call_body(const char *operation, struct raw args, size_t *length) {
  json_t *name = json_string(operation);
  char *quoted = name ? json_dumps(name, JSON_ENCODE_ANY) : NULL;
  json_decref(name);
  if (!args.text) args = (struct raw){"{}", 2};
  size_t room = (quoted ? strlen(quoted) : 0) + args.length + 32;
  char *body = quoted ? malloc(room) : NULL;
  if (body) *length = (size_t)snprintf(body, room, "{\"call\":%s,\"args\":%.*s}", quoted, (int)args.length, args.text);
  free(quoted);
  return body;
}

static bool is_failure(const struct replay *r, const char *operation, struct raw result) {
  const char *failure = view_failure(&r->host.view, operation);
  size_t length;
  if (!*failure) return false;
  char *text = raw_string(result, &length);
  bool failed = text && length >= strlen(failure) && memcmp(text, failure, strlen(failure)) == 0;
  free(text);
  return failed;
}

static bool add_entry(struct replay *r, const struct call *call, const rebase_decision *d, json_t *asked) {
  json_t *rules = json_array();
  for (uint32_t i = 0; i < d->rule_count; i++) {
    const rebase_rule *rule = &d->rules[i];
    if (!rule_decided(d, rule)) continue;
    char *detail = rule_detail(d, i);
    json_array_append_new(rules, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "name", rule->name, "effect", rule->effect, "because",
                                           rule->because, "file", rule->file, "line", (json_int_t)rule->line, "detail", detail ? detail : ""));
    free(detail);
  }
  json_t *reason = json_stringn(d->reason ? d->reason : "", d->reason ? d->reason_length : 0);
  json_t *entry = json_pack("{s:s, s:I, s:s, s:s, s:O, s:o, s:o, s:s}", "session", r->name, "step", (json_int_t)call->step, "operation",
                            call->operation, "effect", effect_name(d->effect), "ask_target", asked, "rules", rules, "reason", reason,
                            "status", rebase_status_text(d->status));
  if (entry && r->knows_success) json_object_set_new(entry, "succeeded", json_boolean(r->session_succeeded));
  return entry && json_array_append_new(r->entries, entry) == 0;
}

static void count_asked(struct replay *r, const json_t *asked) {
  bool customer = false, staff = false;
  for (size_t i = 0; i < json_array_size(asked); i++) {
    bool requester = strcmp(json_string_value(json_array_get(asked, i)), "requester") == 0;
    customer |= requester;
    staff |= !requester;
  }
  r->asked++;
  r->asked_requester += customer;
  r->asked_staff += staff;
}

static const rebase_decision *decide(struct replay *r, const struct call *call) {
  rebase_caller caller = {r->session_agent, r->session_requester, r->session};
  return host_decide(&r->host, &caller, call->body, call->length);
}

static void observe(struct replay *r, const struct call *call, const char *decision_id) {
  if (!call->result.text) return;                   /* nothing recorded: the outcome stays unknown */
  rebase_observe(r->host.engine, r->session, decision_id, call->failed ? REBASE_FAILED : REBASE_SUCCESS, call->result.text,
                 call->result.length, NULL);        /* an ill-typed result stores nothing, which is its meaning */
}

static bool play_decision(struct replay *r, const struct call *call) {
  const rebase_decision *d = decide(r, call);
  char id[REBASE_ID_BYTES];
  r->calls++;
  json_t *asked = decision_approvers_json(d);
  bool was_asked = d->effect == REBASE_ASK, ok = asked != NULL;
  if (d->effect == REBASE_ALLOW) r->allowed++;
  else ok = ok && add_entry(r, call, d, asked);
  if (was_asked && r->approve) {
    rebase_status status = host_approve_all(&r->host, r->session, r->session_requester, d);
    d = decide(r, call);
    if (d->effect != REBASE_ALLOW) {                /* the second evaluation refuses: that is what happened to the call */
      json_array_remove(r->entries, json_array_size(r->entries) - 1);
      ok = ok && add_entry(r, call, d, asked);
      if (status != REBASE_OK) cli_note("%s, step %zu: %s", r->name, call->step, rebase_status_text(status));
    }
  }
  if (ok && was_asked && d->effect != REBASE_DENY) count_asked(r, asked);
  json_decref(asked);
  if (d->effect == REBASE_DENY) r->denied++;
  if (d->effect == REBASE_ALLOW) {
    memcpy(id, d->id, sizeof id);
    host_settle(&r->host, d, !call->result.text ? REBASE_UNKNOWN : call->failed ? REBASE_FAILED : REBASE_SUCCESS);
    observe(r, call, id);
  } else {
    r->session_touched = true;
  }
  return ok;
}

static bool play_call(struct replay *r, struct raw step, size_t index) {
  bool bad = false;
  char *written = raw_string(raw_member(step, "operation", &bad), NULL), buffer[512];
  struct raw args = raw_member(step, "args", &bad);
  struct call call = {.result = raw_member(step, "result", &bad), .step = index};
  if (!bad && written) {
    call.operation = full_operation(r, written, buffer, sizeof buffer);
    call.body = call_body(call.operation, args, &call.length);
    call.failed = is_failure(r, call.operation, call.result);
  }
  bool ok = call.body && play_decision(r, &call);
  free(call.body);
  free(written);
  return ok;
}

static bool hear(struct replay *r, struct raw step) {
  bool bad = false;
  size_t length;
  char *text = raw_string(raw_member(step, "text", &bad), &length);
  if (!text || bad) return free(text), false;
  rebase_status status = rebase_hear(r->host.engine, r->session, text, length);
  if (status != REBASE_OK) cli_note("%s: what the user said was not heard: %s", r->name, rebase_status_text(status));
  free(text);
  return true;
}

static bool play_step(struct replay *r, struct raw step, size_t index) {
  bool bad = false, ok = true;
  char *kind = raw_string(raw_member(step, "step", &bad), NULL);
  if (!kind || bad) ok = false;
  else if (strcmp(kind, "user") == 0) ok = hear(r, step);
  else if (strcmp(kind, "call") == 0) ok = play_call(r, step, index);
  else ok = strcmp(kind, "say") == 0;
  free(kind);
  return ok;
}

/* The session's own fields; what the line leaves out comes from the options. */
static const char *begin_session(struct replay *r, struct raw line, struct raw *steps) {
  bool bad = false;
  struct raw success = raw_member(line, "succeeded", &bad);
  *steps = raw_member(line, "steps", &bad);
  r->name = raw_string(raw_member(line, "session", &bad), NULL);
  char *agent = raw_string(raw_member(line, "agent", &bad), NULL);
  char *requester = raw_string(raw_member(line, "requester", &bad), NULL);
  char *context = raw_copy(raw_member(line, "context", &bad));
  r->session_requester = requester ? requester : raw_copy((struct raw){r->requester ? r->requester : r->name,
                                                                       strlen(r->requester ? r->requester : r->name ? r->name : "")});
  r->session_context = context ? context : r->context ? raw_copy((struct raw){r->context, strlen(r->context)}) : NULL;
  r->session_succeeded = success.length == 4 && memcmp(success.text, "true", 4) == 0;
  r->session_touched = false;
  if (success.text && !raw_is_null(success)) r->knows_success = true;
  unsigned matches;
  const char *full = agent ? view_find_agent(&r->host.view, agent, &matches) : r->agent;
  r->session_agent = full ? raw_copy((struct raw){full, strlen(full)}) : NULL;
  free(agent);
  if (bad) return "not well-formed";
  if (!r->name) return "no session: `session` is missing";
  if (!steps->text) return "no session: `steps` is missing";
  if (!full) return "its agent is not one of the workspace; give --agent";
  if (!r->session_requester || !r->session_agent) return "out of memory";
  return NULL;
}

static void end_session(struct replay *r) {
  if (*r->session) rebase_session_close(r->host.engine, r->session);
  *r->session = '\0';
  free(r->name);
  free(r->session_requester);
  free(r->session_context);
  free(r->session_agent);
  r->name = r->session_requester = r->session_context = r->session_agent = NULL;
}

static const char *play_session(struct replay *r, struct raw steps) {
  rebase_opening opening = {r->session_agent, r->session_requester, r->session_context};
  rebase_status status = rebase_session_open(r->host.engine, &opening, r->session, NULL);
  if (status != REBASE_OK) {
    *r->session = '\0';
    return rebase_status_text(status);
  }
  struct raw_cursor cursor;
  struct raw none, step;
  size_t index = 0;
  if (!raw_begin(&cursor, steps) || cursor.object) return "`steps` is no array";
  for (; raw_next(&cursor, &none, &step); index++)
    if (!play_step(r, step, index)) return "a step is not of the format (or memory is out)";
  return cursor.failed ? "not well-formed" : NULL;
}

bool replay_line(struct replay *r, struct raw line, const char **why) {
  struct raw steps = {0};
  *why = begin_session(r, line, &steps);
  if (!*why) *why = play_session(r, steps);
  if (!*why) {
    r->sessions++;
    r->touched += r->session_touched;
    r->succeeded += r->session_succeeded;
    r->succeeded_touched += r->session_succeeded && r->session_touched;
  }
  end_session(r);
  return !*why;
}
