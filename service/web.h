/* web.h: what every HTTP request of the gateway has in common: no redirects, http and https only, TLS checked, size bounded. */
#ifndef GATE_WEB_H
#define GATE_WEB_H
#include "gate.h"

struct web {
  CURL *easy;
  struct curl_slist *headers;
  struct buffer body, answer;
  size_t most;                      /* bytes of answer */
  bool too_large;
};
/* A request to the URL, with the upstream's secret headers. False: a secret cannot be read, *error says which. */
bool web_open(struct web *web, const struct config *config, const struct upstream_config *upstream, const char *url, char **error);
void web_header(struct web *web, const char *name, const char *value);
/* Makes libcurl use a connection of its own: over one that was used before it sends again, on its own, what got no answer. */
void web_once(struct web *web);
void web_close(struct web *web);
bool web_never_sent(CURLcode code);         /* the request cannot have reached the server */
#endif
