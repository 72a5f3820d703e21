/* expr.c: names, members, literals, `if`: what is no operator. Types come from below, and from the place for words,
 * regions and literals. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"

/* ---- optionals ---- */
struct expr *rule_need(struct env *env, struct expr *e, const struct node *node) {
  if (!e || !e->optional) return e;
  struct checker *c = env->c;
  const char *text = rule_text(c, env->scope, node);
  struct diag *d = rule_diag(c, E0254, rbc_span(env->scope, node), "`%s` may be missing here", text);
  rbc_diag_note(c->diags, d, "a missing value must be tested before it is read");
  rbc_diag_help(c->diags, d,
                "test it: `%s is present and ...`; give a value for when it is missing: `(%s otherwise ...)`; "
                "or end the rule: `let x = %s otherwise deny because \"...\"`",
                text, text, text);
  return NULL;
}

struct expr *rule_condition(struct env *env, const struct node *node) {
  struct expr *e = rule_expr(env, node, rule_bool(env));
  if (!e) return NULL;
  if (e->type->kind != TYPE_BOOL) {
    struct diag *d = rule_diag(env->c, E0264, rbc_span(env->scope, node), "a condition is wanted, and `%s` is %s",
                               rule_text(env->c, env->scope, node), rule_type_phrase(env->c, e->type));
    if (rbc_is_list(e->type) || e->type->kind == TYPE_SET || e->type->kind == TYPE_MAP)
      rbc_diag_help(env->c->diags, d, "say what must hold of it: `count(...) > 0`, `any x in ... where ...`");
    else if (e->optional)
      rbc_diag_help(env->c->diags, d, "to ask whether it is there: `... is present`");
    return NULL;
  }
  if (e->optional) {
    const char *text = rule_text(env->c, env->scope, node);
    struct diag *d = rule_diag(env->c, E0254, rbc_span(env->scope, node), "`%s` may be missing here", text);
    rbc_diag_help(env->c->diags, d,
                  "say what a missing one means: `%s == true`, `%s is present and ...`, `(%s otherwise false)`", text,
                  text, text);
    return NULL;
  }
  return e;
}

/* ---- types that a place wants ---- */
/* Lists, sets and maps of words: the message shows two long types that differ in a word or two. */
static void words_help(struct checker *c, struct diag *d, const struct type *wanted, const struct type *given) {
  const struct type *a = wanted->element, *b = given->element;
  if (!a || !b || a->kind != TYPE_WORDS || b->kind != TYPE_WORDS) return;
  rbc_diag_note(c->diags, d, "a word of a shorter `one of` may stand where a longer one is wanted; a whole list of them may not");
  rbc_diag_help(c->diags, d, "give both the same `one of`, or go through the elements: `any x in ... where x == ...`");
}

struct expr *rule_coerce(struct env *env, struct expr *e, const struct node *node, const struct type *type,
                         const char *what) {
  if (!e || !type) return e;
  if (rbc_same_values(e->type, type)) return e;
  if (e->type->kind == TYPE_INT && type->kind == TYPE_DECIMAL) return rule_todecimal(env, rule_need(env, e, node));
  struct checker *c = env->c;
  struct diag *d = rule_diag(c, E0250, rbc_span(env->scope, node), "%s is %s, and `%s` is %s", what,
                             rule_type_phrase(c, type), rule_text(c, env->scope, node), rule_type_phrase(c, e->type));
  if (type->kind == TYPE_MONEY && (node->kind == NODE_INT || node->kind == NODE_DECIMAL))
    rbc_diag_help(c->diags, d, "write the currency: `%s%s %s`", rule_text(c, env->scope, node),
                  node->kind == NODE_INT ? ".00" : "", type->name);
  words_help(c, d, type, e->type);
  return NULL;
}

struct expr *rule_typed(struct env *env, const struct node *node, const struct type *type, bool optional_ok,
                        const char *what) {
  struct expr *e = rule_expr(env, node, type);
  if (e && e->optional && !optional_ok) e = rule_need(env, e, node);
  return rule_coerce(env, e, node, type, what);
}

