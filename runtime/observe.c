/* observe.c: what became of an allowed call, and what a session keeps of its result. SPEC 8.4, 8.5, 9.4. */
#include <stdio.h>
#include "engine.h"
#include "packed.h"

enum { MOST_FOUND = 4096 };         /* entities of one result that are kept; the rest is passed over */

struct found { uint32_t entity; value record; struct key key; bool twice; };
struct observation {
  rebase_engine *engine;
  struct loaded *loaded;
  struct session *session;
  struct now now;
  struct call call;                 /* a copy: its room may be given away */
  const struct call *room;
  uint64_t began;                   /* session.sequence when it did */
  bool whole;                       /* the result lacks nothing that its type requires */
  uint32_t operation;               /* in the loaded bundle, or NONE32: declared otherwise by now, nothing of it is stored */
  struct found *found; uint32_t found_count, found_capacity;
  char *memory; struct workspace work;
};

/* ---- memory ---- */
static bool take_memory(struct observation *o, size_t length) {
  size_t size = 8 * length + 65536;
  if (length > SIZE_MAX / 16 || !(o->memory = o->engine->allocator.alloc(size, o->engine->allocator.user))) return false;
  o->work = (struct workspace){o->memory, 0, 0, size & ~(size_t)7};
  workspace_reset(&o->work);
  return true;
}

static void free_memory(struct observation *o) {
  const struct allocator *a = &o->engine->allocator;
  a->release(o->memory, a->user);
  a->release(o->found, a->user);
}

/* ---- entities of a result, inner ones first ---- */
/* Keys may have gone by that nobody noted: no key is known to be the only one from now on. */
static void unread(struct observation *o) { o->session->only_broken = true; }

static struct found *room_for_found(struct observation *o) {
  const struct allocator *a = &o->engine->allocator;
  if (o->found_count == o->found_capacity) {
    uint32_t capacity = o->found_capacity ? 2 * o->found_capacity : 8;
    struct found *more = a->alloc(capacity * sizeof *more, a->user);
    if (!more) return NULL;
    if (o->found_count) memcpy(more, o->found, o->found_count * sizeof *more);
    a->release(o->found, a->user);
    o->found = more;
    o->found_capacity = capacity;
  }
  return &o->found[o->found_count++];
}

