/* A small resolver of our own: the system's would say neither which server answered, nor why none
 * did. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/text.h"
#include "relay/route/dns.h"
#include "relay/route/exchange.h"
#include "relay/route/resolv_conf.h"
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 65535
#define ALIVE_MS 2000
#define SOON_MS 1000
#define AD_BIT 0x20
#define CD_BIT 0x10

static struct resolv_conf settings;

struct question {
	const char *name;
	enum dns_type type;
	uint16_t id;
	unsigned char bytes[300];
	size_t length;
	bool unchecked; /* also what DNSSEC forbids is wanted */
};

/* Once in a process. */
static void read_settings(void)
{
	if (settings.count == 0)
		resolv_conf_read(&settings);
}

static int open_socket(const char *server, int kind)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
	                    .ai_socktype = kind,
	                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV},
	                *ai = NULL;
	if (getaddrinfo(server, "53", &hints, &ai) != 0) {
		errno = EINVAL;
		return -1;
	}
	int fd = socket(ai->ai_family, kind | SOCK_CLOEXEC, 0);
	if (fd >= 0 && fdio_nonblocking(fd) && connect(fd, ai->ai_addr, ai->ai_addrlen) != 0 &&
	    errno != EINPROGRESS) {
		int saved = errno;
		close(fd);
		errno = saved;
		fd = -1;
	}
	freeaddrinfo(ai);
	return fd;
}

/* False with errno ETIMEDOUT at the end of the time. */
static bool wait_for(int fd, short events, int64_t end_ms)
{
	for (;;) {
		struct pollfd p = {.fd = fd, .events = events};
		int64_t left = end_ms - clock_mono_ms();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR) {
			errno = n == 0 ? ETIMEDOUT : errno;
			return false;
		}
	}
}

/* What the process of an exchange does (route/exchange.h). */
struct talk {
	const struct question *question;
	int64_t end_ms;
};

/* Datagrams until one is the answer: late and forged ones do not fit the question. */
static bool talk_udp(const void *what, int fd, struct dns_answer *a, bool *cut)
{
	static unsigned char bytes[ANSWER_BYTES];
	const struct talk *t = what;
	const struct question *q = t->question;
	if (send(fd, q->bytes, q->length, MSG_NOSIGNAL) != (ssize_t)q->length)
		return false;
	while (wait_for(fd, POLLIN, t->end_ms)) {
		ssize_t n = recv(fd, bytes, sizeof bytes, 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n > 0 && dns_parse(bytes, (size_t)n, q->name, q->type, q->id, a, cut))
			return true;
	}
	return false;
}

