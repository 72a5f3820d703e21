/* pattern_syntax.h: a pattern as a tree, between pattern_parse.c and pattern_automaton.c. */
#ifndef RBC_PATTERN_SYNTAX_H
#define RBC_PATTERN_SYNTAX_H
#include <stddef.h>
#include <stdint.h>
#include "support/arena.h"

enum part_kind { PART_EMPTY, PART_CLASS, PART_SEQUENCE, PART_CHOICE, PART_REPEAT, PART_BEGIN, PART_END };
#define REPEAT_FOREVER UINT32_MAX
struct range { uint32_t low, high; };                /* Unicode scalar values */
struct part {
  enum part_kind kind;
  struct range *ranges; uint32_t range_count;        /* CLASS: ascending, apart */
  struct part **kids; uint32_t kid_count;            /* SEQUENCE, CHOICE; REPEAT has one */
  uint32_t least, most;                              /* REPEAT */
};

/* NULL and *error when the text is no pattern; NULL and *error NULL when memory is out. */
struct part *pattern_parse(struct arena *arena, const char *text, size_t length, const char **error);
#endif
