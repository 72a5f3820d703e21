/* fold.h: what is sure of a condition before there is a request. Used for warnings, for routes that nothing can answer, and by the code
 * generator, which leaves out of a rule what is constant for an agent and an operation. */
#ifndef RBC_FOLD_H
#define RBC_FOLD_H
#include "sema/program.h"

enum truth { TRUTH_UNKNOWN, TRUTH_NEVER, TRUTH_ALWAYS, TRUTH_FAILS };          /* FAILS: an error when it is evaluated */
struct known { const struct program *program; struct constant facts[CTX_COUNT]; bool given[CTX_COUNT]; };      /* of a model, or of an agent and a head */

enum truth rule_truth(const struct expr *condition);
enum truth rule_truth_known(const struct expr *condition, const struct known *known);

/* A test of two constants that are there; UNKNOWN when it is none that is judged here. program: for regions, else NULL. */
enum truth fold_test(const struct program *program, enum expr_kind kind, const struct constant *a, const struct constant *b);
int rbc_compare_constants(const struct constant *a, const struct constant *b);        /* of one type: scalars, texts by their bytes */
#endif
