/* evaluate.c: the facts of a decision, the rules in scope, and what their verdicts come to. SPEC 7.2 to 7.7. */
#include <stdio.h>
#include "engine.h"
#include "hints.h"
#include "numbers.h"
#include "packed.h"
#include "plain.h"
#include "route_plan.h"
#include "scope_plan.h"

/* ---- facts ---- */

static void call_facts(rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_operation *o = &b->OPERATIONS.at[r->record.asked.target];
  const struct image_connector *c = &b->CONNECTORS.at[o->connector];
  r->facts[CTX_OPERATION_NAME] = text_fact(b, o->name);
  r->facts[CTX_OPERATION_READS] = int_value(o->op_class == CLASS_READS);
  r->facts[CTX_OPERATION_WRITES] = int_value(o->op_class == CLASS_WRITES);
  r->facts[CTX_OPERATION_DESTROYS] = int_value(o->op_class == CLASS_DESTROYS);
  r->facts[CTX_OPERATION_SENDS] = int_value(o->sends_outside);
  r->facts[CTX_CONNECTOR_NAME] = text_fact(b, c->name);
  r->facts[CTX_CONNECTOR_KIND] = optional_text_fact(b, c->kind);
  r->facts[CTX_CONNECTOR_RESIDENCY] = c->residency == NONE32 ? missing_value() : int_value(c->residency);
}

static bool set_facts(rebase_request *r, const struct session *session, const rebase_caller *caller) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct now *now = &r->record.now;
  bool call = r->record.asked.event == EVENT_CALL, again = call || r->record.asked.event == EVENT_INFER;
  if (r->facts_generation != r->loaded->generation || r->facts_agent != r->record.asked.agent || r->facts_event != r->record.asked.event) agent_facts(b, r->record.asked.agent, r->facts);
  r->facts_generation = again ? r->loaded->generation : 0;  /* one call leaves nothing that the next does not overwrite; nor does an infer that judges no model */
  r->facts_agent = r->record.asked.agent;
  r->facts_event = r->record.asked.event;
  r->facts[CTX_NOW] = int_value(now->wall);
  if (b->reads_today) r->facts[CTX_TODAY] = int_value(zone_date(b, b->info->zone, now->wall));
  r->facts[CTX_SESSION_AGE] = session ? int_value(now->wall - session->family->opened.wall) : missing_value();
  const struct text *requester = workspace_text(&r->work, caller->requester, strlen(caller->requester));
  if (!requester) return false;
  if (session) r->facts[CTX_SESSION_AGENTS].list = session->chain;
  else r->facts[CTX_SESSION_AGENTS] = missing_value();
  r->facts[CTX_REQUESTER_ID].text = requester;
  if (call) call_facts(r);
  if (r->record.asked.event == EVENT_INFER) infer_facts(r);
  if (r->record.asked.event == EVENT_DELEGATE) r->facts[CTX_DELEGATE_TO] = text_fact(b, b->AGENTS.at[r->record.asked.target].name);
  if (r->record.asked.event != EVENT_RELEASE) return true;
  r->facts[CTX_RELEASE_TEXT].text = r->text;
  return (r->facts[CTX_RELEASE_TO].text = workspace_text(&r->work, targets[r->record.asked.target], strlen(targets[r->record.asked.target]))) != NULL;
}

/* ---- the machine ---- */
static rebase_status prepare(rebase_request *r, struct session *session) {
  struct vm *vm = &r->vm;
  uint32_t longest = r->record.asked.event == EVENT_CALL && r->json.longest ? r->json.longest : 1, requester_longest;
  vm->bundle = r->loaded->bundle;   /* limit and scratch memory are set by what runs programs */
  vm->args = r->slots;
  vm->facts = r->facts;
  vm->requester = missing_value();
  vm->session = NULL;
  if (session) {
    r->view = (struct session_view){session, r->loaded, r->record.now};
    vm->session = &r->view;
    if (!requester_record(session->family, r->loaded, &r->work, &vm->requester, &requester_longest)) return REBASE_E_TYPE;
    if (requester_longest > longest) longest = requester_longest;
    if (session->longest > longest) longest = session->longest;
    if (session->chain->len > longest) longest = session->chain->len;
  }
  vm->longest = longest;
  return REBASE_OK;
}

