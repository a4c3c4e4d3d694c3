/* The tokens of an address field (RFC 5322 3.2), read so that one broken member spoils no other: a
   quotation, comment or literal that has no end becomes a token of its own kind with broken set,
   and reading goes on after it. */
#ifndef MESSAGE_TOKEN_H
#define MESSAGE_TOKEN_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

enum token_kind {
	TOKEN_END,
	TOKEN_ATOM, /* a run of anything that is nothing below; "\c" is in it as written where c is none
	               of <>,; */
	TOKEN_QUOTED,  /* with its quotes; broken: the quote alone */
	TOKEN_COMMENT, /* with its parentheses; broken: up to the next of ,;<> or the end; or a ')'
	                  alone */
	TOKEN_LITERAL, /* [192.0.2.1] after an '@', with its brackets; broken: the bracket alone */
	TOKEN_SPECIAL  /* one of <>@,;:. */
};

/* Small: a field of 100,000 addresses has a million of them. */
struct token {
	const char *start; /* in the text that was read */
	uint32_t length;
	enum token_kind kind : 8;
	bool gap; /* blanks or a line end are before it */
	bool broken;
};

/* All tokens of a text (of 4 GiB at most), one of kind TOKEN_END last.  CR, LF and NUL count as
   blanks, and so do, in UTF-8, those of other scripts and what cannot be seen.  Free the result
   with free(3). */
struct token *token_read(const char *text, size_t length, size_t *count);

/* Blanks and invisible characters beyond ASCII, which come with addresses out of web pages and
   office programs: the length of the one at at (UTF-8), or 0.  Joiners (U+200C, U+200D) are none:
   names need them. */
size_t token_wide_blank(const char *at, size_t left);

/* True for a TOKEN_SPECIAL of that character. */
bool token_is(const struct token *t, char special);

/* True for what says nothing of an address: comments, and quotes without their other half. */
bool token_is_aside(const struct token *t);

/* An atom, or a quoted string with both of its quotes. */
bool token_is_word(const struct token *t);

/* Of the tokens [from, to): whether that special is among them, the place of the first one (or to),
   whether one that is no aside has 8-bit bytes, the first that is no aside (or to). */
bool tokens_have(const struct token *from, const struct token *to, char special);
const struct token *tokens_find(const struct token *from, const struct token *to, char special);
bool tokens_have_8bit(const struct token *from, const struct token *to);
const struct token *tokens_skip_asides(const struct token *from, const struct token *to);

/* The end of a piece of words that no blank parts ("a . b @ c" is one), and how many there are. */
const struct token *tokens_piece_end(const struct token *from, const struct token *to);
int tokens_count_pieces(const struct token *from, const struct token *to);

/* Appends what a quoted string or a comment says: without its delimiters and backslashes; anything
 * else as it is written. */
void token_put_meaning(const struct token *t, struct buffer *out);
#endif
