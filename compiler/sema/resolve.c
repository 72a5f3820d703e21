/* resolve.c: from a name in a file to what it means. The order stands in checker.h. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"
#include "support/names.h"

enum { MAX_FOUND = 8 };
#define VOCABULARY (SYM(LABEL) | SYM(PROOF) | SYM(GROUP) | SYM(REGION) | SYM(DETECTOR))

struct found { const struct symbol *list[MAX_FOUND]; unsigned count; };

static void add_found(struct found *found, const struct symbol *symbol) {
  for (unsigned i = 0; i < found->count; i++) if (found->list[i] == symbol) return;
  if (found->count < MAX_FOUND) found->list[found->count++] = symbol;
}

const struct symbol *rbc_find_full(const struct checker *c, const char *full, unsigned kind_mask) {
  for (struct symbol *s = rbc_full_symbols(c, full); s; s = s->next_full)
    if (kind_mask & 1u << s->kind && !strcmp(s->full, full)) return s;
  return NULL;
}

/* Things of one package: `name`, or `connector.member`. */
static void in_package(const struct checker *c, const struct package *package, const char *path, unsigned mask,
                       struct found *out) {
  const char *dot = strchr(path, '.');
  if (!dot) {
    for (struct symbol *s = rbc_own_symbols(c, package, path); s; s = s->next_own)
      if (s->package == package && mask & 1u << s->kind && s->kind != SYM_PACKAGE && !strcmp(s->name, path))
        add_found(out, s);
    return;
  }
  const struct symbol *s = rbc_find_full(c, path, mask);
  if (s && s->package == package && s->connector) add_found(out, s);
}

static void in_imports(const struct checker *c, const struct file_scope *scope, const char *path, unsigned mask,
                       struct found *out) {
  const char *dot = strchr(path, '.');
  size_t first = dot ? (size_t)(dot - path) : strlen(path);
  for (struct import *i = scope->imports; i; i = i->next) {
    unsigned before = out->count;
    bool named = strlen(i->name) == first && !strncmp(i->name, path, first);
    if (named && i->symbol && !dot && mask & 1u << i->symbol->kind) add_found(out, i->symbol);
    else if (named && i->symbol && dot && i->symbol->kind == SYM_CONNECTOR)
      in_package(c, i->package->package, path, mask, out);
    else if (named && !i->symbol && dot) in_package(c, i->package->package, dot + 1, mask, out);
    else if (named && !i->symbol) in_package(c, i->package->package, path, mask, out);
    if (named && !i->symbol && dot && out->count == before) in_package(c, i->package->package, path, mask, out);
    if (out->count > before) rbc_use(&i->used);
  }
}

/* What stands inside connectors that were imported: `seen contact` after `import std.connectors.{ salesforce }`. */
static void in_imported_connectors(const struct checker *c, const struct file_scope *scope, const char *path,
                                   unsigned mask, struct found *out) {
  for (struct import *i = scope->imports; i; i = i->next)
    for (struct symbol *s = rbc_own_symbols(c, i->package->package, path); s; s = s->next_own) {
      if (!s->connector || s->package != i->package->package || !(mask & 1u << s->kind) || strcmp(s->name, path))
        continue;
      if (i->symbol && i->symbol != s->connector) continue;
      rbc_use(&i->used);
      add_found(out, s);
    }
}

/* A whole name also counts as a use of the import that would have brought it. */
static void use_import_of(const struct file_scope *scope, const struct symbol *symbol) {
  for (struct import *i = scope->imports; i; i = i->next)
    if (symbol->package == i->package->package && (!i->symbol || i->symbol == symbol || i->symbol == symbol->connector))
      rbc_use(&i->used);
}

static void find(const struct checker *c, const struct file_scope *scope, const struct connector *connector,
                 const char *path, unsigned mask, struct found *out) {
  const struct package *own = scope->package ? scope->package->package : NULL;
  out->count = 0;
  if (connector && own && !strchr(path, '.'))
    for (struct symbol *s = rbc_own_symbols(c, own, path); s; s = s->next_own)
      if (s->connector && s->connector->ptr == connector && mask & 1u << s->kind && !strcmp(s->name, path))
        add_found(out, s);
  if (!out->count && own) in_package(c, own, path, mask, out);
  if (!out->count) in_imports(c, scope, path, mask, out);
  if (!out->count && !strchr(path, '.')) in_imported_connectors(c, scope, path, mask, out);
  if (!out->count) {
    for (struct symbol *s = rbc_full_symbols(c, path); s; s = s->next_full)
      if (mask & 1u << s->kind && !strcmp(s->full, path)) add_found(out, s);
  }
  if (!out->count && !strchr(path, '.'))
    for (struct symbol *s = rbc_symbols_named(c, path); s; s = s->next_name)
      if (mask & VOCABULARY & 1u << s->kind && !strcmp(s->name, path)) add_found(out, s);
  for (unsigned i = 0; i < out->count; i++) {
    use_import_of(scope, out->list[i]);
    if (out->count == 1) rbc_use(&((struct symbol *)(uintptr_t)out->list[i])->used);
  }
}

