/* cli.h: what the commands of rbc share. One table (commands.c) says what each takes; it makes the help too.
 * Here, and only here, exit codes are decided and text is written for people.
 */
#ifndef RBC_CLI_H
#define RBC_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum cli_exit {
  CLI_OK = 0,            /* done, and the answer is yes */
  CLI_NO = 1,            /* done, and the answer is no: errors in the policy, a failed test, a bundle that is not valid */
  CLI_USAGE = 2,         /* rbc was called wrongly */
  CLI_IO = 3,            /* a file cannot be read or written */
  CLI_NOT_RUN = 4,       /* nothing failed, but something was not run or not proved */
  CLI_INTERNAL = 5       /* out of memory, or a fault of rbc itself */
};

enum cli_option {
#define OPTION(NAME, LETTER, LONG, VALUE, DOC) OPT_##NAME,
#include "cli/options.def"
#undef OPTION
  OPT_COUNT
};
#define TAKES(NAME) (UINT64_C(1) << OPT_##NAME)

struct cli;
struct cli_command {
  const char *name, *arguments, *summary;
  uint64_t options;                 /* TAKES(...) | ... */
  const char *formats;              /* allowed values of --format, the first is the default; NULL: no such option */
  int min_args, max_args;
  int (*run)(struct cli *cli);
  const char *details;              /* the rest of `rbc NAME --help`, or NULL */
};
struct cli {
  const struct cli_command *command;
  const char *value[OPT_COUNT];     /* NULL: not given; a flag that was given: "" */
  const char *const *args; int arg_count;
};

extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;
const struct cli_command *cli_find_command(const char *name);       /* or NULL */
int cli_unknown_command(const char *name);                          /* says so, with the nearest; CLI_USAGE */

int cli_help(FILE *out);                                            /* all commands */
int cli_help_command(const struct cli_command *command, FILE *out);
bool cli_parse(struct cli *cli, int argc, char **argv, int *exit_code);   /* false: stop with *exit_code */

bool cli_has(const struct cli *cli, enum cli_option option);
bool cli_format_is(const struct cli *cli, const char *format);
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));   /* "rbc: ..." to stderr */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));                      /* "note: ..." to stderr */
int cli_no_memory(void);

/* Colour and progress only for a terminal; NO_COLOR and TERM=dumb are heeded. */
bool cli_colour(FILE *out);
enum cli_tone { TONE_GOOD, TONE_BAD, TONE_CARE, TONE_STRONG, TONE_FAINT };
const char *cli_tone(FILE *out, enum cli_tone tone);                /* escape sequence or "" */
const char *cli_plain(FILE *out);
void cli_progress(const char *what, size_t done, size_t all);       /* all 0: ends the line */
void cli_put_clean(FILE *out, const char *text, size_t length);     /* control characters shown as \x1b, newlines as spaces */

/* Files. The caller frees; NUL-terminated beyond size. NULL: errno says why. "-" is standard input. */
char *cli_read_file(const char *path, size_t *size);
bool cli_write_file(const char *path, const void *bytes, size_t size);   /* "-" is standard output; else atomically */

/* Time texts. */
bool cli_parse_time(const char *text, int64_t *microseconds);       /* RFC 3339 with a zone */
void cli_format_time(int64_t microseconds, char text[32]);          /* in UTC, to the second */
int64_t cli_wall_clock(void);
/* Date of a build: --date, else SOURCE_DATE_EPOCH, else today in UTC (*given false). NULL: not a date, said on stderr. */
const char *cli_build_date(const struct cli *cli, char text[11], bool *given);

int run_check(struct cli *cli);
int run_compile(struct cli *cli);
int run_cost(struct cli *cli);
int run_disasm(struct cli *cli);
int run_eval(struct cli *cli);
int run_explain(struct cli *cli);
int run_help(struct cli *cli);
int run_import(struct cli *cli);
int run_init(struct cli *cli);
int run_keygen(struct cli *cli);
int run_models(struct cli *cli);
int run_price(struct cli *cli);
int run_replay(struct cli *cli);
int run_simulate(struct cli *cli);
int run_test(struct cli *cli);
int run_verify(struct cli *cli);
int run_version(struct cli *cli);
#endif
