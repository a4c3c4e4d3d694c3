/* The sections of firsthop.conf.  Those with a name of their own, [smarthost NAME], [route
   PATTERN], [submit WHO] and [rewrite senders | recipients], each have a place for their keys; the
   keys of the others are in struct config itself. */
#ifndef CONFIG_SECTIONS_H
#define CONFIG_SECTIONS_H
#include "config/config.h"

/* The kind of a section as it is written between the brackets, "smarthost" for "smarthost main";
 *name: what follows, without blanks, for those that have one.  NULL: there is no such section. */
const char *sections_kind(const char *section, const char **name);

/* Says which sections there are, and which of them is meant by this one. */
void sections_unknown(const char *section, struct text *words);

/* Makes a section with a name, from that line on, and returns what its keys are set in, until the
   next one of its kind is made.  NULL with a sentence in problem. */
void *sections_add(struct config *c, const char *kind, const char *name, int line,
    struct text *problem);

/* The place of the keys of a section that is there; name is NULL for those without.  NULL: there is
   none of that name. */
const void *sections_find(const struct config *c, const char *kind, const char *name);
#endif
