/* Message lists, as commands of mail(1) take them: "3 5-8", ".", "^", "$", "*", "+", "-",
 * "/subject", "name", ":n". */
#ifndef MAIL_MSGLIST_H
#define MAIL_MSGLIST_H
#include "mail/mailbox/folder.h"
#include "mail/format/string_list.h"
#include "mail/session/vars.h"

enum msglist_of { MSGLIST_LIVE, MSGLIST_DELETED, MSGLIST_ANY };

struct msglist {
	int *items; /* places from 0, in order */
	int count;
};

/* Reads a list of words.  An empty one gives the current message.  False with why when it is wrong
 * or fits no message. */
bool msglist_read(struct msglist *list, struct folder *f, const struct vars *vars,
    const struct string_list *words, enum msglist_of of, struct text *why);

/* True for a word that can only be part of a list, and no file name or command. */
bool msglist_is_word(const char *word);

/* The next message in a direction (1 or -1) that is not deleted, from a place on, without it; -1
 * when there is none. */
int msglist_next(const struct folder *f, int place, int direction);
void msglist_free(struct msglist *list);
#endif
