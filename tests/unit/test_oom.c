/* test_oom.c: memory runs out at every allocation in turn, once or from there on: in the engine by its allocator hook, in the
 * compiler by malloc itself. Never an allow that would not be one, no crash, nothing lost (the sanitizer looks for leaks), and
 * what comes after works. And deciding allocates nothing at all.
 * The program is linked with --wrap for malloc, calloc, realloc, arena_alloc_block, mmap, mprotect and pthread_create, so that the libraries'
 * own calls come here. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "diag/diag.h"
#include "engine_fixture.h"
#include "rbc.h"
#include "run.h"
#include "support/arena.h"
#include <sys/mman.h>
#if defined(__SANITIZE_ADDRESS__)
int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void *, size_t), void (*freed)(const volatile void *));
#endif

/* ---- malloc ---- */
static atomic_long mallocs;
static long fail_malloc_at;
static bool fail_malloc_once;
static bool may_allocate(void) {
  long number = ++mallocs;
  return !fail_malloc_at || (fail_malloc_once ? number != fail_malloc_at : number < fail_malloc_at);
}
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size) { return may_allocate() ? __real_malloc(size) : NULL; }
void *__wrap_calloc(size_t count, size_t size) { return may_allocate() ? __real_calloc(count, size) : NULL; }
void *__wrap_realloc(void *memory, size_t size) { return may_allocate() ? __real_realloc(memory, size) : NULL; }

/* The compiler takes most of its memory from an arena, which asks malloc for blocks only: each piece may fail here. An arena comes here when it
 * has no room, so what it has is hidden from it, unless it was reset since. */
static long pieces, fail_piece_at;
static struct hidden { struct arena *arena; char *next; size_t left; } hidden[32];
static pthread_mutex_t hidden_lock = PTHREAD_MUTEX_INITIALIZER;       /* the compiler's threads have an arena each */
void *__real_arena_alloc_block(struct arena *arena, size_t size);
void *__wrap_arena_alloc_block(struct arena *arena, size_t size);
static struct hidden *hidden_of(struct arena *arena) {
  struct hidden *h = hidden;
  while (h < hidden + sizeof hidden / sizeof *hidden - 1 && h->arena && h->arena != arena) h++;
  if (h->arena == arena && h->next == arena->next && !arena->left) arena->left = h->left;
  h->arena = arena;
  return h;
}
void *__wrap_arena_alloc_block(struct arena *arena, size_t size) {
  void *piece = NULL;
  pthread_mutex_lock(&hidden_lock);
  struct hidden *h = hidden_of(arena);
  pieces++;
  if (fail_piece_at && (fail_malloc_once ? pieces == fail_piece_at : pieces >= fail_piece_at)) arena->failed = true;
  else if (!size || size > arena->left) piece = __real_arena_alloc_block(arena, size);
  else {
    piece = arena->next;
    arena->next += size;
    arena->left -= size;
  }
  h->next = arena->next;
  h->left = arena->left;
  arena->left = 0;
  pthread_mutex_unlock(&hidden_lock);
  return piece;
}

/* ---- threads ---- */
static long threads, fail_thread_at;
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  return ++threads == fail_thread_at ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}

/* ---- the system's pages ---- */
static long page_calls, fail_page_call_at;
static bool page_call_fails(void) {
  if (++page_calls != fail_page_call_at) return false;
  errno = ENOMEM;
  return true;
}
void *__real_mmap(void *near, size_t size, int protection, int flags, int file, off_t offset);
int __real_mprotect(void *memory, size_t size, int protection);
void *__wrap_mmap(void *near, size_t size, int protection, int flags, int file, off_t offset);
int __wrap_mprotect(void *memory, size_t size, int protection);
void *__wrap_mmap(void *near, size_t size, int protection, int flags, int file, off_t offset) {
  return page_call_fails() ? MAP_FAILED : __real_mmap(near, size, protection, flags, file, offset);
}
int __wrap_mprotect(void *memory, size_t size, int protection) { return page_call_fails() ? -1 : __real_mprotect(memory, size, protection); }

