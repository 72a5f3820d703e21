/* result.h: what a server answered: the facts in it that the policy may learn, and the texts in it that an agent may see. */
#ifndef GATE_RESULT_H
#define GATE_RESULT_H
#include "gate.h"

struct result {
  json_t *root;
  bool failed;                      /* isError */
  bool incomplete, typed;           /* resultType is there, and not `complete`; it was there and was taken out of root */
  const char *facts; size_t facts_length;       /* its structured content, raw, or its only text; NULL: neither */
  char *owned;
};
void result_read(struct result *result, const char *raw, size_t length, bool unwrap);
void result_free(struct result *result);
/* The result as the agent may have it, for the caller to free; NULL: withheld, and *reason says why. */
char *result_release(struct gate *gate, struct person *person, const struct result *result, const char *raw, size_t length,
                     size_t *released, char **reason);
#endif
