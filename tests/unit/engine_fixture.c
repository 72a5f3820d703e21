/* engine_fixture.c: see engine_fixture.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "rbc.h"

const char fixture_world[] =
  "package acme.shop\n"
  "label personal \"of a person\"\nlabel secret \"of the company\"\nlabel untrusted \"from outside\"\n"
  "proof verified \"shown\" lasts 15 minutes\nproof known \"known\"\n"
  "group leads \"who lead\"\ngroup legal \"lawyers\"\n"
  "region eu { region de region fr }\nregion us\n"
  "context requester { id: string  roles: set of string  nick: string? }\n"
  "detector card \"card numbers\" /[0-9]{4}-[0-9]{4}/\ndetector word \"a word\" /sesame/\n"
  "type line { sku: string  price: money(USD)  note: string? }\n"
  "connector shop \"a shop\" {\n  kind shop\n  residency de\n  failure \"Error\"\n"
  "  entity order { id: string key  status: one of { open, closed, other }  total: money(USD)  owner: string  memo: string untrusted }\n"
  "  entity customer { id: string key  name: string personal  mail: string }\n"
  "  entity pair { a: string key  b: int key  n: int }\n"
  "  reads get_order(id: string) -> order\n"
  "  reads list_orders(status: one of { open, closed }, limit: int paging = 10) -> list of order\n"
  "  reads orders_of(owner: string) -> list of order\n"
  "  reads notes(limit: int paging = 10) -> list of order yields untrusted\n"
  "  reads find_customer(mail: string) -> customer binds customer\n"
  "  reads get_customer(id: string) -> customer { id: args.id }\n"
  "  reads get_pair(a: string, b: int) -> pair\n"
  "  reads vault(id: string) yields secret\n"
  "  reads locate(number_of_order: string, number_of_shops: string?)\n"
  "  writes set_order(id: string, status: one of { open, closed }) -> order\n"
  "  writes cancel(id: string) changes order(args.id)\n"
  "  writes set_pair(a: string, b: int) changes pair(args.a, args.b)\n"
  "  writes check(id: string) -> string proves verified\n"
  "  writes pay(id: string, amount: money(USD), rate: decimal?, count: int = 1, lines: list of line?, tags: set of string?,\n"
  "    named: map of int?, at: time?, day: date?, hold: duration?, place: region?, from: ip?, net: cidr?, build: version?,\n"
  "    urgent: bool?, kind: one of { fast, slow }?, mode: one of { open, closed, other }?, note: string?,\n"
  "    modes: set of one of { open, closed, other }?, kinds: list of one of { fast, slow }?, places: list of region?)\n"
  "}\n"
  "connector mail \"mail\" {\n"
  "  writes send(to: string, text: string) sends outside\n"
  "  reads inbox() yields untrusted\n"
  "}\n"
  "agent bot { owner \"o\" purpose \"p\" uses shop uses mail }\n"
  "agent helper { owner \"o\" purpose \"p\" uses shop uses mail accepts bot }\n"
  "agent stranger { owner \"o\" purpose \"p\" uses shop uses mail }\n";

static const char fixture_root[] =
  "workspace acme\nzone \"-05:00\"\npackage acme.shop in \"shop/\" declares connectors, labels, proofs, groups, regions, contexts, types, detectors,\n"
  "  tables, trees, agents, policies, guards, functions, models, routes\n";

/* ---- bundles ---- */
struct image compile_files(const char *const *files) {
  const struct rbc_options options = {.date = "2024-05-15"};
  struct image image = {NULL, 0};
  struct rbc *compiler = rbc_open(&options);
  bool fine = compiler != NULL;
  for (; fine && *files; files += 2) fine = rbc_add_file(compiler, files[0], files[1], strlen(files[1]));
  fine = fine && rbc_check(compiler) && rbc_compile(compiler, &image.bytes, &image.size);
  if (!fine && compiler) rbc_report(compiler, stderr, RBC_TEXT);
  rbc_close(compiler);
  if (!fine) ck_abort_msg("what should be loaded does not compile");
  return image;
}