static uint64_t add_steps(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static uint64_t bound_of(const rebase_request *r, const struct scope_plan *plan) {
  const struct rebase_bundle *b = r->loaded->bundle;
  if (plan->fixed) return plan->cost.steps[0];      /* no loops: the length of lists is nothing to it */
  uint64_t n = r->vm.longest > b->longest ? r->vm.longest : b->longest, total = cost_at(&plan->cost, n);
  for (uint32_t i = 0; plan->waivers && i < plan->count; i++) {
    const struct image_form *form = bundle_form(b, bundle_rule_of(b, plan->rules[i]));
    for (uint32_t w = 0; w < form->waivers; w++)
      if (b->WAIVERS.at[form->first_waiver + w].agent == r->record.asked.agent)
        total = add_steps(total, bundle_cost(b, b->WAIVERS.at[form->first_waiver + w].cost, n));
  }
  return total;
}

/* Lists that programs make can raise a bound while they run; what a request may cost in all stays what the host said. */
static enum vm_verdict run(rebase_request *r, uint32_t rule, const struct routine *waiver) {
  struct vm *vm = &r->vm;
  rebase_decision *d = &r->record.decision;
  uint64_t most = r->engine->options.max_steps, longest = vm->longest;
  vm->max_steps = most > d->steps ? most - d->steps : 1;
  vm->scratch = r->scratch;
  enum vm_verdict verdict = waiver ? vm_run(vm, waiver) : vm_run_rule(vm, rule);
  d->steps = add_steps(d->steps, vm->steps);
  d->steps_bound = add_steps(d->steps_bound, vm->bound);
  vm->longest = longest;
  if (verdict == VM_FAULT) tally_add(&r->tally, TALLY_FAULTS);
  return verdict;
}

enum vm_verdict evaluate_rule(rebase_request *r, uint32_t rule) { return run(r, rule, NULL); }

/* Whether a waiver says that the guard is silent about this agent. An error of its condition is an error of the rule. */
enum vm_verdict evaluate_waived(rebase_request *r, const struct image_form *form) {
  const struct rebase_bundle *b = r->loaded->bundle;
  for (uint32_t i = form->first_waiver; i < form->first_waiver + form->waivers; i++) {
    const struct image_waiver *w = &b->WAIVERS.at[i];
    if (w->agent != r->record.asked.agent || r->record.now.wall >= w->until) continue;
    enum vm_verdict verdict = run(r, NONE32, &b->waivers[i]);
    if (verdict != VM_PASS) return verdict;
  }
  return VM_PASS;
}

/* ---- what the verdicts come to ---- */
static bool add_group(struct record *record, uint32_t group) {
  rebase_decision *d = &record->decision;
  for (uint32_t i = 0; i < d->approver_count; i++)
    if (record->groups[i] == group) return true;
  if (d->approver_count == REBASE_MAX_APPROVERS) return false;
  record->groups[d->approver_count] = group;
  record->approvers[d->approver_count++] = bundle_string(record->loaded->bundle, record->loaded->bundle->GROUPS.at[group].name);
  return true;
}

static bool add_groups(struct record *record, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (!add_group(record, record->loaded->bundle->INDEXES.at[first + i])) return false;
  return true;
}

static bool add_obligations(struct record *record, const struct image_form *form) {
  const struct rebase_bundle *b = record->loaded->bundle;
  rebase_decision *d = &record->decision;
  for (uint32_t i = form->first_obligation; i < form->first_obligation + form->obligations; i++) {
    const struct image_obligation *o = &b->OBLIGATIONS.at[i];
    const char *kind = bundle_string(b, o->kind), *argument = bundle_string(b, o->argument);
    if (!strcmp(kind, "redact")) {
      if (record->redaction_count == MAX_OBLIGATIONS) return false;
      record->redactions[record->redaction_count++] = i;
      d->redactions++;
      continue;
    }
    uint32_t k = 0;
    while (k < d->obligation_count && (strcmp(record->obligations[k].kind, kind) || strcmp(record->obligations[k].argument, argument))) k++;
    if (k < d->obligation_count) continue;
    if (k == MAX_OBLIGATIONS) return false;
    record->obligations[d->obligation_count++] = (rebase_obligation){kind, argument};
  }
  return true;
}

/* Which matters more when not all rules fit: what denied or failed, then what asked. */
static int weight(enum vm_verdict verdict) {
  if (vm_verdict_is_error(verdict) || verdict == VM_DENY || verdict == VM_LACKS) return 2;
  return verdict == VM_ASK;
}

static void note_rule(struct record *record, uint32_t index, enum vm_verdict verdict, uint32_t lack) {
  const struct rebase_bundle *b = record->loaded->bundle;
  rebase_decision *d = &record->decision;
  uint32_t at = d->rule_count;
  d->rule_total++;
  if (at == REBASE_MAX_RULES) {
    do at--; while (at > 0 && weight((enum vm_verdict)record->verdicts[at]) >= weight(verdict));
    if (weight((enum vm_verdict)record->verdicts[at]) >= weight(verdict)) return;
  } else d->rule_count++;
  rebase_rule *rule = &record->rules[at];
  *rule = record->loaded->shown[b->RULES.at[index].form].rule;
  rule->line = b->RULES.at[index].line;
  rule->effect = vm_verdict_word(verdict);
  record->rule_indexes[at] = index;
  record->verdicts[at] = (uint8_t)verdict;
  record->lacks[at] = lack;
  if (verdict < VM_OBLIGE) return;          /* what follows is rare */
  if (verdict == VM_OBLIGE) { if (bundle_limit(b, index) != NONE32) rule->effect = "limit"; }
  else if (verdict != VM_LACKS) rule->because = "";
  else if (lack != NONE32) {
    if (b->LACKS.at[lack].approvers) rule->effect = vm_verdict_word(VM_ASK);
    rule->because = bundle_string(b, b->LACKS.at[lack].because);
  }
}

static void shorten_wait(struct record *record, int64_t wait) {
  if (wait && (!record->wait || wait < record->wait)) record->wait = wait;
}

static void note_denial(struct record *record, rebase_text because) {
  record->outcome |= DENIED;
  record->reasons[BECAUSE] = record->denials++ ? (rebase_text){NULL, 0} : because;
}

/* One verdict taken in. False: more groups or obligations than a decision holds. */
static bool take_in(struct record *record, uint32_t index, enum vm_verdict verdict, uint32_t lack) {
  const struct rebase_bundle *b = record->loaded->bundle;
  const struct image_form *form = bundle_form(b, index);
  bool could_grant = record->loaded->shown[b->RULES.at[index].form].grants, fits = true;
  note_rule(record, index, verdict, lack);
  uint32_t limit = verdict == VM_OBLIGE ? bundle_limit(b, index) : NONE32;
  if (limit != NONE32) {
    if (record->limit_count == MAX_LIMITS) return false;
    record->limits[record->limit_count++] = limit;
  }
  switch (verdict) {
  case VM_ALLOW:
    if (!could_grant) { record->outcome |= FAILED; break; }
    if (record->asked.event == EVENT_INFER && (record->outcome & GRANTED)) { record->outcome |= FAILED; break; }      /* two routes: which of them? */
    record->outcome |= GRANTED;
    record->route_rule = index;
    break;
  case VM_ASK:
    record->outcome |= could_grant ? ASKS | GRANTED : ASKS;
    shorten_wait(record, form->wait);
    fits = add_groups(record, form->first_approver, form->approvers);
    break;
  case VM_LACKS:
    record->denials++;
    record->reasons[BECAUSE].bytes = NULL;    /* it has more to say */
    if (lack == NONE32 || !b->LACKS.at[lack].approvers) { record->outcome |= DENIED; break; }
    record->outcome |= could_grant ? ASKS | GRANTED : ASKS;
    shorten_wait(record, form->wait);
    fits = add_groups(record, b->LACKS.at[lack].first_approver, b->LACKS.at[lack].approvers);
    break;
  case VM_DENY: note_denial(record, whole_text(bundle_text(b, form->because))); break;
  case VM_OBLIGE: break;
  default: record->outcome |= FAILED; return true;
  }
  return add_obligations(record, form) && fits;
}

bool evaluate_take_in(rebase_request *r, uint32_t rule, enum vm_verdict verdict) { return take_in(&r->record, rule, verdict, NONE32); }
void evaluate_note(rebase_request *r, uint32_t rule) { note_rule(&r->record, rule, VM_DENY, NONE32); }

static bool accepted(const rebase_request *r) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_agent *to = &b->AGENTS.at[r->record.asked.target];
  for (uint32_t i = 0; i < to->accepts; i++)
    if (b->INDEXES.at[to->first_accept + i] == r->record.asked.agent) return true;
  return false;
}

