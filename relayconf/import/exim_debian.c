/* Exim as Debian sets it up: the answers in update-exim4.conf.conf, macros in
   exim4.conf.localmacros, logins in passwd.client, senders in email-addresses. */
#include "relayconf/import/maps.h"
#include "base/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* dc_key='value' */
static const char *take(struct pairs *p, const char *key)
{
	const char *value = pairs_take(p, key);
	size_t length = value != NULL ? strlen(value) : 0;
	if (length > 1 && (*value == '\'' || *value == '"') && value[length - 1] == *value) {
		((char *)value)[length - 1] = '\0';
		value++;
	}
	return value;
}

/* "mail.example.org::587;other.example.org" */
static void set_servers(struct import *im, const char *value)
{
	char *list = mem_copy(value), *rest = list, *server, name[32] = "main";
	int count = 0;
	while ((server = strsep(&rest, ";")) != NULL) {
		server = text_trim(server);
		char *colons = strstr(server, "::");
		if (colons != NULL)
			memmove(colons, colons + 1, strlen(colons));
		if (*server == '\0')
			continue;
		if (count > 0)
			snprintf(name, sizeof name, count == 1 ? "backup" : "backup%d", count);
		import_server(im, name, server, false);
		if (import_get(im, "smarthost", name, "port") == NULL)
			import_set(im, "smarthost", name, "port", "25");
		import_set(im, "smarthost", name, "tls", "opportunistic");
		count++;
	}
	free(list);
}

/* Macros that change how the smarthost is reached. */
static void read_macros(struct import *im, const char *path)
{
	struct pairs p;
	char *name;
	if (!pairs_read(&p, im, path, PAIRS_EQUAL)) {
		pairs_free(&p);
		return;
	}
	const char *require = pairs_take(&p, "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS"),
	           *protocol = pairs_take(&p, "REMOTE_SMTP_SMARTHOST_PROTOCOL"),
	           *host = pairs_take(&p, "MAIN_HARDCODE_PRIMARY_HOSTNAME"),
	           *verify = pairs_take(&p, "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS");
	bool clear = pairs_take(&p, "AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS") != NULL;
	import_set(im, "host", "", "name", host);
	for (int at = 0; (name = import_next(im, "host", &at)) != NULL; free(name)) {
		bool smtps = protocol != NULL && strcmp(protocol, "smtps") == 0;
		if (smtps)
			import_set(im, "smarthost", name, "implicit", "yes");
		if (smtps || (require != NULL && strcmp(require, "*") == 0))
			import_set(im, "smarthost", name, "tls", verify != NULL ? "verify" : "encrypt");
		if (clear)
			import_set(im, "smarthost", name, "auth_without_tls", "yes");
	}
	pairs_note_rest(&p, im, "a macro of Exim without a counterpart");
	pairs_free(&p);
}

/* "user: address": senders that become other ones. */
static void read_senders(struct import *im, const char *path, const char *domain)
{
	struct pairs p;
	bool read = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; read && i < p.count; i++) {
		char address[400];
		struct pair *line = &p.list[i];
		size_t length = strcspn(line->key, ":");
		snprintf(address, sizeof address, "%.*s%s%s", (int)length, line->key,
		    strchr(line->key, '@') == NULL && *domain != '\0' ? "@" : "",
		    strchr(line->key, '@') == NULL ? domain : "");
		if (length > 0 && strchr(line->value, '@') != NULL && strchr(address, '*') == NULL)
			import_set(im, "rewrite", "senders", address, line->value);
		else
			import_note(im, path, line->line, line->key, "[rewrite senders] is for that");
	}
	pairs_free(&p);
}

/* "server:login:password", the server with wildcards ("*.example.org", "*"), or "^regular
   expression". The first one that fits counts. */
