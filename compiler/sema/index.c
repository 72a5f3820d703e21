/* index.c: every declaration gets a symbol; who may declare what; second declarations of one name. */
#include <string.h>
#include "sema/declare.h"
#include "support/names.h"
#include "syntax/tokens.h"

bool rbc_append(struct arena *arena, void ***array, unsigned *count, void *item) {
  unsigned n = *count;
  if (!item) return false;
  if ((n & (n - 1)) == 0) {                            /* full at the powers of two */
    void **grown = arena_alloc(arena, (n ? 2 * (size_t)n : 1) * sizeof *grown);
    if (!grown) return false;
    if (n) memcpy(grown, *array, n * sizeof *grown);
    *array = grown;
  }
  (*array)[n] = item;
  *count = n + 1;
  return true;
}

bool rbc_program_append(struct checker *c, void ***array, unsigned *count, void *item) {
  c->deferred = c->deferred || c->ahead;
  return !c->ahead && rbc_append(c->arena, array, count, item);
}

struct span rbc_span(const struct file_scope *scope, const struct node *node) {
  struct span span = node_span(scope->source, node);
  if (node->kind != NODE_NAME) return span;
  uint32_t length;                                     /* without the dot before it or the colon behind it */
  const char *text = node_text(scope->source, node, &length);
  span.start = (uint32_t)(text - scope->source->text);
  span.end = span.start + length;
  return span;
}
const char *rbc_text(struct checker *c, const struct file_scope *scope, const struct node *leaf) {
  uint32_t length;
  const char *text = node_text(scope->source, leaf, &length);
  const char *copy = text ? arena_copy(c->arena, text, length) : NULL;
  return copy ? copy : "";
}
bool rbc_text_is(const struct file_scope *scope, const struct node *leaf, const char *text) {
  uint32_t length;
  const char *written = node_text(scope->source, leaf, &length);
  return name_is(text, written, length);
}
const char *rbc_string(struct checker *c, const struct file_scope *scope, const struct node *leaf) {
  uint32_t length;
  if (!leaf) return NULL;
  const char *text = node_string(scope->source, leaf, c->arena, &length);
  return text ? text : "";
}

static const struct { const char *one; const char *word; } KINDS[SYM_KIND_COUNT] = {
  [SYM_PACKAGE] = { "a package", "package" }, [SYM_LABEL] = { "a label", "label" },
  [SYM_PROOF] = { "a proof", "proof" }, [SYM_GROUP] = { "a group", "group" }, [SYM_REGION] = { "a region", "region" },
  [SYM_TYPE] = { "a type", "type" }, [SYM_ENTITY] = { "an entity", "entity" },
  [SYM_CONNECTOR] = { "a connector", "connector" }, [SYM_OPERATION] = { "an operation", "operation" },
  [SYM_TABLE] = { "a table", "table" }, [SYM_TREE] = { "a tree", "tree" }, [SYM_FN] = { "a function", "fn" },
  [SYM_TEAM] = { "a team", "team" }, [SYM_AGENT] = { "an agent", "agent" }, [SYM_MODEL] = { "a model", "model" },
  [SYM_PROVIDER] = { "a provider", "provider" }, [SYM_DETECTOR] = { "a detector", "detector" },
  [SYM_POLICY] = { "a policy", "policy" }, [SYM_GUARD] = { "a guard", "guard" }, [SYM_ROUTE] = { "a route", "route" } };

const char *rbc_symbol_kind_name(enum symbol_kind kind) { return KINDS[kind].one; }
bool rbc_is_std(const struct symbol *symbol) { return symbol->package && symbol->package->is_std; }

/* Kinds that share one set of names: what may stand at the same place must not be called the same. */
static unsigned class_of(enum symbol_kind kind) {
  static const unsigned CLASSES[] = { SYM(LABEL) | SYM(PROOF), SYM(POLICY) | SYM(GUARD) | SYM(ROUTE),
    SYM(AGENT) | SYM(TEAM), SYM(TYPE) | SYM(ENTITY), SYM(TABLE) | SYM(TREE) | SYM(FN) | SYM(REGION) };
  for (unsigned i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++) if (CLASSES[i] & 1u << kind) return CLASSES[i];
  return 1u << kind;
}

