/* rbc.h: the compiler as a library. No globals, no exit. One thread at a time in a session, which may have some of its
 * own while it reads a workspace of many files; none of them outlives the call.
 *
 *   struct rbc *c = rbc_open(&options);          // NULL: out of memory
 *   if (rbc_check(c)) rbc_compile(c, &image, &size);
 *   rbc_report(c, stderr, RBC_TEXT);             // diagnostics, as data too: rbc_diagnostics
 *   rbc_close(c);
 */
#ifndef RBC_H
#define RBC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__GNUC__) || defined(__clang__)
#define RBC_API __attribute__((visibility("default")))
#else
#define RBC_API
#endif

struct rbc;
struct rbc_diags;
struct program;
struct arena;

struct rbc_options {
  const char *directory;     /* the workspace: holds root.rb */
  const char *stdlib;        /* NULL: none is loaded unless found by the caller */
  const char *date;          /* "YYYY-MM-DD": expiry of waivers is judged by it, and it goes into the bundle; NULL: no date known */
  unsigned threads;          /* that work on a large workspace, the caller's included, 8 at most; 0: as many as there are processors. Results are the same */
  bool plain;                /* every agent and operation gets the rules as they are written; else without what is constant there (SPEC 13.6). For tests */
};
enum rbc_report_format { RBC_TEXT, RBC_COLOUR, RBC_JSON };

RBC_API struct rbc *rbc_open(const struct rbc_options *options);   /* strings are copied */
/* A file given from memory in place of, or beside, what is on disk (path relative to the workspace). Before rbc_check. */
RBC_API bool rbc_add_file(struct rbc *c, const char *path, const char *text, size_t size);
/* Reads, parses and checks everything, the limits of a bundle too. False when there are errors (see the report). */
RBC_API bool rbc_check(struct rbc *c);
/* The checked program, owned by c; NULL before a successful rbc_check. */
RBC_API const struct program *rbc_program(const struct rbc *c);
/* The bundle: malloc'ed, the caller frees it. The same sources, date and stdlib give the same bytes. False: there are
 * errors, or memory is out. */
RBC_API bool rbc_compile(struct rbc *c, unsigned char **image, size_t *size);
RBC_API const struct rbc_diags *rbc_diagnostics(const struct rbc *c);
RBC_API void rbc_report(const struct rbc *c, FILE *out, enum rbc_report_format format);
RBC_API void rbc_close(struct rbc *c);
#endif
