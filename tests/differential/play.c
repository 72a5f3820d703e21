/* play.c: the virtual machine and the reference, event by event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "play.h"
#include "rbc.h"
#include "rebase.h"
#include "reference.h"

struct late_result { bool waits; uint64_t call; char decision[REBASE_ID_BYTES]; const struct step *step; };
struct sides {                      /* both sides at the same point */
  struct rbc *compiler;
  rebase_engine *engine;
  rebase_request *request;
  struct reference *reference;
  struct reference_session *theirs[GENERATED_AGENTS];
  char ours[GENERATED_AGENTS][REBASE_ID_BYTES], requesters[GENERATED_AGENTS][24];
  struct late_result late[GENERATED_AGENTS];
  unsigned opened;
  int64_t now;
  struct tally *tally;
  struct text_buffer what;
};

static int64_t clock_of(void *user) { return ((struct sides *)user)->now; }
static bool differs(struct sides *t) { return t->what.length > 0; }

static bool set_up(struct sides *t, const struct workspace *w) {
  static const char *const obligations[] = {"stamp", NULL};
  const struct rbc_options options = {.directory = ".", .date = "2024-05-15"};
  unsigned char *image = NULL;
  size_t size;
  t->now = INT64_C(1715785200) * 1000000;
  t->compiler = rbc_open(&options);
  if (t->compiler == NULL || !rbc_add_file(t->compiler, "root.rb", w->root.bytes, w->root.length) ||
      !rbc_add_file(t->compiler, "p/p.rb", w->p.bytes, w->p.length) || !rbc_add_file(t->compiler, "q/q.rb", w->q.bytes, w->q.length) ||
      !rbc_check(t->compiler) || !rbc_compile(t->compiler, &image, &size)) {
    if (t->compiler != NULL) rbc_report(t->compiler, stderr, RBC_TEXT);
    return false;
  }
  const rebase_options engine_options = {.wall_clock = clock_of, .steady_clock = clock_of, .user = t, .obligations = obligations, .plain = w->p.length % 2 == 0,
                                         .session_bytes = 4u << 20, .session_lifetime = INT64_C(1000000) * 86400 * 365};
  rebase_report report = {0};
  bool loaded = rebase_engine_open(&engine_options, &t->engine) == REBASE_OK &&
                rebase_engine_load(t->engine, image, size, &report) == REBASE_OK;
  free(image);
  if (!loaded) { fprintf(stderr, "load: %s\n", report.text); return false; }
  t->request = rebase_request_new(t->engine);
  t->reference = reference_open(rbc_program(t->compiler), obligations);
  return t->request != NULL && t->reference != NULL;
}

static void clear_up(struct sides *t) {
  for (unsigned i = 0; i < GENERATED_AGENTS; i++) if (t->theirs[i] != NULL) reference_session_close(t->theirs[i]);
  if (t->reference != NULL) reference_close(t->reference);
  if (t->request != NULL) rebase_request_free(t->request);
  if (t->engine != NULL) rebase_engine_close(t->engine);
  if (t->compiler != NULL) rbc_close(t->compiler);
}

/* ---- one decision compared ---- */
struct hit { const char *name; uint32_t line; const char *effect; };

static int compare_hits(const void *a, const void *b) {
  const struct hit *x = a, *y = b;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  int order = strcmp(x->name, y->name);
  return order ? order : strcmp(x->effect, y->effect);
}

static uint32_t line_of(const struct program *program, struct span span) {
  const struct source *source = program->sources[span.source];
  uint32_t line = 0;
  while (line < source->line_count && source->lines[line] <= span.start) line++;
  return line;
}

static const char *effect_word(const struct reference_hit *hit) {
  static const char *const effects[] = {[RULE_ALLOW] = "allow", [RULE_ASK] = "ask", [RULE_DENY] = "deny", [RULE_OBLIGE] = "oblige"};
  switch (hit->verdict) {
  case REFERENCE_LACKED_DENY: return "deny";
  case REFERENCE_LACKED_ASK: return "ask";
  case REFERENCE_ERROR: return "error";
  default: return effects[hit->rule->effect];
  }
}

static void compare_rules(struct sides *t, const rebase_decision *ours, const struct reference_decision *theirs) {
  struct hit a[REBASE_MAX_RULES], b[REFERENCE_MAX];
  if (ours->rule_total > REBASE_MAX_RULES) return;
  for (uint32_t i = 0; i < ours->rule_count; i++) a[i] = (struct hit){ours->rules[i].name, ours->rules[i].line, ours->rules[i].effect};
  for (unsigned i = 0; i < theirs->hit_count; i++)
    b[i] = (struct hit){theirs->hits[i].rule->name, line_of(rbc_program(t->compiler), theirs->hits[i].rule->span), effect_word(&theirs->hits[i])};
  qsort(a, ours->rule_count, sizeof *a, compare_hits);
  qsort(b, theirs->hit_count, sizeof *b, compare_hits);
  bool same = ours->rule_count == theirs->hit_count;
  for (unsigned i = 0; same && i < theirs->hit_count; i++) same = compare_hits(&a[i], &b[i]) == 0;
  if (same) return;
  text_add(&t->what, "rules differ; machine:");
  for (uint32_t i = 0; i < ours->rule_count; i++) text_add(&t->what, " %s:%u(%s)", a[i].name, a[i].line, a[i].effect);
  text_add(&t->what, "; reference:");
  for (unsigned i = 0; i < theirs->hit_count; i++) text_add(&t->what, " %s:%u(%s)", b[i].name, b[i].line, b[i].effect);
  text_add(&t->what, "; machine says \"%s\"", ours->reason ? ours->reason : "");
}

