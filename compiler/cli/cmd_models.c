/* cmd_models.c: rbc models: what the declared models hold, can and cost. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "cli/host.h"
#include "cli/models_calibrate.h"
#include "cli/workspace.h"
#include "value.h"

static const char *const abilities[] = {
#define ABILITY(NAME, WORD, MEANING) WORD,
#include "sema/model_words.def"
};
static const char *const prices[] = {
#define PRICE(NAME, WORD, MEANING) WORD,
#include "sema/model_words.def"
};

/* ---- facts ---- */
static const struct price *price_of(const struct model *m, enum price_kind kind) {
  for (unsigned i = 0; i < m->price_count; i++)
    if (m->prices[i]->kind == kind && !m->prices[i]->above) return m->prices[i];
  return NULL;
}

/* "2.50", "0.0375": cents at least, and what more there is. */
static const char *amount_text(int64_t millionths, char text[32]) {
  int length = snprintf(text, 32, "%lld.%06lld", (long long)(millionths / REBASE_SCALE), (long long)(millionths % REBASE_SCALE));
  while (text[length - 1] == '0' && text[length - 3] != '.') text[--length] = '\0';
  return text;
}

static const char *price_text(const struct model *m, enum price_kind kind, char text[32]) {
  const struct price *price = price_of(m, kind);
  return price ? amount_text(price->amount, text) : "-";
}

static const char *count_text(int64_t count, char text[32]) {
  if (count == UNKNOWN) return "-";
  if (count >= 1000000 && count % 10000 == 0) snprintf(text, 32, "%g M", (double)count / 1e6);
  else if (count >= 1000) snprintf(text, 32, "%lld k", (long long)(count / 1000));
  else snprintf(text, 32, "%lld", (long long)count);
  return text;
}

static const char *day_text(int64_t day, char text[32]) {
  if (day == UNKNOWN) return "-";
  cli_format_time(day * REBASE_DAY, text);
  text[10] = '\0';
  return text;
}

static void join(char *text, size_t size, const char *word) {
  size_t length = strlen(text);
  snprintf(text + length, size - length, "%s%s", length ? "," : "", word);
}

static const char *ability_text(const struct model *m, char text[128]) {
  *text = '\0';
  for (unsigned i = 0; i < ABILITY_COUNT; i++) if (m->abilities >> i & 1) join(text, 128, abilities[i]);
  return *text ? text : "-";
}

static const char *region_text(const struct model *m, char text[128]) {
  *text = '\0';
  for (unsigned i = 0; i < m->region_count; i++) join(text, 128, m->regions[i]->name);
  return *text ? text : "-";
}

static const char *short_name(const struct model *m) { return strncmp(m->name, "std.models.", 11) ? m->name : m->name + 11; }

/* ---- choosing ---- */
struct wanted { uint32_t abilities; const struct region *region; int64_t window; const char *text, *sort; };

static int read_abilities(const char *list, uint32_t *wanted) {
  for (size_t length; *list; list += length + (list[length] == ',')) {
    length = strcspn(list, ",");
    unsigned i = 0;
    while (i < ABILITY_COUNT && (strlen(abilities[i]) != length || strncmp(abilities[i], list, length))) i++;
    if (i == ABILITY_COUNT) return cli_fail(CLI_USAGE, "--can: no ability is called `%.*s`; see `rbc models --help`", (int)length, list);
    *wanted |= UINT32_C(1) << i;
  }
  return CLI_OK;
}

static int read_region(const struct program *p, const char *name, const struct region **region) {
  for (unsigned i = 0; i < p->regions_count; i++) if (!strcmp(p->regions[i]->name, name)) { *region = p->regions[i]; return CLI_OK; }
  return cli_fail(CLI_USAGE, "--region: no region `%s` is declared or imported", name);
}

static int read_number(const char *text, const char *option, int64_t *number) {
  char *end;
  *number = strtoll(text, &end, 10);
  return *end || end == text || *number < 0 ? cli_fail(CLI_USAGE, "%s: `%s` is no number", option, text) : CLI_OK;
}

