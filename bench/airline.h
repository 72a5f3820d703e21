/* airline.h: the airline example's own sessions, every call decided again in its session, in shuffled order. */
#ifndef AIRLINE_H
#define AIRLINE_H
#include <stdbool.h>

void airline_print(unsigned rounds, bool as_json);
void airline_count(unsigned decisions);     /* so many of them, one call after the other, for an instruction counter */
#endif
