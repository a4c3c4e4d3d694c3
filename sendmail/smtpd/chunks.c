/* Each chunk is read to its end, whatever becomes of it: what it holds is never a command. */
#include "smtpd/chunks.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Of the message under way. */
static struct {
	long long left_bytes; /* of this chunk */
	bool last;
	bool failed; /* a further chunk did not come as it should */
} chunk;

/* "SIZE [LAST]".  Where the size is not understood nobody knows where commands go on. */
static bool read_size(struct dialogue *d, char *rest)
{
	char *behind = rest + strcspn(rest, " \t");
	if (*behind != '\0')
		*behind++ = '\0';
	behind = text_trim(behind);
	chunk.last = text_equal_ci(behind, "LAST");
	if (text_number(rest, 0, 1LL << 40, &chunk.left_bytes) && (chunk.last || *behind == '\0'))
		return true;
	dialogue_reply(d, "501 5.5.4 the form is BDAT SIZE [LAST]; the connection is closed");
	d->over = true;
	dialogue_flush(d);
	return false;
}

/* Bytes of this chunk; an end of input ends all. */
static int take_bytes(struct dialogue *d, struct buffer *out, struct diagnosis *why)
{
	if (d->in.length == 0 && dialogue_fill(d) <= 0) {
		diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_INPUT_UNREADABLE,
		    "the input ended within a message: it was not accepted");
		d->over = true;
		return d->code = EX_DATAERR;
	}
	size_t n;
	const char *bytes = dialogue_rest(d, &n);
	if ((long long)n > chunk.left_bytes)
		n = (size_t)chunk.left_bytes;
	buffer_add(out, bytes, n);
	dialogue_use(d, n);
	chunk.left_bytes -= (long long)n;
	return EX_OK;
}

/* The client has its answer: no other follows. */
static int give_up(struct dialogue *d, const char *reply, struct diagnosis *why)
{
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_INPUT_UNREADABLE,
	    "the message was given up before its last chunk");
	if (reply != NULL)
		dialogue_reply(d, "%s", reply);
	d->answered = true;
	chunk.failed = true;
	return EX_DATAERR;
}

/* A command between two chunks; true: one more is waited for. */
static bool obey_between(struct dialogue *d, char *line, int *code, struct diagnosis *why)
{
	char *rest = line + strcspn(line, " \t");
	if (*rest != '\0')
		*rest++ = '\0';
	if (text_equal_ci(line, "BDAT")) {
		if (!read_size(d, text_trim(rest)))
			*code = give_up(d, NULL, why);
	} else if (text_equal_ci(line, "NOOP")) {
		dialogue_reply(d, "250 2.0.0 ok");
		return true;
	} else if (text_equal_ci(line, "RSET")) {
		*code = give_up(d, "250 2.0.0 forgotten", why);
	} else if (text_equal_ci(line, "QUIT")) {
		*code = give_up(d, "221 2.0.0 bye", why);
		d->over = true;
	} else {
		*code = give_up(d, "503 5.5.1 the next chunk was expected; the message is forgotten", why);
	}
	return false;
}

static int next_chunk(struct dialogue *d, struct diagnosis *why)
{
	const char *wrong;
	char *line;
	int code = EX_OK;
	bool more = true;
	dialogue_reply(d, "250 2.0.0 chunk received");
	while (more && (line = dialogue_next_line(d, &wrong)) != NULL) {
		if (wrong != NULL)
			code = give_up(d, "500 5.5.2 the line is too long, or holds a NUL", why);
		more = wrong == NULL && obey_between(d, line, &code, why);
		free(line);
	}
	if (!more)
		return code;
	d->over = true;
	return give_up(d, NULL, why);
}

static int read_chunks(struct dialogue *d, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	if (chunk.failed)
		return EX_DATAERR;
	int code = EX_OK;
	if (chunk.left_bytes == 0 && !chunk.last)
		code = next_chunk(d, why);
	if (code == EX_OK && chunk.left_bytes > 0)
		code = take_bytes(d, out, why);
	*at_end = code == EX_OK && chunk.left_bytes == 0 && chunk.last;
	return code;
}

static void pass_over(struct dialogue *d)
{
	struct buffer rest = {0};
	struct diagnosis why = {0};
	while (chunk.left_bytes > 0 && take_bytes(d, &rest, &why) == EX_OK)
		rest.length = 0;
	buffer_free(&rest);
}

bool chunks_obey(struct dialogue *d, char *rest)
{
	memset(&chunk, 0, sizeof chunk);
	if (!read_size(d, rest))
		return true;
	if (d->in_mail && d->envelope.recipient_count > 0) {
		dialogue_take(d, read_chunks);
		return true;
	}
	pass_over(d);
	if (!d->over)
		dialogue_has_recipient(d);
	return true;
}
