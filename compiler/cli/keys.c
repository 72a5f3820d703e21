/* keys.c: see keys.h */
#include "cli/keys.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/cli.h"

static const char *const prefixes[] = {[KEY_SECRET] = "rebase-secret-key:", [KEY_PUBLIC] = "rebase-public-key:"};

static const char *from_environment(const char *place) { return strncmp(place, "env:", 4) ? NULL : place + 4; }

static bool is_key(const char *text) { return strlen(text) == REBASE_KEY_HEX - 1 && strspn(text, "0123456789abcdefABCDEF") == REBASE_KEY_HEX - 1; }

static int parse(const char *place, char *text, enum key_kind kind, char key[REBASE_KEY_HEX]) {
  size_t length = strlen(prefixes[kind]), end = strlen(text);
  enum key_kind other = kind == KEY_SECRET ? KEY_PUBLIC : KEY_SECRET;
  while (end && strchr(" \t\r\n", text[end - 1])) text[--end] = '\0';
  if (!strncmp(text, prefixes[kind], length) && is_key(text + length)) {
    memcpy(key, text + length, REBASE_KEY_HEX);
    return CLI_OK;
  }
  if (!strncmp(text, prefixes[other], strlen(prefixes[other])))
    return cli_fail(CLI_USAGE, "%s is a %s key; a %s key is needed here", place, other == KEY_SECRET ? "secret" : "public",
                    kind == KEY_SECRET ? "secret" : "public");
  return cli_fail(CLI_USAGE, "%s holds no key: `rbc keygen NAME` makes a pair", place);
}

int key_read(const char *place, enum key_kind kind, char key[REBASE_KEY_HEX]) {
  const char *name = from_environment(place), *value = name ? getenv(name) : NULL;
  size_t size;
  if (name && !value) return cli_fail(CLI_IO, "the environment has no variable %s", name);
  char *text = name ? strdup(value) : cli_read_file(place, &size);
  if (!text) return name ? cli_no_memory() : cli_fail(CLI_IO, "cannot read %s: %s", place, strerror(errno));
  int code = parse(place, text, kind, key);
  sodium_memzero(text, strlen(text));
  free(text);
  return code;
}

int key_write(const char *path, enum key_kind kind, const char *key) {
  char line[128];
  int length = snprintf(line, sizeof line, "%s%s\n", prefixes[kind], key);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL, kind == KEY_SECRET ? 0600 : 0644);
  if (file < 0) return cli_fail(CLI_IO, "cannot create %s: %s", path, strerror(errno));
  bool written = write(file, line, (size_t)length) == length && fsync(file) == 0;
  int why = errno;
  sodium_memzero(line, sizeof line);
  if (close(file) == 0 && written) return CLI_OK;
  unlink(path);
  return cli_fail(CLI_IO, "cannot write %s: %s", path, strerror(why));
}

int key_sign(const char *place, unsigned char **bytes, size_t *size) {
  char secret[REBASE_KEY_HEX];
  unsigned char signature[REBASE_SIGNATURE_BYTES];
  int code = key_read(place, KEY_SECRET, secret);
  if (code != CLI_OK) return code;
  rebase_status status = rebase_sign(*bytes, *size, secret, signature);
  sodium_memzero(secret, sizeof secret);
  if (status != REBASE_OK) return cli_fail(CLI_INTERNAL, "cannot sign: %s", rebase_status_text(status));
  unsigned char *more = realloc(*bytes, *size + sizeof signature);
  if (!more) return cli_no_memory();
  memcpy(more + *size, signature, sizeof signature);
  *bytes = more;
  *size += sizeof signature;
  return CLI_OK;
}
