/* codegen.h: from the checked program to the bundle. */
#ifndef RBC_CODEGEN_H
#define RBC_CODEGEN_H
#include <stdbool.h>
#include <stddef.h>

struct program;
struct rbc_diags;

struct rbc_options;

/* Makes the bundle (runtime/image.h): malloc'ed, the caller frees it. The same program gives the same bytes. Of the options `plain` and `threads`
 * count. False, and diagnostics E08xx, when a limit of the image is passed; false with diags->out_of_memory when memory is out. */
bool rbc_generate(const struct program *program, const struct rbc_options *options, struct rbc_diags *diags, unsigned char **image, size_t *size);
#endif
