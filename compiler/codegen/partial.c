/* partial.c: what is left of an expression when some facts are constant. The rest is evaluated as before, in its order: what may fail or
 * lack stays, whatever comes after it (SPEC 7.3, 7.4). Nodes are copied where something below them changed, never written.
 *
 * A fact that stands beside what is not constant (args.owner == agent.owner) stays a fact: as a constant it would cost the same, and make a
 * program of its own for each agent. */
#include <string.h>
#include "codegen/partial.h"

struct expr *partial_copy(struct partial *p, const struct expr *e) {
  struct expr *copy = arena_alloc(p->arena, sizeof *copy);
  if (!copy) return NULL;
  *copy = *e;
  return copy;
}

const struct constant *partial_value(const struct expr *e) { return e && e->kind == EXPR_CONST ? e->constant : NULL; }
static bool is_missing(const struct expr *e) { return partial_value(e) && e->constant->missing; }
static const struct constant *there(const struct expr *e) { return is_missing(e) ? NULL : partial_value(e); }
bool partial_is(const struct expr *e, bool value) { return there(e) && (e->constant->scalar != 0) == value; }

struct expr *partial_constant(struct partial *p, const struct expr *e, const struct constant *value) {
  struct expr *made = arena_alloc(p->arena, sizeof *made);
  struct constant *constant = arena_alloc(p->arena, sizeof *constant);
  if (!made || !constant) return NULL;
  *constant = *value;
  if (!value->items) constant->type = e->type;
  *made = (struct expr){.kind = EXPR_CONST, .type = e->type, .optional = value->missing, .span = {NO_SOURCE, 0, 0}, .constant = constant};
  return made;                               /* it stands nowhere in the text: see condition.c */
}

struct expr *partial_missing(struct partial *p, const struct expr *e) { return partial_constant(p, e, &(struct constant){.missing = true}); }

static struct expr *boolean(struct partial *p, const struct expr *e, bool value) {
  return partial_constant(p, e, &(struct constant){.scalar = value});
}

/* ---- what vanishes without a trace ---- */
static bool all_harmless(const struct expr *e);

/* Cannot fail, whatever the request: of what it reads everything is there, and nothing overflows. */
bool partial_harmless(const struct expr *e) {
  if (!e) return true;
  switch (e->kind) {
  case EXPR_CONST: case EXPR_ARG: case EXPR_LOCAL: case EXPR_ROWS: return true;
  case EXPR_CONTEXT: return fact_is_there(e->index);
  case EXPR_FIELD: case EXPR_INDEX: case EXPR_LASTOF: case EXPR_MAPGET: case EXPR_LENGTH: case EXPR_TEXTLENGTH: case EXPR_ROW: case EXPR_UNDER:
  case EXPR_PRESENT: case EXPR_UNWRAP: case EXPR_OTHERWISE: case EXPR_MIN: case EXPR_MAX: case EXPR_EQ: case EXPR_NE: case EXPR_LT: case EXPR_LE:
  case EXPR_NOT: case EXPR_AND: case EXPR_OR: case EXPR_IF: case EXPR_IN: case EXPR_INREGION: case EXPR_INNET: case EXPR_STARTS: case EXPR_ENDS:
  case EXPR_HOLDS: case EXPR_MATCHES: case EXPR_NEG: case EXPR_ABS: case EXPR_HOUR: case EXPR_WEEKDAY: case EXPR_DATEOF:
  case EXPR_ANY: case EXPR_ALL: case EXPR_FIRST: case EXPR_COUNT: case EXPR_LEAST: case EXPR_GREATEST: case EXPR_LET: return all_harmless(e);
  default: return false;            /* needs a session, may overflow, makes a list, or calls what does */
  }
}

static bool all_harmless(const struct expr *e) {
  for (unsigned i = 0; i < e->count; i++) if (!partial_harmless(e->list[i])) return false;
  return partial_harmless(e->a) && partial_harmless(e->b) && partial_harmless(e->c) && partial_harmless(e->d);
}

/* ---- facts that stay ---- */
static const struct partial_local *bound(const struct partial *p, const struct local *local) {
  return local->id < p->local_room && p->locals[local->id].value ? &p->locals[local->id] : NULL;
}

bool partial_is_fact(const struct partial *p, const struct expr *e) {
  while (e->kind == EXPR_UNWRAP) e = e->a;
  if (e->kind == EXPR_LOCAL) return bound(p, e->local) && bound(p, e->local)->fact;
  return e->kind == EXPR_CONTEXT;
}

