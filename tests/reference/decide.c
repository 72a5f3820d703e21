/* decide.c: a whole request: checks, scope, rules one after the other, and what they come to together. */
#include "inside.h"
#include <string.h>

static const struct agent *find_agent(const struct program *p, const char *name) {
  for (unsigned i = 0; name && i < p->agents_count; i++) if (strcmp(p->agents[i]->name, name) == 0) return p->agents[i];
  return NULL;
}

/* ---- 1. the request ---- */
static struct rv *arguments(struct evaluator *e, const struct operation *o) {
  struct rv *args = arena_alloc(e->arena, o->param_count * sizeof *args);
  struct json json = ref_json(e->arena, e->request->args, e->request->args_length);
  struct wire wire = {.arena = e->arena, .program = e->reference->program, .exact = true};
  if (json.kind != JSON_OBJECT) return NULL;
  for (unsigned i = 0; i < o->param_count; i++) {
    const struct param *p = &o->params[i];
    const struct json *given = ref_json_member(&json, p->name);
    args[i] = p->value ? rv_of_constant(e->arena, p->value) : rv_missing();
    if (given && given->kind != JSON_NULL && !ref_decode(&wire, p->type, given, &args[i])) return NULL;
    if (args[i].missing && !p->optional) return NULL;
  }
  for (size_t k = 0; k < json.count; k++) {
    bool known = false;
    for (unsigned i = 0; i < o->param_count; i++)
      known = known || (strlen(o->params[i].name) == json.names[k].length && memcmp(o->params[i].name, json.names[k].text, json.names[k].length) == 0);
    if (!known) return NULL;
  }
  return args;
}

static bool accepts(const struct agent *target, const struct agent *from) {
  for (unsigned i = 0; i < target->accept_count; i++) if (target->accepts[i] == from) return true;
  return false;
}

static bool known_task(const struct program *p, const char *task) {
  for (unsigned i = 0; task && i < p->symbol_count; i++) if (strcmp(p->symbols[i], task) == 0) return true;
  return false;
}

static bool check_request(struct evaluator *e) {
  const struct program *p = e->reference->program;
  const struct reference_request *r = e->request;
  e->agent = find_agent(p, r->agent);
  if (!e->agent) return false;
  if (e->session && (e->session->agent != e->agent || strcmp(e->session->requester, r->requester) != 0)) return false;
  switch (r->event) {
    case EVENT_CALL:
      for (unsigned i = 0; r->operation && i < p->operations_count; i++)
        if (strcmp(p->operations[i]->name, r->operation) == 0) e->operation = p->operations[i];
      return e->operation && (e->args = arguments(e, e->operation)) != NULL;
    case EVENT_DELEGATE:
      e->delegate = find_agent(p, r->delegate);
      return e->delegate != NULL;
    case EVENT_RELEASE: return r->text != NULL && r->release < RELEASE_COUNT;
    default: return !p->routes_count || (known_task(p, r->task) && r->input >= 0 && r->output >= 0);
  }
}

/* ---- 2. scope ---- */
static bool in_scope(const struct evaluator *e, const struct rule *rule) {
  bool agent = false, target = rule->event == EVENT_INFER;
  if (rule->event != e->request->event) return false;
  for (unsigned i = 0; i < rule->agent_count; i++) agent = agent || rule->agents[i] == e->agent;
  if (rule->event == EVENT_CALL)
    for (unsigned i = 0; i < rule->operation_count; i++) target = target || rule->operations[i] == e->operation;
  if (rule->event == EVENT_RELEASE) target = rule->release_mask >> e->request->release & 1;
  if (rule->event == EVENT_DELEGATE)
    for (unsigned i = 0; i < rule->target_count; i++) target = target || rule->targets[i] == e->delegate;
  return agent && target;
}

/* ---- 3. one rule ---- */
enum answer { NO, YES, LACKS, FAILED };

