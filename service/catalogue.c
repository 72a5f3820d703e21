/* catalogue.c: see catalogue.h */
#include <stdlib.h>
#include "catalogue.h"

struct catalogue { struct catalogue *next; char *agent; json_t *whole, *by_name; };      /* agent "": the whole bundle */

static json_t *describe(struct gate *gate, const char *agent) {
  size_t length = rebase_catalogue(gate->engine, agent, NULL, 0);
  if (!length) return NULL;
  char *text = gate_new(length + 1);
  rebase_catalogue(gate->engine, agent, text, length + 1);
  json_t *whole = json_loads(text, 0, NULL);
  free(text);
  return whole;
}

static struct catalogue *catalogue_of(struct gate *gate, const char *agent) {
  const char *key = agent ? agent : "";
  for (struct catalogue *c = gate->catalogues; c; c = c->next) if (!strcmp(c->agent, key)) return c;
  struct catalogue *c = gate_new(sizeof *c);
  *c = (struct catalogue){gate->catalogues, gate_copy(key), describe(gate, agent), json_object()};
  gate->catalogues = c;
  size_t i;
  json_t *operation;
  json_array_foreach(json_object_get(c->whole, "operations"), i, operation)
    json_object_set(c->by_name, json_string_value(json_object_get(operation, "name")), operation);
  return c;
}

json_t *catalogue_operation(struct gate *gate, const char *agent, const char *operation) {
  return json_object_get(catalogue_of(gate, agent)->by_name, operation);
}

json_t *catalogue_all(struct gate *gate) { return catalogue_of(gate, NULL)->whole; }

bool catalogue_releases(struct gate *gate, const char *agent) {
  size_t i;
  json_t *to;
  json_array_foreach(json_object_get(catalogue_of(gate, agent)->whole, "releases"), i, to)
    if (!strcmp(json_string_value(to), "agent")) return true;
  return false;
}

bool catalogue_has_agent(struct gate *gate, const char *agent) {
  size_t i;
  json_t *name;
  json_array_foreach(json_object_get(catalogue_all(gate), "agents"), i, name)
    if (!strcmp(json_string_value(name), agent)) return true;
  return false;
}

void catalogue_clear(struct gate *gate) {
  for (struct catalogue *c = gate->catalogues, *next; c; c = next) {
    next = c->next;
    json_decref(c->whole);
    json_decref(c->by_name);
    free(c->agent);
    free(c);
  }
  gate->catalogues = NULL;
}
