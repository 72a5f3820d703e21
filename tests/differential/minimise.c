/* minimise.c: makes a difference small enough to be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "play.h"

static bool still_differs(const struct workspace *w, const struct steps *steps) {
  struct tally tally = {0};
  size_t at;
  char *what;
  fflush(stderr);
  enum played played = play(w, steps, &tally, &at, &what);
  free(what);
  return played == PLAYED_DIFFERENT;
}

static void drop_steps(const struct workspace *w, struct steps *steps) {
  for (size_t chunk = steps->count / 2 + 1; chunk > 0; chunk /= 2)
    for (size_t start = 0; start < steps->count;) {
      size_t n = start + chunk <= steps->count ? chunk : steps->count - start;
      struct step *rest = malloc((steps->count - n + 1) * sizeof *rest);
      if (rest == NULL) abort();
      memcpy(rest, steps->items, start * sizeof *rest);
      memcpy(rest + start, steps->items + start + n, (steps->count - start - n) * sizeof *rest);
      struct steps fewer = {rest, steps->count - n, 0};
      if (still_differs(w, &fewer)) {
        for (size_t i = start; i < start + n; i++) { free(steps->items[i].text); free(steps->items[i].result); }
        memcpy(steps->items, rest, fewer.count * sizeof *rest);
        steps->count = fewer.count;
      } else start += n;
      free(rest);
    }
}

/* Cuts bytes start..end out of a text if the difference stays. */
static bool cut(const struct workspace *w, struct text_buffer *text, const struct steps *steps, size_t start, size_t end) {
  char *kept = text->bytes;
  size_t length = text->length;
  char *shorter = malloc(length + 1);
  if (shorter == NULL) abort();
  memcpy(shorter, kept, start);
  memcpy(shorter + start, kept + end, length - end + 1);
  text->bytes = shorter;
  text->length = length - (end - start);
  bool stays = still_differs(w, steps);
  if (!stays) { text->bytes = kept; text->length = length; free(shorter); } else free(kept);
  return stays;
}

/* Blocks (policy, guard) first, then routes and models, single rules and lets: generated text has each on lines of its own. */
static void drop_text(const struct workspace *w, struct text_buffer *text, const struct steps *steps) {
  static const char *const starts[] = {"\npolicy ", "\nguard ", "\nroute ", "\nwaive ", "\nmodel ", "\n  deny ", "\n  ask ", "\n  allow ", "\n  require ", "\n  let ",
                                       "\n    unless ", "\n    where ", "\n    wait ", "\n    with "};
  for (size_t k = 0; k < sizeof starts / sizeof *starts; k++)
    for (size_t from = 0; from < text->length;) {
      const char *found = strstr(text->bytes + from, starts[k]);
      if (found == NULL) break;
      size_t start = (size_t)(found - text->bytes), end = start + 1;
      const char *close = k < 2 ? strstr(found, "\n}") : NULL;
      if (close != NULL) end = (size_t)(close - text->bytes) + 2;
      else do end += strcspn(text->bytes + end, "\n") + 1;
        while (k < 10 && strncmp(text->bytes + end - 1, "\n    ", 5) == 0 && end < text->length);
      if (close == NULL) end--;
      if (!cut(w, text, steps, start, end)) from = start + 1;
    }
}

void minimise_and_print(struct workspace *w, struct steps *steps) {
  struct tally tally = {0};
  size_t at = 0;
  char *what;
  drop_steps(w, steps);
  drop_text(w, &w->p, steps);
  drop_text(w, &w->q, steps);
  drop_steps(w, steps);
  play(w, steps, &tally, &at, &what);
  printf("---- p/p.rb\n%s\n---- q/q.rb\n%s\n---- events\n", w->p.bytes, w->q.bytes);
  for (size_t i = 0; i < steps->count; i++) {
    char *line = describe_step(&steps->items[i]);
    printf("%s%s\n", i == at ? "=> " : "   ", line);
    free(line);
  }
  printf("---- difference\n%s\n", what ? what : "(gone)");
  free(what);
}
