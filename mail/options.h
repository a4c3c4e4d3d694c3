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

struct options {
	const char *subject, *from; /* NULL = not given */
	struct words to, cc, bcc;
	struct words headers;       /* "Name: value" lines of -a */
	struct words files;         /* attachments */
	struct words pass;          /* options for sendmail behind the recipients */
	bool skip_empty, ignore_interrupts, verbose;
	bool help, version;
};

/* False with a message on standard error (exit 64). */
bool options_read(struct options *o, int argc, char **argv);
void options_free(struct options *o);
#endif
