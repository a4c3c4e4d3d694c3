/* Producing the bytes of DATA or BDAT. */
#include "relay/content.h"
#include "base/fdio.h"
#include "base/text.h"
#include <stdlib.h>

#define READ_BYTES 32768

static void put_body(struct piece *p, const char *bytes, size_t length, struct buffer *out)
{
	struct buffer legal = {0};
	if (p->body == NULL) {
		wire_put(&p->wire, bytes, length, out);
		return;
	}
	body_conform_put(p->body, bytes, length, &legal);
	if (legal.length > 0)
		wire_put(&p->wire, legal.data, legal.length, out);
	buffer_free(&legal);
}

static void end_body(struct piece *p, struct buffer *out)
{
	struct buffer legal = {0};
	if (p->body != NULL)
		body_conform_end(p->body, &legal);
	p->body = NULL;
	if (legal.length > 0)
		wire_put(&p->wire, legal.data, legal.length, out);
	buffer_free(&legal);
	wire_end(&p->wire, out);
}

static void begin(struct piece *p, struct buffer *out)
{
	wire_start(&p->wire);
	p->wire.chunked = p->transaction.chunked;
	wire_put(&p->wire, p->job->header.data, p->job->header.length, out);
	p->at = p->job->body_at;
	body_conform_free(p->body);
	p->body = p->job->reencoded
	              ? body_conform_start(&p->job->top, &p->job->plan, p->job->to_7bit, true)
	              : NULL;
	p->transaction.body_begun = true;
}

/* struct transaction's body: the header at the first call, then the stored body. */
static bool produce(void *context, struct buffer *out)
{
	struct piece *p = context;
	char bytes[READ_BYTES];
	if (!p->transaction.body_begun)
		begin(p, out);
	ssize_t n = fdio_read_at(p->job->fd, bytes, sizeof bytes, p->at);
	int64_t end = p->job->envelope.message_at + p->job->envelope.content.bytes;
	/* The rest cannot be had: no dot is sent, so that no server takes a part for the whole. */
	if (n < 0 || (n == 0 && p->at < end)) {
		p->transaction.unreadable = true;
		return false;
	}
	if (n > 0) {
		put_body(p, bytes, (size_t)n, out);
		p->at += n;
	}
	/* Most bodies end within one read: that the file is at its end saves another call.  A read may
	 * be short for other reasons, too. */
	if (n == (ssize_t)sizeof bytes || p->at < end)
		return true;
	end_body(p, out);
	return false;
}

/* RFC 3461 5.2.2: without DSN, the null sender alone keeps the servers behind silent.  An archive
 * copy goes with the others: a server that refuses the null sender must not hold it up. */
static bool is_never(const struct job *job, int rcpt, bool dsn)
{
	return !dsn && !job->asked[rcpt].archive && text_equal_ci(job->asked[rcpt].notify, "NEVER");
}

struct piece *content_piece(struct job *job, bool dsn)
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
	struct piece *p = mem_alloc(sizeof *p + (size_t)count * sizeof p->rcpts[0]);
	const struct envelope *e = &job->envelope;
	p->job = job;
	p->first_rcpt = job->taken;
	for (int i = 0; i < count; i++) {
		p->rcpts[i].address = job->rcpts[job->taken + i];
		p->rcpts[i].notify = job->asked[job->taken + i].notify;
		p->rcpts[i].orcpt = job->asked[job->taken + i].orcpt;
	}
	job->taken += count;
	p->transaction = (struct transaction){
	    .sender = never ? "" : job->sender,
	    .rcpts = p->rcpts,
	    .rcpt_count = count,
	    .size_bytes = job->body_bytes + (int64_t)job->header.length,
	    .has_8bit = e->content.has_8bit && !job->to_7bit,
	    .ret = e->ret,
	    .envid = e->envid,
	    .needs_utf8 = !ascii || !text_is_ascii(job->sender) || job->utf8_field != NULL ||
	                  envelope_has_flag(e, "utf8"),
	    .utf8_field = job->utf8_field,
	    .body = produce,
	    .context = p,
	};
	return p;
}

void content_free_piece(struct piece *p)
{
	body_conform_free(p->body);
	free(p);
}
