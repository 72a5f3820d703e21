/* print.c: the tree as nested parentheses. */
#include "syntax/print.h"
#include "syntax/tokens.h"

static const char *const KINDS[] = {
#define NODE(NAME, TEXT, CHILDREN) #NAME,
#include "syntax/nodes.def"
#undef NODE
};

static void print_leaf(const struct source *source, const struct node *node, struct buffer *out) {
  uint32_t length;
  const char *text = node_text(source, node, &length);
  buffer_text(out, " ");
  buffer_add(out, text, length);
}

static bool is_leaf(const struct node *node) {
  switch (node->kind) {
    case NODE_NAME: case NODE_BOOL: case NODE_INT: case NODE_DECIMAL: case NODE_MONEY: case NODE_DURATION:
    case NODE_QUANTITY: case NODE_PERCENT: case NODE_DATE: case NODE_TIME: case NODE_STRING: case NODE_PATTERN:
      return true;
    default: return false;
  }
}

void tree_print(const struct source *source, const struct node *node, struct buffer *out) {
  if (!node) { buffer_text(out, "-"); return; }
  buffer_format(out, "(%s", KINDS[node->kind]);
  if (is_leaf(node)) print_leaf(source, node, out);
  else if (node->tok) {
    const char *word = token_word((enum token_kind)node->tok), *name = token_name((enum token_kind)node->tok);
    buffer_format(out, ":%s", word ? word : name);
  }
  for (uint32_t i = 0; i < node->count; i++) {
    buffer_text(out, " ");
    tree_print(source, node->kid[i], out);
  }
  buffer_text(out, ")");
}
