/* typed.c: requests that a host builds from values of its own; see typed.h. */
#include <stdio.h>
#include "hints.h"
#include "packed.h"
#include "typed.h"

/* ---- values ---- */
static inline enum typed_as number_as(unsigned kind, rebase_member_kind given) {
  switch (given) {
  case REBASE_MEMBER_BOOL: return kind == TYPE_BOOL ? TYPED_PLAIN : TYPED_NONE;
  case REBASE_MEMBER_INT: return kind == TYPE_INT ? TYPED_PLAIN : TYPED_NONE;
  case REBASE_MEMBER_DECIMAL: return kind == TYPE_DECIMAL ? TYPED_PLAIN : kind == TYPE_MONEY ? TYPED_MONEY : TYPED_NONE;
  default: return kind == TYPE_DURATION ? TYPED_PLAIN : kind == TYPE_TIME ? TYPED_TIME : kind == TYPE_DATE ? TYPED_DATE : TYPED_NONE;
  }
}

static bool has_text_form(unsigned kind) {
  return kind == TYPE_BOOL || kind == TYPE_WORDS || kind == TYPE_SYMBOL || kind == TYPE_REGION || kind == TYPE_VERSION || kind == TYPE_TIME ||
         kind == TYPE_DATE || kind == TYPE_IP || kind == TYPE_CIDR;
}

enum typed_as typed_as(const struct rebase_bundle *b, uint32_t type, rebase_member_kind given) {
  unsigned kind = bundle_type(b, type)->kind;
  switch (given) {
  case REBASE_MEMBER_BOOL: case REBASE_MEMBER_INT: case REBASE_MEMBER_DECIMAL: case REBASE_MEMBER_TIME: return number_as(kind, given);
  case REBASE_MEMBER_TEXT: case REBASE_MEMBER_STRING: return kind == TYPE_STRING ? TYPED_STRING : has_text_form(kind) ? TYPED_FORM : TYPED_NONE;
  case REBASE_MEMBER_TEXTS:
    if (!kind_is_list(kind) || typed_as(b, element_type(b, type), REBASE_MEMBER_TEXT) == TYPED_NONE) return TYPED_NONE;
    return kind == TYPE_SET ? TYPED_SET : TYPED_LIST;
  case REBASE_MEMBER_PREPARED:
    if (kind_is_list(kind)) return typed_as(b, element_type(b, type), given) == TYPED_NONE ? TYPED_NONE : typed_as(b, type, REBASE_MEMBER_TEXTS);
    return kind == TYPE_STRING ? TYPED_STRING : kind == TYPE_WORDS ? TYPED_FORM : TYPED_NONE;
  case REBASE_MEMBER_JSON: return TYPED_JSON;
  default: return TYPED_NONE;
  }
}

int64_t typed_unit(const struct image_type *type) {
  int64_t unit = REBASE_SCALE;
  for (unsigned i = 0; i < type->digits && unit > 1; i++) unit /= 10;
  return unit;
}

rebase_status typed_number(enum typed_as as, int64_t unit, int64_t number, value *out, const char **why) {
  const int64_t year_1 = INT64_C(-62135596800) * REBASE_SECOND, year_10000 = INT64_C(253402300800) * REBASE_SECOND;
  *why = "a number is out of range";
  if (number == REBASE_MISSING) return REBASE_E_RANGE;
  *why = "an amount has more digits than its currency";
  if (as == TYPED_MONEY && number % unit) return REBASE_E_RANGE;
  *why = "a time is out of range";
  if ((as == TYPED_TIME || as == TYPED_DATE) && (number < year_1 || number >= year_10000)) return REBASE_E_RANGE;
  *why = "a date is at midnight";
  if (as == TYPED_DATE && number % REBASE_DAY) return REBASE_E_TYPE;
  *out = int_value(as == TYPED_DATE ? number / REBASE_DAY : number);
  return REBASE_OK;
}

static rebase_status check_given(const rebase_request *r, const char *text, size_t length, const char **why) {
  *why = "no text";
  if (!text && length) return REBASE_E_ARGUMENT;
  *why = "a text is too long";
  return length > r->engine->options.request_bytes ? REBASE_E_TOO_LARGE : REBASE_OK;
}

/* A string that is not plain, or not as it should be. */
rebase_status typed_odd_string(rebase_request *r, const char *text, size_t length, value *out, const char **why) {
  rebase_status status = check_given(r, text, length, why);
  if (status != REBASE_OK) return status;
  *why = "not valid UTF-8 without NUL";
  if (!utf8_valid(text ? text : "", length)) return REBASE_E_TYPE;
  *why = "too large for the request's workspace";
  return (out->text = workspace_text(&r->work, text ? text : "", length)) ? REBASE_OK : REBASE_E_TOO_LARGE;
}

