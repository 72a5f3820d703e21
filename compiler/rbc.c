/* rbc.c: one session of the compiler (include/rbc.h). */
#include "include/rbc.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/codegen.h"
#include "diag/render.h"
#include "sema/checker.h"
#include "syntax/tree.h"

struct rbc {
  struct arena texts;                  /* options and files given from memory; diagnostics */
  struct arena tree;                   /* sources, trees, the checked program */
  struct rbc_options options;
  struct memory_files files;
  struct rbc_diags diags;
  struct checker checker;
  struct program program;
  unsigned char *image; size_t size;   /* once checked, until it is given away */
  bool ran, good;
};

static const char *copy_text(struct rbc *c, const char *text) {
  return text ? arena_copy(&c->texts, text, strlen(text)) : NULL;
}

struct rbc *rbc_open(const struct rbc_options *options) {
  struct rbc *c = sodium_init() < 0 ? NULL : calloc(1, sizeof *c);
  if (!c) return NULL;
  c->diags.arena = &c->texts;
  if (options) {
    c->options.directory = copy_text(c, options->directory);
    c->options.stdlib = copy_text(c, options->stdlib);
    c->options.plain = options->plain;
    c->options.threads = options->threads;
    c->options.date = copy_text(c, options->date);
  }
  if (!c->texts.failed) return c;
  rbc_close(c);
  return NULL;
}

bool rbc_add_file(struct rbc *c, const char *path, const char *text, size_t size) {
  while (!strncmp(path, "./", 2)) path += 2;
  return !c->ran && rbc_add_memory_file(&c->files, &c->texts, path, text, size);
}

/* Rules are looked at although a declaration was wrong, so that one run shows many errors; not although a file could
 * not be read as text: what it declares is missing then, and everything that names it would be wrong too. */
static bool can_go_on(const struct checker *checker) {
  if (!checker->items_ready) return false;
  for (unsigned i = 0; i < checker->program->source_count; i++) if (checker->program->sources[i]->broken) return false;
  return true;
}

static void check(struct rbc *c) {
  c->program.arena = &c->tree;
  c->program.workspace = "";
  c->program.stdlib_digest = "";
  c->checker.arena = &c->tree;
  c->checker.diags = &c->diags;
  c->checker.program = &c->program;
  c->checker.options = &c->options;
  c->checker.memory_files = &c->files;
  bool declared = rbc_declare(&c->checker);
  bool looked_at = can_go_on(&c->checker), ruled = looked_at && rbc_check_rules(&c->checker);
  if (looked_at) rbc_report_unused_imports(&c->checker);        /* else nothing has used them yet */
  if (c->texts.failed || c->tree.failed) c->diags.out_of_memory = true;
  if (!(declared && ruled) && !c->diags.errors) c->diags.out_of_memory = true;     /* nothing else fails in silence */
  c->good = declared && ruled && c->diags.errors == 0 && !c->diags.out_of_memory;
  /* What does not fit into a bundle is the author's to mend as well: to check is to make one. */
  if (c->good) c->good = rbc_generate(&c->program, &c->options, &c->diags, &c->image, &c->size);
}

bool rbc_check(struct rbc *c) {
  if (!c->ran) check(c);
  c->ran = true;
  return c->good;
}

const struct program *rbc_program(const struct rbc *c) { return c->good ? &c->program : NULL; }

bool rbc_compile(struct rbc *c, unsigned char **image, size_t *size) {
  *image = NULL;
  *size = 0;
  if (!rbc_check(c)) return false;
  if (!c->image && !rbc_generate(&c->program, &c->options, &c->diags, &c->image, &c->size)) return false;
  *image = c->image;
  *size = c->size;
  c->image = NULL;                     /* who asks again gets another one */
  return true;
}

const struct rbc_diags *rbc_diagnostics(const struct rbc *c) { return &c->diags; }

void rbc_report(const struct rbc *c, FILE *out, enum rbc_report_format format) {
  struct arena arena = {0};
  struct rbc_texts texts;
  if (!rbc_source_texts(&arena, c->program.sources, c->program.source_count, &texts))
    texts = (struct rbc_texts){ NULL, 0 };
  if (format == RBC_JSON) rbc_render_json(out, &c->diags, &texts);
  else {
    rbc_render_text(out, &c->diags, &texts, format == RBC_COLOUR);
    rbc_render_summary(out, &c->diags);
  }
  if (c->diags.out_of_memory && format != RBC_JSON) fputs("out of memory\n", out);
  arena_free(&arena);
}

void rbc_close(struct rbc *c) {
  if (!c) return;
  arena_free(&c->tree);
  arena_free(&c->texts);
  free(c->image);
  free(c);
}
