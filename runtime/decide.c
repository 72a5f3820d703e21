/* decide.c: a decision from its beginning to its end, in the order of SPEC 7: who asks and when, what is asked, checks, rules, combination,
 * obligations, approvals, and with an allow the change of the session, all under its lock. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include "engine.h"
#include "hex.h"
#include "hints.h"
#include "kept_call.h"
#include "packed.h"

/* ---- what the policy does not decide ---- */
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

/* What a NULL request decides. */
static const struct record no_request = {.decision = {.status = REBASE_E_ARGUMENT, .reason = "", .canonical = ""}};
const rebase_decision *request_none(void) { return &no_request.decision; }

/* ---- the decision's id ---- */
/* Unpredictable without the key, and made many at a time: the first half is the pool's, the second each one's own. */
OUT_OF_LINE static void refill_ids(struct id_pool *pool) {
  unsigned char nonce[crypto_stream_chacha20_NONCEBYTES] = {0}, bytes[sizeof pool->first + sizeof pool->last];
  uint64_t counter = ++pool->counter;
  memcpy(nonce, &counter, sizeof nonce);
  crypto_stream_chacha20(bytes, sizeof bytes, nonce, pool->key);
  memcpy(pool->first, bytes, sizeof pool->first);
  memcpy(pool->last, bytes + sizeof pool->first, sizeof pool->last);
  eight_to_hex(pool->first, pool->digits);
  pool->left = ID_POOL;
}

static void new_id(struct id_pool *pool, char id[REBASE_ID_BYTES]) {
  if (!pool->left) refill_ids(pool);
  memcpy(id, pool->digits, sizeof pool->digits);
  eight_to_hex(pool->last[--pool->left], id + sizeof pool->digits);
  id[2 * ID_BYTES] = '\0';
}

void request_id(const rebase_request *r, unsigned char id[ID_BYTES]) {
  memcpy(id, r->ids.first, sizeof r->ids.first);
  memcpy(id + sizeof r->ids.first, r->ids.last[r->ids.left], sizeof *r->ids.last);
}

/* ---- beginning ---- */
void record_open(struct record *record) {
  record->decision.rules = record->rules;
  record->decision.obligations = record->obligations;
  record->decision.approvers = record->approvers;
  record->reasons[NOTHING] = (rebase_text){"nothing allows this", 19};
  record->reasons[ALLOWED] = (rebase_text){"allowed", 7};
}

/* Field by field: to clear the two texts in it would take longer than the rest. */
static void clear_decision(struct record *record) {
  rebase_decision *d = &record->decision;
  d->effect = REBASE_DENY;
  d->status = REBASE_OK;
  d->id[0] = d->call_hash[0] = '\0';
  d->reason = "";
  d->reason_length = d->canonical_length = 0;
  d->rule_count = d->rule_total = d->obligation_count = d->redactions = d->limit_count = d->approver_count = 0;
  d->limits = NULL;
  d->deadline = 0;
  d->canonical = "";
  d->steps = d->steps_bound = 0;
  d->choice = NULL;
}

static void clear_record(struct record *record) {
  clear_decision(record);
  record->asked = (struct asked){EVENT_CALL, NONE32, NONE32};
  record->loaded = NULL;
  record->route_rule = NONE32;
  record->known = record->by_approval = false;
  record->outcome = 0;
  record->redaction_count = record->limit_count = record->denials = 0;
  record->reasons[BECAUSE].bytes = NULL;
  record->wait = 0;
}

static rebase_status pin(rebase_request *r) {
  uint64_t generation = atomic_load_explicit(&r->engine->generation, memory_order_acquire);
  if (r->loaded && (r->loaded->generation == generation || r->batch.under_way)) return REBASE_OK;
  loaded_drop(r->loaded);
  r->loaded = generation ? engine_pin(r->engine) : NULL;
  return r->loaded ? REBASE_OK : REBASE_E_NO_BUNDLE;
}

rebase_status request_renew(rebase_request *r) {
  clear_record(&r->record);
  r->canonical.length = 0;
  r->charges.count = 0;
  r->scratch.used = 0;
  return engine_check(r->engine);
}

rebase_status request_start(rebase_request *r) {
  rebase_status status = request_renew(r);
  if (status == REBASE_OK) status = pin(r);
  if (r->building) r->filling = (struct filling){0};
  r->building = false;
  r->planned.agent = NONE32;
  r->slots = NULL;
  r->text = NULL;
  workspace_reset(&r->work);
  return status;
}

