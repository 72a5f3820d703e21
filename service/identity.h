/* identity.h: who a caller is, from its channel alone: the peer of a unix socket, a bearer token, a signed JWT, a client's certificate. */
#ifndef GATE_IDENTITY_H
#define GATE_IDENTITY_H
#include "gate.h"

struct certificate;
struct peer {
  bool has_uid; uid_t uid;
  const char *authorization;        /* the header, or NULL; who sends one is known by it alone */
  const struct certificate *certificate;    /* verified, or NULL */
};
struct known;                       /* digests of the configured tokens and keys, read again every few seconds */

struct known *known_new(struct loop *loop, const struct config *config);
void known_free(struct known *known);
/* An agent. False: nobody that is configured; *why (static) says what was wrong, for the log. */
bool identify(struct known *known, const struct peer *peer, struct identity *who, const char **why);
const struct approver_config *identify_approver(struct known *known, const struct peer *peer);

/* jwt.c: the claims of a token that the keys (a JWK set) signed and that is valid now; NULL: *why says what is wrong.
 * *unknown_key is set when it names a key that is not among them. */
json_t *jwt_claims(const char *token, json_t *keys, const struct caller_config *caller, const char **why, bool *unknown_key);
#endif
