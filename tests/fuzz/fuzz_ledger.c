/* objects: runner */
/* libs: -linih -lidn2 */
/* What a killed life leaves: the ledger of a session, which may have been taken over, and the list
   of reports, both from the same bytes, as a power cut may leave them, too.  A runner that starts
   with them loses no mail, and lets no words of theirs become lines of a journal. */
#include "base/log.h"
#include "jobs/ledger.h"
#include "runner/attempt/message.h"
#include "runner/delivery/backlog.h"
#include "runner/disposition/disposition.h"
#include "runner/notify/notify.h"
#include "runner/queue/runner.h"
#include "tests/fuzz/spool.h"

static struct runner r;

/* What can be understood is written again as something that can be. */
static void look_at_lines(char *text)
{
	struct ledger_line l, again;
	struct buffer lines = {0};
	char *line;
	while ((line = strsep(&text, "\n")) != NULL) {
		if (!ledger_parse(line, &l))
			continue;
		lines.length = 0;
		ledger_put(&lines, l.at_s, l.id, l.address, l.relayed, &l.d);
		MUST(lines.data[--lines.length] == '\n' && memchr(lines.data, '\n', lines.length) == NULL &&
		     ledger_parse(buffer_string(&lines), &again));
		MUST(strcmp(l.id, again.id) == 0 && strcmp(l.address, again.address) == 0 &&
		     l.d.verdict == again.d.verdict && strcmp(l.d.text, again.d.text) == 0);
	}
	buffer_free(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char *const ids[] = {"65000000.00000001", "65000000.00000002",
	    "65000000.00000003"};
	static const char tried[] = "1700000000 attempt n=1\n1700000000 rcpt address=a@example.org "
	                            "verdict=failed stage=RCPT\n1700000000 owed\n";
	static const char report[] =
	    "firsthop-spool: 1\ncontent: bytes=0 lines=0 longest=0 8bit=0 nul=0 cr=0\ncreated: "
	    "1\nsender:\nrecipient: a@b\nflags: bounce\n\n";
	struct message *done[NOTIFY_MERGED_MAX];
	int count;
	char *text = fuzz_string(bytes, length);
	if (*fuzz_spool == '\0') {
		log_start("fuzz", 0);
		fuzz_make_spool();
		fuzz_start_runner(&r);
	}
	fuzz_put_message("mqueue", ids[0], 1001, "me@example.org", "a@example.org b@example.org",
	    "SUCCESS");
	fuzz_put_message("mqueue", ids[1], 1001, "me@example.org", "a@example.org", "");
	fuzz_put_file("mqueue/65000000.00000002.log", tried, sizeof tried - 1);
	fuzz_put_file("mqueue/65000000.00000003", report, sizeof report - 1);
	fuzz_put_file("mqueue/sent.1", (const char *)bytes, length);
	fuzz_put_file("mqueue/reports", (const char *)bytes, length);
	look_at_lines(text);
	MUST(backlog_load(&r) && fuzz_size("sent.1") == -1);
	fuzz_must_be_whole(&r, 0);
	for (size_t i = 0; i < 3; i++) {
		fuzz_must_be_journal(&r, ids[i]);
		MUST(fuzz_size(ids[i]) > 0);
	}
	count = notify_send_due(&r, done);
	for (int i = 0; i < count; i++)
		disposition_end_reported(&r, done[i]);
	fuzz_empty_runner(&r);
	free(text);
	return 0;
}