/* True when it is another than the last time. */
static bool note_name(char *noted, size_t size, const char *name) {
  if (name ? strcmp(noted, name) == 0 : !*noted) return false;
  text_cut(noted, size, name);
  return true;
}

static void note_time(rebase_request *r) {
  struct record *record = &r->record;
  r->untimed = !r->batch.under_way && !r->engine->watches;
  if (r->untimed) { record->clock = REBASE_OK; return; }
  if (!r->batch.under_way) { record->clock = engine_now(r->engine, &record->now); return; }
  record->now = r->batch.now;
  record->clock = r->batch.clock;
}

/* The decision's id; who asks and when, for log and explanation: known of every decision, refused ones too. */
static void note_caller(rebase_request *r, const rebase_caller *caller) {
  struct record *record = &r->record;
  new_id(&r->ids, record->decision.id);
  note_time(r);
  if (caller == r->noted) return;
  r->noted = caller == &r->kept || r->batch.under_way ? caller : NULL;
  bool agent = note_name(record->agent, sizeof record->agent, caller->agent);
  bool requester = note_name(record->requester, sizeof record->requester, caller->requester);
  bool session = note_name(record->session, sizeof record->session, caller->session);
  if (agent || requester) r->caller_generation = 0;
  if (agent) r->agent = NONE32;
  if (requester) r->requester_known = false;
  if (agent || requester || session) r->session_known = false;
}

rebase_status request_time(rebase_request *r) {
  if (r->untimed) r->record.clock = engine_now(r->engine, &r->record.now);
  r->untimed = false;
  return r->record.clock;
}

/* ---- checks of the caller ---- */
/* Who they are under this bundle; kept for the next decision, which most likely is for the same. */
OUT_OF_LINE static rebase_status find_caller(rebase_request *r, const rebase_caller *caller) {
  if (!caller->agent || !*caller->agent || (r->agent == NONE32 && !utf8_valid(caller->agent, strlen(caller->agent))))
    return request_refuse_as(r, REBASE_E_AGENT, "the host names no agent");
  r->agent = find_agent(r->loaded->bundle, caller->agent, strlen(caller->agent));
  if (r->agent == NONE32) {
    request_refuse(r, REBASE_E_AGENT, "unknown agent `%.200s`", caller->agent);
    return REBASE_E_AGENT;
  }
  r->requester_known = r->requester_known || (caller->requester && *caller->requester && utf8_valid(caller->requester, strlen(caller->requester)));
  if (!r->requester_known) return request_refuse_as(r, REBASE_E_REQUESTER, "the host names no requester");
  r->caller_generation = r->loaded->generation;
  return REBASE_OK;
}

static rebase_status check_caller(rebase_request *r, const rebase_caller *caller) {
  if (r->record.clock != REBASE_OK) return request_refuse_as(r, r->record.clock, "the clock is unknown");
  rebase_status status = r->caller_generation == r->loaded->generation ? REBASE_OK : find_caller(r, caller);
  r->record.asked.agent = r->agent;
  if (status != REBASE_OK || !r->untimed) return status;
  bool later = (r->record.asked.event == EVENT_CALL || r->record.asked.event == EVENT_INFER) && !r->record.session[0];
  return later || request_time(r) == REBASE_OK ? REBASE_OK : request_refuse_as(r, REBASE_E_CLOCK, "the clock is unknown");
}

OUT_OF_LINE static rebase_status take_session(rebase_request *r, const rebase_caller *caller, struct session **session) {
  rebase_status status = engine_acquire(r->engine, caller->session, &r->record.now, session);
  if (status == REBASE_E_CLOCK) return request_refuse_as(r, status, "the clock went back since this session was used last");
  if (status != REBASE_OK) return request_refuse_as(r, status, "unknown or expired session");
  struct session *s = *session;
  if (!r->session_known) {
    const struct text *agent = s->chain->items[s->chain->len - 1].text;
    if (strcmp(s->family->requester->name->bytes, caller->requester)) return request_refuse_as(r, REBASE_E_REQUESTER, "the session belongs to another requester");
    if (strcmp(agent->bytes, caller->agent)) return request_refuse_as(r, REBASE_E_SESSION, "the session belongs to another agent");
    r->session_known = true;
  }
  if (!session_adopt(s, r->loaded)) return request_refuse_as(r, REBASE_E_STALE, "the session has been used with a newer bundle");
  if (s->family->broken) return request_refuse_as(r, REBASE_E_SESSION, "the session's subject cannot be read under this bundle: open a new session");
  return REBASE_OK;
}

