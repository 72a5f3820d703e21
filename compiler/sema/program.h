/* program.h: the checked program. What the checker makes and everything after it reads: the code generator, the
 * reference evaluator of the tests, proofs. Nothing here is unresolved; all of it lives in one arena. Arrays are in the
 * order of the image (image.h): agents, operations and entities sorted by full name; rules by package, then text order.
 */
#ifndef RBC_PROGRAM_H
#define RBC_PROGRAM_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "diag/diag.h"
#include "image.h"                 /* base kinds only: TYPE_*, EVENT_*, RULE_*, CLASS_*, CTX_* */
#include "support/arena.h"
#include "support/pattern.h"
#include "syntax/tree.h"

/* ---- types: one object a type; equal types are the same pointer ---- */
struct type {
  enum type_kind kind;
  unsigned id;                     /* index in program.types */
  const char *name;                /* record or entity: "booking.user"; money: "USD" */
  unsigned digits;                 /* money: of the currency's unit */
  const struct type *element;      /* list, set, map */
  struct word *words; unsigned word_count; bool other;      /* one of; symbol is the word's global number */
  struct field *fields; unsigned field_count;               /* record */
  struct entity *entity;           /* record that is an entity */
  const char *wire_true, *wire_false;                       /* bool as "yes" | "no" */
  const struct zone *zone;         /* time: of texts without a zone */
  bool state;                      /* reachable from an entity */
  atomic_bool spare;               /* a list that nobody has asked for: it is no part of a bundle */
  bool broken;                     /* checker only: a field was wrong and is left out */
  struct type *next;               /* checker only: of those that may be equal */
};
struct word { const char *wire; unsigned symbol; };
struct field {
  const char *name; const struct type *type; bool optional, key, untrusted; uint64_t labels; struct span span;
  const char *same;                /* `same person.email`, or NULL */
};
struct zone { const char *name; unsigned id; };             /* "Europe/Berlin", "-05:00", "UTC" */

struct package { const char *name; struct span span; const char *directory; bool is_std;
  const struct agent **agents; unsigned agent_count; };     /* checker only; sorted */
struct label { const char *name, *full, *doc; struct span span; };         /* name: last part; full: package.name */
struct proof { const char *name, *full, *doc; int64_t lasts; struct span span; };
struct group { const char *name, *full, *doc; struct span span; };         /* groups[0] is `requester` */
struct region { const char *name, *doc; unsigned parent, end; struct span span; };  /* preorder; parent NONE32 at the top */
struct connector {
  const char *name, *kind, *failure, *base; unsigned residency; unsigned id; const struct zone *zone;
  const struct package *package; struct span span; unsigned slots;
  unsigned first_operation, operation_count;                /* they stand together in program.operations */
};
struct entity { const char *name; struct type *type; const struct connector *connector; unsigned id;
  unsigned keys, key_field[IMAGE_MAX_ENTITY_KEYS]; struct span span; };
struct param { const char *name; unsigned slot; const struct type *type; bool optional, paging; const struct constant *value; struct span span; };
struct fill { unsigned field; unsigned slot; };
struct change { const struct entity *entity; unsigned slot[IMAGE_MAX_ENTITY_KEYS]; };
struct operation {
  const char *name;                /* connector.operation */
  const struct connector *connector; unsigned id; enum operation_class op_class; bool sends_outside, untrusted;
  struct param *params; unsigned param_count; bool broken;  /* checker only: a parameter was wrong and is left out */
  const struct type *result;       /* or NULL */
  struct fill *fills; unsigned fill_count;
  struct change *changes; unsigned change_count;            /* `changes`, and the entities a writing result returns under a key from arguments */
  const struct entity *binds; uint64_t labels, proves; const char *method, *path; struct span span;
};
/* Requests that an agent is expected to make of models, for forecasts alone; a bundle does not hold them. */
struct expectation {
  const char *task, *period; int64_t written;               /* `written` a `period`, as it stands there */
  int64_t requests; unsigned days;                          /* so many in so many days */
  int64_t input, cached, output, generated;                 /* tokens of one; cached: of input; output: asked for at most */
  const char **labels; unsigned label_count;                /* full names, of what its session has */
  struct span span;
};
struct team { const char *name, *owner; unsigned id; struct span span; };
struct agent {
  const char *name, *owner, *purpose; const struct package *package; const struct team *team; unsigned id;
  const struct agent **accepts; unsigned accept_count;
  const struct operation **uses; unsigned use_count; struct span span;
  struct expectation **expectations; unsigned expectation_count;
  bool broken;                     /* checker only: something that it uses is not known */
};
/* ---- models: SPEC 3. UNKNOWN: not declared, and nothing is assumed in its place. */
#define UNKNOWN INT64_MIN
enum ability {
#define ABILITY(NAME, WORD, MEANING) ABILITY_##NAME,
#include "sema/model_words.def"
  ABILITY_COUNT
};
struct price {
  enum price_kind kind; const struct type *currency;
  int64_t amount;                  /* millionths of the currency for 1,000,000 tokens; PRICE_REQUEST: for one request */
  int64_t above;                   /* holds for a request with more input tokens than this; 0: for all */
  int64_t day; const char *source; /* when it was read and where; UNKNOWN, NULL */
  struct span span;
};
struct quality { const char *task; unsigned symbol; int64_t value, sample, day; const char *source; struct span span; };   /* value: millionths */
struct provider {
  const char *name, *title, *kind, *base, *auth, *owner; const struct region **regions; unsigned region_count;
  int64_t retention; int training; /* microseconds, or UNKNOWN; training: 1, 0, or -1 for not declared */
  struct span span;
};
struct model {
  const char *name, *title, *id, *owner; struct provider *provider; const struct package *package;
  const struct model *replaces;    /* takes its place in the whole workspace, and what is not said here from it */
  bool replaced;
  const struct region **regions; unsigned region_count;     /* a request may be processed in any of them; 0: not known */
  int64_t window, output;          /* tokens: input and output together; output alone */
  struct price **prices; unsigned price_count; int64_t priced_day; const char *priced_source;
  struct quality **qualities; unsigned quality_count;       /* only those with source, day and sample */
  uint32_t abilities;              /* bits of enum ability */
  int64_t latency, retention, released, retires; int training;
  struct span span;
};
struct table { const char *name; struct type *row; unsigned keys, key_field[IMAGE_MAX_ENTITY_KEYS]; bool total;
  struct constant **rows; unsigned row_count; int64_t lasts; unsigned id; struct span span; const char *digest; };   /* rows sorted by key */
