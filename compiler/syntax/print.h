/* print.h: the tree as nested parentheses, for tests and for people who want to see it.
 *   (POLICY (NAME tickets) - (LIST (ALLOW (EVENT:call ...) ...)))      -: an absent child; :word the variant
 */
#ifndef RBC_PRINT_H
#define RBC_PRINT_H
#include "support/buffer.h"
#include "syntax/tree.h"

void tree_print(const struct source *source, const struct node *node, struct buffer *out);
#endif
