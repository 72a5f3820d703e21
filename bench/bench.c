/* bench.c: what a decision costs, on the peers' workload. `bench [ROUNDS] [--json]`; see README.md.
 *
 * Requests are picked in shuffled order: a fixed one of 1,024 would teach the branch predictor the answers. The measured things
 * take turns round by round, so that what the machine does meanwhile hits all of them; medians over the rounds are shown.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "airline.h"
#include "compile.h"
#include "measure.h"
#include "p12_rebase.h"
#include "routes.h"
#include "scale.h"
#include "teams.h"
#include "world.h"

enum { PICKS = 65536 };
struct bench {
  struct p12_request requests[P12_REQUESTS];
  struct p12_arguments arguments[P12_REQUESTS];
  const rebase_call *calls[P12_REQUESTS], *string_calls[P12_REQUESTS];
  bool allowed[P12_REQUESTS];
  uint16_t order[PICKS]; const rebase_call *picked[PICKS];  /* the picks; the same calls */
  uint16_t by_action[PICKS]; const void *batch[PICKS]; unsigned batch_end[P12_ACTIONS];        /* the same picks, those of one action together */
  struct p12_host own, sends, strings;      /* who makes the calls from their own values; who sends the canonical bytes on; whose words are any strings */
  uint64_t wrong;
};

/* ---- set-up ---- */
static void load(struct bench *b) {
  size_t size, strings_size;
  unsigned char *image = p12_compile(false, &size), *strings = p12_compile(true, &strings_size);
  p12_make(b->requests);
  for (unsigned i = 0; i < P12_REQUESTS; i++) p12_arguments(&b->requests[i], &b->arguments[i]);
  p12_start(&b->own, image, size, true);
  p12_start(&b->sends, image, size, false);
  p12_start(&b->strings, strings, strings_size, true);
  free(image);
  free(strings);
  for (unsigned i = 0; i < P12_REQUESTS; i++) {
    p12_prepare(&b->own, &b->arguments[i]);
    b->allowed[i] = b->requests[i].allowed;
  }
  for (unsigned i = 0; i < P12_REQUESTS; i++) b->calls[i] = p12_keep(&b->own, &b->arguments[i]);        /* what is used together stands together */
  for (unsigned i = 0; i < P12_REQUESTS; i++) b->string_calls[i] = p12_keep(&b->strings, &b->arguments[i]);
}

static void shuffle(struct bench *b, uint64_t seed) {
  for (unsigned i = 0; i < PICKS; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    b->order[i] = (uint16_t)(seed >> 33 & (P12_REQUESTS - 1));
    b->picked[i] = b->calls[b->order[i]];
  }
  unsigned filled = 0;
  for (unsigned action = 0; action < P12_ACTIONS; b->batch_end[action++] = filled)
    for (unsigned i = 0; i < PICKS; i++) {
      if (b->requests[b->order[i]].action != action) continue;
      b->by_action[filled] = b->order[i];
      b->batch[filled++] = &b->arguments[b->order[i]];
    }
}

/* ---- what is measured: a whole pass over the picks ---- */
static void by_hand(struct bench *b) {
  for (unsigned i = 0; i < PICKS; i++) {
    unsigned at = b->order[i];
    b->wrong += p12_decide(&b->requests[at]) != b->allowed[at];
  }
}

static void kept_by(struct bench *b, struct p12_host *h, const rebase_call *const *calls, const rebase_caller *who) {
  const rebase_caller *caller = rebase_keep_caller(h->request, who);
  for (unsigned i = 0; i < PICKS; i++) {
    unsigned at = b->order[i];
    b->wrong += (rebase_decide_call(h->request, caller, calls[at])->effect == REBASE_ALLOW) != b->allowed[at];
  }
}
static void kept(struct bench *b) { kept_by(b, &b->own, b->calls, &b->own.plain); }
static void kept_with_session(struct bench *b) { kept_by(b, &b->own, b->calls, &b->own.with_session); }
static void kept_of_strings(struct bench *b) { kept_by(b, &b->strings, b->string_calls, &b->strings.plain); }

