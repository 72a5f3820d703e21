/* binding.c: arguments read where a host keeps them. What a member is for an argument is worked out once for each bundle. */
#include <stdio.h>
#include "hints.h"
#include "packed.h"
#include "scope_plan.h"
#include "typed.h"

enum reading { READ_NUMBER, READ_PREPARED, READ_FLAG, READ_WORD, READ_WORDS, READ_PREPARED_LIST, READ_TEXT, READ_REST, READINGS };
                                    /* READ_PREPARED, READ_WORD: one text. READ_WORD, READ_WORDS: prepared, of `one of` */
struct move { uint32_t from, to; };         /* in the host's struct; among the slots */
struct field {
  struct move move;
  uint8_t reading, as;
  bool terminated;
  uint32_t type, param;             /* type: the argument's, or of a list its elements' */
  int64_t unit;
  uint32_t first_word; uint64_t words;      /* of `one of`: its words among the 64 symbols from that on, as bits */
};
struct rebase_binding {
  rebase_engine *engine;
  uint64_t generation;              /* of the bundle that all below is for; 0: none yet */
  rebase_status status; char why[200];      /* whether it fits that bundle */
  uint32_t operation;
  struct planned planned;           /* for the agent that was the last to ask */
  bool every;                       /* each argument that is required or has a default is a member */
  size_t count;
  const rebase_member *members; const char *name;           /* our copies */
  uint32_t end[READINGS];           /* fields stand together by how they are read, which needs no look at each: where each kind ends */
  struct move *moves;               /* of the fields */
  struct field fields[];
};

/* ---- prepared texts ---- */
/* A handle is where the value stands and, in its lowest bits, what it is, which is known without a look at its memory. */
enum prepared_as { PREPARED_NONE, PREPARED_TEXT, PREPARED_LIST, PREPARED_SET, PREPARED_BITS = 7 };          /* a list that could be a set is one */
static enum prepared_as prepared_as(const rebase_prepared *p) { return (enum prepared_as)((uintptr_t)p & PREPARED_BITS); }
static void *prepared_memory(const rebase_prepared *p, enum prepared_as as) { return (char *)(uintptr_t)p - as; }
static rebase_prepared *prepared_handle(void *memory, enum prepared_as as) { return (rebase_prepared *)(void *)((char *)memory + as); }

/* Stands before a prepared text: whose it is, and which symbol it was found to be there: the generation of that bundle and its index, 32 bits of
 * each. Whoever finds it notes the same, so threads need not wait for each other. */
struct found { const rebase_engine *engine; _Atomic uint64_t symbol; };
static struct found *found_of(const struct text *text) { return (struct found *)((uintptr_t)text - sizeof(struct found)); }

static size_t prepared_size(size_t length) { return sizeof(struct found) + text_size(length); }
static const struct text *prepare(const rebase_engine *e, void *memory, rebase_text text) {
  struct found *found = memory;
  found->engine = e;
  atomic_init(&found->symbol, 0);
  return text_write(found + 1, text.bytes, text.length);
}

static rebase_status good_text(const rebase_engine *e, rebase_text text) {
  if (!text.bytes) return REBASE_E_ARGUMENT;
  if (text.length > e->options.request_bytes) return REBASE_E_TOO_LARGE;
  return utf8_valid(text.bytes, text.length) ? REBASE_OK : REBASE_E_TYPE;
}

rebase_status rebase_prepare_text(rebase_engine *e, rebase_text text, rebase_prepared **prepared) {
  rebase_status status = engine_check(e);
  if (prepared) *prepared = NULL;
  if (status == REBASE_OK) status = prepared ? good_text(e, text) : REBASE_E_ARGUMENT;
  if (status != REBASE_OK) return status;
  void *memory = e->allocator.alloc(prepared_size(text.length), e->allocator.user);
  if (!memory) return REBASE_E_MEMORY;
  *prepared = prepared_handle((void *)(uintptr_t)prepare(e, memory, text), PREPARED_TEXT);
  return REBASE_OK;
}

