/* decision_table.h: the rules of a list that only test, as a limited-entry decision table: a condition that several rules share is looked at
 * once, and masks say which rules match (H. W. Kirk, Use of decision tables in computer programming, CACM 8(1), 1965). Rule after rule,
 * a processor guesses wrong wherever a request's data decides how to go on; here it looks at the same conditions for each request.
 *
 * A rule has a column for each way through its tests to a verdict other than PASS; ways exclude each other. Derived from verified code
 * when a bundle is opened, for lists that are short and whose index would not leave less to do. */
#ifndef REBASE_DECISION_TABLE_H
#define REBASE_DECISION_TABLE_H
#include "bundle.h"

enum { TABLE_MOST = 64 };           /* conditions, and columns */

/* Of the argument in that slot: from `from` to `from + span`. */
struct range { uint64_t from, span; uint32_t slot; };
/* As in struct arg_test; where x or y would be the number of a rule's constant, it is this one. Several in one: OP_IS_SHORT, OP_HOLDS_SHORT: y
 * conditions of the argument x, each of which names a short text; OP_IN_RANGES: y conditions of any arguments. */
struct condition { uint8_t op, how; uint16_t x, y; union { value constant; const struct text_words *shorts; const struct range *ranges; }; };
/* Matches when the conditions of `care` are as in `want`. */
struct column { uint64_t care, want; uint32_t rule, form, line; uint8_t verdict; };        /* form, line: the rule's */

struct decision_table {
  const struct condition *conditions;       /* each has its bit or bits, the first the highest; OP_SETTLED behind the last */
  const struct column *columns; uint32_t count;     /* ascending by rule */
  uint64_t plain, grants, denies;           /* columns that let a call happen or forbid it and say no more; which of the two. A bit for each */
  const uint32_t *others; uint32_t other_count;     /* entries of rules that do more than test, ascending: to be run */
  uint64_t steps;                           /* of all conditions, and of a verdict for each rule */
  bool session;                             /* some condition needs one: without it, rules say themselves what is wrong */
};
#endif
