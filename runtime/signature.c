/* signature.c: see signature.h */
#include "signature.h"
#include <sodium.h>
#include <string.h>
#include "image.h"
#include "rebase.h"

enum { MAGIC_BYTES = sizeof SIGNATURE_MAGIC - 1, MESSAGE_BYTES = MAGIC_BYTES + 32 };

static void message_of(const unsigned char digest[32], unsigned char message[MESSAGE_BYTES]) {
  memcpy(message, SIGNATURE_MAGIC, MAGIC_BYTES);
  memcpy(message + MAGIC_BYTES, digest, 32);
}

const struct image_signature *signature_behind(const unsigned char *file, size_t image_size, size_t file_size) {
  if (file_size < sizeof(struct image_signature) || image_size != file_size - sizeof(struct image_signature)) return NULL;
  const struct image_signature *signature = (const void *)(file + image_size);
  return memcmp(signature->magic, SIGNATURE_MAGIC, MAGIC_BYTES) ? NULL : signature;
}

bool signature_fits(const struct image_signature *signature, const unsigned char digest[32]) {
  unsigned char message[MESSAGE_BYTES];
  message_of(digest, message);
  return crypto_sign_verify_detached(signature->bytes, message, sizeof message, signature->key) == 0;
}

bool signature_key_from_hex(const char *hex, unsigned char key[SIGNATURE_KEY_BYTES]) {
  size_t length;
  return hex && strlen(hex) == 2 * SIGNATURE_KEY_BYTES &&
         !sodium_hex2bin(key, SIGNATURE_KEY_BYTES, hex, 2 * SIGNATURE_KEY_BYTES, NULL, &length, NULL) && length == SIGNATURE_KEY_BYTES;
}

rebase_status rebase_public_key(const char *secret, char public_key[REBASE_KEY_HEX]) {
  unsigned char seed[SIGNATURE_KEY_BYTES], key[SIGNATURE_KEY_BYTES], pair[crypto_sign_SECRETKEYBYTES];
  if (!public_key || !signature_key_from_hex(secret, seed)) return REBASE_E_ARGUMENT;
  if (sodium_init() < 0) return REBASE_E_RANDOM;
  crypto_sign_seed_keypair(key, pair, seed);
  sodium_bin2hex(public_key, REBASE_KEY_HEX, key, sizeof key);
  sodium_memzero(pair, sizeof pair);
  sodium_memzero(seed, sizeof seed);
  return REBASE_OK;
}

rebase_status rebase_sign(const void *bundle, size_t size, const char *secret, unsigned char signature[REBASE_SIGNATURE_BYTES]) {
  unsigned char seed[SIGNATURE_KEY_BYTES], pair[crypto_sign_SECRETKEYBYTES], message[MESSAGE_BYTES];
  struct image_signature made;
  struct image_header header;
  _Static_assert(sizeof made == REBASE_SIGNATURE_BYTES, "what follows an image");
  if (!bundle || !signature || !signature_key_from_hex(secret, seed)) return REBASE_E_ARGUMENT;
  if (sodium_init() < 0) return REBASE_E_RANDOM;
  if (size < sizeof header) return REBASE_E_BUNDLE;
  memcpy(&header, bundle, sizeof header);
  if (memcmp(header.magic, IMAGE_MAGIC, sizeof header.magic) || header.bytes != size) return REBASE_E_BUNDLE;
  message_of(header.digest, message);
  memcpy(made.magic, SIGNATURE_MAGIC, MAGIC_BYTES);
  crypto_sign_seed_keypair(made.key, pair, seed);
  crypto_sign_detached(made.bytes, NULL, message, sizeof message, pair);
  memcpy(signature, &made, sizeof made);
  sodium_memzero(pair, sizeof pair);
  sodium_memzero(seed, sizeof seed);
  return REBASE_OK;
}