static bool names_group(const struct reference_decision *d, const char *name) {
  for (unsigned i = 0; i < d->approver_count; i++)
    if (strcmp(d->approvers[i]->full, name) == 0 || strcmp(d->approvers[i]->name, name) == 0) return true;
  return false;
}

static void compare(struct sides *t, const rebase_decision *ours, const struct reference_decision *theirs) {
  static const char *const effects[] = {"deny", "ask", "allow"};
  if ((int)ours->effect != (int)theirs->effect) {
    text_add(&t->what, "machine: %s (%s; %s), reference: %s; ", effects[ours->effect], rebase_status_text(ours->status),
             ours->reason ? ours->reason : "", effects[theirs->effect]);
  }
  if (ours->status == REBASE_E_FAULT || ours->steps > ours->steps_bound) text_add(&t->what, "soundness fault; ");
  compare_rules(t, ours, theirs);
  if (differs(t)) return;
  if (ours->effect == REBASE_ASK) {
    bool same = ours->approver_count == theirs->approver_count && ours->deadline == theirs->deadline;
    for (uint32_t i = 0; same && i < ours->approver_count; i++) same = names_group(theirs, ours->approvers[i]);
    if (!same) text_add(&t->what, "approvers or deadline differ: %u until %lld, reference %u until %lld", ours->approver_count,
                        (long long)ours->deadline, theirs->approver_count, (long long)theirs->deadline);
  }
  if (ours->effect != REBASE_DENY && ours->obligation_count != theirs->obligation_count)
    text_add(&t->what, "obligations differ: %u, reference %u", ours->obligation_count, theirs->obligation_count);
}

static void count(struct tally *tally, const rebase_decision *d, const struct reference_decision *theirs) {
  tally->decisions++;
  tally->allowed += d->effect == REBASE_ALLOW;
  tally->asked += d->effect == REBASE_ASK;
  tally->denied += d->effect == REBASE_DENY;
  tally->refused += !theirs->decided;
  for (unsigned i = 0; i < theirs->hit_count; i++) {
    tally->errors += theirs->hits[i].verdict == REFERENCE_ERROR;
    tally->lacking += theirs->hits[i].verdict == REFERENCE_LACKED_DENY || theirs->hits[i].verdict == REFERENCE_LACKED_ASK;
  }
}

static void observe(struct sides *t, unsigned agent, const char *decision, uint64_t call, const struct step *s) {
  if (s->follow_up == NOT_OBSERVED) return;
  rebase_outcome outcome = (rebase_outcome)(s->follow_up - OBSERVED_UNKNOWN);
  size_t length = strlen(s->result);
  rebase_observe(t->engine, t->ours[agent], decision, outcome, s->result, length, NULL);   /* an ill-typed result is reported */
  reference_observe(t->theirs[agent], call, (enum reference_outcome)outcome, s->result, length, t->now);
  t->tally->observed++;
}

static void observe_late(struct sides *t, unsigned agent) {
  struct late_result *late = &t->late[agent];
  if (late->waits) observe(t, agent, late->decision, late->call, late->step);
  late->waits = false;
}

static const rebase_decision *decide_both(struct sides *t, const struct step *s, const struct text_buffer *body,
                                          struct reference_request *theirs, struct reference_decision *answer) {
  const rebase_caller caller = {generated_agents[s->agent], t->requesters[s->agent], s->sessionless ? NULL : t->ours[s->agent]};
  const rebase_decision *ours = rebase_decide_json(t->request, &caller, body->bytes, body->length);
  reference_decide(t->reference, s->sessionless ? NULL : t->theirs[s->agent], theirs, answer);
  compare(t, ours, answer);
  count(t->tally, ours, answer);
  return ours;
}

/* Those of `groups` answer. */
static bool approve(struct sides *t, unsigned agent, const rebase_decision *d, const char **groups, unsigned count) {
  char id[REBASE_ID_BYTES];
  memcpy(id, d->id, sizeof id);
  for (uint32_t i = 0; i < d->approver_count && i < 16; i++) {
    bool answers = false;
    for (unsigned k = 0; k < count; k++) answers = answers || strcmp(groups[k], d->approvers[i]) == 0;
    if (!answers) continue;
    bool person = strcmp(d->approvers[i], "requester") == 0;
    rebase_status status = rebase_approve(t->engine, t->ours[agent], id, d->approvers[i], person ? t->requesters[agent] : "somebody else");
    if (status != REBASE_OK) { text_add(&t->what, "approval by %s refused: %s", d->approvers[i], rebase_status_text(status)); return false; }
  }
  t->tally->approvals++;
  return true;
}

