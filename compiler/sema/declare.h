/* declare.h: what the files of the first half share: workspace.c, files.c, sources.c, imports.c, index.c, resolve.c, types.c,
 * records.c, declare.c, connectors.c, operations.c, agents.c, expectations.c, models.c, constants.c, wire.c, tables.c, csv.c, json.c,
 * trees.c, zones.c. The second half includes checker.h only. */
#ifndef RBC_DECLARE_H
#define RBC_DECLARE_H
#include "sema/checker.h"
#include "sema/fold.h"

/* What a package may declare, as the root file says. */
enum right {
  RIGHT_CONNECTORS = 1, RIGHT_MODELS = 2, RIGHT_LABELS = 4, RIGHT_GROUPS = 8, RIGHT_TABLES = 16, RIGHT_GUARDS = 32,
  RIGHT_POLICIES = 64, RIGHT_ROUTES = 128, RIGHT_AGENTS = 256, RIGHT_TEAMS = 512, RIGHT_PROOFS = 1024,
  RIGHT_REGIONS = 2048, RIGHT_CONTEXTS = 4096, RIGHT_DETECTORS = 8192, RIGHT_PROVIDERS = 16384, RIGHT_TREES = 32768,
  RIGHT_ALL = 65535
};

struct file_text { const char *path; const char *bytes; size_t size; };
struct std_file { const char *path; const struct file_text *text; };
struct word_entry { const char *text; unsigned symbol; struct word_entry *next; };
#define WORD_BUCKETS 1024u
#define DIRECTORY_BUCKETS 1024u
#define SOURCE_BUCKETS 1024u
#define TYPE_BUCKETS 1024u

struct unknown { const char *path; struct diag *diag; unsigned places; struct unknown *next; };

struct declare_state {
  struct grammar *grammar;
  const char **files; unsigned file_count;            /* *.rb of the workspace, sorted */
  struct source *sources[SOURCE_BUCKETS];             /* those of the program, by path */
  struct parsed *parsed;                              /* of each, once it was parsed ahead; or NULL */
  struct std_file *std_files; unsigned std_count;
  struct word_entry *words[WORD_BUCKETS];
  struct type *types[TYPE_BUCKETS];                   /* those that are made once: collections, money, words ... */
  bool numbered;                                      /* words have their numbers */
  struct package_scope *directories[DIRECTORY_BUCKETS];       /* packages with a grant, by directory */
  struct package_scope *last_package;                 /* that was made */
  struct symbol *context;                             /* of `context requester` */
  struct unknown *unknowns;                           /* names that were reported, once each */
};

static inline struct span rbc_nowhere(void) { return (struct span){ NO_SOURCE, 0, 0 }; }
static inline bool rbc_is(const char *a, const char *b) {           /* NULL, when memory is out, is nothing */
  if (!a || !b) return false;
  for (; *a && *a == *b; a++, b++) { }
  return *a == *b;
}

/* ---- files.c ---- */
enum read_result { READ_OK, READ_MISSING, READ_FAILED };
/* relative to the workspace */
enum read_result rbc_read_file(const struct checker *c, struct arena *arena, const char *path, struct file_text *out);
/* All *.rb under a directory, sorted by path, relative to it; of the workspace with those from memory. */
bool rbc_list_workspace(struct checker *c, const char ***paths, unsigned *count);
bool rbc_load_stdlib(struct checker *c);              /* reads all files, makes the digest */
const char *rbc_digest(struct arena *arena, const void *bytes, size_t size);
bool rbc_add_digest(struct checker *c, const char *path, const char *digest);         /* NULL: memory is out */
/* "a/b.rb", "t.csv" -> "a/t.csv"; NULL: leaves the workspace */
const char *rbc_path_of(struct arena *arena, const char *beside, const char *name);

/* ---- sources.c: NULL: out of memory, or that was reported ---- */
struct source *rbc_find_source(const struct checker *c, const char *path);       /* that is there already, or NULL */
bool rbc_parse_ahead(struct checker *c);              /* files[], those that are no sources yet, before somebody loads them */
struct source *rbc_load(struct checker *c, unsigned file);                       /* files[file], parsed */
struct source *rbc_add_source(struct checker *c, const char *path, const struct file_text *text);       /* parses */
/* CSV, JSON: lines only */
struct source *rbc_add_data(struct checker *c, const char *path, const struct file_text *text, const char *digest);

/* ---- workspace.c, imports.c ---- */
bool rbc_find_workspace(struct checker *c);
struct package_scope *rbc_find_package(const struct checker *c, const char *name);
struct package_scope *rbc_new_package(struct checker *c, const char *name, struct span span, const char *directory,
                                      bool is_std);
bool rbc_take_file(struct checker *c, struct package_scope *package, const struct source *source);
void rbc_load_imports(struct checker *c);             /* std packages that somebody imports */
void rbc_resolve_imports(struct checker *c);
void rbc_resolve_grants(struct checker *c);

