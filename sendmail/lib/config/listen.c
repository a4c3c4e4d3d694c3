/* Reading [listen]. */
#include "config/listen.h"
#include "base/language.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BLANKS " ,\t"

bool listen_is_on(const struct config *c)
{
	return c->listen_smtp[strspn(c->listen_smtp, BLANKS)] != '\0' ||
	       c->listen_lmtp[strspn(c->listen_lmtp, BLANKS)] != '\0';
}

static bool fail(struct text *problem, const char *word, const char *what)
{
	if (problem != NULL)
		text_printf(problem, "\"%.120s\": %s", word, what);
	return false;
}

/* The next word of a list; false at its end. */
static bool next_word(const char **at, char *word, size_t size)
{
	*at += strspn(*at, BLANKS);
	size_t length = strcspn(*at, BLANKS);
	snprintf(word, size, "%.*s", (int)length, *at);
	*at += length;
	return length > 0;
}

static bool set_path(struct listen_place *p, const char *word, struct text *problem)
{
	p->address.local = (struct sockaddr_un){.sun_family = AF_UNIX};
	p->size = sizeof p->address.local;
	p->loopback = true;
	return text_copy(p->address.local.sun_path, sizeof p->address.local.sun_path, word) ||
	       fail(problem, word, TR("the path of a socket may not be so long"));
}

static bool set_ip(struct listen_place *p, const char *host, uint16_t port)
{
	struct sockaddr_in ip4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool is4 = inet_pton(AF_INET, host, &ip4.sin_addr) == 1;
	if (!is4 && inet_pton(AF_INET6, host, &ip6.sin6_addr) != 1)
		return false;
	p->size = is4 ? sizeof ip4 : sizeof ip6;
	memcpy(&p->address, is4 ? (void *)&ip4 : (void *)&ip6, p->size);
	p->loopback = listen_is_loopback(&p->address.any);
	return true;
}

static bool set_place(struct listen_place *p, const char *word, struct text *problem)
{
	char host[64];
	long long port;
	text_copy(p->words, sizeof p->words, word);
	if (*word == '/')
		return set_path(p, word, problem);
	bool brackets = *word == '[';
	size_t length = strcspn(word + brackets, brackets ? "]" : ":");
	const char *end = word + brackets + length + brackets;
	snprintf(host, sizeof host, "%.*s", (int)length, word + brackets);
	if (length >= sizeof host || *end != ':' || !text_number(end + 1, 1, 65535, &port))
		return fail(problem, word,
		    TR("write ADDRESS:PORT, as 127.0.0.1:25 or [::1]:25, or the path of a socket"));
	return set_ip(p, host, (uint16_t)port) ||
	       fail(problem, word, TR("an address is needed here, not a name: 127.0.0.1 or [::1]"));
}

static int add_places(const char *list, bool lmtp, struct listen_place *places, int count,
    struct text *problem)
{
	char word[200];
	while (count >= 0 && next_word(&list, word, sizeof word)) {
		if (count == LISTEN_PLACES_MAX) {
			fail(problem, word, TR("there may be 16 places at most"));
			return -1;
		}
		places[count] = (struct listen_place){.lmtp = lmtp};
		count = set_place(&places[count], word, problem) ? count + 1 : -1;
	}
	return count;
}

int listen_places(const struct config *c, struct listen_place places[LISTEN_PLACES_MAX],
    struct text *problem)
{
	int count = add_places(c->listen_smtp, false, places, 0, problem);
	return count < 0 ? count : add_places(c->listen_lmtp, true, places, count, problem);
}

static bool set_network(struct listen_network *n, const char *word, struct text *problem)
{
	char host[64];
	long long bits;
	const char *slash = strchr(word, '/');
	size_t length = slash != NULL ? (size_t)(slash - word) : strlen(word);
	snprintf(host, sizeof host, "%.*s", length < 63 ? (int)length : 63, word);
	n->family = strchr(host, ':') != NULL ? AF_INET6 : AF_INET;
	int most = n->family == AF_INET ? 32 : 128;
	if (inet_pton(n->family, host, n->bytes) != 1 ||
	    (slash != NULL && !text_number(slash + 1, 0, most, &bits)))
		return fail(problem, word,
		    TR("write a network as 172.17.0.0/16 or fd00::/8, or one address"));
	n->bits = slash != NULL ? (int)bits : most;
	return true;
}

