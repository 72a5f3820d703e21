/* rebase.c: Rebase beside its peers. `rebase --requests`: the workload, a line a request. `rebase`: answers run.py, as every peer's
 * program does; run.py says what it asks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "p12_rebase.h"
#include "measure.h"

struct bench {
  struct p12_request requests[P12_REQUESTS];
  struct p12_arguments arguments[P12_REQUESTS];
  struct p12_host host;
  const rebase_caller *caller;      /* who asks, in the forms with all that can be prepared */
  const rebase_call *calls[P12_REQUESTS];
};

/* ---- the forms: each decides request i ---- */
static bool by_hand(struct bench *b, unsigned i) { return p12_decide(&b->requests[i]); }
static bool prepared(struct bench *b, unsigned i) { return p12_prepared(&b->host, &b->arguments[i], b->caller)->effect == REBASE_ALLOW; }
static bool kept(struct bench *b, unsigned i) { return rebase_decide_call(b->host.request, b->caller, b->calls[i])->effect == REBASE_ALLOW; }
static bool bound(struct bench *b, unsigned i) { return p12_bound(&b->host, &b->arguments[i], &b->host.plain)->effect == REBASE_ALLOW; }
static bool typed(struct bench *b, unsigned i) { return p12_typed(&b->host, &b->requests[i], &b->host.plain)->effect == REBASE_ALLOW; }
static bool json(struct bench *b, unsigned i) { return p12_json(&b->host, &b->requests[i], &b->host.plain)->effect == REBASE_ALLOW; }

static const struct form { const char *name; bool (*decide)(struct bench *b, unsigned i); } forms[] = {
  {"typed", typed}, {"JSON", json}, {"a host's struct", bound}, {"a struct with prepared texts", prepared}, {"a kept call", kept}, {"the rules in C by hand", by_hand},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* ---- what is asked ---- */
static void answers(struct bench *b, const struct form *form) {
  for (unsigned i = 0; i < P12_REQUESTS; i++) putchar(form->decide(b, i) ? '1' : '0');
  putchar('\n');
}

static void whole_round(struct bench *b, const struct form *form, const uint16_t *order, unsigned picks) {
  unsigned allowed = 0;
  double start = now_ns();
  for (unsigned k = 0; k < picks; k++) allowed += form->decide(b, order[k]);
  printf("%.0f %u\n", now_ns() - start, allowed);
}

static void each(struct bench *b, const struct form *form, const uint16_t *order, unsigned picks) {
  double *times = malloc(picks * sizeof *times);
  if (!times) fail("times", "out of memory");
  for (unsigned k = 0; k < picks; k++) {
    double start = now_ns();
    form->decide(b, order[k]);
    times[k] = now_ns() - start;
  }
  sort_times(times, picks);
  printf("%.0f\n", times[(size_t)picks * 99 / 100]);
  free(times);
}

static void answer(struct bench *b, const char *what, const struct form *form, uint64_t seed, unsigned picks) {
  uint16_t *order = malloc((picks + 1) * sizeof *order);
  if (!order) fail("order", "out of memory");
  for (unsigned k = 0; k < picks; k++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    order[k] = (uint16_t)((seed >> 33) % P12_REQUESTS);
  }
  if (strcmp(what, "answers") == 0) answers(b, form);
  else if (strcmp(what, "round") == 0) whole_round(b, form, order, picks);
  else if (strcmp(what, "each") == 0) each(b, form, order, picks);
  else fail(what, "is not asked of a peer");
  fflush(stdout);
  free(order);
}

int main(int argc, char **argv) {
  static struct bench b;
  p12_make(b.requests);
  if (argc == 2 && strcmp(argv[1], "--requests") == 0) {
    for (unsigned i = 0; i < P12_REQUESTS; i++) p12_print(stdout, &b.requests[i]);
    return 0;
  }
  size_t size;
  unsigned char *image = p12_compile(false, &size);
  p12_start(&b.host, image, size, true);
  free(image);
  b.caller = rebase_keep_caller(b.host.request, &b.host.plain);
  for (unsigned i = 0; i < P12_REQUESTS; i++) {
    p12_arguments(&b.requests[i], &b.arguments[i]);
    p12_prepare(&b.host, &b.arguments[i]);
    b.calls[i] = p12_keep(&b.host, &b.arguments[i]);
  }
  printf("{\"engine\":\"Rebase\",\"version\":\"%s\",\"forms\":[", rebase_version());
  for (unsigned k = 0; k < FORMS; k++) printf("%s\"%s\"", k ? "," : "", forms[k].name);
  printf("]}\n");
  fflush(stdout);
  char line[128], what[16];
  unsigned form, picks;
  unsigned long long seed;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%15s %u %llu %u", what, &form, &seed, &picks) != 4 || form >= FORMS || picks > 1u << 24) fail(line, "is not a question");
    answer(&b, what, &forms[form], seed, picks);
  }
  p12_stop(&b.host);
  return 0;
}
