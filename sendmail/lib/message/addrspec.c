/* Reading one address. */
#include "message/addrspec.h"
#include "base/text.h"
#include "base/charset.h"
#include <string.h>

#define APOSTROPHES_REMOVED "the apostrophes around it were removed"
#define BRACKETS_REMOVED "the brackets around it were removed"

struct spec {
	const struct token *at, *end;
	struct buffer *out;
	const char *repair;
	const struct token *apostrophe; /* 'joe@x': the first token; NULL: none */
};

bool addrspec_is_atext(char c)
{
	unsigned char u = (unsigned char)c;
	return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
	       (u >= 'a' && u <= 'z') || (u != 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

bool addrspec_is_dot_atom(const char *bytes, size_t length)
{
	bool dot = true;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '.'
		        ? dot
		        : !addrspec_is_atext(bytes[i]) || token_wide_blank(bytes + i, length - i) > 0)
			return false;
		dot = bytes[i] == '.';
	}
	return length > 0 && !dot;
}

static bool is_word(const struct token *t)
{
	return t->kind == TOKEN_ATOM || t->kind == TOKEN_QUOTED;
}

static void skip_comments(struct spec *s)
{
	while (s->at < s->end && token_is_aside(s->at)) {
		if (s->at->broken)
			s->repair = "a quote or parenthesis had no other half";
		s->at++;
	}
}

/* What closes such a bracket around an address; 0: it is none. */
static char closing_of(char c)
{
	return c == '\'' ? '\'' : c == '[' ? ']' : c == '{' ? '}' : 0;
}

/* Apostrophes or brackets around the whole of it, as shells, spreadsheets and templates leave them;
 * no domain ends with one. */
static void skip_apostrophes(struct spec *s)
{
	const struct token *last = s->end - 1;
	if (s->end - s->at < 3 || s->at->kind != TOKEN_ATOM || last->kind != TOKEN_ATOM ||
	    s->at->length < 2 || last->length < 2)
		return;
	char opening = s->at->start[0], closing = closing_of(opening);
	if (closing == 0 || last->start[last->length - 1] != closing)
		return;
	/* Of several pairs, none: what is left would be taken for another address when it is read
	   again. */
	if (closing_of(s->at->start[1]) != 0 || strchr("\']}", last->start[last->length - 2]) != NULL)
		return;
	s->apostrophe = s->at;
	s->repair = opening == '\'' ? APOSTROPHES_REMOVED : BRACKETS_REMOVED;
}

/* "'joe.doe'" in quotes is written without them, and read again as the above: so it loses both at
 * once. */
static void strip_apostrophes(struct spec *s, struct buffer *plain)
{
	size_t n = plain->length;
	if (s->apostrophe != NULL || s->at < s->end || !addrspec_is_dot_atom(plain->data, n))
		return;
	const char *p = plain->data, *dot = memchr(p, '.', n);
	if (closing_of(p[0]) == 0 || p[n - 1] != closing_of(p[0]) || dot == NULL || dot == p + 1 ||
	    p[n - 2] == '.' || closing_of(p[1]) != 0 || strchr("\']}", p[n - 2]) != NULL)
		return;
	s->repair = p[0] == '\'' ? APOSTROPHES_REMOVED : BRACKETS_REMOVED;
	plain->length = n - 2;
	memmove(plain->data, p + 1, n - 2);
}

/* "mailto:", and "@a,@b:user@host": only the address after the route is used (RFC 5321 appendix
 * C). */
static const char *skip_route(struct spec *s)
{
	const struct token *t = s->at;
	if (s->end - t > 2 && t->kind == TOKEN_ATOM && t->length == 6 &&
	    text_starts_ci(t->start, "mailto") && token_is(t + 1, ':')) {
		s->at += 2;
		s->repair = "\"mailto:\" was removed";
		return NULL;
	}
	if (t == s->end || !token_is(t, '@'))
		return NULL;
	while (t < s->end && !token_is(t, ':'))
		t++;
	if (t == s->end)
		return "there is nothing before the '@'";
	s->at = t + 1;
	s->repair = "the route before the address was removed";
	return NULL;
}

