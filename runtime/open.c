/* open.c: sessions as the host sees them: opening, closing, delegating, hearing, proving, tainting, approving. */
#include <stdio.h>
#include "engine.h"
#include "packed.h"

/* ---- the requester's context ---- */
static const struct image_field *field_named(const struct rebase_bundle *b, const struct image_type *t, const char *name, uint32_t *index) {
  for (*index = 0; *index < t->b; ++*index)
    if (!strcmp(bundle_string(b, b->FIELDS.at[t->a + *index].name), name)) return &b->FIELDS.at[t->a + *index];
  return NULL;
}

rebase_status requester_decode(const struct loaded *l, const char *requester, const char *json, size_t length,
                               struct workspace *work, value *record, uint32_t *longest, char *error, size_t error_size) {
  const struct rebase_bundle *b = l->bundle;
  uint32_t type = b->info->requester_type, index;
  struct json j;
  *record = missing_value();
  *longest = 0;
  if (type == NONE32) return REBASE_OK;
  json_begin(&j, b, work, JSON_RESULT, json, length);
  if (!json_value(&j, type, record) || !json_end(&j) || is_missing(*record)) {
    snprintf(error, error_size, "context requester: %s", j.status == REBASE_OK ? "an object is expected" : j.error);
    return j.status == REBASE_OK ? REBASE_E_TYPE : j.status;
  }
  const struct image_field *id = field_named(b, bundle_type(b, type), "id", &index);
  if (id && bundle_type(b, id->type)->kind == TYPE_STRING) {
    value *slot = (value *)(uintptr_t)&record->record[index];
    if (is_missing(*slot)) slot->text = workspace_text(work, requester, strlen(requester));
    if (!slot->text || strcmp(slot->text->bytes, requester)) {
      snprintf(error, error_size, "context requester: `id` is not the requester");
      return REBASE_E_ARGUMENT;
    }
  }
  if (!value_complete(b, type, *record)) {
    snprintf(error, error_size, "context requester: a required field is missing");
    return REBASE_E_TYPE;
  }
  *longest = j.longest;
  return REBASE_OK;
}

bool requester_record(const struct family *f, const struct loaded *l, struct workspace *work, value *record, uint32_t *longest) {
  char error[64];
  *longest = f->requester_longest;
  *record = f->requester_record;
  if (!f->requester_json || !memcmp(f->requester_layout, l->layout, LAYOUT_BYTES)) return true;
  return requester_decode(l, f->requester->name->bytes, f->requester_json->bytes, f->requester_json->len, work, record, longest,
                          error, sizeof error) == REBASE_OK;
}

/* Decodes once, into memory of the family's own. */
static rebase_status set_requester(struct family *f, const struct loaded *l, const char *requester, const char *json, rebase_report *report) {
  const struct allocator *a = &f->allocator;
  char error[320] = "out of memory";
  size_t length = json ? strlen(json) : 0, size = 4 * length + 4096;
  if (!json) return REBASE_OK;
  if (length > 65536) return engine_report(report, REBASE_E_TOO_LARGE, "context requester is longer than 65536 bytes");
  if (!(f->requester_json = a->alloc(text_size(length), a->user))) return engine_report(report, REBASE_E_MEMORY, "%s", error);
  text_write(f->requester_json, json, length);
  struct workspace work = {a->alloc(size, a->user), 0, 0, size};
  if (!(f->requester_memory = work.base)) return engine_report(report, REBASE_E_MEMORY, "%s", error);
  workspace_reset(&work);
  memcpy(f->requester_layout, l->layout, LAYOUT_BYTES);
  rebase_status status = requester_decode(l, requester, json, length, &work, &f->requester_record, &f->requester_longest, error, sizeof error);
  return status == REBASE_OK ? status : engine_report(report, status, "%s", error);
}

/* ---- opening ---- */
/* Gives the session to the store, or frees it. */
static rebase_status hand_over(rebase_engine *e, struct session *s, struct now now, char id[REBASE_ID_BYTES], rebase_report *report) {
  unsigned char random[ID_BYTES];
  rebase_status status = engine_random(e, random, sizeof random) ? e->ops->add(e->store, s, random, now, e->options.session_lifetime)
                                                                 : REBASE_E_RANDOM;
  if (status == REBASE_OK) {
    memcpy(id, s->id, REBASE_ID_BYTES);
    if (!*s->family->root) memcpy(s->family->root, s->id, REBASE_ID_BYTES);
    return status;
  }
  struct requester *left = session_free(s);
  if (left) e->ops->leave(e->store, left, now);
  return engine_report(report, status, status == REBASE_E_FULL ? "no room for another session" : "no random bytes");
}