/* ---- a day in the life of an engine ---- */
#define RULES "policy p {\n" \
  "  allow call shop.get_order by bot where not (session has secret)\n" \
  "  allow call shop.list_orders by bot\n" \
  "  allow call shop.find_customer by bot\n" \
  "  allow call shop.check by bot where said(args.id)\n" \
  "  allow call shop.vault by bot where session has verified\n" \
  "  allow call shop.set_order by bot where seen order(args.id)?.status == open\n" \
  "  ask leads before call shop.cancel by bot where seen order(args.id) is present\n" \
  "  allow call shop.get_pair by bot where (the only seen order)?.id == args.a\n" \
  "  allow call shop.pay by bot where vouched(args.id) and \"clerk\" in requester.roles with redact args.note of [card]\n" \
  "  allow call mail.send by bot where bound customer == args.to\n" \
  "  allow delegate to helper by bot  allow call shop.get_order by helper\n" \
  "  allow release to person by bot with redact of [card]\n}\n" \
  "guard g { deny call mail where session has secret because \"no\"  require stamp(\"x\") before call shop.vault }\n"

static struct image first, second;
static void compile_once(void) {
  if (first.bytes) return;
  first = compile_rules(RULES);
  second = compile_rules(RULES "guard late { deny call shop.check because \"closed now\" }\n");
}

enum { MOST_STEPS = 64 };
struct day { rebase_effect effects[MOST_STEPS]; rebase_status statuses[MOST_STEPS]; unsigned decided, told; };

/* counts: whether what it is compared with was decided after the same. */
static void decided_if(struct host *h, struct day *day, bool counts, const char *body) {
  rebase_effect effect = REBASE_DENY;
  if (h->request) {
    const rebase_decision *d = decide(h, body);
    char text[2000];
    ck_assert(d->status == REBASE_OK ? true : d->effect == REBASE_DENY);
    ck_assert_uint_gt(rebase_explain(d, REBASE_FOR_PERSON, text, sizeof text), 0);
    effect = d->effect;
  }
  day->effects[day->decided++] = counts ? effect : REBASE_DENY;
}
static void decided(struct host *h, struct day *day, const char *body) { decided_if(h, day, true, body); }

static rebase_status told(struct day *day, rebase_status status) { return day->statuses[day->told++] = status; }

#define ORDER(ID) "{\"id\":\"" ID "\",\"status\":\"open\",\"total\":10.5,\"owner\":\"c1\",\"memo\":\"m\"}"
#define GET "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"o1\"}}"
#define CANCEL "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"o1\"}}"
#define SET "{\"call\":\"shop.set_order\",\"args\":{\"id\":\"o1\",\"status\":\"closed\"}}"

