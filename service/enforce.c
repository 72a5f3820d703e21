/* enforce.c: see enforce.h */
#include <stdio.h>
#include <stdlib.h>
#include "catalogue.h"
#include "enforce.h"

void verdict_free(struct verdict *v) {
  for (uint32_t i = 0; i < v->approver_count; i++) free(v->approvers[i]);
  free(v->approvers);
  free(v->arguments);
  free(v->reason);
  *v = (struct verdict){0};
}

/* ---- sessions: opened when first needed, and again when they have expired ---- */
static rebase_status open_session(rebase_engine *engine, const struct person *person, char session[REBASE_ID_BYTES]) {
  const rebase_opening opening = {person->who.agent, person->who.requester, person->who.context};
  rebase_report report = {0};
  rebase_status status = rebase_session_open(engine, &opening, session, &report);
  if (status != REBASE_OK) {
    session[0] = '\0';
    say("no session for agent %s of %s: %s %s", person->who.agent, person->who.requester, rebase_status_text(status), report.text);
  }
  return status;
}

static const rebase_decision *decide_once(rebase_request *request, const struct person *person, const char *session, const struct buffer *body) {
  const rebase_caller caller = {person->who.agent, person->who.requester, session[0] ? session : NULL};
  rebase_decide_json(request, &caller, body->bytes, body->length);
  return rebase_reserve(request, 0);
}

static const rebase_decision *decide(rebase_engine *engine, rebase_request *request, const struct person *person,
                                     char session[REBASE_ID_BYTES], const struct buffer *body) {
  if (!session[0]) open_session(engine, person, session);
  const rebase_decision *d = decide_once(request, person, session, body);
  if (d->status != REBASE_E_SESSION || open_session(engine, person, session) != REBASE_OK) return d;
  return decide_once(request, person, session, body);
}

/* ---- the second bundle: decided beside, never used ---- */
static const char *word(rebase_effect effect) { return effect == REBASE_ALLOW ? "allow" : effect == REBASE_ASK ? "ask" : "deny"; }

static void compare(struct gate *gate, struct person *person, const struct buffer *body, const rebase_decision *now) {
  if (!gate->canary) return;
  const rebase_decision *next = decide(gate->canary, gate->canary_request, person, person->canary_session, body);
  char decision[REBASE_ID_BYTES];
  snprintf(decision, sizeof decision, "%s", now->id);
  if (next->effect != now->effect) {
    gate->metrics.canary_differs++;
    log_fact(&gate->log, "canary", "decision", decision, "agent", person->who.agent, "now", word(now->effect), "next", word(next->effect),
              "reason", next->reason, "rule", next->rule_count ? next->rules[0].name : NULL, NULL);
  }
}

/* ---- calls ---- */
/* In shadow mode an ask goes on as if it had been answered with yes. */
static const rebase_decision *answer_all(struct gate *gate, struct person *person, const struct buffer *body, const rebase_decision *d) {
  char id[REBASE_ID_BYTES];
  snprintf(id, sizeof id, "%s", d->id);
  for (uint32_t i = 0; i < d->approver_count; i++) {
    bool self = strcmp(d->approvers[i], "requester") == 0;
    if (rebase_approve(gate->engine, person->session, id, d->approvers[i], self ? person->who.requester : "shadow mode") != REBASE_OK) return d;
  }
  return decide(gate->engine, gate->request, person, person->session, body);
}

static void keep_arguments(struct verdict *v, const rebase_decision *d, const char *operation) {
  size_t head = strlen("{\"call\":\"") + strlen(operation) + strlen("\",\"args\":");
  if (d->canonical_length <= head + 1) return;
  v->arguments_length = d->canonical_length - head - 1;
  v->arguments = gate_copy_bytes(d->canonical + head, v->arguments_length);
}

static void keep_limits(struct verdict *v, const rebase_decision *d) {
  v->limit_count = d->effect == REBASE_ALLOW ? d->limit_count : 0;
  for (uint32_t i = 0; i < v->limit_count; i++) v->unused[i] = d->limits[i].sums ? 0 : d->limits[i].amount;
}

static void keep_approvers(struct verdict *v, const rebase_decision *d) {
  v->approvers = gate_new(sizeof *v->approvers * (d->approver_count + 1));
  v->approver_count = d->approver_count;
  for (uint32_t i = 0; i < d->approver_count; i++) v->approvers[i] = gate_copy(d->approvers[i]);
}

static void count(struct gate *gate, const rebase_decision *d) {
  struct metrics *m = &gate->metrics;
  if (gate->config->shadow) {
    if (d->effect == REBASE_DENY) m->shadow_would_deny++;
    if (d->effect == REBASE_ASK) m->shadow_would_ask++;
  }
  if (d->effect == REBASE_ALLOW) m->allowed++;
  else if (d->effect == REBASE_ASK) m->asked++;
  else m->denied++;
}

/* The engine carries labels into sessions that the person opens later; those that are open already get them from here. */
static void spread_labels(struct gate *gate, const struct person *person, const char *operation) {
  json_t *yields = json_object_get(catalogue_operation(gate, NULL, operation), "yields"), *label;
  size_t i;
  for (struct person *other = gate->persons; yields && other; other = other->next) {
    if (other == person || !other->session[0] || strcmp(other->who.requester, person->who.requester) != 0) continue;
    json_array_foreach(yields, i, label)
      if (rebase_taint(gate->engine, other->session, json_string_value(label)) != REBASE_OK) {
        rebase_session_close(gate->engine, other->session);         /* it opens again, with all labels of the person */
        other->session[0] = '\0';
        break;
      }
  }
}

