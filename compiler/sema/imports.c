/* imports.c: what a file imports, the standard library on demand, cycles of packages, grants of connectors. */
#include <string.h>
#include "sema/declare.h"

/* ---- the standard library: std.a.b is a/b.rb, or the files directly in a/b/ ---- */
static bool may_hold(struct checker *c, const char *path, const char *package) {
  char *wanted = arena_copy(c->arena, package + 4, strlen(package + 4));
  if (!wanted) return false;
  for (char *p = wanted; *p; p++) if (*p == '.') *p = '/';
  size_t n = strlen(wanted);
  if (strncmp(path, wanted, n)) return false;
  return !strcmp(path + n, ".rb") || (path[n] == '/' && !strchr(path + n + 1, '/'));
}

/* Does the text begin with `package NAME`? Looked at before parsing, so that only what is imported is read. */
static bool says_package(const struct file_text *text, const char *name) {
  const char *p = text->bytes, *end = p + text->size;
  size_t n = strlen(name);
  for (; p < end; p++) {
    if (*p == '#') while (p < end && *p != '\n') p++;
    else if (!strchr(" \t\r\n", *p) || !*p) break;
  }
  if (end - p < 8 || memcmp(p, "package", 7)) return false;
  for (p += 7; p < end && (*p == ' ' || *p == '\t'); p++) { }
  return (size_t)(end - p) >= n && !memcmp(p, name, n) &&
         ((size_t)(end - p) == n || !*(p + n) || strchr(" \t\r\n#", p[n]));
}

static struct package_scope *load_std(struct checker *c, const char *name) {
  struct package_scope *package = rbc_find_package(c, name);
  if (package || strncmp(name, "std.", 4)) return package;
  for (unsigned i = 0; i < c->own->std_count; i++) {
    struct std_file *file = &c->own->std_files[i];
    if (!may_hold(c, file->path, name) || !says_package(file->text, name)) continue;
    const char *shown = arena_format(c->arena, "std/%s", file->path);
    struct source *source = shown ? rbc_add_source(c, shown, file->text) : NULL;
    const struct node *line = source && source->file && source->file->count ? source->file->kid[0] : NULL;
    if (!source) return NULL;
    struct span span = line ? node_span(source, line->kid[0]) : (struct span){ source->id, 0, 0 };
    if (!package) package = rbc_new_package(c, name, span, "", true);
    if (!package || !rbc_take_file(c, package, source)) return NULL;
  }
  return package;
}

static void load_named(struct checker *c, const struct source *source, const struct node *path,
                       const struct node *names) {
  const char *text = node_path(source, path, c->arena);
  if (!text || strncmp(text, "std.", 4)) return;
  load_std(c, text);
  const char *dot = strrchr(text, '.');
  if (!names && dot > text + 4) {                       /* import std.regions.eu: a single name */
    char *before = arena_copy(c->arena, text, (size_t)(dot - text));
    if (before) load_std(c, before);
  }
  struct file_scope scope = { .source = source };
  for (uint32_t i = 0; i < KIDS(names); i++) {
    const char *inner = arena_format(c->arena, "%s.%s", text, rbc_text(c, &scope, names->kid[i]));
    if (inner) load_std(c, inner);
  }
}

static void load_for_file(struct checker *c, const struct source *source) {
  const struct node *items = source->file ? source->file->kid[1] : NULL;
  for (uint32_t i = 0; i < KIDS(items); i++)
    if (items->kid[i] && items->kid[i]->kind == NODE_IMPORT)
      load_named(c, source, items->kid[i]->kid[0], items->kid[i]->kid[1]);
}

void rbc_load_imports(struct checker *c) {
  for (struct package_scope *p = c->packages; p; p = p->next)
    for (uint32_t i = 0; p->grant && i < KIDS(p->grant->kid[3]); i++)
      load_named(c, c->root, p->grant->kid[3]->kid[i]->kid[0], p->grant->kid[3]->kid[i]->kid[1]);
  for (bool more = true; more; ) {                      /* packages of the library import each other */
    more = false;
    for (struct package_scope *p = c->packages; p; p = p->next) {
      if (p->loaded) continue;
      p->loaded = more = true;
      for (struct file_scope *f = p->files; f; f = f->next) load_for_file(c, f->source);
    }
  }
}

/* ---- imports of a file ---- */
static const struct symbol *in_package(const struct checker *c, const struct package_scope *package, const char *name) {
  for (struct symbol *s = rbc_own_symbols(c, package->package, name); s; s = s->next_own)
    if (s->kind != SYM_PACKAGE && !s->connector && s->package == package->package && !strcmp(s->name, name)) return s;
  return NULL;
}

