/* verify.c: the file, its layout, its texts, and every field by itself. Nothing else may look at an image before. */
#include "verify.h"
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include "packed.h"
#include "signature.h"

static const struct { const char *name; uint32_t record; } section_table[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) {#NAME, sizeof(TYPE)},
#include "sections.def"
#undef SECTION
};

static const struct { const char *name, *must; } check_table[CHECK_COUNT] = {
#define CHECK(NAME, MUST) {#NAME, MUST},
#include "checks.def"
#undef CHECK
};

const char *section_name(enum section section) { return section < SECTION_COUNT ? section_table[section].name : "file"; }
const char *check_name(enum check check) { return check < CHECK_COUNT ? check_table[check].name : "?"; }
const char *check_text(enum check check) { return check < CHECK_COUNT ? check_table[check].must : "?"; }

/* ---- refusals ---- */
static void report(struct verifier *v, struct bundle_error error, const char *format, va_list arguments) {
  char detail[160], place[64] = "";
  vsnprintf(detail, sizeof detail, format, arguments);
  if (error.pc != NONE32)
    snprintf(place, sizeof place, " %lu, instruction %lu", (unsigned long)error.index, (unsigned long)error.pc);
  else if (error.index != NONE32)
    snprintf(place, sizeof place, " %lu", (unsigned long)error.index);
  snprintf(error.text, sizeof error.text, "%s: %s%s: %s (%s)", check_name(error.check), section_name(error.section), place,
           check_text(error.check), detail);
  *v->error = error;
}

bool refuse(struct verifier *v, enum check check, enum section section, uint32_t index, const char *format, ...) {
  enum bundle_status status = check == CHECK_FILE_VERSION ? BUNDLE_VERSION : BUNDLE_INVALID;
  struct bundle_error error = {.status = status, .check = check, .section = section, .index = index, .pc = NONE32};
  va_list arguments;
  va_start(arguments, format);
  report(v, error, format, arguments);
  va_end(arguments);
  return false;
}

bool refuse_code(struct verifier *v, enum check check, enum section section, uint32_t index, uint32_t pc, const char *format, ...) {
  struct bundle_error error = {.status = BUNDLE_INVALID, .check = check, .section = section, .index = index, .pc = pc};
  va_list arguments;
  va_start(arguments, format);
  report(v, error, format, arguments);
  va_end(arguments);
  return false;
}

bool out_of_memory(struct verifier *v) {
  *v->error = (struct bundle_error){.status = BUNDLE_MEMORY, .section = SECTION_COUNT, .index = NONE32, .pc = NONE32,
                                    .text = "out of memory"};
  return false;
}

/* ---- the header ---- */
static bool digest_matches(const unsigned char *image, size_t size) {
  static const unsigned char zeros[32];
  unsigned char digest[32];
  const size_t at = offsetof(struct image_header, digest), after = at + sizeof digest;
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, sizeof digest);
  crypto_generichash_update(&state, image, at);
  crypto_generichash_update(&state, zeros, sizeof zeros);
  crypto_generichash_update(&state, image + after, size - after);
  crypto_generichash_final(&state, digest, sizeof digest);
  return memcmp(digest, image + at, sizeof digest) == 0;
}

static bool verify_header(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_header *header = (const void *)b->image;
  if (b->size < sizeof *header + SECTION_COUNT * sizeof(struct image_section) || (uint64_t)b->size > UINT32_MAX)
    return refuse(v, CHECK_FILE_SIZE, SECTION_COUNT, NONE32, "%lu bytes", (unsigned long)b->size);
  if (memcmp(header->magic, IMAGE_MAGIC, sizeof header->magic) != 0)
    return refuse(v, CHECK_FILE_MAGIC, SECTION_COUNT, NONE32, "this is no bundle");
  if (header->version != IMAGE_VERSION)
    return refuse(v, CHECK_FILE_VERSION, SECTION_COUNT, NONE32, "version %lu, where this is %u: compile it again", (unsigned long)header->version, IMAGE_VERSION);
  if (header->sections != SECTION_COUNT)
    return refuse(v, CHECK_FILE_SECTIONS, SECTION_COUNT, NONE32, "%lu sections", (unsigned long)header->sections);
  const struct image_signature *signature = signature_behind(b->image, (size_t)header->bytes, b->size);
  if (signature) v->bundle->size = (size_t)header->bytes;
  if (header->bytes != b->size)
    return refuse(v, CHECK_FILE_BYTES, SECTION_COUNT, NONE32, "%llu stated, %lu there", (unsigned long long)header->bytes,
                  (unsigned long)b->size);
  if (!digest_matches(b->image, b->size)) return refuse(v, CHECK_FILE_DIGEST, SECTION_COUNT, NONE32, "the file was changed");
  if (signature && !signature_fits(signature, header->digest))
    return refuse(v, CHECK_FILE_SIGNATURE, SECTION_COUNT, NONE32, "it was made for other bytes, or with another key");
  v->bundle->digest = header->digest;
  v->bundle->signer = signature ? signature->key : NULL;
  return true;
}

