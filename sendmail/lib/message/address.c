/* Checking and completing single addresses. */
#include "message/address.h"
#include "base/language.h"
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
		return TR("there is nothing after the '@'");
	if (*domain == '[')
		return domain[strlen(domain) - 1] == ']' ? NULL : TR("the address literal has no ']'");
	if (*domain == '.' || domain[strlen(domain) - 1] == '.' || strstr(domain, "..") != NULL)
		return TR("a part of the domain is empty (a dot too many)");
	if (strlen(domain) > 255)
		return TR("the domain is longer than 255 bytes");
	for (; *domain != '\0'; domain++) {
		if (*domain == '@')
			return TR("there is more than one '@'");
		if (strchr("<>()\",;:\\[] ", *domain) != NULL)
			return TR("the domain holds a character that cannot be in a domain");
	}
	return NULL;
}

const char *address_problem(const char *address)
{
	if (*address == '\0')
		return TR("the address is empty");
	if (strlen(address) > ADDRESS_LIMIT_BYTES)
		return TR("the address is longer than 320 bytes");
	if (text_has_control(address))
		return TR("the address holds a control character");
	long length = local_length(address);
	if (length < 0)
		return TR("a quotation in the address has no end");
	if (length == 0)
		return TR("there is nothing before the '@'");
	bool quoted = false;
	for (long i = 0; i < length; i++) {
		if (quoted && address[i] == '\\' && i + 1 < length)
			i++;
		else if (address[i] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(" <>,;()", address[i]) != NULL)
			return TR("the part before the '@' holds a blank or one of <>,;() outside quotes");
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
