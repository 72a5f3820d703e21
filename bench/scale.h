/* scale.h: one operation under many rules, each about another owner, so that an index can tell them apart. */
#ifndef SCALE_H
#define SCALE_H
#include <stdbool.h>
#include "measure.h"
#include "rebase.h"

struct scale {
  unsigned rules;
  rebase_engine *engine;
  rebase_request *request;
  rebase_binding *binding;          /* of struct read in scale.c */
  size_t bytes;                     /* that loading made resident */
  double compile_ns, load_ns;
};
void scale_open(struct scale *s, unsigned rules);
/* Allowed by the one rule of this owner: whether it was as it must be. */
bool scale_decide(struct scale *s, unsigned owner, unsigned label);
void scale_close(struct scale *s);
void scale_print(unsigned rounds, bool as_json);    /* 10, 1,000 and 100,000 rules */
#endif
