/* eval.c: the value of an expression, straight from the tree. */
#include "inside.h"
#include <stdlib.h>
#include <string.h>

void ref_set_local(struct evaluator *e, struct frame *frame, const struct local *local, struct rv v) {
  if (local->id >= frame->room) {
    size_t room = local->id + 16;
    struct rv *more = arena_alloc(e->arena, room * sizeof *more);
    if (frame->room) memcpy(more, frame->locals, frame->room * sizeof *more);
    frame->locals = more;
    frame->room = room;
  }
  frame->locals[local->id] = v;
}

bool ref_true(struct evaluator *e, struct frame *frame, const struct expr *x) {
  struct rv v = ref_eval(e, frame, x);
  return !e->error && !v.missing && v.number != 0;
}

static struct rv boolean(bool yes) { return rv_number(yes); }
static struct rv string(const char *text) { return text ? rv_text(text, strlen(text)) : rv_missing(); }

static struct rv argument(struct evaluator *e, const char *name) {
  for (unsigned i = 0; e->operation && i < e->operation->param_count; i++)
    if (strcmp(e->operation->params[i].name, name) == 0) return e->args[i];
  return rv_missing();
}

static struct rv context(struct evaluator *e, unsigned fact) {
  static const char *const targets[] = {"person", "agent", "outside"};
  const struct program *p = e->reference->program;
  const struct operation *o = e->operation;
  struct rv *chain;
  size_t count = 0, place = 0;
  int64_t seconds;
  switch (fact) {
    case CTX_NOW: return rv_number(e->request->now);
    case CTX_TODAY:
      seconds = ref_floor_div(e->request->now, 1000000);
      return rv_number(ref_floor_div(seconds + ref_offset(p->zone, seconds), 86400));
    case CTX_AGENT_NAME: return string(e->agent->name);
    case CTX_AGENT_OWNER: return string(e->agent->owner);
    case CTX_AGENT_TEAM: return string(e->agent->team ? e->agent->team->name : NULL);
    case CTX_AGENT_PACKAGE: return string(e->agent->package->name);
    case CTX_REQUESTER_ID: return string(e->request->requester);
    case CTX_OPERATION_NAME: return string(o->name);
    case CTX_OPERATION_READS: return boolean(o->op_class == CLASS_READS);
    case CTX_OPERATION_WRITES: return boolean(o->op_class == CLASS_WRITES);
    case CTX_OPERATION_DESTROYS: return boolean(o->op_class == CLASS_DESTROYS);
    case CTX_OPERATION_SENDS: return boolean(o->sends_outside);
    case CTX_CONNECTOR_NAME: return string(o->connector->name);
    case CTX_CONNECTOR_KIND: return string(o->connector->kind && *o->connector->kind ? o->connector->kind : NULL);
    case CTX_CONNECTOR_RESIDENCY: return o->connector->residency == NONE32 ? rv_missing() : rv_number(o->connector->residency);
    case CTX_SESSION_AGENTS:
      if (!e->session) return ref_fail(e, REFERENCE_SESSION);
      for (const struct reference_session *s = e->session; s; s = s->parent) count++;
      chain = arena_alloc(e->arena, (place = count) * sizeof *chain);
      for (const struct reference_session *s = e->session; s; s = s->parent) chain[--place] = string(s->agent->name);
      return (struct rv){.items = chain, .count = count};
    case CTX_SESSION_AGE:
      return e->session ? rv_number(e->request->now - e->session->root->opened) : ref_fail(e, REFERENCE_SESSION);
    case CTX_DELEGATE_TO: return string(e->delegate->name);
    case CTX_RELEASE_TO: return string(targets[e->request->release]);
    case CTX_RELEASE_TEXT: return rv_text(e->request->text, e->request->text_length);
    default: return fact >= CTX_TASK ? ref_model_fact(e, fact) : rv_missing();
  }
}

static bool evaluate_list(struct evaluator *e, struct frame *frame, const struct expr *x, struct rv *out) {
  for (unsigned i = 0; i < x->count; i++) {
    out[i] = ref_eval(e, frame, x->list[i]);
    if (e->error) return false;
  }
  return true;
}

