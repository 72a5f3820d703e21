/* fns.c: functions. One is checked when it is first used, so that what it calls has a lower number; a circle is an
 * error. */
#include "sema/rules.h"

static bool parameters(struct env *env, const struct node *params, struct function *function) {
  struct checker *c = env->c;
  function->params = rule_array_of(c, params->count, sizeof *function->params);
  if (!function->params) return false;
  bool ok = true;
  for (uint32_t i = 0; i < params->count; i++) {
    const struct node *param = params->kid[i];
    bool optional = false;
    const struct type *type = rbc_type_of(c, env->scope, param->kid[1], &optional, NULL);
    if (param->kid[3]) {
      rule_diag(c, E0272, rbc_span(env->scope, param->kid[3]), "a parameter of a function has no default");
      ok = false;
    }
    struct local *local = type ? rule_bind(env, param->kid[0], type, optional) : NULL;
    if (!local) {
      ok = false;
      continue;
    }
    function->params[function->param_count++] = local;
  }
  return ok;
}

static bool body(struct env *env, const struct node *node, struct function *function) {
  const char *what = arena_format(env->c->arena, "the result of `%s`", function->name);
  function->result = rbc_type_of(env->c, env->scope, node->kid[2], &function->optional, NULL);
  if (!function->result) return false;
  function->body = rule_typed(env, node->kid[3], function->result, function->optional, what ? what : "the result");
  return function->body != NULL;
}

static void check(struct checker *c, struct fn_work *work) {
  const struct node *node = work->item->node;
  struct function *function = arena_alloc(c->arena, sizeof *function);
  work->state = FN_BROKEN;
  if (!function) return;
  function->name = rbc_text(c, work->item->scope, node->kid[0]);
  function->span = rbc_span(work->item->scope, node->kid[0]);
  if (rule_is_builtin(function->name)) {
    rule_diag(c, E0268, function->span, "`%s` is a function of the language", function->name);
    return;
  }
  work->state = FN_OPEN;
  struct env env = {.c = c, .scope = work->item->scope, .pure = true};
  bool ok = parameters(&env, node->kid[1], function) && body(&env, node, function);
  bool circle = work->state == FN_BROKEN;
  work->state = FN_BROKEN;
  if (!ok || circle) return;
  function->id = c->program->functions_count;
  if (!PROGRAM_APPEND(c, functions, function)) return;
  work->function = function;
  work->symbol->ptr = function;
  work->state = FN_DONE;
}

const struct function *rule_function(struct checker *c, const struct symbol *symbol, struct span used_at) {
  struct fn_work *work = symbol->fn ? &c->rules->fns[symbol->fn - 1] : NULL;
  if (!work) return NULL;
  rbc_use(&work->used);
  if (work->state == FN_NEW) check(c, work);
  if (work->state != FN_OPEN) return work->function;
  struct diag *d = rule_diag(c, E0269, used_at, "`%s` calls itself, directly or through others", symbol->name);
  rbc_diag_label(c->diags, d, symbol->span, "declared here");
  rbc_diag_note(
    c->diags, d,
    "without recursion every rule has a bound of steps, which the compiler prints and the engine checks");
  rbc_diag_help(c->diags, d, "go through a list with `sum(... for x in xs)`, `any` or `all`");
  work->state = FN_BROKEN;
  return NULL;
}

bool rule_functions(struct checker *c) {
  struct rules_state *rules = c->rules;
  unsigned count = 0;
  for (unsigned i = 0; i < c->item_count; i++) count += c->items[i].kind == NODE_FN;
  rules->fns = rule_array_of(c, count, sizeof *rules->fns);
  if (!rules->fns) return false;
  for (unsigned i = 0; i < c->item_count; i++) {
    if (c->items[i].kind != NODE_FN || !c->items[i].symbol) continue;
    rules->fns[rules->fn_count] = (struct fn_work){.symbol = c->items[i].symbol, .item = &c->items[i]};
    c->items[i].symbol->fn = ++rules->fn_count;
  }
  for (unsigned i = 0; i < rules->fn_count; i++)
    if (rules->fns[i].state == FN_NEW) check(c, &rules->fns[i]);
  return true;
}
