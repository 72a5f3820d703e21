/* airline.c: see airline.h. */
#include "airline.h"
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "rebase.h"
#include "measure.h"

enum { MOST_CALLS = 1024, MOST_SESSIONS = 64, PICKS = 16384 };
#define AGENT "acme.airline.airline_bot"
struct airline {
  rebase_engine *engine;
  rebase_request *request;
  rebase_caller callers[MOST_SESSIONS];
  char ids[MOST_SESSIONS][REBASE_ID_BYTES], names[MOST_SESSIONS][64];
  struct { char *body; size_t length; unsigned session; } calls[MOST_CALLS];
  unsigned session_count, call_count, allowed;
};

static int64_t in_may(void *user) { (void)user; return INT64_C(1715803200000000); }          /* 2024-05-15T20:00:00Z, when the sessions are set */

static void load(struct airline *a) {
  const struct rbc_options options = {.directory = "examples/airline", .stdlib = "stdlib", .date = "2024-05-15"};
  const rebase_options engine = {.wall_clock = in_may, .no_canonical = true, .max_sessions = MOST_SESSIONS};
  struct rbc *c = rbc_open(&options);
  unsigned char *image;
  size_t size;
  rebase_report report = {0};
  if (!c || !rbc_check(c) || !rbc_compile(c, &image, &size)) fail("examples/airline", "does not compile");
  rbc_close(c);
  if (rebase_engine_open(&engine, &a->engine) != REBASE_OK || rebase_engine_load(a->engine, image, size, &report) != REBASE_OK) fail("load", report.text);
  free(image);
  if (!(a->request = rebase_request_new(a->engine))) fail("request", "out of memory");
}

static void play_call(struct airline *a, const json_t *step, unsigned session) {
  char id[REBASE_ID_BYTES];
  const char *operation = json_string_value(json_object_get(step, "operation"));
  json_t *args = json_object_get(step, "args"), *result = json_object_get(step, "result");
  json_t *body = json_pack("{s:o, s:O}", "call", json_sprintf("booking.%s", operation), "args", args);
  if (!body || a->call_count == MOST_CALLS) fail("airline", "a call does not fit");
  char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(15)), *answer = json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
  json_decref(body);
  if (!text) fail("airline", "out of memory");
  a->calls[a->call_count].body = text;
  a->calls[a->call_count].length = strlen(text);
  a->calls[a->call_count++].session = session;
  const rebase_decision *d = rebase_decide_json(a->request, &a->callers[session], text, strlen(text));
  memcpy(id, d->id, sizeof id);
  if (d->effect == REBASE_ALLOW && answer) rebase_observe(a->engine, a->ids[session], id, REBASE_SUCCESS, answer, strlen(answer), NULL);
  free(answer);
}

static void play(struct airline *a, const json_t *recorded) {
  unsigned session = a->session_count++;
  if (session == MOST_SESSIONS) fail("airline", "too many sessions");
  snprintf(a->names[session], sizeof a->names[session], "%s", json_string_value(json_object_get(recorded, "session")));
  const rebase_opening opening = {AGENT, a->names[session], NULL};
  if (rebase_session_open(a->engine, &opening, a->ids[session], NULL) != REBASE_OK) fail("session", "cannot be opened");
  a->callers[session] = (rebase_caller){AGENT, a->names[session], a->ids[session]};
  size_t index;
  const json_t *step;
  json_array_foreach(json_object_get(recorded, "steps"), index, step) {
    const char *kind = json_string_value(json_object_get(step, "step")), *text = json_string_value(json_object_get(step, "text"));
    if (strcmp(kind, "user") == 0) rebase_hear(a->engine, a->ids[session], text, strlen(text));
    if (strcmp(kind, "call") == 0) play_call(a, step, session);
  }
}

static void read_sessions(struct airline *a) {
  static char line[1 << 20];
  FILE *file = fopen("examples/airline/sessions/own.jsonl", "r");
  if (!file) fail("examples/airline/sessions/own.jsonl", "cannot be read");
  while (fgets(line, sizeof line, file)) {
    json_t *recorded = json_loads(line, 0, NULL);
    if (!recorded) fail("examples/airline/sessions/own.jsonl", "a line is no JSON");
    play(a, recorded);
    json_decref(recorded);
  }
  fclose(file);
}

static bool decide(void *user, unsigned i, uint64_t random) {
  struct airline *a = user;
  unsigned at = (unsigned)((random >> 33) % a->call_count);
  (void)i;
  a->allowed += rebase_decide_json(a->request, &a->callers[a->calls[at].session], a->calls[at].body, a->calls[at].length)->effect == REBASE_ALLOW;
  return true;
}

static void open_played(struct airline *a) {
  load(a);
  read_sessions(a);
}

static void close_played(struct airline *a) {
  for (unsigned i = 0; i < a->call_count; i++) free(a->calls[i].body);
  rebase_request_free(a->request);
  rebase_engine_close(a->engine);
}

void airline_print(unsigned rounds, bool as_json) {
  static struct airline a;
  open_played(&a);
  double median = median_ns(rounds, PICKS, decide, &a);
  const char *format = as_json ? "{\"what\":\"airline, JSON, in its session\",\"calls\":%u,\"allowed\":%.2f,\"median_ns\":%.1f}\n"
                               : "\nairline example: %u calls in their sessions, JSON, %.0f%% allowed: %.1f ns a decision, median\n";
  printf(format, a.call_count, (as_json ? 1 : 100) * (double)a.allowed / rounds / PICKS, median);
  close_played(&a);
}

void airline_count(unsigned decisions) {
  static struct airline a;
  open_played(&a);
  for (unsigned i = 0; i < decisions; i++) decide(&a, i, (uint64_t)i << 33);
  close_played(&a);
}
