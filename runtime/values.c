/* values.c: orders, sizes and completeness of values by their type. Types nest at most 32 deep, so the recursion is bounded. */
#include "json.h"
#include "packed.h"

static int list_order(const struct rebase_bundle *bundle, uint32_t type, const struct list *a, const struct list *b) {
  for (uint32_t i = 0; i < a->len && i < b->len; i++) {
    int order = value_order(bundle, type, a->items[i], b->items[i]);
    if (order) return order;
  }
  return (a->len > b->len) - (a->len < b->len);
}

static int map_order(const struct rebase_bundle *bundle, uint32_t type, const struct list *a, const struct list *b) {
  for (uint32_t i = 0; i < a->len && i < b->len; i++) {
    int order = value_order(bundle, TYPE_STRING, a->items[2 * i], b->items[2 * i]);
    if (!order) order = value_order(bundle, type, a->items[2 * i + 1], b->items[2 * i + 1]);
    if (order) return order;
  }
  return (a->len > b->len) - (a->len < b->len);
}

int value_order(const struct rebase_bundle *bundle, uint32_t type, value a, value b) {
  const struct image_type *t = bundle_type(bundle, type);
  if (is_missing(a) || is_missing(b)) return is_missing(b) - is_missing(a);
  if (kind_is_text(t->kind)) return text_compare(a.text->bytes, a.text->len, b.text->bytes, b.text->len);
  if (kind_is_list(t->kind)) return list_order(bundle, element_type(bundle, type), a.list, b.list);
  if (t->kind == TYPE_MAP) return map_order(bundle, t->a, a.list, b.list);
  if (t->kind != TYPE_RECORD) return (a.i > b.i) - (a.i < b.i);
  for (uint32_t i = 0; i < t->b; i++) {
    int order = value_order(bundle, bundle->FIELDS.at[t->a + i].type, a.record[i], b.record[i]);
    if (order) return order;
  }
  return 0;
}

static int pair_order(const struct rebase_bundle *bundle, uint32_t type, const struct pair *a, const struct pair *b) {
  int order = value_order(bundle, type, a->key, b->key);
  return order ? order : (a->item.bits > b->item.bits) - (a->item.bits < b->item.bits);
}

static void sift(const struct rebase_bundle *bundle, uint32_t type, struct pair *heap, size_t root, size_t count) {
  for (size_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && pair_order(bundle, type, &heap[child], &heap[child + 1]) < 0) child++;
    if (pair_order(bundle, type, &heap[root], &heap[child]) >= 0) return;
    struct pair swap = heap[root];
    heap[root] = heap[child];
    heap[child] = swap;
  }
}

void pairs_sort(const struct rebase_bundle *bundle, uint32_t type, struct pair *pairs, size_t count) {
  bool sorted = true;
  for (size_t i = 1; i < count && sorted; i++) sorted = pair_order(bundle, type, &pairs[i - 1], &pairs[i]) <= 0;
  if (sorted) return;
  for (size_t root = count / 2; root-- > 0;) sift(bundle, type, pairs, root, count);
  for (size_t last = count; last-- > 1;) {
    struct pair swap = pairs[0];
    pairs[0] = pairs[last];
    pairs[last] = swap;
    sift(bundle, type, pairs, 0, last);
  }
}

bool value_complete(const struct rebase_bundle *bundle, uint32_t type, value v) {
  const struct image_type *t = bundle_type(bundle, type);
  if (is_missing(v)) return false;
  if (t->kind == TYPE_RECORD) {
    for (uint32_t i = 0; i < t->b; i++) {
      const struct image_field *field = bundle->FIELDS.at + t->a + i;
      if (is_missing(v.record[i]) ? !(field->flags & FIELD_OPTIONAL) : !value_complete(bundle, field->type, v.record[i])) return false;
    }
    return true;
  }
  if (!kind_is_collection(t->kind)) return true;
  uint32_t element = element_type(bundle, type), step = t->kind == TYPE_MAP ? 2 : 1;
  for (uint32_t i = 0; i < v.list->len; i++)
    if (!value_complete(bundle, element, v.list->items[i * step + (step - 1)])) return false;
  return true;
}

size_t value_bytes(const struct rebase_bundle *bundle, uint32_t type, value v) {
  const struct image_type *t = bundle_type(bundle, type);
  if (is_missing(v)) return 0;
  if (kind_is_text(t->kind)) return text_size(v.text->len);
  if (t->kind == TYPE_RECORD) {
    size_t total = t->b * sizeof(value);
    for (uint32_t i = 0; i < t->b; i++) total += value_bytes(bundle, bundle->FIELDS.at[t->a + i].type, v.record[i]);
    return total;
  }
  if (!kind_is_collection(t->kind)) return 0;
  uint32_t element = element_type(bundle, type), step = t->kind == TYPE_MAP ? 2 : 1;
  size_t total = sizeof(struct list) + (size_t)v.list->len * step * sizeof(value);
  for (uint32_t i = 0; i < v.list->len; i++) {
    if (step == 2) total += value_bytes(bundle, TYPE_STRING, v.list->items[2 * i]);
    total += value_bytes(bundle, element, v.list->items[i * step + (step - 1)]);
  }
  return total;
}