/* The words and dots of a local part, decoded into plain. */
static const char *read_local(struct spec *s, struct buffer *plain)
{
	bool word_before = false, parted = false;
	for (skip_comments(s); s->at < s->end && !token_is(s->at, '@'); s->at++, skip_comments(s)) {
		const struct token *t = s->at;
		if (is_word(t) && word_before)
			return t->gap || token_is_aside(t - 1) ? "two words where one address should be"
			                                       : "a quotation is glued to another word";
		if (!is_word(t) && !token_is(t, '.'))
			return "the part before the '@' holds a character that cannot be there";
		parted =
		    parted || ((word_before || plain->length > 0) && (t->gap || token_is_aside(t - 1)));
		if (t->kind == TOKEN_ATOM && *t->start == '\\' && plain->length == 0 &&
		    addrspec_is_dot_atom(t->start + 1, t->length - 1)) {
			/* \root: the own mailbox, whatever its alias says. */
			buffer_add(plain, t->start, t->length);
		} else {
			/* "'joe.doe'" has no domain that would end with the other one. */
			size_t length = t->length - (s->apostrophe != NULL && t + 1 == s->end ? 1 : 0);
			for (size_t i = t == s->apostrophe; t->kind == TOKEN_ATOM && i < length; i++) {
				i += t->start[i] == '\\' && i + 1 < length;
				buffer_add(plain, t->start + i, 1);
			}
			if (t->kind != TOKEN_ATOM)
				token_put_meaning(t, plain);
		}
		word_before = is_word(t);
	}
	if (parted)
		s->repair = "blanks or comments within the address were removed";
	return NULL;
}

/* Read again, it would be an encoded word with another word after it. */
static bool is_like_encoded(const struct buffer *plain)
{
	return plain->length > 2 && plain->data[0] == '=' && plain->data[1] == '?' &&
	       plain->data[plain->length - 1] != '=';
}

/* As RFC 5321 writes it: a dot-atom, or else a quoted string. */
static void put_local(struct spec *s, const struct buffer *plain)
{
	bool backslash = plain->length > 1 && plain->data[0] == '\\' &&
	                 addrspec_is_dot_atom(plain->data + 1, plain->length - 1);
	if (backslash ||
	    (addrspec_is_dot_atom(plain->data, plain->length) && !is_like_encoded(plain))) {
		buffer_add(s->out, plain->data, plain->length);
		return;
	}
	buffer_puts(s->out, "\"");
	for (size_t i = 0; i < plain->length; i++) {
		if (plain->data[i] == '"' || plain->data[i] == '\\')
			buffer_puts(s->out, "\\");
		buffer_add(s->out, plain->data + i, 1);
	}
	buffer_puts(s->out, "\"");
}

static bool is_dots(const struct buffer *plain)
{
	size_t n = 0;
	while (n < plain->length && plain->data[n] == '.')
		n++;
	return n == plain->length;
}

static bool was_quoted(const struct token *from, const struct token *to)
{
	bool quoted = false;
	for (; from < to; from++)
		quoted = quoted || from->kind == TOKEN_QUOTED;
	return quoted;
}

static bool is_domain_text(const struct token *t, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)t->start[i];
		bool letter =
		    c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if ((!letter && c != '-' && c != '_') || token_wide_blank(t->start + i, length - i) > 0)
			return false;
	}
	return true;
}

static const char *read_literal(struct spec *s)
{
	const struct token *t = s->at++;
	if (t->broken || t->length < 3)
		return t->broken ? "the address literal has no ']'" : "the address literal is empty";
	buffer_add(s->out, t->start, t->length);
	skip_comments(s);
	return s->at < s->end ? "there is something after the address literal" : NULL;
}

/* After the '@'. */
static const char *read_domain(struct spec *s)
{
	bool label_before = false, parted = false;
	size_t from = s->out->length;
	skip_comments(s);
	if (s->at < s->end && s->at->kind == TOKEN_LITERAL)
		return read_literal(s);
	for (; s->at < s->end; s->at++, skip_comments(s)) {
		const struct token *t = s->at;
		size_t length = t->length - (s->apostrophe != NULL && t + 1 == s->end ? 1 : 0);
		if (token_is(t, '@'))
			return "there is more than one '@'";
		if (t->kind == TOKEN_ATOM && label_before)
			return "two words where one address should be";
		if (token_is(t, '.') && !label_before)
			return "a part of the domain is empty (a dot too many)";
		if (!token_is(t, '.') && (t->kind != TOKEN_ATOM || !is_domain_text(t, length)))
			return "the domain holds a character that cannot be in a domain";
		if (t->kind == TOKEN_ATOM && t->length > 63)
			return "a part of the domain is longer than 63 bytes";
		parted = parted || (s->out->length > from && (t->gap || token_is_aside(t - 1)));
		label_before = t->kind == TOKEN_ATOM;
		buffer_add(s->out, t->start, length);
	}
	if (s->out->length == from)
		return "there is nothing after the '@'";
	if (!label_before) {
		s->out->length--;
		s->repair = "the dot at its end was removed";
	} else if (parted) {
		s->repair = "blanks or comments within the address were removed";
	}
	return s->out->length - from > 255 ? "the domain is longer than 255 bytes" : NULL;
}

