/* HTML.  One pass; a tag sets what follows: a new line, nothing until its end, the target of a
 * link. */
#include "mail/format/html.h"
#include "base/compat.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TAG_LIMIT 4000

struct html {
	struct buffer *out;
	const char *at, *end;
	bool blank; /* a blank is due before the next word */
	bool preformatted;
	char link[300]; /* target of the link that is open, "" = none */
};

static void new_line(struct html *h, int lines)
{
	int have = 0;
	size_t n = h->out->length;
	h->blank = false;
	if (n == 0)
		return;
	while (have < lines && n > 0 && h->out->data[n - 1] == '\n') {
		have++;
		n--;
	}
	for (; have < lines; have++)
		buffer_puts(h->out, "\n");
}

static void put_bytes(struct html *h, const char *bytes, size_t length)
{
	if (h->blank && h->out->length > 0 && h->out->data[h->out->length - 1] != '\n')
		buffer_puts(h->out, " ");
	h->blank = false;
	buffer_add(h->out, bytes, length);
}

static void put_utf8(struct html *h, uint32_t c)
{
	char u[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return;
	for (size_t i = n; i-- > 1; c >>= 6)
		u[i] = (char)(0x80 | (c & 0x3f));
	u[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
	put_bytes(h, u, n);
}

/* An entity at "&"; what is none stays as it is. */
static void put_entity(struct html *h)
{
	static const struct {
		const char *name;
		uint32_t c;
	} entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''},
	    {"nbsp", ' '}, {"auml", 0xe4}, {"ouml", 0xf6}, {"uuml", 0xfc}, {"Auml", 0xc4},
	    {"Ouml", 0xd6}, {"Uuml", 0xdc}, {"szlig", 0xdf}, {"eacute", 0xe9}, {"egrave", 0xe8},
	    {"agrave", 0xe0}, {"ccedil", 0xe7}, {"copy", 0xa9}, {"reg", 0xae}, {"deg", 0xb0},
	    {"euro", 0x20ac}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026},
	    {"bull", 0x2022}, {"middot", 0xb7}, {"laquo", 0xab}, {"raquo", 0xbb}, {"lsquo", 0x2018},
	    {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d}, {"times", 0xd7},
	    {"trade", 0x2122}};
	char name[12];
	size_t n = 0;
	while (h->at + 1 + n < h->end && n < sizeof name - 1 && h->at[1 + n] != ';')
		n++;
	bool closed = h->at + 1 + n < h->end && h->at[1 + n] == ';';
	memcpy(name, h->at + 1, n);
	name[n] = '\0';
	if (closed && name[0] == '#') {
		bool hex = name[1] == 'x' || name[1] == 'X';
		put_utf8(h, (uint32_t)strtoul(name + (hex ? 2 : 1), NULL, hex ? 16 : 10));
		h->at += n + 2;
		return;
	}
	for (size_t i = 0; closed && i < sizeof entities / sizeof entities[0]; i++) {
		if (strcmp(entities[i].name, name) == 0) {
			put_utf8(h, entities[i].c);
			h->at += n + 2;
			return;
		}
	}
	put_bytes(h, h->at++, 1);
}

static bool is_one_of(const char *name, const char *list)
{
	char word[16];
	size_t n = strlen(name);
	if (n == 0 || n > 10)
		return false;
	word[0] = ' ';
	memcpy(word + 1, name, n);
	word[n + 1] = ' ';
	word[n + 2] = '\0';
	return text_find_ci(list, word) != NULL;
}

/* Goes after the end tag of something that is not text. */
static void skip_element(struct html *h, const char *name)
{
	size_t n = strlen(name);
	for (; (size_t)(h->end - h->at) > n + 2; h->at++) {
		if (h->at[0] == '<' && h->at[1] == '/' && strncasecmp(h->at + 2, name, n) == 0)
			return;
	}
	h->at = h->end;
}

static void take_link(struct html *h, const char *tag)
{
	const char *href = text_find_ci(tag, "href=");
	h->link[0] = '\0';
	if (href == NULL)
		return;
	href += 5;
	const char *ends = *href == '"' ? "\"" : *href == '\'' ? "'" : " \t\n";
	if (*href == '"' || *href == '\'')
		href++;
	size_t n = strcspn(href, ends);
	if (n < sizeof h->link && (text_starts_ci(href, "http") || text_starts_ci(href, "mailto:"))) {
		memcpy(h->link, href, n);
		h->link[n] = '\0';
	}
}

static void end_link(struct html *h)
{
	size_t n = strlen(h->link);
	bool shown = h->out->length >= n && memcmp(h->out->data + h->out->length - n, h->link, n) == 0;
	if (n > 0 && !shown) {
		buffer_puts(h->out, " <");
		buffer_puts(h->out, h->link);
		buffer_puts(h->out, ">");
	}
	h->link[0] = '\0';
}

static void use_tag(struct html *h, char *tag)
{
	bool closing = *tag == '/';
	char *name = tag + closing;
	size_t n = strcspn(name, " \t\r\n/");
	char after = name[n];
	name[n] = '\0';
	if (is_one_of(name,
	        " br tr div table ul ol dl dt dd center form section article header footer "))
		new_line(h, 1);
	else if (is_one_of(name, " p h1 h2 h3 h4 h5 h6 blockquote hr "))
		new_line(h, 2);
	else if (is_one_of(name, " td th "))
		h->blank = true;
	if (!closing && is_one_of(name, " li ")) {
		new_line(h, 1);
		buffer_puts(h->out, "* ");
	}
	if (is_one_of(name, " pre "))
		h->preformatted = !closing;
	if (!closing && is_one_of(name, " script style title head "))
		skip_element(h, name);
	bool is_link = strcasecmp(name, "a") == 0;
	name[n] = after;
	if (is_link && closing)
		end_link(h);
	else if (is_link)
		take_link(h, name);
}

/* "<...>": a tag or a comment. */
static void take_tag(struct html *h)
{
	size_t left = (size_t)(h->end - h->at);
	if (left >= 4 && memcmp(h->at, "<!--", 4) == 0) {
		const char *close = compat_find(h->at + 4, left - 4, "-->");
		h->at = close != NULL ? close + 3 : h->end;
		return;
	}
	const char *close = memchr(h->at, '>', left < TAG_LIMIT ? left : TAG_LIMIT);
	if (close == NULL || left < 2 ||
	    !(h->at[1] == '/' || h->at[1] == '!' || (h->at[1] | 32) >= 'a')) {
		put_bytes(h, h->at++, 1);
		return;
	}
	size_t n = (size_t)(close - h->at) - 1;
	char *tag = mem_copy_n(h->at + 1, n);
	h->at = close + 1;
	use_tag(h, tag);
	mem_free(&tag);
}

void html_to_text(struct buffer *out, const char *bytes, size_t length)
{
	struct html h = {.out = out, .at = bytes, .end = bytes + length};
	while (h.at < h.end) {
		char c = *h.at;
		if (c == '<') {
			take_tag(&h);
		} else if (c == '&') {
			put_entity(&h);
		} else if (!h.preformatted && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
			h.blank = true;
			h.at++;
		} else {
			put_bytes(&h, h.at++, 1);
		}
	}
	new_line(&h, 1);
}
