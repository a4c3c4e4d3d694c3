/* Filters: their names, commands and exit codes. */
#include "config/filter.h"
#include "base/language.h"
#include "base/mem.h"
#include "config/config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_MAX 125 /* higher ones say that the program could not be started, or was ended */

static const char *name_problem(const struct config *c, const char *name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t length = strlen(name);
	if (length == 0)
		return TR("a filter needs a name of its own: [filter spam]");
	if (length > FILTER_NAME_MAX || name[strspn(name, letters)] != '\0')
		return TR("the name of a filter is one word of at most 31 letters, digits, '-' or '_'");
	if (filter_find(c, name) != NULL)
		return TR("there is a filter of this name already: give each its own");
	return c->filter_count == FILTER_MAX ? TR("there are more than 8 filters") : NULL;
}

struct filter *filter_add(struct config *c, const char *name, int line, struct text *problem)
{
	name += strspn(name, " \t");
	const char *wrong = name_problem(c, name);
	if (wrong != NULL) {
		text_put(problem, wrong);
		return NULL;
	}
	c->filters = mem_resize(c->filters, (size_t)c->filter_count + 1, sizeof *c->filters);
	struct filter *f = &c->filters[c->filter_count++];
	*f = (struct filter){.timeout_s = 60, .line = line};
	text_copy(f->name, sizeof f->name, name);
	text_copy(f->user, sizeof f->user, FILTER_USER_DEFAULT);
	return f;
}

const struct filter *filter_find(const struct config *c, const char *name)
{
	for (int i = 0; i < c->filter_count; i++) {
		if (strcmp(c->filters[i].name, name) == 0)
			return &c->filters[i];
	}
	return NULL;
}

/* The next code of a list; -1 at its end, -2 when it is none. */
static int next_code(const char **at)
{
	char word[8];
	long long code;
	*at += strspn(*at, " ,\t");
	size_t n = strcspn(*at, " ,\t");
	if (n == 0)
		return -1;
	snprintf(word, sizeof word, "%.*s", n < sizeof word - 1 ? (int)n : (int)sizeof word - 1, *at);
	*at += n;
	return n < sizeof word && text_number(word, 1, CODE_MAX, &code) ? (int)code : -2;
}

bool filter_has_code(const char *list, int code)
{
	int found;
	while ((found = next_code(&list)) != -1) {
		if (found == code)
			return true;
	}
	return false;
}

/* Both lists; the same code in both would say two things. */
static bool codes_ok(const struct filter *f, struct text *problem)
{
	int code;
	for (const char *at = f->refuse; (code = next_code(&at)) != -1;) {
		if (code == -2 || filter_has_code(f->hold, code)) {
			text_printf(problem,
			    code == -2
			        ? TR("[filter %s]: refuse is a list of exit codes from 1 to 125")
			        : TR("[filter %s]: an exit code is in hold and in refuse: decide for one"),
			    f->name);
			return false;
		}
	}
	for (const char *at = f->hold; (code = next_code(&at)) != -1;) {
		if (code == -2) {
			text_printf(problem, TR("[filter %s]: hold is a list of exit codes from 1 to 125"),
			    f->name);
			return false;
		}
	}
	return true;
}

bool filter_ok(const struct filter *f, struct text *problem)
{
	char copy[sizeof f->command], *words[FILTER_WORDS_MAX + 1];
	if (f->command[0] == '\0')
		text_printf(problem,
		    TR("[filter %s] has no command: add a line \"command = /PATH ...\" below it"), f->name);
	else if (f->command[0] != '/')
		text_printf(problem,
		    TR("[filter %s]: the command begins with the whole path of the program"), f->name);
	else if (strpbrk(f->command, "|<>;&$`\"'\\*?") != NULL)
		text_printf(problem,
		    TR("[filter %s]: the command goes to no shell: write such things into a script, and "
		       "name that"),
		    f->name);
	else if (filter_words(f, copy, words) == FILTER_WORDS_MAX)
		text_printf(problem, TR("[filter %s]: the command has more than 31 words"), f->name);
	else if (f->user[0] == '\0' || strcmp(f->user, "root") == 0 || strcmp(f->user, "0") == 0)
		text_printf(problem,
		    TR("[filter %s]: a filter reads what strangers wrote and is never root: name another "
		       "user"),
		    f->name);
	else
		return codes_ok(f, problem);
	return false;
}

int filter_words(const struct filter *f, char *copy, char **words)
{
	int count = 0;
	char *rest = copy;
	memcpy(copy, f->command, strlen(f->command) + 1);
	while (count < FILTER_WORDS_MAX && *(rest += strspn(rest, " \t")) != '\0') {
		words[count++] = rest;
		rest += strcspn(rest, " \t");
		if (*rest != '\0')
			*rest++ = '\0';
	}
	words[count] = NULL;
	return count;
}
