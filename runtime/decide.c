/* decide.c: one decision, in the order of SPEC 7: checks, rules, combination, obligations, approvals, and with an allow the
 * change of the session, all under its lock. */
#include <stdio.h>
#include "engine.h"
#include "packed.h"

/* ---- checks of the caller ---- */
static rebase_status check_caller(rebase_request *r, const rebase_caller *caller) {
  const struct record *record = &r->record;
  if (record->clock != REBASE_OK) return request_refuse_as(r, record->clock, "the clock is unknown");
  if (!caller->agent || !*caller->agent || (r->agent == NONE32 && !utf8_valid(caller->agent, strlen(caller->agent))))
    return request_refuse_as(r, REBASE_E_AGENT, "the host names no agent");
  if (r->agent == NONE32 || r->agent_generation != r->loaded->generation) {
    r->agent = find_agent(r->loaded->bundle, caller->agent, strlen(caller->agent));
    r->agent_generation = r->loaded->generation;
  }
  r->asked.agent = r->agent;
  if (r->asked.agent == NONE32) {
    request_refuse(r, REBASE_E_AGENT, "unknown agent `%.200s`", caller->agent);
    return REBASE_E_AGENT;
  }
  if (!caller->requester || !*caller->requester || (!r->requester_known && !utf8_valid(caller->requester, strlen(caller->requester))))
    return request_refuse_as(r, REBASE_E_REQUESTER, "the host names no requester");
  r->requester_known = true;
  bool later = (r->asked.event == EVENT_CALL || r->asked.event == EVENT_INFER) && (!caller->session || !*caller->session);
  return later || request_time(r) == REBASE_OK ? REBASE_OK : request_refuse_as(r, REBASE_E_CLOCK, "the clock is unknown");
}

static rebase_status check_session(rebase_request *r, const rebase_caller *caller, struct session **session) {
  *session = NULL;
  if (!caller->session || !*caller->session) return REBASE_OK;
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
static rebase_status conclude(rebase_request *r, struct session *session) {
  rebase_decision *d = &r->record.decision;
  unsigned char hash[32];
  struct ask *used = NULL;
  bool logs = r->engine->options.log != NULL;
  if (d->effect == REBASE_DENY && !logs) return REBASE_OK;
  bool needed = !r->engine->options.no_canonical || logs || d->effect == REBASE_ASK || d->redactions;
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

void request_reason(rebase_request *r) {
  struct record *record = &r->record;
  if (record->reason[0]) return;
  const char *whole = record_whole_reason(record, &record->decision.reason_length);
  if (whole) {
    record->decision.reason = whole;
    return;
  }
  record->decision.reason = record->reason;
  struct out out = {record->reason, 0, sizeof record->reason};
  record_reason(record, &out);
  record->decision.reason_length = out_end(&out);
}

const rebase_decision *request_decide(rebase_request *r, const rebase_caller *caller) {
  struct session *session = NULL;
  rebase_decision *d = &r->record.decision;
  rebase_status status = check_caller(r, caller);
  if (status == REBASE_OK) status = check_session(r, caller, &session);
  if (status == REBASE_OK) status = evaluate(r, session, caller);
  if (status == REBASE_OK) status = conclude(r, session);
  engine_release(r->engine, session);
  if (status != REBASE_OK) d->effect = REBASE_DENY;
  if (d->effect == REBASE_DENY && d->status != REBASE_E_RESERVE) d->choice = NULL;
  request_reason(r);
  return d;
}

const rebase_decision *request_finish(rebase_request *r) {
  const rebase_decision *d = &r->record.decision;
  if (r->engine->options.log) log_decision(r);
  if (d->status == REBASE_E_RESERVE) return d;      /* counted when it is decided whether it may happen */
  tally_add(&r->tally, TALLY_DECISIONS);
  tally_add(&r->tally, d->effect == REBASE_ALLOW ? TALLY_ALLOWED : d->effect == REBASE_ASK ? TALLY_ASKED : TALLY_DENIED);
  if (d->status != REBASE_OK) tally_add(&r->tally, TALLY_ERRORS);
  return d;
}
