/* constants.c: values that are known from the text alone, typed by the place where they stand. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"
#include "syntax/tokens.h"
#include "value.h"

struct reading { struct checker *c; const struct file_scope *scope; };

struct constant *rbc_new_constant(struct checker *c, const struct type *type) {
  struct constant *k = arena_alloc(c->arena, sizeof *k);
  if (k) k->type = type;
  return k;
}

struct constant *rbc_missing(struct checker *c, const struct type *type) {
  struct constant *k = rbc_new_constant(c, type);
  if (k) k->missing = true;
  return k;
}

static struct constant *scalar(struct checker *c, const struct type *type, int64_t value) {
  struct constant *k = rbc_new_constant(c, type);
  if (k) k->scalar = value;
  return k;
}

/* text: in the arena already. */
static struct constant *kept_text(struct checker *c, const struct type *type, const char *text, size_t n) {
  struct constant *k = text ? rbc_new_constant(c, type) : NULL;
  if (!k) return NULL;
  k->text = text;
  k->length = (uint32_t)n;
  return k;
}

static struct constant *text_constant(struct checker *c, const struct type *type, const void *bytes, size_t n) {
  return kept_text(c, type, arena_copy(c->arena, bytes, n), n);
}

static const char *value_name(enum node_kind kind) {
  switch (kind) {
    case NODE_BOOL: return "true or false";
    case NODE_INT: case NODE_DECIMAL: return "a number";
    case NODE_MONEY: return "an amount of money";
    case NODE_DURATION: return "a duration";
    case NODE_QUANTITY: return "a quantity";
    case NODE_PERCENT: return "a percentage";
    case NODE_DATE: return "a date";
    case NODE_TIME: return "a time";
    case NODE_STRING: return "a text";
    case NODE_ARRAY: return "a list";
    default: return "a record";
  }
}

static struct diag *misfit(const struct reading *r, const struct node *node, const struct type *expected) {
  return rbc_diag(r->c->diags, E0230, rbc_span(r->scope, node), "this is %s, and %s is wanted here",
                  value_name((enum node_kind)node->kind), rbc_type_name(r->c, expected));
}

/* ---- words and regions ---- */
static struct constant *word(const struct reading *r, const struct node *node, const char *text,
                             const struct type *type) {
  struct checker *c = r->c;
  unsigned symbol;
  if (type->kind == TYPE_SYMBOL) return scalar(c, type, rbc_symbol(c, text));
  if (rbc_word(type, text, &symbol)) return scalar(c, type, symbol);
  const char **names = arena_alloc(c->arena, (type->word_count + 1) * sizeof *names);
  for (unsigned i = 0; names && i < type->word_count; i++) names[i] = type->words[i].wire;
  struct span span = rbc_span(r->scope, node);
  struct diag *d = rbc_diag(c->diags, E0231, span, "`%s` is not one of its words", text);
  const char *near = names ? rbc_nearest(text, names, type->word_count) : NULL;
  if (near) rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
  else rbc_diag_note(c->diags, d, "%s", rbc_type_name(c, type));
  return NULL;
}

static struct constant *region(const struct reading *r, const struct node *node, const char *text,
                               const struct type *type) {
  const struct symbol *s =
      rbc_resolve_text(r->c, r->scope, text, rbc_span(r->scope, node), NULL, SYM(REGION), "a region");
  return s && s->ptr ? scalar(r->c, type, rbc_region_number(r->c, s->ptr)) : NULL;
}

static const char *dotted(const struct reading *r, const struct node *node) {
  if (node->kind == NODE_NAME || node->kind == NODE_PATH) return node_path(r->scope->source, node, r->c->arena);
  if (node->kind != NODE_MEMBER || node->tok != TOKEN_MEMBER) return NULL;
  const char *base = dotted(r, node->kid[0]);
  return base ? arena_format(r->c->arena, "%s.%s", base, rbc_text(r->c, r->scope, node->kid[1])) : NULL;
}

static struct constant *name(const struct reading *r, const struct node *node, const struct type *expected) {
  const char *text = dotted(r, node);
  if (text && expected && (expected->kind == TYPE_WORDS || expected->kind == TYPE_SYMBOL) && !strchr(text, '.'))
    return word(r, node, text, expected);
  if (text && (!expected || expected->kind == TYPE_REGION)) return region(r, node, text, rbc_type(r->c, TYPE_REGION));
  struct diag *d = rbc_diag(r->c->diags, E0232, rbc_span(r->scope, node), "`%s` is no constant", text ? text : "this");
  if (expected)
    rbc_diag_note(r->c->diags, d, "%s is wanted here, known from the text alone", rbc_type_name(r->c, expected));
  if (text && expected && expected->kind == TYPE_STRING)
    rbc_diag_help(r->c->diags, d, "a text stands in quotes: \"%s\"", text);
  return NULL;
}

