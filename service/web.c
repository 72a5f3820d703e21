/* web.c: see web.h */
#include <stdlib.h>
#include "web.h"

static size_t receive(char *bytes, size_t size, size_t count, void *user) {
  struct web *web = user;
  if (web->answer.length + size * count > web->most) { web->too_large = true; return 0; }
  buffer_add(&web->answer, bytes, size * count);
  return size * count;
}

/* A line break in a secret would make headers of its own. */
static void add_line(struct web *web, const char *name, const char *value) {
  if (strpbrk(value, "\r\n")) return;
  char *line = gate_format("%s: %s", name, value);
  web->headers = curl_slist_append(web->headers, line);
  secret_free(line);
}

void web_header(struct web *web, const char *name, const char *value) { add_line(web, name, value); }

bool web_open(struct web *web, const struct config *config, const struct upstream_config *u, const char *url, char **error) {
  *web = (struct web){.easy = curl_easy_init(), .most = config->result_bytes};
  if (!web->easy) { *error = gate_copy("out of memory"); return false; }
  for (size_t i = 0; i < u->header_count; i++) {
    char *value = secret_read(config, &u->headers[i].value, error);
    if (!value) { web_close(web); return false; }
    add_line(web, u->headers[i].name, value);
    secret_free(value);
  }
  web_header(web, "Expect", "");
  curl_easy_setopt(web->easy, CURLOPT_URL, url);
  curl_easy_setopt(web->easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(web->easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(web->easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(web->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(web->easy, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(web->easy, CURLOPT_PROXY, "");
  curl_easy_setopt(web->easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(web->easy, CURLOPT_WRITEDATA, web);
  if (u->ca) {
    char *path = config_path(config, u->ca);
    curl_easy_setopt(web->easy, CURLOPT_CAINFO, path);
    free(path);
  }
  return true;
}

void web_once(struct web *web) { curl_easy_setopt(web->easy, CURLOPT_FRESH_CONNECT, 1L); }

void web_close(struct web *web) {
  if (web->easy) curl_easy_cleanup(web->easy);
  for (struct curl_slist *h = web->headers; h; h = h->next) for (volatile char *c = h->data; *c; c++) *c = ' ';
  curl_slist_free_all(web->headers);
  buffer_free(&web->body);
  buffer_free(&web->answer);
  *web = (struct web){0};
}

bool web_never_sent(CURLcode code) {
  return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
}
