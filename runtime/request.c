/* request.c: the workspace of one thread; what is asked, from JSON. */
#include <sodium.h>
#include <stdio.h>
#include "engine.h"
#include "packed.h"

/* ---- life ---- */
static void *part(char **at, size_t size) {
  char *memory = *at;
  *at += (size + 15) & ~(size_t)15;
  return memory;
}

rebase_request *rebase_request_new(rebase_engine *e) {
  if (engine_check(e) != REBASE_OK) return NULL;
  size_t body = e->options.request_bytes, work = 4 * body + 65536, scratch = body + e->options.session_bytes + 65536;
  size_t canonical = 2 * body + 4096, head = (sizeof(rebase_request) + 15) & ~(size_t)15;
  char *memory = e->allocator.alloc(head + work + scratch + canonical + LOG_BYTES + 64, e->allocator.user);
  if (!memory) return NULL;
  rebase_request *r = part(&memory, sizeof *r);
  memset(r, 0, sizeof *r);
  r->engine = e;
  r->agent = NONE32;
  record_open(&r->record);
  r->work = (struct workspace){part(&memory, work), 0, 0, work};
  workspace_reset(&r->work);
  r->scratch = (struct arena_fixed){part(&memory, scratch), 0, scratch};
  r->canonical = (struct out){part(&memory, canonical), 0, canonical};
  r->log = part(&memory, LOG_BYTES);
  r->poison = REBASE_E_REQUEST;
  snprintf(r->poison_text, sizeof r->poison_text, "no call was begun");
  if (!engine_random(e, r->ids.key, sizeof r->ids.key)) {
    e->allocator.release(r, e->allocator.user);
    return NULL;
  }
  engine_enrol(e, r);
  return r;
}

void rebase_request_free(rebase_request *r) {
  if (!r) return;
  struct allocator a = r->engine->allocator;
  engine_dismiss(r->engine, r);
  loaded_drop(r->loaded);
  a.release(r->kept_memory, a.user);
  a.release(r, a.user);
}

const rebase_caller *rebase_keep_caller(rebase_request *r, const rebase_caller *caller) {
  if (!r || !caller) return NULL;
  const char *const from[] = {caller->agent, caller->requester, caller->session};
  const char **const to[] = {&r->kept.agent, &r->kept.requester, &r->kept.session};
  const struct allocator a = r->engine->allocator;
  size_t size = 0;
  for (int i = 0; i < 3; i++) size += from[i] ? strlen(from[i]) + 1 : 0;
  char *memory = a.alloc(size, a.user), *at = memory;
  if (!memory) return NULL;
  for (int i = 0; i < 3; i++) {
    *to[i] = from[i] ? strcpy(at, from[i]) : NULL;
    at += from[i] ? strlen(from[i]) + 1 : 0;
  }
  a.release(r->kept_memory, a.user);        /* last: `caller` may be the one that was kept */
  r->kept_memory = memory;
  r->noted = NULL;
  return &r->kept;
}

/* ---- JSON ---- */
enum body_field { BODY_CALL, BODY_ARGS, BODY_RELEASE, BODY_TEXT, BODY_DELEGATE, BODY_INFER, BODY_FIELDS };
static const char *const body_names[BODY_FIELDS] = {"call", "args", "release", "text", "delegate", "infer"};
static const char *const caller_names[] = {"agent", "requester", "session", "caller", "by", "user", "on_behalf_of", "principal", "subject"};

struct body { bool given[BODY_FIELDS], decoded; const unsigned char *args; };

static bool equals(const char *name, size_t length, const char *word) { return strlen(word) == length && !memcmp(name, word, length); }

static bool unknown_field(struct json *j, const char *name, size_t length) {
  for (size_t i = 0; i < sizeof caller_names / sizeof *caller_names; i++)
    if (equals(name, length, caller_names[i]))
      return json_fail(j, REBASE_E_CALLER, "the request names its caller (`%s`): that is the host's to say", caller_names[i]);
  return json_fail(j, REBASE_E_REQUEST, "unknown field `%.*s` of the request", (int)(length > 60 ? 60 : length), name);
}

static bool read_call(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->record.asked.event = EVENT_CALL;
  if (!json_quoted(j, &name, &length)) return false;
  r->record.asked.target = find_operation(j->bundle, name, length);
  if (r->record.asked.target == NONE32) return json_fail(j, REBASE_E_OPERATION, "unknown operation `%.*s`", (int)(length > 120 ? 120 : length), name);
  return request_take_slots(r) || json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace");
}

static bool read_release(rebase_request *r) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->record.asked.event = EVENT_RELEASE;
  if (!json_quoted(j, &name, &length)) return false;
  for (r->record.asked.target = 0; r->record.asked.target < RELEASE_COUNT; r->record.asked.target++)
    if (equals(name, length, targets[r->record.asked.target])) return true;
  r->record.asked.target = NONE32;
  return json_fail(j, REBASE_E_REQUEST, "a release goes to person, agent or outside");
}

