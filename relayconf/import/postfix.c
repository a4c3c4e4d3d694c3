/* Postfix: main.cf and the maps that it names. */
#include "relayconf/import/maps.h"
#include "relayconf/import/postfix_values.h"
#include "relayconf/import/postfix_filters.h"
#include "base/language.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The level of main.cf is for all servers. */
static void set_tls(struct pairs *p, struct import *im)
{
	static const struct {
		const char *level, *tls;
	} rows[] = {
	    {"none", "off"},
	    {"may", "opportunistic"},
	    {"encrypt", "encrypt"},
	    {"dane", "opportunistic"},
	    {"dane-only", "encrypt"},
	    {"fingerprint", "encrypt"},
	    {"verify", "verify"},
	    {"secure", "verify"},
	};
	const char *level = pairs_take(p, "smtp_tls_security_level"),
	           *ca_file = pairs_take(p, "smtp_tls_CAfile"),
	           *own = pairs_take(p, "smtp_tls_cert_file"),
	           *key = pairs_take(p, "smtp_tls_key_file");
	bool wrapper = pairs_is_yes(p, "smtp_tls_wrappermode"), use = pairs_is_yes(p, "smtp_use_tls"),
	     enforce = pairs_is_yes(p, "smtp_enforce_tls");
	const char *tls = enforce ? "verify" : use ? "opportunistic" : "off";
	for (size_t i = 0; level != NULL && i < sizeof rows / sizeof rows[0]; i++)
		tls = strcmp(rows[i].level, level) == 0 ? rows[i].tls : tls;
	char *name;
	for (int at = 0; (name = import_next(im, "host", &at)) != NULL; free(name)) {
		import_set(im, "smarthost", name, "tls", tls);
		import_set(im, "smarthost", name, "implicit",
		    wrapper                   ? "yes"
		    : strcmp(tls, "off") == 0 ? NULL
		                              : "no");
		import_set(im, "smarthost", name, "tls_ca_file", ca_file);
		if (strcmp(tls, "off") == 0)
			continue;
		import_set(im, "smarthost", name, "tls_cert_file", own);
		import_set(im, "smarthost", name, "tls_key_file", key != NULL && *key != '$' ? key : NULL);
	}
	if (level != NULL)
		postfix_pins(p, im, level);
}

/* Postfix's own default of mydomain: myhostname without its first label. */
static const char *value_of(struct pairs *p, const char *name)
{
	const char *value = pairs_take(p, name), *host = strcmp(name, "mydomain") == 0 && value == NULL
	                                                     ? pairs_take(p, "myhostname")
	                                                     : NULL;
	const char *dot = host != NULL ? strchr(host, '.') : NULL;
	return dot != NULL && strchr(dot + 1, '.') != NULL ? dot + 1 : value;
}

/* "$mydomain" and "$myhostname" in a value. */
static char *expand(struct pairs *p, const char *value)
{
	struct buffer out = {0};
	static const char *const names[] = {"mydomain", "myhostname", "myorigin"};
	while (*value != '\0') {
		size_t plain = strcspn(value, "$");
		buffer_add(&out, value, plain);
		value += plain;
		if (*value != '$')
			continue;
		const char *start = value + 1 + (value[1] == '{' || value[1] == '(');
		const char *known = NULL;
		for (size_t i = 0; i < sizeof names / sizeof names[0] && known == NULL; i++) {
			if (text_starts(start, names[i]))
				known = names[i];
		}
		const char *with = known != NULL ? value_of(p, known) : NULL;
		buffer_puts(&out, with != NULL && *with != '$' ? with : "");
		value = start + (known != NULL ? strlen(known) : 0);
		value += *value == '}' || *value == ')';
	}
	char *text = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return text;
}

static void set_host(struct pairs *p, struct import *im)
{
	const char *origin = pairs_take(p, "myorigin"), *aliases = maps_text(im, p, "alias_maps");
	char word[256] = "", *domain = origin != NULL && *origin != '/' ? expand(p, origin) : NULL;
	import_set(im, "host", "", "name", pairs_take(p, "myhostname"));
	if (domain != NULL)
		import_set(im, "host", "", "domain", domain);
	else if (origin != NULL)
		import_word(im, origin, word, sizeof word);
	if (origin != NULL && domain == NULL)
		import_set(im, "host", "", "domain", word);
	import_set(im, "host", "", "aliases", aliases);
	free(domain);
}

