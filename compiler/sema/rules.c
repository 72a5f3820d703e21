/* rules.c: policies and guards; the second half's order of work. */
#include <string.h>
#include "support/pattern.h"
#include "sema/rules.h"
#include "syntax/tokens.h"

static enum rule_effect effect_of(const struct node *node) {
  return node->kind == NODE_ALLOW  ? RULE_ALLOW
         : node->kind == NODE_ASK  ? RULE_ASK
         : node->kind == NODE_DENY ? RULE_DENY
                                   : RULE_OBLIGE;
}

bool rule_is_rule(const struct node *node) {
  return node->kind == NODE_ALLOW || node->kind == NODE_ASK || node->kind == NODE_DENY || node->kind == NODE_OBLIGE;
}

/* Source text of where and unless, with these words: what a person is shown. */
static const char *condition_text(struct checker *c, const struct file_scope *scope, const struct node *where,
                                  const struct node *unless) {
  const struct node *begin = where ? where : unless, *end = unless ? unless : where;
  if (!begin) return NULL;
  uint32_t first = begin->first;
  while (first > 0) {
    uint16_t kind = scope->source->tokens[--first].kind;
    if (kind == TOKEN_WHERE || kind == TOKEN_UNLESS) break;
  }
  return rule_slice(c, scope, first, end->last);
}

/* A guard grants nothing; a route alone grants an answer. */
static bool may_say(const struct block *block, const struct node *node, enum event event) {
  struct checker *c = block->c;
  const struct file_scope *scope = block->item->scope;
  struct span span = rbc_span(scope, node->kid[0]);
  if (node->kind == NODE_ALLOW && block->guard) {
    struct diag *d = rule_diag(c, E0400, span, "a guard cannot allow");
    rbc_diag_note(c->diags, d, "a guard holds for every package, so that linking one can only tighten");
    rbc_diag_help(c->diags, d, "grant it in a `policy` of the agent's own package");
    return false;
  }
  if (node->kind == NODE_ALLOW && event == EVENT_INFER) {
    struct diag *d = rule_diag(c, E0409, span, "`allow infer` grants nothing");
    rbc_diag_help(c->diags, d, "a `route` says which model answers, and is what grants it");
    return false;
  }
  return true;
}

static bool asks_about_model(const struct block *block, const struct node *node) {
  struct checker *c = block->c;
  struct diag *d = rule_diag(c, E0410, rbc_span(block->item->scope, node->kid[0]),
                             "`ask` cannot depend on the model: no model is chosen before somebody answers");
  rbc_diag_help(c->diags, d, "`deny infer where ...` takes models out of every route");
  return false;
}

static void missing_reason(struct checker *c, const struct file_scope *scope, const struct node *node) {
  struct diag *d = rule_diag(c, W0910, rbc_span(scope, node->kid[0]), "the agent is not told why");
  rbc_diag_note(c->diags, d,
                "the text after `because` reaches the agent, so that it can do better; conditions never do");
  rbc_diag_help(c->diags, d, "add `because \"...\"`");
}

static bool conditions(struct env *env, const struct block *block, uint32_t at, const struct node *node,
                       struct rule *rule) {
  const struct node *where = node->kid[2], *unless = node->kid[3];
  const struct node *texts[2] = {where, unless};
  bool ok = rule_lets(env, block, at, texts, 2, &rule->lets, &rule->let_count);
  if (where) {
    rule->where = rule_condition(env, where);
    ok = ok && rule->where;
    env->facts = flow_when(env, rule->where, true, env->facts);
  }
  if (unless) {
    rule->unless = rule_condition(env, unless);
    ok = ok && rule->unless;
  }
  return ok;
}

struct rule *rule_check(const struct block *block, uint32_t at, bool *good) {
  struct checker *c = block->c;
  const struct node *node = block->items->kid[at];
  const struct file_scope *scope = block->item->scope;
  static const unsigned masks[EVENT_COUNT] = {EV_CALL, EV_INFER, EV_RELEASE, EV_DELEGATE};
  enum head_use use = block->guard                                         ? HEAD_GUARD
                      : node->kind == NODE_ALLOW || node->kind == NODE_ASK ? HEAD_GRANT
                                                                           : HEAD_POLICY;
  struct head head;
  bool ok = rule_head(c, scope, node->kid[0], node->kid[1], use, &head);
  struct rule *rule = may_say(block, node, head.event) ? arena_alloc(c->arena, sizeof *rule) : NULL;
  *good = rule && ok;
  if (!rule) return NULL;
  *rule = (struct rule){.name = block->name,
                        .effect = effect_of(node),
                        .guard = block->guard,
                        .event = head.event,
                        .package = scope->package->package,
                        .agents = head.agents,
                        .agent_count = head.agent_count,
                        .operations = head.operations,
                        .operation_count = head.operation_count,
                        .release_mask = head.release_mask,
                        .targets = head.targets,
                        .target_count = head.target_count,
                        .span = rbc_span(scope, node)};
  struct env env = {.c = c,
                    .scope = scope,
                    .events = masks[head.event],
                    .operations = head.operations,
                    .operation_count = head.event == EVENT_CALL ? head.operation_count : 0,
                    .later_lets = block->items};
  if (ok || head.operation_count || head.event != EVENT_CALL) ok = conditions(&env, block, at, node, rule) && ok;
  rule_note_reads(rule);
  if (rule->models && node->kind == NODE_ASK) ok = asks_about_model(block, node);
  ok = rule_obligations(&env, node->kid[4], rule) && ok;
  rule->because = rbc_string(c, scope, node->kid[5]);
  if (!rule->because && (node->kind == NODE_DENY || node->kind == NODE_ASK)) missing_reason(c, scope, node);
  rule->condition = condition_text(c, scope, node->kid[2], node->kid[3]);
  if (node->kind == NODE_ASK) {
    ok = rule_approvers(c, scope, node->kid[6], &rule->approvers, &rule->approver_count) && ok;
    uint32_t length;
    const char *wait = node->kid[7] ? node_text(scope->source, node->kid[7], &length) : NULL;
    if (wait && (!rbc_parse_duration(wait, length, &rule->wait) || rule->wait <= 0)) {
      rule_diag(c, E0408, rbc_span(scope, node->kid[7]), "this is no time to wait");
      ok = false;
    }
  }
  *good = ok;
  return rule;
}