static bool same_key(const struct key *a, const struct key *b) {
  return a->hash == b->hash && a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static bool find_entity_in(struct observation *o, uint32_t entity, uint32_t type, value v) {
  const struct rebase_bundle *b = o->loaded->bundle;
  struct key key;
  if (!value_complete(b, type, v) || !key_of_record(b, entity, v, &key)) return true;
  if (o->found_count == MOST_FOUND) { unread(o); return true; }
  for (uint32_t i = 0; i < o->found_count; i++) {
    struct found *other = &o->found[i];
    if (other->entity != entity || !same_key(&other->key, &key)) continue;
    other->twice |= !value_equal(b, type, other->record, v);
    return true;
  }
  struct found *found = room_for_found(o);
  if (!found) return false;
  *found = (struct found){.entity = entity, .record = v, .key = key};
  return true;
}

/* Types nest at most 32 deep, so the recursion is bounded. False: out of memory. */
static bool gather(struct observation *o, uint32_t type, value v) {
  const struct rebase_bundle *b = o->loaded->bundle;
  const struct image_type *t = bundle_type(b, type);
  if (is_missing(v)) return true;
  if (kind_is_collection(t->kind)) {
    uint32_t element = element_type(b, type), step = t->kind == TYPE_MAP ? 2 : 1;
    for (uint32_t i = 0; i < v.list->len; i++)
      if (!gather(o, element, v.list->items[i * step + (step - 1)])) return false;
  }
  if (t->kind != TYPE_RECORD) return true;
  for (uint32_t i = 0; i < t->b; i++)
    if (!gather(o, b->FIELDS.at[t->a + i].type, v.record[i])) return false;
  uint32_t entity = o->loaded->type_entity[type];
  return entity == NONE32 || find_entity_in(o, entity, type, v);
}

/* ---- what comes from the arguments ---- */
static bool argument(struct observation *o, uint32_t param, value *out) {
  struct arena_fixed arena = {o->work.base + o->work.low, 0, o->work.high - o->work.low};
  bool known = call_argument(o->loaded, o->operation, &o->call, param, &arena, out);
  o->work.low += (arena.used + 7) & ~(size_t)7;
  return known;
}

/* Fields that the result lacks; false when it has one and it is another. */
static bool fill_record(struct observation *o, const struct image_operation *op, uint32_t type, value v) {
  const struct rebase_bundle *b = o->loaded->bundle;
  value *record = (value *)(uintptr_t)v.record;     /* still ours: in the workspace */
  for (uint32_t i = 0; i < op->fills; i++) {
    const struct image_fill *fill = &b->FILLS.at[op->first_fill + i];
    const struct image_param *p = operation_param(b, op, fill->slot);
    value given = missing_value();
    if (!p || !argument(o, (uint32_t)(p - b->PARAMS.at), &given) || is_missing(given)) continue;
    if (is_missing(record[fill->field])) record[fill->field] = given;
    else if (!value_equal(b, b->FIELDS.at[bundle_type(b, type)->a + fill->field].type, record[fill->field], given)) return false;
  }
  return true;
}

static bool fill_in(struct observation *o, const struct image_operation *op, uint32_t type, value v) {
  const struct rebase_bundle *b = o->loaded->bundle;
  const struct image_type *t = bundle_type(b, type);
  if (is_missing(v) || !op->fills) return true;
  if (t->kind == TYPE_RECORD) return fill_record(o, op, type, v);
  if (!kind_is_collection(t->kind)) return true;
  uint32_t element = element_type(b, type), step = t->kind == TYPE_MAP ? 2 : 1;
  for (uint32_t i = 0; i < v.list->len; i++)
    if (!fill_in(o, op, element, v.list->items[i * step + (step - 1)])) return false;
  return true;
}

/* Asked for one and answered with another: neither is known then. */
static bool key_as_asked(struct observation *o, value v) {
  const struct rebase_bundle *b = o->loaded->bundle;
  const struct plan *plan = &o->loaded->plans[o->operation];
  if (plan->entity == NONE32 || is_missing(v)) return true;
  const struct image_entity *e = &b->ENTITIES.at[plan->entity];
  for (uint32_t k = 0; k < e->keys; k++) {
    value asked, got = v.record[e->key_field[k]];
    if (plan->key_param[k] == NONE32 || !argument(o, plan->key_param[k], &asked) || is_missing(asked) || is_missing(got)) continue;
    if (!value_equal(b, b->FIELDS.at[bundle_type(b, e->type)->a + e->key_field[k]].type, asked, got)) return false;
  }
  return true;
}

/* ---- keeping ---- */
/* A write that took effect after the call began may have changed what the call read. */
static bool overtaken(const struct observation *o, const struct found *found) {
  const struct session *s = o->session;
  if (o->began < s->lost) return true;
  for (uint32_t i = 0; i < SESSION_CALLS; i++) {
    const struct call *other = &s->calls[i];
    if (other != o->room && s->call_state[i] == CALL_DONE && other->ended > o->began && call_touches_key(other, found->entity, &found->key))
      return true;
  }
  return false;
}

static void forget(struct session *s, const struct found *found) {
  struct seen *old = session_find_seen(s, found->entity, &found->key);
  if (old) old->dead = true;
}

static bool keep(struct observation *o, const struct found *found, bool vouched) {
  struct session *s = o->session;
  uint32_t number = o->loaded->entity[found->entity];
  const struct storing how = {.entity = found->entity, .stored = ++s->sequence, .vouched = vouched, .at = o->now.wall,
                              .limit = o->engine->options.session_bytes / 2};
  if (found->twice) { forget(s, found); return true; }
  session_note_only(s, number, &found->key);
  if (overtaken(o, found)) { forget(s, found); return true; }
  return session_store(s, o->loaded, &found->key, found->record, &how) != STORE_MEMORY;
}

static rebase_status keep_all(struct observation *o, uint32_t binds, bool vouched) {
  bool fine = true;
  for (uint32_t i = 0; i < o->found_count; i++) {
    const struct found *found = &o->found[i];
    fine = keep(o, found, vouched) && fine;
    if (found->entity == binds && !found->twice) fine = session_bind(o->session, o->loaded, binds, found->record) && fine;
  }
  session_hold(o->session);
  session_sweep(o->session, o->engine->options.session_bytes / 2);
  return fine ? REBASE_OK : REBASE_E_MEMORY;
}

/* ---- results ---- */
static bool begins_with(const char *bytes, size_t length, const struct text *start) {
  return start->len && length >= start->len && !memcmp(bytes, start->bytes, start->len);
}

/* A text that begins as the connector says failures do, as JSON or bare. */
static bool says_failure(struct observation *o, const char *result, size_t length) {
  const struct rebase_bundle *b = o->loaded->bundle;
  const struct text *failure = bundle_text(b, b->CONNECTORS.at[b->OPERATIONS.at[o->operation].connector].failure);
  struct json j;
  const char *bytes;
  size_t text_length;
  if (begins_with(result, length, failure)) return true;
  struct workspace aside = o->work;
  json_begin(&j, b, &aside, JSON_RESULT, result, length);
  return json_peek(&j) == '"' && json_quoted(&j, &bytes, &text_length) && begins_with(bytes, text_length, failure);
}

static bool is_json(struct observation *o, const char *result, size_t length) {
  struct json j;
  struct workspace aside = o->work;
  json_begin(&j, o->loaded->bundle, &aside, JSON_RESULT, result, length);
  return json_skip(&j) && json_end(&j);
}

/* What is no JSON is a text. */
static void as_json(struct observation *o, const char **result, size_t *length) {
  if (is_json(o, *result, *length) || !utf8_valid(*result, *length)) return;
  struct out out = {o->work.base + o->work.low, 0, o->work.high - o->work.low};
  out_json_string(&out, *result, *length);
  if (out_cut(&out)) return;
  *result = out.bytes;
  *length = out.length;
  o->work.low += (out.length + 8) & ~(size_t)7;
}

static rebase_status take_in(struct observation *o, const char *result, size_t length, rebase_report *report) {
  const struct rebase_bundle *b = o->loaded->bundle;
  const struct image_operation *op = &b->OPERATIONS.at[o->operation];
  struct json j;
  value v;
  o->whole = op->result_type == NONE32;
  if (op->result_type == NONE32 || (!o->loaded->plans[o->operation].holds_entity && !op->proves)) return REBASE_OK;
  if (length > o->engine->options.request_bytes) {
    unread(o);
    return engine_report(report, REBASE_E_TOO_LARGE, "the result is longer than %u bytes: nothing of it is stored", (unsigned)o->engine->options.request_bytes);
  }
  if (o->call.cut) unread(o);
  if (o->call.cut) return engine_report(report, REBASE_E_TOO_LARGE, "the call's arguments were too long to be kept: nothing of its result is stored");
  as_json(o, &result, &length);
  json_begin(&j, b, &o->work, JSON_RESULT, result, length);
  if (!json_value(&j, op->result_type, &v) || !json_end(&j)) {
    if (j.status == REBASE_E_TOO_LARGE) unread(o);
    return engine_report(report, REBASE_E_TYPE, "the result: %s", j.error);
  }
  if (!fill_in(o, op, op->result_type, v) || !key_as_asked(o, v))
    return engine_report(report, REBASE_E_TYPE, "the result is of another key than was asked for: nothing of it is stored");
  o->whole = value_complete(b, op->result_type, v);
  if (!gather(o, op->result_type, v)) { unread(o); return REBASE_E_MEMORY; }
  return keep_all(o, op->binds, o->call.reached);
}

/* ---- outcomes ---- */
static uint32_t operation_of(const struct loaded *l, const struct call *call) {
  for (uint32_t i = 0; i < l->bundle->OPERATIONS.count; i++)
    if (l->operation[i] == call->operation) return l->plans[i].shape == call->shape && !memcmp(call->layout, l->layout, LAYOUT_BYTES) ? i : NONE32;
  return NONE32;
}

static void take_back_count(struct observation *o) {
  if (o->call.operation == NONE32) return;
  struct counted *counted = session_count(o->session, o->call.operation);
  if (counted && counted->count > 0) counted->count--;
}

static void lose_touched(struct observation *o) {
  for (uint32_t i = 0; i < o->session->seen_count; i++)
    if (call_touches(&o->call, o->session->seen[i])) o->session->seen[i]->dead = true;
}

/* Only an answer that is of its declared type and whole proves anything. */
static rebase_status give_proofs(struct observation *o, rebase_report *report) {
  uint64_t proves = o->loaded->bundle->OPERATIONS.at[o->operation].proves;
  bool fine = true;
  for (uint32_t i = 0; i < 64 && proves >> i; i++)
    if (proves >> i & 1) fine = session_prove(o->session, o->loaded->proof[i], o->now) && fine;
  return fine ? REBASE_OK : engine_report(report, REBASE_E_FULL, "the session holds no more proofs");
}

static rebase_status settle(struct observation *o, rebase_outcome outcome, const char *result, size_t length, rebase_report *report) {
  struct session *s = o->session;
  size_t most = o->engine->options.request_bytes;
  bool memory = outcome != REBASE_SUCCESS || take_memory(o, length < most ? length : most);
  if (outcome == REBASE_SUCCESS && memory && o->operation != NONE32 && says_failure(o, result, length)) outcome = REBASE_FAILED;
  if (outcome == REBASE_FAILED) take_back_count(o);
  else lose_touched(o);
  session_end_call(s, (struct call *)(uintptr_t)o->room, outcome != REBASE_FAILED);
  if (!memory) {
    unread(o);
    return engine_report(report, REBASE_E_MEMORY, "out of memory: nothing of the result is stored");
  }
  if (outcome != REBASE_SUCCESS || o->operation == NONE32) return REBASE_OK;
  rebase_status status = take_in(o, result, length, report);
  return status == REBASE_OK && o->whole ? give_proofs(o, report) : status;
}

static rebase_status begin(struct observation *o, const char *session, rebase_report *report) {
  rebase_status status = engine_check(o->engine);
  if (status == REBASE_OK) status = engine_now(o->engine, &o->now);
  if (status == REBASE_OK && !(o->loaded = engine_pin(o->engine))) status = REBASE_E_NO_BUNDLE;
  if (status == REBASE_OK && !session) status = REBASE_E_SESSION;
  if (status == REBASE_OK) status = engine_acquire(o->engine, session, &o->now, &o->session);
  if (status == REBASE_OK && !session_adopt(o->session, o->loaded)) status = REBASE_E_STALE;
  return engine_report(report, status, "%s", rebase_status_text(status));
}

static rebase_status end(struct observation *o, rebase_status status, rebase_report *report) {
  if (report && status != REBASE_OK && report->status != status) engine_report(report, status, "%s", rebase_status_text(status));
  free_memory(o);
  engine_release(o->engine, o->session);
  loaded_drop(o->loaded);
  return status;
}

rebase_status rebase_observe(rebase_engine *e, const char *session, const char *decision_id, rebase_outcome outcome,
                             const char *result, size_t length, rebase_report *report) {
  static const char *const outcomes[] = {"unknown", "failed", "success"};
  struct observation o = {.engine = e, .operation = NONE32};
  unsigned char id[ID_BYTES];
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  status = begin(&o, session, report);
  if (status != REBASE_OK) return end(&o, status, report);
  if (!result) { result = ""; length = 0; }
  struct call *call = decision_id && id_from_hex(decision_id, id) ? session_find_call(o.session, id) : NULL;
  if (!call) return end(&o, REBASE_E_DECISION, report);
  if (outcome != REBASE_SUCCESS && outcome != REBASE_FAILED) outcome = REBASE_UNKNOWN;
  o.call = *call;
  o.room = call;
  o.began = o.session->call_began[call - o.session->calls];
  if (call->operation != NONE32) o.operation = operation_of(o.loaded, call);
  status = settle(&o, outcome, result, length, report);
  status = end(&o, status, report);
  log_event(e, "observe", session, decision_id, outcomes[outcome]);
  return status;
}

static rebase_status see(struct observation *o, uint32_t entity, const char *text, size_t length, rebase_report *report) {
  const struct rebase_bundle *b = o->loaded->bundle;
  uint32_t type = b->ENTITIES.at[entity].type;
  struct json j;
  value v;
  if (!take_memory(o, length)) { unread(o); return REBASE_E_MEMORY; }
  json_begin(&j, b, &o->work, JSON_RESULT, text, length);
  if (!json_value(&j, type, &v) || !json_end(&j)) return engine_report(report, REBASE_E_TYPE, "%s", j.error);
  if (is_missing(v) || !value_complete(b, type, v)) return engine_report(report, REBASE_E_TYPE, "a required field is missing");
  if (!find_entity_in(o, entity, type, v)) { unread(o); return REBASE_E_MEMORY; }
  o->began = ++o->session->sequence;
  return keep_all(o, NONE32, true);
}

rebase_status rebase_see(rebase_engine *e, const char *session, const char *entity, const char *text, size_t length, rebase_report *report) {
  struct observation o = {.engine = e, .operation = NONE32};
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  status = begin(&o, session, report);
  if (status != REBASE_OK) return end(&o, status, report);
  uint32_t index = entity ? find_entity(o.loaded->bundle, entity, strlen(entity)) : NONE32;
  if (index == NONE32 || !text) status = engine_report(report, REBASE_E_ARGUMENT, "unknown entity");
  else status = see(&o, index, text, length, report);
  status = end(&o, status, report);
  if (status == REBASE_OK) log_event(e, "see", session, NULL, entity);
  return status;
}
