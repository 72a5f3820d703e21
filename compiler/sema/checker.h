/* checker.h: the inside of the checker, shared by its two halves.
 *
 * Half one, rbc_declare: files, packages, names, types, connectors, tables, agents. After it the whole world is known:
 * every array of struct program save functions, rules, pending and tests is final, words have their numbers.
 * Half two, rbc_check_rules: fn, policy, guard, waive, limit, route, prove and test, from checker.items.
 * Everything lives in checker.arena. A function that returns NULL or false has reported; its caller stays silent.
 */
#ifndef RBC_CHECKER_H
#define RBC_CHECKER_H
#include <stdatomic.h>
#include "include/rbc.h"
#include "diag/diag.h"
#include "sema/program.h"
#include "support/arena.h"
#include "syntax/tree.h"

/* ---- names ---- */
enum symbol_kind {                     /* ptr is */
  SYM_PACKAGE,                         /* struct package_scope */
  SYM_LABEL,                           /* struct label */
  SYM_PROOF,                           /* struct proof */
  SYM_GROUP,                           /* struct group */
  SYM_REGION,                          /* struct region */
  SYM_TYPE,                            /* struct type, kind RECORD */
  SYM_ENTITY,                          /* struct entity */
  SYM_CONNECTOR,                       /* struct connector */
  SYM_OPERATION,                       /* struct operation */
  SYM_TABLE,                           /* struct table */
  SYM_TREE,                            /* struct tree */
  SYM_FN,                              /* struct function, set by half two (NULL before) */
  SYM_TEAM,                            /* struct team */
  SYM_AGENT,                           /* struct agent */
  SYM_MODEL,                           /* struct model */
  SYM_PROVIDER,                        /* struct provider */
  SYM_DETECTOR,                        /* struct detector */
  SYM_POLICY,                          /* NULL; node is the declaration */
  SYM_GUARD,                           /* NULL; node is the declaration */
  SYM_ROUTE,                           /* NULL; node is the declaration */
  SYM_KIND_COUNT
};
#define SYM(KIND) (1u << SYM_##KIND)   /* for kind_mask */
#define SYM_ANY ((1u << SYM_KIND_COUNT) - 1u)

struct symbol {
  enum symbol_kind kind;
  const char *name;                    /* last part */
  const char *full;                    /* whole program name: "acme.support.support_bot"; "booking", "booking.user",
                                          "booking.get_user_details" for a connector and what is in it */
  const struct package *package;       /* that declares it; NULL for `requester` among the groups */
  const struct symbol *connector;      /* of entity, operation, type inside a connector; else NULL */
  struct span span;                    /* of the name */
  const struct node *node;             /* declaration, or NULL */
  const struct file_scope *scope;      /* where it stands, or NULL */
  void *ptr;                           /* as said above */
  atomic_bool used;                    /* somebody resolved it */
  unsigned fn;                         /* FN: its place in half two's list, from 1 */
  uint32_t name_hash, full_hash, own_hash;
  struct symbol *next, *next_name, *next_full, *next_own, *next_in_package; /* chains of the index */
};

struct symbols { struct symbol *first, *last; };       /* in the order in which they were declared */

struct import {                        /* of a package: names empty; of single names: one import each */
  const char *name;                    /* what it is called here: last part of the package, or the single name */
  struct package_scope *package;       /* the package that is imported, or that holds the name */
  const struct symbol *symbol;         /* single name; NULL for a package */
  struct span span; atomic_bool used;
  struct import *next;
};
struct package_scope {                 /* a package, its grant, all of its names */
  struct package *package;
  unsigned declares;                   /* mask of enum right; std packages: everything */
  const struct connector **uses; unsigned use_count;        /* granted connectors of other packages */
  struct symbols symbols;              /* in text order, next_in_package; those inside connectors too */
  struct file_scope *files;
  const struct node *grant;            /* NODE_GRANT in the root file, or NULL */
  bool misplaced;                      /* its directory is wrong, which was said */
  bool loaded; unsigned visited;
  struct package_scope *next;
  struct package_scope *next_directory;                   /* in the same bucket */
};
struct file_scope {                    /* one source file */
  const struct source *source;
  struct package_scope *package;
  struct import *imports;
  bool lacks_import;                   /* one that failed, which was said: names may come from there */
  struct file_scope *next;             /* of the same package, by path */
};

/* What waits for half two, ordered by package name, then path, then place in the text. */
struct item {
  enum node_kind kind;                 /* NODE_POLICY GUARD WAIVE FN TEST ROUTE PROVE */
  const struct node *node;
  const struct file_scope *scope;
  struct symbol *symbol;               /* POLICY GUARD ROUTE FN: theirs; else NULL */
};

