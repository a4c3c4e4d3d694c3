/* What a message is made of, before it is one. */
#include "mail/compose/letter.h"
#include "base/text.h"
#include "base/charset.h"
#include <string.h>
#include <strings.h>

void letter_set(char **field, const char *value)
{
	char *copy = value != NULL ? mem_copy(value) : NULL;
	mem_free(field);
	*field = copy;
}

bool letter_is_header(const char *line)
{
	size_t n = 0;
	while ((unsigned char)line[n] > ' ' && (unsigned char)line[n] < 0x7f && line[n] != ':' &&
	       line[n] != '/')
		n++;
	return n > 0 && line[n] == ':';
}

static bool is_named(const char *line, const char *name)
{
	size_t n = strlen(name);
	return strncasecmp(line, name, n) == 0 && line[n] == ':';
}

const char *letter_header(const struct letter *l, const char *name)
{
	for (int i = 0; i < l->headers.count; i++) {
		if (is_named(l->headers.items[i], name))
			return l->headers.items[i] + strlen(name) + 1 +
			       strspn(l->headers.items[i] + strlen(name) + 1, " \t");
	}
	return NULL;
}

void letter_add_list(struct string_list *n, const char *list)
{
	char *text = charset_header_text(list, NULL);
	string_list_add_list(n, text);
	mem_free(&text);
}

void letter_take_header(struct letter *l, const char *line)
{
	if (is_named(line, "To"))
		letter_add_list(&l->to, line + 3);
	else if (is_named(line, "Cc"))
		letter_add_list(&l->cc, line + 3);
	else if (is_named(line, "Bcc"))
		letter_add_list(&l->bcc, line + 4);
	else
		string_list_add(&l->headers, line);
}

/* Length of a header field with its folded lines, 0 when none begins here. */
static size_t field_length(const char *at, size_t left)
{
	char *line = mem_copy_n(at, left > 1000 ? 1000 : left);
	bool header = letter_is_header(line);
	size_t n = 0;
	mem_free(&line);
	if (!header)
		return 0;
	do {
		const char *end = memchr(at + n, '\n', left - n);
		n = end != NULL ? (size_t)(end - at) + 1 : left;
	} while (n < left && (at[n] == ' ' || at[n] == '\t'));
	return n;
}

void letter_take_header_of_body(struct letter *l)
{
	size_t at = 0, n;
	while (at < l->body.length && (n = field_length(l->body.data + at, l->body.length - at)) > 0) {
		char *field = mem_copy_n(l->body.data + at, n), *value = text_trim(field);
		for (char *c = value; *c != '\0'; c++) {
			if (*c == '\n' || *c == '\r')
				*c = ' ';
		}
		if (is_named(value, "Subject") && l->subject == NULL)
			letter_set(&l->subject, text_trim(value + 8));
		else
			letter_take_header(l, value);
		mem_free(&field);
		at += n;
	}
	if (at < l->body.length && l->body.data[at] == '\n')
		at++;
	buffer_drop(&l->body, at);
}

static void convert(char **text, const char *charset)
{
	char *copy = *text != NULL ? charset_header_text(*text, charset) : NULL;
	mem_free(text);
	*text = copy;
}

void letter_convert(struct letter *l)
{
	struct string_list *lists[] = {&l->to, &l->cc, &l->bcc, &l->headers};
	convert(&l->subject, l->charset);
	convert(&l->from, l->charset);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		for (int k = 0; k < lists[i]->count; k++)
			convert(&lists[i]->items[k], l->charset);
	}
}

void letter_add_file(struct letter *l, const char *path, const struct letter_wish *wish)
{
	static const struct letter_wish none = {0};
	const struct letter_wish *w = wish != NULL ? wish : &none;
	l->wishes = mem_resize(l->wishes, (size_t)l->files.count + 1, sizeof *l->wishes);
	for (; l->wish_count < l->files.count; l->wish_count++)
		l->wishes[l->wish_count] = none;
	struct letter_wish *own = &l->wishes[l->wish_count++];
	*own = (struct letter_wish){.encoding = w->encoding};
	letter_set(&own->type, w->type);
	letter_set(&own->name, w->name);
	letter_set(&own->file_name, w->file_name);
	string_list_add(&l->files, path);
}

const struct letter_wish *letter_wish_of(const struct letter *l, int file)
{
	static const struct letter_wish none = {0};
	return file < l->wish_count ? &l->wishes[file] : &none;
}

void letter_wish_free(struct letter_wish *w)
{
	mem_free(&w->type);
	mem_free(&w->name);
	mem_free(&w->file_name);
}

int letter_recipients(const struct letter *l)
{
	return l->to.count + l->cc.count + l->bcc.count;
}

void letter_free(struct letter *l)
{
	struct string_list *lists[] = {&l->to, &l->cc, &l->bcc, &l->headers, &l->files};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		string_list_free(lists[i]);
	for (int i = 0; i < l->wish_count; i++)
		letter_wish_free(&l->wishes[i]);
	mem_free(&l->wishes);
	l->wish_count = 0;
	mem_free(&l->subject);
	mem_free(&l->from);
	mem_free(&l->charset);
	mem_free(&l->record);
	buffer_free(&l->body);
	buffer_free(&l->attached);
}
