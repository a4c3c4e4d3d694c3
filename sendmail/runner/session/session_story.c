/* The story of messages, as a relay reports it. */
#include "runner/session/session_story.h"
#include "base/clock.h"
#include "base/log.h"
#include "runner/queue/watcher.h"
#include <string.h>

#define STEPS_LIMIT_BYTES 16384

void session_story_step(struct worker *w, const struct jobs_line *l)
{
	char text[1024];
	if (l->text == NULL)
		return;
	text_copy(text, sizeof text, l->text);
	text_tame(text, sizeof text);
	if (l->verb == SAID_STEP && w->steps.length < STEPS_LIMIT_BYTES)
		buffer_printf(&w->steps, "%s\n", text);
	for (const struct message *m = w->first; m != NULL; m = m->next)
		watcher_text(m->entry, l->verb == SAID_STEP ? STORY_STEP : STORY_SAY, text);
}

void session_story_repaired(struct message *m, const struct jobs_line *l)
{
	TEXT(words, 1200);
	if (m->repairs_logged || l->text == NULL)
		return;
	m->repairs_logged = true;
	text_put(&words, "repaired ");
	text_escape(&words, l->text, strlen(l->text));
	journal_put_step(&m->lines, clock_wall_s(), words.data);
	if (!m->has_journal)
		log_line(LOG_NOTICE, "%s %s", m->id, words.data);
}

void session_story_diagnosis(const struct worker *w, struct diagnosis *d, const struct jobs_line *l)
{
	*d = *l->d;
	if (!nexthop_leads_over(w->nexthop, d->hop) && strcmp(d->hop, "local") != 0)
		d->hop[0] = '\0';
}
