/* workspace.c: the root file, the packages and their directories, every file in its package. */
#include <string.h>
#include "sema/declare.h"
#include "support/names.h"

static const struct { const char *word; unsigned rights; } RIGHTS[] = {
  { "connectors", RIGHT_CONNECTORS }, { "models", RIGHT_MODELS }, { "providers", RIGHT_PROVIDERS },
  { "labels", RIGHT_LABELS }, { "proofs", RIGHT_PROOFS }, { "regions", RIGHT_REGIONS }, { "contexts", RIGHT_CONTEXTS },
  { "groups", RIGHT_GROUPS }, { "tables", RIGHT_TABLES }, { "trees", RIGHT_TREES }, { "guards", RIGHT_GUARDS },
  { "policies", RIGHT_POLICIES }, { "routes", RIGHT_ROUTES }, { "agents", RIGHT_AGENTS }, { "teams", RIGHT_TEAMS },
  { "detectors", RIGHT_DETECTORS },
  { "waivers", 0 }, { "types", 0 }, { "functions", 0 }, { "tests", 0 } };   /* need no right; harmless to name */
enum { RIGHT_WORDS = sizeof RIGHTS / sizeof *RIGHTS };

static const struct node *items_of(const struct source *source) {
  return source->file && source->file->count > 1 ? source->file->kid[1] : NULL;
}

static const struct node *find_item(const struct source *source, enum node_kind kind) {
  const struct node *items = items_of(source);
  for (uint32_t i = 0; i < KIDS(items); i++)
    if (items->kid[i] && items->kid[i]->kind == kind) return items->kid[i];
  return NULL;
}

/* root.rb, or the only file at the top with a `workspace` line. */
static const struct source *find_root(struct checker *c) {
  const struct source *found = NULL;
  for (unsigned i = 0; i < c->own->file_count; i++)
    if (!strcmp(c->own->files[i], "root.rb")) return rbc_load(c, i);
  for (unsigned i = 0; i < c->own->file_count; i++) {
    if (strchr(c->own->files[i], '/')) continue;
    const struct source *source = rbc_load(c, i);
    const struct node *line = source ? find_item(source, NODE_WORKSPACE) : NULL;
    if (!line) continue;
    if (found) {
      struct diag *d = rbc_diag(c->diags, E0103, node_span(source, line), "a second file with a `workspace` line");
      rbc_diag_label(c->diags, d, node_span(found, find_item(found, NODE_WORKSPACE)), "the first one");
      rbc_diag_help(c->diags, d, "name the root file root.rb, or take the line out of the other");
      return NULL;
    }
    found = source;
  }
  if (found) return found;
  struct diag *d =
      rbc_diag(c->diags, E0102, rbc_nowhere(), "no root file: %s has no root.rb and no file with `workspace`",
               c->options->directory && *c->options->directory ? c->options->directory : "the workspace");
  rbc_diag_help(c->diags, d,
                "write root.rb with `workspace NAME` and a `package` line for each directory, or run `rbc init`");
  return NULL;
}

/* ---- packages ---- */
struct package_scope *rbc_find_package(const struct checker *c, const char *name) {
  for (const struct symbol *s = rbc_full_symbols(c, name); s; s = s->next_full)
    if (s->kind == SYM_PACKAGE && same_name(s->full, name)) return s->ptr;
  return NULL;
}

struct package_scope *rbc_new_package(struct checker *c, const char *name, struct span span, const char *directory,
                                      bool is_std) {
  struct package_scope *scope = arena_alloc(c->arena, sizeof *scope);
  struct package *package = arena_alloc(c->arena, sizeof *package);
  struct symbol *symbol = arena_alloc(c->arena, sizeof *symbol);
  if (!scope || !package || !symbol || !PROGRAM_APPEND(c, packages, package)) return NULL;
  *package = (struct package){ .name = name, .span = span, .directory = directory, .is_std = is_std };
  scope->package = package;
  scope->declares = is_std ? RIGHT_ALL : 0;
  struct package_scope *last = c->own->last_package, **at = last && strcmp(last->package->name, name) < 0 ? &last->next : &c->packages;
  while (*at && strcmp((*at)->package->name, name) < 0) at = &(*at)->next;
  scope->next = *at;
  *at = c->own->last_package = scope;
  const char *dot = strrchr(name, '.');
  *symbol = (struct symbol){ .kind = SYM_PACKAGE, .name = dot ? dot + 1 : name, .full = name, .package = package,
                             .span = span, .ptr = scope };
  rbc_enter(c, symbol);
  return scope;
}

bool rbc_take_file(struct checker *c, struct package_scope *package, const struct source *source) {
  struct file_scope *file = arena_alloc(c->arena, sizeof *file);
  if (!file) return false;
  file->source = source;
  file->package = package;
  struct file_scope **at = &package->files;
  while (*at && strcmp((*at)->source->path, source->path) < 0) at = &(*at)->next;
  file->next = *at;
  *at = file;
  return true;
}

