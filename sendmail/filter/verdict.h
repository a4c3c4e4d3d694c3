/* What a filter at a socket has come to, as the program filter says it at its end: an exit code and
   a line on standard error. */
#ifndef FILTER_VERDICT_H
#define FILTER_VERDICT_H
#include "base/text.h"
#include "config/filter.h"

#define VERDICT_WORDS_SIZE 400

struct opinion {
	const struct filter *filter;
	enum filter_exit exit;
	char words[VERDICT_WORDS_SIZE]; /* why; on one line, without control characters */
	char notes[VERDICT_WORDS_SIZE]; /* what it wanted and does not get, where the message passes */
};

/* The strongest counts, and of two that are alike the first: pass, hold, refuse, later, failed,
   absent. */
void verdict_raise(struct opinion *o, enum filter_exit exit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a word of the protocol, as the configuration has it (filter_deed_of).  One that lets
   the message pass is noted. */
void verdict_word(struct opinion *o, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void verdict_note(struct opinion *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
