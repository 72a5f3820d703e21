/* oblige.c: obligations: `with redact args.text of [email]`, `with stamp("x")`. */
#include "sema/rules.h"
#include "syntax/tokens.h"

/* The argument's name when the node is `args.x`. */
static const char *argument_name(struct env *env, const struct node *node) {
  if (node->kind != NODE_MEMBER || node->kid[0]->kind != NODE_NAME) return NULL;
  if (!rule_is(rbc_text(env->c, env->scope, node->kid[0]), "args")) return NULL;
  return rbc_text(env->c, env->scope, node->kid[1]);
}

static bool what_is_redacted(struct env *env, const struct node *node, struct obligation *o) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const struct node *what = node->kid[0];
  if (env->events == EV_RELEASE) {
    if (!what) return true;
    struct diag *d =
      rule_diag(c, E0407, rbc_span(env->scope, what), "what is released is one text, so nothing is named");
    rbc_diag_help(c->diags, d, "write `redact of [...]`");
    return false;
  }
  if (env->events != EV_CALL) {
    rule_diag(c, E0407, span, "there is no text to redact: only a call and a release have one");
    return false;
  }
  if (!what) {
    struct diag *d = rule_diag(c, E0407, span, "a call may have several texts: which one is redacted?");
    rbc_diag_help(c->diags, d, "name the argument: `redact args.text of [...]`");
    return false;
  }
  o->redacts = argument_name(env, what);
  if (!o->redacts) {
    struct diag *d = rule_diag(c, E0407, rbc_span(env->scope, what),
                               "only an argument as a whole can be redacted, not `%s`", rule_text(c, env->scope, what));
    rbc_diag_help(c->diags, d, "name it: `redact args.text of [...]`");
    return false;
  }
  struct expr *e = rule_expr(env, what, NULL);
  if (e && e->type->kind != TYPE_STRING) {
    rule_diag(c, E0407, rbc_span(env->scope, what), "only a text can be redacted, and `%s` is %s",
              rule_text(c, env->scope, what), rule_type_phrase(c, e->type));
    return false;
  }
  return e != NULL;
}

static bool redaction(struct env *env, const struct node *node, struct obligation *o) {
  struct checker *c = env->c;
  const struct node *list = node->kid[1];
  o->kind = "redact";
  bool ok = what_is_redacted(env, node, o);
  o->detectors = rule_array_of(c, list->count, sizeof *o->detectors);
  if (!o->detectors) return false;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct symbol *symbol = rbc_resolve(c, env->scope, list->kid[i], SYM(DETECTOR), "a detector");
    if (!symbol || !symbol->ptr) {
      ok = false;
      continue;
    }
    bool twice = false;
    for (unsigned j = 0; j < o->detector_count; j++) twice = twice || o->detectors[j] == symbol->ptr;
    if (!twice) o->detectors[o->detector_count++] = symbol->ptr;
  }
  return ok;
}

bool rule_obligations(struct env *env, const struct node *list, struct rule *rule) {
  struct checker *c = env->c;
  if (!list) return true;
  rule->obligations = rule_array_of(c, list->count, sizeof *rule->obligations);
  if (!rule->obligations) return false;
  bool ok = true;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct node *node = list->kid[i];
    struct obligation *o = arena_alloc(c->arena, sizeof *o);
    if (!o) return false;
    o->span = rbc_span(env->scope, node);
    if (node->kind == NODE_REDACT)
      ok = redaction(env, node, o) && ok;
    else if (node->kind == NODE_OBLIGATION) {
      o->kind = rbc_text(c, env->scope, node->kid[0]);
      o->argument = rbc_string(c, env->scope, node->kid[1]);
    } else {
      ok = false;
      continue;
    }
    if (!o->kind) return false;
    rule->obligations[rule->obligation_count++] = o;
  }
  return ok;
}
