/* objects: sendmail/smtpd/chunks */
/* A whole dialogue of smtpd's: commands, messages by DATA and BDAT, cut into reads anywhere. */
#include "base/text.h"
#include "dialogue/smtp_dialogue.h"
#include "message/opening.h"
#include "smtpd/chunks.h"
#include "tests/fuzz/fuzz.h"
#include <string.h>
#include <sysexits.h>

struct talk {
	struct dialogue dialogue;
	const char *bytes;
	size_t length, at, cut;
	struct buffer said;
	unsigned messages;
	bool refuses;
};

static ssize_t read_some(void *context, char *bytes, size_t size)
{
	struct talk *t = context;
	size_t left = t->length - t->at, n = left < t->cut ? left : t->cut;
	n = n < size ? n : size;
	if (n > 0)
		memcpy(bytes, t->bytes + t->at, n);
	t->at += n;
	return (ssize_t)n;
}

static bool write_all(void *context, const char *bytes, size_t length)
{
	struct talk *t = context;
	buffer_add(&t->said, bytes, length);
	return true;
}

static int accept_sender(void *context, const char *sender, struct diagnosis *why)
{
	(void)context, (void)why;
	MUST(!text_has_control(sender));
	return EX_OK;
}

static bool accept_count(void *context, size_t count, struct diagnosis *why)
{
	(void)context, (void)why;
	return count < 50;
}

static void note_refused(void *context, const struct diagnosis *why, int code)
{
	(void)context;
	MUST(code != EX_OK && why->text[0] != '\0');
}

static int read_message(void *context, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	return dialogue_read(context, out, at_end, why);
}

static int take(void *context, struct dialogue *d, const char **id, struct diagnosis *why)
{
	struct talk *t = context;
	struct opening o = {.at_end = false};
	struct buffer stored = {0};
	MUST(d->in_mail && d->envelope.recipient_count > 0);
	int code = opening_read(&o, read_message, d, why);
	if (code == EX_OK)
		opening_put(&o, &stored);
	while (code == EX_OK && !o.at_end)
		code = dialogue_read(d, &stored, &o.at_end, why);
	if (code == EX_OK && t->refuses) {
		diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_SPOOL_FULL, "no room");
		code = EX_IOERR;
	}
	t->messages += code == EX_OK;
	*id = "0";
	buffer_free(&o.text);
	buffer_free(&stored);
	return code;
}

/* Each message that was accepted was said to be, once, or in LMTP once for each recipient; no reply
   is anything but printable lines with a code before it. */
static void look_at_replies(const struct talk *t, bool lmtp)
{
	unsigned stored = 0;
	const char *line = t->said.length > 0 ? t->said.data : "", *end = line + t->said.length;
	while (line < end) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		MUST(next != NULL && next - line >= 5 && next[-1] == '\r');
		for (int i = 0; i < 3; i++)
			MUST(line[i] >= '0' && line[i] <= '9');
		for (const char *at = line; at < next - 1; at++)
			MUST((unsigned char)*at >= 0x20 && *at != 0x7f);
		stored += (size_t)(next - line) > 20 && memcmp(line, "250 2.0.0 0 is on", 17) == 0;
		line = next + 1;
	}
	MUST(lmtp ? stored >= t->messages : stored == t->messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct dialogue_command more[] = {{"BDAT", chunks_obey}, {NULL, NULL}};
	uint8_t choice = length > 0 ? *bytes : 0;
	struct talk t = {.bytes = (const char *)bytes + (length > 0),
	    .length = length - (length > 0),
	    .cut = (size_t)1 << (choice % 13),
	    .refuses = (choice & 0x40) != 0};
	const struct dialogue_use use = {.host = "here",
	    .who = "uid 1 (one)",
	    .lmtp = (choice & 0x80) != 0,
	    .size_limit_bytes = 1 << 20,
	    .more = more,
	    .read = read_some,
	    .write = write_all,
	    .check_sender = accept_sender,
	    .check_count = accept_count,
	    .take = take,
	    .refused = note_refused};
	t.dialogue = (struct dialogue){.use = &use, .context = &t};
	dialogue_serve(&t.dialogue);
	look_at_replies(&t, use.lmtp);
	dialogue_free(&t.dialogue);
	buffer_free(&t.said);
	return 0;
}
