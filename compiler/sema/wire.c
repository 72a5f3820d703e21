/* wire.c: constants as the JSON that requests and results are made of. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include "sema/declare.h"
#include "syntax/tokens.h"
#include "value.h"

/* ---- text that grows ---- */
struct out { struct arena *arena; char *bytes; size_t length, room; };

static void put_n(struct out *o, const char *text, size_t n) {
  if (o->length + n + 1 > o->room) {
    size_t room = 2 * (o->length + n + 1);
    char *grown = arena_alloc(o->arena, room);
    if (!grown) return;                                 /* the arena remembers */
    if (o->length) memcpy(grown, o->bytes, o->length);
    o->bytes = grown;
    o->room = room;
  }
  memcpy(o->bytes + o->length, text, n);
  o->length += n;
  o->bytes[o->length] = 0;
}
static void put(struct out *o, const char *text) { put_n(o, text, strlen(text)); }

static void put_string(struct out *o, const char *text, size_t n) {
  put(o, "\"");
  for (size_t i = 0; i < n; i++) {
    unsigned char b = (unsigned char)text[i];
    const char *code = b < 0x20 ? arena_format(o->arena, "\\u%04x", b) : b == '"' ? "\\\"" : b == '\\' ? "\\\\" : NULL;
    if (code) put(o, code);
    else put_n(o, text + i, 1);
  }
  put(o, "\"");
}
static void put_text(struct out *o, const char *text) { put_string(o, text, strlen(text)); }

static void put_formatted(struct out *o, const char *text) { if (text) put(o, text); }

static void put_millionths(struct out *o, int64_t v) {
  uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, scale = (uint64_t)REBASE_SCALE;
  char fraction[8] = "";
  unsigned n = 6;
  uint64_t rest = u % scale;
  for (unsigned i = 6; i-- > 0; rest /= 10) fraction[i] = (char)('0' + rest % 10);
  while (n && fraction[n - 1] == '0') n--;
  put_formatted(
      o, arena_format(o->arena, "%s%" PRIu64 "%s%.*s", v < 0 ? "-" : "", u / scale, n ? "." : "", (int)n, fraction));
}

static void date_of(int64_t days, int64_t *year, int *month, int *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
  int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * m + 2) / 5 + 1);
  *month = (int)(m < 10 ? m + 3 : m - 9);
  *year = y + era * 400 + (*month <= 2);
}

static void put_date(struct out *o, int64_t days, bool quoted) {
  int64_t year;
  int month, day;
  date_of(days, &year, &month, &day);
  put_formatted(
      o, arena_format(o->arena, "%s%04d-%02d-%02d%s", quoted ? "\"" : "", (int)year, month, day, quoted ? "\"" : ""));
}

static void put_time(struct out *o, int64_t time) {
  int64_t days = time / REBASE_DAY - (time % REBASE_DAY < 0), of_day = time - days * REBASE_DAY;
  int64_t seconds = of_day / REBASE_SECOND, fraction = of_day % REBASE_SECOND;
  put(o, "\"");
  put_date(o, days, false);
  put_formatted(o, arena_format(o->arena, "T%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                                (int)(seconds % 60)));
  if (fraction) put_formatted(o, arena_format(o->arena, ".%06d", (int)fraction));
  put(o, "Z\"");
}

static void put_address(struct out *o, const struct constant *k) {
  static const unsigned char MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  unsigned char ip[16];
  char text[INET6_ADDRSTRLEN];
  memcpy(ip, k->text, 16);
  bool v4 = !memcmp(ip, MAPPED, 12);
  if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip + 12 : ip, text, sizeof text)) return;
  int prefix = k->type->kind == TYPE_CIDR ? (unsigned char)k->text[16] : -1;
  if (prefix < 0) put_formatted(o, arena_format(o->arena, "\"%s\"", text));
  else put_formatted(o, arena_format(o->arena, "\"%s/%d\"", text, v4 ? prefix - 96 : prefix));
}

static void put_constant(struct checker *c, struct out *o, const struct constant *k);