/* In a loop a local stays a local, too: it is read once and not for each element. */
struct expr *partial_kept(const struct partial *p, struct expr *part, struct expr *folded) {
  bool stays = part && partial_value(folded) && (partial_is_fact(p, part) || (p->loops && part->kind == EXPR_LOCAL));
  return stays ? part : folded;
}

struct expr *partial_parts(struct partial *p, struct expr *e, struct expr *a, struct expr *b, struct expr *c, struct expr *d) {
  if (a == e->a && b == e->b && c == e->c && d == e->d) return e;
  struct expr *copy = partial_copy(p, e);
  if (copy) { copy->a = a; copy->b = b; copy->c = c; copy->d = d; }
  return copy;
}

struct expr *partial_with(struct partial *p, struct expr *e, struct expr *a, struct expr *b) {
  return partial_parts(p, e, partial_kept(p, e->a, a), partial_kept(p, e->b, b), e->c, e->d);
}

/* x in the place of e: words of a shorter list need their node, which looks them up. NULL: it has to stay. */
static struct expr *in_place(struct partial *p, const struct expr *e, struct expr *x) {
  if (!x || x->type == e->type || e->type->kind != TYPE_WORDS) return x;
  return partial_value(x) ? partial_constant(p, e, x->constant) : NULL;
}

/* ---- and, or, if, otherwise ---- */
static struct expr *connective(struct partial *p, struct expr *e) {
  bool decides = e->kind == EXPR_OR;
  struct expr *a = partial_fold(p, e->a);
  if (there(a)) return partial_is(a, decides) ? a : partial_fold(p, e->b);
  struct expr *b = partial_fold(p, e->b);
  if (partial_is(b, !decides)) return a;
  if (partial_is(b, decides) && a && partial_harmless(a)) return b;
  return partial_with(p, e, a, b);
}

static struct expr *choice(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a);
  struct expr *one = there(a) ? in_place(p, e, partial_fold(p, partial_is(a, true) ? e->b : e->c)) : NULL;
  if (one) return one;
  struct expr *b = partial_kept(p, e->b, partial_fold(p, e->b)), *c = partial_kept(p, e->c, partial_fold(p, e->c));
  return partial_parts(p, e, a, b, c, e->d);
}

static struct expr *otherwise(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a);
  struct expr *one = a && !a->optional ? in_place(p, e, a) : is_missing(a) ? in_place(p, e, partial_fold(p, e->b)) : NULL;
  return one ? one : partial_with(p, e, a, partial_fold(p, e->b));
}

/* ---- tests ---- */
static bool accepts(const struct pattern_automaton *a, const struct constant *text) {
  uint32_t state = a->start;
  for (uint32_t i = 0; i < text->length; i++) state = a->next[state * a->class_count + a->classes[(unsigned char)text->text[i]]];
  return a->accept[state];
}

/* A missing value equals nothing, and is in nothing. */
static bool false_when_missing(enum expr_kind kind) {
  return kind == EXPR_EQ || kind == EXPR_NE || kind == EXPR_IN || kind == EXPR_INREGION || kind == EXPR_INNET;
}

static struct expr *test(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a), *b = e->b ? partial_fold(p, e->b) : NULL;
  if (a && b && (is_missing(a) || is_missing(b)) && false_when_missing(e->kind) && partial_harmless(is_missing(a) ? b : a))
    return boolean(p, e, e->kind == EXPR_NE);
  if (e->kind == EXPR_MATCHES && there(a)) return boolean(p, e, accepts(&e->pattern->automaton, a->constant));
  enum truth truth = there(a) && there(b) ? fold_test(p->g->program, e->kind, a->constant, b->constant) : TRUTH_UNKNOWN;
  return truth == TRUTH_UNKNOWN ? partial_with(p, e, a, b) : boolean(p, e, truth == TRUTH_ALWAYS);
}

/* Rows of a tree are sorted by member, and nobody is his own member; false with no effort left: not known. */
static bool under(struct partial *p, const struct tree *tree, const struct constant *member, const struct constant *group) {
  unsigned low = 0, high = tree->row_count;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (rbc_compare_constants(tree->rows[middle]->items[0], member) < 0) low = middle + 1;
    else high = middle;
  }
  for (; low < tree->row_count && !rbc_compare_constants(tree->rows[low]->items[0], member) && p->effort; low++) {
    const struct constant *above = tree->rows[low]->items[1];
    p->effort--;
    if (!rbc_compare_constants(above, group) || under(p, tree, above, group)) return true;
  }
  return false;
}

