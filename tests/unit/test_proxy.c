/* objects: sendmail/relay/smtp/proxy */
/* The dialogue with a proxy: in any pieces, cut off anywhere, and with any bytes. */
#include "base/text.h"
#include "relay/smtp/proxy.h"
#include "tests/unit/unit.h"
#include <stdlib.h>

static struct diagnosis why;

static struct proxy *begin(enum proxy_kind kind, const char *host, const char *login)
{
	struct proxy *p = mem_alloc(sizeof *p);
	why = (struct diagnosis){0};
	*p = (struct proxy){.kind = kind,
	    .where = "it",
	    .host = host,
	    .port = 587,
	    .login = login,
	    .password = "pw",
	    .d = &why};
	proxy_start(p);
	return p;
}

static void said(struct proxy *p, const char *bytes, size_t length)
{
	assert_int_equal(p->out.length, length);
	assert_memory_equal(p->out.data, bytes, length);
	p->out.length = 0;
}

/* As a caller does: never more than is wanted.  What is left of the bytes. */
static size_t hear(struct proxy *p, const char *bytes, size_t length)
{
	size_t at = 0;
	while (at < length && p->state == PROXY_ASKING) {
		size_t n = p->wants < length - at ? p->wants : length - at;
		proxy_receive(p, bytes + at, n);
		at += n;
	}
	return length - at;
}

static void end(struct proxy *p, enum proxy_state state, enum reason_key key)
{
	assert_int_equal(p->state, state);
	assert_int_equal(why.key, key);
	buffer_free(&p->out);
	free(p);
}

static void socks_opens(void **state)
{
	(void)state;
	struct proxy *p = begin(PROXY_SOCKS5, "mail.example.org", "");
	said(p, "\5\1\0", 3);
	hear(p, "\5\0", 2);
	said(p, "\5\1\0\3\20mail.example.org\2\113", 23);
	/* The greeting after it is the server's. */
	assert_int_equal(hear(p, "\5\0\0\1\1\2\3\4\0\31220 hi", 16), 6);
	end(p, PROXY_OPEN, REASON_NONE);
	p = begin(PROXY_SOCKS5, "2001:db8::1", "joe");
	said(p, "\5\2\0\2", 4);
	hear(p, "\5\2", 2);
	said(p, "\1\3joe\2pw", 8);
	hear(p, "\1\0", 2);
	said(p, "\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\2\113", 22);
	assert_int_equal(hear(p, "\5\0\0\3\2hi\0\31x", 10), 1);
	end(p, PROXY_OPEN, REASON_NONE);
}

static void http_opens(void **state)
{
	(void)state;
	struct proxy *p = begin(PROXY_HTTP, "2001:db8::1", "");
	const char *wanted = "CONNECT [2001:db8::1]:587 HTTP/1.1\r\nHost: [2001:db8::1]:587\r\n\r\n";
	said(p, wanted, strlen(wanted));
	const char *answer = "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n220 hi";
	assert_int_equal(hear(p, answer, strlen(answer)), 6);
	end(p, PROXY_OPEN, REASON_NONE);
	p = begin(PROXY_HTTP, "h", "joe");
	assert_non_null(
	    strstr(buffer_string(&p->out), "\r\nProxy-Authorization: Basic am9lOnB3\r\n\r\n"));
	answer = "HTTP/1.1 204 \n\n";
	hear(p, answer, strlen(answer));
	end(p, PROXY_OPEN, REASON_NONE);
	/* What comes before the answer is none; a head may end in two ways at once. */
	p = begin(PROXY_HTTP, "h", "joe");
	answer =
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\nA: b\r\n\r\nHTTP/1.1 200 ok\n\r\n220 hi";
	assert_int_equal(hear(p, answer, strlen(answer)), 6);
	end(p, PROXY_OPEN, REASON_NONE);
}

static void words_name_the_cause(void **state)
{
	static const struct {
		enum proxy_kind kind;
		const char *bytes;
		size_t length;
		const char *words;
	} rows[] = {
	    {PROXY_SOCKS5, "\5\0\5\360\0\1\0", 7, "the unknown code 240"},
	    {PROXY_SOCKS5, "\5\0\5\2", 4, "by its rules (SOCKS5 2)"},
	    {PROXY_SOCKS5, "\5\0\5\0", 4, "without an answer"},
	    {PROXY_HTTP, "HTTP/1.1 407 x\r\nproxy-authenticate: NTLM\r\n\r\n", 0, "it wants NTLM: "},
	    {PROXY_HTTP, "HTTP/1.1 407 x\r\nProxy-Authenticate:\tDigest realm=x\r\n\r\n", 0,
	        "it wants Digest: HTTP/1.1 407 x"},
	    {PROXY_HTTP,
	        "HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: "
	        "basic realm=\"x\"\r\n\r\n",
	        0, "refuses the login of proxy_login: "},
	    {PROXY_HTTP, "HTTP/1.1 407 x\r\n\r\n", 0, "refuses the login of proxy_login: "},
	};
	char giant[300];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct proxy *p = begin(rows[i].kind, "h", "joe");
		hear(p, rows[i].bytes, rows[i].length > 0 ? rows[i].length : strlen(rows[i].bytes));
		proxy_ended(p);
		assert_non_null(strstr(why.text, rows[i].words));
		end(p, PROXY_FAILED, why.key);
	}
	memset(giant, 'x', sizeof giant);
	giant[sizeof giant - 1] = '\0';
	struct proxy *p = begin(PROXY_SOCKS5, "h", "joe");
	p->password = giant;
	hear(p, "\5\2", 2);
	assert_non_null(strstr(why.text, "SOCKS5 has room for 255 bytes"));
	end(p, PROXY_FAILED, REASON_PROXY_LOGIN);
}

