/* arguments.c: options and arguments of a command, by its line in the command table; help from the same. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "cli/cli.h"
#include "diag/diag.h"

struct option_info { char letter; const char *name, *value, *doc; };
static const struct option_info option_table[OPT_COUNT] = {
#define OPTION(NAME, LETTER, LONG, VALUE, DOC) {LETTER, LONG, VALUE, DOC},
#include "cli/options.def"
#undef OPTION
};

static bool takes(const struct cli_command *command, int option) { return command->options >> option & 1; }

const struct cli_command *cli_find_command(const char *name) {
  for (size_t i = 0; i < cli_command_count; i++)
    if (strcmp(cli_commands[i].name, name) == 0) return &cli_commands[i];
  return NULL;
}

int cli_unknown_command(const char *name) {
  const char *names[32];
  size_t n = 0;
  for (; n < cli_command_count && n < 32; n++) names[n] = cli_commands[n].name;
  const char *nearest = rbc_nearest(name, names, n);
  if (nearest) return cli_fail(CLI_USAGE, "no command `%s`; did you mean `rbc %s`?", name, nearest);
  return cli_fail(CLI_USAGE, "no command `%s`; `rbc help` lists them", name);
}

int cli_help(FILE *out) {
  const char *strong = cli_tone(out, TONE_STRONG), *plain = cli_plain(out);
  fprintf(out, "rbc: the compiler and tools of Rebase, a language for what AI agents may do\n\n");
  fprintf(out, "%susage%s: rbc COMMAND [OPTIONS] [ARGUMENTS]\n\n%scommands%s\n", strong, plain, strong, plain);
  for (size_t i = 0; i < cli_command_count; i++)
    fprintf(out, "  %-9s %s\n", cli_commands[i].name, cli_commands[i].summary);
  fprintf(out, "\n%sexit codes%s\n", strong, plain);
  fprintf(out, "  0  done, and the answer is yes\n"
               "  1  done, and the answer is no: errors in the policy, a failed test, a bundle that is not valid\n"
               "  2  rbc was called wrongly\n"
               "  3  a file cannot be read or written\n"
               "  4  nothing failed, but something was not run or not proved\n"
               "  5  out of memory, or a fault of rbc\n");
  fprintf(out, "\n`rbc COMMAND --help` tells more. Results go to standard output, everything else to standard error.\n");
  return CLI_OK;
}

static void help_option(const struct cli_command *command, int option, FILE *out) {
  const struct option_info *info = &option_table[option];
  char left[64];
  char letter[5] = "    ";
  if (info->letter) snprintf(letter, sizeof letter, "-%c, ", info->letter);
  snprintf(left, sizeof left, "%s--%s%s%s", letter, info->name, info->value ? " " : "", info->value ? info->value : "");
  fprintf(out, "  %-24s %s", left, info->doc);
  if (option == OPT_FORMAT && command->formats) {
    fprintf(out, ": ");
    for (const char *c = command->formats; *c; c++)
      if (*c == ' ') fprintf(out, ", ");
      else putc(*c, out);
    fprintf(out, " (the first is the default)");
  }
  putc('\n', out);
}

int cli_help_command(const struct cli_command *command, FILE *out) {
  const char *strong = cli_tone(out, TONE_STRONG), *plain = cli_plain(out);
  fprintf(out, "rbc %s: %s\n\n%susage%s: rbc %s [OPTIONS]%s%s\n\n%soptions%s\n", command->name, command->summary, strong, plain,
          command->name, *command->arguments ? " " : "", command->arguments, strong, plain);
  for (int option = 0; option < OPT_COUNT; option++)
    if (takes(command, option)) help_option(command, option, out);
  if (command->details) fprintf(out, "\n%s", command->details);
  return CLI_OK;
}

static int unknown_option(const struct cli_command *command, const char *written) {
  const char *names[OPT_COUNT];
  size_t n = 0;
  for (int option = 0; option < OPT_COUNT; option++)
    if (takes(command, option)) names[n++] = option_table[option].name;
  char name[64];
  snprintf(name, sizeof name, "%s", written + strspn(written, "-"));
  name[strcspn(name, "=")] = '\0';
  const char *nearest = strncmp(written, "--", 2) == 0 ? rbc_nearest(name, names, n) : NULL;
  if (nearest) return cli_fail(CLI_USAGE, "%s has no option `%s`; did you mean `--%s`?", command->name, written, nearest);
  return cli_fail(CLI_USAGE, "%s has no option `%s`; see `rbc %s --help`", command->name, written, command->name);
}

static bool known_format(const char *formats, const char *format) {
  size_t length = strlen(format);
  for (const char *at = formats; *at;) {
    size_t word = strcspn(at, " ");
    if (word == length && memcmp(at, format, length) == 0) return true;
    at += word;
    at += strspn(at, " ");
  }
  return false;
}

/* getopt's own tables, from ours. Long options return 256 + their number. */
static void getopt_tables(const struct cli_command *command, struct option *longs, char *letters) {
  *letters++ = '-'; /* '-': arguments stay in order, options may follow them */
  *letters++ = ':';
  for (int option = 0; option < OPT_COUNT; option++) {
    const struct option_info *info = &option_table[option];
    if (!takes(command, option)) continue;
    *longs++ = (struct option){info->name, info->value ? required_argument : no_argument, NULL, 256 + option};
    if (!info->letter) continue;
    *letters++ = info->letter;
    if (info->value) *letters++ = ':';
  }
  *longs = (struct option){0};
  *letters = '\0';
}

