/* mutate_image.c: takes bundles, changes a few bytes or fields with sense, mends the digest, and opens the result. What is
 * refused must say why. What is accepted is run: every rule that a request could select, with random arguments, facts and
 * session of the declared types. No run may be a fault or cost more than its verified bound; sanitizers watch the rest.
 *
 *   mutate_image [-n RUNS] [-s SEED] BUNDLE.rbb ...
 */
#include "session_rename.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include "opcode_table.h"
#include "packed.h"

/* ---- chance ---- */
struct dice { uint64_t state; };

static uint64_t roll(struct dice *d) {                /* splitmix64 */
  uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}
static uint32_t below(struct dice *d, uint32_t n) { return n ? (uint32_t)((roll(d) >> 32) % n) : 0; }
static bool chance(struct dice *d, unsigned percent) { return below(d, 100) < percent; }

/* ---- random values of a type ---- */
enum { LONGEST = 4 };
struct session_view { const struct rebase_bundle *bundle; struct dice *dice; struct arena_fixed *arena; };

static value random_value(const struct session_view *s, uint32_t type);

static value random_text(const struct session_view *s, const struct image_type *t) {
  static const char *const some[] = {"", "a", "ab", "aab", "https://x.y/z www.a.b", "é", "acme.one", "10", "dept"};
  char bytes[17];
  for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (char)roll(s->dice);
  bytes[16] = (char)below(s->dice, 129);
  const char *from = t->kind == TYPE_STRING ? some[below(s->dice, sizeof some / sizeof *some)] : bytes;
  size_t length = t->kind == TYPE_STRING ? strlen(from) : t->kind == TYPE_IP ? 16 : 17;
  struct text *text = arena_fixed_take(s->arena, sizeof *text + length + 1);
  if (!text) return missing_value();
  text->len = (uint32_t)length;
  memcpy(text->bytes, from, length);
  text->bytes[length] = '\0';
  return (value){.text = text};
}

static int text_order(value a, value b) { return text_compare(a.text->bytes, a.text->len, b.text->bytes, b.text->len); }

static value random_collection(const struct session_view *s, uint32_t type, const struct image_type *t) {
  uint32_t step = t->kind == TYPE_MAP ? 2 : 1, wanted = below(s->dice, LONGEST + 1), count = 0;
  struct list *list = arena_fixed_take(s->arena, sizeof *list + (size_t)LONGEST * step * sizeof(value));
  if (!list) return missing_value();
  for (uint32_t i = 0; i < wanted; i++) {
    value *at = &list->items[count * step];
    if (step == 2) at[0] = random_value(s, TYPE_STRING);
    at[step - 1] = random_value(s, element_type(s->bundle, type));
    bool fits = !is_missing(at[0]) && !is_missing(at[step - 1]) && (step == 1 || !count || text_order(at[-2], at[0]) < 0);
    if (fits) count++;
  }
  *list = (struct list){.len = count};
  return (value){.list = list};
}

static int64_t random_scalar(const struct session_view *s, const struct image_type *t) {
  const struct rebase_bundle *b = s->bundle;
  switch (t->kind) {
    case TYPE_BOOL: return below(s->dice, 2);
    case TYPE_SYMBOL: return b->SYMBOLS.count ? below(s->dice, b->SYMBOLS.count) : REBASE_MISSING;
    case TYPE_REGION: return b->REGIONS.count ? below(s->dice, b->REGIONS.count) : REBASE_MISSING;
    case TYPE_WORDS: return b->WORDS.at[t->a + below(s->dice, t->b)].symbol;
    case TYPE_VERSION: return (int64_t)(roll(s->dice) >> 4);
    default: break;
  }
  if (chance(s->dice, 20)) return chance(s->dice, 50) ? INT64_MAX : -INT64_MAX;
  if (chance(s->dice, 20)) return -INT64_MAX + (int64_t)(roll(s->dice) >> 1);
  return chance(s->dice, 30) ? REBASE_DAY * below(s->dice, 9) : (int64_t)below(s->dice, 7) - 3;
}

