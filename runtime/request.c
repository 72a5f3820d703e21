/* request.c: the workspace of one thread; what is asked, from JSON or from typed setters. */
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
  if (!engine_random(e, r->id_key, sizeof r->id_key)) {
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
/* Unpredictable without the key; made many at a time. */
static void new_id(rebase_request *r) {
  if (!r->ids_left) {
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES] = {0};
    uint64_t counter = ++r->id_counter;
    memcpy(nonce, &counter, sizeof nonce);
    crypto_stream_chacha20((unsigned char *)r->ids, sizeof r->ids, nonce, r->id_key);
    r->ids_left = ID_POOL;
  }
  id_to_hex(r->ids[--r->ids_left], r->record.decision.id);
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
  if (strcmp(noted, name ? name : "") == 0) return false;
  text_cut(noted, size, name);
  return true;
}

/* The decision's id; who asks and when, for log and explanation: known of every decision, refused ones too. */
static void note_caller(rebase_request *r, const rebase_caller *caller) {
  struct record *record = &r->record;
  new_id(r);
  if (r->in_batch) {
    record->now = r->batch_now;
    record->clock = r->batch_clock;
  } else record->clock = engine_now(r->engine, &record->now);
  if (note_name(record->agent, sizeof record->agent, caller ? caller->agent : NULL)) r->agent = NONE32;
  note_name(record->requester, sizeof record->requester, caller ? caller->requester : NULL);
  note_name(record->session, sizeof record->session, caller ? caller->session : NULL);
}

static rebase_status start(rebase_request *r) {
  clear_record(&r->record);
  r->asked = (struct asked){EVENT_CALL, NONE32, NONE32};
  r->canonical.length = 0;
  r->charges.count = 0;
  r->scratch.used = 0;
  return engine_check(r->engine);
}

rebase_status request_start(rebase_request *r) {
  rebase_status status = start(r);
  if (status == REBASE_OK) status = pin(r);
  r->building = false;
  r->filling = (struct filling){0};
  r->slots = NULL;
  r->text = NULL;
  workspace_reset(&r->work);
  return status;
}

const rebase_decision *request_refuse(rebase_request *r, rebase_status status, const char *format, ...) {
  rebase_decision *d = &r->record.decision;
  d->effect = REBASE_DENY;
  d->status = status;
  if (status != REBASE_E_RESERVE) d->choice = NULL;         /* that one will be an allow */
  d->reason = r->record.reason;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(r->record.reason, sizeof r->record.reason, format, arguments);
  va_end(arguments);
  utf8_patch(r->record.reason);
  d->reason_length = strlen(r->record.reason);
  return d;
}