/* "5d", "4h", "300s", "10m" in hours; "" without a value. */
static void set_hours(struct pairs *p, struct import *im, const char *key, const char *ours,
    long lowest)
{
	const char *value = pairs_take(p, key);
	char *unit, hours[32];
	if (value == NULL)
		return;
	long number = strtol(value, &unit, 10);
	long seconds = number * (*unit == 'w'                       ? 604800
	                            : *unit == 'd' || *unit == '\0' ? 86400
	                            : *unit == 'h'                  ? 3600
	                            : *unit == 'm'                  ? 60
	                                                            : 1);
	if (strcmp(key, "delay_warning_time") == 0 && *unit == '\0')
		seconds = number * 3600;
	long rounded = (seconds + 3599) / 3600;
	snprintf(hours, sizeof hours, "%ld",
	    rounded < lowest ? lowest
	    : rounded > 8760 ? 8760
	                     : rounded);
	import_set(im, "queue", "", ours, hours);
}

/* Mail that was delivered on the machine itself, or taken from the network: said, because it is
 * another way from now on. */
static void note_what_ends(struct pairs *p, struct import *im)
{
	pairs_note(p, im, "mydestination", "no domain is local here: all mail goes to the smarthost");
	pairs_note(p, im, "virtual_alias_maps", "[rewrite recipients] is for that");
	pairs_note(p, im, "virtual_alias_domains", "no domain is local here");
	pairs_note(p, im, "virtual_mailbox_domains", "no domain is local here");
	pairs_note(p, im, "mynetworks", "nothing listens until [listen] says so");
	pairs_note(p, im, "inet_interfaces", "nothing listens until [listen] says so");
	pairs_note(p, im, "sender_bcc_maps", "always_bcc in a [route from:...] is for that");
	pairs_note(p, im, "recipient_bcc_maps", "always_bcc in a [route] is for that");
	pairs_note(p, im, "smtp_destination_rate_delay", "max_messages in [smarthost] sets a pace");
	pairs_note(p, im, "default_destination_rate_delay", "max_messages in [smarthost] sets a pace");
	pairs_note(p, im, "sender_canonical_maps", "[rewrite senders] is for that");
	pairs_note(p, im, "recipient_canonical_maps", "[rewrite recipients] is for that");
	pairs_note(p, im, "canonical_maps", "[rewrite senders] and [rewrite recipients] are for that");
	pairs_note(p, im, "masquerade_domains",
	    "[rewrite senders] with @host.domain = @domain does that");
	pairs_note(p, im, "smtp_tls_policy_maps", "tls is set for each [smarthost]");
	pairs_note(p, im, "smtp_helo_name", "[host] name is given in EHLO");
	pairs_note(p, im, "minimal_backoff_time", "[queue] retry_min has the times between attempts");
	pairs_note(p, im, "maximal_backoff_time", "[queue] retry_min has the times between attempts");
	pairs_note(p, im, "smtp_connect_timeout", "[relay] connect_s is for that");
}

static void note_rest(struct pairs *p, struct import *im)
{
	static const struct {
		const char *prefix, *why;
	} rows[] = {
	    {"smtpd_", TR_LATER("about mail from the network: nothing listens there now")},
	    {"postscreen_", TR_LATER("about mail from the network: nothing listens there now")},
	    {"virtual_", TR_LATER("no domain is local here")},
	    {"local_", TR_LATER("no domain is local here")},
	    {"mailbox_", TR_LATER("nothing is delivered on this machine")},
	    {"home_mailbox", TR_LATER("nothing is delivered on this machine")},
	    {"smtp_tls_", TR_LATER("tls in [smarthost] is all that there is")},
	    {"", TR_LATER("no counterpart")},
	};
	static const char *const carried[] = {"smtp_sasl_auth_enable", "mydomain",
	    "smtp_sasl_security_options", "smtp_sasl_tls_security_options",
	    "smtp_sasl_mechanism_filter"};
	for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++)
		pairs_take(p, carried[i]);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		pairs_note_prefix(p, im, rows[i].prefix, rows[i].why);
}

/* Servers of a list; the first is called as first says, the others backup, backup2 ... */
static void set_servers(struct pairs *p, struct import *im, const char *value, const char *first,
    int *backups)
{
	char *list = expand(p, value), *rest = list, *server, name[32];
	while ((server = strsep(&rest, ", \t")) != NULL) {
		if (*server == '\0')
			continue;
		if (first != NULL)
			text_copy(name, sizeof name, first);
		else if (++*backups == 1)
			text_copy(name, sizeof name, "backup");
		else
			snprintf(name, sizeof name, "backup%d", *backups);
		first = NULL;
		import_server(im, name, server, true);
		if (import_get(im, "smarthost", name, "port") == NULL)
			import_set(im, "smarthost", name, "port", "25");
		import_set(im, "smarthost", name, "bind_address", pairs_take(p, "smtp_bind_address"));
	}
	free(list);
}

