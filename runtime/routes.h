/* routes.h: which model answers an `infer`. SPEC 8. */
#ifndef REBASE_ROUTES_H
#define REBASE_ROUTES_H
#include <pthread.h>
#include <stdatomic.h>
#include "image.h"
#include "rebase.h"
#include "bundle.h"

enum { ROUTE_TRIES = 16, ROUTE_NAME = 128, ROUTE_COST = 48 };
#define INFER_MOST_TOKENS INT64_C(10000000000)

/* What the request says; task "" and tokens below 0: nothing. symbol: what the task was in the bundle of that generation, 0: not looked up. */
struct infer { char task[ROUTE_NAME]; uint32_t length, symbol; uint64_t generation; int64_t input, output; };
/* Attempts of one request, which rebase_route_next adds to. */
struct tries {
  uint32_t count, attempts;
  uint64_t generation;              /* of the bundle that `models` are indexes of */
  char names[ROUTE_TRIES][ROUTE_NAME]; uint32_t models[ROUTE_TRIES], times[ROUTE_TRIES];
  int64_t spent;                    /* 10^-12 of the route's currency */
  bool again;                       /* the last one may be tried once more */
};
static inline void tries_reset(struct tries *t) { t->count = t->attempts = 0; t->spent = 0; t->again = false; }

/* Models that failed, by name; those that did not have no entry. failing: how many of them are set aside, or wait for a trial. */
struct failing { char name[ROUTE_NAME]; uint32_t failures; int64_t aside_until; };
struct breaker { pthread_mutex_t lock; struct failing *list; uint32_t room, count; atomic_uint failing; };
bool breaker_open(struct breaker *breaker);
void breaker_close(struct breaker *breaker, const struct allocator *allocator);
static inline bool breaker_any(const struct breaker *breaker) { return atomic_load_explicit(&breaker->failing, memory_order_relaxed) != 0; }
/* Whether others come first; of `chosen` the next trial begins. */
bool breaker_aside(struct breaker *breaker, const char *name, int64_t now, bool chosen);
/* Sets the bits of those that others come before. */
void breaker_mark(struct breaker *breaker, const struct rebase_bundle *bundle, int64_t now, uint64_t *models);
/* The model of this name, which may have been cut; or NONE32. */
uint32_t route_model(const struct rebase_bundle *bundle, const char *name);

void infer_task(struct infer *infer, const char *name, size_t length);        /* shorter than ROUTE_NAME */
bool infer_read(struct rebase_request *request);    /* the object after "infer", into request->infer */
void infer_facts(struct rebase_request *request);
bool infer_complete(struct rebase_request *request);        /* false: refused, since routes need to know its task and tokens */
void infer_write(const struct rebase_request *request);     /* canonical bytes */
/* Works the choice out of a granted infer. Other than OK: refused; no model being left is OK and a deny. */
rebase_status route_choose(struct rebase_request *request);
void choice_cost(const rebase_choice *choice, char text[ROUTE_COST]);        /* "0.00045 USD", exactly */
/* Notes that the chosen model failed so. False: nothing was chosen. */
bool route_failed(struct rebase_request *request, rebase_failure failure);
#endif
