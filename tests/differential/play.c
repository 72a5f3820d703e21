/* play.c: the virtual machine and the reference, event by event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bundle.h"
#include "play.h"
#include "rbc.h"
#include "rebase.h"
#include "reference.h"

struct late_result { bool waits; uint64_t call; char decision[REBASE_ID_BYTES]; const struct step *step; };
struct sides {                      /* both sides at the same point */
  struct rbc *compiler;
  rebase_engine *engine;
  rebase_request *request;
  rebase_call *kept;                /* the last one */
  struct reference *reference;
  struct reference_session *theirs[SESSIONS];
  char ours[SESSIONS][REBASE_ID_BYTES], requesters[SESSIONS][24];
  const char *agents[SESSIONS];
  struct late_result late[SESSIONS][OPEN_CALLS];
  unsigned opened;
  int64_t now;
  struct tally *tally;
  struct text_buffer what;
};

static int64_t clock_of(void *user) { return ((struct sides *)user)->now; }
static bool differs(struct sides *t) { return t->what.length > 0; }

/* ---- what the compiler left of the rules ---- */
static void count_rule(struct tally *tally, const struct rebase_bundle *b, uint32_t rule, uint32_t agent, uint32_t head) {
  uint32_t count, at = 0;
  const uint32_t *entries = bundle_scope(b, agent, head, &count);
  while (at < count && bundle_rule_of(b, entries[at]) != rule) at++;
  tally->places++;
  if (at == count) tally->dropped++;
  else if (entries[at] >= b->RULES.count) ++*(b->programs[bundle_program_of(b, entries[at])].count == 1 ? &tally->named : &tally->smaller);
}

static void count_residuals(struct sides *t, const unsigned char *image, size_t size) {
  const struct program *p = rbc_program(t->compiler);
  const struct allocator allocator = allocator_default();
  struct bundle_error error;
  struct rebase_bundle *b = bundle_open(image, size, &allocator, 0, &error);
  for (unsigned r = 0; b && r < p->rules_count; r++)
    for (unsigned a = 0; a < p->rules[r]->agent_count; a++)
      for (unsigned o = 0; o < p->rules[r]->operation_count; o++)
        count_rule(t->tally, b, r, p->rules[r]->agents[a]->id, p->rules[r]->operations[o]->id);
  bundle_free(b);
}

static bool set_up(struct sides *t, const struct workspace *w) {
  static const char *const obligations[] = {"stamp", NULL};
  const struct rbc_options options = {.directory = ".", .date = "2024-05-15", .plain = w->p.length / 4 % 4 == 0};
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
  const rebase_options engine_options = {.wall_clock = clock_of, .steady_clock = clock_of, .user = t, .obligations = obligations, .plain = w->p.length % 4 == 0,
                                         .session_bytes = 4u << 20, .session_lifetime = INT64_C(1000000) * 86400 * 365};
  rebase_report report = {0};
  bool loaded = rebase_engine_open(&engine_options, &t->engine) == REBASE_OK &&
                rebase_engine_load(t->engine, image, size, &report) == REBASE_OK;
  if (loaded && !options.plain) count_residuals(t, image, size);
  free(image);
  if (!loaded) { fprintf(stderr, "load: %s\n", report.text); return false; }
  t->request = rebase_request_new(t->engine);
  t->reference = reference_open(rbc_program(t->compiler), obligations);
  return t->request != NULL && t->reference != NULL;
}

