/* gate.c: the gateway as a whole: bundle, log, people; what happens every round. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "approvals.h"
#include "catalogue.h"
#include "front.h"
#include "quota.h"
#include "server_requests.h"
#include "upstream.h"

enum { BUNDLE_CHECK_MICROS = 1000000, LONGEST_BUNDLE = 256 << 20, FINISH_MICROS = 60000000 };

void identity_free(struct identity *identity) {
  free(identity->agent);
  free(identity->requester);
  free(identity->context);
  *identity = (struct identity){0};
}

/* ---- the log of the engine ---- */
static void log_of_engine(const char *line, size_t length, void *user) {
  struct gate *gate = user;
  if (gate->log_muted || !length) return;
  if (!gate->config->shadow) { log_line(&gate->log, line, length); return; }
  struct buffer b = {0};
  buffer_add(&b, line, length - 1);
  buffer_text(&b, ",\"mode\":\"shadow\"}");
  log_line(&gate->log, b.bytes, b.length);
  buffer_free(&b);
}

/* ---- loading ---- */
static char *read_file(const char *path, size_t *size, struct stat *found) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  char *bytes = NULL;
  *size = 0;
  if (fstat(fd, found) == 0 && S_ISREG(found->st_mode) && found->st_size > 0 && found->st_size < LONGEST_BUNDLE) {
    bytes = gate_new((size_t)found->st_size);
    for (ssize_t n; *size < (size_t)found->st_size && (n = read(fd, bytes + *size, (size_t)found->st_size - *size)) > 0;) *size += (size_t)n;
    if (*size != (size_t)found->st_size) { free(bytes); bytes = NULL; }
  }
  close(fd);
  return bytes;
}

static char *built_of(rebase_engine *engine) {
  size_t length = rebase_catalogue(engine, NULL, NULL, 0);
  char *text = gate_new(length + 1), *built = NULL;
  rebase_catalogue(engine, NULL, text, length + 1);
  json_t *whole = json_loads(text, 0, NULL);
  if (json_is_string(json_object_get(whole, "built"))) built = gate_copy(json_string_value(json_object_get(whole, "built")));
  json_decref(whole);
  free(text);
  return built;
}

/* The newest build date that was ever loaded is kept in state/bundle: an older bundle is not taken, whoever puts it there. */
static bool not_older(struct gate *gate, const char *built, char **error) {
  if (!gate->config->state || !built) return true;
  char *directory = config_path(gate->config, gate->config->state), *path = gate_format("%s/bundle", directory), last[32] = "";
  FILE *file = fopen(path, "r");
  if (file) {
    if (!fgets(last, sizeof last, file)) last[0] = '\0';
    last[strcspn(last, "\n")] = '\0';
    fclose(file);
  }
  bool fine = strcmp(built, last) >= 0;
  if (!fine) *error = gate_format("the bundle was built on %s, and one of %s was loaded before (remove %s to go back on purpose)", built, last, path);
  if (fine && strcmp(built, last) != 0) {
    file = fopen(path, "w");
    if (!file || fprintf(file, "%s\n", built) < 0) say("%s cannot be written", path);
    if (file) fclose(file);
  }
  free(path);
  free(directory);
  return fine;
}

static const char *const *trusted_keys(const struct gate *gate) { return gate->config->key_count ? gate->config->keys : NULL; }

static rebase_status try_load(struct gate *gate, const char *bytes, size_t size, char **built, rebase_report *report) {
  const rebase_options options = {.trusted_keys = trusted_keys(gate)};
  rebase_engine *scratch = NULL;
  rebase_status status = rebase_engine_open(&options, &scratch);
  if (status == REBASE_OK) status = rebase_engine_load(scratch, bytes, size, report);
  if (status == REBASE_OK) *built = built_of(scratch);
  rebase_engine_close(scratch);
  return status;
}

static bool load_into(struct gate *gate, rebase_engine *engine, const char *name, bool keep_newest, char **error) {
  char *path = config_path(gate->config, name), *built = NULL;
  size_t size = 0;
  struct stat found = {0};
  rebase_report report = {0};
  char *bytes = read_file(path, &size, &found);
  rebase_status status = bytes ? try_load(gate, bytes, size, &built, &report) : REBASE_E_FILE;
  if (status == REBASE_OK && keep_newest && !not_older(gate, built, error)) status = REBASE_E_BUNDLE;
  else if (status == REBASE_OK) status = rebase_engine_load(engine, bytes, size, &report);
  if (status != REBASE_OK && !*error) *error = gate_format("%s: %s%s%s", path, rebase_status_text(status), report.text[0] ? ": " : "", report.text);
  if (keep_newest) {
    gate->bundle_mtime = (long)found.st_mtime;
    gate->bundle_size = (long)found.st_size;
  }
  free(built);
  free(bytes);
  free(path);
  return status == REBASE_OK;
}

bool gate_load(struct gate *gate, char **error) {
  char digest[65] = "";
  if (!load_into(gate, gate->engine, gate->config->bundle, true, error)) return false;
  if (gate->canary && !load_into(gate, gate->canary, gate->config->canary, false, error)) return false;
  catalogue_clear(gate);
  rebase_engine_bundle(gate->engine, digest);
  say("bundle %s of %s is loaded", gate->config->bundle, json_string_value(json_object_get(catalogue_all(gate), "built")));
  log_fact(&gate->log, "loaded", "bundle", digest, NULL);
  for (size_t i = 0; i < gate->upstream_count; i++) {
    if (!gate->upstreams[i]->transport) connector_tools(gate->upstreams[i]);
    upstream_review(gate->upstreams[i]);
  }
  mcp_list_changed(gate);
  return true;
}

