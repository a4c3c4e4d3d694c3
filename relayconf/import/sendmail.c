/* sendmail: the macros and options of sendmail.cf or submit.cf, or the definitions of its .mc file;
 * the maps beside it. */
#include "relayconf/import/maps.h"
#include "base/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known while a .cf file is read. */
struct cf {
	char smart_mailer[32]; /* the mailer that DS names: its arguments may have a port */
	char mailer[32];       /* whose definition is being read */
	int own_lines, first;  /* of sendmail's rules, listed together */
};

/* One server of DS: a bare name is looked up by MX. */
static void set_server(struct import *im, const char *smarthost, const char *server)
{
	import_server(im, smarthost, server, true);
	if (import_get(im, "smarthost", smarthost, "port") == NULL)
		import_set(im, "smarthost", smarthost, "port", "25");
	import_set(im, "smarthost", smarthost, "tls", "opportunistic");
}

/* "relay:[mail.example.org]", "mail.example.org", "[mail1]:[mail2]:mail3": servers to be tried in
 * this order. */
static void set_smarthost(struct import *im, const char *value, char *mailer, size_t size)
{
	char server[256], name[32] = "main";
	size_t word = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789");
	text_copy(mailer, size, "relay");
	if (value[word] == ':' && word > 0 && value[word + 1] != '\0') {
		snprintf(mailer, size, "%.*s", (int)word, value);
		value += word + 1;
	}
	for (int i = 0; *value != '\0' && i < 4; i++) {
		size_t length = *value == '[' ? strcspn(value, "]") + 1 : strcspn(value, ":");
		snprintf(server, sizeof server, "%.*s", (int)(length < 255 ? length : 255), value);
		set_server(im, name, server);
		value += length <= strlen(value) ? length : strlen(value);
		value += *value == ':';
		snprintf(name, sizeof name, "backup%d", i + 1);
	}
}

static void set_time(struct import *im, const char *value, const char *key)
{
	char hours[32], *unit;
	long number = strtol(value, &unit, 10);
	snprintf(hours, sizeof hours, "%ld",
	    *unit == 'd' || *unit == '\0' ? number * 24
	    : *unit == 'm'                ? number / 60
	                                  : number);
	import_set(im, "queue", "", key, hours);
}

static bool read_option(struct import *im, const char *option)
{
	if (text_starts(option, "AliasFile=") && strchr(option, ',') == NULL)
		import_set(im, "host", "", "aliases", option + strlen("AliasFile="));
	else if (text_starts(option, "Timeout.queuereturn="))
		set_time(im, option + strlen("Timeout.queuereturn="), "expire_after_h");
	else if (text_starts(option, "Timeout.queuewarn="))
		set_time(im, option + strlen("Timeout.queuewarn="), "warn_after_h");
	else if (text_starts(option, "FallbackSmartHost="))
		set_server(im, "backup", option + strlen("FallbackSmartHost="));
	else
		return false;
	return true;
}

static bool read_macro(struct import *im, struct cf *cf, const struct pair *line)
{
	char value[512];
	snprintf(value, sizeof value, "%s%s", line->key + 2, line->key[2] == '\0' ? line->value : "");
	if (*value == '\0')
		return false;
	if (line->key[1] == 'S')
		set_smarthost(im, value, cf->smart_mailer, sizeof cf->smart_mailer);
	else if (line->key[1] == 'M')
		import_set(im, "host", "", "domain", value);
	else if (line->key[1] == 'j' && strchr(value, '$') == NULL)
		import_set(im, "host", "", "name", value);
	else
		return false;
	return true;
}

/* "Kmailertable hash -o /etc/mail/mailertable": the maps that are read beside the file. */
static bool is_known_map(const struct pair *line)
{
	return strcmp(line->key, "Kmailertable") == 0 || strcmp(line->key, "Kgenerics") == 0 ||
	       strcmp(line->key, "Kauthinfo") == 0;
}