/* Files given from memory, the last one first; by path, each once. */
#define FILE_BUCKETS 4096u
struct memory_file { char *path, *text; size_t size; uint32_t hash; struct memory_file *next, *next_in_bucket; };
struct memory_files { struct memory_file *first, *buckets[FILE_BUCKETS]; };
struct memory_file *rbc_memory_file(const struct memory_files *files, const char *path);                  /* or NULL */
bool rbc_add_memory_file(struct memory_files *files, struct arena *arena, const char *path, const char *text, size_t size);

struct checker {
  struct arena *arena;
  struct rbc_diags *diags;
  struct program *program;
  const struct rbc_options *options;
  const struct memory_files *memory_files;                 /* or NULL */
  struct package_scope *packages;      /* sorted by name */
  struct item *items; unsigned item_count; bool items_ready;
  struct symbol_index *symbols;        /* index.c */
  const struct source *root;           /* the root file */
  struct declare_state *own;           /* half one's private things */
  struct rules_state *rules;           /* half two's private things */
  bool ahead, deferred;                /* ahead: looks at rules before their turn, beside others, and adds nothing to the program; deferred: it would have */
};

bool rbc_declare(struct checker *c);       /* everything before rules; false: errors were reported (half two still runs
                                              if c->items_ready, so that one run shows many errors) */
bool rbc_check_rules(struct checker *c);   /* half two */
void rbc_report_unused_imports(struct checker *c);   /* after half two: W0950 */

/* ---- small help ---- */
struct span rbc_span(const struct file_scope *scope, const struct node *node);
/* NAME etc., in the arena */
const char *rbc_text(struct checker *c, const struct file_scope *scope, const struct node *leaf);
bool rbc_text_is(const struct file_scope *scope, const struct node *leaf, const char *text);
/* STRING; NULL for NULL */
const char *rbc_string(struct checker *c, const struct file_scope *scope, const struct node *leaf);
const char *rbc_symbol_kind_name(enum symbol_kind kind);                                             /* "an agent" */
#define KIDS(list) ((list) ? (list)->count : 0u)          /* length of an optional LIST node */

