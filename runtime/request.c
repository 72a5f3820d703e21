/* request.c: the workspace of one thread; what is asked, from JSON. */
#include <sodium.h>
#include <stdarg.h>
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
  a.release(r, a.user);
}

/* ---- starting a decision ---- */
/* Unpredictable without the key, and made many at a time: the first half is the pool's, the second each one's own. */
static void refill_ids(struct id_pool *pool) {
  unsigned char nonce[crypto_stream_chacha20_NONCEBYTES] = {0}, bytes[sizeof pool->first + sizeof pool->last];
  uint64_t counter = ++pool->counter;
  memcpy(nonce, &counter, sizeof nonce);
  crypto_stream_chacha20(bytes, sizeof bytes, nonce, pool->key);
  memcpy(pool->first, bytes, sizeof pool->first);
  memcpy(pool->last, bytes + sizeof pool->first, sizeof pool->last);
  digits_of(pool->first, sizeof pool->first, pool->digits);
  pool->left = ID_POOL;
}

static void new_id(rebase_request *r) {
  struct id_pool *pool = &r->ids;
  char *id = r->record.decision.id;
  if (!pool->left) refill_ids(pool);
  memcpy(pool->id, pool->first, sizeof pool->first);
  memcpy(pool->id + sizeof pool->first, &pool->last[--pool->left], sizeof *pool->last);
  memcpy(id, pool->digits, sizeof pool->digits);
  digits_of(pool->id + sizeof pool->first, sizeof *pool->last, id + sizeof pool->digits);
  id[2 * ID_BYTES] = '\0';
}

static void clear_record(struct record *record) {
  memset(&record->decision, 0, sizeof record->decision);
  record->loaded = NULL;
  record->route_rule = NONE32;
  record->known = record->granted = record->denied = record->failed = record->asks = record->by_approval = false;
  record->redaction_count = record->limit_count = 0;
  record->wait = 0;
  record->reason[0] = 0;
  record->decision.reason = record->reason;
  record->decision.rules = record->rules;
  record->decision.obligations = record->obligations;
  record->decision.approvers = record->approvers;
  record->decision.canonical = "";
}

static rebase_status pin(rebase_request *r) {
  uint64_t generation = atomic_load_explicit(&r->engine->generation, memory_order_acquire);
  if (r->loaded && (r->in_batch || r->loaded->generation == generation)) return REBASE_OK;
  loaded_drop(r->loaded);
  r->loaded = generation ? engine_pin(r->engine) : NULL;
  return r->loaded ? REBASE_OK : REBASE_E_NO_BUNDLE;
}

/* True when it is another than the last time. */
static bool note_name(char *noted, size_t size, const char *name) {
  if (name ? strcmp(noted, name) == 0 : !*noted) return false;
  text_cut(noted, size, name);
  return true;
}

/* The decision's id; who asks and when, for log and explanation: known of every decision, refused ones too. */
void request_note_caller(rebase_request *r, const rebase_caller *caller) {
  struct record *record = &r->record;
  new_id(r);
  if (r->in_batch) {
    record->now = r->batch_now;
    record->clock = r->batch_clock;
    r->untimed = false;
  } else {
    const rebase_options *o = &r->engine->options;
    r->untimed = !o->wall_clock && !o->steady_clock && !o->log;
    record->clock = r->untimed ? REBASE_OK : engine_now(r->engine, &record->now);
  }
  bool agent = note_name(record->agent, sizeof record->agent, caller ? caller->agent : NULL);
  bool requester = note_name(record->requester, sizeof record->requester, caller ? caller->requester : NULL);
  bool session = note_name(record->session, sizeof record->session, caller ? caller->session : NULL);
  if (agent) r->agent = NONE32;
  r->requester_known &= !requester;
  r->session_known &= !agent && !requester && !session;
}

rebase_status request_time(rebase_request *r) {
  if (r->untimed) r->record.clock = engine_now(r->engine, &r->record.now);
  r->untimed = false;
  return r->record.clock;
}

rebase_status request_renew(rebase_request *r) {
  clear_record(&r->record);
  r->asked = (struct asked){EVENT_CALL, NONE32, NONE32};
  r->canonical.length = 0;
  r->charges.count = 0;
  r->scratch.used = 0;
  return engine_check(r->engine);
}

rebase_status request_start(rebase_request *r) {
  rebase_status status = request_renew(r);
  if (status == REBASE_OK) status = pin(r);
  r->building = false;
  r->filling = (struct filling){0};
  r->slots = NULL;
  r->text = NULL;
  workspace_reset(&r->work);
  return status;
}

static rebase_decision *deny(rebase_request *r, rebase_status status) {
  rebase_decision *d = &r->record.decision;
  d->effect = REBASE_DENY;
  d->status = status;
  if (status != REBASE_E_RESERVE) d->choice = NULL;         /* that one will be an allow */
  d->reason = r->record.reason;
  return d;
}

const rebase_decision *request_refuse(rebase_request *r, rebase_status status, const char *format, ...) {
  rebase_decision *d = deny(r, status);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(r->record.reason, sizeof r->record.reason, format, arguments);
  va_end(arguments);
  utf8_patch(r->record.reason);
  d->reason_length = strlen(r->record.reason);
  return d;
}

rebase_status request_refuse_as(rebase_request *r, rebase_status status, const char *why) {
  size_t length = strlen(why);
  if (length >= REASON_BYTES) { request_refuse(r, status, "%s", why); return status; }
  rebase_decision *d = deny(r, status);
  memcpy(r->record.reason, why, length + 1);
  d->reason_length = length;
  return status;
}