/* Of an infer: what the model is wanted for. */
static bool is_task(const struct env *env, const char *name) { return env->events == EV_INFER && rule_is(name, "task"); }

bool rule_adapts(struct env *env, const struct node *node) {
  switch (node->kind) {
  case NODE_STRING:
  case NODE_INT:
  case NODE_DECIMAL:
  case NODE_PERCENT:
  case NODE_ARRAY: return true;
  case NODE_NAME: {
    const char *name = rbc_text(env->c, env->scope, node);
    return name && !rule_binding(env, name) && !rule_is(name, "now") && !rule_is(name, "today") && !is_task(env, name);
  }
  case NODE_UNARY: return rule_adapts(env, node->kid[0]) && node->tok == TOKEN_MINUS;
  case NODE_IF: return rule_adapts(env, node->kid[1]) && rule_adapts(env, node->kid[2]);
  default: return false;
  }
}

/* Both sides of an operator; the one that says its type comes first, whatever the order in the text. */
bool rule_pair(struct env *env, const struct node *left, const struct node *right, struct expr **a, struct expr **b) {
  if (rule_adapts(env, left) && !rule_adapts(env, right)) {
    *b = rule_expr(env, right, NULL);
    *a = *b ? rule_expr(env, left, (*b)->type) : NULL;
  } else {
    *a = rule_expr(env, left, NULL);
    *b = *a ? rule_expr(env, right, (*a)->type) : NULL;
  }
  return *a && *b;
}

/* ---- words and regions ---- */
static struct expr *word(struct env *env, const struct type *type, const char *text, struct span span) {
  unsigned symbol;
  if (type->kind == TYPE_SYMBOL) return rule_scalar(env, type, rbc_symbol(env->c, text), span);
  return rbc_word(type, text, &symbol) ? rule_scalar(env, type, symbol, span) : NULL;
}

static struct expr *unknown_word(struct env *env, const struct type *type, const char *text, struct span span) {
  struct checker *c = env->c;
  const char **words = rule_array_of(c, type->word_count, sizeof *words);
  if (!words) return NULL;
  for (unsigned i = 0; i < type->word_count; i++) words[i] = type->words[i].wire;
  struct diag *d = rule_diag(c, E0257, span, "`%s` is no word of %s", text, rbc_type_name(c, type));
  const char *nearest = rbc_nearest(text, words, type->word_count);
  if (!nearest) return NULL;
  bool plain = strchr(nearest, ' ') == NULL;
  const char *fix = plain ? nearest : arena_format(c->arena, "\"%s\"", nearest);
  rbc_diag_help(c->diags, d, "did you mean `%s`?", fix);
  rbc_diag_fix(d, span, fix);
  return NULL;
}

static struct expr *region(struct env *env, const char *text, struct span span) {
  const struct symbol *symbol = rbc_lookup(env->c, env->scope, text, SYM(REGION));
  if (!symbol || !symbol->ptr) return NULL;
  return rule_scalar(env, rbc_type(env->c, TYPE_REGION), rbc_region_number(env->c, symbol->ptr), span);
}

/* ---- names ---- */
static struct expr *bound_name(struct env *env, const struct binding *binding, const char *name,
                               const struct type *expected, struct span span) {
  struct checker *c = env->c;
  if (!binding->local) return NULL;
  const struct type *type = binding->stands_for ? binding->stands_for->type : binding->local->type;
  unsigned symbol;
  if (expected && expected->kind == TYPE_WORDS && rbc_word(expected, name, &symbol)) {
    if (type->kind != TYPE_WORDS && type->kind != TYPE_SYMBOL) return word(env, expected, name, span);
    struct diag *d =
      rule_diag(c, E0267, span, "`%s` is both a value's name and a word of %s", name, rbc_type_name(c, expected));
    rbc_diag_label(c->diags, d, binding->span, "the value is named here");
    rbc_diag_help(c->diags, d, "for the word write `\"%s\"`; for the value give it another name", name);
    return NULL;
  }
  if (!binding->stands_for) return rule_local(env, binding->local, span);
  struct expr *copy = rule_new(env, binding->stands_for->kind, type, span);
  if (!copy) return NULL;
  *copy = *binding->stands_for;
  copy->span = span;
  return copy;
}

