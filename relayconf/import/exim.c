/* Exim: its own configuration file, or the answers that Debian keeps (exim_debian.c).  Routers are
   read in their order, as Exim asks them; what has no counterpart is named. */
#include "relayconf/import/exim_file.h"
#include "base/language.h"
#include "relayconf/import/maps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exim {
	struct exim_file f;
	struct import *im;
	bool has_default, direct;
};

static const char *value_of(const struct exim_option *o)
{
	return o != NULL ? o->value : NULL;
}

static void note(struct exim *x, const struct exim_option *o, const char *why)
{
	TEXT(words, 300);
	if (o == NULL)
		return;
	/* What may be a password is not shown. */
	bool secret = strstr(o->key, "send") != NULL || strstr(o->key, "secret") != NULL;
	text_printf(&words, "%s%s%s = %.200s", o->name, *o->name != '\0' ? ": " : "", o->key,
	    secret ? "..." : o->value);
	import_note(x->im, o->file, o->line, words.data, why);
}

/* True for "*", which means every server. */
static bool is_all(const struct exim_option *o)
{
	return o != NULL && strcmp(o->value, "*") == 0;
}

/* How the servers of a transport are reached. */
static void set_tls(struct exim *x, int transport, const char *name)
{
	const struct exim_option *require = exim_file_take(&x->f, transport, "hosts_require_tls"),
	                         *avoid = exim_file_take(&x->f, transport, "hosts_avoid_tls"),
	                         *verify = exim_file_take(&x->f, transport, "tls_verify_hosts"),
	                         *attempt = exim_file_take(&x->f, transport, "tls_try_verify_hosts"),
	                         *ca = exim_file_take(&x->f, transport, "tls_verify_certificates"),
	                         *protocol = exim_file_take(&x->f, transport, "protocol");
	bool smtps = protocol != NULL && strcmp(protocol->value, "smtps") == 0;
	bool needed = smtps || is_all(require);
	import_set(x->im, "smarthost", name, "tls",
	    is_all(avoid) && !smtps    ? "off"
	    : needed && is_all(verify) ? "verify"
	    : needed                   ? "encrypt"
	                               : "opportunistic");
	if (smtps) {
		import_set(x->im, "smarthost", name, "implicit", "yes");
		if (import_get(x->im, "smarthost", name, "port") == NULL)
			import_set(x->im, "smarthost", name, "port", "465");
	}
	if (ca != NULL && *ca->value == '/')
		import_set(x->im, "smarthost", name, "tls_ca_file", ca->value);
	if (require != NULL && !is_all(require))
		note(x, require, "tls is set for each [smarthost]: tls = verify or encrypt");
	if (avoid != NULL && !is_all(avoid))
		note(x, avoid, "tls is set for each [smarthost]: tls = off");
	if ((verify != NULL && (!is_all(verify) || !needed)) || (attempt != NULL && !is_all(attempt)))
		note(x, verify != NULL ? verify : attempt,
		    "tls = verify in [smarthost] checks the certificate");
	const char *own = value_of(exim_file_take(&x->f, transport, "tls_certificate")),
	           *key = value_of(exim_file_take(&x->f, transport, "tls_privatekey"));
	import_set(x->im, "smarthost", name, "tls_cert_file", own != NULL && *own == '/' ? own : NULL);
	import_set(x->im, "smarthost", name, "tls_key_file", key != NULL && *key == '/' ? key : NULL);
	import_set(x->im, "smarthost", name, "bind_address",
	    value_of(exim_file_take(&x->f, transport, "interface")));
}

/* "^user^password", of which an empty first part is who one acts for; "^^" is one '^'. */
static bool split_plain(const char *sent, struct buffer *user, struct buffer *password)
{
	int part = 0;
	for (; *sent != '\0'; sent++) {
		if (*sent == '^' && sent[1] != '^') {
			part++;
			continue;
		}
		sent += *sent == '^';
		if (part == 1)
			buffer_add(user, sent, 1);
		else if (part == 2)
			buffer_add(password, sent, 1);
	}
	return part == 2;
}

