/* sources.c: the texts of a program. A file's tree depends on no other file, so those of a large workspace are read and parsed by several threads
 * before their turn comes; the program takes them one by one, in their order, with what was found wrong. So neither the bundle nor the report
 * shows how many threads there were. */
#define _DEFAULT_SOURCE             /* _SC_NPROCESSORS_ONLN */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#include "sema/declare.h"
#include "support/names.h"

struct source *rbc_find_source(const struct checker *c, const char *path) {
  const uint32_t hash = hash_name(path);
  struct source *source = c->own->sources[hash % SOURCE_BUCKETS];
  while (source && (source->path_hash != hash || strcmp(source->path, path))) source = source->next;
  return source;
}

/* ---- parsed, and then taken ---- */
struct parsed { struct source *source; const char *digest; struct rbc_diags diags; enum read_result result; };

static void parse_text(struct grammar *grammar, struct arena *arena, const char *path, const struct file_text *text, struct parsed *out) {
  out->diags.arena = arena;
  out->source = rbc_parse(grammar, &out->diags, arena, path, text->bytes, text->size);
  out->digest = rbc_digest(arena, text->bytes, text->size);
}

static void parse_file(const struct checker *c, struct grammar *grammar, struct arena *arena, const char *path, struct parsed *out) {
  struct file_text text;
  out->result = rbc_read_file(c, arena, path, &text);
  if (out->result == READ_OK) parse_text(grammar, arena, path, &text, out);
}

/* The number of a source is its place in the program's list. */
static struct source *take(struct checker *c, const struct parsed *parsed) {
  struct program *p = c->program;
  struct source *source = parsed->source;
  rbc_diag_join(c->diags, &parsed->diags, p->source_count);
  if (!source) return NULL;
  source->id = p->source_count;
  source->path_hash = hash_name(source->path);
  struct source **bucket = &c->own->sources[source->path_hash % SOURCE_BUCKETS];
  source->next = *bucket;
  *bucket = source;
  return rbc_append(c->arena, (void ***)(void *)&p->sources, &p->source_count, source) && rbc_add_digest(c, source->path, parsed->digest) ? source : NULL;
}

struct source *rbc_add_source(struct checker *c, const char *path, const struct file_text *text) {
  struct parsed parsed = {0};
  parse_text(c->own->grammar, c->arena, path, text, &parsed);
  return take(c, &parsed);
}

struct source *rbc_add_data(struct checker *c, const char *path, const struct file_text *text, const char *digest) {
  struct source *known = rbc_find_source(c, path);          /* a second table from one file */
  struct parsed parsed = {.digest = digest, .diags = {.arena = c->arena}};
  if (known) return known;
  parsed.source = rbc_plain_source(&parsed.diags, c->arena, path, text->bytes, text->size);
  return take(c, &parsed);
}

struct source *rbc_load(struct checker *c, unsigned file) {
  struct declare_state *own = c->own;
  const char *path = own->files[file];
  struct source *known = rbc_find_source(c, path);
  if (known) return known;
  struct parsed here = {0}, *parsed = own->parsed ? &own->parsed[file] : &here;
  if (!own->parsed) parse_file(c, own->grammar, c->arena, path, parsed);
  if (parsed->result == READ_OK) return take(c, parsed);
  rbc_diag(c->diags, E0101, rbc_nowhere(), "%s cannot be read", path);
  return NULL;
}

/* ---- several threads ---- */
enum { MOST_READERS = 8, FILES_EACH = 8 };        /* fewer files are parsed sooner than a thread is started */
struct work { const struct checker *c; atomic_uint next; };
struct reader { struct work *work; struct arena *arena, own; struct grammar *grammar; pthread_t thread; };

static void parse_files(const struct reader *reader) {
  const struct checker *c = reader->work->c;
  for (unsigned i; !reader->arena->failed && (i = atomic_fetch_add(&reader->work->next, 1)) < c->own->file_count;)
    if (!rbc_find_source(c, c->own->files[i])) parse_file(c, reader->grammar, reader->arena, c->own->files[i], &c->own->parsed[i]);
}

static void *run(void *argument) {
  struct reader *reader = argument;
  reader->grammar = rbc_grammar(reader->arena);
  if (reader->grammar) parse_files(reader);
  return NULL;
}

static bool start(struct reader *reader, struct work *work) {
  reader->work = work;
  reader->arena = &reader->own;
  return pthread_create(&reader->thread, NULL, run, reader) == 0;
}

/* As many as the system allows: none is a matter of time only. Signals are for the host's own threads. */
static unsigned start_all(struct reader *readers, unsigned wanted, struct work *work) {
  sigset_t all, before;
  unsigned count = 0;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before)) return 0;
  while (count < wanted && start(&readers[count], work)) count++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return count;
}

/* Beside the thread that asks. */
static unsigned readers_wanted(const struct checker *c) {
  const long processors = c->options->threads ? (long)c->options->threads : sysconf(_SC_NPROCESSORS_ONLN);
  const unsigned most = processors < 1 ? 1 : processors > MOST_READERS ? MOST_READERS : (unsigned)processors;
  const unsigned useful = c->own->file_count / FILES_EACH;
  return useful < 2 ? 0 : (useful < most ? useful : most) - 1;
}

bool rbc_parse_ahead(struct checker *c) {
  const unsigned wanted = readers_wanted(c);
  if (!wanted) return true;
  c->own->parsed = arena_alloc(c->arena, c->own->file_count * sizeof *c->own->parsed);
  if (!c->own->parsed) return false;
  struct work work = {.c = c};
  struct reader here = {.work = &work, .arena = c->arena, .grammar = c->own->grammar}, others[MOST_READERS] = {0};
  const unsigned count = start_all(others, wanted, &work);
  parse_files(&here);
  for (unsigned i = 0; i < count; i++) {
    pthread_join(others[i].thread, NULL);
    arena_join(c->arena, &others[i].own);
  }
  return !c->arena->failed;
}
