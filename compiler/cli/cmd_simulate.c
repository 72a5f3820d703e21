/* cmd_simulate.c: rbc simulate: recorded traffic against a policy's routes and budgets: which model answers, and what it costs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/simulate.h"

enum { LINE = 4096, MOST_TASKS = 16, SESSIONS = 256, FIELDS = 12 };
struct task_share { char name[64]; double upto; };
struct session_of { char agent[160], requester[100], id[REBASE_ID_BYTES]; };

/* One request of the traffic. The route sees input and output; generated is only what it then costs. */
struct record { char agent[160], requester[100], task[64]; int64_t time, input, output, generated; };

struct simulator {
  const struct cli *cli;
  struct host host;
  struct simulation result;
  struct task_share tasks[MOST_TASKS]; unsigned task_count;
  int64_t output;                   /* --output, or -1 */
  const char *agent;                /* of --agent */
  struct session_of sessions[SESSIONS]; unsigned session_count, next_session;
  const char *file; size_t line; uint64_t number;
  int columns[FIELDS];              /* of a CSV file: enum column of each field */
  int column_count;
};

/* ---- what the options say ---- */
static bool read_tasks(struct simulator *s, const char *text) {
  double all = 0, upto = 0;
  while (text && *text && s->task_count < MOST_TASKS) {
    struct task_share *t = &s->tasks[s->task_count];
    size_t name = strcspn(text, "=,"), whole = strcspn(text, ",");
    if (!name || name >= sizeof t->name) return false;
    memcpy(t->name, text, name);
    t->name[name] = '\0';
    t->upto = name < whole ? strtod(text + name + 1, NULL) : 1;
    if (!(t->upto > 0)) return false;
    all += t->upto;
    s->task_count++;
    text += whole + (text[whole] == ',');
  }
  for (unsigned i = 0; i < s->task_count; i++) s->tasks[i].upto = upto += s->tasks[i].upto / all;
  return !text || !*text;
}

/* The same line has the same task in every run: its number decides, well mixed. */
static const char *task_of(const struct simulator *s) {
  uint64_t x = (s->number + 1) * UINT64_C(0x9E3779B97F4A7C15);
  x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
  double at = (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
  unsigned i = 0;
  while (i + 1 < s->task_count && at >= s->tasks[i].upto) i++;
  return s->task_count ? s->tasks[i].name : "";
}

/* ---- lines ---- */
static int wrong(const struct simulator *s, const char *what) {
  return cli_fail(CLI_USAGE, "%s:%zu: %s\n  a line of JSON is {\"time\":\"2026-01-05T08:00:00Z\",\"task\":T,\"input\":N,\"output\":N,\"generated\":N}, with \"agent\" and "
                  "\"requester\" where they differ;\n  a CSV file has a first line that names its columns: time (or TIMESTAMP), input (ContextTokens), generated "
                  "(GeneratedTokens), and more of the above", s->file, s->line, what);
}

static bool read_count(const char *text, size_t length, int64_t *count) {
  *count = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9' || *count > 100000000) return false;
    *count = *count * 10 + (text[i] - '0');
  }
  return length > 0;
}

static bool is_utf8(const char *text, size_t length) {
  json_t *string = json_stringn(text, length);
  json_decref(string);
  return string != NULL;
}

static bool set_text(char *to, size_t size, const char *text, size_t length) {
  if (length >= size || memchr(text, '"', length) || memchr(text, '\\', length)) return false;
  bool plain = true;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < ' ') return false;
    plain = plain && !((unsigned char)text[i] >> 7);
  }
  if (!plain && !is_utf8(text, length)) return false;
  memcpy(to, text, length);
  to[length] = '\0';
  return true;
}

/* RFC 3339; or "2023-11-16 18:17:03.9799600", which is in UTC. */
static bool set_time(int64_t *time, const char *text, size_t length) {
  char copy[48];
  if (length < 19 || length > 40) return false;
  memcpy(copy, text, length);
  copy[length] = '\0';
  copy[10] = 'T';
  if (!strpbrk(copy + 19, "Z+-z")) {
    if (length > 26) length = 26;                         /* microseconds are as fine as time is here */
    copy[length] = 'Z';
    copy[length + 1] = '\0';
  }
  return cli_parse_time(copy, time);
}

static const struct { const char *name; enum column { TIME, AGENT, REQUESTER, TASK, INPUT, OUTPUT, GENERATED, OTHER } column; } columns[] = {
  {"time", TIME}, {"TIMESTAMP", TIME}, {"agent", AGENT}, {"requester", REQUESTER}, {"task", TASK}, {"input", INPUT}, {"ContextTokens", INPUT},
  {"output", OUTPUT}, {"generated", GENERATED}, {"GeneratedTokens", GENERATED},
};

