/* sendmail: the macros and options of sendmail.cf or submit.cf, or the definitions of its .mc file; the maps beside it. */
#include "relayconf/import/maps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "relay:[mail.example.org]", "mail.example.org": a bare name is looked up by MX. */
static void set_smarthost(struct import *im, const char *value)
{
	const char *colon = strchr(value, ':');
	if (colon != NULL && *value != '[')
		value = colon + 1;
	import_server(im, "main", value, true);
	if (import_get(im, "smarthost", "main", "port") == NULL)
		import_set(im, "smarthost", "main", "port", "25");
	import_set(im, "smarthost", "main", "tls", "opportunistic");
}

static void set_time(struct import *im, const char *value, const char *key)
{
	char hours[32], *unit;
	long number = strtol(value, &unit, 10);
	snprintf(hours, sizeof hours, "%ld", *unit == 'd' || *unit == '\0' ? number * 24 : *unit == 'm' ? number / 60 : number);
	import_set(im, "queue", "", key, hours);
}

/* A line of the .cf file, as key and value. */
static void read_cf(struct import *im, const struct pair *line)
{
	const char *value = line->value;
	if (text_starts(line->key, "DS") && line->key[2] != '\0')
		set_smarthost(im, line->key + 2);
	else if (text_starts(line->key, "DM") && line->key[2] != '\0')
		import_set(im, "host", "", "domain", line->key + 2);
	else if (text_starts(line->key, "Dj") && strchr(line->key, '$') == NULL)
		import_set(im, "host", "", "name", line->key + 2);
	else if (strcmp(line->key, "O") == 0 && text_starts(value, "AliasFile=") && strchr(value, ',') == NULL)
		import_set(im, "host", "", "aliases", value + strlen("AliasFile="));
	else if (strcmp(line->key, "O") == 0 && text_starts(value, "Timeout.queuereturn="))
		set_time(im, value + strlen("Timeout.queuereturn="), "expire_after_h");
	else if (strcmp(line->key, "O") == 0 && text_starts(value, "Timeout.queuewarn="))
		set_time(im, value + strlen("Timeout.queuewarn="), "warn_after_h");
}

/* The n-th quoted argument of a line like define(`NAME', `value')dnl. */
static bool quoted(const char *line, int n, char *value, size_t size)
{
	for (; (line = strchr(line, '`')) != NULL; n--) {
		size_t length = strcspn(++line, "'");
		if (n == 1) {
			snprintf(value, size, "%.*s", (int)(length < size ? length : size - 1), line);
			return true;
		}
	}
	return false;
}

static void read_mc(struct import *im, const struct pairs *p, const struct pair *line)
{
	char name[256], value[1024];
	TEXT(whole, 1400);
	text_printf(&whole, "%s %s", line->key, line->value);
	if (!quoted(whole.data, 1, name, sizeof name))
		return;
	bool second = quoted(whole.data, 2, value, sizeof value);
	if (strcmp(name, "SMART_HOST") == 0 && second)
		set_smarthost(im, value);
	else if (strcmp(name, "nullclient") == 0 && second)
		set_smarthost(im, value);
	else if (text_starts(line->key, "MASQUERADE_AS("))
		import_set(im, "host", "", "domain", name);
	else if (strcmp(name, "ALIAS_FILE") == 0 && second)
		import_set(im, "host", "", "aliases", value);
	else if (strcmp(name, "confDOMAIN_NAME") == 0 && second)
		import_set(im, "host", "", "name", value);
	else if (strcmp(name, "RELAY_MAILER_ARGS") == 0 && second && strrchr(value, ' ') != NULL)
		import_set(im, "smarthost", "main", "port", strrchr(value, ' ') + 1);
	else if (text_starts(line->key, "FEATURE(") || text_starts(line->key, "define("))
		import_note(im, p->file, line->line, whole.data, strcmp(name, "virtusertable") == 0 || strcmp(name, "accept_unresolvable_domains") == 0
		            ? "about mail from the network: nothing listens there now" : "no counterpart");
}

/* AuthInfo:host "U:user" "I:user" "P:password" */
static void read_authinfo(struct import *im, const char *path)
{
	struct pairs p;
	const char *host = import_get(im, "smarthost", "main", "host");
	bool found = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; found && i < p.count; i++) {
		const char *user = strstr(p.list[i].value, "\"U:"), *id = strstr(p.list[i].value, "\"I:"), *password = strstr(p.list[i].value, "\"P:");
		char name[256];
		if (!text_starts_ci(p.list[i].key, "AuthInfo:"))
			continue;
		if (host == NULL || password == NULL || !text_equal_ci(p.list[i].key + strlen("AuthInfo:"), host)) {
			import_note(im, p.file, p.list[i].line, p.list[i].key, "a login for a server that is no smarthost here");
			continue;
		}
		user = id != NULL ? id : user;
		if (user != NULL) {
			snprintf(name, sizeof name, "%.*s", (int)strcspn(user + 3, "\""), user + 3);
			import_set(im, "smarthost", "main", "login", name);
		}
		char *secret = mem_copy_n(password + 3, strcspn(password + 3, "\""));
		import_secret(im, "main", secret, p.file, p.list[i].line);
		free(secret);
	}
	pairs_free(&p);
}

/* The maps have fixed names, in the folder of the .cf file. */
static void read_maps(struct import *im, const char *path)
{
	char beside[1200];
	int folder = strrchr(path, '/') != NULL ? (int)(strrchr(path, '/') - path + 1) : 0;
	struct pairs probe;
	static const char *const auth[] = {"authinfo", "default-auth-info", "access"};
	for (size_t i = 0; i < sizeof auth / sizeof auth[0]; i++) {
		snprintf(beside, sizeof beside, "%.*s%s", folder, path, auth[i]);
		read_authinfo(im, beside);
	}
	snprintf(beside, sizeof beside, "%.*smailertable", folder, path);
	if (pairs_read(&probe, im, beside, PAIRS_BLANK) && probe.count > 0)
		maps_routes(im, beside, PAIRS_BLANK, "");
	pairs_free(&probe);
	snprintf(beside, sizeof beside, "%.*sgenericstable", folder, path);
	if (pairs_read(&probe, im, beside, PAIRS_BLANK) && probe.count > 0)
		maps_generic(im, beside);
	pairs_free(&probe);
}

bool import_sendmail(struct import *im, const char *path)
{
	struct pairs p;
	bool mc = strlen(path) > 3 && strcmp(path + strlen(path) - 3, ".mc") == 0;
	bool done = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; i < p.count; i++) {
		if (mc)
			read_mc(im, &p, &p.list[i]);
		else
			read_cf(im, &p.list[i]);
	}
	/* submit.cf sends to a sendmail on this machine: not a smarthost, but the agent that goes. */
	if (done && import_get(im, "smarthost", "main", "host") == NULL)
		import_set(im, "fallback", "", "direct_mx", "yes");
	if (done)
		read_maps(im, path);
	pairs_free(&p);
	return done;
}
