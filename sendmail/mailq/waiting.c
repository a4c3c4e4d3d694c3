/* Words about sessions that wait. */
#include "mailq/waiting.h"
#include "base/language.h"
#include "base/clock.h"
#include "diagnosis/nexthop_words.h"
#include "mailq/list_paths.h"
#include <string.h>

static const char *what_for(enum stage stage)
{
	switch (stage) {
	case STAGE_LOOKUP:
	case STAGE_CONNECT: return TR_LATER("for the connection");
	case STAGE_TLS: return TR_LATER("for the TLS handshake");
	case STAGE_BANNER: return TR_LATER("for the server's greeting");
	case STAGE_AUTH: return TR_LATER("for the server's answer to the login");
	case STAGE_MAIL: return TR_LATER("for the server's answer to MAIL");
	case STAGE_RCPT: return TR_LATER("for the server's answer to RCPT");
	case STAGE_DATA: return TR_LATER("for the server's answer to DATA");
	case STAGE_BODY: return "while it sends a message";
	case STAGE_END_OF_DATA: return TR_LATER("for the server's answer at end of data");
	default: return TR_LATER("for the server");
	}
}

static void put_wait(struct text *t, const struct session_wait *w)
{
	int64_t now = clock_wall_s();
	bool local = strcmp(w->path, RULES_LOCAL) == 0;
	text_put(t, TR("waiting "));
	clock_put_span(t, now > w->since_s ? now - w->since_s : 0);
	if (local) {
		text_put(t, TR(" for the mailbox of "));
		text_escape(t, w->peer, strlen(w->peer));
	} else {
		text_printf(t, " %s", TR(what_for(w->stage)));
	}
}

static bool leads_over(const struct paths_of *p, const char *path)
{
	for (int i = 0; i < p->count; i++) {
		if (strcmp(p->paths[i], path) == 0)
			return true;
	}
	return p->count == 0 && *path == '\0';
}

void waiting_put_own(const struct listing *l, const struct row *r, struct text *t)
{
	for (int i = 0; i < l->wait_count; i++) {
		if (strcmp(l->waits[i].id, r->id) != 0)
			continue;
		text_put(t, TR("; its session has been "));
		put_wait(t, &l->waits[i]);
		return;
	}
}

bool waiting_put_others(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt,
    struct text *t)
{
	const struct session_wait *longest = NULL;
	int count = 0;
	if (l->wait_count == 0)
		return false;
	if (rcpt == NULL && r->rcpt_count > 0)
		rcpt = &r->rcpts[0];
	const struct paths_of *p = list_paths(l, r, rcpt != NULL ? rcpt->address : "");
	for (int i = 0; i < l->wait_count; i++) {
		if (!leads_over(p, l->waits[i].path))
			continue;
		count++;
		if (longest == NULL || l->waits[i].since_s < longest->since_s)
			longest = &l->waits[i];
	}
	if (longest == NULL)
		return false;
	bool named = longest->peer[0] != '\0' && strcmp(longest->path, RULES_LOCAL) != 0;
	TEXT(where, 400);
	TEXT(server, 400);
	if (named)
		text_put(&where, longest->peer);
	else
		nexthop_words_put(&where, longest->path);
	text_escape(&server, where.data, where.length);
	text_printf(t,
	    count == 1 ? TR("waits for its turn: %d session with %s has been ")
	               : TR("waits for its turn: %d sessions with %s wait, the longest has been "),
	    count, server.data);
	put_wait(t, longest);
	return true;
}