static unsigned read_rights(struct checker *c, const struct file_scope *root, const struct node *words) {
  unsigned rights = 0;
  for (uint32_t i = 0; i < KIDS(words); i++) {
    const char *word = rbc_text(c, root, words->kid[i]), *names[RIGHT_WORDS];
    unsigned k = 0;
    while (k < RIGHT_WORDS && strcmp(RIGHTS[k].word, word)) k++;
    if (k < RIGHT_WORDS) { rights |= RIGHTS[k].rights; continue; }
    for (k = 0; k < RIGHT_WORDS; k++) names[k] = RIGHTS[k].word;
    const char *near = rbc_nearest(word, names, RIGHT_WORDS);
    struct diag *d =
        rbc_diag(c->diags, E0108, rbc_span(root, words->kid[i]), "`%s` is nothing that a package declares", word);
    if (near) {
      rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
      rbc_diag_fix(d, d->span, near);
    } else
      rbc_diag_help(c->diags, d,
                    "connectors, models, labels, proofs, regions, groups, tables, guards, policies, routes, "
                    "agents, teams or detectors");
  }
  return rights;
}

/* "support/" without the slash; "." and "./" are the top itself: "". */
static const char *clean_directory(struct checker *c, const char *text) {
  while (!strncmp(text, "./", 2)) text += 2;
  size_t n = strlen(text);
  while (n && text[n - 1] == '/') n--;
  if (n == 1 && *text == '.') n = 0;
  return arena_copy(c->arena, text, n);
}

static struct package_scope **directory_bucket(struct checker *c, const char *directory, size_t length) {
  return &c->own->directories[hash_bytes(directory, length, 0) % DIRECTORY_BUCKETS];
}

static bool check_directory(struct checker *c, const struct file_scope *root, const struct node *grant,
                            const char *directory) {
  bool good = true;
  for (struct package_scope *p = *directory_bucket(c, directory, strlen(directory)); p; p = p->next_directory) {
    if (strcmp(p->package->directory, directory)) continue;
    struct diag *d = rbc_diag(c->diags, E0110, rbc_span(root, grant->kid[1]), "two packages in one directory");
    rbc_diag_label(c->diags, d, rbc_span(root, p->grant->kid[1]), "this is the directory of %s", p->package->name);
    good = false;
  }
  if (*directory != '/' && strncmp(directory, "..", 2) && !strstr(directory, "/..")) return good;
  rbc_diag(c->diags, E0110, rbc_span(root, grant->kid[1]), "the directory of a package lies inside the workspace");
  return false;
}

static void read_grant(struct checker *c, const struct file_scope *root, const struct node *grant) {
  const char *name = node_path(root->source, grant->kid[0], c->arena);
  const char *directory = clean_directory(c, rbc_string(c, root, grant->kid[1]));
  if (!name || !directory) return;
  struct package_scope *earlier = rbc_find_package(c, name);
  struct span span = rbc_span(root, grant->kid[0]);
  if (earlier) {
    struct diag *d = rbc_diag(c->diags, E0109, span, "package %s has a directory already", name);
    if (earlier->grant) rbc_diag_label(c->diags, d, rbc_span(root, earlier->grant), "here");
    rbc_diag_help(c->diags, d,
                  "a package is one directory with everything below it; give the other one a name of its own");
    return;
  }
  bool std = !strcmp(name, "std") || !strncmp(name, "std.", 4);
  if (std)
    rbc_diag(c->diags, E0107, span, "packages named std belong to the standard library");
  bool placed = check_directory(c, root, grant, directory);
  struct package_scope *package = rbc_new_package(c, name, span, directory, false);
  if (!package) return;
  package->misplaced = !placed || std;
  package->declares = read_rights(c, root, grant->kid[2]);
  package->grant = grant;
  struct package_scope **bucket = directory_bucket(c, directory, strlen(directory));
  package->next_directory = *bucket;
  *bucket = package;
}

static void read_setting(struct checker *c, const struct file_scope *root, const struct node *setting) {
  static const char *const NAMES[] = { "zone", "now" };
  const char *name = rbc_text(c, root, setting->kid[0]);
  const struct node *value = setting->kid[1];
  bool has_zone;
  uint32_t n;
  if (!strcmp(name, "zone") && value->kind == NODE_STRING) {
    const struct zone *zone = rbc_zone(c, rbc_string(c, root, value), rbc_span(root, value));
    if (zone) c->program->zone = zone;
  } else if (!strcmp(name, "now") && value->kind == NODE_TIME) {
    const char *text = node_text(root->source, value, &n);
    c->program->has_now = rbc_parse_time(text, n, &c->program->now, &has_zone) && has_zone;
    if (!c->program->has_now)
      rbc_diag(c->diags, E0105, rbc_span(root, value), "`now` is a time with its offset: 2024-05-15T15:00:00-05:00");
  } else if (!strcmp(name, "zone") || !strcmp(name, "now")) {
    rbc_diag(c->diags, E0105, rbc_span(root, value), "%s",
             *name == 'z' ? "`zone` is a text: \"Europe/Berlin\" or \"-05:00\""
                          : "`now` is a time with its offset: 2024-05-15T15:00:00-05:00");
  } else {
    struct diag *d =
        rbc_diag(c->diags, E0105, rbc_span(root, setting->kid[0]), "the root file has no setting `%s`", name);
    const char *near = rbc_nearest(name, NAMES, 2);
    if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, d->span, near); }
    else rbc_diag_help(c->diags, d, "the settings are `zone` and `now`");
  }
}