static enum column column_of(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    if (strlen(columns[i].name) == length && !memcmp(columns[i].name, name, length)) return columns[i].column;
  return OTHER;
}

static bool set_field(struct record *r, enum column column, const char *text, size_t length) {
  switch (column) {
  case TIME: return set_time(&r->time, text, length);
  case AGENT: return set_text(r->agent, sizeof r->agent, text, length);
  case REQUESTER: return set_text(r->requester, sizeof r->requester, text, length);
  case TASK: return set_text(r->task, sizeof r->task, text, length);
  case INPUT: return read_count(text, length, &r->input);
  case OUTPUT: return read_count(text, length, &r->output);
  case GENERATED: return read_count(text, length, &r->generated);
  default: return true;
  }
}

static int csv_header(struct simulator *s, const char *line, size_t length) {
  bool input = false;
  for (size_t at = 0; at <= length && s->column_count < FIELDS;) {
    size_t size = 0;
    while (at + size < length && line[at + size] != ',') size++;
    enum column c = column_of(line + at, size);
    input |= c == INPUT;
    s->columns[s->column_count++] = (int)c;
    at += size + 1;
  }
  return input ? CLI_OK : wrong(s, "no column says how many tokens go in");
}

static bool csv_record(const struct simulator *s, const char *line, size_t length, struct record *r) {
  size_t at = 0;
  for (int i = 0; i < s->column_count; i++) {
    size_t size = 0;
    while (at + size < length && line[at + size] != ',') size++;
    if (at > length || !set_field(r, (enum column)s->columns[i], line + at, size)) return false;
    at += size + 1;
  }
  return at > length;
}

static bool json_record(const char *line, size_t length, struct record *r) {
  json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
  const char *key;
  json_t *value;
  bool good = json_is_object(json);
  json_object_foreach(json, key, value) {
    char number[32];
    const char *text = json_string_value(value);
    if (json_is_integer(value)) snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    if (json_is_integer(value)) text = number;
    enum column c = column_of(key, strlen(key));
    good = good && c != OTHER && text && set_field(r, c, text, strlen(text));
  }
  json_decref(json);
  return good;
}

/* ---- deciding ---- */
static const char *session_of(struct simulator *s, const struct record *r, bool anew) {
  for (unsigned i = 0; i < s->session_count; i++) {
    struct session_of *known = &s->sessions[i];
    if (strcmp(known->agent, r->agent) || strcmp(known->requester, r->requester)) continue;
    if (!anew) return known->id;
    rebase_session_close(s->host.engine, known->id);
    rebase_opening opening = {r->agent, r->requester, NULL};
    return rebase_session_open(s->host.engine, &opening, known->id, NULL) == REBASE_OK ? known->id : NULL;
  }
  struct session_of *slot = &s->sessions[s->next_session];
  if (s->session_count == SESSIONS) rebase_session_close(s->host.engine, slot->id);
  else s->session_count++;
  s->next_session = (s->next_session + 1) % SESSIONS;
  memcpy(slot->agent, r->agent, sizeof slot->agent);
  memcpy(slot->requester, r->requester, sizeof slot->requester);
  rebase_opening opening = {r->agent, r->requester, NULL};
  if (rebase_session_open(s->host.engine, &opening, slot->id, NULL) == REBASE_OK) return slot->id;
  slot->agent[0] = '\0';
  return NULL;
}

static const rebase_decision *decide(struct simulator *s, const struct record *r) {
  const rebase_decision *d = NULL;
  for (int tries = 0; tries < 2; tries++) {
    rebase_caller caller = {r->agent, r->requester, session_of(s, r, tries > 0)};
    rebase_request_infer(s->host.request, r->task, r->input, r->output);
    rebase_decide(s->host.request, &caller);
    d = rebase_reserve(s->host.request, 0);
    if (d->status != REBASE_E_SESSION) break;             /* over time sessions end */
  }
  return d;
}

/* spent: in the order of the limits, or NULL. */
static void note_budgets(struct simulation *result, const rebase_decision *d, const int64_t *spent) {
  for (uint32_t i = 0; i < d->limit_count; i++) {
    const rebase_limit *l = &d->limits[i];
    struct budget b = {(char *)(uintptr_t)l->rule, (char *)(uintptr_t)l->words, (char *)(uintptr_t)l->each, l->used, l->most, l->reached,
                       spent ? spent[i] : 0, result->to, l->decimal};
    simulation_budget(result, &b);
  }
}

