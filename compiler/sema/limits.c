/* limits.c: `limit`: a rule that matches what it counts, and the counter it is charged to. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"
#include "value.h"

static const char *const each_names[LIMIT_EACH_COUNT] = {
  [LIMIT_EACH_AGENT] = "agent",         [LIMIT_EACH_OWNER] = "agent.owner",         [LIMIT_EACH_TEAM] = "agent.team",
  [LIMIT_EACH_PACKAGE] = "agent.package", [LIMIT_EACH_REQUESTER] = "requester",     [LIMIT_EACH_CONNECTOR] = "connector",
  [LIMIT_EACH_KIND] = "connector.kind", [LIMIT_EACH_OPERATION] = "operation",       [LIMIT_EACH_SESSION] = "session",
  [LIMIT_EACH_MODEL] = "model",
};

static bool countable(const struct type *type) {
  switch (type->kind) {
  case TYPE_LIST: case TYPE_SET: case TYPE_MAP: case TYPE_RECORD: return false;
  default: return true;
  }
}

static bool each(struct checker *c, const struct file_scope *scope, const struct node *path, const struct head *head,
                 struct limit *limit) {
  if (!path) return true;
  const char *name = node_path(scope->source, path, c->arena);
  for (unsigned i = 1; name && i < LIMIT_EACH_COUNT; i++)
    if (each_names[i] && rule_is(name, each_names[i])) limit->each = (enum limit_each)i;
  if (rule_is(name, "team")) limit->each = LIMIT_EACH_TEAM;
  if (rule_is(name, "requester.id")) limit->each = LIMIT_EACH_REQUESTER;
  bool called = limit->each == LIMIT_EACH_CONNECTOR || limit->each == LIMIT_EACH_KIND || limit->each == LIMIT_EACH_OPERATION;
  bool fits = called ? head->event == EVENT_CALL : limit->each != LIMIT_EACH_MODEL || head->event == EVENT_INFER;
  if (limit->each && fits) return true;
  if (!limit->each && name && path->kid[0]->count == 2 && rule_is(rbc_text(c, scope, path->kid[0]->kid[0]), "requester")) {
    const char *field = rbc_text(c, scope, path->kid[0]->kid[1]);
    limit->each = LIMIT_EACH_FIELD;
    if (c->program->requester && rbc_field(c->program->requester, field, &limit->field) &&
        countable(c->program->requester->fields[limit->field].type))
      return true;
  }
  struct diag *d = rule_diag(c, E0417, rbc_span(scope, path), "a limit cannot be counted for each `%s`", name ? name : "");
  rbc_diag_help(c->diags, d, "agent, agent.owner, agent.team, requester, connector, model or session");
  return false;
}

static bool window(struct checker *c, const struct file_scope *scope, const struct node *limit_node, struct limit *limit) {
  static const char *const units[LIMIT_UNIT_COUNT] = {"second", "minute", "hour", "day", "week", "month", "year"};
  const struct node *node = limit_node->kid[5];
  if (limit_node->tok == TOKEN_SESSION) { limit->window = LIMIT_SESSION; return true; }
  if (limit_node->tok == TOKEN_AT) { limit->window = LIMIT_AT_ONCE; return true; }
  if (!node) {
    struct diag *d = rule_diag(c, E0417, rbc_span(scope, limit_node), "over what time does this limit count?");
    rbc_diag_help(c->diags, d, "say `per day`, `per 24 hours`, `per session` or `at once`");
    return false;
  }
  uint32_t length;
  const char *name = node->kind == NODE_NAME ? rbc_text(c, scope, node) : NULL;
  for (unsigned i = 0; name && i < LIMIT_UNIT_COUNT; i++)
    if (rule_is(name, units[i])) {
      limit->window = LIMIT_CALENDAR;
      limit->unit = (enum limit_unit)i;
      return true;
    }
  const char *text = node->kind == NODE_DURATION ? node_text(scope->source, node, &length) : NULL;
  limit->window = LIMIT_ROLLING;
  if (text && rbc_parse_duration(text, length, &limit->length) && limit->length > 0) return true;
  struct diag *d = rule_diag(c, E0417, rbc_span(scope, node), "`%s` is no window of time", rule_text(c, scope, node));
  rbc_diag_help(
    c->diags, d,
    "minute, hour, day, week, month or year of the calendar; or a rolling one: `per 24 hours`; or `per session`");
  return false;
}

/* What is counted: calls, or one argument, which is of one type in all operations of the limit. */
static bool measured(struct env *env, const struct node *node, const struct head *head, struct limit *limit,
                     const struct type **type) {
  struct checker *c = env->c;
  *type = rbc_type(c, TYPE_INT);
  if (!node) return true;
  struct expr *e = rule_need(env, rule_expr(env, node, NULL), node);
  if (!e) return false;
  *type = e->type;
  if (e->type->kind != TYPE_INT && e->type->kind != TYPE_DECIMAL && e->type->kind != TYPE_MONEY) {
    rule_diag(c, E0417, rbc_span(env->scope, node), "a limit sums numbers or amounts, and `%s` is %s",
              rule_text(c, env->scope, node), rule_type_phrase(c, e->type));
    return false;
  }
  if (e->kind != EXPR_ARG) {
    struct diag *d = rule_diag(c, E0417, rbc_span(env->scope, node), "a limit sums an argument of the call");
    rbc_diag_help(c->diags, d, "such as `of args.amount`");
    return false;
  }
  const struct operation *operation = head->operations[0];
  for (unsigned i = 0; i < operation->param_count; i++)
    if (rule_is(operation->params[i].name, e->name)) limit->slot = operation->params[i].slot;
  return limit->slot != NONE32;
}

