/* Storing what a filter made of a message. */
#include "filters/changed.h"
#include "base/fdio.h"
#include "base/hash.h"
#include "base/header.h"
#include "message/count.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOP_BYTES (512u << 10) /* as much of a header as is read anywhere (jobs/head.c) */

void changed_add_passed(struct passed *p, const char *bytes, size_t length)
{
	p->sum = hash_add(p->bytes == 0 ? HASH_START : p->sum, bytes, length);
	p->bytes += (int64_t)length;
}

void changed_begin(struct changed *c, int mqueue_fd, struct job *job, const char *filter)
{
	*c = (struct changed){.mqueue_fd = mqueue_fd, .fd = -1, .job = job, .filter = filter};
}

static void name_of(const struct changed *c, char *name, size_t size)
{
	snprintf(name, size, "t.%s", c->job->id);
}

static void fail(struct changed *c)
{
	if (!c->failed)
		c->error_no = errno;
	c->failed = true;
}

/* The old envelope; who submitted it is in its lines from now on, because the file is ours. */
static void open_file(struct changed *c)
{
	struct envelope e = c->job->envelope;
	struct buffer head = {0};
	char name[64], flags[400];
	snprintf(flags, sizeof flags, "%s%s%sfiltered=%s", e.flags, *e.flags != '\0' ? " " : "",
	    envelope_has_flag(&e, "stamped") ? "" : "stamped ", c->filter);
	e.flags = flags;
	e.content = (struct content){0};
	name_of(c, name, sizeof name);
	unlinkat(c->mqueue_fd, name, 0);
	c->fd = openat(c->mqueue_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	envelope_write(&e, &head, &c->content_at);
	if (c->fd < 0 || !fdio_write(c->fd, head.data, head.length))
		fail(c);
	buffer_free(&head);
}

static void store(struct changed *c, const char *bytes, size_t length)
{
	if (length == 0 || c->failed)
		return;
	if (c->fd < 0)
		open_file(c);
	errno = EFBIG;
	if (c->content.bytes + (int64_t)length > ENVELOPE_MESSAGE_LIMIT_BYTES ||
	    (!c->failed && !fdio_write(c->fd, bytes, length)))
		fail(c);
	count_bytes(&c->content, &c->column, bytes, length);
	changed_add_passed(&c->passed, bytes, length);
	if (c->top.length < TOP_BYTES)
		buffer_add(&c->top, bytes, length);
}

/* A CR before an LF belongs to the line end; others stay. */
void changed_put(struct changed *c, const char *bytes, size_t length)
{
	while (length > 0) {
		if (c->cr && *bytes != '\n')
			store(c, "\r", 1);
		c->cr = false;
		const char *at = memchr(bytes, '\r', length);
		size_t n = at != NULL ? (size_t)(at - bytes) : length;
		store(c, bytes, n);
		c->cr = at != NULL;
		bytes += n + (at != NULL);
		length -= n + (at != NULL);
	}
}

static bool is_message(const struct changed *c)
{
	size_t skip = 0, body_at = 0;
	size_t fields = header_block(c->top.data, c->top.length, &skip, &body_at);
	return fields > 0 && skip == 0 && body_at > fields;
}

static bool finish(struct changed *c)
{
	struct buffer value = {0};
	envelope_write_content(&c->content, &value);
	bool good =
	    fdio_write_at(c->fd, value.data, value.length, (off_t)c->content_at) && fdio_sync(c->fd);
	if (!good)
		fail(c);
	buffer_free(&value);
	return good;
}

bool changed_end(struct changed *c, const struct passed *before, const char **problem)
{
	bool good = false;
	*problem = NULL;
	if (c->cr)
		store(c, "\r", 1);
	bool same =
	    c->passed.bytes == 0 || (c->passed.bytes == before->bytes && c->passed.sum == before->sum);
	if (!c->failed && !same && !is_message(c))
		*problem = "what it wrote is no message: header fields and a blank line come first";
	else if (!c->failed && !same)
		good = finish(c);
	if (c->failed)
		*problem = strerror(c->error_no);
	if (!good)
		changed_forget(c);
	else
		close(c->fd);
	buffer_free(&c->top);
	return good;
}

char *changed_reason(const struct changed *c)
{
	struct header_field f;
	size_t skip = 0, body_at = 0;
	size_t fields =
	    c->top.length > 0 ? header_block(c->top.data, c->top.length, &skip, &body_at) : 0;
	return header_find(c->top.data, fields, "X-Spam-Status", &f) ? header_value(&f) : NULL;
}

void changed_forget(struct changed *c)
{
	char name[64];
	name_of(c, name, sizeof name);
	if (c->fd >= 0) {
		close(c->fd);
		unlinkat(c->mqueue_fd, name, 0);
	}
	c->fd = -1;
	buffer_free(&c->top);
}
