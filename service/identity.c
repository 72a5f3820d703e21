/* identity.c: see identity.h */
#include <sodium.h>
#include <stdlib.h>
#include "front_tls.h"
#include "identity.h"
#include "keys.h"

enum { FRESH_MICROS = 2000000 };

struct token { unsigned char hash[crypto_hash_sha256_BYTES]; bool known; };
struct known { const struct config *config; struct token *callers, *approvers; struct issuer_keys **keys; int64_t read_at; };

static void read_token(const struct config *config, const struct secret *secret, const char *hashed, struct token *token) {
  token->known = false;
  if (hashed) token->known = sodium_hex2bin(token->hash, sizeof token->hash, hashed, strlen(hashed), NULL, NULL, NULL) == 0;
  if (secret->kind == SECRET_NONE) return;
  char *error = NULL, *text = secret_read(config, secret, &error);
  if (text) {
    crypto_hash_sha256(token->hash, (const unsigned char *)text, strlen(text));
    token->known = true;
  } else say("%s", error);
  free(error);
  secret_free(text);
}

static void refresh(struct known *k) {
  int64_t now = loop_now();
  if (k->read_at && now - k->read_at < FRESH_MICROS) return;
  k->read_at = now;
  for (size_t i = 0; i < k->config->caller_count; i++)
    read_token(k->config, &k->config->callers[i].token, k->config->callers[i].token_sha256, &k->callers[i]);
  for (size_t i = 0; i < k->config->approver_count; i++)
    read_token(k->config, &k->config->approvers[i].token, k->config->approvers[i].token_sha256, &k->approvers[i]);
}

struct known *known_new(struct loop *loop, const struct config *config) {
  struct known *k = gate_new(sizeof *k);
  k->config = config;
  k->callers = gate_new((config->caller_count + 1) * sizeof *k->callers);
  k->approvers = gate_new((config->approver_count + 1) * sizeof *k->approvers);
  k->keys = gate_new((config->caller_count + 1) * sizeof *k->keys);
  for (size_t i = 0; i < config->caller_count; i++)
    if (config->callers[i].jwks || config->callers[i].jwks_url) k->keys[i] = issuer_keys_new(loop, config, &config->callers[i]);
  return k;
}

void known_free(struct known *k) {
  if (!k) return;
  for (size_t i = 0; i < k->config->caller_count; i++) issuer_keys_free(k->keys[i]);
  free(k->keys);
  free(k->callers);
  free(k->approvers);
  free(k);
}

/* The token of "Bearer TOKEN", or NULL. */
static const char *bearer(const struct peer *peer) {
  const char *a = peer->authorization;
  if (!a || (strncmp(a, "Bearer ", 7) != 0 && strncmp(a, "bearer ", 7) != 0)) return NULL;
  return a[7] ? a + 7 : NULL;
}

static bool same_token(const struct token *token, const unsigned char hash[crypto_hash_sha256_BYTES]) {
  return token->known && sodium_memcmp(token->hash, hash, crypto_hash_sha256_BYTES) == 0;
}

/* What the configuration says of the person, and what the token does. */
static char *context_of(const struct caller_config *c, json_t *claims) {
  const char *field;
  json_t *claim;
  if (!c->context && !c->context_claims) return NULL;
  json_t *context = c->context ? json_copy(c->context) : json_object();
  json_object_foreach(c->context_claims, field, claim) {
    json_t *value = json_is_string(claim) ? json_object_get(claims, json_string_value(claim)) : NULL;
    if (value) json_object_set(context, field, value);
  }
  char *text = json_dumps(context, JSON_COMPACT | JSON_SORT_KEYS);
  json_decref(context);
  return text;
}

static bool take(const struct caller_config *c, json_t *claims, struct identity *who) {
  const char *requester = c->requester ? c->requester : json_string_value(json_object_get(claims, c->requester_claim));
  if (!requester || !*requester) return false;
  *who = (struct identity){gate_copy(c->agent), gate_copy(requester), context_of(c, claims)};
  return true;
}

static bool by_jwt(struct known *k, const char *token, struct identity *who, const char **why) {
  for (size_t i = 0; i < k->config->caller_count; i++) {
    const struct caller_config *c = &k->config->callers[i];
    json_t *keys = k->keys[i] ? issuer_keys_now(k->keys[i]) : NULL;
    bool unknown_key = false;
    json_t *claims = keys ? jwt_claims(token, keys, c, why, &unknown_key) : NULL;
    if (unknown_key) issuer_keys_missed(k->keys[i]);
    bool fine = claims && take(c, claims, who);
    if (claims && !fine) *why = "the token does not name a person";
    json_decref(claims);
    if (fine) return true;
  }
  return false;
}

static bool by_channel(const struct caller_config *c, const struct peer *peer) {
  if (c->has_uid) return peer->has_uid && c->uid == peer->uid;
  if (!peer->certificate) return false;
  return (c->certificate && certificate_has_name(peer->certificate, c->certificate)) ||
         (c->certificate_sha256 && certificate_has_digest(peer->certificate, c->certificate_sha256));
}

bool identify(struct known *k, const struct peer *peer, struct identity *who, const char **why) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  const char *token = bearer(peer);
  *why = "no credential that is known";
  refresh(k);
  if (token) {
    crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
    for (size_t i = 0; i < k->config->caller_count; i++)
      if (same_token(&k->callers[i], hash)) return take(&k->config->callers[i], NULL, who);
    return by_jwt(k, token, who, why);
  }
  for (size_t i = 0; i < k->config->caller_count && !peer->authorization; i++)
    if (by_channel(&k->config->callers[i], peer)) return take(&k->config->callers[i], NULL, who);
  return false;
}

const struct approver_config *identify_approver(struct known *k, const struct peer *peer) {
  unsigned char hash[crypto_hash_sha256_BYTES] = {0};
  const char *token = bearer(peer);
  refresh(k);
  if (token) crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
  for (size_t i = 0; i < k->config->approver_count; i++) {
    const struct approver_config *a = &k->config->approvers[i];
    if (token ? same_token(&k->approvers[i], hash) : peer->has_uid && !peer->authorization && a->has_uid && a->uid == peer->uid) return a;
  }
  return NULL;
}
