/* route_order.h: the orders of route_plan.h, made when a bundle is opened. */
#ifndef REBASE_ROUTE_ORDER_H
#define REBASE_ROUTE_ORDER_H
#include "route_plan.h"
#include "verify.h"

enum { ORDER_TIERS = 4 };           /* of one model; with more it is judged by itself, and so is every set that holds it */
struct order_price { struct route_tier tiers[ORDER_TIERS]; uint32_t count; bool odd; };      /* count 0: no known price; odd: not to be compared */
struct order_maker {
  struct verifier *v;
  struct order_price *prices;       /* by model */
  struct route_entry *entries, *kept; uint32_t *order, *spare;     /* room for all models */
  uint64_t effort;                  /* comparisons that are left */
};
/* False: out of memory. */
bool order_begin(struct verifier *v, struct order_maker *maker);
/* *made is NULL when there is none: a price that is odd, or no effort left. */
bool order_make(struct order_maker *maker, const struct image_route *route, uint32_t task, const uint64_t *left, const struct route_order **made);
bool order_fit(struct order_maker *maker, const struct image_route *route, const struct route_fit **made);
#endif