static void read_mailer(struct import *im, struct cf *cf, const struct pair *line)
{
	const char *port = strncmp(line->value, "$h ", 3) == 0 ? line->value + 3 : "";
	if (line->key[0] == 'M')
		snprintf(cf->mailer, sizeof cf->mailer, "%.*s", (int)strcspn(line->key + 1, ","),
		    line->key + 1);
	else if (strcmp(line->key, "A=TCP") == 0 && *port != '\0' &&
	         strcmp(cf->mailer, cf->smart_mailer) == 0)
		import_set(im, "smarthost", "main", "port", port);
}

/* Why a setting ends with sendmail; NULL for a line of its own rules, of which nobody wants to read
 * each. */
static const char *reason_of(const struct pair *line)
{
	static const struct {
		const char *key, *value, *why;
	} rows[] = {
	    {"Cw", "", TR_LATER("no domain is local here: mail for it goes to the smarthost")},
	    {"Fw", "", TR_LATER("no domain is local here: mail for these goes to the smarthost")},
	    {"CE", "",
	        TR_LATER("these senders kept the machine's own name; [rewrite senders] can give it to "
	                 "them")},
	    {"CM", "", TR_LATER("[rewrite senders] with @host.domain = @domain does that")},
	    {"Kvirtuser", "", TR_LATER("about mail from the network: nothing listens there now")},
	    {"Kaccess", "", TR_LATER("about mail from the network: nothing listens there now")},
	    {"K", "", TR_LATER("one of the maps of sendmail's rules")},
	    {"O", "DaemonPortOptions=", TR_LATER("nothing listens on the network")},
	    {"O", "QueueDirectory=", TR_LATER("relayconf adopt moves the mail that is there")},
	    {"O", "MaxMessageSize=", TR_LATER("the server says how much it accepts")},
	    {"O", "MinFreeBlocks=", TR_LATER("[queue] min_free_mb is for that")},
	    {"O", "ForwardPath=",
	        TR_LATER("nothing is delivered on this machine, so no .forward is read")},
	    {"O", "LogLevel=", TR_LATER("a line for each recipient and attempt, always")},
	    {"O", "", TR_LATER("no counterpart")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (text_starts(line->key, rows[i].key) && text_starts(line->value, rows[i].value))
			return strcmp(line->key, "Cwlocalhost") == 0 ? NULL : rows[i].why;
	}
	return NULL;
}

static void read_cf(struct import *im, struct cf *cf, const struct pairs *p,
    const struct pair *line)
{
	TEXT(words, 300);
	bool option = strcmp(line->key, "O") == 0;
	if (option                ? read_option(im, line->value)
	    : line->key[0] == 'D' ? line->key[1] != '\0' && read_macro(im, cf, line)
	                          : is_known_map(line))
		return;
	read_mailer(im, cf, line);
	const char *why = reason_of(line);
	text_printf(&words, "%s%s%s", line->key, *line->value != '\0' ? " " : "", line->value);
	if (why != NULL) {
		import_note(im, p->file, line->line, words.data, why);
		return;
	}
	cf->first = cf->own_lines++ == 0 ? line->line : cf->first;
}

static void note_rules(struct import *im, const struct cf *cf, const char *file)
{
	TEXT(words, 80);
	text_printf(&words, TR("%d lines of rules, classes, mailers and header fields"), cf->own_lines);
	if (cf->own_lines > 0)
		import_note(im, file, cf->first, words.data,
		    "sendmail's own way of working; rules that you added have no counterpart");
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

/* What a .mc file is built of, and says nothing about mail. */
static bool is_frame(const char *key)
{
	static const char *const words[] = {"dnl", "divert(", "include(", "VERSIONID(", "OSTYPE(",
	    "MAILER(", "undefine(", "LOCAL_CONFIG"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (text_starts(key, words[i]))
			return true;
	}
	return false;
}

/* define(`confTO_QUEUERETURN', `2d') is an option of the .cf file by another name. */
static bool read_conf(struct import *im, const char *name, const char *value)
{
	static const char *const rows[][2] = {{"confTO_QUEUERETURN", "Timeout.queuereturn"},
	    {"confTO_QUEUEWARN", "Timeout.queuewarn"}, {"confFALLBACK_SMARTHOST", "FallbackSmartHost"}};
	TEXT(option, 1100);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i][0], name) != 0)
			continue;
		text_printf(&option, "%s=%s", rows[i][1], value);
		return read_option(im, option.data);
	}
	return false;
}