static rebase_status decoded(const rebase_request *r, bool fine, const char **why) {
  *why = r->json.error;
  return fine ? REBASE_OK : r->json.status == REBASE_OK ? REBASE_E_TYPE : r->json.status;
}

rebase_status typed_form(rebase_request *r, uint32_t type, const char *text, size_t length, value *out, const char **why) {
  const struct word_cells *words = r->loaded->bundle->word_cells[type];
  const struct word_cell *word = words && text ? find_word(words, text, length) : NULL;
  if (word) { *out = int_value(word->symbol); return REBASE_OK; }
  rebase_status status = check_given(r, text, length, why);
  if (status != REBASE_OK) return status;
  return decoded(r, json_scalar_text(&r->json, type, text ? text : "", length, out), why);
}

rebase_status typed_json(rebase_request *r, uint32_t type, const char *text, size_t length, value *out, const char **why) {
  *why = "no JSON";
  if (!text) return REBASE_E_ARGUMENT;
  *why = "an argument is too long";
  if (length > r->engine->options.request_bytes) return REBASE_E_TOO_LARGE;
  uint32_t longest = r->json.longest;
  json_begin(&r->json, r->loaded->bundle, &r->work, JSON_ARGUMENTS, text, length);
  bool fine = json_value(&r->json, type, out) && json_end(&r->json);
  if (longest > r->json.longest) r->json.longest = longest;
  return decoded(r, fine, why);
}

rebase_status typed_list(rebase_request *r, enum typed_as as, size_t count, struct list **list, const char **why) {
  *why = "too many texts";
  if (count > (as == TYPED_SET ? REBASE_MOST_TEXTS : r->engine->options.request_bytes)) return REBASE_E_TOO_LARGE;
  *why = "too large for the request's workspace";
  if (!(*list = workspace_take(&r->work, sizeof **list + count * sizeof *(*list)->items))) return REBASE_E_TOO_LARGE;
  **list = (struct list){0, 0};
  return REBASE_OK;
}

static bool list_holds(const struct list *list, unsigned kind, value v) { return kind_is_text(kind) ? list_holds_text(list, v.text) : list_holds_bits(list, v); }

TOGETHER rebase_status typed_add(rebase_request *r, enum typed_as as, uint32_t element, struct list *list, const char *text, size_t length, const char **why) {
  const unsigned kind = bundle_type(r->loaded->bundle, element)->kind;
  value v;
  *why = "no text";
  if (!text) return REBASE_E_ARGUMENT;
  rebase_status status = kind == TYPE_STRING ? typed_string(r, text, length, &v, why) : typed_form(r, element, text, length, &v, why);
  if (status != REBASE_OK) return status;
  if (as != TYPED_SET || !list_holds(list, kind, v)) list->items[list->len++] = v;
  if (list->len > r->json.longest) r->json.longest = list->len;
  return REBASE_OK;
}

/* ---- names ---- */
rebase_status rebase_find_operation(rebase_engine *e, const char *name, rebase_operation *operation) {
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return status;
  if (!name || !operation) return REBASE_E_ARGUMENT;
  *operation = (rebase_operation){NONE32, 0};
  struct loaded *l = engine_pin(e);
  if (!l) return REBASE_E_NO_BUNDLE;
  *operation = (rebase_operation){find_operation(l->bundle, name, strlen(name)), l->generation};
  loaded_drop(l);
  return operation->index == NONE32 ? REBASE_E_OPERATION : REBASE_OK;
}

rebase_status rebase_find_slot(rebase_engine *e, rebase_operation operation, const char *argument, rebase_slot *slot) {
  rebase_status status = engine_check(e);
  if (status != REBASE_OK) return status;
  if (!argument || !slot) return REBASE_E_ARGUMENT;
  *slot = (rebase_slot){NONE32, 0};
  struct loaded *l = engine_pin(e);
  if (!l) return REBASE_E_NO_BUNDLE;
  status = l->generation != operation.generation ? REBASE_E_STALE
           : operation.index >= l->bundle->OPERATIONS.count ? REBASE_E_OPERATION : REBASE_E_SLOT;
  for (uint32_t i = 0; status == REBASE_E_SLOT && i < l->bundle->OPERATIONS.at[operation.index].params; i++) {
    const struct image_param *p = &l->bundle->PARAMS.at[l->bundle->OPERATIONS.at[operation.index].first_param + i];
    if (strcmp(bundle_string(l->bundle, p->name), argument)) continue;
    *slot = (rebase_slot){(uint32_t)(p - l->bundle->PARAMS.at), l->generation};
    status = REBASE_OK;
  }
  loaded_drop(l);
  return status;
}

