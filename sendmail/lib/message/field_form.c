/* The form of fields: dates, message IDs, folds. */
#include "message/field_form.h"
#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool take_blanks(const char **at)
{
	size_t n = strspn(*at, " \t");
	*at += n;
	return n > 0;
}

static bool take_digits(const char **at, size_t least, size_t most)
{
	size_t n = strspn(*at, "0123456789");
	*at += n;
	return n >= least && n <= most;
}

/* One of the three-letter words. */
static bool take_word(const char **at, const char *words)
{
	for (; *words != '\0'; words += 3) {
		if (strncasecmp(*at, words, 3) != 0)
			continue;
		*at += 3;
		return true;
	}
	return false;
}

static bool take_zone(const char **at)
{
	if (**at == '+' || **at == '-') {
		++*at;
		return take_digits(at, 4, 4);
	}
	size_t n = 0;
	while (isalpha((unsigned char)(*at)[n]))
		n++;
	*at += n;
	return n > 0 && n <= 5;
}

static bool is_date(const char *at)
{
	if (take_word(&at, "MonTueWedThuFriSatSun")) {
		take_blanks(&at);
		if (*at++ != ',')
			return false;
		take_blanks(&at);
	}
	if (!take_digits(&at, 1, 2) || !take_blanks(&at) ||
	    !take_word(&at, "JanFebMarAprMayJunJulAugSepOctNovDec") || !take_blanks(&at) ||
	    !take_digits(&at, 2, 4) || !take_blanks(&at) || !take_digits(&at, 1, 2) || *at++ != ':' ||
	    !take_digits(&at, 2, 2))
		return false;
	if (*at == ':' && (at++, !take_digits(&at, 2, 2)))
		return false;
	if (!take_blanks(&at) || !take_zone(&at))
		return false;
	take_blanks(&at);
	return *at == '\0' || (*at == '(' && at[strlen(at) - 1] == ')');
}

static bool is_message_id(const char *id)
{
	size_t length = strlen(id);
	const char *at = strrchr(id, '@');
	if (length < 5 || id[0] != '<' || id[length - 1] != '>' || at == NULL || at == id + 1 ||
	    at == id + length - 2)
		return false;
	for (size_t i = 1; i + 1 < length; i++) {
		if (id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>')
			return false;
	}
	return true;
}

bool field_form_is_legal(const struct header_field *f)
{
	bool date = header_is(f, "Date");
	if (!date && !header_is(f, "Message-ID"))
		return true;
	char *value = header_value(f);
	bool legal = date ? is_date(value) : is_message_id(value);
	free(value);
	return legal;
}

bool field_form_drop_blank_lines(const struct header_field *f, struct buffer *plain)
{
	bool dropped = false;
	const char *end = f->start + f->length;
	for (const char *line = f->start; line < end;) {
		const char *lf = memchr(line, '\n', (size_t)(end - line));
		const char *next = lf != NULL ? lf + 1 : end;
		const char *text = line;
		while (text < next && strchr(" \t\r\n", *text) != NULL && *text != '\0')
			text++;
		if (text < next)
			buffer_add(plain, line, (size_t)(next - line));
		dropped = dropped || text == next;
		line = next;
	}
	return dropped;
}