rebase_status rebase_prepare_texts(rebase_engine *e, rebase_texts texts, rebase_prepared **prepared) {
  rebase_status status = engine_check(e);
  if (prepared) *prepared = NULL;
  if (status == REBASE_OK && (!prepared || !texts.items)) status = REBASE_E_ARGUMENT;
  if (status == REBASE_OK && texts.count > e->options.request_bytes) status = REBASE_E_TOO_LARGE;
  size_t head = sizeof(struct list) + texts.count * sizeof(value), bytes = head;
  for (size_t i = 0; status == REBASE_OK && i < texts.count; i++) {
    status = good_text(e, texts.items[i]);
    bytes += status == REBASE_OK ? prepared_size(texts.items[i].length) : 0;
  }
  if (status != REBASE_OK) return status;
  struct list *list = e->allocator.alloc(bytes, e->allocator.user);
  if (!list) return REBASE_E_MEMORY;
  char *at = (char *)list + head;
  bool set = texts.count <= REBASE_MOST_TEXTS;
  *list = (struct list){0, 0};
  for (size_t i = 0; i < texts.count; at += prepared_size(texts.items[i++].length)) {
    const struct text *text = prepare(e, at, texts.items[i]);
    set = set && !list_holds_text(list, text);
    list->items[list->len++].text = text;
  }
  *prepared = prepared_handle(list, set ? PREPARED_SET : PREPARED_LIST);
  return REBASE_OK;
}

void rebase_prepared_free(rebase_engine *e, rebase_prepared *prepared) {
  if (!e || !prepared) return;
  const enum prepared_as as = prepared_as(prepared);
  void *value = prepared_memory(prepared, as);
  e->allocator.release(as == PREPARED_TEXT ? (void *)found_of(value) : value, e->allocator.user);
}

/* ---- life ---- */
/* One block: fields, moves, members, then the names. */
rebase_status rebase_bind(rebase_engine *e, const char *operation, const rebase_member *members, size_t count, rebase_binding **binding) {
  rebase_status status = engine_check(e);
  if (binding) *binding = NULL;
  if (status != REBASE_OK) return status;
  if (!operation || !binding || (count && !members) || count > UINT16_MAX) return REBASE_E_ARGUMENT;
  size_t fields = sizeof(rebase_binding) + count * sizeof(struct field), head = fields + count * sizeof(struct move), bytes = strlen(operation) + 1;
  for (size_t i = 0; i < count; i++) {
    if (!members[i].argument || members[i].offset > UINT32_MAX) return REBASE_E_ARGUMENT;
    bytes += strlen(members[i].argument) + 1;
  }
  rebase_binding *b = e->allocator.alloc(head + count * sizeof *members + bytes, e->allocator.user);
  if (!b) return REBASE_E_MEMORY;
  rebase_member *copies = (rebase_member *)(void *)((char *)b + head);
  char *text = (char *)(copies + count);
  *b = (rebase_binding){.engine = e, .count = count, .members = copies, .name = strcpy(text, operation), .moves = (struct move *)(void *)((char *)b + fields)};
  text += strlen(operation) + 1;
  for (size_t i = 0; i < count; i++) {
    copies[i] = members[i];
    copies[i].argument = strcpy(text, members[i].argument);
    text += strlen(text) + 1;
  }
  *binding = b;
  return REBASE_OK;
}

void rebase_unbind(rebase_binding *b) {
  if (b) b->engine->allocator.release(b, b->engine->allocator.user);
}

/* ---- to a bundle ---- */
static bool unfit(rebase_binding *b, rebase_status status, const char *name, const char *why) {
  b->status = status;
  snprintf(b->why, sizeof b->why, "%.120s: %s", name, why);
  return false;
}

static enum reading reading_of(rebase_member_kind kind, enum typed_as as, const struct image_type *type) {
  if (kind == REBASE_MEMBER_PREPARED && type->kind == TYPE_WORDS) return as == TYPED_FORM ? READ_WORD : READ_WORDS;
  if (kind == REBASE_MEMBER_PREPARED) return as == TYPED_STRING ? READ_PREPARED : READ_PREPARED_LIST;
  if (kind == REBASE_MEMBER_BOOL) return READ_FLAG;
  if (as == TYPED_PLAIN) return READ_NUMBER;
  return as == TYPED_STRING && kind == REBASE_MEMBER_TEXT ? READ_TEXT : READ_REST;
}