bool request_begin(rebase_request *r, const rebase_caller *caller) {
  rebase_status status = request_start(r);
  request_note_caller(r, caller);
  return status == REBASE_OK || (request_refuse_as(r, status, rebase_status_text(status)), false);
}

static const rebase_decision *refuse_json(rebase_request *r) {
  return request_refuse(r, r->json.status, "%s", r->json.error);
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

enum { MISSING_BLOCK = 8 };
#define M {REBASE_MISSING}
static const value missing_block[MISSING_BLOCK] = {M, M, M, M, M, M, M, M};
#undef M

bool request_take_slots(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  uint32_t slots = b->CONNECTORS.at[b->OPERATIONS.at[r->asked.target].connector].slots;
  uint32_t blocks = (slots + MISSING_BLOCK - 1) / MISSING_BLOCK;
  if (!(r->slots = workspace_take(&r->work, blocks * sizeof missing_block))) return false;
  for (uint32_t i = 0; i < blocks; i++) memcpy(r->slots + i * MISSING_BLOCK, missing_block, sizeof missing_block);
  return true;
}

static bool read_call(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->asked.event = EVENT_CALL;
  if (!json_quoted(j, &name, &length)) return false;
  r->asked.target = find_operation(j->bundle, name, length);
  if (r->asked.target == NONE32) return json_fail(j, REBASE_E_OPERATION, "unknown operation `%.*s`", (int)(length > 120 ? 120 : length), name);
  return request_take_slots(r) || json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace");
}

static bool read_release(rebase_request *r) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->asked.event = EVENT_RELEASE;
  if (!json_quoted(j, &name, &length)) return false;
  for (r->asked.target = 0; r->asked.target < RELEASE_COUNT; r->asked.target++)
    if (equals(name, length, targets[r->asked.target])) return true;
  r->asked.target = NONE32;
  return json_fail(j, REBASE_E_REQUEST, "a release goes to person, agent or outside");
}

static bool read_delegate(rebase_request *r) {
  struct json *j = &r->json;
  const char *name;
  size_t length;
  r->asked.event = EVENT_DELEGATE;
  if (!json_quoted(j, &name, &length)) return false;
  r->asked.target = find_agent(j->bundle, name, length);
  return r->asked.target != NONE32 || json_fail(j, REBASE_E_AGENT, "unknown agent `%.*s`", (int)(length > 120 ? 120 : length), name);
}

static bool read_args(rebase_request *r, struct body *body) {
  struct json *j = &r->json;
  if (!body->given[BODY_CALL]) {            /* the operation comes later: the arguments are read then */
    json_peek(j);
    body->args = j->at;
    return json_skip(j);
  }
  body->decoded = true;
  return json_arguments(j, &j->bundle->OPERATIONS.at[r->asked.target], r->slots);
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
  default: r->asked.event = EVENT_INFER; read = infer_read(r); break;
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
  if (r->asked.event != EVENT_CALL || body.decoded) return true;
  const struct image_operation *operation = &j->bundle->OPERATIONS.at[r->asked.target];
  if (!body.args) return json_defaults(j, operation, r->slots);
  j->at = body.args;
  j->depth = 1;
  return json_arguments(j, operation, r->slots);
}

/* What a NULL request decides. */
static const struct record no_request = {.decision = {.status = REBASE_E_ARGUMENT, .reason = "", .canonical = ""}};
const rebase_decision *request_none(void) { return &no_request.decision; }

const rebase_decision *rebase_decide_json(rebase_request *r, const rebase_caller *caller, const char *body, size_t length) {
  const rebase_decision *d;
  if (!r) return request_none();
  tries_reset(&r->tries);
  for (int tries = 0;; tries++) {           /* again when the bundle was swapped meanwhile */
    if (!request_begin(r, caller)) return request_finish(r);
    if (!body || !caller) return request_refuse(r, REBASE_E_ARGUMENT, "no request or no caller"), request_finish(r);
    if (length > r->engine->options.request_bytes) {
      request_refuse(r, REBASE_E_TOO_LARGE, "the request is longer than %u bytes", (unsigned)r->engine->options.request_bytes);
      return request_finish(r);
    }
    if (!read_body(r, body, length)) return refuse_json(r), request_finish(r);
    d = request_decide(r, caller);
    if (d->status != REBASE_E_STALE || tries == 3) return request_finish(r);
  }
}

rebase_status rebase_decide_batch(rebase_request *r, const rebase_caller *caller, const rebase_body *bodies, size_t count, rebase_decided decided, void *user) {
  if (!r || (count && (!bodies || !decided)) || r->in_batch) return REBASE_E_ARGUMENT;
  rebase_status status = engine_check(r->engine);
  if (status == REBASE_OK) status = pin(r);
  if (status != REBASE_OK) return status;
  r->batch_clock = engine_now(r->engine, &r->batch_now);
  r->in_batch = true;
  for (size_t i = 0; i < count; i++) decided(rebase_decide_json(r, caller, bodies[i].text, bodies[i].length), i, user);
  r->in_batch = false;
  return REBASE_OK;
}

const rebase_decision *rebase_route_next(rebase_request *r, const rebase_caller *caller, rebase_failure failure) {
  if (!r) return request_none();
  bool failed = route_failed(r, failure);
  for (int tries = 0;; tries++) {
    if (!request_begin(r, caller)) return request_finish(r);
    if (!failed || !caller) return request_refuse(r, REBASE_E_REQUEST, "no attempt of a route came before"), request_finish(r);
    r->asked.event = EVENT_INFER;
    const rebase_decision *d = request_decide(r, caller);
    if (d->status != REBASE_E_STALE || tries == 3) return request_finish(r);
  }
}