/* The name and password that an authenticator sends; false when it has none, or computes them. */
static bool read_login(struct exim *x, int instance, struct buffer *user, struct buffer *password,
    const struct exim_option **from)
{
	const struct exim_option *sends = exim_file_take(&x->f, instance, "client_send"),
	                         *name = exim_file_take(&x->f, instance, "client_name"),
	                         *secret = exim_file_take(&x->f, instance, "client_secret");
	*from = sends != NULL ? sends : secret;
	if (*from == NULL || strstr((*from)->value, "${") != NULL)
		return false;
	if (sends == NULL) {
		buffer_puts(user, name != NULL ? name->value : "");
		buffer_puts(password, secret->value);
		return name != NULL;
	}
	char *list = mem_copy(sends->value), *rest = list, separator = '\0', *item;
	const char *items[4] = {"", "", "", ""};
	int count = 0;
	while (count < 4 && (item = exim_file_item(&rest, &separator)) != NULL)
		items[count++] = item;
	bool plain = count == 1 && split_plain(items[0], user, password);
	if (count >= 2) {
		buffer_puts(user, items[count - 2]);
		buffer_puts(password, items[count - 1]);
	}
	free(list);
	return plain || count == 3 || count == 2;
}

/* The file of "${lookup{...}lsearch{FILE}...": "server:login:password". */
static bool read_password_file(struct exim *x, const struct exim_option *o, const char *smarthost)
{
	const char *at = strstr(o->value, "lsearch{");
	if (at == NULL || at[8] != '/')
		return false;
	char *path = mem_copy_n(at + 8, strcspn(at + 8, "}"));
	bool done = maps_exim_passwords(x->im, path, smarthost);
	free(path);
	return done;
}

/* Exim sends passwords in the clear unless it is configured otherwise. */
static void set_clear(struct exim *x, const struct exim_option *from, const char *name)
{
	const char *tls = import_get(x->im, "smarthost", name, "tls");
	if (strcmp(tls, "off") != 0 && strcmp(tls, "opportunistic") != 0)
		return;
	import_set(x->im, "smarthost", name, "auth_without_tls", "yes");
	import_note(x->im, from->file, from->line, from->name,
	    "the password goes over the network unencrypted when there is no TLS, as Exim sent it");
}

/* Exim logs in to the servers that the transport names, by the first method both have. */
static void set_login(struct exim *x, int transport, const char *name)
{
	const struct exim_option *require = exim_file_take(&x->f, transport, "hosts_require_auth"),
	                         *attempt = exim_file_take(&x->f, transport, "hosts_try_auth"),
	                         *asked = require != NULL ? require : attempt;
	bool set = false;
	for (int i = 0; asked != NULL && i < x->f.count && !set; i++) {
		struct exim_option *o = &x->f.options[i];
		struct buffer user = {0}, password = {0};
		const struct exim_option *from = NULL;
		if (o->section != EXIM_AUTHENTICATORS || strcmp(o->key, "driver") != 0)
			continue;
		bool any = exim_file_take(&x->f, o->instance, "client_condition") == NULL;
		if (read_login(x, o->instance, &user, &password, &from)) {
			import_set(x->im, "smarthost", name, "login", buffer_string(&user));
			import_secret(x->im, name, buffer_string(&password), from->file, from->line);
			set = true;
		} else if (from != NULL) {
			set = read_password_file(x, from, name);
			if (!set)
				note(x, from, "write login and password_file into [smarthost] by hand");
		}
		if (set && any)
			set_clear(x, from, name);
		buffer_free(&user);
		buffer_free(&password);
	}
}

/* One server of a list, "host", "host:587", "host/MX"; its smarthost's name. */
static void add_server(struct exim *x, char *server, int transport, bool usual, char *name,
    size_t size)
{
	char *mx = strstr(server, "/MX");
	if (mx != NULL)
		*mx = '\0';
	if (usual && import_get(x->im, "smarthost", "main", "host") == NULL)
		text_copy(name, size, "main");
	else
		import_name(server, name, size);
	const char *port = value_of(exim_file_take(&x->f, transport, "port"));
	import_server(x->im, name, server, false);
	if (mx != NULL)
		import_set(x->im, "smarthost", name, "lookup", "mx");
	if (import_get(x->im, "smarthost", name, "port") == NULL)
		import_set(x->im, "smarthost", name, "port",
		    port == NULL || strcmp(port, "smtp") == 0 ? NULL
		    : strcmp(port, "submission") == 0         ? "587"
		                                              : port);
	set_tls(x, transport, name);
	if (import_get(x->im, "smarthost", name, "port") == NULL)
		import_set(x->im, "smarthost", name, "port", "25");
	if (!usual)
		import_set(x->im, "smarthost", name, "default", "no");
	set_login(x, transport, name);
}

