/* workspace.c: opens what a command works on. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/workspace.h"
#include "diag/display.h"

static bool is_directory(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Beside the binary: installed (bin, share/rebase/stdlib), or in its source tree (build/bin, stdlib). */
static bool stdlib_beside_binary(char *path, size_t size) {
  static const char *const places[] = {"/../share/rebase/stdlib", "/../../stdlib", "/../../../stdlib"};
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length <= 0) return false;
  self[length] = '\0';
  char *slash = strrchr(self, '/');
  if (!slash) return false;
  *slash = '\0';
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    int written = snprintf(path, size, "%s%s", self, places[i]);
    if (written > 0 && (size_t)written < size && is_directory(path)) return true;
  }
  return false;
}

static int find_stdlib(const struct cli *cli, char *path, size_t size, const char **found) {
  const char *given = cli->value[OPT_STDLIB];
  *found = given;
  if (given && !is_directory(given)) return cli_fail(CLI_IO, "--stdlib: no directory `%s`", given);
  if (given) return CLI_OK;
  const char *environment = getenv("REBASE_STDLIB");
  if (environment && *environment) {
    *found = environment;
    return is_directory(environment) ? CLI_OK : cli_fail(CLI_IO, "REBASE_STDLIB: no directory `%s`", environment);
  }
  if (stdlib_beside_binary(path, size)) *found = path;
  return CLI_OK;
}

static void note_waivers(const struct program *program, const char *date) {
  unsigned waivers = 0;
  for (unsigned i = 0; i < program->rules_count; i++) waivers += program->rules[i]->waiver_count;
  if (waivers)
    cli_note("waivers are judged by today's date, %s; give --date (or SOURCE_DATE_EPOCH) for a build that can be repeated", date);
}

/* Opens `directory`; memory files can be added before `check`. */
static int open_workspace(const struct cli *cli, const char *directory, struct subject *subject, const char *date) {
  char stdlib_path[4200];
  struct rbc_options options = {.directory = directory, .date = date};
  int code = find_stdlib(cli, stdlib_path, sizeof stdlib_path, &options.stdlib);
  if (code != CLI_OK) return code;
  if (options.stdlib) subject->stdlib = strdup(options.stdlib);
  subject->rbc = rbc_open(&options);
  return subject->rbc && (subject->stdlib || !options.stdlib) ? CLI_OK : cli_no_memory();
}

/* All at once: standard error keeps nothing back, and would be written to piece by piece. */
static void report_errors(const struct subject *subject) {
  const enum rbc_report_format format = cli_colour(stderr) ? RBC_COLOUR : RBC_TEXT;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (out) rbc_report(subject->rbc, out, format);
  if (out && fclose(out) == 0) fwrite(text, 1, size, stderr);
  else rbc_report(subject->rbc, stderr, format);
  free(text);
}

static int check_workspace(struct subject *subject, bool json) {
  bool good = rbc_check(subject->rbc);
  if (json) rbc_report(subject->rbc, stdout, RBC_JSON);
  else report_errors(subject);
  if (!good) return CLI_NO;
  subject->program = rbc_program(subject->rbc);
  return subject->program ? CLI_OK : cli_fail(CLI_INTERNAL, "the checker left no program");
}

int workspace_check(const struct cli *cli, const char *directory, bool json, struct subject *subject) {
  *subject = (struct subject){.path = directory};
  if (!is_directory(directory)) return cli_fail(CLI_IO, "%s is no directory; give the one that holds root.rb", directory);
  char date_text[11];
  bool date_given;
  const char *date = cli_build_date(cli, date_text, &date_given);
  if (!date) return CLI_USAGE;
  int code = open_workspace(cli, directory, subject, date);
  if (code == CLI_OK) code = check_workspace(subject, json);
  if (code == CLI_OK && !date_given) note_waivers(subject->program, date);
  return code;
}