static bool read_delegate(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->record.asked.event = EVENT_DELEGATE;
  if (!json_quoted(j, &name, &length)) return false;
  r->record.asked.target = find_agent(j->bundle, name, length);
  return r->record.asked.target != NONE32 || json_fail(j, REBASE_E_AGENT, "unknown agent `%.*s`", (int)(length > 120 ? 120 : length), name);
}

static bool read_args(rebase_request *r, struct body *body) {
  struct json *j = &r->json;
  if (!body->given[BODY_CALL]) {            /* the operation comes later: the arguments are read then */
    json_peek(j);
    body->args = j->at;
    return json_skip(j);
  }
  body->decoded = true;
  return json_arguments(j, &j->bundle->OPERATIONS.at[r->record.asked.target], r->slots);
}

static bool read_field(rebase_request *r, struct body *body) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  enum body_field field = BODY_CALL;
  if (json_peek(j) != '"') return json_fail(j, REBASE_E_REQUEST, "not valid JSON: a name in quotes expected");
  if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
  while (field < BODY_FIELDS && !equals(name, length, body_names[field])) field++;
  if (field == BODY_FIELDS) return unknown_field(j, name, length);
  if (body->given[field]) return json_fail(j, REBASE_E_REQUEST, "`%s` is given twice", body_names[field]);
  json_enter(j, body_names[field], strlen(body_names[field]));
  bool read = false;
  switch (field) {
  case BODY_CALL: read = read_call(r); break;
  case BODY_ARGS: read = read_args(r, body); break;
  case BODY_RELEASE: read = read_release(r); break;
  case BODY_TEXT: read = json_text(j, &r->text); break;
  case BODY_DELEGATE: read = read_delegate(r); break;
  default: r->record.asked.event = EVENT_INFER; read = infer_read(r); break;
  }
  body->given[field] = true;
  if (read) json_leave(j);
  return read;
}

/* Which fields go together. */
static bool check_fields(rebase_request *r, const struct body *body) {
  unsigned given = 0;
  for (unsigned i = 0; i < BODY_FIELDS; i++) given |= (unsigned)body->given[i] << i;
  if (given == 1u << BODY_CALL || given == (1u << BODY_CALL | 1u << BODY_ARGS)) return true;
  if (given == (1u << BODY_RELEASE | 1u << BODY_TEXT) || given == 1u << BODY_DELEGATE || given == 1u << BODY_INFER) return true;
  return json_fail(&r->json, REBASE_E_REQUEST, "a request is one of call with args, release with text, delegate, infer");
}

static bool read_body(rebase_request *r, const char *text, size_t length) {
  struct json *j = &r->json;
  struct body body = {0};
  json_begin(j, r->loaded->bundle, &r->work, JSON_ARGUMENTS, text, length);
  if (json_peek(j) != '{') return json_fail(j, REBASE_E_REQUEST, "the request is not a JSON object");
  if (!json_open(j, '{')) return false;
  if (!json_take(j, '}')) {
    do if (!read_field(r, &body)) return false;
    while (json_take(j, ','));
    if (!json_expect(j, '}')) return false;
  }
  if (!json_end(j) || !check_fields(r, &body)) return false;
  if (r->record.asked.event != EVENT_CALL || body.decoded) return true;
  const struct image_operation *operation = &j->bundle->OPERATIONS.at[r->record.asked.target];
  if (!body.args) return json_defaults(j, operation, r->slots);
  j->at = body.args;
  j->depth = 1;
  return json_arguments(j, operation, r->slots);
}

static bool read_json(rebase_request *r, const void *what) {
  const rebase_body *body = what;
  if (!body->text) return request_refuse_as(r, REBASE_E_ARGUMENT, "no request"), false;
  if (body->length > r->engine->options.request_bytes) {
    request_refuse(r, REBASE_E_TOO_LARGE, "the request is longer than %u bytes", (unsigned)r->engine->options.request_bytes);
    return false;
  }
  return read_body(r, body->text, body->length) || (request_refuse_as(r, r->json.status, r->json.error), false);
}

const rebase_decision *rebase_decide_json(rebase_request *r, const rebase_caller *caller, const char *body, size_t length) {
  if (!r) return request_none();
  tries_reset(&r->tries);
  return request_decide(r, caller, REQUEST_NEW, read_json, &(rebase_body){body, length});
}

static const rebase_decision *decide_body(rebase_request *r, const rebase_caller *caller, const void *bodies, size_t i) {
  const rebase_body *body = (const rebase_body *)bodies + i;
  return rebase_decide_json(r, caller, body->text, body->length);
}

rebase_status rebase_decide_batch(rebase_request *r, const rebase_caller *caller, const rebase_body *bodies, size_t count, rebase_decided decided, void *user) {
  return request_decide_batch(r, caller, decide_body, bodies, count, decided, user);
}

static bool read_next(rebase_request *r, const void *failed) {
  r->record.asked.event = EVENT_INFER;
  return failed || (request_refuse_as(r, REBASE_E_REQUEST, "no attempt of a route came before"), false);
}

const rebase_decision *rebase_route_next(rebase_request *r, const rebase_caller *caller, rebase_failure failure) {
  if (!r) return request_none();
  bool failed = route_failed(r, failure);
  return request_decide(r, caller, REQUEST_NEW, read_next, failed ? r : NULL);
}