static void decide(struct sides *t, const struct step *s) {
  struct text_buffer body = {0};
  struct reference_decision answer;
  const char *groups[16];
  text_add(&body, "{\"call\":\"%s\",\"args\":%s}", generated_operations[s->operation], s->text);
  struct reference_request request = {.event = EVENT_CALL, .agent = generated_agents[s->agent], .requester = t->requesters[s->agent],
    .operation = generated_operations[s->operation], .args = s->text, .args_length = strlen(s->text), .now = t->now};
  const rebase_decision *ours = decide_both(t, s, &body, &request, &answer);
  if (!differs(t) && ours->effect == REBASE_ASK && s->approve && !s->sessionless && ours->approver_count <= 16) {
    for (unsigned i = 0; i < answer.approver_count; i++) groups[i] = answer.approvers[i]->full;
    unsigned all = answer.approver_count;
    request.approved = groups;
    if (s->partly && all > 1 && approve(t, s->agent, ours, groups, request.approved_count = all - 1))
      ours = decide_both(t, s, &body, &request, &answer);   /* it still asks; then the last one answers too */
    if (!differs(t) && approve(t, s->agent, ours, groups, request.approved_count = all)) ours = decide_both(t, s, &body, &request, &answer);
  }
  bool allowed = !differs(t) && ours->effect == REBASE_ALLOW && !s->sessionless;
  char id[REBASE_ID_BYTES] = "";
  if (allowed) memcpy(id, ours->id, sizeof id);
  observe_late(t, s->agent);
  if (allowed && s->late) {
    t->late[s->agent] = (struct late_result){.waits = true, .call = answer.call, .step = s};
    memcpy(t->late[s->agent].decision, id, sizeof id);
  } else if (allowed) observe(t, s->agent, id, answer.call, s);
  text_free(&body);
}

static void open_session(struct sides *t, const struct step *s) {
  unsigned i = s->agent;
  t->late[i].waits = false;
  if (t->theirs[i] != NULL) { rebase_session_close(t->engine, t->ours[i]); reference_session_close(t->theirs[i]); }
  snprintf(t->requesters[i], sizeof t->requesters[i], "person %u", ++t->opened);
  const rebase_opening opening = {generated_agents[i], t->requesters[i], s->text};
  rebase_report report = {0};
  t->theirs[i] = reference_session_open(t->reference, generated_agents[i], t->requesters[i], s->text, t->now);
  if (rebase_session_open(t->engine, &opening, t->ours[i], &report) != REBASE_OK || t->theirs[i] == NULL)
    text_add(&t->what, "a session cannot be opened: %s", report.text);
}

static void happen(struct sides *t, const struct step *s) {
  unsigned i = s->agent;
  if (s->happens != HAPPENS_OPEN && s->happens != HAPPENS_TIME && t->theirs[i] == NULL) return;
  size_t length = s->text ? strlen(s->text) : 0;
  switch (s->happens) {
  case HAPPENS_OPEN: open_session(t, s); break;
  case HAPPENS_HEAR: rebase_hear(t->engine, t->ours[i], s->text, length); reference_hear(t->theirs[i], s->text, length); break;
  case HAPPENS_SEE:
    rebase_see(t->engine, t->ours[i], "store.thing", s->text, length, NULL);
    reference_see(t->theirs[i], "store.thing", s->text, length, t->now);
    break;
  case HAPPENS_PROVE: rebase_prove(t->engine, t->ours[i], s->text); reference_prove(t->theirs[i], s->text, t->now); break;
  case HAPPENS_TAINT: rebase_taint(t->engine, t->ours[i], s->text); reference_taint(t->theirs[i], s->text); break;
  case HAPPENS_TIME: t->now += s->microseconds; break;
  case HAPPENS_DECIDE: decide(t, s); break;
  }
}

enum played play(const struct workspace *w, const struct steps *steps, struct tally *tally, size_t *at, char **what) {
  struct sides t = {.tally = tally};
  enum played played = PLAYED_ALIKE;
  *what = NULL;
  if (!set_up(&t, w)) played = PLAYED_BROKEN;
  for (*at = 0; played == PLAYED_ALIKE && *at < steps->count; ++*at) {
    happen(&t, &steps->items[*at]);
    if (differs(&t)) { played = PLAYED_DIFFERENT; --*at; }
  }
  clear_up(&t);
  if (played == PLAYED_DIFFERENT) *what = t.what.bytes;
  else text_free(&t.what);
  return played;
}