/* ---- the catalogue: a workspace that imports every package of models ---- */
static bool add_imports(struct rbc *rbc, const char *stdlib) {
  char path[4300], text[16384];
  size_t length = (size_t)snprintf(text, sizeof text, "package catalogue\n");
  snprintf(path, sizeof path, "%s/models", stdlib);
  DIR *directory = opendir(path);
  if (!directory) return false;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    size_t name = strlen(entry->d_name);
    if (name <= 3 || strcmp(entry->d_name + name - 3, ".rb") || length + name + 32 > sizeof text) continue;
    length += (size_t)snprintf(text + length, sizeof text - length, "import std.models.%.*s\n", (int)name - 3, entry->d_name);
  }
  closedir(directory);
  static const char root[] = "workspace catalogue\npackage catalogue in \"all/\" declares models\n";
  return rbc_add_file(rbc, "root.rb", root, sizeof root - 1) && rbc_add_file(rbc, "all/all.rb", text, length);
}

int workspace_catalogue(const struct cli *cli, struct subject *subject) {
  char empty[] = "/tmp/rbc-catalogue-XXXXXX", date_text[11];
  bool date_given;
  *subject = (struct subject){.path = "the catalogue"};
  const char *date = cli_build_date(cli, date_text, &date_given);
  if (!date) return CLI_USAGE;
  if (!mkdtemp(empty)) return cli_fail(CLI_IO, "cannot make a directory in /tmp: %s", strerror(errno));
  int code = open_workspace(cli, empty, subject, date);
  if (code == CLI_OK && !(subject->stdlib && add_imports(subject->rbc, subject->stdlib)))
    code = cli_fail(CLI_IO, "there is no standard library beside rbc; give --stdlib");
  if (code == CLI_OK) code = check_workspace(subject, false);
  rmdir(empty);
  return code;
}

int workspace_compile(struct subject *subject) {
  if (rbc_compile(subject->rbc, &subject->image, &subject->size)) return CLI_OK;
  report_errors(subject);
  return CLI_NO;
}

int subject_open(const struct cli *cli, const char *path, struct subject *subject) {
  *subject = (struct subject){.path = path};
  if (is_directory(path)) {
    int code = workspace_check(cli, path, false, subject);
    return code == CLI_OK ? workspace_compile(subject) : code;
  }
  subject->image = (unsigned char *)cli_read_file(path, &subject->size);
  if (!subject->image) return cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  size_t length = strlen(path);
  if (length > 3 && strcmp(path + length - 3, ".rb") == 0)
    return cli_fail(CLI_USAGE, "%s is a source file: give the directory of its workspace, or a bundle", path);
  return CLI_OK;
}

void subject_close(struct subject *subject) {
  rbc_close(subject->rbc);
  free(subject->stdlib);
  free(subject->image);
  *subject = (struct subject){0};
}

const char *program_place(const struct program *program, struct span span, char *text, size_t size) {
  if (span.source >= program->source_count || !program->sources[span.source]) return snprintf(text, size, "?"), text;
  const struct source *source = program->sources[span.source];
  const struct rbc_text whole = {source->path, source->text, source->size, source->lines, source->line_count};
  snprintf(text, size, "%s:%u", source->path, (unsigned)find_spot(&whole, span.start).line);
  return text;
}

unsigned workspace_pending(const struct program *program, FILE *out) {
  unsigned proofs = 0;
  for (unsigned i = 0; i < program->pending_count; i++) {
    const struct pending *p = program->pending[i];
    char place[512];
    bool proof = strcmp(p->kind, "prove") == 0;
    proofs += proof;
    fprintf(out, "%s%s%s %s (%s): %s\n", cli_tone(out, TONE_CARE), proof ? "not proved:" : "not executable yet:", cli_plain(out),
            p->name, program_place(program, p->span, place, sizeof place),
            proof ? "this version has no solver" : "this version's runtime refuses a bundle that holds it");
  }
  return proofs;
}