static const char *check_bytes(const struct buffer *out, size_t from)
{
	for (size_t i = from; i < out->length; i++) {
		unsigned char c = (unsigned char)out->data[i];
		if (c < 0x20 || c == 0x7f)
			return "the address holds a control character";
	}
	return charset_is_utf8(out->data + from, out->length - from)
	           ? NULL
	           : "the address holds bytes that are not UTF-8";
}

static bool is_domain(const char *domain, size_t length)
{
	bool dot = false;
	for (size_t i = 0; i < length; i++) {
		dot = dot || domain[i] == '.';
		if (domain[i] != '.' && !is_domain_text(&(struct token){.start = domain + i}, 1))
			return false;
	}
	return dot && addrspec_is_dot_atom(domain, length);
}

/* joe@example.org, or that in apostrophes, in place of a name of this machine. */
static bool put_whole(const struct buffer *plain, struct buffer *out)
{
	const char *from = plain->data;
	size_t length = plain->length;
	if (length > 2 && from[0] == '\'' && from[length - 1] == '\'') {
		from++;
		length -= 2;
	}
	const char *at = length > 0 ? memchr(from, '@', length) : NULL;
	size_t local = at != NULL ? (size_t)(at - from) : 0;
	bool whole = local > 0 && from[0] != '\'' && addrspec_is_dot_atom(from, local) &&
	             is_domain(at + 1, length - local - 1);
	if (whole)
		buffer_add(out, from, length);
	return whole;
}

/* "joe", U+FF20, "example.org": the '@' of a Japanese or Chinese keyboard. */
static bool put_wide_at(struct buffer *plain, struct buffer *out)
{
	static const char wide[] = "\xef\xbc\xa0";
	const char *at = strstr(buffer_string(plain), wide);
	size_t local = at != NULL ? (size_t)(at - plain->data) : 0, head = local + sizeof wide - 1;
	if (local == 0 || text_has_8bit(plain->data, local) ||
	    !addrspec_is_dot_atom(plain->data, local) || strstr(plain->data + head, wide) != NULL ||
	    !is_domain(plain->data + head, plain->length - head))
		return false;
	buffer_add(out, plain->data, local);
	buffer_puts(out, "@");
	buffer_add(out, plain->data + head, plain->length - head);
	return true;
}

bool addrspec_is_quoted_whole(const struct token *tokens, size_t count)
{
	struct buffer plain = {0}, out = {0};
	bool quoted = count == 1 && tokens[0].kind == TOKEN_QUOTED && !tokens[0].broken;
	if (quoted)
		token_put_meaning(&tokens[0], &plain);
	bool whole = quoted && put_whole(&plain, &out);
	buffer_free(&plain);
	buffer_free(&out);
	return whole;
}

bool addrspec_is_user(const struct token *from, const struct token *to)
{
	for (const struct token *t = from; t < to; t++) {
		size_t skip = t->kind == TOKEN_QUOTED || (t == from && *t->start == '\\') ? 1 : 0,
		       behind = t->kind == TOKEN_QUOTED ? 1 : 0;
		bool word = token_is_word(t) && !t->broken &&
		            addrspec_is_dot_atom(t->start + skip, t->length - skip - behind) &&
		            !tokens_have_8bit(t, t + 1);
		if (!word && !token_is_aside(t) && !token_is(t, '.'))
			return false;
	}
	return true;
}

const char *addrspec_read(const struct token *tokens, size_t count, struct buffer *out,
    const char **repair)
{
	struct spec s = {.at = tokens, .end = tokens + count, .out = out};
	struct buffer plain = {0};
	size_t from = out->length;
	skip_comments(&s);
	const char *wrong = skip_route(&s);
	const struct token *local = s.at;
	skip_apostrophes(&s);
	if (wrong == NULL)
		wrong = read_local(&s, &plain);
	if (wrong == NULL)
		strip_apostrophes(&s, &plain);
	if (wrong == NULL && is_dots(&plain) && !was_quoted(local, s.at))
		wrong = s.at < s.end ? "there is nothing before the '@'" : "there is no address";
	if (wrong == NULL && s.at == s.end && put_whole(&plain, out)) {
		s.repair = "the quotes around it were removed";
	} else if (wrong == NULL && s.at == s.end && put_wide_at(&plain, out)) {
		s.repair = "its wide '@' was made an ordinary one";
	} else if (wrong == NULL) {
		put_local(&s, &plain);
		if (out->data[from] == '"' && !was_quoted(local, s.at))
			s.repair = "the part before the '@' was quoted";
		if (s.at < s.end) {
			s.at++;
			buffer_puts(out, "@");
			wrong = read_domain(&s);
		}
	}
	if (wrong == NULL)
		wrong = check_bytes(out, from);
	buffer_free(&plain);
	*repair = s.repair;
	return wrong;
}
