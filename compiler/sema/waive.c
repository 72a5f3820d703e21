/* waive.c: `waive guard for agent until day`: the guard's own package excepts one agent, until the end of a day. */
#include <string.h>
#include "sema/rules.h"
#include "value.h"

/* The last microsecond of the day, in the bundle's zone. */
static bool end_of_day(struct checker *c, const struct item *item, const struct node *node, int64_t *until,
                       int64_t *days) {
  uint32_t length;
  const char *text = node_text(item->scope->source, node, &length);
  int64_t start;
  if (!rbc_parse_date(text, length, days)) return false;       /* E0012 */
  start = (*days + 1) * REBASE_DAY;
  if (c->program->zone && !rbc_local_to_utc(c, c->program->zone, start, &start)) return false;
  *until = start - 1;
  return true;
}

static void expired(struct checker *c, const struct item *item, const struct node *node, int64_t days) {
  int64_t built;
  const char *date = c->options ? c->options->date : NULL;
  if (!date || !rbc_parse_date(date, strlen(date), &built) || built <= days) return;
  struct diag *d =
    rule_diag(c, W0905, rbc_span(item->scope, node), "this waiver ended before %s, the date of this build", date);
  rbc_diag_note(c->diags, d, "past its end it does nothing: the guard holds again");
  rbc_diag_help(c->diags, d, "take it out, or have it granted anew with a later date");
}

static bool add(struct checker *c, struct rule *rule, struct waiver *waiver) {
  struct waiver **list = rule_array_of(c, rule->waiver_count + 1, sizeof *list);
  if (!list) return false;
  for (unsigned i = 0; i < rule->waiver_count; i++) list[i] = rule->waivers[i];
  list[rule->waiver_count++] = waiver;
  rule->waivers = list;
  return true;
}

static bool apply(struct checker *c, const struct item *item, struct rule *rule, const struct waiver *waiver) {
  static const unsigned masks[EVENT_COUNT] = {EV_CALL, EV_INFER, EV_RELEASE, EV_DELEGATE};
  const struct node *where = item->node->kid[2];
  struct waiver *copy = arena_alloc(c->arena, sizeof *copy);
  if (!copy) return false;
  *copy = *waiver;
  struct env env = {.c = c,
                    .scope = item->scope,
                    .events = masks[rule->event],
                    .operations = rule->operations,
                    .operation_count = rule->operation_count};
  if (where) {
    copy->where = rule_condition(&env, where);
    if (!copy->where) return false;
  }
  return add(c, rule, copy);
}

static bool of_own_package(struct checker *c, const struct item *item, const struct symbol *guard) {
  if (guard->package == item->scope->package->package) return true;
  struct diag *d = rule_diag(c, E0413, rbc_span(item->scope, item->node->kid[0]),
                             "%s is a guard of %s: only that package can waive it", guard->name,
                             guard->package ? guard->package->name : "another package");
  rbc_diag_label(c->diags, d, guard->span, "declared here");
  rbc_diag_help(c->diags, d, "ask its owners for the exception; it is written beside the guard");
  return false;
}

bool rule_waive(struct checker *c, const struct item *item) {
  const struct node *node = item->node;
  const struct symbol *guard = rbc_resolve(c, item->scope, node->kid[0], SYM(GUARD), "a guard");
  const struct symbol *agent = rbc_resolve(c, item->scope, node->kid[1], SYM(AGENT), "an agent");
  struct waiver waiver = {.agent = agent ? agent->ptr : NULL,
                          .because = rbc_string(c, item->scope, node->kid[4]),
                          .span = rbc_span(item->scope, node)};
  int64_t days = 0;
  bool ok = end_of_day(c, item, node->kid[3], &waiver.until, &days);
  if (ok) expired(c, item, node->kid[3], days);
  if (guard) ok = of_own_package(c, item, guard) && ok;
  if (!waiver.because) {
    struct diag *d = rule_diag(c, E0414, waiver.span, "a waiver needs a reason");
    rbc_diag_help(c->diags, d, "add `because \"...\"`, best with the number of a ticket");
    ok = false;
  }
  if (!guard || !waiver.agent || !ok) return false;
  bool any = false;
  for (unsigned i = 0; i < c->program->rules_count; i++) {
    struct rule *rule = c->program->rules[i];
    if (!rule->guard || rule->name != guard->full || !rule_has_agent(rule, waiver.agent)) continue;
    any = true;
    ok = apply(c, item, rule, &waiver) && ok;
    rule_note_reads(rule);
    if (rule->models && rule->effect == RULE_ASK) {
      rule_diag(c, E0410, waiver.span, "`ask` cannot depend on the model, nor can a waiver of it");
      ok = false;
    }
  }
  if (!any && ok) {
    struct diag *d = rule_diag(c, W0914, waiver.span, "no rule of %s is about %s: there is nothing to waive",
                               guard->name, waiver.agent->name);
    rbc_diag_help(c->diags, d, "leave the waiver out");
  }
  return ok;
}
