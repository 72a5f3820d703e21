/* tree.c: reading the tree; the tables of nodes.def and tokens.def. */
#include "syntax/tree.h"
#include <string.h>
#include "diag/render.h"
#include "syntax/tokens.h"

static const char *const NODE_NAMES[] = {
#define NODE(NAME, TEXT, CHILDREN) TEXT,
#include "syntax/nodes.def"
#undef NODE
};

enum word_class { NONE, RESERVED, FREE };
static const struct { const char *name, *word; enum word_class word_class; } TOKENS[] = {
  { "the end of the file", NULL, NONE },
#define LEXICAL(NAME, TEXT) { TEXT, NULL, NONE },
#define TOKEN(NAME, TEXT) { TEXT, NULL, NONE },
#define WORD(NAME, TEXT, CLASS) { "`" TEXT "`", TEXT, CLASS },
#include "syntax/tokens.def"
#undef LEXICAL
#undef TOKEN
#undef WORD
};

const char *token_name(enum token_kind kind) { return TOKENS[kind].name; }
const char *token_word(enum token_kind kind) { return TOKENS[kind].word; }
bool token_is_free(enum token_kind kind) { return TOKENS[kind].word_class == FREE; }
const char *rbc_node_name(enum node_kind kind) { return NODE_NAMES[kind]; }

bool rbc_source_texts(struct arena *arena, struct source *const *sources, size_t count, struct rbc_texts *texts) {
  struct rbc_text *list = arena_alloc(arena, count * sizeof *list);
  *texts = (struct rbc_texts){ list, list ? count : 0 };
  for (size_t i = 0; list && i < count; i++)
    if (sources[i]) list[i] = (struct rbc_text){ sources[i]->path, sources[i]->text, sources[i]->size, sources[i]->lines, sources[i]->line_count };
  return list;
}

struct span node_span(const struct source *source, const struct node *node) {
  uint32_t end = source->token_count - 1;
  const struct token *first = &source->tokens[node->first < end ? node->first : end];
  if (node->last <= node->first) return (struct span){ source->id, first->offset, first->offset };   /* an empty list */
  const struct token *last = &source->tokens[node->last - 1];
  return (struct span){ source->id, first->offset, last->offset + last->length };
}

const char *node_text(const struct source *source, const struct node *leaf, uint32_t *length) {
  const struct token *token = &source->tokens[leaf->first];
  const char *text = source->text + token->offset;
  uint32_t n = token->length;
  if (token->kind == TOKEN_FIELD) {
    do n--; while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'));
  } else if (token->kind == TOKEN_MEMBER || token->kind == TOKEN_OPTMEMBER) {
    uint32_t dots = token->kind == TOKEN_MEMBER ? 1 : 2;
    text += dots;
    n -= dots;
  }
  *length = n;
  return text;
}

static uint32_t put_utf8(char *out, uint32_t code) {
  unsigned char *o = (unsigned char *)out;
  if (code < 0x80) { o[0] = (unsigned char)code; return 1; }
  if (code < 0x800) {
    o[0] = (unsigned char)(0xC0 | code >> 6);
    o[1] = (unsigned char)(0x80 | (code & 0x3F));
    return 2;
  }
  if (code < 0x10000) {
    o[0] = (unsigned char)(0xE0 | code >> 12);
    o[1] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
    o[2] = (unsigned char)(0x80 | (code & 0x3F));
    return 3;
  }
  o[0] = (unsigned char)(0xF0 | code >> 18);
  o[1] = (unsigned char)(0x80 | (code >> 12 & 0x3F));
  o[2] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
  o[3] = (unsigned char)(0x80 | (code & 0x3F));
  return 4;
}

/* \u{...}: at the brace. Returns how many bytes it takes; 0 when it is badly written (reported by the lexer). */
static uint32_t read_code(const char *s, const char *limit, uint32_t *code) {
  const char *begin = s;
  uint32_t value = 0;
  if (s >= limit || *s++ != '{') return 0;
  for (; s < limit && *s != '}' && s - begin <= 6; s++) {
    char c = *s;
    uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
                   ? (uint32_t)((c | 0x20) - 'a' + 10) : 16;
    if (digit > 15) return 0;
    value = value * 16 + digit;
  }
  if (s >= limit || *s != '}' || s == begin + 1 || value > 0x10FFFF) return 0;
  *code = value;
  return (uint32_t)(s + 1 - begin);
}

static uint32_t unescape(char *out, const char *s, const char *limit) {
  const char *first = memchr(s, '\\', (size_t)(limit - s));
  uint32_t n = (uint32_t)((first ? first : limit) - s), code = 0;
  memcpy(out, s, n);
  s += n;
  while (s < limit) {
    if (*s != '\\' || s + 1 == limit) { out[n++] = *s++; continue; }
    char c = s[1];
    uint32_t taken = c == 'u' ? read_code(s + 2, limit, &code) : 0;
    if (taken) { n += put_utf8(out + n, code); s += 2 + taken; continue; }   /* never longer than it was written */
    out[n++] = c == 'n' ? '\n' : c == 't' ? '\t' : c;
    s += 2;
  }
  return n;
}

const char *node_string(const struct source *source, const struct node *leaf, struct arena *arena, uint32_t *length) {
  const struct token *token = &source->tokens[leaf->first];
  const char *text = source->text + token->offset, *limit = text + token->length;
  char quote = token->length ? *text : 0;
  if (text < limit) text++;
  if (text < limit && limit[-1] == quote) limit--;           /* a text without an end has none */
  char *copy = arena_alloc(arena, (size_t)(limit - text) + 1);
  uint32_t n = 0;
  if (length) *length = 0;
  if (!copy) return NULL;
  if (quote == '/') {
    for (; text < limit; text++) {
      if (*text == '\\' && text + 1 < limit && text[1] == '/') text++;
      else if (*text == '\\' && text + 1 < limit) copy[n++] = *text++;
      copy[n++] = *text;
    }
  } else n = unescape(copy, text, limit);
  copy[n] = 0;
  if (length) *length = n;
  return copy;
}

const char *node_path(const struct source *source, const struct node *path, struct arena *arena) {
  uint32_t length = 0;
  if (path->kind != NODE_PATH) {
    const char *text = node_text(source, path, &length);
    return arena_copy(arena, text, length);
  }
  const struct node *names = path->kid[0];
  size_t total = 0;
  for (uint32_t i = 0; i < names->count; i++) {
    node_text(source, names->kid[i], &length);
    total += length + 1u;
  }
  char *result = arena_alloc(arena, total + 1), *end = result;
  if (!result) return NULL;
  for (uint32_t i = 0; i < names->count; i++) {
    const char *text = node_text(source, names->kid[i], &length);
    if (i) *end++ = '.';
    memcpy(end, text, length);
    end += length;
  }
  *end = 0;
  return result;
}
