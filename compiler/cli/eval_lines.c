/* eval_lines.c: what each line of rbc eval does. Requests go to librebase as the bytes that were written. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cli/eval.h"

static bool wrong(struct eval *e, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(e->why, sizeof e->why, format, args);
  va_end(args);
  return false;
}
static bool by_status(struct eval *e, const char *what, rebase_status status, const rebase_report *report) {
  if (status == REBASE_OK) return true;
  const char *more = report ? report->text : "";
  return wrong(e, "%s: %s%s%s", what, rebase_status_text(status), *more ? ": " : "", more);
}

static char *member_string(struct raw object, const char *name, bool *bad) {
  struct raw value = raw_member(object, name, bad);
  if (!value.text || raw_is_null(value)) return NULL;
  char *text = raw_string(value, NULL);
  if (!text) *bad = true;
  return text;
}
static void replace(char **place, char *text) {
  free(*place);
  *place = text;
}
static char *copy(const char *text) { return text ? raw_copy((struct raw){text, strlen(text)}) : NULL; }

/* ---- sessions ---- */
static struct eval_session *by_alias(struct eval *e, const char *alias) {
  for (size_t i = e->session_count; i-- > 0;)
    if (*e->sessions[i]->id && strcmp(e->sessions[i]->alias, alias) == 0) return e->sessions[i];
  return NULL;
}

static struct eval_session *new_session(struct eval *e, const char *alias, const char *agent, const char *requester) {
  if (alias && strlen(alias) >= EVAL_NAME) return wrong(e, "the session's name is too long"), NULL;
  if (e->session_count == e->session_room) {
    size_t room = e->session_room ? 2 * e->session_room : 16;
    struct eval_session **larger = realloc(e->sessions, room * sizeof(struct eval_session *));
    if (!larger) return wrong(e, "out of memory"), NULL;
    e->sessions = larger;
    e->session_room = room;
  }
  struct eval_session *s = calloc(1, sizeof *s);
  if (!s) return wrong(e, "out of memory"), NULL;
  s->agent = copy(agent);
  s->requester = copy(requester);
  snprintf(s->alias, sizeof s->alias, "%s", alias ? alias : "");
  e->sessions[e->session_count++] = s;
  return s->agent && s->requester ? s : (wrong(e, "out of memory"), NULL);
}

static struct eval_session *open_session(struct eval *e, const char *alias, const char *agent, const char *requester, const char *context) {
  rebase_report report = {0};
  if (!requester) return wrong(e, "no requester is given"), NULL;
  agent = host_agent(&e->host, agent);
  if (!agent) return wrong(e, "the agent is not known"), NULL;
  struct eval_session *s = new_session(e, alias, agent, requester);
  if (!s) return NULL;
  rebase_opening opening = {agent, requester, context};
  rebase_status status = rebase_session_open(e->host.engine, &opening, s->id, &report);
  if (status != REBASE_OK) *s->id = '\0';
  if (!by_status(e, "no session", status, &report)) return NULL;
  return e->current = s;
}

/* The session opened for a caller that names none: one for each agent and requester. */
static struct eval_session *own_session(struct eval *e, const char *agent, const char *requester, const char *context) {
  for (size_t i = 0; i < e->session_count; i++) {
    struct eval_session *s = e->sessions[i];
    if (*s->id && !*s->alias && strcmp(s->agent, agent) == 0 && strcmp(s->requester, requester) == 0) return e->current = s;
  }
  return open_session(e, NULL, agent, requester, context);
}

/* The session that a host line speaks of. */
static struct eval_session *session_of(struct eval *e, struct raw line) {
  bool bad = false;
  char *alias = member_string(line, "session", &bad);
  if (bad) return wrong(e, "`session` must be the name of a session"), NULL;
  if (alias) {
    struct eval_session *s = by_alias(e, alias);
    if (!s) wrong(e, "no session `%s` is open", alias);
    free(alias);
    return s ? (e->current = s) : NULL;
  }
  if (e->current && *e->current->id) return e->current;
  const char *agent = host_agent(&e->host, e->agent);
  if (!agent) return wrong(e, "no session is open"), NULL;
  return own_session(e, agent, e->requester ? e->requester : "requester", e->context);
}