struct image compile_rules(const char *rules) { return compile_world(rules, NULL); }

struct image compile_world(const char *rules, const char *const *changes) {
  static char text[1 << 17], changed[1 << 17];
  snprintf(text, sizeof text, "%s", fixture_world);
  for (; changes && *changes; changes += 2) {
    const char *at = strstr(text, changes[0]);
    if (!at) ck_abort_msg("the world holds no `%s`", changes[0]);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, changes[1], at + strlen(changes[0]));
    memcpy(text, changed, strlen(changed) + 1);
  }
  snprintf(changed, sizeof changed, "%s%s", text, rules);
  const char *const files[] = {"root.rb", fixture_root, "shop/shop.rb", changed, NULL};
  return compile_files(files);
}

bool rules_compile(const char *rules) {
  static char text[1 << 17];
  const struct rbc_options options = {.date = "2024-05-15"};
  struct rbc *compiler = rbc_open(&options);
  ck_assert_ptr_nonnull(compiler);
  snprintf(text, sizeof text, "%s%s", fixture_world, rules);
  bool fine = rbc_add_file(compiler, "root.rb", fixture_root, strlen(fixture_root)) && rbc_add_file(compiler, "shop/shop.rb", text, strlen(text)) && rbc_check(compiler);
  rbc_close(compiler);
  return fine;
}

/* ---- hooks ---- */
static void *allocate(size_t size, void *user) {
  struct host *h = user;
  long number = atomic_fetch_add(&h->allocations, 1) + 1, fail_at = atomic_load(&h->fail_at);
  if (fail_at && (number == fail_at || (number > fail_at && !atomic_load(&h->fail_once)))) return NULL;
  void *memory = malloc(size);
  if (memory) {
    memset(memory, 0xa5, size);     /* nobody may count on cleared memory */
    atomic_fetch_add(&h->live, 1);
  }
  return memory;
}

static void release(void *memory, void *user) {
  ck_assert_ptr_nonnull(memory);
  atomic_fetch_sub(&((struct host *)user)->live, 1);
  free(memory);
}

static int64_t wall_clock(void *user) { return atomic_load(&((struct host *)user)->wall); }
static int64_t steady_clock(void *user) { return atomic_load(&((struct host *)user)->steady); }

/* Not unpredictable, but never twice the same. */
static bool random_bytes(void *bytes, size_t size, void *user) {
  static atomic_uint_least64_t state = 1;
  unsigned char *to = bytes;
  for (size_t i = 0; i < size; i++) {
    uint64_t x = atomic_fetch_add(&state, 1) * UINT64_C(6364136223846793005);
    to[i] = (unsigned char)(x >> 32 ^ x >> 56);
  }
  return !atomic_load(&((struct host *)user)->no_random);
}

static void keep_line(const char *line, size_t length, void *user) {
  struct host *h = user;
  if (length + 1 >= sizeof h->log - h->log_length) h->log_length = 0;
  memcpy(h->log + h->log_length, line, length);
  h->log_length += length;
  h->log[h->log_length++] = '\n';
  h->log[h->log_length] = 0;
}

/* ---- the host ---- */
void host_prepare(struct host *h) {
  static const char *const obligations[] = {"stamp", NULL};
  memset(h, 0, sizeof *h);
  atomic_store(&h->wall, NOW);
  atomic_store(&h->steady, 1000 * SECONDS);
  h->options = (rebase_options){.allocate = allocate, .release = release, .wall_clock = wall_clock, .steady_clock = steady_clock,
                                .random_bytes = random_bytes, .log = keep_line, .user = h, .obligations = obligations, .max_sessions = 64,
                                .request_bytes = 1 << 16};
}

