/* inline.c: calls as the body of what they call, loops over a few constants as one test after the other.
 *
 * An argument that cannot fail stands where its parameter stood, if it costs nothing there; any other is evaluated before the body, once and in
 * its order, whether the body reads it or not (EXPR_LET). */
#include "codegen/partial.h"

enum {
  SMALL = 48,                          /* nodes of a body, with all that it calls, or of an unrolled loop */
  LARGE = 256,                         /* of a body some of whose arguments are known: tried, and taken when it gets small */
  MOST_TESTS = 8,                      /* of an unrolled loop */
  MANY = 1 << 16
};

/* ---- counting ---- */
static uint32_t sum(uint32_t a, uint32_t b) { return a > MANY - b ? MANY : a + b; }

/* Nodes, MANY at most. g: with those of the functions that are called; NULL: without. */
static uint32_t nodes(const struct generator *g, const struct expr *e) {
  if (!e) return 0;
  uint32_t count = sum(1, g && e->kind == EXPR_CALL ? g->functions[e->function->id].nodes : 0);
  for (unsigned i = 0; i < e->count; i++) count = sum(count, nodes(g, e->list[i]));
  return sum(sum(count, sum(nodes(g, e->a), nodes(g, e->b))), sum(nodes(g, e->c), nodes(g, e->d)));
}

uint32_t inline_nodes(const struct generator *g, const struct expr *body) { return nodes(g, body); }

/* How often it is read, MANY when a loop does. */
static uint32_t uses(const struct expr *e, unsigned local, uint32_t each) {
  if (!e) return 0;
  uint32_t count = e->kind == EXPR_LOCAL && e->local->id == local ? each : 0, inside = expr_binds(e) && e->kind != EXPR_LET ? MANY : each;
  for (unsigned i = 0; i < e->count; i++) count = sum(count, uses(e->list[i], local, each));
  return sum(sum(count, sum(uses(e->a, local, each), uses(e->b, local, inside))), sum(uses(e->c, local, each), uses(e->d, local, inside)));
}

uint32_t inline_uses(const struct expr *body, const struct local *local) { return uses(body, local->id, 1); }

static unsigned larger(unsigned a, unsigned b) { return a > b ? a : b; }

/* The highest number of a local in it. */
static unsigned highest(const struct expr *e) {
  if (!e) return 0;
  const struct local *const named[] = {e->kind == EXPR_LOCAL ? e->local : NULL, expr_binds(e) ? e->binder : NULL, expr_binds(e) ? e->binder2 : NULL};
  unsigned most = larger(larger(highest(e->a), highest(e->b)), larger(highest(e->c), highest(e->d)));
  for (unsigned i = 0; i < 3; i++) if (named[i]) most = larger(most, named[i]->id);
  for (unsigned i = 0; i < e->count; i++) most = larger(most, highest(e->list[i]));
  return most;
}

static unsigned next_local(struct partial *p) {
  const struct rule *rule = p->rule;
  if (!p->next_local) {
    p->next_local = 1 + larger(highest(rule->where), highest(rule->unless));
    for (unsigned i = 0; i < rule->let_count; i++)
      p->next_local = larger(p->next_local, 1 + larger(rule->lets[i]->local->id, highest(rule->lets[i]->value)));
  }
  return p->next_local++;
}

/* ---- an expression with other locals ---- */
struct bound { const struct local *local; struct expr *by; const struct bound *outer; };

static struct expr *reading(struct partial *p, const struct local *local) {
  struct expr *e = arena_alloc(p->arena, sizeof *e);
  if (e) *e = (struct expr){.kind = EXPR_LOCAL, .type = local->type, .optional = local->optional, .span = local->span, .local = local};
  return e;
}

/* A local of its own for this place, and what reads it. */
static struct expr *fresh(struct partial *p, const struct local *like, bool optional) {
  struct local *local = arena_alloc(p->arena, sizeof *local);
  if (!local) return NULL;
  *local = *like;
  local->optional = optional;
  local->id = next_local(p);
  return reading(p, local);
}

/* A constant keeps the place where it is written: see condition.c. */
static struct expr *bound_value(struct partial *p, struct expr *e, const struct bound *bound) {
  while (bound && bound->local->id != e->local->id) bound = bound->outer;
  if (!bound || !bound->by) return e;
  if (bound->by->kind != EXPR_CONST) return bound->by;
  struct expr *made = partial_constant(p, e, bound->by->constant);
  if (made) made->span = bound->by->span;
  return made;
}

/* A copy in which the bound locals are what they are bound to. NULL when memory is out (then the arena says so), or for NULL. */
static struct expr *instance(struct partial *p, struct expr *e, const struct bound *bound) {
  struct bound binders[2];
  const bool binds = e && expr_binds(e);
  const struct local *const named[] = {binds ? e->binder : NULL, binds ? e->binder2 : NULL};
  if (!e || e->kind == EXPR_CONST) return e;
  if (e->kind == EXPR_LOCAL) return bound_value(p, e, bound);
  struct expr *copy = partial_copy(p, e);
  if (!copy) return NULL;
  for (unsigned i = 0; i < 2; i++) {
    if (!named[i]) continue;
    binders[i] = (struct bound){named[i], fresh(p, named[i], named[i]->optional), bound};
    if (!binders[i].by) return NULL;
    *(i ? &copy->binder2 : &copy->binder) = binders[i].by->local;
    bound = &binders[i];
  }
  if (e->count && !(copy->list = arena_alloc(p->arena, e->count * sizeof *copy->list))) return NULL;
  for (unsigned i = 0; i < e->count; i++) copy->list[i] = instance(p, e->list[i], bound);
  copy->a = instance(p, e->a, bound);
  copy->b = instance(p, e->b, bound);
  copy->c = instance(p, e->c, bound);
  copy->d = instance(p, e->d, bound);
  return copy;
}