/* The same steps each time, whatever becomes of the ones before. */
static void live(struct host *h, struct day *day) {
  const rebase_opening opening = {BOT, "ann", "{\"roles\":[\"clerk\",\"x\"],\"nick\":\"n\"}"};
  char child[REBASE_ID_BYTES];
  told(day, rebase_session_open(h->engine, &opening, h->session, &h->report));
  ck_assert_int_eq(h->report.status, day->statuses[day->told - 1]);
  h->caller = (rebase_caller){BOT, "ann", h->session};
  if (!h->request) h->request = rebase_request_new(h->engine);
  told(day, h->request ? REBASE_OK : REBASE_E_MEMORY);
  told(day, rebase_keep_caller(h->request, &h->caller) ? REBASE_OK : REBASE_E_MEMORY);
  told(day, hear(h, "check c1 and l\xc3\xa9""a, please"));
  decided(h, day, "{\"call\":\"shop.check\",\"args\":{\"id\":\"c1\"}}");
  told(day, observe(h, REBASE_SUCCESS, "\"verified\""));
  told(day, see(h, "shop.order", ORDER("o1")));
  decided(h, day, "{\"call\":\"shop.get_pair\",\"args\":{\"a\":\"o1\",\"b\":1}}");
  decided(h, day, GET);
  rebase_call *call = NULL;
  told(day, rebase_keep_call(h->request, &call));
  rebase_call_free(call);
  told(day, observe(h, REBASE_SUCCESS, ORDER("o1")));
  decided(h, day, "{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"open\"}}");
  told(day, observe(h, REBASE_SUCCESS, "[" ORDER("o2") "," ORDER("o3") "," ORDER("o4") "]"));
  decided(h, day, "{\"call\":\"shop.get_pair\",\"args\":{\"a\":\"o1\",\"b\":1}}");        /* not the only one any more */
  decided(h, day, "{\"call\":\"shop.pay\",\"args\":{\"id\":\"o2\",\"amount\":1,\"note\":\"1234-5678\"}}");
  decided(h, day, "{\"call\":\"shop.find_customer\",\"args\":{\"mail\":\"m\"}}");
  told(day, observe(h, REBASE_SUCCESS, "{\"id\":\"c1\",\"name\":\"A\",\"mail\":\"m\"}"));
  decided(h, day, "{\"call\":\"mail.send\",\"args\":{\"to\":\"c1\",\"text\":\"t\"}}");
  decided(h, day, CANCEL);
  told(day, rebase_approve(h->engine, h->session, h->decision, "acme.shop.leads", "lea"));
  decided(h, day, CANCEL);
  decided(h, day, SET);                     /* hidden by the write before */
  told(day, observe(h, REBASE_UNKNOWN, NULL));
  decided(h, day, "{\"delegate\":\"acme.shop.helper\"}");
  told(day, rebase_session_delegate(h->engine, h->session, h->decision, child, &h->report));
  h->caller = (rebase_caller){HELPER, "ann", child};
  decided(h, day, GET);
  h->caller = (rebase_caller){BOT, "ann", h->session};
  bool swapped = told(day, rebase_engine_load(h->engine, second.bytes, second.size, &h->report)) == REBASE_OK;
  ck_assert_int_eq(h->report.status, day->statuses[day->told - 1]);
  decided_if(h, day, swapped, "{\"call\":\"shop.check\",\"args\":{\"id\":\"c1\"}}");
  decided(h, day, "{\"call\":\"shop.vault\",\"args\":{\"id\":\"v\"}}");
  decided_if(h, day, day->effects[day->decided - 1] == REBASE_ALLOW, GET);  /* secret now */
  decided(h, day, "{\"release\":\"person\",\"text\":\"1234-5678\"}");
  rebase_session_close(h->engine, child);
  rebase_session_close(h->engine, h->session);
  told(day, rebase_engine_load(h->engine, first.bytes, first.size, &h->report));
}

static bool begin_day(struct host *h) {
  rebase_status status = rebase_engine_open(&h->options, &h->engine);
  ck_assert(status == REBASE_OK || status == REBASE_E_MEMORY);
  if (status != REBASE_OK) { ck_assert_ptr_null(h->engine); return false; }
  status = rebase_engine_load(h->engine, first.bytes, first.size, &h->report);
  ck_assert(status == REBASE_OK || status == REBASE_E_MEMORY);
  ck_assert_int_eq(h->report.status, status);
  return status == REBASE_OK;
}

static void clean_day(struct host *h, struct day *day) {
  host_prepare(h);
  ck_assert(begin_day(h));
  live(h, day);
}

/* What every step comes to when nothing fails; it is checked that each kind occurs. */
static void check_clean(const struct day *day) {
  unsigned effects[3] = {0};
  for (unsigned i = 0; i < day->decided; i++) effects[day->effects[i]]++;
  ck_assert_uint_gt(effects[REBASE_DENY], 3);
  ck_assert_uint_ge(effects[REBASE_ASK], 1);
  ck_assert_uint_gt(effects[REBASE_ALLOW], 8);
  for (unsigned i = 0; i < day->told; i++) ck_assert_msg(day->statuses[i] == REBASE_OK || day->statuses[i] == REBASE_E_DECISION, "step %u: %d", i, day->statuses[i]);
}

static void no_wider(const struct day *failing, const struct day *clean, long at) {
  ck_assert_uint_eq(failing->decided, clean->decided);
  for (unsigned i = 0; i < clean->decided; i++)
    ck_assert_msg(failing->effects[i] <= clean->effects[i], "allocation %ld fails, decision %u: %d instead of %d", at, i, failing->effects[i], clean->effects[i]);
}

/* One engine lives through a day while allocation `at` fails. False: there are not so many. */
static bool fail_at(long at, bool once, const struct day *clean) {
  static struct host h;
  struct day failing = {0};
  host_prepare(&h);
  atomic_store(&h.fail_once, once);
  atomic_store(&h.fail_at, at);
  bool open = begin_day(&h);
  bool reached = atomic_load(&h.allocations) >= at;
  if (open) {
    live(&h, &failing);
    reached = atomic_load(&h.allocations) >= at;
    no_wider(&failing, clean, at);
  }
  atomic_store(&h.fail_at, 0);
  if (!h.engine) ck_assert_int_eq(atomic_load(&h.live), 0);
  rebase_request_free(h.request);
  h.request = NULL;
  rebase_engine_close(h.engine);
  ck_assert_msg(atomic_load(&h.live) == 0, "allocation %ld fails: %ld blocks left", at, atomic_load(&h.live));
  return reached;
}

