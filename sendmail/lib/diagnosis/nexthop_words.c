/* Words for the keys of nexthops. */
#include "diagnosis/nexthop_words.h"
#include "base/language.h"
#include <string.h>

void nexthop_words_domain(struct text *t, const char *key)
{
	const char *domain = *key == '@' ? key + 1 : key;
	size_t length = strcspn(domain, "/");
	text_put_n(t, domain, length);
	/* RFC 8689 5; no domain has a slash. */
	if (domain[length] != '\0')
		text_put(t, " (TLS-Required: No)");
}

void nexthop_words_put(struct text *t, const char *key)
{
	TEXT(domain, 400);
	switch (*key) {
	case '@':
		nexthop_words_domain(&domain, key);
		text_printf(t, TR("the servers of %s"), domain.data);
		break;
	case '=': text_put(t, TR("local mailboxes")); break;
	case '|': text_printf(t, TR("filter %s"), key + 1); break;
	case '+': text_put(t, TR("a digest of many messages")); break;
	case '-':
	case '\0': text_put(t, TR("none")); break;
	default: text_put(t, key);
	}
}
