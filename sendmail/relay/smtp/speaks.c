/* First bytes of other services than mail. */
#include "relay/smtp/speaks.h"
#include "diagnosis/catalogue.h"
#include <string.h>

#define QUOTED_BYTES 80

bool speaks_tls(const char *bytes, size_t length)
{
	/* change_cipher_spec, alert, handshake, application data; then the version 3.x */
	return length >= 2 && bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] == 3;
}

static const struct service {
	const char *start; /* of the first bytes; "" = any */
	const char *words; /* within them; "" = any */
	const char *name;
} services[] = {
    {"HTTP/", "", "an HTTP server"},
    {"<!DOCTYPE", "", "an HTTP server"},
    {"<html", "", "an HTTP server"},
    {"SSH-", "", "an SSH server"},
    {"+OK", "", "a POP3 server"},
    {"* OK", "", "an IMAP server"},
    {"* PREAUTH", "", "an IMAP server"},
    {"* BYE", "", "an IMAP server"},
    {"\"IMPLEMENTATION\"", "", "a ManageSieve server"},
    {"RFB ", "", "a VNC server"},
    {"@RSYNCD:", "", "an rsync server"},
    {"<?xml", "", "an XMPP server"},
    {"<stream", "", "an XMPP server"},
    {"-ERR", "", "a Redis or POP3 server"},
    {"-NOAUTH", "", "a Redis server"},
    {"-DENIED", "", "a Redis server"},
    {"AMQP", "", "an AMQP server"},
    {"ERROR\r\n", "", "a memcached server"},
    {"INFO {", "", "a NATS server"},
    {"200 ", "nntp", "an NNTP server"},
    {"200 ", "news", "an NNTP server"},
    {"201 ", "nntp", "an NNTP server"},
    {"201 ", "news", "an NNTP server"},
    {"220", "ftp", "an FTP server"},
    {"220", "lmtp", "an LMTP server"},
    {"", "mysql_native_password", "a MySQL server"},
    {"", "caching_sha2_password", "a MySQL server"},
    {"", "mariadb", "a MySQL server"},
    {"\xff\xfd", "", "a Telnet server"},
    {"\xff\xfb", "", "a Telnet server"},
    {"\xff\xfe", "", "a Telnet server"},
};

/* As a string, without NULs. */
static void as_words(const char *bytes, size_t length, char *words, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < length && n + 1 < size; i++) {
		if (bytes[i] != '\0')
			words[n++] = bytes[i];
	}
	words[n] = '\0';
}

const char *speaks_service(const char *bytes, size_t length)
{
	char words[256];
	as_words(bytes, length, words, sizeof words);
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		const struct service *s = &services[i];
		if (text_starts(words, s->start) && text_find_ci(words, s->words) != NULL)
			return s->name;
	}
	return NULL;
}

void speaks_quote(struct text *t, const char *bytes, size_t length)
{
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	char words[QUOTED_BYTES + 1];
	as_words(bytes, length, words, sizeof words);
	for (char *at = words; *at != '\0'; at++)
		*at = *at & '\x80' ? '?' : *at;
	text_printf(t, "\"%s", words);
	text_put(t, length > QUOTED_BYTES ? "...\"" : "\"");
}

void speaks_diagnose(struct diagnosis *d, const char *bytes, size_t length, enum reason_key key)
{
	const char *service = speaks_service(bytes, length);
	TEXT(words, 400);
	if (speaks_tls(bytes, length)) {
		key = REASON_TLS_IMPLICIT_MISSING;
		text_put(&words, "the server speaks TLS from the first byte, and implicit = no");
	} else if (service != NULL) {
		key = REASON_OTHER_PROTOCOL;
		text_printf(&words, "%s answers on this port, no mail server; it said: ", service);
		speaks_quote(&words, bytes, length);
	} else {
		text_put(&words, "the server's reply does not begin with an SMTP code; it said: ");
		speaks_quote(&words, bytes, length);
	}
	diag_set(d, VERDICT_DEFERRED, STAGE_BANNER, key, "%s", words.data);
	catalogue_recognise(d);
}
