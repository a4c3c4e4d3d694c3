/* The SMTP client without a socket, for tests that play its server.  (objects: smtp_client) */
#ifndef TESTS_UNIT_SMTP_CLIENT_H
#define TESTS_UNIT_SMTP_CLIENT_H
#include "relay/smtp/smtp_session.h"
#include "tests/unit/unit.h"

static struct session s;
static struct session_policy policy;

/* The policy of a smarthost without TLS and login. */
static inline struct session_policy client_policy(
    void (*finished)(void *context, struct transaction *t))
{
	return (struct session_policy){.name = "me.example.org",
	    .tls = SMARTHOST_TLS_OFF,
	    .login = "",
	    .password = "",
	    .reply_s = 300,
	    .data_s = 180,
	    .data_end_s = 600,
	    .finished = finished};
}

static inline int client_teardown(void **state)
{
	(void)state;
	session_free(&s);
	return 0;
}

/* The server's bytes. */
static inline void server(const char *bytes)
{
	session_receive(&s, bytes, strlen(bytes), 2000);
}

/* What was sent since the last look. */
static inline void client_said(const char *wanted)
{
	session_pump(&s, 2000);
	assert_string_equal(buffer_string(&s.out), wanted);
	buffer_drop(&s.out, s.out.length);
}

static inline void greet(const char *ehlo)
{
	server("220 hi\r\n");
	client_said("EHLO me.example.org\r\n");
	server(ehlo);
}
#endif