static void read_root(struct checker *c) {
  struct file_scope root = { .source = c->root };
  const struct node *items = items_of(c->root);
  const struct node *workspace = NULL;
  for (uint32_t i = 0; i < KIDS(items); i++) {
    const struct node *item = items->kid[i];
    if (!item) continue;
    if (item->kind == NODE_WORKSPACE && workspace)
      rbc_diag(c->diags, E0104, rbc_span(&root, item), "a second `workspace` line");
    else if (item->kind == NODE_WORKSPACE) {
      workspace = item;
      c->program->workspace = rbc_text(c, &root, item->kid[0]);
    } else if (item->kind == NODE_GRANT) read_grant(c, &root, item);
    else if (item->kind == NODE_SETTING) read_setting(c, &root, item);
    else if (item->kind != NODE_ERROR) {
      struct diag *d = rbc_diag(c->diags, E0106, rbc_span(&root, item), "a declaration has no place in the root file");
      rbc_diag_help(c->diags, d, "put it into a file of a package; the root file says only whose directory is whose");
    }
  }
  if (!workspace && !c->root->broken)
    rbc_diag(c->diags, E0104, (struct span){ c->root->id, 0, 0 }, "%s has no `workspace` line", c->root->path);
}

/* ---- files ---- */
/* Of several in one directory, which was said, the first by its name. */
static struct package_scope *in_directory(struct checker *c, const char *directory, size_t length) {
  struct package_scope *found = NULL;
  for (struct package_scope *p = *directory_bucket(c, directory, length); p; p = p->next_directory)
    if (name_is(p->package->directory, directory, length) && (!found || strcmp(p->package->name, found->package->name) < 0)) found = p;
  return found;
}

/* Whose directory, or the nearest above it, the file lies in. */
static struct package_scope *package_of(struct checker *c, const char *path) {
  for (size_t length = strlen(path); length--;) {
    struct package_scope *package = path[length] == '/' ? in_directory(c, path, length) : NULL;
    if (package) return package;
  }
  return in_directory(c, "", 0);
}

static void place_file(struct checker *c, unsigned file) {
  const char *path = c->own->files[file];
  struct package_scope *package = package_of(c, path);
  if (c->root && !strcmp(path, c->root->path)) return;
  struct source *source = rbc_load(c, file);
  if (!source) return;
  const struct node *line = source->file && source->file->count ? source->file->kid[0] : NULL;
  struct span top = line ? node_span(source, line) : (struct span){ source->id, 0, 0 };
  if (!package) {
    struct diag *d = rbc_diag(c->diags, E0111, top, "%s is in the directory of no package", path);
    rbc_diag_help(c->diags, d, "add a line to the root file: `package NAME in \"DIRECTORY/\" declares ...`");
    return;
  }
  const char *wanted = package->package->name, *said = line ? node_path(source, line->kid[0], c->arena) : NULL;
  if (!line && !source->broken) {
    struct diag *d = rbc_diag(c->diags, E0107, top, "the file does not begin with its package");
    rbc_diag_help(c->diags, d, "write `package %s`, as the root file says of this directory", wanted);
    rbc_diag_fix(d, top, arena_format(c->arena, "package %s\n\n", wanted));
  } else if (said && strcmp(said, wanted)) {
    struct span name = node_span(source, line->kid[0]);
    struct diag *d = rbc_diag(c->diags, E0107, name, "this directory belongs to package %s, not %s", wanted, said);
    rbc_diag_label(c->diags, d, package->package->span, "the root file says so");
    rbc_diag_fix(d, name, wanted);
  }
  rbc_take_file(c, package, source);
}

static void check_empty(struct checker *c) {
  for (struct package_scope *p = c->packages; p; p = p->next)
    if (p->grant && !p->files && !p->misplaced)
      rbc_diag(c->diags, W0951, p->package->span, "package %s has no file: nothing ends in .rb under %s%s",
               p->package->name, *p->package->directory ? p->package->directory : "the workspace",
               *p->package->directory ? "/" : "");
}

bool rbc_find_workspace(struct checker *c) {
  if (!rbc_list_workspace(c, &c->own->files, &c->own->file_count)) return false;
  c->root = find_root(c);
  if (!c->root || !rbc_parse_ahead(c)) return false;
  read_root(c);
  for (unsigned i = 0; i < c->own->file_count; i++) place_file(c, i);
  check_empty(c);
  return true;
}