/* ---- the layout ---- */
static bool verify_layout(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  const struct image_section *table = (const void *)(b->image + sizeof(struct image_header));
  uint64_t at = sizeof(struct image_header) + SECTION_COUNT * sizeof *table;
  for (unsigned s = 0; s < SECTION_COUNT; s++) {
    uint64_t start = (at + 7) & ~(uint64_t)7;
    if (table[s].offset != start)
      return refuse(v, CHECK_LAYOUT_ORDER, s, NONE32, "at %lu, not %llu", (unsigned long)table[s].offset, (unsigned long long)start);
    uint64_t end = start + (uint64_t)table[s].count * section_table[s].record;
    if (end > b->size) return refuse(v, CHECK_LAYOUT_BOUNDS, s, NONE32, "it would end at %llu", (unsigned long long)end);
    for (; at < start; at++)
      if (b->image[at]) return refuse(v, CHECK_LAYOUT_PADDING, s, NONE32, "byte %llu", (unsigned long long)at);
    at = end;
  }
  if (at != b->size)
    return refuse(v, CHECK_LAYOUT_END, SECTION_COUNT, NONE32, "%llu bytes more", (unsigned long long)(b->size - at));
  unsigned s = 0;
#define SECTION(NAME, TYPE) \
  b->NAME.at = (const void *)(b->image + table[s].offset); \
  b->NAME.count = table[s++].count;
#include "sections.def"
#undef SECTION
  if (b->BUNDLE.count != 1) return refuse(v, CHECK_BUNDLE_ONE, SECTION_BUNDLE, NONE32, "%lu", (unsigned long)b->BUNDLE.count);
  b->info = b->BUNDLE.at;
  b->scope_width = b->OPERATIONS.count + RELEASE_COUNT + b->AGENTS.count + 1;
  return true;
}

/* ---- texts ---- */
static bool verify_texts(struct verifier *v) {
  const unsigned char *texts = v->bundle->TEXTS.at;
  uint32_t count = v->bundle->TEXTS.count, length;
  v->text_starts = pages_array(&v->temporary, count / 256 + 1, sizeof *v->text_starts);
  if (!v->text_starts) return out_of_memory(v);
  if (count < 8 || memcmp(texts, "\0\0\0\0\0\0\0", 8) != 0)
    return refuse(v, CHECK_TEXT_FIRST, SECTION_TEXTS, 0, "%lu bytes", (unsigned long)count);
  for (uint32_t at = 0, next; at < count; at = next) {
    if (count - at < 8) return refuse(v, CHECK_TEXT_LENGTH, SECTION_TEXTS, at, "cut off");
    memcpy(&length, texts + at, sizeof length);
    if (length > count - at - 5) return refuse(v, CHECK_TEXT_LENGTH, SECTION_TEXTS, at, "length %lu", (unsigned long)length);
    uint64_t end = (uint64_t)at + 4 + length, padded = (end + 4) & ~(uint64_t)3;
    if (padded > count) return refuse(v, CHECK_TEXT_LENGTH, SECTION_TEXTS, at, "padding is cut off");
    next = (uint32_t)padded;
    for (; end < padded; end++)
      if (texts[end]) return refuse(v, CHECK_TEXT_PADDING, SECTION_TEXTS, at, "byte %llu", (unsigned long long)end);
    if (!utf8_valid((const char *)texts + at + 4, length)) return refuse(v, CHECK_TEXT_UTF8, SECTION_TEXTS, at, "it is not");
    v->text_starts[at / 256] |= UINT64_C(1) << (at / 4 % 64);
  }
  return true;
}