/* Missing when the type has no value, or memory ends. */
static value random_value(const struct session_view *s, uint32_t type) {
  const struct image_type *t = bundle_type(s->bundle, type);
  if (kind_is_text(t->kind)) return random_text(s, t);
  if (kind_is_collection(t->kind)) return random_collection(s, type, t);
  if (kind_is_scalar(t->kind)) return int_value(random_scalar(s, t));
  value *record = arena_fixed_take(s->arena, (size_t)t->b * sizeof *record);
  for (uint32_t f = 0; record && f < t->b; f++) {
    const struct image_field *field = &s->bundle->FIELDS.at[t->a + f];
    bool optional = field->flags & FIELD_OPTIONAL;
    record[f] = optional && chance(s->dice, 30) ? missing_value() : random_value(s, field->type);
    if (is_missing(record[f]) && !optional) return missing_value();
  }
  return record ? (value){.record = record} : missing_value();
}

/* ---- a session that says anything ---- */
static value perhaps(const struct session_view *s, uint32_t type) {
  return chance(s->dice, 30) ? missing_value() : random_value(s, type);
}
bool session_has_label(const struct session_view *s, uint32_t label) { (void)label; return chance(s->dice, 50); }
bool session_proved(const struct session_view *s, uint32_t proof, int64_t now) { (void)proof; (void)now; return chance(s->dice, 50); }
int64_t session_counted(const struct session_view *s, uint32_t operation) { (void)operation; return below(s->dice, 4); }
value session_seen(const struct session_view *s, uint32_t entity, const value *keys, int64_t since) {
  (void)since;
  for (uint32_t k = 0; k < s->bundle->ENTITIES.at[entity].keys; k++)
    if (is_missing(keys[k])) abort();
  return perhaps(s, s->bundle->ENTITIES.at[entity].type);
}
value session_seen_all(const struct session_view *s, uint32_t entity, struct arena_fixed *scratch) {
  struct list *list = arena_fixed_take(scratch, sizeof *list + LONGEST * sizeof(value));
  if (!list) return missing_value();
  uint32_t wanted = below(s->dice, LONGEST + 1);
  *list = (struct list){0};
  for (uint32_t i = 0; i < wanted; i++) {
    list->items[list->len] = random_value(s, s->bundle->ENTITIES.at[entity].type);
    list->len += !is_missing(list->items[list->len]);
  }
  return (value){.list = list};
}
value session_seen_only(const struct session_view *s, uint32_t entity) { return perhaps(s, s->bundle->ENTITIES.at[entity].type); }
value session_bound(const struct session_view *s, uint32_t entity) {
  const struct image_entity *e = &s->bundle->ENTITIES.at[entity];
  return perhaps(s, s->bundle->FIELDS.at[bundle_type(s->bundle, e->type)->a + e->key_field[0]].type);
}

/* Looks at every byte of the value, so that a wrong type is found out. */
static bool looked_at(const struct session_view *s, uint32_t type, value v) {
  unsigned char bytes[256];
  return packed_encode(s->bundle, type, v, bytes, sizeof bytes) > 0 && chance(s->dice, 50);
}
bool session_said(const struct session_view *s, uint32_t type, value v) { return looked_at(s, type, v); }
bool session_vouched(const struct session_view *s, uint32_t type, value v) { return looked_at(s, type, v); }

/* ---- running what was accepted ---- */
struct fuzz {
  struct dice dice;
  struct arena_fixed arena, scratch;
  struct vm vm;
  value facts[CTX_COUNT], *args;
  uint64_t accepted, refused, programs, errors, faults, verdicts[VM_VERDICT_COUNT], by_check[CHECK_COUNT];
};

