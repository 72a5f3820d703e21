/* models_calibrate.c: rbc models calibrate: from a log of outcomes to `quality` figures, as policy text to review. The figure is a lower bound: a
 * floor is met only by what was measured to meet it. Bound: E. B. Wilson, "Probable inference, the law of succession, and statistical
 * inference", JASA 22 (1927), one-sided. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/models_calibrate.h"

enum { NAME = 160, LEAST = 30 };
struct measured { char model[NAME], task[NAME]; int64_t right, all; };
struct calibration {
  const char *file; size_t line;
  struct measured *list; size_t count, room;
  int column[3], columns; bool csv, begun;      /* of model, task, right; columns: 0 before the first line of a CSV file */
  int64_t outcomes;
};

/* Quantiles of the normal distribution for a one-sided confidence. */
static const struct { const char *percent; double z; } confidences[] = {
  {"50", 0}, {"80", 0.841621}, {"90", 1.281552}, {"95", 1.644854}, {"97.5", 1.959964}, {"99", 2.326348}, {"99.9", 3.090232},
};

double calibrate_bound(int64_t right, int64_t all, double z) {
  double n = (double)all, p = (double)right / n, zz = z * z;
  double bound = (p + zz / (2 * n) - z * sqrt(p * (1 - p) / n + zz / (4 * n * n))) / (1 + zz / n);
  return bound > 0 ? bound : 0;
}

/* ---- the log ---- */
static int wrong(const struct calibration *c, const char *what) {
  return cli_fail(CLI_USAGE, "%s:%zu: %s\n  a line is {\"model\":\"acme.small\",\"task\":\"chat\",\"right\":true}; a CSV file has a first line that names the columns "
                  "model, task and right (1 or 0)", c->file, c->line, what);
}

static struct measured *entry(struct calibration *c, const char *model, const char *task) {
  for (size_t i = c->count; i-- > 0;)
    if (!strcmp(c->list[i].model, model) && !strcmp(c->list[i].task, task)) return &c->list[i];
  if (c->count == c->room) {
    struct measured *more = realloc(c->list, (c->room ? 2 * c->room : 64) * sizeof *more);
    if (!more) return NULL;
    c->list = more;
    c->room = c->room ? 2 * c->room : 64;
  }
  struct measured *m = &c->list[c->count++];
  *m = (struct measured){.all = 0};
  snprintf(m->model, NAME, "%s", model);
  snprintf(m->task, NAME, "%s", task);
  return m;
}

