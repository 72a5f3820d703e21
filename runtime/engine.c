/* engine.c: opening, closing, loading and swapping bundles, clocks and hooks. */
#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include "engine.h"

#ifndef REBASE_VERSION
#define REBASE_VERSION "0"
#endif

/* The one variable of the library: how often this process is a fork of the one that opened an engine. */
atomic_uint engine_forks;
static void forked(void) { atomic_fetch_add(&engine_forks, 1); }
static void watch_forks(void) { pthread_atfork(NULL, NULL, forked); }

const char *rebase_version(void) { return REBASE_VERSION; }

const char *rebase_status_text(rebase_status status) {
  static const char *const texts[] = {
#define REBASE_STATUS(NAME, TEXT) TEXT,
#include "rebase_status.def"
#undef REBASE_STATUS
  };
  return (unsigned)status < REBASE_STATUS_COUNT ? texts[status] : "unknown status";
}

/* ---- hooks and their defaults ---- */
static void *allocate(size_t size, void *user) {
  const rebase_options *o = user;
  return o->allocate ? o->allocate(size ? size : 1, o->user) : malloc(size ? size : 1);
}

static void release(void *memory, void *user) {
  const rebase_options *o = user;
  if (!memory) return;
  if (o->release) o->release(memory, o->user);
  else free(memory);
}

/* The coarse clocks tell the time of the last tick, some milliseconds ago, for a fifth of the price. */
#ifdef CLOCK_REALTIME_COARSE
enum { WALL_CLOCK = CLOCK_REALTIME_COARSE, STEADY_CLOCK = CLOCK_MONOTONIC_COARSE };
#else
enum { WALL_CLOCK = CLOCK_REALTIME, STEADY_CLOCK = CLOCK_MONOTONIC };
#endif

static int64_t clock_microseconds(clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t)) return -1;
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

rebase_status engine_now(const rebase_engine *e, struct now *now) {
  now->wall = e->options.wall_clock ? e->options.wall_clock(e->options.user) : clock_microseconds(WALL_CLOCK);
  now->steady = e->options.steady_clock ? e->options.steady_clock(e->options.user) : clock_microseconds(STEADY_CLOCK);
  return now->wall < 0 || now->steady < 0 ? REBASE_E_CLOCK : REBASE_OK;
}

bool engine_random(const rebase_engine *e, void *bytes, size_t size) {
  if (e->options.random_bytes) return e->options.random_bytes(bytes, size, e->options.user);
  randombytes_buf(bytes, size);
  return true;
}

bool engine_carries_out(const rebase_engine *e, const char *obligation) {
  for (const char *const *kind = e->options.obligations; kind && *kind; kind++)
    if (!strcmp(*kind, obligation)) return true;
  return false;
}

rebase_status engine_report(rebase_report *report, rebase_status status, const char *format, ...) {
  if (!report) return status;
  report->status = status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(report->text, sizeof report->text, format, arguments);
  va_end(arguments);
  return status;
}

/* ---- open and close ---- */
static void set_defaults(rebase_options *o) {
  if (!o->max_sessions) o->max_sessions = 10000;
  if (!o->session_bytes) o->session_bytes = 256 * 1024;
  if (!o->request_bytes) o->request_bytes = 1024 * 1024;
  if (o->session_lifetime <= 0) o->session_lifetime = REBASE_DAY;
  if (o->reservation_lifetime <= 0) o->reservation_lifetime = 600 * REBASE_SECOND;
  if (!o->max_steps) o->max_steps = 10000000;
}

/* One block: the pointers, then the strings. */
static bool copy_obligations(rebase_engine *e) {
  const char *const *from = e->options.obligations;
  size_t count = 0, bytes = 0;
  if (!from) return true;
  for (; from[count]; count++) bytes += strlen(from[count]) + 1;
  const char **copy = e->allocator.alloc((count + 1) * sizeof *copy + bytes, e->allocator.user);
  e->options.obligations = copy;
  if (!copy) return false;
  char *text = (char *)(copy + count + 1);
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen(from[i]) + 1;
    copy[i] = memcpy(text, from[i], size);
    text += size;
  }
  copy[count] = NULL;
  return true;
}

