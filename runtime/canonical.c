/* canonical.c: see canonical.h. json_decode of what is written here gives the same value again. */
#include <arpa/inet.h>
#include "canonical.h"
#include "numbers.h"
#include "packed.h"

static void quoted(struct out *out, const struct text *text) { out_json_string(out, text->bytes, text->len); }

static const struct text *word(const struct rebase_bundle *bundle, const struct image_type *type, int64_t symbol) {
  for (uint32_t i = 0; i < type->b; i++) {
    const struct image_word *w = &bundle->WORDS.at[type->a + i];
    if (w->symbol == symbol) return bundle_text(bundle, w->wire);
  }
  return bundle_text(bundle, 0);
}

static void address(struct out *out, const struct text *text) {
  char written[INET6_ADDRSTRLEN] = "";
  const char *bytes = text->bytes;
  bool v4 = !memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12), network = text->len > 16;
  unsigned prefix = network ? (unsigned char)bytes[16] : 0;
  v4 = v4 && (!network || prefix >= 96);
  out_string(out, inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + 12 : bytes, written, sizeof written) ? written : "");
  if (!network) return;
  out_char(out, '/');
  out_unsigned(out, v4 ? prefix - 96 : prefix);
}

static void time_text(struct out *out, const struct rebase_bundle *bundle, const struct image_type *type, int64_t time) {
  int64_t seconds = time / REBASE_SECOND - (time % REBASE_SECOND < 0);
  out_time(out, time, type->a ? zone_offset(bundle, type->a - 1, seconds) : 0, !type->a);
}

void canonical_scalar(struct out *out, const struct rebase_bundle *bundle, uint32_t type_index, value v) {
  const struct image_type *type = bundle_type(bundle, type_index);
  switch (type->kind) {
  case TYPE_BOOL:
    if (type->a || type->b) out_text(out, bundle_text(bundle, v.i ? type->a : type->b));
    else out_string(out, v.i ? "true" : "false");
    return;
  case TYPE_INT: out_signed(out, v.i); return;
  case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: out_millionths(out, v.i); return;
  case TYPE_TIME: time_text(out, bundle, type, v.i); return;
  case TYPE_DATE: out_date(out, v.i); return;
  case TYPE_SYMBOL: out_text(out, bundle_text(bundle, bundle->SYMBOLS.at[v.i].name)); return;
  case TYPE_WORDS: out_text(out, word(bundle, type, v.i)); return;
  case TYPE_REGION: out_text(out, bundle_text(bundle, bundle->REGIONS.at[v.i].name)); return;
  case TYPE_IP: case TYPE_CIDR: address(out, v.text); return;
  case TYPE_VERSION:
    out_signed(out, v.i >> 40);
    out_char(out, '.');
    out_signed(out, v.i >> 20 & 0xfffff);
    out_char(out, '.');
    out_signed(out, v.i & 0xfffff);
    return;
  default: out_text(out, v.text); return;
  }
}

static void scalar(struct out *out, const struct rebase_bundle *bundle, uint32_t type_index, value v) {
  const struct image_type *type = bundle_type(bundle, type_index);
  switch (type->kind) {
  case TYPE_STRING: quoted(out, v.text); return;
  case TYPE_SYMBOL: quoted(out, bundle_text(bundle, bundle->SYMBOLS.at[v.i].name)); return;
  case TYPE_WORDS: quoted(out, word(bundle, type, v.i)); return;
  case TYPE_REGION: quoted(out, bundle_text(bundle, bundle->REGIONS.at[v.i].name)); return;
  case TYPE_BOOL:
    if (type->a || type->b) { quoted(out, bundle_text(bundle, v.i ? type->a : type->b)); return; }
    break;
  case TYPE_INT: case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: break;
  default:
    out_char(out, '"');
    canonical_scalar(out, bundle, type_index, v);
    out_char(out, '"');
    return;
  }
  canonical_scalar(out, bundle, type_index, v);
}

static void record(struct out *out, const struct rebase_bundle *bundle, const struct image_type *type, value v) {
  bool any = false;
  out_char(out, '{');
  for (uint32_t i = 0; i < type->b; i++) {
    const struct image_field *field = &bundle->FIELDS.at[type->a + i];
    if (is_missing(v.record[i])) continue;
    if (any) out_char(out, ',');
    any = true;
    quoted(out, bundle_text(bundle, field->name));
    out_char(out, ':');
    canonical_value(out, bundle, field->type, v.record[i]);
  }
  out_char(out, '}');
}

void canonical_value(struct out *out, const struct rebase_bundle *bundle, uint32_t type_index, value v) {
  const struct image_type *type = bundle_type(bundle, type_index);
  if (is_missing(v)) { out_string(out, "null"); return; }
  if (type->kind == TYPE_RECORD) { record(out, bundle, type, v); return; }
  if (!kind_is_collection(type->kind)) { scalar(out, bundle, type_index, v); return; }
  bool map = type->kind == TYPE_MAP;
  uint32_t element = element_type(bundle, type_index);
  out_char(out, map ? '{' : '[');
  for (uint32_t i = 0; i < v.list->len; i++) {
    if (i) out_char(out, ',');
    if (map) {
      quoted(out, v.list->items[2 * i].text);
      out_char(out, ':');
    }
    canonical_value(out, bundle, element, v.list->items[map ? 2 * i + 1 : i]);
  }
  out_char(out, map ? '}' : ']');
}

void canonical_call(struct out *out, const struct rebase_bundle *bundle, const struct image_operation *operation, const value *slots) {
  bool any = false;
  out_string(out, "{\"call\":");
  quoted(out, bundle_text(bundle, operation->name));
  out_string(out, ",\"args\":{");
  for (uint32_t i = 0; i < operation->params; i++) {
    const struct image_param *param = &bundle->PARAMS.at[operation->first_param + bundle->param_order[operation->first_param + i]];
    if (is_missing(slots[param->slot])) continue;
    if (any) out_char(out, ',');
    any = true;
    quoted(out, bundle_text(bundle, param->name));
    out_char(out, ':');
    canonical_value(out, bundle, param->type, slots[param->slot]);
  }
  out_string(out, "}}");
}
