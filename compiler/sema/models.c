/* models.c: providers and models: who runs them and where, what they hold, can and cost. Prices are in prices.c. */
#include <stdlib.h>
#include <string.h>
#include "sema/models.h"

/* ---- values of a property ---- */
static void wrong(const struct reading *r, const struct node *node) {
  struct diag *d = rbc_diag(r->c->diags, E0310, rbc_span(r->s->scope, node), "this is no value of `%s`", r->property->name);
  rbc_diag_help(r->c->diags, d, "such as `%s`", r->property->like);
}

const struct node *model_value(const struct reading *r, enum node_kind kind) {
  const struct node *value = KIDS(r->values) == 1 ? r->values->kid[0] : NULL;
  if (value && value->kind == kind) return value;
  wrong(r, r->prop);
  return NULL;
}

void model_wrong(const struct reading *r, const struct node *node) { wrong(r, node); }

static void read_text(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_STRING);
  if (value) *(const char **)to = rbc_string(r->c, r->s->scope, value);
}

static void read_word(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_PATH);
  if (value) *(const char **)to = node_path(r->s->scope->source, value, r->c->arena);
}

static void read_truth(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_BOOL);
  if (value) *(int *)to = !strcmp(rbc_text(r->c, r->s->scope, value), "true");
}

/* A number of tokens: `200_000 tokens`. */
bool model_tokens(const struct reading *r, const struct node *node, int64_t *tokens) {
  const char *text = rbc_text(r->c, r->s->scope, node), *unit = "";
  size_t unit_length = 0;
  bool good = node->kind == NODE_QUANTITY && rbc_parse_quantity(text, strlen(text), tokens, &unit, &unit_length) &&
              unit_length == 6 && !memcmp(unit, "tokens", 6) && *tokens > 0;
  if (!good) wrong(r, node);
  return good;
}

static void read_tokens(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_QUANTITY);
  int64_t tokens;
  if (value && model_tokens(r, value, &tokens)) *(int64_t *)to = tokens;
}

static void read_length(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_DURATION);
  int64_t length;
  if (!value) return;
  const char *text = rbc_text(r->c, r->s->scope, value);
  if (rbc_parse_duration(text, strlen(text), &length) && length >= 0) *(int64_t *)to = length;
  else wrong(r, value);
}

bool model_day(const struct reading *r, const struct node *node, int64_t *day) {
  const char *text = rbc_text(r->c, r->s->scope, node);
  if (node->kind == NODE_DATE && rbc_parse_date(text, strlen(text), day)) return true;
  wrong(r, node);
  return false;
}

static void read_day(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_DATE);
  int64_t day;
  if (value && model_day(r, value, &day)) *(int64_t *)to = day;
}

/* ---- names ---- */
struct regions { const struct region **list; unsigned count; };

static void read_regions(struct reading *r, void *to) {
  struct regions *regions = to;
  for (uint32_t i = 0; i < KIDS(r->values); i++) {
    const struct node *value = r->values->kid[i];
    if (value->kind != NODE_PATH) { wrong(r, value); continue; }
    const struct symbol *region = rbc_resolve(r->c, r->s->scope, value, SYM(REGION), "a region");
    if (region) rbc_append(r->c->arena, (void ***)(void *)&regions->list, &regions->count, region->ptr);
  }
}

static void read_provider(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_PATH);
  const struct symbol *provider = value ? rbc_resolve(r->c, r->s->scope, value, SYM(PROVIDER), "a provider") : NULL;
  if (provider) *(struct provider **)to = provider->ptr;
}

static void read_replaced(struct reading *r, void *to) {
  const struct node *value = model_value(r, NODE_PATH);
  const struct symbol *other = value ? rbc_resolve(r->c, r->s->scope, value, SYM(MODEL), "a model") : NULL;
  if (!other) return;
  struct model *model = other->ptr;
  if (other == r->s || model->replaced) {
    struct diag *d = rbc_diag(r->c->diags, E0342, rbc_span(r->s->scope, value), "`%s` %s", other->full,
                              other == r->s ? "cannot replace itself" : "is replaced by another model already");
    rbc_diag_label(r->c->diags, d, other->span, "declared here");
    return;
  }
  model->replaced = true;
  *(const struct model **)to = model;
}

