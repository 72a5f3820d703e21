/* front_tls.h: TLS of the HTTP front (GnuTLS within libmicrohttpd), and the certificate that a client brought. */
#ifndef GATE_FRONT_TLS_H
#define GATE_FRONT_TLS_H
#include <microhttpd.h>
#include "gate.h"

/* The gateway's certificate and key, and whose clients' certificates count; read once, at the start. */
struct tls_files { char *certificate, *key, *clients; };
bool tls_read(const struct config *config, struct tls_files *files, char **error);
void tls_free(struct tls_files *files);
/* Options for MHD_OPTION_ARRAY, which lend the texts of `files`; at most 5. */
void tls_options(const struct tls_files *files, struct MHD_OptionItem options[5]);

/* For MHD_OPTION_NOTIFY_CONNECTION: room for what is found out about a connection's client. */
void tls_connection(void *user, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code);
struct certificate;
/* The client's own, signed by one of `clients`, for clients, valid now; NULL: none. Lent for the connection's life. */
const struct certificate *tls_certificate(struct MHD_Connection *connection);
bool certificate_has_name(const struct certificate *certificate, const char *name);      /* among its DNS, URI and mail names, as written */
bool certificate_has_digest(const struct certificate *certificate, const char *sha256);  /* hex */
#endif
