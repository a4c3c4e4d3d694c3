/* Producing the bytes of DATA or BDAT. */
#include "relay/content.h"
#include "base/fdio.h"
#include "base/text.h"
#include <stdlib.h>

#define READ_BYTES 32768

static void put_body(struct job_transaction *jt, const char *bytes, size_t length,
    struct buffer *out)
{
	struct buffer legal = {0};
	if (jt->body == NULL) {
		wire_put(&jt->wire, bytes, length, out);
		return;
	}
	body_conform_put(jt->body, bytes, length, &legal);
	if (legal.length > 0)
		wire_put(&jt->wire, legal.data, legal.length, out);
	buffer_free(&legal);
}

static void end_body(struct job_transaction *jt, struct buffer *out)
{
	struct buffer legal = {0};
	if (jt->body != NULL)
		body_conform_end(jt->body, &legal);
	jt->body = NULL;
	if (legal.length > 0)
		wire_put(&jt->wire, legal.data, legal.length, out);
	buffer_free(&legal);
	wire_end(&jt->wire, out);
}

static void begin(struct job_transaction *jt, struct buffer *out)
{
	wire_start(&jt->wire);
	jt->wire.chunked = jt->transaction.chunked;
	wire_put(&jt->wire, jt->job->header.data, jt->job->header.length, out);
	jt->at = jt->job->body_at;
	body_conform_free(jt->body);
	jt->body = jt->job->reencoded
	               ? body_conform_start(&jt->job->top, &jt->job->plan, jt->job->to_7bit, true)
	               : NULL;
	jt->transaction.body_begun = true;
}

/* struct transaction's body: the header at the first call, then the stored body. */
static bool produce(void *context, struct buffer *out)
{
	struct job_transaction *jt = context;
	char bytes[READ_BYTES];
	if (!jt->transaction.body_begun)
		begin(jt, out);
	ssize_t n = fdio_read_at(jt->job->fd, bytes, sizeof bytes, jt->at);
	int64_t end = jt->job->envelope.message_at + jt->job->envelope.content.bytes;
	/* The rest cannot be had: no dot is sent, so that no server takes a part for the whole. */
	if (n < 0 || (n == 0 && jt->at < end)) {
		jt->transaction.unreadable = true;
		return false;
	}
	if (n > 0) {
		put_body(jt, bytes, (size_t)n, out);
		jt->at += n;
	}
	/* Most bodies end within one read: that the file is at its end saves another call.  A read may
	 * be short for other reasons, too. */
	if (n == (ssize_t)sizeof bytes || jt->at < end)
		return true;
	end_body(jt, out);
	return false;
}

/* RFC 3461 5.2.2: without DSN, the null sender alone keeps the next servers silent.  An archive
 * copy goes with the others: a server that refuses the null sender must not hold it up. */
static bool is_never(const struct job *job, int rcpt, bool dsn)
{
	return !dsn && !job->asked[rcpt].archive && text_equal_ci(job->asked[rcpt].notify, "NEVER");
}

struct job_transaction *content_next(struct job *job, bool dsn)
{
	int count = job->rcpt_count - job->taken, same = 1;
	if (count <= 0)
		return NULL;
	if (count > SESSION_RCPTS_MAX)
		count = SESSION_RCPTS_MAX;
	bool ascii = text_is_ascii(job->rcpts[job->taken]), never = is_never(job, job->taken, dsn);
	while (same < count && text_is_ascii(job->rcpts[job->taken + same]) == ascii &&
	       is_never(job, job->taken + same, dsn) == never)
		same++;
	count = same;
	struct job_transaction *jt = mem_alloc(sizeof *jt + (size_t)count * sizeof jt->rcpts[0]);
	const struct envelope *e = &job->envelope;
	jt->job = job;
	jt->first_rcpt = job->taken;
	for (int i = 0; i < count; i++) {
		jt->rcpts[i].address = job->rcpts[job->taken + i];
		jt->rcpts[i].notify = job->asked[job->taken + i].notify;
		jt->rcpts[i].orcpt = job->asked[job->taken + i].orcpt;
	}
	job->taken += count;
	jt->transaction = (struct transaction){
	    .sender = never ? "" : job->sender,
	    .rcpts = jt->rcpts,
	    .rcpt_count = count,
	    .size_bytes = job->body_bytes + (int64_t)job->header.length,
	    .has_8bit = e->content.has_8bit && !job->to_7bit,
	    .ret = e->ret,
	    .envid = e->envid,
	    .needs_utf8 = !ascii || !text_is_ascii(job->sender) || job->utf8_field != NULL ||
	                  envelope_has_flag(e, "utf8"),
	    .require_tls = envelope_has_flag(e, "requiretls"),
	    .utf8_field = job->utf8_field,
	    .body = produce,
	    .context = jt,
	};
	return jt;
}

void content_free(struct job_transaction *jt)
{
	body_conform_free(jt->body);
	free(jt);
}
