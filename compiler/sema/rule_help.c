/* rule_help.c: small things the second half of the checker needs everywhere: diagnostics said once, source text for
 * messages, new nodes of the checked tree. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "sema/rules.h"
#include "support/names.h"
#include "syntax/tokens.h"

bool rule_is(const char *a, const char *b) { return a && b && same_name(a, b); }

void *rule_array_of(struct checker *c, size_t count, size_t size) {
  return arena_alloc(c->arena, count ? count * size : 1);
}

struct diag *rule_diag(struct checker *c, enum diag_code code, struct span span, const char *format, ...) {
  struct rules_state *rules = c->rules;
  rules->said++;
  struct reported **bucket = &rules->reported[(span.start * 31u + (unsigned)code) % REPORTED_BUCKETS];
  for (const struct reported *r = *bucket; r; r = r->next)
    if (r->code == code && r->span.source == span.source && r->span.start == span.start && r->span.end == span.end) {
      rules->ignored = (struct diag){.code = code};
      return &rules->ignored;
    }
  struct reported *said = arena_alloc(c->arena, sizeof *said);
  if (said) {
    *said = (struct reported){code, span, *bucket};
    *bucket = said;
  }
  va_list args;
  va_start(args, format);
  const char *message = arena_vformat(c->arena, format, args);
  va_end(args);
  return rbc_diag(c->diags, code, span, "%s", message ? message : "out of memory");
}

const char *rule_slice(struct checker *c, const struct file_scope *scope, uint32_t first, uint32_t last) {
  const struct source *source = scope->source;
  if (last > source->token_count) last = source->token_count;
  if (first >= last) return "";
  size_t room = source->tokens[last - 1].offset + source->tokens[last - 1].length - source->tokens[first].offset + 2;
  char *out = arena_alloc(c->arena, room);
  if (!out) return "";
  size_t n = 0;
  uint32_t start = source->tokens[first].offset, end = start;         /* of what is as it will be, and waits to be copied */
  for (uint32_t i = first; i < last; i++) {
    const struct token *token = &source->tokens[i];
    if (token->kind == TOKEN_COMMENT) continue;
    bool follows = token->offset == end || (end > start && token->offset == end + 1 && source->text[end] == ' ');
    if (!follows) {
      memcpy(out + n, source->text + start, end - start);
      n += end - start;
      if (n) out[n++] = ' ';
      start = token->offset;
    }
    end = token->offset + token->length;
  }
  memcpy(out + n, source->text + start, end - start);
  return out;
}

const char *rule_text(struct checker *c, const struct file_scope *scope, const struct node *node) {
  const char *text = rule_slice(c, scope, node->first, node->last);
  size_t n = strlen(text);
  if (n <= 70) return text;
  n = 60;
  while (n > 40 && ((unsigned char)text[n] & 0xC0) == 0x80) n--;
  const char *cut = arena_format(c->arena, "%.*s ...", (int)n, text);
  return cut ? cut : "";
}

const char *rule_type_phrase(struct checker *c, const struct type *type) {
  const char *name = rbc_type_name(c, type);
  if (!name) return "";
  if (type->kind == TYPE_MONEY) return name;
  const char *article = strchr("aeiou", name[0]) && type->kind != TYPE_WORDS ? "an" : "a";
  if (type->kind == TYPE_WORDS) return name;
  const char *phrase = arena_format(c->arena, "%s %s", article, name);
  return phrase ? phrase : name;
}

/* ---- new nodes ---- */
struct expr *rule_new(struct env *env, enum expr_kind kind, const struct type *type, struct span span) {
  struct expr *e = type ? arena_alloc(env->c->arena, sizeof *e) : NULL;      /* no type: no memory */
  if (!e) return NULL;
  e->kind = kind;
  e->type = type;
  e->span = span;
  return e;
}

struct expr *rule_one(struct env *env, enum expr_kind kind, const struct type *type, struct span span, struct expr *a) {
  struct expr *e = a ? rule_new(env, kind, type, span) : NULL;
  if (e) e->a = a;
  return e;
}

struct expr *rule_two(struct env *env, enum expr_kind kind, const struct type *type, struct span span, struct expr *a,
                      struct expr *b) {
  struct expr *e = a && b ? rule_new(env, kind, type, span) : NULL;
  if (!e) return NULL;
  e->a = a;
  e->b = b;
  return e;
}

struct expr *rule_constant(struct env *env, const struct constant *constant, struct span span) {
  struct expr *e = constant ? rule_new(env, EXPR_CONST, constant->type, span) : NULL;
  if (e) e->constant = constant;
  return e;
}

struct expr *rule_scalar(struct env *env, const struct type *type, int64_t scalar, struct span span) {
  struct constant *constant = arena_alloc(env->c->arena, sizeof *constant);
  if (!constant || !type) return NULL;
  constant->type = type;
  constant->scalar = scalar;
  return rule_constant(env, constant, span);
}

struct expr *rule_local(struct env *env, const struct local *local, struct span span) {
  struct expr *e = rule_new(env, EXPR_LOCAL, local->type, span);
  if (!e) return NULL;
  e->local = local;
  e->optional = local->optional;
  return e;
}

