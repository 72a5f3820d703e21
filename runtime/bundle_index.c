/* bundle_index.c: look-ups that are made when a bundle is opened: table rows by key, the closure of membership trees. */
#include "packed.h"
#include "plain.h"

enum { FLAT_MOST = 1000000000 };    /* 1,000 for a million tokens: a thousand million of them stay far below 64 bits */
#include "verify.h"

/* ---- tables ---- */
struct table_view {
  const struct rebase_bundle *bundle;
  const struct image_table *table;
  const value *rows;
};

static int compare_scalars(int64_t a, int64_t b) { return (a > b) - (a < b); }

/* Orders values of the same scalar or text type. */
static int compare_keys(unsigned kind, value a, value b) {
  if (kind_is_text(kind)) return text_compare(a.text->bytes, a.text->len, b.text->bytes, b.text->len);
  return compare_scalars(a.i, b.i);
}

static int compare_row(const struct table_view *t, const value *row, const value *keys) {
  const struct image_type *record = bundle_type(t->bundle, t->table->row_type);
  for (uint32_t k = 0; k < t->table->keys; k++) {
    uint32_t field = t->table->key_field[k];
    int order = compare_keys(bundle_type(t->bundle, t->bundle->FIELDS.at[record->a + field].type)->kind, row[field], keys[k]);
    if (order) return order;
  }
  return 0;
}

static int by_keys(const void *context, uint32_t a, uint32_t b) {
  const struct table_view *t = context;
  value keys[IMAGE_MAX_ENTITY_KEYS];
  for (uint32_t k = 0; k < t->table->keys; k++) keys[k] = t->rows[b].record[t->table->key_field[k]];
  return compare_row(t, t->rows[a].record, keys);
}

/* How many values a closed type has; 0 when it is not closed. */
static uint64_t values_of(const struct rebase_bundle *b, uint32_t type) {
  const struct image_type *t = bundle_type(b, type);
  return t->kind == TYPE_BOOL ? 2 : t->kind == TYPE_WORDS ? t->b : t->kind == TYPE_REGION ? b->REGIONS.count : 0;
}

/* The keys are different and each is a value of its type: so as many rows as there are combinations are all of them. */
static bool is_total(const struct rebase_bundle *b, const struct image_table *table, uint32_t rows) {
  uint64_t combinations = 1;
  for (uint32_t k = 0; k < table->keys; k++) {
    uint64_t values = values_of(b, b->FIELDS.at[bundle_type(b, table->row_type)->a + table->key_field[k]].type);
    if (!values || combinations > UINT32_MAX) return false;
    combinations *= values;
  }
  return table->keys && combinations == rows;
}

static bool index_table(struct verifier *v, uint32_t index, struct bundle_table *out) {
  struct rebase_bundle *b = v->bundle;
  const struct image_table *table = &b->TABLES.at[index];
  const struct list *list = b->values[table->value].list;
  struct table_view view = {b, table, list->items};
  uint32_t count = list->len;
  uint32_t *order = pages_array(&v->temporary, count, sizeof *order), *spare = pages_array(&v->temporary, count, sizeof *spare);
  value *rows = pages_array(b->pages, count, sizeof *rows);
  if (!order || !spare || !rows) return out_of_memory(v);
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  if (table->keys) sort_indexes(order, spare, count, &view, by_keys);
  for (uint32_t i = 0; i < count; i++) {
    rows[i] = list->items[order[i]];
    if (table->keys && i && by_keys(&view, order[i - 1], order[i]) == 0)
      return refuse(v, CHECK_TABLE_DISTINCT, SECTION_TABLES, index, "rows %lu and %lu", (unsigned long)order[i - 1], (unsigned long)order[i]);
  }
  if (table->total && !is_total(b, table, count))
    return refuse(v, CHECK_TABLE_TOTAL, SECTION_TABLES, index, "%lu rows", (unsigned long)count);
  *out = (struct bundle_table){rows, count};
  return true;
}

value bundle_row(const struct rebase_bundle *bundle, uint32_t table, const value *keys) {
  struct table_view view = {bundle, &bundle->TABLES.at[table], bundle->tables[table].rows};
  for (uint32_t k = 0; k < view.table->keys; k++)
    if (is_missing(keys[k])) return missing_value();
  uint32_t low = 0, high = bundle->tables[table].count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = compare_row(&view, view.rows[middle].record, keys);
    if (order == 0) return view.rows[middle];
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return missing_value();
}

