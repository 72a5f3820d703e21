/* diag.h: diagnostics as data. Where, what, why, how to mend it.
 *
 * A code is stable for ever (diags.def: DIAG(E0102, error, "title", "long text for `rbc explain`")); the numbers:
 *   E00xx files, characters, syntax · E01xx names, packages, root file · E02xx types · E03xx declarations ·
 *   E04xx rules, guards, waivers · E05xx session state · E06xx tables · E07xx tests · E08xx limits of the image ·
 *   W09xx warnings
 */
#ifndef RBC_DIAG_H
#define RBC_DIAG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "support/arena.h"

struct span { uint32_t source; uint32_t start, end; };      /* bytes; source NO_SOURCE: no place */
#define NO_SOURCE UINT32_MAX

enum diag_code {
#define DIAG(CODE, SEVERITY, TITLE, EXPLANATION) CODE,
#include "diag/diags.def"
#undef DIAG
  DIAG_CODE_COUNT
};
enum diag_severity { SEVERITY_error, SEVERITY_warning };

struct diag_label { struct span span; const char *text; struct diag_label *next; };
struct diag {
  enum diag_code code;
  enum diag_severity severity;
  const char *message;
  struct span span;                 /* the place itself */
  const char *label;                /* beside the underline, or NULL */
  struct diag_label *labels;        /* other places: "first defined here" */
  const char *note;                 /* why, or NULL */
  const char *help;                 /* how to mend it, or NULL */
  struct span fix; const char *fix_text;   /* fix_text NULL: none that is sure */
  struct diag *next;
};
struct rbc_diags {
  struct arena *arena;
  struct diag *first, *last;
  unsigned errors, warnings;
  bool out_of_memory;
  struct diag spare;                /* what rbc_diag returns when memory is out; never shown */
};

/* Adds one; message is printf-formatted into the arena. Never NULL (a shared dummy when memory is out). */
struct diag *rbc_diag(struct rbc_diags *diags, enum diag_code code, struct span span, const char *format, ...)
  __attribute__((format(printf, 4, 5)));
/* Moves what was found in one text of its own, whose number here is `source`; the other's memory lasts as long. */
void rbc_diag_join(struct rbc_diags *diags, const struct rbc_diags *from, uint32_t source);
void rbc_diag_label(struct rbc_diags *diags, struct diag *d, struct span span, const char *format, ...)
  __attribute__((format(printf, 4, 5)));
void rbc_diag_note(struct rbc_diags *diags, struct diag *d, const char *format, ...) __attribute__((format(printf, 3, 4)));
void rbc_diag_help(struct rbc_diags *diags, struct diag *d, const char *format, ...) __attribute__((format(printf, 3, 4)));
void rbc_diag_fix(struct diag *d, struct span where, const char *text);

/* The name among n candidates nearest to what was written (edit distance with transpositions, at most a third of its
 * length), or NULL: for "did you mean". */
const char *rbc_nearest(const char *written, const char *const *candidates, size_t n);

const char *rbc_diag_code_name(enum diag_code code);          /* "E0102" */
const char *rbc_diag_title(enum diag_code code);
const char *rbc_diag_explanation(enum diag_code code);
bool rbc_diag_find(const char *name, enum diag_code *code);   /* case-insensitive */
#endif
