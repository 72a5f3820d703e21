/* tokens.h: the numbers of tokens.def. */
#ifndef RBC_TOKENS_H
#define RBC_TOKENS_H
#include <stdbool.h>

enum token_kind {
  TOKEN_END,
#define LEXICAL(NAME, TEXT) TOKEN_##NAME,
#define TOKEN(NAME, TEXT) TOKEN_##NAME,
#define WORD(NAME, TEXT, CLASS) TOKEN_##NAME,
#include "syntax/tokens.def"
#undef LEXICAL
#undef TOKEN
#undef WORD
  TOKEN_KIND_COUNT
};

/* How people call it: "a name", "`where`". */
const char *token_name(enum token_kind kind);
/* A word's own text, or NULL for what is no word. */
const char *token_word(enum token_kind kind);
/* A word that no rule wants at a place is a name there. */
bool token_is_free(enum token_kind kind);
#endif
