/* Filters: their names, commands, exit codes and words. */
#include "config/filter.h"
#include "base/language.h"
#include "base/mem.h"
#include "config/config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* --- the words of a server ---------------------------------------------------------------------
 */

static const struct {
	const char *word;
	enum filter_protocol protocol;
	enum filter_deed usual;
} said[] = {
    {"spam", FILTER_SPAMD, FILTER_HOLD},
    {"reject", FILTER_MILTER, FILTER_REFUSE},
    {"discard", FILTER_MILTER, FILTER_HOLD},
    {"quarantine", FILTER_MILTER, FILTER_HOLD},
    /* The recipients and the sender of a message stay.  One that somebody is not to get is held. */
    {"delrcpt", FILTER_MILTER, FILTER_HOLD},
    {"addrcpt", FILTER_MILTER, FILTER_PASS},
    {"chgfrom", FILTER_MILTER, FILTER_PASS},
};

#define SAID_COUNT (sizeof said / sizeof said[0])

/* The next word of a list; false at its end. */
static bool next_word(const char **at, const char **word, size_t *length)
{
	*at += strspn(*at, " ,\t");
	*word = *at;
	*length = strcspn(*at, " ,\t");
	*at += *length;
	return *length > 0;
}

static bool has_word(const char *list, const char *word)
{
	const char *one;
	size_t length;
	while (next_word(&list, &one, &length)) {
		if (length == strlen(word) && strncasecmp(one, word, length) == 0)
			return true;
	}
	return false;
}

enum filter_deed filter_deed_of(const struct filter *f, const char *word)
{
	enum filter_deed usual = FILTER_HOLD;
	for (size_t i = 0; i < SAID_COUNT; i++) {
		if (strcmp(said[i].word, word) == 0)
			usual = said[i].usual;
	}
	return has_word(f->hold, word)     ? FILTER_HOLD
	       : has_word(f->refuse, word) ? FILTER_REFUSE
	       : has_word(f->pass, word)   ? FILTER_PASS
	                                   : usual;
}

static bool is_said(enum filter_protocol protocol, const char *word, size_t length)
{
	for (size_t i = 0; i < SAID_COUNT; i++) {
		if (said[i].protocol == protocol && strlen(said[i].word) == length &&
		    strncasecmp(said[i].word, word, length) == 0)
			return true;
	}
	return false;
}

static void put_said(enum filter_protocol protocol, struct text *to)
{
	for (size_t i = 0; i < SAID_COUNT; i++) {
		if (said[i].protocol == protocol)
			text_printf(to, " %s", said[i].word);
	}
}

/* --- what can be wrong -------------------------------------------------------------------------
 */

struct list {
	const char *key, *value;
};

static bool list_ok(const struct filter *f, const struct list *l,
    const enum filter_protocol *protocol, struct text *problem)
{
	int code;
	const char *word, *at = l->value;
	size_t length;
	if (protocol == NULL) {
		while ((code = next_code(&at)) >= 0)
			continue;
		if (code == -2)
			text_printf(problem, TR("[filter %s]: %s is a list of exit codes from 1 to 125"),
			    f->name, l->key);
		return code == -1;
	}
	while (next_word(&at, &word, &length)) {
		if (is_said(*protocol, word, length))
			continue;
		text_printf(problem,
		    TR("[filter %s]: %s has a word that is none of this protocol; its words are:"), f->name,
		    l->key);
		put_said(*protocol, problem);
		return false;
	}
	return true;
}

/* The same in two lists would say two things. */
static bool overlaps(const struct list *a, const struct list *b)
{
	const char *word, *at = a->value;
	size_t length;
	char copy[64];
	while (next_word(&at, &word, &length)) {
		snprintf(copy, sizeof copy, "%.*s", (int)length, word);
		if (has_word(b->value, copy))
			return true;
	}
	return false;
}

static bool lists_ok(const struct filter *f, const enum filter_protocol *protocol,
    struct text *problem)
{
	const struct list lists[] = {{"hold", f->hold}, {"refuse", f->refuse}, {"pass", f->pass}};
	for (int i = 0; i < 3; i++) {
		if (!list_ok(f, &lists[i], protocol, problem))
			return false;
		for (int k = 0; k < i; k++) {
			if (!overlaps(&lists[i], &lists[k]))
				continue;
			text_printf(problem, TR("[filter %s]: the same is in %s and in %s: decide for one"),
			    f->name, lists[k].key, lists[i].key);
			return false;
		}
	}
	return true;
}

static bool socket_ok(const struct filter *f, struct text *problem)
{
	struct filter_socket s;
	if (f->command[0] != '\0') {
		text_printf(problem,
		    TR("[filter %s] has a command and a socket: remove one of the two lines"), f->name);
		return false;
	}
	text_printf(problem, TR("[filter %s]: socket: "), f->name);
	if (!filter_socket_read(f->socket, &s, problem))
		return false;
	problem->length = 0;
	if (s.protocol == FILTER_SPAMD && (f->max_size_kb == 0 || f->max_size_kb > FILTER_SPAMD_KB)) {
		text_printf(problem, TR("[filter %s]: for spamd, max_size_kb is from 1 to %d"), f->name,
		    FILTER_SPAMD_KB);
		return false;
	}
	return lists_ok(f, &s.protocol, problem);
}

static bool command_ok(const struct filter *f, struct text *problem)
{
	char copy[sizeof f->command], *words[FILTER_WORDS_MAX + 1];
	if (f->command[0] == '\0')
		text_printf(problem,
		    TR("[filter %s] has no command: add a line \"command = /PATH ...\" below it, or "
		       "\"socket = ...\""),
		    f->name);
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
	else
		return lists_ok(f, NULL, problem);
	return false;
}

void filter_key_given(struct filter *f, const char *key)
{
	f->changes_given = f->changes_given || strcmp(key, "changes") == 0;
	f->size_given = f->size_given || strcmp(key, "max_size_kb") == 0;
}

/* The defaults that depend on the protocol. */
static void complete(struct filter *f)
{
	if (!f->changes_given)
		f->changes = text_starts_ci(f->socket, "milter:");
	if (!f->size_given)
		f->max_size_kb = text_starts_ci(f->socket, "spamd:") ? FILTER_SPAMD_USUAL_KB : 0;
}

bool filter_finish(struct filter *f, struct text *problem)
{
	complete(f);
	if (f->user[0] == '\0' || strcmp(f->user, "root") == 0 || strcmp(f->user, "0") == 0) {
		text_printf(problem,
		    TR("[filter %s]: a filter reads what strangers wrote and is never root: name another "
		       "user"),
		    f->name);
		return false;
	}
	return f->socket[0] != '\0' ? socket_ok(f, problem) : command_ok(f, problem);
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
