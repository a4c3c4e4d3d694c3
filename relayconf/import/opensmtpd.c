/* OpenSMTPD: the actions of smtpd.conf that relay, and the matches that choose them, in their
   order. */
#include "relayconf/import/smtpd_conf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct opensmtpd {
	struct smtpd_conf c;
	struct import *im;
	bool has_default;
	int backups;
};

static void note(struct opensmtpd *o, const struct statement *s, const char *why)
{
	TEXT(words, 300);
	/* A table may hold passwords. */
	int shown = strcmp(s->words[0], "table") == 0 ? 2 : s->count;
	for (int i = 0; i < shown && words.length < 250; i++)
		text_printf(&words, "%s%.100s", i > 0 ? " " : "", s->words[i]);
	import_note(o->im, s->file, s->line, words.data, why);
}

/* The word after a keyword of a statement; NULL. */
static const char *behind(const struct statement *s, const char *keyword)
{
	int at = smtpd_conf_find(s, 1, keyword);
	return at > 0 && at + 1 < s->count ? s->words[at + 1] : NULL;
}

static struct statement *find_action(struct opensmtpd *o, const char *name)
{
	for (int i = 0; i < o->c.count; i++) {
		struct statement *s = &o->c.statements[i];
		if (s->count > 2 && strcmp(s->words[0], "action") == 0 && strcmp(s->words[1], name) == 0)
			return s;
	}
	return NULL;
}

struct wanted {
	struct opensmtpd *o;
	const char *label, *smarthost;
	bool found;
};

/* "label = user:password" */
static void see_secret(void *context, const char *key, const char *value, const char *file,
    int line)
{
	struct wanted *w = context;
	const char *colon = strchr(value, ':');
	if (strcmp(key, w->label) != 0 || colon == NULL) {
		if (strcmp(key, w->label) == 0)
			import_note(w->o->im, file, line, key, "a login that is not user:password");
		return;
	}
	char *user = mem_copy_n(value, (size_t)(colon - value));
	import_set(w->o->im, "smarthost", w->smarthost, "login", user);
	import_secret(w->o->im, w->smarthost, colon + 1, file, line);
	w->found = true;
	free(user);
}

/* TLS as the URL says it, made stricter by the action's "tls". */
static void set_tls(struct opensmtpd *o, const struct statement *action, const char *protocol,
    const char *name)
{
	int at = smtpd_conf_find(action, 1, "tls");
	bool no_verify =
	    at > 0 && at + 1 < action->count && strcmp(action->words[at + 1], "no-verify") == 0;
	const char *tls =
	    strcmp(protocol, "smtp+notls") == 0 ? "off"
	    : at > 0 && !no_verify              ? "verify"
	    : at > 0 || strcmp(protocol, "smtps") == 0 || strcmp(protocol, "smtp+tls") == 0
	        ? "encrypt"
	        : "opportunistic";
	import_set(o->im, "smarthost", name, "tls", tls);
	if (strcmp(protocol, "smtps") == 0)
		import_set(o->im, "smarthost", name, "implicit", "yes");
}

/* protocol://label@host:port */
static void set_server(struct opensmtpd *o, const struct statement *action, const char *url,
    const char *name)
{
	const char *scheme = strstr(url, "://"), *rest = scheme != NULL ? scheme + 3 : url;
	const char *at = strchr(rest, '@'), *auth = behind(action, "auth");
	char *protocol = scheme != NULL ? mem_copy_n(url, (size_t)(scheme - url)) : mem_copy("smtp");
	char *label = at != NULL ? mem_copy_n(rest, (size_t)(at - rest)) : mem_copy("");
	import_server(o->im, name, at != NULL ? at + 1 : rest, false);
	if (import_get(o->im, "smarthost", name, "port") == NULL)
		import_set(o->im, "smarthost", name, "port", strcmp(protocol, "smtps") == 0 ? "465" : "25");
	set_tls(o, action, protocol, name);
	if (strcmp(protocol, "lmtp") == 0)
		note(o, action, "LMTP is not spoken; name the server's SMTP port");
	struct wanted w = {o, label, name, false};
	if (*label != '\0' && auth != NULL)
		smtpd_conf_table(&o->c, o->im, auth, see_secret, &w);
	if (*label != '\0' && !w.found)
		note(o, action,
		    "its login is in no table that can be read here; write login and password_file into "
		    "[smarthost] by hand");
	free(protocol);
	free(label);
}

