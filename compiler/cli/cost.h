/* cost.h: what agents' expected requests to models cost, and how far their budgets go. Amounts are in 10^-12 of the currency. */
#ifndef RBC_CLI_COST_H
#define RBC_CLI_COST_H
#include "cli/host.h"
#include "cli/money.h"

enum cost_period { COST_DAY, COST_MONTH, COST_YEAR, COST_PERIODS };      /* of 1, 30 and 365 days */
struct cost_sums { wide of[COST_PERIODS]; };
enum { COST_ITEMS = 4 };
struct cost_item { const char *of; int64_t tokens, price, amount; };     /* price: millionths for a million tokens; tokens -1: for the request */
struct cost_answer {               /* by one model; a weighted route has several */
  const struct model *model;
  const char *route;
  int64_t weight, weights;         /* its part of the requests */
  struct cost_item items[COST_ITEMS]; unsigned item_count;
  int64_t request; char currency[4];
  int64_t quality, latency;        /* as in rebase_choice */
  const struct price *oldest;      /* of the prices that were used; NULL: none says its day */
  bool asked, cache_unpriced;      /* a person is asked before; cached tokens cost what others do */
  struct cost_sums sums;
};
struct cost_line {
  const struct agent *agent;
  const struct expectation *expects;
  struct cost_answer *answers; unsigned answer_count;
  char *refused;                   /* why, when nothing answers */
};
struct cost_counter {              /* of a limit, for one agent, owner, model, .. */
  const struct limit *limit;
  char *each;
  bool decimal;
  wide use;                        /* in the limit's window, rounded up to its unit */
  int64_t ahead;                   /* by how much most what is reserved before a request exceeds what is used in the end */
};
struct cost_group { const char *key; char currency[4]; struct cost_sums sums; };   /* currency "": none of its requests is answered */
struct forecast {
  const struct program *program;
  struct cost_line *lines; unsigned line_count;
  struct cost_counter *counters; unsigned counter_count;
  int64_t today, max_age;          /* days: for what is said of prices */
  bool too_large;
};

/* Decides each expected request through the bundle's own routes. CLI_OK, or what to exit with. */
int forecast_make(const struct cli *cli, const struct subject *subject, struct forecast *f);
void forecast_free(struct forecast *f);

/* Sums by agent, task or model (COST_BY_ALL: one a currency), in the order of their first line. For the caller to free; NULL: memory. */
enum cost_by { COST_BY_AGENT, COST_BY_TASK, COST_BY_MODEL, COST_BY_ALL };
struct cost_group *forecast_groups(const struct forecast *f, enum cost_by by, unsigned *count);

/* ---- cost_budgets.c ---- */
bool cost_charge(struct forecast *f, const struct cost_line *line, const struct cost_answer *answer, const rebase_decision *d, const rebase_bill *bill);
struct cost_verdict { bool compared; double percent; char used[MONEY_BYTES], most[MONEY_BYTES], words[96]; };   /* words: "" within the budget */
struct cost_verdict cost_verdict(const struct cost_counter *counter);
/* amount x requests in `microseconds`, rounded up. */
wide cost_over(struct forecast *f, int64_t amount, const struct expectation *e, int64_t weight, int64_t weights, int64_t microseconds);

/* What is to be said of the prices, and of agents that expect nothing: the n-th such sentence, or NULL after the last. */
const char *cost_note(const struct forecast *f, unsigned n, char text[512]);
json_t *forecast_json(const struct forecast *f);
void forecast_print(const struct forecast *f);
void forecast_compare(const struct forecast *a, const char *a_name, const struct forecast *b, const char *b_name);
/* As a page, with the difference when b is not NULL. CLI_OK, or what to exit with. */
int forecast_page(const char *path, const struct forecast *a, const char *a_name, const struct forecast *b, const char *b_name);
#endif
