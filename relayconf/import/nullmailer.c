/* nullmailer: a folder with remotes, me, defaultdomain, helohost, adminaddr, allmailfrom, ... */
#include "base/compat.h"
#include "relayconf/import/pairs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first word of a file in the folder, "" without one. */
static bool first_line(struct import *im, const char *folder, const char *name, char *value,
    size_t size)
{
	char path[1200];
	struct pairs p;
	snprintf(path, sizeof path, "%.1000s/%s", folder, name);
	bool found = pairs_read(&p, im, path, PAIRS_BLANK) && p.count > 0;
	text_copy(value, size, found ? p.list[0].key : "");
	pairs_free(&p);
	return found;
}

/* One option of a line of remotes; false when it is not carried over. */
static bool set_option(struct import *im, const char *name, const char *option, const char *file,
    int line, bool *tls)
{
	const char *value = strchr(option, '=');
	size_t length = value != NULL ? (size_t)(value++ - option) : strlen(option);
	if (length == 4 && strncmp(option, "port", length) == 0 && value != NULL)
		import_set(im, "smarthost", name, "port", value);
	else if (length == 4 && strncmp(option, "user", length) == 0 && value != NULL)
		import_set(im, "smarthost", name, "login", value);
	else if (length == 4 && strncmp(option, "pass", length) == 0 && value != NULL)
		import_secret(im, name, value, file, line);
	else if (strcmp(option, "starttls") == 0 || strcmp(option, "ssl") == 0 ||
	         strcmp(option, "tls") == 0) {
		import_set(im, "smarthost", name, "implicit",
		    strcmp(option, "starttls") == 0 ? "no" : "yes");
		*tls = true;
	} else if (strcmp(option, "insecure") == 0)
		import_set(im, "smarthost", name, "tls", "encrypt");
	else if (length == 10 && strncmp(option, "x509cafile", length) == 0 && value != NULL)
		import_set(im, "smarthost", name, "tls_ca_file", value);
	else if (length == 12 && strncmp(option, "x509certfile", length) == 0 && value != NULL)
		import_set(im, "smarthost", name, "tls_cert_file", value);
	else if (length == 11 && strncmp(option, "x509keyfile", length) == 0 && value != NULL)
		import_set(im, "smarthost", name, "tls_key_file", value);
	else if (length == 6 && strncmp(option, "source", length) == 0 && value != NULL)
		import_set(im, "smarthost", name, "bind_address", value);
	else
		return strcmp(option, "auth-login") == 0 || strcmp(option, "auth") == 0;
	return true;
}

