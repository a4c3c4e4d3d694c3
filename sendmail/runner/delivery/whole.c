/* A message as relay would send it, to a server that offers nothing. */
#include "runner/delivery/whole.h"
#include "base/fdio.h"
#include "base/text.h"
#include "jobs/head.h"
#include "message/count.h"
#include "message/wire.h"
#include <stdlib.h>

static bool put_body(const struct job *job, struct buffer *out)
{
	char bytes[16384];
	int64_t at = job->body_at;
	ssize_t n;
	struct body_plan plan = job->plan;
	struct body_conform *body =
	    job->reencoded ? body_conform_start(&job->top, &plan, job->to_7bit, true) : NULL;
	while ((n = fdio_read_at(job->fd, bytes, sizeof bytes, at)) > 0) {
		if (body != NULL)
			body_conform_put(body, bytes, (size_t)n, out);
		else
			buffer_add(out, bytes, (size_t)n);
		at += n;
	}
	if (body != NULL)
		body_conform_end(body, out);
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_add(out, "\n", 1);
	return n == 0;
}

/* Signed and unknown parts are not changed for any server. */
static bool is_7bit(const struct buffer *text, size_t from)
{
	struct content content = {0};
	int64_t column = 0;
	count_bytes(&content, &column, text->data + from, text->length - from);
	return !content.has_8bit && !content.has_nul && !content.has_bare_cr &&
	       content.longest_line <= WIRE_LINE_LIMIT_BYTES;
}

bool whole_put(const struct config *config, const struct message *m, struct buffer *out)
{
	/* A sender beyond ASCII is replaced there. */
	struct job job = {.fd = m->fd, .sender = mem_copy(m->sender), .received = m->received};
	struct diagnosis d = {0};
	size_t from = out->length;
	text_copy(job.id, sizeof job.id, m->id);
	envelope_init(&job.envelope);
	bool good = head_prepare(&job, config, false, false, &d) && job.utf8_field == NULL;
	if (good) {
		buffer_add(out, job.header.data, job.header.length);
		good = put_body(&job, out) && is_7bit(out, from);
	}
	if (!good)
		out->length = from;
	head_forget(&job);
	free(job.sender);
	envelope_free(&job.envelope);
	buffer_free(&job.header);
	buffer_free(&job.said);
	return good;
}