START_TEST(engine_without_memory) {
  static struct host h;
  struct day clean = {0};
  compile_once();
  clean_day(&h, &clean);
  check_clean(&clean);
  host_close(&h);
  for (int once = 0; once < 2; once++) {
    long at = 1;
    while (fail_at(at, once, &clean)) at++;
    ck_assert_int_gt(at, 60);               /* as many places were tried */
  }
}
END_TEST

/* The same engine goes on after each failure: every allocation of the day fails in turn, and the day after is whole. */
START_TEST(engine_goes_on) {
  static struct host h;
  struct day clean = {0};
  compile_once();
  clean_day(&h, &clean);
  long allocations = atomic_load(&h.allocations);
  ck_assert_int_gt(allocations, 60);
  for (long at = 1; at <= allocations; at++) {
    struct day failing = {0}, after = {0};
    atomic_store(&h.fail_once, true);
    atomic_store(&h.fail_at, atomic_load(&h.allocations) + at);
    host_pass(&h, 3 * 86400 * SECONDS);     /* labels of the day before are gone */
    live(&h, &failing);
    no_wider(&failing, &clean, at);
    atomic_store(&h.fail_at, 0);
    rebase_session_close(h.engine, h.session);
    ck_assert_int_eq(rebase_engine_load(h.engine, first.bytes, first.size, &h.report), REBASE_OK);
    host_pass(&h, 3 * 86400 * SECONDS);
    live(&h, &after);
    ck_assert_int_eq(memcmp(after.effects, clean.effects, sizeof after.effects), 0);
    ck_assert_int_eq(memcmp(after.statuses, clean.statuses, sizeof after.statuses), 0);
  }
  host_close(&h);
}
END_TEST

/* A bundle that cannot be loaded leaves the old one, whole. */
START_TEST(load_without_memory) {
  static struct host h;
  compile_once();
  host_open(&h, ALLOW_ALL);
  char before[65], after[65];
  ck_assert(rebase_engine_bundle(h.engine, before));
  rebase_status status = REBASE_E_MEMORY;
  long tries = 0;
  for (; status == REBASE_E_MEMORY; tries++) {
    long live = atomic_load(&h.live);
    atomic_store(&h.fail_at, atomic_load(&h.allocations) + tries + 1);
    status = rebase_engine_load(h.engine, first.bytes, first.size, &h.report);
    atomic_store(&h.fail_at, 0);
    if (status == REBASE_OK) break;
    ck_assert_int_eq(h.report.status, REBASE_E_MEMORY);
    ck_assert_int_le(atomic_load(&h.live) - live, (long)(2 * 64));      /* names, which the next load finds again */
    ck_assert(rebase_engine_bundle(h.engine, after));
    ck_assert_str_eq(before, after);
    ALLOWS(&h, SET);
  }
  ck_assert_int_eq(status, REBASE_OK);
  ck_assert_int_gt(tries, 5);
  DENIES(&h, SET);
  host_close(&h);
}
END_TEST

/* Pages that the system does not give, or does not make read-only: the old bundle stays, and what can be written is never run. */
START_TEST(load_without_pages) {
  static struct host h;
  compile_once();
  host_open(&h, ALLOW_ALL);
  rebase_status status = REBASE_E_MEMORY;
  long tries = 0;
  for (; status == REBASE_E_MEMORY; tries++) {
    page_calls = 0;
    fail_page_call_at = tries + 1;
    status = rebase_engine_load(h.engine, first.bytes, first.size, &h.report);
    fail_page_call_at = 0;
    if (status == REBASE_OK) break;
    ck_assert_int_eq(h.report.status, REBASE_E_MEMORY);
    ALLOWS(&h, SET);
  }
  ck_assert_int_eq(status, REBASE_OK);
  ck_assert_int_gt(tries, 1);                 /* mmap and mprotect, each at least once */
  DENIES(&h, SET);
  host_close(&h);
}
END_TEST