/* What was reserved was the most that it could cost; now it is what it did. */
static void settle(struct simulator *s, const rebase_decision *d, const rebase_bill *bill, int64_t tokens) {
  int64_t used[REBASE_QUOTA_CHARGES];
  for (uint32_t i = 0; i < d->limit_count; i++) used[i] = d->limits[i].decimal ? bill->millionths : d->limits[i].sums ? tokens : 1;
  if (d->limit_count) rebase_settle(s->host.engine, d->id, used, d->limit_count, NULL);
  note_budgets(&s->result, d, used);
}

static int answered(struct simulator *s, const struct record *r, const rebase_decision *d) {
  rebase_bill bill;
  rebase_report report = {0};
  const rebase_choice *choice = d->choice;
  int64_t generated = r->generated < r->output ? r->generated : r->output;
  if (rebase_price_tokens(s->host.engine, choice->model, r->input, generated, &bill, NULL) != REBASE_OK &&
      rebase_price_tokens(s->host.engine, choice->model, r->input, generated, &bill, &report) != REBASE_OK)
    return cli_fail(CLI_NO, "%s:%zu: %s has no price for this: %s", s->file, s->line, choice->model, report.text);
  struct tally *t = simulation_tally(&s->result, r->agent, r->task, choice->model, r->time / INT64_C(86400000000));
  if (!t) return cli_no_memory();
  memcpy(s->result.currency, choice->currency, sizeof s->result.currency);
  t->requests++;
  t->cut += generated < r->generated;
  t->cost += (uint64_t)bill.total;
  t->bound += (uint64_t)choice->cost;
  t->input += r->input;
  t->output += generated;
  if (choice->quality >= 0) { t->quality += choice->quality; t->measured++; }
  if (choice->latency > 0) { t->latency += choice->latency; t->timed++; }
  settle(s, d, &bill, r->input + generated);
  return CLI_OK;
}

/* What a line does not say is filled in for each of a million: without a formatter. */
static void fill(char *to, size_t size, const char *text) {
  size_t length = strlen(text);
  if (length >= size) length = size - 1;
  memcpy(to, text, length);
  to[length] = '\0';
}

static int one_request(struct simulator *s, struct record *r) {
  if (r->output < 0) r->output = s->output;
  if (r->output < 0) return wrong(s, "how many tokens are asked for at most? Say `output` in the traffic, or --output N for all of it");
  if (r->generated < 0) r->generated = r->output;
  if (!*r->task) fill(r->task, sizeof r->task, task_of(s));
  if (!*r->agent) {
    if (!s->agent && !(s->agent = host_agent(&s->host, s->cli->value[OPT_AGENT]))) return CLI_USAGE;
    fill(r->agent, sizeof r->agent, s->agent);
  }
  if (!*r->requester) fill(r->requester, sizeof r->requester, "simulated");
  if (r->time < s->result.to) return wrong(s, "this request was before the one in the line above; sort the traffic by time (budgets need it)");
  if (!s->result.from) s->result.from = r->time;
  s->host.now = s->result.to = r->time;
  s->number++;
  const rebase_decision *d = decide(s, r);
  if (d->effect == REBASE_ALLOW && d->choice) return answered(s, r, d);
  note_budgets(&s->result, d, NULL);
  struct tally *t = simulation_tally(&s->result, r->agent, r->task, "", r->time / INT64_C(86400000000));
  if (!t) return cli_no_memory();
  t->requests++;
  t->refused++;
  simulation_refusal(&s->result, d->effect == REBASE_ASK ? "a person would be asked first" : d->reason, 1);
  return s->result.out_of_memory ? cli_no_memory() : CLI_OK;
}

static int one_line(struct simulator *s, const char *line, size_t length, bool csv) {
  struct record r = {.time = s->result.to ? s->result.to : s->host.now, .input = -1, .output = -1, .generated = -1};
  while (length && (line[length - 1] == '\r' || line[length - 1] == '\n')) length--;
  if (!length) return CLI_OK;
  if (csv && !s->column_count) return csv_header(s, line, length);
  bool good = csv ? csv_record(s, line, length, &r) : json_record(line, length, &r);
  if (!good || r.input < 0) return wrong(s, "this is no request");
  return one_request(s, &r);
}

static int one_file(struct simulator *s, const char *path) {
  FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  int code = CLI_OK;
  if (!file) return cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  s->file = path;
  s->line = 0;
  s->column_count = 0;
  bool csv = false;
  while (code == CLI_OK && (length = getline(&line, &room, file)) > 0) {
    if (!s->line++) csv = *line != '{';
    code = one_line(s, line, (size_t)length, csv);
  }
  free(line);
  if (code == CLI_OK && ferror(file)) code = cli_fail(CLI_IO, "cannot read %s: %s", path, strerror(errno));
  if (file != stdin) fclose(file);
  return code;
}

