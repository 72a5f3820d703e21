/* quota.c: see quota.h; and `rbgate seed`, `rbgate reservations`, `rbgate settle`. */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "commands.h"
#include "quota.h"
#include "rebase_redis.h"
#include "rebase_sqlite.h"

#define WAIT_MICROS INT64_C(500000)         /* that a call may hold up the others while a store does not answer */
#define TIDY_MICROS INT64_C(1000000)
enum { LISTED = 4096 };
static const char redis[] = "redis:";

static bool in_memory(const struct config *c) { return c->quota && !strcmp(c->quota, "memory"); }

static int64_t wall_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool seed(rebase_quota *quota, rebase_quota_answer *answer) {
  rebase_quota_seed(quota, NULL, 0, wall_now(), answer);
  return answer->status == REBASE_QUOTA_GRANTED;
}

rebase_quota *gate_quota_beside(void) {
  rebase_quota *quota = NULL;
  rebase_quota_answer answer;
  if (rebase_quota_memory(NULL, &quota) == REBASE_OK) seed(quota, &answer);
  return quota;
}

/* The store itself, without leases. */
static rebase_quota *open_store(const struct config *config, char **error) {
  rebase_quota *quota = NULL;
  rebase_report report = {0};
  if (in_memory(config)) quota = gate_quota_beside();
  else if (!strncmp(config->quota, redis, sizeof redis - 1))
    rebase_quota_redis(config->quota + sizeof redis - 1, &(rebase_redis_options){.timeout = WAIT_MICROS}, &quota);
  else {
    char *path = config_path(config, config->quota);
    rebase_quota_sqlite(path, &(rebase_sqlite_options){.timeout = WAIT_MICROS}, &quota, &report);
    free(path);
  }
  if (!quota) *error = gate_format("quota: %s", report.text[0] ? report.text : "out of memory");
  return quota;
}

rebase_quota *gate_quota_open(const struct config *config, char **error) {
  rebase_quota *store = config->quota ? open_store(config, error) : NULL, *leased = NULL;
  if (!store || !config->quota_leases) return store;
  rebase_lease_options options = {.lifetime = config->quota_lifetime, .away_share = config->quota_away_share};
  if (rebase_quota_lease(store, &options, &leased) == REBASE_OK) return leased;
  rebase_quota_close(store);
  *error = gate_copy("quota: out of memory");
  return NULL;
}

void gate_quota_tidy(struct gate *gate, int64_t now) {
  if (!gate->quota || now - gate->quota_tidied < TIDY_MICROS) return;
  gate->quota_tidied = now;
  rebase_quota_lease_tidy(gate->quota, wall_now());
}

/* ---- commands ---- */
/* The configured store, for people; NULL: said why. */
static rebase_quota *open_kept(const char *path) {
  char *error = NULL;
  struct config *config = config_read(path, &error);
  rebase_quota *quota = config && config->quota && !in_memory(config) ? open_store(config, &error) : NULL;
  if (error) say("%s", error);
  else if (!quota) say("the setting `quota` names no store that keeps what it counts");
  if (config) config_free(config);
  free(error);
  return quota;
}

int run_seed(int count, char **arguments) {
  rebase_quota_answer answer = {0};
  (void)count;
  rebase_quota *quota = open_kept(arguments[0]);
  if (!quota) return EXIT_NO;
  bool fine = seed(quota, &answer);
  if (fine) printf("limits are counted from now on, epoch %llu\n", (unsigned long long)answer.epoch);
  else say("not seeded: %s", answer.text);
  rebase_quota_close(quota);
  return fine ? EXIT_FINE : EXIT_NO;
}

enum { HEX = 2 * REBASE_QUOTA_ID + 1 };
_Static_assert(REBASE_QUOTA_ID == REBASE_QUOTA_KEY, "ids and keys are printed alike");

static bool id_of(const char *hex, unsigned char *id) {
  size_t length = strlen(hex);
  return length == HEX - 1 && strspn(hex, "0123456789abcdef") == length && sodium_hex2bin(id, REBASE_QUOTA_ID, hex, length, NULL, NULL, NULL) == 0;
}

static void time_of(int64_t at, char text[32]) {
  time_t seconds = (time_t)(at / 1000000);
  struct tm t;
  gmtime_r(&seconds, &t);
  strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &t);
}

