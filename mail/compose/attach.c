/* Attachments.  The table is short on purpose: what monitoring and its people send. */
#include "mail/compose/attach.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "base/charset.h"
#include "mail/compose/mime.h"
#include <string.h>

static const struct {
	const char *extension, *type;
} types[] = {
    {"txt", "text/plain"},
    {"log", "text/plain"},
    {"conf", "text/plain"},
    {"cfg", "text/plain"},
    {"ini", "text/plain"},
    {"diff", "text/x-diff"},
    {"patch", "text/x-diff"},
    {"csv", "text/csv"},
    {"html", "text/html"},
    {"htm", "text/html"},
    {"css", "text/css"},
    {"md", "text/markdown"},
    {"ics", "text/calendar"},
    {"vcf", "text/vcard"},
    {"xml", "application/xml"},
    {"json", "application/json"},
    {"pdf", "application/pdf"},
    {"ps", "application/postscript"},
    {"rtf", "application/rtf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tgz", "application/gzip"},
    {"bz2", "application/x-bzip2"},
    {"xz", "application/x-xz"},
    {"zst", "application/zstd"},
    {"tar", "application/x-tar"},
    {"7z", "application/x-7z-compressed"},
    {"sh", "application/x-sh"},
    {"doc", "application/msword"},
    {"xls", "application/vnd.ms-excel"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"svg", "image/svg+xml"},
    {"webp", "image/webp"},
    {"bmp", "image/bmp"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"ico", "image/x-icon"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"wav", "audio/x-wav"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"pcap", "application/vnd.tcpdump.pcap"},
    {"pem", "application/x-pem-file"},
    {"asc", "application/pgp-keys"},
};

/* Text: no control bytes but those of lines and ISO-2022-JP. */
static bool is_text(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c == 0x7f || (c < 0x20 && strchr("\n\r\t\f\033", c) == NULL) || c == '\0')
			return false;
	}
	return true;
}

static const char *type_by_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++) {
		if (text_equal_ci(types[i].extension, dot + 1))
			return types[i].type;
	}
	return NULL;
}

/* The content type: by the name's extension, else by the first bytes: text/plain or
 * application/octet-stream. */
static const char *type_of(const char *name, const char *bytes, size_t length)
{
	static const struct {
		const char *magic, *type;
	} starts[] = {{"%PDF-", "application/pdf"}, {"\211PNG\r\n", "image/png"},
	    {"\377\330\377", "image/jpeg"}, {"GIF8", "image/gif"}, {"\037\213", "application/gzip"},
	    {"PK\003\004", "application/zip"}, {"BZh", "application/x-bzip2"}};
	const char *type = type_by_name(name);
	bool text = is_text(bytes, length);
	/* A name that says text does not make bytes one. */
	if (type != NULL && (text || !text_starts(type, "text/")))
		return type;
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t n = strlen(starts[i].magic);
		if (length >= n && memcmp(bytes, starts[i].magic, n) == 0)
			return starts[i].type;
	}
	return text ? "text/plain" : "application/octet-stream";
}

static void put_name(struct buffer *out, const char *parameter, const char *name)
{
	/* Readers decode what looks like an encoded word (RFC 2047) in a name, too. */
	bool plain = strstr(name, "=?") == NULL;
	for (const char *at = name; *at != '\0'; at++)
		plain = plain && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7f && *at != '"' &&
		        *at != '\\';
	if (plain) {
		buffer_printf(out, ";\n\t%s=\"%s\"", parameter, name);
		return;
	}
	buffer_printf(out, ";\n\t%s*=%s''", parameter,
	    charset_is_utf8(name, strlen(name)) ? "utf-8" : charset_of_locale());
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		bool safe = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		            strchr("-._", c) != NULL;
		if (safe)
			buffer_add(out, name, 1);
		else
			buffer_printf(out, "%%%02X", c);
	}
}

/* A line that some way changes: mailboxes put an arrow before "From ", and blanks at its end are
 * lost. */
static bool has_risky_line(const char *bytes, size_t length)
{
	for (size_t at = 0, next; at < length; at = next) {
		const char *eol = memchr(bytes + at, '\n', length - at);
		size_t end = eol != NULL ? (size_t)(eol - bytes) : length;
		next = end + 1;
		if (text_is_from_line(bytes + at, length - at) ||
		    (end > at && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t')))
			return true;
	}
	return false;
}

static enum mime_encoding encoding_of(const char *type, const char *bytes, size_t length)
{
	if (length == 0 || !text_starts(type, "text/"))
		return MIME_BASE64;
	if (memchr(bytes, '\r', length) != NULL)
		return MIME_EXACT;
	enum mime_encoding e = mime_choose(NULL, bytes, length);
	return e == MIME_7BIT && has_risky_line(bytes, length) ? MIME_QUOTED : e;
}

/* What is neither ASCII nor UTF-8, and of no charset that the locale names, is not guessed at:
 * readers would convert its bytes (RFC 1428). */
static const char *charset_of(const char *bytes, size_t length)
{
	const char *charset = mime_charset(bytes, length), *locale = charset_of_terminal();
	bool guessed = !text_equal_ci(charset, "utf-8") && !text_equal_ci(charset, "us-ascii") &&
	               !text_equal_ci(charset, "iso-2022-jp") &&
	               (locale == NULL || text_equal_ci(locale, "us-ascii"));
	return guessed ? "unknown-8bit" : charset;
}

/* By the wish, or else as the content needs it. */
static enum mime_encoding wished_encoding(const struct letter_wish *wish, const char *type,
    const char *bytes, size_t length)
{
	if (wish->encoding == ENCODING_FREE || length == 0)
		return encoding_of(type, bytes, length);
	bool lines = memchr(bytes, '\r', length) == NULL && text_starts_ci(type, "text/");
	return wish->encoding == ENCODING_BASE64 ? MIME_BASE64 : lines ? MIME_QUOTED : MIME_EXACT;
}

void attach_put_as(struct buffer *out, const char *path, const char *bytes, size_t length,
    const struct letter_wish *wish, bool alternative)
{
	const char *slash = strrchr(path, '/'), *own = slash != NULL ? slash + 1 : path;
	char *file_name = charset_header_text(wish->file_name != NULL ? wish->file_name : own, NULL);
	char *name = charset_header_text(wish->name != NULL ? wish->name : file_name, NULL);
	const char *type = wish->type != NULL ? wish->type : type_of(file_name, bytes, length);
	enum mime_encoding e = wished_encoding(wish, type, bytes, length);
	buffer_printf(out, "Content-Type: %s", type);
	if (text_starts_ci(type, "text/") && text_find_ci(type, "charset") == NULL)
		buffer_printf(out, "; charset=%s", charset_of(bytes, length));
	put_name(out, "name", name);
	if (!alternative) {
		buffer_puts(out, "\nContent-Disposition: attachment");
		put_name(out, "filename", file_name);
	}
	buffer_printf(out, "\nContent-Transfer-Encoding: %s\n\n", mime_encoding_name(e));
	mime_put_body(out, bytes, length, e);
	mem_free(&name);
	mem_free(&file_name);
}

void attach_put(struct buffer *out, const char *path, const char *bytes, size_t length)
{
	static const struct letter_wish none = {0};
	attach_put_as(out, path, bytes, length, &none, false);
}
