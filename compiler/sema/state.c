/* state.c: losing a session's state must never widen what is allowed (SPEC 8.8). For each rule: a narrowing event
 * may make a denial's condition only truer, a grant's only falser. A pass of its own over the checked tree. */
#include "sema/state.h"

/* What a rule's matching does for access. */
enum sense { TIGHTENS, GRANTS, EITHER };

static void directions_of(struct let **lets, unsigned count, struct directions *out) {
  *out = (struct directions){{0}};
  for (unsigned i = 0; i < count; i++) {
    enum direction d = state_of(out, lets[i]->value);
    if (d == STATE_LOST && lets[i]->otherwise != LET_PLAIN)
      d = STATE_STEADY; /* losing it ends the rule, with a denial */
    if (lets[i]->local->id < STATE_LOCALS) out->of[lets[i]->local->id] = (unsigned char)d;
  }
}

/* ---- what to say ---- */
struct judge {
  struct checker *c;
  struct let **lets;
  unsigned let_count;
  struct directions locals;
};

static const struct expr *in_list(const struct judge *j, const struct expr *e, unsigned depth);

/* The first look at the session below e that can make a difference. */
static const struct expr *look(const struct judge *j, const struct expr *e, unsigned depth) {
  if (!e || depth > 200 || state_of(&j->locals, e) == STATE_STEADY) return NULL;
  switch (e->kind) {
  case EXPR_LABELLED:
  case EXPR_PROVED:
  case EXPR_SEEN:
  case EXPR_SEENWITHIN:
  case EXPR_SEENALL:
  case EXPR_SEENONLY:
  case EXPR_SAID:
  case EXPR_VOUCHED: return e;
  case EXPR_LOCAL:
    for (unsigned i = 0; i < j->let_count; i++)
      if (j->lets[i]->local == e->local)
        return look(j, j->lets[i]->value, depth + 1); /* its own lets are in j->locals too */
    return NULL;
  default: break;
  }
  const struct expr *kids[] = {e->a, e->b, e->c, e->d};
  for (unsigned i = 0; i < 4; i++) {
    const struct expr *found = look(j, kids[i], depth + 1);
    if (found) return found;
  }
  return in_list(j, e, depth);
}

static const struct expr *in_list(const struct judge *j, const struct expr *e, unsigned depth) {
  for (unsigned i = 0; i < e->count; i++) {
    const struct expr *found = look(j, e->list[i], depth + 1);
    if (found) return found;
  }
  return NULL;
}

static const char *what_happens(const struct judge *j, const struct expr *e) {
  struct checker *c = j->c;
  const char *out = NULL;
  switch (e ? e->kind : EXPR_CONST) {
  case EXPR_LABELLED:
    out = arena_format(c->arena, "the session gains the label `%s`", c->program->labels[e->index]->name);
    break;
  case EXPR_PROVED: out = arena_format(c->arena, "the proof `%s` expires", c->program->proofs[e->index]->name); break;
  case EXPR_SEEN:
  case EXPR_SEENWITHIN:
  case EXPR_SEENALL:
  case EXPR_SEENONLY:
    out = arena_format(
      c->arena, "a %s that was seen is lost (a write changed it, an outcome is unknown, the session's memory is full)",
      e->entity->name);
    break;
  case EXPR_SAID: out = "what the requester said is lost"; break;
  case EXPR_VOUCHED: out = "what vouched for the value is lost"; break;
  default: out = "the session loses what this reads";
  }
  return out ? out : "the session loses what this reads";
}

static const char *what_follows(const struct rule *rule, bool waiver) {
  if (waiver) return "the waiver could begin to apply, and the guard would fall silent";
  switch (rule->effect) {
  case RULE_ALLOW: return "this rule could allow what it did not allow before";
  case RULE_DENY: return "this rule could stop denying what it denied before";
  case RULE_ASK: return "nobody might be asked any more, where somebody was asked before";
  default: return "the obligation could fall away";
  }
}

/* The word that the rule begins with. */
static const char *first_word(const struct rule *rule, bool waiver) {
  if (waiver) return "waive";
  switch (rule->effect) {
  case RULE_ALLOW: return "allow";
  case RULE_ASK: return "ask";
  case RULE_DENY: return "deny";
  default: return rule->obligation_count && rule->obligations[0]->detector_count ? "redact" : "require";
  }
}

