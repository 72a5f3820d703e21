/* json.h: JSON text straight into values, guided by the declared type: no tree, no heap.
 *
 * Two readers of one format. JSON_ARGUMENTS is for what an agent wrote: everything that is not exactly as declared is
 * refused. JSON_RESULT is for what a system answered: unknown fields are passed over, numbers are rounded half to even to
 * what their type holds, unknown words become `other` where there is one, and a required field that is not there is left
 * missing (and `incomplete` set) for the caller to judge. Both refuse duplicate keys, invalid UTF-8, NUL in strings, lone
 * surrogates and depth over 32.
 */
#ifndef REBASE_JSON_H
#define REBASE_JSON_H
#include <stdbool.h>
#include "bundle.h"
#include "plain.h"
#include "rebase.h"

enum json_mode { JSON_ARGUMENTS, JSON_RESULT };
enum { JSON_MAX_DEPTH = 32, JSON_ORDER = 64 };

/* Memory of one request: values grow from the front, lists of yet unknown length wait at the back. */
struct workspace { char *base; size_t low, high, size; };   /* base 8-byte aligned; free: low .. high */
static inline void workspace_reset(struct workspace *w) { w->low = 0; w->high = w->size & ~(size_t)7; }
static inline void *workspace_take(struct workspace *w, size_t size) {      /* 8-byte aligned, NULL when full */
  size_t rounded = (size + 7) & ~(size_t)7;
  if (rounded < size || rounded > w->high - w->low) return NULL;
  void *memory = w->base + w->low;
  w->low += rounded;
  return memory;
}
const struct text *workspace_text(struct workspace *w, const char *bytes, size_t length);   /* a copy, NULL when full */
/* The same of what is ASCII without NUL, which it looks at while it copies. NULL also when the text is not: nothing is taken then. */
static inline const struct text *workspace_ascii(struct workspace *w, const char *bytes, size_t length) {
  const size_t head = sizeof(struct text) + 1 + 7;
  size_t room = w->high - w->low;           /* a multiple of eight */
  if (room < head || length > room - head || length >= UINT32_MAX) return NULL;
  struct text *text = text_begin(w->base + w->low, length);
  if (plain_copy(text->bytes, bytes, length)) return NULL;
  w->low += (length + head) & ~(size_t)7;
  return text;
}

struct json_step { const char *name; uint32_t length; uint32_t index; };     /* name NULL: element index */
struct json {
  const struct rebase_bundle *bundle;
  struct workspace *work;
  enum json_mode mode;
  const unsigned char *start, *at, *end;
  uint32_t longest;                 /* list read so far */
  bool incomplete;                  /* JSON_RESULT: a required field was not there */
  unsigned depth;
  struct json_step path[JSON_MAX_DEPTH]; unsigned steps;    /* where we are, for messages */
  uint8_t order[JSON_ORDER];        /* of the arguments of the call read last: a guess, and never cleared */
  rebase_status status;             /* REBASE_OK until something fails; the first failure stays */
  char error[256];                  /* one sentence about it */
};
void json_begin(struct json *j, const struct rebase_bundle *bundle, struct workspace *work, enum json_mode mode,
                const char *bytes, size_t length);

/* ---- scanning (json_scan.c). All return false after a failure. ---- */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 3, 4)))
#endif
bool json_fail(struct json *j, rebase_status status, const char *format, ...);
static inline void json_enter(struct json *j, const char *name, size_t length) {     /* path: a field; index with name NULL */
  if (j->steps < JSON_MAX_DEPTH) j->path[j->steps] = (struct json_step){name, name ? (uint32_t)length : 0, name ? 0 : (uint32_t)length};
  j->steps++;
}
static inline void json_leave(struct json *j) { j->steps--; }
static inline int json_peek(struct json *j) {       /* next byte after white space; 0 at the end */
  while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t')) j->at++;
  return j->at < j->end ? *j->at : 0;
}
static inline bool json_take(struct json *j, char c) {      /* white space and c, if it is next */
  if (j->status != REBASE_OK || json_peek(j) != (unsigned char)c || j->at == j->end) return false;
  j->at++;
  return true;
}
bool json_expected(struct json *j, char c);         /* fails: c is not there */
static inline bool json_expect(struct json *j, char c) { return json_take(j, c) || json_expected(j, c); }
bool json_literal(struct json *j, const char *word);        /* null, true, false, if next */
bool json_end(struct json *j);                      /* nothing but white space is left */
bool json_open(struct json *j, char c);             /* '[' or '{', one level deeper */
/* A string of ASCII without escapes, as most are. False: it is another, and nothing was taken. */
static inline bool json_plain(struct json *j, const char **bytes, size_t *length) {
  uint64_t seen = 0;
  if (json_peek(j) != '"') return false;
  const unsigned char *first = j->at + 1, *end = plain_json(first, j->end, &seen);
  if (end == j->end || *end != '"' || seen & PLAIN_HIGH) return false;
  *bytes = (const char *)first;
  *length = (size_t)(end - first);
  j->at = end + 1;
  return true;
}
/* A string's bytes between the quotes, checked whole; unescape writes at most raw_length bytes and returns how many. */
bool json_raw(struct json *j, const char **raw, size_t *raw_length, bool *escaped);
size_t json_unescape(const char *raw, size_t raw_length, char *bytes);
/* A string; bytes point into the input or, when it holds escapes, into the workspace. */
bool json_quoted(struct json *j, const char **bytes, size_t *length);
bool json_text(struct json *j, const struct text **text);   /* a copy in the workspace */
struct json_number { const char *digits; size_t length; int64_t exponent; bool negative; };    /* digits may hold one '.' */
bool json_number(struct json *j, struct json_number *number);
bool json_skip(struct json *j);                     /* any value, checked for its form only */

/* ---- decoding (json_decode.c, json_scalar.c) ---- */
/* A value of the type; missing for null. */
bool json_value(struct json *j, uint32_t type, value *out);
bool json_scalar(struct json *j, uint32_t type, value *out);        /* number, bool or a form of text */
/* From text without quotes: what json_scalar does with strings. */
bool json_scalar_text(struct json *j, uint32_t type, const char *bytes, size_t length, value *out);
/* Arguments of an operation into slots (all missing before); fills in defaults; what is required must be there. */
bool json_arguments(struct json *j, const struct image_operation *operation, value *slots);
/* What is missing gets its default; false when something required is not there. */
bool json_defaults(struct json *j, const struct image_operation *operation, value *slots);

value param_default(const struct rebase_bundle *bundle, const struct image_param *param);  /* missing: none */

/* ---- values (values.c) ---- */
int value_order(const struct rebase_bundle *bundle, uint32_t type, value a, value b);     /* total; missing first */
bool value_complete(const struct rebase_bundle *bundle, uint32_t type, value v);          /* no required field is missing */
size_t value_bytes(const struct rebase_bundle *bundle, uint32_t type, value v);           /* that packed_copy takes */
struct pair { value key, item; };
/* Sorts by key of the type, then by item's bits. In place, no recursion, n log n. */
void pairs_sort(const struct rebase_bundle *bundle, uint32_t type, struct pair *pairs, size_t count);
#endif