static void unknown_package(struct checker *c, struct file_scope *scope, const struct node *path, const char *text) {
  scope->lacks_import = true;
  const char *names[256];
  size_t count = 0;
  for (struct package_scope *p = c->packages; p && count < 256; p = p->next) names[count++] = p->package->name;
  for (unsigned i = 0; i < c->own->std_count && count < 256; i++) {
    const char *file = c->own->std_files[i].path;
    char *name = arena_format(c->arena, "std.%.*s", (int)(strlen(file) - 3), file);
    if (!name) return;
    for (char *p = name; *p; p++) if (*p == '/') *p = '.';
    names[count++] = name;
  }
  struct diag *d = rbc_diag(c->diags, E0113, rbc_span(scope, path), "there is no package %s", text);
  const char *written = node_path(scope->source, path, c->arena);
  const char *near = written ? rbc_nearest(written, names, count) : NULL;
  if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, d->span, near); }
  else if (!strncmp(text, "std", 3) && !c->own->std_count)
    rbc_diag_help(c->diags, d, "no standard library was found; say where it is with --stdlib");
}

static void add_import(struct checker *c, struct file_scope *scope, const char *name, struct package_scope *package,
                       const struct symbol *symbol, struct span span) {
  struct import *import = arena_alloc(c->arena, sizeof *import);
  if (!import) return;
  *import = (struct import){ .name = name, .package = package, .symbol = symbol, .span = span };
  struct import **at = &scope->imports;
  for (; *at; at = &(*at)->next) {
    if (strcmp((*at)->name, name) || (*at)->package != package || (*at)->symbol != symbol) continue;
    struct diag *d = rbc_diag(c->diags, W0952, span, "`%s` is imported twice", name);
    rbc_diag_label(c->diags, d, (*at)->span, "first here");
    return;
  }
  *at = import;
}

static const char *last_part(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot ? dot + 1 : name;
}

static bool import_single(struct checker *c, struct file_scope *scope, const char *package_name, const char *name,
                          struct span span) {
  struct package_scope *package = rbc_find_package(c, package_name);
  const struct symbol *symbol = package ? in_package(c, package, name) : NULL;
  if (symbol) { add_import(c, scope, symbol->name, package, symbol, span); return true; }
  const char *inner = arena_format(c->arena, "%s.%s", package_name, name);
  struct package_scope *sub = inner ? rbc_find_package(c, inner) : NULL;
  if (sub) { add_import(c, scope, last_part(sub->package->name), sub, NULL, span); return true; }
  return false;
}

static void unknown_name(struct checker *c, struct file_scope *scope, const struct node *leaf,
                         const char *package_name, const char *name) {
  scope->lacks_import = true;
  const char *names[512];
  size_t count = 0, n = strlen(package_name);
  for (struct package_scope *p = c->packages; p; p = p->next) {
    if (!strcmp(p->package->name, package_name))
      for (struct symbol *s = p->symbols.first; s && count < 512; s = s->next_in_package)
        if (!s->connector) names[count++] = s->name;
    if (!strncmp(p->package->name, package_name, n) && p->package->name[n] == '.' && count < 512)
      names[count++] = p->package->name + n + 1;
  }
  struct diag *d =
      rbc_diag(c->diags, E0114, rbc_span(scope, leaf), "package %s has nothing called `%s`", package_name, name);
  const char *near = rbc_nearest(name, names, count);
  if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, d->span, near); }
}

static void resolve_import(struct checker *c, struct file_scope *scope, const struct node *node) {
  const char *path = node_path(scope->source, node->kid[0], c->arena);
  const struct node *names = node->kid[1];
  if (!path) return;
  struct package_scope *package = rbc_find_package(c, path);
  struct span span = rbc_span(scope, node->kid[0]);
  if (package == scope->package) {
    rbc_diag(c->diags, W0952, span, "a package need not import itself");
    return;
  }
  if (names) {
    bool known = package != NULL;
    for (uint32_t i = 0; i < names->count; i++) {
      const char *name = rbc_text(c, scope, names->kid[i]);
      if (import_single(c, scope, path, name, rbc_span(scope, names->kid[i]))) known = true;
      else if (known) unknown_name(c, scope, names->kid[i], path, name);
      else {
        unknown_package(c, scope, node->kid[0], arena_format(c->arena, "%s, and none %s.%s", path, path, name));
        return;
      }
    }
    return;
  }
  if (package) { add_import(c, scope, last_part(path), package, NULL, span); return; }
  const char *dot = strrchr(path, '.');
  char *before = dot ? arena_copy(c->arena, path, (size_t)(dot - path)) : NULL;
  if (before && import_single(c, scope, before, dot + 1, span)) return;
  unknown_package(c, scope, node->kid[0], path);
}

/* ---- cycles ---- */
struct chain { struct package_scope *package; struct span span; const struct chain *before; };

