/* Message lists, as commands of mail(1) take them: "3 5-8", ".", "^", "$", "*", "+", "-",
 * "/subject", "name", ":n". */
#ifndef MAIL_LISTS_H
#define MAIL_LISTS_H
#include "mail/mailbox/folder.h"
#include "mail/compose/names.h"
#include "mail/vars.h"

enum lists_of { LISTS_LIVE, LISTS_DELETED, LISTS_ANY };

struct message_list {
	int *items; /* places from 0, in order */
	int count;
};

/* Reads a list of words.  An empty one gives the current message.  False with why when it is wrong
 * or fits no message. */
bool lists_read(struct message_list *list, struct folder *f, const struct vars *vars,
    const struct names *words, enum lists_of of, struct text *why);

/* True for a word that can only be part of a list, and no file name or command. */
bool lists_is_word(const char *word);

/* The next message in a direction (1 or -1) that is not deleted, from a place on, without it; -1
 * when there is none. */
int lists_next(const struct folder *f, int place, int direction);
void lists_free(struct message_list *list);
#endif