/* ---- membership trees ----
 * The names of a tree are numbered in sorted order. Groups are settled before their members (an order without cycles), and
 * what is above a member is its groups and all that is above them. */
enum { CLOSURE_MOST = 16 << 20 };


struct tree_builder {
  struct verifier *v;
  uint32_t index;                   /* of the tree */
  const value *pairs; uint32_t pair_count;
  const struct text **names; uint32_t count;
  uint32_t *member, *group;         /* of each pair: numbers of names */
  uint32_t *first_edge, *edges;     /* number -> its groups: edges[first_edge[n]] .. */
  struct bundle_above *above;       /* the result */
};

static int by_text(const void *context, uint32_t a, uint32_t b) {
  const value *pairs = context;
  const struct text *l = pairs[a / 2].record[a % 2].text, *r = pairs[b / 2].record[b % 2].text;
  return text_compare(l->bytes, l->len, r->bytes, r->len);
}

/* Numbers the names: entry 2i is the member of pair i, entry 2i + 1 its group. */
static bool number_names(struct tree_builder *t) {
  struct pages *temporary = &t->v->temporary;
  uint32_t entries = 2 * t->pair_count;              /* fits: a packed pair takes ten bytes of a file below 4 GiB */
  uint32_t *order = pages_array(temporary, entries, sizeof *order), *spare = pages_array(temporary, entries, sizeof *spare);
  t->member = pages_array(temporary, t->pair_count, sizeof *t->member);
  t->group = pages_array(temporary, t->pair_count, sizeof *t->group);
  t->names = pages_array(t->v->bundle->pages, entries, sizeof *t->names);
  if (!order || !spare || !t->member || !t->group || !t->names) return out_of_memory(t->v);
  for (uint32_t i = 0; i < entries; i++) order[i] = i;
  sort_indexes(order, spare, entries, t->pairs, by_text);
  for (uint32_t i = 0; i < entries; i++) {
    uint32_t entry = order[i];
    if (i == 0 || by_text(t->pairs, order[i - 1], entry) != 0) t->names[t->count++] = t->pairs[entry / 2].record[entry % 2].text;
    (entry % 2 ? t->group : t->member)[entry / 2] = t->count - 1;
  }
  return true;
}

static bool make_edges(struct tree_builder *t) {
  struct pages *temporary = &t->v->temporary;
  uint32_t *fill = pages_array(temporary, (size_t)t->count + 1, sizeof *fill);
  t->first_edge = pages_array(temporary, (size_t)t->count + 2, sizeof *t->first_edge);
  t->edges = pages_array(temporary, t->pair_count, sizeof *t->edges);
  if (!fill || !t->first_edge || !t->edges) return out_of_memory(t->v);
  for (uint32_t i = 0; i < t->pair_count; i++) t->first_edge[t->member[i] + 1]++;
  for (uint32_t n = 0; n < t->count; n++) fill[n] = t->first_edge[n + 1] += t->first_edge[n];
  for (uint32_t i = 0; i < t->pair_count; i++) t->edges[--fill[t->member[i]]] = t->group[i];
  return true;
}

/* Groups before members, by counting the groups that are not settled yet. False on a cycle. */
static bool settle_order(struct tree_builder *t, uint32_t *order) {
  struct pages *temporary = &t->v->temporary;
  uint32_t *left = pages_array(temporary, t->count, sizeof *left), *next = pages_array(temporary, t->pair_count, sizeof *next);
  uint32_t *members = pages_array(temporary, t->count, sizeof *members), settled = 0;
  if (!left || !next || !members) return out_of_memory(t->v);
  memset(members, 0xff, t->count * sizeof *members);
  for (uint32_t i = 0; i < t->pair_count; i++) {                /* chains of the pairs of each group */
    next[i] = members[t->group[i]];
    members[t->group[i]] = i;
    left[t->member[i]]++;
  }
  for (uint32_t n = 0; n < t->count; n++)
    if (!left[n]) order[settled++] = n;
  for (uint32_t done = 0; done < settled; done++)
    for (uint32_t i = members[order[done]]; i != NONE32; i = next[i])
      if (--left[t->member[i]] == 0) order[settled++] = t->member[i];
  return settled == t->count || refuse(t->v, CHECK_TREE_CYCLE, SECTION_TREES, t->index, "a cycle");
}

static int by_number(const void *context, uint32_t a, uint32_t b) { (void)context; return (a > b) - (a < b); }

/* found: room for all names; stamp: by name, whether it was found for this one. */
struct closure { uint32_t *found, *spare, *stamp; uint32_t count, name; uint64_t total; };

