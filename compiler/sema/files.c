/* files.c: from the disk and from memory; lists of paths, digests. */
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sema/declare.h"
#include "support/names.h"

enum { MAX_DEPTH = 32 };

struct paths { struct checker *c; const char **list; unsigned count; bool failed; };

static void add_path(struct paths *p, const char *path) {
  if (!rbc_append(p->c->arena, (void ***)(void *)&p->list, &p->count, (void *)(uintptr_t)path)) p->failed = true;
}

static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && !strcmp(text + n - m, end);
}

/* What cannot be looked at is an error, not nothing: a guard could stand there. */
static void unreadable(struct paths *p, const char *path) {
  rbc_diag(p->c->diags, E0101, rbc_nowhere(), "%s cannot be read: %s", path, strerror(errno));
}

static void walk(struct paths *p, const char *base, const char *inner, unsigned depth);

/* Directories that are links are left out: they could lead in a circle. */
static void walk_entry(struct paths *p, const char *base, const char *inner, const char *name, unsigned depth) {
  const char *relative = arena_format(p->c->arena, "%s%s%s", inner, *inner ? "/" : "", name);
  const char *path = relative ? arena_format(p->c->arena, "%s/%s", base, relative) : NULL;
  struct stat link, target;
  if (!path) { p->failed = true; return; }
  if (lstat(path, &link)) { unreadable(p, path); return; }
  if (S_ISDIR(link.st_mode)) walk(p, base, relative, depth + 1);
  else if (!ends_with(name, ".rb")) return;
  else if (stat(path, &target)) unreadable(p, path);
  else if (S_ISREG(target.st_mode)) add_path(p, relative);
}

static void walk(struct paths *p, const char *base, const char *inner, unsigned depth) {
  const char *full = *inner ? arena_format(p->c->arena, "%s/%s", base, inner) : base;
  if (!full) { p->failed = true; return; }
  errno = depth > MAX_DEPTH ? ENAMETOOLONG : 0;
  DIR *dir = errno ? NULL : opendir(full);
  if (!dir) { unreadable(p, full); return; }
  for (struct dirent *entry; errno = 0, (entry = readdir(dir)) != NULL; )
    if (entry->d_name[0] != '.') walk_entry(p, base, inner, entry->d_name, depth);
  if (errno) unreadable(p, full);
  closedir(dir);
}

