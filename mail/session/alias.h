/* Aliases of mail(1): one name for several people, known to this user only. */
#ifndef MAIL_ALIAS_H
#define MAIL_ALIAS_H
#include "base/lookup.h"
#include "mail/format/string_list.h"

struct alias {
	char *name, *small; /* small: in small letters */
	struct string_list members;
};
struct aliases {
	struct alias *items;
	int count;
	struct lookup known; /* their places, by small */
};

/* Adds members to an alias, which comes to be when there is none of this name. */
void alias_add(struct aliases *a, const char *name, const struct string_list *members);
void alias_remove(struct aliases *a, const char *name);

/* Appends the names of a list, each alias replaced by its members (and theirs; a loop ends by
   itself).  Nobody is added who is in out already.  An alias does not bring in the user "self",
   unless self is NULL (variable metoo). */
void alias_expand(const struct aliases *a, const struct string_list *list, const char *self,
    struct string_list *out);
void alias_print(const struct aliases *a, const char *only, struct buffer *out);
void alias_free(struct aliases *a);
#endif
