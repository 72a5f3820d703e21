/* config.c: see config.h */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include "config.h"
#include "memory.h"

/* The first thing that is wrong is kept. `where` is the dotted path of what is being read. */
struct reader { struct config *config; char *error; };

static void wrong(struct reader *r, const char *where, const char *what) {
  if (!r->error) r->error = gate_format("%s: %s: %s", r->config->path, where, what);
}

/* Every member of an object must be in the list, which is NULL-terminated. */
static void only(struct reader *r, json_t *object, const char *where, const char *const *names) {
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    const char *const *name = names;
    while (*name && strcmp(*name, key) != 0) name++;
    if (*name) continue;
    char *text = gate_format("unknown setting `%s`", key);
    wrong(r, where, text);
    free(text);
  }
}
#define ONLY(READER, OBJECT, WHERE, ...) only(READER, OBJECT, WHERE, (const char *const[]){__VA_ARGS__, NULL})

static const char *text(struct reader *r, json_t *object, const char *where, const char *name) {
  json_t *value = json_object_get(object, name);
  if (!value) return NULL;
  if (json_is_string(value) && json_string_length(value) > 0) return json_string_value(value);
  char *at = gate_format("%s.%s", where, name);
  wrong(r, at, "a text is wanted");
  free(at);
  return NULL;
}

static int64_t number(struct reader *r, json_t *object, const char *where, const char *name, int64_t otherwise, int64_t most) {
  json_t *value = json_object_get(object, name);
  if (!value) return otherwise;
  if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= most) return json_integer_value(value);
  char *at = gate_format("%s.%s", where, name), *what = gate_format("a whole number from 0 to %lld is wanted", (long long)most);
  wrong(r, at, what);
  free(at);
  free(what);
  return otherwise;
}

static int64_t seconds(struct reader *r, json_t *object, const char *where, const char *name, double otherwise) {
  json_t *value = json_object_get(object, name);
  double given = value ? json_number_value(value) : otherwise;
  if ((value && !json_is_number(value)) || given < 0 || given > 86400.0 * 7) wrong(r, where, "a time is a number of seconds, at most a week");
  return (int64_t)(given * 1e6);
}

static json_t *of_type(struct reader *r, json_t *object, const char *where, const char *name, json_type type, const char *wanted) {
  json_t *value = json_object_get(object, name);
  if (!value || json_typeof(value) == type) return value;
  char *at = gate_format("%s.%s", where, name);
  wrong(r, at, wanted);
  free(at);
  return NULL;
}
#define OBJECT(READER, PARENT, WHERE, NAME) of_type(READER, PARENT, WHERE, NAME, JSON_OBJECT, "an object is wanted")
#define ARRAY(READER, PARENT, WHERE, NAME) of_type(READER, PARENT, WHERE, NAME, JSON_ARRAY, "a list is wanted")

static bool is_texts(json_t *array) {
  size_t i;
  json_t *value;
  json_array_foreach(array, i, value) if (!json_is_string(value)) return false;
  return json_array_size(array) > 0;
}

static const char **texts(struct reader *r, json_t *object, const char *where, const char *name, size_t *count) {
  json_t *array = ARRAY(r, object, where, name);
  *count = json_array_size(array);
  if (array && *count && !is_texts(array)) { wrong(r, name, "a list of texts is wanted"); *count = 0; }
  const char **list = gate_new((*count + 1) * sizeof *list);
  for (size_t i = 0; i < *count; i++) list[i] = json_string_value(json_array_get(array, i));
  return list;
}

/* ---- secrets ---- */
static struct secret secret(struct reader *r, json_t *value, const char *where) {
  struct secret s = {0};
  if (!value) return s;
  if (json_is_string(value)) return (struct secret){SECRET_TEXT, json_string_value(value), "", NULL};
  if (!json_is_object(value)) { wrong(r, where, "a secret is {\"file\": F}, {\"env\": V}, {\"command\": [..]} or a text"); return s; }
  ONLY(r, value, where, "file", "env", "command", "prefix");
  const char *file = text(r, value, where, "file"), *env = text(r, value, where, "env"), *prefix = text(r, value, where, "prefix");
  json_t *command = ARRAY(r, value, where, "command");
  if (!!file + !!env + !!command != 1 || (command && !is_texts(command))) wrong(r, where, "a secret names one of file, env, command");
  s.kind = file ? SECRET_FILE : env ? SECRET_ENV : SECRET_COMMAND;
  s.name = file ? file : env ? env : "command";
  s.command = command;
  s.prefix = prefix ? prefix : "";
  return s;
}