/* ---- index.c ---- */
struct symbol *rbc_new_symbol(struct checker *c, const struct file_scope *scope, enum symbol_kind kind,
                              const struct node *node, const struct node *name, const struct symbol *connector,
                              void *ptr);
/* Enters it; an earlier one of the same class in its package (for some kinds in the program) is an error: then
 * false. */
bool rbc_enter(struct checker *c, struct symbol *symbol);
struct symbol_index *rbc_symbol_index(struct arena *arena);       /* NULL: out of memory */
struct symbol *rbc_symbols(const struct checker *c);                                                             /* along next: all, as declared */
struct symbol *rbc_symbols_named(const struct checker *c, const char *name);                                     /* along next_name: of this name among others */
struct symbol *rbc_full_symbols(const struct checker *c, const char *full);                                      /* along next_full: likewise */
struct symbol *rbc_own_symbols(const struct checker *c, const struct package *package, const char *name);        /* along next_own; of this package among others */
void rbc_register_all(struct checker *c);             /* every declaration of every file */
bool rbc_is_std(const struct symbol *symbol);

/* ---- resolve.c ---- */
const struct symbol *rbc_resolve_near(struct checker *c, const struct file_scope *scope, const struct node *path,
                                      const struct connector *connector, unsigned kind_mask, const char *what);
const struct symbol *rbc_resolve_text(struct checker *c, const struct file_scope *scope, const char *path,
                                      struct span span,
                                      const struct connector *connector, unsigned kind_mask, const char *what);

/* ---- types.c, records.c ---- */
bool rbc_types_start(struct checker *c);
const struct type *rbc_bool_as(struct checker *c, const char *yes, const char *no);
const struct type *rbc_time_in(struct checker *c, const struct zone *zone);
struct type *rbc_new_record(struct checker *c, const char *name);
bool rbc_is_scalar(const struct type *type);          /* compared as 64 bits */
void rbc_fill_record(struct checker *c, const struct file_scope *scope, struct type *record, const struct node *fields,
                     const struct connector *connector, bool labels_allowed, bool keys_allowed, struct span name);
void rbc_check_acyclic(struct checker *c);
void rbc_number_words(struct checker *c);
void rbc_prepare_lists(struct checker *c);            /* of each type there is, so that rules can be checked side by side without making any */
uint64_t rbc_labels_in(const struct type *type);      /* of all fields that can be reached */
unsigned rbc_key_fields(struct checker *c, const struct type *record, unsigned key_field[IMAGE_MAX_ENTITY_KEYS],
                        struct span span, const char *what);
const struct type *rbc_bool_words(struct checker *c, const struct file_scope *scope, const struct node *attr,
                                  const struct type *type);

/* ---- the phases ---- */
void rbc_declare_vocabulary(struct checker *c);       /* declare.c: labels, proofs, groups, regions, detectors */
void rbc_declare_records(struct checker *c);          /* records.c: types, entities, rows, context */
void rbc_declare_connectors(struct checker *c);       /* connectors.c: properties, before the records */
void rbc_declare_operations(struct checker *c);       /* operations.c: parameters, results, attributes */
void rbc_declare_defaults(struct checker *c);         /* operations.c: after words have numbers */
void rbc_declare_tables(struct checker *c);           /* tables.c */
void rbc_declare_trees(struct checker *c);            /* trees.c */
void rbc_declare_agents(struct checker *c);           /* agents.c: teams and agents */
void rbc_declare_models(struct checker *c);           /* models.c: providers and models */

void rbc_agent_expects(struct checker *c, const struct symbol *agent, const struct node *prop);     /* expectations.c */

/* ---- constants.c ---- */
struct constant *rbc_new_constant(struct checker *c, const struct type *type);
struct constant *rbc_missing(struct checker *c, const struct type *type);
/* A text in wire form for a scalar type or a string: a cell of a CSV file, a string of JSON. NULL: why says what is
 * wrong. */
struct constant *rbc_from_wire(struct checker *c, const struct type *type, const char *text, size_t n,
                               const char **why);
const char *rbc_neutral_json(struct checker *c, const struct type *type);

/* ---- rows of tables and trees: tables.c, csv.c, json.c ---- */
struct rows {
  struct checker *c; const struct file_scope *scope; const struct type *row;
  struct constant **list; struct span *spans; unsigned count, room;
  const struct source *data;                          /* the file, or NULL: rows in the text */
};
void rbc_rows_read(struct rows *rows, const struct node *declaration, const char **digest);
bool rbc_rows_add(struct rows *rows, struct constant *row, struct span span);
void rbc_rows_csv(struct rows *rows, const char *text, size_t size);
void rbc_rows_json(struct rows *rows, const char *text, size_t size);
#endif
