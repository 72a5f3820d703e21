/* bundle_view.c: see bundle_view.h */
#include <string.h>
#include "cli/bundle_view.h"
#include "value.h"

size_t view_record_size(enum section section) {
  static const size_t sizes[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) sizeof(TYPE),
#include "sections.def"
#undef SECTION
  };
  return sizes[section];
}

bool view_open(struct bundle_view *view, const void *bytes, size_t size) {
  struct image_header header;
  *view = (struct bundle_view){.bytes = bytes, .size = size};
  if (size < sizeof header + sizeof view->table) return false;
  memcpy(&header, bytes, sizeof header);
  if (memcmp(header.magic, IMAGE_MAGIC, sizeof header.magic) != 0 || header.version != IMAGE_VERSION || header.sections != SECTION_COUNT)
    return false;
  memcpy(view->table, view->bytes + sizeof header, sizeof view->table);
  for (int s = 0; s < SECTION_COUNT; s++) {
    uint64_t end = view->table[s].offset + (uint64_t)view->table[s].count * view_record_size((enum section)s);
    if (end > size || view->table[s].offset % 8 != 0) return false;
  }
  return true;
}

uint32_t view_count(const struct bundle_view *view, enum section section) { return view->table[section].count; }

const void *view_record(const struct bundle_view *view, enum section section, size_t index) {
  if (index >= view->table[section].count) return NULL;
  return view->bytes + view->table[section].offset + index * view_record_size(section);
}

const char *view_text(const struct bundle_view *view, ref text) {
  const struct image_section *texts = &view->table[SECTION_TEXTS];
  uint32_t length;
  if (text % 4 != 0 || texts->count < sizeof length || text > texts->count - sizeof length) return "";
  const unsigned char *at = view->bytes + texts->offset + text;
  memcpy(&length, at, sizeof length);
  if (length >= texts->count - sizeof length - text) return "";
  const char *bytes = (const char *)at + sizeof length;
  return bytes[length] == '\0' ? bytes : "";
}

/* Agents, operations and connectors begin with their name. */
static const char *name_of(const struct bundle_view *view, enum section section, uint32_t index) {
  const ref *name = view_record(view, section, index);
  return name ? view_text(view, *name) : "";
}
const char *view_agent(const struct bundle_view *view, uint32_t index) { return name_of(view, SECTION_AGENTS, index); }
const char *view_operation(const struct bundle_view *view, uint32_t index) { return name_of(view, SECTION_OPERATIONS, index); }
const char *view_connector(const struct bundle_view *view, uint32_t index) { return name_of(view, SECTION_CONNECTORS, index); }

static bool ends_in(const char *full, const char *name) {
  size_t long_length = strlen(full), length = strlen(name);
  return long_length > length && full[long_length - length - 1] == '.' && strcmp(full + long_length - length, name) == 0;
}

static const char *find(const struct bundle_view *view, enum section section, const char *name, unsigned *matches) {
  const char *found = NULL;
  *matches = 0;
  for (uint32_t i = 0; i < view_count(view, section); i++) {
    const char *full = name_of(view, section, i);
    if (name && strcmp(full, name) == 0) return *matches = 1, full;
    if (name && !ends_in(full, name)) continue;
    found = full;
    ++*matches;
  }
  return *matches == 1 ? found : NULL;
}
const char *view_find_agent(const struct bundle_view *view, const char *name, unsigned *matches) {
  return find(view, SECTION_AGENTS, name, matches);
}
const char *view_find_connector(const struct bundle_view *view, const char *name, unsigned *matches) {
  return find(view, SECTION_CONNECTORS, name, matches);
}
const char *view_find_operation(const struct bundle_view *view, const char *name, unsigned *matches) {
  return find(view, SECTION_OPERATIONS, name, matches);
}

const char *view_failure(const struct bundle_view *view, const char *operation) {
  for (uint32_t i = 0; i < view_count(view, SECTION_OPERATIONS); i++) {
    const struct image_operation *o = view_record(view, SECTION_OPERATIONS, i);
    if (strcmp(view_text(view, o->name), operation) != 0) continue;
    const struct image_connector *c = view_record(view, SECTION_CONNECTORS, o->connector);
    return c ? view_text(view, c->failure) : "";
  }
  return "";
}
