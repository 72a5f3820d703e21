/* partial.h: partial evaluation of a rule's expressions, some facts being known. */
#ifndef RBC_PARTIAL_H
#define RBC_PARTIAL_H
#include "codegen/generator.h"
#include "sema/fold.h"

enum {
  PARTIAL_EFFORT = 1 << 17,            /* nodes looked at for one residual; beyond, expressions stay as they are */
  PARTIAL_GROWTH = 512                 /* nodes by which a rule may grow, where functions are inlined and loops unrolled */
};

struct partial_local {
  const struct constant *value;        /* NULL: not constant */
  struct expr *same;                   /* what the local is another name for; NULL: nothing that costs as little to read */
  bool fact;                           /* of a let that is a fact and nothing more */
  bool used;
};
struct partial {
  struct generator *g;
  const struct known *known;
  const struct rule *rule;             /* whose expressions these are */
  struct arena *arena;                 /* what is made here */
  struct partial_local *locals; unsigned local_room;        /* by id */
  unsigned next_local;                 /* id of the next local that is made here; 0: not known yet */
  unsigned loops;                      /* whose bodies are around */
  uint32_t effort, growth;
};

/* ---- partial.c ---- */
/* NULL when memory is out (then the arena says so). A part that is constant comes as EXPR_CONST. */
struct expr *partial_fold(struct partial *p, struct expr *e);
/* The evaluation can neither fail nor need a session. */
bool partial_harmless(const struct expr *e);
/* A fact of contexts.def and nothing more, or a let that is. */
bool partial_is_fact(const struct partial *p, const struct expr *e);
void partial_bind(struct partial *p, const struct local *local, const struct constant *value, bool fact);
void partial_name(struct partial *p, const struct local *local, struct expr *value);   /* an argument or fact by another name, if it is one */
void partial_use(struct partial *p, const struct expr *e);                  /* marks all that it reads */
bool partial_used(const struct partial *p, const struct local *local);
const struct constant *partial_value(const struct expr *e);                 /* NULL: it is not constant */
bool partial_is(const struct expr *e, bool value);                          /* constantly */
struct expr *partial_copy(struct partial *p, const struct expr *e);         /* of this node alone */
/* The constant in place of e, as a value of e's type. */
struct expr *partial_constant(struct partial *p, const struct expr *e, const struct constant *value);
struct expr *partial_missing(struct partial *p, const struct expr *e);
/* What stands in the tree for a part that `folded` was found for. */
struct expr *partial_kept(const struct partial *p, struct expr *part, struct expr *folded);
/* A copy with other parts, or e itself when they are the same. */
struct expr *partial_parts(struct partial *p, struct expr *e, struct expr *a, struct expr *b, struct expr *c, struct expr *d);
/* The same with a and b as partial_fold gave them, or NULL: facts among them stay. */
struct expr *partial_with(struct partial *p, struct expr *e, struct expr *a, struct expr *b);

/* ---- partial_loop.c ---- */
struct expr *partial_loop(struct partial *p, struct expr *e);

/* ---- inline.c ---- */
/* The call as the function's body; NULL: it stays. Its arguments are folded. */
struct expr *partial_inline(struct partial *p, struct expr *call);
struct expr *partial_let(struct partial *p, struct expr *e);

/* ---- constant_values.c ---- */
bool arithmetic(enum expr_kind kind, int64_t a, int64_t b, int64_t *result);       /* false: it fails; b: 0 if there is none */
int64_t text_length(const struct constant *text);
/* Of a constant list or map; NULL: missing. key: NULL for the last one. */
const struct constant *constant_element(enum expr_kind kind, const struct constant *whole, const struct constant *key);
/* What a loop over it goes through, if that is constant: each step-th from the first on. */
struct elements { struct constant *const *first; unsigned count, step; };
bool elements_of(const struct expr *source, struct elements *of);
/* inline.c: any and all over a few elements, as a test of one after the other; NULL: it stays. */
struct expr *partial_unroll(struct partial *p, struct expr *e, const struct elements *of);
#endif
