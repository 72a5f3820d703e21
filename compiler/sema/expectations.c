/* expectations.c: `expects` of an agent: what it is expected to ask of models. A forecast reads it; nothing is decided by it. */
#include <string.h>
#include "sema/declare.h"

enum { MOST_TOKENS = 1000000000 }; /* of one request, as an infer has them */
#define MOST_REQUESTS INT64_C(1000000000000)

struct reading {
  struct checker *c;
  const struct symbol *agent;
  const struct node *prop;
};

static bool wrong(const struct reading *r, const struct node *node) {
  struct diag *d = rbc_diag(r->c->diags, E0310, rbc_span(r->agent->scope, node), "this is no value of `expects`");
  rbc_diag_help(r->c->diags, d, "such as `expects chat 2_000 per day { input: 1_200, output: 500, generated: 310 }`");
  return false;
}

/* `1_200` or `1_200 tokens`. */
static bool read_tokens(const struct reading *r, const struct node *node, int64_t *tokens) {
  const char *text = rbc_text(r->c, r->agent->scope, node), *unit = "";
  size_t length = 0;
  bool good = node->kind == NODE_INT
                ? rbc_parse_int(text, strlen(text), tokens)
                : node->kind == NODE_QUANTITY && rbc_parse_quantity(text, strlen(text), tokens, &unit, &length) &&
                    length == 6 && !memcmp(unit, "tokens", 6);
  return (good && *tokens >= 0 && *tokens <= MOST_TOKENS) || wrong(r, node);
}

static bool read_label(const struct reading *r, const struct node *node, struct expectation *e) {
  if (node->kind != NODE_NAME && node->kind != NODE_PATH) return wrong(r, node);
  const struct symbol *label = rbc_resolve(r->c, r->agent->scope, node, SYM(LABEL), "a label");
  if (!label) return false;
  return rbc_append(r->c->arena, (void ***)(void *)&e->labels, &e->label_count, (void *)(uintptr_t)label->full);
}

static bool read_labels(const struct reading *r, const struct node *node, struct expectation *e) {
  if (node->kind != NODE_ARRAY) return read_label(r, node, e);
  bool good = true;
  for (uint32_t i = 0; i < KIDS(node->kid[0]); i++) good = read_label(r, node->kid[0]->kid[i], e) && good;
  return good;
}

static bool read_field(const struct reading *r, const struct node *field, struct expectation *e) {
  static const char *const names[] = {"input", "output", "generated", "cached", "has"};
  const char *name = rbc_text(r->c, r->agent->scope, field->kid[0]);
  int64_t *const tokens[] = {&e->input, &e->output, &e->generated, &e->cached};
  unsigned k = 0;
  while (k < 5 && strcmp(names[k], name)) k++;
  struct span span = rbc_span(r->agent->scope, field->kid[0]);
  if (k == 5) {
    struct diag *d = rbc_diag(r->c->diags, E0311, span, "`expects` has no `%s`", name);
    const char *near = rbc_nearest(name, names, 5);
    if (near)
      rbc_diag_help(r->c->diags, d, "did you mean `%s`?", near);
    else
      rbc_diag_help(r->c->diags, d, "input, output, generated, cached or has");
    return false;
  }
  if (k < 4 ? *tokens[k] == UNKNOWN : !e->label_count)
    return k < 4 ? read_tokens(r, field->kid[1], tokens[k]) : read_labels(r, field->kid[1], e);
  rbc_diag(r->c->diags, E0312, span, "`%s` is said twice", name);
  return false;
}

static bool read_fields(const struct reading *r, const struct node *record, struct expectation *e) {
  bool good = true;
  for (uint32_t i = 0; i < KIDS(record->kid[0]); i++) {
    const struct node *field = record->kid[0]->kid[i];
    good = field->kind == NODE_ARG && read_field(r, field, e) && good;
  }
  if (!good) return false;
  if (e->input == UNKNOWN || e->output == UNKNOWN) return wrong(r, record);
  if (e->generated == UNKNOWN) e->generated = e->output;
  if (e->cached == UNKNOWN) e->cached = 0;
  return (e->cached <= e->input && e->generated <= e->output) || wrong(r, record);
}

static bool read_period(const struct reading *r, const struct node *per, struct expectation *e) {
  static const struct {
    const char *name;
    int64_t times;
    unsigned days;
  } periods[] = {
    {"hour", 24, 1}, {"day", 1, 1}, {"week", 1, 7}, {"month", 1, 30}, {"year", 1, 365},
  };
  const char *name = per && per->kind == NODE_NAME ? rbc_text(r->c, r->agent->scope, per) : "";
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
    if (!strcmp(periods[i].name, name)) {
      e->period = periods[i].name;
      e->requests = e->written * periods[i].times;
      e->days = periods[i].days;
      return true;
    }
  return wrong(r, per ? per : r->prop);
}

void rbc_agent_expects(struct checker *c, const struct symbol *s, const struct node *prop) {
  struct reading r = {c, s, prop};
  const struct node *values = prop->kid[1];
  struct agent *agent = s->ptr;
  struct expectation *e = arena_alloc(c->arena, sizeof *e);
  if (!e) return;
  *e = (struct expectation){
    .input = UNKNOWN, .output = UNKNOWN, .generated = UNKNOWN, .cached = UNKNOWN, .span = rbc_span(s->scope, prop)};
  if (KIDS(values) != 3 || values->kid[0]->kind != NODE_PATH || values->kid[1]->kind != NODE_INT ||
      values->kid[2]->kind != NODE_RECORD) {
    wrong(&r, prop);
    return;
  }
  const char *count = rbc_text(c, s->scope, values->kid[1]);
  e->task = node_path(s->scope->source, values->kid[0], c->arena);
  if (!rbc_parse_int(count, strlen(count), &e->written) || e->written <= 0 || e->written > MOST_REQUESTS) {
    wrong(&r, values->kid[1]);
    return;
  }
  if (!e->task || !read_period(&r, prop->kid[2], e) || !read_fields(&r, values->kid[2], e)) return;
  rbc_append(c->arena, (void ***)(void *)&agent->expectations, &agent->expectation_count, e);
}
