/* What one run of mail(1) knows: variables, aliases, and the mailbox that is open. */
#ifndef MAIL_SESSION_H
#define MAIL_SESSION_H
#include "mail/compose/alias.h"
#include "mail/mailbox/folder.h"
#include "mail/vars.h"

struct session {
	struct vars vars;
	struct aliases aliases;
	struct names alternates;                  /* other addresses of this user */
	struct names ignored, retained;           /* header fields that are not, or alone, shown */
	struct names save_ignored, save_retained; /* the same for save */
	struct names pass;                        /* options for sendmail */
	struct folder *folder;                    /* NULL while a message is only sent */
	char *last_folder;                        /* "#" */
	char *user;                               /* whose mail it is */
	int first_shown;                          /* first message of the window of headers */
	bool reading;                             /* mailbox, and not only sending: "if r" */
	bool interactive;                         /* somebody types: prompts and tilde escapes */
	bool dry_run;
	bool in_start_file;
	unsigned if_depth, if_false; /* nested "if"s, and which of them (bits) leave their lines out */
	int exit_code;
};

void session_start(struct session *s);
void session_free(struct session *s);

/* The file that a name stands for; allocated, NULL with a message when there is none.  "%" is the
   system mailbox, "%NAME" that of another user, "#" the folder before, "&" the file mbox, "+NAME"
   in the variable folder, "~" the home. */
char *session_path(const struct session *s, const char *name);

/* The home of this user; NULL when none is known. */
const char *session_home(void);

/* True if the address is one of this user's. */
bool session_is_me(const struct session *s, const char *address);
#endif
