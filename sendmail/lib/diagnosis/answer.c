/* Answers. */
#include "diagnosis/answer.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/server.h"
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of the one to three digits at the front, 0 when there are none or too many. */
static size_t number_length(const char *at, const char *end)
{
	size_t n = 0;
	while (at + n < end && is_digit(at[n]))
		n++;
	return n <= 3 ? n : 0;
}

void answer_status(int code, const char *text, size_t length, char status[16])
{
	const char *at = text, *end = text + length;
	status[0] = '\0';
	/* 4 and 5 are mixed up by many servers: 450 5.1.1, 550 4.7.1. */
	bool refused = code >= 400 && (*at == '4' || *at == '5');
	if (length < 5 || (!refused && (*at != '2' || code / 100 != 2)) || at[1] != '.')
		return;
	at += 2;
	size_t subject = number_length(at, end);
	if (subject == 0 || at + subject >= end || at[subject] != '.')
		return;
	at += subject + 1;
	size_t detail = number_length(at, end);
	at += detail;
	if (detail == 0 || (at < end && *at != ' '))
		return;
	memcpy(status, text, (size_t)(at - text));
	status[at - text] = '\0';
}

void answer_diagnose(const struct answer *a, enum stage stage, struct diagnosis *d)
{
	TEXT(head, 16);
	d->stage = stage;
	d->reply_code = (uint16_t)a->code;
	d->error_no = 0;
	d->key = REASON_NONE;
	text_copy(d->status, sizeof d->status, a->status);
	text_printf(&head, "%d ", a->code);
	text_copy(d->text, sizeof d->text, head.data);
	text_copy(d->text + head.length, sizeof d->text - head.length, a->text);
	d->verdict = a->code < 400 ? VERDICT_SENT : a->code < 500 ? VERDICT_DEFERRED : VERDICT_FAILED;
	if (d->verdict == VERDICT_SENT)
		return;
	const char *kind = server_kind(SERVER_ANSWER, d->text);
	if (kind != NULL)
		text_copy(d->server, sizeof d->server, kind);
	catalogue_recognise(d);
}

/* The code of a refusal at the front, 0 when there is none. */
static int code_at(const char *at)
{
	if ((*at != '4' && *at != '5') || !is_digit(at[1]) || !is_digit(at[2]))
		return 0;
	if (at[3] != '\0' && strchr(" \t-\r\n", at[3]) == NULL)
		return 0;
	return (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
}

/* Phrases of logs and bounces, ours, Postfix's and Exim's, for what was answered. */
static const struct {
	const char *phrase;
	enum stage stage;
} phrases[] = {{"end of data", STAGE_END_OF_DATA}, {"RCPT TO", STAGE_RCPT},
    {"MAIL FROM", STAGE_MAIL}, {"initial connection", STAGE_BANNER}, {"the greeting", STAGE_BANNER},
    {"HELO", STAGE_EHLO}, {"EHLO", STAGE_EHLO}, {"STARTTLS", STAGE_STARTTLS}, {"AUTH", STAGE_AUTH},
    {"DATA", STAGE_DATA}};

static enum stage stage_of_phrase(const char *words)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
		if (text_find_ci(words, phrases[i].phrase) != NULL)
			return phrases[i].stage;
	}
	return STAGE_NONE;
}

/* The stage that the words before the answer name: "STAGE: ", "after PHRASE: ". */
static enum stage stage_before(const char *words, const char *at)
{
	TEXT(front, 600);
	const char *start = at - words > 500 ? at - 500 : words;
	text_put_n(&front, start, (size_t)(at - start));
	while (front.length > 0 && strchr(": ", front.data[front.length - 1]) != NULL)
		front.data[--front.length] = '\0';
	const char *word = strrchr(front.data, ' '), *after = text_find_ci(front.data, " after ");
	enum stage stage = stage_find(word != NULL ? word + 1 : front.data);
	if (stage != STAGE_NONE)
		return stage;
	if (after != NULL)
		return stage_of_phrase(after);
	return front.length >= 11 && strcmp(front.data + front.length - 11, "end of data") == 0
	           ? STAGE_END_OF_DATA
	           : STAGE_NONE;
}

/* The stage that comes after the answer, as in Postfix's log, "(in reply to RCPT TO command)":
 * that, and what follows it, is not the server's. */
static enum stage cut_stage_behind(char *text)
{
	char *behind = strstr(text, " (in reply to ");
	if (behind == NULL)
		return STAGE_NONE;
	enum stage stage = stage_of_phrase(behind);
	*behind = '\0';
	return stage;
}

