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
/* Looked at at once, however many there are, which differs from list to list and from request to request: parts, ranges, elements of a list. */
enum { PARTS_AT_ONCE = 4, RANGES_AT_ONCE = 8, NUMBERS_AT_ONCE = 4, TEXTS_AT_ONCE = 2 };

/* Of the argument in that slot: `size` numbers from `from` on. */
struct range { uint64_t from, size; uint32_t slot; };
/* Short texts, each in the cell that its hash says, alone; the others hold none. bit: the condition's, among those of the argument. */
struct text_cell { struct text_words words; uint64_t bit; };
struct short_texts { uint64_t multiplier; uint32_t shift; struct text_cell cells[]; };
static inline size_t short_cell(const struct short_texts *texts, struct text_words words) {
  return (size_t)((words.head + 2 * words.tail) * texts->multiplier >> texts->shift);
}
/* Of `count` values from `first` on the bits of their conditions; behind them the 0 of all other values. */
enum { NEAR_MOST = 64 };
struct near_numbers { uint64_t first, count; uint64_t bits[]; };
/* The first and the last eight bytes of a text of PREFIX_LEAST to PREFIX_MOST. */
enum { PREFIX_LEAST = 8, PREFIX_MOST = 16 };
struct prefix { uint64_t words[2]; uint32_t length; };
/* As in struct arg_test; where x or y would be the number of a rule's constant, it is this one. Several in one: OP_IS_SHORT, OP_HOLDS_SHORT,
 * OP_HOLDS_NEAR: y conditions of the argument x, each of which names a short text or a number; OP_IN_RANGES: y conditions of any arguments,
 * before their ranges empty ones to a multiple of RANGES_AT_ONCE. */
struct condition {
  uint8_t op, how;
  uint16_t x, y;
  union { value constant; const struct short_texts *shorts; const struct near_numbers *near; const struct prefix *prefix; const struct range *ranges; };
};
static inline rebase_text whole_text(const struct text *text) { return (rebase_text){text->len ? text->bytes : NULL, text->len}; }        /* bytes NULL: it is empty */
struct column { rebase_rule shown; rebase_text because; uint32_t rule; uint8_t verdict; };       /* shown: as a decision does; because: see whole_text */

/* What a decision shows of a rule of that form, but for line and effect. */
static inline rebase_rule shown_of(const struct rebase_bundle *b, const struct image_form *f) {
  return (rebase_rule){.name = bundle_string(b, f->name), .file = bundle_string(b, b->SOURCES.at[f->source].path), .because = bundle_string(b, f->because)};
}

struct decision_table {
  const uint64_t *left; uint32_t parts;     /* which columns can match, by TABLE_PART bits at a time, the lowest first; 1 << TABLE_PART words a part, a multiple of PARTS_AT_ONCE */
  const struct column *columns;             /* ascending by rule */
  uint64_t plain, grants, denies;           /* columns that let a call happen or forbid it and say no more; which of the two. A bit for each */
  const uint32_t *others; uint32_t other_count;     /* entries of rules that do more than test, ascending: to be run */
  uint64_t steps;                           /* of all conditions, and of a verdict for each rule */
  bool session;                             /* some condition needs one: without it, rules say themselves what is wrong */
  struct condition conditions[];            /* each has its bit or bits, the first the highest; OP_SETTLED behind the last */
};
#endif