/* Words that do not stand in a request as they are called are not among them. */
static void note_words(struct field *f, const struct rebase_bundle *b) {
  const struct image_type *type = bundle_type(b, f->type);
  const struct image_word *first = b->WORDS.at + type->a, *end = first + type->b;
  f->first_word = UINT32_MAX;
  for (const struct image_word *w = first; w < end; w++)
    if (w->symbol < f->first_word) f->first_word = w->symbol;
  for (const struct image_word *w = first; w < end; w++) {
    const uint32_t at = w->symbol - f->first_word;
    if (at < 64 && text_equal(bundle_text(b, w->wire), bundle_text(b, b->SYMBOLS.at[w->symbol].name))) f->words |= UINT64_C(1) << at;
  }
}

static bool fit_member(rebase_binding *b, const struct rebase_bundle *bundle, const rebase_member *m, struct field *field) {
  const struct image_operation *o = &bundle->OPERATIONS.at[b->operation];
  uint32_t i = 0;
  while (i < o->params && strcmp(bundle_string(bundle, bundle->PARAMS.at[o->first_param + i].name), m->argument)) i++;
  if (i == o->params) return unfit(b, REBASE_E_SLOT, m->argument, "the operation has no such argument");
  const struct image_param *p = &bundle->PARAMS.at[o->first_param + i];
  enum typed_as as = typed_as(bundle, p->type, m->kind);
  if (as == TYPED_NONE) return unfit(b, REBASE_E_TYPE, m->argument, "the member is of another type than the argument");
  const uint32_t type = as == TYPED_LIST || as == TYPED_SET ? element_type(bundle, p->type) : p->type;
  *field = (struct field){.move = {(uint32_t)m->offset, p->slot}, .reading = (uint8_t)reading_of(m->kind, as, bundle_type(bundle, type)), .as = (uint8_t)as,
                          .terminated = m->kind == REBASE_MEMBER_STRING, .type = type, .param = i,
                          .unit = as == TYPED_MONEY ? typed_unit(bundle_type(bundle, type)) : 1};
  if (field->reading == READ_WORD || field->reading == READ_WORDS) note_words(field, bundle);
  return true;
}

/* By how they are read; of one kind in their order. */
static void sort_fields(rebase_binding *b) {
  for (size_t i = 1; i < b->count; i++) {
    struct field moved = b->fields[i];
    size_t k = i;
    for (; k && b->fields[k - 1].reading > moved.reading; k--) b->fields[k] = b->fields[k - 1];
    b->fields[k] = moved;
  }
  memset(b->end, 0, sizeof b->end);
  for (size_t i = 0; i < b->count; i++) {
    b->moves[i] = b->fields[i].move;
    for (unsigned reading = b->fields[i].reading; reading < READINGS; reading++) b->end[reading]++;
  }
}

static bool fit_members(rebase_binding *b, const struct rebase_bundle *bundle) {
  for (size_t i = 0; i < b->count; i++) {
    if (!fit_member(b, bundle, &b->members[i], &b->fields[i])) return false;
    for (size_t k = 0; k < i; k++)
      if (b->fields[k].param == b->fields[i].param) return unfit(b, REBASE_E_REQUEST, b->name, "two members for one argument");
  }
  sort_fields(b);
  return true;
}

SELDOM static void fit(rebase_binding *b, const struct loaded *loaded) {
  const struct rebase_bundle *bundle = loaded->bundle;
  uint32_t required = 0;
  b->generation = loaded->generation;
  b->status = REBASE_OK;
  b->planned.agent = NONE32;
  b->operation = find_operation(bundle, b->name, strlen(b->name));
  if (b->operation == NONE32) unfit(b, REBASE_E_OPERATION, b->name, "unknown operation");
  else if (fit_members(b, bundle)) {
    const struct image_param *params = bundle->PARAMS.at + bundle->OPERATIONS.at[b->operation].first_param;
    for (size_t i = 0; i < b->count; i++) required += !(params[b->fields[i].param].flags & PARAM_OPTIONAL);
    b->every = required == loaded->plans[b->operation].required && !loaded->plans[b->operation].defaults;
  }
}

