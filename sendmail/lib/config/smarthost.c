/* Names and addresses of servers. */
#include "config/smarthost.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

bool smarthost_is_literal(const char *host, char *bare, size_t size)
{
	unsigned char address[16];
	size_t length = strlen(host);
	if (length >= 256)
		return false;
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		snprintf(bare, size, "%.*s", (int)(length - 2), host + 1);
	} else {
		text_copy(bare, size, host);
	}
	if (strncasecmp(bare, "IPv6:", 5) == 0)
		memmove(bare, bare + 5, strlen(bare + 5) + 1);
	return inet_pton(AF_INET, bare, address) == 1 || inet_pton(AF_INET6, bare, address) == 1;
}

const struct smarthost *smarthost_find(const struct smarthost *list, int count, const char *name,
    size_t length)
{
	for (int i = 0; i < count; i++) {
		if (strlen(list[i].name) == length && memcmp(list[i].name, name, length) == 0)
			return &list[i];
	}
	return NULL;
}

bool smarthost_needs_verified(const struct smarthost *smarthost)
{
	bool secret = smarthost->login[0] != '\0' && !smarthost->auth_without_tls &&
	              !smarthost->auth_to_unverified_server;
	return smarthost->tls == SMARTHOST_TLS_VERIFY ||
	       (secret && smarthost->tls != SMARTHOST_TLS_OFF);
}

bool smarthost_uses_token(const struct smarthost *smarthost)
{
	return strstr(smarthost->auth, "xoauth2") != NULL ||
	       strstr(smarthost->auth, "oauthbearer") != NULL;
}

bool smarthost_asks_tlsa(const struct smarthost *smarthost)
{
	return smarthost->dane != SMARTHOST_DANE_NO && smarthost->tls != SMARTHOST_TLS_OFF &&
	       smarthost->tls_fingerprint[0] == '\0' && smarthost->proxy[0] == '\0';
}

void smarthost_direct(struct smarthost *smarthost, const char *domain, uint16_t port)
{
	const char *end = strstr(domain, SMARTHOST_TLS_OPTIONAL);
	size_t length = end != NULL ? (size_t)(end - domain) : strlen(domain);
	*smarthost = (struct smarthost){.lookup = SMARTHOST_LOOKUP_MX,
	    .port = port,
	    .tls = SMARTHOST_TLS_OPPORTUNISTIC,
	    .direct = true};
	snprintf(smarthost->name, sizeof smarthost->name, "@%.254s", domain);
	snprintf(smarthost->host, sizeof smarthost->host, "%.*s", (int)length, domain);
}
