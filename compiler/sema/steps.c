/* steps.c: what a test does, and what it expects. Arguments and results become JSON in wire form. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"

/* ---- arguments ---- */
static const struct param *param_of(const struct operation *operation, const char *name) {
  for (unsigned i = 0; i < operation->param_count; i++)
    if (rule_is(operation->params[i].name, name)) return &operation->params[i];
  return NULL;
}

static bool unknown_argument(struct checker *c, struct span span, const struct operation *operation, const char *name) {
  const char **names = rule_array_of(c, operation->param_count, sizeof *names);
  for (unsigned i = 0; names && i < operation->param_count; i++) names[i] = operation->params[i].name;
  if (operation->broken) return false; /* it may be the parameter that was wrong, which was said */
  struct diag *d = rule_diag(c, E0700, span, "%s has no argument `%s`", operation->name, name);
  const char *nearest = names ? rbc_nearest(name, names, operation->param_count) : NULL;
  if (nearest) rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
  return false;
}

static bool arguments(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  const struct node *args = node->kid[1];
  const struct operation *operation = step->operation;
  bool ok = true, *given = rule_array_of(c, operation->param_count, sizeof *given);
  const char *json = "{";
  if (!given) return false;
  for (uint32_t i = 0; i < args->count; i++) {
    const struct node *arg = args->kid[i];
    struct span span = rbc_span(item->scope, arg->kid[0]);
    const char *name = arg->kid[0]->kind == NODE_STRING ? rbc_string(c, item->scope, arg->kid[0])
                                                        : rbc_text(c, item->scope, arg->kid[0]);
    const struct param *param = name ? param_of(operation, name) : NULL;
    if (!param) {
      ok = name && unknown_argument(c, span, operation, name) && false;
      continue;
    }
    if (given[param - operation->params]) {
      struct diag *d = rule_diag(c, E0700, span, "`%s` is given twice", name);
      for (uint32_t k = 0; k < i; k++)
        if (rule_is(rbc_text(c, item->scope, args->kid[k]->kid[0]), name))
          rbc_diag_label(c->diags, d, rbc_span(item->scope, args->kid[k]->kid[0]), "first here");
      ok = false;
      continue;
    }
    given[param - operation->params] = true;
    const char *value = param->type ? rbc_wire_json(c, item->scope, arg->kid[1], param->type, WIRE_EXACT) : NULL;
    if (!value) {
      ok = false;
      continue;
    }
    json = arena_format(c->arena, "%s%s\"%s\": %s", json, json[1] ? ", " : "", name, value);
    if (!json) return false;
  }
  for (unsigned p = 0; ok && p < operation->param_count; p++) { /* a misspelt one is said once */
    const struct param *param = &operation->params[p];
    if (given[p] || param->optional || param->value) continue;
    rule_diag(c, E0701, step->span, "%s needs the argument `%s`", operation->name, param->name);
    ok = false;
  }
  step->args_json = arena_format(c->arena, "%s}", json);
  return ok && step->args_json;
}

/* ---- results ---- */
static bool is_text_type(const struct type *type) {
  return type &&
         (type->kind == TYPE_STRING || type->kind == TYPE_TIME || type->kind == TYPE_DATE || type->kind == TYPE_WORDS ||
          type->kind == TYPE_SYMBOL || type->kind == TYPE_REGION || type->kind == TYPE_IP || type->kind == TYPE_CIDR);
}

static bool outcome(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  if (!node) return true;
  struct span span = rbc_span(item->scope, node);
  if (node->kind == NODE_NAME) {
    const char *word = rbc_text(c, item->scope, node);
    if (rule_is(word, "failed") || rule_is(word, "unknown")) {
      step->outcome = rule_is(word, "failed") ? STEP_FAILED : STEP_UNKNOWN;
      return true;
    }
  }
  step->outcome = STEP_SUCCESS;
  const struct type *type = step->operation ? step->operation->result : NULL;
  if (!type && ((node->kind == NODE_RECORD && !node->kid[0]->count) ||
                (node->kind == NODE_NAME && rule_is(rbc_text(c, item->scope, node), "success"))))
    return true; /* it succeeded, and gives nothing */
  if (node->kind == NODE_STRING && !is_text_type(type))
    type = rbc_type(c, TYPE_STRING); /* how systems report a failure */
  if (!type) {
    struct diag *d =
      rule_diag(c, E0703, span, "%s returns nothing", step->operation ? step->operation->name : "this step");
    rbc_diag_help(c->diags, d, "write `-> success`, `-> failed` or `-> unknown`");
    return false;
  }
  step->result_json = rbc_wire_json(c, item->scope, node, type, WIRE_EXACT);
  return step->result_json != NULL;
}

