/* coverage.h: how often the virtual machine executed each instruction. */
#ifndef COVERAGE_H
#define COVERAGE_H
#include <stdint.h>
#include "vm.h"

extern uint64_t executed[OP_PREPARED_COUNT];
#endif
