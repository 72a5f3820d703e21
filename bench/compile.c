/* compile.c: see compile.h. */
#include "compile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "measure.h"

enum { COPIES = 100, MOST_BYTES = 1 << 17 };
static const char *const names[] = {"booking.rb", "rules.rb"};
enum { FILES = sizeof names / sizeof *names };
struct source { char path[64], *text; size_t size; };
struct sources { struct source copies[COPIES][FILES]; char root[COPIES * 160]; unsigned lines; };

/* What is known in the whole workspace is named anew in each copy, at the same length: booking becomes book000, book001, ... */
static void rename_all(char *text, const char *name, unsigned copy) {
  char digits[4];
  snprintf(digits, sizeof digits, "%03u", copy);
  for (char *at = text; (at = strstr(at, name)) != NULL; at++) memcpy(at + strlen(name) - 3, digits, 3);
}

static void make_copy(struct source *source, const char *name, const char *text, unsigned copy) {
  snprintf(source->path, sizeof source->path, "a%03u/%s", copy, name);
  source->size = strlen(text);
  source->text = strdup(text);
  if (!source->text) fail(source->path, "out of memory");
  rename_all(source->text, "acme.airline", copy);
  rename_all(source->text, "booking", copy);
  rename_all(source->text, "duty_desk", copy);
}

static void make_sources(struct sources *s) {
  static char text[MOST_BYTES];
  for (unsigned i = 0; i < FILES; i++) {
    char path[64];
    snprintf(path, sizeof path, "examples/airline/policies/%s", names[i]);
    FILE *file = fopen(path, "r");
    if (!file) fail(path, "cannot be read");
    text[fread(text, 1, MOST_BYTES - 1, file)] = '\0';
    fclose(file);
    for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++) s->lines += COPIES;
    for (unsigned copy = 0; copy < COPIES; copy++) make_copy(&s->copies[copy][i], names[i], text, copy);
  }
  size_t at = (size_t)sprintf(s->root, "workspace airline\n");
  for (unsigned copy = 0; copy < COPIES; copy++)
    at += (size_t)sprintf(s->root + at, "package acme.airl%03u in \"a%03u/\" declares connectors, groups, tables, agents, policies, guards\n", copy, copy);
  sprintf(s->root + at, "zone \"-05:00\"\nnow 2024-05-15T15:00:00-05:00\n");
  s->lines += COPIES + 3;
}

static void free_sources(struct sources *s) {
  for (unsigned copy = 0; copy < COPIES; copy++)
    for (unsigned i = 0; i < FILES; i++) free(s->copies[copy][i].text);
}

static void add_copy(struct rbc *c, const struct source *files) {
  for (unsigned i = 0; i < FILES; i++)
    if (!rbc_add_file(c, files[i].path, files[i].text, files[i].size)) fail(files[i].path, "out of memory");
}

static void finish(struct rbc *c) {
  unsigned char *image;
  size_t size;
  if (!rbc_compile(c, &image, &size)) { rbc_report(c, stderr, RBC_TEXT); fail("policies", "do not compile"); }
  free(image);
  rbc_close(c);
}

static double compile_copies(const struct sources *s, unsigned threads) {
  const struct rbc_options options = {.stdlib = "stdlib", .date = "2026-01-01", .threads = threads};
  double start = now_ns();
  struct rbc *c = rbc_open(&options);
  if (!c || !rbc_add_file(c, "root.rb", s->root, strlen(s->root))) fail("root.rb", "out of memory");
  for (unsigned copy = 0; copy < COPIES; copy++) add_copy(c, s->copies[copy]);
  finish(c);
  return now_ns() - start;
}

static double compile_acme(void) {
  const struct rbc_options options = {.directory = "examples/acme", .stdlib = "stdlib", .date = "2026-01-01"};
  double start = now_ns();
  struct rbc *c = rbc_open(&options);
  if (!c) fail("examples/acme", "out of memory");
  finish(c);
  return now_ns() - start;
}

void compile_print(unsigned rounds, bool as_json) {
  static struct sources s;
  static double copies[MOST_ROUNDS], alone[MOST_ROUNDS], acme[MOST_ROUNDS];
  make_sources(&s);
  for (unsigned i = 0; i < rounds; i++) {
    copies[i] = compile_copies(&s, 0);
    alone[i] = compile_copies(&s, 1);
    acme[i] = compile_acme();
  }
  free_sources(&s);
  sort_times(copies, rounds);
  sort_times(alone, rounds);
  sort_times(acme, rounds);
  const char *line = as_json ? "{\"what\":\"compile, the airline's policies %u times over%s\",\"lines\":%u,\"ms\":%.1f,\"lines_a_second\":%.0f}\n"
                             : "\ncompile: the airline's policies %u times over%s, %u lines, %.1f ms: %.0f lines a second";
  printf(line, COPIES, "", s.lines, copies[rounds / 2] / 1e6, s.lines / (copies[rounds / 2] / 1e9));
  printf(line, COPIES, ", one thread", s.lines, alone[rounds / 2] / 1e6, s.lines / (alone[rounds / 2] / 1e9));
  printf(as_json ? "{\"what\":\"compile, examples/acme\",\"ms\":%.2f}\n" : "\ncompile: examples/acme with the standard library %.2f ms\n", acme[rounds / 2] / 1e6);
}
