/* explain.c: a decision in words, from what was recorded when it was made; nothing is evaluated again. */
#include <stdio.h>
#include "engine.h"

enum { MOST_NEAR = 16 };

/* ---- the reason: one sentence for the agent ---- */
static const struct image_lack *lack_of(const struct record *record, uint32_t rule) {
  if (record->verdicts[rule] != VM_LACKS || record->lacks[rule] == NONE32) return NULL;
  return &record->loaded->bundle->LACKS.at[record->lacks[rule]];
}

static bool said_before(const struct record *record, uint32_t rule) {
  for (uint32_t i = 0; i < rule; i++)
    if (!strcmp(record->rules[i].because, record->rules[rule].because) && !strcmp(record->rules[i].effect, record->rules[rule].effect)) return true;
  return false;
}

/* The because of each rule with that effect, and how to get what is missing. False: there was none. */
static bool because_of(const struct record *record, struct out *out, const char *effect) {
  const rebase_decision *d = &record->decision;
  bool any = false;
  for (uint32_t i = 0; i < d->rule_count; i++) {
    const rebase_rule *rule = &record->rules[i];
    if (strcmp(rule->effect, effect) || !*rule->because || said_before(record, i)) continue;
    if (any) out_string(out, "; ");
    out_string(out, rule->because);
    const struct image_lack *lack = lack_of(record, i);
    if (lack && lack->hint) {
      out_string(out, " (");
      out_text(out, bundle_text(record->loaded->bundle, lack->hint));
      out_char(out, ')');
    }
    any = true;
  }
  return any;
}

static void name_rules(const struct record *record, struct out *out, const char *effect) {
  bool any = false;
  for (uint32_t i = 0; i < record->decision.rule_count; i++) {
    if (strcmp(record->rules[i].effect, effect)) continue;
    out_string(out, any ? ", " : "");
    out_string(out, record->rules[i].name);
    any = true;
  }
}

static void name_approvers(const rebase_decision *d, struct out *out) {
  for (uint32_t i = 0; i < d->approver_count; i++) {
    out_string(out, i ? " and " : "");
    out_string(out, d->approvers[i]);
  }
}

static void first_error(const struct record *record, struct out *out) {
  for (uint32_t i = 0; i < record->decision.rule_count; i++) {
    if (strcmp(record->rules[i].effect, "error")) continue;
    out_string(out, "the rule ");
    out_string(out, record->rules[i].name);
    out_string(out, " could not be evaluated: ");
    out_string(out, vm_verdict_text((enum vm_verdict)record->verdicts[i]));
    return;
  }
}

void record_reason(struct record *record, struct out *out) {
  const rebase_decision *d = &record->decision;
  if (d->effect == REBASE_ALLOW && d->choice) { out_string(out, "allowed: "); out_string(out, d->choice->model); out_string(out, " answers"); return; }
  if (d->effect == REBASE_ALLOW) { out_string(out, record->by_approval ? "allowed, as was approved" : "allowed"); return; }
  if (d->effect == REBASE_ASK) {
    if (because_of(record, out, "ask")) out_string(out, ": ");
    name_approvers(d, out);
    out_string(out, " must approve");
    return;
  }
  if (record->outcome & FAILED) { first_error(record, out); return; }
  if (record->outcome & DENIED) {
    if (because_of(record, out, "deny")) return;
    out_string(out, "denied by ");
    name_rules(record, out, "deny");
    return;
  }
  if (d->rule_total > d->rule_count) out_string(out, "denied");
  else out_string(out, "nothing allows this");
}

/* ---- the explanation ---- */
static void head(const struct record *record, struct out *out) {
  const rebase_decision *d = &record->decision;
  static const char *const words[] = {[REBASE_DENY] = "denied", [REBASE_ASK] = "asked", [REBASE_ALLOW] = "allowed"};
  out_string(out, words[d->effect <= REBASE_ALLOW ? d->effect : REBASE_DENY]);
  if (record->known && record->asked.event == EVENT_CALL) {
    const struct rebase_bundle *b = record->loaded->bundle;
    out_string(out, ": ");
    out_text(out, bundle_text(b, b->OPERATIONS.at[record->asked.target].name));
    out_string(out, " by ");
    out_string(out, record->agent);
  }
  out_string(out, "\n  ");
  out_string(out, d->reason ? d->reason : rebase_status_text(d->status));
  out_char(out, '\n');
}

