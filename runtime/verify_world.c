/* verify_world.c: what is declared, beyond single fields: connectors, entities, operations, agents, rules, tables, patterns. */
#include "packed.h"
#include "verify.h"

static unsigned long ul(uint64_t number) { return (unsigned long)number; }

/* A range of INDEXES whose numbers are indexes of another section. */
static bool targets(struct verifier *v, enum section section, uint32_t index, uint32_t first, uint32_t count, uint32_t limit) {
  for (uint32_t i = 0; i < count; i++)
    if (v->bundle->INDEXES.at[first + i] >= limit)
      return refuse(v, CHECK_INDEX_TARGET, section, index, "%lu of %lu", ul(v->bundle->INDEXES.at[first + i]), ul(limit));
  return true;
}

static int compare_refs(const struct rebase_bundle *b, ref left, ref right) {
  const struct text *l = bundle_text(b, left), *r = bundle_text(b, right);
  return text_compare(l->bytes, l->len, r->bytes, r->len);
}

/* ---- the small ones ---- */
static bool verify_small(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  if (b->LABELS.count > IMAGE_MAX_LABELS || b->PROOFS.count > IMAGE_MAX_PROOFS)
    return refuse(v, CHECK_LIMIT_SETS, SECTION_COUNT, NONE32, "%lu and %lu", ul(b->LABELS.count), ul(b->PROOFS.count));
  if (b->GROUPS.count && strcmp(bundle_string(b, b->GROUPS.at[0].name), "requester") != 0)
    return refuse(v, CHECK_GROUP_FIRST, SECTION_GROUPS, 0, "%.40s", bundle_string(b, b->GROUPS.at[0].name));
  for (uint32_t i = 1; i < b->SOURCES.count; i++)
    if (compare_refs(b, b->SOURCES.at[i - 1].path, b->SOURCES.at[i].path) >= 0)
      return refuse(v, CHECK_SOURCE_ORDER, SECTION_SOURCES, i, "%.80s", bundle_string(b, b->SOURCES.at[i].path));
  uint32_t requester = b->info->requester_type;
  if (requester != NONE32 && bundle_type(b, requester)->kind != TYPE_RECORD)
    return refuse(v, CHECK_REQUESTER_TYPE, SECTION_BUNDLE, 0, "type %lu", ul(requester));
  for (uint32_t i = 0; i < b->DETECTORS.count; i++)
    if (!targets(v, SECTION_DETECTORS, i, b->DETECTORS.at[i].first, b->DETECTORS.at[i].count, b->PATTERNS.count)) return false;
  return true;
}

/* ---- entities and operations ---- */

/* Keys of an entity or table: different required fields of scalar or text types; beyond them 0 or NONE32. */
static bool key_fields(struct verifier *v, enum section section, uint32_t index, uint32_t type, uint32_t keys, const uint32_t *key_field) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_type *record = bundle_type(b, type);
  for (uint32_t k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++) {
    bool fits = k < keys ? key_field[k] < record->b : key_field[k] == 0 || key_field[k] == NONE32;
    if (fits && k < keys) {
      const struct image_field *field = &b->FIELDS.at[record->a + key_field[k]];
      unsigned kind = bundle_type(b, field->type)->kind;
      fits = !(field->flags & FIELD_OPTIONAL) && (kind_is_scalar(kind) || kind_is_text(kind));
      for (uint32_t other = 0; other < k; other++) fits = fits && key_field[other] != key_field[k];
    }
    if (!fits) return refuse(v, CHECK_KEY_FIELDS, section, index, "key %lu is field %lu", ul(k), ul(key_field[k]));
  }
  return true;
}

static bool verify_entity(struct verifier *v, uint32_t index) {
  const struct image_entity *entity = &v->bundle->ENTITIES.at[index];
  if (bundle_type(v->bundle, entity->type)->kind != TYPE_RECORD)
    return refuse(v, CHECK_ENTITY_TYPE, SECTION_ENTITIES, index, "type %lu", ul(entity->type));
  if (entity->keys == 0) return refuse(v, CHECK_ENTITY_KEYS, SECTION_ENTITIES, index, "none");
  return key_fields(v, SECTION_ENTITIES, index, entity->type, entity->keys, entity->key_field);
}