static bool is_name(const char *text, bool dots) {
  size_t length = strlen(text);
  if (!length || length >= NAME || strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789.") != length || strchr("0123456789.", *text)) return false;
  return dots ? text[length - 1] != '.' && !strstr(text, "..") : !strchr(text, '.');
}

static int outcome(struct calibration *c, const char *model, const char *task, int right) {
  if (right < 0) return wrong(c, "`right` is true or false");
  if (!is_name(model, true)) return wrong(c, "`model` is a model's full name, such as acme.small");
  if (!is_name(task, false)) return wrong(c, "`task` is a word of small letters, digits and _");
  struct measured *m = entry(c, model, task);
  if (!m) return cli_no_memory();
  m->right += right;
  m->all++;
  c->outcomes++;
  return CLI_OK;
}

static int json_line(struct calibration *c, const char *line, size_t length) {
  json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
  const char *model = json_string_value(json_object_get(json, "model")), *task = json_string_value(json_object_get(json, "task"));
  const json_t *right = json_object_get(json, "right");
  int is_right = json_is_boolean(right) ? json_is_true(right) : json_is_integer(right) && (json_integer_value(right) | 1) == 1 ? (int)json_integer_value(right) : -1;
  int code = !json ? wrong(c, "this is not JSON") : model && task ? outcome(c, model, task, is_right) : wrong(c, "no `model` or no `task`");
  json_decref(json);
  return code;
}

/* Cells are plain: none of the three columns needs quotes. */
static int csv_line(struct calibration *c, char *line) {
  static const char *const names[3] = {"model", "task", "right"};
  const char *field[3] = {"", "", ""};
  int i = 0;
  bool header = !c->columns;
  if (strchr(line, '"')) return wrong(c, "quotes are not read: write plain cells");
  if (header) c->column[0] = c->column[1] = c->column[2] = -1;
  for (char *at = line, *next; at; at = next, i++) {
    next = strchr(at, ',');
    if (next) *next++ = '\0';
    for (int k = 0; k < 3; k++) {
      if (header && !strcmp(at, names[k]) && c->column[k] >= 0) return wrong(c, "a column is named twice");
      if (header && !strcmp(at, names[k])) c->column[k] = i;
      if (!header && c->column[k] == i) field[k] = at;
    }
  }
  if (!header && i != c->columns) return wrong(c, "this line has another number of cells than the first");
  c->columns = i;
  if (header) return c->column[0] < 0 || c->column[1] < 0 || c->column[2] < 0 ? wrong(c, "these are not the columns") : CLI_OK;
  bool yes = !strcmp(field[2], "1") || !strcmp(field[2], "true"), no = !strcmp(field[2], "0") || !strcmp(field[2], "false");
  return outcome(c, field[0], field[1], yes ? 1 : no ? 0 : -1);
}

static int read_log(struct calibration *c, const char *path) {
  FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  int code = CLI_OK;
  c->file = path;
  c->line = 0;
  c->columns = 0;
  c->begun = false;
  if (!file) return cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  while (code == CLI_OK && (length = getline(&line, &room, file)) > 0) {
    while (length && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = '\0';
    c->line++;
    if (length && !c->begun) { c->csv = *line != '{'; c->begun = true; }
    if (length) code = c->csv ? csv_line(c, line) : json_line(c, line, (size_t)length);
  }
  free(line);
  if (code == CLI_OK && ferror(file)) code = cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  if (file != stdin) fclose(file);
  return code;
}

/* ---- the policy text ---- */
static int by_name(const void *a, const void *b) {
  const struct measured *x = a, *y = b;
  int order = strcmp(x->model, y->model);
  return order ? order : strcmp(x->task, y->task);
}

/* Rounded down to a tenth of a percent: never more than was measured. */
static int tenths(double share) { return (int)floor(share * 1000 + 1e-9); }

static size_t write_one(const struct measured *m, const char *source, const char *date, double z, const char *confidence, int64_t least) {
  int seen = (int)((m->right * 2000 + m->all) / (2 * m->all));
  if (m->all < least) {
    printf("  # %s: %lld of %lld right; fewer than %lld say nothing\n", m->task, (long long)m->right, (long long)m->all, (long long)least);
    return 0;
  }
  int bound = tenths(calibrate_bound(m->right, m->all, z));
  printf("  quality %s %d.%d%% { source: \"%s\", date: %s, sample: %lld }   # %d.%d%% were right; at least this, at %s%% confidence\n", m->task, bound / 10, bound % 10,
         source, date, (long long)m->all, seen / 10, seen % 10, confidence);
  return 1;
}

static bool says_something(const struct calibration *c, size_t first, int64_t least) {
  for (size_t i = first; i < c->count && !strcmp(c->list[i].model, c->list[first].model); i++)
    if (c->list[i].all >= least) return true;
  return false;
}

static const char *last_part(const char *model) {
  const char *dot = strrchr(model, '.');
  return dot ? dot + 1 : model;
}

/* Its last part; where two models have the same one, all of the name. */
static void write_name(const struct calibration *c, const char *model) {
  bool alone = true;
  for (size_t i = 0; i < c->count; i++)
    alone = alone && (!strcmp(c->list[i].model, model) || strcmp(last_part(c->list[i].model), last_part(model)));
  for (const char *at = alone ? last_part(model) : model; *at; at++) putchar(*at == '.' ? '_' : *at);
}

static void write_policy(const struct cli *cli, struct calibration *c, const char *date, double z, const char *confidence, int64_t least) {
  const char *package = cli->value[OPT_PACKAGE] ? cli->value[OPT_PACKAGE] : "main", *source = cli->value[OPT_SOURCE] ? cli->value[OPT_SOURCE] : "own outcomes";
  size_t figures = 0, models = 0;
  if (c->count) qsort(c->list, c->count, sizeof *c->list, by_name);
  printf("# Qualities as measured, for review. Figures are %s.\npackage %s\n", z > 0 ? "lower bounds (Wilson, one-sided)" : "the shares that were seen: half of them are too high",
         package);
  for (size_t i = 0, end; i < c->count; i = end) {
    bool block = says_something(c, i, least);
    models++;
    printf("\n%s", block ? "model " : "# nothing is known of ");
    if (block) write_name(c, c->list[i].model);
    printf(block ? "_measured {\n  replaces %s\n" : "%s\n", c->list[i].model);
    for (end = i; end < c->count && !strcmp(c->list[end].model, c->list[i].model); end++)
      figures += write_one(&c->list[end], source, date, z, confidence, least);
    if (block) printf("}\n");
  }
  cli_note("%lld outcomes of %zu models: %zu figures, %zu left out for want of samples", (long long)c->outcomes, models, figures, c->count - figures);
}

int run_calibrate(struct cli *cli) {
  const char *confidence = cli->value[OPT_CONFIDENCE] ? cli->value[OPT_CONFIDENCE] : "95", *samples = cli->value[OPT_SAMPLES], *source = cli->value[OPT_SOURCE];
  struct calibration c = {0};
  size_t k = 0;
  bool given;
  char *end = NULL;
  const char *package = cli->value[OPT_PACKAGE];
  errno = 0;
  int64_t least = samples ? strtoll(samples, &end, 10) : LEAST;
  char day[11];
  const char *date = cli_build_date(cli, day, &given);
  if (!date) return CLI_USAGE;
  if ((end && (*end || errno)) || least < 1) return cli_fail(CLI_USAGE, "--samples is a number above 0, not `%s`", samples);
  while (k < sizeof confidences / sizeof *confidences && strcmp(confidences[k].percent, confidence)) k++;
  if (k == sizeof confidences / sizeof *confidences) return cli_fail(CLI_USAGE, "--confidence is one of 50, 80, 90, 95, 97.5, 99, 99.9, not `%s`", confidence);
  for (const char *at = source; at && *at; at++)
    if ((unsigned char)*at < ' ' || *at == '"' || *at == '\\') return cli_fail(CLI_USAGE, "--source is a plain text without quotes");
  if (package && !is_name(package, true)) return cli_fail(CLI_USAGE, "`%s` is no name of a package", package);
  if (cli->arg_count < 2) return cli_fail(CLI_USAGE, "calibrate from which log? `rbc models calibrate OUTCOMES.jsonl`");
  int code = CLI_OK;
  for (int i = 1; i < cli->arg_count && code == CLI_OK; i++) code = read_log(&c, cli->args[i]);
  if (code == CLI_OK) write_policy(cli, &c, date, confidences[k].z, confidence, least);
  free(c.list);
  return code;
}