static rebase_status copy_trusted_keys(rebase_engine *e) {
  const char *const *from = e->options.trusted_keys;
  uint32_t count = 0;
  if (!from) return REBASE_OK;
  while (from[count]) count++;
  if (!count) return REBASE_E_ARGUMENT;     /* trusting nobody is no way to ask for nothing */
  if (!(e->trusted = e->allocator.alloc(count * sizeof *e->trusted, e->allocator.user))) return REBASE_E_MEMORY;
  e->trusted_count = count;
  e->options.trusted_keys = NULL;
  for (uint32_t i = 0; i < count; i++)
    if (!signature_key_from_hex(from[i], e->trusted[i])) return REBASE_E_ARGUMENT;
  return REBASE_OK;
}

static bool start_locks(rebase_engine *e) {
  if (pthread_mutex_init(&e->load_lock, NULL)) return false;
  if (!pthread_mutex_init(&e->pin_lock, NULL)) {
    if (breaker_open(&e->breaker)) return true;
    pthread_mutex_destroy(&e->pin_lock);
  }
  pthread_mutex_destroy(&e->load_lock);
  return false;
}

rebase_status rebase_engine_open(const rebase_options *options, rebase_engine **engine) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  rebase_options chosen = options ? *options : (rebase_options){0};
  if (!engine) return REBASE_E_ARGUMENT;
  *engine = NULL;
  if (!chosen.allocate != !chosen.release || chosen.request_bytes > UINT32_C(1) << 30) return REBASE_E_ARGUMENT;
  set_defaults(&chosen);
  if (sodium_init() < 0) return REBASE_E_RANDOM;
  pthread_once(&once, watch_forks);
  rebase_engine *e = allocate(sizeof *e, &chosen);
  if (!e) return REBASE_E_MEMORY;
  *e = (rebase_engine){.options = chosen, .allocator = {allocate, release, &e->options}, .forks = atomic_load(&engine_forks),
                       .ops = &store_memory, .watches = chosen.wall_clock || chosen.steady_clock || chosen.log, .sends_on = !chosen.no_canonical || chosen.log};
  rebase_status status = copy_trusted_keys(e);
  if (status == REBASE_OK && (!copy_obligations(e) || !(e->store = e->ops->open(&e->allocator, chosen.max_sessions)) || !start_locks(e)))
    status = REBASE_E_MEMORY;
  if (status != REBASE_OK) {
    if (e->store) e->ops->close(e->store);
    if (e->options.obligations != chosen.obligations) release((void *)(uintptr_t)e->options.obligations, &chosen);
    release(e->trusted, &chosen);
    release(e, &chosen);
    return status;
  }
  *engine = e;
  return REBASE_OK;
}

void rebase_engine_close(rebase_engine *e) {
  if (!e) return;
  rebase_options options = e->options;
  e->ops->close(e->store);
  loaded_drop(e->current);
  struct names *names[] = {&e->registry.labels, &e->registry.proofs, &e->registry.operations, &e->registry.entities};
  for (size_t i = 0; i < 4; i++) names_free(names[i], &e->allocator);
  breaker_close(&e->breaker, &e->allocator);
  pthread_mutex_destroy(&e->pin_lock);
  pthread_mutex_destroy(&e->load_lock);
  release((void *)(uintptr_t)options.obligations, &options);
  release(e->trusted, &options);
  release(e, &options);
}

/* ---- bundles ---- */
struct loaded *engine_pin(rebase_engine *e) {
  pthread_mutex_lock(&e->pin_lock);
  struct loaded *loaded = e->current;
  if (loaded) atomic_fetch_add_explicit(&loaded->references, 1, memory_order_relaxed);
  pthread_mutex_unlock(&e->pin_lock);
  return loaded;
}