/* ---- building ---- */
static rebase_status poison(rebase_request *r, rebase_status status, const char *why) {
  r->filling = (struct filling){0};
  if (r->poison == REBASE_OK) {
    r->poison = status;
    snprintf(r->poison_text, sizeof r->poison_text, "%s", why);
  }
  return status;
}

rebase_status rebase_request_call(rebase_request *r, rebase_operation operation) {
  if (!r) return REBASE_E_ARGUMENT;
  rebase_status status = request_start(r);
  r->poison = REBASE_OK;
  r->building = r->fresh = true;
  if (status != REBASE_OK) return poison(r, status, rebase_status_text(status));
  const struct rebase_bundle *b = r->loaded->bundle;
  if (operation.generation != r->loaded->generation) return poison(r, REBASE_E_STALE, "the operation was resolved on an older bundle");
  if (operation.index >= b->OPERATIONS.count) return poison(r, REBASE_E_OPERATION, "unknown operation");
  r->record.asked = (struct asked){EVENT_CALL, operation.index, NONE32};
  if (!request_take_slots(r)) return poison(r, REBASE_E_TOO_LARGE, "too large for the request's workspace");
  r->built = r->work.low;
  const struct image_operation *o = &b->OPERATIONS.at[operation.index];
  r->filling = (struct filling){operation.generation, o->first_param, o->params, r->loaded->plans[operation.index].required, b->PARAMS.at + o->first_param, b->TYPES.at};
  json_begin(&r->json, b, &r->work, JSON_ARGUMENTS, "", 0);
  return REBASE_OK;
}

rebase_status rebase_request_infer(rebase_request *r, const char *task, int64_t input, int64_t output) {
  if (!r) return REBASE_E_ARGUMENT;
  rebase_status status = request_start(r);
  size_t length = task ? strlen(task) : 0;
  r->poison = REBASE_OK;
  r->building = r->fresh = true;
  tries_reset(&r->tries);
  if (status != REBASE_OK) return poison(r, status, rebase_status_text(status));
  bool known = length && length == r->infer.length && !memcmp(r->infer.task, task, length);     /* checked the last time */
  if (!known && (length >= ROUTE_NAME || !utf8_valid(task ? task : "", length))) return poison(r, REBASE_E_REQUEST, "`task` is no name of a task");
  if (input > INFER_MOST_TOKENS || output > INFER_MOST_TOKENS) return poison(r, REBASE_E_RANGE, "no number of tokens");
  r->record.asked = (struct asked){EVENT_INFER, NONE32, NONE32};
  if (!known) infer_task(&r->infer, task ? task : "", length);
  r->infer.input = input < 0 ? -1 : input;
  r->infer.output = output < 0 ? -1 : output;
  return REBASE_OK;
}

/* ---- setters ---- */
/* Why a slot cannot be set. */
static rebase_status refuse_slot(rebase_request *r, rebase_slot slot) {
  if (!r->building || r->poison != REBASE_OK) return poison(r, REBASE_E_REQUEST, "no call was begun");
  if (slot.generation != r->loaded->generation) return poison(r, REBASE_E_STALE, "a slot was resolved on an older bundle");
  bool fits = slot.index - r->filling.first < r->filling.count;
  return fits ? poison(r, REBASE_E_REQUEST, "an argument was set twice") : poison(r, REBASE_E_SLOT, "a slot of another operation");
}

/* What is set: the argument, its type, and where its value goes. The slot must be one of this call, on this bundle, and not yet set: else false. */
struct opened { const struct image_param *param; const struct image_type *type; value *place; };

static inline bool open_slot(rebase_request *r, rebase_slot slot, struct opened *opened) {
  if (!r) return false;
  const struct filling *f = &r->filling;
  const uint32_t i = slot.index - f->first;
  if (slot.generation != f->generation || i >= f->count) return false;
  opened->param = &f->params[i];
  opened->type = &f->types[opened->param->type];
  opened->place = &r->slots[opened->param->slot];
  return is_missing(*opened->place);
}

static inline rebase_status fill(rebase_request *r, const struct opened *opened, value v) {
  *opened->place = v;
  r->filling.required -= !is_missing(v) && !(opened->param->flags & PARAM_OPTIONAL);
  return REBASE_OK;
}

static rebase_status refuse_type(rebase_request *r) { return poison(r, REBASE_E_TYPE, "a setter of another type than the argument's"); }

