/* Tokens of address fields. */
#include "message/token.h"
#include "base/charset.h"
#include "base/multibyte.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "message/address.h"
#include "message/wide.h"
#include <stdlib.h>
#include <string.h>

struct scan {
	const char *start, *at, *end;
	struct token *tokens;
	size_t count;
	bool utf8;
	int open; /* comments so far that have no end: each was looked for up to the end of the text */
};

#define UNCLOSED_MAX 50

size_t token_wide_blank(const char *at, size_t left)
{
	static const char *const blanks[] = {"\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f",
	    "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xac", "\xe2\x80\xaf",
	    "\xe2\x81\xa0", "\xe3\x80\x80", "\xef\xbb\xbf"};
	/* Asked at each byte of a field, and hardly one begins any of them. */
	if (left == 0 || *at == '\0' || strchr("\xc2\xe2\xe3\xef", *at) == NULL)
		return 0;
	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
		size_t n = strlen(blanks[i]);
		if (left >= n && memcmp(at, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* A wide comma parts two addresses, and is a letter of a name anywhere else. */
static bool is_between_addresses(const struct scan *s, const char *at, size_t length)
{
	bool before = false, behind = false;
	const char *from = at - s->start > ADDRESS_LIMIT_BYTES ? at - ADDRESS_LIMIT_BYTES : s->start,
	           *to = s->end - at > ADDRESS_LIMIT_BYTES ? at + ADDRESS_LIMIT_BYTES : s->end;
	for (const char *p = at; p > from && !is_blank(p[-1]) && strchr(",;<>", p[-1]) == NULL &&
	                         (p - from < 3 || wide_comma(p - 3, 3) == 0);)
		before = *--p == '@' || before;
	for (const char *p = at + length; p < to && !is_blank(*p) && strchr(",;<>", *p) == NULL &&
	                                  wide_comma(p, (size_t)(to - p)) == 0;)
		behind = *p++ == '@' || behind;
	return before && behind;
}

static size_t wide_blank(const struct scan *s, const char *at)
{
	if (!s->utf8)
		return 0;
	size_t comma = wide_comma(at, (size_t)(s->end - at));
	return comma == 0                           ? token_wide_blank(at, (size_t)(s->end - at))
	       : is_between_addresses(s, at, comma) ? comma
	                                            : 0;
}

static bool is_special(char c)
{
	return c != '\0' && strchr("<>@,;:.", c) != NULL;
}

static struct token *add_token(struct scan *s, enum token_kind kind, const char *start, bool gap)
{
	s->tokens = mem_grow(s->tokens, s->count, sizeof *s->tokens);
	struct token *t = &s->tokens[s->count++];
	*t = (struct token){.kind = kind, .start = start, .gap = gap};
	return t;
}

/* After the character at which something that begins at at ends; NULL when it has no end. */
static const char *behind_quoted(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	return at < end ? at + 1 : NULL;
}

static const char *behind_comment(const char *at, const char *end)
{
	int depth = 0;
	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at + 1;
	}
	return NULL;
}

/* "Joe <joe@x>, "Bob" <bob@x>: the first quote has no end, though there is another one; a name that
   goes on right after a quotation which holds a whole mailbox is the sign of it. */
static bool swallows_mailbox(const char *at, const char *behind, const char *end)
{
	if (behind >= end || is_blank(*behind) || is_special(*behind) || *behind == '(')
		return false;
	const char *angle = memchr(at, '<', (size_t)(behind - at));
	const char *close = angle != NULL ? memchr(angle, '>', (size_t)(behind - angle)) : NULL;
	return close != NULL && memchr(angle, '@', (size_t)(close - angle)) != NULL &&
	       memchr(close, ',', (size_t)(behind - close)) != NULL;
}

static void read_quoted(struct scan *s, bool gap)
{
	const char *behind = behind_quoted(s->at, s->end);
	struct token *t = add_token(s, TOKEN_QUOTED, s->at, gap);
	t->broken = behind == NULL || swallows_mailbox(s->at, behind, s->end);
	s->at = t->broken ? s->at + 1 : behind;
}

/* Of a comment that has no end: up to its first ')', where that comes before anything like an
   address, "(one (two)"; else to the next of these characters. */
static const char *behind_broken(const struct scan *s)
{
	const char *at = s->at + 1;
	while (s->open <= UNCLOSED_MAX && at < s->end && (*at == '\0' || strchr(")@<>", *at) == NULL))
		at++;
	if (at < s->end && *at == ')')
		return at + 1;
	for (at = s->at + 1; at < s->end && (*at == '\0' || strchr(",;<>", *at) == NULL);)
		at++;
	return at;
}

static void read_comment(struct scan *s, bool gap)
{
	bool stray = *s->at == ')';
	const char *behind = stray || s->open > UNCLOSED_MAX ? NULL : behind_comment(s->at, s->end);
	s->open += !stray && behind == NULL;
	struct token *t = add_token(s, TOKEN_COMMENT, s->at, gap);
	t->broken = behind == NULL;
	if (behind == NULL)
		behind = stray ? s->at + 1 : behind_broken(s);
	s->at = behind;
}

/* 192.0.2.1] or IPv6:...]: only after an '@'; elsewhere a bracket is a character of a name. */
static void read_literal(struct scan *s, bool gap)
{
	const char *at = s->at + 1;
	while (at < s->end && !is_blank(*at) && strchr("[]<>,;\"()@", *at) == NULL)
		at++;
	struct token *t = add_token(s, TOKEN_LITERAL, s->at, gap);
	t->broken = at >= s->end || *at != ']';
	s->at = t->broken ? s->at + 1 : at + 1;
}

static void read_atom(struct scan *s, bool gap)
{
	size_t encoded = encoded_word_length(s->at, (size_t)(s->end - s->at));
	add_token(s, TOKEN_ATOM, s->at, gap);
	s->at += encoded;
	/* What is in an encoded word is no structure, also where its encoder left a comma in it. */
	if (encoded > 0)
		return;
	bool two = false; /* within characters of two bytes of ISO-2022-JP, which look like anything */
	do {
		size_t escape = multibyte_escape(s->at, (size_t)(s->end - s->at));
		two = escape > 0 ? s->at[1] == '$' : two;
		if (escape > 0 || two) {
			s->at += escape > 0 ? escape : 1;
			continue;
		}
		s->at +=
		    *s->at == '\\' && s->at + 1 < s->end && strchr("<>,;\r\n", s->at[1]) == NULL ? 2 : 1;
	} while (s->at < s->end &&
	         (two || (!is_blank(*s->at) && !is_special(*s->at) && strchr("\"()", *s->at) == NULL &&
	                     wide_blank(s, s->at) == 0)));
}

struct token *token_read(const char *text, size_t length, size_t *count)
{
	length = length < UINT32_MAX ? length : UINT32_MAX;
	struct scan s = {.start = text, .at = text, .end = text + length};
	s.utf8 = text_has_8bit(text, length) && charset_is_utf8(text, length);
	for (;;) {
		bool gap = false;
		for (size_t wide; s.at < s.end && ((wide = wide_blank(&s, s.at)) > 0 || is_blank(*s.at));
		     s.at += wide > 0 ? wide : 1)
			gap = true;
		bool behind_at = s.count > 0 && token_is(&s.tokens[s.count - 1], '@');
		if (s.at == s.end) {
			add_token(&s, TOKEN_END, s.at, gap);
			break;
		}
		if (*s.at == '"')
			read_quoted(&s, gap);
		else if (*s.at == '(' || *s.at == ')')
			read_comment(&s, gap);
		else if (*s.at == '[' && behind_at)
			read_literal(&s, gap);
		else if (is_special(*s.at))
			add_token(&s, TOKEN_SPECIAL, s.at, gap), s.at++;
		else
			read_atom(&s, gap);
		struct token *last = &s.tokens[s.count - 1];
		last->length = (uint32_t)(s.at - last->start);
	}
	*count = s.count - 1;
	return s.tokens;
}

bool token_is(const struct token *t, char special)
{
	return t->kind == TOKEN_SPECIAL && *t->start == special;
}

bool token_is_aside(const struct token *t)
{
	return t->kind == TOKEN_COMMENT || (t->kind == TOKEN_QUOTED && t->broken);
}

void token_put_meaning(const struct token *t, struct buffer *out)
{
	bool enclosed = t->kind == TOKEN_QUOTED || t->kind == TOKEN_COMMENT;
	size_t from = enclosed ? 1 : 0, to = t->length - (enclosed && !t->broken ? 1 : 0);
	bool blank = false;
	for (size_t i = from; i < to; i++) {
		char c = t->start[i];
		if (enclosed && c == '\\' && i + 1 < to)
			c = t->start[++i];
		/* A fold within a quotation is one blank. */
		bool is_end = c == '\r' || c == '\n' || c == '\0';
		if (is_end || (blank && (c == ' ' || c == '\t')))
			blank = true;
		else {
			if (blank)
				buffer_puts(out, " ");
			blank = false;
			buffer_add(out, &c, 1);
		}
	}
	if (blank)
		buffer_puts(out, " ");
}

bool token_is_word(const struct token *t)
{
	return t->kind == TOKEN_ATOM || (t->kind == TOKEN_QUOTED && !t->broken);
}

bool tokens_have(const struct token *from, const struct token *to, char special)
{
	for (; from < to; from++) {
		if (token_is(from, special))
			return true;
	}
	return false;
}

bool tokens_have_8bit(const struct token *from, const struct token *to)
{
	for (; from < to; from++) {
		if (from->kind != TOKEN_COMMENT && text_has_8bit(from->start, from->length))
			return true;
	}
	return false;
}

const struct token *tokens_skip_asides(const struct token *from, const struct token *to)
{
	while (from < to && token_is_aside(from))
		from++;
	return from;
}

const struct token *tokens_find(const struct token *from, const struct token *to, char special)
{
	while (from < to && !token_is(from, special))
		from++;
	return from;
}

const struct token *tokens_piece_end(const struct token *from, const struct token *to)
{
	const struct token *t = from, *before = NULL;
	for (; t < to; t++) {
		if (token_is_aside(t))
			continue;
		bool joined = before == NULL || !token_is_word(before) || !token_is_word(t) ||
		              (!t->gap && !token_is_aside(t - 1));
		/* After a comment without blanks a word is glued: "first(middle)last" is no list. */
		if (!joined && (t->gap || t[-1].gap))
			return t;
		before = t;
	}
	return to;
}

int tokens_count_pieces(const struct token *from, const struct token *to)
{
	int count = 0;
	for (; from < to; from = tokens_piece_end(from, to))
		count++;
	return count;
}
