/* Variables of mail(1).  A name of capitals that is not set here is looked up in the
   environment. */
#ifndef MAIL_VARS_H
#define MAIL_VARS_H
#include "base/lookup.h"
#include "base/mem.h"
#include <stdbool.h>

struct variable {
	char *name,
	    *value; /* value NULL: unset on purpose, so that the environment does not show through */
};
struct vars {
	struct variable *items;
	int count;
	struct lookup known; /* their places, by name */
};

/* Values that hold before any start file: "append", "asksub", "dot", "header", "save" and the
   like. */
void vars_defaults(struct vars *v);
void vars_set(struct vars *v, const char *name, const char *value);
void vars_unset(struct vars *v, const char *name);

/* "name=value", "name" (a switch), "noname" (unset).  False when there is no name. */
bool vars_assign(struct vars *v, const char *assignment);

/* The value, "" for a switch that is on; NULL when it is not set.  "ask" is another name for
 * "asksub". */
const char *vars_get(const struct vars *v, const char *name);
bool vars_on(const struct vars *v, const char *name);

/* A whole number from the variable, or fallback. */
long long vars_number(const struct vars *v, const char *name, long long fallback);

/* Appends all that is set, one on a line, sorted. */
void vars_print(const struct vars *v, struct buffer *out);
void vars_free(struct vars *v);
#endif
