/* The dialogue with a proxy. */
#include "relay/smtp/proxy.h"
#include "base/base64.h"
#include "base/compat.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define SOCKS_VERSION 5
#define SOCKS_NO_LOGIN 0
#define SOCKS_LOGIN 2
#define SOCKS_NOTHING_FITS 0xff

enum { STEP_METHOD, STEP_LOGIN, STEP_REPLY, STEP_BOUND, STEP_HEAD };

static void fail(struct proxy *p, enum reason_key key, const char *what)
{
	diag_set(p->d, VERDICT_DEFERRED, STAGE_CONNECT, key, "the proxy %s %s", p->where, what);
	catalogue_recognise(p->d);
	p->state = PROXY_FAILED;
	p->wants = 0;
}

void proxy_late(struct proxy *p)
{
	if (p->state == PROXY_ASKING)
		fail(p, REASON_PROXY_UNREACHABLE, "did not answer in time");
}

static void want(struct proxy *p, int step, size_t wants)
{
	p->step = step;
	p->wants = wants;
	p->length = 0;
}

static void put_byte(struct proxy *p, unsigned value)
{
	char byte = (char)value;
	buffer_add(&p->out, &byte, 1);
}

/* What a byte before it counts. */
static void put_counted(struct proxy *p, const char *words)
{
	size_t length = strlen(words);
	put_byte(p, (unsigned)(length > 255 ? 255 : length));
	buffer_add(&p->out, words, length > 255 ? 255 : length);
}

static void socks_ask(struct proxy *p)
{
	unsigned char address[16];
	put_byte(p, SOCKS_VERSION);
	put_byte(p, 1); /* CONNECT */
	put_byte(p, 0);
	if (inet_pton(AF_INET, p->host, address) == 1) {
		put_byte(p, 1);
		buffer_add(&p->out, (const char *)address, 4);
	} else if (inet_pton(AF_INET6, p->host, address) == 1) {
		put_byte(p, 4);
		buffer_add(&p->out, (const char *)address, 16);
	} else {
		put_byte(p, 3);
		put_counted(p, p->host);
	}
	put_byte(p, p->port >> 8);
	put_byte(p, p->port & 0xff);
	want(p, STEP_REPLY, 5);
}

static void socks_method(struct proxy *p)
{
	unsigned char version = (unsigned char)p->in[0], method = (unsigned char)p->in[1];
	if (version != SOCKS_VERSION)
		fail(p, REASON_PROXY_BAD,
		    version == 'H' ? "does not speak SOCKS5: it answered as an HTTP server does"
		                   : "does not speak SOCKS5: its answer makes no sense");
	else if (method == SOCKS_NO_LOGIN)
		socks_ask(p);
	else if (method == SOCKS_LOGIN && (strlen(p->login) > 255 || strlen(p->password) > 255))
		fail(p, REASON_PROXY_LOGIN,
		    "would get proxy_login or its password cut off: SOCKS5 has room for 255 bytes");
	else if (method == SOCKS_LOGIN && p->login[0] != '\0') {
		put_byte(p, 1);
		put_counted(p, p->login);
		put_counted(p, p->password);
		want(p, STEP_LOGIN, 2);
	} else {
		fail(p, REASON_PROXY_LOGIN,
		    p->login[0] != '\0' ? "accepts no login by name and password (SOCKS5)"
		                        : "wants a login (SOCKS5), and no proxy_login is configured");
	}
}

/* RFC 1928 6. */
static void socks_reply(struct proxy *p)
{
	static const struct {
		enum reason_key key;
		const char *words;
	} rows[] = {
	    {REASON_NONE, ""},
	    {REASON_PROXY_FAILED, "could not connect to the server: general failure (SOCKS5 1)"},
	    {REASON_PROXY_REFUSED, "does not allow this connection by its rules (SOCKS5 2)"},
	    {REASON_PROXY_FAILED, "could not connect to the server: network unreachable (SOCKS5 3)"},
	    {REASON_PROXY_FAILED,
	        "could not connect to the server: host unreachable, or its name is not known there "
	        "(SOCKS5 4)"},
	    {REASON_PROXY_FAILED, "could not connect to the server: connection refused (SOCKS5 5)"},
	    {REASON_PROXY_FAILED, "could not connect to the server: no answer in time (SOCKS5 6)"},
	    {REASON_PROXY_BAD, "knows no connections to servers (SOCKS5 7: command not supported)"},
	    {REASON_PROXY_BAD, "accepts no address of this kind (SOCKS5 8)"},
	};
	TEXT(unknown, 100);
	unsigned char version = (unsigned char)p->in[0], code = (unsigned char)p->in[1],
	              kind = (unsigned char)p->in[3], first = (unsigned char)p->in[4];
	size_t left = kind == 1 ? 5 : kind == 4 ? 17 : kind == 3 ? (size_t)first + 2 : 0;
	if (version != SOCKS_VERSION || (code == 0 && left == 0))
		fail(p, REASON_PROXY_BAD, "does not speak SOCKS5: its answer makes no sense");
	else if (code >= sizeof rows / sizeof rows[0]) {
		text_printf(&unknown, "could not connect to the server (SOCKS5, the unknown code %d)",
		    code);
		fail(p, REASON_PROXY_FAILED, unknown.data);
	} else if (code != 0)
		fail(p, rows[code].key, rows[code].words);
	else
		want(p, STEP_BOUND, left);
}

void proxy_ended(struct proxy *p)
{
	/* Some say in two bytes why not. */
	if (p->state == PROXY_ASKING && p->step == STEP_REPLY && p->length >= 2 && p->in[1] != 0)
		socks_reply(p);
	bool nothing = p->length == 0 && (p->step == STEP_METHOD || p->step == STEP_HEAD);
	if (p->state == PROXY_ASKING)
		fail(p, nothing ? REASON_PROXY_BAD : REASON_PROXY_FAILED,
		    "ended the connection without an answer");
}