static struct named_secret *named_secrets(struct reader *r, json_t *object, const char *where, size_t *count) {
  const char *key;
  json_t *value;
  struct named_secret *list = gate_new((json_object_size(object) + 1) * sizeof *list);
  *count = 0;
  json_object_foreach(object, key, value) list[(*count)++] = (struct named_secret){key, secret(r, value, where)};
  return list;
}

static char *trimmed(char *bytes, const char *prefix) {
  size_t length = strlen(bytes);
  while (length && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) length--;
  char *whole = gate_format("%s%.*s", prefix, (int)length, bytes);
  secret_free(bytes);
  return whole;
}

static char *read_stream(FILE *stream) {
  char *bytes = gate_new(16385);
  size_t length = fread(bytes, 1, 16384, stream);
  bytes[length] = '\0';
  return bytes;
}

/* No shell: the words of the command are quoted one by one. */
static FILE *open_command(json_t *command) {
  struct buffer line = {0};
  for (size_t i = 0; i < json_array_size(command); i++) {
    buffer_text(&line, i ? " '" : "'");
    for (const char *c = json_string_value(json_array_get(command, i)); *c; c++) {
      if (*c == '\'') buffer_text(&line, "'\\''");
      else buffer_add(&line, c, 1);
    }
    buffer_text(&line, "'");
  }
  FILE *stream = popen(line.bytes, "r");
  buffer_free(&line);
  return stream;
}

char *secret_read(const struct config *config, const struct secret *s, char **error) {
  char *bytes = NULL;
  if (s->kind == SECRET_TEXT) return gate_format("%s%s", s->prefix, s->name);
  if (s->kind == SECRET_ENV && getenv(s->name)) bytes = gate_copy(getenv(s->name));
  if (s->kind == SECRET_FILE) {
    char *path = config_path(config, s->name);
    FILE *file = fopen(path, "r");
    free(path);
    if (file) { bytes = read_stream(file); fclose(file); }
  }
  if (s->kind == SECRET_COMMAND) {
    FILE *stream = open_command(s->command);
    if (stream) {
      bytes = read_stream(stream);
      if (pclose(stream) != 0) { secret_free(bytes); bytes = NULL; }
    }
  }
  if (bytes && *bytes) return trimmed(bytes, s->prefix);
  secret_free(bytes);
  *error = gate_format("the secret of %s `%s` cannot be read", s->kind == SECRET_ENV ? "environment" : s->kind == SECRET_FILE ? "file" : "command", s->name ? s->name : "");
  return NULL;
}

void secret_free(char *bytes) {
  if (!bytes) return;
  for (volatile char *c = bytes; *c; c++) *c = '\0';
  free(bytes);
}

/* ---- callers and approvers ---- */
static void token(struct reader *r, json_t *object, const char *where, struct secret *plain, const char **hashed) {
  *plain = secret(r, json_object_get(object, "token"), where);
  *hashed = text(r, object, where, "token_sha256");
  if (*hashed && strlen(*hashed) != 64) wrong(r, where, "token_sha256 is 64 hex digits");
}

static bool uid_of(struct reader *r, json_t *object, const char *where, uid_t *uid) {
  if (!json_object_get(object, "uid")) return false;
  *uid = (uid_t)number(r, object, where, "uid", 0, INT_MAX);
  return true;
}

static void jwt(struct reader *r, json_t *object, const char *where, struct caller_config *c) {
  json_t *j = OBJECT(r, object, where, "jwt");
  if (!j) return;
  ONLY(r, j, where, "issuer", "audience", "jwks", "jwks_url", "ca", "claims");
  c->issuer = text(r, j, where, "issuer");
  c->audience = text(r, j, where, "audience");
  c->jwks = text(r, j, where, "jwks");
  c->jwks_url = text(r, j, where, "jwks_url");
  c->jwks_ca = text(r, j, where, "ca");
  c->claims = OBJECT(r, j, where, "claims");
  if (!c->issuer || !c->audience || !c->jwks == !c->jwks_url) wrong(r, where, "jwt needs issuer, audience, and one of jwks and jwks_url");
  if (c->jwks_url && strncmp(c->jwks_url, "https://", 8) != 0 && strncmp(c->jwks_url, "http://127.0.0.1:", 17) != 0)
    wrong(r, where, "jwks_url is an https address: whoever can change the keys on the way can be anybody");
}

