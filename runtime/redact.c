/* redact.c: see redact.h. A search tries every pattern at every place; what that reads is counted, and the budget ends it. */
#include "packed.h"
#include "redact.h"

enum redact_status redact_begin(struct redaction *r, const struct rebase_bundle *bundle, struct workspace *work,
                                const uint32_t *detectors, uint32_t count, uint64_t budget) {
  size_t total = 0;
  for (uint32_t d = 0; d < count; d++) total += bundle->DETECTORS.at[detectors[d]].count;
  *r = (struct redaction){.bundle = bundle, .work = work, .budget = budget};
  if (!(r->finders = workspace_take(work, total * sizeof *r->finders))) return REDACT_FULL;
  for (uint32_t d = 0; d < count; d++) {
    const struct image_detector *detector = &bundle->DETECTORS.at[detectors[d]];
    for (uint32_t p = 0; p < detector->count; p++) {
      const struct image_pattern *pattern = &bundle->PATTERNS.at[bundle->INDEXES.at[detector->first + p]];
      struct finder *f = &r->finders[r->count++];
      *f = (struct finder){bundle->DFA.at + pattern->table, bundle->BYTES.at + pattern->classes, bundle->BYTES.at + pattern->accept,
                           pattern->start, 0, detectors[d]};
      for (unsigned c = 0; c < 256; c++)
        if (f->classes[c] >= f->width) f->width = f->classes[c] + 1u;
    }
  }
  return REDACT_OK;
}

/* Length of the longest match at the front and the detector that found it; 0: none. Bytes read come off the budget. */
static size_t match_at(struct redaction *r, const char *bytes, size_t length, uint32_t *found) {
  size_t longest = 0;
  for (const struct finder *f = r->finders; f < r->finders + r->count; f++) {
    uint32_t state = f->start;
    for (size_t i = 0; i < length && state; i++) {
      if (!r->budget) return 0;
      r->budget--;
      state = f->next[state * f->width + f->classes[(unsigned char)bytes[i]]];
      if (state && f->accept[state] && i + 1 > longest) { longest = i + 1; *found = f->detector; }
    }
  }
  return longest;
}

struct copy { struct redaction *r; char *bytes; size_t length, room; };

static bool append(struct copy *c, const char *bytes, size_t length) {
  if (length > c->room - c->length) return false;
  memcpy(c->bytes + c->length, bytes, length);
  c->length += length;
  return true;
}

static enum redact_status rewrite(struct copy *c, const struct text *text) {
  size_t plain = 0;
  for (size_t at = 0; at < text->len;) {
    uint32_t detector = 0;
    size_t match = match_at(c->r, text->bytes + at, text->len - at, &detector);
    if (!c->r->budget) return REDACT_BUDGET;
    if (!match) { at++; continue; }
    const struct text *name = bundle_text(c->r->bundle, c->r->bundle->DETECTORS.at[detector].name);
    if (!append(c, text->bytes + plain, at - plain) || !append(c, "[", 1) || !append(c, name->bytes, name->len) || !append(c, "]", 1))
      return REDACT_FULL;
    plain = at += match;
  }
  return append(c, text->bytes + plain, text->len - plain) ? REDACT_OK : REDACT_FULL;
}

enum redact_status redact_text(struct redaction *r, const struct text *text, const struct text **out) {
  struct workspace *w = r->work;
  size_t mark = w->low, room = w->high - w->low;
  *out = text;
  if (room < sizeof(struct text) + 8) return REDACT_FULL;
  struct text *changed = workspace_take(w, room & ~(size_t)7);
  if (!changed) return REDACT_FULL;
  struct copy c = {r, changed->bytes, 0, (room & ~(size_t)7) - sizeof *changed - 1};
  if (c.room > UINT32_MAX - 1) c.room = UINT32_MAX - 1;
  enum redact_status status = rewrite(&c, text);
  w->low = mark;
  if (status != REDACT_OK || (c.length == text->len && !memcmp(c.bytes, text->bytes, c.length))) return status;
  workspace_take(w, text_size(c.length));
  text_end(changed, c.length);
  *out = changed;
  return REDACT_OK;
}

static enum redact_status redact_items(struct redaction *r, const uint32_t *types, uint32_t step, const value *from, value *to, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    enum redact_status status = redact_value(r, types[i % step], from[i], &to[i]);
    if (status != REDACT_OK) return status;
  }
  return REDACT_OK;
}

/* A copy of the composite with its texts redacted. Keys of maps are names, not text: they stay. */
static enum redact_status redact_list(struct redaction *r, uint32_t type, value v, value *out) {
  bool map = bundle_type(r->bundle, type)->kind == TYPE_MAP;
  uint32_t count = v.list->len * (map ? 2 : 1), element = element_type(r->bundle, type);
  uint32_t types[2] = {map ? (uint32_t)TYPE_INT : element, element};
  struct list *copy = workspace_take(r->work, sizeof *copy + count * sizeof(value));
  if (!copy) return REDACT_FULL;
  *copy = (struct list){v.list->len, 0};
  out->list = copy;
  return redact_items(r, types, 2, v.list->items, copy->items, count);
}

enum redact_status redact_value(struct redaction *r, uint32_t type, value v, value *out) {
  const struct image_type *t = bundle_type(r->bundle, type);
  *out = v;
  if (is_missing(v)) return REDACT_OK;
  if (t->kind == TYPE_STRING) return redact_text(r, v.text, &out->text);
  if (kind_is_collection(t->kind)) return redact_list(r, type, v, out);
  if (t->kind != TYPE_RECORD) return REDACT_OK;
  value *copy = workspace_take(r->work, t->b * sizeof *copy);
  if (!copy) return REDACT_FULL;
  out->record = copy;
  for (uint32_t i = 0; i < t->b; i++) {
    enum redact_status status = redact_value(r, r->bundle->FIELDS.at[t->a + i].type, v.record[i], &copy[i]);
    if (status != REDACT_OK) return status;
  }
  return REDACT_OK;
}