static struct rv seen(struct evaluator *e, struct frame *frame, const struct expr *x) {
  struct rv keys[IMAGE_MAX_ENTITY_KEYS];
  __int128 since = INT64_MIN;
  if (!evaluate_list(e, frame, x, keys)) return rv_missing();
  if (x->kind == EXPR_SEENWITHIN) {
    struct rv span = ref_eval(e, frame, x->a);
    since = (__int128)e->request->now - span.number;
    if (since < INT64_MIN) since = INT64_MIN;
    if (since > INT64_MAX) since = INT64_MAX;
  }
  if (e->error) return rv_missing();
  if (!e->session) return ref_fail(e, REFERENCE_SESSION);
  for (unsigned i = 0; i < x->count; i++) if (keys[i].missing) return rv_missing();
  return ref_seen(e->session, x->entity, keys, (int64_t)since);
}

static struct rv session_fact(struct evaluator *e, struct frame *frame, const struct expr *x) {
  struct rv v = x->a ? ref_eval(e, frame, x->a) : rv_missing();
  if (e->error) return rv_missing();
  if (!e->session) return ref_fail(e, REFERENCE_SESSION);
  switch (x->kind) {
    case EXPR_LABELLED: return boolean(e->session->root->labels >> x->index & 1);
    case EXPR_PROVED: return boolean(ref_proved(e->session, x->index, e->request->now));
    case EXPR_COUNTED: return rv_number(e->session->root->counts[x->operation->id]);
    case EXPR_SEENALL: {
      struct rv *all = arena_alloc(e->arena, (ref_seen_all(e->session, x->entity, NULL) + 1) * sizeof *all);
      return (struct rv){.items = all, .count = ref_seen_all(e->session, x->entity, all)};
    }
    case EXPR_SEENONLY: return ref_seen_only(e->session, x->entity);
    case EXPR_BOUND: return ref_bound(e->session, x->entity);
    case EXPR_SAID: return boolean(!v.missing && ref_said(e->session, x->a->type, v));
    default: return boolean(!v.missing && ref_vouched(e->session, x->a->type, v));
  }
}

static bool same(const struct type *type, struct rv a, struct rv b) { return !a.missing && !b.missing && rv_equal(type, a, b); }

static struct rv row(struct evaluator *e, struct frame *frame, const struct expr *x) {
  struct rv keys[IMAGE_MAX_ENTITY_KEYS];
  const struct table *t = x->table;
  if (!evaluate_list(e, frame, x, keys)) return rv_missing();
  for (unsigned r = 0; r < t->row_count; r++) {
    struct rv candidate = rv_of_constant(e->arena, t->rows[r]);
    bool found = true;
    for (unsigned k = 0; k < t->keys; k++)
      found = found && same(t->row->fields[t->key_field[k]].type, candidate.items[t->key_field[k]], keys[k]);
    if (found) return candidate;
  }
  return rv_missing();
}

/* Everything that can be reached upwards from `member`, found by going over the rows until nothing new comes. */
static bool under(const struct tree *tree, struct rv member, struct rv group) {
  bool *reached = calloc(tree->row_count + 1, sizeof *reached);
  bool grew = true, found = false;
  static const struct type text = {.kind = TYPE_STRING};
  while (grew) {
    grew = false;
    for (unsigned r = 0; r < tree->row_count; r++) {
      const struct constant *child = tree->rows[r]->items[0];
      bool here = rv_equal(&text, rv_text(child->text, child->length), member);
      for (unsigned k = 0; k < tree->row_count && !here; k++) {
        const struct constant *parent = tree->rows[k]->items[1];
        here = reached[k] && parent->length == child->length && memcmp(parent->text, child->text, child->length) == 0;
      }
      if (here && !reached[r]) { reached[r] = true; grew = true; }
    }
  }
  for (unsigned r = 0; r < tree->row_count; r++) {
    const struct constant *parent = tree->rows[r]->items[1];
    found = found || (reached[r] && rv_equal(&text, rv_text(parent->text, parent->length), group));
  }
  free(reached);
  return found;
}

static bool in(const struct type *collection, const struct type *element, struct rv v, struct rv list) {
  for (size_t i = 0; i < list.count && !v.missing; i += collection->kind == TYPE_MAP ? 2 : 1)
    if (same(element, list.items[i], v)) return true;
  return false;
}

static bool in_network(struct rv ip, struct rv net) {
  unsigned prefix = (unsigned char)net.text[16];
  for (unsigned bit = 0; bit < prefix; bit++)
    if (((unsigned char)ip.text[bit / 8] ^ (unsigned char)net.text[bit / 8]) >> (7 - bit % 8) & 1) return false;
  return true;
}

