/* Postfix: main.cf and the maps that it names. */
#include "relayconf/import/maps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_tls(struct pairs *p, struct import *im)
{
	static const struct {
		const char *level, *tls;
	} rows[] = {
		{"none", "off"}, {"may", "opportunistic"}, {"encrypt", "encrypt"}, {"dane", "opportunistic"}, {"dane-only", "encrypt"},
		{"fingerprint", "encrypt"}, {"verify", "verify"}, {"secure", "verify"},
	};
	const char *level = pairs_take(p, "smtp_tls_security_level");
	bool wrapper = pairs_is_yes(p, "smtp_tls_wrappermode"), use = pairs_is_yes(p, "smtp_use_tls"), enforce = pairs_is_yes(p, "smtp_enforce_tls");
	const char *tls = enforce ? "verify" : use ? "opportunistic" : "off";
	for (size_t i = 0; level != NULL && i < sizeof rows / sizeof rows[0]; i++)
		tls = strcmp(rows[i].level, level) == 0 ? rows[i].tls : tls;
	import_set(im, "smarthost", "main", "tls", tls);
	import_set(im, "smarthost", "main", "implicit", wrapper ? "yes" : strcmp(tls, "off") == 0 ? NULL : "no");
	import_set(im, "smarthost", "main", "tls_ca_file", pairs_take(p, "smtp_tls_CAfile"));
	if (level != NULL && (text_starts(level, "dane") || strcmp(level, "fingerprint") == 0))
		pairs_note(p, im, "smtp_tls_security_level", "certificates are checked by their authority; see tls in [smarthost]");
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
		const char *with = known != NULL ? pairs_take(p, known) : NULL;
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
	char *domain = origin != NULL && *origin != '/' ? expand(p, origin) : NULL;
	import_set(im, "host", "", "name", pairs_take(p, "myhostname"));
	if (domain != NULL)
		import_set(im, "host", "", "domain", domain);
	else if (origin != NULL)
		pairs_note(p, im, "myorigin", "a file with the domain; write the domain itself as host.domain");
	import_set(im, "host", "", "aliases", aliases);
	free(domain);
}

/* "5d", "4h", "300s", "10m" in hours; "" without a value. */
static void set_hours(struct pairs *p, struct import *im, const char *key, const char *ours, long lowest)
{
	const char *value = pairs_take(p, key);
	char *unit, hours[32];
	if (value == NULL)
		return;
	long number = strtol(value, &unit, 10);
	long seconds = number * (*unit == 'w' ? 604800 : *unit == 'd' || *unit == '\0' ? 86400 : *unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1);
	if (strcmp(key, "delay_warning_time") == 0 && *unit == '\0')
		seconds = number * 3600;
	long rounded = (seconds + 3599) / 3600;
	snprintf(hours, sizeof hours, "%ld", rounded < lowest ? lowest : rounded > 8760 ? 8760 : rounded);
	import_set(im, "queue", "", ours, hours);
}

/* Mail that was delivered on the machine itself, or taken from the network: said, because it is another way from now on. */
static void note_what_ends(struct pairs *p, struct import *im)
{
	pairs_note(p, im, "mydestination", "no domain is local here: all mail goes to the smarthost");
	pairs_note(p, im, "virtual_alias_maps", "[rewrite recipients] is for that");
	pairs_note(p, im, "virtual_alias_domains", "no domain is local here");
	pairs_note(p, im, "virtual_mailbox_domains", "no domain is local here");
	pairs_note(p, im, "mynetworks", "nothing listens on the network");
	pairs_note(p, im, "inet_interfaces", "nothing listens on the network");
	pairs_note(p, im, "sender_canonical_maps", "[rewrite senders] is for that");
	pairs_note(p, im, "recipient_canonical_maps", "[rewrite recipients] is for that");
	pairs_note(p, im, "canonical_maps", "[rewrite senders] and [rewrite recipients] are for that");
	pairs_note(p, im, "masquerade_domains", "[rewrite senders] with @host.domain = @domain does that");
	pairs_note(p, im, "content_filter", "there are no content filters");
	pairs_note(p, im, "smtp_tls_policy_maps", "tls is set for each [smarthost]");
}

static void note_rest(struct pairs *p, struct import *im)
{
	static const struct {
		const char *prefix, *why;
	} rows[] = {
		{"smtpd_", "about mail from the network: nothing listens there now"},
		{"postscreen_", "about mail from the network: nothing listens there now"},
		{"virtual_", "no domain is local here"}, {"local_", "no domain is local here"}, {"mailbox_", "nothing is delivered on this machine"},
		{"home_mailbox", "nothing is delivered on this machine"}, {"smtp_tls_", "tls in [smarthost] is all that there is"}, {"", "no counterpart"},
	};
	static const char *const carried[] = {"smtp_sasl_auth_enable", "mydomain"};
	for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++)
		pairs_take(p, carried[i]);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		pairs_note_prefix(p, im, rows[i].prefix, rows[i].why);
}

static void set_smarthosts(struct pairs *p, struct import *im)
{
	const char *relayhost = pairs_take(p, "relayhost"), *second = pairs_take(p, "smtp_fallback_relay");
	if (relayhost != NULL && *relayhost != '\0') {
		char *server = expand(p, relayhost);
		import_server(im, "main", server, true);
		if (import_get(im, "smarthost", "main", "port") == NULL)
			import_set(im, "smarthost", "main", "port", "25");
		set_tls(p, im);
		import_set(im, "smarthost", "main", "bind_address", pairs_take(p, "smtp_bind_address"));
		free(server);
	} else {
		import_set(im, "fallback", "", "direct_mx", "yes");
	}
	if (second != NULL && *second != '\0') {
		import_server(im, "backup", second, true);
		import_set(im, "smarthost", "backup", "tls", "opportunistic");
		if (import_get(im, "smarthost", "backup", "port") == NULL)
			import_set(im, "smarthost", "backup", "port", "25");
	}
}

bool import_postfix(struct import *im, const char *path)
{
	struct pairs p;
	const char *map;
	bool done = pairs_read(&p, im, path, PAIRS_FOLDED);
	if (done) {
		set_host(&p, im);
		set_smarthosts(&p, im);
		if ((map = maps_text(im, &p, "transport_maps")) != NULL)
			maps_routes(im, map, PAIRS_FOLDED_BLANK, "");
		if ((map = maps_text(im, &p, "sender_dependent_relayhost_maps")) != NULL)
			maps_routes(im, map, PAIRS_FOLDED_BLANK, "from:");
		if ((map = maps_text(im, &p, "smtp_sasl_password_maps")) != NULL)
			maps_passwords(im, map);
		if ((map = maps_text(im, &p, "smtp_generic_maps")) != NULL)
			maps_generic(im, map);
		set_hours(&p, im, "maximal_queue_lifetime", "expire_after_h", 1);
		set_hours(&p, im, "delay_warning_time", "warn_after_h", 0);
		note_what_ends(&p, im);
		note_rest(&p, im);
	}
	pairs_free(&p);
	return done;
}
