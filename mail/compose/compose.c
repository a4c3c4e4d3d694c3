/* Header and parts.  Bcc goes to sendmail as recipients and is never written. */
#include "mail/compose/compose.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "mail/compose/attach.h"
#include "mail/compose/mime.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
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
	encoded_word_put(out, line, strlen(name) + 2);
	buffer_puts(out, "\n");
	mem_free(&line);
}

static bool is_ascii(const char *string)
{
	while (*string != '\0' && (unsigned char)*string < 0x80)
		string++;
	return *string == '\0';
}

/* A display name (RFC 5322 3.4): as it is, in quotes where it must be, or as encoded words, which
 * are without quotes. */
static void put_phrase(struct buffer *out, char *name)
{
	size_t n = strlen(name);
	bool quoted = n >= 2 && name[0] == '"' && name[n - 1] == '"';
	if (is_ascii(name) && (quoted || strpbrk(name, "@:;,()[]\\\"<>.") == NULL)) {
		buffer_puts(out, name);
		return;
	}
	if (quoted) {
		char *to = name;
		name[n - 1] = '\0';
		for (const char *at = name + 1; *at != '\0'; at++)
			*to++ = *at == '\\' && at[1] != '\0' ? *++at : *at;
		*to = '\0';
	}
	if (!is_ascii(name)) {
		encoded_word_put(out, name, 10);
		return;
	}
	buffer_puts(out, "\"");
	for (const char *at = name; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			buffer_puts(out, "\\");
		buffer_add(out, at, 1);
	}
	buffer_puts(out, "\"");
}

/* One address: "Name <address>", "address (Name)", or the address alone.  Only names are ever
 * encoded. */
static void put_address(struct buffer *out, const char *value)
{
	char *line = one_line(value);
	char *text = text_trim(line);
	size_t n = strlen(text);
	char *angle = strrchr(text, '<'), *comment = strchr(text, '(');
	if (angle != NULL && angle > text && n > 0 && text[n - 1] == '>') {
		*angle = '\0';
		put_phrase(out, text_trim(text));
		buffer_printf(out, " <%s", angle + 1);
	} else if (angle == NULL && comment != NULL && text[n - 1] == ')' && !is_ascii(comment)) {
		*comment = text[n - 1] = '\0';
		put_phrase(out, text_trim(comment + 1));
		buffer_printf(out, " <%s>", text_trim(text));
	} else {
		buffer_puts(out, text);
	}
	mem_free(&line);
}

static void put_addresses(struct buffer *out, const char *name, const struct string_list *w)
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

static void put_address_list(struct buffer *out, const char *name, const char *value)
{
	struct string_list w = {0};
	string_list_add_list(&w, value);
	put_addresses(out, name, &w);
	string_list_free(&w);
}

