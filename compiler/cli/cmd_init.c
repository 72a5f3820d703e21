/* cmd_init.c: rbc init. The files themselves stand in init_files.def. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "cli/cli.h"

struct init_file { const char *path, *text; };
static const struct init_file files[] = {
#define INIT_FILE(PATH, TEXT) {PATH, TEXT},
#include "cli/init_files.def"
#undef INIT_FILE
};

static bool make_directories(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
    *slash = '/';
    if (!made) return false;
  }
  return true;
}

/* The workspace is named after its directory, as far as that is a name. */
static void workspace_name(const char *directory, char *name, size_t size) {
  const char *last = strrchr(directory, '/');
  last = last && last[1] ? last + 1 : directory;
  size_t n = 0;
  for (const char *c = last; *c && n + 1 < size; c++) {
    bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'), digit = *c >= '0' && *c <= '9';
    if (letter) name[n++] = (char)(*c | 0x20);
    else if (n && (digit || *c == '_' || *c == '-')) name[n++] = digit ? *c : '_';
  }
  name[n] = '\0';
  if (n < 2) snprintf(name, size, "acme");
}

static int write_file(const char *path, const char *text, const char *name, bool force) {
  struct stat info;
  if (!force && lstat(path, &info) == 0) {
    cli_note("%s exists and is left alone", path);
    return CLI_OK;
  }
  FILE *out = fopen(path, "wb");
  if (!out) return cli_fail(CLI_IO, "cannot write %s: %s", path, strerror(errno));
  for (const char *c = text; *c; c++)
    if (*c == '@') fputs(name, out);
    else fputc(*c == '\x01' ? '@' : *c, out);
  bool failed = ferror(out) != 0;
  if (fclose(out) != 0 || failed) return cli_fail(CLI_IO, "cannot write %s: %s", path, strerror(errno));
  printf("%s\n", path);
  return CLI_OK;
}

int run_init(struct cli *cli) {
  const char *directory = cli->arg_count ? cli->args[0] : ".";
  char name[64], path[4200];
  if (cli->arg_count && strcmp(directory, ".") != 0) workspace_name(directory, name, sizeof name);
  else snprintf(name, sizeof name, "acme");
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    int length = snprintf(path, sizeof path, "%s/%s", directory, files[i].path);
    if (length < 0 || (size_t)length >= sizeof path) return cli_fail(CLI_USAGE, "the directory's name is too long");
    if (!make_directories(path)) return cli_fail(CLI_IO, "cannot make the directories of %s: %s", path, strerror(errno));
    int code = write_file(path, files[i].text, name, cli_has(cli, OPT_FORCE));
    if (code != CLI_OK) return code;
  }
  printf("\nNext: rbc test %s\n", directory);
  return CLI_OK;
}
