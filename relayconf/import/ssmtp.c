/* ssmtp: ssmtp.conf ("key=value"), and revaliases beside it ("user:sender:server"). */
#include "relayconf/import/pairs.h"
#include <stdio.h>
#include <string.h>

static void read_revaliases(struct import *im, const char *path)
{
	char beside[1100];
	struct pairs p;
	const char *slash = strrchr(path, '/');
	snprintf(beside, sizeof beside, "%.*srevaliases", slash != NULL ? (int)(slash - path + 1) : 0, path);
	if (pairs_read(&p, im, beside, PAIRS_BLANK))
		pairs_note_rest(&p, im, "a sender of its own for a user: give it as a line of the map that [rewrite] names, or with sendmail -f");
	pairs_free(&p);
}

static void set_tls(struct pairs *p, struct import *im)
{
	bool tls = pairs_is_yes(p, "UseTLS"), starttls = pairs_is_yes(p, "UseSTARTTLS");
	import_set(im, "smarthost", "main", "tls", tls || starttls ? "verify" : "opportunistic");
	import_set(im, "smarthost", "main", "implicit", tls && !starttls ? "yes" : "no");
	import_set(im, "smarthost", "main", "tls_ca_file", pairs_take(p, "TLS_CA_File"));
	if (import_get(im, "smarthost", "main", "port") == NULL)
		import_set(im, "smarthost", "main", "port", tls && !starttls ? "465" : "25");
}

bool import_ssmtp(struct import *im, const char *path)
{
	struct pairs p;
	bool done = pairs_read(&p, im, path, PAIRS_EQUAL);
	if (done) {
		const char *hub = pairs_take(&p, "mailhub"), *password = pairs_take(&p, "AuthPass");
		import_server(im, "main", hub != NULL ? hub : "mail", false);
		set_tls(&p, im);
		import_set(im, "smarthost", "main", "login", pairs_take(&p, "AuthUser"));
		if (password != NULL)
			import_secret(im, "main", password, path, pairs_line(&p, "AuthPass"));
		import_set(im, "host", "", "name", pairs_take(&p, "hostname"));
		import_set(im, "host", "", "domain", pairs_take(&p, "rewriteDomain"));
		pairs_note(&p, im, "root", "ssmtp sent mail for users with a number below 1000 there: write \"root: ADDRESS\" into the aliases file");
		if (!pairs_is_yes(&p, "FromLineOverride"))
			import_set(im, "sender", "", "header_from", "qualify");
		pairs_note(&p, im, "AuthMethod", "the best method that the server offers is taken");
		pairs_note(&p, im, "UseTLSCert", "client certificates are not used");
		pairs_note(&p, im, "TLSCert", "client certificates are not used");
		pairs_note(&p, im, "TLSKey", "client certificates are not used");
		pairs_note(&p, im, "Debug", "sendmail -v and relayconf probe show a session");
		pairs_note_rest(&p, im, "not known to the import");
		read_revaliases(im, path);
	}
	pairs_free(&p);
	return done;
}
