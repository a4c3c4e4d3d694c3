/* What is said to a proxy before the server speaks: SOCKS5 (RFC 1928, login RFC 1929) and HTTP
   CONNECT (RFC 9110 9.3.6).  Bytes in, bytes out: nothing is read or written here. */
#ifndef SMTP_PROXY_H
#define SMTP_PROXY_H
#include "base/mem.h"
#include "config/smarthost.h"
#include "diagnosis/diag.h"

enum proxy_state { PROXY_ASKING, PROXY_OPEN, PROXY_FAILED };

struct proxy {
	/* set by the caller */
	enum proxy_kind kind;
	const char *where; /* the proxy as configured, for words */
	const char *host;  /* the server: a name, which the proxy looks up, or an address literal */
	uint16_t port;
	const char *login, *password; /* login "": none */
	/* for the caller */
	enum proxy_state state;
	struct buffer out;   /* to be written */
	size_t wants;        /* bytes to read now, and no more: what follows is the server's */
	struct diagnosis *d; /* why it failed: "proxy-..." */
	/* own */
	int step;
	char in[8192];
	size_t length;
};

/* Begins; free what is in out at the end. */
void proxy_start(struct proxy *p);

/* Bytes of the proxy, at most wants of them. */
void proxy_receive(struct proxy *p, const char *bytes, size_t length);

/* The connection ended; the time is over. */
void proxy_ended(struct proxy *p);
void proxy_late(struct proxy *p);
#endif
