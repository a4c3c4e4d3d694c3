/* ssmtp: ssmtp.conf ("key=value"), and revaliases beside it ("user:sender:server"). */
#include "relayconf/import/pairs.h"
#include "base/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "user:sender[:server]": senders of local users. */
static void read_revaliases(struct import *im, const char *path)
{
	char beside[1100];
	struct pairs p;
	const char *slash = strrchr(path, '/'),
	           *main_host = import_get(im, "smarthost", "main", "host");
	snprintf(beside, sizeof beside, "%.*srevaliases", slash != NULL ? (int)(slash - path + 1) : 0,
	    path);
	bool found = pairs_read(&p, im, beside, PAIRS_BLANK);
	for (int i = 0; found && i < p.count; i++) {
		char *rest = p.list[i].key;
		const char *user = strsep(&rest, ":"), *sender = rest != NULL ? strsep(&rest, ":") : "";
		if (*user == '\0' || strchr(sender, '@') == NULL) {
			import_note(im, p.file, p.list[i].line, user, TR("a line that is not user:address"));
			continue;
		}
		import_set(im, "rewrite", "senders", user, sender);
		if (rest != NULL && *rest != '\0' && main_host != NULL &&
		    strncmp(rest, main_host, strcspn(rest, ":")) != 0)
			import_note(im, p.file, p.list[i].line, rest,
			    "a server of its own for this user: a [smarthost] and a [route from:ADDRESS] do "
			    "that");
	}
	pairs_free(&p);
}

static void set_tls(struct pairs *p, struct import *im)
{
	bool tls = pairs_is_yes(p, "UseTLS"), starttls = pairs_is_yes(p, "UseSTARTTLS");
	import_set(im, "smarthost", "main", "tls", tls || starttls ? "verify" : "opportunistic");
	import_set(im, "smarthost", "main", "implicit", tls && !starttls ? "yes" : "no");
	import_set(im, "smarthost", "main", "tls_ca_file", pairs_take(p, "TLS_CA_File"));
	if (pairs_is_yes(p, "UseTLSCert")) {
		import_set(im, "smarthost", "main", "tls_cert_file", pairs_take(p, "TLSCert"));
		import_set(im, "smarthost", "main", "tls_key_file", pairs_take(p, "TLSKey"));
	}
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
		if (password != NULL) {
			/* A value of ssmtp ends at the first blank. */
			char *word = mem_copy_n(password, strcspn(password, " \t"));
			import_secret(im, "main", word, path, pairs_line(&p, "AuthPass"));
			free(word);
		}
		if (password != NULL &&
		    strcmp(import_get(im, "smarthost", "main", "tls"), "opportunistic") == 0) {
			import_set(im, "smarthost", "main", "auth_without_tls", "yes");
			import_note(im, path, pairs_line(&p, "AuthPass"), "AuthPass",
			    "the password goes over the network unencrypted when the server has no TLS, as "
			    "with ssmtp; tls = verify would be better");
		}
		import_set(im, "host", "", "name", pairs_take(&p, "hostname"));
		import_set(im, "host", "", "domain", pairs_take(&p, "rewriteDomain"));
		pairs_note(&p, im, "root",
		    "ssmtp sent mail for users with a number below 1000 there: write \"root: ADDRESS\" "
		    "into the aliases file");
		if (!pairs_is_yes(&p, "FromLineOverride"))
			import_set(im, "sender", "", "header_from", "qualify");
		pairs_note(&p, im, "AuthMethod", "the best method that the server offers is used");
		pairs_note(&p, im, "TLSCert", "ssmtp uses it only with UseTLSCert=YES");
		pairs_note(&p, im, "TLSKey", "ssmtp uses it only with UseTLSCert=YES");
		pairs_note(&p, im, "Debug", "sendmail -v and relayconf probe show a session");
		pairs_note_rest(&p, im, "not known to the import");
		read_revaliases(im, path);
	}
	pairs_free(&p);
	return done;
}
