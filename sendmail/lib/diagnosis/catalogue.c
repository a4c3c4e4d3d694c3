/* From what a server said to the reason, and the sentences of a reason. */
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "diagnosis/patterns.h"
#include <string.h>

#define IDEOGRAPHIC_FULL_STOP "\xe3\x80\x82"

/* In Japanese a sentence needs no blank after it. */
static const char *ideographic_step(const char **at, size_t *length)
{
	const char *step = *at, *end = strstr(step, IDEOGRAPHIC_FULL_STOP);
	*length = end != NULL ? (size_t)(end - step) : strlen(step);
	*at = step + *length + (end != NULL ? strlen(IDEOGRAPHIC_FULL_STOP) : 0);
	return *length > 0 ? step : NULL;
}

/* A step ends with a full stop before a capital letter, or with the text. */
const char *catalogue_step(const char **at, size_t *length)
{
	if (strstr(*at, IDEOGRAPHIC_FULL_STOP) != NULL)
		return ideographic_step(at, length);
	const char *step = *at, *end = step;
	while (*end != '\0' && !(end[0] == '.' && end[1] == ' ' && end[2] >= 'A' && end[2] <= 'Z'))
		end++;
	*at = *end != '\0' ? end + 2 : end;
	*length = (size_t)(end - step);
	if (*end == '\0' && end > step && end[-1] == '.')
		(*length)--;
	return *length > 0 ? step : NULL;
}

/* Each of a list's alternatives in turn, as a string of its own; NULL after the last. */
static const char *next_word(const char **at, char *word, size_t size)
{
	size_t length = strcspn(*at, "|");
	if (length == 0 || length >= size)
		return NULL;
	text_copy(word, length + 1, *at);
	*at += length + ((*at)[length] == '|');
	return word;
}

static bool has_status(const char *list, const char *status)
{
	char one[40];
	while (next_word(&list, one, sizeof one) != NULL) {
		if (strcmp(one, status) == 0 || (strcmp(one, "4.") == 0 && *status == '4') ||
		    (*one == 'x' && *status != '\0' && strcmp(one + 1, status + 1) == 0))
			return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* What is so short is found in many words and in the numbers of messages: it counts alone. */
#define SHORT_WORD 3

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = text; (at = text_find_ci(at, word)) != NULL; at++) {
		if (length > SHORT_WORD || ((at == text || !is_letter(at[-1])) && !is_letter(at[length])))
			return true;
	}
	return false;
}

static bool has_words(const char *list, const char *text)
{
	char one[80];
	while (next_word(&list, one, sizeof one) != NULL) {
		if (has_word(text, one))
			return true;
	}
	return false;
}

/* Addresses are not the server's words: <spam@example.org> says nothing about spam. */
static void strip_addresses(struct text *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "<");
		text_put_n(out, text, length);
		text += length;
		const char *end = *text == '<' ? strchr(text, '>') : NULL;
		if (end != NULL) {
			text_put(out, "<>");
			text = end + 1;
		} else if (*text != '\0') {
			text_char(out, *text++);
		}
	}
}

static bool fits(const struct pattern *p, const struct diagnosis *d, const char *words)
{
	if (d->stage < p->from || d->stage > p->to || d->reply_code == 0)
		return false;
	if (p->high != 0 && (d->reply_code < p->low || d->reply_code > p->high))
		return false;
	if (*p->status != '\0' && !has_status(p->status, d->status))
		return false;
	return *p->words == '\0' || has_words(p->words, words);
}

void catalogue_recognise(struct diagnosis *d)
{
	TEXT(words, sizeof d->text);
	if (d->key == REASON_NONE)
		strip_addresses(&words, d->text);
	for (size_t i = 0; d->key == REASON_NONE && i < pattern_count; i++) {
		if (fits(&patterns[i], d, words.data))
			d->key = patterns[i].key;
	}
	const struct reason *row = catalogue_row(d->key);
	if (row != NULL && row->fault != FAULT_NONE)
		d->fault = row->fault;
	else if (d->fault == FAULT_NONE)
		d->fault = d->stage == STAGE_RCPT   ? FAULT_RECIPIENT
		           : d->stage >= STAGE_MAIL ? FAULT_MESSAGE
		                                    : FAULT_ROUTE;
}