static void swap_in(rebase_engine *e, struct loaded *loaded) {
  pthread_mutex_lock(&e->pin_lock);
  struct loaded *old = e->current;
  e->current = loaded;
  atomic_store_explicit(&e->generation, loaded->generation, memory_order_release);
  pthread_mutex_unlock(&e->pin_lock);
  loaded_drop(old);
}

static rebase_status refused(rebase_report *report, const struct bundle_error *error) {
  switch (error->status) {
  case BUNDLE_MEMORY: return engine_report(report, REBASE_E_MEMORY, "out of memory");
  case BUNDLE_VERSION: return engine_report(report, REBASE_E_BUNDLE_VERSION, "%s", error->text);
  case BUNDLE_PENDING: return engine_report(report, REBASE_E_PENDING, "%s", error->text);
  default: return engine_report(report, REBASE_E_BUNDLE, "%s", error->text);
  }
}

static bool trusted(const rebase_engine *e, const struct rebase_bundle *bundle) {
  if (!e->trusted) return true;
  for (uint32_t i = 0; bundle->signer && i < e->trusted_count; i++)
    if (!memcmp(bundle->signer, e->trusted[i], SIGNATURE_KEY_BYTES)) return true;
  return false;
}

rebase_status rebase_engine_load(rebase_engine *e, const void *bytes, size_t size, rebase_report *report) {
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  if (!bytes) return engine_report(report, REBASE_E_ARGUMENT, "no bytes to load");
  struct bundle_error error = {0};
  struct rebase_bundle *bundle = bundle_open(bytes, size, &e->allocator, e->options.plain ? BUNDLE_PLAIN : 0, &error);
  if (!bundle) return refused(report, &error);
  if (!trusted(e, bundle)) {
    bool is_signed = bundle->signer != NULL;
    bundle_free(bundle);
    return engine_report(report, REBASE_E_SIGNATURE, is_signed ? "the bundle is signed by a key that is not trusted here"
                                                               : "the bundle is not signed, and only signed ones are loaded here");
  }
  pthread_mutex_lock(&e->load_lock);
  struct loaded *loaded;
  status = loaded_make(bundle, &e->allocator, &e->registry, atomic_load(&e->generation) + 1, &loaded);
  if (status == REBASE_OK) swap_in(e, loaded);
  pthread_mutex_unlock(&e->load_lock);
  if (status == REBASE_E_FULL) return engine_report(report, status, "more than %d labels over all bundles of this engine", ENGINE_LABELS);
  if (status == REBASE_OK) log_event(e, "load", NULL, NULL, NULL);
  return engine_report(report, status, "%s", rebase_status_text(status));
}

static rebase_status read_file(rebase_engine *e, FILE *file, char **bytes, size_t *size) {
  struct stat what;
  if (fstat(fileno(file), &what) || !S_ISREG(what.st_mode)) return REBASE_E_FILE;     /* a directory has no end */
  if (fseek(file, 0, SEEK_END)) return REBASE_E_FILE;
  long end = ftell(file);
  if (end < 0 || fseek(file, 0, SEEK_SET)) return REBASE_E_FILE;
  *size = (size_t)end;
  if (!(*bytes = e->allocator.alloc(*size, e->allocator.user))) return REBASE_E_MEMORY;
  return fread(*bytes, 1, *size, file) == *size ? REBASE_OK : REBASE_E_FILE;
}

rebase_status rebase_engine_load_file(rebase_engine *e, const char *path, rebase_report *report) {
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  if (!path) return engine_report(report, REBASE_E_ARGUMENT, "no path");
  FILE *file = fopen(path, "rb");
  if (!file) return engine_report(report, REBASE_E_FILE, "%.300s: cannot be opened (%d)", path, errno);
  char *bytes = NULL;
  size_t size = 0;
  status = read_file(e, file, &bytes, &size);
  fclose(file);
  if (status == REBASE_OK) status = rebase_engine_load(e, bytes, size, report);
  else engine_report(report, status, "%.300s: %s", path, rebase_status_text(status));
  e->allocator.release(bytes, e->allocator.user);
  return status;
}