static bool one_rule(const struct block *block, uint32_t at) {
  struct checker *c = block->c;
  bool good = true;
  struct rule *ahead = block->ahead ? block->ahead[at] : NULL, *rule = ahead ? ahead : rule_check(block, at, &good);
  if (!rule) return false;
  rule->id = c->program->rules_count;
  return PROGRAM_APPEND(c, rules, rule) && good;
}

/* Notes the lets, so that a rule need not look at all that stands before it. */
static bool find_lets(struct block *block) {
  struct checker *c = block->c;
  const struct file_scope *scope = block->item->scope;
  unsigned count = 0;
  for (uint32_t i = 0; i < block->items->count; i++) count += block->items->kid[i]->kind == NODE_LET;
  struct let_use *uses = rule_array_of(c, count, sizeof *uses);
  block->lets = rule_array_of(c, count, sizeof *block->lets);
  if (!uses || !block->lets) return false;
  for (uint32_t i = 0; block->let_count < count; i++) {
    const struct node *node = block->items->kid[i];
    if (node->kind != NODE_LET) continue;
    struct let_use *use = &uses[block->let_count], **end = c->rules->last_let ? &c->rules->last_let->next : &c->rules->lets;
    *use = (struct let_use){node, i, rbc_span(scope, node->kid[0]), rbc_text(c, scope, node->kid[0]), false, NULL};
    block->lets[block->let_count++] = c->rules->last_let = *end = use;
  }
  return true;
}

static bool open_block(struct checker *c, const struct item *item, struct block *block) {
  const char *own = rbc_text(c, item->scope, item->node->kid[0]);
  *block = (struct block){.c = c, .item = item, .guard = item->kind == NODE_GUARD, .items = item->node->kid[2]};
  block->name = item->symbol && item->symbol->full
                  ? item->symbol->full
                  : arena_format(c->arena, "%s.%s", item->scope->package->package->name, own ? own : "");
  return block->name && find_lets(block);
}

static bool check_block(const struct block *block) {
  bool ok = true;
  for (uint32_t i = 0; i < block->items->count; i++) {
    const struct node *node = block->items->kid[i];
    if (rule_is_rule(node)) ok = one_rule(block, i) && ok;
    else if (node->kind == NODE_LIMIT) ok = rule_limit(block, i) && ok;
  }
  return ok;
}

static bool is_block(const struct item *item) { return item->kind == NODE_POLICY || item->kind == NODE_GUARD; }

/* In the order of the items. NULL: out of memory. */
static struct block *open_blocks(struct checker *c) {
  size_t count = 0, opened = 0;
  for (unsigned i = 0; i < c->item_count; i++) count += is_block(&c->items[i]);
  struct block *blocks = rule_array_of(c, count, sizeof *blocks);
  for (unsigned i = 0; blocks && i < c->item_count; i++)
    if (is_block(&c->items[i]) && !open_block(c, &c->items[i], &blocks[opened++])) return NULL;
  return blocks && rule_check_ahead(c, blocks, count) ? blocks : NULL;
}

static bool blocks(struct checker *c) {
  const struct block *block = open_blocks(c);
  if (!block) return false;
  bool ok = true;
  for (unsigned i = 0; i < c->item_count; i++) {
    const struct item *item = &c->items[i];
    if (is_block(item)) ok = check_block(block++) && ok;
    if (item->kind == NODE_ROUTE) ok = rule_route(c, item) && ok;
    if (item->kind == NODE_PROVE) ok = rule_prove(c, item) && ok;
  }
  for (unsigned i = 0; i < c->item_count; i++)
    if (c->items[i].kind == NODE_WAIVE) ok = rule_waive(c, &c->items[i]) && ok;
  return rule_routes_overlap(c) && ok;
}

/* Those of detectors; patterns of conditions are judged where they stand. */
static bool detectors(struct checker *c) {
  bool ok = true;
  for (unsigned i = 0; i < c->program->patterns_count; i++) {
    struct pattern *pattern = c->program->patterns[i];
    const char *wrong = rbc_pattern_compile(c->arena, pattern->text, strlen(pattern->text), &pattern->automaton);
    if (!wrong) continue;
    rule_diag(c, E0270, pattern->span, "this pattern cannot be used: %s", wrong);
    ok = false;
  }
  return ok;
}

bool rbc_check_rules(struct checker *c) {
  unsigned errors = c->diags->errors;
  c->rules = arena_alloc(c->arena, sizeof *c->rules);
  if (!c->rules) return false;
  if (!rule_functions(c)) return false;
  bool ok = detectors(c);
  ok = blocks(c) && ok;
  bool whole = ok && c->diags->errors == 0; /* half a tree would be judged wrongly */
  if (whole) rule_check_state(c);
  if (whole) ok = rule_check_routes(c) && ok;
  for (unsigned i = 0; i < c->item_count; i++)
    if (c->items[i].kind == NODE_TEST) ok = rule_test(c, &c->items[i]) && ok;
  if (whole) rule_check_warnings(c);
  return ok && c->diags->errors == errors && !c->arena->failed;
}
