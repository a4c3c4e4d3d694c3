/* What one run of mail(1) knows: variables, aliases, and the mailbox that is open. */
#ifndef MAIL_SESSION_H
#define MAIL_SESSION_H
#include "mail/session/alias.h"
#include "mail/mailbox/folder.h"
#include "mail/session/vars.h"

struct session {
	struct vars vars;
	struct aliases aliases;
	struct string_list alternates;        /* other addresses of this user */
	struct string_list ignored, retained; /* header fields that are not, or alone, shown */
	struct string_list save_ignored, save_retained; /* the same for save */
	struct string_list pass;                        /* options for sendmail */
	struct folder *folder;                          /* NULL while a message is only sent */
	char *last_folder;                              /* "#" */
	char *user;                                     /* whose mail it is */
	int first_shown;                                /* first message of the window of headers */
	bool reading;                                   /* mailbox, and not only sending: "if r" */
	bool interactive;                               /* somebody types: prompts and tilde escapes */
	bool dry_run;
	bool in_start_file;
	unsigned if_depth, if_false; /* nested "if"s, and which of them (bits) leave their lines out */
	int exit_code;
	/* Runs a line of the prompt's commands, for the escape "~:" of a letter, which lies below
	   them. */
	void (*run_command)(struct session *s, const char *line);
};

/* start gives every member its first value; free releases what the session owns. */
void session_start(struct session *s);
void session_free(struct session *s);

/* The file that a name means; allocated, NULL with a message when there is none.  "%" is the
   system mailbox, "%NAME" that of another user, "#" the folder before, "&" the file mbox, "+NAME"
   in the variable folder, "~" the home. */
char *session_path(const struct session *s, const char *name);

/* The home of this user; NULL when none is known. */
const char *session_home(void);

/* True if the address is one of this user's. */
bool session_is_me(const struct session *s, const char *address);
#endif