static void help(const struct judge *j, struct diag *d, const struct expr *culprit, const struct expr *seen,
                 const char *word, bool in_where, enum sense sense) {
  struct rbc_diags *diags = j->c->diags;
  bool label = seen && seen->kind == EXPR_LABELLED;
  if (sense == GRANTS) {
    if (label && rule_is(word, "waive"))
      rbc_diag_help(diags, d, "labels only restrict: a waiver may rest on `not (session has ...)`");
    else if (label)
      rbc_diag_help(diags, d, "labels only restrict: `%s ... unless session has ...`, or a guard that denies", word);
    else
      rbc_diag_help(diags, d,
                    "a grant rests on what is there: write it as `%s ... where` something is seen, said or proved; "
                    "what is absent grants nothing",
                    word);
    return;
  }
  if (label) {
    rbc_diag_help(diags, d, "turn it round: `%s ... where session has ...`", word);
  } else if (culprit->kind == EXPR_LOCAL || culprit->kind == EXPR_OTHERWISE) {
    rbc_diag_help(diags, d,
                  "a stand-in (`otherwise 0`) or another entity takes the place of what is lost. Read it from what "
                  "cannot be lost (arguments, "
                  "tables, a `let x = seen E(k) otherwise deny`), or say with `%s ... unless` what must be seen for "
                  "the call to pass",
                  word);
  } else if (seen && seen->kind == EXPR_SEENALL && in_where) {
    rbc_diag_help(diags, d,
                  "turn it round: `%s ... unless` what must be seen. Whom a session is about is kept for good: write "
                  "`binds %s` behind the "
                  "operation that finds it, and ask `bound %s is present` here",
                  word, seen->entity->name, seen->entity->name);
  } else if (seen && (seen->kind == EXPR_SEEN || seen->kind == EXPR_SEENONLY || seen->kind == EXPR_SEENWITHIN)) {
    rbc_diag_help(diags, d,
                  "end the rule when it is missing: `let x = seen %s... otherwise deny because \"...\"`, and speak of "
                  "x; or turn it round: "
                  "`%s ... unless` what must be seen",
                  seen->entity->name, word);
  } else {
    rbc_diag_help(diags, d, "turn it round: `%s ... %s` what must be said, seen or proved", word,
                  in_where ? "unless" : "where not");
  }
}

static void judge(const struct judge *j, const struct rule *rule, const struct expr *e, bool up, bool in_where,
                  enum sense sense, bool waiver) {
  if (!e) return;
  enum direction d = state_of(&j->locals, e);
  if (d == STATE_STEADY || d == (up ? STATE_UP : STATE_DOWN)) return;
  const struct expr *culprit = state_culprit(&j->locals, e, up), *seen = look(j, culprit, 0);
  enum diag_code code = waiver                       ? E0506
                        : rule->effect == RULE_ALLOW ? E0501
                        : rule->effect == RULE_ASK   ? E0502
                        : rule->effect == RULE_DENY  ? E0500
                                                     : E0504;
  struct checker *c = j->c;
  struct diag *diag = rule_diag(c, code, culprit->span, "%s depends on the session in a way that can widen access",
                                waiver                       ? "this waiver"
                                : rule->effect == RULE_ALLOW ? "this grant"
                                : rule->effect == RULE_ASK   ? "this question"
                                : rule->effect == RULE_DENY  ? "this denial"
                                                             : "this obligation");
  for (unsigned i = 0; i < j->let_count && culprit->kind == EXPR_LOCAL; i++)
    if (j->lets[i]->local == culprit->local)
      rbc_diag_label(c->diags, diag, j->lets[i]->span, "`%s` is read from the session here", culprit->local->name);
  rbc_diag_note(c->diags, diag, "when %s, %s", what_happens(j, seen), what_follows(rule, waiver));
  help(j, diag, culprit, seen, first_word(rule, waiver), in_where, sense);
}

/* ---- lets that ask ---- */
static bool all_asked(const struct let *let, const struct rule *rule) {
  for (unsigned i = 0; i < rule->approver_count; i++) {
    bool found = false;
    for (unsigned k = 0; k < let->approver_count; k++) found = found || let->approvers[k] == rule->approvers[i];
    if (!found) return false;
  }
  return true;
}

/* `otherwise ask` puts a question where a denial may have been: fine only where the rule itself asks no more people. */
static void lets_that_ask(const struct judge *j, const struct rule *rule, enum sense sense) {
  struct directions before = {{0}};
  for (unsigned i = 0; i < j->let_count; i++) {
    const struct let *let = j->lets[i];
    enum direction d = state_of(&before, let->value);
    if (let->local->id < STATE_LOCALS)
      before.of[let->local->id] = (unsigned char)(d == STATE_LOST && let->otherwise != LET_PLAIN ? STATE_STEADY : d);
    if (let->otherwise != LET_ASKS || d == STATE_STEADY) continue;
    if (rule->effect == RULE_ASK && sense != GRANTS && all_asked(let, rule)) continue;
    if (rule->effect == RULE_OBLIGE) continue;
    struct checker *c = j->c;
    struct diag *diag = rule_diag(c, E0503, let->span, "`otherwise ask` opens a way around %s",
                                  rule->effect == RULE_DENY  ? "a denial"
                                  : rule->effect == RULE_ASK ? "those who must be asked"
                                                             : "a missing grant");
    rbc_diag_label(c->diags, diag, rule->span, "this rule uses it");
    rbc_diag_note(c->diags, diag, "when %s, a question would stand where %s before",
                  what_happens(j, look(j, let->value, 0)),
                  rule->effect == RULE_DENY  ? "a denial stood"
                  : rule->effect == RULE_ASK ? "other people were asked"
                                             : "nothing was granted");
    rbc_diag_help(c->diags, diag, "write `otherwise deny because \"...\"`%s",
                  rule->effect == RULE_ASK ? ", or ask all of the rule's own approvers" : "");
  }
}

