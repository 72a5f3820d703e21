/* generate.h: random workspaces and random events for them. The same seed gives the same text.
 * What is generated always passes the checker: a program that does not is a failure of the test. */
#ifndef GENERATE_H
#define GENERATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random { uint64_t state; };
uint64_t random_next(struct random *r);
unsigned random_below(struct random *r, unsigned n);            /* 0 .. n-1 */
bool random_chance(struct random *r, unsigned percent);

struct text_buffer { char *bytes; size_t length, size; };
void text_add(struct text_buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text_buffer *out);
void text_free(struct text_buffer *out);

/* A whole workspace: root file and one policy file a package (p and q). */
struct workspace { struct text_buffer root, p, q; };
void generate_workspace(struct random *r, struct workspace *out);
void workspace_free(struct workspace *w);

/* What the generated workspaces always declare. */
#define GENERATED_AGENTS 3
#define GENERATED_OPERATIONS 7
extern const char *const generated_agents[GENERATED_AGENTS];
extern const char *const generated_operations[GENERATED_OPERATIONS];

void generate_arguments(struct random *r, unsigned operation, struct text_buffer *out);    /* {"name": ...} */
void generate_result(struct random *r, unsigned operation, const char *arguments, struct text_buffer *out);       /* JSON result; sometimes ill-typed */
void generate_thing(struct random *r, struct text_buffer *out);                            /* a value of entity store.thing */
void generate_requester(struct random *r, struct text_buffer *out);                        /* fields of context requester */
const char *generate_utterance(struct random *r);                                          /* what a person says */
#endif