void enforce_call(struct gate *gate, struct person *person, const char *operation, const char *arguments, size_t length, struct verdict *v) {
  struct buffer body = {0};
  int64_t begun = loop_now();
  *v = (struct verdict){0};
  buffer_text(&body, "{\"call\":");
  buffer_quote_text(&body, operation);
  buffer_text(&body, ",\"args\":");
  buffer_add(&body, arguments, length);
  buffer_text(&body, "}");
  const rebase_decision *d = decide(gate->engine, gate->request, person, person->session, &body);
  count(gate, d);
  compare(gate, person, &body, d);
  v->effect = d->effect;
  v->status = d->status;
  v->reason = gate_copy_bytes(d->reason ? d->reason : "", d->reason_length);
  v->deadline = d->deadline;
  if (gate->config->shadow && d->effect == REBASE_ASK) d = answer_all(gate, person, &body, d);
  if (d->effect == REBASE_ALLOW) spread_labels(gate, person, operation);
  snprintf(v->id, sizeof v->id, "%s", d->id);
  memcpy(v->call_hash, d->call_hash, sizeof v->call_hash);
  if (d->effect != REBASE_DENY) keep_arguments(v, d, operation);
  keep_limits(v, d);
  if (d->effect == REBASE_ASK) keep_approvers(v, d);
  if (gate->config->shadow && d->effect == REBASE_ALLOW) v->effect = REBASE_ALLOW;
  buffer_free(&body);
  gate->metrics.decide_micros += (uint64_t)(loop_now() - begun);
  if (!gate->log.failed || gate->config->log_failure_allows || gate->config->shadow) return;
  if (v->effect == REBASE_ALLOW) rebase_observe(gate->engine, person->session, v->id, REBASE_FAILED, NULL, 0, NULL);
  if (v->limit_count) rebase_settle(gate->engine, v->id, v->unused, v->limit_count, NULL);
  gate->metrics.log_failures++;
  v->effect = REBASE_DENY;
  free(v->reason);
  v->reason = gate_copy("the gateway cannot write its decision log, so it lets nothing through; tell the operator and try again later");
}

void enforce_refuse(struct gate *gate, struct person *person, const char *what, const char *reason) {
  gate->metrics.refused++;
  log_fact(&gate->log, "refused", "agent", person->who.agent, "requester", person->who.requester, "session", person->session[0] ? person->session : NULL,
            "what", what, "reason", reason, "mode", gate->config->shadow ? "shadow" : "enforce", NULL);
}

/* ---- results ---- */
bool enforce_observe(struct gate *gate, struct exchange *x, rebase_outcome outcome, const char *result, size_t length, rebase_report *report) {
  static const char *const words[] = {"unknown", "failed", "success"};
  rebase_report own = {0};
  rebase_status status = REBASE_OK;
  char micros[24];
  if (x->decision[0]) status = rebase_observe(gate->engine, x->person->session, x->decision, outcome, result, length, &own);
  if (x->limit_count && outcome != REBASE_UNKNOWN)       /* unknown: it counts as spent */
    rebase_settle(gate->engine, x->decision, x->unused, outcome == REBASE_FAILED ? x->limit_count : 0, NULL);
  x->limit_count = 0;
  if (outcome == REBASE_SUCCESS) gate->metrics.results++;
  else if (outcome == REBASE_FAILED) gate->metrics.result_failures++;
  else gate->metrics.result_unknown++;
  if (status == REBASE_E_TYPE) gate->metrics.result_type++;
  snprintf(micros, sizeof micros, "%lld", (long long)(x->sent ? loop_now() - x->sent : 0));
  log_fact(&gate->log, "outcome", "decision", x->decision[0] ? x->decision : NULL, "operation", x->operation, "outcome", words[outcome],
            "microseconds", micros, "observed", status == REBASE_OK ? NULL : own.text[0] ? own.text : rebase_status_text(status), NULL);
  if (report) *report = own;
  return status != REBASE_E_TYPE;
}

struct released enforce_release(struct gate *gate, struct person *person, const char *text, size_t length, bool logged) {
  struct buffer body = {0};
  struct released out = {0};
  bool bad = false;
  buffer_text(&body, "{\"release\":\"agent\",\"text\":");
  buffer_quote(&body, text, length);
  buffer_text(&body, "}");
  gate->log_muted = !logged;
  const rebase_decision *d = decide(gate->engine, gate->request, person, person->session, &body);
  gate->log_muted = false;
  out.redacts = d->redactions > 0;
  struct raw kept = {NULL, 0};
  if (d->effect == REBASE_ALLOW) kept = raw_member((struct raw){d->canonical, d->canonical_length}, "text", &bad);
  if (!bad) out.text = raw_string(kept, &out.length);
  if (!out.text) out.reason = gate_copy_bytes(d->reason ? d->reason : "", d->reason_length);
  buffer_free(&body);
  return out;
}