static inline rebase_status set_number(rebase_request *r, rebase_slot slot, int64_t number, rebase_member_kind kind) {
  struct opened opened;
  value v = int_value(number);
  const char *why = "a number is out of range";
  if (!open_slot(r, slot, &opened)) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  enum typed_as as = number_as(opened.type->kind, kind);
  if (as == TYPED_NONE) return refuse_type(r);
  rebase_status status = REBASE_OK;
  if (as != TYPED_PLAIN) status = typed_number(as, as == TYPED_MONEY ? typed_unit(opened.type) : 1, number, &v, &why);
  else if (number == REBASE_MISSING) status = REBASE_E_RANGE;
  return status == REBASE_OK ? fill(r, &opened, v) : poison(r, status, why);
}

rebase_status rebase_set_bool(rebase_request *r, rebase_slot slot, bool flag) { return set_number(r, slot, flag, REBASE_MEMBER_BOOL); }
rebase_status rebase_set_int(rebase_request *r, rebase_slot slot, int64_t number) { return set_number(r, slot, number, REBASE_MEMBER_INT); }
rebase_status rebase_set_decimal(rebase_request *r, rebase_slot slot, int64_t millionths) { return set_number(r, slot, millionths, REBASE_MEMBER_DECIMAL); }
rebase_status rebase_set_time(rebase_request *r, rebase_slot slot, int64_t microseconds) { return set_number(r, slot, microseconds, REBASE_MEMBER_TIME); }

/* What was made of it, or why not. */
static inline rebase_status fill_made(rebase_request *r, const struct opened *opened, rebase_status status, value v, const char *why) {
  if (status != REBASE_OK) return poison(r, status, why);
  r->built = r->work.low;
  return fill(r, opened, v);
}

TOGETHER rebase_status rebase_set_text(rebase_request *r, rebase_slot slot, const char *text, size_t length) {
  struct opened opened;
  value v = missing_value();
  const char *why = NULL;
  if (!open_slot(r, slot, &opened)) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  rebase_status status;
  if (opened.type->kind == TYPE_STRING) status = typed_string(r, text, length, &v, &why);
  else if (!has_text_form(opened.type->kind)) return refuse_type(r);
  else status = typed_form(r, opened.param->type, text, length, &v, &why);
  return fill_made(r, &opened, status, v, why);
}

rebase_status rebase_set_texts(rebase_request *r, rebase_slot slot, const char *const *texts, size_t count) {
  struct opened opened;
  struct list *list = NULL;
  const char *why = NULL;
  if (!open_slot(r, slot, &opened)) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  enum typed_as as = typed_as(r->loaded->bundle, opened.param->type, REBASE_MEMBER_TEXTS);
  if (as == TYPED_NONE) return refuse_type(r);
  if (!texts && count) return poison(r, REBASE_E_ARGUMENT, "no texts");
  const uint32_t element = element_type(r->loaded->bundle, opened.param->type);
  rebase_status status = typed_list(r, as, count, &list, &why);
  for (size_t i = 0; status == REBASE_OK && i < count; i++) status = typed_add(r, as, element, list, texts[i], texts[i] ? strlen(texts[i]) : 0, &why);
  return fill_made(r, &opened, status, (value){.list = list}, why);
}

rebase_status rebase_set_json(rebase_request *r, rebase_slot slot, const char *json, size_t length) {
  struct opened opened;
  value v = missing_value();
  const char *why = NULL;
  if (!open_slot(r, slot, &opened)) return r ? refuse_slot(r, slot) : REBASE_E_ARGUMENT;
  rebase_status status = typed_json(r, opened.param->type, json, length, &v, &why);
  return fill_made(r, &opened, status, v, why);
}

static bool read_built(rebase_request *r, const void *what) {
  const struct asked *asked = what;
  if (!r->building) return request_refuse_as(r, REBASE_E_REQUEST, "no call was begun"), false;
  if (r->poison != REBASE_OK) return request_refuse_as(r, r->poison, r->poison_text), false;
  if (r->loaded->generation != atomic_load_explicit(&r->engine->generation, memory_order_acquire))
    return request_refuse_as(r, REBASE_E_STALE, "the call was built on an older bundle"), false;
  r->record.asked = (struct asked){asked->event, asked->target, NONE32};
  if (asked->event == EVENT_INFER) return workspace_reset(&r->work), true;
  r->work.low = r->built;
  r->work.high = r->work.size & ~(size_t)7;
  bool complete = !r->filling.required && !r->loaded->plans[asked->target].defaults;
  if (complete || json_defaults(&r->json, &r->loaded->bundle->OPERATIONS.at[asked->target], r->slots)) return true;
  return request_refuse_as(r, poison(r, r->json.status, r->json.error), r->json.error), false;
}

const rebase_decision *rebase_decide(rebase_request *r, const rebase_caller *caller) {
  if (!r) return request_none();
  struct asked asked = r->record.asked;
  if (!r->building || !r->fresh) request_renew(r);
  r->fresh = false;
  return request_decide(r, caller, REQUEST_BEGUN, read_built, &asked);
}
