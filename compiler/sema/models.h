/* models.h: what models.c and prices.c share. */
#ifndef RBC_MODELS_H
#define RBC_MODELS_H
#include <stddef.h>
#include "sema/declare.h"

struct reading {                   /* of one property */
  struct checker *c; const struct symbol *s;
  const struct node *prop, *values;
  const struct model_property *property;
};
struct model_property {
  const char *name;
  void (*read)(struct reading *r, void *to);
  size_t offset;                   /* of `to` in struct model or provider */
  const char *like;                /* for messages */
  bool many;
};

void model_wrong(const struct reading *r, const struct node *node);           /* E0310 there */
/* The one value, of that kind; NULL after reporting. */
const struct node *model_value(const struct reading *r, enum node_kind kind);
bool model_tokens(const struct reading *r, const struct node *node, int64_t *tokens);
bool model_day(const struct reading *r, const struct node *node, int64_t *day);

/* prices.c: `to` is the model. */
void model_read_price(struct reading *r, void *to);
void model_read_priced(struct reading *r, void *to);
void model_read_quality(struct reading *r, void *to);
/* Prices and qualities: all or nothing, so that no old price stands beside a new one. */
void model_inherit_prices(struct model *model, const struct model *from);
void model_date_prices(struct model *model);       /* those that say no date or source: as `priced` says */
#endif
