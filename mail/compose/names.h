/* Lists of words, names and addresses, as options, header fields and aliases hold them. */
#ifndef MAIL_NAMES_H
#define MAIL_NAMES_H
#include "base/mem.h"
#include <stdbool.h>

struct names {
	char **items; /* ended by NULL when there is one or more */
	int count;
};
void names_add(struct names *n, const char *item);
void names_free(struct names *n);

/* Adds the addresses of a list.  Commas part them; blanks do too where no address has a name, a
   comment or quotes. What stands in quotes, brackets or comments stays together. */
void names_add_list(struct names *n, const char *list);

/* Adds the words of a line: parted by blanks; quotes of both kinds keep them together and are taken
   off; a backslash takes the meaning of the character behind it, but for \n and \t in double
   quotes, which are a line end and a tab. */
void names_add_words(struct names *n, const char *line);

/* Place of an item without regard to case, -1 when it is not there. */
int names_find(const struct names *n, const char *item);
void names_remove(struct names *n, int place);

/* The address alone of "Name <address>" or "address (Name)"; free it. */
char *names_address(const char *item);

/* All items with ", " between them; free it. */
char *names_join(const struct names *n);
#endif
