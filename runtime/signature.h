/* signature.h: an Ed25519 signature (RFC 8032) that may follow an image: who vouches for a bundle.
 *
 * It is made over SIGNATURE_MAGIC and the digest in the image's header. The digest covers the whole image, so one pass over
 * the bytes checks both. The image itself is the same with and without one.
 */
#ifndef REBASE_SIGNATURE_H
#define REBASE_SIGNATURE_H
#include <stdbool.h>
#include <stddef.h>

#define SIGNATURE_MAGIC "rebsig\r\n"
enum { SIGNATURE_KEY_BYTES = 32 };
struct image_signature {            /* the last bytes of a signed file */
  char magic[8];
  unsigned char key[SIGNATURE_KEY_BYTES];           /* public key of who signed */
  unsigned char bytes[64];
};

/* The signature behind an image of that size, or NULL: nothing follows it, or something else. */
const struct image_signature *signature_behind(const unsigned char *file, size_t image_size, size_t file_size);
bool signature_fits(const struct image_signature *signature, const unsigned char digest[32]);
/* 64 hex digits, and nothing after them. */
bool signature_key_from_hex(const char *hex, unsigned char key[SIGNATURE_KEY_BYTES]);
#endif
