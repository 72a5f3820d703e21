/* pins.c: the definitions of tools that somebody has reviewed: {"SERVER": {"TOOL": "digest", ..}, ..}. A definition is all of
 * it: name, description, schemas, annotations; so no server can say one thing to the reviewer and another to the model. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "upstream.h"

void tool_digest(const json_t *definition, char digest[65]) {
  unsigned char hash[32];
  char *text = json_dumps(definition, JSON_COMPACT | JSON_SORT_KEYS);
  if (!text) { memset(digest, 0, 65); return; }
  crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
  sodium_bin2hex(digest, 65, hash, sizeof hash);
  free(text);
}

bool pins_read(struct gate *gate, char **error) {
  json_error_t at;
  if (!gate->config->pins) return true;
  char *path = config_path(gate->config, gate->config->pins);
  json_t *pins = NULL;
  bool there = access(path, F_OK) == 0;
  if (there && !(pins = json_load_file(path, JSON_REJECT_DUPLICATES, &at))) *error = gate_format("%s:%d: %s", path, at.line, at.text);
  free(path);
  if (there && !pins) return false;
  json_decref(gate->pins);
  gate->pins = pins;
  return true;
}

enum tool_state pins_state(struct gate *gate, const struct upstream *u, const struct tool *tool) {
  json_t *pin = json_object_get(json_object_get(gate->pins, u->config->name), tool->name);
  if (!json_is_string(pin)) return TOOL_NEW;
  return tool->digest[0] && !strcmp(json_string_value(pin), tool->digest) ? TOOL_REVIEWED : TOOL_CHANGED;
}

json_t *pins_now(struct gate *gate) {
  json_t *pins = json_object();
  for (size_t i = 0; i < gate->upstream_count; i++) {
    struct upstream *u = gate->upstreams[i];
    if (!u->transport) continue;
    json_t *tools = json_object();
    for (size_t k = 0; k < u->tool_count; k++) json_object_set_new(tools, u->tools[k].name, json_string(u->tools[k].digest));
    json_object_set_new(pins, u->config->name, tools);
  }
  return pins;
}

/* Written beside and renamed: whoever reads sees the old file or the new one. */
bool pins_write(struct gate *gate, json_t *pins, char **error) {
  char *path = config_path(gate->config, gate->config->pins), *beside = gate_format("%s.new", path);
  char *text = json_dumps(pins, JSON_INDENT(2) | JSON_SORT_KEYS);
  int fd = text ? open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
  bool fine = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
  if (fd >= 0) fine = close(fd) == 0 && fine;
  fine = fine && rename(beside, path) == 0;
  if (!fine) *error = gate_format("%s: %s", path, strerror(errno));
  free(text);
  free(beside);
  free(path);
  return fine;
}
