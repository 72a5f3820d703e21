/* image_probe.c: see image_probe.h. */
#include "image_probe.h"
#include <stdio.h>
#include "bundle.h"

bool probe_opens(const void *image, size_t size, char *why, size_t room) {
  struct bundle_error error;
  struct allocator allocator = allocator_default();
  struct rebase_bundle *bundle = bundle_open(image, size, &allocator, BUNDLE_INSPECT, &error);
  if (!bundle) snprintf(why, room, "%s", error.text);
  bundle_free(bundle);
  return bundle != NULL;
}
