/* Key and value, line by line. */
#include "relayconf/import/pairs.h"
#include "base/language.h"
#include "base/fdio.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (4u << 20)

static bool slurp(const struct import *im, const char *path, struct buffer *text)
{
	char whole[2048];
	snprintf(whole, sizeof whole, "%s%s", im->root, path);
	int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool done = fdio_slurp(fd, text, FILE_LIMIT_BYTES);
	close(fd);
	return done;
}

static void add_pair(struct pairs *p, char *line, int number, enum pairs_form form)
{
	const char *ends = form == PAIRS_EQUAL || form == PAIRS_FOLDED ? " \t=" : " \t";
	size_t length = strcspn(line, ends);
	char *value = line + length;
	value += strspn(value, " \t");
	if ((form == PAIRS_EQUAL || form == PAIRS_FOLDED) && *value == '=')
		value++;
	p->list = mem_resize(p->list, (size_t)p->count + 1, sizeof *p->list);
	p->list[p->count++] =
	    (struct pair){mem_copy_n(line, length), mem_copy(text_trim(value)), number, false};
}

static void continue_pair(struct pairs *p, const char *line)
{
	struct buffer longer = {0};
	struct pair *last = &p->list[p->count - 1];
	buffer_printf(&longer, "%s%s%s", last->value, *last->value != '\0' ? " " : "", line);
	free(last->value);
	last->value = mem_copy(buffer_string(&longer));
	buffer_free(&longer);
}

bool pairs_read(struct pairs *p, struct import *im, const char *path, enum pairs_form form)
{
	struct buffer text = {0};
	int number = 0;
	size_t at = 0;
	char *raw;
	*p = (struct pairs){.file = mem_copy(path)};
	if (!slurp(im, path, &text)) {
		buffer_free(&text);
		return false;
	}
	buffer_printf(&im->sources, "%s\n", path);
	buffer_add(&text, "\n", 1);
	while ((raw = fdio_next_line(&text, &at)) != NULL) {
		bool indented =
		    isspace((unsigned char)raw[0]) && (form == PAIRS_FOLDED || form == PAIRS_FOLDED_BLANK);
		char *line = text_trim(raw);
		number++;
		if (*line != '\0' && *line != '#' && indented && p->count > 0)
			continue_pair(p, line);
		else if (*line != '\0' && *line != '#')
			add_pair(p, line, number, form);
	}
	buffer_free(&text);
	return true;
}

void pairs_free(struct pairs *p)
{
	for (int i = 0; i < p->count; i++) {
		free(p->list[i].key);
		free(p->list[i].value);
	}
	free(p->list);
	free(p->file);
}

const char *pairs_take(struct pairs *p, const char *key)
{
	const char *value = NULL;
	for (int i = 0; i < p->count; i++) {
		if (text_equal_ci(p->list[i].key, key)) {
			p->list[i].used = true;
			value = p->list[i].value;
		}
	}
	return value;
}

bool pairs_is_yes(struct pairs *p, const char *key)
{
	const char *value = pairs_take(p, key);
	return value != NULL && (text_equal_ci(value, "yes") || text_equal_ci(value, "true") ||
	                            text_equal_ci(value, "on") || strcmp(value, "1") == 0);
}

int pairs_line(const struct pairs *p, const char *key)
{
	int line = 0;
	for (int i = 0; i < p->count; i++)
		line = text_equal_ci(p->list[i].key, key) ? p->list[i].line : line;
	return line;
}

/* What may be a password, and no name of a file, is never written where it was not. */
static bool is_secret(const struct pair *pair)
{
	const char *colon = strchr(pair->value, ':');
	bool file = pair->value[0] == '/' || (colon != NULL && colon[1] == '/');
	return !file &&
	       (text_find_ci(pair->key, "pass") != NULL || text_find_ci(pair->key, "secret") != NULL ||
	           text_find_ci(pair->key, "token") != NULL ||
	           text_find_ci(pair->value, "pass") != NULL);
}

static void note(struct pairs *p, struct import *im, const struct pair *pair, const char *why)
{
	TEXT(words, 300);
	text_printf(&words, "%s%s%s", pair->key, *pair->value != '\0' ? " " : "",
	    is_secret(pair) ? TR("(not shown)") : pair->value);
	import_note(im, p->file, pair->line, words.data, why);
}

void pairs_note(struct pairs *p, struct import *im, const char *key, const char *why)
{
	for (int i = 0; i < p->count; i++) {
		if (text_equal_ci(p->list[i].key, key)) {
			p->list[i].used = true;
			note(p, im, &p->list[i], why);
		}
	}
}

void pairs_note_prefix(struct pairs *p, struct import *im, const char *prefix, const char *why)
{
	for (int i = 0; i < p->count; i++) {
		if (!p->list[i].used && text_starts(p->list[i].key, prefix)) {
			p->list[i].used = true;
			note(p, im, &p->list[i], why);
		}
	}
}

void pairs_note_rest(struct pairs *p, struct import *im, const char *why)
{
	pairs_note_prefix(p, im, "", why);
}
