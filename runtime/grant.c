/* grant.c: what becomes of an ask or an allow: the bytes that were decided, approvals, and what the session remembers. */
#include <sodium.h>
#include <stdio.h>
#include "canonical.h"
#include "engine.h"
#include "packed.h"
#include "redact.h"

/* ---- redactions: all detectors that any matched rule names for a slot, in one pass ---- */
enum { MAX_DETECTORS = 64 };

static rebase_status detectors_for(const rebase_request *r, uint32_t slot, uint32_t *detectors, uint32_t *count) {
  const struct rebase_bundle *b = r->loaded->bundle;
  *count = 0;
  for (uint32_t i = 0; i < r->record.redaction_count; i++) {
    const struct image_obligation *o = &b->OBLIGATIONS.at[r->record.redactions[i]];
    if (o->slot != slot) continue;
    for (uint32_t k = 0; k < o->detectors; k++) {
      uint32_t detector = b->INDEXES.at[o->first_detector + k], known = 0;
      while (known < *count && detectors[known] != detector) known++;
      if (known < *count) continue;
      if (*count == MAX_DETECTORS) return REBASE_E_FULL;
      detectors[(*count)++] = detector;
    }
  }
  return REBASE_OK;
}

static rebase_status redact_status(enum redact_status status) {
  return status == REDACT_OK ? REBASE_OK : status == REDACT_FULL ? REBASE_E_TOO_LARGE : REBASE_E_COST;
}

static rebase_status redact_slot(rebase_request *r, uint32_t slot, uint32_t type, value v, uint64_t *budget, value *out) {
  uint32_t detectors[MAX_DETECTORS], count;
  struct redaction redaction;
  *out = v;
  rebase_status status = detectors_for(r, slot, detectors, &count);
  if (status != REBASE_OK || !count || is_missing(v)) return status;
  enum redact_status begun = redact_begin(&redaction, r->loaded->bundle, &r->work, detectors, count, *budget);
  if (begun != REDACT_OK) return redact_status(begun);
  status = redact_status(redact_value(&redaction, type, v, out));
  *budget = redaction.budget;
  return status;
}

static rebase_status redacted_slots(rebase_request *r, const struct image_operation *o, const value **slots) {
  const struct rebase_bundle *b = r->loaded->bundle;
  *slots = r->slots;
  if (!r->record.redaction_count) return REBASE_OK;
  uint32_t count = b->CONNECTORS.at[o->connector].slots;
  uint64_t budget = r->engine->options.max_steps;
  value *copy = workspace_take(&r->work, count * sizeof *copy);
  if (!copy) return REBASE_E_TOO_LARGE;
  if (count) memcpy(copy, r->slots, count * sizeof *copy);
  for (uint32_t i = 0; i < o->params; i++) {
    const struct image_param *p = &b->PARAMS.at[o->first_param + i];
    rebase_status status = redact_slot(r, p->slot, p->type, r->slots[p->slot], &budget, &copy[p->slot]);
    if (status != REBASE_OK) return status;
  }
  *slots = copy;
  return REBASE_OK;
}

static rebase_status write_release(rebase_request *r, struct out *out) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  uint64_t budget = r->engine->options.max_steps;
  value text = {.text = r->text};
  rebase_status status = redact_slot(r, NONE32, TYPE_STRING, text, &budget, &text);
  if (status != REBASE_OK) return status;
  out_string(out, "{\"release\":\"");
  out_string(out, targets[r->record.asked.target]);
  out_string(out, "\",\"text\":");
  out_json_string(out, text.text->bytes, text.text->len);
  out_char(out, '}');
  return REBASE_OK;
}

rebase_status write_canonical(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  struct out *out = &r->canonical;
  const value *slots;
  rebase_status status = REBASE_OK;
  out->length = 0;
  if (r->record.asked.event == EVENT_CALL) {
    const struct image_operation *o = &b->OPERATIONS.at[r->record.asked.target];
    status = redacted_slots(r, o, &slots);
    if (status == REBASE_OK) canonical_call(out, b, o, slots);
  } else if (r->record.asked.event == EVENT_RELEASE) {
    status = write_release(r, out);
  } else if (r->record.asked.event == EVENT_DELEGATE) {
    const struct text *name = bundle_text(b, b->AGENTS.at[r->record.asked.target].name);
    out_string(out, "{\"delegate\":");
    out_json_string(out, name->bytes, name->len);
    out_char(out, '}');
  } else infer_write(r);
  if (status == REBASE_OK && out->length >= out->size) status = REBASE_E_TOO_LARGE;
  if (status != REBASE_OK) { out->length = 0; return status; }
  out_end(out);
  r->record.decision.canonical = out->bytes;
  r->record.decision.canonical_length = out->length;
  return REBASE_OK;
}

static void hash_part(crypto_generichash_state *h, const char *bytes, size_t length) {
  uint64_t size = length;
  crypto_generichash_update(h, (const unsigned char *)&size, sizeof size);
  crypto_generichash_update(h, (const unsigned char *)bytes, length);
}

void hash_call(rebase_request *r, unsigned char hash[32]) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct text *agent = bundle_text(b, b->AGENTS.at[r->record.asked.agent].name);
  const struct text *operation = bundle_text(b, r->record.asked.event == EVENT_CALL ? b->OPERATIONS.at[r->record.asked.target].name : 0);
  crypto_generichash_state h;
  crypto_generichash_init(&h, NULL, 0, 32);
  crypto_generichash_update(&h, b->digest, 32);
  hash_part(&h, r->record.session, strlen(r->record.session));
  hash_part(&h, agent->bytes, agent->len);
  hash_part(&h, operation->bytes, operation->len);
  hash_part(&h, r->canonical.bytes, r->canonical.length);
  crypto_generichash_final(&h, hash, 32);
  sodium_bin2hex(r->record.decision.call_hash, sizeof r->record.decision.call_hash, hash, 32);
}

