/* objects: smtp_client */
/* libs: -lcrypto */
/* A whole session with a hostile server: one byte of policy, then pieces, each with its length in
 * front. */
#include "relay/smtp/smtp_session.h"
#include "tests/fuzz/fuzz.h"

static int finished_count;

static void finished(void *context, struct transaction *t)
{
	const bool *probe = context;
	for (int i = 0; i < t->rcpt_count && !*probe; i++)
		MUST(!t->begun || t->rcpts[i].result.verdict != VERDICT_NONE);
	finished_count++;
}

static bool body(void *context, struct buffer *out)
{
	(void)context;
	buffer_puts(out, "Subject: x\r\n\r\n..\r\n.\r\n");
	return false;
}

/* The secret never leaves before TLS is on, where TLS is demanded. */
static void look(struct session *s, bool needs_tls)
{
	const char *said = buffer_string(&s->out);
	if (needs_tls && !s->secured)
		MUST(strstr(said, "AUTH") == NULL && strstr(said, "MAIL") == NULL &&
		     strstr(said, "Subject") == NULL);
	s->out.length = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct session s = {0};
	uint8_t choice = length > 0 ? bytes[0] : 0;
	struct session_policy policy = {.name = "me.example.org",
	    .login = choice & 4 ? "user" : "",
	    .password = "geheim",
	    .reply_s = 300,
	    .data_s = 180,
	    .data_end_s = 600,
	    .finished = finished,
	    .stop_before_data = choice & 16,
	    .auth_without_tls = choice & 8,
	    .tls = choice & 1   ? SMARTHOST_TLS_VERIFY
	           : choice & 2 ? SMARTHOST_TLS_OPPORTUNISTIC
	                        : SMARTHOST_TLS_OFF};
	struct session_rcpt rcpts[3] = {{.address = "a@example.org"}, {.address = "b@example.org"},
	    {.address = "c@example.org"}};
	struct transaction t = {.sender = "me@example.org",
	    .rcpts = rcpts,
	    .rcpt_count = 3,
	    .size_bytes = 100,
	    .has_8bit = true,
	    .ret = "",
	    .envid = "",
	    .body = body};
	bool given = false, probe = policy.stop_before_data;
	policy.context = &probe;
	finished_count = 0;
	session_start(&s, &policy, 1000);
	for (size_t at = 1; at < length && s.state != SESSION_OVER;) {
		size_t piece = bytes[at++];
		piece = piece > length - at ? length - at : piece;
		session_receive(&s, (const char *)bytes + at, piece, 2000);
		at += piece;
		if (s.state == SESSION_HANDSHAKE) {
			MUST(s.in.length == 0);
			session_secured(&s, 2000);
		}
		if (!given && session_can_take(&s)) {
			session_take(&s, &t);
			given = true;
		}
		session_pump(&s, 2000);
		look(&s, policy.tls == SMARTHOST_TLS_VERIFY);
	}
	session_broken(&s, REASON_PEER_CLOSED, "the end");
	MUST(finished_count == (given ? 1 : 0));
	session_free(&s);
	return 0;
}