/* ---- requests ---- */
static void remember(struct eval *e, struct eval_session *s, const rebase_decision *d) {
  if (!s) return;
  memcpy(s->last, d->id, sizeof s->last);
  s->last_effect = d->effect;
  free(s->asked);
  s->asked = d->approver_count ? calloc(d->approver_count, sizeof *s->asked) : NULL;
  s->asked_count = s->asked ? d->approver_count : 0;
  for (uint32_t i = 0; i < s->asked_count; i++) snprintf(s->asked[i], EVAL_NAME, "%s", d->approvers[i]);
  e->current = s;
}

static bool decide(struct eval *e, struct eval_session *s, const char *session_id, struct raw request) {
  unsigned matches;
  const char *full = view_find_agent(&e->host.view, e->agent, &matches);
  rebase_caller caller = {full ? full : e->agent, e->requester, session_id};
  const rebase_decision *d = host_decide(&e->host, &caller, request.text, request.length);
  remember(e, s, d);
  eval_print_decision(e, d);
  return true;
}

/* A request of the caller that stands in e->agent, e->requester, e->context. */
static bool decide_in_own_session(struct eval *e, struct raw request) {
  unsigned matches;
  const char *agent = view_find_agent(&e->host.view, e->agent, &matches);
  if (e->no_session || (!agent && e->agent)) return decide(e, NULL, NULL, request);    /* an unknown agent is denied by the runtime */
  if (!agent) return wrong(e, "which agent? Name the caller in the line, or give --agent");
  if (!e->requester) e->requester = copy("requester");
  struct eval_session *s = e->requester ? own_session(e, agent, e->requester, e->context) : NULL;
  return s && decide(e, s, s->id, request);
}

/* A bare request: in the session used last, unless options or the line before say another caller. */
static bool decide_bare(struct eval *e, struct raw request) {
  struct eval_session *s = e->current;
  unsigned matches;
  const char *agent = e->agent ? view_find_agent(&e->host.view, e->agent, &matches) : NULL;
  bool open = s && *s->id && !e->no_session;
  if (open && e->agent && (!agent || strcmp(agent, s->agent))) open = false;
  if (open && e->requester && strcmp(e->requester, s->requester)) open = false;
  if (!open) return decide_in_own_session(e, request);
  if (!e->agent) e->agent = copy(s->agent);
  if (!e->requester) e->requester = copy(s->requester);
  return e->agent && e->requester ? decide(e, s, s->id, request) : wrong(e, "out of memory");
}

static bool decide_for_caller(struct eval *e, struct raw caller, struct raw request) {
  bool bad = false;
  struct raw session = raw_member(caller, "session", &bad);
  char *agent = member_string(caller, "agent", &bad), *requester = member_string(caller, "requester", &bad);
  struct raw context = raw_member(caller, "context", &bad);
  if (!raw_is_object(caller) || bad) return free(agent), free(requester), wrong(e, "`caller` is not well-formed");
  replace(&e->agent, agent);
  replace(&e->requester, requester);
  replace(&e->context, raw_is_object(context) ? raw_copy(context) : NULL);
  e->no_session = session.text && raw_is_null(session);
  if (!session.text || e->no_session) return decide_in_own_session(e, request);
  char *alias = raw_string(session, NULL);
  if (!alias) return wrong(e, "`session` must be the name of a session");
  struct eval_session *s = by_alias(e, alias);
  bool done = decide(e, s, s ? s->id : alias, request);       /* a session that is not open is denied by the runtime */
  free(alias);
  return done;
}

/* ---- what the host does ---- */
static bool host_open_line(struct eval *e, struct raw line, struct raw value) {
  (void)line;
  bool bad = false;
  char *agent = member_string(value, "agent", &bad), *requester = member_string(value, "requester", &bad), *alias = member_string(value, "as", &bad);
  struct raw context = raw_member(value, "context", &bad);
  char *fields = raw_is_object(context) ? raw_copy(context) : NULL;
  struct eval_session *s = NULL;
  if (bad) wrong(e, "`open` takes agent, requester, context and as");
  else if (alias && by_alias(e, alias)) wrong(e, "session `%s` is open already", alias);
  else s = open_session(e, alias, agent ? agent : e->agent, requester ? requester : e->requester, fields ? fields : e->context);
  if (s) eval_print_done(e, "open", alias ? alias : s->id);
  free(agent);
  free(requester);
  free(alias);
  free(fields);
  return s != NULL;
}

