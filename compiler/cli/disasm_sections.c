/* disasm_sections.c: every record of every section, from fields.def. */
#include <stddef.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/disasm.h"

#define SECTION(NAME, TYPE) typedef TYPE record_##NAME;
#include "sections.def"
#undef SECTION

enum print_as { AS_TEXT, AS_NUMBER, AS_NOTHING };
enum { ROLE_TEXT = AS_TEXT, ROLE_INDEX = AS_NUMBER, ROLE_MAYBE = AS_NUMBER, ROLE_RANGE = AS_NUMBER, ROLE_COUNT = AS_NUMBER, ROLE_BELOW = AS_NUMBER,
  ROLE_LABELS = AS_NUMBER, ROLE_PROOFS = AS_NUMBER, ROLE_SPAN = AS_NUMBER, ROLE_ZERO = AS_NOTHING, ROLE_FREE = AS_NUMBER };
struct member { const char *name; enum section section; int as; size_t offset, size; };
static const struct member members[] = {
#define FIELD(SECTION, NAME, ROLE, ARGUMENT) \
  {#NAME, SECTION_##SECTION, ROLE_##ROLE, offsetof(record_##SECTION, NAME), sizeof(((record_##SECTION *)0)->NAME)},
#include "fields.def"
#undef FIELD
};
static const char *const section_names[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) #NAME,
#include "sections.def"
#undef SECTION
};

static void print_number(uint64_t number, size_t size, FILE *out) {
  if (size == 4 && number == NONE32) fputs("none", out);
  else fprintf(out, "%llu", (unsigned long long)number);
}

static void print_member(const struct bundle_view *view, const struct member *m, const unsigned char *record, FILE *out) {
  uint64_t number = 0;
  fprintf(out, " %s ", m->name);
  if (m->as == AS_TEXT) {
    ref text;
    memcpy(&text, record + m->offset, sizeof text);
    fputc('"', out);
    cli_put_clean(out, view_text(view, text), strlen(view_text(view, text)));
    fputc('"', out);
    return;
  }
  size_t step = m->size <= 8 ? m->size : m->size % 8 == 0 && m->section == SECTION_COSTS ? 8 : 4;
  for (size_t at = 0; at + step <= m->size; at += step) {
    number = 0;
    memcpy(&number, record + m->offset + at, step);
    if (at) fputc(' ', out);
    print_number(number, step, out);
  }
}

/* Sections whose bytes say nothing to a reader by themselves. */
static bool is_bulk(enum section section) {
  return section == SECTION_TEXTS || section == SECTION_VALUES || section == SECTION_BYTES || section == SECTION_DFA ||
         section == SECTION_CODE || section == SECTION_ZONE_CHANGES || section == SECTION_INDEXES || section == SECTION_SCOPE ||
         section == SECTION_LISTS || section == SECTION_AGENT_CLASS || section == SECTION_HEAD_CLASS;
}

void disasm_sections(const struct bundle_view *view, FILE *out) {
  for (int s = 0; s < SECTION_COUNT; s++) {
    enum section section = (enum section)s;
    fprintf(out, "\nsection %s: %u at %u\n", section_names[s], (unsigned)view_count(view, section), (unsigned)view->table[s].offset);
    for (uint32_t i = 0; !is_bulk(section) && i < view_count(view, section); i++) {
      fprintf(out, "  %u:", (unsigned)i);
      for (size_t m = 0; m < sizeof members / sizeof *members; m++)
        if (members[m].section == section && members[m].as != AS_NOTHING)
          print_member(view, &members[m], view_record(view, section, i), out);
      fputc('\n', out);
    }
  }
}
