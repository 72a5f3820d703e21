/* opcode_table.h: opcodes.def as data, for the verifier and the disassembler. */
#ifndef REBASE_OPCODE_TABLE_H
#define REBASE_OPCODE_TABLE_H
#include <stdbool.h>
#include "image.h"

/* Every role that opcodes.def gives to an operand, and what it takes to fill it: see operands.def. */
enum operand_role {
#define ROLE(NAME, USE, KINDS, OPTIONAL) ROLE_##NAME,
#include "operands.def"
#undef ROLE
  ROLE_COUNT
};
enum operand_use { USE_NONE, USE_WRITE, USE_READ, USE_READ_SAME, USE_WINDOW };
struct role_info { enum operand_use use; uint32_t kinds; bool optional; };   /* kinds: bits of enum type_kind */
extern const struct role_info role_table[ROLE_COUNT];

/* What an immediate operand means. */
enum immediate_role { I_NONE, I_CONST, I_STRING, I_VALUE, I_TYPE, I_SLOT, I_FIELD, I_CTX, I_LABEL, I_PROOF, I_OPERATION,
  I_ENTITY, I_TABLE, I_TREE, I_ZONE, I_PATTERN, I_JUMP, I_LOOP, I_NEXT, I_FUNCTION, I_RULECONST, I_LACK };

struct opcode_info { const char *name; enum operand_role a, b, c; enum immediate_role imm; unsigned cost; const char *does; };
extern const struct opcode_info opcode_table[OP_COUNT];

struct context_info { const char *written; enum type_kind type; bool optional; unsigned events; };
extern const struct context_info context_table[CTX_COUNT];

struct kind_info { const char *written; char order; };
extern const struct kind_info kind_table[TYPE_KIND_COUNT];
#endif
