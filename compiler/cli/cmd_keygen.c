/* cmd_keygen.c: rbc keygen */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/cli.h"
#include "cli/keys.h"

static int write_pair(const char *secret_path, const char *public_path) {
  unsigned char bytes[(REBASE_KEY_HEX - 1) / 2];
  char secret[REBASE_KEY_HEX], public[REBASE_KEY_HEX];
  if (sodium_init() < 0) return cli_fail(CLI_INTERNAL, "no random bytes on this machine");
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(secret, sizeof secret, bytes, sizeof bytes);
  int code = rebase_public_key(secret, public) == REBASE_OK ? key_write(public_path, KEY_PUBLIC, public) : CLI_INTERNAL;
  if (code == CLI_OK && (code = key_write(secret_path, KEY_SECRET, secret)) != CLI_OK) unlink(public_path);
  sodium_memzero(bytes, sizeof bytes);
  sodium_memzero(secret, sizeof secret);
  return code;
}

int run_keygen(struct cli *cli) {
  const char *name = cli->args[0];
  size_t size = strlen(name) + sizeof ".secret";
  char *secret = malloc(size), *public = malloc(size);
  int code = CLI_INTERNAL;
  if (!secret || !public) cli_no_memory();
  else {
    snprintf(secret, size, "%s.secret", name);
    snprintf(public, size, "%s.public", name);
    code = write_pair(secret, public);
    if (code == CLI_OK)
      printf("%s: give it to `rbc compile --sign`, in CI only, and to nobody else; it is not to be committed\n"
             "%s: give it to every host, which then loads only bundles signed with the secret\n", secret, public);
  }
  free(secret);
  free(public);
  return code;
}