bool rebase_engine_bundle(rebase_engine *e, char digest[65]) {
  if (engine_check(e) != REBASE_OK || !digest) return false;
  struct loaded *loaded = engine_pin(e);
  if (!loaded) return false;
  memcpy(digest, loaded->digest, DIGEST_HEX);
  loaded_drop(loaded);
  return true;
}

/* ---- requests and what they count ---- */
void engine_enrol(rebase_engine *e, struct rebase_request *r) {
  pthread_mutex_lock(&e->pin_lock);
  r->previous = NULL;
  r->next = e->requests;
  if (r->next) r->next->previous = r;
  e->requests = r;
  pthread_mutex_unlock(&e->pin_lock);
}

static void add_tally(uint64_t *sums, const struct tally *tally) {
  for (int i = 0; i < TALLY_COUNT; i++) sums[i] += atomic_load_explicit(&tally->of[i], memory_order_relaxed);
}

/* In a forked child nobody counts any more, and the lock may be held by a thread that is not there. */
void engine_dismiss(rebase_engine *e, struct rebase_request *r) {
  if (engine_check(e) != REBASE_OK) return;
  pthread_mutex_lock(&e->pin_lock);
  uint64_t sums[TALLY_COUNT] = {0};
  add_tally(sums, &e->past);
  add_tally(sums, &r->tally);
  for (int i = 0; i < TALLY_COUNT; i++) atomic_store_explicit(&e->past.of[i], sums[i], memory_order_relaxed);
  if (r->previous) r->previous->next = r->next;
  else e->requests = r->next;
  if (r->next) r->next->previous = r->previous;
  pthread_mutex_unlock(&e->pin_lock);
}

void rebase_engine_counters(rebase_engine *e, rebase_counters *c) {
  uint64_t sums[TALLY_COUNT] = {0};
  if (!c) return;
  *c = (rebase_counters){0};
  if (engine_check(e) != REBASE_OK) return;
  pthread_mutex_lock(&e->pin_lock);
  add_tally(sums, &e->past);
  for (const struct rebase_request *r = e->requests; r; r = r->next) add_tally(sums, &r->tally);
  pthread_mutex_unlock(&e->pin_lock);
  c->decisions = sums[TALLY_ALLOWED] + sums[TALLY_ASKED] + sums[TALLY_DENIED];
  c->allowed = sums[TALLY_ALLOWED];
  c->asked = sums[TALLY_ASKED];
  c->denied = sums[TALLY_DENIED];
  c->errors = sums[TALLY_ERRORS];
  c->soundness_faults = sums[TALLY_FAULTS];
  c->refused_sessions = atomic_load(&e->refused_sessions);
  c->sessions = e->ops->count(e->store);
}

/* ---- sessions, locked ---- */
rebase_status engine_acquire(rebase_engine *e, const char *id, struct now *now, struct session **session) {
  const int64_t back = 2 * REBASE_SECOND;   /* what clocks are set back by without anyone meaning harm */
  struct session *s = e->ops->acquire(e->store, id);
  *session = NULL;
  if (!s) return REBASE_E_SESSION;
  rebase_status status = REBASE_OK;
  if (now->wall < s->family->last_wall - back) status = REBASE_E_CLOCK;
  else if (now->wall < s->family->last_wall) now->wall = s->family->last_wall;
  if (status == REBASE_OK && (family_expired(s->family, *now, e->options.session_lifetime) || s->family->broken)) status = REBASE_E_SESSION;
  if (status != REBASE_OK) {
    e->ops->release(e->store, s);
    return status;
  }
  s->family->last_wall = now->wall;
  session_catch_up(s);
  *session = s;
  return REBASE_OK;
}

void engine_release(rebase_engine *e, struct session *session) {
  if (session) e->ops->release(e->store, session);
}
