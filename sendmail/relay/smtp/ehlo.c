/* Capabilities out of an EHLO reply (RFC 5321 4.1.1.1). */
#include "relay/smtp/ehlo.h"
#include "base/text.h"
#include <string.h>

static void parse_auth(struct ehlo *e, char *words)
{
	static const struct {
		const char *name;
		int value;
	} known[] = {{"PLAIN", EHLO_AUTH_PLAIN}, {"LOGIN", EHLO_AUTH_LOGIN},
	    {"CRAM-MD5", EHLO_AUTH_CRAM_MD5}, {"SCRAM-SHA-256", EHLO_AUTH_SCRAM_SHA_256},
	    {"XOAUTH2", EHLO_AUTH_XOAUTH2}, {"OAUTHBEARER", EHLO_AUTH_OAUTHBEARER}};
	if (e->auth_list[0] == '\0') {
		struct text list;
		text_init(&list, e->auth_list, sizeof e->auth_list);
		text_escape(&list, words, strlen(words));
	}
	char *rest = words;
	for (char *word; (word = strtok_r(rest, " \t", &rest)) != NULL;) {
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
			if (text_equal_ci(word, known[i].name))
				e->auth |= known[i].value;
		}
	}
}

static void parse_size(struct ehlo *e, const char *number)
{
	long long bytes;
	e->size_known = true;
	if (text_number(number, 0, INT64_MAX, &bytes))
		e->size_bytes = bytes;
}

static void parse_line(struct ehlo *e, char *line)
{
	const struct {
		const char *keyword;
		bool *flag;
	} flags[] = {{"PIPELINING", &e->pipelining}, {"8BITMIME", &e->eightbitmime},
	    {"STARTTLS", &e->starttls}, {"ENHANCEDSTATUSCODES", &e->enhanced}, {"DSN", &e->dsn},
	    {"SMTPUTF8", &e->smtputf8}, {"CHUNKING", &e->chunking}, {"XEXDATA", &e->courier},
	    {"REQUIRETLS", &e->requiretls}};
	line = text_trim(line);
	/* "XXXXXXXA" in the place of STARTTLS, as firewalls of Cisco write it. */
	size_t blots = strspn(line, "Xx*");
	e->blotted = e->blotted || (blots >= 6 && strlen(line) <= blots + 1);
	size_t length = strcspn(line, " \t=");
	char *rest = line + length;
	/* "AUTH=PLAIN" was written by servers of the last century, and still is, for their clients. */
	if (*rest != '\0')
		*rest++ = '\0';
	rest = text_trim(rest);
	if (text_equal_ci(line, "AUTH")) {
		parse_auth(e, rest);
		return;
	}
	if (text_equal_ci(line, "SIZE")) {
		parse_size(e, rest);
		return;
	}
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (text_equal_ci(line, flags[i].keyword))
			*flags[i].flag = true;
	}
}

void ehlo_parse(struct ehlo *e, struct reply *r)
{
	*e = (struct ehlo){0};
	char *lines = mem_copy_n(r->text.length > 0 ? r->text.data : "", r->text.length);
	char *rest = lines;
	char *line = strsep(&rest, "\n");
	line = text_trim(line);
	struct text server;
	text_init(&server, e->server, sizeof e->server);
	text_escape(&server, line, strcspn(line, " \t"));
	while ((line = strsep(&rest, "\n")) != NULL)
		parse_line(e, line);
	mem_free(&lines);
}