static int by_path(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_unique(struct paths *p) {
  unsigned kept = 0;
  if (p->count) qsort(p->list, p->count, sizeof *p->list, by_path);
  for (unsigned i = 0; i < p->count; i++)
    if (!kept || strcmp(p->list[kept - 1], p->list[i])) p->list[kept++] = p->list[i];
  p->count = kept;
}

bool rbc_list_workspace(struct checker *c, const char ***paths, unsigned *count) {
  struct paths p = { .c = c };
  if (c->options->directory) walk(&p, c->options->directory, "", 0);
  for (const struct memory_file *f = c->memory_files ? c->memory_files->first : NULL; f; f = f->next)
    if (ends_with(f->path, ".rb")) add_path(&p, f->path);
  sort_unique(&p);
  *paths = p.list;
  *count = p.count;
  return !p.failed;
}

static enum read_result read_path(struct arena *arena, const char *path, struct file_text *out) {
  struct stat info;
  FILE *file = fopen(path, "rb");
  if (!file) return errno == ENOENT || errno == ENOTDIR ? READ_MISSING : READ_FAILED;
  enum read_result result = READ_FAILED;
  if (!fstat(fileno(file), &info) && S_ISREG(info.st_mode)) {         /* of what is too large as much as shows it (E0002) */
    size_t size = info.st_size > SOURCE_MAX_BYTES ? SOURCE_MAX_BYTES + 1 : (size_t)info.st_size;
    char *bytes = arena_alloc(arena, size + 1);
    if (bytes && fread(bytes, 1, size, file) == size) {
      out->bytes = bytes;
      out->size = size;
      result = READ_OK;
    }
  }
  fclose(file);
  return result;
}

struct memory_file *rbc_memory_file(const struct memory_files *files, const char *path) {
  const uint32_t hash = hash_name(path);
  struct memory_file *f = files->buckets[hash % FILE_BUCKETS];
  while (f && (f->hash != hash || strcmp(f->path, path))) f = f->next_in_bucket;
  return f;
}

/* A later file of the same path takes the place of the earlier one. */
bool rbc_add_memory_file(struct memory_files *files, struct arena *arena, const char *path, const char *text, size_t size) {
  struct memory_file *file = rbc_memory_file(files, path);
  if (!file) {
    file = arena_alloc(arena, sizeof *file);
    if (!file || !(file->path = arena_copy(arena, path, strlen(path)))) return false;
    file->hash = hash_name(path);
    struct memory_file **bucket = &files->buckets[file->hash % FILE_BUCKETS];
    file->next = files->first;
    file->next_in_bucket = *bucket;
    files->first = *bucket = file;
  }
  file->text = arena_copy(arena, text, size);
  file->size = file->text ? size : 0;
  return file->text != NULL;
}

enum read_result rbc_read_file(const struct checker *c, struct arena *arena, const char *path, struct file_text *out) {
  const struct memory_file *f = c->memory_files ? rbc_memory_file(c->memory_files, path) : NULL;
  out->path = path;
  if (f) {
    out->bytes = f->text;
    out->size = f->size;
    return READ_OK;
  }
  if (!c->options->directory) return READ_MISSING;
  const char *full = arena_format(arena, "%s/%s", c->options->directory, path);
  return full ? read_path(arena, full, out) : READ_FAILED;
}

const char *rbc_digest(struct arena *arena, const void *bytes, size_t size) {
  unsigned char hash[32];
  char *hex = arena_alloc(arena, 65);
  crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
  return hex ? sodium_bin2hex(hex, 65, hash, sizeof hash) : NULL;
}

/* Of the paths and contents of all files, each with its length, so that no two sets of files read alike. */
static const char *stdlib_digest(struct checker *c) {
  crypto_generichash_state state;
  unsigned char hash[32];
  char *hex = arena_alloc(c->arena, 65);
  crypto_generichash_init(&state, NULL, 0, sizeof hash);
  for (unsigned i = 0; i < c->own->std_count; i++) {
    const struct file_text *text = c->own->std_files[i].text;
    const char *head = arena_format(c->arena, "%s\n%zu\n", text->path, text->size);
    if (!head) return NULL;
    crypto_generichash_update(&state, (const unsigned char *)head, strlen(head));
    crypto_generichash_update(&state, (const unsigned char *)text->bytes, text->size);
  }
  crypto_generichash_final(&state, hash, sizeof hash);
  return hex ? sodium_bin2hex(hex, 65, hash, sizeof hash) : NULL;
}

bool rbc_load_stdlib(struct checker *c) {
  struct paths p = { .c = c };
  if (c->options->stdlib) walk(&p, c->options->stdlib, "", 0);
  sort_unique(&p);
  struct std_file *files = arena_alloc(c->arena, (p.count + 1) * sizeof *files);
  if (!files || p.failed) return false;
  c->own->std_files = files;
  for (unsigned i = 0; i < p.count; i++) {
    struct file_text *text = arena_alloc(c->arena, sizeof *text);
    const char *full = arena_format(c->arena, "%s/%s", c->options->stdlib, p.list[i]);
    if (!text || !full) return false;
    if (read_path(c->arena, full, text) != READ_OK) {
      rbc_diag(c->diags, E0101, rbc_nowhere(), "the standard library's file %s cannot be read", p.list[i]);
      return false;
    }
    text->path = p.list[i];
    files[c->own->std_count++] = (struct std_file){ .path = p.list[i], .text = text };
  }
  c->program->stdlib_digest = c->own->std_count ? stdlib_digest(c) : "";
  return c->program->stdlib_digest != NULL;
}

bool rbc_add_digest(struct checker *c, const char *path, const char *digest) {
  struct program *p = c->program;
  unsigned n = p->digest_count;
  if (!digest) return false;
  if ((n & (n - 1)) == 0) {                                  /* full at the powers of two */
    void *grown = arena_alloc(c->arena, (n ? 2 * n : 1) * sizeof *p->digests);
    if (!grown) return false;
    if (n) memcpy(grown, p->digests, n * sizeof *p->digests);
    p->digests = grown;
  }
  unsigned at = n;
  for (; at > 0 && strcmp(p->digests[at - 1].path, path) >= 0; at--)
    if (!strcmp(p->digests[at - 1].path, path)) return true;   /* one data file of two tables */
  memmove(p->digests + at + 1, p->digests + at, (n - at) * sizeof *p->digests);
  p->digests[at].path = path;
  p->digests[at].digest = digest;
  p->digest_count++;
  return true;
}

/* No "..", no absolute path: data stands in the workspace, where reviews see it. */
const char *rbc_path_of(struct arena *arena, const char *beside, const char *name) {
  const char *slash = strrchr(beside, '/');
  if (!*name || name[0] == '/' || strchr(name, '\\')) return NULL;
  for (const char *part = name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
    if (!strncmp(part, "..", 2) && (part[2] == '/' || !part[2])) return NULL;
  while (!strncmp(name, "./", 2)) name += 2;
  return slash ? arena_format(arena, "%.*s/%s", (int)(slash - beside), beside, name)
               : arena_copy(arena, name, strlen(name));
}
