/* objects: sendmail/relay/smtp/proxy */
/* What a proxy answers, SOCKS5 and HTTP, in pieces; and where one is, as it is configured. */
#include "config/proxy_url.h"
#include "relay/smtp/proxy.h"
#include "tests/fuzz/fuzz.h"

static void answer(const uint8_t *bytes, size_t length, enum proxy_kind kind, uint8_t how)
{
	struct diagnosis d = {0};
	struct proxy *p = mem_alloc(sizeof *p);
	p->kind = kind;
	p->where = "socks5://proxy.example";
	p->host = how & 1 ? "mail.example.org" : how & 2 ? "192.0.2.1" : "2001:db8::1";
	p->port = 587;
	p->login = how & 4 ? "joe" : "";
	p->password = "secret";
	p->d = &d;
	proxy_start(p);
	for (size_t at = 0; at < length && p->state == PROXY_ASKING;) {
		size_t n = (how >> 3) % 9u + 1;
		n = n < length - at ? n : length - at;
		n = n < p->wants ? n : p->wants;
		MUST(n > 0);
		proxy_receive(p, (const char *)bytes + at, n);
		at += n;
	}
	if (p->state == PROXY_ASKING)
		(how & 128 ? proxy_late : proxy_ended)(p);
	MUST(p->state == PROXY_OPEN || (p->state == PROXY_FAILED && d.key != REASON_NONE));
	MUST(!text_has_control(d.text));
	buffer_free(&p->out);
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *value = fuzz_string(bytes, length);
	struct proxy_url url;
	TEXT(problem, 400);
	if (proxy_url_read(value, &url, &problem))
		MUST(url.port > 0 && url.host[0] != '\0' && !text_has_control(url.host));
	else
		MUST(problem.length > 0);
	free(value);
	if (length > 0) {
		answer(bytes + 1, length - 1, PROXY_SOCKS5, bytes[0]);
		answer(bytes + 1, length - 1, PROXY_HTTP, bytes[0]);
	}
	return 0;
}
