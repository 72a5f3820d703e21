/* main.c: the differential test. `differential [DECISIONS | --seconds N] [SEED [all]]`: random workspaces and events through the virtual
 * machine and the reference; prints what was covered, and a minimised reproduction of the first difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "coverage.h"
#include "linking.h"
#include "play.h"

enum { DECISIONS_A_WORKSPACE = 360 };

static bool enough(const char *what, uint64_t part, uint64_t whole, unsigned percent) {
  bool ok = part * 100 >= whole * percent;
  printf("%-10s %9llu  %5.1f%%%s\n", what, (unsigned long long)part, 100.0 * (double)part / (double)whole, ok ? "" : "  too few");
  return ok;
}

/* ---- instructions ---- */
static const char *opcode_name(unsigned op) {
  static const char *const names[OP_PREPARED_COUNT] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) #NAME,
#include "opcodes.def"
#undef OP
    "LOOPMAP", "NEXTMAP",
#define FUSED(FIRST, SECOND, TEST) #FIRST " " #SECOND " " #TEST,
#define FLAG(READ) #READ " branch",
#define TESTED(TEST) #TEST " branch",
#define PAIR(FIRST, SECOND) #FIRST " " #SECOND,
#include "fused.def"
  };
  return names[op];
}

/* In a million decisions each instruction is executed 10,000 times at least, and each fused one 3,000 times: a quarter of the workspaces is
 * decided without those. Shorter runs vary: a tenth of the share. */
static bool print_instructions(uint64_t decisions, bool all) {
  uint64_t least = decisions >= 1000000 ? decisions / 100 : decisions / 1000;
  bool ok = true;
  unsigned rarest = 0;
  for (unsigned op = 0; op < OP_PREPARED_COUNT; op++) {
    if (executed[op] < executed[rarest]) rarest = op;
    bool few = executed[op] < (op > OP_NEXTMAP ? 3 * least / 10 : least);
    if (few) ok = false;
    if (all || few) printf("%-16s %12llu%s\n", opcode_name(op), (unsigned long long)executed[op], few ? "  too few" : "");
  }
  printf("%u instructions, each executed %llu times at least (%s)\n", OP_PREPARED_COUNT, (unsigned long long)executed[rarest], opcode_name(rarest));
  return ok;
}

/* Stands among OP_IN_RANGES in a table. */
static bool is_a_range(unsigned op) { return op == OP_ARG_RULECONST_LT || op == OP_ARG_RULECONST_LE || op == OP_ARG_RULECONST_EQ || op == OP_ARG_BRANCH; }

/* Those that a decision table can have, 1,000 times in a million decisions. */
static bool print_conditions(uint64_t decisions, bool all) {
  static const uint16_t kinds[] = {
#define FUSED(FIRST, SECOND, TEST) OP_##FIRST##_##SECOND##_##TEST,
#define FLAG(READ) OP_##READ##_BRANCH,
#define TESTED(TEST)
#define PAIR(FIRST, SECOND)
#include "fused.def"
    OP_IS_SHORT, OP_HOLDS_SHORT, OP_HOLDS_NEAR, OP_STARTS_AS, OP_IN_RANGES
  };
  static const char *const together[] = {"is short text", "holds short text", "holds near number", "starts as", "in ranges"};
  const uint64_t least = decisions >= 1000000 ? decisions / 1000 : decisions / 10000;
  bool ok = true;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const uint64_t count = looked_at[kinds[i]];
    const char *name = kinds[i] < OP_PREPARED_COUNT ? opcode_name(kinds[i]) : together[kinds[i] - OP_IS_SHORT];
    if (is_a_range(kinds[i])) continue;
    ok &= count >= least;
    if (all || count < least) printf("condition %-16s %12llu%s\n", name, (unsigned long long)count, count < least ? "  too few" : "");
  }
  return ok;
}