static void set_smarthosts(struct pairs *p, struct import *im)
{
	const char *relayhost = pairs_take(p, "relayhost"),
	           *second = pairs_take(p, "smtp_fallback_relay");
	int backups = 0;
	if (relayhost != NULL && *relayhost != '\0')
		set_servers(p, im, relayhost, "main", &backups);
	else
		import_set(im, "fallback", "", "direct_mx", "yes");
	if (second != NULL && *second != '\0')
		set_servers(p, im, second, NULL, &backups);
}

/* static:USER:PASSWORD, or the file of a map.  Who has a login of its own by sender has a smarthost
 * of its own. */
static void set_logins(struct pairs *p, struct import *im)
{
	const char *value = pairs_take(p, "smtp_sasl_password_maps"), *map;
	bool by_sender = pairs_is_yes(p, "smtp_sender_dependent_authentication");
	if (!pairs_is_yes(p, "smtp_sasl_auth_enable")) {
		pairs_note(p, im, "smtp_sasl_password_maps",
		    "Postfix did not use it: smtp_sasl_auth_enable is not yes");
		return;
	}
	if (value != NULL && text_starts(value, "static:") && strchr(value + 7, ':') != NULL &&
	    strpbrk(value, ", ") == NULL) {
		char *user = mem_copy_n(value + 7, strcspn(value + 7, ":"));
		maps_login_of_all(im, user, value + 8 + strlen(user), p->file,
		    pairs_line(p, "smtp_sasl_password_maps"));
		free(user);
	} else if ((map = maps_text(im, p, "smtp_sasl_password_maps")) != NULL) {
		maps_passwords(im, map, by_sender);
	}
}

/* Postfix sends passwords in the clear where its settings allow that. */
static void set_clear_logins(struct pairs *p, struct import *im)
{
	const char *options = pairs_take(p, "smtp_sasl_security_options");
	if (options == NULL || strstr(options, "noplaintext") != NULL)
		return;
	char *name;
	for (int at = 0; (name = import_next(im, "login", &at)) != NULL; free(name)) {
		const char *tls = import_get(im, "smarthost", name, "tls");
		if (tls != NULL && (strcmp(tls, "off") == 0 || strcmp(tls, "opportunistic") == 0)) {
			import_set(im, "smarthost", name, "auth_without_tls", "yes");
			import_note(im, p->file, pairs_line(p, "smtp_sasl_security_options"), name,
			    "the password goes over the network unencrypted when there is no TLS, as Postfix "
			    "sent it");
		}
	}
}

/* Maps of addresses: what leaves, or the senders. */
static void set_rewriting(struct pairs *p, struct import *im)
{
	const char *generic = maps_text(im, p, "smtp_generic_maps"), *map;
	if (generic != NULL)
		maps_addresses(im, generic, "senders");
	else if ((map = maps_text(im, p, "sender_canonical_maps")) != NULL)
		maps_addresses(im, map, "senders");
	if ((map = maps_text(im, p, "recipient_canonical_maps")) != NULL)
		maps_addresses(im, map, "recipients");
}

bool import_postfix(struct import *im, const char *path)
{
	struct pairs p;
	const char *map;
	bool done = pairs_read(&p, im, path, PAIRS_FOLDED);
	if (done) {
		postfix_values(&p);
		set_host(&p, im);
		set_smarthosts(&p, im);
		if ((map = maps_text(im, &p, "transport_maps")) != NULL)
			maps_routes(im, map, PAIRS_FOLDED_BLANK, "");
		if ((map = maps_text(im, &p, "sender_dependent_relayhost_maps")) != NULL)
			maps_routes(im, map, PAIRS_FOLDED_BLANK, "from:");
		set_tls(&p, im);
		set_logins(&p, im);
		set_clear_logins(&p, im);
		set_rewriting(&p, im);
		import_set(im, "queue", "", "always_bcc", pairs_take(&p, "always_bcc"));
		import_set(im, "bounce", "", "postmaster", pairs_take(&p, "2bounce_notice_recipient"));
		set_hours(&p, im, "maximal_queue_lifetime", "expire_after_h", 1);
		set_hours(&p, im, "delay_warning_time", "warn_after_h", 0);
		postfix_filters(&p, im);
		note_what_ends(&p, im);
		note_rest(&p, im);
	}
	pairs_free(&p);
	return done;
}
