/* fuzz_request.c: bytes as requests and as results, one a line, in one session (libFuzzer). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "rbc.h"
#include "rebase.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char root[] = "workspace fuzz\npackage a in \"a/\" declares connectors, labels, regions, contexts, detectors, groups, agents, types, policies, guards\n";
static const char policy[] =
  "package a\nregion eu { region de region fr }\nlabel personal \"p\"\nlabel untrusted \"u\"\ngroup leads \"l\"\n"
  "context requester { desk: region  roles: set of string }\ndetector mail \"m\" /[a-z]+@[a-z.]+/\n"
  "type item { id: string  n: int?  price: money(USD)  kind: one of { x, \"y z\", other } }\n"
  "connector c \"c\" { zone \"Europe/Berlin\" failure \"Error\"\n"
  "  entity thing { id: string key  at: time  day: date  many: list of item  named: map of item  note: string untrusted }\n"
  "  reads get(id: string, limit: int paging = 5) -> thing yields personal\n"
  "  reads many(ids: list of string) -> list of thing\n"
  "  writes put(id: string, b: bool, n: int, d: decimal, m: money(EUR), t: time, day: date, w: one of { x, \"y z\" }, r: region, i: ip, net: cidr,\n"
  "    v: version, long: duration, items: list of item, set: set of int, map: map of string, some: string?) -> thing { id: args.id } sends outside }\n"
  "agent bot { owner \"o\" purpose \"p\" uses c }\n"
  "policy p { allow call c.get by bot  allow call c.many by bot  ask leads before call c.put by bot where args.n > 3 unless vouched(args.id) because \"r\"\n"
  "  allow call c.put by bot where args.n <= 3 with redact args.id of [mail]  allow release to person by bot with redact of [mail] }\n"
  "guard g { deny call c.put where session has personal and (any x in args.items where x.price > 5.00 USD) because \"no\" }\n";
static rebase_engine *engine;
static rebase_request *request;
static int64_t now;

static int64_t clock_of(void *user) { return *(int64_t *)user; }

static void close_engine(void) {
  rebase_request_free(request);
  rebase_engine_close(engine);
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  char folder[] = "/tmp/rebase-fuzz-XXXXXX";
  if (!mkdtemp(folder)) abort();
  const struct rbc_options options = {.directory = folder, .date = "2026-01-01"};
  const rebase_options how = {.wall_clock = clock_of, .steady_clock = clock_of, .user = &now, .max_sessions = 4};
  unsigned char *image;
  size_t image_size;
  struct rbc *c = rbc_open(&options);
  if (!c || !rbc_add_file(c, "root.rb", root, sizeof root - 1) || !rbc_add_file(c, "a/a.rb", policy, sizeof policy - 1)) abort();
  if (!rbc_check(c) || !rbc_compile(c, &image, &image_size)) { rbc_report(c, stderr, RBC_TEXT); abort(); }
  rbc_close(c);
  if (rebase_engine_open(&how, &engine) != REBASE_OK || rebase_engine_load(engine, image, image_size, NULL) != REBASE_OK) abort();
  free(image);
  if (!(request = rebase_request_new(engine)) || atexit(close_engine)) abort();
  return rmdir(folder);
}

/* A decision is never a fault, and a request that could not be read is never allowed. */
static void judge(const rebase_decision *d) {
  char text[4096];
  if (d->status == REBASE_E_FAULT || d->steps > d->steps_bound) abort();
  if (d->status != REBASE_OK && d->effect != REBASE_DENY) abort();
  if (d->effect == REBASE_ALLOW && (!d->canonical || !d->canonical_length)) abort();
  rebase_explain(d, REBASE_FOR_PERSON, text, sizeof text);
}

static void line(const rebase_caller *caller, const char *text, size_t length) {
  char id[REBASE_ID_BYTES];
  const char *result = memchr(text, '\t', length);         /* request, tab, result */
  size_t request_length = result ? (size_t)(result - text) : length;
  const rebase_decision *d = rebase_decide_json(request, caller, text, request_length);
  judge(d);
  if (d->effect == REBASE_ASK && rebase_approve(engine, caller->session, d->id, "a.leads", "l") == REBASE_OK) {
    d = rebase_decide_json(request, caller, text, request_length);
    judge(d);
  }
  if (d->effect != REBASE_ALLOW || !result) return;
  memcpy(id, d->id, sizeof id);
  rebase_observe(engine, caller->session, id, REBASE_SUCCESS, result + 1, length - request_length - 1, NULL);
}

/* One engine for all inputs. Each finds a clean session: days pass between them, and the labels of a requester fade. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const rebase_opening opening = {"a.bot", "r", "{\"desk\":\"de\",\"roles\":[]}"};
  char session[REBASE_ID_BYTES];
  now += INT64_C(5) * 86400 * 1000000;
  if (rebase_session_open(engine, &opening, session, NULL) != REBASE_OK) abort();
  const rebase_caller caller = {"a.bot", "r", session};
  const char *at = (const char *)data, *end = at + size;
  while (at < end) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = stop ? (size_t)(stop - at) : (size_t)(end - at);
    line(&caller, at, length);
    rebase_see(engine, session, "c.thing", at, length, NULL);
    rebase_hear(engine, session, at, length);
    at += length + 1;
  }
  rebase_session_close(engine, session);
  return 0;
}
