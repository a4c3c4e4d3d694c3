/* One filter as configured: [filter NAME], a program that each message goes through before it is
   relayed.  It gets the message on standard input; its exit code says what becomes of it. */
#ifndef CONFIG_FILTER_H
#define CONFIG_FILTER_H
#include "base/text.h"
#include <stdbool.h>

#define FILTER_MAX 8
#define FILTER_NAME_MAX 31
#define FILTER_WORDS_MAX 32
#define FILTER_USER_DEFAULT "nobody"

struct config;

/* What becomes of mail while the filter does not work. */
enum filter_down { FILTER_DOWN_WAIT, FILTER_DOWN_PASS };

struct filter {
	char name[FILTER_NAME_MAX + 1];
	char command[512]; /* absolute path and arguments, with blanks between; no shell */
	char user[64];     /* whose rights it has; never root */
	char hold[64];     /* exit codes that hold the message, with blanks between; "" = none */
	char refuse[64];   /* exit codes that return it to its sender */
	enum filter_down when_down;
	bool changes;  /* what it writes on standard output is the new message, unless it is empty */
	int timeout_s; /* then it is ended, and counts as not working */
	int line;      /* of the section, for messages */
};

/* A new filter with the defaults; NULL with a sentence in problem. */
struct filter *filter_add(struct config *c, const char *name, int line, struct text *problem);

/* The one of that name; NULL: there is none. */
const struct filter *filter_find(const struct config *c, const char *name);

/* False with a sentence in problem: it cannot work as it is written. */
bool filter_ok(const struct filter *f, struct text *problem);

/* True when a list of exit codes has this one. */
bool filter_has_code(const char *list, int code);

/* The words of the command, at most FILTER_WORDS_MAX, and NULL behind them: they point into copy,
   which has room for the command.  Their number. */
int filter_words(const struct filter *f, char *copy, char **words);
#endif