static void failures_have_a_key(void **state)
{
	static const struct {
		enum proxy_kind kind;
		const char *login, *bytes;
		size_t length;
		enum reason_key key;
	} rows[] = {
	    {PROXY_SOCKS5, "", "\5\377", 2, REASON_PROXY_LOGIN},
	    {PROXY_SOCKS5, "", "\5\2", 2, REASON_PROXY_LOGIN},
	    {PROXY_SOCKS5, "joe", "\5\377", 2, REASON_PROXY_LOGIN},
	    {PROXY_SOCKS5, "joe", "\5\2\1\1", 4, REASON_PROXY_LOGIN},
	    {PROXY_SOCKS5, "", "\4\0", 2, REASON_PROXY_BAD},
	    {PROXY_SOCKS5, "", "HTTP/1.1 400", 12, REASON_PROXY_BAD},
	    {PROXY_SOCKS5, "", "\5\0\5\2\0\1\0", 7, REASON_PROXY_REFUSED},
	    {PROXY_SOCKS5, "", "\5\0\5\5\0\1\0", 7, REASON_PROXY_FAILED},
	    {PROXY_SOCKS5, "", "\5\0\5\7\0\1\0", 7, REASON_PROXY_BAD},
	    {PROXY_SOCKS5, "", "\5\0\5\144\0\1\0", 7, REASON_PROXY_FAILED},
	    {PROXY_SOCKS5, "", "\5\0\5\0\0\7\0", 7, REASON_PROXY_BAD},
	    {PROXY_HTTP, "", "HTTP/1.1 407 x\r\n\r\n", 18, REASON_PROXY_LOGIN},
	    {PROXY_HTTP, "", "HTTP/1.1 403 x\r\n\r\n", 18, REASON_PROXY_REFUSED},
	    {PROXY_HTTP, "", "HTTP/1.1 503 x\r\n\r\n", 18, REASON_PROXY_FAILED},
	    {PROXY_HTTP, "", "HTTP/1.1 bad x\r\n\r\n", 18, REASON_PROXY_BAD},
	    {PROXY_HTTP, "", "220 mail ESMTP\r\n", 16, REASON_PROXY_BAD},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct proxy *p = begin(rows[i].kind, "h", rows[i].login);
		hear(p, rows[i].bytes, rows[i].length);
		end(p, PROXY_FAILED, rows[i].key);
		assert_non_null(strstr(why.text, "the proxy it "));
	}
}

static void ends_are_understood(void **state)
{
	(void)state;
	struct proxy *p = begin(PROXY_SOCKS5, "h", "");
	proxy_ended(p);
	end(p, PROXY_FAILED, REASON_PROXY_BAD);
	p = begin(PROXY_SOCKS5, "h", "");
	hear(p, "\5\0\5", 3);
	proxy_ended(p);
	end(p, PROXY_FAILED, REASON_PROXY_FAILED);
	p = begin(PROXY_HTTP, "h", "");
	proxy_late(p);
	end(p, PROXY_FAILED, REASON_PROXY_UNREACHABLE);
	p = begin(PROXY_HTTP, "h", "");
	while (p->state == PROXY_ASKING)
		hear(p, "HTTP/", 5);
	end(p, PROXY_FAILED, REASON_PROXY_BAD);
}

/* Whatever comes, it ends, and asks for what it can hold. */
static void any_bytes_end(void **state)
{
	(void)state;
	srandom(7);
	for (int i = 0; i < 20000; i++) {
		struct proxy *p = begin(i % 2 ? PROXY_HTTP : PROXY_SOCKS5, "h", i % 3 ? "joe" : "");
		for (int k = 0; k < 9000 && p->state == PROXY_ASKING; k++) {
			char byte = (char)(random() % (k < 12 ? 6 : 256));
			assert_true(p->wants > 0 && p->wants < 300);
			proxy_receive(p, &byte, 1);
		}
		assert_int_not_equal(p->state, PROXY_ASKING);
		buffer_free(&p->out);
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(socks_opens), cmocka_unit_test(http_opens),
	    cmocka_unit_test(words_name_the_cause), cmocka_unit_test(failures_have_a_key),
	    cmocka_unit_test(ends_are_understood), cmocka_unit_test(any_bytes_end)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
