/* models_calibrate.h: quality figures from outcomes. */
#ifndef RBC_CLI_MODELS_CALIBRATE_H
#define RBC_CLI_MODELS_CALIBRATE_H
#include <stdint.h>
#include "cli/cli.h"

/* The share of right answers that `right` of `all` show at least, by Wilson's score; z: quantile of the confidence. all > 0. */
double calibrate_bound(int64_t right, int64_t all, double z);
/* rbc models calibrate LOG ... */
int run_calibrate(struct cli *cli);
#endif
