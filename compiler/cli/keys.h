/* keys.h: key files of `rbc keygen`: one line, what kind it is and 64 hex digits. */
#ifndef RBC_CLI_KEYS_H
#define RBC_CLI_KEYS_H
#include "rebase.h"

enum key_kind { KEY_SECRET, KEY_PUBLIC };
/* place: a file, "-", or env:NAME for the content of an environment variable. CLI_OK, or what to exit with, said on stderr. */
int key_read(const char *place, enum key_kind kind, char key[REBASE_KEY_HEX]);
/* Never over a file that exists; a secret is readable by its owner only. */
int key_write(const char *path, enum key_kind kind, const char *key);
/* An image becomes a signed file: `bytes` is reallocated, `size` grows. */
int key_sign(const char *place, unsigned char **bytes, size_t *size);
#endif
