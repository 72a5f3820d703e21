/* classes.h: numbering pairs, and a partition that is refined until its members differ in nothing but their names. */
#ifndef RBC_CLASSES_H
#define RBC_CLASSES_H
#include <stdbool.h>
#include <stdint.h>

/* Gives pairs numbers from 0 on, in the order in which they come; a round forgets those of the last. */
struct numbers { struct { uint64_t key; uint32_t number, round; } *slots; uint32_t mask, round, count; };
bool numbers_open(struct numbers *n, uint32_t most);        /* different pairs in a round; false: out of memory */
void numbers_round(struct numbers *n);
uint32_t numbers_of(struct numbers *n, uint32_t first, uint32_t second);
void numbers_close(struct numbers *n);

#define NO_CLASS UINT32_MAX
struct partition { uint32_t *of, *size, *temporary; uint32_t count, members; };      /* of: class by member; all begin in class 0 */
bool partition_open(struct partition *p, uint32_t members);
/* Members with different labels are of different classes from now on; those that are not named here have another label than all that are. */
void partition_refine(struct partition *p, struct numbers *n, const uint32_t *members, const uint32_t *labels, uint32_t count);
void partition_order(struct partition *p);                  /* numbers the classes in the order of their first members */
void partition_close(struct partition *p);
#endif
