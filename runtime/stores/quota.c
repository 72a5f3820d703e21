/* quota.c: the front of every store of quotas: arguments are checked here, once. */
#include <stdio.h>
#include <string.h>
#include "remembered.h"

const char *rebase_quota_status_text(rebase_quota_status status) {
  static const char *const texts[] = {
    "the store of quotas does not answer", "granted", "a limit is reached", "the store lost its state: it must be seeded",
    "the clock went back, or differs from the store's", "no such reservation", "settled after it had counted as spent",
    "the reservation's id was used before", "an amount, a limit or a time is out of range", "the store of quotas is full"};
  return (unsigned)status < REBASE_QUOTA_STATUS_COUNT ? texts[status] : "unknown status";
}

static bool in_range(int64_t amount) { return amount >= 0 && amount <= REBASE_QUOTA_MOST; }

static bool same_counter_twice(const rebase_charge *charges, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t j = 0; j < i; j++)
      if (!memcmp(charges[i].key, charges[j].key, REBASE_QUOTA_KEY)) return true;
  return false;
}

static bool charges_valid(const rebase_charge *charges, uint32_t count) {
  if (count > REBASE_QUOTA_CHARGES || (count && !charges)) return false;
  for (uint32_t i = 0; i < count; i++) {
    const rebase_charge *c = &charges[i];
    if (!in_range(c->limit) || !in_range(c->amount) || !in_range(c->bucket) || !in_range(c->ends)) return false;
    if ((unsigned)c->window > REBASE_WINDOW_HELD) return false;
  }
  return !same_counter_twice(charges, count);
}

static bool start(rebase_quota_answer *answer, const rebase_quota *quota, bool valid) {
  if (!answer) return false;
  void *(*volatile clear)(void *, int, size_t) = memset;    /* called: built in it is `rep stos`, which takes a third of a reservation in memory */
  clear(answer, 0, sizeof *answer);
  if (quota && valid) return true;
  answer->status = REBASE_QUOTA_INVALID;
  return false;
}

static void finish(rebase_quota_answer *answer) {
  if (answer->status == REBASE_QUOTA_GRANTED || answer->text[0]) return;
  snprintf(answer->text, sizeof answer->text, "%s", rebase_quota_status_text(answer->status));
}

void rebase_quota_reserve(rebase_quota *quota, const rebase_reservation *r, rebase_quota_answer *answer) {
  bool valid = r && charges_valid(r->charges, r->count) && in_range(r->now) && in_range(r->expires) && r->expires >= r->now;
  if (start(answer, quota, valid)) quota->ops->reserve(quota, r, answer);
  if (answer) finish(answer);
}

void rebase_quota_settle(rebase_quota *quota, const unsigned char id[REBASE_QUOTA_ID], const int64_t *used, uint32_t count, int64_t now,
                         rebase_quota_answer *answer) {
  bool valid = id && count <= REBASE_QUOTA_CHARGES && (used || !count) && in_range(now);
  for (uint32_t i = 0; valid && i < count; i++) valid = in_range(used[i]);
  if (start(answer, quota, valid)) quota->ops->settle(quota, id, used, count, now, answer);
  if (answer) finish(answer);
}

void rebase_quota_seed(rebase_quota *quota, const rebase_charge *charges, uint32_t count, int64_t now, rebase_quota_answer *answer) {
  if (start(answer, quota, charges_valid(charges, count) && in_range(now))) quota->ops->seed(quota, charges, count, now, answer);
  if (answer) finish(answer);
}

uint32_t rebase_quota_list(rebase_quota *quota, int64_t now, rebase_quota_open *list, uint32_t size, rebase_quota_answer *answer) {
  uint32_t found = 0;
  if (start(answer, quota, in_range(now) && (list || !size))) found = quota->ops->open(quota, now, list, size, answer);
  for (uint32_t i = 0; i < found && i < size; i++) list[i].lease = rebase_quota_is_lease(list[i].id);
  if (answer) finish(answer);
  return found;
}

bool rebase_quota_is_lease(const unsigned char id[REBASE_QUOTA_ID]) {
  return id && !memcmp(id, lease_mark, sizeof lease_mark);
}

void rebase_quota_close(rebase_quota *quota) {
  if (quota) quota->ops->close(quota);
}