static bool is_one_of(const char *name, const char *const names[])
{
	for (int i = 0; names[i] != NULL; i++) {
		if (strcasecmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* A Subject of -s, and the fields of MIME, are written elsewhere. */
static void put_own_headers(struct buffer *out, const struct letter *l)
{
	static const char *const elsewhere[] = {"Content-Type", "Content-Transfer-Encoding",
	    "MIME-Version", NULL};
	static const char *const addresses[] = {"From", "Reply-To", "Sender", "Errors-To",
	    "Mail-Followup-To", "Return-Receipt-To", "Disposition-Notification-To", NULL};
	for (int i = 0; i < l->headers.count; i++) {
		char *line = one_line(l->headers.items[i]);
		char *colon = line + strcspn(line, ":"), *value = colon + (*colon != '\0');
		*colon = '\0';
		bool skip =
		    is_one_of(line, elsewhere) || (l->subject != NULL && strcasecmp(line, "Subject") == 0);
		if (!skip && is_one_of(line, addresses))
			put_address_list(out, line, value);
		else if (!skip)
			put_text_field(out, line, text_trim(value));
		mem_free(&line);
	}
}

/* The caller's open descriptor that a path names (/dev/fd/3), or -1.  FreeBSD has such files for
 * 0 to 2 alone unless fdescfs(5) is mounted, so they are not opened. */
static int descriptor_of(const char *path)
{
	static const char folder[] = "/dev/fd/";
	long long number;
	if (strncmp(path, folder, sizeof folder - 1) != 0 ||
	    !text_number(path + sizeof folder - 1, 0, 1000000, &number))
		return -1;
	return (int)number;
}

static int open_file(const char *path)
{
	int given = descriptor_of(path);
	return given >= 0 ? fcntl(given, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
}

static bool put_file(struct buffer *out, const struct letter *l, int file, const char *border)
{
	const char *path = l->files.items[file];
	struct buffer bytes = {0};
	int fd = open_file(path);
	bool good = fd >= 0 && fdio_slurp(fd, &bytes, FILE_LIMIT_BYTES);
	if (!good) {
		fprintf(stderr, "mail: %s cannot be attached: %s; nothing was sent\n", path,
		    strerror(errno));
	} else if (bytes.length > 0 || !l->skip_empty_files) {
		buffer_printf(out, "\n--%s\n", border);
		attach_put_as(out, path, bytes.length ? bytes.data : "", bytes.length,
		    letter_wish_of(l, file), l->alternative);
	}
	if (fd >= 0)
		close(fd);
	buffer_free(&bytes);
	return good;
}

/* A content type as it was given, without what is left at its end of a parameter that is not
   there. */
static char *content_type(const char *given)
{
	char *line = one_line(given);
	size_t n = strlen(line);
	while (n > 0 && strchr("; ", line[n - 1]) != NULL)
		n--;
	line[n] = '\0';
	return line;
}

/* The text as the body of the message or as its first part.  Who names an encoding has encoded the
 * text already. */
static void put_text(struct buffer *out, const struct letter *l)
{
	const char *given = letter_header(l, "Content-Type"),
	           *encoding = letter_header(l, "Content-Transfer-Encoding");
	const char *body = l->body.length > 0 ? l->body.data : "";
	char *type = given != NULL ? content_type(given) : NULL;
	enum mime_encoding e = mime_choose(type, body, l->body.length);
	if (l->encoding != ENCODING_FREE && mime_may_be_encoded(type))
		e = l->encoding == ENCODING_BASE64 ? MIME_BASE64 : MIME_QUOTED;
	if (encoding != NULL) {
		char *line = one_line(encoding);
		buffer_printf(out, "Content-Type: %s\nContent-Transfer-Encoding: %s\n",
		    type != NULL ? type : "text/plain; charset=utf-8", line);
		mem_free(&line);
		e = MIME_8BIT;
	} else {
		mime_put_fields(out, type, l->charset, body, l->body.length, e);
	}
	buffer_puts(out, "\n");
	mime_put_body(out, body, l->body.length, e);
	mem_free(&type);
}

/* A message inside this one (RFC 2046 5.2.1) is never encoded again. */
static void put_attached(struct buffer *out, const struct buffer *message)
{
	buffer_printf(out,
	    "Content-Type: message/rfc822\nContent-Disposition: inline\nContent-Transfer-Encoding: "
	    "%s\n\n",
	    mime_encoding_name(mime_choose("message/rfc822", message->data, message->length)));
	mime_put_body(out, message->data, message->length, MIME_8BIT);
}

static bool put_parts(struct buffer *out, const struct letter *l)
{
	char border[64];
	snprintf(border, sizeof border, "=_%lld.%ld_mail", (long long)clock_wall_us(), (long)getpid());
	buffer_printf(out, "Content-Type: multipart/%s; boundary=\"%s\"\n\n--%s\n",
	    l->alternative ? "alternative" : "mixed", border, border);
	put_text(out, l);
	for (int i = 0; i < l->files.count; i++) {
		if (!put_file(out, l, i, border))
			return false;
	}
	if (l->attached.length > 0) {
		buffer_printf(out, "\n--%s\n", border);
		put_attached(out, &l->attached);
	}
	buffer_printf(out, "\n--%s--\n", border);
	return true;
}

bool compose_message(const struct letter *l, struct buffer *out)
{
	/* A From line of -a is what the reader sees; -r is then the envelope sender only. */
	if (l->from != NULL && *l->from != '\0' && letter_header(l, "From") == NULL)
		put_address_list(out, "From", l->from);
	put_addresses(out, "To", &l->to);
	put_addresses(out, "Cc", &l->cc);
	if (l->subject != NULL)
		put_text_field(out, "Subject", l->subject);
	put_own_headers(out, l);
	buffer_puts(out, "MIME-Version: 1.0\n");
	if (l->files.count > 0 || l->attached.length > 0)
		return put_parts(out, l);
	put_text(out, l);
	if (out->data[out->length - 1] != '\n')
		buffer_puts(out, "\n");
	return true;
}

bool compose_can_attach(const struct letter *l)
{
	for (int i = 0; i < l->files.count; i++) {
		const char *path = l->files.items[i];
		int given = descriptor_of(path);
		struct stat st;
		if ((given >= 0 ? fstat(given, &st) : stat(path, &st)) == 0 && S_ISDIR(st.st_mode))
			errno = EISDIR;
		else if (given >= 0 ? fcntl(given, F_GETFD) >= 0 : access(path, R_OK) == 0)
			continue;
		fprintf(stderr, "mail: %s cannot be attached: %s; nothing was sent\n", path,
		    strerror(errno));
		return false;
	}
	return true;
}