static bool declared_below(struct env *env, const char *name, struct span span) {
  for (uint32_t i = 0; env->later_lets && i < env->later_lets->count; i++) {
    const struct node *let = env->later_lets->kid[i];
    if (let->kind != NODE_LET || !rule_is(rbc_text(env->c, env->scope, let->kid[0]), name)) continue;
    struct diag *d = rule_diag(env->c, E0273, span, "`%s` is declared below this rule", name);
    rbc_diag_label(env->c->diags, d, rbc_span(env->scope, let->kid[0]), "declared here");
    rbc_diag_help(env->c->diags, d, "a `let` holds for the rules after it: move it up");
    return true;
  }
  return false;
}

static void unknown_name(struct env *env, const char *name, const struct type *expected, struct span span) {
  struct checker *c = env->c;
  if (declared_below(env, name, span)) return;
  const char *candidates[64];
  size_t n = 0;
  for (const struct binding *b = env->bindings; b && n < 50; b = b->next) candidates[n++] = b->name;
  if (!env->pure) {
    candidates[n++] = "args";
    candidates[n++] = "requester";
    candidates[n++] = "now";
    candidates[n++] = "today";
  }
  const char *nearest = rbc_nearest(name, candidates, n);
  if (!nearest) nearest = rbc_did_you_mean(c, env->scope, name, SYM(REGION) | SYM(TABLE) | SYM(FN));
  struct diag *d;
  static const char *const roots[] = {"args",     "requester", "session", "agent",  "operation", "connector",
                                      "delegate", "release",   "model",   "tokens"};
  static const char *const members[] = {"amount", "id", "age", "name", "name", "name", "to", "to", "region", "input"};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (rule_is(roots[i], name)) {
      d = rule_diag(c, E0259, span, "`%s` is no value by itself", name);
      rbc_diag_help(c->diags, d, "name what of it: `%s.%s`", name, members[i]);
      return;
    }
  if (rbc_lookup(c, env->scope, name, SYM(TABLE))) {
    d = rule_diag(c, E0259, span, "`%s` is a table, no value", name);
    rbc_diag_help(c->diags, d, "look a row up: `%s(key)`; or go through all of them: `any row in %s where ...`", name,
                  name);
    return;
  }
  d = rule_diag(c, E0259, span, "nothing here is named `%s`", name);
  if (nearest)
    rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
  else if (expected && expected->kind == TYPE_STRING)
    rbc_diag_help(c->diags, d, "a text stands in double quotes: `\"%s\"`", name);
  else if (!expected)
    rbc_diag_note(
      c->diags, d,
      "a bare word takes its meaning from what it is compared with, and there is nothing here that has words");
}

static struct expr *name_expr(struct env *env, const struct node *node, const struct type *expected) {
  struct span span = rbc_span(env->scope, node);
  const char *name = rbc_text(env->c, env->scope, node);
  if (!name) return NULL;
  const struct binding *binding = rule_binding(env, name);
  if (binding) return bound_name(env, binding, name, expected, span);
  if (expected && (expected->kind == TYPE_WORDS || expected->kind == TYPE_SYMBOL)) {
    struct expr *e = word(env, expected, name, span);
    return e || declared_below(env, name, span) ? e : unknown_word(env, expected, name, span);
  }
  if (is_task(env, name)) return rule_context(env, CTX_TASK, span);
  if (!env->pure && rule_is(name, "now")) return rule_context(env, CTX_NOW, span);
  if (!env->pure && rule_is(name, "today")) return rule_context(env, CTX_TODAY, span);
  if (env->pure && (rule_is(name, "now") || rule_is(name, "today"))) {
    rule_stateful(env, span, name);
    return NULL;
  }
  struct expr *e = region(env, name, span);
  if (e) return e;
  if (expected && expected->kind == TYPE_REGION) {
    struct diag *d = rule_diag(env->c, E0257, span, "there is no region `%s`", name);
    const char *nearest = rbc_did_you_mean(env->c, env->scope, name, SYM(REGION));
    if (nearest) {
      rbc_diag_help(env->c->diags, d, "did you mean `%s`?", nearest);
      rbc_diag_fix(d, span, nearest);
    }
    return NULL;
  }
  unknown_name(env, name, expected, span);
  return NULL;
}

