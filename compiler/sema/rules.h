/* rules.h: what the files of the checker's second half share (see checker.h for the first).
 *
 *   expr.c names, members, literals, if · expr_ops.c operators · compare.c equality and membership · builtins.c functions
 *   quantify.c any, all, first, folds · seen.c what a session knows · flow.c what a condition has shown
 *   fns.c fn · lets.c lets of a rule · scope.c heads · rules.c policies and guards · oblige.c · waive.c · routes.c · closure.c
 *   · ahead.c rules before their turn · pending.c prove · limits.c · reads.c what they read · state.c losing state never widens · warn.c · fold.c constant conditions · tests.c, steps.c
 *
 * A function that returns NULL or false has reported what is wrong (or memory is out); its caller stays silent.
 */
#ifndef RBC_RULES_H
#define RBC_RULES_H
#include "sema/checker.h"
#include "sema/fold.h"

/* ---- what holds where an expression stands ---- */
struct fact {
  const struct expr *path;
  const struct fact *next;
}; /* this path is present here */

struct binding { /* a let, a parameter of fn, a binder */
  const char *name;
  struct span span;
  const struct local *local;     /* NULL: its declaration is wrong, and was reported */
  const struct expr *stands_for; /* `v in seen E.f`: v is this field; else NULL */
  const struct binding *next;
};

struct env {
  struct checker *c;
  const struct file_scope *scope;
  unsigned events; /* mask of EV_: what is decided; 0 inside fn */
  bool pure;       /* inside fn: parameters, constants and tables only */
  const struct operation **operations;
  unsigned operation_count; /* EV_CALL */
  const struct binding *bindings;
  const struct fact *facts;
  unsigned next_local;
  const struct node *later_lets; /* LIST of the policy: names declared below, for a better message; or NULL */
  unsigned loops;                /* quantifiers around */
};

/* ---- private state ---- */
struct reported {
  enum diag_code code;
  struct span span;
  struct reported *next;
};
struct fn_work {
  struct symbol *symbol;
  const struct item *item;
  enum { FN_NEW, FN_OPEN, FN_DONE, FN_BROKEN } state;
  struct function *function;
  atomic_bool used;
};
struct let_use {
  const struct node *node;
  uint32_t at; /* among the items of its block */
  struct span span;
  const char *name;
  atomic_bool used;
  struct let_use *next;
};
enum { HEADS_KEPT = 256, REPORTED_BUCKETS = 1024 };
struct said_head; /* scope.c */
struct rules_state {
  struct reported *reported[REPORTED_BUCKETS]; /* a let is checked in each rule that uses it; said once */
  struct diag ignored;       /* stands in for a repetition */
  unsigned said;             /* diagnostics until now, repetitions too */
  struct fn_work *fns;       /* in text order */
  unsigned fn_count;
  struct let_use *lets, *last_let; /* in text order */
  const struct operation **readers; /* by entity: the one that returns it; made when first needed */
  const char **hints;               /* by entity: how to call that one; each when first needed */
  struct said_head *heads;   /* HEADS_KEPT of them, by their text */
};

/* Adds a diagnostic unless this code was reported at this place. */
struct diag *rule_diag(struct checker *c, enum diag_code code, struct span span, const char *format, ...)
  __attribute__((format(printf, 4, 5)));
/* "`args.amount`": source text of a node in one line, shortened; literals without quotes of ours. */
const char *rule_text(struct checker *c, const struct file_scope *scope, const struct node *node);
/* Source text of nodes first .. last in one line, comments left out. */
const char *rule_slice(struct checker *c, const struct file_scope *scope, uint32_t first_token, uint32_t last_token);
bool rule_is(const char *a, const char *b);
const char *rule_type_phrase(struct checker *c, const struct type *type); /* "an int", "money(USD)" */

/* ---- expressions ---- */
/* expected: what the place wants, for words, regions and literals; may be NULL, and nothing is promised of the
 * result. */
struct expr *rule_expr(struct env *env, const struct node *node, const struct type *expected);
struct expr *rule_condition(struct env *env, const struct node *node); /* a bool that is there */
/* As rule_expr, and of that type (an int is promoted); there unless optional_ok. what: "the argument `x` of f". */
struct expr *rule_typed(struct env *env, const struct node *node, const struct type *type, bool optional_ok,
                        const char *what);
