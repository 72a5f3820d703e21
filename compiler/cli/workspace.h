/* workspace.h: what a command works on: a directory that is compiled, or a bundle that is read. */
#ifndef RBC_CLI_WORKSPACE_H
#define RBC_CLI_WORKSPACE_H
#include "cli/cli.h"
#include "rbc.h"
#include "sema/program.h"

struct subject {
  const char *path;
  struct rbc *rbc;                  /* NULL for a bundle */
  char *stdlib;                     /* NULL: none */
  const struct program *program;    /* NULL for a bundle */
  unsigned char *image; size_t size;
};

/* Opens the workspace and checks it; diagnostics go to stderr (or as JSON to stdout). CLI_OK, or what to exit with. */
int workspace_check(const struct cli *cli, const char *directory, bool json, struct subject *subject);
/* The models of the standard library alone. */
int workspace_catalogue(const struct cli *cli, struct subject *subject);
/* Either: a directory is checked and compiled, a file is read. */
int subject_open(const struct cli *cli, const char *path, struct subject *subject);
int workspace_compile(struct subject *subject);
void subject_close(struct subject *subject);

/* Says what this version cannot execute; returns how many `prove` blocks there are. */
unsigned workspace_pending(const struct program *program, FILE *out);
/* "file:line" of a span, in text. */
const char *program_place(const struct program *program, struct span span, char *text, size_t size);
#endif