/* The smarthost of an action, made when it is new; NULL when the action has none. */
static bool smarthost_of(struct opensmtpd *o, struct statement *action, bool usual, char *name,
    size_t size)
{
	const char *url = behind(action, "host"), *from = behind(action, "mail-from"),
	           *source = behind(action, "src");
	if (action->used) {
		import_name(action->words[1], name, size);
		if (import_get(o->im, "smarthost", name, "host") == NULL)
			text_copy(name, size, "main");
		return true;
	}
	if (url == NULL || *url == '<') {
		note(o, action,
		    url == NULL ? "host has no server behind it"
		                : "servers of a table: write a [smarthost] for each");
		return false;
	}
	action->used = true;
	if (usual)
		text_copy(name, size, "main");
	else
		import_name(action->words[1], name, size);
	set_server(o, action, url, name);
	if (!usual)
		import_set(o->im, "smarthost", name, "default", "no");
	if (source != NULL && *source != '<')
		import_set(o->im, "smarthost", name, "bind_address", source);
	else if (source != NULL)
		note(o, action, "addresses of a table: bind_address in [smarthost] has one");
	if (from != NULL && *from != '@' && strchr(from, '@') != NULL)
		import_set(o->im, "sender", "", "envelope_from", from);
	else if (from != NULL)
		note(o, action, "[rewrite senders] changes the domain of senders");
	if (smtpd_conf_find(action, 1, "helo") > 0)
		import_set(o->im, "host", "", "name", behind(action, "helo"));
	if (smtpd_conf_find(action, 1, "backup") > 0)
		note(o, action, "backup is about mail from the network");
	return true;
}

struct routing {
	struct opensmtpd *o;
	const char *prefix, *via;
};

static void set_route(void *context, const char *key, const char *value, const char *file, int line)
{
	const struct routing *r = context;
	char pattern[400];
	(void)value, (void)file, (void)line;
	/* "*.example.org" is what a route calls .example.org; "@example.org" is a sender's domain. */
	snprintf(pattern, sizeof pattern, "%s%s", r->prefix,
	    *key == '*' || *key == '@' ? key + 1 : key);
	if (*pattern != '\0' && import_get(r->o->im, "route", pattern, "via") == NULL)
		import_set(r->o->im, "route", pattern, "via", r->via);
}

/* Routes for a value of "for domain" or "mail-from": a word, or "<table>", or { list }. */
static void set_routes(struct opensmtpd *o, const struct statement *match, int at,
    const char *prefix, const char *via)
{
	struct routing r = {o, prefix, via};
	if (at >= match->count) {
		note(o, match, "a condition without a value");
		return;
	}
	const char *value = match->words[at];
	if (*value == '<' && !smtpd_conf_table(&o->c, o->im, value, set_route, &r))
		note(o, match, "its table cannot be read here: write a [route] for it by hand");
	for (int i = at + 1; strcmp(value, "{") == 0 && i < match->count; i++) {
		if (strcmp(match->words[i], "}") == 0)
			break;
		if (strcmp(match->words[i], ",") != 0)
			set_route(&r, match->words[i], "", "", 0);
	}
	if (*value != '<' && strcmp(value, "{") != 0)
		set_route(&r, value, "", "", 0);
}