/* ---- literals ---- */
static struct expr *string_expr(struct env *env, const struct node *node, const struct type *expected) {
  struct span span = rbc_span(env->scope, node);
  if (expected) switch (expected->kind) {
    case TYPE_WORDS:
    case TYPE_SYMBOL: {
      const char *text = rbc_string(env->c, env->scope, node);
      struct expr *e = word(env, expected, text, span);
      return e ? e : unknown_word(env, expected, text, span);
    }
    case TYPE_TIME:
    case TYPE_DATE:
    case TYPE_IP:
    case TYPE_CIDR:
    case TYPE_VERSION: return rule_constant(env, rbc_constant(env->c, env->scope, node, expected), span);
    default: break;
    }
  return rule_constant(env, rbc_constant(env->c, env->scope, node, rbc_type(env->c, TYPE_STRING)), span);
}

static struct expr *literal(struct env *env, const struct node *node, const struct type *expected) {
  bool number = node->kind == NODE_INT || node->kind == NODE_UNARY;
  const struct type *wanted = expected && expected->kind == TYPE_DECIMAL && number ? expected : NULL;
  return rule_constant(env, rbc_constant(env->c, env->scope, node, wanted), rbc_span(env->scope, node));
}

static bool is_number(const struct node *node) {
  return node->kind == NODE_INT || node->kind == NODE_DECIMAL || node->kind == NODE_MONEY ||
         node->kind == NODE_DURATION || node->kind == NODE_PERCENT;
}

static struct expr *record_expr(struct env *env, const struct node *node, const struct type *expected) {
  if (expected && expected->kind == TYPE_RECORD && rbc_is_constant_form(node))
    return rule_constant(env, rbc_constant(env->c, env->scope, node, expected), rbc_span(env->scope, node));
  struct diag *d = rule_diag(env->c, E0276, rbc_span(env->scope, node), "a record cannot be written here");
  rbc_diag_help(env->c->diags, d, "compare its fields one by one");
  return NULL;
}

/* ---- args, requester, facts ---- */
static const struct param *param_of(const struct env *env, const struct operation *operation, const struct node *name) {
  for (unsigned i = 0; i < operation->param_count; i++)
    if (rbc_text_is(env->scope, name, operation->params[i].name)) return &operation->params[i];
  return NULL;
}

static void no_such_argument(struct env *env, const struct operation *operation, const char *name, struct span span) {
  struct checker *c = env->c;
  const char **names = rule_array_of(c, operation->param_count, sizeof *names);
  for (unsigned i = 0; names && i < operation->param_count; i++) names[i] = operation->params[i].name;
  const char *nearest = names ? rbc_nearest(name, names, operation->param_count) : NULL;
  struct diag *d = rule_diag(c, E0403, span, "%s has no argument `%s`", operation->name, name);
  rbc_diag_label(c->diags, d, operation->span, "declared here");
  if (env->operation_count > 1) {
    rbc_diag_note(c->diags, d, "this rule is over %u operations, and what it reads of `args` all of them must have",
                  env->operation_count);
    rbc_diag_help(c->diags, d, "%s%s%ssplit the rule: one for the operations that have `%s`, one for the others",
                  nearest ? "did you mean `args." : "", nearest ? nearest : "", nearest ? "`? Else " : "", name);
  } else if (nearest) {
    rbc_diag_help(c->diags, d, "did you mean `args.%s`?", nearest);
  }
}

