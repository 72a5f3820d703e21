/* typed.h: values of the host's own types as arguments: what setters (typed.c) and bindings (binding.c) have in common. */
#ifndef REBASE_TYPED_H
#define REBASE_TYPED_H
#include "engine.h"

/* What a value of the host's is for a declared type. */
enum typed_as {
  TYPED_NONE,                       /* not one of it */
  TYPED_PLAIN,                      /* the number itself */
  TYPED_MONEY, TYPED_TIME, TYPED_DATE,      /* a number that is looked at first */
  TYPED_STRING, TYPED_FORM,         /* a text as it is; a word, region, address, ... in its wire form */
  TYPED_LIST, TYPED_SET,            /* of what has a text: strings, words, regions, ... */
  TYPED_JSON
};
enum typed_as typed_as(const struct rebase_bundle *bundle, uint32_t type, rebase_member_kind kind);
/* Money: the smallest amount, in millionths. */
int64_t typed_unit(const struct image_type *type);

/* REBASE_OK, or why it is no value; *why in words. */
rebase_status typed_number(enum typed_as as, int64_t unit, int64_t number, value *out, const char **why);
/* Into the request's workspace. */
rebase_status typed_odd_string(rebase_request *r, const char *text, size_t length, value *out, const char **why);
static inline rebase_status typed_string(rebase_request *r, const char *text, size_t length, value *out, const char **why) {
  out->text = text && length <= r->engine->options.request_bytes ? workspace_ascii(&r->work, text, length) : NULL;
  return out->text ? REBASE_OK : typed_odd_string(r, text, length, out, why);
}
rebase_status typed_form(rebase_request *r, uint32_t type, const char *text, size_t length, value *out, const char **why);
rebase_status typed_json(rebase_request *r, uint32_t type, const char *text, size_t length, value *out, const char **why);
/* A list, begun and filled one by one with texts of that type; a set keeps one of each. */
rebase_status typed_list(rebase_request *r, enum typed_as as, size_t count, struct list **list, const char **why);
rebase_status typed_add(rebase_request *r, enum typed_as as, uint32_t element, struct list *list, const char *text, size_t length, const char **why);
#endif
