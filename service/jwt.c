/* jwt.c: signed tokens, by libcjose. Only asymmetric signatures count: whoever can check a token cannot make one. */
#include <cjose/cjose.h>
#include <stdlib.h>
#include <time.h>
#include "identity.h"

enum { LEEWAY_SECONDS = 30, LONGEST_TOKEN = 16384 };

static bool known_algorithm(const char *name) {
  static const char *const names[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"};
  for (size_t i = 0; name && i < sizeof names / sizeof *names; i++) if (!strcmp(names[i], name)) return true;
  return false;
}

/* The key that the token names, or the only one; its own `alg` and `use` must agree. */
static json_t *choose_key(json_t *keys, const char *kid, const char *algorithm) {
  json_t *list = json_object_get(keys, "keys"), *key;
  size_t i;
  json_array_foreach(list, i, key) {
    const char *id = json_string_value(json_object_get(key, "kid")), *alg = json_string_value(json_object_get(key, "alg"));
    const char *use = json_string_value(json_object_get(key, "use"));
    if (kid ? !id || strcmp(id, kid) != 0 : json_array_size(list) != 1) continue;
    if ((alg && strcmp(alg, algorithm) != 0) || (use && strcmp(use, "sig") != 0)) continue;
    return key;
  }
  return NULL;
}

static json_t *verified(cjose_jws_t *jws, json_t *keys, const char **why, bool *unknown_key) {
  cjose_err error;
  cjose_header_t *header = cjose_jws_get_protected(jws);
  const char *algorithm = cjose_header_get(header, CJOSE_HDR_ALG, &error), *kid = cjose_header_get(header, CJOSE_HDR_KID, &error);
  uint8_t *text = NULL;
  size_t length = 0;
  *why = "the token's algorithm is not taken";
  if (!known_algorithm(algorithm)) return NULL;
  json_t *chosen = choose_key(keys, kid, algorithm);
  *why = "no key for the token";
  if (!chosen) { *unknown_key = true; return NULL; }
  char *written = json_dumps(chosen, JSON_COMPACT);
  cjose_jwk_t *key = written ? cjose_jwk_import(written, strlen(written), &error) : NULL;
  bool fine = key && cjose_jws_verify(jws, key, &error) && cjose_jws_get_plaintext(jws, &text, &length, &error);
  *why = "the token's signature does not hold";
  json_t *claims = fine ? json_loadb((const char *)text, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
  cjose_jwk_release(key);
  free(written);
  return claims;
}

static bool names_audience(json_t *audience, const char *ours) {
  size_t i;
  json_t *one;
  if (json_is_string(audience)) return !strcmp(json_string_value(audience), ours);
  json_array_foreach(audience, i, one) if (json_is_string(one) && !strcmp(json_string_value(one), ours)) return true;
  return false;
}

static const char *trouble_in(json_t *claims, const struct caller_config *c) {
  json_t *expires = json_object_get(claims, "exp"), *begins = json_object_get(claims, "nbf"), *value;
  const char *issuer = json_string_value(json_object_get(claims, "iss")), *name;
  double now = (double)time(NULL);
  if (!issuer || strcmp(issuer, c->issuer) != 0) return "the token is of another issuer";
  if (!names_audience(json_object_get(claims, "aud"), c->audience)) return "the token is for somebody else";
  if (!json_is_number(expires) || json_number_value(expires) + LEEWAY_SECONDS <= now) return "the token has expired";
  if (begins && (!json_is_number(begins) || json_number_value(begins) - LEEWAY_SECONDS > now)) return "the token is not valid yet";
  json_object_foreach(c->claims, name, value)
    if (!json_equal(json_object_get(claims, name), value)) return "a claim of the token is not as configured";
  return NULL;
}

json_t *jwt_claims(const char *token, json_t *keys, const struct caller_config *caller, const char **why, bool *unknown_key) {
  cjose_err error;
  size_t length = strlen(token);
  *why = "not a signed token";
  if (length > LONGEST_TOKEN) return NULL;
  cjose_jws_t *jws = cjose_jws_import(token, length, &error);
  if (!jws) return NULL;
  json_t *claims = verified(jws, keys, why, unknown_key);
  cjose_jws_release(jws);
  const char *trouble = claims ? trouble_in(claims, caller) : NULL;
  if (!trouble) return claims;
  *why = trouble;
  json_decref(claims);
  return NULL;
}