static int option_of_letter(int letter) {
  for (int option = 0; option < OPT_COUNT; option++)
    if (option_table[option].letter == letter) return option;
  return OPT_COUNT;
}

/* Takes the options out of argv; what is left stands from argv[1]. */
static int read_options(struct cli *cli, int argc, char **argv, int *left) {
  struct option longs[OPT_COUNT + 1];
  char letters[3 * OPT_COUNT + 3];
  getopt_tables(cli->command, longs, letters);
  opterr = 0;
  *left = 0;
  for (;;) {
    int at = optind;
    int got = getopt_long(argc, argv, letters, longs, NULL);
    if (got == -1) break;
    if (got == 1) {
      argv[1 + (*left)++] = optarg;
      continue;
    }
    if (got == '?') return unknown_option(cli->command, argv[at < argc ? at : argc - 1]);
    if (got == ':') return cli_fail(CLI_USAGE, "`%s` needs a value; see `rbc %s --help`", argv[argc - 1], cli->command->name);
    int option = got >= 256 ? got - 256 : option_of_letter(got);
    if (option < OPT_COUNT) cli->value[option] = optarg ? optarg : "";
  }
  while (optind < argc) argv[1 + (*left)++] = argv[optind++];     /* after -- */
  return CLI_OK;
}

bool cli_parse(struct cli *cli, int argc, char **argv, int *exit_code) {
  const struct cli_command *command = cli->command;
  int left = 0;
  *exit_code = read_options(cli, argc, argv, &left);
  if (*exit_code != CLI_OK) return false;
  if (cli_has(cli, OPT_HELP)) {
    *exit_code = cli_help_command(command, stdout);
    return false;
  }
  cli->args = (const char *const *)(argv + 1);
  cli->arg_count = left;
  if (left < command->min_args)
    *exit_code = cli_fail(CLI_USAGE, "usage: rbc %s %s", command->name, command->arguments);
  else if (left > command->max_args)
    *exit_code = cli_fail(CLI_USAGE, "%s takes no `%s`; usage: rbc %s %s", command->name, cli->args[command->max_args], command->name,
                          command->arguments);
  else if (cli_has(cli, OPT_FORMAT) && !known_format(command->formats, cli->value[OPT_FORMAT]))
    *exit_code = cli_fail(CLI_USAGE, "%s knows no format `%s`, only: %s", command->name, cli->value[OPT_FORMAT], command->formats);
  return *exit_code == CLI_OK;
}

bool cli_has(const struct cli *cli, enum cli_option option) { return cli->value[option] != NULL; }

bool cli_format_is(const struct cli *cli, const char *format) {
  if (cli_has(cli, OPT_FORMAT)) return strcmp(cli->value[OPT_FORMAT], format) == 0;
  size_t first = strcspn(cli->command->formats, " ");
  return strlen(format) == first && strncmp(cli->command->formats, format, first) == 0;
}
