/* pending.c: prove: checked as far as declarations allow, and recorded, so that the runtime refuses a
 * bundle whose promises it cannot keep. */
#include "sema/rules.h"
#include "syntax/tokens.h"

bool rule_pend(struct checker *c, const char *kind, const char *name, struct span span) {
  struct pending *pending = arena_alloc(c->arena, sizeof *pending);
  if (!pending || !name) return false;
  *pending = (struct pending){kind, name, span};
  return PROGRAM_APPEND(c, pending, pending);
}

/* ---- proofs ---- */
static bool claim(struct checker *c, const struct item *item, const struct node *node) {
  static const unsigned masks[EVENT_COUNT] = {EV_CALL, EV_INFER, EV_RELEASE, EV_DELEGATE};
  const struct file_scope *scope = item->scope;
  const struct node *where = node->kid[2], *unless = node->kid[3];
  struct head head;
  if (!rule_head(c, scope, node->kid[0], node->kid[1], HEAD_GUARD, &head)) return false;
  struct env env = {.c = c,
                    .scope = scope,
                    .events = masks[head.event],
                    .operations = head.operations,
                    .operation_count = head.event == EVENT_CALL ? head.operation_count : 0};
  bool ok = true;
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
