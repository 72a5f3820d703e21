/* keys.c: see keys.h */
#include <stdlib.h>
#include "keys.h"
#include "web.h"

#define SECONDS ((int64_t)1000000)
enum { FILE_FRESH = 2, PAUSE = 10, SHORTEST = 60, USUAL = 300, LONGEST = 3600, KEEP = 86400, PATIENCE = 10, MOST_BYTES = 1 << 20 };

struct issuer_keys {
  struct loop *loop;
  const struct config *config;
  const struct caller_config *caller;
  json_t *set;
  int64_t tried, fetched, lifetime;         /* lifetime: seconds */
  struct web web; bool under_way;
};

static void take(struct issuer_keys *k, json_t *set) {
  if (!json_is_array(json_object_get(set, "keys"))) {
    say("%s: no set of keys", k->caller->jwks_url ? k->caller->jwks_url : k->caller->jwks);
    json_decref(set);
    return;
  }
  json_decref(k->set);
  k->set = set;
  k->fetched = loop_now();
}

/* ---- from an address ---- */
static int64_t lifetime_of(CURL *easy) {
  struct curl_header *found;
  const char *age = curl_easy_header(easy, "Cache-Control", 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? strstr(found->value, "max-age=") : NULL;
  long long seconds = age ? strtoll(age + strlen("max-age="), NULL, 10) : USUAL;
  return seconds < SHORTEST ? SHORTEST : seconds > LONGEST ? LONGEST : seconds;
}

static void fetched(void *user, CURL *easy, CURLcode code) {
  struct issuer_keys *k = user;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && status == 200) {
    k->lifetime = lifetime_of(easy);
    take(k, json_loadb(k->web.answer.bytes ? k->web.answer.bytes : "", k->web.answer.length, JSON_REJECT_DUPLICATES, NULL));
  } else if (code == CURLE_OK) say("%s: status %ld; the keys before stay", k->caller->jwks_url, status);
  else say("%s: %s; the keys before stay", k->caller->jwks_url, curl_easy_strerror(code));
  k->under_way = false;
  web_close(&k->web);
}

static void fetch(struct issuer_keys *k) {
  const struct upstream_config plain = {.ca = k->caller->jwks_ca};
  char *error = NULL;
  if (k->under_way || (k->tried && loop_now() - k->tried < PAUSE * SECONDS)) return;
  k->tried = loop_now();
  if (!web_open(&k->web, k->config, &plain, k->caller->jwks_url, &error)) {
    say("%s: %s", k->caller->jwks_url, error);
    free(error);
    return;
  }
  k->web.most = MOST_BYTES;
  curl_easy_setopt(k->web.easy, CURLOPT_TIMEOUT, (long)PATIENCE);
  k->under_way = loop_transfer(k->loop, k->web.easy, fetched, k);
  if (!k->under_way) web_close(&k->web);
}

/* ---- from a file ---- */
static void read_file(struct issuer_keys *k) {
  if (k->tried && loop_now() - k->tried < FILE_FRESH * SECONDS) return;
  k->tried = loop_now();
  char *path = config_path(k->config, k->caller->jwks);
  take(k, json_load_file(path, JSON_REJECT_DUPLICATES, NULL));
  free(path);
}

/* ---- all ---- */
struct issuer_keys *issuer_keys_new(struct loop *loop, const struct config *config, const struct caller_config *caller) {
  struct issuer_keys *k = gate_new(sizeof *k);
  *k = (struct issuer_keys){.loop = loop, .config = config, .caller = caller, .lifetime = USUAL};
  if (caller->jwks_url) fetch(k);
  return k;
}

void issuer_keys_free(struct issuer_keys *k) {
  if (!k) return;
  if (k->under_way) {
    loop_abandon(k->loop, k->web.easy);
    web_close(&k->web);
  }
  json_decref(k->set);
  free(k);
}

json_t *issuer_keys_now(struct issuer_keys *k) {
  int64_t age = loop_now() - k->fetched;
  if (!k->caller->jwks_url) {
    read_file(k);
    return k->set;
  }
  if (!k->set || age > k->lifetime * SECONDS) fetch(k);
  if (k->set && age > KEEP * SECONDS) {
    say("%s: keys of a day ago count no more", k->caller->jwks_url);
    json_decref(k->set);
    k->set = NULL;
  }
  return k->set;
}

void issuer_keys_missed(struct issuer_keys *k) {
  if (k->caller->jwks_url) fetch(k);
}
