/* sources.c: the texts of a program. A file's tree depends on no other file, so those of a large workspace are read and parsed by several threads
 * before their turn comes; the program takes them one by one, in their order, with what was found wrong. So neither the bundle nor the report
 * shows how many threads there were. */
#include <string.h>
#include "sema/declare.h"
#include "support/names.h"
#include "support/threads.h"

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
enum { FILES_EACH = 8 };            /* fewer are parsed sooner than a thread is started */
struct work { const struct checker *c; struct thread_shares files; };
struct reader { struct work *work; struct arena arena; };

static void *parse_files(void *argument) {
  struct reader *reader = argument;
  const struct checker *c = reader->work->c;
  struct grammar *grammar = rbc_grammar(&reader->arena);
  for (size_t i, end; !reader->arena.failed && threads_take(&reader->work->files, &i, &end);)
    if (!rbc_find_source(c, c->own->files[i])) parse_file(c, grammar, &reader->arena, c->own->files[i], &c->own->parsed[i]);
  return NULL;
}

bool rbc_parse_ahead(struct checker *c) {
  const unsigned count = threads_wanted(c->options->threads, c->own->file_count / FILES_EACH);
  if (count < 2) return true;
  c->own->parsed = arena_alloc(c->arena, c->own->file_count * sizeof *c->own->parsed);
  if (!c->own->parsed) return false;
  struct work work = {.c = c, .files = {.count = c->own->file_count, .at_once = 1}};
  struct reader readers[THREADS_MOST] = {0};
  for (unsigned i = 0; i < count; i++) readers[i].work = &work;
  threads_run(parse_files, readers, sizeof *readers, count);
  for (unsigned i = 0; i < count; i++) arena_join(c->arena, &readers[i].arena);
  return !c->arena->failed;
}