const struct symbol *rbc_lookup(struct checker *c, const struct file_scope *scope, const char *path,
                                unsigned kind_mask) {
  struct found found;
  find(c, scope, NULL, path, kind_mask, &found);
  return found.count == 1 ? found.list[0] : NULL;
}

/* ---- did you mean ---- */
struct names { const char **list; unsigned count; };

static void add_name(struct checker *c, struct names *names, const char *name) {
  rbc_append(c->arena, (void ***)(void *)&names->list, &names->count, (void *)(uintptr_t)name);
}

const char *rbc_did_you_mean(struct checker *c, const struct file_scope *scope, const char *written,
                             unsigned kind_mask) {
  struct names names = { NULL, 0 };
  const char *dot = strchr(written, '.');
  for (const struct symbol *s = rbc_symbols(c); s; s = s->next) {
    if (!(kind_mask & 1u << s->kind)) continue;
    bool own = scope->package && s->package == scope->package->package;
    if (dot) add_name(c, &names, s->full);
    else if (own || 1u << s->kind & (VOCABULARY | SYM(CONNECTOR)) || s->connector) add_name(c, &names, s->name);
  }
  for (const struct import *i = scope->imports; i; i = i->next) {
    if (i->symbol && kind_mask & 1u << i->symbol->kind) add_name(c, &names, i->name);
    if (i->symbol || !dot) continue;
    for (const struct symbol *s = i->package->symbols.first; s; s = s->next_in_package)
      if (kind_mask & 1u << s->kind) add_name(c, &names, arena_format(c->arena, "%s.%s", i->name, s->name));
  }
  return rbc_nearest(written, names.list, names.count);
}

/* ---- reports ---- */
static void report_ambiguous(struct checker *c, const struct found *found, const char *path, struct span span) {
  struct diag *d = rbc_diag(c->diags, E0118, span, "`%s` may be any of %u things", path, found->count);
  for (unsigned i = 0; i < found->count; i++)
    if (found->list[i]->span.source != NO_SOURCE)
      rbc_diag_label(c->diags, d, found->list[i]->span, "%s `%s`", rbc_symbol_kind_name(found->list[i]->kind),
                     found->list[i]->full);
  rbc_diag_help(c->diags, d, "write the whole name, such as `%s`", found->list[0]->full);
}

/* The same name in a package that this file does not import. */
static const struct symbol *elsewhere(const struct checker *c, const char *path, unsigned mask) {
  for (struct symbol *s = rbc_symbols_named(c, path); s; s = s->next_name)
    if (mask & 1u << s->kind && !strcmp(s->name, path)) return s;
  return NULL;
}

/* A name is reported where it first stands; two more places are shown beside it. */
static bool reported_before(struct checker *c, const char *path, struct span span) {
  enum { SHOWN = 3 };
  if (c->ahead) return c->deferred = true;
  for (struct unknown *u = c->own->unknowns; u; u = u->next) {
    if (strcmp(u->path, path)) continue;
    if (u->places++ < SHOWN) rbc_diag_label(c->diags, u->diag, span, "and here");
    return true;
  }
  return false;
}

static void remember(struct checker *c, const char *path, struct diag *d) {
  struct unknown *u = arena_alloc(c->arena, sizeof *u);
  if (!u) return;
  *u = (struct unknown){ path, d, 1, c->own->unknowns };
  c->own->unknowns = u;
}