/* Lets in order; false when one lacks or fails. */
static enum answer lets(struct evaluator *e, struct frame *frame, struct let *const *list, unsigned count, const struct let **lacking) {
  for (unsigned i = 0; i < count; i++) {
    struct rv v = ref_eval(e, frame, list[i]->value);
    if (e->error) return FAILED;
    if (list[i]->otherwise != LET_PLAIN && v.missing) {
      *lacking = list[i];
      return LACKS;
    }
    ref_set_local(e, frame, list[i]->local, v);
  }
  return YES;
}

static enum answer run_rule(struct evaluator *e, const struct rule *rule, const struct let **lacking) {
  struct frame frame = {0};
  enum answer answer = lets(e, &frame, rule->lets, rule->let_count, lacking);
  if (answer != YES) return answer;
  if (rule->where && !ref_true(e, &frame, rule->where)) return e->error ? FAILED : NO;
  if (rule->unless && ref_true(e, &frame, rule->unless)) return NO;
  return e->error ? FAILED : YES;
}

/* A waiver that lacks something does not apply; one that fails makes the rule fail. */
static enum answer waived(struct evaluator *e, const struct rule *rule) {
  for (unsigned i = 0; i < rule->waiver_count; i++) {
    const struct waiver *w = rule->waivers[i];
    struct frame frame = {0};
    const struct let *lacking = NULL;
    if (w->agent != e->agent || e->request->now > w->until) continue;
    enum answer answer = lets(e, &frame, w->lets, w->let_count, &lacking);
    if (answer == FAILED) return FAILED;
    if (answer == LACKS) continue;
    if (!w->where || ref_true(e, &frame, w->where)) return YES;
    if (e->error) return FAILED;
  }
  return NO;
}

/* ---- 4 to 6. together ---- */
struct outcome { bool grant, deny, ask; int64_t wait; const struct rule *route; };      /* route: of an infer, what allowed it */

static void add_approvers(struct reference_decision *d, const struct group *const *groups, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    bool known = false;
    for (unsigned k = 0; k < d->approver_count; k++) known = known || d->approvers[k] == groups[i];
    if (!known && d->approver_count < REFERENCE_MAX) d->approvers[d->approver_count++] = groups[i];
  }
}

