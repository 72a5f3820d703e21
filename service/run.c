/* run.c: the commands that run a gateway: stdio, serve; and those that start it for a look: check, pin, tools. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "catalogue.h"
#include "commands.h"
#include "front.h"
#include "sandbox.h"
#include "upstream.h"

enum { DRAIN_SECONDS = 30, LOOK_SECONDS = 30, ENOUGH_FAILURES = 2 };

struct gate *open_gate(const char *path, bool with_bundle, struct config **config) {
  char *error = NULL;
  struct gate *gate = NULL;
  *config = config_read(path, &error);
  if (*config) gate = gate_open(*config, with_bundle, &error);
  if (!gate) {
    say("%s", error ? error : "cannot be started");
    config_free(*config);
    *config = NULL;
  }
  free(error);
  return gate;
}

static void close_gate(struct gate *gate, struct config *config) {
  gate_free(gate);
  config_free(config);
}

/* ---- signals ---- */
static bool same_but_for_callers(const struct config *a, const struct config *b) {
  json_t *one = json_copy(a->root), *other = json_copy(b->root);
  json_object_del(one, "callers");
  json_object_del(one, "approvers");
  json_object_del(other, "callers");
  json_object_del(other, "approvers");
  bool same = json_equal(one, other);
  json_decref(one);
  json_decref(other);
  return same;
}

/* Who is known, and who may approve; over stdio it is whoever started us. */
static void reload_callers(struct gate *gate) {
  char *error = NULL;
  struct config *config = gate->http ? config_read(gate->config->path, &error) : NULL;
  if (error) say("%s; the callers before stay", error);
  free(error);
  if (!config) return;
  if (!same_but_for_callers(gate->config, config)) say("%s: other settings than callers and approvers count from the next start", config->path);
  front_http_callers(gate->http, config);
}

static void reload(struct gate *gate) {
  char *error = NULL;
  log_reopen(&gate->log);
  reload_callers(gate);
  if (!pins_read(gate, &error) || !gate_load(gate, &error)) say("%s; going on as before", error);
  free(error);
}

struct signals { struct gate *gate; int file; struct watch *watch; };

static void signalled(void *user, short events) {
  struct signals *s = user;
  struct signalfd_siginfo info;
  (void)events;
  while (read(s->file, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo == SIGHUP) reload(s->gate);
    else if (s->gate->draining) loop_stop(s->gate->loop);         /* asked twice: now */
    else gate_drain(s->gate, DRAIN_SECONDS * 1000000LL);
  }
}

static void signals_open(struct signals *s, struct gate *gate) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  s->gate = gate;
  s->file = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  s->watch = loop_watch(gate->loop, s->file, POLLIN, signalled, s);
}

static void signals_close(struct signals *s) {
  loop_unwatch(s->watch);
  close(s->file);
}

/* ---- check ---- */
static unsigned wrong(unsigned *count, const char *what, const char *name) {
  fprintf(stderr, "  %s: %s\n", name, what);
  return ++*count;
}

static void check_callers(struct gate *gate, unsigned *count) {
  for (size_t i = 0; i < gate->config->caller_count; i++) {
    const struct caller_config *c = &gate->config->callers[i];
    char *error = NULL, *token = c->token.kind == SECRET_NONE ? NULL : secret_read(gate->config, &c->token, &error);
    if (error) wrong(count, error, c->agent);
    free(error);
    secret_free(token);
    if (!catalogue_has_agent(gate, c->agent)) wrong(count, "the bundle has no such agent", c->agent);
    else if (gate->config->release_results && !catalogue_releases(gate, c->agent))
      wrong(count, "no rule allows `release to agent`, so every result would be withheld (or set \"results\": \"pass\")", c->agent);
  }
}

static void check_secrets(struct gate *gate, const struct named_secret *secrets, size_t n, const char *name, unsigned *count) {
  for (size_t i = 0; i < n; i++) {
    char *error = NULL, *value = secret_read(gate->config, &secrets[i].value, &error);
    if (!value) wrong(count, error, name);
    free(error);
    secret_free(value);
  }
}

static void check_upstreams(struct gate *gate, unsigned *count) {
  for (size_t i = 0; i < gate->config->upstream_count; i++) {
    const struct upstream_config *u = &gate->config->upstreams[i];
    size_t k, length = strlen(u->connector);
    json_t *operation;
    bool known = false;
    json_array_foreach(json_object_get(catalogue_all(gate), "operations"), k, operation) {
      const char *name = json_string_value(json_object_get(operation, "name"));
      known |= !strncmp(name, u->connector, length) && name[length] == '.';
    }
    if (!known) wrong(count, "the bundle has no connector of this name: every call would be denied", u->connector);
    check_secrets(gate, u->environment, u->environment_count, u->name, count);
    check_secrets(gate, u->headers, u->header_count, u->name, count);
    if (u->url && !strncmp(u->url, "http://", 7) && strncmp(u->url, "http://127.", 11) != 0 && strncmp(u->url, "http://localhost", 16) != 0)
      wrong(count, "its address is not https: anybody on the way can read and change what goes there", u->name);
  }
}

int run_check(int count, char **arguments) {
  struct config *config;
  unsigned found = 0;
  (void)count;
  struct gate *gate = open_gate(arguments[0], true, &config);
  if (!gate) return EXIT_NO;
  check_callers(gate, &found);
  check_upstreams(gate, &found);
  if (!config->pins && !config->shadow) wrong(&found, "no pins file is set, so no tool of an MCP server counts as reviewed", "pins");
  else if (!gate->pins && !config->shadow) wrong(&found, "nothing is reviewed yet: run `rbgate pin`", config->pins);
  if (!config->log) wrong(&found, "no decision log is kept", "log");
  printf(found ? "%u to look at\n" : "fine\n", found);
  close_gate(gate, config);
  return found ? EXIT_NO : EXIT_FINE;
}

