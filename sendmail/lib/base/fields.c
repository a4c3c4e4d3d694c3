/* key=value lines.  Written by our own programs, but read as if an enemy had written them: bounded,
 * never trusted. */
#include "base/fields.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool needs_quotes(const char *value)
{
	bool control = false;
	size_t left = strlen(value);
	if (left == 0)
		return true;
	for (size_t n; left > 0 && !control && strchr(" \"\\", *value) == NULL; value += n, left -= n)
		n = text_character(value, left, &control);
	return left > 0 || control;
}

/* How many bytes at the start of a value are as they are also in quotes. */
static size_t plain_run(const char *value)
{
	size_t n = 0;
	while (value[n] >= ' ' && value[n] < 0x7f && value[n] != '"' && value[n] != '\\')
		n++;
	return n;
}

static void put_quoted(struct buffer *line, const char *value)
{
	bool control;
	buffer_add(line, "\"", 1);
	for (size_t left = strlen(value), n; left > 0; value += n, left -= n) {
		n = plain_run(value);
		if (n > 0) {
			buffer_add(line, value, n);
			continue;
		}
		n = text_character(value, left, &control);
		TEXT(word, 16);
		if (control)
			text_escape(&word, value, n);
		else
			text_printf(&word, "%s%.*s", *value == '"' || *value == '\\' ? "\\" : "", (int)n,
			    value);
		buffer_add(line, word.data, word.length);
	}
	buffer_add(line, "\"", 1);
}

void fields_put(struct buffer *line, const char *key, const char *value)
{
	if (line->length > 0)
		buffer_add(line, " ", 1);
	buffer_puts(line, key);
	buffer_add(line, "=", 1);
	if (needs_quotes(value))
		put_quoted(line, value);
	else
		buffer_puts(line, value);
}

void fields_put_number(struct buffer *line, const char *key, long long value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%lld", value);
	fields_put(line, key, digits);
}

/* One escaped character at *at (which points after the backslash); moves *at to the next. */
static char unescape(const char **at)
{
	char c = **at;
	if (c == '\0')
		return '\\';
	(*at)++;
	if (c == 'n')
		return '\n';
	if (c == 'r')
		return '\r';
	if (c == 't')
		return '\t';
	if (c == 'x' && (*at)[0] != '\0' && (*at)[1] != '\0') {
		char hex[3] = {(*at)[0], (*at)[1], '\0'};
		*at += 2;
		return (char)strtol(hex, NULL, 16);
	}
	return c;
}

/* Copies the value at *at to out (NULL: skips it), and leaves *at after it. */
static void take_value(const char **at, struct text *out)
{
	bool quoted = **at == '"';
	*at += quoted;
	size_t n = strcspn(*at, quoted ? "\"\\" : " ");
	if (out != NULL)
		text_put_n(out, *at, n);
	*at += n;
	if (!quoted)
		return;
	while (**at != '\0' && **at != '"') {
		char c = *(*at)++;
		if (c == '\\')
			c = unescape(at);
		if (out != NULL && c != '\0')
			text_char(out, c);
	}
	if (**at == '"')
		(*at)++;
}

bool fields_get(const char *line, const char *key, char *value, size_t size)
{
	size_t key_length = strlen(key);
	while (*line != '\0') {
		while (*line == ' ')
			line++;
		size_t word = strcspn(line, "= ");
		bool found = word == key_length && line[word] == '=' && strncmp(line, key, word) == 0;
		line += word;
		if (*line != '=')
			continue;
		line++;
		if (found) {
			struct text out;
			text_init(&out, value, size);
			take_value(&line, &out);
			return true;
		}
		take_value(&line, NULL);
	}
	return false;
}

bool fields_next(const char **line, char *key, size_t key_size, char *value, size_t value_size)
{
	struct text out;
	for (;;) {
		*line += strspn(*line, " ");
		size_t word = strcspn(*line, "= ");
		const char *start = *line;
		*line += word;
		if (*start == '\0')
			return false;
		if (**line != '=')
			continue;
		(*line)++;
		text_init(&out, key, key_size);
		text_put_n(&out, start, word);
		text_init(&out, value, value_size);
		take_value(line, &out);
		return true;
	}
}

long long fields_get_number(const char *line, const char *key, long long fallback)
{
	char digits[32];
	long long value;
	if (fields_get(line, key, digits, sizeof digits) &&
	    text_number(digits, -(1LL << 62), 1LL << 62, &value))
		return value;
	return fallback;
}
