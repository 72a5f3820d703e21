/* counting_vm.c: the virtual machine, counting which instructions it executes. It takes the place of the library's. */
#include "coverage.h"

uint64_t executed[OP_PREPARED_COUNT];
#define EXECUTED(OPCODE) executed[OPCODE]++;
#include "vm.c"
