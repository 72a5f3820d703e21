/* decision_table.h: the rules of a list that only test, as a limited-entry decision table: a condition that several rules share is looked at
 * once, and which rules match is looked up by what they come to (H. W. Kirk, Use of decision tables in computer programming, CACM 8(1), 1965). Rule after rule,
 * a processor guesses wrong wherever a request's data decides how to go on; here it looks at the same conditions for each request.
 *
 * A rule has a column for each way through its tests to a verdict other than PASS; ways exclude each other. Derived from verified code
 * when a bundle is opened, for lists that are short and whose index would not leave less to do. */
#ifndef REBASE_DECISION_TABLE_H
#define REBASE_DECISION_TABLE_H
#include "bundle.h"
#include "rebase.h"

enum { TABLE_MOST = 64 };           /* conditions, and columns */
enum { TABLE_PART = 4 };            /* conditions that are looked up together: four words of memory for each */

/* Of the argument in that slot: from `from` to `from + span`. */
struct range { uint64_t from, span; uint32_t slot; };
/* Short texts, each in the cell that its hash says, alone; the others hold none. bit: the condition's, among those of the argument. */
struct text_cell { struct text_words words; uint64_t bit; };
struct short_texts { uint64_t multiplier; uint32_t shift; struct text_cell cells[]; };
static inline size_t short_cell(const struct short_texts *texts, struct text_words words) {
  return (size_t)((words.head + 2 * words.tail) * texts->multiplier >> texts->shift);
}
/* As in struct arg_test; where x or y would be the number of a rule's constant, it is this one. Several in one: OP_IS_SHORT, OP_HOLDS_SHORT: y
 * conditions of the argument x, each of which names a short text; OP_IN_RANGES: y conditions of any arguments. */
struct condition { uint8_t op, how; uint16_t x, y; union { value constant; const struct short_texts *shorts; const struct range *ranges; }; };
static inline rebase_text whole_text(const struct text *text) { return (rebase_text){text->len ? text->bytes : NULL, text->len}; }        /* bytes NULL: it is empty */
struct column { uint32_t rule, form, line; uint8_t verdict; rebase_text because; };        /* form, line: the rule's; because: see whole_text */

struct decision_table {
  const struct condition *conditions;       /* each has its bit or bits, the first the highest; OP_SETTLED behind the last */
  const uint64_t *left; uint32_t parts;     /* which columns can match, by TABLE_PART bits at a time, the lowest first; 1 << TABLE_PART words a part */
  const struct column *columns;             /* ascending by rule */
  uint64_t plain, grants, denies;           /* columns that let a call happen or forbid it and say no more; which of the two. A bit for each */
  const uint32_t *others; uint32_t other_count;     /* entries of rules that do more than test, ascending: to be run */
  uint64_t steps;                           /* of all conditions, and of a verdict for each rule */
  bool session;                             /* some condition needs one: without it, rules say themselves what is wrong */
};
#endif
