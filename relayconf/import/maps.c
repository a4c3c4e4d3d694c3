/* Maps in text form. */
#include "relayconf/import/maps.h"
#include "base/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Is it the port that "host:port" names? */
static bool has_port(const struct import *im, const char *smarthost, const char *server)
{
	struct import other = {.root = ""};
	const char *port = import_get(im, "smarthost", smarthost, "port"), *wanted;
	import_server(&other, "x", server, false);
	wanted = import_get(&other, "smarthost", "x", "port");
	bool same = strcmp(port != NULL ? port : "25", wanted != NULL ? wanted : "25") == 0;
	import_free(&other);
	return same;
}

/* The smarthost for a server, made when it is new; it takes only what a [route] sends to it. */
static void smarthost_for(struct import *im, const char *server, char *name, size_t size)
{
	char host[256];
	size_t skip = *server == '[';
	size_t length = strcspn(server + skip, skip ? "]" : ":");
	snprintf(host, sizeof host, "%.*s", (int)(length < 255 ? length : 255), server + skip);
	for (int i = 0; i < im->setting_count; i++) {
		const struct setting *s = &im->settings[i];
		if (strcmp(s->section, "smarthost") == 0 && strcmp(s->key, "host") == 0 &&
		    strcmp(s->value, host) == 0 && has_port(im, s->name, server)) {
			text_copy(name, size, s->name);
			return;
		}
	}
	import_name(host, name, size);
	/* The same server at another port is another smarthost. */
	for (size_t n = strlen(name); import_get(im, "smarthost", name, "host") != NULL && n + 2 < size;
	     n++) {
		name[n] = '2';
		name[n + 1] = '\0';
	}
	import_server(im, name, server, true);
	if (import_get(im, "smarthost", name, "port") == NULL)
		import_set(im, "smarthost", name, "port", "25");
	import_set(im, "smarthost", name, "tls", "opportunistic");
	import_set(im, "smarthost", name, "default", "no");
}

static void read_route(struct import *im, const struct pairs *p, const struct pair *line,
    const char *prefix)
{
	char name[64], pattern[400];
	const char *colon = strchr(line->value, ':'), *server = line->value;
	bool mailer = colon != NULL && *server != '[' &&
	              (strncmp(server, "smtp:", 5) == 0 || strncmp(server, "esmtp:", 6) == 0 ||
	                  strncmp(server, "relay:", 6) == 0);
	if (mailer)
		server = colon + 1;
	else if (*prefix == '\0' && *server != '[') {
		TEXT(words, 400);
		text_printf(&words, "%s %s", line->key, line->value);
		import_note(im, p->file, line->line, words.data,
		    text_starts(line->value, "local") || text_starts(line->value, "virtual")
		        ? "no domain is local here; its mail goes to the smarthost"
		        : "only mail that goes to a server by SMTP is carried over");
		return;
	}
	if (*server == '\0') {
		import_note(im, p->file, line->line, line->key,
		    "no server is named: mail to its own MX; write \"via = direct\" if that is meant");
		return;
	}
	smarthost_for(im, server, name, sizeof name);
	snprintf(pattern, sizeof pattern, "%s%s", prefix,
	    *prefix != '\0' && line->key[0] == '@' ? line->key + 1 : line->key);
	import_set(im, "route", pattern, "via", name);
}

void maps_routes(struct import *im, const char *path, enum pairs_form form, const char *prefix)
{
	struct pairs p;
	if (!pairs_read(&p, im, path, form))
		import_note(im, path, 0, TR("this map"), "cannot be read");
	for (int i = 0; i < p.count; i++)
		read_route(im, &p, &p.list[i], prefix);
	pairs_free(&p);
}

/* How a smarthost's server may be written as a key. */
static bool names_server(const struct import *im, const char *smarthost, const char *key)
{
	const char *host = import_get(im, "smarthost", smarthost, "host"),
	           *port = import_get(im, "smarthost", smarthost, "port");
	bool brackets = *key == '[';
	size_t length = host != NULL ? strlen(host) : 0;
	if (host == NULL || strncasecmp(key + brackets, host, length) != 0)
		return false;
	const char *rest = key + brackets + length;
	if (brackets && *rest++ != ']')
		return false;
	return *rest == '\0' || (*rest == ':' && (strcmp(rest + 1, port != NULL ? port : "25") == 0 ||
	                                             (port != NULL && strcmp(port, "587") == 0 &&
	                                                 strcmp(rest + 1, "submission") == 0)));
}

