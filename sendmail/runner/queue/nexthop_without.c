/* Refused parameters. */
#include "base/log.h"
#include "base/text.h"
#include "diagnosis/report.h"
#include "message/parameter.h"
#include "runner/queue/nexthop_without.h"

void nexthop_without_note(struct nexthops *n, const struct nexthop *p, const struct diagnosis *d,
    unsigned parameters)
{
	TEXT(reason, 1200);
	TEXT(names, 40);
	if (!nexthop_leads_over(p, d->hop))
		return;
	struct server_state *h = server_state_make(&n->servers, d->hop);
	unsigned fresh = parameters & PARAMETER_ALL & ~h->without;
	if (fresh == 0)
		return;
	h->without |= fresh;
	report_reason(&reason, d);
	parameter_words(&names, fresh);
	log_line(LOG_NOTICE,
	    "%s (the server offers %s and refuses it: it gets mail without it from now on)",
	    reason.data, names.data);
}

char *nexthop_without(const struct nexthops *n, const struct nexthop *p)
{
	struct buffer list = {0};
	for (int i = 0; i < p->name_count; i++) {
		const struct server_state *h = server_state_find(&n->servers, p->names[i]);
		if (h != NULL && h->without != 0)
			buffer_printf(&list, " %s/%u", h->name, h->without);
	}
	char *result = mem_copy(buffer_string(&list));
	buffer_free(&list);
	return result;
}