static void report_unknown(struct checker *c, const struct file_scope *scope, const char *path, struct span span,
                           const struct connector *connector, unsigned mask, const char *what) {
  struct found other;
  find(c, scope, connector, path, SYM_ANY & ~mask, &other);
  const char *package = scope->package ? scope->package->package->name : NULL;
  if (other.count) {
    const struct symbol *s = other.list[0];
    struct diag *d = rbc_diag(c->diags, E0119, span, "`%s` is %s, not %s", path, rbc_symbol_kind_name(s->kind), what);
    if (s->span.source != NO_SOURCE) rbc_diag_label(c->diags, d, s->span, "declared here");
    const char *near = rbc_did_you_mean(c, scope, path, mask);
    if (near) rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
    return;
  }
  if (reported_before(c, path, span)) return;
  const char *near = rbc_did_you_mean(c, scope, path, mask);
  if (scope->lacks_import && !near) return;
  struct diag *d = rbc_diag(c->diags, E0117, span, "`%s` is not known as %s", path, what);
  remember(c, path, d);
  if (package)
    rbc_diag_note(c->diags, d,
                  "looked for in package %s, in what this file imports, and among the whole names of the "
                  "program",
                  package);
  const struct symbol *s = elsewhere(c, path, mask);
  if (s) {
    rbc_diag_label(c->diags, d, s->span, "package %s declares one", s->package ? s->package->name : "");
    rbc_diag_help(c->diags, d, "write `%s`", s->full);
    return;
  }
  if (near) {
    rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
    rbc_diag_fix(d, span, near);
  } else if (mask == SYM(LABEL)) rbc_diag_help(c->diags, d, "declare it: `label %s \"what data this is\"`", path);
}

const struct symbol *rbc_resolve_text(struct checker *c, const struct file_scope *scope, const char *path,
                                      struct span span, const struct connector *connector, unsigned kind_mask,
                                      const char *what) {
  struct found found;
  find(c, scope, connector, path, kind_mask, &found);
  if (found.count == 1) return found.list[0];
  if (found.count) report_ambiguous(c, &found, path, span);
  else report_unknown(c, scope, path, span, connector, kind_mask, what);
  return NULL;
}

const struct symbol *rbc_resolve_near(struct checker *c, const struct file_scope *scope, const struct node *path,
                                      const struct connector *connector, unsigned kind_mask, const char *what) {
  if (!path || path->kind == NODE_ERROR) return NULL;
  const char *text = node_path(scope->source, path, c->arena);
  return text ? rbc_resolve_text(c, scope, text, rbc_span(scope, path), connector, kind_mask, what) : NULL;
}

const struct symbol *rbc_resolve(struct checker *c, const struct file_scope *scope, const struct node *path,
                                 unsigned kind_mask, const char *what_in_words) {
  return rbc_resolve_near(c, scope, path, NULL, kind_mask, what_in_words);
}

/* ---- operations ---- */
bool rbc_may_use(const struct package_scope *package, const struct connector *connector) {
  if (connector->package == package->package || package->package->is_std) return true;
  for (unsigned i = 0; i < package->use_count; i++) if (package->uses[i] == connector) return true;
  return false;
}

static int by_id(const void *a, const void *b) {
  const struct operation *x = *(const struct operation *const *)a, *y = *(const struct operation *const *)b;
  return x->id < y->id ? -1 : x->id > y->id;
}

static bool add_operation(struct checker *c, struct operations *out, const struct operation *operation) {
  return rbc_append(c->arena, (void ***)(void *)&out->list, &out->count, (void *)(uintptr_t)operation);
}

/* A part of the program's own list, which nobody writes to. NULL: all of it. */
static void take_connector(const struct checker *c, struct operations *out, const struct connector *connector) {
  const struct program *p = c->program;
  out->list = (const struct operation **)(void *)p->operations;          /* NULL when there is none */
  out->count = connector ? connector->operation_count : p->operations_count;
  if (connector && connector->first_operation) out->list += connector->first_operation;
}

static const struct operation *find_operation(const struct checker *c, const struct connector *connector,
                                              const char *name) {
  const char *full = arena_format(c->arena, "%s.%s", connector->name, name);
  const struct symbol *s = full ? rbc_find_full(c, full, SYM(OPERATION)) : NULL;
  return s ? s->ptr : NULL;
}

static void unknown_operation(struct checker *c, const struct connector *connector, const char *name,
                              struct span span) {
  struct names names = { NULL, 0 };
  for (unsigned i = 0; i < connector->operation_count; i++)
    add_name(c, &names, c->program->operations[connector->first_operation + i]->name + strlen(connector->name) + 1);
  const char *full = arena_format(c->arena, "%s.%s", connector->name, name);
  if (!full || reported_before(c, full, span)) return;
  struct diag *d = rbc_diag(c->diags, E0117, span, "connector %s has no operation `%s`", connector->name, name);
  remember(c, full, d);
  rbc_diag_label(c->diags, d, connector->span, "the connector");
  const char *near = rbc_nearest(name, names.list, names.count);
  if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
}