static int read_wanted(const struct cli *cli, const struct program *p, struct wanted *w) {
  *w = (struct wanted){.text = cli->value[OPT_FILTER], .sort = cli->value[OPT_SORT] ? cli->value[OPT_SORT] : "name"};
  static const char *const sorts[] = {"name", "input", "output", "window"};
  bool known = false;
  for (int i = 0; i < 4; i++) known |= !strcmp(sorts[i], w->sort);
  if (!known) return cli_fail(CLI_USAGE, "--sort: by name, input, output or window");
  int code = cli->value[OPT_CAN] ? read_abilities(cli->value[OPT_CAN], &w->abilities) : CLI_OK;
  if (code == CLI_OK && cli->value[OPT_REGION]) code = read_region(p, cli->value[OPT_REGION], &w->region);
  if (code == CLI_OK && cli->value[OPT_WINDOW]) code = read_number(cli->value[OPT_WINDOW], "--window", &w->window);
  return code;
}

static bool inside(const struct program *p, const struct region *place, const struct region *of) {
  while (place != of && place->parent != NONE32) place = p->regions[place->parent];
  return place == of;
}

static bool fits(const struct program *p, const struct model *m, const struct wanted *w) {
  if ((m->abilities & w->abilities) != w->abilities || (w->window && m->window < w->window)) return false;
  if (w->text && !strstr(m->name, w->text) && !(m->title && strstr(m->title, w->text)) && !(m->id && strstr(m->id, w->text))) return false;
  if (w->region && !m->region_count) return false;
  for (unsigned i = 0; w->region && i < m->region_count; i++) if (!inside(p, m->regions[i], w->region)) return false;
  return true;
}

static int compare_prices(const struct model *a, const struct model *b, enum price_kind kind) {
  const struct price *x = price_of(a, kind), *y = price_of(b, kind);
  int64_t left = x ? x->amount : INT64_MAX, right = y ? y->amount : INT64_MAX;
  return (left > right) - (left < right);
}

static int by_input(const void *a, const void *b) { return compare_prices(*(struct model *const *)a, *(struct model *const *)b, PRICE_INPUT); }
static int by_output(const void *a, const void *b) { return compare_prices(*(struct model *const *)a, *(struct model *const *)b, PRICE_OUTPUT); }
static int by_window(const void *a, const void *b) {
  int64_t x = (*(struct model *const *)a)->window, y = (*(struct model *const *)b)->window;
  return (x < y) - (x > y);
}

static void sort(struct model **list, size_t count, const char *key) {
  if (count && strcmp(key, "name")) qsort(list, count, sizeof *list, *key == 'i' ? by_input : *key == 'o' ? by_output : by_window);
}

/* ---- named ones ---- */
static bool is_called(const struct model *m, const char *name) {
  size_t length = strlen(m->name), short_length = strlen(name);
  return !strcmp(m->name, name) || (length > short_length && m->name[length - short_length - 1] == '.' && !strcmp(m->name + length - short_length, name));
}

static int find_named(const struct program *p, const char *name, struct model **found) {
  unsigned matches = 0;
  for (unsigned i = 0; i < p->models_count; i++) {
    if (p->models[i]->replaced || !is_called(p->models[i], name)) continue;
    *found = p->models[i];
    matches++;
  }
  if (matches == 1) return CLI_OK;
  if (!matches) return cli_fail(CLI_USAGE, "no model is called `%s`; `rbc models` lists them", name);
  cli_fail(CLI_USAGE, "`%s` can be several models:", name);
  for (unsigned i = 0; i < p->models_count; i++) if (is_called(p->models[i], name)) fprintf(stderr, "  %s\n", short_name(p->models[i]));
  return CLI_USAGE;
}

/* ---- output ---- */
static void print_table(struct model *const *list, size_t count) {
  char a[32], b[32], c[32], d[32], e[32], f[32], regions[128], can[128];
  size_t width = 5;
  for (size_t i = 0; i < count; i++) if (strlen(short_name(list[i])) > width) width = strlen(short_name(list[i]));
  printf("%-*s %8s %8s %9s %9s %9s  %-10s %-12s %s\n", (int)width, "model", "window", "output", "in", "out", "cached in", "priced", "regions", "can");
  for (size_t i = 0; i < count; i++) {
    const struct model *m = list[i];
    const struct price *input = price_of(m, PRICE_INPUT);
    printf("%-*s %8s %8s %9s %9s %9s  %-10s %-12s %s\n", (int)width, short_name(m), count_text(m->window, a), count_text(m->output, b),
           price_text(m, PRICE_INPUT, c), price_text(m, PRICE_OUTPUT, d), price_text(m, PRICE_CACHED_READ, e),
           day_text(input ? input->day : UNKNOWN, f), region_text(m, regions), ability_text(m, can));
  }
  printf("%zu model%s\n", count, count == 1 ? "" : "s");
}

