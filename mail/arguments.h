/* The command line of mail(1). */
#ifndef MAIL_ARGUMENTS_H
#define MAIL_ARGUMENTS_H
#include "mail/compose/letter.h"

struct arguments {
	struct letter letter;        /* what -s -r -c -b -a -A -C -M and the recipients say */
	struct string_list pass;     /* options for sendmail, from after the recipients */
	struct string_list sets;     /* -S: assignments for variables */
	struct string_list commands; /* --exec: commands to run after the start files */
	struct letter_wish next; /* --content-type, --encoding ...: for the attachments that follow */
	int type_files;          /* attachments before --content-type */
	char *file;              /* -f FILE; NULL = not given */
	const char *user;        /* -u USER; NULL = not given */
	bool skip_empty, ignore_interrupts, verbose, interactive, dry_run;
	bool header_in_text; /* -t */
	bool no_system_rc, no_headers, headers_only, test_only, read_file, record_by_name;
	bool help, version;
};

/* False with a message on standard error (exit 64).  Some strings of argv are kept by address. */
bool arguments_read(struct arguments *o, int argc, char **argv);

/* True when no recipient, and nothing else that only a message has, was named: the mailbox is
   read. */
bool arguments_reading(const struct arguments *o);
void arguments_free(struct arguments *o);
#endif