/* How a relaying action is chosen: for a domain, by a sender, or for all that is left. */
static void read_match(struct opensmtpd *o, struct statement *match, struct statement *action)
{
	char name[64];
	int domain = smtpd_conf_find(match, 1, "domain"),
	    sender = smtpd_conf_find(match, 1, "mail-from");
	const char *from = behind(match, "from");
	bool remote = from != NULL && strcmp(from, "src") == 0;
	bool odd = smtpd_conf_find(match, 1, "!") > 0 || smtpd_conf_find(match, 1, "rcpt-to") > 0 ||
	           smtpd_conf_find(match, 1, "helo") > 0 || smtpd_conf_find(match, 1, "tag") > 0;
	bool all = domain == 0 && sender == 0;
	const char *target = behind(match, "for");
	/* For "from" of a sender, mail-from comes after "from" as well. */
	if (odd || remote || (all && (target == NULL || strcmp(target, "any") != 0))) {
		note(o, match,
		    remote ? "about mail from the network: nothing listens there"
		           : "a condition that a [route] does not have");
		return;
	}
	if (domain > 0 && sender > 0) {
		note(o, match, "a [route] has one condition, a recipient's domain or a sender");
		return;
	}
	if (all && o->has_default) {
		note(o, match, "a match before it has all mail already");
		return;
	}
	match->used = true;
	o->has_default = o->has_default || all;
	if (smtpd_conf_find(action, 1, "host") == 0) {
		action->used = true;
		if (all)
			import_set(o->im, "fallback", "", "direct_mx", "yes");
		else
			set_routes(o, match, (domain > 0 ? domain : sender) + 1,
			    domain > 0 ? "" : "from:", "direct");
		return;
	}
	if (smarthost_of(o, action, all, name, sizeof name) && !all)
		set_routes(o, match, (domain > 0 ? domain : sender) + 1, domain > 0 ? "" : "from:", name);
}

static void set_hours(struct opensmtpd *o, const char *value, const char *key)
{
	char *unit, hours[32];
	long number = value != NULL ? strtol(value, &unit, 10) : 0;
	if (number <= 0)
		return;
	long seconds = number * (*unit == 'd' ? 86400 : *unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1);
	snprintf(hours, sizeof hours, "%ld", seconds < 3600 ? 1 : seconds / 3600);
	import_set(o->im, "queue", "", key, hours);
}

static void read_statement(struct opensmtpd *o, struct statement *s)
{
	const char *verb = s->words[0], *alias;
	if (strcmp(verb, "match") == 0) {
		const char *name = behind(s, "action");
		struct statement *action = name != NULL ? find_action(o, name) : NULL;
		if (action != NULL && smtpd_conf_find(action, 2, "relay") == 2)
			read_match(o, s, action);
		else
			note(o, s, "no domain is local here, unless [local] names it");
	} else if (strcmp(verb, "action") == 0 && s->count > 2 && strcmp(s->words[2], "relay") != 0) {
		alias = behind(s, "alias");
		const char *file = alias != NULL ? smtpd_conf_table_file(&o->c, alias) : NULL;
		import_set(o->im, "host", "", "aliases", file);
		if (alias != NULL && file == NULL)
			note(o, s, "aliases of a table that is no text file; aliases in [host] names one");
		s->used = true;
	} else if (strcmp(verb, "queue") == 0 && s->count > 2 && strcmp(s->words[1], "ttl") == 0) {
		set_hours(o, s->words[2], "expire_after_h");
		s->used = true;
	} else if (strcmp(verb, "bounce") == 0 && behind(s, "warn-interval") != NULL) {
		set_hours(o, behind(s, "warn-interval"), "warn_after_h");
		s->used = true;
	} else if (strcmp(verb, "accept") == 0 || strcmp(verb, "reject") == 0) {
		note(o, s, "the form of OpenSMTPD 6.3 and before: write it as action and match first");
		s->used = true;
	}
}

static void note_rest(struct opensmtpd *o)
{
	for (int i = 0; i < o->c.count; i++) {
		const struct statement *s = &o->c.statements[i];
		if (s->used || strcmp(s->words[0], "match") == 0)
			continue;
		note(o, s,
		    strcmp(s->words[0], "listen") == 0 || strcmp(s->words[0], "pki") == 0 ||
		            strcmp(s->words[0], "filter") == 0
		        ? "about mail from the network: nothing listens there"
		    : strcmp(s->words[0], "action") == 0 || strcmp(s->words[0], "table") == 0
		        ? "nothing uses it that was carried over"
		        : "no counterpart");
	}
}

bool import_opensmtpd(struct import *im, const char *path)
{
	struct opensmtpd o = {.im = im};
	char word[256];
	bool done = smtpd_conf_read(&o.c, im, path);
	if (done) {
		import_word(im, "/etc/mail/mailname", word, sizeof word);
		if (*word == '\0')
			import_word(im, "/etc/mailname", word, sizeof word);
		import_set(im, "host", "", "name", word);
		for (int i = 0; i < o.c.count; i++)
			read_statement(&o, &o.c.statements[i]);
		note_rest(&o);
	}
	smtpd_conf_free(&o.c);
	return done;
}
