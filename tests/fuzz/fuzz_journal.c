/* ID.log, folded and told; and the same bytes as a ledger. */
#include "jobs/ledger.h"
#include "spool/journal.h"
#include "spool/story.h"
#include "tests/fuzz/fuzz.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct journal j = {0};
	struct story_line line;
	struct story_rcpt rcpt;
	struct ledger_line l;
	char *copy = fuzz_string(bytes, length), *at = copy;
	journal_parse(&j, (const char *)bytes, length);
	for (size_t i = 0; i < j.rcpt_count; i++)
		MUST(journal_find(&j, j.rcpts[i].address) != NULL);
	while (story_next(&at, copy + length, &line)) {
		if (line.verb == STORY_RCPT)
			story_rcpt(&line, &rcpt);
	}
	for (char *end, *from = copy; (end = strchr(from, '\n')) != NULL; from = end + 1) {
		*end = '\0';
		MUST(!ledger_parse(from, &l) || (ledger_wants(&l.d) && l.address[0] != '\0'));
	}
	journal_free(&j);
	free(copy);
	return 0;
}
