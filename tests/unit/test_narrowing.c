/* test_narrowing.c: SPEC 8.8 by trial. Conditions are made without regard to direction; what the checker accepts is decided
 * in a session that knows much, and in one that knows less and has more labels: never may the second be allowed more. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "rebase.h"
#include "run.h"

enum { PROGRAMS = 2500, SESSIONS = 6 };
static const char root[] =
  "workspace w\npackage w.p in \"p/\" declares connectors, labels, proofs, groups, agents, policies, guards\n";
static const char world[] =
  "package w.p\nlabel personal \"p\"\nlabel secret \"s\"\nproof verified \"v\"\ngroup lead \"l\"\ngroup boss \"b\"\n"
  "connector store \"s\" {\n"
  "  entity thing { id: string key  status: one of { open, closed }  size: int  flag: bool  owner: string  maybe: int? "
  "}\n"
  "  entity link { id: string key  to: string }\n"
  "  reads get(id: string) -> thing\n  reads follow(id: string) -> link\n"
  "  writes act(id: string, n: int)\n"
  "  writes touch(id: string) changes thing(args.id)\n  writes turn(id: string) changes link(args.id)\n}\n"
  "agent bot { owner \"o\" purpose \"x\" uses store }\n"
  "policy always { allow call store.{ touch, turn, get, follow } by bot }\n";

/* ---- random text ---- */
static uint64_t seed;
static char text[8192];
static unsigned below(unsigned n) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(seed >> 33) % n;
}
static void add(const char *format, ...) {
  size_t n = strlen(text);
  va_list args;
  va_start(args, format);
  vsnprintf(text + n, sizeof text - n, format, args);
  va_end(args);
}
static const char *key(void) {
  static const char *const keys[] = {"args.id", "\"a\"", "\"b\"", "seen link(args.id)?.to", "seen link(\"a\")?.to"};
  return keys[below(5)];
}
static const char *test_of_thing(void) {
  static const char *const tests[] = {".status == open", ".status != closed", ".size > 1",
                                      ".flag",           ".id == args.id",    ".owner == \"x\""};
  return tests[below(6)];
}

static void condition(unsigned depth, bool let);

static void within_loop(const char *name, unsigned depth) {
  static unsigned inner;
  if (depth == 0 || inner || below(3)) {
    add("%s%s", name, test_of_thing());
    return;
  }
  inner = 1;
  add("(%s%s %s ", name, test_of_thing(), below(2) ? "and" : "or");
  condition(depth - 1, false);
  add(")");
  inner = 0;
}

static void loop(unsigned depth) {
  static unsigned inside, names;
  char name[16];
  if (inside) {
    add("session has verified");
    return;
  }
  inside = 1;
  snprintf(name, sizeof name, "t%u", names++);
  switch (below(6)) {
  case 0:
    add("(any %s in seen thing where ", name);
    within_loop(name, depth);
    add(")");
    break;
  case 1:
    add("(all %s in seen thing satisfy ", name);
    within_loop(name, depth);
    add(")");
    break;
  case 2:
    add("count(for %s in seen thing where ", name);
    within_loop(name, depth);
    add(") %s %u", below(2) ? ">" : "<=", below(3));
    break;
  case 3: add("sum(%s.size for %s in seen thing) %s %u", name, name, below(2) ? ">" : "<=", below(4)); break;
  case 4:
    add("(first %s in seen thing where ", name);
    within_loop(name, depth);
    add(")?.status == open");
    break;
  default:
    add("(any %s in [\"a\", \"b\", \"c\"] where seen thing(%s)?.size %s 1)", name, name, below(2) ? "==" : "!=");
    break;
  }
  inside = 0;
}

static void fact(unsigned depth, bool let) {
  switch (below(let ? 20 : 16)) {
  case 0: add("session has %s", below(2) ? "personal" : "secret"); break;
  case 1: add("session has verified"); break;
  case 2: add("said(%s)", below(2) ? "args.id" : "seen thing(args.id)?.owner"); break;
  case 3: add("seen thing(%s) is %s", key(), below(2) ? "present" : "missing"); break;
  case 4: add("seen thing(%s)?.status %s open", key(), below(2) ? "==" : "!="); break;
  case 5: add("seen thing(%s)?.flag %s %s", key(), below(2) ? "==" : "!=", below(2) ? "true" : "false"); break;
  case 6: add("(seen thing(%s)?.size otherwise %u) %s 1", key(), below(3), below(2) ? ">" : "<="); break;
  case 7: add("(seen thing(%s)?.flag otherwise %s)", key(), below(2) ? "true" : "false"); break;
  case 8: add("count(seen thing) %s %u", below(2) ? ">" : "<=", below(3)); break;
  case 9: add("args.id in seen %s", below(2) ? "thing" : "thing.owner"); break;
  case 10: add("(the only seen thing)%s", below(2) ? " is present" : "?.id == args.id"); break;
  case 11: add("(seen thing(%s)?.status otherwise seen thing(\"b\")?.status) == open", key()); break;
  case 12: add("seen thing(%s)?.size in [1, 2]", key()); break;
  case 13: add("(seen thing(%s)?.id is missing or (seen thing(%s)?.maybe otherwise 2) > 1)", key(), key()); break;
  case 14:
  case 15: loop(depth); break;
  case 16: add("x%s", test_of_thing()); break;
  case 17: add("x is %s", below(2) ? "present" : "missing"); break;
  case 18: add("(x is missing or x%s)", test_of_thing()); break;
  default: add("(x is present and x%s)", test_of_thing()); break;
  }
}