static rebase_status check_session(rebase_request *r, const rebase_caller *caller, struct session **session) {
  *session = NULL;
  return caller->session && *caller->session ? take_session(r, caller, session) : REBASE_OK;
}

/* ---- after the rules ---- */
static rebase_status check_obligations(rebase_request *r) {
  const rebase_decision *d = &r->record.decision;
  for (uint32_t i = 0; i < d->obligation_count; i++) {
    if (engine_carries_out(r->engine, d->obligations[i].kind)) continue;
    request_refuse(r, REBASE_E_OBLIGATION, "the host does not carry out the obligation `%s`", d->obligations[i].kind);
    return REBASE_E_OBLIGATION;
  }
  return REBASE_OK;
}

static rebase_status check_limits(rebase_request *r, const struct session *session) {
  if (!r->engine->options.quota) return request_refuse_as(r, REBASE_E_QUOTA, "a limit speaks of this, and the host counts nothing");
  rebase_status status = limits_charge(r, session);
  switch (status) {
  case REBASE_OK: return status;
  case REBASE_E_RANGE: return request_refuse_as(r, status, "an amount that a limit sums is below zero or too large");
  case REBASE_E_SESSION: return request_refuse_as(r, status, "a limit counts for each session, and there is none");
  case REBASE_E_REQUESTER: return request_refuse_as(r, status, "a limit counts for each of what is not known of the requester");
  default: return request_refuse_as(r, status, "more counters than a decision can be charged to");
  }
}

/* The bytes are for what may go on, their hash for who is asked; a log wants both of everything. */
static bool needs_bytes(const rebase_request *r) {
  return r->engine->sends_on || r->record.decision.effect == REBASE_ASK || r->record.decision.redactions;
}

OUT_OF_LINE static rebase_status conclude_more(rebase_request *r, struct session *session) {
  rebase_decision *d = &r->record.decision;
  unsigned char hash[32];
  struct ask *used = NULL;
  const bool logs = r->engine->options.log != NULL, needed = needs_bytes(r);
  if (d->effect == REBASE_DENY && !logs) return REBASE_OK;
  rebase_status status = needed ? write_canonical(r) : REBASE_OK;
  if (status != REBASE_OK)
    return request_refuse_as(r, status, status == REBASE_E_COST ? "searching for what must be redacted takes too long" : "too large for the request's workspace");
  if (d->effect == REBASE_ASK || logs) hash_call(r, hash);
  if (d->effect != REBASE_DENY) status = check_obligations(r);      /* before anybody is asked in vain */
  if (d->effect == REBASE_ASK && status == REBASE_OK) status = settle_ask(r, session, hash, &used);
  if (d->effect != REBASE_ALLOW || status != REBASE_OK) return status;
  if (r->record.limit_count && (status = check_limits(r, session)) != REBASE_OK) return status;
  if ((status = commit_allow(r, session, used)) != REBASE_OK) return request_refuse_as(r, status, "the session cannot count more operations");
  return r->charges.count ? request_refuse_as(r, REBASE_E_RESERVE, "allowed once its limits are reserved") : REBASE_OK;
}

/* Mostly there is nothing left to do, be it an allow or a deny: that is no branch on which of them it is. */
static rebase_status conclude(rebase_request *r, struct session *session) {
  const rebase_decision *d = &r->record.decision;
  const bool more = needs_bytes(r) || session || (d->obligation_count | r->record.limit_count);
  return more ? conclude_more(r, session) : REBASE_OK;
}

OUT_OF_LINE static void put_in_words(struct record *record) {
  record->decision.reason = record->reason;
  struct out out = {record->reason, 0, sizeof record->reason};
  record_reason(record, &out);
  record->decision.reason_length = out_end(&out);
}

void request_reason(rebase_request *r) {
  if (!r->record.decision.reason) put_in_words(&r->record);
}