/* ---- deciding ---- */
static long taken;                          /* by anybody, where the sanitizer can tell */
#if defined(__SANITIZE_ADDRESS__)
static void count_taken(const volatile void *memory, size_t size) { (void)memory; (void)size; taken++; }
static void count_freed(const volatile void *memory) { (void)memory; }
#endif

static void drop_line(const char *line, size_t length, void *user) { (void)line; (void)length; (void)user; }

START_TEST(deciding_allocates_nothing) {
  static struct host h;
  static const char *const bodies[] = {
    GET, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"o5\"}}", SET, "{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"open\"}}", "{\"call\":\"shop.check\",\"args\":{\"id\":\"c1\"}}",
    "{\"call\":\"shop.pay\",\"args\":{\"id\":\"o2\",\"amount\":1.25,\"note\":\"1234-5678\",\"tags\":[\"a\",\"b\",\"a\"],\"named\":{\"a\":1,\"b\":2},"
    "\"lines\":[{\"sku\":\"s\",\"price\":1}],\"at\":\"2024-05-15T15:00:00Z\",\"net\":\"10.0.0.0/8\"}}",
    "{\"call\":\"shop.pay\",\"args\":{\"id\":\"o2\",\"id\":\"o2\"}}", "{\"call\":\"shop.nothing\"}", "not JSON", "{\"release\":\"person\",\"text\":\"1234-5678 \\u00e9\"}",
    "{\"delegate\":\"acme.shop.helper\"}", "{\"infer\":{}}", "{\"call\":\"mail.send\",\"args\":{\"to\":\"c1\",\"text\":\"\xc3\xa9\"}}"};
  char text[4000];
  compile_once();
  host_prepare(&h);
  h.options.log = drop_line;
  host_begin(&h, RULES);
  hear(&h, "c1 l\xc3\xa9");
  for (int i = 0; i < 10; i++) {
    snprintf(text, sizeof text, "{\"id\":\"o%d\",\"status\":\"open\",\"total\":10.5,\"owner\":\"c1\",\"memo\":\"m\"}", i);
    ck_assert_int_eq(see(&h, "shop.order", text), REBASE_OK);
  }
  rebase_slot id = slot_of(&h, "shop.get_order", "id"), lines = slot_of(&h, "shop.pay", "lines");
  rebase_operation get, pay;
  ck_assert_int_eq(rebase_find_operation(h.engine, "shop.get_order", &get), REBASE_OK);
  ck_assert_int_eq(rebase_find_operation(h.engine, "shop.pay", &pay), REBASE_OK);
#if defined(__SANITIZE_ADDRESS__)
  static bool installed;
  if (!installed) installed = __sanitizer_install_malloc_and_free_hooks(count_taken, count_freed) != 0;
  ck_assert(installed);
#endif
  long by_hook = atomic_load(&h.allocations), by_malloc = mallocs, by_anybody = taken;
  unsigned effects[3] = {0};
  for (int round = 0; round < 200; round++) {
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
      h.caller.session = round % 3 == 2 ? NULL : h.session;
      const rebase_decision *d = rebase_decide_json(h.request, &h.caller, bodies[i], strlen(bodies[i]));
      effects[d->effect]++;
      rebase_explain(d, round % 2 ? REBASE_FOR_AGENT : REBASE_FOR_PERSON, text, sizeof text);
    }
    h.caller.session = h.session;
    rebase_request_call(h.request, get);
    rebase_set_text(h.request, id, "o1", 2);
    effects[rebase_decide(h.request, &h.caller)->effect]++;
    rebase_request_call(h.request, pay);
    rebase_set_json(h.request, lines, "[{\"sku\":\"s\",\"price\":1}]", 23);
    effects[rebase_decide(h.request, &h.caller)->effect]++;
  }
  long hook_took = atomic_load(&h.allocations) - by_hook, malloc_took = mallocs - by_malloc, others_took = taken - by_anybody;
  ck_assert_int_eq(hook_took, 0);
  ck_assert_int_eq(malloc_took, 0);
  ck_assert_int_eq(others_took, 0);
  for (int i = 0; i < 3; i++) ck_assert_uint_gt(effects[i], 100);
  host_close(&h);
}
END_TEST

/* ---- the compiler ---- */
static const char shop_root[] =
  "workspace w\nzone \"Europe/Berlin\"\npackage w.p in \"p/\" declares connectors, labels, proofs, groups, tables, trees, detectors, agents, policies, guards, functions\n"
  "package w.q in \"q/\" declares agents, policies\n  uses w.p.shop\n";
