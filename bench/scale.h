/* scale.h: one operation under many rules: each about another owner, so that an index can tell them apart, or each comparing a number. */
#ifndef SCALE_H
#define SCALE_H
#include <stdbool.h>
#include "measure.h"
#include "rebase.h"

enum scale_kind { SCALE_INDEXED, SCALE_UNINDEXED };
struct scale {
  unsigned rules;
  rebase_engine *engine;
  rebase_request *request;
  const rebase_caller *caller;      /* kept */
  rebase_binding *binding;          /* of struct read in scale.c */
  struct scale_asked *asked;        /* what is asked, made beforehand */
  size_t bytes;                     /* that loading made resident */
  double compile_ns, load_ns;
};
void scale_open(struct scale *s, unsigned rules, enum scale_kind kind);
/* The i-th request, at random and made beforehand; whether the decision was as it must be. */
bool scale_decide(struct scale *s, unsigned i);
void scale_close(struct scale *s);
void scale_print(unsigned rounds, bool as_json);    /* 10, 1,000 and 100,000 rules; what one costs without an index */
#endif
