/* The verbs between sendmail and its watcher. */
#include "spool/follow_line.h"
#include "spool/id.h"
#include <string.h>

static const struct protocol_row said[] = {
    [FOLLOW_ID] = {"id", "ID"},
    [FOLLOW_GO] = {"go", "known|started|nobody"},
};
const struct protocol follow_said = PROTOCOL("sendmail to mailq", said);

static const char *const runners[FOLLOW_RUNNERS] = {"known", "started", "nobody"};

void follow_put_id(struct buffer *out, const char *id)
{
	protocol_put(out, &follow_said, FOLLOW_ID, id);
}

void follow_put_go(struct buffer *out, enum follow_runner runner)
{
	protocol_put(out, &follow_said, FOLLOW_GO, runners[runner]);
}

bool follow_parse_id(const char *line, const char **id)
{
	return protocol_find(&follow_said, line, id) == FOLLOW_ID && id_valid(*id);
}

bool follow_parse_go(const char *line, enum follow_runner *runner)
{
	const char *word;
	int i = 0;
	if (protocol_find(&follow_said, line, &word) != FOLLOW_GO)
		return false;
	while (i < FOLLOW_RUNNERS && strcmp(runners[i], word) != 0)
		i++;
	*runner = (enum follow_runner)i;
	return true;
}