/* An infer is counted in what its amount says: money, tokens, or how often. */
static bool counts(struct env *env, const struct node *node, struct limit *limit, const struct type **type) {
  struct checker *c = env->c;
  *type = rbc_type(c, TYPE_INT);
  if (node->kid[1]) {
    struct diag *d = rule_diag(c, E0417, rbc_span(env->scope, node->kid[1]), "an infer has nothing that could be summed by name");
    rbc_diag_help(c->diags, d, "leave it out: `at most 20.00 USD` counts what it costs, `at most 100_000 tokens` its tokens, `at most 50` how often");
    return false;
  }
  if (node->kid[4]->kind == NODE_QUANTITY) limit->counts = LIMIT_COUNTS_TOKENS;
  struct expr *e = node->kid[4]->kind == NODE_MONEY ? rule_expr(env, node->kid[4], NULL) : NULL;
  if (!e) return node->kid[4]->kind != NODE_MONEY;
  limit->counts = LIMIT_COUNTS_COST;
  limit->currency = e->type->name;
  *type = e->type;
  return true;
}

static bool constant(struct env *env, const struct node *node, const struct type *type, const char *what, int64_t *value) {
  struct expr *e = rule_typed(env, node, type, false, what);
  if (!e) return false;
  *value = e->kind == EXPR_CONST ? e->constant->scalar : -1;
  if (*value >= 0 && *value <= LIMIT_MOST) return true;
  struct diag *d = rule_diag(env->c, E0417, rbc_span(env->scope, node), "a limit is a number, from 0 to %s",
                             type->kind == TYPE_INT ? "4_503_599_627_370_496" : "4_503_599_627");
  rbc_diag_note(env->c->diags, d, "it cannot depend on the request");
  return false;
}