int listen_networks(const struct config *c, struct listen_network networks[LISTEN_NETWORKS_MAX],
    struct text *problem)
{
	const char *list = c->listen_clients;
	char word[200];
	int count = 0;
	while (count >= 0 && next_word(&list, word, sizeof word)) {
		if (count == LISTEN_NETWORKS_MAX) {
			fail(problem, word, TR("there may be 32 networks at most"));
			return -1;
		}
		networks[count] = (struct listen_network){.bits = 0};
		count = set_network(&networks[count], word, problem) ? count + 1 : -1;
	}
	return count;
}

/* The bytes of an address, and its family. */
static int bytes_of(const struct sockaddr *address, unsigned char bytes[16])
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
	if (address->sa_family == AF_INET) {
		memcpy(&ip4, address, sizeof ip4);
		memcpy(bytes, &ip4.sin_addr, 4);
		return AF_INET;
	}
	if (address->sa_family != AF_INET6)
		return AF_UNSPEC;
	memcpy(&ip6, address, sizeof ip6);
	memcpy(bytes, &ip6.sin6_addr, 16);
	if (memcmp(bytes, mapped, sizeof mapped) != 0)
		return AF_INET6;
	memmove(bytes, bytes + sizeof mapped, 4);
	return AF_INET;
}

static bool is_in(const struct listen_network *n, int family, const unsigned char *bytes)
{
	if (n->family != family || memcmp(n->bytes, bytes, (size_t)n->bits / 8) != 0)
		return false;
	int rest = n->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);
	return rest == 0 || ((n->bytes[n->bits / 8] ^ bytes[n->bits / 8]) & mask) == 0;
}

bool listen_is_within(const struct listen_network *networks, int count,
    const struct sockaddr *client)
{
	unsigned char bytes[16];
	int family = bytes_of(client, bytes);
	for (int i = 0; i < count; i++) {
		if (is_in(&networks[i], family, bytes))
			return true;
	}
	return false;
}

bool listen_is_loopback(const struct sockaddr *address)
{
	static const struct listen_network loopback[] = {{AF_INET, {127}, 8},
	    {AF_INET6, {[15] = 1}, 128}};
	return listen_is_within(loopback, 2, address);
}

/* RFC 1918, 6598, 3927, 4193, 4291: nobody comes from the Internet with such an address. */
static bool is_private(const struct listen_network *n)
{
	static const struct listen_network networks[] = {{AF_INET, {10}, 8}, {AF_INET, {172, 16}, 12},
	    {AF_INET, {192, 168}, 16}, {AF_INET, {100, 64}, 10}, {AF_INET, {169, 254}, 16},
	    {AF_INET, {127}, 8}, {AF_INET6, {0xfc}, 7}, {AF_INET6, {0xfe, 0x80}, 10},
	    {AF_INET6, {[15] = 1}, 128}};
	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
		if (n->bits >= networks[i].bits && is_in(&networks[i], n->family, n->bytes))
			return true;
	}
	return false;
}

static bool all_private(const struct config *c)
{
	struct listen_network networks[LISTEN_NETWORKS_MAX];
	int count = listen_networks(c, networks, NULL);
	for (int i = 0; i < count; i++) {
		if (!is_private(&networks[i]))
			return false;
	}
	return true;
}

/* What an address needs that others than this machine can reach. */
static const char *open_problem(const struct config *c)
{
	if (c->listen_clients[0] == '\0')
		return TR("this is no loopback address: name the networks whose clients may send by it, as "
		          "clients = 172.17.0.0/16");
	if (c->listen_without_login)
		return all_private(c) ? NULL
		                      : TR("without_login = yes is for private networks only, and clients "
		                           "names another: use logins, or remove that network");
	if (c->listen_logins[0] == '\0')
		return TR("this is no loopback address: say how its clients log in (logins and "
		          "tls_cert_file), or without_login = yes for those of a private network");
	return NULL;
}

bool listen_ok(const struct config *c, struct text *problem)
{
	struct listen_place places[LISTEN_PLACES_MAX];
	struct listen_network networks[LISTEN_NETWORKS_MAX];
	int count = listen_places(c, places, problem);
	if (count < 0 || listen_networks(c, networks, problem) < 0)
		return false;
	if (c->listen_logins[0] != '\0' && c->listen_tls_cert_file[0] == '\0')
		return fail(problem, "logins",
		    TR("passwords are accepted over TLS only: add tls_cert_file = NAME to [listen]"));
	if (c->listen_tls_key_file[0] != '\0' && c->listen_tls_cert_file[0] == '\0')
		return fail(problem, "tls_key_file",
		    TR("there is no certificate: add tls_cert_file = NAME"));
	for (int i = 0; i < count; i++) {
		const char *wrong = places[i].loopback ? NULL : open_problem(c);
		if (wrong != NULL)
			return fail(problem, places[i].words, wrong);
	}
	return true;
}