static const char shop_text[] =
  "package w.p\nlabel personal \"p\"\nproof verified \"v\" lasts 15 minutes\ngroup leads \"l\"\ndetector card \"c\" /[0-9]{4}(-[0-9]{4}){3}|sesame/\n"
  "table fees { kind: one of { open, closed } key  fee: money(USD) } rows { (open, 1.00 USD) (closed, 2.00 USD) }\n"
  "tree org { member: string  group: string } rows { (\"a\", \"b\") (\"b\", \"c\") }\n"
  "fn twice(n: int) -> int = n * 2\n"
  "fn tagged(tags: list of string, note: string?) -> bool = (any t in tags where t == note) or note == \"x\"\n"
  "fn share(a: decimal, b: int) -> bool = a > 0.5 and b < twice(10) * 5\n"
  "connector shop \"s\" {\n  entity order { id: string key  status: one of { open, closed }  total: money(USD)  owner: string personal }\n"
  "  reads get(id: string) -> order\n  writes pay(id: string, amount: money(USD), note: string?, tags: list of string) changes order(args.id)\n}\n"
  "agent bot { owner \"o\" purpose \"p\" uses shop accepts w.q.other }\n"
  "policy p {\n  let o = seen order(args.id) otherwise deny because \"look first\"\n  let limit = 100.00 USD\n"
  "  allow call shop.get by bot\n  allow call shop.pay by bot where args.amount <= limit and o.status == open and session has verified\n"
  "  ask leads before call shop.pay by bot where args.amount > fees(open).fee and (any t in args.tags where t matches /a+b/) wait at most 5 minutes\n}\n"
  "guard g { deny call shop.pay where hour(now) < 8 or count(args.tags) > twice(3) because \"no\"\n"
  "  deny call shop.pay where tagged(args.tags, args.note) and share(count(args.tags) / 3, count(args.tags)) because \"tagged\"\n"
  "  deny call shop.pay where (any x in [\"a\", \"b\"] where args.id starts with x) and count(for f in fees where f.fee > 1.50 USD) == 1 because \"few\" }\n"
  "waive g for bot where agent.owner == \"o\" and tagged(args.tags, args.id) until 2030-01-01 because \"agreed\"\n"
  "test \"t\" { given seen order { id: \"o\", status: open, total: 1.00 USD, owner: \"x\" }  call shop.get(id: \"o\") by bot expect allow }\n";
static const char other_text[] = "package w.q\nimport w.p\nagent other { owner \"o\" purpose \"y\" uses shop.get }\npolicy q { allow call shop.get by other where \"a\" in p.org(\"c\")  allow delegate to p.bot by other }\n";

/* True: compiled. A failure says why, unless there is no memory even for that. */
static bool compile(struct image *image) {
  const struct rbc_options options = {.date = "2024-05-15"};
  struct rbc *c = rbc_open(&options);
  *image = (struct image){NULL, 0};
  bool fine = c && rbc_add_file(c, "root.rb", shop_root, sizeof shop_root - 1) && rbc_add_file(c, "p/p.rb", shop_text, sizeof shop_text - 1) &&
              rbc_add_file(c, "q/q.rb", other_text, sizeof other_text - 1) && rbc_check(c) && rbc_compile(c, &image->bytes, &image->size);
  if (c) {
    static char report[65536];
    FILE *out = fmemopen(report, sizeof report, "w");
    long malloc_before = fail_malloc_at, piece_before = fail_piece_at;
    fail_malloc_at = fail_piece_at = 0;     /* reading what was reported is not part of it */
    rbc_report(c, out, RBC_TEXT);
    fclose(out);
    fail_malloc_at = malloc_before;
    fail_piece_at = piece_before;
  }
  rbc_close(c);
  return fine;
}

/* Compiles while one allocation fails: the same bundle, or none. */
static void compile_failing(const struct image *clean, long malloc_at, long piece_at) {
  struct image image;
  mallocs = pieces = 0;
  fail_malloc_at = malloc_at;
  fail_piece_at = piece_at;
  bool fine = compile(&image);
  fail_malloc_at = fail_piece_at = 0;
  if (fine) ck_assert_msg(image.size == clean->size && !memcmp(image.bytes, clean->bytes, clean->size), "malloc %ld, piece %ld: another bundle", malloc_at, piece_at);
  else ck_assert_ptr_null(image.bytes);
  free(image.bytes);
}

