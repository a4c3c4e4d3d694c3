/* Checking and completing single addresses. */
#include "message/address.h"
#include "base/mem.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

/* Length of the local part, quoted pieces skipped; -1 when a quotation does not end. */
static long local_length(const char *address)
{
	const char *at = address;
	const char *last = NULL;
	bool quoted = false;
	for (; *at != '\0'; at++) {
		if (quoted && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (*at == '@' && !quoted)
			last = last == NULL ? at : last;
	}
	if (quoted)
		return -1;
	return (long)((last != NULL ? last : at) - address);
}

static const char *domain_problem(const char *domain)
{
	if (*domain == '\0')
		return "nothing stands behind the '@'";
	if (*domain == '[')
		return domain[strlen(domain) - 1] == ']' ? NULL : "the address literal has no ']'";
	if (*domain == '.' || domain[strlen(domain) - 1] == '.' || strstr(domain, "..") != NULL)
		return "a part of the domain is empty (a dot too many)";
	if (strlen(domain) > 255)
		return "the domain is longer than 255 bytes";
	for (; *domain != '\0'; domain++) {
		if (strchr("@<>()\",;:\\[] ", *domain) != NULL)
			return "the domain holds a character that cannot be in a domain";
	}
	return NULL;
}

const char *address_problem(const char *address)
{
	if (*address == '\0')
		return "the address is empty";
	if (strlen(address) > ADDRESS_LIMIT_BYTES)
		return "the address is longer than 320 bytes";
	if (text_has_control(address))
		return "the address holds a control character";
	long length = local_length(address);
	if (length < 0)
		return "a quotation in the address has no end";
	if (length == 0)
		return "nothing stands before the '@'";
	bool quoted = false;
	for (long i = 0; i < length; i++) {
		if (quoted && address[i] == '\\' && i + 1 < length)
			i++;
		else if (address[i] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(" <>,;()", address[i]) != NULL)
			return "the part before the '@' holds a blank or one of <>,;() outside quotes";
	}
	return address[length] == '@' ? domain_problem(address + length + 1) : NULL;
}

const char *address_domain(const char *address)
{
	const char *at = strrchr(address, '@');
	const char *quote = strrchr(address, '"');
	return at == NULL || (quote != NULL && quote > at) ? address + strlen(address) : at + 1;
}

char *address_qualify(const char *address, const char *domain)
{
	struct buffer full = {0};
	buffer_puts(&full, address);
	if (*address != '\0' && *address_domain(address) == '\0' && *domain != '\0')
		buffer_printf(&full, "@%s", domain);
	char *copy = mem_copy(buffer_string(&full));
	buffer_free(&full);
	return copy;
}

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
