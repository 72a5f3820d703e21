/* simulate.h: what recorded traffic would cost and meet under a policy. Amounts are in 10^-12 of the currency, so that sums are exact. */
#ifndef RBC_CLI_SIMULATE_H
#define RBC_CLI_SIMULATE_H
#include "cli/cli.h"
#include "cli/host.h"

/* Requests of one agent, task, model and day. model "": none answered. Sums are over the requests that were answered. */
struct tally {
  char *key[3];                     /* agent, task, model */
  int64_t day;                      /* since 1970, in UTC */
  int64_t requests, refused, cut;   /* cut: the answer was longer than what was asked for, and is counted to there */
  int64_t cost, bound, input, output;
  int64_t quality, measured;        /* sum of millionths over `measured` requests whose model has a quality for the task */
  int64_t latency, timed;           /* sum of microseconds over `timed` requests whose model declares one */
};
struct refusal { char *reason; int64_t count; };
struct budget { char *rule, *words, *each; int64_t used, most, reached; bool decimal; };    /* used: at the end; reached: refusals */
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
void simulation_budget(struct simulation *s, const struct budget *budget);    /* latest use, refusals added */
void simulation_free(struct simulation *s);

/* The result as JSON, and added up from it: parts of a log can be run anywhere. */
json_t *simulation_json(const struct simulation *s);
bool simulation_add_json(struct simulation *s, const json_t *json);
void simulation_print(const struct simulation *s);
void simulation_compare(const struct simulation *a, const char *a_name, const struct simulation *b, const char *b_name);
#endif
