/* catalogue.c: what a bundle holds and what an agent can be granted, as JSON for hosts: their tool lists, their calls over HTTP. */
#include "engine.h"
#include "packed.h"

static void quoted(struct out *out, const struct text *text) { out_json_string(out, text->bytes, text->len); }

static void text_field(struct out *out, const struct rebase_bundle *b, const char *name, ref text) {
  const struct text *value = bundle_text(b, text);
  if (!value->len) return;
  out_string(out, ",\"");
  out_string(out, name);
  out_string(out, "\":");
  quoted(out, value);
}

/* ---- JSON Schema of a type ---- */
static void write_schema(struct out *out, const struct rebase_bundle *b, uint32_t type);

static void words_schema(struct out *out, const struct rebase_bundle *b, const struct image_type *t) {
  out_string(out, "{\"type\":\"string\",\"enum\":[");
  for (uint32_t i = 0; i < t->b; i++) {
    if (i) out_char(out, ',');
    quoted(out, bundle_text(b, b->WORDS.at[t->a + i].wire));
  }
  out_string(out, "]}");
}

static void record_schema(struct out *out, const struct rebase_bundle *b, const struct image_type *t) {
  bool any = false;
  out_string(out, "{\"type\":\"object\",\"properties\":{");
  for (uint32_t i = 0; i < t->b; i++) {
    const struct image_field *field = &b->FIELDS.at[t->a + i];
    if (i) out_char(out, ',');
    quoted(out, bundle_text(b, field->name));
    out_char(out, ':');
    write_schema(out, b, field->type);
  }
  out_string(out, "},\"required\":[");
  for (uint32_t i = 0; i < t->b; i++) {
    const struct image_field *field = &b->FIELDS.at[t->a + i];
    if (field->flags & FIELD_OPTIONAL) continue;
    if (any) out_char(out, ',');
    any = true;
    quoted(out, bundle_text(b, field->name));
  }
  out_string(out, "],\"additionalProperties\":false}");
}

static void bool_schema(struct out *out, const struct rebase_bundle *b, const struct image_type *t) {
  if (!t->a && !t->b) { out_string(out, "{\"type\":\"boolean\"}"); return; }
  out_string(out, "{\"type\":\"string\",\"enum\":[");
  quoted(out, bundle_text(b, t->a));
  out_char(out, ',');
  quoted(out, bundle_text(b, t->b));
  out_string(out, "]}");
}

/* Types nest at most 32 deep: the verifier saw to it. */
static void write_schema(struct out *out, const struct rebase_bundle *b, uint32_t type) {
  const struct image_type *t = bundle_type(b, type);
  switch (t->kind) {
  case TYPE_BOOL: bool_schema(out, b, t); return;
  case TYPE_INT: out_string(out, "{\"type\":\"integer\"}"); return;
  case TYPE_DECIMAL: case TYPE_MONEY: case TYPE_DURATION: out_string(out, "{\"type\":\"number\"}"); return;
  case TYPE_TIME: out_string(out, t->a ? "{\"type\":\"string\"}" : "{\"type\":\"string\",\"format\":\"date-time\"}"); return;
  case TYPE_DATE: out_string(out, "{\"type\":\"string\",\"format\":\"date\"}"); return;
  case TYPE_WORDS: words_schema(out, b, t); return;
  case TYPE_RECORD: record_schema(out, b, t); return;
  case TYPE_MAP: out_string(out, "{\"type\":\"object\",\"additionalProperties\":"); break;
  case TYPE_STRINGS: case TYPE_LIST: case TYPE_SET: out_string(out, "{\"type\":\"array\",\"items\":"); break;
  default: out_string(out, "{\"type\":\"string\"}"); return;
  }
  write_schema(out, b, element_type(b, type));
  out_char(out, '}');
}

static void parameters(struct out *out, const struct rebase_bundle *b, const struct image_operation *o) {
  bool any = false;
  out_string(out, ",\"parameters\":{\"type\":\"object\",\"properties\":{");
  for (uint32_t i = 0; i < o->params; i++) {
    const struct image_param *p = &b->PARAMS.at[o->first_param + i];
    if (i) out_char(out, ',');
    quoted(out, bundle_text(b, p->name));
    out_char(out, ':');
    write_schema(out, b, p->type);
  }
  out_string(out, "},\"required\":[");
  for (uint32_t i = 0; i < o->params; i++) {
    const struct image_param *p = &b->PARAMS.at[o->first_param + i];
    if (p->flags & PARAM_OPTIONAL || p->default_const != NONE32) continue;
    if (any) out_char(out, ',');
    any = true;
    quoted(out, bundle_text(b, p->name));
  }
  out_string(out, "],\"additionalProperties\":false}");
}

