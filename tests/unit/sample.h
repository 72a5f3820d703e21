/* sample.h: checked programs made by hand, for tests of what comes after the checker. Everything lives in the arena. */
#ifndef SAMPLE_H
#define SAMPLE_H
#include "sema/program.h"

/* A small company: connector crm with entity crm.user {id key, age, note?, tags} and operations crm.get_user(id),
 * crm.pay(amount, note?, rate, tags, who) -> crm.user; agents acme.one and acme.two; one label, one proof, two groups; a
 * table bands {name key, level}; a tree org; zones UTC and Europe/Berlin; a pattern. No rules. */
struct sample {
  struct arena arena;
  struct rbc_diags diags;
  struct program program;
  const struct type *boolean, *integer, *decimal, *duration, *time, *string, *strings, *money, *users;
  struct type *user, *band;
  struct entity *entity;
  struct operation *get_user, *pay;
  struct agent *one, *two;
  struct table *bands;
  struct tree *org;
  struct pattern *pattern;
  unsigned locals;
};
void sample_open(struct sample *s);
void sample_close(struct sample *s);

struct type *sample_type(struct sample *s, enum type_kind kind);
struct expr *sample_expr(struct sample *s, enum expr_kind kind, const struct type *type, struct expr *a, struct expr *b);
struct expr *sample_optional(struct expr *e);
struct expr *sample_scalar(struct sample *s, const struct type *type, int64_t scalar);
struct expr *sample_text(struct sample *s, const char *text);
struct expr *sample_arg(struct sample *s, const char *name);                     /* of crm.pay */
struct expr *sample_field(struct sample *s, struct expr *record, unsigned index);
struct expr *sample_seen(struct sample *s, struct expr *key);                    /* seen crm.user(key) */
struct local *sample_local(struct sample *s, const char *name, const struct type *type, bool optional);
struct expr *sample_use(struct sample *s, const struct local *local);
/* Any quantifier or fold over one list. */
struct expr *sample_loop(struct sample *s, enum expr_kind kind, const struct type *type, struct expr *list,
                         const struct local *binder, struct expr *condition);
/* A rule of agent one over crm.pay, added to the program. */
struct rule *sample_rule(struct sample *s, enum rule_effect effect, struct expr *where, struct expr *unless);
struct let *sample_let(struct sample *s, struct rule *rule, const struct local *local, struct expr *value, enum let_otherwise otherwise);
struct function *sample_function(struct sample *s, const struct local *param, struct expr *body);
#endif
