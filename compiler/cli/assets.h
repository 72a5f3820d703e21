/* assets.h: files that are built into rbc, as they were when it was built. */
#ifndef RBC_CLI_ASSETS_H
#define RBC_CLI_ASSETS_H
#include <stddef.h>

struct asset { const unsigned char *bytes; size_t size; };
extern const struct asset asset_chart_js;     /* Chart.js, from the system */
extern const struct asset asset_report_js, asset_report_css;
#endif