static json_t *one_open(const rebase_quota_open *open, int64_t now) {
  static const char *const windows[] = {"period", "rolling", "held"};
  char hex[HEX], made[32], expires[32];
  json_t *counters = json_array();
  for (uint32_t i = 0; i < open->count; i++) {
    sodium_bin2hex(hex, sizeof hex, open->parts[i].key, REBASE_QUOTA_KEY);
    json_array_append_new(counters, json_pack("{s:s, s:s, s:I}", "counter", hex, "window", (unsigned)open->parts[i].window < 3 ? windows[open->parts[i].window] : "?", "amount",
                                              (json_int_t)open->parts[i].amount));
  }
  sodium_bin2hex(hex, sizeof hex, open->id, REBASE_QUOTA_ID);
  time_of(open->made, made);
  time_of(open->expires, expires);
  return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "id", hex, "kind", open->lease ? "lease" : "decision", "since", made, "expires", expires, "expired",
                   open->expires <= now, "counters", counters);
}

static void print_open(json_t *one) {
  json_t *counters = json_object_get(one, "counters"), *counter;
  size_t i;
  printf("%s  %s  since %s  %s %s\n", json_string_value(json_object_get(one, "id")), json_string_value(json_object_get(one, "kind")),
         json_string_value(json_object_get(one, "since")), json_is_true(json_object_get(one, "expired")) ? "spent since" : "expires", json_string_value(json_object_get(one, "expires")));
  json_array_foreach(counters, i, counter)
    printf("  %s  %lld\n", json_string_value(json_object_get(counter, "counter")), (long long)json_integer_value(json_object_get(counter, "amount")));
}

int run_reservations(int count, char **arguments) {
  bool as_json = count > 1 && !strcmp(arguments[1], "--json");
  rebase_quota_answer answer = {0};
  if (count > 1 && !as_json) return EXIT_USAGE;
  rebase_quota *quota = open_kept(arguments[0]);
  if (!quota) return EXIT_NO;
  rebase_quota_open *list = gate_new(LISTED * sizeof *list);
  int64_t now = wall_now();
  uint32_t all = rebase_quota_list(quota, now, list, LISTED, &answer);
  bool fine = answer.status == REBASE_QUOTA_GRANTED;
  json_t *reservations = json_array(), *one;
  size_t k;
  for (uint32_t i = 0; fine && i < all && i < LISTED; i++) json_array_append_new(reservations, one_open(&list[i], now));
  json_t *page = json_pack("{s:I, s:o}", "open", (json_int_t)all, "reservations", reservations);
  if (!fine) say("not listed: %s", answer.text);
  else if (as_json) json_dumpf(page, stdout, JSON_INDENT(2));
  else json_array_foreach(reservations, k, one) print_open(one);
  if (fine) printf(as_json ? "\n" : "%u open%s\n", all, all > LISTED ? "; the first are shown" : "");
  json_decref(page);
  free(list);
  rebase_quota_close(quota);
  return fine ? EXIT_FINE : EXIT_NO;
}

int run_settle(int count, char **arguments) {
  int64_t used[REBASE_QUOTA_CHARGES];
  unsigned char id[REBASE_QUOTA_ID];
  rebase_quota_answer answer = {0};
  uint32_t amounts = (uint32_t)count - 2;
  bool good = id_of(arguments[1], id);
  for (uint32_t i = 0; i < amounts; i++) {
    char *end;
    used[i] = strtoll(arguments[2 + i], &end, 10);
    good = good && *arguments[2 + i] && !*end;
  }
  if (!good) {
    say("wanted: an id as `rbgate reservations` prints it, and whole numbers in the order of its counters");
    return EXIT_USAGE;
  }
  rebase_quota *quota = open_kept(arguments[0]);
  if (!quota) return EXIT_NO;
  if (amounts && rebase_quota_is_lease(id)) snprintf(answer.text, sizeof answer.text, "a process may still draw from this lease: it can only be counted as spent");
  else rebase_quota_settle(quota, id, used, amounts, wall_now(), &answer);
  bool fine = answer.status == REBASE_QUOTA_GRANTED || answer.status == REBASE_QUOTA_LATE;
  if (fine) printf(answer.status == REBASE_QUOTA_LATE ? "settled; it had counted as spent, and only what exceeds that was added\n" : "settled\n");
  else say("not settled: %s", answer.text);
  rebase_quota_close(quota);
  return fine ? EXIT_FINE : EXIT_NO;
}