struct expr *rule_coerce(struct env *env, struct expr *e, const struct node *node, const struct type *type,
                         const char *what);
struct expr *rule_need(struct env *env, struct expr *e, const struct node *node); /* there, or E0254 */
struct expr *rule_new(struct env *env, enum expr_kind kind, const struct type *type, struct span span);
struct expr *rule_one(struct env *env, enum expr_kind kind, const struct type *type, struct span span, struct expr *a);
struct expr *rule_two(struct env *env, enum expr_kind kind, const struct type *type, struct span span, struct expr *a,
                      struct expr *b);
struct expr *rule_scalar(struct env *env, const struct type *type, int64_t scalar, struct span span);
struct expr *rule_constant(struct env *env, const struct constant *constant, struct span span);
struct expr *rule_local(struct env *env, const struct local *local, struct span span);
struct expr *rule_field_of(struct env *env, struct expr *base, const char *name, struct span span); /* silent NULL */
const struct type *rule_bool(struct env *env);
/* Its type comes from the other side: a word, a text, a number, a list of such. */
bool rule_adapts(struct env *env, const struct node *node);
bool rule_pair(struct env *env, const struct node *left, const struct node *right, struct expr **a, struct expr **b);
struct expr *rule_context(struct env *env, enum context_fact fact, struct span span); /* without a check of the event */
const struct binding *rule_binding(const struct env *env, const char *name);
/* A new local; reports a name that is taken or has a meaning of its own. */
struct local *rule_bind(struct env *env, const struct node *name, const struct type *type, bool optional);
const char *rule_dotted(struct checker *c, const struct file_scope *scope,
                        const struct node *node); /* NAME or MEMBERs: "a.b"; else NULL */

struct expr *rule_binary(struct env *env, const struct node *node, const struct type *expected);
bool rule_unify(struct env *env, struct expr **a, struct expr **b); /* int and decimal; silent */
struct expr *rule_todecimal(struct env *env, struct expr *e);
struct expr *rule_within(struct env *env, const struct node *node);
void rule_mismatch(struct env *env, enum diag_code code, struct span span, const struct node *left,
                   const struct expr *a, const struct node *right, const struct expr *b, const char *why);
struct expr *rule_equal(struct env *env, const struct node *node, const struct node *left, const struct node *right,
                        bool negated);
struct expr *rule_order(struct env *env, const struct node *node);
struct expr *rule_in(struct env *env, const struct node *node);
struct expr *rule_contains(struct env *env, const struct node *node);
struct expr *rule_array(struct env *env, const struct node *node, const struct type *expected);
bool rule_is_scalar_or_text(const struct type *type);
bool rule_is_ordered(const struct type *type);
bool rule_is_text(const struct type *type); /* string, ip, cidr: compared by bytes */

struct expr *rule_invoke(struct env *env, const struct node *node, const struct type *expected);
bool rule_is_builtin(const char *name);
struct expr *rule_row(struct env *env, const struct node *node, const struct table *table, const struct node *keys);
struct expr *rule_keys(struct env *env, struct expr *e, const struct node *node, const struct node *keys,
                       const struct field *fields, const unsigned *key_field, unsigned count, const char *what);

struct expr *rule_quantifier(struct env *env, const struct node *node);
struct expr *rule_count(struct env *env, const struct node *node);
struct expr *rule_fold(struct env *env, const struct node *node);
struct expr *rule_fold_list(struct env *env, const struct node *node, enum expr_kind kind); /* sum(xs) */

struct expr *rule_seen(struct env *env, const struct node *node); /* SEEN */
struct expr *rule_seen_member(struct env *env,
                              const struct node *node); /* MEMBER over a SEEN without keys; NULL silently: none */
bool rule_is_seen_list(struct env *env, const struct node *node, const struct entity **entity,
                       const struct field **field);
struct expr *rule_only_seen(struct env *env, const struct node *node);
struct expr *rule_bound(struct env *env, const struct node *node);
struct expr *rule_sayable(struct env *env, const struct node *node, enum expr_kind kind);
struct expr *rule_has(struct env *env, const struct node *node);
struct expr *rule_session_count(struct env *env, const struct node *node);
const struct entity *rule_entity(struct env *env, const struct node *path);
bool rule_stateful(struct env *env, struct span span, const char *what); /* reports it inside fn */
struct expr *rule_seen_any(struct env *env, const struct node *node);    /* x in seen E, x in seen E.f */

