/* prices.c: what a model costs and how good it was measured to be. A figure without its source is not used. */
#include <string.h>
#include "sema/models.h"
#include "value.h"

#define MILLION INT64_C(1000000)

/* ---- facts about a figure: { date: ..., source: ..., above: ..., sample: ... } ---- */
struct facts { int64_t day, above, sample; const char *source; };

static bool read_fact(const struct reading *r, const char *name, const struct node *value, struct facts *facts, bool price) {
  if (!strcmp(name, "date")) { model_day(r, value, &facts->day); return true; }
  if (!strcmp(name, "source")) {
    if (value->kind == NODE_STRING) facts->source = rbc_string(r->c, r->s->scope, value);
    else model_wrong(r, value);
    return true;
  }
  if (price && !strcmp(name, "above")) { model_tokens(r, value, &facts->above); return true; }
  if (price || strcmp(name, "sample")) return false;
  const char *text = rbc_text(r->c, r->s->scope, value);
  if (value->kind != NODE_INT || !rbc_parse_int(text, strlen(text), &facts->sample) || facts->sample <= 0) model_wrong(r, value);
  return true;
}

static void read_facts(const struct reading *r, const struct node *record, struct facts *facts, bool price) {
  static const char *const names[] = { "date", "source", "above", "sample" };
  const struct node *fields = record->kid[0];
  for (uint32_t i = 0; i < KIDS(fields); i++) {
    const struct node *field = fields->kid[i];
    if (field->kind != NODE_ARG) continue;
    const char *name = rbc_text(r->c, r->s->scope, field->kid[0]);
    if (read_fact(r, name, field->kid[1], facts, price)) continue;
    struct span span = rbc_span(r->s->scope, field->kid[0]);
    struct diag *d = rbc_diag(r->c->diags, E0311, span, "a %s has no `%s`", price ? "price" : "quality", name);
    const char *near = rbc_nearest(name, names, 3);
    if (near) rbc_diag_help(r->c->diags, d, "did you mean `%s`?", near);
    else rbc_diag_help(r->c->diags, d, "%s", price ? "date, source or above" : "date, source or sample");
  }
}

