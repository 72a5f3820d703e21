/* session.c: what a session knows, as plain growing arrays that are gone through from end to end. */
#include "inside.h"
#include <stdlib.h>
#include <string.h>

struct reference *reference_open(const struct program *program, const char *const *obligations) {
  struct reference *reference = calloc(1, sizeof *reference);
  if (reference) *reference = (struct reference){.program = program, .obligations = obligations};
  return reference;
}
void reference_close(struct reference *reference) {
  for (size_t i = 0; i < reference->person_count; i++) free(reference->people[i].name);
  free(reference->people);
  free(reference);
}

void ref_grow_bytes(void **array, size_t count, size_t size) {
  if (count & (count - 1)) return;
  void *more = realloc(*array, (count ? 2 * count : 1) * size);
  if (!more) abort();
  *array = more;
}

/* ---- labels: of the conversation, and of its requester for their next ones ---- */
uint64_t *ref_labels_of_requester(struct reference *r, const char *name) {
  for (size_t i = 0; i < r->person_count; i++) if (strcmp(r->people[i].name, name) == 0) return &r->people[i].labels;
  ref_grow(r->people, r->person_count);
  char *copy = malloc(strlen(name) + 1);
  if (!copy) abort();
  r->people[r->person_count] = (struct person){strcpy(copy, name), 0};
  return &r->people[r->person_count++].labels;
}

void ref_label(struct reference_session *s, uint64_t labels) {
  s->root->labels |= labels;
  *ref_labels_of_requester(s->reference, s->requester) |= labels;
}

static const struct agent *find_agent(const struct program *p, const char *name) {
  for (unsigned i = 0; i < p->agents_count; i++) if (strcmp(p->agents[i]->name, name) == 0) return p->agents[i];
  return NULL;
}

struct reference_session *reference_session_open(struct reference *reference, const char *agent, const char *requester,
                                                 const char *requester_json, int64_t now) {
  const struct program *p = reference->program;
  struct reference_session *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->reference = reference;
  s->root = s;
  s->labels = *ref_labels_of_requester(reference, requester);
  s->agent = find_agent(p, agent);
  s->requester = arena_copy(&s->arena, requester, strlen(requester));
  s->opened = now;
  s->counts = arena_alloc(&s->arena, p->operations_count * sizeof *s->counts);
  bool fits = s->agent != NULL;
  if (fits && requester_json && p->requester) {
    struct wire wire = {.arena = &s->arena, .program = p, .exact = true};
    struct json json = ref_json(&s->arena, requester_json, strlen(requester_json));
    fits = ref_decode(&wire, p->requester, &json, &s->requester_record);
    s->has_requester = fits;
  }
  if (fits) return s;
  reference_session_close(s);
  return NULL;
}

struct reference_session *reference_session_delegate(struct reference_session *parent, const char *agent) {
  struct reference_session *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  s->reference = parent->reference;
  s->root = parent->root;
  s->parent = parent;
  s->agent = find_agent(parent->reference->program, agent);
  s->requester = parent->requester;
  s->written = s->root->all_written;
  return s;
}

/* ---- writes, which other sessions of the conversation have to know of ---- */
static bool writes(const struct pending_call *call) { return call->touched_count > 0; }

static void begin_write(struct reference_session *s) {
  s->writing++;
  s->root->all_writing++;
}

static void end_write(struct reference_session *s, bool took_effect) {
  s->writing--;
  s->root->all_writing--;
  s->written += took_effect;
  s->root->all_written += took_effect;
}

void ref_catch_up(struct reference_session *s) {
  if (s->written == s->root->all_written) return;
  for (size_t i = 0; i < s->fact_count; i++) s->facts[i].gone = true;
  s->lost = s->sequence + 1;
  s->written = s->root->all_written;
}

void reference_session_close(struct reference_session *s) {
  if (!s) return;
  while (s->writing) end_write(s, true);          /* nobody will say what became of it */
  arena_free(&s->arena);
  free(s->proofs);
  free(s->heard);
  free(s->facts);
  free(s->keys_seen);
  free(s->subjects);
  free(s->calls);
  free(s);
}

void reference_hear(struct reference_session *s, const char *text, size_t length) {
  if (s->parent) return;                /* a person speaks to the first agent */
  ref_grow(s->heard, s->heard_count);
  s->heard[s->heard_count++] = (struct heard){arena_copy(&s->arena, text, length), length};
}