/* ---- rules ---- */
static bool overlap(const struct rule *a, const struct rule *b) {
  if (a->event != b->event) return false;
  bool who = false, what = a->event == EVENT_INFER || (a->release_mask & b->release_mask) != 0;
  for (unsigned i = 0; i < a->agent_count && !who; i++) who = rule_has_agent(b, a->agents[i]);
  for (unsigned i = 0; i < a->operation_count && !what; i++) what = rule_has_operation(b, a->operations[i]);
  for (unsigned i = 0; i < a->target_count && !what; i++)
    for (unsigned k = 0; k < b->target_count; k++) what = what || a->targets[i] == b->targets[k];
  return who && what;
}

static const struct rule *other_grant(const struct checker *c, const struct rule *rule, bool asks_too) {
  for (unsigned i = 0; i < c->program->rules_count; i++) {
    const struct rule *other = c->program->rules[i];
    if (other == rule || other->guard || other->package != rule->package) continue;
    if ((other->effect == RULE_ALLOW || (asks_too && other->effect == RULE_ASK)) && overlap(rule, other)) return other;
  }
  return NULL;
}

static enum sense sense_of(const struct checker *c, const struct rule *rule) {
  if (rule->effect == RULE_ALLOW) return GRANTS;
  if (rule->effect == RULE_ASK && !rule->guard) return other_grant(c, rule, false) ? TIGHTENS : EITHER;
  return TIGHTENS;
}

/* An allow that redacts, beside one that does not: losing the first would let the text through as it is. */
static void obligations(const struct judge *j, const struct rule *rule) {
  if (rule->effect != RULE_ALLOW || !rule->obligation_count) return;
  const struct expr *moving = rule->where && state_of(&j->locals, rule->where) != STATE_STEADY     ? rule->where
                              : rule->unless && state_of(&j->locals, rule->unless) != STATE_STEADY ? rule->unless
                                                                                                   : NULL;
  const struct rule *other = moving ? other_grant(j->c, rule, true) : NULL;
  if (!other) return;
  struct checker *c = j->c;
  struct diag *d =
    rule_diag(c, E0504, moving->span, "this obligation depends on the session, and another rule grants without it");
  rbc_diag_label(c->diags, d, other->span, "grants the same");
  rbc_diag_note(c->diags, d, "when %s, this rule no longer matches, and its obligation falls away with it",
                what_happens(j, look(j, moving, 0)));
  rbc_diag_help(c->diags, d, "put the obligation into a rule of its own: `redact ... before call ...`");
}

static void check_rule(struct checker *c, const struct rule *rule) {
  if (!rule->reads_session) return;
  struct judge j = {.c = c, .lets = rule->lets, .let_count = rule->let_count};
  enum sense sense = sense_of(c, rule);
  directions_of(rule->lets, rule->let_count, &j.locals);
  if (sense != EITHER) {
    bool up = sense == TIGHTENS;
    judge(&j, rule, rule->where, up, true, sense, false);
    judge(&j, rule, rule->unless, !up, false, sense, false);
  }
  obligations(&j, rule);
  lets_that_ask(&j, rule, sense);
  for (unsigned i = 0; i < rule->waiver_count; i++) {
    const struct waiver *waiver = rule->waivers[i];
    struct judge w = {.c = c, .lets = waiver->lets, .let_count = waiver->let_count};
    directions_of(waiver->lets, waiver->let_count, &w.locals);
    judge(&w, rule, waiver->where, false, true, GRANTS, true);
  }
}

static bool judge_rule(struct checker *c, size_t number, void *user) {
  (void)user;
  check_rule(c, c->program->rules[number]);
  return true;
}

void rule_check_state(struct checker *c) {
  const struct program *p = c->program;
  bool *settled;
  if (!rule_look_ahead(c, p->rules_count, judge_rule, NULL, &settled)) return;
  for (unsigned i = 0; i < p->rules_count; i++)
    if (!settled || !settled[i]) check_rule(c, p->rules[i]);
}