static void prepared_by(struct bench *b, struct p12_host *h, const rebase_caller *caller) {
  for (unsigned i = 0; i < PICKS; i++) {
    unsigned at = b->order[i];
    b->wrong += (p12_prepared(h, &b->arguments[at], caller)->effect == REBASE_ALLOW) != b->allowed[at];
  }
}
static void prepared(struct bench *b) { prepared_by(b, &b->own, rebase_keep_caller(b->own.request, &b->own.plain)); }
static void prepared_with_session(struct bench *b) { prepared_by(b, &b->own, rebase_keep_caller(b->own.request, &b->own.with_session)); }

struct batch { struct bench *b; const uint16_t *picks; };
static void check_one(const rebase_decision *d, size_t i, void *user) {
  const struct batch *batch = user;
  batch->b->wrong += (d->effect == REBASE_ALLOW) != batch->b->allowed[batch->picks[i]];
}

static void some_in_batches(struct bench *b, unsigned most) {
  for (unsigned action = 0, first = 0; action < P12_ACTIONS && most; first = b->batch_end[action++]) {
    struct batch batch = {b, b->by_action + first};
    const unsigned all = b->batch_end[action] - first, count = all < most ? all : most;
    most -= count;
    if (rebase_decide_bound_batch(b->own.request, &b->own.plain, b->own.prepared[action], b->batch + first, count, check_one, &batch) != REBASE_OK) b->wrong++;
  }
}

static void prepared_in_batches(struct bench *b) { some_in_batches(b, PICKS); }

static void some_calls_in_batches(struct bench *b, unsigned count) {
  struct batch batch = {b, b->order};
  if (rebase_decide_call_batch(b->own.request, &b->own.plain, b->picked, count, check_one, &batch) != REBASE_OK) b->wrong++;
}

static void kept_in_batches(struct bench *b) { some_calls_in_batches(b, PICKS); }

static void bound_by(struct bench *b, struct p12_host *h, const rebase_caller *caller) {
  for (unsigned i = 0; i < PICKS; i++) {
    unsigned at = b->order[i];
    b->wrong += (p12_bound(h, &b->arguments[at], caller)->effect == REBASE_ALLOW) != b->allowed[at];
  }
}
static void bound(struct bench *b) { bound_by(b, &b->own, &b->own.plain); }
static void bound_with_session(struct bench *b) { bound_by(b, &b->own, &b->own.with_session); }

static void typed_by(struct bench *b, struct p12_host *h, const rebase_caller *caller) {
  for (unsigned i = 0; i < PICKS; i++) {
    unsigned at = b->order[i];
    b->wrong += (p12_typed(h, &b->requests[at], caller)->effect == REBASE_ALLOW) != b->allowed[at];
  }
}
static void typed(struct bench *b) { typed_by(b, &b->own, &b->own.plain); }
static void typed_with_session(struct bench *b) { typed_by(b, &b->own, &b->own.with_session); }
static void typed_and_sent(struct bench *b) { typed_by(b, &b->sends, &b->sends.plain); }

static void json_by(struct bench *b, struct p12_host *h, const rebase_caller *caller) {
  for (unsigned i = 0; i < PICKS; i++) {
    unsigned at = b->order[i];
    b->wrong += (p12_json(h, &b->requests[at], caller)->effect == REBASE_ALLOW) != b->allowed[at];
  }
}
static void json(struct bench *b) { json_by(b, &b->own, &b->own.plain); }
static void json_of_strings(struct bench *b) { json_by(b, &b->strings, &b->strings.plain); }
static void json_with_session(struct bench *b) { json_by(b, &b->own, &b->own.with_session); }
static void json_and_sent(struct bench *b) { json_by(b, &b->sends, &b->sends.plain); }

static const struct { const char *name; void (*run)(struct bench *b); } measured[] = {
  {"the rules in C by hand", by_hand}, {"kept call to decision", kept}, {"kept, in batches", kept_in_batches}, {"kept, in a session", kept_with_session},
  {"prepared struct to decision", prepared}, {"prepared, in batches", prepared_in_batches},
  {"prepared, in a session", prepared_with_session},
  {"a host's struct to decision", bound}, {"struct, in a session", bound_with_session}, {"typed request to decision", typed}, {"typed, in a session", typed_with_session},
  {"typed, with canonical bytes", typed_and_sent}, {"JSON to decision", json}, {"JSON, in a session", json_with_session},
  {"JSON, with canonical bytes", json_and_sent}, {"kept, words any strings", kept_of_strings}, {"JSON, words any strings", json_of_strings},
};
enum { MEASURED = sizeof measured / sizeof *measured };

