/* Reading one address. */
#include "message/addrspec.h"
#include "base/text.h"
#include "base/charset.h"
#include "base/encoded_word.h"
#include "message/around.h"
#include "message/wide.h"
#include <string.h>

struct spec {
	const struct token *at, *end;
	struct buffer *out;
	const char *repair;
	struct around around;
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

/* How much of an atom belongs to the address. */
static size_t atom_lead(const struct spec *s, const struct token *t)
{
	return t == s->around.first ? s->around.lead : 0;
}

static size_t atom_end(const struct spec *s, const struct token *t)
{
	return t->length - (t == s->around.last ? s->around.trail : 0);
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
		if (atom_lead(s, t) == atom_end(s, t))
			continue;
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
			size_t length = atom_end(s, t);
			for (size_t i = atom_lead(s, t); t->kind == TOKEN_ATOM && i < length; i++) {
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
static bool is_like_encoded(const char *local, size_t length)
{
	return length > 2 && local[0] == '=' && local[1] == '?' && local[length - 1] != '=';
}

/* As RFC 5321 writes it: a dot-atom, or else a quoted string. */
static void put_local(struct spec *s, const struct buffer *plain)
{
	bool like_other = is_like_encoded(plain->data, plain->length) ||
	                  (s->at < s->end && wide_mark(plain->data, plain->length) > 0);
	bool backslash = plain->length > 1 && plain->data[0] == '\\' &&
	                 addrspec_is_dot_atom(plain->data + 1, plain->length - 1);
	if (backslash || (addrspec_is_dot_atom(plain->data, plain->length) && !like_other)) {
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

/* Of wide forms that were folded nothing is left over. */
static bool is_domain(const char *domain, size_t length)
{
	size_t label = 0;
	for (size_t i = 0; i < length; i++) {
		label = domain[i] == '.' ? 0 : label + 1;
		if (label > 63 || wide_mark(domain + i, length - i) > 0 ||
		    (label > 0 && !is_domain_text(&(struct token){.start = domain + i}, 1)))
			return false;
	}
	return length <= 255 && addrspec_is_dot_atom(domain, length);
}

static const char *fold_domain(struct spec *s, size_t from)
{
	if (!wide_fold(s->out, from))
		return NULL;
	s->repair = "its wide letters were made ordinary ones";
	s->out->length -= s->out->data[s->out->length - 1] == '.';
	return is_domain(s->out->data + from, s->out->length - from)
	           ? NULL
	           : "the domain holds a character that cannot be in a domain";
}

static bool is_only_dots(const struct token *t, const struct token *end)
{
	while (t < end && (token_is(t, '.') || token_is_aside(t)))
		t++;
	return t == end;
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
		size_t length = atom_end(s, t);
		if (length == 0)
			continue;
		if (token_is(t, '@'))
			return "there is more than one '@'";
		if (t->kind == TOKEN_ATOM && label_before)
			return "two words where one address should be";
		if (token_is(t, '.') && !label_before && s->out->length > from && is_only_dots(t, s->end))
			break;
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
	if (s->out->length - from > 255)
		return "the domain is longer than 255 bytes";
	return fold_domain(s, from);
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

static bool is_dotted(const char *domain, size_t length)
{
	return memchr(domain, '.', length) != NULL && is_domain(domain, length);
}

/* local bytes, an '@' of at bytes, and a domain. */
static bool put_parts(const char *from, size_t local, size_t at, size_t length, struct buffer *out)
{
	size_t start = out->length, domain = start + local + 1;
	buffer_add(out, from, local);
	buffer_puts(out, "@");
	buffer_add(out, from + local + at, length - local - at);
	wide_fold(out, domain);
	if (addrspec_is_dot_atom(from, local) && wide_mark(from, local) == 0 &&
	    !is_like_encoded(from, local) && is_dotted(out->data + domain, out->length - domain))
		return true;
	out->length = start;
	return false;
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
	return local > 0 && from[0] != '\'' && put_parts(from, local, 1, length, out);
}

/* "joe", U+FF20, "example.org": the '@' of a Japanese or Chinese keyboard. */
static bool put_wide_at(struct buffer *plain, struct buffer *out)
{
	const char *at = strstr(buffer_string(plain), WIDE_AT);
	size_t local = at != NULL ? (size_t)(at - plain->data) : 0;
	return local > 0 && !text_has_8bit(plain->data, local) &&
	       put_parts(plain->data, local, strlen(WIDE_AT), plain->length, out);
}

/* "joe@x, bob@x" in quotes: read alone, it would be the list. */
static bool is_like_list(const struct buffer *plain)
{
	int signs = 0;
	bool parted = false;
	for (size_t i = 0; i < plain->length; i++) {
		char c = plain->data[i];
		signs += c == '@';
		parted = parted || (unsigned char)c >= 0x80 || strchr(" \t,;<>", c) != NULL;
	}
	return signs > 1 && parted;
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
		            (t->kind == TOKEN_QUOTED || encoded_word_length(t->start, t->length) == 0) &&
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
	around_find(&s.around, s.at, s.end);
	s.end = s.around.end;
	s.repair = s.around.repair != NULL ? s.around.repair : s.repair;
	if (wrong == NULL)
		wrong = read_local(&s, &plain);
	if (wrong == NULL && s.at == s.end && s.around.lead == 0 &&
	    addrspec_is_dot_atom(plain.data, plain.length))
		s.repair = around_strip(&plain) ? AROUND_APOSTROPHES : s.repair;
	if (wrong == NULL && is_dots(&plain) && (!was_quoted(local, s.at) || s.at == s.end))
		wrong = s.at < s.end ? "there is nothing before the '@'" : "there is no address";
	if (wrong == NULL && s.at == s.end && put_whole(&plain, out)) {
		s.repair = "the quotes around it were removed";
	} else if (wrong == NULL && s.at == s.end && put_wide_at(&plain, out)) {
		s.repair = "its wide '@' was made an ordinary one";
	} else if (wrong == NULL && s.at == s.end && strstr(buffer_string(&plain), WIDE_AT) != NULL) {
		wrong = "its wide '@' does not part a name and a domain";
	} else if (wrong == NULL && s.at == s.end && is_like_list(&plain)) {
		wrong = "it is a list of addresses in quotes";
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