uint32_t asked_head(const struct rebase_bundle *b, const struct asked *asked) {
  if (asked->event == EVENT_CALL) return head_operation(b, asked->target);
  if (asked->event == EVENT_RELEASE) return head_release(b, (enum release_target)asked->target);
  return asked->event == EVENT_DELEGATE ? head_delegate(b, asked->target) : head_infer(b);
}

enum { NEAR_RULES = 256 };          /* of a list: so many stay in the caches */

static void sort_found(struct vm_found *found, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    struct vm_found moved = found[i];
    uint32_t k = i;
    for (; k > 0 && found[k - 1].rule > moved.rule; k--) found[k] = found[k - 1];
    found[k] = moved;
  }
}

/* Rules of which nothing is asked but their verdicts: the machine goes from one to the next by itself, and the few that matter are put in order
 * afterwards. far: what a match needs is asked for before, since the machine looks at other memory. False: too many of them, nothing was taken in. */
static bool run_fixed(rebase_request *r, const struct scope_walk *walk, bool far, uint64_t bound, bool *fits) {
  const struct rebase_bundle *b = r->loaded->bundle;
  struct vm *vm = &r->vm;
  vm->max_steps = r->engine->options.max_steps;
  vm->scratch = r->scratch;
  vm->bound = bound;
  vm->found_count = 0;
  for (unsigned run = 0; far && run < walk->runs; run++)
    if (walk->run[run].at < walk->run[run].end) prefetch(&b->RULES.at[bundle_rule_of(b, *walk->run[run].at)]);
  if (!vm_run_fixed(vm, walk->run, walk->runs)) return false;
  r->record.decision.steps += vm->steps;
  if (walk->runs > 1) sort_found(vm->found, vm->found_count);
  for (uint32_t i = 0; *fits && i < vm->found_count; i++) {
    const struct vm_found *f = &vm->found[i];
    if (f->verdict == VM_FAULT) tally_add(&r->tally, TALLY_FAULTS);
    *fits = take_in(&r->record, f->rule, f->verdict, f->lack);
  }
  return true;
}