static void prove(struct reference_session *s, unsigned proof, int64_t now) {
  ref_grow(s->proofs, s->proof_count);
  s->proofs[s->proof_count++] = (struct proven){proof, now};
}

bool reference_prove(struct reference_session *s, const char *proof, int64_t now) {
  const struct program *p = s->reference->program;
  for (unsigned i = 0; i < p->proofs_count; i++)
    if (strcmp(p->proofs[i]->full, proof) == 0) { prove(s, i, now); return true; }
  return false;
}

bool reference_taint(struct reference_session *s, const char *label) {
  const struct program *p = s->reference->program;
  for (unsigned i = 0; i < p->labels_count; i++)
    if (strcmp(p->labels[i]->full, label) == 0) { ref_label(s, (uint64_t)1 << i); return true; }
  return false;
}

bool ref_proved(const struct reference_session *s, unsigned proof, int64_t now) {
  int64_t lasts = s->reference->program->proofs[proof]->lasts;
  for (size_t i = 0; i < s->proof_count; i++)
    if (s->proofs[i].proof == proof && (!lasts || now - s->proofs[i].at < lasts)) return true;
  return false;
}

/* ---- what was seen ---- */
static const struct type *key_type(const struct entity *e, unsigned k) { return e->type->fields[e->key_field[k]].type; }

static bool same_key(const struct entity *e, struct rv record, const struct rv *keys) {
  for (unsigned k = 0; k < e->keys; k++) if (!rv_equal(key_type(e, k), record.items[e->key_field[k]], keys[k])) return false;
  return true;
}

static bool touches(const struct pending_call *call, const struct entity *e, struct rv record) {
  for (unsigned t = 0; t < call->touched_count; t++) {
    const struct touched *touched = &call->touched[t];
    bool same = touched->entity == e;
    for (unsigned k = 0; same && k < e->keys; k++)
      same = touched->key[k].missing || rv_equal(key_type(e, k), touched->key[k], record.items[e->key_field[k]]);
    if (same) return true;
  }
  return false;
}

/* A fact that an allowed write may be changing right now is not known; nor is any while another session writes. */
static bool visible(const struct reference_session *s, const struct fact *fact) {
  if (s->root->all_writing != s->writing || s->root->all_written != s->written) return false;
  for (size_t i = 0; i < s->call_count; i++)
    if (s->calls[i].state == CALL_OPEN && touches(&s->calls[i], fact->entity, fact->record)) return false;
  return !fact->gone;
}

struct rv ref_seen(const struct reference_session *s, const struct entity *entity, const struct rv *keys, int64_t since) {
  for (size_t i = 0; i < s->fact_count; i++) {
    const struct fact *f = &s->facts[i];
    if (f->entity == entity && f->at >= since && same_key(entity, f->record, keys) && visible(s, f)) return f->record;
  }
  return rv_missing();
}

size_t ref_seen_all(const struct reference_session *s, const struct entity *entity, struct rv *out) {
  size_t count = 0;
  for (size_t i = 0; i < s->fact_count; i++) {
    if (s->facts[i].entity != entity || !visible(s, &s->facts[i])) continue;
    if (out) out[count] = s->facts[i].record;
    count++;
  }
  return count;
}

struct rv ref_seen_only(const struct reference_session *s, const struct entity *entity) {
  struct rv record = rv_missing();
  size_t keys = 0;
  for (size_t i = 0; i < s->key_count; i++) keys += s->keys_seen[i].entity == entity;
  if (keys != 1) return record;
  for (size_t i = 0; i < s->fact_count; i++)
    if (s->facts[i].entity == entity && visible(s, &s->facts[i])) record = s->facts[i].record;
  return record;
}

struct rv ref_bound(const struct reference_session *s, const struct entity *entity) {
  for (size_t i = 0; i < s->root->subject_count; i++) if (s->root->subjects[i].entity == entity) return s->root->subjects[i].key;
  return rv_missing();
}

static void note_key(struct reference_session *s, const struct entity *e, struct rv record) {
  for (size_t i = 0; i < s->key_count; i++)
    if (s->keys_seen[i].entity == e && same_key(e, record, s->keys_seen[i].key)) return;
  ref_grow(s->keys_seen, s->key_count);
  struct only *only = &s->keys_seen[s->key_count++];
  only->entity = e;
  for (unsigned k = 0; k < e->keys; k++) only->key[k] = record.items[e->key_field[k]];
}