/* All servers of a list; names of their smarthosts, as "via" has them. */
static void add_servers(struct exim *x, const char *hosts, int transport, bool usual,
    struct buffer *via)
{
	char *list = mem_copy(hosts), *rest = list, separator = '\0', *server, name[64];
	while ((server = exim_file_item(&rest, &separator)) != NULL) {
		if (*server == '\0' || *server == '+')
			continue;
		add_server(x, server, transport, usual, name, sizeof name);
		buffer_printf(via, "%s%s", via->length > 0 ? " " : "", name);
	}
	free(list);
}

/* Mail for a pattern of domains goes to those servers; "*" is all mail. */
static void add_route(struct exim *x, const struct exim_option *o, const char *pattern,
    const char *hosts, int transport)
{
	struct buffer via = {0};
	bool all = strcmp(pattern, "*") == 0 || text_starts(pattern, "! +");
	bool lookup = strchr(pattern, '$') != NULL || strchr(pattern, ';') != NULL || *pattern == '^' ||
	              *pattern == '!' || *pattern == '+' || *pattern == '/';
	if (strstr(hosts, "${") != NULL || (lookup && !all)) {
		note(x, o, "a lookup or a condition: write a [route] for it by hand");
		return;
	}
	if (all && x->has_default) {
		note(x, o, "a router before it has all mail already");
		return;
	}
	add_servers(x, hosts, transport, all, &via);
	/* "*.example.org" is what a route calls .example.org. */
	if (!all)
		import_set(x->im, "route", *pattern == '*' ? pattern + 1 : pattern, "via",
		    buffer_string(&via));
	x->has_default = x->has_default || all;
	buffer_free(&via);
}

/* "pattern hosts options; pattern hosts options" */
static void read_route_list(struct exim *x, const struct exim_option *o, int transport)
{
	char *copy = mem_copy(o->value), *rest = copy, *rule;
	while ((rule = strsep(&rest, ";")) != NULL) {
		rule = text_trim(rule);
		size_t word = strcspn(rule, " \t");
		if (*rule == '\0' || rule[word] == '\0')
			continue;
		rule[word] = '\0';
		char *hosts = rule + word + 1 + strspn(rule + word + 1, " \t");
		bool quoted = *hosts == '"';
		hosts += quoted;
		hosts[strcspn(hosts, quoted ? "\"" : " \t")] = '\0';
		add_route(x, o, rule, hosts, transport);
	}
	free(copy);
}

static void read_manualroute(struct exim *x, int router)
{
	const struct exim_option *transport = exim_file_take(&x->f, router, "transport"),
	                         *list = exim_file_take(&x->f, router, "route_list"),
	                         *data = exim_file_take(&x->f, router, "route_data"),
	                         *domains = exim_file_take(&x->f, router, "domains"),
	                         *senders = exim_file_take(&x->f, router, "senders"),
	                         *condition = exim_file_take(&x->f, router, "condition");
	int by = transport != NULL ? exim_file_find(&x->f, EXIM_TRANSPORTS, transport->value) : 0;
	const struct exim_option *driver = exim_file_take(&x->f, by, "driver");
	if (driver == NULL || strcmp(driver->value, "smtp") != 0) {
		note(x, transport, "only mail that goes to a server by SMTP is carried over");
	} else if (condition != NULL || senders != NULL) {
		note(x, condition != NULL ? condition : senders,
		    "a condition: write a [route] for its servers by hand");
	} else if (list != NULL) {
		read_route_list(x, list, by);
	} else if (data != NULL && domains != NULL && strchr(domains->value, '+') == NULL) {
		char *copy = mem_copy(domains->value), *rest = copy, separator = '\0', *domain;
		while ((domain = exim_file_item(&rest, &separator)) != NULL)
			add_route(x, data, domain, data->value, by);
		free(copy);
	} else if (data != NULL) {
		add_route(x, data, "*", data->value, by);
	}
}