/* ---- texts in wire form ---- */
static struct constant *money_from_wire(struct checker *c, const struct type *type, const char *text, size_t n,
                                        const char **why) {
  char currency[4];
  unsigned digits;
  int64_t v;
  bool plain = rbc_parse_decimal(text, n, &v, &digits);
  if (!plain && !rbc_parse_money(text, n, &v, currency, &digits)) { *why = "this is no amount"; return NULL; }
  if (!plain && strcmp(currency, type->name)) { *why = "this is another currency"; return NULL; }
  if (digits > type->digits) { *why = "the currency has no such small unit"; return NULL; }
  return scalar(c, type, v);
}

static struct constant *bool_from_wire(struct checker *c, const struct type *type, const char *text, const char **why) {
  if (!strcmp(text, type->wire_true ? type->wire_true : "true")) return scalar(c, type, 1);
  if (!strcmp(text, type->wire_false ? type->wire_false : "false")) return scalar(c, type, 0);
  *why = type->wire_true ? arena_format(c->arena, "this is neither \"%s\" nor \"%s\"", type->wire_true, type->wire_false)
                         : "it is true or false";
  return NULL;
}

static struct constant *named_from_wire(struct checker *c, const struct type *type, const char *text,
                                        const char **why) {
  unsigned symbol;
  if (type->kind == TYPE_SYMBOL) return scalar(c, type, rbc_symbol(c, text));
  if (type->kind == TYPE_WORDS) {
    if (rbc_word(type, text, &symbol)) return scalar(c, type, symbol);
    *why = arena_format(c->arena, "this is not %s", rbc_type_name(c, type));
    return NULL;
  }
  for (unsigned i = 0; i < c->program->regions_count; i++)
    if (!strcmp(c->program->regions[i]->name, text)) return scalar(c, type, i);
  *why = "there is no region of this name";
  return NULL;
}

struct constant *rbc_from_wire(struct checker *c, const struct type *type, const char *text, size_t n,
                               const char **why) {
  unsigned char bytes[17];
  unsigned digits;
  bool has_zone;
  int64_t v;
  *why = "this does not fit";
  switch (type->kind) {
    case TYPE_STRING: return text_constant(c, type, text, n);
    case TYPE_BOOL: return bool_from_wire(c, type, text, why);
    case TYPE_SYMBOL: case TYPE_WORDS: case TYPE_REGION: return named_from_wire(c, type, text, why);
    case TYPE_MONEY: return money_from_wire(c, type, text, n, why);
    case TYPE_INT:
      *why = "this is no whole number of 64 bits";
      return rbc_parse_int(text, n, &v) ? scalar(c, type, v) : NULL;
    case TYPE_DECIMAL: *why = "this is no number with at most six digits after the point";
      return rbc_parse_decimal(text, n, &v, &digits) ? scalar(c, type, v) : NULL;
    case TYPE_DURATION: *why = "this is no duration, such as `15 minutes` or a number of seconds";
      return rbc_parse_duration(text, n, &v) || rbc_parse_decimal(text, n, &v, &digits) ? scalar(c, type, v) : NULL;
    case TYPE_DATE:
      *why = "this is no date, such as `2024-05-15`";
      return rbc_parse_date(text, n, &v) ? scalar(c, type, v) : NULL;
    case TYPE_VERSION:
      *why = "this is no version, such as `1.2.3`";
      return rbc_parse_version(text, n, &v) ? scalar(c, type, v) : NULL;
    case TYPE_TIME:
      *why = "this is no time, such as `2024-05-15T15:00:00-05:00`";
      if (!rbc_parse_time(text, n, &v, &has_zone)) return NULL;
      *why = "this time has no zone";
      if (!has_zone && (!type->zone || !rbc_local_to_utc(c, type->zone, v, &v))) return NULL;
      return scalar(c, type, v);
    case TYPE_IP:
      *why = "this is no IP address";
      return rbc_parse_ip(text, n, bytes) ? text_constant(c, type, bytes, 16) : NULL;
    case TYPE_CIDR: *why = "this is no network, such as `10.0.0.0/8`, with zeros beyond its prefix";
      return rbc_parse_cidr(text, n, bytes) ? text_constant(c, type, bytes, 17) : NULL;
    default: *why = "this cannot be written as a text"; return NULL;
  }
}

