/* IDNA 2008 with the mapping of UTS 46, by libidn2. */
#include "config/idn.h"
#include "base/mem.h"
#include "base/text.h"
#include "message/address.h"
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

static char *with_domain(const char *address, const char *domain, const char *other)
{
	struct buffer full = {0};
	buffer_add(&full, address, (size_t)(domain - address));
	buffer_puts(&full, other);
	char *copy = mem_copy(buffer_string(&full));
	buffer_free(&full);
	return copy;
}

char *idn_to_ascii(const char *address)
{
	const char *domain = address_domain(address);
	char *ascii = NULL;
	if (text_is_ascii(domain) ||
	    idn2_to_ascii_8z(domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return mem_copy(address);
	char *full = with_domain(address, domain, ascii);
	idn2_free(ascii);
	return full;
}

char *idn_to_unicode(const char *address)
{
	const char *domain = address_domain(address);
	char *unicode = NULL;
	if (text_find_ci(domain, "xn--") == NULL ||
	    idn2_to_unicode_8z8z(domain, &unicode, 0) != IDN2_OK)
		return NULL;
	char *full = strcmp(unicode, domain) != 0 ? with_domain(address, domain, unicode) : NULL;
	idn2_free(unicode);
	return full;
}

void idn_name(char *name, size_t size)
{
	char *ascii = NULL;
	if (text_is_ascii(name) ||
	    idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return;
	if (strlen(ascii) < size)
		text_copy(name, size, ascii);
	idn2_free(ascii);
}