static bool is_guard(const struct record *record, uint32_t i) {
  return bundle_program(record->loaded->bundle, record->rule_indexes[i])->guard;
}

/* What allows an infer is a route. */
static bool is_route(const struct record *record, uint32_t i) {
  const struct image_program *program = bundle_program(record->loaded->bundle, record->rule_indexes[i]);
  return program->event == EVENT_INFER && program->effect == RULE_ALLOW;
}

/* ---- conditions ---- */
static void write_constant(const struct rebase_bundle *b, uint32_t type, value v, struct out *out) {
  switch (bundle_type(b, type)->kind) {
  case TYPE_STRING: out_char(out, '"'); out_text(out, v.text); out_char(out, '"'); break;
  case TYPE_INT: out_signed(out, v.i); break;
  case TYPE_DECIMAL: case TYPE_MONEY: out_millionths(out, v.i); break;
  case TYPE_BOOL: out_string(out, v.i ? "true" : "false"); break;
  default: out_text(out, bundle_text(b, b->SYMBOLS.at[v.i].name)); break;           /* see kind_is_written */
  }
}

static void write_condition(const struct rebase_bundle *b, uint32_t rule, struct out *out) {
  const struct text *text = bundle_text(b, bundle_form(b, rule)->condition);
  const uint32_t *types = b->INDEXES.at + bundle_program(b, rule)->first_type;
  const value *constants = rule_constants(&b->rules[rule]);
  for (uint32_t i = 0; i < text->len; i++) {
    if (text->bytes[i] != CONDITION_HOLE) { out_char(out, text->bytes[i]); continue; }
    unsigned number = (unsigned char)text->bytes[++i] - (unsigned)CONDITION_FIRST;
    write_constant(b, types[number], constants[number], out);
  }
}

static void write_detail(const struct record *record, uint32_t i, struct out *out) {
  const enum vm_verdict verdict = (enum vm_verdict)record->verdicts[i];
  if (vm_verdict_is_error(verdict)) out_string(out, vm_verdict_text(verdict));
  else if (verdict == VM_LACKS && record->lacks[i] != NONE32) out_string(out, "a value that the rule needs is missing");
  else write_condition(record->loaded->bundle, record->rule_indexes[i], out);
}

size_t rebase_rule_detail(const rebase_decision *d, uint32_t rule, char *text, size_t size) {
  struct out out = {text, 0, text ? size : 0};
  const struct record *record = (const struct record *)(const void *)d;
  if (d && record->loaded && rule < d->rule_count) write_detail(record, rule, &out);
  out_end(&out);
  return out.length;
}

static void one_rule(const struct record *record, uint32_t i, rebase_audience audience, struct out *out) {
  const rebase_rule *rule = &record->rules[i];
  out_string(out, "  ");
  out_string(out, rule->effect);
  out_string(out, " by ");
  out_string(out, is_guard(record, i) ? "guard " : is_route(record, i) ? "route " : "policy ");
  out_string(out, rule->name);
  if (audience == REBASE_FOR_PERSON) {
    out_string(out, " (");
    out_string(out, rule->file);
    out_char(out, ':');
    out_unsigned(out, rule->line);
    out_char(out, ')');
  }
  if (*rule->because) {
    out_string(out, ": ");
    out_string(out, rule->because);
  }
  out_char(out, '\n');
  if (audience != REBASE_FOR_PERSON) return;
  const struct out before = *out;
  out_string(out, "      ");
  size_t begin = out->length;
  write_detail(record, i, out);
  for (size_t at = begin; at < out->length && at < out->size; at++)
    if (out->bytes[at] == '\n') out->bytes[at] = ' ';
  if (out->length == begin) *out = before;
  else out_char(out, '\n');
}

