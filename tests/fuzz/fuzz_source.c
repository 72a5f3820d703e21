/* fuzz_source.c: bytes as a policy file: lexer, parser, checker, generator. What compiles must load (libFuzzer). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "rbc.h"
#include "rebase.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char root[] =
  "workspace fuzz\npackage a in \"a/\" declares connectors, models, providers, labels, proofs, regions, contexts, groups, tables, trees, guards, "
  "policies, routes, agents, teams, detectors, types, functions, tests\n";
static char folder[] = "/tmp/rebase-fuzz-XXXXXX";         /* empty: the workspace is in memory */
static FILE *nowhere;

static void clear_up(void) { rmdir(folder); }

int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  nowhere = fopen("/dev/null", "w");
  if (!nowhere || !mkdtemp(folder)) abort();
  return atexit(clear_up);
}

/* A bundle of the compiler's is valid, or the compiler has a fault. */
static void load(const unsigned char *image, size_t size) {
  rebase_engine *engine;
  rebase_report report;
  if (rebase_engine_open(NULL, &engine) != REBASE_OK) abort();
  rebase_status status = rebase_engine_load(engine, image, size, &report);
  if (status != REBASE_OK && status != REBASE_E_PENDING) {
    fprintf(stderr, "the verifier refuses what the compiler made: %s\n", report.text);
    abort();
  }
  rebase_engine_close(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct rbc_options options = {.directory = folder, .date = "2026-01-01"};
  unsigned char *image = NULL;
  size_t image_size;
  struct rbc *c = rbc_open(&options);
  if (!c || !rbc_add_file(c, "root.rb", root, sizeof root - 1) || !rbc_add_file(c, "a/a.rb", (const char *)data, size)) abort();
  bool good = rbc_check(c);
  if (good && rbc_compile(c, &image, &image_size)) load(image, image_size);
  rbc_report(c, nowhere, RBC_TEXT);
  rbc_report(c, nowhere, RBC_JSON);
  free(image);
  rbc_close(c);
  return 0;
}
