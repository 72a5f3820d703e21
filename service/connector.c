/* connector.c: operations with an HTTP method and path, called by the gateway itself with the credential that it holds. A
 * connector so declared is a set of tools without any server. */
#include <stdio.h>
#include <stdlib.h>
#include "catalogue.h"
#include "upstream.h"
#include "web.h"

enum { OPENS_AFTER = 5, STAYS_OPEN_SECONDS = 10, FIRST_PAUSE_MICROS = 200000 };

/* One call, with all of its tries. */
struct try { struct try *next; struct upstream *upstream; struct exchange *exchange; struct web web; char *url, *method, *body; uint32_t tries; int64_t again_at; };
struct breaker { struct try *tries; uint32_t failures; int64_t open_until; };

static struct breaker *breaker_of(struct upstream *u) {
  if (!u->link) u->link = gate_new(sizeof(struct breaker));
  return u->link;
}

/* ---- tools ---- */
void connector_tools(struct upstream *u) {
  json_t *operations = json_object_get(catalogue_all(u->gate), "operations"), *operation;
  json_t *list = json_array();
  size_t i, skip = strlen(u->config->connector) + 1;
  json_array_foreach(operations, i, operation) {
    const char *connector = json_string_value(json_object_get(operation, "connector")), *name = json_string_value(json_object_get(operation, "name"));
    const char *class = json_string_value(json_object_get(operation, "class"));
    if (strcmp(connector, u->config->connector) != 0 || !json_object_get(operation, "path")) continue;
    bool reads = !strcmp(class, "reads");
    json_array_append_new(list, json_pack("{s:s, s:s, s:O, s:{s:b, s:b}}", "name", name + skip, "description", name,
      "inputSchema", json_object_get(operation, "parameters"), "annotations", "readOnlyHint", reads, "destructiveHint", !strcmp(class, "destroys")));
  }
  upstream_take_tools(u, list);
  json_decref(list);
  breaker_of(u);
}

/* ---- the request ---- */
/* Everything but letters, digits and -._~ is written as %XX, so a value is one segment, whatever stands in it. */
static void encode(struct buffer *b, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
    if (plain && c) buffer_add(b, bytes + i, 1);
    else buffer_format(b, "%%%02X", c);
  }
}

/* A string's text; of anything else its JSON. */
static char *plain(struct raw value, size_t *length) {
  if (value.length && *value.text == '"') return raw_string(value, length);
  *length = value.length;
  return raw_copy(value);
}

static bool segment(struct buffer *url, struct raw value, char **error) {
  size_t length = 0;
  char *text = value.text ? plain(value, &length) : NULL;
  bool fine = text && length && !(length == 1 && *text == '.') && !(length == 2 && !memcmp(text, "..", 2));
  if (fine) encode(url, text, length);
  else *error = gate_copy("an argument that is part of the address is missing, empty or a dot");
  free(text);
  return fine;
}

/* The path with its {names} filled in; used[] says which arguments went there. */
static bool fill_path(struct buffer *url, const char *path, struct raw arguments, json_t *used, char **error) {
  for (const char *at = path; *at;) {
    const char *open = strchr(at, '{'), *close = open ? strchr(open, '}') : NULL;
    if (!close) { buffer_text(url, at); return true; }
    buffer_add(url, at, (size_t)(open - at));
    char *name = gate_copy_bytes(open + 1, (size_t)(close - open) - 1);
    bool bad = false;
    struct raw value = raw_member(arguments, name, &bad);
    bool fine = !bad && segment(url, value, error);
    json_object_set_new(used, name, json_true());
    free(name);
    if (!fine) return false;
    at = close + 1;
  }
  return true;
}