/* Known outside a package by the last part alone: sessions, approvals and requests name them so. */
static bool is_program_wide(enum symbol_kind kind) {
  return (1u << kind & (SYM(LABEL) | SYM(PROOF) | SYM(GROUP) | SYM(REGION) | SYM(CONNECTOR))) != 0;
}

struct symbol *rbc_new_symbol(struct checker *c, const struct file_scope *scope, enum symbol_kind kind,
                              const struct node *node, const struct node *name, const struct symbol *connector,
                              void *ptr) {
  struct symbol *s = arena_alloc(c->arena, sizeof *s);
  if (!s) return NULL;
  s->kind = kind;
  s->name = rbc_text(c, scope, name);
  s->package = scope->package->package;
  s->connector = connector;
  s->span = rbc_span(scope, name);
  s->node = node;
  s->scope = scope;
  s->ptr = ptr;
  if (connector) s->full = arena_format(c->arena, "%s.%s", connector->name, s->name);
  else if (kind == SYM_CONNECTOR) s->full = s->name;
  else s->full = arena_format(c->arena, "%s.%s", s->package->name, s->name);
  return s->full ? s : NULL;
}

/* ---- the index ---- */
/* Buckets are a power of two, as many as there are symbols or more; their chains are in the order of declaration. by_own: by package and name. */
struct symbol_index { struct symbols all, *by_name, *by_full, *by_own; uint32_t buckets, count; };
enum { FIRST_BUCKETS = 4096 };

static bool make_buckets(struct symbol_index *index, struct arena *arena, uint32_t buckets) {
  struct symbols *lists = arena_alloc(arena, 3 * (size_t)buckets * sizeof *lists);
  if (!lists) return false;
  index->by_name = lists;
  index->by_full = lists + buckets;
  index->by_own = lists + 2 * (size_t)buckets;
  index->buckets = buckets;
  return true;
}

struct symbol_index *rbc_symbol_index(struct arena *arena) {
  struct symbol_index *index = arena_alloc(arena, sizeof *index);
  return index && make_buckets(index, arena, FIRST_BUCKETS) ? index : NULL;
}

static uint32_t own_hash(const struct package *package, uint32_t name_hash) { return name_hash ^ (package ? hash_name(package->name) : 0); }

static struct symbols *bucket(const struct symbol_index *index, struct symbols *lists, uint32_t hash) { return &lists[hash & (index->buckets - 1)]; }

struct symbol *rbc_symbols(const struct checker *c) { return c->symbols->all.first; }
struct symbol *rbc_symbols_named(const struct checker *c, const char *name) { return bucket(c->symbols, c->symbols->by_name, hash_name(name))->first; }
struct symbol *rbc_full_symbols(const struct checker *c, const char *full) { return bucket(c->symbols, c->symbols->by_full, hash_name(full))->first; }

struct symbol *rbc_own_symbols(const struct checker *c, const struct package *package, const char *name) {
  return bucket(c->symbols, c->symbols->by_own, own_hash(package, hash_name(name)))->first;
}

static const struct symbol *earlier(const struct checker *c, const struct symbol *symbol) {
  unsigned class = class_of(symbol->kind);
  bool wide = is_program_wide(symbol->kind);
  struct symbol *s = wide ? rbc_symbols_named(c, symbol->name) : rbc_full_symbols(c, symbol->full);
  for (; s; s = wide ? s->next_name : s->next_full) {
    if (!(1u << s->kind & class) || !same_name(s->name, symbol->name)) continue;
    if (wide && is_program_wide(s->kind)) return s;
    if (s->package == symbol->package && s->connector == symbol->connector) return s;
  }
  return NULL;
}

#define CHAIN(LIST, SYMBOL, NEXT) do { \
    struct symbols *list = (LIST); \
    if (list->last) list->last->NEXT = (SYMBOL); else list->first = (SYMBOL); \
    list->last = (SYMBOL); \
  } while (0)

static void chain(struct symbol_index *index, struct symbol *symbol) {
  CHAIN(bucket(index, index->by_name, symbol->name_hash), symbol, next_name);
  CHAIN(bucket(index, index->by_full, symbol->full_hash), symbol, next_full);
  CHAIN(bucket(index, index->by_own, symbol->own_hash), symbol, next_own);
}

/* With more buckets; without memory for them chains are just longer. */
static void grow(struct symbol_index *index, struct arena *arena) {
  if (!make_buckets(index, arena, 4 * index->buckets)) return;
  for (struct symbol *s = index->all.first; s; s = s->next) {
    s->next_name = s->next_full = s->next_own = NULL;
    chain(index, s);
  }
}

