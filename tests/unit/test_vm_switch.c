/* test_vm_switch.c: the tests of the VM, on its portable loop and the portable 128-bit division. */
#define REBASE_NO_COMPUTED_GOTO
#include "test_vm.c"