/* The first session of a conversation. */
static rebase_status open_root(rebase_engine *e, const struct loaded *l, const rebase_opening *o, struct now now,
                               char id[REBASE_ID_BYTES], rebase_report *report) {
  const struct rebase_bundle *b = l->bundle;
  rebase_status status = REBASE_OK;
  uint32_t agent = find_agent(b, o->agent, strlen(o->agent));
  if (agent == NONE32) return engine_report(report, REBASE_E_AGENT, "unknown agent `%.200s`", o->agent);
  struct requester *requester = e->ops->requester(e->store, o->requester, now, e->options.session_lifetime, &status);
  if (!requester) return engine_report(report, status, status == REBASE_E_FULL ? "too many requesters" : "out of memory");
  const struct text *chain[] = {bundle_text(b, b->AGENTS.at[agent].name)};
  struct family *family = family_new(&e->allocator, requester, b->OPERATIONS.count + 64, now);
  struct session *s = family ? session_new(&e->allocator, family, chain, 1, b->ENTITIES.count) : NULL;
  if (!s) {
    if (family) family_free(family);
    e->ops->leave(e->store, requester, now);
    return engine_report(report, REBASE_E_MEMORY, "out of memory");
  }
  session_adopt(s, l);
  status = set_requester(family, l, o->requester, o->requester_json, report);
  if (status != REBASE_OK) {
    session_free(s);
    e->ops->leave(e->store, requester, now);
    return status;
  }
  return hand_over(e, s, now, id, report);
}

static rebase_status begin(rebase_engine *e, struct now *now, struct loaded **l, rebase_report *report) {
  rebase_status status = engine_check(e);
  *l = NULL;
  if (status == REBASE_OK) status = engine_now(e, now);
  if (status == REBASE_OK && !(*l = engine_pin(e))) status = REBASE_E_NO_BUNDLE;
  return engine_report(report, status, "%s", rebase_status_text(status));
}

rebase_status rebase_session_open(rebase_engine *e, const rebase_opening *o, char id[REBASE_ID_BYTES], rebase_report *report) {
  struct now now;
  struct loaded *l;
  if (id) memset(id, 0, REBASE_ID_BYTES);
  rebase_status status = begin(e, &now, &l, report);
  if (status == REBASE_OK) {
    bool fine = id && o && o->agent && o->requester && *o->requester && strlen(o->requester) < 4096 &&
                utf8_valid(o->requester, strlen(o->requester));
    status = fine ? open_root(e, l, o, now, id, report) : engine_report(report, REBASE_E_ARGUMENT, "an opening needs agent and requester");
    if (status != REBASE_OK) atomic_fetch_add(&e->refused_sessions, 1);
    else log_event(e, "open", id, NULL, o->requester);
  }
  loaded_drop(l);
  return status;
}

void rebase_session_close(rebase_engine *e, const char *session) {
  struct now now = {0, 0};
  if (engine_check(e) != REBASE_OK || !session) return;
  if (engine_now(e, &now) != REBASE_OK) now.steady = INT64_MAX / 2;    /* labels are then kept for as long as can be */
  e->ops->remove(e->store, session, now);
}

/* ---- delegation ---- */
/* With the parent locked: a child for the agent of the allowed decision. */
static struct session *make_child(rebase_engine *e, struct session *parent, const struct loaded *l, const unsigned char *decision,
                                  rebase_status *status) {
  const struct text *chain[REBASE_MAX_DEPTH];
  struct call *call = session_find_call(parent, decision);
  uint32_t length = parent->chain->len;
  *status = !call || call->operation != NONE32 ? REBASE_E_DECISION : call->generation != l->generation ? REBASE_E_STALE
            : length >= REBASE_MAX_DEPTH ? REBASE_E_RANGE : REBASE_OK;
  if (*status != REBASE_OK) return NULL;
  for (uint32_t i = 0; i < length; i++) chain[i] = parent->chain->items[i].text;
  chain[length] = bundle_text(l->bundle, l->bundle->AGENTS.at[call->agent].name);
  struct session *child = session_new(&e->allocator, parent->family, chain, length + 1, l->bundle->ENTITIES.count);
  if (!child) { *status = REBASE_E_MEMORY; return NULL; }
  session_adopt(child, l);
  session_end_call(parent, call, false);
  return child;
}