bool rbc_enter(struct checker *c, struct symbol *symbol) {
  const struct symbol *first = earlier(c, symbol);
  if (first) {
    struct diag *d = rbc_diag(c->diags, E0120, symbol->span, "`%s` is declared twice", symbol->name);
    d->label = "and again here";
    if (first->span.source != NO_SOURCE)
      rbc_diag_label(c->diags, d, first->span, "%s of this name first stands here", KINDS[first->kind].one);
    if (first->package != symbol->package && first->package)
      rbc_diag_note(c->diags, d, "labels, proofs, groups, regions and connectors are known by this name in the whole "
                    "workspace; the first one is of package %s", first->package->name);
    return false;
  }
  symbol->name_hash = hash_name(symbol->name);
  symbol->full_hash = hash_name(symbol->full);
  symbol->own_hash = own_hash(symbol->package, symbol->name_hash);
  if (c->symbols->count++ == c->symbols->buckets) grow(c->symbols, c->arena);
  CHAIN(&c->symbols->all, symbol, next);
  chain(c->symbols, symbol);
  if (symbol->scope && symbol->kind != SYM_PACKAGE) CHAIN(&symbol->scope->package->symbols, symbol, next_in_package);
  return true;
}

/* ---- rights ---- */
static unsigned right_of(enum node_kind kind) {
  switch (kind) {
    case NODE_CONNECTOR: return RIGHT_CONNECTORS;
    case NODE_MODEL: return RIGHT_MODELS;
    case NODE_PROVIDER: return RIGHT_MODELS | RIGHT_PROVIDERS;
    case NODE_LABEL: return RIGHT_LABELS;
    case NODE_PROOF: return RIGHT_LABELS | RIGHT_PROOFS;
    case NODE_REGION: return RIGHT_LABELS | RIGHT_REGIONS;
    case NODE_CONTEXT: return RIGHT_LABELS | RIGHT_CONTEXTS;
    case NODE_GROUP: return RIGHT_GROUPS;
    case NODE_TABLE: return RIGHT_TABLES;
    case NODE_TREE: return RIGHT_TABLES | RIGHT_TREES;
    case NODE_GUARD: case NODE_WAIVE: return RIGHT_GUARDS;
    case NODE_POLICY: return RIGHT_POLICIES;
    case NODE_ROUTE: return RIGHT_ROUTES;
    case NODE_AGENT: return RIGHT_AGENTS;
    case NODE_TEAM: return RIGHT_AGENTS | RIGHT_TEAMS;
    case NODE_DETECTOR: return RIGHT_DETECTORS | RIGHT_GUARDS;
    default: return 0;                                  /* none: types, functions, tests and proofs harm nobody */
  }
}

static const char *right_word(enum node_kind kind) {
  switch (kind) {
    case NODE_CONNECTOR: return "connectors";
    case NODE_MODEL: return "models";
    case NODE_PROVIDER: return "providers";
    case NODE_LABEL: return "labels";
    case NODE_PROOF: return "proofs";
    case NODE_REGION: return "regions";
    case NODE_CONTEXT: return "contexts";
    case NODE_GROUP: return "groups";
    case NODE_TABLE: return "tables";
    case NODE_TREE: return "trees";
    case NODE_GUARD: case NODE_WAIVE: return "guards";
    case NODE_POLICY: return "policies";
    case NODE_ROUTE: return "routes";
    case NODE_AGENT: return "agents";
    case NODE_TEAM: return "teams";
    case NODE_DETECTOR: return "detectors";
    default: return "";
  }
}

static void check_right(struct checker *c, const struct file_scope *scope, const struct node *node) {
  struct package_scope *package = scope->package;
  unsigned right = right_of((enum node_kind)node->kind);
  if (!right || package->declares & right) return;
  struct span span = rbc_span(scope, node);
  if (node->count && node->kid[0]) span.end = rbc_span(scope, node->kid[0]).end;
  struct diag *d = rbc_diag(c->diags, E0112, span, "package %s may not declare %s", package->package->name,
                            right_word((enum node_kind)node->kind));
  if (!package->grant) return;
  struct file_scope root = { .source = c->root };
  rbc_diag_label(c->diags, d, rbc_span(&root, package->grant), "what it may declare");
  rbc_diag_help(c->diags, d, "the owners of the root file can add `%s` to `declares`",
                right_word((enum node_kind)node->kind));
}