static bool host_delegate(struct eval *e, struct raw line, struct raw value) {
  bool bad = false;
  struct eval_session *parent = session_of(e, line);
  if (!parent) return false;
  char *alias = member_string(value, "as", &bad), *agent = member_string(value, "agent", &bad);
  struct eval_session *s = bad ? NULL : new_session(e, alias, agent ? agent : "", parent->requester);
  if (bad) wrong(e, "`delegate` takes as");
  bool done = false;
  if (s) {
    rebase_report report = {0};
    rebase_status status = rebase_session_delegate(e->host.engine, parent->id, parent->last, s->id, &report);
    if (status != REBASE_OK) *s->id = '\0';
    done = by_status(e, "no session", status, &report);
    if (done) {
      e->current = s;
      eval_print_done(e, "delegate", alias ? alias : s->id);
    }
  }
  free(alias);
  free(agent);
  return done;
}

static bool host_hear(struct eval *e, struct raw line, struct raw value) {
  size_t length;
  struct eval_session *s = session_of(e, line);
  char *text = s ? raw_string(value, &length) : NULL;
  if (!s) return false;
  if (!text) return wrong(e, "`hear` must be a string");
  rebase_status status = rebase_hear(e->host.engine, s->id, text, length);
  free(text);
  return by_status(e, "hear", status, NULL);
}

static bool host_knows(struct eval *e, struct raw line, struct raw value, const char *what,
                       rebase_status (*tell)(rebase_engine *, const char *, const char *)) {
  struct eval_session *s = session_of(e, line);
  char *name = s ? raw_string(value, NULL) : NULL;
  if (!s) return false;
  if (!name) return wrong(e, "`%s` must be a name", what);
  rebase_status status = tell(e->host.engine, s->id, name);
  free(name);
  return by_status(e, what, status, NULL);
}
static bool host_prove(struct eval *e, struct raw line, struct raw value) { return host_knows(e, line, value, "prove", rebase_prove); }
static bool host_taint(struct eval *e, struct raw line, struct raw value) { return host_knows(e, line, value, "taint", rebase_taint); }

static bool host_see(struct eval *e, struct raw line, struct raw value) {
  bool bad = false;
  rebase_report report = {0};
  struct eval_session *s = session_of(e, line);
  if (!s) return false;
  char *entity = member_string(value, "entity", &bad);
  struct raw json = raw_member(value, "value", &bad);
  if (bad || !entity || !json.text) return free(entity), wrong(e, "`see` takes entity and value");
  rebase_status status = rebase_see(e->host.engine, s->id, entity, json.text, json.length, &report);
  free(entity);
  return by_status(e, "see", status, &report);
}

static bool approve_one(struct eval *e, struct eval_session *s, const char *group, const char *approver) {
  char member[EVAL_NAME + 16];
  snprintf(member, sizeof member, "member-of-%s", group);
  if (!approver) approver = strcmp(group, "requester") == 0 ? s->requester : member;
  return by_status(e, group, rebase_approve(e->host.engine, s->id, s->last, group, approver), NULL);
}

static bool host_approve(struct eval *e, struct raw line, struct raw value) {
  bool bad = false, done = true;
  struct eval_session *s = session_of(e, line);
  if (!s) return false;
  if (!s->asked_count) return wrong(e, "nothing was asked in this session");
  char *group = member_string(value, "group", &bad), *approver = member_string(value, "approver", &bad);
  if (bad) done = wrong(e, "`approve` takes group and approver");
  else if (group) done = approve_one(e, s, group, approver);
  else for (uint32_t i = 0; i < s->asked_count && done; i++) done = approve_one(e, s, s->asked[i], approver);
  free(group);
  free(approver);
  return done;
}

static bool host_observe(struct eval *e, struct raw line, struct raw value) {
  bool bad = false;
  rebase_report report = {0};
  struct eval_session *s = session_of(e, line);
  if (!s) return false;
  char *outcome = member_string(value, "outcome", &bad), *decision = member_string(value, "decision", &bad);
  struct raw result = raw_member(value, "result", &bad);
  rebase_outcome became = REBASE_SUCCESS;
  if (outcome && strcmp(outcome, "failed") == 0) became = REBASE_FAILED;
  else if (outcome && strcmp(outcome, "unknown") == 0) became = REBASE_UNKNOWN;
  else if (outcome && strcmp(outcome, "success") != 0) bad = true;
  bool done = !bad || wrong(e, "`observe` takes outcome (success, failed or unknown), result and decision");
  if (done)
    done = by_status(e, "observe", rebase_observe(e->host.engine, s->id, decision ? decision : s->last, became, result.text ? result.text : "",
                                                  result.length, &report), &report);
  free(outcome);
  free(decision);
  return done;
}

