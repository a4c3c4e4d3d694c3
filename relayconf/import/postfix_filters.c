/* Postfix: what looks at mail on its way, and how certificates are pinned. */
#include "relayconf/import/postfix_filters.h"
#include "base/language.h"
#include "config/filter_socket.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_DIRECTORY "/var/spool/postfix"

/* A local socket without a slash in front lies in the queue's folder, where Postfix's own programs
   look for it. */
static void place_of(const char *place, struct text *socket)
{
	const char *colon = strchr(place, ':');
	bool local = text_starts(place, "unix:") || text_starts(place, "local:");
	text_put(socket, "milter:");
	if (local && colon[1] != '/')
		text_printf(socket, "unix:" QUEUE_DIRECTORY "/%s", colon + 1);
	else
		text_put(socket, place);
}

/* "inet:127.0.0.1:8891", or that within "{ ..., default_action = accept }". */
static void add_milter(struct pairs *p, struct import *im, const char *words, int n)
{
	const char *usual = pairs_take(p, "milter_default_action"),
	           *own = strstr(words, "default_action");
	char name[32], *place = mem_copy_n(words, strcspn(words, ", \t"));
	bool pass =
	    own != NULL ? strstr(own, "accept") != NULL : usual != NULL && strcmp(usual, "accept") == 0;
	struct filter_socket s;
	TEXT(socket, 400);
	TEXT(problem, 300);
	place_of(place, &socket);
	snprintf(name, sizeof name, n > 1 ? "milter%d" : "milter", n);
	if (filter_socket_read(socket.data, &s, &problem)) {
		import_set(im, "filter", name, "socket", socket.data);
		import_set(im, "filter", name, "when_down", pass ? "pass" : "wait");
		if (s.path[0] != '\0')
			import_note(im, p->file, pairs_line(p, "non_smtpd_milters"), place,
			    "user in this [filter] has to be one who may connect to that socket");
	} else {
		import_note(im, p->file, pairs_line(p, "non_smtpd_milters"), place, problem.data);
	}
	free(place);
}

static void add_milters(struct pairs *p, struct import *im, const char *list)
{
	int n = 0;
	while (*(list += strspn(list, ", \t")) != '\0') {
		bool group = *list == '{';
		list += group;
		size_t length = strcspn(list, group ? "}" : ", \t");
		char *words = mem_copy_n(list, length);
		add_milter(p, im, text_trim(words), ++n);
		free(words);
		list += length + (group && list[length] == '}');
	}
}

void postfix_filters(struct pairs *p, struct import *im)
{
	const char *of_network = pairs_take(p, "smtpd_milters"),
	           *ours = pairs_take(p, "non_smtpd_milters");
	if (ours != NULL && strstr(ours, "smtpd_milters") != NULL && *ours == '$')
		ours = of_network;
	if (ours != NULL && *ours != '\0')
		add_milters(p, im, ours);
	else if (of_network != NULL && *of_network != '\0')
		pairs_note(p, im, "smtpd_milters",
		    "looked at mail from the network only; [filter NAME] socket would look at all mail");
	pairs_note(p, im, "content_filter",
	    "[filter NAME] has a command, a milter or spamd; a filter that gives the mail back by SMTP "
	    "has no counterpart");
}

void postfix_pins(struct pairs *p, struct import *im, const char *level)
{
	const char *list = pairs_take(p, "smtp_tls_fingerprint_cert_match");
	const char *dane = strcmp(level, "dane") == 0        ? "opportunistic"
	                   : strcmp(level, "dane-only") == 0 ? "require"
	                                                     : NULL;
	bool pinned = strcmp(level, "fingerprint") == 0;
	char *name;
	pairs_take(p, "smtp_tls_fingerprint_digest");
	if (dane != NULL && import_get(im, "fallback", "", "direct_mx") != NULL)
		import_set(im, "fallback", "", "direct_dane", dane);
	for (int at = 0; (name = import_next(im, "host", &at)) != NULL; free(name)) {
		import_set(im, "smarthost", name, "dane", dane);
		if (pinned && (list == NULL || !import_fingerprints(im, name, list)))
			import_note(im, p->file, pairs_line(p, "smtp_tls_security_level"), level,
			    "no SHA-256 fingerprint is named: relayconf probe shows what to write into "
			    "tls_fingerprint");
	}
}
