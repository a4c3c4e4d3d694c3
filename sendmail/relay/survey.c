/* Looking at name servers and names. */
#include "relay/survey.h"
#include "base/fields.h"
#include "base/text.h"
#include "config/secret.h"
#include "relay/route/dns.h"
#include "relay/route/here.h"
#include "relay/route/moved.h"
#include "relay/route/route.h"
#include "relay/smtp/tls.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* A name that is asked for anyway. */
static const char *name_to_ask(const struct config *config, enum dns_type *type)
{
	char bare[64];
	*type = DNS_A;
	for (int i = 0; i < config->smarthost_count; i++) {
		*type = config->smarthosts[i].lookup == SMARTHOST_LOOKUP_MX ? DNS_MX : DNS_A;
		if (!smarthost_is_literal(config->smarthosts[i].host, bare, sizeof bare))
			return config->smarthosts[i].host;
	}
	return config->domain;
}

static void put_server(const struct config *config, const char *server, bool trusted)
{
	struct buffer line = {0};
	int64_t took_ms;
	int error;
	enum dns_type type;
	const char *name = name_to_ask(config, &type);
	fields_put(&line, "server", server);
	fields_put(&line, "asked", name);
	fields_put(&line, "kind", dns_kind_name(dns_try(server, name, type, false, &error, &took_ms)));
	fields_put(&line, "error", error != 0 ? strerror(error) : "");
	fields_put_number(&line, "ms", took_ms);
	fields_put(&line, "tcp_kind",
	    error != 0 ? "" : dns_kind_name(dns_try(server, name, type, true, &error, &took_ms)));
	fields_put(&line, "tcp_error", error != 0 ? strerror(error) : "");
	fields_put_number(&line, "tcp_ms", took_ms);
	fields_put_number(&line, "trusted", trusted);
	printf("dns %s\n", buffer_string(&line));
	buffer_free(&line);
}

/* The address of the trace's line that says so. */
static void find_skipped(const struct route *r, char *address, size_t size)
{
	static const char words[] = ": skipped, this machine has no route";
	struct buffer trace = {0};
	buffer_add(&trace, r->trace.data, r->trace.length);
	const char *found = strstr(buffer_string(&trace), words);
	const char *start = found;
	while (start != NULL && start > trace.data && start[-1] != ' ')
		start--;
	text_copy(address, size, "");
	if (found != NULL && (size_t)(found - start) < size) {
		memcpy(address, start, (size_t)(found - start));
		address[found - start] = '\0';
	}
	buffer_free(&trace);
}

/* Why the certificates that are to be trusted, or that of this machine, cannot be used; "" when
 * they can. */
static void find_tls_problem(const struct smarthost *smarthost, struct text *ca, struct text *own,
    struct text *ending)
{
	struct diagnosis d = {0};
	struct buffer key = {0};
	struct tls_trust *trust = NULL;
	if (smarthost->tls_ca_file[0] == '\0' && smarthost->tls_cert_file[0] == '\0')
		return;
	if (smarthost->tls_cert_file[0] == '\0' || secret_read_key(smarthost, &key, &d))
		trust = tls_trust(smarthost, &key, &d);
	if (trust != NULL) {
		tls_put_ending(trust, ending);
		tls_trust_free(trust);
	} else {
		text_put(d.key == REASON_TLS_OWN_CERTIFICATE ? own : ca, d.text);
	}
	secret_free(&key);
}

/* "works", or what goes wrong when it is run with the rights of this process; "": there is none. */
static void try_command(const struct smarthost *smarthost, struct text *words)
{
	struct diagnosis d = {0};
	struct buffer password = {0};
	if (smarthost->login[0] != '\0' && smarthost->password_command[0] != '\0')
		text_put(words, secret_read(smarthost, &password, &d) ? "works" : d.text);
	secret_free(&password);
}

/* "foreign": not an address of this machine; "family": the server has none of its family, "part":
 * it has some of the other family. */
static const char *bind_problem(const struct smarthost *smarthost, const struct route *r)
{
	bool six = strchr(smarthost->bind_address, ':') != NULL;
	int others = 0;
	if (smarthost->bind_address[0] == '\0')
		return "";
	if (!here_owns(smarthost->bind_address))
		return "foreign";
	for (int i = 0; i < r->count; i++)
		others += (strchr(r->candidates[i].address, ':') != NULL) != six;
	return others == 0 ? "" : others == r->count ? "family" : "part";
}

static void put_smarthost(const struct smarthost *smarthost)
{
	struct route r;
	struct buffer line = {0};
	char skipped[64];
	TEXT(ca, 400);
	TEXT(own, 400);
	TEXT(ending, 400);
	TEXT(moved, 500);
	TEXT(command, 900);
	const char *self = "", *unvouched = "";
	bool found = route_find(smarthost, &r);
	for (int i = 0; i < r.count && *self == '\0' && smarthost->proxy[0] == '\0'; i++)
		self = here_owns(r.candidates[i].address) ? r.candidates[i].address : "";
	for (int i = 0; i < r.count && smarthost->lookup != SMARTHOST_LOOKUP_HOST && *unvouched == '\0';
	     i++)
		unvouched = r.candidates[i].vouched || text_equal_ci(r.candidates[i].name, smarthost->host)
		                ? ""
		                : r.candidates[i].name;
	find_skipped(&r, skipped, sizeof skipped);
	find_tls_problem(smarthost, &ca, &own, &ending);
	try_command(smarthost, &command);
	moved_look(smarthost, &r, &moved);
	fields_put(&line, "name", smarthost->name);
	fields_put_number(&line, "found", found);
	fields_put(&line, "key", diag_key(&r.why));
	fields_put(&line, "text", r.why.text);
	fields_put(&line, "self", self);
	fields_put(&line, "unvouched", unvouched);
	fields_put(&line, "skipped", skipped);
	fields_put_number(&line, "tlsa", r.tlsa != NULL ? r.tlsa->count : 0);
	fields_put_number(&line, "usable", tlsa_usable(r.tlsa));
	fields_put(&line, "moved", moved.data);
	fields_put(&line, "ca", ca.data);
	fields_put(&line, "own_certificate", own.data);
	fields_put(&line, "own_ending", ending.data);
	fields_put(&line, "command", command.data);
	fields_put(&line, "bind_address", smarthost->bind_address);
	fields_put(&line, "bind", bind_problem(smarthost, &r));
	printf("hop %s\n", buffer_string(&line));
	buffer_free(&line);
	route_free(&r);
}

int survey_print(const struct config *config)
{
	const char *server;
	for (int i = 0; (server = dns_server(i)) != NULL; i++)
		put_server(config, server, dns_is_trusted(i));
	if (*dns_unheeded() != '\0') {
		struct buffer line = {0};
		fields_put(&line, "words", dns_unheeded());
		printf("unheeded %s\n", buffer_string(&line));
		buffer_free(&line);
	}
	for (int i = 0; i < config->smarthost_count; i++)
		put_smarthost(&config->smarthosts[i]);
	printf("end\n");
	return EX_OK;
}
