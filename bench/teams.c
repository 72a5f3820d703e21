/* teams.c: see teams.h. */
#include "teams.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rbc.h"
#include "rebase.h"
#include "measure.h"

enum { MOST_TEAMS = 4000, DECISIONS = 20000, STRANGERS = 8 };         /* one call in so many is another team's */
struct teams {
  unsigned count;
  bool guards;                      /* each team has one for everybody, too */
  rebase_engine *engine;
  rebase_request *request;
  rebase_operation put[MOST_TEAMS];
  rebase_slot id[MOST_TEAMS], amount[MOST_TEAMS];
  size_t bundle;                    /* bytes */
  double compile_ns, load_ns;
};

static unsigned limit_of(unsigned team) { return 1 + team % 50; }

static void add_file(struct rbc *c, const char *path, const char *text) {
  if (!rbc_add_file(c, path, text, strlen(text))) fail(path, "out of memory");
}

static void add_team(struct rbc *c, unsigned team, bool guard) {
  char path[32], text[640];
  snprintf(path, sizeof path, "t%05u/team.rb", team);
  snprintf(text, sizeof text,
           "package teams.t%05u\nconnector c%05u \"Connector\" {\n  reads get(id: string) -> bool\n  writes put(id: string, amount: int)\n}\n"
           "agent bot { owner \"o%u@rebase.example\" purpose \"is measured\" uses c%05u }\n"
           "policy own {\n  allow call c%05u.get by bot\n  allow call c%05u.put by bot where args.amount <= %u\n"
           "  deny call c%05u.put by bot where args.id == \"x%u\" because \"closed\"\n}\n",
           team, team, team, team, team, team, limit_of(team), team, team);
  add_file(c, path, text);
  if (!guard) return;
  snprintf(path, sizeof path, "t%05u/guard.rb", team);
  snprintf(text, sizeof text, "package teams.t%05u\nguard everybody { deny call c%05u.put where args.id == \"y%u\" because \"closed\" }\n", team, team, team);
  add_file(c, path, text);
}

static unsigned char *compile(struct teams *t) {
  const struct rbc_options options = {.date = "2026-01-01"};
  char *root = NULL;
  size_t size;
  unsigned char *image;
  FILE *text = open_memstream(&root, &size);
  fputs("workspace teams\n", text);
  for (unsigned i = 0; i < t->count; i++) fprintf(text, "package teams.t%05u in \"t%05u/\" declares connectors, agents, policies, guards\n", i, i);
  fclose(text);
  double start = now_ns();
  struct rbc *c = rbc_open(&options);
  if (!c) fail("teams", "out of memory");
  add_file(c, "root.rb", root);
  for (unsigned i = 0; i < t->count; i++) add_team(c, i, t->guards);
  if (!rbc_compile(c, &image, &t->bundle)) { rbc_report(c, stderr, RBC_TEXT); fail("teams", "does not compile"); }
  t->compile_ns = now_ns() - start;
  rbc_close(c);
  free(root);
  return image;
}

static void open_teams(struct teams *t, unsigned count, bool guards) {
  const rebase_options options = {.no_canonical = true};
  rebase_report report = {0};
  char name[32];
  *t = (struct teams){.count = count, .guards = guards};
  unsigned char *image = compile(t);
  if (rebase_engine_open(&options, &t->engine) != REBASE_OK) fail("engine", "cannot be opened");
  double start = now_ns();
  if (rebase_engine_load(t->engine, image, t->bundle, &report) != REBASE_OK) fail("load", report.text);
  t->load_ns = now_ns() - start;
  free(image);
  if (!(t->request = rebase_request_new(t->engine))) fail("request", "out of memory");
  for (unsigned i = 0; i < count; i++) {
    snprintf(name, sizeof name, "c%05u.put", i);
    if (rebase_find_operation(t->engine, name, &t->put[i]) != REBASE_OK || rebase_find_slot(t->engine, t->put[i], "id", &t->id[i]) != REBASE_OK ||
        rebase_find_slot(t->engine, t->put[i], "amount", &t->amount[i]) != REBASE_OK)
      fail(name, "not found");
  }
}

static void close_teams(struct teams *t) {
  rebase_request_free(t->request);
  rebase_engine_close(t->engine);
}

static bool decide(void *user, unsigned i, uint64_t random) {
  struct teams *t = user;
  const unsigned team = (unsigned)(random >> 33) % t->count, amount = (unsigned)(random >> 20) % 60;
  const unsigned caller_of = (random >> 50) % STRANGERS ? team : (team + 1) % t->count;
  char name[] = "teams.t00000.bot";
  for (unsigned at = 11, left = caller_of; left; left /= 10) name[at--] = (char)('0' + left % 10);
  const rebase_caller caller = {name, "somebody", NULL};
  (void)i;
  rebase_request_call(t->request, t->put[team]);
  rebase_set_text(t->request, t->id[team], "1", 1);
  rebase_set_int(t->request, t->amount[team], amount);
  return (rebase_decide(t->request, &caller)->effect == REBASE_ALLOW) == (caller_of == team && amount <= limit_of(team));
}

static void measure(unsigned rounds, bool as_json, unsigned count, bool guards) {
  static struct teams t;
  open_teams(&t, count, guards);
  const double median = median_ns(rounds, DECISIONS, decide, &t);
  if (as_json) printf("{\"teams\":%u,\"guards\":%s,\"median_ns\":%.1f,\"bundle_kb\":%.1f,\"compile_ms\":%.2f,\"load_ms\":%.2f}\n", count, guards ? "true" : "false", median,
                      (double)t.bundle / 1e3, t.compile_ns / 1e6, t.load_ns / 1e6);
  else printf("%6u%-28s %12.1f %12.1f %12.2f %12.2f\n", count, guards ? ", and a guard for everybody" : "", median, (double)t.bundle / 1e3, t.compile_ns / 1e6, t.load_ns / 1e6);
  close_teams(&t);
}

void teams_print(unsigned rounds, bool as_json) {
  static const unsigned sizes[] = {100, 1000, 4000};
  if (!as_json) printf("\n%-34s %12s %12s %12s %12s\n", "teams, each with rules of its own", "decision ns", "bundle kB", "compile ms", "load ms");
  for (unsigned i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) measure(rounds, as_json, sizes[i / 2], i % 2);
}