static bool same_connector(struct env *env, struct span span) {
  const struct connector *first = env->operations[0]->connector;
  for (unsigned i = 1; i < env->operation_count; i++)
    if (env->operations[i]->connector != first) {
      struct diag *d = rule_diag(env->c, E0405, span, "this rule reads `args`, and is over operations of %s and of %s",
                                 first->name, env->operations[i]->connector->name);
      rbc_diag_help(env->c->diags, d, "write one rule for each connector");
      return false;
    }
  return true;
}

static struct expr *argument(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  if (env->events != EV_CALL) {
    if (env->pure) {
      rule_stateful(env, span, "args");
      return NULL;
    }
    struct diag *d = rule_diag(c, E0406, span, "only a call has arguments");
    rbc_diag_help(c->diags, d,
                  "a rule on `release` can read `release.to` and `release.text`, one on `delegate` `delegate.to`");
    return NULL;
  }
  if (!env->operation_count) return NULL; /* an empty scope was reported */
  if (!same_connector(env, span)) return NULL;
  const struct param *first = NULL;
  bool optional = false;
  for (unsigned i = 0; i < env->operation_count; i++) {
    const struct param *param = param_of(env, env->operations[i], node->kid[1]);
    if (!param && env->operations[i]->broken) return NULL;
    if (!param) {
      no_such_argument(env, env->operations[i], rbc_text(c, env->scope, node->kid[1]), span);
      return NULL;
    }
    if (!first || !first->type)
      first = param;
    else if (first->type != param->type) {
      struct diag *d = rule_diag(c, E0404, span, "`args.%s` is %s in %s and %s in %s", param->name, rule_type_phrase(c, first->type),
                                 env->operations[0]->name, rule_type_phrase(c, param->type), env->operations[i]->name);
      rbc_diag_help(c->diags, d, "split the rule");
      return NULL;
    }
    optional = optional || param->optional;
  }
  struct expr *e = first->type ? rule_new(env, EXPR_ARG, first->type, span) : NULL;
  if (!e) return NULL;
  e->name = first->name;
  e->optional = optional;
  return e;
}

static struct expr *requester(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  const char *name = rbc_text(c, env->scope, node->kid[1]);
  if (!name || !rule_stateful(env, span, "requester")) return NULL;
  if (rule_is(name, "id")) return rule_context(env, CTX_REQUESTER_ID, span);
  const struct type *type = c->program->requester;
  unsigned index;
  const struct field *field = type ? rbc_field(type, name, &index) : NULL;
  if (field && !field->type) return NULL;
  if (field) {
    struct expr *e = rule_new(env, EXPR_REQUESTER, field->type, span);
    if (!e) return NULL;
    e->index = index;
    e->optional = field->optional;
    return e;
  }
  struct diag *d = rule_diag(c, E0256, span, "the context requester has no field `%s`", name);
  const char *names[65] = {"id"};
  unsigned n = 1;
  for (unsigned i = 0; type && i < type->field_count && n < 65; i++) names[n++] = type->fields[i].name;
  const char *nearest = rbc_nearest(name, names, n);
  if (nearest)
    rbc_diag_help(c->diags, d, "did you mean `requester.%s`?", nearest);
  else if (!type)
    rbc_diag_help(c->diags, d, "declare what the host says of a person: `context requester { %s: string }`", name);
  return NULL;
}

/* A fact is known of every event, or of one kind. */
static const char *event_name(unsigned mask) {
  return mask & EV_CALL ? "call" : mask & EV_INFER ? "infer" : mask & EV_RELEASE ? "release" : "delegate";
}

