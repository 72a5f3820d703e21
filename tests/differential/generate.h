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

/* generate_infer.c: models and what is asked of them, as text behind the rest of each package. */
void generate_models(struct random *r, struct text_buffer *p);
void generate_routes(struct random *r, struct text_buffer *out, const char *const *agents, unsigned count, bool weighted);
void generate_model_guards(struct random *r, struct text_buffer *out, const char *const *agents, unsigned count);
/* A condition that reads no argument. What a narrowing event may do to it: nothing; turn it true; turn it false. */
enum narrowing { NARROWING_STEADY, NARROWING_UP, NARROWING_DOWN };
void generate_condition(struct random *r, struct text_buffer *out, enum narrowing narrowing);
#define GENERATED_TASKS 4           /* the last is one that nothing speaks of */
extern const char *const generated_tasks[GENERATED_TASKS];

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
