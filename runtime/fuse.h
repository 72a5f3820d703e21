/* fuse.h: what an instruction of fused.def stands for. */
#ifndef REBASE_FUSE_H
#define REBASE_FUSE_H
#include <stdint.h>

enum fused_kind { TESTED_KIND, PAIR_KIND, FLAG_KIND, FUSED_KIND };
struct fusion { uint8_t op, kind, count, of[4]; };  /* of: the instructions, OP_COUNT for IF or IFNOT */
const struct fusion *fusion_of(unsigned fused);
uint64_t fused_steps(unsigned fused);               /* of all that it stands for */
#endif
