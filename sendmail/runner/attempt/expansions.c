/* Reports about aliases. */
#include "runner/attempt/expansions.h"
#include "config/idn.h"
#include "message/dsn.h"
#include <stdlib.h>

/* When the message has too many recipients, none of them is expanded. */
static bool leads_to_several(const struct message *m, size_t original)
{
	return m->all.ends != NULL && m->all.ends[original] > 1;
}

void expansions_find(struct message *m, const struct journal *j)
{
	for (size_t i = 0; i < m->envelope.recipient_count && !j->expanded; i++) {
		if (!leads_to_several(m, i) || !dsn_wants(envelope_notify(&m->envelope, i), "SUCCESS"))
			continue;
		m->expanded = mem_grow(m->expanded, m->expanded_count, sizeof *m->expanded);
		m->expanded[m->expanded_count++] = i;
	}
}

const char *expansions_notify(const struct message *m, size_t original)
{
	const char *notify = envelope_notify(&m->envelope, original);
	if (*notify == '\0' || !dsn_wants(notify, "SUCCESS") || !leads_to_several(m, original))
		return notify;
	if (dsn_wants(notify, "FAILURE"))
		return dsn_wants(notify, "DELAY") ? "FAILURE,DELAY" : "FAILURE";
	return dsn_wants(notify, "DELAY") ? "DELAY" : "NEVER";
}

char *expansions_orcpt(const struct config *config, const struct message *m, size_t original)
{
	const char *said = envelope_orcpt(&m->envelope, original);
	if (*said != '\0')
		return mem_copy(said);
	const char *given = m->envelope.recipients[original];
	char *full = recipients_qualify(config, *given == '\\' ? given + 1 : given);
	char *ascii = idn_to_ascii(full), *orcpt = dsn_orcpt_of(ascii);
	free(ascii);
	free(full);
	return orcpt;
}