static void forget(struct reference_session *s, const struct entity *e, struct rv record) {
  for (size_t i = 0; i < s->fact_count; i++) {
    struct rv keys[IMAGE_MAX_ENTITY_KEYS];
    for (unsigned k = 0; k < e->keys; k++) keys[k] = record.items[e->key_field[k]];
    if (s->facts[i].entity == e && same_key(e, s->facts[i].record, keys)) s->facts[i].gone = true;
  }
}

static void store(struct reference_session *s, const struct entity *e, struct rv record, int64_t now, bool vouched) {
  forget(s, e, record);
  ref_grow(s->facts, s->fact_count);
  s->facts[s->fact_count++] = (struct fact){.entity = e, .record = record, .at = now, .vouched = vouched};
}

bool reference_see(struct reference_session *s, const char *name, const char *text, size_t length, int64_t now) {
  const struct program *p = s->reference->program;
  struct wire wire = {.arena = &s->arena, .program = p};
  struct json json = ref_json(&s->arena, text, length);
  struct rv record;
  ref_catch_up(s);
  for (unsigned i = 0; i < p->entities_count; i++) {
    if (strcmp(p->entities[i]->name, name) != 0) continue;
    if (!ref_decode(&wire, p->entities[i]->type, &json, &record)) return false;
    note_key(s, p->entities[i], record);
    store(s, p->entities[i], record, now, true);
    return true;
  }
  return false;
}

/* ---- said and vouched ---- */
bool ref_said(const struct reference_session *s, const struct type *type, struct rv v) {
  s = s->root;
  for (size_t i = 0; i < s->heard_count; i++)
    if (ref_said_in(s->reference->program, type, v, s->heard[i].text, s->heard[i].length)) return true;
  return false;
}

static bool is_text(const struct type *type) { return type->kind == TYPE_STRING || type->kind == TYPE_IP || type->kind == TYPE_CIDR; }

static bool leaf(const struct type *wanted, struct rv v, const struct type *type, struct rv found) {
  if (type->kind != wanted->kind || (type->kind == TYPE_MONEY && type != wanted)) return false;
  return is_text(type) ? rv_equal(type, v, found) : v.number == found.number;
}

/* Whether a value stands anywhere in what is trusted of another. */
static bool holds(const struct type *wanted, struct rv v, const struct type *type, struct rv found) {
  static const struct type string = {.kind = TYPE_STRING};
  if (found.missing) return false;
  switch (type->kind) {
    case TYPE_RECORD:
      for (unsigned i = 0; i < type->field_count; i++)
        if (!type->fields[i].untrusted && holds(wanted, v, type->fields[i].type, found.items[i])) return true;
      return false;
    case TYPE_MAP:
      for (size_t i = 0; i < found.count; i += 2)
        if (leaf(wanted, v, &string, found.items[i]) || holds(wanted, v, type->element, found.items[i + 1])) return true;
      return false;
    case TYPE_LIST: case TYPE_SET: case TYPE_STRINGS:
      for (size_t i = 0; i < found.count; i++)
        if (holds(wanted, v, type->kind == TYPE_STRINGS ? &string : type->element, found.items[i])) return true;
      return false;
    default: return leaf(wanted, v, type, found);
  }
}

bool ref_vouched(const struct reference_session *s, const struct type *type, struct rv v) {
  if (ref_said(s, type, v)) return true;
  if (is_text(type) && !v.length) return false;
  for (size_t i = 0; i < s->fact_count; i++)
    if (s->facts[i].vouched && visible(s, &s->facts[i]) && holds(type, v, s->facts[i].entity->type, s->facts[i].record)) return true;
  return false;
}

/* ---- calls ---- */
static bool wholly_vouched(const struct reference_session *s, const struct type *type, struct rv v) {
  static const struct type string = {.kind = TYPE_STRING};
  if (v.missing || type->kind == TYPE_BOOL || type->kind == TYPE_WORDS) return true;
  switch (type->kind) {
    case TYPE_RECORD:
      for (unsigned i = 0; i < type->field_count; i++) if (!wholly_vouched(s, type->fields[i].type, v.items[i])) return false;
      return true;
    case TYPE_LIST: case TYPE_SET: case TYPE_STRINGS: case TYPE_MAP:
      for (size_t i = 0; i < v.count; i++) {
        const struct type *element = type->kind == TYPE_STRINGS || (type->kind == TYPE_MAP && i % 2 == 0) ? &string : type->element;
        if (!wholly_vouched(s, element, v.items[i])) return false;
      }
      return true;
    default: return ref_vouched(s, type, v);
  }
}