bool verify_is_text(const struct verifier *v, ref text) {
  return text < v->bundle->TEXTS.count && text % 4 == 0 && (v->text_starts[text / 256] >> (text / 4 % 64) & 1);
}

/* ---- single fields ---- */
enum field_role { TEXT, INDEX, MAYBE, RANGE, COUNT, BELOW, LABELS, PROOFS, SPAN, ZERO, FREE };
struct field_info { const char *name; uint8_t section, role, offset, size; uint32_t argument; };

#define SECTION(NAME, TYPE) typedef TYPE record_##NAME;
#include "sections.def"
#undef SECTION
static const struct field_info field_table[] = {
#define FIELD(SECTION, NAME, ROLE, ARGUMENT) {#NAME, SECTION_##SECTION, ROLE, (uint8_t)offsetof(record_##SECTION, NAME), \
    (uint8_t)sizeof(((record_##SECTION *)0)->NAME), (uint32_t)(ARGUMENT)},
#include "fields.def"
#undef FIELD
};
enum { FIELD_TABLE_COUNT = sizeof field_table / sizeof *field_table };

static uint64_t read_unsigned(const unsigned char *at, unsigned size) {
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++) value |= (uint64_t)at[i] << 8 * i;
  return value;
}

static uint32_t section_count(const struct rebase_bundle *b, uint32_t section) {
  const struct image_section *table = (const void *)(b->image + sizeof(struct image_header));
  return table[section].count;
}

static uint64_t set_of(uint32_t count) { return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1; }

/* Which check a field breaks, or CHECK_COUNT. */
static enum check broken(const struct verifier *v, const struct field_info *field, const unsigned char *at) {
  const struct rebase_bundle *b = v->bundle;
  uint64_t number = read_unsigned(at, field->size > 8 ? 8 : field->size);
  switch ((enum field_role)field->role) {
    case TEXT: return verify_is_text(v, (ref)number) ? CHECK_COUNT : CHECK_FIELD_TEXT;
    case MAYBE: if (number == NONE32) return CHECK_COUNT; /* else as INDEX */ /* fall through */
    case INDEX: return number < section_count(b, field->argument) ? CHECK_COUNT : CHECK_FIELD_INDEX;
    case RANGE:
      number += read_unsigned(at + 4, 4);
      return number <= section_count(b, field->argument) ? CHECK_COUNT : CHECK_FIELD_RANGE;
    case BELOW: return number < field->argument ? CHECK_COUNT : CHECK_FIELD_BELOW;
    case LABELS: return number & ~set_of(b->LABELS.count) ? CHECK_FIELD_LABELS : CHECK_COUNT;
    case PROOFS: return number & ~set_of(b->PROOFS.count) ? CHECK_FIELD_PROOFS : CHECK_COUNT;
    case SPAN: return number >> 63 ? CHECK_FIELD_SPAN : CHECK_COUNT;
    case ZERO: return number ? CHECK_FIELD_ZERO : CHECK_COUNT;
    case COUNT: case FREE: break;
  }
  return CHECK_COUNT;
}

static bool verify_fields(struct verifier *v) {
  const struct image_section *table = (const void *)(v->bundle->image + sizeof(struct image_header));
  for (unsigned f = 0; f < FIELD_TABLE_COUNT; f++) {
    const struct field_info *field = &field_table[f];
    if (field->role == FREE || field->role == COUNT) continue;
    const unsigned char *at = v->bundle->image + table[field->section].offset + field->offset;
    for (uint32_t i = 0; i < table[field->section].count; i++, at += section_table[field->section].record) {
      enum check check = broken(v, field, at);
      if (check != CHECK_COUNT) return refuse(v, check, field->section, i, "field %s", field->name);
    }
  }
  return true;
}

bool verify_file(struct verifier *v) { return verify_header(v) && verify_layout(v) && verify_texts(v) && verify_fields(v); }
