/* linking.h: the property that linking another package can only narrow (SPEC 6.1, 7). */
#ifndef LINKING_H
#define LINKING_H
#include <stdbool.h>
#include <stdint.h>

/* Random workspaces, package p alone and with q linked, until so many decisions were compared. Prints what was found;
 * true: p's agents were never allowed more, and linking did narrow often enough to mean something. */
bool try_linking(uint64_t decisions, uint64_t seed);
#endif