static void condition(unsigned depth, bool let) {
  switch (depth == 0 ? 9 : below(10)) {
  case 0:
  case 1:
    add("(");
    condition(depth - 1, let);
    add(" and ");
    condition(depth - 1, let);
    add(")");
    break;
  case 2:
  case 3:
    add("(");
    condition(depth - 1, let);
    add(" or ");
    condition(depth - 1, let);
    add(")");
    break;
  case 4:
  case 5:
    add("not (");
    condition(depth - 1, let);
    add(")");
    break;
  case 6:
    add("(if ");
    condition(depth - 1, let);
    add(" then ");
    condition(depth - 1, let);
    add(" else ");
    condition(depth - 1, let);
    add(")");
    break;
  case 7: add(below(2) ? "args.n > 1" : "args.id == \"a\""); break;
  default: fact(depth, let);
  }
}

static void clauses(bool let) {
  unsigned form = below(4);
  if (form) {
    add("\n  where ");
    condition(below(3), let);
  }
  if (form == 0 || form == 3) {
    add("\n  unless ");
    condition(below(2), let);
  }
}

static void program(void) {
  unsigned form = below(7);
  bool let = form != 6 && below(3) == 0;
  text[0] = 0;
  if (form != 0) add("policy base { allow call store.act by bot }\n");
  add(form == 0 || form == 3 || form == 4 ? "policy it {\n" : "guard it {\n");
  static const char *const ends[] = {"", " otherwise deny because \"l\"", " otherwise ask lead because \"l\""};
  if (let) add("  let x = seen thing(%s)%s\n", key(), ends[below(3)]);
  static const char *const heads[] = {"allow call store.act by bot",
                                      "deny call store.act",
                                      "ask lead before call store.act",
                                      "deny call store.act by bot",
                                      "ask boss before call store.act by bot",
                                      "deny call store.act",
                                      "deny call store.act"};
  add("  %s", heads[form]);
  if (form != 6) clauses(let);
  add(form == 0 ? "\n}\n" : "\n  because \"b\"\n}\n");
  if (form != 6) return;
  add("waive it for bot where ");
  condition(below(3), false);
  add(" until 2027-01-31 because \"c\"\n");
}

/* ---- sessions ---- */
static int64_t clock_of(void *user) {
  (void)user;
  return INT64_C(1715785200) * 1000000;
}

struct knows {
  unsigned things, links;
  bool said[3], verified, labels[2];
};
static const char *const things[] = {
  "{\"id\":\"a\",\"status\":\"open\",\"size\":%u,\"flag\":true,\"owner\":\"x\"}",
  "{\"id\":\"b\",\"status\":\"closed\",\"size\":%u,\"flag\":false,\"owner\":\"a\",\"maybe\":1}",
  "{\"id\":\"c\",\"status\":\"open\",\"size\":%u,\"flag\":false,\"owner\":\"b\",\"maybe\":3}"};
static const char *const links[] = {"{\"id\":\"a\",\"to\":\"b\"}", "{\"id\":\"b\",\"to\":\"a\"}",
                                    "{\"id\":\"c\",\"to\":\"c\"}"};
static const char *const words[] = {"a", "b", "x"};

static int decide(rebase_engine *engine, rebase_request *request, const char *person, const char *session,
                  const char *call) {
  (void)engine;
  const rebase_caller caller = {"w.p.bot", person, session};
  return (int)rebase_decide_json(request, &caller, call, strlen(call))->effect;
}