bool maps_exim_passwords(struct import *im, const char *path, const char *smarthost)
{
	struct pairs p;
	bool found = false;
	const char *host = import_get(im, "smarthost", smarthost, "host");
	bool read = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; read && i < p.count && host != NULL; i++) {
		struct buffer line = {0};
		/* A password may have blanks. */
		buffer_printf(&line, "%s%s%s", p.list[i].key, *p.list[i].value != '\0' ? " " : "",
		    p.list[i].value);
		char *words = mem_copy(buffer_string(&line)), *rest = words;
		const char *pattern = strsep(&rest, ":"), *login = rest != NULL ? strsep(&rest, ":") : NULL;
		size_t wanted = strlen(pattern), length = strlen(host);
		bool fits = *pattern == '*' ? wanted - 1 <= length &&
		                                  strcmp(host + length - (wanted - 1), pattern + 1) == 0
		                            : strcmp(host, pattern) == 0;
		if (fits && !found && login != NULL && rest != NULL) {
			import_set(im, "smarthost", smarthost, "login", login);
			import_secret(im, smarthost, rest, path, p.list[i].line);
			found = true;
		} else if (*pattern == '^') {
			import_note(im, path, p.list[i].line, TR("a login by a regular expression"),
			    "write it into [smarthost] by hand");
		} else if (!fits) {
			import_note(im, path, p.list[i].line, pattern,
			    "a login for a host that is not this smarthost");
		}
		free(words);
		buffer_free(&line);
	}
	if (!read)
		import_note(im, path, 0, TR("this file of passwords"),
		    "cannot be read; run the import as root");
	pairs_free(&p);
	return found;
}

/* The passwords of each smarthost; a server that has none needs none. */
static void set_logins(struct import *im)
{
	char *name;
	for (int at = 0; (name = import_next(im, "host", &at)) != NULL; free(name))
		maps_exim_passwords(im, "/etc/exim4/passwd.client", name);
}

bool import_exim_debian(struct import *im, const char *path)
{
	struct pairs p;
	char word[256];
	bool done = pairs_read(&p, im, path, PAIRS_EQUAL);
	if (done) {
		const char *kind = take(&p, "dc_eximconfig_configtype"), *hosts = take(&p, "dc_smarthost"),
		           *shown = take(&p, "dc_readhost"), *hide = take(&p, "dc_hide_mailname");
		bool relays =
		    kind != NULL && (strcmp(kind, "smarthost") == 0 || strcmp(kind, "satellite") == 0);
		import_word(im, "/etc/mailname", word, sizeof word);
		import_set(im, "host", "", "domain",
		    shown != NULL && *shown != '\0' && hide != NULL && strcmp(hide, "true") == 0 ? shown
		                                                                                 : word);
		import_set(im, "host", "", "aliases", "/etc/aliases");
		if (relays && hosts != NULL)
			set_servers(im, hosts);
		else if (kind != NULL && strcmp(kind, "internet") == 0)
			import_set(im, "fallback", "", "direct_mx", "yes");
		else
			pairs_note(&p, im, "dc_eximconfig_configtype", "no mail left this machine");
		read_macros(im, "/etc/exim4/exim4.conf.localmacros");
		set_logins(im);
		read_senders(im, "/etc/email-addresses", word);
		pairs_note(&p, im, "dc_other_hostnames",
		    "no domain is local here, unless [local] names it");
		pairs_note(&p, im, "dc_relay_domains", "nothing listens on the network");
		pairs_note(&p, im, "dc_relay_nets", "nothing listens on the network");
		pairs_note(&p, im, "dc_local_interfaces", "nothing listens on the network");
		pairs_note(&p, im, "dc_localdelivery", "[local] is for that");
		for (const char *const *known = (const char *const[]){"dc_minimaldns",
		         "dc_use_split_config", "CFILEMODE", "dc_mailname_in_oh", NULL};
		     *known != NULL; known++)
			pairs_take(&p, *known);
		pairs_note_rest(&p, im, "not known to the import");
	}
	pairs_free(&p);
	return done;
}