/* ---- people ---- */
static bool same(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

struct person *gate_person(struct gate *gate, const struct identity *who) {
  for (struct person *p = gate->persons; p; p = p->next) {
    if (strcmp(p->who.agent, who->agent) != 0 || strcmp(p->who.requester, who->requester) != 0) continue;
    if (!same(p->who.context, who->context)) {            /* the company says something else of this person now */
      free(p->who.context);
      p->who.context = gate_copy(who->context);
      if (p->session[0]) rebase_session_close(gate->engine, p->session);
      p->session[0] = '\0';                               /* labels follow the requester */
    }
    return p;
  }
  struct person *p = gate_new(sizeof *p);
  p->next = gate->persons;
  p->who = (struct identity){gate_copy(who->agent), gate_copy(who->requester), gate_copy(who->context)};
  return gate->persons = p;
}

/* ---- rounds ---- */
static void look_at_bundle(struct gate *gate, int64_t now) {
  struct stat found;
  char *error = NULL, *path;
  if (now - gate->bundle_checked < BUNDLE_CHECK_MICROS) return;
  gate->bundle_checked = now;
  path = config_path(gate->config, gate->config->bundle);
  bool changed = stat(path, &found) == 0 && ((long)found.st_mtime != gate->bundle_mtime || (long)found.st_size != gate->bundle_size);
  free(path);
  if (changed && !gate_load(gate, &error)) say("%s; the bundle before stays", error);
  free(error);
}

static void each_round(void *user, int64_t now) {
  struct gate *gate = user;
  for (size_t i = 0; i < gate->upstream_count; i++) upstream_round(gate->upstreams[i], now);
  mcp_round(gate);
  approvals_round(gate, now);
  server_requests_round(gate, now);
  look_at_bundle(gate, now);
  gate_quota_tidy(gate, now);
  if (gate->http) front_http_round(gate->http, now);
  if ((gate->draining || gate->finishing) && (!gate->exchange_count || now >= gate->drain_until)) loop_stop(gate->loop);
}

void gate_drain(struct gate *gate, int64_t within) {
  if (!gate->draining) say("stopping: %u calls are under way", gate->exchange_count);
  gate->draining = true;
  gate->drain_until = loop_now() + within;
  for (struct exchange *x = gate->exchanges, *next; x; x = next) {
    next = x->next;
    if (!x->waits) continue;
    x->waits = false;
    exchange_say(x, "unavailable", "The gateway is stopping before anybody approved this. Nothing was done. Make the call again in a moment.");
  }
}

void gate_finish(struct gate *gate) {
  gate->finishing = true;
  gate->drain_until = loop_now() + FINISH_MICROS;
  loop_again(gate->loop);
}

/* ---- life ---- */
static bool open_engine(struct gate *gate, rebase_engine **engine, rebase_request **request, rebase_quota *quota, bool logs, char **error) {
  size_t body = gate->config->message_bytes > gate->config->result_bytes ? gate->config->message_bytes : gate->config->result_bytes;
  rebase_options options = {.log = logs ? log_of_engine : NULL, .user = gate, .request_bytes = (uint32_t)(body + body / 4 + 4096),
                            .trusted_keys = trusted_keys(gate), .quota = quota};
  rebase_status status = rebase_engine_open(&options, engine);
  if (status == REBASE_OK && !(*request = rebase_request_new(*engine))) status = REBASE_E_MEMORY;
  if (status != REBASE_OK) *error = gate_copy(rebase_status_text(status));
  return status == REBASE_OK;
}

struct gate *gate_open(struct config *config, bool with_bundle, char **error) {
  struct gate *gate = gate_new(sizeof *gate);
  gate->config = config;
  gate->started = loop_now();
  char *path = config->log ? config_path(config, config->log) : NULL;
  bool fine = log_open(&gate->log, path);
  if (!fine) *error = gate_format("%s: %s", path, strerror(errno));
  free(path);
  gate->loop = loop_new();
  if (fine && config->quota) fine = (gate->quota = gate_quota_open(config, error)) != NULL;
  if (fine && config->quota && config->canary) gate->canary_quota = gate_quota_beside();
  fine = fine && open_engine(gate, &gate->engine, &gate->request, gate->quota, true, error);
  if (fine && config->canary) fine = open_engine(gate, &gate->canary, &gate->canary_request, gate->canary_quota, false, error);
  fine = fine && pins_read(gate, error) && (!with_bundle || gate_load(gate, error));
  if (fine) return gate;
  gate_free(gate);
  return NULL;
}

void gate_start(struct gate *gate) {
  upstreams_open(gate);
  for (size_t i = 0; i < gate->upstream_count; i++) upstream_review(gate->upstreams[i]);
  loop_each_round(gate->loop, each_round, gate);
  loop_again(gate->loop);
}

void gate_free(struct gate *gate) {
  if (!gate) return;
  for (struct exchange *x = gate->exchanges, *next; x; x = next) { next = x->next; exchange_abandon(x); }
  upstreams_close(gate);
  approvals_free(gate);
  catalogue_clear(gate);
  for (struct person *p = gate->persons, *next; p; p = next) {
    next = p->next;
    identity_free(&p->who);
    free(p);
  }
  if (gate->request) rebase_request_free(gate->request);
  if (gate->canary_request) rebase_request_free(gate->canary_request);
  if (gate->engine) rebase_engine_close(gate->engine);
  if (gate->canary) rebase_engine_close(gate->canary);
  rebase_quota_close(gate->quota);
  rebase_quota_close(gate->canary_quota);
  json_decref(gate->pins);
  log_close(&gate->log);
  loop_free(gate->loop);
  free(gate);
}
