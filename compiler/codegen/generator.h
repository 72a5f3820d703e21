/* generator.h: what the files of the code generator share.
 *
 * A generator holds one growing buffer a section; image_writer.c lays them out at the end. A gen_code is one program
 * under construction (a rule's, a waiver's or a function's), which is appended to section CODE when it is complete.
 * Out of memory and passed limits are remembered, so that callers may check late.
 */
#ifndef RBC_GENERATOR_H
#define RBC_GENERATOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "diag/diag.h"
#include "image.h"
#include "sema/program.h"

struct gen_buffer { unsigned char *bytes; size_t size, room; };
struct gen_slot { uint32_t hash, number; };                     /* number NONE32: free */
struct gen_intern { struct gen_slot *slots; size_t room, used; };

/* Byte strings, each once; number i stands in entries[i]. */
struct gen_entry { size_t at; uint32_t size, mark; };           /* mark: what its owner notes */
struct gen_pool { struct gen_intern set; struct gen_buffer bytes, entries; uint32_t last; };

/* A constant that code reads: a text or a composite, or else a scalar; or what a let lacks. It gets its place in the bundle when it is settled
 * which code stays (settle.c); until then making code changes nothing that others read. */
struct gen_constant { uint32_t type; int64_t scalar; const struct constant *value; const struct let *lack; };

/* Registers, calls, nodes of its body, with those of what it calls; how often it reads each parameter: see inline.c. */
struct gen_function { struct image_cost cost; unsigned frame, depth; uint32_t nodes; const uint32_t *uses; };

struct generator {
  const struct program *program;
  struct rbc_diags *diags;
  struct arena scratch, left;                    /* left: what is left of the rule or function at hand */
  struct gen_buffer sections[SECTION_COUNT];
  struct gen_intern texts, consts, values, costs, index_runs, lists;
  struct gen_pool lacks, forms, programs, residuals, operations, obligations;     /* the first four number their sections' records */
  struct gen_buffer constants, immediates;       /* struct gen_constant, of the code at hand: a rule's own, and what stands in the code itself */
  struct gen_buffer types, places, key;          /* of the rule at hand: u32 for each of its constants; what its program is found by */
  struct gen_buffer code;                        /* room for the next program's */
  struct gen_buffer condition;                   /* its text as image.h says; condition_to: up to where it is settled */
  size_t condition_to;
  const struct operation *const *over; uint32_t over_count, over_number;         /* operations of the rule that was last at hand, their number in the pool */
  struct gen_buffer value_ends;          /* u32 each: where a packed value ends in VALUES */
  struct gen_buffer runs;                /* struct gen_run: ranges of INDEXES that can be shared */
  struct gen_function *functions;        /* by id; those made so far */
  uint32_t *type_numbers, type_count;    /* program type id -> index in TYPES */
  struct gen_buffer list_types;          /* by index in TYPES, u32: that of `list of` it, or NONE32; no further than they are known */
  uint32_t *source_index;                /* program source id -> index in SOURCES */
  uint32_t line_source, line;            /* what gen_source found last: rules stand in the order of their text */
  uint32_t pair_type;                    /* record of two strings, appended for trees; or NONE32 */
  bool plain;                            /* rules as they are written, whoever asks for what */
  unsigned threads;                      /* rbc_options */
  struct gen_lowered *lowered;           /* by rule, or NULL: programs that were made before their turn */
  bool ahead;                            /* it makes those, and settles nothing: what is left of rules stays until others have */
  bool out_of_memory, failed;
};
struct gen_run { uint32_t first, count; };