static int64_t scalars(struct rv v) {
  int64_t n = 0;
  for (size_t i = 0; i < v.length; i++) n += ((unsigned char)v.text[i] & 0xc0) != 0x80;
  return n;
}

static struct rv map_get(struct rv map, struct rv key) {
  for (size_t i = 0; !map.missing && !key.missing && i < map.count; i += 2)
    if (map.items[i].length == key.length && memcmp(map.items[i].text, key.text, key.length) == 0) return map.items[i + 1];
  return rv_missing();
}

/* Two operands, both evaluated, the left one first. */
static struct rv operate(struct evaluator *e, const struct expr *x, struct rv a, struct rv b) {
  const struct program *p = e->reference->program;
  switch (x->kind) {
    case EXPR_INDEX: return a.missing || b.missing || b.number < 0 || (uint64_t)b.number >= a.count ? rv_missing() : a.items[b.number];
    case EXPR_LASTOF: return a.missing || !a.count ? rv_missing() : a.items[a.count - 1];
    case EXPR_MAPGET: return map_get(a, b);
    case EXPR_FIELD: return a.missing ? a : a.items[x->index];
    case EXPR_LENGTH: return rv_number((int64_t)(x->a->type->kind == TYPE_MAP ? a.count / 2 : a.count));
    case EXPR_TEXTLENGTH: return rv_number(scalars(a));
    case EXPR_UNDER: return boolean(under(x->tree, a, b));
    case EXPR_PRESENT: return boolean(!a.missing);
    case EXPR_UNWRAP: return a.missing ? ref_fail(e, REFERENCE_MISSING) : a;
    case EXPR_URLS: return ref_urls(e->arena, a.text, a.length);
    case EXPR_EQ: return boolean(same(x->a->type, a, b));
    case EXPR_NE: return boolean(!same(x->a->type, a, b));
    case EXPR_LT: return boolean(a.number < b.number);
    case EXPR_LE: return boolean(a.number <= b.number);
    case EXPR_NOT: return boolean(!a.number);
    case EXPR_IN: return boolean(in(x->b->type, x->a->type, a, b));
    case EXPR_INREGION:
      return boolean(!a.missing && !b.missing && a.number >= b.number && a.number < (int64_t)p->regions[b.number]->end);
    case EXPR_INNET: return boolean(!a.missing && !b.missing && in_network(a, b));
    case EXPR_STARTS: return boolean(a.length >= b.length && memcmp(a.text, b.text, b.length) == 0);
    case EXPR_ENDS: return boolean(a.length >= b.length && memcmp(a.text + a.length - b.length, b.text, b.length) == 0);
    case EXPR_HOLDS: return boolean(ref_contains(a.text, a.length, b.text, b.length));
    case EXPR_MATCHES: return boolean(ref_matches(x->pattern->text, a.text, a.length));
    default: return ref_eval_arithmetic(e, x, a, b);
  }
}

static struct rv call(struct evaluator *e, struct frame *frame, const struct expr *x) {
  const struct function *f = x->function;
  struct frame inner = {0};
  for (unsigned i = 0; i < f->param_count; i++) {
    struct rv v = ref_eval(e, frame, x->list[i]);
    if (e->error) return rv_missing();
    ref_set_local(e, &inner, f->params[i], v);
  }
  return ref_eval(e, &inner, f->body);
}

static struct rv requester(struct evaluator *e, unsigned index) {
  if (!e->session) return ref_fail(e, REFERENCE_SESSION);
  return e->session->root->has_requester ? e->session->root->requester_record.items[index] : ref_fail(e, REFERENCE_REQUESTER);
}