/* A counter keeps what it counted when its amount is changed, or anything around it; not when what it counts is. */
static bool identify(struct checker *c, const struct file_scope *scope, const struct node *node, struct limit *limit) {
  const struct node *parts[] = {node->kid[0], node->kid[1], node->kid[2], node->kid[3], node->kid[5]};
  const char *text = arena_format(c->arena, "%s/%u", limit->rule->name, (unsigned)node->tok);
  unsigned same = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts && text; i++)
    text = arena_format(c->arena, "%s/%s", text, parts[i] ? rule_slice(c, scope, parts[i]->first, parts[i]->last) : "");
  struct limit *const *limits = c->program->limits;
  for (unsigned i = c->program->limits_count; text && i-- > 0 && limits[i]->rule->name == limit->rule->name;)       /* one's own stand together */
    same += rule_is(limits[i]->stem, text);
  limit->stem = text;
  limit->identity = text && same ? arena_format(c->arena, "%s/%u", text, same) : text;
  return limit->identity != NULL;
}

/* "at most 600 per minute for each agent": what an agent may know of it. */
static const char *in_words(struct checker *c, const struct file_scope *scope, const struct node *node) {
  const char *amount = rule_text(c, scope, node->kid[4]);
  const char *over = node->tok == TOKEN_SESSION ? "per session"
                     : node->tok == TOKEN_AT    ? "at once"
                                                : arena_format(c->arena, "per %s", node->kid[5] ? rule_text(c, scope, node->kid[5]) : "");
  const char *whom = node->kid[2] ? arena_format(c->arena, " for each %s", rule_text(c, scope, node->kid[2])) : "";
  return over && whom ? arena_format(c->arena, "at most %s %s%s", amount, over, whom) : NULL;
}

static bool check(struct env *env, const struct block *block, uint32_t at, const struct node *node, const struct head *head,
                  struct rule *rule, struct limit *limit, const struct type **type) {
  const struct node *where = node->kid[3], *texts[2] = {node->kid[1], where};
  int64_t warn = 0;
  bool ok = rule_lets(env, block, at, texts, 2, &rule->lets, &rule->let_count);
  if (where) ok = (rule->where = rule_condition(env, where)) != NULL && ok;
  env->facts = where && rule->where ? flow_when(env, rule->where, true, env->facts) : env->facts;
  ok = (head->event == EVENT_INFER ? counts(env, node, limit, type) : measured(env, node->kid[1], head, limit, type)) && ok;
  rule_note_reads(rule);
  if (!ok) return false;
  ok = constant(env, node->kid[4], *type, node->kid[1] ? "what the limit counts" : "a number of calls", &limit->most);
  if (node->kid[6]) ok = constant(env, node->kid[6], rbc_type(env->c, TYPE_DECIMAL), "a share of the limit", &warn) && ok;
  if (ok && warn > REBASE_SCALE) {
    rule_diag(env->c, E0417, rbc_span(env->scope, node->kid[6]), "a warning above 100%% would never come");
    ok = false;
  }
  limit->warn = (uint32_t)warn;
  return ok;
}

/* ---- bursts ---- */
__extension__ typedef unsigned __int128 wide;

/* How long the window is at most, so that a burst is never too large; 0: it is none of time. */
static int64_t longest(const struct limit *limit) {
  static const int64_t seconds[LIMIT_UNIT_COUNT] = {1, 60, 3600, 86400, 7 * 86400, 31 * 86400, 366 * 86400};
  return limit->window == LIMIT_ROLLING ? limit->length : limit->window == LIMIT_CALENDAR ? seconds[limit->unit] * REBASE_SECOND : 0;
}