/* What there is to say of rules that grant or deny and no more, for which there is room; and what they come to. */
static unsigned take_in_plain(struct record *record, const struct decision_table *table, uint64_t matches) {
  const uint64_t denies = matches & table->denies;
  const bool several = (denies & (denies - 1)) != 0;
  const unsigned outcome = (matches & table->grants ? GRANTED : 0) | (denies ? DENIED : 0);
  uint32_t at = 0;
  record->outcome = outcome;
  record->denials = (uint32_t)(denies != 0) + several;
  record->reasons[BECAUSE] = table->columns[first_bit(denies | !denies)].because;
  if (several) record->reasons[BECAUSE].bytes = NULL;
  do {                              /* the first without a branch: with no match it is some rule that does not count */
    const struct column *column = &table->columns[first_bit(matches | !matches)];
    record->rules[at] = column->shown;
    record->rule_indexes[at] = column->rule;
    record->verdicts[at] = column->verdict;
    at += matches != 0;
    matches &= matches - 1;
  } while (matches);
  record->decision.rule_count = record->decision.rule_total = at;
  return outcome;
}

static bool run_one(rebase_request *r, const struct scope_plan *plan, uint32_t entry) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const uint32_t rule = bundle_rule_of(b, entry);
  if (bundle_program(b, rule)->models) return true;           /* asked of each model, see routes.c */
  enum vm_verdict verdict = plan->waivers ? evaluate_waived(r, bundle_form(b, rule)) : VM_PASS;
  if (verdict == VM_OBLIGE) return true;
  if (verdict == VM_PASS) verdict = evaluate_rule(r, entry);
  return verdict == VM_PASS || take_in(&r->record, rule, verdict, verdict == VM_LACKS ? r->vm.lack : NONE32);
}

