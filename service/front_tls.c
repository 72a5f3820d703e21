/* front_tls.c: see front_tls.h */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include "front_tls.h"

struct certificate { gnutls_x509_crt_t own; unsigned char digest[crypto_hash_sha256_BYTES]; };
struct client { bool looked_at, fine; struct certificate certificate; };

/* ---- our own ---- */
static bool read_text(const struct config *config, const char *file, char **text, char **error) {
  const struct secret from = {.kind = SECRET_FILE, .name = file, .prefix = ""};
  if (!file) return true;
  char *path = config_path(config, file), *ignored = NULL;
  *text = secret_read(config, &from, &ignored);
  if (!*text) *error = gate_format("tls: `%s` cannot be read", path);
  free(ignored);
  free(path);
  return *text != NULL;
}

bool tls_read(const struct config *config, struct tls_files *files, char **error) {
  *files = (struct tls_files){0};
  return read_text(config, config->tls_certificate, &files->certificate, error) && read_text(config, config->tls_clients, &files->clients, error) &&
         (files->key = secret_read(config, &config->tls_key, error)) != NULL;
}

void tls_free(struct tls_files *files) {
  free(files->certificate);
  free(files->clients);
  secret_free(files->key);
  *files = (struct tls_files){0};
}

void tls_options(const struct tls_files *files, struct MHD_OptionItem options[5]) {
  static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
  size_t n = 0;
  options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)priorities};
  options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, files->certificate};
  options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, files->key};
  if (files->clients) options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, files->clients};
  options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
}

/* ---- the client's ---- */
void tls_connection(void *user, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code) {
  (void)user;
  (void)connection;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) { *context = gate_new(sizeof(struct client)); return; }
  struct client *client = *context;
  *context = NULL;
  if (client && client->certificate.own) gnutls_x509_crt_deinit(client->certificate.own);
  free(client);
}

/* Signed by whom we trust, within its time, and meant for clients. */
static bool holds(gnutls_session_t session) {
  gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
  unsigned status = 1;
  return gnutls_certificate_type_get(session) == GNUTLS_CRT_X509 && gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 && status == 0;
}

static bool take(struct certificate *c, gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
  if (!chain || !count || !holds(session) || gnutls_x509_crt_init(&c->own) != 0) return false;
  crypto_hash_sha256(c->digest, chain[0].data, chain[0].size);
  return gnutls_x509_crt_import(c->own, &chain[0], GNUTLS_X509_FMT_DER) == 0;
}

const struct certificate *tls_certificate(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *room = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  const union MHD_ConnectionInfo *tls = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  struct client *client = room ? room->socket_context : NULL;
  if (!client || !tls || !tls->tls_session) return NULL;
  if (!client->looked_at) {
    client->looked_at = true;
    client->fine = take(&client->certificate, (gnutls_session_t)tls->tls_session);
  }
  return client->fine && gnutls_x509_crt_get_expiration_time(client->certificate.own) > time(NULL) ? &client->certificate : NULL;
}

bool certificate_has_name(const struct certificate *certificate, const char *name) {
  for (unsigned i = 0;; i++) {
    char found[512];
    size_t size = sizeof found;
    int type = gnutls_x509_crt_get_subject_alt_name(certificate->own, i, found, &size, NULL);
    if (type == GNUTLS_E_SHORT_MEMORY_BUFFER) continue;
    if (type < 0) return false;
    if (type != GNUTLS_SAN_DNSNAME && type != GNUTLS_SAN_URI && type != GNUTLS_SAN_RFC822NAME) continue;
    if (size == strlen(name) && !memcmp(found, name, size)) return true;
  }
}

bool certificate_has_digest(const struct certificate *certificate, const char *sha256) {
  unsigned char wanted[crypto_hash_sha256_BYTES];
  size_t length = 0;
  return sodium_hex2bin(wanted, sizeof wanted, sha256, strlen(sha256), NULL, &length, NULL) == 0 && length == sizeof wanted &&
         sodium_memcmp(wanted, certificate->digest, sizeof wanted) == 0;
}
