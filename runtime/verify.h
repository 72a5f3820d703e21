/* verify.h: what the files of the verifier share. See checks.def for what is checked and where. */
#ifndef REBASE_VERIFY_H
#define REBASE_VERIFY_H
#include "bundle.h"
#include "pages.h"

/* A register's type while code is followed: 0 undefined, else (type + 1) << 1 | optional. */
typedef uint32_t regtype;

/* What a program can rely on: the arguments by slot, the same in all operations for which a rule of it is in scope. */
struct rule_scope {
  bool reachable;                   /* in some list that SCOPE leads to */
  uint32_t connector;               /* of all its operations; NONE32: none or several */
  regtype *args;                    /* by slot; 0: not an argument of all of them. NULL without a connector */
};

/* Made for each program by verify_code, filled in for functions before those that call them. */
struct function_facts { unsigned events; struct image_cost cost; };

struct verifier {
  struct rebase_bundle *bundle;
  struct bundle_error *error;
  struct pages temporary;           /* given back when the verdict is reached */
  uint64_t *text_starts;            /* a bit for each four bytes of TEXTS */
  uint32_t *list_of;                /* type -> the type `list of` it, or NONE32 */
  struct rule_scope *scopes;        /* by program */
  struct function_facts *functions;
  struct instruction *prepared;     /* the bundle's private copy of the code, see vm.h */
  struct routine *programs;         /* the bundle's, while they are made */
  struct scope_plan *plans;         /* likewise */
  uint32_t *earliest;               /* by instruction of the program at hand: the first jump to it, or NONE32 */
  uint32_t *targets;                /* likewise: verify_flow's own */
  struct flow *flow;                /* workspace of verify_flow, made when first needed */
};

/* Each reports the first failure and returns false. */
bool refuse(struct verifier *v, enum check check, enum section section, uint32_t index, const char *format, ...)
#if defined(__GNUC__)
  __attribute__((format(printf, 5, 6)))
#endif
  ;
bool refuse_code(struct verifier *v, enum check check, enum section section, uint32_t index, uint32_t pc, const char *format, ...)
#if defined(__GNUC__)
  __attribute__((format(printf, 6, 7)))
#endif
  ;
/* Of hashes for look-ups that want each key in a cell of its own: one after the other is tried. */
#define FIRST_MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)
static inline uint64_t next_multiplier(uint64_t last) { return last * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); }
bool out_of_memory(struct verifier *v);             /* reports it, returns false */
bool verify_is_text(const struct verifier *v, ref text);        /* whether a text starts there */

bool verify_file(struct verifier *v);               /* header, layout, texts, single fields; sets the section pointers */
bool verify_types(struct verifier *v);
bool verify_values(struct verifier *v);             /* decodes them into the bundle */
bool verify_world(struct verifier *v);
bool verify_scope(struct verifier *v);
bool index_bundle(struct verifier *v);              /* tables, trees, sorted names */
bool verify_code(struct verifier *v);               /* and prepares it */
bool plan_scopes(struct verifier *v);               /* scope_plan.c; checks nothing */
bool plan_routes(struct verifier *v);              /* route_plan.c; checks nothing, runs verified rules about models */
bool fuse_programs(struct verifier *v);             /* fuse.c; after all that reads the prepared code */
bool plan_tables(struct verifier *v);               /* decision_table.c; of fused programs */

/* ---- one program, shared by verify_code.c and verify_flow.c */
struct subject {                    /* whose program it is */
  enum section section; uint32_t index;             /* PROGRAMS, WAIVERS or FUNCTIONS */
  const struct image_program *program;              /* of rules, or of the rules that are waived; else NULL */
  const uint32_t *types; uint32_t types_count;      /* of the constants of its rules */
  const struct rule_scope *scope;   /* likewise */
  const struct image_function *function;
  const struct instruction *code; struct instruction *prepared; uint32_t count;
  unsigned registers;               /* found by the structural pass */
};
bool verify_flow(struct verifier *v, const struct subject *s, unsigned *events);

/* ---- types of registers */
static inline regtype regtype_of(uint32_t type, bool optional) { return (type + 1) << 1 | (optional ? 1u : 0u); }
static inline uint32_t regtype_type(regtype r) { return (r >> 1) - 1; }
static inline bool regtype_optional(regtype r) { return r & 1; }
/* What is known when either may have come this way. */
regtype regtype_meet(const struct rebase_bundle *bundle, regtype a, regtype b);
/* Types whose values are stored alike and mean the same; `comparable` also lets words of different lists meet. */
bool type_assignable(const struct rebase_bundle *bundle, uint32_t from, uint32_t to);
bool type_comparable(const struct rebase_bundle *bundle, uint32_t a, uint32_t b);

/* Sorts indexes 0 .. count-1 that stand in order; spare has room for as many. */
void sort_indexes(uint32_t *order, uint32_t *spare, uint32_t count, const void *context,
                  int (*compare)(const void *context, uint32_t a, uint32_t b));
#endif