static struct constant *string(const struct reading *r, const struct node *node, const struct type *expected) {
  uint32_t n;
  const char *why, *text = node_string(r->scope->source, node, r->c->arena, &n);
  if (!text) return NULL;
  if (!expected) expected = rbc_type(r->c, TYPE_STRING);
  if (expected->kind == TYPE_STRING) return kept_text(r->c, expected, text, n);
  if (expected->kind == TYPE_WORDS) return word(r, node, text, expected);
  if (expected->kind == TYPE_REGION) return region(r, node, text, expected);
  bool as_text = expected->kind != TYPE_INT && expected->kind != TYPE_DECIMAL && expected->kind != TYPE_MONEY &&
                 expected->kind != TYPE_DURATION && expected->kind <= TYPE_VERSION &&
                 (expected->kind != TYPE_BOOL || expected->wire_true);
  if (!as_text) { misfit(r, node, expected); return NULL; }
  struct constant *k = rbc_from_wire(r->c, expected, text, n, &why);
  if (!k && !r->c->arena->failed)
    rbc_diag(r->c->diags, E0233, rbc_span(r->scope, node), "\"%s\": %s", text, why);
  return k;
}

/* ---- numbers with their units ---- */
static struct constant *out_of_range(const struct reading *r, const struct node *node) {
  if (!r->scope->source->broken)                        /* else the lexer has said so */
    rbc_diag(r->c->diags, E0234, rbc_span(r->scope, node),
             "this number is too large, or has more than six digits after its point");
  return NULL;
}

static struct constant *money(const struct reading *r, const struct node *node, const char *text, size_t n,
                              const struct type *expected) {
  char currency[4];
  unsigned digits;
  int64_t v;
  if (!rbc_parse_money(text, n, &v, currency, &digits)) return out_of_range(r, node);
  const struct type *type = rbc_money(r->c, currency);
  if (!type) return NULL;                                      /* E0011 */
  if (expected && expected != type) {
    if (expected->kind != TYPE_MONEY) { misfit(r, node, expected); return NULL; }
    struct diag *d = rbc_diag(r->c->diags, E0235, rbc_span(r->scope, node), "an amount in %s where %s is wanted",
                              currency, expected->name);
    rbc_diag_note(r->c->diags, d, "amounts of two currencies never mix");
    return NULL;
  }
  if (digits > type->digits) {
    rbc_diag(r->c->diags, E0236, rbc_span(r->scope, node), "%s has %u digits after the point, and here are %u",
             currency, type->digits, digits);
    return NULL;
  }
  return scalar(r->c, type, v);
}

static struct constant *number(const struct reading *r, const struct node *node, const char *text, size_t n,
                               const struct type *expected) {
  bool decimal = node->kind == NODE_DECIMAL || (expected && expected->kind == TYPE_DECIMAL);
  unsigned digits;
  int64_t v;
  if (expected && expected->kind != TYPE_DECIMAL && (decimal || expected->kind != TYPE_INT)) {
    struct diag *d = misfit(r, node, expected);
    if (expected->kind == TYPE_MONEY)
      rbc_diag_help(r->c->diags, d, "write the currency: `%.*s %s`", (int)n, text, expected->name);
    if (expected->kind == TYPE_DURATION) rbc_diag_help(r->c->diags, d, "write the unit: `%.*s minutes`", (int)n, text);
    return NULL;
  }
  if (!(decimal ? rbc_parse_decimal(text, n, &v, &digits) : rbc_parse_int(text, n, &v))) return out_of_range(r, node);
  return scalar(r->c, rbc_type(r->c, decimal ? TYPE_DECIMAL : TYPE_INT), v);
}

static struct constant *literal(const struct reading *r, const struct node *node, const struct type *expected) {
  struct checker *c = r->c;
  uint32_t n;
  bool good = false, has_zone = true;
  int64_t v = 0;
  const char *text = node_text(r->scope->source, node, &n), *unit;
  size_t unit_length;
  enum type_kind kind = TYPE_BOOL;
  switch (node->kind) {
    case NODE_INT: case NODE_DECIMAL: return number(r, node, text, n, expected);
    case NODE_MONEY: return money(r, node, text, n, expected);
    case NODE_BOOL: v = n == 4; good = true; break;
    case NODE_PERCENT: kind = TYPE_DECIMAL; good = rbc_parse_percent(text, n, &v); break;
    case NODE_DURATION: kind = TYPE_DURATION; good = rbc_parse_duration(text, n, &v); break;
    case NODE_DATE: kind = TYPE_DATE; good = rbc_parse_date(text, n, &v); break;
    case NODE_TIME: kind = TYPE_TIME; good = rbc_parse_time(text, n, &v, &has_zone) && has_zone; break;
    default: kind = TYPE_INT; good = rbc_parse_quantity(text, n, &v, &unit, &unit_length); break;
  }
  if (expected && expected->kind != kind) { misfit(r, node, expected); return NULL; }
  if (!good) return out_of_range(r, node);
  return scalar(c, expected ? expected : rbc_type(c, kind), v);
}

