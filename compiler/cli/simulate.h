/* simulate.h: what recorded traffic would cost and meet under a policy. Amounts are in 10^-12 of the currency, so that sums are exact. */
#ifndef RBC_CLI_SIMULATE_H
#define RBC_CLI_SIMULATE_H
#include "cli/cli.h"
#include "cli/host.h"
#include "cli/money.h"

/* Requests of one agent, task, model and day. model "": none answered. Sums are over the requests that were answered. */
struct tally {
  char *key[3];                     /* agent, task, model */
  int64_t day;                      /* since 1970, in UTC */
  int64_t requests, refused, cut;   /* cut: the answer was longer than what was asked for, and is counted to there */
  wide cost, bound;
  int64_t input, output;
  int64_t quality, measured;        /* sum of millionths over `measured` requests whose model has a quality for the task */
  int64_t latency, timed;           /* sum of microseconds over `timed` requests whose model declares one */
};
struct refusal { char *reason; int64_t count; };
struct budget {                    /* of one limit, for one agent, owner, .. */
  char *rule, *words, *each;
  int64_t used, most, reached;      /* used: in its window, at the end; reached: refusals */
  int64_t spent;                    /* in all */
  int64_t at;                       /* microseconds since 1970, of the last request that it spoke of */
  bool decimal;                     /* these are millionths */
};
struct simulation {
  struct tally *tallies; size_t tally_count;
  struct refusal *refusals; size_t refusal_count;
  struct budget *budgets; size_t budget_count;
  char currency[4];
  int64_t from, to;                 /* microseconds since 1970, of the first and the last request */
  bool out_of_memory;
};
struct tally *simulation_tally(struct simulation *s, const char *agent, const char *task, const char *model, int64_t day);  /* NULL: memory */
void simulation_refusal(struct simulation *s, const char *reason, int64_t count);
void simulation_budget(struct simulation *s, const struct budget *budget);    /* the latest use; refusals and what was spent added */
void simulation_free(struct simulation *s);

/* The result as JSON, and added up from it: parts of a log can be run anywhere. */
json_t *simulation_json(const struct simulation *s);
bool simulation_add_json(struct simulation *s, const json_t *json);

enum simulation_by { BY_AGENT, BY_TASK, BY_MODEL, BY_DAY };
typedef char day_name[32];
/* Sums by one part of the key, which stands in key[0] of each; dearest first, days in their order. The caller frees the list; the texts
 * belong to `s` or to `days`, which has room for a name a tally. NULL: memory. */
struct tally *simulation_groups(const struct simulation *s, enum simulation_by by, day_name *days, size_t *count);
struct tally simulation_total(const struct simulation *s);
double budget_days(const struct simulation *s, const struct budget *b);       /* that are left of it at this traffic's rate; negative: not known */
const char *mean_percent(int64_t sum, int64_t count, char text[24]);         /* of millionths; "-" for none */
const char *mean_seconds(int64_t sum, int64_t count, char text[24]);         /* of microseconds */
void simulation_print(const struct simulation *s);
void simulation_compare(const struct simulation *a, const char *a_name, const struct simulation *b, const char *b_name);
/* What the first saves, never without its quality; false: not comparable. */
bool simulation_saving(const struct simulation *a, const struct simulation *b, char *text, size_t size);
/* As a page, with the difference when b is not NULL. CLI_OK, or what to exit with. */
int simulation_page(const char *path, const struct simulation *a, const char *a_name, const struct simulation *b, const char *b_name);
#endif