/* What would have had to match for an allow: where nothing granted, denied or failed, all rules in scope that could grant. */
static void near_misses(const struct record *record, struct out *out) {
  const struct rebase_bundle *b = record->loaded->bundle;
  if ((record->outcome & (GRANTED | DENIED | FAILED)) || record->decision.status != REBASE_OK) return;
  uint32_t count, shown = 0;
  const uint32_t *rules = bundle_scope(b, record->asked.agent, asked_head(b, &record->asked), &count);
  for (uint32_t i = 0; i < count && shown < MOST_NEAR; i++) {
    uint32_t rule = bundle_rule_of(b, rules[i]);
    const struct image_form *form = bundle_form(b, rule);
    if (!program_grants(&b->PROGRAMS.at[form->program])) continue;
    shown++;
    out_string(out, "  would have granted, but did not match: ");
    out_text(out, bundle_text(b, form->name));
    out_string(out, " (");
    out_text(out, bundle_text(b, b->SOURCES.at[form->source].path));
    out_char(out, ':');
    out_unsigned(out, b->RULES.at[rule].line);
    out_string(out, ")\n");
  }
  if (!shown) out_string(out, "  no policy of this agent's package speaks of it\n");
}

static void asks(const rebase_decision *d, struct out *out) {
  if (d->effect != REBASE_ASK) return;
  out_string(out, "  who must answer: ");
  name_approvers(d, out);
  if (d->deadline) {
    out_string(out, ", until ");
    out_time(out, d->deadline, 0, true);
  }
  out_char(out, '\n');
}

static void number(struct out *out, int64_t n, bool decimal) {
  if (!decimal) { out_unsigned(out, (uint64_t)n); return; }
  char text[32];
  snprintf(text, sizeof text, "%lld.%02lld", (long long)(n / REBASE_SCALE), (long long)(n % REBASE_SCALE / (REBASE_SCALE / 100)));
  out_string(out, text);
}

static void limits(const rebase_decision *d, rebase_audience audience, struct out *out) {
  for (uint32_t i = 0; i < d->limit_count; i++) {
    const rebase_limit *limit = &d->limits[i];
    if (audience != REBASE_FOR_PERSON && !limit->reached) continue;
    out_string(out, limit->reached ? "  limit reached: " : "  charged: ");
    out_string(out, limit->words);
    if (*limit->each) { out_string(out, ": "); out_string(out, limit->each); }
    if (audience == REBASE_FOR_PERSON) {
      out_string(out, ", ");
      number(out, limit->used, limit->decimal);
      out_string(out, " used");
      if (limit->reached) { out_string(out, ", and this would be "); number(out, limit->amount, limit->decimal); out_string(out, " more"); }
      if (limit->warned) out_string(out, ", at its warning");
    }
    out_char(out, '\n');
  }
}

static void choice(const rebase_choice *choice, rebase_audience audience, struct out *out) {
  char cost[ROUTE_COST];
  if (!choice) return;
  choice_cost(choice, cost);
  out_string(out, "  model: ");
  out_string(out, choice->model);
  if (audience == REBASE_FOR_PERSON) {
    const char *const parts[] = {" (", choice->id, " at ", choice->provider, "), at most ", cost, ", by route ", choice->route, " (", choice->file, ":"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) out_string(out, parts[i]);
    out_unsigned(out, choice->line);
    out_string(out, "); attempt ");
    out_unsigned(out, choice->attempt);
    out_string(out, ", others that fit: ");
    out_unsigned(out, choice->others);
  }
  out_char(out, '\n');
}

static void obligations(const rebase_decision *d, struct out *out) {
  for (uint32_t i = 0; i < d->obligation_count; i++) {
    out_string(out, "  with ");
    out_string(out, d->obligations[i].kind);
    if (*d->obligations[i].argument) {
      out_string(out, " ");
      out_string(out, d->obligations[i].argument);
    }
    out_char(out, '\n');
  }
}

size_t rebase_explain(const rebase_decision *d, rebase_audience audience, char *text, size_t size) {
  struct out out = {text, 0, text ? size : 0};
  if (!d) { out_end(&out); return 0; }
  const struct record *record = (const struct record *)(const void *)d;     /* its first member */
  head(record, &out);
  for (uint32_t i = 0; record->loaded && i < d->rule_count; i++) one_rule(record, i, audience, &out);
  if (d->rule_total > d->rule_count) {
    out_string(&out, "  and ");
    out_unsigned(&out, d->rule_total - d->rule_count);
    out_string(&out, " more rules\n");
  }
  if (record->known && record->loaded && audience == REBASE_FOR_PERSON) near_misses(record, &out);
  asks(d, &out);
  choice(d->choice, audience, &out);
  limits(d, audience, &out);
  obligations(d, &out);
  out_end(&out);
  return out.length;
}