/* agent.name, connector.residency, session.age ...; false when it reads like none of these. */
static bool context_member(struct env *env, const struct node *node, struct expr **out) {
  static const struct {
    const char *written;
    unsigned events;
  } facts[] = {
#define CTX(NAME, WRITTEN, TYPE, OPTIONAL, EVENTS, DOC) [CTX_##NAME] = {WRITTEN, EVENTS},
#include "contexts.def"
#undef CTX
  };
  static const char *const roots[] = {"agent", "operation", "connector", "session", "delegate", "release", "model", "tokens"};
  struct checker *c = env->c;
  const char *root = rbc_text(c, env->scope, node->kid[0]);
  bool is_root = false;
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) is_root = is_root || rule_is(root, roots[i]);
  if (!is_root) return false;
  *out = NULL;
  struct span span = rbc_span(env->scope, node);
  const char *written = arena_format(c->arena, "%s.%s", root, rbc_text(c, env->scope, node->kid[1]));
  if (!written || !rule_stateful(env, span, root)) return true;
  const char *names[CTX_COUNT];
  for (unsigned i = 0; i < CTX_COUNT; i++) {
    names[i] = facts[i].written;
    if (!rule_is(written, facts[i].written)) continue;
    if ((env->events & facts[i].events) == env->events) {
      *out = rule_context(env, (enum context_fact)i, span);
      return true;
    }
    rule_diag(c, E0265, span, "`%s` is known of a `%s` only", written, event_name(facts[i].events));
    return true;
  }
  struct diag *d = rule_diag(c, E0259, span, "nothing is known as `%s`", written);
  const char *nearest = rbc_nearest(written, names, CTX_COUNT);
  if (nearest) rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
  return true;
}

/* ---- members ---- */
static struct expr *no_field(struct env *env, const struct node *node, const struct expr *base, const char *name) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node->kid[1]);
  const struct type *type = base->type;
  const char *text = rule_text(c, env->scope, node->kid[0]);
  if (type->broken) return NULL;
  if (type->kind == TYPE_RECORD) {
    const char **names = rule_array_of(c, type->field_count, sizeof *names);
    if (!names) return NULL;
    for (unsigned i = 0; i < type->field_count; i++) names[i] = type->fields[i].name;
    struct diag *d = rule_diag(c, E0256, span, "%s has no field `%s`", type->name, name);
    const char *nearest = rbc_nearest(name, names, type->field_count);
    if (nearest) rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
    return NULL;
  }
  struct diag *d = rule_diag(c, E0256, span, "`%s` is %s, which has no fields", text, rule_type_phrase(c, type));
  if (type->kind == TYPE_MAP)
    rbc_diag_help(c->diags, d, "for the value under a key: `%s[\"%s\"]`", text, name);
  else if (rbc_is_list(type))
    rbc_diag_help(c->diags, d, "of one element: `%s[0]?.%s`; of all: `all x in %s satisfy x.%s ...`", text, name, text,
                  name);
  return NULL;
}

static struct expr *member(struct env *env, const struct node *node, const struct type *expected) {
  struct checker *c = env->c;
  const struct node *base_node = node->kid[0];
  if (base_node->kind == NODE_NAME && rbc_text_is(env->scope, base_node, "args")) return argument(env, node);       /* no value is named so */
  const char *root = base_node->kind == NODE_NAME ? rbc_text(c, env->scope, base_node) : NULL;
  struct expr *out;
  if (root && !rule_binding(env, root)) {
    if (rule_is(root, "requester")) return requester(env, node);
    if (context_member(env, node, &out)) return out;
    const char *dotted = rule_dotted(c, env->scope, node);
    if (dotted && (out = region(env, dotted, rbc_span(env->scope, node))) != NULL) return out;
  }
  if (rule_is_seen_list(env, node, NULL, NULL)) return rule_seen_member(env, node);
  (void)expected;
  struct expr *base = rule_expr(env, base_node, NULL);
  const char *name = rbc_text(c, env->scope, node->kid[1]);
  if (!base || !name) return NULL;
  unsigned index;
  if (base->type->kind != TYPE_RECORD || !rbc_field(base->type, name, &index)) return no_field(env, node, base, name);
  if (base->optional && node->tok == TOKEN_MEMBER && base->kind != EXPR_ROW) {
    const char *text = rule_text(c, env->scope, base_node);
    struct diag *d = rule_diag(c, E0254, rbc_span(env->scope, base_node), "`%s` may be missing here", text);
    rbc_diag_help(c->diags, d,
                  "`%s?.%s` is missing when it is; or test it: `%s is present and ...`; or end the rule: "
                  "`let x = %s otherwise deny because \"...\"`",
                  text, name, text, text);
    return NULL;
  }
  return rule_field_of(env, base, name, rbc_span(env->scope, node));
}