static struct constant *negative(const struct reading *r, const struct node *node, const struct type *expected) {
  const struct node *inner = node->kid[0];
  if (node->tok != TOKEN_MINUS ||
      (inner->kind != NODE_INT && inner->kind != NODE_DECIMAL && inner->kind != NODE_MONEY &&
       inner->kind != NODE_DURATION && inner->kind != NODE_PERCENT)) {
    rbc_diag(r->c->diags, E0232, rbc_span(r->scope, node), "this is computed, and a constant is wanted here");
    return NULL;
  }
  struct constant *k = literal(r, inner, expected);
  if (k) k->scalar = -k->scalar;
  return k;
}

/* ---- composites ---- */
static struct constant *composite(const struct reading *r, const struct type *type, unsigned count) {
  struct constant *k = rbc_new_constant(r->c, type);
  if (!k) return NULL;
  k->items = arena_alloc(r->c->arena, (count + 1) * sizeof *k->items);
  return k->items ? k : NULL;
}

static struct constant *read_constant(const struct reading *r, const struct node *node, const struct type *expected);

static struct constant *array(const struct reading *r, const struct node *node, const struct type *expected) {
  const struct node *values = node->kid[0];
  if (!rbc_is_list(expected) && expected->kind != TYPE_SET) { misfit(r, node, expected); return NULL; }
  const struct type *element = expected->element;
  struct constant *k = composite(r, expected, KIDS(values));
  bool good = k != NULL;
  for (uint32_t i = 0; k && i < KIDS(values); i++) {
    struct constant *item = read_constant(r, values->kid[i], element);
    if (!item) { good = false; continue; }
    if (!element) element = item->type;
    unsigned same = 0;
    while (expected->kind == TYPE_SET && same < k->count && rbc_compare_constants(k->items[same], item))
      same++;
    if (expected->kind != TYPE_SET || same == k->count) k->items[k->count++] = item;
  }
  return good ? k : NULL;
}

static const char *key_of(const struct reading *r, const struct node *field) {
  const struct node *leaf = field->kid[0];
  return leaf->kind == NODE_STRING ? rbc_string(r->c, r->scope, leaf) : rbc_text(r->c, r->scope, leaf);
}

static void twice(const struct reading *r, const struct node *fields, uint32_t second, const char *key) {
  struct diag *d = rbc_diag(r->c->diags, E0238, rbc_span(r->scope, fields->kid[second]), "a second value for `%s`", key);
  uint32_t first = 0;
  while (first < second && strcmp(key_of(r, fields->kid[first]), key)) first++;
  rbc_diag_label(r->c->diags, d, rbc_span(r->scope, fields->kid[first]), "the first one");
}

static int by_key(const void *a, const void *b) {
  return rbc_compare_constants(**(struct constant *const *const *)a, **(struct constant *const *const *)b);
}

static struct constant *map(const struct reading *r, const struct node *node, const struct type *type) {
  const struct node *fields = node->kid[0];
  struct constant *k = composite(r, type, 2 * KIDS(fields));
  struct constant ***order = arena_alloc(r->c->arena, (KIDS(fields) + 1) * sizeof *order);
  bool good = k && order;
  for (uint32_t i = 0; k && order && i < KIDS(fields); i++) {
    const char *key = key_of(r, fields->kid[i]);
    struct constant *value = read_constant(r, fields->kid[i]->kid[1], type->element);
    struct constant *name_constant = text_constant(r->c, rbc_type(r->c, TYPE_STRING), key, strlen(key));
    struct constant **pair = arena_alloc(r->c->arena, 2 * sizeof *pair);
    if (!value || !name_constant || !pair) { good = false; continue; }
    for (unsigned e = 0; e < k->count; e++) {
      if (rbc_compare_constants(order[e][0], name_constant)) continue;
      twice(r, fields, i, key);
      good = false;
    }
    pair[0] = name_constant;
    pair[1] = value;
    order[k->count++] = pair;
  }
  if (!good) return NULL;
  if (k->count) qsort(order, k->count, sizeof *order, by_key);
  for (unsigned i = 0; i < k->count; i++) { k->items[2 * i] = order[i][0]; k->items[2 * i + 1] = order[i][1]; }
  k->count *= 2;
  return k;
}

