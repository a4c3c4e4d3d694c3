/* What the values of main.cf mean. */
#include "relayconf/import/postfix_values.h"
#include "base/mem.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 20
#define VALUE_MAX 65536

/* The value of a name as it is written, malloc'd; NULL when it is not known. */
static char *written(const struct pairs *p, const char *name, size_t length)
{
	static const char *const own[][2] = {{"queue_directory", "/var/spool/postfix"},
	    {"data_directory", "/var/lib/postfix"}};
	for (int i = p->count - 1; i >= 0; i--) {
		if (strlen(p->list[i].key) == length && memcmp(p->list[i].key, name, length) == 0)
			return mem_copy(p->list[i].value);
	}
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		if (strlen(own[i][0]) == length && memcmp(own[i][0], name, length) == 0)
			return mem_copy(own[i][1]);
	}
	const char *slash = strrchr(p->file, '/');
	if (length == 16 && memcmp(name, "config_directory", 16) == 0 && slash != NULL)
		return mem_copy_n(p->file, (size_t)(slash - p->file));
	/* Its default is myhostname without the first label. */
	char *host =
	    length == 8 && memcmp(name, "mydomain", 8) == 0 ? written(p, "myhostname", 10) : NULL;
	char *dot = host != NULL && *host != '$' ? strchr(host, '.') : NULL,
	     *domain = dot != NULL && strchr(dot + 1, '.') != NULL ? mem_copy(dot + 1) : NULL;
	free(host);
	return domain;
}

static void expand(const struct pairs *p, const char *from, size_t length, int depth,
    struct buffer *out);

/* "{text}" or text; *at is then after it. */
static void take_text(const char **at, const char *end, const char **text, size_t *length)
{
	const char *from = *at, *to = end;
	int depth = 0;
	if (from < end && *from == '{') {
		for (to = from; to < end; to++) {
			depth += *to == '{' ? 1 : *to == '}' ? -1 : 0;
			if (depth == 0)
				break;
		}
		from++;
		*at = to < end ? to + 1 : end;
	} else {
		*at = end;
	}
	*text = from;
	*length = to > from ? (size_t)(to - from) : 0;
}

/* name, name?text, name:text, name?{text}:{text}.  False when the name is not known. */
static bool put_named(const struct pairs *p, const char *from, size_t length, int depth,
    struct buffer *out)
{
	const char *end = from + length, *at = from, *text;
	size_t n;
	while (at < end && (isalnum((unsigned char)*at) || *at == '_'))
		at++;
	char *value = written(p, from, (size_t)(at - from));
	bool set = value != NULL && *value != '\0', known = value != NULL || at < end;
	if (at == end && value != NULL)
		expand(p, value, strlen(value), depth + 1, out);
	while (at < end && (*at == '?' || *at == ':')) {
		bool wanted = (*at == '?') == set;
		at++;
		take_text(&at, end, &text, &n);
		if (wanted)
			expand(p, text, n, depth + 1, out);
	}
	free(value);
	return known;
}

/* Where the name that begins at from, after the '$', ends, with its brackets. */
static const char *name_end(const char *from, const char *end)
{
	int depth = 0;
	const char *at = from;
	if (at < end && *at != '{' && *at != '(') {
		while (at < end && (isalnum((unsigned char)*at) || *at == '_'))
			at++;
		return at;
	}
	for (; at < end; at++) {
		depth += strchr("{(", *at) != NULL ? 1 : strchr("})", *at) != NULL ? -1 : 0;
		if (depth == 0)
			return at + 1;
	}
	return from;
}

static void expand(const struct pairs *p, const char *from, size_t length, int depth,
    struct buffer *out)
{
	const char *end = from + length;
	while (from < end && depth < DEPTH_MAX && out->length < VALUE_MAX) {
		const char *dollar = memchr(from, '$', (size_t)(end - from));
		size_t plain = (size_t)((dollar != NULL ? dollar : end) - from);
		buffer_add(out, from, plain);
		from += plain;
		if (dollar == NULL)
			break;
		const char *to = name_end(from + 1, end);
		if (from + 1 < end && from[1] == '$') {
			buffer_puts(out, "$");
			from += 2;
			continue;
		}
		bool brackets = to > from + 1 && (from[1] == '{' || from[1] == '(');
		size_t name = (size_t)(to - from) - 1;
		bool done = to > from + 1 &&
		            put_named(p, from + 1 + brackets, name - (brackets ? 2 : 0), depth, out);
		if (!done)
			buffer_add(out, from, (size_t)(to - from));
		from = to;
	}
}

void postfix_values(struct pairs *p)
{
	for (int i = 0; i < p->count; i++) {
		struct buffer out = {0};
		if (strchr(p->list[i].value, '$') == NULL)
			continue;
		expand(p, p->list[i].value, strlen(p->list[i].value), 0, &out);
		free(p->list[i].value);
		p->list[i].value = mem_copy(buffer_string(&out));
		buffer_free(&out);
	}
}
