/* Lists of names.  Nothing here knows what a name is for. */
#include "mail/format/string_list.h"
#include "base/lookup.h"
#include "base/text.h"
#include "message/address.h"
#include <string.h>
#include <strings.h>

void string_list_add(struct string_list *n, const char *item)
{
	/* With room for the NULL. */
	n->items = mem_grow(n->items, (size_t)n->count + 1, sizeof *n->items);
	n->items[n->count++] = mem_copy(item);
	n->items[n->count] = NULL;
}

void string_list_free(struct string_list *n)
{
	for (int i = 0; i < n->count; i++)
		mem_free(&n->items[i]);
	mem_free(&n->items);
	n->count = 0;
}

/* Each member as it was written; sendmail reads it by the same code, and names what is bad. */
static void see_member(void *context, const struct address *a)
{
	if (a->state == ADDRESS_GROUP || a->state == ADDRESS_GROUP_END || a->length == 0)
		return;
	char *item = mem_copy_n(a->start, a->length);
	string_list_add(context, text_trim(item));
	mem_free(&item);
}

void string_list_add_list(struct string_list *n, const char *list)
{
	address_read(list, strlen(list), ADDRESS_RECIPIENTS, see_member, n);
}

/* One word into out; returns what follows it. */
static const char *take_word(const char *line, struct buffer *out)
{
	char quote = '\0';
	for (; *line != '\0'; line++) {
		if (*line == '\\' && quote == '"' && (line[1] == 'n' || line[1] == 't'))
			buffer_puts(out, *++line == 'n' ? "\n" : "\t");
		else if (*line == '\\' && quote != '\'' && line[1] != '\0')
			buffer_add(out, ++line, 1);
		else if (quote != '\0' && *line == quote)
			quote = '\0';
		else if (quote == '\0' && (*line == '"' || *line == '\''))
			quote = *line;
		else if (quote == '\0' && (*line == ' ' || *line == '\t' || *line == '\n'))
			break;
		else
			buffer_add(out, line, 1);
	}
	return line;
}

void string_list_add_words(struct string_list *n, const char *line)
{
	while (*(line += strspn(line, " \t\r\n")) != '\0') {
		struct buffer word = {0};
		line = take_word(line, &word);
		string_list_add(n, buffer_string(&word));
		buffer_free(&word);
	}
}

int string_list_find(const struct string_list *n, const char *item)
{
	for (int i = 0; i < n->count; i++) {
		if (strcasecmp(n->items[i], item) == 0)
			return i;
	}
	return -1;
}

char *string_list_small(const char *item)
{
	char *small = mem_copy(item);
	text_lower(small);
	return small;
}

/* By a table, so that a start file with many names costs what it is long. */
void string_list_merge(struct string_list *n, const struct string_list *more)
{
	struct string_list small = {0};
	struct lookup known = {0};
	int before = n->count;
	for (int i = 0; i < before + more->count; i++) {
		const char *item = i < before ? n->items[i] : more->items[i - before];
		char *name = string_list_small(item);
		if (lookup_find(&known, name) == LOOKUP_NONE) {
			string_list_add(&small, name);
			lookup_add(&known, small.items[small.count - 1]);
			if (i >= before)
				string_list_add(n, item);
		}
		mem_free(&name);
	}
	lookup_free(&known);
	string_list_free(&small);
}

void string_list_remove(struct string_list *n, int place)
{
	mem_free(&n->items[place]);
	memmove(n->items + place, n->items + place + 1, (size_t)(n->count - place) * sizeof *n->items);
	n->count--;
}

char *string_list_address(const char *item)
{
	const char *what;
	char *address = address_one(item, false, &what);
	return address != NULL ? address : mem_copy(item);
}

char *string_list_join(const struct string_list *n)
{
	struct buffer b = {0};
	for (int i = 0; i < n->count; i++)
		buffer_printf(&b, "%s%s", i > 0 ? ", " : "", n->items[i]);
	char *joined = mem_copy(buffer_string(&b));
	buffer_free(&b);
	return joined;
}
