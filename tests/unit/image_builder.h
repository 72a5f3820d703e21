/* image_builder.h: images made by hand, record by record, so that tests can break exactly one thing. Out of memory aborts. */
#ifndef IMAGE_BUILDER_H
#define IMAGE_BUILDER_H
#include <stdbool.h>
#include <stddef.h>
#include "image.h"

struct builder_section { unsigned char *bytes; size_t size, room; };
struct builder { struct builder_section section[SECTION_COUNT]; };

void builder_free(struct builder *b);
/* Appends records; the index of the first. */
uint32_t builder_add(struct builder *b, enum section section, const void *records, size_t count);
void *builder_at(struct builder *b, enum section section, uint32_t index);
uint32_t builder_count(const struct builder *b, enum section section);
ref builder_text(struct builder *b, const char *text);                /* not interned */
void builder_drop(struct builder *b, enum section section, size_t count);      /* the last records */
/* The file with its digest; the caller frees it. */
unsigned char *builder_finish(const struct builder *b, size_t *size);
void builder_digest(unsigned char *image, size_t size);               /* writes it anew after a change */
struct image_section *builder_table(unsigned char *image);

/* Replaces the code of a rule's program that stands last in CODE, and its cost, recounted. Rule, form and program have the same number. */
void builder_code(struct builder *b, uint32_t rule, const struct instruction *code, uint32_t count);
void builder_cost(const struct builder *b, const struct instruction *code, uint32_t count, struct image_cost *cost);

/* SCOPE anew, for heads of a class each: a tree for each class of agents, which has nothing in common with the others. */
void builder_scope(struct builder *b, uint32_t agents, uint32_t heads, uint32_t (*list_of)(const void *user, uint32_t agent, uint32_t head), const void *user);

/* ---- a world with something in every section; see image_builder.c. Numbers of what tests speak of: */
enum world_type { W_USD = TYPE_FIXED_COUNT, W_EUR, W_COLOUR, W_YES_NO, W_LOCAL_TIME, W_INTS, W_TEXTS, W_COUNTS, W_USER, W_USERS,
  W_ROW, W_ROWS, W_PAIR, W_PAIRS, W_SIZE, W_SHADE, W_SHADES, W_REQUESTER, W_MAP_OF_LISTS, W_COUNT };
enum world_slot { A_INT, A_INT2, A_DECIMAL, A_USD, A_USD2, A_EUR, A_DURATION, A_TIME, A_DATE, A_DATE2, A_STRING, A_STRING2, A_SYMBOL,
  A_REGION, A_REGION2, A_IP, A_CIDR, A_VERSION, A_BOOL, A_INTS, A_TEXTS, A_COUNTS, A_USER, A_COLOUR, A_USERS, A_DURATION2, A_DECIMAL2,
  A_TIME2, A_REQUIRED, O_INT = A_REQUIRED, O_STRING_, O_USER, O_INTS, O_COUNTS, O_IP, O_CIDR_, O_REGION_, O_COLOUR, W_SLOTS };
enum world_entity { E_USER, E_ORDER };
enum world_operation { OPERATION_GET, OPERATION_PAY };                /* crm.get(id), crm.pay(all the slots) */
enum world_rule { RULE_MAIN, RULE_GUARD, RULE_RELEASE, RULE_LIMIT, RULE_ROUTE, W_RULES };      /* RULE_MAIN: allow call crm.pay; its code stands last */
enum world_constant { K_LACK, K_STRING, K_YES, K_INTS, W_CONSTANTS };                 /* of RULE_MAIN: lack 0, "a text", true, value 2 */
void builder_world(struct builder *b);
uint32_t world_const(struct builder *b, uint32_t type, int64_t bits);
#endif