static void complain(struct fuzz *z, uint32_t rule, enum vm_verdict verdict) {
  fprintf(stderr, "verdict %d (%s) of rule %ld, place %u: %llu steps, bound %llu\n", verdict, vm_verdict_text(verdict),
          (long)rule, (unsigned)z->vm.place, (unsigned long long)z->vm.steps, (unsigned long long)z->vm.bound);
  z->faults++;
}

static void run_program(struct fuzz *z, const struct rebase_bundle *b, uint32_t rule, const struct routine *waiver, const struct session_view *session) {
  z->scratch.used = 0;
  vm_begin(&z->vm, b);
  z->vm.args = z->args;
  z->vm.facts = z->facts;
  z->vm.longest = LONGEST;
  z->vm.max_steps = 1000000;
  z->vm.scratch = z->scratch;
  z->vm.requester = b->info->requester_type == NONE32 ? missing_value() : random_value(session, b->info->requester_type);
  if (chance(&z->dice, 95)) z->vm.session = session;
  enum vm_verdict verdict = waiver ? vm_run(&z->vm, waiver) : vm_run_rule(&z->vm, rule);
  z->programs++;
  z->verdicts[verdict]++;
  if (verdict == VM_FAULT || (verdict != VM_ERROR_COST && z->vm.steps > z->vm.bound)) complain(z, rule, verdict);
}

/* Arguments of an operation; a slot that is none of its own is a trap. False: a required type has no value. */
static bool random_arguments(struct fuzz *z, const struct session_view *session, const struct image_operation *operation) {
  const struct rebase_bundle *b = session->bundle;
  for (uint32_t slot = 0; slot < b->max_slots; slot++) z->args[slot].bits = UINT64_C(0xdeaddeaddeaddea8);
  for (uint32_t i = operation->first_param; i < operation->first_param + operation->params; i++) {
    const struct image_param *param = &b->PARAMS.at[i];
    bool optional = param->flags & PARAM_OPTIONAL;
    value v = optional && chance(&z->dice, 30) ? missing_value() : random_value(session, param->type);
    if (is_missing(v) && !optional) return false;
    z->args[param->slot] = v;
  }
  return true;
}

static bool random_facts(struct fuzz *z, const struct session_view *session, enum event event) {
  for (int c = 0; c < CTX_COUNT; c++) {
    const struct context_info *fact = &context_table[c];
    z->facts[c].bits = UINT64_C(0xdeaddeaddeaddea8);
    if (!(fact->events >> event & 1)) continue;
    z->facts[c] = fact->optional && chance(&z->dice, 30) ? missing_value() : random_value(session, fact->type);
    if (is_missing(z->facts[c]) && !fact->optional) return false;
  }
  return true;
}

static void run_scope(struct fuzz *z, const struct rebase_bundle *b, uint32_t agent, uint32_t head) {
  struct session_view session = {b, &z->dice, &z->arena};
  uint32_t count;
  const uint32_t *rules = bundle_scope(b, agent, head, &count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t rule = bundle_rule_of(b, rules[i]);
    const struct image_form *form = bundle_form(b, rule);
    z->arena.used = 0;
    if (head < b->OPERATIONS.count && !random_arguments(z, &session, &b->OPERATIONS.at[head])) return;
    if (!random_facts(z, &session, (enum event)bundle_program(b, rule)->event)) return;
    run_program(z, b, rules[i], NULL, &session);
    for (uint32_t w = 0; w < form->waivers; w++) run_program(z, b, rules[i], &b->waivers[form->first_waiver + w], &session);
  }
}

static void run_bundle(struct fuzz *z, const struct rebase_bundle *b) {
  z->args = calloc(b->max_slots + 1u, sizeof *z->args);
  if (!z->args) abort();
  for (uint32_t agent = 0; agent < b->AGENTS.count && agent < 3; agent++)
    for (uint32_t head = 0; head < b->scope_width; head++) run_scope(z, b, agent, head);
  free(z->args);
}

