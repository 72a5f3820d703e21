/* import.h: the parts of rbc import: names, JSON Schema to types, text. */
#ifndef RBC_CLI_IMPORT_H
#define RBC_CLI_IMPORT_H
#include <jansson.h>
#include "cli/cli.h"

enum { IMPORT_NAME = 128, IMPORT_MOST_TOOLS = 2000 };
enum import_class { IMPORT_UNKNOWN, IMPORT_READS, IMPORT_WRITES, IMPORT_DESTROYS };

struct import_text { char *bytes; size_t length, room; };
struct import {
  struct import_text types, body;   /* records that the operations need; the operations */
  struct import_text names;         /* of operations and records, each between blanks: none twice */
  const char *operation;            /* the one whose parameters are read */
  json_t *schema;                   /* of it: where $ref points */
  unsigned tools, guesses, left_out;
  bool failed;                      /* out of memory */
};

void import_text(struct import *im, const char *text);
void import_format(struct import *im, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text of a server in a comment: no line end, no control or bidirectional character. */
void import_clean(struct import *im, const char *text, size_t length);
/* A name of the language for the tool's, as the gateway finds it: what no name has becomes `_`. False: there is none, or it is taken. */
bool import_name(struct import *im, const char *tool, char name[IMPORT_NAME]);
bool import_is_plain(const char *name);     /* letters, digits, _ and - */
void import_spell(const char *tool, char name[IMPORT_NAME]);           /* the same, cut where it is too long; nothing is taken */
void import_parameters(struct import *im, json_t *schema);
json_t *import_tools(json_t *root);          /* the list in an answer to tools/list; NULL: none */
json_t *import_resolved(json_t *root, json_t *schema);       /* what its $ref points to within root, or itself */
void import_free(struct import *im);
#endif