/* ---- registration ---- */
static void *program_object(struct checker *c, enum symbol_kind kind) {
#define MAKE(KIND, TYPE, NAME) case SYM_##KIND: { \
    TYPE *object = arena_alloc(c->arena, sizeof *object); return PROGRAM_APPEND(c, NAME, object) ? object : NULL; }
  switch (kind) {
    MAKE(LABEL, struct label, labels)
    MAKE(PROOF, struct proof, proofs)
    MAKE(GROUP, struct group, groups)
    MAKE(REGION, struct region, regions)
    MAKE(CONNECTOR, struct connector, connectors)
    MAKE(ENTITY, struct entity, entities)
    MAKE(OPERATION, struct operation, operations)
    MAKE(TABLE, struct table, tables)
    MAKE(TREE, struct tree, trees)
    MAKE(TEAM, struct team, teams)
    MAKE(AGENT, struct agent, agents)
    MAKE(DETECTOR, struct detector, detectors)
    default: return NULL;
  }
#undef MAKE
}

static struct symbol *declare_one(struct checker *c, const struct file_scope *scope, enum symbol_kind kind,
                                  const struct node *node, const struct symbol *connector) {
  static const char *const BASIC[] = { "bool",   "int", "decimal", "duration", "time",  "date", "string", "symbol",
                                       "region", "ip",  "cidr",    "version",  "money", "list", "set",    "map" };
  if (!node->kid[0] || node->kid[0]->kind != NODE_NAME) return NULL;
  struct symbol *s = rbc_new_symbol(c, scope, kind, node, node->kid[0], connector, NULL);
  if (!s) return NULL;
  if (kind == SYM_TYPE || kind == SYM_ENTITY)
    for (unsigned i = 0; i < sizeof BASIC / sizeof *BASIC; i++)
      if (!strcmp(BASIC[i], s->name)) {
        rbc_diag(c->diags, E0121, s->span, "`%s` is a type of the language and cannot be declared", s->name);
        return NULL;
      }
  if (!rbc_enter(c, s)) return NULL;
  s->ptr = program_object(c, kind);
  return s;
}

static void register_connector(struct checker *c, const struct file_scope *scope, const struct node *node) {
  struct symbol *connector = declare_one(c, scope, SYM_CONNECTOR, node, NULL);
  if (!connector) return;
  const struct node *members = node->kid[2];
  for (uint32_t i = 0; i < KIDS(members); i++) {
    const struct node *member = members->kid[i];
    if (member->kind == NODE_ENTITY) declare_one(c, scope, SYM_ENTITY, member, connector);
    else if (member->kind == NODE_TYPE) declare_one(c, scope, SYM_TYPE, member, connector);
    else if (member->kind == NODE_OPERATION) declare_one(c, scope, SYM_OPERATION, member, connector);
  }
}

/* Regions stand in the program in the order in which the text opens them: those inside one follow it. */
static void register_region(struct checker *c, const struct file_scope *scope, const struct node *node,
                            unsigned parent) {
  struct symbol *s = declare_one(c, scope, SYM_REGION, node, NULL);
  struct region *region = s ? s->ptr : NULL;
  if (region) {
    *region = (struct region){
      .name = s->name, .doc = rbc_string(c, scope, node->kid[1]), .parent = parent, .span = s->span
    };
    parent = c->program->regions_count - 1;
  }
  for (uint32_t i = 0; i < KIDS(node->kid[2]); i++) register_region(c, scope, node->kid[2]->kid[i], parent);
  if (region) region->end = c->program->regions_count;
}

static void add_item(struct checker *c, const struct file_scope *scope, const struct node *node,
                     struct symbol *symbol) {
  unsigned n = c->item_count;
  if ((n & (n - 1)) == 0) {
    struct item *grown = arena_alloc(c->arena, (n ? 2 * (size_t)n : 1) * sizeof *grown);
    if (!grown) return;
    if (n) memcpy(grown, c->items, n * sizeof *grown);
    c->items = grown;
  }
  c->items[c->item_count++] = (struct item){ (enum node_kind)node->kind, node, scope, symbol };
}