static void caller(struct reader *r, json_t *object, size_t index) {
  struct caller_config *c = &r->config->callers[index];
  char *where = gate_format("callers[%zu]", index);
  ONLY(r, object, where, "stdio", "uid", "token", "token_sha256", "jwt", "certificate", "certificate_sha256", "agent", "requester", "requester_claim", "context", "context_claims");
  c->stdio = json_is_true(json_object_get(object, "stdio"));
  c->has_uid = uid_of(r, object, where, &c->uid);
  token(r, object, where, &c->token, &c->token_sha256);
  jwt(r, object, where, c);
  c->certificate = text(r, object, where, "certificate");
  c->certificate_sha256 = text(r, object, where, "certificate_sha256");
  bool jwt = c->jwks || c->jwks_url;
  c->agent = text(r, object, where, "agent");
  c->requester = text(r, object, where, "requester");
  c->requester_claim = text(r, object, where, "requester_claim");
  c->context = OBJECT(r, object, where, "context");
  c->context_claims = OBJECT(r, object, where, "context_claims");
  if (c->stdio + c->has_uid + (c->token.kind != SECRET_NONE) + !!c->token_sha256 + jwt + !!c->certificate + !!c->certificate_sha256 != 1)
    wrong(r, where, "a caller is known by exactly one of stdio, uid, token, token_sha256, jwt, certificate, certificate_sha256");
  if (c->certificate_sha256 && strlen(c->certificate_sha256) != 64) wrong(r, where, "certificate_sha256 is 64 hex digits");
  if (!c->agent) wrong(r, where, "agent is missing");
  if (!!c->requester + !!c->requester_claim != 1) wrong(r, where, "one of requester and requester_claim is wanted");
  if ((c->requester_claim || c->context_claims) && !jwt) wrong(r, where, "only a jwt has claims");
  free(where);
}

static void approver(struct reader *r, json_t *object, size_t index) {
  struct approver_config *a = &r->config->approvers[index];
  char *where = gate_format("approvers[%zu]", index);
  ONLY(r, object, where, "uid", "token", "token_sha256", "name", "groups");
  a->has_uid = uid_of(r, object, where, &a->uid);
  token(r, object, where, &a->token, &a->token_sha256);
  a->name = text(r, object, where, "name");
  a->groups = ARRAY(r, object, where, "groups");
  if (a->has_uid + (a->token.kind != SECRET_NONE) + !!a->token_sha256 != 1) wrong(r, where, "an approver is known by one of uid, token, token_sha256");
  if (!a->name || !a->groups || !is_texts(a->groups)) wrong(r, where, "name and groups are wanted");
  free(where);
}

/* ---- upstreams ---- */
static void upstream(struct reader *r, const char *name, json_t *object, struct upstream_config *u) {
  char *where = gate_format("upstreams.%s", name);
  ONLY(r, object, where, "command", "environment", "directory", "url", "connector", "http", "headers", "ca", "prefix", "tools", "timeout", "retries");
  u->name = name;
  u->connector = text(r, object, where, "connector");
  u->prefix = text(r, object, where, "prefix");
  u->command = ARRAY(r, object, where, "command");
  u->directory = text(r, object, where, "directory");
  u->environment = named_secrets(r, OBJECT(r, object, where, "environment"), where, &u->environment_count);
  u->url = text(r, object, where, "url");
  u->ca = text(r, object, where, "ca");
  u->headers = named_secrets(r, OBJECT(r, object, where, "headers"), where, &u->header_count);
  u->tools = OBJECT(r, object, where, "tools");
  u->timeout = seconds(r, object, where, "timeout", 30);
  u->retries = (uint32_t)number(r, object, where, "retries", 2, 10);
  const char *base = text(r, object, where, "http");
  if (!u->connector) u->connector = name;
  if (!u->prefix) u->prefix = "";
  if (!!u->command + !!u->url + !!base != 1) wrong(r, where, "an upstream is one of command, url (an MCP server), http (the connector's base address)");
  if (u->command && !is_texts(u->command)) wrong(r, where, "command is a list of texts");
  u->type = u->command ? UPSTREAM_STDIO : u->url ? UPSTREAM_HTTP : UPSTREAM_CONNECTOR;
  if (base) u->url = base;
  if (u->timeout <= 0) wrong(r, where, "timeout must be above 0");
  free(where);
}

