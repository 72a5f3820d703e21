/* route_order.c: see route_order.h. */
#include "route_order.h"

enum { DEAREST = 1000000000, FIT_CELLS = 1 << 16, SORTING = 8 };        /* millionths for a million tokens: with ROUTE_PLAN_TOKENS costs stay below 2^62 */
#define EFFORT (UINT64_C(1) << 25)

/* ---- prices ---- */
/* A tier for each number of tokens at which a price of a request without a cache changes. */
static void read_prices(const struct rebase_bundle *b, const struct image_model *m, struct order_price *p) {
  int64_t above = 0, next = 0;
  for (p->count = 0; next != INT64_MAX; above = next) {
    const struct image_price *input = model_price(b, m, PRICE_INPUT, above + 1), *output = model_price(b, m, PRICE_OUTPUT, above + 1);
    const struct image_price *request = model_price(b, m, PRICE_REQUEST, above + 1);
    next = INT64_MAX;
    for (uint32_t i = m->first_price; i < m->first_price + m->prices; i++) {
      const struct image_price *price = &b->PRICES.at[i];
      bool counts = price->kind == PRICE_INPUT || price->kind == PRICE_OUTPUT || price->kind == PRICE_REQUEST;
      if (counts && price->above > above && price->above < next) next = price->above;
    }
    bool known = input && output;
    if (!known && !p->count && next == INT64_MAX) return;             /* of no request that has both */
    p->odd = !known || p->count == ORDER_TIERS || input->amount > DEAREST || output->amount > DEAREST || (request && request->amount > DEAREST);
    if (p->odd) return;
    p->tiers[p->count++] = (struct route_tier){above, input->amount, output->amount, request ? request->amount : 0};
  }
}

bool order_begin(struct verifier *v, struct order_maker *maker) {
  const struct rebase_bundle *b = v->bundle;
  uint32_t count = b->MODELS.count;
  *maker = (struct order_maker){.v = v, .effort = EFFORT,
    .prices = pages_array(&v->temporary, count, sizeof *maker->prices), .entries = pages_array(&v->temporary, count, sizeof *maker->entries),
    .kept = pages_array(&v->temporary, count, sizeof *maker->kept),
    .order = pages_array(&v->temporary, count, sizeof *maker->order), .spare = pages_array(&v->temporary, count, sizeof *maker->spare)};
  if (!maker->prices || !maker->entries || !maker->kept || !maker->order || !maker->spare) return out_of_memory(v);
  for (uint32_t i = 0; i < count; i++) read_prices(b, &b->MODELS.at[i], &maker->prices[i]);
  return true;
}

/* ---- entries ---- */
struct ranked { struct order_maker *maker; const struct image_route *route; uint32_t task; };

static int64_t rank_of(const struct ranked *r, uint32_t model) {
  const struct rebase_bundle *b = r->maker->v->bundle;
  return model_rank(b, &b->MODELS.at[model], (enum route_prefer)r->route->prefer, r->task, 0);
}

