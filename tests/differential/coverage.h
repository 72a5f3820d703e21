/* coverage.h: how often the virtual machine executed each instruction, and looked at each kind of condition. */
#ifndef COVERAGE_H
#define COVERAGE_H
#include <stdint.h>
#include "vm.h"

extern uint64_t executed[OP_PREPARED_COUNT], looked_at[OP_ANY_COUNT];
#endif