/* The routers in their order. */
static void read_routers(struct exim *x)
{
	for (int i = 0; i < x->f.count; i++) {
		struct exim_option *o = &x->f.options[i];
		if (o->section != EXIM_ROUTERS || strcmp(o->key, "driver") != 0)
			continue;
		o->used = true;
		if (strcmp(o->value, "manualroute") == 0) {
			read_manualroute(x, o->instance);
		} else if (strcmp(o->value, "dnslookup") == 0 && !x->has_default) {
			const struct exim_option *domains = exim_file_take(&x->f, o->instance, "domains");
			bool all = domains == NULL || *domains->value == '!';
			exim_file_take(&x->f, o->instance, "transport");
			x->direct = x->has_default = all;
			if (!all)
				note(x, domains, "mail to the MX of these only: write a [route] with via = direct");
		} else if (strcmp(o->value, "redirect") == 0) {
			const struct exim_option *data = exim_file_take(&x->f, o->instance, "data");
			const char *at = data != NULL ? strstr(data->value, "lsearch{/") : NULL;
			char *path = at != NULL ? mem_copy_n(at + 8, strcspn(at + 8, "}")) : NULL;
			if (path != NULL && import_get(x->im, "host", "", "aliases") == NULL)
				import_set(x->im, "host", "", "aliases", path);
			else
				note(x, o,
				    "aliases and [rewrite recipients] are for that; ~/.forward needs [local]");
			free(path);
		} else {
			note(x, o, "no domain is local here, unless [local] names it");
		}
	}
	if (x->direct)
		import_set(x->im, "fallback", "", "direct_mx", "yes");
}

/* "F,2h,15m; G,16h,1h,1.5; F,4d,6h": mail is returned after the last of these times. */
static void read_retry(struct exim *x)
{
	for (int i = 0; i < x->f.count; i++) {
		struct exim_option *o = &x->f.options[i];
		if (o->section != EXIM_RETRY)
			continue;
		const char *last = strrchr(o->value, ';');
		const char *at = strchr(last != NULL ? last : o->value, ',');
		char *unit, hours[32];
		long number = at != NULL ? strtol(at + 1, &unit, 10) : 0;
		if (o->value[0] != '*' || number <= 0 || strchr("dhw", *unit) == NULL) {
			note(x, o, "expire_after_h and retry_min in [queue] are for that");
			continue;
		}
		snprintf(hours, sizeof hours, "%ld", number * (*unit == 'd' ? 24 : *unit == 'w' ? 168 : 1));
		import_set(x->im, "queue", "", "expire_after_h", hours);
		o->used = true;
	}
}

static void note_rest(struct exim *x)
{
	static const struct {
		const char *prefix, *why;
	} rows[] = {{"acl", TR_LATER("about mail from the network: nothing listens there")},
	    {"daemon_", TR_LATER("nothing listens on the network")},
	    {"local_interfaces", TR_LATER("nothing listens on the network")},
	    {"hostlist", TR_LATER("about mail from the network: nothing listens there")},
	    {"domainlist", TR_LATER("no domain is local here, unless [local] names it")},
	    {"server_", TR_LATER("about mail from the network: nothing listens there")},
	    {"rule", TR_LATER("[rewrite senders] and [rewrite recipients] are for that")},
	    {"", TR_LATER("no counterpart")}};
	static const char *const silent[] = {"driver", "public_name", "hosts_try_fastopen",
	    "server_set_id", "no_more", "dnslookup", "ignore_target_hosts"};
	for (int i = 0; i < x->f.count; i++) {
		const struct exim_option *o = &x->f.options[i];
		size_t row = 0;
		bool said = o->used;
		for (size_t s = 0; s < sizeof silent / sizeof silent[0]; s++)
			said = said || strcmp(o->key, silent[s]) == 0;
		while (!text_starts(o->key, rows[row].prefix))
			row++;
		if (!said)
			note(x, o, rows[row].why);
	}
}

bool import_exim(struct import *im, const char *path)
{
	struct exim x = {.im = im};
	if (strstr(path, "update-exim4") != NULL)
		return import_exim_debian(im, path);
	bool done = exim_file_read(&x.f, im, path);
	if (done) {
		const struct exim_option *host = exim_file_take_main(&x.f, "primary_hostname"),
		                         *domain = exim_file_take_main(&x.f, "qualify_domain");
		import_set(im, "host", "", "name", value_of(host));
		import_set(im, "host", "", "domain", value_of(domain));
		read_routers(&x);
		read_retry(&x);
		note_rest(&x);
	}
	exim_file_free(&x.f);
	return done;
}