/* Opens a session that has seen all of `ever` and kept what is in `now`. */
static void prepare(rebase_engine *engine, rebase_request *request, const char *person, const struct knows *ever,
                    const struct knows *now, unsigned size, char session[REBASE_ID_BYTES]) {
  char json[256];
  const rebase_opening opening = {"w.p.bot", person, NULL};
  ck_assert_int_eq(rebase_session_open(engine, &opening, session, NULL), REBASE_OK);
  for (unsigned i = 0; i < 3; i++) {
    snprintf(json, sizeof json, things[i], size % (i + 2));
    if (ever->things >> i & 1)
      ck_assert_int_eq(rebase_see(engine, session, "store.thing", json, strlen(json), NULL), REBASE_OK);
    if (ever->links >> i & 1)
      ck_assert_int_eq(rebase_see(engine, session, "store.link", links[i], strlen(links[i]), NULL), REBASE_OK);
    if (now->said[i]) rebase_hear(engine, session, words[i], 1);
  }
  if (now->verified) rebase_prove(engine, session, "w.p.verified");
  if (now->labels[0]) rebase_taint(engine, session, "w.p.personal");
  if (now->labels[1]) rebase_taint(engine, session, "w.p.secret");
  for (unsigned i = 0; i < 3; i++) {
    snprintf(json, sizeof json, "{\"call\":\"store.touch\",\"args\":{\"id\":\"%c\"}}", 'a' + (int)i);
    if ((ever->things & ~now->things) >> i & 1)
      ck_assert_int_eq(decide(engine, request, person, session, json), REBASE_ALLOW);
    snprintf(json, sizeof json, "{\"call\":\"store.turn\",\"args\":{\"id\":\"%c\"}}", 'a' + (int)i);
    if ((ever->links & ~now->links) >> i & 1)
      ck_assert_int_eq(decide(engine, request, person, session, json), REBASE_ALLOW);
  }
}

static struct knows narrower(const struct knows *k) {
  struct knows n = *k;
  n.things &= below(8) | below(8);
  n.links &= below(8) | below(8);
  for (unsigned i = 0; i < 3; i++) n.said[i] = k->said[i] && below(2);
  n.verified = k->verified && below(2);
  for (unsigned i = 0; i < 2; i++) n.labels[i] = k->labels[i] || below(2);
  return n;
}

static unsigned changed;

static void compare(rebase_engine *engine, rebase_request *request) {
  static unsigned people;
  struct knows much = {.things = below(8),
                       .links = below(8),
                       .said = {below(2), below(2), below(2)},
                       .verified = below(2),
                       .labels = {below(3) == 0, below(3) == 0}};
  struct knows less = narrower(&much);
  unsigned size = below(12);
  char call[128], person[2][24], session[2][REBASE_ID_BYTES];
  snprintf(call, sizeof call, "{\"call\":\"store.act\",\"args\":{\"id\":\"%c\",\"n\":%u}}", 'a' + (int)below(3),
           below(3));
  int effect[2];
  for (unsigned i = 0; i < 2; i++) {
    snprintf(person[i], sizeof person[i], "person %u", people++);
    prepare(engine, request, person[i], &much, i ? &less : &much, size, session[i]);
    effect[i] = decide(engine, request, person[i], session[i], call);
    rebase_session_close(engine, session[i]);
  }
  changed += effect[0] != effect[1];
  if (effect[1] <= effect[0]) return;
  ck_abort_msg("losing widened from %d to %d for %s\nthings %u then %u, links %u then %u\n%s", effect[0], effect[1],
               call, much.things, less.things, much.links, less.links, text);
}

static bool load(struct rbc *compiler, rebase_engine **engine) {
  unsigned char *image;
  size_t size;
  if (!rbc_compile(compiler, &image, &size)) {
    rbc_report(compiler, stderr, RBC_TEXT);
    ck_abort_msg("no bundle for\n%s", text);
  }
  const rebase_options options = {.wall_clock = clock_of, .steady_clock = clock_of};
  rebase_report report = {0};
  ck_assert_int_eq(rebase_engine_open(&options, engine), REBASE_OK);
  bool good = rebase_engine_load(*engine, image, size, &report) == REBASE_OK;
  free(image);
  if (!good) ck_abort_msg("%s\n%s", report.text, text);
  return good;
}

START_TEST(never_widens) {
  unsigned accepted = 0;
  changed = 0;
  for (unsigned n = 0; n < PROGRAMS; n++) {
    seed = (uint64_t)_i * 1000003 + n * UINT64_C(2654435761) + 17;
    program();
    char all[sizeof text + sizeof world];
    snprintf(all, sizeof all, "%s%s", world, text);
    const struct rbc_options options = {.date = "2024-05-15"};
    struct rbc *compiler = rbc_open(&options);
    rbc_add_file(compiler, "root.rb", root, strlen(root));
    rbc_add_file(compiler, "p/p.rb", all, strlen(all));
    if (rbc_check(compiler)) {
      rebase_engine *engine;
      load(compiler, &engine);
      rebase_request *request = rebase_request_new(engine);
      accepted++;
      for (unsigned s = 0; s < SESSIONS; s++) compare(engine, request);
      rebase_request_free(request);
      rebase_engine_close(engine);
    }
    rbc_close(compiler);
  }
  printf("%u of %u programs accepted, %u pairs of sessions differ\n", accepted, PROGRAMS, changed);
  ck_assert_uint_ge(accepted, PROGRAMS / 10); /* else nothing was shown */
  ck_assert_uint_ge(changed, accepted / 4);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("narrowing");
  TCase *tcase = tcase_create("narrowing");
  tcase_set_timeout(tcase, 240);
  tcase_add_loop_test(tcase, never_widens, 0, 2);
  suite_add_tcase(suite, tcase);
  return run_suite(suite);
}
