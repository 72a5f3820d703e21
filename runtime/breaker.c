/* breaker.c: models that fail come after others for a while. SPEC 19.6. */
#include <stdio.h>
#include "engine.h"

#define SET_ASIDE (30 * REBASE_SECOND)
enum { FAILURES = 5 };

bool breaker_open(struct breaker *b) { return !pthread_mutex_init(&b->lock, NULL); }

void breaker_close(struct breaker *b, const struct allocator *allocator) {
  pthread_mutex_destroy(&b->lock);
  allocator->release(b->list, allocator->user);
}

static struct failing *find_failing(struct breaker *b, const char *name) {
  for (uint32_t i = 0; i < b->count; i++) if (!strncmp(b->list[i].name, name, ROUTE_NAME - 1)) return &b->list[i];
  return NULL;
}

bool breaker_aside(struct breaker *b, const char *name, int64_t now, bool chosen) {
  if (!breaker_any(b)) return false;
  pthread_mutex_lock(&b->lock);
  struct failing *f = find_failing(b, name);
  bool failing = f && f->failures >= FAILURES, aside = failing && now < f->aside_until;
  if (failing && chosen && !aside) f->aside_until = now + SET_ASIDE;
  pthread_mutex_unlock(&b->lock);
  return aside;
}

void breaker_mark(struct breaker *b, const struct rebase_bundle *bundle, int64_t now, uint64_t *models) {
  pthread_mutex_lock(&b->lock);
  for (uint32_t i = 0; i < b->count; i++) {
    const struct failing *f = &b->list[i];
    if (f->failures < FAILURES || now >= f->aside_until) continue;
    uint32_t model = route_model(bundle, f->name);
    if (model != NONE32) models[model / 64] |= UINT64_C(1) << model % 64;
  }
  pthread_mutex_unlock(&b->lock);
}

static struct failing *add_failing(rebase_engine *e, const char *name) {
  struct breaker *b = &e->breaker;
  uint32_t count = b->count;
  if (count == b->room) {
    uint32_t room = b->room ? 2 * b->room : 16;
    struct failing *more = e->allocator.alloc(room * sizeof *more, e->allocator.user);
    if (!more) return NULL;
    if (count) memcpy(more, b->list, count * sizeof *more);
    e->allocator.release(b->list, e->allocator.user);
    b->list = more;
    b->room = room;
  }
  b->list[count] = (struct failing){.failures = 0};
  snprintf(b->list[count].name, ROUTE_NAME, "%s", name);
  b->count++;
  return &b->list[count];
}

static void note_outcome(struct breaker *b, struct failing *f, bool served, int64_t now) {
  bool before = f->failures >= FAILURES;
  f->failures = served ? 0 : f->failures < FAILURES ? f->failures + 1 : FAILURES;
  bool after = f->failures >= FAILURES;
  if (after) f->aside_until = now + SET_ASIDE;
  atomic_store_explicit(&b->failing, atomic_load_explicit(&b->failing, memory_order_relaxed) + after - before, memory_order_relaxed);
}

rebase_status rebase_report_outcome(rebase_engine *e, const char *model, bool served) {
  rebase_status status = engine_check(e);
  struct now now;
  if (status == REBASE_OK && !model) status = REBASE_E_ARGUMENT;
  if (status == REBASE_OK) status = engine_now(e, &now);
  if (status != REBASE_OK) return status;
  struct loaded *loaded = engine_pin(e);
  if (!loaded) return REBASE_E_NO_BUNDLE;
  bool known = find_model(loaded->bundle, model, strlen(model)) != NONE32;
  loaded_drop(loaded);
  if (!known) return REBASE_E_MODEL;
  pthread_mutex_lock(&e->breaker.lock);
  struct failing *f = find_failing(&e->breaker, model);
  if (!f && !served && !(f = add_failing(e, model))) status = REBASE_E_MEMORY;
  if (f) note_outcome(&e->breaker, f, served, now.steady);
  pthread_mutex_unlock(&e->breaker.lock);
  return status;
}