/* Texts in TEXTS, scalars in CONSTS, everything else in VALUE_INDEX. */
static bool default_fits(const struct verifier *v, const struct image_param *param) {
  const struct rebase_bundle *b = v->bundle;
  uint32_t at = param->default_const;
  unsigned kind = bundle_type(b, param->type)->kind;
  if (at == NONE32) return true;
  if (kind == TYPE_STRING) return verify_is_text(v, at);
  if (kind_is_scalar(kind)) return at < b->CONSTS.count && type_assignable(b, b->CONSTS.at[at].type, param->type);
  return at < b->VALUE_INDEX.count && type_assignable(b, b->VALUE_INDEX.at[at].type, param->type);
}

/* by_slot: type by slot of the connector, NONE32 where the operation has no parameter; left filled in. */
static bool verify_params(struct verifier *v, const struct image_operation *operation, uint32_t *by_slot) {
  const struct rebase_bundle *b = v->bundle;
  uint32_t slots = b->CONNECTORS.at[operation->connector].slots;
  memset(by_slot, 0xff, slots * sizeof *by_slot);
  for (uint32_t i = operation->first_param; i < operation->first_param + operation->params; i++) {
    const struct image_param *param = &b->PARAMS.at[i];
    if (param->slot >= slots || by_slot[param->slot] != NONE32)
      return refuse(v, CHECK_PARAM_SLOT, SECTION_PARAMS, i, "slot %lu of %lu", ul(param->slot), ul(slots));
    by_slot[param->slot] = param->type;
    if (!default_fits(v, param)) return refuse(v, CHECK_PARAM_DEFAULT, SECTION_PARAMS, i, "%lu", ul(param->default_const));
  }
  return true;
}

/* Whether the operation has an argument in this slot that can stand for a value of the type. */
static bool slot_fits(const struct rebase_bundle *b, const uint32_t *by_slot, uint32_t slots, uint32_t slot, uint32_t type) {
  return slot < slots && by_slot[slot] != NONE32 && type_comparable(b, by_slot[slot], type);
}

static bool verify_fills(struct verifier *v, const struct image_operation *operation, const uint32_t *by_slot, uint32_t slots) {
  const struct rebase_bundle *b = v->bundle;
  uint32_t type = operation->result_type;
  while (type != NONE32 && kind_is_collection(bundle_type(b, type)->kind)) type = element_type(b, type);
  for (uint32_t i = operation->first_fill; i < operation->first_fill + operation->fills; i++) {
    const struct image_fill *fill = &b->FILLS.at[i];
    const struct image_type *record = type == NONE32 ? NULL : bundle_type(b, type);
    if (!record || record->kind != TYPE_RECORD || fill->field >= record->b ||
        !slot_fits(b, by_slot, slots, fill->slot, b->FIELDS.at[record->a + fill->field].type))
      return refuse(v, CHECK_FILL_FIELD, SECTION_FILLS, i, "field %lu, slot %lu", ul(fill->field), ul(fill->slot));
  }
  return true;
}

static bool verify_changes(struct verifier *v, const struct image_operation *operation, const uint32_t *by_slot, uint32_t slots) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = operation->first_change; i < operation->first_change + operation->changes; i++) {
    const struct image_change *change = &b->CHANGES.at[i];
    const struct image_entity *entity = &b->ENTITIES.at[change->entity];
    const struct image_type *record = bundle_type(b, entity->type);
    for (uint32_t k = 0; k < IMAGE_MAX_ENTITY_KEYS; k++)
      if (k < entity->keys
              ? !slot_fits(b, by_slot, slots, change->slot[k], b->FIELDS.at[record->a + entity->key_field[k]].type)
              : change->slot[k] != NONE32)
        return refuse(v, CHECK_CHANGE_SLOT, SECTION_CHANGES, i, "key %lu is slot %lu", ul(k), ul(change->slot[k]));
  }
  return true;
}

