/* Words of an evil relay. */
#include "tests/fake/evilverbs.h"
#include "tests/fake/evilparts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const evil_bad[EVIL_BAD] = {"\033[2J\033]0;owned\007",
    "\xc2\x9b"
    "31m",
    "\x9b"
    "31m",
    "\x7f",
    "\xe2\x80\xae"
    "gnp.exe",
    "\xe2\x81\xa6"
    "x",
    "\xd8\x9c", "\\n0 ok", "\\x1b[31m", "\\xc2\\x9b31m",
    "\\xe2\\x80\\xae"
    "gnp",
    "\\x7f", "\\r\\n\\r\\nBcc: all", "\xe0\x80\x9b[1m", "\xf0\x80\x80\x9b[1m", "\x85", "\x90q\x9c"};

/* Numbers that a program reads wrongly, and identifiers of others: those in "evil.others". */
void lie(void)
{
	static const char *const numbers[] = {"-1", "1", "65536", "2147483647", "2147483648",
	    "4294967296", "4294967295", "9223372036854775807", "-9223372036854775808",
	    "99999999999999999999", "0x0", "", "1e3", "\"0 \""};
	char other[64];
	FILE *others = fopen(evil_beside("evil.others"), "r");
	say("ready n=2147483647 verdict=sent stage=MAIL hop=evil\n");
	while (others != NULL && fscanf(others, "%60s", other) == 1) {
		say("rcpt id=%s n=0 next=0 verdict=sent stage=dot\nrcpt id=%s n=0 next=0 verdict=failed "
		    "stage=dot text=x\nrelayed id=%s n=0\nmsg id=%s\nunused id=%s\nsettled id=%s\n",
		    other, other, other, other, other, other);
	}
	if (others != NULL)
		fclose(others);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		say("rcpt id=%s n=%s next=%s verdict=sent stage=dot port=%s code=%s errno=%s\n", ids[0],
		    numbers[i], numbers[i], numbers[i], numbers[i], numbers[i]);
		say("relayed id=%s n=%s\n", ids[0], numbers[i]);
	}
	for (int i = 0; i < 1000; i++)
		say("freed\nfreed n=1\nsettled\nsettled id=\nunused\nmsg\nrcpt\nbye \nnonsense\n\n");
	say("over verdict=sent stage=dot key=relay-died text=x\n");
}

/* Of its own first message, and of those in "evil.others". */
static void say_of(const char *format, const char *value)
{
	char other[64];
	FILE *others = fopen(evil_beside("evil.others"), "r");
	char line[600];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(line, sizeof line, format, count > 0 ? ids[0] : "0", value);
	say("%s\n", line);
	while (others != NULL && fscanf(others, "%60s", other) == 1) {
		snprintf(line, sizeof line, format, other, value);
		say("%s\n", line);
	}
#pragma GCC diagnostic pop
	if (others != NULL)
		fclose(others);
}

void lie_with_each_verb(void)
{
	static const char *const forms[] = {"ending id=%s x=%s", "repaired id=%s text=\"%s\"",
	    "filtered id=%s how=changed text=\"%s\"", "filtered id=%s how=held text=\"%s\"",
	    "filtered id=%s how=passed text=\"%s\"", "filtered id=%s how=\"%s\"", "relayed id=%s n=%s",
	    "passed id=%s verdict=failed stage=dot hop=main key=auth-refused text=\"%s\"",
	    "without id=%s n=%s hop=main", "without id=%s n=\"%s\" hop=evil",
	    "alive id=%s stage=\"%s\"", "settled id=%s n=%s", "freed id=%s n=%s",
	    "refused id=%s text=\"%s\"", "message id=%s rcpts=%s", "quit id=%s %s", "back id=%s %s"};
	static const char *const values[] = {"-1", "0", "7", "2147483648", "99999999999999999999", ""};
	say(READY);
	for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
		for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
			say_of(forms[f], values[v]);
		for (int b = 0; b < EVIL_BAD; b++)
			say_of(forms[f], evil_bad[b]);
	}
	say("bye\n");
}

void of_each(const char *verb)
{
	say(READY);
	for (int m = 0; m < count; m++)
		say("%s id=%s how=changed\n", verb, ids[m]);
	pause();
}