static struct expr *membership(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a), *b = partial_fold(p, e->b);
  bool known = there(a) && there(b), is = known && under(p, e->tree, a->constant, b->constant);
  return known && (is || p->effort) ? boolean(p, e, is) : partial_with(p, e, a, b);
}

/* ---- values ---- */
static struct expr *field(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a);
  if (!partial_value(a)) return partial_with(p, e, a, NULL);
  return there(a) && e->index < a->constant->count ? partial_constant(p, e, a->constant->items[e->index]) : partial_missing(p, e);
}

static int compare_row(const struct table *t, const struct constant *row, struct expr *const *keys) {
  int order = 0;
  for (unsigned k = 0; k < t->keys && !order; k++) order = rbc_compare_constants(row->items[t->key_field[k]], keys[k]->constant);
  return order;
}

/* All keys are constant: the row under them. Rows are sorted by key. */
static struct expr *row(struct partial *p, const struct expr *e, struct expr *const *keys) {
  const struct table *t = e->table;
  unsigned low = 0, high = t->row_count;
  for (unsigned k = 0; k < e->count; k++) if (is_missing(keys[k])) return partial_missing(p, e);
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    int order = compare_row(t, t->rows[middle], keys);
    if (!order) return partial_constant(p, e, t->rows[middle]);
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return partial_missing(p, e);
}

static struct expr *keyed(struct partial *p, struct expr *e) {
  struct expr **list = arena_alloc(p->arena, (e->count + 1) * sizeof *list), *made = NULL;
  bool constant = true, changed = false;
  if (!list) return NULL;
  for (unsigned i = 0; i < e->count; i++) {
    if (!(list[i] = partial_fold(p, e->list[i]))) return NULL;
    constant = constant && partial_value(list[i]);
  }
  if (constant && e->kind == EXPR_ROW) made = row(p, e, list);
  if (made) return made;
  struct expr *a = e->a ? partial_kept(p, e->a, partial_fold(p, e->a)) : NULL;
  for (unsigned i = 0; i < e->count; i++) {
    list[i] = partial_kept(p, e->list[i], list[i]);
    changed = changed || list[i] != e->list[i];
  }
  if (!changed && a == e->a) return e;
  struct expr *copy = partial_copy(p, e);
  if (copy) { copy->list = list; copy->a = a; }
  return copy;
}

static struct expr *call(struct partial *p, struct expr *e) {
  struct expr *folded = keyed(p, e), *body = folded ? partial_inline(p, folded) : NULL;
  return body ? body : folded;
}

static struct expr *number(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a), *b = e->b ? partial_fold(p, e->b) : NULL;
  int64_t result;
  bool known = there(a) && (!e->b || there(b));
  if (known && arithmetic(e->kind, a->constant->scalar, b ? b->constant->scalar : 0, &result))
    return partial_constant(p, e, &(struct constant){.scalar = result});
  return partial_with(p, e, a, b);
}

static struct expr *element(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a), *b = e->b ? partial_fold(p, e->b) : NULL;
  if (!partial_value(a) || (e->b && !partial_value(b))) return partial_with(p, e, a, b);
  const struct constant *found = constant_element(e->kind, a->constant, b ? b->constant : NULL);
  return found ? partial_constant(p, e, found) : partial_missing(p, e);
}

static struct expr *length(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a);
  struct elements of;
  if (e->kind == EXPR_TEXTLENGTH && there(a)) return partial_constant(p, e, &(struct constant){.scalar = text_length(a->constant)});
  if (e->kind == EXPR_LENGTH && a && elements_of(a, &of)) return partial_constant(p, e, &(struct constant){.scalar = of.count});
  return partial_with(p, e, a, NULL);
}

/* ---- any expression ---- */
static struct expr *unary(struct partial *p, struct expr *e) {
  struct expr *a = partial_fold(p, e->a);
  const struct constant *k = there(a);
  if (e->kind == EXPR_PRESENT && partial_value(a)) return boolean(p, e, k != NULL);
  if (e->kind == EXPR_PRESENT && a && !a->optional && a->kind != EXPR_UNWRAP && partial_harmless(a)) return boolean(p, e, true);
  if (e->kind == EXPR_NOT && k) return boolean(p, e, !k->scalar);
  if (e->kind == EXPR_UNWRAP && a && !a->optional) return k ? partial_constant(p, e, k) : a;
  return partial_with(p, e, a, NULL);
}

