/* Asking spamd, and understanding it. */
#include "filter/spamd.h"
#include "base/compat.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SHOWN 200

/* The lines of an answer before its body. */
struct spamd_answer {
	int code;
	char words[80];
	bool judged, spam;
	char score[40];  /* "15.3 / 5.0" */
	long long bytes; /* of the body, as it says; -1: it does not */
	const char *body;
	size_t length;
};

void spamd_ask(const struct filter *f, size_t bytes, struct buffer *out)
{
	buffer_printf(out, "%s SPAMC/1.3\r\nUser: %s\r\nContent-length: %zu\r\n\r\n",
	    f->changes ? "PROCESS" : "SYMBOLS", f->user, bytes);
}

void spamd_ask_ping(struct buffer *out)
{
	buffer_puts(out, "PING SPAMC/1.3\r\n\r\n");
}

/* The next line, without its end; false when it is not whole. */
static bool next_line(const struct buffer *b, size_t *at, char *line, size_t size)
{
	const char *start = *at < b->length ? b->data + *at : NULL; /* nothing may have come */
	const char *lf = start != NULL ? memchr(start, '\n', b->length - *at) : NULL;
	if (lf == NULL)
		return false;
	size_t length = (size_t)(lf - start);
	*at += length + 1;
	if (length > 0 && start[length - 1] == '\r')
		length--;
	snprintf(line, size, "%.*s", length < size ? (int)length : (int)size - 1, start);
	return true;
}

/* "SPAMD/1.5 0 EX_OK" */
static bool read_first(const struct buffer *b, size_t *at, struct spamd_answer *a)
{
	char line[200];
	return next_line(b, at, line, sizeof line) &&
	       sscanf(line, "SPAMD/%*[0-9.] %9d %79[^\n]", &a->code, a->words) >= 1;
}

/* "True ; 15.3 / 5.0" */
static bool read_judgement(const char *value, struct spamd_answer *a)
{
	char word[8] = "";
	if (sscanf(value, " %7[A-Za-z] ; %39[0-9. /-]", word, a->score) != 2)
		return false;
	a->judged = true;
	a->spam = strcasecmp(word, "true") == 0 || strcasecmp(word, "yes") == 0;
	text_copy(a->score, sizeof a->score, text_trim(a->score));
	return a->spam || strcasecmp(word, "false") == 0 || strcasecmp(word, "no") == 0;
}

static bool read_field(const char *line, struct spamd_answer *a)
{
	if (text_starts_ci(line, "Content-length:"))
		return text_number(line + 15 + strspn(line + 15, " "), 0, INT32_MAX, &a->bytes);
	if (text_starts_ci(line, "Spam:"))
		return !a->judged && read_judgement(line + 5, a);
	return true;
}

static bool read_answer(const struct buffer *b, struct spamd_answer *a)
{
	char line[400];
	size_t at = 0;
	*a = (struct spamd_answer){.bytes = -1};
	if (!read_first(b, &at, a))
		return false;
	while (next_line(b, &at, line, sizeof line)) {
		if (line[0] == '\0') {
			a->body = b->data + at;
			a->length = b->length - at;
			return true;
		}
		if (!read_field(line, a))
			return false;
	}
	return a->code != 0;
}

/* The names of the rules, of which the first line is full. */
static void put_rules(const struct spamd_answer *a, char *words, size_t size)
{
	size_t length = 0;
	while (length < a->length && length < SHOWN && (unsigned char)a->body[length] > ' ')
		length++;
	snprintf(words, size, "%.*s", (int)length, length > 0 ? a->body : "");
}

void spamd_understand(const struct buffer *answer, struct opinion *o, struct buffer *changed)
{
	struct spamd_answer a;
	char rules[SHOWN + 1] = "";
	if (!read_answer(answer, &a)) {
		verdict_raise(o, FILTER_EXIT_FAILED, "what answers there is not spamd, or is cut short");
		return;
	}
	if (a.code != 0 || !a.judged) {
		verdict_raise(o, FILTER_EXIT_FAILED, "spamd says: %d %s", a.code, a.words);
		return;
	}
	if (a.bytes > (long long)a.length || (o->filter->changes && a.bytes < 0)) {
		verdict_raise(o, FILTER_EXIT_FAILED, "the answer of spamd is cut short");
		return;
	}
	if (!o->filter->changes)
		put_rules(&a, rules, sizeof rules);
	if (a.spam)
		verdict_word(o, "spam", "spam, %s%s%s", a.score, rules[0] != '\0' ? ": " : "", rules);
	if (!o->filter->changes || o->exit != FILTER_EXIT_PASS)
		return;
	buffer_add(changed, a.body, (size_t)a.bytes);
	o->exit = FILTER_EXIT_MESSAGE;
}

void spamd_understand_pong(const struct buffer *answer, struct opinion *o)
{
	struct spamd_answer a;
	size_t at = 0;
	a = (struct spamd_answer){.bytes = -1};
	if (read_first(answer, &at, &a) && a.code == 0 && strstr(a.words, "PONG") != NULL)
		verdict_note(o, "spamd");
	else
		verdict_raise(o, FILTER_EXIT_FAILED, "what answers there is not spamd");
}