static bool same_text(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") == 0; }

static void add_obligations(struct reference_decision *d, const struct rule *rule) {
  for (unsigned i = 0; i < rule->obligation_count; i++) {
    const struct obligation *o = rule->obligations[i];
    bool known = false;
    for (unsigned k = 0; k < d->obligation_count; k++)
      known = known || (strcmp(o->kind, "redact") != 0 && same_text(d->obligations[k]->kind, o->kind) && same_text(d->obligations[k]->argument, o->argument));
    if (!known && d->obligation_count < REFERENCE_MAX) d->obligations[d->obligation_count++] = o;
  }
}

static void hit(struct reference_decision *d, const struct rule *rule, enum reference_verdict verdict, enum reference_error error, const struct let *let) {
  if (d->hit_count < REFERENCE_MAX) d->hits[d->hit_count++] = (struct reference_hit){rule, verdict, error, let};
}

static bool grants(const struct evaluator *e, const struct rule *rule) {
  return (rule->effect == RULE_ALLOW || rule->effect == RULE_ASK) && !rule->guard && rule->package == e->agent->package;
}

static void asks(const struct rule *rule, struct reference_decision *d, struct outcome *all, const struct group *const *groups, unsigned count) {
  all->ask = true;
  add_approvers(d, groups, count);
  if (rule->wait && (!all->wait || rule->wait < all->wait)) all->wait = rule->wait;
}

static void matched(struct evaluator *e, const struct rule *rule, struct reference_decision *d, struct outcome *all) {
  hit(d, rule, REFERENCE_MATCHED, REFERENCE_NO_ERROR, NULL);
  add_obligations(d, rule);
  if (rule->effect == RULE_DENY) all->deny = true;
  if (rule->effect == RULE_ASK) asks(rule, d, all, rule->approvers, rule->approver_count);
  if (!grants(e, rule)) return;
  all->grant = true;
  if (e->request->event != EVENT_INFER) return;
  all->deny |= all->route != NULL;                          /* two of them */
  all->route = rule;
}

/* A let that lacks turns the rule into a deny or an ask, and the ask of a policy is a grant as any other. */
static void lacks(struct evaluator *e, const struct rule *rule, const struct let *let, struct reference_decision *d, struct outcome *all) {
  bool ask = let->otherwise == LET_ASKS;
  hit(d, rule, ask ? REFERENCE_LACKED_ASK : REFERENCE_LACKED_DENY, REFERENCE_NO_ERROR, let);
  add_obligations(d, rule);
  if (!ask) all->deny = true;
  else asks(rule, d, all, let->approvers, let->approver_count);
  if (ask && grants(e, rule)) all->grant = true;
}

static void consider(struct evaluator *e, const struct rule *rule, struct reference_decision *d, struct outcome *all) {
  const struct let *lacking = NULL;
  e->error = REFERENCE_NO_ERROR;
  enum answer answer = waived(e, rule);
  if (answer == YES) return;
  if (answer == NO) answer = run_rule(e, rule, &lacking);
  if (answer == YES) matched(e, rule, d, all);
  if (answer == LACKS) lacks(e, rule, lacking, d, all);
  if (answer == FAILED) {
    hit(d, rule, REFERENCE_ERROR, e->error, NULL);
    all->deny = true;
  }
}

bool ref_takes_model_away(struct evaluator *e, const struct rule *rule) {
  const struct let *lacking = NULL;
  if (!in_scope(e, rule)) return false;
  e->error = REFERENCE_NO_ERROR;
  enum answer answer = waived(e, rule);
  if (answer == YES) return false;
  if (answer == NO) answer = run_rule(e, rule, &lacking);
  return answer != NO;
}

static bool carried_out(const struct reference *reference, const char *kind) {
  for (const char *const *known = reference->obligations; known && *known; known++) if (strcmp(*known, kind) == 0) return true;
  return strcmp(kind, "redact") == 0;
}

static bool approved(const struct reference_request *r, const struct group *group) {
  for (unsigned i = 0; i < r->approved_count; i++) if (strcmp(r->approved[i], group->full) == 0) return true;
  return false;
}

/* ---- 7. what waits for an answer ---- */
static bool same_call(const struct evaluator *e, const struct waiting *w) {
  const struct reference_request *r = e->request;
  if (w->event != r->event || w->operation != e->operation || w->delegate != e->delegate) return false;
  if (r->event == EVENT_RELEASE)
    return w->release == r->release && w->text.length == r->text_length && memcmp(w->text.text, r->text, r->text_length) == 0;
  if (r->event == EVENT_INFER) return strcmp(w->task, r->task) == 0 && w->input == r->input && w->output == r->output;
  for (unsigned i = 0; e->operation && i < e->operation->param_count; i++)
    if (!rv_equal(e->operation->params[i].type, w->args[i], e->args[i])) return false;
  return true;
}

static void give_up(struct reference_session *s, size_t i) {
  memmove(&s->waiting[i], &s->waiting[i + 1], (s->waiting_count - i - 1) * sizeof *s->waiting);
  s->waiting_count--;
}

static struct waiting *find_waiting(const struct evaluator *e) {
  struct reference_session *s = e->session;
  for (size_t i = s->waiting_count; i--;)
    if (s->waiting[i].deadline && e->request->now > s->waiting[i].deadline) give_up(s, i);
  for (size_t i = 0; i < s->waiting_count; i++) if (same_call(e, &s->waiting[i])) return &s->waiting[i];
  return NULL;
}

static int64_t wait_for_answer(const struct evaluator *e, int64_t wait) {
  struct reference_session *s = e->session;
  int64_t deadline = wait ? e->request->now + wait : 0;
  if (!s) return deadline;
  struct waiting *w = find_waiting(e);
  if (w) {
    if (deadline && (!w->deadline || deadline < w->deadline)) w->deadline = deadline;
    return w->deadline;
  }
  if (s->waiting_count == MAX_WAITING) give_up(s, 0);
  w = &s->waiting[s->waiting_count++];
  *w = (struct waiting){.event = e->request->event, .operation = e->operation, .delegate = e->delegate, .release = e->request->release,
                        .input = e->request->input, .output = e->request->output, .deadline = deadline};
  if (e->request->event == EVENT_INFER) w->task = rv_copy(&s->arena, rv_text(e->request->task, strlen(e->request->task) + 1)).text;
  if (e->request->event == EVENT_RELEASE) w->text = rv_copy(&s->arena, rv_text(e->request->text, e->request->text_length));
  w->args = arena_alloc(&s->arena, (e->operation ? e->operation->param_count : 0) * sizeof *w->args);
  for (unsigned i = 0; e->operation && i < e->operation->param_count; i++) w->args[i] = rv_copy(&s->arena, e->args[i]);
  return deadline;
}

static bool has_answered(const struct waiting *w, const struct group *group) {
  for (unsigned i = 0; w && i < w->answered_count; i++) if (w->answered[i] == group) return true;
  return false;
}

/* Answers stay until they are used or too late; those of groups that are not asked any more are dropped. True: all are there. */
static bool all_answered(const struct evaluator *e, const struct reference_decision *d) {
  struct waiting *w = e->session ? find_waiting(e) : NULL;
  const struct group *still[REFERENCE_MAX];
  unsigned count = 0;
  for (unsigned i = 0; i < d->approver_count; i++)
    if (approved(e->request, d->approvers[i]) || has_answered(w, d->approvers[i])) still[count++] = d->approvers[i];
  if (w) memcpy(w->answered, still, count * sizeof *still);
  if (w) w->answered_count = count;
  return count == d->approver_count;
}

static void combine(const struct evaluator *e, const struct outcome *all, struct reference_decision *d) {
  bool carries = true;
  for (unsigned i = 0; i < d->obligation_count; i++) carries = carries && carried_out(e->reference, d->obligations[i]->kind);
  if (!all->grant || all->deny || !carries || (e->delegate && !accepts(e->delegate, e->agent))) d->effect = REFERENCE_DENY;
  else if (all->ask && !all_answered(e, d)) d->effect = REFERENCE_ASK;
  else d->effect = REFERENCE_ALLOW;
  if (d->effect == REFERENCE_ASK) d->deadline = wait_for_answer(e, all->wait);
  if (d->effect != REFERENCE_ALLOW || !all->ask || !e->session) return;
  struct waiting *w = find_waiting(e);
  if (w) give_up(e->session, (size_t)(w - e->session->waiting));         /* an answer is good for once */
}

void reference_decide(struct reference *reference, struct reference_session *session, const struct reference_request *request,
                      struct reference_decision *d) {
  struct arena arena = {0};
  struct evaluator e = {.arena = &arena, .reference = reference, .session = session, .request = request};
  struct outcome all = {0};
  const struct program *p = reference->program;
  memset(d, 0, sizeof *d);
  if (session) ref_catch_up(session);
  d->decided = check_request(&e);
  for (unsigned i = 0; d->decided && i < p->rules_count; i++) if (!p->rules[i]->models && in_scope(&e, p->rules[i])) consider(&e, p->rules[i], d, &all);
  if (request->event == EVENT_INFER && all.grant && !all.deny) all.deny = !ref_choose(&e, all.route, d);
  if (d->decided) combine(&e, &all, d);
  if (d->effect == REFERENCE_ALLOW && session && e.operation) d->call = ref_allowed(session, e.operation, e.args);
  arena_free(&arena);
}
