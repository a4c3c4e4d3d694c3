/* The command line of sendmail(8): one table of letters, read from left to right and never permuted. */
#ifndef SUBMIT_OPTIONS_H
#define SUBMIT_OPTIONS_H
#include "base/text.h"
#include <stdbool.h>

enum mode {
	MODE_SUBMIT,
	MODE_SMTP,       /* -bs */
	MODE_LIST,       /* -bp, mailq */
	MODE_COUNT,      /* -bP */
	MODE_ALIASES,    /* -bi, newaliases */
	MODE_RUN,        /* -q */
	MODE_DAEMON,     /* -bd, -q1m */
	MODE_FOREGROUND, /* -bD */
	MODE_VERSION,    /* -bV, --version */
	MODE_HELP,
	MODE_HOSTSTAT,   /* hoststat, -bh */
	MODE_PURGESTAT,  /* purgestat, -bH */
	MODE_DROPLIST    /* internal: envelopes that wait in drop/, for mailq */
};

struct options {
	enum mode mode;
	bool extract;         /* -t */
	bool ignore_dots;     /* -i */
	bool no_alias;        /* -n */
	bool verbose;         /* -v */
	bool sender_given;
	const char *sender;   /* -f, -r; the last one counts */
	const char *fullname; /* -F */
	const char *body;     /* -B: "7BIT", "8BITMIME" or "" */
	const char *notify, *ret, *envid, *tag;
	char **recipients;    /* rest of the arguments */
	int recipient_count;
};

/* Reads argv.  False: usage error, problem has one sentence that names the option (exit 64). */
bool options_read(struct options *o, int argc, char **argv, struct text *problem);

/* True for a value of -N or NOTIFY= (RFC 3461 4.1). */
bool options_notify_ok(const char *list);
#endif