static bool use_login(struct import *im, const struct pairs *p, struct pair *line)
{
	bool used = false;
	char *colon = strchr(line->value, ':');
	char *name;
	for (int at = 0; colon != NULL && (name = import_next(im, "host", &at)) != NULL; free(name)) {
		if (names_server(im, name, line->key)) {
			*colon = '\0';
			import_set(im, "smarthost", name, "login", line->value);
			*colon = ':';
			import_secret(im, name, colon + 1, p->file, line->line);
			used = true;
		}
	}
	return used;
}

/* The smarthost that takes the mail of a sender: that of its route, or the usual one. */
static const char *smarthost_of(const struct import *im, const char *pattern)
{
	const char *via = import_get(im, "route", pattern, "via");
	return via != NULL ? via : import_get(im, "smarthost", "main", "host") != NULL ? "main" : NULL;
}

/* "user@example.org USER:PASSWORD": a smarthost like the one of this sender, with the login, and
 * the route to it. */
static bool use_sender_login(struct import *im, const struct pairs *p, const struct pair *line)
{
	char name[64], pattern[400];
	const char *colon = strchr(line->value, ':'),
	           *sender = line->key[0] == '@' ? line->key + 1 : line->key;
	snprintf(pattern, sizeof pattern, "from:%s", sender);
	const char *like = smarthost_of(im, pattern);
	if (colon == NULL || like == NULL)
		return false;
	char *base = mem_copy(like), *user = mem_copy_n(line->value, (size_t)(colon - line->value));
	import_name(sender, name, sizeof name);
	for (int i = 0, count = im->setting_count; i < count; i++) {
		const struct setting *s = &im->settings[i];
		if (strcmp(s->section, "smarthost") != 0 || strcmp(s->name, base) != 0 ||
		    strcmp(s->key, "login") == 0)
			continue;
		char *key = mem_copy(s->key), *value = mem_copy(s->value);
		import_set(im, "smarthost", name, key, value);
		free(key);
		free(value);
	}
	import_set(im, "smarthost", name, "default", "no");
	import_set(im, "smarthost", name, "login", user);
	import_secret(im, name, colon + 1, p->file, line->line);
	import_set(im, "route", pattern, "via", name);
	free(base);
	free(user);
	return true;
}

void maps_passwords(struct import *im, const char *path, bool by_sender)
{
	struct pairs p;
	if (!pairs_read(&p, im, path, PAIRS_FOLDED_BLANK))
		import_note(im, path, 0, TR("this map of passwords"),
		    "cannot be read; run the import as root");
	for (int i = 0; i < p.count; i++) {
		struct pair *line = &p.list[i];
		bool sender = strchr(line->key, '@') != NULL;
		if (!(sender ? by_sender && use_sender_login(im, &p, line) : use_login(im, &p, line)))
			import_note(im, p.file, line->line, line->key,
			    sender && !by_sender ? "a login for a sender, which Postfix did not use: "
			                           "smtp_sender_dependent_authentication is not yes"
			                         : "a login for a server or sender that is no smarthost here");
	}
	pairs_free(&p);
}

void maps_login_of_all(struct import *im, const char *user, const char *password, const char *file,
    int line)
{
	char *name;
	for (int at = 0; (name = import_next(im, "host", &at)) != NULL; free(name)) {
		import_set(im, "smarthost", name, "login", user);
		import_secret(im, name, password, file, line);
	}
}

void maps_addresses(struct import *im, const char *path, const char *whose)
{
	char whole[2048];
	snprintf(whole, sizeof whole, "%s%s", im->root, path);
	if (access(whole, R_OK) == 0)
		import_set(im, "rewrite", whose, "file", path);
	else
		import_note(im, path, 0, TR("this map"),
		    "has no text form that can be read; the file of [rewrite senders] or [rewrite "
		    "recipients] names one");
}

const char *maps_text(struct import *im, struct pairs *p, const char *key)
{
	const char *value = pairs_take(p, key);
	if (value == NULL || *value == '\0')
		return NULL;
	static const char *const types[] = {"hash:/", "texthash:/", "btree:/", "lmdb:/", "cdb:/",
	    "dbm:/"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (text_starts(value, types[i]) && strpbrk(value, " ,") == NULL)
			return value + strlen(types[i]) - 1;
	}
	pairs_note(p, im, key, "only one map that has a text file is carried over");
	return NULL;
}