/* ---- asks ---- */
static bool answered(const struct ask *ask, uint32_t group) {
  for (uint32_t i = 0; i < ask->group_count; i++)
    if (ask->groups[i] == group) return ask->answered >> i & 1;
  return false;
}

/* An ask that stands keeps the answers of groups that are still asked, its id and, unless a rule is in more haste, its deadline. */
static void renew(struct ask *ask, const struct record *record, bool fresh) {
  uint32_t answers = 0;
  for (uint32_t i = 0; i < record->decision.approver_count; i++)
    if (answered(ask, record->groups[i])) answers |= 1u << i;
  ask->answered = answers;
  ask->group_count = record->decision.approver_count;
  memcpy(ask->groups, record->groups, ask->group_count * sizeof *ask->groups);
  if (!record->wait || (!fresh && ask->deadline && ask->deadline <= record->now.wall + record->wait)) return;
  ask->deadline = record->now.wall + record->wait;
  ask->steady_deadline = record->now.steady + record->wait;
}

rebase_status settle_ask(rebase_request *r, struct session *session, const unsigned char hash[32], struct ask **used) {
  struct record *record = &r->record;
  rebase_decision *d = &record->decision;
  *used = NULL;
  d->deadline = record->wait ? record->now.wall + record->wait : 0;
  if (!session) return REBASE_OK;           /* it asks, but nothing remembers answers */
  struct ask *ask = session_find_ask(session, hash, record->now);
  bool fresh = !ask, all = ask != NULL;
  for (uint32_t i = 0; all && i < d->approver_count; i++) all = answered(ask, record->groups[i]);
  if (all) {
    d->effect = REBASE_ALLOW;
    record->by_approval = true;
    *used = ask;
    return REBASE_OK;
  }
  if (fresh) {
    ask = session_new_ask(session);
    memcpy(ask->hash, hash, sizeof ask->hash);
    memcpy(ask->bundle, r->loaded->bundle->digest, sizeof ask->bundle);
    request_id(r, ask->id);
  } else id_to_hex(ask->id, d->id);
  renew(ask, record, fresh);
  d->deadline = ask->deadline;
  return REBASE_OK;
}

/* ---- allow ---- */
static bool vouched_all(const struct session_view *view, uint32_t type, value v) {
  const struct rebase_bundle *b = view->loaded->bundle;
  const struct image_type *t = bundle_type(b, type);
  if (is_missing(v) || t->kind == TYPE_BOOL || t->kind == TYPE_WORDS) return true;
  if (t->kind == TYPE_RECORD) {
    for (uint32_t i = 0; i < t->b; i++)
      if (!vouched_all(view, b->FIELDS.at[t->a + i].type, v.record[i])) return false;
    return true;
  }
  if (!kind_is_collection(t->kind)) return session_vouched(view, type, v);
  if (v.list->len > 64) return false;       /* more work than it is worth: unsure is no */
  uint32_t element = element_type(b, type), step = t->kind == TYPE_MAP ? 2 : 1;
  for (uint32_t i = 0; i < v.list->len; i++) {
    if (step == 2 && !session_vouched(view, TYPE_STRING, v.list->items[2 * i])) return false;
    if (!vouched_all(view, element, v.list->items[i * step + (step - 1)])) return false;
  }
  return true;
}

bool reached_unaided(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_operation *o = &b->OPERATIONS.at[r->record.asked.target];
  if (o->untrusted || !r->loaded->plans[r->record.asked.target].holds_entity) return false;
  for (uint32_t i = 0; i < o->params; i++) {
    const struct image_param *p = &b->PARAMS.at[o->first_param + i];
    value v = r->slots[p->slot], usual = param_default(b, p);
    if (is_missing(v) || p->flags & PARAM_PAGING || (!is_missing(usual) && value_equal(b, p->type, v, usual))) continue;
    if (!vouched_all(&r->view, p->type, v)) return false;
  }
  return true;
}

/* All that can fail comes first: from `count++` on nothing is refused any more. */
rebase_status commit_allow(rebase_request *r, struct session *session, struct ask *used) {
  unsigned char id[ID_BYTES];
  if (!session || (r->record.asked.event != EVENT_CALL && r->record.asked.event != EVENT_DELEGATE)) {
    if (used) used->used = false;
    return REBASE_OK;
  }
  request_id(r, id);
  if (r->record.asked.event == EVENT_DELEGATE) {
    struct call *delegation = session_begin_call(session, r->loaded, NONE32, NULL, id);
    delegation->agent = r->record.asked.target;
    delegation->waiting = r->charges.count != 0;
  } else {
    struct counted *counted = session_count(session, r->loaded->operation[r->record.asked.target]);
    if (!counted) return REBASE_E_FULL;
    bool reached = reached_unaided(r);
    counted->count++;
    session_label(session, r->loaded, r->loaded->bundle->OPERATIONS.at[r->record.asked.target].labels);
    struct call *call = session_begin_call(session, r->loaded, r->record.asked.target, r->slots, id);
    call->reached = reached;
    call->waiting = r->charges.count != 0;
  }
  if (used) used->used = false;
  return REBASE_OK;
}
