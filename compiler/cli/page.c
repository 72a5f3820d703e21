/* page.c: see page.h */
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cli/assets.h"
#include "cli/cli.h"
#include "cli/page.h"

static void raw(struct page *page, const char *text) { fputs(text, page->out); }

static void escaped(struct page *page, const char *text) {
  for (; *text; text++) switch (*text) {
    case '&': raw(page, "&amp;"); break;
    case '<': raw(page, "&lt;"); break;
    case '>': raw(page, "&gt;"); break;
    case '"': raw(page, "&quot;"); break;
    case '\'': raw(page, "&#39;"); break;
    default: fputc((unsigned char)*text < ' ' ? ' ' : *text, page->out);
    }
}

/* 'sha256-...': what the policy of content allows, and nothing else. */
static void allowed(struct page *page, const struct asset *asset) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  char text[sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)];
  crypto_hash_sha256(hash, asset->bytes, asset->size);
  sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
  fprintf(page->out, " 'sha256-%s'", text);
}

static void asset(struct page *page, const char *tag, const struct asset *asset) {
  fprintf(page->out, "<%s>", tag);
  fwrite(asset->bytes, 1, asset->size, page->out);
  fprintf(page->out, "</%s>\n", tag);
}

bool page_open(struct page *page, const char *title) {
  *page = (struct page){0};
  page->out = open_memstream(&page->text, &page->size);
  if (!page->out) return false;
  raw(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src");
  allowed(page, &asset_report_css);
  raw(page, "; script-src");
  allowed(page, &asset_chart_js);
  allowed(page, &asset_report_js);
  raw(page, "; base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta "
            "name=\"viewport\" content=\"width=device-width\">\n<title>");
  escaped(page, title);
  raw(page, "</title>\n");
  asset(page, "style", &asset_report_css);
  raw(page, "</head>\n<body>\n<h1>");
  escaped(page, title);
  raw(page, "</h1>\n");
  return true;
}

int page_close(struct page *page, const char *path) {
  asset(page, "script", &asset_chart_js);
  asset(page, "script", &asset_report_js);
  raw(page, "</body>\n</html>\n");
  bool whole = !ferror(page->out);
  whole = !fclose(page->out) && whole;
  int code = !whole                                         ? cli_no_memory()
             : cli_write_file(path, page->text, page->size) ? CLI_OK
                                                            : cli_fail(CLI_IO, "cannot write %s", path);
  free(page->text);
  return code;
}

void page_heading(struct page *page, const char *text) {
  raw(page, "<h2>");
  escaped(page, text);
  raw(page, "</h2>\n");
}

void page_say(struct page *page, const char *format, ...) {
  char text[2048];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  raw(page, "<p class=\"note\">");
  escaped(page, text);
  raw(page, "</p>\n");
}

void page_figures(struct page *page, ...) {
  va_list args;
  const char *what;
  va_start(args, page);
  raw(page, "<ul class=\"big\">\n");
  while ((what = va_arg(args, const char *))) {
    raw(page, "<li><b>");
    escaped(page, va_arg(args, const char *));
    raw(page, "</b><span>");
    escaped(page, what);
    raw(page, "</span></li>\n");
  }
  va_end(args);
  raw(page, "</ul>\n");
}

static void cells(struct page *page, const char *tag, va_list args) {
  const char *text;
  raw(page, "<tr>");
  for (unsigned i = 0; (text = va_arg(args, const char *)); i++) {
    bool head = *tag == 't' && tag[1] == 'h', number = head ? *text == '#' : page->numbers >> i & 1;
    if (head && number) page->numbers |= UINT32_C(1) << i;
    fprintf(page->out, number ? "<%s class=\"n\">" : "<%s>", tag);
    escaped(page, text + (head && number));
    fprintf(page->out, "</%s>", tag);
  }
  raw(page, "</tr>\n");
}

void page_table(struct page *page, bool folded, const char *caption, ...) {
  va_list args;
  page->numbers = 0;
  if (folded) {
    raw(page, "<details><summary>");
    escaped(page, caption);
    raw(page, "</summary>");
  }
  raw(page, "<div class=\"wide\"><table>");
  if (!folded) {
    raw(page, "<caption>");
    escaped(page, caption);
    raw(page, "</caption>");
  }
  raw(page, "<thead>");
  va_start(args, caption);
  cells(page, "th", args);
  va_end(args);
  raw(page, "</thead><tbody>\n");
}

void page_row(struct page *page, ...) {
  va_list args;
  va_start(args, page);
  cells(page, "td", args);
  va_end(args);
}

void page_table_end(struct page *page, bool folded) {
  raw(page, folded ? "</tbody></table></div></details>\n" : "</tbody></table></div>\n");
}

/* ---- charts ---- */
json_t *page_label(const char *text) {
  json_t *label = json_string(text);
  return label ? label : json_string("(not readable)");
}

json_t *page_series(const char *label, json_t *numbers) {
  return json_pack("{s:o, s:o}", "label", page_label(label), "data", numbers);
}

/* `<` stands in texts of JSON alone, where it can be written otherwise: nothing in it ends the element that it stands in. */
static void data(struct page *page, const char *text) {
  for (; *text; text++) {
    if (*text == '<')
      raw(page, "\\u003c");
    else
      fputc(*text, page->out);
  }
}

void page_chart(struct page *page, const struct chart *chart) {
  unsigned id = ++page->charts;
  json_t *spec = json_pack("{s:o, s:o, s:s, s:b, s:b}", "labels", chart->labels, "series", chart->series, "unit",
                           chart->unit, "lying", chart->lying, "stacked", chart->stacked);
  char *text = spec ? json_dumps(spec, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
  if (text) {
    raw(page, "<figure><figcaption>");
    escaped(page, chart->title);
    fprintf(page->out,
            "</figcaption><div><canvas id=\"chart%u\" role=\"img\" aria-label=\"a chart of the table "
            "below\"></canvas></div></figure>\n",
            id);
    fprintf(page->out, "<script type=\"application/json\" data-of=\"chart%u\">", id);
    data(page, text);
    raw(page, "</script>\n");
  }
  free(text);
  json_decref(spec);
}
