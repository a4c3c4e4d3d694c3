/* Parameters of MAIL and RCPT. */
#include "dialogue/esmtp.h"
#include "base/text.h"
#include "message/dsn.h"

const char *esmtp_mail(struct esmtp *e, const char *name, char *value, long long limit_bytes)
{
	long long number;
	if (text_equal_ci(name, "SIZE")) {
		if (!text_number(value, 0, 1LL << 61, &number))
			return "501 5.5.4 SIZE must be a number";
		return number <= limit_bytes
		           ? NULL
		           : "552 5.3.4 the message is longer than the SIZE that EHLO named";
	}
	if (text_equal_ci(name, "BODY")) {
		e->body = text_equal_ci(value, "8BITMIME") ? "8BITMIME" : "7BIT";
		return text_equal_ci(value, "8BITMIME") || text_equal_ci(value, "7BIT")
		           ? NULL
		           : "501 5.5.4 BODY must be 7BIT or 8BITMIME";
	}
	if (text_equal_ci(name, "RET")) {
		e->ret = text_equal_ci(value, "FULL") ? "FULL" : "HDRS";
		return text_equal_ci(value, "FULL") || text_equal_ci(value, "HDRS")
		           ? NULL
		           : "501 5.5.4 RET must be FULL or HDRS";
	}
	if (text_equal_ci(name, "ENVID")) {
		e->envid = e->envid_text;
		bool good =
		    dsn_xtext_decode(value) && text_copy(e->envid_text, sizeof e->envid_text, value);
		return good ? NULL : "501 5.5.4 ENVID must be xtext (RFC 3461) of at most 100 characters";
	}
	if (text_equal_ci(name, "REQUIRETLS")) {
		e->require_tls = *value == '\0';
		return e->require_tls ? NULL : "501 5.5.4 REQUIRETLS has no value";
	}
	/* The addresses themselves show whether SMTPUTF8 is needed; AUTH= names an identity that only a
	 * login would prove. */
	if (text_equal_ci(name, "SMTPUTF8") || text_equal_ci(name, "AUTH"))
		return NULL;
	return "555 5.5.4 this parameter of MAIL is not known";
}

const char *esmtp_rcpt(struct envelope_asked *asked, const char *name, char *value)
{
	if (text_equal_ci(name, "NOTIFY")) {
		asked->notify = value;
		return dsn_notify_ok(value)
		           ? NULL
		           : "501 5.5.4 NOTIFY must be NEVER, or a list of SUCCESS,FAILURE,DELAY";
	}
	if (text_equal_ci(name, "ORCPT")) {
		asked->orcpt = value;
		return dsn_orcpt_ok(value)
		           ? NULL
		           : "501 5.5.4 ORCPT must be type;xtext (RFC 3461) of at most 500 characters";
	}
	return "555 5.5.4 this parameter of RCPT is not known";
}
