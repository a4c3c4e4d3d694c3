/* Reading addresses.  A list is cut into its parts by one scanner; what a part means is decided afterwards. */
#include "message/address.h"
#include "base/mem.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

struct reader {
	const char *at;
	struct buffer word;   /* the address as far as it is read */
	bool in_angles, has_angle, was_blank;
	bool broken;          /* two words stand where one address should be */
	address_found *found;
	void *context;
	int count;
	char *problem;
	size_t problem_size;
};

static bool complain(struct reader *r, const char *what, const char *where)
{
	snprintf(r->problem, r->problem_size, "%s near \"%.60s\"", what, where);
	return false;
}

/* Skips a comment; comments nest (RFC 5322 3.2.2). */
static bool skip_comment(struct reader *r)
{
	const char *start = r->at;
	int depth = 0;
	for (; *r->at != '\0'; r->at++) {
		if (*r->at == '\\' && r->at[1] != '\0')
			r->at++;
		else if (*r->at == '(')
			depth++;
		else if (*r->at == ')' && --depth == 0) {
			r->at++;
			return true;
		}
	}
	return complain(r, "a comment has no closing parenthesis", start);
}

/* Takes a quoted string into the word as it is: in a display name it is dropped later, in a local part it belongs to it. */
static bool take_quoted(struct reader *r)
{
	const char *start = r->at++;
	while (*r->at != '\0' && *r->at != '"') {
		if (*r->at == '\\' && r->at[1] != '\0')
			r->at++;
		r->at++;
	}
	if (*r->at != '"')
		return complain(r, "a quotation has no end", start);
	r->at++;
	buffer_add(&r->word, start, (size_t)(r->at - start));
	return true;
}

/* An obsolete route "@a,@b:user@host" loses its route (RFC 5321 appendix C). */
static const char *without_route(const char *address)
{
	const char *colon = *address == '@' ? strchr(address, ':') : NULL;
	return colon != NULL ? colon + 1 : address;
}

static bool finish_address(struct reader *r)
{
	const char *address = without_route(buffer_string(&r->word));
	if (r->broken && !r->has_angle)
		return complain(r, "two words without a comma between them", address);
	if (*address != '\0') {
		r->found(r->context, address);
		r->count++;
	}
	r->word.length = 0;
	r->has_angle = r->broken = r->was_blank = false;
	return true;
}

static bool open_angle(struct reader *r)
{
	if (r->in_angles || r->has_angle)
		return complain(r, "a second '<'", r->at);
	r->word.length = 0; /* what came before was the display name */
	r->in_angles = r->has_angle = true;
	r->broken = r->was_blank = false;
	r->at++;
	return true;
}

/* A plain character of an address or a display name. */
static void take_plain(struct reader *r)
{
	if (r->has_angle && !r->in_angles) {
		r->at++; /* words behind "<...>" belong to nothing */
		return;
	}
	/* "a @ b" and "a . b" are one address (RFC 5322 4.4); "a b" is not. */
	bool joins = *r->at == '@' || *r->at == '.' ||
	             (r->word.length > 0 && strchr("@.", r->word.data[r->word.length - 1]) != NULL);
	if (r->was_blank && r->word.length > 0 && !joins && !r->in_angles)
		r->broken = true;
	r->was_blank = false;
	buffer_add(&r->word, r->at++, 1);
}

/* Within user@[IPv6:...]: its colons name no group. */
static bool in_literal(const struct reader *r)
{
	for (size_t i = r->word.length; i > 1 && r->word.data[i - 1] != ']'; i--) {
		if (r->word.data[i - 1] == '[' && r->word.data[i - 2] == '@')
			return true;
	}
	return false;
}

static bool take_one(struct reader *r)
{
	switch (*r->at) {
	case '(': return skip_comment(r);
	case '"': return take_quoted(r);
	case '<': return open_angle(r);
	case '>':
		if (!r->in_angles)
			return complain(r, "'>' without '<'", r->at);
		r->in_angles = false;
		r->at++;
		return true;
	case ' ':
	case '\t':
		r->was_blank = r->word.length > 0;
		r->at++;
		return true;
	case ':':
		if (r->in_angles || in_literal(r)) {
			take_plain(r);
			return true;
		}
		r->word.length = 0; /* the name of a group, or a route */
		r->broken = r->was_blank = false;
		r->at++;
		return true;
	case ',':
		if (r->in_angles || (!r->has_angle && r->word.length > 0 && r->word.data[0] == '@' && r->at[1] == '@')) {
			take_plain(r);
			return true;
		}
		/* fall through */
	case ';':
		if (r->in_angles)
			return complain(r, "'<' without '>'", r->at);
		r->at++;
		return finish_address(r);
	case '\\':
		if (r->at[1] != '\0')
			take_plain(r);
		/* fall through */
	default:
		take_plain(r);
		return true;
	}
}

int address_list(const char *list, address_found *found, void *context, char *problem, size_t problem_size)
{
	struct reader r = {.at = list, .found = found, .context = context, .problem = problem, .problem_size = problem_size};
	bool good = true;
	if (problem_size > 0)
		*problem = '\0';
	while (good && *r.at != '\0')
		good = take_one(&r);
	if (good && r.in_angles)
		good = complain(&r, "'<' without '>'", buffer_string(&r.word));
	if (good)
		good = finish_address(&r);
	buffer_free(&r.word);
	return good ? r.count : -1;
}

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