static bool verify_operations(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->CONNECTORS.count; i++)
    if (b->CONNECTORS.at[i].slots > b->max_slots) b->max_slots = b->CONNECTORS.at[i].slots;
  uint32_t *by_slot = pages_array(&v->temporary, b->max_slots, sizeof *by_slot);
  if (!by_slot) return out_of_memory(v);
  for (uint32_t i = 0; i < b->OPERATIONS.count; i++) {
    const struct image_operation *operation = &b->OPERATIONS.at[i];
    uint32_t slots = b->CONNECTORS.at[operation->connector].slots;
    if (i && compare_refs(b, operation[-1].name, operation->name) >= 0)
      return refuse(v, CHECK_OPERATION_ORDER, SECTION_OPERATIONS, i, "%.80s", bundle_string(b, operation->name));
    if (!verify_params(v, operation, by_slot) || !verify_fills(v, operation, by_slot, slots) ||
        !verify_changes(v, operation, by_slot, slots))
      return false;
  }
  return true;
}

/* ---- agents and rules ---- */
static bool verify_agents(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->AGENTS.count; i++) {
    const struct image_agent *agent = &b->AGENTS.at[i];
    if (i && compare_refs(b, agent[-1].name, agent->name) >= 0)
      return refuse(v, CHECK_AGENT_ORDER, SECTION_AGENTS, i, "%.80s", bundle_string(b, agent->name));
    if (!targets(v, SECTION_AGENTS, i, agent->first_accept, agent->accepts, b->AGENTS.count)) return false;
  }
  return true;
}

static bool holes_fit(const struct rebase_bundle *b, const struct image_form *form) {
  const struct text *text = bundle_text(b, form->condition);
  const struct image_program *program = &b->PROGRAMS.at[form->program];
  for (uint32_t i = 0; i < text->len; i++) {
    if (text->bytes[i] != CONDITION_HOLE) continue;
    uint32_t number = (unsigned char)text->bytes[++i] - (uint32_t)CONDITION_FIRST;        /* there is a NUL behind the text */
    if (number >= program->constants) return false;
    uint32_t type = b->INDEXES.at[program->first_type + number];
    if (type >= b->TYPES.count || !kind_is_written(bundle_type(b, type)->kind)) return false;
  }
  return true;
}

static bool verify_form(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_form *form = &b->FORMS.at[index];
  const struct image_program *program = &b->PROGRAMS.at[form->program];
  if (program->effect == RULE_ASK && !form->approvers)
    return refuse(v, CHECK_RULE_APPROVERS, SECTION_FORMS, index, "%.80s", bundle_string(b, form->name));
  if (form->waivers && !program->guard)
    return refuse(v, CHECK_RULE_WAIVERS, SECTION_FORMS, index, "%.80s", bundle_string(b, form->name));
  if (!holes_fit(b, form)) return refuse(v, CHECK_FORM_CONDITION, SECTION_FORMS, index, "%.80s", bundle_string(b, form->name));
  return targets(v, SECTION_FORMS, index, form->first_approver, form->approvers, b->GROUPS.count);
}

static bool verify_purpose(struct verifier *v, uint32_t index) {
  const struct image_program *program = &v->bundle->PROGRAMS.at[index];
  if (program->guard && program->effect == RULE_ALLOW) return refuse(v, CHECK_RULE_GRANT, SECTION_PROGRAMS, index, "it is a guard's");
  if (program->models && (program->event != EVENT_INFER || (program->effect != RULE_DENY && program->effect != RULE_OBLIGE)))
    return refuse(v, CHECK_RULE_MODELS, SECTION_PROGRAMS, index, "event %u, effect %u", program->event, program->effect);
  return true;
}