/* The columns of rules below that one. */
static bool take_in_columns(struct record *record, const struct decision_table *table, uint64_t *matches, uint32_t below) {
  for (; *matches; *matches &= *matches - 1) {
    const struct column *column = &table->columns[first_bit(*matches)];
    if (column->rule >= below) break;
    if (!take_in(record, column->rule, (enum vm_verdict)column->verdict, NONE32)) return false;
  }
  return true;
}

/* The rules beside the table, and between them the columns that match, in the order of the rules. */
OUT_OF_LINE static bool run_others(rebase_request *r, const struct scope_plan *plan, uint64_t matches) {
  const struct decision_table *table = plan->table;
  for (uint32_t i = 0; i < table->other_count; i++)
    if (!take_in_columns(&r->record, table, &matches, bundle_rule_of(r->loaded->bundle, table->others[i])) || !run_one(r, plan, table->others[i])) return false;
  return take_in_columns(&r->record, table, &matches, NONE32);
}

static bool run_table(rebase_request *r, const struct scope_plan *plan) {
  const struct decision_table *table = plan->table;
  const uint64_t matches = vm_run_table(&r->vm, table);
  r->record.decision.steps += table->steps;
  if ((matches & ~table->plain) || table->other_count || r->record.asked.event == EVENT_INFER) return run_others(r, plan, matches);
  take_in_plain(&r->record, table, matches);
  return true;
}

/* Without the table, if it has one. */
static bool run_list(rebase_request *r, const struct scope_plan *plan, uint64_t bound) {
  struct scope_walk walk;
  const struct route_group *group = r->record.asked.event == EVENT_INFER ? route_group(r->loaded->bundle, r->record.asked.agent) : NULL;
  bool fixed = group ? group->fixed : plan->fixed, fits = true;
  if (group && fixed) walk = (struct scope_walk){r->loaded->bundle, 1, {{group->first, group->first + group->first_count}}};   /* none that is asked of models */
  else scope_walk_begin(&walk, plan, r->slots);
  if (fixed && run_fixed(r, &walk, plan->count > NEAR_RULES, bound, &fits)) return fits;
  for (uint32_t entry; fits && (entry = scope_walk_next(&walk)) != NONE32;) fits = run_one(r, plan, entry);
  return fits;
}

static rebase_status refuse_cost(rebase_request *r) { return request_refuse_as(r, REBASE_E_COST, "the request would cost more than the host allows"); }

static rebase_status run_rules(rebase_request *r, const struct scope_plan *plan) {
  rebase_decision *d = &r->record.decision;
  const struct decision_table *table = plan->table;
  uint64_t bound = bound_of(r, plan);
  if (bound > r->engine->options.max_steps) {
    d->steps_bound = bound;
    return refuse_cost(r);
  }
  const bool fits = table && (!table->session || r->vm.session) ? run_table(r, plan) : run_list(r, plan, bound);
  if (!fits) return request_refuse_as(r, REBASE_E_FULL, "the decision has more approvers or obligations than it can hold");
  if (d->steps_bound < bound) d->steps_bound = bound;
  return REBASE_OK;
}

/* What the outcome of all verdicts comes to. It is looked up, not branched on: which way it goes is up to the request's data, and a processor
 * guesses no better than its host. What is not listed is denied, in words. */
