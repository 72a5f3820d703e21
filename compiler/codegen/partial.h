/* partial.h: partial evaluation of a rule's expressions, some facts being known. */
#ifndef RBC_PARTIAL_H
#define RBC_PARTIAL_H
#include "codegen/generator.h"
#include "sema/fold.h"

enum { PARTIAL_EFFORT = 1 << 17 };     /* nodes looked at for one residual; beyond, expressions stay as they are */

struct partial_local {
  const struct constant *value;        /* NULL: not constant */
  bool fact;                           /* of a let that is a fact and nothing more */
  bool used;
};
struct partial {
  struct generator *g;
  const struct known *known;
  struct arena arena;                  /* what is made here */
  struct partial_local *locals; unsigned local_room;        /* by id */
  uint32_t effort;
};

/* NULL when memory is out (then the arena says so). A part that is constant comes as EXPR_CONST. */
struct expr *partial_fold(struct partial *p, struct expr *e);
/* The evaluation can neither fail nor need a session. */
bool partial_harmless(const struct expr *e);
/* A fact of contexts.def and nothing more, or a let that is. */
bool partial_is_fact(const struct partial *p, const struct expr *e);
void partial_bind(struct partial *p, const struct local *local, const struct constant *value, bool fact);
void partial_use(struct partial *p, const struct expr *e);                  /* marks all that it reads */
bool partial_used(const struct partial *p, const struct local *local);
#endif
