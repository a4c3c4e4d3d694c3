/* Lines of the ledger. */
#include "jobs/ledger.h"
#include "base/fields.h"
#include "base/text.h"
#include <string.h>

bool ledger_wants(const struct diagnosis *d)
{
	return d->verdict == VERDICT_SENT ||
	       (d->verdict == VERDICT_DEFERRED && d->key == REASON_OUTCOME_UNKNOWN);
}

void ledger_put(struct buffer *lines, const char *id, const char *address, bool relayed,
    const struct diagnosis *d)
{
	struct buffer fields = {0};
	fields_put(&fields, "id", id);
	fields_put(&fields, "address", address);
	if (relayed)
		fields_put_number(&fields, "relayed", 1);
	diag_write(d, &fields);
	/* The last word shows that the line is whole. */
	buffer_printf(lines, "outcome %s .\n", buffer_string(&fields));
	buffer_free(&fields);
}

bool ledger_parse(const char *line, struct ledger_line *l)
{
	size_t length = strlen(line);
	*l = (struct ledger_line){0};
	if (!text_starts(line, "outcome ") || length < 10 || strcmp(line + length - 2, " .") != 0)
		return false;
	if (!fields_get(line, "id", l->id, sizeof l->id) ||
	    !fields_get(line, "address", l->address, sizeof l->address))
		return false;
	l->relayed = fields_get_number(line, "relayed", 0) != 0;
	diag_read(&l->d, line);
	return ledger_wants(&l->d) && l->address[0] != '\0';
}
