/* Sets of parameters. */
#include "message/parameter.h"
#include <stddef.h>

static const struct {
	const char *word;
	enum parameter parameter;
} words_of[] = {{"size", PARAMETER_SIZE}, {"body", PARAMETER_BODY}, {"8bit", PARAMETER_BODY},
    {"dsn", PARAMETER_DSN}, {"notify", PARAMETER_DSN}, {"orcpt", PARAMETER_DSN},
    {"envid", PARAMETER_DSN}, {"ret=", PARAMETER_DSN}, {"delivery status", PARAMETER_DSN}};

unsigned parameter_named(const char *words)
{
	unsigned set = 0;
	for (size_t i = 0; i < sizeof words_of / sizeof words_of[0]; i++) {
		if (text_find_ci(words, words_of[i].word) != NULL)
			set |= words_of[i].parameter;
	}
	return set;
}

void parameter_words(struct text *t, unsigned set)
{
	static const char *const names[] = {"SIZE", "BODY", "DSN", "CHUNKING"};
	size_t start = t->length;
	for (int i = 0; i < 4; i++) {
		if (set & (1u << i))
			text_printf(t, "%s%s", t->length > start ? ", " : "", names[i]);
	}
}