/* The next word by the quoting of a shell, in place; NULL at the end. */
static char *next_word(char **rest)
{
	char *at = *rest + strspn(*rest, " \t"), *word = at, *to = at, quote = '\0';
	if (*at == '\0')
		return NULL;
	for (; *at != '\0' && (quote != '\0' || (*at != ' ' && *at != '\t')); at++) {
		if (quote != '\0' && *at == quote)
			quote = '\0';
		else if (quote == '\0' && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (*at == '\\' && quote != '\'' && at[1] != '\0' &&
		         (quote == '\0' || strchr("\"\\$`", at[1]) != NULL))
			*to++ = *++at;
		else
			*to++ = *at;
	}
	*rest = at + (*at != '\0');
	*to = '\0';
	return word;
}

/* The name of an option alone: after it may be a password. */
static void note_option(struct import *im, const char *file, int line, const char *option)
{
	char *name = mem_copy_n(option, strcspn(option, "="));
	import_note(im, file, line, name, "no counterpart");
	free(name);
}

/* HOST [PROTOCOL [--option=value ...]] */
static void read_remote(struct import *im, const struct pair *line, const char *file,
    const char *name)
{
	bool tls = false;
	char *words = mem_copy(line->value), *rest = words;
	const char *word = next_word(&rest);
	import_server(im, name, line->key, false);
	if (word != NULL && strcmp(word, "smtp") != 0)
		import_note(im, file, line->line, word, "only SMTP is spoken");
	while ((word = next_word(&rest)) != NULL) {
		const char *option = word + strspn(word, "-");
		if (*option != '\0' && !set_option(im, name, option, file, line->line, &tls))
			note_option(im, file, line->line, option);
	}
	if (import_get(im, "smarthost", name, "tls") == NULL)
		import_set(im, "smarthost", name, "tls", tls ? "verify" : "off");
	const char *implicit = import_get(im, "smarthost", name, "implicit");
	if (import_get(im, "smarthost", name, "port") == NULL)
		import_set(im, "smarthost", name, "port",
		    implicit != NULL && strcmp(implicit, "yes") == 0 ? "465" : "25");
	if (import_get(im, "smarthost", name, "login") != NULL &&
	    strcmp(import_get(im, "smarthost", name, "tls"), "off") == 0) {
		import_set(im, "smarthost", name, "auth_without_tls", "yes");
		import_note(im, file, line->line, line->key,
		    "the password goes over the network unencrypted, as nullmailer sent it; tls = verify "
		    "would be better");
	}
	compat_wipe(words, strlen(line->value));
	free(words);
}

/* What completes addresses without a host: defaulthost, or the name of the machine, with
 * defaultdomain after a name without a dot. */
static void set_domain(struct import *im, const char *folder)
{
	char host[256], domain[256], whole[520];
	if (!first_line(im, folder, "defaulthost", host, sizeof host))
		import_word(im, "/etc/mailname", host, sizeof host);
	first_line(im, folder, "defaultdomain", domain, sizeof domain);
	bool complete = *host == '\0' || *domain == '\0' || strchr(host, '.') != NULL;
	snprintf(whole, sizeof whole, "%s%s%s", *host != '\0' ? host : domain, complete ? "" : ".",
	    complete ? "" : domain);
	import_set(im, "host", "", "domain", whole);
}

/* Seconds, in whole hours of ours. */
static void set_lifetime(struct import *im, const char *folder)
{
	char value[1024], hours[32];
	long long seconds;
	if (!first_line(im, folder, "queuelifetime", value, sizeof value) ||
	    !text_number(value, 1, 8760 * 3600LL, &seconds))
		return;
	snprintf(hours, sizeof hours, "%lld", (seconds + 3599) / 3600);
	import_set(im, "queue", "", "expire_after_h", hours);
}

static void read_rest(struct import *im, const char *folder)
{
	char value[1024], path[1200];
	static const char *const untouched[] = {"pausetime", "sendtimeout", "maxpause", "idhost"};
	if (first_line(im, folder, "me", value, sizeof value) ||
	    first_line(im, folder, "helohost", value, sizeof value))
		import_set(im, "host", "", "name", value);
	set_domain(im, folder);
	if (first_line(im, folder, "allmailfrom", value, sizeof value))
		import_set(im, "sender", "", "envelope_from", value);
	snprintf(path, sizeof path, "%.1000s/adminaddr", folder);
	if (first_line(im, folder, "adminaddr", value, sizeof value))
		import_note(im, path, 1, value,
		    "mail to this machine's own users went there: write \"root: ADDRESS\" into the aliases "
		    "file");
	set_lifetime(im, folder);
	if (first_line(im, folder, "doublebounceto", value, sizeof value))
		import_set(im, "bounce", "", "postmaster", value);
	for (size_t i = 0; i < sizeof untouched / sizeof untouched[0]; i++) {
		snprintf(path, sizeof path, "%.1000s/%s", folder, untouched[i]);
		if (first_line(im, folder, untouched[i], value, sizeof value))
			import_note(im, path, 1, value, "no counterpart; [queue] has times of its own");
	}
}

bool import_nullmailer(struct import *im, const char *folder)
{
	char path[1200], name[64];
	struct pairs p;
	snprintf(path, sizeof path, "%.1000s/remotes", folder);
	bool done = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; done && i < p.count && i < 16; i++) {
		snprintf(name, sizeof name, i == 0 ? "main" : "backup%d", i);
		read_remote(im, &p.list[i], path, name);
	}
	for (int i = 16; done && i < p.count; i++)
		import_note(im, path, p.list[i].line, p.list[i].key,
		    "more servers than smarthosts can be (16)");
	if (done)
		read_rest(im, folder);
	pairs_free(&p);
	return done;
}