/* One row: a title, and the same fact of each model. */
struct row { const char *title; const char *(*text)(const struct model *m, char text[128]); };
static const char *row_provider(const struct model *m, char text[128]) { (void)text; return m->provider->title ? m->provider->title : m->provider->name; }
static const char *row_id(const struct model *m, char text[128]) { (void)text; return m->id; }
static const char *row_window(const struct model *m, char text[128]) { return count_text(m->window, text); }
static const char *row_output(const struct model *m, char text[128]) { return count_text(m->output, text); }
static const char *row_retires(const struct model *m, char text[128]) { return day_text(m->retires, text); }
static const char *row_training(const struct model *m, char text[128]) { (void)text; return m->training < 0 ? "-" : m->training ? "yes" : "no"; }
static const char *row_retention(const struct model *m, char text[128]) {
  if (m->retention == UNKNOWN) return "-";
  snprintf(text, 128, "%.10g days", (double)m->retention / (double)REBASE_DAY);
  return text;
}
static const char *row_quality(const struct model *m, char text[128]) {
  char one[64], number[32];
  *text = '\0';
  for (unsigned i = 0; i < m->quality_count; i++) {
    snprintf(one, sizeof one, "%.40s %s", m->qualities[i]->task, amount_text(m->qualities[i]->value, number));
    join(text, 128, one);
  }
  return *text ? text : "-";
}

enum { COMPARED = 16, ROWS = 24 };
struct sheet { const char *titles[ROWS]; char cells[ROWS][COMPARED][128]; size_t rows, columns; };

static void print_sheet(const struct sheet *sheet) {
  size_t widths[COMPARED] = {0};
  for (size_t r = 0; r < sheet->rows; r++)
    for (size_t i = 0; i < sheet->columns; i++) if (strlen(sheet->cells[r][i]) > widths[i]) widths[i] = strlen(sheet->cells[r][i]);
  for (size_t r = 0; r < sheet->rows; r++) {
    printf("%-18s", sheet->titles[r]);
    for (size_t i = 0; i < sheet->columns; i++) printf("  %-*s", i + 1 < sheet->columns ? (int)widths[i] : 0, sheet->cells[r][i]);
    putchar('\n');
  }
}

static void print_compared(struct model *const *list, size_t count) {
  static const struct row rows[] = {{"provider", row_provider}, {"id", row_id}, {"window", row_window}, {"output", row_output},
    {"regions", region_text}, {"can", ability_text}, {"quality", row_quality}, {"retention", row_retention}, {"trains on it", row_training},
    {"retires", row_retires}};
  struct sheet sheet;
  char number[32];
  sheet = (struct sheet){.titles = {""}, .rows = 1, .columns = count};
  for (size_t i = 0; i < count; i++) snprintf(sheet.cells[0][i], 128, "%s", short_name(list[i]));
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++, sheet.rows++) {
    sheet.titles[sheet.rows] = rows[r].title;
    for (size_t i = 0; i < count; i++) {
      char text[128];
      snprintf(sheet.cells[sheet.rows][i], 128, "%s", rows[r].text(list[i], text));
    }
  }
  for (unsigned k = 0; k < PRICE_COUNT; k++) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
      snprintf(sheet.cells[sheet.rows][i], 128, "%s", price_text(list[i], (enum price_kind)k, number));
      any |= price_of(list[i], (enum price_kind)k) != NULL;
    }
    sheet.titles[sheet.rows] = prices[k];
    sheet.rows += any;
  }
  print_sheet(&sheet);
}

static json_t *day_json(int64_t day) {
  char text[32];
  return day == UNKNOWN ? json_null() : json_string(day_text(day, text));
}

static json_t *prices_json(const struct model *m) {
  json_t *list = json_array();
  for (unsigned i = 0; i < m->price_count; i++) {
    const struct price *p = m->prices[i];
    char amount[32];
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:o, s:s?}", "of", prices[p->kind], "amount", amount_text(p->amount, amount),
                                          "currency", p->currency->name, "above", (json_int_t)p->above, "date", day_json(p->day), "source", p->source));
  }
  return list;
}

static json_t *qualities_json(const struct model *m) {
  json_t *list = json_array();
  for (unsigned i = 0; i < m->quality_count; i++) {
    const struct quality *q = m->qualities[i];
    json_array_append_new(list, json_pack("{s:s, s:f, s:I, s:o, s:s}", "task", q->task, "percent", (double)q->value / 10000, "sample", (json_int_t)q->sample,
                                          "date", day_json(q->day), "source", q->source));
  }
  return list;
}