static void find_above(struct closure *c, uint32_t group) {
  if (c->stamp[group] == c->name) return;
  c->stamp[group] = c->name;
  c->found[c->count++] = group;
}

static bool close_name(struct tree_builder *t, struct closure *c, uint32_t name) {
  c->name = name;
  c->count = 0;
  for (uint32_t e = t->first_edge[name]; e < t->first_edge[name + 1]; e++) {
    const struct bundle_above *higher = &t->above[t->edges[e]];
    find_above(c, t->edges[e]);
    for (uint32_t i = 0; i < higher->count; i++) find_above(c, higher->groups[i]);
    c->total += higher->count;
  }
  c->total += c->count;
  if (c->total > CLOSURE_MOST) return refuse(t->v, CHECK_TREE_SIZE, SECTION_TREES, t->index, "too many groups above names");
  uint32_t *groups = pages_array(t->v->bundle->pages, c->count, sizeof *groups);
  if (!groups) return out_of_memory(t->v);
  sort_indexes(c->found, c->spare, c->count, NULL, by_number);
  memcpy(groups, c->found, c->count * sizeof *groups);
  t->above[name] = (struct bundle_above){groups, c->count};
  return true;
}

static bool close_tree(struct tree_builder *t) {
  struct pages *temporary = &t->v->temporary;
  uint32_t *order = pages_array(temporary, t->count, sizeof *order);
  struct closure c = {.found = pages_array(temporary, t->count, sizeof *c.found),
                      .spare = pages_array(temporary, t->count, sizeof *c.spare),
                      .stamp = pages_array(temporary, t->count, sizeof *c.stamp)};
  t->above = pages_array(t->v->bundle->pages, t->count, sizeof *t->above);
  if (!order || !c.found || !c.spare || !c.stamp || !t->above) return out_of_memory(t->v);
  memset(c.stamp, 0xff, t->count * sizeof *c.stamp);
  if (!settle_order(t, order)) return false;
  for (uint32_t i = 0; i < t->count; i++)
    if (!close_name(t, &c, order[i])) return false;
  return true;
}

static bool index_tree(struct verifier *v, uint32_t index, struct bundle_tree *out) {
  const struct list *pairs = v->bundle->values[v->bundle->TREES.at[index].value].list;
  struct tree_builder t = {.v = v, .index = index, .pairs = pairs->items, .pair_count = pairs->len};
  if (!number_names(&t) || !make_edges(&t) || !close_tree(&t)) return false;
  *out = (struct bundle_tree){t.names, t.above, t.count};
  return true;
}