static bool verify_model(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_model *model = &b->MODELS.at[index];
  const struct image_price *price = b->PRICES.at + model->first_price;
  if (index && compare_refs(b, model[-1].name, model->name) >= 0)
    return refuse(v, CHECK_MODEL_ORDER, SECTION_MODELS, index, "%.80s", bundle_string(b, model->name));
  bool good = !model->prices || (model->currency != NONE32 && bundle_type(b, model->currency)->kind == TYPE_MONEY);
  for (uint32_t i = 1; i < model->prices && good; i++)
    good = price[i].kind > price[i - 1].kind || (price[i].kind == price[i - 1].kind && price[i].above > price[i - 1].above);
  if (!good) return refuse(v, CHECK_MODEL_PRICES, SECTION_MODELS, index, "%.80s", bundle_string(b, model->name));
  for (uint32_t i = 1; i < model->qualities && good; i++)
    good = b->QUALITIES.at[model->first_quality + i - 1].task < b->QUALITIES.at[model->first_quality + i].task;
  if (!good) return refuse(v, CHECK_MODEL_QUALITIES, SECTION_MODELS, index, "%.80s", bundle_string(b, model->name));
  return targets(v, SECTION_MODELS, index, model->first_region, model->regions, b->REGIONS.count);
}

static bool verify_route(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_route *route = &b->ROUTES.at[index];
  const struct image_program *program = bundle_program(b, route->rule);
  const char *name = bundle_string(b, bundle_form(b, route->rule)->name);
  if ((index && route[-1].rule >= route->rule) || program->effect != RULE_ALLOW || program->event != EVENT_INFER || program->models)
    return refuse(v, CHECK_ROUTE_RULE, SECTION_ROUTES, index, "%.80s", name);
  if (route->currency == NONE32 ? route->cap != 0 : bundle_type(b, route->currency)->kind != TYPE_MONEY)
    return refuse(v, CHECK_ROUTE_MONEY, SECTION_ROUTES, index, "%.80s", name);
  bool good = (route->prefer == PREFER_WEIGHTED) == (route->weights > 0);
  for (uint32_t i = route->first_weight; i < route->first_weight + route->weights && good; i++)
    good = b->WEIGHTS.at[i].weight > 0 && b->WEIGHTS.at[i].weight <= ROUTE_MOST_WEIGHT &&
           (i == route->first_weight || b->WEIGHTS.at[i - 1].model < b->WEIGHTS.at[i].model);
  return good || refuse(v, CHECK_ROUTE_WEIGHTS, SECTION_ROUTES, index, "%.80s", name);
}

static bool limit_each_fits(const struct rebase_bundle *b, const struct image_limit *limit, enum event event) {
  bool called = limit->each >= LIMIT_EACH_CONNECTOR && limit->each <= LIMIT_EACH_OPERATION;
  if (limit->each != LIMIT_EACH_FIELD) return !limit->field && (!called || event == EVENT_CALL) && (limit->each != LIMIT_EACH_MODEL || event == EVENT_INFER);
  if (b->info->requester_type == NONE32) return false;
  const struct image_type *requester = bundle_type(b, b->info->requester_type);
  if (requester->kind != TYPE_RECORD || limit->field >= requester->b) return false;
  unsigned kind = bundle_type(b, b->FIELDS.at[requester->a + limit->field].type)->kind;
  return kind_is_text(kind) || kind_is_scalar(kind);
}

static bool verify_limit(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_limit *limit = &b->LIMITS.at[index];
  const struct image_form *form = bundle_form(b, limit->rule);
  const struct image_program *program = &b->PROGRAMS.at[form->program];
  const char *name = bundle_string(b, form->name);
  if ((index && limit[-1].rule >= limit->rule) || program->effect != RULE_OBLIGE || form->obligations)
    return refuse(v, CHECK_LIMIT_RULE, SECTION_LIMITS, index, "%.80s", name);
  bool rolling = limit->window == LIMIT_ROLLING, calendar = limit->window == LIMIT_CALENDAR;
  if (limit->most > LIMIT_MOST || rolling != (limit->length > 0) || (limit->unit && !calendar))
    return refuse(v, CHECK_LIMIT_WINDOW, SECTION_LIMITS, index, "%.80s", name);
  if ((limit->counts && (program->event != EVENT_INFER || limit->slot != NONE32)) || (limit->counts == LIMIT_COUNTS_COST) != (limit->currency != 0))
    return refuse(v, CHECK_LIMIT_COUNTS, SECTION_LIMITS, index, "%.80s", name);
  if (!limit_each_fits(b, limit, (enum event)program->event))
    return refuse(v, CHECK_LIMIT_EACH, SECTION_LIMITS, index, "%.80s", name);
  return true;
}