static void upstreams(struct reader *r, json_t *object) {
  struct config *c = r->config;
  const char *name;
  json_t *value;
  c->upstreams = gate_new((json_object_size(object) + 1) * sizeof *c->upstreams);
  json_object_foreach(object, name, value) {
    if (json_is_object(value)) upstream(r, name, value, &c->upstreams[c->upstream_count++]);
    else wrong(r, name, "an object is wanted");
  }
  if (!c->upstream_count) wrong(r, "upstreams", "at least one is wanted");
}

static size_t each(struct reader *r, const char *name, void (*read)(struct reader *, json_t *, size_t)) {
  json_t *array = ARRAY(r, r->config->root, "", name), *value;
  size_t i;
  json_array_foreach(array, i, value) {
    if (json_is_object(value)) read(r, value, i);
    else wrong(r, name, "a list of objects is wanted");
  }
  return json_array_size(array);
}

/* One of two words; the first when there is none. */
static bool second_word(struct reader *r, const char *name, const char *first, const char *second) {
  const char *word = text(r, r->config->root, "", name);
  if (!word || !strcmp(word, first)) return false;
  if (!strcmp(word, second)) return true;
  char *what = gate_format("`%s` or `%s` is wanted", first, second);
  wrong(r, name, what);
  free(what);
  return false;
}

static void tls(struct reader *r) {
  struct config *c = r->config;
  json_t *tls = OBJECT(r, c->root, "", "tls");
  bool wanted = c->admin && !strncmp(c->admin, "tls:", 4);
  for (size_t i = 0; i < c->listen_count; i++) wanted |= !strncmp(c->listen[i], "tls:", 4);
  if (wanted && !tls) wrong(r, "tls", "an address begins with `tls:`, so certificate and key are wanted");
  if (!tls) return;
  ONLY(r, tls, "tls", "certificate", "key", "clients");
  c->tls_certificate = text(r, tls, "tls", "certificate");
  c->tls_clients = text(r, tls, "tls", "clients");
  c->tls_key = secret(r, json_object_get(tls, "key"), "tls.key");
  if (!c->tls_certificate || c->tls_key.kind == SECRET_NONE) wrong(r, "tls", "certificate and key are wanted");
}

/* A store, or {"store": S, ...}, which takes leases of it unless it says not to. */
static void quota(struct reader *r) {
  struct config *c = r->config;
  json_t *value = json_object_get(c->root, "quota");
  if (!json_is_object(value)) {
    c->quota = text(r, c->root, "", "quota");
    return;
  }
  ONLY(r, value, "quota", "store", "leases", "lifetime", "away_share");
  json_t *leases = json_object_get(value, "leases"), *share = json_object_get(value, "away_share");
  if (!(c->quota = text(r, value, "quota", "store"))) wrong(r, "quota.store", "missing");
  if (leases && !json_is_boolean(leases)) wrong(r, "quota.leases", "true or false is wanted");
  c->quota_leases = !json_is_false(leases) && c->quota && strcmp(c->quota, "memory") != 0;
  c->quota_lifetime = seconds(r, value, "quota.lifetime", "lifetime", 10);
  double percent = json_number_value(share);
  if ((share && !json_is_number(share)) || percent < 0 || percent > 100) wrong(r, "quota.away_share", "a percentage of each limit is wanted");
  else c->quota_away_share = (uint32_t)(percent * 10);
  if (c->quota_lifetime <= 0) wrong(r, "quota.lifetime", "must be above 0");
  if (!c->quota_leases && (share || json_object_get(value, "lifetime"))) wrong(r, "quota", "lifetime and away_share are of leases");
}