/* ---- all of it ---- */
static rebase_status decide(rebase_request *r, const rebase_caller *caller) {
  struct session *session = NULL;
  rebase_decision *d = &r->record.decision;
  rebase_status status = check_caller(r, caller);
  if (status == REBASE_OK) status = check_session(r, caller, &session);
  if (status == REBASE_OK) status = evaluate(r, session, caller);
  if (status == REBASE_OK) status = conclude(r, session);
  if (session) engine_release(r->engine, session);
  if (status != REBASE_OK) d->effect = REBASE_DENY;
  if (d->choice && d->effect == REBASE_DENY && d->status != REBASE_E_RESERVE) d->choice = NULL;
  request_reason(r);
  return d->status;
}

const rebase_decision *request_finish(rebase_request *r) {
  static const enum tallied tallied[] = {[REBASE_DENY] = TALLY_DENIED, [REBASE_ASK] = TALLY_ASKED, [REBASE_ALLOW] = TALLY_ALLOWED};
  const rebase_decision *d = &r->record.decision;
  if (r->engine->options.log) log_decision(r);
  if (d->status == REBASE_E_RESERVE) return d;      /* counted when it is decided whether it may happen */
  tally_add(&r->tally, tallied[d->effect]);
  if (d->status != REBASE_OK) tally_add(&r->tally, TALLY_ERRORS);
  return d;
}

/* The bundle was swapped while the session was waited for. */
SELDOM static rebase_status start_again(rebase_request *r, const rebase_caller *caller) {
  rebase_status status = request_start(r);
  note_caller(r, caller);
  return status;
}

/* In line in what is called most: there the reader and what it leaves to be read are one. */
static inline const rebase_decision *decide_what(rebase_request *r, const rebase_caller *caller, enum request_begun begun, request_reader *read, const void *what) {
  static const rebase_caller nobody;
  rebase_status status = begun == REQUEST_BEGUN ? engine_check(r->engine) : request_start(r);
  note_caller(r, caller ? caller : &nobody);
  for (int tries = 0;; tries++) {
    if (status != REBASE_OK) request_refuse_as(r, status, rebase_status_text(status));
    else if (!caller) request_refuse_as(r, REBASE_E_ARGUMENT, "no caller");
    else if (read(r, what) && decide(r, caller) == REBASE_E_STALE && begun == REQUEST_NEW && tries < 3) {
      status = start_again(r, caller);
      continue;
    }
    return request_finish(r);
  }
}

TOGETHER const rebase_decision *request_decide(rebase_request *r, const rebase_caller *caller, enum request_begun begun, request_reader *read, const void *what) {
  return decide_what(r, caller, begun, read, what);
}

/* ---- a kept call, see kept_call.c ---- */
static bool take_kept(rebase_request *r, const void *what) {
  const rebase_call *c = what;
  if (!c || c->engine != r->engine) return request_refuse_as(r, REBASE_E_ARGUMENT, "no call"), false;
  if (c->generation != r->loaded->generation) return request_refuse_as(r, REBASE_E_STALE, "the call was kept under an older bundle"), false;
  r->record.asked = (struct asked){EVENT_CALL, c->operation, NONE32};
  r->planned = c->planned;
  r->json.longest = c->longest;
  r->slots = (value *)c->slots;
  return true;
}

TOGETHER const rebase_decision *rebase_decide_call(rebase_request *r, const rebase_caller *caller, const rebase_call *call) {
  return r ? decide_what(r, caller, REQUEST_NEW, take_kept, call) : request_none();
}

/* ---- many for one caller ---- */
static rebase_status begin_batch(rebase_request *r) {
  if (r->batch.under_way) return REBASE_E_ARGUMENT;
  rebase_status status = engine_check(r->engine);
  if (status == REBASE_OK) status = pin(r);
  if (status != REBASE_OK) return status;
  r->batch.under_way = true;
  r->batch.clock = engine_now(r->engine, &r->batch.now);
  return REBASE_OK;
}

rebase_status request_decide_batch(rebase_request *r, const rebase_caller *caller, request_decider *one, const void *calls, size_t count,
                                   rebase_decided decided, void *user) {
  if (!r || (count && (!calls || !decided))) return REBASE_E_ARGUMENT;
  rebase_status status = begin_batch(r);
  if (status != REBASE_OK) return status;
  for (size_t i = 0; i < count; i++) decided(one(r, caller, calls, i), i, user);
  r->batch.under_way = false;
  if (r->noted != &r->kept) r->noted = NULL;        /* the host may write something else there */
  return REBASE_OK;
}
