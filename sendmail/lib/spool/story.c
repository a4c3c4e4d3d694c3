/* Taking a journal apart. */
#include "spool/story.h"
#include "base/fields.h"
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"attempt", "step", "rcpt", "wait", "warned", "held", "released",
    "owed", "revived", "done", "filtered", "say"};

const char *story_word(enum story_verb verb)
{
	return names[verb];
}

static bool read_verb(const char *word, size_t length, enum story_verb *verb)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0) {
			*verb = (enum story_verb)i;
			return true;
		}
	}
	return false;
}

bool story_read(const char *text, struct story_line *line)
{
	char *rest;
	line->when_s = strtoll(text, &rest, 10);
	if (rest == text || *rest != ' ')
		return false;
	size_t length = strcspn(++rest, " ");
	line->fields = rest + length;
	return read_verb(rest, length, &line->verb);
}

bool story_next(char **at, char *end, struct story_line *line)
{
	while (*at < end) {
		char *text = *at, *eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			return false;
		*eol = '\0';
		*at = eol + 1;
		if (story_read(text, line))
			return true;
	}
	return false;
}

void story_rcpt(const struct story_line *line, struct story_rcpt *rcpt)
{
	rcpt->address[0] = '\0';
	fields_get(line->fields, "address", rcpt->address, sizeof rcpt->address);
	rcpt->next = fields_get_number(line->fields, "next", 0) != 0;
	diag_read(&rcpt->d, line->fields);
}
