/* The command line of mail(1), sending half. */
#ifndef MAIL_OPTIONS_H
#define MAIL_OPTIONS_H
#include "base/mem.h"
#include <stdbool.h>

struct words {
	char **items;
	int count;
};
void words_add(struct words *w, const char *item);
void words_free(struct words *w);

/* Adds the addresses of a list.  Commas part them; blanks do too where no address has a name, a comment or quotes.
   What stands in quotes, brackets or comments stays together. */
void words_add_list(struct words *w, const char *list);

struct options {
	const char *subject;        /* -s; NULL = not given */
	const char *from;           /* -r: From field and envelope sender; "" is the null sender; NULL = not given */
	struct words to, cc, bcc;
	struct words headers;       /* "Name: value" lines of -a, but for To, Cc and Bcc: their addresses are above */
	struct words files;         /* attachments */
	struct words pass;          /* options for sendmail, from behind the recipients */
	bool skip_empty, ignore_interrupts, verbose;
	bool help, version;
};

/* False with a message on standard error (exit 64).  Strings of argv are kept by address. */
bool options_read(struct options *o, int argc, char **argv);

/* The value of a header line given with -a, "" or more; NULL when there is none of this name. */
const char *options_header(const struct options *o, const char *name);
void options_free(struct options *o);
#endif