/* The arguments that are not in the path: a query, or the members of a JSON object. */
static void fill_rest(struct buffer *out, struct raw arguments, json_t *used, bool query) {
  struct raw_cursor cursor;
  struct raw name, value;
  bool any = false;
  if (!query) buffer_text(out, "{");
  if (raw_begin(&cursor, arguments))
    while (raw_next(&cursor, &name, &value)) {
      char *key = gate_copy_bytes(name.text, name.length);
      bool skip = json_object_get(used, key) != NULL;
      free(key);
      if (skip) continue;
      buffer_text(out, query ? (any ? "&" : "?") : any ? ",\"" : "\"");
      any = true;
      buffer_add(out, name.text, name.length);
      buffer_text(out, query ? "=" : "\":");
      if (query) {
        size_t length = 0;
        char *text = plain(value, &length);
        if (text) encode(out, text, length);
        free(text);
      } else buffer_add(out, value.text, value.length);
    }
  if (!query) buffer_text(out, "}");
}

static bool prepare(struct try *t, json_t *operation, const char *arguments, size_t length, char **error) {
  const char *path = json_string_value(json_object_get(operation, "path")), *method = json_string_value(json_object_get(operation, "method"));
  struct raw raw = {arguments, length};
  struct buffer url = {0}, body = {0};
  json_t *used = json_object();
  size_t base = strlen(t->upstream->config->url);
  while (base && t->upstream->config->url[base - 1] == '/') base--;
  buffer_add(&url, t->upstream->config->url, base);
  bool query = !strcmp(method, "GET") || !strcmp(method, "DELETE");
  bool fine = fill_path(&url, path, raw, used, error);
  if (fine) fill_rest(query ? &url : &body, raw, used, query);
  json_decref(used);
  t->url = url.bytes;
  t->method = gate_copy(method);
  t->body = query ? NULL : body.bytes;
  if (query) buffer_free(&body);
  return fine;
}

/* ---- trying ---- */
static void free_try(struct try *t) {
  struct breaker *b = breaker_of(t->upstream);
  for (struct try **at = &b->tries; *at; at = &(*at)->next)
    if (*at == t) { *at = t->next; break; }
  web_close(&t->web);
  free(t->url);
  free(t->method);
  free(t->body);
  free(t);
}

