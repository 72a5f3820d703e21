#include "syntax/parse.h"
uint32_t recover(struct parse *p, uint32_t at) {
  const struct token *token = parse_token(p, at);
  parse_error(p, E0020, token->offset, token_end(token), "unexpected %s", token_name((enum token_kind)token->kind));
  return p->source->token_count;
}