static void register_context(struct checker *c, const struct file_scope *scope, const struct node *node) {
  struct symbol *s = rbc_new_symbol(c, scope, SYM_TYPE, node, node->kid[0], NULL, NULL);
  if (!s) return;
  if (strcmp(s->name, "requester")) {
    struct diag *d = rbc_diag(c->diags, E0304, s->span, "there is no context `%s`", s->name);
    rbc_diag_help(c->diags, d, "the one context that the host fills is `context requester { ... }`");
  } else if (c->own->context) {
    struct diag *d = rbc_diag(c->diags, E0120, s->span, "`context requester` is declared twice");
    rbc_diag_label(c->diags, d, c->own->context->span, "first declared here");
  } else c->own->context = s;
}

static void register_item(struct checker *c, const struct file_scope *scope, const struct node *node) {
  check_right(c, scope, node);
  switch (node->kind) {
    case NODE_LABEL: declare_one(c, scope, SYM_LABEL, node, NULL); break;
    case NODE_PROOF: declare_one(c, scope, SYM_PROOF, node, NULL); break;
    case NODE_GROUP: declare_one(c, scope, SYM_GROUP, node, NULL); break;
    case NODE_REGION: register_region(c, scope, node, NONE32); break;
    case NODE_CONTEXT: register_context(c, scope, node); break;
    case NODE_TYPE: declare_one(c, scope, SYM_TYPE, node, NULL); break;
    case NODE_TABLE: declare_one(c, scope, SYM_TABLE, node, NULL); break;
    case NODE_TREE: declare_one(c, scope, SYM_TREE, node, NULL); break;
    case NODE_TEAM: declare_one(c, scope, SYM_TEAM, node, NULL); break;
    case NODE_AGENT: declare_one(c, scope, SYM_AGENT, node, NULL); break;
    case NODE_MODEL: declare_one(c, scope, SYM_MODEL, node, NULL); break;
    case NODE_PROVIDER: declare_one(c, scope, SYM_PROVIDER, node, NULL); break;
    case NODE_DETECTOR: declare_one(c, scope, SYM_DETECTOR, node, NULL); break;
    case NODE_CONNECTOR: register_connector(c, scope, node); break;
    case NODE_FN: add_item(c, scope, node, declare_one(c, scope, SYM_FN, node, NULL)); break;
    case NODE_POLICY: add_item(c, scope, node, declare_one(c, scope, SYM_POLICY, node, NULL)); break;
    case NODE_GUARD: add_item(c, scope, node, declare_one(c, scope, SYM_GUARD, node, NULL)); break;
    case NODE_ROUTE: add_item(c, scope, node, declare_one(c, scope, SYM_ROUTE, node, NULL)); break;
    case NODE_WAIVE: case NODE_TEST: case NODE_PROVE: add_item(c, scope, node, NULL); break;
    case NODE_LET: {
      struct diag *d = rbc_diag(c->diags, E0305, rbc_span(scope, node), "a `let` stands inside a policy or a guard");
      rbc_diag_help(c->diags, d, "for a value that many of them share, declare a `fn` without parameters");
      break;
    }
    case NODE_WORKSPACE: case NODE_GRANT: case NODE_SETTING: {
      if (node->kind == NODE_SETTING && scope->source->broken) break;     /* what is left of another mistake */
      const char *word = node->kind == NODE_SETTING ? rbc_text(c, scope, node->kid[0]) : "";
      bool other = node->kind == NODE_SETTING && strcmp(word, "zone") && strcmp(word, "now");
      struct diag *d = other ? rbc_diag(c->diags, E0106, rbc_span(scope, node), "no declaration begins with `%s`", word)
                             : rbc_diag(c->diags, E0106, rbc_span(scope, node), "a %s line stands in the root file only",
                                        rbc_node_name((enum node_kind)node->kind));
      if (c->root)
        rbc_diag_note(c->diags, d, other ? "a name and a value are a setting, which stands in the root file, %s"
                                         : "the root file is %s", c->root->path);
      break;
    }
    default: break;                                     /* imports are read elsewhere; what is broken was reported */
  }
}

void rbc_register_all(struct checker *c) {
  for (struct package_scope *p = c->packages; p; p = p->next)
    for (struct file_scope *f = p->files; f; f = f->next) {
      const struct node *file = f->source->file;
      const struct node *items = file && file->count > 1 ? file->kid[1] : NULL;
      for (uint32_t i = 0; i < KIDS(items); i++) if (items->kid[i]) register_item(c, f, items->kid[i]);
    }
}
