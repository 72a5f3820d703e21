/* eval_print.c: decisions of rbc eval, for people and as JSON lines. */
#include <stdlib.h>
#include <string.h>
#include "cli/eval.h"

/* ---- JSON, written straight out: a tree for each line would cost ten times the decision ---- */
static void put_text(struct buffer *out, const char *bytes, size_t length) {
  static const char hex[] = "0123456789abcdef";
  size_t plain = 0;
  buffer_add(out, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    const char *named = c ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;
    char escape[6] = {'\\', named ? named[1] : 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    buffer_add(out, bytes + plain, i - plain);
    buffer_add(out, escape, named ? 2 : 6);
    plain = i + 1;
  }
  buffer_add(out, bytes + plain, length - plain);
  buffer_add(out, "\"", 1);
}

static void put_field(struct buffer *out, const char *name, const char *text) {    /* name with what stands before it: ,"name": */
  buffer_text(out, name);
  if (text) put_text(out, text, strlen(text));
  else buffer_text(out, "null");
}

static void put_number(struct buffer *out, const char *name, uint64_t number) {
  char digits[24];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10); while (number /= 10);
  buffer_text(out, name);
  buffer_add(out, digits + at, sizeof digits - at);
}

static void put_rules(struct buffer *out, const rebase_decision *d) {
  buffer_text(out, ",\"rules\":[");
  for (uint32_t i = 0; i < d->rule_count; i++) {
    const rebase_rule *rule = &d->rules[i];
    put_field(out, i ? ",{\"name\":" : "{\"name\":", rule->name);
    put_field(out, ",\"effect\":", rule->effect);
    put_field(out, ",\"file\":", rule->file);
    put_number(out, ",\"line\":", rule->line);
    put_field(out, ",\"because\":", rule->because);
    char *detail = rule_detail(d, i);
    put_field(out, ",\"detail\":", detail ? detail : "");
    free(detail);
    buffer_text(out, "}");
  }
  buffer_text(out, "],\"obligations\":[");
  for (uint32_t i = 0; i < d->obligation_count; i++) {
    put_field(out, i ? ",{\"kind\":" : "{\"kind\":", d->obligations[i].kind);
    put_field(out, ",\"argument\":", d->obligations[i].argument);
    buffer_text(out, "}");
  }
  buffer_text(out, "],\"approvers\":[");
  for (uint32_t i = 0; i < d->approver_count; i++) put_field(out, i ? "," : "", d->approvers[i]);
  buffer_text(out, "]");
}

static void put_choice(struct buffer *out, const rebase_choice *c) {
  put_field(out, ",\"choice\":{\"model\":", c->model);
  put_field(out, ",\"id\":", c->id);
  put_field(out, ",\"provider\":", c->provider);
  put_field(out, ",\"currency\":", c->currency);
  put_number(out, ",\"cost_e12\":", (uint64_t)c->cost);
  put_field(out, ",\"route\":", c->route);
  put_number(out, ",\"output\":", (uint64_t)c->output);
  put_number(out, ",\"attempt\":", c->attempt);
  put_number(out, ",\"others\":", c->others);
  buffer_text(out, "}");
}

static void print_line(struct buffer *out) {
  buffer_text(out, "\n");
  if (!out->failed) fwrite(out->data, 1, out->size, stdout);
  out->size = 0;
}

static void print_json(struct eval *e, const rebase_decision *d) {
  struct buffer *out = &e->out;
  put_number(out, "{\"line\":", e->line);
  put_field(out, ",\"effect\":", effect_name(d->effect));
  put_field(out, ",\"status\":", rebase_status_text(d->status));
  put_field(out, ",\"id\":", d->id);
  put_field(out, ",\"reason\":", d->reason ? d->reason : "");
  put_rules(out, d);
  if (d->deadline) {
    char time[32];
    cli_format_time(d->deadline, time);
    put_field(out, ",\"deadline\":", time);
  }
  buffer_text(out, ",\"canonical\":");
  put_text(out, d->canonical, d->canonical_length);
  if (d->choice) put_choice(out, d->choice);
  put_field(out, ",\"call_hash\":", d->call_hash);
  put_number(out, ",\"steps\":", d->steps);
  put_number(out, ",\"steps_bound\":", d->steps_bound);
  if (e->explain) {
    char *text = decision_explanation(d, e->audience);
    put_field(out, ",\"explanation\":", text ? text : "");
    free(text);
  }
  buffer_text(out, "}");
  print_line(out);
}

static void print_explanation(const struct eval *e, const rebase_decision *d) {
  char *text = decision_explanation(d, e->audience);
  for (char *at = text; at && *at;) {
    size_t length = strcspn(at, "\n");
    printf("  ");
    cli_put_clean(stdout, at, length);
    putchar('\n');
    at += length + (at[length] == '\n');
  }
  free(text);
}

void eval_print_decision(struct eval *e, const rebase_decision *d) {
  if (e->json) { print_json(e, d); return; }
  static const enum cli_tone tones[] = {TONE_BAD, TONE_CARE, TONE_GOOD};
  printf("%s%s%s", cli_tone(stdout, tones[d->effect]), effect_name(d->effect), cli_plain(stdout));
  for (uint32_t i = 0; i < d->approver_count; i++) printf("%s %s", i ? "," : "", d->approvers[i]);
  if (d->reason && d->reason_length) {
    printf(": ");
    cli_put_clean(stdout, d->reason, d->reason_length);
  } else if (d->effect == REBASE_DENY && d->status != REBASE_OK) {
    printf(": %s", rebase_status_text(d->status));
  }
  for (uint32_t i = 0; i < d->obligation_count; i++)
    printf("%s%s%s%s", i ? ", " : "  with ", d->obligations[i].kind, d->obligations[i].argument && *d->obligations[i].argument ? " " : "",
           d->obligations[i].argument ? d->obligations[i].argument : "");
  putchar('\n');
  if (e->explain) print_explanation(e, d);
}

void eval_print_done(struct eval *e, const char *what, const char *session) {
  if (!e->json) return;
  put_number(&e->out, "{\"line\":", e->line);
  put_field(&e->out, ",\"done\":", what);
  if (session) put_field(&e->out, ",\"session\":", session);
  buffer_text(&e->out, "}");
  print_line(&e->out);
}