/* model.quality[task]: of other tasks than the request's nothing is known. */
static bool is_quality(struct env *env, const struct node *node, struct expr **out) {
  const struct node *base = node->kid[0];
  if (base->kind != NODE_MEMBER || rule_binding(env, "model")) return false;
  if (!rule_is(rule_dotted(env->c, env->scope, base), "model.quality")) return false;
  const struct node *task = node->kid[1];
  *out = NULL;
  if (task->kind == NODE_NAME && is_task(env, rbc_text(env->c, env->scope, task))) {
    *out = rule_context(env, CTX_MODEL_QUALITY, rbc_span(env->scope, node));
  } else {
    struct diag *d = rule_diag(env->c, E0265, rbc_span(env->scope, task), "a model's quality is known for the task of an `infer` only");
    rbc_diag_help(env->c->diags, d, "write `model.quality[task]`, and say which task with `where task == ...` or a `tier`");
  }
  return true;
}

static struct expr *element(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  struct expr *quality;
  if (is_quality(env, node, &quality)) return quality;
  struct expr *base = rule_expr(env, node->kid[0], NULL);
  if (!base) return NULL;
  bool map = base->type->kind == TYPE_MAP;
  if (!map && !rbc_is_list(base->type)) {
    rule_diag(c, E0262, span, "`%s` is %s: only a list or a map has elements to pick",
              rule_text(c, env->scope, node->kid[0]), rule_type_phrase(c, base->type));
    return NULL;
  }
  struct expr *index = rule_typed(env, node->kid[1], rbc_type(c, map ? TYPE_STRING : TYPE_INT), true,
                                  map ? "the key of a map" : "the place in a list");
  struct expr *e = rule_two(env, map ? EXPR_MAPGET : EXPR_INDEX, base->type->element, span, base, index);
  if (e) e->optional = true;
  return e;
}

/* ---- if, is present ---- */
static struct expr *choice(struct env *env, const struct node *node, const struct type *expected) {
  struct expr *condition = rule_condition(env, node->kid[0]);
  if (!condition) return NULL;
  const struct fact *before = env->facts;
  bool swap = rule_adapts(env, node->kid[1]) && !rule_adapts(env, node->kid[2]);
  struct expr *branch[2] = {NULL, NULL};
  for (unsigned turn = 0; turn < 2; turn++) {
    unsigned which = swap ? 1 - turn : turn;
    const struct type *wanted = turn && branch[1 - which] ? branch[1 - which]->type : expected;
    env->facts = flow_when(env, condition, which == 0, before);
    branch[which] = rule_expr(env, node->kid[1 + which], wanted);
    env->facts = before;
    if (!branch[which]) return NULL;
  }
  if (!rule_unify(env, &branch[0], &branch[1]) ||
      (branch[0]->type->kind == TYPE_WORDS && branch[0]->type != branch[1]->type)) {
    rule_mismatch(env, E0251, rbc_span(env->scope, node), node->kid[1], branch[0], node->kid[2], branch[1],
                  "the two branches differ");
    return NULL;
  }
  struct expr *e = rule_two(env, EXPR_IF, branch[0]->type, rbc_span(env->scope, node), condition, branch[0]);
  if (!e) return NULL;
  e->c = branch[1];
  e->optional = branch[0]->optional || branch[1]->optional;
  return e;
}

