/* Lists of words, names and addresses, as options, header fields and aliases hold them. */
#ifndef MAIL_STRING_LIST_H
#define MAIL_STRING_LIST_H
#include "base/mem.h"
#include <stdbool.h>

struct string_list {
	char **items; /* ended by NULL when there is one or more */
	int count;
};
void string_list_add(struct string_list *n, const char *item);
void string_list_free(struct string_list *n);

/* Adds the members of a list of addresses as they are written (message/address.h reads it as
   sendmail does), those of groups without the group. */
void string_list_add_list(struct string_list *n, const char *list);

/* Adds the words of a line: parted by blanks; quotes of both kinds keep them together and are taken
   off; a backslash takes the meaning of the character after it, but for \n and \t in double
   quotes, which are a line end and a tab. */
void string_list_add_words(struct string_list *n, const char *line);

/* Place of an item without regard to case, -1 when it is not there. */
int string_list_find(const struct string_list *n, const char *item);

/* Adds those that are not there yet, without regard to case. */
void string_list_merge(struct string_list *n, const struct string_list *more);

/* An item in small letters, to be looked for without regard to case; free it. */
char *string_list_small(const char *item);
void string_list_remove(struct string_list *n, int place);

/* The address alone of "Name <address>" or "address (Name)", the item itself when it has none; free
   it. */
char *string_list_address(const char *item);

/* All items with ", " between them; free it. */
char *string_list_join(const struct string_list *n);
#endif