/* ---- reading ---- */
static rebase_text text_at(const struct field *f, const char *at) {
  rebase_text text = {NULL, 0};
  if (!f->terminated) memcpy(&text, at, sizeof text);
  else {
    memcpy(&text.bytes, at, sizeof text.bytes);
    if (text.bytes) text.length = strlen(text.bytes);
  }
  return text;
}

static const char prepared_else[] = "prepared as something else";

/* Reads what a member is for an argument; absent stays missing. Other than REBASE_OK: *why in words. */
typedef rebase_status field_reader(rebase_request *r, const struct field *f, const char *at, value *out, const char **why);

static rebase_status read_prepared_list(rebase_request *r, const struct field *f, const char *at, value *out, const char **why) {
  const rebase_prepared *p;
  memcpy(&p, at, sizeof p);
  const enum prepared_as as = prepared_as(p);
  if (as == PREPARED_NONE) return REBASE_OK;
  *why = as == PREPARED_TEXT ? prepared_else : "prepared texts of a set are distinct";
  if (as == PREPARED_TEXT || (f->as == TYPED_SET && as == PREPARED_LIST)) return REBASE_E_TYPE;
  out->list = prepared_memory(p, as);
  if (out->list->len > r->json.longest) r->json.longest = out->list->len;
  return REBASE_OK;
}

static void begin_json(rebase_request *r, uint32_t longest) {
  json_begin(&r->json, r->loaded->bundle, &r->work, JSON_ARGUMENTS, "", 0);
  r->json.longest = longest;
}

/* The symbol that a prepared text was found to be, if it is one of the field's words; NONE32: that is still to be looked at. */
static inline uint32_t known_word(const rebase_request *r, const struct field *f, const struct text *text) {
  const uint64_t found = atomic_load_explicit(&found_of(text)->symbol, memory_order_relaxed);
  const uint32_t symbol = (uint32_t)found, at = symbol - f->first_word;
  const bool known = (found >> 32) == (uint32_t)r->loaded->generation && found_of(text)->engine == r->engine;
  return known && at < 64 && f->words >> at & 1 ? symbol : NONE32;
}

/* By its text; what symbol it is is noted, if it is this engine's. */
SELDOM static rebase_status look_up_word(rebase_request *r, const struct field *f, const struct text *text, value *out, const char **why) {
  struct found *found = found_of(text);
  const uint32_t symbol = find_symbol(r->loaded->bundle, text->bytes, text->len);
  if (found->engine == r->engine) atomic_store_explicit(&found->symbol, r->loaded->generation << 32 | symbol, memory_order_relaxed);
  begin_json(r, r->json.longest);
  return typed_form(r, f->type, text->bytes, text->len, out, why);
}

static inline rebase_status read_word(rebase_request *r, const struct field *f, const struct text *text, value *out, const char **why) {
  const uint32_t word = known_word(r, f, text);
  if (word == NONE32) return look_up_word(r, f, text, out, why);
  *out = int_value(word);
  return REBASE_OK;
}

static inline rebase_status read_prepared_word(rebase_request *r, const struct field *f, const char *at, value *out, const char **why) {
  const rebase_prepared *p;
  memcpy(&p, at, sizeof p);
  if (prepared_as(p) == PREPARED_TEXT) return read_word(r, f, prepared_memory(p, PREPARED_TEXT), out, why);
  *why = prepared_else;
  return p ? REBASE_E_TYPE : REBASE_OK;
}