static void combine(struct record *record, unsigned outcome) {
  static const struct { uint8_t effect, reason; } results[OUTCOMES] = {
    [NO_RULE] = {REBASE_DENY, NOTHING}, [GRANTED] = {REBASE_ALLOW, ALLOWED}, [GRANTED | ASKS] = {REBASE_ASK, IN_WORDS},
    [DENIED] = {REBASE_DENY, BECAUSE}, [DENIED | GRANTED] = {REBASE_DENY, BECAUSE}, [DENIED | ASKS] = {REBASE_DENY, BECAUSE},
    [DENIED | GRANTED | ASKS] = {REBASE_DENY, BECAUSE}};
  rebase_decision *d = &record->decision;
  const rebase_text *reason = &record->reasons[results[outcome % OUTCOMES].reason];
  d->effect = (rebase_effect)results[outcome % OUTCOMES].effect;
  d->status = outcome & FAILED ? REBASE_E_EVALUATION : REBASE_OK;
  d->reason = reason->bytes;
  d->reason_length = reason->length;
}

OUT_OF_LINE static rebase_status choose(rebase_request *r) {
  rebase_decision *d = &r->record.decision;
  if (d->effect == REBASE_DENY) return REBASE_OK;
  d->reason = NULL;                 /* it has to name the model */
  return route_choose(r);
}

/* A call of which nothing counts but its arguments. Most are such. */
static rebase_status evaluate_plain(rebase_request *r, const struct scope_plan *plan) {
  rebase_decision *d = &r->record.decision;
  const struct decision_table *table = plan->table;
  d->steps_bound = plan->cost.steps[0];
  if (d->steps_bound > r->engine->options.max_steps) return refuse_cost(r);
  r->vm.args = r->slots;
  d->steps = table->steps;
  const uint64_t matches = vm_run_table(&r->vm, table);
  const unsigned outcome = take_in_plain(&r->record, table, matches);
  combine(&r->record, outcome | (matches ? 0u : NO_RULE));
  return REBASE_OK;
}

OUT_OF_LINE TOGETHER static rebase_status evaluate_any(rebase_request *r, const struct scope_plan *plan, struct session *session, const rebase_caller *caller) {
  struct record *record = &r->record;
  const struct rebase_bundle *b = r->loaded->bundle;
  const enum event event = record->asked.event;
  if (plan && plan->timed && request_time(r) != REBASE_OK) return request_refuse_as(r, REBASE_E_CLOCK, "the clock is unknown");
  const bool facts = event != EVENT_CALL || (plan && plan->facts);
  if (facts && !set_facts(r, session, caller)) return request_refuse_as(r, REBASE_E_TOO_LARGE, "too large for the request's workspace");
  if (event == EVENT_INFER && !infer_complete(r)) return REBASE_E_REQUEST;
  rebase_status status = prepare(r, session);
  if (status != REBASE_OK) return request_refuse_as(r, status, "the requester's fields do not fit the loaded bundle");
  if (plan && (status = run_rules(r, plan)) != REBASE_OK) return status;
  if (event == EVENT_DELEGATE && !accepted(r)) {
    request_refuse(r, REBASE_OK, "%s does not accept work from %s", bundle_string(b, b->AGENTS.at[record->asked.target].name),
                   bundle_string(b, b->AGENTS.at[record->asked.agent].name));
    return REBASE_OK;
  }
  combine(record, record->outcome | (record->decision.rule_total ? 0u : NO_RULE));
  if (record->decision.effect != REBASE_ASK) record->decision.approver_count = 0;
  return event == EVENT_INFER ? choose(r) : REBASE_OK;
}

rebase_status evaluate(rebase_request *r, struct session *session, const rebase_caller *caller) {
  struct record *record = &r->record;
  const struct rebase_bundle *b = r->loaded->bundle;
  const bool planned = r->planned.agent == record->asked.agent;
  const struct scope_plan *plan = planned ? r->planned.plan : bundle_plan(b, record->asked.agent, asked_head(b, &record->asked));
  record->loaded = r->loaded;
  record->known = true;
  const bool plain = plan && plan->plain && record->asked.event == EVENT_CALL && !session;
  return plain ? evaluate_plain(r, plan) : evaluate_any(r, plan, session, caller);
}
