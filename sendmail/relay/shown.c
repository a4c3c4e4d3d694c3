/* The dialogue in words. */
#include "relay/shown.h"
#include "base/text.h"

/* The dialogue, for those who watch it; the session does not show what is secret. */
void shown_words(const struct smtp_client *c, const char *words)
{
	if (c->with->dialogue != DIALOGUE_NONE)
		jobs_say(c->with->jobs,
		    &(struct jobs_line){.verb = c->with->dialogue == DIALOGUE_SAID ? SAID_SAY : SAID_STEP,
		        .text = words});
}

void shown_said(void *context, const char *line, size_t length)
{
	struct smtp_client *c = context;
	TEXT(words, 400);
	text_put(&words, "> ");
	text_escape(&words, line, length);
	shown_words(c, words.data);
}

void shown_reply(void *context, struct reply *r)
{
	struct smtp_client *c = context;
	char text[600];
	TEXT(words, 640);
	reply_text(r, text, sizeof text);
	text_printf(&words, "< %d %s", r->code,
	    c->session.state == SESSION_AUTH && r->code == 334 ? "(challenge)" : text);
	shown_words(c, words.data);
}