static const char *length_in_words(struct checker *c, int64_t length) {
  static const struct { int64_t is; const char *word; } units[] = {{86400 * REBASE_SECOND, "days"}, {3600 * REBASE_SECOND, "hours"}, {60 * REBASE_SECOND, "minutes"}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (length % units[i].is == 0) return arena_format(c->arena, "%lld %s", (long long)(length / units[i].is), units[i].word);
  return length % REBASE_SECOND ? arena_format(c->arena, "%lld.%03lld seconds", (long long)(length / REBASE_SECOND), (long long)(length % REBASE_SECOND / 1000))
                                : arena_format(c->arena, "%lld seconds", (long long)(length / REBASE_SECOND));
}

/* `at most N per W burst B` is two limits: N per W, and B in any stretch of the time in which W lets B through. A rule like the
 * limit's own matches what the second counts. */
static bool burst(struct env *env, const struct node *node, const struct type *type, const struct rule *rule, const struct limit *limit) {
  struct checker *c = env->c;
  const struct node *amount = node->kid[7];
  int64_t most, window = longest(limit);
  if (!constant(env, amount, type, "the limit's burst", &most)) return false;
  bool alike = limit->counts != LIMIT_COUNTS_TOKENS || amount->kind == NODE_QUANTITY;
  if (!window || !alike || !most || most > limit->most) {
    struct diag *d = rule_diag(c, E0417, rbc_span(env->scope, amount), !window ? "a burst is of a limit over time" : alike ? "a burst is a part of the limit, and not nothing" : "a burst is counted as the limit is");
    rbc_diag_help(c->diags, d, "`at most 600 per minute burst 50`: 600 in a minute, and 50 in any 5 seconds of it");
    return false;
  }
  struct rule *second = arena_alloc(c->arena, sizeof *second);
  struct limit *part = arena_alloc(c->arena, sizeof *part);
  if (!second || !part) return false;
  *second = *rule;
  second->id = c->program->rules_count;
  *part = *limit;
  part->rule = second;
  part->most = most;
  part->warn = 0;
  part->window = LIMIT_ROLLING;
  part->unit = LIMIT_SECOND;
  part->length = (int64_t)(((wide)window * (wide)most + (wide)limit->most - 1) / (wide)limit->most);
  const char *whom = node->kid[2] ? arena_format(c->arena, " for each %s", rule_text(c, env->scope, node->kid[2])) : "";
  const char *over = length_in_words(c, part->length);
  /* Parts of time are numbered by the length, so another length is another counter. */
  part->identity = arena_format(c->arena, "%s/burst/%lld", limit->identity, (long long)part->length);
  part->words = over && whom ? arena_format(c->arena, "at most %s in %s%s", rule_text(c, env->scope, amount), over, whom) : NULL;
  return part->identity && part->words && PROGRAM_APPEND(c, rules, second) && PROGRAM_APPEND(c, limits, part);
}

bool rule_limit(const struct block *block, uint32_t at) {
  static const unsigned masks[EVENT_COUNT] = {EV_CALL, EV_INFER, EV_RELEASE, EV_DELEGATE};
  struct checker *c = block->c;
  const struct node *node = block->items->kid[at];
  const struct file_scope *scope = block->item->scope;
  struct head head;
  struct rule *rule = arena_alloc(c->arena, sizeof *rule);
  struct limit *limit = arena_alloc(c->arena, sizeof *limit);
  if (!rule || !limit) return false;
  bool ok = rule_head(c, scope, node->kid[0], NULL, block->guard ? HEAD_GUARD : HEAD_POLICY, &head);
  *limit = (struct limit){.rule = rule, .slot = NONE32};
  ok = each(c, scope, node->kid[2], &head, limit) && ok;
  ok = window(c, scope, node, limit) && ok;
  *rule = (struct rule){.name = block->name,
                        .effect = RULE_OBLIGE,
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
                        .condition = rule_slice(c, scope, node->first, node->last),
                        .span = rbc_span(scope, node)};
  struct env env = {.c = c,
                    .scope = scope,
                    .events = masks[head.event],
                    .operations = head.operations,
                    .operation_count = head.event == EVENT_CALL ? head.operation_count : 0};
  const struct type *type;
  if (!ok || !check(&env, block, at, node, &head, rule, limit, &type)) return false;
  limit->words = in_words(c, scope, node);
  rule->id = c->program->rules_count;
  if (!identify(c, scope, node, limit) || !limit->words || !PROGRAM_APPEND(c, rules, rule) || !PROGRAM_APPEND(c, limits, limit)) return false;
  return !node->kid[7] || burst(&env, node, type, rule, limit);
}
