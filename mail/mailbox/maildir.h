/* Maildir folders: one file for each message, its state in its name. */
#ifndef MAIL_MAILDIR_H
#define MAIL_MAILDIR_H
#include "mail/format/string_list.h"
#include <stdbool.h>
#include <stddef.h>

struct maildir_state {
	bool read, old, answered; /* old: it has been in cur */
};

/* True if the folder has cur, new and tmp. */
bool maildir_is_one(const char *path);

/* True if messages may be renamed and removed there.  That nobody is to write (no such right for
 * anyone) counts for the super-user, too. */
bool maildir_may_change(const char *path);

/* Adds the names of all messages, "cur/NAME" and "new/NAME", sorted by the time in them, to an
 * empty list.  False with errno. */
bool maildir_list(const char *path, struct string_list *names);

/* Reads the state in a name: what follows ":2,". */
struct maildir_state maildir_state(const char *name);

/* The name in cur that says the state; letters that are not known here are kept.  Allocated. */
char *maildir_name(const char *name, const struct maildir_state *state);

/* Gives a message another name ("cur/NAME"), so that a crash leaves it one of the two; false with
 * errno. */
bool maildir_move(const char *path, const char *from, const char *to);

/* Delivers a message; false with errno, and then nothing is there. */
bool maildir_add(const char *path, const char *bytes, size_t length, bool read);
#endif
