/* Names. */
#include "message/phrase.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "message/addrspec.h"
#include <stdlib.h>
#include <string.h>

/* In a phrase, "Q" leaves fewer characters as they are (RFC 2047 5 (3)). */
static void put_encoded(struct buffer *out, const char *word, size_t length)
{
	const char *text = length > 2 ? memchr(word + 2, '?', length - 2) : NULL;
	bool quoted = text != NULL && (text[1] == 'q' || text[1] == 'Q');
	size_t head = text != NULL ? (size_t)(text - word) + 3 : length;
	buffer_add(out, word, head);
	for (size_t i = head; i < length; i++) {
		bool plain = !quoted || i + 2 >= length || addrspec_is_atext(word[i]);
		if (plain)
			buffer_add(out, word + i, 1);
		else
			buffer_printf(out, "=%02X", (unsigned char)word[i]);
	}
}

static void put_quoted(struct buffer *out, const char *name)
{
	buffer_puts(out, "\"");
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			buffer_puts(out, "\\");
		buffer_add(out, name, 1);
	}
	buffer_puts(out, "\"");
}

/* Some words are encoded already: the others, where they are no atoms, are encoded beside them. */
static void put_mixed(struct buffer *out, const char *name)
{
	bool encoded_before = false;
	for (const char *at = name; *(at += strspn(at, " \t")) != '\0';) {
		size_t length = strcspn(at, " \t"), i = 0;
		size_t word = encoded_word_length(at, length);
		while (i < length && addrspec_is_atext(at[i]) && (unsigned char)at[i] < 0x80)
			i++;
		buffer_puts(out, at > name ? " " : "");
		bool encoded = true;
		if (word == length) {
			put_encoded(out, at, length);
		} else if (i == length) {
			buffer_add(out, at, length);
			encoded = false;
		} else {
			/* A blank between two encoded words is not shown: it is in the second one. */
			buffer_puts(out, encoded_before ? "=?UTF-8?Q?_" : "=?UTF-8?Q?");
			for (i = 0; i < length; i++) {
				bool plain = addrspec_is_atext(at[i]) && (unsigned char)at[i] < 0x80 &&
				             strchr("=?_", at[i]) == NULL;
				if (plain)
					buffer_add(out, at + i, 1);
				else
					buffer_printf(out, "=%02X", (unsigned char)at[i]);
			}
			buffer_puts(out, "?=");
		}
		encoded_before = encoded;
		at += length;
	}
}

static bool has_encoded(const char *name)
{
	for (const char *at = name; (at = strstr(at, "=?")) != NULL; at++) {
		bool starts = at == name || at[-1] == ' ' || at[-1] == '\t';
		size_t n = starts ? encoded_word_length(at, strcspn(at, " \t")) : 0;
		if (n > 0 && (at[n] == '\0' || at[n] == ' ' || at[n] == '\t'))
			return true;
	}
	return false;
}

void phrase_put(struct buffer *out, const char *name, size_t column, const char *charset)
{
	bool plain = true, ascii = true, blank_before = true;
	for (const char *at = name; *at != '\0'; at++) {
		bool blank = *at == ' ';
		ascii = ascii && (unsigned char)*at < 0x80 && (unsigned char)*at >= 0x20 && *at != 0x7f;
		plain = plain && (addrspec_is_atext(*at) || (blank && !blank_before));
		blank_before = blank;
	}
	if (has_encoded(name))
		put_mixed(out, name);
	else if (!ascii)
		encoded_word_put_charset(out, name, column, charset);
	else if (plain && !blank_before)
		buffer_puts(out, name);
	else
		put_quoted(out, name);
}

void phrase_put_comment(struct buffer *out, const char *text, const char *charset)
{
	buffer_puts(out, "(");
	if (!text_is_ascii(text) || text_has_control(text)) {
		encoded_word_put_charset(out, text, 30, charset);
	} else {
		for (; *text != '\0'; text++) {
			if (*text == '(' || *text == ')' || *text == '\\')
				buffer_puts(out, "\\");
			buffer_add(out, text, 1);
		}
	}
	buffer_puts(out, ")");
}
