/* condition.c: the text of a rule's condition, with holes where its constants stand, so that rules which differ in constants share
 * it. A constant becomes a hole only where the text has the very bytes that runtime/explain.c will write for it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "codegen/generator.h"
#include "value.h"

void gen_condition_open(struct generator *g, const struct rule *rule) {
  g->condition.size = g->condition_to = 0;
  if (rule->condition) gen_buffer_add(g, &g->condition, rule->condition, strlen(rule->condition));
}

/* ---- how a constant is written ---- */
struct written { const char *bytes; size_t length; bool quoted; char digits[32]; };

/* snprintf took a tenth of the time of all codegen. */
static void whole(struct written *w, int64_t number) {
  uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  char *end = w->digits + sizeof w->digits, *at = end;
  do *--at = (char)('0' + size % 10); while (size /= 10);
  if (number < 0) *--at = '-';
  w->bytes = at;
  w->length = (size_t)(end - at);
}

static void millionths(struct written *w, int64_t number) {
  uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  int length = snprintf(w->digits, sizeof w->digits, "%s%" PRIu64 ".%06" PRIu64, number < 0 ? "-" : "", size / REBASE_SCALE, size % REBASE_SCALE);
  while (w->digits[length - 1] == '0') length--;
  w->length = (size_t)length - (w->digits[length - 1] == '.');
}

static bool write(const struct generator *g, const struct constant *c, struct written *w) {
  w->bytes = w->digits;
  w->quoted = c->type->kind == TYPE_STRING;
  switch (c->type->kind) {
    case TYPE_STRING: w->bytes = c->text; w->length = c->length; return true;
    case TYPE_INT: whole(w, c->scalar); return true;
    case TYPE_DECIMAL: case TYPE_MONEY: millionths(w, c->scalar); return true;
    case TYPE_BOOL: w->bytes = c->scalar ? "true" : "false"; break;
    case TYPE_SYMBOL: case TYPE_WORDS: w->bytes = g->program->symbols[c->scalar]; break;
    default: return false;
  }
  w->length = strlen(w->bytes);
  return true;
}

/* ---- where it stands ---- */
static bool in_word(int c) { return isalnum(c) || c == '_' || c >= 0x80; }

/* Behind what is settled, as a token of its own: its place, with its quotes, or SIZE_MAX. */
static size_t find(const struct generator *g, const struct written *w) {
  const unsigned char *text = g->condition.bytes, *next;
  const size_t quote = w->quoted, size = w->length + 2 * quote, all = g->condition.size;
  const int first = w->quoted ? '"' : (unsigned char)w->bytes[0];
  for (size_t at = g->condition_to; at + size <= all && (next = memchr(text + at, first, all - at - size + 1)) != NULL; at++) {
    at = (size_t)(next - text);
    if (w->length && memcmp(text + at + quote, w->bytes, w->length) != 0) continue;
    if (w->quoted ? text[at] == '"' && text[at + size - 1] == '"'
                  : (!at || !in_word(text[at - 1])) && (at + size == all || !in_word(text[at + size]))) return at;
  }
  return SIZE_MAX;
}

void gen_condition_hole(struct gen_code *code, const struct expr *e, uint32_t number) {
  struct generator *g = code->g;
  struct written w;
  const struct span rule = code->rule->span;
  bool here = e->span.source == rule.source && e->span.start >= rule.start && e->span.end <= rule.end;
  if (!here || number >= CONDITION_HOLES || !g->condition.size || !write(g, e->constant, &w)) return;
  size_t at = find(g, &w), size = w.length + 2 * (size_t)w.quoted;
  if (at == SIZE_MAX) return;
  const unsigned char hole[2] = {CONDITION_HOLE, (unsigned char)(CONDITION_FIRST + number)};
  if (size < sizeof hole && !gen_buffer_add(g, &g->condition, hole, sizeof hole - size)) return;      /* room; what it holds is moved over */
  unsigned char *bytes = g->condition.bytes;
  size_t end = g->condition.size - (size < sizeof hole ? sizeof hole - size : 0);
  memmove(bytes + at + sizeof hole, bytes + at + size, end - at - size);
  memcpy(bytes + at, hole, sizeof hole);
  g->condition.size = end - size + sizeof hole;
  g->condition_to = at + sizeof hole;
}