static bool target_names(struct checker *c, const struct file_scope *scope, const struct node *names,
                         const struct connector *connector, struct operations *out) {
  bool good = true;
  for (uint32_t i = 0; i < KIDS(names); i++) {
    const char *name = rbc_text(c, scope, names->kid[i]);
    const struct operation *op = find_operation(c, connector, name);
    if (op) add_operation(c, out, op);
    else { unknown_operation(c, connector, name, rbc_span(scope, names->kid[i])); good = false; }
  }
  return good;
}

static bool take_out(struct checker *c, const struct file_scope *scope, const struct node *except,
                     const struct connector *connector, struct operations *out) {
  bool good = true;
  const struct operation **rest = KIDS(except) ? arena_alloc(c->arena, (out->count + 1) * sizeof *rest) : NULL;
  if (!rest) return !KIDS(except);
  if (out->count) memcpy(rest, out->list, out->count * sizeof *rest);
  out->list = rest;
  for (uint32_t i = 0; i < KIDS(except); i++) {
    const char *name = rbc_text(c, scope, except->kid[i]);
    unsigned kept = 0, before = out->count;
    for (unsigned k = 0; k < before; k++) {
      const char *last = out->list[k]->name + strlen(out->list[k]->connector->name) + 1;
      if (strcmp(last, name)) out->list[kept++] = out->list[k];
    }
    out->count = kept;
    if (kept < before) continue;
    good = false;
    struct span span = rbc_span(scope, except->kid[i]);
    if (connector && !find_operation(c, connector, name)) unknown_operation(c, connector, name, span);
    else rbc_diag(c->diags, E0117, span, "`%s` is not among the operations before `except`", name);
  }
  return good;
}

void rbc_sort_operations(struct operations *out) {
  unsigned kept = 0, sorted = 1;
  while (sorted < out->count && out->list[sorted - 1]->id < out->list[sorted]->id) sorted++;
  if (sorted >= out->count) return;
  qsort(out->list, out->count, sizeof *out->list, by_id);
  for (unsigned i = 0; i < out->count; i++)
    if (!kept || out->list[kept - 1] != out->list[i]) out->list[kept++] = out->list[i];
  out->count = kept;
}

static bool check_grant(struct checker *c, const struct file_scope *scope, const struct node *node,
                        const struct connector *connector) {
  if (rbc_may_use(scope->package, connector)) return true;
  struct diag *d = rbc_diag(c->diags, E0122, rbc_span(scope, node), "package %s may not use connector %s",
                            scope->package->package->name, connector->name);
  struct file_scope root = { .source = c->root };
  if (scope->package->grant) rbc_diag_label(c->diags, d, rbc_span(&root, scope->package->grant), "its grant");
  rbc_diag_help(c->diags, d, "the owners of the root file can add `uses %s`", connector->name);
  return false;
}

bool rbc_resolve_target(struct checker *c, const struct file_scope *scope, const struct node *target,
                        const struct node *except, bool needs_grant, struct operations *out) {
  *out = (struct operations){ .list = NULL };
  const struct connector *connector = NULL;
  bool good = true;
  if (!target) {
    take_connector(c, out, NULL);
    out->whole = !KIDS(except);
  } else {
    const struct node *path = target->kind == NODE_TARGET ? target->kid[0] : target;
    const struct node *names = target->kind == NODE_TARGET ? target->kid[1] : NULL;
    const struct symbol *s = rbc_resolve(c, scope, path, names ? SYM(CONNECTOR) : SYM(CONNECTOR) | SYM(OPERATION),
                                         names ? "a connector" : "a connector or an operation");
    if (!s) return false;
    connector = s->kind == SYM_CONNECTOR ? s->ptr : ((const struct operation *)s->ptr)->connector;
    if (!connector) return false;
    if (s->kind == SYM_OPERATION) add_operation(c, out, s->ptr);
    else if (names) {
      good = target_names(c, scope, names, connector, out);
      rbc_sort_operations(out);
    }
    else take_connector(c, out, connector);
    if (needs_grant && !check_grant(c, scope, path, connector)) good = false;
  }
  return take_out(c, scope, except, connector, out) && good;
}
