/* A list, and what is around the whole of it. */
#include "message/member.h"
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether a quote within parts members, as in 'joe@x', 'bob@x': then those at both ends are no
   pair. */
static bool parts_members(const char *within, size_t length, char quote)
{
	for (size_t i = 1; i + 1 < length; i++) {
		if (within[i] == quote && (strchr(" \t\r\n,;<", within[i - 1]) != NULL ||
		                              strchr(" \t\r\n,;<", within[i + 1]) != NULL))
			return true;
	}
	return false;
}

/* "joe@x, bob@x" and ['joe@x', 'bob@x']: the list within quotes or brackets around all of it; its
   length, or 0. */
static size_t list_within(const char *list, size_t length, size_t *from)
{
	static const char opening[] = "\"'[{", closing[] = "\"']}";
	size_t at = 0;
	while (at < length && is_blank(list[at]))
		at++;
	while (length > at && is_blank(list[length - 1]))
		length--;
	const char *pair = length > at + 2 && list[at] != '\0' ? strchr(opening, list[at]) : NULL;
	if (pair == NULL || list[length - 1] != closing[pair - opening])
		return 0;
	*from = at + 1;
	length -= at + 2;
	bool quote = strchr("\"'", *pair) != NULL;
	return quote && parts_members(list + *from, length, *pair) ? 0 : length;
}

struct inside {
	int whole;
	bool others;
};

static void see_inside(void *context, const struct address *a)
{
	struct inside *i = context;
	bool usable = a->state == ADDRESS_GOOD || a->state == ADDRESS_REPAIRED;
	if (usable && address_domain(a->text)[0] != '\0')
		i->whole++;
	else
		i->others = true;
}

/* Whether a text is nothing but a list of two or more whole addresses, or one with its name:
   Joe <joe@x>. */
static bool is_list(const char *list, size_t length)
{
	struct inside inside = {0};
	struct member_list dry = {.use = ADDRESS_RECIPIENTS, .seen = see_inside, .context = &inside};
	if (length > 0)
		member_list_read(&dry, list, length);
	bool named = length > 0 && memchr(list, '<', length) != NULL && list[length - 1] == '>';
	return inside.whole > (named ? 0 : 1) && !inside.others;
}

struct address_counts address_read(const char *list, size_t length, enum address_use use,
    address_seen *seen, void *context)
{
	struct member_list l = {.use = use, .seen = seen, .context = context};
	size_t from = 0, within = use == ADDRESS_RECIPIENTS ? list_within(list, length, &from) : 0;
	if (is_list(list + from, within)) {
		member_list_read(&l, list + from, within);
		l.counts.untidy = true;
	} else {
		member_list_read(&l, list, length);
	}
	return l.counts;
}