static struct expr *leaf(struct partial *p, struct expr *e) {
  const struct partial_local *local = e->kind == EXPR_LOCAL ? bound(p, e->local) : NULL;
  if (local) return partial_constant(p, e, local->value);
  if (e->kind == EXPR_LOCAL && e->local->id < p->local_room && p->locals[e->local->id].same) return p->locals[e->local->id].same;
  if (e->kind == EXPR_CONTEXT && p->known->given[e->index]) return partial_constant(p, e, &p->known->facts[e->index]);
  return e;
}

struct expr *partial_fold(struct partial *p, struct expr *e) {
  if (p->effort == 0) return e;
  p->effort--;
  switch (e->kind) {
  case EXPR_CONST: return e;
  case EXPR_CONTEXT: case EXPR_LOCAL: return leaf(p, e);
  case EXPR_NOT: case EXPR_PRESENT: case EXPR_UNWRAP: return unary(p, e);
  case EXPR_AND: case EXPR_OR: return connective(p, e);
  case EXPR_IF: return choice(p, e);
  case EXPR_OTHERWISE: return otherwise(p, e);
  case EXPR_EQ: case EXPR_NE: case EXPR_LT: case EXPR_LE: case EXPR_IN: case EXPR_INREGION: case EXPR_INNET: case EXPR_STARTS: case EXPR_ENDS:
  case EXPR_HOLDS: case EXPR_MATCHES: return test(p, e);
  case EXPR_UNDER: return membership(p, e);
  case EXPR_FIELD: return field(p, e);
  case EXPR_INDEX: case EXPR_LASTOF: case EXPR_MAPGET: return element(p, e);
  case EXPR_LENGTH: case EXPR_TEXTLENGTH: return length(p, e);
  case EXPR_SEEN: case EXPR_SEENWITHIN: case EXPR_ROW: return keyed(p, e);
  case EXPR_CALL: return call(p, e);
  case EXPR_LET: return partial_let(p, e);
  case EXPR_ADD: case EXPR_SUB: case EXPR_NEG: case EXPR_MULINT: case EXPR_MULDEC: case EXPR_DIVINT: case EXPR_DIVDEC: case EXPR_RATIO:
  case EXPR_TODECIMAL: case EXPR_TIMEADD: case EXPR_TIMESUB: case EXPR_TIMEDIFF: case EXPR_DATEADD: case EXPR_DATESUB: case EXPR_DATEDIFF:
  case EXPR_MIN: case EXPR_MAX: case EXPR_ABS: return number(p, e);
  case EXPR_ANY: case EXPR_ALL: case EXPR_FIRST: case EXPR_COUNT: case EXPR_SUM: case EXPR_LEAST: case EXPR_GREATEST: return partial_loop(p, e);
  default: return e->a ? partial_with(p, e, partial_fold(p, e->a), e->b ? partial_fold(p, e->b) : NULL) : e;
  }
}

/* ---- locals ---- */
static struct partial_local *local_at(struct partial *p, const struct local *local) {
  if (local->id >= p->local_room) {
    unsigned room = local->id < 8 ? 16 : 2 * local->id;
    struct partial_local *more = arena_alloc(p->arena, room * sizeof *more);
    if (!more) return NULL;
    if (p->local_room) memcpy(more, p->locals, p->local_room * sizeof *more);
    p->locals = more;
    p->local_room = room;
  }
  return &p->locals[local->id];
}

void partial_bind(struct partial *p, const struct local *local, const struct constant *value, bool fact) {
  struct partial_local *at = local_at(p, local);
  if (at) *at = (struct partial_local){.value = value, .fact = fact};
}

void partial_name(struct partial *p, const struct local *local, struct expr *value) {
  bool reads = value->kind == EXPR_ARG || (value->kind == EXPR_CONTEXT && partial_harmless(value));
  struct partial_local *at = reads && value->type == local->type && value->optional == local->optional ? local_at(p, local) : NULL;
  if (at) *at = (struct partial_local){.same = value};
}

void partial_use(struct partial *p, const struct expr *e) {
  if (!e) return;
  struct partial_local *at = e->kind == EXPR_LOCAL ? local_at(p, e->local) : NULL;
  if (at) at->used = true;
  for (unsigned i = 0; i < e->count; i++) partial_use(p, e->list[i]);
  partial_use(p, e->a);
  partial_use(p, e->b);
  partial_use(p, e->c);
  partial_use(p, e->d);
}

bool partial_used(const struct partial *p, const struct local *local) { return local->id < p->local_room && p->locals[local->id].used; }