static void read_mc(struct import *im, const struct pairs *p, const struct pair *line)
{
	char name[256], value[1024], mailer[32];
	TEXT(whole, 1400);
	text_printf(&whole, "%s %s", line->key, line->value);
	if (is_frame(line->key))
		return;
	if (!quoted(whole.data, 1, name, sizeof name))
		*name = '\0';
	bool second = quoted(whole.data, 2, value, sizeof value);
	if (strcmp(name, "SMART_HOST") == 0 && second)
		set_smarthost(im, value, mailer, sizeof mailer);
	else if (strcmp(name, "nullclient") == 0 && second)
		set_smarthost(im, value, mailer, sizeof mailer);
	else if (text_starts(line->key, "MASQUERADE_AS("))
		import_set(im, "host", "", "domain", name);
	else if (strcmp(name, "ALIAS_FILE") == 0 && second)
		import_set(im, "host", "", "aliases", value);
	else if (strcmp(name, "confDOMAIN_NAME") == 0 && second)
		import_set(im, "host", "", "name", value);
	else if (second && read_conf(im, name, value))
		return;
	else if (strcmp(name, "RELAY_MAILER_ARGS") == 0 && second && strrchr(value, ' ') != NULL)
		import_set(im, "smarthost", "main", "port", strrchr(value, ' ') + 1);
	else if (strcmp(name, "mailertable") != 0 && strcmp(name, "genericstable") != 0 &&
	         strcmp(name, "authinfo") != 0)
		import_note(im, p->file, line->line, whole.data,
		    strcmp(name, "virtusertable") == 0 || strcmp(name, "accept_unresolvable_domains") == 0
		        ? "about mail from the network: nothing listens there now"
		        : "no counterpart");
}

/* AuthInfo:host "U:user" "I:user" "P:password" */
static void read_authinfo(struct import *im, const char *path)
{
	struct pairs p;
	const char *host = import_get(im, "smarthost", "main", "host");
	bool found = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; found && i < p.count; i++) {
		const char *user = strstr(p.list[i].value, "\"U:"), *id = strstr(p.list[i].value, "\"I:"),
		           *password = strstr(p.list[i].value, "\"P:");
		char name[256];
		if (!text_starts_ci(p.list[i].key, "AuthInfo:"))
			continue;
		if (host == NULL || password == NULL ||
		    !text_equal_ci(p.list[i].key + strlen("AuthInfo:"), host)) {
			import_note(im, p.file, p.list[i].line, p.list[i].key,
			    "a login for a server that is no smarthost here");
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
		maps_addresses(im, beside, "senders");
	pairs_free(&probe);
}

bool import_sendmail(struct import *im, const char *path)
{
	struct pairs p;
	struct cf cf = {0};
	bool mc = strlen(path) > 3 && strcmp(path + strlen(path) - 3, ".mc") == 0;
	bool done = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; i < p.count; i++) {
		if (mc)
			read_mc(im, &p, &p.list[i]);
		else
			read_cf(im, &cf, &p, &p.list[i]);
	}
	note_rules(im, &cf, path);
	/* submit.cf sends to a sendmail on this machine: not a smarthost, but the agent that goes. */
	if (done && import_get(im, "smarthost", "main", "host") == NULL)
		import_set(im, "fallback", "", "direct_mx", "yes");
	if (done)
		read_maps(im, path);
	pairs_free(&p);
	return done;
}