/* ---- prices ---- */
static bool price_kind(const struct reading *r, const struct node *node, enum price_kind *kind) {
  static const char *const words[] = {
#define PRICE(NAME, WORD, MEANING) WORD,
#include "sema/model_words.def"
  };
  const char *word = node && node->kind == NODE_PATH ? node_path(r->s->scope->source, node, r->c->arena) : "";
  unsigned k = 0;
  while (k < PRICE_COUNT && strcmp(words[k], word)) k++;
  *kind = (enum price_kind)k;
  if (k < PRICE_COUNT) return true;
  const struct node *place = node ? node : r->prop;
  struct span span = rbc_span(r->s->scope, place);
  struct diag *d = rbc_diag(r->c->diags, E0310, span, "this is nothing that has a price");
  const char *near = rbc_nearest(word, words, PRICE_COUNT);
  if (near) { rbc_diag_help(r->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
  else rbc_diag_help(r->c->diags, d, "input, output, cached_read, cached_write, cached_write_long, batch_input, batch_output or request");
  return false;
}

/* `per 1_000_000 tokens`, `per 1_000 tokens`; `per request`. The amount becomes that for a million, exactly. */
static bool price_unit(const struct reading *r, struct price *price) {
  const struct node *per = r->prop->kid[2];
  int64_t tokens;
  if (price->kind == PRICE_REQUEST) {
    if (!per || (per->kind == NODE_NAME && !strcmp(rbc_text(r->c, r->s->scope, per), "request"))) return true;
    model_wrong(r, per);
    return false;
  }
  if (!per) { model_wrong(r, r->prop); return false; }
  if (!model_tokens(r, per, &tokens)) return false;
  int64_t times = MILLION / tokens;
  if (times < 1 || MILLION % tokens || price->amount > INT64_MAX / times) { model_wrong(r, per); return false; }
  price->amount *= times;
  return true;
}

static bool price_amount(const struct reading *r, const struct node *node, struct price *price) {
  char currency[4];
  unsigned digits;
  const char *text = node && node->kind == NODE_MONEY ? rbc_text(r->c, r->s->scope, node) : "";
  bool good = rbc_parse_money(text, strlen(text), &price->amount, currency, &digits) && price->amount >= 0 &&
              (price->currency = rbc_money(r->c, currency)) != NULL;
  if (!good) model_wrong(r, node ? node : r->prop);
  return good;
}

static bool said_before(const struct reading *r, const struct model *m, const struct price *price) {
  for (unsigned i = 0; i < m->price_count; i++) {
    const struct price *other = m->prices[i];
    if (other->currency != price->currency) {
      struct diag *d = rbc_diag(r->c->diags, E0344, price->span, "a model has all its prices in one currency");
      rbc_diag_label(r->c->diags, d, other->span, "this one is in %s", other->currency->name);
      return true;
    }
    if (other->kind != price->kind || other->above != price->above) continue;
    struct diag *d = rbc_diag(r->c->diags, E0312, price->span, "this price is said twice");
    rbc_diag_label(r->c->diags, d, other->span, "first here");
    return true;
  }
  return false;
}

void model_read_price(struct reading *r, void *to) {
  struct model *m = to;
  struct price price = { .span = rbc_span(r->s->scope, r->prop), .day = UNKNOWN };
  struct facts facts = { .day = UNKNOWN };
  uint32_t count = KIDS(r->values);
  const struct node *record = count > 2 && r->values->kid[count - 1]->kind == NODE_RECORD ? r->values->kid[count - 1] : NULL;
  if (!price_kind(r, count ? r->values->kid[0] : NULL, &price.kind)) return;
  if (count != (record ? 3u : 2u)) { model_wrong(r, r->prop); return; }
  if (!price_amount(r, r->values->kid[1], &price) || !price_unit(r, &price)) return;
  if (record) read_facts(r, record, &facts, true);
  price.day = facts.day;
  price.above = facts.above;
  price.source = facts.source;
  if (said_before(r, m, &price)) return;
  struct price *kept = arena_alloc(r->c->arena, sizeof *kept);
  *kept = price;
  rbc_append(r->c->arena, (void ***)(void *)&m->prices, &m->price_count, kept);
}

/* `priced DATE "source"`: of the prices that say none themselves. It stands before or after them. */
void model_read_priced(struct reading *r, void *to) {
  struct model *m = to;
  const struct node *values = r->values;
  int64_t day;
  if (KIDS(values) != 2 || values->kid[1]->kind != NODE_STRING) { model_wrong(r, r->prop); return; }
  if (model_day(r, values->kid[0], &day)) m->priced_day = day;
  m->priced_source = rbc_string(r->c, r->s->scope, values->kid[1]);
}

/* ---- quality ---- */
static bool quality_value(const struct reading *r, const struct node *node, int64_t *value) {
  const char *text = rbc_text(r->c, r->s->scope, node);
  unsigned digits;
  bool good = node->kind == NODE_PERCENT ? rbc_parse_percent(text, strlen(text), value)
                                         : node->kind == NODE_DECIMAL && rbc_parse_decimal(text, strlen(text), value, &digits);
  if (!good || *value < 0 || *value > MILLION) { model_wrong(r, node); return false; }
  return true;
}

void model_read_quality(struct reading *r, void *to) {
  struct model *m = to;
  struct facts facts = { .day = UNKNOWN };
  const struct node *values = r->values;
  int64_t value;
  bool whole = KIDS(values) == 3 && values->kid[2]->kind == NODE_RECORD;
  if (KIDS(values) < 2 || values->kid[0]->kind != NODE_PATH || (KIDS(values) != 2 && !whole)) { model_wrong(r, r->prop); return; }
  if (!quality_value(r, values->kid[1], &value)) return;
  if (whole) read_facts(r, values->kid[2], &facts, false);
  if (facts.day == UNKNOWN || !facts.source || !facts.sample) {
    struct diag *d = rbc_diag(r->c->diags, W0953, rbc_span(r->s->scope, r->prop), "a quality without source, date and sample counts as absent");
    rbc_diag_help(r->c->diags, d, "say where it was measured: `{ source: \"own evaluation\", date: 2026-01-15, sample: 400 }`");
    return;
  }
  struct quality *q = arena_alloc(r->c->arena, sizeof *q);
  const char *task = node_path(r->s->scope->source, values->kid[0], r->c->arena);
  if (!task) return;
  *q = (struct quality){ task, rbc_symbol(r->c, task), value, facts.sample, facts.day, facts.source,
                         rbc_span(r->s->scope, r->prop) };
  rbc_append(r->c->arena, (void ***)(void *)&m->qualities, &m->quality_count, q);
}

/* ---- after all properties were read ---- */
void model_inherit_prices(struct model *m, const struct model *from) {
  if (!m->price_count) { m->prices = from->prices; m->price_count = from->price_count; }
  if (!m->quality_count) { m->qualities = from->qualities; m->quality_count = from->quality_count; }
}

void model_date_prices(struct model *m) {
  for (unsigned i = 0; i < m->price_count; i++) {
    struct price *price = m->prices[i];
    if (price->day == UNKNOWN) price->day = m->priced_day;
    if (!price->source) price->source = m->priced_source;
  }
}
