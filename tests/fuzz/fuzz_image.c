/* fuzz_image.c: bytes as a bundle. What opens is run: no fault, nothing beyond its verified cost (libFuzzer). */
#define MUTATE_IMAGE_NO_MAIN
#pragma GCC diagnostic ignored "-Wunused-function"         /* of the other program in that file */
#include "mutate_image.c"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Magic, counts, size and digest are put right, or no input would get past the first check. */
static void put_right(unsigned char *image, size_t size) {
  struct image_header *header = (void *)image;
  memcpy(header->magic, IMAGE_MAGIC, sizeof header->magic);
  header->version = IMAGE_VERSION;
  header->sections = SECTION_COUNT;
  header->bytes = size;
  mend_digest(image, size);
}

/* Mostly changes that make sense, records and instructions; now and then what libFuzzer itself would do. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  struct dice dice = {seed};
  const struct image_section *table = (const void *)(data + sizeof(struct image_header));
  bool whole = size >= sizeof(struct image_header) + SECTION_COUNT * sizeof *table && !((uintptr_t)data & 7), any = false;
  for (int s = 0; whole && s < SECTION_COUNT; s++) {
    whole = table[s].offset % 8 == 0 && table[s].offset + (uint64_t)table[s].count * record_size[s] <= size;
    any |= table[s].count > 0;
  }
  if (!whole || !any || !table[SECTION_CODE].count || chance(&dice, 10)) return LLVMFuzzerMutate(data, size, most);
  for (unsigned n = below(&dice, 4); n < 4; n++) {
    for (int s = 0; s < SECTION_COUNT; s++)
      if (table[s].offset % 8 || table[s].offset + (uint64_t)table[s].count * record_size[s] > size) return size;
    mutate_once(&dice, data, size);
  }
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct allocator allocator = allocator_default();
  struct bundle_error error;
  if (size > 1 << 20) return 0;
  unsigned char *image = malloc(size + 1);
  if (!image) abort();
  memcpy(image, data, size);
  if (size >= sizeof(struct image_header) && !(data[0] & 0x80)) put_right(image, size);
  struct rebase_bundle *bundle = bundle_open(image, size, &allocator, 0, &error);
  free(image);
  if (!bundle) {
    if (!error.text[0]) abort();
    return 0;
  }
  struct fuzz *z = fuzz_new(1);
  run_bundle(z, bundle);
  bundle_free(bundle);
  if (z->faults) abort();
  fuzz_free(z);
  return 0;
}