/* ---- who ---- */
static bool actor(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  if (node->kid[2]) {
    const struct symbol *symbol = rbc_resolve(c, item->scope, node->kid[2], SYM(AGENT), "an agent");
    step->by = symbol ? symbol->ptr : NULL;
    return step->by != NULL;
  }
  unsigned own = 0;
  for (unsigned i = 0; i < c->program->agents_count; i++)
    if (c->program->agents[i]->package == item->scope->package->package) {
      step->by = c->program->agents[i];
      own++;
    }
  if (own == 1) return true;
  struct diag *d = rule_diag(c, E0704, rbc_span(item->scope, node), "which agent does this?");
  rbc_diag_help(c->diags, d, "add `by` and its name");
  return false;
}

static bool approved(struct checker *c, const struct item *item, const struct node *list, struct test_step *step) {
  if (!list) return true;
  step->approved = rule_array_of(c, list->count, sizeof *step->approved);
  if (!step->approved) return false;
  step->approve_all = list->count == 0;
  bool ok = true;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct symbol *symbol =
      rbc_resolve(c, item->scope, list->kid[i], SYM(GROUP), "a group of people (or `requester`)");
    if (!symbol || !symbol->ptr) {
      ok = false;
      continue;
    }
    step->approved[step->approved_count++] = ((const struct group *)symbol->ptr)->full;
  }
  return ok;
}

/* ---- events ---- */
static bool one_operation(struct checker *c, const struct item *item, const struct node *event,
                          struct test_step *step) {
  struct operations found = {0};
  if (!rbc_resolve_target(c, item->scope, event->kid[0], NULL, false, &found)) return false;
  if (found.count == 1) {
    step->operation = found.list[0];
    return true;
  }
  rule_diag(c, E0700, rbc_span(item->scope, event), "a step calls one operation");
  return false;
}

static bool released(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  const char *to = node->kid[0]->kid[0] ? rbc_text(c, item->scope, node->kid[0]->kid[0]) : NULL;
  step->release = RELEASE_COUNT;
  for (unsigned i = 0; i < RELEASE_COUNT; i++)
    if (rule_is(to, targets[i])) step->release = i;
  if (step->release == RELEASE_COUNT) {
    rule_diag(c, E0412, rbc_span(item->scope, node->kid[0]->kid[0]),
              "a text is released to a `person`, to an `agent` or `outside`");
    return false;
  }
  const struct node *args = node->kid[1];
  if (args->count == 1 && rule_is(rbc_text(c, item->scope, args->kid[0]->kid[0]), "text") &&
      args->kid[0]->kid[1]->kind == NODE_STRING)
    return (step->text = rbc_string(c, item->scope, args->kid[0]->kid[1])) != NULL;
  struct diag *d = rule_diag(c, E0706, step->span, "what text is released?");
  rbc_diag_help(c->diags, d, "write `release to person text: \"...\"`");
  return false;
}

/* task: chat, tokens: { input: 1_200, output: 300 } */
static bool tokens(struct checker *c, const struct item *item, const struct node *node, const char **json) {
  *json = "{";
  for (uint32_t i = 0; node->kind == NODE_RECORD && i < node->kid[0]->count; i++) {
    const struct node *arg = node->kid[0]->kid[i];
    const char *name = rbc_text(c, item->scope, arg->kid[0]);
    const char *number = rule_is(name, "input") || rule_is(name, "output")
                           ? rbc_wire_json(c, item->scope, arg->kid[1], rbc_type(c, TYPE_INT), WIRE_EXACT) : NULL;
    if (!number) break;
    *json = arena_format(c->arena, "%s%s\"%s\": %s", *json, i ? ", " : "", name, number);
    if (i + 1 < node->kid[0]->count) continue;
    return (*json = arena_format(c->arena, "%s}", *json)) != NULL;
  }
  struct diag *d = rule_diag(c, E0706, rbc_span(item->scope, node), "these are no tokens");
  rbc_diag_help(c->diags, d, "write `tokens: { input: 1_200, output: 300 }`");
  return false;
}

