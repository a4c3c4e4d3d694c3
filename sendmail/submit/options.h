/* The command line of sendmail(8): one table of letters, read from left to right and never
 * permuted. */
#ifndef SUBMIT_OPTIONS_H
#define SUBMIT_OPTIONS_H
#include "base/text.h"
#include <stdbool.h>

#define OPTIONS_CHOICES_MAX 16

enum mode {
	MODE_SUBMIT,
	MODE_SMTP,       /* -bs */
	MODE_LIST,       /* -bp, mailq */
	MODE_COUNT,      /* -bP */
	MODE_IDS,        /* -bpi */
	MODE_VERIFY,     /* -bv */
	MODE_TEST,       /* -bt */
	MODE_ALIASES,    /* -bi, newaliases */
	MODE_RUN,        /* -q */
	MODE_DAEMON,     /* -bd, -q1m */
	MODE_FOREGROUND, /* -bD */
	MODE_VERSION,    /* --version */
	MODE_CHECK,      /* -bV: version and configuration */
	MODE_HELP,
	MODE_HOSTSTAT,  /* hoststat, -bh */
	MODE_PURGESTAT, /* purgestat, -bH */
	MODE_DROPLIST   /* internal: envelopes that wait in drop/, for mailq */
};

struct options {
	enum mode mode;
	int refusal;         /* exit status when options_read says no */
	bool extract;        /* -t */
	bool ignore_dots;    /* -i */
	bool no_alias;       /* -n */
	bool verbose;        /* -v */
	bool debug;          /* -d */
	bool needs_utf8;     /* -O smtputf8=yes */
	bool require_tls;    /* -O requiretls=yes */
	bool queue_only;     /* -odq, -odd, -bq: nobody is woken */
	bool wait;           /* -odi: for the end of the first attempt */
	bool lost_queue;     /* -qL: of items without their other half; here there are none */
	bool client_queue;   /* -Ac */
	char error_mode;     /* -e, -oe: p, m, w, q or e */
	const char *traffic; /* -X: file that gets what -v says; NULL = none */
	const char *aliases; /* -oA, for -bi: another file; NULL = the configured one */
	const char *config;  /* -C, unless it names a file of another agent */
	const char *choices[OPTIONS_CHOICES_MAX]; /* -q[!]I|R|S|Q: what follows the q */
	int choice_count;
	bool sender_given;
	const char *sender;   /* -f, -r; the last one counts */
	const char *fullname; /* -F */
	const char *body;     /* -B: "7BIT", "8BITMIME" or "" */
	const char *notify, *ret, *envid, *tag;
	char odd_letter; /* an option whose value means nothing is passed over; 0 = there was none */
	const char *odd_value;
	char **recipients; /* rest of the arguments */
	int recipient_count;
};

/* Reads argv.  False: problem has one sentence that names the option; the exit status is EX_USAGE,
 * or EX_UNAVAILABLE for what cannot be given. */
bool options_read(struct options *o, int argc, char **argv, struct text *problem);
#endif