struct expr *rule_context(struct env *env, enum context_fact fact, struct span span) {
  static const struct {
    enum type_kind type;
    bool optional;
  } facts[] = {
#define CTX(NAME, WRITTEN, TYPE, OPTIONAL, EVENTS, DOC) [CTX_##NAME] = {TYPE_##TYPE, OPTIONAL},
#include "contexts.def"
#undef CTX
  };
  struct expr *e = rule_new(env, EXPR_CONTEXT, rbc_type(env->c, facts[fact].type), span);
  if (!e) return NULL;
  e->index = fact;
  e->optional = facts[fact].optional;
  return e;
}

struct expr *rule_field_of(struct env *env, struct expr *base, const char *name, struct span span) {
  unsigned index;
  const struct field *field = base && base->type->kind == TYPE_RECORD ? rbc_field(base->type, name, &index) : NULL;
  struct expr *e = field && field->type ? rule_one(env, EXPR_FIELD, field->type, span, base) : NULL;
  if (!e) return NULL;
  e->index = index;
  e->optional = field->optional || base->optional;
  return e;
}

const struct type *rule_bool(struct env *env) { return rbc_type(env->c, TYPE_BOOL); }

/* ---- names ---- */
const struct binding *rule_binding(const struct env *env, const char *name) {
  for (const struct binding *b = env->bindings; b; b = b->next)
    if (rule_is(b->name, name)) return b;
  return NULL;
}

static bool has_its_own_meaning(const char *name) {
  static const char *const taken[] = {"args",     "requester", "session", "agent", "operation", "connector",
                                      "delegate", "release",   "now",     "today", "true",      "false"};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (rule_is(taken[i], name)) return true;
  return false;
}

struct local *rule_bind(struct env *env, const struct node *node, const struct type *type, bool optional) {
  struct checker *c = env->c;
  const char *name = rbc_text(c, env->scope, node);
  struct span span = rbc_span(env->scope, node);
  if (!name) return NULL;
  if (has_its_own_meaning(name)) {
    struct diag *d = rule_diag(c, E0268, span, "`%s` has a meaning of its own and cannot name a value", name);
    rbc_diag_help(c->diags, d, "choose another name");
    return NULL;
  }
  const struct binding *earlier = rule_binding(env, name);
  if (earlier) {
    struct diag *d = rule_diag(c, E0267, span, "`%s` is the name of another value here", name);
    rbc_diag_label(c->diags, d, earlier->span, "first named here");
    rbc_diag_note(c->diags, d, "a name means one thing throughout a rule, so that no reader takes one for the other");
    return NULL;
  }
  struct local *local = arena_alloc(c->arena, sizeof *local);
  struct binding *binding = arena_alloc(c->arena, sizeof *binding);
  if (!local || !binding) return NULL;
  *local = (struct local){name, type, optional, env->next_local++, span};
  *binding = (struct binding){name, span, local, NULL, env->bindings};
  env->bindings = binding;
  return local;
}

/* "a.b.c" of NAME or of MEMBERs over it, so that what reads as a field can be looked up as a name. */
const char *rule_dotted(struct checker *c, const struct file_scope *scope, const struct node *node) {
  if (node->kind == NODE_NAME) return rbc_text(c, scope, node);
  if (node->kind == NODE_PATH) return node_path(scope->source, node, c->arena);
  if (node->kind != NODE_MEMBER || node->tok != TOKEN_MEMBER) return NULL;
  const char *base = rule_dotted(c, scope, node->kid[0]), *name = rbc_text(c, scope, node->kid[1]);
  return base && name ? arena_format(c->arena, "%s.%s", base, name) : NULL;
}

bool rule_is_text(const struct type *type) {
  return type->kind == TYPE_STRING || type->kind == TYPE_IP || type->kind == TYPE_CIDR;
}

bool rule_is_scalar_or_text(const struct type *type) {
  switch (type->kind) {
  case TYPE_STRINGS:
  case TYPE_LIST:
  case TYPE_SET:
  case TYPE_MAP:
  case TYPE_RECORD: return false;
  default: return true;
  }
}

bool rule_is_ordered(const struct type *type) {
  switch (type->kind) {
  case TYPE_INT:
  case TYPE_DECIMAL:
  case TYPE_MONEY:
  case TYPE_DURATION:
  case TYPE_TIME:
  case TYPE_DATE:
  case TYPE_VERSION: return true;
  default: return false;
  }
}

bool rule_has_agent(const struct rule *rule, const struct agent *agent) {
  unsigned low = 0, high = rule->agent_count;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (rule->agents[middle]->id < agent->id) low = middle + 1;
    else high = middle;
  }
  return low < rule->agent_count && rule->agents[low] == agent;
}

unsigned rule_first_from(const struct operation *const *sorted, unsigned count, unsigned id) {
  unsigned low = 0, high = count;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (sorted[middle]->id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

bool rule_has_operation(const struct rule *rule, const struct operation *operation) {
  unsigned at = rule_first_from(rule->operations, rule->operation_count, operation->id);
  return at < rule->operation_count && rule->operations[at] == operation;
}