/* A line of a proxy's answer, as it is shown. */
static void put_line(const struct proxy *p, struct text *t)
{
	size_t length = 0;
	while (length < p->length && length < 120 && strchr("\r\n", p->in[length]) == NULL)
		length++;
	text_escape(t, p->in, length);
}

/* True when it names ways to log in, and none is Basic (RFC 7617); the first one. */
static bool wants_other_login(const struct proxy *p, struct text *which)
{
	static const char field[] = "\nProxy-Authenticate:";
	bool any = false;
	for (const char *at = p->in; (at = text_find_ci(at, field)) != NULL;) {
		at += sizeof field - 1;
		at += strspn(at, " \t");
		if (strncasecmp(at, "Basic", 5) == 0)
			return false;
		if (!any)
			text_escape(which, at, strcspn(at, " \t\r\n,"));
		any = true;
	}
	return any;
}

static void http_login(struct proxy *p, const char *line)
{
	TEXT(which, 40);
	TEXT(words, 400);
	if (p->login[0] == '\0')
		text_put(&words, "wants a login, and no proxy_login is configured: ");
	else if (wants_other_login(p, &which))
		text_printf(&words,
		    "accepts no login by name and password (Basic), it wants %s: ", which.data);
	else
		text_put(&words, "refuses the login of proxy_login: ");
	text_put(&words, line);
	fail(p, REASON_PROXY_LOGIN, words.data);
}

static void http_answer(struct proxy *p)
{
	int code = 0;
	TEXT(line, 200);
	TEXT(words, 400);
	put_line(p, &line);
	if (sscanf(p->in, "HTTP/%*1[0-9].%*1[0-9] %3d", &code) != 1 || code < 100) {
		text_printf(&words, "does not speak HTTP; it said: %s", line.data);
		fail(p, REASON_PROXY_BAD, words.data);
		return;
	}
	if (code / 100 == 1) { /* what comes before the answer: RFC 9110 15.2 */
		p->length = 0;
		return;
	}
	if (code / 100 == 2) {
		p->state = PROXY_OPEN;
		p->wants = 0;
		return;
	}
	if (code == 407) {
		http_login(p, line.data);
		return;
	}
	bool rules = code == 403 || code == 405 || code == 401;
	text_put(&words,
	    rules ? "does not allow this connection: " : "could not connect to the server: ");
	text_put(&words, line.data);
	fail(p, rules ? REASON_PROXY_REFUSED : REASON_PROXY_FAILED, words.data);
}

/* The head is read byte by byte: what follows is the server's greeting. */
static void http_head(struct proxy *p)
{
	bool ended = p->length >= 3 && memcmp(p->in + p->length - 3, "\n\r\n", 3) == 0;
	ended = ended || (p->length >= 2 && memcmp(p->in + p->length - 2, "\n\n", 2) == 0);
	if (ended) {
		p->in[p->length] = '\0';
		http_answer(p);
	} else if (p->length + 1 >= sizeof p->in) {
		fail(p, REASON_PROXY_BAD, "gives an answer without an end");
	} else if (p->length >= 5 && memcmp(p->in, "HTTP/", 5) != 0) {
		TEXT(words, 300);
		text_put(&words, "does not speak HTTP; it said: ");
		put_line(p, &words);
		fail(p, REASON_PROXY_BAD, words.data);
	}
}

static void put_basic(struct proxy *p)
{
	struct buffer pair = {0}, coded = {0};
	buffer_printf(&pair, "%s:%s", p->login, p->password);
	base64_encode(&coded, pair.data, pair.length);
	buffer_printf(&p->out, "Proxy-Authorization: Basic %s\r\n", buffer_string(&coded));
	compat_wipe(pair.data, pair.size);
	compat_wipe(coded.data, coded.size);
	buffer_free(&pair);
	buffer_free(&coded);
}

void proxy_start(struct proxy *p)
{
	p->state = PROXY_ASKING;
	if (p->kind == PROXY_SOCKS5) {
		put_byte(p, SOCKS_VERSION);
		put_byte(p, p->login[0] != '\0' ? 2 : 1);
		put_byte(p, SOCKS_NO_LOGIN);
		if (p->login[0] != '\0')
			put_byte(p, SOCKS_LOGIN);
		want(p, STEP_METHOD, 2);
		return;
	}
	bool six = strchr(p->host, ':') != NULL;
	for (int i = 0; i < 2; i++)
		buffer_printf(&p->out, "%s%s%s%s:%u%s\r\n", i == 0 ? "CONNECT " : "Host: ", six ? "[" : "",
		    p->host, six ? "]" : "", p->port, i == 0 ? " HTTP/1.1" : "");
	if (p->login[0] != '\0')
		put_basic(p);
	buffer_puts(&p->out, "\r\n");
	want(p, STEP_HEAD, 1);
}

void proxy_receive(struct proxy *p, const char *bytes, size_t length)
{
	if (p->state != PROXY_ASKING || length > p->wants || p->length + length >= sizeof p->in)
		return;
	memcpy(p->in + p->length, bytes, length);
	p->length += length;
	if (p->step == STEP_HEAD) {
		http_head(p);
		return;
	}
	p->wants -= length;
	if (p->wants > 0)
		return;
	switch (p->step) {
	case STEP_METHOD: socks_method(p); break;
	case STEP_LOGIN:
		if (p->in[1] == 0)
			socks_ask(p);
		else
			fail(p, REASON_PROXY_LOGIN, "refuses the login of proxy_login (SOCKS5)");
		break;
	case STEP_REPLY: socks_reply(p); break;
	default: p->state = PROXY_OPEN; break;
	}
}