/* ---- calls ---- */
static bool is_known(struct partial *p, struct expr *argument) {
  return partial_value(partial_is_fact(p, argument) ? partial_fold(p, argument) : argument) != NULL;
}

/* The instructions that read the one may read the other. */
static bool same_registers(const struct type *a, const struct type *b) {
  return a == b || (a->kind == b->kind && a->kind != TYPE_WORDS && gen_is_scalar(a->kind));
}

/* It can stand where its parameter is read: nobody can tell whether, when and how often it is evaluated, and it is not worth a register. */
static bool stands_for(const struct expr *argument, const struct local *param, uint32_t used) {
  if (argument->kind == EXPR_CONST) return true;
  if (!same_registers(argument->type, param->type) || !partial_harmless(argument)) return false;
  if (argument->kind == EXPR_LOCAL) return true;
  return used < (argument->kind == EXPR_ARG || argument->kind == EXPR_CONTEXT ? MANY : 2);
}

/* The body of what is called behind the arguments that must be evaluated. NULL: types that a call alone brings together, or no memory. */
static struct expr *expanded(struct partial *p, const struct expr *call) {
  const struct function *f = call->function;
  struct expr *whole = NULL, **end = &whole;
  struct bound *bound = arena_alloc(p->arena, (f->param_count + 1) * sizeof *bound);
  if (!bound || !same_registers(f->body->type, f->result)) return NULL;
  for (unsigned i = 0; i < f->param_count; i++) {
    struct expr *by = call->list[i];
    const struct local *param = f->params[i];
    if (!stands_for(by, param, p->g->functions[f->id].uses[i])) {
      struct expr *let = arena_alloc(p->arena, sizeof *let);
      if (by->type->kind != param->type->kind || !let || !(by = fresh(p, param, by->optional))) return NULL;
      *let = (struct expr){.kind = EXPR_LET, .type = f->body->type, .optional = f->body->optional, .a = call->list[i], .binder = by->local};
      *end = let;
      end = &let->b;
    }
    bound[i] = (struct bound){param, by, i ? &bound[i - 1] : NULL};
  }
  *end = instance(p, f->body, f->param_count ? &bound[f->param_count - 1] : NULL);
  return p->arena->failed ? NULL : whole;
}

struct expr *partial_inline(struct partial *p, struct expr *call) {
  const uint32_t size = p->g->functions[call->function->id].nodes, growth = p->growth;
  unsigned known = 0;
  for (unsigned i = 0; i < call->count; i++) known += is_known(p, call->list[i]);
  if ((known < call->count && size > (known ? LARGE : SMALL)) || size >= p->effort) return NULL;
  p->effort -= size;
  struct expr *body = expanded(p, call), *folded = body ? partial_fold(p, body) : NULL;
  if (!folded || p->arena->failed) return NULL;
  if (partial_value(folded)) return partial_constant(p, call, folded->constant);
  uint32_t before = nodes(NULL, call), after = nodes(NULL, folded), more = after > before ? after - before : 0;
  bool worth = more <= SMALL && more <= growth;
  p->growth = worth ? growth - more : growth;
  return worth ? folded : NULL;
}

struct expr *partial_let(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a);
  if (partial_value(a)) partial_bind(p, e->binder, a->constant, partial_is_fact(p, e->a));
  struct expr *b = partial_fold(p, e->b);
  if (a && b && partial_harmless(a) && !uses(b, e->binder->id, 1)) return b;
  return partial_with(p, e, a, b);
}

/* ---- loops ---- */
struct expr *partial_unroll(struct partial *p, struct expr *e, const struct elements *of) {
  bool any = e->kind == EXPR_ANY;
  struct expr *tests = NULL;
  uint32_t size = of->count <= MOST_TESTS ? of->count * nodes(NULL, e->b) : MANY;
  if ((!any && e->kind != EXPR_ALL) || !e->binder || size > SMALL || size > p->growth) return NULL;
  for (unsigned i = of->count; i-- > 0;) {
    struct expr *element = partial_constant(p, e, of->first[i * of->step]), *test = NULL, *both = partial_copy(p, e);
    if (element) test = instance(p, e->b, &(struct bound){e->binder, element, NULL});
    if (!both || p->arena->failed) return NULL;
    *both = (struct expr){.kind = any ? EXPR_OR : EXPR_AND, .type = e->type, .span = e->span, .a = test, .b = tests};
    tests = tests ? both : test;
  }
  p->growth -= size;
  return tests ? partial_fold(p, tests) : NULL;
}
