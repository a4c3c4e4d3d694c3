/* Producing the bytes of DATA. */
#include "relay/content.h"
#include "base/text.h"
#include "config/recipients.h"
#include "message/header.h"
#include "message/stamp.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_LIMIT_BYTES (512u << 10)
#define READ_BYTES 32768

static ssize_t read_at(int fd, void *bytes, size_t size, int64_t at)
{
	ssize_t n;
	do
		n = pread(fd, bytes, size, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Reads until the header's end is in the buffer; *body_at is an offset in it. */
static bool read_header(struct job *job, struct buffer *text, size_t *fields, size_t *body_at)
{
	char bytes[READ_BYTES];
	size_t skip;
	for (;;) {
		ssize_t n = read_at(job->fd, bytes, sizeof bytes, job->envelope.message_at + (int64_t)text->length);
		if (n < 0 || text->length > HEADER_LIMIT_BYTES)
			return false;
		buffer_add(text, bytes, (size_t)n);
		*fields = *body_at = skip = 0;
		if (text->length > 0)
			*fields = header_block(text->data, text->length, &skip, body_at);
		/* Submission stored the block at the very start, and ended it with a blank line. */
		if (skip != 0)
			return false;
		if (n == 0 || *fields < text->length)
			return true;
	}
}

/* The owner of the file sent it; only a file of our own may name someone else. */
static void set_sender_uid(struct job *job)
{
	struct stat st;
	if (fstat(job->fd, &st) == 0 && (st.st_uid != geteuid() || job->envelope.uid < 0))
		job->envelope.uid = st.st_uid;
}

static char *edit_address(const void *context, enum stamp_role role, const char *address)
{
	return recipients_header_address(context, role, address);
}

bool content_prepare(struct job *job, const struct config *config, struct diagnosis *d)
{
	struct buffer text = {0};
	size_t fields, body_at;
	struct stamp_policy policy = {.host = config->name, .domain = config->domain, .keep_original = config->keep_original,
	                              .address = edit_address, .context = config, .type = "", .encoding = ""};
	if (!envelope_read(&job->envelope, job->fd, d))
		return false;
	set_sender_uid(job);
	if (!read_header(job, &text, &fields, &body_at)) {
		diag_set(d, VERDICT_DEFERRED, STAGE_SPOOL, "spool-damaged", "the header of the stored message cannot be read");
		buffer_free(&text);
		return false;
	}
	stamp_header(&job->envelope, job->id, job->sender, &policy, text.length ? text.data : "", fields, &job->header);
	buffer_add(&job->header, "\n", 1);
	job->body_at = job->envelope.message_at + (int64_t)body_at;
	buffer_free(&text);
	return true;
}

/* struct transaction's body: the header at the first call, then the stored body. */
static bool produce(void *context, struct buffer *out)
{
	struct piece *p = context;
	char bytes[READ_BYTES];
	if (p->at < 0) {
		wire_start(&p->wire);
		wire_put(&p->wire, p->job->header.data, p->job->header.length, out);
		p->at = p->job->body_at;
	}
	ssize_t n = read_at(p->job->fd, bytes, sizeof bytes, p->at);
	if (n < 0) {
		p->transaction.unreadable = true;
		return false;
	}
	if (n > 0) {
		wire_put(&p->wire, bytes, (size_t)n, out);
		p->at += n;
	}
	/* Most bodies end within one read: that the file is at its end saves another call.  A read may be short for other reasons, too. */
	int64_t end = p->job->envelope.message_at + p->job->envelope.content.bytes;
	if (n == (ssize_t)sizeof bytes || (n > 0 && p->at < end))
		return true;
	if (p->at < end) {
		p->transaction.unreadable = true;
		return false;
	}
	wire_end(&p->wire, out);
	return false;
}

struct piece *content_piece(struct job *job)
{
	int count = job->rcpt_count - job->taken;
	if (count <= 0)
		return NULL;
	if (count > SESSION_RCPTS_MAX)
		count = SESSION_RCPTS_MAX;
	struct piece *p = mem_alloc(sizeof *p + (size_t)count * sizeof p->rcpts[0]);
	const struct envelope *e = &job->envelope;
	p->job = job;
	p->at = -1;
	p->first_rcpt = job->taken;
	for (int i = 0; i < count; i++)
		p->rcpts[i].address = job->rcpts[job->taken + i];
	job->taken += count;
	p->transaction = (struct transaction){
		.sender = job->sender, .rcpts = p->rcpts, .rcpt_count = count,
		.size_bytes = e->content.bytes + e->content.lines + (int64_t)job->header.length,
		.has_8bit = e->content.has_8bit, .notify = e->notify, .ret = e->ret, .envid = e->envid,
		.body = produce, .context = p,
	};
	return p;
}