rebase_status rebase_session_delegate(rebase_engine *e, const char *parent_id, const char *decision_id, char child_id[REBASE_ID_BYTES],
                                      rebase_report *report) {
  struct now now;
  struct loaded *l;
  struct session *parent = NULL, *child = NULL;
  unsigned char decision[ID_BYTES];
  if (child_id) memset(child_id, 0, REBASE_ID_BYTES);
  rebase_status status = begin(e, &now, &l, report);
  if (status == REBASE_OK && (!child_id || !parent_id)) status = REBASE_E_ARGUMENT;
  if (status == REBASE_OK && !id_from_hex(decision_id, decision)) status = REBASE_E_DECISION;
  if (status == REBASE_OK) status = engine_acquire(e, parent_id, &now, &parent);
  if (status == REBASE_OK) child = make_child(e, parent, l, decision, &status);
  engine_release(e, parent);
  if (status != REBASE_OK) engine_report(report, status, "%s", rebase_status_text(status));
  else status = hand_over(e, child, now, child_id, report);
  if (status == REBASE_OK) log_event(e, "delegate", child_id, decision_id, parent_id);
  loaded_drop(l);
  return status;
}

/* ---- what the host tells a session ---- */
rebase_status rebase_hear(rebase_engine *e, const char *session, const char *text, size_t length) {
  struct now now;
  struct session *s;
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return status;
  if (!text) return REBASE_E_ARGUMENT;
  size_t limit = e->options.session_bytes / 2;
  if (length > limit) return REBASE_E_TOO_LARGE;
  if (!utf8_valid(text, length)) return REBASE_E_REQUEST;
  if ((status = engine_now(e, &now)) != REBASE_OK || (status = engine_acquire(e, session, &now, &s)) != REBASE_OK) return status;
  if (s->chain->len > 1) status = REBASE_E_ARGUMENT;        /* what one agent tells another nobody said */
  else if (!session_hear(s, text, length, limit)) status = REBASE_E_MEMORY;
  engine_release(e, s);
  if (status == REBASE_OK) log_event(e, "hear", session, NULL, NULL);
  return status;
}

static rebase_status mark(rebase_engine *e, const char *session, const char *name, bool proof) {
  struct now now;
  struct loaded *l;
  struct session *s;
  rebase_status status = begin(e, &now, &l, NULL);
  if (status != REBASE_OK) return status;
  uint32_t index = !name ? NONE32 : proof ? find_proof(l->bundle, name, strlen(name)) : find_label(l->bundle, name, strlen(name));
  status = index == NONE32 ? REBASE_E_ARGUMENT : engine_acquire(e, session, &now, &s);
  if (status == REBASE_OK) {
    if (!proof) session_label(s, l, UINT64_C(1) << index);
    else if (!session_prove(s, l->proof[index], now)) status = REBASE_E_FULL;
    engine_release(e, s);
  }
  loaded_drop(l);
  if (status == REBASE_OK) log_event(e, proof ? "prove" : "taint", session, NULL, name);
  return status;
}

rebase_status rebase_prove(rebase_engine *e, const char *session, const char *proof) { return mark(e, session, proof, true); }
rebase_status rebase_taint(rebase_engine *e, const char *session, const char *label) { return mark(e, session, label, false); }

/* ---- answers ---- */
static rebase_status answer(struct ask *ask, uint32_t group) {
  for (uint32_t i = 0; i < ask->group_count; i++) {
    if (ask->groups[i] != group) continue;
    ask->answered |= 1u << i;
    return REBASE_OK;
  }
  return REBASE_E_APPROVAL;
}

rebase_status rebase_approve(rebase_engine *e, const char *session, const char *decision_id, const char *group, const char *approver) {
  struct now now;
  struct loaded *l;
  struct session *s;
  unsigned char id[ID_BYTES];
  rebase_status status = begin(e, &now, &l, NULL);
  if (status != REBASE_OK) return status;
  uint32_t index = group ? find_group(l->bundle, group, strlen(group)) : NONE32;
  status = !group || !approver || !*approver ? REBASE_E_ARGUMENT : index == NONE32 ? REBASE_E_APPROVAL : !id_from_hex(decision_id, id) ? REBASE_E_DECISION
           : engine_acquire(e, session, &now, &s);
  if (status == REBASE_OK) {
    bool self = !strcmp(approver, s->family->requester->name->bytes), person = index == 0;
    struct ask *ask = session_ask_by_id(s, id);
    if (!ask) status = REBASE_E_DECISION;
    else if (memcmp(ask->bundle, l->bundle->digest, sizeof ask->bundle)) status = REBASE_E_STALE;     /* groups have other numbers */
    else if (ask->deadline && (now.wall > ask->deadline || now.steady > ask->steady_deadline)) status = REBASE_E_APPROVAL;
    else status = self == person ? answer(ask, index) : REBASE_E_APPROVAL;
    engine_release(e, s);
  }
  loaded_drop(l);
  if (status == REBASE_OK) log_event(e, "approve", session, decision_id, approver);
  return status;
}
