/* REQUIRETLS. */
#include "relay/smtp/require_tls.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"

bool require_tls_met(const struct session *s)
{
	return s->secured && s->verified && s->ehlo.requiretls;
}

void require_tls_diagnose(const struct session *s, struct diagnosis *d)
{
	bool safe = s->secured && s->verified;
	diag_set(d, s->policy->others_left ? VERDICT_DEFERRED : VERDICT_FAILED, STAGE_MAIL,
	    safe ? REASON_REQUIRETLS_MISSING : REASON_REQUIRETLS_UNVERIFIED,
	    "REQUIRETLS was asked for, and %s",
	    safe          ? "the server does not offer it"
	    : !s->secured ? "the session has no TLS"
	                  : "the server's certificate is not verified");
	text_copy(d->status, sizeof d->status, safe ? "5.7.30" : "5.7.10");
	catalogue_recognise(d);
}
