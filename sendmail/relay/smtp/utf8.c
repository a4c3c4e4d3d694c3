/* Words for a message that SMTPUTF8 alone could carry: which address, and what its sender can
   do. */
#include "relay/smtp/utf8.h"
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include <string.h>

void utf8_diagnose(const struct transaction *t, const char *rcpt, struct diagnosis *d)
{
	const char *address = text_is_ascii(t->sender) ? rcpt : t->sender;
	const char *at = strrchr(address, '@');
	bool domain_only = at != NULL && !text_has_8bit(address, (size_t)(at - address));
	if (!text_is_ascii(address))
		diag_set(d, VERDICT_FAILED, STAGE_MAIL,
		    domain_only ? REASON_SMTPUTF8_DOMAIN : REASON_SMTPUTF8_MISSING,
		    "%s <%s> is not ASCII, and the server does not offer SMTPUTF8",
		    address == rcpt ? "the address" : "the sender", address);
	else if (t->utf8_field != NULL)
		diag_set(d, VERDICT_FAILED, STAGE_MAIL, REASON_SMTPUTF8_HEADER,
		    "an address of the header field %s is not ASCII, and the server does not offer "
		    "SMTPUTF8",
		    t->utf8_field);
	else
		diag_set(d, VERDICT_FAILED, STAGE_MAIL, REASON_SMTPUTF8_WANTED,
		    "the sender asked for SMTPUTF8 (-O smtputf8=yes), and the server does not offer it");
	text_copy(d->status, sizeof d->status, text_is_ascii(address) ? "5.6.9" : "5.6.7");
	catalogue_recognise(d);
}