static void clear_up(struct sides *t) {
  for (unsigned i = SESSIONS; i--;) if (t->theirs[i] != NULL) reference_session_close(t->theirs[i]);      /* children first */
  if (t->reference != NULL) reference_close(t->reference);
  if (t->request != NULL) rebase_request_free(t->request);
  rebase_call_free(t->kept);
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

static void compare_obligations(struct sides *t, const rebase_decision *ours, const struct reference_decision *theirs) {
  unsigned redactions = 0, others = 0;
  bool same = true;
  for (unsigned i = 0; i < theirs->obligation_count; i++) {
    const struct obligation *o = theirs->obligations[i];
    if (strcmp(o->kind, "redact") == 0) { redactions++; continue; }
    bool found = false;
    for (uint32_t k = 0; k < ours->obligation_count; k++)
      found = found || (strcmp(ours->obligations[k].kind, o->kind) == 0 && strcmp(ours->obligations[k].argument, o->argument ? o->argument : "") == 0);
    same = same && found;
    others++;
  }
  if (!same || others != ours->obligation_count || redactions != ours->redactions)
    text_add(&t->what, "obligations differ: %u and %u redactions, reference %u and %u", ours->obligation_count, ours->redactions, others, redactions);
}

/* The model that the machine chose, as the reference knows it, or NULL. */
static const struct reference_choice *choice_of(const rebase_decision *ours, const struct reference_decision *theirs) {
  for (unsigned i = 0; ours->choice && i < theirs->choice_count; i++)
    if (strcmp(theirs->choices[i].model->name, ours->choice->model) == 0) return &theirs->choices[i];
  return NULL;
}

static void compare_choice(struct sides *t, const rebase_decision *ours, const struct reference_decision *theirs) {
  static const char *const words[] = {"by rules", "without a price", "too small", "above the cap", "tried or beyond the fallbacks"};
  const struct reference_choice *choice = choice_of(ours, theirs);
  struct text_buffer reason = {0};
  if (ours->effect == REBASE_DENY && !theirs->choice_count) {
    text_add(&reason, "no model is left that may answer");
    for (unsigned i = 0, any = 0; i < 5; i++) if (theirs->removed[i]) text_add(&reason, "%s%u %s", any++ ? ", " : ": ", theirs->removed[i], words[i]);
    if (strcmp(reason.bytes, ours->reason) != 0) text_add(&t->what, "machine: %s; reference: %s", ours->reason, reason.bytes);
  } else if (ours->effect != REBASE_DENY) {
    bool first = choice && (choice == theirs->choices || theirs->route->weight_count);
    if (!first || choice->cost != ours->choice->cost || ours->choice->others != theirs->others - 1)
      text_add(&t->what, "machine: %s for %lld, %u others; reference: %s for %lld, %u", ours->choice ? ours->choice->model : "no model",
               ours->choice ? (long long)ours->choice->cost : 0, ours->choice ? ours->choice->others : 0, theirs->choice_count ? theirs->choices[0].model->name : "no model",
               theirs->choice_count ? (long long)theirs->choices[0].cost : 0, theirs->others - 1);
  }
  text_free(&reason);
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
  if (ours->effect != REBASE_DENY) compare_obligations(t, ours, theirs);
  if (theirs->route) compare_choice(t, ours, theirs);
}

static void count(struct tally *tally, bool inferred, const rebase_decision *d, const struct reference_decision *theirs) {
  if (inferred) {
    tally->inferred++;
    tally->chosen += d->effect == REBASE_ALLOW && d->choice;
    tally->unanswered += theirs->route && !theirs->choice_count;
    return;
  }
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

/* What became of a call; once. Both sides must know it or not. */
static void observe(struct sides *t, unsigned agent, const char *decision, uint64_t call, const struct step *s) {
  if (s->follow_up == NOT_OBSERVED) return;
  rebase_outcome outcome = (rebase_outcome)(s->follow_up - OBSERVED_UNKNOWN);
  size_t length = strlen(s->result);
  for (unsigned times = 0; times < 2; times++) {
    rebase_status status = rebase_observe(t->engine, t->ours[agent], decision, outcome, s->result, length, NULL);  /* an ill-typed result is reported */
    bool known = reference_observe(t->theirs[agent], call, (enum reference_outcome)outcome, s->result, length, t->now);
    if (known != (status != REBASE_E_DECISION)) text_add(&t->what, "observed %s: %s", times ? "again" : "once", rebase_status_text(status));
  }
  t->tally->observed++;
}

static void observe_late(struct sides *t, unsigned agent, unsigned place) {
  struct late_result *late = &t->late[agent][place - 1];
  if (late->waits) observe(t, agent, late->decision, late->call, late->step);
  late->waits = false;
}

/* The same call as it is kept: without a session nothing else has changed. */
static const rebase_decision *decide_kept(struct sides *t, const rebase_caller *caller, const struct reference_decision *answer, const rebase_decision *ours) {
  rebase_call *call;
  if (rebase_keep_call(t->request, &call) != REBASE_OK) return ours;        /* it was refused while it was read */
  rebase_call_free(t->kept);
  t->kept = call;
  t->tally->kept++;
  ours = rebase_decide_call(t->request, caller, call);
  compare(t, ours, answer);
  if (differs(t)) text_add(&t->what, "; as a kept call");
  return ours;
}

static const rebase_decision *decide_both(struct sides *t, const struct step *s, const struct text_buffer *body,
                                          struct reference_request *theirs, struct reference_decision *answer) {
  const rebase_caller caller = {theirs->agent, theirs->requester, s->sessionless ? NULL : t->ours[s->agent]};
  const rebase_decision *ours = rebase_decide_json(t->request, &caller, body->bytes, body->length);
  theirs->now = t->now;
  reference_decide(t->reference, s->sessionless ? NULL : t->theirs[s->agent], theirs, answer);
  compare(t, ours, answer);
  count(t->tally, s->asks == ASKS_INFER, ours, answer);
  return s->sessionless && s->asks == ASKS_CALL && !differs(t) ? decide_kept(t, &caller, answer, ours) : ours;
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

static void must_refuse(struct sides *t, const char *what, const char *session, const char *id, const char *group, const char *approver) {
  if (rebase_approve(t->engine, session, id, group, approver) == REBASE_OK) text_add(&t->what, "an approval %s was taken for %s", what, group);
}

/* None of these may answer for the groups that are asked. */
static void approve_wrongly(struct sides *t, unsigned agent, const rebase_decision *d) {
  static const char nobody[] = "00000000000000000000000000000000";
  const char *ours = t->ours[agent];
  for (uint32_t i = 0; i < d->approver_count; i++) {
    const char *group = d->approvers[i];
    bool person = strcmp(group, "requester") == 0;
    must_refuse(t, "by the wrong person", ours, d->id, group, person ? "somebody else" : t->requesters[agent]);
    must_refuse(t, "of no decision", ours, nobody, group, person ? t->requesters[agent] : "somebody else");
    for (unsigned k = 0; k < SESSIONS; k++)
      if (k != agent && t->theirs[k] != NULL) must_refuse(t, "in another session", t->ours[k], d->id, group, person ? t->requesters[k] : "somebody else");
  }
  must_refuse(t, "of a group that was not asked", ours, d->id, "work.p.nobody", "somebody else");
}

/* An ask is answered: all together or the last one later; in time, or when it is too late to answer or to use the answers. */
static const rebase_decision *answer_ask(struct sides *t, const struct step *s, const struct text_buffer *body,
                                         struct reference_request *request, struct reference_decision *answer, const rebase_decision *ours) {
  const char *groups[16];
  unsigned all = answer->approver_count;
  for (unsigned i = 0; i < all; i++) groups[i] = answer->approvers[i]->full;
  request->approved = groups;
  if (s->misdirected) approve_wrongly(t, s->agent, ours);
  if (s->answered != IN_TIME && ours->deadline) {
    int64_t deadline = ours->deadline;
    char id[REBASE_ID_BYTES];
    memcpy(id, ours->id, sizeof id);
    if (s->answered == USED_TOO_LATE && !approve(t, s->agent, ours, groups, all)) return ours;
    if (t->now <= deadline) t->now = deadline + 1;
    if (s->answered == TOO_LATE) must_refuse(t, "that came too late", t->ours[s->agent], id, ours->approvers[0],
      strcmp(ours->approvers[0], "requester") == 0 ? t->requesters[s->agent] : "somebody else");
  } else {
    if (s->partly && all > 1 && approve(t, s->agent, ours, groups, request->approved_count = all - 1))
      ours = decide_both(t, s, body, request, answer);   /* it still asks; then the last one answers too */
    if (differs(t) || !approve(t, s->agent, ours, groups, request->approved_count = all)) return ours;
  }
  ours = decide_both(t, s, body, request, answer);
  request->approved = NULL;
  request->approved_count = 0;
  return ours;
}

static void close_session(struct sides *t, unsigned i) {
  if (i + GENERATED_AGENTS < SESSIONS) close_session(t, i + GENERATED_AGENTS);
  for (unsigned k = 0; k < OPEN_CALLS; k++) t->late[i][k].waits = false;
  if (t->theirs[i] == NULL) return;
  rebase_session_close(t->engine, t->ours[i]);
  reference_session_close(t->theirs[i]);
  t->theirs[i] = NULL;
}

/* The agent that work was handed to gets a session below this one's; the decision is good for one. */
static void hand_over(struct sides *t, const struct step *s, const char *decision) {
  unsigned child = s->agent + GENERATED_AGENTS;
  char none[REBASE_ID_BYTES];
  if (child >= SESSIONS) return;
  close_session(t, child);
  t->theirs[child] = reference_session_delegate(t->theirs[s->agent], generated_agents[s->operation]);
  t->agents[child] = generated_agents[s->operation];
  memcpy(t->requesters[child], t->requesters[s->agent], sizeof t->requesters[child]);
  rebase_status status = rebase_session_delegate(t->engine, t->ours[s->agent], decision, t->ours[child], NULL);
  if (status != REBASE_OK || t->theirs[child] == NULL) text_add(&t->what, "work cannot be handed on: %s", rebase_status_text(status));
  else if (rebase_session_delegate(t->engine, t->ours[s->agent], decision, none, NULL) == REBASE_OK) text_add(&t->what, "work is handed on twice");
}

static void write_request(const struct step *s, struct text_buffer *body, struct reference_request *request) {
  static const char *const releases[] = {"person", "agent", "outside"};
  const char *operation = s->stranger == UNKNOWN_OPERATION ? "store.nothing" : generated_operations[s->operation];
  if (s->asks == ASKS_RELEASE) {
    text_add(body, "{\"release\":\"%s\",\"text\":\"%s\"}", releases[s->operation], s->text);
    request->event = EVENT_RELEASE;
    request->release = (enum release_target)s->operation;
    request->text = s->text;
    request->text_length = strlen(s->text);
  } else if (s->asks == ASKS_DELEGATE) {
    request->event = EVENT_DELEGATE;
    request->delegate = s->stranger == UNKNOWN_OPERATION ? "work.p.nobody" : generated_agents[s->operation];
    text_add(body, "{\"delegate\":\"%s\"}", request->delegate);
  } else if (s->asks == ASKS_INFER) {
    request->event = EVENT_INFER;
    request->task = generated_tasks[s->operation];
    request->input = s->input;
    request->output = s->output;
    if (s->input < 0) text_add(body, "{\"infer\":{\"task\":\"%s\",\"tokens\":{\"output\":%lld}}}", request->task, (long long)s->output);
    else text_add(body, "{\"infer\":{\"task\":\"%s\",\"tokens\":{\"input\":%lld,\"output\":%lld}}}", request->task, (long long)s->input, (long long)s->output);
  } else {
    text_add(body, "{\"call\":\"%s\",\"args\":%s}", operation, s->text);
    request->event = EVENT_CALL;
    request->operation = operation;
    request->args = s->text;
    request->args_length = strlen(s->text);
  }
  if (s->stranger == UNKNOWN_AGENT) request->agent = "work.p.nobody";
  if (s->stranger == OTHER_AGENT) request->agent = generated_agents[(s->agent + 1) % GENERATED_AGENTS];
  if (s->stranger == OTHER_REQUESTER) request->requester = "somebody else";
}

/* The model that was chosen fails, and what comes next is asked for, as often as the step says. */
static void attempts(struct sides *t, const struct step *s, struct reference_request *request, struct reference_decision *answer, const rebase_decision *ours) {
  const rebase_caller caller = {request->agent, request->requester, s->sessionless ? NULL : t->ours[s->agent]};
  struct reference_attempts tried = {0};
  request->attempts = &tried;
  for (unsigned i = 0; i < s->attempts && ours->effect == REBASE_ALLOW && !differs(t); i++) {
    if (ours->choice->attempt != tried.total + 1) text_add(&t->what, "attempt %u, and %u came before", ours->choice->attempt, tried.total);
    reference_attempt(&tried, answer, choice_of(ours, answer), s->failures[i]);
    ours = rebase_route_next(t->request, &caller, (rebase_failure)s->failures[i]);
    reference_decide(t->reference, s->sessionless ? NULL : t->theirs[s->agent], request, answer);
    compare(t, ours, answer);
    count(t->tally, true, ours, answer);
  }
  request->attempts = NULL;
}

static void decide(struct sides *t, const struct step *s) {
  struct text_buffer body = {0};
  struct reference_decision answer;
  struct reference_request request = {.agent = t->agents[s->agent], .requester = t->requesters[s->agent]};
  write_request(s, &body, &request);
  const rebase_decision *ours = decide_both(t, s, &body, &request, &answer);
  if (!differs(t) && ours->effect == REBASE_ASK && s->approve && !s->sessionless && ours->approver_count <= 16)
    ours = answer_ask(t, s, &body, &request, &answer, ours);
  bool allowed = !differs(t) && ours->effect == REBASE_ALLOW && !s->sessionless;
  char id[REBASE_ID_BYTES] = "";
  if (allowed) memcpy(id, ours->id, sizeof id);
  if (!differs(t) && s->asks == ASKS_INFER) attempts(t, s, &request, &answer, ours);
  if (s->settle) observe_late(t, s->agent, s->settle);
  if (allowed && s->asks == ASKS_DELEGATE) hand_over(t, s, id);
  else if (allowed && s->asks == ASKS_CALL && s->late) {
    observe_late(t, s->agent, s->late);
    t->late[s->agent][s->late - 1] = (struct late_result){.waits = true, .call = answer.call, .step = s};
    memcpy(t->late[s->agent][s->late - 1].decision, id, sizeof id);
  } else if (allowed && s->asks == ASKS_CALL) observe(t, s->agent, id, answer.call, s);
  text_free(&body);
}

static void open_session(struct sides *t, const struct step *s) {
  unsigned i = s->agent;
  bool again = s->again && t->theirs[i] != NULL;
  close_session(t, i);
  if (!again) snprintf(t->requesters[i], sizeof t->requesters[i], "person %u", ++t->opened);
  t->agents[i] = generated_agents[i];
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
