/* test_report.c: results of rbc test, for people, as TAP 13, as JUnit XML. */
#include <string.h>
#include "cli/run_tests.h"

static void print_indented(FILE *out, const char *indent, const char *text) {
  while (text && *text) {
    size_t length = strcspn(text, "\n");
    fputs(indent, out);
    cli_put_clean(out, text, length);
    fputc('\n', out);
    text += length + (text[length] == '\n');
  }
}

void report_tests_text(const struct test_run *run, FILE *out) {
  static const char *const words[] = {"ok", "FAILED", "not run"};
  static const enum cli_tone tones[] = {TONE_GOOD, TONE_BAD, TONE_CARE};
  for (size_t i = 0; i < run->count; i++) {
    const struct test_outcome *o = &run->outcomes[i];
    fprintf(out, "%s%-7s%s %s: %s\n", cli_tone(out, tones[o->verdict]), words[o->verdict], cli_plain(out), o->test->package->name, o->test->title);
    if (o->verdict != TEST_PASSED) print_indented(out, "        ", o->text);
  }
  fprintf(out, "%s%zu passed, %zu failed", run->count ? "\n" : "", run->passed, run->failed);
  if (run->not_run) fprintf(out, ", %zu not run", run->not_run);
  fputc('\n', out);
}

void report_tests_tap(const struct test_run *run, FILE *out) {
  fprintf(out, "TAP version 13\n1..%zu\n", run->count);
  for (size_t i = 0; i < run->count; i++) {
    const struct test_outcome *o = &run->outcomes[i];
    fprintf(out, "%s %zu - %s: ", o->verdict == TEST_FAILED ? "not ok" : "ok", i + 1, o->test->package->name);
    for (const char *c = o->test->title; *c; c++) {
      if (*c == '#' || *c == '\\') fputc('\\', out);
      cli_put_clean(out, c, 1);
    }
    if (o->verdict == TEST_NOT_RUN) {
      fprintf(out, " # SKIP ");
      cli_put_clean(out, o->text, strlen(o->text));
    }
    fputc('\n', out);
    if (o->verdict == TEST_FAILED) print_indented(out, "# ", o->text);
  }
}

static void print_xml(FILE *out, const char *text) {
  for (const char *c = text ? text : ""; *c; c++) {
    if (*c == '<') fputs("&lt;", out);
    else if (*c == '>') fputs("&gt;", out);
    else if (*c == '&') fputs("&amp;", out);
    else if (*c == '"') fputs("&quot;", out);
    else if ((unsigned char)*c >= 32 || *c == '\n' || *c == '\t') fputc(*c, out);
  }
}

void report_tests_junit(const struct test_run *run, FILE *out) {
  const char *workspace = run->subject->program->workspace;
  fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"");
  print_xml(out, workspace);
  fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", run->count, run->failed, run->not_run);
  for (size_t i = 0; i < run->count; i++) {
    const struct test_outcome *o = &run->outcomes[i];
    fprintf(out, "    <testcase classname=\"");
    print_xml(out, o->test->package->name);
    fprintf(out, "\" name=\"");
    print_xml(out, o->test->title);
    fprintf(out, "\" time=\"%.6f\"", (double)o->microseconds / 1e6);
    if (o->verdict == TEST_PASSED) {
      fprintf(out, "/>\n");
      continue;
    }
    fprintf(out, ">\n      <%s message=\"", o->verdict == TEST_FAILED ? "failure" : "skipped");
    print_xml(out, o->text);
    fprintf(out, "\"/>\n    </testcase>\n");
  }
  fprintf(out, "  </testsuite>\n</testsuites>\n");
}

/* What is asked of each model is not noted for models that another was chosen before: it is left out. */
void report_coverage(const struct test_run *run, FILE *out) {
  const struct program *program = run->subject->program;
  unsigned matched = 0, counted = 0;
  for (unsigned i = 0; i < program->rules_count; i++) {
    matched += run->rule_matched[i] && !program->rules[i]->models;
    counted += !program->rules[i]->models;
  }
  fprintf(out, "rules that matched in some test: %u of %u\n", matched, counted);
  if (counted < program->rules_count) fprintf(out, "  left out, since they are asked of models: %u\n", program->rules_count - counted);
  for (unsigned i = 0; i < program->rules_count; i++) {
    char place[512];
    if (!run->rule_matched[i] && !program->rules[i]->models)
      fprintf(out, "  never: %s (%s)\n", program->rules[i]->name, program_place(program, program->rules[i]->span, place, sizeof place));
  }
}
