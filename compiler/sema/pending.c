/* pending.c: route, prove: checked as far as declarations allow, and recorded, so that the runtime refuses a
 * bundle whose promises it cannot keep. */
#include "sema/rules.h"
#include "syntax/tokens.h"

bool rule_pend(struct checker *c, const char *kind, const char *name, struct span span) {
  struct pending *pending = arena_alloc(c->arena, sizeof *pending);
  if (!pending || !name) return false;
  *pending = (struct pending){kind, name, span};
  return PROGRAM_APPEND(c, pending, pending);
}

/* ---- routes ---- */
static const struct node *route_part(const struct item *item, uint16_t word) {
  const struct node *props = item->node->kid[1];
  for (uint32_t i = 0; i < props->count; i++)
    if (props->kid[i]->kind == NODE_ROUTEPROP && props->kid[i]->tok == word) return props->kid[i];
  return NULL;
}

bool rule_route(struct checker *c, const struct item *item) {
  const struct file_scope *scope = item->scope;
  const char *own = rbc_text(c, scope, item->node->kid[0]);
  const char *name = item->symbol && item->symbol->full ? item->symbol->full : own;
  const struct node *who = route_part(item, TOKEN_FOR);
  bool ok = true;
  if (!who) {
    struct diag *d = rule_diag(c, E0418, rbc_span(scope, item->node->kid[0]), "this route does not say whom it is for");
    rbc_diag_help(c->diags, d, "begin with `for infer by ...`");
    ok = false;
  } else if (who->kid[0]->tok != TOKEN_INFER) {
    rule_diag(c, E0418, rbc_span(scope, who->kid[0]), "a route answers `infer` and nothing else");
    ok = false;
  } else {
    struct head head;
    ok = rule_head(c, scope, who->kid[0], who->kid[1], HEAD_GRANT, &head);
  }
  return rule_pend(c, "route", name, rbc_span(scope, item->node->kid[0])) && ok;
}

/* Two routes without a condition that share an agent: which of them would answer? */
static bool overlap(struct checker *c, const struct item *a, const struct item *b) {
  const struct node *fa = route_part(a, TOKEN_FOR), *fb = route_part(b, TOKEN_FOR);
  if (!fa || !fb || a->scope->package != b->scope->package || route_part(a, TOKEN_WHERE) || route_part(b, TOKEN_WHERE))
    return false;
  if (route_part(a, TOKEN_TIER) || route_part(b, TOKEN_TIER) || fa->kid[0]->tok != TOKEN_INFER ||
      fb->kid[0]->tok != TOKEN_INFER)
    return false;
  struct head x, y;
  if (!rule_head(c, a->scope, fa->kid[0], fa->kid[1], HEAD_GRANT, &x) ||
      !rule_head(c, b->scope, fb->kid[0], fb->kid[1], HEAD_GRANT, &y))
    return false;
  for (unsigned i = 0; i < x.agent_count; i++)
    for (unsigned j = 0; j < y.agent_count; j++)
      if (x.agents[i] == y.agents[j]) {
        struct diag *d =
          rule_diag(c, E0418, rbc_span(b->scope, b->node->kid[0]), "two routes can answer %s", x.agents[i]->name);
        rbc_diag_label(c->diags, d, rbc_span(a->scope, a->node->kid[0]), "the other route");
        rbc_diag_help(c->diags, d, "say with `where` which requests each is for");
        return true;
      }
  return false;
}

bool rule_routes_overlap(struct checker *c) {
  bool ok = true;
  for (unsigned i = 0; i < c->item_count; i++)
    for (unsigned j = i + 1; c->items[i].kind == NODE_ROUTE && j < c->item_count; j++)
      if (c->items[j].kind == NODE_ROUTE && overlap(c, &c->items[i], &c->items[j])) ok = false;
  return ok;
}

/* ---- proofs ---- */
static bool claim(struct checker *c, const struct item *item, const struct node *node) {
  static const unsigned masks[EVENT_COUNT] = {EV_CALL, EV_INFER, EV_RELEASE, EV_DELEGATE};
  const struct file_scope *scope = item->scope;
  const struct node *where = node->kid[2], *unless = node->kid[3];
  struct head head;
  if (!rule_head(c, scope, node->kid[0], node->kid[1], HEAD_GUARD, &head)) return false;
  if (head.event == EVENT_INFER && (rule_reads_model(c, scope, where) || rule_reads_model(c, scope, unless)))
    return true;
  struct env env = {.c = c,
                    .scope = scope,
                    .events = masks[head.event],
                    .operations = head.operations,
                    .operation_count = head.event == EVENT_CALL ? head.operation_count : 0};
  const struct node *texts[2] = {where, unless};
  struct let **lets;
  unsigned let_count;
  bool ok = rule_lets(&env, NULL, 0, texts, 2, &lets, &let_count);
  if (where) {
    struct expr *e = rule_condition(&env, where);
    ok = ok && e;
    env.facts = flow_when(&env, e, true, env.facts);
  }
  return (!unless || rule_condition(&env, unless)) && ok;
}

bool rule_prove(struct checker *c, const struct item *item) {
  const struct node *claims = item->node->kid[1];
  const char *title = rbc_string(c, item->scope, item->node->kid[0]);
  bool ok = true;
  for (uint32_t i = 0; i < claims->count; i++)
    if (claims->kid[i]->kind == NODE_CLAIM) ok = claim(c, item, claims->kid[i]) && ok;
  if (!claims->count) {
    struct diag *d = rule_diag(c, W0911, rbc_span(item->scope, item->node->kid[0]), "this proof claims nothing");
    rbc_diag_help(c->diags, d, "`never allow call ... where ...` or `always deny call ... where ...`");
  }
  return rule_pend(c, "prove", title, rbc_span(item->scope, item->node->kid[0])) && ok;
}
