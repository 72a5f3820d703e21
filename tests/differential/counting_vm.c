/* counting_vm.c: the virtual machine, counting which instructions it executes. It takes the place of the library's.
 * Compiled twice: with threaded code, and with the portable switch (REBASE_NO_COMPUTED_GOTO) for differential_switch. */
#include "coverage.h"

uint64_t executed[OP_PREPARED_COUNT], looked_at[OP_ANY_COUNT];
#define EXECUTED(OPCODE) executed[OPCODE]++;
#define LOOKED_AT(OPCODE) looked_at[OPCODE]++;
#include "vm.c"