static inline rebase_status read_prepared_words(rebase_request *r, const struct field *f, const char *at, value *out, const char **why) {
  value texts = missing_value();
  rebase_status status = read_prepared_list(r, f, at, &texts, why);
  if (status != REBASE_OK || is_missing(texts)) return status;
  const uint32_t count = texts.list->len;
  struct list *list = workspace_take(&r->work, sizeof *list + count * sizeof *list->items);
  *why = "too large for the request's workspace";
  if (!list) return REBASE_E_TOO_LARGE;
  *list = (struct list){count, 0};
  for (uint32_t i = 0; status == REBASE_OK && i < count; i++) status = read_word(r, f, texts.list->items[i].text, &list->items[i], why);
  if (status == REBASE_OK) out->list = list;
  return status;
}

static rebase_status read_text(rebase_request *r, const struct field *f, const char *at, value *out, const char **why) {
  rebase_text text;
  (void)f;
  memcpy(&text, at, sizeof text);
  return text.bytes ? typed_string(r, text.bytes, text.length, out, why) : REBASE_OK;
}

static rebase_status read_list(rebase_request *r, const struct field *f, const char *at, value *out, const char **why) {
  rebase_texts texts;
  struct list *list;
  memcpy(&texts, at, sizeof texts);
  if (!texts.items) return REBASE_OK;
  rebase_status status = typed_list(r, f->as, texts.count, &list, why);
  for (size_t i = 0; status == REBASE_OK && i < texts.count; i++) status = typed_add(r, f->as, f->type, list, texts.items[i].bytes, texts.items[i].length, why);
  if (status == REBASE_OK) out->list = list;
  return status;
}

/* What is not read as it stands. */
static rebase_status read_rest(rebase_request *r, const struct field *f, const char *at, value *out, const char **why) {
  int64_t number;
  rebase_text text;
  switch ((enum typed_as)f->as) {
  case TYPED_MONEY: case TYPED_TIME: case TYPED_DATE:
    memcpy(&number, at, sizeof number);
    return number == REBASE_ABSENT ? REBASE_OK : typed_number(f->as, f->unit, number, out, why);
  case TYPED_LIST: case TYPED_SET: return read_list(r, f, at, out, why);
  default: text = text_at(f, at);
  }
  if (!text.bytes) return REBASE_OK;
  switch ((enum typed_as)f->as) {
  case TYPED_STRING: return typed_string(r, text.bytes, text.length, out, why);
  case TYPED_FORM: return typed_form(r, f->type, text.bytes, text.length, out, why);
  default: return typed_json(r, f->type, text.bytes, text.length, out, why);
  }
}

static bool refuse(rebase_request *r, const rebase_binding *b, const struct field *f, rebase_status status, const char *why) {
  const struct rebase_bundle *bundle = r->loaded->bundle;
  const struct image_param *p = &bundle->PARAMS.at[bundle->OPERATIONS.at[b->operation].first_param + f->param];
  request_refuse(r, status, "%s: %s", bundle_string(bundle, p->name), why);
  return false;
}

/* What is read without a look at what it is. *complete stays true when nothing is absent. */
static bool read_plain(rebase_request *r, const rebase_binding *b, const char *arguments, bool *complete) {
  const struct move *m = b->moves;
  value *slots = r->slots;
  bool all = true;
  for (const struct move *end = b->moves + b->end[READ_NUMBER]; m < end; m++) {           /* REBASE_ABSENT is what missing is */
    value v;
    memcpy(&v, arguments + m->from, sizeof v);
    slots[m->to] = v;
    all &= !is_missing(v);
  }
  for (const struct move *end = b->moves + b->end[READ_PREPARED]; m < end; m++) {
    const rebase_prepared *p;
    memcpy(&p, arguments + m->from, sizeof p);
    if (prepared_as(p) == PREPARED_TEXT) slots[m->to].text = prepared_memory(p, PREPARED_TEXT);
    else if (!p) all = false;
    else return refuse(r, b, &b->fields[m - b->moves], REBASE_E_TYPE, prepared_else);
  }
  for (const struct move *end = b->moves + b->end[READ_FLAG]; m < end; m++) {
    unsigned char flag;
    memcpy(&flag, arguments + m->from, sizeof flag);
    if (flag > 1) return refuse(r, b, &b->fields[m - b->moves], REBASE_E_TYPE, "neither true nor false");
    slots[m->to] = int_value(flag);
  }
  *complete &= all;
  return true;
}