static bool find_cycle(struct checker *c, const struct package_scope *start, const struct chain *chain,
                       unsigned round) {
  chain->package->visited = round;
  for (const struct file_scope *f = chain->package->files; f; f = f->next)
    for (const struct import *i = f->imports; i; i = i->next) {
      if (i->package == chain->package) continue;
      struct chain here = { i->package, i->span, chain };
      if (i->package == start) {
        const char *text = start->package->name;
        struct diag *d = rbc_diag(c->diags, E0115, i->span, "packages import each other in a circle");
        for (const struct chain *k = chain; k; k = k->before) {
          text = arena_format(c->arena, "%s -> %s", k->package->package->name, text ? text : "");
          if (k->before)
            rbc_diag_label(c->diags, d, k->span, "%s imports %s", k->before->package->package->name,
                           k->package->package->name);
        }
        rbc_diag_note(c->diags, d, "%s", text ? text : "");
        rbc_diag_help(c->diags, d,
                      "one of them can name things whole, such as `acme.support.agent`, without an import");
        return true;
      }
      if (strcmp(i->package->package->name, start->package->name) < 0) continue;   /* its own round finds that circle */
      if (i->package->visited != round && find_cycle(c, start, &here, round)) return true;
    }
  return false;
}

void rbc_resolve_imports(struct checker *c) {
  for (struct package_scope *p = c->packages; p; p = p->next)
    for (struct file_scope *f = p->files; f; f = f->next) {
      const struct node *items = f->source->file ? f->source->file->kid[1] : NULL;
      for (uint32_t i = 0; i < KIDS(items); i++)
        if (items->kid[i] && items->kid[i]->kind == NODE_IMPORT) resolve_import(c, f, items->kid[i]);
    }
  unsigned round = 0;
  for (struct package_scope *p = c->packages; p; p = p->next) {
    struct chain start = { p, p->package->span, NULL };
    find_cycle(c, p, &start, ++round);
  }
}

/* To import a package of models is to use it: a route finds models by what they can, not by name. */
static bool brings_models(const struct import *i) {
  for (const struct symbol *s = i->symbol ? NULL : i->package->symbols.first; s; s = s->next_in_package)
    if (s->kind == SYM_MODEL) return true;
  return false;
}

void rbc_report_unused_imports(struct checker *c) {
  for (struct package_scope *p = c->packages; p; p = p->next) {
    if (p->package->is_std) continue;
    for (struct file_scope *f = p->files; f; f = f->next)
      for (struct import *i = f->imports; i; i = i->next)
        if (!i->used && !brings_models(i)) rbc_diag(c->diags, W0950, i->span, "`%s` is imported and not used in this file", i->name);
  }
}

/* ---- grants: `uses std.connectors.{ salesforce }`, `uses booking` ---- */
static bool add_use(struct checker *c, struct package_scope *package, const struct connector *connector) {
  return rbc_append(c->arena, (void ***)(void *)&package->uses, &package->use_count, (void *)(uintptr_t)connector);
}

/* A connector by its name, by its package and name, or all those of a package. */
static bool grant_named(struct checker *c, struct package_scope *package, const char *name) {
  bool found = false;
  const struct package_scope *other = rbc_find_package(c, name);
  for (const struct symbol *s = other ? other->symbols.first : NULL; s; s = s->next_in_package)
    if (s->kind == SYM_CONNECTOR) found = add_use(c, package, s->ptr);
  if (found) return true;
  const char *last = last_part(name);
  const struct symbol *s = rbc_find_full(c, last, SYM(CONNECTOR));
  if (!s) return false;
  if (last != name && (strlen(s->package->name) != (size_t)(last - name - 1) ||
                       strncmp(s->package->name, name, (size_t)(last - name - 1))))
    return false;
  return add_use(c, package, s->ptr);
}

static void unknown_grant(struct checker *c, const struct file_scope *root, const struct node *node, const char *name) {
  const char *names[256];
  unsigned count = c->program->connectors_count < 256 ? c->program->connectors_count : 256;
  for (unsigned i = 0; i < count; i++) names[i] = c->program->connectors[i]->name;
  struct diag *d = rbc_diag(c->diags, E0116, rbc_span(root, node), "there is no connector `%s`", name);
  const char *near = rbc_nearest(last_part(name), names, count);
  if (near) rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
}

void rbc_resolve_grants(struct checker *c) {
  struct file_scope root = { .source = c->root };
  for (struct package_scope *p = c->packages; p; p = p->next) {
    const struct node *targets = p->grant ? p->grant->kid[3] : NULL;
    for (uint32_t i = 0; i < KIDS(targets); i++) {
      const struct node *path = targets->kid[i]->kid[0], *names = targets->kid[i]->kid[1];
      const char *text = node_path(c->root, path, c->arena);
      if (!text) return;
      if (!names && !grant_named(c, p, text)) unknown_grant(c, &root, path, text);
      for (uint32_t k = 0; k < KIDS(names); k++) {
        const char *full = arena_format(c->arena, "%s.%s", text, rbc_text(c, &root, names->kid[k]));
        if (full && !grant_named(c, p, full)) unknown_grant(c, &root, names->kid[k], full);
      }
    }
  }
}
