/* admin_client.c: the commands that speak to a running gateway (approvals, status), and the report over a log. */
#include <stdio.h>
#include <stdlib.h>
#include "commands.h"

static size_t receive(char *bytes, size_t size, size_t count, void *user) {
  buffer_add(user, bytes, size * count);
  return size * count;
}

/* The HTTP status, 0 when nobody answered; the body in *answer. */
static long speak(const char *address, const char *path, const char *body, struct buffer *answer) {
  CURL *easy = curl_easy_init();
  bool local = !strncmp(address, "unix:", 5);
  char *url = gate_format("http://%s%s", local ? "rbgate" : address, path), *bearer = NULL;
  const char *token = getenv("REBASE_ADMIN_TOKEN");
  struct curl_slist *headers = body ? curl_slist_append(NULL, "Content-Type: application/json") : NULL;
  long status = 0;
  if (token && *token) headers = curl_slist_append(headers, bearer = gate_format("Authorization: Bearer %s", token));
  if (local) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, address + 5);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  if (body) curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  CURLcode code = curl_easy_perform(easy);
  if (code == CURLE_OK) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  else say("%s: %s", address, curl_easy_strerror(code));
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
  secret_free(bearer);
  free(url);
  return status;
}

static int show_error(const struct buffer *answer) {
  json_t *root = json_loadb(answer->bytes ? answer->bytes : "", answer->length, 0, NULL);
  const char *text = json_string_value(json_object_get(root, "error"));
  if (text) say("%s", text);
  json_decref(root);
  return EXIT_NO;
}

static int list(const char *address) {
  struct buffer answer = {0};
  long status = speak(address, "/approvals", NULL, &answer);
  size_t i, k;
  json_t *root = status == 200 ? json_loadb(answer.bytes, answer.length, 0, NULL) : NULL, *ask, *group;
  json_array_foreach(root, i, ask) {
    printf("%s  %s for %s wants %s %s\n  because: %s\n  ", json_string_value(json_object_get(ask, "id")), json_string_value(json_object_get(ask, "agent")),
           json_string_value(json_object_get(ask, "requester")), json_string_value(json_object_get(ask, "operation")),
           json_string_value(json_object_get(ask, "arguments")), json_string_value(json_object_get(ask, "reason")));
    json_array_foreach(json_object_get(ask, "groups"), k, group)
      printf("%s%s%s", k ? ", " : "", json_string_value(json_object_get(group, "group")), json_is_true(json_object_get(group, "approved")) ? " (approved)" : "");
    printf("; %lld s left%s\n", (long long)json_integer_value(json_object_get(ask, "seconds_left")), json_is_true(json_object_get(ask, "refused")) ? "; refused" : "");
  }
  if (root && !json_array_size(root)) puts("nothing waits");
  int code = root ? EXIT_FINE : show_error(&answer);
  json_decref(root);
  buffer_free(&answer);
  return code;
}

int run_approvals(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "list", *group = count == 5 && !strcmp(arguments[3], "--group") ? arguments[4] : NULL;
  bool approve = !strcmp(what, "approve"), deny = !strcmp(what, "deny");
  struct buffer answer = {0}, body = {0};
  if (!strcmp(what, "list") && count <= 2) return list(arguments[0]);
  if ((!approve && !deny) || (count != 3 && !group)) { say("approvals ADDRESS [list | approve ID | deny ID] [--group G]"); return EXIT_USAGE; }
  buffer_format(&body, "{\"answer\":\"%s\"", what);
  if (group) {
    buffer_text(&body, ",\"group\":");
    buffer_quote_text(&body, group);
  }
  buffer_text(&body, "}");
  if (strspn(arguments[2], "0123456789abcdef") != strlen(arguments[2])) { say("`%s` is no id", arguments[2]); return EXIT_USAGE; }
  char *path = gate_format("/approvals/%s", arguments[2]);
  long status = speak(arguments[0], path, body.bytes, &answer);
  int code = status == 200 ? EXIT_FINE : show_error(&answer);
  if (code == EXIT_FINE) puts(approve ? "approved" : "refused");
  free(path);
  buffer_free(&body);
  buffer_free(&answer);
  return code;
}

int run_status(int count, char **arguments) {
  struct buffer answer = {0};
  (void)count;
  long status = speak(arguments[0], "/status", NULL, &answer);
  if (status == 200) fputs(answer.bytes, stdout);
  buffer_free(&answer);
  return status == 200 ? EXIT_FINE : EXIT_NO;
}

/* ---- report ---- */
struct report { json_t *by; uint64_t decisions, allow, ask, deny, refused, unknown, withheld, bad; };

static void add(json_t *by, const char *effect, json_t *line) {
  const char *rule = json_string_value(json_object_get(json_array_get(json_object_get(line, "rules"), 0), "rule"));
  const char *operation = json_string_value(json_object_get(line, "operation")), *agent = json_string_value(json_object_get(line, "agent"));
  const char *reason = json_string_value(json_object_get(line, "reason"));
  char *key = gate_format("%-5s %s by %s: %s%s%s%s", effect, operation ? operation : "-", agent ? agent : "-", reason ? reason : "", rule ? " (" : "", rule ? rule : "", rule ? ")" : "");
  json_object_set_new(by, key, json_integer(json_integer_value(json_object_get(by, key)) + 1));
  free(key);
}

static void read_line(struct report *r, const char *text, size_t length) {
  json_t *line = json_loadb(text, length, 0, NULL);
  const char *event = json_string_value(json_object_get(line, "event")), *effect = json_string_value(json_object_get(line, "effect"));
  const char *kind = json_string_value(json_object_get(line, "kind")), *outcome = json_string_value(json_object_get(line, "outcome"));
  if (!event) r->bad += length > 1;
  else if (!strcmp(event, "decision") && effect && !(kind && !strcmp(kind, "release"))) {
    r->decisions++;
    if (!strcmp(effect, "allow")) r->allow++;
    else if (!strcmp(effect, "ask")) r->ask++;
    else r->deny++;
    if (strcmp(effect, "allow") != 0) add(r->by, effect, line);
  } else if (!strcmp(event, "refused")) r->refused++;
  else if (!strcmp(event, "withheld")) r->withheld++;
  else if (!strcmp(event, "outcome") && outcome && !strcmp(outcome, "unknown")) r->unknown++;
  json_decref(line);
}

int run_report(int count, char **arguments) {
  struct report r = {.by = json_object()};
  for (int i = 0; i < count; i++) {
    FILE *file = fopen(arguments[i], "r");
    char *text = NULL;
    size_t room = 0;
    if (!file) { say("%s cannot be read", arguments[i]); json_decref(r.by); return EXIT_NO; }
    for (ssize_t n; (n = getline(&text, &room, file)) > 0;) read_line(&r, text, (size_t)n);
    free(text);
    fclose(file);
  }
  printf("calls decided %llu: allow %llu, ask %llu, deny %llu\nrefused by the gateway %llu, withheld %llu, outcome unknown %llu\n",
         (unsigned long long)r.decisions, (unsigned long long)r.allow, (unsigned long long)r.ask, (unsigned long long)r.deny,
         (unsigned long long)r.refused, (unsigned long long)r.withheld, (unsigned long long)r.unknown);
  if (r.bad) printf("lines that are no JSON %llu\n", (unsigned long long)r.bad);
  const char *key;
  json_t *number;
  json_object_foreach(r.by, key, number) printf("%6lld  %s\n", (long long)json_integer_value(number), key);
  json_decref(r.by);
  return EXIT_FINE;
}
