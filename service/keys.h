/* keys.h: the keys that an issuer signs its tokens with (a JWK set, RFC 7517), from a file or from the issuer's own address.
 * From an address they are fetched at the start, again when `max-age` of the answer has passed (1 to 60 minutes, 5 without one),
 * and when a token names a key that is not among them, every 10 seconds at most. What was fetched holds for 24 hours when the
 * issuer is away; after that its tokens are refused. */
#ifndef GATE_KEYS_H
#define GATE_KEYS_H
#include "gate.h"

struct issuer_keys;
/* Both outlive it. */
struct issuer_keys *issuer_keys_new(struct loop *loop, const struct config *config, const struct caller_config *caller);
void issuer_keys_free(struct issuer_keys *keys);          /* takes NULL too */
json_t *issuer_keys_now(struct issuer_keys *keys);        /* the set, lent until the next call; NULL: there is none */
void issuer_keys_missed(struct issuer_keys *keys);        /* a token named one that is not there */
#endif
