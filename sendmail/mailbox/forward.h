/* The file .forward of a user, as sendmail(8) has it: where the user wants their mail.  Read and
   obeyed with the user's rights only.  Entries, with commas or line ends between them; # begins a
   comment:

     address       a copy goes there; a name without a domain is a user or an alias here
     \user, user   the user's own name: a copy for the mailbox
     |program, /file, :include:file
                   not supported: the mailbox gets a copy, and the answer says so

   So nothing that is written there loses mail. */
#ifndef MAILBOX_FORWARD_H
#define MAILBOX_FORWARD_H
#include "base/mem.h"
#include "mailbox/mailbox.h"
#include <stdbool.h>

#define FORWARD_MAX 64

struct forward {
	bool own;  /* the mailbox gets a copy */
	int count; /* of to; 0: only the mailbox */
	char *to[FORWARD_MAX];
	struct buffer note; /* what of the file could not be used, as words; "" = nothing */
};

/* Reads the text of a .forward of that user. */
void forward_parse(struct forward *f, const char *text, const char *user);

/* Reads the file in the home of d.  Without one, or with one that other users could have written,
   only the mailbox is named.  False with errno when it cannot be read at the moment.  Free it
   afterwards in any case. */
bool forward_read(const struct delivery *d, struct forward *f);
void forward_free(struct forward *f);

/* Hands the message to sendmail, for those of f.  A sysexits code; EX_DATAERR: sendmail could not
   use each address.  The answer says to whom it went. */
int forward_send(const struct delivery *d, const struct forward *f);
#endif