/* The dearest request to the mean of all: of each the least time of several runs of itself alone. */
static double dearest(struct bench *b) {
  enum { RUNS = 9, REPEATS = 64 };
  double most = 0, sum = 0;
  const rebase_caller *caller = rebase_keep_caller(b->own.request, &b->own.plain);
  for (unsigned i = 0; i < P12_REQUESTS; i++) {
    double least = 1e18;
    for (unsigned run = 0; run < RUNS; run++) {
      double start = now_ns();
      for (unsigned k = 0; k < REPEATS; k++) rebase_decide_call(b->own.request, caller, b->calls[i]);
      double each = (now_ns() - start) / REPEATS;
      if (each < least) least = each;
    }
    sum += least;
    if (least > most) most = least;
  }
  return most / (sum / P12_REQUESTS);
}

/* ---- two threads, each with a request of its own ---- */
struct worker { struct bench *b; bool by_hand; struct p12_host host; uint64_t decided, wrong; const atomic_bool *stop; };

/* Counts for itself: the workers stand side by side, in lines of memory that both read. */
static void *work(void *argument) {
  struct worker *w = argument;
  const rebase_caller *caller = rebase_keep_caller(w->host.request, &w->host.plain);
  uint64_t decided = 0, wrong = 0;
  for (; !atomic_load_explicit(w->stop, memory_order_relaxed); decided += PICKS)
    for (unsigned i = 0; i < PICKS; i++) {
      const unsigned at = w->b->order[i];
      wrong += w->b->allowed[at] != (w->by_hand ? p12_decide(&w->b->requests[at]) : rebase_decide_call(w->host.request, caller, w->b->calls[at])->effect == REBASE_ALLOW);
    }
  w->decided = decided;
  w->wrong = wrong;
  return NULL;
}

static double decided_by(struct bench *b, unsigned threads, bool by_hand) {
  struct worker workers[2];
  pthread_t ids[2];
  atomic_bool stop = false;
  uint64_t decided = 0;
  double start = now_ns();
  for (unsigned i = 0; i < threads; i++) {
    workers[i] = (struct worker){.b = b, .by_hand = by_hand, .stop = &stop};
    p12_join(&workers[i].host, &b->own);
    if (pthread_create(&ids[i], NULL, work, &workers[i])) fail("threads", "cannot be started");
  }
  nanosleep(&(struct timespec){0, 200000000}, NULL);
  atomic_store(&stop, true);
  for (unsigned i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    decided += workers[i].decided;
    b->wrong += workers[i].wrong;
    p12_leave(&workers[i].host);
  }
  return (double)decided / (now_ns() - start);
}

/* How much more two decide than one: what the machine gives shows in the rules by hand, which share nothing. */
static double two_to_one(struct bench *b, bool by_hand) {
  double most[2] = {0, 0};
  for (int round = 0; round < 5; round++)
    for (unsigned threads = 1; threads <= 2; threads++) {
      double speed = decided_by(b, threads, by_hand);
      if (speed > most[threads - 1]) most[threads - 1] = speed;
    }
  return most[1] / most[0];
}

static void print_more(struct bench *b, bool as_json) {
  const char *format = as_json ? "{\"what\":\"dearest request to mean\",\"ratio\":%.2f}\n{\"what\":\"two threads to one\",\"ratio\":%.2f,\"by_hand\":%.2f}\n"
                               : "the dearest request takes %.2f times the mean; two threads decide %.2f times what one does, the rules in C %.2f times\n";
  printf(format, dearest(b), two_to_one(b, false), two_to_one(b, true));
}

