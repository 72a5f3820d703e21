/* image_probe.h: whether the runtime takes an image. Apart: it needs the headers of the runtime. */
#ifndef IMAGE_PROBE_H
#define IMAGE_PROBE_H
#include <stdbool.h>
#include <stddef.h>
bool probe_opens(const void *image, size_t size, char *why, size_t room);
#endif
