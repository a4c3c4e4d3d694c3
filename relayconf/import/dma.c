/* dma, FreeBSD's default: dma.conf ("KEY value" lines and bare words), auth.conf
 * ("user|host:password"). */
#include "relayconf/import/pairs.h"
#include "base/language.h"
#include <string.h>

/* TLS as dma has it: never checked, so what is kept is how it is begun; checking is added, and
 * said. */
static void set_tls(struct pairs *p, struct import *im)
{
	bool secure = pairs_take(p, "SECURETRANSFER") != NULL,
	     starttls = pairs_take(p, "STARTTLS") != NULL;
	bool opportunistic = pairs_take(p, "OPPORTUNISTIC_TLS") != NULL;
	if (!secure) {
		import_set(im, "smarthost", "main", "tls", "opportunistic");
		return;
	}
	const char *pin = pairs_take(p, "FINGERPRINT");
	import_set(im, "smarthost", "main", "implicit", starttls ? "no" : "yes");
	import_set(im, "smarthost", "main", "tls", opportunistic ? "opportunistic" : "verify");
	import_set(im, "smarthost", "main", "tls_cert_file", pairs_take(p, "CERTFILE"));
	bool pinned = pin != NULL && import_fingerprints(im, "main", pin);
	if (pin != NULL && !pinned)
		import_note(im, p->file, pairs_line(p, "FINGERPRINT"), pin,
		    "a fingerprint here is of SHA-256");
	if (!opportunistic && !pinned)
		import_note(im, p->file, pairs_line(p, "SECURETRANSFER"), "SECURETRANSFER",
		    "dma did not check the server's certificate, tls = verify does; tls = encrypt goes on "
		    "without the check");
}

/* "user@host" is an address for all mail; "host" completes bare ones. */
static void set_masquerade(struct pairs *p, struct import *im)
{
	const char *value = pairs_take(p, "MASQUERADE");
	const char *at = value != NULL ? strchr(value, '@') : NULL;
	if (value == NULL)
		return;
	if (at == NULL || at == value) {
		import_set(im, "host", "", "domain", at == NULL ? value : at + 1);
	} else if (at[1] == '\0') {
		import_note(im, p->file, pairs_line(p, "MASQUERADE"), value,
		    "a user name without a host; set envelope_from to a whole address");
	} else {
		import_set(im, "sender", "", "envelope_from", value);
		import_set(im, "sender", "", "header_from", "qualify");
	}
}

/* user|host:password; the line for our smarthost is its login, others are named. */
static void set_login(struct pairs *conf, struct import *im, const char *host)
{
	struct pairs auth;
	const char *path = pairs_take(conf, "AUTHPATH");
	if (path == NULL)
		return;
	if (!pairs_read(&auth, im, path, PAIRS_BLANK)) {
		import_note(im, conf->file, pairs_line(conf, "AUTHPATH"), path,
		    "this file cannot be read; run the import as root");
		pairs_free(&auth);
		return;
	}
	for (int i = 0; i < auth.count; i++) {
		struct pair *line = &auth.list[i];
		char *bar = strchr(line->key, '|');
		char *colon = bar != NULL ? strchr(bar, ':') : NULL;
		if (colon == NULL) {
			import_note(im, auth.file, line->line, TR("a line that is not user|host:password"),
			    "write it into [smarthost] by hand");
			continue;
		}
		struct buffer password = {0};
		*bar = *colon = '\0';
		buffer_printf(&password, "%s%s%s", colon + 1, *line->value != '\0' ? " " : "", line->value);
		if (strcmp(bar + 1, host) == 0) {
			import_set(im, "smarthost", "main", "login", line->key);
			import_secret(im, "main", buffer_string(&password), auth.file, line->line);
		} else {
			import_note(im, auth.file, line->line, bar + 1,
			    "a login for a host that is not the smarthost");
		}
		buffer_free(&password);
	}
	pairs_free(&auth);
}

static void set_smarthost(struct pairs *p, struct import *im)
{
	const char *host = pairs_take(p, "SMARTHOST"), *port = pairs_take(p, "PORT");
	if (host == NULL) {
		import_set(im, "fallback", "", "direct_mx", "yes");
		import_set(im, "fallback", "", "direct_port", port);
		return;
	}
	import_server(im, "main", host, false);
	import_set(im, "smarthost", "main", "port", port != NULL ? port : "25");
	set_tls(p, im);
	if (pairs_take(p, "INSECURE") != NULL)
		import_set(im, "smarthost", "main", "auth_without_tls", "yes");
	set_login(p, im, host);
}

bool import_dma(struct import *im, const char *path)
{
	struct pairs p;
	bool done = pairs_read(&p, im, path, PAIRS_BLANK);
	if (done) {
		const char *name = pairs_take(&p, "MAILNAME");
		set_smarthost(&p, im);
		set_masquerade(&p, im);
		import_set(im, "host", "", "aliases", pairs_take(&p, "ALIASES"));
		char word[256];
		if (name != NULL && *name == '/')
			import_word(im, name, word, sizeof word);
		import_set(im, "host", "", "name", name != NULL && *name == '/' ? word : name);
		pairs_note(&p, im, "SPOOLDIR",
		    "the spool has a place of its own; relayconf adopt moves the mail that is there");
		pairs_note(&p, im, "FINGERPRINT", "dma looks at it only with SECURETRANSFER");
		pairs_note(&p, im, "CERTFILE", "dma uses it only with SECURETRANSFER");
		pairs_note(&p, im, "DEFER", "mail is tried at once; mailq hold keeps a message back");
		pairs_note(&p, im, "FULLBOUNCE", "reports hold what sendmail -R asks for");
		pairs_note(&p, im, "NULLCLIENT",
		    "nothing is local here anyhow: all mail goes to the smarthost");
		pairs_note_rest(&p, im, "not known to the import");
	}
	pairs_free(&p);
	return done;
}