static void read_abilities(struct reading *r, void *to) {
  static const char *const words[] = {
#define ABILITY(NAME, WORD, MEANING) WORD,
#include "sema/model_words.def"
  };
  for (uint32_t i = 0; i < KIDS(r->values); i++) {
    const struct node *value = r->values->kid[i];
    const char *word = value->kind == NODE_PATH ? node_path(r->s->scope->source, value, r->c->arena) : "";
    unsigned k = 0;
    while (k < ABILITY_COUNT && strcmp(words[k], word)) k++;
    if (k < ABILITY_COUNT) { *(uint32_t *)to |= UINT32_C(1) << k; continue; }
    struct span span = rbc_span(r->s->scope, value);
    struct diag *d = rbc_diag(r->c->diags, E0310, span, "no ability of a model is called so");
    const char *near = rbc_nearest(word, words, ABILITY_COUNT);
    if (near) { rbc_diag_help(r->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
    else rbc_diag_help(r->c->diags, d, "tools, vision, audio, documents, json, reasoning, caching or batch");
  }
}

/* ---- properties ---- */
#define AT(STRUCT, MEMBER) offsetof(struct STRUCT, MEMBER)
static const struct model_property OF_PROVIDER[] = {
  { "kind", read_word, AT(provider, kind), "kind openai", false },
  { "base", read_text, AT(provider, base), "base \"https://api.example.com/v1\"", false },
  { "auth", read_word, AT(provider, auth), "auth api_key", false },
  { "region", read_regions, AT(provider, regions), "region eu", false },
  { "retention", read_length, AT(provider, retention), "retention 30 days", false },
  { "training", read_truth, AT(provider, training), "training false", false },
  { "owner", read_text, AT(provider, owner), "owner \"ml@acme.example\"", false },
};
static const struct model_property OF_MODEL[] = {
  { "provider", read_provider, AT(model, provider), "provider acme_cloud", false },
  { "replaces", read_replaced, AT(model, replaces), "replaces models.small", false },
  { "id", read_text, AT(model, id), "id \"small-2\"", false },
  { "region", read_regions, AT(model, regions), "region eu", false },
  { "window", read_tokens, AT(model, window), "window 200_000 tokens", false },
  { "output", read_tokens, AT(model, output), "output 8_000 tokens", false },
  { "can", read_abilities, AT(model, abilities), "can tools, vision", false },
  { "priced", model_read_priced, 0, "priced 2026-01-15 \"the provider's price page\"", false },
  { "price", model_read_price, 0, "price input 3.00 USD per 1_000_000 tokens", true },
  { "quality", model_read_quality, 0, "quality chat 82% { source: \"own evaluation\", date: 2026-01-15, sample: 400 }", true },
  { "latency", read_length, AT(model, latency), "latency 800 milliseconds", false },
  { "retention", read_length, AT(model, retention), "retention 30 days", false },
  { "training", read_truth, AT(model, training), "training false", false },
  { "released", read_day, AT(model, released), "released 2026-01-15", false },
  { "retires", read_day, AT(model, retires), "retires 2027-01-15", false },
  { "owner", read_text, AT(model, owner), "owner \"ml@acme.example\"", false },
};
enum { PROVIDER_PROPERTIES = sizeof OF_PROVIDER / sizeof *OF_PROVIDER, MODEL_PROPERTIES = sizeof OF_MODEL / sizeof *OF_MODEL };

static void unknown_property(struct reading *r, const char *name, const struct model_property *known, size_t count) {
  const char *names[MODEL_PROPERTIES];
  for (size_t i = 0; i < count; i++) names[i] = known[i].name;
  struct span span = rbc_span(r->s->scope, r->prop->kid[0]);
  struct diag *d = rbc_diag(r->c->diags, E0311, span, "%s has no property `%s`", rbc_symbol_kind_name(r->s->kind), name);
  const char *near = rbc_nearest(name, names, count);
  if (near) { rbc_diag_help(r->c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
}

static void read_properties(struct checker *c, const struct symbol *s, const struct model_property *known, size_t count) {
  struct span first[MODEL_PROPERTIES];
  const struct node *props = s->node->kid[2];
  for (size_t i = 0; i < count; i++) first[i] = rbc_nowhere();
  for (uint32_t i = 0; i < KIDS(props); i++) {
    if (props->kid[i]->kind != NODE_PROP) continue;
    struct reading r = { c, s, props->kid[i], props->kid[i]->kid[1], NULL };
    const char *name = rbc_text(c, s->scope, r.prop->kid[0]);
    size_t k = 0;
    while (k < count && strcmp(known[k].name, name)) k++;
    if (k == count) { unknown_property(&r, name, known, count); continue; }
    struct span here = rbc_span(s->scope, r.prop);
    if (first[k].source != NO_SOURCE && !known[k].many) {
      struct diag *d = rbc_diag(c->diags, E0312, here, "`%s` is said twice", name);
      rbc_diag_label(c->diags, d, first[k], "first here");
      continue;
    }
    first[k] = here;
    r.property = &known[k];
    known[k].read(&r, (char *)s->ptr + known[k].offset);
  }
}

/* ---- declarations ---- */
static void make(struct checker *c, struct symbol *s) {
  const char *title = s->node->kid[1] ? rbc_string(c, s->scope, s->node->kid[1]) : NULL;
  if (s->kind == SYM_PROVIDER) {
    struct provider *p = s->ptr = arena_alloc(c->arena, sizeof *p);
    *p = (struct provider){ .name = s->full, .title = title, .retention = UNKNOWN, .training = -1, .span = s->span };
    PROGRAM_APPEND(c, providers, p);
    return;
  }
  struct model *m = s->ptr = arena_alloc(c->arena, sizeof *m);
  *m = (struct model){ .name = s->full, .title = title, .package = s->package, .window = UNKNOWN, .output = UNKNOWN, .latency = UNKNOWN,
                       .retention = UNKNOWN, .released = UNKNOWN, .priced_day = UNKNOWN, .retires = UNKNOWN, .training = -1, .span = s->span };
  PROGRAM_APPEND(c, models, m);
}

static bool speaks_of(struct checker *c, const struct symbol *s, const char *name) {
  const struct node *props = s->node->kid[2];
  for (uint32_t i = 0; i < KIDS(props); i++)
    if (props->kid[i]->kind == NODE_PROP && !strcmp(rbc_text(c, s->scope, props->kid[i]->kid[0]), name)) return true;
  return false;
}

/* What was said wrongly has been reported there. */
static void need(struct checker *c, const struct symbol *s, bool there, const char *what, const char *like) {
  if (there || speaks_of(c, s, what) || speaks_of(c, s, "replaces")) return;
  struct diag *d = rbc_diag(c->diags, E0343, s->span, "model `%s` has no %s", s->name, what);
  rbc_diag_help(c->diags, d, "such as `%s`", like);
}

static void inherit(int64_t *mine, int64_t other) { if (*mine == UNKNOWN) *mine = other; }

/* What a model does not say it takes from the one that it replaces, else from its provider. */
static void complete(struct checker *c, const struct symbol *s) {
  struct model *m = s->ptr;
  const struct model *old = m->replaces;
  if (old) {
    if (!m->title) m->title = old->title;
    if (!m->provider) m->provider = old->provider;
    if (!m->id) m->id = old->id;
    if (!m->owner) m->owner = old->owner;
    if (!m->region_count) { m->regions = old->regions; m->region_count = old->region_count; }
    if (!m->abilities) m->abilities = old->abilities;
    if (m->training < 0) m->training = old->training;
    inherit(&m->window, old->window);
    inherit(&m->output, old->output);
    inherit(&m->latency, old->latency);
    inherit(&m->retention, old->retention);
    inherit(&m->released, old->released);
    inherit(&m->retires, old->retires);
    model_inherit_prices(m, old);
  }
  const struct provider *p = m->provider;
  if (p && !m->region_count) { m->regions = p->regions; m->region_count = p->region_count; }
  if (p && m->training < 0) m->training = p->training;
  if (p) inherit(&m->retention, p->retention);
  need(c, s, m->provider != NULL, "provider", "provider acme_cloud");
  need(c, s, m->id != NULL, "id", "id \"small-2\"");
}

static int by_model(const void *a, const void *b) { return strcmp((*(struct model *const *)a)->name, (*(struct model *const *)b)->name); }
static int by_provider(const void *a, const void *b) { return strcmp((*(struct provider *const *)a)->name, (*(struct provider *const *)b)->name); }

static bool is_model(const struct symbol *s) { return s->kind == SYM_MODEL || s->kind == SYM_PROVIDER; }

void rbc_declare_models(struct checker *c) {
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) if (is_model(s)) make(c, s);
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) {
      if (s->kind == SYM_PROVIDER) read_properties(c, s, OF_PROVIDER, PROVIDER_PROPERTIES);
      if (s->kind != SYM_MODEL) continue;
      read_properties(c, s, OF_MODEL, MODEL_PROPERTIES);
      model_date_prices(s->ptr);
    }
  /* A model is complete before the one that replaces it. */
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package)
      if (s->kind == SYM_MODEL && !((const struct model *)s->ptr)->replaces) complete(c, s);
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) {
      const struct model *m = s->kind == SYM_MODEL ? s->ptr : NULL;
      if (!m || !m->replaces) continue;
      if (!m->replaces->replaces) { complete(c, s); continue; }
      struct diag *d = rbc_diag(c->diags, E0342, s->span, "`%s` replaces `%s`, which replaces another", s->full, m->replaces->name);
      rbc_diag_help(c->diags, d, "replace `%s` itself", m->replaces->replaces->name);
    }
  if (c->program->models_count) qsort(c->program->models, c->program->models_count, sizeof *c->program->models, by_model);
  if (c->program->providers_count) qsort(c->program->providers, c->program->providers_count, sizeof *c->program->providers, by_provider);
}