/* The chosen model failed: which is the next? */
static bool host_next(struct eval *e, struct raw line, struct raw value) {
  static const char *const kinds[REBASE_FAILURE_COUNT] = {"timeout", "overloaded", "rate_limited", "refused", "malformed", "unsafe"};
  struct eval_session *s = session_of(e, line);
  char *kind = s ? raw_string(value, NULL) : NULL;
  int failure = 0;
  if (!s) return false;
  while (kind && failure < REBASE_FAILURE_COUNT && strcmp(kinds[failure], kind)) failure++;
  bool known = kind && failure < REBASE_FAILURE_COUNT;
  free(kind);
  if (!known) return wrong(e, "`next` is timeout, overloaded, rate_limited, refused, malformed or unsafe");
  rebase_caller caller = {s->agent, s->requester, s->id};
  rebase_route_next(e->host.request, &caller, (rebase_failure)failure);
  const rebase_decision *d = rebase_reserve(e->host.request, 0);
  remember(e, s, d);
  eval_print_decision(e, d);
  return true;
}

static bool host_now(struct eval *e, struct raw line, struct raw value) {
  (void)line;
  char *text = raw_string(value, NULL);
  bool good = text && cli_parse_time(text, &e->host.now);
  free(text);
  if (!good) return wrong(e, "`now` must be a time like 2024-05-15T15:00:00-05:00");
  return e->host.clock_stands = true;
}

static bool host_close_line(struct eval *e, struct raw line, struct raw value) {
  (void)line;
  char *alias = raw_string(value, NULL);
  struct eval_session *s = alias ? by_alias(e, alias) : NULL;
  if (!s) wrong(e, "no session `%s` is open", alias ? alias : "");
  free(alias);
  if (!s) return false;
  rebase_session_close(e->host.engine, s->id);
  *s->id = '\0';
  if (e->current == s) e->current = NULL;
  return true;
}

static const struct { const char *name; bool (*run)(struct eval *, struct raw line, struct raw value); } host_lines[] = {
  {"open", host_open_line}, {"hear", host_hear}, {"observe", host_observe}, {"approve", host_approve}, {"prove", host_prove},
  {"taint", host_taint}, {"see", host_see}, {"next", host_next}, {"now", host_now}, {"close", host_close_line},
};

enum { CALLER, REQUEST, CALL, RELEASE, INFER, DELEGATE, MEMBERS };

/* {"delegate":"agent"} is a request, {"delegate":{..}} a step of the host. */
static bool is_request(const struct raw *m) {
  return m[CALL].text || m[RELEASE].text || m[INFER].text || (m[DELEGATE].text && !raw_is_object(m[DELEGATE]));
}

bool eval_line(struct eval *e, struct raw line) {
  static const char *const names[MEMBERS] = {"caller", "request", "call", "release", "infer", "delegate"};
  struct raw m[MEMBERS];
  bool bad = false;
  *e->why = '\0';
  if (!raw_is_object(line)) return wrong(e, "a line is one JSON object");
  raw_members(line, names, m, MEMBERS, &bad);
  if (m[CALLER].text && m[REQUEST].text && !bad) return decide_for_caller(e, m[CALLER], m[REQUEST]);
  if (m[REQUEST].text && !m[CALLER].text && !bad) return decide_bare(e, m[REQUEST]);
  if (is_request(m)) return decide_bare(e, line);
  if (bad) return wrong(e, "not well-formed, or a name stands twice");
  if (m[DELEGATE].text) return host_delegate(e, line, m[DELEGATE]);
  for (size_t i = 0; i < sizeof host_lines / sizeof *host_lines; i++) {
    struct raw value = raw_member(line, host_lines[i].name, &bad);
    if (!value.text) continue;
    bool done = host_lines[i].run(e, line, value);
    if (done && strcmp(host_lines[i].name, "open") != 0 && strcmp(host_lines[i].name, "next") != 0) eval_print_done(e, host_lines[i].name, NULL);
    return done;
  }
  return wrong(e, "neither a request nor a step of the host; see `rbc eval --help`");
}

void eval_free(struct eval *e) {
  for (size_t i = 0; i < e->session_count; i++) {
    free(e->sessions[i]->agent);
    free(e->sessions[i]->requester);
    free(e->sessions[i]->asked);
    free(e->sessions[i]);
  }
  free(e->sessions);
  buffer_free(&e->out);
  free(e->agent);
  free(e->requester);
  free(e->context);
}