static bool reached(struct reference_session *s, const struct operation *o, const struct rv *args) {
  for (unsigned i = 0; i < o->param_count; i++) {
    const struct param *p = &o->params[i];
    if (p->paging || args[i].missing) continue;
    if (p->value && rv_equal(p->type, args[i], rv_of_constant(&s->arena, p->value))) continue;
    if (!wholly_vouched(s, p->type, args[i])) return false;
  }
  return !o->untrusted;
}

uint64_t ref_allowed(struct reference_session *s, const struct operation *o, const struct rv *args) {
  struct pending_call call = {.operation = o, .began = ++s->sequence, .touched_count = o->change_count};
  call.args = arena_alloc(&s->arena, o->param_count * sizeof *call.args);
  for (unsigned i = 0; i < o->param_count; i++) call.args[i] = rv_copy(&s->arena, args[i]);
  call.reached = reached(s, o, args);
  call.touched = arena_alloc(&s->arena, o->change_count * sizeof *call.touched);
  for (unsigned c = 0; c < o->change_count; c++) {
    call.touched[c].entity = o->changes[c].entity;
    for (unsigned k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++) {
      call.touched[c].key[k] = rv_missing();
      for (unsigned p = 0; k < o->changes[c].entity->keys && p < o->param_count; p++)
        if (o->params[p].slot == o->changes[c].slot[k]) call.touched[c].key[k] = call.args[p];
    }
  }
  if (writes(&call)) begin_write(s);
  ref_label(s, o->labels);
  s->root->counts[o->id]++;
  ref_grow(s->calls, s->call_count);
  s->calls[s->call_count++] = call;
  return s->call_count;
}

/* ---- results ---- */
struct found { const struct entity *entity; struct rv record; bool twice; };
struct results { struct found *list; size_t count; };

static bool complete(const struct type *type, struct rv v) {
  if (v.missing) return false;
  if (type->kind == TYPE_LIST || type->kind == TYPE_SET)
    for (size_t i = 0; i < v.count; i++) if (!complete(type->element, v.items[i])) return false;
  if (type->kind == TYPE_MAP)
    for (size_t i = 1; i < v.count; i += 2) if (!complete(type->element, v.items[i])) return false;
  for (unsigned i = 0; type->kind == TYPE_RECORD && i < type->field_count; i++)
    if (!complete(type->fields[i].type, v.items[i]) && !(type->fields[i].optional && v.items[i].missing)) return false;
  return true;
}

static void collect(struct results *results, const struct type *type, struct rv v) {
  if (v.missing) return;
  if (type->kind == TYPE_LIST || type->kind == TYPE_SET)
    for (size_t i = 0; i < v.count; i++) collect(results, type->element, v.items[i]);
  if (type->kind == TYPE_MAP)
    for (size_t i = 1; i < v.count; i += 2) collect(results, type->element, v.items[i]);
  if (type->kind != TYPE_RECORD) return;
  for (unsigned i = 0; i < type->field_count; i++) collect(results, type->fields[i].type, v.items[i]);
  if (!type->entity || !complete(type, v)) return;
  struct rv keys[IMAGE_MAX_ENTITY_KEYS];
  for (unsigned k = 0; k < type->entity->keys; k++) keys[k] = v.items[type->entity->key_field[k]];
  for (size_t i = 0; i < results->count; i++) {
    struct found *other = &results->list[i];
    if (other->entity != type->entity || !same_key(type->entity, other->record, keys)) continue;
    other->twice = other->twice || !rv_equal(type, other->record, v);
    return;
  }
  ref_grow(results->list, results->count);
  results->list[results->count++] = (struct found){type->entity, v, false};
}

/* A write that took effect after the call began may have changed what the call read. */
static bool overtaken(const struct reference_session *s, const struct pending_call *call, const struct found *found) {
  if (call->began < s->lost) return true;
  for (size_t i = 0; i < s->call_count; i++) {
    const struct pending_call *other = &s->calls[i];
    if (other != call && other->state == CALL_ENDED && other->took_effect && other->ended > call->began &&
        touches(other, found->entity, found->record))
      return true;
  }
  return false;
}