/* ---- mutation ---- */
static const uint32_t record_size[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) sizeof(TYPE),
#include "sections.def"
#undef SECTION
};

struct place { unsigned char *at; uint32_t count, record; enum section section; };

static struct place section_of(unsigned char *image, enum section section) {
  const struct image_section *table = (const void *)(image + sizeof(struct image_header));
  return (struct place){image + table[section].offset, table[section].count, record_size[section], section};
}

static struct place random_section(struct dice *d, unsigned char *image) {
  struct place p;
  do p = section_of(image, chance(d, 40) ? SECTION_CODE : (enum section)below(d, SECTION_COUNT));
  while (p.count == 0);
  return p;
}

/* A number that could stand there: near what stands, near a section's end, or odd. */
static uint32_t likely_number(struct dice *d, unsigned char *image, uint32_t old) {
  switch (below(d, 6)) {
    case 0: return old + 1;
    case 1: return old - 1;
    case 2: return below(d, 32);
    case 3: return NONE32;
    case 4: return below(d, section_of(image, (enum section)below(d, SECTION_COUNT)).count + 1);
    default: return 1u << below(d, 32);
  }
}

/* An instruction that stays likely: another of the same cost, another register, another index. */
static void mutate_instruction(struct dice *d, unsigned char *image, struct instruction *i) {
  if (chance(d, 30)) {
    unsigned cost = i->op < OP_COUNT ? opcode_table[i->op].cost : 1;
    for (int tries = 0; tries < 20; tries++) {
      uint8_t op = (uint8_t)below(d, OP_COUNT);
      if (opcode_table[op].cost == cost) { i->op = op; break; }
    }
  }
  if (chance(d, 25)) i->a = (uint8_t)below(d, 16);
  if (chance(d, 25)) i->b = (uint8_t)below(d, 16);
  if (chance(d, 15)) i->c = (uint8_t)below(d, 16);
  if (chance(d, 25)) i->imm = likely_number(d, image, i->imm);
  if (i->op < OP_COUNT && chance(d, 80)) {            /* canonical again */
    const struct opcode_info *info = &opcode_table[i->op];
    if (info->b == ROLE__) i->b = 0;
    if (info->c == ROLE__) i->c = 0;
    if (info->imm == I_NONE) i->imm = 0;
  }
}

static void mutate_once(struct dice *d, unsigned char *image, size_t size) {
  struct place p = random_section(d, image);
  unsigned char *record = p.at + (size_t)below(d, p.count) * p.record, *other = p.at + (size_t)below(d, p.count) * p.record;
  /* An earlier mutation may have moved the section out of the image. */
  size_t most = size > p.record ? size - p.record : 0;
  if ((uintptr_t)record - (uintptr_t)image > most || (uintptr_t)other - (uintptr_t)image > most) return;
  uint32_t number, word = p.record >= 4 ? below(d, p.record / 4) * 4 : 0;
  if (p.section == SECTION_CODE && chance(d, 85)) {
    mutate_instruction(d, image, (struct instruction *)(void *)record);
  } else if (chance(d, 2)) {
    image[below(d, (uint32_t)size)] ^= (unsigned char)(1u << below(d, 8));
  } else if (p.record >= 4 && chance(d, 50)) {
    memcpy(&number, record + word, 4);
    number = likely_number(d, image, number);
    memcpy(record + word, &number, 4);
  } else if (chance(d, 30)) {
    memmove(record, other, p.record);
  } else {
    record[below(d, p.record)] = (unsigned char)(chance(d, 50) ? below(d, 20) : roll(d));
  }
}

static void mend_digest(unsigned char *image, size_t size) {
  struct image_header *header = (void *)image;
  unsigned char digest[32];
  memset(header->digest, 0, sizeof digest);
  crypto_generichash(digest, sizeof digest, image, size, NULL, 0);
  memcpy(header->digest, digest, sizeof digest);
}

