/* Keys of a [smarthost NAME] that do not go together. */
#include "base/language.h"
#include "config/smarthost.h"

bool smarthost_ok(const struct smarthost *h, struct text *problem)
{
	if (h->host[0] == '\0')
		text_printf(problem, TR("[smarthost %s] has no host: add a line \"host = NAME\" below it"),
		    h->name);
	else if (h->login[0] != '\0' && h->password_file[0] == '\0' && h->password_command[0] == '\0')
		text_printf(problem,
		    TR("[smarthost %s] has a login and no password: add \"password_file = NAME\""),
		    h->name);
	else if (h->tls_key_file[0] != '\0' && h->tls_cert_file[0] == '\0')
		text_printf(problem,
		    TR("[smarthost %s] has a tls_key_file and no certificate: add \"tls_cert_file = "
		       "NAME\""),
		    h->name);
	else if (h->tls_cert_file[0] != '\0' && h->tls == SMARTHOST_TLS_OFF)
		text_printf(problem,
		    TR("[smarthost %s]: tls_cert_file and tls = off contradict each other"), h->name);
	else if (h->tls_fingerprint[0] != '\0' && h->tls != SMARTHOST_TLS_VERIFY)
		text_printf(problem,
		    TR("[smarthost %s]: tls_fingerprint accepts one certificate and tls = %s any: remove "
		       "one "
		       "of them"),
		    h->name, smarthost_tls_name(h->tls));
	else if (h->dane == SMARTHOST_DANE_REQUIRE && !smarthost_asks_tlsa(h))
		text_printf(problem,
		    TR("[smarthost %s]: dane = require needs TLS, and neither tls_fingerprint nor proxy"),
		    h->name);
	else if (h->proxy[0] == '\0' && h->proxy_login[0] != '\0')
		text_printf(problem,
		    TR("[smarthost %s] has a proxy_login and no proxy: add \"proxy = ...\""), h->name);
	else if (h->proxy_login[0] != '\0' && h->proxy_password_file[0] == '\0')
		text_printf(problem,
		    TR("[smarthost %s] has a proxy_login and no password: add \"proxy_password_file = "
		       "NAME\""),
		    h->name);
	else if (h->proxy[0] != '\0' && h->lookup != SMARTHOST_LOOKUP_HOST)
		text_printf(problem,
		    TR("[smarthost %s]: with a proxy, which looks up the name, lookup has to be host"),
		    h->name);
	else if (h->burst > 0 && pace_rule_is_empty(&h->max_messages))
		text_printf(problem,
		    TR("[smarthost %s]: burst has no effect without max_messages: set both"), h->name);
	else if (h->implicit && h->tls == SMARTHOST_TLS_OFF)
		text_printf(problem,
		    TR("[smarthost %s]: implicit = yes and tls = off contradict each other"), h->name);
	return problem->length == 0;
}