/* ---- image_writer.c */
size_t gen_record_size(enum section section);
uint32_t gen_count(const struct generator *g, enum section section);          /* records so far */
/* Gives the index of the first. */
uint32_t gen_append(struct generator *g, enum section section, const void *records, uint32_t count);
void *gen_record(struct generator *g, enum section section, uint32_t index);  /* valid until the next append */
bool gen_buffer_grow(struct generator *g, struct gen_buffer *buffer, size_t size);
static inline bool gen_buffer_add(struct generator *g, struct gen_buffer *buffer, const void *bytes, size_t size) {
  if (size > buffer->room - buffer->size && !gen_buffer_grow(g, buffer, size)) return false;
  if (size) memcpy(buffer->bytes + buffer->size, bytes, size);
  buffer->size += size;
  return true;
}
ref gen_text(struct generator *g, const char *bytes, size_t length);
ref gen_string(struct generator *g, const char *string);                      /* NULL: the empty text */
uint32_t gen_const(struct generator *g, uint32_t type, int64_t bits);
uint32_t gen_cost(struct generator *g, const struct image_cost *cost);
uint32_t gen_indexes(struct generator *g, const uint32_t *indexes, uint32_t count);
bool gen_finish(struct generator *g, unsigned char **image, size_t *size);
void gen_free(struct generator *g);
/* The number in the set with this hash for which same() holds, or NONE32. */
uint32_t gen_find(const struct generator *g, const struct gen_intern *set, uint32_t hash,
                  bool (*same)(const struct generator *g, uint32_t number, const void *key, size_t size),
                  const void *key, size_t size);
void gen_remember(struct generator *g, struct gen_intern *set, uint32_t hash, uint32_t number);
/* The number of these bytes, which are new when it was the count before; NONE32 when memory is out. */
uint32_t gen_pooled(struct generator *g, struct gen_pool *pool, const void *bytes, size_t size);
void gen_pool_free(struct gen_pool *pool);
/* The number of a record that its section holds once: the pool numbers the section's records. */
uint32_t gen_pooled_record(struct generator *g, struct gen_pool *pool, enum section section, const void *record, size_t size);
struct gen_entry *gen_entry(const struct gen_pool *pool, uint32_t number);
uint32_t gen_pool_count(const struct gen_pool *pool);
void gen_too_large(struct generator *g);
void gen_internal_error(struct generator *g, struct span span, const char *what);

/* ---- values.c */
uint32_t gen_value(struct generator *g, const struct constant *constant);     /* entry in VALUE_INDEX */
/* A list of rows of a record type; NULL: records of two strings, see gen_pair_type. */
uint32_t gen_list_value(struct generator *g, uint32_t list_type, const struct type *row, struct constant **rows,
                        uint32_t count);
bool gen_is_text(enum type_kind kind);
bool gen_is_scalar(enum type_kind kind);

/* ---- world.c, types.c: what the program declares */
void gen_types(struct generator *g);
uint32_t gen_type(const struct generator *g, const struct type *type);
uint32_t gen_list_type(struct generator *g, uint32_t element);
uint32_t gen_pair_type(struct generator *g);        /* record of two strings, for trees */
void gen_world(struct generator *g);
void gen_tables(struct generator *g);
void gen_patterns(struct generator *g);
void gen_zones(struct generator *g);
void gen_state_digest(struct generator *g, char hex[65]);
uint32_t gen_groups(struct generator *g, const struct group *const *groups, uint32_t count);
uint32_t gen_source(struct generator *g, struct span span, uint32_t *line);

/* ---- scope.c */
void gen_scope(struct generator *g);

struct gen_code;
/* ---- inline.c */
uint32_t inline_nodes(const struct generator *g, const struct expr *body);    /* with those of all functions that it calls; these have theirs */
uint32_t inline_uses(const struct expr *body, const struct local *local);     /* how often it is read; more than can matter when a loop does */
/* ---- condition.c: the text of a condition */
void gen_condition_open(struct generator *g, const struct rule *rule);
/* The constant of that number stands in the condition, where it is written as it will be shown. */
void gen_condition_hole(struct gen_code *code, const struct expr *e, uint32_t number);
/* ---- residual.c */
struct known;
uint64_t gen_facts(const struct rule *rule);        /* that it reads: bits of enum context_fact */
void gen_know_agent(struct known *known, const struct agent *agent);
void gen_know_head(struct known *known, uint32_t head);
/* Begins the rule's own program: it is not finished yet. */
void gen_own_program(struct generator *g, struct gen_code *code, const struct rule *rule);
/* Likewise that of a waiver of the rule; false: it never holds, and there is none. */
bool gen_waiver_program(struct generator *g, struct gen_code *code, const struct rule *rule, const struct waiver *waiver);
/* Likewise that of a function. */
void gen_function_program(struct generator *g, struct gen_code *code, const struct function *function);
/* What a list holds for the rule where so much is known: see image.h; NONE32: nothing, it never matches. */
uint32_t gen_residual(struct generator *g, const struct rule *rule, const struct known *known);