/* ---- who may ---- */
/* Whether any rule could grant the event to the agent. Guards only take away. */
static bool grantable(const struct rebase_bundle *b, uint32_t agent, uint32_t head) {
  uint32_t count = 0;
  const uint32_t *rules = bundle_scope(b, agent, head, &count);
  for (uint32_t i = 0; i < count; i++) {
    const struct image_program *program = bundle_program(b, bundle_rule_of(b, rules[i]));
    if (!program->guard && (program->effect == RULE_ALLOW || program->effect == RULE_ASK)) return true;
  }
  return false;
}

static void labels(struct out *out, const struct rebase_bundle *b, uint64_t set) {
  bool any = false;
  for (uint32_t i = 0; i < b->LABELS.count && set >> i; i++) {
    if (!(set >> i & 1)) continue;
    out_string(out, any ? "," : ",\"yields\":[");
    any = true;
    quoted(out, bundle_text(b, b->LABELS.at[i].name));
  }
  if (any) out_char(out, ']');
}

static void operation(struct out *out, const struct rebase_bundle *b, const struct image_operation *o) {
  static const char *const classes[] = {[CLASS_READS] = "reads", [CLASS_WRITES] = "writes", [CLASS_DESTROYS] = "destroys"};
  const struct image_connector *c = &b->CONNECTORS.at[o->connector];
  out_string(out, "{\"name\":");
  quoted(out, bundle_text(b, o->name));
  text_field(out, b, "connector", c->name);
  out_string(out, ",\"class\":\"");
  out_string(out, classes[o->op_class]);
  out_string(out, o->sends_outside ? "\",\"sends_outside\":true" : "\",\"sends_outside\":false");
  labels(out, b, o->labels);
  text_field(out, b, "method", o->method);
  text_field(out, b, "path", o->path);
  text_field(out, b, "base", c->base);
  parameters(out, b, o);
  if (o->result_type != NONE32) {
    out_string(out, ",\"result\":");
    write_schema(out, b, o->result_type);
  }
  out_char(out, '}');
}

static void operations(struct out *out, const struct rebase_bundle *b, uint32_t agent) {
  bool any = false;
  out_string(out, ",\"operations\":[");
  for (uint32_t i = 0; i < b->OPERATIONS.count; i++) {
    if (agent != NONE32 && !grantable(b, agent, head_operation(b, i))) continue;
    if (any) out_char(out, ',');
    any = true;
    operation(out, b, &b->OPERATIONS.at[i]);
  }
  out_char(out, ']');
}

static void releases(struct out *out, const struct rebase_bundle *b, uint32_t agent) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  bool any = false;
  out_string(out, ",\"releases\":[");
  for (unsigned i = 0; i < RELEASE_COUNT && agent != NONE32; i++) {
    if (!grantable(b, agent, head_release(b, (enum release_target)i))) continue;
    if (any) out_char(out, ',');
    any = true;
    out_char(out, '"');
    out_string(out, targets[i]);
    out_char(out, '"');
  }
  out_char(out, ']');
}

static void agents(struct out *out, const struct rebase_bundle *b) {
  out_string(out, ",\"agents\":[");
  for (uint32_t i = 0; i < b->AGENTS.count; i++) {
    if (i) out_char(out, ',');
    quoted(out, bundle_text(b, b->AGENTS.at[i].name));
  }
  out_char(out, ']');
}

static void catalogue(struct out *out, const struct loaded *l, uint32_t agent) {
  const struct rebase_bundle *b = l->bundle;
  out_string(out, "{\"bundle\":");
  out_json_string(out, l->digest, strlen(l->digest));
  text_field(out, b, "workspace", b->info->workspace);
  text_field(out, b, "built", b->info->built);
  if (agent == NONE32) agents(out, b);
  else releases(out, b, agent);
  operations(out, b, agent);
  out_char(out, '}');
}

size_t rebase_catalogue(rebase_engine *e, const char *agent, char *text, size_t size) {
  struct out out = {text, 0, text && size ? size - 1 : 0};
  struct loaded *l = engine_check(e) == REBASE_OK ? engine_pin(e) : NULL;
  uint32_t a = l && agent ? find_agent(l->bundle, agent, strlen(agent)) : NONE32;
  if (l && (!agent || a != NONE32)) catalogue(&out, l, a);
  loaded_drop(l);
  if (text && size) text[out.length < size - 1 ? out.length : size - 1] = 0;
  return out.length;
}
