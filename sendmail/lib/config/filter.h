/* One filter as configured: [filter NAME], which each message goes through before it is relayed.
   A program gets the message on standard input, and its exit code says what becomes of it; or what
   listens at a socket is asked, and says so with words of its protocol. */
#ifndef CONFIG_FILTER_H
#define CONFIG_FILTER_H
#include "base/text.h"
#include "config/filter_socket.h"
#include <stdbool.h>

#define FILTER_MAX 8
#define FILTER_NAME_MAX 31
#define FILTER_WORDS_MAX 32
#define FILTER_USER_DEFAULT "nobody"
#define FILTER_SPAMD_USUAL_KB                                           \
	500 /* as spamc has it: longer mail is no spam, and costs much time \
	     */
#define FILTER_SPAMD_KB 65536

struct config;

/* What becomes of mail while the filter does not work. */
enum filter_down { FILTER_DOWN_WAIT, FILTER_DOWN_PASS };

/* What becomes of a message. */
enum filter_deed { FILTER_PASS, FILTER_HOLD, FILTER_REFUSE };

/* What the program filter exits with where it has asked at a socket. */
enum filter_exit {
	FILTER_EXIT_PASS = 0,
	FILTER_EXIT_HOLD = 1,
	FILTER_EXIT_REFUSE = 2,
	FILTER_EXIT_LATER = 3,   /* the message is put off: it waits, whatever when_down says */
	FILTER_EXIT_HEADER = 4,  /* passes; standard output is its new header, the body stays */
	FILTER_EXIT_MESSAGE = 5, /* passes; standard output is the new message */
	FILTER_EXIT_FAILED = 70, /* it did not do its work with this message */
	FILTER_EXIT_ABSENT = 126 /* it is not there at all; 127: the command is missing */
};

struct filter {
	char name[FILTER_NAME_MAX + 1];
	char command[512]; /* absolute path and arguments, with blanks between; no shell */
	char socket[160];  /* in the place of command; config/filter_socket.h reads it */
	char user[64];     /* whose rights it has; never root */
	char hold[64];     /* exit codes, or words, that hold the message; "" = none, or the usual */
	char refuse[64];   /* those that return it to its sender */
	char pass[64];     /* those that let it pass, beside 0 */
	enum filter_down when_down;
	bool changes;    /* what it writes on standard output is the new message, unless it is empty */
	int timeout_s;   /* then it is ended, and counts as not working */
	int max_size_kb; /* longer messages pass without it; 0 = no such limit */
	bool changes_given, size_given; /* as they are written, not by default */
	int line;                       /* of the section, for messages */
};

/* A new filter with the defaults; NULL with a sentence in problem. */
struct filter *filter_add(struct config *c, const char *name, int line, struct text *problem);

/* The one of that name; NULL: there is none. */
const struct filter *filter_find(const struct config *c, const char *name);

/* A key of its section was read: it has no default any more. */
void filter_key_given(struct filter *f, const char *key);

/* At the end of the file: the defaults that depend on the protocol.  False with a sentence in
   problem: it cannot work as it is written. */
bool filter_finish(struct filter *f, struct text *problem);

/* True when a list of exit codes has this one. */
bool filter_has_code(const char *list, int code);

/* What becomes of a message for which the server at the socket has said this word: spam (spamd);
   reject, discard, quarantine, addrcpt, delrcpt, chgfrom (milter). */
enum filter_deed filter_deed_of(const struct filter *f, const char *word);

/* The words of the command, at most FILTER_WORDS_MAX, and NULL after them: they point into copy,
   which has room for the command.  Their number. */
int filter_words(const struct filter *f, char *copy, char **words);
#endif
