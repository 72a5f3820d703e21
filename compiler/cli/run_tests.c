/* run_tests.c: runs one test block in an engine of its own, so that no test can lean on another. */
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include "cli/run_tests.h"

#define REQUESTER "requester"       /* who asks, unless `given requester` says an id */
enum { MAX_ACTORS = 16 };

struct actor { const struct agent *agent; char session[REBASE_ID_BYTES]; };
struct player {
  struct test_run *run;
  struct test_outcome *outcome;
  const struct test *test;
  struct host host;
  struct actor actors[MAX_ACTORS]; unsigned actor_count;
  char delegation[REBASE_ID_BYTES]; const struct actor *delegator; const struct agent *delegate;   /* allowed, not yet used */
  const char *requester;            /* who asks: the `id` of `given requester`, which the host binds to the session */
  bool memory_out;
};

/* Ends the test as failed, with the place in the test that did not hold. Always false. */
static bool fails(struct player *p, struct span span, const char *format, ...) {
  char place[512], line[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  program_place(p->run->subject->program, span, place, sizeof place);
  size_t size = strlen(place) + strlen(line) + 4;
  p->outcome->verdict = TEST_FAILED;
  free(p->outcome->text);
  p->outcome->text = malloc(size);
  if (p->outcome->text) snprintf(p->outcome->text, size, "%s: %s", place, line);
  else p->memory_out = true;
  return false;
}

static bool fails_with_decision(struct player *p, struct span span, const rebase_decision *d, const char *what) {
  char *explanation = decision_explanation(d, REBASE_FOR_PERSON);
  fails(p, span, "%s", what);
  char *head = p->outcome->text;
  if (!explanation || !head) return free(explanation), p->memory_out = true, false;
  size_t size = strlen(head) + strlen(explanation) + 2;
  p->outcome->text = malloc(size);
  if (p->outcome->text) snprintf(p->outcome->text, size, "%s\n%s", head, explanation);
  else p->memory_out = true;
  free(head);
  free(explanation);
  return false;
}

/* ---- fixtures ---- */
static bool give_bits(struct player *p, const char *session) {
  const struct program *program = p->run->subject->program;
  const struct test *t = p->test;
  rebase_status status = REBASE_OK;
  for (unsigned i = 0; i < program->labels_count && status == REBASE_OK; i++)
    if (t->labels >> i & 1) status = rebase_taint(p->host.engine, session, program->labels[i]->full);
  for (unsigned i = 0; i < program->proofs_count && status == REBASE_OK; i++)
    if (t->proofs >> i & 1) status = rebase_prove(p->host.engine, session, program->proofs[i]->full);
  return status == REBASE_OK || fails(p, t->span, "the session could not be given its state: %s", rebase_status_text(status));
}

static bool give_fixtures(struct player *p, const char *session) {
  const struct test *t = p->test;
  if (!give_bits(p, session)) return false;
  for (unsigned i = 0; i < t->said_count; i++) {
    rebase_status status = rebase_hear(p->host.engine, session, t->said[i], strlen(t->said[i]));
    if (status != REBASE_OK) return fails(p, t->span, "what was said was not heard: %s", rebase_status_text(status));
  }
  for (unsigned i = 0; i < t->seen_count; i++) {
    const struct test_seen *seen = &t->seen[i];
    rebase_report report = {0};
    rebase_status status = rebase_see(p->host.engine, session, seen->entity->name, seen->json, strlen(seen->json), &report);
    if (status != REBASE_OK)
      return fails(p, seen->span, "%s was not taken in: %s %s", seen->entity->name, rebase_status_text(status), report.text);
  }
  return true;
}

/* The session of an agent: handed to it by the delegation just allowed, or opened with the test's fixtures. */
static const struct actor *actor_of(struct player *p, const struct agent *agent, struct span span) {
  rebase_report report = {0};
  rebase_status status;
  bool handed = p->delegator && p->delegate == agent;
  for (unsigned i = 0; i < p->actor_count && !handed; i++)
    if (p->actors[i].agent == agent) return &p->actors[i];
  if (p->actor_count == MAX_ACTORS) return fails(p, span, "a test may have %d agents", MAX_ACTORS), NULL;
  struct actor *actor = &p->actors[p->actor_count];
  actor->agent = agent;
  if (handed) {
    status = rebase_session_delegate(p->host.engine, p->delegator->session, p->delegation, actor->session, &report);
    p->delegator = NULL;
    for (unsigned i = 0; i < p->actor_count; i++)
      if (p->actors[i].agent == agent) p->actors[i].agent = NULL;          /* from now on it acts in the new session */
  } else {
    rebase_opening opening = {agent->name, p->requester, p->test->requester_json};
    status = rebase_session_open(p->host.engine, &opening, actor->session, &report);
  }
  if (status != REBASE_OK) return fails(p, span, "no session: %s %s", rebase_status_text(status), report.text), NULL;
  p->actor_count++;
  return handed || give_fixtures(p, actor->session) ? actor : NULL;
}

/* ---- steps ---- */
static json_t *step_json(const struct test_step *s) {
  static const char *const targets[] = {"person", "agent", "outside"};
  switch (s->event) {
  case EVENT_RELEASE: return json_pack("{s:s, s:s}", "release", targets[s->release], "text", s->text ? s->text : "");
  case EVENT_DELEGATE: return json_pack("{s:s}", "delegate", s->target->name);
  default: return NULL;
  }
}

/* Arguments keep their own text: numbers stay exact. */
static char *step_body(const struct test_step *s) {
  if (s->event == EVENT_RELEASE || s->event == EVENT_DELEGATE) {
    json_t *json = step_json(s);
    char *body = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return body;
  }
  const char *args = s->args_json ? s->args_json : "{}";
  size_t size = (s->operation ? strlen(s->operation->name) : 0) + strlen(args) + 32;
  char *body = malloc(size);
  if (body && s->event == EVENT_INFER) snprintf(body, size, "{\"infer\":%s}", args);
  else if (body) snprintf(body, size, "{\"call\":\"%s\",\"args\":%s}", s->operation->name, args);
  return body;
}

static void note_matches(struct player *p, const rebase_decision *d) {
  const struct program *program = p->run->subject->program;
  for (uint32_t i = 0; i < d->rule_count; i++) {
    char place[512], matched[512];
    snprintf(matched, sizeof matched, "%s:%u", d->rules[i].file, (unsigned)d->rules[i].line);
    for (unsigned r = 0; r < program->rules_count; r++)
      if (strcmp(program->rules[r]->name, d->rules[i].name) == 0 &&
          strcmp(program_place(program, program->rules[r]->span, place, sizeof place), matched) == 0)
        p->run->rule_matched[r] = true;
  }
}

static const rebase_decision *decide(struct player *p, const struct actor *actor, const char *body) {
  rebase_caller caller = {actor->agent->name, p->requester, actor->session};
  const rebase_decision *d = host_decide(&p->host, &caller, body, strlen(body));
  note_matches(p, d);
  return d;
}

/* The answers that the test gives to an ask. */
static bool answer(struct player *p, const struct test_step *s, const struct actor *actor, const rebase_decision *asked) {
  rebase_status status = REBASE_OK;
  if (s->approve_all) status = host_approve_all(&p->host, actor->session, p->requester, asked);
  for (unsigned i = 0; i < s->approved_count && !s->approve_all && status == REBASE_OK; i++) {
    const char *group = s->approved[i];
    const char *approver = strcmp(group, "requester") == 0 ? p->requester : "approver";
    status = rebase_approve(p->host.engine, actor->session, asked->id, group, approver);
    if (status != REBASE_OK) return fails(p, s->span, "the approval by %s does not count: %s", group, rebase_status_text(status));
  }
  return status == REBASE_OK || fails(p, s->span, "an approval does not count: %s", rebase_status_text(status));
}

static bool same_approvers(const struct test_step *s, const rebase_decision *d) {
  if (s->approver_count != d->approver_count) return false;
  for (unsigned i = 0; i < s->approver_count; i++) {
    bool found = false;
    for (uint32_t k = 0; k < d->approver_count; k++)
      found |= strcmp(s->approvers[i]->full, d->approvers[k]) == 0 || strcmp(s->approvers[i]->name, d->approvers[k]) == 0;
    if (!found) return false;
  }
  return true;
}

static bool meets_expectation(struct player *p, const struct test_step *s, const rebase_decision *d) {
  static const char *const names[] = {"allow", "ask", "deny", "oblige"};
  static const rebase_effect effects[] = {REBASE_ALLOW, REBASE_ASK, REBASE_DENY, REBASE_DENY};
  char what[600];
  if (d->effect != effects[s->expected]) {
    snprintf(what, sizeof what, "expected %s, decided %s", names[s->expected], effect_name(d->effect));
    return fails_with_decision(p, s->expect_span, d, what);
  }
  if (s->approver_count && !same_approvers(s, d)) return fails_with_decision(p, s->expect_span, d, "others are asked than expected");
  if (!s->by_rule) return true;
  for (uint32_t i = 0; i < d->rule_count; i++)
    if (rule_decided(d, &d->rules[i]) && strcmp(d->rules[i].name, s->by_rule) == 0) return true;
  snprintf(what, sizeof what, "expected %s by %s, which is not among the rules that decided", names[s->expected], s->by_rule);
  return fails_with_decision(p, s->expect_span, d, what);
}

static bool meets_choice(struct player *p, const struct test_step *s, const rebase_decision *d) {
  const rebase_choice *choice = d->choice;
  char what[600];
  if (!s->model && !s->currency) return true;
  if (!choice) return fails_with_decision(p, s->expect_span, d, "expected a model that answers, and none does");
  if (s->model && strcmp(s->model, choice->model)) {
    snprintf(what, sizeof what, "expected %s to answer, and %s does", s->model, choice->model);
    return fails_with_decision(p, s->expect_span, d, what);
  }
  bool dear = s->currency && (strcmp(s->currency->name, choice->currency) || choice->cost / 1000000 + (choice->cost % 1000000 != 0) > s->cost);
  return !dear || fails_with_decision(p, s->expect_span, d, "it costs more than expected");
}

/* What became of an allowed step: its result, or the session that a delegation opens. */
static bool conclude(struct player *p, const struct test_step *s, const struct actor *actor, const rebase_decision *d) {
  static const rebase_outcome outcomes[] = {REBASE_UNKNOWN, REBASE_SUCCESS, REBASE_FAILED, REBASE_UNKNOWN};
  if (d->effect != REBASE_ALLOW) {
    if (s->outcome == STEP_NONE) return true;
    return fails_with_decision(p, s->span, d, "a call with a result must be allowed");
  }
  if (s->event == EVENT_DELEGATE) {
    memcpy(p->delegation, d->id, sizeof p->delegation);
    p->delegator = actor;
    p->delegate = s->target;
  }
  if (s->outcome == STEP_NONE) return true;
  char id[REBASE_ID_BYTES];
  memcpy(id, d->id, sizeof id);
  host_settle(&p->host, d, outcomes[s->outcome]);
  const char *result = s->result_json ? s->result_json : "";
  rebase_report report = {0};
  rebase_status status = rebase_observe(p->host.engine, actor->session, id, outcomes[s->outcome], result, strlen(result), &report);
  return status == REBASE_OK || fails(p, s->span, "the result was not taken in: %s %s", rebase_status_text(status), report.text);
}

static bool play_step(struct player *p, const struct test_step *s) {
  const struct actor *actor = actor_of(p, s->by, s->span);
  char *body = actor ? step_body(s) : NULL;
  if (!actor) return false;
  if (!body) return p->memory_out = true, false;
  const rebase_decision *d = decide(p, actor, body);
  bool ok = true;
  if (s->approve_all || s->approved_count) {
    if (d->effect != REBASE_ASK) ok = fails_with_decision(p, s->span, d, "an approval is given, but nothing was asked");
    else if ((ok = answer(p, s, actor, d))) d = decide(p, actor, body);
  }
  if (ok && s->expects) ok = meets_expectation(p, s, d);
  if (ok) ok = meets_choice(p, s, d);
  if (ok) ok = conclude(p, s, actor, d);
  free(body);
  return ok;
}

static bool play(struct player *p) {
  const struct test *t = p->test;
  if (t->has_time) p->host.clock_stands = true, p->host.now = t->at;
  for (unsigned i = 0; i < t->step_count; i++)
    if (!play_step(p, &t->steps[i])) return false;
  return true;
}

static bool not_run(struct test_outcome *outcome, const char *why, const char *what) {
  size_t size = strlen(why) + strlen(what) + 1;
  outcome->verdict = TEST_NOT_RUN;
  outcome->text = malloc(size);
  if (outcome->text) snprintf(outcome->text, size, "%s%s", why, what);
  return outcome->text != NULL;
}

bool run_one_test(struct test_run *run, struct test_outcome *outcome) {
  struct player p = {.run = run, .outcome = outcome, .test = outcome->test};
  int64_t start = cli_wall_clock();
  outcome->verdict = TEST_PASSED;
  if (outcome->test->needs) return not_run(outcome, "needs what cannot be executed yet: ", outcome->test->needs);
  if (run->refused) return not_run(outcome, run->refused, "");
  json_t *fields = p.test->requester_json ? json_loads(p.test->requester_json, 0, NULL) : NULL;
  const char *id = json_string_value(json_object_get(fields, "id"));
  p.requester = id && *id ? id : REQUESTER;
  int code = host_set_clock(&p.host, run->cli, run->subject);
  if (code == CLI_OK) code = host_open(&p.host, run->subject);
  if (code == CLI_OK) play(&p);
  else fails(&p, p.test->span, "no engine for this test");
  host_close(&p.host);
  json_decref(fields);
  outcome->microseconds = cli_wall_clock() - start;
  return !p.memory_out;
}
