/* Through a proxy. */
#include "relay/route/proxied.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include <string.h>

void proxied_ask(const struct smarthost *smarthost, struct smarthost *proxy)
{
	struct proxy_url url = {.host = ""};
	proxy_url_read(smarthost->proxy, &url, NULL);
	*proxy = (struct smarthost){.port = url.port, .tls = SMARTHOST_TLS_OFF};
	text_copy(proxy->name, sizeof proxy->name, smarthost->name);
	text_copy(proxy->host, sizeof proxy->host, url.host);
}

void proxied_answer(const struct smarthost *smarthost, struct route *r)
{
	TEXT(words, 500);
	char bare[64];
	bool literal = smarthost_is_literal(smarthost->host, bare, sizeof bare);
	for (int i = 0; i < r->count; i++) {
		struct candidate *c = &r->candidates[i];
		text_copy(c->via, sizeof c->via, c->address);
		c->via_port = c->port;
		text_copy(c->name, sizeof c->name, literal ? bare : smarthost->host);
		text_copy(c->address, sizeof c->address, c->name);
		c->port = smarthost->port;
		c->implicit = smarthost->implicit;
		c->vouched = false;
	}
	if (r->count > 0) {
		buffer_printf(&r->trace, "the proxy %s %s%s\n", smarthost->proxy,
		    literal ? "connects to " : "looks up ", literal ? bare : smarthost->host);
		return;
	}
	text_printf(&words, "the proxy %s cannot be reached: %s", smarthost->proxy, r->why.text);
	diag_set(&r->why, VERDICT_DEFERRED, STAGE_LOOKUP, REASON_PROXY_UNREACHABLE, "%s", words.data);
	catalogue_recognise(&r->why);
}
