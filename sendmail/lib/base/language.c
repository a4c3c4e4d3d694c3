/* Sentences from a message catalogue. */
#include "base/language.h"
#include "base/paths.h"
#include "base/terminal.h"
#include "base/text.h"
#include <nl_types.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 12
#define VALUE_SIZE 6 /* "lld", "*" */

/* The sets and messages that gencat(1) numbers everywhere (FreeBSD: NL_SETMAX, NL_MSGMAX);
   man/languages/build.sh has the same. */
#define SETS 255u
#define MESSAGES 32767u

static struct {
	char name[LANGUAGE_SIZE]; /* of the catalogue that is open */
	nl_catd catalogue;
	bool open, used;
} language;

/* A word of the environment becomes a part of a path: letters and one underscore, nothing else. */
bool language_is_name(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	return length > 1 && length < LANGUAGE_SIZE && name[length] == '\0';
}

bool language_use(const char *name)
{
	TEXT(path, 1200);
	language.used = language.open && strcmp(language.name, name) == 0;
	if (language.used || *name == '\0' || strcmp(name, "en") == 0 || !language_is_name(name))
		return language.used || *name == '\0' || strcmp(name, "en") == 0;
	text_printf(&path, "%s/%s.cat", paths_languages(), name);
	nl_catd found = catopen(path.data, 0);
	if (found == (nl_catd)-1)
		return false;
	if (language.open)
		catclose(language.catalogue);
	language.catalogue = found;
	language.open = language.used = true;
	text_copy(language.name, sizeof language.name, name);
	return true;
}

/* "ja_JP.UTF-8" is the language ja_JP, or else ja. */
void language_begin(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value = NULL;
	char name[LANGUAGE_SIZE];
	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		if (value == NULL || *value == '\0')
			value = getenv(variables[i]);
	}
	if (value == NULL || !terminal_knows_utf8())
		return;
	size_t length = strcspn(value, ".@");
	text_copy(name, length < sizeof name ? length + 1 : 1, value);
	if (language_use(name))
		return;
	name[strcspn(name, "_")] = '\0';
	language_use(name);
}

struct values {
	char kinds[VALUES_MAX][VALUE_SIZE]; /* "" = not asked for */
	int count;
};

static bool add(struct values *v, int place, const char *kind, size_t length)
{
	if (place >= VALUES_MAX || length >= VALUE_SIZE)
		return false;
	text_copy(v->kinds[place], length + 1, kind);
	v->count = place >= v->count ? place + 1 : v->count;
	return true;
}

/* One directive after its '%': [N$] flags, width, precision, length, conversion. */
static bool read_directive(const char **at, struct values *v)
{
	size_t digits = strspn(*at, "0123456789");
	int place = digits > 0 && (*at)[digits] == '$' ? atoi(*at) - 1 : -1;
	if (place >= VALUES_MAX || (place < 0 && digits > 0 && (*at)[digits] == '$'))
		return false;
	*at += place >= 0 ? digits + 1 : 0;
	for (; strchr("-+ #0123456789.*", **at) != NULL && **at != '\0'; (*at)++) {
		if (**at == '*' && !add(v, v->count, "*", 1))
			return false;
	}
	size_t length = strspn(*at, "hlLzjt");
	if ((*at)[length] == '\0' || !add(v, place >= 0 ? place : v->count, *at, length + 1))
		return false;
	*at += length + 1;
	return true;
}

static bool read_values(const char *format, struct values *v)
{
	while ((format = strchr(format, '%')) != NULL) {
		format++;
		if (*format == '%')
			format++;
		else if (!read_directive(&format, v))
			return false;
	}
	return true;
}

bool language_fits(const char *english, const char *other)
{
	struct values a = {0}, b = {0};
	return read_values(english, &a) && read_values(other, &b) && memcmp(&a, &b, sizeof a) == 0;
}

const char *language_of(const char *english)
{
	uint32_t number = 0;
	if (!language.used || english == NULL)
		return english;
	for (const char *c = english; *c != '\0'; c++)
		number = (number * 257u + (unsigned char)*c) % (SETS * MESSAGES);
	const char *other = catgets(language.catalogue, (int)(number / MESSAGES) + 1,
	    (int)(number % MESSAGES) + 1, english);
	return other != NULL && *other != '\0' && language_fits(english, other) ? other : english;
}
