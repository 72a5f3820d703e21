/* scope_plan.h: what opening a bundle works out about each list of rules in scope, so that a decision passes over rules that
 * cannot match. All of it is derived from verified code, nothing from what the compiler says.
 *
 * A rule has a key when, before anything in it can fail, it compares an argument with a constant (or looks for a constant in an
 * argument that is a list) and does not match otherwise. Rules are put under their keys for the one argument that most of a list's
 * rules have a key for; the rules without one are always looked at. A rule that is passed over would have ended in VM_PASS. Keys with
 * the same hash share a bucket: the rules compare anyway. */
#ifndef REBASE_SCOPE_PLAN_H
#define REBASE_SCOPE_PLAN_H
#include "bundle.h"

enum scope_by { SCOPE_ALL, SCOPE_EQUAL, SCOPE_HOLDS };      /* no index; argument == key; key in argument */
struct scope_bucket { uint32_t tag, at; };                  /* tag: of the hash of a key, 0: free; at: the rule, or the place of several in plan.sorted */
struct scope_plan {
  const struct rebase_bundle *bundle;
  const uint32_t *rules; uint32_t count;    /* entries of the list, ascending by rule, without those whose program is nothing but PASS */
  struct image_cost cost;                   /* of the whole list, without waivers */
  bool waivers;                             /* any rule has one */
  bool timed;                               /* what comes of it can depend on the time */
  uint64_t facts;                           /* bits of enum context_fact: what else than arguments and session it can depend on */
  bool models;                              /* some are asked of models */
  bool fixed;                               /* none has a waiver or a loop, none is asked of models: one can run after the other */
  bool plain;                               /* all there is to it is a table of rules that let a call happen or forbid it, by what its arguments are */
  bool text;                                /* keys are texts, else 64 bits */
  enum scope_by by;
  uint32_t slot;                            /* of the argument */
  const uint32_t *sorted;                   /* rules: first the others, then those under one key after another, behind their number; each ascending */
  uint32_t others, mask;                    /* buckets are mask + 1, a power of two */
  const struct scope_bucket *buckets;
  const struct decision_table *table;       /* has less to do than the index, if there is one; else NULL */
};

/* Of what is in scope; NULL when nothing is. */
static inline const struct scope_plan *bundle_plan(const struct rebase_bundle *b, uint32_t agent, uint32_t head) {
  const uint32_t plan = bundle_descend(b, b->plan_at, agent, head);
  return plan == NONE32 ? NULL : &b->plans[plan];
}

/* One ascending pass over the rules that can match. */
enum { SCOPE_RUNS = 9 };
struct scope_walk { const struct rebase_bundle *bundle; unsigned runs; struct rule_run run[SCOPE_RUNS]; };
void scope_walk_begin(struct scope_walk *walk, const struct scope_plan *plan, const value *slots);
uint32_t scope_walk_least(struct scope_walk *walk);
static inline uint32_t scope_walk_next(struct scope_walk *walk) {           /* NONE32 at the end */
  if (walk->runs != 1) return scope_walk_least(walk);
  return walk->run[0].at == walk->run[0].end ? NONE32 : *walk->run[0].at++;
}
#endif
