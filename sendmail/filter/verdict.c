/* Which of several verdicts counts. */
#include "filter/verdict.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int rank(enum filter_exit exit)
{
	static const enum filter_exit order[] = {FILTER_EXIT_HOLD, FILTER_EXIT_REFUSE,
	    FILTER_EXIT_LATER, FILTER_EXIT_FAILED, FILTER_EXIT_ABSENT};
	int i = 0;
	while (i < (int)(sizeof order / sizeof order[0]) && order[i] != exit)
		i++;
	return i < (int)(sizeof order / sizeof order[0]) ? i + 1 : 0;
}

/* It goes out as one line. */
static void one_line(char *words)
{
	for (; *words != '\0'; words++) {
		if ((unsigned char)*words < ' ' || *words == '\x7f')
			*words = ' ';
	}
}

static void raise(struct opinion *o, enum filter_exit exit, const char *words)
{
	if (rank(exit) <= rank(o->exit))
		return;
	o->exit = exit;
	text_copy(o->words, sizeof o->words, words);
	one_line(o->words);
}

static void note(struct opinion *o, const char *words)
{
	size_t length = strlen(o->notes);
	snprintf(o->notes + length, sizeof o->notes - length, "%s%s", length > 0 ? "; " : "", words);
	one_line(o->notes);
}

void verdict_raise(struct opinion *o, enum filter_exit exit, const char *format, ...)
{
	char words[VERDICT_WORDS_SIZE];
	va_list list;
	va_start(list, format);
	vsnprintf(words, sizeof words, format, list);
	va_end(list);
	raise(o, exit, words);
}

void verdict_word(struct opinion *o, const char *word, const char *format, ...)
{
	char words[VERDICT_WORDS_SIZE];
	va_list list;
	va_start(list, format);
	vsnprintf(words, sizeof words, format, list);
	va_end(list);
	switch (filter_deed_of(o->filter, word)) {
	case FILTER_PASS: note(o, words); break;
	case FILTER_HOLD: raise(o, FILTER_EXIT_HOLD, words); break;
	case FILTER_REFUSE: raise(o, FILTER_EXIT_REFUSE, words); break;
	}
}

void verdict_note(struct opinion *o, const char *format, ...)
{
	char words[VERDICT_WORDS_SIZE];
	va_list list;
	va_start(list, format);
	vsnprintf(words, sizeof words, format, list);
	va_end(list);
	note(o, words);
}