/* ---- flow ---- */
const struct fact *flow_when(struct env *env, const struct expr *condition, bool truth, const struct fact *base);
const struct fact *flow_present(struct env *env, const struct expr *path, const struct fact *base);
struct expr *flow_unwrap(struct env *env, struct expr *e); /* UNWRAP(e) if it is known to be there */
bool flow_same(const struct expr *a, const struct expr *b);
const struct expr *flow_strip(const struct expr *e); /* without UNWRAP */

/* ---- fn, lets, rules ---- */
bool rule_functions(struct checker *c);
const struct function *rule_function(struct checker *c, const struct symbol *symbol,
                                     struct span used_at); /* NULL: broken */

struct block { /* a policy or guard under work */
  struct checker *c;
  const struct item *item;
  bool guard;
  const char *name;
  const struct node *items; /* LIST */
  struct let_use **lets;
  unsigned let_count;
  struct rule **ahead; /* by item: a rule that was checked before its turn, or NULL; or NULL altogether */
};
bool rule_is_rule(const struct node *node);
/* The rule that stands there, which is not in the program yet. Not good: something was wrong with it; it takes part in other checks all the same. */
struct rule *rule_check(const struct block *block, uint32_t at, bool *good);
/* ---- ahead.c: false: out of memory ---- */
/* Of one thing, by a checker that may be another thread's. False: something is wrong. */
typedef bool rule_look(struct checker *c, size_t number, void *user);
/* By several threads, if there are many things. settled: by number, those of which there is nothing to say or to make; NULL: nobody looked. */
bool rule_look_ahead(struct checker *c, size_t count, rule_look *look, void *user, bool **settled);
bool rule_check_ahead(struct checker *c, struct block *blocks, size_t count);       /* fills `ahead` */
/* Lets of the block before `before` that the text of `texts` uses, checked into *lets; bindings are added to env. */
bool rule_lets(struct env *env, const struct block *block, uint32_t before, const struct node *const *texts,
               unsigned text_count, struct let ***lets, unsigned *let_count);

struct head { /* of a rule, a limit, a claim */
  enum event event;
  const struct agent **agents;
  unsigned agent_count;
  const struct operation **operations;
  unsigned operation_count;
  unsigned release_mask;
  const struct agent **targets;
  unsigned target_count;
  bool all_operations, by_named;
};
enum head_use { HEAD_POLICY, HEAD_GRANT, HEAD_GUARD }; /* HEAD_GRANT: allow or ask of a policy */
bool rule_head(struct checker *c, const struct file_scope *scope, const struct node *event, const struct node *by,
               enum head_use use, struct head *head);
bool rule_approvers(struct checker *c, const struct file_scope *scope, const struct node *list,
                    const struct group ***approvers, unsigned *count);
bool rule_obligations(struct env *env, const struct node *list, struct rule *rule);
bool rule_waive(struct checker *c, const struct item *item);
bool rule_limit(const struct block *block, uint32_t at);
void rule_note_reads(struct rule *rule);   /* sets models, reads_facts, reads_session, folds, sure; again when something was added */
bool rule_route(struct checker *c, const struct item *item);
bool rule_routes_overlap(struct checker *c);
const struct model *rbc_current_model(const struct program *program, const struct model *model);      /* itself, or what replaces it */
bool rule_prove(struct checker *c, const struct item *item);
bool rule_pend(struct checker *c, const char *kind, const char *name, struct span span);
bool rule_test(struct checker *c, const struct item *item);
bool rule_step(struct checker *c, const struct item *item, const struct node *node, struct test_step *step);
bool rule_expect(struct checker *c, const struct item *item, const struct node *node, struct test_step *step);
void *rule_array_of(struct checker *c, size_t count,
                    size_t size); /* zeroed; never NULL for count 0 unless memory is out */
bool rule_has_agent(const struct rule *rule, const struct agent *agent);
bool rule_has_operation(const struct rule *rule, const struct operation *operation);
unsigned rule_first_from(const struct operation *const *sorted, unsigned count, unsigned id);       /* place of the first with no lower id */

/* ---- after all rules ---- */
void rule_check_state(struct checker *c);    /* E05xx */
void rule_check_warnings(struct checker *c); /* W09xx */
bool rule_check_routes(struct checker *c);   /* E0419 */
#endif
