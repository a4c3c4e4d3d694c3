/* Lists that have to be right as a whole, and strings that have to be one address. */
#include "base/mem.h"
#include "base/text.h"
#include "message/address.h"
#include <stdio.h>
#include <string.h>

struct strict {
	address_found *found;
	void *context;
	char *problem;
	size_t problem_size;
	int count;
};

static void see_strictly(void *context, const struct address *a)
{
	struct strict *s = context;
	if (a->state == ADDRESS_BAD && *s->problem == '\0') {
		TEXT(shown, 100);
		text_escape(&shown, a->start, a->length < 60 ? a->length : 60);
		snprintf(s->problem, s->problem_size, "%s: \"%s\"", a->what, shown.data);
	}
	if (a->state != ADDRESS_GOOD && a->state != ADDRESS_REPAIRED)
		return;
	s->found(s->context, a->text);
	s->count++;
}

int address_list(const char *list, address_found *found, void *context, char *problem,
    size_t problem_size)
{
	struct strict s = {.found = found,
	    .context = context,
	    .problem = problem,
	    .problem_size = problem_size};
	*problem = '\0';
	struct address_counts counts =
	    address_read(list, strlen(list), ADDRESS_RECIPIENTS, see_strictly, &s);
	return counts.bad > 0 ? -1 : s.count;
}

struct first {
	char *address;
	char what[120];
};

static void see_first(void *context, const struct address *a)
{
	struct first *f = context;
	bool usable = a->state == ADDRESS_GOOD || a->state == ADDRESS_REPAIRED;
	if (f->address != NULL || (!usable && a->state != ADDRESS_BAD))
		return;
	if (usable)
		f->address = mem_copy(a->text);
	text_copy(f->what, sizeof f->what, a->what);
}

char *address_one(const char *string, bool alone, const char **what)
{
	static char words[120];
	struct first f = {0};
	struct address_counts counts =
	    address_read(string, strlen(string), ADDRESS_AUTHORS, see_first, &f);
	text_copy(words, sizeof words,
	    f.address == NULL && f.what[0] == '\0' ? "there is no address" : f.what);
	if (counts.usable > 1 && alone)
		mem_free(&f.address);
	if (counts.usable > 1)
		text_copy(words, sizeof words,
		    alone ? "it is more than one address"
		          : "it is more than one address; the first one is used");
	*what = words;
	return f.address;
}