/* One changed image: opened, and run if it opens. */
static void mutate(struct fuzz *z, const unsigned char *original, size_t size) {
  struct allocator allocator = allocator_default();
  struct bundle_error error;
  unsigned char *image = malloc(size);
  if (!image) abort();
  memcpy(image, original, size);
  for (unsigned n = below(&z->dice, 4); n < 4; n++) mutate_once(&z->dice, image, size);
  mend_digest(image, size);
  struct rebase_bundle *bundle = bundle_open(image, size, &allocator, 0, &error);
  free(image);
  if (bundle) {
    z->accepted++;
    run_bundle(z, bundle);
    bundle_free(bundle);
    return;
  }
  z->refused++;
  if (error.status == BUNDLE_INVALID) z->by_check[error.check]++;
  if (error.status == BUNDLE_OK || !error.text[0]) {
    fprintf(stderr, "refused without a reason\n");
    z->faults++;
  }
}

static struct fuzz *fuzz_new(uint64_t seed) {
  struct fuzz *z = calloc(1, sizeof *z);
  if (!z) abort();
  z->dice.state = seed;
  z->arena = (struct arena_fixed){.base = malloc(1 << 20), .size = 1 << 20};
  z->scratch = (struct arena_fixed){.base = malloc(1 << 14), .size = 1 << 14};
  if (!z->arena.base || !z->scratch.base) abort();
  return z;
}

static void fuzz_free(struct fuzz *z) {
  free(z->arena.base);
  free(z->scratch.base);
  free(z);
}

static void fuzz_report(const struct fuzz *z) {
  unsigned checks = 0;
  for (int c = 0; c < CHECK_COUNT; c++) checks += z->by_check[c] > 0;
  printf("%llu images: %llu accepted, %llu refused by %u of %d checks; %llu programs run, %llu faults\n",
         (unsigned long long)(z->accepted + z->refused), (unsigned long long)z->accepted, (unsigned long long)z->refused, checks,
         CHECK_COUNT, (unsigned long long)z->programs, (unsigned long long)z->faults);
  for (int v = 0; v < VM_VERDICT_COUNT; v++)
    if (z->verdicts[v]) printf("  %10llu  %s\n", (unsigned long long)z->verdicts[v], vm_verdict_text((enum vm_verdict)v));
}

#ifndef MUTATE_IMAGE_NO_MAIN
static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  unsigned char *bytes = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    long length = ftell(file);
    rewind(file);
    bytes = length > 0 ? malloc((size_t)length) : NULL;
    *size = bytes ? fread(bytes, 1, (size_t)length, file) : 0;
  }
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  unsigned long runs = 10000, seed = 1;
  int at = 1;
  for (; at + 1 < argc && argv[at][0] == '-'; at += 2) *(argv[at][1] == 's' ? &seed : &runs) = strtoul(argv[at + 1], NULL, 10);
  if (at >= argc) {
    fprintf(stderr, "usage: mutate_image [-n RUNS] [-s SEED] BUNDLE.rbb ...\n");
    return 2;
  }
  struct fuzz *z = fuzz_new(seed);
  for (; at < argc; at++) {
    size_t size;
    unsigned char *bytes = read_file(argv[at], &size);
    struct allocator allocator = allocator_default();
    struct bundle_error error;
    struct rebase_bundle *bundle = bytes ? bundle_open(bytes, size, &allocator, 0, &error) : NULL;
    if (!bundle) {
      fprintf(stderr, "%s: %s\n", argv[at], bytes ? error.text : "cannot be read");
      return 2;
    }
    run_bundle(z, bundle);
    bundle_free(bundle);
    for (unsigned long i = 0; i < runs; i++) mutate(z, bytes, size);
    free(bytes);
  }
  fuzz_report(z);
  bool ok = z->faults == 0;
  fuzz_free(z);
  return ok ? 0 : 1;
}
#endif