static void put_items(struct checker *c, struct out *o, const struct constant *k) {
  bool record = k->type->kind == TYPE_RECORD, map = k->type->kind == TYPE_MAP, first = true;
  put(o, record || map ? "{" : "[");
  for (unsigned i = 0; i < k->count; i++) {
    if (k->items[i]->missing) continue;
    if (!first) put(o, ",");
    first = false;
    if (record) put_text(o, k->type->fields[i].name);
    if (map) put_string(o, k->items[i]->text, k->items[i]->length);
    if (record || map) put(o, ":");
    put_constant(c, o, k->items[map ? ++i : i]);
  }
  put(o, record || map ? "}" : "]");
}

static void put_constant(struct checker *c, struct out *o, const struct constant *k) {
  const struct type *t = k->type;
  if (k->missing) { put(o, "null"); return; }
  switch (t->kind) {
    case TYPE_BOOL:
      if (t->wire_true) put_text(o, k->scalar ? t->wire_true : t->wire_false);
      else put(o, k->scalar ? "true" : "false");
      break;
    case TYPE_INT: put_formatted(o, arena_format(o->arena, "%" PRId64, k->scalar)); break;
    case TYPE_DECIMAL:
    case TYPE_MONEY:
    case TYPE_DURATION: put_millionths(o, k->scalar); break; /* duration: seconds */
    case TYPE_TIME: put_time(o, k->scalar); break;
    case TYPE_DATE: put_date(o, k->scalar, true); break;
    case TYPE_STRING: put_string(o, k->text, k->length); break;
    case TYPE_SYMBOL: case TYPE_WORDS: put_text(o, c->program->symbols[k->scalar]); break;
    case TYPE_REGION: put_text(o, c->program->regions[k->scalar]->name); break;
    case TYPE_IP: case TYPE_CIDR: put_address(o, k); break;
    case TYPE_VERSION:
      put_formatted(o, arena_format(o->arena, "\"%d.%d.%d\"", (int)(k->scalar >> 40), (int)(k->scalar >> 20 & 0xfffff),
                                    (int)(k->scalar & 0xfffff)));
      break;
    default: put_items(c, o, k);
  }
}

static const char *finished(struct checker *c, const struct out *o) {
  return c->arena->failed ? NULL : o->bytes ? o->bytes : "";
}

const char *rbc_constant_json(struct checker *c, const struct constant *constant) {
  struct out o = { .arena = c->arena };
  put_constant(c, &o, constant);
  return finished(c, &o);
}

/* ---- neutral values ---- */
static void put_neutral(struct checker *c, struct out *o, const struct type *t) {
  switch (t->kind) {
    case TYPE_BOOL:
      if (t->wire_false) put_text(o, t->wire_false);
      else put(o, "false");
      break;
    case TYPE_INT: case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: put(o, "0"); break;
    case TYPE_TIME: put(o, "\"1970-01-01T00:00:00Z\""); break;
    case TYPE_DATE: put(o, "\"1970-01-01\""); break;
    case TYPE_STRING: put(o, "\"\""); break;
    case TYPE_SYMBOL: put_text(o, c->program->symbol_count ? c->program->symbols[0] : ""); break;
    case TYPE_WORDS: put_text(o, t->word_count ? t->words[0].wire : ""); break;
    case TYPE_REGION: put_text(o, c->program->regions_count ? c->program->regions[0]->name : ""); break;
    case TYPE_IP: put(o, "\"0.0.0.0\""); break;
    case TYPE_CIDR: put(o, "\"0.0.0.0/0\""); break;
    case TYPE_VERSION: put(o, "\"0.0.0\""); break;
    case TYPE_MAP: put(o, "{}"); break;
    case TYPE_RECORD:
      put(o, "{");
      for (unsigned i = 0, written = 0; i < t->field_count; i++) {
        if (t->fields[i].optional) continue;
        if (written++) put(o, ",");
        put_text(o, t->fields[i].name);
        put(o, ":");
        put_neutral(c, o, t->fields[i].type);
      }
      put(o, "}");
      break;
    default: put(o, "[]");
  }
}

const char *rbc_neutral_json(struct checker *c, const struct type *type) {
  struct out o = { .arena = c->arena };
  put_neutral(c, &o, type);
  return finished(c, &o);
}

/* ---- what stands in a test ---- */
struct writing { struct checker *c; const struct file_scope *scope; enum wire_mode mode; struct out out; };

