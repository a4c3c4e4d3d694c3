/* Header and parts.  Bcc goes to sendmail as recipients and is never written. */
#include "mail/compose.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "base/words.h"
#include "mail/mime.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (512u << 20)

/* One line, whatever the caller gave: a line break in it would be a new field. */
static char *one_line(const char *value)
{
	char *copy = mem_copy(value);
	for (char *at = copy; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	}
	return copy;
}

static void put_text_field(struct buffer *out, const char *name, const char *value)
{
	char *line = one_line(value);
	buffer_printf(out, "%s: ", name);
	words_put(out, line, strlen(name) + 2);
	buffer_puts(out, "\n");
	mem_free(&line);
}

/* An address with a display name that is not ASCII: the name is encoded, the address not. */
static void put_address(struct buffer *out, const char *value)
{
	char *line = one_line(value);
	char *angle = strrchr(line, '<');
	if (angle != NULL && angle > line) {
		*angle = '\0';
		words_put(out, text_trim(line), 10);
		buffer_printf(out, " <%s", angle + 1);
	} else {
		buffer_puts(out, line);
	}
	mem_free(&line);
}

static void put_addresses(struct buffer *out, const char *name, const struct words *w)
{
	for (int i = 0; i < w->count; i++) {
		if (i == 0)
			buffer_printf(out, "%s: ", name);
		else
			buffer_puts(out, ",\n\t");
		put_address(out, w->items[i]);
	}
	if (w->count > 0)
		buffer_puts(out, "\n");
}

static const char *given_type(const struct options *o)
{
	for (int i = 0; i < o->headers.count; i++) {
		if (strncasecmp(o->headers.items[i], "Content-Type:", 13) == 0)
			return o->headers.items[i] + 13 + strspn(o->headers.items[i] + 13, " ");
	}
	return NULL;
}

static void put_own_headers(struct buffer *out, const struct options *o)
{
	for (int i = 0; i < o->headers.count; i++) {
		char *line = one_line(o->headers.items[i]);
		char *colon = strchr(line, ':');
		*colon = '\0';
		if (strcasecmp(line, "Content-Type") != 0 && strcasecmp(line, "MIME-Version") != 0)
			put_text_field(out, line, text_trim(colon + 1));
		mem_free(&line);
	}
}

static bool put_file(struct buffer *out, const char *path, const char *border)
{
	struct buffer bytes = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && fdio_slurp(fd, &bytes, FILE_LIMIT_BYTES);
	if (good) {
		buffer_printf(out, "--%s\n", border);
		mime_put_file(out, path, bytes.length ? bytes.data : "", bytes.length);
	} else {
		fprintf(stderr, "mail: %s cannot be attached: %s; nothing was sent\n", path, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	buffer_free(&bytes);
	return good;
}

static bool put_parts(struct buffer *out, const struct options *o, const char *body, size_t length)
{
	char border[64];
	snprintf(border, sizeof border, "=_%lld.%ld_mail", (long long)clock_wall_us(), (long)getpid());
	enum mime_encoding e = mime_choose(body, length);
	buffer_printf(out, "Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n", border, border);
	mime_put_fields(out, given_type(o), body, length, e);
	buffer_puts(out, "\n");
	mime_put_body(out, body, length, e);
	for (int i = 0; i < o->files.count; i++) {
		if (!put_file(out, o->files.items[i], border))
			return false;
	}
	buffer_printf(out, "--%s--\n", border);
	return true;
}

bool compose_message(const struct options *o, const char *body, size_t length, struct buffer *out)
{
	if (o->from != NULL) {
		buffer_puts(out, "From: ");
		put_address(out, o->from);
		buffer_puts(out, "\n");
	}
	put_addresses(out, "To", &o->to);
	put_addresses(out, "Cc", &o->cc);
	if (o->subject != NULL)
		put_text_field(out, "Subject", o->subject);
	put_own_headers(out, o);
	buffer_puts(out, "MIME-Version: 1.0\n");
	if (o->files.count > 0)
		return put_parts(out, o, body, length);
	enum mime_encoding e = mime_choose(body, length);
	mime_put_fields(out, given_type(o), body, length, e);
	buffer_puts(out, "\n");
	mime_put_body(out, body, length, e);
	return true;
}