static struct expr *presence(struct env *env, const struct node *node) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  struct expr *a = rule_expr(env, node->kid[0], NULL);
  if (!a) return NULL;
  if (!a->optional && a->kind != EXPR_UNWRAP) {
    struct diag *d = rule_diag(c, W0913, span, "`%s` is never missing", rule_text(c, env->scope, node->kid[0]));
    rbc_diag_help(c->diags, d, "leave the test out");
  }
  struct expr *present = rule_one(env, EXPR_PRESENT, rule_bool(env), span, a);
  return node->tok == TOKEN_PRESENT ? present : rule_one(env, EXPR_NOT, rule_bool(env), span, present);
}

static struct expr *negation(struct env *env, const struct node *node, const struct type *expected) {
  struct checker *c = env->c;
  struct span span = rbc_span(env->scope, node);
  if (node->tok == TOKEN_NOT) return rule_one(env, EXPR_NOT, rule_bool(env), span, rule_condition(env, node->kid[0]));
  if (is_number(node->kid[0])) return literal(env, node, expected);
  struct expr *a = rule_need(env, rule_expr(env, node->kid[0], expected), node->kid[0]);
  if (!a) return NULL;
  if (a->type->kind != TYPE_INT && a->type->kind != TYPE_DECIMAL && a->type->kind != TYPE_MONEY &&
      a->type->kind != TYPE_DURATION) {
    rule_diag(c, E0253, span, "`-` wants a number, and `%s` is %s", rule_text(c, env->scope, node->kid[0]),
              rule_type_phrase(c, a->type));
    return NULL;
  }
  return rule_one(env, EXPR_NEG, a->type, span, a);
}

static struct expr *of_kind(struct env *env, const struct node *node, const struct type *expected) {
  switch (node->kind) {
  case NODE_NAME: return name_expr(env, node, expected);
  case NODE_STRING: return string_expr(env, node, expected);
  case NODE_BOOL:
  case NODE_INT:
  case NODE_DECIMAL:
  case NODE_MONEY:
  case NODE_DURATION:
  case NODE_QUANTITY:
  case NODE_PERCENT:
  case NODE_DATE:
  case NODE_TIME: return literal(env, node, expected);
  case NODE_PATTERN: {
    struct diag *d = rule_diag(env->c, E0271, rbc_span(env->scope, node), "a pattern is no value");
    rbc_diag_help(env->c->diags, d, "patterns stand after `matches`: `args.channel matches /#support-.*/`");
    return NULL;
  }
  case NODE_ARRAY: return rule_array(env, node, expected);
  case NODE_RECORD: return record_expr(env, node, expected);
  case NODE_MEMBER: return member(env, node, expected);
  case NODE_AT_INDEX: return element(env, node);
  case NODE_INVOKE: return rule_invoke(env, node, expected);
  case NODE_SEEN: return rule_seen(env, node);
  case NODE_ONLY_SEEN: return rule_only_seen(env, node);
  case NODE_BOUND: return rule_bound(env, node);
  case NODE_SAID: return rule_sayable(env, node, EXPR_SAID);
  case NODE_VOUCHED: return rule_sayable(env, node, EXPR_VOUCHED);
  case NODE_HAS: return rule_has(env, node);
  case NODE_UNARY: return negation(env, node, expected);
  case NODE_BINARY: return rule_binary(env, node, expected);
  case NODE_WITHIN: return rule_within(env, node);
  case NODE_PRESENCE: return presence(env, node);
  case NODE_IF: return choice(env, node, expected);
  case NODE_QUANTIFIER: return rule_quantifier(env, node);
  case NODE_COUNT: return rule_count(env, node);
  case NODE_FOLD: return rule_fold(env, node);
  default: return NULL; /* a syntax error, reported */
  }
}

struct expr *rule_expr(struct env *env, const struct node *node, const struct type *expected) {
  if (!node) return NULL;
  return flow_unwrap(env, of_kind(env, node, expected));
}