/* Moves length bytes one way; false with errno. */
static bool move(int fd, unsigned char *bytes, size_t length, bool out, int64_t end_ms)
{
	size_t done = 0;
	while (done < length && wait_for(fd, out ? POLLOUT : POLLIN, end_ms)) {
		ssize_t n = out ? send(fd, bytes + done, length - done, MSG_NOSIGNAL)
		                : recv(fd, bytes + done, length - done, 0);
		if (n == 0)
			errno = ECONNRESET;
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return done == length;
}

/* RFC 1035 4.2.2: two bytes of length before each message. */
static bool talk_tcp(const void *what, int fd, struct dns_answer *a, bool *cut)
{
	static unsigned char bytes[ANSWER_BYTES];
	const struct talk *t = what;
	const struct question *q = t->question;
	unsigned char head[2] = {(unsigned char)(q->length >> 8), (unsigned char)q->length};
	memcpy(bytes, q->bytes, q->length);
	if (!move(fd, head, 2, true, t->end_ms) || !move(fd, bytes, q->length, true, t->end_ms) ||
	    !move(fd, head, 2, false, t->end_ms))
		return false;
	size_t length = (size_t)head[0] << 8 | head[1];
	bool found = move(fd, bytes, length, false, t->end_ms) &&
	             dns_parse(bytes, length, q->name, q->type, q->id, a, cut);
	*cut = false;
	return found;
}

/* One exchange with one server; false with errno. */
static bool ask(const struct question *q, const char *server, bool tcp, int64_t end_ms,
    struct dns_answer *a, bool *cut)
{
	const struct talk talk = {q, end_ms};
	int fd = open_socket(server, tcp ? SOCK_STREAM : SOCK_DGRAM);
	if (fd < 0)
		return false;
	bool found = exchange_run(tcp ? talk_tcp : talk_udp, &talk, fd, q->type, end_ms, a, cut);
	int saved = errno;
	close(fd);
	errno = saved;
	return found;
}

/* "192.0.2.53: server failure (12 ms)" */
static void add_detail(struct text *detail, const char *server, const char *what, int64_t took_ms)
{
	text_printf(detail, "%s%s: %s (%lld ms)", detail->length ? "; " : "", server, what,
	    (long long)took_ms);
}

/* What a resolver elsewhere says of DNSSEC can be forged on the way, as the records can (RFC
 * 4035 4.9.3), unless the administrator says that it cannot. */
static bool is_trusted(const char *server)
{
	return settings.trust_ad || text_starts(server, "127.") || strcmp(server, "::1") == 0;
}

/* One server once; true when its answer ends the search. */
static bool ask_server(struct question *q, const char *server, struct dns_answer *a,
    struct text *detail)
{
	bool cut = false;
	q->bytes[3] = q->unchecked         ? CD_BIT
	              : is_trusted(server) ? AD_BIT /* say whether it is validated (RFC 6840 5.7) */
	                                   : 0;
	int64_t start_ms = clock_mono_ms();
	int64_t end_ms = start_ms + settings.timeout_s * 1000;
	bool again = false;
	bool answered = ask(q, server, settings.tcp, end_ms, a, &cut);
	if (answered && cut)
		answered = ask(q, server, true, end_ms + settings.timeout_s * 1000, a, &again);
	int64_t took_ms = clock_mono_ms() - start_ms;
	if (!answered) {
		*a = (struct dns_answer){.kind = DNS_TIMEOUT};
		add_detail(detail, server,
		    cut                     ? "the answer was cut, and there is none over TCP"
		    : errno == ETIMEDOUT    ? "no answer"
		    : errno == ECONNREFUSED ? "no DNS server runs there"
		                            : strerror(errno),
		    took_ms);
		return false;
	}
	a->validated = a->validated && is_trusted(server) && !q->unchecked;
	snprintf(a->source, sizeof a->source, "asked %s%s, %lld ms", server,
	    cut            ? " by UDP and, because that answer was cut, by TCP"
	    : settings.tcp ? " by TCP"
	                   : "",
	    (long long)took_ms);
	if (a->kind <= DNS_NXDOMAIN)
		return true;
	add_detail(detail, server, dns_kind_name(a->kind), took_ms);
	return false;
}

static void ask_all(const char *name, enum dns_type type, bool unchecked, struct dns_answer *a)
{
	struct question q = {.name = name,
	    .type = type,
	    .id = (uint16_t)compat_random(),
	    .unchecked = unchecked};
	enum dns_kind kind = DNS_TIMEOUT;
	TEXT(detail, 300);
	read_settings();
	*a = (struct dns_answer){.kind = DNS_NONE};
	if (type == DNS_AAAA && settings.no_ipv6) {
		text_copy(a->source, sizeof a->source, "not asked: no-aaaa in /etc/resolv.conf");
		return;
	}
	*a = (struct dns_answer){.kind = DNS_BAD};
	q.length = dns_question(name, type, q.id, q.bytes, sizeof q.bytes);
	if (q.length == 0) {
		text_copy(a->detail, sizeof a->detail,
		    "this name is not valid: a part of it is empty or too long");
		return;
	}
	int start = settings.rotate ? (int)(compat_random() % (uint32_t)settings.count) : 0;
	for (int i = 0; i < settings.attempts * settings.count; i++) {
		if (ask_server(&q, settings.servers[(start + i) % settings.count], a, &detail))
			return;
		/* What a server said says more than that another was silent, and is not asked for
		   twice. */
		kind = a->kind != DNS_TIMEOUT ? a->kind : kind;
		if (i % settings.count == settings.count - 1 && kind != DNS_TIMEOUT)
			break;
	}
	*a = (struct dns_answer){.kind = kind};
	text_copy(a->detail, sizeof a->detail, detail.data);
}

/* A resolver that validates says no more than that it failed; without DNSSEC (CD, RFC 4035 3.2.2)
   it says what it has. */
void dns_ask(const char *name, enum dns_type type, struct dns_answer *a)
{
	ask_all(name, type, false, a);
	if (a->kind != DNS_SERVFAIL)
		return;
	struct dns_answer *unchecked = mem_alloc(sizeof *unchecked);
	ask_all(name, type, true, unchecked);
	a->held_back = unchecked->kind <= DNS_NXDOMAIN;
	free(unchecked);
}

bool dns_is_trusted(int i)
{
	const char *server = dns_server(i);
	return server != NULL && is_trusted(server);
}

const char *dns_server(int i)
{
	read_settings();
	return i >= 0 && i < settings.count ? settings.servers[i] : NULL;
}

enum dns_kind dns_try(const char *server, const char *name, enum dns_type type, bool tcp,
    int *error, int64_t *took_ms)
{
	struct question q = {.name = name, .type = type, .id = (uint16_t)compat_random()};
	struct dns_answer a = {0};
	bool cut = false;
	read_settings();
	*error = 0;
	*took_ms = 0;
	q.length = dns_question(name, type, q.id, q.bytes, sizeof q.bytes);
	if (q.length == 0)
		return DNS_BAD;
	int64_t start_ms = clock_mono_ms(), end_ms = start_ms + settings.timeout_s * 1000;
	bool answered = ask(&q, server, tcp, end_ms, &a, &cut);
	*error = answered ? 0 : errno;
	*took_ms = clock_mono_ms() - start_ms;
	return answered ? a.kind : DNS_TIMEOUT;
}

void dns_ask_soon(const char *name, enum dns_type type, struct dns_answer *a)
{
	struct question q = {.name = name, .type = type, .id = (uint16_t)compat_random()};
	bool cut = false;
	read_settings();
	q.length = dns_question(name, type, q.id, q.bytes, sizeof q.bytes);
	if (q.length == 0 || settings.count == 0 ||
	    !ask(&q, settings.servers[0], settings.tcp, clock_mono_ms() + SOON_MS, a, &cut))
		*a = (struct dns_answer){.kind = DNS_TIMEOUT};
}

bool dns_is_alive(void)
{
	struct question q = {.name = ".", .type = DNS_NS, .id = (uint16_t)compat_random()};
	struct dns_answer a;
	bool cut, alive = false;
	read_settings();
	q.length = dns_question(q.name, q.type, q.id, q.bytes, sizeof q.bytes);
	for (int i = 0; i < settings.count && !alive; i++)
		alive = ask(&q, settings.servers[i], settings.tcp, clock_mono_ms() + ALIVE_MS, &a, &cut);
	return alive;
}

void dns_complete(const char *host, struct dns_names *n)
{
	read_settings();
	resolv_conf_complete(&settings, host, n);
}

const char *dns_unheeded(void)
{
	read_settings();
	return settings.unheeded;
}
