/* Bounded strings: a builder that never overruns and remembers that it would have,
   and the few string helpers that every layer needs. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;    /* always NUL-terminated */
	size_t size;   /* of the buffer after data */
	size_t length; /* without the NUL */
	bool overflow; /* something did not fit and was left out */
};

/* Starts an empty text in the caller's buffer of size bytes (size > 0). */
void text_init(struct text *t, char *buffer, size_t size);
#define TEXT(name, bytes)      \
	char name##_buffer[bytes]; \
	struct text name;          \
	text_init(&name, name##_buffer, sizeof name##_buffer)

/* Each appends; what does not fit is left out, and the buffer always ends with a NUL. */
void text_char(struct text *t, char c);
void text_put(struct text *t, const char *string);
void text_put_n(struct text *t, const char *bytes, size_t length);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes of the character that begins here (length > 0); *control: it is one that commands a
   terminal: C0, DEL, C1 (U+0080 to U+009F, in UTF-8 or as the lone byte that terminals obey as they
   do ESC and a letter), line and paragraph separators, and what turns the direction of writing
   (U+061C, U+200E, U+202A, U+2066 ...), with which a line can be made to look like another. */
size_t text_character(const char *bytes, size_t length, bool *control);

/* Adds bytes made safe for one line of a log or a terminal: control characters as \n \r \t \xNN,
 * and so is each byte that is no whole character of UTF-8, which could swallow what follows it;
 * backslash doubled. */
void text_escape(struct text *t, const char *bytes, size_t length);

/* The same in place, for what was escaped once and then went through hands that are not trusted:
 * backslashes stay single. */
void text_tame(char *string, size_t size);

/* Copies with truncation into a fixed buffer; false when it did not fit. */
bool text_copy(char *to, size_t size, const char *from);

/* Removes white space at both ends of a string, in place; returns the new start. */
char *text_trim(char *string);

/* True if string begins with prefix; the _ci form ignores ASCII case. */
bool text_starts(const char *string, const char *prefix);
bool text_starts_ci(const char *string, const char *prefix);

/* True for a line that begins with "From ", after any number of ">": in an mbox it gets one ">"
 * more, so that a reader can take it back (mboxrd). */
bool text_is_from_line(const char *line, size_t length);
/* What follows a byte order mark of UTF-8, which some editors write at the start of a file. */
const char *text_skip_bom(const char *text);

/* ASCII letters alone are equal in both cases. */
bool text_equal_ci(const char *a, const char *b);

/* Makes ASCII capitals small, in place. */
void text_lower(char *string);

/* True for a domain, or one below it: "mail.example.org" of "example.org". */
bool text_in_domain(const char *name, const char *domain);

/* Finds needle in haystack without regard to ASCII case; NULL when absent. */
const char *text_find_ci(const char *haystack, const char *needle);

/* Reads a whole decimal number within [low, high]; false for anything else, even trailing
   blanks. */
bool text_number(const char *string, long long low, long long high, long long *result);

/* True if one of the bytes is above 0x7f. */
bool text_has_8bit(const char *bytes, size_t length);
bool text_is_ascii(const char *string);

/* True if the string has a byte below 0x20 or 0x7f. */
bool text_has_control(const char *string);
#endif