struct rv ref_eval(struct evaluator *e, struct frame *frame, const struct expr *x) {
  struct rv a, b;
  if (e->error) return rv_missing();
  switch (x->kind) {
    case EXPR_CONST: return rv_of_constant(e->arena, x->constant);
    case EXPR_ARG: return argument(e, x->name);
    case EXPR_REQUESTER: return requester(e, x->index);
    case EXPR_CONTEXT: return context(e, x->index);
    case EXPR_LOCAL: return frame->locals[x->local->id];
    case EXPR_LABELLED: case EXPR_PROVED: case EXPR_COUNTED: case EXPR_SEENALL: case EXPR_SEENONLY: case EXPR_BOUND: case EXPR_SAID:
    case EXPR_VOUCHED:
      return session_fact(e, frame, x);
    case EXPR_SEEN: case EXPR_SEENWITHIN: return seen(e, frame, x);
    case EXPR_ROW: return row(e, frame, x);
    case EXPR_ROWS: {
      struct rv *rows = arena_alloc(e->arena, (x->table->row_count + 1) * sizeof *rows);
      for (unsigned i = 0; i < x->table->row_count; i++) rows[i] = rv_of_constant(e->arena, x->table->rows[i]);
      return (struct rv){.items = rows, .count = x->table->row_count};
    }
    case EXPR_OTHERWISE:
      a = ref_eval(e, frame, x->a);
      return e->error || !a.missing ? a : ref_eval(e, frame, x->b);
    case EXPR_AND: return boolean(ref_true(e, frame, x->a) && ref_true(e, frame, x->b));
    case EXPR_OR:
      if (ref_true(e, frame, x->a)) return boolean(true);
      return boolean(!e->error && ref_true(e, frame, x->b));
    case EXPR_IF: {
      bool yes = ref_true(e, frame, x->a);
      return e->error ? rv_missing() : ref_eval(e, frame, yes ? x->b : x->c);
    }
    case EXPR_ANY: case EXPR_ALL: case EXPR_FIRST: case EXPR_COUNT: case EXPR_SUM: case EXPR_LEAST: case EXPR_GREATEST:
      return ref_eval_loop(e, frame, x);
    case EXPR_CALL: return call(e, frame, x);
    default:
      a = ref_eval(e, frame, x->a);
      b = x->b && !e->error ? ref_eval(e, frame, x->b) : rv_missing();
      return e->error ? rv_missing() : operate(e, x, a, b);
  }
}

/* ---- loops ---- */
static size_t length_of(const struct expr *source, struct rv v) { return source->type->kind == TYPE_MAP ? v.count / 2 : v.count; }
static struct rv element_of(const struct expr *source, struct rv v, size_t i) {
  return source->type->kind == TYPE_MAP ? v.items[2 * i + 1] : v.items[i];
}

static bool body_true(struct evaluator *e, struct frame *frame, const struct expr *x) { return !x->b || ref_true(e, frame, x->b); }

static struct rv combine(struct evaluator *e, const struct expr *x, bool first, struct rv so_far, struct rv v) {
  int64_t sum;
  if (x->kind == EXPR_SUM)
    return ref_fits((__int128)so_far.number + v.number, &sum) ? rv_number(sum) : ref_fail(e, REFERENCE_OVERFLOW);
  if (first) return v;
  return x->kind == EXPR_LEAST ? (v.number < so_far.number ? v : so_far) : (v.number > so_far.number ? v : so_far);
}

struct rv ref_eval_loop(struct evaluator *e, struct frame *frame, const struct expr *x) {
  struct rv source = ref_eval(e, frame, x->a), second = rv_missing(), result = rv_number(0);
  if (!e->error && x->c) second = ref_eval(e, frame, x->c);
  if (e->error) return rv_missing();
  size_t length = length_of(x->a, source), taken = 0;
  bool yes_or_no = x->kind == EXPR_ANY || x->kind == EXPR_ALL;
  if (x->c && length_of(x->c, second) != length) return yes_or_no ? rv_number(false) : rv_missing();
  for (size_t i = 0; i < length; i++) {
    struct rv element = element_of(x->a, source, i);
    ref_set_local(e, frame, x->binder, element);
    if (x->c) ref_set_local(e, frame, x->binder2, element_of(x->c, second, i));
    bool holds = body_true(e, frame, x);
    if (e->error) return rv_missing();
    if (x->kind == EXPR_ANY && holds) return rv_number(true);
    if (x->kind == EXPR_ALL && !holds) return rv_number(false);
    if (x->kind == EXPR_FIRST && holds) return element;
    if (!holds || yes_or_no || x->kind == EXPR_FIRST) continue;
    taken++;
    if (x->kind == EXPR_COUNT) continue;
    struct rv v = ref_eval(e, frame, x->d);
    if (e->error || v.missing) return rv_missing();
    result = combine(e, x, taken == 1, result, v);
    if (e->error) return rv_missing();
  }
  switch (x->kind) {
    case EXPR_ANY: return rv_number(false);
    case EXPR_ALL: return rv_number(true);
    case EXPR_COUNT: return rv_number((int64_t)taken);
    case EXPR_SUM: return result;
    case EXPR_FIRST: return rv_missing();
    default: return taken ? result : rv_missing();
  }
}
