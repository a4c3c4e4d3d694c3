/* Lines of our own protocols, made of the rows of a table: a stranger who knows each verb and what
   comes after it, and lies about the values. */
#ifndef TESTS_FUZZ_LINES_H
#define TESTS_FUZZ_LINES_H
#include "base/protocol.h"
#include "tests/fuzz/fuzz.h"

/* A byte of what is left; 0 at the end. */
static inline uint8_t fuzz_byte(const uint8_t **bytes, size_t *length)
{
	if (*length == 0)
		return 0;
	(*length)--;
	return *(*bytes)++;
}

/* Adds a line of p with its LF: a byte chooses the row; for each word after it a byte chooses one
   of words (a dot is itself), or from 128 on up to 31 bytes of the input follow as they are. */
static inline void fuzz_put_line(const struct protocol *p, const char *const *words, size_t count,
    const uint8_t **bytes, size_t *length, struct buffer *out)
{
	const struct protocol_row *row = &p->rows[fuzz_byte(bytes, length) % p->count];
	const char *at = row->behind;
	buffer_puts(out, row->word);
	while (*at != '\0') {
		size_t token = strcspn(at, " ");
		uint8_t choice = fuzz_byte(bytes, length);
		buffer_puts(out, " ");
		if (at[token - 1] == '=')
			buffer_add(out, at, token);
		if (token == 1 && *at == '.' && choice < 120)
			buffer_puts(out, ".");
		else if (choice < 128)
			buffer_puts(out, words[choice % count]);
		for (int i = 128; i < choice % 32 + 128 && choice >= 128 && *length > 0; i++) {
			buffer_add(out, *bytes, 1);
			fuzz_byte(bytes, length);
		}
		at += token + (at[token] == ' ');
	}
	buffer_puts(out, "\n");
}
#endif