static void bind(struct reference_session *s, const struct entity *entity, struct rv record) {
  if (!ref_bound(s, entity).missing) return;
  s = s->root;
  ref_grow(s->subjects, s->subject_count);
  s->subjects[s->subject_count++] = (struct subject){entity, rv_copy(&s->arena, record.items[entity->key_field[0]])};
}

static const struct type *innermost(const struct type *type) {
  while (type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_MAP) type = type->element;
  return type;
}

/* Asked for one key, answered with another: nothing of the result is believed. */
static bool as_asked(const struct pending_call *call, const struct type *type, struct rv record) {
  const struct operation *o = call->operation;
  if (!type->entity || record.missing) return true;
  for (unsigned k = 0; k < type->entity->keys; k++) {
    unsigned field = type->entity->key_field[k];
    for (unsigned p = 0; p < o->param_count; p++) {
      const struct rv *asked = &call->args[p];
      if (strcmp(o->params[p].name, type->fields[field].name) != 0 || o->params[p].type != type->fields[field].type || asked->missing || record.items[field].missing) continue;
      if (!rv_equal(type->fields[field].type, *asked, record.items[field])) return false;
    }
  }
  return true;
}

static bool take_in(struct reference_session *s, struct pending_call *call, const struct json *json, int64_t now) {
  const struct operation *o = call->operation;
  struct wire wire = {.arena = &s->arena, .program = s->reference->program, .fill = o, .args = call->args, .parts = true};
  struct rv result;
  struct results results = {0};
  if (!o->result) return true;
  wire.fill_type = innermost(o->result);
  struct json value = *json, *fields;
  if (wire.fill_type == o->result && o->result->entity && o->result->field_count == 1 && json->kind != JSON_OBJECT) {
    fields = arena_alloc(&s->arena, 2 * sizeof *fields);     /* a bare value for an entity that is only its key */
    fields[0] = *json;
    fields[1] = (struct json){.kind = JSON_STRING, .text = o->result->fields[0].name, .length = strlen(o->result->fields[0].name)};
    value = (struct json){.kind = JSON_OBJECT, .items = fields, .names = fields + 1, .count = 1};
  }
  if (!ref_decode(&wire, o->result, &value, &result) || wire.conflict || !as_asked(call, o->result, result)) return false;
  collect(&results, o->result, result);
  for (size_t i = 0; i < results.count; i++) {
    struct found *f = &results.list[i];
    if (!f->twice) note_key(s, f->entity, f->record);
    if (f->twice || overtaken(s, call, f)) forget(s, f->entity, f->record);
    else store(s, f->entity, f->record, now, call->reached);
    if (!f->twice && o->binds == f->entity) bind(s, f->entity, f->record);
  }
  free(results.list);
  return !wire.incomplete;
}

static bool says_failure(const struct operation *o, const struct json *json) {
  const char *failure = o->connector->failure;
  return failure && *failure && json->kind == JSON_STRING && json->length >= strlen(failure) && memcmp(json->text, failure, strlen(failure)) == 0;
}

bool reference_observe(struct reference_session *s, uint64_t number, enum reference_outcome outcome, const char *text, size_t length, int64_t now) {
  if (!number || number > s->call_count || s->calls[number - 1].state != CALL_OPEN) return false;
  struct pending_call *call = &s->calls[number - 1];
  struct json json = {.kind = JSON_NULL};
  ref_catch_up(s);
  if (outcome == REFERENCE_SUCCESS) {
    json = ref_json(&s->arena, text, length);
    if (json.kind == JSON_BROKEN) json = (struct json){.kind = JSON_STRING, .text = arena_copy(&s->arena, text, length), .length = length};
    if (says_failure(call->operation, &json)) outcome = REFERENCE_FAILED;
  }
  call->state = CALL_ENDED;
  call->ended = ++s->sequence;
  call->took_effect = outcome != REFERENCE_FAILED;
  if (writes(call)) end_write(s, call->took_effect);
  if (outcome == REFERENCE_FAILED) { s->root->counts[call->operation->id]--; return true; }
  for (size_t i = 0; i < s->fact_count; i++) if (touches(call, s->facts[i].entity, s->facts[i].record)) s->facts[i].gone = true;
  if (outcome == REFERENCE_UNKNOWN) return true;
  if (!take_in(s, call, &json, now)) return true;           /* an answer that is not whole proves nothing */
  for (unsigned i = 0; i < s->reference->program->proofs_count; i++) if (call->operation->proves >> i & 1) prove(s, i, now);
  return true;
}
