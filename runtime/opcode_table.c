/* opcode_table.c: the .def lists as tables. */
#include "opcode_table.h"

const struct role_info role_table[ROLE_COUNT] = {
#define ROLE(NAME, USE, KINDS, OPTIONAL) [ROLE_##NAME] = {USE_##USE, KINDS, OPTIONAL},
#include "operands.def"
#undef ROLE
};

const struct opcode_info opcode_table[OP_COUNT] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) [OP_##NAME] = {#NAME, ROLE_##A, ROLE_##B, ROLE_##C, IMM, COST, DOC},
#include "opcodes.def"
#undef OP
};

const struct context_info context_table[CTX_COUNT] = {
#define CTX(NAME, WRITTEN, TYPE, OPT, EVENTS, DOC) [CTX_##NAME] = {WRITTEN, TYPE_##TYPE, OPT, EVENTS},
#include "contexts.def"
#undef CTX
};

const struct kind_info kind_table[TYPE_KIND_COUNT] = {
#define ORDER_s 's'
#define ORDER_o 'o'
#define ORDER_n 'n'
#define KIND(NAME, WRITTEN, ORDER) [TYPE_##NAME] = {WRITTEN, ORDER_##ORDER},
#include "type_kinds.def"
#undef KIND
};
