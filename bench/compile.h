/* compile.h: how fast realistic policies are compiled: the airline example's many times over, each in a package of its own, and examples/acme as it is. */
#ifndef COMPILE_H
#define COMPILE_H
#include <stdbool.h>

void compile_print(unsigned rounds, bool as_json);
#endif