/* Appends in place. False: out of memory. */
bool rbc_append(struct arena *arena, void ***array, unsigned *count, void *item);
/* To an array of the program. NAME is a member such as rules. False also for a checker that is ahead. */
bool rbc_program_append(struct checker *c, void ***array, unsigned *count, void *item);
#define PROGRAM_APPEND(c, NAME, item) \
  rbc_program_append((c), (void ***)(void *)&(c)->program->NAME, &(c)->program->NAME##_count, (item))
/* Several checkers may use one thing at a time. */
static inline void rbc_use(atomic_bool *used) {
  if (!atomic_load_explicit(used, memory_order_relaxed)) atomic_store_explicit(used, true, memory_order_relaxed);
}

/* ---- resolution ----
 * Order: own package (also what is inside its connectors: `reservation` finds booking.reservation), imports (an
 * imported package's last part qualifies: models.small), whole program names (acme.support.translator,
 * booking.get_user_details). Then the company's vocabulary, by its last part from anywhere when it is the only one:
 * label, proof, group, region, detector. kind_mask says what may stand here; what_in_words says it to people: "an
 * agent", "a label or a proof". Reports unknown and ambiguous names (did you mean; where it was looked for) and
 * returns NULL. */
const struct symbol *rbc_resolve(struct checker *c, const struct file_scope *scope, const struct node *path,
                                 unsigned kind_mask, const char *what_in_words);
/* The same, silently: NULL when nothing or more than one thing is found. path as "a.b.c". Marks imports as used. */
const struct symbol *rbc_lookup(struct checker *c, const struct file_scope *scope, const char *path,
                                unsigned kind_mask);
/* Nearest name of these kinds visible from here, or NULL. */
const char *rbc_did_you_mean(struct checker *c, const struct file_scope *scope, const char *written,
                             unsigned kind_mask);
const struct symbol *rbc_find_full(const struct checker *c, const char *full, unsigned kind_mask);

/* sorted by id; whole: every operation there is */
struct operations { const struct operation **list; unsigned count; bool whole; };
void rbc_sort_operations(struct operations *operations);       /* each once; a list that is sorted is not written to */
/* target: TARGET or PATH `conn`, `conn.op`, `op` of an own connector, `conn.{ a, b }`, or NULL for all; except:
 * LIST(NAME) or NULL. needs_grant: the package must own the connector or have been granted it (agents' uses and
 * policies, not guards). False after reporting; then *out holds what was understood. */
bool rbc_resolve_target(struct checker *c, const struct file_scope *scope, const struct node *target,
                        const struct node *except, bool needs_grant, struct operations *out);
bool rbc_may_use(const struct package_scope *package, const struct connector *connector);

/* ---- types: equal types are the same pointer ----
 * `list of string` is always the fixed type STRINGS: test with rbc_is_list. `bool as "a" | "b"` and `time` of a
 * connector with a zone are types of their own of kind BOOL and TIME: compare scalars' kinds, not pointers
 * (rbc_same_values). */
const struct type *rbc_type(struct checker *c, enum type_kind fixed);          /* BOOL .. STRINGS */
/* NULL: no such currency (not reported) */
const struct type *rbc_money(struct checker *c, const char *currency);
const struct type *rbc_list_of(struct checker *c, const struct type *element);
const struct type *rbc_set_of(struct checker *c, const struct type *element);
const struct type *rbc_map_of(struct checker *c, const struct type *element);
const struct type *rbc_words(struct checker *c, const char *const *words, unsigned count, bool other);
static inline bool rbc_is_list(const struct type *t) { return t->kind == TYPE_LIST || t->kind == TYPE_STRINGS; }
/* Values of a may stand where b is wanted without a change of bits (int for decimal is not; two `one of` types whose
 * words are all known to b are, save as elements of a list, set or map). */
bool rbc_same_values(const struct type *a, const struct type *b);
/* as a person writes it: "list of money(USD)" */
const char *rbc_type_name(struct checker *c, const struct type *type);
/* type_node: T_NAME .. T_OPTIONAL. connector: of the connector around, for its entities, types and zone; or NULL. */
const struct type *rbc_type_of(struct checker *c, const struct file_scope *scope, const struct node *type_node,
                               bool *optional, const struct connector *connector);
/* NULL: no such field; silent */
const struct field *rbc_field(const struct type *record, const char *name, unsigned *index);
/* Number of a word in program.symbols; makes one when it is new. */
unsigned rbc_symbol(struct checker *c, const char *word);
/* The symbol of a word of this `one of` type: false when it has no such word. */
bool rbc_word(const struct type *words, const char *word, unsigned *symbol);
unsigned rbc_region_number(const struct checker *c, const struct region *region);
/* "UTC", "-05:00" or a name of the zone database; NULL after reporting at span. */
const struct zone *rbc_zone(struct checker *c, const char *name, struct span span);
/* A wall-clock time (microseconds since 1970 as if it were UTC) in a zone. In a gap or an overlap: the earlier
 * offset. */
bool rbc_local_to_utc(struct checker *c, const struct zone *zone, int64_t local, int64_t *utc);

/* ---- literals: from text; false when it is malformed or out of range; silent ---- */
bool rbc_parse_int(const char *text, size_t n, int64_t *value);                        /* 1_000, -5 */
/* digits written after the point; more than 6: false */
bool rbc_parse_decimal(const char *text, size_t n, int64_t *millionths, unsigned *digits);
/* 5_000.00 USD */
bool rbc_parse_money(const char *text, size_t n, int64_t *millionths, char currency[4], unsigned *digits);
/* 15 minutes; months and years: false */
bool rbc_parse_duration(const char *text, size_t n, int64_t *microseconds);
bool rbc_parse_percent(const char *text, size_t n, int64_t *millionths);               /* 80% = 800000 */
bool rbc_parse_quantity(const char *text, size_t n, int64_t *value, const char **unit, size_t *unit_length);
bool rbc_parse_date(const char *text, size_t n, int64_t *days);
bool rbc_parse_time(const char *text, size_t n, int64_t *microseconds, bool *has_zone);    /* no zone: as if UTC */
bool rbc_parse_ip(const char *text, size_t n, unsigned char ip[16]);
bool rbc_parse_cidr(const char *text, size_t n, unsigned char cidr[17]);
bool rbc_parse_version(const char *text, size_t n, int64_t *value);
unsigned rbc_currency_digits(const char *currency);                                    /* UINT_MAX: unknown */

/* ---- constants ----
 * Literals, a minus before them, lists, records, words of a `one of` or `symbol`, region names. expected NULL: the
 * literal's own type (a bare word or an empty list needs one). int becomes decimal where a decimal is expected; `80%`
 * is a decimal; a list stands for a set; money's currency and digits are checked; texts become time, date, ip, cidr,
 * version where those are expected. Reports what does not fit, and what is no constant; then NULL. */
const struct constant *rbc_constant(struct checker *c, const struct file_scope *scope, const struct node *expr,
                                    const struct type *expected);
/* True when the node has the form of a constant by its look alone (literal, word, list or record of such). */
bool rbc_is_constant_form(const struct node *expr);

/* ---- wire form, for tests ----
 * WIRE_EXACT: what stands there and no more (arguments, results of steps: a result that lacks a field stores nothing).
 * WIRE_FILL: a record gets every field it lacks and that is not optional, with the neutral value of its type: "", 0,
 * false, first word, first region, empty list, 1970-01-01, 0.0.0.0, and so on inside; so an entity of `given seen` is
 * complete. Records inside lists and maps are filled too. An unknown field is reported. NULL after reporting. */
enum wire_mode { WIRE_EXACT, WIRE_FILL };
const char *rbc_wire_json(struct checker *c, const struct file_scope *scope, const struct node *expr,
                          const struct type *type, enum wire_mode mode);
const char *rbc_constant_json(struct checker *c, const struct constant *constant);     /* NULL: out of memory */
#endif