struct tree { const char *name; struct constant **rows; unsigned row_count; unsigned id; struct span span; };  /* two strings each: member, group */
struct pattern { const char *text; unsigned id; struct span span; struct pattern_automaton automaton; };
struct detector { const char *name, *full; const struct pattern **patterns; unsigned pattern_count; unsigned id; struct span span; };

/* ---- expressions ---- */
enum expr_kind {
#define EXPR(NAME, OPERANDS, MEANING) EXPR_##NAME,
#include "sema/exprs.def"
#undef EXPR
  EXPR_KIND_COUNT
};
struct constant {                  /* of a type; composites hold others; missing: an absent optional field */
  const struct type *type;
  int64_t scalar;                  /* as value.h says; symbol, region: number */
  const char *text;                /* string; ip, cidr: their bytes */
  struct constant **items;         /* list, set, record fields; map: key, value alternating, sorted */
  uint32_t length; unsigned count; /* of text; of items */
  bool missing;
};
struct local { const char *name; const struct type *type; bool optional; unsigned id; struct span span; };   /* id: unique in its rule or fn */
struct expr {                      /* small, since a program has millions: what it names by its kind shares one place */
  enum expr_kind kind; bool optional;
  const struct type *type;
  struct span span;
  unsigned count;                  /* of list */
  struct expr *a, *b, *c, *d;
  union {
    struct expr **list;
    const struct local *binder2;
  };
  union {
    const char *name;              /* ARG */
    unsigned index;
    const struct constant *constant;
    const struct local *local, *binder;
    const struct operation *operation; const struct entity *entity; const struct table *table; const struct tree *tree;
    const struct pattern *pattern; const struct function *function; const struct zone *zone;
  };
};
/* Loops and EXPR_LET: they have a binder, loops perhaps two or none. */
static inline bool expr_binds(const struct expr *e) { return (e->kind >= EXPR_ANY && e->kind <= EXPR_GREATEST) || e->kind == EXPR_LET; }
struct function { const char *name; struct local **params; unsigned param_count; const struct type *result; bool optional;
  struct expr *body; unsigned id; struct span span; };      /* calls only functions of lower id */

/* ---- rules ---- */
enum let_otherwise { LET_PLAIN, LET_DENIES, LET_ASKS };
struct let {
  const struct local *local;       /* after `otherwise deny` not optional */
  struct expr *value;
  enum let_otherwise otherwise; const struct group **approvers; unsigned approver_count;
  const char *because; const char *hint;                    /* hint: operation that would return what is missing, or NULL */
  struct span span;
};
struct obligation { const char *kind, *argument; const char *redacts; /* argument name, or NULL: the released text */
  const struct detector **detectors; unsigned detector_count; struct span span; };
struct waiver { const struct agent *agent; struct let **lets; unsigned let_count; struct expr *where; const char *because; struct span span;
  int64_t until; };                /* the last microsecond in which it applies */
