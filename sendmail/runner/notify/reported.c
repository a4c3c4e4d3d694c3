/* Recipients of a report. */
#include "runner/attempt/message.h"
#include "runner/notify/reported.h"

/* One whose outcome is not known was sent all the same. */
static const struct diagnosis *success(const struct message *m, struct walk *w)
{
	for (; w->at < m->rcpt_count; w->at++) {
		if (m->relayed[w->at] && m->states[w->at] == RCPT_SENT)
			break;
	}
	if (w->at == m->rcpt_count)
		return NULL;
	w->address = m->rcpts[w->at];
	w->orcpt = m->asked[w->at].orcpt;
	w->seen++;
	diag_read(&w->d, m->success[w->at] != NULL ? m->success[w->at] : "");
	w->at++;
	return &w->d;
}

const struct diagnosis *reported(const struct message *m, enum report_kind kind, struct walk *w)
{
	if (kind == REPORT_SUCCESS)
		return success(m, w);
	while (w->at < m->rcpt_count) {
		int i = w->at++, state = m->states[i];
		bool delayed = kind == REPORT_DELAY;
		if (delayed ? (state == RCPT_FAILED || state == RCPT_SENT) : state != RCPT_FAILED)
			continue;
		const char *failure =
		    !delayed && w->failed++ < m->failure_count ? m->failures[w->failed - 1] : NULL;
		if (!message_wants_report(m, i, delayed ? "DELAY" : "FAILURE"))
			continue;
		w->address = m->rcpts[i];
		w->orcpt = m->asked[i].orcpt;
		w->seen++;
		if (failure == NULL)
			return &m->last;
		diag_read(&w->d, failure);
		return &w->d;
	}
	return NULL;
}

bool reported_require_tls(struct message *const *list, int count)
{
	bool any = false;
	for (int i = 0; i < count; i++)
		any = any || envelope_has_flag(&list[i]->envelope, "requiretls");
	return any;
}
