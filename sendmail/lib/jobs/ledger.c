/* Lines of the ledger. */
#include "jobs/ledger.h"
#include "base/fields.h"
#include <string.h>

enum ledger_verb { LEDGER_OUTCOME };
static const struct protocol_row rows[] = {
    [LEDGER_OUTCOME] = {"outcome", "id= address= at= relayed= DIAGNOSIS ."},
};
const struct protocol ledger_noted = PROTOCOL("ledger", rows);

bool ledger_wants(const struct diagnosis *d)
{
	return d->verdict == VERDICT_SENT ||
	       (d->verdict == VERDICT_DEFERRED && d->key == REASON_OUTCOME_UNKNOWN);
}

void ledger_put(struct buffer *lines, int64_t wall_s, const char *id, const char *address,
    bool relayed, const struct diagnosis *d)
{
	struct buffer fields = {0};
	fields_put(&fields, "id", id);
	fields_put(&fields, "address", address);
	fields_put_number(&fields, "at", wall_s);
	if (relayed)
		fields_put_number(&fields, "relayed", 1);
	diag_write(d, &fields);
	/* The last word shows that the line is whole. */
	buffer_puts(&fields, " .");
	protocol_put(lines, &ledger_noted, LEDGER_OUTCOME, buffer_string(&fields));
	buffer_free(&fields);
}

bool ledger_parse(const char *line, struct ledger_line *l)
{
	int verb = protocol_find(&ledger_noted, line, &line);
	size_t length = strlen(line);
	*l = (struct ledger_line){0};
	if (verb != LEDGER_OUTCOME || length < 2 || strcmp(line + length - 2, " .") != 0)
		return false;
	if (!fields_get(line, "id", l->id, sizeof l->id) ||
	    !fields_get(line, "address", l->address, sizeof l->address))
		return false;
	l->at_s = fields_get_number(line, "at", 0);
	l->relayed = fields_get_number(line, "relayed", 0) != 0;
	diag_read(&l->d, line);
	return ledger_wants(&l->d) && l->address[0] != '\0';
}