/* The first place that may be an answer: the front, a line's, or after a colon or a quote. */
static const char *find_code(const char *words)
{
	for (const char *at = words; *at != '\0'; at++) {
		const char *before = at;
		while (before > words && (before[-1] == ' ' || before[-1] == '\t'))
			before--;
		if ((before == words || strchr(":\"\n(", before[-1]) != NULL) && code_at(at) != 0)
			return at;
	}
	return NULL;
}

/* The lines of an answer as one, each without its code.  Where the codes differ in detail the last
   one counts, and 4xx before 5xx, as for delivery. */
static void join_lines(struct answer *a, const char *at)
{
	struct text out;
	text_init(&out, a->text, sizeof a->text);
	while (*at != '\0' && !out.overflow) {
		int code = code_at(at);
		if (code != 0) {
			a->code = code / 100 <= a->code / 100 ? code : a->code;
			at += 3 + (at[3] == ' ' || at[3] == '\t' || at[3] == '-');
		}
		size_t length = strcspn(at, "\r\n");
		text_escape(&out, at, length);
		at += length;
		at += strspn(at, "\r\n");
		if (*at != '\0')
			text_char(&out, ' ');
	}
}

bool answer_read(struct answer *a, const char *words)
{
	const char *at = find_code(words);
	*a = (struct answer){0};
	if (at == NULL)
		return false;
	a->code = code_at(at);
	a->stage = stage_before(words, at);
	join_lines(a, at);
	enum stage behind = cut_stage_behind(a->text);
	if (a->stage == STAGE_NONE)
		a->stage = behind;
	answer_status(a->code, a->text, strlen(a->text), a->status);
	return true;
}

/* What only the number says. */
static bool is_general(const struct diagnosis *d)
{
	static const enum reason_key keys[] = {REASON_REPLY_4XX, REASON_REPLY_5XX, REASON_CLOSING,
	    REASON_SERVER_BUSY};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (d->key == keys[i])
			return true;
	}
	return false;
}

/* Codes and words that belong to one stage (RFC 4954 4 and 6, RFC 3207 4), the particular first. */
static const struct at_home {
	const char *word; /* "" = any */
	int code;
	enum stage stage;
} at_home[] = {
    {"", 530, STAGE_MAIL},
    {"required", 535, STAGE_MAIL},
    {"size=", 534, STAGE_MAIL},
    {"size", 534, STAGE_END_OF_DATA},
    {"", 534, STAGE_AUTH},
    {"", 535, STAGE_AUTH},
    {"", 538, STAGE_AUTH},
    {"tls not available", 454, STAGE_STARTTLS},
    {"tls is not available", 454, STAGE_STARTTLS},
    {"authenticat", 454, STAGE_AUTH},
    {"login", 454, STAGE_AUTH},
    {"authenticat", 451, STAGE_AUTH},
    {"authenticat", 504, STAGE_AUTH},
    {"mechanism", 504, STAGE_AUTH},
    {"starttls command", 503, STAGE_STARTTLS},
    {"auth command", 503, STAGE_AUTH},
    {"domain name", 501, STAGE_EHLO},
    {"helo", 501, STAGE_EHLO},
    {"sender address syntax", 553, STAGE_MAIL},
};

static enum stage stage_of_words(const struct answer *a)
{
	for (size_t i = 0; i < sizeof at_home / sizeof at_home[0]; i++) {
		const struct at_home *h = &at_home[i];
		if (a->code == h->code && (*h->word == '\0' || text_find_ci(a->text, h->word) != NULL))
			return h->stage;
	}
	return STAGE_NONE;
}

enum stage answer_stage(const struct answer *a)
{
	/* Where servers say most of what they have against a client, a sender or a recipient; then what
	 * they have against a message. */
	static const enum stage usual[] = {STAGE_RCPT, STAGE_END_OF_DATA};
	enum stage stage = a->stage >= STAGE_BANNER ? a->stage : stage_of_words(a);
	for (size_t i = 0; stage == STAGE_NONE && i < sizeof usual / sizeof usual[0]; i++) {
		struct diagnosis d = {0};
		answer_diagnose(a, usual[i], &d);
		stage = is_general(&d) ? STAGE_NONE : usual[i];
	}
	if (stage != STAGE_NONE)
		return stage;
	return a->code == 421 ? STAGE_BANNER : STAGE_RCPT;
}
