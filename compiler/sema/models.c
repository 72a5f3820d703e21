/* models.c: providers and models. Declarations so far: their properties are checked and their names can be used. */
#include <string.h>
#include "sema/declare.h"

enum {
  TEXT = 1,
  WORD = 2,
  NUMBER = 4,
  MONEY = 8,
  REGION = 16,
  PROVIDER = 32,
  LENGTH = 64,
  DAY = 128,
  TRUTH = 256,
  RECORD = 512,
  PERCENT = 1024,
  LIST = 2048
};
struct property { const char *name; unsigned wants; const char *like; };

static const struct property OF_PROVIDER[] = { { "base", TEXT, "base \"https://api.example.com/v1\"" },
                                               { "auth", WORD, "auth api_key" },
                                               { "kind", WORD, "kind openai" },
                                               { "region", REGION | LIST, "region eu" },
                                               { "residency", REGION, "residency eu" },
                                               { "owner", TEXT, "owner \"ml@acme.example\"" },
                                               { "retention", LENGTH, "retention 30 days" },
                                               { "training", TRUTH | WORD, "training false" } };
static const struct property OF_MODEL[] = { { "provider", PROVIDER, "provider acme_cloud" },
                                            { "id", TEXT, "id \"small-2\"" },
                                            { "region", REGION | LIST, "region eu" },
                                            { "residency", REGION, "residency eu" },
                                            { "window", NUMBER, "window 200_000 tokens" },
                                            { "output", NUMBER, "output 8_000 tokens" },
                                            { "price", WORD | MONEY, "price input 3.00 USD per 1_000_000 tokens" },
                                            { "quality", WORD | NUMBER | PERCENT | TEXT | DAY | RECORD,
                                              "quality chat 0.82" },
                                            { "latency", WORD | LENGTH, "latency 2 seconds" },
                                            { "tier", WORD, "tier small" },
                                            { "modalities", WORD | LIST, "modalities text, image" },
                                            { "released", DAY, "released 2026-01-15" },
                                            { "retires", DAY, "retires 2027-01-15" },
                                            { "owner", TEXT, "owner \"ml@acme.example\"" },
                                            { "retention", LENGTH, "retention 30 days" },
                                            { "training", TRUTH | WORD, "training false" },
                                            { "tools", TRUTH, "tools true" } };

static unsigned form_of(const struct node *value) {
  switch (value->kind) {
    case NODE_STRING: return TEXT;
    case NODE_PATH: case NODE_NAME: return WORD | REGION | PROVIDER;
    case NODE_INT: case NODE_DECIMAL: case NODE_QUANTITY: return NUMBER;
    case NODE_PERCENT: return PERCENT;
    case NODE_MONEY: return MONEY;
    case NODE_DURATION: return LENGTH;
    case NODE_DATE: return DAY;
    case NODE_BOOL: return TRUTH;
    case NODE_RECORD: return RECORD;
    case NODE_ARRAY: return LIST;
    default: return 0;
  }
}

static void check_value(struct checker *c, const struct symbol *s, const struct node *value,
                        const struct property *property) {
  if (!(form_of(value) & property->wants)) {
    struct diag *d = rbc_diag(c->diags, E0310, rbc_span(s->scope, value), "this is no value of `%s`", property->name);
    rbc_diag_help(c->diags, d, "such as `%s`", property->like);
    return;
  }
  if (value->kind != NODE_PATH && value->kind != NODE_NAME) return;
  if (property->wants & REGION) rbc_resolve(c, s->scope, value, SYM(REGION), "a region");
  if (property->wants & PROVIDER) rbc_resolve(c, s->scope, value, SYM(PROVIDER), "a provider");
}

static void check_property(struct checker *c, const struct symbol *s, const struct node *prop,
                           const struct property *known, size_t count) {
  const char *name = rbc_text(c, s->scope, prop->kid[0]), *names[32];
  for (size_t i = 0; i < count; i++) {
    names[i] = known[i].name;
    if (strcmp(known[i].name, name)) continue;
    for (uint32_t k = 0; k < KIDS(prop->kid[1]); k++) check_value(c, s, prop->kid[1]->kid[k], &known[i]);
    return;
  }
  struct span span = rbc_span(s->scope, prop->kid[0]);
  struct diag *d = rbc_diag(c->diags, E0311, span, "%s has no property `%s`", rbc_symbol_kind_name(s->kind), name);
  const char *near = rbc_nearest(name, names, count);
  if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
}

void rbc_declare_models(struct checker *c) {
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols; s; s = s->next_in_package) {
      if (s->kind != SYM_MODEL && s->kind != SYM_PROVIDER) continue;
      bool model = s->kind == SYM_MODEL;
      const struct node *props = s->node->kid[2];
      for (uint32_t i = 0; i < KIDS(props); i++)
        if (props->kid[i]->kind == NODE_PROP)
          check_property(c, s, props->kid[i], model ? OF_MODEL : OF_PROVIDER,
                         model ? sizeof OF_MODEL / sizeof *OF_MODEL : sizeof OF_PROVIDER / sizeof *OF_PROVIDER);
    }
}
