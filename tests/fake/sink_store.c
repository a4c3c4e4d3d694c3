/* Where the sink keeps messages: a maildir, with the envelope as two kinds of lines on top; and one log line for each.
   Nothing is synced: it is a test tool. */
#include "sink.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool sink_store_prepare(const char *maildir)
{
	static const char *const rooms[] = {"", "/tmp", "/new", "/cur"};
	char path[1024];
	for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
		int n = snprintf(path, sizeof path, "%s%s", maildir, rooms[i]);
		if (n < 0 || (size_t)n >= sizeof path)
			return false;
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			return false;
	}
	return true;
}

void sink_store_open(struct sink *s, struct sink_conn *c)
{
	char path[1200];
	c->store_failed = false;
	if (s->maildir == NULL)
		return;
	snprintf(c->file, sizeof c->file, "%lld.P%ldC%lluM%llu.sink", (long long)clock_wall_us(), (long)getpid(), c->number,
	         s->messages);
	snprintf(path, sizeof path, "%s/tmp/%s", s->maildir, c->file);
	c->file_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (c->file_fd < 0) {
		c->store_failed = true;
		return;
	}
	buffer_printf(&c->message, "X-Envelope-From: <%s>\n", c->sender);
	const char *at = c->recipients.data;
	for (int i = 0; i < c->recipient_count; i++) {
		const char *end = strchr(at, '\n');
		buffer_printf(&c->message, "X-Envelope-To: <%.*s>\n", (int)(end - at), at);
		at = end + 1;
	}
}

void sink_store_flush(struct sink_conn *c)
{
	if (c->file_fd >= 0 && c->message.length > 0 && !fdio_write(c->file_fd, c->message.data, c->message.length))
		c->store_failed = true;
	c->message.length = 0;
}

bool sink_store_finish(struct sink *s, struct sink_conn *c)
{
	char from[1200], to[1200];
	sink_store_flush(c);
	if (c->file_fd >= 0 && !c->store_failed) {
		snprintf(from, sizeof from, "%s/tmp/%s", s->maildir, c->file);
		snprintf(to, sizeof to, "%s/new/%s", s->maildir, c->file);
		if (rename(from, to) == 0) {
			close(c->file_fd);
			c->file_fd = -1;
		} else {
			c->store_failed = true;
		}
	}
	bool kept = !c->store_failed;
	sink_store_drop(s, c);
	return kept;
}

void sink_store_drop(struct sink *s, struct sink_conn *c)
{
	char path[1200];
	c->message.length = 0;
	if (c->file_fd < 0)
		return;
	close(c->file_fd);
	c->file_fd = -1;
	snprintf(path, sizeof path, "%s/tmp/%s", s->maildir, c->file);
	unlink(path);
}

void sink_store_log(struct sink *s, struct sink_conn *c)
{
	struct buffer line = {0};
	if (s->quiet && s->log == NULL)
		return;
	buffer_printf(&line, "from=<%s> to=", c->sender);
	const char *at = c->recipients.data;
	for (int i = 0; i < c->recipient_count; i++) {
		const char *end = strchr(at, '\n');
		buffer_printf(&line, "%s<%.*s>", i > 0 ? "," : "", (int)(end - at), at);
		at = end + 1;
	}
	buffer_printf(&line, " size=%llu session=%llu tls=%s login=%s body=%s high=%d bare_lf=%llu bare_cr=%llu\n", c->bytes,
	              c->number, c->ssl != NULL ? SSL_get_version(c->ssl) : "no", c->authenticated ? s->login : "-",
	              c->body != NULL ? c->body : "-", c->high_bytes, c->bare_lf, c->bare_cr);
	if (!s->quiet) {
		fwrite(line.data, 1, line.length, stdout);
		fflush(stdout);
	}
	if (s->log != NULL) {
		fwrite(line.data, 1, line.length, s->log);
		fflush(s->log);
	}
	buffer_free(&line);
}