static bool verify_rules(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  uint32_t waivers = 0;
  for (uint32_t i = 0; i < b->PROGRAMS.count; i++)
    if (!verify_purpose(v, i)) return false;
  for (uint32_t i = 0; i < b->FORMS.count; i++) {
    if (!verify_form(v, i)) return false;
    if (b->FORMS.at[i].waivers && b->FORMS.at[i].first_waiver != waivers)
      return refuse(v, CHECK_WAIVER_OWNER, SECTION_FORMS, i, "from %lu", ul(b->FORMS.at[i].first_waiver));
    waivers += b->FORMS.at[i].waivers;
  }
  for (uint32_t i = 0; i < b->MODELS.count; i++)
    if (!verify_model(v, i)) return false;
  for (uint32_t i = 0; i < b->LIMITS.count; i++)
    if (!verify_limit(v, i)) return false;
  for (uint32_t i = 0; i < b->ROUTES.count; i++)
    if (!verify_route(v, i)) return false;
  if (waivers != b->WAIVERS.count) return refuse(v, CHECK_WAIVER_OWNER, SECTION_WAIVERS, waivers, "nobody's");
  for (uint32_t i = 0; i < b->LACKS.count; i++)
    if (!targets(v, SECTION_LACKS, i, b->LACKS.at[i].first_approver, b->LACKS.at[i].approvers, b->GROUPS.count)) return false;
  for (uint32_t i = 0; i < b->OBLIGATIONS.count; i++) {
    const struct image_obligation *obligation = &b->OBLIGATIONS.at[i];
    if (!targets(v, SECTION_OBLIGATIONS, i, obligation->first_detector, obligation->detectors, b->DETECTORS.count)) return false;
  }
  for (uint32_t i = 0; i < b->FUNCTIONS.count; i++) {
    if (b->FUNCTIONS.at[i].params > IMAGE_MAX_REGISTERS)
      return refuse(v, CHECK_FUNCTION_PARAMS, SECTION_FUNCTIONS, i, "%lu", ul(b->FUNCTIONS.at[i].params));
    for (uint32_t p = 0; p < b->FUNCTIONS.at[i].params; p++)
      if (b->INDEXES.at[b->FUNCTIONS.at[i].first_param + p] >> 1 >= b->TYPES.count)
        return refuse(v, CHECK_INDEX_TARGET, SECTION_FUNCTIONS, i, "parameter %lu", ul(p));
  }
  return true;
}

/* ---- tables and trees ---- */
static bool verify_table(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_table *table = &b->TABLES.at[index];
  uint32_t list = b->VALUE_INDEX.at[table->value].type;
  if (bundle_type(b, table->row_type)->kind != TYPE_RECORD || bundle_type(b, list)->kind != TYPE_LIST ||
      bundle_type(b, list)->a != table->row_type)
    return refuse(v, CHECK_TABLE_ROW, SECTION_TABLES, index, "row type %lu", ul(table->row_type));
  if (table->rows != b->values[table->value].list->len)
    return refuse(v, CHECK_TABLE_ROWS, SECTION_TABLES, index, "%lu stated", ul(table->rows));
  return key_fields(v, SECTION_TABLES, index, table->row_type, table->keys, table->key_field);
}

static bool verify_tree(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_type *list = bundle_type(b, b->VALUE_INDEX.at[b->TREES.at[index].value].type);
  const struct image_type *pair = list->kind == TYPE_LIST ? bundle_type(b, list->a) : NULL;
  bool fits = pair && pair->kind == TYPE_RECORD && pair->b == 2;
  for (uint32_t f = 0; fits && f < 2; f++) {
    const struct image_field *field = &b->FIELDS.at[pair->a + f];
    fits = field->type == TYPE_STRING && !(field->flags & FIELD_OPTIONAL);
  }
  return fits || refuse(v, CHECK_TREE_TYPE, SECTION_TREES, index, "%.40s", bundle_string(b, b->TREES.at[index].name));
}