/* ---- runs ---- */
static int simulate(const struct cli *cli, const char *policy, struct simulation *result) {
  struct simulator *s = calloc(1, sizeof *s);
  struct subject subject = {0};
  if (!s) return cli_no_memory();
  s->cli = cli;
  s->output = -1;
  const char *output = cli->value[OPT_ASKED];
  int code = subject_open(cli, policy, &subject);
  if (code == CLI_OK && output && !read_count(output, strlen(output), &s->output)) code = cli_fail(CLI_USAGE, "--output is a number of tokens, not `%s`", output);
  if (code == CLI_OK && !read_tasks(s, cli->value[OPT_TASK])) code = cli_fail(CLI_USAGE, "--task is a task, or a mix such as chat=70,extract=30");
  s->host.clock_stands = true;
  if (code == CLI_OK) code = host_open(&s->host, &subject);
  for (int i = 1; code == CLI_OK && i < cli->arg_count; i++) code = one_file(s, cli->args[i]);
  host_close(&s->host);
  subject_close(&subject);
  *result = s->result;
  free(s);
  return code;
}

/* A file holds one result after the other, as a pipe of many parts brings them. */
static int merge_file(struct simulation *all, const char *path, FILE *file) {
  json_error_t error;
  for (int c, n = 0;; n++) {
    while ((c = getc(file)) == ' ' || c == '\n' || c == '\r' || c == '\t') { }
    if (c == EOF) return n ? CLI_OK : cli_fail(CLI_USAGE, "%s holds no result of `rbc simulate --partial`", path);
    ungetc(c, file);
    json_t *part = json_loadf(file, JSON_DISABLE_EOF_CHECK, &error);
    if (!part) return cli_fail(CLI_USAGE, "%s holds what is no result of `rbc simulate --partial`: %s", path, error.text);
    bool added = simulation_add_json(all, part);
    json_decref(part);
    if (!added) return cli_fail(CLI_USAGE, "%s holds what is no result of `rbc simulate --partial`, or in another currency", path);
  }
}

static int merge(const struct cli *cli, struct simulation *all) {
  int code = CLI_OK;
  for (int i = 0; code == CLI_OK && i < cli->arg_count; i++) {
    bool piped = !strcmp(cli->args[i], "-");
    FILE *file = piped ? stdin : fopen(cli->args[i], "r");
    if (!file) return cli_fail(CLI_IO, "cannot read %s: %s", cli->args[i], strerror(errno));
    code = merge_file(all, cli->args[i], file);
    if (!piped) fclose(file);
  }
  return code;
}

static bool as_json(const struct cli *cli) { return cli_format_is(cli, "json") || cli_has(cli, OPT_PARTIAL); }

static int show(const struct cli *cli, const struct simulation *s) {
  if (as_json(cli)) return print_json_line(simulation_json(s)) ? CLI_OK : cli_no_memory();
  simulation_print(s);
  return CLI_OK;
}

/* second: NULL, or what it is compared with. */
static int report(const struct cli *cli, const struct simulation *first, const struct simulation *second) {
  const char *page = cli->value[OPT_HTML], *name = cli_has(cli, OPT_MERGE) ? "parts added up" : cli->args[0], *other = cli->value[OPT_AGAINST];
  int code = CLI_OK;
  if (!page || strcmp(page, "-")) code = show(cli, first);
  if (code == CLI_OK && second && (!page || strcmp(page, "-"))) {
    if (as_json(cli)) code = show(cli, second);
    else simulation_compare(first, name, second, other);
  }
  return code == CLI_OK && page ? simulation_page(page, first, name, second, other) : code;
}

int run_simulate(struct cli *cli) {
  struct simulation first = {0}, second = {0};
  const char *other = cli->value[OPT_AGAINST];
  int code;
  if (cli_has(cli, OPT_MERGE)) code = other ? cli_fail(CLI_USAGE, "--merge adds parts up; it compares nothing") : merge(cli, &first);
  else if (cli->arg_count < 2) code = cli_fail(CLI_USAGE, "simulate which traffic? `rbc simulate DIR|BUNDLE TRAFFIC.csv`; see `rbc simulate --help`");
  else code = simulate(cli, cli->args[0], &first);
  if (code == CLI_OK && other) code = simulate(cli, other, &second);
  if (code == CLI_OK) code = report(cli, &first, other ? &second : NULL);
  simulation_free(&first);
  simulation_free(&second);
  return code;
}