static uint32_t number_of(const struct bundle_tree *tree, const struct text *name) {
  uint32_t low = 0, high = tree->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const struct text *found = tree->names[middle];
    int order = text_compare(found->bytes, found->len, name->bytes, name->len);
    if (order == 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return NONE32;
}

bool bundle_under(const struct rebase_bundle *bundle, uint32_t tree_index, const struct text *member, const struct text *group) {
  const struct bundle_tree *tree = &bundle->trees[tree_index];
  uint32_t name = number_of(tree, member), wanted = number_of(tree, group);
  if (name == NONE32 || wanted == NONE32) return false;
  const struct bundle_above *above = &tree->above[name];
  return find_ascending(above->groups, sizeof *above->groups, above->count, wanted) != NONE32;
}

static int by_slot(const void *context, uint32_t a, uint32_t b) {
  const struct image_param *params = context;
  return (params[a].slot > params[b].slot) - (params[a].slot < params[b].slot);
}

static bool index_params(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  uint32_t *order = pages_array(b->pages, b->PARAMS.count, sizeof *order);
  uint32_t *spare = pages_array(&v->temporary, b->PARAMS.count, sizeof *spare);
  if (!order || !spare) return out_of_memory(v);
  for (uint32_t i = 0; i < b->OPERATIONS.count; i++) {
    const struct image_operation *o = &b->OPERATIONS.at[i];
    for (uint32_t k = 0; k < o->params; k++) order[o->first_param + k] = k;
    sort_indexes(order + o->first_param, spare, o->params, b->PARAMS.at + o->first_param, by_slot);
  }
  b->param_order = order;
  return true;
}

static uint64_t tag_of(const struct rebase_bundle *b, ref name) { return plain_tag(bundle_text(b, name)->bytes, bundle_text(b, name)->len); }

static bool tag_names(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  uint64_t *params = pages_array(b->pages, b->PARAMS.count, sizeof *params), *fields = pages_array(b->pages, b->FIELDS.count, sizeof *fields);
  if (!params || !fields) return out_of_memory(v);
  for (uint32_t i = 0; i < b->PARAMS.count; i++) params[i] = tag_of(b, b->PARAMS.at[i].name);
  for (uint32_t i = 0; i < b->FIELDS.count; i++) fields[i] = tag_of(b, b->FIELDS.at[i].name);
  b->param_tags = params;
  b->field_tags = fields;
  return true;
}

static bool flatten_prices(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  struct bundle_flat *flat = pages_array(b->pages, b->MODELS.count, sizeof *flat);
  if (!flat) return out_of_memory(v);
  for (uint32_t i = 0; i < b->MODELS.count; i++) {
    const struct image_model *m = &b->MODELS.at[i];
    flat[i] = (struct bundle_flat){-1, -1};
    for (uint32_t k = m->first_price; k < m->first_price + m->prices; k++) {
      const struct image_price *p = &b->PRICES.at[k];
      if (p->kind == PRICE_INPUT && !p->above && p->amount <= FLAT_MOST) flat[i].input = p->amount;
      else if (p->kind == PRICE_OUTPUT && !p->above && p->amount <= FLAT_MOST) flat[i].output = p->amount;
      else if (p->kind == PRICE_INPUT || p->kind == PRICE_OUTPUT || p->kind == PRICE_REQUEST) { flat[i] = (struct bundle_flat){-1, -1}; break; }
    }
    if (flat[i].input < 0 || flat[i].output < 0) flat[i] = (struct bundle_flat){-1, -1};
  }
  b->flat_prices = flat;
  return true;
}

enum { MOST_WORDS = 256, WORD_TRIES = 16 };         /* words of a type that are indexed; multipliers */

/* Whether each word stands in the cell that it belongs in. */
static bool place_words(const struct rebase_bundle *b, const struct image_type *type, struct word_cells *words) {
  bool alone = true;
  memset(words->cells, 0, ((size_t)words->mask + 1) * sizeof *words->cells);
  for (uint32_t i = 0; i < type->b; i++) {
    const struct image_word *word = &b->WORDS.at[type->a + i];
    const struct text *wire = bundle_text(b, word->wire);
    uint32_t at = word_cell(words, wire->bytes, wire->len);
    for (; words->cells[at].wire; at = (at + 1) & words->mask) alone = false;
    words->cells[at] = (struct word_cell){wire, word->symbol};
  }
  return alone;
}

/* NULL when memory is out. Four times as many cells as words; the multiplier under which the first look finds them all, or the last one tried. */
static const struct word_cells *index_type_words(struct verifier *v, const struct image_type *type) {
  uint32_t count = 4;
  while (count < 4 * type->b) count *= 2;
  struct word_cells *words = pages_take(v->bundle->pages, sizeof *words + count * sizeof *words->cells);
  if (!words) return NULL;
  words->mask = count - 1;
  words->multiplier = FIRST_MULTIPLIER;
  for (unsigned try = 1; !place_words(v->bundle, type, words) && try < WORD_TRIES; try++) words->multiplier = next_multiplier(words->multiplier);
  return words;
}

static bool index_words(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  const struct word_cells **cells = pages_array(b->pages, b->TYPES.count, sizeof *cells);
  if (!cells) return out_of_memory(v);
  for (uint32_t i = 0; i < b->TYPES.count; i++) {
    const struct image_type *type = &b->TYPES.at[i];
    if (type->kind != TYPE_WORDS || type->b > MOST_WORDS) continue;
    cells[i] = b->type_class[i] < i ? cells[b->type_class[i]] : index_type_words(v, type);
    if (!cells[i]) return out_of_memory(v);
  }
  b->word_cells = cells;
  return true;
}

bool index_bundle(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  if (!index_params(v) || !tag_names(v) || !flatten_prices(v) || !index_words(v)) return false;
  struct bundle_table *tables = pages_array(b->pages, b->TABLES.count, sizeof *tables);
  struct bundle_tree *trees = pages_array(b->pages, b->TREES.count, sizeof *trees);
  if (!tables || !trees) return out_of_memory(v);
  for (uint32_t i = 0; i < b->TABLES.count; i++)
    if (!index_table(v, i, &tables[i])) return false;
  for (uint32_t i = 0; i < b->TREES.count; i++)
    if (!index_tree(v, i, &trees[i])) return false;
  b->tables = tables;
  b->trees = trees;
  return true;
}