/* ---- starting the servers for a look at their tools ---- */
struct look { struct gate *gate; int64_t until; };

static void look_round(void *user, int64_t now) {
  struct look *look = user;
  bool all = true;
  for (size_t i = 0; i < look->gate->upstream_count; i++) {
    struct upstream *u = look->gate->upstreams[i];
    upstream_round(u, now);
    all = all && (!u->transport || u->state == UPSTREAM_READY || u->failures >= ENOUGH_FAILURES);
  }
  if (all || now > look->until) loop_stop(look->gate->loop);
}

/* False: a server did not come up; said which. */
static bool look(struct gate *gate) {
  struct look look = {gate, loop_now() + LOOK_SECONDS * 1000000LL};
  bool fine = true;
  signal(SIGPIPE, SIG_IGN);
  upstreams_open(gate);
  loop_each_round(gate->loop, look_round, &look);
  loop_again(gate->loop);
  loop_run(gate->loop);
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    if (!u->transport || u->state == UPSTREAM_READY) continue;
    say("%s: not ready: %s", u->config->name, u->trouble ? u->trouble : "no answer");
    fine = false;
  }
  return fine;
}

static unsigned show_drift(struct gate *gate) {
  unsigned found = 0;
  const char *name;
  json_t *pin;
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    for (size_t k = 0; k < u->tool_count; k++) {
      struct tool *t = &u->tools[k];
      if (!u->transport || t->state == TOOL_REVIEWED) continue;
      char *definition = json_dumps(t->definition, JSON_INDENT(2) | JSON_SORT_KEYS);
      printf("%s %s/%s\n%s\n", t->state == TOOL_NEW ? "new" : t->state == TOOL_CHANGED ? "changed" : "ambiguous", u->config->name, t->name, definition ? definition : "");
      free(definition);
      found++;
    }
    json_object_foreach(json_object_get(gate->pins, u->config->name), name, pin) {
      size_t k = 0;
      while (k < u->tool_count && strcmp(u->tools[k].name, name) != 0) k++;
      if (k < u->tool_count) continue;
      printf("gone %s/%s\n", u->config->name, name);
      found++;
    }
  }
  return found;
}

int run_pin(int count, char **arguments) {
  struct config *config;
  bool accept = count > 1 && !strcmp(arguments[1], "--accept");
  if (count > 1 && !accept) { say("`%s` is no option; there is --accept", arguments[1]); return EXIT_USAGE; }
  struct gate *gate = open_gate(arguments[0], true, &config);
  if (!gate) return EXIT_NO;
  char *error = NULL;
  bool fine = look(gate);
  unsigned found = show_drift(gate);
  if (!config->pins) { say("the configuration names no pins file"); fine = false; }
  else if (fine && accept && found) {
    json_t *pins = pins_now(gate);
    fine = pins_write(gate, pins, &error);
    json_decref(pins);
    if (!fine) say("%s", error);
  }
  printf("%u new, changed or gone%s\n", found, fine && accept && found ? "; accepted" : "");
  free(error);
  close_gate(gate, config);
  return fine && (accept || !found) ? EXIT_FINE : EXIT_NO;
}

int run_tools(int count, char **arguments) {
  struct config *config;
  (void)count;
  struct gate *gate = open_gate(arguments[0], false, &config);
  if (!gate) return EXIT_NO;
  bool fine = look(gate);
  json_t *all = json_array(), *whole;
  for (size_t i = 0; i < gate->upstream_count; i++)
    for (size_t k = 0; k < gate->upstreams[i]->tool_count; k++) json_array_append(all, gate->upstreams[i]->tools[k].definition);
  whole = json_pack("{s:o}", "tools", all);
  fine = json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) == 0 && fine;
  putchar('\n');
  json_decref(whole);
  close_gate(gate, config);
  return fine ? EXIT_FINE : EXIT_NO;
}

/* ---- running ---- */
int run_stdio(int count, char **arguments) {
  struct config *config;
  struct signals signals;
  char *error = NULL;
  (void)count;
  struct gate *gate = open_gate(arguments[0], true, &config);
  if (!gate) return EXIT_NO;
  signals_open(&signals, gate);
  gate_start(gate);
  struct front_stdio *front = front_stdio_open(gate, &error);
  if (front) loop_run(gate->loop);
  else say("%s", error);
  free(error);
  front_stdio_close(front);
  signals_close(&signals);
  close_gate(gate, config);
  return front ? EXIT_FINE : EXIT_NO;
}

int run_serve(int count, char **arguments) {
  struct config *config;
  struct signals signals;
  char *error = NULL;
  (void)count;
  struct gate *gate = open_gate(arguments[0], true, &config);
  if (!gate) return EXIT_NO;
  signals_open(&signals, gate);
  struct front_http *front = gate->http = front_http_open(gate, &error);
  if (front) {
    sandbox_enter(gate);
    gate_start(gate);
    loop_run(gate->loop);
  } else say("%s", error);
  free(error);
  front_http_close(front);
  gate->http = NULL;
  signals_close(&signals);
  close_gate(gate, config);
  return front ? EXIT_FINE : EXIT_NO;
}