static void settings(struct reader *r) {
  struct config *c = r->config;
  json_t *root = c->root;
  ONLY(r, root, "", "bundle", "keys", "canary", "mode", "listen", "tls", "origins", "admin", "sandbox", "log", "on_log_failure", "pins", "state", "quota", "results", "ask", "limits",
       "callers", "approvers", "upstreams");
  if (!(c->bundle = text(r, root, "", "bundle"))) wrong(r, "bundle", "missing");
  c->canary = text(r, root, "", "canary");
  c->log = text(r, root, "", "log");
  c->pins = text(r, root, "", "pins");
  c->state = text(r, root, "", "state");
  quota(r);
  c->admin = text(r, root, "", "admin");
  c->shadow = second_word(r, "mode", "enforce", "shadow");
  c->release_results = !second_word(r, "results", "release", "pass");
  c->sandbox = !second_word(r, "sandbox", "on", "off");
  c->log_failure_allows = second_word(r, "on_log_failure", "deny", "continue");
  c->listen = texts(r, root, "", "listen", &c->listen_count);
  c->keys = texts(r, root, "", "keys", &c->key_count);
  for (size_t i = 0; i < c->key_count; i++) {
    static const char prefix[] = "rebase-public-key:";
    if (!strncmp(c->keys[i], prefix, sizeof prefix - 1)) c->keys[i] += sizeof prefix - 1;
    if (strlen(c->keys[i]) != 64) wrong(r, "keys", "a key is what `rbc keygen` writes into NAME.public");
  }
  tls(r);
  c->origins = texts(r, root, "", "origins", &c->origin_count);
  json_t *ask = OBJECT(r, root, "", "ask"), *limits = OBJECT(r, root, "", "limits");
  ONLY(r, ask, "ask", "wait", "webhook", "headers");
  c->ask_wait = seconds(r, ask, "ask", "wait", 0);
  c->webhook = text(r, ask, "ask", "webhook");
  c->webhook_headers = named_secrets(r, OBJECT(r, ask, "ask", "headers"), "ask.headers", &c->webhook_header_count);
  ONLY(r, limits, "limits", "message_bytes", "result_bytes", "calls_per_session", "connections", "protocol_sessions");
  c->message_bytes = (size_t)number(r, limits, "limits", "message_bytes", 1 << 20, 64 << 20);
  c->result_bytes = (size_t)number(r, limits, "limits", "result_bytes", 4 << 20, 256 << 20);
  c->calls_per_session = (uint32_t)number(r, limits, "limits", "calls_per_session", 32, 32);
  c->max_connections = (uint32_t)number(r, limits, "limits", "connections", 6000, 100000);
  c->max_protocol_sessions = (uint32_t)number(r, limits, "limits", "protocol_sessions", 10000, 1000000);
}

static void read_all(struct reader *r) {
  struct config *c = r->config;
  settings(r);
  c->callers = gate_new(sizeof *c->callers * (json_array_size(json_object_get(c->root, "callers")) + 1));
  c->approvers = gate_new(sizeof *c->approvers * (json_array_size(json_object_get(c->root, "approvers")) + 1));
  c->caller_count = each(r, "callers", caller);
  c->approver_count = each(r, "approvers", approver);
  upstreams(r, OBJECT(r, c->root, "", "upstreams"));
  if (!c->caller_count) wrong(r, "callers", "at least one is wanted");
}

struct config *config_read(const char *path, char **error) {
  struct reader r = {.config = gate_new(sizeof *r.config)};
  json_error_t at;
  r.config->path = gate_copy(path);
  char *copy = gate_copy(path);
  r.config->directory = gate_copy(dirname(copy));
  free(copy);
  r.config->root = json_load_file(path, JSON_REJECT_DUPLICATES, &at);
  if (!r.config->root) r.error = gate_format("%s:%d:%d: %s", path, at.line, at.column, at.text);
  else if (!json_is_object(r.config->root)) wrong(&r, "file", "an object is wanted");
  else read_all(&r);
  if (!r.error) return r.config;
  *error = r.error;
  config_free(r.config);
  return NULL;
}

void config_free(struct config *c) {
  if (!c) return;
  for (size_t i = 0; i < c->upstream_count; i++) {
    free(c->upstreams[i].environment);
    free(c->upstreams[i].headers);
  }
  free(c->upstreams);
  free(c->callers);
  free(c->approvers);
  free(c->listen);
  free(c->origins);
  free(c->keys);
  free(c->webhook_headers);
  json_decref(c->root);
  free(c->path);
  free(c->directory);
  free(c);
}

char *config_path(const struct config *config, const char *path) {
  return *path == '/' ? gate_copy(path) : gate_format("%s/%s", config->directory, path);
}