START_TEST(compiler_without_memory) {
  struct image clean, image;
  mallocs = pieces = 0;
  if (!compile(&clean)) ck_abort_msg("the sample does not compile");
  long needed = mallocs, needed_pieces = pieces;
  ck_assert_int_gt(needed, 20);
  ck_assert_int_gt(needed_pieces, 500);
  for (int once = 0; once < 2; once++)
    {
      fail_malloc_once = once;
      for (long at = 1; at <= needed; at++) compile_failing(&clean, at, 0);
      for (long at = 1; at <= needed_pieces; at++) compile_failing(&clean, 0, at);
    }
  ck_assert(compile(&image));
  ck_assert(image.size == clean.size && !memcmp(image.bytes, clean.bytes, clean.size));
  free(image.bytes);
  free(clean.bytes);
}
END_TEST

/* Several threads read, check, judge and lower a workspace of many files: which piece fails is chance, what may come of it is not. */
enum { FILES = 40, EACH = 26, READERS = 4, STARTED = 3 + 3 + 3 + 1 };
static bool compile_many(struct image *image) {
  const struct rbc_options options = {.date = "2024-05-15", .threads = READERS};
  struct rbc *c = rbc_open(&options);
  char path[32], text[2560];
  memset(hidden, 0, sizeof hidden);              /* none is left of the one before */
  bool fine = c && rbc_add_file(c, "root.rb", shop_root, sizeof shop_root - 1) && rbc_add_file(c, "p/p.rb", shop_text, sizeof shop_text - 1) &&
              rbc_add_file(c, "q/q.rb", other_text, sizeof other_text - 1);
  for (unsigned i = 0; i < FILES && fine; i++) {
    snprintf(path, sizeof path, "p/f%02u.rb", i);
    int at = snprintf(text, sizeof text, "package w.p\n# %u\npolicy f%u {\n", i, i);
    for (unsigned k = 0; k < EACH; k++) at += snprintf(text + at, sizeof text - (size_t)at, "  allow call shop.get by bot where args.id == \"%u.%u\"\n", i, k);
    snprintf(text + at, sizeof text - (size_t)at, "}\n");
    fine = rbc_add_file(c, path, text, strlen(text));
  }
  *image = (struct image){NULL, 0};
  const bool added = fine;
  fine = added && rbc_compile(c, &image->bytes, &image->size);
  if (added && !fine) ck_assert(rbc_diagnostics(c)->out_of_memory);
  rbc_close(c);
  return fine;
}

START_TEST(compiler_with_threads_without_memory) {
  struct image clean, image;
  mallocs = pieces = threads = 0;
  ck_assert(compile_many(&clean));
  ck_assert_int_eq(threads, STARTED);
  const long needed = pieces;
  long failed = 0, tried = 0;
  for (long at = 1; at <= needed; at += 1 + needed / 300, tried++) {
    pieces = 0;
    fail_piece_at = at;
    bool fine = compile_many(&image);
    fail_piece_at = 0;
    failed += !fine;
    ck_assert(!fine || (image.size == clean.size && !memcmp(image.bytes, clean.bytes, clean.size)));
    free(image.bytes);
  }
  ck_assert_int_gt(failed, tried / 2);
  for (fail_thread_at = 1; fail_thread_at <= STARTED; fail_thread_at++) {
    threads = 0;
    ck_assert(compile_many(&image));               /* fewer threads do as well */
    ck_assert(image.size == clean.size && !memcmp(image.bytes, clean.bytes, clean.size));
    free(image.bytes);
  }
  free(clean.bytes);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("oom");
  TCase *t = tcase_create("oom");
  tcase_set_timeout(t, 300);
  tcase_add_test(t, engine_without_memory);
  tcase_add_test(t, engine_goes_on);
  tcase_add_test(t, load_without_memory);
  tcase_add_test(t, load_without_pages);
  tcase_add_test(t, deciding_allocates_nothing);
  tcase_add_test(t, compiler_without_memory);
  tcase_add_test(t, compiler_with_threads_without_memory);
  suite_add_tcase(suite, t);
  int failed = run_suite(suite);
  free(first.bytes);
  free(second.bytes);
  return failed ? 1 : 0;
}