struct rule {
  const char *name;                /* package.policy */
  enum rule_effect effect; enum event event; unsigned id;
  bool guard, models;              /* models: judges one model, SPEC 19 */
  const struct package *package;
  const struct agent **agents; unsigned agent_count;        /* in scope, sorted; never "all": the world is closed */
  bool reads_facts, reads_session; /* some fact of contexts.def; what losing state can change. Waivers included */
  bool folds;                      /* something in it may come out the same whatever is asked, see codegen/partial.h */
  bool sure;                       /* checker only: where or unless is true or false whatever is asked */
  const struct operation **operations; unsigned operation_count;   /* EVENT_CALL */
  unsigned release_mask;           /* EVENT_RELEASE: bits of enum release_target */
  const struct agent **targets; unsigned target_count;      /* EVENT_DELEGATE */
  struct let **lets; unsigned let_count;                    /* those that the rule's text uses, in order */
  struct expr *where, *unless;     /* or NULL */
  const char *because; const char *condition;               /* source text of where/unless, for explanations */
  const struct group **approvers; unsigned approver_count; int64_t wait;
  struct obligation **obligations; unsigned obligation_count;
  struct waiver **waivers; unsigned waiver_count;
  struct span span;
};
struct limit {
  struct rule *rule;               /* an OBLIGE without obligations that matches what is counted */
  enum limit_each each; unsigned field;                     /* LIMIT_EACH_FIELD: of the requester */
  enum limit_window window; enum limit_unit unit; int64_t length;
  unsigned slot;                   /* of the argument that is summed; NONE32: none is */
  enum limit_counts counts; const char *currency;           /* of an infer; currency: of LIMIT_COUNTS_COST */
  int64_t most; uint32_t warn;     /* warn: a share of most, in millionths; 0 none */
  const char *identity, *stem;     /* of the counter; stem: shared by limits that are written alike */
  const char *words;               /* "at most 5 per day for each agent" */
};
struct weight { const struct model *model; uint32_t weight; };
struct route {                     /* how the model is chosen for what `rule`, an allow of infer, matches */
  struct rule *rule; enum route_prefer prefer; enum route_sticky sticky;
  unsigned retries, fallbacks, retry_kinds;                 /* retry_kinds: bits of rebase_failure */
  const struct type *currency; int64_t cap;                 /* currency: NULL when no model has a price; cap: 0 none */
  struct weight *weights; unsigned weight_count;            /* sorted by the models' names */
  const struct rule *require;      /* or NULL */
  unsigned *tasks; unsigned task_count;                     /* symbols, of a tier */
  struct span span;
};
struct pending { const char *kind, *name; struct span span; };   /* prove */

/* ---- tests ---- */
struct test_arg { const char *name; const struct constant *value; };
enum step_outcome { STEP_NONE, STEP_SUCCESS, STEP_FAILED, STEP_UNKNOWN };
struct test_step {
  enum event event; const struct operation *operation; unsigned release; const struct agent *target; const struct agent *by;
  const char *args_json;           /* {"name": value, ...} in wire form */
  const char *text;                /* release */
  enum step_outcome outcome; const char *result_json;
  const char **approved; unsigned approved_count; bool approve_all;   /* groups that answered */
  bool expects; enum rule_effect expected; const char *by_rule;       /* by_rule: full rule name or NULL */
  const struct group **approvers; unsigned approver_count;
  const char *model; const struct type *currency; int64_t cost;      /* of an infer: which model, NULL any; what it costs at most */
  struct span span, expect_span;
};
struct test_seen { const struct entity *entity; const char *json; struct span span; };
struct test {
  const char *title; const struct package *package; struct span span;
  bool has_time; int64_t at;
  const char *requester_json;      /* or NULL */
  const char **said; unsigned said_count;
  uint64_t labels, proofs;
  struct test_seen *seen; unsigned seen_count;
  struct test_step *steps; unsigned step_count;
  const char *needs;               /* what cannot be executed yet ("rows of a table"), or NULL */
};

struct program {
  struct arena *arena;
  const char *workspace; const struct zone *zone; bool has_now; int64_t now;
  struct source **sources; unsigned source_count;           /* by source id */
  struct { const char *path, *digest; } *digests; unsigned digest_count;   /* sorted by path, tables too; hex */
  const char *stdlib_digest, *built;
#define PROGRAM_ARRAY(TYPE, NAME) TYPE **NAME; unsigned NAME##_count;
  PROGRAM_ARRAY(struct package, packages)
  PROGRAM_ARRAY(struct type, types)
  PROGRAM_ARRAY(struct zone, zones)
  PROGRAM_ARRAY(struct label, labels)
  PROGRAM_ARRAY(struct proof, proofs)
  PROGRAM_ARRAY(struct group, groups)
  PROGRAM_ARRAY(struct region, regions)
  PROGRAM_ARRAY(struct connector, connectors)
  PROGRAM_ARRAY(struct entity, entities)
  PROGRAM_ARRAY(struct operation, operations)
  PROGRAM_ARRAY(struct team, teams)
  PROGRAM_ARRAY(struct agent, agents)
  PROGRAM_ARRAY(struct provider, providers)
  PROGRAM_ARRAY(struct model, models)
  PROGRAM_ARRAY(struct table, tables)
  PROGRAM_ARRAY(struct tree, trees)
  PROGRAM_ARRAY(struct pattern, patterns)
  PROGRAM_ARRAY(struct detector, detectors)
  PROGRAM_ARRAY(struct function, functions)
  PROGRAM_ARRAY(struct rule, rules)
  PROGRAM_ARRAY(struct limit, limits)
  PROGRAM_ARRAY(struct route, routes)
  PROGRAM_ARRAY(struct pending, pending)
  PROGRAM_ARRAY(struct test, tests)
#undef PROGRAM_ARRAY
  const char **symbols; unsigned symbol_count;
  struct type *requester;          /* record of `context requester`, or NULL */
};
#endif