static bool write_node(struct writing *w, const struct node *node, const struct type *type);

static const char *key_text(struct writing *w, const struct node *field) {
  const struct node *leaf = field->kid[0];
  return leaf->kind == NODE_STRING ? rbc_string(w->c, w->scope, leaf) : rbc_text(w->c, w->scope, leaf);
}

static bool write_fields(struct writing *w, const struct node *fields, const struct type *type, bool given[],
                         unsigned *written) {
  bool good = true;
  for (uint32_t i = 0; i < KIDS(fields); i++) {
    unsigned index = 0;
    const char *key = key_text(w, fields->kid[i]);
    const struct field *field = type && type->kind == TYPE_RECORD ? rbc_field(type, key, &index) : NULL;
    if (type && type->kind == TYPE_RECORD && !field) {
      const char *names[64];
      unsigned n = 0;
      for (; n < type->field_count && n < 64; n++) names[n] = type->fields[n].name;
      struct span span = rbc_span(w->scope, fields->kid[i]->kid[0]);
      if (!type->broken) {
        struct diag *d = rbc_diag(w->c->diags, E0239, span, "%s has no field `%s`", type->name, key);
        const char *near = rbc_nearest(key, names, n);
        if (near) { rbc_diag_help(w->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
      }
      good = false;
      continue;
    }
    if (field && given[index]) {
      struct diag *d = rbc_diag(w->c->diags, E0238, rbc_span(w->scope, fields->kid[i]), "a second value for `%s`", key);
      for (uint32_t k = 0; k < i; k++)
        if (!strcmp(key_text(w, fields->kid[k]), key))
          rbc_diag_label(w->c->diags, d, rbc_span(w->scope, fields->kid[k]), "the first one");
      good = false;
      continue;
    }
    if (field) given[index] = true;
    if ((*written)++) put(&w->out, ",");
    put_text(&w->out, key);
    put(&w->out, ":");
    if (!write_node(w, fields->kid[i]->kid[1], field ? field->type : type ? type->element : NULL)) good = false;
  }
  return good;
}

static bool write_record(struct writing *w, const struct node *node, const struct type *type) {
  unsigned count = type && type->kind == TYPE_RECORD ? type->field_count : 0, written = 0;
  bool *given = arena_alloc(w->c->arena, count + 1);
  if (!given) return false;
  put(&w->out, "{");
  bool good = write_fields(w, node->kid[0], type, given, &written);
  for (unsigned i = 0; w->mode == WIRE_FILL && i < count; i++) {
    if (given[i] || type->fields[i].optional) continue;
    if (written++) put(&w->out, ",");
    put_text(&w->out, type->fields[i].name);
    put(&w->out, ":");
    put_neutral(w->c, &w->out, type->fields[i].type);
  }
  put(&w->out, "}");
  return good;
}

static bool write_list(struct writing *w, const struct node *node, const struct type *type) {
  bool good = true;
  put(&w->out, "[");
  for (uint32_t i = 0; i < KIDS(node->kid[0]); i++) {
    if (i) put(&w->out, ",");
    if (!write_node(w, node->kid[0]->kid[i], type ? type->element : NULL)) good = false;
  }
  put(&w->out, "]");
  return good;
}

static bool write_node(struct writing *w, const struct node *node, const struct type *type) {
  if (node->kind == NODE_RECORD && (!type || type->kind == TYPE_RECORD || type->kind == TYPE_MAP))
    return write_record(w, node, type);
  if (node->kind == NODE_ARRAY && (!type || rbc_is_list(type))) return write_list(w, node, type);
  if (!type && node->kind == NODE_NAME) { put_text(&w->out, rbc_text(w->c, w->scope, node)); return true; }
  const struct constant *k = rbc_constant(w->c, w->scope, node, type);
  if (k) put_constant(w->c, &w->out, k);
  return k != NULL;
}

const char *rbc_wire_json(struct checker *c, const struct file_scope *scope, const struct node *expr,
                          const struct type *type, enum wire_mode mode) {
  struct writing w = { c, scope, mode, { .arena = c->arena } };
  return expr && write_node(&w, expr, type) ? finished(c, &w.out) : NULL;
}