static bool print_json(const struct model *m) {
  json_t *can = json_array(), *regions = json_array();
  for (unsigned i = 0; i < ABILITY_COUNT; i++) if (m->abilities >> i & 1) json_array_append_new(can, json_string(abilities[i]));
  for (unsigned i = 0; i < m->region_count; i++) json_array_append_new(regions, json_string(m->regions[i]->name));
  return print_json_line(json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "model", m->name, "provider", m->provider->name, "id", m->id,
    "window", m->window == UNKNOWN ? json_null() : json_integer(m->window), "output", m->output == UNKNOWN ? json_null() : json_integer(m->output),
    "can", can, "regions", regions, "retires", day_json(m->retires), "prices", prices_json(m), "qualities", qualities_json(m)));
}

/* ---- warnings ---- */
static int warn(const struct cli *cli, struct model *const *list, size_t count) {
  int64_t age = 180, today, days_old = 0;
  char date[11], at[32];
  bool given;
  int code = cli->value[OPT_MAX_AGE] ? read_number(cli->value[OPT_MAX_AGE], "--max-age", &age) : CLI_OK;
  if (code != CLI_OK) return code;
  snprintf(at, sizeof at, "%sT00:00:00Z", cli_build_date(cli, date, &given));
  cli_parse_time(at, &today);
  today /= REBASE_DAY;
  size_t old = 0, retired = 0, unpriced = 0;
  for (size_t i = 0; i < count; i++) {
    const struct price *input = price_of(list[i], PRICE_INPUT), *output = price_of(list[i], PRICE_OUTPUT);
    if (!input || !output) { unpriced++; continue; }
    int64_t days = input->day == UNKNOWN ? INT64_MAX : today - input->day;
    if (days > age) old++;
    if (days > days_old) days_old = days;
    retired += list[i]->retires != UNKNOWN && list[i]->retires <= today;
  }
  if (old && days_old == INT64_MAX) cli_note("%zu of these prices say no date, or are older than %lld days", old, (long long)age);
  else if (old) cli_note("%zu of these prices are older than %lld days (the oldest %lld)", old, (long long)age, (long long)days_old);
  if (unpriced) cli_note("%zu of these models have no input or output price: no route can choose them", unpriced);
  if (retired) cli_note("%zu of these models are retired by %s", retired, date);
  return CLI_OK;
}

static int show(const struct cli *cli, struct model *const *list, size_t count, bool compared) {
  if (cli_format_is(cli, "json")) {
    for (size_t i = 0; i < count; i++) if (!print_json(list[i])) return cli_no_memory();
  } else if (compared) print_compared(list, count);
  else print_table(list, count);
  return warn(cli, list, count);
}

static int choose(const struct cli *cli, const struct program *p, int first_name) {
  struct wanted wanted;
  size_t count = 0;
  int code = read_wanted(cli, p, &wanted);
  struct model **list = calloc(p->models_count + 16, sizeof *list);
  if (!list) return cli_no_memory();
  for (int i = first_name; code == CLI_OK && i < cli->arg_count; i++) code = find_named(p, cli->args[i], &list[count++]);
  for (unsigned i = 0; first_name == cli->arg_count && i < p->models_count; i++)
    if (code == CLI_OK && !p->models[i]->replaced && fits(p, p->models[i], &wanted)) list[count++] = p->models[i];
  if (code == CLI_OK && first_name == cli->arg_count) sort(list, count, wanted.sort);
  if (code == CLI_OK) code = show(cli, list, count, first_name < cli->arg_count);
  free(list);
  return code;
}

int run_models(struct cli *cli) {
  if (cli->arg_count && !strcmp(cli->args[0], "calibrate")) return run_calibrate(cli);
  bool catalogue = cli_has(cli, OPT_CATALOGUE);
  struct subject subject;
  int code = catalogue ? workspace_catalogue(cli, &subject) : workspace_check(cli, cli->arg_count ? cli->args[0] : ".", false, &subject);
  if (code == CLI_OK && !subject.program->models_count)
    cli_note("this workspace declares no model and imports none; `rbc models --catalogue` lists the standard library's");
  if (code == CLI_OK) code = choose(cli, subject.program, !catalogue && cli->arg_count ? 1 : 0);
  subject_close(&subject);
  return code;
}