/* The fields that are read in that way. */
static inline bool read_each(rebase_request *r, const rebase_binding *b, const char *arguments, enum reading reading, field_reader *read, bool *complete) {
  const char *why;
  for (const struct field *f = b->fields + b->end[reading - 1], *end = b->fields + b->end[reading]; f < end; f++) {
    value *slot = &r->slots[f->move.to];
    rebase_status status = read(r, f, arguments + f->move.from, slot, &why);
    if (status != REBASE_OK) return refuse(r, b, f, status, why);
    *complete &= !is_missing(*slot);
  }
  return true;
}

TOGETHER static bool read_texts(rebase_request *r, const rebase_binding *b, const char *arguments, bool *complete) {
  return read_each(r, b, arguments, READ_WORD, read_prepared_word, complete) && read_each(r, b, arguments, READ_WORDS, read_prepared_words, complete) &&
         read_each(r, b, arguments, READ_PREPARED_LIST, read_prepared_list, complete) && read_each(r, b, arguments, READ_TEXT, read_text, complete);
}

static bool read_others(rebase_request *r, const rebase_binding *b, const char *arguments, bool *complete) {
  begin_json(r, r->json.longest);           /* some are read by their wire form */
  return read_each(r, b, arguments, READ_REST, read_rest, complete);
}

static bool read_all(rebase_request *r, const rebase_binding *b, const char *arguments) {
  bool complete = b->every;
  r->record.asked = (struct asked){EVENT_CALL, b->operation, NONE32};
  r->json.longest = 0;
  if (!request_take_slots(r)) return request_refuse_as(r, REBASE_E_TOO_LARGE, "too large for the request's workspace"), false;
  if (!read_plain(r, b, arguments, &complete)) return false;
  if (b->end[READ_TEXT] > b->end[READ_FLAG] && !read_texts(r, b, arguments, &complete)) return false;
  if (b->end[READ_REST] > b->end[READ_TEXT] && !read_others(r, b, arguments, &complete)) return false;
  if (complete) return true;
  begin_json(r, r->json.longest);
  if (json_defaults(&r->json, &r->loaded->bundle->OPERATIONS.at[b->operation], r->slots)) return true;
  return request_refuse_as(r, r->json.status, r->json.error), false;
}

struct bound_call { rebase_binding *binding; const void *arguments; };

static bool read_bound(rebase_request *r, const void *what) {
  const struct bound_call *call = what;
  rebase_binding *b = call->binding;
  if (!b || b->engine != r->engine || (b->count && !call->arguments)) return request_refuse_as(r, REBASE_E_ARGUMENT, "no call"), false;
  if (b->generation != r->loaded->generation) fit(b, r->loaded);
  if (b->status != REBASE_OK) return request_refuse_as(r, b->status, b->why), false;
  if (b->planned.agent != r->agent) b->planned = (struct planned){r->agent, bundle_plan(r->loaded->bundle, r->agent, head_operation(r->loaded->bundle, b->operation))};
  r->planned = b->planned;
  return read_all(r, b, call->arguments);
}

const rebase_decision *rebase_decide_bound(rebase_request *r, const rebase_caller *caller, rebase_binding *b, const void *arguments) {
  if (!r) return request_none();
  return request_decide(r, caller, REQUEST_NEW, read_bound, &(struct bound_call){b, arguments});
}

struct bound_calls { rebase_binding *binding; const void *const *arguments; };

static const rebase_decision *decide_bound(rebase_request *r, const rebase_caller *caller, const void *calls, size_t i) {
  const struct bound_calls *bound = calls;
  return rebase_decide_bound(r, caller, bound->binding, bound->arguments[i]);
}

rebase_status rebase_decide_bound_batch(rebase_request *r, const rebase_caller *caller, rebase_binding *b, const void *const *arguments, size_t count,
                                        rebase_decided decided, void *user) {
  const struct bound_calls calls = {b, arguments};
  return request_decide_batch(r, caller, decide_bound, arguments ? &calls : NULL, count, decided, user);
}