/* ---- emit.c: one program */
struct gen_label { uint32_t uses; };     /* the last jump to it + 1; each jump's imm has the one before. Used once. */
struct gen_code {
  struct generator *g;
  struct gen_buffer code;
  unsigned top;                          /* first free register */
  unsigned depth;                        /* loops around */
  unsigned high;                         /* registers used at a time, at most */
  bool reachable, failed;
  bool quiet;                            /* passing a limit is no error: there is another way */
  uint32_t last_place;                   /* where a label was placed last */
  struct image_cost cost;
  unsigned callee_frame, callee_depth;   /* of the deepest function called */
  struct span span;                      /* of the rule or function: where limits are reported */
  const struct rule *rule;               /* whose args are read; NULL in a function */
  bool shared;                           /* a rule's own: its constants are not in the code */
  uint8_t *locals; unsigned local_room;  /* local id -> register */
};
void gen_code_open(struct generator *g, struct gen_code *code, struct span span, const struct rule *rule);
/* Loads a scalar that the code itself holds. */
void gen_scalar(struct gen_code *code, unsigned to, uint32_t type, int64_t scalar);
/* Its number among the constants of the rule at hand. */
uint32_t gen_rule_constant(struct generator *g, const struct gen_constant *constant);
/* Among those that stand in code: imm of an instruction that loads one, until it is settled. */
uint32_t gen_immediate(struct generator *g, const struct gen_constant *constant);
bool gen_code_fits(struct gen_code *code);                                    /* no limit is passed */
void gen_code_drop(struct gen_code *code);
uint32_t gen_emit(struct gen_code *code, enum opcode op, unsigned a, unsigned b, unsigned c, uint32_t imm);
void gen_jump(struct gen_code *code, enum opcode op, unsigned a, struct gen_label *label);
void gen_place(struct gen_code *code, struct gen_label *label);
unsigned gen_register(struct gen_code *code);                                 /* allocates the next one */
unsigned gen_registers(struct gen_code *code, unsigned count);                /* consecutive */
void gen_bind(struct gen_code *code, const struct local *local, unsigned at);
unsigned gen_bound(struct gen_code *code, const struct local *local);
struct gen_loop { uint32_t at; unsigned element, index, saved_top; };
struct gen_loop gen_loop_open(struct gen_code *code, unsigned source);
void gen_loop_close(struct gen_code *code, struct gen_loop loop);

/* ---- lower_ahead.c */
void gen_lower_ahead(struct generator *g);
/* The rule's program as a thread has made it, now at hand. False: none has. */
bool gen_take_lowered(struct generator *g, struct gen_code *code, const struct rule *rule);

/* ---- settle.c: code that stays */
/* The program of the rule at hand, found or appended to PROGRAMS, and frees. Fills g->types and g->places. */
uint32_t gen_program(struct gen_code *code, const struct rule *rule);
/* Appends to CODE and frees; says where, how much, and which entry of COSTS. */
void gen_code_close(struct gen_code *code, uint32_t *first, uint32_t *count, uint32_t *cost);

/* ---- lower_expr.c, lower_loop.c, lower_rule.c */
void gen_expr(struct gen_code *code, const struct expr *e, unsigned to);
void gen_expr_as(struct gen_code *code, const struct expr *e, const struct type *wanted, unsigned to);
unsigned gen_operand(struct gen_code *code, const struct expr *e);
void gen_branch(struct gen_code *code, const struct expr *e, bool when, struct gen_label *label);
void gen_loop_expr(struct gen_code *code, const struct expr *e, unsigned to);
void gen_loop_branch(struct gen_code *code, const struct expr *e, bool when, struct gen_label *label);   /* ANY, ALL */
void gen_bool(struct gen_code *code, bool value, unsigned to);
void gen_function_code(struct generator *g, struct gen_code *code, const struct function *function, const struct expr *body, bool quiet);
void gen_functions(struct generator *g);
void gen_rule_open(struct generator *g, struct gen_code *code, const struct rule *rule, bool quiet);        /* now at hand */
void gen_rule_program(struct generator *g, struct gen_code *code, const struct rule *rule);
/* It obliges where lets and `where` hold: of a waiver. */
void gen_condition_program(struct generator *g, struct gen_code *code, const struct rule *rule, bool quiet);
void gen_rules(struct generator *g);
#endif