static int compare(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int by_rank(const void *context, uint32_t a, uint32_t b) {
  const struct ranked *r = context;
  const struct route_entry *x = &r->maker->entries[a], *y = &r->maker->entries[b];
  int order = compare(rank_of(r, x->model), rank_of(r, y->model));
  if (!order) order = compare(x->least, y->least);
  if (!order) order = compare(x->tiers->output, y->tiers->output);
  return order ? order : compare(x->model, y->model);
}

static struct route_entry entry_of(const struct order_maker *maker, uint32_t model) {
  const struct image_model *m = &maker->v->bundle->MODELS.at[model];
  const struct order_price *p = &maker->prices[model];
  struct route_entry e = {.window = m->window ? m->window : INT64_MAX, .most = m->output ? m->output : INT64_MAX, .tiers = p->tiers, .least = INT64_MAX,
                          .tier_count = p->count, .model = model};
  for (uint32_t i = 0; i < p->count; i++) if (p->tiers[i].input < e.least) e.least = p->tiers[i].input;
  return e;
}

/* Whether a costs no more than b whatever is asked, and comes first where it costs the same. */
static bool cheaper(const struct route_entry *a, const struct route_entry *b) {
  for (uint32_t i = 0, k = 0;;) {
    const struct route_tier *x = &a->tiers[i], *y = &b->tiers[k];
    if (x->input > y->input || x->output > y->output || x->request > y->request) return false;
    if (a->model > b->model && x->input == y->input && x->output == y->output && x->request == y->request) return false;
    int64_t next_a = i + 1 < a->tier_count ? a->tiers[i + 1].above : INT64_MAX, next_b = k + 1 < b->tier_count ? b->tiers[k + 1].above : INT64_MAX;
    if (next_a == INT64_MAX && next_b == INT64_MAX) return true;
    i += next_a <= next_b;
    k += next_b <= next_a;
  }
}

/* Whether one that was kept takes all that this one does and comes first. */
static bool stands_behind(struct order_maker *maker, const struct route_entry *kept, uint32_t count, const struct route_entry *e) {
  for (uint32_t i = 0; i < count; i++) {
    if (maker->effort) maker->effort--;
    if (kept[i].window >= e->window && kept[i].most >= e->most && (kept[i].rank < e->rank || cheaper(&kept[i], e))) return true;
  }
  return false;
}

/* ---- orders ---- */
static bool keep(struct order_maker *maker, const struct route_entry *list, uint32_t count, const struct route_order **made) {
  struct pages *pages = maker->v->bundle->pages;
  struct route_order *order = pages_take(pages, sizeof *order);
  struct route_entry *entries = pages_array(pages, count, sizeof *entries);
  if (!order || !entries) return out_of_memory(maker->v);
  *order = (struct route_order){.at = entries, .count = count, .window = INT64_MAX, .most = INT64_MAX};
  for (uint32_t i = 0; i < count; i++) {
    struct route_tier *tiers = pages_array(pages, list[i].tier_count, sizeof *tiers), *dearest = &order->dearest;
    if (!tiers) return out_of_memory(maker->v);
    memcpy(tiers, list[i].tiers, list[i].tier_count * sizeof *tiers);
    entries[i] = list[i];
    entries[i].tiers = tiers;
    if (list[i].window < order->window) order->window = list[i].window;
    if (list[i].most < order->most) order->most = list[i].most;
    for (uint32_t t = 0; t < list[i].tier_count; t++) {
      if (tiers[t].input > dearest->input) dearest->input = tiers[t].input;
      if (tiers[t].output > dearest->output) dearest->output = tiers[t].output;
      if (tiers[t].request > dearest->request) dearest->request = tiers[t].request;
    }
  }
  *made = order;
  return true;
}

static bool weighted(struct order_maker *maker, const struct image_route *route, const uint64_t *left, const struct route_order **made) {
  const struct rebase_bundle *b = maker->v->bundle;
  uint32_t count = 0;
  uint64_t sum = 0;
  for (uint32_t i = route->first_weight; i < route->first_weight + route->weights; i++) {
    uint32_t model = b->WEIGHTS.at[i].model;
    if (!(left[model / 64] >> model % 64 & 1) || b->MODELS.at[model].currency != route->currency) continue;
    if (maker->prices[model].odd) return true;
    if (!maker->prices[model].count) continue;
    maker->entries[count] = entry_of(maker, model);
    maker->entries[count].weight = b->WEIGHTS.at[i].weight;
    maker->entries[count++].upto = sum += b->WEIGHTS.at[i].weight;
  }
  return keep(maker, maker->entries, count, made);
}

bool order_make(struct order_maker *maker, const struct image_route *route, uint32_t task, const uint64_t *left, const struct route_order **made) {
  const struct rebase_bundle *b = maker->v->bundle;
  const struct ranked context = {maker, route, task};
  uint32_t count = 0, kept = 0, rank = 0;
  *made = NULL;
  if (route->currency == NONE32) return true;
  if (route->prefer == PREFER_WEIGHTED) return weighted(maker, route, left, made);
  for (uint32_t i = 0; i < b->MODELS.count; i++) {
    if (!(left[i / 64] >> i % 64 & 1) || b->MODELS.at[i].currency != route->currency) continue;
    if (maker->prices[i].odd) return true;
    if (!maker->prices[i].count) continue;
    maker->order[count] = count;
    maker->entries[count++] = entry_of(maker, i);
  }
  if (maker->effort < SORTING * (uint64_t)count) return true;
  maker->effort -= SORTING * (uint64_t)count;
  sort_indexes(maker->order, maker->spare, count, &context, by_rank);
  struct route_entry *list = maker->kept;
  for (uint32_t i = 0; i < count; i++) {
    struct route_entry e = maker->entries[maker->order[i]];
    rank += i && rank_of(&context, e.model) != rank_of(&context, maker->entries[maker->order[i - 1]].model);
    e.rank = rank;
    if (!stands_behind(maker, list, kept, &e)) list[kept++] = e;
    if (!maker->effort) return true;
  }
  return keep(maker, list, kept, made);
}

/* ---- how many fit ---- */
static uint32_t place_of(const int64_t *list, uint32_t count, int64_t wanted) {
  uint32_t at = 0;
  while (at < count && list[at] != wanted) at++;
  return at;
}

/* The values of one kind, ascending, each once. */
static uint32_t distinct(int64_t *list, uint32_t count, int64_t value) {
  uint32_t at = count;
  if (place_of(list, count, value) < count) return count;
  for (; at && list[at - 1] > value; at--) list[at] = list[at - 1];
  list[at] = value;
  return count + 1;
}

bool order_fit(struct order_maker *maker, const struct image_route *route, const struct route_fit **made) {
  const struct rebase_bundle *b = maker->v->bundle;
  bool shares = route->prefer == PREFER_WEIGHTED;
  uint32_t all = shares ? route->weights : b->MODELS.count, count = 0;
  int64_t *windows = pages_array(b->pages, all, sizeof *windows), *outputs = pages_array(b->pages, all, sizeof *outputs);
  struct route_fit *fit = pages_take(b->pages, sizeof *fit);
  *made = NULL;
  if (!windows || !outputs || !fit) return out_of_memory(maker->v);
  for (uint32_t i = 0; i < all; i++) {
    uint32_t model = shares ? b->WEIGHTS.at[route->first_weight + i].model : i;
    if (!model_priced(b, &b->MODELS.at[model], route->currency)) continue;
    maker->entries[count] = entry_of(maker, model);
    fit->window_count = distinct(windows, fit->window_count, maker->entries[count].window);
    fit->output_count = distinct(outputs, fit->output_count, maker->entries[count++].most);
    uint64_t effort = (uint64_t)fit->window_count + fit->output_count;
    if ((uint64_t)fit->window_count * fit->output_count > FIT_CELLS || maker->effort < effort) return true;
    maker->effort -= effort;
  }
  uint32_t width = fit->output_count, *counts = pages_array(b->pages, (size_t)fit->window_count * width, sizeof *counts);
  if (!counts) return out_of_memory(maker->v);
  for (uint32_t i = 0; i < count; i++)
    counts[place_of(windows, fit->window_count, maker->entries[i].window) * width + place_of(outputs, width, maker->entries[i].most)]++;
  for (uint32_t w = fit->window_count; w-- > 0;)          /* from those of exactly this size to those of this size at least */
    for (uint32_t o = width, row = 0; o-- > 0;) {
      row += counts[w * width + o];
      counts[w * width + o] = row + (w + 1 < fit->window_count ? counts[(w + 1) * width + o] : 0);
    }
  *fit = (struct route_fit){windows, outputs, fit->window_count, width, counts};
  *made = fit;
  return true;
}