const rebase_decision *request_refuse_as(rebase_request *r, rebase_status status, const char *why) {
  rebase_decision *d = &r->record.decision;
  size_t length = strlen(why);
  if (length >= REASON_BYTES) return request_refuse(r, status, "%s", why);
  d->effect = REBASE_DENY;
  d->status = status;
  if (status != REBASE_E_RESERVE) d->choice = NULL;
  memcpy(r->record.reason, why, length + 1);
  d->reason = r->record.reason;
  d->reason_length = length;
  return d;
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

static bool take_slots(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  uint32_t slots = b->CONNECTORS.at[b->OPERATIONS.at[r->asked.target].connector].slots;
  if (!(r->slots = workspace_take(&r->work, slots * sizeof *r->slots))) return false;
  for (value *at = r->slots, *end = at + slots; at < end; at++) *at = missing_value();
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
  return take_slots(r) || json_fail(j, REBASE_E_TOO_LARGE, "too large for the request's workspace");
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

const rebase_decision *rebase_decide_json(rebase_request *r, const rebase_caller *caller, const char *body, size_t length) {
  const rebase_decision *d;
  if (!r) return &no_request.decision;
  tries_reset(&r->tries);
  for (int tries = 0;; tries++) {           /* again when the bundle was swapped meanwhile */
    rebase_status status = request_start(r);
    note_caller(r, caller);
    if (status != REBASE_OK) return request_refuse(r, status, "%s", rebase_status_text(status)), request_finish(r);
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
  if (!r) return &no_request.decision;
  bool failed = route_failed(r, failure);
  for (int tries = 0;; tries++) {
    rebase_status status = request_start(r);
    note_caller(r, caller);
    if (status != REBASE_OK) return request_refuse(r, status, "%s", rebase_status_text(status)), request_finish(r);
    if (!failed || !caller) return request_refuse(r, REBASE_E_REQUEST, "no attempt of a route came before"), request_finish(r);
    r->asked.event = EVENT_INFER;
    const rebase_decision *d = request_decide(r, caller);
    if (d->status != REBASE_E_STALE || tries == 3) return request_finish(r);
  }
}

/* ---- typed building ---- */
rebase_status rebase_find_operation(rebase_engine *e, const char *name, rebase_operation *operation) {
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return status;
  if (!name || !operation) return REBASE_E_ARGUMENT;
  *operation = (rebase_operation){NONE32, 0};
  struct loaded *l = engine_pin(e);
  if (!l) return REBASE_E_NO_BUNDLE;
  *operation = (rebase_operation){find_operation(l->bundle, name, strlen(name)), l->generation};
  loaded_drop(l);
  return operation->index == NONE32 ? REBASE_E_OPERATION : REBASE_OK;
}

rebase_status rebase_find_slot(rebase_engine *e, rebase_operation operation, const char *argument, rebase_slot *slot) {
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return status;
  if (!argument || !slot) return REBASE_E_ARGUMENT;
  *slot = (rebase_slot){NONE32, NONE32, NONE32, 0};
  struct loaded *l = engine_pin(e);
  if (!l) return REBASE_E_NO_BUNDLE;
  status = l->generation != operation.generation ? REBASE_E_STALE
           : operation.index >= l->bundle->OPERATIONS.count ? REBASE_E_OPERATION : REBASE_E_SLOT;
  for (uint32_t i = 0; status == REBASE_E_SLOT && i < l->bundle->OPERATIONS.at[operation.index].params; i++) {
    const struct image_param *p = &l->bundle->PARAMS.at[l->bundle->OPERATIONS.at[operation.index].first_param + i];
    if (strcmp(bundle_string(l->bundle, p->name), argument)) continue;
    *slot = (rebase_slot){operation.index, i, p->type, l->generation};
    status = REBASE_OK;
  }
  loaded_drop(l);
  return status;
}

static rebase_status poison(rebase_request *r, rebase_status status, const char *why) {
  r->filling = (struct filling){0};
  if (r->poison == REBASE_OK) {
    r->poison = status;
    snprintf(r->poison_text, sizeof r->poison_text, "%s", why);
  }
  return status;
}

rebase_status rebase_request_call(rebase_request *r, rebase_operation operation) {
  if (!r) return REBASE_E_ARGUMENT;
  rebase_status status = request_start(r);
  r->poison = REBASE_OK;
  r->building = r->fresh = true;
  if (status != REBASE_OK) return poison(r, status, rebase_status_text(status));
  const struct rebase_bundle *b = r->loaded->bundle;
  if (operation.generation != r->loaded->generation) return poison(r, REBASE_E_STALE, "the operation was resolved on an older bundle");
  if (operation.index >= b->OPERATIONS.count) return poison(r, REBASE_E_OPERATION, "unknown operation");
  r->asked = (struct asked){EVENT_CALL, operation.index, NONE32};
  if (!take_slots(r)) return poison(r, REBASE_E_TOO_LARGE, "too large for the request's workspace");
  r->built = r->work.low;
  const struct image_operation *o = &b->OPERATIONS.at[operation.index];
  r->filling = (struct filling){operation.generation, operation.index, o->params, r->loaded->plans[operation.index].required, b->PARAMS.at + o->first_param};
  json_begin(&r->json, b, &r->work, JSON_ARGUMENTS, "", 0);
  return REBASE_OK;
}

rebase_status rebase_request_infer(rebase_request *r, const char *task, int64_t input, int64_t output) {
  if (!r) return REBASE_E_ARGUMENT;
  rebase_status status = request_start(r);
  size_t length = task ? strlen(task) : 0;
  r->poison = REBASE_OK;
  r->building = r->fresh = true;
  tries_reset(&r->tries);
  if (status != REBASE_OK) return poison(r, status, rebase_status_text(status));
  bool known = length && length == r->infer.length && !memcmp(r->infer.task, task, length);     /* checked the last time */
  if (!known && (length >= ROUTE_NAME || !utf8_valid(task ? task : "", length))) return poison(r, REBASE_E_REQUEST, "`task` is no name of a task");
  if (input > INFER_MOST_TOKENS || output > INFER_MOST_TOKENS) return poison(r, REBASE_E_RANGE, "no number of tokens");
  r->asked = (struct asked){EVENT_INFER, NONE32, NONE32};
  if (!known) infer_task(&r->infer, task ? task : "", length);
  r->infer.input = input < 0 ? -1 : input;
  r->infer.output = output < 0 ? -1 : output;
  return REBASE_OK;
}

/* Why a slot cannot be set. */
static rebase_status refuse_slot(rebase_request *r, rebase_slot slot) {
  if (!r->building || r->poison != REBASE_OK) return poison(r, REBASE_E_REQUEST, "no call was begun");
  if (slot.generation != r->loaded->generation) return poison(r, REBASE_E_STALE, "a slot was resolved on an older bundle");
  bool fits = slot.operation == r->filling.operation && slot.index < r->filling.count && r->filling.params[slot.index].type == slot.type;
  return fits ? poison(r, REBASE_E_REQUEST, "an argument was set twice") : poison(r, REBASE_E_SLOT, "a slot of another operation");
}

/* The slot must be one of this call, on this bundle, not yet set, and of the type it says: then its type, else NULL. */
static inline const struct image_type *open_slot(rebase_request *r, const rebase_slot *slot, value **place) {
  if (!r) return NULL;
  const struct filling *f = &r->filling;
  if (slot->generation != f->generation || slot->operation != f->operation || slot->index >= f->count) return NULL;
  const struct image_param *p = &f->params[slot->index];
  *place = &r->slots[p->slot];
  return p->type == slot->type && is_missing(**place) ? bundle_type(r->loaded->bundle, p->type) : NULL;
}

static inline rebase_status fill(rebase_request *r, const rebase_slot *slot, value *place, value v) {
  *place = v;
  r->filling.required -= !is_missing(v) && !(r->filling.params[slot->index].flags & PARAM_OPTIONAL);
  return REBASE_OK;
}

static inline rebase_status set_number(rebase_request *r, const rebase_slot *slot, int64_t number, uint32_t kinds) {
  value *place;
  const struct image_type *type = open_slot(r, slot, &place);
  if (!type) return r ? refuse_slot(r, *slot) : REBASE_E_ARGUMENT;
  if (!(kinds >> type->kind & 1)) return poison(r, REBASE_E_TYPE, "a setter of another type than the argument's");
  if (number == REBASE_MISSING) return poison(r, REBASE_E_RANGE, "a number is out of range");
  return fill(r, slot, place, int_value(number));
}

rebase_status rebase_set_bool(rebase_request *r, rebase_slot slot, bool flag) { return set_number(r, &slot, flag, 1u << TYPE_BOOL); }
rebase_status rebase_set_int(rebase_request *r, rebase_slot slot, int64_t number) { return set_number(r, &slot, number, 1u << TYPE_INT); }

rebase_status rebase_set_decimal(rebase_request *r, rebase_slot slot, int64_t millionths) {
  value *place;
  const struct image_type *type = open_slot(r, &slot, &place);
  if (!type) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  int64_t unit = REBASE_SCALE;
  if (type->kind == TYPE_MONEY)
    for (unsigned i = 0; i < type->digits && unit > 1; i++) unit /= 10;
  if (type->kind == TYPE_MONEY && millionths % unit) return poison(r, REBASE_E_RANGE, "an amount has more digits than its currency");
  return set_number(r, &slot, millionths, 1u << TYPE_DECIMAL | 1u << TYPE_MONEY);
}

rebase_status rebase_set_time(rebase_request *r, rebase_slot slot, int64_t microseconds) {
  const int64_t year_1 = INT64_C(-62135596800) * REBASE_SECOND, year_10000 = INT64_C(253402300800) * REBASE_SECOND;
  value *place;
  const struct image_type *type = open_slot(r, &slot, &place);
  if (!type) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  unsigned kind = type->kind;
  bool calendar = kind == TYPE_TIME || kind == TYPE_DATE;
  if (calendar && (microseconds < year_1 || microseconds >= year_10000)) return poison(r, REBASE_E_RANGE, "a time is out of range");
  if (kind == TYPE_DATE && microseconds % REBASE_DAY) return poison(r, REBASE_E_TYPE, "a date is at midnight");
  return set_number(r, &slot, kind == TYPE_DATE ? microseconds / REBASE_DAY : microseconds,
                    1u << TYPE_TIME | 1u << TYPE_DURATION | 1u << TYPE_DATE);
}

/* What json decoding made of it, or why not. */
static rebase_status set_decoded(rebase_request *r, const rebase_slot *slot, value *place, bool fine, value v) {
  if (!fine || r->json.status != REBASE_OK)
    return poison(r, r->json.status == REBASE_OK ? REBASE_E_TYPE : r->json.status, r->json.error);
  r->built = r->work.low;
  return fill(r, slot, place, v);
}

/* A string of the host's that is not plain, or not as it should be: then NULL, and the request is poisoned. */
static const struct text *take_odd_text(rebase_request *r, const char *text, size_t length) {
  const struct text *copy = NULL;
  if (!text && length) poison(r, REBASE_E_ARGUMENT, "no text");
  else if (length > r->engine->options.request_bytes) poison(r, REBASE_E_TOO_LARGE, "a text is too long");
  else if (!utf8_valid(text ? text : "", length)) poison(r, REBASE_E_TYPE, "not valid UTF-8 without NUL");
  else if (!(copy = workspace_text(&r->work, text ? text : "", length))) poison(r, REBASE_E_TOO_LARGE, "too large for the request's workspace");
  return copy;
}

static inline const struct text *take_text(rebase_request *r, const char *text, size_t length) {
  const struct text *copy = text && length <= r->engine->options.request_bytes ? workspace_ascii(&r->work, text, length) : NULL;
  return copy ? copy : take_odd_text(r, text, length);
}

rebase_status rebase_set_text(rebase_request *r, rebase_slot slot, const char *text, size_t length) {
  value *place;
  const struct image_type *type = open_slot(r, &slot, &place);
  if (!type) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  if (type->kind == TYPE_STRING) {
    const struct text *copy = take_text(r, text, length);
    if (!copy) return r->poison;
    r->built = r->work.low;
    return fill(r, &slot, place, (value){.text = copy});
  }
  if (!text && length) return poison(r, REBASE_E_ARGUMENT, "no text");
  if (length > r->engine->options.request_bytes) return poison(r, REBASE_E_TOO_LARGE, "a text is too long");
  value v = missing_value();
  bool fine = json_scalar_text(&r->json, slot.type, text ? text : "", length, &v);
  return set_decoded(r, &slot, place, fine, v);
}

static bool holds_text(const struct list *list, const struct text *text) {
  for (uint32_t i = 0; i < list->len; i++)
    if (text_equal(list->items[i].text, text)) return true;
  return false;
}

rebase_status rebase_set_texts(rebase_request *r, rebase_slot slot, const char *const *texts, size_t count) {
  value *place;
  const struct image_type *type = open_slot(r, &slot, &place);
  if (!type) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  bool set = type->kind == TYPE_SET;
  if (!texts && count) return poison(r, REBASE_E_ARGUMENT, "no texts");
  if ((!set && type->kind != TYPE_LIST && type->kind != TYPE_STRINGS) || bundle_type(r->loaded->bundle, element_type(r->loaded->bundle, slot.type))->kind != TYPE_STRING)
    return poison(r, REBASE_E_TYPE, "a setter of another type than the argument's");
  if (count > (set ? REBASE_MOST_TEXTS : r->engine->options.request_bytes)) return poison(r, REBASE_E_TOO_LARGE, "too many texts");
  struct list *list = workspace_take(&r->work, sizeof *list + count * sizeof *list->items);
  if (!list) return poison(r, REBASE_E_TOO_LARGE, "too large for the request's workspace");
  *list = (struct list){0, 0};
  for (size_t i = 0; i < count; i++) {
    if (!texts[i]) return poison(r, REBASE_E_ARGUMENT, "no text");
    const struct text *copy = take_text(r, texts[i], strlen(texts[i]));
    if (!copy) return r->poison;
    if (!set || !holds_text(list, copy)) list->items[list->len++].text = copy;
  }
  if (list->len > r->json.longest) r->json.longest = list->len;
  r->built = r->work.low;
  return fill(r, &slot, place, (value){.list = list});
}

rebase_status rebase_set_json(rebase_request *r, rebase_slot slot, const char *json, size_t length) {
  value *place;
  if (!open_slot(r, &slot, &place)) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  if (!json) return poison(r, REBASE_E_ARGUMENT, "no JSON");
  if (length > r->engine->options.request_bytes) return poison(r, REBASE_E_TOO_LARGE, "an argument is too long");
  uint32_t longest = r->json.longest;
  value v = missing_value();
  json_begin(&r->json, r->loaded->bundle, &r->work, JSON_ARGUMENTS, json, length);
  bool fine = json_value(&r->json, slot.type, &v) && json_end(&r->json);
  if (longest > r->json.longest) r->json.longest = longest;
  return set_decoded(r, &slot, place, fine, v);
}

const rebase_decision *rebase_decide(rebase_request *r, const rebase_caller *caller) {
  if (!r) return &no_request.decision;
  struct asked asked = r->asked;
  rebase_status status = r->building && r->fresh ? REBASE_OK : start(r);
  r->fresh = false;
  note_caller(r, caller);
  if (status != REBASE_OK) return request_refuse(r, status, "%s", rebase_status_text(status)), request_finish(r);
  if (!caller) return request_refuse(r, REBASE_E_ARGUMENT, "no caller"), request_finish(r);
  if (!r->building || r->poison != REBASE_OK) {
    status = r->poison == REBASE_OK ? REBASE_E_REQUEST : r->poison;
    return request_refuse(r, status, "%s", r->poison == REBASE_OK ? "no call was begun" : r->poison_text), request_finish(r);
  }
  r->asked = asked;
  r->asked.agent = NONE32;
  if (r->loaded->generation != atomic_load_explicit(&r->engine->generation, memory_order_acquire))
    return request_refuse(r, REBASE_E_STALE, "the call was built on an older bundle"), request_finish(r);
  if (asked.event == EVENT_INFER) {
    workspace_reset(&r->work);
    request_decide(r, caller);
    return request_finish(r);
  }
  r->work.low = r->built;
  r->work.high = r->work.size & ~(size_t)7;
  bool complete = !r->filling.required && !r->loaded->plans[r->asked.target].defaults;
  if (!complete && !json_defaults(&r->json, &r->loaded->bundle->OPERATIONS.at[r->asked.target], r->slots)) {
    poison(r, r->json.status, r->json.error);
    return refuse_json(r), request_finish(r);
  }
  request_decide(r, caller);
  return request_finish(r);
}