void host_load(struct host *h, const char *rules) {
  struct image image = compile_rules(rules);
  rebase_status status = rebase_engine_load(h->engine, image.bytes, image.size, &h->report);
  free(image.bytes);
  ck_assert_msg(status == REBASE_OK, "load: %s", h->report.text);
}

rebase_status host_session(struct host *h, const char *agent, const char *requester, char session[REBASE_ID_BYTES]) {
  const rebase_opening opening = {agent, requester, "{\"roles\":[\"clerk\"]}"};
  return rebase_session_open(h->engine, &opening, session, &h->report);
}

void host_begin(struct host *h, const char *rules) {
  ck_assert_int_eq(rebase_engine_open(&h->options, &h->engine), REBASE_OK);
  host_load(h, rules);
  ck_assert_ptr_nonnull(h->request = rebase_request_new(h->engine));
  ck_assert_int_eq(host_session(h, BOT, "ann", h->session), REBASE_OK);
  h->caller = (rebase_caller){BOT, "ann", h->session};
}

void host_open(struct host *h, const char *rules) {
  host_prepare(h);
  host_begin(h, rules);
}

void host_close(struct host *h) {
  rebase_request_free(h->request);
  rebase_engine_close(h->engine);
  ck_assert_int_eq(atomic_load(&h->live), 0);
}

void host_pass(struct host *h, int64_t microseconds) {
  atomic_fetch_add(&h->wall, microseconds);
  atomic_fetch_add(&h->steady, microseconds);
}

const rebase_decision *decide_bytes(struct host *h, const char *body, size_t length) {
  const rebase_decision *d = rebase_decide_json(h->request, &h->caller, body, length);
  memcpy(h->decision, d->id, sizeof h->decision);
  return d;
}

const rebase_decision *decide(struct host *h, const char *body) { return decide_bytes(h, body, strlen(body)); }

rebase_status observe(struct host *h, rebase_outcome outcome, const char *result) {
  return rebase_observe(h->engine, h->caller.session, h->decision, outcome, result, result ? strlen(result) : 0, &h->report);
}

void call_and_observe(struct host *h, const char *body, const char *result) {
  ALLOWS(h, body);
  rebase_status status = observe(h, REBASE_SUCCESS, result);
  ck_assert_msg(status == REBASE_OK, "%s -> %s: %s", body, result, h->report.text);
}

rebase_status hear(struct host *h, const char *text) { return rebase_hear(h->engine, h->caller.session, text, strlen(text)); }
rebase_status see(struct host *h, const char *entity, const char *json) {
  return rebase_see(h->engine, h->caller.session, entity, json, strlen(json), &h->report);
}

/* ---- typed ---- */
rebase_slot slot_of(struct host *h, const char *operation_name, const char *argument) {
  rebase_operation operation;
  rebase_slot slot;
  ck_assert_int_eq(rebase_find_operation(h->engine, operation_name, &operation), REBASE_OK);
  ck_assert_int_eq(rebase_find_slot(h->engine, operation, argument, &slot), REBASE_OK);
  return slot;
}

void begin_typed(struct host *h, const char *name) {
  rebase_operation operation;
  ck_assert_int_eq(rebase_find_operation(h->engine, name, &operation), REBASE_OK);
  ck_assert_int_eq(rebase_request_call(h->request, operation), REBASE_OK);
}

const rebase_decision *decide_typed(struct host *h) {
  const rebase_decision *d = rebase_decide(h->request, &h->caller);
  memcpy(h->decision, d->id, sizeof h->decision);
  return d;
}

void note_decided(const rebase_decision *d, size_t index, void *user) {
  struct several *s = user;
  ck_assert_uint_eq(index, s->count);
  s->effects[s->count++] = d->effect == REBASE_ALLOW ? 'a' : 'd';
  if (index != 0 || !s->closes) return;
  host_load(s->closes, "policy none { deny call because \"closed\" }\n");
  host_pass(s->closes, 3600 * SECONDS);
}