/* The generator is worth something only if every effect occurs. */
static bool print_tally(const struct tally *t) {
  printf("%llu decisions; %llu refused, %llu lets missing, %llu rules in error, %llu approvals, %llu results observed\n",
         (unsigned long long)t->decisions, (unsigned long long)t->refused, (unsigned long long)t->lacking,
         (unsigned long long)t->errors, (unsigned long long)t->approvals, (unsigned long long)t->observed);
  printf("%llu decisions on infer\n", (unsigned long long)t->inferred);
  bool ok = enough("allow", t->allowed, t->decisions, 15);
  ok = enough("ask", t->asked, t->decisions, 15) && ok;
  ok = enough("deny", t->denied, t->decisions, 15) && ok;
  ok = enough("chosen", t->chosen, t->inferred, 20) && ok;
  ok = enough("no model", t->unanswered, t->inferred, 10) && ok;
  ok = enough("errors", t->errors, t->decisions, 1) && ok;
  ok = enough("kept", t->kept, t->decisions, 1) && ok;
  printf("%llu rules for an agent and an operation; of these, without what is constant there\n", (unsigned long long)t->places);
  ok = enough("smaller", t->smaller, t->places, 3) && ok;
  ok = enough("named", t->named, t->places, 1) && ok;
  return enough("left out", t->dropped, t->places, 1) && ok;
}

/* Workspaces live in memory only; what is on disk beside them is an empty folder, which goes when this program does, however. */
static bool stand_in_empty_folder(char *name) { return mkdtemp(name) != NULL && chdir(name) == 0 && rmdir(name) == 0; }

/* The argument at this place; a test that is asked for nothing must not pass. */
static uint64_t argument(int argc, char **argv, int place, uint64_t otherwise) {
  char *end = NULL;
  uint64_t number = argc > place ? strtoull(argv[place], &end, 10) : otherwise;
  if (number && (!end || !*end)) return number;
  fprintf(stderr, "differential: `%s` is not a positive number; usage: differential [--linking | --seconds] [DECISIONS [SEED]]\n", argv[place]);
  exit(2);
}

/* `differential --linking [DECISIONS [SEED]]` */
static int linking(int argc, char **argv) {
  bool ok = try_linking(argument(argc, argv, 2, 100000), argument(argc, argv, 3, 1));
  printf("%d passed, %d failed\n", ok, !ok);
  return ok ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--linking") == 0) return linking(argc, argv);
  bool timed = argc > 2 && strcmp(argv[1], "--seconds") == 0;
  time_t end = timed ? time(NULL) + (time_t)argument(argc, argv, 2, 1) : 0;
  argc -= timed;
  argv += timed;
  uint64_t wanted = argument(argc, argv, 1, 100000), seed = argument(argc, argv, 2, 1);
  struct tally tally = {0};
  unsigned workspaces = 0;
  char folder[] = "/tmp/rebase-differential-XXXXXX";
  if (!stand_in_empty_folder(folder)) { perror(folder); return 2; }
  for (; timed ? time(NULL) < end : tally.decisions < wanted; seed++, workspaces++) {
    struct random random = {seed};
    struct workspace w = {0};
    struct steps steps = {0};
    size_t at;
    char *what;
    generate_workspace(&random, &w);
    generate_steps(&random, DECISIONS_A_WORKSPACE, &steps);
    enum played played = play(&w, &steps, &tally, &at, &what);
    if (played != PLAYED_ALIKE) {
      printf("seed %llu, step %zu: %s\n", (unsigned long long)seed, at, played == PLAYED_BROKEN ? "does not compile or load" : what);
      if (played == PLAYED_DIFFERENT) minimise_and_print(&w, &steps);
      printf("0 passed, 1 failed\n");
      return 1;
    }
    steps_free(&steps);
    workspace_free(&w);
  }
  printf("%u workspaces, ", workspaces);
  bool ok = print_tally(&tally);
  ok = print_instructions(tally.decisions, argc > 3) && ok;
  ok = print_conditions(tally.decisions, argc > 3) && ok;
  printf("%d passed, %d failed\n", ok ? 1 : 0, ok ? 0 : 1);
  return ok ? 0 : 1;
}