/* ---- patterns ---- */

/* The length of the shortest text that matches, breadth first; NONE32 when none does. */
static uint32_t shortest_match(const struct image_pattern *p, const unsigned char *accept, const uint16_t *next, uint32_t classes,
                               uint32_t *distance, uint32_t *queue) {
  memset(distance, 0xff, p->states * sizeof *distance);
  uint32_t head = 0, tail = 0;
  distance[queue[tail++] = p->start] = 0;
  for (; head < tail; head++) {
    uint32_t state = queue[head];
    if (accept[state]) return distance[state];
    for (uint32_t c = 0; c < classes; c++) {
      uint32_t to = next[(size_t)state * classes + c];
      if (distance[to] != NONE32) continue;
      distance[to] = distance[state] + 1;
      queue[tail++] = to;
    }
  }
  return NONE32;
}

static bool verify_pattern(struct verifier *v, uint32_t index, uint32_t *room, uint32_t *class_count) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_pattern *p = &b->PATTERNS.at[index];
  if (p->states == 0 || p->states > 65536 || p->start >= p->states || (uint64_t)p->accept + p->states > b->BYTES.count ||
      (uint64_t)p->classes + 256 > b->BYTES.count)
    return refuse(v, CHECK_PATTERN_BYTES, SECTION_PATTERNS, index, "%lu states", ul(p->states));
  const unsigned char *accept = b->BYTES.at + p->accept, *class_of = b->BYTES.at + p->classes;
  uint32_t classes = 1;
  for (uint32_t s = 0; s < p->states; s++)
    if (accept[s] > 1) return refuse(v, CHECK_PATTERN_BYTES, SECTION_PATTERNS, index, "state %lu", ul(s));
  for (uint32_t i = 0; i < 256; i++)
    if (class_of[i] >= classes) classes = class_of[i] + 1u;
  uint64_t cells = (uint64_t)p->states * classes;
  if (p->table + cells > b->DFA.count)
    return refuse(v, CHECK_PATTERN_TABLE, SECTION_PATTERNS, index, "%lu by %lu", ul(p->states), ul(classes));
  const uint16_t *next = b->DFA.at + p->table;
  for (uint64_t i = 0; i < cells; i++)
    if (next[i] >= p->states) return refuse(v, CHECK_PATTERN_TABLE, SECTION_PATTERNS, index, "to state %u", next[i]);
  for (uint32_t c = 0; c < classes; c++)
    if (next[c] || accept[0]) return refuse(v, CHECK_PATTERN_DEAD, SECTION_PATTERNS, index, "class %lu", ul(c));
  if (p->min_length > shortest_match(p, accept, next, classes, room, room + 65536))
    return refuse(v, CHECK_PATTERN_LENGTH, SECTION_PATTERNS, index, "%lu stated", ul(p->min_length));
  *class_count = classes;
  return true;
}

static bool verify_patterns(struct verifier *v) {
  uint32_t count = v->bundle->PATTERNS.count;
  uint32_t *classes = pages_array(v->bundle->pages, count, sizeof *classes);
  uint32_t *room = count ? pages_array(&v->temporary, 2 * 65536, sizeof *room) : classes;
  if (!classes || !room) return out_of_memory(v);
  for (uint32_t i = 0; i < count; i++)
    if (!verify_pattern(v, i, room, &classes[i])) return false;
  v->bundle->pattern_classes = classes;
  return true;
}

bool verify_world(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  if (!verify_small(v)) return false;
  for (uint32_t i = 0; i < b->ENTITIES.count; i++)
    if (!verify_entity(v, i)) return false;
  if (!verify_operations(v) || !verify_agents(v) || !verify_rules(v)) return false;
  for (uint32_t i = 0; i < b->TABLES.count; i++)
    if (!verify_table(v, i)) return false;
  for (uint32_t i = 0; i < b->TREES.count; i++)
    if (!verify_tree(v, i)) return false;
  return verify_patterns(v);
}