static void unknown_field(const struct reading *r, const struct node *field, const char *key, const struct type *type) {
  const char **names = arena_alloc(r->c->arena, (type->field_count + 1) * sizeof *names);
  for (unsigned i = 0; names && i < type->field_count; i++) names[i] = type->fields[i].name;
  struct span span = rbc_span(r->scope, field->kid[0]);
  struct diag *d = rbc_diag(r->c->diags, E0239, span, "%s has no field `%s`", type->name, key);
  const char *near = names ? rbc_nearest(key, names, type->field_count) : NULL;
  if (near) { rbc_diag_help(r->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
}

static struct constant *record(const struct reading *r, const struct node *node, const struct type *type) {
  const struct node *fields = node->kid[0];
  struct constant *k = composite(r, type, type->field_count);
  bool good = k != NULL;
  if (!k) return NULL;
  k->count = type->field_count;
  for (uint32_t i = 0; i < KIDS(fields); i++) {
    unsigned index;
    const char *key = key_of(r, fields->kid[i]);
    const struct field *field = rbc_field(type, key, &index);
    if (!field) { if (!type->broken) unknown_field(r, fields->kid[i], key, type); good = false; continue; }
    if (k->items[index]) { twice(r, fields, i, key); good = false; }
    k->items[index] = read_constant(r, fields->kid[i]->kid[1], field->type);
    if (!k->items[index]) { good = false; k->items[index] = rbc_missing(r->c, field->type); }
  }
  for (unsigned i = 0; i < type->field_count; i++) {
    if (k->items[i]) continue;
    k->items[i] = rbc_missing(r->c, type->fields[i].type);
    if (type->fields[i].optional) continue;
    rbc_diag(r->c->diags, E0240, rbc_span(r->scope, node), "`%s` of %s is not given", type->fields[i].name, type->name);
    good = false;
  }
  return good ? k : NULL;
}

static struct constant *read_constant(const struct reading *r, const struct node *node, const struct type *expected) {
  switch (node->kind) {
    case NODE_NAME: case NODE_PATH: case NODE_MEMBER: return name(r, node, expected);
    case NODE_STRING: return string(r, node, expected);
    case NODE_BOOL: case NODE_INT: case NODE_DECIMAL: case NODE_MONEY: case NODE_DURATION: case NODE_QUANTITY:
    case NODE_PERCENT: case NODE_DATE: case NODE_TIME: return literal(r, node, expected);
    case NODE_UNARY: return negative(r, node, expected);
    case NODE_ARRAY: return array(r, node, expected);          /* asked for with a type only */
    case NODE_RECORD:
      if (expected->kind == TYPE_MAP) return map(r, node, expected);
      if (expected->kind == TYPE_RECORD) return record(r, node, expected);
      misfit(r, node, expected);
      return NULL;
    case NODE_ERROR: return NULL;
    default:
      rbc_diag(r->c->diags, E0232, rbc_span(r->scope, node), "this is computed, and a constant is wanted here");
      return NULL;
  }
}

const struct constant *rbc_constant(struct checker *c, const struct file_scope *scope, const struct node *expr,
                                    const struct type *expected) {
  struct reading r = { c, scope };
  return expr ? read_constant(&r, expr, expected) : NULL;
}

bool rbc_is_constant_form(const struct node *expr) {
  switch (expr->kind) {
    case NODE_NAME:
    case NODE_STRING:
    case NODE_BOOL:
    case NODE_INT:
    case NODE_DECIMAL:
    case NODE_MONEY:
    case NODE_DURATION:
    case NODE_QUANTITY: case NODE_PERCENT: case NODE_DATE: case NODE_TIME: return true;
    case NODE_UNARY: return expr->tok == TOKEN_MINUS && rbc_is_constant_form(expr->kid[0]);
    case NODE_ARRAY: case NODE_RECORD:
      for (uint32_t i = 0; i < KIDS(expr->kid[0]); i++) {
        const struct node *inner = expr->kid[0]->kid[i];
        if (!rbc_is_constant_form(inner->kind == NODE_ARG ? inner->kid[1] : inner)) return false;
      }
      return true;
    default: return false;
  }
}

/* The order of keys: numbers by value, texts by bytes, the shorter first. */
int rbc_compare_constants(const struct constant *a, const struct constant *b) {
  if (!a->text || !b->text) return a->scalar < b->scalar ? -1 : a->scalar > b->scalar;
  uint32_t n = a->length < b->length ? a->length : b->length;
  int order = n ? memcmp(a->text, b->text, n) : 0;
  return order ? order : a->length < b->length ? -1 : a->length > b->length;
}
