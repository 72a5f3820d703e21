/* disasm.h: the programs of an opened bundle as text, one instruction a line, with the names behind the numbers. */
#ifndef REBASE_DISASM_H
#define REBASE_DISASM_H
#include "bundle.h"

typedef void disasm_write(const char *text, size_t length, void *user);
/* Functions, then rules with their waivers: name, place, effect, cost, code. Needs no heap. */
void bundle_disassemble(const struct rebase_bundle *bundle, disasm_write *write, void *user);
/* One instruction, without a line end: at most size bytes with a NUL; returns the full length. rule: whose constants it loads; NONE32 in waivers and functions. */
size_t disassemble_instruction(const struct rebase_bundle *bundle, uint32_t rule, const struct instruction *instruction, char *text, size_t size);
#endif