/* For an instruction counter: as many decisions of one kind and nothing else, in a fixed order. */
static int count(struct bench *b, const char *what, unsigned decisions) {
  if (strcmp(what, "scale") == 0) {
    struct scale s;
    scale_open(&s, 1000, SCALE_INDEXED);
    for (unsigned i = 0; i < decisions; i++) b->wrong += !scale_decide(&s, i);
    scale_close(&s);
    return b->wrong != 0;
  }
  if (strcmp(what, "airline") == 0) return airline_count(decisions), 0;
  enum routes_by by;
  unsigned models;
  if (routes_counted(what, &by, &models)) {
    struct routes r;
    routes_open(&r, models, false);
    for (unsigned i = 0; i < decisions; i++) b->wrong += routes_decide(&r, by, i)->status != REBASE_OK;
    routes_close(&r);
    return b->wrong != 0;
  }
  if (strncmp(what, "world", 5) == 0) {
    static struct world w;
    world_open(&w, 50, 200, 300, strcmp(what, "world-plain") == 0);
    for (unsigned i = 0; i < decisions; i++) b->wrong += !world_decide(&w, i * 7 % 50, i * 11 % 200, i % 200);
    world_close(&w);
    return b->wrong != 0;
  }
  load(b);
  const rebase_caller *caller = strstr(what, "session") ? &b->own.with_session : &b->own.plain;
  char form = what[0];              /* kept, prepared, bound, json or typed */
  if (form == 'p' || form == 'k') caller = rebase_keep_caller(b->own.request, caller);
  if (strstr(what, "batch")) {
    shuffle(b, 1);
    (form == 'k' ? some_calls_in_batches : some_in_batches)(b, decisions);
    return b->wrong != 0;
  }
  for (unsigned i = 0; i < decisions; i++) {
    const struct p12_request *q = &b->requests[i % P12_REQUESTS];
    const struct p12_arguments *a = &b->arguments[i % P12_REQUESTS];
    const rebase_decision *d = form == 'k' ? rebase_decide_call(b->own.request, caller, b->calls[i % P12_REQUESTS]) : form == 'p' ? p12_prepared(&b->own, a, caller) : form == 'b' ? p12_bound(&b->own, a, caller)
                               : form == 'j' ? p12_json(&b->own, q, caller) : p12_typed(&b->own, q, caller);
    b->wrong += (d->effect == REBASE_ALLOW) != q->allowed;
  }
  return b->wrong != 0;
}

int main(int argc, char **argv) {
  static struct bench b;
  if (argc == 4 && strcmp(argv[1], "--count") == 0) return count(&b, argv[2], (unsigned)atoi(argv[3]));
  static double times[MEASURED][MOST_ROUNDS];
  bool as_json = argc > 1 && strcmp(argv[argc - 1], "--json") == 0;
  int rounds = argc > 1 && atoi(argv[1]) > 0 ? atoi(argv[1]) : 21;
  if (rounds > MOST_ROUNDS) rounds = MOST_ROUNDS;
  load(&b);
  for (int round = -1; round < rounds; round++) {           /* the first warms up */
    shuffle(&b, (uint64_t)round + 17);
    for (size_t k = 0; k < MEASURED; k++) {
      double start = now_ns();
      measured[k].run(&b);
      if (round >= 0) times[k][round] = (now_ns() - start) / PICKS;
    }
  }
  if (b.wrong) fail("decisions", "not those of the rules in C");
  unsigned allowed = 0;
  for (unsigned i = 0; i < P12_REQUESTS; i++) allowed += b.requests[i].allowed;
  if (!as_json) printf("%-28s %10s %10s %10s\n", "P12, ns a decision", "median", "p99", "to C");
  for (size_t k = 0; k < MEASURED; k++) sort_times(times[k], (size_t)rounds);
  for (size_t k = 0; k < MEASURED; k++) {
    double median = times[k][rounds / 2], p99 = times[k][(rounds * 99 - 1) / 100], ratio = median / times[0][rounds / 2];
    if (as_json) printf("{\"what\":\"%s\",\"median_ns\":%.1f,\"p99_ns\":%.1f,\"ratio_to_c\":%.2f}\n", measured[k].name, median, p99, ratio);
    else printf("%-28s %10.1f %10.1f %10.2f\n", measured[k].name, median, p99, ratio);
  }
  if (!as_json) printf("%d rounds of %d requests in shuffled order, %u of %d allowed; all decisions agree\n", rounds, PICKS, allowed, P12_REQUESTS);
  print_more(&b, as_json);
  if (b.wrong) fail("decisions of two threads", "not those of the rules in C");
  p12_stop(&b.own);
  p12_stop(&b.sends);
  airline_print((unsigned)rounds, as_json);
  scale_print((unsigned)rounds, as_json);
  compile_print((unsigned)rounds, as_json);
  routes_print((unsigned)rounds, as_json);
  world_print((unsigned)rounds, as_json);
  teams_print((unsigned)rounds, as_json);
  return 0;
}
