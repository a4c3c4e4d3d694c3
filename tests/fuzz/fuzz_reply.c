/* objects: sendmail/relay/smtp/reply sendmail/relay/smtp/ehlo sendmail/relay/smtp/speaks */
/* SMTP replies, what EHLO offers, what kind of server it is, and what else it may be. */
#include "diagnosis/remedy.h"
#include "diagnosis/server.h"
#include "relay/smtp/ehlo.h"
#include "relay/smtp/speaks.h"
#include "tests/fuzz/fuzz.h"

/* Of a server's words nothing but a kind that we know and an address gets into a remedy. */
static void look(const char *words)
{
	static const enum server_words places[] = {SERVER_GREETING, SERVER_OFFER, SERVER_ANSWER};
	struct diagnosis d = {.key = REASON_RELAY_DENIED, .local_address = ""};
	TEXT(remedy, REMEDY_SIZE);
	for (int i = 0; i < 3; i++) {
		const char *kind = server_kind(places[i], words);
		MUST(kind == NULL || server_name(kind) != NULL);
		if (kind != NULL)
			text_copy(d.server, sizeof d.server, kind);
	}
	if (server_saw(words, "", d.local_address, sizeof d.local_address))
		MUST(d.local_address[strspn(d.local_address, "0123456789abcdef.:")] == '\0');
	text_copy(d.login, sizeof d.login, words);
	remedy_put(&remedy, &d, words);
	MUST(!text_has_control(remedy.data) && !remedy.overflow);
}

/* A reply that ends early is a reply, or nothing. */
static void salvage(const uint8_t *bytes, size_t length)
{
	struct reply r = {0};
	struct buffer in = {0};
	const char *problem = NULL;
	enum reply_result result;
	for (size_t i = 0; i < length; i++) {
		buffer_add(&in, bytes + i, 1);
		while ((result = reply_take(&r, &in, &problem)) == REPLY_WHOLE)
			reply_clear(&r);
		if (result != REPLY_MORE)
			reply_clear(&r);
	}
	if (reply_salvage(&r, &in))
		MUST(r.code >= 200 && r.code <= 599);
	MUST(in.length == 0);
	reply_clear(&r);
	buffer_free(&in);
}

static void strange(const uint8_t *bytes, size_t length)
{
	struct diagnosis d = {0};
	speaks_diagnose(&d, (const char *)bytes, length < 160 ? length : 160, REASON_REPLY_BAD);
	MUST(d.key != REASON_NONE && !text_has_control(d.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct reply r = {0};
	struct buffer in = {0};
	struct ehlo e = {0};
	const char *problem = NULL;
	char text[512];
	enum reply_result result;
	buffer_add(&in, bytes, length);
	while ((result = reply_take(&r, &in, &problem)) == REPLY_WHOLE) {
		MUST(r.code >= 200 && r.code <= 599);
		ehlo_parse(&e, &r);
		reply_text(&r, text, sizeof text);
		MUST(!text_has_control(text));
		look(buffer_string(&r.text));
		reply_clear(&r);
	}
	MUST((result != REPLY_BAD && result != REPLY_ENDLESS) || problem != NULL);
	reply_clear(&r);
	buffer_free(&in);
	buffer_free(&r.text);
	salvage(bytes, length);
	strange(bytes, length);
	return 0;
}
