/* A message that is being written. */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H
#include "mail/format/string_list.h"

/* What a caller wants for a part, in place of what is found out; NULL and ENCODING_FREE:
   nothing. */
enum letter_encoding { ENCODING_FREE, ENCODING_QUOTED, ENCODING_BASE64 };
struct letter_wish {
	char *type, *name,
	    *file_name; /* content type, and the names in Content-Type and Content-Disposition */
	enum letter_encoding encoding;
};

struct letter {
	char *subject; /* NULL = none */
	char
	    *from; /* From field and envelope sender; "" is the null sender; NULL = sendmail finds it */
	char *charset; /* of text that is not ASCII; NULL = found out */
	struct string_list to, cc, bcc;
	struct string_list headers; /* "Name: value" lines, but for To, Cc, Bcc and Subject */
	struct string_list files;   /* attachments */
	struct letter_wish *wishes; /* for the first wish_count of files */
	int wish_count;
	enum letter_encoding encoding; /* of the text */
	bool alternative;              /* the parts are alternatives */
	bool skip_empty_files;
	char *record; /* file for a copy, in place of the variable record; NULL = none */
	struct buffer body;
	struct buffer attached; /* a whole message that is forwarded; length 0 = none */
};

/* Takes a copy; NULL means none. */
void letter_set(char **field, const char *value);

/* Adds the addresses of a list to one of the lists of recipients.  ISO-2022-JP is made UTF-8 first:
   commas and quotes in its characters are none. */
void letter_add_list(struct string_list *n, const char *list);

/* True for "Name: value": a name (RFC 5322 2.2), a colon, no slash before it. */
bool letter_is_header(const char *line);

/* Takes a header line.  To, Cc and Bcc add recipients: who is there is meant to get the
 * message. */
void letter_take_header(struct letter *l, const char *line);

/* The value of one of headers, "" or more; NULL when there is none of this name. */
const char *letter_header(const struct letter *l, const char *name);

/* Takes the header off the front of the text (mail -t): its lines, unfolded, become header lines of
 * the letter. */
void letter_take_header_of_body(struct letter *l);

/* Makes subject, names, header lines that are in another charset UTF-8. */
void letter_convert(struct letter *l);
/* Adds an attachment; copies of what is wanted for it, which may be NULL. */
void letter_add_file(struct letter *l, const char *path, const struct letter_wish *wish);

/* What is wanted for an attachment; never NULL. */
const struct letter_wish *letter_wish_of(const struct letter *l, int file);
void letter_wish_free(struct letter_wish *w);

int letter_recipients(const struct letter *l);
void letter_free(struct letter *l);
#endif