static bool inferred(struct checker *c, const struct item *item, const struct node *args, struct test_step *step) {
  const char *json = "{";
  for (uint32_t i = 0; i < args->count && json; i++) {
    const struct node *value = args->kid[i]->kid[1];
    const char *name = rbc_text(c, item->scope, args->kid[i]->kid[0]), *text = NULL;
    if (rule_is(name, "tokens")) {
      if (!tokens(c, item, value, &text)) return false;
    } else if (rule_is(name, "task") && (value->kind == NODE_NAME || value->kind == NODE_STRING)) {
      const char *task = value->kind == NODE_NAME ? rbc_text(c, item->scope, value) : rbc_string(c, item->scope, value);
      text = task ? arena_format(c->arena, "\"%s\"", task) : NULL;
    } else {
      struct diag *d = rule_diag(c, E0700, rbc_span(item->scope, args->kid[i]), "an infer says its task and its tokens");
      rbc_diag_help(c->diags, d, "such as `infer task: chat, tokens: { input: 1_200, output: 300 }`");
      return false;
    }
    json = text ? arena_format(c->arena, "%s%s\"%s\": %s", json, json[1] ? ", " : "", name, text) : NULL;
  }
  step->args_json = json ? arena_format(c->arena, "%s}", json) : NULL;
  return step->args_json != NULL;
}

bool rule_step(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  const struct node *event = node->kid[0];
  step->span = rbc_span(item->scope, node);
  bool ok = actor(c, item, node, step);
  switch (event->tok) {
  case TOKEN_CALL:
    step->event = EVENT_CALL;
    ok = one_operation(c, item, event, step) && arguments(c, item, node, step) &&
         outcome(c, item, node->kid[3], step) && ok;
    break;
  case TOKEN_RELEASE:
    step->event = EVENT_RELEASE;
    ok = released(c, item, node, step) && ok;
    break;
  case TOKEN_DELEGATE: {
    step->event = EVENT_DELEGATE;
    const struct symbol *symbol =
      event->kid[0] ? rbc_resolve(c, item->scope, event->kid[0], SYM(AGENT), "an agent") : NULL;
    step->target = symbol ? symbol->ptr : NULL;
    ok = step->target && ok;
    break;
  }
  default:
    step->event = EVENT_INFER;
    ok = inferred(c, item, node->kid[1], step) && ok;
  }
  return approved(c, item, node->kid[4], step) && ok;
}

/* ---- expectations ---- */
static bool by_rule(struct checker *c, const struct item *item, const struct node *path, struct test_step *step) {
  if (!path) return true;
  const struct symbol *symbol = rbc_resolve(c, item->scope, path, SYM(POLICY) | SYM(GUARD), "a policy or a guard");
  step->by_rule = symbol ? symbol->full : NULL;
  return step->by_rule != NULL;
}

/* Which model, and what it costs: beside the expectation of an effect. */
static bool expect_choice(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  struct span span = rbc_span(item->scope, node);
  const struct node *what = node->kid[2]->kid[0];
  if (step->event != EVENT_INFER) {
    rule_diag(c, E0702, span, "only `infer` has a route and a cost");
    return false;
  }
  step->expect_span = span;
  if (node->tok == TOKEN_ROUTE) {
    const struct symbol *symbol = rbc_resolve(c, item->scope, what, SYM(MODEL), "a model");
    step->model = symbol && symbol->ptr ? rbc_current_model(c->program, symbol->ptr)->name : NULL;
    return step->model != NULL;
  }
  char currency[4];                 /* finer than the currency's unit: one request costs little */
  unsigned digits;
  const char *text = what->kind == NODE_MONEY ? rbc_text(c, item->scope, what) : "";
  if (rbc_parse_money(text, strlen(text), &step->cost, currency, &digits)) return (step->currency = rbc_money(c, currency)) != NULL;
  rule_diag(c, E0702, rbc_span(item->scope, what), "a cost is an amount of money");
  return false;
}

bool rule_expect(struct checker *c, const struct item *item, const struct node *node, struct test_step *step) {
  struct span span = rbc_span(item->scope, node);
  if (!step) {
    struct diag *d = rule_diag(c, E0702, span, "nothing happened yet that could be expected");
    rbc_diag_help(c->diags, d, "`expect` speaks of the step before it");
    return false;
  }
  if (node->tok == TOKEN_ROUTE || node->tok == TOKEN_COST) return expect_choice(c, item, node, step);
  if (step->expects) {
    struct diag *d = rule_diag(c, E0702, span, "this step has an expectation already");
    rbc_diag_label(c->diags, d, step->expect_span, "here");
    return false;
  }
  step->expects = true;
  step->expect_span = span;
  step->expected = node->tok == TOKEN_ALLOW ? RULE_ALLOW : node->tok == TOKEN_ASK ? RULE_ASK : RULE_DENY;
  bool ok = by_rule(c, item, node->kid[0], step);
  if (node->kid[1]) ok = rule_approvers(c, item->scope, node->kid[1], &step->approvers, &step->approver_count) && ok;
  return ok;
}
