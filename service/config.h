/* config.h: what gate.json says. Everything unknown in it is an error; strings live as long as the configuration. */
#ifndef GATE_CONFIG_H
#define GATE_CONFIG_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A secret is read when it is used, so a rotated file counts at once: {"file": F} | {"env": V} | {"command": [..]}, or in
 * plain text where it is none. "prefix" stands before it. */
enum secret_kind { SECRET_NONE, SECRET_TEXT, SECRET_FILE, SECRET_ENV, SECRET_COMMAND };
struct secret { enum secret_kind kind; const char *name, *prefix; json_t *command; };
struct named_secret { const char *name; struct secret value; };

/* How a caller is known. Exactly one of the first group is set. */
struct caller_config {
  bool stdio;                       /* whoever started `rbgate stdio` */
  bool has_uid; uid_t uid;          /* peer of a unix socket */
  struct secret token;              /* bearer token */
  const char *token_sha256;         /* its SHA-256 in hex */
  const char *issuer, *audience, *jwks;     /* JWT: keys from a file, or */
  const char *jwks_url, *jwks_ca;   /* from the issuer's address, whose certificate this file's authorities signed */
  const char *certificate;          /* TLS: a name in the client's certificate (DNS, URI, mail), or */
  const char *certificate_sha256;   /* its SHA-256 in hex */
  json_t *claims;                   /* JWT: claims that must have these values */
  const char *agent;
  const char *requester;            /* or */
  const char *requester_claim;      /* JWT: the claim that names the person */
  json_t *context;                  /* fields of `context requester`; may be NULL */
  json_t *context_claims;           /* JWT: field -> claim */
};

/* Who may answer an `ask`: known as callers are. */
struct approver_config {
  bool has_uid; uid_t uid;
  struct secret token; const char *token_sha256;
  const char *name;                 /* as the log says it; the requester's name answers group `requester` */
  json_t *groups;                   /* array of names */
};

enum upstream_type { UPSTREAM_STDIO, UPSTREAM_HTTP, UPSTREAM_CONNECTOR };
struct upstream_config {
  const char *name, *connector, *prefix;
  enum upstream_type type;
  json_t *command; struct named_secret *environment; size_t environment_count; const char *directory;    /* stdio */
  const char *url; struct named_secret *headers; size_t header_count; const char *ca;                    /* http, connector */
  json_t *tools;                    /* tool name -> operation's name, where they differ */
  int64_t timeout;                  /* microseconds */
  uint32_t retries;                 /* connector: of operations that may be repeated */
};

struct config {
  json_t *root;
  char *path, *directory;
  const char *bundle, *canary, *log, *pins, *state, *admin;
  const char *quota;                /* `memory`, `redis:ADDRESS`, or a file; NULL: nothing is counted */
  bool quota_leases; int64_t quota_lifetime; uint32_t quota_away_share;   /* microseconds; thousandths */
  const char **listen; size_t listen_count;
  const char *tls_certificate, *tls_clients; struct secret tls_key;       /* PEM; of `tls:` addresses. clients: authorities */
  const char **origins; size_t origin_count;
  const char **keys; size_t key_count;      /* NULL-terminated; none: signatures are not asked for */
  bool shadow, release_results, log_failure_allows, sandbox;
  int64_t ask_wait;                 /* microseconds that a call waits for its approval; 0: answer `pending` */
  const char *webhook; struct named_secret *webhook_headers; size_t webhook_header_count;
  size_t message_bytes, result_bytes;
  uint32_t calls_per_session, max_connections, max_protocol_sessions;
  struct caller_config *callers; size_t caller_count;
  struct approver_config *approvers; size_t approver_count;
  struct upstream_config *upstreams; size_t upstream_count;
};

/* NULL: *error says what is wrong and where; the caller frees it. */
struct config *config_read(const char *path, char **error);
void config_free(struct config *config);
/* A path as the configuration means it: relative to its own directory. The caller frees. */
char *config_path(const struct config *config, const char *path);
/* The secret's text, for the caller to wipe and free; NULL: not to be had, and *error (not NULL) says why. */
char *secret_read(const struct config *config, const struct secret *secret, char **error);
void secret_free(char *text);
#endif
