/* disasm.h: a bundle for people to read. disasm.c prints programs, disasm_sections.c records. */
#ifndef RBC_CLI_DISASM_H
#define RBC_CLI_DISASM_H
#include <stdio.h>
#include "cli/bundle_view.h"

void disasm_rules(const struct bundle_view *view, FILE *out);
void disasm_functions(const struct bundle_view *view, FILE *out);
void disasm_head(const struct bundle_view *view, FILE *out);
void disasm_sections(const struct bundle_view *view, FILE *out);
void disasm_type(const struct bundle_view *view, uint32_t type, int depth, FILE *out);
#endif
