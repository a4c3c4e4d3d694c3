/* Recipients of a report. */
#include "runner/attempt/message.h"
#include "runner/notify/reported.h"

const struct diagnosis *reported(const struct message *m, enum report_kind kind, struct walk *w)
{
	while (w->at < m->rcpt_count) {
		int i = w->at++, state = m->states[i];
		const struct diagnosis *d = &m->last;
		bool delayed = kind == REPORT_DELAY;
		if (delayed ? (state == RCPT_FAILED || state == RCPT_SENT) : state != RCPT_FAILED)
			continue;
		if (!delayed && w->failed++ < m->failure_count)
			d = &m->failures[w->failed - 1];
		if (!message_wants_report(m, i, delayed ? "DELAY" : "FAILURE"))
			continue;
		w->address = m->rcpts[i];
		w->orcpt = m->asked[i].orcpt;
		w->seen++;
		return d;
	}
	return NULL;
}
