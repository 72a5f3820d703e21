/* loaded.h: a bundle in an engine, with what the engine worked out about it once. Read-only after loading; shared by requests. */
#ifndef REBASE_LOADED_H
#define REBASE_LOADED_H
#include <stdatomic.h>
#include "bundle.h"
#include "rebase.h"

enum { LAYOUT_BYTES = 32, ENGINE_LABELS = 256, LABEL_WORDS = ENGINE_LABELS / 64, DIGEST_HEX = 65 };

/* Names that outlive bundles: sessions know labels, proofs, operations and entities by these numbers. They only grow, under
 * the load lock; deciding never looks at them. */
struct names { struct text **at; uint32_t *slots, count, capacity; };      /* slots: numbers from 1 on by hash, twice as many as capacity */
bool names_find(struct names *names, const struct allocator *allocator, const struct text *name, uint32_t limit, uint32_t *id);
void names_free(struct names *names, const struct allocator *allocator);
struct registry { struct names labels, proofs, operations, entities; };

/* What has to be remembered of an operation's arguments until its result is there. */
enum { SLOT_BLOCK = 8 };            /* slots are cleared so many at a time */
struct plan {
  uint32_t first_kept, kept;        /* in loaded.kept: indexes in PARAMS, of slots that fill, change or are keys */
  uint32_t key_param[IMAGE_MAX_ENTITY_KEYS];        /* of the entity that the result directly is: the argument with the key, or NONE32 */
  uint32_t entity;                  /* that entity, or NONE32 */
  bool holds_entity;                /* somewhere in its result there can be one */
  uint32_t required; bool defaults; /* arguments that must be there; whether any has a default */
  uint32_t slot_blocks;             /* that hold the connector's slots */
  uint64_t shape;                   /* differs when the declaration differs in what observing needs */
};

/* What a decision shows of each rule of a form, but for line and effect; whether its allow or ask can grant. */
struct shown { rebase_rule rule; bool grants; };

struct loaded {
  atomic_uint references;
  struct allocator allocator;
  struct rebase_bundle *bundle;
  uint64_t generation;              /* 1, 2, ... of the engine; 0: none */
  unsigned char layout[LAYOUT_BYTES];       /* equal: values of one bundle can be read by the other */
  char digest[DIGEST_HEX];
  void *memory;                     /* of all below */
  uint32_t *label, *proof, *operation, *entity;     /* image index -> registry number */
  uint32_t *type_entity;            /* by type: the entity that is it, or NONE32 */
  struct plan *plans;               /* by operation */
  struct shown *shown;              /* by form */
  uint32_t *kept;
};

/* Takes over the bundle, also when it fails (out of memory, or names beyond what an engine holds). */
rebase_status loaded_make(struct rebase_bundle *bundle, const struct allocator *allocator, struct registry *registry,
                          uint64_t generation, struct loaded **out);
void loaded_drop(struct loaded *loaded);            /* one reference; takes NULL */
/* The parameter of the operation that uses the slot, or NULL. */
const struct image_param *operation_param(const struct rebase_bundle *bundle, const struct image_operation *operation, uint32_t slot);
#endif
