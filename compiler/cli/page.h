/* page.h: a report as one HTML page that needs nothing else: styles, charting library and data stand in it, its own policy of content
 * forbids every request. All text is escaped here. Tables hold what charts show. */
#ifndef RBC_CLI_PAGE_H
#define RBC_CLI_PAGE_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct page { FILE *out; char *text; size_t size; unsigned charts; uint32_t numbers; };   /* numbers: columns of the table that hold them */

bool page_open(struct page *page, const char *title);                 /* false: out of memory */
int page_close(struct page *page, const char *path);                  /* writes it; CLI_OK, or what to exit with */
void page_heading(struct page *page, const char *text);
void page_say(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Figures beside each other: pairs of what and how much, then NULL. */
void page_figures(struct page *page, ...) __attribute__((sentinel));
/* Heads, then NULL; one that begins with # is over numbers. Rows: as many texts. folded: opens by a click. */
void page_table(struct page *page, bool folded, const char *caption, ...) __attribute__((sentinel));
void page_row(struct page *page, ...) __attribute__((sentinel));
void page_table_end(struct page *page, bool folded);
/* Bars. labels: names; series: [{"label": L, "data": [numbers]}]. Takes both. lying: from left to right. */
struct chart { const char *title, *unit; bool lying, stacked; json_t *labels, *series; };
void page_chart(struct page *page, const struct chart *chart);
json_t *page_label(const char *text);
json_t *page_series(const char *label, json_t *numbers);              /* takes the numbers */
#endif
