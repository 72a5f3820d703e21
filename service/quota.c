/* quota.c: see quota.h; and `rbgate seed`. */
#include <stdio.h>
#include <stdlib.h>
#include "commands.h"
#include "quota.h"
#include "rebase_redis.h"
#include "rebase_sqlite.h"

#define WAIT_MICROS INT64_C(500000)         /* that a call may hold up the others while a store does not answer */
static const char redis[] = "redis:";

static bool in_memory(const struct config *c) { return c->quota && !strcmp(c->quota, "memory"); }

static bool seed(rebase_quota *quota, rebase_quota_answer *answer) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  rebase_quota_seed(quota, NULL, 0, (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, answer);
  return answer->status == REBASE_QUOTA_GRANTED;
}

rebase_quota *gate_quota_beside(void) {
  rebase_quota *quota = NULL;
  rebase_quota_answer answer;
  if (rebase_quota_memory(NULL, &quota) == REBASE_OK) seed(quota, &answer);
  return quota;
}

rebase_quota *gate_quota_open(const struct config *config, char **error) {
  rebase_quota *quota = NULL;
  rebase_report report = {0};
  if (!config->quota) return NULL;
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

int run_seed(int count, char **arguments) {
  char *error = NULL;
  rebase_quota_answer answer = {0};
  (void)count;
  struct config *config = config_read(arguments[0], &error);
  rebase_quota *quota = config && !in_memory(config) ? gate_quota_open(config, &error) : NULL;
  bool fine = quota && seed(quota, &answer);
  if (fine) printf("limits are counted from now on, epoch %llu\n", (unsigned long long)answer.epoch);
  else if (error) say("%s", error);
  else if (!quota) say("the setting `quota` names no store that keeps what it counts");
  else say("not seeded: %s", answer.text);
  rebase_quota_close(quota);
  if (config) config_free(config);
  free(error);
  return fine ? EXIT_FINE : EXIT_NO;
}
