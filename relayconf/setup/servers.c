/* Where a domain's users give their mail. */
#include "relayconf/setup/setup.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/language.h"
#include "message/address.h"
#include "relayconf/helper.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Providers whose server DNS does not name.  domain: that of the address; mx: the end of the name
 * of the domain's MX, for customers with a domain of their own. */
static const struct {
	const char *domain, *mx, *host;
	int port;
} providers[] = {
    {"gmail.com", "google.com", "smtp.gmail.com", 465},
    {"googlemail.com", "googlemail.com", "smtp.gmail.com", 465},
    {"outlook.com", NULL, "smtp-mail.outlook.com", 587},
    {"hotmail.com", NULL, "smtp-mail.outlook.com", 587},
    {"live.com", NULL, "smtp-mail.outlook.com", 587},
    {NULL, "protection.outlook.com", "smtp.office365.com", 587},
    {"yahoo.com", "yahoodns.net", "smtp.mail.yahoo.com", 465},
    {"icloud.com", "icloud.com", "smtp.mail.me.com", 587},
    {"me.com", NULL, "smtp.mail.me.com", 587},
    {"fastmail.com", "messagingengine.com", "smtp.fastmail.com", 465},
    {"gmx.net", NULL, "mail.gmx.net", 465},
    {"gmx.de", NULL, "mail.gmx.net", 465},
    {"gmx.com", NULL, "mail.gmx.com", 465},
    {"web.de", NULL, "smtp.web.de", 587},
    {"t-online.de", NULL, "securesmtp.t-online.de", 465},
    {"mailbox.org", "mailbox.org", "smtp.mailbox.org", 465},
    {"posteo.de", "posteo.de", "posteo.de", 465},
    {"zoho.com", "zoho.com", "smtp.zoho.com", 465},
    {"yandex.com", "yandex.net", "smtp.yandex.com", 465},
    {"aol.com", NULL, "smtp.aol.com", 465},
    {NULL, "migadu.com", "smtp.migadu.com", 465},
    {NULL, "ovh.net", "ssl0.ovh.net", 465},
    {NULL, "kundenserver.de", "smtp.ionos.de", 465},
    {NULL, "gandi.net", "mail.gandi.net", 465},
};

static void add(struct setup *s, const char *host, int port, const char *origin)
{
	for (int i = 0; i < s->server_count; i++) {
		if (text_equal_ci(s->servers[i].host, host) &&
		    (s->servers[i].port == port || s->servers[i].port == 0))
			return;
	}
	if (s->server_count == SERVERS_MAX || *host == '\0')
		return;
	struct server *server = &s->servers[s->server_count++];
	*server = (struct server){.port = port, .implicit = text_starts(origin, "SRV _submissions")};
	text_copy(server->host, sizeof server->host, host);
	text_copy(server->origin, sizeof server->origin, origin);
	/* A name in DNS may end with the root's dot. */
	size_t n = strlen(server->host);
	if (n > 1 && server->host[n - 1] == '.')
		server->host[n - 1] = '\0';
}

static void add_providers(struct setup *s, const char *domain, const char *mx)
{
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
		bool own = providers[i].domain != NULL && text_equal_ci(providers[i].domain, domain);
		bool customer =
		    providers[i].mx != NULL && *mx != '\0' && text_in_domain(mx, providers[i].mx);
		if (own || customer)
			add(s, providers[i].host, providers[i].port,
			    own ? TR_LATER("known for this domain") : TR_LATER("known for the domain's MX"));
	}
}

static void add_records(struct setup *s, const char *domain, struct buffer *lines, bool mx)
{
	char *line, kind[20], host[256];
	size_t at = 0;
	struct buffer copy = {0};
	buffer_add(&copy, lines->data, lines->length);
	while ((line = fdio_next_line(&copy, &at)) != NULL) {
		if (!fields_get(line, "kind", kind, sizeof kind) ||
		    !fields_get(line, "host", host, sizeof host) || text_has_control(host))
			continue;
		int port = (int)fields_get_number(line, "port", 0);
		if (!mx && strcmp(kind, "mx") != 0)
			add(s, host, port,
			    strcmp(kind, "submissions") == 0 ? "SRV _submissions" : "SRV _submission");
		else if (mx && strcmp(kind, "mx") == 0)
			add_providers(s, domain, host);
	}
	buffer_free(&copy);
}

void servers_find(struct setup *s)
{
	const char *domain = address_domain(s->address);
	struct buffer lines = {0};
	TEXT(name, 300);
	helper_relay((const char *const[]){"--find", domain, NULL}, &lines);
	add_records(s, domain, &lines, false);
	add_providers(s, domain, "");
	add_records(s, domain, &lines, true);
	static const char *const usual[] = {"smtp", "mail"};
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		text_init(&name, name.data, name.size);
		text_printf(&name, "%s.%s", usual[i], domain);
		add(s, name.data, 0, TR_LATER("a usual name"));
	}
	/* The server that takes the domain's mail may take ours, too. */
	char *line, kind[20], host[256];
	for (size_t at = 0; (line = fdio_next_line(&lines, &at)) != NULL;) {
		if (fields_get(line, "kind", kind, sizeof kind) && strcmp(kind, "mx") == 0 &&
		    fields_get(line, "host", host, sizeof host) && !text_has_control(host))
			add(s, host, 0, "MX");
	}
	buffer_free(&lines);
}

bool servers_name(struct setup *s, const char *text)
{
	char host[256];
	long long port = 0;
	bool bracketed = *text == '[';
	text += bracketed;
	size_t n = bracketed ? strcspn(text, "]") : strcspn(text, ":");
	/* An IPv6 address without brackets has several colons, and no port. */
	if (!bracketed && strchr(text, ':') != strrchr(text, ':'))
		n = strlen(text);
	const char *rest = text + n + (bracketed && text[n] == ']');
	snprintf(host, sizeof host, "%.*s", (int)n, text);
	if (n == 0 || n >= sizeof host || strpbrk(host, " \t;[]@") != NULL || text_has_control(host) ||
	    (*rest != '\0' && (*rest != ':' || !text_number(rest + 1, 1, 65535, &port))))
		return false;
	s->server_count = 0;
	add(s, host, (int)port, TR_LATER("as you say"));
	return true;
}