static void finish(struct try *t, rebase_outcome outcome, const char *error) {
  struct exchange *x = t->exchange;
  struct buffer answer = t->web.answer, result = {0};
  t->web.answer = (struct buffer){0};
  free_try(t);
  if (error) { exchange_finish(x, outcome, NULL, 0, error); buffer_free(&answer); return; }
  json_t *root = json_loadb(answer.bytes ? answer.bytes : "", answer.length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
  buffer_text(&result, "{\"content\":[{\"type\":\"text\",\"text\":");
  buffer_quote(&result, answer.bytes ? answer.bytes : "", answer.length);
  buffer_text(&result, "}]");
  if (json_is_object(root)) {
    buffer_text(&result, ",\"structuredContent\":");
    buffer_add(&result, answer.bytes, answer.length);
  }
  buffer_text(&result, "}");
  json_decref(root);
  buffer_free(&answer);
  exchange_finish(x, REBASE_SUCCESS, result.bytes, result.length, NULL);
  buffer_free(&result);
}

static bool start(struct try *t);

static void failed(struct try *t, bool sent, bool repeatable, const char *why) {
  struct upstream *u = t->upstream;
  struct breaker *b = breaker_of(u);
  struct buffer text = {0};
  if (++b->failures >= OPENS_AFTER) b->open_until = loop_now() + STAYS_OPEN_SECONDS * 1000000LL;
  if (repeatable && (!sent || t->exchange->reads) && t->tries < u->config->retries && b->failures < OPENS_AFTER) {
    t->again_at = loop_now() + ((int64_t)FIRST_PAUSE_MICROS << t->tries);
    t->tries++;
    web_close(&t->web);
    return;
  }
  buffer_format(&text, "The service `%s` failed: %s. ", u->config->name, why);
  if (!sent) buffer_text(&text, "Nothing was done. Try again later.");
  else if (t->exchange->reads) buffer_text(&text, "It was a read; you may try again later.");
  else buffer_text(&text, "Whether the call took effect is not known: look before you repeat it.");
  u->gate->metrics.unavailable++;
  finish(t, sent && !t->exchange->reads ? REBASE_UNKNOWN : REBASE_FAILED, text.bytes);
  buffer_free(&text);
}

static void done(void *user, CURL *easy, CURLcode code) {
  struct try *t = user;
  struct breaker *b = breaker_of(t->upstream);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (t->web.too_large) {
    t->upstream->gate->metrics.too_large++;
    failed(t, true, false, "its answer is larger than the gateway takes");
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    t->upstream->gate->metrics.timeouts++;
    failed(t, true, true, "it took too long");
  } else if (code != CURLE_OK) failed(t, !web_never_sent(code), true, curl_easy_strerror(code));
  else if (status >= 500 || status == 429 || status == 408) {
    char *why = gate_format("HTTP status %ld", status);
    failed(t, status != 429, true, why);
    free(why);
  } else if (status >= 300) {
    b->failures = 0;
    char *why = status == 401 || status == 403 ? gate_format("The service refuses the gateway's credential (HTTP status %ld). Nothing was done.", status)
                                               : gate_format("The service refused the call with HTTP status %ld. Nothing was done.", status);
    finish(t, REBASE_FAILED, why);
    free(why);
  } else {
    b->failures = 0;
    finish(t, REBASE_SUCCESS, NULL);
  }
}

static bool start(struct try *t) {
  struct upstream *u = t->upstream;
  char *error = NULL;
  t->again_at = 0;
  if (!web_open(&t->web, u->gate->config, u->config, t->url, &error)) {
    say("%s: %s", u->config->name, error);
    free(error);
    return false;
  }
  if (!t->exchange->reads) web_once(&t->web);
  web_header(&t->web, "Accept", "application/json");
  curl_easy_setopt(t->web.easy, CURLOPT_CUSTOMREQUEST, t->method);
  curl_easy_setopt(t->web.easy, CURLOPT_TIMEOUT_MS, (long)(u->config->timeout / 1000));
  if (t->body) {
    web_header(&t->web, "Content-Type", "application/json");
    curl_easy_setopt(t->web.easy, CURLOPT_POSTFIELDS, t->body);
  }
  curl_easy_setopt(t->web.easy, CURLOPT_HTTPHEADER, t->web.headers);
  return loop_transfer(u->gate->loop, t->web.easy, done, t);
}

bool connector_call(struct upstream *u, struct exchange *x, const char *arguments, size_t length) {
  struct breaker *b = breaker_of(u);
  json_t *operation = catalogue_operation(u->gate, NULL, x->operation);
  char *error = NULL;
  struct try *t = gate_new(sizeof *t);
  *t = (struct try){.next = b->tries, .upstream = u, .exchange = x};
  b->tries = t;
  if (b->open_until > loop_now()) {
    finish(t, REBASE_FAILED, "The service failed several times in a row, so the gateway leaves it alone for some seconds. Nothing was done. Try again later.");
    return true;
  }
  if (!operation || !prepare(t, operation, arguments, length, &error)) {
    finish(t, REBASE_FAILED, error ? error : "the operation is no longer declared");
    free(error);
    return true;
  }
  if (!start(t)) finish(t, REBASE_FAILED, "The gateway cannot make the call: its credential is not to be had. Nothing was done; tell the operator.");
  return true;
}

void connector_cancel(struct upstream *u, struct exchange *x) {
  for (struct try *t = breaker_of(u)->tries; t; t = t->next) {
    if (t->exchange != x) continue;
    if (t->web.easy) loop_abandon(u->gate->loop, t->web.easy);
    free_try(t);
    return;
  }
}

void connector_round(struct upstream *u, int64_t now) {
  for (struct try *t = breaker_of(u)->tries, *next; t; t = next) {
    next = t->next;
    if (!t->again_at || t->again_at > now) continue;
    if (!start(t)) { finish(t, REBASE_FAILED, "The gateway cannot make the call: its credential is not to be had. Nothing was done; tell the operator."); return; }
  }
}

void connector_close(struct upstream *u) {
  struct breaker *b = u->link;
  while (b && b->tries) {
    struct try *t = b->tries;
    if (t->web.easy) loop_abandon(u->gate->loop, t->web.easy);
    free_try(t);
  }
  free(b);
  u->link = NULL;
}
